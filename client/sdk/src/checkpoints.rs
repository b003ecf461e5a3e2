// SPDX-License-Identifier: Apache-2.0

//! Checkpoints: blocks that the council of a network vouches for, so that nobody who begins anew is taken in by a history that was made later
//! with the keys of former validators (X.1407 9.2.3 e, 8.2.9).
//!
//! 1. Ada, who is on the council, asks a node that she trusts for the newest block that is worth it: [`propose`]. It writes a file.
//! 2. Each member, with a node of their own, looks whether the block is on the finalised chain there, and [`sign`]s a copy of the file.
//! 3. Somebody attaches the copies to each other. From the council's quorum on, [`check`] accepts the file.
//!    Which council that is, the node says: somebody who made another history made another council with it. So a user asks a node that they have a
//!    reason to trust, and compares the members with what the network publishes; a node checks no signatures.
//! 4. It goes into the chain spec of nodes, or to their `--checkpoint`; into `chain-specs/checkpoints.json`, from where it is [`compiled`] in; and
//!    to users, who trust it by hand. From then on [`Chain::connect`] refuses a node on whose finalised chain it is not.
//!
//! # The checkpoint file
//!
//! ```json
//! {
//!   "format": "chirograph/checkpoint/v1", "genesis": "0x…", "number": 1200, "hash": "0x…", "setId": 3,
//!   "signatures": [{ "account": "5…", "signature": { "scheme": "ecdsa", "signature": "0x…" } }]
//! }
//! ```
//!
//! The signatures are over the bytes of [`payload::checkpoint`], not over the file.

use crate::{
	authorization::WrittenSignature,
	chain::{Chain, FinalisedBlock},
	council::Council,
	document::{self, Fault},
	error::{Error as AnyError, ErrorKind},
	file,
	keys::{format_account, Keypair},
};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, BlockNumber, OwnerSignature, SignatureFault,
};
pub use chirograph_verifier::document::Hash;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path, sync::LazyLock};
use subxt::utils::Static;

/// The format of a [`CheckpointFile`].
pub const FORMAT: &str = "chirograph/checkpoint/v1";
/// No file is larger: a hundred signatures are a third of it. In bytes.
const MAX_BYTES: usize = 64 * 1024;
/// As many members as a council may have.
const MAX_SIGNATURES: usize = 100;
/// What [`compiled`] is read from.
const COMPILED: &str = include_str!("../../../chain-specs/checkpoints.json");

