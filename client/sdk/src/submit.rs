// SPDX-License-Identifier: Apache-2.0

//! Gets extrinsics into finalised blocks.
//!
//! A node's pool may drop what it accepted, without a word. So nothing that a pool says counts here: an extrinsic is *in* when it is found
//! in a finalised block, *refused* when that block's events say so, and *out* when the last block that could have held it is final without
//! it. Until then it is sent again and again, the same bytes, so that it cannot be included twice; once it is out it is signed anew, with the
//! nonce that it had.

use crate::{
	chain::{BlockId, Chain, ChirographConfig, FinalisedBlock},
	error::Error,
	keys::Keypair,
	refusal::Refusal,
};
use chirograph_primitives::{AccountId, AdmissionFault, QuotaUsage};
use codec::{Compact, Encode, Output};
use sp_core::{Blake2Hasher, Hasher};
use std::{
	collections::HashMap,
	fmt,
	ops::RangeInclusive,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::Duration,
};
use subxt::{
	config::DefaultExtrinsicParamsBuilder,
	tx::{DynamicPayload, Payload},
	utils::H256,
};
use tokio::{
	sync::{mpsc, oneshot, watch},
	task::JoinHandle,
	time::{interval, sleep, timeout_at, Instant, MissedTickBehavior},
};

/// For how many blocks an extrinsic may be included. At two seconds a block, a minute; then it is signed anew.
const MORTALITY: u64 = 32;
/// How often to look for what was not found in a block, and is to be sent again.
const RESUBMIT_EVERY: Duration = Duration::from_secs(1);
/// What was sent is sent again after this time, then as [`next`] says: a pool that is busy with a new block loses some.
const RESUBMIT_FIRST: Duration = Duration::from_secs(1);
/// But no later than this after it was sent before.
const RESUBMIT_MOST: Duration = Duration::from_secs(8);
/// How often a taken nonce is exchanged for the next one.
const MAX_NONCE_TRIES: usize = 10;
/// How often an extrinsic is offered to a pool that cannot judge it.
const MAX_POOL_TRIES: usize = 5;
/// Longer than anybody waits, and short enough for every clock to count up to its end.
const MAX_PATIENCE: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Between two questions to a node that answers, but not with what it should have.
const RETRY_AFTER: Duration = Duration::from_millis(500);

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

/// How a quota stands that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
	/// What was used in finalised blocks, of how much, and until when that counts.
	pub usage: QuotaUsage,
	/// From the newest finalised block to the first one of the next window.
	pub blocks: u64,
	/// How long these take at least.
	pub seconds: u64,
}

impl fmt::Display for Exhausted {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let QuotaUsage { quota, used, reopens } = self.usage;
		write!(
			f,
			"{} of {} calls and {} of {} bytes are in finalised blocks, and the next window begins with block {reopens}, {} blocks from now, in {} s or more",
			used.calls, quota.calls, used.bytes, quota.bytes, self.blocks, self.seconds
		)
	}
}

/// Whose extrinsic it is, and which of them.
#[derive(Clone, Copy)]
struct Attempt<'a> {
	account: &'a AccountId,
	nonce: u64,
	/// None with this nonce was sent before.
	is_first: bool,
}

struct Pending {
	bytes: Vec<u8>,
	last_block: u64,
	/// Whether the first try was answered, and not refused. Before, it would be the second one that makes the first one outdated.
	is_sent: Arc<AtomicBool>,
	/// When to send it again.
	resubmit: Instant,
	/// How long after it was sent before that is.
	resubmit_after: Duration,
	done: oneshot::Sender<Result<Included, Error>>,
}

impl Pending {
	fn is_due(&self, now: Instant) -> bool {
		// Nothing else is read that is written before.
		self.is_sent.load(Ordering::Relaxed) && self.resubmit <= now
	}
}

/// When to send it again, once that was done `after` a time.
fn next(after: Duration) -> Duration {
	RESUBMIT_MOST.min(after.saturating_mul(2))
}

/// Sends extrinsics and follows them to finality; any number at once.
#[derive(Clone)]
pub struct Submitter {
	chain: Arc<Chain>,
	pending: mpsc::UnboundedSender<Pending>,
	finalised: watch::Receiver<u64>,
}

