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
//! 1. *F*, the newest finalised block, is the node's word.
//! 2. A header belongs to a hash if BLAKE2b-256 of its encoding is that hash.
//! 3. The account's nonce at a block is read with a storage proof against the state root in the header. At F it is N. Where it
//!    grew is found by halving: between two blocks with the same nonce nothing happened, otherwise the block in the middle is
//!    asked for.
//! 4. The body of a block in which it grew is whole and unaltered if its Merkle root is the one in the header. The extrinsics in
//!    it that the account signed must have the nonces by which it grew.
//! 5. Each of these has a valid signature of the account, over the call, the nonce and the network's genesis among others.
//! 6. Each of these blocks is an ancestor of F, or F: the state of a block has the hashes of the 4,096 blocks before it, and is
//!    asked for them with storage proofs, in steps of as many.
//! 7. Times, and what came of the operations, are in the states of their blocks, and are read with storage proofs, too.
//!
//! # What a lying node can still do
//!
//! - **Name another F** than the newest finalised block, whose justification is not checked yet. With an old one, the end of the
//!   history is missing. With a block that never was, on top of others that never were, everything from some number on can be
//!   missing, operations can be in other blocks and at other times, and in the place of one can be another that the account did
//!   sign with the same nonce and that was never included. Nothing can be there that the account did not sign. The result names F
//!   ([`AccountHistory::as_of`]): to whoever has this hash from a node that they trust, all of the above is proven.
//! - **Give false names.** What the numbers of pallets, calls, events and errors mean is read from the metadata that the node
//!   gives, and with it whether an operation succeeded. Nonces, blocks, times and hashes of operations do not depend on it.

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	document,
	error::ErrorKind,
	keys::format_account,
};
use chirograph_primitives::{AccountId, BlockNumber, Moment};
use codec::{Compact, Decode, Encode};
use futures::{stream, StreamExt, TryStreamExt};
use serde::Serialize;
use sp_core::Blake2Hasher;
use sp_crypto_hashing::{blake2_128, blake2_256, twox_128, twox_64};
use sp_runtime::{generic::Era, traits::Verify, MultiAddress, MultiSignature};
use sp_trie::{read_trie_value, LayoutV1, StorageProof, TrieConfiguration};
use std::{collections::HashMap, fmt::Display, ops::Range};
use subxt::{config::substrate::SubstrateHeader, error::DispatchError, events::Phase, utils::H256, Metadata};

/// How many questions are asked at once.
const AT_ONCE: usize = 16;
/// How far back the state of a block knows the hashes of others: `BlockHashCount` of the runtime.
const REACH: BlockNumber = 4_096;
/// The first byte of a signed extrinsic, format 4. Format 5 has no signed ones.
const SIGNED: u8 = 0x84;
/// A signature is over the hash of what is longer.
const MAX_SIGNED_BYTES: usize = 256;

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
			| Self::Contradiction { .. } => ErrorKind::Refused,
			Self::Pruned { .. } | Self::Unreadable { .. } => ErrorKind::Connection,
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
	/// The block up to which this is complete. It is what the node must be believed, see the [module](self).
	pub as_of: BlockId,
	/// One for each nonce below that one, in order.
	pub operations: Vec<Operation>,
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
	/// Name of the pallet that was called, as the node's metadata has it.
	pub pallet: String,
	/// Name of the call, as the node's metadata has it.
	pub call: String,
	/// Whether the ledger did it. What it refused is on record, too.
	pub succeeded: bool,
	/// Why the ledger refused it, as the node's metadata has it.
	pub error: Option<String>,
}

/// All operations of `account` up to the newest finalised block, checked as the [module](self) says.
pub async fn of_account(chain: &Chain, account: &AccountId) -> Result<AccountHistory, crate::Error> {
	chain.ensure_synced().await?;
	let reader = Reader { chain, account };
	let head = reader.block(chain.finalised().await?.block_hash()).await?;
	let nonce = reader.nonce(&head).await?;
	let stretches = reader.stretches(head, nonce).await?;
	let blocks = stretches.iter().map(|stretch| stretch.block).collect();
	let operations = stream::iter(stretches).map(|stretch| reader.operations(stretch));
	let operations = operations.buffered(AT_ONCE).try_concat().await?;
	reader.ensure_ancestors(blocks, head).await?;
	Ok(AccountHistory {
		account: account.clone(),
		nonce,
		as_of: BlockId::new(head.number.into(), head.hash),
		operations,
	})
}

