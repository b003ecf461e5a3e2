// SPDX-License-Identifier: Apache-2.0

use super::{appoint, council_revokes, council_suspends, events, grant_as, hand_over};
use crate::{mock::*, Error, Event, RetiredKeys};
use chirograph_primitives::{
	AuthorityFault, BlockNumber, Inclusion, Label,
	LabelRevocationReason::GivenUp,
	Ledger, RetiredKey,
	RetirementReason::{Compromised, Lost, Rotated},
	Role, Roles,
	SuspensionReason::{Investigation, KeyCompromised},
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn distrust(who: Who, key: Who, since: BlockNumber) -> DispatchResult {
	Labels::distrust(who.origin(), key.account(), since)
}

fn retired(who: Who) -> RetiredKey {
	RetiredKeys::<Test>::get(who.account()).expect("this one held a label")
}

#[test]
fn everybody_who_may_puts_on_record_since_when_a_key_is_not_believed() {
	for (origin, by) in [
		(Anna.origin(), Some(Anna.number())),
		(Clara.origin(), Some(Clara.number())),
		(RuntimeOrigin::root(), None),
	] {
		with_chain(|| {
			hand_over(Emil, Fred);
			let (before, label) = (retired(Emil), Fred.label());
			at(NOW + 5);
			events();
			let (account, since) = (Emil.account(), NOW - 5);
			assert_ok!(Labels::distrust(origin, account.clone(), since));
			let distrusted = RetiredKey {
				reason: Compromised { since },
				..before
			};
			assert_eq!(retired(Emil), distrusted);
			assert_eq!(Fred.label(), label, "the label is not the key");
			assert_eq!(events(), [Event::Distrusted { account, since, by }]);
		});
	}
}

#[test]
fn the_same_holds_for_the_key_that_holds_a_revoked_label() {
	for (origin, by) in [
		(Anna.origin(), Some(Anna.number())),
		(Clara.origin(), Some(Clara.number())),
		(RuntimeOrigin::root(), None),
	] {
		with_chain(|| {
			council_revokes(Emil);
			let before = Emil.label();
			at(NOW + 5);
			events();
			let (account, since) = (Emil.account(), NOW - 5);
			assert_ok!(Labels::distrust(origin, account.clone(), since));
			let distrusted = Label {
				distrusted_since: Some(since),
				..before
			};
			assert_eq!(Emil.label(), distrusted, "the label and its history are what they were");
			assert_eq!(events(), [Event::Distrusted { account, since, by }]);
		});
	}
}

#[test]
fn what_a_distrusted_key_did_before_stands_and_nothing_since() {
	let fates: [fn(); 2] = [|| hand_over(Emil, Fred), || council_revokes(Emil)];
	for suffer in fates {
		with_chain(|| {
			suffer();
			let authority = |block| {
				let then = Inclusion {
					block,
					..TestLedger::here()
				};
				Labels::authority_at(&Emil.account(), Role::Owner, &then)
			};
			let since = NOW - 5;
			assert_eq!(authority(since), Ok(Emil.number()));
			assert_ok!(distrust(Anna, Emil, since));
			assert_eq!(authority(since - 1), Ok(Emil.number()));
			for block in [since, NOW - 1, NOW, NOW + 1] {
				assert_eq!(authority(block), Err(AuthorityFault::KeyCompromised { since }));
			}
		});
	}
}

#[test]
fn a_key_is_distrusted_from_a_block_in_which_it_held_the_label() {
	for origin in [Anna.origin(), Clara.origin(), RuntimeOrigin::root()] {
		with_chain(|| {
			grant(Fred);
			at(NOW + 20);
			hand_over(Fred, Gina);
			at(NOW + 50);
			let distrust = |since| Labels::distrust(origin.clone(), Fred.account(), since);
			for since in [0, NOW - 1, NOW + 21, NOW + 50, BlockNumber::MAX] {
				assert_noop!(distrust(since), Error::<Test>::InvalidSince);
			}
			assert_eq!(retired(Fred).reason, Rotated);
			for since in [NOW + 20, NOW] {
				assert_ok!(distrust(since));
				assert_eq!(retired(Fred).reason, Compromised { since });
			}
		});
	}
}

#[test]
fn the_key_of_a_revoked_label_is_distrusted_from_a_block_on_in_which_it_held_it_until_now() {
	for origin in [Anna.origin(), Clara.origin(), RuntimeOrigin::root()] {
		with_chain(|| {
			grant(Fred);
			at(NOW + 20);
			council_revokes(Fred);
			at(NOW + 50);
			let distrust = |since| Labels::distrust(origin.clone(), Fred.account(), since);
			for since in [0, NOW - 1, NOW + 51, BlockNumber::MAX] {
				assert_noop!(distrust(since), Error::<Test>::InvalidSince);
			}
			assert_eq!(Fred.label().distrusted_since, None);
			for since in [NOW + 50, NOW] {
				assert_ok!(distrust(since));
				assert_eq!(Fred.label().distrusted_since, Some(since));
			}
		});
	}
}

/// And the event says from when on it is in fact.
#[test]
fn a_key_that_is_distrusted_is_so_from_an_earlier_block_later_on_and_never_from_a_later_one() {
	let known_since = || match RetiredKeys::<Test>::get(Emil.account()).map(|key| key.reason) {
		Some(Compromised { since }) => Some(since),
		Some(_) => None,
		None => Emil.label().distrusted_since,
	};
	let fates: [fn(); 4] = [
		|| {
			hand_over(Emil, Fred);
			assert_ok!(distrust(Anna, Emil, NOW - 5));
		},
		|| {
			council_revokes(Emil);
			assert_ok!(distrust(Anna, Emil, NOW - 5));
		},
		|| {
			let (compromised, consent) = (Compromised { since: NOW - 5 }, Fred.takes_over(Emil.number(), NOW));
			let reassigned = Labels::reassign(Anna.origin(), Emil.number(), compromised, Fred.account(), NOW, consent);
			assert_ok!(reassigned);
		},
		|| {
			council_suspends(Emil, KeyCompromised { since: NOW - 5 });
			council_revokes(Emil);
		},
	];
	for suffer in fates {
		with_chain(|| {
			suffer();
			for (said, since) in [(NOW, NOW - 5), (NOW - 4, NOW - 5), (NOW - 6, NOW - 6), (NOW - 5, NOW - 6)] {
				assert_ok!(distrust(Clara, Emil, said));
				assert_eq!(known_since(), Some(since));
				let (account, by) = (Emil.account(), Some(Clara.number()));
				assert_eq!(last_event(), Event::Distrusted { account, since, by });
			}
		});
	}
}

#[test]
fn a_key_that_was_lost_turns_out_to_be_stolen() {
	with_chain(|| {
		let consent = Fred.takes_over(Emil.number(), NOW);
		let reassigned = Labels::reassign(Anna.origin(), Emil.number(), Lost, Fred.account(), NOW, consent);
		assert_ok!(reassigned);
		assert_eq!(retired(Emil).reason, Lost);
		assert_ok!(distrust(Anna, Emil, NOW));
		assert_eq!(retired(Emil).reason, Compromised { since: NOW });
	});
}

#[test]
fn a_key_that_never_held_a_label_or_holds_one_that_is_not_revoked_is_not_retired() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		for key in EVERYBODY {
			assert_noop!(
				Labels::distrust(RuntimeOrigin::root(), key.account(), NOW),
				Error::<Test>::NotRetired
			);
		}
		for key in [Clara, Dora, Emil, Fred, Gina, Hans] {
			assert_noop!(distrust(Anna, key, NOW), Error::<Test>::NotRetired);
		}
		assert_noop!(distrust(Clara, Emil, NOW), Error::<Test>::NotRetired);
		for reason in [Investigation, KeyCompromised { since: NOW }] {
			council_suspends(Emil, reason);
			assert_noop!(distrust(Anna, Emil, NOW), Error::<Test>::NotRetired);
		}
		hand_over(Dora, Gina);
		assert_noop!(distrust(Anna, Gina, NOW), Error::<Test>::NotRetired);
	});
}

