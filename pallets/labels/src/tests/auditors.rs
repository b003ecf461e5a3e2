// SPDX-License-Identifier: Apache-2.0

//! Appointing auditors, and dismissing them.

use super::{appoint, changed, council_revokes, council_suspends, events, stray_roles};
use crate::{mock::*, Error, Event, Remits};
use chirograph_primitives::{
	AuthorityFault, Country, Inclusion, Label, LabelEvent, LabelId, LabelRevocationReason, Ledger, Remit, Role, Roles, Standing,
	SuspensionReason,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

const AUDITOR: Roles = Roles::only(Role::Auditor);
const OWNER: Roles = Roles::only(Role::Owner);

fn try_appoint(label: LabelId, remit: Remit) -> DispatchResult {
	Labels::appoint_auditor(RuntimeOrigin::root(), label, remit)
}

fn dismiss(who: Who) -> DispatchResult {
	Labels::dismiss_auditor(RuntimeOrigin::root(), who.label().id)
}

fn approve(auditor: Who, applicant: Who) -> DispatchResult {
	Labels::approve(auditor.origin(), applicant.account(), application_of(applicant), EXPIRES)
}

#[test]
fn a_label_that_is_appointed_is_an_auditor_besides_what_it_was() {
	with_chain(|| {
		let before = Emil.label();
		let remit = remit(OWNER, &["DE"]);
		assert_ok!(try_appoint(before.id, remit.clone()));
		let label = Label {
			roles: OWNER.with(AUDITOR),
			changes: 2,
			..before
		};
		let (id, change) = (label.id, changed(Emil, &label, None, LabelEvent::RolesChanged));
		assert_eq!(Remits::<Test>::get(id), Some(remit.clone()));
		assert_eq!(events(), [change, Event::AuditorAppointed { label: id, remit }]);
	});
}

#[test]
fn an_auditor_who_is_appointed_again_has_another_remit_and_is_the_same_label() {
	with_chain(|| {
		let before = Bruno.label();
		let (label, remit) = (before.id, remit(OWNER, &["IT", "DE"]));
		assert_ok!(try_appoint(label, remit.clone()));
		assert_eq!(Bruno.label(), before);
		assert_eq!(Remits::<Test>::get(label), Some(remit.clone()));
		assert_eq!(events(), [Event::AuditorAppointed { label, remit }]);
	});
}

#[test]
fn an_auditor_decides_within_its_remit_at_once_and_not_beyond() {
	with_chain(|| {
		for who in [Fred, Gina] {
			assert_ok!(who.applies([Role::Owner]));
		}
		assert_noop!(approve(Emil, Fred), Error::<Test>::WrongRole);
		appoint(Emil, remit(OWNER, &["DE"]));
		assert_ok!(approve(Emil, Fred));
		appoint(Emil, remit(OWNER, &["FR"]));
		assert_noop!(approve(Emil, Gina), Error::<Test>::OutsideRemit);
		appoint(Emil, remit(Roles::only(Role::Issuer), &["DE"]));
		assert_noop!(approve(Emil, Gina), Error::<Test>::OutsideRemit);
	});
}

#[test]
fn a_remit_names_roles_other_than_auditor_and_countries() {
	with_chain(|| {
		let stray = stray_roles().map(|stray| remit(OWNER.with(stray), &["DE"]));
		let malformed = Remit {
			roles: OWNER,
			countries: vec![Country(*b"DE"), Country(*b"de")].try_into().expect("a few"),
		};
		let invalid = [
			remit(Roles::NONE, &["DE"]),
			remit(AUDITOR, &["DE"]),
			remit(Roles::all(), &[]),
			malformed,
		];
		for remit in stray.chain(invalid) {
			for who in [Anna, Emil] {
				assert_noop!(try_appoint(who.number(), remit.clone()), Error::<Test>::InvalidRemit);
			}
		}
		assert_ok!(try_appoint(Emil.number(), remit(every_grantable_role(), &[])));
	});
}

#[test]
fn a_revoked_label_is_not_appointed() {
	with_chain(|| {
		council_revokes(Emil);
		assert_noop!(try_appoint(Emil.number(), remit(OWNER, &["DE"])), Error::<Test>::LabelRevoked);
	});
}

#[test]
fn what_is_no_label_is_neither_appointed_nor_dismissed() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			assert_noop!(try_appoint(label, remit(OWNER, &["DE"])), Error::<Test>::UnknownLabel);
			assert_noop!(
				Labels::dismiss_auditor(RuntimeOrigin::root(), label),
				Error::<Test>::UnknownLabel
			);
		}
	});
}

