// SPDX-License-Identifier: Apache-2.0

//! The evidence bundle, `*.chirograph`: all that [`verify`](crate::verify()) needs, in one file.
//!
//! JSON in the canonical form of RFC 8785, at most [`MAX_BUNDLE_BYTES`], with exactly these members; what does not apply is left
//! out, never `null`. Formatted here for reading:
//!
//! ```json
//! {
//!   "block": "0x…",
//!   "disclosures": [{ "name": "name", "salt": "0x…", "value": "Ada" }],
//!   "evidence": { … },
//!   "finality": {
//!     "anchor": { "header": "0x…", "state": ["0x…"] },
//!     "changes": [{ "header": "0x…", "justification": "0x…" }],
//!     "justification": "0x…"
//!   },
//!   "format": "chirograph/bundle/v1",
//!   "leaf": { "index": 3, "path": ["0x…"], "root": "0x…" },
//!   "network": "0x…",
//!   "state": ["0x…"],
//!   "subject": "0x…"
//! }
//! ```
//!
//! | member | is |
//! |---|---|
//! | `network` | the genesis hash |
//! | `subject` | what is asked about: the evidence's, or the one that is absent |
//! | `evidence` | the [evidence document](crate::evidence); not there where absence is shown |
//! | `disclosures` | fields of the evidence that are shown, in the order of their names; at least one, or not there |
//! | `leaf` | where in a [tree](crate::merkle) the evidence is, if it was registered in a batch |
//! | `block` | SCALE of the header of the block whose state is shown |
//! | `state` | nodes of that state's trie ([`state`](crate::state)): in the order of their bytes, none twice, none unneeded |
//! | `finality.anchor` | a block that the verifier trusts by its hash, the first one or a checkpoint, and nodes that show its authorities |
//! | `finality.changes` | blocks that hand over to other authorities, from the anchor on, none left out, each with its justification |
//! | `finality.justification` | for `block`, by the authorities of then ([`finality`](crate::finality)); not there if `block` is the anchor |
//!
//! # What the state shows
//!
//! [`Reads`] tells whoever makes a bundle, and [`verify`](crate::verify()) asks the same questions. A block that was finalised
//! with others has no justification of its own: the next one that has shows the same and more.

use crate::{
	document::{self, Bytes, Fault, Hash},
	evidence::{Disclosure, Evidence},
	merkle::TreeHash,
	state::keys::{self, Key},
};
use chirograph_primitives::{
	payload::GenesisHash, AccountId, Batch, BatchRoot, Inclusion, Label, LabelChange, Life, ProofId, Record, RetiredKey, Subject,
};
use codec::Decode;
use serde::{de::Error, Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::io;

/// The format tag.
pub const FORMAT: &str = "chirograph/bundle/v1";

/// A tree has at most this many leaves, as far as bundles go: the largest whole number that every JSON implementation keeps
/// exactly.
const MAX_INDEX: u64 = (1 << 53) - 1;

/// A bundle has at most this many bytes. That is looked at before anything else.
pub const MAX_BUNDLE_BYTES: usize = 16 * 1024 * 1024;

/// Where in a tree a registration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
	/// Counted from 0.
	pub index: u64,
	/// From the leaf's neighbour upwards.
	pub path: Vec<TreeHash>,
	/// Under which the ledger has the batch.
	pub root: BatchRoot,
}

/// A block that a verifier trusts by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
	/// SCALE.
	pub header: Bytes,
	/// Nodes that show who finalises what is built on it.
	pub state: Vec<Bytes>,
}

/// A block that hands over to other authorities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
	/// SCALE.
	pub header: Bytes,
	/// By the authorities before, in [normal form](crate::finality#normal-form).
	pub justification: Bytes,
}

/// What shows that a block is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finality {
	/// What the verifier trusts.
	pub anchor: Anchor,
	/// Every change of the authorities from there on.
	pub changes: Vec<Change>,
	/// For the block, in [normal form](crate::finality#normal-form); none if the block is the anchor.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub justification: Option<Bytes>,
}

/// An evidence bundle. See the [module](self)'s description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
	/// The network that it is of.
	pub network: GenesisHash,
	/// What is asked about.
	pub subject: Subject,
	/// What is proven to have been registered; none where absence is shown.
	pub evidence: Option<Evidence>,
	/// Fields of it that are shown, in the order of their names.
	pub disclosures: Vec<Disclosure>,
	/// Where in a batch it is.
	pub leaf: Option<Leaf>,
	/// SCALE of the header of the block whose state is shown.
	pub block: Bytes,
	/// Nodes of that state.
	pub state: Vec<Bytes>,
	/// What shows that the block is final.
	pub finality: Finality,
}

/// A leaf as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLeaf {
	#[serde(deserialize_with = "index")]
	index: u64,
	path: Vec<Hash>,
	root: BatchRoot,
}

fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
	let index = u64::deserialize(deserializer)?;
	(index <= MAX_INDEX)
		.then_some(index)
		.ok_or_else(|| D::Error::custom("an index is below 2^53"))
}

/// A disclosure as it is written.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct WrittenDisclosure(Disclosure);