/// Whether the key is retired or not.
#[test]
fn whoever_may_not_is_told_that_and_nothing_of_the_key() {
	let fates: [fn(); 3] = [|| {}, || hand_over(Emil, Fred), || council_revokes(Emil)];
	for suffer in fates {
		with_chain(|| {
			suffer();
			for since in [NOW, BlockNumber::MAX] {
				assert_noop!(distrust(Bruno, Emil, since), Error::<Test>::OutsideRemit);
				assert_noop!(distrust(Dora, Emil, since), Error::<Test>::WrongRole);
				assert_noop!(distrust(Hans, Emil, since), Error::<Test>::NoLabel);
			}
		});
	}
}

#[test]
fn a_holder_does_not_take_back_what_its_key_or_its_former_key_did() {
	with_chain(|| {
		hand_over(Emil, Fred);
		hand_over(Anna, Gina);
		assert_noop!(distrust(Fred, Emil, NOW), Error::<Test>::WrongRole);
		assert_noop!(distrust(Fred, Fred, NOW), Error::<Test>::WrongRole);
		assert_noop!(distrust(Emil, Emil, NOW), Error::<Test>::KeyRetired);
		assert_noop!(distrust(Gina, Anna, NOW), Error::<Test>::WrongRole);
		assert_noop!(distrust(Gina, Gina, NOW), Error::<Test>::WrongRole);
		assert_ok!(Labels::revoke(Fred.origin(), Emil.number(), GivenUp));
		for key in [Emil, Fred] {
			assert_noop!(distrust(Fred, key, NOW), Error::<Test>::LabelRevoked);
		}
	});
}

