// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, CurrentKeys, KeyOwners};
use chirograph_primitives::AccountId;
use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use sp_runtime::{testing::UintAuthorityId, traits::OpaqueKeys, KeyTypeId, RuntimeAppPublic};

/// The key of that number, as ownership of it is proven.
fn key(number: u32) -> (KeyTypeId, Vec<u8>) {
	let id = UintAuthorityId::ID;
	(id, keys(number).get_raw(id).to_vec())
}

/// Whose it is by the keys that have been set by now.
fn owner_by_keys_set_since(number: u32) -> Option<AccountId> {
	let proof = Historical::prove(key(number))?;
	Historical::check_proof(key(number), proof).map(|(account, ())| account)
}

fn owner(number: u32) -> Option<AccountId> {
	let proof = KeyOwners::<Test>::prove(key(number))?;
	KeyOwners::<Test>::check_proof(key(number), proof).map(|(account, ())| account)
}

#[test]
fn key_is_its_owner_s_for_as_long_as_it_is_in_use_whatever_is_set_meanwhile() {
	with_chain(|| {
		for session in 0..=1 {
			set_keys(account(4), 44);
			// The control: by the rule of `pallet-session` it is nobody's.
			assert_eq!(owner_by_keys_set_since(4), None, "session {session}");
			assert_eq!(owner(4), Some(account(4)), "session {session}");
			// The other one is not in use yet, and is what it is going to be.
			assert_eq!(owner(44), None, "session {session}");
			assert_eq!(Session::load_keys(&account(4)), Some(keys(44)));
			rotate(1);
		}
		assert_eq!((owner(4), owner(44)), (None, Some(account(4))));
		assert_eq!(CurrentKeys::<Test>::get().len(), 4);
	});
}

#[test]
fn purged_key_is_its_owner_s_for_as_long_as_it_is_in_use() {
	with_chain(|| {
		assert_ok!(Session::purge_keys(by(4)));
		assert_eq!((owner_by_keys_set_since(4), owner(4)), (None, Some(account(4))));
		assert_eq!(Session::load_keys(&account(4)), None);
	});
}

#[test]
fn proof_holds_when_its_session_is_over() {
	with_chain(|| {
		let proof = KeyOwners::<Test>::prove(key(4)).expect("it is in use");
		assert_ok!(Session::purge_keys(by(4)));
		rotate(3);
		let owner = KeyOwners::<Test>::check_proof(key(4), proof);
		assert_eq!(owner, Some((account(4), ())));
		assert!(KeyOwners::<Test>::prove(key(4)).is_none());
	});
}
