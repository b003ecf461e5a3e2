// SPDX-License-Identifier: Apache-2.0

//! What the ledger knows of invoices, as a node tells it.

use super::InvoiceError;
use crate::{
	chain::{Chain, FinalisedBlock},
	error::Error,
};
use chirograph_primitives::{
	invoice::{
		Authorisation, Conditions, CreditNote, Direction, Invoice, InvoiceId, OutPoint, OutputRecord, Party, Period, RouteChange,
		Transaction, TransactionRecord,
	},
	BlockNumber, DocumentHash, Jurisdiction, LabelId, PaymentReference, TransactionId,
};
use serde::Serialize;
use sp_runtime::DispatchError;
use std::collections::BTreeSet;

/// How many transactions, or outputs, a node is asked for at once.
pub(super) const PAGE: usize = 100;
/// How many transactions of a lineage a node is asked for at once.
pub(super) const LINEAGE: u32 = 256;

/// An output, and what the ledger knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
	/// Which.
	pub outpoint: OutPoint,
	/// What is known of it.
	pub record: OutputRecord,
}

impl Chain {
	/// A transaction, as of `block`.
	pub async fn transaction(&self, block: &FinalisedBlock, id: &TransactionId) -> Result<Option<TransactionRecord>, Error> {
		self.runtime_call(block, "InvoicesApi_transaction", id).await
	}

	/// Transactions, as of `block`; each in its place, or none where there is no such.
	pub async fn transactions(
		&self,
		block: &FinalisedBlock,
		ids: &[TransactionId],
	) -> Result<Vec<Option<TransactionRecord>>, Error> {
		let function = "InvoicesApi_transactions";
		let mut known = Vec::new();
		for page in ids.chunks(PAGE) {
			let records: Vec<Option<TransactionRecord>> = self.runtime_call(block, function, &page.to_vec()).await?;
			if records.len() != page.len() {
				return Err(self.node_error(format!("{function}: {} answers to {} questions", records.len(), page.len())));
			}
			known.extend(records);
		}
		Ok(known)
	}

	/// An output, as of `block`.
	pub async fn output(&self, block: &FinalisedBlock, outpoint: &OutPoint) -> Result<Option<OutputRecord>, Error> {
		let transaction = self.transaction(block, &outpoint.transaction).await?;
		Ok(transaction.and_then(|record| output_of(&record, outpoint).cloned()))
	}

	/// Transactions from some of them on, as of `block`: one page.
	pub(super) async fn lineage(
		&self,
		block: &FinalisedBlock,
		from: &[TransactionId],
		direction: Direction,
	) -> Result<Vec<(TransactionId, TransactionRecord)>, Error> {
		let question = (from.to_vec(), direction, LINEAGE);
		self.runtime_call(block, "InvoicesApi_lineage", &question).await
	}

	/// An invoice, as of `block`.
	pub async fn invoice(&self, block: &FinalisedBlock, id: &InvoiceId) -> Result<Option<Invoice>, Error> {
		self.runtime_call(block, "InvoicesApi_invoice", id).await
	}

	/// A credit note, as of `block`.
	pub async fn credit_note(&self, block: &FinalisedBlock, id: &InvoiceId) -> Result<Option<CreditNote>, Error> {
		self.runtime_call(block, "InvoicesApi_credit_note", id).await
	}

	/// The invoices and credit notes whose file has that hash, as of `block`: of each seller, one at the most.
	pub async fn invoices_of_document(&self, block: &FinalisedBlock, hash: &DocumentHash) -> Result<Vec<InvoiceId>, Error> {
		self.runtime_call(block, "InvoicesApi_document", hash).await
	}

	/// What recorded a payment, as of `block`.
	pub async fn payment(
		&self,
		block: &FinalisedBlock,
		platform: LabelId,
		reference: &PaymentReference,
	) -> Result<Option<TransactionId>, Error> {
		self.runtime_call(block, "InvoicesApi_payment", &(platform, reference)).await
	}

	/// Under which conditions invoices may be issued in a seller's name, as of `block` (I.1).
	pub async fn conditions(&self, block: &FinalisedBlock, seller: LabelId) -> Result<Option<Conditions>, Error> {
		self.runtime_call(block, "InvoicesApi_conditions", &seller).await
	}

