// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Claims, Error, Event, Records};
use chirograph_primitives::{
	payload, Ledger, Operation, OwnerSignature, RevocationReason, Role, Schema, SignatureScheme, Status, Subject,
};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};

const REASON: RevocationReason = RevocationReason::IssuedInError;

fn sign_revocation(owner: &Key, valid_until: u32) -> OwnerSignature {
	owner.sign(&payload::revocation(
		&GENESIS,
		&owner.account(),
		&SUBJECT,
		REASON,
		valid_until,
	))
}

fn try_revoke(submitter: &Key, owner: &Key) -> DispatchResult {
	let origin = RuntimeOrigin::signed(submitter.account());
	Proofs::revoke(
		origin,
		owner.account(),
		SUBJECT,
		REASON,
		NOW + 50,
		sign_revocation(owner, NOW + 50),
	)
}

#[test]
fn record_goes_where_the_label_of_its_owner_goes() {
	with_chain(|| {
		let (ada, next, bob) = (
			Key::owner(SignatureScheme::Ecdsa, 1),
			Key::new(SignatureScheme::Sr25519, 2),
			Key::owner(SignatureScheme::Ed25519, 3),
		);
		register(&ada);
		// The control: who has another label cannot, nor can who will have this one.
		assert_noop!(try_revoke(&bob, &bob), Error::<Test>::NotOwner);
		assert_noop!(try_revoke(&next, &next), Error::<Test>::NotOwner);
		move_label(&ada.account(), &next.account());
		assert_noop!(try_revoke(&ada, &ada), NOT_ADMITTED);
		assert_ok!(try_revoke(&next, &next));
		let revoked = Records::<Test>::get(SUBJECT).expect("it is on record");
		assert!(matches!(revoked.status, Status::Revoked { .. }));
		assert_eq!(revoked.owner, ada.account());
	});
}

#[test]
fn revoked_record_stays_on_record() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register(&ada);
		let registered = entry(&ada, SignatureScheme::Ecdsa);
		System::set_block_number(NOW + 5);
		events();
		assert_ok!(try_revoke(&ada, &ada));
		let mut revoked = registered;
		revoked.status = Status::Revoked {
			at: TestLedger::here(),
			reason: REASON,
		};
		assert_eq!(Records::<Test>::get(SUBJECT), Some(revoked));
		let owner = ada.account();
		assert_eq!(
			events(),
			[Event::Revoked {
				subject: SUBJECT,
				owner,
				reason: REASON,
				at: TestLedger::here()
			}]
		);
		// Nor does revoking free the place.
		let origin = RuntimeOrigin::signed(ada.account());
		assert_noop!(
			Proofs::register(
				origin,
				ada.account(),
				SUBJECT,
				EVIDENCE,
				Schema::Document,
				NOW + 5,
				ada.sign_registration(NOW + 5)
			),
			Error::<Test>::AlreadyRegistered
		);
	});
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
		assert_ok!(try_revoke(&bob, &bob));
		assert_eq!(Records::<Test>::get(SUBJECT), Some(entry(&ada, SignatureScheme::Ecdsa)));
		let claim = Claims::<Test>::get(SUBJECT, bob.account()).expect("the claim stays on record");
		assert_eq!(
			claim.status,
			Status::Revoked {
				at: TestLedger::here(),
				reason: REASON
			}
		);
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
		register(&ada);
		assert_noop!(try_revoke(&bob, &bob), Error::<Test>::NotOwner);
		let origin = RuntimeOrigin::signed(bob.account());
		let by_bob = bob.sign(&payload::revocation(&GENESIS, &ada.account(), &SUBJECT, REASON, NOW));
		admit(&bob.account(), Role::BusinessPlatform);
		assert_noop!(
			Proofs::revoke(origin, ada.account(), SUBJECT, REASON, NOW, by_bob),
			Error::<Test>::SignatureMismatch
		);
	});
}

#[test]
fn signature_for_a_registration_or_for_another_reason_does_not_revoke() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register(&ada);
		let other_reason = payload::revocation(&GENESIS, &ada.account(), &SUBJECT, RevocationReason::Unspecified, NOW);
		let other_subject = payload::revocation(&GENESIS, &ada.account(), &Subject([9; 32]), REASON, NOW);
		for signature in [ada.sign_registration(NOW), ada.sign(&other_reason), ada.sign(&other_subject)] {
			let origin = RuntimeOrigin::signed(ada.account());
			assert_noop!(
				Proofs::revoke(origin, ada.account(), SUBJECT, REASON, NOW, signature),
				Error::<Test>::SignatureMismatch
			);
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
fn expired_or_too_long_signature_is_refused() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register(&ada);
		let attempt = |valid_until| {
			let origin = RuntimeOrigin::signed(ada.account());
			Proofs::revoke(
				origin,
				ada.account(),
				SUBJECT,
				REASON,
				valid_until,
				sign_revocation(&ada, valid_until),
			)
		};
		assert_noop!(attempt(NOW - 1), Error::<Test>::SignatureExpired);
		assert_noop!(
			attempt(NOW + MaxSignatureValidity::get() + 1),
			Error::<Test>::SignatureValidTooLong
		);
		assert_ok!(attempt(NOW));
	});
}

#[test]
fn issuer_revokes_a_certificate_with_the_role_that_registered_it() {
	with_chain(|| {
		let ada = Key::new(SignatureScheme::Ecdsa, 1);
		let account = ada.account();
		admit(&account, Role::Issuer);
		let payload = payload::registration(&GENESIS, &account, &SUBJECT, &EVIDENCE, Schema::Certificate, NOW);
		let origin = RuntimeOrigin::signed(account.clone());
		assert_ok!(Proofs::register(
			origin,
			account,
			SUBJECT,
			EVIDENCE,
			Schema::Certificate,
			NOW,
			ada.sign(&payload)
		));
		assert_ok!(try_revoke(&ada, &ada));
	});
}