#[derive(Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/bundle/v1")]
	V1,
}

/// A bundle as it is written. Members are in the order of their names here and in all that is in it, so that it is canonical as
/// it is: see the test.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
	block: Bytes,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	disclosures: Option<Vec<WrittenDisclosure>>,
	// Read by itself: its bytes are what the ledger has the hash of, and its faults are its own.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	evidence: Option<Box<RawValue>>,
	finality: Finality,
	format: Format,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	leaf: Option<WrittenLeaf>,
	network: Hash,
	state: Vec<Bytes>,
	subject: Subject,
}

/// Why bytes are not a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "part", content = "why", rename_all = "kebab-case")]
pub enum FormatFault {
	/// The bundle itself.
	#[error("this is no bundle that could be judged: {0}")]
	Bundle(Fault),
	/// The evidence in it.
	#[error("the evidence in the bundle is not acceptable: {0}")]
	Evidence(Fault),
}

impl Bundle {
	/// Reads a bundle. Only the canonical bytes are accepted, so that nothing in it can be changed without changing what it says.
	/// What it says is data yet: [`verify`](crate::verify()) judges it.
	pub fn parse(bytes: &[u8]) -> Result<Self, FormatFault> {
		Self::read(bytes).map(|(bundle, _)| bundle)
	}

	/// Reads a bundle, and the bytes of the evidence in it, which are canonical.
	pub(crate) fn read(bytes: &[u8]) -> Result<(Self, Option<Box<RawValue>>), FormatFault> {
		if bytes.len() > MAX_BUNDLE_BYTES {
			return Err(FormatFault::Bundle(Fault::TooLarge { limit: MAX_BUNDLE_BYTES }));
		}
		// The tag alone only if the whole cannot be read: a bundle that can be has the right one.
		let written: Written = document::decode(bytes, MAX_BUNDLE_BYTES)
			.map_err(|fault| {
				document::read::<serde::de::IgnoredAny>(bytes, MAX_BUNDLE_BYTES, FORMAT)
					.err()
					.unwrap_or(fault)
			})
			.map_err(FormatFault::Bundle)?;
		if !written.is(bytes) {
			return Err(FormatFault::Bundle(Fault::NotCanonical));
		}
		if written.disclosures.as_ref().is_some_and(Vec::is_empty) {
			return Err(FormatFault::Bundle(Fault::Malformed(
				"disclosures that are not there are left out".into(),
			)));
		}
		let evidence = written.evidence.as_ref().map(|raw| Evidence::parse(raw.get().as_bytes()));
		let disclosures = written.disclosures.unwrap_or_default();
		let bundle = Self {
			network: written.network.0,
			subject: written.subject,
			evidence: evidence.transpose().map_err(FormatFault::Evidence)?,
			disclosures: disclosures.into_iter().map(|written| written.0).collect(),
			leaf: written.leaf.map(|leaf| Leaf {
				index: leaf.index,
				path: leaf.path.into_iter().map(|hash| hash.0).collect(),
				root: leaf.root,
			}),
			block: written.block,
			state: written.state,
			finality: written.finality,
		};
		Ok((bundle, written.evidence))
	}

	/// The one form in which it is kept and given away (RFC 8785).
	pub fn canonical(&self) -> Vec<u8> {
		let evidence = self.evidence.as_ref().map(|evidence| {
			let text = String::from_utf8(evidence.canonical()).expect("JSON is UTF-8; qed");
			RawValue::from_string(text).expect("the canonical form is JSON; qed")
		});
		let disclosures: Vec<_> = self.disclosures.iter().cloned().map(WrittenDisclosure).collect();
		let written = Written {
			block: self.block.clone(),
			disclosures: (!disclosures.is_empty()).then_some(disclosures),
			evidence,
			finality: self.finality.clone(),
			format: Format::V1,
			leaf: self.leaf.as_ref().map(|leaf| WrittenLeaf {
				index: leaf.index,
				path: leaf.path.iter().copied().map(Hash).collect(),
				root: leaf.root,
			}),
			network: Hash(self.network),
			state: self.state.clone(),
			subject: self.subject,
		};
		written.bytes()
	}

	/// What it is about.
	pub fn asked(&self) -> Asked {
		match (&self.evidence, &self.leaf) {
			(_, Some(leaf)) => Asked::Leaf {
				root: leaf.root,
				subject: self.subject,
			},
			(Some(_), None) => Asked::Record { subject: self.subject },
			(None, None) => Asked::Absence { subject: self.subject },
		}
	}
}

impl Written {
	fn bytes(&self) -> Vec<u8> {
		serde_json::to_vec(self).expect("all keys are text; qed")
	}

	/// Whether these are its bytes. Ends where they differ.
	fn is(&self, bytes: &[u8]) -> bool {
		/// What is still to come.
		struct Rest<'a>(&'a [u8]);

		impl io::Write for Rest<'_> {
			fn write(&mut self, written: &[u8]) -> io::Result<usize> {
				self.0 = self.0.strip_prefix(written).ok_or(io::ErrorKind::InvalidData)?;
				Ok(written.len())
			}

