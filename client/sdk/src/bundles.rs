// SPDX-License-Identifier: Apache-2.0

//! Making evidence bundles: what a node is asked for once, so that nobody has to ask one again (X.1407 8.2.1, 9.2.2 b).
//!
//! What the node says is not believed here either: whoever wants to know whether a bundle proves something [verifies](verify) it, and
//! that includes whoever made it.

use crate::{
	chain::{Chain, FinalisedBlock},
	evidence::{Disclosure, Evidence},
	file, Error,
};
use chirograph_primitives::{BatchRoot, BlockNumber, Subject};
use chirograph_verifier::{
	bundle::{Anchor, Asked, Bundle, Change, Finality, Leaf, Reads, MAX_BUNDLE_BYTES},
	document::Bytes,
	finality::{normal_form, AuthoritySet},
	header::{Authority, ChangeFault, Header},
	merkle::TreeHash,
	state::{keys::Key, State},
};
pub use chirograph_verifier::{
	verdict::{Answer, Block, Verdict},
	verify, Question, Trust,
};
use codec::{Decode, Encode, Input};
use sp_core::Blake2Hasher;
use sp_trie::{read_trie_value, LayoutV1, StorageProof};
use std::{
	collections::{BTreeSet, HashMap},
	path::Path,
	time::Duration,
};
use subxt::{
	rpcs::{rpc_params, Error as RpcError},
	utils::H256,
};
use tokio::time::{sleep, Instant};

/// What the names of bundles end with.
pub const EXTENSION: &str = "chirograph";

/// How long a node may take to justify a block that it finalised. It does so with the end of the round.
const JUSTIFIED_WITHIN: Duration = Duration::from_secs(30);
/// Between two looks.
const POLL: Duration = Duration::from_millis(200);
/// How many blocks may be finalised together: the next justification is not further away.
const MAX_UNJUSTIFIED: BlockNumber = 512;
/// What a node says to a block that it did not finalise yet (sc-consensus-grandpa, finality proofs).
const NOT_FINAL: &str = "not yet finalized";
/// What a node says as long as the authorities never changed: its list of the last blocks of sets is empty.
const NO_CHANGES: &str = "not covered by authority set changes";
/// GRANDPA's, among a block's justifications.
const GRANDPA: [u8; 4] = *b"FRNK";

/// Reads a bundle's file, of any content; [`verify`] says what is wrong with that.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
	// One byte more, so that what is too large is called that by the verifier.
	Ok(file::read_bounded(path, MAX_BUNDLE_BYTES as u64 + 1)?)
}

/// Writes a bundle to a file that does not exist yet.
pub fn write_new(bundle: &Bundle, path: &Path) -> Result<(), Error> {
	Ok(file::write_new(path, &bundle.canonical(), false)?)
}

/// What shows that a block of the network is final, and the block.
#[derive(Clone, Debug)]
pub struct Final {
	header: Header,
	finality: Finality,
}

impl Final {
	/// Height of the block.
	pub const fn number(&self) -> BlockNumber {
		self.header.number
	}
}

/// Bytes of whatever a state has.
struct Raw;

impl Decode for Raw {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		while input.remaining_len()?.is_some_and(|length| length > 0) {
			input.read_byte()?;
		}
		Ok(Self)
	}
}

/// Asks a node for what bundles are made of.
pub struct Maker<'a> {
	chain: &'a Chain,
	anchor: H256,
}

impl<'a> Maker<'a> {
	/// Bundles that whoever trusts the network's first block can verify.
	pub fn new(chain: &'a Chain) -> Self {
		Self {
			chain,
			anchor: H256(*chain.genesis()),
		}
	}

	/// Bundles that whoever trusts this block can verify: shorter ones, where the authorities changed often since the first block.
	pub fn from_checkpoint(chain: &'a Chain, checkpoint: [u8; 32]) -> Self {
		Self {
			chain,
			anchor: H256(checkpoint),
		}
	}

	async fn header(&self, hash: H256) -> Result<Header, Error> {
		let header = self.chain.legacy.chain_get_header(Some(hash)).await;
		let header = header.map_err(|error| self.chain.node_error(error))?;
		let header = header.ok_or_else(|| self.chain.node_error(format!("no header of the block {hash:?}")))?;
		Header::parse(&header.encode()).map_err(|fault| self.chain.node_error(fault))
	}

