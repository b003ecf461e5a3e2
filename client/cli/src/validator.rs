// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, SessionKeySource, ValidatorCommand},
	bundle::when,
	label::{print_list, wait},
	output::{as_of, final_in, Output},
	Failure,
};
use chirograph_sdk::{
	keys::{format_account, Keypair},
	labels::Finalised,
	primitives::{
		payload::GenesisHash,
		validator::{SlashState, ValidatorChange, ValidatorEvent, ValidatorStatus, ValidatorTerms},
		Balance, SessionIndex,
	},
	validators::{self, describe_state, format_share, format_tokens, NumberedSlash, OwnKeys, Standing},
};

type Lines = Vec<(&'static str, String)>;

pub async fn run(command: ValidatorCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		ValidatorCommand::Join { margin, keys, signing } => {
			let given = keys.given()?;
			let (submitter, signer, patience) = signing.open(common).await?;
			let keys = match given {
				Some(given) => given,
				None => {
					let chain = submitter.chain();
					validators::ensure_can_join(chain, &signer.account(), margin).await?;
					keys.made(chain.genesis(), &signer, common).await?
				},
			};
			let sent = validators::join(&submitter, &signer, margin, &keys, patience);
			report(output, "joined, and final", &wait(output, sent).await?);
			output.hint("whether it has a seat yet, `chirograph validator show` says; keep the node running, as a validator");
		},
		ValidatorCommand::TopUp { amount, signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = validators::top_up(&submitter, &signer, amount, patience);
			report(output, "put up, and final", &wait(output, sent).await?);
		},
		ValidatorCommand::Leave { signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = validators::leave(&submitter, &signer, patience);
			report(output, "leaving, and final", &wait(output, sent).await?);
			output.hint("keep the node running until it votes no more, as `chirograph validator show` says");
		},
		ValidatorCommand::Resume { signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = validators::resume(&submitter, &signer, patience);
			report(output, "resumed, and final", &wait(output, sent).await?);
		},
		ValidatorCommand::Withdraw { signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = validators::withdraw(&submitter, &signer, patience);
			report(output, "withdrawn, and final", &wait(output, sent).await?);
		},
		ValidatorCommand::RotateKeys { keys, signing } => {
			let given = keys.given()?;
			let (submitter, signer, patience) = signing.open(common).await?;
			let keys = match given {
				Some(given) => given,
				None => {
					let chain = submitter.chain();
					validators::own(chain, &signer).await?;
					keys.made(chain.genesis(), &signer, common).await?
				},
			};
			let sent = validators::rotate_keys(&submitter, &signer, &keys, patience);
			report(output, "session keys set, and final", &wait(output, sent).await?);
		},
		ValidatorCommand::List => {
			let list = validators::list(&common.connect().await?).await?;
			let rows = list.validators.iter().map(|status| (status.label.to_string(), row(status)));
			let mut rows: Vec<_> = rows.collect();
			let terms = describe_terms(&list.terms, list.budget).into_iter();
			rows.extend(terms.map(|(name, text)| (name.to_owned(), text)));
			rows.push(("session".into(), list.session.to_string()));
			print_list(output, &list, "validators", rows, &list.as_of);
		},
		ValidatorCommand::Show { label } => {
			let entry = validators::show(&common.connect().await?, label).await?;
			let mut lines = describe_standing(&entry.standing);
			lines.extend(
				entry
					.slashes
					.iter()
					.map(|slash| ("slash", describe_slash(slash, entry.standing.session))),
			);
			lines.extend(entry.history.iter().map(|change| ("history", describe_change(change))));
			lines.push(as_of(&entry.as_of));
			let title = match entry.standing.validator {
				Some(_) => format!("validator of label {label}"),
				None => format!("label {label} was a validator, and is none any more"),
			};
			output.result(&entry, &title, &lines);
		},
		ValidatorCommand::Slashes => {
			let list = validators::slashes(&common.connect().await?).await?;
			let rows = list.slashes.iter().map(|slash| {
				let text = format!("label {}: {}", slash.what.label, describe_slash(slash, list.session));
				(slash.slash.to_string(), text)
			});
			print_list(output, &list, "slashes", rows.collect(), &list.as_of);
		},
	}
	Ok(())
}

impl SessionKeySource {
	/// The keys that were typed, if they were.
	fn given(&self) -> Result<Option<OwnKeys>, Failure> {
		match (&self.session_keys, &self.proof) {
			(Some(keys), Some(proof)) => Ok(Some(OwnKeys::parse(keys, proof)?)),
			_ => Ok(None),
		}
	}

	/// Keys that the operator's node makes.
	async fn made(&self, genesis: &GenesisHash, signer: &Keypair, common: &Common) -> Result<OwnKeys, Failure> {
		let url = self.node_url.as_ref().unwrap_or(&common.node);
		Ok(validators::own_keys(url, genesis, &signer.account()).await?)
	}
}

