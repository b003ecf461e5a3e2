// SPDX-License-Identifier: Apache-2.0

//! Sound bundles with something changed, once or several times: what is still accepted says nothing but what is true.

#![no_main]

use chirograph_verifier::testing::{mutate, samples, Numbers, Sample, Truths};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static MADE: LazyLock<(Vec<Sample>, Truths)> = LazyLock::new(|| {
	let samples = samples();
	let truths = Truths::new(&samples);
	(samples, truths)
});

fuzz_target!(|input: (u8, Vec<u64>)| {
	let (which, seeds) = input;
	let (samples, truths) = &*MADE;
	let sample = &samples[usize::from(which) % samples.len()];
	let mut changed = sample.bundle.clone();
	for seed in seeds.into_iter().take(8) {
		changed = mutate(&changed, samples, &mut Numbers(seed));
	}
	assert!(truths.allow(&sample.verify(&changed)), "{}", sample.name);
});
