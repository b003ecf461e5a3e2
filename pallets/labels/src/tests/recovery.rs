// SPDX-License-Identifier: Apache-2.0

//! Getting a label back without its key. It is Emil's; Bruno, Clara and Dora are its guardians, and two of them are enough.

use super::{changed, council_revokes, council_suspends, events, grant_as, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Error, Event, Guardians, History, Holders, Labels as Held, Recoveries, RetiredKeys};
use chirograph_primitives::{
	payload, Approval, Approvals, AuthorityFault, BlockNumber, GuardianIds, Guardianship, Inclusion, Label, LabelEvent, LabelId,
	LabelRevocationReason, Ledger, OwnerSignature, Recovery, RetiredKey,
	RetirementReason::{self, Compromised, Lost, Rotated},
	Role, Standing,
	SuspensionReason::{Investigation, KeyCompromised, Unspecified},
	MAX_GUARDIANS,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_core::Pair;
use sp_runtime::DispatchError;

/// The first block in which the label can move, if enough guardians approved in [`NOW`].
const READY: BlockNumber = NOW + MIN_RECOVERY_DELAY;
/// The last one.
const LAST: BlockNumber = READY + MIN_RECOVERY_DELAY;

fn ids(guardians: &[Who]) -> GuardianIds {
	let ids: Vec<LabelId> = guardians.iter().map(|guardian| guardian.number()).collect();
	ids.try_into().expect("a few")
}

/// As they said, each with its account.
fn approvals(guardians: &[Who]) -> Approvals {
	let approvals: Vec<_> = guardians
		.iter()
		.map(|guardian| Approval {
			guardian: guardian.number(),
			account: guardian.account(),
		})
		.collect();
	approvals.try_into().expect("a few")
}

/// Named by Emil, in [`NOW`].
fn named(guardians: &[Who], threshold: u32) -> Guardianship {
	Guardianship {
		guardians: ids(guardians),
		threshold,
		delay: MIN_RECOVERY_DELAY,
		named_by: Emil.account(),
		named_at: Inclusion {
			block: NOW,
			extrinsic: 1,
			time: u64::from(NOW) * 2_000,
		},
	}
}

fn guardianship() -> Guardianship {
	named(&[Bruno, Clara, Dora], 2)
}

/// Emil says who may help him.
fn name(guardians: &[Who], threshold: u32) -> DispatchResult {
	Labels::set_guardians(Emil.origin(), ids(guardians), threshold, MIN_RECOVERY_DELAY)
}

/// Begins to move Emil's label to somebody who wants it.
fn begin(guardian: Who, to: Who) -> DispatchResult {
	let (label, now) = (Emil.number(), System::block_number());
	Labels::initiate_recovery(guardian.origin(), label, to.account(), now, to.takes_over(label, now))
}

fn approve(guardian: Who, to: Who) -> DispatchResult {
	Labels::approve_recovery(guardian.origin(), Emil.number(), to.account())
}

fn complete(guardian: Who, to: Who) -> DispatchResult {
	Labels::complete_recovery(guardian.origin(), Emil.number(), to.account())
}

fn veto(origin: RuntimeOrigin) -> DispatchResult {
	Labels::veto_recovery(origin, Emil.number())
}

/// Bruno begins to move Emil's label to somebody, and Clara approves.
fn enough_approve(to: Who) {
	assert_ok!(begin(Bruno, to));
	assert_ok!(approve(Clara, to));
}

fn attempt(to: Who) -> Option<Recovery> {
	Recoveries::<Test>::get(Emil.number(), to.account())
}

/// How many attempts to get Emil's label back there are.
fn attempts() -> usize {
	Recoveries::<Test>::iter_prefix(Emil.number()).count()
}

fn retired_as(who: Who) -> Option<RetirementReason> {
	RetiredKeys::<Test>::get(who.account()).map(|key| key.reason)
}

fn approved(to: Who, by: Who, ready: Option<BlockNumber>) -> Event<Test> {
	Event::RecoveryApproved {
		label: Emil.number(),
		account: to.account(),
		by: by.number(),
		approver: by.account(),
		ready,
	}
}

/// Runs a test in which Emil has guardians.
fn with_guardians(test: impl FnOnce()) {
	with_chain(|| {
		assert_ok!(name(&[Bruno, Clara, Dora], 2));
		events();
		test();
	});
}

// --- set_guardians ---

#[test]
fn a_holder_names_guardians_in_any_order() {
	for guardians in [[Bruno, Clara, Dora], [Dora, Bruno, Clara], [Dora, Clara, Bruno]] {
		with_chain(|| {
			assert_ok!(name(&guardians, 2));
			let (label, guardianship) = (Emil.number(), guardianship());
			assert_eq!(Guardians::<Test>::get(label), Some(guardianship.clone()));
			assert_eq!(events(), [Event::GuardiansSet { label, guardianship }]);
		});
	}
}

#[test]
fn those_who_are_named_take_the_place_of_those_who_were() {
	with_guardians(|| {
		assert_ok!(name(&[Anna], 1));
		assert_eq!(Guardians::<Test>::get(Emil.number()), Some(named(&[Anna], 1)));
		assert_noop!(begin(Bruno, Fred), Error::<Test>::NotGuardian);
		assert_ok!(begin(Anna, Fred));
	});
}

#[test]
fn guardians_are_other_labels_each_once_and_enough_of_them() {
	with_chain(|| {
		let refused: [(&[Who], u32); 7] = [
			(&[], 1),
			(&[Bruno], 0),
			(&[Bruno], 2),
			(&[Bruno, Clara, Dora], 4),
			(&[Bruno, Clara, Dora], u32::MAX),
			(&[Emil, Bruno, Clara], 2),
			(&[Bruno, Clara, Bruno], 2),
		];
		for (guardians, threshold) in refused {
			assert_noop!(name(guardians, threshold), Error::<Test>::InvalidGuardians);
		}
		// Fred's would be the next number.
		assert_noop!(name(&[Bruno, Clara, Fred], 2), Error::<Test>::UnknownLabel);
		let nobody: GuardianIds = vec![0u32].try_into().expect("a few");
		assert_noop!(
			Labels::set_guardians(Emil.origin(), nobody, 1, MIN_RECOVERY_DELAY),
			Error::<Test>::UnknownLabel
		);
		for threshold in 1..=3 {
			assert_ok!(name(&[Bruno, Clara, Dora], threshold));
		}
		grant(Fred);
		assert_ok!(name(&[Bruno, Clara, Fred], 2));
	});
}

#[test]
fn there_are_as_many_guardians_as_there_may_be() {
	with_chain(|| {
		let more = [Fred, Gina, Hans, Iris, Jan];
		for who in more {
			assert_eq!(grant(who), who.number());
		}
		let everybody = [&[Anna, Bruno, Clara, Dora], &more[..]].concat();
		assert_eq!(everybody.len(), MAX_GUARDIANS as usize);
		assert_ok!(name(&everybody, MAX_GUARDIANS));
	});
}

#[test]
fn the_holder_has_as_long_to_object_as_the_network_demands() {
	with_chain(|| {
		let set = |delay| Labels::set_guardians(Emil.origin(), ids(&[Bruno]), 1, delay);
		for delay in [0, MIN_RECOVERY_DELAY - 1] {
			assert_noop!(set(delay), Error::<Test>::DelayTooShort);
		}
		assert_ok!(set(MIN_RECOVERY_DELAY));
		assert_ok!(set(BlockNumber::MAX));
	});
}

#[test]
fn whose_label_is_of_no_use_names_nobody() {
	let fates: [(fn(), Error<Test>); 5] = [
		(|| council_suspends(Emil, Investigation), Error::LabelSuspended),
		(
			|| council_suspends(Emil, KeyCompromised { since: NOW }),
			Error::KeyCompromised,
		),
		(|| council_revokes(Emil), Error::LabelRevoked),
		(|| at(FOUNDERS_ENDED), Error::LabelExpired),
		(|| hand_over(Emil, Gina), Error::KeyRetired),
	];
	for (suffer, refusal) in fates {
		with_chain(|| {
			suffer();
			assert_noop!(name(&[Bruno], 1), refusal);
		});
	}
	with_chain(|| {
		let by_gina = Labels::set_guardians(Gina.origin(), ids(&[Bruno]), 1, MIN_RECOVERY_DELAY);
		assert_noop!(by_gina, Error::<Test>::NoLabel);
	});
}

/// An attempt is the affair of those who were guardians when it began. Otherwise one of them who begins again and again could not be got rid of.
#[test]
fn guardians_that_are_named_end_the_attempts_of_those_before() {
	for guardians in [&[Dora][..], &[Bruno, Clara, Dora]] {
		with_guardians(|| {
			enough_approve(Fred);
			assert_ok!(begin(Dora, Gina));
			at(READY);
			assert_ok!(name(guardians, 1));
			assert_eq!(attempts(), 0);
			assert_noop!(complete(Dora, Fred), Error::<Test>::NoRecovery);
			assert_noop!(approve(Dora, Gina), Error::<Test>::NoRecovery);
			assert_noop!(veto(Emil.origin()), Error::<Test>::NoRecovery);
		});
	}
}

#[test]
fn a_holder_who_names_nobody_has_no_guardians() {
	with_guardians(|| {
		enough_approve(Fred);
		at(READY);
		events();
		// No delay is too short for nobody.
		assert_ok!(Labels::set_guardians(Emil.origin(), GuardianIds::default(), 0, 0));
		let label = Emil.number();
		assert_eq!(events(), [Event::GuardiansRemoved { label }]);
		assert_eq!((Guardians::<Test>::get(label), attempts()), (None, 0));
		assert_noop!(complete(Bruno, Fred), Error::<Test>::NotGuardian);
		assert_noop!(begin(Bruno, Gina), Error::<Test>::NotGuardian);
		assert_noop!(name(&[], 0), Error::<Test>::NoGuardians);
		assert_ok!(name(&[Bruno], 1));
	});
}

#[test]
fn a_guardian_whose_label_is_of_no_use_is_not_named() {
	let fates: [fn(); 3] = [
		|| council_suspends(Dora, Investigation),
		|| council_suspends(Dora, KeyCompromised { since: NOW }),
		|| council_revokes(Dora),
	];
	for suffer in fates {
		with_chain(|| {
			assert_ok!(name(&[Bruno, Dora], 1));
			suffer();
			assert_noop!(name(&[Bruno, Dora], 1), Error::<Test>::GuardianNotUsable);
			assert_ok!(name(&[Bruno], 1));
		});
	}
	with_chain(|| {
		grant(Fred);
		assert_ok!(name(&[Fred], 1));
		at((EXPIRES / 2_000) as BlockNumber);
		assert_noop!(name(&[Fred], 1), Error::<Test>::GuardianNotUsable);
		// Whoever holds it.
		hand_over(Dora, Gina);
		assert_ok!(name(&[Dora], 1));
	});
}

// --- guardians whom a stolen key named ---

/// Whoever stole the key could otherwise get the label back from its owner.
#[test]
fn guardians_are_gone_when_an_auditor_moves_a_label_whose_key_was_compromised() {
	let ways: [fn() -> RetirementReason; 4] = [
		|| Compromised { since: NOW },
		|| Compromised { since: NOW + 5 },
		|| {
			council_suspends(Emil, KeyCompromised { since: NOW });
			Lost
		},
		|| {
			council_suspends(Emil, KeyCompromised { since: NOW });
			council_suspends(Emil, Investigation);
			Rotated
		},
	];
	for way in ways {
		for origin in [Anna.origin(), RuntimeOrigin::root()] {
			with_guardians(|| {
				enough_approve(Fred);
				at(NOW + 5);
				let reason = way();
				events();
				assert_ok!(reassign(origin, reason));
				let label = Emil.number();
				assert_eq!(events()[0], Event::GuardiansRemoved { label });
				assert_eq!((Guardians::<Test>::get(label), attempts()), (None, 0));
				assert_noop!(begin(Bruno, Gina), Error::<Test>::NotGuardian);
			});
		}
	}
	// The control: nothing is said against the key.
	for reason in [Lost, Rotated] {
		with_guardians(|| {
			assert_ok!(reassign(Anna.origin(), reason));
			assert_eq!(Guardians::<Test>::get(Emil.number()), Some(guardianship()));
			assert_ok!(begin(Bruno, Gina));
		});
	}
}

/// Moves Emil's label to Hans, who wants it.
fn reassign(origin: RuntimeOrigin, reason: RetirementReason) -> DispatchResult {
	let (label, now) = (Emil.number(), System::block_number());
	Labels::reassign(origin, label, reason, Hans.account(), now, Hans.takes_over(label, now))
}

/// What is known of the key counts, whenever it became known; and when it named them.
#[test]
fn guardians_whom_a_key_named_that_was_compromised_by_then_help_nobody() {
	let reports: [fn(BlockNumber); 4] = [
		// While it holds the label.
		|since| council_suspends(Emil, KeyCompromised { since }),
		|since| {
			council_suspends(Emil, Investigation);
			council_suspends(Emil, KeyCompromised { since });
		},
		// After it was thought to be lost, or was moved by the holder.
		|since| {
			assert_ok!(reassign(Anna.origin(), Lost));
			assert_ok!(Labels::distrust(Anna.origin(), Emil.account(), since));
		},
		|since| {
			hand_over(Emil, Hans);
			assert_ok!(Labels::distrust(Anna.origin(), Emil.account(), since));
		},
	];
	for report in reports {
		for (since, are_trusted) in [(NOW - 1, false), (NOW, false), (NOW + 1, true)] {
			with_guardians(|| {
				at(NOW + 5);
				report(since);
				if are_trusted {
					assert_ok!(begin(Bruno, Fred));
					assert_ok!(approve(Clara, Fred));
				} else {
					assert_noop!(begin(Bruno, Fred), Error::<Test>::GuardiansNotTrusted);
				}
			});
		}
	}
	// What began before becomes nothing.
	with_guardians(|| {
		enough_approve(Fred);
		assert_ok!(begin(Dora, Gina));
		council_suspends(Emil, KeyCompromised { since: NOW });
		at(READY);
		assert_noop!(approve(Bruno, Gina), Error::<Test>::GuardiansNotTrusted);
		assert_noop!(complete(Bruno, Fred), Error::<Test>::GuardiansNotTrusted);
		// The key was not compromised after all.
		assert_ok!(Labels::reinstate(Anna.origin(), Emil.number()));
		assert_ok!(complete(Bruno, Fred));
	});
}

/// Whoever has the label's next key names anew.
#[test]
fn guardians_are_named_anew_with_a_key_that_is_believed() {
	with_guardians(|| {
		assert_ok!(reassign(Anna.origin(), Lost));
		assert_ok!(Labels::distrust(Anna.origin(), Emil.account(), NOW));
		assert_noop!(begin(Bruno, Fred), Error::<Test>::GuardiansNotTrusted);
		assert_ok!(Labels::set_guardians(Hans.origin(), ids(&[Bruno]), 1, MIN_RECOVERY_DELAY));
		assert_ok!(begin(Bruno, Fred));
	});
}

#[test]
fn unsigned_and_root_are_neither_holder_nor_guardian() {
	with_guardians(|| {
		enough_approve(Fred);
		at(READY);
		let (label, fred, gina) = (Emil.number(), Fred.account(), Gina.account());
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let calls: [&dyn Fn() -> DispatchResult; 4] = [
				&|| Labels::set_guardians(origin.clone(), ids(&[Dora]), 1, MIN_RECOVERY_DELAY),
				&|| Labels::initiate_recovery(origin.clone(), label, gina.clone(), READY, Gina.takes_over(label, READY)),
				&|| Labels::approve_recovery(origin.clone(), label, fred.clone()),
				&|| Labels::complete_recovery(origin.clone(), label, fred.clone()),
			];
			for call in calls {
				assert_noop!(call(), DispatchError::BadOrigin);
			}
		}
		assert_noop!(veto(RuntimeOrigin::none()), DispatchError::BadOrigin);
	});
}

