// SPDX-License-Identifier: Apache-2.0

use super::{
	check_entry, check_signature, check_superseded, claim_call, events, history_of, label, later, life_of, register_call,
	revoke_call, revoke_claim_call, send, supersede_call, transfer_call, Sign, OTHER_RECORD, OTHER_SUBJECT, REASON,
};
use crate::{mock::*, Batches, Call, Claims, Error, Event, Records};
use chirograph_primitives::{
	payload, Ledger, Life, Operation, OwnerSignature, ProofChange, ProofEvent, ProofId, RevocationReason, Role, Schema,
	SignatureScheme, Status, Subject,
};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};

const RECORD: ProofId = PROOFS[0];

fn try_revoke(submitter: &Key, owner: &Key) -> DispatchResult {
	send(submitter, revoke_call(owner, RECORD, NOW + 50))
}

#[test]
fn revoked_proof_of_each_kind_stays_on_record() {
	for proof in PROOFS {
		with_chain(|| {
			let ada = Key::owner(SignatureScheme::Ecdsa, 1);
			register_all(&ada);
			let (mut record, mut batch) = (entry(&ada, SignatureScheme::Ecdsa), batch_entry(&ada, SignatureScheme::Ecdsa));
			let at = later();
			assert_ok!(send(&ada, revoke_call(&ada, proof, NOW + 5)));
			let life = Life {
				status: Status::Revoked { at, reason: REASON },
				holder: None,
				changes: 1,
			};
			assert_eq!(life_of(proof), life);
			let change = ProofChange {
				at,
				by: label(&ada),
				account: ada.account(),
				event: ProofEvent::Revoked { reason: REASON },
			};
			assert_eq!(history_of(proof), [change]);
			let event = Event::Revoked {
				proof,
				owner: ada.account(),
				label: label(&ada),
				reason: REASON,
				at,
			};
			assert_eq!(events(), [event]);
			match proof {
				ProofId::Record { .. } => record.life = life,
				ProofId::Batch { .. } => batch.life = life,
				ProofId::Leaf { .. } => {},
			}
			assert_eq!(Records::<Test>::get(SUBJECT), Some(record));
			assert_eq!(Batches::<Test>::get(ROOT), Some(batch));
			// Nor does revoking free the place.
			let again = register_call(registration(&ada, SUBJECT, Schema::Document));
			assert_noop!(send(&ada, again), Error::<Test>::AlreadyRegistered);
		});
	}
}

#[test]
fn proof_of_each_kind_goes_where_the_label_of_its_holder_goes() {
	for proof in PROOFS {
		with_chain(|| {
			let (ada, next, bob) = (
				Key::owner(SignatureScheme::Ecdsa, 1),
				Key::new(SignatureScheme::Sr25519, 2),
				Key::owner(SignatureScheme::Ed25519, 3),
			);
			register_all(&ada);
			let ada_s = label(&ada);
			// The control: who has another label cannot.
			assert_noop!(send(&bob, revoke_call(&bob, proof, NOW + 5)), Error::<Test>::NotOwner);
			assert_noop!(send(&next, revoke_call(&next, proof, NOW + 5)), Error::<Test>::NotOwner);
			move_label(&ada.account(), &next.account());
			assert_noop!(send(&ada, revoke_call(&ada, proof, NOW + 5)), NOT_ADMITTED);
			let at = later();
			assert_ok!(send(&next, revoke_call(&next, proof, NOW + 5)));
			assert_eq!(life_of(proof).status, Status::Revoked { at, reason: REASON });
			let done_by = history_of(proof).pop().map(|change| (change.by, change.account));
			assert_eq!(done_by, Some((ada_s, next.account())));
		});
	}
}

#[test]
fn revocation_takes_a_confirmation_like_a_registration() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register(&ada);
		guard(&ada.account(), Operation::Registering);
		assert_noop!(try_revoke(&ada, &ada), NOT_CONFIRMED);
		unguard(&ada.account(), Operation::Registering);
		assert_ok!(try_revoke(&ada, &ada));
	});
}

