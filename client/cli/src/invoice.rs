// SPDX-License-Identifier: Apache-2.0

//! Invoices as outputs that are consumed once: made, co-signed and followed.

mod amount;
mod cosign;
mod look;
mod standing;
mod verify;

pub use amount::{vat_rate, Money, VatLine};
pub use standing::STANDING;

use crate::{
	args::{Common, InvoiceCommand, PaymentTerms, Portion},
	output::Output,
	statement::read,
	Failure,
};
use amount::amounts;
use chirograph_sdk::{
	invoices::InvoiceError,
	primitives::{
		invoice::{Action, ActionKind, Amounts, Currency, InvoiceId, OutPoint, Payment},
		DocumentHash, PaymentReference,
	},
};
use cosign::{ensure_equal, ensure_same, Document, Session};
use std::path::Path;

pub async fn run(command: InvoiceCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		InvoiceCommand::Validate { file, by } => look::validate(&file, by.rules.into(), output),
		InvoiceCommand::Verify {
			file,
			output: outpoint,
			seller,
			by,
		} => verify::run(&file, outpoint, seller, by.rules.into(), common, output).await,
		InvoiceCommand::Receipt {
			payment,
			currency,
			amounts: lines,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Receipt)?;
			let order = payment.order(output)?;
			let session = cosigning.open(None, common, output).await?;
			let Some(file) = attached else {
				let currency = needed(currency)?;
				let amounts = amounts(&lines, currency)?;
				let payment = payment.payment(order, currency)?;
				let transaction = session.draft().await?.receipt(payment, amounts).await?;
				return session.start(transaction, None).await;
			};
			if let Action::Receipt { payment: attached } = &file.transaction.action {
				payment.ensure_same(order, attached)?;
				ensure_same("--currency", currency, attached.currency)?;
				if !lines.is_empty() {
					let created = file.transaction.outputs.first().map(|output| &output.amounts);
					ensure_equal("--amount", &Some(&amounts(&lines, attached.currency)?), &created)?;
				}
			}
			session.go_on(file, None).await
		},
		InvoiceCommand::Issue {
			document: path,
			by,
			seller,
			receipts,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Issue)?;
			let document = Document::open(&path, by.rules.into())?;
			let session = cosigning.open(None, common, output).await?;
			let Some(file) = attached else {
				let transaction = session
					.draft()
					.await?
					.issue(needed(seller)?, &receipts, &document.content)
					.await?;
				return session.start(transaction, Some(&document)).await;
			};
			file.ensure_document(&document.content)?;
			ensure_inputs("--receipt", &receipts, &file.transaction.inputs)?;
			if let Action::Issue { seller: attached, .. } = &file.transaction.action {
				ensure_same("--seller", seller, *attached)?;
			}
			session.go_on(file, Some(&document)).await
		},
		InvoiceCommand::PayAndInvoice {
			document: path,
			by,
			payment,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::PayAndInvoice)?;
			let document = Document::open(&path, by.rules.into())?;
			let order = payment.order(output)?;
			let session = cosigning.open(None, common, output).await?;
			let Some(file) = attached else {
				let payment = payment.payment(order, document.content.currency)?;
				let transaction = session.draft().await?.pay_and_invoice(payment, &document.content).await?;
				return session.start(transaction, Some(&document)).await;
			};
			file.ensure_document(&document.content)?;
			if let Action::PayAndInvoice { payment: attached, .. } = &file.transaction.action {
				payment.ensure_same(order, attached)?;
			}
			session.go_on(file, Some(&document)).await
		},
		InvoiceCommand::Accept {
			document,
			output: outpoint,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Accept)?;
			let hash = document.map(|path| hash_of(&path, output)).transpose()?;
			let session = cosigning.open(None, common, output).await?;
			let named = session.invoice(hash, outpoint).await?;
			let Some(file) = attached else {
				let transaction = session.draft().await?.accept(needed(named)?).await?;
				return session.start(transaction, None).await;
			};
			if let (Some(named), Action::Accept { invoice }) = (named, &file.transaction.action) {
				ensure_equal("the invoice that you name", &named, invoice)?;
			}
			session.go_on(file, None).await
		},
		InvoiceCommand::Reject {
			output: outpoint,
			reason,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Reject)?;
			let session = cosigning.open(None, common, output).await?;
			let Some(file) = attached else {
				let (outpoint, reason) = (needed(outpoint)?, needed(reason)?);
				let transaction = session.draft().await?.reject(outpoint, reason.into()).await?;
				return session.start(transaction, None).await;
			};
			ensure_inputs("OUTPOINT", outpoint.as_slice(), &file.transaction.inputs)?;
			if let (Some(reason), Action::Reject { reason: attached }) = (reason, &file.transaction.action) {
				ensure_equal("--reason", &reason.into(), attached)?;
			}
			session.go_on(file, None).await
		},
		InvoiceCommand::Transfer {
			output: outpoint,
			to,
			factor,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Transfer)?;
			let session = cosigning.open(Some(&factor), common, output).await?;
			let Some(file) = attached else {
				let transaction = session.draft().await?.transfer(needed(outpoint)?, needed(to)?).await?;
				return session.start(transaction, None).await;
			};
			ensure_inputs("OUTPOINT", outpoint.as_slice(), &file.transaction.inputs)?;
			if let Action::Transfer { to: attached } = &file.transaction.action {
				ensure_same("--to", to, *attached)?;
			}
			session.go_on(file, None).await
		},
		InvoiceCommand::Reimburse {
			outputs,
			enterprise,
			part,
			factor,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Reimburse)?;
			let session = cosigning.open(Some(&factor), common, output).await?;
			let Some(file) = attached else {
				let part = part.amounts(&session, &outputs).await?;
				let draft = session.draft().await?;
				let transaction = draft.reimburse(&outputs, needed(enterprise)?, part).await?;
				return session.start(transaction, None).await;
			};
			ensure_inputs("OUTPOINT", &outputs, &file.transaction.inputs)?;
			part.ensure_same(
				&session,
				&file.transaction.inputs,
				file.transaction.outputs.first().map(|first| &first.amounts),
			)
			.await?;
			if let Action::Reimburse { enterprise: attached } = &file.transaction.action {
				ensure_same("--enterprise", enterprise, *attached)?;
			}
			session.go_on(file, None).await
		},
		InvoiceCommand::Clear {
			outputs,
			period,
			part,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Clear)?;
			let session = cosigning.open(None, common, output).await?;
			let Some(file) = attached else {
				let part = part.amounts(&session, &outputs).await?;
				let transaction = session.draft().await?.clear(&outputs, needed(period)?, part).await?;
				return session.start(transaction, None).await;
			};
			ensure_inputs("OUTPOINT", &outputs, &file.transaction.inputs)?;
			part.ensure_same(
				&session,
				&file.transaction.inputs,
				file.transaction.outputs.first().map(|first| &first.amounts),
			)
			.await?;
			if let Action::Clear { period: attached, .. } = &file.transaction.action {
				ensure_same("--period", period, *attached)?;
			}
			session.go_on(file, None).await
		},
		InvoiceCommand::Credit {
			note: path,
			by,
			invoice,
			outputs,
			factor,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Credit)?;
			let note = Document::open(&path, by.rules.into())?;
			let invoice = invoice.map(|path| hash_of(&path, output)).transpose()?;
			let session = cosigning.open(Some(&factor), common, output).await?;
			let Some(file) = attached else {
				let transaction = session
					.draft()
					.await?
					.credit(needed(invoice)?, &outputs, &note.content)
					.await?;
				return session.start(transaction, Some(&note)).await;
			};
			file.ensure_document(&note.content)?;
			ensure_inputs("OUTPOINT", &outputs, &file.transaction.inputs)?;
			if let Action::Credit { invoice_hash, .. } = &file.transaction.action {
				ensure_same("the SHA-256 of --invoice", invoice, *invoice_hash)?;
			}
			session.go_on(file, Some(&note)).await
		},
		InvoiceCommand::Void {
			output: outpoint,
			factor,
			cosigning,
		} => {
			let attached = cosigning.attached(ActionKind::Void)?;
			let session = cosigning.open(Some(&factor), common, output).await?;
			let Some(file) = attached else {
				let transaction = session.draft().await?.void(needed(outpoint)?).await?;
				return session.start(transaction, None).await;
			};
			ensure_inputs("OUTPOINT", outpoint.as_slice(), &file.transaction.inputs)?;
			session.go_on(file, None).await
		},
		InvoiceCommand::List { whose, kinds } => look::list(&whose, kinds, common, output).await,
		InvoiceCommand::Show { target } => look::show(&target, common, output).await,
		InvoiceCommand::Trace { output: outpoint } => look::trace(outpoint, common, output).await,
		InvoiceCommand::Watch { whose, once, existing } => look::watch(&whose, once, existing, common, output).await,
		InvoiceCommand::Qr { output: outpoint, svg } => look::qr(outpoint, svg.as_deref(), common, output).await,
		InvoiceCommand::Conditions(command) => standing::conditions(command, common, output).await,
		InvoiceCommand::Authorisation(command) => standing::authorisation(command, common, output).await,
		InvoiceCommand::ClosePeriod {
			jurisdiction,
			period,
			signing,
		} => standing::close_period(jurisdiction, period, &signing, common, output).await,
		InvoiceCommand::Routes => standing::routes(common, output).await,
	}
}

