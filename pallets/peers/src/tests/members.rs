// SPDX-License-Identifier: Apache-2.0

//! Whom nodes serve.

use crate::mock::*;
use frame_support::assert_ok;

/// Those nodes, in the order of their keys.
fn nodes(nodes: &[u8]) -> Option<Vec<chirograph_primitives::PeerKey>> {
	let mut keys: Vec<_> = nodes.iter().map(|node| peer(*node)).collect();
	keys.sort_unstable();
	Some(keys)
}

#[test]
fn nodes_of_all_labels_that_can_be_used_are_members() {
	with_chain(|| {
		assert_eq!(Peers::members(), nodes(&[]));
		for (label, node) in [(ANNA, 1), (BRUNO, 2), (ANNA, 3)] {
			assert_ok!(add(label, node));
		}
		assert_eq!(Peers::members(), nodes(&[1, 2, 3]));
	});
}

#[test]
fn nodes_are_members_exactly_as_long_as_their_label_can_be_used() {
	with_chain(|| {
		for (label, node) in [(ANNA, 1), (BRUNO, 2), (ANNA, 3)] {
			assert_ok!(add(label, node));
		}
		suspend(ANNA);
		assert_eq!(Peers::members(), nodes(&[2]));
		assert_eq!(Peers::peers_of(ANNA), [peer(1), peer(3)], "they are hers all the same");
		admit(ANNA);
		assert_eq!(Peers::members(), nodes(&[1, 2, 3]));
	});
}

#[test]
fn nodes_of_validators_are_members_until_they_have_no_vote() {
	with_chain(|| {
		for (label, node) in [(ANNA, 1), (BRUNO, 2)] {
			assert_ok!(add(label, node));
		}
		have_vote(&[ANNA, STRANGER]);
		assert_eq!(Some(Peers::voters()), nodes(&[1]));
		// The control: who has none is out at once.
		suspend(ANNA);
		suspend(BRUNO);
		assert_eq!(Peers::members(), nodes(&[1]));
		have_vote(&[STRANGER]);
		assert_eq!(Peers::members(), nodes(&[]));
	});
}

#[test]
fn open_network_serves_everybody() {
	found(false, Vec::new()).execute_with(|| {
		assert_eq!(Peers::members(), None);
		assert_ok!(add(ANNA, 1));
		assert_eq!(Peers::members(), None);
		assert_eq!(Peers::peers_of(ANNA), [peer(1)]);
	});
}
