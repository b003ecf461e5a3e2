// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls. The keys of nodes live in the keystore that the benchmarking host provides.

use crate::{Call, Config, Pallet, PeerList, Peers, PeersOf};
use alloc::vec::Vec;
use chirograph_primitives::{payload, AccountId, LabelId, Ledger, Membership, PeerKey, MAX_PEERS};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_core::crypto::KeyTypeId;
use sp_io::{crypto, hashing};

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");

/// Somebody whose label has so many nodes, and these nodes.
fn holder<T: Config>(count: u32) -> Result<(AccountId, LabelId, Vec<PeerKey>), BenchmarkError> {
	let holder: AccountId = account("holder", 0, 0);
	T::Authority::admit_member(&holder);
	let label = T::Authority::ensure_member(&holder)?;
	let keys = (0..count).map(|index| PeerKey(hashing::blake2_256(&index.to_le_bytes())));
	let peers: Vec<_> = keys.collect();
	for peer in &peers {
		Peers::<T>::insert(peer, label);
	}
	PeersOf::<T>::insert(label, PeerList::truncate_from(peers.clone()));
	Ok((holder, label, peers))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn add_peer() -> Result<(), BenchmarkError> {
		let (holder, label, _) = holder::<T>(MAX_PEERS.saturating_sub(1))?;
		let key = crypto::ed25519_generate(KEY_TYPE, None);
		let payload = payload::peer(&T::Ledger::genesis_hash(), label);
		let signature = crypto::ed25519_sign(KEY_TYPE, &key, &payload).expect("the keystore made the key a moment ago");
		#[extrinsic_call]
		_(RawOrigin::Signed(holder), PeerKey(key.0), signature.0);
		assert_eq!(Peers::<T>::get(PeerKey(key.0)), Some(label));
		Ok(())
	}

	#[benchmark]
	fn remove_peer() -> Result<(), BenchmarkError> {
		let (holder, _, peers) = holder::<T>(MAX_PEERS)?;
		let last = *peers.last().ok_or(BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(holder), last);
		assert!(!Peers::<T>::contains_key(last));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
