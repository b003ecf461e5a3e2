// SPDX-License-Identifier: Apache-2.0

//! The operations of an account: all of them, in order, with proof that none is missing (X.1407 9.1.1 c).
//!
//! An operation is an extrinsic that the account signed. The ledger numbers them: the first has the nonce 0, each one the next.
//! It never forgets how far it got: only who holds a label or applies for one can send anything, and the ledger keeps these
//! accounts for ever (`keep_account` in pallet-labels). So an account with the nonce N has sent N extrinsics, and a history that
//! has one for each number below N is complete.
//!
//! What others did in the account's name, as its proxies or with it in a multisignature, are operations of those who signed.
//!
//! # What is proven, and how
//!
//! [`of_account`] asks one node, which must have kept the state of all blocks (an archive node), and checks what it says:
//!
//! 1. *F* is the newest finalised block by the node's word, or a block whose hash the caller names. In the first case its time, which is
//!    proven as in 7, is not long ago.
//! 2. A header belongs to a hash if BLAKE2b-256 of its encoding is that hash.
//! 3. The account's nonce at a block is read with a storage proof against the state root in the header. At F it is N. Where it
//!    grew is found by halving: between two blocks with the same nonce nothing happened, otherwise the block in the middle is
//!    asked for.
//! 4. The body of a block in which it grew is whole and unaltered if its Merkle root is the one in the header. The extrinsics in
//!    it that the account signed must have the nonces by which it grew.
//! 5. Each of these has a valid signature of the account, over the call, the nonce and the network's genesis among others. It is checked
//!    as soon as the block is found: a node that makes blocks up is not followed far.
//! 6. Each of these blocks is an ancestor of F, or F: the state of a block has the hashes of the 4,096 blocks before it, and is
//!    asked for them with storage proofs, in steps of as many.
//! 7. Times, and what came of the operations and of the calls inside of them, are in the states of their blocks, and are read with storage
//!    proofs, too.
//!
//! An operation that this program cannot read, or whose signature is over something that it does not know, is told all the same. It is in
//! its block, and its [`signature`](Operation::signature) says that it was not checked.
//!
//! # What a lying node can still do
//!
//! - **Name another F** than the newest finalised block, whose justification is not checked yet; not where the caller named it. With an old
//!   one, of the last two minutes, the end of the history is missing. With a block that never was, on top of others that never were,
//!   everything from some number on can be missing, operations can be in other blocks and at other times, and in the place of one can be
//!   another that the account did sign with the same nonce and that was never included. Nothing can be there that the account did not
//!   sign, but for what is marked as not checked. The result names F ([`AccountHistory::as_of`]): to whoever has this hash from a node
//!   that they trust, all of the above is proven.
//! - **Give false names.** What the numbers of events and errors mean is read from the metadata that the node gives, and with it whether an
//!   operation and the calls inside of it succeeded; so are the names of calls that are not among [`calls`](chirograph_primitives::calls).
//!   Nonces, blocks, times and hashes of operations do not depend on it.

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	document,
	effects::{Made, Mark},
	error::ErrorKind,
	keys::format_account,
	refusal::Refusal,
};
use chirograph_primitives::{AccountId, BlockNumber, Moment};
use codec::{Compact, Decode, Encode};
use futures::{stream, StreamExt, TryStreamExt};
use serde::Serialize;
use sp_core::Blake2Hasher;
use sp_crypto_hashing::{blake2_128, blake2_256, twox_128, twox_64};
use sp_runtime::{generic::Era, traits::Verify, MultiAddress, MultiSignature};
use sp_trie::{read_trie_value, LayoutV0, LayoutV1, StorageProof, TrieConfiguration};
use std::{collections::HashMap, fmt::Display, ops::Range};
use subxt::{config::substrate::SubstrateHeader, utils::H256};

pub use crate::effects::{About, InnerCall, Outcome};

/// How many questions are asked at once.
const AT_ONCE: usize = 16;
/// How far back the state of a block knows the hashes of others: `BlockHashCount` of the runtime.
const REACH: BlockNumber = 4_096;
/// The first byte of a signed extrinsic, format 4. Format 5 has no signed ones.
const SIGNED: u8 = 0x84;
/// A signature is over the hash of what is longer.
const MAX_SIGNED_BYTES: usize = 256;
/// No block has more signed extrinsics: it has four MiB at the most, and each of them more than a hundred bytes.
const MAX_PER_BLOCK: u32 = 4 * 1024 * 1024 / 100;

