// SPDX-License-Identifier: Apache-2.0

//! One transaction, signed by several parties on machines of their own: what one writes, the next attaches.

use crate::{
	args::{Common, Cosigning, SecondFactor},
	label::{quoted, wait},
	output::{final_in, Output},
	Failure,
};
use chirograph_sdk::{
	chain::{Chain, FinalisedBlock},
	einvoice::{EInvoice, Rules},
	invoices::{
		self, action_name, format_amounts, kind_name, part_name, Draft, Executed, InvoiceError, Signers, Summary, TransactionFile,
	},
	keys::{format_account, Keypair},
	primitives::{
		invoice::{ActionKind, OutPoint, OutputRecord, Party, Transaction},
		LabelId,
	},
	submit::Submitter,
};
use serde::Serialize;
use std::{fmt::Display, path::Path, sync::Arc};

/// A connection, and what was said about how a transaction is to be signed over it.
pub struct Session<'a> {
	cosigning: &'a Cosigning,
	/// For what a holder may guard with a passkey.
	factor: Option<&'a SecondFactor>,
	output: &'a Output,
	chain: Arc<Chain>,
	/// The newest finalised block: everything is judged by it.
	at: FinalisedBlock,
}

/// The invoice or credit note that a transaction binds, which whoever signs next is to be given, too.
pub struct Document<'a> {
	path: &'a Path,
	rules: Rules,
	pub content: EInvoice,
}

impl<'a> Document<'a> {
	pub fn open(path: &'a Path, rules: Rules) -> Result<Self, Failure> {
		Ok(Self {
			path,
			rules,
			content: EInvoice::open(path, rules)?,
		})
	}
}

/// A transaction that was signed, and not sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed<'a> {
	summary: &'a Summary,
	/// Who has to sign it.
	parties: &'a [Party],
	/// Who of them has yet to.
	missing: &'a [Party],
	/// Where it was written.
	file: String,
}

/// A transaction that is final.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
	#[serde(flatten)]
	executed: &'a Executed,
	summary: &'a Summary,
}

impl Cosigning {
	/// The transaction that was attached, with all signatures that were attached with it, whether they count or not; if it is of the kind that the
	/// command is for.
	pub fn attached(&self, kind: ActionKind) -> Result<Option<TransactionFile>, Failure> {
		let mut files = self.attach.iter();
		let Some(path) = files.next() else {
			return Ok(None);
		};
		let mut file = TransactionFile::read(path)?;
		for path in files {
			file.gather(&TransactionFile::read(path)?)?;
		}
		let found = file.transaction.kind();
		if found != kind {
			return Err(Failure::Usage(format!(
				"what {} does is `{}`, and not `{}`; if that is what you mean to sign, use `chirograph invoice {}`",
				path.display(),
				action_name(found),
				action_name(kind),
				action_name(found)
			)));
		}
		Ok(Some(file))
	}

	/// Connects.
	pub async fn open<'a>(
		&'a self,
		factor: Option<&'a SecondFactor>,
		common: &Common,
		output: &'a Output,
	) -> Result<Session<'a>, Failure> {
		let is_factor_used = factor.is_some_and(|factor| factor.write_request.is_some() || factor.confirmation.is_some());
		if is_factor_used && self.attach.is_empty() {
			return Err(Failure::Usage(
				"a passkey confirms one transaction, and here another would be made each time; write it with --sign-only, have it signed by the others, and --attach it".into(),
			));
		}
		if is_factor_used && self.sign_only.is_some() {
			return Err(Failure::Usage(
				"a passkey confirms what is sent, and --sign-only sends nothing; leave out one of them".into(),
			));
		}
		let chain = Arc::new(common.connect_to_sign().await?);
		chain.ensure_synced().await?;
		let at = chain.finalised().await?;
		Ok(Session {
			cosigning: self,
			factor,
			output,
			chain,
			at,
		})
	}
}

