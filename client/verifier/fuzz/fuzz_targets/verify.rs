// SPDX-License-Identifier: Apache-2.0

//! Any bytes as a bundle: no panic, and what is accepted says nothing but what is true.

#![no_main]

use chirograph_verifier::{
	bundle::Bundle,
	testing::{samples, Sample, Truths},
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static MADE: LazyLock<(Vec<Sample>, Truths)> = LazyLock::new(|| {
	let samples = samples();
	let truths = Truths::new(&samples);
	(samples, truths)
});

fuzz_target!(|bytes: &[u8]| {
	let (samples, truths) = &*MADE;
	// Each trusts its own checkpoints, and asks about its own file. Of what is no bundle, nobody needs to be asked twice.
	let asked = if Bundle::parse(bytes).is_ok() { samples.len() } else { 1 };
	for sample in &samples[..asked] {
		assert!(truths.allow(&sample.verify(bytes)), "{}", sample.name);
	}
});
