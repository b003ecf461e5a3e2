// SPDX-License-Identifier: Apache-2.0

//! That a block is final: GRANDPA's justifications, and who may sign them.
//!
//! A justification is a round's votes (precommits) for a block or one of its descendants. What counts is the weight of the
//! authorities who signed: strictly more than two thirds of all. Each signs, with ed25519, the SCALE bytes of
//!
//! ```text
//! 1u8 (precommit) || target's hash || target's number u32 || round u64 || set id u64
//! ```
//!
//! The authorities of set `n` finalise all blocks behind the one that handed over to them, up to and including the one that hands
//! over to set `n + 1` ([`Header::next_authorities`]). The set's number is part of what is signed, so that nobody can leave out a
//! change, or apply one twice.
//!
//! # Normal form
//!
//! A node's justification may have votes that nothing depends on, and headers in any order. In a bundle nothing may be that could
//! be changed without notice, so that only one form is accepted:
//!
//! 1. It is for exactly the block that it stands beside.
//! 2. Votes are in the order of their authorities' keys. No authority is there twice, each is of the set, and each signature is
//!    right.
//! 3. Headers (`votes_ancestries`) are in the order of their numbers, those of one number in the order of their hashes. Each is
//!    needed to lead from some vote's target down to the block, and the block's own is not among them.
//!
//! [`normal_form`] brings a node's justification into it. That is always possible, since each vote is signed by itself.

use crate::{
	document::Hash,
	header::{Authority, Header},
};
use chirograph_primitives::BlockNumber;
use codec::{Decode, DecodeAll, Encode};
use serde::Serialize;
use sp_core::{ed25519, Pair};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The index of precommits among GRANDPA's messages.
const PRECOMMIT: u8 = 1;

/// A vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Precommit {
	/// The block that it is for, and with it all below.
	pub target: [u8; 32],
	/// Its height.
	pub number: BlockNumber,
	/// The authority's (ed25519).
	pub signature: [u8; 64],
	/// Who votes.
	pub authority: [u8; 32],
}

impl Precommit {
	/// What is signed.
	pub fn message(target: &[u8; 32], number: BlockNumber, round: u64, set: u64) -> Vec<u8> {
		(PRECOMMIT, target, number, round, set).encode()
	}

	fn is_signed(&self, round: u64, set: u64) -> bool {
		let message = Self::message(&self.target, self.number, round, set);
		let signature = ed25519::Signature::from_raw(self.signature);
		ed25519::Pair::verify(&signature, message, &ed25519::Public::from_raw(self.authority))
	}
}

/// What finalises a block, as nodes keep it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Justification {
	/// The round of votes.
	pub round: u64,
	/// The block.
	pub target: [u8; 32],
	/// Its height.
	pub number: BlockNumber,
	/// Who voted.
	pub precommits: Vec<Precommit>,
	/// Headers that lead from what was voted for down to the block.
	pub ancestries: Vec<Header>,
}

