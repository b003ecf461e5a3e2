// SPDX-License-Identifier: Apache-2.0

//! Services that contradict the others.

use super::{events, say};
use crate::{mock::*, Event, Outliers};
use chirograph_primitives::{incident::IncidentKind, LabelId};
use frame_support::{assert_ok, dispatch::DispatchResult};

/// The events about services since the last look.
fn verdicts() -> Vec<Event<Test>> {
	let is_verdict = |event: &Event<Test>| matches!(event, Event::ServiceContradicted { .. } | Event::ServiceAgreed { .. });
	events().into_iter().filter(is_verdict).collect()
}

#[test]
fn service_that_contradicts_the_others_beyond_doubt_is_an_incident_once() {
	with_chain(|| {
		// What both sides are uncertain of, and the bound.
		let doubt = i64::from(BOUND) + 2 * 100;
		say([0, 0, doubt], 100);
		assert_eq!((verdicts(), incidents()), (vec![], vec![]));
		let drift = doubt + 1;
		for _ in 0..3 {
			say([0, 0, drift], 100);
		}
		let contradicted = Event::ServiceContradicted {
			service: CLARA,
			drift,
			incident: 0,
		};
		assert_eq!(verdicts(), [contradicted]);
		assert_eq!(incidents(), [(IncidentKind::Clock { drift }, Some(CLARA))]);

		say([0, 0, i64::from(BOUND) / 2 + 2 * 100], 100);
		assert_eq!(verdicts(), [Event::ServiceAgreed { service: CLARA }]);
		// Whoever wavers is no more incidents than whoever does not.
		say([0, 0, drift], 100);
		assert_eq!((verdicts(), incidents()), (vec![], vec![]));
		pass(FRESHNESS);
		say([0, 0, drift], 100);
		assert_eq!(incidents().len(), 1);
	});
}

#[test]
fn whoever_wavers_is_one_incident_for_as_long_as_a_beacon_counts_and_then_another() {
	with_chain(|| {
		let lie = i64::from(BOUND) + 2 * 100 + 1;
		let of = |service| [(IncidentKind::Clock { drift: lie }, Some(service))];
		say([0, 0, lie], 100);
		assert_eq!(incidents(), of(CLARA));
		let last = System::block_number() + FRESHNESS;
		while System::block_number() < last {
			say([0, 0, 0], 100);
			say([0, 0, lie], 100);
		}
		assert_eq!((System::block_number(), incidents()), (last, vec![]));
		say([0, 0, lie], 100);
		assert_eq!(incidents(), of(CLARA), "the control: a block later it is one again");

		// Nobody but who wavered has to wait.
		say([0, 0, 0], 100);
		say([0, lie, 0], 100);
		assert_eq!(incidents(), of(BRUNO));
	});
}

#[test]
fn an_organisation_has_one_voice_however_many_services_it_runs() {
	with_chain(|| {
		admit(ANNAS_OTHER);
		let lie = 9_000;
		say([lie, 0, 0], 0);
		assert_ok!(post(ANNAS_OTHER, lie, 0));
		let said = Timekeeping::statement();
		assert_eq!((said.drift, said.samples.len()), (Some(0), 3));
		// The control: two of three organisations that say so are believed; and her other label is heard where the first is not.
		dismiss(ANNA);
		assert_ok!(post_again(BRUNO, lie));
		let said = Timekeeping::statement();
		assert_eq!((said.drift, said.samples.len()), (Some(lie), 3));
		assert!(said.samples.iter().any(|sample| sample.service == ANNAS_OTHER));
	});
}

/// A block passes, and the service posts another beacon.
fn post_again(service: LabelId, drift: i64) -> DispatchResult {
	pass(1);
	post(service, drift, 0)
}

#[test]
fn of_two_nobody_can_tell_which_lies() {
	with_chain(|| {
		for (service, drift) in [(ANNA, -1_000_000), (BRUNO, 1_000_000)] {
			assert_ok!(post(service, drift, 0));
		}
		assert_eq!((verdicts(), incidents()), (vec![], vec![]));
		assert_eq!(Timekeeping::statement().drift, Some(0));
		assert_eq!(Timekeeping::statement().uncertainty, Some(1_000_000));
	});
}

#[test]
fn whoever_falls_silent_is_not_out_of_line_any_more() {
	with_chain(|| {
		say([0, 0, 1_000_000], 0);
		assert_eq!(Outliers::<Test>::get().into_inner(), [CLARA]);
		pass(FRESHNESS + 1);
		assert_ok!(post(ANNA, 0, 0));
		assert!(Outliers::<Test>::get().is_empty());
	});
}
