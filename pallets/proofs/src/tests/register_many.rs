// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use codec::{Decode, Encode};
use frame_support::{
	dispatch::{extract_actual_weight, GetDispatchInfo},
	weights::Weight,
};
use sp_runtime::DispatchError;

fn subject(index: u8) -> Subject {
	Subject([index; 32])
}

fn entries(owners: &[&Key]) -> Vec<Registration> {
	let numbered = (1u8..).zip(owners);
	numbered
		.map(|(index, owner)| registration(owner, subject(index), Schema::Document))
		.collect()
}

fn registered(index: u8, owner: &Key, scheme: SignatureScheme, submitter: &Key) -> Event<Test> {
	let mut record = entry(owner, scheme);
	record.submitter = submitter.account();
	Event::Registered {
		subject: subject(index),
		record,
	}
}

#[test]
fn each_entry_is_registered_for_its_own_owner() {
	with_chain(|| {
		let (ada, bob, carol, platform) = (ada(), bob(), carol(), platform());
		assert_ok!(send(&platform, many_call(entries(&[&ada, &bob, &carol]))));
		let expected = [
			registered(1, &ada, SignatureScheme::Ecdsa, &platform),
			registered(2, &bob, SignatureScheme::Ed25519, &platform),
			registered(3, &carol, SignatureScheme::Sr25519, &platform),
		];
		assert_eq!(events(), expected);
		assert_eq!(Records::<Test>::iter().count(), 3);
	});
}

/// What is wrong with one, and what each wrong one is refused for.
#[test]
fn wrong_entry_is_skipped_with_its_error_and_the_others_are_registered() {
	with_chain(|| {
		let (ada, bob, platform) = (ada(), bob(), platform());
		register_as(&bob, subject(2), Schema::Document);
		let mut entries = entries(&[&ada; 7]);
		entries[2].valid_until = NOW - 1;
		entries[3].valid_until = NOW + MaxSignatureValidity::get() + 1;
		entries[4].evidence_hash.0 = [9; 32];
		entries[5].signature = OwnerSignature::Ecdsa([0; 65].into());
		entries[6] = registration(&Key::new(SignatureScheme::Ecdsa, 99), subject(7), Schema::Document);
		events();
		assert_ok!(send(&platform, many_call(entries)));
		let skipped = |index: u8, error: DispatchError| Event::Skipped {
			index: u32::from(index) - 1,
			subject: subject(index),
			// Events are kept without the names of errors.
			error: error.stripped(),
		};
		let expected = [
			registered(1, &ada, SignatureScheme::Ecdsa, &platform),
			skipped(2, Error::<Test>::AlreadyRegistered.into()),
			skipped(3, Error::<Test>::SignatureExpired.into()),
			skipped(4, Error::<Test>::SignatureValidTooLong.into()),
			skipped(5, Error::<Test>::SignatureMismatch.into()),
			skipped(6, Error::<Test>::MalformedSignature.into()),
			skipped(7, NOT_ADMITTED),
		];
		assert_eq!(events(), expected);
		assert_eq!(Records::<Test>::iter().count(), 2);
	});
}

#[test]
fn subject_that_is_there_twice_is_registered_once() {
	with_chain(|| {
		let (ada, bob, platform) = (ada(), bob(), platform());
		let twice = [&ada, &bob].map(|owner| registration(owner, SUBJECT, Schema::Document));
		assert_ok!(send(&platform, many_call(twice.into())));
		let skipped = Event::Skipped {
			index: 1,
			subject: SUBJECT,
			error: DispatchError::from(Error::<Test>::AlreadyRegistered).stripped(),
		};
		assert_eq!(events().last(), Some(&skipped));
		assert_eq!(Records::<Test>::get(SUBJECT).map(|record| record.owner), Some(ada.account()));
	});
}

#[test]
fn owner_registers_many_and_skips_those_of_others() {
	with_chain(|| {
		let (ada, bob) = (ada(), bob());
		assert_ok!(send(&ada, many_call(entries(&[&ada, &bob, &ada]))));
		let expected = [
			registered(1, &ada, SignatureScheme::Ecdsa, &ada),
			Event::Skipped {
				index: 1,
				subject: subject(2),
				error: NOT_ADMITTED,
			},
			registered(3, &ada, SignatureScheme::Ecdsa, &ada),
		];
		assert_eq!(events(), expected);
	});
}

#[test]
fn call_with_more_than_there_is_room_for_is_none() {
	with_chain(|| {
		let entry = registration(&ada(), SUBJECT, Schema::Document);
		let room = MaxRegistrations::get() as usize;
		let encoded = |count: usize| {
			let full = RuntimeCall::Proofs(many_call(vec![entry.clone(); room])).encode();
			// Pallet, call, and how many there are: one byte each.
			let mut bytes = full[..2].to_vec();
			vec![entry.clone(); count].encode_to(&mut bytes);
			bytes
		};
		let decodes = |count| RuntimeCall::decode(&mut &encoded(count)[..]).is_ok();
		assert!(decodes(room) && !decodes(room + 1));
	});
}

/// What is known already weighs 1 here, an ECDSA signature a thousand, an sr25519 one a million, and an ed25519 one a thousand million.
#[test]
fn each_scheme_has_its_weight_and_what_is_known_already_costs_less() {
	with_chain(|| {
		let (ada, bob, carol, platform) = (ada(), bob(), carol(), platform());
		register_as(&ada, subject(1), Schema::Document);
		register_as(&ada, subject(4), Schema::Document);
		let mut entries = entries(&[&ada, &ada, &bob, &carol, &carol]);
		// A wrong signature costs as much to find out as a right one.
		entries[1].evidence_hash.0 = [9; 32];
		let call = many_call(entries);
		let info = call.get_dispatch_info();
		let charged = info.call_weight;
		assert_eq!(charged, Weight::from_parts(1_002_002_000, 0));
		let outcome = RuntimeCall::Proofs(call).dispatch(signed_by(&platform.account()));
		let used = Weight::from_parts(1_001_001_002, 0);
		assert_eq!(extract_actual_weight(&outcome, &info), used);
	});
}

#[test]
fn none_at_all_is_no_mistake() {
	with_chain(|| {
		assert_ok!(send(&ada(), many_call(vec![])));
		assert_eq!(events(), []);
	});
}
