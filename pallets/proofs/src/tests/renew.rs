// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use chirograph_primitives::ProofEvent;

#[test]
fn evidence_of_a_proof_of_each_kind_is_bound_to_a_stronger_hash() {
	for proof in PROOFS {
		with_chain(|| {
			let ada = ada();
			register_all(&ada);
			let at = later();
			assert_ok!(send(&ada, renew_call(&ada, proof, NOW + 5)));
			let life = Life {
				changes: 1,
				..Life::default()
			};
			assert_eq!(life_of(proof), life);
			let change = ProofChange {
				at,
				by: label(&ada),
				account: ada.account(),
				event: ProofEvent::Renewed { evidence: STRONGER },
			};
			assert_eq!(history_of(proof), [change]);
			let event = Event::Renewed {
				proof,
				owner: ada.account(),
				label: label(&ada),
				evidence: STRONGER,
				at,
			};
			assert_eq!(events(), [event]);
		});
	}
}

#[test]
fn the_algorithm_of_the_first_hash_renews_nothing() {
	with_chain(|| {
		let ada = ada();
		register(&ada);
		let (owner, proof, evidence) = (ada.account(), PROOFS[0], Digest::Sha256([7; 32]));
		let payload = payload::renewal(&GENESIS, &owner, &proof, &evidence, NOW);
		let call = Call::renew {
			owner,
			proof,
			evidence,
			valid_until: NOW,
			signature: ada.sign(&payload),
		};
		assert_noop!(send(&ada, call), Error::<Test>::SameAlgorithm);
	});
}

#[test]
fn what_is_not_there_or_another_s_or_ended_is_not_renewed() {
	let call = |owner: &Key, proof| renew_call(owner, proof, NOW);
	with_chain(|| check_entry(call));
	with_chain(|| check_superseded(call));
}

/// Without the rule, whoever has the signature could make the history as long as they like.
#[test]
fn signature_renews_once() {
	with_chain(|| {
		let ada = ada();
		register(&ada);
		let call = renew_call(&ada, PROOFS[0], NOW + 1);
		assert_ok!(send(&ada, call.clone()));
		assert_noop!(send(&ada, call), Error::<Test>::SignatureUsed);
		assert_ok!(send(&ada, renew_call(&ada, PROOFS[0], NOW + 2)));
		assert_eq!(history_of(PROOFS[0]).len(), 2);
	});
}

/// What was registered while SHA-256 was good can be renewed when it is not.
#[test]
fn renewal_does_not_rest_on_the_first_hash() {
	with_chain(|| {
		let ada = ada();
		register(&ada);
		refuse(Algorithm::Sha256);
		assert_ok!(send(&ada, renew_call(&ada, PROOFS[0], NOW)));
	});
}

#[test]
fn signature_counts_for_this_renewal_only_and_in_time() {
	with_chain(|| {
		let ada = ada();
		register_all(&ada);
		check_signature(&ada, |sign, valid_until| {
			let (owner, proof) = (ada.account(), PROOFS[2]);
			let payload = payload::renewal(&GENESIS, &owner, &proof, &STRONGER, valid_until);
			let call = Call::renew {
				owner,
				proof,
				evidence: STRONGER,
				valid_until,
				signature: sign(&payload),
			};
			send(&ada, call)
		});
	});
}
