// SPDX-License-Identifier: Apache-2.0

//! Which network a node was of when somebody first signed for it.
//!
//! What an owner signs is bound to a network by the hash of its first block, and that hash is what a node says it is. Whoever does not
//! name it takes the node's word for it: the first time, and not again, be it to sign or to read. It is kept in the directory of keys,
//! `networks`, as a JSON object from the addresses of nodes to genesis hashes.
//!
//! Beside it, in `checkpoints`, is for each network the newest [checkpoint](crate::checkpoints) that the user trusts, besides those that are
//! compiled in: a JSON object from genesis hashes to checkpoints. A node that does not have it on its finalised chain is connected to neither
//! to sign nor to read.

use crate::{
	chain::Chain,
	checkpoints::{self, compiled, Checkpoint, CheckpointFile, Hash},
	document,
	error::Error,
	file,
	keys::{self, KeyStore},
};
use chirograph_primitives::{payload::GenesisHash, Subject};
use std::{
	collections::{BTreeMap, BTreeSet},
	fs::File,
	io::ErrorKind,
	path::PathBuf,
};
use subxt::ext::jsonrpsee::client_transport::ws::Url;

/// The name of the file. It is none that a key could have.
const FILE_NAME: &str = "networks";
/// The name of the file that is locked while that one is exchanged for another.
const LOCK_NAME: &str = "networks.lock";
/// The name of the file of checkpoints; none that a key could have, either.
const CHECKPOINTS_NAME: &str = "checkpoints";
/// A thousand nodes have room in it, or networks with a checkpoint.
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
		self.ensure_checkpoint(&chain).await?;
		let found = *chain.genesis();
		if expected.is_some() {
			// What the user says counts, whether it can be kept or not.
			if self.genesis(url).ok().flatten() != expected {
				let _ = self.remember(url, found, true);
			}
			return Ok(chain);
		}
		let known = match self.genesis(url)? {
			Some(known) => known,
			None => self.remember(url, found, false)?,
		};
		self.ensure_same(url, known, found)?;
		Ok(chain)
	}

	/// Connects to the node at `url`, for something to be read: to the same ones as [`Self::connect`], but what nobody signs for is not
	/// remembered.
	pub async fn connect_to_read(&self, url: &str, expected: Option<GenesisHash>) -> Result<Chain, Error> {
		let known = match expected {
			Some(_) => None,
			None => self.genesis(url)?,
		};
		let chain = Chain::connect(url, expected).await?;
		self.ensure_same(url, known.unwrap_or(*chain.genesis()), *chain.genesis())?;
		self.ensure_checkpoint(&chain).await?;
		Ok(chain)
	}

	/// Fails unless the newest checkpoint that the user trusts is on the finalised chain, if there is one for the network.
	pub async fn ensure_checkpoint(&self, chain: &Chain) -> Result<(), Error> {
		match self.trusted_checkpoint(chain.genesis())? {
			Some(checkpoint) => chain.ensure_descends_from(&checkpoint).await,
			None => Ok(()),
		}
	}

	/// The newest checkpoint of a network that the user trusts, besides those that are compiled in.
	pub fn trusted_checkpoint(&self, genesis: &GenesisHash) -> Result<Option<Checkpoint>, Error> {
		Ok(self.trusted_checkpoints()?.remove(&document::to_hex(genesis)))
	}

	/// Every checkpoint that the user trusts, by the genesis hash of its network, besides those that are compiled in.
	pub fn trusted_checkpoints(&self) -> Result<BTreeMap<String, Checkpoint>, Error> {
		self.store.ensure_private()?;
		let path = self.checkpoints_path();
		let bytes = match file::read_bounded(&path, MAX_FILE_BYTES as u64) {
			Ok(bytes) => bytes,
			Err(file::Error::NotFound { .. }) => return Ok(BTreeMap::new()),
			Err(error) => return Err(error.into()),
		};
		document::decode(&bytes, MAX_FILE_BYTES).map_err(|fault| {
			let origin = format!("the file of trusted checkpoints {}", path.display());
			checkpoints::Error::Damaged { origin, fault }.into()
		})
	}

	/// All checkpoints of a network that are compiled in or trusted by the user, as blocks that a bundle may begin with.
	pub fn checkpoints(&self, genesis: &GenesisHash) -> Result<Vec<Hash>, Error> {
		let known = compiled(genesis).iter().copied().chain(self.trusted_checkpoint(genesis)?);
		Ok(known.map(|checkpoint| checkpoint.hash).collect())
	}

	/// From now on, trusts a checkpoint, whose signatures were [checked](checkpoints::check) or which the user knows from elsewhere. The newest is
	/// kept: an older one is refused, and so is another one at the same height.
	pub fn trust_checkpoint(&self, file: &CheckpointFile) -> Result<(), Error> {
		let given = file.checkpoint;
		let not_kept = |reason: String| checkpoints::Error::NotKept { reason };
		self.store.ensure_directory()?;
		let _lock = self.lock()?;
		let mut trusted = self.trusted_checkpoints()?;
		let network = document::to_hex(&file.genesis);
		let own = trusted
			.get(&network)
			.map(|own| (*own, self.checkpoints_path().display().to_string()));
		let compiled = compiled(&file.genesis).last();
		let compiled = compiled.map(|compiled| (*compiled, "chain-specs/checkpoints.json of this program".to_owned()));
		for (known, path) in own.into_iter().chain(compiled) {
			if given.number == known.number && given != known {
				let trusted = Box::new(known);
				return Err(checkpoints::Error::Contradiction { given, trusted, path }.into());
			}
			if given.number < known.number {
				return Err(checkpoints::Error::Older { given, trusted: known }.into());
			}
		}
		trusted.insert(network, given);
		let bytes = document::canonical(&trusted);
		file::replace(&self.checkpoints_path(), &bytes).map_err(|error| not_kept(error.to_string()))?;
		Ok(())
	}

	fn ensure_same(&self, url: &str, known: GenesisHash, found: GenesisHash) -> Result<(), Error> {
		if known == found {
			return Ok(());
		}
		Err(Error::NetworkChanged {
			url: url.into(),
			known,
			found,
			path: self.path(),
		})
	}

	/// The network that a node was of.
	pub fn genesis(&self, url: &str) -> Result<Option<GenesisHash>, keys::Error> {
		Ok(self.read()?.get(&address(url)).map(|Subject(genesis)| *genesis))
	}

	/// Every network that a node was of, once.
	pub fn all(&self) -> Result<BTreeSet<Subject>, keys::Error> {
		Ok(self.read()?.into_values().collect())
	}

	/// Remembers that a node is of a network, and returns the one that it is remembered to be of: where that is another one already, it stays,
	/// unless it is to be `anew`.
	fn remember(&self, url: &str, genesis: GenesisHash, anew: bool) -> Result<GenesisHash, keys::Error> {
		self.store.ensure_directory()?;
		let _lock = self.lock()?;
		let mut known = self.read()?;
		let address = address(url);
		match known.get(&address) {
			// Another command was faster.
			Some(Subject(first)) if !anew => return Ok(*first),
			_ => known.insert(address, Subject(genesis)),
		};
		file::replace(&self.path(), &document::canonical(&known)).map_err(|error| keys::Error::NetworkNotKept {
			reason: error.to_string(),
		})?;
		Ok(genesis)
	}

	/// Until it is dropped, no other command changes what is known: it would be lost, or what this one adds.
	fn lock(&self) -> Result<File, keys::Error> {
		let path = self.store.directory().join(LOCK_NAME);
		let mut options = File::options();
		options.append(true).create(true);
		#[cfg(unix)]
		std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
		let locked = options.open(&path).and_then(|file| match file.lock() {
			// Some network file systems have no locks.
			Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
			_ => Ok(file),
		});
		locked.map_err(|error| keys::Error::NetworkNotKept {
			reason: format!("{} cannot be locked ({error})", path.display()),
		})
	}

	fn read(&self) -> Result<BTreeMap<String, Subject>, keys::Error> {
		self.store.ensure_private()?;
		let bytes = match file::read_bounded(&self.path(), MAX_FILE_BYTES as u64) {
			Ok(bytes) => bytes,
			Err(file::Error::NotFound { .. }) => return Ok(BTreeMap::new()),
			Err(error) => return Err(error.into()),
		};
		let damaged = |reason: String| keys::Error::DamagedNetworks {
			path: self.path(),
			reason,
		};
		let written: BTreeMap<String, Subject> =
			document::decode(&bytes, MAX_FILE_BYTES).map_err(|fault| damaged(fault.to_string()))?;
		let mut known = BTreeMap::new();
		for (url, genesis) in written {
			let address = address(&url);
			if known.insert(address, genesis).is_some_and(|other| other != genesis) {
				return Err(damaged(format!("it has two networks for {url}")));
			}
		}
		Ok(known)
	}

	fn path(&self) -> PathBuf {
		self.store.directory().join(FILE_NAME)
	}

	fn checkpoints_path(&self) -> PathBuf {
		self.store.directory().join(CHECKPOINTS_NAME)
	}
}

