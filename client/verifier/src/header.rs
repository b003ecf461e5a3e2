// SPDX-License-Identifier: Apache-2.0

//! Block headers, as the chain hashes them: BLAKE2b-256 of their SCALE bytes.

use crate::document::Hash;
use chirograph_primitives::BlockNumber;
use codec::{Decode, DecodeAll, Encode};
use serde::Serialize;
use sp_crypto_hashing::blake2_256;

/// A header has at most this many bytes, 1 MiB. That is looked at before anything is read of it.
pub const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// The consensus engine whose digest items say that the authorities change: GRANDPA.
pub const GRANDPA: [u8; 4] = *b"FRNK";

/// What a header carries for the consensus, and for whoever follows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum DigestItem {
	/// Something else.
	#[codec(index = 0)]
	Other(Vec<u8>),
	/// From the runtime to the consensus engine.
	#[codec(index = 4)]
	Consensus([u8; 4], Vec<u8>),
	/// The author's signature.
	#[codec(index = 5)]
	Seal([u8; 4], Vec<u8>),
	/// From the consensus engine to the runtime.
	#[codec(index = 6)]
	PreRuntime([u8; 4], Vec<u8>),
	/// The runtime's code changed.
	#[codec(index = 8)]
	RuntimeEnvironmentUpdated,
}

/// A block's header.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Header {
	/// Hash of the block below.
	pub parent: [u8; 32],
	/// Height.
	#[codec(compact)]
	pub number: BlockNumber,
	/// Root of the trie that is the state behind the block.
	pub state_root: [u8; 32],
	/// Root of the trie over the block's extrinsics.
	pub extrinsics_root: [u8; 32],
	/// See [`DigestItem`].
	pub digest: Vec<DigestItem>,
}

/// Why bytes are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("these bytes are not a block's header; they were cut off, are too many or are of something else")]
pub struct NotAHeader;

impl Header {
	/// Reads a header: all of the bytes, at most [`MAX_HEADER_BYTES`], and in the one form in which the chain writes them.
	pub fn parse(mut bytes: &[u8]) -> Result<Self, NotAHeader> {
		let all = bytes;
		// Digest items take many times the room that their bytes do.
		if all.len() > MAX_HEADER_BYTES {
			return Err(NotAHeader);
		}
		let header = Self::decode_all(&mut bytes).map_err(|_| NotAHeader)?;
		// Whoever accepts a second form accepts a second hash of the same content.
		(header.encode() == all).then_some(header).ok_or(NotAHeader)
	}

	/// The block's hash.
	pub fn hash(&self) -> Hash {
		Hash(blake2_256(&self.encode()))
	}
}

/// One of the validators that finalise, and how much its vote counts.
pub type Authority = ([u8; 32], u64);

/// A change of the authorities.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ScheduledChange {
	/// Who finalises from then on.
	pub next: Vec<Authority>,
	/// How many blocks after the one that says so.
	pub delay: BlockNumber,
}

/// What the runtime tells GRANDPA.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ConsensusLog {
	/// Other authorities, once those that are have finalised this block.
	#[codec(index = 1)]
	Scheduled(ScheduledChange),
	/// Other authorities, whatever those that are do: the way out of a standstill.
	#[codec(index = 2)]
	Forced(BlockNumber, ScheduledChange),
	/// One is not to author.
	#[codec(index = 3)]
	OnDisabled(u64),
	/// All are to stop.
	#[codec(index = 4)]
	Pause(BlockNumber),
	/// All are to go on.
	#[codec(index = 5)]
	Resume(BlockNumber),
}

/// Why a block does not hand over to the next authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ChangeFault {
	/// It says nothing of other authorities.
	#[error("the block does not change the authorities; a change is missing, or this one is superfluous")]
	None,
	/// It says so twice, and nobody can tell which counts.
	#[error("the block changes the authorities more than once")]
	Several,
	/// Not by this block, but by a later one.
	#[error("the change takes effect {delay} blocks later, and only one that takes effect at once can be followed")]
	Delayed {
		/// In blocks.
		delay: BlockNumber,
	},
	/// Without the consent of the authorities that were: nobody without a node can tell whether it is genuine.
	#[error("the change was forced, not finalised by the authorities before; trust a checkpoint behind it instead")]
	Forced,
	/// What it says to GRANDPA cannot be read.
	#[error("what the block says of its authorities cannot be read")]
	Unreadable,
}