/// Why a justification does not make a block final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum JustificationFault {
	/// Not a justification at all.
	#[error("these bytes are not a justification; they were cut off or are of something else")]
	Unreadable,
	/// It makes another block final.
	#[error("it is for the block {found}, number {found_number}, and this is {expected}, number {expected_number}")]
	OtherBlock {
		/// The block that it stands beside.
		expected: Hash,
		/// Its height.
		expected_number: BlockNumber,
		/// The block that it names.
		found: Hash,
		/// The height that it names.
		found_number: BlockNumber,
	},
	/// Not in the order of their keys.
	#[error("the votes are not in the order of their authorities' keys")]
	VotesUnordered,
	/// Counted once, it might be enough; twice it must not be.
	#[error("the authority {authority} votes twice")]
	VotesTwice {
		/// Its public key.
		authority: Hash,
	},
	/// Whoever it is, it has no say.
	#[error("{authority} votes, and is not among the authorities of set {set}; a change of authorities is missing, or the votes are of other ones")]
	OutsideSet {
		/// Its public key.
		authority: Hash,
		/// The set's number.
		set: u64,
	},
	/// By another key, or over something else: another block, another round, another set.
	#[error("the signature of {authority} is not over this vote in round {round} of set {set}")]
	BadSignature {
		/// Its public key.
		authority: Hash,
		/// The round.
		round: u64,
		/// The set's number.
		set: u64,
	},
	/// For a block that no header shows to be above the one that is to be final.
	#[error("the vote of {authority} is for a block that is not shown to descend from this one")]
	NotADescendant {
		/// Its public key.
		authority: Hash,
	},
	/// Headers whose order says nothing are in the one order that is accepted.
	#[error("the headers between votes and block are not in the order of their numbers")]
	HeadersUnordered,
	/// Nothing depends on it, so it could be changed.
	#[error("the header of block {number} in it leads from no vote to the block")]
	HeaderUnneeded {
		/// Its height.
		number: BlockNumber,
	},
	/// Two thirds, or fewer.
	#[error("the votes have a weight of {weight} of {total}, and strictly more than two thirds are needed, {needed}: the block is not final")]
	TooFewVotes {
		/// Of those who voted.
		weight: u64,
		/// The least that would be enough.
		needed: u64,
		/// Of all.
		total: u64,
	},
}

/// Why there can be no such set of authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("nobody could finalise anything: the set of authorities is empty, or its weights cannot be added up")]
pub struct NotASet;

/// Who finalises between two changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthoritySet {
	id: u64,
	weights: BTreeMap<[u8; 32], u64>,
	total: u64,
}

impl AuthoritySet {
	/// The set of that number.
	pub fn new(id: u64, authorities: &[Authority]) -> Result<Self, NotASet> {
		let mut weights = BTreeMap::new();
		let mut total = 0u64;
		for (key, weight) in authorities {
			total = total.checked_add(*weight).ok_or(NotASet)?;
			// One key twice counts twice, as for GRANDPA. The sum of all is no overflow, so neither is this one.
			*weights.entry(*key).or_insert(0u64) += weight;
		}
		if total == 0 {
			return Err(NotASet);
		}
		Ok(Self { id, weights, total })
	}

	/// Its number: how many there were before it.
	pub const fn id(&self) -> u64 {
		self.id
	}

	/// How many authorities there are.
	pub fn len(&self) -> usize {
		self.weights.len()
	}

	/// Whether there is none. There is always one.
	pub fn is_empty(&self) -> bool {
		self.weights.is_empty()
	}

	/// The weight of all.
	pub const fn total(&self) -> u64 {
		self.total
	}

	/// The least weight that is strictly more than two thirds.
	pub const fn needed(&self) -> u64 {
		// Two thirds of a number of 64 bits, rounded down, in parts that do not overflow.
		self.total / 3 * 2 + self.total % 3 * 2 / 3 + 1
	}

	fn weight(&self, key: &[u8; 32]) -> Option<u64> {
		self.weights.get(key).copied()
	}
}

/// The votes that make a block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Votes {
	/// The set that voted.
	pub set: u64,
	/// The round.
	pub round: u64,
	/// How many authorities voted.
	pub voters: usize,
	/// How many there are.
	pub authorities: usize,
	/// The weight of those who voted.
	pub weight: u64,
	/// The weight of all.
	pub total: u64,
}

impl Justification {
	/// Reads a justification: all of the bytes, and in the one form that SCALE has for them.
	pub fn parse(mut bytes: &[u8]) -> Result<Self, JustificationFault> {
		let all = bytes;
		let justification = Self::decode_all(&mut bytes).map_err(|_| JustificationFault::Unreadable)?;
		(justification.encode() == all)
			.then_some(justification)
			.ok_or(JustificationFault::Unreadable)
	}