/// Why a checkpoint cannot be used, or what it was held against.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// It is not a checkpoint, or not any more.
	#[error("{origin} is not acceptable: {fault}; get an unaltered copy, or have it proposed anew")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// It is of another network.
	#[error(
		"the checkpoint is of the network {}, and this is {}; use a checkpoint of this network, or a node of the other one",
		document::to_hex(.found), document::to_hex(.expected)
	)]
	AnotherNetwork {
		/// Genesis hash of the network at hand.
		expected: GenesisHash,
		/// Genesis hash that it names.
		found: GenesisHash,
	},
	/// Two files are about different blocks.
	#[error(
		"one file vouches for block {} {} of set {}, the other for block {} {} of set {}; only signatures for the same block go together",
		.expected.number, .expected.hash, .expected.set_id, .found.number, .found.hash, .found.set_id
	)]
	OtherCheckpoint {
		/// What the first is about.
		expected: Checkpoint,
		/// What the second is about.
		found: Checkpoint,
	},
	/// The node's finalised chain has another block there.
	#[error("the finalised chain of the node at {url} has {found} at block {}, and the checkpoint is {}: one of the two is not of the network's history; do not sign or use it before you know which", .checkpoint.number, .checkpoint.hash)]
	OtherBlock {
		/// Where the node is.
		url: String,
		/// What was looked for.
		checkpoint: Checkpoint,
		/// The node's block.
		found: String,
	},
	/// Another set finalised it.
	#[error(
		"set {found} of authorities finalised block {}, and the checkpoint names set {}; have it proposed anew",
		.checkpoint.number, .checkpoint.set_id
	)]
	OtherSet {
		/// What was looked for.
		checkpoint: Checkpoint,
		/// The set that the state of the block before names.
		found: u64,
	},
	/// The key is not one of the council's.
	#[error(
		"{} was no member of the council at block {number}; have a member of then sign, or a later block proposed",
		format_account(account)
	)]
	NotMember {
		/// Whose key.
		account: AccountId,
		/// At which block.
		number: BlockNumber,
	},
	/// Not a signature at all.
	#[error(
		"the signature of {} is not one of its scheme; have it signed again",
		format_account(account)
	)]
	MalformedSignature {
		/// Whose it is said to be.
		account: AccountId,
	},
	/// By another key, or over other bytes.
	#[error(
		"the signature is not by {} over this checkpoint; have it signed again",
		format_account(account)
	)]
	WrongSignature {
		/// Whose it is said to be.
		account: AccountId,
	},
	/// One member signed twice.
	#[error("{} signed already; pass the file to the next member", format_account(account))]
	AlreadySigned {
		/// Who.
		account: AccountId,
	},
	/// More than any council has members.
	#[error("there are more than {most} signatures, and no council has more members; attach fewer")]
	TooManySignatures {
		/// How many there may be.
		most: usize,
	},
	/// Fewer than the council's quorum.
	#[error("{found} of the {members} members of the council at block {number} signed, and {quorum} have to; have more of them sign, and attach what they signed")]
	TooFewSignatures {
		/// How many signed.
		found: usize,
		/// How many have to.
		quorum: u32,
		/// How many there are.
		members: usize,
		/// At which block.
		number: BlockNumber,
	},
	/// Nothing but the first block is final.
	#[error("nothing is final but the network's first block, for which its hash vouches; propose a checkpoint later")]
	NothingToVouchFor,
	/// A node whose chain ends below a checkpoint.
	#[error("the node at {url} has finalised block {finalised}, and the network's checkpoint is block {}: nothing that it says can be relied on yet; wait until it has synchronised, or ask another node", .checkpoint.number)]
	BelowCheckpoint {
		/// Where the node is.
		url: String,
		/// What is trusted.
		checkpoint: Checkpoint,
		/// The newest block that it finalised.
		finalised: u64,
	},
	/// A node whose chain has another block in the place of a checkpoint.
	#[error("the node at {url} has {found} at block {}, and the network's checkpoint is {}: it follows another history than the one that the council vouches for, and nothing that it says can be relied on; ask another node, and tell this one's operator", .checkpoint.number, .checkpoint.hash)]
	NotDescended {
		/// Where the node is.
		url: String,
		/// What is trusted.
		checkpoint: Checkpoint,
		/// The node's block.
		found: String,
	},
	/// A newer one is trusted already.
	#[error("block {} is trusted already, which is newer than block {}; nothing is left to do", .trusted.number, .given.number)]
	Older {
		/// What was to be trusted.
		given: Checkpoint,
		/// What is.
		trusted: Checkpoint,
	},
	/// Another one at the same height is trusted already.
	#[error("at block {} you trust {} already, and not {}; find out which one is the network's, and where it is the new one, remove the other from {path}", .given.number, .trusted.hash, .given.hash)]
	Contradiction {
		/// What was to be trusted.
		given: Checkpoint,
		/// What is.
		trusted: Box<Checkpoint>,
		/// Where it is kept, or was compiled in from.
		path: String,
	},
	/// What is trusted cannot be kept.
	#[error("the checkpoint cannot be remembered: {reason}; correct that, and give the command again")]
	NotKept {
		/// Why.
		reason: String,
	},
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

