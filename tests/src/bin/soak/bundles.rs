// SPDX-License-Identifier: Apache-2.0

use chirograph_verifier::{
	testing::{asks_about_another, flip, is_accepted, samples, soak, Flipped, Sample, Soaked},
	Question,
};
use std::{
	num::NonZeroUsize,
	sync::atomic::{AtomicUsize, Ordering},
	thread,
};

/// Changes that are made with one set of samples.
const SHARE: u64 = 5_000;

/// Every bit of a bundle of each kind, or every `step`th, flipped in turn: asked about the file that the bundle is about, nothing is
/// accepted; asked about nothing, nothing but what is true of what the bundle then names.
pub fn bits(step: NonZeroUsize) {
	let asked = samples();
	let unasked = asked.iter().cloned().map(|sample| Sample {
		question: Question::default(),
		..sample
	});
	let all: Vec<_> = asked.iter().cloned().chain(unasked).collect();
	let outcomes = in_parallel(&all, |sample| {
		assert!(is_accepted(&sample.verify(&sample.bundle)), "{}: the control", sample.name);
		flip(sample, step.get())
	});
	println!(
		"bits: {:44} {:>14} {:>9} {:>9} {:>7} {:>11}",
		"", "asked about", "flipped", "refused", "faults", "irrelevant"
	);
	let mut wrong = Vec::new();
	let (mut flipped, mut irrelevant) = (0u64, 0usize);
	for (sample, outcome) in all.iter().zip(outcomes) {
		let Flipped {
			refused,
			accepted,
			faults,
		} = outcome;
		let about = match sample.question == Question::default() {
			true => "nothing",
			false => "its file",
		};
		let bits = refused + accepted.len() as u64;
		println!(
			"bits: {:44} {about:>14} {bits:>9} {refused:>9} {:>7} {:>11}",
			sample.name,
			faults.len(),
			accepted.len()
		);
		flipped += bits;
		irrelevant += accepted.len();
		let unexplained = accepted
			.iter()
			.filter(|(bit, verdict)| !asks_about_another(sample, *bit, verdict));
		wrong.extend(unexplained.map(|(bit, _)| format!("{}, asked about {about}: bit {bit}", sample.name)));
	}
	assert!(wrong.is_empty(), "accepted: {wrong:?}");
	println!(
		"bits: {flipped} flipped, {} refused. {irrelevant} irrelevant, all of them in the subject of an absence, of whoever asks about \
		 nothing in particular: the answer is then about the other subject, which the same nodes show to be absent, too",
		flipped - irrelevant as u64
	);
}

/// Sound bundles, each with something changed at random.
pub fn mutations(count: u64, seed: u64) {
	let shares: Vec<_> = (0..count.div_ceil(SHARE))
		.map(|share| (seed.wrapping_add(share * SHARE), SHARE.min(count - share * SHARE)))
		.collect();
	let soaked = in_parallel(&shares, |(seed, count)| soak(*seed, *count))
		.into_iter()
		.reduce(Soaked::and)
		.unwrap_or_default();
	for (fault, times) in &soaked.faults {
		println!("mutations: {times:>9}  {fault}");
	}
	// Each is repeated alone by the seed beside it.
	assert!(soaked.accepted.is_empty(), "accepted: {:?}", soaked.accepted);
	println!(
		"mutations: {} made, all refused, for {} reasons",
		soaked.refused,
		soaked.faults.len()
	);
}

/// What comes of `work` on each of the items, on all processors.
fn in_parallel<I: Sync, O: Send>(items: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
	let next = AtomicUsize::new(0);
	let run = || {
		let mut done = Vec::new();
		loop {
			let index = next.fetch_add(1, Ordering::Relaxed);
			match items.get(index) {
				Some(item) => done.push((index, work(item))),
				None => return done,
			}
		}
	};
	let mut done = thread::scope(|scope| {
		let processors = thread::available_parallelism().map_or(1, usize::from);
		let threads: Vec<_> = (0..processors).map(|_| scope.spawn(run)).collect();
		let outcomes = threads.into_iter().map(|thread| thread.join().expect("nothing panics"));
		outcomes.flatten().collect::<Vec<_>>()
	});
	done.sort_by_key(|(index, _)| *index);
	done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_done_in_parallel_is_in_the_order_of_the_items() {
		let items: Vec<u64> = (0..1_000).collect();
		let squares: Vec<_> = items.iter().map(|item| item * item).collect();
		assert_eq!(in_parallel(&items, |item| item * item), squares);
		assert!(in_parallel(&items[..0], |item| *item).is_empty());
	}
}