	/// A tax authority's word for a seller, as of `block` (I.2).
	pub async fn authorisation(&self, block: &FinalisedBlock, seller: LabelId) -> Result<Option<Authorisation>, Error> {
		self.runtime_call(block, "InvoicesApi_authorisation", &seller).await
	}

	/// The last period of taxation that is closed there, as of `block`.
	pub async fn closed_period(&self, block: &FinalisedBlock, jurisdiction: &Jurisdiction) -> Result<Option<Period>, Error> {
		self.runtime_call(block, "InvoicesApi_closed", jurisdiction).await
	}

	/// The tax authority that is competent for who is at home there, as of `block` (L.region).
	pub async fn competent(&self, block: &FinalisedBlock, home: &Jurisdiction) -> Result<Option<LabelId>, Error> {
		self.runtime_call(block, "RoutingApi_competent", home).await
	}

	/// Which tax authority is competent where, and from which block on, as of `block` (L.region).
	pub async fn routes(&self, block: &FinalisedBlock) -> Result<Vec<(Jurisdiction, Vec<RouteChange>)>, Error> {
		self.runtime_call(block, "RoutingApi_routes", &()).await
	}

	/// Who has to sign a transaction, by the ledger's own judgement; or why it would refuse it.
	pub(super) async fn judged(
		&self,
		block: &FinalisedBlock,
		transaction: &Transaction,
	) -> Result<Result<Vec<Party>, DispatchError>, Error> {
		self.runtime_call(block, "InvoicesApi_parties", transaction).await
	}
}

/// The height of a block, as the ledger counts.
pub(super) fn height(block: &FinalisedBlock) -> BlockNumber {
	// The ledger's block numbers have 32 bits, see `BlockNumber`.
	BlockNumber::try_from(block.block_number()).unwrap_or(BlockNumber::MAX)
}

/// The output at that place.
pub(super) fn output_of<'a>(record: &'a TransactionRecord, outpoint: &OutPoint) -> Option<&'a OutputRecord> {
	record.outputs.get(usize::from(outpoint.index))
}

/// The outputs at these places, in their order. Fails where one does not exist, or is consumed.
pub(super) async fn unconsumed(
	chain: &Chain,
	block: &FinalisedBlock,
	outpoints: &[OutPoint],
) -> Result<Vec<OutputRecord>, Error> {
	let ids: Vec<_> = outpoints.iter().map(|outpoint| outpoint.transaction).collect();
	let transactions = chain.transactions(block, &ids).await?;
	let mut records = Vec::new();
	for (outpoint, transaction) in outpoints.iter().zip(&transactions) {
		let record = transaction.as_ref().and_then(|transaction| output_of(transaction, outpoint));
		let output = *outpoint;
		match record {
			None => return Err(InvoiceError::UnknownOutput { output }.into()),
			Some(OutputRecord { consumed: Some(by), .. }) => return Err(InvoiceError::AlreadyConsumed { output, by: *by }.into()),
			Some(record) => records.push(record.clone()),
		}
	}
	Ok(records)
}

/// All outputs that a label holds and that were not consumed, as of a block; in no particular order.
pub async fn outputs_of(chain: &Chain, block: &FinalisedBlock, label: LabelId) -> Result<Vec<Held>, Error> {
	let function = "InvoicesApi_outputs_of";
	let limit = u32::try_from(PAGE).unwrap_or(u32::MAX);
	let (mut held, mut seen) = (Vec::<Held>::new(), BTreeSet::new());
	loop {
		let after = held.last().map(|last| last.outpoint);
		let page: Vec<(OutPoint, OutputRecord)> = chain.runtime_call(block, function, &(label, after, limit)).await?;
		if page.is_empty() {
			return Ok(held);
		}
		for (outpoint, record) in page {
			if record.output.holder != label || record.consumed.is_some() {
				return Err(chain.node_error(format!("{function}: {outpoint} is not an unconsumed output of label {label}")));
			}
			// A node that begins anew is not followed for ever.
			if !seen.insert(outpoint) {
				return Err(chain.node_error(format!("{function}: {outpoint} is there twice")));
			}
			held.push(Held { outpoint, record });
		}
	}
}