/// Why a history cannot be told, or must not be believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The account used a nonce, and there is no operation for it.
	#[error("{} used the nonce {nonce} in block {block}, and the node shows no operation with it there: it hides one; do not believe this node, ask another", format_account(account))]
	Gap {
		/// Whose operation is missing.
		account: AccountId,
		/// Which one.
		nonce: u32,
		/// The block that has it.
		block: BlockNumber,
	},
	/// A header that is not the one of its hash, or of another height.
	#[error("what the node shows as the header of block {block} is forged: {fault}; do not believe this node, ask another")]
	ForgedHeader {
		/// Hash or height.
		block: String,
		/// What does not fit.
		fault: &'static str,
	},
	/// Extrinsics that are not those of the block.
	#[error("what the node shows as the content of block {block} is forged: it does not have the Merkle root that the header names; do not believe this node, ask another")]
	ForgedBody {
		/// Whose content it should be.
		block: BlockNumber,
	},
	/// A storage proof that proves nothing about the block.
	#[error("what the node says of the state of block {block} is forged: its proof does not lead to the root that the header names; do not believe this node, ask another")]
	ForgedProof {
		/// Whose state it should be.
		block: BlockNumber,
	},
	/// An operation that the account did not sign as it is.
	#[error("extrinsic {extrinsic} of block {block}, as the node shows it, is forged: {} did not sign it; do not believe this node, ask another", format_account(account))]
	ForgedSignature {
		/// Who is said to have signed.
		account: AccountId,
		/// Where it is said to be.
		block: BlockNumber,
		/// Its index in the block.
		extrinsic: u32,
	},
	/// A block that is not on the chain of the newest one.
	#[error("the block {hash} that the node shows at height {block} is forged: later blocks remember another one; do not believe this node, ask another")]
	ForgedBlock {
		/// Its height.
		block: BlockNumber,
		/// Its hash.
		hash: String,
	},
	/// Nonces that do not fit together.
	#[error("the nonce of {} in block {block} does not fit the blocks around it: the node shows blocks that cannot be of one chain; do not believe this node, ask another", format_account(account))]
	Contradiction {
		/// Whose nonce.
		account: AccountId,
		/// The block that does not fit.
		block: BlockNumber,
	},
	/// More operations than blocks have room for.
	#[error("the node says that {} used {nonce} nonces up to block {block}, and so many blocks have no room for so much: it makes blocks up; do not believe this node, ask another", format_account(account))]
	TooMany {
		/// Whose.
		account: AccountId,
		/// How many.
		nonce: u32,
		/// The block up to which.
		block: BlockNumber,
	},
	/// The block up to which the history was asked for.
	#[error("the node does not know the block {hash}; check the hash, or ask another node")]
	UnknownBlock {
		/// Its hash.
		hash: String,
	},
	/// The node keeps only what is recent.
	#[error("the node has forgotten block {block} or its state; ask an archive node, one that was set up with `--state-pruning archive`")]
	Pruned {
		/// What it was asked about.
		block: BlockNumber,
	},
	/// Genuine perhaps, but not understood.
	#[error("this program cannot read {what} in block {block}; update this program")]
	Unreadable {
		/// Where it is.
		block: BlockNumber,
		/// What it is.
		what: &'static str,
	},
}

impl Error {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::Gap { .. }
			| Self::ForgedHeader { .. }
			| Self::ForgedBody { .. }
			| Self::ForgedProof { .. }
			| Self::ForgedSignature { .. }
			| Self::ForgedBlock { .. }
			| Self::Contradiction { .. }
			| Self::TooMany { .. } => ErrorKind::Refused,
			Self::UnknownBlock { .. } | Self::Pruned { .. } | Self::Unreadable { .. } => ErrorKind::Connection,
		}
	}
}

/// All operations of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountHistory {
	/// Whose.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// How many there are: the nonce of the next one.
	pub nonce: u32,
	/// The block up to which this is complete.
	pub as_of: BlockId,
	/// Whether the caller named that block. Otherwise it is what the node must be believed, see the [module](self).
	pub as_asked: bool,
	/// One for each nonce below that one, in order.
	pub operations: Vec<Operation>,
}

/// Whether it was made sure that the account signed an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SignatureCheck {
	/// It did.
	Valid,
	/// Not by this program: the operation cannot be read, or what was signed has a hash of the metadata in it. That the operation is in its
	/// block is proven all the same.
	Unchecked,
}

/// An extrinsic that the account signed, in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
	/// Which one of the account's it is, from 0.
	pub nonce: u32,
	/// Height of its block.
	pub block: BlockNumber,
	/// Hash of its block.
	#[serde(with = "document::hexadecimal")]
	pub block_hash: [u8; 32],
	/// Time of its block, in milliseconds since the Unix epoch.
	pub time: Moment,
	/// Index in its block.
	pub extrinsic: u32,
	/// BLAKE2b-256 of the extrinsic.
	#[serde(with = "document::hexadecimal")]
	pub hash: [u8; 32],
	/// Whether the account's signature was checked.
	pub signature: SignatureCheck,
	/// Name of the pallet that was called; `?` if it cannot be read.
	pub pallet: String,
	/// Name of the call; `?` if it cannot be read.
	pub call: String,
	/// What it is about.
	pub about: Option<About>,
	/// Whether the ledger did it. What it refused is on record, too. A batch can be done without any of the calls in it.
	pub succeeded: bool,
	/// Why the ledger refused it, as the node's metadata has it.
	pub error: Option<String>,
	/// The calls inside, in order, and what came of each.
	pub calls: Vec<InnerCall>,
}