#[test]
fn only_the_council_distrusts_keys_of_auditors() {
	let fates: [fn(); 2] = [|| hand_over(Bruno, Fred), || council_revokes(Bruno)];
	for suffer in fates {
		with_chain(|| {
			suffer();
			assert_noop!(distrust(Anna, Bruno, NOW), Error::<Test>::OutsideRemit);
			assert_noop!(distrust(Clara, Bruno, NOW), Error::<Test>::WrongRole);
			assert_ok!(Labels::distrust(RuntimeOrigin::root(), Bruno.account(), NOW));
		});
	}
}

#[test]
fn others_distrust_keys_of_other_organisations_within_their_remit_or_country() {
	with_chain(|| {
		grant_as(Fred, Clara.organisation(), france(), &[Role::Owner]);
		hand_over(Fred, Gina);
		hand_over(Emil, Hans);
		// Clara's own organisation, and another country besides.
		assert_noop!(distrust(Clara, Fred, NOW), Error::<Test>::WrongRole);
		assert_noop!(distrust(Dora, Emil, NOW), Error::<Test>::WrongRole);
		assert_noop!(distrust(Bruno, Emil, NOW), Error::<Test>::OutsideRemit);
		assert_ok!(distrust(Bruno, Fred, NOW));
		appoint(Clara, remit(Roles::only(Role::Owner), &["FR"]));
		assert_noop!(distrust(Clara, Fred, NOW), Error::<Test>::OwnOrganisation);
		assert_ok!(distrust(Clara, Emil, NOW));
	});
}

#[test]
fn former_keys_of_a_revoked_label_can_be_distrusted() {
	with_chain(|| {
		hand_over(Emil, Fred);
		council_revokes(Fred);
		assert_ok!(distrust(Anna, Emil, NOW));
		assert_eq!(retired(Emil).reason, Compromised { since: NOW });
	});
}

#[test]
fn unsigned_distrusts_nobody() {
	with_chain(|| {
		hand_over(Emil, Fred);
		council_revokes(Dora);
		// One that is retired, one of a revoked label, and one that is neither.
		for key in [Emil, Dora, Clara] {
			assert_noop!(
				Labels::distrust(RuntimeOrigin::none(), key.account(), NOW),
				DispatchError::BadOrigin
			);
		}
	});
}