type Header = SubstrateHeader<H256>;

/// What the header of a block binds it to. It was compared with the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
	number: BlockNumber,
	hash: H256,
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
		let root = LayoutV1::<Blake2Hasher>::ordered_trie_root(extrinsics);
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
}

/// Asks a node about an account, and checks the answers.
struct Reader<'a> {
	chain: &'a Chain,
	account: &'a AccountId,
}

impl Reader<'_> {
	async fn block(&self, hash: H256) -> Result<Block, crate::Error> {
		let header = self.chain.legacy.chain_get_header(Some(hash)).await;
		let header = header.map_err(|error| self.chain.node_error(error))?;
		let header = header.ok_or_else(|| self.chain.node_error(format!("no header of the block {hash:?}")))?;
		Ok(Block::new(hash, &header)?)
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

	/// The blocks, in order, in which the account used the nonces below `nonce`.
	async fn stretches(&self, head: Block, nonce: u32) -> Result<Vec<Stretch>, crate::Error> {
		let mut found = Vec::new();
		// Nobody can have signed anything before the genesis of the network that the signature names.
		let mut longer = vec![Stretch {
			after: 0,
			block: head,
			nonces: 0..nonce,
		}];
		while !longer.is_empty() {
			longer.retain(|stretch| !stretch.nonces.is_empty());
			found.extend(longer.extract_if(.., |stretch| stretch.is_one_block()));
			let halves = stream::iter(longer).map(|stretch| self.halve(stretch));
			let halves: Vec<_> = halves.buffer_unordered(AT_ONCE).try_collect().await?;
			longer = halves.into_iter().flatten().collect();
		}
		found.sort_by_key(|stretch| stretch.block.number);
		Ok(found)
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
		let time = self.stored(&block, &value_key("Timestamp", "Now")).await?;
		let time: Moment = block.read("the time", &time.unwrap_or_default())?;
		let mut refused = self.refused(&block, &at).await?;
		let mut operations = Vec::new();
		for (index, bytes) in (0u32..).zip(&body) {
			let extrinsic = Signed::by(self.account, bytes).map_err(|_| block.unreadable("an operation"))?;
			let Some(extrinsic) = extrinsic else {
				continue;
			};
			let nonce = nonces.next().ok_or_else(|| self.contradiction(&block))?;
			if extrinsic.nonce != nonce {
				return Err(self.gap(&block, nonce).into());
			}
			let birth = self.birth(&block, extrinsic.era).await?;
			// The runtime that executed a block is the one in the block's own state: a new one gets there at the end of the first
			// block that it executes (system version 3).
			let version = (at.spec_version(), at.transaction_version());
			if !extrinsic.is_genuine(self.account, version, self.chain.genesis(), &birth) {
				return Err(Error::ForgedSignature {
					account: self.account.clone(),
					block: block.number,
					extrinsic: index,
				}
				.into());
			}
			let (pallet, call) = names(at.metadata_ref(), extrinsic.call).ok_or_else(|| block.unreadable("an operation"))?;
			let error = refused.remove(&index);
			operations.push(Operation {
				nonce,
				block: block.number,
				block_hash: block.hash.0,
				time,
				extrinsic: index,
				hash: blake2_256(bytes),
				pallet,
				call,
				succeeded: error.is_none(),
				error,
			});
		}
		match nonces.next() {
			Some(nonce) => Err(self.gap(&block, nonce).into()),
			None => Ok(operations),
		}
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

	/// The hash of the block from which on a signature made in that era is good, as the ledger itself looked it up for `block`.
	async fn birth(&self, block: &Block, era: Era) -> Result<[u8; 32], crate::Error> {
		let unreadable = || block.unreadable("the era of an operation");
		let number = BlockNumber::try_from(era.birth(block.number.into())).map_err(|_| unreadable())?;
		if number == 0 {
			return Ok(*self.chain.genesis());
		}
		let hash = self.stored(block, &block_hash_key(number)).await?;
		let hash = hash.and_then(|hash| hash.try_into().ok());
		Ok(hash.ok_or_else(unreadable)?)
	}

	/// The extrinsics of `block` that the ledger refused, by index, and why.
	async fn refused(&self, block: &Block, at: &FinalisedBlock) -> Result<HashMap<u32, String>, crate::Error> {
		let events = self.stored(block, &value_key("System", "Events")).await?;
		let events = at.events().from_bytes(events.unwrap_or_default());
		let mut refused = HashMap::new();
		for event in events.iter() {
			let event = event.map_err(|error| self.chain.node_error(error))?;
			if let (Phase::ApplyExtrinsic(index), "System", "ExtrinsicFailed") =
				(event.phase(), event.pallet_name(), event.event_name())
			{
				let error = DispatchError::decode_from(event.field_bytes(), at.metadata());
				let error = match error.map_err(|error| self.chain.node_error(error))? {
					DispatchError::Module(error) => error.details_string(),
					error => error.to_string(),
				};
				refused.insert(index, error);
			}
		}
		Ok(refused)
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

/// A signed extrinsic, taken apart.
struct Signed<'a> {
	signature: MultiSignature,
	era: Era,
	nonce: u32,
	/// What the extensions of the transaction say, in it.
	extensions: &'a [u8],
	call: &'a [u8],
}

impl<'a> Signed<'a> {
	/// None where `extrinsic` is not signed in the name of `account`. Whether the signature is genuine is another question.
	fn by(account: &AccountId, mut extrinsic: &'a [u8]) -> Result<Option<Self>, codec::Error> {
		let input = &mut extrinsic;
		Compact::<u32>::decode(input)?;
		if u8::decode(input)? != SIGNED {
			return Ok(None);
		}
		match MultiAddress::<AccountId, ()>::decode(input)? {
			MultiAddress::Id(signer) if signer == *account => {},
			_ => return Ok(None),
		}
		let signature = MultiSignature::decode(input)?;
		let behind_signature = *input;
		// As in `TxExtension` of the runtime: the others have no bytes.
		let era = Era::decode(input)?;
		let Compact(nonce) = Compact::<u32>::decode(input)?;
		Compact::<u128>::decode(input)?;
		if u8::decode(input)? != 0 {
			return Err("a hash of the metadata is part of what was signed".into());
		}
		let call = *input;
		let (extensions, _) = behind_signature.split_at(behind_signature.len().saturating_sub(call.len()));
		Ok(Some(Self {
			signature,
			era,
			nonce,
			extensions,
			call,
		}))
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

/// Pallet and call.
fn names(metadata: &Metadata, call: &[u8]) -> Option<(String, String)> {
	let [pallet, call, ..] = call else {
		return None;
	};
	let pallet = metadata.pallet_by_call_index(*pallet)?;
	let call = pallet.call_variant_by_index(*call)?;
	Some((pallet.name().to_owned(), call.name.clone()))
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

	fn is_genuine(account: &AccountId, extrinsic: &[u8]) -> bool {
		let signed = Signed::by(account, extrinsic).expect("readable").expect("by this account");
		signed.is_genuine(account, VERSION, &GENESIS, &BIRTH)
	}

	#[test]
	fn an_operation_is_found_and_is_genuine_in_each_scheme_and_length() {
		for scheme in [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519] {
			let (alice, bob) = (key("//Alice", scheme), key("//Bob", scheme));
			for (era, call) in [(Era::Immortal, vec![40, 0, 9]), (Era::mortal(32, 77), vec![40; 1_000])] {
				let bytes = extrinsic(&alice, era, 1_234, &call);
				let signed = Signed::by(&alice.account(), &bytes).expect("readable").expect("by Alice");
				assert_eq!((signed.nonce, signed.era, signed.call), (1_234, era, &call[..]));
				assert!(is_genuine(&alice.account(), &bytes), "{scheme}");
				assert!(Signed::by(&bob.account(), &bytes).expect("readable").is_none());
			}
		}
	}

	#[test]
	fn an_operation_is_of_one_network_one_version_one_era_and_one_account() {
		let (alice, bob) = (key("//Alice", SignatureScheme::Ecdsa), key("//Bob", SignatureScheme::Ecdsa));
		let bytes = extrinsic(&alice, Era::Immortal, 0, &[40, 0]);
		let account = alice.account();
		let signed = Signed::by(&account, &bytes).expect("readable").expect("by Alice");
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
			// Unreadable, somebody else's, or no signature of Alice's.
			if let Ok(Some(signed)) = Signed::by(&alice.account(), &flipped) {
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
			assert!(Signed::by(&alice, &bytes).expect("readable").is_none());
		}
		assert!(Signed::by(&alice, &[]).is_err());
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
			extrinsics_root: LayoutV1::<Blake2Hasher>::ordered_trie_root(&extrinsics),
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
