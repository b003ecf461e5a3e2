// SPDX-License-Identifier: Apache-2.0

//! What is a bundle at all.

use super::{fault, made};
use crate::{
	bundle::{Bundle, FormatFault, Leaf, MAX_BUNDLE_BYTES},
	document::{self, Fault as Form},
	testing::samples,
	verdict::Fault,
	verify, Question,
};
use chirograph_primitives::BatchRoot;

/// What is wrong with the form of these bytes.
fn form(bytes: &[u8]) -> FormatFault {
	match fault(verify(bytes, &made().network.trust(), &Question::default())) {
		Fault::Format { why } => why,
		other => panic!("{other:?}"),
	}
}

/// The bundle's text after a replacement that must find something.
fn replaced(from: &str, to: &str) -> FormatFault {
	let text = String::from_utf8(made().bundle.canonical()).expect("is JSON");
	assert!(text.contains(from), "{from} is in {text}");
	form(text.replacen(from, to, 1).as_bytes())
}

#[test]
fn a_bundle_survives_being_written_and_read_in_the_form_of_rfc_8785() {
	for sample in samples() {
		let bundle = Bundle::parse(&sample.bundle).expect("is sound");
		assert_eq!(bundle.canonical(), sample.bundle, "{}", sample.name);
		let value: serde_json::Value = serde_json::from_slice(&sample.bundle).expect("is JSON");
		assert_eq!(document::canonical(&value), sample.bundle, "{}", sample.name);
	}
}

#[test]
fn what_is_larger_than_a_bundle_is_not_looked_into() {
	let limit = MAX_BUNDLE_BYTES;
	let large = vec![b'['; limit + 1];
	assert_eq!(form(&large), FormatFault::Bundle(Form::TooLarge { limit }));
	// The control: one byte less is looked into.
	let largest = vec![b' '; limit];
	assert_eq!(form(&largest), FormatFault::Bundle(Form::Truncated));
}

#[test]
fn a_bundle_that_is_cut_off_anywhere_is_called_so() {
	for sample in samples().into_iter().step_by(3) {
		for end in 0..sample.bundle.len() {
			let Err(FormatFault::Bundle(why)) = Bundle::parse(&sample.bundle[..end]) else {
				panic!("{}, {end} bytes", sample.name)
			};
			assert_eq!(why, Form::Truncated, "{}, {end} bytes", sample.name);
		}
	}
}

#[test]
fn another_version_or_kind_of_document_is_named() {
	let found = |found: &str| {
		FormatFault::Bundle(Form::OtherFormat {
			expected: "chirograph/bundle/v1",
			found: found.into(),
		})
	};
	assert_eq!(
		replaced("chirograph/bundle/v1", "chirograph/bundle/v2"),
		found("chirograph/bundle/v2")
	);
	// Of a newer version, that it is newer is said, and not how it differs.
	let newer = br#"{"colour":"red","format":"chirograph/bundle/v2"}"#;
	assert_eq!(form(newer), found("chirograph/bundle/v2"));
	let evidence = made().document.evidence.canonical();
	assert_eq!(form(&evidence), found("chirograph/evidence/v1"));
}

