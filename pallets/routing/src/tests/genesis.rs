// SPDX-License-Identifier: Apache-2.0

use super::{change, changes_of};
use crate::mock::*;
use chirograph_primitives::{Country, Jurisdiction};

#[test]
fn founding_authorities_are_competent_from_the_first_block() {
	let routes = vec![(germany(), BERLIN), (bavaria(), MUNICH), (place("FR"), PARIS)];
	found(routes).execute_with(|| {
		for block in [0, 1, u32::MAX] {
			assert_eq!(competent_at(block, germany()), Some(BERLIN), "block {block}");
			assert_eq!(competent_at(block, bavaria()), Some(MUNICH), "block {block}");
			assert_eq!(competent_at(block, place("FR-75")), Some(PARIS), "block {block}");
		}
		assert_eq!(changes_of(germany()), [change(Some(BERLIN), 0)]);
		assert_eq!(Routing::do_try_state(), Ok(()));
	});
}

#[test]
#[should_panic = "DE is there twice"]
fn genesis_with_a_jurisdiction_twice_is_refused() {
	found(vec![(germany(), BERLIN), (bavaria(), MUNICH), (germany(), BERLIN)]);
}

#[test]
#[should_panic = "must be a country or a region"]
fn genesis_with_a_jurisdiction_that_is_none_is_refused() {
	let nowhere = Jurisdiction {
		country: Country(*b"de"),
		region: [0; 3],
	};
	found(vec![(nowhere, BERLIN)]);
}
