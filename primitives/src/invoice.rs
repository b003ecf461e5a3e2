// SPDX-License-Identifier: Apache-2.0

//! Electronic invoices as outputs that are consumed exactly once (X.1407 Appendix I).
//!
//! ## Terms
//!
//! - **Output**: rights to amounts of money, held by a label. What its holder may do with it, its [kind](OutputKind) says.
//! - **Transaction**: consumes outputs and creates others. But for a receipt, which records a payment, nothing comes from nothing and nothing
//!   is lost: category by category, rate by rate, what goes in comes out.
//! - **Outpoint**: an output by the transaction that created it and its place in there.
//! - **Part**: in what capacity a label takes part in a transaction, and has to sign for it ([`Transaction::parties`]).
//!
//! ## Kinds of outputs
//!
//! Two rights are in an invoice: to claim it as an expense, and to deduct its VAT. Each is used once, in either order.
//!
//! ```text
//!                                  expense not claimed     expense claimed
//!            issue                +---------------------+---------------------+
//! Receipt ------------------->    | Invoice         --- reimburse --> Reimbursed |  VAT not deducted
//!         <-- void, reject ---    |    |                |     |               |
//!                                 |  clear (by buyer)   |   clear             |
//!                                 |    v                |     v               |
//!                                 | Deducted        --- reimburse --> Cleared |  VAT deducted
//!                                 +---------------------+---------------------+
//!  credit: of Invoice and Reimbursed makes Credited, of Deducted and Cleared makes Adjusted: VAT to be paid back
//! ```
//!
//! ## Transactions
//!
//! | action | consumes | creates, in this order | who signs ([`Part`]) |
//! |---|---|---|---|
//! | receipt (phase A) | nothing | Receipt @ buyer | seller, buyer, payment platform |
//! | issue (B) | Receipts @ buyer | Invoice @ buyer, rest of the Receipts | seller, buyer, authority of the seller |
//! | pay and invoice (I.2) | nothing | Invoice @ buyer | buyer, payment platform; the others said so beforehand |
//! | accept | nothing | nothing | buyer |
//! | reject | Invoice | Receipt @ holder | holder |
//! | transfer | one X | X @ receiver | holder, receiver |
//! | reimburse (C) | Invoices, or Deducteds | Reimbursed, or Cleared, @ enterprise; the rest | holder, enterprise |
//! | clear (D) | Reimburseds, or Invoices of a buyer who is an enterprise | Cleared, or Deducted, @ enterprise; the rest | enterprise, its authority |
//! | credit | Xs | Credited, or Adjusted, @ holder; the rest | seller, holder, authority of the seller; of what VAT was deducted, that of the enterprise, too |
//! | void | Invoice, as it was issued | Receipt @ holder | seller, its authority; once it is accepted, the holder |
//!
//! What is consumed together has the same kind, holder, seller and currency, and is of the same invoice. The rest has the kind and the holder
//! of what was consumed, and is left out where there is none.
//!
//! ## What is signed
//!
//! | signature | bytes |
//! |---|---|
//! | `chirograph/invoice/v1` | 21 |
//! | genesis hash | 32 |
//! | SHA-256 of the transaction in its SCALE encoding | 32 |
//!
//! SHA-256 of these 85 bytes is the [`TransactionId`], so that neither a transaction nor a signature of it is good on another network.

mod amount;
mod date;
mod document;
mod rules;
#[cfg(test)]
mod tests;
mod validation;

pub use amount::{
	add, amounts_of, covers, is_zero, subtract, AmountFault, Amounts, Currency, ParseCurrencyError, Totals, VatAmount,
	VatBreakdown, VatCategory, VatRate, MAX_RATE, MAX_VAT_LINES,
};
pub use date::{Date, ParseDateError, Period};
#[cfg(any(test, feature = "testing"))]
pub use validation::WithoutConservation;
pub use validation::{judge, AllRules, Facts, InvoiceFault, Judge, Verdict};

