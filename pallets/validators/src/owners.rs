// SPDX-License-Identifier: Apache-2.0

//! Whose a session key is (X.1407 9.2.3 e).
//!
//! `pallet_session::historical` judges sessions of the past by what was planned for them, and the current one by the keys that its validators
//! have set by now. These are for the session after the next: whoever set others, or purged them, before it signed two things with those of
//! this session could not be found by its signatures. Here the current session is judged by its own keys.

use crate::{Config, CurrentKeys};
use core::marker::PhantomData;
use frame_support::{storage::with_transaction_unchecked, traits::KeyOwnerProofSystem};
use pallet_session::{historical, Pallet as Session};
use sp_runtime::{KeyTypeId, TransactionOutcome};

/// Proves whose a session key is, and checks it, by the keys that are in use.
pub struct KeyOwners<T>(PhantomData<T>);

impl<T: Config, D: AsRef<[u8]> + Clone> KeyOwnerProofSystem<(KeyTypeId, D)> for KeyOwners<T> {
	type Proof = <historical::Pallet<T> as KeyOwnerProofSystem<(KeyTypeId, D)>>::Proof;
	type IdentificationTuple = historical::IdentificationTuple<T>;

	/// None for a key that nobody has in this session: then whoever asks can ask an older block.
	fn prove(key: (KeyTypeId, D)) -> Option<Self::Proof> {
		with_current_keys::<T, _>(|| {
			let proof = historical::Pallet::<T>::prove(key.clone())?;
			let owner = historical::Pallet::<T>::check_proof(key, proof.clone());
			owner.map(|_| proof)
		})
	}

	fn check_proof(key: (KeyTypeId, D), proof: Self::Proof) -> Option<Self::IdentificationTuple> {
		if proof.session == Session::<T>::current_index() {
			with_current_keys::<T, _>(|| historical::Pallet::<T>::check_proof(key, proof))
		} else {
			historical::Pallet::<T>::check_proof(key, proof)
		}
	}
}

/// Asks as if nobody had set other keys than those of this session. Nothing stays changed.
fn with_current_keys<T: Config, R>(ask: impl FnOnce() -> R) -> R {
	with_transaction_unchecked(|| {
		for (account, keys) in CurrentKeys::<T>::get() {
			if Session::<T>::load_keys(&account).as_ref() != Some(&keys) {
				pallet_session::NextKeys::<T>::insert(account, keys);
			}
		}
		TransactionOutcome::Rollback(ask())
	})
}
