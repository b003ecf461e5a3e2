// SPDX-License-Identifier: Apache-2.0

//! Electronic invoices and credit notes as documents (EN 16931), before anybody signs anything about them.
//!
//! 1. A hospital writes an invoice: in UBL 2.1, in CII, or as a PDF for people that has the CII inside (Factur-X, ZUGFeRD).
//! 2. [`validate`] says which rules of EN 16931 it breaks, or of Peppol BIS Billing 3.0 too.
//! 3. [`EInvoice::read`] refuses one that breaks any, and takes from the others what the ledger has to know: parties, number, date, currency
//!    and, category of VAT by category, rate by rate, all amounts ([`InvoiceDocument`]).
//! 4. Whoever is asked to sign reads the same file. It stays with them: the ledger has its SHA-256.
//!
//! Amounts are integers in minor units of the document's currency. Nothing is ever rounded here: what is no whole number of them is refused,
//! as are rates with more than two decimals. Of the lines of a category, some may be negative, such as returned goods; their sum may not.
//!
//! A file is hostile until it is read. There is a bound to [its size](MAX_BYTES), to [what is inside](MAX_INFLATED_BYTES), to how deep XML is
//! nested and how many [tags](MAX_TAGS) it has; XML with a document type, and so with entities, is refused, and so is any encoding but UTF-8.

mod container;
mod extraction;
mod presence;
mod rules;

use crate::file;
use chirograph_primitives::{
	invoice::{amounts_of, Amounts, Currency, Date, InvoiceDocument, InvoiceFault, MAX_VAT_LINES},
	Moment,
};
use chrono::Utc;
use serde::Serialize;
use std::{fmt, path::Path};

/// The largest file that is looked at, in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// The most bytes that the files in a PDF, and what describes them, may come to when they are unpacked.
pub const MAX_INFLATED_BYTES: usize = 2 * MAX_BYTES;
/// The most tags that XML may have. An invoice of 1,000 lines has fewer than 100,000.
pub const MAX_TAGS: usize = 500_000;
/// The most elements that may be there more than once in another though none or one is allowed. One is enough for a document to be invalid.
pub const MAX_REPEATED: usize = 1_000;
/// As many rules as a line of text bears.
const SHOWN: usize = 10;

/// In what a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
	/// OASIS UBL 2.1, `Invoice` or `CreditNote`.
	Ubl,
	/// UN/CEFACT Cross Industry Invoice D16B.
	Cii,
	/// CII in a PDF: Factur-X, which Germany calls ZUGFeRD.
	FacturX,
}

impl fmt::Display for Syntax {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::Ubl => "UBL 2.1",
			Self::Cii => "CII D16B",
			Self::FacturX => "Factur-X (CII in a PDF)",
		})
	}
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
	/// An invoice.
	Invoice,
	/// Takes an invoice back, in part or as a whole: a UBL `CreditNote`, or a type code (BT-3) of one, such as 381.
	CreditNote,
}

impl fmt::Display for DocumentKind {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::Invoice => "invoice",
			Self::CreditNote => "credit note",
		})
	}
}

/// By which rules a document is judged. What the document itself claims to follow (BT-24) does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rules {
	/// Those of EN 16931-1:2017 with A1:2019.
	#[default]
	En16931,
	/// Those, and the ones of Peppol BIS Billing 3.0.
	Peppol,
}

impl fmt::Display for Rules {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::En16931 => "EN 16931",
			Self::Peppol => "Peppol BIS Billing 3.0",
		})
	}
}

/// A seller or a buyer, by what the document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartyName {
	/// BT-27, BT-44.
	pub name: Option<String>,
	/// BT-31, BT-48.
	pub vat_identifier: Option<String>,
}

/// A document that breaks no rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EInvoice {
	/// In what it is written.
	pub syntax: Syntax,
	/// What it is.
	pub kind: DocumentKind,
	/// BT-1.
	pub number: String,
	/// BT-2.
	pub issued: Date,
	/// BT-5.
	pub currency: Currency,
	/// BG-4.
	pub seller: PartyName,
	/// BG-7.
	pub buyer: PartyName,
	/// Numbers of the invoices before it (BG-3, BT-25): of a credit note, the ones that it takes back.
	pub preceding: Vec<String>,
	/// What the ledger must know.
	pub document: InvoiceDocument,
}

/// What is wrong with a document, or worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
	/// In what it is written.
	pub syntax: Syntax,
	/// What it is.
	pub kind: DocumentKind,
	/// BT-1, if it has one.
	pub number: Option<String>,
	/// What makes it invalid.
	pub fatal: Vec<Finding>,
	/// What does not; also elements that EN 16931 does not know, and that nobody here looked at.
	pub warnings: Vec<Finding>,
}

