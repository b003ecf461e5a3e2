// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls.
pub trait WeightInfo {
	/// `enact`, without the inner call.
	fn enact() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn enact() -> Weight {
		Weight::zero()
	}
}
