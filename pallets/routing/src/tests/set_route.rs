// SPDX-License-Identifier: Apache-2.0

//! What the council says, when it counts, and what is refused.

use super::{change, changes_of, events};
use crate::{mock::*, Call, Error, Event, Routes, MAX_CHANGES};
use chirograph_primitives::{AccountId, BlockNumber, Country, Jurisdiction};
use frame_support::{assert_noop, assert_ok, traits::GetCallName};
use sp_runtime::DispatchError;

#[test]
fn what_the_council_says_is_on_record_and_in_an_event() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW + 10));
		assert_eq!(changes_of(germany()), [change(Some(BERLIN), NOW + 10)]);
		let said = Event::RouteSet {
			jurisdiction: germany(),
			change: change(Some(BERLIN), NOW + 10),
		};
		assert_eq!(events(), [said]);
	});
}

#[test]
fn nobody_but_the_council_says_who_is_competent() {
	assert_eq!(Call::<Test>::get_call_names(), ["set_route"], "the table has every call");
	with_chain(|| {
		let origins = [RuntimeOrigin::none(), RuntimeOrigin::signed(AccountId::new([1; 32]))];
		for origin in origins {
			assert_noop!(
				Routing::set_route(origin, germany(), Some(BERLIN), NOW),
				DispatchError::BadOrigin
			);
		}
		assert_ok!(Routing::set_route(RuntimeOrigin::root(), germany(), Some(BERLIN), NOW));
	});
}

#[test]
fn change_counts_from_this_block_on_at_the_earliest() {
	with_chain(|| {
		for over in [0, NOW - 1] {
			assert_noop!(set(germany(), Some(BERLIN), over), Error::<Test>::AlreadyOver);
		}
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_eq!(Routing::competent(germany()), Some(BERLIN));
		// Also to say that nobody is competent any more.
		assert_noop!(set(germany(), None, NOW - 1), Error::<Test>::AlreadyOver);
	});
}

#[test]
fn planned_change_gives_way_to_one_for_the_same_block_or_an_earlier_one() {
	for instead in [NOW + 5, NOW + 10] {
		with_chain(|| {
			assert_ok!(set(germany(), Some(BERLIN), NOW));
			assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
			assert_ok!(set(germany(), Some(DRESDEN), instead));
			let expected = [change(Some(BERLIN), NOW), change(Some(DRESDEN), instead)];
			assert_eq!(changes_of(germany()), expected);
		});
	}
	with_chain(|| {
		// The control: a later one comes behind it.
		assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
		assert_ok!(set(germany(), Some(DRESDEN), NOW + 11));
		let expected = [change(Some(MUNICH), NOW + 10), change(Some(DRESDEN), NOW + 11)];
		assert_eq!(changes_of(germany()), expected);
	});
}

#[test]
fn every_change_that_is_planned_for_later_gives_way() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
		assert_ok!(set(germany(), Some(BERLIN), NOW + 20));
		assert_ok!(set(germany(), None, NOW + 30));
		assert_ok!(set(germany(), Some(DRESDEN), NOW + 10));
		assert_eq!(changes_of(germany()), [change(Some(DRESDEN), NOW + 10)]);
	});
}

#[test]
fn plan_is_taken_back_by_saying_what_is_so_already() {
	with_chain(|| {
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
		events();
		assert_ok!(set(germany(), Some(BERLIN), NOW + 10));
		assert_eq!(changes_of(germany()), [change(Some(BERLIN), NOW)]);
		let said = Event::RouteSet {
			jurisdiction: germany(),
			change: change(Some(BERLIN), NOW + 10),
		};
		assert_eq!(events(), [said]);

		assert_ok!(set(bavaria(), Some(MUNICH), NOW + 10));
		assert_ok!(set(bavaria(), None, NOW + 10));
		assert!(!Routes::<Test>::contains_key(bavaria()));
	});
}

#[test]
fn what_is_so_already_is_not_said_again() {
	with_chain(|| {
		assert_noop!(set(germany(), None, NOW), Error::<Test>::AlreadySo);
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		for effective in [NOW, NOW + 1, u32::MAX] {
			assert_noop!(set(germany(), Some(BERLIN), effective), Error::<Test>::AlreadySo);
		}
		assert_ok!(set(germany(), Some(MUNICH), NOW + 10));
		assert_noop!(set(germany(), Some(MUNICH), NOW + 10), Error::<Test>::AlreadySo);
		// The controls.
		assert_ok!(set(germany(), Some(MUNICH), NOW + 9));
		assert_ok!(set(germany(), None, NOW + 9));
	});
}

