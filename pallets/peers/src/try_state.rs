// SPDX-License-Identifier: Apache-2.0

use crate::{Config, Pallet, Peers, PeersOf};
use alloc::collections::BTreeSet;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut known = 0usize;
		for (label, peers) in PeersOf::<T>::iter() {
			let each_once: BTreeSet<_> = peers.iter().collect();
			ensure!(
				!peers.is_empty() && each_once.len() == peers.len(),
				"invariant 2: a label without a node, or with one that is there twice"
			);
			ensure!(
				peers.iter().all(|peer| Peers::<T>::get(peer) == Some(label)),
				"invariant 1: a node that belongs to another label than it is among"
			);
			known = known.saturating_add(peers.len());
		}
		ensure!(
			Peers::<T>::iter_keys().count() == known,
			"invariant 1: a node that is not among its label's"
		);
		Ok(())
	}
}
