// SPDX-License-Identifier: Apache-2.0

use crate::{Closed, Config, Error, Event, Pallet, PeerList, Peers, PeersOf};
use alloc::vec::Vec;
use chirograph_primitives::{payload, AccountId, LabelId, Ledger, Membership, PeerKey, Voters};
use frame_support::{dispatch::DispatchResult, ensure};
use frame_system::{ensure_root, ensure_signed, pallet_prelude::OriginFor};
use sp_core::ed25519;
use sp_io::crypto::ed25519_verify;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_add_peer(who: &AccountId, peer: PeerKey, signature: [u8; 64]) -> DispatchResult {
		let label = T::Authority::ensure_member(who)?;
		let peers = Self::with(label, peer)?;
		// Last, because it costs most.
		let payload = payload::peer(&T::Ledger::genesis_hash(), label);
		let (signature, key) = (ed25519::Signature::from_raw(signature), ed25519::Public::from_raw(peer.0));
		ensure!(ed25519_verify(&signature, &payload, &key), Error::<T>::WrongSignature);
		Self::write(label, peer, peers);
		Self::deposit_event(Event::PeerAdded { peer, label });
		Ok(())
	}

	/// The nodes of a label with one more.
	fn with(label: LabelId, peer: PeerKey) -> Result<PeerList, Error<T>> {
		ensure!(!Peers::<T>::contains_key(peer), Error::<T>::PeerTaken);
		let mut peers = PeersOf::<T>::get(label);
		peers.try_push(peer).map_err(|_| Error::<T>::TooManyPeers)?;
		Ok(peers)
	}

	fn write(label: LabelId, peer: PeerKey, peers: PeerList) {
		Peers::<T>::insert(peer, label);
		PeersOf::<T>::insert(label, peers);
	}

	pub(crate) fn do_remove_peer(origin: OriginFor<T>, peer: PeerKey) -> DispatchResult {
		let label = Peers::<T>::get(peer).ok_or(Error::<T>::UnknownPeer)?;
		if ensure_root(origin.clone()).is_err() {
			let own = T::Authority::ensure_member(&ensure_signed(origin)?)?;
			ensure!(own == label, Error::<T>::NotOwner);
		}
		Peers::<T>::remove(peer);
		PeersOf::<T>::mutate_exists(label, |peers| {
			let mut others = peers.take().unwrap_or_default();
			others.retain(|other| *other != peer);
			*peers = Some(others).filter(|others| !others.is_empty());
		});
		Self::deposit_event(Event::PeerRemoved { peer, label });
		Ok(())
	}

	pub(crate) fn all_members() -> Option<Vec<PeerKey>> {
		let voters = T::Voters::voters();
		Closed::<T>::get().then(|| Self::nodes_of(|label| T::Authority::is_member(label) || voters.contains(&label)))
	}

	pub(crate) fn all_voters() -> Vec<PeerKey> {
		let voters = T::Voters::voters();
		Self::nodes_of(|label| voters.contains(&label))
	}

	fn nodes_of(is_meant: impl Fn(LabelId) -> bool) -> Vec<PeerKey> {
		let meant = PeersOf::<T>::iter().filter(|(label, _)| is_meant(*label));
		let mut nodes: Vec<_> = meant.flat_map(|(_, peers)| peers).collect();
		nodes.sort_unstable();
		nodes
	}

	/// Whoever makes the network vouches for whose nodes these are: no signature, for the genesis that it would be over is not there yet.
	pub(crate) fn build_genesis(closed: bool, members: &[(AccountId, PeerKey)]) {
		Closed::<T>::put(closed);
		for (account, peer) in members {
			let label = T::Authority::ensure_member(account);
			assert!(label.is_ok(), "peers.members: {account:?} must hold a label");
			let added = label.ok().and_then(|label| {
				let peers = Self::with(label, *peer).ok()?;
				Self::write(label, *peer, peers);
				Some(())
			});
			assert!(
				added.is_some(),
				"peers.members: {peer} of {account:?} must be there once, and not be one of too many"
			);
		}
	}
}
