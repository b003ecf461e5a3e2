// SPDX-License-Identifier: Apache-2.0

use super::{events, history};
use crate::{mock::*, Error, Event, Slashes};
use chirograph_primitives::validator::{SlashState, ValidatorEvent, ValidatorState};
use frame_support::{assert_noop, assert_ok};

#[test]
fn council_takes_a_slash_back_before_it_is_due() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		events();
		assert_ok!(Validators::cancel_slash(RuntimeOrigin::root(), 0));
		let (id, label, amount) = (0, 4, 562_500);
		assert_eq!(events(), [Event::SlashCancelled { id, label, amount }]);
		assert_eq!(history(4).last(), Some(&ValidatorEvent::SlashCancelled { slash: 0, amount }));
		assert_eq!(validator(4).margin, MARGIN);
		// Nothing comes of it later; but it stays expelled.
		rotate(5);
		assert_eq!(held(&account(4)), MARGIN);
		assert!(matches!(state(4), ValidatorState::Expelled { .. }));
		assert_eq!(Slashes::<Test>::get(0).map(|slash| slash.state), Some(SlashState::Cancelled));
	});
}

#[test]
fn what_was_taken_back_is_not_asked_for_again() {
	with_seats(7, terms(), || {
		assert!(report(&[4], 0, 1, 1));
		assert_ok!(Validators::cancel_slash(RuntimeOrigin::root(), 0));
		assert!(report(&[4], 0, 2, 1));
		assert_eq!(validator(4).margin, MARGIN);
		// What a second offender adds is another matter.
		assert!(report(&[5], 0, 3, 1));
		assert_eq!(validator(4).margin, MARGIN - (734_693 - 183_673));
	});
}

#[test]
fn nothing_but_a_pending_slash_is_taken_back() {
	with_chain(|| {
		assert_noop!(Validators::cancel_slash(RuntimeOrigin::root(), 0), Error::<Test>::NoSuchSlash);
		assert!(report(&[4], 0, 1, 1));
		assert!(report(&[3], 0, 2, 1));
		assert_ok!(Validators::cancel_slash(RuntimeOrigin::root(), 0));
		assert_noop!(Validators::cancel_slash(RuntimeOrigin::root(), 0), Error::<Test>::NotPending);
		rotate(3);
		assert_noop!(Validators::cancel_slash(RuntimeOrigin::root(), 1), Error::<Test>::NotPending);
	});
}