impl Error {
	pub(crate) fn kind(&self) -> ErrorKind {
		match self {
			Self::Damaged { .. } | Self::AnotherNetwork { .. } | Self::NotKept { .. } | Self::File(_) => ErrorKind::Input,
			Self::BelowCheckpoint { .. } | Self::NotDescended { .. } => ErrorKind::Connection,
			Self::OtherCheckpoint { .. }
			| Self::OtherBlock { .. }
			| Self::OtherSet { .. }
			| Self::NotMember { .. }
			| Self::MalformedSignature { .. }
			| Self::WrongSignature { .. }
			| Self::AlreadySigned { .. }
			| Self::TooManySignatures { .. }
			| Self::TooFewSignatures { .. }
			| Self::NothingToVouchFor
			| Self::Older { .. }
			| Self::Contradiction { .. } => ErrorKind::Refused,
		}
	}
}

/// A block that a network vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// The number of the set of authorities that finalised it.
	pub set_id: u64,
}

impl Checkpoint {
	/// Refuses a node at `url` whose finalised chain ends below it, at `finalised`.
	fn ensure_reached(&self, url: &str, finalised: u64) -> Result<(), Error> {
		if finalised >= u64::from(self.number) {
			return Ok(());
		}
		Err(Error::BelowCheckpoint {
			url: url.into(),
			checkpoint: *self,
			finalised,
		})
	}

	/// Refuses one whose finalised chain has another block at its height.
	fn ensure_is(&self, url: &str, found: String) -> Result<(), Error> {
		if found == self.hash.to_string() {
			return Ok(());
		}
		Err(Error::NotDescended {
			url: url.into(),
			checkpoint: *self,
			found,
		})
	}
}

/// A checkpoint with the signatures of those who vouch for it, for council members to pass to each other. See the [module](self)'s
/// description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct CheckpointFile {
	/// The network that it is of.
	pub genesis: GenesisHash,
	/// The block.
	pub checkpoint: Checkpoint,
	/// Who signed it so far, each once.
	pub signatures: Vec<MemberSignature>,
}

/// A council member's signature over a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSignature {
	/// By which account.
	pub account: AccountId,
	/// Over [`CheckpointFile::payload`].
	pub signature: OwnerSignature,
}

impl CheckpointFile {
	/// One that nobody has signed yet.
	pub fn new(genesis: &GenesisHash, checkpoint: Checkpoint) -> Self {
		Self {
			genesis: *genesis,
			checkpoint,
			signatures: Vec::new(),
		}
	}

	/// The bytes that every member signs.
	pub fn payload(&self) -> Vec<u8> {
		let Checkpoint { number, hash, set_id } = &self.checkpoint;
		payload::checkpoint(&self.genesis, *number, &hash.0, *set_id)
	}

	/// Refuses a checkpoint of another network.
	pub fn ensure_network(&self, genesis: &GenesisHash) -> Result<(), Error> {
		if self.genesis == *genesis {
			return Ok(());
		}
		Err(Error::AnotherNetwork {
			expected: *genesis,
			found: self.genesis,
		})
	}

	/// Adds a key's signature. Whether it is a member's, the [ledger](sign) knows.
	pub fn sign(&mut self, key: &Keypair) -> Result<(), Error> {
		let account = key.account();
		if self.is_signed_by(&account) {
			return Err(Error::AlreadySigned { account });
		}
		let signature = key.sign_owner(&self.payload());
		self.add(MemberSignature { account, signature })
	}

	/// Whether there is a signature of that account.
	pub fn is_signed_by(&self, account: &AccountId) -> bool {
		self.signatures.iter().any(|signature| signature.account == *account)
	}

	/// Adds the signatures in another file about the same block. One that is here already is not added again.
	pub fn attach(&mut self, other: &Self) -> Result<(), Error> {
		other.ensure_network(&self.genesis)?;
		if other.checkpoint != self.checkpoint {
			return Err(Error::OtherCheckpoint {
				expected: self.checkpoint,
				found: other.checkpoint,
			});
		}
		other.verify()?;
		for signature in &other.signatures {
			if !self.is_signed_by(&signature.account) {
				self.add(signature.clone())?;
			}
		}
		Ok(())
	}

	fn add(&mut self, signature: MemberSignature) -> Result<(), Error> {
		if self.signatures.len() >= MAX_SIGNATURES {
			return Err(Error::TooManySignatures { most: MAX_SIGNATURES });
		}
		self.signatures.push(signature);
		Ok(())
	}

