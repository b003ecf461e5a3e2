// SPDX-License-Identifier: Apache-2.0

use chirograph_primitives::time::{TimeStatement, TimeTerms};

sp_api::decl_runtime_apis! {
	/// Reads how far the time that blocks say can be believed. The same questions as the pallet's view functions, for clients that speak
	/// runtime APIs.
	pub trait TimekeepingApi {
		/// What time services say of the blocks before this one. To know how far the time of a record can be believed, ask at a block soon after
		/// the record's.
		fn statement() -> TimeStatement;

		/// What the network asks of its time services.
		fn terms() -> TimeTerms;
	}
}
