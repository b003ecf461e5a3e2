// SPDX-License-Identifier: Apache-2.0

//! Trusted time (X.1407 9.2.3 a, 8.2.3): what time services say of blocks, and what follows for the time that blocks say.

use crate::{BlockNumber, LabelId, Moment};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// What a time service says: "when I saw this block, it was then".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Beacon {
	/// A block that is at most so old as the network's terms say.
	pub block: BlockNumber,
	/// Its hash, so that the word is for this block and none of another fork.
	pub hash: [u8; 32],
	/// What the service's clock said when the block reached it.
	pub time: Moment,
	/// By how many milliseconds the service's clock may be wrong, and the time from the block's making to its arrival besides.
	pub uncertainty: u32,
}

/// What a network asks of its time services. Set at genesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct TimeTerms {
	/// In milliseconds: block time may be off by so much.
	pub bound: u32,
	/// How many services it takes to say anything.
	pub services: u32,
	/// In blocks: for how long a beacon counts, and how old the block may be that it is about.
	pub freshness: BlockNumber,
}

impl Default for TimeTerms {
	/// Two seconds, two services; at two seconds a block, a quarter of an hour.
	fn default() -> Self {
		Self {
			bound: 2_000,
			services: 2,
			freshness: 450,
		}
	}
}

/// What a service's last beacon says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Sample {
	/// Which service.
	pub service: LabelId,
	/// About which block.
	pub block: BlockNumber,
	/// In milliseconds: the block's time less the service's. Positive where the block is ahead.
	pub drift: i64,
	/// In milliseconds, as the beacon said.
	pub uncertainty: u32,
}

/// How far the time that blocks say can be believed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct TimeStatement {
	/// In milliseconds: the median of what services with a fresh beacon say; none where they are too few.
	pub drift: Option<i64>,
	/// In milliseconds: the true time of a block is its time less the drift, give or take this, as long as most of the services are honest.
	pub uncertainty: Option<u32>,
	/// Beacons that count, of one service each.
	pub samples: Vec<Sample>,
	/// Whether the drift went beyond the bound by more than the uncertainty, and is not back yet.
	pub alarm: bool,
}