#[test]
fn revoking_a_claim_leaves_the_record_alone() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Ed25519, 2));
		register(&ada);
		let origin = RuntimeOrigin::signed(bob.account());
		let signature = bob.sign_registration(NOW);
		assert_ok!(Proofs::claim(
			origin,
			bob.account(),
			SUBJECT,
			EVIDENCE,
			Schema::Document,
			NOW,
			signature
		));
		assert_ok!(send(&bob, revoke_claim_call(&bob, SUBJECT, NOW)));
		assert_eq!(Records::<Test>::get(SUBJECT), Some(entry(&ada, SignatureScheme::Ecdsa)));
		let claim = Claims::<Test>::get(SUBJECT, bob.account()).expect("the claim stays on record");
		let life = Life {
			status: Status::Revoked {
				at: TestLedger::here(),
				reason: REASON,
			},
			..Life::default()
		};
		assert_eq!(claim.life, life);
		assert_eq!(history_of(RECORD), []);
		let event = Event::Revoked {
			proof: RECORD,
			owner: bob.account(),
			label: label(&bob),
			reason: REASON,
			at: TestLedger::here(),
		};
		assert_eq!(events().last(), Some(&event));
		let again = send(&bob, revoke_claim_call(&bob, SUBJECT, NOW));
		assert_noop!(again, Error::<Test>::AlreadyRevoked);
	});
}

/// Without the rule, what Bob said about his claim would end the record that he was handed.
#[test]
fn signature_that_revokes_a_claim_does_not_revoke_the_record_nor_the_other_way_round() {
	for was_sent in [true, false] {
		with_chain(|| {
			let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Ed25519, 2));
			register(&ada);
			let claim = claim_call(registration(&bob, SUBJECT, Schema::Document));
			assert_ok!(send(&bob, claim));
			let (of_claim, of_record) = (
				revoke_claim_call(&bob, SUBJECT, NOW + 50),
				revoke_call(&bob, RECORD, NOW + 50),
			);
			assert_noop!(send(&bob, of_record.clone()), Error::<Test>::SignatureMismatch);
			if was_sent {
				assert_ok!(send(&bob, of_claim.clone()));
			}
			assert_ok!(send(&ada, transfer_call(&ada, RECORD, &bob, NOW)));
			assert_noop!(send(&bob, of_claim), Error::<Test>::SignatureMismatch);
			// The control: what is signed for the record revokes it.
			assert_ok!(send(&bob, of_record));
			assert!(matches!(life_of(RECORD).status, Status::Revoked { .. }));
		});
	}
}

/// The owner and the subject are in what is signed, or one word would end every claim of an owner.
#[test]
fn signature_for_one_claim_does_not_revoke_another() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Ed25519, 2));
		for subject in [SUBJECT, OTHER_SUBJECT] {
			register_as(&ada, subject, Schema::Document);
			assert_ok!(send(&bob, claim_call(registration(&bob, subject, Schema::Document))));
		}
		let for_the_other = payload::claim_revocation(&GENESIS, &bob.account(), &OTHER_SUBJECT, REASON, NOW);
		let attempt = send(&bob, call(&bob, RECORD, NOW, bob.sign(&for_the_other)));
		assert_noop!(attempt, Error::<Test>::SignatureMismatch);
		assert_ok!(send(&bob, revoke_claim_call(&bob, SUBJECT, NOW)));
	});
}

#[test]
fn holder_of_a_record_revokes_it_and_not_a_claim_of_the_same_account() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Ed25519, 2));
		register(&ada);
		assert_ok!(send(&bob, claim_call(registration(&bob, SUBJECT, Schema::Document))));
		assert_ok!(send(&ada, transfer_call(&ada, RECORD, &bob, NOW)));
		assert_ok!(try_revoke(&bob, &bob));
		assert_eq!(history_of(RECORD).len(), 2);
		let claim = Claims::<Test>::get(SUBJECT, bob.account()).expect("the claim stays on record");
		assert_eq!(claim.life, Life::default());
		assert_noop!(try_revoke(&bob, &bob), Error::<Test>::AlreadyRevoked);
	});
}

#[test]
fn business_platform_revokes_for_an_owner_and_nobody_else_does() {
	with_chain(|| {
		let (ada, platform) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::new(SignatureScheme::Sr25519, 2));
		register(&ada);
		assert_noop!(try_revoke(&platform, &ada), NOT_ADMITTED);
		admit(&platform.account(), Role::BusinessPlatform);
		assert_ok!(try_revoke(&platform, &ada));
	});
}

#[test]
fn entry_of_another_owner_cannot_be_revoked() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		register_all(&ada);
		for proof in PROOFS {
			assert_noop!(send(&bob, revoke_call(&bob, proof, NOW)), Error::<Test>::NotOwner);
		}
		admit(&bob.account(), Role::BusinessPlatform);
		let by_bob = bob.sign(&payload::revocation(&GENESIS, &ada.account(), &RECORD, REASON, NOW));
		assert_noop!(send(&bob, call(&ada, RECORD, NOW, by_bob)), Error::<Test>::SignatureMismatch);
	});
}

