// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The node itself.
//!
//! 1. [`new_partial`] opens the database and joins what blocks pass on their way in: BABE checks who made them, then GRANDPA keeps
//!    their authority sets and justifications, then the client executes them. Subcommands need no more than this.
//! 2. [`start`] adds the network, JSON-RPC, offchain workers and, on a validator, the two tasks of consensus: making blocks and
//!    voting for them.

use crate::{
	checkpoint::{self, Gate},
	cli::Options,
	clock::{self, TrustedTime},
	keys::{GuardedImport, Keys, KeysParams, Start, Watch},
	members, metrics,
	network::{self, Network},
	rpc,
};
use chirograph_node_keys::Refusal;
use chirograph_node_trust::CheckedWarp;
use chirograph_runtime::{opaque::Block, Hash, RuntimeApi};
use futures::future::{select, Either};
use sc_basic_authorship::ProposerFactory;
use sc_client_api::Backend;
use sc_consensus::{DefaultImportQueue, LongestChain};
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeParams, BabeWorkerHandle, ImportQueueParams, SlotProportion};
use sc_consensus_grandpa::{
	warp_proof::NetworkProvider, FinalityProofProvider, GrandpaBlockImport, GrandpaParams, GrandpaPruningFilter, LinkHalf,
	SharedVoterState,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_executor::WasmExecutor;
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::traits::NetworkService,
	Litep2pNetworkBackend, NetworkWorker, NotificationService,
};
use sc_network_sync::SyncingService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{Configuration, Error, PartialComponents, SpawnTasksParams, TFullBackend, TFullClient, TaskManager};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::{OffchainTransactionPoolFactory, RejectAllTxPool};
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::{
	inherents::{BabeCreateInherentDataProviders, InherentDataProvider as SlotInherent},
	SlotDuration,
};
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimestampInherent;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// In blocks. One: every block on which a vote of GRANDPA ends keeps its justification, which evidence bundles and light clients
/// need, and a node that synchronises takes it over.
const JUSTIFICATION_PERIOD: u32 = 1;

/// How long a vote may take to reach everybody. GRANDPA waits for multiples of this, so it is the greater part of the time to
/// finality; members of a consortium have better lines than the third of a second that the SDK's examples assume.
const GOSSIP_DURATION: Duration = Duration::from_millis(100);

/// Share of a slot in which a block may be built. What fills a block is the runtime's limit of weight, half of the shortest slot;
/// this one is for a machine slower than the weights assume, and has to stay above the other because a block that overruns it is
/// thrown away as a whole. The rest of the slot is for the others, who receive and execute the block before the next author builds
/// on it.
const PROPOSAL_SLOT_PORTION: f32 = 2.0 / 3.0;

/// What the runtime may call: the SDK's functions and none of our own, which would break light clients.
#[cfg(not(feature = "runtime-benchmarks"))]
type HostFunctions = sp_io::SubstrateHostFunctions;
/// What the runtime may call when it is measured.
#[cfg(feature = "runtime-benchmarks")]
type HostFunctions = (sp_io::SubstrateHostFunctions, frame_benchmarking::benchmarking::HostFunctions);

/// Blocks, state and the runtime that executes them.
pub type FullClient = TFullClient<Block, RuntimeApi, WasmExecutor<HostFunctions>>;
/// The database.
pub type FullBackend = TFullBackend<Block>;
/// The best block is the head of the chain with the most primary slots, or the longest among equals.
pub type SelectChain = LongestChain<FullBackend, Block>;
/// Extrinsics that wait for a block.
pub type TransactionPool = TransactionPoolHandle<Block, FullClient>;
/// A node that can import blocks, without network.
pub type Partial = PartialComponents<FullClient, FullBackend, SelectChain, DefaultImportQueue<Block>, TransactionPool, Consensus>;

type SlotInherents = BabeCreateInherentDataProviders<Block>;
type GrandpaImport = GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;
type GrandpaLink = LinkHalf<Block, FullClient, SelectChain>;
type BabeImport = BabeBlockImport<Block, FullClient, GrandpaImport, SlotInherents, SelectChain>;

