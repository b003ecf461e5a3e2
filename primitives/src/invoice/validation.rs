// SPDX-License-Identifier: Apache-2.0

//! Whether a transaction may be executed: what it is, what it consumes and where the ledger is, in; a verdict, out. No storage, and no
//! signatures: who has to sign, [`Transaction::parties`] says, and whoever keeps the ledger sees to it.

use super::{
	amounts_of, rules, Acceptance, Authorisation, Conditions, CreditNote, Invoice, InvoiceId, Output, OutputRecord, Period,
	Provenance, Route, Transaction, VatCategory,
};
use crate::{payload::DeadlineFault, BlockNumber, Inclusion, TransactionId};
use alloc::{collections::BTreeMap, vec::Vec};
use core::fmt;

/// What the ledger knows that a transaction is about.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
	/// What the ledger is to know the transaction by.
	pub id: TransactionId,
	/// Where the ledger is.
	pub here: Inclusion,
	/// How many blocks ahead of now a transaction may be valid for.
	pub longest_validity: BlockNumber,
	/// For how many blocks after its issuance a buyer may reject an invoice.
	pub acceptance_period: BlockNumber,
	/// What the transaction consumes, in the order of its inputs; all of them are there.
	pub inputs: &'a [OutputRecord],
	/// The invoice that the inputs are of, or that is accepted; with its id.
	pub invoice: Option<(&'a InvoiceId, &'a Invoice)>,
	/// The competent authority of the seller: for a new invoice, the one of now; for one that is in flight, the one that it keeps.
	pub origin: Option<Route>,
	/// The competent authority of the enterprise: where it comes to hold something, or clears what it bought, the one of now; for what it
	/// holds already, the one that this keeps.
	pub destination: Option<Route>,
	/// The last period that is closed in the seller's jurisdiction.
	pub origin_closed: Option<Period>,
	/// The last period that is closed in the enterprise's jurisdiction.
	pub destination_closed: Option<Period>,
	/// The seller's conditions, if there are any that count.
	pub conditions: Option<&'a Conditions>,
	/// The authority's word for the seller, if there is one that counts.
	pub authorisation: Option<&'a Authorisation>,
}

/// What a transaction comes to that may be executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
	/// Where each of its outputs comes from, in their order.
	pub provenances: Vec<Provenance>,
	/// The invoice that it issues.
	pub invoice: Option<(InvoiceId, Invoice)>,
	/// The credit note that it issues.
	pub credit_note: Option<(InvoiceId, CreditNote)>,
	/// How the invoice that it is about stands with its buyer from now on, where that changes.
	pub acceptance: Option<Acceptance>,
	/// What is left of the authority's word, where that changes.
	pub remaining: Option<u64>,
}

