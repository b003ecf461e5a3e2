// SPDX-License-Identifier: Apache-2.0

//! # Invoices
//!
//! Carries an electronic invoice from its payment to the deduction of its VAT, as outputs that are consumed exactly once (ITU-T X.1407
//! Appendix I). The document itself never comes here: only its hash, and the amounts that it is over.
//!
//! ## Terms
//!
//! Those of [`chirograph_primitives::invoice`], where the kinds of outputs, the transactions and who signs them are tabled, and where the
//! rules are by which a transaction is judged. And:
//!
//! - **Witness**: a party's signature over a transaction. **Submitter**: the account that sends it; a party, or a business platform.
//! - **Standing word**: what a seller or a tax authority says beforehand, so that they need not sign:
//!   [conditions](chirograph_primitives::invoice::Conditions), an [authorisation](chirograph_primitives::invoice::Authorisation). It counts
//!   as long as the account that gave it holds the label: who takes a label over, or recovers it, says again what stands.
//! - **Kept route**: the tax authority that was competent when an invoice was issued, or when an enterprise came to hold it.
//!
//! ## Story
//!
//! 1. Pat pays a prescription at the hospital. Hospital, Pat and the payment platform sign, and Pat holds a receipt ([`Call::execute`] of a
//!    receipt, phase A).
//! 2. Pat asks for the invoice. The hospital writes it, and the tax authority of the north, where the hospital is, signs it with both:
//!    the receipt is consumed, Pat holds the invoice (phase B). Signed by any other authority, it is none.
//! 3. The employer refunds half of it. Both sign: the employer holds that half as reimbursed, Pat the rest (phase C). Sent to a second
//!    employer at once, one of the two is refused: [`Error::AlreadyConsumed`].
//! 4. The hospital takes back a tenth of what Pat still holds, with a credit note, before its VAT was deducted by anybody.
//! 5. The employer deducts the VAT of its half. Its own tax authority, that of the south, signs (phase D). The half is cleared, and at its
//!    end.
//! 6. The southern authority closes the month ([`Call::close_period`]): no VAT is deducted in it any more.
//! 7. At the baker's nobody waits for signatures: the baker has conditions ([`Call::set_conditions`]), the authority gave its word for the
//!    baker up to a limit ([`Call::authorise`]), and payment and invoice are one transaction (I.2).
//!
//! ## Who may do what
//!
//! | call | submitter | who signs inside |
//! |---|---|---|
//! | `execute` | a party, or `BusinessPlatform` | every party, the submitter too if it is one, with the role of its part |
//! | `set_conditions`, `withdraw_conditions` | the seller, `Taxpayer` | nobody |
//! | `authorise` | the `TaxAuthority` that is competent for the seller | nobody |
//! | `withdraw_authorisation` | the `TaxAuthority` that gave it | nobody |
//! | `close_period` | the `TaxAuthority` that is competent there | nobody |
//!
//! Parties are labels: when a label moves to another key, what it holds moves with it, and the next key signs. Roles are judged by
//! [`Config::Authority`] (9.1.1 a, 9.3.1 f). Whose label is guarded for `Transferring` (9.1.1 d) gives nothing away by its key alone: to hand
//! over, to be reimbursed, and to have something taken back or voided takes the key's witness and the passkey's confirmation of the call.
//! Whoever may submit the transaction may send that confirmation, the holder or a business platform. Who is competent, [`Config::Routing`]
//! says (L.region).
//!
//! A route is kept: by an invoice its issuing authority, by what an enterprise holds the authority that was competent when that came
//! there. Only where the label of that one can no longer act, whoever is competent now for the same place takes its place.
//!
//! ## Trust assumptions
//!
//! That a payment happened, the payment platform and both sides say; nobody else can know. That a document says what its hash was signed
//! with, each party sees for itself before it signs; the totals are judged again here.
//!
//! Amounts, labels and hashes can be read by everybody who is let in.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. An output is consumed at most once: every input of a transaction names an output that this transaction consumed, and what consumed an
//!    output is a transaction that has it as an input.
//! 2. `Unspent` names exactly the outputs that nothing consumed, under their holders.
//! 3. A transaction that records no payment creates what it consumes: in each currency, category and rate.
//! 4. What is left of an invoice, in whatever kind, is what it was issued over, in each category and rate; of one that was rejected or is
//!    void, nothing is left.
//! 5. All that was ever paid is what is left of all outputs, in each currency, category and rate.
//! 6. Every invoice was issued by one transaction of its own, and so was every credit note; no number is that of both.
//! 7. Every document is that of one invoice or credit note of a seller.
//! 8. Every payment was recorded by one transaction of its own.
//! 9. Nothing is from the future, and nothing is older than what it consumes.
//! 10. An output is over something, by category and rate in their order. A receipt is of no invoice; all others are, and name its issuing
//!     authority; what an enterprise holds names the enterprise's.
//! 11. Standing words say something, in currencies that there are.
//! 12. Periods that are closed are months, and have begun.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod functions;
#[cfg(test)]
mod mock;
mod people;
mod standing;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod views;
pub mod weights;

