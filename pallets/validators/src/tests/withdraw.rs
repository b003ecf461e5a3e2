// SPDX-License-Identifier: Apache-2.0

use super::{events, history};
use crate::{mock::*, Error, Event};
use chirograph_primitives::validator::{ValidatorEvent, ValidatorState};
use frame_support::{assert_noop, assert_ok};

#[test]
fn margin_comes_back_when_no_evidence_can_arrive_any_more() {
	with_seats(5, terms(), || {
		assert_noop!(Validators::withdraw(by(5)), Error::<Test>::NotLeft);
		assert_ok!(Validators::leave(by(5)));
		assert_noop!(Validators::withdraw(by(5)), Error::<Test>::NotLeft);
		rotate(21);
		assert_noop!(Validators::withdraw(by(5)), Error::<Test>::TooEarly);
		rotate(1);
		events();
		assert_ok!(Validators::withdraw(by(5)));
		assert_eq!(
			events(),
			[Event::Withdrawn {
				label: 5,
				amount: MARGIN
			}]
		);
		assert_eq!(history(5).last(), Some(&ValidatorEvent::Withdrew { amount: MARGIN }));
		assert_eq!((held(&account(5)), spendable(5)), (0, ENDOWMENT));
		assert_noop!(Validators::withdraw(by(5)), Error::<Test>::NothingToWithdraw);
		// The last session that it could have offended in is forgotten.
		assert_eq!(pallet_session::historical::HistoricalSessions::<Test>::get(1), None);
	});
}

#[test]
fn expelled_one_gets_what_is_left() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		assert_eq!(state(4), ValidatorState::Expelled { free: 32 });
		rotate(31);
		assert_noop!(Validators::withdraw(by(4)), Error::<Test>::TooEarly);
		rotate(1);
		assert_ok!(Validators::withdraw(by(4)));
		assert_eq!(spendable(4), ENDOWMENT - 562_500);
		assert_eq!(state(4), ValidatorState::Left { free: 32 });
	});
}

#[test]
fn nothing_is_withdrawn_while_a_slash_is_pending() {
	let appeal = 40;
	with_seats(
		4,
		chirograph_primitives::validator::ValidatorTerms { appeal, ..terms() },
		|| {
			assert!(report(&[4], 0, 1, 1));
			rotate(39);
			assert_noop!(Validators::withdraw(by(4)), Error::<Test>::SlashPending);
			rotate(1);
			assert_ok!(Validators::withdraw(by(4)));
		},
	);
}

#[test]
fn who_lost_all_withdraws_nothing_and_may_begin_anew() {
	with_chain(|| {
		assert!(report(&[3, 4], 0, 1, 1));
		rotate(32);
		assert_ok!(Validators::withdraw(by(4)));
		assert_eq!(spendable(4), ENDOWMENT - MARGIN);
		set_usable(4, true);
		assert_ok!(Validators::join(by(4), MARGIN));
	});
}

#[test]
fn who_is_no_validator_withdraws_nothing() {
	with_chain(|| {
		assert_noop!(Validators::withdraw(by(5)), Error::<Test>::NoValidator);
	});
}

/// Its margin answers for those who turn out to have acted together with it, for as long as they can be found.
#[test]
fn expelled_one_is_there_still_when_the_last_colluder_can_be_found() {
	with_seats(7, terms(), || {
		assert!(report(&[7], 0, 1, 1));
		let before = validator(7).margin;
		// The other one offends at the end of the window, and is found when that can only just be proven.
		rotate(30);
		assert!(pallet_session::historical::HistoricalSessions::<Test>::get(10).is_some());
		assert_noop!(Validators::withdraw(by(7)), Error::<Test>::TooEarly);
		assert!(report(&[6], 10, 1, 1));
		assert_eq!(validator(7).margin, before - (MARGIN * 36 / 49 - MARGIN * 9 / 49));
		// A session later it could not be proven.
		rotate(1);
		assert!(pallet_session::historical::HistoricalSessions::<Test>::get(10).is_none());
	});
}
