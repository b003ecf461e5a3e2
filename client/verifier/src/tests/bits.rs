// SPDX-License-Identifier: Apache-2.0

//! Every bit of a bundle matters.

use crate::{
	testing::{asks_about_another, flip, is_accepted, samples, Sample},
	Question,
};
use std::thread;

/// The must of the whole crate: fourteen bundles of all kinds, each of their bits.
#[test]
fn every_flipped_bit_of_every_sample_is_refused() {
	let samples = samples();
	assert!(samples.len() >= 10);
	thread::scope(|scope| {
		let threads: Vec<_> = samples
			.iter()
			.map(|sample| {
				scope.spawn(move || {
					assert!(is_accepted(&sample.verify(&sample.bundle)), "{}: the control", sample.name);
					(sample, flip(sample, 1))
				})
			})
			.collect();
		for thread in threads {
			let (sample, flipped) = thread.join().expect("nothing panics");
			assert_eq!(flipped.accepted, [], "{}", sample.name);
			assert_eq!(flipped.refused, sample.bundle.len() as u64 * 8, "{}", sample.name);
		}
	});
}

#[test]
fn unasked_only_the_subject_of_an_absence_can_be_changed_and_then_the_answer_is_about_the_other() {
	for sample in samples() {
		if !matches!(sample.name, "absence" | "record") {
			continue;
		}
		let unasked = Sample {
			question: Question::default(),
			..sample
		};
		for (bit, verdict) in flip(&unasked, 1).accepted {
			assert!(
				asks_about_another(&unasked, bit, &verdict),
				"{}: bit {bit}: {verdict:?}",
				unasked.name
			);
		}
	}
}
