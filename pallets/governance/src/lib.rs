// SPDX-License-Identifier: Apache-2.0

//! # Governance
//!
//! Lets a quorum of the council act as Root. There is no sudo key: what no other origin may do, k of n council members do together, or
//! nobody does (ITU-T X.1407 9.3.1 f).
//!
//! ## Story
//!
//! 1. Ada, of the council, proposes `Governance::enact` around the call that changes the runtime, as a motion of the collective.
//! 2. Other members vote. With the last vote of the quorum the motion can be closed: the collective dispatches `enact`.
//! 3. [`Config::QuorumOrigin`] is satisfied, the inner call runs as Root, and [`Event::Enacted`] says how it went.
//!
//! ## Who may do what
//!
//! | call | origin |
//! |---|---|
//! | `enact` | a quorum of the council ([`Config::QuorumOrigin`]); no account by itself, and not Root, which needs no detour |
//!
//! ## Trust assumptions
//!
//! Fewer than a quorum of the council's keys are in wrong hands.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use frame_support::{
		dispatch::{extract_actual_weight, GetDispatchInfo},
		pallet_prelude::*,
		traits::UnfilteredDispatchable,
	};
	use frame_system::{pallet_prelude::*, RawOrigin};

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Every call of the runtime.
		type RuntimeCall: Parameter
			+ GetDispatchInfo
			+ UnfilteredDispatchable<RuntimeOrigin = <Self as frame_system::Config>::RuntimeOrigin>;

		/// Enough of the council for it to act as Root.
		type QuorumOrigin: EnsureOrigin<<Self as frame_system::Config>::RuntimeOrigin>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The council acted as Root.
		Enacted {
			/// What came of it.
			result: DispatchResult,
		},
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Dispatches `call` as Root, past the base call filter.
		///
		/// Origin: [`Config::QuorumOrigin`]. Emits [`Event::Enacted`] with the outcome of `call`; a failure of `call` undoes what `call`
		/// did and is no failure of `enact`.
		#[pallet::call_index(0)]
		#[pallet::weight({
			let info = call.get_dispatch_info();
			(T::WeightInfo::enact().saturating_add(info.call_weight), info.class)
		})]
		pub fn enact(origin: OriginFor<T>, call: Box<<T as Config>::RuntimeCall>) -> DispatchResultWithPostInfo {
			T::QuorumOrigin::ensure_origin(origin)?;
			let info = call.get_dispatch_info();
			let outcome = call.dispatch_bypass_filter(RawOrigin::Root.into());
			let weight = T::WeightInfo::enact().saturating_add(extract_actual_weight(&outcome, &info));
			Self::deposit_event(Event::Enacted {
				result: outcome.map(|_| ()).map_err(|failure| failure.error),
			});
			Ok(Some(weight).into())
		}
	}
}
