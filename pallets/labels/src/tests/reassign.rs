// SPDX-License-Identifier: Apache-2.0

//! What is special to a move that an auditor or the council makes. What every move asks of the new account is in `rotate`.

use super::{changed, council_revokes, council_suspends, events, grant_as};
use crate::{mock::*, Error, Holders, Remits, RetiredKeys};
use chirograph_primitives::{
	AuthorityFault, BlockNumber, Inclusion, Label, LabelEvent, LabelId, Ledger, RetiredKey,
	RetirementReason::{self, Compromised, Lost, Rotated},
	Role, Standing,
	SuspensionReason::{Investigation, KeyCompromised, Unspecified},
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

/// Moves a label to Hans, who wants it.
fn try_reassign(origin: RuntimeOrigin, label: LabelId, reason: RetirementReason) -> DispatchResult {
	let now = System::block_number();
	Labels::reassign(origin, label, reason, Hans.account(), now, Hans.takes_over(label, now))
}

fn reassign(auditor: Who, label: Who, reason: RetirementReason) -> DispatchResult {
	try_reassign(auditor.origin(), label.label().id, reason)
}

#[test]
fn an_auditor_or_the_council_moves_a_label_and_says_why() {
	for reason in [Rotated, Lost, Compromised { since: NOW - 1 }] {
		for (origin, by) in [(Anna.origin(), Some(Anna.number())), (RuntimeOrigin::root(), None)] {
			with_chain(|| {
				let before = Emil.label();
				assert_ok!(try_reassign(origin, before.id, reason));
				let here = TestLedger::here();
				let retired = RetiredKey {
					label: before.id,
					from: before.held_since,
					until: here,
					reason,
				};
				let label = Label {
					held_since: here,
					changes: 2,
					..before
				};
				let (from, to) = (Emil.account(), Hans.account());
				assert_eq!(RetiredKeys::<Test>::get(&from), Some(retired));
				assert_eq!(Holders::<Test>::get(label.id), Some(to.clone()));
				assert_eq!(moved(), [(from.clone(), to.clone())]);
				let reassigned = changed(Hans, &label, by, LabelEvent::Rotated { from, to });
				assert_eq!(events(), [reassigned]);
			});
		}
	}
}

#[test]
fn the_new_account_is_the_label_and_the_old_one_is_of_no_use() {
	with_chain(|| {
		assert_ok!(reassign(Anna, Emil, Lost));
		assert_eq!(Labels::authority(&Hans.account(), Role::Owner), Ok(Emil.number()));
		assert_eq!(
			Labels::authority(&Emil.account(), Role::Owner),
			Err(AuthorityFault::KeyRetired)
		);
	});
}

#[test]
fn a_label_whose_key_was_compromised_may_be_used_again_with_another() {
	for reason in [Rotated, Lost, Compromised { since: NOW }] {
		with_chain(|| {
			assert_ok!(Labels::suspend(Emil.origin(), Emil.number(), KeyCompromised { since: NOW }));
			at(NOW + 5);
			assert_ok!(reassign(Anna, Emil, reason));
			assert_eq!(Hans.label().standing, Standing::Active);
			assert_eq!(Labels::authority(&Hans.account(), Role::Owner), Ok(Emil.number()));
		});
	}
}

#[test]
fn a_label_that_was_suspended_for_another_reason_stays_so_with_another_key() {
	for suspension in [Unspecified, Investigation] {
		for reason in [Rotated, Lost, Compromised { since: NOW }] {
			with_chain(|| {
				council_suspends(Emil, suspension);
				assert_ok!(reassign(Anna, Emil, reason));
				assert_eq!(Hans.label().standing, Standing::Suspended(suspension));
				assert_eq!(
					Labels::authority(&Hans.account(), Role::Owner),
					Err(AuthorityFault::Suspended)
				);
			});
		}
	}
}

/// Whoever moves the label can say more of the key than was reported, and not less.
#[test]
fn a_key_that_was_reported_retires_as_compromised_whatever_is_said_of_it() {
	let reported = NOW - 5;
	for (reason, since) in [
		(Rotated, reported),
		(Lost, reported),
		(Compromised { since: NOW }, reported),
		(Compromised { since: NOW - 9 }, NOW - 9),
	] {
		with_chain(|| {
			council_suspends(Emil, KeyCompromised { since: reported });
			assert_ok!(reassign(Anna, Emil, reason));
			let retired = RetiredKeys::<Test>::get(Emil.account()).map(|key| key.reason);
			assert_eq!(retired, Some(Compromised { since }));
			assert_eq!(Hans.label().distrusted_since, None, "nothing was said of the new key");
			assert_eq!(Hans.label().standing, Standing::Active);
		});
	}
}

/// Nor does it help the old key that the label is reinstated.
#[test]
fn what_was_reported_stays_with_the_key_though_its_label_is_suspended_for_another_reason_by_now() {
	with_chain(|| {
		let since = NOW - 5;
		council_suspends(Emil, KeyCompromised { since });
		assert_ok!(Labels::suspend(Clara.origin(), Emil.number(), Investigation));
		assert_ok!(reassign(Anna, Emil, Lost));
		assert_eq!(Hans.label().standing, Standing::Suspended(Investigation));
		assert_eq!(Hans.label().distrusted_since, None);
		let reason = || RetiredKeys::<Test>::get(Emil.account()).map(|key| key.reason);
		assert_eq!(reason(), Some(Compromised { since }));
		assert_ok!(Labels::reinstate(Anna.origin(), Emil.number()));
		assert_eq!(reason(), Some(Compromised { since }));
	});
}

#[test]
fn what_a_stolen_key_signed_before_the_theft_stands_and_nothing_since() {
	with_chain(|| {
		let theft = NOW - 20;
		assert_ok!(Labels::suspend(Emil.origin(), Emil.number(), KeyCompromised { since: NOW }));
		at(NOW + 5);
		assert_ok!(reassign(Anna, Emil, Compromised { since: theft }));
		let authority = |block| {
			let then = Inclusion {
				block,
				..TestLedger::here()
			};
			Labels::authority_at(&Emil.account(), Role::Owner, &then)
		};
		assert_eq!(authority(theft - 1), Ok(Emil.number()));
		for block in [theft, NOW, NOW + 5] {
			assert_eq!(authority(block), Err(AuthorityFault::KeyCompromised { since: theft }));
		}
	});
}

#[test]
fn a_key_was_compromised_in_a_block_in_which_it_held_the_label() {
	let now = NOW + 20;
	for since in [NOW, now] {
		with_chain(|| {
			grant(Fred);
			at(now);
			for never in [0, NOW - 1, now + 1, BlockNumber::MAX] {
				assert_noop!(
					reassign(Anna, Fred, Compromised { since: never }),
					Error::<Test>::InvalidSince
				);
			}
			assert_ok!(reassign(Anna, Fred, Compromised { since }));
			let reason = RetiredKeys::<Test>::get(Fred.account()).map(|key| key.reason);
			assert_eq!(reason, Some(Compromised { since }));
		});
	}
}

#[test]
fn an_expired_label_moves_and_stays_expired() {
	with_chain(|| {
		grant(Fred);
		at((EXPIRES / 2_000) as BlockNumber);
		assert_ok!(reassign(Anna, Fred, Lost));
		assert_eq!(Labels::authority(&Hans.account(), Role::Owner), Err(AuthorityFault::Expired));
	});
}

#[test]
fn a_revoked_label_stays_where_it_is() {
	with_chain(|| {
		council_revokes(Emil);
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			assert_noop!(try_reassign(origin, Emil.number(), Lost), Error::<Test>::LabelRevoked);
		}
	});
}

