// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use super::{hand_over, stray_roles};
use crate::{
	applications::arrival, mock::*, Applications, Arrivals, Certificates, Confirmed, Guardians, History, Holders, LastLabel,
	Passkeys, Recoveries, Rejections, Remits, RetiredKeys, Sequences, Usage, Usages,
};
use chirograph_primitives::{
	AccountId, Application, Approval, Approvals, CertificateHash, Country, GuardianIds, Guardianship, Inclusion, Label,
	LabelChange, LabelEvent, LabelId, LabelRevocationReason, Ledger, Operation, Operations, Publication, Recovery, Rejection,
	RejectionReason, RetiredKey, RetirementReason, Role, Roles, Standing,
	SuspensionReason::{Investigation, KeyCompromised},
};
use codec::Decode;
use frame_support::assert_ok;
use frame_system::Account;

/// On a sound chain on which Gina applied, and Emil moved his label to Hans, `damage` breaks that invariant.
fn assert_broken(invariant: u8, damage: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		assert_ok!(Gina.applies([Role::Owner]));
		hand_over(Emil, Hans);
		assert_eq!(Labels::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage();
		let verdict = format!("{:?}", Labels::do_try_state());
		assert!(verdict.contains(&format!("invariant {invariant}:")), "{verdict}");
	});
}

/// Changes a label and the last entry of its history alike, so that nothing is wrong but what it is changed to.
fn change_label(who: Who, change: impl FnOnce(&mut Label)) {
	let mut label = who.label();
	change(&mut label);
	change_entry(who, label.changes - 1, |entry| {
		(entry.roles, entry.expires, entry.standing) = (label.roles, label.expires, label.standing);
	});
	crate::Labels::<Test>::insert(who.account(), label);
}

fn change_entry(who: Who, index: u32, change: impl FnOnce(&mut LabelChange)) {
	let label = who.label().id;
	let mut entry = History::<Test>::get(label, index).expect("the entry is there");
	change(&mut entry);
	History::<Test>::insert(label, index, entry);
}

fn change_application(change: impl FnOnce(&mut Application)) {
	let mut application = Applications::<Test>::get(Gina.account()).expect("Gina applied");
	change(&mut application);
	Applications::<Test>::insert(Gina.account(), application);
}

fn change_retired_key(change: impl FnOnce(&mut RetiredKey)) {
	let mut key = RetiredKeys::<Test>::get(Emil.account()).expect("Emil's key is retired");
	change(&mut key);
	RetiredKeys::<Test>::insert(Emil.account(), key);
}

/// The label of which there are guardians.
fn helped() -> LabelId {
	Emil.number()
}

