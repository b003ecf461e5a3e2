// SPDX-License-Identifier: Apache-2.0

//! A proof's history has an end: who reads it, or bundles it, can.

use super::*;
use crate::{ROOM_FOR_ANNOTATIONS, ROOM_FOR_TRANSFERS};
use chirograph_primitives::ProofEvent;

fn full() -> u32 {
	MaxChanges::get()
}

/// The proof, with a history of so many entries: annotations.
fn lengthen(proof: ProofId, entries: u32) {
	for _ in life_of(proof).changes..entries {
		assert_ok!(annotate(proof));
	}
	assert_eq!(history_of(proof).len(), entries as usize);
}

fn annotate(proof: ProofId) -> DispatchResult {
	let (remark, document) = (Remark::Disputed, None);
	send(&regulator(), Call::annotate { proof, remark, document })
}

#[test]
fn nothing_is_renewed_whose_history_is_full() {
	for proof in PROOFS {
		with_chain(|| {
			let ada = ada();
			register_all(&ada);
			lengthen(proof, full() - 1);
			assert_ok!(send(&ada, renew_call(&ada, proof, NOW)));
			let attempt = send(&ada, renew_call(&ada, proof, NOW + 1));
			assert_noop!(attempt, Error::<Test>::TooManyChanges);
		});
	}
}

/// Without the room of its own, a holder could keep a proof from changing hands, or the one before could.
#[test]
fn what_was_renewed_as_often_as_it_can_be_is_handed_over() {
	for proof in PROOFS {
		with_chain(|| {
			let (ada, carol) = (ada(), carol());
			register_all(&ada);
			for index in 0..full() {
				assert_ok!(send(&ada, renew_call(&ada, proof, NOW + index)));
			}
			assert_ok!(send(&ada, transfer_call(&ada, proof, &carol, NOW)));
			lengthen(proof, full() + ROOM_FOR_TRANSFERS - 1);
			assert_ok!(send(&carol, transfer_call(&carol, proof, &ada, NOW)));
			let attempt = send(&ada, transfer_call(&ada, proof, &carol, NOW + 1));
			assert_noop!(attempt, Error::<Test>::TooManyChanges);
		});
	}
}

/// No holder can keep a regulator from noting something, whatever they do.
#[test]
fn a_regulator_has_room_that_no_holder_can_fill() {
	with_chain(|| {
		let (ada, carol) = (ada(), carol());
		register(&ada);
		let (mut holder, mut next) = (&ada, &carol);
		for index in 0..full() {
			assert_ok!(send(&ada, renew_call(&ada, PROOFS[0], NOW + index)));
		}
		for index in 0..ROOM_FOR_TRANSFERS {
			assert_ok!(send(holder, transfer_call(holder, PROOFS[0], next, NOW + index / 2)));
			(holder, next) = (next, holder);
		}
		let attempt = send(holder, transfer_call(holder, PROOFS[0], next, NOW + 99));
		assert_noop!(attempt, Error::<Test>::TooManyChanges);
		lengthen(PROOFS[0], full() + ROOM_FOR_ANNOTATIONS);
		assert_noop!(annotate(PROOFS[0]), Error::<Test>::TooManyChanges);
	});
}

#[test]
fn what_ends_a_proof_always_fits() {
	for end in [revoke_call, |owner: &Key, proof, valid_until| {
		supersede_call(owner, proof, OTHER_RECORD, valid_until)
	}] {
		for proof in PROOFS {
			with_chain(|| {
				let ada = ada();
				register_all(&ada);
				register_as(&ada, OTHER_SUBJECT, Schema::Document);
				lengthen(proof, full() + ROOM_FOR_ANNOTATIONS);
				assert_ok!(send(&ada, end(&ada, proof, NOW)));
				let last = last_change(proof).event;
				assert!(
					matches!(last, ProofEvent::Revoked { .. } | ProofEvent::Superseded { .. }),
					"{last:?}"
				);
				assert_noop!(annotate(proof), Error::<Test>::TooManyChanges);
			});
		}
	}
}

/// A batch and its leaf have a history each.
#[test]
fn full_history_of_a_batch_leaves_room_for_its_leaf() {
	with_chain(|| {
		let ada = ada();
		register_batch(&ada);
		let [_, batch, leaf] = PROOFS;
		lengthen(batch, full());
		let attempt = send(&ada, renew_call(&ada, batch, NOW));
		assert_noop!(attempt, Error::<Test>::TooManyChanges);
		assert_ok!(send(&ada, renew_call(&ada, leaf, NOW)));
	});
}
