// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use codec::{Decode, DecodeAll, Encode};
use finality_grandpa::Message;
use sp_core::H256;

/// Counts the sets of authorities, from 0.
pub type SetId = u64;
/// Counts the rounds of a set, from 1.
pub type RoundNumber = u64;
/// Counts blocks, from 0.
pub type BlockNumber = u32;

/// A validator casts one of each in a round at most. Indices are for ever, they are in the guard's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Kind {
	/// A hint of the round's primary.
	#[codec(index = 0)]
	Propose,
	/// The first vote.
	#[codec(index = 1)]
	Prevote,
	/// The second vote.
	#[codec(index = 2)]
	Precommit,
}

/// A vote of GRANDPA.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Vote {
	/// Whose key signs it.
	pub key: [u8; 32],
	/// In which set of authorities.
	pub set: SetId,
	/// In which round of the set.
	pub round: RoundNumber,
	/// Which of the votes of the round.
	pub kind: Kind,
	/// For which block.
	pub target: H256,
	/// Its height.
	pub number: BlockNumber,
}

impl Vote {
	/// What `key` is to sign, if that is a vote and nothing besides: `(message, round, set)`, as GRANDPA localises it.
	pub fn of_payload(key: [u8; 32], payload: &[u8]) -> Option<Self> {
		type Payload = (Message<H256, BlockNumber>, RoundNumber, SetId);
		let (message, round, set) = Payload::decode_all(&mut &payload[..]).ok()?;
		let (kind, target, number) = match message {
			Message::PrimaryPropose(vote) => (Kind::Propose, vote.target_hash, vote.target_number),
			Message::Prevote(vote) => (Kind::Prevote, vote.target_hash, vote.target_number),
			Message::Precommit(vote) => (Kind::Precommit, vote.target_hash, vote.target_number),
		};
		Some(Self {
			key,
			set,
			round,
			kind,
			target,
			number,
		})
	}

	/// There is one vote in a place.
	pub(crate) fn place(&self) -> (SetId, RoundNumber, Kind) {
		(self.set, self.round, self.kind)
	}

	pub(crate) fn place_name(&self) -> String {
		let kind = match self.kind {
			Kind::Propose => "proposal",
			Kind::Prevote => "prevote",
			Kind::Precommit => "precommit",
		};
		format!("{kind} of round {} of set {}", self.round, self.set)
	}
}
