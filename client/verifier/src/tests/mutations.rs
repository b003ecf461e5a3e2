// SPDX-License-Identifier: Apache-2.0

//! What is changed at random is refused, and nothing panics. `soak` of [`testing`](crate::testing) does so for as long as one
//! likes.

use crate::{
	testing::{is_accepted, mutate, samples, soak, Numbers, Sample, Truths},
	verify, Question, Trust,
};
use proptest::prelude::*;
use std::sync::LazyLock;

#[test]
fn nothing_that_was_changed_at_random_is_accepted() {
	let soaked = soak(7, 5_000);
	assert_eq!(soaked.accepted, []);
	assert_eq!(soaked.refused, 5_000);
	// Changes that are refused for one reason only test little.
	assert!(soaked.faults.len() > 25, "{:?}", soaked.faults);
}

static MADE: LazyLock<(Vec<Sample>, Truths)> = LazyLock::new(|| {
	let samples = samples();
	let truths = Truths::new(&samples);
	(samples, truths)
});

#[test]
fn what_is_true_is_told_from_what_is_not() {
	let (samples, truths) = &*MADE;
	for sample in samples {
		let verdict = sample.verify(&sample.bundle);
		assert!(truths.allow(&verdict), "{}", sample.name);
		// Of another network, as sound as can be.
		let made = super::made();
		assert!(!truths.allow(&made.verdict(&made.bundle)));
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn what_is_changed_several_times_says_nothing_or_what_is_true(seed: u64, times in 1usize..6) {
		let (samples, truths) = &*MADE;
		let mut numbers = Numbers(seed);
		let sample = &samples[numbers.below(samples.len())];
		let mut changed = sample.bundle.clone();
		for _ in 0..times {
			changed = mutate(&changed, samples, &mut numbers);
		}
		prop_assert!(truths.allow(&sample.verify(&changed)));
	}

	#[test]
	fn no_bytes_make_the_verifier_panic(bytes: Vec<u8>, genesis: [u8; 32]) {
		prop_assert!(!is_accepted(&verify(&bytes, &Trust::in_network(genesis), &Question::default())));
	}

	#[test]
	fn no_json_makes_the_verifier_panic(
		text in r#"\{("(block|state|leaf|format|network|subject|finality|evidence)":("0x[0-9a-f]{0,9}"|\[\]|\{\}|7|null),?){0,9}\}"#,
	) {
		prop_assert!(!is_accepted(&verify(text.as_bytes(), &Trust::in_network([1; 32]), &Question::default())));
	}
}
