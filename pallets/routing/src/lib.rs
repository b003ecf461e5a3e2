// SPDX-License-Identifier: Apache-2.0

//! # Routing
//!
//! Keeps which tax authority is competent where, and from when on (X.sr-di, L.region). Whoever issues or clears invoices asks here whose
//! word counts.
//!
//! ## Terms
//!
//! - **Jurisdiction**: a country, or a region of it. A taxpayer's is where its label is at home.
//! - **Authority**: a label with the role `TaxAuthority`.
//! - **Competent**: the authority of the region; where the region has none of its own, that of the whole country.
//! - **Change**: that an authority is competent in a jurisdiction from a block on, or that none is. **Current** is the last one whose
//!   block has come; those behind it are **planned**, those before it are over.
//!
//! ## Story
//!
//! 1. The network begins with one authority for Germany. It is competent for an enterprise in Bavaria as well.
//! 2. Bavaria gets an authority of its own. The council says so in March, for the first block of April ([`Call::set_route`]): until then
//!    Germany's is competent for the enterprise, and from then on Bavaria's.
//! 3. Bavaria's authority needs longer. The council plans the change for May instead: it says that none of its own is competent there from
//!    April on, which takes the plan back, and then names Bavaria's for May.
//! 4. Bavaria's authority is merged into Germany's. The council says that Bavaria has none of its own from that block on.
//!
//! ## Who may do what
//!
//! | call | who |
//! |---|---|
//! | `set_route` | [`Config::RouteOrigin`], the council |
//!
//! Whether a label can be an authority is judged by [`Config::Authority`] when the change is made (9.1.1 a). That it still can when it acts,
//! whoever relies on it asks again.
//!
//! ## Trust assumptions
//!
//! The council names whom a country's law names. What was issued under one authority keeps that one where it is kept: here is only who is
//! competent now.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. Nothing is said of a jurisdiction that is none, as ISO 3166 writes them.
//! 2. Of a jurisdiction that is here, something is said, in the order of blocks, and one thing for each.
//! 3. No change says the same as the one before it.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod functions;
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

use chirograph_primitives::invoice::RouteChange;
use frame_support::{traits::ConstU32, BoundedVec};

/// The most changes that are kept of a jurisdiction: the current one, planned ones, and where there is room those that are over. Events have
/// all of them.
pub const MAX_CHANGES: u32 = 16;

/// What is said of a jurisdiction, in ascending order of blocks.
pub type Changes = BoundedVec<RouteChange, ConstU32<MAX_CHANGES>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use chirograph_primitives::{AccountId, Authority, BlockNumber, Directory, Jurisdiction, LabelId, Ledger, Routing};
	use frame_support::{pallet_prelude::*, DefaultNoBound};
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Judges whether a label may act in a role, and knows where it is at home.
		type Authority: Authority<AccountId> + Directory;

		/// The block.
		type Ledger: Ledger;

		/// Who says which authority is competent.
		type RouteOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Which authority is competent in each jurisdiction, and from when on. What is not here has none of its own.
	#[pallet::storage]
	pub type Routes<T: Config> = StorageMap<_, Twox64Concat, Jurisdiction, Changes, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Which authority is competent where, from the beginning.
		pub routes: Vec<(Jurisdiction, LabelId)>,
		/// Nothing: the network's configuration is a type.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Runs once, where a network is made; a panic refuses to make one that could not work.
		fn build(&self) {
			Pallet::<T>::build_genesis(&self.routes);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The council said who is competent from a block on. What it had planned for that block and later ones is off.
		RouteSet {
			/// Where.
			jurisdiction: Jurisdiction,
			/// Who, and from when on.
			change: RouteChange,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// Not a country and region as ISO 3166 writes them.
		InvalidJurisdiction,
		/// The change would have come before this block. Name this block or a later one: the past is not rewritten.
		AlreadyOver,
		/// The authority is at home in another country. Name one of the jurisdiction's country.
		ForeignAuthority,
		/// So it is already, and nothing else is planned for that block or later.
		AlreadySo,
		/// As many changes are planned as there is room for. Wait for the next one to come, or take some back: what is planned for the block
		/// of a change, and for later ones, gives way to it.
		TooManyChanges,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Says which authority is competent in a jurisdiction from a block on (L.region). What was planned for that block and for later ones
		/// is off.
		///
		/// - `jurisdiction`: where. For a region, in the place of the whole country's.
		/// - `authority`: who: a tax authority that is at home in the same country, whose label can be used now. None: nobody; in a region, the
		///   authority of the whole country is competent then.
		/// - `effective`: the first block; this one, from here on, or a later one.
		///
		/// Origin: [`Config::RouteOrigin`]. Emits [`Event::RouteSet`].
		///
		/// Errors: [`Error::InvalidJurisdiction`], [`Error::AlreadyOver`], [`Error::ForeignAuthority`], [`Error::AlreadySo`],
		/// [`Error::TooManyChanges`], and those of [`Config::Authority`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_route())]
		pub fn set_route(
			origin: OriginFor<T>,
			jurisdiction: Jurisdiction,
			authority: Option<LabelId>,
			effective: BlockNumber,
		) -> DispatchResult {
			T::RouteOrigin::ensure_origin(origin)?;
			Self::do_set_route(jurisdiction, RouteChange { authority, effective })
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The tax authority that is competent now for who is at home there: the one of the region, or else of the whole country.
		pub fn competent(home: Jurisdiction) -> Option<LabelId> {
			<Self as Routing>::competent(&home)
		}

		/// What is said of each jurisdiction, in their order: changes that are over where there was room to keep them, the current one, and
		/// those that are planned.
		pub fn routes() -> Vec<(Jurisdiction, Vec<RouteChange>)> {
			let entries = Routes::<T>::iter().map(|(jurisdiction, changes)| (jurisdiction, changes.into_inner()));
			let mut routes: Vec<_> = entries.collect();
			routes.sort_unstable_by_key(|(jurisdiction, _)| *jurisdiction);
			routes
		}
	}
}
