// SPDX-License-Identifier: Apache-2.0

//! A network in memory: for tests, benchmarks and fuzzing, of this crate and of others. Its keys are public.
//!
//! 1. [`Network::new`] makes the first block, with authorities that finalise what comes.
//! 2. Entries are put into the state that the next block will have: by [`label`](Network::label),
//!    [`register`](Network::register), [`register_batch`](Network::register_batch) and the like, or by [`put`](Network::put)
//!    whatever no runtime would.
//! 3. [`seal`](Network::seal) makes the block, [`rotate`](Network::rotate) one that hands over to other authorities.
//! 4. [`bundle`](Network::bundle) makes a sound bundle. Whoever wants another one changes it.
//!
//! Nothing in it is random: the same steps make the same bytes.
//!
//! [`samples`] are sound bundles of every kind. [`flip`] changes every bit of one in turn, [`mutate`] something at random, and
//! [`soak`] does so many times. [`vectors`] are for other verifiers.

mod mutations;
mod samples;
mod vectors;

pub use mutations::{asks_about_another, flip, mutate, name_of, soak, Flipped, Numbers, Soaked, Truths};
pub use samples::{is_accepted, samples, Sample};
pub use vectors::{vectors, written_vectors, Vector};

use crate::{
	bundle::{Anchor, Asked, Bundle, Change, Finality, Leaf, Reads},
	document::{sha256, Bytes},
	evidence::{Disclosure, Evidence, Features, Mode, OriginalDigests, Owner, Parts},
	finality::{Justification, Precommit},
	header::{ConsensusLog, DigestItem, Header, ScheduledChange, GRANDPA},
	merkle::{leaf_hash, Tree},
	state::{
		keys::{self, Key},
		State,
	},
	Question, Trust,
};
use chirograph_primitives::{
	AccountId, Batch, BatchRoot, BlockNumber, CertificateHash, Country, DossierHash, Holder, Inclusion, Jurisdiction, Label,
	LabelChange, LabelEvent, LabelId, Life, Moment, Operations, OrganisationId, ProofChange, ProofEvent, ProofId, Record,
	RetiredKey, RetirementReason, Role, Roles, Schema, SignatureScheme, Standing, Status, Subject,
};
use chrono::DateTime;
use codec::{Decode, Encode};
use sha3::Digest as _;
use sp_core::{ecdsa, ed25519, sr25519, Blake2Hasher, Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_trie::{trie_types::TrieDBMutBuilderV1, MemoryDB, TrieMut};
use std::{collections::BTreeMap, rc::Rc};

/// When the first block was made: 2026-01-01, in milliseconds.
pub const GENESIS_TIME: Moment = 1_767_225_600_000;
/// Between two blocks, in milliseconds.
pub const SLOT: Moment = 2_000;
/// When labels end, if nothing else is said.
pub const EXPIRES: Moment = GENESIS_TIME + 365 * 24 * 60 * 60 * 1000;

/// A state's trie.
pub struct Trie {
	root: [u8; 32],
	nodes: Vec<Bytes>,
}

impl Trie {
	/// Of these entries.
	pub fn new(entries: impl IntoIterator<Item = (Key, Vec<u8>)>) -> Self {
		let mut db = MemoryDB::<Blake2Hasher>::new(&[0]);
		let mut root = H256::zero();
		let mut trie = TrieDBMutBuilderV1::<Blake2Hasher>::new(&mut db, &mut root).build();
		for (key, value) in entries {
			trie.insert(&key, &value).expect("memory has room; qed");
		}
		drop(trie);
		let mut nodes: Vec<_> = db
			.drain()
			.into_values()
			.filter(|(_, count)| *count > 0)
			.map(|(node, _)| Bytes(node))
			.collect();
		nodes.sort();
		Self { root: root.0, nodes }
	}

	/// What the header names.
	pub fn root(&self) -> [u8; 32] {
		self.root
	}

	/// The nodes that show what is under these keys, in order.
	pub fn proof(&self, keys: &[Key]) -> Vec<Bytes> {
		/// Nothing of it matters.
		struct Anything;

		impl Decode for Anything {
			fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
				while input.read_byte().is_ok() {}
				Ok(Self)
			}
		}

		let state = State::new(&self.root, &self.nodes).expect("is in order; qed");
		for key in keys {
			state
				.find::<Anything>(&("an entry", key.clone()))
				.expect("all nodes are there; qed");
		}
		state.needed()
	}
}

