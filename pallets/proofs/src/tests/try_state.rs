// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use super::{
	later, renew_call, revoke_call, send, supersede_call, transfer_call, OTHER_RECORD, OTHER_ROOT, OTHER_SUBJECT, STRONGER,
};
use crate::{mock::*, Batches, Claims, History, Leaves, Policy, Records, UsedSignatures, ROOM_FOR_ANNOTATIONS};
use chirograph_primitives::{
	Algorithm, AlgorithmChange, AlgorithmTerms, Ledger, Life, ProofChange, ProofEvent, ProofId, Remark, RevocationReason, Schema,
	SignatureScheme, Status,
};
use frame_support::assert_ok;
use sp_core::H256;

const RECORD: ProofId = PROOFS[0];

/// What `try_state` says of a chain that `damage` was done to, beginning with a record by the first key that was renewed, handed to the
/// third and revoked, a claim by the second, and a batch of which one leaf was superseded.
fn verdict(damage: impl FnOnce(&Key, &Key)) -> String {
	let mut said = String::new();
	new_test_ext().execute_with(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		let carol = Key::owner(SignatureScheme::Ed25519, 3);
		Records::<Test>::insert(SUBJECT, entry(&ada, SignatureScheme::Ecdsa));
		Claims::<Test>::insert(SUBJECT, bob.account(), entry(&bob, SignatureScheme::Sr25519));
		register_batch(&ada);
		register_as(&ada, OTHER_SUBJECT, Schema::Document);
		later();
		let now = NOW + 5;
		assert_ok!(send(&ada, supersede_call(&ada, PROOFS[2], OTHER_RECORD, now)));
		assert_ok!(send(&ada, renew_call(&ada, RECORD, now)));
		assert_ok!(send(&ada, transfer_call(&ada, RECORD, &carol, now)));
		later();
		assert_ok!(send(&carol, revoke_call(&carol, RECORD, now + 5)));
		assert_eq!(Proofs::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage(&ada, &bob);
		said = format!("{:?}", Proofs::do_try_state());
	});
	said
}

fn expect(invariant: u32, damage: impl FnOnce(&Key, &Key)) {
	let said = verdict(damage);
	assert!(said.contains(&format!("invariant {invariant}:")), "{invariant}: {said}");
}

fn change_record(change: impl FnOnce(&mut Life)) {
	Records::<Test>::mutate(SUBJECT, |record| {
		change(&mut record.as_mut().expect("it is there").life);
	});
}

fn change_history(proof: ProofId, index: u32, change: impl FnOnce(&mut ProofChange)) {
	History::<Test>::mutate(proof, index, |entry| change(entry.as_mut().expect("it is there")));
}

fn revoked() -> Status {
	Status::Revoked {
		at: TestLedger::here(),
		reason: RevocationReason::Unspecified,
	}
}

#[test]
fn broken_invariants_of_claims_are_found() {
	expect(1, |_, _| {
		Records::<Test>::remove(SUBJECT);
		let _ = History::<Test>::clear_prefix(RECORD, u32::MAX, None);
	});
	expect(2, |ada, _| {
		Claims::<Test>::insert(SUBJECT, ada.account(), entry(ada, SignatureScheme::Ecdsa));
	});
	expect(2, |_, bob| {
		let mut claim = entry(bob, SignatureScheme::Sr25519);
		claim.life.changes = 1;
		Claims::<Test>::insert(SUBJECT, bob.account(), claim);
	});
	expect(3, |_, bob| {
		System::set_block_number(NOW);
		System::set_extrinsic_index(0);
		Claims::<Test>::insert(SUBJECT, bob.account(), entry(bob, SignatureScheme::Sr25519));
		System::set_block_number(NOW + 10);
	});
	expect(4, |_, bob| {
		let mut claim = entry(bob, SignatureScheme::Sr25519);
		System::set_extrinsic_index(0);
		claim.life.status = revoked();
		Claims::<Test>::insert(SUBJECT, bob.account(), claim);
	});
}

#[test]
fn broken_order_of_time_is_found() {
	expect(4, |_, _| System::set_block_number(NOW - 1));
	expect(4, |_, _| change_history(RECORD, 0, |entry| entry.at.block = NOW - 1));
	expect(4, |_, _| change_history(RECORD, 1, |entry| entry.at.time -= 1));
	expect(4, |_, _| change_history(RECORD, 2, |entry| entry.at.block += 1));
}

#[test]
fn broken_invariants_of_batches_are_found() {
	expect(5, |_, _| Leaves::<Test>::insert(OTHER_ROOT, SUBJECT, Life::default()));
	expect(5, |_, _| Leaves::<Test>::insert(ROOT, OTHER_SUBJECT, Life::default()));
	expect(9, |_, _| {
		Batches::<Test>::mutate(ROOT, |batch| batch.as_mut().expect("it is there").leaves = 0);
	});
}