/// All operations of `account` up to the block with the hash `as_of`, or up to the newest finalised block by the node's word; checked as
/// the [module](self) says.
pub async fn of_account(chain: &Chain, account: &AccountId, as_of: Option<[u8; 32]>) -> Result<AccountHistory, crate::Error> {
	let reader = Reader { chain, account };
	let head = match as_of {
		Some(hash) => {
			let hash = H256(hash);
			let unknown = || Error::UnknownBlock {
				hash: format!("{hash:?}"),
			};
			reader.find_block(hash).await?.ok_or_else(unknown)?
		},
		None => {
			chain.ensure_synced().await?;
			let head = reader.block(chain.finalised().await?.block_hash()).await?;
			chain.ensure_recent(head.number.into(), reader.time(&head).await?)?;
			head
		},
	};
	let nonce = reader.nonce(&head).await?;
	let (blocks, operations) = reader.all_operations(head, nonce).await?;
	reader.ensure_ancestors(blocks, head).await?;
	Ok(AccountHistory {
		account: account.clone(),
		nonce,
		as_of: BlockId::new(head.number.into(), head.hash),
		as_asked: as_of.is_some(),
		operations,
	})
}

type Header = SubstrateHeader<H256>;

/// What the header of a block binds it to. It was compared with the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
	number: BlockNumber,
	hash: H256,
	parent: H256,
	state_root: H256,
	extrinsics_root: H256,
}

impl Block {
	fn new(hash: H256, header: &Header) -> Result<Self, Error> {
		let forged = |fault| Error::ForgedHeader {
			block: format!("{hash:?}"),
			fault,
		};
		if blake2_256(&header.encode()) != hash.0 {
			return Err(forged("it has another hash"));
		}
		Ok(Self {
			number: BlockNumber::try_from(header.number).map_err(|_| forged("no block has that height"))?,
			hash,
			parent: header.parent_hash,
			state_root: header.state_root,
			extrinsics_root: header.extrinsics_root,
		})
	}

	/// What the state has under `key`, if that is what these nodes of its trie prove.
	fn proven(&self, nodes: impl IntoIterator<Item = Vec<u8>>, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
		let nodes = StorageProof::new(nodes).into_memory_db::<Blake2Hasher>();
		read_trie_value::<LayoutV1<Blake2Hasher>, _>(&nodes, &self.state_root, key, None, None)
			.map_err(|_| Error::ForgedProof { block: self.number })
	}

	/// Fails where these are not all extrinsics of the block, in order.
	fn ensure_body(&self, extrinsics: &[Vec<u8>]) -> Result<(), Error> {
		// The runtime's `system_version` says that it is this layout, whatever the state's is.
		let root = LayoutV0::<Blake2Hasher>::ordered_trie_root(extrinsics);
		(root == self.extrinsics_root)
			.then_some(())
			.ok_or(Error::ForgedBody { block: self.number })
	}

	fn read<T: Decode>(&self, what: &'static str, bytes: &[u8]) -> Result<T, Error> {
		T::decode(&mut &bytes[..]).map_err(|_| self.unreadable(what))
	}

	fn unreadable(&self, what: &'static str) -> Error {
		Error::Unreadable {
			block: self.number,
			what,
		}
	}
}

/// A part of the chain: behind the height `after`, up to and with `block`, the account used these nonces.
#[derive(Clone, Debug)]
struct Stretch {
	after: BlockNumber,
	block: Block,
	nonces: Range<u32>,
}

impl Stretch {
	fn is_one_block(&self) -> bool {
		self.block.number.saturating_sub(self.after) <= 1
	}

	fn fits(&self) -> bool {
		let blocks = self.block.number.saturating_sub(self.after);
		self.nonces.end.saturating_sub(self.nonces.start) <= blocks.saturating_mul(MAX_PER_BLOCK)
	}
}

/// What a look at a [`Stretch`] brings.
enum Look {
	/// It is too long to be looked at as a whole.
	Halves([Stretch; 2]),
	/// It is one block.
	Operations(Block, Vec<Operation>),
}

/// Asks a node about an account, and checks the answers.
struct Reader<'a> {
	chain: &'a Chain,
	account: &'a AccountId,
}

