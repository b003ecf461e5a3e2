// SPDX-License-Identifier: Apache-2.0

mod competent;
mod genesis;
mod sequences;
mod set_route;
mod try_state;

use crate::{mock::*, Changes, Event, Routes};
use chirograph_primitives::{invoice::RouteChange, BlockNumber, Jurisdiction, LabelId};

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Routing(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

fn change(authority: Option<LabelId>, effective: BlockNumber) -> RouteChange {
	RouteChange { authority, effective }
}

/// What is said of a jurisdiction.
fn changes_of(jurisdiction: Jurisdiction) -> Vec<RouteChange> {
	Routes::<Test>::get(jurisdiction).into_inner()
}

fn say(jurisdiction: Jurisdiction, changes: &[RouteChange]) {
	Routes::<Test>::insert(jurisdiction, Changes::truncate_from(changes.to_vec()));
}
