// SPDX-License-Identifier: Apache-2.0

use super::{events, say};
use crate::{mock::*, Call, Error, Event, Samples, MAX_SERVICES, MAX_UNCERTAINTY, RING};
use chirograph_primitives::{
	time::{Beacon, TimeStatement, TimeTerms},
	BlockNumber, Moment,
};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult, traits::GetCallName};
use sp_runtime::DispatchError;

fn try_post(beacon: Beacon) -> DispatchResult {
	Timekeeping::beacon(RuntimeOrigin::signed(account_of(ANNA)), beacon)
}

#[test]
fn beacon_comes_to_a_sample_and_an_event() {
	with_chain(|| {
		assert_ok!(post(ANNA, -300, 500));
		let sample = sample(ANNA, -300, 500);
		assert_eq!(Samples::<Test>::get().into_inner(), [sample]);
		assert_eq!(events(), [Event::BeaconPosted { sample }]);
	});
}

#[test]
fn only_time_services_post_beacons() {
	assert_eq!(Call::<Test>::get_call_names(), ["beacon"], "the table has every call");
	with_chain(|| {
		for stranger in [DORA, STRANGER] {
			assert_noop!(post(stranger, 0, 0), NOT_ADMITTED);
		}
		let beacon = beacon_on(NOW - 1, 0, 0);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Timekeeping::beacon(origin, beacon), DispatchError::BadOrigin);
		}
		assert_ok!(try_post(beacon));
	});
}

#[test]
fn beacon_is_about_a_recent_block_that_is_over() {
	with_chain(|| {
		for block in [NOW, NOW + 1, BlockNumber::MAX] {
			assert_noop!(try_post(beacon_on(block, 0, 0)), Error::<Test>::BlockNotOver);
		}
		for block in [0, NOW - FRESHNESS - 1] {
			assert_noop!(try_post(beacon_on(block, 0, 0)), Error::<Test>::BlockTooOld);
		}
		for block in [NOW - FRESHNESS, NOW - 1] {
			assert_ok!(try_post(beacon_on(block, 0, 0)));
		}
	});
}

/// Also where its hash is that of no block, and where the chain is so young that it is fresh.
#[test]
fn beacon_about_the_first_block_of_all_is_refused() {
	found(TimeTerms::default()).execute_with(|| {
		admit(ANNA);
		pass(2);
		for hash in [hash_of(0), [0; 32]] {
			let beacon = Beacon {
				hash,
				..beacon_on(0, 0, 0)
			};
			assert_noop!(try_post(beacon), Error::<Test>::BlockTooOld);
		}
		assert_ok!(try_post(beacon_on(1, 0, 0)));
	});
}

#[test]
fn beacon_about_a_block_of_another_fork_is_refused() {
	with_chain(|| {
		for hash in [hash_of(NOW - 2), [0; 32]] {
			let beacon = Beacon {
				hash,
				..beacon_on(NOW - 1, 0, 0)
			};
			assert_noop!(try_post(beacon), Error::<Test>::OtherFork);
		}
		assert_ok!(try_post(beacon_on(NOW - 1, 0, 0)));
	});
}

#[test]
fn clock_that_says_nothing_is_refused() {
	with_chain(|| {
		for uncertainty in [MAX_UNCERTAINTY + 1, u32::MAX] {
			assert_noop!(post(ANNA, 0, uncertainty), Error::<Test>::TooUncertain);
		}
		assert_ok!(post(ANNA, 0, MAX_UNCERTAINTY));
	});
}

#[test]
fn each_beacon_of_a_service_is_about_a_later_block() {
	with_chain(|| {
		assert_ok!(post(ANNA, 0, 0));
		for stale in [NOW - 1, NOW - 2] {
			assert_noop!(try_post(beacon_on(stale, 0, 0)), Error::<Test>::StaleBeacon);
		}
		// Another service is not concerned.
		assert_ok!(post(BRUNO, 0, 0));
		pass(1);
		assert_ok!(post(ANNA, 7, 0));
		let blocks: Vec<_> = Samples::<Test>::get()
			.iter()
			.map(|sample| (sample.service, sample.block))
			.collect();
		assert_eq!(blocks, [(ANNA, NOW), (BRUNO, NOW - 1)]);
	});
}