// --- initiate_recovery ---

#[test]
fn a_guardian_who_begins_approves() {
	with_guardians(|| {
		let before = Emil.label();
		assert_ok!(begin(Clara, Fred));
		let begun = Recovery {
			approvals: approvals(&[Clara]),
			ready: None,
		};
		assert_eq!(attempt(Fred), Some(begun));
		assert_eq!(events(), [approved(Fred, Clara, None)]);
		assert_eq!(Emil.label(), before, "nothing moved yet");
		assert!(moved().is_empty());
	});
}

#[test]
fn where_one_guardian_is_enough_the_delay_begins_at_once() {
	with_chain(|| {
		assert_ok!(name(&[Bruno], 1));
		events();
		assert_ok!(begin(Bruno, Fred));
		assert_eq!(events(), [approved(Fred, Bruno, Some(READY))]);
		at(READY - 1);
		assert_noop!(complete(Bruno, Fred), Error::<Test>::RecoveryNotReady);
		at(READY);
		assert_ok!(complete(Bruno, Fred));
		assert_eq!(Holders::<Test>::get(Emil.number()), Some(Fred.account()));
	});
}

#[test]
fn nobody_but_a_guardian_of_the_label_helps() {
	with_guardians(|| {
		enough_approve(Fred);
		at(READY);
		// An auditor, and the holder.
		for who in [Anna, Emil] {
			assert_noop!(begin(who, Gina), Error::<Test>::NotGuardian);
			assert_noop!(approve(who, Fred), Error::<Test>::NotGuardian);
			assert_noop!(complete(who, Fred), Error::<Test>::NotGuardian);
		}
		assert_noop!(begin(Fred, Gina), Error::<Test>::NoLabel);
		assert_noop!(approve(Fred, Fred), Error::<Test>::NoLabel);
		assert_noop!(complete(Fred, Fred), Error::<Test>::NoLabel);
		// Of a label that named nobody, and of what is no label, nobody is a guardian.
		let others = [
			(Anna.number(), Error::<Test>::NotGuardian),
			(0, Error::UnknownLabel),
			(6, Error::UnknownLabel),
		];
		for (label, refusal) in others {
			let refusal = DispatchError::from(refusal);
			let calls: [&dyn Fn() -> DispatchResult; 3] = [
				&|| Labels::initiate_recovery(Bruno.origin(), label, Gina.account(), READY, Gina.takes_over(label, READY)),
				&|| Labels::approve_recovery(Bruno.origin(), label, Fred.account()),
				&|| Labels::complete_recovery(Bruno.origin(), label, Fred.account()),
			];
			for call in calls {
				assert_noop!(call(), refusal);
			}
		}
	});
}

