// SPDX-License-Identifier: Apache-2.0

use crate::{Config, Pallet, Routes};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		for (jurisdiction, changes) in Routes::<T>::iter() {
			ensure!(jurisdiction.is_well_formed(), "invariant 1: a jurisdiction that is none");
			ensure!(!changes.is_empty(), "invariant 2: a jurisdiction of which nothing is said");
			for (earlier, later) in changes.iter().zip(changes.iter().skip(1)) {
				ensure!(
					earlier.effective < later.effective,
					"invariant 2: changes that are not in the order of blocks"
				);
				ensure!(
					earlier.authority != later.authority,
					"invariant 3: a change that changes nothing"
				);
			}
		}
		Ok(())
	}
}
