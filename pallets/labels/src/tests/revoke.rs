// SPDX-License-Identifier: Apache-2.0

use super::{changed, council_revokes, council_suspends, events};
use crate::{mock::*, Error, Remits};
use chirograph_primitives::{
	AuthorityFault, Label, LabelEvent,
	LabelRevocationReason::{self, FalseIdentity, GivenUp, Misconduct, OrganisationDissolved, Unspecified},
	Ledger, RetirementReason, Role, Roles, Standing,
	SuspensionReason::Investigation,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn revoke(who: Who, label: Who, reason: LabelRevocationReason) -> DispatchResult {
	Labels::revoke(who.origin(), label.label().id, reason)
}

#[test]
fn everybody_who_may_revokes_and_history_says_who_it_was_and_why() {
	for cause in [Unspecified, GivenUp, OrganisationDissolved, FalseIdentity, Misconduct] {
		for (origin, by) in [
			(Anna.origin(), Some(Anna.number())),
			(Emil.origin(), Some(Emil.number())),
			(RuntimeOrigin::root(), None),
		] {
			with_chain(|| {
				let before = Emil.label();
				assert_ok!(Labels::revoke(origin, before.id, cause));
				let label = Label {
					standing: Standing::Revoked { cause },
					changes: 2,
					..before
				};
				assert_eq!(events(), [changed(Emil, &label, by, LabelEvent::Revoked)]);
			});
		}
	}
}

#[test]
fn a_revoked_label_is_of_no_use_and_what_it_did_before_stands() {
	with_chain(|| {
		let before = TestLedger::here();
		at(NOW + 1);
		assert_ok!(revoke(Anna, Emil, Misconduct));
		assert_eq!(Labels::authority(&Emil.account(), Role::Owner), Err(AuthorityFault::Revoked));
		assert_eq!(Labels::authority_at(&Emil.account(), Role::Owner, &before), Ok(Emil.number()));
	});
}

#[test]
fn revocation_is_final() {
	with_chain(|| {
		council_revokes(Emil);
		let root = RuntimeOrigin::root;
		let (label, issuer) = (Emil.number(), Roles::only(Role::Issuer));
		let consent = || Fred.takes_over(label, NOW);
		let lost = RetirementReason::Lost;
		let attempts: [&dyn Fn() -> DispatchResult; 11] = [
			&|| Labels::suspend(root(), label, Investigation),
			&|| Labels::revoke(root(), label, GivenUp),
			&|| Labels::revoke(Emil.origin(), label, GivenUp),
			&|| Labels::renew(Anna.origin(), label, EXPIRES),
			&|| Labels::renew(root(), label, EXPIRES),
			&|| Labels::add_roles(Anna.origin(), label, issuer),
			&|| Labels::remove_roles(Anna.origin(), label, issuer),
			&|| Labels::appoint_auditor(root(), label, remit(issuer, &["DE"])),
			&|| Labels::rotate(Emil.origin(), Fred.account(), NOW, consent()),
			&|| Labels::reassign(Anna.origin(), label, lost, Fred.account(), NOW, consent()),
			&|| Labels::reassign(root(), label, lost, Fred.account(), NOW, consent()),
		];
		for attempt in attempts {
			assert_noop!(attempt(), Error::<Test>::LabelRevoked);
		}
		assert_noop!(Labels::reinstate(root(), label), Error::<Test>::NotSuspended);
		assert_noop!(Emil.applies([Role::Owner]), Error::<Test>::AlreadyLabelled);
	});
}

#[test]
fn an_auditor_who_is_revoked_decides_nothing_more_and_what_it_decided_stands() {
	with_chain(|| {
		let label = grant(Fred);
		assert_ok!(Gina.applies([Role::Owner]));
		council_revokes(Anna);
		assert_eq!(Remits::<Test>::get(Anna.number()), None);
		assert_noop!(
			Labels::approve(Anna.origin(), Gina.account(), application_of(Gina), EXPIRES),
			Error::<Test>::LabelRevoked
		);
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Ok(label));
	});
}

#[test]
fn a_suspended_label_is_revoked_by_others_and_not_by_its_holder() {
	with_chain(|| {
		council_suspends(Emil, Investigation);
		assert_noop!(revoke(Emil, Emil, GivenUp), Error::<Test>::LabelSuspended);
		assert_ok!(revoke(Anna, Emil, Misconduct));
	});
}

#[test]
fn an_auditor_gives_its_label_up_and_no_auditor_revokes_another() {
	with_chain(|| {
		assert_noop!(revoke(Anna, Bruno, Misconduct), Error::<Test>::OutsideRemit);
		assert_ok!(revoke(Bruno, Bruno, GivenUp));
		assert_eq!(Remits::<Test>::get(Bruno.number()), None);
	});
}

#[test]
fn a_regulator_cannot_revoke() {
	with_chain(|| {
		assert_noop!(revoke(Clara, Emil, Misconduct), Error::<Test>::WrongRole);
		assert_ok!(Labels::suspend(Clara.origin(), Emil.number(), Investigation));
		assert_noop!(revoke(Clara, Emil, Misconduct), Error::<Test>::WrongRole);
	});
}

#[test]
fn what_is_no_label_cannot_be_revoked() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			assert_noop!(
				Labels::revoke(RuntimeOrigin::root(), label, Unspecified),
				Error::<Test>::UnknownLabel
			);
		}
	});
}

#[test]
fn unsigned_revokes_nothing() {
	with_chain(|| {
		assert_noop!(
			Labels::revoke(RuntimeOrigin::none(), Emil.number(), Unspecified),
			DispatchError::BadOrigin
		);
	});
}
