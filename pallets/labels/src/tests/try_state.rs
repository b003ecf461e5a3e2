// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use super::{hand_over, stray_roles};
use crate::{mock::*, Applications, History, Holders, LastLabel, Remits, RetiredKeys};
use chirograph_primitives::{
	Application, Country, Inclusion, Label, LabelChange, LabelRevocationReason, RetiredKey, Role, Roles, Standing,
};
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
}
