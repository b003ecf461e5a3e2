// SPDX-License-Identifier: Apache-2.0

//! What a transaction does, for whoever is to sign it. All of it is read from the transaction; what this consumes is the ledger's word.

use crate::{einvoice::EInvoice, proofs::code};
use chirograph_primitives::{
	invoice::{
		Action, ActionKind, Currency, Invoice, InvoiceDocument, InvoiceId, OutputKind, OutputRecord, Part, Payment, Transaction,
		VatAmount,
	},
	BlockNumber, TransactionId,
};
use serde::Serialize;
use std::fmt;

/// What a transaction does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
	/// Which.
	pub transaction: TransactionId,
	/// What it does.
	pub kind: ActionKind,
	/// About whom and what, line by line.
	pub lines: Vec<Line>,
}

/// One thing that is true of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
	/// What it is.
	pub name: &'static str,
	/// How it is.
	pub value: String,
}

impl fmt::Display for Summary {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{}: {}", action_name(self.kind), self.transaction)?;
		self.lines
			.iter()
			.try_for_each(|Line { name, value }| write!(f, "\n{name}: {value}"))
	}
}

/// What the ledger knows of what a transaction is about; by default, it was not asked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Known<'a> {
	/// What the transaction consumes, in order.
	pub(crate) inputs: &'a [OutputRecord],
	/// The invoice that this is of, or that is accepted.
	pub(crate) invoice: Option<(&'a InvoiceId, &'a Invoice)>,
	/// The invoice that is accepted, as it was issued.
	pub(crate) issued: Option<&'a OutputRecord>,
	/// The newest block.
	pub(crate) now: Option<BlockNumber>,
}

impl Summary {
	/// Of a transaction, with what the ledger knows.
	pub(crate) fn of(id: TransactionId, transaction: &Transaction, known: Known) -> Self {
		let Known {
			inputs,
			invoice: about,
			issued,
			now,
		} = known;
		let currency = currency_of(&transaction.action).or_else(|| inputs.first().map(|input| input.provenance.currency));
		let mut lines = Vec::new();
		let mut say = |name, value: String| lines.push(Line { name, value });
		match &transaction.action {
			Action::Receipt { payment } => say_payment(&mut say, payment),
			Action::Issue {
				seller,
				authority,
				document,
			} => {
				say("seller", label(*seller));
				say("tax authority of the seller", label(*authority));
				say_document(&mut say, document);
			},
			Action::PayAndInvoice {
				payment,
				authority,
				document,
			} => {
				say_payment(&mut say, payment);
				say("tax authority of the seller", label(*authority));
				say_document(&mut say, document);
			},
			Action::Accept { invoice } => {
				say("seller", label(invoice.seller));
				say("number of the invoice (hash)", invoice.number.to_string());
			},
			Action::Reject { reason } => say("reason", code(reason)),
			Action::Transfer { to } => say("to", label(*to)),
			Action::Reimburse { enterprise } => say("expense is claimed from", label(*enterprise)),
			Action::Clear { authority, period } => {
				say("VAT is deducted in", period.to_string());
				say("tax authority of the enterprise", label(*authority));
			},
			Action::Credit {
				authority,
				adjusted_by,
				invoice,
				invoice_hash,
				document,
			} => {
				say("seller", label(invoice.seller));
				say("number of the invoice (hash)", invoice.number.to_string());
				say("SHA-256 of the invoice", invoice_hash.to_string());
				say("tax authority of the seller", label(*authority));
				if let Some(authority) = adjusted_by {
					say("VAT is paid back to", label(*authority));
				}
				say_document(&mut say, document);
			},
			Action::Void { authority } => say("tax authority of the seller", label(*authority)),
		}
		if let Some((id, invoice)) = about {
			// What a credit note is about and what is accepted is named in the transaction itself.
			if !matches!(transaction.action, Action::Credit { .. } | Action::Accept { .. }) {
				say("of the invoice (number, hash)", id.number.to_string());
			}
			say("of the invoice (SHA-256)", invoice.document.to_string());
			say("of the invoice (date)", invoice.issued.to_string());
		}
		if let Some(issued) = issued {
			let amounts = format_amounts(&issued.output.amounts, Some(issued.provenance.currency));
			say("over", amounts);
		}
		for (index, input) in transaction.inputs.iter().enumerate() {
			let known = inputs.get(index).map(|record| {
				let output = &record.output;
				let amounts = format_amounts(&output.amounts, Some(record.provenance.currency));
				format!(", {} of label {}: {amounts}", kind_name(output.kind), output.holder)
			});
			say("consumes", format!("{input}{}", known.unwrap_or_default()));
		}
		if let Some(input) = inputs.first() {
			say("sold by", label(input.provenance.seller));
			say("bought by", label(input.provenance.buyer));
		}
		for output in &transaction.outputs {
			let amounts = format_amounts(&output.amounts, currency);
			say(
				"creates",
				format!("{} for label {}: {amounts}", kind_name(output.kind), output.holder),
			);
		}
		say("good until", deadline(transaction.valid_until, now));
		Self {
			transaction: id,
			kind: transaction.kind(),
			lines,
		}
	}

