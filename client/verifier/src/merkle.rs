// SPDX-License-Identifier: Apache-2.0

//! The tree over many registrations at once (RFC 6962, 2.1, with SHA-256): its root is what the owner signs and the ledger keeps,
//! and a path from a leaf to the root proves that the leaf is one of them.
//!
//! ```text
//! leaf = SHA-256(0x00 || subject || evidence hash)      32 + 32 bytes
//! node = SHA-256(0x01 || left || right)                 32 + 32 bytes
//! ```
//!
//! The first byte tells the two apart: nobody can pass a node off as a leaf, or a leaf as a node. A node that has no neighbour
//! goes up one level as it is, and is never paired with itself, so that no two lists of leaves have one root (CVE-2012-2459 is
//! what comes of that).
//!
//! Two equal leaves would be the same registration twice. Whoever makes a tree is told so, and a path on which both sides of a
//! node are equal is refused: it would be right under two indices.

use chirograph_primitives::{EvidenceHash, Subject};
use sha2::{compress256, digest::generic_array::GenericArray, Digest, Sha256};

/// Of a leaf, a node or a root.
pub type TreeHash = [u8; 32];

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// What SHA-256 begins with (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
	0x6a09_e667,
	0xbb67_ae85,
	0x3c6e_f372,
	0xa54f_f53a,
	0x510e_527f,
	0x9b05_688c,
	0x1f83_d9ab,
	0x5be0_cd19,
];

/// SHA-256 of 65 bytes: what a tree is made of, without the buffers that a hash of unknown length needs.
fn hash_tagged(tag: u8, left: &TreeHash, right: &TreeHash) -> TreeHash {
	let mut message = [0; 128];
	message[0] = tag;
	message[1..33].copy_from_slice(left);
	message[33..65].copy_from_slice(right);
	// Padding: one bit, and the length in bits (FIPS 180-4, 5.1.1).
	message[65] = 0x80;
	message[120..].copy_from_slice(&(65u64 * 8).to_be_bytes());
	let mut state = INITIAL;
	let (first, second) = message.split_at(64);
	compress256(
		&mut state,
		&[*GenericArray::from_slice(first), *GenericArray::from_slice(second)],
	);
	let mut hash = [0; 32];
	for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
		bytes.copy_from_slice(&word.to_be_bytes());
	}
	hash
}

/// The leaf of one registration.
pub fn leaf_hash(subject: &Subject, evidence: &EvidenceHash) -> TreeHash {
	hash_tagged(LEAF, &subject.0, &evidence.0)
}

/// The leaf of anything (RFC 6962, 2.1): [`leaf_hash`] for whoever has other leaves.
pub fn leaf_hash_of(data: &[u8]) -> TreeHash {
	Sha256::new().chain_update([LEAF]).chain_update(data).finalize().into()
}

/// The node above two others.
pub fn node_hash(left: &TreeHash, right: &TreeHash) -> TreeHash {
	hash_tagged(NODE, left, right)
}

/// Why there is no tree of some leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeFault {
	/// A tree has leaves.
	#[error("there is nothing to make a tree of; give at least one leaf")]
	Empty,
	/// Neighbours, or what is under them, are the same registrations twice.
	#[error("leaf {0} and what follows is in the tree twice; register each only once")]
	Twice(u64),
}

/// A tree in memory: 64 bytes for each leaf.
#[derive(Clone, Debug)]
pub struct Tree {
	/// The leaves first, the root last.
	levels: Vec<Vec<TreeHash>>,
}

impl Tree {
	/// The tree of these leaves, which are [`leaf_hash`]es, in this order.
	pub fn new(leaves: impl IntoIterator<Item = TreeHash>) -> Result<Self, TreeFault> {
		let mut level: Vec<TreeHash> = leaves.into_iter().collect();
		if level.is_empty() {
			return Err(TreeFault::Empty);
		}
		let mut levels = Vec::new();
		while level.len() > 1 {
			let mut next = Vec::with_capacity(level.len().div_ceil(2));
			for (index, pair) in (0u64..).zip(level.chunks(2)) {
				match pair {
					[left, right] if left == right => return Err(TreeFault::Twice((2 * index) << levels.len())),
					[left, right] => next.push(node_hash(left, right)),
					single => next.extend_from_slice(single),
				}
			}
			levels.push(level);
			level = next;
		}
		levels.push(level);
		Ok(Self { levels })
	}

