// SPDX-License-Identifier: Apache-2.0

//! How strong validators are together, and what is out of the ordinary about them (X.1407 9.2.1 a-b). Pure: seats in, figures out. How hard
//! colluders are hit is here as well, because it is what a coalition that votes twice would lose.

use crate::MAX_SEATS;
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use chirograph_primitives::{
	validator::{Anomaly, Billionths, Coalition, Strength, ValidatorTerms, WHOLE},
	Balance, Country, LabelId, OrganisationId, SessionIndex,
};
use codec::{Decode, Encode, MaxEncodedLen};
use core::cmp::Reverse;
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

/// A seat in the set of the current session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
	/// Whose it is.
	pub label: LabelId,
	/// Whose the label is.
	pub organisation: OrganisationId,
	/// Where it is at home.
	pub country: Country,
	/// What stands behind it.
	pub margin: Balance,
	/// Disabled, or silent for longer than a validator may be.
	pub faulty: bool,
}

/// What was once, to compare with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Snapshot {
	/// Who had seats, in ascending order.
	pub labels: BoundedVec<LabelId, ConstU32<MAX_SEATS>>,
	/// All margins together.
	pub margin: Balance,
}

impl Snapshot {
	/// What is now.
	pub fn of(seats: &[Seat]) -> Self {
		let mut labels: Vec<LabelId> = seats.iter().map(|seat| seat.label).collect();
		labels.sort_unstable();
		Self {
			labels: BoundedVec::truncate_from(labels),
			margin: sum(seats.iter().map(|seat| seat.margin)),
		}
	}
}

/// As many of so many as may fail in any way: the largest number smaller than a third.
pub fn tolerated(seats: u32) -> u32 {
	// Neither wraps: saturating at no seats, and three is not zero.
	seats.saturating_sub(1).checked_div(3).unwrap_or_default()
}

/// The share of their margins that so many offenders lose out of a set of so many: the square of three times their share of the set, at
/// least the floor, at most all. From a third of the set on, who could break safety, it is all.
pub fn slash_fraction(offenders: u32, seats: u32, floor: Billionths) -> Billionths {
	let thrice = u128::from(offenders).saturating_mul(3);
	// Never saturates: three times 32 bits, squared, and billionths fit into 98 bits.
	let parts = thrice.saturating_mul(thrice).saturating_mul(u128::from(WHOLE));
	let of = u128::from(seats).saturating_mul(u128::from(seats));
	// A set without seats is not known: nothing speaks for leniency.
	let share = parts.checked_div(of).unwrap_or(u128::from(WHOLE)).min(u128::from(WHOLE));
	// Never fails: it was capped.
	Billionths::try_from(share).unwrap_or(WHOLE).max(floor.min(WHOLE))
}

/// So many billionths of an amount, rounded down.
pub fn share(amount: Balance, fraction: Billionths) -> Balance {
	proportion(amount, u128::from(fraction.min(WHOLE)), u128::from(WHOLE))
}

/// `amount` times `part` over `whole`, rounded down; all of it where the part is no less than the whole.
pub fn proportion(amount: Balance, part: u128, whole: u128) -> Balance {
	if part >= whole {
		return amount;
	}
	// Never fails: less than the whole of an amount is less than the amount.
	multiply_by_rational_with_rounding(amount, part, whole, Rounding::Down).unwrap_or_default()
}

/// How strong these seats are, next to what was before.
pub fn strength(session: SessionIndex, seats: &[Seat], before: &Snapshot, terms: &ValidatorTerms) -> Strength {
	let count = count_of(seats);
	let faults = tolerated(count);
	// n - 2f: two quorums of n - f share at least so many, who would have to vote twice.
	let quorum = count.saturating_sub(faults);
	let overlap = quorum.saturating_sub(faults);
	let countries = by_country(seats);
	let cheapest = |size: u32| -> Vec<Balance> {
		let mut margins: Vec<Balance> = seats.iter().map(|seat| seat.margin).collect();
		margins.sort_unstable();
		// Never fails: sizes are of 32 bits on machines of 32 or more.
		margins
			.into_iter()
			.take(usize::try_from(size).unwrap_or(usize::MAX))
			.collect()
	};
	let silent = if count == 0 { 0 } else { faults.saturating_add(1) };
	let fraction = slash_fraction(overlap, count, terms.floor);
	let (to_stop, to_fork) = (cheapest(silent), cheapest(overlap));
	let organisations: BTreeSet<OrganisationId> = seats.iter().map(|seat| seat.organisation).collect();
	Strength {
		session,
		seats: count,
		tolerated: faults,
		quorum,
		margin: sum(seats.iter().map(|seat| seat.margin)),
		organisations: count_of(organisations),
		stop: Coalition {
			seats: silent,
			margin: sum(to_stop.iter().copied()),
			loss: 0,
			countries: countries_needed(&countries, silent),
		},
		fork: Coalition {
			seats: overlap,
			margin: sum(to_fork.iter().copied()),
			loss: sum(to_fork.iter().map(|margin| share(*margin, fraction))),
			countries: countries_needed(&countries, overlap),
		},
		anomalies: anomalies(seats, &countries, before, terms),
		countries,
	}
}

