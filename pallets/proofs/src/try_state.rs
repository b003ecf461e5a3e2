// SPDX-License-Identifier: Apache-2.0

use crate::{Claims, Config, Pallet, Records};
use chirograph_primitives::{Inclusion, Record, Status};
use frame_support::{ensure, traits::Time};
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
				position(&claim.registered) >= position(&first.registered),
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
		let ordered = position(&record.registered) <= position(&last) && record.registered.time <= last.time;
		ensure!(ordered, "invariant 4: revoked before it was registered");
		ensure!(
			last.block <= Self::now() && last.time <= T::Time::now(),
			"invariant 4: an entry from the future"
		);
		Ok(())
	}
}

fn position(inclusion: &Inclusion) -> (u32, u32) {
	(inclusion.block, inclusion.extrinsic)
}
