// SPDX-License-Identifier: Apache-2.0

use crate::mock::*;
use chirograph_primitives::validator::{ValidatorState, ValidatorTerms};

#[test]
fn seats_of_genesis_put_up_the_margin_of_the_terms() {
	with_chain(|| {
		for number in 1..=4 {
			assert_eq!(state(number), ValidatorState::Seated { since: 0 });
			assert_eq!((validator(number).margin, held(&account(number))), (MARGIN, MARGIN));
		}
		assert_eq!(set(), [1, 2, 3, 4].into());
		assert_eq!(Validators::terms(), terms());
	});
}

fn refused(change: impl FnOnce(&mut ValidatorTerms)) {
	new_labels();
	let mut terms = terms();
	change(&mut terms);
	let _ = found(&[1, 2, 3, 4], terms, 0);
}

#[test]
#[should_panic = "terms.margin must not be nothing"]
fn seats_without_margin_are_refused() {
	refused(|terms| terms.margin = 0);
}

#[test]
#[should_panic = "terms.margin, 10000001, that its seat takes"]
fn account_that_has_less_than_the_margin_is_refused() {
	refused(|terms| terms.margin = ENDOWMENT + 1);
}

#[test]
#[should_panic = "maxSeats must be between 1 and 100"]
fn more_seats_than_a_block_can_slash_are_refused() {
	refused(|terms| terms.max_seats = 101);
}

#[test]
#[should_panic = "there must not be more than terms.maxSeats"]
fn more_accounts_than_seats_are_refused() {
	refused(|terms| (terms.max_seats, terms.min_seats) = (3, 3));
}

#[test]
#[should_panic = "minSeats must be between 1 and maxSeats"]
fn minimum_of_no_seats_is_refused() {
	refused(|terms| terms.min_seats = 0);
}

#[test]
#[should_panic = "XX has more than terms.seatsPerCountry"]
fn more_seats_of_a_country_than_it_may_have_are_refused() {
	refused(|terms| terms.seats_per_country = 3);
}

#[test]
#[should_panic = "churn must not be 0"]
fn churn_of_nobody_is_refused() {
	refused(|terms| terms.churn = 0);
}

#[test]
#[should_panic = "absence must not be 0"]
fn patience_for_no_block_is_refused() {
	refused(|terms| terms.absence = 0);
}

#[test]
#[should_panic = "no shorter than window"]
fn margin_that_is_free_before_the_window_is_over_is_refused() {
	refused(|terms| terms.unbonding = 9);
}

#[test]
#[should_panic = "floor must be at most"]
fn floor_above_everything_is_refused() {
	refused(|terms| terms.floor = 1_000_000_001);
}

#[test]
#[should_panic = "reporterShare must be at most"]
fn more_than_everything_for_reporters_is_refused() {
	refused(|terms| terms.reporter_share = 1_000_000_001);
}

#[test]
#[should_panic = "labels.founders must have a label"]
fn account_without_a_label_is_refused() {
	new_labels();
	let _ = found(&[1, 2, 201], terms(), 0);
}

#[test]
#[should_panic = "its organisation has one already"]
fn second_seat_of_an_organisation_is_refused() {
	new_labels();
	put_label(2, account(2), 1, *b"XX");
	let _ = found(&[1, 2, 3], terms(), 0);
}

#[test]
#[should_panic = "is there twice"]
fn account_that_is_there_twice_is_refused() {
	use frame_support::traits::BuildGenesisConfig;
	new_labels();
	let seats = vec![account(1), account(1)];
	let config = crate::GenesisConfig::<Test> {
		terms: terms(),
		seats,
		..Default::default()
	};
	found(&[], terms(), 0).execute_with(|| config.build());
}
