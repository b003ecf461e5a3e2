// SPDX-License-Identifier: Apache-2.0

//! Publishing certificates, and withdrawing them.

use super::{council_revokes, council_suspends, events, grant_as, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Certificates, Error, Event};
use chirograph_primitives::{
	CertificateHash, Ledger, Role,
	SuspensionReason::{Investigation, KeyCompromised},
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

const CERTIFICATE: CertificateHash = CertificateHash([0xce; 32]);
const ANOTHER: CertificateHash = CertificateHash([0xcf; 32]);

type CertificateCall = fn(RuntimeOrigin, CertificateHash) -> DispatchResult;

/// What holds for both calls.
const CALLS: [CertificateCall; 2] = [Labels::publish_certificate, Labels::withdraw_certificate];

fn publish(who: Who, certificate: CertificateHash) -> DispatchResult {
	Labels::publish_certificate(who.origin(), certificate)
}

fn withdraw(who: Who, certificate: CertificateHash) -> DispatchResult {
	Labels::withdraw_certificate(who.origin(), certificate)
}

#[test]
fn a_published_certificate_is_on_record_with_its_authority_and_time() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		let (label, certificate) = (Dora.number(), CERTIFICATE);
		assert_eq!(Certificates::<Test>::get(label, certificate), Some(TestLedger::here()));
		assert_eq!(events(), [Event::CertificatePublished { label, certificate }]);
	});
}

#[test]
fn a_withdrawn_certificate_is_gone_and_others_are_not() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_ok!(publish(Dora, ANOTHER));
		let published = TestLedger::here();
		at(NOW + 5);
		events();
		assert_ok!(withdraw(Dora, CERTIFICATE));
		let (label, certificate) = (Dora.number(), CERTIFICATE);
		assert_eq!(Certificates::<Test>::get(label, certificate), None);
		assert_eq!(Certificates::<Test>::get(label, ANOTHER), Some(published));
		assert_eq!(events(), [Event::CertificateWithdrawn { label, certificate }]);
	});
}

#[test]
fn a_certificate_is_published_once_at_a_time() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_noop!(publish(Dora, CERTIFICATE), Error::<Test>::CertificateUnchanged);
		assert_ok!(withdraw(Dora, CERTIFICATE));
		assert_noop!(withdraw(Dora, CERTIFICATE), Error::<Test>::CertificateUnchanged);
		at(NOW + 5);
		assert_ok!(publish(Dora, CERTIFICATE));
		let published = Certificates::<Test>::get(Dora.number(), CERTIFICATE);
		assert_eq!(published, Some(TestLedger::here()));
	});
}

#[test]
fn what_was_not_published_cannot_be_withdrawn() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_noop!(withdraw(Dora, ANOTHER), Error::<Test>::CertificateUnchanged);
	});
}

#[test]
fn each_authority_vouches_for_itself() {
	with_chain(|| {
		let fred = grant_as(Fred, Fred.organisation(), france(), &[Role::CertificateAuthority]);
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_noop!(withdraw(Fred, CERTIFICATE), Error::<Test>::CertificateUnchanged);
		assert_ok!(publish(Fred, CERTIFICATE));
		assert_ok!(withdraw(Dora, CERTIFICATE));
		assert_eq!(Certificates::<Test>::get(Dora.number(), CERTIFICATE), None);
		assert!(Certificates::<Test>::contains_key(fred, CERTIFICATE));
	});
}

#[test]
fn an_authority_with_another_key_vouches_for_the_same_certificates() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		hand_over(Dora, Fred);
		assert_noop!(publish(Fred, CERTIFICATE), Error::<Test>::CertificateUnchanged);
		assert_ok!(withdraw(Fred, CERTIFICATE));
	});
}

#[test]
fn nobody_but_a_certificate_authority_publishes_or_withdraws() {
	for call in CALLS {
		with_chain(|| {
			assert_ok!(publish(Dora, ANOTHER));
			for who in [Anna, Bruno, Clara, Emil] {
				assert_noop!(call(who.origin(), ANOTHER), Error::<Test>::WrongRole);
			}
			assert_noop!(call(Fred.origin(), ANOTHER), Error::<Test>::NoLabel);
			for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
				assert_noop!(call(origin, ANOTHER), DispatchError::BadOrigin);
			}
		});
	}
}

#[test]
fn an_authority_whose_label_is_of_no_use_publishes_and_withdraws_nothing() {
	/// What becomes of Dora, and what she is told.
	type Fate = (fn(), fn() -> Error<Test>);
	let fates: [Fate; 5] = [
		(|| council_suspends(Dora, Investigation), || Error::LabelSuspended),
		(
			|| council_suspends(Dora, KeyCompromised { since: NOW }),
			|| Error::KeyCompromised,
		),
		(|| council_revokes(Dora), || Error::LabelRevoked),
		(|| at(FOUNDERS_ENDED), || Error::LabelExpired),
		(|| hand_over(Dora, Gina), || Error::KeyRetired),
	];
	for (suffer, refusal) in fates {
		with_chain(|| {
			assert_ok!(publish(Dora, CERTIFICATE));
			suffer();
			assert_noop!(publish(Dora, ANOTHER), refusal());
			assert_noop!(withdraw(Dora, CERTIFICATE), refusal());
		});
	}
}