use crate::{
	crypto::sha2_256, hash::ParseHashError, payload::GenesisHash, BlockNumber, DocumentHash, Inclusion, InvoiceNumber,
	Jurisdiction, LabelId, OwnerSignature, PaymentReference, Role, TransactionId,
};
use alloc::{string::ToString, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use sp_core::{bounded::BoundedVec, ConstU32};

const TRANSACTION: &[u8; 21] = b"chirograph/invoice/v1";

/// The most outputs that a transaction may consume.
pub const MAX_INPUTS: u32 = 16;
/// The most outputs that a transaction may create.
pub const MAX_OUTPUTS: u32 = 2;
/// The most signatures that a transaction takes.
pub const MAX_SIGNATURES: u32 = 4;

/// Which right an output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum OutputKind {
	/// It was paid for: an invoice can be issued.
	Receipt,
	/// To claim an expense, and to deduct the VAT.
	Invoice,
	/// The expense was claimed; to deduct the VAT.
	Reimbursed,
	/// The VAT was deducted; to claim the expense.
	Deducted,
	/// Both were used.
	Cleared,
	/// It was taken back before its VAT was deducted: no right any more.
	Credited,
	/// It was taken back after its VAT was deducted, which is to be paid back: no right any more.
	Adjusted,
}

impl OutputKind {
	/// Every kind, in the order of their indices.
	pub const ALL: [Self; 7] = [
		Self::Receipt,
		Self::Invoice,
		Self::Reimbursed,
		Self::Deducted,
		Self::Cleared,
		Self::Credited,
		Self::Adjusted,
	];

	/// What its holder must be able to act as.
	pub const fn holder_role(self) -> Role {
		match self {
			Self::Receipt | Self::Invoice | Self::Credited => Role::Owner,
			Self::Reimbursed | Self::Deducted | Self::Cleared | Self::Adjusted => Role::Enterprise,
		}
	}

	/// What it becomes where its expense is claimed.
	pub const fn reimbursed(self) -> Option<Self> {
		match self {
			Self::Invoice => Some(Self::Reimbursed),
			Self::Deducted => Some(Self::Cleared),
			_ => None,
		}
	}

	/// What it becomes where its VAT is deducted.
	pub const fn cleared(self) -> Option<Self> {
		match self {
			Self::Invoice => Some(Self::Deducted),
			Self::Reimbursed => Some(Self::Cleared),
			_ => None,
		}
	}

	/// What it becomes where it is taken back.
	pub const fn credited(self) -> Option<Self> {
		match self {
			Self::Invoice | Self::Reimbursed => Some(Self::Credited),
			Self::Deducted | Self::Cleared => Some(Self::Adjusted),
			_ => None,
		}
	}

	/// Whether it can be handed over: as long as it holds a right.
	pub const fn is_transferable(self) -> bool {
		matches!(self, Self::Receipt | Self::Invoice | Self::Reimbursed | Self::Deducted)
	}
}

/// An output, by the transaction that created it and its place there; written `0x…:0`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct OutPoint {
	/// Which transaction.
	pub transaction: TransactionId,
	/// Which of its outputs, counted from zero.
	pub index: u8,
}

impl fmt::Display for OutPoint {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{}:{}", self.transaction, self.index)
	}
}

impl fmt::Debug for OutPoint {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

/// Why a text is not an outpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOutPointError;

impl fmt::Display for ParseOutPointError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected a transaction, 64 hexadecimal digits, a colon and the number of its output, such as 0x12…ef:0")
	}
}

impl core::error::Error for ParseOutPointError {}

impl From<ParseHashError> for ParseOutPointError {
	fn from(_: ParseHashError) -> Self {
		Self
	}
}

impl FromStr for OutPoint {
	type Err = ParseOutPointError;

	fn from_str(text: &str) -> Result<Self, ParseOutPointError> {
		let (transaction, index) = text.split_once(':').ok_or(ParseOutPointError)?;
		Ok(Self {
			transaction: transaction.parse()?,
			// One way to write it: no sign, no leading zeros.
			index: index
				.parse()
				.ok()
				.filter(|number: &u8| number.to_string() == index)
				.ok_or(ParseOutPointError)?,
		})
	}
}

#[cfg(feature = "serde")]
impl Serialize for OutPoint {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

#[cfg(feature = "serde")]
impl<'de> Deserialize<'de> for OutPoint {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		alloc::string::String::deserialize(deserializer)?
			.parse()
			.map_err(serde::de::Error::custom)
	}
}

/// Rights to amounts of money.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Output {
	/// Which right.
	pub kind: OutputKind,
	/// Whose it is.
	pub holder: LabelId,
	/// To what: something, and category by category in their order.
	pub amounts: Amounts,
}