	/// Whether it makes that block final, by that set, and is in [normal form](self#normal-form).
	pub fn verify(&self, block: Hash, number: BlockNumber, set: &AuthoritySet) -> Result<Votes, JustificationFault> {
		if (Hash(self.target), self.number) != (block, number) {
			return Err(JustificationFault::OtherBlock {
				expected: block,
				expected_number: number,
				found: Hash(self.target),
				found_number: self.number,
			});
		}
		let weight = self.ensure_voters(set)?;
		if weight < set.needed() {
			return Err(JustificationFault::TooFewVotes {
				weight,
				needed: set.needed(),
				total: set.total,
			});
		}
		self.ensure_descent()?;
		// The dearest comes last.
		if let Some(vote) = self.precommits.iter().find(|vote| !vote.is_signed(self.round, set.id)) {
			return Err(JustificationFault::BadSignature {
				authority: Hash(vote.authority),
				round: self.round,
				set: set.id,
			});
		}
		Ok(Votes {
			set: set.id,
			round: self.round,
			voters: self.precommits.len(),
			authorities: set.len(),
			weight,
			total: set.total,
		})
	}

	/// Who votes: in order, none twice, all of the set. Returns their weight.
	fn ensure_voters(&self, set: &AuthoritySet) -> Result<u64, JustificationFault> {
		let mut weight = 0u64;
		let mut last = None;
		for vote in &self.precommits {
			let authority = Hash(vote.authority);
			match last {
				Some(before) if before == authority => return Err(JustificationFault::VotesTwice { authority }),
				Some(before) if before > authority => return Err(JustificationFault::VotesUnordered),
				_ => last = Some(authority),
			}
			let theirs = set.weight(&vote.authority);
			let outside = JustificationFault::OutsideSet { authority, set: set.id };
			// Each counts once, so that this is at most the total.
			weight = weight.saturating_add(theirs.ok_or(outside)?);
		}
		Ok(weight)
	}

	/// That every vote is for the block or for one above it, and every header is needed to show so.
	fn ensure_descent(&self) -> Result<(), JustificationFault> {
		let order: Vec<(BlockNumber, Hash)> = self.ancestries.iter().map(|header| (header.number, header.hash())).collect();
		if !order.is_sorted_by(|one, next| one < next) {
			return Err(JustificationFault::HeadersUnordered);
		}
		let needed = self.route(&order).map_err(|vote| JustificationFault::NotADescendant {
			authority: Hash(vote.authority),
		})?;
		match order.iter().find(|(_, hash)| !needed.contains(hash)) {
			Some((number, _)) => Err(JustificationFault::HeaderUnneeded { number: *number }),
			None => Ok(()),
		}
	}

	/// The headers on the ways from what was voted for down to the block, or the first vote from which no way leads there.
	fn route(&self, order: &[(BlockNumber, Hash)]) -> Result<HashSet<Hash>, &Precommit> {
		let headers: HashMap<Hash, &Header> = order.iter().map(|(_, hash)| *hash).zip(&self.ancestries).collect();
		let mut needed = HashSet::new();
		for vote in &self.precommits {
			let way = self.way(vote, &headers, &needed).ok_or(vote)?;
			needed.extend(way);
		}
		Ok(needed)
	}

	/// The headers on the way from what was voted for down to the block, or to one that is known to lead there.
	fn way(&self, vote: &Precommit, headers: &HashMap<Hash, &Header>, known: &HashSet<Hash>) -> Option<Vec<Hash>> {
		let mut way = Vec::new();
		let (mut at, mut number) = (Hash(vote.target), vote.number);
		while (at, number) != (Hash(self.target), self.number) {
			// One that is known to lead to the block has a header, so its number was compared when it was.
			let header = headers.get(&at).filter(|header| header.number == number)?;
			if number <= self.number {
				return None;
			}
			if known.contains(&at) {
				break;
			}
			way.push(at);
			// Numbers go down with each step, so that this ends. Above another number, it is not zero.
			(at, number) = (Hash(header.parent), number.checked_sub(1)?);
		}
		Some(way)
	}
}

