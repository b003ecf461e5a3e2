// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use crate::service::FullClient;
use chirograph_node_keys::{
	follows, judge, recall, Guard, Hsm, Ledger, Origin, Refusal, RoundNumber, SetId, Verdict, Wait, SEARCHED_ROUNDS,
	VOTER_STATE_KEY,
};
use chirograph_runtime::{opaque::Block, BlockNumber, Hash};
use futures::future::pending;
use sc_client_api::{AuxStore, BlockBackend};
use sc_consensus_babe::find_pre_digest;
use sc_consensus_grandpa::{
	report::{RoundState, VoterState},
	AuthorityId, GrandpaJustification, SharedAuthoritySet, SharedVoterState, GRANDPA_ENGINE_ID,
};
use sc_network_sync::SyncingService;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::{BabeApi, Slot};
use sp_core::crypto::{
	key_types::{BABE, GRANDPA},
	KeyTypeId,
};
use sp_keystore::KeystorePtr;
use sp_timestamp::Timestamp;
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// Between two looks.
const POLL: Duration = Duration::from_millis(200);
/// Looks in a row in which the node has peers and nothing to catch up with. One second: the first peer could be behind as well.
const CALM_LOOKS: u32 = 5;
/// How long GRANDPA waits for the node to catch up. A voter that starts without a vote gossips no commits until the next set of authorities,
/// which light clients live on; one that starts too late keeps peers waiting.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long nothing may happen until a network without this vote is thought to stand still. Votes of others, and older ones of its own,
/// arrive within a few seconds.
const STANDSTILL: Duration = Duration::from_secs(30);
/// In a set that began while the keys were in use elsewhere: the first round, and two more.
const FIRST_ROUNDS: RoundNumber = 3;
/// Between two questions to hardware that has not answered yet.
const HARDWARE_POLL: Duration = Duration::from_secs(5);
/// Between two looks at a round that may stand still.
const STUCK_POLL: Duration = Duration::from_secs(1);
/// How far back justifications are sought, in blocks. Under load each block has one; after a standstill a round finalises a longer stretch.
const JUSTIFICATION_BLOCKS: u32 = 1_024;
/// How far back blocks of this validator's are sought. Of a hundred validators, each makes one of so many in most cases; votes tell the rest.
const OWN_BLOCKS: u32 = 256;

/// Compares guard and ledger, and opens the guard.
#[derive(Clone)]
pub struct Watch {
	/// What is to be opened.
	pub guard: Arc<Guard>,
	/// Where the GRANDPA key is, if it is in hardware.
	pub hsm: Option<Arc<Hsm>>,
	/// The ledger.
	pub client: Arc<FullClient>,
	/// Who else has it.
	pub sync: Arc<SyncingService<Block>>,
	/// GRANDPA's authorities.
	pub authorities: SharedAuthoritySet<Hash, BlockNumber>,
	/// GRANDPA's rounds, when it has begun.
	pub voter_state: SharedVoterState,
	/// Which keys are this node's.
	pub keystore: KeystorePtr,
	/// The operator says that there is nobody to wait for.
	pub alone: bool,
}

/// How GRANDPA starts.
pub enum Start {
	/// With a vote.
	Voting,
	/// Without, for the time being. `None`: the node has not caught up yet.
	Watching(Option<Wait>),
}

