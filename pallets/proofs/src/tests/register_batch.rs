// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use chirograph_primitives::Batch;

fn try_batch(submitter: &Key, owner: &Key, sign: Sign, valid_until: BlockNumber) -> DispatchResult {
	let owner = owner.account();
	let payload = payload::batch(&GENESIS, &owner, &ROOT, LEAVES, Schema::Document, valid_until);
	let call = Call::register_batch {
		owner,
		root: ROOT,
		leaves: LEAVES,
		schema: Schema::Document,
		valid_until,
		signature: sign(&payload),
	};
	send(submitter, call)
}

#[test]
fn owner_of_each_scheme_registers_a_batch() {
	for scheme in SCHEMES {
		with_chain(|| {
			let ada = Key::owner(scheme, 1);
			assert_ok!(try_batch(&ada, &ada, &|payload| ada.sign(payload), NOW));
			let batch = batch_entry(&ada, scheme);
			assert_eq!(Batches::<Test>::get(ROOT), Some(batch.clone()));
			assert_eq!(events(), [Event::BatchRegistered { root: ROOT, batch }]);
			assert_eq!(history_of(PROOFS[1]), []);
		});
	}
}

#[test]
fn business_platform_registers_a_batch_for_an_owner() {
	with_chain(|| {
		let (ada, platform) = (ada(), platform());
		assert_ok!(try_batch(&platform, &ada, &|payload| ada.sign(payload), NOW));
		let expected = Batch {
			submitter: platform.account(),
			..batch_entry(&ada, SignatureScheme::Ecdsa)
		};
		assert_eq!(Batches::<Test>::get(ROOT), Some(expected));
	});
}

#[test]
fn second_registration_of_a_root_fails_for_the_owner_and_for_others() {
	with_chain(|| {
		let (ada, bob) = (ada(), bob());
		register_batch(&ada);
		for second in [&ada, &bob] {
			let attempt = try_batch(second, second, &|payload| second.sign(payload), NOW);
			assert_noop!(attempt, Error::<Test>::AlreadyRegistered);
		}
		// Nor does its end free the place.
		assert_ok!(send(&ada, revoke_call(&ada, PROOFS[1], NOW)));
		let attempt = try_batch(&bob, &bob, &|payload| bob.sign(payload), NOW);
		assert_noop!(attempt, Error::<Test>::AlreadyRegistered);
	});
}

#[test]
fn tree_without_leaves_is_refused_and_one_with_a_leaf_is_not() {
	with_chain(|| {
		let ada = ada();
		let attempt = |leaves| {
			let owner = ada.account();
			let payload = payload::batch(&GENESIS, &owner, &ROOT, leaves, Schema::Document, NOW);
			let call = Call::register_batch {
				owner,
				root: ROOT,
				leaves,
				schema: Schema::Document,
				valid_until: NOW,
				signature: ada.sign(&payload),
			};
			send(&ada, call)
		};
		assert_noop!(attempt(0), Error::<Test>::EmptyBatch);
		assert_ok!(attempt(1));
	});
}

#[test]
fn signature_counts_for_this_batch_only_and_in_time() {
	with_chain(|| {
		let ada = ada();
		check_signature(&ada, |sign, valid_until| try_batch(&ada, &ada, sign, valid_until));
	});
}

#[test]
fn subject_and_root_of_the_same_bytes_are_two_things() {
	with_chain(|| {
		let ada = ada();
		register_batch_as(&ada, BatchRoot(SUBJECT.0), Schema::Document);
		register(&ada);
		assert!(Records::<Test>::contains_key(SUBJECT) && Batches::<Test>::contains_key(BatchRoot(SUBJECT.0)));
	});
}
