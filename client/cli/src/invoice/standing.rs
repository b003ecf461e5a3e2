// SPDX-License-Identifier: Apache-2.0

//! What sellers and tax authorities say beforehand, and which authority is competent where.

use super::{look::newest, Money};
use crate::{
	args::{AuthorisationCommand, Common, ConditionsCommand, Signing},
	bundle::Lines,
	label::wait,
	output::{as_of, final_in, Output},
	Failure,
};
use chirograph_sdk::{
	chain::BlockId,
	invoices::{self, format_amount, format_minor, format_rate, Limits},
	primitives::{
		invoice::{Authorisation, Conditions, Currency, Period, RouteChange, VatRate, MAX_CONDITIONS},
		BlockNumber, Jurisdiction, LabelId,
	},
};
use serde::Serialize;
use serde_json::json;

/// For how long a standing word holds if nothing is said of it: a year at two seconds a block.
pub const STANDING: BlockNumber = 15_768_000;

pub async fn conditions(command: ConditionsCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		ConditionsCommand::Set {
			currencies,
			rates,
			platforms,
			max_total,
			lasting,
			signing,
		} => {
			let max_total = in_all(max_total, &currencies)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let conditions = Conditions {
				currencies: each_once(currencies).try_into().map_err(|_| too_many("currencies"))?,
				rates: each_once(rates).try_into().map_err(|_| too_many("rates"))?,
				platforms: each_once(platforms).try_into().map_err(|_| too_many("platforms"))?,
				max_total,
				valid_until: submitter.chain().valid_until(lasting.valid_for).await?,
			};
			let sent = invoices::set_conditions(&submitter, &key, &conditions, patience);
			let set = wait(output, sent).await?;
			let mut lines = describe_conditions(&set.state);
			lines.push(final_in(&set.block));
			output.result(&set, "conditions set, and final", &lines);
		},
		ConditionsCommand::Show { label } => {
			#[derive(Serialize)]
			#[serde(rename_all = "camelCase")]
			struct Shown {
				label: LabelId,
				conditions: Option<Conditions>,
				as_of: BlockId,
			}
			let (chain, at) = newest(common).await?;
			let shown = Shown {
				label,
				conditions: chain.conditions(&at, label).await?,
				as_of: BlockId::of(&at),
			};
			let title = match &shown.conditions {
				Some(conditions) => format!("label {label} has conditions{}", over(conditions.valid_until, &shown.as_of)),
				None => format!("label {label} has no conditions: every invoice takes its signature"),
			};
			let mut lines = shown.conditions.as_ref().map(describe_conditions).unwrap_or_default();
			lines.push(as_of(&shown.as_of));
			output.result(&shown, &title, &lines);
		},
		ConditionsCommand::Withdraw { signing } => {
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = invoices::withdraw_conditions(&submitter, &key, patience);
			report_withdrawn(output, &wait(output, sent).await?);
		},
	}
	Ok(())
}

pub async fn authorisation(command: AuthorisationCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		AuthorisationCommand::Set {
			seller,
			currency,
			max_total,
			total,
			lasting,
			signing,
		} => {
			let minor = |money: Money| money.minor(currency).map_err(Failure::Usage);
			let (max_total, total) = (minor(max_total)?, minor(total)?);
			let (submitter, key, patience) = signing.open(common).await?;
			let limits = Limits {
				currency,
				max_total,
				total,
				valid_until: submitter.chain().valid_until(lasting.valid_for).await?,
			};
			let sent = invoices::authorise(&submitter, &key, seller, &limits, patience);
			let set = wait(output, sent).await?;
			let mut lines = vec![("seller", format!("label {seller}"))];
			lines.extend(describe_authorisation(&set.state));
			lines.push(final_in(&set.block));
			output.result(&set, "authorised, and final", &lines);
		},
		AuthorisationCommand::Show { seller } => {
			#[derive(Serialize)]
			#[serde(rename_all = "camelCase")]
			struct Shown {
				seller: LabelId,
				authorisation: Option<Authorisation>,
				as_of: BlockId,
			}
			let (chain, at) = newest(common).await?;
			let shown = Shown {
				seller,
				authorisation: chain.authorisation(&at, seller).await?,
				as_of: BlockId::of(&at),
			};
			let title = match &shown.authorisation {
				Some(word) => authorised(seller, word, &shown.as_of),
				None => format!("label {seller} is not authorised: every invoice takes its tax authority's signature"),
			};
			let mut lines = shown.authorisation.as_ref().map(describe_authorisation).unwrap_or_default();
			lines.push(as_of(&shown.as_of));
			output.result(&shown, &title, &lines);
		},
		AuthorisationCommand::Withdraw { seller, signing } => {
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = invoices::withdraw_authorisation(&submitter, &key, seller, patience);
			report_withdrawn(output, &wait(output, sent).await?);
		},
	}
	Ok(())
}

