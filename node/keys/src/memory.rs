// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The part of GRANDPA's memory that says in which rounds it voted for what. Its types are private to the SDK; these have the same encoding, and
//! what does not come out as it went in is left alone.

use crate::{
	guard::Marks,
	vote::{BlockNumber, Kind, RoundNumber, SetId, Vote},
};
use codec::{Decode, DecodeAll, Encode};
use finality_grandpa::{round::State, Precommit, Prevote, PrimaryPropose, SignedMessage};
use sp_core::H256;
use std::collections::BTreeMap;

/// Where GRANDPA keeps it in the node's database.
pub const VOTER_STATE_KEY: &[u8] = b"grandpa_completed_round";

type Key = [u8; 32];
type Signature = [u8; 64];

#[derive(Encode, Decode)]
enum VoterState {
	#[codec(index = 0)]
	Live {
		completed: Completed,
		current: BTreeMap<RoundNumber, HasVoted>,
	},
	#[codec(index = 1)]
	Paused { completed: Completed },
}

#[derive(Encode, Decode)]
struct Completed {
	/// The latest first.
	rounds: Vec<CompletedRound>,
	set: SetId,
	voters: Vec<Key>,
}

#[derive(Encode, Decode)]
struct CompletedRound {
	number: RoundNumber,
	state: State<H256, BlockNumber>,
	base: (H256, BlockNumber),
	votes: Vec<SignedMessage<H256, BlockNumber, Signature, Key>>,
}

#[derive(Clone, PartialEq, Encode, Decode)]
enum HasVoted {
	#[codec(index = 0)]
	No,
	#[codec(index = 1)]
	Yes(Key, Voted),
}

#[derive(Clone, PartialEq, Encode, Decode)]
enum Voted {
	#[codec(index = 0)]
	Propose(PrimaryPropose<H256, BlockNumber>),
	#[codec(index = 1)]
	Prevote(Option<PrimaryPropose<H256, BlockNumber>>, Prevote<H256, BlockNumber>),
	#[codec(index = 2)]
	Precommit(
		Option<PrimaryPropose<H256, BlockNumber>>,
		Prevote<H256, BlockNumber>,
		Precommit<H256, BlockNumber>,
	),
}

/// `stored`: what the database has under [`VOTER_STATE_KEY`]. Returns it with the votes that only the guard remembers, where there are such.
pub fn recall(stored: &[u8], marks: &Marks) -> Option<Vec<u8>> {
	let VoterState::Live { completed, mut current } = understood(stored)? else {
		return None;
	};
	let next = next_round(&completed);
	let before = current.clone();
	for (round, voted) in voted(marks, completed.set, next) {
		current.insert(round, voted);
	}
	(current != before).then(|| VoterState::Live { completed, current }.encode())
}

/// Whether GRANDPA, when it starts with `stored`, votes nowhere where the guard would have to refuse. Where it does not, it has to catch up with
/// the network first, without a vote.
pub fn follows(stored: Option<&[u8]>, marks: &Marks, set: SetId) -> bool {
	let Some((latest, _)) = marks.latest() else {
		return true;
	};
	let Some(VoterState::Live { completed, current }) = stored.and_then(understood) else {
		return false;
	};
	if latest < completed.set && completed.set == set {
		return true;
	}
	let next = next_round(&completed);
	let may_vote = marks.floor.is_none_or(|floor| (set, next) > floor);
	completed.set == set
		&& latest == set
		&& may_vote
		&& voted(marks, set, next)
			.iter()
			.all(|(round, voted)| current.get(round) == Some(voted))
}

fn understood(stored: &[u8]) -> Option<VoterState> {
	let state = VoterState::decode_all(&mut &stored[..]).ok()?;
	(state.encode() == stored).then_some(state)
}

/// Where GRANDPA goes on.
fn next_round(completed: &Completed) -> RoundNumber {
	completed.rounds.first().map_or(0, |round| round.number).saturating_add(1)
}

/// By round, from `next` on, what the guard remembers, as GRANDPA does.
fn voted(marks: &Marks, set: SetId, next: RoundNumber) -> BTreeMap<RoundNumber, HasVoted> {
	let mut rounds: BTreeMap<RoundNumber, BTreeMap<Kind, &Vote>> = BTreeMap::new();
	for vote in marks.votes().filter(|vote| vote.set == set && vote.round >= next) {
		rounds.entry(vote.round).or_default().insert(vote.kind, vote);
	}
	let as_grandpa = |votes: &BTreeMap<Kind, &Vote>| {
		let propose = votes.get(&Kind::Propose).map(|vote| PrimaryPropose {
			target_hash: vote.target,
			target_number: vote.number,
		});
		let prevote = votes.get(&Kind::Prevote).map(|vote| Prevote {
			target_hash: vote.target,
			target_number: vote.number,
		});
		let precommit = votes.get(&Kind::Precommit).map(|vote| Precommit {
			target_hash: vote.target,
			target_number: vote.number,
		});
		let voted = match (propose, prevote, precommit) {
			(propose, Some(prevote), Some(precommit)) => Voted::Precommit(propose, prevote, precommit),
			(propose, Some(prevote), None) => Voted::Prevote(propose, prevote),
			(Some(propose), None, None) => Voted::Propose(propose),
			// GRANDPA precommits after it prevoted; there is nothing else.
			(_, None, _) => return None,
		};
		let key = votes.values().next()?.key;
		Some(HasVoted::Yes(key, voted))
	};
	rounds
		.iter()
		.filter_map(|(round, votes)| Some((*round, as_grandpa(votes)?)))
		.collect()
}

#[cfg(test)]
#[path = "tests/memory.rs"]
mod tests;