impl Reader<'_> {
	async fn block(&self, hash: H256) -> Result<Block, crate::Error> {
		let block = self.find_block(hash).await?;
		block.ok_or_else(|| self.chain.node_error(format!("no header of the block {hash:?}")))
	}

	async fn find_block(&self, hash: H256) -> Result<Option<Block>, crate::Error> {
		let header = self.chain.legacy.chain_get_header(Some(hash)).await;
		let header = header.map_err(|error| self.chain.node_error(error))?;
		Ok(header.map(|header| Block::new(hash, &header)).transpose()?)
	}

	async fn block_at(&self, number: BlockNumber) -> Result<Block, crate::Error> {
		let hash = self.chain.legacy.chain_get_block_hash(Some(number.into())).await;
		let hash = hash.map_err(|error| self.chain.node_error(error))?;
		let hash = hash.ok_or_else(|| self.chain.node_error(format!("no block {number} below one that is final")))?;
		let block = self.block(hash).await?;
		if block.number != number {
			return Err(Error::ForgedHeader {
				block: number.to_string(),
				fault: "it has another height",
			}
			.into());
		}
		Ok(block)
	}

	/// What the state of `block` has under `key`.
	async fn stored(&self, block: &Block, key: &[u8]) -> Result<Option<Vec<u8>>, crate::Error> {
		let answer = self.chain.legacy.state_get_read_proof([key], Some(block.hash)).await;
		let answer = answer.map_err(|error| self.failed(block, error))?;
		Ok(block.proven(answer.proof.into_iter().map(|node| node.0), key)?)
	}

	/// How many extrinsics of the account there are up to and with `block`.
	async fn nonce(&self, block: &Block) -> Result<u32, crate::Error> {
		match self.stored(block, &account_key(self.account)).await? {
			// The first field of `AccountInfo`.
			Some(info) => Ok(block.read("the nonce of the account", &info)?),
			None => Ok(0),
		}
	}

	/// When `block` was made; zero for the first one.
	async fn time(&self, block: &Block) -> Result<Moment, crate::Error> {
		match self.stored(block, &value_key("Timestamp", "Now")).await? {
			Some(time) => Ok(block.read("the time", &time)?),
			None => Ok(0),
		}
	}

	/// The blocks in which the account used the nonces below `nonce`, and its operations in them, in order. What is found is looked into
	/// before more is looked for: a node that makes blocks up has to show signatures at once.
	async fn all_operations(&self, head: Block, nonce: u32) -> Result<(Vec<Block>, Vec<Operation>), crate::Error> {
		// Nobody can have signed anything before the genesis of the network that the signature names.
		let whole = Stretch {
			after: 0,
			block: head,
			nonces: 0..nonce,
		};
		if !whole.fits() {
			return Err(Error::TooMany {
				account: self.account.clone(),
				nonce,
				block: head.number,
			}
			.into());
		}
		let (mut open, mut found) = (vec![whole], Vec::new());
		while !open.is_empty() {
			let next = open.split_off(open.len().saturating_sub(AT_ONCE));
			let looks = stream::iter(next.into_iter().filter(|stretch| !stretch.nonces.is_empty()));
			let looks = looks.map(|stretch| self.look(stretch)).buffer_unordered(AT_ONCE);
			for look in looks.try_collect::<Vec<_>>().await? {
				match look {
					Look::Halves(halves) => open.extend(halves),
					Look::Operations(block, operations) => found.push((block, operations)),
				}
			}
		}
		found.sort_by_key(|(block, _)| block.number);
		let (blocks, operations): (Vec<_>, Vec<_>) = found.into_iter().unzip();
		Ok((blocks, operations.concat()))
	}

	async fn look(&self, stretch: Stretch) -> Result<Look, crate::Error> {
		if !stretch.is_one_block() {
			return self.halve(stretch).await.map(Look::Halves);
		}
		let block = stretch.block;
		Ok(Look::Operations(block, self.operations(stretch).await?))
	}

	async fn halve(&self, stretch: Stretch) -> Result<[Stretch; 2], crate::Error> {
		let Stretch { after, block, nonces } = stretch;
		let middle = self.block_at(after.midpoint(block.number)).await?;
		let nonce = self.nonce(&middle).await?;
		if nonce < nonces.start || nonces.end < nonce {
			return Err(self.contradiction(&middle).into());
		}
		let earlier = Stretch {
			after,
			block: middle,
			nonces: nonces.start..nonce,
		};
		let later = Stretch {
			after: middle.number,
			block,
			nonces: nonce..nonces.end,
		};
		Ok([earlier, later])
	}

	/// The operations in the one block of a stretch.
	async fn operations(&self, stretch: Stretch) -> Result<Vec<Operation>, crate::Error> {
		let Stretch { block, mut nonces, .. } = stretch;
		let body = self.body(&block).await?;
		let at = self.chain.client.at_block(block.hash).await;
		let at = at.map_err(|error| self.failed(&block, error))?;
		let time = self.time(&block).await?;
		let mut effects = self.effects(&block, &at).await?;
		let mut operations = Vec::new();
		for (index, bytes) in (0u32..).zip(&body) {
			let signed = behind_signer(self.account, bytes).map_err(|_| block.unreadable("an extrinsic"))?;
			let Some(signed) = signed else {
				continue;
			};
			let nonce = nonces.next().ok_or_else(|| self.contradiction(&block))?;
			// What cannot be read must be the one with that nonce, or one would be missing.
			let signed = Signed::read(signed).ok();
			if signed.as_ref().is_some_and(|signed| signed.nonce != nonce) {
				return Err(self.gap(&block, nonce).into());
			}
			let signature = match signed.as_ref().filter(|signed| !signed.with_metadata_hash) {
				Some(signed) => {
					if !self.is_genuine(&block, &at, signed).await? {
						return Err(Error::ForgedSignature {
							account: self.account.clone(),
							block: block.number,
							extrinsic: index,
						}
						.into());
					}
					SignatureCheck::Valid
				},
				None => SignatureCheck::Unchecked,
			};
			let made = signed.map_or_else(Made::unreadable, |signed| {
				Made::read(signed.call, at.metadata_ref(), self.chain.genesis())
			});
			let (pallet, call, about) = (made.pallet.clone(), made.call.clone(), made.about.clone());
			let Effects { refusal, marks } = effects.remove(&index).unwrap_or_default();
			operations.push(Operation {
				nonce,
				block: block.number,
				block_hash: block.hash.0,
				time,
				extrinsic: index,
				hash: blake2_256(bytes),
				signature,
				pallet,
				call,
				about,
				succeeded: refusal.is_none(),
				calls: made.into_inner(refusal.is_some(), &marks),
				error: refusal.map(|refusal| refusal.name),
			});
		}
		match nonces.next() {
			Some(nonce) => Err(self.gap(&block, nonce).into()),
			None => Ok(operations),
		}
	}

	/// Whether the account signed this, as the ledger itself judged it in `block`.
	async fn is_genuine(&self, block: &Block, at: &FinalisedBlock, signed: &Signed<'_>) -> Result<bool, crate::Error> {
		// The runtime that executed a block is the one in the block's own state: a new one gets there at the end of the first
		// block that it executes (system version 3).
		let version = (at.spec_version(), at.transaction_version());
		// Without the hash of that block, the ledger would not have taken it.
		let birth = self.birth(block, signed.era).await?;
		Ok(birth.is_some_and(|birth| signed.is_genuine(self.account, version, self.chain.genesis(), &birth)))
	}

	/// The extrinsics of `block`.
	async fn body(&self, block: &Block) -> Result<Vec<Vec<u8>>, crate::Error> {
		let answer = self.chain.legacy.chain_get_block(Some(block.hash)).await;
		let answer = answer.map_err(|error| self.failed(block, error))?;
		let answer = answer.ok_or(Error::Pruned { block: block.number })?;
		let extrinsics: Vec<_> = answer.block.extrinsics.into_iter().map(|bytes| bytes.0).collect();
		block.ensure_body(&extrinsics)?;
		Ok(extrinsics)
	}

	/// The hash of the block from which on a signature made in that era is good, as the ledger itself looked it up for `block`; if it had it.
	async fn birth(&self, block: &Block, era: Era) -> Result<Option<[u8; 32]>, crate::Error> {
		let Ok(number) = BlockNumber::try_from(era.birth(block.number.into())) else {
			return Ok(None);
		};
		if number == 0 {
			return Ok(Some(*self.chain.genesis()));
		}
		let key = block_hash_key(number);
		let hash = match self.stored(block, &key).await? {
			Some(hash) => Some(hash),
			// At its end, a block forgets the oldest hash that was there while it was executed. The one before still has it.
			None => self.stored(&self.block(block.parent).await?, &key).await?,
		};
		Ok(hash.and_then(|hash| hash.try_into().ok()))
	}

	/// What the events of `block` say of its extrinsics, by index.
	async fn effects(&self, block: &Block, at: &FinalisedBlock) -> Result<HashMap<u32, Effects>, crate::Error> {
		let events = self.stored(block, &value_key("System", "Events")).await?;
		let (events, metadata) = (at.events().from_bytes(events.unwrap_or_default()), at.metadata());
		let mut effects = HashMap::<u32, Effects>::new();
		for event in events.iter() {
			let event = event.map_err(|error| self.chain.node_error(error))?;
			if let Some((index, refusal)) = Refusal::of_extrinsic(&event, &metadata) {
				effects.entry(index).or_default().refusal = Some(refusal);
			} else if let Some((index, mark)) = Mark::of(&event, &metadata) {
				effects.entry(index).or_default().marks.push(mark);
			}
		}
		Ok(effects)
	}

	/// Fails where one of these blocks is not an ancestor of `head`, or `head` itself.
	async fn ensure_ancestors(&self, mut blocks: Vec<Block>, head: Block) -> Result<(), crate::Error> {
		blocks.push(head);
		let stones = stepping_stones(blocks.iter().map(|block| block.number));
		let stones = stream::iter(stones).map(|number| self.block_at(number));
		let stones: Vec<_> = stones.buffer_unordered(AT_ONCE).try_collect().await?;
		blocks.extend(stones);
		blocks.sort_by_key(|block| block.number);
		// The head is there twice where the account's last operation is in it.
		blocks.dedup();
		let steps: Vec<_> = blocks.iter().copied().zip(blocks.iter().copied().skip(1)).collect();
		let steps = stream::iter(steps).map(|(earlier, later)| self.ensure_remembered(earlier, later));
		steps.buffer_unordered(AT_ONCE).try_collect().await
	}

	/// Fails where `later` remembers another block at the height of `earlier`.
	async fn ensure_remembered(&self, earlier: Block, later: Block) -> Result<(), crate::Error> {
		let hash = self.stored(&later, &block_hash_key(earlier.number)).await?;
		if hash.as_deref() != Some(&earlier.hash.0[..]) {
			return Err(Error::ForgedBlock {
				block: earlier.number,
				hash: format!("{:?}", earlier.hash),
			}
			.into());
		}
		Ok(())
	}

	fn gap(&self, block: &Block, nonce: u32) -> Error {
		Error::Gap {
			account: self.account.clone(),
			nonce,
			block: block.number,
		}
	}

	fn contradiction(&self, block: &Block) -> Error {
		Error::Contradiction {
			account: self.account.clone(),
			block: block.number,
		}
	}

	/// What a failed question about `block` means: the node forgot it, went away, or said something unusable.
	fn failed(&self, block: &Block, error: impl Display) -> crate::Error {
		let reason = error.to_string();
		// Nodes say so in words only.
		if reason.contains("State already discarded") {
			Error::Pruned { block: block.number }.into()
		} else {
			self.chain.node_error(reason)
		}
	}
}

