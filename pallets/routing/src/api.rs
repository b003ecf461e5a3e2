// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{invoice::RouteChange, Jurisdiction, LabelId};

sp_api::decl_runtime_apis! {
	/// Reads which tax authority is competent where (L.region). The same questions as the pallet's view functions, for clients that speak
	/// runtime APIs.
	pub trait RoutingApi {
		/// The tax authority that is competent now for who is at home there: the one of the region, or else of the whole country.
		fn competent(home: Jurisdiction) -> Option<LabelId>;

		/// What is said of each jurisdiction, in their order: changes that are over where there was room to keep them, the current one, and
		/// those that are planned.
		fn routes() -> Vec<(Jurisdiction, Vec<RouteChange>)>;
	}
}
