// SPDX-License-Identifier: Apache-2.0

//! Storage proofs: what a block's state has under a key, or that it has nothing there, shown by nodes of its trie.
//!
//! The header names the root, each node is found by its BLAKE2b-256, so none can be exchanged. A proof is accepted only if its
//! nodes are in the order of their bytes, none is there twice, and none is left that no question needed: otherwise there would be
//! bytes in a bundle that anybody could change.
//!
//! [`keys`] are the keys that pallets keep things under.

use crate::document::{Bytes, Hash};
use codec::{Decode, DecodeAll};
use hash_db::{HashDBRef, Prefix};
use serde::Serialize;
use sp_core::{Blake2Hasher, H256};
use sp_crypto_hashing::blake2_256;
use sp_trie::{read_trie_value, DBValue, LayoutV1};
use std::{
	cell::RefCell,
	collections::{HashMap, HashSet},
};

/// Storage keys of the entries that a bundle shows. `B(x)` is the BLAKE2b with a 16-byte result of `x`, then `x`; `T(x)` the
/// 64-bit xxHash of `x`, then `x`. Each begins with the 128-bit xxHash of the pallet's name and that of the entry's.
pub mod keys {
	use chirograph_primitives::{AccountId, BatchRoot, LabelId, ProofId, Subject};
	use codec::Encode;
	use sp_crypto_hashing::{blake2_128, twox_128, twox_64};

	/// A storage key.
	pub type Key = Vec<u8>;

	fn entry(pallet: &str, name: &str) -> Key {
		[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
	}

	fn blake(mut key: Key, part: &impl Encode) -> Key {
		part.using_encoded(|part| {
			key.extend_from_slice(&blake2_128(part));
			key.extend_from_slice(part);
		});
		key
	}

	fn twox(mut key: Key, part: &impl Encode) -> Key {
		part.using_encoded(|part| {
			key.extend_from_slice(&twox_64(part));
			key.extend_from_slice(part);
		});
		key
	}

	/// `Proofs.Records[subject]`, `B`: a `Record`.
	pub fn record(subject: &Subject) -> Key {
		blake(entry("Proofs", "Records"), subject)
	}

	/// `Proofs.Batches[root]`, `B`: a `Batch`.
	pub fn batch(root: &BatchRoot) -> Key {
		blake(entry("Proofs", "Batches"), root)
	}

	/// `Proofs.Leaves[root, subject]`, `B` and `B`: a `Life`. Where there is nothing, nothing happened to the leaf.
	pub fn leaf(root: &BatchRoot, subject: &Subject) -> Key {
		blake(blake(entry("Proofs", "Leaves"), root), subject)
	}

	/// `Proofs.History[proof, index]`, `B` and `T`: a `ProofChange`.
	pub fn proof_history(proof: &ProofId, index: u32) -> Key {
		twox(blake(entry("Proofs", "History"), proof), &index)
	}

	/// `Proofs.Policy`: an `AlgorithmPolicy`. Where there is nothing, the council said nothing.
	pub fn policy() -> Key {
		entry("Proofs", "Policy")
	}

	/// `Timestamp.Now`: a `Moment`.
	pub fn now() -> Key {
		entry("Timestamp", "Now")
	}

	/// `Labels.Labels[account]`, `B`: a `Label`.
	pub fn label(account: &AccountId) -> Key {
		blake(entry("Labels", "Labels"), account)
	}

	/// `Labels.RetiredKeys[account]`, `B`: a `RetiredKey`.
	pub fn retired_key(account: &AccountId) -> Key {
		blake(entry("Labels", "RetiredKeys"), account)
	}

	/// `Labels.Holders[label]`, `T`: an account.
	pub fn holder(label: LabelId) -> Key {
		twox(entry("Labels", "Holders"), &label)
	}

	/// `Labels.History[label, index]`, `T` and `T`: a `LabelChange`.
	pub fn label_history(label: LabelId, index: u32) -> Key {
		twox(twox(entry("Labels", "History"), &label), &index)
	}

	/// `Grandpa.Authorities`: pairs of public key and weight.
	pub fn authorities() -> Key {
		entry("Grandpa", "Authorities")
	}

	/// `Grandpa.CurrentSetId`: 64 bits.
	pub fn current_set_id() -> Key {
		entry("Grandpa", "CurrentSetId")
	}
}

/// Why a state does not show what a bundle says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum StateFault {
	/// Not in the order of their bytes.
	#[error("the nodes of the state's trie are not in the order of their bytes")]
	Unordered,
	/// One node is there twice.
	#[error("a node of the state's trie is there twice")]
	Twice,
	/// What is under a key cannot be told without it.
	#[error("a node of the state's trie is missing, changed or of another block, so that nobody can tell what is under {what} ({key:?})")]
	Missing {
		/// What was asked for.
		what: &'static str,
		/// Under which key.
		key: Bytes,
	},
	/// Nothing depends on it, so it could be changed.
	#[error("a node of the state's trie is shown that nothing depends on, with the hash {node}")]
	Unneeded {
		/// Its hash.
		node: Hash,
	},
	/// Nothing is there, where something has to be.
	#[error(
		"the state has nothing under {what} ({key:?}), where it must have something; the block is of another kind of network"
	)]
	Absent {
		/// What was asked for.
		what: &'static str,
		/// Under which key.
		key: Bytes,
	},
	/// Something is there, and this program does not understand it.
	#[error("what the state has under {what} ({key:?}) cannot be read; if the network is newer than this program, update this program")]
	Unreadable {
		/// What was asked for.
		what: &'static str,
		/// Under which key.
		key: Bytes,
	},
}