impl Watch {
	/// To be awaited before GRANDPA starts.
	///
	/// # Errors
	///
	/// The guard cannot write.
	pub async fn first_look(&self) -> Result<Start, Refusal> {
		if self.unknown_hardware().is_some() {
			// Without the key nobody can tell which votes are this validator's.
			return Ok(Start::Watching(None));
		}
		// Whatever the operator says, a copy is not enough to go by.
		let alone = self.is_the_only_authority() || self.alone && self.guard.origin() != Origin::Copied;
		if !alone && !self.caught_up(Some(PATIENCE)).await {
			return Ok(Start::Watching(None));
		}
		Ok(match self.decide()? {
			// Nobody else goes on.
			Some(wait) if alone && !wait.certain && self.memory_follows() => {
				self.open()?;
				Start::Voting
			},
			Some(wait) => {
				if alone {
					log::error!(
						"Nobody is there to go on without this validator, whose guard remembers later votes than its chain has, or knows fewer. \
						 It signs nothing until there is; see \"Guard\" in the RUNBOOK."
					);
				}
				Start::Watching(Some(wait))
			},
			None => Start::Voting,
		})
	}

	/// Waits until this validator may sign, beside a GRANDPA that watches. `false`: the node has to be started again, since GRANDPA can join a
	/// round that stands still at its start only.
	///
	/// # Errors
	///
	/// The guard cannot write.
	pub async fn until_open(&self, wait: Option<Wait>) -> Result<bool, Refusal> {
		let begun = self.slot_now();
		if let Some(hsm) = self.unknown_hardware() {
			while !hsm.answers() {
				sleep(HARDWARE_POLL).await;
			}
			log::error!("The hardware security module answers now. The node ends, and votes when it is started again.");
			return Ok(false);
		}
		let wait = match wait {
			Some(wait) => wait,
			None => {
				if !self.caught_up(None).await {
					return pending().await;
				}
				match self.decide()? {
					Some(wait) => wait,
					None => return Ok(true),
				}
			},
		};
		let Wait {
			set: mut in_set,
			round: mut beyond,
			mut certain,
		} = wait;
		let mut elsewhere = false;
		let mut last_progress = (Instant::now(), None);
		loop {
			sleep(POLL).await;
			let Some((_, behind)) = self.peers().await else {
				return pending().await;
			};
			let set = self.authorities.set_id();
			let (reached, in_justification) = self.latest_round();
			let after_reached = reached.unwrap_or(0).saturating_add(2);
			if set > in_set {
				if !elsewhere && self.begins_after(begun) {
					log::info!(
						"The network has a new set of authorities, in which this validator has not voted yet: the guard opens."
					);
					self.guard.raise(set, 0)?;
					self.open()?;
					return Ok(true);
				}
				// Whoever has the keys votes there too, as soon as it begins; or it began before this node did, whose first peer was behind.
				(in_set, beyond) = (set, after_reached.max(FIRST_ROUNDS));
			}
			if behind {
				// What it was compared with was old.
				beyond = beyond.max(after_reached);
			}
			if last_progress.1 != reached {
				last_progress = (Instant::now(), reached);
			}
			let Some(voters) = self.voter_state.voter_state() else {
				continue;
			};
			let current = voters.best_round.0;
			let known = self.known_round(set);
			// This node casts no vote now, so who has one of its votes has it from before, or from elsewhere.
			let own_vote = self.own_vote(&voters).max(in_justification);
			if let Some(round) = own_vote.filter(|round| *round > known) {
				if round >= beyond && !elsewhere && !behind {
					elsewhere = true;
					log::error!(
						"Another node votes with this validator's keys now, in round {round}. This one does not, as long as that goes on: \
						 end the other one, or give this one its own keys."
					);
				}
				if !certain {
					certain = true;
					log::warn!(
						"Others have votes of this validator that its guard does not know: the guard is an old copy. This validator votes again \
						 when the network has finalised two rounds without it."
					);
				}
				beyond = beyond.max(round.saturating_add(2));
			}
			// Before `beyond`, and nowhere else, this validator may have voted what its guard does not know. Rounds up to the current one began
			// without its vote, so the next one with a vote is not among those that are closed here.
			let last_closed = beyond.saturating_sub(1);
			let is_there = !behind && current >= known.max(last_closed);
			if reached >= Some(beyond) && is_there && self.authorities.set_id() == set {
				log::info!("The network has gone on without this validator's vote up to round {current}: the guard opens.");
				self.guard.raise(set, last_closed)?;
				self.open()?;
				return Ok(true);
			}
			if !certain && last_progress.0.elapsed() > STANDSTILL && self.follows_when_started_again() {
				log::error!(
					"The network stands still, perhaps for want of this validator's vote, and nothing speaks for a vote that its guard does \
					 not know. The node ends, and votes when it is started again."
				);
				self.guard.searched(set, reached.unwrap_or(0))?;
				return Ok(false);
			}
		}
	}

