// SPDX-License-Identifier: Apache-2.0

//! What the call costs, and what every block does. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the call, and of every block.
pub trait WeightInfo {
	/// `beacon`, when as many services posted one as may, which raises the alarm and is far from all others.
	fn beacon() -> Weight;
	/// What is noted of each block.
	fn note_block() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn beacon() -> Weight {
		Weight::zero()
	}

	fn note_block() -> Weight {
		Weight::zero()
	}
}
