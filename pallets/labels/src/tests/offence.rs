// SPDX-License-Identifier: Apache-2.0

//! What the network does with the label of whoever is proven to have broken a rule of the consensus, and who is behind accounts.

use super::{changed, council_revokes, council_suspends, events, grant_as, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Error};
use chirograph_primitives::{
	Containment, Identities, Identity, Label, LabelEvent, Membership, RetirementReason, Role, Standing,
	SuspensionReason::{Investigation, KeyCompromised, Offence, Unspecified},
};
use frame_support::{assert_noop, assert_ok};

/// How the network leaves an offender.
const OFFENDER: Standing = Standing::Suspended(Offence);

#[test]
fn the_network_suspends_an_offender_and_history_says_that_it_was_no_label() {
	with_chain(|| {
		let before = Emil.label();
		assert_ok!(Labels::suspend_offender(before.id));
		let label = Label {
			standing: OFFENDER,
			changes: 2,
			..before
		};
		assert_eq!(events(), [changed(Emil, &label, None, LabelEvent::Suspended)]);
		assert_noop!(
			Labels::rotate(Emil.origin(), Fred.account(), NOW, Fred.takes_over(label.id, NOW)),
			Error::<Test>::LabelSuspended
		);
	});
}

#[test]
fn offender_that_is_suspended_for_another_reason_is_so_for_its_offence() {
	for reason in [Unspecified, Investigation, KeyCompromised { since: NOW }] {
		with_chain(|| {
			council_suspends(Emil, reason);
			let distrusted = Emil.label().distrusted_since;
			assert_ok!(Labels::suspend_offender(Emil.number()));
			assert_eq!(Emil.label().standing, OFFENDER);
			assert_eq!(
				Emil.label().distrusted_since,
				distrusted,
				"what is known of its key stays known"
			);
		});
	}
}

#[test]
fn offender_that_is_known_or_revoked_stays_as_it_is() {
	with_chain(|| {
		assert_ok!(Labels::suspend_offender(Emil.number()));
		council_revokes(Dora);
		let before = [Emil, Dora].map(Who::label);
		events();
		for who in [Emil, Dora] {
			assert_ok!(Labels::suspend_offender(who.number()));
		}
		assert_eq!([Emil, Dora].map(Who::label), before);
		assert_eq!(events(), []);
	});
}

#[test]
fn offender_without_a_label_is_refused() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			assert_noop!(Labels::suspend_offender(label), Error::<Test>::UnknownLabel);
		}
	});
}

#[test]
fn nobody_but_the_network_says_that_it_was_an_offence() {
	with_chain(|| {
		for origin in [Anna.origin(), Clara.origin(), Emil.origin(), RuntimeOrigin::root()] {
			assert_noop!(
				Labels::suspend(origin, Emil.number(), Offence),
				Error::<Test>::OffenceByNetworkOnly
			);
		}
		// The control.
		assert_ok!(Labels::suspend(Emil.origin(), Emil.number(), Unspecified));
	});
}

#[test]
fn what_is_suspected_does_not_take_the_place_of_an_offence() {
	with_chain(|| {
		assert_ok!(Labels::suspend_offender(Emil.number()));
		for origin in [Anna.origin(), Clara.origin(), RuntimeOrigin::root()] {
			for reason in [Unspecified, Investigation] {
				assert_noop!(
					Labels::suspend(origin.clone(), Emil.number(), reason),
					Error::<Test>::AlreadySuspended
				);
			}
		}
		// Its key may be compromised besides.
		assert_ok!(Labels::suspend(Anna.origin(), Emil.number(), KeyCompromised { since: NOW }));
		assert_eq!((Emil.label().standing, Emil.label().distrusted_since), (OFFENDER, Some(NOW)));
	});
}