	/// Whether each signature is by the account that it names over this checkpoint, and each account's only one. Whether these are members,
	/// and enough of them, the [ledger](check) knows.
	pub fn verify(&self) -> Result<(), Error> {
		let payload = self.payload();
		for (index, MemberSignature { account, signature }) in self.signatures.iter().enumerate() {
			if self.signatures.iter().take(index).any(|earlier| earlier.account == *account) {
				return Err(Error::AlreadySigned {
					account: account.clone(),
				});
			}
			signature.verify(&payload, account).map_err(|fault| match fault {
				SignatureFault::Malformed => Error::MalformedSignature {
					account: account.clone(),
				},
				SignatureFault::Mismatch => Error::WrongSignature {
					account: account.clone(),
				},
			})?;
		}
		Ok(())
	}

	/// Whether so many of that council signed as have to, and nobody else.
	pub fn ensure_by(&self, council: &Council) -> Result<(), Error> {
		self.verify()?;
		for MemberSignature { account, .. } in &self.signatures {
			ensure_member(council, account)?;
		}
		let found = self.signatures.len();
		// Each is another member's.
		if u32::try_from(found).is_ok_and(|found| found >= council.quorum.max(1)) {
			return Ok(());
		}
		Err(Error::TooFewSignatures {
			found,
			quorum: council.quorum,
			members: council.members.len(),
			number: council.number,
		})
	}

	/// Reads a checkpoint, and [verifies](Self::verify) the signatures.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the checkpoint file", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		let read: Result<Self, _> = document::read(bytes, MAX_BYTES, FORMAT);
		let file = read.map_err(|fault| Error::Damaged {
			origin: origin.to_owned(),
			fault,
		})?;
		file.verify()?;
		Ok(file)
	}

	/// Reads a file, as [`Self::parse`] does.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::parse_from(&format!("the checkpoint file {}", path.display()), &bytes)
	}

	/// Writes a file that does not exist yet, whole or not at all. It is for everybody.
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), false)?)
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}
}

/// Refuses whoever was no member.
fn ensure_member(council: &Council, account: &AccountId) -> Result<(), Error> {
	if council.has(account) {
		return Ok(());
	}
	Err(Error::NotMember {
		account: account.clone(),
		number: council.number,
	})
}

/// A checkpoint for the council to sign: the newest final block that changes the set of authorities. Such a block is in proofs of warp
/// synchronisation and in bundles, where others are not. With `any`, or where the set never changed, the newest final block.
///
/// The node is asked for old states; one that forgot them cannot say which block changed the set.
pub async fn propose(chain: &Chain, any: bool) -> Result<CheckpointFile, AnyError> {
	let newest = chain.height().await?;
	let current = set_behind(chain, newest).await?;
	let number = match any || current == 0 {
		true => newest,
		false => {
			let mut search = Search { before: 0, from: newest };
			while let Some(middle) = search.middle() {
				search.narrow(middle, set_behind(chain, middle).await? == current);
			}
			search.from
		},
	};
	let checkpoint = Checkpoint {
		number,
		hash: final_hash(chain, number).await?,
		set_id: set_of(chain, number).await?,
	};
	Ok(CheckpointFile::new(chain.genesis(), checkpoint))
}

/// For the block that changed the set. The numbers of sets never fall: before that block is an earlier set, from it on the current one.
struct Search {
	/// Behind this block is an earlier set.
	before: BlockNumber,
	/// Behind this one the current set, which is the larger number.
	from: BlockNumber,
}

impl Search {
	/// The block to look at next. None: `from` is it.
	fn middle(&self) -> Option<BlockNumber> {
		let distance = self.from.saturating_sub(self.before);
		// Saturating: it is between the two.
		(distance > 1).then(|| self.before.saturating_add(distance / 2))
	}

	fn narrow(&mut self, middle: BlockNumber, is_current: bool) {
		match is_current {
			true => self.from = middle,
			false => self.before = middle,
		}
	}
}