impl Submitter {
	/// Begins to follow the finalised blocks. Ends when the last clone is dropped.
	pub async fn start(chain: Arc<Chain>) -> Result<Self, Error> {
		// Which extrinsics are in a block it could not see.
		chain.ensure_node("see what became of what was sent")?;
		let blocks = chain.client.stream_blocks().await.map_err(|error| chain.node_error(error))?;
		let (pending, incoming) = mpsc::unbounded_channel();
		let (finalised_sender, finalised) = watch::channel(chain.finalised().await?.block_number());
		let follower = Follower {
			chain: chain.clone(),
			waiting: HashMap::new(),
			finalised: finalised_sender,
		};
		tokio::spawn(follower.run(blocks, incoming));
		Ok(Self {
			chain,
			pending,
			finalised,
		})
	}

	/// The node.
	pub fn chain(&self) -> &Chain {
		&self.chain
	}

	/// As [`Self::submit`], and returns the block in which it is final.
	pub(crate) async fn submit_at_block(
		&self,
		signer: &Keypair,
		call: &impl Payload,
		patience: Duration,
	) -> Result<FinalisedBlock, Error> {
		let included = self.submit(call, signer, patience).await?;
		self.chain.at(&included).await
	}

	/// Signs `call` with the next nonce of `signer`, sends it, and returns when it is finalised; or fails after `patience`.
	pub async fn submit(&self, call: &impl Payload, signer: &Keypair, patience: Duration) -> Result<Included, Error> {
		let deadline = end_of(patience);
		let mut tries = 0;
		loop {
			tries += 1;
			let nonce = self.chain.nonce(&signer.account()).await?;
			let patience = deadline.saturating_duration_since(Instant::now());
			match self.submit_with_nonce(call, signer, nonce, patience).await {
				// Somebody signs with the same key at the same time.
				Err(Error::NonceTaken { .. }) if tries < MAX_NONCE_TRIES => {},
				outcome => return outcome,
			}
		}
	}

	/// As [`Self::submit`], with a nonce that the caller keeps count of.
	pub async fn submit_with_nonce(
		&self,
		call: &impl Payload,
		signer: &Keypair,
		nonce: u64,
		patience: Duration,
	) -> Result<Included, Error> {
		let deadline = end_of(patience);
		let account = signer.account();
		let mut attempt = Attempt {
			account: &account,
			nonce,
			is_first: true,
		};
		loop {
			let at = self.chain.finalised().await?;
			let bytes = self.sign(&at, call, signer, nonce)?;
			// The first block that it may be in is the one after `at`.
			let last_block = at.block_number().saturating_add(MORTALITY - 1);
			match self.follow(bytes, last_block, attempt, deadline, patience).await {
				// It is out for good: a second one with the same nonce cannot be in besides.
				Err(Error::NotIncluded { .. }) if Instant::now() < deadline => attempt.is_first = false,
				outcome => return outcome,
			}
		}
	}

	/// An extrinsic that can be included in some blocks after `at`, for whoever sends it by [`Self::send`]. Fails where the node gives the
	/// call other numbers than it has: what is signed is what was meant, whatever a node says.
	pub fn sign(&self, at: &FinalisedBlock, call: &impl Payload, signer: &Keypair, nonce: u64) -> Result<Vec<u8>, Error> {
		// What is signed begins with the call.
		self.chain.encode_call(at, call)?;
		let params = DefaultExtrinsicParamsBuilder::<ChirographConfig>::new()
			.nonce(nonce)
			.mortal_from_unchecked(MORTALITY, at.block_number(), at.block_hash())
			.build();
		// Of the other format there are no signed ones.
		let signable = at.tx().create_v4_signable_offline(call, params);
		let signed = signable.and_then(|mut signable| signable.sign(signer));
		Ok(signed.map_err(|error| self.chain.node_error(error))?.into_encoded())
	}

	/// Sends an extrinsic once, and follows it no further. Whether the pool took it.
	pub async fn send(&self, extrinsic: &[u8]) -> bool {
		self.chain.legacy.author_submit_extrinsic(extrinsic).await.is_ok()
	}

