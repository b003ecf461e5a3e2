// SPDX-License-Identifier: Apache-2.0

//! What samples say together. Pure: no storage.

use alloc::vec::Vec;
use chirograph_primitives::time::Sample;

/// What most of the services say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consensus {
	/// In milliseconds: how far the time of blocks is ahead.
	pub(crate) drift: i64,
	/// In milliseconds: how far that may be off.
	pub(crate) uncertainty: u32,
}

/// What samples say together, if there are any.
///
/// The drift is their median. Of an even number it is the mean of the two in the middle, rounded down. As long as more than half of the
/// services are honest, there is an honest one on either side of it, or in its place: no lie moves it beyond what honest services say.
///
/// The uncertainty is the least that covers most of the samples: each of them with its distance from the median and what it is uncertain of
/// itself. Of so many at least one is honest, and what that one knows is within it; and there are honest ones enough that no lie
/// makes it larger than they would.
pub(crate) fn consensus(samples: &[Sample]) -> Option<Consensus> {
	let mut drifts: Vec<_> = samples.iter().map(|sample| sample.drift).collect();
	drifts.sort_unstable();
	// The same one twice where their number is odd.
	let (low, high) = (drifts.get(drifts.len().checked_sub(1)? / 2)?, drifts.get(drifts.len() / 2)?);
	let drift = mean(*low, *high);
	let mut reaches: Vec<_> = samples.iter().map(|sample| reach(sample, drift)).collect();
	reaches.sort_unstable();
	// More than half of them, counted from none: of three the second.
	let uncertainty = *reaches.get(reaches.len() / 2)?;
	Some(Consensus { drift, uncertainty })
}

/// Rounded down.
fn mean(one: i64, other: i64) -> i64 {
	// Saturating: there is room for the sum of two halves, and for the one that halving them lost.
	let lost = (one & 1).saturating_add(other & 1) >> 1;
	(one >> 1).saturating_add(other >> 1).saturating_add(lost)
}

/// How far from `drift` the true drift may be, if the sample is honest.
fn reach(sample: &Sample, drift: i64) -> u32 {
	distance(sample.drift, drift).saturating_add(sample.uncertainty)
}

/// Saturating: seven weeks and more are all the same.
fn distance(one: i64, other: i64) -> u32 {
	u32::try_from(one.abs_diff(other)).unwrap_or(u32::MAX)
}

impl Consensus {
	/// By how much blocks are off beyond doubt. No latency that services state makes it more than nothing.
	pub(crate) fn excess(&self) -> u32 {
		distance(self.drift, 0).saturating_sub(self.uncertainty)
	}

	/// By how much a sample contradicts the others beyond doubt.
	pub(crate) fn dissent(&self, sample: &Sample) -> u32 {
		distance(sample.drift, self.drift)
			.saturating_sub(sample.uncertainty)
			.saturating_sub(self.uncertainty)
	}

	/// The sample that says most nearly what all say; the newest where several do.
	pub(crate) fn nearest<'a>(&self, samples: &'a [Sample]) -> Option<&'a Sample> {
		samples
			.iter()
			.min_by_key(|sample| (distance(sample.drift, self.drift), core::cmp::Reverse(sample.block)))
	}
}

/// Whether an excursion beyond `bound` goes on, or begins: it begins beyond the bound, and is over when no more than half of it is left, so
/// that what wavers about the bound is one excursion.
pub(crate) const fn is_beyond(excess: u32, bound: u32, was_beyond: bool) -> bool {
	if was_beyond {
		excess > bound / 2
	} else {
		excess > bound
	}
}