#[test]
fn a_guardian_whose_label_is_of_no_use_helps_nobody() {
	let fates: [(fn(), Error<Test>); 5] = [
		(|| council_suspends(Dora, Investigation), Error::LabelSuspended),
		(
			|| council_suspends(Dora, KeyCompromised { since: NOW }),
			Error::KeyCompromised,
		),
		(|| council_revokes(Dora), Error::LabelRevoked),
		(|| at(FOUNDERS_ENDED), Error::LabelExpired),
		(|| hand_over(Dora, Hans), Error::KeyRetired),
	];
	for (suffer, refusal) in fates {
		let refusal = DispatchError::from(refusal);
		with_guardians(|| {
			enough_approve(Fred);
			at(READY);
			suffer();
			assert_noop!(begin(Dora, Gina), refusal);
			assert_noop!(approve(Dora, Fred), refusal);
			assert_noop!(complete(Dora, Fred), refusal);
		});
	}
}

#[test]
fn a_guardian_is_a_label_whichever_key_holds_it() {
	with_guardians(|| {
		assert_ok!(begin(Bruno, Fred));
		hand_over(Bruno, Gina);
		let label = Emil.number();
		// It is the same guardian, who began one attempt and approved it.
		assert_noop!(begin(Gina, Hans), Error::<Test>::RecoveryPending);
		hand_over(Clara, Hans);
		assert_ok!(Labels::approve_recovery(Hans.origin(), label, Fred.account()));
		at(READY);
		// What Bruno said with his key of before does not count any more.
		assert_noop!(complete(Gina, Fred), Error::<Test>::ApprovalsLost { counting: 1 });
		assert_ok!(approve(Gina, Fred));
		assert_noop!(approve(Gina, Fred), Error::<Test>::AlreadyApproved);
		assert_ok!(complete(Gina, Fred));
		assert_eq!(Holders::<Test>::get(label), Some(Fred.account()));
	});
}