impl PaymentTerms {
	/// Of the order, what is sent.
	fn order(&self, output: &Output) -> Result<Option<DocumentHash>, Failure> {
		self.order.as_deref().map(|path| hash_of(path, output)).transpose()
	}

	fn payment(&self, order: Option<DocumentHash>, currency: Currency) -> Result<Payment, Failure> {
		Ok(Payment {
			platform: needed(self.platform)?,
			reference: PaymentReference::of(needed(self.reference.as_deref())?),
			seller: needed(self.seller)?,
			buyer: needed(self.buyer)?,
			order: needed(order)?,
			currency,
		})
	}

	/// Whether what is given of it is what an attached transaction says.
	fn ensure_same(&self, order: Option<DocumentHash>, attached: &Payment) -> Result<(), Failure> {
		ensure_same("--platform", self.platform, attached.platform)?;
		ensure_same("--seller", self.seller, attached.seller)?;
		ensure_same("--buyer", self.buyer, attached.buyer)?;
		let reference = self.reference.as_deref().map(PaymentReference::of);
		ensure_same("the hash of --reference", reference, attached.reference)?;
		ensure_same("the SHA-256 of --order", order, attached.order)
	}
}

impl Portion {
	/// The amounts, if any are given; in the currency of what they are a part of.
	async fn amounts(&self, session: &Session<'_>, of: &[OutPoint]) -> Result<Option<Amounts>, Failure> {
		let (false, Some(first)) = (self.amounts.is_empty(), of.first()) else {
			return Ok(None);
		};
		let record = session.existing(first).await?;
		amounts(&self.amounts, record.provenance.currency).map(Some)
	}

