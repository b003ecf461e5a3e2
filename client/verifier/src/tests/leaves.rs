// SPDX-License-Identifier: Apache-2.0

//! Leaves of a batch.

use super::{ada, document, fault, SHOWN};
use crate::{
	bundle::{Bundle, Leaf},
	document::Hash,
	merkle::{leaf_hash, node_hash, PathFault, Tree},
	state::{keys, StateFault},
	testing::{tree, Content, Document, Network, Signer},
	verdict::{Fault, Verdict},
	verify,
};
use chirograph_primitives::{
	AccountId, AuthorityFault, Batch, BatchRoot, Digest, EvidenceHash, Life, ProofEvent, ProofId, Role, Schema, SignatureScheme,
	Subject,
};

const LEAVES: u64 = 7;
/// The leaf whose evidence names Bob, in Ada's batch.
const BOBS: u64 = 4;
const REGISTERED: u32 = 2;

fn bob() -> Signer {
	Signer::new(SignatureScheme::Sr25519, "Bob")
}

/// A batch of Ada's, with evidence of Bob's in it.
struct Batched {
	network: Network,
	class: Vec<Document>,
	tree: Tree,
}

fn batched() -> Batched {
	batched_with(|_, _| ())
}

fn batched_with(change: impl FnOnce(&mut Network, BatchRoot)) -> Batched {
	let mut network = Network::new(4);
	for signer in [&ada(), &bob()] {
		network.label(&signer.account(), &[Role::Owner]);
	}
	network.seal();
	let class: Vec<_> = (0..LEAVES)
		.map(|i| {
			let owner = if i == BOBS { bob() } else { ada() };
			document(&format!("leaf {i}"), &owner.account(), Schema::Document)
		})
		.collect();
	let tree = tree(&class);
	network.register_batch(&ada().account(), &tree, Schema::Document, SignatureScheme::Ecdsa);
	network.seal();
	change(&mut network, BatchRoot(tree.root()));
	network.seal_until(SHOWN);
	Batched { network, class, tree }
}

impl Batched {
	fn bundle(&self, index: u64) -> Bundle {
		let content = Content::Leaf {
			document: &self.class[index as usize],
			tree: &self.tree,
			index,
		};
		self.network.bundle(content, 0, SHOWN)
	}

	fn verdict(&self, bundle: &Bundle) -> Verdict {
		verify(&bundle.canonical(), &self.network.trust(), &Default::default())
	}

	fn altered(&self, index: u64, alter: impl FnOnce(&mut Leaf)) -> Fault {
		let mut bundle = self.bundle(index);
		alter(bundle.leaf.as_mut().expect("is a leaf"));
		fault(self.verdict(&bundle))
	}
}

#[test]
fn every_leaf_of_a_batch_is_proven() {
	let batched = batched();
	for index in (0..LEAVES).filter(|index| *index != BOBS) {
		let verdict = batched.verdict(&batched.bundle(index));
		let batch = verdict.facts().and_then(|facts| facts.batch.clone()).expect("is proven");
		assert_eq!(
			(batch.index, batch.leaves, batch.root.0),
			(index, LEAVES, batched.tree.root())
		);
		assert!(verdict.is_proven());
	}
}

#[test]
fn a_path_that_leads_elsewhere_is_refused() {
	let batched = batched();
	let other_root = Fault::Path {
		why: PathFault::OtherRoot,
	};
	for index in (0..LEAVES).filter(|index| *index != BOBS) {
		for other in (0..LEAVES).filter(|other| *other != index) {
			let refused = batched.altered(index, |leaf| leaf.index = other);
			assert!(matches!(refused, Fault::Path { .. }), "{index} as {other}: {refused:?}");
		}
		for outside in [LEAVES, LEAVES + 1, (1 << 53) - 1] {
			let why = PathFault::NoSuchLeaf {
				index: outside,
				leaves: LEAVES,
			};
			assert_eq!(batched.altered(index, |leaf| leaf.index = outside), Fault::Path { why });
		}
		let refused = batched.altered(index, |leaf| leaf.path.truncate(leaf.path.len() - 1));
		assert_eq!(
			refused,
			Fault::Path {
				why: PathFault::TooShort
			}
		);
		let refused = batched.altered(index, |leaf| leaf.path.push([1; 32]));
		assert_eq!(refused, Fault::Path { why: PathFault::TooLong });
		let refused = batched.altered(index, |leaf| leaf.path[0][0] ^= 1);
		assert_eq!(refused, other_root);
		if batched.bundle(index).leaf.expect("is a leaf").path.len() > 1 {
			assert_eq!(batched.altered(index, |leaf| leaf.path.swap(0, 1)), other_root);
		}
	}
	// Evidence that was changed, or is of somebody else, is no leaf.
	let mut bundle = batched.bundle(1);
	bundle.evidence.as_mut().expect("is there").salt[0] ^= 1;
	assert_eq!(fault(batched.verdict(&bundle)), other_root);
	// A batch that was not registered.
	let mut bundle = batched.bundle(1);
	bundle.leaf.as_mut().expect("is a leaf").root = BatchRoot([1; 32]);
	assert!(batched.verdict(&bundle).fault().is_some());
	bundle.state = batched.network.nodes(&bundle.asked(), SHOWN);
	let root = BatchRoot([1; 32]);
	assert_eq!(fault(batched.verdict(&bundle)), Fault::NoSuchBatch { root, block: SHOWN });
}