#[test]
fn a_guardian_begins_one_attempt_and_approves_as_many_as_there_are() {
	with_guardians(|| {
		assert_ok!(begin(Bruno, Fred));
		assert_noop!(begin(Bruno, Gina), Error::<Test>::RecoveryPending);
		assert_ok!(begin(Clara, Gina));
		assert_ok!(approve(Bruno, Gina));
		assert_noop!(begin(Bruno, Hans), Error::<Test>::RecoveryPending);
		assert_ok!(begin(Dora, Hans));
		assert_ok!(approve(Bruno, Hans));
		assert_eq!(attempts(), 3);
	});
}

#[test]
fn there_is_one_attempt_for_an_account() {
	with_guardians(|| {
		assert_ok!(begin(Bruno, Fred));
		for guardian in [Bruno, Clara] {
			assert_noop!(begin(guardian, Fred), Error::<Test>::RecoveryPending);
		}
	});
}

#[test]
fn a_guardian_of_two_labels_helps_both() {
	with_guardians(|| {
		let anna = Anna.number();
		assert_ok!(Labels::set_guardians(Anna.origin(), ids(&[Bruno]), 1, MIN_RECOVERY_DELAY));
		assert_ok!(begin(Bruno, Fred));
		let consent = Gina.takes_over(anna, NOW);
		assert_ok!(Labels::initiate_recovery(Bruno.origin(), anna, Gina.account(), NOW, consent));
		assert_ok!(veto(Emil.origin()));
		at(READY);
		assert_ok!(Labels::complete_recovery(Bruno.origin(), anna, Gina.account()));
		assert_eq!(Holders::<Test>::get(anna), Some(Gina.account()));
		assert_eq!(Holders::<Test>::get(Emil.number()), Some(Emil.account()));
	});
}

#[test]
fn a_label_is_recovered_to_a_fresh_account_only() {
	with_guardians(|| {
		hand_over(Anna, Hans);
		assert_ok!(Gina.applies([Role::Owner]));
		// It holds this label, a guardian's, another, or did once, or applied for one.
		for who in [Emil, Clara, Hans, Anna, Gina] {
			assert_noop!(begin(Bruno, who), Error::<Test>::AccountInUse);
		}
		assert_ok!(Labels::withdraw(Gina.origin()));
		assert_ok!(begin(Bruno, Gina));
	});
}

#[test]
fn the_new_account_consents_for_now_and_to_this() {
	with_guardians(|| {
		let (label, account) = (Emil.number(), Fred.account());
		let try_begin = |until: BlockNumber, signature: OwnerSignature| {
			Labels::initiate_recovery(Bruno.origin(), label, account.clone(), until, signature)
		};
		let latest = NOW + MaxSignatureValidity::get();
		let until = |until: BlockNumber| try_begin(until, Fred.takes_over(label, until));
		assert_noop!(until(NOW - 1), Error::<Test>::SignatureExpired);
		assert_noop!(until(latest + 1), Error::<Test>::SignatureValidTooLong);
		let other_network = payload::takeover(&[0; 32], label, &account, NOW);
		let other_label = payload::takeover(&GENESIS, label + 1, &account, NOW);
		let other_account = payload::takeover(&GENESIS, label, &Gina.account(), NOW);
		let other_deadline = payload::takeover(&GENESIS, label, &account, NOW + 1);
		for payload in [other_network, other_label, other_account, other_deadline] {
			let signature = OwnerSignature::Sr25519(Fred.key().sign(&payload));
			assert_noop!(try_begin(NOW, signature), Error::<Test>::SignatureMismatch);
		}
		let by_gina = Gina.takes_over(label, NOW);
		assert_noop!(try_begin(NOW, by_gina), Error::<Test>::SignatureMismatch);
		let zeros = OwnerSignature::Ecdsa([0; 65].into());
		assert_noop!(try_begin(NOW, zeros), Error::<Test>::MalformedSignature);
		assert_ok!(until(latest));
	});
}

/// The new account said that it wants the label. How long guardians and holder then take is not its affair.
#[test]
fn consent_that_was_good_when_the_attempt_began_is_good() {
	with_guardians(|| {
		assert_ok!(begin(Bruno, Fred));
		let approved = NOW + 2 * MaxSignatureValidity::get();
		at(approved);
		assert_ok!(approve(Clara, Fred));
		at(approved + MIN_RECOVERY_DELAY);
		assert_ok!(complete(Clara, Fred));
		assert_eq!(Holders::<Test>::get(Emil.number()), Some(Fred.account()));
	});
}

