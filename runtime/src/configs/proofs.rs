// SPDX-License-Identifier: Apache-2.0

//! Proofs.

use super::{
	governance::EnsureCouncilQuorum,
	labels::{Here, MaxSignatureValidity},
};
use crate::{weights, AccountId, Labels, Runtime};
use frame_support::{parameter_types, traits::EitherOf};
use frame_system::EnsureRoot;

parameter_types! {
	/// Some 43 kilobytes and a fortieth of a second: a few of them fit into a block, beside everything else. And no more than an owner may
	/// send in a window, or there would be calls that they can never send.
	pub const MaxRegistrations: u32 = 256;
	/// More than happens to any document, and few enough that all of it fits into an evidence bundle.
	pub const MaxChanges: u32 = 1_000;
}

impl pallet_proofs::Config for Runtime {
	type Authority = Labels;
	type Ledger = Here;
	type AlgorithmOrigin = EitherOf<EnsureRoot<AccountId>, EnsureCouncilQuorum>;
	type MaxSignatureValidity = MaxSignatureValidity;
	type MaxRegistrations = MaxRegistrations;
	type MaxChanges = MaxChanges;
	type WeightInfo = weights::pallet_proofs::WeightInfo<Runtime>;
}
