// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Checkpoints: blocks that the network's council vouches for (X.1407 9.2.3 e, 8.2.9).
//!
//! Whoever gets hold of the keys of more than two thirds of a former set of validators can make another history from there on, as long as they
//! like, and each block of it is properly final. A node that was there knows better; one that begins anew does not. So it is told some blocks,
//! in the chain spec or with `--checkpoint`, and then:
//!
//! 1. No other block is imported at the height of a checkpoint. The client sees to that: [`Extensions`](crate::chain_spec::Extensions) hands
//!    them on as fork blocks.
//! 2. In warp synchronisation blocks are skipped. A proof that contradicts a checkpoint, as far as it can be seen in the proof, is refused by
//!    [`CheckedWarp`]; the rest is when history is downloaded, by 1.
//! 3. Until the newest checkpoint is on the finalised chain, the [`Gate`] is shut: the node makes no blocks, does not vote, and answers nothing
//!    over JSON-RPC but how it is itself.
//! 4. A node whose finalised chain has another block there ends.

use crate::service::FullClient;
use chirograph_runtime::{opaque::Block, BlockNumber, Hash};
use codec::DecodeAll;
use futures::{
	channel::oneshot,
	future::{self, Shared},
	Future, FutureExt,
};
use jsonrpsee::{
	types::{ErrorObject, ErrorObjectOwned},
	MethodCallback, MethodResponse, Methods, RpcModule,
};
use sc_chain_spec::get_extension;
use sc_consensus_grandpa::{warp_proof::WarpSyncFragment, SharedAuthoritySet};
use sc_network_sync::strategy::warp::{EncodedProof, VerificationResult, Verifier, WarpSyncProvider};
use sc_service::{
	config::{RpcConfiguration, RpcEndpoint},
	ChainSpec, Configuration, Error, RpcHandlers, TaskManager,
};
use serde::{Deserialize, Serialize};
use sp_blockchain::HeaderBackend;
use std::{
	fmt, fs, mem,
	net::Ipv4Addr,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::Duration,
};

/// The code of the error that a node answers with while the gate is shut. Of those that JSON-RPC leaves to servers.
const NOT_YET: i32 = -32_050;
/// Between two looks at how far the finalised chain is, while the gate is shut.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The format of the files that council members sign.
const FORMAT: &str = "chirograph/checkpoint/v1";
/// Methods that begin as those about the node itself do, and ask for the state.
const ABOUT_STATE: [&str; 3] = ["system_accountNextIndex", "system_dryRun", "system_dryRunAt"];

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// On the command line.
#[derive(Debug, clap::Args)]
pub struct Files {
	/// A checkpoint that the network's council signed, besides those in the chain spec: the node serves once its finalised chain has that block,
	/// and ends if it has another one there. May be given often. The node does not check the signatures: `chirograph checkpoint verify` does.
	#[arg(long = "checkpoint", value_name = "FILE")]
	checkpoints: Vec<PathBuf>,
}

impl Files {
	/// What is in them.
	pub fn read(&self) -> Result<Vec<Checkpoint>, String> {
		self.checkpoints.iter().map(|path| Checkpoint::read(path)).collect()
	}
}

/// A block that the network vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// The number of the set of authorities that finalised it.
	pub set_id: u64,
	/// The network that it is of, where that is said.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub genesis: Option<Hash>,
}

impl fmt::Display for Checkpoint {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "block {} {:?}", self.number, self.hash)
	}
}

impl Checkpoint {
	fn read(path: &Path) -> Result<Self, String> {
		/// As council members sign it. The signatures are for people who decide whether to use the file.
		#[derive(Deserialize)]
		#[serde(rename_all = "camelCase")]
		struct File {
			format: String,
			genesis: Hash,
			number: BlockNumber,
			hash: Hash,
			set_id: u64,
		}

		let unusable = |reason: String| {
			format!(
				"The checkpoint in {} cannot be used: {reason}. Give the file as `chirograph checkpoint attach` wrote it.",
				path.display()
			)
		};
		let bytes = fs::read(path).map_err(|error| unusable(error.to_string()))?;
		let file: File = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
		if file.format != FORMAT {
			return Err(unusable(format!("it is of the format {:?} and not {FORMAT:?}", file.format)));
		}
		Ok(Self {
			number: file.number,
			hash: file.hash,
			set_id: file.set_id,
			genesis: Some(file.genesis),
		})
	}
}

