// SPDX-License-Identifier: Apache-2.0

//! # Peers
//!
//! Keeps whose nodes may be on the network (X.1407 9.3.1 b, 9.2.3 c). The peer-to-peer key of a node belongs to a label, so that whoever floods,
//! withholds or lies has a name, and is shut out by suspending it (8.2.8). Nodes ask here with every block, and serve members only.
//!
//! ## Terms
//!
//! - **Node**: one that has a peer-to-peer key, Ed25519, of which its peer id is made ([`PeerKey`]).
//! - **Member**: a node that belongs to a label which can be used now, or to a validator on whose votes the network depends.
//! - **Closed**: a network that serves members only. An **open** one serves everybody. Genesis decides, for ever.
//!
//! ## Story
//!
//! 1. Ada's organisation holds a label. She starts a node, and has its key sign the payload of [`peer`](chirograph_primitives::payload::peer) over
//!    her label's number.
//! 2. She sends key and signature ([`Call::add_peer`]). With the next block, every other node serves hers.
//! 3. Ada's label is suspended. With the next block no node serves hers any more, connected or not; when it is reinstated, they do again. Were she
//!    a validator, they would until she has no vote any more: nobody who suspends labels halts the network.
//! 4. She replaces the machine. The new node has a new key, which she adds, and removes the old one ([`Call::remove_peer`]).
//!
//! ## Who may do what
//!
//! | call | who |
//! |---|---|
//! | `add_peer` | every holder |
//! | `remove_peer` | the holder of the label that the node belongs to; the council |
//!
//! The council is Root. A holder needs a label that can be used, whatever its roles.
//!
//! ## Trust assumptions
//!
//! Whoever has a node's key is that node. The key signs whose it is, so that nobody claims another's; its owner can claim it for one label
//! only. Those of genesis are vouched for by whoever makes the network.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. A node belongs to one label, and is among that label's; nothing else is.
//! 2. A label that is here has a node, and each of them once.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod functions;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

pub use api::*;
pub use pallet::*;
pub use weights::WeightInfo;

use chirograph_primitives::{PeerKey, MAX_PEERS};
use frame_support::{traits::ConstU32, BoundedVec};

/// The nodes of a label, in the order in which they were added.
pub type PeerList = BoundedVec<PeerKey, ConstU32<MAX_PEERS>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use chirograph_primitives::{AccountId, LabelId, Ledger, Membership, Voters};
	use frame_support::{pallet_prelude::*, DefaultNoBound};
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Judges whose label can be used.
		type Authority: Membership<AccountId>;

		/// Knows who has to be connected for as long as there is to be finality.
		type Voters: Voters;

		/// The network that this is.
		type Ledger: Ledger;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Whether members only are served.
	#[pallet::storage]
	pub type Closed<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// The label that each node belongs to.
	#[pallet::storage]
	pub type Peers<T: Config> = StorageMap<_, Blake2_128Concat, PeerKey, LabelId>;

	/// The nodes of each label that has any.
	#[pallet::storage]
	pub type PeersOf<T: Config> = StorageMap<_, Twox64Concat, LabelId, PeerList, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether members only are served.
		pub closed: bool,
		/// Nodes that are there from the beginning, and who holds the labels that they belong to.
		pub members: Vec<(AccountId, PeerKey)>,
		/// Nothing: the network's configuration is a type.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Runs once, where a network is made; a panic refuses to make one that could not work.
		fn build(&self) {
			Pallet::<T>::build_genesis(self.closed, &self.members);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node belongs to a label.
		PeerAdded {
			/// Which node.
			peer: PeerKey,
			/// Whose.
			label: LabelId,
		},
		/// A node belongs to a label no more.
		PeerRemoved {
			/// Which node.
			peer: PeerKey,
			/// Whose it was.
			label: LabelId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The node belongs to a label already. Its holder, or the council, can remove it there first.
		PeerTaken,
		/// The label has as many nodes as it may. Remove one first.
		TooManyPeers,
		/// The signature is not the node's, or over something else: another network or label. Have the node's key sign again.
		WrongSignature,
		/// The node belongs to no label.
		UnknownPeer,
		/// The node belongs to another label than the caller's.
		NotOwner,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Says that a node is the caller's (X.1407 9.3.1 b).
		///
		/// - `peer`: its public key.
		/// - `signature`: Ed25519, by that key over [`payload::peer`](chirograph_primitives::payload::peer) with the number of the caller's label.
		///
		/// Signed origin: every holder. Emits [`Event::PeerAdded`].
		///
		/// Errors: [`Error::PeerTaken`], [`Error::TooManyPeers`], [`Error::WrongSignature`], and those of [`Config::Authority`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::add_peer())]
		pub fn add_peer(origin: OriginFor<T>, peer: PeerKey, signature: [u8; 64]) -> DispatchResult {
			Self::do_add_peer(&ensure_signed(origin)?, peer, signature)
		}

		/// Says that a node is its owner's no more: it is out of use, or its key is in wrong hands.
		///
		/// - `peer`: its public key.
		///
		/// Origin: the holder of the label that it belongs to, or Root. Emits [`Event::PeerRemoved`].
		///
		/// Errors: [`Error::UnknownPeer`], [`Error::NotOwner`], and those of [`Config::Authority`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::remove_peer())]
		pub fn remove_peer(origin: OriginFor<T>, peer: PeerKey) -> DispatchResult {
			Self::do_remove_peer(origin, peer)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The nodes of all labels that can be used now, and of all who vote, in the order of their keys; none where the network is open to everybody.
		pub fn members() -> Option<Vec<PeerKey>> {
			Self::all_members()
		}

		/// The nodes of all labels in the set of validators of this session and in that of the next, in the order of their keys, whatever can be done
		/// with those labels. Votes for a block are theirs who are in the set of its state: a node that asks for members at its best block asks
		/// this at its last final one besides.
		pub fn voters() -> Vec<PeerKey> {
			Self::all_voters()
		}

		/// The nodes of a label, whether or not that can be used.
		pub fn peers_of(label: LabelId) -> Vec<PeerKey> {
			PeersOf::<T>::get(label).into_inner()
		}

		/// The label that a node belongs to.
		pub fn owner(peer: PeerKey) -> Option<LabelId> {
			Peers::<T>::get(peer)
		}
	}
}
