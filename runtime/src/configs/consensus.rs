// SPDX-License-Identifier: Apache-2.0

//! BABE makes blocks, GRANDPA finalises them, sessions say who. Equivocations are proven against the set of their session and recorded
//! (X.1407 9.2.1 a, 9.2.3 g).

use super::validators::PunishableSessions;
use crate::{
	parameters::{EpochLengthSlots, MinimumPeriod, SlotDurationMillis, MAX_VALIDATORS},
	AccountId, Babe, Balances, Moment, Offences, Runtime, RuntimeEvent, Session, SessionKeys, Timekeeping, Validators,
};
use frame_support::{
	traits::{ConstU128, ConstU32, Get},
	weights::{
		constants::{WEIGHT_REF_TIME_PER_MICROS, WEIGHT_REF_TIME_PER_NANOS},
		Weight,
	},
};
use pallet_session::{
	disabling::UpToLimitWithReEnablingDisablingStrategy,
	historical::{IdentificationTuple, NoteHistoricalRoot},
};
use pallet_validators::KeyOwners;
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::{Convert, ConvertInto, OpaqueKeys};

/// Every slot has an author: where no primary one drew it, a secondary one steps in, who proves with a VRF that it is its turn, so that
/// nobody else knows beforehand. A quarter of the slots is drawn by a primary author.
pub const EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
	c: (1, 4),
	allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

/// In blocks: for how long a report waits in a pool.
pub struct ReportLongevity;

impl Get<u64> for ReportLongevity {
	fn get() -> u64 {
		// Saturating: nothing can be older than for ever.
		u64::from(PunishableSessions::get()).saturating_mul(EpochLengthSlots::get())
	}
}

/// Covers the sessions in which an offence is punishable, or old evidence could not be judged.
pub struct MaxSetIdSessionEntries;

impl Get<u64> for MaxSetIdSessionEntries {
	fn get() -> u64 {
		PunishableSessions::get().into()
	}
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
	type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, KeyOwners<Self>, ReportLongevity>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = EquivocationWeight;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = MaxSetIdSessionEntries;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<Self, Offences, KeyOwners<Self>, ReportLongevity>;
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
		// Membership reads 6 values and the keys of everybody in the set, the report 14, the set's session 2; the report writes 10.
		let reads = set_size.saturating_add(22);
		membership
			.saturating_add(equivocation)
			.saturating_add(offence)
			.saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads_writes(reads, 10))
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
	// BABE first: it refuses a time outside of the slot.
	type OnTimestampSet = (Babe, Timekeeping);
	type MinimumPeriod = MinimumPeriod;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_authorship::Config for Runtime {
	// Of the set that the block was made in, also where it ends the session.
	type FindAuthor = pallet_validators::AuthorInSet<Self, Babe>;
	type EventHandler = Validators;
}

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = IdentificationTuple<Self>;
	type OnOffenceHandler = Validators;
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = NoteHistoricalRoot<Self, Validators>;
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