/// Adds the signature of a council member's key, if the block is on the finalised chain of the node. Returns the council, for whoever wants to
/// know who else is to sign.
pub async fn sign(chain: &Chain, file: &mut CheckpointFile, key: &Keypair) -> Result<Council, AnyError> {
	let council = council(chain, file).await?;
	ensure_member(&council, &key.account())?;
	file.sign(key)?;
	Ok(council)
}

/// Accepts a checkpoint that is on the finalised chain of the node, and that as many members of the council as have to vouched for, by the state
/// of that block. Returns the council, for whoever knows its members: both the chain and the council are the node's word, so that a file which this
/// accepts is worth as much as the node that was asked.
pub async fn check(chain: &Chain, file: &CheckpointFile) -> Result<Council, AnyError> {
	let council = council(chain, file).await?;
	file.ensure_by(&council)?;
	Ok(council)
}

/// The council at a checkpoint's block, if that is what it says it is.
async fn council(chain: &Chain, file: &CheckpointFile) -> Result<Council, AnyError> {
	file.ensure_network(chain.genesis())?;
	let checkpoint = file.checkpoint;
	if checkpoint.number == 0 {
		return Err(Error::NothingToVouchFor.into());
	}
	let found = final_hash(chain, checkpoint.number).await?;
	if found != checkpoint.hash {
		return Err(Error::OtherBlock {
			url: chain.url().into(),
			checkpoint,
			found: found.to_string(),
		}
		.into());
	}
	let found = set_of(chain, checkpoint.number).await?;
	if found != checkpoint.set_id {
		return Err(Error::OtherSet { checkpoint, found }.into());
	}
	let block = chain.as_of(Some(checkpoint.number)).await?;
	Council::at(chain, &block).await
}

async fn final_hash(chain: &Chain, number: BlockNumber) -> Result<Hash, AnyError> {
	Ok(Hash(chain.as_of(Some(number)).await?.block_hash().0))
}

/// The set that finalises what comes behind a block: one that changes the set names the next one already.
async fn set_behind(chain: &Chain, number: BlockNumber) -> Result<u64, AnyError> {
	let block = chain.as_of(Some(number)).await?;
	let set: Option<u64> = chain.stored(&block, "Grandpa", "CurrentSetId", ()).await?;
	// As in the ledger, where nothing is written before the first change.
	Ok(set.unwrap_or_default())
}

/// The set that finalises a block.
async fn set_of(chain: &Chain, number: BlockNumber) -> Result<u64, AnyError> {
	match number.checked_sub(1) {
		Some(parent) => set_behind(chain, parent).await,
		None => Err(Error::NothingToVouchFor.into()),
	}
}

impl Chain {
	/// Fails unless a checkpoint is on the finalised chain. A light client knows no blocks of the past; the ledger has the hashes of its last ones,
	/// which are proven to it, and of a checkpoint before these it cannot tell: that fails as well.
	pub async fn ensure_descends_from(&self, checkpoint: &Checkpoint) -> Result<(), AnyError> {
		let newest = self.finalised().await?;
		checkpoint.ensure_reached(self.url(), newest.block_number())?;
		let found = match self.ensure_node("tell whether a checkpoint of so long ago is on the chain") {
			Ok(()) => {
				let found = self.block_at(checkpoint.number).await?;
				found.map_or_else(|| "nothing".into(), |block| block.hash)
			},
			Err(unknown) => {
				let found = self.recorded_hash(&newest, checkpoint.number).await?;
				found.ok_or(unknown)?.to_string()
			},
		};
		Ok(checkpoint.ensure_is(self.url(), found)?)
	}

	/// The hash of a block, as the state of a later one has it, if it still does.
	async fn recorded_hash(&self, newest: &FinalisedBlock, number: BlockNumber) -> Result<Option<Hash>, AnyError> {
		// Its own hash is not in its state.
		if newest.block_number() == u64::from(number) {
			return Ok(Some(Hash(newest.block_hash().0)));
		}
		let recorded: Option<[u8; 32]> = self.stored(newest, "System", "BlockHash", (Static(number),)).await?;
		// What is not there may be read as nothing but zeros.
		Ok(recorded.filter(|hash| *hash != [0; 32]).map(Hash))
	}

