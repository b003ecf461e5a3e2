// SPDX-License-Identifier: Apache-2.0

//! Words that hold until they are taken back: a seller's conditions, a tax authority's authorisation, a period that is closed.

use super::InvoiceError;
use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	error::Error,
	keys::Keypair,
	labels::{existing, held_by, Finalised},
	passkeys::label_of,
	submit::{call, Submitter},
};
use chirograph_primitives::{
	invoice::{Authorisation, Conditions, Currency, Period},
	BlockNumber, Jurisdiction, LabelId,
};
use serde::Serialize;
use std::time::Duration;

/// How far a tax authority's word reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// In which currency.
	pub currency: Currency,
	/// The most that an invoice may be over with VAT (BT-112), in minor units.
	pub max_total: u64,
	/// The most that all of them together may be over, in minor units.
	pub total: u64,
	/// The last block in which it holds.
	pub valid_until: BlockNumber,
}

/// That a period of taxation is closed, and all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
	/// Where.
	pub jurisdiction: Jurisdiction,
	/// The last period that is.
	pub period: Period,
}

/// What a call made, as the ledger has it at the end of its block.
async fn after<T>(chain: &Chain, at: &FinalisedBlock, state: Option<T>) -> Result<Finalised<T>, Error> {
	Ok(Finalised {
		state: state.ok_or_else(|| chain.node_error("it finalised what it knows nothing of"))?,
		block: BlockId::of(at),
		time: chain.time(at).await?,
	})
}

/// Says under which conditions invoices may be issued in the signer's name (I.1), in the place of those of before. Returns when that is final;
/// or fails after `patience`.
pub async fn set_conditions(
	submitter: &Submitter,
	seller: &Keypair,
	conditions: &Conditions,
	patience: Duration,
) -> Result<Finalised<Conditions>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = submitter
		.submit_at_block(seller, &call("Invoices", "set_conditions", conditions), patience)
		.await?;
	let label = held_by(chain, &at, &seller.account()).await?;
	after(chain, &at, chain.conditions(&at, label).await?).await
}

/// Takes the signer's conditions back, at once: from that block on, no invoice is issued by them. Returns when that is final; or fails after
/// `patience`.
pub async fn withdraw_conditions(submitter: &Submitter, seller: &Keypair, patience: Duration) -> Result<BlockId, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let label = label_of(chain, &seller.account()).await?;
	if chain.conditions(&chain.finalised().await?, label).await?.is_none() {
		return Err(InvoiceError::NoConditionsToWithdraw { seller: label }.into());
	}
	let at = submitter
		.submit_at_block(seller, &call("Invoices", "withdraw_conditions", &()), patience)
		.await?;
	Ok(BlockId::of(&at))
}

/// Lets invoices of a seller be issued in the signer's name (I.2), in the place of its word of before. Returns when that is final; or fails
/// after `patience`.
pub async fn authorise(
	submitter: &Submitter,
	authority: &Keypair,
	seller: LabelId,
	limits: &Limits,
	patience: Duration,
) -> Result<Finalised<Authorisation>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	existing(chain, &chain.finalised().await?, seller).await?;
	let Limits {
		currency,
		max_total,
		total,
		valid_until,
	} = limits;
	let arguments = (seller, currency, max_total, total, valid_until);
	let at = submitter
		.submit_at_block(authority, &call("Invoices", "authorise", &arguments), patience)
		.await?;
	after(chain, &at, chain.authorisation(&at, seller).await?).await
}

/// Takes the signer's word for a seller back, at once. Returns when that is final; or fails after `patience`.
pub async fn withdraw_authorisation(
	submitter: &Submitter,
	authority: &Keypair,
	seller: LabelId,
	patience: Duration,
) -> Result<BlockId, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	if chain.authorisation(&chain.finalised().await?, seller).await?.is_none() {
		return Err(InvoiceError::NoAuthorisationToWithdraw { seller }.into());
	}
	let at = submitter
		.submit_at_block(authority, &call("Invoices", "withdraw_authorisation", &seller), patience)
		.await?;
	Ok(BlockId::of(&at))
}

/// Closes a period of taxation, and all before it, where the signer is competent. That is for ever. Returns when it is final; or fails after
/// `patience`.
pub async fn close_period(
	submitter: &Submitter,
	authority: &Keypair,
	jurisdiction: Jurisdiction,
	period: Period,
	patience: Duration,
) -> Result<Finalised<Closed>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = submitter
		.submit_at_block(
			authority,
			&call("Invoices", "close_period", &(jurisdiction, period)),
			patience,
		)
		.await?;
	let closed = chain.closed_period(&at, &jurisdiction).await?;
	after(chain, &at, closed.map(|period| Closed { jurisdiction, period })).await
}
