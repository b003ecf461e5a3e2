// SPDX-License-Identifier: Apache-2.0

//! Bundles for whoever writes another verifier: sound ones, and ones with a fault that every verifier has to find.

use super::{name_of, samples, samples::story, Content, Document, Sample};
use crate::{
	bundle::Bundle,
	document::{self, Bytes, Hash},
	evidence::{Mode, OriginalDigests},
	finality::{normal_form, AuthoritySet, Justification},
	header::Header,
	state::keys,
	verdict::Answer,
	verify, Question, Trust,
};
use chirograph_primitives::{
	AccountId, Algorithm, AlgorithmChange, AlgorithmPolicy, AlgorithmTerms, Digest, Label, LabelEvent, ProofEvent, ProofId,
	Record, RetirementReason, RevocationReason, Role, Roles, Schema, SignatureScheme, Standing, SuspensionReason,
};
use codec::Encode;
use serde_json::{json, Value};
use sha3::{Digest as _, Sha3_512};
use sp_core::Pair;

/// A bundle with what is trusted, what is asked, and the answer.
pub struct Vector {
	/// What is special about it.
	pub name: &'static str,
	/// The bundle.
	pub bundle: Vec<u8>,
	/// What is trusted.
	pub trust: Trust,
	/// What is asked.
	pub question: Question,
}

impl Vector {
	fn new(name: &'static str, bundle: &Bundle, trust: &Trust, question: Question) -> Self {
		Self {
			name,
			bundle: bundle.canonical(),
			trust: trust.clone(),
			question,
		}
	}

	/// The vector with its answer, as JSON. `bundle` is the text; `fault` the fault's name with those within it, from the outside
	/// in; `detail` all that this verifier answers.
	pub fn describe(&self) -> Value {
		let answer = verify(&self.bundle, &self.trust, &self.question).answer;
		let fault = match &answer {
			Answer::NotProven { fault, .. } => Some(name_of(fault)),
			_ => None,
		};
		let detail = json!(answer);
		json!({
			"name": self.name,
			"network": self.trust.network,
			"checkpoints": self.trust.checkpoints,
			"original": self.question.original,
			"subject": self.question.subject,
			"now": self.question.now,
			"answer": detail["answer"],
			"fault": fault,
			"detail": detail,
			"bundle": std::str::from_utf8(&self.bundle).expect("what is cut off is so between two characters; qed"),
		})
	}
}

/// All vectors, as they are kept in `tests/vectors/bundles.json`: an array with one of them on each line.
pub fn written_vectors() -> String {
	let line = |vector: &Vector| String::from_utf8(document::canonical(&vector.describe())).expect("is JSON; qed");
	let lines: Vec<_> = vectors().iter().map(line).collect();
	format!("[\n{}\n]\n", lines.join(",\n"))
}

/// Sound bundles first, then those with a fault. The same each time.
pub fn vectors() -> Vec<Vector> {
	let sound = samples().into_iter().map(|sample: Sample| Vector {
		name: sample.name,
		bundle: sample.bundle,
		trust: sample.trust,
		question: sample.question,
	});
	sound
		.chain(of_form())
		.chain(of_finality())
		.chain(of_state())
		.chain(of_owners())
		.chain(of_leaves())
		.collect()
}

