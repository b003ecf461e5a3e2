// SPDX-License-Identifier: Apache-2.0

use crate::{Claims, Config, Pallet, Records};
use chirograph_primitives::{Ledger, Record, Status};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		for record in Records::<T>::iter_values() {
			Self::check_times(&record)?;
		}
		for (subject, owner, claim) in Claims::<T>::iter() {
			let first = Records::<T>::get(subject).ok_or("invariant 1: a claim without a record")?;
			ensure!(
				claim.owner == owner && first.owner != owner,
				"invariant 2: a claim under the wrong owner"
			);
			ensure!(
				claim.registered.position() >= first.registered.position(),
				"invariant 3: a claim older than the record"
			);
			Self::check_times(&claim)?;
		}
		Ok(())
	}

	fn check_times(record: &Record) -> Result<(), TryRuntimeError> {
		let last = match record.status {
			Status::Active => record.registered,
			Status::Revoked { at, .. } => at,
		};
		let ordered = record.registered.position() <= last.position() && record.registered.time <= last.time;
		ensure!(ordered, "invariant 4: revoked before it was registered");
		let now = T::Ledger::here();
		ensure!(
			last.block <= now.block && last.time <= now.time,
			"invariant 4: an entry from the future"
		);
		Ok(())
	}
}
