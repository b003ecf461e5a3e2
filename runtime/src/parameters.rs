// SPDX-License-Identifier: Apache-2.0

//! What a network decides at genesis. Kept in storage, so that development, tests and production run the same WASM.
//!
//! No calls: a change after genesis is a change of the rules, and comes with a runtime upgrade that the council enacts.

pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
	use chirograph_primitives::{AccountId, BlockNumber, Moment};
	use frame_support::{pallet_prelude::*, traits::ConstU64};
	use sp_runtime::traits::SaturatedConversion;

	/// Time that a block may take to execute, in milliseconds.
	pub const BLOCK_EXECUTION_TIME: Moment = 1_000;
	/// An author must execute what it builds, and others execute it again before the next slot.
	pub const MIN_SLOT_DURATION: Moment = 2 * BLOCK_EXECUTION_TIME;
	/// A session must be long enough for its change to be finalised before the next one.
	pub const MIN_EPOCH_LENGTH: u64 = 10;
	/// A year, in milliseconds: an invoice that a buyer could reject for longer would never be settled.
	pub const MAX_ACCEPTANCE_PERIOD: Moment = 366 * 24 * 60 * 60 * 1_000;
	/// Bounds the work of a session change.
	pub const MAX_VALIDATORS: u32 = 100;
	/// Who makes blocks misses so many turns in a row once in twenty thousand times.
	pub const MIN_ABSENCE: u32 = 10;
	/// Bounds the work of a council's vote.
	pub const MAX_COUNCIL_MEMBERS: u32 = 100;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Time between two blocks, in milliseconds.
	#[pallet::storage]
	pub type SlotDuration<T> = StorageValue<_, Moment, ValueQuery, ConstU64<MIN_SLOT_DURATION>>;

	/// Slots in an epoch, which is also a session.
	#[pallet::storage]
	pub type EpochLength<T> = StorageValue<_, u64, ValueQuery, ConstU64<{ super::DEFAULT_EPOCH_LENGTH }>>;

	/// For how many blocks after its issuance a buyer may reject an invoice.
	#[pallet::storage]
	pub type AcceptancePeriod<T> = StorageValue<_, BlockNumber, ValueQuery, ConstU32<{ super::DEFAULT_ACCEPTANCE_BLOCKS }>>;

	/// How many council members together act as Root. Never fewer than one.
	#[pallet::storage]
	pub type CouncilQuorum<T> = StorageValue<_, u32, ValueQuery, ConstU32<1>>;

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Time between two blocks, in milliseconds; at least [`MIN_SLOT_DURATION`], and even.
		pub slot_duration: Moment,
		/// Slots in an epoch; at least [`MIN_EPOCH_LENGTH`].
		pub epoch_length: u64,
		/// How long after its issuance a buyer may reject an invoice, in milliseconds; at least a slot, and at most [`MAX_ACCEPTANCE_PERIOD`].
		pub acceptance_period: Moment,
		/// How many council members together act as Root; more than half of the council.
		pub council_quorum: u32,
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				slot_duration: MIN_SLOT_DURATION,
				epoch_length: super::DEFAULT_EPOCH_LENGTH,
				acceptance_period: super::DEFAULT_ACCEPTANCE_PERIOD,
				council_quorum: 1,
				_config: PhantomData,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Runs once, where a network is made; a panic refuses to make one that could not work.
		fn build(&self) {
			assert!(
				self.slot_duration >= MIN_SLOT_DURATION,
				"slotDuration must be at least {MIN_SLOT_DURATION} ms"
			);
			assert!(
				self.slot_duration.is_multiple_of(2),
				"slotDuration must be even: BABE takes it for twice the shortest time between blocks"
			);
			assert!(
				self.epoch_length >= MIN_EPOCH_LENGTH,
				"epochLength must be at least {MIN_EPOCH_LENGTH} slots"
			);
			assert!(
				self.acceptance_period >= self.slot_duration,
				"acceptancePeriod must be a slot at least: {} ms",
				self.slot_duration
			);
			assert!(
				self.acceptance_period <= MAX_ACCEPTANCE_PERIOD,
				"acceptancePeriod must be at most {MAX_ACCEPTANCE_PERIOD} ms"
			);
			// As many blocks as last for it, and no fewer: the slot is not zero, as was just seen.
			let acceptance_blocks = self.acceptance_period.div_ceil(self.slot_duration);
			SlotDuration::<T>::put(self.slot_duration);
			EpochLength::<T>::put(self.epoch_length);
			// Saturating: a year has fewer slots than there are block numbers.
			AcceptancePeriod::<T>::put(acceptance_blocks.saturated_into::<BlockNumber>());
			CouncilQuorum::<T>::put(self.council_quorum);
		}
	}
}