/// An invoice, by the label of its seller and the number that the seller gave it. One and the same for ever, whatever becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct InvoiceId {
	/// Who sold.
	pub seller: LabelId,
	/// The seller's number, as a hash.
	pub number: InvoiceNumber,
}

impl InvoiceNumber {
	/// Of a number as the document writes it (EN 16931 BT-1), without white space around it. It is not salted: whoever knows the seller's way
	/// of counting can guess it.
	pub fn of(text: &str) -> Self {
		Self(sha2_256(
			&[b"chirograph/invoice-number/v1".as_slice(), text.trim().as_bytes()].concat(),
		))
	}
}

impl PaymentReference {
	/// Of a payment as the platform names it.
	pub fn of(text: &str) -> Self {
		Self(sha2_256(
			&[b"chirograph/payment-reference/v1".as_slice(), text.as_bytes()].concat(),
		))
	}
}

/// That somebody paid somebody (phase A).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Payment {
	/// Who confirms it.
	pub platform: LabelId,
	/// What the platform calls it: once and never again.
	pub reference: PaymentReference,
	/// Who was paid.
	pub seller: LabelId,
	/// Who paid.
	pub buyer: LabelId,
	/// SHA-256 of the order that was paid for.
	pub order: DocumentHash,
	/// In which currency.
	pub currency: Currency,
}

/// An invoice or credit note that stays off the ledger: what of it the ledger must know.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct InvoiceDocument {
	/// SHA-256 of the file. No two invoices or credit notes of a seller have the same.
	pub hash: DocumentHash,
	/// EN 16931 BT-1, as a hash. Invoices and credit notes of a seller are counted together.
	pub number: InvoiceNumber,
	/// BT-2.
	pub issued: Date,
	/// BT-5.
	pub currency: Currency,
	/// BG-23.
	pub breakdown: VatBreakdowns,
	/// BG-22.
	pub totals: Totals,
}

/// BG-23, category by category, rate by rate in their order.
pub type VatBreakdowns = BoundedVec<VatBreakdown, ConstU32<MAX_VAT_LINES>>;

/// What a transaction does.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(
		tag = "type",
		rename_all = "kebab-case",
		rename_all_fields = "camelCase",
		deny_unknown_fields
	)
)]
pub enum Action {
	/// Phase A: records a payment.
	Receipt {
		/// Which.
		payment: Payment,
	},
	/// Phase B: an invoice over what was paid.
	Issue {
		/// Who sold.
		seller: LabelId,
		/// The tax authority that is competent for the seller.
		authority: LabelId,
		/// The invoice.
		document: InvoiceDocument,
	},
	/// I.2: records a payment and issues the invoice over it, at once: under the seller's [`Conditions`] and the authority's
	/// [`Authorisation`].
	PayAndInvoice {
		/// The payment.
		payment: Payment,
		/// The tax authority that is competent for the seller.
		authority: LabelId,
		/// The invoice.
		document: InvoiceDocument,
	},
	/// The buyer is content: it cannot be rejected any more, and not be voided without its holder.
	Accept {
		/// Which invoice.
		invoice: InvoiceId,
	},
	/// The buyer is not content: it was paid, and no invoice was issued.
	Reject {
		/// Why.
		reason: RejectReason,
	},
	/// Hands an output over.
	Transfer {
		/// To whom.
		to: LabelId,
	},
	/// Phase C: an expense is claimed from an enterprise.
	Reimburse {
		/// From whom.
		enterprise: LabelId,
	},
	/// Phase D: VAT is deducted.
	Clear {
		/// The tax authority that is competent for the enterprise.
		authority: LabelId,
		/// In which period of taxation.
		period: Period,
	},
	/// Takes an invoice back in part or as a whole.
	Credit {
		/// The tax authority of the seller.
		authority: LabelId,
		/// Where VAT was deducted already, the destination authority: that of the enterprise.
		adjusted_by: Option<LabelId>,
		/// Which invoice.
		invoice: InvoiceId,
		/// SHA-256 of that invoice's file.
		invoice_hash: DocumentHash,
		/// The credit note.
		document: InvoiceDocument,
	},
	/// Undoes an issuance.
	Void {
		/// The tax authority of the seller.
		authority: LabelId,
	},
}

