// SPDX-License-Identifier: Apache-2.0

//! Figures by hand, and what is out of the ordinary.

use super::events;
use crate::{
	mock::*,
	strength::{proportion, share, slash_fraction, strength, tolerated, Seat, Snapshot},
	Event,
};
use chirograph_primitives::{
	incident::IncidentKind,
	validator::{Anomaly, Coalition, Strength, ValidatorTerms, WHOLE},
	Balance, Country,
};
use proptest::prelude::*;

/// Seats of these margins, in these countries.
fn seats(of: &[(Balance, &[u8; 2])]) -> Vec<Seat> {
	let seat = |(label, (margin, country)): (u32, &(Balance, &[u8; 2]))| Seat {
		label,
		organisation: organisation(label),
		country: Country(**country),
		margin: *margin,
		faulty: false,
	};
	(1..).zip(of).map(seat).collect()
}

fn judge(seats: &[Seat]) -> Strength {
	strength(1, seats, &Snapshot::of(seats), &terms())
}

#[test]
fn seven_seats_of_three_countries() {
	let seats = seats(&[
		(70, b"AA"),
		(10, b"AA"),
		(20, b"BB"),
		(30, b"BB"),
		(40, b"CC"),
		(50, b"AA"),
		(60, b"CC"),
	]);
	let expected = Strength {
		session: 1,
		seats: 7,
		tolerated: 2,
		quorum: 5,
		margin: 280,
		organisations: 7,
		countries: vec![(Country(*b"AA"), 3), (Country(*b"BB"), 2), (Country(*b"CC"), 2)],
		// Three say nothing: four votes are no five.
		stop: Coalition {
			seats: 3,
			margin: 60,
			loss: 0,
			countries: 1,
		},
		// Two quorums of five among seven share three; three of seven lose all.
		fork: Coalition {
			seats: 3,
			margin: 60,
			loss: 60,
			countries: 1,
		},
		anomalies: vec![Anomaly::CountryCanStop {
			country: Country(*b"AA"),
			seats: 3,
		}],
	};
	assert_eq!(judge(&seats), expected);
}

#[test]
fn four_seats_of_four_countries_are_in_order() {
	let judged = judge(&seats(&[(1, b"AA"), (2, b"BB"), (3, b"CC"), (4, b"DD")]));
	assert_eq!((judged.tolerated, judged.quorum), (1, 3));
	assert_eq!((judged.stop.seats, judged.stop.margin, judged.stop.countries), (2, 3, 2));
	assert_eq!((judged.fork.seats, judged.fork.margin, judged.fork.countries), (2, 3, 2));
	assert!(judged.anomalies.is_empty());
}

#[test]
fn no_seats_are_no_coalition() {
	let judged = judge(&[]);
	assert_eq!(
		(judged.seats, judged.quorum, judged.stop.seats, judged.fork.seats),
		(0, 0, 0, 0)
	);
	assert_eq!(judged.anomalies, [Anomaly::TooFewSeats { seats: 0 }]);
}

#[test]
fn too_few_seats_and_too_many_faulty_are_anomalies() {
	let mut four = seats(&[(1, b"AA"), (2, b"BB"), (3, b"CC"), (4, b"DD")]);
	four[0].faulty = true;
	assert!(judge(&four).anomalies.is_empty(), "as many may fail");
	four[1].faulty = true;
	assert_eq!(judge(&four).anomalies, [Anomaly::TooManyFaulty { seats: 2 }]);
	assert_eq!(judge(&four[2..]).anomalies, [Anomaly::TooFewSeats { seats: 2 }]);
	// As many as tolerate a fault, and fewer than there are to be.
	let five = ValidatorTerms { min_seats: 5, ..terms() };
	four[1].faulty = false;
	let judged = strength(1, &four, &Snapshot::of(&four), &five);
	assert_eq!(judged.anomalies, [Anomaly::TooFewSeats { seats: 4 }]);
}

#[test]
fn whoever_is_disabled_or_silent_is_faulty() {
	with_chain(|| {
		let faulty = || {
			let found = Validators::strength().anomalies.into_iter();
			found
				.filter(|anomaly| matches!(anomaly, Anomaly::TooManyFaulty { .. }))
				.collect::<Vec<_>>()
		};
		author(&[1, 2, 3], 3);
		assert!(faulty().is_empty(), "one of four is silent, and one may fail");
		assert!(report(&[3], 0, 1, 1));
		assert_eq!(faulty(), [Anomaly::TooManyFaulty { seats: 2 }]);
		// The control: one that is back is not.
		author(&[4], 1);
		assert!(faulty().is_empty());
	});
}

#[test]
fn margin_that_fell_by_more_than_a_quarter_is_an_anomaly() {
	let now = seats(&[(30, b"AA"), (30, b"BB"), (30, b"CC"), (30, b"DD")]);
	let found = |before: Balance| {
		let before = Snapshot {
			margin: before,
			..Snapshot::of(&now)
		};
		strength(1, &now, &before, &terms()).anomalies
	};
	assert!(found(160).is_empty());
	assert_eq!(found(161), [Anomaly::MarginFell { before: 161, after: 120 }]);
}

