// SPDX-License-Identifier: Apache-2.0

//! What is only looked at.

use super::{
	amount::{describe_amounts, format_signed, table},
	cosign::describe_output,
	hash_of,
};
use crate::{
	args::{Common, KindName, Whose},
	bundle::{when, Lines},
	output::{as_of, Output},
	Failure,
};
use chirograph_sdk::{
	chain::{BlockId, Chain, FinalisedBlock},
	einvoice::{self, EInvoice, Findings, PartyName, Rules, MAX_BYTES},
	file,
	invoices::{
		self, action_name, format_minor, format_rate, kind_name, Arrival, Books, Held, InvoiceError, Lineage, Movement, Step,
		Sums, Watcher,
	},
	keys::{format_account, KeyStore, Keypair},
	primitives::{
		invoice::{Amounts, Currency, OutPoint, OutputKind, OutputRecord, Provenance, Route, VatAmount},
		DocumentHash, LabelId, SignatureScheme,
	},
	Error, ErrorKind,
};
use futures::StreamExt;
use serde::Serialize;
use serde_json::json;
use std::{env, path::Path, time::Duration};
use tokio::time::sleep;

/// How long a node that went away is left alone before it is asked again.
const PAUSE: Duration = Duration::from_secs(2);

impl Whose {
	/// Which label.
	async fn label(&self, chain: &Chain, at: &FinalisedBlock) -> Result<LabelId, Failure> {
		let account = match (self.label, &self.dev_key) {
			(Some(label), _) => return Ok(label),
			(None, Some(name)) => Keypair::dev(name, SignatureScheme::Sr25519)?.account(),
			(None, None) => {
				let name = self.key.clone().or_else(|| env::var("CHIROGRAPH_KEY").ok());
				let name =
					name.ok_or_else(|| Failure::Usage("whose? Name a label with --label, or your key with --key".into()))?;
				KeyStore::open_default()?.inspect(&name)?.account
			},
		};
		let status = chain.account_status(at, &account).await?;
		status.label.map(|label| label.id).ok_or_else(|| {
			Failure::Usage(format!(
				"{} holds no label, and outputs are held by labels; name one with --label",
				format_account(&account)
			))
		})
	}
}

pub fn validate(path: &Path, rules: Rules, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Validated<'a> {
		file: String,
		hash: DocumentHash,
		rules: Rules,
		valid: bool,
		/// Why not, if it is by none of the findings.
		reason: Option<String>,
		#[serde(flatten)]
		findings: &'a Findings,
		document: Option<&'a EInvoice>,
		amounts: Option<Amounts>,
	}
	let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
	let findings = einvoice::validate(&bytes, rules)
		.map_err(|error| Failure::Usage(format!("{} cannot be checked: {error}", path.display())))?;
	let (document, reason) = match EInvoice::read(&bytes, rules) {
		Ok(document) => (Some(document), None),
		Err(error) => (None, Some(error.to_string())),
	};
	let validated = Validated {
		file: path.display().to_string(),
		hash: match &document {
			Some(document) => document.document.hash,
			None => hash_of(path, output)?,
		},
		rules,
		valid: document.is_some(),
		reason: reason.filter(|_| findings.is_valid()),
		findings: &findings,
		document: document.as_ref(),
		amounts: document.as_ref().map(EInvoice::amounts),
	};
	let mut lines = vec![
		("file", validated.file.clone()),
		("SHA-256", validated.hash.to_string()),
		("syntax", findings.syntax.to_string()),
		("number", findings.number.clone().unwrap_or_else(|| "none".into())),
	];
	let mut further = Vec::new();
	if let Some(document) = &document {
		lines.extend(describe_document(document));
		further.extend(amount_lines(&document.amounts(), document.currency));
	}
	let named = [("broken: ", &findings.fatal), ("warning: ", &findings.warnings)];
	for (name, found) in named {
		further.extend(found.iter().map(|finding| (1, format!("{name}{finding}"))));
	}
	let title = match (&validated.reason, findings.fatal.len()) {
		(Some(reason), _) => format!("NOT VALID: {reason}"),
		(None, 0) => format!("VALID: the {} keeps {rules}", findings.kind),
		(None, 1) => format!("NOT VALID: the {} breaks {rules} in one place", findings.kind),
		(None, count) => format!("NOT VALID: the {} breaks {rules} in {count} places", findings.kind),
	};
	output.result_with(&validated, &title, &lines, &further);
	if !validated.valid {
		return Err(Failure::Negative);
	}
	Ok(())
}

