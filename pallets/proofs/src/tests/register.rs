// SPDX-License-Identifier: Apache-2.0

use super::{events, SCHEMES};
use crate::{mock::*, Error, Event, Records};
use chirograph_primitives::{payload, EvidenceHash, Operation, OwnerSignature, Record, Role, Schema, SignatureScheme, Subject};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};

fn try_register(submitter: &Key, owner: &Key, valid_until: u32, signature: OwnerSignature) -> DispatchResult {
	let origin = RuntimeOrigin::signed(submitter.account());
	Proofs::register(
		origin,
		owner.account(),
		SUBJECT,
		EVIDENCE,
		Schema::Document,
		valid_until,
		signature,
	)
}

#[test]
fn owner_of_each_scheme_registers() {
	for scheme in SCHEMES {
		with_chain(|| {
			let ada = Key::owner(scheme, 1);
			assert_ok!(try_register(&ada, &ada, NOW, ada.sign_registration(NOW)));
			assert_eq!(Records::<Test>::get(SUBJECT), Some(entry(&ada, scheme)));
			assert_eq!(
				events(),
				[Event::Registered {
					subject: SUBJECT,
					record: entry(&ada, scheme)
				}]
			);
		});
	}
}

#[test]
fn business_platform_registers_for_an_owner() {
	with_chain(|| {
		let (ada, platform) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::new(SignatureScheme::Sr25519, 2));
		admit(&platform.account(), Role::BusinessPlatform);
		assert_ok!(try_register(&platform, &ada, NOW, ada.sign_registration(NOW)));
		let expected = Record {
			submitter: platform.account(),
			..entry(&ada, SignatureScheme::Ecdsa)
		};
		assert_eq!(Records::<Test>::get(SUBJECT), Some(expected));
	});
}

#[test]
fn submitter_without_the_role_is_refused() {
	with_chain(|| {
		let (ada, mallory) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		assert_noop!(try_register(&mallory, &ada, NOW, ada.sign_registration(NOW)), NOT_ADMITTED);
	});
}

#[test]
fn owner_without_the_role_is_refused() {
	with_chain(|| {
		let nobody = Key::new(SignatureScheme::Ecdsa, 1);
		assert_noop!(
			try_register(&nobody, &nobody, NOW, nobody.sign_registration(NOW)),
			NOT_ADMITTED
		);
	});
}

/// The owner's own word is asked for, whoever submits; what the submitter guards is the submitter's affair.
#[test]
fn what_an_owner_guards_takes_the_owner_s_confirmation() {
	with_chain(|| {
		let (ada, platform) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::new(SignatureScheme::Sr25519, 2));
		admit(&platform.account(), Role::BusinessPlatform);
		guard(&platform.account(), Operation::Registering);
		guard(&ada.account(), Operation::Transferring);
		guard(&ada.account(), Operation::Rotating);
		let attempt = |submitter: &Key| try_register(submitter, &ada, NOW, ada.sign_registration(NOW));
		guard(&ada.account(), Operation::Registering);
		for submitter in [&ada, &platform] {
			assert_noop!(attempt(submitter), NOT_CONFIRMED);
		}
		unguard(&ada.account(), Operation::Registering);
		assert_ok!(attempt(&platform));
	});
}

#[test]
fn certificate_needs_an_issuer() {
	with_chain(|| {
		let ada = Key::new(SignatureScheme::Ecdsa, 1);
		let register = || {
			let account = ada.account();
			let payload = payload::registration(&GENESIS, &account, &SUBJECT, &EVIDENCE, Schema::Certificate, NOW);
			let origin = RuntimeOrigin::signed(account.clone());
			Proofs::register(
				origin,
				account,
				SUBJECT,
				EVIDENCE,
				Schema::Certificate,
				NOW,
				ada.sign(&payload),
			)
		};
		admit(&ada.account(), Role::Owner);
		assert_noop!(register(), NOT_ADMITTED);
		admit(&ada.account(), Role::Issuer);
		assert_ok!(register());
	});
}

#[test]
fn unsigned_and_root_are_refused() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let signature = ada.sign_registration(NOW);
			assert_noop!(
				Proofs::register(origin, ada.account(), SUBJECT, EVIDENCE, Schema::Document, NOW, signature),
				sp_runtime::DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn second_registration_fails_for_the_owner_and_for_others() {
	with_chain(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		register(&ada);
		for second in [&ada, &bob] {
			let attempt = try_register(second, second, NOW, second.sign_registration(NOW));
			assert_noop!(attempt, Error::<Test>::AlreadyRegistered);
		}
	});
}

#[test]
fn signature_counts_through_its_last_block_and_no_longer() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		let attempt = try_register(&ada, &ada, NOW - 1, ada.sign_registration(NOW - 1));
		assert_noop!(attempt, Error::<Test>::SignatureExpired);
		assert_ok!(try_register(&ada, &ada, NOW, ada.sign_registration(NOW)));
	});
}

#[test]
fn signature_valid_for_too_long_is_refused() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		let latest = NOW + MaxSignatureValidity::get();
		let attempt = try_register(&ada, &ada, latest + 1, ada.sign_registration(latest + 1));
		assert_noop!(attempt, Error::<Test>::SignatureValidTooLong);
		assert_ok!(try_register(&ada, &ada, latest, ada.sign_registration(latest)));
	});
}

/// The signature of one owner, presented in turn for each thing that it does not cover.
#[test]
fn signature_over_something_else_is_refused() {
	for scheme in SCHEMES {
		with_chain(|| {
			let (ada, bob) = (Key::owner(scheme, 1), Key::owner(scheme, 2));
			let account = ada.account();
			let other_network = payload::registration(&[0; 32], &account, &SUBJECT, &EVIDENCE, Schema::Document, NOW);
			let other_subject = payload::registration(&GENESIS, &account, &Subject([9; 32]), &EVIDENCE, Schema::Document, NOW);
			let other_evidence =
				payload::registration(&GENESIS, &account, &SUBJECT, &EvidenceHash([9; 32]), Schema::Document, NOW);
			let other_schema = payload::registration(&GENESIS, &account, &SUBJECT, &EVIDENCE, Schema::Invoice, NOW);
			let other_deadline = payload::registration(&GENESIS, &account, &SUBJECT, &EVIDENCE, Schema::Document, NOW + 1);
			for payload in [other_network, other_subject, other_evidence, other_schema, other_deadline] {
				let attempt = try_register(&ada, &ada, NOW, ada.sign(&payload));
				assert_noop!(attempt, Error::<Test>::SignatureMismatch);
			}
			let attempt = try_register(&ada, &ada, NOW, bob.sign_registration(NOW));
			assert_noop!(attempt, Error::<Test>::SignatureMismatch);
			let attempt = try_register(&bob, &bob, NOW, ada.sign_registration(NOW));
			assert_noop!(attempt, Error::<Test>::SignatureMismatch);
		});
	}
}

#[test]
fn malformed_signature_is_refused() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		let attempt = try_register(&ada, &ada, NOW, OwnerSignature::Ecdsa([0; 65].into()));
		assert_noop!(attempt, Error::<Test>::MalformedSignature);
	});
}
