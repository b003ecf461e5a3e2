// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls.
pub trait WeightInfo {
	/// `register` with an ECDSA signature.
	fn register_ecdsa() -> Weight;
	/// `register` with an sr25519 signature.
	fn register_sr25519() -> Weight;
	/// `register` with an ed25519 signature.
	fn register_ed25519() -> Weight;
	/// `claim`, with the costliest scheme.
	fn claim() -> Weight;
	/// `revoke` of a claim, with the costliest scheme.
	fn revoke() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn register_ecdsa() -> Weight {
		Weight::zero()
	}
	fn register_sr25519() -> Weight {
		Weight::zero()
	}
	fn register_ed25519() -> Weight {
		Weight::zero()
	}
	fn claim() -> Weight {
		Weight::zero()
	}
	fn revoke() -> Weight {
		Weight::zero()
	}
}
