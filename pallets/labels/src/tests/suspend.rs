// SPDX-License-Identifier: Apache-2.0

use super::{appoint, changed, council_revokes, council_suspends, events, grant_as, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Error, Event};
use chirograph_primitives::{
	AuthorityFault, BlockNumber, Label, LabelEvent, LabelId, LabelRevocationReason, Ledger, Role, Roles, Standing,
	SuspensionReason::{self, Investigation, KeyCompromised, Unspecified},
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn suspend(who: Who, label: Who, reason: SuspensionReason) -> DispatchResult {
	Labels::suspend(who.origin(), label.label().id, reason)
}

#[test]
fn everybody_who_may_suspends_and_history_says_who_it_was() {
	for (origin, by) in [
		(Anna.origin(), Some(Anna.number())),
		(Clara.origin(), Some(Clara.number())),
		(Emil.origin(), Some(Emil.number())),
		(RuntimeOrigin::root(), None),
	] {
		with_chain(|| {
			let before = Emil.label();
			assert_ok!(Labels::suspend(origin, before.id, Investigation));
			let label = Label {
				standing: Standing::Suspended(Investigation),
				changes: 2,
				..before
			};
			assert_eq!(events(), [changed(Emil, &label, by, LabelEvent::Suspended)]);
		});
	}
}

#[test]
fn a_suspended_label_is_of_no_use_and_says_why() {
	for (reason, fault, refusal) in [
		(Unspecified, AuthorityFault::Suspended, Error::<Test>::LabelSuspended),
		(Investigation, AuthorityFault::Suspended, Error::<Test>::LabelSuspended),
		(
			KeyCompromised { since: 7 },
			AuthorityFault::KeyCompromised { since: 7 },
			Error::<Test>::KeyCompromised,
		),
	] {
		with_chain(|| {
			assert_eq!(Labels::authority(&Emil.account(), Role::Owner), Ok(Emil.number()));
			assert_ok!(suspend(Anna, Emil, reason));
			assert_eq!(Labels::authority(&Emil.account(), Role::Owner), Err(fault));
			let consent = Fred.takes_over(Emil.number(), NOW);
			assert_noop!(Labels::rotate(Emil.origin(), Fred.account(), NOW, consent), refusal);
		});
	}
}

#[test]
fn others_set_a_compromise_back_to_when_the_account_began_to_hold_the_label_and_no_further() {
	for origin in [Anna.origin(), Clara.origin(), RuntimeOrigin::root()] {
		with_chain(|| {
			let label = grant(Fred);
			let now = NOW + 20;
			at(now);
			let suspend = |since| Labels::suspend(origin.clone(), label, KeyCompromised { since });
			for since in [0, NOW - 1, now + 1, BlockNumber::MAX] {
				assert_noop!(suspend(since), Error::<Test>::InvalidSince);
			}
			for since in [now, NOW] {
				assert_ok!(suspend(since));
				assert_eq!(Fred.label().standing, Standing::Suspended(KeyCompromised { since }));
				assert_eq!(Fred.label().distrusted_since, Some(since));
			}
		});
	}
}

#[test]
fn a_compromise_moves_towards_the_past_and_never_back() {
	with_chain(|| {
		let since = NOW - 5;
		let compromised = Standing::Suspended(KeyCompromised { since });
		assert_ok!(suspend(Clara, Emil, KeyCompromised { since }));
		for origin in [Anna.origin(), Clara.origin(), RuntimeOrigin::root()] {
			let suspend = |reason| Labels::suspend(origin.clone(), Emil.number(), reason);
			let later = KeyCompromised { since: NOW };
			assert_noop!(suspend(later), Error::<Test>::AlreadySuspended);
			assert_eq!(Emil.label().standing, compromised);
			assert_eq!(Emil.label().distrusted_since, Some(since));
		}
		let since = since - 1;
		assert_ok!(suspend(Anna, Emil, KeyCompromised { since }));
		assert_eq!(Emil.label().standing, Standing::Suspended(KeyCompromised { since }));
		assert_eq!(Emil.label().distrusted_since, Some(since));
	});
}

/// Whoever suspends for another reason, a regulator for instance, does not take back what an auditor or the holder reported.
#[test]
fn a_compromise_is_not_taken_back_by_what_else_is_done_to_the_label() {
	let deeds: [fn(LabelId) -> DispatchResult; 7] = [
		|label| Labels::suspend(Clara.origin(), label, Investigation),
		|label| Labels::suspend(Anna.origin(), label, Unspecified),
		|label| Labels::suspend(RuntimeOrigin::root(), label, Investigation),
		|label| Labels::renew(Anna.origin(), label, EXPIRES),
		|label| Labels::add_roles(Anna.origin(), label, Roles::only(Role::Issuer)),
		|label| Labels::appoint_auditor(RuntimeOrigin::root(), label, remit(Roles::only(Role::Owner), &["DE"])),
		|label| Labels::revoke(Anna.origin(), label, LabelRevocationReason::Misconduct),
	];
	for deed in deeds {
		for reporter in [Anna, Emil] {
			with_chain(|| {
				assert_ok!(suspend(reporter, Emil, KeyCompromised { since: NOW }));
				at(NOW + 5);
				assert_ok!(deed(Emil.number()));
				assert_eq!(Emil.label().distrusted_since, Some(NOW));
			});
		}
	}
}

#[test]
fn a_compromise_does_not_reach_back_to_the_key_before() {
	with_chain(|| {
		hand_over(Emil, Fred);
		assert_noop!(
			suspend(Anna, Fred, KeyCompromised { since: NOW - 1 }),
			Error::<Test>::InvalidSince
		);
		assert_ok!(suspend(Anna, Fred, KeyCompromised { since: NOW }));
	});
}

#[test]
fn a_holder_reports_its_key_from_this_block_on_whatever_it_says() {
	for since in [0, NOW, NOW + 20, NOW + 21, BlockNumber::MAX] {
		with_chain(|| {
			let before = Emil.label();
			at(NOW + 20);
			assert_ok!(suspend(Emil, Emil, KeyCompromised { since }));
			let label = Label {
				standing: Standing::Suspended(KeyCompromised { since: NOW + 20 }),
				distrusted_since: Some(NOW + 20),
				changes: 2,
				..before
			};
			let suspended = changed(Emil, &label, Some(label.id), LabelEvent::Suspended);
			assert_eq!(events(), [suspended]);
		});
	}
}

#[test]
fn a_suspended_label_is_suspended_for_another_reason_and_not_for_the_same() {
	let orders = [
		[Unspecified, Investigation, Unspecified],
		[
			KeyCompromised { since: NOW },
			KeyCompromised { since: NOW - 1 },
			Investigation,
		],
	];
	for reasons in orders {
		for origin in [Anna.origin(), Clara.origin(), RuntimeOrigin::root()] {
			with_chain(|| {
				let suspend = |reason| Labels::suspend(origin.clone(), Emil.number(), reason);
				for (entries, reason) in (2..).zip(reasons) {
					assert_ok!(suspend(reason));
					assert_noop!(suspend(reason), Error::<Test>::AlreadySuspended);
					assert_eq!(Emil.label().standing, Standing::Suspended(reason));
					assert_eq!(Emil.label().changes, entries);
				}
			});
		}
	}
}

/// Another key makes up for a stolen one, and does not end an inquiry: guardians could otherwise.
#[test]
fn a_label_under_inquiry_stays_so_when_its_key_turns_out_to_be_compromised() {
	for reason in [Unspecified, Investigation] {
		for (origin, by) in [
			(Anna.origin(), Some(Anna.number())),
			(Clara.origin(), Some(Clara.number())),
			(RuntimeOrigin::root(), None),
		] {
			with_chain(|| {
				council_suspends(Emil, reason);
				let before = Emil.label();
				events();
				let report = |since| Labels::suspend(origin.clone(), Emil.number(), KeyCompromised { since });
				assert_noop!(report(NOW + 1), Error::<Test>::InvalidSince);
				for since in [NOW, NOW - 5] {
					assert_ok!(report(since));
					let label = Label {
						distrusted_since: Some(since),
						..before.clone()
					};
					assert_eq!(Emil.label(), label, "its standing and its history are what they were");
					let account = Emil.account();
					assert_eq!(events(), [Event::Distrusted { account, since, by }]);
				}
				// Nothing is new about that.
				for known in [NOW - 5, NOW] {
					assert_noop!(report(known), Error::<Test>::AlreadySuspended);
				}
				// The key is not believed, whatever became of the label then.
				let then = TestLedger::here();
				assert_eq!(
					Labels::authority_at(&Emil.account(), Role::Owner, &then),
					Err(AuthorityFault::KeyCompromised { since: NOW - 5 })
				);
			});
		}
	}
}

/// In the other order it is the inquiry that takes the place.
#[test]
fn a_label_whose_key_was_compromised_can_be_put_under_inquiry_and_stays_so() {
	with_chain(|| {
		assert_ok!(suspend(Anna, Emil, KeyCompromised { since: NOW }));
		assert_ok!(suspend(Clara, Emil, Investigation));
		assert_eq!(Emil.label().standing, Standing::Suspended(Investigation));
		assert_ok!(suspend(Anna, Emil, KeyCompromised { since: NOW - 1 }));
		assert_eq!(Emil.label().standing, Standing::Suspended(Investigation));
		assert_eq!(Emil.label().distrusted_since, Some(NOW - 1));
	});
}

#[test]
fn a_holder_finds_out_when_it_was_compromised_from_an_auditor() {
	with_chain(|| {
		assert_ok!(suspend(Emil, Emil, KeyCompromised { since: 0 }));
		at(NOW + 5);
		let since = NOW - 5;
		assert_ok!(suspend(Anna, Emil, KeyCompromised { since }));
		assert_eq!(Emil.label().standing, Standing::Suspended(KeyCompromised { since }));
		assert_eq!(Emil.label().distrusted_since, Some(since));
	});
}

#[test]
fn a_holder_whose_label_is_suspended_cannot_suspend_it_for_another_reason() {
	for (reason, other, refusal) in [
		(Investigation, Unspecified, Error::<Test>::LabelSuspended),
		(KeyCompromised { since: NOW }, Investigation, Error::<Test>::KeyCompromised),
	] {
		with_chain(|| {
			assert_ok!(suspend(Emil, Emil, reason));
			assert_noop!(suspend(Emil, Emil, other), refusal);
		});
	}
}

#[test]
fn only_the_council_suspends_an_auditor() {
	with_chain(|| {
		assert_noop!(suspend(Clara, Anna, Investigation), Error::<Test>::WrongRole);
		assert_noop!(suspend(Anna, Bruno, Investigation), Error::<Test>::OutsideRemit);
		appoint(Emil, remit(Roles::only(Role::Owner), &["DE"]));
		assert_noop!(suspend(Clara, Emil, Investigation), Error::<Test>::WrongRole);
		assert_noop!(suspend(Anna, Emil, Investigation), Error::<Test>::OutsideRemit);
		assert_ok!(Labels::suspend(RuntimeOrigin::root(), Emil.number(), Investigation));
		assert_ok!(Labels::suspend(RuntimeOrigin::root(), Anna.number(), Investigation));
	});
}

#[test]
fn an_auditor_reports_its_own_key_as_every_holder_does() {
	with_chain(|| {
		at(NOW + 5);
		assert_ok!(suspend(Anna, Anna, KeyCompromised { since: 0 }));
		let standing = Standing::Suspended(KeyCompromised { since: NOW + 5 });
		assert_eq!(Anna.label().standing, standing);
	});
}

#[test]
fn a_regulator_suspends_in_its_whole_country_and_in_no_other() {
	with_chain(|| {
		let bavaria = "DE-BY".parse().expect("a region");
		grant_as(Fred, Fred.organisation(), bavaria, &[Role::Owner]);
		grant_as(Gina, Gina.organisation(), france(), &[Role::Owner]);
		assert_ok!(suspend(Clara, Fred, Investigation));
		assert_noop!(suspend(Clara, Gina, Investigation), Error::<Test>::WrongRole);
	});
}

#[test]
fn neither_a_regulator_nor_an_auditor_suspends_labels_of_its_own_organisation() {
	with_chain(|| {
		grant_as(Fred, Clara.organisation(), germany(), &[Role::Owner]);
		assert_noop!(suspend(Clara, Fred, Investigation), Error::<Test>::WrongRole);
		grant_as(Gina, Fred.label().organisation, germany(), &[Role::Owner]);
		appoint(Gina, remit(every_grantable_role(), &["DE"]));
		assert_noop!(suspend(Gina, Fred, Investigation), Error::<Test>::OwnOrganisation);
	});
}

#[test]
fn an_auditor_suspends_within_its_remit_only() {
	with_chain(|| {
		grant_as(Fred, Fred.organisation(), france(), &[Role::Owner]);
		grant_as(Gina, Gina.organisation(), france(), &[Role::Owner, Role::Issuer]);
		assert_noop!(suspend(Bruno, Emil, Investigation), Error::<Test>::OutsideRemit);
		assert_noop!(suspend(Bruno, Gina, Investigation), Error::<Test>::OutsideRemit);
		assert_ok!(suspend(Bruno, Fred, Investigation));
	});
}

#[test]
fn a_regulator_who_audits_something_else_is_a_regulator_all_the_same() {
	with_chain(|| {
		appoint(Clara, remit(Roles::only(Role::Issuer), &["DE"]));
		assert_ok!(suspend(Clara, Emil, Investigation));
		// Reinstating is for auditors: it is one, beyond its remit. Revoking, it is taken for what it suspended as.
		assert_noop!(Labels::reinstate(Clara.origin(), Emil.number()), Error::<Test>::OutsideRemit);
		assert_noop!(
			Labels::revoke(Clara.origin(), Emil.number(), LabelRevocationReason::Misconduct),
			Error::<Test>::WrongRole
		);
	});
}

#[test]
fn other_holders_do_not_suspend() {
	with_chain(|| {
		for who in [Dora, Emil] {
			assert_noop!(suspend(who, Clara, Investigation), Error::<Test>::WrongRole);
		}
		assert_noop!(suspend(Gina, Clara, Investigation), Error::<Test>::NoLabel);
	});
}

#[test]
fn an_expired_label_is_suspended_by_others_and_not_by_its_holder() {
	with_chain(|| {
		let label = grant(Fred);
		at((Fred.label().expires / 2_000) as BlockNumber);
		assert_noop!(suspend(Fred, Fred, Investigation), Error::<Test>::LabelExpired);
		assert_ok!(Labels::suspend(Anna.origin(), label, Investigation));
		at(FOUNDERS_ENDED);
		assert_noop!(suspend(Anna, Fred, Unspecified), Error::<Test>::LabelExpired);
		assert_ok!(Labels::suspend(RuntimeOrigin::root(), label, Unspecified));
	});
}

#[test]
fn a_revoked_label_cannot_be_suspended() {
	with_chain(|| {
		council_revokes(Emil);
		for origin in [Anna.origin(), Clara.origin(), Emil.origin(), RuntimeOrigin::root()] {
			assert_noop!(
				Labels::suspend(origin, Emil.number(), Investigation),
				Error::<Test>::LabelRevoked
			);
		}
	});
}

#[test]
fn what_is_no_label_cannot_be_suspended() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			for origin in [Anna.origin(), RuntimeOrigin::root()] {
				assert_noop!(Labels::suspend(origin, label, Investigation), Error::<Test>::UnknownLabel);
			}
		}
	});
}

#[test]
fn unsigned_suspends_nothing() {
	with_chain(|| {
		assert_noop!(
			Labels::suspend(RuntimeOrigin::none(), Emil.number(), Investigation),
			DispatchError::BadOrigin
		);
	});
}
