// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use crate::{
	guard::{Marks, Origin},
	vote::{RoundNumber, SetId},
};

/// Rounds whose justifications are looked through. A justification may leave a vote out, if others are enough: up to a third. That it leaves out
/// those of a validator that votes, in so many rounds in a row, happens once in 40 million times.
pub const SEARCHED_ROUNDS: u32 = 16;

/// What the ledger shows of this validator, as soon as the node has caught up with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
	/// The present set of authorities.
	pub set: SetId,
	/// The latest round of it whose justification is known.
	pub round: Option<RoundNumber>,
	/// The latest round of it in which a justification has a vote of this validator's.
	pub own_round: Option<RoundNumber>,
	/// How many rounds later than the guard's marks were looked through. Not more than [`SEARCHED_ROUNDS`] need be.
	pub searched: u32,
	/// The latest slot with a block of this validator's on the best chain.
	pub own_slot: Option<u64>,
}

/// Whether a validator may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// At once.
	Open,
	/// Not before the network has gone on without it.
	Wait(Wait),
}

/// What is waited for: that the network finalises in this round, or in a later set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
	/// The set of authorities.
	pub set: SetId,
	/// A round later than any in which this validator can have voted.
	pub round: RoundNumber,
	/// The ledger shows what the guard does not know. Otherwise nothing speaks against this validator, but too little for it.
	pub certain: bool,
}

/// Compares what the guard remembers with what the ledger shows.
///
/// A vote in an unfinished round is in no justification. So there are three answers: the guard knows all that the ledger shows, up to the latest
/// round; or it does not, which shows that it was restored; or the network has gone on, and nothing is seen of this validator: if that holds for
/// [`SEARCHED_ROUNDS`] it did not vote, and if for fewer, nobody can tell yet.
pub fn judge(marks: &Marks, origin: Origin, ledger: &Ledger) -> Verdict {
	let in_this_set = |mark: Option<(SetId, RoundNumber)>| match mark {
		// A guard of a later set has seen all of this one.
		Some((set, _)) if set > ledger.set => RoundNumber::MAX,
		Some((set, round)) if set == ledger.set => round,
		_ => 0,
	};
	let known = in_this_set(marks.latest());
	let looked_at = known.max(in_this_set(marks.searched));
	let reached = ledger.round.unwrap_or(0);

	let voted_later = ledger.own_round.is_some_and(|round| round > known);
	let authored_later = ledger.own_slot > marks.slot;
	let unknown = reached > looked_at && ledger.searched < SEARCHED_ROUNDS;
	let certain = voted_later || authored_later;
	let copied = origin == Origin::Copied && marks.searched < Some((ledger.set, reached));
	if certain || unknown || copied {
		// The one after the latest may be under way, and this validator may have voted in it: so the second.
		let round = reached.max(ledger.own_round.unwrap_or(0)).saturating_add(2);
		return Verdict::Wait(Wait {
			set: ledger.set,
			round,
			certain,
		});
	}
	Verdict::Open
}

#[cfg(test)]
#[path = "tests/ledger.rs"]
mod tests;
