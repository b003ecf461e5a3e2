// SPDX-License-Identifier: Apache-2.0

//! The council, k of n of whose members are Root, and what it needs to plan ahead. There is no sudo (X.1407 9.3.1 f).

use super::{
	fees::deposit,
	system::{share_of, RuntimeBlockWeights},
};
use crate::{
	parameters::{CouncilQuorum, MAX_COUNCIL_MEMBERS},
	weights, AccountId, Balance, Balances, BlockNumber, Council, OriginCaller, Preimage, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeHoldReason, RuntimeOrigin, System,
};
use alloc::vec::Vec;
use core::slice;
use frame_support::{
	dispatch::DispatchClass,
	parameter_types,
	traits::{
		fungible::HoldConsideration, ChangeMembers, ConstU32, Contains, EitherOf, EnsureOrigin, EqualPrivilegeOnly,
		LinearStoragePrice,
	},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::WeightInfo;
use sp_runtime::Perbill;

/// The instance of the collective that is the council.
pub type CouncilCollective = pallet_collective::Instance1;
type CouncilOrigin = pallet_collective::RawOrigin<AccountId, CouncilCollective>;

parameter_types! {
	/// A week at two seconds a block: long enough to find k members.
	pub const MotionDuration: BlockNumber = 7 * 24 * 60 * 60 / 2;
	/// The council and the scheduler leave a fifth of a block for inherents and reports.
	pub MaxPlannedWeight: Weight = share_of(RuntimeBlockWeights::get().max_block, Perbill::from_percent(80));
	pub const PreimageHoldReason: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
	pub const PreimageBaseDeposit: Balance = deposit(2, 64);
	pub const PreimageByteDeposit: Balance = deposit(0, 1);
}

/// As many council members as genesis asks for.
pub struct EnsureCouncilQuorum;

impl EnsureOrigin<RuntimeOrigin> for EnsureCouncilQuorum {
	type Success = ();

	fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
		match Result::<CouncilOrigin, RuntimeOrigin>::from(origin) {
			Ok(pallet_collective::RawOrigin::Members(ayes, _)) if ayes >= CouncilQuorum::<Runtime>::get() => Ok(()),
			Ok(other) => Err(other.into()),
			Err(origin) => Err(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
		let quorum = CouncilQuorum::<Runtime>::get();
		Ok(CouncilOrigin::Members(quorum, quorum).into())
	}
}

/// Who does not vote is not for it, whatever a prime member thinks.
pub struct Abstention;

impl pallet_collective::DefaultVote for Abstention {
	fn default_vote(_: Option<bool>, _: u32, _: u32, _: u32) -> bool {
		false
	}
}

impl pallet_collective::Config<CouncilCollective> for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type MotionDuration = MotionDuration;
	type MaxProposals = ConstU32<100>;
	type MaxMembers = ConstU32<MAX_COUNCIL_MEMBERS>;
	type DefaultVote = Abstention;
	type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
	type SetMembersOrigin = EnsureRoot<AccountId>;
	type MaxProposalWeight = MaxPlannedWeight;
	type DisapproveOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	// Members are known by name: a motion takes no deposit.
	type Consideration = ();
}

/// Who has a seat in the council.
pub struct CouncilMembers;

impl Contains<AccountId> for CouncilMembers {
	fn contains(who: &AccountId) -> bool {
		Council::is_member(who)
	}
}

/// Gives the seat of an account, if it has one, to another. Motions lose the votes of the one, and the other has not voted yet.
pub fn move_seat(from: &AccountId, to: &AccountId) {
	let members = pallet_collective::Members::<Runtime, CouncilCollective>::get();
	if !members.contains(from) {
		return;
	}
	let motions = pallet_collective::Proposals::<Runtime, CouncilCollective>::get();
	let (seats, motions) = (members.len() as u32, motions.len() as u32);
	let others = members.into_iter().filter(|member| member != from && member != to);
	let mut next: Vec<AccountId> = others.collect();
	next.push(to.clone());
	next.sort();
	// The collective forgets its prime member whenever it changes.
	let prime = Council::get_prime().map(|prime| if prime == *from { to.clone() } else { prime });
	Council::change_members_sorted(slice::from_ref(to), slice::from_ref(from), &next);
	Council::set_prime(prime);
	// Few have a seat, so that whoever moves a label without one does not pay for it.
	let weight = <Runtime as pallet_collective::Config<CouncilCollective>>::WeightInfo::set_members(seats, seats, motions);
	System::register_extra_weight_unchecked(weight, DispatchClass::Normal);
}

impl pallet_governance::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type QuorumOrigin = EnsureCouncilQuorum;
	type WeightInfo = weights::pallet_governance::WeightInfo<Runtime>;
}

impl pallet_scheduler::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = MaxPlannedWeight;
	type ScheduleOrigin = EitherOf<EnsureRoot<AccountId>, EnsureCouncilQuorum>;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type MaxScheduledPerBlock = ConstU32<50>;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

impl pallet_preimage::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
	>;
}
