// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use crate::{mock::*, Claims, Records};
use chirograph_primitives::{Ledger, RevocationReason, SignatureScheme, Status};

/// What `try_state` says of a chain that `damage` was done to, beginning with a record by the first key and a claim by the second.
fn verdict(damage: impl FnOnce(&Key, &Key)) -> String {
	let mut said = String::new();
	new_test_ext().execute_with(|| {
		let (ada, bob) = (Key::owner(SignatureScheme::Ecdsa, 1), Key::owner(SignatureScheme::Sr25519, 2));
		Records::<Test>::insert(SUBJECT, entry(&ada, SignatureScheme::Ecdsa));
		Claims::<Test>::insert(SUBJECT, bob.account(), entry(&bob, SignatureScheme::Sr25519));
		assert_eq!(Proofs::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage(&ada, &bob);
		said = format!("{:?}", Proofs::do_try_state());
	});
	said
}

#[test]
fn broken_invariants_are_found() {
	let claim_without_record = verdict(|_, _| Records::<Test>::remove(SUBJECT));
	assert!(claim_without_record.contains("invariant 1"), "{claim_without_record}");

	let claim_by_the_first_owner = verdict(|ada, _| {
		Claims::<Test>::insert(SUBJECT, ada.account(), entry(ada, SignatureScheme::Ecdsa));
	});
	assert!(claim_by_the_first_owner.contains("invariant 2"), "{claim_by_the_first_owner}");

	let claim_before_the_record = verdict(|_, bob| {
		System::set_extrinsic_index(0);
		Claims::<Test>::insert(SUBJECT, bob.account(), entry(bob, SignatureScheme::Sr25519));
	});
	assert!(claim_before_the_record.contains("invariant 3"), "{claim_before_the_record}");

	let revoked_before_registered = verdict(|ada, _| {
		let mut record = entry(ada, SignatureScheme::Ecdsa);
		System::set_extrinsic_index(0);
		record.status = Status::Revoked {
			at: TestLedger::here(),
			reason: RevocationReason::Unspecified,
		};
		Records::<Test>::insert(SUBJECT, record);
	});
	assert!(
		revoked_before_registered.contains("invariant 4"),
		"{revoked_before_registered}"
	);

	let from_the_future = verdict(|_, _| System::set_block_number(NOW - 1));
	assert!(from_the_future.contains("invariant 4"), "{from_the_future}");
}
