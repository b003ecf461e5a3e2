// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Error, Event, PeersOf};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn holder_and_council_remove_a_node_and_it_can_be_added_elsewhere() {
	for origin in [signed(ANNA), RuntimeOrigin::root()] {
		with_chain(|| {
			for node in 1..=3 {
				assert_ok!(add(ANNA, node));
			}
			events();
			assert_ok!(Peers::remove_peer(origin, peer(2)));
			let removed = Event::PeerRemoved {
				peer: peer(2),
				label: ANNA,
			};
			assert_eq!(events(), [removed]);
			assert_eq!(Peers::owner(peer(2)), None);
			assert_eq!(Peers::peers_of(ANNA), [peer(1), peer(3)]);
			assert_ok!(add(BRUNO, 2));
		});
	}
}

#[test]
fn label_without_a_node_leaves_nothing_behind() {
	with_chain(|| {
		assert_ok!(add(ANNA, 1));
		assert_ok!(Peers::remove_peer(signed(ANNA), peer(1)));
		assert!(!PeersOf::<Test>::contains_key(ANNA));
	});
}

#[test]
fn nobody_else_removes_a_node() {
	with_chain(|| {
		assert_ok!(add(ANNA, 1));
		assert_noop!(Peers::remove_peer(signed(BRUNO), peer(1)), Error::<Test>::NotOwner);
		assert_noop!(Peers::remove_peer(signed(STRANGER), peer(1)), NOT_ADMITTED);
		assert_noop!(Peers::remove_peer(RuntimeOrigin::none(), peer(1)), DispatchError::BadOrigin);
		// Whoever stole the key of a label does not get at its nodes once that is known.
		suspend(ANNA);
		assert_noop!(Peers::remove_peer(signed(ANNA), peer(1)), NOT_ADMITTED);
		assert_ok!(Peers::remove_peer(RuntimeOrigin::root(), peer(1)));
	});
}

#[test]
fn node_of_nobody_is_not_removed() {
	with_chain(|| {
		for origin in [signed(ANNA), RuntimeOrigin::root()] {
			assert_noop!(Peers::remove_peer(origin, peer(1)), Error::<Test>::UnknownPeer);
		}
	});
}