// --- approve_recovery ---

#[test]
fn a_guardian_approves_once_and_what_there_is() {
	with_guardians(|| {
		assert_noop!(approve(Clara, Fred), Error::<Test>::NoRecovery);
		assert_ok!(begin(Bruno, Fred));
		assert_noop!(approve(Clara, Gina), Error::<Test>::NoRecovery);
		assert_noop!(approve(Bruno, Fred), Error::<Test>::AlreadyApproved);
		assert_ok!(approve(Clara, Fred));
		assert_noop!(approve(Clara, Fred), Error::<Test>::AlreadyApproved);
	});
}

#[test]
fn fewer_than_it_takes_move_nothing() {
	for threshold in 1..=3u32 {
		with_chain(|| {
			assert_ok!(name(&[Bruno, Clara, Dora], threshold));
			for (approvals, guardian) in (1..).zip([Dora, Bruno, Clara]) {
				if guardian == Dora {
					assert_ok!(begin(guardian, Fred));
				} else {
					assert_ok!(approve(guardian, Fred));
				}
				let ready = attempt(Fred).expect("it is pending").ready;
				assert_eq!(ready.is_some(), approvals >= threshold, "{approvals} of {threshold}");
				if approvals < threshold {
					// However long it is waited.
					let now = System::block_number();
					at(now + 1_000);
					assert_noop!(complete(Dora, Fred), Error::<Test>::RecoveryNotReady);
					at(now);
				}
			}
			at(READY);
			assert_ok!(complete(Dora, Fred));
		});
	}
}

#[test]
fn the_delay_is_counted_from_the_last_approval_that_it_takes() {
	with_guardians(|| {
		assert_ok!(begin(Bruno, Fred));
		at(NOW + 7);
		assert_ok!(approve(Clara, Fred));
		at(NOW + 9);
		// One more makes it neither sooner nor later.
		assert_ok!(approve(Dora, Fred));
		let ready = READY + 7;
		let all = [
			approved(Fred, Bruno, None),
			approved(Fred, Clara, Some(ready)),
			approved(Fred, Dora, Some(ready)),
		];
		assert_eq!(events(), all);
		let attempted = Recovery {
			approvals: approvals(&[Bruno, Clara, Dora]),
			ready: Some(ready),
		};
		assert_eq!(attempt(Fred), Some(attempted));
		for early in [NOW + 9, ready - 1] {
			at(early);
			assert_noop!(complete(Bruno, Fred), Error::<Test>::RecoveryNotReady);
		}
		at(ready);
		assert_ok!(complete(Bruno, Fred));
	});
}

#[test]
fn a_delay_beyond_all_blocks_ends_with_the_last_one() {
	with_chain(|| {
		assert_ok!(Labels::set_guardians(Emil.origin(), ids(&[Bruno]), 1, BlockNumber::MAX));
		assert_ok!(begin(Bruno, Fred));
		assert_eq!(attempt(Fred).and_then(|attempt| attempt.ready), Some(BlockNumber::MAX));
		assert_noop!(complete(Bruno, Fred), Error::<Test>::RecoveryNotReady);
	});
}

// --- approvals that do not count any more ---

/// Whoever stole a guardian's key approves with it, and is not helped by that for longer than it is unknown.
#[test]
fn an_approval_counts_as_long_as_its_account_may_use_the_guardian_s_label() {
	let fates: [fn(); 6] = [
		|| council_suspends(Clara, Investigation),
		|| council_suspends(Clara, KeyCompromised { since: READY }),
		|| council_revokes(Clara),
		|| hand_over(Clara, Hans),
		|| {
			let (label, now) = (Clara.number(), System::block_number());
			let (reason, consent) = (Compromised { since: NOW }, Hans.takes_over(label, now));
			let moved = Labels::reassign(RuntimeOrigin::root(), label, reason, Hans.account(), now, consent);
			assert_ok!(moved);
		},
		|| {
			// Of another label by now it cannot be: keys that are retired hold none.
			hand_over(Clara, Hans);
			hand_over(Hans, Iris);
		},
	];
	for suffer in fates {
		with_guardians(|| {
			enough_approve(Fred);
			at(READY);
			suffer();
			assert_noop!(complete(Dora, Fred), Error::<Test>::ApprovalsLost { counting: 1 });
			// Another one is as good.
			assert_ok!(approve(Dora, Fred));
			assert_ok!(complete(Dora, Fred));
		});
	}
	// The control: it was all that was missing.
	with_guardians(|| {
		enough_approve(Fred);
		at(READY);
		council_suspends(Clara, Investigation);
		assert_noop!(complete(Dora, Fred), Error::<Test>::ApprovalsLost { counting: 1 });
		assert_ok!(Labels::reinstate(RuntimeOrigin::root(), Clara.number()));
		assert_ok!(complete(Dora, Fred));
	});
}

#[test]
fn no_approval_that_counts_is_none() {
	with_chain(|| {
		assert_ok!(name(&[Bruno, Clara], 1));
		assert_ok!(begin(Bruno, Fred));
		at(READY);
		hand_over(Bruno, Hans);
		assert_noop!(complete(Clara, Fred), Error::<Test>::ApprovalsLost { counting: 0 });
	});
}

/// One guardian counts once, and whoever began an attempt stays who began it.
#[test]
fn a_guardian_approves_anew_with_another_account_in_the_place_of_the_one_before() {
	with_guardians(|| {
		enough_approve(Fred);
		hand_over(Bruno, Hans);
		at(NOW + 3);
		events();
		assert_ok!(approve(Hans, Fred));
		let label = Emil.number();
		let anew = Event::RecoveryApproved {
			label,
			account: Fred.account(),
			by: Bruno.number(),
			approver: Hans.account(),
			ready: Some(READY),
		};
		assert_eq!(events(), [anew], "the holder had time from the first time on");
		let mut both = approvals(&[Bruno, Clara]);
		both[0].account = Hans.account();
		let attempted = Recovery {
			approvals: both,
			ready: Some(READY),
		};
		assert_eq!(attempt(Fred), Some(attempted));
		assert_noop!(begin(Hans, Gina), Error::<Test>::RecoveryPending);
		assert_noop!(approve(Hans, Fred), Error::<Test>::AlreadyApproved);
		at(READY);
		assert_ok!(complete(Hans, Fred));
	});
}