/// What the import of blocks shares with the tasks that make and finalise them.
pub struct Consensus {
	block_import: BabeImport,
	babe_link: BabeLink<Block>,
	babe_worker: BabeWorkerHandle<Block>,
	grandpa_link: GrandpaLink,
	slot_inherents: SlotInherents,
	telemetry: Option<Telemetry>,
	keys: Keys,
	reports: OffchainTransactionPoolFactory<Block>,
}

/// Opens the database and sets up the import of blocks.
pub fn new_partial(config: &Configuration) -> Result<Partial, Error> {
	new_partial_with(config, &KeysParams::default(), true)
}

/// `is_witness`: whether whoever signs twice is reported.
fn new_partial_with(config: &Configuration, keys: &KeysParams, is_witness: bool) -> Result<Partial, Error> {
	let telemetry = new_telemetry(config)?;
	let telemetry_handle = telemetry.as_ref().map(|(_, telemetry)| telemetry.handle());

	let (client, backend, keystore_container, mut task_manager) = sc_service::new_full_parts::<Block, RuntimeApi, _>(
		config,
		telemetry_handle.clone(),
		sc_service::new_wasm_executor::<HostFunctions>(&config.executor),
		// Where an operator prunes blocks, those with a justification stay: proofs of finality are made of them.
		vec![Arc::new(GrandpaPruningFilter)],
	)?;
	let client = Arc::new(client);
	// Before GRANDPA reads from the database what it has voted for.
	let keys = Keys::open(keys, config, &*client)?;
	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = SelectChain::new(backend.clone());
	let transaction_pool: Arc<TransactionPool> = Arc::new(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	// Through this the runtime submits the report when one author made two blocks for a slot, or one voter signed two votes in a round.
	let reports = if is_witness {
		OffchainTransactionPoolFactory::new(transaction_pool.clone())
	} else {
		OffchainTransactionPoolFactory::new(RejectAllTxPool::default())
	};

	let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry_handle.clone(),
	)?;

	let babe_config = sc_consensus_babe::configuration(&*client)?;
	let slot_duration = babe_config.slot_duration();
	let slot_inherents = slot_inherents(slot_duration);
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_import.clone(),
		client.clone(),
		slot_inherents.clone(),
		select_chain.clone(),
		reports.clone(),
	)?;
	let (import_queue, babe_worker) = sc_consensus_babe::import_queue(ImportQueueParams {
		link: babe_link.clone(),
		block_import: block_import.clone(),
		justification_import: Some(Box::new(grandpa_import)),
		client: client.clone(),
		slot_duration,
		spawner: &task_manager.spawn_essential_handle(),
		registry: config.prometheus_registry(),
		telemetry: telemetry_handle,
	})?;
	// The worker behind this handle is essential and ends with the last handle, so one lives as long as the tasks do.
	task_manager.keep_alive(babe_worker.clone());

	Ok(Partial {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: Consensus {
			block_import,
			babe_link,
			babe_worker,
			grandpa_link,
			slot_inherents,
			telemetry,
			keys,
			reports,
		},
	})
}

/// Starts the node, with the network backend that its configuration names. It runs until the tasks returned end.
pub fn start(config: Configuration, options: &Options) -> Result<TaskManager, Error> {
	match config.network.network_backend {
		NetworkBackendType::Litep2p => start_with::<Litep2pNetworkBackend>(config, options),
		NetworkBackendType::Libp2p => start_with::<NetworkWorker<Block, Hash>>(config, options),
	}
}