/// The number of leaves is the ledger's. Were it the bundle's, it would have to be checked too.
#[test]
fn another_number_of_leaves_on_the_ledger_is_another_tree() {
	for leaves in [1, 2, 4, 6, 8, 9, 100] {
		let batched = batched_with(|network, root| {
			let mut batch: Batch = network.read(&keys::batch(&root)).expect("was registered");
			batch.leaves = leaves;
			network.put(keys::batch(&root), &batch);
		});
		let refused = fault(batched.verdict(&batched.bundle(6)));
		assert!(matches!(refused, Fault::Path { .. }), "{leaves}: {refused:?}");
	}
}

#[test]
fn a_node_that_poses_as_a_leaf_is_refused() {
	let batched = batched();
	let hashes: Vec<_> = batched
		.class
		.iter()
		.map(|document| leaf_hash(&document.subject(), &document.evidence.hash()))
		.collect();
	// A node is made of as many bytes as a leaf: as a "document" whose subject and evidence hash are two leaves.
	let (subject, evidence) = (Subject(hashes[0]), EvidenceHash(hashes[1]));
	let path = batched.tree.path(0).expect("there is such a leaf");
	let root = batched.tree.root();
	for leaves in 1..=LEAVES {
		for index in 0..leaves {
			for start in 0..path.len() {
				let found = crate::merkle::check_path(&leaf_hash(&subject, &evidence), index, leaves, &path[start..], &root);
				assert!(found.is_err(), "leaf {index} of {leaves}");
			}
		}
	}
	// The control: as a node it leads to the root.
	let node = node_hash(&hashes[0], &hashes[1]);
	assert_eq!(crate::merkle::check_path(&node, 0, 4, &path[1..], &root), Ok(()));
}

/// CVE-2012-2459, and its kin: the same registration twice in a tree.
#[test]
fn a_leaf_that_is_in_the_tree_twice_proves_nothing() {
	let twin = document("a twin", &ada().account(), Schema::Document);
	let hash = leaf_hash(&twin.subject(), &twin.evidence.hash());
	let mut network = Network::new(1);
	network.label(&ada().account(), &[Role::Owner]);
	network.seal();
	// Made by somebody whose tools do not mind.
	let root = BatchRoot(node_hash(&hash, &hash));
	let one = Tree::new([hash]).expect("has a leaf");
	let mut batch = network.register_batch(&ada().account(), &one, Schema::Document, SignatureScheme::Ecdsa);
	batch.leaves = 2;
	network.put(keys::batch(&root), &batch);
	let number = network.seal();
	let mut bundle = network.bundle(Content::Record(&twin), 0, number);
	for index in [0, 1] {
		bundle.leaf = Some(Leaf {
			index,
			path: vec![hash],
			root,
		});
		bundle.state = network.nodes(&bundle.asked(), number);
		let refused = fault(verify(&bundle.canonical(), &network.trust(), &twin.question()));
		assert_eq!(refused, Fault::Path { why: PathFault::Twice });
	}
	// The control: the batch of one, which was registered too.
	bundle.leaf = Some(Leaf {
		index: 0,
		path: vec![],
		root: BatchRoot(hash),
	});
	bundle.state = network.nodes(&bundle.asked(), number);
	assert!(verify(&bundle.canonical(), &network.trust(), &twin.question()).is_proven());
}

/// Of Bob the ledger saw no signature, and when one was made that it did not see, nobody can tell.
#[test]
fn a_leaf_of_another_owner_than_its_batchs_is_refused() {
	let batched = batched();
	let refused = fault(batched.verdict(&batched.bundle(BOBS)));
	let (registered, named) = (ada().account(), bob().account());
	assert_eq!(refused, Fault::OtherOwner { registered, named });
	assert!(batched.verdict(&batched.bundle(BOBS + 1)).is_proven(), "the control");
}

