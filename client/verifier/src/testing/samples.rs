// SPDX-License-Identifier: Apache-2.0

//! Sound bundles of every kind.

use super::{tree, Content, Document, Network, Signer};
use crate::{
	bundle::Bundle,
	document::{Bytes, Hash},
	evidence::Mode,
	merkle::Tree,
	state::keys,
	verdict::{Answer, Verdict},
	verify, Question, Trust,
};
use chirograph_primitives::{
	Algorithm, AlgorithmChange, AlgorithmPolicy, AlgorithmTerms, BatchRoot, BlockNumber, Digest, DocumentHash, LabelEvent,
	LabelRevocationReason, ProofEvent, ProofId, Remark, RetirementReason, RevocationReason, Role, Roles, Schema, SignatureScheme,
	Standing,
};
use codec::Encode;
use sha3::Digest as _;

/// A sound bundle, what a verifier has to trust, and what it is asked.
#[derive(Clone)]
pub struct Sample {
	/// What is special about it.
	pub name: &'static str,
	/// The bundle.
	pub bundle: Vec<u8>,
	/// What is trusted.
	pub trust: Trust,
	/// What is asked.
	pub question: Question,
}

impl Sample {
	fn new(name: &'static str, bundle: &Bundle, trust: &Trust, document: &Document) -> Self {
		Self {
			name,
			bundle: bundle.canonical(),
			trust: trust.clone(),
			question: document.question(),
		}
	}

	/// The verdict about it, or about what became of it.
	pub fn verify(&self, bundle: &[u8]) -> Verdict {
		verify(bundle, &self.trust, &self.question)
	}
}

/// Whether a verdict says that something is proven, be it that something was taken back, is bound no more or is absent.
pub fn is_accepted(verdict: &Verdict) -> bool {
	!matches!(verdict.answer, Answer::NotProven { .. })
}

/// A network in which something of every kind happened.
pub(super) struct Story {
	pub network: Network,
	/// Ada's.
	pub deed: Document,
	/// The university's, with fields.
	pub diploma: Document,
	/// Taken back.
	pub revoked: Document,
	/// Another took its place.
	pub replaced: Document,
	/// Bound to another hash, and annotated.
	pub renewed: Document,
	/// Of a key that was rotated since.
	pub old_key: Document,
	/// Never registered.
	pub absent: Document,
	/// The university's batch. Leaf 6 is evidence of Ada's, which proves nothing; leaf 3 is revoked, leaf 9 handed over.
	pub class: Vec<Document>,
	pub tree: Tree,
	/// A block before the authorities changed.
	pub early: BlockNumber,
	/// One after they did three times, when the batch was annotated and Ada's label revoked.
	pub late: BlockNumber,
	/// The one above that.
	pub last: BlockNumber,
}

impl Story {
	pub fn of_record(&self, document: &Document, anchor: BlockNumber, number: BlockNumber) -> Bundle {
		self.network.bundle(Content::Record(document), anchor, number)
	}

	pub fn of_leaf(&self, index: usize, anchor: BlockNumber, number: BlockNumber) -> Bundle {
		let content = Content::Leaf {
			document: &self.class[index],
			tree: &self.tree,
			index: index as u64,
		};
		self.network.bundle(content, anchor, number)
	}

	pub fn with_checkpoint(&self, number: BlockNumber) -> Trust {
		Trust {
			checkpoints: vec![Hash([1; 32]), self.network.blocks[number as usize].header.hash()],
			..self.network.trust()
		}
	}
}

