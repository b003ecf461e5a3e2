// SPDX-License-Identifier: Apache-2.0

use super::{events, history};
use crate::{mock::*, Candidates, Error, Event, MAX_CANDIDATES};
use chirograph_primitives::validator::{ValidatorEvent, ValidatorState};
use frame_support::{assert_noop, assert_ok, BoundedVec};

/// The fourth of four made no blocks.
fn with_absent(test: impl FnOnce()) {
	with_chain(|| {
		author(&[1, 2, 3], 3);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Absent);
		events();
		test();
	});
}

#[test]
fn absent_one_that_is_back_waits_at_the_end_of_the_queue() {
	with_absent(|| {
		assert_ok!(join(5));
		assert_ok!(Validators::resume(by(4)));
		assert_eq!(state(4), ValidatorState::Waiting);
		assert_eq!(events().last(), Some(&Event::Resumed { label: 4 }));
		assert_eq!(history(4).last(), Some(&ValidatorEvent::Resumed));
		rotate(1);
		assert_eq!(
			(state(5), state(4)),
			(ValidatorState::Seated { since: 3 }, ValidatorState::Waiting)
		);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Seated { since: 4 });
	});
}

#[test]
fn nobody_resumes_who_is_not_absent() {
	with_absent(|| {
		assert_noop!(Validators::resume(by(1)), Error::<Test>::NotAbsent);
		assert_noop!(Validators::resume(by(5)), Error::<Test>::NoValidator);
	});
}

#[test]
fn absent_one_without_what_a_seat_takes_does_not_resume() {
	with_absent(|| {
		set_usable(4, false);
		assert_noop!(Validators::resume(by(4)), NOT_ADMITTED);
		set_usable(4, true);

		let keys = pallet_session::NextKeys::<Test>::take(account(4)).expect("it has keys");
		assert_noop!(Validators::resume(by(4)), Error::<Test>::NotWithKeys);
		pallet_session::NextKeys::<Test>::insert(account(4), keys);

		crate::Terms::<Test>::mutate(|terms| terms.margin = MARGIN + 1);
		assert_noop!(Validators::resume(by(4)), Error::<Test>::TooLittleMargin);
		crate::Terms::<Test>::mutate(|terms| terms.margin = MARGIN);

		let candidates = Candidates::<Test>::get();
		let many = (1_000..1_000 + MAX_CANDIDATES).collect();
		Candidates::<Test>::put(BoundedVec::truncate_from(many));
		assert_noop!(Validators::resume(by(4)), Error::<Test>::TooManyCandidates);
		Candidates::<Test>::put(candidates);
		assert_ok!(Validators::resume(by(4)));
	});
}