use alloc::{format, string::String, vec::Vec};
use chirograph_primitives::{AccountId, BlockNumber, Identities, Moment, Role};
use frame_support::traits::Get;

/// Ten minutes at two seconds a slot.
pub const DEFAULT_EPOCH_LENGTH: u64 = 300;
/// A day, in milliseconds.
pub const DEFAULT_ACCEPTANCE_PERIOD: Moment = 24 * 60 * 60 * 1_000;
/// A day at two seconds a slot.
const DEFAULT_ACCEPTANCE_BLOCKS: BlockNumber = 24 * 60 * 60 / 2;

/// Refuses a genesis whose parts do not fit together: a network that could never make a block, or a Root that nobody could ever be. Asked when
/// all of them are in place.
pub fn check_genesis() -> Result<(), String> {
	use crate::{Labels, Routing, Runtime, Session};
	let candidates = pallet_validators::Candidates::<Runtime>::get();
	let seats: Vec<AccountId> = candidates.into_iter().filter_map(Labels::account_of).collect();
	if seats.is_empty() {
		return Err("validators.seats must name at least one validator".into());
	}
	if let Some(without) = seats.iter().find(|seat| Session::load_keys(seat).is_none()) {
		return Err(format!("session.keys must have keys for the validator {without:?}"));
	}
	if let Some(unseated) = Session::validators().iter().find(|validator| !seats.contains(validator)) {
		return Err(format!(
			"validators.seats must name {unseated:?}, or session.keys must not: the first validators are those who have keys"
		));
	}
	let without_label = |account: &AccountId| pallet_labels::Labels::<Runtime>::get(account).is_none();
	if let Some(validator) = seats
		.iter()
		.find(|seat| !pallet_labels::Labels::<Runtime>::get(seat).is_some_and(|label| label.roles.contains(Role::Validator)))
	{
		return Err(format!(
			"labels.founders must have a label with the role validator for {validator:?}"
		));
	}
	let absence = pallet_validators::Terms::<Runtime>::get().absence;
	if absence < MIN_ABSENCE {
		return Err(format!(
			"validators.terms.absence is {absence}: it must be at least {MIN_ABSENCE}, or validators lost their seats by chance"
		));
	}
	let members = pallet_collective::Members::<Runtime, crate::configs::CouncilCollective>::get();
	if let Some(member) = members.iter().find(|member| without_label(member)) {
		return Err(format!(
			"labels.founders must have a label for the council's member {member:?}, or it could not vote"
		));
	}
	let members = members.len();
	let quorum = CouncilQuorum::<Runtime>::get() as usize;
	if quorum > members || quorum <= members / 2 {
		return Err(format!("parameters.councilQuorum is {quorum}: it must be more than half of the council's {members} members, and no more than all"));
	}
	for (jurisdiction, changes) in Routing::routes() {
		let mut named = changes.iter().filter_map(|change| change.authority);
		if let Some(authority) = named.find(|authority| Routing::ensure_eligible(&jurisdiction, *authority).is_err()) {
			return Err(format!(
				"labels.founders, numbered from 1, must have a label {authority} with the role tax-authority, at home in the country of {jurisdiction}: routing.routes names it"
			));
		}
	}
	Ok(())
}

/// Time between two blocks, in milliseconds.
pub struct SlotDurationMillis;

impl Get<Moment> for SlotDurationMillis {
	fn get() -> Moment {
		SlotDuration::<crate::Runtime>::get()
	}
}

/// BABE takes the slot time for twice this.
pub struct MinimumPeriod;

impl Get<Moment> for MinimumPeriod {
	fn get() -> Moment {
		SlotDurationMillis::get() / 2
	}
}

/// For how many blocks after its issuance a buyer may reject an invoice.
pub struct AcceptancePeriodBlocks;

impl Get<BlockNumber> for AcceptancePeriodBlocks {
	fn get() -> BlockNumber {
		AcceptancePeriod::<crate::Runtime>::get()
	}
}

/// Slots in an epoch.
pub struct EpochLengthSlots;

impl Get<u64> for EpochLengthSlots {
	fn get() -> u64 {
		EpochLength::<crate::Runtime>::get()
	}
}