fn start_with<Net: network::Backend>(mut config: Configuration, options: &Options) -> Result<TaskManager, Error> {
	let Partial {
		client,
		backend,
		mut task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other:
			Consensus {
				block_import,
				babe_link,
				babe_worker,
				grandpa_link,
				slot_inherents,
				mut telemetry,
				keys,
				reports,
			},
	} = new_partial_with(&config, &options.keys, !options.unsafe_no_equivocation_reports)?;
	let guarded = keys.keystore(keystore_container.keystore());
	let consensus_keystore: KeystorePtr = Arc::new(guarded.for_consensus());
	let keystore: KeystorePtr = Arc::new(guarded);
	let checkpoints = checkpoint::of(&*config.chain_spec, client.info().genesis_hash)?;
	let gate = Gate::new(checkpoints.clone(), &client, &task_manager)?;
	let prometheus = config.prometheus_registry().cloned();
	if let Some(registry) = &prometheus {
		keys.measure(&task_manager, registry)?;
	}
	let time = clock::start(&options.time, &config, &task_manager)?;

	// The network: GRANDPA's gossip beside the protocols that every node has, all of them for members only where the network is closed.
	let members = members::of(&client, &config.network, babe_link.config().slot_duration())?;
	let metrics = Net::register_notification_metrics(prometheus.as_ref());
	let mut net_config = FullNetworkConfiguration::<Block, Hash, Net>::new(&config.network, prometheus.clone());
	let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(&client.info().genesis_hash, &config.chain_spec);
	let (grandpa_gossip, grandpa_notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<Block, Net>(
		grandpa_protocol.clone(),
		metrics.clone(),
		members.peer_store(net_config.peer_store_handle()),
	);
	net_config.add_notification_protocol(grandpa_gossip);
	let authority_set = grandpa_link.shared_authority_set().clone();
	let warp_sync = NetworkProvider::new(backend.clone(), authority_set.clone(), Vec::new());
	let warp_sync = CheckedWarp::new(warp_sync, authority_set, checkpoints);
	let Network {
		service: network,
		sync_service,
		system_rpc: system_rpc_tx,
		transactions: tx_handler_controller,
	} = network::build(network::Params {
		config: &config,
		net_config,
		metrics,
		members,
		client: client.clone(),
		transaction_pool: transaction_pool.clone(),
		import_queue,
		warp_sync: Arc::new(warp_sync),
		task_manager: &task_manager,
	})?;

	let node = Node {
		client: client.clone(),
		backend: backend.clone(),
		transaction_pool: transaction_pool.clone(),
		keystore: keystore.clone(),
		consensus_keystore,
		keys,
		reports,
		network: network.clone(),
		sync_service: sync_service.clone(),
		time,
		is_validator: config.role.is_authority(),
		gate,
		prometheus,
		telemetry: telemetry.as_ref().map(Telemetry::handle),
	};
	if config.offchain_worker.enabled {
		node.start_offchain_workers(&task_manager)?;
	}

	// JSON-RPC takes the configuration with it, so what comes after takes its part now.
	let held_server = node.gate.take_server(&mut config);
	let tokio = config.tokio_handle.clone();
	let force_authoring = config.force_authoring;
	let grandpa_config = (!config.disable_grandpa).then(|| sc_consensus_grandpa::Config {
		gossip_duration: GOSSIP_DURATION,
		justification_generation_period: JUSTIFICATION_PERIOD,
		observer_enabled: false,
		local_role: config.role,
		name: Some(config.network.node_name.clone()),
		// A node that is no validator follows the votes and has none.
		keystore: node.is_validator.then(|| node.consensus_keystore.clone()),
		telemetry: node.telemetry.clone(),
		protocol_name: grandpa_protocol,
	});
	let voter_state = SharedVoterState::empty();
	let rpc_deps = rpc::Deps {
		client: client.clone(),
		transaction_pool: transaction_pool.clone(),
		select_chain: select_chain.clone(),
		chain_spec: config.chain_spec.cloned_box(),
		keystore: keystore.clone(),
		babe_worker,
		authority_set: grandpa_link.shared_authority_set().clone(),
		voter_state: voter_state.clone(),
		justifications: grandpa_link.justification_stream(),
		finality_proofs: FinalityProofProvider::new_for_service(
			backend.clone(),
			Some(grandpa_link.shared_authority_set().clone()),
		),
	};
	let handlers = sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client,
		backend,
		task_manager: &mut task_manager,
		keystore,
		transaction_pool,
		rpc_builder: Box::new(move |executor| rpc::create(&rpc_deps, executor).map_err(Into::into)),
		network,
		system_rpc_tx,
		tx_handler_controller,
		sync_service,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;
	if let Some(server) = held_server {
		node.gate.serve(server, &handlers, &tokio, &mut task_manager)?;
	}

	if let Some(registry) = &node.prometheus {
		metrics::start(node.client.clone(), registry, &task_manager.spawn_handle())?;
	}
	if node.is_validator {
		node.start_authoring(
			&task_manager,
			select_chain,
			block_import,
			babe_link,
			slot_inherents,
			force_authoring,
		)?;
	}
	if let Some(config) = grandpa_config {
		node.start_finality(
			&task_manager,
			config,
			grandpa_link,
			grandpa_notifications,
			voter_state,
			force_authoring,
		);
	} else if let Some(guard) = node.keys.guard() {
		// Without votes there are only blocks, whose slots come from the clock.
		guard.open_up().map_err(|refusal| Error::Other(refusal.to_string()))?;
	}
	Ok(task_manager)
}

/// What the tasks of a running node share.
struct Node {
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
	transaction_pool: Arc<TransactionPool>,
	keystore: KeystorePtr,
	/// The same keys, as long as the guard lets them sign.
	consensus_keystore: KeystorePtr,
	keys: Keys,
	reports: OffchainTransactionPoolFactory<Block>,
	network: Arc<dyn NetworkService>,
	sync_service: Arc<SyncingService<Block>>,
	time: TrustedTime,
	is_validator: bool,
	gate: Gate,
	prometheus: Option<Registry>,
	telemetry: Option<TelemetryHandle>,
}

impl Node {
	/// Runs the runtime's offchain workers after each best block.
	fn start_offchain_workers(&self, task_manager: &TaskManager) -> Result<(), Error> {
		let workers = OffchainWorkers::new(OffchainWorkerOptions {
			runtime_api_provider: self.client.clone(),
			keystore: Some(self.keystore.clone()),
			offchain_db: self.backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(self.transaction_pool.clone())),
			network_provider: Arc::new(self.network.clone()),
			is_validator: self.is_validator,
			enable_http_requests: false,
			custom_extensions: |_| Vec::new(),
		})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			workers.run(self.client.clone(), task_manager.spawn_handle()),
		);
		Ok(())
	}

	/// Makes a block in each slot that BABE gives to one of this node's keys, while the clock is good.
	fn start_authoring(
		&self,
		task_manager: &TaskManager,
		select_chain: SelectChain,
		block_import: BabeImport,
		babe_link: BabeLink<Block>,
		slot_inherents: SlotInherents,
		force_authoring: bool,
	) -> Result<(), Error> {
		let proposer = ProposerFactory::new(
			task_manager.spawn_handle(),
			self.client.clone(),
			self.transaction_pool.clone(),
			self.prometheus.as_ref(),
			self.telemetry.clone(),
		);
		let babe = sc_consensus_babe::start_babe(BabeParams {
			keystore: self.consensus_keystore.clone(),
			client: self.client.clone(),
			select_chain,
			env: proposer,
			block_import: GuardedImport::new(block_import, self.keys.guard().cloned(), self.time.clone()),
			// A validator with a wrong clock makes no blocks.
			sync_oracle: clock::Gate::new(self.sync_service.clone(), self.time.clone()),
			justification_sync_link: self.sync_service.clone(),
			create_inherent_data_providers: slot_inherents,
			force_authoring,
			// While finality stands still, blocks come more rarely: the unfinalised chain stays short enough to be voted on.
			backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
			babe_link,
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SLOT_PORTION),
			// No limit after empty slots: a chain whose machines are all too slow must get its next block some time.
			max_block_proposal_slot_portion: None,
			telemetry: self.telemetry.clone(),
		})?;
		// Essential: a validator that makes no blocks must not look alive.
		task_manager
			.spawn_essential_handle()
			.spawn_blocking("babe-proposer", "block-authoring", self.gate.hold(babe));
		Ok(())
	}

	/// Votes in GRANDPA with this node's key, or follows the votes where it has none. `alone`: there is nobody to compare the guard with.
	fn start_finality(
		&self,
		task_manager: &TaskManager,
		config: sc_consensus_grandpa::Config,
		link: GrandpaLink,
		notification_service: Box<dyn NotificationService>,
		shared_voter_state: SharedVoterState,
		alone: bool,
	) {
		let watch = self.keys.guard().map(|guard| Watch {
			guard: guard.clone(),
			hsm: self.keys.hsm().cloned(),
			client: self.client.clone(),
			sync: self.sync_service.clone(),
			authorities: link.shared_authority_set().clone(),
			voter_state: shared_voter_state.clone(),
			keystore: self.keystore.clone(),
			alone,
		});
		let params = GrandpaParams {
			config,
			link,
			network: self.network.clone(),
			sync: Arc::new(self.sync_service.clone()),
			notification_service,
			// No rule: vote for the best block. The SDK's usual rules keep two blocks and a quarter of the unfinalised chain back, to
			// spare voters a change of mind when forks are common. Safety does not depend on them, it comes from the two thirds that
			// must agree; latency does: they would put finality several slots behind, where it can come within one.
			voting_rule: (),
			prometheus_registry: self.prometheus.clone(),
			shared_voter_state,
			telemetry: self.telemetry.clone(),
			offchain_tx_pool_factory: self.reports.clone(),
		};
		// Essential: a validator that does not vote must not look alive.
		task_manager.spawn_essential_handle().spawn_blocking(
			"grandpa-voter",
			None,
			self.gate.hold(async move {
				if let Err(error) = vote(params, watch).await {
					log::error!("GRANDPA ends: {error}");
				}
			}),
		);
	}
}

