// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Whom this node talks to (X.1407 9.2.3 c, 9.3.1 b).
//!
//! On a closed network these are its *members*: the nodes whose keys belong to a valid label, as the runtime says by
//! `PeersApi::members`. On an open one, as it says too, they are everybody, and nothing here stands in anybody's way.
//!
//! 1. Ada's organisation registers the key of her node with `chirograph peer add`. As soon as Bob's node has imported the block, Ada is a
//!    member in its eyes.
//! 2. Ada's node connects. Bob's gives her blocks, state and proofs when she asks, and tells her of new blocks, votes and extrinsics.
//! 3. Her label is suspended. With the block that says so, Bob's node closes what it tells her over, and drops what she asks.
//! 4. Mallory has no label. She can connect, as anybody can to a port that listens; but none of her requests is answered with a single
//!    byte, and no substream over which a node tells others something opens for her.
//!
//! So a stranger learns that this is a node of the network, and from discovery at which addresses there are others, and no more.
//!
//! **Requests** pass through [`Members::filter`] on their way to whoever answers them, and those of a stranger end there.
//!
//! **Notifications**: [`Members::peer_store`] stands in front of the store of reputations, in which strangers now count as banned. Block
//! announcements are refused to who is banned, before the handshake is answered; votes and extrinsics go only to those to whom blocks are
//! announced. Only litep2p asks the store that a protocol is given, so a closed network needs it.
//!
//! **A node that is behind** knows members of the past: one that joins a network begins with those of genesis. So that it gets anywhere, it
//! may connect to the boot nodes and reserved nodes that its operator and its chain spec name, until its best block is younger than
//! [`RECENT`]. That is for connecting: answers to requests are for members in its newest state alone, whoever names them. The others
//! know from their newest state whether they serve it.

use crate::service::FullClient;
use async_channel::{Receiver, Sender};
use chirograph_runtime::{opaque::Block, BlockNumber, Hash};
use futures::{stream, StreamExt};
use log::{info, warn};
use pallet_peers::PeersApi;
use sc_client_api::BlockchainEvents;
use sc_network::{
	config::{IncomingRequest, MultiaddrWithPeerId, NetworkConfiguration},
	peer_store::{PeerStoreProvider, ProtocolHandle},
	service::traits::NetworkService,
	ObservedRole, PeerId, ProtocolName, ReputationChange,
};
use sc_network_sync::SyncingService;
use sc_service::Error;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::SlotDuration;
use sp_timestamp::Timestamp;
use std::{
	collections::HashSet,
	mem,
	sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
	time::Duration,
};
use substrate_prometheus_endpoint::{register, CounterVec, Opts, PrometheusError, Registry, U64};

/// A node whose best block is older than this may not know who has become a member since.
const RECENT: Duration = Duration::from_secs(60);

/// The members, as the best block says.
#[derive(Debug)]
pub struct Members {
	/// Boot nodes and reserved nodes of the command line and the chain spec.
	introduced: HashSet<PeerId>,
	slot_duration: SlotDuration,
	known: RwLock<Known>,
}

#[derive(Debug)]
struct Known {
	/// The best block.
	block: Hash,
	/// None where the network is open.
	members: Option<HashSet<PeerId>>,
	/// Whether that block is older than [`RECENT`].
	is_old: bool,
}

impl Members {
	/// As of the best block. Fails where the runtime cannot be asked.
	pub fn new(client: &FullClient, config: &NetworkConfiguration, slot_duration: SlotDuration) -> Result<Arc<Self>, Error> {
		let info = client.info();
		// Where a synchronisation was interrupted there may be no state but that of genesis.
		let known =
			Known::at(client, info.best_hash, slot_duration).or_else(|_| Known::at(client, info.genesis_hash, slot_duration))?;
		let reserved = config.default_peers_set.reserved_nodes.iter();
		Ok(Arc::new(Self {
			introduced: reserved.chain(&config.boot_nodes).map(|node| node.peer_id).collect(),
			slot_duration,
			known: RwLock::new(known),
		}))
	}

	/// Whether strangers are kept out.
	pub fn is_closed(&self) -> bool {
		self.known().members.is_some()
	}

	/// Whether the requests of `peer` are answered.
	fn serves(&self, peer: &PeerId) -> bool {
		self.known().has(peer)
	}

