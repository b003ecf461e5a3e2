// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{incident::Incident, IncidentId};

/// The most incidents that one question returns.
pub const MAX_PER_PAGE: u32 = 100;

sp_api::decl_runtime_apis! {
	/// Reads what went wrong. The same questions as the pallet's view functions, for clients that speak runtime APIs.
	pub trait IncidentsApi {
		/// An incident.
		fn incident(id: IncidentId) -> Option<Incident>;

		/// Incidents from the one numbered `from` on, at most [`MAX_PER_PAGE`].
		fn incidents(from: IncidentId) -> Vec<(IncidentId, Incident)>;

		/// How many incidents are not closed.
		fn open_incidents() -> u32;
	}
}
