// SPDX-License-Identifier: Apache-2.0

mod cancel_slash;
mod fund;
mod genesis;
mod join;
mod leave;
mod owners;
mod resume;
mod seats;
mod sequences;
mod slashing;
mod strength;
mod top_up;
mod withdraw;

use crate::{mock::*, Event};
use chirograph_primitives::validator::ValidatorEvent;

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Validators(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

/// What happened to a validator, in that order.
fn history(number: u32) -> Vec<ValidatorEvent> {
	Validators::history(number, 0)
		.into_iter()
		.map(|change| change.event)
		.collect()
}