	/// Whether there may be substreams between `peer` and this node over which they tell each other something.
	fn admits(&self, peer: &PeerId) -> bool {
		let known = self.known();
		known.has(peer) || (known.is_old && self.introduced.contains(peer))
	}

	/// The store of reputations for a notification protocol, with all banned that [`Self::admits`] does not admit.
	pub fn peer_store(self: &Arc<Self>, of_all: Arc<dyn PeerStoreProvider>) -> Arc<dyn PeerStoreProvider> {
		Arc::new(OfMembers {
			members: self.clone(),
			of_all,
		})
	}

	/// Lets requests of members pass from `requests` to `handler`, until either goes away. A request that is dropped closes its substream,
	/// with nothing sent. So does one for which the handler has no room: members must not wait behind those of strangers.
	pub async fn filter(
		self: Arc<Self>,
		protocol: &'static str,
		requests: Receiver<IncomingRequest>,
		handler: Sender<IncomingRequest>,
		refused: Option<RefusedRequests>,
	) {
		while let Ok(request) = requests.recv().await {
			if self.serves(&request.peer) {
				if handler.try_send(request).is_err_and(|error| error.is_closed()) {
					return;
				}
			} else if let Some(refused) = &refused {
				refused.0.with_label_values(&[protocol]).inc();
			}
		}
	}

	/// Keeps up with the best block, and disconnects who is no member any more. Ends when the client does.
	pub async fn follow(self: Arc<Self>, node: Follower) {
		let own = node.network.local_peer_id();
		let mut is_member = self.serves(&own);
		if !is_member {
			warn_of_own_key(&own, &node.client);
		}
		let mut dismissed = HashSet::new();
		let imported = node.client.import_notification_stream().map(|_| ());
		// To finalise a block may make it the best one, without import.
		let finalised = node.client.finality_notification_stream().map(|_| ());
		let mut blocks = stream::select(imported, finalised);
		while blocks.next().await.is_some() {
			if !self.refresh(&node.client) || !self.is_closed() {
				continue;
			}
			let was_member = mem::replace(&mut is_member, self.serves(&own));
			match (was_member, is_member) {
				(true, false) => warn_of_own_key(&own, &node.client),
				(false, true) => info!("This node's key is registered now: it is a member of the network."),
				_ => {},
			}
			self.dismiss(&node, &mut dismissed).await;
			self.readmit(&node, &mut dismissed);
		}
	}

	/// Whether there was a new best block to take over.
	fn refresh(&self, client: &FullClient) -> bool {
		let best = client.info().best_hash;
		if self.known().block == best {
			return false;
		}
		match Known::at(client, best, self.slot_duration) {
			Ok(known) => {
				*self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
				true
			},
			// The state may be on its way still. Who was a member remains one until it is there.
			Err(error) => {
				warn!("Who is a member of the network is not known as of block {best}: {error}");
				false
			},
		}
	}

	/// Disconnects all that are connected and not admitted. What is open besides the announcements of blocks follows these.
	async fn dismiss(&self, node: &Follower, dismissed: &mut HashSet<PeerId>) {
		let Ok(peers) = node.sync_service.peers_info().await else {
			// It ends, and the node with it.
			return;
		};
		for (peer, _) in peers {
			if !self.admits(&peer) {
				info!("Disconnecting {peer}: it is no member of the network any more.");
				// A reserved node cannot be disconnected, so it must not be one.
				node.network.remove_reserved_peer(peer);
				node.network.disconnect_peer(peer, node.block_announcements.clone());
				dismissed.insert(peer);
			}
		}
	}

	/// Makes reserved nodes again of those that were before they were dismissed, once they are members.
	fn readmit(&self, node: &Follower, dismissed: &mut HashSet<PeerId>) {
		for reserved in &node.reserved {
			if dismissed.contains(&reserved.peer_id) && self.admits(&reserved.peer_id) {
				dismissed.remove(&reserved.peer_id);
				if let Err(error) = node.network.add_reserved_peer(reserved.clone()) {
					warn!("{reserved} cannot be a reserved node again: {error}");
				}
			}
		}
	}

