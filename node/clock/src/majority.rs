// SPDX-License-Identifier: Apache-2.0

/// By how much a clock is ahead, in microseconds: somewhere between the two, which belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
	/// At least so much.
	pub low: i64,
	/// At most so much; not less than `low`.
	pub high: i64,
}

impl Interval {
	/// Around a value, give or take `radius`.
	pub fn around(middle: i64, radius: i64) -> Self {
		let radius = radius.max(0);
		Self {
			low: middle.saturating_sub(radius),
			high: middle.saturating_add(radius),
		}
	}

	/// Whether it has this value in it.
	pub fn covers(&self, value: i64) -> bool {
		(self.low..=self.high).contains(&value)
	}

	/// The value in the middle.
	pub fn middle(&self) -> i64 {
		let sum = i128::from(self.low) + i128::from(self.high);
		// Between the two, so it fits.
		(sum / 2) as i64
	}

	/// By how much the middle may be wrong.
	pub fn radius(&self) -> i64 {
		self.high.saturating_sub(self.low) / 2
	}
}

/// What one server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opinion {
	/// Whether it counts.
	pub votes: bool,
	/// How far the clock is ahead by its word; none if there is none that can be used.
	pub offset: Option<Interval>,
}

/// What came of the opinions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Majority {
	/// How many have a vote.
	pub voters: usize,
	/// How many of these it takes: more than half.
	pub needed: usize,
	/// Where a majority of them says the clock is; none if there is no majority.
	pub offset: Option<Interval>,
	/// Of each opinion, in order: whether it is one with the majority. Also of those without a vote.
	pub agree: Vec<bool>,
}

