// SPDX-License-Identifier: Apache-2.0

//! What becomes of a time-stamp token in the evidence of a bundle. The proof itself does not rest on it.

use super::{ada, document};
use crate::{
	document::Bytes,
	testing::{Content, Network, GENESIS_TIME},
	time_stamp::{
		testing::{Kind, Party, Tsa},
		Authority, BLOCK_TOLERANCE,
	},
	verdict::{Check, Link, Outcome, Verdict},
	verify, Trust,
};
use chirograph_primitives::{Moment, Role, Schema, SignatureScheme};

const HOUR: Moment = 60 * 60 * 1_000;

/// The verdict about a deed whose evidence has a token of this time, about its features or about something else, for somebody who
/// trusts these authorities.
fn verdict(time: Moment, about_it: bool, trusted: &[&Party], root: &Party) -> Verdict {
	let directory = tempfile::tempdir().expect("a temporary directory can be made");
	let tsa = Tsa::new(directory.path(), &Party::stamper("Stamper", Kind::P256, root), &[], "");
	let mut network = Network::new(4);
	let owner = ada().account();
	network.label(&owner, &[Role::Owner]);
	network.seal();
	let mut document = document("a deed", &owner, Schema::Document);
	let imprint = if about_it {
		document.evidence.features.imprint()
	} else {
		[1; 32]
	};
	document.evidence.time_token = Some(Bytes(tsa.token_of(&imprint, time)));
	network.register(&document.evidence, SignatureScheme::Ecdsa);
	let number = network.seal();
	let bundle = network.bundle(Content::Record(&document), 0, number).canonical();
	let trust = Trust {
		time_authorities: trusted.iter().map(|party| Bytes(party.certificate.clone())).collect(),
		..network.trust()
	};
	verify(&bundle, &trust, &document.question())
}

/// The check, of a proof that stands whatever came of it.
fn check(verdict: &Verdict) -> &Check {
	assert!(verdict.is_proven(), "{verdict:#?}");
	let others = verdict.checks.iter().filter(|check| check.link != Link::TimeToken);
	assert!(
		others.into_iter().all(|check| check.outcome == Outcome::Holds),
		"{verdict:#?}"
	);
	let checks: Vec<_> = verdict.checks.iter().filter(|check| check.link == Link::TimeToken).collect();
	let [check] = checks[..] else {
		panic!("one check is about the token: {verdict:#?}")
	};
	check
}

#[test]
fn a_sound_token_says_when_the_original_was_there_and_who_vouches_for_that() {
	let root = Party::authority("Root", None);
	let time = GENESIS_TIME - HOUR;
	let trusting = verdict(time, true, &[&root], &root);
	assert_eq!(check(&trusting).outcome, Outcome::Holds);
	let stamp = trusting.facts().and_then(|facts| facts.time_stamp.clone()).expect("is sound");
	assert_eq!((stamp.time, &stamp.signer[..]), (time, "CN=Stamper"));
	assert!(matches!(&stamp.authority, Authority::Trusted { subject, .. } if subject == "CN=Root"));

	let alone = verdict(time, true, &[], &root);
	assert_eq!(check(&alone).outcome, Outcome::NotChecked);
	assert!(check(&alone).detail.contains("nobody was named"), "{}", check(&alone).detail);
	let stamp = alone
		.facts()
		.and_then(|facts| facts.time_stamp.clone())
		.expect("is sound by itself");
	assert_eq!((stamp.time, stamp.authority), (time, Authority::NotChecked));
}

#[test]
fn a_token_that_is_worth_nothing_fails_and_the_proof_stands() {
	let root = Party::authority("Root", None);
	let stranger = Party::authority("Stranger", None);
	// The deed is registered in the second block, two slots after the first.
	let too_late = GENESIS_TIME + BLOCK_TOLERANCE + HOUR;
	for (verdict, words) in [
		(verdict(GENESIS_TIME, true, &[&stranger], &root), "vouches for CN=Stamper"),
		(verdict(GENESIS_TIME, false, &[&root], &root), "about something else"),
		(verdict(too_late, true, &[&root], &root), "registered before that"),
	] {
		let check = check(&verdict);
		assert_eq!(check.outcome, Outcome::Fails, "{words}");
		assert!(check.detail.contains(words), "{}", check.detail);
		assert_eq!(verdict.facts().expect("is proven").time_stamp, None);
	}
	assert_eq!(
		check(&verdict(GENESIS_TIME, true, &[&root], &root)).outcome,
		Outcome::Holds,
		"the control"
	);
}
