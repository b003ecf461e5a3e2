// SPDX-License-Identifier: Apache-2.0

mod add_peer;
mod genesis;
mod members;
mod remove_peer;
mod try_state;

use crate::{mock::*, Event};

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Peers(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}
