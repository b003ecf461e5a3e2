// SPDX-License-Identifier: Apache-2.0

//! What verification answers, on whole bundles. What single parts answer is tested beside them.

mod answers;
mod bits;
mod chain;
mod form;
mod leaves;
mod mutations;
mod owners;
mod states;
mod time_tokens;

use crate::{
	bundle::Bundle,
	document::Bytes,
	evidence::Mode,
	header::Header,
	testing::{Content, Document, Network, Signer},
	verdict::{Answer, Fault, Link, Outcome, Verdict},
	verify, Question,
};
use chirograph_primitives::{AccountId, Role, Schema, SignatureScheme};
use codec::Encode;

/// Ada's deed, registered in block 2 of a network of four authorities, and the block 4 that shows it.
struct Made {
	network: Network,
	document: Document,
	bundle: Bundle,
}

const SHOWN: u32 = 4;

fn ada() -> Signer {
	Signer::new(SignatureScheme::Ecdsa, "Ada")
}

fn document(content: &str, owner: &AccountId, schema: Schema) -> Document {
	let fields = [("grade", "1.0"), ("name", "Ada"), ("year", "1843")];
	Document::new(content, owner, schema, Mode::Open, &fields)
}

fn made() -> Made {
	made_with(|_| (), |_, _| ())
}

/// With something done to the network before the deed is registered, and after.
fn made_with(before: impl FnOnce(&mut Network), after: impl FnOnce(&mut Network, &Document)) -> Made {
	let mut network = Network::new(4);
	let owner = ada().account();
	network.label(&owner, &[Role::Owner]);
	network.seal();
	before(&mut network);
	let document = document("a deed", &owner, Schema::Document);
	network.register(&document.evidence, SignatureScheme::Ecdsa);
	network.seal();
	after(&mut network, &document);
	network.seal_until(SHOWN);
	let bundle = network.bundle(Content::Record(&document), 0, SHOWN);
	Made {
		network,
		document,
		bundle,
	}
}

impl Made {
	fn verdict(&self, bundle: &Bundle) -> Verdict {
		verify(&bundle.canonical(), &self.network.trust(), &self.document.question())
	}

	/// What is wrong with the bundle once something in it was changed.
	fn altered(&self, alter: impl FnOnce(&mut Bundle)) -> Fault {
		let mut bundle = self.bundle.clone();
		alter(&mut bundle);
		fault(self.verdict(&bundle))
	}

	fn header(&self, number: u32) -> &Header {
		&self.network.blocks[number as usize].header
	}
}

/// The fault of a verdict, of which one check fails, and all behind it were not made.
fn fault(verdict: Verdict) -> Fault {
	let failed: Vec<_> = verdict
		.checks
		.iter()
		.filter(|check| check.outcome == Outcome::Fails)
		.collect();
	let [failed] = failed[..] else {
		panic!("one check fails: {verdict:#?}")
	};
	let place = verdict
		.checks
		.iter()
		.position(|check| check == failed)
		.expect("is among them");
	assert!(
		verdict.checks[place + 1..]
			.iter()
			.all(|check| check.outcome == Outcome::NotChecked),
		"{verdict:#?}"
	);
	let Answer::NotProven { fault, reason } = verdict.answer else {
		panic!("is refused: {:?}", verdict.answer)
	};
	assert_eq!(fault.to_string(), reason);
	assert_eq!(failed.detail, reason);
	fault
}

/// A justification by so many of the authorities that finalise a block of the network.
fn votes(network: &Network, number: u32, voters: usize) -> Bytes {
	let block = &network.blocks[number as usize];
	Bytes(network.votes(block.set, &block.header, voters).encode())
}

#[test]
fn what_is_registered_is_proven() {
	let made = made();
	let verdict = made.verdict(&made.bundle);
	assert!(verdict.is_proven(), "{verdict:#?}");
	assert!(
		verdict.checks.iter().all(|check| check.outcome == Outcome::Holds),
		"{verdict:#?}"
	);
	let links: Vec<_> = verdict.checks.iter().map(|check| check.link).collect();
	assert_eq!(
		links,
		[
			Link::Format,
			Link::Network,
			Link::Evidence,
			Link::Original,
			Link::Anchor,
			Link::SetChanges,
			Link::Finality,
			Link::Time,
			Link::Record,
			Link::Owner,
			Link::Dates,
			Link::Life,
			Link::Algorithms,
			Link::State
		]
	);
	// Without a file to compare, that one check is not made.
	let verdict = verify(&made.bundle.canonical(), &made.network.trust(), &Question::default());
	assert!(verdict.is_proven());
	let skipped: Vec<_> = verdict
		.checks
		.iter()
		.filter(|check| check.outcome != Outcome::Holds)
		.collect();
	assert!(matches!(&skipped[..], [check] if check.link == Link::Original && check.outcome == Outcome::NotChecked));
}

#[test]
fn each_scheme_of_an_owner_is_as_good() {
	for scheme in [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519] {
		let mut network = Network::new(1);
		let owner = Signer::new(scheme, "an owner").account();
		network.label(&owner, &[Role::Owner]);
		network.seal();
		let document = document("a deed", &owner, Schema::Document);
		network.register(&document.evidence, scheme);
		let number = network.seal();
		let bundle = network.bundle(Content::Record(&document), 0, number).canonical();
		let verdict = verify(&bundle, &network.trust(), &document.question());
		assert_eq!(verdict.facts().map(|facts| facts.scheme), Some(scheme), "{verdict:#?}");
		assert!(verdict.is_proven());
	}
}