#[test]
fn the_owner_of_a_batch_is_judged_for_its_leaves() {
	let batched = batched_with(|network, _| drop(network.state.remove(&keys::label(&ada().account()))));
	let refused = fault(batched.verdict(&batched.bundle(1)));
	let (account, registered) = (ada().account(), REGISTERED);
	let why = AuthorityFault::NoLabel;
	assert_eq!(
		refused,
		Fault::Owner {
			account,
			registered,
			why
		}
	);
}

#[test]
fn a_leaf_of_another_kind_than_its_batch_is_refused() {
	let batched = batched_with(|network, root| {
		let mut batch: Batch = network.read(&keys::batch(&root)).expect("was registered");
		batch.schema = Schema::Invoice;
		network.put(keys::batch(&root), &batch);
	});
	let (registered, named) = (Schema::Invoice, Schema::Document);
	assert_eq!(
		fault(batched.verdict(&batched.bundle(1))),
		Fault::OtherSchema { registered, named }
	);
}

#[test]
fn what_is_handed_over_or_is_not_is_said() {
	let next = AccountId::new([9; 32]);
	let to = next.clone();
	let event = move |to| ProofEvent::Transferred {
		from: ada().account(),
		to,
	};
	let batched = batched_with(|network, root| {
		let subject = document("leaf 1", &ada().account(), Schema::Document).subject();
		network.happen(ProofId::Leaf { root, subject }, 1, event(to));
	});
	let holder = |index| {
		let verdict = batched.verdict(&batched.bundle(index));
		verdict.facts().expect("is proven").holder.clone()
	};
	assert_eq!((holder(1), holder(2)), (next.clone(), ada().account()));
	let to = next.clone();
	let event = ProofEvent::Transferred {
		from: ada().account(),
		to,
	};
	let batched = batched_with(|network, root| network.happen(ProofId::Batch { root }, 1, event));
	let verdict = batched.verdict(&batched.bundle(2));
	let facts = verdict.facts().expect("is proven");
	assert_eq!((&facts.holder, &facts.owner), (&next, &ada().account()));
	assert_eq!(facts.history.len(), 1);
}

/// Whoever holds the batch may have renewed it for all leaves, or falsely: for this one, only its own renewals count.
#[test]
fn only_a_leaf_s_own_renewals_are_compared_with_its_evidence() {
	let other = ProofEvent::Renewed {
		evidence: Digest::Sha3_512([0; 64]),
	};
	let other_renewals = |of: fn(BatchRoot, Subject) -> ProofId| {
		let subject = document("leaf 1", &ada().account(), Schema::Document).subject();
		let batched = batched_with(|network, root| network.happen(of(root, subject), 1, other.clone()));
		let verdict = batched.verdict(&batched.bundle(1));
		let facts = verdict.facts().expect("is proven");
		assert_eq!(facts.history.len(), 1);
		facts.other_renewals
	};
	assert_eq!(other_renewals(|root, _| ProofId::Batch { root }), 0);
	assert_eq!(other_renewals(|root, subject| ProofId::Leaf { root, subject }), 1);
}

#[test]
fn what_became_of_a_leaf_cannot_be_hidden() {
	let subject = document("leaf 1", &ada().account(), Schema::Document).subject();
	let reason = chirograph_primitives::RevocationReason::NoLongerValid;
	let revoked = batched_with(|network, root| {
		network.happen(ProofId::Leaf { root, subject }, 1, ProofEvent::Revoked { reason });
	});
	let bundle = revoked.bundle(1);
	assert!(matches!(
		revoked.verdict(&bundle).answer,
		crate::verdict::Answer::Revoked { reason: found, .. } if found == reason
	));
	// Without the nodes that show it, nothing is shown at all.
	let root = BatchRoot(revoked.tree.root());
	let block = &revoked.network.blocks[SHOWN as usize];
	let keys = [
		keys::now(),
		keys::policy(),
		keys::batch(&root),
		keys::label(&ada().account()),
		keys::label_history(1, 0),
	];
	let mut hidden = bundle.clone();
	hidden.state = block.trie.proof(&keys);
	let refused = fault(revoked.verdict(&hidden));
	assert!(
		matches!(
			refused,
			Fault::State {
				why: StateFault::Missing { .. },
				..
			}
		),
		"{refused:?}"
	);
	let life: Option<Life> = revoked.network.read(&keys::leaf(&root, &subject));
	assert_eq!(life.map(|life| life.changes), Some(1));
	assert_ne!(Hash(root.0), Hash(subject.0));
}