	/// What the owner signs and the ledger keeps.
	pub fn root(&self) -> TreeHash {
		self.levels[self.levels.len() - 1][0]
	}

	/// How many leaves it has.
	pub fn leaves(&self) -> u64 {
		self.levels[0].len() as u64
	}

	/// What proves that the leaf of this index is in the tree, from the leaf's neighbour upwards; none if it has no such leaf.
	pub fn path(&self, index: u64) -> Option<Vec<TreeHash>> {
		let mut place = usize::try_from(index).ok().filter(|place| *place < self.levels[0].len())?;
		let mut path = Vec::with_capacity(self.levels.len());
		for level in &self.levels {
			// One without a neighbour goes up as it is.
			path.extend(level.get(place ^ 1));
			place /= 2;
		}
		Some(path)
	}
}

/// Why a path does not lead from a leaf to a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum PathFault {
	/// The tree has no such leaf.
	#[error("it is said to be leaf {index}, and the tree has only {leaves}; the index or the batch is another one's")]
	NoSuchLeaf {
		/// Counted from 0.
		index: u64,
		/// How many leaves the tree has.
		leaves: u64,
	},
	/// More nodes than lie between the leaf and the root.
	#[error("the path is longer than the way from that leaf to the root; it is of another leaf or another tree")]
	TooLong,
	/// Fewer nodes than lie between the leaf and the root.
	#[error("the path ends before the root; it is of another leaf or another tree")]
	TooShort,
	/// The same on both sides of a node: the index could as well be another one.
	#[error("the same leaves are in the tree twice, so that nobody can tell which of them this is")]
	Twice,
	/// It leads somewhere else.
	#[error("the path does not lead from that leaf to the batch's root; the leaf, its index or the path was changed, or is of another batch")]
	OtherRoot,
}

/// The root that a path leads to from the leaf of this index in a tree of so many leaves (RFC 9162, 2.1.3.2).
pub fn root_from_path(leaf: &TreeHash, index: u64, leaves: u64, path: &[TreeHash]) -> Result<TreeHash, PathFault> {
	if index >= leaves {
		return Err(PathFault::NoSuchLeaf { index, leaves });
	}
	// The index on its level of the tree, and that of the last one there.
	let (mut place, mut last) = (index, leaves - 1);
	let mut hash = *leaf;
	for neighbour in path {
		if last == 0 {
			return Err(PathFault::TooLong);
		}
		if *neighbour == hash {
			return Err(PathFault::Twice);
		}
		if place & 1 == 1 || place == last {
			hash = node_hash(neighbour, &hash);
			// One without a neighbour goes up as it is.
			while place & 1 == 0 && place != 0 {
				place >>= 1;
				last >>= 1;
			}
		} else {
			hash = node_hash(&hash, neighbour);
		}
		place >>= 1;
		last >>= 1;
	}
	if last != 0 {
		return Err(PathFault::TooShort);
	}
	Ok(hash)
}

