// SPDX-License-Identifier: Apache-2.0

use crate::{
	median::{consensus, is_beyond, Consensus},
	Alarm, Config, Error, Event, LastContradictions, NotedBlock, NotedBlocks, Outliers, Pallet, Samples, Terms, MAX_SERVICES,
	MAX_UNCERTAINTY, RING,
};
use alloc::vec::Vec;
use chirograph_primitives::{
	incident::IncidentKind,
	time::{Beacon, Sample, TimeStatement, TimeTerms},
	AccountId, Authority, BlockNumber, Directory, Identities, IncidentRegistry, LabelId, Ledger, Moment, Role,
};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{Get, OnTimestampSet},
};
use frame_system::{pallet_prelude::BlockNumberFor, Pallet as System};

/// Where a block is noted: in the place of the one that is too old.
pub(crate) fn place(block: BlockNumber) -> BlockNumber {
	// There are places, so that there is a remainder.
	block.checked_rem(RING).unwrap_or_default()
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_beacon(who: &AccountId, beacon: Beacon) -> DispatchResult {
		let service = T::Authority::ensure(who, Role::TimeService)?;
		let (terms, now) = (Terms::<T>::get(), T::Ledger::here().block);
		ensure!(beacon.uncertainty <= MAX_UNCERTAINTY, Error::<T>::TooUncertain);
		ensure!(beacon.block < now, Error::<T>::BlockNotOver);
		ensure!(is_fresh(beacon.block, now, &terms), Error::<T>::BlockTooOld);
		let block = Self::noted(beacon.block).ok_or(Error::<T>::BlockTooOld)?;
		let hash = System::<T>::block_hash(BlockNumberFor::<T>::from(beacon.block));
		ensure!(hash.as_ref() == beacon.hash, Error::<T>::OtherFork);
		let sample = Sample {
			service,
			block: beacon.block,
			drift: signed_difference(block.time, beacon.time),
			uncertainty: beacon.uncertainty,
		};
		Self::keep(sample, now, &terms)?;
		Self::deposit_event(Event::BeaconPosted { sample });
		let counting = Self::counting(now, &terms);
		if let Some(said) = agreed(&counting, &terms) {
			Self::watch_service(&sample, &said, now, &terms);
			Self::watch_blocks(&counting, &said, &terms);
		}
		Ok(())
	}

	/// In the place of what the same service said before, and without what is too old.
	fn keep(sample: Sample, now: BlockNumber, terms: &TimeTerms) -> Result<(), Error<T>> {
		let mut samples = Samples::<T>::get();
		samples.retain(|known| is_fresh(known.block, now, terms));
		match samples.binary_search_by_key(&sample.service, |known| known.service) {
			Ok(index) => {
				let known = samples.get_mut(index).ok_or(Error::<T>::StaleBeacon)?;
				ensure!(known.block < sample.block, Error::<T>::StaleBeacon);
				*known = sample;
			},
			Err(index) => samples.try_insert(index, sample).map_err(|_| Error::<T>::TooManyServices)?,
		}
		// Whoever fell silent is not out of line any more.
		let heard = |service: &LabelId| samples.binary_search_by_key(service, |known| known.service).is_ok();
		Outliers::<T>::mutate(|outliers| outliers.retain(heard));
		Samples::<T>::put(samples);
		Ok(())
	}

	/// Samples of services whose beacon is fresh, and which may post one now. Of several services of an organisation, the one whose label it got
	/// first: nobody is a majority by having many.
	fn counting(now: BlockNumber, terms: &TimeTerms) -> Vec<Sample> {
		let mut samples = Samples::<T>::get().into_inner();
		let mut organisations = Vec::new();
		samples.retain(|sample| {
			if !is_fresh(sample.block, now, terms) || T::Authority::holder(sample.service, Role::TimeService).is_err() {
				return false;
			}
			let organisation = T::Authority::identity(sample.service).map(|identity| identity.organisation);
			let is_first = !organisations.contains(&organisation);
			organisations.push(organisation);
			is_first
		});
		samples
	}

	/// One that contradicts the others is an incident, once for as long as it does; and not again as long as a beacon of then would count, or
	/// whoever wavers could bury what others report.
	fn watch_service(sample: &Sample, said: &Consensus, now: BlockNumber, terms: &TimeTerms) {
		let mut outliers = Outliers::<T>::get();
		let known = outliers.binary_search(&sample.service);
		match (known, is_beyond(said.dissent(sample), terms.bound, known.is_ok())) {
			(Err(index), true) => {
				let service = sample.service;
				let is_recorded = LastContradictions::<T>::get(service).is_some_and(|last| is_fresh(last, now, terms));
				// There is room for every service that has a sample.
				if is_recorded || outliers.try_insert(index, service).is_err() {
					return;
				}
				LastContradictions::<T>::insert(service, now);
				let drift = sample.drift;
				let incident = T::Incidents::record(IncidentKind::Clock { drift }, Some(service), false);
				Self::deposit_event(Event::ServiceContradicted {
					service,
					drift,
					incident,
				});
			},
			(Ok(index), false) => {
				outliers.remove(index);
				let service = sample.service;
				Self::deposit_event(Event::ServiceAgreed { service });
			},
			_ => return,
		}
		Outliers::<T>::put(outliers);
	}

	/// Blocks that are off beyond doubt are an incident, once for as long as they are, traced to who made the one that shows it.
	fn watch_blocks(counting: &[Sample], said: &Consensus, terms: &TimeTerms) {
		let Consensus { drift, uncertainty } = *said;
		let was_raised = Alarm::<T>::get();
		let is_raised = is_beyond(said.excess(), terms.bound, was_raised);
		if is_raised == was_raised {
			return;
		}
		Alarm::<T>::put(is_raised);
		if !is_raised {
			Self::deposit_event(Event::AlarmCleared { drift, uncertainty });
			return;
		}
		let author = said
			.nearest(counting)
			.and_then(|sample| Self::noted(sample.block))
			.and_then(|block| block.author);
		let label = author.and_then(|author| T::Authority::label_of(&author));
		let incident = T::Incidents::record(IncidentKind::Clock { drift }, label, false);
		Self::deposit_event(Event::AlarmRaised {
			drift,
			uncertainty,
			incident,
		});
	}

	/// What is noted of a block, if that is one of the last.
	fn noted(block: BlockNumber) -> Option<NotedBlock> {
		NotedBlocks::<T>::get(place(block)).filter(|noted| noted.block == block)
	}

	pub(crate) fn current_statement() -> TimeStatement {
		let terms = Terms::<T>::get();
		let samples = Self::counting(T::Ledger::here().block, &terms);
		let said = agreed(&samples, &terms);
		TimeStatement {
			drift: said.map(|said| said.drift),
			uncertainty: said.map(|said| said.uncertainty),
			samples,
			alarm: Alarm::<T>::get(),
		}
	}

	/// Refuses what could not work.
	pub(crate) fn build_genesis(terms: &TimeTerms) {
		assert!(terms.bound > 0, "timekeeping.terms.bound must be a millisecond at least");
		assert!(
			(1..=MAX_SERVICES).contains(&terms.services),
			"timekeeping.terms.services must be from 1 to {MAX_SERVICES}"
		);
		assert!(
			(1..RING).contains(&terms.freshness),
			"timekeeping.terms.freshness must be from 1 to less than {RING} blocks"
		);
		Terms::<T>::put(terms);
	}
}

/// What samples say together, if they are enough.
fn agreed(samples: &[Sample], terms: &TimeTerms) -> Option<Consensus> {
	let is_enough = samples.len() >= terms.services as usize;
	is_enough.then(|| consensus(samples)).flatten()
}

fn is_fresh(block: BlockNumber, now: BlockNumber, terms: &TimeTerms) -> bool {
	// Saturating: the first blocks are as old as the network.
	now.saturating_sub(block) <= terms.freshness
}

/// In milliseconds, and saturating: whoever says that it is the year 300,000,000 is not heard either way.
fn signed_difference(one: Moment, other: Moment) -> i64 {
	let distance = i64::try_from(one.abs_diff(other)).unwrap_or(i64::MAX);
	if one < other {
		distance.saturating_neg()
	} else {
		distance
	}
}

impl<T: Config> OnTimestampSet<Moment> for Pallet<T> {
	/// One write in a block. Who made it is known while the block runs only.
	fn on_timestamp_set(time: Moment) {
		let block = T::Ledger::here().block;
		let author = T::Author::get();
		NotedBlocks::<T>::insert(place(block), NotedBlock { block, time, author });
	}
}
