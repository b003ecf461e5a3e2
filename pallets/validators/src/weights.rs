// SPDX-License-Identifier: Apache-2.0

//! What the calls cost, and what happens without one. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls.
pub trait WeightInfo {
	/// `join`, when as many candidates are there as fit but one.
	fn join() -> Weight;
	/// `top_up`.
	fn top_up() -> Weight;
	/// `leave`, of one with a seat, among as many candidates as fit.
	fn leave() -> Weight;
	/// `resume`, when as many candidates are there as fit but one.
	fn resume() -> Weight;
	/// `withdraw`, of one that was expelled.
	fn withdraw() -> Weight;
	/// `cancel_slash`.
	fn cancel_slash() -> Weight;
	/// `fund`.
	fn fund() -> Weight;
	/// A block is counted for its author. Added to each block.
	fn note_author() -> Weight;
	/// So many offenders of a full set are reported at once, expelled and slashed. Added to the block that reports them.
	fn slash_all(o: u32) -> Weight;
	/// The session changes, with a full set, as many who wait as fit, and a reward for everybody. `pallet-session` claims the whole block for it.
	fn rotate() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn join() -> Weight {
		Weight::zero()
	}

	fn top_up() -> Weight {
		Weight::zero()
	}

	fn leave() -> Weight {
		Weight::zero()
	}

	fn resume() -> Weight {
		Weight::zero()
	}

	fn withdraw() -> Weight {
		Weight::zero()
	}

	fn cancel_slash() -> Weight {
		Weight::zero()
	}

	fn fund() -> Weight {
		Weight::zero()
	}

	/// Not nothing, so that a test sees that it is charged for.
	fn note_author() -> Weight {
		Weight::from_parts(1, 0)
	}

	/// Not nothing, so that a test sees that it is charged for.
	fn slash_all(o: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(o.into())
	}

	fn rotate() -> Weight {
		Weight::zero()
	}
}
