// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls.
pub trait WeightInfo {
	/// `report`, by whoever has the role that is asked for last.
	fn report() -> Weight;
	/// `contain`, by the council. What it costs to suspend the label for anybody else comes on top.
	fn contain() -> Weight;
	/// `close`, of an incident that was reported, by whoever has the role that is asked for last.
	fn close() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn report() -> Weight {
		Weight::zero()
	}

	fn contain() -> Weight {
		Weight::zero()
	}

	fn close() -> Weight {
		Weight::zero()
	}
}
