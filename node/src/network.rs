// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The network of a node, put together from the SDK's parts.
//!
//! The SDK has a function for all of it, in which nothing can come between a request and whoever answers it. On a closed network
//! something must: see [`members`](crate::members). So the parts are joined here, in the same order, and each protocol over which
//! others ask for something gets a filter in front.
//!
//! | asked for | protocol, after the genesis hash |
//! |---|---|
//! | blocks | `sync/2` |
//! | state | `state/2` |
//! | proofs of finality | `sync/warp` |
//! | proofs of state | `light/2` |
//!
//! Two things that the SDK offers are refused: an IPFS server, which would answer everybody and has nothing to serve here; and the
//! libp2p backend on a closed network, since it tells strangers what members are told.

use crate::{
	members::{self, Follower},
	service::{FullClient, TransactionPool},
};
use async_channel::{bounded, unbounded, Sender};
use chirograph_node_trust::{Members, RefusedRequests};
use chirograph_runtime::{opaque::Block, Hash};
use futures::{stream, StreamExt};
use sc_client_api::{BlockBackend, BlockImportNotification, BlockchainEvents, FinalityNotification};
use sc_consensus::{DefaultImportQueue, ImportQueue};
use sc_network::{
	config::{FullNetworkConfiguration, IncomingRequest, NetworkBackendType, PeerStore, Roles, SyncMode},
	service::traits::{NetworkService, RequestResponseConfig},
	Litep2pNetworkBackend, NetworkBackend, NetworkBlock, NetworkWorker, NotificationConfig, NotificationMetrics,
};
use sc_network_light::light_client_requests::handler::LightClientRequestHandler;
use sc_network_sync::{
	block_relay_protocol::BlockRelayParams,
	block_request_handler::BlockRequestHandler,
	engine::SyncingEngine,
	service::network::NetworkServiceProvider,
	state_request_handler::StateRequestHandler,
	strategy::{
		polkadot::{PolkadotSyncingStrategy, PolkadotSyncingStrategyConfig},
		warp::WarpSyncProvider,
	},
	warp_request_handler::RequestHandler as WarpRequestHandler,
	SyncingService,
};
use sc_network_transactions::{TransactionsHandlerController, TransactionsHandlerPrototype};
use sc_service::{Configuration, Error, SpawnTaskHandle, TaskManager, TransactionPoolAdapter, WarpSyncConfig};
use sc_utils::mpsc::{tracing_unbounded, TracingUnboundedSender};
use sp_blockchain::HeaderBackend;
use sp_consensus::block_validation::DefaultBlockAnnounceValidator;
use std::sync::Arc;

/// The group of tasks that all of these belong to.
const NETWORKING: Option<&str> = Some("networking");

/// Questions about the network that JSON-RPC may have waiting before the node warns of them.
const SYSTEM_RPC_QUEUE: usize = 10_000;

/// How a protocol of requests is configured.
type RequestConfig<Net> = <Net as NetworkBackend<Block, Hash>>::RequestResponseProtocolConfig;

/// A network backend that tells where its requests go.
pub trait Backend: NetworkBackend<Block, Hash> {
	/// The queue of a protocol, if it takes requests.
	fn inbound_queue(config: &mut RequestConfig<Self>) -> &mut Option<Sender<IncomingRequest>>
	where
		Self: Sized;
}

impl Backend for Litep2pNetworkBackend {
	fn inbound_queue(config: &mut RequestConfig<Self>) -> &mut Option<Sender<IncomingRequest>> {
		&mut config.inbound_queue
	}
}

impl Backend for NetworkWorker<Block, Hash> {
	fn inbound_queue(config: &mut RequestConfig<Self>) -> &mut Option<Sender<IncomingRequest>> {
		&mut config.inbound_queue
	}
}

/// What the network is made of.
pub struct Params<'a, Net: Backend> {
	/// How the operator wants it.
	pub config: &'a Configuration,
	/// With the protocols in it that only this node has.
	pub net_config: FullNetworkConfiguration<Block, Hash, Net>,
	/// Counts what is told.
	pub metrics: NotificationMetrics,
	/// Whom to talk to.
	pub members: Arc<Members>,
	/// What is served.
	pub client: Arc<FullClient>,
	/// What is passed on.
	pub transaction_pool: Arc<TransactionPool>,
	/// Where blocks go.
	pub import_queue: DefaultImportQueue<Block>,
	/// Makes and checks proofs of finality.
	pub warp_sync: Arc<dyn WarpSyncProvider<Block>>,
	/// Runs all of it.
	pub task_manager: &'a TaskManager,
}

/// The network, as the rest of the node sees it.
pub struct Network {
	/// Peers and what may be asked of them.
	pub service: Arc<dyn NetworkService>,
	/// How far this node and its peers are.
	pub sync_service: Arc<SyncingService<Block>>,
	/// Answers the questions of JSON-RPC.
	pub system_rpc: TracingUnboundedSender<sc_rpc::system::Request<Block>>,
	/// Passes extrinsics on.
	pub transactions: TransactionsHandlerController<Hash>,
}