impl Findings {
	/// Whether it breaks no rule.
	pub const fn is_valid(&self) -> bool {
		self.fatal.is_empty()
	}

	/// The rules that it breaks, each once and in order.
	pub fn rules(&self) -> Vec<String> {
		let mut rules: Vec<_> = self.fatal.iter().map(|finding| finding.rule.clone()).collect();
		rules.sort();
		rules.dedup();
		rules
	}
}

/// One thing about a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
	/// Which rule, as whoever made it calls it: `BR-CO-15`, `PEPPOL-EN16931-R010`, `UBL-SR-11`. Where none has a name: `malformed`,
	/// `duplicate`, `schema`, `unmapped`, `currency`.
	pub rule: String,
	/// Where: a business term such as `BG-25[2]/BT-151`, or an element such as `TaxSubtotal/TaxAmount`.
	pub path: String,
	/// What the rule says.
	pub message: String,
}

impl fmt::Display for Finding {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "[{}] {}: {}", self.rule, self.path, self.message)
	}
}

/// Why a document cannot be read, or stands for nothing that can be put on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EInvoiceError {
	/// The file is larger than any that is looked at.
	#[error("it is larger than {limit} bytes; have the seller leave out attachments, or check that it is the right file")]
	TooLarge {
		/// In bytes.
		limit: usize,
	},
	/// The bytes are not the text that they are said to be, or not UTF-8.
	#[error("its encoding is {found}, and it has to be UTF-8; have the seller write it anew in UTF-8")]
	WrongEncoding {
		/// What it says, or what is wrong.
		found: String,
	},
	/// It has a document type, which may define entities: those that make a small file a huge one, or fetch another file.
	#[error("it has a document type (`<!DOCTYPE`), which no invoice has and an attack may; do not trust whoever sent it, and ask the seller for an invoice without")]
	DocumentType,
	/// Its text is no XML.
	#[error("it is neither XML nor a PDF: {reason} (line {line}, column {column}); check that it is the right file, and whole")]
	NotXml {
		/// What is wrong.
		reason: String,
		/// From one on.
		line: u32,
		/// From one on.
		column: u32,
	},
	/// Elements are in one another as in no invoice.
	#[error("its elements are nested more than {limit} deep, as no invoice's are; check that it is the right file")]
	TooDeep {
		/// How deep they may be.
		limit: usize,
	},
	/// It has more elements than any invoice.
	#[error("it has more than {limit} tags; have the seller make several invoices of it")]
	TooManyTags {
		/// How many there may be.
		limit: usize,
	},
	/// Elements are there again and again, as in no invoice.
	#[error(
		"more than {limit} of its elements are there more than once where they may be once only; check that it is the right file"
	)]
	Repetitive {
		/// How many are looked at.
		limit: usize,
	},
	/// XML, of something else.
	#[error("it is neither an invoice nor a credit note, but `{found}`; it has to be UBL 2.1, CII, or a PDF with CII inside")]
	NotAnInvoice {
		/// The name of its outermost element.
		found: String,
	},
	/// A PDF that cannot be read.
	#[error("the PDF is damaged: {reason}; ask the seller for it again")]
	BrokenPdf {
		/// What is wrong.
		reason: String,
	},
	/// A PDF that is small and becomes large.
	#[error("what is in the PDF comes to more than {limit} bytes when it is unpacked; have the seller leave out attachments")]
	PdfTooLarge {
		/// In bytes.
		limit: usize,
	},
	/// A PDF for people only.
	#[error(
		"there is no electronic invoice in the PDF{}; ask the seller for a Factur-X or ZUGFeRD file, UBL or CII",
		listing(" but", found)
	)]
	NoEmbeddedInvoice {
		/// Which files are in it.
		found: Vec<String>,
	},
	/// A PDF that others may take another invoice from.
	#[error(
		"there is more than one electronic invoice in the PDF:{}; ask the seller for a file with one",
		listing("", found)
	)]
	SeveralEmbeddedInvoices {
		/// Which.
		found: Vec<String>,
	},
	/// It says of itself that it is not all of an invoice.
	#[error("its profile is {profile}, which has no lines and is no invoice of EN 16931; ask the seller for the profile BASIC, EN 16931 or EXTENDED")]
	NotEn16931 {
		/// Which.
		profile: String,
	},
	/// It has no number.
	#[error("it has no number (BT-1); ask the seller for one that has")]
	NoNumber,
	/// It has no date, or none that is in the calendar.
	#[error("it has no date of issue, or one that is no day of the calendar (BT-2); ask the seller for one that has")]
	NoDate,
	/// No currency that the ledger knows.
	#[error(
		"it is in `{code}`, which is no currency of ISO 4217 that people pay with (BT-5); ask the seller for one in another"
	)]
	UnknownCurrency {
		/// What it says.
		code: String,
	},
	/// No category of VAT that the ledger knows.
	#[error("it has the VAT category `{code}`, and the ledger knows S, Z, E, AE, K, G, O, L and M (BT-118, BT-151); ask the seller for one without")]
	UnknownCategory {
		/// What it says.
		code: String,
	},
	/// More than the ledger takes of one document.
	#[error(
		"it has {found} categories and rates of VAT, and may have {MAX_VAT_LINES}; have the seller make several invoices of it"
	)]
	TooManyCategories {
		/// How many.
		found: usize,
	},
	/// A rate that the ledger cannot write.
	#[error("the VAT rate {rate} % is below zero, above 655.35, or has more than two decimals (BT-119, BT-152); ask the seller for one that is right")]
	UnusableRate {
		/// In percent.
		rate: String,
	},
	/// An amount that the ledger cannot write.
	#[error("{amount} in {term} is less than zero; what is given back takes a credit note with amounts above zero")]
	NegativeAmount {
		/// Which business term.
		term: String,
		/// As the document has it, or the sum of those of a category.
		amount: String,
	},
	/// An amount that nobody can pay.
	#[error("{amount} in {term} is no whole number of the currency's smallest units; have the seller round it")]
	FractionOfMinorUnit {
		/// Which business term, or element.
		term: String,
		/// As the document has it.
		amount: String,
	},
	/// An amount that is too large for the ledger.
	#[error("the amounts in {term} are larger than the ledger can count; check the document, it is hardly meant so")]
	Overflow {
		/// Which business term, or element.
		term: String,
	},
	/// It breaks rules.
	#[error(
		"it breaks {}{}; have the seller correct it, `chirograph invoice validate` says what is wrong where",
		rules,
		shown(findings)
	)]
	Invalid {
		/// Which rules it was judged by.
		rules: Rules,
		/// What is wrong with it.
		findings: Box<Findings>,
	},
	/// Its date has not come.
	#[error("it is dated {date}, and that day has not come anywhere on earth; use it then, or check this machine's clock")]
	FutureDate {
		/// BT-2.
		date: Date,
	},
	/// It breaks no rule of EN 16931, and one that the ledger is stricter about.
	#[error("the ledger would refuse it ({fault:?}): {fault}")]
	Refused {
		/// Which.
		fault: InvoiceFault,
	},
}