impl Action {
	/// The payment that it records.
	pub const fn payment(&self) -> Option<&Payment> {
		match self {
			Self::Receipt { payment } | Self::PayAndInvoice { payment, .. } => Some(payment),
			_ => None,
		}
	}

	/// The invoice or credit note that it issues.
	pub const fn document(&self) -> Option<&InvoiceDocument> {
		match self {
			Self::Issue { document, .. } | Self::PayAndInvoice { document, .. } | Self::Credit { document, .. } => Some(document),
			_ => None,
		}
	}
}

/// Why a buyer rejects an invoice. A code and no text (X.1407 8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum RejectReason {
	/// The buyer does not say.
	Unspecified,
	/// Amounts, taxes or the currency are wrong.
	WrongAmounts,
	/// A name, an address or a tax number is wrong.
	WrongParties,
	/// It is for something that was not ordered.
	NotOrdered,
	/// It was ordered, and is not here or not right.
	NotDelivered,
}

/// Consumes outputs and creates others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Transaction {
	/// What it does.
	pub action: Action,
	/// What it consumes; in ascending order.
	pub inputs: BoundedVec<OutPoint, ConstU32<MAX_INPUTS>>,
	/// What it creates: first what it is about, then the rest.
	pub outputs: BoundedVec<Output, ConstU32<MAX_OUTPUTS>>,
	/// The last block in which it may be executed.
	pub valid_until: BlockNumber,
}

/// In what capacity a label takes part in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Part {
	/// Sold.
	Seller,
	/// Paid, or asks for the invoice over what it paid.
	Buyer,
	/// Confirms the payment.
	PaymentPlatform,
	/// Holds what is consumed.
	Holder,
	/// Is to hold what is handed over.
	Receiver,
	/// Reimburses an expense, or deducts VAT.
	Enterprise,
	/// The tax authority of the seller.
	OriginAuthority,
	/// The tax authority of the enterprise.
	DestinationAuthority,
}

/// A label that has to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Party {
	/// In what capacity.
	pub part: Part,
	/// Who.
	pub label: LabelId,
	/// What it must be able to act as.
	pub role: Role,
}

/// A party's signature over a transaction ([`Transaction::payload`]).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Witness {
	/// Whose.
	pub label: LabelId,
	/// By the key that holds the label.
	pub signature: OwnerSignature,
}

/// What parties sign with a transaction: one of each, at the most.
pub type Witnesses = BoundedVec<Witness, ConstU32<MAX_SIGNATURES>>;

/// Which tax authority is competent for whoever is at home there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Route {
	/// Where.
	pub jurisdiction: Jurisdiction,
	/// The authority's label.
	pub authority: LabelId,
}

/// What an output has from where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Provenance {
	/// Who sold.
	pub seller: LabelId,
	/// Who bought.
	pub buyer: LabelId,
	/// In which currency.
	pub currency: Currency,
	/// Which of the seller's invoices. None: a receipt.
	pub number: Option<InvoiceNumber>,
	/// Where the seller is at home, and the authority that issued the invoice. None: a receipt.
	pub origin: Option<Route>,
	/// Where the enterprise is at home, and the authority that was competent when it came to hold this. None: no enterprise holds it as one.
	pub destination: Option<Route>,
}

impl Provenance {
	/// Of which invoice it is.
	pub fn invoice(&self) -> Option<InvoiceId> {
		self.number.map(|number| InvoiceId {
			seller: self.seller,
			number,
		})
	}
}

/// An output on the ledger. It stays there for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct OutputRecord {
	/// What it is.
	pub output: Output,
	/// Where it comes from.
	pub provenance: Provenance,
	/// What consumed it.
	pub consumed: Option<TransactionId>,
}

/// What kind of [`Action`] a transaction was, without what it was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum ActionKind {
	/// [`Action::Receipt`].
	Receipt,
	/// [`Action::Issue`].
	Issue,
	/// [`Action::PayAndInvoice`].
	PayAndInvoice,
	/// [`Action::Accept`].
	Accept,
	/// [`Action::Reject`].
	Reject,
	/// [`Action::Transfer`].
	Transfer,
	/// [`Action::Reimburse`].
	Reimburse,
	/// [`Action::Clear`].
	Clear,
	/// [`Action::Credit`].
	Credit,
	/// [`Action::Void`].
	Void,
}