	async fn follow(
		&self,
		bytes: Vec<u8>,
		last_block: u64,
		attempt: Attempt<'_>,
		deadline: Instant,
		patience: Duration,
	) -> Result<Included, Error> {
		let (done, outcome) = oneshot::channel();
		let is_sent = Arc::new(AtomicBool::new(false));
		// Before it is sent: it could be in a block sooner than the follower knows of it.
		let pending = Pending {
			bytes: bytes.clone(),
			last_block,
			is_sent: is_sent.clone(),
			resubmit: Instant::now() + RESUBMIT_FIRST,
			resubmit_after: RESUBMIT_FIRST,
			done,
		};
		self.pending.send(pending).map_err(|_| self.chain.lost())?;
		self.first_send(&bytes, attempt).await?;
		is_sent.store(true, Ordering::Relaxed);
		match timeout_at(deadline, outcome).await {
			Ok(Ok(outcome)) => outcome,
			// The follower ends before its time only when the connection does.
			Ok(Err(_)) => Err(self.chain.lost()),
			Err(_) => Err(Error::NotFinalised {
				// Rounded: of what the caller was ready to wait, some went into signing.
				waited_seconds: patience.as_secs_f64().round() as u64,
				finalised: *self.finalised.borrow(),
			}),
		}
	}

	/// Sends for the first time. What is wrong with the extrinsic itself shows here; a full pool is no reason to give up.
	async fn first_send(&self, bytes: &[u8], attempt: Attempt<'_>) -> Result<(), Error> {
		use subxt::rpcs::Error as RpcError;
		let Attempt {
			account,
			nonce,
			is_first,
		} = attempt;
		match self.offer(bytes).await {
			Ok(_) => Ok(()),
			Err(RpcError::User(error)) if error.code == POOL_INVALID => {
				let data = error.data.map(|data| data.get().trim_matches('"').to_owned());
				let reason = data.unwrap_or(error.message);
				Err(if reason.contains("outdated") {
					Error::NonceTaken { nonce }
				} else if reason.contains("pay") {
					Error::NoFunds
				} else if let Some(fault) = admission_fault(&reason) {
					self.not_admitted(account, fault).await
				} else {
					Error::Rejected { reason }
				})
			},
			// Another extrinsic with this nonce waits. If it is our own of an earlier try, it is about to expire.
			Err(RpcError::User(error)) if error.code == POOL_TOO_LOW_PRIORITY && is_first => Err(Error::NonceTaken { nonce }),
			Err(RpcError::User(error)) if POOL_CODES.contains(&error.code) => Ok(()),
			Err(error) => Err(self.chain.node_error(error)),
		}
	}

	/// Offers an extrinsic to the pool until that can judge it.
	async fn offer(&self, bytes: &[u8]) -> Result<H256, subxt::rpcs::Error> {
		let mut tries = 0;
		loop {
			tries += 1;
			match self.chain.legacy.author_submit_extrinsic(bytes).await {
				Err(subxt::rpcs::Error::User(error)) if error.code == POOL_UNABLE && tries < MAX_POOL_TRIES => {
					sleep(RETRY_AFTER).await;
				},
				outcome => return outcome,
			}
		}
	}

	async fn not_admitted(&self, account: &AccountId, fault: AdmissionFault) -> Error {
		let exhausted = match fault {
			// How the quota stands helps to decide what to do. That it is used up is true without it.
			AdmissionFault::QuotaUsedUp => self.exhausted(account).await.ok().flatten(),
			_ => None,
		};
		Error::NotAdmitted {
			account: account.clone(),
			fault,
			exhausted,
		}
	}

	async fn exhausted(&self, account: &AccountId) -> Result<Option<Exhausted>, Error> {
		let at = self.chain.finalised().await?;
		let slot_duration = self.chain.slot_duration(&at).await?;
		let usage = self.chain.account_status(&at, account).await?.usage;
		Ok(usage.map(|usage| {
			let blocks = u64::from(usage.reopens).saturating_sub(at.block_number());
			Exhausted {
				usage,
				blocks,
				seconds: blocks.saturating_mul(slot_duration).div_ceil(1_000),
			}
		}))
	}
}

/// What the runtime found wrong, if that is what a node says. A pool passes on a number and no more (sc-rpc-api, author errors).
fn admission_fault(reason: &str) -> Option<AdmissionFault> {
	let code = reason.strip_prefix("Custom error: ")?.parse().ok()?;
	AdmissionFault::from_code(code)
}

/// Codes with which a node's pool answers (sc-rpc-api, author errors).
const POOL_CODES: RangeInclusive<i32> = 1010..=1019;
/// It can never be included as it is.
const POOL_INVALID: i32 = 1010;
/// It could not be judged: the block that it was judged by is on a branch that was given up meanwhile, and gone.
const POOL_UNABLE: i32 = 1002;
/// Another extrinsic has the same nonce.
const POOL_TOO_LOW_PRIORITY: i32 = 1014;

/// Compares finalised blocks with what is waited for.
struct Follower {
	chain: Arc<Chain>,
	waiting: HashMap<[u8; 32], Pending>,
	finalised: watch::Sender<u64>,
}