	/// Waits until a round stands still, which began when this validator could not vote, though it can now: GRANDPA asks for keys at the beginning of
	/// a round only, so the node has to be started again. `late`: the guard has opened beside a GRANDPA that watches.
	pub async fn until_stuck(&self, late: bool) {
		if !late && self.hsm.is_none() {
			return pending().await;
		}
		let mut could_not = late;
		let mut since = (Instant::now(), None);
		loop {
			sleep(STUCK_POLL).await;
			let answers = self.hsm.as_ref().is_none_or(|hsm| hsm.answered() || hsm.answers());
			could_not |= !answers;
			let Some(voters) = self.voter_state.voter_state() else {
				continue;
			};
			let (round, state) = &voters.best_round;
			let place = Some((self.authorities.set_id(), *round));
			let own = self.own(GRANDPA);
			if state.prevote_ids.iter().any(|id| is_among(&own, id)) {
				// It votes again.
				could_not = !answers;
			}
			if since.1 != place || !could_not || !answers || !self.is_authority() {
				since = (Instant::now(), place);
			}
			if since.0.elapsed() > STANDSTILL {
				log::error!(
					"Round {round} stands still, and began when this validator could not vote. The node ends, and votes when it is started again."
				);
				return;
			}
		}
	}

	/// The latest of GRANDPA's rounds in which others have a vote of this validator's.
	fn own_vote(&self, voters: &VoterState<AuthorityId>) -> Option<RoundNumber> {
		let own = self.own(GRANDPA);
		let voted = |round: &RoundState<AuthorityId>| {
			let mut voters = round.prevote_ids.iter().chain(&round.precommit_ids);
			voters.any(|id| is_among(&own, id))
		};
		let background = voters.background_rounds.iter().map(|(number, round)| (*number, round));
		let best = (voters.best_round.0, &voters.best_round.1);
		let with_own = background.chain([best]).filter(|(_, round)| voted(round));
		with_own.map(|(number, _)| number).max()
	}

	/// What to wait for, if anything; otherwise the guard is open.
	fn decide(&self) -> Result<Option<Wait>, Refusal> {
		let marks = self.guard.marks();
		let ledger = self.ledger();
		let wait = match judge(&marks, self.guard.origin(), &ledger) {
			Verdict::Wait(wait) if wait.certain => {
				log::warn!(
					"This validator has signed more than its guard knows: the guard knows {:?}, the ledger shows votes up to round {:?} of set \
					 {} and a block in slot {:?}. It was restored from an old copy. This validator signs again when the network has finalised \
					 round {} without it, or has a new set of authorities.",
					marks.latest(),
					ledger.own_round,
					ledger.set,
					ledger.own_slot,
					wait.round
				);
				Some(wait)
			},
			Verdict::Wait(wait) => {
				log::info!(
					"The network has gone on since this validator last signed. It signs again when round {} of set {} is final.",
					wait.round,
					wait.set
				);
				Some(wait)
			},
			Verdict::Open if self.is_authority() && !self.memory_follows() => {
				log::info!("GRANDPA's memory in the database is older than the guard: it catches up with the network without a vote first.");
				Some(Wait {
					set: ledger.set,
					round: self.known_round(ledger.set),
					// Where the network needs this vote to go on, what GRANDPA learns meanwhile is enough at the next start.
					certain: false,
				})
			},
			Verdict::Open => None,
		};
		if wait.is_none() {
			self.open()?;
			log::info!("The guard knows all that this validator has signed: it is open.");
		}
		Ok(wait)
	}