	/// Whether they are what an attached transaction makes of its inputs.
	async fn ensure_same(&self, session: &Session<'_>, inputs: &[OutPoint], created: Option<&Amounts>) -> Result<(), Failure> {
		match self.amounts(session, inputs).await? {
			Some(amounts) => ensure_equal("--amount", &Some(&amounts), &created),
			None => Ok(()),
		}
	}
}

impl Session<'_> {
	/// The invoice that is named by its file or by an output, if one is.
	async fn invoice(&self, file: Option<DocumentHash>, outpoint: Option<OutPoint>) -> Result<Option<InvoiceId>, Failure> {
		if let Some(hash) = file {
			return match self.chain().invoices_of_document(self.at(), &hash).await?[..] {
				[] => Err(InvoiceError::UnknownDocument { hash }.into()),
				[found] => Ok(Some(found)),
				_ => Err(Failure::Usage(
					"several sellers issued an invoice over this file; name an output of the one that you mean with --output instead".into(),
				)),
			};
		}
		let Some(outpoint) = outpoint else {
			return Ok(None);
		};
		let record = self.existing(&outpoint).await?;
		match record.provenance.invoice() {
			Some(invoice) => Ok(Some(invoice)),
			None => Err(Failure::Usage(format!(
				"{outpoint} is a receipt, over which no invoice was issued yet; name an output of the invoice"
			))),
		}
	}
}

