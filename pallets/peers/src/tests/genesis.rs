// SPDX-License-Identifier: Apache-2.0

use crate::mock::*;
use chirograph_primitives::MAX_PEERS;

#[test]
fn founding_nodes_are_members_from_the_first_block() {
	for closed in [true, false] {
		let members = vec![
			(account_of(ANNA), peer(1)),
			(account_of(BRUNO), peer(2)),
			(account_of(ANNA), peer(3)),
		];
		found(closed, members).execute_with(|| {
			assert_eq!(Peers::peers_of(ANNA), [peer(1), peer(3)]);
			assert_eq!(Peers::owner(peer(2)), Some(BRUNO));
			assert_eq!(Peers::members().map(|members| members.len()), closed.then_some(3));
			assert_eq!(Peers::do_try_state(), Ok(()));
		});
	}
}

#[test]
#[should_panic = "must hold a label"]
fn node_of_somebody_without_a_label_is_refused() {
	found(true, vec![(account_of(ANNA), peer(1)), (account_of(STRANGER), peer(2))]);
}

#[test]
#[should_panic = "must be there once"]
fn node_that_is_there_twice_is_refused() {
	found(true, vec![(account_of(ANNA), peer(1)), (account_of(BRUNO), peer(1))]);
}

#[test]
#[should_panic = "not be one of too many"]
fn more_nodes_than_a_label_may_have_are_refused() {
	found(
		true,
		(0..=MAX_PEERS as u8).map(|node| (account_of(ANNA), peer(node))).collect(),
	);
}
