// SPDX-License-Identifier: Apache-2.0

//! Adding roles to a label, and removing them.

use super::{changed, council_revokes, events, grant_as, stray_roles};
use crate::{mock::*, Error, Remits};
use chirograph_primitives::{AuthorityFault, Label, LabelEvent, LabelId, Role, Roles};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

const OWNER: Roles = Roles::only(Role::Owner);
const ISSUER: Roles = Roles::only(Role::Issuer);
const TAXPAYER: Roles = Roles::only(Role::Taxpayer);

type ChangeRoles = fn(RuntimeOrigin, LabelId, Roles) -> DispatchResult;

/// What holds for both calls.
const CALLS: [ChangeRoles; 2] = [Labels::add_roles, Labels::remove_roles];

fn add(auditor: Who, label: Who, roles: Roles) -> DispatchResult {
	Labels::add_roles(auditor.origin(), label.label().id, roles)
}

fn remove(auditor: Who, label: Who, roles: Roles) -> DispatchResult {
	Labels::remove_roles(auditor.origin(), label.label().id, roles)
}

#[test]
fn a_label_acts_in_a_role_that_was_added_and_still_in_those_that_it_had() {
	with_chain(|| {
		let before = Emil.label();
		assert_ok!(add(Anna, Emil, ISSUER.with(TAXPAYER)));
		let label = Label {
			roles: OWNER.with(ISSUER).with(TAXPAYER),
			changes: 2,
			..before
		};
		let added = changed(Emil, &label, Some(Anna.number()), LabelEvent::RolesChanged);
		assert_eq!(events(), [added]);
		for role in [Role::Owner, Role::Issuer, Role::Taxpayer] {
			assert_eq!(Labels::authority(&Emil.account(), role), Ok(label.id));
		}
	});
}

#[test]
fn a_label_does_not_act_in_a_role_that_was_removed() {
	with_chain(|| {
		assert_ok!(add(Anna, Emil, ISSUER.with(TAXPAYER)));
		let before = Emil.label();
		assert_ok!(remove(Anna, Emil, OWNER.with(TAXPAYER)));
		let label = Label {
			roles: ISSUER,
			changes: 3,
			..before
		};
		let removed = changed(Emil, &label, Some(Anna.number()), LabelEvent::RolesChanged);
		assert_eq!(last_event(), removed);
		let authority = |role| Labels::authority(&Emil.account(), role);
		assert_eq!(authority(Role::Issuer), Ok(label.id));
		assert_eq!(authority(Role::Owner), Err(AuthorityFault::WrongRole));
		assert_eq!(authority(Role::Taxpayer), Err(AuthorityFault::WrongRole));
	});
}

#[test]
fn the_council_changes_roles_as_an_auditor_does_and_needs_no_remit() {
	with_chain(|| {
		let before = Emil.label();
		let calls: [(ChangeRoles, Roles); 2] = [(Labels::add_roles, OWNER.with(ISSUER)), (Labels::remove_roles, OWNER)];
		for (changes, (call, roles)) in (2..).zip(calls) {
			assert_ok!(call(RuntimeOrigin::root(), before.id, ISSUER));
			let label = Label {
				roles,
				changes,
				..before.clone()
			};
			let event = changed(Emil, &label, None, LabelEvent::RolesChanged);
			assert_eq!(events(), [event]);
		}
	});
}

#[test]
fn roles_that_the_label_has_or_has_not_already_do_not_disturb_the_others() {
	with_chain(|| {
		assert_ok!(add(Anna, Emil, OWNER.with(ISSUER)));
		assert_eq!(Emil.label().roles, OWNER.with(ISSUER));
		assert_ok!(remove(Anna, Emil, ISSUER.with(TAXPAYER)));
		assert_eq!(Emil.label().roles, OWNER);
	});
}

#[test]
fn a_change_of_nothing_is_refused() {
	with_chain(|| {
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			let add = |roles| Labels::add_roles(origin.clone(), Emil.number(), roles);
			let remove = |roles| Labels::remove_roles(origin.clone(), Emil.number(), roles);
			assert_noop!(add(OWNER), Error::<Test>::RolesUnchanged);
			assert_noop!(remove(ISSUER), Error::<Test>::RolesUnchanged);
			assert_noop!(remove(ISSUER.with(TAXPAYER)), Error::<Test>::RolesUnchanged);
		}
	});
}

#[test]
fn the_last_role_stays() {
	with_chain(|| {
		assert_noop!(remove(Anna, Emil, OWNER), Error::<Test>::InvalidRoles);
		assert_noop!(remove(Anna, Emil, OWNER.with(ISSUER)), Error::<Test>::InvalidRoles);
		assert_ok!(add(Anna, Emil, ISSUER));
		assert_noop!(remove(Anna, Emil, OWNER.with(ISSUER)), Error::<Test>::InvalidRoles);
		assert_ok!(remove(Anna, Emil, OWNER));
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			assert_noop!(
				Labels::remove_roles(origin, Emil.number(), ISSUER),
				Error::<Test>::InvalidRoles
			);
		}
	});
}

