// SPDX-License-Identifier: Apache-2.0

//! Publishing certificates, and withdrawing them.

use super::{council_revokes, council_suspends, events, grant_as, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Certificates, Error, Event};
use chirograph_primitives::{
	AuthorityFault, CertificateHash, LabelId, Ledger, Publication,
	RetirementReason::{self, Compromised},
	Role,
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

/// Published by that one, here and now.
fn by(who: Who) -> Option<Publication> {
	Some(Publication {
		by: who.account(),
		at: TestLedger::here(),
	})
}

#[test]
fn a_published_certificate_is_on_record_with_its_authority_its_account_and_time() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		let (label, certificate) = (Dora.number(), CERTIFICATE);
		assert_eq!(Certificates::<Test>::get(label, certificate), by(Dora));
		let known = (certificate, by(Dora).expect("is some"));
		assert_eq!(Labels::certificates_of(label, None), [known]);
		let by = Dora.account();
		assert_eq!(events(), [Event::CertificatePublished { label, certificate, by }]);
	});
}

/// What is judged then is for whoever reads it: the SDK leaves out what was published by a key that is not believed for that.
#[test]
fn whether_the_key_that_published_it_is_believed_can_be_asked_whoever_holds_the_label_now() {
	type Answer = Result<LabelId, AuthorityFault>;
	let authority = || -> Answer {
		let publication = Certificates::<Test>::get(Dora.number(), CERTIFICATE).expect("it is published");
		Labels::authority_at(&publication.by, Role::CertificateAuthority, &publication.at)
	};
	let moves: [(fn(), Answer); 3] = [
		(|| hand_over(Dora, Fred), Ok(Dora.number())),
		(
			|| {
				let reason = Compromised { since: NOW + 1 };
				assert_ok!(reassign(reason));
			},
			Ok(Dora.number()),
		),
		(
			|| {
				let reason = Compromised { since: NOW };
				assert_ok!(reassign(reason));
			},
			Err(AuthorityFault::KeyCompromised { since: NOW }),
		),
	];
	for (moves, answer) in moves {
		with_chain(|| {
			assert_ok!(publish(Dora, CERTIFICATE));
			at(NOW + 5);
			moves();
			assert_eq!(authority(), answer);
			// Whoever holds the label now can say it anew.
			at(NOW + 6);
			assert_ok!(withdraw(Fred, CERTIFICATE));
			assert_ok!(publish(Fred, CERTIFICATE));
			assert_eq!(Certificates::<Test>::get(Dora.number(), CERTIFICATE), by(Fred));
			assert_eq!(authority(), Ok(Dora.number()));
		});
	}
}

/// Anna moves Dora's label to Fred.
fn reassign(reason: RetirementReason) -> DispatchResult {
	let (label, now) = (Dora.number(), System::block_number());
	let consent = Fred.takes_over(label, now);
	Labels::reassign(Anna.origin(), label, reason, Fred.account(), now, consent)
}

#[test]
fn a_withdrawn_certificate_is_gone_and_others_are_not() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_ok!(publish(Dora, ANOTHER));
		let published = by(Dora);
		at(NOW + 5);
		events();
		assert_ok!(withdraw(Dora, CERTIFICATE));
		let (label, certificate) = (Dora.number(), CERTIFICATE);
		assert_eq!(Certificates::<Test>::get(label, certificate), None);
		assert_eq!(Certificates::<Test>::get(label, ANOTHER), published);
		assert_eq!(events(), [Event::CertificateWithdrawn { label, certificate }]);
	});
}

#[test]
fn a_certificate_is_published_once_at_a_time() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_noop!(publish(Dora, CERTIFICATE), Error::<Test>::AlreadyPublished);
		assert_ok!(withdraw(Dora, CERTIFICATE));
		assert_noop!(withdraw(Dora, CERTIFICATE), Error::<Test>::NotPublished);
		at(NOW + 5);
		assert_ok!(publish(Dora, CERTIFICATE));
		let published = Certificates::<Test>::get(Dora.number(), CERTIFICATE);
		assert_eq!(published, by(Dora));
	});
}

#[test]
fn what_was_not_published_cannot_be_withdrawn() {
	with_chain(|| {
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_noop!(withdraw(Dora, ANOTHER), Error::<Test>::NotPublished);
	});
}

#[test]
fn each_authority_vouches_for_itself() {
	with_chain(|| {
		let fred = grant_as(Fred, Fred.organisation(), france(), &[Role::CertificateAuthority]);
		assert_ok!(publish(Dora, CERTIFICATE));
		assert_noop!(withdraw(Fred, CERTIFICATE), Error::<Test>::NotPublished);
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
		assert_noop!(publish(Fred, CERTIFICATE), Error::<Test>::AlreadyPublished);
		assert_ok!(withdraw(Fred, CERTIFICATE));
	});
}

#[test]
fn all_certificates_of_an_authority_are_told_page_by_page_and_those_of_no_other() {
	with_chain(|| {
		let fred = grant_as(Fred, Fred.organisation(), germany(), &[Role::CertificateAuthority]);
		assert_ok!(publish(Fred, CERTIFICATE));
		let published = (0..250u8).map(|byte| CertificateHash([byte; 32]));
		for certificate in published.clone() {
			assert_ok!(publish(Dora, certificate));
		}
		let mut told = Vec::new();
		for size in [100, 100, 50, 0] {
			let page = Labels::certificates_of(Dora.number(), told.last().copied());
			assert_eq!(page.len(), size);
			told.extend(page.into_iter().map(|(certificate, _)| certificate));
		}
		told.sort_by_key(|certificate| certificate.0);
		assert_eq!(told, published.collect::<Vec<_>>());
		let of_fred = Labels::certificates_of(fred, None);
		assert_eq!(of_fred, [(CERTIFICATE, by(Fred).expect("is some"))]);
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