// --- attempts that nobody completed ---

#[test]
fn guardians_have_as_long_to_complete_as_the_holder_had_to_object() {
	for (block, refusal) in [
		(READY - 1, Some(Error::<Test>::RecoveryNotReady)),
		(READY, None),
		(LAST, None),
		(LAST + 1, Some(Error::RecoveryLapsed)),
		(LAST + 1_000, Some(Error::RecoveryLapsed)),
	] {
		with_guardians(|| {
			enough_approve(Fred);
			at(block);
			match refusal {
				Some(refusal) => {
					assert_noop!(complete(Bruno, Fred), refusal);
				},
				None => {
					assert_ok!(complete(Bruno, Fred));
				},
			}
		});
	}
}

#[test]
fn an_attempt_that_lapsed_is_as_good_as_none() {
	with_guardians(|| {
		enough_approve(Fred);
		assert_ok!(begin(Clara, Gina));
		at(LAST);
		assert_noop!(begin(Bruno, Hans), Error::<Test>::RecoveryPending);
		at(LAST + 1);
		assert_noop!(approve(Dora, Fred), Error::<Test>::RecoveryLapsed);
		assert_noop!(complete(Bruno, Fred), Error::<Test>::RecoveryLapsed);
		// The one who began it can begin another, with the same account or with another one; and then the first is gone.
		assert_ok!(begin(Bruno, Hans));
		assert_eq!(attempt(Fred), None);
		assert_noop!(begin(Clara, Fred), Error::<Test>::RecoveryPending);
		assert_ok!(begin(Dora, Fred));
		let anew = Recovery {
			approvals: approvals(&[Dora]),
			ready: None,
		};
		assert_eq!(attempt(Fred), Some(anew), "no approval of before counts");
		assert_eq!(attempts(), 3, "what was never ready does not lapse");
	});
	with_guardians(|| {
		enough_approve(Fred);
		at(LAST + 1);
		assert_noop!(veto(Emil.origin()), Error::<Test>::NoRecovery);
		assert_ok!(begin(Bruno, Fred));
		assert_ok!(veto(Emil.origin()));
		assert_eq!(attempts(), 0);
	});
}

// --- veto_recovery ---

#[test]
fn holder_auditor_and_council_end_all_attempts() {
	for (origin, by) in [
		(Emil.origin(), Some(Emil.number())),
		(Anna.origin(), Some(Anna.number())),
		(RuntimeOrigin::root(), None),
	] {
		with_guardians(|| {
			let before = Emil.label();
			enough_approve(Fred);
			assert_ok!(begin(Dora, Gina));
			at(READY);
			events();
			assert_ok!(veto(origin));
			let label = Emil.number();
			assert_eq!(events(), [Event::RecoveryVetoed { label, by }]);
			assert_eq!(attempts(), 0);
			assert_eq!(Emil.label(), before);
			assert_eq!(
				Guardians::<Test>::get(label),
				Some(guardianship()),
				"they are guardians still"
			);
			assert_noop!(complete(Bruno, Fred), Error::<Test>::NoRecovery);
			assert_noop!(approve(Bruno, Gina), Error::<Test>::NoRecovery);
		});
	}
}

/// Nor a guardian who changed its mind.
#[test]
fn no_regulator_and_nobody_else_objects() {
	with_guardians(|| {
		enough_approve(Fred);
		assert_noop!(veto(Clara.origin()), Error::<Test>::WrongRole);
		assert_noop!(veto(Dora.origin()), Error::<Test>::WrongRole);
		assert_noop!(veto(Bruno.origin()), Error::<Test>::OutsideRemit);
		assert_noop!(veto(Gina.origin()), Error::<Test>::NoLabel);
		grant_as(Hans, Emil.organisation(), germany(), &[Role::Owner]);
		assert_noop!(veto(Hans.origin()), Error::<Test>::WrongRole);
		assert_ok!(veto(Emil.origin()));
	});
}

#[test]
fn there_must_be_something_to_object_to() {
	with_guardians(|| {
		assert_noop!(veto(Emil.origin()), Error::<Test>::NoRecovery);
		for label in [0, 6] {
			assert_noop!(Labels::veto_recovery(Anna.origin(), label), Error::<Test>::UnknownLabel);
		}
		enough_approve(Fred);
		assert_ok!(veto(Emil.origin()));
		assert_noop!(veto(Emil.origin()), Error::<Test>::NoRecovery);
	});
}

#[test]
fn holder_whose_label_is_of_no_use_leaves_it_to_the_auditor_to_object() {
	let fates: [(fn(), Error<Test>); 2] = [
		(|| council_suspends(Emil, Investigation), Error::LabelSuspended),
		(
			|| council_suspends(Emil, KeyCompromised { since: NOW }),
			Error::KeyCompromised,
		),
	];
	for (suffer, refusal) in fates {
		with_guardians(|| {
			enough_approve(Fred);
			suffer();
			assert_noop!(veto(Emil.origin()), refusal);
			assert_ok!(veto(Anna.origin()));
			assert_eq!(attempts(), 0);
		});
	}
}

/// Nobody can get it back then.
#[test]
fn a_label_that_ends_ends_all_attempts() {
	let ends: [fn(); 2] = [
		|| council_revokes(Emil),
		|| {
			assert_ok!(Labels::revoke(Emil.origin(), Emil.number(), LabelRevocationReason::GivenUp));
		},
	];
	for end in ends {
		with_guardians(|| {
			enough_approve(Fred);
			assert_ok!(begin(Dora, Gina));
			end();
			assert_eq!(attempts(), 0);
			assert_noop!(veto(Anna.origin()), Error::<Test>::NoRecovery);
			assert_noop!(complete(Bruno, Fred), Error::<Test>::LabelRevoked);
		});
	}
	// One that is nothing but an auditor ends when it is dismissed.
	with_chain(|| {
		let label = Bruno.number();
		assert_ok!(Labels::set_guardians(Bruno.origin(), ids(&[Anna]), 1, MIN_RECOVERY_DELAY));
		let consent = Gina.takes_over(label, NOW);
		assert_ok!(Labels::initiate_recovery(Anna.origin(), label, Gina.account(), NOW, consent));
		assert_ok!(Labels::dismiss_auditor(RuntimeOrigin::root(), label));
		assert_eq!(Recoveries::<Test>::iter_prefix(label).count(), 0);
	});
}

