// SPDX-License-Identifier: Apache-2.0

use super::{council_revokes, council_suspends, events, hand_over, stray_roles};
use crate::{mock::*, Applications, Error, Event, Rejections};
use chirograph_primitives::{
	AccountId, Application, Country, DossierHash, Jurisdiction, Ledger, RejectionReason, Role, Roles, SuspensionReason,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn fred_applies(jurisdiction: Jurisdiction, roles: Roles) -> DispatchResult {
	Labels::apply(Fred.origin(), DOSSIER, Fred.organisation(), jurisdiction, roles)
}

#[test]
fn an_application_waits_for_an_auditor() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner, Role::Issuer]));
		let account = Fred.account();
		let application = Application {
			dossier: DOSSIER,
			organisation: Fred.organisation(),
			jurisdiction: germany(),
			roles: Roles::only(Role::Owner).with(Roles::only(Role::Issuer)),
			applied: TestLedger::here(),
		};
		assert_eq!(Applications::<Test>::get(&account), Some(application.clone()));
		assert_eq!(Applications::<Test>::count(), 1);
		assert_eq!(System::providers(&account), 1);
		assert_eq!(events(), [Event::Applied { account, application }]);
	});
}

#[test]
fn an_applicant_cannot_apply_again_for_the_same_nor_for_something_else() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::AlreadyApplied);
		assert_noop!(
			Labels::apply(
				Fred.origin(),
				DossierHash([1; 32]),
				Gina.organisation(),
				france(),
				Roles::only(Role::Issuer)
			),
			Error::<Test>::AlreadyApplied
		);
	});
}

#[test]
fn a_holder_cannot_apply_whatever_became_of_its_label() {
	with_chain(|| {
		assert_noop!(Emil.applies([Role::Issuer]), Error::<Test>::AlreadyLabelled);
		council_suspends(Emil, SuspensionReason::Investigation);
		assert_noop!(Emil.applies([Role::Issuer]), Error::<Test>::AlreadyLabelled);
		council_revokes(Emil);
		assert_noop!(Emil.applies([Role::Issuer]), Error::<Test>::AlreadyLabelled);
	});
}

#[test]
fn a_key_that_held_a_label_once_cannot_apply() {
	with_chain(|| {
		hand_over(Emil, Fred);
		assert_noop!(Emil.applies([Role::Owner]), Error::<Test>::KeyRetired);
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::AlreadyLabelled);
	});
}

#[test]
fn an_application_after_a_rejection_clears_the_rejection() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		let rejected = Labels::reject(Anna.origin(), Fred.account(), RejectionReason::DossierMissing);
		assert_ok!(rejected);
		assert!(Rejections::<Test>::contains_key(Fred.account()));
		assert_ok!(Fred.applies([Role::Owner]));
		assert_eq!(Rejections::<Test>::get(Fred.account()), None);
		assert!(Applications::<Test>::contains_key(Fred.account()));
	});
}

#[test]
fn no_more_applications_wait_than_the_bound_allows() {
	with_chain(|| {
		let origin = |index: u32| RuntimeOrigin::signed(AccountId::new([100 + index as u8; 32]));
		for index in 0..MaxApplications::get() {
			let roles = Roles::only(Role::Owner);
			let applied = Labels::apply(origin(index), DOSSIER, Fred.organisation(), germany(), roles);
			assert_ok!(applied);
		}
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::TooManyApplications);
		assert_ok!(Labels::withdraw(origin(0)));
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(Gina.applies([Role::Owner]), Error::<Test>::TooManyApplications);
	});
}

#[test]
fn an_application_names_roles_and_only_those_that_exist() {
	with_chain(|| {
		assert_noop!(fred_applies(germany(), Roles::NONE), Error::<Test>::InvalidRoles);
		for stray in stray_roles() {
			assert_noop!(fred_applies(germany(), stray), Error::<Test>::InvalidRoles);
			let with_another = stray.with(Roles::only(Role::Owner));
			assert_noop!(fred_applies(germany(), with_another), Error::<Test>::InvalidRoles);
		}
		assert_ok!(fred_applies(germany(), every_grantable_role()));
	});
}

#[test]
fn nobody_applies_to_be_an_auditor() {
	with_chain(|| {
		for roles in [Roles::only(Role::Auditor), Roles::all()] {
			assert_noop!(fred_applies(germany(), roles), Error::<Test>::AuditorByCouncilOnly);
		}
	});
}

#[test]
fn an_application_from_where_no_country_can_be_is_refused() {
	with_chain(|| {
		let malformed = [
			(*b"de", [0; 3]),
			(*b"D\0", [0; 3]),
			(*b"4U", [0; 3]),
			(*b"DE", *b"B\0Y"),
			(*b"DE", *b"\0BY"),
			(*b"DE", *b"by\0"),
			(*b"DE", *b"B-Y"),
		];
		for (country, region) in malformed {
			let country = Country(country);
			let jurisdiction = Jurisdiction { country, region };
			assert_noop!(
				fred_applies(jurisdiction, Roles::only(Role::Owner)),
				Error::<Test>::InvalidJurisdiction
			);
		}
		assert_ok!(fred_applies(france(), Roles::only(Role::Owner)));
	});
}

#[test]
fn unsigned_and_root_cannot_apply() {
	with_chain(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Labels::apply(origin, DOSSIER, Fred.organisation(), germany(), Roles::only(Role::Owner)),
				DispatchError::BadOrigin
			);
		}
	});
}
