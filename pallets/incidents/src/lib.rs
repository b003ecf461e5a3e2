// SPDX-License-Identifier: Apache-2.0

//! # Incidents
//!
//! Keeps what went wrong, who it is traced to, and what was done about it (X.1407 9.2.3 b, g). What the network notices by itself is here, and
//! what labels report; nobody has to watch logs for it, and nobody can make it forgotten.
//!
//! ## Terms
//!
//! - **Incident**: something that went wrong: an equivocation, a clock that ran away, validators out of the ordinary, or what a label reports.
//! - **Traced to**: the label that is behind it, if one is.
//! - **Evidence**: the extrinsic in which the network noticed; or the hash of a document that stays with whoever reports.
//! - **Contained**: the label that it is traced to is suspended, so that it can do no more.
//! - **Closed**: it is over, and an outcome says what came of it.
//!
//! ## Story
//!
//! 1. Dora's validator signs two blocks for one slot. Somebody's node shows both, and the network records the incident with Dora's label, which it
//!    suspended at once: contained.
//! 2. Emil, who runs a validator too, sees Fred's platform flood his node. He reports it ([`Call::report`]) with the hash of his logs.
//! 3. Clara is a regulator in Fred's country. She asks Emil for the logs, compares the hash, and has Fred's label suspended
//!    ([`Call::contain`]). Where she could not suspend it, she could not contain this either.
//! 4. Fred repairs his platform. Anna, an auditor of another organisation, closes the incident ([`Call::close`]): resolved. She reinstates his label
//!    where labels are kept.
//!
//! ## Who may do what
//!
//! | call | who |
//! |---|---|
//! | `report` | `Regulator`, `Auditor`, `Validator`, `TimeService`, `CertificateAuthority`; [`MAX_OPEN_REPORTS`] at a time |
//! | `contain` | whoever may suspend the label that it is traced to ([`Config::Suspend`]) |
//! | `close` | `Regulator` or `Auditor`, of another organisation than the label's that it is traced to; the council |
//!
//! The council is Root. What the network records comes by [`IncidentRegistry`](chirograph_primitives::IncidentRegistry).
//!
//! ## Trust assumptions
//!
//! A report is its reporter's word, on record under its label. It does nothing to whom it names: that takes somebody who may suspend.
//! To close an incident undoes nothing: neither a suspension nor a slash.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. Incidents are numbered from 0, without a gap.
//! 2. As many are not closed as are counted, of all together and of each label that reported.
//! 3. No label has more open reports than it may.
//! 4. What is contained is traced to a label. What the network noticed has its evidence on the ledger, and what is reported in a document.
//! 5. Nothing is contained or closed before it was recorded, and nothing was recorded after this block.

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

use chirograph_primitives::LabelId;
use frame_support::{dispatch::DispatchResult, weights::Weight};

/// A label has at most this many reports that are not closed: enough for a bad day, and too few to bury what others report.
pub const MAX_OPEN_REPORTS: u32 = 16;

/// Suspends labels under investigation, for whoever may.
pub trait Suspension<Origin> {
	/// Sees to it that `label` is suspended, if who is behind `origin` may suspend it; or says precisely why not.
	fn suspend(origin: Origin, label: LabelId) -> DispatchResult;