pub async fn list(whose: &Whose, kinds: Vec<KindName>, common: &Common, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Listed {
		label: LabelId,
		outputs: Vec<Held>,
		as_of: BlockId,
	}
	let kinds: Vec<_> = kinds.into_iter().map(OutputKind::from).collect();
	let (chain, at) = newest(common).await?;
	let label = whose.label(&chain, &at).await?;
	let mut outputs = invoices::outputs_of(&chain, &at, label).await?;
	outputs.retain(|held| kinds.is_empty() || kinds.contains(&held.record.output.kind));
	let listed = Listed {
		label,
		outputs,
		as_of: BlockId::of(&at),
	};
	let names: Vec<_> = listed.outputs.iter().map(|held| held.outpoint.to_string()).collect();
	let rows: Vec<_> = listed.outputs.iter().map(|held| row(&held.record)).collect();
	let mut lines: Vec<_> = names.iter().map(String::as_str).zip(table(&rows)).collect();
	lines.push(as_of(&listed.as_of));
	let title = match listed.outputs.len() {
		0 => format!("label {label} holds nothing of that"),
		1 => format!("one output at label {label}"),
		count => format!("{count} outputs at label {label}"),
	};
	output.result(&listed, &title, &lines);
	Ok(())
}

pub async fn show(target: &str, common: &Common, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Shown {
		outpoint: OutPoint,
		#[serde(flatten)]
		record: OutputRecord,
		uri: String,
		as_of: BlockId,
	}
	let (genesis, outpoint) = if invoices::is_address(target) {
		let (genesis, outpoint) = invoices::parse_uri(target).map_err(InvoiceError::from)?;
		(Some(genesis), outpoint)
	} else {
		let outpoint = target
			.parse::<OutPoint>()
			.map_err(|error| Failure::Usage(format!("{target} is neither an output nor an address of one: {error}")))?;
		(None, outpoint)
	};
	let (chain, at) = newest(common).await?;
	if let Some(found) = genesis.filter(|genesis| genesis != chain.genesis()) {
		let expected = *chain.genesis();
		return Err(InvoiceError::AddressOfAnotherNetwork { expected, found }.into());
	}
	let record = chain.output(&at, &outpoint).await?;
	let record = record.ok_or(InvoiceError::UnknownOutput { output: outpoint })?;
	let shown = Shown {
		outpoint,
		record,
		uri: invoices::uri(chain.genesis(), &outpoint),
		as_of: BlockId::of(&at),
	};
	let kind = shown.record.output.kind;
	let title = match shown.record.consumed {
		Some(_) => format!("{}, consumed already", kind_name(kind)),
		None if kind.is_transferable() => format!("{}, not consumed yet", kind_name(kind)),
		None => kind_name(kind).to_owned(),
	};
	let mut lines = vec![("output", outpoint.to_string())];
	lines.extend(describe_record(&shown.record));
	lines.push(as_of(&shown.as_of));
	let amounts = amount_lines(&shown.record.output.amounts, shown.record.provenance.currency);
	output.result_with(&shown, &title, &lines, &amounts);
	Ok(())
}

pub async fn trace(outpoint: OutPoint, common: &Common, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Traced<'a> {
		#[serde(flatten)]
		lineage: &'a Lineage,
		balanced: Option<bool>,
		as_of: BlockId,
	}
	let (chain, at) = newest(common).await?;
	let lineage = invoices::trace(&chain, &at, outpoint).await?;
	let traced = Traced {
		lineage: &lineage,
		balanced: lineage.books.as_ref().map(Books::balanced),
		as_of: BlockId::of(&at),
	};
	let steps = lineage.steps.iter();
	let mut further: Vec<_> = steps.flat_map(|step| describe_step(step, outpoint)).collect();
	if let Some(books) = &lineage.books {
		further.extend(describe_books(books));
	}
	let title = match lineage.steps.len() {
		1 => "one transaction".to_owned(),
		count => format!("{count} transactions, each behind those that it comes from"),
	};
	let lines = [("output", outpoint.to_string()), as_of(&traced.as_of)];
	output.result_with(&traced, &title, &lines, &further);
	match traced.balanced {
		Some(false) => Err(Failure::Negative),
		Some(true) | None => Ok(()),
	}
}

