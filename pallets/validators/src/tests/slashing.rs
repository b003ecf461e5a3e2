// SPDX-License-Identifier: Apache-2.0

//! What offences cost.

use super::{events, history};
use crate::{
	mock::*,
	slashing::{colluders, enter},
	Event, Offence, Slashes, MAX_APPLIED,
};
use chirograph_primitives::{
	incident::IncidentKind,
	validator::{Slash, SlashState, ValidatorEvent, ValidatorState, ValidatorTerms},
	Balance, Ledger,
};
use frame_support::assert_ok;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn one_equivocator_of_four_loses_nine_sixteenths() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		let slash = Slash {
			label: 4,
			session: 0,
			offenders: 1,
			seats: 4,
			fraction: 562_500_000,
			amount: 562_500,
			reporter: Some(account(1)),
			state: SlashState::Pending { due: 3 },
			incident: 0,
			at: TestLedger::here(),
		};
		let expelled = Event::Expelled {
			label: 4,
			session: 0,
			incident: 0,
			free: 32,
		};
		assert_eq!(events(), [expelled, Event::Slashed { id: 0, slash }]);
		assert_eq!(validator(4).margin, MARGIN - 562_500);
		// All of it is still held.
		assert_eq!(held(&account(4)), MARGIN);
		assert_eq!(incidents(), [(IncidentKind::Equivocation { session: 0 }, Some(4), true)]);
		assert_eq!(disabled(), [3]);
		assert_eq!(
			history(4).last(),
			Some(&ValidatorEvent::Slashed {
				slash: 0,
				amount: 562_500
			})
		);
		for honest in 1..=3 {
			assert_eq!((validator(honest).margin, held(&account(honest))), (MARGIN, MARGIN));
		}
	});
}

#[test]
fn without_a_report_nothing_happens() {
	with_chain(|| {
		rotate(10);
		assert_eq!(crate::SlashCount::<Test>::get(), 0);
		assert_eq!(state(4), ValidatorState::Seated { since: 0 });
	});
}

#[test]
fn slash_is_carried_out_when_it_is_due_and_its_reporter_paid() {
	with_chain(|| {
		let issued = Balances::total_issuance();
		assert!(report(&[4], 0, 1, 1));
		rotate(2);
		assert_eq!(held(&account(4)), MARGIN);
		events();
		rotate(1);
		let applied = Event::SlashApplied {
			id: 0,
			label: 4,
			rewarded: 56_250,
			burnt: 506_250,
		};
		assert!(events().contains(&applied));
		assert_eq!(held(&account(4)), MARGIN - 562_500);
		assert_eq!(spendable(1), ENDOWMENT - MARGIN + 56_250);
		assert_eq!(Balances::total_issuance(), issued - 506_250);
		assert_eq!(Slashes::<Test>::get(0).map(|slash| slash.state), Some(SlashState::Applied));
		// Once.
		rotate(3);
		assert_eq!(held(&account(4)), MARGIN - 562_500);
	});
}

#[test]
fn nobody_earns_by_the_offence_of_their_own_organisation() {
	with_chain(|| {
		let last_reporter = || {
			let last = crate::SlashCount::<Test>::get() - 1;
			Slashes::<Test>::get(last).and_then(|slash| slash.reporter)
		};
		assert!(report(&[4], 0, 1, 4));
		assert_eq!(last_reporter(), None, "itself");
		put_label(50, account(50), 3, *b"XX");
		assert!(report(&[3], 0, 2, 50));
		assert_eq!(last_reporter(), None, "another label of its organisation");
		assert!(report(&[2], 0, 3, 240));
		assert_eq!(last_reporter(), None, "somebody who cannot be traced");
		assert!(report(&[1], 0, 4, 60));
		assert_eq!(last_reporter(), Some(account(60)), "the control");
	});
}

#[test]
fn offender_is_out_of_the_set_as_soon_as_it_can_be_and_disabled_until_then() {
	with_chain(|| {
		assert_ok!(join(5));
		rotate(1);
		disabled();
		// The set of session 2 is fixed: five, the offender among them.
		assert!(report(&[4], 1, 1, 1));
		assert_eq!(disabled(), [3]);
		rotate(1);
		assert_eq!(set(), [1, 2, 3, 4, 5].into());
		// The set changed, and with it `pallet-session` forgot who was disabled.
		assert_eq!(disabled(), [3]);
		assert_eq!(Session::disabled_validators(), [3]);
		rotate(1);
		assert_eq!(set(), [1, 2, 3, 5].into());
		assert!(Session::disabled_validators().is_empty());
	});
}

