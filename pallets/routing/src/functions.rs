// SPDX-License-Identifier: Apache-2.0

use crate::{Changes, Config, Error, Event, Pallet, Routes};
use chirograph_primitives::{invoice::RouteChange, BlockNumber, Directory, Jurisdiction, LabelId, Ledger, Role, Routing};
use frame_support::{dispatch::DispatchResult, ensure};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_route(jurisdiction: Jurisdiction, change: RouteChange) -> DispatchResult {
		let now = T::Ledger::here().block;
		ensure!(jurisdiction.is_well_formed(), Error::<T>::InvalidJurisdiction);
		ensure!(change.effective >= now, Error::<T>::AlreadyOver);
		if let Some(authority) = change.authority {
			Self::ensure_eligible(&jurisdiction, authority)?;
		}
		let before = Routes::<T>::get(jurisdiction);
		let after = with_change(before.clone(), change, now).ok_or(Error::<T>::TooManyChanges)?;
		ensure!(after != before, Error::<T>::AlreadySo);
		if after.is_empty() {
			Routes::<T>::remove(jurisdiction);
		} else {
			Routes::<T>::insert(jurisdiction, after);
		}
		Self::deposit_event(Event::RouteSet { jurisdiction, change });
		Ok(())
	}

	/// Whether a label may be competent there: that of a tax authority now, at home in the same country.
	///
	/// Errors: [`Error::ForeignAuthority`], and those of [`Config::Authority`].
	pub fn ensure_eligible(jurisdiction: &Jurisdiction, authority: LabelId) -> DispatchResult {
		let holder = T::Authority::holder(authority, Role::TaxAuthority)?;
		ensure!(holder.home.country == jurisdiction.country, Error::<T>::ForeignAuthority);
		Ok(())
	}

	/// Refuses what could not be said otherwise. Whether the labels are those of authorities, whoever puts the parts of a network together
	/// sees, when all of them are there.
	pub(crate) fn build_genesis(routes: &[(Jurisdiction, LabelId)]) {
		for (jurisdiction, authority) in routes {
			assert!(
				jurisdiction.is_well_formed(),
				"routing.routes: {jurisdiction} must be a country or a region, as ISO 3166 writes it"
			);
			assert!(
				!Routes::<T>::contains_key(jurisdiction),
				"routing.routes: {jurisdiction} is there twice"
			);
			let change = RouteChange {
				authority: Some(*authority),
				effective: 0,
			};
			Routes::<T>::insert(jurisdiction, Changes::truncate_from(alloc::vec![change]));
		}
	}
}

/// The change that is current in a block.
fn current(changes: &[RouteChange], block: BlockNumber) -> Option<&RouteChange> {
	changes.iter().rev().find(|change| change.effective <= block)
}

/// What is said of a jurisdiction once `change` is said in block `now`: until its block what was said before, and from then on that alone.
/// None: there is no room for it.
fn with_change(mut changes: Changes, change: RouteChange, now: BlockNumber) -> Option<Changes> {
	changes.retain(|earlier| earlier.effective < change.effective);
	if changes.last().and_then(|last| last.authority) == change.authority {
		return Some(changes);
	}
	if changes.is_full() {
		// None is less than any block: where nothing is current, nothing is over.
		let since = current(&changes, now).map(|current| current.effective);
		changes.retain(|earlier| Some(earlier.effective) >= since);
	}
	changes.try_push(change).ok()?;
	Some(changes)
}

impl<T: Config> Routing for Pallet<T> {
	fn competent(home: &Jurisdiction) -> Option<LabelId> {
		let now = T::Ledger::here().block;
		let of = |jurisdiction: Jurisdiction| current(&Routes::<T>::get(jurisdiction), now).and_then(|change| change.authority);
		let country = country_of(home);
		let of_region = if *home == country { None } else { of(*home) };
		of_region.or_else(|| of(country))
	}

	/// By the costliest path: as much is planned as there is room for; and where a region is meant, it has no authority of its own yet, and the
	/// whole country's is competent.
	#[cfg(feature = "runtime-benchmarks")]
	fn appoint(home: Jurisdiction, authority: LabelId) {
		let now = T::Ledger::here().block;
		let planned = |first: BlockNumber| {
			let changes = (0..crate::MAX_CHANGES).map(|index| RouteChange {
				authority: index.is_multiple_of(2).then_some(authority),
				// The next one is long after what is measured.
				effective: first.saturating_add(index.saturating_mul(1_000)),
			});
			Changes::truncate_from(changes.collect())
		};
		let country = country_of(&home);
		if home != country {
			Routes::<T>::insert(home, planned(now.saturating_add(1)));
		}
		Routes::<T>::insert(country, planned(now));
	}
}

/// The whole country that a jurisdiction is in.
fn country_of(jurisdiction: &Jurisdiction) -> Jurisdiction {
	Jurisdiction {
		country: jurisdiction.country,
		region: [0; 3],
	}
}