/// Why a transaction may not be executed. Each rule has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceFault {
	// --- the transaction by itself ---
	/// It was good until an earlier block. Have it signed again with a later one.
	Expired,
	/// It is good for longer than this network accepts. Have it signed with an earlier last block.
	ValidTooLong,
	/// It consumes nothing, and is of a kind that does; or the other way round; or too much.
	WrongNumberOfInputs,
	/// It creates more or less than its kind does.
	WrongNumberOfOutputs,
	/// Its inputs are not in ascending order, or one is there twice.
	InputsNotInOrder,
	/// An output, or the document, is over nothing.
	ZeroValue,
	/// Amounts are not in ascending order by category and rate, one is there twice, or one is zero.
	AmountsNotInOrder,
	/// A rate does not go with its category: above zero for S, zero for all others but L and M; or it is above 100 %.
	WrongRate,
	/// There is VAT in a category, or at a rate, that has none.
	UnexpectedVat,
	/// The VAT is not what the rate makes of the taxable amount, to less than one unit of the currency (BR-CO-17): in the document, or in an
	/// output, where net and VAT cannot be split from each other.
	WrongVat,
	/// Sums are larger than an amount can be.
	Overflow,
	/// No currency of ISO 4217 that is in use.
	UnknownCurrency,
	/// Platform, seller and buyer of a payment are not three labels.
	SameParty,
	// --- the document ---
	/// There is no such day, or no such month.
	NoSuchDate,
	/// It is dated later than today, or the month has not begun.
	FutureDate,
	/// What is paid and invoiced at once is not dated today, wherever on earth that is.
	NotToday,
	/// The taxable amount of a category is not its lines less allowances plus charges (BR-S-08 and others).
	WrongTaxableAmount,
	/// The sum of lines is not the sum of the lines of all categories (BR-CO-10).
	WrongLineTotal,
	/// The sum of allowances is not that of all categories (BR-CO-11).
	WrongAllowanceTotal,
	/// The sum of charges is not that of all categories (BR-CO-12).
	WrongChargeTotal,
	/// The total without VAT is not lines less allowances plus charges (BR-CO-13).
	WrongTotalWithoutVat,
	/// The VAT is not the sum of that of all categories (BR-CO-14).
	WrongVatTotal,
	/// The total with VAT is not the one without and the VAT (BR-CO-15).
	WrongTotalWithVat,
	/// What is due is not the total less what was paid plus rounding (BR-CO-16).
	WrongAmountDue,
	/// The period of taxation is closed.
	PeriodClosed,
	/// A credit note is dated, or VAT is deducted in a period, before the invoice was issued.
	BeforeInvoice,
	// --- what it consumes ---
	/// What it consumes together is not all of one kind, holder and provenance.
	MixedInputs,
	/// What it consumes cannot be used for this.
	WrongKindOfInput,
	/// What it creates is of another kind than comes of what it consumes.
	WrongKindOfOutput,
	/// What it creates would be held by somebody else than this leads to.
	WrongHolder,
	/// What comes out is not what goes in, in some category or at some rate; or an invoice is not over what was paid.
	NotConserved,
	/// Seller, buyer, currency or platform of payment and invoice, or of invoice and receipt, differ.
	OtherParties,
	/// The authority is not the one that is competent (L.region, I.0).
	NotCompetent,
	/// No tax authority is competent there.
	NoCompetentAuthority,
	/// The invoice named is not the one that is consumed, or its file is another one.
	OtherInvoice,
	/// The buyer's period to accept or reject is over, or the buyer has accepted already.
	AlreadyAccepted,
	/// It was used or handed over since it was issued, in part or as a whole; or it was rejected or voided.
	NotAsIssued,
	/// The holder has it already.
	AlreadyHolder,
	/// Only a buyer who is an enterprise itself deducts VAT of what it did not reimburse.
	NotBuyer,
	/// What is taken back was deducted, and the authority that it was deducted from takes no part; or the other way round.
	AdjustmentMismatch,
	// --- standing words ---
	/// The seller has no conditions under which invoices are issued in its name.
	NoConditions,
	/// The seller's conditions do not allow this currency.
	CurrencyNotAllowed,
	/// The seller's conditions do not allow this category of VAT at this rate.
	RateNotAllowed,
	/// The seller's conditions do not allow this platform.
	PlatformNotAllowed,
	/// The seller's conditions do not allow so large an invoice.
	AboveConditions,
	/// The authority gave no word for this seller, it is over, or it is another one's or in another currency.
	NotAuthorised,
	/// The authority's word does not reach so far, for one invoice or for all of them together.
	AboveAuthorisation,
}

