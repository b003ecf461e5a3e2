// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Whom a node talks to, by what a block says.

use async_channel::{Receiver, Sender};
use chirograph_primitives::PeerKey;
use chirograph_runtime::Hash;
use sc_network::{
	config::IncomingRequest,
	peer_store::{PeerStoreProvider, ProtocolHandle},
	ObservedRole, PeerId, ReputationChange,
};
use sp_consensus_babe::{Slot, SlotDuration};
use sp_timestamp::Timestamp;
use std::{
	collections::HashSet,
	sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
	time::Duration,
};
use substrate_prometheus_endpoint::{register, CounterVec, Opts, PrometheusError, Registry, U64};

/// A node whose best block is older than this may not know who has become a member since.
pub const RECENT: Duration = Duration::from_secs(60);

/// What a block says of the members.
#[derive(Clone, Debug)]
pub struct Said {
	/// Which block.
	pub block: Hash,
	/// The slot that it is of. Genesis has the first of all slots.
	pub slot: Slot,
	/// Whose nodes are let in. None where the network is open.
	pub members: Option<Vec<PeerKey>>,
}

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
	/// As the best block says. `introduced`: boot nodes and reserved nodes of the command line and the chain spec.
	pub fn new(introduced: HashSet<PeerId>, slot_duration: SlotDuration, said: Said, now: Timestamp) -> Arc<Self> {
		Arc::new(Self {
			introduced,
			slot_duration,
			known: RwLock::new(Known::of(said, slot_duration, now)),
		})
	}

	/// As another best block says, from now on.
	pub fn learn(&self, said: Said, now: Timestamp) {
		*self.known.write().unwrap_or_else(PoisonError::into_inner) = Known::of(said, self.slot_duration, now);
	}

	/// The block that says so.
	pub fn block(&self) -> Hash {
		self.known().block
	}

	/// Whether strangers are kept out.
	pub fn is_closed(&self) -> bool {
		self.known().members.is_some()
	}

	/// Whether the requests of `peer` are answered.
	pub fn serves(&self, peer: &PeerId) -> bool {
		self.known().has(peer)
	}

	/// Whether there may be substreams between `peer` and this node over which they tell each other something.
	pub fn admits(&self, peer: &PeerId) -> bool {
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

	fn known(&self) -> RwLockReadGuard<'_, Known> {
		// It is replaced as a whole, so a panic elsewhere leaves it sound.
		self.known.read().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Known {
	fn of(said: Said, slot_duration: SlotDuration, now: Timestamp) -> Self {
		let members = said.members.map(|keys| {
			let ids = keys.into_iter().map(|key| PeerId::from_bytes(&key.to_peer_id()));
			// Bytes of this shape are a peer id, whatever the key.
			ids.filter_map(Result::ok).collect()
		});
		// Saturating, both: a block of a slot that has not begun is not old.
		let began = u64::from(said.slot).saturating_mul(slot_duration.as_millis());
		let age = now.as_millis().saturating_sub(began);
		Self {
			block: said.block,
			members,
			is_old: u128::from(age) > RECENT.as_millis(),
		}
	}

	fn has(&self, peer: &PeerId) -> bool {
		self.members.as_ref().is_none_or(|members| members.contains(peer))
	}
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

#[cfg(test)]
#[path = "tests/members.rs"]
mod tests;