#[test]
fn each_way_to_alter_a_bundle_has_its_own_fault() {
	let network = r#","network":"0x"#;
	for (from, to) in [
		("{", ""),
		(r#""state":["#, r#""state":[,"#),
		(r#""state":["#, "\"state\":[\u{0}"),
		(r#"{"block""#, r#"hello{"block""#),
	] {
		let why = replaced(from, to);
		assert!(
			matches!(why, FormatFault::Bundle(Form::NotJson(_) | Form::Malformed(_))),
			"{from} -> {to}: {why:?}"
		);
	}
	let twice = format!(r#","network":"0x{}"{network}"#, "00".repeat(32));
	for (from, to) in [
		(network, &twice[..]),
		(r#""anchor":{"#, r#""anchor":{"state":[],"#),
		(r#"{"block""#, r#"{"block":"0x00","block""#),
	] {
		let why = replaced(from, to);
		assert!(
			matches!(why, FormatFault::Bundle(Form::Duplicate(_))),
			"{from} -> {to}: {why:?}"
		);
	}
	for (from, to) in [
		(network, r#","motto":"","network":"0x"#),
		(r#""anchor":{"#, r#""anchor":{"number":0,"#),
		(r#""finality":{"#, r#""finality":{"rounds":[],"#),
		(r#"{"block""#, r#"{"authorization":{},"block""#),
		(r#"{"block""#, r#"{"authorization":null,"block""#),
	] {
		let why = replaced(from, to);
		assert!(
			matches!(why, FormatFault::Bundle(Form::Unknown(_))),
			"{from} -> {to}: {why:?}"
		);
	}
	for (from, to) in [
		(network, r#","net":"0x"#),
		(network, r#","network":"0x00"#),
		(network, r#","network":"00"#),
		(r#""block":""#, r#""block":""#.trim_end_matches('"')),
		(r#""changes":[]"#, r#""changes":{}"#),
		(r#""changes":[]"#, r#""changes":null"#),
		(r#""changes":[],"#, ""),
		(r#""format":"chirograph/bundle"#, r#""form":"chirograph/bundle"#),
	] {
		let why = replaced(from, to);
		let expected = matches!(
			why,
			FormatFault::Bundle(Form::Malformed(_) | Form::NotJson(_) | Form::Unknown(_))
		);
		assert!(expected, "{from} -> {to}: {why:?}");
	}
}

#[test]
fn the_same_content_in_other_bytes_is_refused() {
	let digit = made().bundle.canonical();
	let text = String::from_utf8(digit).expect("is JSON");
	let place = text.find(r#""network":"0x"#).expect("is there") + 13;
	let letter = place
		+ text[place..]
			.find(|c: char| c.is_ascii_lowercase())
			.expect("some digit is a letter");
	let mut capital = text.clone();
	capital.replace_range(letter..=letter, &text[letter..=letter].to_uppercase());
	let mut escaped = text.clone();
	escaped.replace_range(letter..=letter, &format!("\\u00{:02x}", text.as_bytes()[letter]));
	let not_canonical = FormatFault::Bundle(Form::NotCanonical);
	assert_eq!(form(capital.as_bytes()), not_canonical);
	assert_eq!(form(escaped.as_bytes()), not_canonical);
	for (from, to) in [
		(r#"{"block""#, r#"{ "block""#),
		(r#"{"block""#, "\n{\"block\""),
		(r#"{"block""#, r#"{"leaf":null,"block""#),
		(r#"chirograph/bundle"#, r#"chirograph\/bundle"#),
		(r#""changes":[]"#, r#""changes":[ ]"#),
	] {
		assert_eq!(replaced(from, to), not_canonical, "{from} -> {to}");
	}
	assert_eq!(form(format!("{text}\n").as_bytes()), not_canonical);
	// Members in another order.
	let value: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
	let members = value.as_object().expect("is an object").iter().rev();
	let members: Vec<_> = members
		.map(|(name, value)| format!("{}:{value}", serde_json::json!(name)))
		.collect();
	assert_eq!(form(format!("{{{}}}", members.join(",")).as_bytes()), not_canonical);
	let twice = format!("{text}{text}");
	assert!(matches!(form(twice.as_bytes()), FormatFault::Bundle(Form::NotJson(_))));
}

#[test]
fn faults_of_the_evidence_are_its_own() {
	let size = r#""size":6"#;
	assert!(matches!(
		replaced(size, r#""size":6,"size":6"#),
		FormatFault::Evidence(Form::Duplicate(_))
	));
	assert!(matches!(
		replaced(size, r#""size":6,"weight":7"#),
		FormatFault::Evidence(Form::Unknown(_))
	));
	assert!(matches!(
		replaced(size, r#""size":-6"#),
		FormatFault::Evidence(Form::Malformed(_))
	));
	assert!(matches!(
		replaced("evidence/v1", "evidence/v2"),
		FormatFault::Evidence(Form::OtherFormat { .. })
	));
	for (from, to) in [
		(size, r#""size": 6"#),
		("text/plain", r"text\/plain"),
		(r#","label":null"#, ""),
		(r#""mode":"open","owner""#, r#""owner""#),
	] {
		let why = replaced(from, to);
		assert!(
			matches!(why, FormatFault::Evidence(Form::NotCanonical | Form::Malformed(_))),
			"{from} -> {to}: {why:?}"
		);
	}
	let name = format!(r#""fields":{{"grade":"0x{}","#, "00".repeat(32));
	assert!(matches!(
		replaced(r#""fields":{"#, &name),
		FormatFault::Evidence(Form::Duplicate(_))
	));
	let large = format!(r#""fields":{{"{}":"","#, "x".repeat(70_000));
	assert!(matches!(
		replaced(r#""fields":{"#, &large),
		FormatFault::Evidence(Form::TooLarge { .. })
	));
}

#[test]
fn numbers_that_not_every_reader_keeps_are_refused() {
	let mut bundle = made().bundle;
	let mut leaf = Leaf {
		index: (1 << 53) - 1,
		path: vec![],
		root: BatchRoot([1; 32]),
	};
	bundle.leaf = Some(leaf.clone());
	assert!(Bundle::parse(&bundle.canonical()).is_ok());
	leaf.index += 1;
	bundle.leaf = Some(leaf);
	let refused = Bundle::parse(&bundle.canonical());
	assert!(matches!(refused, Err(FormatFault::Bundle(Form::Malformed(_)))), "{refused:?}");
}

#[test]
fn what_belongs_to_evidence_is_not_there_without_it() {
	let made = made();
	let text = String::from_utf8(made.bundle.canonical()).expect("is JSON");
	let empty = text.replacen(r#","evidence""#, r#","disclosures":[],"evidence""#, 1);
	assert!(matches!(form(empty.as_bytes()), FormatFault::Bundle(Form::Malformed(_))));
	let leaf = Leaf {
		index: 0,
		path: vec![],
		root: BatchRoot([1; 32]),
	};
	let refused = made.altered(|bundle| (bundle.evidence, bundle.leaf) = (None, Some(leaf)));
	assert_eq!(refused, Fault::EvidenceMissing);
	let refused = made.altered(|bundle| {
		bundle.evidence = None;
		bundle.disclosures = made.document.disclosures.clone();
	});
	assert_eq!(refused, Fault::DisclosuresUnneeded);
}