/// On a sound chain on which two of Anna, Bruno and Clara can help Hans, Anna wants his label to move to Fred, Clara approved, and Bruno wants it
/// to move to somebody else, `damage` breaks invariant 9.
fn assert_help_broken(damage: impl FnOnce()) {
	assert_broken(9, || {
		let guardians = ids(&[Anna, Bruno, Clara]);
		assert_ok!(Labels::set_guardians(Hans.origin(), guardians, 2, MIN_RECOVERY_DELAY));
		for (guardian, to) in [(Anna, Fred), (Bruno, Iris)] {
			let consent = to.takes_over(helped(), NOW);
			let begun = Labels::initiate_recovery(guardian.origin(), helped(), to.account(), NOW, consent);
			assert_ok!(begun);
		}
		assert_ok!(Labels::approve_recovery(Clara.origin(), helped(), Fred.account()));
		assert_eq!(Labels::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage();
	});
}

fn ids(guardians: &[Who]) -> GuardianIds {
	let ids: Vec<LabelId> = guardians.iter().map(|guardian| guardian.number()).collect();
	ids.try_into().expect("a few")
}

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

fn change_guardianship(change: impl FnOnce(&mut Guardianship)) {
	let mut guardianship = Guardians::<Test>::get(helped()).expect("there are guardians");
	change(&mut guardianship);
	Guardians::<Test>::insert(helped(), guardianship);
}

fn change_attempt(to: Who, change: impl FnOnce(&mut Recovery)) {
	let mut attempt = Recoveries::<Test>::get(helped(), to.account()).expect("it is pending");
	change(&mut attempt);
	Recoveries::<Test>::insert(helped(), to.account(), attempt);
}

/// A role that does not exist, besides one that does.
fn unknown_roles() -> Roles {
	let stray = stray_roles().next().expect("some bits stand for none");
	Roles::only(Role::Owner).with(stray)
}

/// Each label in turn is made somebody's who does not hold it, or nobody's.
#[test]
fn invariant_1_holder_and_label_are_each_others() {
	assert_broken(1, || Holders::<Test>::insert(Anna.number(), Bruno.account()));
	assert_broken(1, || Holders::<Test>::insert(Anna.number(), Fred.account()));
	assert_broken(1, || crate::Labels::<Test>::remove(Anna.account()));
	assert_broken(1, || crate::Labels::<Test>::insert(Fred.account(), Anna.label()));
	assert_broken(1, || Holders::<Test>::insert(6, Fred.account()));
}

#[test]
fn invariant_2_numbers_have_no_gap() {
	assert_broken(2, || Holders::<Test>::remove(Clara.number()));
	assert_broken(2, || LastLabel::<Test>::put(6));
}

#[test]
fn invariant_3_history_says_how_the_label_is() {
	let differs = |change: fn(&mut LabelChange)| assert_broken(3, || change_entry(Anna, 0, change));
	differs(|entry| entry.roles = Roles::only(Role::Owner));
	differs(|entry| entry.expires += 1);
	differs(|entry| {
		entry.standing = Standing::Revoked {
			cause: LabelRevocationReason::Unspecified,
		}
	});
}

#[test]
fn invariant_3_history_has_no_gap() {
	assert_broken(3, || History::<Test>::remove(Anna.number(), 0));
	// Hans holds Emil's label, of which there are two entries.
	assert_broken(3, || History::<Test>::remove(Emil.number(), 0));
	assert_broken(3, || {
		let more = History::<Test>::get(Anna.number(), 0).expect("the label was granted");
		History::<Test>::insert(Anna.number(), 1, more);
	});
}

#[test]
fn invariant_3_history_is_in_the_order_of_time() {
	assert_broken(3, || change_entry(Hans, 0, |granted| granted.at.block = NOW + 1));
	assert_broken(3, || {
		change_entry(Hans, 0, |granted| {
			(granted.at.block, granted.at.extrinsic) = (NOW, 2);
		})
	});
}

#[test]
fn invariant_4_holders_have_not_applied() {
	assert_broken(4, || {
		let application = Applications::<Test>::get(Gina.account()).expect("Gina applied");
		Applications::<Test>::insert(Anna.account(), application);
	});
}

#[test]
fn invariant_5_retired_keys_hold_nothing_and_have_not_applied() {
	assert_broken(5, || {
		let key = RetiredKeys::<Test>::get(Emil.account()).expect("Emil's key is retired");
		RetiredKeys::<Test>::insert(Anna.account(), key);
	});
	assert_broken(5, || {
		let application = Applications::<Test>::get(Gina.account()).expect("Gina applied");
		Applications::<Test>::insert(Emil.account(), application);
	});
	assert_broken(5, || change_retired_key(|key| key.label = 6));
}

#[test]
fn invariant_5_retired_keys_do_not_end_before_they_begin() {
	assert_broken(5, || change_retired_key(|key| key.from.block = NOW + 1));
	assert_broken(5, || {
		change_retired_key(|key| {
			key.from = Inclusion {
				extrinsic: 2,
				..key.until
			}
		})
	});
}

#[test]
fn invariant_6_roles_countries_and_regions_exist() {
	assert_broken(6, || change_label(Hans, |label| label.roles = Roles::NONE));
	assert_broken(6, || change_label(Hans, |label| label.roles = unknown_roles()));
	assert_broken(6, || change_label(Hans, |label| label.jurisdiction.country = Country(*b"de")));
	assert_broken(6, || change_label(Hans, |label| label.jurisdiction.region = *b"b-y"));
	assert_broken(6, || change_application(|application| application.roles = Roles::NONE));
	assert_broken(6, || change_application(|application| application.roles = unknown_roles()));
	assert_broken(6, || {
		change_application(|application| application.jurisdiction.region = [0, b'B', b'Y'])
	});
	assert_broken(6, || change_application(|application| application.roles = Roles::all()));
}

#[test]
fn invariant_7_auditors_have_remits_and_nobody_else() {
	assert_broken(7, || Remits::<Test>::remove(Anna.number()));
	assert_broken(7, || {
		Remits::<Test>::insert(Clara.number(), remit(every_grantable_role(), &[]))
	});
	assert_broken(7, || {
		let reason = LabelRevocationReason::Misconduct;
		assert_ok!(Labels::revoke(RuntimeOrigin::root(), Bruno.number(), reason));
		assert_eq!(Labels::do_try_state(), Ok(()));
		Remits::<Test>::insert(Bruno.number(), remit(every_grantable_role(), &[]));
	});
}

#[test]
fn invariant_7_remits_are_of_labels_that_there_are() {
	for nobody in [0, 6] {
		assert_broken(7, || Remits::<Test>::insert(nobody, remit(every_grantable_role(), &["DE"])));
	}
}

#[test]
fn invariant_7_nobody_is_auditor_of_auditors() {
	assert_broken(7, || Remits::<Test>::insert(Anna.number(), remit(Roles::all(), &["DE"])));
	assert_broken(7, || Remits::<Test>::insert(Anna.number(), remit(Roles::NONE, &["DE"])));
}

/// Of a holder, of one who was, and of an applicant.
#[test]
fn invariant_8_accounts_have_a_provider() {
	for who in [Anna, Emil, Gina] {
		assert_broken(8, || Account::<Test>::remove(who.account()));
		assert_broken(8, || Account::<Test>::mutate(who.account(), |account| account.providers = 0));
	}
	assert_broken(8, || Rejections::<Test>::insert(Fred.account(), rejection(Anna.number())));
}

#[test]
fn invariant_9_guardians_are_other_labels_each_once_and_in_order() {
	let differ = |guardians: fn() -> GuardianIds| {
		assert_help_broken(|| change_guardianship(|guardianship| guardianship.guardians = guardians()));
	};
	differ(|| ids(&[Anna, Clara, Bruno]));
	differ(|| ids(&[Anna, Bruno, Bruno, Clara]));
	differ(|| ids(&[Anna, Bruno, Clara, Emil]));
	differ(|| ids(&[Anna, Bruno, Clara, Fred]));
	differ(GuardianIds::default);
}

/// Hans holds the label, and Emil did once.
#[test]
fn invariant_9_guardians_are_named_by_who_holds_the_label_or_held_it() {
	let differs = |who: Who| assert_help_broken(|| change_guardianship(|guardianship| guardianship.named_by = who.account()));
	differs(Anna);
	differs(Fred);
	new_test_ext().execute_with(|| {
		hand_over(Emil, Hans);
		assert_ok!(Labels::set_guardians(Hans.origin(), ids(&[Anna]), 1, MIN_RECOVERY_DELAY));
		change_guardianship(|guardianship| guardianship.named_by = Emil.account());
		assert_eq!(Labels::do_try_state(), Ok(()), "the control");
	});
}

#[test]
fn invariant_9_there_are_enough_guardians() {
	// Nobody is to be helped yet: nothing else is wrong.
	for threshold in [0, 4] {
		assert_broken(9, || {
			let guardians = ids(&[Anna, Bruno, Clara]);
			assert_ok!(Labels::set_guardians(Hans.origin(), guardians, 3, MIN_RECOVERY_DELAY));
			assert_eq!(Labels::do_try_state(), Ok(()));
			change_guardianship(|guardianship| guardianship.threshold = threshold);
		});
	}
}

#[test]
fn invariant_9_attempts_are_approved_by_guardians_each_once() {
	assert_help_broken(|| Guardians::<Test>::remove(helped()));
	assert_help_broken(|| change_guardianship(|guardianship| guardianship.guardians = ids(&[Bruno, Clara, Dora])));
	assert_help_broken(|| change_attempt(Iris, |attempt| attempt.approvals = approvals(&[Dora])));
	assert_help_broken(|| change_attempt(Fred, |attempt| attempt.approvals = approvals(&[Anna, Anna])));
	assert_help_broken(|| change_attempt(Iris, |attempt| attempt.approvals = Approvals::default()));
	// Nor by an account that never was that guardian.
	for who in [Anna, Fred] {
		assert_help_broken(|| change_attempt(Iris, |attempt| attempt.approvals[0].account = who.account()));
	}
}

#[test]
fn invariant_9_a_revoked_label_is_nobodys_to_get_back() {
	assert_help_broken(|| {
		let cause = LabelRevocationReason::Misconduct;
		change_label(Hans, |label| label.standing = Standing::Revoked { cause });
	});
}

#[test]
fn invariant_9_a_guardian_begins_one_attempt() {
	assert_help_broken(|| change_attempt(Iris, |attempt| attempt.approvals = approvals(&[Anna])));
	assert_help_broken(|| {
		let one_more = Recovery {
			approvals: approvals(&[Bruno]),
			ready: None,
		};
		Recoveries::<Test>::insert(helped(), AccountId::new([0x99; 32]), one_more);
	});
}

#[test]
fn invariant_9_attempts_are_ready_exactly_if_enough_approved() {
	assert_help_broken(|| change_attempt(Fred, |attempt| attempt.ready = None));
	assert_help_broken(|| change_attempt(Iris, |attempt| attempt.ready = Some(NOW)));
	assert_help_broken(|| change_attempt(Fred, |attempt| attempt.approvals = approvals(&[Anna])));
	assert_help_broken(|| change_guardianship(|guardianship| guardianship.threshold = 1));
}

#[test]
fn invariant_10_a_passkey_guards_something_and_nothing_else_does() {
	let assert_guard_broken = |damage: &dyn Fn()| {
		assert_broken(10, || {
			assert_ok!(Hans.binds([Operation::Rotating]));
			assert_eq!(Labels::do_try_state(), Ok(()));
			damage();
		});
	};
	let guards = |who: Who, guarded| change_label(who, |label| label.guarded = guarded);
	let unknown = Operations::decode(&mut &[0x80u8 | 1][..]).expect("any eight bits decode");
	assert_guard_broken(&|| guards(Hans, Operations::NONE));
	assert_guard_broken(&|| guards(Hans, unknown));
	assert_guard_broken(&|| guards(Anna, Operations::all()));
	let label = Emil.number();
	assert_guard_broken(&|| Passkeys::<Test>::remove(label));
	assert_guard_broken(&|| Sequences::<Test>::remove(label));
	assert_guard_broken(&|| {
		let bound = Passkeys::<Test>::get(label).expect("Hans holds Emil's label");
		Passkeys::<Test>::insert(99, bound);
	});
}

#[test]
fn invariant_11_nothing_counts_as_confirmed() {
	assert_broken(11, || Confirmed::<Test>::put(Anna.number()));
}

#[test]
fn invariant_13_accounts_of_active_labels_are_believed() {
	assert_broken(13, || change_label(Anna, |label| label.distrusted_since = Some(NOW)));
}

#[test]
fn invariant_13_accounts_are_not_believed_from_the_block_on_that_the_suspension_names() {
	for since in [None, Some(NOW - 1)] {
		assert_broken(13, || {
			let report = KeyCompromised { since: NOW };
			assert_ok!(Labels::suspend(RuntimeOrigin::root(), Dora.number(), report));
			assert_eq!(Labels::do_try_state(), Ok(()));
			change_label(Dora, |label| label.distrusted_since = since);
		});
	}
}

/// Hans holds his label since this block, and Emil held it until then.
#[test]
fn invariant_13_accounts_are_disbelieved_only_for_when_they_held_the_label() {
	let suspended_and_distrusted = |who: Who, since| {
		change_label(who, |label| {
			(label.standing, label.distrusted_since) = (Standing::Suspended(Investigation), Some(since));
		});
	};
	assert_broken(13, || suspended_and_distrusted(Hans, NOW - 1));
	assert_broken(13, || suspended_and_distrusted(Hans, NOW + 1));
	assert_broken(13, || {
		change_retired_key(|key| key.reason = RetirementReason::Compromised { since: NOW + 1 });
	});
	new_test_ext().execute_with(|| {
		hand_over(Emil, Hans);
		suspended_and_distrusted(Hans, NOW);
		change_retired_key(|key| key.reason = RetirementReason::Compromised { since: 0 });
		assert_eq!(Labels::do_try_state(), Ok(()), "the control");
	});
}

#[test]
fn invariant_14_accounts_follow_each_other_without_a_gap() {
	assert_broken(14, || change_retired_key(|key| key.from.block = 1));
	assert_broken(14, || change_retired_key(|key| key.until.block = NOW - 1));
	assert_broken(14, || change_retired_key(|key| key.label = Anna.number()));
	assert_broken(14, || change_label(Hans, |label| label.held_since.block = NOW - 1));
	assert_broken(14, || change_label(Anna, |label| label.held_since.block = NOW));
}

#[test]
fn invariant_14_history_says_who_took_over_and_nobody_else_did() {
	assert_broken(14, || RetiredKeys::<Test>::remove(Emil.account()));
	assert_broken(14, || {
		let another = RetiredKeys::<Test>::get(Emil.account()).expect("Emil's key is retired");
		System::inc_providers(&Fred.account());
		RetiredKeys::<Test>::insert(Fred.account(), another);
	});
	assert_broken(14, || {
		change_entry(Hans, 1, |moved| {
			let (from, to) = (Emil.account(), Fred.account());
			moved.event = LabelEvent::Rotated { from, to };
		});
	});
	assert_broken(14, || change_entry(Hans, 1, |moved| moved.event = LabelEvent::Renewed));
}

#[test]
fn invariant_15_nothing_happened_that_is_still_to_come() {
	assert_broken(15, || change_entry(Anna, 0, |granted| granted.at.block = NOW + 1));
	assert_broken(15, || change_entry(Hans, 1, |moved| moved.at.block = NOW + 1));
}

#[test]
fn invariant_16_what_was_used_up_is_of_labels_that_there_are() {
	for nobody in [0, 6] {
		assert_broken(16, || Usages::<Test>::insert(nobody, Usage::default()));
		assert_broken(16, || Sequences::<Test>::insert(nobody, 1));
	}
}

fn rejection(by: LabelId) -> Rejection {
	Rejection {
		reason: RejectionReason::Unspecified,
		by,
		at: TestLedger::here(),
	}
}

/// A holder, one who was, and an applicant; and by nobody.
#[test]
fn invariant_16_whoever_was_refused_has_nothing_to_do_with_labels() {
	for who in [Anna, Emil, Gina] {
		assert_broken(16, || Rejections::<Test>::insert(who.account(), rejection(Anna.number())));
	}
	assert_broken(16, || Rejections::<Test>::insert(Fred.account(), rejection(6)));
}

#[test]
fn invariant_17_applications_are_in_order_and_nothing_else_is() {
	let place = |who: Who| arrival(&who.account(), &TestLedger::here());
	assert_broken(17, || Arrivals::<Test>::remove(place(Gina)));
	assert_broken(17, || Arrivals::<Test>::insert(place(Fred), ()));
	assert_broken(17, || change_application(|application| application.applied.block = NOW - 1));
	assert_broken(17, || {
		let application = Applications::<Test>::get(Gina.account()).expect("Gina applied");
		System::inc_providers(&Fred.account());
		Applications::<Test>::insert(Fred.account(), application);
	});
}

/// Of labels that there are, by accounts that do not hold them; and of one that there is not.
#[test]
fn invariant_12_certificates_are_published_by_who_holds_the_label_or_held_it() {
	let publish = |label: LabelId, who: Who| {
		let publication = Publication {
			by: who.account(),
			at: TestLedger::here(),
		};
		Certificates::<Test>::insert(label, CertificateHash([0xce; 32]), publication);
	};
	for (label, who) in [(Dora.number(), Anna), (Dora.number(), Fred), (99, Dora)] {
		assert_broken(12, || publish(label, who));
	}
	new_test_ext().execute_with(|| {
		hand_over(Dora, Hans);
		publish(Dora.number(), Dora);
		assert_eq!(Labels::do_try_state(), Ok(()), "the control");
	});
}
