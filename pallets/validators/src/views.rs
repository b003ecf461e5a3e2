// SPDX-License-Identifier: Apache-2.0

//! What the runtime API answers. Nothing here changes anything.

use crate::{Attendances, Budget, Config, History, Pallet, SlashCount, Slashes, Terms, Validators, MAX_PAGE};
use alloc::{collections::BTreeSet, vec::Vec};
use chirograph_primitives::{
	validator::{Slash, SlashId, Strength, Validator, ValidatorChange, ValidatorStatus, ValidatorTerms},
	Balance, Identities, LabelId,
};

/// Who is in the set of the current session, and who of them may make no blocks.
struct Set {
	members: BTreeSet<LabelId>,
	disabled: BTreeSet<LabelId>,
}

impl<T: Config> Pallet<T> {
	fn set() -> Set {
		Set {
			members: Self::members().into_iter().filter_map(|(_, label)| label).collect(),
			disabled: Self::disabled_labels(),
		}
	}

	fn status_of(label: LabelId, validator: Validator, set: &Set) -> ValidatorStatus {
		ValidatorStatus {
			label,
			account: T::Authority::account_of(label),
			validator,
			votes: set.members.contains(&label),
			disabled: set.disabled.contains(&label),
			blocks: Attendances::<T>::get(label).map_or(0, |attendance| attendance.blocks),
		}
	}

	/// Validators in the order of their labels.
	///
	/// - `after`: begins behind this label.
	/// - `limit`: as many at the most, and never more than [`MAX_PAGE`].
	pub fn validators(after: Option<LabelId>, limit: u32) -> Vec<ValidatorStatus> {
		let mut labels: Vec<LabelId> = Validators::<T>::iter_keys()
			.filter(|label| after.is_none_or(|after| *label > after))
			.collect();
		labels.sort_unstable();
		let set = Self::set();
		let page = (0..limit.min(MAX_PAGE)).zip(labels);
		let found = page.filter_map(|(_, label)| Validators::<T>::get(label).map(|validator| (label, validator)));
		found
			.map(|(label, validator)| Self::status_of(label, validator, &set))
			.collect()
	}

	/// A validator.
	pub fn validator(label: LabelId) -> Option<ValidatorStatus> {
		let validator = Validators::<T>::get(label)?;
		Some(Self::status_of(label, validator, &Self::set()))
	}

	/// What happened to a validator, from an entry on, at most [`MAX_PAGE`] entries.
	pub fn history(label: LabelId, from: u32) -> Vec<ValidatorChange> {
		let numbers = from..from.saturating_add(MAX_PAGE);
		numbers.map_while(|number| History::<T>::get(label, number)).collect()
	}

	/// Slashes, from a number on, at most [`MAX_PAGE`] of them.
	pub fn slashes(from: SlashId) -> Vec<(SlashId, Slash)> {
		let ids = from..from.saturating_add(MAX_PAGE).min(SlashCount::<T>::get());
		ids.filter_map(|id| Slashes::<T>::get(id).map(|slash| (id, slash))).collect()
	}

	/// How strong the validators of the current session are (X.1407 9.2.1 a), and what is out of the ordinary about them.
	pub fn strength() -> Strength {
		Self::current_strength()
	}

	/// What the network asks of its validators.
	pub fn terms() -> ValidatorTerms {
		Terms::<T>::get()
	}

	/// What is left to reward validators with.
	pub fn budget() -> Balance {
		Budget::<T>::get()
	}
}
