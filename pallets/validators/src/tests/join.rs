// SPDX-License-Identifier: Apache-2.0

//! Who may put up margin, and what is refused.

use super::{events, history};
use crate::{mock::*, Call, Candidates, Error, Event, MAX_CANDIDATES};
use chirograph_primitives::validator::{ValidatorEvent, ValidatorState};
use frame_support::{assert_noop, assert_ok, traits::GetCallName, BoundedVec};
use pallet_session::SessionInterface;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn a_label_with_margin_and_keys_waits_for_a_seat() {
	with_chain(|| {
		assert_ok!(join(5));
		assert_eq!(state(5), ValidatorState::Waiting);
		assert_eq!(
			(validator(5).margin, held(&account(5)), spendable(5)),
			(MARGIN, MARGIN, ENDOWMENT - MARGIN)
		);
		assert_eq!(history(5), [ValidatorEvent::Joined { margin: MARGIN }]);
		let joined = Event::Joined {
			label: 5,
			organisation: organisation(5),
			country: validator(5).country,
			margin: MARGIN,
		};
		assert_eq!(events(), [joined]);
	});
}

#[test]
fn calls_are_for_those_whom_the_table_names() {
	let names = ["join", "top_up", "leave", "resume", "withdraw", "cancel_slash", "fund"];
	assert_eq!(Call::<Test>::get_call_names(), names, "the table has every call");
	with_chain(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Validators::join(origin.clone(), MARGIN), DispatchError::BadOrigin);
			assert_noop!(Validators::top_up(origin.clone(), 1), DispatchError::BadOrigin);
			assert_noop!(Validators::leave(origin.clone()), DispatchError::BadOrigin);
			assert_noop!(Validators::resume(origin.clone()), DispatchError::BadOrigin);
			assert_noop!(Validators::withdraw(origin), DispatchError::BadOrigin);
		}
		for origin in [RuntimeOrigin::none(), by(1)] {
			assert_noop!(Validators::cancel_slash(origin.clone(), 0), DispatchError::BadOrigin);
			assert_noop!(Validators::fund(origin, 1), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn label_that_cannot_act_as_a_validator_does_not_join() {
	with_chain(|| {
		set_keys(account(5), 5);
		set_usable(5, false);
		assert_noop!(Validators::join(by(5), MARGIN), NOT_ADMITTED);
		set_usable(5, true);
		assert_ok!(Validators::join(by(5), MARGIN));
	});
}

#[test]
fn account_without_session_keys_does_not_join() {
	with_chain(|| {
		assert_noop!(Validators::join(by(5), MARGIN), Error::<Test>::NotWithKeys);
		assert_ok!(join(5));
	});
}

/// `pallet-session` refuses keys without proof of ownership, and those of another.
#[test]
fn keys_of_another_validator_or_without_proof_are_refused_by_the_session() {
	with_chain(|| {
		let proof = Vec::new();
		assert_noop!(
			Session::set_keys(by(5), keys(5), proof),
			pallet_session::Error::<Test>::InvalidProof
		);
		assert_noop!(Validators::join(by(5), MARGIN), Error::<Test>::NotWithKeys);
		let set_keys = |of| <Session as SessionInterface>::set_keys(&account(5), keys(of));
		assert_noop!(set_keys(4), pallet_session::Error::<Test>::DuplicatedKey);
		// The control: keys that nobody has.
		assert_ok!(set_keys(5));
		assert_ok!(Validators::join(by(5), MARGIN));
	});
}

#[test]
fn too_little_margin_is_refused_and_so_is_more_than_there_is() {
	with_chain(|| {
		set_keys(account(5), 5);
		assert_noop!(Validators::join(by(5), MARGIN - 1), Error::<Test>::TooLittleMargin);
		assert_noop!(Validators::join(by(5), 0), Error::<Test>::TooLittleMargin);
		assert_noop!(Validators::join(by(5), ENDOWMENT + 1), TokenError::FundsUnavailable);
		assert_ok!(Validators::join(by(5), MARGIN));
	});
}

#[test]
fn organisation_has_one_validator() {
	with_chain(|| {
		put_label(5, account(5), 1, *b"XX");
		set_keys(account(5), 5);
		assert_noop!(Validators::join(by(5), MARGIN), Error::<Test>::OrganisationSits);
		// The control: of another organisation, it may.
		put_label(5, account(5), 5, *b"XX");
		assert_ok!(Validators::join(by(5), MARGIN));
	});
}

#[test]
fn organisation_has_one_validator_whatever_that_does_until_it_left_or_withdrew() {
	with_seats(7, terms(), || {
		for number in 4..=8 {
			put_label(50 + number, account(50 + number), number, *b"XX");
			set_keys(account(50 + number), 50 + number);
		}
		let another = |of: u32| Validators::join(by(50 + of), MARGIN);
		assert_ok!(join(8));
		assert_ok!(Validators::leave(by(6)));
		assert!(report(&[5], 0, 1, 1));
		author(&[1, 2, 3, 5, 6, 7], 3);
		assert_eq!(state(8), ValidatorState::Waiting);
		assert_eq!(state(6), ValidatorState::Retiring);
		for number in [6, 7, 8] {
			assert_noop!(another(number), Error::<Test>::OrganisationSits);
		}
		rotate(1);
		assert_eq!(state(4), ValidatorState::Absent);
		assert!(matches!(state(5), ValidatorState::Expelled { .. }));
		for number in [4, 5] {
			assert_noop!(another(number), Error::<Test>::OrganisationSits);
		}

		// The controls: one that left, with its margin still locked; and the one that was expelled, once it withdrew.
		assert!(matches!(state(6), ValidatorState::Left { .. }));
		assert_eq!(held(&account(6)), MARGIN);
		assert_ok!(another(6));
		rotate(31);
		assert_ok!(Validators::withdraw(by(5)));
		assert_ok!(another(5));
	});
}

#[test]
fn validator_does_not_join_again() {
	with_chain(|| {
		for number in [1, 5] {
			if number == 5 {
				assert_ok!(join(5));
			}
			assert_noop!(Validators::join(by(number), MARGIN), Error::<Test>::AlreadyValidator);
		}
	});
}

#[test]
fn one_that_left_joins_again_with_what_is_still_held() {
	with_chain(|| {
		assert_ok!(join(5));
		assert_ok!(Validators::leave(by(5)));
		assert_ok!(Validators::join(by(5), 0));
		assert_eq!((state(5), validator(5).margin), (ValidatorState::Waiting, MARGIN));
		assert_eq!(held(&account(5)), MARGIN);
		assert_eq!(history(5).len(), 3);
	});
}

#[test]
fn expelled_one_withdraws_before_it_joins_again() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		set_usable(4, true);
		assert_noop!(Validators::join(by(4), MARGIN), Error::<Test>::NotWithdrawn);
		rotate(32);
		assert_ok!(Validators::withdraw(by(4)));
		assert_ok!(Validators::join(by(4), MARGIN));
	});
}

#[test]
fn no_more_wait_than_there_is_room_for() {
	with_chain(|| {
		set_keys(account(5), 5);
		let candidates = Candidates::<Test>::get();
		let many = (1_000..1_000 + MAX_CANDIDATES).collect();
		Candidates::<Test>::put(BoundedVec::truncate_from(many));
		assert_noop!(Validators::join(by(5), MARGIN), Error::<Test>::TooManyCandidates);
		Candidates::<Test>::put(candidates);
		assert_ok!(Validators::join(by(5), MARGIN));
	});
}
