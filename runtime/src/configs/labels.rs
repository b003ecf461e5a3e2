// SPDX-License-Identifier: Apache-2.0

//! Identity labels: who may act as what, and how much without a fee.

use super::{
	governance::{move_seat, CouncilMembers},
	system::thousandths_of_block,
};
use crate::{weights, AccountId, Balances, BlockNumber, Moment, Proxy, Runtime, RuntimeCall, System, Timestamp, Validators};
use chirograph_primitives::{payload::GenesisHash, Inclusion, Ledger};
use frame_support::{
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Preservation},
		Contains, Time,
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
	/// A week at two seconds a block: time for an auditor to look at a dossier.
	pub const ApplicationLifetime: BlockNumber = 7 * 24 * 60 * 60 / 2;
}

/// In thousandths of a block: a council call that takes more costs its member a fee. A quarter is enough for a change of the runtime, and is
/// left over where others fill what ordinary calls may take.
const MAX_FREE_SHARE: u32 = 250;

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

impl Metering<AccountId, RuntimeCall> for FreeCalls {
	fn calls(who: &AccountId, call: &RuntimeCall) -> Option<u32> {
		use pallet_labels::Call::confirm;
		use pallet_proofs::Call::{register_many, set_algorithm};
		use pallet_routing::Call::set_route;
		use pallet_utility::Call as Batch;
		use pallet_validators::Call::{cancel_slash, fund};
		match call {
			// What is confirmed counts as it does without.
			RuntimeCall::Labels(confirm { call, .. }) => Self::calls(who, call),
			// Sent together, registrations count as they do by themselves. A batch is one, whatever its number of leaves: it costs the same.
			RuntimeCall::Proofs(register_many { registrations }) => {
				u32::try_from(registrations.len()).ok().map(|many| many.max(1))
			},
			// Whoever has seats sets their keys from time to time.
			RuntimeCall::Session(pallet_session::Call::set_keys { .. }) => Some(1),
			// The council's, by a motion. Whoever else sends it pays for it.
			RuntimeCall::Proofs(set_algorithm { .. })
			| RuntimeCall::Routing(set_route { .. })
			| RuntimeCall::Validators(cancel_slash { .. } | fund { .. }) => None,
			RuntimeCall::Labels(_)
			| RuntimeCall::Proofs(_)
			| RuntimeCall::Invoices(_)
			| RuntimeCall::Validators(_)
			| RuntimeCall::Timekeeping(_)
			| RuntimeCall::Incidents(_)
			| RuntimeCall::Peers(_) => Some(1),
			RuntimeCall::Council(_) => council_calls(who, call),
			RuntimeCall::Utility(Batch::batch { calls } | Batch::batch_all { calls } | Batch::force_batch { calls }) => {
				let mut each = calls.iter().map(|call| Self::calls(who, call));
				let sum = each.try_fold(0u32, |sum, calls| sum.checked_add(calls?));
				sum.map(|sum| sum.max(1))
			},
			_ => None,
		}
	}

	/// Nobody but the council renews the labels of its members: one by one, and if all of them are over.
	fn outlives(who: &AccountId, call: &RuntimeCall) -> bool {
		use pallet_utility::Call as Batch;
		match call {
			RuntimeCall::Council(_) => council_calls(who, call).is_some(),
			RuntimeCall::Utility(Batch::batch { calls } | Batch::batch_all { calls } | Batch::force_batch { calls }) => {
				!calls.is_empty() && calls.iter().all(|call| Self::outlives(who, call))
			},
			_ => false,
		}
	}
}

/// Governing is free for those who govern. Who sends a council call says how much of a block it may take, and that is taken even if the call
/// fails: so it counts as many calls as thousandths of a block, and one.
fn council_calls(who: &AccountId, call: &RuntimeCall) -> Option<u32> {
	if !CouncilMembers::contains(who) {
		return None;
	}
	let share = thousandths_of_block(call.get_dispatch_info().call_weight);
	(share <= MAX_FREE_SHARE).then(|| share.saturating_add(1))
}

/// An account without a label can do nothing, and nobody may do anything in its name: what it has goes where the label goes.
pub struct MoveAlong;

impl OnRotation<AccountId> for MoveAlong {
	fn moved(from: &AccountId, to: &AccountId) {
		// Whom it let act for it does so no more; the deposits for that are free to move.
		Proxy::remove_all_proxy_delegates(from);
		move_seat(from, to);
		Validators::moved(from, to);
		let balance = Balances::reducible_balance(from, Preservation::Expendable, Fortitude::Polite);
		// What is held or locked stays, and where there is nothing, nothing moves.
		let _ = Balances::transfer(from, to, balance, Preservation::Expendable);
	}

	/// A balance, a margin, and as many proxies as there may be. A seat in the council is accounted for where it moves.
	#[cfg(feature = "runtime-benchmarks")]
	fn endow(account: &AccountId) {
		use super::{fees::UNIT, utilities::ProxyType};
		use frame_support::traits::{fungible::MutateHold, Get};
		Balances::set_balance(account, UNIT.saturating_mul(1_000));
		// It has more than that.
		let _ = Balances::hold(&pallet_validators::HoldReason::Margin.into(), account, UNIT);
		for index in 0..<Runtime as pallet_proxy::Config>::MaxProxies::get() {
			let delegate = AccountId::new(sp_io::hashing::blake2_256(&index.to_le_bytes()));
			// There is room for as many.
			let _ = Proxy::add_proxy_delegate(account, delegate, ProxyType::Any, 0);
		}
	}
}

impl pallet_labels::Config for Runtime {
	type Ledger = Here;
	type Metering = FreeCalls;
	type Council = CouncilMembers;
	type Voters = Validators;
	type RuntimeCall = RuntimeCall;
	type OnRotation = MoveAlong;
	type MaxValidity = MaxValidity;
	type MaxSignatureValidity = MaxSignatureValidity;
	type MaxApplications = MaxApplications;
	type ApplicationLifetime = ApplicationLifetime;
	type WeightInfo = weights::pallet_labels::WeightInfo<Runtime>;
}