/// Where a strict majority of all that have a vote says that the clock is: from the lowest to the highest value that so many of them cover
/// (Marzullo's algorithm, as in RFC 5905, 11.2.1). If a majority is right, the truth is in there, whatever the others say; and all of it is as near to
/// the truth as the least exact of those who are right.
pub fn majority(opinions: &[Opinion]) -> Majority {
	let voters = opinions.iter().filter(|opinion| opinion.votes).count();
	let needed = voters / 2 + 1;
	let covered = |value: i64| {
		let covering = opinions
			.iter()
			.filter(|opinion| opinion.votes && opinion.offset.is_some_and(|offset| offset.covers(value)));
		covering.count() >= needed
	};
	// What a majority covers begins where one of its intervals begins, and ends where one of them ends.
	let agreed: Vec<i64> = opinions
		.iter()
		.filter(|opinion| opinion.votes)
		.filter_map(|opinion| opinion.offset)
		.flat_map(|offset| [offset.low, offset.high])
		.filter(|value| covered(*value))
		.collect();
	let offset = agreed.iter().min().zip(agreed.iter().max());
	// Whoever reaches into such a place has an end of it; or is so exact that it lies within.
	let is_in = |one: Interval| covered(one.low) || agreed.iter().any(|value| one.covers(*value));
	Majority {
		voters,
		needed,
		offset: offset.map(|(low, high)| Interval { low: *low, high: *high }),
		agree: opinions.iter().map(|opinion| opinion.offset.is_some_and(is_in)).collect(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn voter(low: i64, high: i64) -> Opinion {
		Opinion {
			votes: true,
			offset: Some(Interval { low, high }),
		}
	}

	const SILENT: Opinion = Opinion {
		votes: true,
		offset: None,
	};

	#[test]
	fn one_of_three_that_lies_is_outvoted_and_told() {
		let found = majority(&[voter(-5, 5), voter(9_995, 10_005), voter(-3, 7)]);
		assert_eq!(found.offset, Some(Interval { low: -3, high: 5 }));
		assert_eq!((found.needed, found.agree), (2, vec![true, false, true]));
	}

	#[test]
	fn two_of_three_that_lie_apart_leave_no_majority() {
		let found = majority(&[voter(-5, 5), voter(100, 110), voter(-110, -100)]);
		assert_eq!((found.offset, found.agree), (None, vec![false; 3]));
	}

	#[test]
	fn those_who_are_silent_count_against_a_majority() {
		assert_eq!(majority(&[voter(-5, 5), SILENT]).offset, None);
		assert_eq!(majority(&[voter(-5, 5), voter(-5, 5), SILENT, SILENT]).offset, None);
		let control = majority(&[voter(-5, 5), voter(-5, 5), SILENT]);
		assert_eq!(control.offset, Some(Interval { low: -5, high: 5 }));
	}

	#[test]
	fn nobody_is_no_majority() {
		assert_eq!(majority(&[]).offset, None);
	}

	#[test]
	fn who_has_no_vote_moves_nothing_and_is_compared_all_the_same() {
		let without = |low, high| Opinion {
			votes: false,
			..voter(low, high)
		};
		let found = majority(&[voter(-5, 5), without(995, 1_005), without(995, 1_005), without(0, 1)]);
		assert_eq!(found.offset, Some(Interval { low: -5, high: 5 }));
		assert_eq!(found.agree, [true, false, false, true]);
		assert_eq!((found.voters, found.needed), (1, 1));
	}

	#[test]
	fn where_a_majority_can_be_found_in_two_places_both_are_possible() {
		let found = majority(&[voter(0, 10), voter(0, 1), voter(9, 10)]);
		assert_eq!(found.offset, Some(Interval { low: 0, high: 10 }));
		assert_eq!(found.agree, [true; 3]);
	}

	/// Intervals that have `truth` in them.
	fn right(truth: i64) -> impl Strategy<Value = Opinion> {
		(0i64..1_000, 0i64..1_000).prop_map(move |(below, above)| voter(truth - below, truth + above))
	}

	/// Anything, and nothing.
	fn wrong() -> impl Strategy<Value = Opinion> {
		prop_oneof![
			Just(SILENT),
			(-5_000i64..5_000, 0i64..2_000).prop_map(|(low, width)| voter(low, low + width)),
			(any::<i64>(), any::<i64>()).prop_map(|(one, other)| voter(one.min(other), one.max(other))),
		]
	}

	/// A truth; more who are right than not; the others; in any order.
	fn a_right_majority() -> impl Strategy<Value = (i64, Vec<Opinion>, Vec<Opinion>)> {
		(-2_000i64..2_000, 0usize..5).prop_flat_map(|(truth, liars)| {
			let right = prop::collection::vec(right(truth), liars + 1..liars + 4);
			(Just(truth), right, prop::collection::vec(wrong(), liars))
		})
	}

	proptest! {
		#[test]
		fn a_right_majority_keeps_the_truth_whatever_the_others_say((truth, right, wrong) in a_right_majority()) {
			let found = majority(&[wrong, right.clone()].concat());
			let offset = found.offset.expect("so many agree");
			prop_assert!(offset.covers(truth));
			// Nobody moves it further than the least exact of those who are right.
			let widest = right.iter().filter_map(|opinion| opinion.offset).map(|offset| offset.high - offset.low).max();
			prop_assert!(offset.low >= truth - widest.unwrap_or_default());
			prop_assert!(offset.high <= truth + widest.unwrap_or_default());
		}

		#[test]
		fn the_order_of_the_servers_does_not_matter(mut opinions in prop::collection::vec(wrong(), 0..8)) {
			let found = majority(&opinions);
			opinions.reverse();
			let mut back = majority(&opinions);
			back.agree.reverse();
			prop_assert_eq!(back, found);
		}

		#[test]
		fn without_a_vote_nobody_changes_anything(
			voters in prop::collection::vec(wrong(), 0..5),
			others in prop::collection::vec(wrong(), 0..8),
		) {
			let others = others.into_iter().map(|opinion| Opinion { votes: false, ..opinion });
			let with: Vec<_> = voters.iter().copied().chain(others).collect();
			let (with, without) = (majority(&with), majority(&voters));
			prop_assert_eq!((with.offset, with.voters, with.needed), (without.offset, without.voters, without.needed));
		}

		#[test]
		fn those_who_agree_are_a_majority_or_there_is_none(opinions in prop::collection::vec(wrong(), 0..8)) {
			let found = majority(&opinions);
			let agreeing = found.agree.iter().filter(|agrees| **agrees).count();
			prop_assert_eq!(found.offset.is_some(), agreeing >= found.needed);
			prop_assert!(found.needed * 2 > found.voters);
		}
	}
}
