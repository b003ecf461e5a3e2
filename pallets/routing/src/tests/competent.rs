// SPDX-License-Identifier: Apache-2.0

//! Which authority is competent, where and when.

use super::{change, say};
use crate::mock::*;
use chirograph_primitives::Jurisdiction;
use frame_support::assert_ok;

#[test]
fn authority_is_competent_from_the_block_on_that_the_change_names() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW + 10));
		let judgements = [
			(NOW, None),
			(NOW + 9, None),
			(NOW + 10, Some(BERLIN)),
			(NOW + 11, Some(BERLIN)),
			(u32::MAX, Some(BERLIN)),
		];
		for (block, competent) in judgements {
			assert_eq!(competent_at(block, germany()), competent, "block {block}");
		}
	});
}

#[test]
fn one_authority_is_competent_until_the_next_one_is() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
		assert_ok!(set(germany(), None, NOW + 20));
		assert_ok!(set(germany(), Some(BERLIN), NOW + 30));
		let judgements = [
			(NOW - 1, None),
			(NOW, Some(BERLIN)),
			(NOW + 9, Some(BERLIN)),
			(NOW + 10, Some(MUNICH)),
			(NOW + 19, Some(MUNICH)),
			(NOW + 20, None),
			(NOW + 29, None),
			(NOW + 30, Some(BERLIN)),
		];
		for (block, competent) in judgements {
			assert_eq!(competent_at(block, germany()), competent, "block {block}");
		}
	});
}

#[test]
fn authority_of_the_region_comes_before_that_of_the_country() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_eq!(Routing::competent(bavaria()), Some(BERLIN), "the control");
		assert_ok!(set(bavaria(), Some(MUNICH), NOW));
		assert_eq!(Routing::competent(bavaria()), Some(MUNICH));
		// Neither the country nor another region is concerned.
		for elsewhere in ["DE", "DE-SN"] {
			assert_eq!(Routing::competent(place(elsewhere)), Some(BERLIN), "{elsewhere}");
		}
	});
}

#[test]
fn authority_of_a_region_alone_is_competent_nowhere_else() {
	with_chain(|| {
		assert_ok!(set(bavaria(), Some(MUNICH), NOW));
		assert_eq!(Routing::competent(bavaria()), Some(MUNICH));
		for elsewhere in ["DE", "DE-SN", "FR", "BY"] {
			assert_eq!(Routing::competent(place(elsewhere)), None, "{elsewhere}");
		}
	});
}

#[test]
fn country_s_authority_is_competent_in_a_region_before_it_has_one_and_when_it_has_none_any_more() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_ok!(set(bavaria(), Some(MUNICH), NOW + 10));
		assert_ok!(set(bavaria(), None, NOW + 20));
		for (block, competent) in [(NOW + 9, BERLIN), (NOW + 10, MUNICH), (NOW + 19, MUNICH), (NOW + 20, BERLIN)] {
			assert_eq!(competent_at(block, bavaria()), Some(competent), "block {block}");
		}
	});
}

#[test]
fn nobody_is_competent_where_nothing_is_said() {
	with_chain(|| {
		for home in [germany(), bavaria()] {
			assert_eq!(Routing::competent(home), None, "{home}");
		}
	});
}

/// Who relies on it asks whether the authority may act.
#[test]
fn authority_that_lost_its_role_is_named_all_the_same() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		dismiss(BERLIN);
		assert_eq!(Routing::competent(germany()), Some(BERLIN));
	});
}

#[test]
fn other_pallets_are_told_the_same_as_clients() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_ok!(set(bavaria(), Some(MUNICH), NOW + 1));
		let told = |home: Jurisdiction| <Routing as chirograph_primitives::Routing>::competent(&home);
		for block in [NOW, NOW + 1] {
			at(block);
			for home in [germany(), bavaria(), place("FR")] {
				assert_eq!(told(home), Routing::competent(home), "{home} in block {block}");
			}
		}
	});
}

#[test]
fn routes_are_read_in_the_order_of_jurisdictions_with_all_that_is_planned() {
	with_chain(|| {
		assert_eq!(Routing::routes(), []);
		for home in ["FR", "DE-SN", "DE", "DE-BY"] {
			say(place(home), &[change(Some(BERLIN), NOW - 1), change(None, NOW + 1)]);
		}
		let expected = ["DE", "DE-BY", "DE-SN", "FR"].map(|home| {
			let changes = vec![change(Some(BERLIN), NOW - 1), change(None, NOW + 1)];
			(place(home), changes)
		});
		assert_eq!(Routing::routes(), expected);
	});
}