/// Heights between those given, which are in order, so that no step from one to the next is too long.
fn stepping_stones(heights: impl DoubleEndedIterator<Item = BlockNumber>) -> Vec<BlockNumber> {
	let mut stones = Vec::new();
	let mut heights = heights.rev();
	let mut here = heights.next().unwrap_or_default();
	for height in heights {
		while here.saturating_sub(height) > REACH {
			here = here.saturating_sub(REACH);
			stones.push(here);
		}
		here = height;
	}
	stones
}

/// What the events of a block say of an extrinsic.
#[derive(Default)]
struct Effects {
	/// Why the runtime refused it, if it did.
	refusal: Option<Refusal>,
	/// What came of the calls inside of it.
	marks: Vec<Mark>,
}

/// What comes behind the signer's address in a signed extrinsic. None where `extrinsic` is not signed in the name of `account`. Whether the
/// signature is genuine is another question.
fn behind_signer<'a>(account: &AccountId, mut extrinsic: &'a [u8]) -> Result<Option<&'a [u8]>, codec::Error> {
	let input = &mut extrinsic;
	Compact::<u32>::decode(input)?;
	if u8::decode(input)? != SIGNED {
		return Ok(None);
	}
	Ok(match MultiAddress::<AccountId, ()>::decode(input)? {
		MultiAddress::Id(signer) if signer == *account => Some(*input),
		_ => None,
	})
}

