// SPDX-License-Identifier: Apache-2.0

use super::{events, history};
use crate::{mock::*, Error, Event};
use chirograph_primitives::validator::{ValidatorEvent, ValidatorState};
use frame_support::{assert_noop, assert_ok};

#[test]
fn who_waits_leaves_at_once() {
	with_chain(|| {
		assert_ok!(join(5));
		events();
		assert_ok!(Validators::leave(by(5)));
		// The set of the next session is fixed: it counts from there.
		assert_eq!(state(5), ValidatorState::Left { free: 21 });
		assert_eq!(events(), [Event::Retired { label: 5 }, Event::Left { label: 5, free: 21 }]);
		rotate(2);
		assert!(!set().contains(&5));
	});
}

#[test]
fn absent_one_leaves_at_once_however_few_are_left() {
	with_chain(|| {
		author(&[1, 2, 3], 3);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Absent);
		// The control: there are too few of those who sit.
		assert_noop!(Validators::leave(by(3)), Error::<Test>::BelowMinimum);
		assert_ok!(Validators::leave(by(4)));
		// It is in the set of this session, and in none after that.
		assert_eq!(state(4), ValidatorState::Left { free: 22 });
	});
}

#[test]
fn who_sits_makes_blocks_until_a_set_without_it_begins() {
	with_seats(5, terms(), || {
		assert_ok!(Validators::leave(by(5)));
		assert_eq!(state(5), ValidatorState::Retiring);
		rotate(1);
		// Planned for session 2, and free as many sessions after that.
		assert_eq!(state(5), ValidatorState::Left { free: 22 });
		assert!(set().contains(&5));
		rotate(1);
		assert!(!set().contains(&5));
		let happened = [
			ValidatorEvent::Seated { session: 0 },
			ValidatorEvent::Retired,
			ValidatorEvent::Unseated { session: 2 },
		];
		assert_eq!(history(5), happened);
	});
}

#[test]
fn nobody_leaves_where_too_few_would_be_left() {
	with_seats(5, terms(), || {
		assert_ok!(Validators::leave(by(5)));
		assert_noop!(Validators::leave(by(4)), Error::<Test>::BelowMinimum);
		assert_ok!(join(6));
		rotate(1);
		// The control: the sixth sits.
		assert_ok!(Validators::leave(by(4)));
	});
}

#[test]
fn no_more_leave_in_a_session_than_churn() {
	with_seats(8, terms(), || {
		for number in [6, 7, 8] {
			assert_ok!(Validators::leave(by(number)));
		}
		for left in 1..=3 {
			rotate(1);
			assert_eq!(next_set().len(), 8 - left);
		}
	});
}

#[test]
fn retiring_one_stays_while_too_few_would_be_left() {
	with_seats(5, terms(), || {
		assert_ok!(Validators::leave(by(5)));
		// An offender goes at once: four are left, one of which retires.
		assert!(report(&[1], 0, 1, 2));
		rotate(1);
		assert_eq!(state(5), ValidatorState::Retiring);
		assert_ok!(join(6));
		rotate(1);
		assert!(matches!(state(5), ValidatorState::Left { .. }));
		assert_eq!(next_set().len(), 4);
	});
}

#[test]
fn who_left_or_is_about_to_does_not_leave_again() {
	with_seats(5, terms(), || {
		assert_noop!(Validators::leave(by(6)), Error::<Test>::NoValidator);
		assert_ok!(Validators::leave(by(5)));
		assert_noop!(Validators::leave(by(5)), Error::<Test>::AlreadyLeaving);
		rotate(1);
		assert_noop!(Validators::leave(by(5)), Error::<Test>::AlreadyLeaving);
		assert!(report(&[4], 0, 1, 1));
		assert_noop!(Validators::leave(by(4)), Error::<Test>::AlreadyLeaving);
	});
}

#[test]
fn suspended_label_may_leave() {
	with_seats(5, terms(), || {
		set_usable(5, false);
		assert_ok!(Validators::leave(by(5)));
	});
}
