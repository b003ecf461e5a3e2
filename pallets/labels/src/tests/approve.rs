// SPDX-License-Identifier: Apache-2.0

use super::{apply_as, appoint, council_revokes, council_suspends, events, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Applications, Error, Event, History, Holders, LastLabel};
use chirograph_primitives::{
	Label, LabelChange, LabelEvent, LabelId, Ledger, Moment, Operations, RejectionReason, Role, Roles, Standing, SuspensionReason,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_core::H256;
use sp_runtime::DispatchError;

/// Approves whatever `applicant` asks for just now.
fn approve(auditor: Who, applicant: Who) -> DispatchResult {
	Labels::approve(auditor.origin(), applicant.account(), application_of(applicant), EXPIRES)
}

#[test]
fn an_applicant_who_was_audited_holds_a_label() {
	with_chain(|| {
		let roles = Roles::only(Role::Owner).with(Roles::only(Role::Issuer));
		assert_ok!(Fred.applies(roles.iter()));
		at(NOW + 5);
		events();
		assert_ok!(approve(Anna, Fred));
		let (account, here) = (Fred.account(), TestLedger::here());
		let label = Label {
			id: Fred.number(),
			organisation: Fred.organisation(),
			jurisdiction: germany(),
			roles,
			expires: EXPIRES,
			standing: Standing::Active,
			dossier: DOSSIER,
			certificate: None,
			auditor: Some(Anna.number()),
			held_since: here,
			distrusted_since: None,
			guarded: Operations::NONE,
			changes: 1,
		};
		let granted = LabelChange {
			at: here,
			by: Some(Anna.number()),
			event: LabelEvent::Granted,
			roles,
			expires: EXPIRES,
			standing: Standing::Active,
		};
		assert_eq!(Fred.label(), label);
		assert_eq!(Holders::<Test>::get(label.id), Some(account.clone()));
		assert_eq!(LastLabel::<Test>::get(), label.id);
		assert_eq!(History::<Test>::get(label.id, 0), Some(granted));
		assert_eq!(Applications::<Test>::get(&account), None);
		assert_eq!(Applications::<Test>::count(), 0);
		assert_eq!(events(), [Event::Granted { account, label }]);
	});
}

#[test]
fn labels_are_numbered_in_the_order_of_their_approval() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Gina.applies([Role::Owner]));
		assert_ok!(approve(Anna, Gina));
		assert_ok!(approve(Anna, Fred));
		assert_eq!((Gina.label().id, Fred.label().id), (6, 7));
	});
}

#[test]
fn a_label_may_be_used_from_its_approval_on() {
	with_chain(|| {
		let label = grant(Fred);
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Ok(label));
	});
}

#[test]
fn an_application_that_was_withdrawn_cannot_be_approved() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		let audited = application_of(Fred);
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_noop!(
			Labels::approve(Anna.origin(), Fred.account(), audited, EXPIRES),
			Error::<Test>::NotApplied
		);
	});
}

#[test]
fn an_application_that_was_decided_cannot_be_approved() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Gina.applies([Role::Owner]));
		let (of_fred, of_gina) = (application_of(Fred), application_of(Gina));
		assert_ok!(approve(Anna, Fred));
		let rejected = Labels::reject(Anna.origin(), Gina.account(), RejectionReason::Unspecified);
		assert_ok!(rejected);
		for (who, audited) in [(Fred, of_fred), (Gina, of_gina)] {
			assert_noop!(
				Labels::approve(Anna.origin(), who.account(), audited, EXPIRES),
				Error::<Test>::NotApplied
			);
		}
	});
}

#[test]
fn whoever_did_not_apply_cannot_be_approved() {
	with_chain(|| {
		for who in EVERYBODY {
			assert_noop!(
				Labels::approve(Anna.origin(), who.account(), H256([0; 32]), EXPIRES),
				Error::<Test>::NotApplied
			);
		}
	});
}

#[test]
fn an_application_that_was_changed_is_not_the_one_that_was_audited() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		let audited = application_of(Fred);
		let approve_audited = || Labels::approve(Anna.origin(), Fred.account(), audited, EXPIRES);
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_ok!(Fred.applies([Role::Owner, Role::Issuer]));
		assert_noop!(approve_audited(), Error::<Test>::ApplicationChanged);
		assert_ok!(Labels::withdraw(Fred.origin()));
		at(NOW + 1);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(approve_audited(), Error::<Test>::ApplicationChanged);
		assert_ok!(approve(Anna, Fred));
	});
}

#[test]
fn an_application_of_somebody_else_is_not_the_one_that_was_audited() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Gina.applies([Role::Owner]));
		assert_noop!(
			Labels::approve(Anna.origin(), Fred.account(), application_of(Gina), EXPIRES),
			Error::<Test>::ApplicationChanged
		);
	});
}

