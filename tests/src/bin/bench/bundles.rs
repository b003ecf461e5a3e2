// SPDX-License-Identifier: Apache-2.0

use super::{median, timed};
use chirograph_verifier::{
	bundle::Bundle,
	document::sha256,
	evidence::Mode,
	finality::{Justification, Precommit},
	primitives::{Role, Schema, SignatureScheme, Subject},
	state::keys,
	testing::{self, is_accepted, Content, Document, Network, Sample, Signer},
};
use sp_core::{ed25519, Pair};
use std::time::Duration;

/// What others registered, so that the trie is as deep as that of a ledger in use.
const OTHERS: u64 = 10_000;
/// In bytes, of a record.
const RECORD_BYTES: usize = 160;
const LEAVES: usize = 1_000;
/// Of which leaf a bundle is.
const LEAF: usize = 700;

/// Bundles of several kinds, against nothing but the signatures in them, which are the votes.
pub fn verify(rounds: usize) {
	println!(
		"verifying a bundle, against the bare cost of its signature checks by the same library; median of {rounds}, in turns"
	);
	println!(
		"{:>12} {:>12} {:>24} {:>8} {:>11} {:>11} {:>11} {:>7}",
		"authorities", "set changes", "", "bytes", "signatures", "bundle, µs", "bare, µs", "ratio"
	);
	let mut worst = 0.0f64;
	for (authorities, changes) in [(4, 0), (4, 3), (16, 0), (16, 3)] {
		for sample in samples(authorities, changes) {
			let signatures = Signatures::of(&sample.bundle);
			let (mut ours, mut bare) = (Vec::new(), Vec::new());
			for _ in 0..rounds.max(1) {
				ours.push(timed(|| assert!(is_accepted(&sample.verify(&sample.bundle)), "it is sound")));
				bare.push(timed(|| assert!(signatures.hold(), "they are right")));
			}
			let (ours, bare) = (median(&mut ours), median(&mut bare));
			let ratio = ours.as_secs_f64() / bare.as_secs_f64();
			worst = worst.max(ratio);
			println!(
				"{authorities:>12} {changes:>12} {:>24} {:>8} {:>11} {:>11.0} {:>11.0} {ratio:>7.2}",
				sample.name,
				sample.bundle.len(),
				signatures.count(),
				micros(ours),
				micros(bare),
			);
		}
	}
	println!("at the most {worst:.2} times the cost of the signatures; the target is 3 or less");
}

fn micros(time: Duration) -> f64 {
	time.as_secs_f64() * 1e6
}

/// Bundles of a network with that many authorities, which changed so often since the first block.
fn samples(authorities: usize, changes: usize) -> [Sample; 2] {
	let ada = Signer::new(SignatureScheme::Ecdsa, "Ada");
	let university = Signer::new(SignatureScheme::Ed25519, "University");
	let mut network = Network::new(authorities);
	for number in 0..OTHERS {
		let subject = Subject(sha256(&number.to_le_bytes()));
		network.state.insert(keys::record(&subject), vec![0; RECORD_BYTES]);
	}
	for signer in [&ada, &university] {
		network.label(&signer.account(), &[Role::Owner]);
	}
	network.seal();
	let document = |content: &str, owner: &Signer| Document::new(content, &owner.account(), Schema::Document, Mode::Sealed, &[]);
	let deed = document("a deed", &ada);
	network.register(&deed.evidence, SignatureScheme::Ecdsa);
	let class: Vec<_> = (0..LEAVES)
		.map(|index| document(&format!("certificate {index}"), &university))
		.collect();
	let tree = testing::tree(&class);
	network.register_batch(&university.account(), &tree, Schema::Document, SignatureScheme::Ed25519);
	network.seal();
	for _ in 0..changes {
		network.rotate(authorities);
		network.seal();
	}
	let block = network.seal();
	let sample = |name, content: Content<'_>, document: &Document| Sample {
		name,
		bundle: network.bundle(content, 0, block).canonical(),
		trust: network.trust(),
		question: document.question(),
	};
	let leaf = Content::Leaf {
		document: &class[LEAF],
		tree: &tree,
		index: LEAF as u64,
	};
	[
		sample("record", Content::Record(&deed), &deed),
		sample("leaf", leaf, &class[LEAF]),
	]
}

/// What is signed in a bundle, ready to be checked.
struct Signatures(Vec<(ed25519::Signature, Vec<u8>, ed25519::Public)>);

impl Signatures {
	fn of(bundle: &[u8]) -> Self {
		let bundle = Bundle::parse(bundle).expect("it is sound");
		let handovers = bundle.finality.changes.iter().map(|change| &change.justification);
		let justifications = handovers.chain(&bundle.finality.justification);
		// The first block's set has the number 0.
		let votes = (0u64..).zip(justifications).flat_map(|(set, justification)| {
			let Justification { round, precommits, .. } = Justification::parse(&justification.0).expect("it is sound");
			precommits.into_iter().map(move |vote| {
				let message = Precommit::message(&vote.target, vote.number, round, set);
				let (signature, key) = (vote.signature, vote.authority);
				(
					ed25519::Signature::from_raw(signature),
					message,
					ed25519::Public::from_raw(key),
				)
			})
		});
		Self(votes.collect())
	}

	fn count(&self) -> usize {
		self.0.len()
	}

	fn hold(&self) -> bool {
		self.0
			.iter()
			.all(|(signature, message, key)| ed25519::Pair::verify(signature, message, key))
	}
}
