// SPDX-License-Identifier: Apache-2.0

//! Costs of the call, and of every block.

use crate::{
	functions::place, Alarm, Call, Config, NotedBlock, NotedBlocks, Outliers, Pallet, SampleList, Samples, ServiceList, Terms,
	MAX_SERVICES, RING,
};
use alloc::vec::Vec;
use chirograph_primitives::{
	time::{Beacon, Sample, TimeTerms},
	AccountId, Authority, BlockNumber, LabelId, Ledger, Role,
};
use frame_benchmarking::v2::*;
use frame_support::traits::OnTimestampSet;
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::Zero;

/// The block that beacons are about.
const BLOCK: BlockNumber = 10;

fn service<T: Config>(index: u32) -> Result<(AccountId, LabelId), BenchmarkError> {
	let account: AccountId = account("service", index, 0);
	T::Authority::admit(&account, Role::TimeService);
	let label = T::Authority::ensure(&account, Role::TimeService)?;
	Ok((account, label))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn beacon() -> Result<(), BenchmarkError> {
		let author: AccountId = account("author", 0, 0);
		T::Authority::admit(&author, Role::Validator);
		let services = (0..MAX_SERVICES).map(service::<T>).collect::<Result<Vec<_>, _>>()?;
		let (caller, own) = services.first().cloned().ok_or(BenchmarkError::Weightless)?;
		Terms::<T>::put(TimeTerms {
			bound: 1,
			services: 1,
			freshness: RING.saturating_sub(1),
		});
		// All of them are off, and so is the caller from them.
		let mut samples: Vec<_> = services
			.iter()
			.map(|(_, service)| Sample {
				service: *service,
				block: BLOCK - 1,
				drift: 1_000_000,
				uncertainty: 0,
			})
			.collect();
		samples.sort_unstable_by_key(|sample| sample.service);
		Samples::<T>::put(SampleList::truncate_from(samples));
		let mut outliers: Vec<_> = services
			.iter()
			.map(|(_, service)| *service)
			.filter(|service| *service != own)
			.collect();
		outliers.sort_unstable();
		Outliers::<T>::put(ServiceList::truncate_from(outliers));
		let time = 1_000_000_000;
		for block in [BLOCK - 1, BLOCK] {
			let author = Some(author.clone());
			NotedBlocks::<T>::insert(place(block), NotedBlock { block, time, author });
		}
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::from(BLOCK), hash);
		frame_system::Pallet::<T>::set_block_number((BLOCK + 1).into());
		let word = Beacon {
			block: BLOCK,
			hash: hash.as_ref().try_into().map_err(|_| BenchmarkError::Weightless)?,
			time,
			uncertainty: 0,
		};
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), word);
		assert!(Alarm::<T>::get());
		assert!(Outliers::<T>::get().contains(&own));
		Ok(())
	}

	#[benchmark]
	fn note_block() {
		#[block]
		{
			Pallet::<T>::on_timestamp_set(1_000);
		}
		let block = T::Ledger::here().block;
		assert!(NotedBlocks::<T>::contains_key(place(block)));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
