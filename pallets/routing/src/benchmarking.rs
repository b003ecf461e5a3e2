// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls.

use crate::{Call, Changes, Config, Pallet, Routes, MAX_CHANGES};
use chirograph_primitives::{invoice::RouteChange, AccountId, Authority, Directory, Role};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set_route() -> Result<(), BenchmarkError> {
		let origin = T::RouteOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let account: AccountId = account("authority", 0, 0);
		T::Authority::admit(&account, Role::TaxAuthority);
		let authority = T::Authority::ensure(&account, Role::TaxAuthority)?;
		let home = T::Authority::holder(authority, Role::TaxAuthority)?.home;
		// None is named last, and somebody next.
		let over = (0..MAX_CHANGES).map(|effective| RouteChange {
			authority: effective.is_multiple_of(2).then_some(authority),
			effective,
		});
		Routes::<T>::insert(home, Changes::truncate_from(over.collect()));
		frame_system::Pallet::<T>::set_block_number(MAX_CHANGES.into());
		let effective = MAX_CHANGES.saturating_add(1);
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, home, Some(authority), effective);
		assert_eq!(Routes::<T>::get(home).len(), 2);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
