// SPDX-License-Identifier: Apache-2.0

mod close;
mod contain;
mod record;
mod report;
mod try_state;

use crate::{mock::*, Event};
use chirograph_primitives::{
	incident::{Incident, IncidentState},
	IncidentId,
};

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Incidents(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

/// An incident that there is.
#[track_caller]
fn get(id: IncidentId) -> Incident {
	Incidents::incident(id).expect("it was recorded")
}

#[track_caller]
fn progress(id: IncidentId) -> IncidentState {
	get(id).progress
}