fn report(output: &Output, title: &str, changed: &Finalised<Standing>) {
	let mut lines = describe_standing(&changed.state);
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

fn tokens(amount: Balance) -> String {
	format!("{} tokens", format_tokens(amount))
}

fn describe_standing(standing: &Standing) -> Lines {
	let mut lines = vec![("label", standing.label.to_string())];
	if let Some(status) = &standing.validator {
		let validator = &status.validator;
		lines.extend(status.account.as_ref().map(|account| ("account", format_account(account))));
		lines.extend([
			("standing", format!("it {}{}", describe_state(validator.state), votes(status))),
			("margin", tokens(validator.margin)),
			("organisation", validator.organisation.to_string()),
			("country", validator.country.to_string()),
			("joined", when(&validator.joined)),
			("blocks", format!("{} in this session", status.blocks)),
		]);
	}
	lines.push(("session", standing.session.to_string()));
	lines
}

/// Whether it is in the set of the session, which may be another thing than whether it has a seat from some session on.
fn votes(status: &ValidatorStatus) -> &'static str {
	match (status.votes, status.disabled) {
		(true, false) => ", and votes",
		(true, true) => ", votes, and may make no blocks for the rest of the session",
		(false, _) => ", and does not vote",
	}
}

fn row(status: &ValidatorStatus) -> String {
	let validator = &status.validator;
	format!(
		"{}  {}; {}{}",
		validator.country,
		tokens(validator.margin),
		describe_state(validator.state),
		votes(status)
	)
}

fn describe_terms(terms: &ValidatorTerms, budget: Balance) -> Lines {
	vec![
		("margin", format!("{} at the least", tokens(terms.margin))),
		(
			"seats",
			format!(
				"{} to {}, at most {} of one country; {} may take one in a session, and as many leave theirs",
				terms.min_seats, terms.max_seats, terms.seats_per_country, terms.churn
			),
		),
		("locked", format!("for {} sessions after leaving", terms.unbonding)),
		(
			"an offence",
			format!(
				"costs {} of the margin at the least, more with others within {} sessions; the council can take it back for {}; {} goes to who reports it",
				format_share(terms.floor),
				terms.window,
				terms.appeal,
				format_share(terms.reporter_share)
			),
		),
		("absence", format!("after {} times as many blocks as seats without one of its own", terms.absence)),
		(
			"rewards",
			format!("{} in a session, and {} are left for them", tokens(terms.reward), tokens(budget)),
		),
	]
}

fn describe_slash(NumberedSlash { slash, what }: &NumberedSlash, session: SessionIndex) -> String {
	let state = match what.state {
		SlashState::Pending { due } => format!(
			"the council can take it back before session {due}, in {} sessions",
			due.saturating_sub(session)
		),
		SlashState::Applied => "carried out".into(),
		SlashState::Cancelled => "taken back by the council".into(),
	};
	let reporter = what.reporter.as_ref();
	let reporter = reporter.map(|account| format!("; reported by {}", format_account(account)));
	format!(
		"number {slash}, {}, {} of the margin, as one of {} of {} in session {}; {state}; incident {}; {}{}",
		tokens(what.amount),
		format_share(what.fraction),
		what.offenders,
		what.seats,
		what.session,
		what.incident,
		when(&what.at),
		reporter.unwrap_or_default()
	)
}

fn describe_change(change: &ValidatorChange) -> String {
	let what = match &change.event {
		ValidatorEvent::Joined { margin } => format!("joined, with {}", tokens(*margin)),
		ValidatorEvent::ToppedUp { amount } => format!("put up {} more", tokens(*amount)),
		ValidatorEvent::Seated { session } => format!("has a seat from session {session} on"),
		ValidatorEvent::Unseated { session } => format!("has no seat from session {session} on"),
		ValidatorEvent::WentAbsent => "made no blocks, and lost its seat".into(),
		ValidatorEvent::Resumed => "came back".into(),
		ValidatorEvent::Retired => "asked to leave".into(),
		ValidatorEvent::Withdrew { amount } => format!("took {} back", tokens(*amount)),
		ValidatorEvent::Slashed { slash, amount } => format!("lost {} for an offence, slash {slash}", tokens(*amount)),
		ValidatorEvent::SlashCancelled { slash, amount } => {
			format!("the council gave {} back, slash {slash}", tokens(*amount))
		},
		ValidatorEvent::SlashApplied { slash, rewarded } => {
			format!("slash {slash} was carried out, {} of it to who reported", tokens(*rewarded))
		},
	};
	format!("{}: {what}", when(&change.at))
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_sdk::{
		primitives::{validator::Slash, Inclusion},
		validators::TOKEN,
	};

	#[test]
	fn a_slash_says_how_much_why_and_until_when_it_can_be_taken_back() {
		let slash = |state| NumberedSlash {
			slash: 3,
			what: Slash {
				label: 7,
				session: 40,
				offenders: 2,
				seats: 7,
				fraction: 734_693_877,
				amount: 5 * TOKEN / 2,
				reporter: None,
				state,
				incident: 9,
				at: Inclusion {
					block: 8,
					extrinsic: 1,
					time: 16_000,
				},
			},
		};
		let pending = describe_slash(&slash(SlashState::Pending { due: 50 }), 42);
		for part in [
			"2.5 tokens",
			"73.4693877 %",
			"2 of 7 in session 40",
			"before session 50, in 8 sessions",
			"incident 9",
		] {
			assert!(pending.contains(part), "{part} is in: {pending}");
		}
		assert!(describe_slash(&slash(SlashState::Cancelled), 60).contains("taken back by the council"));
	}
}