/// A key of an owner's.
#[derive(Clone)]
pub enum Signer {
	/// Of the default scheme.
	Ecdsa(Box<ecdsa::Pair>),
	/// Of Substrate's own scheme.
	Sr25519(Box<sr25519::Pair>),
	/// Of the scheme of the authorities, too.
	Ed25519(Box<ed25519::Pair>),
}

impl Signer {
	/// The key whose secret is derived from that name.
	pub fn new(scheme: SignatureScheme, name: &str) -> Self {
		let seed = sha256(name.as_bytes());
		match scheme {
			SignatureScheme::Ecdsa => Self::Ecdsa(Box::new(ecdsa::Pair::from_seed(&seed))),
			SignatureScheme::Sr25519 => Self::Sr25519(Box::new(sr25519::Pair::from_seed(&seed))),
			SignatureScheme::Ed25519 => Self::Ed25519(Box::new(ed25519::Pair::from_seed(&seed))),
		}
	}

	/// How it signs.
	pub fn scheme(&self) -> SignatureScheme {
		match self {
			Self::Ecdsa(_) => SignatureScheme::Ecdsa,
			Self::Sr25519(_) => SignatureScheme::Sr25519,
			Self::Ed25519(_) => SignatureScheme::Ed25519,
		}
	}

	/// Whom it signs for.
	pub fn account(&self) -> AccountId {
		match self {
			Self::Ecdsa(pair) => AccountId::new(blake2_256(&pair.public().0)),
			Self::Sr25519(pair) => AccountId::new(pair.public().0),
			Self::Ed25519(pair) => AccountId::new(pair.public().0),
		}
	}
}

/// A document with its evidence.
#[derive(Clone)]
pub struct Document {
	/// Of the file.
	pub original: OriginalDigests,
	/// What its owner states.
	pub evidence: Evidence,
	/// What opens its fields.
	pub disclosures: Vec<Disclosure>,
}

impl Document {
	/// A document of that content, whose evidence was made at the time of the first block.
	pub fn new(content: &str, owner: &AccountId, schema: Schema, mode: Mode, fields: &[(&str, &str)]) -> Self {
		let salt = |name: &str| sha256(format!("{content}/{name}").as_bytes());
		let disclosures: Vec<_> = fields
			.iter()
			.map(|(name, value)| Disclosure {
				name: (*name).to_owned(),
				value: (*value).to_owned(),
				salt: salt(name),
			})
			.collect();
		let sha3_512: [u8; 64] = sha3::Sha3_512::digest(content).into();
		let original = OriginalDigests {
			sha256: sha256(content.as_bytes()),
			sha3_512: Some(sha3_512),
			size: content.len() as u64,
		};
		let evidence = Evidence::from_parts(Parts {
			mode,
			schema,
			features: Features {
				sha256: original.sha256,
				sha3_512,
				further: Vec::new(),
			},
			size: original.size,
			media_type: "text/plain".into(),
			owner: Owner {
				account: owner.clone(),
				label: None,
			},
			created: DateTime::from_timestamp_millis(GENESIS_TIME as i64).expect("in range; qed"),
			fields: disclosures
				.iter()
				.map(|field| (field.name.clone(), field.commitment()))
				.collect(),
			salt: salt(""),
			time_token: None,
		});
		Self {
			original,
			evidence: evidence.expect("all is in bounds; qed"),
			disclosures,
		}
	}

	/// Where the ledger has it.
	pub fn subject(&self) -> Subject {
		self.evidence.subject()
	}

	/// What asks whether a bundle is about it.
	pub fn question(&self) -> Question {
		Question {
			original: Some(self.original.clone()),
			..Question::default()
		}
	}
}