/// What a signed extrinsic has behind the signer's address, taken apart.
struct Signed<'a> {
	signature: MultiSignature,
	era: Era,
	nonce: u32,
	/// A hash of the metadata is part of what was signed. It is not in the extrinsic.
	with_metadata_hash: bool,
	/// What the extensions of the transaction say, in it.
	extensions: &'a [u8],
	call: &'a [u8],
}

impl<'a> Signed<'a> {
	fn read(mut signed: &'a [u8]) -> Result<Self, codec::Error> {
		let input = &mut signed;
		let signature = MultiSignature::decode(input)?;
		let behind_signature = *input;
		// As in `TxExtension` of the runtime: the others have no bytes.
		let era = Era::decode(input)?;
		let Compact(nonce) = Compact::<u32>::decode(input)?;
		Compact::<u128>::decode(input)?;
		let with_metadata_hash = match u8::decode(input)? {
			0 => false,
			1 => true,
			_ => return Err("a mode that the hash of the metadata does not have".into()),
		};
		let call = *input;
		let (extensions, _) = behind_signature.split_at(behind_signature.len().saturating_sub(call.len()));
		Ok(Self {
			signature,
			era,
			nonce,
			with_metadata_hash,
			extensions,
			call,
		})
	}

	/// Whether `account` signed this, for the network with that genesis and its runtime of that version (specification and
	/// transactions), good from the block `birth` on.
	fn is_genuine(&self, account: &AccountId, version: (u32, u32), genesis: &[u8; 32], birth: &[u8; 32]) -> bool {
		let payload = signed_bytes(self.call, self.extensions, version, genesis, birth);
		self.signature.verify(&payload[..], account)
	}
}

/// What is signed of an extrinsic.
fn signed_bytes(call: &[u8], extensions: &[u8], version: (u32, u32), genesis: &[u8; 32], birth: &[u8; 32]) -> Vec<u8> {
	let no_metadata_hash: Option<[u8; 32]> = None;
	let implied = (version, genesis, birth, no_metadata_hash).encode();
	let payload = [call, extensions, &implied[..]].concat();
	if payload.len() > MAX_SIGNED_BYTES {
		return blake2_256(&payload).to_vec();
	}
	payload
}

fn value_key(pallet: &str, entry: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(entry.as_bytes())].concat()
}

fn account_key(account: &AccountId) -> Vec<u8> {
	let account: &[u8; 32] = account.as_ref();
	[&value_key("System", "Account")[..], &blake2_128(account)[..], &account[..]].concat()
}

