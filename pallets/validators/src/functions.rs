// SPDX-License-Identifier: Apache-2.0

//! Putting margin up, leaving, coming back, and taking it back.

use crate::{
	strength::Snapshot, Attendance, Attendances, Budget, Candidates, Config, Error, Event, History, HoldReason, KnownAnomalies,
	Organisations, Pallet, PendingSlashes, Slashes, Snapshots, Terms, Validators, MAX_SEATS,
};
use alloc::{collections::BTreeMap, vec::Vec};
use chirograph_primitives::{
	validator::{SlashId, SlashState, Validator, ValidatorChange, ValidatorEvent, ValidatorState, ValidatorTerms, WHOLE},
	AccountId, Authority, Balance, Country, Identities, Identity, LabelId, Ledger, Role, SessionIndex,
};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::{Fortitude, Precision, Restriction},
	},
	BoundedVec,
};
use pallet_session::Pallet as Session;
use sp_runtime::{ArithmeticError, DispatchError};

/// The token.
pub(crate) type CurrencyOf<T> = <T as Config>::Currency;

/// Why margins are held.
pub(crate) fn reason<T: Config>() -> <CurrencyOf<T> as InspectHold<AccountId>>::Reason {
	HoldReason::Margin.into()
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_join(who: &AccountId, amount: Balance) -> DispatchResult {
		let label = T::Authority::ensure(who, Role::Validator)?;
		let identity = T::Authority::identity(label).ok_or(Error::<T>::NoValidator)?;
		let (locked, changes) = Self::left(label)?;
		let margin = locked.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		Self::ensure_ready(who, margin)?;
		let sits = Organisations::<T>::get(identity.organisation);
		ensure!(sits.is_none_or(|other| other == label), Error::<T>::OrganisationSits);
		let validator = Validator {
			organisation: identity.organisation,
			country: identity.home.country,
			margin,
			state: ValidatorState::Waiting,
			joined: T::Ledger::here(),
			changes,
		};
		if amount > 0 {
			CurrencyOf::<T>::hold(&reason::<T>(), who, amount)?;
		}
		Self::enqueue(label)?;
		Organisations::<T>::insert(identity.organisation, label);
		Self::change(label, validator, ValidatorEvent::Joined { margin });
		Self::deposit_event(Event::Joined {
			label,
			organisation: identity.organisation,
			country: identity.home.country,
			margin,
		});
		Ok(())
	}

	/// What is still locked of a label that may join, and how many entries its history has.
	fn left(label: LabelId) -> Result<(Balance, u32), Error<T>> {
		let Some(before) = Validators::<T>::get(label) else {
			return Ok((0, 0));
		};
		match before.state {
			ValidatorState::Left { .. } => Ok((before.margin, before.changes)),
			ValidatorState::Expelled { .. } => Err(Error::<T>::NotWithdrawn),
			_ => Err(Error::<T>::AlreadyValidator),
		}
	}

	/// Whether an account with such a margin could take a seat, and there is room to wait for one.
	fn ensure_ready(who: &AccountId, margin: Balance) -> DispatchResult {
		ensure!(Session::<T>::load_keys(who).is_some(), Error::<T>::NotWithKeys);
		ensure!(margin >= Terms::<T>::get().margin, Error::<T>::TooLittleMargin);
		ensure!(!Candidates::<T>::get().is_full(), Error::<T>::TooManyCandidates);
		Ok(())
	}

	/// Puts a label at the end of the queue.
	fn enqueue(label: LabelId) -> DispatchResult {
		Candidates::<T>::try_mutate(|candidates| candidates.try_push(label))
			.map_err(|_| DispatchError::from(Error::<T>::TooManyCandidates))
	}

	/// Takes a label out of the queue, or from its seat.
	pub(crate) fn dequeue(label: LabelId) {
		Candidates::<T>::mutate(|candidates| candidates.retain(|candidate| *candidate != label));
	}

	pub(crate) fn do_top_up(who: &AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::NoAmount);
		let (label, mut validator) = Self::validator_of(who)?;
		ensure!(!is_over(validator.state), Error::<T>::AlreadyLeaving);
		validator.margin = validator.margin.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		CurrencyOf::<T>::hold(&reason::<T>(), who, amount)?;
		Self::change(label, validator, ValidatorEvent::ToppedUp { amount });
		Self::deposit_event(Event::ToppedUp { label, amount });
		Ok(())
	}

	pub(crate) fn do_leave(who: &AccountId) -> DispatchResult {
		let (label, mut validator) = Self::validator_of(who)?;
		ensure!(!is_over(validator.state), Error::<T>::AlreadyLeaving);
		let sits = matches!(validator.state, ValidatorState::Seated { .. });
		if sits {
			ensure!(Self::seated() > Terms::<T>::get().min_seats, Error::<T>::BelowMinimum);
			validator.state = ValidatorState::Retiring;
		}
		Self::deposit_event(Event::Retired { label });
		Self::note(label, &mut validator, ValidatorEvent::Retired);
		if !sits {
			Self::dequeue(label);
			Self::let_go(label, &mut validator, Self::next_session());
		}
		Validators::<T>::insert(label, validator);
		Ok(())
	}

	/// The session after this one: the set of that is fixed already.
	pub(crate) fn next_session() -> SessionIndex {
		// Saturating: there are not so many sessions.
		Session::<T>::current_index().saturating_add(1)
	}

	/// How many have a seat and do not want to leave.
	fn seated() -> u32 {
		let states = Candidates::<T>::get().into_iter().filter_map(Validators::<T>::get);
		crate::strength::count_of(states.filter(|validator| matches!(validator.state, ValidatorState::Seated { .. })))
	}

	/// A validator that is in no set from a session on has left. Kept by whoever calls.
	pub(crate) fn let_go(label: LabelId, validator: &mut Validator, session: SessionIndex) {
		// Saturating: then it is never free.
		let free = session.saturating_add(Terms::<T>::get().unbonding);
		validator.state = ValidatorState::Left { free };
		Organisations::<T>::remove(validator.organisation);
		Self::deposit_event(Event::Left { label, free });
	}

	pub(crate) fn do_resume(who: &AccountId) -> DispatchResult {
		let (label, mut validator) = Self::validator_of(who)?;
		ensure!(validator.state == ValidatorState::Absent, Error::<T>::NotAbsent);
		T::Authority::ensure(who, Role::Validator)?;
		Self::ensure_ready(who, validator.margin)?;
		Self::enqueue(label)?;
		validator.state = ValidatorState::Waiting;
		validator.joined = T::Ledger::here();
		Self::change(label, validator, ValidatorEvent::Resumed);
		Self::deposit_event(Event::Resumed { label });
		Ok(())
	}

	pub(crate) fn do_withdraw(who: &AccountId) -> DispatchResult {
		let (label, mut validator) = Self::validator_of(who)?;
		let (free, expelled) = match validator.state {
			ValidatorState::Left { free } => (free, false),
			ValidatorState::Expelled { free } => (free, true),
			_ => return Err(Error::<T>::NotLeft.into()),
		};
		ensure!(Session::<T>::current_index() >= free, Error::<T>::TooEarly);
		ensure!(PendingSlashes::<T>::get(label) == 0, Error::<T>::SlashPending);
		// All of it may have been slashed: whoever was expelled withdraws nothing, and can join again.
		let amount = validator.margin;
		ensure!(amount > 0 || expelled, Error::<T>::NothingToWithdraw);
		if amount > 0 {
			CurrencyOf::<T>::release(&reason::<T>(), who, amount, Precision::Exact)?;
		}
		if expelled && Organisations::<T>::get(validator.organisation) == Some(label) {
			Organisations::<T>::remove(validator.organisation);
		}
		validator.margin = 0;
		validator.state = ValidatorState::Left { free };
		Self::change(label, validator, ValidatorEvent::Withdrew { amount });
		Self::deposit_event(Event::Withdrawn { label, amount });
		Ok(())
	}

	pub(crate) fn do_cancel_slash(id: SlashId) -> DispatchResult {
		let mut slash = Slashes::<T>::get(id).ok_or(Error::<T>::NoSuchSlash)?;
		ensure!(matches!(slash.state, SlashState::Pending { .. }), Error::<T>::NotPending);
		let (label, amount) = (slash.label, slash.amount);
		let mut validator = Validators::<T>::get(label).ok_or(Error::<T>::NoValidator)?;
		validator.margin = validator.margin.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		slash.state = SlashState::Cancelled;
		Slashes::<T>::insert(id, slash);
		Self::settle(label, amount);
		Self::change(label, validator, ValidatorEvent::SlashCancelled { slash: id, amount });
		Self::deposit_event(Event::SlashCancelled { id, label, amount });
		Ok(())
	}

	/// So much of a label's is pending no longer.
	pub(crate) fn settle(label: LabelId, amount: Balance) {
		PendingSlashes::<T>::mutate_exists(label, |pending| {
			// Never saturates: it was counted when it became pending.
			let left = pending.unwrap_or_default().saturating_sub(amount);
			*pending = (left > 0).then_some(left);
		});
	}

	pub(crate) fn do_fund(amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::NoAmount);
		let budget = Budget::<T>::get().checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		Budget::<T>::put(budget);
		Self::deposit_event(Event::Funded { amount });
		Ok(())
	}

	/// The validator whose label the account holds now.
	fn validator_of(who: &AccountId) -> Result<(LabelId, Validator), Error<T>> {
		// A label moved on: who held it once holds nothing.
		let label = T::Authority::label_of(who).filter(|label| T::Authority::account_of(*label).as_ref() == Some(who));
		let label = label.ok_or(Error::<T>::NoValidator)?;
		let validator = Validators::<T>::get(label).ok_or(Error::<T>::NoValidator)?;
		Ok((label, validator))
	}

	/// Adds an entry to the history of a validator, which whoever calls keeps.
	pub(crate) fn note(label: LabelId, validator: &mut Validator, event: ValidatorEvent) {
		let at = T::Ledger::here();
		History::<T>::insert(label, validator.changes, ValidatorChange { event, at });
		// Saturating: nobody does so much.
		validator.changes = validator.changes.saturating_add(1);
	}

	/// Keeps a validator, with an entry in its history.
	pub(crate) fn change(label: LabelId, mut validator: Validator, event: ValidatorEvent) {
		Self::note(label, &mut validator, event);
		Validators::<T>::insert(label, validator);
	}

	/// A label moved to another account: what is held moves with it, pending slashes included. The seat stays the label's; it is empty until the
	/// account has session keys, for those of before are the other's.
	pub fn moved(from: &AccountId, to: &AccountId) {
		let amount = CurrencyOf::<T>::balance_on_hold(&reason::<T>(), from);
		if amount == 0 {
			return;
		}
		let moved = frame_support::storage::with_storage_layer(|| {
			let (precision, mode, force) = (Precision::Exact, Restriction::OnHold, Fortitude::Force);
			CurrencyOf::<T>::transfer_on_hold(&reason::<T>(), from, to, amount, precision, mode, force)
		});
		// An account that could hold a label can hold its margin.
		debug_assert!(moved.is_ok(), "margin did not move: {moved:?}");
		if moved.is_ok() {
			Self::deposit_event(Event::MarginMoved {
				from: from.clone(),
				to: to.clone(),
				amount,
			});
		}
	}

	/// Refuses what could not be a network; that those with session keys are those with a seat, whoever puts the parts together sees.
	pub(crate) fn build_genesis(terms: &ValidatorTerms, seats: &[AccountId], budget: Balance) {
		check_terms(terms);
		Terms::<T>::put(terms);
		Budget::<T>::put(budget);
		let most = terms.max_seats;
		assert!(
			crate::strength::count_of(seats) <= most,
			"validators.seats: there must not be more than terms.maxSeats, {most}"
		);
		let mut countries = BTreeMap::<Country, u32>::new();
		for account in seats {
			let identity = Self::found(account, terms);
			let seats = countries.entry(identity.home.country).or_default();
			// Never saturates: there are fewer seats.
			*seats = seats.saturating_add(1);
			assert!(
				*seats <= terms.seats_per_country,
				"validators.seats: {account:?} must not have one, or {} has more than terms.seatsPerCountry",
				identity.home.country
			);
		}
		let snapshot = Snapshot::of(&Self::seats_in(&Self::labels_of(seats)));
		Snapshots::<T>::put((snapshot.clone(), snapshot));
		// What a network was founded with is no incident.
		KnownAnomalies::<T>::put(BoundedVec::truncate_from(Self::current_strength().anomalies));
	}

	/// The labels of accounts; whoever has none is left out.
	fn labels_of(accounts: &[AccountId]) -> Vec<LabelId> {
		accounts.iter().filter_map(T::Authority::label_of).collect()
	}

	/// Gives an account a seat from the beginning.
	fn found(account: &AccountId, terms: &ValidatorTerms) -> Identity {
		let identity = T::Authority::label_of(account).and_then(T::Authority::identity);
		assert!(
			identity.is_some(),
			"labels.founders must have a label for {account:?}: validators.seats names it"
		);
		let identity = identity.expect("there is one, as was just seen");
		assert!(
			!Validators::<T>::contains_key(identity.label),
			"validators.seats: {account:?} is there twice"
		);
		assert!(
			!Organisations::<T>::contains_key(identity.organisation),
			"validators.seats: {account:?} must not have one: its organisation has one already"
		);
		let held = CurrencyOf::<T>::hold(&reason::<T>(), account, terms.margin);
		assert!(
			held.is_ok(),
			"balances.balances: {account:?} must have more than terms.margin, {}, that its seat takes",
			terms.margin
		);
		let validator = Validator {
			organisation: identity.organisation,
			country: identity.home.country,
			margin: terms.margin,
			state: ValidatorState::Seated { since: 0 },
			joined: T::Ledger::here(),
			changes: 0,
		};
		let room = Self::enqueue(identity.label);
		assert!(room.is_ok(), "validators.seats: there must not be more than {MAX_SEATS}");
		Organisations::<T>::insert(identity.organisation, identity.label);
		Attendances::<T>::insert(identity.label, Attendance::default());
		Self::change(identity.label, validator, ValidatorEvent::Seated { session: 0 });
		identity
	}
}

