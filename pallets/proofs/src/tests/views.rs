// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, MAX_CLAIMS_PER_PAGE};
use chirograph_primitives::{Schema, SignatureScheme, Subject};
use frame_support::assert_ok;
use std::collections::BTreeSet;

#[test]
fn record_is_there_only_for_what_was_registered() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register(&ada);
		assert_eq!(Proofs::record(SUBJECT), Some(entry(&ada, SignatureScheme::Ecdsa)));
		assert_eq!(Proofs::record(Subject([9; 32])), None);
	});
}

#[test]
fn claims_are_read_page_by_page_each_once() {
	with_chain(|| {
		register(&Key::owner(SignatureScheme::Ecdsa, 200));
		let claim = |seed| {
			let key = Key::owner(SignatureScheme::Ed25519, seed);
			let origin = RuntimeOrigin::signed(key.account());
			let signature = key.sign_registration(NOW);
			assert_ok!(Proofs::claim(
				origin,
				key.account(),
				SUBJECT,
				EVIDENCE,
				Schema::Document,
				NOW,
				signature
			));
			key.account()
		};
		let claimants: BTreeSet<_> = (1..=150).map(claim).collect();
		let first_page = Proofs::claims(SUBJECT, None, u32::MAX);
		assert_eq!(first_page.len(), MAX_CLAIMS_PER_PAGE as usize);
		let last = first_page.last().map(|claim| claim.owner.clone());
		let second_page = Proofs::claims(SUBJECT, last, u32::MAX);
		assert_eq!(second_page.len(), 50);
		let read: BTreeSet<_> = first_page
			.iter()
			.chain(&second_page)
			.map(|claim| claim.owner.clone())
			.collect();
		assert_eq!(read, claimants);
		assert_eq!(Proofs::claims(SUBJECT, None, 0), []);
	});
}