/// A block, with what only its author and its finalisers know.
pub struct Sealed {
	/// Its header.
	pub header: Header,
	/// The state behind it.
	pub state: Rc<BTreeMap<Key, Vec<u8>>>,
	/// The trie over that.
	pub trie: Trie,
	/// The set of authorities that finalises it.
	pub set: u64,
	/// Whether it hands over to the next one.
	pub hands_over: bool,
}

/// A network in memory. See the [module](self)'s description.
pub struct Network {
	/// Blocks by their heights.
	pub blocks: Vec<Sealed>,
	/// Authorities by the number of their set.
	pub sets: Vec<Vec<ed25519::Pair>>,
	/// The state that the next block will have.
	pub state: BTreeMap<Key, Vec<u8>>,
	/// Which extrinsic of the next block comes next. Each thing that happens is in one of its own, unless somebody says otherwise
	/// here.
	pub extrinsic: u32,
	labels: LabelId,
}

impl Network {
	/// A network of its first block, which that many authorities build on.
	pub fn new(authorities: usize) -> Self {
		let mut network = Self {
			blocks: Vec::new(),
			sets: Vec::new(),
			state: BTreeMap::new(),
			extrinsic: 1,
			labels: 0,
		};
		// What is in a state besides, so that tries have branches.
		for i in 0..24u64 {
			network
				.state
				.insert([&[0x26], &sha256(&i.to_le_bytes())[..16]].concat(), vec![7; 40]);
		}
		network.new_set(authorities);
		network.put(keys::current_set_id(), &0u64);
		network.push(Vec::new(), 0, false);
		network
	}

	/// Sets the authorities of the next set, each with the weight 1.
	fn new_set(&mut self, authorities: usize) -> Vec<([u8; 32], u64)> {
		let set = self.sets.len();
		let pairs: Vec<_> = (0..authorities)
			.map(|i| ed25519::Pair::from_seed(&sha256(format!("authority {i} of set {set}").as_bytes())))
			.collect();
		let list: Vec<_> = pairs.iter().map(|pair| (pair.public().0, 1u64)).collect();
		self.sets.push(pairs);
		self.put(keys::authorities(), &list);
		list
	}

	fn push(&mut self, digest: Vec<DigestItem>, set: u64, hands_over: bool) -> BlockNumber {
		let state = Rc::new(self.state.clone());
		let trie = Trie::new(state.iter().map(|(key, value)| (key.clone(), value.clone())));
		let number = self.blocks.len() as u32;
		self.extrinsic = 1;
		let header = Header {
			parent: self.blocks.last().map_or([0; 32], |block| block.header.hash().0),
			number,
			state_root: trie.root(),
			extrinsics_root: sha256(&number.to_le_bytes()),
			digest,
		};
		self.blocks.push(Sealed {
			header,
			state,
			trie,
			set,
			hands_over,
		});
		number
	}

	/// The number of the set that finalises the next block.
	pub fn set(&self) -> u64 {
		self.sets.len() as u64 - 1
	}

	/// What a verifier has to trust.
	pub fn trust(&self) -> Trust {
		Trust::in_network(self.genesis())
	}

	/// The genesis hash.
	pub fn genesis(&self) -> [u8; 32] {
		self.blocks[0].header.hash().0
	}

	/// Where something is that the next block will have.
	pub fn here(&self) -> Inclusion {
		let block = self.blocks.len() as u32;
		Inclusion {
			block,
			extrinsic: self.extrinsic,
			time: GENESIS_TIME + u64::from(block) * SLOT,
		}
	}

	/// Puts something into the next block's state.
	pub fn put(&mut self, key: Key, value: &impl Encode) {
		self.state.insert(key, value.encode());
	}

	/// What the next block's state has there so far.
	pub fn read<T: Decode>(&self, key: &Key) -> Option<T> {
		self.state
			.get(key)
			.map(|value| T::decode(&mut &value[..]).expect("was put there; qed"))
	}