	/// What that costs at the most.
	fn weight() -> Weight;
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use chirograph_primitives::{
		incident::{Incident, Outcome, ReportCode},
		AccountId, Authority, DocumentHash, Identities, IncidentId, Ledger,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Judges who may report and close, and knows which organisation a label is of.
		type Authority: Authority<AccountId> + Identities;

		/// Block, extrinsic and time.
		type Ledger: Ledger;

		/// Suspends a label in the name of whoever contains an incident.
		type Suspend: Suspension<Self::RuntimeOrigin>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What went wrong, in the order in which it was recorded.
	#[pallet::storage]
	pub type Incidents<T: Config> = StorageMap<_, Twox64Concat, IncidentId, Incident>;

	/// The number of the next incident; how many there are.
	#[pallet::storage]
	pub type NextIncident<T: Config> = StorageValue<_, IncidentId, ValueQuery>;

	/// How many incidents are not closed.
	#[pallet::storage]
	pub type OpenIncidents<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// How many of the incidents that each label reported are not closed.
	#[pallet::storage]
	pub type OpenReports<T: Config> = StorageMap<_, Twox64Concat, LabelId, u32, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Something went wrong.
		Recorded {
			/// Its number.
			id: IncidentId,
			/// All that is known of it.
			incident: Incident,
		},
		/// The label that an incident is traced to is suspended.
		Contained {
			/// Which incident.
			id: IncidentId,
			/// Which label.
			label: LabelId,
		},
		/// An incident is over.
		Closed {
			/// Which.
			id: IncidentId,
			/// What came of it.
			outcome: Outcome,
			/// The label that says so; none for the council.
			by: Option<LabelId>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no incident of this number.
		UnknownIncident,
		/// There is no label of the number that the report names. Name one that there is, or none.
		UnknownLabel,
		/// As many reports of the label are open as may be. Have some closed first: by a regulator, an auditor or the council.
		TooManyOpen,
		/// The incident is traced to no label, so that there is none to suspend.
		NothingToContain,
		/// The incident is contained already.
		AlreadyContained,
		/// The incident is closed, and that is final. Report anew what goes on.
		AlreadyClosed,
		/// Nobody closes what their own organisation is behind. Another regulator or auditor must, or the council.
		OwnOrganisation,
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
		/// Reports that something went wrong (X.1407 9.2.3 b).
		///
		/// - `code`: what it is about.
		/// - `label`: which label it is traced to, if to one. It is not asked, nor does anything happen to it.
		/// - `document`: SHA-256 of the evidence, which stays with the reporter until somebody asks for it.
		///
		/// Signed origin: a regulator, auditor, validator, time service or certificate authority. Emits [`Event::Recorded`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::TooManyOpen`], and those of [`Config::Authority`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::report())]
		pub fn report(origin: OriginFor<T>, code: ReportCode, label: Option<LabelId>, document: DocumentHash) -> DispatchResult {
			Self::do_report(&ensure_signed(origin)?, code, label, document)
		}

		/// Suspends the label that an incident is traced to, under investigation (X.1407 9.2.3 g).
		///
		/// - `incident`: which.
		///
		/// Origin: whoever may suspend that label. Emits [`Event::Contained`], and what suspending it emits.
		///
		/// Errors: [`Error::UnknownIncident`], [`Error::AlreadyClosed`], [`Error::AlreadyContained`], [`Error::NothingToContain`], and those
		/// of [`Config::Suspend`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::contain().saturating_add(T::Suspend::weight()))]
		pub fn contain(origin: OriginFor<T>, incident: IncidentId) -> DispatchResult {
			Self::do_contain(origin, incident)
		}

		/// Says that an incident is over, and what came of it. A label that is suspended for it stays so until it is reinstated.
		///
		/// - `incident`: which.
		/// - `outcome`: what came of it.
		///
		/// Origin: a regulator or an auditor, of another organisation than that of the label that it is traced to; or Root. Emits
		/// [`Event::Closed`].
		///
		/// Errors: [`Error::UnknownIncident`], [`Error::AlreadyClosed`], [`Error::OwnOrganisation`], and those of [`Config::Authority`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::close())]
		pub fn close(origin: OriginFor<T>, incident: IncidentId, outcome: Outcome) -> DispatchResult {
			Self::do_close(origin, incident, outcome)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// An incident.
		pub fn incident(id: IncidentId) -> Option<Incident> {
			Incidents::<T>::get(id)
		}

		/// Incidents from the one numbered `from` on, at most [`MAX_PER_PAGE`].
		pub fn incidents(from: IncidentId) -> Vec<(IncidentId, Incident)> {
			// Saturating: behind the last number there is none.
			let page = from..from.saturating_add(MAX_PER_PAGE);
			page.map_while(|id| Some((id, Incidents::<T>::get(id)?))).collect()
		}

		/// How many incidents are not closed.
		pub fn open_incidents() -> u32 {
			OpenIncidents::<T>::get()
		}
	}
}
