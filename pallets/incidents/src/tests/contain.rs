// SPDX-License-Identifier: Apache-2.0

use super::{events, get, progress};
use crate::{mock::*, Call, Error, Event};
use chirograph_primitives::{
	incident::{Incident, IncidentState, Outcome},
	Ledger,
};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo, weights::Weight};

#[test]
fn whoever_may_suspend_the_label_contains_the_incident() {
	for origin in [signed(REGULATOR), RuntimeOrigin::root()] {
		with_chain(|| {
			assert_ok!(report(VALIDATOR, Some(PLATFORM)));
			let before = get(0);
			at(NOW + 1);
			events();
			assert_ok!(Incidents::contain(origin, 0));
			assert!(is_suspended(PLATFORM));
			let here = TestLedger::here();
			let incident = Incident {
				progress: IncidentState::Contained { at: here },
				..before
			};
			assert_eq!(get(0), incident);
			let contained = Event::Contained { id: 0, label: PLATFORM };
			assert_eq!(events(), [contained]);
			assert_eq!(Incidents::open_incidents(), 1, "it is not over");
		});
	}
}

#[test]
fn nobody_contains_who_may_not_suspend() {
	with_chain(|| {
		assert_ok!(report(VALIDATOR, Some(PLATFORM)));
		for label in [AUDITOR, VALIDATOR, PLATFORM, NOBODY] {
			assert_noop!(Incidents::contain(signed(label), 0), NOT_YOURS);
		}
		assert!(!is_suspended(PLATFORM));
		assert_eq!(progress(0), IncidentState::Open);
	});
}

#[test]
fn incident_of_no_label_is_not_contained() {
	with_chain(|| {
		assert_ok!(report(VALIDATOR, None));
		assert_noop!(Incidents::contain(RuntimeOrigin::root(), 0), Error::<Test>::NothingToContain);
	});
}

#[test]
fn incident_is_contained_once_and_not_when_it_is_over_or_is_none() {
	with_chain(|| {
		for _ in 0..2 {
			assert_ok!(report(VALIDATOR, Some(PLATFORM)));
		}
		let contain = |id| Incidents::contain(RuntimeOrigin::root(), id);
		assert_ok!(contain(0));
		assert_noop!(contain(0), Error::<Test>::AlreadyContained);
		assert_ok!(Incidents::close(RuntimeOrigin::root(), 1, Outcome::FalseAlarm));
		assert_noop!(contain(1), Error::<Test>::AlreadyClosed);
		assert_noop!(contain(2), Error::<Test>::UnknownIncident);
	});
}

#[test]
fn containing_costs_what_suspending_costs_besides() {
	let call = Call::<Test>::contain { incident: 0 };
	assert_eq!(call.get_dispatch_info().call_weight, Weight::from_parts(7, 0));
}