#[test]
fn more_than_a_third_of_the_seats_in_other_hands_is_an_anomaly() {
	let before = Snapshot::of(&seats(&[
		(1, b"AA"),
		(1, b"BB"),
		(1, b"CC"),
		(1, b"DD"),
		(1, b"EE"),
		(1, b"FF"),
	]));
	let mut now = seats(&[(1, b"AA"), (1, b"BB"), (1, b"CC"), (1, b"DD"), (1, b"EE"), (1, b"FF")]);
	for (position, changed) in [(0, 1u32), (1, 2), (2, 3)] {
		now[position].label = 100 + changed;
		let found = strength(1, &now, &before, &terms()).anomalies;
		let expected: &[Anomaly] = if changed == 3 {
			&[Anomaly::SeatsChanged { seats: 3 }]
		} else {
			&[]
		};
		assert_eq!(found, expected, "{changed}");
	}
}

#[test]
fn anomaly_is_an_incident_once_and_again_when_it_came_back() {
	with_seats(7, terms(), || {
		// All are of one country, from the beginning: that is how the network was founded.
		rotate(2);
		assert!(incidents().is_empty());
		let country = Country(*b"XX");
		let anomaly = Anomaly::CountryCanStop { country, seats: 7 };
		assert_eq!(Validators::strength().anomalies, [anomaly]);
		for number in 1..=7 {
			crate::Validators::<Test>::mutate_extant(number, |validator| {
				validator.country = Country([b'A', b'A' + number as u8])
			});
		}
		rotate(1);
		assert!(Validators::strength().anomalies.is_empty());
		for number in 1..=7 {
			crate::Validators::<Test>::mutate_extant(number, |validator| validator.country = country);
		}
		rotate(1);
		assert_eq!(incidents(), [(IncidentKind::Strength { anomaly }, None, false)]);
		assert!(events().contains(&Event::AnomalyFound { anomaly, incident: 0 }));
		rotate(2);
		assert!(incidents().is_empty());
	});
}

#[test]
fn slash_shows_in_the_strength_of_the_same_session() {
	with_seats(7, terms(), || {
		rotate(1);
		assert_eq!(Validators::strength().margin, 7 * MARGIN);
		assert!(report(&[1, 2], 0, 1, 3));
		let after = 7 * MARGIN - 2 * 734_693;
		let strength = Validators::strength();
		assert_eq!(strength.margin, after);
		// Less than a quarter of seven million is gone.
		assert!(!strength
			.anomalies
			.iter()
			.any(|found| matches!(found, Anomaly::MarginFell { .. })));
		assert!(report(&[3], 0, 2, 4));
		let fell = Anomaly::MarginFell {
			before: 7 * MARGIN,
			after: 4 * MARGIN,
		};
		assert!(Validators::strength().anomalies.contains(&fell));
	});
}

#[test]
fn share_of_a_margin_that_offences_cost() {
	let floor = WHOLE / 10;
	for (offenders, seats, expected) in [
		(1, 4, 562_500_000),
		(2, 4, WHOLE),
		(1, 7, 183_673_469),
		(2, 7, 734_693_877),
		(3, 7, WHOLE),
		(1, 100, floor),
		(10, 100, floor),
		(11, 100, 108_900_000),
		(33, 100, 980_100_000),
		(34, 100, WHOLE),
		(1, 1, WHOLE),
		(1, 0, WHOLE),
	] {
		assert_eq!(slash_fraction(offenders, seats, floor), expected, "{offenders} of {seats}");
	}
}

#[test]
fn so_many_may_fail() {
	let expected = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3];
	for (seats, tolerates) in (0..).zip(expected) {
		assert_eq!(tolerated(seats), tolerates, "{seats}");
	}
}

proptest! {
	#[test]
	fn more_offenders_or_fewer_seats_never_cost_less(offenders in 1u32..200, seats in 1u32..200, floor in 0..=WHOLE) {
		let fraction = slash_fraction(offenders, seats, floor);
		prop_assert!(fraction >= floor && fraction <= WHOLE);
		prop_assert!(slash_fraction(offenders + 1, seats, floor) >= fraction);
		prop_assert!(slash_fraction(offenders, seats + 1, floor) <= fraction);
		if 3 * offenders >= seats {
			prop_assert_eq!(fraction, WHOLE);
		}
	}

	#[test]
	fn shares_are_exact_and_rounded_down(amount in 0..=u128::from(u64::MAX), fraction in 0..=WHOLE) {
		prop_assert_eq!(share(amount, fraction), amount * u128::from(fraction) / u128::from(WHOLE));
		prop_assert_eq!(share(u128::MAX, WHOLE), u128::MAX);
		prop_assert_eq!(proportion(amount, 1, 3), amount / 3);
	}
}
