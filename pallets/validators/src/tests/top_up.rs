// SPDX-License-Identifier: Apache-2.0

use super::{events, history};
use crate::{mock::*, Error, Event};
use chirograph_primitives::validator::ValidatorEvent;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

#[test]
fn more_margin_is_held_and_buys_nothing() {
	with_chain(|| {
		assert_ok!(join(5));
		assert_ok!(join(6));
		events();
		assert_ok!(Validators::top_up(by(6), 5 * MARGIN));
		assert_eq!(
			events(),
			[Event::ToppedUp {
				label: 6,
				amount: 5 * MARGIN
			}]
		);
		assert_eq!((validator(6).margin, held(&account(6))), (6 * MARGIN, 6 * MARGIN));
		assert_eq!(history(6).last(), Some(&ValidatorEvent::ToppedUp { amount: 5 * MARGIN }));
		// Who came first has the first seat.
		rotate(2);
		assert!(set().contains(&5) && !set().contains(&6));
	});
}

#[test]
fn what_cannot_be_topped_up_is_refused() {
	with_chain(|| {
		assert_noop!(Validators::top_up(by(5), 1), Error::<Test>::NoValidator);
		assert_ok!(join(5));
		assert_noop!(Validators::top_up(by(5), 0), Error::<Test>::NoAmount);
		assert_noop!(Validators::top_up(by(5), ENDOWMENT), TokenError::FundsUnavailable);
		assert_ok!(Validators::top_up(by(5), 1));
		assert_ok!(Validators::leave(by(5)));
		assert_noop!(Validators::top_up(by(5), 1), Error::<Test>::AlreadyLeaving);
	});
}

#[test]
fn who_held_the_label_once_holds_nothing() {
	with_chain(|| {
		rotate_label(1, account(201));
		assert_noop!(Validators::top_up(by(1), 1), Error::<Test>::NoValidator);
		assert_ok!(Validators::top_up(by(201), 1));
		assert_eq!(held(&account(201)), MARGIN + 1);
	});
}