/// Reported as stolen before or after the offence, or not at all.
#[test]
fn another_key_does_not_make_up_for_an_offence() {
	let report = || {
		assert_ok!(Labels::suspend(Anna.origin(), Emil.number(), KeyCompromised { since: NOW }));
	};
	let offend = || {
		assert_ok!(Labels::suspend_offender(Emil.number()));
	};
	let reassign = |reason| {
		let consent = Hans.takes_over(Emil.number(), NOW);
		assert_ok!(Labels::reassign(
			Anna.origin(),
			Emil.number(),
			reason,
			Hans.account(),
			NOW,
			consent
		));
	};
	for reason in [RetirementReason::Lost, RetirementReason::Compromised { since: NOW }] {
		let deeds: [&dyn Fn(); 3] = [
			&offend,
			&|| {
				report();
				offend();
			},
			&|| {
				offend();
				report();
			},
		];
		for deed in deeds {
			with_chain(|| {
				deed();
				reassign(reason);
				assert_eq!(Hans.label().standing, OFFENDER);
			});
		}
		with_chain(|| {
			// The control: it does make up for a stolen key.
			report();
			reassign(reason);
			assert_eq!(Hans.label().standing, Standing::Active);
		});
	}
}

#[test]
fn an_auditor_or_the_council_reinstates_an_offender() {
	for origin in [Anna.origin(), RuntimeOrigin::root()] {
		with_chain(|| {
			assert_ok!(Labels::suspend_offender(Emil.number()));
			assert_ok!(Labels::reinstate(origin, Emil.number()));
			assert_eq!(Emil.label().standing, Standing::Active);
		});
	}
}

/// Auditors and regulators could not suspend it; what is proven needs nobody's leave.
#[test]
fn auditors_and_members_of_the_council_are_suspended_as_everybody_is() {
	with_chain(|| {
		seat(Emil);
		for who in [Anna, Emil] {
			assert_ok!(Labels::suspend_offender(who.number()));
			assert_eq!(who.label().standing, OFFENDER);
		}
	});
}

#[test]
fn account_is_traced_to_its_label_also_after_that_moved() {
	with_chain(|| {
		let traced = |who: Who| <Labels as Identities>::label_of(&who.account());
		assert_eq!((traced(Emil), traced(Fred)), (Some(Emil.number()), None));
		hand_over(Emil, Fred);
		assert_eq!((traced(Emil), traced(Fred)), (Some(Emil.number()), Some(Emil.number())));
		assert_eq!(Labels::account_of(Emil.number()), Some(Fred.account()));
		assert_eq!(Labels::account_of(Fred.number()), None);
	});
}

#[test]
fn label_says_who_it_is_whether_or_not_it_can_be_used() {
	with_chain(|| {
		let identity = Identity {
			label: Emil.number(),
			organisation: Emil.organisation(),
			home: germany(),
		};
		assert_eq!(Labels::identity(Emil.number()), Some(identity.clone()));
		council_revokes(Emil);
		assert_eq!(Labels::identity(Emil.number()), Some(identity));
		assert_eq!(Labels::identity(Fred.number()), None);
	});
}

#[test]
fn everybody_whose_label_can_be_used_is_a_member_whatever_its_roles() {
	with_chain(|| {
		let fred = grant_as(Fred, Fred.organisation(), germany(), &[Role::Issuer]);
		for who in [Anna, Clara, Emil, Fred] {
			assert_eq!(Labels::ensure_member(&who.account()), Ok(who.label().id));
			assert!(Labels::is_member(who.label().id));
		}
		assert_eq!(Labels::ensure_member(&Gina.account()), Err(Error::<Test>::NoLabel.into()));
		assert!(!Labels::is_member(fred + 1));

		council_suspends(Clara, Investigation);
		council_revokes(Dora);
		assert_eq!(
			Labels::ensure_member(&Clara.account()),
			Err(Error::<Test>::LabelSuspended.into())
		);
		assert_eq!(
			Labels::ensure_member(&Dora.account()),
			Err(Error::<Test>::LabelRevoked.into())
		);
		at(FOUNDERS_ENDED);
		assert_eq!(
			Labels::ensure_member(&Emil.account()),
			Err(Error::<Test>::LabelExpired.into())
		);
		for who in [Clara, Dora, Emil] {
			assert!(!Labels::is_member(who.number()), "{who:?}");
		}
	});
}