/// In a sentence, behind a word if there are any.
fn listing(word: &str, found: &[String]) -> String {
	if found.is_empty() {
		return String::new();
	}
	let shown: Vec<_> = found.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
	let others = if found.len() > SHOWN { " and others" } else { "" };
	format!("{word} {}{others}", shown.join(", "))
}

fn shown(findings: &Findings) -> String {
	let rules = findings.rules();
	let others = if rules.len() > SHOWN { " and others" } else { "" };
	format!(": {}{others}", rules.into_iter().take(SHOWN).collect::<Vec<_>>().join(", "))
}

/// Which rules a document breaks. `bytes`: the whole file.
pub fn validate(bytes: &[u8], rules: Rules) -> Result<Findings, EInvoiceError> {
	Ok(rules::judge(&container::open(bytes)?, rules))
}

impl EInvoice {
	/// Takes from a document what the ledger must know, if it breaks no rule. `bytes`: the whole file.
	pub fn read(bytes: &[u8], rules: Rules) -> Result<Self, EInvoiceError> {
		let opened = container::open(bytes)?;
		extraction::ensure_known(&opened.read)?;
		let findings = rules::judge(&opened, rules);
		if !findings.is_valid() {
			let findings = Box::new(findings);
			return Err(EInvoiceError::Invalid { rules, findings });
		}
		let invoice = extraction::extract(opened.syntax, findings.kind, &opened.read.invoice, bytes)?;
		// A clock before 1970 makes every document one of the future.
		invoice.check(Moment::try_from(Utc::now().timestamp_millis()).unwrap_or_default())?;
		Ok(invoice)
	}

	/// The same, from a file.
	pub fn open(path: &Path, rules: Rules) -> Result<Self, crate::Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::read(&bytes, rules).map_err(|error| crate::Error::EInvoice {
			path: path.into(),
			error,
		})
	}

	/// What it is over, category by category.
	pub fn amounts(&self) -> Amounts {
		amounts_of(&self.document.breakdown)
	}

	/// As the ledger will, at that time.
	fn check(&self, now: Moment) -> Result<(), EInvoiceError> {
		self.document.check(now).map_err(|fault| match fault {
			InvoiceFault::FutureDate => EInvoiceError::FutureDate { date: self.issued },
			fault => EInvoiceError::Refused { fault },
		})
	}
}

#[cfg(test)]
mod tests;
