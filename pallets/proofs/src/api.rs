// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{AccountId, Record, Subject};

sp_api::decl_runtime_apis! {
	/// Reads proofs (X.1407 7.2.2 a). The same questions as the pallet's view functions, for clients that speak runtime APIs.
	pub trait ProofsApi {
		/// The first registration of `subject`.
		fn record(subject: Subject) -> Option<Record>;

		/// Later registrations of `subject`, beginning behind the owner `after`; at the most `limit`, and never more than
		/// [`MAX_CLAIMS_PER_PAGE`](crate::MAX_CLAIMS_PER_PAGE).
		fn claims(subject: Subject, after: Option<AccountId>, limit: u32) -> Vec<Record>;
	}
}