/// Brings a node's justification into [normal form](self#normal-form): leaves out votes that do not count (of others than the
/// set, with signatures that are not right, for blocks that are not shown to descend from the one that is final, second ones of
/// the same authority) and headers that are of no use, and puts the rest in order.
///
/// Whether enough votes are left, [`Justification::verify`] says.
pub fn normal_form(justification: &[u8], set: &AuthoritySet) -> Result<Vec<u8>, JustificationFault> {
	let Justification {
		round,
		target,
		number,
		mut precommits,
		mut ancestries,
	} = Justification::parse(justification)?;
	ancestries.sort_by_cached_key(|header| (header.number, header.hash()));
	ancestries.dedup();
	// Of two votes of one authority, the one nearer to the block needs fewer headers.
	precommits.sort_by_key(|vote| (vote.authority, vote.number, vote.target));
	precommits.retain(|vote| set.weight(&vote.authority).is_some() && vote.is_signed(round, set.id));

	let mut normal = Justification {
		round,
		target,
		number,
		precommits: Vec::new(),
		ancestries,
	};
	let order: Vec<(BlockNumber, Hash)> = normal
		.ancestries
		.iter()
		.map(|header| (header.number, header.hash()))
		.collect();
	let headers: HashMap<Hash, &Header> = order.iter().map(|(_, hash)| *hash).zip(&normal.ancestries).collect();
	let (mut kept, mut needed) = (Vec::<Precommit>::new(), HashSet::new());
	for vote in precommits {
		let again = kept.last().is_some_and(|last| last.authority == vote.authority);
		if let (false, Some(way)) = (again, normal.way(&vote, &headers, &needed)) {
			needed.extend(way);
			kept.push(vote);
		}
	}
	let mut order = order.into_iter();
	normal
		.ancestries
		.retain(|_| order.next().is_some_and(|(_, hash)| needed.contains(&hash)));
	normal.precommits = kept;
	Ok(normal.encode())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::Network;
	use proptest::prelude::*;
	use sp_consensus_grandpa as node;
	use sp_runtime::{generic, traits::BlakeTwo256};

	type NodeHeader = generic::Header<u32, BlakeTwo256>;

	/// Blocks one above the other, finalised by that many authorities.
	fn network(authorities: usize) -> Network {
		let mut network = Network::new(authorities);
		network.seal_until(6);
		network
	}

	fn set(network: &Network) -> AuthoritySet {
		let authorities: Vec<_> = network.sets[0].iter().map(|pair| (pair.public().0, 1)).collect();
		AuthoritySet::new(0, &authorities).expect("has weight")
	}

	fn header(network: &Network, number: u32) -> &Header {
		&network.blocks[number as usize].header
	}

	fn verify(network: &Network, number: u32, justification: &Justification) -> Result<Votes, JustificationFault> {
		justification.verify(header(network, number).hash(), number, &set(network))
	}

	/// Votes for block 3 by the first of seven authorities, each for another block.
	fn for_descendants(network: &Network, numbers: &[u32], headers: &[u32]) -> Justification {
		let targets: Vec<_> = numbers.iter().map(|number| header(network, *number)).collect();
		let headers = headers.iter().map(|number| header(network, *number).clone()).collect();
		network.votes_for(0, header(network, 3), &targets, headers)
	}

	#[test]
	fn what_is_signed_and_its_bytes_are_those_of_the_node() {
		let network = network(4);
		let ours = for_descendants(&network, &[3, 4, 5], &[4, 5]);
		let precommit = |target: [u8; 32], number| finality_grandpa::Precommit {
			target_hash: target.into(),
			target_number: number,
		};
		let theirs = node::GrandpaJustification::<NodeHeader> {
			round: ours.round,
			commit: finality_grandpa::Commit {
				target_hash: ours.target.into(),
				target_number: ours.number,
				precommits: ours
					.precommits
					.iter()
					.map(|vote| finality_grandpa::SignedPrecommit {
						precommit: precommit(vote.target, vote.number),
						signature: ed25519::Signature::from_raw(vote.signature).into(),
						id: ed25519::Public::from_raw(vote.authority).into(),
					})
					.collect(),
			},
			votes_ancestries: ours
				.ancestries
				.iter()
				.map(|header| NodeHeader::decode(&mut &header.encode()[..]).expect("is a header"))
				.collect(),
		};
		assert_eq!(ours.encode(), theirs.encode());
		assert_eq!(Justification::parse(&theirs.encode()), Ok(ours.clone()));
		for vote in &ours.precommits {
			let message = finality_grandpa::Message::Precommit(precommit(vote.target, vote.number));
			assert_eq!(
				Precommit::message(&vote.target, vote.number, ours.round, 9),
				node::localized_payload(ours.round, 9, &message)
			);
		}
	}

	#[test]
	fn strictly_more_than_two_thirds_are_needed() {
		for authorities in 1..=13usize {
			let network = network(authorities);
			for voters in 0..=authorities {
				let votes = network.votes(0, header(&network, 3), voters);
				let result = verify(&network, 3, &votes);
				match 3 * voters > 2 * authorities {
					true => assert_eq!(result.map(|votes| votes.voters), Ok(voters), "{voters} of {authorities}"),
					false => assert_eq!(
						result,
						Err(JustificationFault::TooFewVotes {
							weight: voters as u64,
							needed: set(&network).needed(),
							total: authorities as u64
						}),
						"{voters} of {authorities}"
					),
				}
			}
		}
	}

	#[test]
	fn what_counts_is_weight_and_not_heads() {
		let network = network(4);
		let keys: Vec<_> = network.sets[0].iter().map(|pair| pair.public().0).collect();
		let weighted = |weights: [u64; 4]| {
			let authorities: Vec<_> = keys.iter().copied().zip(weights).collect();
			AuthoritySet::new(0, &authorities).expect("has weight")
		};
		let block = header(&network, 3);
		let one = network.votes(0, block, 1);
		let three = network.votes(0, block, 3);
		let finalises = |votes: &Justification, weights| votes.verify(block.hash(), 3, &weighted(weights)).is_ok();
		assert!(finalises(&one, [7, 1, 1, 1]) && !finalises(&one, [6, 1, 1, 1]));
		assert!(finalises(&three, [1, 1, 1, 1]) && !finalises(&three, [1, 1, 1, 2]));
	}

	#[test]
	fn a_set_without_weight_or_with_too_much_is_none() {
		assert_eq!(AuthoritySet::new(0, &[]), Err(NotASet));
		assert_eq!(AuthoritySet::new(0, &[([1; 32], 0)]), Err(NotASet));
		assert_eq!(AuthoritySet::new(0, &[([1; 32], u64::MAX), ([2; 32], 1)]), Err(NotASet));
		let twice = AuthoritySet::new(3, &[([1; 32], 2), ([2; 32], 1), ([1; 32], 3)]).expect("has weight");
		assert_eq!((twice.id(), twice.len(), twice.total(), twice.is_empty()), (3, 2, 6, false));
		assert_eq!(twice.weight(&[1; 32]), Some(5));
	}

	proptest! {
		#[test]
		fn the_least_weight_that_is_enough_is_the_defined_one(total in prop_oneof![1u64..1000, 1u64..=u64::MAX]) {
			let needed = AuthoritySet::new(0, &[([1; 32], total)]).expect("has weight").needed();
			prop_assert!(3 * u128::from(needed) > 2 * u128::from(total));
			prop_assert!(3 * u128::from(needed - 1) <= 2 * u128::from(total));
			prop_assert!(needed <= total);
		}

		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			let network = network(1);
			if let Ok(justification) = Justification::parse(&bytes) {
				prop_assert!(verify(&network, 3, &justification).is_err());
			}
			let _ = normal_form(&bytes, &set(&network));
		}
	}

	#[test]
	fn every_changed_bit_of_a_justification_is_noticed() {
		let network = network(4);
		let bytes = for_descendants(&network, &[3, 5, 4], &[4, 5]).encode();
		let judge = |bytes: &[u8]| Justification::parse(bytes).and_then(|votes| verify(&network, 3, &votes));
		assert!(judge(&bytes).is_ok(), "the control");
		for bit in 0..bytes.len() * 8 {
			let mut changed = bytes.clone();
			changed[bit / 8] ^= 1 << (bit % 8);
			assert!(judge(&changed).is_err(), "bit {bit}");
		}
		for end in 0..bytes.len() {
			assert_eq!(judge(&bytes[..end]), Err(JustificationFault::Unreadable), "{end} bytes");
		}
		assert_eq!(judge(&[&bytes[..], &[0]].concat()), Err(JustificationFault::Unreadable));
	}

	#[test]
	fn votes_of_strangers_and_second_votes_are_refused() {
		let network = network(4);
		let sound = network.votes(0, header(&network, 3), 4);
		assert!(verify(&network, 3, &sound).is_ok(), "the control");
		let altered = |alter: &dyn Fn(&mut Justification)| {
			let mut votes = sound.clone();
			alter(&mut votes);
			verify(&network, 3, &votes).expect_err("is altered")
		};

		let twice = altered(&|votes| votes.precommits[1] = votes.precommits[0].clone());
		assert!(matches!(twice, JustificationFault::VotesTwice { .. }), "{twice:?}");
		let unordered = altered(&|votes| votes.precommits.swap(1, 2));
		assert_eq!(unordered, JustificationFault::VotesUnordered);
		let strangers = Network::new(7);
		let stranger = strangers.votes(0, header(&network, 3), 7);
		let known: Vec<_> = network.sets[0].iter().map(|pair| pair.public().0).collect();
		let stranger = stranger
			.precommits
			.iter()
			.find(|vote| !known.contains(&vote.authority))
			.expect("three are");
		let outside = altered(&|votes| {
			votes.precommits[3] = stranger.clone();
			votes.precommits.sort_by_key(|vote| vote.authority);
		});
		assert_eq!(
			outside,
			JustificationFault::OutsideSet {
				authority: Hash(stranger.authority),
				set: 0
			}
		);
		// Two votes of one authority, for two blocks: each alone would count once.
		let equivocating = for_descendants(&network, &[4, 4, 4, 4], &[4]);
		let vote = equivocating.precommits[0].clone();
		let equivocates = altered(&|votes| {
			votes.precommits.insert(0, vote.clone());
			votes.ancestries = equivocating.ancestries.clone();
		});
		assert!(
			matches!(equivocates, JustificationFault::VotesTwice { .. }),
			"{equivocates:?}"
		);
	}

	#[test]
	fn votes_of_another_round_set_or_block_are_refused() {
		let network = network(4);
		let block = header(&network, 3);
		let sound = network.votes(0, block, 4);
		let refused = Justification {
			round: sound.round + 1,
			..sound.clone()
		};
		let refused = verify(&network, 3, &refused).expect_err("is another round");
		assert!(matches!(refused, JustificationFault::BadSignature { .. }), "{refused:?}");

		let keys: Vec<_> = network.sets[0].iter().map(|pair| (pair.public().0, 1)).collect();
		let later = AuthoritySet::new(1, &keys).expect("has weight");
		let refused = sound.verify(block.hash(), 3, &later).expect_err("is another set");
		assert!(
			matches!(refused, JustificationFault::BadSignature { set: 1, .. }),
			"{refused:?}"
		);

		let refused = verify(&network, 4, &sound).expect_err("is another block");
		assert!(matches!(refused, JustificationFault::OtherBlock { .. }), "{refused:?}");
		let renamed = Justification {
			target: header(&network, 4).hash().0,
			number: 4,
			..sound.clone()
		};
		let refused = verify(&network, 4, &renamed).expect_err("votes for what is below do not count");
		assert!(matches!(refused, JustificationFault::NotADescendant { .. }), "{refused:?}");
	}

	#[test]
	fn votes_for_what_is_above_count_if_headers_show_the_way() {
		let network = network(4);
		let sound = for_descendants(&network, &[3, 6, 5, 6], &[4, 5, 6]);
		assert_eq!(verify(&network, 3, &sound).map(|votes| votes.voters), Ok(4));

		let gap = for_descendants(&network, &[3, 6, 5, 6], &[4, 6]);
		let refused = verify(&network, 3, &gap).expect_err("block 5 is missing");
		assert!(matches!(refused, JustificationFault::NotADescendant { .. }), "{refused:?}");
		let more = for_descendants(&network, &[3, 5, 5, 4], &[4, 5, 6]);
		assert_eq!(
			verify(&network, 3, &more),
			Err(JustificationFault::HeaderUnneeded { number: 6 })
		);
		let own = for_descendants(&network, &[3, 4, 4, 4], &[3, 4]);
		assert_eq!(
			verify(&network, 3, &own),
			Err(JustificationFault::HeaderUnneeded { number: 3 })
		);
		for headers in [&[5, 4, 6][..], &[4, 5, 5, 6]] {
			let unordered = for_descendants(&network, &[3, 6, 5, 6], headers);
			assert_eq!(verify(&network, 3, &unordered), Err(JustificationFault::HeadersUnordered));
		}
		// The number in a vote is the block's.
		let mut misnumbered = sound.clone();
		misnumbered.precommits.iter_mut().for_each(|vote| vote.number += 1);
		let refused = verify(&network, 3, &misnumbered).expect_err("other numbers");
		assert!(matches!(refused, JustificationFault::NotADescendant { .. }), "{refused:?}");
	}

	#[test]
	fn votes_for_a_fork_do_not_count() {
		let network = network(4);
		let fork = Header {
			extrinsics_root: [0xf0; 32],
			..header(&network, 4).clone()
		};
		let block = header(&network, 4);
		let votes = network.votes_for(0, block, &[&fork, block, block, block], vec![fork.clone()]);
		let refused = votes
			.verify(block.hash(), 4, &set(&network))
			.expect_err("one votes for a fork");
		assert!(matches!(refused, JustificationFault::NotADescendant { .. }), "{refused:?}");
		// For the block below both, it counts.
		let common = network.votes_for(0, header(&network, 3), &[&fork, block, block, block], {
			let mut both = vec![fork.clone(), block.clone()];
			both.sort_by_key(Header::hash);
			both
		});
		assert!(verify(&network, 3, &common).is_ok());
	}

	#[test]
	fn what_a_node_gives_is_brought_into_normal_form() {
		let network = network(7);
		let set = set(&network);
		let sound = for_descendants(&network, &[3, 5, 5, 4, 3, 6, 3], &[4, 5, 6]);
		assert!(verify(&network, 3, &sound).is_ok());
		assert_eq!(normal_form(&sound.encode(), &set), Ok(sound.encode()), "it stays as it is");

		// As much disorder as there can be: order, second votes, votes for others, of strangers, with bad signatures; headers of
		// no use.
		let mut messy = sound.clone();
		let equivocation = for_descendants(&network, &[6, 6], &[]).precommits;
		let below = for_descendants(&network, &[2; 7], &[]).precommits;
		messy.precommits.extend(equivocation);
		messy.precommits.extend(below);
		messy
			.precommits
			.extend(Network::new(9).votes(0, header(&network, 3), 9).precommits);
		messy.precommits.push(Precommit {
			signature: [1; 64],
			..sound.precommits[0].clone()
		});
		messy.precommits.reverse();
		messy.ancestries.push(header(&network, 2).clone());
		messy.ancestries.push(header(&network, 3).clone());
		messy.ancestries.push(header(&network, 5).clone());
		messy.ancestries.reverse();
		assert!(verify(&network, 3, &messy).is_err());
		let normal = normal_form(&messy.encode(), &set).expect("can be read");
		let normal = Justification::parse(&normal).expect("can be read");
		assert_eq!(verify(&network, 3, &normal).map(|votes| votes.voters), Ok(7));
		// Where an authority voted twice, the vote for what is lower stays.
		assert_eq!(normal.precommits.len(), 7);
		assert!(normal.ancestries.len() <= 3);

		assert_eq!(normal_form(&[1, 2, 3], &set), Err(JustificationFault::Unreadable));
	}
}
