// SPDX-License-Identifier: Apache-2.0

mod alarm;
mod beacon;
mod genesis;
mod median;
mod outliers;
mod try_state;

use crate::{mock::*, Event};
use frame_support::assert_ok;

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Timekeeping(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

/// A block passes, and then all three services say how far ahead it is, each as certain as the other.
#[track_caller]
fn say(drifts: [i64; 3], uncertainty: u32) {
	pass(1);
	for (service, drift) in [ANNA, BRUNO, CLARA].into_iter().zip(drifts) {
		assert_ok!(post(service, drift, uncertainty));
	}
}
