// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use super::{change, say};
use crate::mock::*;
use chirograph_primitives::{Country, Jurisdiction};
use frame_support::assert_ok;

/// What `try_state` says of a chain that `damage` was done to, beginning with an authority of Germany that is replaced later.
fn expect(invariant: u32, damage: impl FnOnce()) {
	let mut said = String::new();
	new_test_ext().execute_with(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
		assert_eq!(Routing::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage();
		said = format!("{:?}", Routing::do_try_state());
	});
	assert!(said.contains(&format!("invariant {invariant}:")), "{invariant}: {said}");
}

#[test]
fn jurisdiction_that_is_none_is_found() {
	let nowhere = Jurisdiction {
		country: Country(*b"de"),
		region: [0; 3],
	};
	expect(1, || say(nowhere, &[change(Some(BERLIN), NOW)]));
}

#[test]
fn jurisdiction_of_which_nothing_is_said_is_found() {
	expect(2, || say(bavaria(), &[]));
}

#[test]
fn changes_in_another_order_are_found() {
	for second in [NOW, NOW - 1] {
		expect(2, || {
			say(germany(), &[change(Some(BERLIN), NOW), change(Some(MUNICH), second)])
		});
	}
}

#[test]
fn change_that_changes_nothing_is_found() {
	for authority in [None, Some(BERLIN)] {
		expect(3, || say(germany(), &[change(authority, NOW), change(authority, NOW + 1)]));
	}
}
