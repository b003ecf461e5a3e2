// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use crate::{mock::*, PeerList, Peers as Owners, PeersOf};
use frame_support::assert_ok;

/// What `try_state` says of a chain that `damage` was done to, beginning with two nodes of one label.
fn expect(invariant: u32, damage: impl FnOnce()) {
	let mut said = String::new();
	new_test_ext().execute_with(|| {
		for node in [1, 2] {
			assert_ok!(add(ANNA, node));
		}
		assert_eq!(Peers::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage();
		said = format!("{:?}", Peers::do_try_state());
	});
	assert!(said.contains(&format!("invariant {invariant}:")), "{invariant}: {said}");
}

#[test]
fn node_of_another_label_or_of_none_is_found() {
	expect(1, || Owners::<Test>::insert(peer(1), BRUNO));
	expect(1, || Owners::<Test>::remove(peer(1)));
	expect(1, || Owners::<Test>::insert(peer(3), BRUNO));
	expect(1, || PeersOf::<Test>::remove(ANNA));
}

#[test]
fn label_without_a_node_and_node_that_is_there_twice_are_found() {
	expect(2, || PeersOf::<Test>::insert(BRUNO, PeerList::default()));
	expect(2, || {
		PeersOf::<Test>::insert(ANNA, PeerList::truncate_from(vec![peer(1), peer(1)]))
	});
}
