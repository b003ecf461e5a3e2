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
	/// `revoke` of a leaf, with the costliest scheme.
	fn revoke() -> Weight;
	/// `revoke` of a claim, with the costliest scheme.
	fn revoke_claim() -> Weight;
	/// `register_batch`, with the costliest scheme.
	fn register_batch() -> Weight;
	/// `register_many` with so many ECDSA signatures, each of another owner.
	fn register_many_ecdsa(n: u32) -> Weight;
	/// `register_many` with so many sr25519 signatures, each of another owner.
	fn register_many_sr25519(n: u32) -> Weight;
	/// `register_many` with so many ed25519 signatures, each of another owner.
	fn register_many_ed25519(n: u32) -> Weight;
	/// `register_many` with so many subjects that are registered already.
	fn register_many_known(n: u32) -> Weight;
	/// `supersede` of a leaf by one of another batch, with the costliest scheme.
	fn supersede() -> Weight;
	/// `transfer` of a leaf, with the costliest scheme.
	fn transfer() -> Weight;
	/// `annotate` of a leaf.
	fn annotate() -> Weight;
	/// `renew` of a leaf, with the costliest scheme.
	fn renew() -> Weight;
	/// `set_algorithm`, when nearly all was said that there is room for.
	fn set_algorithm() -> Weight;
	/// To forget a signature that nobody can use any more.
	fn forget_signature() -> Weight;
}

/// For tests, where nothing is charged for but what tests look at: entries by number and scheme, and what is forgotten.
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
	fn revoke_claim() -> Weight {
		Weight::zero()
	}
	fn register_batch() -> Weight {
		Weight::zero()
	}
	fn register_many_ecdsa(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn register_many_sr25519(n: u32) -> Weight {
		Weight::from_parts(1_000_000, 0).saturating_mul(n.into())
	}
	fn register_many_ed25519(n: u32) -> Weight {
		Weight::from_parts(1_000_000_000, 0).saturating_mul(n.into())
	}
	fn register_many_known(n: u32) -> Weight {
		Weight::from_parts(1, 0).saturating_mul(n.into())
	}
	fn supersede() -> Weight {
		Weight::zero()
	}
	fn transfer() -> Weight {
		Weight::zero()
	}
	fn annotate() -> Weight {
		Weight::zero()
	}
	fn renew() -> Weight {
		Weight::zero()
	}
	fn set_algorithm() -> Weight {
		Weight::zero()
	}
	fn forget_signature() -> Weight {
		Weight::from_parts(100, 0)
	}
}