fn block_hash_key(number: BlockNumber) -> Vec<u8> {
	let number = number.encode();
	[&value_key("System", "BlockHash")[..], &twox_64(&number)[..], &number[..]].concat()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keys::{ExtrinsicSignature, Keypair};
	use chirograph_primitives::SignatureScheme;
	use sp_trie::{recorder::Recorder, trie_types::TrieDBMutBuilderV1, MemoryDB, TrieMut};

	const GENESIS: [u8; 32] = [1; 32];
	const BIRTH: [u8; 32] = [2; 32];
	const VERSION: (u32, u32) = (3, 4);

	fn block() -> Block {
		Block {
			number: 7,
			hash: H256::zero(),
			parent: H256::zero(),
			state_root: H256::zero(),
			extrinsics_root: H256::zero(),
		}
	}

	fn key(name: &str, scheme: SignatureScheme) -> Keypair {
		Keypair::dev(name, scheme).expect("a development key")
	}

	/// An extrinsic as the ledger takes it.
	fn extrinsic(signer: &Keypair, era: Era, nonce: u32, call: &[u8]) -> Vec<u8> {
		let extensions = (era, Compact(nonce), Compact(0u128), 0u8).encode();
		let payload = signed_bytes(call, &extensions, VERSION, &GENESIS, &BIRTH);
		let signature = match signer.sign_extrinsic(&payload) {
			ExtrinsicSignature::Sr25519(signature) => MultiSignature::Sr25519(signature.into()),
			ExtrinsicSignature::Ed25519(signature) => MultiSignature::Ed25519(signature.into()),
			ExtrinsicSignature::Ecdsa(signature) => MultiSignature::Ecdsa(signature.into()),
		};
		let address = MultiAddress::<AccountId, ()>::Id(signer.account());
		[(SIGNED, address, signature).encode(), extensions, call.to_vec()]
			.concat()
			.encode()
	}

	fn signed_by<'a>(account: &AccountId, extrinsic: &'a [u8]) -> Signed<'a> {
		let signed = behind_signer(account, extrinsic).expect("readable").expect("by this account");
		Signed::read(signed).expect("readable")
	}

	fn is_genuine(account: &AccountId, extrinsic: &[u8]) -> bool {
		signed_by(account, extrinsic).is_genuine(account, VERSION, &GENESIS, &BIRTH)
	}

	#[test]
	fn an_operation_is_found_and_is_genuine_in_each_scheme_and_length() {
		for scheme in [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519] {
			let (alice, bob) = (key("//Alice", scheme), key("//Bob", scheme));
			for (era, call) in [(Era::Immortal, vec![40, 0, 9]), (Era::mortal(32, 77), vec![40; 1_000])] {
				let bytes = extrinsic(&alice, era, 1_234, &call);
				let signed = signed_by(&alice.account(), &bytes);
				assert_eq!((signed.nonce, signed.era, signed.call), (1_234, era, &call[..]));
				assert!(!signed.with_metadata_hash);
				assert!(is_genuine(&alice.account(), &bytes), "{scheme}");
				assert_eq!(behind_signer(&bob.account(), &bytes), Ok(None));
			}
		}
	}

	#[test]
	fn an_operation_is_of_one_network_one_version_one_era_and_one_account() {
		let (alice, bob) = (key("//Alice", SignatureScheme::Ecdsa), key("//Bob", SignatureScheme::Ecdsa));
		let bytes = extrinsic(&alice, Era::Immortal, 0, &[40, 0]);
		let account = alice.account();
		let signed = signed_by(&account, &bytes);
		assert!(signed.is_genuine(&account, VERSION, &GENESIS, &BIRTH), "the control");
		assert!(!signed.is_genuine(&bob.account(), VERSION, &GENESIS, &BIRTH));
		assert!(!signed.is_genuine(&account, (3, 5), &GENESIS, &BIRTH));
		assert!(!signed.is_genuine(&account, (2, 4), &GENESIS, &BIRTH));
		assert!(!signed.is_genuine(&account, VERSION, &BIRTH, &BIRTH));
		assert!(!signed.is_genuine(&account, VERSION, &GENESIS, &GENESIS));
	}

	#[test]
	fn no_bit_of_an_operation_can_be_changed() {
		let alice = key("//Alice", SignatureScheme::Sr25519);
		let bytes = extrinsic(&alice, Era::mortal(32, 77), 5, &[40, 0, 1, 2, 3]);
		assert!(is_genuine(&alice.account(), &bytes), "the control");
		// Behind the two bytes of the length, which the root of the body binds.
		for bit in 16..bytes.len() * 8 {
			let mut flipped = bytes.clone();
			flipped[bit / 8] ^= 1 << (bit % 8);
			// Somebody else's, unreadable, no signature of Alice's, or one that is said not to be checked.
			let signed = behind_signer(&alice.account(), &flipped).ok().flatten().map(Signed::read);
			if let Some(Ok(signed)) = signed {
				assert!(!signed.is_genuine(&alice.account(), VERSION, &GENESIS, &BIRTH), "bit {bit}");
			}
		}
	}

	#[test]
	fn what_nobody_signed_is_nobodys_operation() {
		let alice = key("//Alice", SignatureScheme::Sr25519).account();
		// Bare ones of both formats, and a general one.
		for version in [0x04, 0x05, 0x45] {
			let bytes = vec![version, 3, 0, 1].encode();
			assert_eq!(behind_signer(&alice, &bytes), Ok(None));
		}
		assert!(behind_signer(&alice, &[]).is_err());
	}

	#[test]
	fn what_is_signed_with_a_hash_of_the_metadata_is_read_and_its_signature_is_not_checked() {
		let alice = key("//Alice", SignatureScheme::Sr25519);
		let plain = extrinsic(&alice, Era::Immortal, 5, &[40, 0]);
		// Behind length, format, address, signature, era, nonce and tip.
		let mode = 2 + 1 + 33 + 65 + 1 + 1 + 1;
		assert_eq!(plain[mode], 0);
		let with = |mode_byte| {
			let mut bytes = plain.clone();
			bytes[mode] = mode_byte;
			bytes
		};
		let (one, other) = (with(1), with(2));
		let signed = signed_by(&alice.account(), &one);
		assert_eq!(
			(signed.nonce, signed.with_metadata_hash, signed.call),
			(5, true, &[40, 0][..])
		);
		// It is Alice's by what it says, and more is not known of it.
		let unreadable = behind_signer(&alice.account(), &other).expect("readable").expect("by Alice");
		assert!(Signed::read(unreadable).is_err());
	}

	#[test]
	fn so_many_blocks_have_room_for_so_many_operations() {
		let stretch = |after, number, nonces| Stretch {
			after,
			block: Block { number, ..block() },
			nonces,
		};
		for (after, number, nonces, fits) in [
			(0, 0, 0..0, true),
			(0, 0, 0..1, false),
			(0, 7, 0..7 * MAX_PER_BLOCK, true),
			(0, 7, 0..7 * MAX_PER_BLOCK + 1, false),
			(6, 7, 10..10 + MAX_PER_BLOCK, true),
			(0, BlockNumber::MAX, 0..u32::MAX, true),
		] {
			assert_eq!(
				stretch(after, number, nonces.clone()).fits(),
				fits,
				"{after} to {number}: {nonces:?}"
			);
		}
	}

	/// A state with values short and long, its root, and what proves each of them.
	#[allow(clippy::type_complexity)] // It is spelt out once.
	fn state() -> (Block, Vec<(Vec<u8>, Vec<u8>, Vec<Vec<u8>>)>) {
		let entries: Vec<(Vec<u8>, Vec<u8>)> = (0..50u8)
			.map(|number| (vec![number / 7, number], vec![number; 1 + usize::from(number) * 2]))
			.collect();
		let (mut db, mut root) = (MemoryDB::<Blake2Hasher>::default(), H256::zero());
		let mut trie = TrieDBMutBuilderV1::<Blake2Hasher>::new(&mut db, &mut root).build();
		for (key, value) in &entries {
			trie.insert(key, value).expect("memory has room");
		}
		drop(trie);
		let proofs = entries.into_iter().map(|(key, value)| {
			let proof = Recorder::<Blake2Hasher>::default();
			let mut recorder = proof.as_trie_recorder(root);
			let read = read_trie_value::<LayoutV1<Blake2Hasher>, _>(&db, &root, &key, Some(&mut recorder), None);
			assert_eq!(read.expect("is there"), Some(value.clone()));
			drop(recorder);
			(key, value, proof.drain_storage_proof().into_iter_nodes().collect())
		});
		let proofs = proofs.collect();
		let block = Block {
			state_root: root,
			..block()
		};
		(block, proofs)
	}

	#[test]
	fn a_proof_is_believed_only_whole_unchanged_and_about_its_own_block() {
		let (block, proofs) = state();
		let other = Block {
			state_root: H256::repeat_byte(1),
			..block
		};
		for (key, value, nodes) in proofs {
			let proven = block.proven(nodes.clone(), &key).expect("the control");
			assert_eq!(proven, Some(value));
			assert!(matches!(
				other.proven(nodes.clone(), &key),
				Err(Error::ForgedProof { block: 7 })
			));
			for index in 0..nodes.len() {
				let mut incomplete = nodes.clone();
				incomplete.remove(index);
				assert!(block.proven(incomplete, &key).is_err(), "without node {index}");
				for byte in 0..nodes[index].len() {
					let mut changed = nodes.clone();
					changed[index][byte] ^= 1;
					assert!(block.proven(changed, &key).is_err(), "byte {byte} of node {index}");
				}
			}
		}
	}

	#[test]
	fn a_body_is_believed_only_whole_and_in_order() {
		let extrinsics: Vec<_> = (0..5u8).map(|number| vec![number; 40]).collect();
		let block = Block {
			extrinsics_root: LayoutV0::<Blake2Hasher>::ordered_trie_root(&extrinsics),
			..block()
		};
		assert!(block.ensure_body(&extrinsics).is_ok(), "the control");
		let mut swapped = extrinsics.clone();
		swapped.swap(1, 2);
		let longer = [&extrinsics[..], &[vec![9]]].concat();
		for forged in [&extrinsics[1..], &extrinsics[..4], &[], &swapped, &longer] {
			assert!(matches!(block.ensure_body(forged), Err(Error::ForgedBody { block: 7 })));
		}
	}

	#[test]
	fn a_header_is_believed_only_with_its_own_hash() {
		let header = Header {
			parent_hash: H256::repeat_byte(1),
			number: 7,
			state_root: H256::repeat_byte(2),
			extrinsics_root: H256::repeat_byte(3),
			digest: Default::default(),
		};
		let hash = H256(blake2_256(&header.encode()));
		let block = Block::new(hash, &header).expect("the control");
		assert_eq!((block.number, block.state_root), (7, header.state_root));
		let mut changed = header;
		changed.extrinsics_root = H256::zero();
		assert!(matches!(Block::new(hash, &changed), Err(Error::ForgedHeader { .. })));
	}

	#[test]
	fn no_step_back_is_longer_than_the_state_remembers() {
		let stones = |heights: &[BlockNumber]| stepping_stones(heights.iter().copied());
		for near in [&[][..], &[5], &[10, 20, 20], &[1, 1 + REACH]] {
			assert!(stones(near).is_empty(), "{near:?}");
		}
		assert_eq!(stones(&[1, 2 + REACH]), [2]);
		assert_eq!(stones(&[3, 5, 10_000]), [10_000 - REACH, 10_000 - 2 * REACH]);
	}

	#[test]
	fn keys_of_the_state_are_those_of_every_substrate_chain() {
		let alice = key("//Alice", SignatureScheme::Sr25519).account();
		assert_eq!(
			hex::encode(account_key(&alice)),
			"26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9de1e86a9a8c739864cf3cc5ec2bea59f\
			 d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
		);
		assert_eq!(
			hex::encode(value_key("Timestamp", "Now")),
			"f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"
		);
	}
}
