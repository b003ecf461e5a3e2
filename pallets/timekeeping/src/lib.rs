// SPDX-License-Identifier: Apache-2.0

//! # Timekeeping
//!
//! Keeps what time services say of blocks, and what follows for the time that blocks say (X.1407 9.2.3 a, 8.2.3). Every record of the ledger has
//! the time of its block; here is how far that can be believed (9.2.3 e).
//!
//! ## Terms
//!
//! - **Service**: a label with the role `TimeService`, whose clock is disciplined by something better than the network.
//! - **Beacon**: a service's word: "when I saw this block, it was then, give or take that". **Uncertainty** is what its clock may be wrong, and
//!   the time from the block's making to its arrival besides.
//! - **Drift**: by how much the time of a block is ahead of the service's, in milliseconds. Negative where it is behind, as it is by nature:
//!   a block takes time to arrive.
//! - **Sample**: what the last beacon of a service comes to. It counts while its block is **fresh**, and the service's label can be used. Of several
//!   services of one organisation, one counts.
//! - **Median**: of the drifts that count; of an even number, the mean of the two in the middle, rounded down. There is none where fewer services
//!   count than the terms ask for.
//! - **Bound**: how far the time of blocks may be off.
//! - **Excursion**: from when something is beyond the bound until no more than half of the bound is left.
//!
//! ## Story
//!
//! 1. Dora, Emil and Fred are time services. Each of them posts a beacon about a new block every minute ([`Call::beacon`]).
//! 2. The block's time is 200 ms before Dora's, 300 ms before Emil's, 250 ms before Fred's, and each of them is certain to 500 ms. The median is
//!    -250 ms, and two of the three are within 550 ms of it with all that they are uncertain of. So a record's true time is its block's and
//!    250 ms more, give or take 550 ms.
//! 3. Fred's clock breaks, and says that it is tomorrow. The median is now Emil's or Dora's, and so is the uncertainty; Fred contradicts them
//!    beyond doubt, which is recorded as an incident, traced to his label. He repairs his clock.
//! 4. Validators are made to lie, and blocks run four seconds ahead. The median says so, and is beyond the bound by more than its uncertainty: the
//!    alarm is raised, and one incident recorded, traced to the label of who made such a block. It is cleared when blocks are back.
//!
//! ## Who may do what
//!
//! | call | who |
//! |---|---|
//! | `beacon` | `TimeService` |
//!
//! ## When the alarm is raised
//!
//! When the median is off by more than the bound **and** what is uncertain of it. So no latency that services state raises it; and blocks that are
//! off by more than the bound and twice the uncertainty raise it for certain, with the next beacon. Where too few services count, it
//! stays as it is: silence clears nothing.
//!
//! ## What the uncertainty means
//!
//! The true time of a block is its time less the drift, give or take the uncertainty, as long as more than half of the services that count are
//! honest, and as blocks were when they were sampled. It is the least that covers more than half of the samples, each with its distance from
//! the median and its own uncertainty. Among so many is an honest one, so that it is enough; and honest ones alone are as many, so that no
//! lie widens it.
//!
//! ## Trust assumptions
//!
//! More than half of the services that count are honest, and know how wrong their clocks may be. Fewer can neither move the median beyond what
//! honest ones say, nor keep an alarm from being raised. With two services nobody can tell which of them lies: then the uncertainty
//! is as wide as their disagreement.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. The terms are such as genesis accepts.
//! 2. Samples are of one service each, in the order of labels, of a block before this one, and no more uncertain than accepted.
//! 3. Each block that is noted is in its place, and not after this one.
//! 4. Whoever is out of line has a sample, and is named once, in the order of labels. It is recorded since when.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod functions;
mod median;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

pub use api::*;
pub use pallet::*;
pub use weights::WeightInfo;

use chirograph_primitives::{time::Sample, AccountId, BlockNumber, LabelId, Moment};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// As many services as can have a say at a time.
pub const MAX_SERVICES: u32 = 32;
/// In milliseconds: whoever is less certain knows nothing that blocks do not say.
pub const MAX_UNCERTAINTY: u32 = 10_000;
/// As many blocks are noted: more than an hour at two seconds a block.
pub const RING: BlockNumber = 2_048;

/// Samples, in the order of their services.
pub type SampleList = BoundedVec<Sample, ConstU32<MAX_SERVICES>>;
/// Services, in their order.
pub type ServiceList = BoundedVec<LabelId, ConstU32<MAX_SERVICES>>;