/// Starts the network. Its tasks end with the node.
pub fn build<Net: Backend>(params: Params<Net>) -> Result<Network, Error> {
	let Params {
		config,
		mut net_config,
		metrics,
		members,
		client,
		transaction_pool,
		import_queue,
		warp_sync,
		task_manager,
	} = params;
	ensure_possible(config, &members, &client)?;
	let (spawn, spawn_essential) = (task_manager.spawn_handle(), task_manager.spawn_essential_handle());
	let (protocol_id, fork_id) = (config.protocol_id(), config.chain_spec.fork_id());
	let genesis = client.info().genesis_hash;
	let registry = config.prometheus_registry();
	let reserved = config.network.default_peers_set.reserved_nodes.clone();
	// Each of them may have a request waiting.
	let most_peers = (config.network.default_peers_set_num_full as usize).saturating_add(reserved.len());

	// What others may ask for.
	let gate = Gate {
		members: members.clone(),
		refused: registry.map(RefusedRequests::register).transpose()?,
		spawn: spawn.clone(),
	};
	let provider = NetworkServiceProvider::new();
	let BlockRelayParams {
		mut server,
		downloader,
		request_response_config,
	} = BlockRequestHandler::<Block, FullClient>::new::<Net>(provider.handle(), &protocol_id, fork_id, client.clone(), most_peers);
	spawn.spawn("block-request-handler", NETWORKING, async move { server.run().await });
	net_config.add_request_response_protocol(gate.close::<Net>("blocks", request_response_config));

	let (handler, state) =
		StateRequestHandler::<Block, FullClient>::new::<Net>(&protocol_id, fork_id, client.clone(), most_peers);
	let state_protocol = state.protocol_name().clone();
	spawn.spawn("state-request-handler", NETWORKING, handler.run());
	net_config.add_request_response_protocol(gate.close::<Net>("state", state));

	let (handler, warp) = WarpRequestHandler::<Block>::new::<_, Net>(protocol_id.clone(), genesis, fork_id, warp_sync.clone());
	let warp_protocol = warp.protocol_name().clone();
	spawn.spawn("warp-sync-request-handler", NETWORKING, handler.run());
	net_config.add_request_response_protocol(gate.close::<Net>("warp", warp));

	let (handler, light) = LightClientRequestHandler::<Block, FullClient>::new::<Net>(&protocol_id, fork_id, client.clone());
	spawn.spawn("light-client-request-handler", NETWORKING, handler.run());
	net_config.add_request_response_protocol(gate.close::<Net>("light", light));

	// What others are told: blocks, then extrinsics. GRANDPA has brought its own.
	let strategy = PolkadotSyncingStrategy::new(
		PolkadotSyncingStrategyConfig {
			mode: config.network.sync_mode,
			max_parallel_downloads: config.network.max_parallel_downloads,
			max_blocks_per_request: config.network.max_blocks_per_request,
			min_peers_to_start_warp_sync: config.network.min_peers_to_start_warp_sync,
			metrics_registry: registry.cloned(),
			state_request_protocol_name: state_protocol,
			block_downloader: downloader,
			gap_sync_body_policy: sc_service::default_gap_sync_body_policy(config.blocks_pruning),
		},
		client.clone(),
		Some(WarpSyncConfig::WithProvider(warp_sync)),
		Some(warp_protocol),
	)?;
	let (syncing_engine, sync_service, block_announcements) = SyncingEngine::new(
		Roles::from(&config.role),
		client.clone(),
		registry,
		metrics.clone(),
		&net_config,
		protocol_id.clone(),
		fork_id,
		Box::new(DefaultBlockAnnounceValidator),
		Box::new(strategy),
		provider.handle(),
		import_queue.service(),
		members.peer_store(net_config.peer_store_handle()),
	)?;
	let sync_service = Arc::new(sync_service);
	let block_announcements_protocol = block_announcements.protocol_name().clone();
	spawn_essential.spawn_blocking("syncing", None, syncing_engine.run());

	let (transactions, transactions_config) = TransactionsHandlerPrototype::new::<_, Block, Net>(
		protocol_id.clone(),
		genesis,
		fork_id,
		metrics.clone(),
		members.peer_store(net_config.peer_store_handle()),
	);
	net_config.add_notification_protocol(transactions_config);

	// The network itself.
	spawn.spawn("peer-store", NETWORKING, net_config.take_peer_store().run());
	let has_boot_nodes = !net_config.network_config.boot_nodes.is_empty();
	let executor = spawn.clone();
	let worker = Net::new(sc_network::config::Params {
		role: config.role,
		executor: Box::new(move |task| executor.spawn("libp2p-node", NETWORKING, task)),
		network_config: net_config,
		protocol_id,
		genesis_hash: genesis,
		fork_id: fork_id.map(str::to_owned),
		metrics_registry: registry.cloned(),
		block_announce_config: block_announcements,
		ipfs_config: None,
		notification_metrics: metrics,
	})?;
	let service = worker.network_service();

	let pool: Arc<dyn sc_network_transactions::config::TransactionPool<Hash, Block>> =
		Arc::new(TransactionPoolAdapter::new(transaction_pool, client.clone()));
	let (handler, transactions) = transactions.build(service.clone(), sync_service.clone(), pool, registry)?;
	spawn.spawn_blocking("network-transactions-handler", NETWORKING, handler.run());
	spawn.spawn_blocking(
		"chain-sync-network-service-provider",
		NETWORKING,
		provider.run(Arc::new(service.clone())),
	);
	let link = sync_service.clone();
	spawn.spawn("import-queue", None, async move { import_queue.run(&*link).await });

	let (system_rpc, questions) = tracing_unbounded("mpsc_system_rpc", SYSTEM_RPC_QUEUE);
	spawn.spawn(
		"system-rpc-handler",
		NETWORKING,
		sc_service::build_system_rpc_future::<Block, FullClient, Hash>(
			config.role,
			service.clone(),
			sync_service.clone(),
			client.clone(),
			questions,
			has_boot_nodes,
		),
	);

	// Essential, as is what the node is for: one without network, or with strangers on it, must not look alive.
	let follower = Follower {
		client: client.clone(),
		network: service.clone(),
		sync_service: sync_service.clone(),
		block_announcements: block_announcements_protocol,
		reserved,
	};
	spawn_essential.spawn_blocking("members", NETWORKING, members::follow(members, follower));
	spawn_essential.spawn(
		"block-news",
		NETWORKING,
		pass_on_blocks(client, sync_service.clone(), config.announce_block),
	);
	// It does a lot at a time, so it gets a thread.
	spawn_essential.spawn_blocking("network-worker", NETWORKING, worker.run());

	Ok(Network {
		service,
		sync_service,
		system_rpc,
		transactions,
	})
}

