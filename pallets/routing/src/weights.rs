// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls.
pub trait WeightInfo {
	/// `set_route`, when as many changes are kept as there is room for, and all but one are over.
	fn set_route() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn set_route() -> Weight {
		Weight::zero()
	}
}