/// All that a node was told: in the order of their heights, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checkpoints(Vec<Checkpoint>);

impl Checkpoints {
	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// From the oldest to the newest.
	pub fn iter(&self) -> impl Iterator<Item = &Checkpoint> {
		self.0.iter()
	}

	fn newest(&self) -> Option<Checkpoint> {
		self.0.last().copied()
	}

	/// Fails unless each is above the one before, and the first above genesis.
	pub fn ensure_ascending(&self) -> Result<(), String> {
		let heights = std::iter::once(0).chain(self.iter().map(|checkpoint| checkpoint.number));
		if heights.is_sorted_by(|one, next| one < next) {
			return Ok(());
		}
		Err(
			"The chain spec's `checkpoints` must be in the order of their numbers, each number once and none 0. Sort them."
				.into(),
		)
	}

	/// Adds one in its place. The same again changes nothing; another one at the same height is refused.
	pub fn add(&mut self, checkpoint: Checkpoint) -> Result<(), String> {
		match self.0.binary_search_by_key(&checkpoint.number, |known| known.number) {
			Ok(index) => match self.0.get(index) {
				Some(known) if known.hash == checkpoint.hash && known.set_id == checkpoint.set_id => Ok(()),
				_ => Err(format!(
					"Two checkpoints contradict each other at block {}. Find out which one is the network's, and drop the other.",
					checkpoint.number
				)),
			},
			Err(index) => {
				self.0.insert(index, checkpoint);
				self.ensure_ascending()
			},
		}
	}

	/// Those of a chain spec, if they are of the network with that genesis.
	pub fn of(spec: &dyn ChainSpec, genesis: Hash) -> Result<Self, Error> {
		let all = get_extension::<Self>(spec.extensions()).cloned().unwrap_or_default();
		let foreign = all
			.iter()
			.find(|checkpoint| checkpoint.genesis.is_some_and(|named| named != genesis));
		if let Some(foreign) = foreign {
			return Err(Error::Other(format!(
				"The checkpoint {foreign} is of another network: of {:?}, and this one is {genesis:?}. Give the checkpoint of this network, or --chain the spec of the other one.",
				foreign.genesis.unwrap_or_default()
			)));
		}
		Ok(all)
	}

	/// How the finalised chain stands to them.
	fn standing(&self, client: &FullClient) -> sp_blockchain::Result<Standing> {
		let finalised = client.info().finalized_number;
		let mut standing = Standing::Reached;
		// The last, which is the newest, decides.
		for checkpoint in self.iter() {
			standing = if checkpoint.number > finalised {
				Standing::Behind
			} else {
				match HeaderBackend::hash(client, checkpoint.number)? {
					Some(hash) if hash == checkpoint.hash => Standing::Reached,
					Some(found) => {
						return Ok(Standing::Elsewhere {
							checkpoint: *checkpoint,
							found,
						})
					},
					// After warp synchronisation, until history is downloaded.
					None => Standing::Behind,
				}
			};
		}
		Ok(standing)
	}
}

enum Standing {
	/// The newest checkpoint is on it.
	Reached,
	/// It does not reach up to it, or what is there is not known yet.
	Behind,
	/// It has another block at the height of a checkpoint.
	Elsewhere { checkpoint: Checkpoint, found: Hash },
}

fn elsewhere(checkpoint: &Checkpoint, found: Hash) -> String {
	format!(
		"The finalised chain of this node has the block {found:?} at height {}, and the network's checkpoint there is {:?}. The node followed another \
		 history than the one that the network's council vouches for: one that was made with the keys of former validators, perhaps. Nothing that \
		 it said can be relied on. Remove its chain with `chirograph-node purge-chain`, and start it with peers that you know; where it is the \
		 checkpoint that is wrong, correct it in the chain spec or in the file of --checkpoint.",
		checkpoint.number, checkpoint.hash
	)
}

