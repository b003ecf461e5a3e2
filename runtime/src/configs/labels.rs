// SPDX-License-Identifier: Apache-2.0

//! Identity labels: who may act as what, and how much without a fee.

use crate::{weights, AccountId, Balances, BlockNumber, Moment, Runtime, RuntimeCall, System, Timestamp};
use chirograph_primitives::{payload::GenesisHash, Inclusion, Ledger};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Preservation},
		Time,
	},
};
use pallet_labels::{Metering, OnRotation};

parameter_types! {
	/// Three years, in milliseconds; then an identity is audited again.
	pub const MaxValidity: Moment = 3 * 366 * 24 * 60 * 60 * 1_000;
	/// A day at two seconds a block: time to carry a signature from an offline owner to whoever submits it.
	pub const MaxSignatureValidity: BlockNumber = 24 * 60 * 60 / 2;
	/// A few megabytes of storage.
	pub const MaxApplications: u32 = 10_000;
}

/// Where a call is in the ledger.
pub struct Here;

impl Ledger for Here {
	fn here() -> Inclusion {
		Inclusion {
			block: System::block_number(),
			// Outside an extrinsic, when the scheduler dispatches, an entry stands before the block's first.
			extrinsic: System::extrinsic_index().unwrap_or_default(),
			time: Timestamp::now(),
		}
	}

	fn genesis_hash() -> GenesisHash {
		System::block_hash(0).0
	}
}

/// What this network is for is free of fees, and so is governing it.
pub struct FreeCalls;

impl Metering<RuntimeCall> for FreeCalls {
	fn calls(call: &RuntimeCall) -> Option<u32> {
		use pallet_labels::Call::confirm;
		use pallet_utility::Call as Batch;
		match call {
			// What is confirmed counts as it does without.
			RuntimeCall::Labels(confirm { call, .. }) => Self::calls(call),
			RuntimeCall::Labels(_) | RuntimeCall::Proofs(_) | RuntimeCall::Council(_) => Some(1),
			RuntimeCall::Utility(Batch::batch { calls } | Batch::batch_all { calls } | Batch::force_batch { calls }) => {
				let each = calls.iter().try_fold(0u32, |sum, call| sum.checked_add(Self::calls(call)?));
				each.map(|sum| sum.max(1))
			},
			_ => None,
		}
	}
}

/// An account without a label can do nothing: its balance goes where the label goes.
pub struct MoveBalance;

impl OnRotation<AccountId> for MoveBalance {
	fn moved(from: &AccountId, to: &AccountId) {
		let balance = Balances::reducible_balance(from, Preservation::Expendable, Fortitude::Polite);
		// What is held or locked stays, and where there is nothing, nothing moves.
		let _ = Balances::transfer(from, to, balance, Preservation::Expendable);
	}
}

impl pallet_labels::Config for Runtime {
	type Ledger = Here;
	type Metering = FreeCalls;
	type RuntimeCall = RuntimeCall;
	type OnRotation = MoveBalance;
	type MaxValidity = MaxValidity;
	type MaxSignatureValidity = MaxSignatureValidity;
	type MaxApplications = MaxApplications;
	type WeightInfo = weights::pallet_labels::WeightInfo<Runtime>;
}
