// SPDX-License-Identifier: Apache-2.0

use super::{changed, council_revokes, council_suspends, grant_as, FOUNDERS_ENDED};
use crate::{mock::*, Error};
use chirograph_primitives::{
	AuthorityFault, BlockNumber, Label, LabelEvent, Ledger, Moment, Role, Standing, SuspensionReason::Investigation,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn renew(auditor: Who, label: Who, expires: Moment) -> DispatchResult {
	Labels::renew(auditor.origin(), label.label().id, expires)
}

#[test]
fn a_renewed_label_ends_at_another_time() {
	with_chain(|| {
		grant(Fred);
		let before = Fred.label();
		let (anna, council) = ((Anna.origin(), Some(Anna.number())), (RuntimeOrigin::root(), None));
		// Later, then earlier again.
		for ((origin, by), changes, expires) in [
			(anna.clone(), 2, EXPIRES + 1),
			(anna, 3, EXPIRES - 1),
			(council.clone(), 4, EXPIRES + 2),
			(council, 5, EXPIRES - 2),
		] {
			at(NOW + changes);
			assert_ok!(Labels::renew(origin, before.id, expires));
			let label = Label {
				expires,
				changes,
				..before.clone()
			};
			let renewed = changed(Fred, &label, by, LabelEvent::Renewed);
			assert_eq!(last_event(), renewed);
		}
	});
}

#[test]
fn an_expired_label_that_is_renewed_may_be_used_again() {
	with_chain(|| {
		let label = grant(Fred);
		let authority = || Labels::authority(&Fred.account(), Role::Owner);
		let end = (EXPIRES / 2_000) as BlockNumber;
		at(end - 1);
		assert_eq!(authority(), Ok(label));
		at(end);
		assert_eq!(authority(), Err(AuthorityFault::Expired));
		assert_ok!(renew(Anna, Fred, EXPIRES + 2_000));
		assert_eq!(authority(), Ok(label));
		at(end + 1);
		assert_eq!(authority(), Err(AuthorityFault::Expired));
	});
}

#[test]
fn a_renewed_label_ends_after_now_and_no_later_than_the_network_allows() {
	with_chain(|| {
		grant(Fred);
		let now = TestLedger::here().time;
		let latest = now + MaxValidity::get();
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			let renew = |expires| Labels::renew(origin.clone(), Fred.number(), expires);
			for expires in [0, now - 1, now, latest + 1, Moment::MAX] {
				assert_noop!(renew(expires), Error::<Test>::InvalidExpiry);
			}
			for expires in [now + 1, latest] {
				assert_ok!(renew(expires));
				assert_eq!(Fred.label().expires, expires);
			}
		}
	});
}

#[test]
fn a_suspended_label_that_is_renewed_stays_suspended() {
	with_chain(|| {
		council_suspends(Emil, Investigation);
		assert_ok!(renew(Anna, Emil, EXPIRES));
		assert_eq!(Emil.label().standing, Standing::Suspended(Investigation));
	});
}

#[test]
fn a_revoked_label_cannot_be_renewed() {
	with_chain(|| {
		council_revokes(Emil);
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			assert_noop!(Labels::renew(origin, Emil.number(), EXPIRES), Error::<Test>::LabelRevoked);
		}
	});
}

#[test]
fn what_is_no_label_cannot_be_renewed() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			for origin in [Anna.origin(), RuntimeOrigin::root()] {
				assert_noop!(Labels::renew(origin, label, EXPIRES), Error::<Test>::UnknownLabel);
			}
		}
	});
}

#[test]
fn no_label_but_an_auditor_of_another_organisation_renews_and_within_its_remit() {
	with_chain(|| {
		grant_as(Fred, Fred.organisation(), france(), &[Role::Owner]);
		grant_as(Gina, Bruno.organisation(), france(), &[Role::Owner]);
		assert_noop!(renew(Bruno, Emil, EXPIRES), Error::<Test>::OutsideRemit);
		assert_noop!(renew(Bruno, Gina, EXPIRES), Error::<Test>::OwnOrganisation);
		assert_noop!(renew(Clara, Emil, EXPIRES), Error::<Test>::WrongRole);
		assert_noop!(renew(Emil, Emil, EXPIRES), Error::<Test>::WrongRole);
		assert_noop!(renew(Hans, Emil, EXPIRES), Error::<Test>::NoLabel);
		assert_ok!(renew(Bruno, Fred, EXPIRES));
	});
}

#[test]
fn only_the_council_renews_the_label_of_an_auditor() {
	with_chain(|| {
		assert_noop!(renew(Anna, Anna, EXPIRES), Error::<Test>::OwnOrganisation);
		assert_noop!(renew(Anna, Bruno, EXPIRES), Error::<Test>::OutsideRemit);
		for auditor in [Anna, Bruno] {
			assert_noop!(renew(Clara, auditor, EXPIRES), Error::<Test>::WrongRole);
			let label = Label {
				expires: EXPIRES,
				changes: 2,
				..auditor.label()
			};
			assert_ok!(Labels::renew(RuntimeOrigin::root(), label.id, EXPIRES));
			let renewed = changed(auditor, &label, None, LabelEvent::Renewed);
			assert_eq!(last_event(), renewed);
		}
	});
}

/// However many auditors expired, there can be one again.
#[test]
fn an_expired_auditor_whom_the_council_renews_decides_again() {
	with_chain(|| {
		at(FOUNDERS_ENDED);
		let later = TestLedger::here().time + 2_000;
		for label in [Anna, Emil] {
			assert_noop!(renew(Anna, label, later), Error::<Test>::LabelExpired);
		}
		assert_ok!(Labels::renew(RuntimeOrigin::root(), Anna.number(), later));
		assert_ok!(renew(Anna, Emil, later));
	});
}

#[test]
fn unsigned_renews_nothing() {
	with_chain(|| {
		assert_noop!(
			Labels::renew(RuntimeOrigin::none(), Emil.number(), EXPIRES),
			DispatchError::BadOrigin
		);
	});
}
