// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{AccountId, AlgorithmPolicy, Batch, BatchRoot, Life, ProofChange, ProofId, Record, Subject};

sp_api::decl_runtime_apis! {
	/// Reads proofs (X.1407 7.2.2 a). The same questions as the pallet's view functions, for clients that speak runtime APIs.
	pub trait ProofsApi {
		/// The first registration of `subject`.
		fn record(subject: Subject) -> Option<Record>;

		/// Later registrations of `subject`, beginning behind the owner `after`; at the most `limit`, and never more than
		/// [`MAX_CLAIMS_PER_PAGE`](crate::MAX_CLAIMS_PER_PAGE).
		fn claims(subject: Subject, after: Option<AccountId>, limit: u32) -> Vec<Record>;

		/// The batch with that root.
		fn batch(root: BatchRoot) -> Option<Batch>;

		/// What became of a leaf by itself. What became of its batch became of the leaf, too: see
		/// [`Batch::leaf_status`] and [`Batch::leaf_holder`].
		fn leaf(root: BatchRoot, subject: Subject) -> Life;

		/// What happened to `proof`, beginning with the entry `from`, counted from zero; at the most `limit`, and never more than
		/// [`MAX_CHANGES_PER_PAGE`](crate::MAX_CHANGES_PER_PAGE).
		fn history(proof: ProofId, from: u32, limit: u32) -> Vec<ProofChange>;

		/// Which algorithms are good enough, and since and until when (X.1407 9.3.2).
		fn algorithms() -> AlgorithmPolicy;
	}
}