	/// Makes the next block.
	pub fn seal(&mut self) -> BlockNumber {
		self.seal_with(Vec::new())
	}

	/// Makes the next block, with something to say to the consensus.
	pub fn seal_with(&mut self, mut digest: Vec<DigestItem>) -> BlockNumber {
		self.put(keys::now(), &self.here().time);
		digest.insert(0, DigestItem::PreRuntime(*b"BABE", vec![1, 2, 3]));
		digest.push(DigestItem::Seal(*b"BABE", vec![9; 64]));
		let set = self.set();
		self.push(digest, set, false)
	}

	/// Makes a block that hands over to that many other authorities.
	pub fn rotate(&mut self, authorities: usize) -> BlockNumber {
		let set = self.set();
		let next = self.new_set(authorities);
		self.put(keys::current_set_id(), &(set + 1));
		let log = ConsensusLog::Scheduled(ScheduledChange { next, delay: 0 });
		let number = self.seal_with(vec![DigestItem::Consensus(GRANDPA, log.encode())]);
		let block = self.blocks.last_mut().expect("was just made; qed");
		(block.set, block.hands_over) = (set, true);
		number
	}

	/// Makes blocks until there is one of that height.
	pub fn seal_until(&mut self, number: BlockNumber) {
		while (self.blocks.len() as u32) <= number {
			self.seal();
		}
	}

	/// Gives an account a label, from the next block on.
	pub fn label(&mut self, account: &AccountId, roles: &[Role]) -> LabelId {
		self.labels += 1;
		let (id, here) = (self.labels, self.here());
		let roles: Roles = roles.iter().copied().collect();
		let label = Label {
			id,
			organisation: OrganisationId([id as u8; 32]),
			jurisdiction: Jurisdiction {
				country: Country(*b"DE"),
				region: *b"BY\0",
			},
			roles,
			expires: EXPIRES,
			standing: Standing::Active,
			dossier: DossierHash([id as u8; 32]),
			certificate: Some(CertificateHash([id as u8; 32])),
			auditor: None,
			held_since: here,
			distrusted_since: None,
			guarded: Operations::default(),
			changes: 0,
		};
		self.put(keys::label(account), &label);
		self.put(keys::holder(id), account);
		self.note_change(id, LabelEvent::Granted, |_| ());
		self.extrinsic += 1;
		id
	}

	/// Changes a label and notes it in its history.
	pub fn change_label(&mut self, id: LabelId, event: LabelEvent, change: impl FnOnce(&mut Label)) {
		self.note_change(id, event, change);
		self.extrinsic += 1;
	}

	fn note_change(&mut self, id: LabelId, event: LabelEvent, change: impl FnOnce(&mut Label)) {
		let holder: AccountId = self.read(&keys::holder(id)).expect("every label has a holder; qed");
		let mut label: Label = self.read(&keys::label(&holder)).expect("holders have a label; qed");
		change(&mut label);
		let entry = LabelChange {
			at: self.here(),
			by: None,
			event,
			roles: label.roles,
			expires: label.expires,
			standing: label.standing,
		};
		self.put(keys::label_history(id, label.changes), &entry);
		label.changes += 1;
		self.put(keys::label(&holder), &label);
	}

	/// Moves a label to another account.
	pub fn rotate_label(&mut self, id: LabelId, to: &AccountId, reason: RetirementReason) {
		let holder: AccountId = self.read(&keys::holder(id)).expect("every label has a holder; qed");
		let label: Label = self.read(&keys::label(&holder)).expect("holders have a label; qed");
		let until = self.here();
		let retired = RetiredKey {
			label: id,
			from: label.held_since,
			until,
			reason,
		};
		self.put(keys::retired_key(&holder), &retired);
		self.state.remove(&keys::label(&holder));
		let label = Label {
			held_since: until,
			distrusted_since: None,
			..label
		};
		self.put(keys::label(to), &label);
		self.put(keys::holder(id), to);
		let event = LabelEvent::Rotated {
			from: holder,
			to: to.clone(),
		};
		self.note_change(id, event, |_| ());
		self.extrinsic += 1;
	}

