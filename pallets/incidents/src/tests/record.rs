// SPDX-License-Identifier: Apache-2.0

//! What the network itself records.

use super::{events, get};
use crate::{mock::*, Event, MAX_OPEN_REPORTS};
use chirograph_primitives::{
	incident::{Evidence, Incident, IncidentKind, IncidentState, Outcome},
	IncidentRegistry, Ledger,
};
use frame_support::assert_ok;

const EQUIVOCATION: IncidentKind = IncidentKind::Equivocation { session: 3 };

#[test]
fn what_the_network_notices_has_the_extrinsic_as_evidence() {
	with_chain(|| {
		let at = TestLedger::here();
		for (label, contained, progress) in [
			(Some(VALIDATOR), true, IncidentState::Contained { at }),
			(Some(VALIDATOR), false, IncidentState::Open),
			(None, false, IncidentState::Open),
			// There is nobody who could be suspended.
			(None, true, IncidentState::Open),
		] {
			let id = Incidents::record(EQUIVOCATION, label, contained);
			let incident = Incident {
				what: EQUIVOCATION,
				label,
				evidence: Evidence::Ledger(at),
				at,
				progress,
			};
			assert_eq!(get(id), incident);
			assert_eq!(events(), [Event::Recorded { id, incident }]);
		}
		assert_eq!(Incidents::open_incidents(), 4);
	});
}

#[test]
fn the_network_records_however_much_is_open() {
	with_chain(|| {
		for id in 0..MAX_OPEN_REPORTS * 2 {
			assert_eq!(Incidents::record(EQUIVOCATION, Some(VALIDATOR), true), id);
		}
		assert_ok!(report(VALIDATOR, None));
		assert_ok!(Incidents::close(RuntimeOrigin::root(), 0, Outcome::Resolved));
		assert_eq!(Incidents::open_incidents(), MAX_OPEN_REPORTS * 2);
	});
}
