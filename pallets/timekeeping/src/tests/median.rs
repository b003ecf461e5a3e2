// SPDX-License-Identifier: Apache-2.0

//! Whatever fewer than half of the services say, the rest are right.

use crate::median::{consensus, is_beyond, Consensus};
use chirograph_primitives::time::Sample;
use proptest::prelude::*;

fn sample(drift: i64, uncertainty: u32) -> Sample {
	Sample {
		service: 1,
		block: 1,
		drift,
		uncertainty,
	}
}

fn of(drifts: &[i64]) -> Option<i64> {
	let samples: Vec<_> = drifts.iter().map(|drift| sample(*drift, 0)).collect();
	consensus(&samples).map(|said| said.drift)
}

#[test]
fn median_is_the_one_in_the_middle_or_the_mean_of_two_rounded_down() {
	let cases: [(&[i64], Option<i64>); 10] = [
		(&[], None),
		(&[7], Some(7)),
		(&[7, 8], Some(7)),
		(&[-7, -8], Some(-8)),
		(&[-1, 1], Some(0)),
		(&[9, 1, 5], Some(5)),
		(&[9, 1, 5, 4], Some(4)),
		(&[i64::MAX, i64::MAX], Some(i64::MAX)),
		(&[i64::MIN, i64::MIN], Some(i64::MIN)),
		(&[i64::MIN, i64::MAX], Some(-1)),
	];
	for (drifts, median) in cases {
		assert_eq!(of(drifts), median, "{drifts:?}");
	}
}

#[test]
fn uncertainty_is_the_least_that_covers_most_of_them() {
	let cases: [(&[Sample], u32); 6] = [
		(&[sample(5, 7)], 7),
		(&[sample(0, 10), sample(100, 20)], 70),
		(&[sample(0, 10), sample(0, 20), sample(0, 30)], 20),
		(&[sample(0, 10), sample(0, 20), sample(1_000_000, 0)], 20),
		(&[sample(0, 10), sample(i64::MAX, 0), sample(i64::MAX, 0)], 0),
		(&[sample(i64::MIN, u32::MAX), sample(i64::MAX, u32::MAX)], u32::MAX),
	];
	for (samples, uncertainty) in cases {
		let said = consensus(samples).expect("there are some");
		assert_eq!(said.uncertainty, uncertainty, "{samples:?}");
	}
}

#[test]
fn nearest_is_the_newest_of_those_that_are_as_near() {
	let at = |block, drift| Sample {
		block,
		..sample(drift, 0)
	};
	let samples = [at(1, 10), at(3, 10), at(2, 10), at(9, 50), at(8, -70)];
	let said = consensus(&samples).expect("there are some");
	assert_eq!(said.nearest(&samples), Some(&at(3, 10)));
	assert_eq!(said.nearest(&[]), None);
}

#[test]
fn excursion_begins_beyond_the_bound_and_ends_at_half_of_it() {
	for (excess, was, is) in [
		(2_000, false, false),
		(2_001, false, true),
		(1_001, true, true),
		(1_000, true, false),
		(0, true, false),
	] {
		assert_eq!(is_beyond(excess, 2_000, was), is, "{excess} {was}");
	}
}

/// Services that are honest, of blocks that are truly so far ahead; and fewer that are not. In whatever order.
fn services() -> impl Strategy<Value = (i64, Vec<Sample>, Vec<Sample>)> {
	let truth = -20_000..20_000i64;
	(truth, 1..8usize).prop_flat_map(|(truth, honest)| {
		let honestly = (0..10_000u32).prop_flat_map(move |uncertainty| {
			let reach = i64::from(uncertainty);
			(-reach..=reach).prop_map(move |error| sample(truth + error, uncertainty))
		});
		let lie = (any::<i64>(), 0..10_000u32).prop_map(|(drift, uncertainty)| sample(drift, uncertainty));
		let near = (-50_000..50_000i64, 0..10_000u32).prop_map(|(drift, uncertainty)| sample(drift, uncertainty));
		let liars = prop::collection::vec(prop_oneof![lie, near], 0..honest);
		(Just(truth), prop::collection::vec(honestly, honest), liars)
	})
}

fn together(honest: &[Sample], liars: &[Sample]) -> Vec<Sample> {
	[liars, honest].concat()
}

proptest! {
	/// X.1407 9.2.3 a: one of three, two of five and so on.
	#[test]
	fn no_minority_moves_the_median_beyond_what_honest_services_say((_, honest, liars) in services()) {
		let said = consensus(&together(&honest, &liars)).expect("there are some");
		let drifts = || honest.iter().map(|sample| sample.drift);
		let (least, most) = (drifts().min().expect("there is one"), drifts().max().expect("there is one"));
		prop_assert!((least..=most).contains(&said.drift), "{said:?}");
	}

	/// X.1407 9.2.3 e.
	#[test]
	fn truth_is_within_the_uncertainty((truth, honest, liars) in services()) {
		let said = consensus(&together(&honest, &liars)).expect("there are some");
		prop_assert!(truth.abs_diff(said.drift) <= u64::from(said.uncertainty), "{said:?}");
	}

	#[test]
	fn no_minority_widens_the_uncertainty_beyond_what_honest_services_make_it((_, honest, liars) in services()) {
		let Consensus { drift, uncertainty } = consensus(&together(&honest, &liars)).expect("there are some");
		let reach = |sample: &Sample| sample.drift.abs_diff(drift) + u64::from(sample.uncertainty);
		let widest = honest.iter().map(reach).max().expect("there is one");
		prop_assert!(u64::from(uncertainty) <= widest);
	}

	/// No alarm without need, and none that is missing where it is needed.
	#[test]
	fn alarm_says_the_truth((truth, honest, liars) in services(), bound in 1..10_000u32) {
		let said = consensus(&together(&honest, &liars)).expect("there are some");
		let is_raised = is_beyond(said.excess(), bound, false);
		let off = truth.unsigned_abs();
		if is_raised {
			prop_assert!(off > u64::from(bound), "{said:?}: blocks are within the bound");
		}
		if off > u64::from(bound) + 2 * u64::from(said.uncertainty) {
			prop_assert!(is_raised, "{said:?}: blocks are beyond the bound");
		}
	}

	/// Not because of the liars, nor of what honest ones are uncertain of.
	#[test]
	fn honest_service_contradicts_nobody((_, honest, liars) in services(), bound in 1..10_000u32) {
		let said = consensus(&together(&honest, &liars)).expect("there are some");
		for sample in &honest {
			prop_assert!(!is_beyond(said.dissent(sample), bound, false), "{said:?} {sample:?}");
		}
	}

	/// The control of the above: half of them are no minority.
	#[test]
	fn half_of_them_move_the_median_as_they_like(honest in prop::collection::vec(-100..100i64, 1..8)) {
		let liars = vec![1_000_000; honest.len()];
		let said = of(&[honest, liars].concat()).expect("there are some");
		prop_assert!(said > 100);
	}
}