impl Header {
	/// The authorities from behind this block on, which those before it have to finalise.
	pub fn next_authorities(&self) -> Result<Vec<Authority>, ChangeFault> {
		let mut found = None;
		for item in &self.digest {
			let DigestItem::Consensus(GRANDPA, log) = item else { continue };
			match ConsensusLog::decode_all(&mut &log[..]).map_err(|_| ChangeFault::Unreadable)? {
				ConsensusLog::Forced(..) => return Err(ChangeFault::Forced),
				ConsensusLog::Scheduled(ScheduledChange { next, delay: 0 }) => {
					if found.replace(next).is_some() {
						return Err(ChangeFault::Several);
					}
				},
				ConsensusLog::Scheduled(ScheduledChange { delay, .. }) => return Err(ChangeFault::Delayed { delay }),
				ConsensusLog::OnDisabled(_) | ConsensusLog::Pause(_) | ConsensusLog::Resume(_) => {},
			}
		}
		found.ok_or(ChangeFault::None)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{collection, prelude::*};
	use sp_runtime::{
		generic::{self, Digest},
		traits::BlakeTwo256,
	};

	type NodeHeader = generic::Header<u32, BlakeTwo256>;

	fn items() -> impl Strategy<Value = DigestItem> {
		let engine = any::<[u8; 4]>();
		let bytes = || collection::vec(any::<u8>(), 0..80);
		prop_oneof![
			bytes().prop_map(DigestItem::Other),
			(engine, bytes()).prop_map(|(engine, bytes)| DigestItem::Consensus(engine, bytes)),
			(engine, bytes()).prop_map(|(engine, bytes)| DigestItem::Seal(engine, bytes)),
			(engine, bytes()).prop_map(|(engine, bytes)| DigestItem::PreRuntime(engine, bytes)),
			Just(DigestItem::RuntimeEnvironmentUpdated),
		]
	}

	fn headers() -> impl Strategy<Value = Header> {
		let hash = any::<[u8; 32]>();
		(hash, any::<u32>(), hash, hash, collection::vec(items(), 0..5)).prop_map(
			|(parent, number, state_root, extrinsics_root, digest)| Header {
				parent,
				number,
				state_root,
				extrinsics_root,
				digest,
			},
		)
	}

	/// As the node has it.
	fn of_the_node(header: &Header) -> NodeHeader {
		let logs = header.digest.iter().cloned().map(|item| match item {
			DigestItem::Other(bytes) => generic::DigestItem::Other(bytes),
			DigestItem::Consensus(engine, bytes) => generic::DigestItem::Consensus(engine, bytes),
			DigestItem::Seal(engine, bytes) => generic::DigestItem::Seal(engine, bytes),
			DigestItem::PreRuntime(engine, bytes) => generic::DigestItem::PreRuntime(engine, bytes),
			DigestItem::RuntimeEnvironmentUpdated => generic::DigestItem::RuntimeEnvironmentUpdated,
		});
		NodeHeader {
			parent_hash: header.parent.into(),
			number: header.number,
			state_root: header.state_root.into(),
			extrinsics_root: header.extrinsics_root.into(),
			digest: Digest { logs: logs.collect() },
		}
	}

	proptest! {
		#[test]
		fn bytes_and_hash_are_those_of_the_node(header in headers()) {
			let theirs = of_the_node(&header);
			prop_assert_eq!(header.encode(), theirs.encode());
			prop_assert_eq!(header.hash().0, theirs.hash().0);
			prop_assert_eq!(Header::parse(&theirs.encode()), Ok(header));
		}

		#[test]
		fn no_changed_bit_keeps_the_hash(header in headers(), bit: prop::sample::Index) {
			let mut bytes = header.encode();
			let bit = bit.index(bytes.len() * 8);
			bytes[bit / 8] ^= 1 << (bit % 8);
			if let Ok(changed) = Header::parse(&bytes) {
				prop_assert_ne!(changed.hash(), header.hash());
			}
		}

		#[test]
		fn cut_off_or_longer_is_no_header(header in headers(), end: prop::sample::Index) {
			let bytes = header.encode();
			prop_assert_eq!(Header::parse(&bytes[..end.index(bytes.len())]), Err(NotAHeader));
			prop_assert_eq!(Header::parse(&[&bytes[..], &[0]].concat()), Err(NotAHeader));
		}

		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			if let Ok(header) = Header::parse(&bytes) {
				let _ = header.next_authorities();
			}
		}
	}

