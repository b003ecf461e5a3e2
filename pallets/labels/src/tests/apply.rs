// SPDX-License-Identifier: Apache-2.0

use super::{council_revokes, council_suspends, events, hand_over, stray_roles};
use crate::{mock::*, Applications, Error, Event, Rejections};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, Application, CertificateClaim, CertificateHash, CertificateKey, Country, DossierHash, Jurisdiction, Ledger,
	RejectionReason, Role, Roles, SuspensionReason,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use p256::ecdsa::{
	signature::{Signer, Verifier},
	Signature, SigningKey,
};
use sp_core::{ed25519, Pair};
use sp_runtime::DispatchError;

fn fred_applies(jurisdiction: Jurisdiction, roles: Roles) -> DispatchResult {
	Labels::apply(Fred.origin(), DOSSIER, Fred.organisation(), jurisdiction, roles, None)
}

const CERTIFICATE: CertificateHash = CertificateHash([0xce; 32]);

fn certificate_key() -> SigningKey {
	SigningKey::from_slice(&[0x5c; 32]).expect("is below the order of the curve")
}

/// Claims a certificate for `account` on a network, with a key for P-256.
fn by_p256(genesis: &GenesisHash, account: &AccountId) -> CertificateClaim {
	let key = certificate_key();
	let point = key.verifying_key().to_encoded_point(true);
	let signature: Signature = key.sign(&payload::certificate(genesis, account, &CERTIFICATE));
	CertificateClaim {
		certificate: CERTIFICATE,
		key: CertificateKey::P256(point.as_bytes().try_into().expect("is compressed")),
		signature: signature.normalize_s().unwrap_or(signature).to_bytes().into(),
	}
}

/// The same with a key for Ed25519.
fn by_ed25519(genesis: &GenesisHash, account: &AccountId) -> CertificateClaim {
	let key = ed25519::Pair::from_seed(&[0x5c; 32]);
	CertificateClaim {
		certificate: CERTIFICATE,
		key: CertificateKey::Ed25519(key.public().0),
		signature: key.sign(&payload::certificate(genesis, account, &CERTIFICATE)).0,
	}
}

/// With a key of each kind.
const CLAIMS: [fn(&GenesisHash, &AccountId) -> CertificateClaim; 2] = [by_p256, by_ed25519];

/// Applies in Germany as an owner, with a certificate.
fn applies_with(who: Who, claim: CertificateClaim) -> DispatchResult {
	let roles = Roles::only(Role::Owner);
	Labels::apply(who.origin(), DOSSIER, who.organisation(), germany(), roles, Some(claim))
}

#[test]
fn an_application_waits_for_an_auditor() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner, Role::Issuer]));
		let account = Fred.account();
		let application = Application {
			dossier: DOSSIER,
			organisation: Fred.organisation(),
			jurisdiction: germany(),
			roles: Roles::only(Role::Owner).with(Roles::only(Role::Issuer)),
			certificate: None,
			applied: TestLedger::here(),
		};
		assert_eq!(Applications::<Test>::get(&account), Some(application.clone()));
		assert_eq!(Applications::<Test>::count(), 1);
		assert_eq!(System::providers(&account), 1);
		assert_eq!(events(), [Event::Applied { account, application }]);
	});
}

#[test]
fn an_applicant_cannot_apply_again_for_the_same_nor_for_something_else() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::AlreadyApplied);
		assert_noop!(
			Labels::apply(
				Fred.origin(),
				DossierHash([1; 32]),
				Gina.organisation(),
				france(),
				Roles::only(Role::Issuer),
				None
			),
			Error::<Test>::AlreadyApplied
		);
	});
}

#[test]
fn a_holder_cannot_apply_whatever_became_of_its_label() {
	with_chain(|| {
		assert_noop!(Emil.applies([Role::Issuer]), Error::<Test>::AlreadyLabelled);
		council_suspends(Emil, SuspensionReason::Investigation);
		assert_noop!(Emil.applies([Role::Issuer]), Error::<Test>::AlreadyLabelled);
		council_revokes(Emil);
		assert_noop!(Emil.applies([Role::Issuer]), Error::<Test>::AlreadyLabelled);
	});
}

#[test]
fn a_key_that_held_a_label_once_cannot_apply() {
	with_chain(|| {
		hand_over(Emil, Fred);
		assert_noop!(Emil.applies([Role::Owner]), Error::<Test>::KeyRetired);
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::AlreadyLabelled);
	});
}

#[test]
fn an_application_after_a_rejection_clears_the_rejection() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		let rejected = Labels::reject(Anna.origin(), Fred.account(), RejectionReason::DossierMissing);
		assert_ok!(rejected);
		assert!(Rejections::<Test>::contains_key(Fred.account()));
		assert_ok!(Fred.applies([Role::Owner]));
		assert_eq!(Rejections::<Test>::get(Fred.account()), None);
		assert!(Applications::<Test>::contains_key(Fred.account()));
	});
}

