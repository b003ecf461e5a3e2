// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Whom this node talks to (X.1407 9.2.3 c, 9.3.1 b).
//!
//! On a closed network these are its *members*: the nodes whose keys belong to a valid label, or to a validator, as the runtime says by
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
//! [`RECENT`](chirograph_node_trust::RECENT). That is for connecting: answers to requests are for members in its newest state alone, whoever
//! names them. The others know from their newest state whether they serve it.
//!
//! Who is let in, by what a block says, is decided in the crate `chirograph-node-trust`; here the node reads that, and acts on it.

use crate::service::FullClient;
use chirograph_node_trust::{Members, Said};
use chirograph_runtime::{opaque::Block, BlockNumber, Hash};
use futures::{stream, StreamExt};
use log::{info, warn};
use pallet_peers::PeersApi;
use sc_client_api::BlockchainEvents;
use sc_network::{
	config::{MultiaddrWithPeerId, NetworkConfiguration},
	service::traits::NetworkService,
	PeerId, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::Error;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::SlotDuration;
use sp_timestamp::Timestamp;
use std::{collections::HashSet, mem, sync::Arc};

/// The members, as of the best block. Fails where the runtime cannot be asked.
pub fn of(client: &FullClient, config: &NetworkConfiguration, slot_duration: SlotDuration) -> Result<Arc<Members>, Error> {
	let info = client.info();
	// Where a synchronisation was interrupted there may be no state but that of genesis.
	let said = said(client, info.best_hash).or_else(|_| said(client, info.genesis_hash))?;
	let reserved = config.default_peers_set.reserved_nodes.iter();
	let introduced = reserved.chain(&config.boot_nodes).map(|node| node.peer_id).collect();
	Ok(Members::new(introduced, slot_duration, said, Timestamp::current()))
}

/// What a block says of the members, and the last final one of those whose votes are needed for the next.
fn said(client: &FullClient, block: Hash) -> Result<Said, Error> {
	let mut members = client
		.runtime_api()
		.members(block)
		.map_err(|error| Error::Other(format!("the runtime does not say who is a member of the network: {error}")))?;
	if let Some(members) = &mut members {
		// However many sessions have begun since: finality that stood still could not come back without them. While a node synchronises, the state
		// of that block may not be there, and then this node has no vote either.
		let voters = client.runtime_api().voters(client.info().finalized_hash);
		members.extend(voters.unwrap_or_default());
	}
	let header = client
		.header(block)?
		.ok_or_else(|| Error::Other(format!("block {block} is missing from the database")))?;
	let digest = sc_consensus_babe::find_pre_digest::<Block>(&header)
		.map_err(|error| Error::Other(format!("block {block} does not say which slot it is of: {error}")))?;
	Ok(Said {
		block,
		slot: digest.slot(),
		members,
	})
}

/// Keeps up with the best block, and disconnects who is no member any more. Ends when the client does.
pub async fn follow(members: Arc<Members>, node: Follower) {
	let own = node.network.local_peer_id();
	let mut is_member = members.serves(&own);
	if !is_member {
		warn_of_own_key(&own, &node.client);
	}
	let mut dismissed = HashSet::new();
	let imported = node.client.import_notification_stream().map(|_| ());
	// To finalise a block may make it the best one, without import.
	let finalised = node.client.finality_notification_stream().map(|_| ());
	let mut blocks = stream::select(imported, finalised);
	while blocks.next().await.is_some() {
		if !refresh(&members, &node.client) || !members.is_closed() {
			continue;
		}
		let was_member = mem::replace(&mut is_member, members.serves(&own));
		match (was_member, is_member) {
			(true, false) => warn_of_own_key(&own, &node.client),
			(false, true) => info!("This node's key is registered now: it is a member of the network."),
			_ => {},
		}
		dismiss(&members, &node, &mut dismissed).await;
		readmit(&members, &node, &mut dismissed);
	}
}

/// Whether there was a new best block to take over.
fn refresh(members: &Members, client: &FullClient) -> bool {
	let best = client.info().best_hash;
	if members.block() == best {
		return false;
	}
	match said(client, best) {
		Ok(said) => {
			members.learn(said, Timestamp::current());
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
async fn dismiss(members: &Members, node: &Follower, dismissed: &mut HashSet<PeerId>) {
	let Ok(peers) = node.sync_service.peers_info().await else {
		// It ends, and the node with it.
		return;
	};
	for (peer, _) in peers {
		if !members.admits(&peer) {
			info!("Disconnecting {peer}: it is no member of the network any more.");
			// A reserved node cannot be disconnected, so it must not be one.
			node.network.remove_reserved_peer(peer);
			node.network.disconnect_peer(peer, node.block_announcements.clone());
			dismissed.insert(peer);
		}
	}
}

/// Makes reserved nodes again of those that were before they were dismissed, once they are members.
fn readmit(members: &Members, node: &Follower, dismissed: &mut HashSet<PeerId>) {
	for reserved in &node.reserved {
		if dismissed.contains(&reserved.peer_id) && members.admits(&reserved.peer_id) {
			dismissed.remove(&reserved.peer_id);
			if let Err(error) = node.network.add_reserved_peer(reserved.clone()) {
				warn!("{reserved} cannot be a reserved node again: {error}");
			}
		}
	}
}

fn warn_of_own_key(own: &PeerId, client: &FullClient) {
	let best: BlockNumber = client.info().best_number;
	warn!(
		"The key of this node, {own}, is not among the members of the network at block {best}. The others will not serve it, unless it was \
		 registered since. An organisation with a label registers it with `chirograph peer add`."
	);
}

/// What [`follow`] needs of the node.
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
