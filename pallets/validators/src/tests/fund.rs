// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Error, Event};
use chirograph_primitives::Balance;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::ArithmeticError;

#[test]
fn budget_grows_and_nothing_is_minted() {
	with_chain(|| {
		let issued = Balances::total_issuance();
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 5));
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 2));
		assert_eq!(Validators::budget(), 7);
		assert_eq!(events(), [Event::Funded { amount: 5 }, Event::Funded { amount: 2 }]);
		assert_eq!(Balances::total_issuance(), issued);
	});
}

#[test]
fn nothing_and_more_than_there_could_be_are_refused() {
	with_chain(|| {
		assert_noop!(Validators::fund(RuntimeOrigin::root(), 0), Error::<Test>::NoAmount);
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 1));
		assert_noop!(
			Validators::fund(RuntimeOrigin::root(), Balance::MAX),
			ArithmeticError::Overflow
		);
	});
}