	/// The label that an account holds.
	pub fn label_of(&self, account: &AccountId) -> LabelId {
		let label: Option<Label> = self.read(&keys::label(account));
		label.expect("the account was given a label; qed").id
	}

	/// Registers evidence in the name of its owner, and returns the record.
	pub fn register(&mut self, evidence: &Evidence, scheme: SignatureScheme) -> Record {
		let owner = &evidence.owner.account;
		let record = Record {
			owner: owner.clone(),
			label: self.label_of(owner),
			submitter: AccountId::new([0x5b; 32]),
			evidence_hash: evidence.hash(),
			schema: evidence.schema,
			scheme,
			registered: self.here(),
			life: Life::default(),
		};
		self.put(keys::record(&evidence.subject()), &record);
		self.extrinsic += 1;
		record
	}

	/// Registers a tree in the name of an owner, and returns the batch.
	pub fn register_batch(&mut self, owner: &AccountId, tree: &Tree, schema: Schema, scheme: SignatureScheme) -> Batch {
		let batch = Batch {
			owner: owner.clone(),
			label: self.label_of(owner),
			submitter: AccountId::new([0x5b; 32]),
			leaves: tree.leaves(),
			schema,
			scheme,
			registered: self.here(),
			life: Life::default(),
		};
		self.put(keys::batch(&BatchRoot(tree.root())), &batch);
		self.extrinsic += 1;
		batch
	}

	/// What became of a proof so far.
	fn life(&mut self, proof: &ProofId, change: impl FnOnce(&mut Life)) {
		match proof {
			ProofId::Record { subject } => {
				let mut record: Record = self.read(&keys::record(subject)).expect("was registered; qed");
				change(&mut record.life);
				self.put(keys::record(subject), &record);
			},
			ProofId::Batch { root } => {
				let mut batch: Batch = self.read(&keys::batch(root)).expect("was registered; qed");
				change(&mut batch.life);
				self.put(keys::batch(root), &batch);
			},
			ProofId::Leaf { root, subject } => {
				let mut life: Life = self.read(&keys::leaf(root, subject)).unwrap_or_default();
				change(&mut life);
				self.put(keys::leaf(root, subject), &life);
			},
		}
	}

	/// Lets something happen to a proof, as the ledger would note it: with the key that the label `by` has now.
	pub fn happen(&mut self, proof: ProofId, by: LabelId, event: ProofEvent) {
		let account: AccountId = self.read(&keys::holder(by)).expect("every label has a holder; qed");
		let (at, mut index) = (self.here(), 0);
		self.life(&proof, |life| {
			match &event {
				ProofEvent::Revoked { reason } => life.status = Status::Revoked { at, reason: *reason },
				ProofEvent::Superseded { successor } => life.status = Status::Superseded { at, by: *successor },
				ProofEvent::Transferred { to, .. } => {
					life.holder = Some(Holder {
						account: to.clone(),
						label: by,
						since: at,
					});
				},
				ProofEvent::Annotated { .. } | ProofEvent::Renewed { .. } => {},
			}
			index = life.changes;
			life.changes += 1;
		});
		let change = ProofChange { at, by, account, event };
		self.put(keys::proof_history(&proof, index), &change);
		self.extrinsic += 1;
	}

	/// Votes of the first so many authorities of a set for a block.
	pub fn votes(&self, set: u64, header: &Header, voters: usize) -> Justification {
		self.votes_for(set, header, &vec![header; voters], Vec::new())
	}

	/// Votes for a block: of each of the first authorities of a set for one of `targets`, with headers between these and the
	/// block. In normal form, if the headers are in order and needed.
	pub fn votes_for(&self, set: u64, header: &Header, targets: &[&Header], ancestries: Vec<Header>) -> Justification {
		let round = 7 + u64::from(header.number);
		let votes = self.sets[set as usize].iter().zip(targets).map(|(pair, target)| {
			let hash = target.hash().0;
			Precommit {
				target: hash,
				number: target.number,
				signature: pair.sign(&Precommit::message(&hash, target.number, round, set)).0,
				authority: pair.public().0,
			}
		});
		let mut precommits: Vec<_> = votes.collect();
		precommits.sort_by_key(|vote| vote.authority);
		Justification {
			round,
			target: header.hash().0,
			number: header.number,
			precommits,
			ancestries,
		}
	}