#[test]
fn block_is_compared_by_its_own_time_and_not_by_when_it_was_due() {
	with_chain(|| {
		next_block(Some(DORA), 700);
		pass(1);
		let block = System::block_number() - 1;
		let beacon = Beacon {
			time: due(block),
			..beacon_on(block, 0, 0)
		};
		assert_ok!(try_post(beacon));
		assert_eq!(Samples::<Test>::get().into_inner(), [sample(ANNA, 700, 0)]);
	});
}

#[test]
fn time_beyond_all_time_is_as_far_away_as_can_be() {
	for (time, drift) in [(Moment::MAX, -i64::MAX), (0, due(NOW - 1) as i64)] {
		with_chain(|| {
			let beacon = Beacon {
				time,
				..beacon_on(NOW - 1, 0, 0)
			};
			assert_ok!(try_post(beacon));
			assert_eq!(Samples::<Test>::get().into_inner(), [sample(ANNA, drift, 0)]);
		});
	}
}

#[test]
fn statement_says_nothing_until_there_are_services_enough() {
	with_chain(|| {
		assert_ok!(post(ANNA, -100, 50));
		let alone = TimeStatement {
			drift: None,
			uncertainty: None,
			samples: vec![sample(ANNA, -100, 50)],
			alarm: false,
		};
		assert_eq!(Timekeeping::statement(), alone);
		assert_ok!(post(BRUNO, -300, 70));
		let both = TimeStatement {
			drift: Some(-200),
			uncertainty: Some(170),
			samples: vec![sample(ANNA, -100, 50), sample(BRUNO, -300, 70)],
			alarm: false,
		};
		assert_eq!(Timekeeping::statement(), both);
	});
}

#[test]
fn beacon_counts_as_long_as_its_block_is_fresh() {
	with_chain(|| {
		say([-100, -200, -300], 0);
		// Its block is one old already.
		pass(FRESHNESS - 1);
		assert_eq!(Timekeeping::statement().drift, Some(-200));
		pass(1);
		assert_eq!(Timekeeping::statement().samples, []);
		assert_eq!(Timekeeping::statement().drift, None);
	});
}

#[test]
fn service_that_may_not_post_any_more_does_not_count() {
	with_chain(|| {
		say([-100, -200, 900], 0);
		assert_eq!(Timekeeping::statement().drift, Some(-100));
		dismiss(CLARA);
		assert_eq!(Timekeeping::statement().drift, Some(-150));
		assert_eq!(Timekeeping::statement().samples.len(), 2);
	});
}

#[test]
fn as_many_services_have_a_say_as_may_and_no_more() {
	with_chain(|| {
		let first = 10;
		let last = first + MAX_SERVICES;
		for service in first..=last {
			admit(service);
		}
		for service in first..last {
			assert_ok!(post(service, 0, 0));
		}
		assert_noop!(post(last, 0, 0), Error::<Test>::TooManyServices);
		pass(1);
		// Those who have one keep it.
		assert_ok!(post(first, 0, 0));
		pass(FRESHNESS - 2);
		assert_noop!(post(last, 0, 0), Error::<Test>::TooManyServices);
		// The others fell silent.
		pass(1);
		assert_ok!(post(last, 0, 0));
		let heard: Vec<_> = Samples::<Test>::get().iter().map(|sample| sample.service).collect();
		assert_eq!(heard, [first, last]);
	});
}

#[test]
fn blocks_are_noted_in_a_ring() {
	with_chain(|| {
		pass(RING + 5);
		let mut noted: Vec<_> = crate::NotedBlocks::<Test>::iter_values().map(|noted| noted.block).collect();
		noted.sort_unstable();
		let now = System::block_number();
		assert_eq!(noted, (now - RING + 1..=now).collect::<Vec<_>>());
		assert_ok!(post(ANNA, 3, 0));
		assert_eq!(Samples::<Test>::get().into_inner(), [sample(ANNA, 3, 0)]);
	});
}