#[test]
fn a_dismissed_auditor_is_what_it_was_besides() {
	with_chain(|| {
		appoint(Emil, remit(OWNER, &["DE"]));
		let before = Emil.label();
		events();
		assert_ok!(dismiss(Emil));
		let label = Label {
			roles: OWNER,
			changes: 3,
			..before
		};
		let (id, change) = (label.id, changed(Emil, &label, None, LabelEvent::RolesChanged));
		assert_eq!(Remits::<Test>::get(id), None);
		assert_eq!(events(), [change, Event::AuditorDismissed { label: id }]);
		assert_eq!(Labels::authority(&Emil.account(), Role::Owner), Ok(id));
		assert_eq!(
			Labels::authority(&Emil.account(), Role::Auditor),
			Err(AuthorityFault::WrongRole)
		);
	});
}

#[test]
fn a_label_that_is_nothing_but_an_auditor_ends_when_it_is_dismissed() {
	with_chain(|| {
		let before = Bruno.label();
		assert_ok!(dismiss(Bruno));
		let cause = LabelRevocationReason::Unspecified;
		let label = Label {
			standing: Standing::Revoked { cause },
			changes: 2,
			..before
		};
		let (id, change) = (label.id, changed(Bruno, &label, None, LabelEvent::Revoked));
		assert_eq!(Remits::<Test>::get(id), None);
		assert_eq!(events(), [change, Event::AuditorDismissed { label: id }]);
	});
}

#[test]
fn an_auditor_who_is_suspended_can_be_dismissed() {
	with_chain(|| {
		appoint(Emil, remit(OWNER, &["DE"]));
		for who in [Bruno, Emil] {
			council_suspends(who, SuspensionReason::Investigation);
			assert_ok!(dismiss(who));
		}
		let suspended = Standing::Suspended(SuspensionReason::Investigation);
		assert_eq!(Emil.label().standing, suspended);
	});
}

/// Whether the label ends with it or not.
#[test]
fn an_auditor_whose_key_was_reported_stays_distrusted_when_it_is_dismissed() {
	with_chain(|| {
		appoint(Emil, remit(OWNER, &["DE"]));
		let since = NOW - 5;
		for (who, role) in [(Emil, Role::Owner), (Bruno, Role::Auditor)] {
			council_suspends(who, SuspensionReason::KeyCompromised { since });
			assert_ok!(dismiss(who));
			assert_eq!(who.label().distrusted_since, Some(since));
			let authority = |block| {
				let then = Inclusion {
					block,
					..TestLedger::here()
				};
				Labels::authority_at(&who.account(), role, &then)
			};
			assert_eq!(authority(since - 1), Ok(who.number()));
			for block in [since, NOW - 1, NOW] {
				assert_eq!(authority(block), Err(AuthorityFault::KeyCompromised { since }));
			}
		}
	});
}

#[test]
fn what_a_dismissed_auditor_decided_stands_and_it_decides_nothing_more() {
	with_chain(|| {
		appoint(Emil, remit(OWNER, &["DE"]));
		for who in [Fred, Gina] {
			assert_ok!(who.applies([Role::Owner]));
		}
		assert_ok!(approve(Emil, Fred));
		assert_ok!(dismiss(Emil));
		assert_noop!(approve(Emil, Gina), Error::<Test>::WrongRole);
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Ok(Fred.number()));
		assert_eq!(Fred.label().auditor, Some(Emil.number()));
	});
}

#[test]
fn whoever_is_no_auditor_cannot_be_dismissed() {
	with_chain(|| {
		appoint(Emil, remit(OWNER, &["DE"]));
		assert_ok!(dismiss(Emil));
		council_revokes(Bruno);
		for who in [Emil, Clara, Bruno] {
			assert_noop!(dismiss(who), Error::<Test>::NotAuditor);
		}
	});
}

#[test]
fn nobody_but_the_council_appoints_or_dismisses() {
	with_chain(|| {
		let everybody = EVERYBODY.map(Who::origin).into_iter();
		for origin in everybody.chain([RuntimeOrigin::none()]) {
			assert_noop!(
				Labels::appoint_auditor(origin.clone(), Emil.number(), remit(OWNER, &["DE"])),
				DispatchError::BadOrigin
			);
			assert_noop!(Labels::dismiss_auditor(origin, Bruno.number()), DispatchError::BadOrigin);
		}
	});
}