	/// As [`Self::ensure_descends_from`], of the newest checkpoint that is compiled in.
	pub(crate) async fn ensure_compiled_checkpoint(&self) -> Result<(), AnyError> {
		match compiled(self.genesis()).last() {
			Some(newest) => self.ensure_descends_from(newest).await,
			None => Ok(()),
		}
	}
}

/// The checkpoints of a network that this program was compiled with, from the oldest to the newest.
pub fn compiled(genesis: &GenesisHash) -> &'static [Checkpoint] {
	static READ: LazyLock<BTreeMap<String, Vec<Checkpoint>>> =
		LazyLock::new(|| read_compiled(COMPILED).expect("the unit tests read the same bytes; qed"));
	READ.get(&document::to_hex(genesis)).map_or(&[], Vec::as_slice)
}

/// `chain-specs/checkpoints.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compiled {
	/// For whoever edits it.
	#[serde(rename = "comment")]
	_comment: String,
	networks: BTreeMap<String, Vec<Checkpoint>>,
}

fn read_compiled(text: &str) -> Result<BTreeMap<String, Vec<Checkpoint>>, String> {
	let Compiled { networks, .. } = serde_json::from_str(text).map_err(|error| error.to_string())?;
	for (genesis, checkpoints) in &networks {
		let is_written_so = |hash: Hash| hash.to_string() == *genesis;
		let parsed: Result<Hash, _> = serde_json::from_value(genesis.as_str().into());
		if !parsed.is_ok_and(is_written_so) {
			return Err(format!("{genesis}: a network is 0x and 64 small hexadecimal digits"));
		}
		let heights = std::iter::once(0).chain(checkpoints.iter().map(|checkpoint| checkpoint.number));
		if checkpoints.is_empty() || !heights.is_sorted_by(|one, next| one < next) {
			return Err(format!(
				"{genesis}: checkpoints are in the order of their numbers, each once, none 0, and at least one"
			));
		}
	}
	Ok(networks)
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/checkpoint/v1")]
	V1,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
	#[serde(with = "document::account")]
	account: AccountId,
	signature: WrittenSignature,
}

/// The file's layout.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
	format: Format,
	#[serde(with = "document::hexadecimal")]
	genesis: GenesisHash,
	number: BlockNumber,
	hash: Hash,
	set_id: u64,
	signatures: Vec<Entry>,
}

impl From<CheckpointFile> for Document {
	fn from(file: CheckpointFile) -> Self {
		let entries = file
			.signatures
			.into_iter()
			.map(|MemberSignature { account, signature }| Entry {
				account,
				signature: signature.into(),
			});
		Self {
			format: Format::V1,
			genesis: file.genesis,
			number: file.checkpoint.number,
			hash: file.checkpoint.hash,
			set_id: file.checkpoint.set_id,
			signatures: entries.collect(),
		}
	}
}

impl TryFrom<Document> for CheckpointFile {
	type Error = &'static str;