pub async fn close_period(
	jurisdiction: Jurisdiction,
	period: Period,
	signing: &Signing,
	common: &Common,
	output: &Output,
) -> Result<(), Failure> {
	let (submitter, key, patience) = signing.open(common).await?;
	let sent = invoices::close_period(&submitter, &key, jurisdiction, period, patience);
	let closed = wait(output, sent).await?;
	let lines = [
		("jurisdiction", closed.state.jurisdiction.to_string()),
		("closed", format!("{}, and all before", closed.state.period)),
		final_in(&closed.block),
	];
	output.result(&closed, "closed, and final", &lines);
	Ok(())
}

pub async fn routes(common: &Common, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Kept {
		jurisdiction: Jurisdiction,
		/// Who is competent as of the block.
		competent: Option<LabelId>,
		changes: Vec<RouteChange>,
	}
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Routes {
		routes: Vec<Kept>,
		as_of: BlockId,
	}
	let (chain, at) = newest(common).await?;
	let as_of_block = BlockId::of(&at);
	let mut routes = Vec::new();
	for (jurisdiction, changes) in chain.routes(&at).await? {
		routes.push(Kept {
			jurisdiction,
			competent: competent(&changes, as_of_block.number),
			changes,
		});
	}
	let routes = Routes {
		routes,
		as_of: as_of_block,
	};
	let names: Vec<_> = routes.routes.iter().map(|kept| kept.jurisdiction.to_string()).collect();
	let described = routes
		.routes
		.iter()
		.map(|kept| describe_changes(&kept.changes, routes.as_of.number));
	let mut lines: Vec<_> = names.iter().map(String::as_str).zip(described).collect();
	lines.push(as_of(&routes.as_of));
	let title = match routes.routes.is_empty() {
		true => "no tax authority is competent anywhere; the council appoints them",
		false => "competent tax authorities; for a region without one, that of its country is",
	};
	output.result(&routes, title, &lines);
	Ok(())
}

/// Who is competent at that height.
fn competent(changes: &[RouteChange], now: u64) -> Option<LabelId> {
	let current = changes.iter().rev().find(|change| u64::from(change.effective) <= now);
	current.and_then(|change| change.authority)
}

fn describe_changes(changes: &[RouteChange], now: u64) -> String {
	let name = |authority: Option<LabelId>| authority.map_or_else(|| "nobody".into(), |label| format!("label {label}"));
	let planned = changes.iter().filter(|change| u64::from(change.effective) > now);
	let planned = planned.map(|change| format!("; {} from block {} on", name(change.authority), change.effective));
	format!("{}{}", name(competent(changes, now)), planned.collect::<String>())
}

fn describe_conditions(conditions: &Conditions) -> Lines {
	let list = |words: Vec<String>| words.join(", ");
	let platforms: Vec<_> = conditions.platforms.iter().map(|label| format!("label {label}")).collect();
	let first = conditions.currencies.first();
	let at_most = match first {
		Some(currency) => format_minor(conditions.max_total, *currency),
		None => conditions.max_total.to_string(),
	};
	vec![
		(
			"currencies",
			list(conditions.currencies.iter().map(Currency::to_string).collect()),
		),
		("rates", list(conditions.rates.iter().map(describe_rate).collect())),
		(
			"platforms",
			match platforms.is_empty() {
				true => "none: every invoice takes the seller's signature".into(),
				false => list(platforms),
			},
		),
		("at the most", format!("{at_most} with VAT")),
		("valid until", format!("block {}", conditions.valid_until)),
	]
}

fn describe_rate(rate: &VatRate) -> String {
	format!("{} {}", rate.category, format_rate(rate.rate))
}

