// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Applications, Error, Event};
use chirograph_primitives::{RejectionReason, Role};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn an_applicant_takes_its_application_back() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Gina.applies([Role::Owner]));
		events();
		assert_ok!(Labels::withdraw(Fred.origin()));
		let account = Fred.account();
		assert_eq!(Applications::<Test>::get(&account), None);
		assert!(Applications::<Test>::contains_key(Gina.account()));
		assert_eq!(Applications::<Test>::count(), 1);
		assert_eq!(events(), [Event::Withdrawn { account }]);
	});
}

#[test]
fn what_was_withdrawn_can_be_asked_for_again() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_ok!(Fred.applies([Role::Issuer]));
		assert!(Applications::<Test>::contains_key(Fred.account()));
	});
}

/// Or the extrinsic with which it applied could be used again.
#[test]
fn an_account_that_withdrew_is_not_forgotten() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_eq!(System::providers(&Fred.account()), 1);
	});
}

#[test]
fn what_was_not_asked_for_cannot_be_withdrawn() {
	with_chain(|| {
		for who in EVERYBODY {
			assert_noop!(Labels::withdraw(who.origin()), Error::<Test>::NotApplied);
		}
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_noop!(Labels::withdraw(Fred.origin()), Error::<Test>::NotApplied);
	});
}

#[test]
fn an_application_that_was_decided_cannot_be_withdrawn() {
	with_chain(|| {
		grant(Fred);
		assert_noop!(Labels::withdraw(Fred.origin()), Error::<Test>::NotApplied);
		assert_ok!(Gina.applies([Role::Owner]));
		let rejected = Labels::reject(Anna.origin(), Gina.account(), RejectionReason::Unspecified);
		assert_ok!(rejected);
		assert_noop!(Labels::withdraw(Gina.origin()), Error::<Test>::NotApplied);
	});
}

#[test]
fn unsigned_and_root_have_nothing_to_withdraw() {
	with_chain(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Labels::withdraw(origin), DispatchError::BadOrigin);
		}
	});
}