/// Terms under which a network could work.
fn check_terms(terms: &ValidatorTerms) {
	assert!(terms.margin > 0, "validators.terms.margin must not be nothing");
	assert!(
		(1..=MAX_SEATS).contains(&terms.max_seats),
		"validators.terms.maxSeats must be between 1 and {MAX_SEATS}"
	);
	assert!(
		(1..=terms.max_seats).contains(&terms.min_seats),
		"validators.terms.minSeats must be between 1 and maxSeats"
	);
	assert!(terms.seats_per_country > 0, "validators.terms.seatsPerCountry must not be 0");
	assert!(
		terms.churn > 0,
		"validators.terms.churn must not be 0, or no seat could ever be taken"
	);
	assert!(
		terms.absence > 0,
		"validators.terms.absence must not be 0, or every seat would be lost"
	);
	assert!(
		terms.unbonding > 0 && terms.unbonding >= terms.window,
		"validators.terms.unbonding must be a session at least, and no shorter than window: whoever left must not be back among colluders with another margin"
	);
	assert!(
		terms.floor <= WHOLE,
		"validators.terms.floor must be at most {WHOLE}, in billionths"
	);
	assert!(
		terms.reporter_share <= WHOLE,
		"validators.terms.reporterShare must be at most {WHOLE}, in billionths"
	);
}

/// Whether a validator gave up its place, or lost it for an offence.
const fn is_over(state: ValidatorState) -> bool {
	use ValidatorState::{Absent, Expelled, Left, Retiring, Seated, Waiting};
	match state {
		Waiting | Seated { .. } | Absent => false,
		Retiring | Left { .. } | Expelled { .. } => true,
	}
}