/// Seats of each country, the most first; of equal ones in the order of their codes.
fn by_country(seats: &[Seat]) -> Vec<(Country, u32)> {
	let mut counts = BTreeMap::<Country, u32>::new();
	for seat in seats {
		let count = counts.entry(seat.country).or_default();
		// Never saturates: there are fewer seats.
		*count = count.saturating_add(1);
	}
	let mut countries: Vec<_> = counts.into_iter().collect();
	countries.sort_by_key(|(_, count)| Reverse(*count));
	countries
}

/// How few countries have so many seats together: the largest ones. `countries` has the most first.
fn countries_needed(countries: &[(Country, u32)], seats: u32) -> u32 {
	let mut together = 0u32;
	let needed = countries.iter().take_while(|(_, count)| {
		let more = together < seats;
		// Never saturates: there are fewer seats.
		together = together.saturating_add(*count);
		more
	});
	count_of(needed)
}

fn anomalies(seats: &[Seat], countries: &[(Country, u32)], before: &Snapshot, terms: &ValidatorTerms) -> Vec<Anomaly> {
	let count = count_of(seats);
	let faults = tolerated(count);
	let mut found = Vec::new();
	if count < terms.min_seats || faults == 0 {
		found.push(Anomaly::TooFewSeats { seats: count });
	}
	// Where no fault is tolerated every country can stop it, and that there are too few seats says so already.
	if faults > 0 {
		let powerful = countries.iter().filter(|(_, seats)| *seats > faults);
		found.extend(powerful.map(|(country, seats)| Anomaly::CountryCanStop {
			country: *country,
			seats: *seats,
		}));
	}
	let faulty = count_of(seats.iter().filter(|seat| seat.faulty));
	if faulty > faults {
		found.push(Anomaly::TooManyFaulty { seats: faulty });
	}
	let now = Snapshot::of(seats);
	let fell = before.margin.saturating_sub(now.margin);
	// More than a quarter rounded down is more than a quarter, because it is a whole number.
	if fell > before.margin.checked_div(4).unwrap_or_default() {
		found.push(Anomaly::MarginFell {
			before: before.margin,
			after: now.margin,
		});
	}
	let gone = count_of(before.labels.iter().filter(|label| !now.labels.contains(label)));
	let come = count_of(now.labels.iter().filter(|label| !before.labels.contains(label)));
	let changed = gone.max(come);
	// Never saturates: there are not so many seats.
	if !before.labels.is_empty() && changed.saturating_mul(3) > count_of(&before.labels) {
		found.push(Anomaly::SeatsChanged { seats: changed });
	}
	found
}

/// Whether two anomalies are about the same thing, whatever their figures.
pub fn same_concern(one: &Anomaly, other: &Anomaly) -> bool {
	match (one, other) {
		(Anomaly::CountryCanStop { country: one, .. }, Anomaly::CountryCanStop { country: other, .. }) => one == other,
		_ => core::mem::discriminant(one) == core::mem::discriminant(other),
	}
}

/// The sum; the most there can be where there is more, which there is not: all tokens together are no more.
fn sum(amounts: impl Iterator<Item = Balance>) -> Balance {
	amounts.fold(0, Balance::saturating_add)
}

/// How many; there are never more than 32 bits can count.
pub(crate) fn count_of(items: impl IntoIterator) -> u32 {
	u32::try_from(items.into_iter().count()).unwrap_or(u32::MAX)
}