/// Of the ways to write an address, the one that it is remembered by.
fn address(url: &str) -> String {
	Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, thread};

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
			known.remember(NODE, genesis, true).expect("can be written");
			known.remember("wss://node.example", [3; 32], true).expect("can be written");
			assert_eq!(known.genesis(NODE).expect("is readable"), Some(genesis));
		}
		assert_eq!(known.genesis("wss://node.example").expect("is readable"), Some([3; 32]));
		assert_eq!(known.genesis("ws://127.0.0.1:9945").expect("is readable"), None);
		let all: Vec<_> = known.all().expect("is readable").into_iter().collect();
		assert_eq!(all, [Subject([2; 32]), Subject([3; 32])]);
		assert!(
			known.store.list().expect("can be listed").is_empty(),
			"it is not taken for a key"
		);
	}

	#[test]
	fn what_is_damaged_is_not_taken_for_nothing_known() {
		let (_directory, known) = known();
		known.remember(NODE, [1; 32], true).expect("can be written");
		let (one, other) = (Subject([1; 32]), Subject([2; 32]));
		let twice = |first: Subject, second: Subject| format!(r#"{{"{NODE}":"{first}","{NODE}/":"{second}"}}"#);
		fs::write(known.path(), twice(one, one)).expect("is ours");
		assert_eq!(known.genesis(NODE).expect("the control"), Some([1; 32]));
		let twice = twice(one, other);
		for damaged in ["", "{", "[]", r#"{"ws://127.0.0.1:9944":"0x01"}"#, r#"{"a":1}"#, &twice[..]] {
			fs::write(known.path(), damaged).expect("is ours");
			let outcome = known.genesis(NODE);
			assert!(
				matches!(outcome, Err(keys::Error::DamagedNetworks { .. })),
				"{damaged}: {outcome:?}"
			);
		}
	}
	#[test]
	fn an_address_is_one_address_however_it_is_written() {
		let (_directory, known) = known();
		known.remember(NODE, [1; 32], true).expect("can be written");
		for same in ["ws://127.0.0.1:9944/", "WS://127.0.0.1:9944", "ws://127.0.0.1:09944/./"] {
			assert_eq!(known.genesis(same).expect("is readable"), Some([1; 32]), "{same}");
		}
		for other in ["wss://127.0.0.1:9944", "ws://127.0.0.1:9944/a", "ws://127.0.0.1"] {
			assert_eq!(known.genesis(other).expect("is readable"), None, "{other}");
		}
	}

	#[test]
	fn what_a_node_was_of_first_stays_until_somebody_says_otherwise() {
		let (_directory, known) = known();
		for (genesis, anew, remembered) in [
			([1; 32], false, 1),
			([2; 32], false, 1),
			([3; 32], true, 3),
			([2; 32], false, 3),
		] {
			let outcome = known.remember(NODE, genesis, anew).expect("can be written");
			assert_eq!(outcome, [remembered; 32]);
			assert_eq!(known.genesis(NODE).expect("is readable"), Some([remembered; 32]));
		}
	}

	fn checkpoint(number: u32, hash: u8) -> CheckpointFile {
		let hash = Hash([hash; 32]);
		CheckpointFile::new(&[1; 32], Checkpoint { number, hash, set_id: 0 })
	}

	#[test]
	fn the_newest_checkpoint_is_trusted_and_none_that_contradicts_it() {
		use checkpoints::Error as Fault;
		let (_directory, known) = known();
		let trusted = || known.trusted_checkpoint(&[1; 32]).expect("is readable");
		assert_eq!(trusted(), None);
		for number in [7, 9] {
			let given = checkpoint(number, 2);
			known.trust_checkpoint(&given).expect("can be written");
			known.trust_checkpoint(&given).expect("again, and nothing changes");
			assert_eq!(trusted(), Some(given.checkpoint));
		}
		let older = known.trust_checkpoint(&checkpoint(8, 2));
		assert!(matches!(older, Err(Error::Checkpoint(Fault::Older { .. }))), "{older:?}");
		let other = known.trust_checkpoint(&checkpoint(9, 3));
		assert!(
			matches!(other, Err(Error::Checkpoint(Fault::Contradiction { .. }))),
			"{other:?}"
		);
		assert_eq!(trusted(), Some(checkpoint(9, 2).checkpoint), "nothing was changed");
		assert_eq!(
			known.trusted_checkpoint(&[2; 32]).expect("is readable"),
			None,
			"of another network"
		);
		assert_eq!(known.checkpoints(&[1; 32]).expect("is readable"), [Hash([2; 32])]);
		assert!(
			known.store.list().expect("can be listed").is_empty(),
			"it is not taken for a key"
		);
	}

	#[test]
	fn trusted_checkpoints_that_are_damaged_are_not_taken_for_none() {
		let (_directory, known) = known();
		known.trust_checkpoint(&checkpoint(7, 2)).expect("can be written");
		for damaged in ["", "[]", r#"{"0x01":{"number":7}}"#] {
			fs::write(known.checkpoints_path(), damaged).expect("is ours");
			let outcome = known.trusted_checkpoint(&[1; 32]);
			assert!(
				matches!(outcome, Err(Error::Checkpoint(checkpoints::Error::Damaged { .. }))),
				"{damaged}: {outcome:?}"
			);
		}
	}

	#[test]
	fn commands_that_run_at_the_same_time_forget_nothing() {
		let (_directory, known) = known();
		let url = |number: usize| format!("wss://node{number}.example");
		thread::scope(|scope| {
			for part in 0..8 {
				let (known, url) = (&known, &url);
				scope.spawn(move || {
					for number in (part..64).step_by(8) {
						known.remember(&url(number), [7; 32], false).expect("can be written");
					}
				});
			}
		});
		for number in 0..64 {
			assert_eq!(known.genesis(&url(number)).expect("is readable"), Some([7; 32]), "{number}");
		}
	}
}
