// SPDX-License-Identifier: Apache-2.0

use crate::{Call, Config, Event, Pallet};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::Pallet as System;

#[benchmarks(where <T as Config>::RuntimeCall: From<frame_system::Call<T>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn enact() -> Result<(), BenchmarkError> {
		let origin = T::QuorumOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let call: Box<<T as Config>::RuntimeCall> = Box::new(frame_system::Call::<T>::remark { remark: Vec::new() }.into());
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, call);
		let expected: <T as frame_system::Config>::RuntimeEvent = Event::<T>::Enacted { result: Ok(()) }.into();
		assert_eq!(System::<T>::events().pop().map(|record| record.event), Some(expected));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::tests::new_test_ext(), crate::tests::Test);
}