impl Follower {
	async fn run(mut self, mut blocks: subxt::client::Blocks<ChirographConfig>, mut incoming: mpsc::UnboundedReceiver<Pending>) {
		let mut resubmit = interval(RESUBMIT_EVERY);
		resubmit.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut resubmission: Option<JoinHandle<()>> = None;
		loop {
			tokio::select! {
				// In this order: a block must not be compared before all that could be in it is known.
				biased;
				() = self.chain.disconnected() => return,
				pending = incoming.recv() => match pending {
					Some(pending) => {
						self.waiting.insert(Blake2Hasher::hash(&pending.bytes).0, pending);
					},
					None => return,
				},
				block = blocks.next() => match block {
					Some(Ok(block)) => {
						while self.compare(block.number(), block.hash(), &mut incoming).await.is_err() {
							if !self.chain.is_connected() {
								return;
							}
							sleep(RETRY_AFTER).await;
						}
					},
					// Dropping what is waited for tells everybody that the node is gone.
					Some(Err(_)) | None => return,
				},
				_ = resubmit.tick() => {
					// Whoever lost patience no longer listens.
					self.waiting.retain(|_, pending| !pending.done.is_closed());
					if resubmission.as_ref().is_none_or(JoinHandle::is_finished) {
						resubmission = Some(self.resubmit());
					}
				},
			}
		}
	}

	async fn compare(&mut self, number: u64, hash: H256, incoming: &mut mpsc::UnboundedReceiver<Pending>) -> Result<(), Error> {
		let block = self
			.chain
			.legacy
			.chain_get_block(Some(hash))
			.await
			.map_err(|error| self.chain.node_error(error))?;
		let block = block
			.ok_or_else(|| self.chain.node_error("it does not have a block that it finalised"))?
			.block;
		while let Ok(pending) = incoming.try_recv() {
			self.waiting.insert(Blake2Hasher::hash(&pending.bytes).0, pending);
		}
		let hashes = block.extrinsics.iter().map(|bytes| Blake2Hasher::hash(&bytes.0).0);
		let found: Vec<_> = (0u32..)
			.zip(hashes)
			.filter(|(_, hash)| self.waiting.contains_key(hash))
			.collect();
		let mut failures = if found.is_empty() {
			HashMap::new()
		} else {
			failures(&self.chain, hash).await?
		};
		for (extrinsic, extrinsic_hash) in found {
			if let Some(pending) = self.waiting.remove(&extrinsic_hash) {
				let included = Included {
					block: number,
					block_hash: hash.0,
					extrinsic,
					hash: extrinsic_hash,
				};
				// Nobody listening is nobody's loss.
				let _ = pending.done.send(failures.remove(&extrinsic).map_or(Ok(included), Err));
			}
		}
		for (_, pending) in self.waiting.extract_if(|_, pending| pending.last_block <= number) {
			let _ = pending.done.send(Err(Error::NotIncluded { finalised: number }));
		}
		self.finalised.send_replace(number);
		Ok(())
	}

	/// Sends again what a pool may have dropped.
	fn resubmit(&mut self) -> JoinHandle<()> {
		let now = Instant::now();
		let due = self.waiting.values_mut().filter(|pending| pending.is_due(now));
		let old: Vec<_> = due
			.map(|pending| {
				pending.resubmit_after = next(pending.resubmit_after);
				pending.resubmit = now + pending.resubmit_after;
				pending.bytes.clone()
			})
			.collect();
		let chain = self.chain.clone();
		tokio::spawn(async move {
			for bytes in old {
				// Most answers say that the pool has it already, or that it is in a block that is not final yet. None of them settles anything.
				let _ = chain.legacy.author_submit_extrinsic(&bytes).await;
			}
		})
	}
}

/// The extrinsics of a block that the runtime refused, by index.
async fn failures(chain: &Chain, block: H256) -> Result<HashMap<u32, Error>, Error> {
	let at = chain.client.at_block(block).await.map_err(|error| chain.node_error(error))?;
	let events = at.events().fetch().await.map_err(|error| chain.node_error(error))?;
	let (block, metadata) = (at.block_number(), at.metadata());
	let mut failures = HashMap::new();
	for event in events.iter() {
		let event = event.map_err(|error| chain.node_error(error))?;
		if let Some((index, Refusal { name, explanation })) = Refusal::of_extrinsic(&event, &metadata) {
			let refused = Error::Refused {
				block,
				name,
				explanation,
			};
			failures.insert(index, refused);
		}
	}
	Ok(failures)
}

