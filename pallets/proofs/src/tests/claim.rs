// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Claims, Error, Event, Records};
use chirograph_primitives::{Operation, Schema, SignatureScheme};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};

fn try_claim(owner: &Key) -> DispatchResult {
	let origin = RuntimeOrigin::signed(owner.account());
	let signature = owner.sign_registration(NOW);
	Proofs::claim(origin, owner.account(), SUBJECT, EVIDENCE, Schema::Document, NOW, signature)
}

#[test]
fn later_claim_is_kept_apart_and_the_first_keeps_its_place() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		register(&ada);
		let first = entry(&ada, SignatureScheme::Ecdsa);
		System::set_extrinsic_index(4);
		events();
		assert_ok!(try_claim(&bob));
		let claim = entry(&bob, SignatureScheme::Sr25519);
		assert_eq!(Records::<Test>::get(SUBJECT), Some(first));
		assert_eq!(Claims::<Test>::get(SUBJECT, bob.account()), Some(claim.clone()));
		assert_eq!(
			events(),
			[Event::Claimed {
				subject: SUBJECT,
				record: claim
			}]
		);
	});
}

#[test]
fn claim_of_an_unregistered_subject_fails() {
	with_chain(|| {
		assert_noop!(
			try_claim(&Key::owner(SignatureScheme::Ecdsa, 1)),
			Error::<Test>::NotRegistered
		);
	});
}

#[test]
fn owner_of_the_record_cannot_claim_nor_can_anybody_twice() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		register(&ada);
		assert_noop!(try_claim(&ada), Error::<Test>::AlreadyRegistered);
		assert_ok!(try_claim(&bob));
		assert_noop!(try_claim(&bob), Error::<Test>::AlreadyRegistered);
	});
}

#[test]
fn label_of_the_record_cannot_claim_with_its_next_key() {
	with_chain(|| {
		let (ada, next) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::new(SignatureScheme::Sr25519, 2));
		register(&ada);
		move_label(&ada.account(), &next.account());
		assert_noop!(try_claim(&next), Error::<Test>::AlreadyRegistered);
	});
}

#[test]
fn claim_takes_a_confirmation_like_a_registration() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		register(&ada);
		guard(&bob.account(), Operation::Registering);
		assert_noop!(try_claim(&bob), NOT_CONFIRMED);
		unguard(&bob.account(), Operation::Registering);
		assert_ok!(try_claim(&bob));
	});
}

#[test]
fn claim_needs_a_role_and_a_signature_like_a_registration() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		register(&ada);
		assert_noop!(try_claim(&Key::new(SignatureScheme::Ecdsa, 3)), NOT_ADMITTED);
		let origin = RuntimeOrigin::signed(bob.account());
		let stolen = ada.sign_registration(NOW);
		assert_noop!(
			Proofs::claim(origin, bob.account(), SUBJECT, EVIDENCE, Schema::Document, NOW, stolen),
			Error::<Test>::SignatureMismatch
		);
	});
}
