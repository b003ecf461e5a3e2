// SPDX-License-Identifier: Apache-2.0

//! Incidents: what went wrong, who it is traced to, and what was done about it (X.1407 9.2.3 b, 9.2.3 g).

use crate::{validator::Anomaly, DocumentHash, Inclusion, LabelId, SessionIndex};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// Number of an incident, from 0.
pub type IncidentId = u32;

/// What labels report. A code and no text (X.1407 8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum ReportCode {
	/// An attack on the network or its nodes.
	Attack,
	/// A weakness that could be exploited.
	Vulnerability,
	/// Malicious code.
	MaliciousCode,
	/// A key or private data got out.
	Leakage,
	/// A node that floods, withholds or lies.
	Misbehaviour,
	/// A clock that cannot be right.
	WrongTime,
	/// A part of the network that is cut off or down.
	Outage,
}

/// What an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "kind", rename_all = "camelCase")
)]
pub enum IncidentKind {
	/// A validator signed two blocks, or two votes, of which it may sign one. Proven: the network recorded it.
	Equivocation {
		/// Of which session.
		session: SessionIndex,
	},
	/// Block time ran away from the time services: traced to the label of a block's author. Or one service from the others: traced to the
	/// service's. The network recorded it.
	Clock {
		/// By how many milliseconds the block time is ahead; negative where it is behind. Of one service: as that says.
		drift: i64,
	},
	/// Something is out of the ordinary about the validators. The network recorded it.
	Strength {
		/// What.
		#[cfg_attr(feature = "serde", serde(flatten))]
		anomaly: Anomaly,
	},
	/// A label reported it.
	Reported {
		/// What it is about.
		code: ReportCode,
		/// Which label reported.
		by: LabelId,
	},
}

/// Where the evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "where", rename_all = "camelCase")
)]
pub enum Evidence {
	/// On the ledger: the extrinsic that brought the proof, or in which the network noticed.
	Ledger(Inclusion),
	/// With whoever reported: a document with this hash.
	Document {
		/// SHA-256.
		hash: DocumentHash,
	},
}

/// What came of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Outcome {
	/// Its cause was found and is gone.
	Resolved,
	/// Nothing was wrong.
	FalseAlarm,
	/// The same as another one.
	Duplicate,
	/// No cause was found.
	Unexplained,
}

/// How far an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "state", rename_all = "camelCase")
)]
pub enum IncidentState {
	/// Nothing was done about it yet.
	Open,
	/// The label that it is traced to is suspended.
	Contained {
		/// When.
		at: Inclusion,
	},
	/// It is over.
	Closed {
		/// What came of it.
		outcome: Outcome,
		/// When.
		at: Inclusion,
	},
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Incident {
	/// What.
	#[cfg_attr(feature = "serde", serde(flatten))]
	pub what: IncidentKind,
	/// Which label it is traced to, if it is.
	pub label: Option<LabelId>,
	/// How it is known.
	pub evidence: Evidence,
	/// When it was recorded.
	pub at: Inclusion,
	/// How far it is.
	pub progress: IncidentState,
}

#[cfg(feature = "runtime")]
/// Where incidents are recorded.
pub trait IncidentRegistry {
	/// Records what the network itself noticed, with the extrinsic that is being executed as evidence. `contained`: whether the label is suspended
	/// already.
	fn record(what: IncidentKind, label: Option<LabelId>, contained: bool) -> IncidentId;
}
