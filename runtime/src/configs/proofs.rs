// SPDX-License-Identifier: Apache-2.0

//! Proofs.

use crate::{weights, Runtime, Timestamp};
use chirograph_primitives::{AdmitEverybody, BlockNumber};
use frame_support::parameter_types;

parameter_types! {
	/// A day at two seconds a block: time to carry a signature from an offline owner to whoever submits it.
	pub const MaxSignatureValidity: BlockNumber = 24 * 60 * 60 / 2;
}

impl pallet_proofs::Config for Runtime {
	// Without identity labels, every key may register: a proof then says which key it was, not who stands behind it.
	type Authority = AdmitEverybody;
	type Time = Timestamp;
	type MaxSignatureValidity = MaxSignatureValidity;
	type WeightInfo = weights::pallet_proofs::WeightInfo<Runtime>;
}
