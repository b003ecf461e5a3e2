// SPDX-License-Identifier: Apache-2.0

use super::{events, later, renew_call, revoke_call, send, supersede_call, OTHER_RECORD, OTHER_ROOT, OTHER_SUBJECT};
use crate::{mock::*, Batches, Call, Claims, History, Leaves, Policy, Records, MAX_CHANGES_PER_PAGE, MAX_CLAIMS_PER_PAGE};
use chirograph_primitives::{
	Acceptance, Algorithm, Ledger, Life, ProofChange, ProofEvent, ProofId, Remark, Role, Schema, SignatureScheme, Status, Subject,
};
use frame_support::{assert_ok, storage::StoragePrefixedMap};
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

#[test]
fn batch_is_there_only_for_what_was_registered() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register_batch(&ada);
		assert_eq!(Proofs::batch(ROOT), Some(batch_entry(&ada, SignatureScheme::Ecdsa)));
		assert_eq!(Proofs::batch(OTHER_ROOT), None);
	});
}

#[test]
fn leaf_says_what_happened_to_it_by_itself() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register_batch(&ada);
		assert_ok!(send(&ada, revoke_call(&ada, PROOFS[2], NOW)));
		assert!(matches!(Proofs::leaf(ROOT, SUBJECT).status, Status::Revoked { .. }));
		assert_ok!(send(&ada, revoke_call(&ada, PROOFS[1], NOW)));
		assert_eq!(Proofs::leaf(ROOT, OTHER_SUBJECT), Life::default());
	});
}

#[test]
fn history_is_read_page_by_page_each_entry_once() {
	with_chain(|| {
		let (ada, regulator) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::new(SignatureScheme::Ecdsa, 2));
		admit(&regulator.account(), Role::Regulator);
		register(&ada);
		let proof = PROOFS[0];
		for _ in 0..150 {
			later();
			let call = Call::annotate {
				proof,
				remark: Remark::Disputed,
				document: None,
			};
			assert_ok!(send(&regulator, call));
		}
		let first_page = Proofs::history(proof, 0, u32::MAX);
		assert_eq!(first_page.len(), MAX_CHANGES_PER_PAGE as usize);
		let second_page = Proofs::history(proof, MAX_CHANGES_PER_PAGE, u32::MAX);
		let read: Vec<_> = first_page.into_iter().chain(second_page).collect();
		let all: Vec<ProofChange> = (0..150).filter_map(|index| History::<Test>::get(proof, index)).collect();
		assert_eq!((read.len(), &read), (150, &all));
		assert_eq!(Proofs::history(proof, 148, 1), all[148..149]);
		assert_eq!(Proofs::history(proof, 150, 5), []);
		assert_eq!(Proofs::history(proof, u32::MAX, u32::MAX), []);
		assert_eq!(Proofs::history(PROOFS[1], 0, 5), []);
	});
}

/// A certificate's life: each entry says who did what when, in the order in which it was done.
#[test]
fn history_tells_a_life() {
	with_chain(|| {
		let ada = Key::owner(SignatureScheme::Ecdsa, 1);
		register_all(&ada);
		register_as(&ada, OTHER_SUBJECT, Schema::Document);
		let renewed = later();
		assert_ok!(send(&ada, renew_call(&ada, PROOFS[2], NOW + 5)));
		let superseded = later();
		assert_ok!(send(&ada, supersede_call(&ada, PROOFS[2], OTHER_RECORD, NOW + 10)));
		let times: Vec<_> = Proofs::history(PROOFS[2], 0, 10).iter().map(|change| change.at).collect();
		assert_eq!(times, [renewed, superseded]);
		let last = Proofs::history(PROOFS[2], 1, 10).pop().map(|change| change.event);
		let successor = ProofId::Record { subject: OTHER_SUBJECT };
		assert_eq!(last, Some(ProofEvent::Superseded { successor }));
	});
}

#[test]
fn policy_says_what_the_council_said() {
	with_chain(|| {
		let judge = || Proofs::algorithms().judge(Algorithm::Sr25519, TestLedger::here().time);
		assert_eq!(judge(), Acceptance::Accepted);
		super::deprecate(Algorithm::Sr25519);
		assert_eq!(judge(), Acceptance::Deprecated);
		super::refuse(Algorithm::Sr25519);
		assert_eq!(judge(), Acceptance::Refused);
		events();
	});
}

fn hexadecimal(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The beginnings of keys are a promise to everybody who reads the ledger without its metadata, from a storage proof for instance.
#[test]
fn storage_keys_are_the_documented_ones() {
	let prefixes = [
		Records::<Test>::final_prefix(),
		Claims::<Test>::final_prefix(),
		Batches::<Test>::final_prefix(),
		Leaves::<Test>::final_prefix(),
		History::<Test>::final_prefix(),
	];
	let expected = [
		"91de4e018111ab7179083f8ba1d213b6bb8fcc88c3da5bf159c1e1a5f46fe432",
		"91de4e018111ab7179083f8ba1d213b69c5d795d0297be56027a4b2464e33397",
		"91de4e018111ab7179083f8ba1d213b6693613c6489d72d2393dccb449b7d452",
		"91de4e018111ab7179083f8ba1d213b695729a590e957cd2e79da1fb5f1c1978",
		"91de4e018111ab7179083f8ba1d213b6583edf0a9f270578f4cf8464d823bc89",
	];
	assert_eq!(prefixes.map(|prefix| hexadecimal(&prefix)), expected);
	let policy = hexadecimal(&Policy::<Test>::hashed_key());
	assert_eq!(policy, "91de4e018111ab7179083f8ba1d213b61d8916738e9581d88ef4101949fa5f32");
}