impl fmt::Display for InvoiceFault {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::Expired => "it was good until an earlier block: have it signed again with a later one",
			Self::ValidTooLong => {
				"it is good for longer than this network accepts: have it signed again with an earlier last block"
			},
			Self::WrongNumberOfInputs => "it consumes more or less outputs than what it does takes: name those that it is about",
			Self::WrongNumberOfOutputs => {
				"it creates more or less outputs than what it does makes: create what it is about, and the rest if there is one"
			},
			Self::InputsNotInOrder => {
				"its inputs are not in ascending order, or one is there twice: sort them, and name each once"
			},
			Self::ZeroValue => "an output or the document is over nothing: leave it out",
			Self::AmountsNotInOrder => {
				"amounts are not in order, one is there twice, or one is zero: sort them by category and rate, and leave out what is zero"
			},
			Self::WrongRate => {
				"a rate does not go with its category: it is above zero for S, any for L and M, zero for all others, and at most 100 %"
			},
			Self::UnexpectedVat => "there is VAT in a category, or at a rate, that has none: correct the amounts",
			Self::WrongVat => {
				"VAT is not what its rate makes of the net amount, to less than one unit of the currency (BR-CO-17): correct the document, or divide net and VAT alike"
			},
			Self::Overflow => "sums are larger than an amount can be: divide them",
			Self::UnknownCurrency => "there is no such currency: name one of ISO 4217 that is in use, such as EUR",
			Self::SameParty => "who pays, who is paid and who confirms it must be three labels: have another platform confirm it",
			Self::NoSuchDate => "there is no such day, or no such month: name one of the calendar",
			Self::FutureDate => "it is dated later than today, or is a month that has not begun: wait until then",
			Self::NotToday => {
				"what is paid and invoiced at once must be dated today: date it so, or have the seller and its authority sign"
			},
			Self::WrongTaxableAmount => {
				"the taxable amount of a category is not its lines less allowances plus charges (BR-S-08 and others): correct the document"
			},
			Self::WrongLineTotal => "the sum of the lines is not that of all categories (BR-CO-10): correct the document",
			Self::WrongAllowanceTotal => {
				"the sum of the allowances is not that of all categories (BR-CO-11): correct the document"
			},
			Self::WrongChargeTotal => "the sum of the charges is not that of all categories (BR-CO-12): correct the document",
			Self::WrongTotalWithoutVat => {
				"the total without VAT is not lines less allowances plus charges (BR-CO-13): correct the document"
			},
			Self::WrongVatTotal => "the total VAT is not that of all categories (BR-CO-14): correct the document",
			Self::WrongTotalWithVat => "the total with VAT is not the one without and the VAT (BR-CO-15): correct the document",
			Self::WrongAmountDue => {
				"the amount due is not the total less what was paid plus rounding (BR-CO-16): correct the document"
			},
			Self::PeriodClosed => "the period of taxation is closed: use one that is open",
			Self::BeforeInvoice => {
				"a credit note is dated, or VAT is deducted in a period, before the invoice was issued: use a later one"
			},
			Self::MixedInputs => {
				"what it consumes together is not all of one kind, of one holder and from one place: make a transaction of each"
			},
			Self::WrongKindOfInput => {
				"what it consumes gives no right to this, or the right was used already: use another output"
			},
			Self::WrongKindOfOutput => {
				"what it creates is of another kind than comes of what it consumes: create what comes of it"
			},
			Self::WrongHolder => "what it creates would be held by somebody else than this leads to: name the right holder",
			Self::NotConserved => {
				"what comes out is not what goes in, or what the document says, in some category or at some rate: correct the outputs"
			},
			Self::OtherParties => {
				"seller, buyer or currency of payment, receipt, invoice or credit note differ: use what belongs together"
			},
			Self::NotCompetent => "the authority is not the one that is competent: name the one that the routes say",
			Self::NoCompetentAuthority => "no tax authority is competent there: ask the council to appoint one",
			Self::OtherInvoice => {
				"the invoice that is named is not the one that is consumed, or its file is another one: name that one"
			},
			Self::AlreadyAccepted => {
				"the buyer accepted it, or the period to reject it is over, which is the same: ask the seller for a credit note"
			},
			Self::NotAsIssued => {
				"it was used, handed over, rejected or voided since it was issued: issue a credit note for what is left of it, or a new invoice"
			},
			Self::AlreadyHolder => "who is to hold it holds it already: there is nothing to do",
			Self::NotBuyer => {
				"only a buyer who is an enterprise deducts VAT of what it did not reimburse: have it reimbursed first"
			},
			Self::AdjustmentMismatch => {
				"the authority that VAT was deducted from signs a credit note exactly where it was: name it, or leave it out"
			},
			Self::NoConditions => {
				"the seller has no conditions under which invoices are issued in its name: have the seller set them, or sign"
			},
			Self::CurrencyNotAllowed => "the seller's conditions do not allow this currency: have the seller change them",
			Self::RateNotAllowed => {
				"the seller's conditions do not allow this category of VAT at this rate: have the seller change them"
			},
			Self::PlatformNotAllowed => {
				"the seller's conditions do not allow this platform: have the seller change them, or sign"
			},
			Self::AboveConditions => "the seller's conditions do not allow so large an invoice: have the seller change them",
			Self::NotAuthorised => {
				"the competent authority gave no word that counts for this seller in this currency: have the authority give it, or sign"
			},
			Self::AboveAuthorisation => {
				"the authority's word does not reach so far, for one invoice or for all of them together: have the authority give another, or sign"
			},
		})
	}
}

