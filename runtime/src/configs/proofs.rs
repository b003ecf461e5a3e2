// SPDX-License-Identifier: Apache-2.0

//! Proofs.

use super::labels::{Here, MaxSignatureValidity};
use crate::{weights, Labels, Runtime};

impl pallet_proofs::Config for Runtime {
	type Authority = Labels;
	type Ledger = Here;
	type MaxSignatureValidity = MaxSignatureValidity;
	type WeightInfo = weights::pallet_proofs::WeightInfo<Runtime>;
}
