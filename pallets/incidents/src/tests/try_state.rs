// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use crate::{mock::*, Incidents as Records, NextIncident, OpenIncidents, OpenReports, MAX_OPEN_REPORTS};
use chirograph_primitives::{
	incident::{Evidence, Incident, IncidentKind, IncidentState, Outcome},
	IncidentId, IncidentRegistry,
};
use frame_support::assert_ok;

/// What `try_state` says of a chain that `damage` was done to, beginning with an attack that was reported and an equivocation that was
/// recorded.
fn expect(invariant: u32, damage: impl FnOnce()) {
	let mut said = String::new();
	new_test_ext().execute_with(|| {
		assert_ok!(report(VALIDATOR, Some(PLATFORM)));
		Incidents::record(IncidentKind::Equivocation { session: 1 }, Some(VALIDATOR), true);
		assert_eq!(Incidents::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage();
		said = format!("{:?}", Incidents::do_try_state());
	});
	assert!(said.contains(&format!("invariant {invariant}:")), "{invariant}: {said}");
}

fn change(id: IncidentId, change: impl FnOnce(&mut Incident)) {
	Records::<Test>::mutate(id, |incident| change(incident.as_mut().expect("it is there")));
}

#[test]
fn gap_in_the_numbers_is_found() {
	expect(1, || Records::<Test>::remove(0));
	expect(1, || NextIncident::<Test>::put(3));
	expect(1, || {
		let incident = Records::<Test>::take(1).expect("it is there");
		Records::<Test>::insert(2, incident);
	});
}

#[test]
fn wrong_counts_are_found() {
	expect(2, || OpenIncidents::<Test>::put(1));
	expect(2, || OpenReports::<Test>::remove(VALIDATOR));
	expect(2, || OpenReports::<Test>::insert(VALIDATOR, 2));
	expect(2, || OpenReports::<Test>::insert(AUDITOR, 0));
}

#[test]
fn too_many_open_reports_are_found() {
	expect(3, || {
		let incident = Records::<Test>::get(0).expect("it is there");
		for id in 2..2 + MAX_OPEN_REPORTS {
			Records::<Test>::insert(id, &incident);
		}
		NextIncident::<Test>::put(2 + MAX_OPEN_REPORTS);
		OpenIncidents::<Test>::put(2 + MAX_OPEN_REPORTS);
		OpenReports::<Test>::insert(VALIDATOR, 1 + MAX_OPEN_REPORTS);
	});
}

#[test]
fn containment_of_nobody_and_evidence_elsewhere_are_found() {
	expect(4, || change(1, |incident| incident.label = None));
	expect(4, || change(0, |incident| incident.evidence = Evidence::Ledger(incident.at)));
	expect(4, || {
		change(1, |incident| incident.evidence = Evidence::Document { hash: LOGS })
	});
	expect(4, || change(1, |incident| incident.what = attack(VALIDATOR)));
}

#[test]
fn disorder_of_time_is_found() {
	expect(5, || change(0, |incident| incident.at.block += 1));
	expect(5, || {
		change(1, |incident| {
			let mut at = incident.at;
			at.block -= 1;
			incident.progress = IncidentState::Contained { at };
		})
	});
	expect(5, || {
		change(1, |incident| {
			let (outcome, mut at) = (Outcome::Resolved, incident.at);
			at.block += 1;
			incident.progress = IncidentState::Closed { outcome, at };
		})
	});
}
