// SPDX-License-Identifier: Apache-2.0

//! Which network a node was of when somebody first signed for it.
//!
//! What an owner signs is bound to a network by the hash of its first block, and that hash is what a node says it is. Whoever does not
//! name it takes the node's word for it: the first time, and not again. It is kept in the directory of keys, `networks`, as a JSON object
//! from the addresses of nodes to genesis hashes.

use crate::{
	chain::Chain,
	document,
	error::Error,
	file,
	keys::{self, KeyStore},
};
use chirograph_primitives::{payload::GenesisHash, Subject};
use std::{collections::BTreeMap, path::PathBuf};

/// The name of the file. It is none that a key could have.
const FILE_NAME: &str = "networks";
/// A thousand nodes have room in it.
const MAX_FILE_BYTES: usize = 256 * 1024;

/// The networks of the nodes that were signed for.
#[derive(Clone, Debug)]
pub struct KnownNetworks {
	store: KeyStore,
}

impl KnownNetworks {
	/// Those beside the keys of a store.
	pub fn new(store: KeyStore) -> Self {
		Self { store }
	}

	/// Connects to the node at `url`, for something to be signed. With `expected`, only to a node of that network, which is then the one that
	/// the node is known for. Without, only to a node that is of the network that it was of the first time.
	pub async fn connect(&self, url: &str, expected: Option<GenesisHash>) -> Result<Chain, Error> {
		let chain = Chain::connect(url, expected).await?;
		let found = *chain.genesis();
		if expected.is_some() {
			// What the user says counts, whether it can be kept or not.
			if self.genesis(url).ok().flatten() != expected {
				let _ = self.remember(url, &found);
			}
			return Ok(chain);
		}
		match self.genesis(url)? {
			Some(known) if known == found => Ok(chain),
			Some(known) => Err(Error::NetworkChanged {
				url: url.into(),
				known,
				found,
				path: self.path(),
			}),
			None => {
				self.remember(url, &found)?;
				Ok(chain)
			},
		}
	}

	/// The network that a node was of.
	pub fn genesis(&self, url: &str) -> Result<Option<GenesisHash>, keys::Error> {
		Ok(self.read()?.get(url).map(|Subject(genesis)| *genesis))
	}

	fn remember(&self, url: &str, genesis: &GenesisHash) -> Result<(), keys::Error> {
		self.store.ensure_directory()?;
		let mut known = self.read()?;
		known.insert(url.into(), Subject(*genesis));
		file::replace(&self.path(), &document::canonical(&known)).map_err(|error| keys::Error::NetworkNotKept {
			reason: error.to_string(),
		})
	}

	fn read(&self) -> Result<BTreeMap<String, Subject>, keys::Error> {
		self.store.ensure_private()?;
		let bytes = match file::read_bounded(&self.path(), MAX_FILE_BYTES as u64) {
			Ok(bytes) => bytes,
			Err(file::Error::NotFound { .. }) => return Ok(BTreeMap::new()),
			Err(error) => return Err(error.into()),
		};
		document::decode(&bytes, MAX_FILE_BYTES).map_err(|fault| keys::Error::DamagedNetworks {
			path: self.path(),
			reason: fault.to_string(),
		})
	}

	fn path(&self) -> PathBuf {
		self.store.directory().join(FILE_NAME)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	const NODE: &str = "ws://127.0.0.1:9944";

	fn known() -> (tempfile::TempDir, KnownNetworks) {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let known = KnownNetworks::new(KeyStore::new(directory.path().join("keys")));
		(directory, known)
	}

	#[test]
	fn a_node_is_of_the_network_that_was_last_remembered_and_others_are_not_affected() {
		let (_directory, known) = known();
		assert_eq!(known.genesis(NODE).expect("nothing is there to be wrong"), None);
		for genesis in [[1; 32], [2; 32]] {
			known.remember(NODE, &genesis).expect("can be written");
			known.remember("wss://node.example", &[3; 32]).expect("can be written");
			assert_eq!(known.genesis(NODE).expect("is readable"), Some(genesis));
		}
		assert_eq!(known.genesis("wss://node.example").expect("is readable"), Some([3; 32]));
		assert_eq!(known.genesis("ws://127.0.0.1:9945").expect("is readable"), None);
		assert!(
			known.store.list().expect("can be listed").is_empty(),
			"it is not taken for a key"
		);
	}

	#[test]
	fn what_is_damaged_is_not_taken_for_nothing_known() {
		let (_directory, known) = known();
		known.remember(NODE, &[1; 32]).expect("can be written");
		for damaged in ["", "{", "[]", r#"{"ws://127.0.0.1:9944":"0x01"}"#, r#"{"a":1}"#] {
			fs::write(known.path(), damaged).expect("is ours");
			let outcome = known.genesis(NODE);
			assert!(
				matches!(outcome, Err(keys::Error::DamagedNetworks { .. })),
				"{damaged}: {outcome:?}"
			);
		}
	}
}
