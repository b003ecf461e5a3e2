// SPDX-License-Identifier: Apache-2.0

//! BABE makes blocks, GRANDPA finalises them, sessions say who. Equivocations are proven against the set of their session and recorded
//! (X.1407 9.2.1 a, 9.2.3 g).

use crate::{
	parameters::{self, EpochLengthSlots, MinimumPeriod, SlotDurationMillis, MAX_VALIDATORS},
	AccountId, Babe, Balances, Historical, Moment, Offences, Runtime, RuntimeEvent, Session, SessionKeys,
};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, Get},
	weights::{
		constants::{WEIGHT_REF_TIME_PER_MICROS, WEIGHT_REF_TIME_PER_NANOS},
		Weight,
	},
};
use pallet_session::{
	disabling::UpToLimitWithReEnablingDisablingStrategy,
	historical::{IdentificationTuple, NoteHistoricalRoot},
	FindAccountFromAuthorIndex,
};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::{Convert, ConvertInto, OpaqueKeys};
use sp_staking::SessionIndex;

/// Every slot has an author: where no primary one drew it, a secondary one steps in, who proves with a VRF that it is its turn, so that
/// nobody else knows beforehand. A quarter of the slots is drawn by a primary author.
pub const EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
	c: (1, 4),
	allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

/// Equivocations of this many sessions can be proven; the validator sets of older ones are forgotten.
const PUNISHABLE_SESSIONS: u32 = 28 * 6;

/// In blocks: for how long a report waits in a pool.
pub struct ReportLongevity;

impl Get<u64> for ReportLongevity {
	fn get() -> u64 {
		// Saturating: nothing can be older than for ever.
		u64::from(PUNISHABLE_SESSIONS).saturating_mul(EpochLengthSlots::get())
	}
}

parameter_types! {
	/// Covers the sessions in which an offence is punishable, or old evidence could not be judged.
	pub const MaxSetIdSessionEntries: u64 = PUNISHABLE_SESSIONS as u64;
}

impl pallet_babe::Config for Runtime {
	type EpochDuration = EpochLengthSlots;
	type ExpectedBlockTime = SlotDurationMillis;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type DisabledValidators = Session;
	type WeightInfo = EquivocationWeight;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	// There are no nominators: a validator's margin is its own.
	type MaxNominators = ConstU32<0>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = EquivocationWeight;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = MaxSetIdSessionEntries;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

/// What it costs to judge an equivocation. The SDK measures the parts; the database's share is taken from this runtime's.
pub struct EquivocationWeight;

impl EquivocationWeight {
	/// A floor under the set's size, which comes out of a proof that was not checked yet.
	const MIN_SET_SIZE: u64 = 100;

	fn report(validator_count: u32) -> Weight {
		let set_size = u64::from(validator_count).max(Self::MIN_SET_SIZE);
		// Saturating: a weight beyond the block's refuses the report either way.
		let membership = Weight::from_parts(35 * WEIGHT_REF_TIME_PER_MICROS, 0)
			.saturating_add(Weight::from_parts(175 * WEIGHT_REF_TIME_PER_NANOS, 0).saturating_mul(set_size));
		let (equivocation, offence) = (
			Weight::from_parts(110 * WEIGHT_REF_TIME_PER_MICROS, 0),
			Weight::from_parts(110 * WEIGHT_REF_TIME_PER_MICROS, 0),
		);
		// Membership reads 5 values, the report 14, the set's session 2; the report writes 10.
		membership
			.saturating_add(equivocation)
			.saturating_add(offence)
			.saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads_writes(21, 10))
	}
}

impl pallet_babe::WeightInfo for EquivocationWeight {
	fn plan_config_change() -> Weight {
		<Runtime as frame_system::Config>::DbWeight::get().writes(1)
	}

	fn report_equivocation(validator_count: u32, _: u32) -> Weight {
		Self::report(validator_count)
	}
}

impl pallet_grandpa::WeightInfo for EquivocationWeight {
	fn report_equivocation(validator_count: u32, _: u32) -> Weight {
		Self::report(validator_count)
	}

	fn note_stalled() -> Weight {
		<Runtime as frame_system::Config>::DbWeight::get().writes(1)
	}
}

impl pallet_timestamp::Config for Runtime {
	type Moment = Moment;
	type OnTimestampSet = Babe;
	type MinimumPeriod = MinimumPeriod;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = FindAccountFromAuthorIndex<Self, Babe>;
	type EventHandler = ();
}

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = IdentificationTuple<Self>;
	// An offence is recorded with its offender. There is no margin yet that could be taken.
	type OnOffenceHandler = ();
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = NoteHistoricalRoot<Self, FixedValidators>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = ConstU128<0>;
}

impl pallet_session::historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = NothingMore;
}

/// Nothing identifies a validator beyond its account.
pub struct NothingMore;

impl Convert<AccountId, Option<()>> for NothingMore {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

/// Gives the place of a validator, if the account has one, to another account. The place stays empty until that one has set session keys:
/// those of before are the other's.
pub fn move_validator(from: &AccountId, to: &AccountId) {
	let mut validators = parameters::Validators::<Runtime>::get();
	if let Some(place) = validators.iter_mut().find(|validator| **validator == *from) {
		place.clone_from(to);
		parameters::Validators::<Runtime>::put(validators);
	}
}

/// The validators of genesis, or whom their labels moved to, in every session in which they have keys.
pub struct FixedValidators;

impl FixedValidators {
	/// Without keys a validator can do nothing: counted in, it would only stand in the way of finality.
	fn with_keys() -> Vec<(AccountId, SessionKeys)> {
		let validators = parameters::Validators::<Runtime>::get().into_iter();
		validators
			.filter_map(|validator| Session::load_keys(&validator).map(|keys| (validator, keys)))
			.collect()
	}

	fn identified(validators: Vec<(AccountId, SessionKeys)>) -> Vec<(AccountId, ())> {
		validators.into_iter().map(|(validator, _)| (validator, ())).collect()
	}
}

impl pallet_session::historical::SessionManager<AccountId, ()> for FixedValidators {
	/// A set whenever a validator has other keys than before, so that their ownership can be proven; otherwise none, or GRANDPA would begin a
	/// new set with every session. Never an empty one: the last validators stay, whatever they do with their keys.
	fn new_session(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		let next = Self::with_keys();
		let changed = next != pallet_session::QueuedKeys::<Runtime>::get();
		(changed && !next.is_empty()).then(|| Self::identified(next))
	}

	fn new_session_genesis(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		Some(Self::identified(Self::with_keys()))
	}

	fn start_session(index: SessionIndex) {
		// Saturating: in the first sessions there is nothing to forget.
		Historical::prune_up_to(index.saturating_sub(PUNISHABLE_SESSIONS));
	}

	fn end_session(_: SessionIndex) {}
}

impl pallet_session::SessionManager<AccountId> for FixedValidators {
	fn new_session(index: SessionIndex) -> Option<Vec<AccountId>> {
		let validators = <Self as pallet_session::historical::SessionManager<_, _>>::new_session(index)?;
		Some(validators.into_iter().map(|(validator, ())| validator).collect())
	}

	fn start_session(index: SessionIndex) {
		<Self as pallet_session::historical::SessionManager<_, _>>::start_session(index);
	}

	fn end_session(_: SessionIndex) {}
}
