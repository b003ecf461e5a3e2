// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls.
pub trait WeightInfo {
	/// `add_peer`, when the label has as many nodes as it may but one.
	fn add_peer() -> Weight;
	/// `remove_peer` by the holder of a label that has as many nodes as it may.
	fn remove_peer() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn add_peer() -> Weight {
		Weight::zero()
	}

	fn remove_peer() -> Weight {
		Weight::zero()
	}
}