/// Shut until the newest checkpoint is on the finalised chain. Without checkpoints it is open from the beginning.
#[derive(Clone)]
pub struct Gate {
	newest: Option<Checkpoint>,
	is_open: Arc<AtomicBool>,
	opened: Shared<oneshot::Receiver<()>>,
}

impl Gate {
	/// Looks how the finalised chain stands, and, where it does not reach up to the newest checkpoint, goes on looking. Fails where it has another
	/// block there; where it comes to have one later, the node ends.
	pub fn new(checkpoints: Checkpoints, client: &Arc<FullClient>, task_manager: &TaskManager) -> Result<Self, Error> {
		let (opener, opened) = oneshot::channel();
		let gate = Self {
			newest: checkpoints.newest(),
			is_open: Arc::default(),
			opened: opened.shared(),
		};
		match checkpoints.standing(client)? {
			Standing::Reached => gate.open(opener),
			Standing::Elsewhere { checkpoint, found } => return Err(Error::Other(elsewhere(&checkpoint, found))),
			Standing::Behind => {
				log::warn!("{}", gate.reason());
				let watch = gate.clone().watch(checkpoints, client.clone(), opener);
				// Essential: the node ends with it.
				task_manager.spawn_essential_handle().spawn("checkpoints", None, watch);
			},
		}
		Ok(gate)
	}

	/// Ends where the finalised chain has another block at the height of a checkpoint.
	async fn watch(self, checkpoints: Checkpoints, client: Arc<FullClient>, opener: oneshot::Sender<()>) {
		loop {
			// Nobody is notified when history was downloaded, and nothing is finalised before this node takes part.
			tokio::time::sleep(LOOK_EVERY).await;
			match checkpoints.standing(&client) {
				Ok(Standing::Reached) => {
					if let Some(newest) = &self.newest {
						log::info!("The checkpoint {newest} is on the finalised chain: this node serves from now on.");
					}
					self.open(opener);
					// What is finalised stays so, and an essential task must not end.
					return future::pending().await;
				},
				Ok(Standing::Behind) => {},
				Ok(Standing::Elsewhere { checkpoint, found }) => return log::error!("{}", elsewhere(&checkpoint, found)),
				Err(error) => return log::error!("Cannot tell which blocks are final: {error}"),
			}
		}
	}

	fn open(&self, opener: oneshot::Sender<()>) {
		self.is_open.store(true, Ordering::Release);
		// Nobody may wait for it.
		let _ = opener.send(());
	}

	/// Whether the node may serve.
	pub fn is_open(&self) -> bool {
		self.is_open.load(Ordering::Acquire)
	}

	/// Begins `task` when the gate opens.
	pub fn hold<F: Future<Output = ()> + Send + 'static>(&self, task: F) -> impl Future<Output = ()> + Send + 'static {
		let opened = self.opened.clone();
		async move {
			if opened.await.is_err() {
				// The node ends.
				return future::pending().await;
			}
			task.await
		}
	}

	fn reason(&self) -> String {
		let checkpoint = self
			.newest
			.map_or_else(|| "the newest checkpoint".into(), |newest| newest.to_string());
		format!(
			"This node does not serve yet, makes no blocks and does not vote: {checkpoint}, a checkpoint of its network, is not on its finalised chain. \
			 Wait until it is; if its height (system_syncState) does not change any more, its peers follow another history: remove what came from them \
			 with `chirograph-node purge-chain`, and start it with others."
		)
	}

	fn refusal(&self) -> Option<ErrorObjectOwned> {
		(!self.is_open()).then(|| ErrorObject::owned(NOT_YET, self.reason(), None::<()>))
	}