/// What is no bundle, or about something else.
fn of_form() -> Vec<Vector> {
	let story = story();
	let genesis = &story.network.trust();
	let sound = story.of_record(&story.deed, 0, story.early);
	let text = String::from_utf8(sound.canonical()).expect("is JSON; qed");
	let written = |name, text: String| Vector {
		name,
		bundle: text.into_bytes(),
		trust: genesis.clone(),
		question: story.deed.question(),
	};
	let replaced = |name, from: &str, to: &str| {
		assert!(text.contains(from), "{from}");
		written(name, text.replacen(from, to, 1))
	};
	let (empty, cut_off) = (
		written("empty", String::new()),
		written("cut-off", text[..text.len() - 1].to_owned()),
	);
	let mut other_network = sound.clone();
	other_network.network[0] ^= 1;
	let mut of_nothing = sound.clone();
	(of_nothing.evidence, of_nothing.disclosures) = (None, story.diploma.disclosures[..1].to_vec());
	let mut other_subject = sound.clone();
	other_subject.subject.0[31] ^= 1;
	let mut false_field = story.of_record(&story.diploma, 0, story.early);
	false_field.disclosures = story.diploma.disclosures.clone();
	false_field.disclosures[0].value = "1.3".into();
	let mut unordered = false_field.clone();
	unordered.disclosures = story.diploma.disclosures.clone();
	unordered.disclosures.reverse();
	let other_size = OriginalDigests {
		size: story.deed.original.size + 1,
		..story.deed.original.clone()
	};
	let absence = story.network.bundle(Content::Absence(story.absent.subject()), 0, story.early);
	vec![
		empty,
		cut_off,
		replaced("other-version", "chirograph/bundle/v1", "chirograph/bundle/v2"),
		replaced("unknown-member", r#","network":"#, r#","motto":"","network":"#),
		replaced("member-twice", r#"{"block":"#, r#"{"block":"0x00","block":"#),
		replaced("with-a-space", r#"{"block":"#, r#"{"block": "#),
		replaced("null-member", r#"{"block":"#, r#"{"leaf":null,"block":"#),
		// A signature that the ledger never saw: nobody could tell when it was made.
		replaced(
			"signature-beside-the-evidence",
			r#"{"block":"#,
			r#"{"authorization":{},"block":"#,
		),
		replaced("evidence-with-a-member-twice", r#""size":6"#, r#""size":6,"size":6"#),
		replaced(
			"evidence-made-in-a-leap-second",
			r#""created":"2026-01-01T00:00:00Z""#,
			r#""created":"2025-12-31T23:59:60Z""#,
		),
		replaced("evidence-that-is-not-canonical", r#","label":null"#, ""),
		Vector::new("other-network", &other_network, genesis, Question::default()),
		Vector::new("fields-of-nothing", &of_nothing, genesis, Question::default()),
		Vector::new("other-subject", &other_subject, genesis, Question::default()),
		Vector::new("false-field", &false_field, genesis, story.diploma.question()),
		Vector::new("fields-out-of-order", &unordered, genesis, story.diploma.question()),
		Vector::new(
			"another-file",
			&sound,
			genesis,
			Question {
				original: Some(other_size),
				..Question::default()
			},
		),
		Vector::new("absence-of-another-file", &absence, genesis, story.deed.question()),
	]
}

fn of_finality() -> Vec<Vector> {
	let story = story();
	let (network, early, late) = (&story.network, story.early, story.late);
	let genesis = &network.trust();
	let vector = |name, bundle: &Bundle| Vector::new(name, bundle, genesis, story.deed.question());
	let sound = story.of_record(&story.deed, 0, early);
	let across = story.of_record(&story.deed, 0, late);
	let altered = |name, bundle: &Bundle, alter: &dyn Fn(&mut Bundle)| {
		let mut bundle = bundle.clone();
		alter(&mut bundle);
		vector(name, &bundle)
	};
	let justified = |name, alter: &dyn Fn(&mut Justification)| {
		let mut votes = network.justify(early);
		alter(&mut votes);
		altered(name, &sound, &|bundle| {
			bundle.finality.justification = Some(Bytes(votes.encode()))
		})
	};
	let header = |number: u32| &network.blocks[number as usize].header;
	let fork = Header {
		extrinsics_root: [0xf0; 32],
		..header(early).clone()
	};
	let stranger = super::Network::new(9).sets[0][8].public().0;
	let of_fork = network.votes(0, &fork, 2);
	let set: Vec<_> = network.sets[0].iter().map(|pair| (pair.public().0, 1)).collect();
	let set = AuthoritySet::new(0, &set).expect("has weight; qed");
	let unneeded = |votes: &mut Justification| votes.ancestries.push(header(1).clone());
	let mut unneeded_header = network.justify(early);
	unneeded(&mut unneeded_header);
	let repaired = normal_form(&unneeded_header.encode(), &set).expect("can be read; qed");
	assert_eq!(repaired, network.justify(early).encode());
	vec![
		Vector::new(
			"unknown-checkpoint",
			&story.of_record(&story.deed, early, late),
			genesis,
			Question::default(),
		),
		justified("half-of-the-votes", &|votes| votes.precommits.truncate(2)),
		justified("vote-twice", &|votes| votes.precommits[1] = votes.precommits[0].clone()),
		justified("votes-out-of-order", &|votes| votes.precommits.reverse()),
		justified("vote-of-a-stranger", &|votes| {
			votes.precommits[0].authority = stranger;
			votes.precommits.sort_by_key(|vote| vote.authority);
		}),
		justified("votes-of-another-round", &|votes| votes.round += 1),
		justified("signature-with-a-flipped-bit", &|votes| {
			votes.precommits[3].signature[20] ^= 4
		}),
		justified("header-that-no-vote-needs", &unneeded),
		altered("votes-for-another-block", &sound, &|bundle| {
			bundle.finality.justification = Some(Bytes(network.justify(early - 1).encode()));
		}),
		altered("fork", &sound, &|bundle| {
			bundle.block = Bytes(fork.encode());
			bundle.finality.justification = Some(Bytes(of_fork.encode()));
		}),
		altered("no-votes", &sound, &|bundle| bundle.finality.justification = None),
		altered("change-left-out", &across, &|bundle| drop(bundle.finality.changes.remove(1))),
		altered("changes-out-of-order", &across, &|bundle| bundle.finality.changes.swap(0, 2)),
		altered("change-twice", &across, &|bundle| {
			let first = bundle.finality.changes[0].clone();
			bundle.finality.changes.insert(1, first);
		}),
		altered("block-that-changes-nothing-as-change", &across, &|bundle| {
			bundle.finality.changes[0].header = Bytes(header(early).encode());
			bundle.finality.changes[0].justification = Bytes(network.justify(early).encode());
		}),
		altered(
			"votes-for-the-trusted-block",
			&story.of_record(&story.deed, 0, 0),
			&|bundle| {
				bundle.finality.justification = Some(Bytes(network.justify(early).encode()));
			},
		),
	]
}

fn of_state() -> Vec<Vector> {
	let story = story();
	let (network, early) = (&story.network, story.early);
	let genesis = &network.trust();
	let vector = |name, bundle: &Bundle| Vector::new(name, bundle, genesis, story.deed.question());
	let sound = story.of_record(&story.deed, 0, early);
	let altered = |name, alter: &dyn Fn(&mut Bundle)| {
		let mut bundle = sound.clone();
		alter(&mut bundle);
		vector(name, &bundle)
	};
	let block = &network.blocks[early as usize];
	let all = block.trie.proof(&block.state.keys().cloned().collect::<Vec<_>>());
	let extra = all
		.iter()
		.find(|node| !sound.state.contains(node))
		.expect("it is a part only; qed");
	let registered = network.bundle(Content::Absence(story.deed.subject()), 0, early);
	let absent = network.bundle(Content::Record(&story.absent), 0, early);
	let late = Question {
		now: Some(super::GENESIS_TIME - 2 * crate::CLOCK_TOLERANCE),
		..story.deed.question()
	};
	vec![
		altered("node-missing", &|bundle| drop(bundle.state.pop())),
		altered("node-unneeded", &|bundle| {
			bundle.state.push(extra.clone());
			bundle.state.sort();
		}),
		altered("nodes-out-of-order", &|bundle| bundle.state.reverse()),
		altered("node-twice", &|bundle| bundle.state.insert(0, bundle.state[0].clone())),
		altered("node-with-a-flipped-bit", &|bundle| {
			bundle.state[2].0[9] ^= 1;
			bundle.state.sort();
		}),
		vector("registered-and-said-to-be-absent", &registered),
		Vector::new("never-registered", &absent, genesis, story.absent.question()),
		Vector::new("from-the-future", &sound, genesis, late),
	]
}

/// Ada's deed in a network of its own, with something done before it was registered and after.
fn with(
	name: &'static str,
	before: impl FnOnce(&mut super::Network),
	after: impl FnOnce(&mut super::Network, &Document),
) -> Vector {
	let ada = super::Signer::new(SignatureScheme::Ecdsa, "Ada").account();
	let mut network = super::Network::new(1);
	network.label(&ada, &[Role::Owner]);
	network.seal();
	before(&mut network);
	let deed = Document::new("a deed", &ada, Schema::Document, Mode::Open, &[]);
	network.register(&deed.evidence, SignatureScheme::Ecdsa);
	after(&mut network, &deed);
	network.seal();
	let number = network.seal();
	Vector::new(
		name,
		&network.bundle(Content::Record(&deed), 0, number),
		&network.trust(),
		deed.question(),
	)
}

fn recorded(name: &'static str, change: impl FnOnce(&mut Record)) -> Vector {
	with(
		name,
		|_| (),
		|network, deed| {
			let key = keys::record(&deed.subject());
			let mut record: Record = network.read(&key).expect("was registered; qed");
			change(&mut record);
			network.put(key, &record);
		},
	)
}

fn labelled(name: &'static str, change: impl FnOnce(&mut Label)) -> Vector {
	with(
		name,
		|network| network.change_label(1, LabelEvent::Renewed, change),
		|_, _| (),
	)
}

fn suspended(network: &mut super::Network) {
	network.change_label(1, LabelEvent::Suspended, |label| {
		label.standing = Standing::Suspended(SuspensionReason::Investigation);
	});
}

/// With something done to the label in the extrinsic that registers, batched with it.
fn along_with(name: &'static str, before: impl FnOnce(&mut super::Network), along: impl FnOnce(&mut super::Network)) -> Vector {
	with(name, before, |network, _| {
		network.extrinsic -= 1;
		along(network);
	})
}

fn of_owners() -> Vec<Vector> {
	let policy = |at, refused_from| {
		move |network: &mut super::Network, _: &Document| {
			let change = AlgorithmChange {
				at,
				algorithm: Algorithm::Sha256,
				terms: AlgorithmTerms {
					deprecated_from: Some(super::GENESIS_TIME),
					refused_from: Some(refused_from),
					least_bits: 0,
				},
			};
			network.put(
				keys::policy(),
				&AlgorithmPolicy(vec![change].try_into().expect("is one; qed")),
			);
		}
	};
	let registered = super::GENESIS_TIME + 2 * super::SLOT;
	// SHA-256 is refused from behind the registration on, and this happened before.
	let refused_since = |name, happened: fn(&Document) -> ProofEvent| {
		with(
			name,
			|_| (),
			|network, deed| {
				let subject = deed.subject();
				network.happen(ProofId::Record { subject }, 1, happened(deed));
				policy(super::GENESIS_TIME, registered + 1)(network, deed);
			},
		)
	};
	vec![
		recorded("other-evidence", |record| record.evidence_hash.0[0] ^= 1),
		recorded("other-owner", |record| record.owner = AccountId::new([1; 32])),
		recorded("other-schema", |record| record.schema = Schema::Certificate),
		recorded("other-label", |record| record.label = 2),
		recorded("registered-after-the-block", |record| record.registered.block = 9),
		recorded("registered-after-the-time", |record| {
			record.registered.time += 9 * super::SLOT
		}),
		recorded("registered-before-it-was-made", |record| {
			record.registered.time -= 2 * crate::CLOCK_TOLERANCE;
		}),
		labelled("label-expired", |label| label.expires = registered),
		labelled("label-suspended", |label| {
			label.standing = Standing::Suspended(SuspensionReason::Investigation);
		}),
		labelled("label-without-the-role", |label| label.roles = Roles::only(Role::Validator)),
		labelled("key-compromised", |label| label.distrusted_since = Some(2)),
		labelled("key-compromised-later", |label| label.distrusted_since = Some(3)),
		labelled("label-from-later-on", |label| label.held_since.block = 3),
		with(
			"no-label",
			|_| (),
			|network, deed| drop(network.state.remove(&keys::label(&deed.evidence.owner.account))),
		),
		along_with("suspended-in-the-same-extrinsic", |_| (), suspended),
		along_with("reinstated-in-the-same-extrinsic", suspended, |network| {
			network.change_label(1, LabelEvent::Reinstated, |label| label.standing = Standing::Active);
		}),
		along_with(
			"rotated-in-the-same-extrinsic",
			|_| (),
			|network| {
				network.rotate_label(1, &AccountId::new([9; 32]), RetirementReason::Rotated);
			},
		),
		with("suspended-in-the-next-extrinsic", |_| (), |network, _| suspended(network)),
		with("algorithm-refused-then", |_| (), policy(super::GENESIS_TIME, registered)),
		with("algorithm-refused-since", |_| (), policy(super::GENESIS_TIME, registered + 1)),
		refused_since("renewed-before-its-algorithm-was-refused", |deed| ProofEvent::Renewed {
			evidence: Digest::Sha3_512(sha3::Sha3_512::digest(deed.evidence.canonical()).into()),
		}),
		refused_since("revoked-and-bound-no-more", |_| ProofEvent::Revoked {
			reason: RevocationReason::NoLongerValid,
		}),
		// The ledger puts what is said in a block a millisecond behind it.
		with(
			"algorithm-refused-in-the-same-block",
			|_| (),
			policy(registered + 1, registered),
		),
		with("algorithm-refused-from-then-on", |_| (), policy(registered, registered)),
		// What is renewed with something else is not bound by that, and stays proven.
		with(
			"renewed-for-another-document",
			|_| (),
			|network, deed| {
				renew(network, deed, &[0; 64]);
				policy(super::GENESIS_TIME, registered + 1)(network, deed);
			},
		),
		with(
			"renewed-for-another-document-and-for-this",
			|_| (),
			|network, deed| {
				renew(network, deed, &[0; 64]);
				renew(network, deed, &Sha3_512::digest(deed.evidence.canonical()).into());
				policy(super::GENESIS_TIME, registered + 1)(network, deed);
			},
		),
	]
}

/// Notes, as the ledger would, that Ada bound her deed to this.
fn renew(network: &mut super::Network, deed: &Document, digest: &[u8; 64]) {
	let proof = ProofId::Record { subject: deed.subject() };
	let evidence = Digest::Sha3_512(*digest);
	network.happen(proof, 1, ProofEvent::Renewed { evidence });
}

fn of_leaves() -> Vec<Vector> {
	let story = story();
	let (early, genesis) = (story.early, &story.network.trust());
	let leaf = |name, index: usize, alter: &dyn Fn(&mut crate::bundle::Leaf)| {
		let mut bundle = story.of_leaf(index, 0, early);
		alter(bundle.leaf.as_mut().expect("is a leaf; qed"));
		Vector::new(name, &bundle, genesis, story.class[index].question())
	};
	let mut nothing = story.of_leaf(4, 0, early);
	nothing.evidence = None;
	let mut other_batch = story.of_leaf(4, 0, early);
	other_batch.leaf.as_mut().expect("is a leaf; qed").root.0 = Hash([1; 32]).0;
	other_batch.state = story.network.nodes(&other_batch.asked(), early);
	vec![
		leaf("index-off-by-one", 4, &|leaf| leaf.index = 5),
		leaf("index-behind-the-last", 4, &|leaf| leaf.index = 11),
		leaf("path-too-short", 4, &|leaf| leaf.path.truncate(3)),
		leaf("path-too-long", 4, &|leaf| leaf.path.push([7; 32])),
		leaf("path-with-a-flipped-bit", 4, &|leaf| leaf.path[1][0] ^= 1),
		leaf("path-of-equals", 4, &|leaf| {
			let document = &story.class[4];
			leaf.path[0] = crate::merkle::leaf_hash(&document.subject(), &document.evidence.hash());
		}),
		Vector::new("no-such-batch", &other_batch, genesis, story.class[4].question()),
		Vector::new("leaf-without-evidence", &nothing, genesis, Question::default()),
		leaf("leaf-of-another-owner", 6, &|_| ()),
	]
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{collections::BTreeSet, fs, path::Path};

	/// What other verifiers are tested with is what this one says. The example `vectors` writes them anew.
	#[test]
	fn committed_vectors_are_current() {
		let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/bundles.json");
		let kept = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
		let current = written_vectors();
		let differing = kept.lines().zip(current.lines()).position(|(kept, current)| kept != current);
		assert_eq!(differing, None, "the first line that differs");
		assert!(kept == current, "there are more or fewer");
	}

	#[test]
	fn each_vector_with_a_fault_has_another_and_has_its_name() {
		let mut names = BTreeSet::new();
		let mut faults = BTreeSet::new();
		for vector in vectors() {
			assert!(names.insert(vector.name), "{}", vector.name);
			if let Some(fault) = vector.describe()["fault"].as_str() {
				faults.insert(fault.to_owned());
			}
		}
		assert!(faults.len() > 45, "{faults:?}");
	}
}