fn call(owner: &Key, proof: ProofId, valid_until: u32, signature: OwnerSignature) -> Call<Test> {
	Call::revoke {
		owner: owner.account(),
		proof,
		reason: REASON,
		valid_until,
		signature,
	}
}

#[test]
fn signature_for_a_registration_or_for_another_reason_does_not_revoke() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register(&ada);
		let account = ada.account();
		let other_reason = payload::revocation(&GENESIS, &account, &RECORD, RevocationReason::Unspecified, NOW);
		let other_subject = ProofId::Record {
			subject: Subject([9; 32]),
		};
		let other_subject = payload::revocation(&GENESIS, &account, &other_subject, REASON, NOW);
		for signature in [ada.sign_registration(NOW), ada.sign(&other_reason), ada.sign(&other_subject)] {
			assert_noop!(
				send(&ada, call(&ada, RECORD, NOW, signature)),
				Error::<Test>::SignatureMismatch
			);
		}
	});
}

/// A leaf, its batch and a record of the same subject: what is signed for one does not end another.
#[test]
fn signature_for_one_kind_of_proof_does_not_revoke_another() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register_all(&ada);
		for signed in PROOFS {
			let payload = payload::revocation(&GENESIS, &ada.account(), &signed, REASON, NOW);
			for proof in PROOFS.into_iter().filter(|proof| *proof != signed) {
				let attempt = send(&ada, call(&ada, proof, NOW, ada.sign(&payload)));
				assert_noop!(attempt, Error::<Test>::SignatureMismatch);
			}
		}
	});
}

#[test]
fn unregistered_or_revoked_already_fails() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		assert_noop!(try_revoke(&ada, &ada), Error::<Test>::NotRegistered);
		register(&ada);
		assert_ok!(try_revoke(&ada, &ada));
		assert_noop!(try_revoke(&ada, &ada), Error::<Test>::AlreadyRevoked);
	});
}

#[test]
fn what_is_not_there_or_another_s_or_ended_is_not_revoked() {
	let call = |owner: &Key, proof| revoke_call(owner, proof, NOW);
	with_chain(|| check_entry(call));
	with_chain(|| check_superseded(call));
}

#[test]
fn what_revokes_a_batch_revokes_its_leaves() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register_all(&ada);
		register_as(&ada, OTHER_SUBJECT, Schema::Document);
		let [_, batch, leaf] = PROOFS;
		let sibling = ProofId::Leaf {
			root: ROOT,
			subject: OTHER_SUBJECT,
		};
		assert_ok!(send(&ada, supersede_call(&ada, sibling, OTHER_RECORD, NOW)));
		assert_ok!(send(&ada, revoke_call(&ada, batch, NOW)));
		assert_eq!(life_of(leaf), Life::default());
		assert_noop!(send(&ada, revoke_call(&ada, leaf, NOW)), Error::<Test>::AlreadyRevoked);
		// What ended before ended as it did.
		let batch = Batches::<Test>::get(ROOT).expect("it stays");
		assert!(matches!(batch.leaf_status(&life_of(leaf)), Status::Revoked { .. }));
		assert!(matches!(batch.leaf_status(&life_of(sibling)), Status::Superseded { .. }));
	});
}

#[test]
fn signature_counts_for_this_revocation_only_and_in_time() {
	for proof in PROOFS {
		with_chain(|| {
			let ada = Key::owner(SignatureScheme::Ecdsa, 1);
			register_all(&ada);
			check_signature(&ada, |sign: Sign, valid_until| {
				let payload = payload::revocation(&GENESIS, &ada.account(), &proof, REASON, valid_until);
				send(&ada, call(&ada, proof, valid_until, sign(&payload)))
			});
		});
	}
}

#[test]
fn signature_counts_for_this_revocation_of_a_claim_only_and_in_time() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Ed25519, 2));
		register(&bob);
		assert_ok!(send(&ada, claim_call(registration(&ada, SUBJECT, Schema::Document))));
		check_signature(&ada, |sign: Sign, valid_until| {
			let payload = payload::claim_revocation(&GENESIS, &ada.account(), &SUBJECT, REASON, valid_until);
			send(&ada, call(&ada, RECORD, valid_until, sign(&payload)))
		});
	});
}

#[test]
fn issuer_revokes_a_certificate_with_the_role_that_registered_it() {
	with_chain(|| {
		let ada = Key::new(SignatureScheme::Ecdsa, 1);
		admit(&ada.account(), Role::Issuer);
		register_as(&ada, SUBJECT, Schema::Certificate);
		assert_ok!(try_revoke(&ada, &ada));
	});
}
