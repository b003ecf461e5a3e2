// SPDX-License-Identifier: Apache-2.0

//! Signatures that were used are remembered for as long as they could be used again.

use super::*;
use crate::{UsedSignatures, WeightInfo, MAX_FORGOTTEN};
use frame_support::{traits::Hooks, weights::Weight};
use sp_core::H256;

fn noted() -> Vec<BlockNumber> {
	let keys = UsedSignatures::<Test>::iter_keys();
	keys.map(|(until, _)| BlockNumber::from_be_bytes(until)).collect()
}

fn note(valid_until: BlockNumber, count: u8) {
	for number in 0..count {
		UsedSignatures::<Test>::insert((valid_until.to_be_bytes(), H256([number; 32])), ());
	}
}

fn idle(remaining: Weight) -> Weight {
	Proofs::on_idle(System::block_number(), remaining)
}

fn each() -> Weight {
	<() as WeightInfo>::forget_signature()
}

#[test]
fn signature_is_remembered_through_its_last_block_and_no_longer() {
	with_chain(|| {
		let ada = ada();
		register_all(&ada);
		let call = renew_call(&ada, PROOFS[0], NOW + 1);
		assert_ok!(send(&ada, call.clone()));
		assert_ok!(send(&ada, transfer_call(&ada, PROOFS[1], &carol(), NOW + 3)));
		System::set_block_number(NOW + 1);
		idle(Weight::MAX);
		assert_eq!(noted(), [NOW + 1, NOW + 3]);
		assert_noop!(send(&ada, call.clone()), Error::<Test>::SignatureUsed);
		System::set_block_number(NOW + 2);
		idle(Weight::MAX);
		assert_eq!(noted(), [NOW + 3]);
		// It is of no use all the same.
		assert_noop!(send(&ada, call), Error::<Test>::SignatureExpired);
		System::set_block_number(NOW + 4);
		idle(Weight::MAX);
		assert!(noted().is_empty());
	});
}

/// What is said does not depend on whether there was time to forget.
#[test]
fn signature_that_is_over_has_expired_whether_it_is_forgotten_or_not() {
	with_chain(|| {
		let ada = ada();
		register(&ada);
		let call = renew_call(&ada, PROOFS[0], NOW);
		assert_ok!(send(&ada, call.clone()));
		System::set_block_number(NOW + 1);
		assert_eq!(noted(), [NOW]);
		assert_noop!(send(&ada, call), Error::<Test>::SignatureExpired);
	});
}

/// As numbers, not as bytes in little endian: block 256 comes behind block 2.
#[test]
fn those_are_forgotten_first_that_are_over_first() {
	with_chain(|| {
		System::set_block_number(300);
		for valid_until in [256, 2, 310, 255] {
			note(valid_until, 1);
		}
		idle(each().saturating_mul(2));
		assert_eq!(noted(), [256, 310]);
		idle(Weight::MAX);
		assert_eq!(noted(), [310]);
	});
}

#[test]
fn no_more_is_forgotten_than_there_is_weight_for_and_each_is_charged() {
	with_chain(|| {
		note(NOW - 1, 5);
		note(NOW, 5);
		assert_eq!(idle(each() - Weight::from_parts(1, 0)), Weight::zero());
		assert_eq!(noted().len(), 10);
		assert_eq!(idle(each().saturating_mul(3)), each().saturating_mul(3));
		assert_eq!(noted().len(), 7);
		// Two, and a look at what is still of use.
		assert_eq!(idle(Weight::MAX), each().saturating_mul(3));
		assert_eq!(noted(), [NOW; 5]);
	});
}

#[test]
fn no_more_is_forgotten_in_a_block_than_the_bound() {
	with_chain(|| {
		note(NOW - 1, u8::MAX);
		note(NOW - 2, u8::MAX);
		let most = each().saturating_mul(MAX_FORGOTTEN.into());
		assert_eq!(idle(Weight::MAX), most);
		assert_eq!(noted().len(), 2 * usize::from(u8::MAX) - MAX_FORGOTTEN as usize);
		idle(Weight::MAX);
		assert!(noted().is_empty());
	});
}