impl Session<'_> {
	pub fn chain(&self) -> &Chain {
		&self.chain
	}

	pub fn at(&self) -> &FinalisedBlock {
		&self.at
	}

	/// Where a new transaction is made.
	pub async fn draft(&self) -> Result<Draft<'_>, Failure> {
		Ok(Draft {
			chain: &self.chain,
			block: &self.at,
			valid_until: self.chain.valid_until(self.cosigning.valid_for).await?,
		})
	}

	/// What an output is.
	pub async fn existing(&self, outpoint: &OutPoint) -> Result<OutputRecord, Failure> {
		let record = self.chain.output(&self.at, outpoint).await?;
		Ok(record.ok_or(InvoiceError::UnknownOutput { output: *outpoint })?)
	}

	/// Signs a new transaction, and writes it, or sends it.
	pub async fn start(self, transaction: Transaction, document: Option<&Document<'_>>) -> Result<(), Failure> {
		let file = TransactionFile::new(self.chain.genesis(), transaction);
		self.go_on(file, document).await
	}

	/// The same with one that may have been attached: nobody signs what they have not seen.
	pub async fn go_on(self, mut file: TransactionFile, document: Option<&Document<'_>>) -> Result<(), Failure> {
		for dropped in invoices::sift(&self.chain, &self.at, &mut file).await? {
			self.output.hint(format_args!(
				"a signature of label {} does not count and is left out: {} does not hold that label, or it takes no part",
				dropped.label,
				format_account(&dropped.account)
			));
		}
		let signers = invoices::check(&self.chain, &self.at, &file).await?;
		let mut summary = invoices::summarise(&self.chain, &self.at, &file).await?;
		if let Some(document) = document {
			summary = summary.with_document(&document.content);
		}
		if !self.cosigning.attach.is_empty() {
			self.output.hint("what you sign:");
			for line in &summary.lines {
				self.output.hint(format_args!("  {}: {}", line.name, line.value));
			}
			self.ensure_agreed()?;
		}
		let key = self.cosigning.signing.key.load_or("who signs? Name your key with --key")?;
		match &self.cosigning.sign_only {
			Some(path) => {
				let party = invoices::sign(&self.chain, &self.at, &mut file, &key).await?;
				file.write(path)?;
				let missing = without(signers.missing, Some(party.label));
				let signed = Signed {
					summary: &summary,
					parties: &signers.parties,
					missing: &missing,
					file: path.display().to_string(),
				};
				self.report_signed(&signed, signers.guarding, path, document);
				Ok(())
			},
			None => self.send(&file, &summary, signers, &key, document).await,
		}
	}

	/// Nobody signs what others made without having said so.
	fn ensure_agreed(&self) -> Result<(), Failure> {
		if self.cosigning.yes {
			return Ok(());
		}
		match self.output.confirm("sign?") {
			Some(true) => Ok(()),
			Some(false) => Err(Failure::Usage("nothing was signed, and nothing was sent".into())),
			None => Err(Failure::Usage(
				"nothing was signed: there is no terminal to ask you, or --json leaves out what you would sign; look at it first, and then give --yes to sign it"
					.into(),
			)),
		}
	}

	async fn send(
		self,
		file: &TransactionFile,
		summary: &Summary,
		signers: Signers,
		key: &Keypair,
		document: Option<&Document<'_>>,
	) -> Result<(), Failure> {
		let status = self.chain.account_status(&self.at, &key.account()).await?;
		let label = status.label.map(|label| label.id);
		// Whoever sends it signs it, too.
		let Signers { parties, missing, .. } = signers;
		let asked = self.factor.and_then(SecondFactor::request);
		let confirmation = self.factor.map(SecondFactor::confirmation).transpose()?.flatten();
		if (asked.is_some() || confirmation.is_some()) && missing.iter().any(|party| Some(party.label) == label) {
			return Err(Failure::Usage(
				"a passkey confirms a transaction with all its signatures; sign it with --sign-only first, and --attach what that wrote".into(),
			));
		}
		let missing = without(missing, label);
		if !missing.is_empty() {
			if let Some(label) = label.filter(|label| parties.iter().all(|party| party.label != *label)) {
				return Err(InvoiceError::NotAParty { label, parties }.into());
			}
			return Err(Failure::Usage(format!(
				"nothing was sent, since not all have signed: {} must, too; write what you sign with --sign-only FILE, and have them add theirs with `{}`",
				names(&missing),
				next_command(summary.kind, Path::new("FILE"), written(document), Some("NEWFILE"))
			)));
		}
		if let Some(asked) = asked {
			if label.is_none() {
				return Err(Failure::Usage(
					"the key holds no label, and so has no passkey to ask; name the key of who gives something away".into(),
				));
			}
			let call = invoices::call_of(file)?;
			return asked.write(&self.chain, &key.account(), &call, self.output).await;
		}
		let submitter = Submitter::start(self.chain.clone()).await?;
		let patience = self.cosigning.signing.patience.duration();
		let sent = invoices::submit(&submitter, key, file, confirmation.as_ref(), patience);
		let executed = wait(self.output, sent).await?;
		self.report_sent(&Sent {
			executed: &executed,
			summary,
		});
		Ok(())
	}

	fn report_signed(&self, signed: &Signed, guarding: Option<LabelId>, path: &Path, document: Option<&Document<'_>>) {
		let mut lines = describe(signed.summary);
		lines.push(("file", signed.file.clone()));
		lines.push((
			"still missing",
			match signed.missing {
				[] => "nobody; it can be sent".into(),
				missing => names(missing),
			},
		));
		self.output.result(signed, "signed, and nothing was sent", &lines);
		let (kind, has_document) = (signed.summary.kind, document.is_some());
		let document = written(document);
		if let Some(label) = guarding {
			self.output.hint(format_args!(
				"label {label} guards handing over with its passkey: when all others have signed, it signs with --sign-only, and then sends what that wrote, with --write-request first"
			));
		}
		if signed.missing.is_empty() {
			return self.output.hint(format_args!(
				"one of those who signed, or a business platform, sends it with\n  {}",
				next_command(kind, path, document, None)
			));
		}
		let too = if has_document { ", and the document," } else { "" };
		let is_several = signed.missing.windows(2).any(|pair| pair[0].label != pair[1].label);
		let next = if is_several {
			format!(
				"give {}{too} to one of those who are missing, who signs it for the next one with\n  {}\nthe last one signs and sends it with\n  {}",
				path.display(),
				next_command(kind, path, document, Some("NEWFILE")),
				next_command(kind, Path::new("NEWFILE"), document, None)
			)
		} else {
			format!(
				"give {}{too} to {}, who signs and sends it with\n  {}",
				path.display(),
				names(signed.missing),
				next_command(kind, path, document, None)
			)
		};
		self.output.hint(next);
	}

	fn report_sent(&self, sent: &Sent) {
		let Executed {
			id,
			outputs,
			record,
			block,
			..
		} = sent.executed;
		let mut lines = vec![("transaction", id.to_string())];
		for (outpoint, created) in outputs.iter().zip(record.outputs.iter()) {
			lines.push(("output", outpoint.to_string()));
			lines.push(("", describe_output(created)));
		}
		lines.push(final_in(block));
		self.output.result(sent, done(record.action), &lines);
	}
}

