// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, MAX_SERVICES, RING};
use chirograph_primitives::time::TimeTerms;

#[test]
fn terms_are_those_of_genesis() {
	for terms in [
		TimeTerms::default(),
		TimeTerms {
			bound: 1,
			services: MAX_SERVICES,
			freshness: RING - 1,
		},
	] {
		found(terms).execute_with(|| {
			assert_eq!(Timekeeping::terms(), terms);
			assert_eq!(Timekeeping::do_try_state(), Ok(()));
		});
	}
}

#[test]
#[should_panic = "timekeeping.terms.bound"]
fn bound_of_nothing_is_refused() {
	found(TimeTerms {
		bound: 0,
		..Default::default()
	});
}

#[test]
#[should_panic = "timekeeping.terms.services"]
fn no_services_at_all_are_refused() {
	found(TimeTerms {
		services: 0,
		..Default::default()
	});
}

#[test]
#[should_panic = "timekeeping.terms.services"]
fn more_services_than_can_have_a_say_are_refused() {
	found(TimeTerms {
		services: MAX_SERVICES + 1,
		..Default::default()
	});
}

#[test]
#[should_panic = "timekeeping.terms.freshness"]
fn beacons_that_never_count_are_refused() {
	found(TimeTerms {
		freshness: 0,
		..Default::default()
	});
}

#[test]
#[should_panic = "timekeeping.terms.freshness"]
fn more_blocks_than_are_noted_are_refused() {
	found(TimeTerms {
		freshness: RING,
		..Default::default()
	});
}