#[test]
fn label_that_is_no_tax_authority_s_is_not_competent() {
	with_chain(|| {
		assert_noop!(set(germany(), Some(NOBODY), NOW), NOT_ADMITTED);
		dismiss(BERLIN);
		assert_noop!(set(germany(), Some(BERLIN), NOW), NOT_ADMITTED);
		admit(BERLIN, germany());
		assert_ok!(set(germany(), Some(BERLIN), NOW));
		// To say that it is not any more, it does not have to be one.
		dismiss(BERLIN);
		assert_ok!(set(germany(), None, NOW + 1));
	});
}

#[test]
fn authority_is_at_home_in_the_same_country() {
	with_chain(|| {
		for home in [germany(), bavaria()] {
			assert_noop!(set(home, Some(PARIS), NOW), Error::<Test>::ForeignAuthority);
		}
		assert_ok!(set(place("FR-75"), Some(PARIS), NOW));
		// Where in the country, is the council's affair.
		for authority in [BERLIN, MUNICH, DRESDEN] {
			assert_ok!(set(bavaria(), Some(authority), NOW));
		}
		assert_ok!(set(germany(), Some(MUNICH), NOW));
	});
}

#[test]
fn jurisdiction_that_is_none_is_refused() {
	with_chain(|| {
		for (country, region) in [(*b"de", [0; 3]), (*b"DE", *b"by\0"), (*b"DE", *b"\0BY"), ([0; 2], [0; 3])] {
			let nowhere = Jurisdiction {
				country: Country(country),
				region,
			};
			for authority in [None, Some(BERLIN)] {
				assert_noop!(set(nowhere, authority, NOW), Error::<Test>::InvalidJurisdiction);
			}
		}
		assert_ok!(set(bavaria(), Some(BERLIN), NOW));
	});
}

/// Berlin and Munich in turns, from that block on.
fn plan(first: BlockNumber, count: u32) {
	for index in 0..count {
		let authority = if index.is_multiple_of(2) { BERLIN } else { MUNICH };
		assert_ok!(set(germany(), Some(authority), first + index));
	}
}

#[test]
fn as_many_changes_are_planned_as_there_is_room_for_and_no_more() {
	with_chain(|| {
		plan(NOW + 1, MAX_CHANGES);
		let last = NOW + 1 + MAX_CHANGES;
		assert_noop!(set(germany(), Some(DRESDEN), last), Error::<Test>::TooManyChanges);
		// One that takes the place of another fits.
		assert_ok!(set(germany(), Some(DRESDEN), last - 1));
		assert_eq!(changes_of(germany()).len(), MAX_CHANGES as usize);
		// Another jurisdiction has room of its own.
		assert_ok!(set(bavaria(), Some(DRESDEN), last));
	});
}

#[test]
fn current_change_takes_room_and_those_before_it_give_it() {
	with_chain(|| {
		plan(NOW + 1, MAX_CHANGES);
		let last = NOW + 1 + MAX_CHANGES;
		// The first one has come: it is current, and nothing is over.
		at(NOW + 1);
		assert_noop!(set(germany(), None, last), Error::<Test>::TooManyChanges);
		// The second one has come, and the first one is over.
		at(NOW + 2);
		let before = changes_of(germany());
		assert_ok!(set(germany(), None, last));
		let expected: Vec<_> = before.into_iter().skip(1).chain([change(None, last)]).collect();
		assert_eq!(changes_of(germany()), expected);
		assert_eq!(Routing::competent(germany()), Some(MUNICH));
	});
}

#[test]
fn changes_that_are_over_stay_until_there_is_no_room() {
	with_chain(|| {
		plan(NOW, MAX_CHANGES - 1);
		at(NOW + 1_000);
		assert_ok!(set(germany(), None, NOW + 1_001));
		assert_eq!(changes_of(germany()).len(), MAX_CHANGES as usize);
		assert_ok!(set(germany(), Some(BERLIN), NOW + 1_002));
		// Of those that had come, the last one is current.
		let expected = [
			change(Some(BERLIN), NOW + MAX_CHANGES - 2),
			change(None, NOW + 1_001),
			change(Some(BERLIN), NOW + 1_002),
		];
		assert_eq!(changes_of(germany()), expected);
	});
}
