// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Call, Error, Event};
use chirograph_primitives::{payload, MAX_PEERS};
use frame_support::{assert_noop, assert_ok, traits::GetCallName};
use sp_core::Pair;
use sp_runtime::DispatchError;

#[test]
fn node_belongs_to_the_label_that_its_key_names() {
	with_chain(|| {
		assert_eq!(Peers::owner(peer(1)), None);
		assert_ok!(add(ANNA, 1));
		assert_ok!(add(ANNA, 2));
		assert_eq!(Peers::owner(peer(1)), Some(ANNA));
		assert_eq!(Peers::peers_of(ANNA), [peer(1), peer(2)]);
		assert_eq!(Peers::peers_of(BRUNO), []);
		let added = [1, 2].map(|node| Event::PeerAdded {
			peer: peer(node),
			label: ANNA,
		});
		assert_eq!(events(), added);
	});
}

#[test]
fn every_holder_adds_nodes_and_nobody_else() {
	let calls = Call::<Test>::get_call_names();
	assert_eq!(calls, ["add_peer", "remove_peer"], "the table has every call");
	with_chain(|| {
		assert_noop!(add(STRANGER, 1), NOT_ADMITTED);
		suspend(BRUNO);
		assert_noop!(add(BRUNO, 1), NOT_ADMITTED);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Peers::add_peer(origin, peer(1), [0; 64]), DispatchError::BadOrigin);
		}
		admit(BRUNO);
		assert_ok!(add(BRUNO, 1));
	});
}

#[test]
fn node_belongs_to_one_label_only() {
	with_chain(|| {
		assert_ok!(add(ANNA, 1));
		for label in [ANNA, BRUNO] {
			assert_noop!(add(label, 1), Error::<Test>::PeerTaken);
		}
		// Also while its label cannot be used.
		suspend(ANNA);
		assert_noop!(add(BRUNO, 1), Error::<Test>::PeerTaken);
		assert_ok!(add(BRUNO, 2));
	});
}

#[test]
fn nobody_claims_a_node_whose_key_does_not_say_so() {
	with_chain(|| {
		let good = key(1).sign(&payload::peer(&GENESIS, ANNA)).0;
		let mut damaged = good;
		damaged[0] ^= 1;
		for signature in [
			[0; 64],
			damaged,
			// Another node's, another label's, another network's.
			key(2).sign(&payload::peer(&GENESIS, ANNA)).0,
			key(1).sign(&payload::peer(&GENESIS, BRUNO)).0,
			key(1).sign(&payload::peer(&[0x48; 32], ANNA)).0,
		] {
			assert_noop!(
				Peers::add_peer(signed(ANNA), peer(1), signature),
				Error::<Test>::WrongSignature
			);
		}
		assert_noop!(Peers::add_peer(signed(BRUNO), peer(1), good), Error::<Test>::WrongSignature);
		assert_ok!(Peers::add_peer(signed(ANNA), peer(1), good));
	});
}

#[test]
fn label_has_as_many_nodes_as_it_may_and_no_more() {
	with_chain(|| {
		for node in 0..MAX_PEERS as u8 {
			assert_ok!(add(ANNA, node));
		}
		assert_noop!(add(ANNA, MAX_PEERS as u8), Error::<Test>::TooManyPeers);
		assert_ok!(add(BRUNO, MAX_PEERS as u8));
		assert_ok!(Peers::remove_peer(signed(ANNA), peer(3)));
		assert_ok!(add(ANNA, 3));
	});
}