	/// What answers over JSON-RPC is split in two: the SDK's service is left with none, and the server that it would have started is returned for
	/// [`Self::serve`]. None: the gate is open, and nothing is changed.
	///
	/// The SDK lets nobody in between its server and its methods, and starts both in one step; and it starts none without an address. So it has a
	/// server on a free port of the loopback interface that takes no connection. The price is that a node which had to wait for a checkpoint does
	/// not measure JSON-RPC (`substrate_rpc_*`) until it is started again, since these metrics can be registered once.
	pub fn take_server(&self, config: &mut Configuration) -> Option<RpcConfiguration> {
		if self.is_open() {
			return None;
		}
		let rpc = &config.rpc;
		let nowhere = RpcEndpoint {
			listen_addr: (Ipv4Addr::LOCALHOST, 0).into(),
			max_connections: 0,
			batch_config: rpc.batch_config,
			max_payload_in_mb: rpc.max_request_size,
			max_payload_out_mb: rpc.max_response_size,
			max_subscriptions_per_connection: rpc.max_subs_per_conn,
			max_buffer_capacity_per_connection: rpc.message_buffer_capacity,
			rate_limit: None,
			rate_limit_trust_proxy_headers: false,
			rate_limit_whitelisted_ips: Vec::new(),
			cors: None,
			rpc_methods: rpc.methods,
			is_optional: false,
			retry_random_port: false,
		};
		let no_server = RpcConfiguration {
			addr: Some(vec![nowhere]),
			max_connections: rpc.max_connections,
			cors: None,
			methods: rpc.methods,
			max_request_size: rpc.max_request_size,
			max_response_size: rpc.max_response_size,
			id_provider: None,
			max_subs_per_conn: rpc.max_subs_per_conn,
			port: rpc.port,
			message_buffer_capacity: rpc.message_buffer_capacity,
			batch_config: rpc.batch_config,
			rate_limit: rpc.rate_limit,
			rate_limit_whitelisted_ips: Vec::new(),
			rate_limit_trust_proxy_headers: rpc.rate_limit_trust_proxy_headers,
			request_logger_limit: rpc.request_logger_limit,
		};
		Some(mem::replace(&mut config.rpc, no_server))
	}

	/// Starts that server with the methods of the service. As long as the gate is shut, those that are not about the node itself are refused.
	pub fn serve(
		&self,
		mut server: RpcConfiguration,
		handlers: &RpcHandlers,
		tokio: &tokio::runtime::Handle,
		task_manager: &mut TaskManager,
	) -> Result<(), Error> {
		let all = handlers.handle();
		let mut guarded = Methods::new();
		for name in all.method_names() {
			let Some(callback) = all.method(name).cloned() else { continue };
			let is_about_node = name.starts_with("system_") && !ABOUT_STATE.contains(&name);
			let callback = if is_about_node { callback } else { self.guard(callback) };
			guarded
				.verify_and_insert(name, callback)
				.map_err(|error| Error::Application(Box::new(error)))?;
		}
		let mut module = RpcModule::new(());
		module.merge(guarded).map_err(|error| Error::Application(Box::new(error)))?;
		let runtime = sc_service::create_rpc_runtime(server.max_connections)?;
		let ids = server.id_provider.take();
		let server = sc_service::start_rpc_servers(&server, None, tokio, module, runtime, ids)?;
		task_manager.keep_alive(server);
		Ok(())
	}

	fn guard(&self, callback: MethodCallback) -> MethodCallback {
		let gate = self.clone();
		match callback {
			MethodCallback::Sync(call) => {
				MethodCallback::Sync(Arc::new(move |id, params, limit, extensions| match gate.refusal() {
					Some(refusal) => MethodResponse::error(id, refusal).with_extensions(extensions),
					None => call(id, params, limit, extensions),
				}))
			},
			MethodCallback::Async(call) => MethodCallback::Async(Arc::new(move |id, params, connection, limit, extensions| {
				match gate.refusal() {
					Some(refusal) => {
						let response = MethodResponse::error(id, refusal).with_extensions(extensions);
						future::ready(response).boxed()
					},
					None => call(id, params, connection, limit, extensions),
				}
			})),
			MethodCallback::Subscription(call) => {
				MethodCallback::Subscription(Arc::new(move |id, params, sink, state, extensions| match gate.refusal() {
					Some(refusal) => {
						// As to a call: nobody but the server sends it.
						let response = MethodResponse::error(id, refusal).with_extensions(extensions);
						future::ready(response).boxed()
					},
					None => call(id, params, sink, state, extensions),
				}))
			},
			// Nothing can be unsubscribed from that was refused.
			MethodCallback::Unsubscription(call) => MethodCallback::Unsubscription(call),
		}
	}
}

