// SPDX-License-Identifier: Apache-2.0

use crate::Config;
use alloc::vec::Vec;
use chirograph_primitives::{invoice::Route, AccountId, Directory, Jurisdiction, LabelHolder, LabelId, Role, Routing};
use core::marker::PhantomData;
use sp_runtime::DispatchError;

/// Who stands behind the labels of a transaction, each asked for once.
pub(crate) struct People<T> {
	known: Vec<(LabelId, Role, LabelHolder)>,
	config: PhantomData<T>,
}

impl<T: Config> People<T> {
	/// Nobody yet.
	pub(crate) const fn new() -> Self {
		Self {
			known: Vec::new(),
			config: PhantomData,
		}
	}

	/// Who holds `label`, if that may act in `role` now.
	pub(crate) fn holder(&mut self, label: LabelId, role: Role) -> Result<LabelHolder, DispatchError> {
		let is_it = |known: &&(LabelId, Role, LabelHolder)| known.0 == label && known.1 == role;
		if let Some((.., holder)) = self.known.iter().find(is_it) {
			return Ok(holder.clone());
		}
		let holder = T::Authority::holder(label, role)?;
		self.known.push((label, role, holder.clone()));
		Ok(holder)
	}

	/// Whether an account holds `label`, and that may act in `role` now.
	pub(crate) fn is_held_by(&mut self, label: LabelId, role: Role, account: &AccountId) -> bool {
		self.holder(label, role).is_ok_and(|holder| holder.account == *account)
	}

	/// Which tax authority is competent now for a label in that role, if there is one.
	pub(crate) fn route_of(&mut self, label: LabelId, role: Role) -> Result<Option<Route>, DispatchError> {
		Ok(route::<T>(self.holder(label, role)?.home))
	}

	/// A route that is kept; or where the authority can no longer act, the one of now for the same place.
	pub(crate) fn kept(&mut self, kept: Route) -> Option<Route> {
		match self.holder(kept.authority, Role::TaxAuthority) {
			Ok(_) => Some(kept),
			Err(_) => route::<T>(kept.jurisdiction),
		}
	}
}

/// Which tax authority is competent now for whoever is at home there, if there is one.
fn route<T: Config>(jurisdiction: Jurisdiction) -> Option<Route> {
	T::Routing::competent(&jurisdiction).map(|authority| Route { jurisdiction, authority })
}