impl core::error::Error for InvoiceFault {}

impl From<DeadlineFault> for InvoiceFault {
	fn from(fault: DeadlineFault) -> Self {
		match fault {
			DeadlineFault::Expired => Self::Expired,
			DeadlineFault::TooFarAhead => Self::ValidTooLong,
		}
	}
}

/// Whoever judges transactions.
pub trait Judge {
	/// Whether `transaction` may be executed where these are the facts, and what comes of it.
	fn judge(transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault>;
}

/// By all rules, as every network does.
pub struct AllRules;

impl Judge for AllRules {
	fn judge(transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
		judge(transaction, facts)
	}
}

/// By all rules but conservation: a mistake, which whatever watches over the books must notice.
#[cfg(any(test, feature = "testing"))]
pub struct WithoutConservation;

#[cfg(any(test, feature = "testing"))]
impl Judge for WithoutConservation {
	fn judge(transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
		rules::judge(transaction, facts)
	}
}

/// Whether `transaction` may be executed where these are the facts, and what comes of it.
pub fn judge(transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
	let verdict = rules::judge(transaction, facts)?;
	check_conservation(transaction, facts)?;
	Ok(verdict)
}

/// What goes in comes out, category by category, rate by rate; and what an invoice or a credit note is over, is what there is of it.
fn check_conservation(transaction: &Transaction, facts: &Facts) -> Result<(), InvoiceFault> {
	if let (Some(document), Some(output)) = (transaction.action.document(), transaction.outputs.first()) {
		ensure(output.amounts == amounts_of(&document.breakdown), InvoiceFault::NotConserved)?;
	}
	if facts.inputs.is_empty() {
		return Ok(());
	}
	let consumed = total(facts.inputs.iter().map(|input| &input.output))?;
	ensure(consumed == total(&transaction.outputs)?, InvoiceFault::NotConserved)
}

/// Net and VAT, by category and rate. There may be more of these than in one output.
type Sums = BTreeMap<(VatCategory, u16), (u64, u64)>;

fn total<'a>(outputs: impl IntoIterator<Item = &'a Output>) -> Result<Sums, InvoiceFault> {
	let mut sums = Sums::new();
	for amount in outputs.into_iter().flat_map(|output| output.amounts.iter()) {
		let (net, vat) = sums.entry(amount.key()).or_default();
		*net = net.checked_add(amount.net).ok_or(InvoiceFault::Overflow)?;
		*vat = vat.checked_add(amount.vat).ok_or(InvoiceFault::Overflow)?;
	}
	Ok(sums)
}

/// That a rule holds, or how it is broken.
pub(super) const fn ensure(holds: bool, fault: InvoiceFault) -> Result<(), InvoiceFault> {
	if holds {
		Ok(())
	} else {
		Err(fault)
	}
}