/// What a question is about: its name in sentences, and its key.
pub type Place = (&'static str, keys::Key);

/// Nodes by their hashes.
struct Nodes<'a>(HashMap<[u8; 32], &'a [u8]>);

/// Nodes, and which of them were asked for.
struct Recording<'a> {
	nodes: &'a Nodes<'a>,
	touched: RefCell<Vec<[u8; 32]>>,
}

impl HashDBRef<Blake2Hasher, DBValue> for Recording<'_> {
	fn get(&self, key: &H256, _: Prefix) -> Option<DBValue> {
		let node = self.nodes.0.get(&key.0)?;
		self.touched.borrow_mut().push(key.0);
		Some(node.to_vec())
	}

	fn contains(&self, key: &H256, _: Prefix) -> bool {
		self.nodes.0.contains_key(&key.0)
	}
}

/// What nodes tell about a key.
struct Found {
	/// What is there, if anything is.
	value: Option<Vec<u8>>,
	/// The nodes that tell it.
	nodes: Vec<[u8; 32]>,
}

/// A part of a state, of which every node is needed.
pub struct State<'a> {
	root: H256,
	nodes: Nodes<'a>,
	used: RefCell<HashSet<[u8; 32]>>,
}

impl<'a> State<'a> {
	/// Nodes of the trie with that root, in the order of their bytes. They are data yet: each question finds out whether they
	/// answer it, and [`Self::finish`] whether one is left over.
	pub fn new(root: &[u8; 32], nodes: &'a [Bytes]) -> Result<Self, StateFault> {
		for pair in nodes.windows(2) {
			if pair[0] == pair[1] {
				return Err(StateFault::Twice);
			}
			if pair[0] > pair[1] {
				return Err(StateFault::Unordered);
			}
		}
		let nodes = nodes.iter().map(|node| (blake2_256(&node.0), &node.0[..]));
		Ok(Self {
			root: H256(*root),
			nodes: Nodes(nodes.collect()),
			used: RefCell::default(),
		})
	}

	/// What is under a key, if the nodes tell.
	fn look(&self, key: &[u8]) -> Option<Found> {
		let recording = Recording {
			nodes: &self.nodes,
			touched: RefCell::default(),
		};
		let value = read_trie_value::<LayoutV1<Blake2Hasher>, _>(&recording, &self.root, key, None, None).ok()?;
		let nodes = recording.touched.into_inner();
		Some(Found { value, nodes })
	}

	fn decode<T: Decode>(place: &Place, value: Option<Vec<u8>>) -> Result<Option<T>, StateFault> {
		let read = |value: Vec<u8>| {
			T::decode_all(&mut &value[..]).map_err(|_| StateFault::Unreadable {
				what: place.0,
				key: Bytes(place.1.clone()),
			})
		};
		value.map(read).transpose()
	}

	/// What is there, or that nothing is.
	pub fn find<T: Decode>(&self, place: &Place) -> Result<Option<T>, StateFault> {
		let Found { value, nodes } = self.look(&place.1).ok_or_else(|| StateFault::Missing {
			what: place.0,
			key: Bytes(place.1.clone()),
		})?;
		self.used.borrow_mut().extend(nodes);
		Self::decode(place, value)
	}

	/// What is there, where something has to be.
	pub fn get<T: Decode>(&self, place: &Place) -> Result<T, StateFault> {
		self.find(place)?.ok_or_else(|| StateFault::Absent {
			what: place.0,
			key: Bytes(place.1.clone()),
		})
	}

