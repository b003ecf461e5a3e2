// SPDX-License-Identifier: Apache-2.0

//! Bundles with something changed.

use super::{is_accepted, samples, vectors, Sample};
use crate::{
	document,
	verdict::{Answer, Fault, Verdict},
	Question,
};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers that look random and are not (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
	/// The next one.
	pub fn draw(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// One below `end`, which is not zero.
	pub fn below(&mut self, end: usize) -> usize {
		(self.draw() % end as u64) as usize
	}
}

/// A bundle with something changed: bits, bytes, what is cut out or put in, or a value that still is in the one accepted form.
/// `others` are bundles to take parts from. Shown fields are not left out: that is what they are for.
pub fn mutate(bundle: &[u8], others: &[Sample], numbers: &mut Numbers) -> Vec<u8> {
	let mut bytes = bundle.to_vec();
	match numbers.below(3) {
		0 => mutate_bytes(&mut bytes, others, numbers),
		1 => mutate_value(&mut bytes, others, numbers),
		_ => {
			mutate_value(&mut bytes, others, numbers);
			if numbers.below(2) == 0 {
				mutate_bytes(&mut bytes, others, numbers);
			}
		},
	}
	bytes
}

fn mutate_bytes(bytes: &mut Vec<u8>, others: &[Sample], numbers: &mut Numbers) {
	for _ in 0..=numbers.below(3) {
		let at = numbers.below(bytes.len().max(1));
		let length = 1 + numbers.below(80);
		let end = (at + length).min(bytes.len());
		match numbers.below(7) {
			_ if bytes.is_empty() => bytes.push(numbers.draw() as u8),
			0 => bytes[at] ^= 1 << numbers.below(8),
			1 => bytes[at] = numbers.draw() as u8,
			2 => drop(bytes.drain(at..end)),
			3 => {
				let again = bytes[at..end].to_vec();
				bytes.splice(at..at, again);
			},
			4 => {
				let other = &others[numbers.below(others.len())].bundle;
				let from = numbers.below(other.len());
				let part = other[from..(from + length).min(other.len())].to_vec();
				bytes.splice(at..end, part);
			},
			5 => bytes.truncate(at),
			_ => bytes[at] = b"0123456789abcdef\"{}[],:x-"[numbers.below(25)],
		}
	}
}

/// Changes a value, and writes the whole in the one accepted form.
fn mutate_value(bytes: &mut Vec<u8>, others: &[Sample], numbers: &mut Numbers) {
	use serde_json::Value;

	/// Every place in a document.
	fn places(value: &Value, path: &str, found: &mut Vec<String>) {
		match value {
			Value::Object(members) => members.iter().for_each(|(name, value)| {
				let path = format!("{path}/{name}");
				found.push(path.clone());
				places(value, &path, found);
			}),
			Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
				let path = format!("{path}/{index}");
				found.push(path.clone());
				places(value, &path, found);
			}),
			_ => {},
		}
	}

	/// Whether what is in that place of another bundle, about the same block or not, may be as true as what is there.
	fn is_as_good(place: &str, same_block: bool) -> bool {
		place == "/finality" || place.starts_with("/finality/anchor") || (place.starts_with("/finality") && same_block)
	}

	let Ok(mut document) = serde_json::from_slice::<Value>(bytes) else {
		return;
	};
	let mut found = Vec::new();
	places(&document, "", &mut found);
	if found.is_empty() {
		return;
	}
	let place = found[numbers.below(found.len())].clone();
	let other = &others[numbers.below(others.len())].bundle;
	let other: Value = serde_json::from_slice(other).expect("samples are JSON; qed");
	let (parent, name) = place.rsplit_once('/').expect("paths begin with a slash; qed");
	match numbers.below(4) {
		// Left out, or there twice.
		0 | 1 if !place.starts_with("/disclosures") => match document.pointer_mut(parent) {
			Some(Value::Object(members)) => drop(members.remove(name)),
			Some(Value::Array(items)) => {
				let index: usize = name.parse().expect("is an index; qed");
				let item = items.remove(index);
				if numbers.below(2) == 0 {
					let to = numbers.below(items.len() + 1);
					items.insert(to, item.clone());
					if numbers.below(2) == 0 {
						items.insert(to, item);
					}
				}
			},
			_ => {},
		},
		// That of another bundle, in the same place: but not another way to show that the same block is final, which is as good.
		2 if !is_as_good(&place, document.pointer("/block") == other.pointer("/block")) => {
			if let (Some(here), Some(there)) = (document.pointer_mut(&place), other.pointer(&place)) {
				*here = there.clone();
			}
		},
		_ => match document.pointer_mut(&place) {
			Some(Value::String(text)) => {
				let mut digits: Vec<char> = text.chars().collect();
				if !digits.is_empty() {
					let at = numbers.below(digits.len());
					digits[at] = char::from(b"0123456789abcdef"[numbers.below(16)]);
					match numbers.below(8) {
						0 => drop(digits.drain(at..)),
						1 => digits.extend_from_within(at..),
						_ => {},
					}
				}
				*text = digits.into_iter().collect();
			},
			Some(Value::Number(number)) => {
				let changed = number.as_u64().unwrap_or_default() ^ (1 << numbers.below(53));
				*number = changed.into();
			},
			_ => {},
		},
	}
	*bytes = serde_jcs::to_vec(&document).expect("is JSON; qed");
}

/// What is true of the samples, in whichever way a bundle shows that a block is final, and whichever fields it shows. Who takes
/// parts from several sound bundles for long enough makes another one: it may say no more than they do.
pub struct Truths(BTreeSet<Vec<u8>>);

