// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;
use futures::{channel::oneshot, executor::block_on};
use sc_network::peer_store::PeerStore;

const SLOT: SlotDuration = SlotDuration::from_millis(2_000);
/// When a slot began.
const NOW: Timestamp = Timestamp::new(1_795_262_400_000);

fn key(number: u8) -> PeerKey {
	PeerKey([number; 32])
}

fn peer(number: u8) -> PeerId {
	PeerId::from_bytes(&key(number).to_peer_id()).expect("it is of an Ed25519 key")
}

/// A member of the best block.
const MEMBER: u8 = 1;
/// A boot node or a reserved one that is no member of that block.
const INTRODUCED: u8 = 2;
/// Neither.
const STRANGER: u8 = 3;

/// What a block of so many seconds ago says.
fn said(members: Option<&[u8]>, seconds: u64) -> Said {
	Said {
		block: Hash::repeat_byte(7),
		slot: Slot::from_timestamp(Timestamp::new(NOW.as_millis() - seconds * 1_000), SLOT),
		members: members.map(|numbers| numbers.iter().copied().map(key).collect()),
	}
}

/// A node whose best block says so.
fn node(members: Option<&[u8]>, seconds: u64) -> Arc<Members> {
	Members::new([peer(INTRODUCED)].into(), SLOT, said(members, seconds), NOW)
}

fn admitted(members: &Members) -> Vec<u8> {
	let all = [MEMBER, INTRODUCED, STRANGER].into_iter();
	all.filter(|number| members.admits(&peer(*number))).collect()
}

fn served(members: &Members) -> Vec<u8> {
	let all = [MEMBER, INTRODUCED, STRANGER].into_iter();
	all.filter(|number| members.serves(&peer(*number))).collect()
}

#[test]
fn node_that_is_behind_connects_to_those_it_was_told_and_answers_members_only() {
	let behind = node(Some(&[MEMBER]), RECENT.as_secs() + 2);
	assert_eq!(admitted(&behind), [MEMBER, INTRODUCED]);
	assert_eq!(served(&behind), [MEMBER]);
	// The control: a block that is as old as it may be knows who is a member.
	let recent = node(Some(&[MEMBER]), RECENT.as_secs());
	assert_eq!(admitted(&recent), [MEMBER]);
	assert_eq!(served(&recent), [MEMBER]);
}

#[test]
fn node_that_catches_up_goes_by_the_newest_state_that_it_has() {
	let members = node(Some(&[MEMBER]), 86_400);
	// Still behind: who was a member is none any more, and is neither served nor connected to.
	members.learn(said(Some(&[STRANGER]), 3_600), NOW);
	assert_eq!(admitted(&members), [INTRODUCED, STRANGER]);
	assert_eq!(served(&members), [STRANGER]);
	// And then no more: what it was told counts for nothing.
	members.learn(said(Some(&[STRANGER]), 0), NOW);
	assert_eq!(admitted(&members), [STRANGER]);
	assert_eq!(served(&members), [STRANGER]);
	// A node that was asleep is behind again, once it looks.
	members.learn(said(Some(&[STRANGER]), 0), Timestamp::new(NOW.as_millis() + 86_400_000));
	assert_eq!(admitted(&members), [INTRODUCED, STRANGER]);
}

#[test]
fn genesis_is_old_and_a_block_of_the_future_is_not() {
	let genesis = Said {
		slot: 0u64.into(),
		..said(Some(&[]), 0)
	};
	let members = Members::new([peer(INTRODUCED)].into(), SLOT, genesis, NOW);
	assert_eq!((admitted(&members), served(&members)), (vec![INTRODUCED], vec![]));
	let future = Said {
		slot: u64::MAX.into(),
		..said(Some(&[]), 0)
	};
	members.learn(future, NOW);
	assert!(admitted(&members).is_empty());
}

#[test]
fn open_network_serves_everybody() {
	for seconds in [0, 86_400] {
		let members = node(None, seconds);
		assert!(!members.is_closed());
		let all = vec![MEMBER, INTRODUCED, STRANGER];
		assert_eq!((admitted(&members), served(&members)), (all.clone(), all));
	}
	assert!(node(Some(&[]), 0).is_closed(), "the control");
}

#[test]
fn strangers_are_banned_and_no_candidates_however_good_their_reputation_is() {
	let of_all: Arc<dyn PeerStoreProvider> = Arc::new(PeerStore::new(Vec::new(), None).handle());
	for number in [MEMBER, INTRODUCED, STRANGER] {
		of_all.add_known_peer(peer(number));
	}
	of_all.report_peer(peer(STRANGER), ReputationChange::new(1_000, "it is friendly"));
	assert_eq!(of_all.outgoing_candidates(1, HashSet::new()), [peer(STRANGER)], "the control");

	let members = node(Some(&[MEMBER]), 0);
	let store = members.peer_store(of_all.clone());
	assert_eq!(store.outgoing_candidates(1, HashSet::new()), [peer(MEMBER)]);
	assert!(store.outgoing_candidates(1, [peer(MEMBER)].into()).is_empty());
	let banned = |number: u8| (store.is_banned(&peer(number)), of_all.is_banned(&peer(number)));
	assert_eq!(
		[MEMBER, INTRODUCED, STRANGER].map(banned),
		[(false, false), (true, false), (true, false)]
	);

	// A node that is behind dials whom it was told; a member that misbehaves is banned all the same.
	members.learn(said(Some(&[MEMBER]), 86_400), NOW);
	assert!(!store.is_banned(&peer(INTRODUCED)));
	of_all.report_peer(peer(MEMBER), ReputationChange::new_fatal("it lies"));
	assert_eq!(store.outgoing_candidates(3, HashSet::new()), [peer(INTRODUCED)]);
	assert!(store.is_banned(&peer(MEMBER)));
}

/// What of the requests of these peers comes through, in that order.
fn pass(members: &Arc<Members>, from: &[u8], room: usize) -> Vec<PeerId> {
	let (to_filter, requests) = async_channel::unbounded();
	let (handler, passed) = async_channel::bounded(room);
	for number in from {
		let (pending_response, _) = oneshot::channel();
		let request = IncomingRequest {
			peer: peer(*number),
			payload: Vec::new(),
			pending_response,
		};
		to_filter.try_send(request).expect("there is room");
	}
	drop(to_filter);
	block_on(members.clone().filter("blocks", requests, handler, None));
	std::iter::from_fn(|| passed.try_recv().ok())
		.map(|request| request.peer)
		.collect()
}

#[test]
fn requests_of_members_pass_and_no_others_even_while_the_node_is_behind() {
	for seconds in [0, 86_400] {
		let members = node(Some(&[MEMBER]), seconds);
		let passed = pass(&members, &[STRANGER, MEMBER, INTRODUCED, MEMBER], 9);
		assert_eq!(passed, [peer(MEMBER), peer(MEMBER)]);
	}
	// The control; and what a handler has no room for is dropped: nobody waits behind a flood.
	let members = node(None, 0);
	assert_eq!(pass(&members, &[STRANGER, INTRODUCED, MEMBER], 9).len(), 3);
	assert_eq!(pass(&members, &[STRANGER, INTRODUCED, MEMBER], 1), [peer(STRANGER)]);
}