#[test]
fn what_is_no_label_cannot_be_moved() {
	with_chain(|| {
		for label in [0, Fred.number()] {
			for origin in [Anna.origin(), RuntimeOrigin::root()] {
				assert_noop!(try_reassign(origin, label, Lost), Error::<Test>::UnknownLabel);
			}
		}
	});
}

#[test]
fn no_label_but_an_auditor_of_another_organisation_moves_labels_and_within_its_remit() {
	with_chain(|| {
		grant_as(Fred, Fred.organisation(), france(), &[Role::Owner]);
		grant_as(Gina, Bruno.organisation(), france(), &[Role::Owner]);
		assert_noop!(reassign(Bruno, Emil, Lost), Error::<Test>::OutsideRemit);
		assert_noop!(reassign(Bruno, Gina, Lost), Error::<Test>::OwnOrganisation);
		assert_noop!(reassign(Clara, Emil, Lost), Error::<Test>::WrongRole);
		assert_noop!(reassign(Emil, Emil, Lost), Error::<Test>::WrongRole);
		assert_noop!(reassign(Hans, Emil, Lost), Error::<Test>::NoLabel);
		assert_ok!(reassign(Bruno, Fred, Lost));
	});
}

#[test]
fn only_the_council_moves_the_label_of_an_auditor_this_way() {
	for auditor in [Anna, Bruno] {
		with_chain(|| {
			assert_noop!(reassign(Anna, Anna, Lost), Error::<Test>::OwnOrganisation);
			assert_noop!(reassign(Anna, Bruno, Lost), Error::<Test>::OutsideRemit);
			assert_noop!(reassign(Clara, auditor, Lost), Error::<Test>::WrongRole);
			council_suspends(auditor, KeyCompromised { since: NOW });
			let remit = Remits::<Test>::get(auditor.number());
			assert_ok!(try_reassign(RuntimeOrigin::root(), auditor.number(), Lost));
			let authority = Labels::authority(&Hans.account(), Role::Auditor);
			assert_eq!(authority, Ok(auditor.number()));
			assert_eq!(Remits::<Test>::get(auditor.number()), remit);
		});
	}
}

#[test]
fn unsigned_moves_nothing() {
	with_chain(|| {
		assert_noop!(
			try_reassign(RuntimeOrigin::none(), Emil.number(), Lost),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn label_with_a_margin_is_moved_by_the_council_alone() {
	with_chain(|| {
		put_up_margin(Emil.number());
		assert_noop!(reassign(Anna, Emil, Lost), Error::<Test>::MarginAtStake);
		// The control: another label of her remit.
		assert_ok!(reassign(Anna, Dora, Lost));
	});
	with_chain(|| {
		put_up_margin(Emil.number());
		assert_ok!(try_reassign(RuntimeOrigin::root(), Emil.number(), Lost));
	});
}