/// Whether somebody may answer again soon. A node of another network does not.
fn is_gap(error: &Error) -> bool {
	match error {
		Error::AnotherChain { .. } | Error::NetworkChanged { .. } | Error::SpecOfAnotherChain { .. } => false,
		// A light client that missed something.
		Error::NeedsNode { .. } => true,
		error => matches!(error.kind(), ErrorKind::Connection),
	}
}

pub async fn watch(whose: &Whose, once: bool, existing: bool, common: &Common, output: &Output) -> Result<(), Failure> {
	let (mut chain, at) = newest(common).await?;
	let genesis = *chain.genesis();
	let label = whose.label(&chain, &at).await?;
	let mut watcher = if existing {
		Watcher::with_existing(label)
	} else {
		Watcher::new(label)
	};
	// From this block on.
	watcher.compare(&chain, &at).await?;
	output.hint(format_args!("watching label {label}; end with Ctrl-C"));
	let tell = |arrival: &Arrival| output.line(arrival, &describe_arrival(arrival));
	loop {
		let next = invoices::watch(&chain, &mut watcher).next().await;
		match next {
			Some(Ok(arrival)) => {
				if !tell(&arrival) {
					return Ok(());
				}
				for arrival in watcher.untold() {
					if !tell(&arrival) {
						return Ok(());
					}
				}
				if once {
					return Ok(());
				}
				continue;
			},
			Some(Err(error)) if !is_gap(&error) => return Err(error.into()),
			Some(Err(error)) => output.hint(format_args!("{error}; trying again")),
			None => {},
		}
		// Whatever happens meanwhile is told afterwards.
		chain = loop {
			sleep(PAUSE).await;
			match newest(common).await {
				Ok((chain, _)) => break chain,
				Err(Failure::Sdk(error)) if is_gap(&error) => {},
				Err(failure) => return Err(failure),
			}
		};
		if *chain.genesis() != genesis {
			return Err(Error::AnotherChain {
				url: common.node.clone(),
				expected: genesis,
				found: *chain.genesis(),
			}
			.into());
		}
	}
}

pub async fn qr(outpoint: OutPoint, svg: Option<&Path>, common: &Common, output: &Output) -> Result<(), Failure> {
	let genesis = match common.genesis {
		Some(genesis) => genesis.0,
		None => {
			let (chain, at) = newest(common).await?;
			if chain.output(&at, &outpoint).await?.is_none() {
				return Err(InvoiceError::UnknownOutput { output: outpoint }.into());
			}
			*chain.genesis()
		},
	};
	let uri = invoices::uri(&genesis, &outpoint);
	let mut lines = vec![("output", outpoint.to_string()), ("address", uri.clone())];
	match svg {
		Some(path) => {
			file::write_new(path, invoices::qr_svg(&uri)?.as_bytes(), false)?;
			lines.push(("file", path.display().to_string()));
			let result = json!({ "output": outpoint, "uri": uri, "file": path.display().to_string() });
			output.result(&result, "written", &lines);
		},
		None => {
			let code: Vec<_> = invoices::qr_text(&uri)?.lines().map(|line| (0, line.to_owned())).collect();
			let result = json!({ "output": outpoint, "uri": uri });
			output.result_with(
				&result,
				"scan this, or show it to whoever is to see the output",
				&lines,
				&code,
			);
		},
	}
	Ok(())
}

/// A connection to a node that is not behind, and what is final there.
pub async fn newest(common: &Common) -> Result<(Chain, FinalisedBlock), Failure> {
	let chain = common.connect().await?;
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok((chain, at))
}

/// What a document says of itself.
pub fn describe_document(document: &EInvoice) -> Lines {
	let totals = &document.document.totals;
	vec![
		("dated", document.issued.to_string()),
		("seller", describe_party(&document.seller)),
		("buyer", describe_party(&document.buyer)),
		(
			"due",
			format!("{} {}", format_signed(totals.due, document.currency), document.currency),
		),
	]
}

