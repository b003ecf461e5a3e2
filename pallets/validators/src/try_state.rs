// SPDX-License-Identifier: Apache-2.0

use crate::{
	functions::{reason, CurrencyOf},
	Attendances, Candidates, Config, History, Offences, Organisations, Pallet, PendingSlashes, SlashCount, Slashes, SlashesDone,
	Terms, Validators, MAX_SEATS,
};
use alloc::collections::{BTreeMap, BTreeSet};
use chirograph_primitives::{
	validator::{SlashState, ValidatorState},
	Balance, Country, Identities, LabelId,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_margins()?;
		Self::try_seats()?;
		Self::try_history()?;
		Self::try_slashes()?;
		Self::try_offences()
	}

	fn try_margins() -> Result<(), TryRuntimeError> {
		for (label, validator) in Validators::<T>::iter() {
			let account = T::Authority::account_of(label).ok_or("invariant 1: a validator whose label nobody holds")?;
			let held = CurrencyOf::<T>::balance_on_hold(&reason::<T>(), &account);
			let owed = validator.margin.checked_add(PendingSlashes::<T>::get(label));
			ensure!(
				Some(held) == owed,
				"invariant 1: not what is held is the margin and what is pending"
			);
		}
		Ok(())
	}

	fn try_seats() -> Result<(), TryRuntimeError> {
		let candidates = Candidates::<T>::get();
		let listed: BTreeSet<LabelId> = candidates.iter().copied().collect();
		ensure!(
			listed.len() == candidates.len(),
			"invariant 3: a candidate that is there twice"
		);
		let terms = Terms::<T>::get();
		let mut seats = 0u32;
		let mut countries = BTreeMap::<Country, u32>::new();
		for (label, validator) in Validators::<T>::iter() {
			let (is_candidate, is_here) = match validator.state {
				ValidatorState::Waiting | ValidatorState::Seated { .. } | ValidatorState::Retiring => (true, true),
				ValidatorState::Absent => (false, true),
				ValidatorState::Left { .. } | ValidatorState::Expelled { .. } => (false, false),
			};
			ensure!(
				is_candidate == listed.contains(&label),
				"invariant 3: not all who wait, sit or retire are candidates, or another is"
			);
			ensure!(
				!is_here || Organisations::<T>::get(validator.organisation) == Some(label),
				"invariant 2: an organisation with two validators"
			);
			if matches!(validator.state, ValidatorState::Seated { .. } | ValidatorState::Retiring) {
				let of_country = countries.entry(validator.country).or_default();
				(seats, *of_country) = (seats.saturating_add(1), of_country.saturating_add(1));
				ensure!(
					*of_country <= terms.seats_per_country,
					"invariant 4: a country with more seats than it may have"
				);
			}
		}
		ensure!(
			seats <= terms.max_seats.min(MAX_SEATS),
			"invariant 4: more seats than there are"
		);
		for label in listed {
			ensure!(
				Validators::<T>::contains_key(label),
				"invariant 3: a candidate that is no validator"
			);
		}
		for (_, label) in Self::members() {
			ensure!(
				label.is_none_or(Attendances::<T>::contains_key),
				"invariant 8: a member of the set whose blocks are not counted"
			);
		}
		Ok(())
	}

	fn try_history() -> Result<(), TryRuntimeError> {
		let mut entries = BTreeMap::<LabelId, (u32, u32)>::new();
		for (label, number, _) in History::<T>::iter() {
			let (count, most) = entries.entry(label).or_default();
			(*count, *most) = (count.saturating_add(1), (*most).max(number));
		}
		for (label, validator) in Validators::<T>::iter() {
			let (count, most) = entries.remove(&label).unwrap_or_default();
			ensure!(
				count == validator.changes && (count == 0 || most.checked_add(1) == Some(count)),
				"invariant 5: a history with a gap, or of another length"
			);
		}
		ensure!(entries.is_empty(), "invariant 5: the history of nobody");
		Ok(())
	}

	fn try_slashes() -> Result<(), TryRuntimeError> {
		let (done, all) = (SlashesDone::<T>::get(), SlashCount::<T>::get());
		ensure!(done <= all, "invariant 6: more slashes done with than there are");
		let mut pending = BTreeMap::<LabelId, Balance>::new();
		let mut before = 0;
		for id in 0..all {
			let slash = Slashes::<T>::get(id).ok_or("invariant 6: a slash that is missing")?;
			if let SlashState::Pending { due } = slash.state {
				ensure!(id >= done, "invariant 6: a pending slash that nobody will carry out");
				ensure!(
					due >= before,
					"invariant 6: slashes that are not in the order in which they are due"
				);
				before = due;
				let amount = pending.entry(slash.label).or_default();
				*amount = amount.saturating_add(slash.amount);
			}
		}
		let counted: BTreeMap<LabelId, Balance> = PendingSlashes::<T>::iter().collect();
		ensure!(counted == pending, "invariant 6: other amounts are pending than are counted");
		Ok(())
	}

	fn try_offences() -> Result<(), TryRuntimeError> {
		let window = Terms::<T>::get().window;
		let offences = Offences::<T>::get();
		for (position, offence) in offences.iter().enumerate() {
			ensure!(
				offence.first <= offence.last,
				"invariant 7: an offence that ended before it began"
			);
			ensure!(
				offence.taken <= offence.margin,
				"invariant 7: an offence that cost more than stood behind it"
			);
			let next = position.saturating_add(1);
			let apart = offences
				.iter()
				.skip(next)
				.all(|other| other.label != offence.label || !other.is_near(offence.first, offence.last, window));
			ensure!(apart, "invariant 7: two offences of a label within a window");
		}
		Ok(())
	}
}