#[test]
fn no_more_applications_wait_than_the_bound_allows() {
	with_chain(|| {
		crowd();
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::TooManyApplications);
		assert_ok!(Labels::withdraw(RuntimeOrigin::signed(stranger(0))));
		assert_ok!(Fred.applies([Role::Owner]));
		assert_noop!(Gina.applies([Role::Owner]), Error::<Test>::TooManyApplications);
	});
}

fn stranger(index: u32) -> AccountId {
	AccountId::new([100 + index as u8; 32])
}

/// As many strangers apply as may, each a block after the one before.
fn crowd() {
	for index in 0..MaxApplications::get() {
		at(NOW + index);
		System::inc_account_nonce(stranger(index));
		let (origin, roles) = (RuntimeOrigin::signed(stranger(index)), Roles::only(Role::Owner));
		assert_ok!(Labels::apply(origin, DOSSIER, Fred.organisation(), germany(), roles, None));
	}
}

#[test]
fn an_application_that_waited_for_too_long_gives_way_the_oldest_first() {
	with_chain(|| {
		crowd();
		at(NOW + ApplicationLifetime::get() - 1);
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::TooManyApplications);
		at(NOW + ApplicationLifetime::get());
		events();
		assert_ok!(Fred.applies([Role::Owner]));
		assert_eq!(events()[0], Event::Lapsed { account: stranger(0) });
		assert!(!Applications::<Test>::contains_key(stranger(0)) && Applications::<Test>::contains_key(stranger(1)));
		assert_eq!(Applications::<Test>::count(), MaxApplications::get());
		// The next one applied a block later.
		assert_noop!(Gina.applies([Role::Owner]), Error::<Test>::TooManyApplications);
		at(NOW + ApplicationLifetime::get() + 1);
		assert_ok!(Gina.applies([Role::Owner]));
		assert!(!Applications::<Test>::contains_key(stranger(1)));
		// Whoever gave way may apply again, where there is room.
		at(NOW + ApplicationLifetime::get() + 2);
		assert_ok!(Labels::apply(
			RuntimeOrigin::signed(stranger(0)),
			DOSSIER,
			Fred.organisation(),
			germany(),
			Roles::only(Role::Owner),
			None
		));
		assert!(!Applications::<Test>::contains_key(stranger(2)));
	});
}

/// However long it waited.
#[test]
fn an_application_that_nobody_wants_the_place_of_waits_on() {
	with_chain(|| {
		assert_ok!(Gina.applies([Role::Owner]));
		at(NOW + 10 * ApplicationLifetime::get());
		assert_ok!(Fred.applies([Role::Owner]));
		assert!(Applications::<Test>::contains_key(Gina.account()));
		let expires = TestLedger::here().time + 1;
		assert_ok!(Labels::approve(Anna.origin(), Gina.account(), application_of(Gina), expires));
	});
}

/// Those of before say nothing of who is the oldest now.
#[test]
fn what_was_withdrawn_rejected_or_approved_gives_no_way() {
	with_chain(|| {
		crowd();
		assert_ok!(Labels::withdraw(RuntimeOrigin::signed(stranger(0))));
		let rejected = Labels::reject(Anna.origin(), stranger(1), RejectionReason::Unspecified);
		assert_ok!(rejected);
		for who in [Fred, Gina] {
			assert_ok!(who.applies([Role::Owner]));
		}
		assert_ok!(Labels::approve(Anna.origin(), Fred.account(), application_of(Fred), EXPIRES));
		assert_ok!(Hans.applies([Role::Owner]));
		at(NOW + ApplicationLifetime::get() + 2);
		events();
		assert_ok!(Iris.applies([Role::Owner]));
		assert_eq!(events()[0], Event::Lapsed { account: stranger(2) });
	});
}

/// Whoever has a label could otherwise apply for as many accounts as it likes, past what bounds the applications of all in a window.
#[test]
fn an_account_that_signs_nothing_itself_does_not_apply() {
	with_chain(|| {
		frame_system::Account::<Test>::remove(Fred.account());
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::DerivedAccount);
		System::inc_providers(&Fred.account());
		assert_noop!(Fred.applies([Role::Owner]), Error::<Test>::DerivedAccount);
		System::inc_account_nonce(Fred.account());
		assert_ok!(Fred.applies([Role::Owner]));
	});
}

#[test]
fn an_application_names_roles_and_only_those_that_exist() {
	with_chain(|| {
		assert_noop!(fred_applies(germany(), Roles::NONE), Error::<Test>::InvalidRoles);
		for stray in stray_roles() {
			assert_noop!(fred_applies(germany(), stray), Error::<Test>::InvalidRoles);
			let with_another = stray.with(Roles::only(Role::Owner));
			assert_noop!(fred_applies(germany(), with_another), Error::<Test>::InvalidRoles);
		}
		assert_ok!(fred_applies(germany(), every_grantable_role()));
	});
}

#[test]
fn nobody_applies_to_be_an_auditor() {
	with_chain(|| {
		for roles in [Roles::only(Role::Auditor), Roles::all()] {
			assert_noop!(fred_applies(germany(), roles), Error::<Test>::AuditorByCouncilOnly);
		}
	});
}