#[test]
fn no_more_offenders_are_disabled_than_may_fail_and_none_is_in_the_next_set() {
	// Three of ten may fail, the control; and two of seven.
	for (seats, at_last) in [(10, vec![3, 4, 5]), (7, vec![4, 5])] {
		with_seats(seats, terms(), || {
			let offenders = BTreeSet::from([4, 5, 6]);
			for (number, disabled) in [(4, vec![3]), (5, vec![3, 4]), (6, at_last.clone())] {
				assert!(report(&[number], 0, u64::from(number), 1));
				// Who is found last takes the place of another.
				assert_eq!(Session::disabled_validators(), disabled);
			}
			rotate(1);
			assert_eq!(Session::disabled_validators().len(), at_last.len());
			assert!(set().is_superset(&offenders), "their set was announced");
			assert!(next_set().is_disjoint(&offenders));
			rotate(1);
			let honest: BTreeSet<u32> = (1..=seats).filter(|number| !offenders.contains(number)).collect();
			assert_eq!(set(), honest);
			assert!(Session::disabled_validators().is_empty());
		});
	}
}

#[test]
fn repeated_report_costs_nothing_more() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		assert!(!report(&[4], 0, 1, 2), "the same one is refused");
		// In another slot, of another session, again and again.
		rotate(1);
		for (session, slot) in [(0, 2), (0, 3), (1, 4)] {
			assert!(report(&[4], session, slot, 2));
			assert_eq!(validator(4).margin, MARGIN - 562_500);
		}
		assert_eq!(crate::SlashCount::<Test>::get(), 1);
	});
}

#[test]
fn colluders_on_different_slots_and_sessions_pay_as_if_they_had_shared_one() {
	with_seats(7, terms(), || {
		assert!(report(&[4], 0, 1, 1));
		assert_eq!(validator(4).margin, MARGIN - 183_673);
		rotate(1);
		assert!(report(&[5], 1, 7, 2));
		for number in [4, 5] {
			assert_eq!(validator(number).margin, MARGIN - 734_693);
		}
		let reporters: Vec<_> = (0..3).filter_map(|id| Slashes::<Test>::get(id)?.reporter).collect();
		assert_eq!(reporters, [account(1), account(2), account(2)]);
	});
}

#[test]
fn offenders_out_of_the_window_do_not_count_as_acting_together() {
	with_seats(7, terms(), || {
		rotate(11);
		assert!(report(&[4], 0, 1, 1));
		assert!(report(&[5], 11, 2, 1));
		for number in [4, 5] {
			assert_eq!(validator(number).margin, MARGIN - 183_673);
		}
		// The control: a session earlier, it is within.
		assert!(report(&[6], 10, 3, 1));
		assert_eq!(validator(4).margin, MARGIN - 734_693);
		// Three of seven, more than a third: the sixth is near to both.
		assert_eq!(validator(6).margin, 0);
	});
}

#[test]
fn large_set_makes_no_offence_cheap() {
	let large = ValidatorTerms {
		max_seats: 100,
		..terms()
	};
	with_seats(100, large, || {
		// (3/100)² is nine ten-thousandths.
		assert!(report(&[4], 0, 1, 1));
		assert_eq!(validator(4).margin, MARGIN - MARGIN / 10);
	});
}

#[test]
fn all_of_a_full_set_lose_everything_and_no_more() {
	let large = ValidatorTerms {
		max_seats: 100,
		..terms()
	};
	with_seats(100, large, || {
		let all: Vec<u32> = (1..=100).collect();
		let before = System::block_weight().total();
		assert!(report(&all, 0, 1, 1));
		let after = System::block_weight().total();
		assert_eq!(
			after.ref_time() - before.ref_time(),
			100 * 1_000,
			"what it costs is charged for"
		);
		assert!(all.iter().all(|number| validator(*number).margin == 0));
		rotate(3);
		assert!(all.iter().all(|number| held(&account(*number)) == 0));
	});
}

#[test]
fn margin_that_is_unbonding_is_slashed() {
	with_seats(5, terms(), || {
		assert_ok!(Validators::leave(by(5)));
		rotate(3);
		assert_eq!(state(5), ValidatorState::Left { free: 22 });
		assert!(report(&[5], 1, 1, 1));
		// (3/5)².
		assert_eq!(validator(5).margin, MARGIN - 360_000);
		assert_eq!(state(5), ValidatorState::Expelled { free: 35 });
	});
}

#[test]
fn margin_that_was_added_after_the_offence_is_not_what_counts_but_what_there_was_when_it_was_reported() {
	with_seats(7, terms(), || {
		assert_ok!(Validators::top_up(by(4), MARGIN));
		assert!(report(&[4], 0, 1, 1));
		assert_eq!(validator(4).margin, 2 * MARGIN - 2 * MARGIN * 9 / 49);
	});
}