/// Whether the leaf of this index is in the tree of that root and so many leaves.
pub fn check_path(leaf: &TreeHash, index: u64, leaves: u64, path: &[TreeHash], root: &TreeHash) -> Result<(), PathFault> {
	let found = root_from_path(leaf, index, leaves, path)?;
	(found == *root).then_some(()).ok_or(PathFault::OtherRoot)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// The leaves of Certificate Transparency's own tests (RFC 6962), of which it publishes roots and paths.
	const LEAVES: [&str; 8] = [
		"",
		"00",
		"10",
		"2021",
		"3031",
		"40414243",
		"5051525354555657",
		"606162636465666768696a6b6c6d6e6f",
	];

	/// Roots of the first 1 to 8 of them.
	const ROOTS: [&str; 8] = [
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	];

	/// Paths: leaf (counted from 1, as published), leaves, nodes.
	const PATHS: [(u64, usize, &[&str]); 5] = [
		(1, 1, &[]),
		(
			1,
			8,
			&[
				"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
				"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
				"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
			],
		),
		(
			6,
			8,
			&[
				"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
				"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
				"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
			],
		),
		(3, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
		(
			2,
			5,
			&[
				"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
				"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
				"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
			],
		),
	];

	fn hash(digits: &str) -> TreeHash {
		let mut bytes = [0; 32];
		hex::decode_to_slice(digits, &mut bytes).expect("is hexadecimal");
		bytes
	}

	fn published(leaves: usize) -> Vec<TreeHash> {
		let leaf = |digits: &&str| leaf_hash_of(&hex::decode(digits).expect("is hexadecimal"));
		LEAVES[..leaves].iter().map(leaf).collect()
	}

	/// Leaves that differ.
	fn leaves(count: u64) -> Vec<TreeHash> {
		(0..count).map(|i| leaf_hash_of(&i.to_le_bytes())).collect()
	}

	/// The definition of RFC 6962, 2.1, word by word.
	fn defined_root(leaves: &[TreeHash]) -> TreeHash {
		match leaves {
			[leaf] => *leaf,
			_ => {
				let split = leaves.len().next_power_of_two() / 2;
				let (left, right) = leaves.split_at(split);
				let message = [&[NODE][..], &defined_root(left), &defined_root(right)].concat();
				Sha256::digest(message).into()
			},
		}
	}

	/// The definition of RFC 6962, 2.1.1, word by word.
	fn defined_path(index: usize, leaves: &[TreeHash]) -> Vec<TreeHash> {
		if leaves.len() == 1 {
			return Vec::new();
		}
		let split = leaves.len().next_power_of_two() / 2;
		let (left, right) = leaves.split_at(split);
		let (mut path, other) = match index < split {
			true => (defined_path(index, left), right),
			false => (defined_path(index - split, right), left),
		};
		path.push(defined_root(other));
		path
	}

	#[test]
	fn roots_are_the_published_ones() {
		for (count, root) in (1..).zip(ROOTS) {
			assert_eq!(
				Tree::new(published(count)).expect("leaves differ").root(),
				hash(root),
				"{count} leaves"
			);
		}
	}

	#[test]
	fn paths_are_the_published_ones_and_lead_to_the_root() {
		for (leaf, count, nodes) in PATHS {
			let nodes: Vec<_> = nodes.iter().copied().map(hash).collect();
			let tree = Tree::new(published(count)).expect("leaves differ");
			assert_eq!(tree.path(leaf - 1), Some(nodes.clone()), "leaf {leaf} of {count}");
			let start = published(count)[leaf as usize - 1];
			assert_eq!(
				check_path(&start, leaf - 1, count as u64, &nodes, &tree.root()),
				Ok(()),
				"leaf {leaf} of {count}"
			);
		}
	}

	/// RFC 6962, 2.1.3: the audit paths of a tree with the leaves d0 to d6, by the names that nodes have there.
	#[test]
	fn the_example_of_the_rfc_has_its_paths() {
		let [a, b, c, d, e, f, j] = leaves(7).try_into().expect("seven");
		let (g, h, i) = (node_hash(&a, &b), node_hash(&c, &d), node_hash(&e, &f));
		let (k, l) = (node_hash(&g, &h), node_hash(&i, &j));
		let tree = Tree::new([a, b, c, d, e, f, j]).expect("leaves differ");
		assert_eq!(tree.root(), node_hash(&k, &l));
		assert_eq!(tree.path(0), Some(vec![b, h, l]));
		assert_eq!(tree.path(3), Some(vec![c, g, l]));
		assert_eq!(tree.path(4), Some(vec![f, j, k]));
		assert_eq!(tree.path(6), Some(vec![i, k]));
		assert_eq!(tree.path(7), None);
	}

	#[test]
	fn hashes_are_sha_256_of_the_documented_bytes() {
		let (left, right) = ([0x11; 32], [0x22; 32]);
		let expected: TreeHash = Sha256::digest([&[0][..], &left, &right].concat()).into();
		assert_eq!(leaf_hash(&Subject(left), &EvidenceHash(right)), expected);
		assert_eq!(leaf_hash_of(&[left, right].concat()), expected);
		let expected: TreeHash = Sha256::digest([&[1][..], &left, &right].concat()).into();
		assert_eq!(node_hash(&left, &right), expected);
	}

	#[test]
	fn trees_of_every_small_size_are_the_defined_ones() {
		for count in 1..=130u64 {
			let leaves = leaves(count);
			let tree = Tree::new(leaves.clone()).expect("leaves differ");
			assert_eq!((tree.leaves(), tree.root()), (count, defined_root(&leaves)), "{count} leaves");
			for index in 0..count {
				let path = tree.path(index).expect("there is such a leaf");
				assert_eq!(path, defined_path(index as usize, &leaves), "leaf {index} of {count}");
				let leaf = leaves[index as usize];
				assert_eq!(
					check_path(&leaf, index, count, &path, &tree.root()),
					Ok(()),
					"leaf {index} of {count}"
				);
				// No other index, and no other size whose trees have paths of that length there, has the same root.
				for other in (0..=count).filter(|other| *other != index) {
					assert!(
						check_path(&leaf, other, count, &path, &tree.root()).is_err(),
						"{other} of {count}"
					);
				}
			}
		}
	}

	/// What an attacker gains by saying that the tree is larger or smaller than the ledger says: nothing, the ledger's number is
	/// used.
	#[test]
	fn another_number_of_leaves_is_refused_wherever_it_changes_the_way_to_the_root() {
		for count in 1..=33u64 {
			let leaves = leaves(count);
			let tree = Tree::new(leaves.clone()).expect("leaves differ");
			for index in 0..count {
				let path = tree.path(index).expect("there is such a leaf");
				for size in 1..=66 {
					let length = (size > index).then(|| defined_path(index as usize, &self::leaves(size)).len());
					let result = root_from_path(&leaves[index as usize], index, size, &path);
					match length {
						None => assert_eq!(result, Err(PathFault::NoSuchLeaf { index, leaves: size })),
						Some(length) if length > path.len() => assert_eq!(result, Err(PathFault::TooShort)),
						Some(length) if length < path.len() => assert_eq!(result, Err(PathFault::TooLong)),
						Some(_) => assert!(result.is_ok()),
					}
				}
			}
		}
	}

	#[test]
	fn a_path_that_is_too_long_or_too_short_is_refused() {
		let leaves = leaves(11);
		let tree = Tree::new(leaves.clone()).expect("leaves differ");
		for (index, leaf) in (0..).zip(&leaves) {
			let path = tree.path(index).expect("there is such a leaf");
			assert_eq!(check_path(leaf, index, 11, &path, &tree.root()), Ok(()), "the control");
			for end in 0..path.len() {
				assert_eq!(root_from_path(leaf, index, 11, &path[..end]), Err(PathFault::TooShort));
			}
			let longer = [&path[..], &[[7; 32]]].concat();
			assert_eq!(root_from_path(leaf, index, 11, &longer), Err(PathFault::TooLong));
		}
	}

	/// Second preimage: a node has exactly as many bytes under its hash as a leaf.
	#[test]
	fn a_node_does_not_pass_for_a_leaf() {
		let leaves = leaves(4);
		let tree = Tree::new(leaves.clone()).expect("leaves differ");
		let (left, right) = (leaves[0], leaves[1]);
		let path = [node_hash(&leaves[2], &leaves[3])];
		// Said to be a leaf of the tree of two above it.
		let posing = leaf_hash(&Subject(left), &EvidenceHash(right));
		assert_eq!(check_path(&posing, 0, 2, &path, &tree.root()), Err(PathFault::OtherRoot));
		// The control: without the first byte, that it is a leaf's, it would.
		assert_eq!(check_path(&node_hash(&left, &right), 0, 2, &path, &tree.root()), Ok(()));
	}

	#[test]
	fn a_leaf_does_not_pass_for_a_node() {
		// An attacker chooses a "document" whose subject and evidence hash are two leaves, and claims one of them as its child.
		let (left, right) = (leaf_hash_of(b"a"), leaf_hash_of(b"b"));
		let chosen = leaf_hash(&Subject(left), &EvidenceHash(right));
		let other = leaf_hash_of(b"c");
		let tree = Tree::new([chosen, other]).expect("leaves differ");
		for (leaves, index) in (2..9).flat_map(|leaves| (0..leaves).map(move |index| (leaves, index))) {
			let result = check_path(&left, index, leaves, &[right, other], &tree.root());
			assert!(result.is_err(), "leaf {index} of {leaves}");
		}
	}

	/// CVE-2012-2459: where a node without a neighbour is paired with itself, a list and the list with its end twice have one
	/// root.
	#[test]
	fn a_list_with_its_end_twice_has_another_root_and_is_no_tree() {
		let three = leaves(3);
		let four = [&three[..], &three[2..]].concat();
		assert_ne!(defined_root(&three), defined_root(&four));
		assert_eq!(Tree::new(four).err(), Some(TreeFault::Twice(2)));
		let six = leaves(6);
		let eight = [&six[..], &six[4..]].concat();
		assert_ne!(defined_root(&six), defined_root(&eight));
		assert_eq!(Tree::new(eight).err(), Some(TreeFault::Twice(4)));
		// The control: paired with itself, it would be the same.
		let paired = |leaves: &[TreeHash]| node_hash(&node_hash(&leaves[0], &leaves[1]), &node_hash(&leaves[2], &leaves[2]));
		assert_eq!(paired(&three), defined_root(&[&three[..], &three[2..]].concat()));
	}

	/// Whoever registered a tree with the same leaf twice all the same can prove neither: two indices would be right.
	#[test]
	fn a_leaf_that_is_there_twice_proves_nothing() {
		let one = leaf_hash_of(b"a");
		let root = defined_root(&[one, one]);
		for index in [0, 1] {
			assert_eq!(check_path(&one, index, 2, &[one], &root), Err(PathFault::Twice));
		}
		let pair = defined_root(&leaves(2));
		let root = node_hash(&pair, &pair);
		for index in 0..4 {
			let leaf = leaves(2)[index as usize % 2];
			let neighbour = leaves(2)[(index as usize + 1) % 2];
			assert_eq!(check_path(&leaf, index, 4, &[neighbour, pair], &root), Err(PathFault::Twice));
		}
	}

	#[test]
	fn a_tree_of_nothing_is_refused() {
		assert_eq!(Tree::new([]).err(), Some(TreeFault::Empty));
		assert_eq!(
			root_from_path(&[1; 32], 0, 0, &[]),
			Err(PathFault::NoSuchLeaf { index: 0, leaves: 0 })
		);
	}

	proptest! {
		#[test]
		fn no_changed_bit_leads_to_the_root(count in 1u64..300, place: prop::sample::Index, bit: prop::sample::Index) {
			let leaves = leaves(count);
			let tree = Tree::new(leaves.clone()).expect("leaves differ");
			let index = place.index(leaves.len()) as u64;
			let path = tree.path(index).expect("there is such a leaf");
			let leaf = leaves[index as usize];
			let mut all = [&[leaf][..], &path].concat();
			let bit = bit.index(all.len() * 256);
			all[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
			prop_assert!(check_path(&all[0], index, count, &all[1..], &tree.root()).is_err());
			prop_assert!(check_path(&leaf, index, count, &path, &tree.root()).is_ok(), "the control");
		}

		#[test]
		fn no_path_makes_the_check_panic(leaf: [u8; 32], index: u64, leaves: u64, path: Vec<[u8; 32]>) {
			let _ = root_from_path(&leaf, index, leaves, &path);
		}
	}
}
