// SPDX-License-Identifier: Apache-2.0

//! What went wrong, who it is traced to, and what was done about it (X.1407 9.2.3 b, 9.2.3 g).
//!
//! 1. A validator signs two blocks for one slot. Somebody's node reports it, and the network records an incident by itself, with the extrinsic
//!    that brought the proof as its evidence, and suspends the validator's label.
//! 2. Charlie sees something that no node can prove: a label whose key got out. He [reports](report) it, with the hash of a document that says
//!    how he knows; the document stays with him.
//! 3. A regulator looks at the document, and [contains](contain) the incident: the label is suspended. When the cause is gone, it is
//!    [closed](close).

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	error::Error,
	keys::Keypair,
	labels::{existing, Finalised},
	submit::{call, Submitter},
};
use chirograph_primitives::{
	incident::{Incident, IncidentState, Outcome, ReportCode},
	DocumentHash, IncidentId, LabelId, Moment,
};
use codec::Encode;
use serde::Serialize;
use std::time::Duration;

/// Why nothing can be done about an incident.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
	/// No incident has that number.
	#[error("there is no incident {incident}; list those that there are with `chirograph incident list`")]
	NotFound {
		/// What was asked for.
		incident: IncidentId,
	},
	/// Nobody could be suspended.
	#[error("incident {incident} is traced to no label, so that there is none to suspend; find out whose it is, and report it with --label")]
	Untraced {
		/// Which.
		incident: IncidentId,
	},
	/// Somebody did something about it before.
	#[error("incident {incident} is {state} already; look with `chirograph incident show {incident}`")]
	NotOpen {
		/// Which.
		incident: IncidentId,
		/// What it is.
		state: &'static str,
	},
}

/// An incident, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Numbered {
	/// Its number.
	pub incident: IncidentId,
	/// What it is.
	#[serde(flatten)]
	pub what: Incident,
}

/// An incident, as of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
	/// Which, and what it is.
	#[serde(flatten)]
	pub incident: Numbered,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
}

/// All incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Incidents {
	/// In the order in which they were recorded.
	pub incidents: Vec<Numbered>,
	/// How many are not closed.
	pub open: u32,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

impl Chain {
	/// An incident, as of `block`.
	pub async fn incident(&self, block: &FinalisedBlock, id: IncidentId) -> Result<Option<Incident>, Error> {
		self.runtime_call(block, "IncidentsApi_incident", &id).await
	}

	/// All incidents with that number or a greater one, as of `block`, in order.
	pub async fn incidents(&self, block: &FinalisedBlock, from: IncidentId) -> Result<Vec<Numbered>, Error> {
		let next = |last: Option<&(IncidentId, Incident)>| last.map_or(from, |(id, _)| id.saturating_add(1));
		let incidents = self.pages(block, "IncidentsApi_incidents", next, |(id, _)| *id).await?;
		let numbered = incidents.into_iter().map(|(incident, what)| Numbered { incident, what });
		Ok(numbered.collect())
	}

	/// How many incidents are not closed, as of `block`.
	pub async fn open_incidents(&self, block: &FinalisedBlock) -> Result<u32, Error> {
		self.runtime_call(block, "IncidentsApi_open_incidents", &()).await
	}
}

/// What is known of an incident.
pub async fn show(chain: &Chain, id: IncidentId) -> Result<Entry, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Entry {
		incident: known(chain, &at, id).await?,
		as_of: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// All incidents.
pub async fn list(chain: &Chain) -> Result<Incidents, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Incidents {
		incidents: chain.incidents(&at, 0).await?,
		open: chain.open_incidents(&at).await?,
		as_of: BlockId::of(&at),
	})
}