	/// Not earlier than that the slots of blocks are noted: until then they show, at each start, that the guard is an old one.
	fn open(&self) -> Result<(), Refusal> {
		if let Some(slot) = self.own_slot() {
			self.guard.raise_slot(slot)?;
		}
		self.guard.open_up()
	}

	fn memory_follows(&self) -> bool {
		let stored = self.client.get_aux(VOTER_STATE_KEY).ok().flatten();
		follows(stored.as_deref(), &self.guard.marks(), self.authorities.set_id())
	}

	/// When the guard has given GRANDPA back what it remembers.
	fn follows_when_started_again(&self) -> bool {
		let marks = self.guard.marks();
		let stored = self.client.get_aux(VOTER_STATE_KEY).ok().flatten();
		let stored = stored.map(|stored| recall(&stored, &marks).unwrap_or(stored));
		follows(stored.as_deref(), &marks, self.authorities.set_id())
	}

	/// Hardware that has not said yet which key it has.
	fn unknown_hardware(&self) -> Option<&Hsm> {
		self.hsm.as_deref().filter(|hsm| hsm.public().is_none())
	}

	/// The slot of this moment, by this machine's clock.
	fn slot_now(&self) -> Option<Slot> {
		let best = self.client.info().best_hash;
		let babe = self.client.runtime_api().configuration(best).ok()?;
		Some(Slot::from_timestamp(Timestamp::current(), babe.slot_duration()))
	}

	/// Whether the present set of authorities began after that slot.
	fn begins_after(&self, slot: Option<Slot>) -> bool {
		let before = HeaderBackend::hash(&*self.client, self.last_block_of_other_sets())
			.ok()
			.flatten();
		let header = before.and_then(|hash| self.client.header(hash).ok().flatten());
		let digest = header.and_then(|header| find_pre_digest::<Block>(&header).ok());
		let last = digest.map(|digest| digest.slot());
		last.zip(slot).is_some_and(|(last, slot)| last > slot)
	}

	/// Whether there are peers, and whether they have blocks that this node has not. `None`: the node ends.
	async fn peers(&self) -> Option<(bool, bool)> {
		let status = self.sync.status().await.ok()?;
		let best = self.client.info().best_number;
		let behind = status.state.is_major_syncing() || status.best_seen_block.is_some_and(|seen| seen > best.saturating_add(1));
		Some((status.num_peers > 0, behind))
	}

	/// `patience`: how long to wait once there are peers. `false` also where the node ends.
	async fn caught_up(&self, patience: Option<Duration>) -> bool {
		let mut calm = 0u32;
		let mut met: Option<Instant> = None;
		while calm < CALM_LOOKS {
			sleep(POLL).await;
			let Some((has_peers, behind)) = self.peers().await else {
				return false;
			};
			calm = if has_peers && !behind { calm.saturating_add(1) } else { 0 };
			if has_peers {
				let since = *met.get_or_insert_with(Instant::now);
				if calm == 0 && patience.is_some_and(|patience| since.elapsed() > patience) {
					return false;
				}
			}
		}
		true
	}

	fn ledger(&self) -> Ledger {
		let set = self.authorities.set_id();
		let mut ledger = Ledger {
			set,
			own_slot: self.own_slot(),
			..Ledger::default()
		};
		if !self.is_authority() {
			return ledger;
		}
		let own = self.own(GRANDPA);
		let known = self.known_round(set);
		let info = self.client.info();
		let before = self.last_block_of_other_sets();
		let (mut hash, mut number) = (info.finalized_hash, info.finalized_number);
		for _ in 0..JUSTIFICATION_BLOCKS {
			if number <= before {
				break;
			}
			if let Some(justification) = self.justification(hash) {
				let round = justification.justification.round;
				ledger.round = ledger.round.max(Some(round));
				if round <= known {
					break;
				}
				ledger.searched = ledger.searched.saturating_add(1);
				let precommits = &justification.justification.commit.precommits;
				if precommits.iter().any(|vote| is_among(&own, &vote.id)) {
					ledger.own_round = Some(round);
					break;
				}
				if ledger.searched >= SEARCHED_ROUNDS {
					break;
				}
			}
			let Ok(Some(header)) = self.client.header(hash) else {
				break;
			};
			hash = header.parent_hash;
			number = number.saturating_sub(1);
		}
		ledger
	}

