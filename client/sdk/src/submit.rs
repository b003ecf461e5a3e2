// SPDX-License-Identifier: Apache-2.0

//! Gets extrinsics into finalised blocks.
//!
//! A node's pool may drop what it accepted, without a word. So nothing that a pool says counts here: an extrinsic is *in* when it is found
//! in a finalised block, *refused* when that block's events say so, and *out* when the last block that could have held it is final without
//! it. Until then it is sent again and again, the same bytes, so that it cannot be included twice.

use crate::{
	chain::{BlockId, Chain, ChirographConfig, FinalisedBlock},
	error::Error,
	keys::Keypair,
};
use codec::Encode;
use sp_core::{Blake2Hasher, Hasher};
use std::{collections::HashMap, sync::Arc, time::Duration};
use subxt::{
	config::DefaultExtrinsicParamsBuilder,
	error::DispatchError,
	events::Phase,
	tx::Payload,
	utils::AccountId32,
};
use tokio::{
	sync::{mpsc, oneshot},
	time::{interval, timeout, MissedTickBehavior},
};

/// For how many blocks an extrinsic may be included. At two seconds a block, two minutes.
const MORTALITY: u64 = 64;
/// How often what was not found in a block is sent again.
const RESUBMIT_EVERY: Duration = Duration::from_secs(6);

/// Where an extrinsic ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
	/// Height of the finalised block.
	pub block: u64,
	/// Its hash.
	pub block_hash: [u8; 32],
	/// Index in the block.
	pub extrinsic: u32,
	/// BLAKE2b-256 of the extrinsic.
	pub hash: [u8; 32],
}

impl Included {
	pub(crate) fn block_id(&self) -> BlockId {
		BlockId::new(self.block, self.block_hash.into())
	}
}

struct Pending {
	bytes: Vec<u8>,
	last_block: u64,
	done: oneshot::Sender<Result<Included, Error>>,
}

/// Sends extrinsics and follows them to finality; any number at once.
#[derive(Clone)]
pub struct Submitter {
	chain: Arc<Chain>,
	pending: mpsc::UnboundedSender<Pending>,
}

impl Submitter {
	/// Begins to follow the finalised blocks. Ends when the last clone is dropped.
	pub async fn start(chain: Arc<Chain>) -> Result<Self, Error> {
		let blocks = chain.client.stream_blocks().await.map_err(|error| chain.node_error(error))?;
		let (pending, incoming) = mpsc::unbounded_channel();
		tokio::spawn(Follower { chain: chain.clone(), waiting: HashMap::new(), finalised: 0 }.run(blocks, incoming));
		Ok(Self { chain, pending })
	}

	/// The node.
	pub fn chain(&self) -> &Chain {
		&self.chain
	}

	/// Signs `call` with the next nonce of `signer`, sends it, and returns when it is finalised; or fails after `patience`.
	pub async fn submit(&self, call: &impl Payload, signer: &Keypair, patience: Duration) -> Result<Included, Error> {
		let account = AccountId32(signer.account().into());
		let nonce = self.chain.legacy.system_account_next_index(&account).await;
		let nonce = nonce.map_err(|error| self.chain.node_error(error))?;
		self.submit_with_nonce(call, signer, nonce, patience).await
	}

	/// As [`Self::submit`], with a nonce that the caller keeps count of.
	pub async fn submit_with_nonce(
		&self,
		call: &impl Payload,
		signer: &Keypair,
		nonce: u64,
		patience: Duration,
	) -> Result<Included, Error> {
		let at = self.chain.finalised().await?;
		let birth = at.block_number();
		let params = DefaultExtrinsicParamsBuilder::<ChirographConfig>::new()
			.nonce(nonce)
			.mortal_from_unchecked(MORTALITY, birth, at.block_hash())
			.build();
		let mut signable =
			at.tx().create_signable_offline(call, params).map_err(|error| self.chain.node_error(error))?;
		let bytes = signable.sign(signer).map_err(|error| self.chain.node_error(error))?.into_encoded();

		self.first_send(&bytes).await?;
		let (done, outcome) = oneshot::channel();
		let last_block = birth.saturating_add(MORTALITY);
		self.pending.send(Pending { bytes, last_block, done }).map_err(|_| self.chain.lost())?;
		match timeout(patience, outcome).await {
			Ok(Ok(outcome)) => outcome,
			// The follower ends before its time only when the connection does.
			Ok(Err(_)) => Err(self.chain.lost()),
			Err(_) => Err(Error::NotFinalised {
				waited_seconds: patience.as_secs(),
				finalised: self.chain.finalised().await?.block_number(),
			}),
		}
	}

	/// Sends for the first time. What is wrong with the extrinsic itself shows here; a full pool is no reason to give up.
	async fn first_send(&self, bytes: &[u8]) -> Result<(), Error> {
		match self.chain.legacy.author_submit_extrinsic(bytes).await {
			Ok(_) => Ok(()),
			Err(subxt::rpcs::Error::User(error)) if error.code == INVALID_TRANSACTION => {
				let data = error.data.map(|data| data.get().trim_matches('"').to_owned());
				let reason = data.unwrap_or(error.message);
				let hint = if reason.contains("pay") { "; the submitting account has no balance for the fee" } else { "" };
				Err(Error::Rejected { reason: format!("{reason}{hint}") })
			},
			Err(subxt::rpcs::Error::User(_)) => Ok(()),
			Err(error) => Err(self.chain.node_error(error)),
		}
	}
}