	/// Adds what the document that the transaction binds says of itself, which is not on the ledger: its number, and who sells to whom.
	#[must_use]
	pub fn with_document(mut self, document: &EInvoice) -> Self {
		let mut say = |name, value: Option<&String>| {
			let value = value.map_or_else(|| "none".into(), String::clone);
			self.lines.push(Line { name, value });
		};
		say("number in the document", Some(&document.number));
		if !document.preceding.is_empty() {
			say("takes back, by the document", Some(&document.preceding.join(", ")));
		}
		say("seller in the document", document.seller.name.as_ref());
		say("its VAT identifier", document.seller.vat_identifier.as_ref());
		say("buyer in the document", document.buyer.name.as_ref());
		say("its VAT identifier", document.buyer.vat_identifier.as_ref());
		self
	}
}

fn say_payment(say: &mut impl FnMut(&'static str, String), payment: &Payment) {
	say("seller", label(payment.seller));
	say("buyer", label(payment.buyer));
	say("paid through", label(payment.platform));
	say("payment (hash)", payment.reference.to_string());
	say("SHA-256 of the order", payment.order.to_string());
}

fn say_document(say: &mut impl FnMut(&'static str, String), document: &InvoiceDocument) {
	say("SHA-256 of the document", document.hash.to_string());
	say("its number (hash)", document.number.to_string());
	say("its date", document.issued.to_string());
	say(
		"its total with VAT",
		format_amount(document.totals.inclusive, Some(document.currency)),
	);
	say("its VAT", format_amount(document.totals.vat, Some(document.currency)));
}

fn label(label: impl fmt::Display) -> String {
	format!("label {label}")
}

fn deadline(valid_until: BlockNumber, now: Option<BlockNumber>) -> String {
	match now {
		None => format!("block {valid_until}"),
		Some(now) if valid_until > now => {
			// Cannot saturate: it is greater.
			format!("block {valid_until}, {} blocks from now", valid_until.saturating_sub(now))
		},
		Some(now) => format!("block {valid_until}, which is over: the chain is at {now}"),
	}
}

/// The currency that an action names itself.
fn currency_of(action: &Action) -> Option<Currency> {
	let paid = action.payment().map(|payment| payment.currency);
	paid.or_else(|| action.document().map(|document| document.currency))
}

/// An amount in whole units, such as `119.00 EUR`; in minor units where the currency is not known.
pub fn format_amount(minor: u64, currency: Option<Currency>) -> String {
	match currency.filter(|currency| currency.unit().is_some()) {
		Some(currency) => format!("{} {currency}", format_minor(minor, currency)),
		None => format!("{minor} minor units"),
	}
}

/// The same without the currency's name, such as `119.00`.
pub fn format_minor(minor: u64, currency: Currency) -> String {
	match currency.minor_digits().zip(currency.unit()) {
		Some((0, _)) => minor.to_string(),
		Some((digits, unit)) => {
			let digits = digits as usize;
			format!("{}.{:0digits$}", minor / unit, minor % unit)
		},
		// Nobody knows what a unit of it is.
		None => format!("{minor} minor units"),
	}
}

/// A rate of hundredths of a percent, such as `19 %` or `7.5 %`.
pub fn format_rate(rate: u16) -> String {
	let (whole, hundredths) = (rate / 100, rate % 100);
	match hundredths {
		0 => format!("{whole} %"),
		tenths if tenths % 10 == 0 => format!("{whole}.{} %", tenths / 10),
		_ => format!("{whole}.{hundredths:02} %"),
	}
}

/// Amounts category by category, such as `S 19 %: 100.00 EUR and 19.00 EUR VAT`.
pub fn format_amounts(amounts: &[VatAmount], currency: Option<Currency>) -> String {
	let each: Vec<_> = amounts
		.iter()
		.map(|amount| {
			let (net, vat) = (format_amount(amount.net, currency), format_amount(amount.vat, currency));
			format!("{} {}: {net} and {vat} VAT", amount.category, format_rate(amount.rate))
		})
		.collect();
	if each.is_empty() {
		return "nothing".into();
	}
	each.join("; ")
}

/// What it is called, here and on the command line.
pub const fn action_name(kind: ActionKind) -> &'static str {
	match kind {
		ActionKind::Receipt => "receipt",
		ActionKind::Issue => "issue",
		ActionKind::PayAndInvoice => "pay-and-invoice",
		ActionKind::Accept => "accept",
		ActionKind::Reject => "reject",
		ActionKind::Transfer => "transfer",
		ActionKind::Reimburse => "reimburse",
		ActionKind::Clear => "clear",
		ActionKind::Credit => "credit",
		ActionKind::Void => "void",
	}
}

/// What it is called.
pub const fn kind_name(kind: OutputKind) -> &'static str {
	match kind {
		OutputKind::Receipt => "receipt",
		OutputKind::Invoice => "invoice",
		OutputKind::Reimbursed => "reimbursed",
		OutputKind::Deducted => "deducted",
		OutputKind::Cleared => "cleared",
		OutputKind::Credited => "credited",
		OutputKind::Adjusted => "adjusted",
	}
}

/// Who that is.
pub const fn part_name(part: Part) -> &'static str {
	match part {
		Part::Seller => "the seller",
		Part::Buyer => "the buyer",
		Part::PaymentPlatform => "the payment platform",
		Part::Holder => "the holder",
		Part::Receiver => "the receiver",
		Part::Enterprise => "the enterprise",
		Part::OriginAuthority => "the tax authority of the seller",
		Part::DestinationAuthority => "the tax authority of the enterprise",
	}
}