	/// The votes of all authorities for a block of the network.
	pub fn justify(&self, number: BlockNumber) -> Justification {
		let block = &self.blocks[number as usize];
		self.votes(block.set, &block.header, self.sets[block.set as usize].len())
	}

	/// What shows that a block is final, from another one on.
	pub fn finality(&self, anchor: BlockNumber, number: BlockNumber) -> Finality {
		let start = &self.blocks[anchor as usize];
		let changes = self.blocks.iter().filter(|block| {
			let height = block.header.number;
			block.hands_over && anchor < height && height < number
		});
		let changes = changes.map(|block| Change {
			header: Bytes(block.header.encode()),
			justification: Bytes(self.justify(block.header.number).encode()),
		});
		let same = anchor == number;
		Finality {
			anchor: Anchor {
				header: Bytes(start.header.encode()),
				state: if same {
					Vec::new()
				} else {
					start.trie.proof(&Reads::of_anchor())
				},
			},
			changes: changes.collect(),
			justification: (!same).then(|| Bytes(self.justify(number).encode())),
		}
	}

	/// The nodes of a block's state that a bundle has to show.
	pub fn nodes(&self, asked: &Asked, number: BlockNumber) -> Vec<Bytes> {
		let block = &self.blocks[number as usize];
		let mut asked_for = std::collections::BTreeSet::new();
		loop {
			let known = |key: &[u8]| asked_for.contains(key).then(|| block.state.get(key).cloned());
			match Reads::of(asked, &known) {
				Reads::Ask(keys) => asked_for.extend(keys),
				Reads::Show(keys) => return block.trie.proof(&keys),
			}
		}
	}

	/// A bundle about evidence, or about nothing under `subject`, by a block's state and from another block on.
	pub fn bundle(&self, content: Content<'_>, anchor: BlockNumber, number: BlockNumber) -> Bundle {
		let mut bundle = Bundle {
			network: self.genesis(),
			subject: content.subject(),
			evidence: content.document().map(|document| document.evidence.clone()),
			disclosures: Vec::new(),
			leaf: None,
			block: Bytes(self.blocks[number as usize].header.encode()),
			state: Vec::new(),
			finality: self.finality(anchor, number),
		};
		if let Content::Leaf { tree, index, .. } = content {
			bundle.leaf = Some(Leaf {
				index,
				path: tree.path(index).expect("there is such a leaf; qed"),
				root: BatchRoot(tree.root()),
			});
		}
		bundle.state = self.nodes(&bundle.asked(), number);
		bundle
	}
}

/// What a bundle is made about.
#[derive(Clone)]
pub enum Content<'a> {
	/// What is registered by itself.
	Record(&'a Document),
	/// A leaf.
	Leaf {
		/// The leaf.
		document: &'a Document,
		/// The batch.
		tree: &'a Tree,
		/// Which leaf it is.
		index: u64,
	},
	/// That nothing is there.
	Absence(Subject),
}

impl Content<'_> {
	fn document(&self) -> Option<&Document> {
		match self {
			Self::Record(document) | Self::Leaf { document, .. } => Some(document),
			Self::Absence(_) => None,
		}
	}

	fn subject(&self) -> Subject {
		match self {
			Self::Record(document) | Self::Leaf { document, .. } => document.subject(),
			Self::Absence(subject) => *subject,
		}
	}
}

/// The tree over documents.
pub fn tree(documents: &[Document]) -> Tree {
	let leaves = documents
		.iter()
		.map(|document| leaf_hash(&document.subject(), &document.evidence.hash()));
	Tree::new(leaves).expect("the documents differ; qed")
}
