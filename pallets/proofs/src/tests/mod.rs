// SPDX-License-Identifier: Apache-2.0

mod claim;
mod register;
mod revoke;
mod try_state;
mod views;

use crate::mock::*;
use chirograph_primitives::SignatureScheme;

/// The events of this pallet since the last look.
fn events() -> Vec<crate::Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Proofs(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

const SCHEMES: [SignatureScheme; 3] = [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519];