pub use api::*;
pub use pallet::*;
pub use weights::WeightInfo;

/// The most transactions, or outputs, that one question returns.
pub const MAX_PER_PAGE: u32 = 100;
/// The most transactions that one question about a lineage returns.
pub const MAX_LINEAGE: u32 = 256;

#[frame_support::pallet]
#[allow(clippy::large_enum_variant)] // Of calls and events, there is never more than one at a time.
pub mod pallet {
	use super::*;
	use crate::people::People;
	use alloc::vec::Vec;
	use chirograph_primitives::{
		invoice::{
			self, Authorisation, CreditNote, Currency, Direction, Invoice, InvoiceFault, InvoiceId, Judge, OutPoint,
			OutputRecord, Party, Period, Transaction, TransactionRecord, Witnesses,
		},
		AccountId, Algorithm, Algorithms, Authority, BlockNumber, Directory, DocumentHash, Inclusion, InvoiceNumber,
		Jurisdiction, LabelId, Ledger, PaymentReference, Routing, SignatureFault, TransactionId,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Judges whether an account, or a label, may act in a role, and knows where labels are at home.
		type Authority: Authority<AccountId> + Directory;

		/// Knows which tax authority is competent where.
		type Routing: Routing;

		/// Judges whether signatures may still be made in some way.
		type Algorithms: Algorithms;

		/// Block, extrinsic and time.
		type Ledger: Ledger;

		/// Judges transactions.
		type Judge: Judge;

		/// How many blocks ahead of now a transaction may be valid for: the window in which signatures that got into wrong hands are of use
		/// to them.
		#[pallet::constant]
		type MaxSignatureValidity: Get<BlockNumber>;

		/// For how many blocks after its issuance a buyer may reject an invoice.
		#[pallet::constant]
		type AcceptancePeriod: Get<BlockNumber>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Every transaction, for ever. Of its outputs, what consumes them is written in.
	#[pallet::storage]
	pub type Transactions<T: Config> = StorageMap<_, Identity, TransactionId, TransactionRecord>;

	/// The outputs that nothing consumed, by their holder; those without a right, too.
	#[pallet::storage]
	pub type Unspent<T: Config> = StorageDoubleMap<_, Twox64Concat, LabelId, Identity, OutPoint, ()>;

	/// Every invoice, by seller and number.
	#[pallet::storage]
	pub type Invoices<T: Config> = StorageMap<_, Blake2_128Concat, InvoiceId, Invoice>;

	/// Every credit note, by seller and number. No invoice has the same.
	#[pallet::storage]
	pub type CreditNotes<T: Config> = StorageMap<_, Blake2_128Concat, InvoiceId, CreditNote>;

	/// Which number a document has, by the seller whose invoice or credit note it is: whoever knows a file can have it issued as their own, and
	/// takes nothing from anybody by that.
	#[pallet::storage]
	pub type Documents<T: Config> = StorageDoubleMap<_, Blake2_128Concat, DocumentHash, Twox64Concat, LabelId, InvoiceNumber>;

	/// Which transaction recorded a payment, by the platform and what that calls it.
	#[pallet::storage]
	pub type Payments<T: Config> = StorageDoubleMap<_, Twox64Concat, LabelId, Blake2_128Concat, PaymentReference, TransactionId>;

	/// Under which conditions invoices may be issued in a seller's name (I.1), and the account that said so: they count as long as that holds
	/// the label.
	#[pallet::storage]
	pub type Conditions<T: Config> = StorageMap<_, Twox64Concat, LabelId, (AccountId, invoice::Conditions)>;

	/// A tax authority's word that invoices may be issued in its name for a seller (I.2), by the seller; and the account that gave it: it counts
	/// as long as that holds the authority's label.
	#[pallet::storage]
	pub type Authorisations<T: Config> = StorageMap<_, Twox64Concat, LabelId, (AccountId, Authorisation)>;

	/// The last period of taxation that is closed, for whoever is at home there; all before it are closed, too. A region is not closed
	/// with its country.
	#[pallet::storage]
	pub type ClosedPeriods<T: Config> = StorageMap<_, Twox64Concat, Jurisdiction, Period>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A transaction was executed. From where its outputs come, it says with what it consumed, and with the labels and routes of then.
		Executed {
			/// What the ledger knows it by.
			id: TransactionId,
			/// The whole of it.
			transaction: Transaction,
			/// When.
			at: Inclusion,
			/// Who sent it.
			submitter: AccountId,
		},
		/// A seller said under which conditions invoices may be issued in its name. What it said before holds no more.
		ConditionsSet {
			/// Who.
			seller: LabelId,
			/// Under which.
			conditions: invoice::Conditions,
		},
		/// A seller has no conditions any more.
		ConditionsWithdrawn {
			/// Who.
			seller: LabelId,
		},
		/// A tax authority gave its word that invoices may be issued in its name. What was said before for that seller holds no more.
		AuthorisationSet {
			/// For whom.
			seller: LabelId,
			/// Whose word, and how far it reaches.
			authorisation: Authorisation,
		},
		/// A tax authority took its word back.
		AuthorisationWithdrawn {
			/// For whom it was.
			seller: LabelId,
			/// Whose it was.
			authority: LabelId,
		},
		/// A period of taxation was closed, and all before it.
		PeriodClosed {
			/// For whoever is at home there.
			jurisdiction: Jurisdiction,
			/// Which.
			period: Period,
			/// By whom.
			authority: LabelId,
		},
		/// A transaction that was just executed is signed with an algorithm that is still good, and on its way out.
		Deprecated {
			/// Which transaction.
			id: TransactionId,
			/// Which algorithm.
			algorithm: Algorithm,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The transaction was good until an earlier block. Have it signed again with a later one.
		Expired,
		/// The transaction is good for longer than this network accepts. Have it signed again with an earlier last block.
		ValidTooLong,
		/// The transaction consumes nothing, or too much, for what it does; or something where nothing is consumed.
		WrongNumberOfInputs,
		/// The transaction creates more or less outputs than one that does this.
		WrongNumberOfOutputs,
		/// Inputs must be in ascending order, each of them once.
		InputsNotInOrder,
		/// An output is over nothing. Leave it out.
		ZeroValue,
		/// Amounts must be in ascending order by category and rate, each of them once, and none of them zero.
		AmountsNotInOrder,
		/// A rate does not go with its category: it is above zero for S, any for L and M, and zero for all others; and at most 100 %.
		WrongRate,
		/// There is VAT in a category, or at a rate, that has none. Correct the document.
		UnexpectedVat,
		/// The VAT is not what the rate makes of the net amount, to less than one unit of the currency (EN 16931 BR-CO-17). Correct the
		/// document; or use the same part of net and VAT.
		WrongVat,
		/// Sums are larger than an amount can be.
		Overflow,
		/// No currency of ISO 4217 that is in use. Write its three capital letters, such as EUR.
		UnknownCurrency,
		/// Who pays, who is paid and who confirms it must be three labels. Have another platform confirm it.
		SameParty,
		/// There is no such day, or no such month, in the calendar.
		NoSuchDate,
		/// A document is dated later than today, wherever on earth that is, or a month has not begun. Wait until then.
		FutureDate,
		/// What is paid and invoiced at once must be dated today, wherever on earth that is. Have the seller and its authority sign.
		NotToday,
		/// The taxable amount of a category is not its lines less allowances plus charges (EN 16931 BR-S-08 and others). Correct the document.
		WrongTaxableAmount,
		/// The sum of lines is not that of all categories (EN 16931 BR-CO-10). Correct the document.
		WrongLineTotal,
		/// The sum of allowances is not that of all categories (EN 16931 BR-CO-11). Correct the document.
		WrongAllowanceTotal,
		/// The sum of charges is not that of all categories (EN 16931 BR-CO-12). Correct the document.
		WrongChargeTotal,
		/// The total without VAT is not lines less allowances plus charges (EN 16931 BR-CO-13). Correct the document.
		WrongTotalWithoutVat,
		/// The total VAT is not the sum of that of all categories (EN 16931 BR-CO-14). Correct the document.
		WrongVatTotal,
		/// The total with VAT is not the one without and the VAT (EN 16931 BR-CO-15). Correct the document.
		WrongTotalWithVat,
		/// What is due is not the total less what was paid plus rounding (EN 16931 BR-CO-16). Correct the document.
		WrongAmountDue,
		/// The period of taxation is closed. Use one that is open.
		PeriodClosed,
		/// A credit note is dated, or VAT is deducted in a period, before the invoice was issued.
		BeforeInvoice,
		/// What is consumed together must be of one kind, of one holder, and from one place: seller, buyer, currency, invoice, and routes. Make a
		/// transaction of each.
		MixedInputs,
		/// What is consumed gives no right to this, or the right was used already.
		WrongKindOfInput,
		/// What is created is of another kind than comes of what is consumed.
		WrongKindOfOutput,
		/// What is created would be held by somebody else than this leads to.
		WrongHolder,
		/// What comes out is not what goes in, in some category or at some rate; or an invoice is not over what was paid.
		NotConserved,
		/// Seller, buyer, currency or platform of payment and invoice, or of invoice and receipt, differ.
		OtherParties,
		/// The authority is not the one that is competent (X.1407 L.region). The routes say who is.
		NotCompetent,
		/// No tax authority is competent there. The council appoints one.
		NoCompetentAuthority,
		/// The invoice that is named is not the one that is consumed, or its document is another one.
		OtherInvoice,
		/// The buyer accepted the invoice, or the period to reject it is over, which is the same. The seller can issue a credit note.
		AlreadyAccepted,
		/// Of the invoice, something was used or handed over since it was issued; or it was rejected or voided. Issue a credit note for what is
		/// left, or a new invoice.
		NotAsIssued,
		/// Who is to hold it holds it already.
		AlreadyHolder,
		/// Only a buyer who is an enterprise deducts the VAT of what it did not reimburse. Have it reimbursed first.
		NotBuyer,
		/// Where VAT was deducted, the authority that it was deducted from signs the credit note, too; where none was, no such authority does.
		AdjustmentMismatch,
		/// The seller has no conditions under which invoices are issued in its name, they are over, or the account that set them holds its label
		/// no more. The seller sets them, or signs itself.
		NoConditions,
		/// The seller's conditions do not allow this currency.
		CurrencyNotAllowed,
		/// The seller's conditions do not allow this category of VAT at this rate.
		RateNotAllowed,
		/// The seller's conditions do not allow this platform.
		PlatformNotAllowed,
		/// The seller's conditions do not allow so large an invoice.
		AboveConditions,
		/// The competent authority gave no word for this seller in this currency, it is over, or the account that gave it holds the authority's
		/// label no more. Have the authority give it again, or sign.
		NotAuthorised,
		/// The authority's word does not reach so far, for one invoice or for what is left of all of them together. Have the authority sign.
		AboveAuthorisation,
		/// This very transaction was executed already. There is nothing left to do.
		AlreadyExecuted,
		/// Nothing of what is consumed is known by that outpoint on this network.
		UnknownOutput,
		/// Another transaction consumed it already: an output is used once. Follow it to see what became of it.
		AlreadyConsumed,
		/// The seller has an invoice or credit note of this number already. Number it anew.
		DuplicateNumber,
		/// This document is an invoice or credit note of this seller already.
		DuplicateDocument,
		/// The platform had this payment recorded already, by another transaction.
		DuplicatePayment,
		/// There is no such invoice on this network.
		UnknownInvoice,
		/// The transaction is not signed by every party, of whom the submitter may be one. Whom it takes, the question for its parties says.
		MissingSignature,
		/// A signature is by a label that is no party. Leave it out.
		NotAParty,
		/// There are two signatures by one label. One is enough, also for two parts.
		SignedTwice,
		/// A signature is not in the accepted form of its scheme.
		MalformedSignature,
		/// A signature is by another key than holds the label now, or over something else: another network or transaction.
		SignatureMismatch,
		/// Nothing new may rest on this algorithm any more. Sign with a key of another scheme; what is accepted, the policy says.
		AlgorithmRefused,
		/// This label gave no such word, or took it back already.
		NothingToWithdraw,
		/// Conditions name a currency and a rate at least, allow for some amount, and hold in this block at least.
		BadConditions,
		/// An authorisation allows for some amount, and holds in this block at least.
		BadAuthorisation,
		/// The period, or a later one, is closed there already.
		AlreadyClosed,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxSignatureValidity::get() > 0,
				"a signature must be valid for a block at least"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Executes a transaction: consumes outputs, each of them for good, and creates others (X.1407 Appendix I).
		///
		/// - `transaction`: what it does, what it consumes and creates, and until when it is good.
		/// - `witnesses`: the signatures of all parties, one of each, over [`Transaction::payload`], bound to this network. The submitter's too,
		///   if it is a party: an extrinsic's signature is not judged by [`Config::Algorithms`].
		///
		/// Whatever is refused consumes nothing.
		///
		/// Signed origin: a party, or a business platform. Emits [`Event::Executed`], and [`Event::Deprecated`] for each algorithm that is
		/// deprecated.
		///
		/// Errors: those of the rules that its [`Config::Judge`] goes by; [`Error::AlreadyExecuted`], [`Error::UnknownOutput`],
		/// [`Error::AlreadyConsumed`], [`Error::UnknownInvoice`], [`Error::DuplicateNumber`], [`Error::DuplicateDocument`],
		/// [`Error::DuplicatePayment`], [`Error::MissingSignature`], [`Error::NotAParty`], [`Error::SignedTwice`],
		/// [`Error::AlgorithmRefused`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of [`Config::Authority`].
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::weight_of(transaction))]
		pub fn execute(origin: OriginFor<T>, transaction: Transaction, witnesses: Witnesses) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_execute(submitter, transaction, &witnesses)
		}

		/// Says under which conditions invoices may be issued in the seller's name without its signature (I.1). They take the place of those
		/// before, from now on.
		///
		/// Signed origin: the seller, a taxpayer. Emits [`Event::ConditionsSet`].
		///
		/// Errors: [`Error::BadConditions`], [`Error::UnknownCurrency`], [`Error::WrongRate`], and those of [`Config::Authority`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_conditions())]
		pub fn set_conditions(origin: OriginFor<T>, conditions: invoice::Conditions) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_conditions(&who, conditions)
		}

		/// Takes the seller's conditions back, from now on.
		///
		/// Signed origin: the seller, a taxpayer. Emits [`Event::ConditionsWithdrawn`].
		///
		/// Errors: [`Error::NothingToWithdraw`], and those of [`Config::Authority`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw_conditions())]
		pub fn withdraw_conditions(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_conditions(&who)
		}

		/// Gives a tax authority's word that invoices may be issued in its name for a seller (I.2). It takes the place of what was said
		/// before for that seller, from now on.
		///
		/// - `seller`: for whom: a taxpayer for whom the authority is competent.
		/// - `currency`, `max_total`: in which currency, and the most that an invoice may be over with VAT, in minor units.
		/// - `total`: the most that all of them together may be over, in minor units.
		/// - `valid_until`: the last block in which it holds.
		///
		/// Signed origin: the authority. Emits [`Event::AuthorisationSet`].
		///
		/// Errors: [`Error::BadAuthorisation`], [`Error::UnknownCurrency`], [`Error::NotCompetent`], and those of [`Config::Authority`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::authorise())]
		pub fn authorise(
			origin: OriginFor<T>,
			seller: LabelId,
			currency: Currency,
			max_total: u64,
			total: u64,
			valid_until: BlockNumber,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_authorise(&who, seller, currency, max_total, total, valid_until)
		}

		/// Takes a tax authority's word for a seller back, from now on.
		///
		/// Signed origin: the authority that gave it. Emits [`Event::AuthorisationWithdrawn`].
		///
		/// Errors: [`Error::NothingToWithdraw`], and those of [`Config::Authority`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::withdraw_authorisation())]
		pub fn withdraw_authorisation(origin: OriginFor<T>, seller: LabelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_authorisation(&who, seller)
		}

		/// Closes a period of taxation and all before it, for good: no VAT is deducted in them, and nothing is issued or taken back that is
		/// dated in them.
		///
		/// - `jurisdiction`: for whoever is at home exactly there. A country's authority closes those of its regions that it is competent for,
		///   one by one.
		/// - `period`: the last one; a month that has begun.
		///
		/// Signed origin: the tax authority that is competent there. Emits [`Event::PeriodClosed`].
		///
		/// Errors: [`Error::NotCompetent`], [`Error::NoSuchDate`], [`Error::FutureDate`], [`Error::AlreadyClosed`], and those of
		/// [`Config::Authority`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::close_period())]
		pub fn close_period(origin: OriginFor<T>, jurisdiction: Jurisdiction, period: Period) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_close_period(&who, jurisdiction, period)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A transaction, and what consumed its outputs.
		pub fn transaction(id: TransactionId) -> Option<TransactionRecord> {
			Transactions::<T>::get(id)
		}

		/// Transactions, in the order of the question; no more than the first [`MAX_PER_PAGE`].
		pub fn transactions(ids: Vec<TransactionId>) -> Vec<Option<TransactionRecord>> {
			let asked = ids.into_iter().take(MAX_PER_PAGE as usize);
			asked.map(Transactions::<T>::get).collect()
		}

		/// Transactions that others come from, or that come from them, those others first and then whichever are fewer steps away; none
		/// twice. At the most `limit`, and never more than [`MAX_LINEAGE`].
		pub fn lineage(from: Vec<TransactionId>, direction: Direction, limit: u32) -> Vec<(TransactionId, TransactionRecord)> {
			Self::follow(from, direction, limit)
		}

		/// An invoice, and how it stands with its buyer.
		pub fn invoice(id: InvoiceId) -> Option<Invoice> {
			Invoices::<T>::get(id)
		}

		/// A credit note.
		pub fn credit_note(id: InvoiceId) -> Option<CreditNote> {
			CreditNotes::<T>::get(id)
		}

		/// Which invoices and credit notes a document is: of each seller one at the most. No more than [`MAX_PER_PAGE`] of them.
		pub fn document(hash: DocumentHash) -> Vec<InvoiceId> {
			let issued = Documents::<T>::iter_prefix(hash).take(MAX_PER_PAGE as usize);
			issued.map(|(seller, number)| InvoiceId { seller, number }).collect()
		}

		/// Which transaction recorded a payment.
		pub fn payment(platform: LabelId, reference: PaymentReference) -> Option<TransactionId> {
			Payments::<T>::get(platform, reference)
		}

		/// What a label holds, those outputs without a right included; in the order of outpoints, beginning behind `after`. At the most
		/// `limit`, and never more than [`MAX_PER_PAGE`].
		pub fn outputs_of(holder: LabelId, after: Option<OutPoint>, limit: u32) -> Vec<(OutPoint, OutputRecord)> {
			Self::page_of(holder, after, limit)
		}

		/// Under which conditions invoices may be issued in a seller's name; as long as who gave them holds the seller's label, and can act as one.
		pub fn conditions(seller: LabelId) -> Option<invoice::Conditions> {
			Self::conditions_of(seller, &mut People::new())
		}

		/// A tax authority's word for a seller, and what is left of it; as long as who gave it holds the authority's label, and can act as one.
		pub fn authorisation(seller: LabelId) -> Option<Authorisation> {
			Self::authorisation_of(seller, &mut People::new())
		}

		/// The last period that is closed for whoever is at home there.
		pub fn closed(jurisdiction: Jurisdiction) -> Option<Period> {
			ClosedPeriods::<T>::get(jurisdiction)
		}

		/// Who has to sign a transaction; or why it would be refused now, whoever signs it. Whether a holder who guards what it gives away confirmed
		/// that, is not asked.
		pub fn parties(transaction: Transaction) -> Result<Vec<Party>, DispatchError> {
			Self::parties_of(&transaction)
		}
	}

	impl<T> From<InvoiceFault> for Error<T> {
		fn from(fault: InvoiceFault) -> Self {
			match fault {
				InvoiceFault::Expired => Self::Expired,
				InvoiceFault::ValidTooLong => Self::ValidTooLong,
				InvoiceFault::WrongNumberOfInputs => Self::WrongNumberOfInputs,
				InvoiceFault::WrongNumberOfOutputs => Self::WrongNumberOfOutputs,
				InvoiceFault::InputsNotInOrder => Self::InputsNotInOrder,
				InvoiceFault::ZeroValue => Self::ZeroValue,
				InvoiceFault::AmountsNotInOrder => Self::AmountsNotInOrder,
				InvoiceFault::WrongRate => Self::WrongRate,
				InvoiceFault::UnexpectedVat => Self::UnexpectedVat,
				InvoiceFault::WrongVat => Self::WrongVat,
				InvoiceFault::Overflow => Self::Overflow,
				InvoiceFault::UnknownCurrency => Self::UnknownCurrency,
				InvoiceFault::SameParty => Self::SameParty,
				InvoiceFault::NoSuchDate => Self::NoSuchDate,
				InvoiceFault::FutureDate => Self::FutureDate,
				InvoiceFault::NotToday => Self::NotToday,
				InvoiceFault::WrongTaxableAmount => Self::WrongTaxableAmount,
				InvoiceFault::WrongLineTotal => Self::WrongLineTotal,
				InvoiceFault::WrongAllowanceTotal => Self::WrongAllowanceTotal,
				InvoiceFault::WrongChargeTotal => Self::WrongChargeTotal,
				InvoiceFault::WrongTotalWithoutVat => Self::WrongTotalWithoutVat,
				InvoiceFault::WrongVatTotal => Self::WrongVatTotal,
				InvoiceFault::WrongTotalWithVat => Self::WrongTotalWithVat,
				InvoiceFault::WrongAmountDue => Self::WrongAmountDue,
				InvoiceFault::PeriodClosed => Self::PeriodClosed,
				InvoiceFault::BeforeInvoice => Self::BeforeInvoice,
				InvoiceFault::MixedInputs => Self::MixedInputs,
				InvoiceFault::WrongKindOfInput => Self::WrongKindOfInput,
				InvoiceFault::WrongKindOfOutput => Self::WrongKindOfOutput,
				InvoiceFault::WrongHolder => Self::WrongHolder,
				InvoiceFault::NotConserved => Self::NotConserved,
				InvoiceFault::OtherParties => Self::OtherParties,
				InvoiceFault::NotCompetent => Self::NotCompetent,
				InvoiceFault::NoCompetentAuthority => Self::NoCompetentAuthority,
				InvoiceFault::OtherInvoice => Self::OtherInvoice,
				InvoiceFault::AlreadyAccepted => Self::AlreadyAccepted,
				InvoiceFault::NotAsIssued => Self::NotAsIssued,
				InvoiceFault::AlreadyHolder => Self::AlreadyHolder,
				InvoiceFault::NotBuyer => Self::NotBuyer,
				InvoiceFault::AdjustmentMismatch => Self::AdjustmentMismatch,
				InvoiceFault::NoConditions => Self::NoConditions,
				InvoiceFault::CurrencyNotAllowed => Self::CurrencyNotAllowed,
				InvoiceFault::RateNotAllowed => Self::RateNotAllowed,
				InvoiceFault::PlatformNotAllowed => Self::PlatformNotAllowed,
				InvoiceFault::AboveConditions => Self::AboveConditions,
				InvoiceFault::NotAuthorised => Self::NotAuthorised,
				InvoiceFault::AboveAuthorisation => Self::AboveAuthorisation,
			}
		}
	}

	impl<T> From<SignatureFault> for Error<T> {
		fn from(fault: SignatureFault) -> Self {
			match fault {
				SignatureFault::Malformed => Self::MalformedSignature,
				SignatureFault::Mismatch => Self::SignatureMismatch,
			}
		}
	}
}