			fn flush(&mut self) -> io::Result<()> {
				Ok(())
			}
		}

		let mut rest = Rest(bytes);
		serde_json::to_writer(&mut rest, self).is_ok() && rest.0.is_empty()
	}
}

/// What a bundle answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
	/// What became of what is registered by itself.
	Record {
		/// Under which it is.
		subject: Subject,
	},
	/// What became of a leaf of a batch.
	Leaf {
		/// Of which batch.
		root: BatchRoot,
		/// Which leaf.
		subject: Subject,
	},
	/// That nothing is registered by itself.
	Absence {
		/// Under which it would be.
		subject: Subject,
	},
}

/// Which entries of a block's state a bundle has to show: what to ask a node for.
///
/// ```text
/// known = nothing
/// loop: match Reads::of(asked, known)
///     Ask(keys)  => known += what the state has under these keys
///     Show(keys) => the nodes that prove these keys, and no others, are the bundle's `state`
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reads {
	/// What is under these keys must be known first.
	Ask(Vec<Key>),
	/// These are all, in no order that matters.
	Show(Vec<Key>),
}

/// What is known of a state: nothing, that nothing is under a key, or what is.
type Known<'a> = &'a dyn Fn(&[u8]) -> Option<Option<Vec<u8>>>;

impl Reads {
	/// The entries of the state of a block whose last authorities are to be known: what an [`Anchor`] shows.
	pub fn of_anchor() -> Vec<Key> {
		vec![keys::authorities(), keys::current_set_id()]
	}

	/// What to ask for next, or to show. `known`: what is known to be under a key, if it was asked for already.
	pub fn of(asked: &Asked, known: Known<'_>) -> Self {
		let mut reader = Reader {
			known,
			ask: Vec::new(),
			show: Vec::new(),
		};
		reader.read(asked);
		match reader.ask.is_empty() {
			true => Self::Show(reader.show),
			false => Self::Ask(reader.ask),
		}
	}
}

struct Reader<'a> {
	known: Known<'a>,
	ask: Vec<Key>,
	show: Vec<Key>,
}

impl Reader<'_> {
	/// What is there, if it is known and can be read. What cannot is as good as not there: the verifier will say so.
	fn look<T: Decode>(&mut self, key: Key) -> Option<T> {
		match (self.known)(&key) {
			Some(value) => value.and_then(|value| T::decode(&mut &value[..]).ok()),
			None => {
				self.ask.push(key);
				None
			},
		}
	}

	fn show<T: Decode>(&mut self, key: Key) -> Option<T> {
		self.show.push(key.clone());
		self.look(key)
	}

	fn read(&mut self, asked: &Asked) {
		self.show::<()>(keys::now());
		match asked {
			Asked::Absence { subject } => {
				self.show::<()>(keys::record(subject));
			},
			Asked::Record { subject } => {
				self.show::<()>(keys::policy());
				let Some(record) = self.show::<Record>(keys::record(subject)) else {
					return;
				};
				self.read_history(ProofId::Record { subject: *subject }, &record.life);
				self.read_owner(&record.owner, &record.registered);
			},
			Asked::Leaf { root, subject } => {
				self.show::<()>(keys::policy());
				let leaf = self.show::<Life>(keys::leaf(root, subject)).unwrap_or_default();
				let Some(batch) = self.show::<Batch>(keys::batch(root)) else {
					return;
				};
				let id = ProofId::Leaf {
					root: *root,
					subject: *subject,
				};
				self.read_history(id, &leaf);
				self.read_history(ProofId::Batch { root: *root }, &batch.life);
				self.read_owner(&batch.owner, &batch.registered);
			},
		}
	}

	fn read_history(&mut self, proof: ProofId, life: &Life) {
		self.show
			.extend((0..life.changes).map(|index| keys::proof_history(&proof, index)));
	}

	/// What the owner was, where something was registered.
	fn read_owner(&mut self, owner: &AccountId, at: &Inclusion) {
		let label = match self.show::<Label>(keys::label(owner)) {
			Some(label) => label,
			// Until it is known that there is none, there is no telling what to ask for next.
			None if (self.known)(&keys::label(owner)).is_none() => return,
			None => {
				let Some(retired) = self.show::<RetiredKey>(keys::retired_key(owner)) else {
					return;
				};
				let Some(holder) = self.show::<AccountId>(keys::holder(retired.label)) else {
					return;
				};
				let Some(label) = self.show::<Label>(keys::label(&holder)) else {
					return;
				};
				label
			},
		};
		// Entries are in the order of time: halve what is left.
		let (mut low, mut high) = (0, label.changes);
		while low < high {
			let middle = low + (high - low) / 2;
			let Some(entry) = self.look::<LabelChange>(keys::label_history(label.id, middle)) else {
				return;
			};
			match entry.at.position() < at.position() {
				true => low = middle + 1,
				false => high = middle,
			}
		}
		// The last one from before the registration, those of its very extrinsic, and the first one behind it.
		for index in low.saturating_sub(1)..label.changes {
			let Some(entry) = self.show::<LabelChange>(keys::label_history(label.id, index)) else {
				return;
			};
			if entry.at.position() > at.position() {
				break;
			}
		}
	}
}
