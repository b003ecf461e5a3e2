// SPDX-License-Identifier: Apache-2.0

//! Whether whoever registered was trusted to, then, by all that is known at the block that is shown.

use super::{ada, fault, made_with, Made};
use crate::{
	state::{keys, StateFault},
	testing::{Document, Network, EXPIRES, GENESIS_TIME, SLOT},
	verdict::{Fault, Verdict},
};
use chirograph_primitives::{
	AccountId, AuthorityFault, Inclusion, Label, LabelChange, LabelEvent, LabelId, LabelRevocationReason, Record,
	RetirementReason, Role, Roles, Standing, SuspensionReason,
};

const ADA: LabelId = 1;
/// In block 2.
const REGISTERED: u32 = 2;

fn judged(before: impl FnOnce(&mut Network), after: impl FnOnce(&mut Network, &Document)) -> Verdict {
	let made = made_with(before, after);
	made.verdict(&made.bundle)
}

fn owner_fault(verdict: Verdict) -> AuthorityFault {
	match fault(verdict) {
		Fault::Owner {
			account,
			registered: REGISTERED,
			why,
		} => {
			assert_eq!(account, ada().account());
			why
		},
		other => panic!("{other:?}"),
	}
}

fn change(network: &mut Network, event: LabelEvent, change: impl FnOnce(&mut Label)) {
	network.change_label(ADA, event, change);
}

fn stand(standing: Standing) -> impl Fn(&mut Network) {
	move |network: &mut Network| change(network, LabelEvent::Suspended, |label| label.standing = standing)
}

const REVOKED: Standing = Standing::Revoked {
	cause: LabelRevocationReason::Misconduct,
};

#[test]
fn what_became_of_a_label_later_changes_nothing() {
	for standing in [REVOKED, Standing::Suspended(SuspensionReason::Investigation)] {
		let verdict = judged(
			|_| (),
			|network, _| {
				network.seal();
				stand(standing)(network);
			},
		);
		assert!(verdict.is_proven(), "{standing:?}: {verdict:#?}");
	}
	let without_roles = |network: &mut Network, _: &Document| {
		network.seal();
		change(network, LabelEvent::RolesChanged, |label| {
			label.roles = Roles::only(Role::Validator)
		});
	};
	assert!(judged(|_| (), without_roles).is_proven());
}

#[test]
fn a_label_that_could_not_be_used_when_it_registered_is_named() {
	let suspended = Standing::Suspended(SuspensionReason::Investigation);
	let compromised = Standing::Suspended(SuspensionReason::KeyCompromised { since: 1 });
	for (standing, why) in [
		(REVOKED, AuthorityFault::Revoked),
		(suspended, AuthorityFault::Suspended),
		(compromised, AuthorityFault::KeyCompromised { since: 1 }),
	] {
		// It stood so when it registered, and does not any more.
		let then = |network: &mut Network| {
			stand(standing)(network);
		};
		let now = |network: &mut Network, _: &Document| {
			network.seal();
			stand(Standing::Active)(network);
		};
		assert_eq!(owner_fault(judged(then, now)), why);
	}
	let expire = |expires| {
		move |network: &mut Network| {
			change(network, LabelEvent::Renewed, |label| label.expires = expires);
		}
	};
	let registered = GENESIS_TIME + u64::from(REGISTERED) * SLOT;
	assert_eq!(owner_fault(judged(expire(registered), |_, _| ())), AuthorityFault::Expired);
	assert!(judged(expire(registered + 1), |_, _| ()).is_proven(), "the control");
	// Renewed afterwards, it had been over all the same.
	let renewed = |network: &mut Network, _: &Document| {
		network.seal();
		expire(EXPIRES)(network);
	};
	assert_eq!(owner_fault(judged(expire(registered), renewed)), AuthorityFault::Expired);
	let roles = |network: &mut Network| {
		change(network, LabelEvent::RolesChanged, |label| {
			label.roles = Roles::only(Role::Issuer)
		});
	};
	assert_eq!(owner_fault(judged(roles, |_, _| ())), AuthorityFault::WrongRole);
}

#[test]
fn what_a_compromised_key_signed_is_told_from_what_its_owner_did() {
	let distrust = |since| {
		move |network: &mut Network, _: &Document| {
			network.seal();
			let standing = Standing::Suspended(SuspensionReason::KeyCompromised { since });
			change(network, LabelEvent::Suspended, |label| {
				(label.standing, label.distrusted_since) = (standing, Some(since));
			});
		}
	};
	assert!(judged(|_| (), distrust(REGISTERED + 1)).is_proven());
	let why = owner_fault(judged(|_| (), distrust(REGISTERED)));
	assert_eq!(why, AuthorityFault::KeyCompromised { since: REGISTERED });
}

/// The label moves to another account: before the registration (in the same block), or in the next.
fn rotated(reason: RetirementReason) -> impl Fn(&mut Network, &Document) {
	move |network, _| {
		network.seal();
		network.rotate_label(ADA, &AccountId::new([9; 32]), reason);
	}
}