impl ActionKind {
	/// Whether who holds what it consumes gives something away, which a label can guard with a passkey
	/// ([`Operation::Transferring`](crate::Operation::Transferring)). Whoever rejects an invoice keeps what was paid.
	pub const fn gives_away(self) -> bool {
		matches!(self, Self::Transfer | Self::Reimburse | Self::Credit | Self::Void)
	}
}

/// A transaction on the ledger. It stays there for ever; of its outputs, what consumed them is written in later.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct TransactionRecord {
	/// What it did.
	pub action: ActionKind,
	/// What it consumed.
	pub inputs: BoundedVec<OutPoint, ConstU32<MAX_INPUTS>>,
	/// What it created.
	pub outputs: BoundedVec<OutputRecord, ConstU32<MAX_OUTPUTS>>,
	/// SHA-256 of the invoice or credit note that it is about, or of a payment's order.
	pub document: Option<DocumentHash>,
	/// Of a clearance, the period of taxation.
	pub period: Option<Period>,
	/// When.
	pub at: Inclusion,
}

/// An invoice on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Invoice {
	/// The transaction that issued it; its first output is the invoice as it was issued.
	pub issued_by: TransactionId,
	/// SHA-256 of its file.
	pub document: DocumentHash,
	/// EN 16931 BT-2.
	pub issued: Date,
	/// Who bought.
	pub buyer: LabelId,
	/// When it was issued on the ledger.
	pub at: Inclusion,
	/// The last block in which the buyer may reject it.
	pub rejectable_until: BlockNumber,
	/// How it stands with its buyer.
	pub acceptance: Acceptance,
}

/// A credit note on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct CreditNote {
	/// The transaction that issued it; its first output is what was taken back.
	pub issued_by: TransactionId,
	/// SHA-256 of its file.
	pub document: DocumentHash,
	/// Of which invoice.
	pub invoice: InvoiceId,
	/// When it was issued on the ledger.
	pub at: Inclusion,
}

/// How an invoice stands with its buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "status", rename_all = "camelCase")
)]
pub enum Acceptance {
	/// The buyer did not say anything: once the period is over, that is acceptance.
	Open,
	/// The buyer accepted it.
	Accepted {
		/// When.
		at: Inclusion,
	},
	/// The buyer rejected it.
	Rejected {
		/// When.
		at: Inclusion,
		/// Why.
		reason: RejectReason,
	},
	/// The seller and its authority undid it.
	Void {
		/// When.
		at: Inclusion,
	},
}

impl Invoice {
	/// Whether the buyer can neither reject it any more nor did so: by word, or by silence.
	pub fn is_accepted(&self, now: BlockNumber) -> bool {
		match self.acceptance {
			Acceptance::Open => self.rejectable_until < now,
			Acceptance::Accepted { .. } => true,
			Acceptance::Rejected { .. } | Acceptance::Void { .. } => false,
		}
	}
}

/// Which way to follow transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Direction {
	/// To those whose outputs they consume.
	Back,
	/// To those that consume their outputs.
	Forward,
}

/// That an authority is competent from some block on, or that none is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct RouteChange {
	/// Who.
	pub authority: Option<LabelId>,
	/// The first block.
	pub effective: BlockNumber,
}

/// The most currencies, the most rates, and the most platforms, that a seller's conditions name.
pub const MAX_CONDITIONS: u32 = 16;

/// Under which conditions invoices may be issued in a seller's name (I.1). They count as long as the account that gave them holds the label.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Conditions {
	/// In which currencies; at least one.
	pub currencies: BoundedVec<Currency, ConstU32<MAX_CONDITIONS>>,
	/// In which categories of VAT, at which rates; at least one.
	pub rates: BoundedVec<VatRate, ConstU32<MAX_CONDITIONS>>,
	/// Through which platforms without the seller's signature. None: through no platform.
	pub platforms: BoundedVec<LabelId, ConstU32<MAX_CONDITIONS>>,
	/// The most that an invoice may be over with VAT (BT-112), in minor units of its currency.
	pub max_total: u64,
	/// The last block in which they hold.
	pub valid_until: BlockNumber,
}

