// SPDX-License-Identifier: Apache-2.0

//! When the alarm is raised and cleared, and whom the incident is traced to.

use super::{events, say};
use crate::{mock::*, Event};
use chirograph_primitives::incident::IncidentKind;
use frame_support::assert_ok;

/// The events of the alarm since the last look.
fn alarms() -> Vec<Event<Test>> {
	let is_alarm = |event: &Event<Test>| matches!(event, Event::AlarmRaised { .. } | Event::AlarmCleared { .. });
	events().into_iter().filter(is_alarm).collect()
}

#[test]
fn blocks_that_are_off_by_more_than_bound_and_uncertainty_raise_the_alarm_ahead_and_behind() {
	let (uncertainty, bound) = (300, i64::from(BOUND));
	for sign in [1, -1] {
		with_chain(|| {
			say([sign * (bound + 300); 3], uncertainty);
			assert!(!Timekeeping::statement().alarm, "it may be within the bound");
			assert_eq!((alarms(), incidents()), (vec![], vec![]));

			let drift = sign * (bound + 301);
			say([drift; 3], uncertainty);
			assert!(Timekeeping::statement().alarm);
			let raised = Event::AlarmRaised {
				drift,
				uncertainty,
				incident: 0,
			};
			assert_eq!(alarms(), [raised]);
			assert_eq!(incidents(), [(IncidentKind::Clock { drift }, Some(DORA))]);
		});
	}
}

/// Whoever states its latency is not believed to have seen anything wrong.
#[test]
fn latency_alone_raises_no_alarm() {
	with_chain(|| {
		for latency in [0u32, 1_999, 2_001, 5_000, 10_000] {
			say([-i64::from(latency); 3], latency);
			assert!(!Timekeeping::statement().alarm, "{latency}");
		}
		// The control: the same, said to be certain.
		say([-10_000; 3], 0);
		assert!(Timekeeping::statement().alarm);
	});
}

#[test]
fn blocks_that_are_off_by_bound_and_twice_the_uncertainty_raise_it_whatever_services_saw_of_it() {
	let off = i64::from(BOUND) + 2 * 500 + 1;
	for seen in [-500, 0, 500] {
		for other in [-500, 0, 500] {
			with_chain(|| {
				say([off + seen, off + other, off + seen], 500);
				// The median is one of them, and two of them are as near as each is uncertain.
				assert!(Timekeeping::statement().alarm, "{seen} {other}");
			});
		}
	}
}

#[test]
fn one_excursion_is_one_incident_however_it_wavers() {
	with_chain(|| {
		let bound = i64::from(BOUND);
		for drift in [bound + 1, bound, bound / 2 + 1, bound + 1, 2 * bound, bound + 1] {
			say([drift; 3], 0);
			assert!(Timekeeping::statement().alarm, "{drift}");
		}
		assert_eq!(incidents().len(), 1);
		assert_eq!(alarms().len(), 1);
		let drift = bound / 2;
		say([drift; 3], 0);
		assert!(!Timekeeping::statement().alarm);
		let cleared = Event::AlarmCleared { drift, uncertainty: 0 };
		assert_eq!((alarms(), incidents()), (vec![cleared], vec![]));
		// The next one is another.
		say([bound + 1; 3], 0);
		assert_eq!(incidents().len(), 1);
	});
}

#[test]
fn silence_neither_raises_nor_clears() {
	with_chain(|| {
		say([i64::from(BOUND) + 1; 3], 0);
		assert!(Timekeeping::statement().alarm);
		pass(FRESHNESS + 1);
		assert_eq!(Timekeeping::statement().drift, None);
		assert!(Timekeeping::statement().alarm);
		// One is not enough to clear it, and two are.
		assert_ok!(post(ANNA, 0, 0));
		assert!(Timekeeping::statement().alarm);
		assert_ok!(post(BRUNO, 0, 0));
		assert!(!Timekeeping::statement().alarm);
	});
}

#[test]
fn one_service_that_lies_neither_raises_the_alarm_nor_keeps_it_from_being_raised() {
	for lie in [-1_000_000_000, -3_000, 3_000, 1_000_000_000] {
		with_chain(|| {
			say([0, 100, lie], 200);
			assert!(!Timekeeping::statement().alarm, "{lie}");
			let off = 10_000;
			say([off, off + 100, lie], 200);
			assert!(Timekeeping::statement().alarm, "{lie}");
		});
	}
}

#[test]
fn alarm_is_traced_to_whoever_made_the_block_that_shows_it() {
	for (maker, label) in [(Some(ANNA), Some(ANNA)), (Some(STRANGER), None), (None, None)] {
		with_chain(|| {
			let ahead = i64::from(BOUND) + 1;
			for service in [ANNA, BRUNO] {
				next_block(maker, ahead);
				pass(1);
				let block = System::block_number() - 1;
				let mut beacon = beacon_on(block, 0, 0);
				beacon.time = due(block);
				assert_ok!(Timekeeping::beacon(RuntimeOrigin::signed(account_of(service)), beacon));
			}
			assert_eq!(incidents(), [(IncidentKind::Clock { drift: ahead }, label)]);
		});
	}
}