	/// What is there, if the nodes tell. Needs none of them: whoever relies on the answer asks again with [`Self::find`].
	pub fn peek<T: Decode>(&self, place: &Place) -> Option<T> {
		let found = self.look(&place.1)?;
		Self::decode(place, found.value).ok().flatten()
	}

	/// How many nodes there are.
	pub fn len(&self) -> usize {
		self.nodes.0.len()
	}

	/// Whether there is no node.
	pub fn is_empty(&self) -> bool {
		self.nodes.0.is_empty()
	}

	/// The nodes that a question needed, in the order of their bytes: for whoever makes a bundle and has too many.
	pub fn needed(&self) -> Vec<Bytes> {
		let used = self.used.borrow();
		let needed = self.nodes.0.iter().filter(|(hash, _)| used.contains(*hash));
		let mut needed: Vec<_> = needed.map(|(_, node)| Bytes(node.to_vec())).collect();
		needed.sort();
		needed
	}

	/// Whether each node was needed.
	pub fn finish(&self) -> Result<(), StateFault> {
		let used = self.used.borrow();
		// The least, so that the same bundle always has the same fault.
		let unneeded = self.nodes.0.keys().filter(|hash| !used.contains(*hash)).min();
		match unneeded {
			Some(hash) => Err(StateFault::Unneeded { node: Hash(*hash) }),
			None => Ok(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::Trie;
	use chirograph_primitives::{AccountId, BatchRoot, ProofId, Subject};

	/// The digits are a promise to everybody who reads the state without metadata.
	#[test]
	fn keys_are_the_documented_ones() {
		let (one, two) = ([1; 32], [2; 32]);
		let subject = Subject(one);
		let leaf = ProofId::Leaf {
			root: BatchRoot(two),
			subject,
		};
		// BLAKE2b with 16 bytes of 32 times 01 and 02; xxHash64 of 7 and 9 as 32 bits, little endian.
		let (blake_one, blake_two) = (
			hex::encode(sp_crypto_hashing::blake2_128(&one)),
			hex::encode(sp_crypto_hashing::blake2_128(&two)),
		);
		let twox = |number: u32| {
			let bytes = number.to_le_bytes();
			format!("{}{}", hex::encode(sp_crypto_hashing::twox_64(&bytes)), hex::encode(bytes))
		};
		let (one, two) = ("01".repeat(32), "02".repeat(32));
		let account = AccountId::new([1; 32]);
		let encoded = format!("02{two}{one}");
		let blake_leaf = hex::encode(sp_crypto_hashing::blake2_128(&hex::decode(&encoded).expect("is hexadecimal")));
		let proofs = "91de4e018111ab7179083f8ba1d213b6";
		for (key, prefix, rest) in [
			(
				keys::record(&subject),
				format!("{proofs}bb8fcc88c3da5bf159c1e1a5f46fe432"),
				format!("{blake_one}{one}"),
			),
			(
				keys::batch(&BatchRoot([2; 32])),
				format!("{proofs}{}", name("Batches")),
				format!("{blake_two}{two}"),
			),
			(
				keys::leaf(&BatchRoot([2; 32]), &subject),
				format!("{proofs}{}", name("Leaves")),
				format!("{blake_two}{two}{blake_one}{one}"),
			),
			(
				keys::proof_history(&leaf, 7),
				format!("{proofs}{}", name("History")),
				format!("{blake_leaf}{encoded}{}", twox(7)),
			),
			(keys::policy(), format!("{proofs}{}", name("Policy")), String::new()),
			(
				keys::now(),
				"f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb".into(),
				String::new(),
			),
			(
				keys::label(&account),
				format!("{}{}", name("Labels"), name("Labels")),
				format!("{blake_one}{one}"),
			),
			(
				keys::retired_key(&account),
				format!("{}{}", name("Labels"), name("RetiredKeys")),
				format!("{blake_one}{one}"),
			),
			(keys::holder(9), format!("{}{}", name("Labels"), name("Holders")), twox(9)),
			(
				keys::label_history(9, 7),
				format!("{}{}", name("Labels"), name("History")),
				format!("{}{}", twox(9), twox(7)),
			),
			(
				keys::authorities(),
				"5f9cc45b7a00c5899361e1c6099678dc5e0621c4869aa60c02be9adcc98a0d1d".into(),
				String::new(),
			),
			(
				keys::current_set_id(),
				"5f9cc45b7a00c5899361e1c6099678dc8a2d09463effcc78a22d75b9cb87dffc".into(),
				String::new(),
			),
		] {
			assert_eq!(hex::encode(key), format!("{prefix}{rest}"));
		}
	}

	fn name(text: &str) -> String {
		hex::encode(sp_crypto_hashing::twox_128(text.as_bytes()))
	}

	/// Short values and ones that are nodes of their own.
	fn trie() -> Trie {
		let entries = (0..60u8).map(|i| (sp_crypto_hashing::blake2_128(&[i]).to_vec(), vec![i; 1 + usize::from(i)]));
		Trie::new(entries)
	}

	fn place(i: u8) -> Place {
		("an entry", sp_crypto_hashing::blake2_128(&[i]).to_vec())
	}

	/// Raw bytes of a value, however long.
	struct Rest(Vec<u8>);

	impl Decode for Rest {
		fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
			let mut bytes = vec![0; input.remaining_len()?.unwrap_or_default()];
			input.read(&mut bytes)?;
			Ok(Self(bytes))
		}
	}

	#[test]
	fn what_is_there_is_shown_and_what_is_not_is_shown_to_be_absent() {
		let trie = trie();
		for i in 0..80 {
			let nodes = trie.proof(&[place(i).1]);
			let state = State::new(&trie.root(), &nodes).expect("is in order");
			let found = state.find::<Rest>(&place(i)).expect("is shown").map(|rest| rest.0);
			assert_eq!(found, (i < 60).then(|| vec![i; 1 + usize::from(i)]), "{i}");
			assert_eq!(state.finish(), Ok(()));
			assert_eq!(state.needed(), nodes);
		}
	}

	#[test]
	fn a_proof_with_a_node_too_few_or_too_many_is_refused() {
		let trie = trie();
		let nodes = trie.proof(&[place(40).1, place(70).1]);
		assert!(nodes.len() > 3);
		let ask = |nodes: &[Bytes], root: &[u8; 32]| {
			let state = State::new(root, nodes)?;
			state.find::<Rest>(&place(40))?;
			state.find::<Rest>(&place(70))?;
			state.finish()
		};
		assert_eq!(ask(&nodes, &trie.root()), Ok(()), "the control");
		for left_out in 0..nodes.len() {
			let mut fewer = nodes.clone();
			fewer.remove(left_out);
			let refused = ask(&fewer, &trie.root());
			assert!(matches!(refused, Err(StateFault::Missing { .. })), "{refused:?}");
		}
		let mut more = trie.proof(&[place(40).1, place(41).1, place(70).1]);
		assert!(more.len() > nodes.len());
		let refused = ask(&more, &trie.root());
		assert!(matches!(refused, Err(StateFault::Unneeded { .. })), "{refused:?}");
		more.reverse();
		assert_eq!(ask(&more, &trie.root()), Err(StateFault::Unordered));
		let mut twice = nodes.clone();
		twice.insert(0, nodes[0].clone());
		assert_eq!(ask(&twice, &trie.root()), Err(StateFault::Twice));
		let refused = ask(&nodes, &[7; 32]);
		assert!(matches!(refused, Err(StateFault::Missing { .. })), "{refused:?}");
	}

	#[test]
	fn every_changed_bit_of_a_proof_is_noticed() {
		let trie = trie();
		let nodes = trie.proof(&[place(40).1]);
		for (index, node) in nodes.iter().enumerate() {
			for bit in 0..node.0.len() * 8 {
				let mut changed = nodes.clone();
				changed[index].0[bit / 8] ^= 1 << (bit % 8);
				changed.sort();
				let state = State::new(&trie.root(), &changed).expect("no two become equal");
				assert!(state.find::<Rest>(&place(40)).is_err(), "node {index}, bit {bit}");
			}
		}
	}

	#[test]
	fn what_is_there_and_not_understood_is_told_from_what_is_not_there() {
		let trie = trie();
		let nodes = trie.proof(&[place(1).1, place(70).1]);
		let state = State::new(&trie.root(), &nodes).expect("is in order");
		assert!(matches!(state.get::<u64>(&place(1)), Err(StateFault::Unreadable { .. })));
		assert!(
			matches!(state.get::<u8>(&place(1)), Err(StateFault::Unreadable { .. })),
			"a rest"
		);
		assert_eq!(state.get::<u16>(&place(1)), Ok(0x0101));
		assert!(matches!(state.get::<u16>(&place(70)), Err(StateFault::Absent { .. })));
		assert_eq!(state.find::<u16>(&place(70)), Ok(None));
	}

	#[test]
	fn a_look_needs_nothing() {
		let trie = trie();
		let nodes = trie.proof(&[place(40).1]);
		let state = State::new(&trie.root(), &nodes).expect("is in order");
		assert_eq!(state.peek::<Rest>(&place(40)).map(|rest| rest.0.len()), Some(41));
		assert!(matches!(state.finish(), Err(StateFault::Unneeded { .. })));
	}
}