	#[test]
	fn a_second_form_of_the_same_number_is_refused() {
		let header = header(vec![]);
		let bytes = header.encode();
		// 5 as compact number in one byte, and in four.
		assert_eq!(bytes[32], 5 << 2);
		let longer = [&bytes[..32], &[(5 << 2) | 2, 0, 0, 0], &bytes[33..]].concat();
		assert_eq!(Header::parse(&longer), Err(NotAHeader));
		assert_eq!(Header::parse(&bytes), Ok(header));
	}

	#[test]
	fn a_header_beyond_the_bound_is_refused() {
		let of_length = |length: usize| {
			let half = MAX_HEADER_BYTES / 2;
			let shorter = header(vec![DigestItem::Other(vec![0; half])]).encode().len();
			header(vec![DigestItem::Other(vec![0; half + length - shorter])])
		};
		let largest = of_length(MAX_HEADER_BYTES);
		let bytes = largest.encode();
		assert_eq!(bytes.len(), MAX_HEADER_BYTES);
		assert_eq!(Header::parse(&bytes), Ok(largest), "the control");
		let larger = of_length(MAX_HEADER_BYTES + 1).encode();
		assert_eq!(larger.len(), MAX_HEADER_BYTES + 1);
		assert_eq!(Header::parse(&larger), Err(NotAHeader));
	}

	fn header(digest: Vec<DigestItem>) -> Header {
		Header {
			parent: [1; 32],
			number: 5,
			state_root: [2; 32],
			extrinsics_root: [3; 32],
			digest,
		}
	}

	fn saying(log: impl Encode) -> DigestItem {
		DigestItem::Consensus(GRANDPA, log.encode())
	}

	/// In the node's own types, so that their encoding is ours too.
	mod node {
		pub use sp_consensus_grandpa::{AuthorityId, ConsensusLog, ScheduledChange};
	}

	fn scheduled(delay: u32) -> node::ScheduledChange<u32> {
		let authority = node::AuthorityId::from(sp_core::ed25519::Public::from_raw([7; 32]));
		node::ScheduledChange {
			next_authorities: vec![(authority, 1)],
			delay,
		}
	}

	#[test]
	fn a_change_at_once_names_the_next_authorities() {
		let change = saying(node::ConsensusLog::ScheduledChange(scheduled(0)));
		let disabled = saying(node::ConsensusLog::<u32>::OnDisabled(3));
		let other_engine = DigestItem::Consensus(*b"BABE", vec![1, 2]);
		let header = header(vec![other_engine, disabled, change]);
		assert_eq!(header.next_authorities(), Ok(vec![([7; 32], 1)]));
	}

	#[test]
	fn each_change_that_cannot_be_followed_has_its_own_fault() {
		let change = || saying(node::ConsensusLog::ScheduledChange(scheduled(0)));
		let forced = saying(node::ConsensusLog::ForcedChange(4, scheduled(0)));
		for (digest, fault) in [
			(vec![], ChangeFault::None),
			(vec![DigestItem::Other(change().encode())], ChangeFault::None),
			(vec![saying(node::ConsensusLog::Pause(4u32))], ChangeFault::None),
			(vec![saying(node::ConsensusLog::Resume(4u32))], ChangeFault::None),
			(vec![change(), change()], ChangeFault::Several),
			(
				vec![saying(node::ConsensusLog::ScheduledChange(scheduled(1)))],
				ChangeFault::Delayed { delay: 1 },
			),
			(vec![change(), forced.clone()], ChangeFault::Forced),
			(vec![forced], ChangeFault::Forced),
			(vec![DigestItem::Consensus(GRANDPA, vec![9])], ChangeFault::Unreadable),
		] {
			assert_eq!(header(digest.clone()).next_authorities(), Err(fault), "{digest:?}");
		}
	}
}