/// Warp synchronisation that believes no proof which contradicts a checkpoint.
///
/// A proof has the last block of each set of authorities, and the newest block. What is between is not in it, so what can be seen of a
/// checkpoint is the number of the set that finalised it, and its hash if it is one of those blocks. The network's tool prefers such blocks.
pub struct CheckedWarp<P> {
	provider: P,
	authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	checkpoints: Checkpoints,
}

impl<P> CheckedWarp<P> {
	/// `authority_set`: the one that `provider` begins with.
	pub fn new(provider: P, authority_set: SharedAuthoritySet<Hash, BlockNumber>, checkpoints: Checkpoints) -> Self {
		Self {
			provider,
			authority_set,
			checkpoints,
		}
	}
}

impl<P: WarpSyncProvider<Block>> WarpSyncProvider<Block> for CheckedWarp<P> {
	fn generate(&self, start: Hash) -> Result<EncodedProof, BoxError> {
		self.provider.generate(start)
	}

	fn create_verifier(&self) -> Box<dyn Verifier<Block>> {
		Box::new(CheckedVerifier {
			inner: self.provider.create_verifier(),
			checkpoints: self.checkpoints.clone(),
			seen: Seen {
				number: 0,
				set_id: self.authority_set.set_id(),
			},
		})
	}
}

/// Up to where proofs were followed.
#[derive(Clone, Copy)]
struct Seen {
	/// Height of the last block.
	number: BlockNumber,
	/// The set that finalises what comes next.
	set_id: u64,
}

struct CheckedVerifier {
	inner: Box<dyn Verifier<Block>>,
	checkpoints: Checkpoints,
	seen: Seen,
}

impl CheckedVerifier {
	/// Holds a proof against the checkpoints. Its signatures are not looked at here.
	fn follow(&self, proof: &EncodedProof) -> Result<Seen, String> {
		// The layout of the SDK's proof, whose fields are its own.
		let (fragments, is_finished) = <(Vec<WarpSyncFragment<Block>>, bool)>::decode_all(&mut &proof.0[..])
			.map_err(|error| format!("it cannot be read ({error})"))?;
		let mut seen = self.seen;
		for fragment in fragments {
			let (number, hash) = (fragment.header.number, fragment.header.hash());
			if number <= seen.number {
				return Err(format!("block {number} comes behind block {}", seen.number));
			}
			for checkpoint in self.checkpoints.iter() {
				if checkpoint.number <= seen.number || checkpoint.number > number {
					continue;
				}
				if checkpoint.set_id != seen.set_id {
					return Err(format!(
						"set {} of authorities finalises its block {}, and set {} finalised the checkpoint {checkpoint}",
						seen.set_id, checkpoint.number, checkpoint.set_id
					));
				}
				if checkpoint.number == number && checkpoint.hash != hash {
					return Err(format!("it has {hash:?} in the place of the checkpoint {checkpoint}"));
				}
			}
			// Only the last block of all changes no set, which the SDK sees to. Saturating: sets are counted from 0, one by one.
			seen = Seen {
				number,
				set_id: seen.set_id.saturating_add(1),
			};
		}
		match self.checkpoints.newest() {
			Some(newest) if is_finished && seen.number < newest.number => {
				Err(format!("it ends at block {}, below the checkpoint {newest}", seen.number))
			},
			_ => Ok(seen),
		}
	}
}

impl Verifier<Block> for CheckedVerifier {
	fn verify(&mut self, proof: &EncodedProof) -> Result<VerificationResult<Block>, BoxError> {
		// First: the SDK's verifier remembers what it found in order, and would ask the next peer for what comes behind that.
		let seen = self.follow(proof).map_err(|reason| {
			log::warn!(
				"A peer's warp proof was refused: {reason}. It follows another history than the one that the network's council vouches for, or is behind."
			);
			BoxError::from(reason)
		})?;
		let result = self.inner.verify(proof)?;
		self.seen = seen;
		Ok(result)
	}

	fn next_proof_context(&self) -> Hash {
		self.inner.next_proof_context()
	}

	fn status(&self) -> Option<String> {
		self.inner.status()
	}
}
