// SPDX-License-Identifier: Apache-2.0

//! Which tax authority is competent where.

use super::{governance::EnsureCouncilQuorum, labels::Here};
use crate::{weights, AccountId, Labels, Runtime};
use frame_support::traits::EitherOf;
use frame_system::EnsureRoot;

impl pallet_routing::Config for Runtime {
	type Authority = Labels;
	type Ledger = Here;
	type RouteOrigin = EitherOf<EnsureRoot<AccountId>, EnsureCouncilQuorum>;
	type WeightInfo = weights::pallet_routing::WeightInfo<Runtime>;
}