/// Whether the node can do as its operator wants.
fn ensure_possible(config: &Configuration, members: &Members, client: &FullClient) -> Result<(), Error> {
	if config.network.ipfs_server {
		return Err(Error::Other(
			"This network keeps no files that an IPFS server could serve. Leave --ipfs-server out.".into(),
		));
	}
	if members.is_closed() && matches!(config.network.network_backend, NetworkBackendType::Libp2p) {
		return Err(Error::Other(
			"This network is closed, and the libp2p backend would tell strangers about its blocks. Leave --network-backend out, or say \
			 litep2p."
				.into(),
		));
	}
	if client.requires_full_sync() && !matches!(config.network.sync_mode, SyncMode::Full) {
		return Err(Error::Other(
			"An archive has the state of all blocks, so it synchronises all of them. Leave --sync out, or keep the state of fewer blocks: \
			 --state-pruning 256."
				.into(),
		));
	}
	Ok(())
}

/// Lets members pass.
struct Gate {
	members: Arc<Members>,
	refused: Option<RefusedRequests>,
	spawn: SpawnTaskHandle,
}

impl Gate {
	/// Puts a filter between the requests of a protocol and whoever answers them. `protocol`: what metrics call it.
	fn close<Net: Backend>(&self, protocol: &'static str, mut config: RequestConfig<Net>) -> RequestConfig<Net> {
		let queue = Net::inbound_queue(&mut config);
		if let Some(handler) = queue.take() {
			let (sender, requests) = handler.capacity().map_or_else(unbounded, bounded);
			*queue = Some(sender);
			let filter = self.members.clone().filter(protocol, requests, handler, self.refused.clone());
			self.spawn.spawn("members-only", NETWORKING, filter);
		}
		config
	}
}

/// A block that came to be here, or became final here.
enum News {
	Imported(BlockImportNotification<Block>),
	Final(FinalityNotification<Block>),
}

/// Tells the part that synchronises about new blocks, which tells peers; until the client is gone.
async fn pass_on_blocks(client: Arc<FullClient>, sync_service: Arc<SyncingService<Block>>, announce: bool) {
	let imported = client.import_notification_stream().map(News::Imported);
	let finalised = client.finality_notification_stream().map(News::Final);
	let mut news = stream::select(imported, finalised);
	while let Some(news) = news.next().await {
		match news {
			News::Imported(block) => {
				if announce {
					sync_service.announce_block(block.hash, None);
				}
				if block.is_new_best {
					sync_service.new_best_block_imported(block.hash, block.header.number);
				}
			},
			News::Final(block) => sync_service.on_block_finalized(block.hash, block.header),
		}
	}
}
