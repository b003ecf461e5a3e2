// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use chirograph_primitives::{Holder, ProofEvent, Status};

fn held(key: &Key, since: Inclusion) -> Option<Holder> {
	Some(Holder {
		account: key.account(),
		label: label(key),
		since,
	})
}

#[test]
fn proof_of_each_kind_is_handed_over_and_its_owner_stays_on_record() {
	for proof in PROOFS {
		with_chain(|| {
			let (ada, carol) = (ada(), carol());
			register_all(&ada);
			let (record, batch) = (entry(&ada, SignatureScheme::Ecdsa), batch_entry(&ada, SignatureScheme::Ecdsa));
			let at = later();
			assert_ok!(send(&ada, transfer_call(&ada, proof, &carol, NOW + 5)));
			let life = Life {
				status: Status::Active,
				holder: held(&carol, at),
				changes: 1,
			};
			assert_eq!(life_of(proof), life);
			let change = ProofChange {
				at,
				by: label(&ada),
				account: ada.account(),
				event: ProofEvent::Transferred {
					from: ada.account(),
					to: carol.account(),
				},
			};
			assert_eq!(history_of(proof), [change]);
			let event = Event::Transferred {
				proof,
				from: ada.account(),
				label: label(&ada),
				holder: held(&carol, at).expect("it has one"),
			};
			assert_eq!(events(), [event]);

			// All that was registered is as it was.
			let mut now = Records::<Test>::get(SUBJECT).expect("it stays");
			now.life = Life::default();
			assert_eq!(now, record);
			let mut now = Batches::<Test>::get(ROOT).expect("it stays");
			now.life = Life::default();
			assert_eq!(now, batch);
		});
	}
}

#[test]
fn only_the_new_holder_can_do_anything_with_it() {
	for proof in PROOFS {
		with_chain(|| {
			let (ada, carol) = (ada(), carol());
			register_all(&ada);
			assert_ok!(send(&ada, transfer_call(&ada, proof, &carol, NOW)));
			for call in [
				revoke_call(&ada, proof, NOW),
				renew_call(&ada, proof, NOW),
				supersede_call(&ada, proof, OTHER_RECORD, NOW),
				transfer_call(&ada, proof, &bob(), NOW),
			] {
				assert_noop!(send(&ada, call), Error::<Test>::NotOwner);
			}
			assert_ok!(send(&carol, renew_call(&carol, proof, NOW)));
			assert_ok!(send(&carol, transfer_call(&carol, proof, &bob(), NOW)));
			assert_ok!(send(&bob(), revoke_call(&bob(), proof, NOW)));
			assert_eq!(life_of(proof).changes, 4);
		});
	}
}

#[test]
fn a_leaf_goes_where_its_batch_goes_until_it_is_handed_over_by_itself() {
	with_chain(|| {
		let (ada, bob, carol) = (ada(), bob(), carol());
		register_batch(&ada);
		let [_, batch, leaf] = PROOFS;
		assert_ok!(send(&ada, transfer_call(&ada, batch, &bob, NOW)));
		assert_noop!(send(&ada, renew_call(&ada, leaf, NOW)), Error::<Test>::NotOwner);
		assert_ok!(send(&bob, transfer_call(&bob, leaf, &carol, NOW)));
		assert_ok!(send(&bob, transfer_call(&bob, batch, &ada, NOW)));
		assert_noop!(send(&ada, renew_call(&ada, leaf, NOW)), Error::<Test>::NotOwner);
		assert_ok!(send(&carol, renew_call(&carol, leaf, NOW)));
		// What ends the batch ends it all the same.
		assert_ok!(send(&ada, revoke_call(&ada, batch, NOW)));
		let attempt = send(&carol, revoke_call(&carol, leaf, NOW));
		assert_noop!(attempt, Error::<Test>::AlreadyRevoked);
	});
}

#[test]
fn what_is_not_there_or_another_s_or_ended_is_not_handed_over() {
	let call = |owner: &Key, proof| transfer_call(owner, proof, &carol(), NOW);
	with_chain(|| check_entry(call));
	with_chain(|| check_superseded(call));
}

#[test]
fn nobody_is_handed_what_they_hold() {
	with_chain(|| {
		let ada = ada();
		register(&ada);
		let attempt = send(&ada, transfer_call(&ada, PROOFS[0], &ada, NOW));
		assert_noop!(attempt, Error::<Test>::AlreadyHolder);
	});
}

/// Without the rule, whoever has the signatures could undo that it was handed back.
#[test]
fn signatures_that_handed_it_over_do_not_do_so_again_when_it_was_handed_back() {
	with_chain(|| {
		let (ada, carol) = (ada(), carol());
		register(&ada);
		let first = transfer_call(&ada, PROOFS[0], &carol, NOW + 10);
		assert_ok!(send(&ada, first.clone()));
		assert_noop!(send(&ada, first.clone()), Error::<Test>::NotOwner);
		assert_ok!(send(&carol, transfer_call(&carol, PROOFS[0], &ada, NOW + 10)));
		assert_noop!(send(&carol, first), Error::<Test>::SignatureUsed);
		// The control: signed anew, until another block, it may go the same way again.
		assert_ok!(send(&ada, transfer_call(&ada, PROOFS[0], &carol, NOW + 11)));
		assert_eq!(life_of(PROOFS[0]).changes, 3);
	});
}

#[test]
fn owner_who_handed_a_record_over_cannot_claim_it_and_the_holder_can() {
	with_chain(|| {
		let (ada, carol) = (ada(), carol());
		register(&ada);
		assert_ok!(send(&ada, transfer_call(&ada, PROOFS[0], &carol, NOW)));
		let claim = |key: &Key| send(key, claim_call(registration(key, SUBJECT, Schema::Document)));
		assert_noop!(claim(&ada), Error::<Test>::AlreadyRegistered);
		assert_ok!(claim(&carol));
	});
}

#[test]
fn both_signatures_count_for_this_transfer_only_and_in_time() {
	let (ada, carol) = (|| ada(), || carol());
	let attempt = |by_ada: Sign, by_carol: Sign, valid_until| {
		let (owner, to, proof) = (ada().account(), carol().account(), PROOFS[2]);
		let payload = payload::transfer(&GENESIS, &owner, &proof, &to, valid_until);
		let call = Call::transfer {
			owner,
			proof,
			to,
			valid_until,
			owner_signature: by_ada(&payload),
			next_signature: by_carol(&payload),
		};
		send(&ada(), call)
	};
	with_chain(|| {
		register_all(&ada());
		let (mismatch, malformed) = (Error::<Test>::ConsentMismatch, Error::<Test>::MalformedConsent);
		check_words(&carol(), mismatch, malformed, |sign| {
			attempt(&|payload| ada().sign(payload), sign, NOW)
		});
		check_signature(&ada(), |sign, valid_until| {
			attempt(sign, &|payload| carol().sign(payload), valid_until)
		});
	});
}