#[test]
fn only_roles_that_exist_can_be_named_and_one_at_least() {
	for call in CALLS {
		with_chain(|| {
			for origin in [Anna.origin(), RuntimeOrigin::root()] {
				let call = |roles| call(origin.clone(), Emil.number(), roles);
				assert_noop!(call(Roles::NONE), Error::<Test>::InvalidRoles);
				for stray in stray_roles() {
					assert_noop!(call(stray), Error::<Test>::InvalidRoles);
					assert_noop!(call(stray.with(ISSUER)), Error::<Test>::InvalidRoles);
				}
			}
		});
	}
}

/// Not even the council, which appoints and dismisses.
#[test]
fn nobody_makes_or_unmakes_an_auditor_this_way() {
	for call in CALLS {
		with_chain(|| {
			for (origin, label) in [
				(Anna.origin(), Emil),
				(RuntimeOrigin::root(), Emil),
				(RuntimeOrigin::root(), Bruno),
			] {
				for roles in [Roles::only(Role::Auditor), Roles::all()] {
					assert_noop!(
						call(origin.clone(), label.number(), roles),
						Error::<Test>::AuditorByCouncilOnly
					);
				}
			}
		});
	}
}

#[test]
fn only_the_council_changes_the_roles_of_an_auditor() {
	with_chain(|| {
		for call in CALLS {
			assert_noop!(call(Anna.origin(), Anna.number(), ISSUER), Error::<Test>::OwnOrganisation);
			assert_noop!(call(Anna.origin(), Bruno.number(), ISSUER), Error::<Test>::OutsideRemit);
			assert_noop!(call(Clara.origin(), Bruno.number(), ISSUER), Error::<Test>::WrongRole);
		}
		let (auditor, remit) = (Roles::only(Role::Auditor), Remits::<Test>::get(Bruno.number()));
		for (call, roles) in CALLS.into_iter().zip([auditor.with(ISSUER), auditor]) {
			assert_ok!(call(RuntimeOrigin::root(), Bruno.number(), ISSUER));
			assert_eq!(Bruno.label().roles, roles);
			assert_eq!(Remits::<Test>::get(Bruno.number()), remit);
		}
	});
}

#[test]
fn a_role_beyond_the_remit_is_neither_added_nor_removed_nor_borne_beside_another() {
	with_chain(|| {
		grant_as(Fred, Fred.organisation(), france(), &[Role::Owner]);
		grant_as(Gina, Gina.organisation(), france(), &[Role::Owner, Role::Issuer]);
		assert_noop!(add(Bruno, Fred, ISSUER), Error::<Test>::OutsideRemit);
		assert_noop!(remove(Bruno, Gina, ISSUER), Error::<Test>::OutsideRemit);
		assert_noop!(remove(Bruno, Gina, OWNER), Error::<Test>::OutsideRemit);
		assert_ok!(add(Anna, Fred, ISSUER));
		assert_ok!(remove(Anna, Gina, ISSUER));
	});
}

#[test]
fn no_label_but_an_auditor_of_another_organisation_changes_roles_and_in_its_countries() {
	for call in CALLS {
		with_chain(|| {
			let colleague = grant_as(Fred, Bruno.organisation(), france(), &[Role::Owner]);
			let call = |who: Who, label| call(who.origin(), label, OWNER);
			assert_noop!(call(Bruno, colleague), Error::<Test>::OwnOrganisation);
			assert_noop!(call(Bruno, Emil.number()), Error::<Test>::OutsideRemit);
			assert_noop!(call(Clara, Emil.number()), Error::<Test>::WrongRole);
			assert_noop!(call(Emil, Emil.number()), Error::<Test>::WrongRole);
			assert_noop!(call(Gina, Emil.number()), Error::<Test>::NoLabel);
		});
	}
}

#[test]
fn roles_of_a_revoked_label_stay_as_they_are() {
	for call in CALLS {
		with_chain(|| {
			council_revokes(Emil);
			for origin in [Anna.origin(), RuntimeOrigin::root()] {
				assert_noop!(call(origin, Emil.number(), ISSUER), Error::<Test>::LabelRevoked);
			}
		});
	}
}

#[test]
fn what_is_no_label_has_no_roles() {
	for call in CALLS {
		with_chain(|| {
			for label in [0, Fred.number()] {
				for origin in [Anna.origin(), RuntimeOrigin::root()] {
					assert_noop!(call(origin, label, ISSUER), Error::<Test>::UnknownLabel);
				}
			}
		});
	}
}

#[test]
fn unsigned_changes_no_roles() {
	for call in CALLS {
		with_chain(|| {
			assert_noop!(call(RuntimeOrigin::none(), Emil.number(), ISSUER), DispatchError::BadOrigin);
		});
	}
}