/// Puts on record that something went wrong; traced to `label`, if that is known. `document`: the hash of what gives evidence, which stays with
/// whoever reports. Returns when that is final; or fails after `patience`.
pub async fn report(
	submitter: &Submitter,
	signer: &Keypair,
	code: ReportCode,
	label: Option<LabelId>,
	document: DocumentHash,
	patience: Duration,
) -> Result<Finalised<Numbered>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let before = chain.finalised().await?;
	if let Some(label) = label {
		existing(chain, &before, label).await?;
	}
	// As in the ledger, where nothing is written before the first.
	let next: Option<IncidentId> = chain.stored(&before, "Incidents", "NextIncident", ()).await?;
	let call = call("Incidents", "report", &(code, label, document));
	let included = submitter.submit(&call, signer, patience).await?;
	let at = chain.at(&included).await?;
	let position = (included.block, included.extrinsic);
	let mut recorded = chain.incidents(&at, next.unwrap_or_default()).await?.into_iter();
	let recorded = recorded.find(|recorded| (u64::from(recorded.what.at.block), recorded.what.at.extrinsic) == position);
	Ok(Finalised {
		state: recorded.ok_or_else(|| chain.node_error("it finalised a report, and knows of no incident that came of it"))?,
		block: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// Suspends the label that an incident is traced to.
pub async fn contain(
	submitter: &Submitter,
	signer: &Keypair,
	id: IncidentId,
	patience: Duration,
) -> Result<Finalised<Numbered>, Error> {
	let incident = current(submitter.chain(), id).await?;
	ensure_containable(&incident)?;
	change(submitter, signer, "contain", id, &(), patience).await
}

/// Puts on record what came of an incident.
pub async fn close(
	submitter: &Submitter,
	signer: &Keypair,
	id: IncidentId,
	outcome: Outcome,
	patience: Duration,
) -> Result<Finalised<Numbered>, Error> {
	let incident = current(submitter.chain(), id).await?;
	ensure_not_closed(&incident)?;
	change(submitter, signer, "close", id, &outcome, patience).await
}

pub(crate) fn ensure_containable(Numbered { incident, what }: &Numbered) -> Result<(), IncidentError> {
	let incident = *incident;
	match (what.progress, what.label) {
		(IncidentState::Contained { .. }, _) => Err(IncidentError::NotOpen {
			incident,
			state: "contained",
		}),
		(IncidentState::Closed { .. }, _) => Err(IncidentError::NotOpen {
			incident,
			state: "closed",
		}),
		(IncidentState::Open, None) => Err(IncidentError::Untraced { incident }),
		(IncidentState::Open, Some(_)) => Ok(()),
	}
}

pub(crate) fn ensure_not_closed(Numbered { incident, what }: &Numbered) -> Result<(), IncidentError> {
	match what.progress {
		IncidentState::Closed { .. } => Err(IncidentError::NotOpen {
			incident: *incident,
			state: "closed",
		}),
		IncidentState::Open | IncidentState::Contained { .. } => Ok(()),
	}
}

async fn current(chain: &Chain, id: IncidentId) -> Result<Numbered, Error> {
	chain.ensure_synced().await?;
	known(chain, &chain.finalised().await?, id).await
}

pub(crate) async fn known(chain: &Chain, at: &FinalisedBlock, id: IncidentId) -> Result<Numbered, Error> {
	let what = chain.incident(at, id).await?;
	Ok(Numbered {
		incident: id,
		what: what.ok_or(IncidentError::NotFound { incident: id })?,
	})
}

/// Sends a call about an incident; `arguments` are those behind its number.
async fn change(
	submitter: &Submitter,
	signer: &Keypair,
	name: &str,
	id: IncidentId,
	arguments: &impl Encode,
	patience: Duration,
) -> Result<Finalised<Numbered>, Error> {
	let chain = submitter.chain();
	let call = call("Incidents", name, &(id, arguments));
	let at = submitter.submit_at_block(signer, &call, patience).await?;
	Ok(Finalised {
		state: known(chain, &at, id).await?,
		block: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{
		incident::{Evidence, IncidentKind},
		validator::Anomaly,
		Inclusion,
	};
	use serde_json::json;

	const AT: Inclusion = Inclusion {
		block: 7,
		extrinsic: 1,
		time: 14_000,
	};

	fn incident(label: Option<LabelId>, progress: IncidentState) -> Numbered {
		Numbered {
			incident: 3,
			what: Incident {
				what: IncidentKind::Strength {
					anomaly: Anomaly::TooFewSeats { seats: 2 },
				},
				label,
				evidence: Evidence::Ledger(AT),
				at: AT,
				progress,
			},
		}
	}

	#[test]
	fn an_incident_is_contained_once_and_only_where_there_is_a_label_to_suspend() {
		let closed = IncidentState::Closed {
			outcome: Outcome::Resolved,
			at: AT,
		};
		assert!(
			ensure_containable(&incident(Some(7), IncidentState::Open)).is_ok(),
			"the control"
		);
		for (label, progress, next) in [
			(None, IncidentState::Open, "report it with --label"),
			(Some(7), IncidentState::Contained { at: AT }, "is contained already"),
			(Some(7), closed, "is closed already"),
		] {
			let text = ensure_containable(&incident(label, progress)).expect_err(next).to_string();
			assert!(text.contains(next), "{next} is in: {text}");
		}
		assert!(ensure_not_closed(&incident(None, IncidentState::Contained { at: AT })).is_ok());
		assert!(ensure_not_closed(&incident(None, closed)).is_err());
	}

	#[test]
	fn an_incident_is_one_flat_object_for_programs() {
		let told = serde_json::to_value(incident(None, IncidentState::Open)).expect("is data");
		let expected = json!({
			"incident": 3,
			"kind": "strength",
			"anomaly": "tooFewSeats",
			"seats": 2,
			"label": null,
			"evidence": { "where": "ledger", "block": 7, "extrinsic": 1, "time": 14_000 },
			"at": { "block": 7, "extrinsic": 1, "time": 14_000 },
			"progress": { "state": "open" },
		});
		assert_eq!(told, expected);
	}
}
