// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{LabelId, PeerKey};

sp_api::decl_runtime_apis! {
	/// Reads whose nodes may be on the network. The same questions as the pallet's view functions, for clients that speak runtime APIs.
	pub trait PeersApi {
		/// The nodes of all labels that can be used now, and of all who vote, in the order of their keys; none where the network is open to
		/// everybody.
		fn members() -> Option<Vec<PeerKey>>;

		/// The nodes of all labels in the set of validators of this session and in that of the next, in the order of their keys, whatever can be done
		/// with those labels.
		fn voters() -> Vec<PeerKey>;

		/// The nodes of a label, whether or not that can be used.
		fn peers_of(label: LabelId) -> Vec<PeerKey>;

		/// The label that a node belongs to.
		fn owner(peer: PeerKey) -> Option<LabelId>;
	}
}
