// SPDX-License-Identifier: Apache-2.0

use super::{events, get};
use crate::{mock::*, Call, Error, Event, MAX_OPEN_REPORTS, MAX_PER_PAGE};
use chirograph_primitives::{
	incident::{Evidence, Incident, IncidentKind, IncidentState, Outcome, ReportCode},
	LabelId, Ledger,
};
use frame_support::{assert_noop, assert_ok, traits::GetCallName};
use sp_runtime::DispatchError;

#[test]
fn what_a_label_reports_is_on_record_and_in_an_event() {
	with_chain(|| {
		for (id, label) in [(0, Some(PLATFORM)), (1, None)] {
			assert_ok!(Incidents::report(signed(VALIDATOR), ReportCode::Misbehaviour, label, LOGS));
			let incident = Incident {
				what: IncidentKind::Reported {
					code: ReportCode::Misbehaviour,
					by: VALIDATOR,
				},
				label,
				evidence: Evidence::Document { hash: LOGS },
				at: TestLedger::here(),
				progress: IncidentState::Open,
			};
			assert_eq!(get(id), incident);
			assert_eq!(events(), [Event::Recorded { id, incident }]);
		}
		assert_eq!(Incidents::open_incidents(), 2);
	});
}

#[test]
fn those_who_see_how_the_network_behaves_report_and_nobody_else() {
	let calls = Call::<Test>::get_call_names();
	assert_eq!(calls, ["report", "contain", "close"], "the table has every call");
	with_chain(|| {
		for by in [REGULATOR, AUDITOR, VALIDATOR, TIME_SERVICE, AUTHORITY] {
			assert_ok!(report(by, None));
		}
		for by in [PLATFORM, NOBODY] {
			assert_noop!(report(by, None), NOT_ADMITTED);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Incidents::report(origin, ReportCode::Attack, None, LOGS),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn report_that_names_a_label_that_there_is_not_is_refused() {
	with_chain(|| {
		for label in [0, NOBODY, LabelId::MAX] {
			assert_noop!(report(VALIDATOR, Some(label)), Error::<Test>::UnknownLabel);
		}
		assert_ok!(report(VALIDATOR, Some(PLATFORM)));
	});
}

#[test]
fn label_has_as_many_open_reports_as_it_may_and_no_more() {
	with_chain(|| {
		for _ in 0..MAX_OPEN_REPORTS {
			assert_ok!(report(VALIDATOR, None));
		}
		assert_noop!(report(VALIDATOR, None), Error::<Test>::TooManyOpen);
		// Another label has room of its own, and what is closed makes room.
		assert_ok!(report(AUDITOR, None));
		assert_ok!(Incidents::close(signed(REGULATOR), 3, Outcome::Duplicate));
		assert_ok!(report(VALIDATOR, None));
		assert_noop!(report(VALIDATOR, None), Error::<Test>::TooManyOpen);
	});
}

#[test]
fn incidents_are_read_page_by_page() {
	with_chain(|| {
		let many = MAX_PER_PAGE + 1;
		for id in 0..many {
			assert_ok!(report(VALIDATOR, None));
			assert_ok!(Incidents::close(RuntimeOrigin::root(), id, Outcome::FalseAlarm));
		}
		let ids = |from| Incidents::incidents(from).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
		assert_eq!(ids(0), (0..MAX_PER_PAGE).collect::<Vec<_>>());
		assert_eq!(ids(MAX_PER_PAGE), [MAX_PER_PAGE]);
		for beyond in [many, u32::MAX] {
			assert!(ids(beyond).is_empty());
			assert_eq!(Incidents::incident(beyond), None);
		}
		assert_eq!(Incidents::incidents(7)[0], (7, get(7)));
	});
}