#[test]
fn after_an_objection_guardians_begin_anew() {
	with_guardians(|| {
		enough_approve(Fred);
		assert_ok!(veto(Emil.origin()));
		at(READY);
		assert_ok!(begin(Bruno, Fred));
		let anew = Recovery {
			approvals: approvals(&[Bruno]),
			ready: None,
		};
		assert_eq!(attempt(Fred), Some(anew), "no approval of before counts");
		assert_noop!(complete(Bruno, Fred), Error::<Test>::RecoveryNotReady);
		assert_ok!(approve(Clara, Fred));
		assert_noop!(complete(Bruno, Fred), Error::<Test>::RecoveryNotReady);
		at(READY + MIN_RECOVERY_DELAY);
		assert_ok!(complete(Bruno, Fred));
	});
}

// --- complete_recovery ---

#[test]
fn a_label_that_is_recovered_keeps_its_number_its_roles_and_its_history() {
	with_guardians(|| {
		let (before, granted) = (Emil.label(), History::<Test>::get(Emil.number(), 0));
		enough_approve(Fred);
		at(READY);
		events();
		// Any guardian completes, whether or not it approved.
		assert_ok!(complete(Dora, Fred));
		let here = TestLedger::here();
		let retired = RetiredKey {
			label: before.id,
			from: before.held_since,
			until: here,
			reason: Lost,
		};
		let label = Label {
			held_since: here,
			changes: 2,
			..before
		};
		let (from, to) = (Emil.account(), Fred.account());
		assert_eq!(Held::<Test>::get(&from), None);
		assert_eq!(RetiredKeys::<Test>::get(&from), Some(retired));
		assert_eq!(Holders::<Test>::get(label.id), Some(to.clone()));
		assert_eq!(History::<Test>::get(label.id, 0), granted);
		assert_eq!(Guardians::<Test>::get(label.id), Some(guardianship()));
		assert_eq!(attempts(), 0);
		assert_eq!(System::providers(&to), 1);
		assert_eq!(moved(), [(from.clone(), to.clone())]);
		let recovered = changed(Fred, &label, Some(Dora.number()), LabelEvent::Rotated { from, to });
		assert_eq!(events(), [recovered]);
	});
}

#[test]
fn the_new_account_is_the_label_and_the_old_one_is_of_no_use() {
	with_guardians(|| {
		enough_approve(Fred);
		let label = Emil.number();
		let before = TestLedger::here();
		at(READY);
		assert_ok!(complete(Bruno, Fred));
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Ok(label));
		assert_eq!(
			Labels::authority(&Emil.account(), Role::Owner),
			Err(AuthorityFault::KeyRetired)
		);
		// What the lost key signed while it held the label stands.
		assert_eq!(Labels::authority_at(&Emil.account(), Role::Owner, &before), Ok(label));
		let consent = || Gina.takes_over(label, READY);
		let attempts: [&dyn Fn() -> DispatchResult; 5] = [
			&|| Emil.applies([Role::Owner]),
			&|| Labels::rotate(Emil.origin(), Gina.account(), READY, consent()),
			&|| Labels::suspend(Emil.origin(), label, Investigation),
			&|| name(&[Dora], 1),
			&|| veto(Emil.origin()),
		];
		for attempt in attempts {
			assert_noop!(attempt(), Error::<Test>::KeyRetired);
		}
		assert_ok!(Labels::rotate(Fred.origin(), Gina.account(), READY, consent()));
	});
}

#[test]
fn what_is_not_begun_or_was_completed_is_not_completed() {
	with_guardians(|| {
		assert_noop!(complete(Bruno, Fred), Error::<Test>::NoRecovery);
		enough_approve(Fred);
		at(READY);
		assert_noop!(complete(Bruno, Gina), Error::<Test>::NoRecovery);
		assert_ok!(complete(Bruno, Fred));
		assert_noop!(complete(Bruno, Fred), Error::<Test>::NoRecovery);
	});
}

#[test]
fn a_false_attempt_of_one_guardian_does_not_stand_in_the_way_of_the_others() {
	with_guardians(|| {
		// Clara wants the label for Gina, and is the first.
		assert_ok!(begin(Clara, Gina));
		assert_ok!(begin(Bruno, Fred));
		assert_ok!(approve(Dora, Fred));
		at(READY);
		assert_noop!(complete(Clara, Gina), Error::<Test>::RecoveryNotReady);
		assert_ok!(complete(Dora, Fred));
		assert_eq!(Holders::<Test>::get(Emil.number()), Some(Fred.account()));
		assert_eq!(attempts(), 0);
		assert_noop!(approve(Bruno, Gina), Error::<Test>::NoRecovery);
	});
}

#[test]
fn of_two_attempts_that_are_ready_the_first_to_be_completed_counts() {
	with_guardians(|| {
		enough_approve(Fred);
		assert_ok!(begin(Dora, Gina));
		assert_ok!(approve(Clara, Gina));
		at(READY);
		assert_ok!(complete(Clara, Gina));
		assert_eq!(Holders::<Test>::get(Emil.number()), Some(Gina.account()));
		assert_noop!(complete(Bruno, Fred), Error::<Test>::NoRecovery);
	});
}

/// Whoever holds the label now has its key.
#[test]
fn a_label_that_moves_otherwise_ends_all_attempts() {
	let moves: [fn(); 2] = [
		|| hand_over(Emil, Hans),
		|| {
			let (label, now) = (Emil.number(), System::block_number());
			let consent = Hans.takes_over(label, now);
			assert_ok!(Labels::reassign(Anna.origin(), label, Lost, Hans.account(), now, consent));
		},
	];
	for moves in moves {
		with_guardians(|| {
			enough_approve(Fred);
			assert_ok!(begin(Dora, Gina));
			at(READY);
			moves();
			assert_eq!(attempts(), 0);
			assert_noop!(complete(Bruno, Fred), Error::<Test>::NoRecovery);
			assert_noop!(approve(Bruno, Gina), Error::<Test>::NoRecovery);
			assert_eq!(Guardians::<Test>::get(Emil.number()), Some(guardianship()));
		});
	}
}