#[test]
fn a_key_that_held_the_label_then_is_good_and_one_that_did_not_any_more_is_not() {
	for reason in [RetirementReason::Rotated, RetirementReason::Lost] {
		let verdict = judged(|_| (), rotated(reason));
		assert!(verdict.is_proven(), "{verdict:#?}");
	}
	let since = REGISTERED + 1;
	assert!(judged(|_| (), rotated(RetirementReason::Compromised { since })).is_proven());
	let since = REGISTERED;
	let why = owner_fault(judged(|_| (), rotated(RetirementReason::Compromised { since })));
	assert_eq!(why, AuthorityFault::KeyCompromised { since });
	// In the same block, what counts is what comes first; in the same extrinsic, that it was allowed there.
	let same_block = |registered_later: u32| {
		move |network: &mut Network, document: &Document| {
			network.blocks.pop();
			network.extrinsic = 5;
			network.rotate_label(ADA, &AccountId::new([9; 32]), RetirementReason::Rotated);
			let key = keys::record(&document.subject());
			let mut record: Record = network.read(&key).expect("was registered");
			record.registered.extrinsic = 5 + registered_later;
			network.put(key, &record);
			network.seal();
		}
	};
	assert!(judged(|_| (), same_block(0)).is_proven());
	assert_eq!(owner_fault(judged(|_| (), same_block(1))), AuthorityFault::KeyRetired);
	// Many rotations later, the one entry that was in force is still found.
	let often = |network: &mut Network, _: &Document| {
		for key in 9..40 {
			network.seal();
			network.rotate_label(ADA, &AccountId::new([key; 32]), RetirementReason::Rotated);
		}
	};
	let mut made = made_with(|_| (), often);
	let number = made.network.seal();
	made.bundle = made
		.network
		.bundle(crate::testing::Content::Record(&made.document), 0, number);
	assert!(made.verdict(&made.bundle).is_proven());
}

#[test]
fn an_account_without_a_label_registers_nothing() {
	// A ledger that took it in all the same.
	let forget = |network: &mut Network, _: &Document| {
		network.state.remove(&keys::label(&ada().account()));
	};
	assert_eq!(owner_fault(judged(|_| (), forget)), AuthorityFault::NoLabel);
	// The label is there, and was not yet when it registered.
	let late = |network: &mut Network, _: &Document| {
		let key = keys::label(&ada().account());
		let mut label: Label = network.read(&key).expect("has one");
		label.held_since = Inclusion {
			block: REGISTERED + 1,
			..label.held_since
		};
		network.put(key, &label);
	};
	assert_eq!(owner_fault(judged(|_| (), late)), AuthorityFault::NoLabel);
}

/// Three entries before the registration and two behind it.
fn with_history() -> Made {
	made_with(
		|network| {
			stand(Standing::Suspended(SuspensionReason::Investigation))(network);
			stand(Standing::Active)(network);
		},
		|network, _| {
			network.seal();
			stand(REVOKED)(network);
			stand(REVOKED)(network);
		},
	)
}

/// Whoever makes the bundle would like another entry to be in force than the one that was.
#[test]
fn another_entry_of_the_history_cannot_pass_for_the_one_in_force() {
	let made = with_history();
	assert!(made.verdict(&made.bundle).is_proven(), "the control");
	let block = &made.network.blocks[super::SHOWN as usize];
	let account = ada().account();
	let common = [
		keys::now(),
		keys::policy(),
		keys::record(&made.document.subject()),
		keys::label(&account),
	];
	let show = |entries: &[u32]| {
		let more = entries.iter().map(|index| keys::label_history(ADA, *index));
		let keys: Vec<_> = common.iter().cloned().chain(more).collect();
		let mut bundle = made.bundle.clone();
		bundle.state = block.trie.proof(&keys);
		made.verdict(&bundle)
	};
	// In force is entry 2. Entry 3 shows that it is the last one before the registration.
	assert_eq!(show(&[2, 3]), made.verdict(&made.bundle));
	for entries in [
		&[][..],
		&[0],
		&[1],
		&[2],
		&[3],
		&[4],
		&[0, 1],
		&[1, 3],
		&[3, 4],
		&[0, 3],
		&[1, 2],
	] {
		let refused = fault(show(entries));
		assert!(
			matches!(
				&refused,
				Fault::State {
					why: StateFault::Missing { .. },
					..
				}
			),
			"{entries:?}: {refused:?}"
		);
	}
	for entries in [&[2, 3, 4][..], &[1, 2, 3], &[0, 2, 3]] {
		let verdict = show(entries);
		// Nodes of more entries than needed, unless they are nodes that are needed anyway.
		let named = verdict.is_proven()
			|| matches!(
				fault(verdict.clone()),
				Fault::State {
					why: StateFault::Unneeded { .. },
					..
				}
			);
		assert!(named, "{entries:?}: {verdict:#?}");
	}
}

#[test]
fn a_label_that_is_no_entry_in_its_own_history_is_no_label() {
	// A ledger that lost the beginning of it.
	let forget = |network: &mut Network, _: &Document| {
		let key = keys::label_history(ADA, 0);
		let mut entry: LabelChange = network.read(&key).expect("is there");
		entry.at.block = REGISTERED + 1;
		network.put(key, &entry);
	};
	assert_eq!(owner_fault(judged(|_| (), forget)), AuthorityFault::NoLabel);
	let none = |network: &mut Network, _: &Document| {
		let key = keys::label(&ada().account());
		let mut label: Label = network.read(&key).expect("has one");
		label.changes = 0;
		network.put(key, &label);
	};
	assert_eq!(owner_fault(judged(|_| (), none)), AuthorityFault::NoLabel);
}