	/// Nodes of the state of `block` that prove what is under `keys`.
	async fn nodes(&self, block: H256, keys: &[Key]) -> Result<BTreeSet<Bytes>, Error> {
		let keys = keys.iter().map(Vec::as_slice);
		let proof = self.chain.legacy.state_get_read_proof(keys, Some(block)).await;
		let proof = proof.map_err(|error| self.chain.state_error(error))?;
		Ok(proof.proof.into_iter().map(|node| Bytes(node.0)).collect())
	}

	/// The nodes that answer `asked`, and no others.
	async fn state(&self, asked: &Asked, block: &Header) -> Result<Vec<Bytes>, Error> {
		let hash = H256(block.hash().0);
		let mut known = HashMap::<Key, Option<Vec<u8>>>::new();
		loop {
			match Reads::of(asked, &|key| known.get(key).cloned()) {
				Reads::Show(keys) => return Ok(self.nodes(hash, &keys).await?.into_iter().collect()),
				Reads::Ask(keys) => {
					let nodes = self.nodes(hash, &keys).await?;
					let trie = StorageProof::new(nodes.into_iter().map(|node| node.0)).into_memory_db::<Blake2Hasher>();
					for key in keys {
						let root = sp_core::H256(block.state_root);
						let value = read_trie_value::<LayoutV1<Blake2Hasher>, _>(&trie, &root, &key, None, None);
						let forged = |_| {
							self.chain
								.node_error("its proof of what the state has does not lead to the block")
						};
						known.insert(key, value.map_err(forged)?);
					}
				},
			}
		}
	}

	async fn anchor(&self) -> Result<(Header, Anchor, AuthoritySet), Error> {
		let header = self.header(self.anchor).await?;
		let keys = Reads::of_anchor();
		let nodes: Vec<_> = self.nodes(self.anchor, &keys).await?.into_iter().collect();
		let unusable = |fault: String| {
			self.chain
				.node_error(format!("the state of the block that is trusted: {fault}"))
		};
		let set = {
			let state = State::new(&header.state_root, &nodes).map_err(|fault| unusable(fault.to_string()))?;
			let [authorities, id] = &keys[..] else {
				return Err(unusable("two entries tell who finalises".into()));
			};
			let authorities: Vec<Authority> = state
				.get(&("the authorities", authorities.clone()))
				.map_err(|fault| unusable(fault.to_string()))?;
			let id: u64 = state
				.get(&("the number of their set", id.clone()))
				.map_err(|fault| unusable(fault.to_string()))?;
			AuthoritySet::new(id, &authorities).map_err(|fault| unusable(fault.to_string()))?
		};
		let anchor = Anchor {
			header: Bytes(header.encode()),
			state: nodes,
		};
		Ok((header, anchor, set))
	}

	/// The last block of the authority set that `number` is in, with its justification; of the newest set, the newest justified block, if it is
	/// not below `number`.
	async fn prove_finality(&self, number: BlockNumber) -> Result<Option<(Header, Vec<u8>)>, Error> {
		let proof = self.chain.rpc.request("grandpa_proveFinality", rpc_params![number]).await;
		let proof: Option<String> = match proof {
			Err(RpcError::User(error)) if error.message.contains(NOT_FINAL) => return Ok(None),
			Err(RpcError::User(error)) if error.message.contains(NO_CHANGES) => return self.newest_justified(number).await,
			other => other.map_err(|error| self.chain.node_error(error))?,
		};
		let Some(proof) = proof else { return Ok(None) };
		let bytes = hex::decode(proof.trim_start_matches("0x")).map_err(|error| self.chain.node_error(error))?;
		// Headers follow, which we ask for ourselves.
		let (hash, justification) = <([u8; 32], Vec<u8>)>::decode(&mut &bytes[..])
			.map_err(|error| self.chain.node_error(format!("its proof of finality: {error}")))?;
		Ok(Some((self.header(H256(hash)).await?, justification)))
	}

	/// The newest final block, with its justification, if it is not below `number`: a block that a round ended with has its own.
	async fn newest_justified(&self, number: BlockNumber) -> Result<Option<(Header, Vec<u8>)>, Error> {
		let hash = self.chain.legacy.chain_get_finalized_head().await;
		let hash = hash.map_err(|error| self.chain.node_error(error))?;
		let header = self.header(hash).await?;
		if header.number < number {
			return Ok(None);
		}
		let justification = self.justification(hash).await?;
		Ok(justification.map(|justification| (header, justification)))
	}