#[test]
fn label_that_moved_is_slashed_where_it_is_now() {
	with_chain(|| {
		rotate_label(4, account(201));
		assert!(report(&[4], 0, 1, 1));
		rotate(3);
		assert_eq!(held(&account(201)), MARGIN - 562_500);
	});
}

#[test]
fn reporter_whose_label_moved_is_paid_where_it_is_now() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		rotate_label(1, account(201));
		rotate(3);
		assert_eq!(spendable(201), ENDOWMENT + 56_250);
	});
}

#[test]
fn whoever_is_no_validator_is_not_slashed() {
	with_chain(|| {
		assert!(report(&[5, 240], 0, 1, 1));
		assert_eq!(crate::SlashCount::<Test>::get(), 0);
		assert!(events().is_empty());
	});
}

#[test]
fn slashes_beyond_what_a_session_can_do_wait() {
	with_chain(|| {
		assert!(report(&[4], 0, 1, 1));
		let slash = Slashes::<Test>::get(0).expect("there is one");
		let part = Slash { amount: 1, ..slash };
		let parts = MAX_APPLIED + 5;
		(0..parts).for_each(|id| Slashes::<Test>::insert(id, &part));
		crate::SlashCount::<Test>::put(parts);
		crate::PendingSlashes::<Test>::insert(4, Balance::from(parts));
		crate::Validators::<Test>::mutate_extant(4, |validator| validator.margin = MARGIN - Balance::from(parts));
		rotate(3);
		assert_eq!(crate::SlashesDone::<Test>::get(), MAX_APPLIED);
		assert_eq!(crate::PendingSlashes::<Test>::get(4), 5);
		rotate(1);
		assert_eq!(crate::PendingSlashes::<Test>::get(4), 0);
	});
}

fn offence(label: u32, session: u32) -> Offence {
	Offence {
		label,
		first: session,
		last: session,
		seats: 7,
		margin: 100,
		taken: 0,
		incident: 0,
	}
}

#[test]
fn offences_of_a_label_that_a_third_one_joins_become_one() {
	let mut known = Vec::new();
	for session in [0, 15] {
		enter(&mut known, offence(1, session), 10);
	}
	assert_eq!(known.len(), 2);
	enter(&mut known, offence(1, 8), 10);
	assert_eq!(
		known,
		[Offence {
			last: 15,
			..offence(1, 0)
		}]
	);
}

proptest! {
	#[test]
	fn order_of_reports_makes_no_difference(
		offences in prop::collection::vec((1u32..6, 0u32..60), 1..20),
		seed in any::<u64>(),
	) {
		let all = |offences: &[(u32, u32)]| {
			let mut known = Vec::new();
			for (label, session) in offences {
				enter(&mut known, offence(*label, *session), 10);
			}
			let mut judged: Vec<_> = known.iter().map(|one| (one.label, one.first, one.last, colluders(&known, one, 10))).collect();
			judged.sort_unstable();
			judged
		};
		let mut other = offences.clone();
		other.sort_by_key(|(label, session)| (u64::from(*label) * 31 + u64::from(*session)).wrapping_mul(seed | 1));
		prop_assert_eq!(all(&offences), all(&other));
	}

	/// Counted by pairs of sessions, as the rule says.
	#[test]
	fn colluders_are_those_with_an_offence_within_a_window_of_one(
		offences in prop::collection::vec((1u32..6, 0u32..60), 1..20),
	) {
		let mut known = Vec::new();
		for (label, session) in &offences {
			enter(&mut known, offence(*label, *session), 10);
		}
		for one in &known {
			let is_own = |label: u32, session: u32| one.label == label && (one.first..=one.last).contains(&session);
			let own: Vec<u32> = offences
				.iter()
				.filter(|(label, session)| is_own(*label, *session))
				.map(|(_, session)| *session)
				.collect();
			let mut labels: Vec<u32> = offences
				.iter()
				.filter(|(_, session)| own.iter().any(|own| own.abs_diff(*session) <= 10))
				.map(|(label, _)| *label)
				.collect();
			labels.sort_unstable();
			labels.dedup();
			prop_assert_eq!(colluders(&known, one, 10) as usize, labels.len());
		}
	}
}

#[test]
fn offences_that_count_as_one_are_one_incident() {
	with_chain(|| {
		let count = || {
			let all = incidents().into_iter();
			all.filter(|(what, ..)| matches!(what, IncidentKind::Equivocation { .. }))
				.count()
		};
		assert!(report(&[4], 0, 1, 1));
		assert_eq!(count(), 1);
		rotate(1);
		// Its votes still count until the set changes: it goes on.
		assert!(report(&[4], 1, 1, 1));
		assert_eq!(count(), 0);
		// The control: beyond the window it is another one.
		rotate(11);
		assert!(report(&[4], 12, 1, 1));
		assert_eq!(count(), 1);
	});
}
