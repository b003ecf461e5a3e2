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
//!    [`CheckedWarp`](chirograph_node_trust::CheckedWarp); the rest is when history is downloaded, by 1.
//! 3. Until the newest checkpoint is on the finalised chain, the [`Gate`] is shut: the node makes no blocks, does not vote, and answers nothing
//!    over JSON-RPC but how it is itself.
//! 4. A node whose finalised chain has another block there ends.

use crate::service::FullClient;
use chirograph_node_trust::{Checkpoint, Checkpoints, Standing};
use chirograph_runtime::Hash;
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
use sc_service::{
	config::{RpcConfiguration, RpcEndpoint},
	ChainSpec, Configuration, Error, RpcHandlers, TaskManager,
};
use sp_blockchain::HeaderBackend;
use std::{
	mem,
	net::Ipv4Addr,
	path::PathBuf,
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
/// Methods that begin as those about the node itself do, and ask for the state.
const ABOUT_STATE: [&str; 3] = ["system_accountNextIndex", "system_dryRun", "system_dryRunAt"];

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

/// Those of a chain spec, if they are of the network with that genesis.
pub fn of(spec: &dyn ChainSpec, genesis: Hash) -> Result<Checkpoints, Error> {
	let all = get_extension::<Checkpoints>(spec.extensions()).cloned().unwrap_or_default();
	all.ensure_network(genesis).map_err(Error::Other)?;
	Ok(all)
}

/// How the finalised chain stands to them.
fn standing(checkpoints: &Checkpoints, client: &FullClient) -> sp_blockchain::Result<Standing> {
	checkpoints.standing(client.info().finalized_number, |number| HeaderBackend::hash(client, number))
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
		match standing(&checkpoints, client)? {
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
			match standing(&checkpoints, &client) {
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