/// What an output is, on one line.
pub fn describe_output(record: &OutputRecord) -> String {
	let output = &record.output;
	format!(
		"{} at label {}: {}",
		kind_name(output.kind),
		output.holder,
		format_amounts(&output.amounts, Some(record.provenance.currency))
	)
}

fn describe(summary: &Summary) -> Vec<(&'static str, String)> {
	summary.lines.iter().map(|line| (line.name, line.value.clone())).collect()
}

/// What became of a transaction that is final.
fn done(kind: ActionKind) -> &'static str {
	match kind {
		ActionKind::Receipt => "payment recorded, and final",
		ActionKind::Issue => "issued, and final",
		ActionKind::PayAndInvoice => "payment recorded and invoice issued, and final",
		ActionKind::Accept => "accepted, and final",
		ActionKind::Reject => "rejected, and final",
		ActionKind::Transfer => "handed over, and final",
		ActionKind::Reimburse => "reimbursed, and final",
		ActionKind::Clear => "VAT deducted, and final",
		ActionKind::Credit => "taken back, and final",
		ActionKind::Void => "undone, and final",
	}
}

/// Whoever is left when a label has signed. It does so once, in however many parts.
fn without(mut missing: Vec<Party>, label: Option<LabelId>) -> Vec<Party> {
	missing.retain(|party| Some(party.label) != label);
	missing
}

