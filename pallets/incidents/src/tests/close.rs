// SPDX-License-Identifier: Apache-2.0

use super::{events, get};
use crate::{mock::*, Error, Event};
use chirograph_primitives::{
	incident::{Incident, IncidentState, Outcome},
	LabelId, Ledger,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn close(by: LabelId, id: u32) -> DispatchResult {
	Incidents::close(signed(by), id, Outcome::Resolved)
}

#[test]
fn regulator_auditor_and_council_close_and_the_event_says_who_it_was() {
	for (origin, by) in [
		(signed(REGULATOR), Some(REGULATOR)),
		(signed(AUDITOR), Some(AUDITOR)),
		(RuntimeOrigin::root(), None),
	] {
		with_chain(|| {
			assert_ok!(report(VALIDATOR, Some(PLATFORM)));
			let before = get(0);
			at(NOW + 1);
			events();
			let outcome = Outcome::Unexplained;
			assert_ok!(Incidents::close(origin, 0, outcome));
			let here = TestLedger::here();
			let incident = Incident {
				progress: IncidentState::Closed { outcome, at: here },
				..before
			};
			assert_eq!(get(0), incident);
			assert_eq!(events(), [Event::Closed { id: 0, outcome, by }]);
			assert_eq!(Incidents::open_incidents(), 0);
		});
	}
}

#[test]
fn what_is_contained_is_closed_and_its_label_stays_suspended() {
	with_chain(|| {
		assert_ok!(report(VALIDATOR, Some(PLATFORM)));
		assert_ok!(Incidents::contain(signed(REGULATOR), 0));
		assert_ok!(close(AUDITOR, 0));
		assert!(is_suspended(PLATFORM));
	});
}

#[test]
fn nobody_else_closes_not_even_who_reported() {
	with_chain(|| {
		assert_ok!(report(VALIDATOR, Some(PLATFORM)));
		for by in [VALIDATOR, TIME_SERVICE, AUTHORITY, PLATFORM, NOBODY] {
			assert_noop!(close(by, 0), NOT_ADMITTED);
		}
		assert_noop!(
			Incidents::close(RuntimeOrigin::none(), 0, Outcome::Resolved),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn nobody_closes_what_their_own_organisation_is_behind() {
	with_chain(|| {
		assert_ok!(report(VALIDATOR, Some(SISTER)));
		assert_ok!(report(VALIDATOR, Some(AUDITOR)));
		for id in [0, 1] {
			assert_noop!(close(AUDITOR, id), Error::<Test>::OwnOrganisation);
			assert_ok!(close(REGULATOR, id));
		}
		// Of none and of another organisation's, it does.
		assert_ok!(report(VALIDATOR, None));
		assert_ok!(report(VALIDATOR, Some(PLATFORM)));
		for id in [2, 3] {
			assert_ok!(close(AUDITOR, id));
		}
	});
}

#[test]
fn incident_is_closed_once() {
	with_chain(|| {
		assert_ok!(report(VALIDATOR, None));
		assert_ok!(close(AUDITOR, 0));
		assert_noop!(close(REGULATOR, 0), Error::<Test>::AlreadyClosed);
		assert_noop!(close(REGULATOR, 1), Error::<Test>::UnknownIncident);
	});
}
