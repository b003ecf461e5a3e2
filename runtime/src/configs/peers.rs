// SPDX-License-Identifier: Apache-2.0

//! Whose nodes may be on the network (X.1407 9.3.1 b).

use super::labels::Here;
use crate::{weights, Labels, Runtime, Validators};

impl pallet_peers::Config for Runtime {
	type Authority = Labels;
	type Voters = Validators;
	type Ledger = Here;
	type WeightInfo = weights::pallet_peers::WeightInfo<Runtime>;
}