/// The moment at which patience that begins now ends.
fn end_of(patience: Duration) -> Instant {
	Instant::now() + patience.min(MAX_PATIENCE)
}

/// A call by the names of its pallet and itself. `arguments` encode to those of the call, one after the other: the SDK and the runtime
/// share the types.
pub fn call(pallet: &str, name: &str, arguments: &impl Encode) -> Call {
	subxt::dynamic::tx(pallet, name, EncodedArguments(arguments.encode()))
}

/// Calls in one, of which all are done or none is. Fails where a node gives one of them other numbers than it has.
pub fn all_of(chain: &Chain, at: &FinalisedBlock, calls: &[Call]) -> Result<Call, Error> {
	// As a list is encoded: its length, and each after the other. There are never so many that they would not be counted.
	let mut encoded = Compact(u32::try_from(calls.len()).unwrap_or(u32::MAX)).encode();
	for call in calls {
		encoded.extend(chain.encode_call(at, call)?);
	}
	Ok(subxt::dynamic::tx("Utility", "batch_all", EncodedArguments(encoded)))
}

/// A call that is encoded already, as an argument of another.
pub(crate) struct Encoded(pub(crate) Vec<u8>);

impl Encode for Encoded {
	fn encode_to<T: Output + ?Sized>(&self, output: &mut T) {
		output.write(&self.0);
	}
}

/// A call, ready to be signed.
pub type Call = DynamicPayload<EncodedArguments>;

/// A call's arguments, encoded already.
pub struct EncodedArguments(Vec<u8>);

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

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::Quota;
	use std::iter;

	#[test]
	fn the_number_of_a_fault_is_understood_and_nothing_else_is_taken_for_one() {
		let quota = AdmissionFault::QuotaUsedUp;
		assert_eq!(admission_fault(&format!("Custom error: {}", quota.code())), Some(quota));
		for reason in [
			"",
			"Custom error: ",
			"Custom error: 0",
			"Custom error: 255",
			"Custom error: 256",
			"Custom error: 7 or so",
			"Inability to pay some fees (e.g. account balance too low)",
			"Transaction is outdated",
		] {
			assert_eq!(admission_fault(reason), None, "{reason}");
		}
	}

	#[test]
	fn what_was_sent_is_sent_again_less_and_less_often() {
		let waits = iter::successors(Some(RESUBMIT_FIRST), |after| Some(next(*after)));
		let seconds: Vec<_> = waits.take(5).map(|after| after.as_secs()).collect();
		assert_eq!(seconds, [1, 2, 4, 8, 8]);
	}

	#[test]
	fn nothing_is_sent_again_before_the_first_try_is_answered() {
		let now = Instant::now();
		let mut pending = Pending {
			bytes: Vec::new(),
			last_block: 1,
			is_sent: Arc::default(),
			resubmit: now,
			resubmit_after: RESUBMIT_FIRST,
			done: oneshot::channel().0,
		};
		assert!(!pending.is_due(now));
		pending.is_sent.store(true, Ordering::Relaxed);
		assert!(pending.is_due(now), "the control");
		pending.resubmit = now + RESUBMIT_FIRST;
		assert!(!pending.is_due(now), "nor before it is time");
	}

	/// What is confirmed, or voted on, is the call as it stands in the extrinsic, without a length before it.
	#[test]
	fn a_call_inside_of_another_is_encoded_as_it_is() {
		let encoded = Encoded(vec![40, 0, 7]);
		assert_eq!((1u8, &encoded, 2u8).encode(), [1, 40, 0, 7, 2]);
	}

	#[test]
	fn patience_without_an_end_has_one() {
		let end = end_of(Duration::MAX);
		assert!(end > Instant::now() && end <= Instant::now() + MAX_PATIENCE);
	}

	#[test]
	fn a_used_up_quota_says_when_there_is_a_new_one() {
		let exhausted = Exhausted {
			usage: QuotaUsage {
				quota: Quota {
					calls: 500,
					bytes: 4_096,
				},
				used: Quota { calls: 499, bytes: 77 },
				reopens: 150,
			},
			blocks: 9,
			seconds: 18,
		};
		let text = exhausted.to_string();
		for part in [
			"499 of 500 calls",
			"77 of 4096 bytes",
			"block 150",
			"9 blocks from now",
			"18 s",
		] {
			assert!(text.contains(part), "{part} is in: {text}");
		}
	}
}