	fn known(&self) -> RwLockReadGuard<'_, Known> {
		// It is replaced as a whole, so a panic elsewhere leaves it sound.
		self.known.read().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Known {
	fn at(client: &FullClient, block: Hash, slot_duration: SlotDuration) -> Result<Self, Error> {
		let members = client
			.runtime_api()
			.members(block)
			.map_err(|error| Error::Other(format!("the runtime does not say who is a member of the network: {error}")))?;
		let members = members.map(|keys| {
			let ids = keys.into_iter().map(|key| PeerId::from_bytes(&key.to_peer_id()));
			// Bytes of this shape are a peer id, whatever the key.
			ids.filter_map(Result::ok).collect()
		});
		Ok(Self {
			block,
			members,
			is_old: is_old(client, block, slot_duration)?,
		})
	}

	fn has(&self, peer: &PeerId) -> bool {
		self.members.as_ref().is_none_or(|members| members.contains(peer))
	}
}

/// Whether the slot of `block` began longer ago than [`RECENT`]. Genesis has the first of all slots.
fn is_old(client: &FullClient, block: Hash, slot_duration: SlotDuration) -> Result<bool, Error> {
	let header = client
		.header(block)?
		.ok_or_else(|| Error::Other(format!("block {block} is missing from the database")))?;
	let digest = sc_consensus_babe::find_pre_digest::<Block>(&header)
		.map_err(|error| Error::Other(format!("block {block} does not say which slot it is of: {error}")))?;
	let began = u64::from(digest.slot()).saturating_mul(slot_duration.as_millis());
	let age = Timestamp::current().as_millis().saturating_sub(began);
	Ok(u128::from(age) > RECENT.as_millis())
}

fn warn_of_own_key(own: &PeerId, client: &FullClient) {
	let best: BlockNumber = client.info().best_number;
	warn!(
		"The key of this node, {own}, is not among the members of the network at block {best}. The others will not serve it, unless it was \
		 registered since. An organisation with a label registers it with `chirograph peer add`."
	);
}

/// What [`Members::follow`] needs of the node.
pub struct Follower {
	/// Whose best block is followed.
	pub client: Arc<FullClient>,
	/// Where peers are disconnected.
	pub network: Arc<dyn NetworkService>,
	/// Knows who is connected.
	pub sync_service: Arc<SyncingService<Block>>,
	/// The protocol by which blocks are announced.
	pub block_announcements: ProtocolName,
	/// Those of the command line.
	pub reserved: Vec<MultiaddrWithPeerId>,
}

/// How many requests of strangers were dropped, by protocol.
#[derive(Clone)]
pub struct RefusedRequests(CounterVec<U64>);

impl RefusedRequests {
	/// Counts from zero.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let options = Opts::new(
			"chirograph_refused_requests_total",
			"Requests that were dropped because whoever sent them is no member of the network",
		);
		Ok(Self(register(CounterVec::new(options, &["protocol"])?, registry)?))
	}
}

/// A store of reputations in which strangers are banned.
#[derive(Debug)]
struct OfMembers {
	members: Arc<Members>,
	of_all: Arc<dyn PeerStoreProvider>,
}

impl PeerStoreProvider for OfMembers {
	fn is_banned(&self, peer: &PeerId) -> bool {
		!self.members.admits(peer) || self.of_all.is_banned(peer)
	}

	fn register_protocol(&self, protocol: Arc<dyn ProtocolHandle>) {
		self.of_all.register_protocol(protocol);
	}

	fn report_disconnect(&self, peer: PeerId) {
		self.of_all.report_disconnect(peer);
	}

	fn report_peer(&self, peer: PeerId, change: ReputationChange) {
		self.of_all.report_peer(peer, change);
	}

	fn set_peer_role(&self, peer: &PeerId, role: ObservedRole) {
		self.of_all.set_peer_role(peer, role);
	}

	fn peer_reputation(&self, peer: &PeerId) -> i32 {
		self.of_all.peer_reputation(peer)
	}

	fn peer_role(&self, peer: &PeerId) -> Option<ObservedRole> {
		self.of_all.peer_role(peer)
	}

	fn outgoing_candidates(&self, count: usize, ignored: HashSet<PeerId>) -> Vec<PeerId> {
		// All of them, best first: of the `count` best ones, all could be strangers.
		let candidates = self.of_all.outgoing_candidates(usize::MAX, ignored).into_iter();
		candidates.filter(|peer| self.members.admits(peer)).take(count).collect()
	}

	fn add_known_peer(&self, peer: PeerId) {
		self.of_all.add_known_peer(peer);
	}
}