fn describe_party(party: &PartyName) -> String {
	let name = party.name.as_deref().unwrap_or("without a name");
	match &party.vat_identifier {
		Some(identifier) => format!("{name}, {identifier}"),
		None => name.into(),
	}
}

/// Amounts as a table, below what they belong to.
pub fn amount_lines(amounts: &[VatAmount], currency: Currency) -> Vec<(usize, String)> {
	describe_amounts(amounts, currency)
		.into_iter()
		.map(|line| (1, line))
		.collect()
}

/// An output among others.
fn row(record: &OutputRecord) -> Vec<String> {
	let (output, provenance) = (&record.output, &record.provenance);
	let mut each = output.amounts.iter().map(VatAmount::gross);
	let gross = each.try_fold(0u64, |sum, gross| sum.checked_add(gross?));
	vec![
		kind_name(output.kind).into(),
		gross.map_or_else(|| "too much".into(), |gross| format_minor(gross, provenance.currency)),
		format!("{} with VAT, sold by label {}", provenance.currency, provenance.seller),
	]
}

/// What an output is, but for its amounts.
pub fn describe_record(record: &OutputRecord) -> Lines {
	let Provenance {
		seller,
		buyer,
		number,
		origin,
		destination,
		..
	} = &record.provenance;
	let mut lines = vec![
		("kind", kind_name(record.output.kind).to_owned()),
		("holder", format!("label {}", record.output.holder)),
		("seller", format!("label {seller}")),
		("buyer", format!("label {buyer}")),
	];
	lines.extend(number.map(|number| ("number (hash)", number.to_string())));
	lines.extend(origin.map(|route| ("issued by", describe_route(&route))));
	lines.extend(destination.map(|route| ("enterprise's authority", describe_route(&route))));
	lines.extend(record.consumed.map(|by| ("consumed by", by.to_string())));
	lines
}

/// Which tax authority, and for where.
pub fn describe_route(route: &Route) -> String {
	format!("label {}, the tax authority for {}", route.authority, route.jurisdiction)
}

fn describe_step(step: &Step, asked: OutPoint) -> Vec<(usize, String)> {
	let record = &step.record;
	let mut lines = vec![(
		1,
		format!("{}  {}  {}", when(&record.at), action_name(record.action), step.id),
	)];
	lines.extend(record.document.map(|hash| (2, format!("document {hash}"))));
	lines.extend(record.period.map(|period| (2, format!("in the period {period}"))));
	lines.extend(record.inputs.iter().map(|input| (2, format!("consumes {input}"))));
	for (index, created) in (0u8..).zip(record.outputs.iter()) {
		let outpoint = OutPoint {
			transaction: step.id,
			index,
		};
		let mark = if outpoint == asked { "  <- this one" } else { "" };
		lines.push((2, format!("creates {outpoint}{mark}")));
		lines.push((3, describe_output(created)));
		lines.push((
			3,
			match created.consumed {
				Some(by) => format!("consumed by {by}"),
				None => "not consumed".into(),
			},
		));
	}
	lines
}

/// What became of an invoice, category by category, and whether nothing is lost.
pub fn describe_books(books: &Books) -> Vec<(usize, String)> {
	let currency = books.currency;
	let row = |name: String, sums: Option<Sums>| {
		let [net, vat] = match sums {
			Some(sums) => [sums.net, sums.vat].map(|minor| format_minor(minor, currency)),
			None => ["too much".into(), "too much".into()],
		};
		vec![name, net, vat]
	};
	let is_something = |sums: Option<Sums>| sums != Some(Sums::default());
	let mut rows = vec![vec![format!("in {currency}"), "net".into(), "VAT".into()]];
	for line in &books.lines {
		let name = format!("{} {}", line.category, format_rate(line.rate));
		rows.push(row(format!("{name} issued"), line.issued));
		for kind in OutputKind::ALL {
			let sums = line.of(kind);
			if is_something(sums) {
				rows.push(row(format!("  {}", state(kind)), sums));
			}
		}
	}
	rows.push(row("together issued".into(), books.issued()));
	for kind in OutputKind::ALL {
		let sums = books.total(kind);
		if is_something(sums) {
			rows.push(row(format!("  {}", state(kind)), sums));
		}
	}
	let verdict = if books.balanced() {
		"the books balance: all that was issued is accounted for, in every category"
	} else {
		"THE BOOKS DO NOT BALANCE: what was issued is not what there is now"
	};
	let mut lines = vec![(0, "books of the invoice".to_owned())];
	lines.extend(table(&rows).into_iter().map(|line| (1, line)));
	lines.push((0, verdict.into()));
	lines
}

