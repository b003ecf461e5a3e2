// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use chirograph_primitives::{ProofEvent, Status};

const OTHER_BATCH: ProofId = ProofId::Batch { root: OTHER_ROOT };
const OTHER_LEAF: ProofId = ProofId::Leaf {
	root: OTHER_ROOT,
	subject: OTHER_SUBJECT,
};

/// Something of each kind, twice.
fn register_twice(owner: &Key) {
	register_all(owner);
	register_as(owner, OTHER_SUBJECT, Schema::Document);
	register_batch_as(owner, OTHER_ROOT, Schema::Document);
}

#[test]
fn proof_of_each_kind_takes_the_place_of_each() {
	for proof in PROOFS {
		for by in [OTHER_RECORD, OTHER_BATCH, OTHER_LEAF] {
			with_chain(|| {
				let ada = ada();
				register_twice(&ada);
				let at = later();
				assert_ok!(send(&ada, supersede_call(&ada, proof, by, NOW + 5)));
				let life = Life {
					status: Status::Superseded { at, by },
					holder: None,
					changes: 1,
				};
				assert_eq!(life_of(proof), life);
				let change = ProofChange {
					at,
					by: label(&ada),
					account: ada.account(),
					event: ProofEvent::Superseded { successor: by },
				};
				assert_eq!(history_of(proof), [change]);
				let event = Event::Superseded {
					proof,
					owner: ada.account(),
					label: label(&ada),
					successor: by,
					at,
				};
				assert_eq!(events(), [event]);
				assert_eq!(life_of(by), Life::default(), "what takes the place is left alone");
			});
		}
	}
}

#[test]
fn what_supersedes_a_batch_supersedes_its_leaves() {
	with_chain(|| {
		let ada = ada();
		register_twice(&ada);
		assert_ok!(send(&ada, supersede_call(&ada, PROOFS[1], OTHER_BATCH, NOW)));
		assert_eq!(life_of(PROOFS[2]), Life::default());
		let attempt = send(&ada, supersede_call(&ada, PROOFS[2], OTHER_RECORD, NOW));
		assert_noop!(attempt, Error::<Test>::AlreadySuperseded);
	});
}

#[test]
fn what_is_not_there_or_another_s_or_ended_is_not_superseded() {
	let call = |owner: &Key, proof| supersede_call(owner, proof, OTHER_RECORD, NOW);
	with_chain(|| check_entry(call));
	with_chain(|| check_superseded(call));
}

#[test]
fn what_takes_the_place_must_be_registered() {
	with_chain(|| {
		let ada = ada();
		register_all(&ada);
		for by in [OTHER_RECORD, OTHER_BATCH, OTHER_LEAF] {
			let attempt = send(&ada, supersede_call(&ada, PROOFS[0], by, NOW));
			assert_noop!(attempt, Error::<Test>::SuccessorNotRegistered);
		}
	});
}

#[test]
fn nothing_takes_its_own_place_nor_a_leaf_its_batch_s_or_a_batch_its_leaf_s() {
	with_chain(|| {
		let ada = ada();
		register_twice(&ada);
		let [_, batch, leaf] = PROOFS;
		for (proof, by) in PROOFS
			.map(|proof| (proof, proof))
			.into_iter()
			.chain([(batch, leaf), (leaf, batch)])
		{
			let attempt = send(&ada, supersede_call(&ada, proof, by, NOW));
			assert_noop!(attempt, Error::<Test>::NotAnotherProof);
		}
		// The control: another leaf of the same batch may.
		let sibling = ProofId::Leaf {
			root: ROOT,
			subject: OTHER_SUBJECT,
		};
		assert_ok!(send(&ada, supersede_call(&ada, leaf, sibling, NOW)));
	});
}

#[test]
fn what_takes_the_place_must_be_the_holder_s() {
	with_chain(|| {
		let (ada, bob) = (ada(), bob());
		register_all(&ada);
		register_as(&bob, OTHER_SUBJECT, Schema::Document);
		let attempt = || send(&ada, supersede_call(&ada, PROOFS[0], OTHER_RECORD, NOW));
		assert_noop!(attempt(), Error::<Test>::SuccessorOfOtherHolder);
		assert_ok!(send(&bob, transfer_call(&bob, OTHER_RECORD, &ada, NOW)));
		assert_ok!(attempt());
	});
}

#[test]
fn what_takes_the_place_must_be_of_the_same_schema() {
	with_chain(|| {
		let ada = ada();
		register_all(&ada);
		register_as(&ada, OTHER_SUBJECT, Schema::Certificate);
		register_batch_as(&ada, OTHER_ROOT, Schema::Invoice);
		for by in [OTHER_RECORD, OTHER_BATCH, OTHER_LEAF] {
			let attempt = send(&ada, supersede_call(&ada, PROOFS[0], by, NOW));
			assert_noop!(attempt, Error::<Test>::SuccessorOfOtherSchema);
		}
	});
}

#[test]
fn what_takes_the_place_must_stand() {
	with_chain(|| {
		let ada = ada();
		register_twice(&ada);
		assert_ok!(send(&ada, revoke_call(&ada, OTHER_RECORD, NOW)));
		// With the batch, its leaf.
		assert_ok!(send(&ada, revoke_call(&ada, OTHER_BATCH, NOW)));
		for by in [OTHER_RECORD, OTHER_BATCH, OTHER_LEAF] {
			let attempt = send(&ada, supersede_call(&ada, PROOFS[0], by, NOW));
			assert_noop!(attempt, Error::<Test>::SuccessorNotActive);
		}
		// Nor do two take each other's place.
		assert_ok!(send(&ada, supersede_call(&ada, PROOFS[0], PROOFS[1], NOW)));
		let back = send(&ada, supersede_call(&ada, PROOFS[1], PROOFS[0], NOW));
		assert_noop!(back, Error::<Test>::SuccessorNotActive);
	});
}

#[test]
fn signature_counts_for_this_supersession_only_and_in_time() {
	with_chain(|| {
		let ada = ada();
		register_twice(&ada);
		check_signature(&ada, |sign, valid_until| {
			let (owner, proof) = (ada.account(), PROOFS[2]);
			let payload = payload::supersession(&GENESIS, &owner, &proof, &OTHER_LEAF, valid_until);
			let call = Call::supersede {
				owner,
				proof,
				by: OTHER_LEAF,
				valid_until,
				signature: sign(&payload),
			};
			send(&ada, call)
		});
	});
}