	/// The justification that a block has of its own.
	async fn justification(&self, hash: H256) -> Result<Option<Vec<u8>>, Error> {
		let block = self.chain.legacy.chain_get_block(Some(hash)).await;
		let block = block.map_err(|error| self.chain.node_error(error))?;
		let justifications = block.and_then(|block| block.justifications).unwrap_or_default();
		Ok(justifications
			.into_iter()
			.find_map(|(engine, bytes)| (engine == GRANDPA).then_some(bytes)))
	}

	/// The newest block that is not below `at_least` and that the node can show to be final.
	pub async fn newest(&self, at_least: BlockNumber) -> Result<Final, Error> {
		self.find(at_least, false).await
	}

	/// The first block that is not below `number` and that the node can show to be final: how things stood then.
	pub async fn as_of(&self, number: BlockNumber) -> Result<Final, Error> {
		let finalised = self.chain.height().await?;
		if number > finalised {
			return Err(Error::NotFinalYet {
				block: number,
				finalised: finalised.into(),
			});
		}
		self.find(number, true).await
	}

	async fn find(&self, wanted: BlockNumber, first: bool) -> Result<Final, Error> {
		let (header, anchor, mut set) = self.anchor().await?;
		let mut changes = Vec::new();
		let mut next = header.number.saturating_add(1);
		let deadline = Instant::now() + JUSTIFIED_WITHIN;
		loop {
			let found = self.prove_finality(next).await?;
			let Some((header, justification)) = found else {
				self.wait(deadline).await?;
				continue;
			};
			let normal = |bytes: &[u8]| normal_form(bytes, &set).map_err(|fault| self.chain.node_error(fault));
			let authorities = match header.next_authorities() {
				Ok(authorities) => Some(authorities),
				Err(ChangeFault::None) => None,
				Err(fault) => return Err(self.chain.node_error(fault)),
			};
			// The block that is asked for is of this set.
			if header.number >= wanted && (first || authorities.is_none()) {
				let (header, justification) = match first {
					true => self.first_justified(wanted, header, justification).await?,
					false => (header, justification),
				};
				let justification = Some(Bytes(normal(&justification)?));
				return Ok(Final {
					header,
					finality: Finality {
						anchor,
						changes,
						justification,
					},
				});
			}
			let Some(authorities) = authorities else {
				self.wait(deadline).await?;
				continue;
			};
			changes.push(Change {
				header: Bytes(header.encode()),
				justification: Bytes(normal(&justification)?),
			});
			next = header.number.saturating_add(1);
			set = AuthoritySet::new(set.id().saturating_add(1), &authorities).map_err(|fault| self.chain.node_error(fault))?;
		}
	}

	async fn wait(&self, deadline: Instant) -> Result<(), Error> {
		if Instant::now() > deadline {
			return Err(self.chain.node_error("it does not justify what it finalised"));
		}
		sleep(POLL).await;
		Ok(())
	}

	/// From `wanted` on, up to `last`, which is justified by that.
	async fn first_justified(&self, wanted: BlockNumber, last: Header, by: Vec<u8>) -> Result<(Header, Vec<u8>), Error> {
		for number in (wanted..last.number).take(MAX_UNJUSTIFIED as usize) {
			let hash = self.chain.legacy.chain_get_block_hash(Some(number.into())).await;
			let hash = hash.map_err(|error| self.chain.node_error(error))?;
			let hash = hash.ok_or_else(|| self.chain.node_error(format!("no block {number} below one that is final")))?;
			if let Some(justification) = self.justification(hash).await? {
				return Ok((self.header(hash).await?, justification));
			}
		}
		Ok((last, by))
	}

	fn bundle(&self, at: &Final, subject: Subject, state: Vec<Bytes>) -> Bundle {
		Bundle {
			network: *self.chain.genesis(),
			subject,
			evidence: None,
			disclosures: Vec::new(),
			leaf: None,
			block: Bytes(at.header.encode()),
			state,
			finality: at.finality.clone(),
		}
	}

	/// A bundle for what is registered by itself.
	pub async fn record(&self, at: &Final, evidence: Evidence, mut disclosures: Vec<Disclosure>) -> Result<Bundle, Error> {
		let subject = evidence.subject();
		let state = self.state(&Asked::Record { subject }, &at.header).await?;
		disclosures.sort_by(|one, other| one.name.cmp(&other.name));
		Ok(Bundle {
			evidence: Some(evidence),
			disclosures,
			..self.bundle(at, subject, state)
		})
	}