#[test]
fn a_new_account_that_is_taken_meanwhile_does_not_get_the_label() {
	with_guardians(|| {
		enough_approve(Fred);
		at(READY);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(complete(Bruno, Fred), Error::<Test>::AccountInUse);
		assert_ok!(Labels::withdraw(Fred.origin()));
		assert_ok!(complete(Bruno, Fred));
	});
	let taken: [fn(); 2] = [
		|| {
			grant(Fred);
		},
		|| {
			hand_over(Anna, Fred);
			hand_over(Fred, Hans);
		},
	];
	for take in taken {
		with_guardians(|| {
			enough_approve(Fred);
			at(READY);
			take();
			assert_noop!(complete(Bruno, Fred), Error::<Test>::AccountInUse);
			// It is for the guardians to begin another.
			assert_ok!(begin(Clara, Gina));
		});
	}
}

#[test]
fn a_label_whose_key_was_compromised_may_be_used_again_and_the_key_stays_distrusted() {
	with_guardians(|| {
		let (theft, report) = (NOW + 1, NOW + 20);
		at(report);
		let suspend = |who: Who, since| Labels::suspend(who.origin(), Emil.number(), KeyCompromised { since });
		assert_ok!(suspend(Emil, report));
		assert_ok!(suspend(Anna, theft));
		enough_approve(Fred);
		let ready = report + MIN_RECOVERY_DELAY;
		at(ready);
		assert_ok!(complete(Bruno, Fred));
		assert_eq!(Fred.label().standing, Standing::Active);
		assert_eq!(Fred.label().distrusted_since, None, "nothing was said of the new key");
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Ok(Emil.number()));
		assert_eq!(retired_as(Emil), Some(Compromised { since: theft }));
		let authority = |block| {
			let then = Inclusion {
				block,
				..TestLedger::here()
			};
			Labels::authority_at(&Emil.account(), Role::Owner, &then)
		};
		assert_eq!(authority(theft - 1), Ok(Emil.number()));
		for block in [theft, report, ready] {
			assert_eq!(authority(block), Err(AuthorityFault::KeyCompromised { since: theft }));
		}
	});
}

/// In whichever order the reasons came up: guardians make up for a key, and end no inquiry.
#[test]
fn a_label_that_is_suspended_for_another_reason_stays_so() {
	let since = NOW + 1;
	let compromised = KeyCompromised { since };
	for suspension in [Unspecified, Investigation] {
		for order in [[compromised, suspension], [suspension, compromised]] {
			with_guardians(|| {
				at(since);
				order.into_iter().for_each(|reason| council_suspends(Emil, reason));
				enough_approve(Fred);
				at(since + MIN_RECOVERY_DELAY);
				assert_ok!(complete(Bruno, Fred));
				assert_eq!(Fred.label().standing, Standing::Suspended(suspension));
				assert_eq!(
					Labels::authority(&Fred.account(), Role::Owner),
					Err(AuthorityFault::Suspended)
				);
				assert_eq!(retired_as(Emil), Some(Compromised { since }));
			});
		}
	}
}

#[test]
fn an_expired_label_is_recovered_and_stays_expired() {
	with_chain(|| {
		let label = grant(Fred);
		assert_ok!(Labels::set_guardians(Fred.origin(), ids(&[Bruno]), 1, MIN_RECOVERY_DELAY));
		let end = (EXPIRES / 2_000) as BlockNumber;
		at(end);
		let consent = Gina.takes_over(label, end);
		assert_ok!(Labels::initiate_recovery(Bruno.origin(), label, Gina.account(), end, consent));
		at(end + MIN_RECOVERY_DELAY);
		assert_ok!(Labels::complete_recovery(Bruno.origin(), label, Gina.account()));
		assert_eq!(Labels::authority(&Gina.account(), Role::Owner), Err(AuthorityFault::Expired));
	});
}

#[test]
fn a_revoked_label_is_nobodys_to_get_back() {
	with_guardians(|| {
		council_revokes(Emil);
		assert_noop!(begin(Bruno, Fred), Error::<Test>::LabelRevoked);
		assert_noop!(approve(Bruno, Fred), Error::<Test>::LabelRevoked);
		assert_noop!(complete(Bruno, Fred), Error::<Test>::LabelRevoked);
	});
	with_guardians(|| {
		enough_approve(Fred);
		at(READY);
		council_revokes(Emil);
		assert_noop!(begin(Dora, Gina), Error::<Test>::LabelRevoked);
		assert_noop!(approve(Dora, Fred), Error::<Test>::LabelRevoked);
		assert_noop!(complete(Bruno, Fred), Error::<Test>::LabelRevoked);
		assert_eq!(Holders::<Test>::get(Emil.number()), Some(Emil.account()));
	});
}

#[test]
fn an_auditor_who_is_helped_keeps_its_remit() {
	with_chain(|| {
		let anna = Anna.number();
		assert_ok!(Labels::set_guardians(Anna.origin(), ids(&[Bruno]), 1, MIN_RECOVERY_DELAY));
		let consent = Fred.takes_over(anna, NOW);
		assert_ok!(Labels::initiate_recovery(Bruno.origin(), anna, Fred.account(), NOW, consent));
		at(READY);
		assert_ok!(Labels::complete_recovery(Bruno.origin(), anna, Fred.account()));
		assert_ok!(Gina.applies([Role::Owner]));
		let approve = |who: Who| Labels::approve(who.origin(), Gina.account(), application_of(Gina), EXPIRES);
		assert_noop!(approve(Anna), Error::<Test>::KeyRetired);
		assert_ok!(approve(Fred));
	});
}

// --- what others are told ---

#[test]
fn whoever_asks_about_a_label_hears_who_its_guardians_are_and_what_they_want() {
	with_guardians(|| {
		enough_approve(Fred);
		let status = Labels::label_status(Emil.number()).expect("it is a label");
		assert_eq!(status.guardianship, Some(guardianship()));
		let attempted = Recovery {
			approvals: approvals(&[Bruno, Clara]),
			ready: Some(READY),
		};
		assert_eq!(status.recoveries, [(Fred.account(), attempted)]);
		let of_anna = Labels::label_status(Anna.number()).expect("it is a label");
		assert_eq!((of_anna.guardianship, of_anna.recoveries), (None, vec![]));
	});
}