/// The node's code for an extrinsic that can never be included as it is. Its other codes speak of the pool.
const INVALID_TRANSACTION: i32 = 1010;

/// Compares finalised blocks with what is waited for.
struct Follower {
	chain: Arc<Chain>,
	waiting: HashMap<[u8; 32], Pending>,
	finalised: u64,
}

impl Follower {
	async fn run(
		mut self,
		mut blocks: subxt::client::Blocks<ChirographConfig>,
		mut incoming: mpsc::UnboundedReceiver<Pending>,
	) {
		let mut resubmit = interval(RESUBMIT_EVERY);
		resubmit.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			let step = tokio::select! {
				pending = incoming.recv() => match pending {
					Some(pending) => {
						// Whoever lost patience no longer listens.
						self.waiting.retain(|_, waiting| !waiting.done.is_closed());
						self.waiting.insert(Blake2Hasher::hash(&pending.bytes).0, pending);
						Ok(())
					},
					None => return,
				},
				block = blocks.next() => match block {
					Some(Ok(block)) => match block.at().await {
						Ok(at) => self.compare(at).await,
						Err(error) => Err(self.chain.node_error(error)),
					},
					Some(Err(error)) => Err(self.chain.node_error(error)),
					None => Err(self.chain.lost()),
				},
				() = self.chain.disconnected() => Err(self.chain.lost()),
				_ = resubmit.tick() => {
					self.resubmit().await;
					Ok(())
				},
			};
			if step.is_err() {
				// Dropping what is waited for tells everybody that the node is gone.
				return;
			}
		}
	}

	async fn compare(&mut self, at: FinalisedBlock) -> Result<(), Error> {
		self.finalised = at.block_number();
		if self.waiting.is_empty() {
			return Ok(());
		}
		let block = self.chain.legacy.chain_get_block(Some(at.block_hash())).await;
		let block = block.map_err(|error| self.chain.node_error(error))?;
		let extrinsics = block.map(|details| details.block.extrinsics).unwrap_or_default();
		let found = extrinsics.iter().zip(0u32..).filter_map(|(bytes, index)| {
			let hash = Blake2Hasher::hash(&bytes.0).0;
			self.waiting.remove(&hash).map(|pending| (index, hash, pending))
		});
		let found: Vec<_> = found.collect();
		if !found.is_empty() {
			let mut failures = failures(&self.chain, &at).await?;
			for (extrinsic, hash, pending) in found {
				let included =
					Included { block: at.block_number(), block_hash: at.block_hash().0, extrinsic, hash };
				// Nobody listening is nobody's loss.
				let _ = pending.done.send(failures.remove(&extrinsic).map_or(Ok(included), Err));
			}
		}

		let finalised = self.finalised;
		let expired = self.waiting.extract_if(|_, pending| pending.last_block <= finalised);
		for (_, pending) in expired {
			let _ = pending.done.send(Err(Error::NotIncluded { finalised }));
		}
		Ok(())
	}

	async fn resubmit(&self) {
		for pending in self.waiting.values() {
			// Most answers say that the pool has it already, or that it is in a block that is not final yet. None of them settles anything.
			let _ = self.chain.legacy.author_submit_extrinsic(&pending.bytes).await;
		}
	}
}

/// The extrinsics of a block that the runtime refused, by index.
async fn failures(chain: &Chain, at: &FinalisedBlock) -> Result<HashMap<u32, Error>, Error> {
	let events = at.events().fetch().await.map_err(|error| chain.node_error(error))?;
	let mut failures = HashMap::new();
	for event in events.iter() {
		let event = event.map_err(|error| chain.node_error(error))?;
		let (Phase::ApplyExtrinsic(index), "System", "ExtrinsicFailed") =
			(event.phase(), event.pallet_name(), event.event_name())
		else {
			continue;
		};
		let error = DispatchError::decode_from(event.field_bytes(), at.metadata());
		failures.insert(index, refusal(at.block_number(), error.map_err(|error| chain.node_error(error))?));
	}
	Ok(failures)
}

fn refusal(block: u64, error: DispatchError) -> Error {
	if let DispatchError::Module(module) = &error {
		if let Ok(details) = module.details() {
			let name = format!("{}::{}", details.pallet.name(), details.variant.name);
			let explanation = details.variant.docs.join(" ").trim().to_owned();
			return Error::Refused { block, name, explanation: Some(explanation).filter(|text| !text.is_empty()) };
		}
	}
	Error::Refused { block, name: error.to_string(), explanation: None }
}

/// A call's arguments, encoded already: the SDK and the runtime share the types.
pub(crate) fn call(pallet: &str, name: &str, arguments: &impl Encode) -> impl Payload {
	subxt::dynamic::tx(pallet, name, EncodedArguments(arguments.encode()))
}

struct EncodedArguments(Vec<u8>);

impl subxt::ext::scale_encode::EncodeAsFields for EncodedArguments {
	fn encode_as_fields_to<R: subxt::ext::scale_type_resolver::TypeResolver>(
		&self,
		_: &mut dyn subxt::ext::scale_type_resolver::FieldIter<'_, R::TypeId>,
		_: &R,
		out: &mut Vec<u8>,
	) -> Result<(), subxt::ext::scale_encode::Error> {
		out.extend_from_slice(&self.0);
		Ok(())
	}
}
