// SPDX-License-Identifier: Apache-2.0

use super::{apply_as, events};
use crate::{mock::*, Applications, Error, Event, Rejections};
use chirograph_primitives::{Ledger, Rejection, RejectionReason, Role};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

const REASON: RejectionReason = RejectionReason::IdentityNotConfirmed;

fn reject(auditor: Who, applicant: Who) -> DispatchResult {
	Labels::reject(auditor.origin(), applicant.account(), REASON)
}

#[test]
fn an_applicant_reads_why_it_was_refused_by_whom_and_when() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		at(NOW + 5);
		events();
		assert_ok!(reject(Anna, Fred));
		let account = Fred.account();
		let rejection = Rejection {
			reason: REASON,
			by: Anna.number(),
			at: TestLedger::here(),
		};
		assert_eq!(Rejections::<Test>::get(&account), Some(rejection));
		assert_eq!(Applications::<Test>::get(&account), None);
		assert_eq!(Applications::<Test>::count(), 0);
		assert_eq!(events(), [Event::Rejected { account, rejection }]);
	});
}

#[test]
fn what_waits_no_more_cannot_be_rejected() {
	with_chain(|| {
		assert_noop!(reject(Anna, Fred), Error::<Test>::NotApplied);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(reject(Anna, Fred));
		assert_noop!(reject(Anna, Fred), Error::<Test>::NotApplied);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_noop!(reject(Anna, Fred), Error::<Test>::NotApplied);
		grant(Fred);
		assert_noop!(reject(Anna, Fred), Error::<Test>::NotApplied);
	});
}

#[test]
fn only_an_auditor_of_another_organisation_rejects_and_within_its_remit() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		apply_as(Gina, Anna.organisation(), france(), &[Role::Owner]);
		apply_as(Hans, Hans.organisation(), france(), &[Role::Issuer]);
		assert_noop!(reject(Anna, Gina), Error::<Test>::OwnOrganisation);
		assert_noop!(reject(Bruno, Fred), Error::<Test>::OutsideRemit);
		assert_noop!(reject(Bruno, Hans), Error::<Test>::OutsideRemit);
		assert_noop!(reject(Clara, Fred), Error::<Test>::WrongRole);
		assert_noop!(reject(Fred, Fred), Error::<Test>::NoLabel);
		assert_ok!(reject(Anna, Fred));
		assert_ok!(reject(Bruno, Gina));
		assert_ok!(reject(Anna, Hans));
	});
}

#[test]
fn a_second_rejection_takes_the_place_of_the_first() {
	with_chain(|| {
		apply_as(Fred, Fred.organisation(), france(), &[Role::Owner]);
		assert_ok!(reject(Anna, Fred));
		apply_as(Fred, Fred.organisation(), france(), &[Role::Owner]);
		assert_ok!(reject(Bruno, Fred));
		let rejection = Rejections::<Test>::get(Fred.account()).map(|rejection| rejection.by);
		assert_eq!(rejection, Some(Bruno.number()));
	});
}

#[test]
fn unsigned_and_root_reject_nobody() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Labels::reject(origin, Fred.account(), REASON), DispatchError::BadOrigin);
		}
	});
}