/// The same each time.
pub(super) fn story() -> Story {
	let ada = Signer::new(SignatureScheme::Ecdsa, "Ada");
	let university = Signer::new(SignatureScheme::Ed25519, "University");
	let bob = Signer::new(SignatureScheme::Ecdsa, "Bob");
	let mallory = Signer::new(SignatureScheme::Ed25519, "Mallory");
	let mut network = Network::new(4);
	let owner = &[Role::Owner][..];
	let ada_label = network.label(&ada.account(), owner);
	let university_label = network.label(&university.account(), &[Role::Owner, Role::Issuer]);
	let bob_label = network.label(&bob.account(), owner);
	let mallory_label = network.label(&mallory.account(), owner);
	network.seal();

	let owned = |content: &str, signer: &Signer, mode| Document::new(content, &signer.account(), Schema::Document, mode, &[]);
	let certificate = |content: &str, signer: &Signer, mode, fields: &[(&str, &str)]| {
		Document::new(content, &signer.account(), Schema::Certificate, mode, fields)
	};
	let deed = owned("a deed", &ada, Mode::Open);
	let fields = [("grade", "1.0"), ("name", "Ada Lovelace"), ("subject", "mathematics")];
	let diploma = certificate("a diploma", &university, Mode::Sealed, &fields);
	let (revoked, replaced) = (owned("revoked", &ada, Mode::Sealed), owned("replaced", &ada, Mode::Open));
	let (renewed, old_key) = (owned("renewed", &bob, Mode::Open), owned("old key", &mallory, Mode::Open));
	for document in [&deed, &revoked, &replaced, &renewed] {
		network.register(&document.evidence, SignatureScheme::Ecdsa);
	}
	for document in [&diploma, &old_key] {
		network.register(&document.evidence, SignatureScheme::Ed25519);
	}
	network.seal();

	let mut class: Vec<_> = (0..11)
		.map(|i| {
			let name = format!("student {i}");
			certificate(&format!("certificate {i}"), &university, Mode::Sealed, &[("name", &name)])
		})
		.collect();
	class[6] = certificate("Ada's", &ada, Mode::Open, &[]);
	let tree = tree(&class);
	let root = BatchRoot(tree.root());
	network.change_label(ada_label, LabelEvent::RolesChanged, |label| {
		label.roles = label.roles.with(Roles::only(Role::Issuer));
	});
	network.register_batch(&university.account(), &tree, Schema::Certificate, SignatureScheme::Ed25519);
	network.seal();

	// What becomes of proofs.
	let record = |document: &Document| ProofId::Record {
		subject: document.subject(),
	};
	let leaf = |index: usize| ProofId::Leaf {
		root,
		subject: class[index].subject(),
	};
	let annotated = |remark, document| ProofEvent::Annotated { remark, document };
	let taken_back = ProofEvent::Revoked {
		reason: RevocationReason::IssuedInError,
	};
	let handed_over = ProofEvent::Transferred {
		from: university.account(),
		to: bob.account(),
	};
	let bound_anew = ProofEvent::Renewed {
		evidence: Digest::Sha3_512(sha3::Sha3_512::digest(renewed.evidence.canonical()).into()),
	};
	let replaced_by_the_deed = ProofEvent::Superseded {
		successor: record(&deed),
	};
	network.happen(record(&revoked), ada_label, taken_back.clone());
	network.happen(record(&replaced), ada_label, replaced_by_the_deed);
	network.happen(leaf(9), university_label, handed_over);
	network.happen(record(&renewed), bob_label, bound_anew);
	let disputed = annotated(Remark::Disputed, Some(DocumentHash([6; 32])));
	network.happen(record(&renewed), university_label, disputed);
	network.seal();
	let new_key = Signer::new(SignatureScheme::Ed25519, "Mallory's second key").account();
	network.rotate_label(mallory_label, &new_key, RetirementReason::Rotated);
	network.happen(leaf(3), university_label, taken_back);
	let early = network.seal();
	for authorities in [1, 2, 3] {
		network.rotate(authorities);
		network.seal();
	}
	network.change_label(ada_label, LabelEvent::Revoked, |label| {
		label.standing = Standing::Revoked {
			cause: LabelRevocationReason::GivenUp,
		};
	});
	network.happen(ProofId::Batch { root }, university_label, annotated(Remark::Settled, None));
	let late = network.seal();
	let last = network.seal();
	let absent = owned("never registered", &ada, Mode::Open);
	Story {
		network,
		deed,
		diploma,
		revoked,
		replaced,
		renewed,
		old_key,
		absent,
		class,
		tree,
		early,
		late,
		last,
	}
}

/// In a network of its own: the council refused the one hash that binds the evidence, and nobody had renewed it.
fn unbound() -> Sample {
	let ada = Signer::new(SignatureScheme::Ecdsa, "Ada").account();
	let mut network = Network::new(1);
	network.label(&ada, &[Role::Owner]);
	network.seal();
	let document = Document::new("bound no more", &ada, Schema::Document, Mode::Open, &[]);
	let record = network.register(&document.evidence, SignatureScheme::Ecdsa);
	let refused = AlgorithmChange {
		at: record.registered.time,
		algorithm: Algorithm::Sha256,
		terms: AlgorithmTerms {
			deprecated_from: None,
			refused_from: Some(record.registered.time + 1),
			least_bits: 0,
		},
	};
	let policy = AlgorithmPolicy(vec![refused].try_into().expect("is one; qed"));
	network.put(keys::policy(), &policy);
	network.seal();
	let number = network.seal();
	let bundle = network.bundle(Content::Record(&document), 0, number);
	Sample::new("unbound-record", &bundle, &network.trust(), &document)
}

/// Sound bundles: every kind of proof, answer, anchor and justification. The same each time.
pub fn samples() -> Vec<Sample> {
	let story = story();
	let (early, late) = (story.early, story.late);
	let genesis = &story.network.trust();
	let record = |name, document| Sample::new(name, &story.of_record(document, 0, early), genesis, document);

	let mut shown = story.of_record(&story.diploma, 0, early);
	shown.disclosures = story.diploma.disclosures[..2].to_vec();
	// One votes for the block, others for its child.
	let mut descended = story.of_record(&story.deed, 0, late);
	let header = |number: BlockNumber| &story.network.blocks[number as usize].header;
	let (block, child) = (header(late), header(story.last));
	let votes = story
		.network
		.votes_for(story.network.set(), block, &[block, child, child], vec![child.clone()]);
	descended.finality.justification = Some(Bytes(votes.encode()));

	let absence = story.network.bundle(Content::Absence(story.absent.subject()), 0, late);
	let (from_early, at_late) = (story.with_checkpoint(early), story.with_checkpoint(late));
	vec![
		record("record", &story.deed),
		Sample::new("sealed-record-with-fields", &shown, genesis, &story.diploma),
		record("revoked-record", &story.revoked),
		record("superseded-record", &story.replaced),
		record("renewed-and-annotated-record", &story.renewed),
		record("record-of-a-key-that-was-rotated-since", &story.old_key),
		Sample::new("votes-for-a-descendant", &descended, genesis, &story.deed),
		Sample::new("leaf", &story.of_leaf(10, 0, early), genesis, &story.class[10]),
		Sample::new(
			"leaf-across-three-changes",
			&story.of_leaf(7, 0, late),
			genesis,
			&story.class[7],
		),
		Sample::new("revoked-leaf", &story.of_leaf(3, 0, late), genesis, &story.class[3]),
		Sample::new(
			"transferred-leaf-from-a-checkpoint",
			&story.of_leaf(9, early, late),
			&from_early,
			&story.class[9],
		),
		Sample::new(
			"record-at-a-checkpoint",
			&story.of_record(&story.deed, late, late),
			&at_late,
			&story.deed,
		),
		unbound(),
		Sample::new("absence", &absence, genesis, &story.absent),
	]
}