/// What it means for an invoice that a part of it is this now.
const fn state(kind: OutputKind) -> &'static str {
	match kind {
		OutputKind::Receipt => "rejected or void",
		OutputKind::Invoice => "not used yet",
		other => kind_name(other),
	}
}

fn describe_arrival(arrival: &Arrival) -> String {
	let (moved, by, action) = match arrival.movement {
		Movement::Arrived { by, action } => ("came", by, action),
		Movement::Left { by, action } => ("went", by, action),
	};
	format!(
		"block {}: {moved} {}  {}  ({} {by})",
		arrival.block.number,
		arrival.outpoint,
		describe_output(&arrival.record),
		action_name(action)
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_sdk::primitives::{
		invoice::{ActionKind, Output, TransactionRecord},
		Inclusion, TransactionId,
	};

	fn output_record(kind: OutputKind) -> OutputRecord {
		let amounts = [VatAmount {
			category: "S".parse().unwrap(),
			rate: 1_900,
			net: 10_000,
			vat: 1_900,
		}];
		OutputRecord {
			output: Output {
				kind,
				holder: 7,
				amounts: Amounts::try_from(amounts.to_vec()).unwrap(),
			},
			provenance: Provenance {
				seller: 3,
				buyer: 4,
				currency: "EUR".parse().unwrap(),
				number: None,
				origin: None,
				destination: None,
			},
			consumed: Some(TransactionId([2; 32])),
		}
	}

	#[test]
	fn a_watch_goes_on_after_a_gap_and_not_on_another_network() {
		let needs_node = Error::NeedsNode { what: "read".into() };
		let lost = Error::ConnectionLost { url: "ws://node".into() };
		assert!(is_gap(&needs_node) && is_gap(&lost));
		let other = Error::AnotherChain {
			url: "ws://node".into(),
			expected: [1; 32],
			found: [2; 32],
		};
		assert!(!is_gap(&other) && !is_gap(&Error::NoFunds));
	}

	#[test]
	fn hashes_are_shown_in_full_and_labels_by_number() {
		let lines = describe_record(&output_record(OutputKind::Invoice));
		let consumed = lines
			.iter()
			.find(|(name, _)| *name == "consumed by")
			.map(|(_, value)| value.as_str());
		assert_eq!(consumed, Some(TransactionId([2; 32]).to_string().as_str()));
		assert!(lines.contains(&("holder", "label 7".into())));
	}

	#[test]
	fn a_listed_output_shows_its_total_with_the_currencys_decimals() {
		assert_eq!(
			row(&output_record(OutputKind::Reimbursed)),
			["reimbursed", "119.00", "EUR with VAT, sold by label 3"]
		);
	}

	#[test]
	fn the_output_that_was_asked_about_is_marked_among_the_others() {
		let step = Step {
			id: TransactionId([1; 32]),
			record: TransactionRecord {
				action: ActionKind::Issue,
				inputs: Default::default(),
				outputs: vec![output_record(OutputKind::Invoice), output_record(OutputKind::Receipt)]
					.try_into()
					.unwrap(),
				document: None,
				period: None,
				at: Inclusion {
					block: 5,
					extrinsic: 1,
					time: 0,
				},
			},
		};
		let asked = OutPoint {
			transaction: step.id,
			index: 1,
		};
		let marked: Vec<_> = describe_step(&step, asked)
			.into_iter()
			.filter(|(_, line)| line.contains("<- this one"))
			.collect();
		assert_eq!(marked, [(2, format!("creates {asked}  <- this one"))]);
	}
}