/// What a beacon is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct NotedBlock {
	/// Which.
	pub block: BlockNumber,
	/// The time that it says.
	pub time: Moment,
	/// Who made it, as far as is known.
	pub author: Option<AccountId>,
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use chirograph_primitives::{
		time::{Beacon, TimeStatement, TimeTerms},
		Authority, Directory, Identities, IncidentId, IncidentRegistry, Ledger,
	};
	use frame_support::{pallet_prelude::*, DefaultNoBound};
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Judges who is a time service, and knows the labels of those who make blocks.
		type Authority: Authority<AccountId> + Directory + Identities;

		/// The block.
		type Ledger: Ledger;

		/// Where excursions are recorded.
		type Incidents: IncidentRegistry;

		/// Who made the block that is being executed.
		type Author: Get<Option<AccountId>>;

		/// Measured costs of the call, and of every block.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What the network asks of its time services.
	#[pallet::storage]
	pub type Terms<T: Config> = StorageValue<_, TimeTerms, ValueQuery>;

	/// What each service said last.
	#[pallet::storage]
	pub type Samples<T: Config> = StorageValue<_, SampleList, ValueQuery>;

	/// The last blocks, each in the place of the one [`RING`] blocks before it.
	#[pallet::storage]
	pub type NotedBlocks<T: Config> = StorageMap<_, Twox64Concat, BlockNumber, NotedBlock>;

	/// Whether blocks are beyond the bound.
	#[pallet::storage]
	pub type Alarm<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// Services that contradict the others.
	#[pallet::storage]
	pub type Outliers<T: Config> = StorageValue<_, ServiceList, ValueQuery>;

	/// The block in which it was last recorded of each service that it contradicts the others.
	#[pallet::storage]
	pub type LastContradictions<T: Config> = StorageMap<_, Twox64Concat, LabelId, BlockNumber>;

	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What the network asks of its time services.
		pub terms: TimeTerms,
		/// Nothing: the network's configuration is a type.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Runs once, where a network is made; a panic refuses to make one that could not work.
		fn build(&self) {
			Pallet::<T>::build_genesis(&self.terms);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A service said when it saw a block.
		BeaconPosted {
			/// What that comes to. In the place of what the same service said before.
			sample: Sample,
		},
		/// Blocks are beyond the bound.
		AlarmRaised {
			/// In milliseconds: how far blocks are ahead.
			drift: i64,
			/// In milliseconds: how far that may be off.
			uncertainty: u32,
			/// What was recorded.
			incident: IncidentId,
		},
		/// Blocks are within the bound again.
		AlarmCleared {
			/// In milliseconds: how far blocks are ahead.
			drift: i64,
			/// In milliseconds: how far that may be off.
			uncertainty: u32,
		},
		/// A service contradicts the others beyond doubt.
		ServiceContradicted {
			/// Which.
			service: LabelId,
			/// In milliseconds: how far blocks are ahead, as it says.
			drift: i64,
			/// What was recorded.
			incident: IncidentId,
		},
		/// A service that contradicted the others does so no more.
		ServiceAgreed {
			/// Which.
			service: LabelId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The clock may be wrong by more than ten seconds, which says nothing. Discipline it first.
		TooUncertain,
		/// The block is this one, or there is none of this number yet. Post a beacon about one that is there.
		BlockNotOver,
		/// The block is older than the network's terms allow. Post a beacon about a newer one, and sooner.
		BlockTooOld,
		/// The chain has another block there: this one was on a fork that came to nothing. Post a beacon about a block of the chain.
		OtherFork,
		/// The service posted a beacon about this block already, or about a later one.
		StaleBeacon,
		/// As many services have a say as may. Post again when one of them fell silent.
		TooManyServices,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// What the timestamp, which comes later, takes besides its own weight.
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			T::WeightInfo::note_block()
		}

		fn integrity_test() {
			// The hash of each block that is noted must be known.
			assert!(<T as frame_system::Config>::BlockHashCount::get() >= RING.into());
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Says what the service's clock said when a block reached it (X.1407 8.2.3, 9.2.3 a). Takes the place of what it said before.
		///
		/// - `beacon`: which block, by number and hash; milliseconds since the epoch; and by how many of them that may be wrong, latency
		///   included: no more than [`MAX_UNCERTAINTY`]. Each beacon of a service is about a later block than its last one.
		///
		/// Signed origin: a time service. Emits [`Event::BeaconPosted`]; [`Event::ServiceContradicted`] or [`Event::ServiceAgreed`] where the
		/// service begins or ends to contradict the others; [`Event::AlarmRaised`] or [`Event::AlarmCleared`] where the alarm changes.
		///
		/// Errors: [`Error::TooUncertain`], [`Error::BlockNotOver`], [`Error::BlockTooOld`], [`Error::OtherFork`], [`Error::StaleBeacon`],
		/// [`Error::TooManyServices`], and those of [`Config::Authority`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::beacon())]
		pub fn beacon(origin: OriginFor<T>, beacon: Beacon) -> DispatchResult {
			Self::do_beacon(&ensure_signed(origin)?, beacon)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What time services say of the blocks before this one.
		pub fn statement() -> TimeStatement {
			Self::current_statement()
		}

		/// What the network asks of its time services.
		pub fn terms() -> TimeTerms {
			Terms::<T>::get()
		}
	}
}