#[test]
fn an_application_from_where_no_country_can_be_is_refused() {
	with_chain(|| {
		let malformed = [
			(*b"de", [0; 3]),
			(*b"D\0", [0; 3]),
			(*b"4U", [0; 3]),
			(*b"DE", *b"B\0Y"),
			(*b"DE", *b"\0BY"),
			(*b"DE", *b"by\0"),
			(*b"DE", *b"B-Y"),
		];
		for (country, region) in malformed {
			let country = Country(country);
			let jurisdiction = Jurisdiction { country, region };
			assert_noop!(
				fred_applies(jurisdiction, Roles::only(Role::Owner)),
				Error::<Test>::InvalidJurisdiction
			);
		}
		assert_ok!(fred_applies(france(), Roles::only(Role::Owner)));
	});
}

#[test]
fn unsigned_and_root_cannot_apply() {
	with_chain(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let roles = Roles::only(Role::Owner);
			assert_noop!(
				Labels::apply(origin, DOSSIER, Fred.organisation(), germany(), roles, None),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn an_application_names_the_certificate_whose_key_signed_for_it() {
	for claim in CLAIMS {
		with_chain(|| {
			let claim = claim(&GENESIS, &Fred.account());
			let certificate = Some(claim.binding());
			assert_ok!(applies_with(Fred, claim));
			let application = Applications::<Test>::get(Fred.account()).expect("Fred applied");
			assert_eq!(application.certificate, certificate);
			let account = Fred.account();
			assert_eq!(events(), [Event::Applied { account, application }]);
		});
	}
}

#[test]
fn a_certificate_s_signature_is_for_one_account() {
	for claim in CLAIMS {
		with_chain(|| {
			let claim = claim(&GENESIS, &Gina.account());
			assert_noop!(applies_with(Fred, claim.clone()), Error::<Test>::CertificateSignatureMismatch);
			assert_ok!(applies_with(Gina, claim));
		});
	}
}

#[test]
fn a_certificate_s_signature_is_for_one_network() {
	for claim in CLAIMS {
		with_chain(|| {
			let elsewhere = claim(&[0x48; 32], &Fred.account());
			assert_noop!(applies_with(Fred, elsewhere), Error::<Test>::CertificateSignatureMismatch);
			assert_ok!(applies_with(Fred, claim(&GENESIS, &Fred.account())));
		});
	}
}

/// A key may have several certificates, of which some are more than others.
#[test]
fn a_certificate_s_signature_is_for_one_certificate() {
	for claim in CLAIMS {
		with_chain(|| {
			let claim = claim(&GENESIS, &Fred.account());
			let another = CertificateClaim {
				certificate: CertificateHash([0xcf; 32]),
				..claim.clone()
			};
			assert_noop!(applies_with(Fred, another), Error::<Test>::CertificateSignatureMismatch);
			assert_ok!(applies_with(Fred, claim));
		});
	}
}

#[test]
fn a_certificate_s_signature_is_by_the_key_that_is_claimed() {
	with_chain(|| {
		let mut claim = by_ed25519(&GENESIS, &Fred.account());
		let another = ed25519::Pair::from_seed(&[0x5d; 32]);
		claim.key = CertificateKey::Ed25519(another.public().0);
		assert_noop!(applies_with(Fred, claim), Error::<Test>::CertificateSignatureMismatch);
	});
}

#[test]
fn what_is_no_signature_or_no_key_of_a_certificate_is_refused() {
	with_chain(|| {
		let genuine = by_p256(&GENESIS, &Fred.account());
		let mut empty = genuine.clone();
		empty.signature = [0; 64];
		let mut off_the_curve = genuine.clone();
		off_the_curve.key = CertificateKey::P256([0xff; 33]);
		for claim in [empty, off_the_curve] {
			assert_noop!(applies_with(Fred, claim), Error::<Test>::MalformedCertificateSignature);
		}
		assert_ok!(applies_with(Fred, genuine));
	});
}

#[test]
fn the_twin_of_a_certificate_s_signature_is_refused() {
	with_chain(|| {
		let genuine = by_p256(&GENESIS, &Fred.account());
		let (r, s) = Signature::from_slice(&genuine.signature).expect("is one").split_scalars();
		let twin = Signature::from_scalars(r, -s).expect("both are in range");
		let payload = payload::certificate(&GENESIS, &Fred.account(), &CERTIFICATE);
		assert!(
			certificate_key().verifying_key().verify(&payload, &twin).is_ok(),
			"the control"
		);
		let claim = CertificateClaim {
			signature: twin.to_bytes().into(),
			..genuine.clone()
		};
		assert_noop!(applies_with(Fred, claim), Error::<Test>::MalformedCertificateSignature);
		assert_ok!(applies_with(Fred, genuine));
	});
}

#[test]
fn a_label_names_the_certificate_that_its_identity_rests_on() {
	with_chain(|| {
		assert_ok!(applies_with(Fred, by_p256(&GENESIS, &Fred.account())));
		let approved = Labels::approve(Anna.origin(), Fred.account(), application_of(Fred), EXPIRES);
		assert_ok!(approved);
		assert_eq!(Fred.label().certificate, Some(CERTIFICATE));
		grant(Gina);
		assert_eq!(Gina.label().certificate, None);
	});
}
