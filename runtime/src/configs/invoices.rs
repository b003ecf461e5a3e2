// SPDX-License-Identifier: Apache-2.0

//! Electronic invoices.

use super::labels::{Here, MaxSignatureValidity};
use crate::{parameters::AcceptancePeriodBlocks, weights, Labels, Proofs, Routing, Runtime};
use chirograph_primitives::invoice::AllRules;

impl pallet_invoices::Config for Runtime {
	type Authority = Labels;
	type Routing = Routing;
	type Algorithms = Proofs;
	type Ledger = Here;
	type Judge = AllRules;
	type MaxSignatureValidity = MaxSignatureValidity;
	type AcceptancePeriod = AcceptancePeriodBlocks;
	type WeightInfo = weights::pallet_invoices::WeightInfo<Runtime>;
}
