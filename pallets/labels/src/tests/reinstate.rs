// SPDX-License-Identifier: Apache-2.0

use super::{changed, council_revokes, council_suspends, events, grant_as, hand_over};
use crate::{mock::*, Error, RetiredKeys};
use chirograph_primitives::{
	AuthorityFault, BlockNumber, Label, LabelEvent, RetirementReason, Role, Standing,
	SuspensionReason::{Investigation, KeyCompromised, Unspecified},
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn reinstate(who: Who, label: Who) -> DispatchResult {
	Labels::reinstate(who.origin(), label.label().id)
}

#[test]
fn a_reinstated_label_may_be_used_again() {
	for reason in [Unspecified, Investigation, KeyCompromised { since: NOW - 1 }] {
		for (origin, by) in [(Anna.origin(), Some(Anna.number())), (RuntimeOrigin::root(), None)] {
			with_chain(|| {
				council_suspends(Emil, reason);
				at(NOW + 5);
				let before = Emil.label();
				events();
				assert_ok!(Labels::reinstate(origin, before.id));
				let label = Label {
					standing: Standing::Active,
					distrusted_since: None,
					changes: 3,
					..before
				};
				assert_eq!(events(), [changed(Emil, &label, by, LabelEvent::Reinstated)]);
				assert_eq!(Labels::authority(&Emil.account(), Role::Owner), Ok(label.id));
			});
		}
	}
}

/// Whoever reinstates says that the key is in the right hands, for whatever reason the label is suspended by now.
#[test]
fn the_key_of_a_reinstated_label_is_as_good_as_any_other() {
	with_chain(|| {
		council_suspends(Emil, KeyCompromised { since: NOW - 5 });
		council_suspends(Emil, Investigation);
		assert_ok!(reinstate(Anna, Emil));
		assert_eq!(Emil.label().distrusted_since, None);
		// What is said of it later is not compared with what was taken back.
		council_suspends(Emil, KeyCompromised { since: NOW });
		assert_eq!(Emil.label().distrusted_since, Some(NOW));
		assert_ok!(reinstate(Anna, Emil));
		hand_over(Emil, Fred);
		let retired = RetiredKeys::<Test>::get(Emil.account()).map(|key| key.reason);
		assert_eq!(retired, Some(RetirementReason::Rotated));
	});
}

#[test]
fn a_label_that_is_not_suspended_cannot_be_reinstated() {
	with_chain(|| {
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			assert_noop!(Labels::reinstate(origin, Emil.number()), Error::<Test>::NotSuspended);
		}
		council_suspends(Emil, Investigation);
		assert_ok!(reinstate(Anna, Emil));
		assert_noop!(reinstate(Anna, Emil), Error::<Test>::NotSuspended);
	});
}

#[test]
fn whoever_may_not_is_told_that_whether_the_label_is_suspended_or_not() {
	let fates: [fn(); 3] = [|| {}, || council_suspends(Fred, Investigation), || council_revokes(Fred)];
	for suffer in fates {
		with_chain(|| {
			grant_as(Fred, Bruno.organisation(), france(), &[Role::Owner]);
			grant_as(Gina, Gina.organisation(), germany(), &[Role::Owner]);
			suffer();
			assert_noop!(reinstate(Bruno, Fred), Error::<Test>::OwnOrganisation);
			assert_noop!(reinstate(Bruno, Gina), Error::<Test>::OutsideRemit);
			assert_noop!(reinstate(Clara, Fred), Error::<Test>::WrongRole);
			assert_noop!(reinstate(Emil, Fred), Error::<Test>::WrongRole);
			assert_noop!(reinstate(Hans, Fred), Error::<Test>::NoLabel);
		});
	}
	with_chain(|| {
		assert_noop!(reinstate(Emil, Emil), Error::<Test>::WrongRole);
		assert_noop!(reinstate(Anna, Anna), Error::<Test>::OwnOrganisation);
	});
}

#[test]
fn a_revoked_label_cannot_be_reinstated() {
	with_chain(|| {
		council_suspends(Emil, Investigation);
		council_revokes(Emil);
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			assert_noop!(Labels::reinstate(origin, Emil.number()), Error::<Test>::NotSuspended);
		}
	});
}

#[test]
fn a_holder_cannot_reinstate_itself() {
	for (reason, refusal) in [
		(Investigation, Error::<Test>::LabelSuspended),
		(KeyCompromised { since: NOW }, Error::<Test>::KeyCompromised),
	] {
		with_chain(|| {
			assert_ok!(Labels::suspend(Emil.origin(), Emil.number(), reason));
			assert_noop!(reinstate(Emil, Emil), refusal);
		});
	}
}

#[test]
fn an_auditor_cannot_reinstate_itself_nor_another_auditor() {
	with_chain(|| {
		council_suspends(Anna, Investigation);
		assert_noop!(reinstate(Anna, Anna), Error::<Test>::LabelSuspended);
		assert_noop!(reinstate(Bruno, Anna), Error::<Test>::OutsideRemit);
		assert_ok!(Labels::reinstate(RuntimeOrigin::root(), Anna.number()));
	});
}

#[test]
fn a_regulator_cannot_reinstate_even_what_it_suspended() {
	with_chain(|| {
		assert_ok!(Labels::suspend(Clara.origin(), Emil.number(), Investigation));
		assert_noop!(reinstate(Clara, Emil), Error::<Test>::WrongRole);
		assert_ok!(reinstate(Anna, Emil));
	});
}

#[test]
fn a_reinstated_label_whose_date_is_over_stays_expired() {
	with_chain(|| {
		grant(Fred);
		council_suspends(Fred, Investigation);
		at((EXPIRES / 2_000) as BlockNumber);
		assert_ok!(reinstate(Anna, Fred));
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Err(AuthorityFault::Expired));
	});
}

#[test]
fn what_is_no_label_cannot_be_reinstated() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			assert_noop!(Labels::reinstate(RuntimeOrigin::root(), label), Error::<Test>::UnknownLabel);
		}
	});
}

#[test]
fn unsigned_reinstates_nothing() {
	with_chain(|| {
		council_suspends(Emil, Investigation);
		assert_noop!(
			Labels::reinstate(RuntimeOrigin::none(), Emil.number()),
			DispatchError::BadOrigin
		);
	});
}