impl Truths {
	/// What the samples say, and all vectors by what the samples trust and ask.
	pub fn new(samples: &[Sample]) -> Self {
		let vectors = vectors();
		let bundles = samples
			.iter()
			.map(|sample| &sample.bundle)
			.chain(vectors.iter().map(|vector| &vector.bundle));
		let verdicts = bundles.flat_map(|bundle| samples.iter().map(|sample| sample.verify(bundle)));
		Self(
			verdicts
				.filter(is_accepted)
				.map(|verdict| Self::statement(&verdict))
				.collect(),
		)
	}

	fn statement(verdict: &Verdict) -> Vec<u8> {
		let mut answer = serde_json::to_value(&verdict.answer).expect("answers are JSON; qed");
		for place in ["", "/facts"] {
			if let Some(members) = answer.pointer_mut(place).and_then(|value| value.as_object_mut()) {
				members.retain(|name, _| !matches!(&name[..], "finality" | "disclosed" | "undisclosed"));
			}
		}
		document::canonical(&answer)
	}

	/// Whether a verdict says nothing, or nothing but the truth.
	pub fn allow(&self, verdict: &Verdict) -> bool {
		!is_accepted(verdict) || self.0.contains(&Self::statement(verdict))
	}
}

/// What came of changing bundles many times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Soaked {
	/// Refused.
	pub refused: u64,
	/// Accepted all the same, each with the seed that repeats it alone and the sample's name. There must be none.
	pub accepted: Vec<(u64, &'static str)>,
	/// How often each fault was found, by its name.
	pub faults: BTreeMap<String, u64>,
}

impl Soaked {
	/// What came of two runs.
	pub fn and(mut self, other: Self) -> Self {
		self.refused += other.refused;
		self.accepted.extend(other.accepted);
		for (fault, times) in other.faults {
			*self.faults.entry(fault).or_default() += times;
		}
		self
	}
}

/// Changes sound bundles `count` times. The same seed gives the same changes, so that a try can be repeated.
pub fn soak(seed: u64, count: u64) -> Soaked {
	let samples = samples();
	let mut soaked = Soaked::default();
	for index in 0..count {
		let mut numbers = Numbers(seed.wrapping_add(index).wrapping_mul(0x2545_f491_4f6c_dd1d));
		let sample = &samples[numbers.below(samples.len())];
		// Some changes put a value in its own place. Every other one is another bundle.
		let mut changed = sample.bundle.clone();
		while changed == sample.bundle {
			changed = mutate(&changed, &samples, &mut numbers);
		}
		let verdict = sample.verify(&changed);
		match verdict.fault() {
			Some(fault) => {
				soaked.refused += 1;
				*soaked.faults.entry(name_of(fault)).or_default() += 1;
			},
			None => soaked.accepted.push((seed.wrapping_add(index), sample.name)),
		}
	}
	soaked
}

/// What came of flipping bits of a bundle, one at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flipped {
	/// Refused.
	pub refused: u64,
	/// Accepted all the same, each counted from the lowest bit of the first byte, with the verdict.
	pub accepted: Vec<(usize, Verdict)>,
	/// How often each fault was found, by its name.
	pub faults: BTreeMap<String, u64>,
}

/// Flips every `step`th bit of a sound bundle in turn, from the first one on; with 1, each of them.
pub fn flip(sample: &Sample, step: usize) -> Flipped {
	let mut flipped = Flipped::default();
	let mut changed = sample.bundle.clone();
	for bit in (0..changed.len() * 8).step_by(step) {
		changed[bit / 8] ^= 1 << (bit % 8);
		let verdict = sample.verify(&changed);
		changed[bit / 8] ^= 1 << (bit % 8);
		match verdict.fault() {
			Some(fault) => {
				flipped.refused += 1;
				*flipped.faults.entry(name_of(fault)).or_default() += 1;
			},
			None => flipped.accepted.push((bit, verdict)),
		}
	}
	flipped
}

/// Whether a flipped bit that is accepted changed what is asked, and not the answer to it.
///
/// Whoever asks about nothing in particular is answered about what the bundle names. Of a bundle that shows absence, that can be
/// changed: the same nodes may show that something else is absent, and that is true. It is never an answer about what was meant.
pub fn asks_about_another(sample: &Sample, bit: usize, verdict: &Verdict) -> bool {
	const SUBJECT: &[u8] = br#""subject":"0x"#;
	let Answer::Absent { subject: meant, .. } = sample.verify(&sample.bundle).answer else {
		return false;
	};
	let Answer::Absent { subject, .. } = &verdict.answer else {
		return false;
	};
	let member = sample.bundle.windows(SUBJECT.len()).position(|bytes| bytes == SUBJECT);
	let begin = member.expect("every bundle has a subject; qed") + SUBJECT.len();
	sample.question == Question::default() && *subject != meant && (begin..begin + 64).contains(&(bit / 8))
}

/// A fault's name as programs see it, with those within it.
pub fn name_of(fault: &Fault) -> String {
	fn names(value: &serde_json::Value, found: &mut Vec<String>) {
		let Some(members) = value.as_object() else { return };
		for name in ["fault", "part"] {
			found.extend(members.get(name).and_then(|value| value.as_str()).map(str::to_owned));
		}
		if let Some(why) = members.get("why") {
			names(why, found);
		}
	}

	let mut found = Vec::new();
	names(&serde_json::to_value(fault).expect("faults are JSON; qed"), &mut found);
	found.join("/")
}