type Grandpa = GrandpaParams<Block, FullClient, Arc<dyn NetworkService>, Arc<Arc<SyncingService<Block>>>, SelectChain, ()>;

/// Follows GRANDPA, and votes as soon as the guard lets it. Ends when it fails, or when the node has to be started again.
async fn vote(params: Grandpa, watch: Option<Watch>) -> Result<(), Error> {
	// GRANDPA decides at its start whether it is a voter that spreads commits, so the guard is asked before.
	let start = match &watch {
		Some(watch) => watch
			.first_look()
			.await
			.map_err(|refusal| Error::Other(refusal.to_string()))?,
		None => Start::Voting,
	};
	let voter = Box::pin(sc_consensus_grandpa::run_grandpa_voter(params)?);
	let Some(watch) = watch else {
		voter.await;
		return Ok(());
	};
	let watching = Box::pin(async move {
		let late = match start {
			Start::Voting => false,
			Start::Watching(wait) => {
				if !watch.until_open(wait).await? {
					return Ok(());
				}
				true
			},
		};
		watch.until_stuck(late).await;
		Ok::<(), Refusal>(())
	});
	match select(voter, watching).await {
		Either::Left(_) => Ok(()),
		Either::Right((ended, _)) => ended.map_err(|refusal: Refusal| Error::Other(refusal.to_string())),
	}
}

/// The slot and the time that a block states, from this machine's clock.
fn slot_inherents(slot_duration: SlotDuration) -> SlotInherents {
	Arc::new(move |_parent: Hash, ()| async move {
		let timestamp = TimestampInherent::from_system_time();
		let slot = SlotInherent::from_timestamp_and_slot_duration(*timestamp, slot_duration);
		Ok((slot, timestamp))
	})
}

/// Reports to the servers of `--telemetry-url`, if there is any: chain specs name none.
fn new_telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_telemetry::Error> {
	/// Messages that may wait for the network before further ones are dropped.
	const BUFFER_SIZE: usize = 16;

	let Some(endpoints) = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty()) else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(BUFFER_SIZE)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}