#[test]
fn broken_invariants_of_history_are_found() {
	expect(6, |_, _| History::<Test>::remove(RECORD, 1));
	expect(6, |_, _| {
		let entry = History::<Test>::take(RECORD, 1).expect("it is there");
		History::<Test>::insert(RECORD, 7, entry);
	});
	expect(6, |_, _| {
		let entry = History::<Test>::get(RECORD, 1).expect("it is there");
		History::<Test>::insert(RECORD, 3, entry);
	});
	expect(6, |_, _| {
		let entry = History::<Test>::get(RECORD, 1).expect("it is there");
		History::<Test>::insert(ProofId::Batch { root: OTHER_ROOT }, 0, entry);
	});
}

#[test]
fn life_that_is_not_what_its_history_says_is_found() {
	expect(7, |_, _| change_record(|life| life.status = Status::Active));
	expect(7, |_, _| change_record(|life| life.status = revoked()));
	expect(7, |_, _| change_record(|life| life.holder = None));
	expect(7, |ada, _| {
		change_record(|life| life.holder.as_mut().expect("it has one").account = ada.account());
	});
	expect(7, |_, bob| {
		let event = ProofEvent::Transferred {
			from: bob.account(),
			to: Key::new(SignatureScheme::Ed25519, 3).account(),
		};
		change_history(RECORD, 1, |entry| entry.event = event);
	});
	expect(7, |_, bob| {
		change_history(RECORD, 1, |entry| entry.by = label_of(&bob.account()))
	});
	expect(7, |_, bob| change_history(RECORD, 1, |entry| entry.account = bob.account()));
	expect(7, |_, _| {
		// Renewed behind its end.
		let mut entry = History::<Test>::get(RECORD, 2).expect("it is there");
		entry.event = ProofEvent::Renewed { evidence: STRONGER };
		History::<Test>::insert(RECORD, 3, entry);
		change_record(|life| life.changes = 4);
	});
}

#[test]
fn place_that_nothing_took_is_found() {
	expect(8, |_, _| Records::<Test>::remove(OTHER_SUBJECT));
	expect(8, |_, _| {
		let itself = PROOFS[2];
		change_history(itself, 0, |entry| entry.event = ProofEvent::Superseded { successor: itself });
	});
}

#[test]
fn signature_that_was_good_for_too_long_is_found() {
	let noted = |valid_until: u32| UsedSignatures::<Test>::insert((valid_until.to_be_bytes(), H256::zero()), ());
	let last = || System::block_number() + MaxSignatureValidity::get();
	expect(11, |_, _| {
		noted(last());
		assert_eq!(Proofs::do_try_state(), Ok(()), "the control");
		noted(last() + 1);
	});
}

#[test]
fn entry_for_which_there_was_no_room_is_found() {
	let lengthen = |ada: &Key, count: u32, event: ProofEvent| {
		for index in 0..count {
			let entry = ProofChange {
				at: TestLedger::here(),
				by: label_of(&ada.account()),
				account: ada.account(),
				event: event.clone(),
			};
			History::<Test>::insert(OTHER_RECORD, index, entry);
		}
		Records::<Test>::mutate(OTHER_SUBJECT, |record| {
			record.as_mut().expect("it is there").life.changes = count
		});
	};
	let renewed = ProofEvent::Renewed { evidence: STRONGER };
	let noted = ProofEvent::Annotated {
		remark: Remark::Disputed,
		document: None,
	};
	for (room, event) in [
		(MaxChanges::get(), renewed),
		(MaxChanges::get() + ROOM_FOR_ANNOTATIONS, noted),
	] {
		expect(12, |ada, _| {
			lengthen(ada, room, event.clone());
			assert_eq!(Proofs::do_try_state(), Ok(()), "the control");
			lengthen(ada, room + 1, event);
		});
	}
}

#[test]
fn broken_policy_is_found() {
	let say = |at, terms| {
		let change = AlgorithmChange {
			at,
			algorithm: Algorithm::Sha256,
			terms,
		};
		Policy::<Test>::mutate(|policy| policy.0.try_push(change).expect("there is room"));
	};
	expect(10, |_, _| {
		say(2, AlgorithmTerms::default());
		say(1, AlgorithmTerms::default());
	});
	expect(10, |_, _| say(u64::MAX, AlgorithmTerms::default()));
	expect(10, |_, _| {
		let terms = AlgorithmTerms {
			deprecated_from: Some(2),
			refused_from: Some(1),
			least_bits: 0,
		};
		say(1, terms);
	});
}
