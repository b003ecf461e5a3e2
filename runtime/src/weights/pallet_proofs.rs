#![allow(missing_docs)]
use frame_support::weights::Weight;
pub struct WeightInfo<T>(core::marker::PhantomData<T>);
impl<T: frame_system::Config> pallet_proofs::WeightInfo for WeightInfo<T> {
	fn register_ecdsa() -> Weight {
		Weight::from_parts(100_000_000, 0)
	}
	fn register_sr25519() -> Weight {
		Weight::from_parts(100_000_000, 0)
	}
	fn register_ed25519() -> Weight {
		Weight::from_parts(100_000_000, 0)
	}
	fn claim() -> Weight {
		Weight::from_parts(100_000_000, 0)
	}
	fn revoke() -> Weight {
		Weight::from_parts(100_000_000, 0)
	}
}