#[test]
fn nobody_approves_for_their_own_organisation() {
	with_chain(|| {
		apply_as(Fred, Anna.organisation(), france(), &[Role::Owner]);
		assert_noop!(approve(Anna, Fred), Error::<Test>::OwnOrganisation);
		assert_ok!(approve(Bruno, Fred));
		assert_eq!(Fred.label().auditor, Some(Bruno.number()));
	});
}

#[test]
fn a_role_beyond_the_remit_cannot_be_approved_even_beside_one_within() {
	with_chain(|| {
		apply_as(Fred, Fred.organisation(), france(), &[Role::Issuer]);
		apply_as(Gina, Gina.organisation(), france(), &[Role::Owner, Role::Issuer]);
		apply_as(Hans, Hans.organisation(), france(), &[Role::Owner]);
		assert_noop!(approve(Bruno, Fred), Error::<Test>::OutsideRemit);
		assert_noop!(approve(Bruno, Gina), Error::<Test>::OutsideRemit);
		assert_ok!(approve(Bruno, Hans));
	});
}

#[test]
fn a_country_beyond_the_remit_cannot_be_approved() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(approve(Bruno, Fred), Error::<Test>::OutsideRemit);
		let italy = "IT".parse().expect("a country");
		apply_as(Gina, Gina.organisation(), italy, &[Role::Owner]);
		assert_noop!(approve(Anna, Gina), Error::<Test>::OutsideRemit);
	});
}

#[test]
fn a_remit_without_countries_is_for_everywhere() {
	with_chain(|| {
		appoint(Bruno, remit(Roles::only(Role::Owner), &[]));
		for (who, place) in [(Fred, "DE"), (Gina, "FR-75"), (Hans, "CN-GD")] {
			apply_as(who, who.organisation(), place.parse().expect("a place"), &[Role::Owner]);
			assert_ok!(approve(Bruno, who));
		}
	});
}

#[test]
fn whoever_is_no_auditor_approves_nobody() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		for who in [Clara, Dora, Emil] {
			assert_noop!(approve(who, Fred), Error::<Test>::WrongRole);
		}
		for who in [Fred, Gina] {
			assert_noop!(approve(who, Fred), Error::<Test>::NoLabel);
		}
	});
}

#[test]
fn an_auditor_whose_label_is_of_no_use_approves_nobody() {
	let fates: [(fn(), Error<Test>); 5] = [
		(
			|| council_suspends(Anna, SuspensionReason::Investigation),
			Error::LabelSuspended,
		),
		(
			|| council_suspends(Anna, SuspensionReason::KeyCompromised { since: NOW }),
			Error::KeyCompromised,
		),
		(|| council_revokes(Anna), Error::LabelRevoked),
		(|| at(FOUNDERS_ENDED), Error::LabelExpired),
		(|| hand_over(Anna, Gina), Error::KeyRetired),
	];
	for (suffer, refusal) in fates {
		with_chain(|| {
			assert_ok!(Fred.applies([Role::Owner]));
			suffer();
			assert_noop!(approve(Anna, Fred), refusal);
		});
	}
}

#[test]
fn an_auditor_may_approve_up_to_the_end_of_its_label() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		at(FOUNDERS_ENDED - 1);
		let expires = TestLedger::here().time + 1;
		let approved = Labels::approve(Anna.origin(), Fred.account(), application_of(Fred), expires);
		assert_ok!(approved);
	});
}

#[test]
fn a_label_ends_after_now_and_no_later_than_the_network_allows() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Gina.applies([Role::Owner]));
		let approve = |who: Who, expires| Labels::approve(Anna.origin(), who.account(), application_of(who), expires);
		let now = TestLedger::here().time;
		let latest = now + MaxValidity::get();
		for expires in [0, now - 1, now, latest + 1, Moment::MAX] {
			assert_noop!(approve(Fred, expires), Error::<Test>::InvalidExpiry);
		}
		assert_ok!(approve(Fred, now + 1));
		assert_ok!(approve(Gina, latest));
		assert_eq!((Fred.label().expires, Gina.label().expires), (now + 1, latest));
	});
}

#[test]
fn there_are_no_more_labels_than_numbers() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		let last = LastLabel::<Test>::get();
		LastLabel::<Test>::put(LabelId::MAX);
		assert_noop!(approve(Anna, Fred), Error::<Test>::NoMoreLabels);
		LastLabel::<Test>::put(last);
	});
}

#[test]
fn unsigned_and_root_approve_nobody() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Labels::approve(origin, Fred.account(), application_of(Fred), EXPIRES),
				DispatchError::BadOrigin
			);
		}
	});
}