	/// A bundle for a leaf of a batch.
	pub async fn leaf(
		&self,
		at: &Final,
		evidence: Evidence,
		mut disclosures: Vec<Disclosure>,
		leaf: Leaf,
	) -> Result<Bundle, Error> {
		let subject = evidence.subject();
		let asked = Asked::Leaf {
			root: leaf.root,
			subject,
		};
		let state = self.state(&asked, &at.header).await?;
		disclosures.sort_by(|one, other| one.name.cmp(&other.name));
		Ok(Bundle {
			evidence: Some(evidence),
			disclosures,
			leaf: Some(leaf),
			..self.bundle(at, subject, state)
		})
	}

	/// A bundle that shows that nothing is registered by itself under `subject`.
	pub async fn absence(&self, at: &Final, subject: Subject) -> Result<Bundle, Error> {
		let state = self.state(&Asked::Absence { subject }, &at.header).await?;
		Ok(self.bundle(at, subject, state))
	}

	/// The same statement, as of the newest block: what became of the proof since.
	pub async fn renewed(&self, bundle: Bundle) -> Result<Bundle, Error> {
		let at = self.newest(self.chain.height().await?).await?;
		let state = self.state(&bundle.asked(), &at.header).await?;
		Ok(Bundle {
			block: Bytes(at.header.encode()),
			state,
			finality: at.finality,
			..bundle
		})
	}

	/// The same statement [as of the newest block](Self::renewed), and what it proves to whoever trusts and asks so. Fails if the node shows a block
	/// of long ago, or one before `shown`, which is final already: how things stood is not how they stand.
	pub async fn refreshed(
		&self,
		bundle: Bundle,
		shown: Option<&Block>,
		trust: &Trust,
		question: &Question,
	) -> Result<(Bundle, Verdict), Error> {
		let bundle = self.renewed(bundle).await?;
		let verdict = verify(&bundle.canonical(), trust, question);
		if let Some(Block { number, time, .. }) = verdict.as_of() {
			if let Some(shown) = shown.filter(|shown| number < &shown.number) {
				return Err(self.chain.node_error(format!(
					"it shows block {number}, and block {} is final already",
					shown.number
				)));
			}
			self.chain.ensure_recent(u64::from(*number), *time)?;
		}
		Ok((bundle, verdict))
	}
}

/// Bundles for the leaves of one batch, all as of one block.
pub struct BatchMaker<'a> {
	maker: Maker<'a>,
	root: BatchRoot,
	at: Final,
	/// What the last leaf's state was. Where nothing happened to a leaf, it is the next one's, too.
	state: Vec<Bytes>,
}

impl<'a> BatchMaker<'a> {
	/// As of the newest block.
	pub async fn new(chain: &'a Chain, root: BatchRoot) -> Result<Self, Error> {
		let maker = Maker::new(chain);
		let now: &FinalisedBlock = &chain.finalised().await?;
		let at = maker
			.newest(BlockNumber::try_from(now.block_number()).unwrap_or(BlockNumber::MAX))
			.await?;
		Ok(Self {
			maker,
			root,
			at,
			state: Vec::new(),
		})
	}

	/// The bundle of a leaf.
	pub async fn leaf(&mut self, evidence: Evidence, index: u64, path: Vec<TreeHash>) -> Result<Bundle, Error> {
		let (root, subject) = (self.root, evidence.subject());
		let asked = Asked::Leaf { root, subject };
		if !shows(&self.state, &asked, &self.at.header) {
			self.state = self.maker.state(&asked, &self.at.header).await?;
		}
		Ok(Bundle {
			evidence: Some(evidence),
			leaf: Some(Leaf { index, path, root }),
			..self.maker.bundle(&self.at, subject, self.state.clone())
		})
	}
}

/// Whether these nodes answer `asked`, and none is left over.
fn shows(nodes: &[Bytes], asked: &Asked, block: &Header) -> bool {
	let Ok(state) = State::new(&block.state_root, nodes) else {
		return false;
	};
	let trie = StorageProof::new(nodes.iter().map(|node| node.0.clone())).into_memory_db::<Blake2Hasher>();
	let root = sp_core::H256(block.state_root);
	let look = |key: &[u8]| read_trie_value::<LayoutV1<Blake2Hasher>, _>(&trie, &root, key, None, None).ok();
	match Reads::of(asked, &look) {
		// Something is not known.
		Reads::Ask(_) => false,
		Reads::Show(keys) => keys.into_iter().all(|key| state.find::<Raw>(&("", key)).is_ok()) && state.finish().is_ok(),
	}
}
