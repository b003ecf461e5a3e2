// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{
	invoice::{
		Authorisation, Conditions, CreditNote, Direction, Invoice, InvoiceId, OutPoint, OutputRecord, Party, Period, Transaction,
		TransactionRecord,
	},
	DocumentHash, Jurisdiction, LabelId, PaymentReference, TransactionId,
};
use sp_runtime::DispatchError;

sp_api::decl_runtime_apis! {
	/// Reads invoices. The same questions as the pallet's view functions, for clients that speak runtime APIs.
	pub trait InvoicesApi {
		/// A transaction, and what consumed its outputs.
		fn transaction(id: TransactionId) -> Option<TransactionRecord>;

		/// Transactions, in the order of the question; no more than the first [`MAX_PER_PAGE`](crate::MAX_PER_PAGE).
		fn transactions(ids: Vec<TransactionId>) -> Vec<Option<TransactionRecord>>;

		/// Transactions that others come from, or that come from them, those others first and then whichever are fewer steps away; none
		/// twice. At the most `limit`, and never more than [`MAX_LINEAGE`](crate::MAX_LINEAGE).
		fn lineage(from: Vec<TransactionId>, direction: Direction, limit: u32) -> Vec<(TransactionId, TransactionRecord)>;

		/// An invoice, and how it stands with its buyer.
		fn invoice(id: InvoiceId) -> Option<Invoice>;

		/// A credit note.
		fn credit_note(id: InvoiceId) -> Option<CreditNote>;

		/// Which invoices and credit notes a document is: of each seller one at the most. No more than
		/// [`MAX_PER_PAGE`](crate::MAX_PER_PAGE) of them.
		fn document(hash: DocumentHash) -> Vec<InvoiceId>;

		/// Which transaction recorded a payment.
		fn payment(platform: LabelId, reference: PaymentReference) -> Option<TransactionId>;

		/// What a label holds, those outputs without a right included; in the order of outpoints, beginning behind `after`. At the most
		/// `limit`, and never more than [`MAX_PER_PAGE`](crate::MAX_PER_PAGE).
		fn outputs_of(holder: LabelId, after: Option<OutPoint>, limit: u32) -> Vec<(OutPoint, OutputRecord)>;

		/// Under which conditions invoices may be issued in a seller's name; as long as who gave them holds the seller's label, and can act as one.
		fn conditions(seller: LabelId) -> Option<Conditions>;

		/// A tax authority's word for a seller, and what is left of it; as long as who gave it holds the authority's label, and can act as one.
		fn authorisation(seller: LabelId) -> Option<Authorisation>;

		/// The last period that is closed for whoever is at home there.
		fn closed(jurisdiction: Jurisdiction) -> Option<Period>;

		/// Who has to sign a transaction; or why it would be refused now, whoever signs it. Whether a holder who guards what it gives away confirmed
		/// that, is not asked.
		fn parties(transaction: Transaction) -> Result<Vec<Party>, DispatchError>;
	}
}