	/// The latest slot later than the guard's mark with a block of this validator's on the best chain.
	fn own_slot(&self) -> Option<u64> {
		let mark = self.guard.marks().slot;
		let own = self.own(BABE);
		let mut hash = self.client.info().best_hash;
		for _ in 0..OWN_BLOCKS {
			let header = self.client.header(hash).ok().flatten().filter(|header| header.number > 0)?;
			let digest = find_pre_digest::<Block>(&header).ok()?;
			let slot = Some(*digest.slot());
			if slot <= mark {
				return None;
			}
			// The state of an old block may be pruned; votes tell the rest.
			let epoch = self.client.runtime_api().current_epoch(hash).ok()?;
			let author = epoch.authorities.get(usize::try_from(digest.authority_index()).ok()?);
			if author.is_some_and(|(id, _)| is_among(&own, id)) {
				return slot;
			}
			hash = header.parent_hash;
		}
		None
	}

	/// Of the latest finalised block, if that is of the present set; and again, if a vote of this validator's is in its justification.
	fn latest_round(&self) -> (Option<RoundNumber>, Option<RoundNumber>) {
		let own = self.own(GRANDPA);
		let info = self.client.info();
		let in_set = info.finalized_number > self.last_block_of_other_sets();
		let Some(justification) = in_set.then(|| self.justification(info.finalized_hash)).flatten() else {
			return (None, None);
		};
		let round = justification.justification.round;
		let precommits = &justification.justification.commit.precommits;
		let has_own = precommits.iter().any(|vote| is_among(&own, &vote.id));
		(Some(round), has_own.then_some(round))
	}

	/// Blocks up to this one were finalised by earlier sets, whose rounds have nothing to do with those of the present one.
	fn last_block_of_other_sets(&self) -> BlockNumber {
		let changes = self.authorities.authority_set_changes();
		let last = changes
			.iter_from(0)
			.and_then(|changes| changes.last().map(|(_, block)| *block));
		last.unwrap_or(0)
	}

	fn justification(&self, hash: Hash) -> Option<GrandpaJustification<Block>> {
		let justifications = self.client.justifications(hash).ok().flatten()?;
		let encoded = justifications.into_justification(GRANDPA_ENGINE_ID)?;
		GrandpaJustification::decode(&encoded[..]).ok()
	}

	/// The latest round of the set that the guard knows.
	fn known_round(&self, set: SetId) -> RoundNumber {
		let latest = self.guard.marks().latest().filter(|(known, _)| *known == set);
		latest.map_or(0, |(_, round)| round)
	}

	fn is_authority(&self) -> bool {
		let own = self.own(GRANDPA);
		let authorities = self.authorities.current_authorities();
		let found = authorities.iter().any(|(id, _)| is_among(&own, id));
		found
	}

	fn is_the_only_authority(&self) -> bool {
		self.authorities.current_authorities().len().get() == 1 && self.is_authority()
	}

	/// This node's keys.
	fn own(&self, key_type: KeyTypeId) -> Vec<Vec<u8>> {
		self.keystore.keys(key_type).unwrap_or_default()
	}
}

fn is_among(keys: &[Vec<u8>], id: &impl AsRef<[u8]>) -> bool {
	keys.iter().any(|key| key[..] == *id.as_ref())
}