/// Parties, for people: who, and in what capacity.
fn names(parties: &[Party]) -> String {
	let names = parties
		.iter()
		.map(|party| format!("label {} ({})", party.label, part_name(party.part)));
	names.collect::<Vec<_>>().join(", ")
}

fn written<'a>(document: Option<&Document<'a>>) -> Option<(&'a Path, Rules)> {
	document.map(|document| (document.path, document.rules))
}

/// What the next one types.
fn next_command(kind: ActionKind, file: &Path, document: Option<(&Path, Rules)>, sign_only: Option<&str>) -> String {
	let word = |path: &Path| quoted(&path.display().to_string());
	let document = document.map(|(path, rules)| match rules {
		Rules::En16931 => format!(" {}", word(path)),
		Rules::Peppol => format!(" {} --rules peppol", word(path)),
	});
	let document = document.unwrap_or_default();
	let sign_only = sign_only.map(|path| format!(" --sign-only {path}")).unwrap_or_default();
	format!(
		"chirograph invoice {}{document} --attach {}{sign_only} --key NAME",
		action_name(kind),
		word(file)
	)
}

/// What was given besides an attached transaction must be what that says: whoever gives both means them to be the same.
pub fn ensure_same<T: PartialEq + Display>(option: &str, given: Option<T>, found: T) -> Result<(), Failure> {
	match given {
		Some(given) if given != found => Err(differs(option, &given.to_string(), &found.to_string())),
		_ => Ok(()),
	}
}

/// As [`ensure_same`], of what is not written on a line.
pub fn ensure_equal<T: PartialEq + ?Sized>(option: &str, given: &T, found: &T) -> Result<(), Failure> {
	match given == found {
		true => Ok(()),
		false => Err(Failure::Usage(format!(
			"{option} is not what the attached transaction says; nothing was signed: find out why before you sign it"
		))),
	}
}

fn differs(option: &str, given: &str, found: &str) -> Failure {
	Failure::Usage(format!(
		"{option} is {given}, and the attached transaction says {found}; nothing was signed: find out why before you sign it"
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_sdk::primitives::{invoice::Part, Role};

	fn party(part: Part, label: LabelId) -> Party {
		Party {
			part,
			label,
			role: Role::Owner,
		}
	}

	#[test]
	fn a_label_in_two_parts_is_missing_in_neither_once_it_signed() {
		let missing = vec![party(Part::Seller, 3), party(Part::Buyer, 4), party(Part::PaymentPlatform, 3)];
		assert_eq!(without(missing.clone(), Some(3)), [party(Part::Buyer, 4)]);
		assert_eq!(without(missing.clone(), Some(5)), missing);
		assert_eq!(without(missing.clone(), None), missing);
	}

	#[test]
	fn the_next_ones_command_names_what_they_need() {
		let document = Path::new("an invoice.xml");
		assert_eq!(
			next_command(
				ActionKind::Issue,
				Path::new("a.json"),
				Some((document, Rules::En16931)),
				Some("NEWFILE")
			),
			"chirograph invoice issue 'an invoice.xml' --attach a.json --sign-only NEWFILE --key NAME"
		);
		assert_eq!(
			next_command(ActionKind::Issue, Path::new("a.json"), Some((document, Rules::Peppol)), None),
			"chirograph invoice issue 'an invoice.xml' --rules peppol --attach a.json --key NAME"
		);
		assert_eq!(
			next_command(ActionKind::PayAndInvoice, Path::new("a.json"), None, None),
			"chirograph invoice pay-and-invoice --attach a.json --key NAME"
		);
	}

	#[test]
	fn what_is_given_besides_an_attached_transaction_must_be_what_it_says() {
		assert!(ensure_same("--seller", Some(3), 3).is_ok());
		assert!(ensure_same("--seller", None, 3).is_ok());
		let refused = ensure_same("--seller", Some(3), 4)
			.err()
			.and_then(|failure| failure.message());
		assert_eq!(
			refused.as_deref(),
			Some("--seller is 3, and the attached transaction says 4; nothing was signed: find out why before you sign it")
		);
		assert!(ensure_equal("--amount", "a", "a").is_ok());
		assert!(ensure_equal("--amount", "a", "b").is_err());
	}
}