	fn try_from(document: Document) -> Result<Self, Self::Error> {
		if document.signatures.len() > MAX_SIGNATURES {
			return Err("there are more signatures than a council has members");
		}
		let entries = document.signatures.into_iter().map(|Entry { account, signature }| {
			Ok(MemberSignature {
				account,
				signature: signature.try_into()?,
			})
		});
		Ok(Self {
			genesis: document.genesis,
			checkpoint: Checkpoint {
				number: document.number,
				hash: document.hash,
				set_id: document.set_id,
			},
			signatures: entries.collect::<Result<_, Self::Error>>()?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::SignatureScheme;

	const GENESIS: GenesisHash = [1; 32];

	fn key(name: &str) -> Keypair {
		Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key")
	}

	fn proposal() -> CheckpointFile {
		CheckpointFile::new(
			&GENESIS,
			Checkpoint {
				number: 7,
				hash: Hash([2; 32]),
				set_id: 3,
			},
		)
	}

	fn signed(names: &[&str]) -> CheckpointFile {
		let mut file = proposal();
		for name in names {
			file.sign(&key(name)).expect("each signs once");
		}
		file
	}

	fn council() -> Council {
		Council {
			number: 7,
			members: ["//Alice", "//Bob", "//Charlie"].map(|name| key(name).account()).to_vec(),
			quorum: 2,
		}
	}

	#[test]
	fn a_file_says_the_same_after_it_was_written_and_read() {
		let file = signed(&["//Alice", "//Bob"]);
		let read = CheckpointFile::parse(&file.canonical()).expect("it was just written");
		assert_eq!(read, file);
	}

	#[test]
	fn members_sign_copies_and_what_they_signed_is_attached() {
		let (mut file, other) = (signed(&["//Alice"]), signed(&["//Bob", "//Alice"]));
		file.attach(&other).expect("it is about the same block");
		assert_eq!(file.signatures.len(), 2, "nobody counts twice");
		file.ensure_by(&council()).expect("two of three signed");
	}

	#[test]
	fn fewer_than_the_quorum_vouch_for_nothing() {
		for names in [&[][..], &["//Alice"]] {
			let outcome = signed(names).ensure_by(&council());
			assert!(
				matches!(outcome, Err(Error::TooFewSignatures { found, quorum: 2, members: 3, number: 7 }) if found == names.len()),
				"{outcome:?}"
			);
		}
	}

	#[test]
	fn nobody_vouches_where_a_quorum_is_none() {
		let council = Council { quorum: 0, ..council() };
		let outcome = proposal().ensure_by(&council);
		assert!(matches!(outcome, Err(Error::TooFewSignatures { .. })), "{outcome:?}");
	}

	#[test]
	fn a_signature_by_somebody_else_is_refused_even_where_enough_members_signed() {
		let outcome = signed(&["//Alice", "//Bob", "//Eve"]).ensure_by(&council());
		let eve = key("//Eve").account();
		assert!(
			matches!(&outcome, Err(Error::NotMember { account, number: 7 }) if *account == eve),
			"{outcome:?}"
		);
	}

	#[test]
	fn a_signature_for_another_block_set_or_network_is_refused() {
		let file = signed(&["//Alice"]);
		file.verify().expect("the control");
		let mut other_block = file.clone();
		other_block.checkpoint.hash = Hash([3; 32]);
		let mut other_height = file.clone();
		other_height.checkpoint.number = 8;
		let mut other_set = file.clone();
		other_set.checkpoint.set_id = 4;
		let mut other_network = file.clone();
		other_network.genesis = [9; 32];
		for changed in [other_block, other_height, other_set, other_network] {
			let outcome = CheckpointFile::parse(&changed.canonical());
			assert!(matches!(outcome, Err(Error::WrongSignature { .. })), "{outcome:?}");
		}
	}

	#[test]
	fn files_about_different_blocks_or_networks_do_not_go_together() {
		let mut file = signed(&["//Alice"]);
		let before = file.clone();
		let mut later = proposal();
		later.checkpoint.number = 8;
		let outcome = file.attach(&later);
		assert!(matches!(outcome, Err(Error::OtherCheckpoint { .. })), "{outcome:?}");
		let mut foreign = proposal();
		foreign.genesis = [9; 32];
		let outcome = file.attach(&foreign);
		assert!(matches!(outcome, Err(Error::AnotherNetwork { .. })), "{outcome:?}");
		assert_eq!(file, before, "nothing was attached");
	}

	#[test]
	fn nobody_signs_twice() {
		let mut file = signed(&["//Alice"]);
		assert!(matches!(file.sign(&key("//Alice")), Err(Error::AlreadySigned { .. })));
		let twice = file.signatures.clone();
		file.signatures.extend(twice);
		let outcome = CheckpointFile::parse(&file.canonical());
		assert!(matches!(outcome, Err(Error::AlreadySigned { .. })), "{outcome:?}");
	}

	#[test]
	fn the_block_that_changed_the_set_is_found_with_few_questions() {
		for newest in [1, 2, 3, 64, 1_000, BlockNumber::MAX] {
			for change in [1, 2, 3, newest / 2, newest.saturating_sub(1), newest] {
				if !(1..=newest).contains(&change) {
					continue;
				}
				let (mut search, mut questions) = (Search { before: 0, from: newest }, 0);
				while let Some(middle) = search.middle() {
					search.narrow(middle, middle >= change);
					questions += 1;
				}
				assert_eq!(search.from, change, "of {newest}");
				assert!(questions <= BlockNumber::BITS, "{questions} for {newest}");
			}
		}
	}

	#[test]
	fn a_node_that_contradicts_a_checkpoint_or_ends_below_it_is_refused() {
		let (url, checkpoint) = ("ws://127.0.0.1:9944", proposal().checkpoint);
		for finalised in [7, 8, u64::MAX] {
			checkpoint.ensure_reached(url, finalised).expect("the control");
		}
		for finalised in [0, 6] {
			let outcome = checkpoint.ensure_reached(url, finalised).expect_err("it ends below");
			let told = matches!(&outcome, Error::BelowCheckpoint { finalised: told, .. } if *told == finalised);
			assert!(told, "{outcome:?}");
			assert_eq!(outcome.kind(), ErrorKind::Connection, "another node may do");
		}
		checkpoint.ensure_is(url, checkpoint.hash.to_string()).expect("the control");
		for other in [Hash([3; 32]).to_string(), "nothing".into(), String::new()] {
			let outcome = checkpoint.ensure_is(url, other.clone()).expect_err("it has another block");
			let told = matches!(&outcome, Error::NotDescended { found, .. } if *found == other);
			assert!(told, "{outcome:?}");
			assert_eq!(outcome.kind(), ErrorKind::Connection, "another node may do");
			let sentence = outcome.to_string();
			assert!(
				sentence.contains(url) && sentence.contains("nothing that it says can be relied on"),
				"{sentence}"
			);
		}
	}

	#[test]
	fn each_way_for_a_file_to_be_damaged_is_told() {
		let good = String::from_utf8(proposal().canonical()).expect("JSON is text");
		CheckpointFile::parse(good.as_bytes()).expect("the control");
		for damaged in [
			good.replace("\"number\"", "\"height\""),
			good.replace("checkpoint/v1", "checkpoint/v2"),
			good.replace("0x02", "0x"),
			good.replace('}', ""),
		] {
			let outcome = CheckpointFile::parse(damaged.as_bytes());
			assert!(matches!(outcome, Err(Error::Damaged { .. })), "{damaged}: {outcome:?}");
		}
	}

	#[test]
	fn the_checkpoints_that_are_compiled_in_are_well_formed() {
		read_compiled(COMPILED).expect("chain-specs/checkpoints.json is reviewed");
		assert!(compiled(&[0xfe; 32]).is_empty(), "of a network that there is not");
	}

	#[test]
	fn checkpoints_that_are_out_of_order_or_of_no_network_are_not_compiled_in() {
		let (network, hash) = (Hash([1; 32]), Hash([2; 32]));
		let text = |network: &str, numbers: &[u32]| {
			let one = |number: &u32| format!(r#"{{"number":{number},"hash":"{hash}","setId":0}}"#);
			let all: Vec<_> = numbers.iter().map(one).collect();
			format!(r#"{{"comment":"","networks":{{"{network}":[{}]}}}}"#, all.join(","))
		};
		let network = network.to_string();
		let read = read_compiled(&text(&network, &[7, 9])).expect("the control");
		assert_eq!(read[&network].last().map(|checkpoint| checkpoint.number), Some(9));
		for bad in [
			text(&network, &[]),
			text(&network, &[0]),
			text(&network, &[9, 7]),
			text(&network, &[7, 7]),
			text("0x01", &[7]),
			text(&network.to_uppercase(), &[7]),
			text(&network, &[7]).replace("setId", "set"),
		] {
			assert!(read_compiled(&bad).is_err(), "{bad}");
		}
	}
}