/// A tax authority's word that invoices may be issued in its name for a seller (I.2). It counts as long as the account that gave it holds the
/// label.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Authorisation {
	/// Whose word.
	pub authority: LabelId,
	/// In which currency.
	pub currency: Currency,
	/// The most that an invoice may be over with VAT (BT-112), in minor units.
	pub max_total: u64,
	/// What is left of the most that all of them together may be over, in minor units.
	pub remaining: u64,
	/// The last block in which it holds.
	pub valid_until: BlockNumber,
}

impl Transaction {
	/// What kind of action it is.
	pub const fn kind(&self) -> ActionKind {
		match self.action {
			Action::Receipt { .. } => ActionKind::Receipt,
			Action::Issue { .. } => ActionKind::Issue,
			Action::PayAndInvoice { .. } => ActionKind::PayAndInvoice,
			Action::Accept { .. } => ActionKind::Accept,
			Action::Reject { .. } => ActionKind::Reject,
			Action::Transfer { .. } => ActionKind::Transfer,
			Action::Reimburse { .. } => ActionKind::Reimburse,
			Action::Clear { .. } => ActionKind::Clear,
			Action::Credit { .. } => ActionKind::Credit,
			Action::Void { .. } => ActionKind::Void,
		}
	}

	/// The bytes that every party signs.
	pub fn payload(&self, genesis: &GenesisHash) -> Vec<u8> {
		(TRANSACTION, genesis, sha2_256(&self.encode())).encode()
	}

	/// What the ledger knows it by.
	pub fn id(&self, genesis: &GenesisHash) -> TransactionId {
		TransactionId(sha2_256(&self.payload(genesis)))
	}

	/// The outpoint of its first output.
	pub fn first_output(&self, genesis: &GenesisHash) -> OutPoint {
		OutPoint {
			transaction: self.id(genesis),
			index: 0,
		}
	}

	/// Who has to sign it, where it consumes `inputs`: the table at the head of the module. `invoice` is the one that `inputs` are of, or
	/// that is accepted; `now` the block.
	pub fn parties(&self, inputs: &[OutputRecord], invoice: Option<&Invoice>, now: BlockNumber) -> Vec<Party> {
		let party = |part, label, role| Party { part, label, role };
		let seller = |label| party(Part::Seller, label, Role::Taxpayer);
		let buyer = |label| party(Part::Buyer, label, Role::Owner);
		let platform = |label| party(Part::PaymentPlatform, label, Role::PaymentPlatform);
		let enterprise = |label| party(Part::Enterprise, label, Role::Enterprise);
		let origin = |label| party(Part::OriginAuthority, label, Role::TaxAuthority);
		let destination = |label| party(Part::DestinationAuthority, label, Role::TaxAuthority);
		let input = inputs.first();
		let holder = input.map(|input| party(Part::Holder, input.output.holder, input.output.kind.holder_role()));
		let its_seller = input.map(|input| seller(input.provenance.seller));
		let parties = match &self.action {
			Action::Receipt { payment } => [
				Some(seller(payment.seller)),
				Some(buyer(payment.buyer)),
				Some(platform(payment.platform)),
				None,
			],
			Action::Issue {
				seller: who, authority, ..
			} => [
				Some(seller(*who)),
				input.map(|input| buyer(input.output.holder)),
				Some(origin(*authority)),
				None,
			],
			Action::PayAndInvoice { payment, .. } => [Some(buyer(payment.buyer)), Some(platform(payment.platform)), None, None],
			Action::Accept { .. } => [invoice.map(|invoice| buyer(invoice.buyer)), None, None, None],
			Action::Reject { .. } => [holder, None, None, None],
			Action::Transfer { to } => [
				holder,
				input.map(|input| party(Part::Receiver, *to, input.output.kind.holder_role())),
				None,
				None,
			],
			Action::Reimburse { enterprise: who } => [holder, Some(enterprise(*who)), None, None],
			Action::Clear { authority, .. } => [
				input.map(|input| enterprise(input.output.holder)),
				Some(destination(*authority)),
				None,
				None,
			],
			Action::Credit {
				authority, adjusted_by, ..
			} => [its_seller, holder, Some(origin(*authority)), adjusted_by.map(destination)],
			Action::Void { authority } => {
				let accepted = invoice.is_some_and(|invoice| invoice.is_accepted(now));
				[its_seller, Some(origin(*authority)), holder.filter(|_| accepted), None]
			},
		};
		parties.into_iter().flatten().collect()
	}
}