/// What must be given where no transaction is attached. The arguments say so themselves, and this is behind them.
fn needed<T>(value: Option<T>) -> Result<T, Failure> {
	value.ok_or_else(|| {
		Failure::Usage("something is missing that makes the transaction; see --help, or --attach a transaction".into())
	})
}

/// Whether the outputs that are named, if any are, are those that an attached transaction consumes.
fn ensure_inputs(option: &str, named: &[OutPoint], attached: &[OutPoint]) -> Result<(), Failure> {
	if named.is_empty() {
		return Ok(());
	}
	let mut named = named.to_vec();
	// As transactions have them.
	named.sort();
	ensure_equal(option, named.as_slice(), attached)
}

fn hash_of(path: &Path, output: &Output) -> Result<DocumentHash, Failure> {
	Ok(DocumentHash(read(path, output)?.sha256))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::args::{Arguments, Command};
	use clap::Parser;
	use std::path::PathBuf;

	const ONE: &str = "0x0101010101010101010101010101010101010101010101010101010101010101:0";
	const OTHER: &str = "0x0202020202020202020202020202020202020202020202020202020202020202:1";

	fn parse(line: &str) -> Result<InvoiceCommand, String> {
		let line = line.replace("ONE", ONE).replace("OTHER", OTHER);
		let words = ["chirograph", "invoice"].into_iter().chain(line.split_whitespace());
		match Arguments::try_parse_from(words) {
			Ok(Arguments {
				command: Command::Invoice(command),
				..
			}) => Ok(command),
			Ok(_) => Err("another command".into()),
			Err(error) => Err(error.to_string()),
		}
	}

	fn outpoint(text: &str) -> OutPoint {
		text.parse().unwrap()
	}

	#[test]
	fn what_makes_a_transaction_is_needed_unless_one_is_attached() {
		let receipt = "receipt --platform 5 --seller 3 --buyer 4 --reference p-1 --order order.pdf --currency EUR --amount S:19:100.00:19.00";
		let complete = [
			receipt,
			"issue i.xml --seller 3 --receipt ONE --receipt OTHER",
			"pay-and-invoice i.xml --platform 5 --seller 3 --buyer 4 --reference p-1 --order order.pdf",
			"accept i.xml",
			"accept --output ONE",
			"reject ONE --reason wrong-amounts",
			"transfer ONE --to 4",
			"reimburse ONE OTHER --enterprise 5 --amount S:19:1.00:0.19",
			"clear ONE --period 2026-11",
			"credit note.xml --invoice i.xml ONE OTHER",
			"void ONE",
		];
		for line in complete {
			assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
		}
		for line in [
			"receipt",
			"issue i.xml --seller 3",
			"issue i.xml --receipt ONE",
			"issue --seller 3 --receipt ONE",
			"pay-and-invoice i.xml --platform 5 --seller 3 --buyer 4 --reference p-1",
			"accept",
			"reject ONE",
			"reject --reason unspecified",
			"transfer ONE",
			"reimburse --enterprise 5",
			"clear ONE",
			"credit note.xml ONE",
			"credit note.xml --invoice i.xml",
			"void",
		] {
			assert!(parse(line).is_err(), "{line}");
		}
		for line in [
			"receipt --attach a.json --attach b.json",
			"issue i.xml --attach a.json --sign-only b.json",
			"pay-and-invoice i.xml --attach a.json",
			"accept --attach a.json",
			"reject --attach a.json",
			"transfer --attach a.json",
			"reimburse --attach a.json",
			"clear --attach a.json",
			"credit note.xml --attach a.json",
			"void --attach a.json --yes",
		] {
			assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
		}
	}

	#[test]
	fn a_document_is_needed_even_if_the_transaction_is_attached() {
		for line in [
			"issue --attach a.json",
			"pay-and-invoice --attach a.json",
			"credit --attach a.json",
		] {
			assert!(parse(line).is_err(), "{line}");
		}
	}

	#[test]
	fn what_contradicts_itself_is_refused() {
		for line in [
			"accept i.xml --output ONE",
			"void --attach a.json --valid-for 10",
			"void ONE --yes",
			"list --label 3 --key anna",
			"list --label 3 --dev-key //Alice",
			"list --key anna --dev-key //Alice",
			"transfer ONE --to 4 --write-request r.json",
			"transfer ONE --to 4 --write-request r.json --rp-id example.org --confirmation c.json",
		] {
			assert!(parse(line).is_err(), "{line}");
		}
		for line in [
			"accept i.xml",
			"void ONE --valid-for 10",
			"list --label 3",
			"transfer ONE --to 4 --write-request r.json --rp-id example.org",
		] {
			assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
		}
	}

	#[test]
	fn values_that_are_none_are_refused() {
		for line in [
			"trace 0x01:0",
			"trace 0101010101010101010101010101010101010101010101010101010101010101",
			"trace ONEx",
			"transfer ONE --to anna",
			"clear ONE --period 2026-13",
			"reject ONE --reason because",
			"validate i.xml --rules xrechnung",
			"list --label 3 --kind voucher",
			"close-period Germany 2026-11",
			"close-period DE 2026",
			"authorisation set 3 --currency XYZ --max-total 1 --total 1",
			"authorisation set 3 --currency EUR --max-total 1,00 --total 1",
			"conditions set --currency EUR --rate T:19 --max-total 1",
			"conditions set --currency EUR --rate S --max-total 1",
		] {
			assert!(parse(line).is_err(), "{line}");
		}
		for line in [
			"trace ONE",
			"clear ONE --period 2026-12",
			"validate i.xml --rules peppol",
			"list --label 3 --kind invoice,reimbursed",
			"close-period DE-BY 2026-11",
			"authorisation set 3 --currency EUR --max-total 1.00 --total 1",
			"conditions set --currency EUR,CHF --rate S:19,AE --platform 5 --max-total 1",
		] {
			assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
		}
	}

	#[test]
	fn a_credit_note_comes_before_the_outputs_that_it_takes_back() {
		let Ok(InvoiceCommand::Credit {
			note, invoice, outputs, ..
		}) = parse("credit note.xml --invoice i.xml ONE OTHER")
		else {
			panic!("it is a credit note");
		};
		assert_eq!((note, invoice), (PathBuf::from("note.xml"), Some(PathBuf::from("i.xml"))));
		assert_eq!(outputs, [outpoint(ONE), outpoint(OTHER)]);
	}

	#[test]
	fn named_outputs_are_those_of_the_attached_transaction_in_any_order() {
		let attached = [outpoint(ONE), outpoint(OTHER)];
		assert!(ensure_inputs("OUTPOINT", &[], &attached).is_ok());
		assert!(ensure_inputs("OUTPOINT", &[outpoint(OTHER), outpoint(ONE)], &attached).is_ok());
		assert!(ensure_inputs("OUTPOINT", &[outpoint(ONE)], &attached).is_err());
	}

	#[test]
	fn an_attached_payment_must_be_the_one_that_is_given() {
		let terms = |seller, reference: &str| PaymentTerms {
			platform: None,
			seller,
			buyer: None,
			reference: Some(reference.into()),
			order: None,
		};
		let attached = Payment {
			platform: 5,
			reference: PaymentReference::of("p-1"),
			seller: 3,
			buyer: 4,
			order: DocumentHash([1; 32]),
			currency: "EUR".parse().unwrap(),
		};
		assert!(terms(Some(3), "p-1").ensure_same(None, &attached).is_ok());
		assert!(terms(Some(3), "p-1").ensure_same(Some(attached.order), &attached).is_ok());
		assert!(terms(Some(4), "p-1").ensure_same(None, &attached).is_err());
		assert!(terms(None, "p-2").ensure_same(None, &attached).is_err());
		assert!(terms(None, "p-1")
			.ensure_same(Some(DocumentHash([2; 32])), &attached)
			.is_err());
	}
}