fn describe_authorisation(word: &Authorisation) -> Lines {
	let money = |minor| format_amount(minor, Some(word.currency));
	vec![
		("authority", format!("label {}", word.authority)),
		("at the most", format!("{} with VAT for one invoice", money(word.max_total))),
		("left", format!("{} for all of them", money(word.remaining))),
		("valid until", format!("block {}", word.valid_until)),
	]
}

/// Whether something can be issued by an authority's word.
fn authorised(seller: LabelId, word: &Authorisation, now: &BlockId) -> String {
	if u64::from(word.valid_until) < now.number {
		return format!("label {seller} is not authorised any more: that is over");
	}
	match word.remaining {
		0 => format!("label {seller} is not authorised any more: nothing is left of it"),
		_ => format!("label {seller} is authorised"),
	}
}

fn over(valid_until: BlockNumber, now: &BlockId) -> &'static str {
	if u64::from(valid_until) < now.number {
		", which do not hold any more"
	} else {
		""
	}
}

fn report_withdrawn(output: &Output, block: &BlockId) {
	let result = json!({ "block": block });
	output.result(&result, "withdrawn, and final", &[final_in(block)]);
}

/// What the most is in minor units, which must be the same in all the currencies.
fn in_all(money: Money, currencies: &[Currency]) -> Result<u64, Failure> {
	let mut totals = Vec::new();
	for currency in currencies {
		totals.push(money.minor(*currency).map_err(Failure::Usage)?);
	}
	totals.dedup();
	match totals[..] {
		[total] => Ok(total),
		_ => Err(Failure::Usage(
			"the currencies have different numbers of decimals, and the most is one number for all of them; name those that have the same"
				.into(),
		)),
	}
}

fn each_once<T: Ord>(mut values: Vec<T>) -> Vec<T> {
	values.sort();
	values.dedup();
	values
}

fn too_many(what: &str) -> Failure {
	Failure::Usage(format!("there may be {MAX_CONDITIONS} {what} at the most"))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn currencies(codes: &[&str]) -> Vec<Currency> {
		codes.iter().map(|code| code.parse().unwrap()).collect()
	}

	#[test]
	fn the_most_is_one_number_for_all_currencies() {
		let most: Money = "1000".parse().unwrap();
		assert_eq!(in_all(most, &currencies(&["EUR", "CHF"])).ok(), Some(100_000));
		assert_eq!(in_all(most, &currencies(&["JPY"])).ok(), Some(1_000));
		assert!(in_all(most, &currencies(&["EUR", "JPY"])).is_err());
		assert!(in_all("0.001".parse().unwrap(), &currencies(&["EUR"])).is_err());
	}

	#[test]
	fn a_route_changes_in_its_block_and_not_before() {
		let changes = [
			RouteChange {
				authority: Some(2),
				effective: 0,
			},
			RouteChange {
				authority: Some(4),
				effective: 100,
			},
			RouteChange {
				authority: None,
				effective: 200,
			},
		];
		for (now, authority) in [(0, Some(2)), (99, Some(2)), (100, Some(4)), (199, Some(4)), (200, None)] {
			assert_eq!(competent(&changes, now), authority, "{now}");
		}
		assert_eq!(competent(&[], 5), None);
		assert_eq!(
			describe_changes(&changes, 50),
			"label 2; label 4 from block 100 on; nobody from block 200 on"
		);
	}

	#[test]
	fn an_authorisation_that_is_over_or_used_up_is_not_called_one() {
		let title = |remaining, valid_until| {
			let word = Authorisation {
				authority: 2,
				currency: "EUR".parse().unwrap(),
				max_total: 100,
				remaining,
				valid_until,
			};
			let now = BlockId {
				number: 50,
				hash: "0x50".into(),
			};
			authorised(3, &word, &now)
		};
		assert_eq!(title(1, 50), "label 3 is authorised", "the control");
		for (remaining, valid_until) in [(0, 50), (1, 49)] {
			assert!(title(remaining, valid_until).contains("is not authorised any more"));
		}
	}

	#[test]
	fn what_is_named_twice_is_meant_once() {
		assert_eq!(each_once(vec![5, 3, 5]), [3, 5]);
	}
}
