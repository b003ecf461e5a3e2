// SPDX-License-Identifier: Apache-2.0

use crate::{
	functions::place, Config, LastContradictions, NotedBlocks, Outliers, Pallet, Samples, Terms, MAX_SERVICES, MAX_UNCERTAINTY,
	RING,
};
use chirograph_primitives::{time::TimeTerms, Ledger};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let TimeTerms {
			bound,
			services,
			freshness,
		} = Terms::<T>::get();
		ensure!(
			bound > 0 && (1..=MAX_SERVICES).contains(&services) && (1..RING).contains(&freshness),
			"invariant 1: terms that cannot work"
		);
		let (samples, now) = (Samples::<T>::get(), T::Ledger::here().block);
		ensure!(
			samples.is_sorted_by(|one, next| one.service < next.service)
				&& samples
					.iter()
					.all(|sample| sample.block < now && sample.uncertainty <= MAX_UNCERTAINTY),
			"invariant 2: samples out of order, of a block that is not over, or of nothing that is certain"
		);
		let mut noted = NotedBlocks::<T>::iter();
		ensure!(
			noted.all(|(at, noted)| at == place(noted.block) && noted.block <= now),
			"invariant 3: a block in the place of another, or one that is not there yet"
		);
		let outliers = Outliers::<T>::get();
		let is_heard = |service| samples.iter().any(|sample| sample.service == service);
		ensure!(
			outliers.is_sorted_by(|one, next| one < next)
				&& outliers
					.iter()
					.all(|service| is_heard(*service) && LastContradictions::<T>::get(service).is_some_and(|last| last <= now)),
			"invariant 4: services out of order, or one out of line that said nothing"
		);
		Ok(())
	}
}
