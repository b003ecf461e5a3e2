// SPDX-License-Identifier: Apache-2.0

//! Who sits in which session, what absence costs, and what blocks earn.

use super::{events, history};
use crate::{
	mock::*,
	seats::{plan, AuthorInSet, Claim},
	Event,
};
use chirograph_primitives::{
	validator::{ValidatorEvent, ValidatorState, ValidatorTerms},
	Country, Voters,
};
use frame_support::{assert_ok, traits::FindAuthor};
use pallet_session::SessionManager;
use sp_runtime::ConsensusEngineId;

#[test]
fn who_waits_takes_a_seat_in_the_session_after_the_next() {
	with_chain(|| {
		assert_ok!(join(5));
		events();
		rotate(1);
		assert_eq!(state(5), ValidatorState::Seated { since: 2 });
		assert!(events().contains(&Event::Seated { label: 5, session: 2 }));
		assert!(!set().contains(&5));
		rotate(1);
		assert_eq!(set(), [1, 2, 3, 4, 5].into());
	});
}

#[test]
fn no_more_take_seats_in_a_session_than_churn() {
	with_chain(|| {
		for number in 5..=7 {
			assert_ok!(join(number));
		}
		for seats in 5..=7 {
			rotate(1);
			assert_eq!(next_set().len(), seats);
		}
	});
}

#[test]
fn no_more_sit_than_there_are_seats_nor_of_a_country_than_it_may_have() {
	let full = ValidatorTerms { max_seats: 4, ..terms() };
	with_seats(4, full, || {
		assert_ok!(join(5));
		rotate(3);
		assert_eq!(state(5), ValidatorState::Waiting);
	});
	let one_country = ValidatorTerms {
		seats_per_country: 4,
		..terms()
	};
	with_seats(4, one_country, || {
		assert_ok!(join(5));
		put_label(6, account(6), 6, *b"YY");
		assert_ok!(join(6));
		rotate(3);
		// The control: whoever is behind it in the queue, of another country, sits.
		assert_eq!(state(5), ValidatorState::Waiting);
		assert_eq!(state(6), ValidatorState::Seated { since: 2 });
	});
}

#[test]
fn label_that_cannot_act_loses_its_seat_and_waits() {
	with_seats(5, terms(), || {
		set_usable(4, false);
		events();
		rotate(1);
		assert_eq!(next_set(), [1, 2, 3, 5].into());
		assert_eq!(state(4), ValidatorState::Waiting);
		assert!(events().contains(&Event::Unseated { label: 4, session: 2 }));
		set_usable(4, true);
		rotate(1);
		assert_eq!(next_set(), [1, 2, 3, 4, 5].into());
	});
}

#[test]
fn who_suspends_labels_unseats_no_more_in_a_session_than_churn_and_none_of_the_fewest() {
	with_seats(6, terms(), || {
		(2..=6).for_each(|number| set_usable(number, false));
		for left in [5, 4, 4, 4] {
			rotate(1);
			assert_eq!(next_set().len(), left);
		}
		// Who may not act makes room before who wants to leave.
		set_usable(5, true);
		assert_ok!(join(7));
		rotate(1);
		assert_eq!(next_set(), [1, 5, 6, 7].into());
	});
}

#[test]
fn who_may_not_act_goes_before_who_wants_to_leave() {
	with_seats(6, terms(), || {
		assert_ok!(Validators::leave(by(2)));
		set_usable(3, false);
		rotate(1);
		assert_eq!(next_set(), [1, 2, 4, 5, 6].into());
		rotate(1);
		assert_eq!(next_set(), [1, 4, 5, 6].into());
	});
}

#[test]
fn consensus_depends_on_those_in_this_set_and_in_the_next() {
	with_seats(5, terms(), || {
		assert_ok!(join(6));
		set_usable(5, false);
		for (goes, comes) in [(true, false), (true, true), (false, true)] {
			assert_eq!(Validators::voters().contains(&5), goes);
			assert_eq!(Validators::voters().contains(&6), comes);
			assert!(Validators::voters().is_superset(&[1, 2, 3, 4].into()));
			rotate(1);
		}
		assert!(Validators::has_stake(5) && !Validators::has_stake(7));
	});
}

#[test]
fn who_signed_twice_or_moved_votes_until_the_set_changes() {
	with_seats(5, terms(), || {
		assert!(report(&[4], 0, 1, 1));
		rotate_label(5, account(205));
		assert!(Validators::voters().is_superset(&[4, 5].into()));
		rotate(2);
		assert_eq!(Validators::voters(), [1, 2, 3].into());
	});
}

#[test]
fn label_that_moves_keeps_its_place_which_is_empty_until_there_are_keys() {
	with_chain(|| {
		rotate_label(4, account(201));
		assert_eq!((held(&account(4)), held(&account(201))), (0, MARGIN));
		rotate(2);
		assert_eq!(set(), [1, 2, 3].into());
		assert_eq!(state(4), ValidatorState::Seated { since: 0 });
		set_keys(account(201), 201);
		rotate(2);
		assert!(Session::validators().contains(&account(201)));
	});
}

#[test]
fn same_validators_are_no_new_set() {
	with_chain(|| {
		rotate(5);
		assert_eq!(new_sets(), 0);
		// The control: another key is another set.
		set_keys(account(4), 204);
		rotate(2);
		assert_eq!(new_sets(), 1);
	});
}

#[test]
fn last_validators_stay_whatever_happens_to_all() {
	with_chain(|| {
		(1..=4).for_each(|number| set_usable(number, false));
		assert_eq!(<Validators as SessionManager<_>>::new_session(5), None);
		rotate(3);
		assert_eq!(set(), [1, 2, 3, 4].into());
		assert_eq!(state(1), ValidatorState::Seated { since: 0 });
	});
}

#[test]
fn sets_that_are_too_old_to_judge_are_forgotten() {
	with_chain(|| {
		rotate(60);
		let (oldest, newest) = pallet_session::historical::StoredRange::<Test>::get().expect("sets are kept");
		// As long as margin is locked, because evidence could be as old as that.
		assert_eq!((oldest, newest), (40, 62));
	});
}

#[test]
fn silent_one_loses_its_seat_and_reward_and_no_margin() {
	with_seats(4, terms(), || {
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 10_000));
		author(&[1, 2, 3], 3);
		events();
		rotate(1);
		assert!(events().contains(&Event::WentAbsent { label: 4 }));
		assert_eq!(state(4), ValidatorState::Absent);
		assert_eq!((validator(4).margin, spendable(4)), (MARGIN, ENDOWMENT - MARGIN));
		assert_eq!(history(4).last(), Some(&ValidatorEvent::WentAbsent));
		assert_eq!(next_set(), [1, 2, 3].into());
	});
}

#[test]
fn one_block_is_enough_to_be_there() {
	with_chain(|| {
		author(&[1, 2], 2);
		author(&[4], 1);
		author(&[1, 2, 3], 2);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Seated { since: 0 });
		// Eight since its last one are as many as may be; one more is too many.
		author(&[1, 2], 1);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Seated { since: 0 });
		author(&[3], 1);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Absent);
	});
}

#[test]
fn when_more_are_silent_than_may_fail_it_was_the_network() {
	with_chain(|| {
		author(&[1, 2], 10);
		rotate(1);
		assert_eq!([state(3), state(4)], [ValidatorState::Seated { since: 0 }; 2]);
		// One is back, and the other one may still come: a network does not heal at once.
		author(&[3], 1);
		rotate(1);
		assert_eq!([state(3), state(4)], [ValidatorState::Seated { since: 0 }; 2]);
		author(&[1, 2], 4);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Seated { since: 0 });
		// It does not: it is absent.
		author(&[3], 1);
		rotate(1);
		assert_eq!(
			[state(3), state(4)],
			[ValidatorState::Seated { since: 0 }, ValidatorState::Absent]
		);
	});
}

/// A network that heals just before a session ends.
#[test]
fn nobody_is_absent_whose_turn_has_not_come_since_the_network_is_back() {
	with_seats(7, terms(), || {
		// Three of seven are cut off, and two of them are back.
		author(&[1, 2, 3, 4], 10);
		author(&[5, 6], 1);
		rotate(1);
		assert_eq!(state(7), ValidatorState::Seated { since: 0 });
		author(&[7], 1);
		author(&[1, 2, 3, 4, 5, 6, 7], 10);
		rotate(1);
		assert!((1..=7).all(|number| state(number) == ValidatorState::Seated { since: 0 }));
		// The control: two of seven are not the network.
		author(&[1, 2, 3, 4, 5], 10);
		author(&[6], 1);
		rotate(1);
		assert_eq!(state(6), ValidatorState::Seated { since: 0 });
		assert_eq!(state(7), ValidatorState::Absent);
	});
}

#[test]
fn last_ones_stay_even_if_all_of_them_purge_their_keys() {
	with_chain(|| {
		for number in 1..=4 {
			assert_ok!(Session::purge_keys(by(number)));
		}
		rotate(5);
		assert_eq!(set(), [1, 2, 3, 4].into());
		assert_eq!(new_sets(), 0);
		// They have them again.
		assert!((1..=4).all(|number| Session::load_keys(&account(number)) == Some(keys(number))));
	});
}

#[test]
fn new_seat_is_not_judged_by_blocks_from_before_it() {
	with_chain(|| {
		assert_ok!(join(5));
		author(&[1, 2, 3, 4], 10);
		rotate(1);
		author(&[1, 2, 3, 4], 10);
		rotate(1);
		rotate(1);
		assert_eq!(state(5), ValidatorState::Seated { since: 2 });
	});
}

#[test]
fn reward_is_shared_by_blocks_and_the_rest_stays() {
	with_chain(|| {
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 1_500));
		author(&[1], 4);
		author(&[2], 2);
		author(&[3], 1);
		events();
		let issued = Balances::total_issuance();
		rotate(1);
		// 1000 in sevenths, rounded down.
		let expected = [(1, 571), (2, 285), (3, 142), (4, 0)];
		for (number, reward) in expected {
			assert_eq!(spendable(number), ENDOWMENT - MARGIN + reward);
		}
		assert_eq!(Balances::total_issuance(), issued + 998);
		assert_eq!(Validators::budget(), 502);
		let rewarded = Event::Rewarded {
			label: 1,
			account: account(1),
			blocks: 4,
			amount: 571,
		};
		assert!(events().contains(&rewarded));
		// What is left is less than a reward: all of it goes.
		author(&[1, 2, 3, 4], 1);
		rotate(1);
		assert_eq!(Validators::budget(), 502 - 4 * 125);
		// No block, no reward.
		rotate(1);
		assert_eq!(Validators::budget(), 2);
	});
}

#[test]
fn offender_is_not_rewarded() {
	with_chain(|| {
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 1_000));
		author(&[1, 2, 3, 4], 1);
		assert!(report(&[4], 0, 1, 1));
		rotate(1);
		assert_eq!(spendable(4), ENDOWMENT - MARGIN);
		assert_eq!(spendable(3), ENDOWMENT - MARGIN + 250);
		assert_eq!(Validators::budget(), 250);
	});
}

#[test]
fn who_may_not_act_earns_nothing_where_it_has_to_stay() {
	with_chain(|| {
		assert_ok!(Validators::fund(RuntimeOrigin::root(), 1_000));
		set_usable(4, false);
		author(&[1, 2, 3, 4], 1);
		rotate(1);
		assert_eq!(state(4), ValidatorState::Seated { since: 0 });
		assert_eq!((spendable(4), spendable(3)), (ENDOWMENT - MARGIN, ENDOWMENT - MARGIN + 250));
	});
}

#[test]
fn what_a_block_costs_to_count_is_added_to_its_weight() {
	with_chain(|| {
		let before = System::block_weight().total();
		author(&[1], 1);
		assert_eq!(System::block_weight().total().ref_time(), before.ref_time() + 1);
	});
}

#[test]
fn block_of_somebody_without_a_label_is_nobody_s() {
	with_chain(|| {
		author(&[240], 1);
		assert_eq!(crate::Produced::<Test>::get(), 0);
		author(&[1], 1);
		assert_eq!(crate::Produced::<Test>::get(), 1);
		assert_eq!(Validators::validator(1).map(|status| status.blocks), Some(1));
	});
}

/// The second of a set.
struct Second;

impl FindAuthor<u32> for Second {
	fn find_author<'a, I>(_: I) -> Option<u32>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		Some(1)
	}
}

#[test]
fn first_block_of_a_session_is_by_its_set() {
	with_seats(5, terms(), || {
		set_usable(2, false);
		rotate(1);
		let author = || AuthorInSet::<Test, Second>::find_author(core::iter::empty());
		assert_eq!(author(), Some(account(2)));
		begins_session(true);
		assert_eq!(author(), Some(account(3)));
		begins_session(false);
	});
}

fn claim(state: ValidatorState) -> Claim {
	Claim {
		state,
		country: Country(*b"XX"),
		able: true,
		keys: true,
	}
}

#[test]
fn who_retires_without_keys_makes_nobody_fewer() {
	let mut claims = vec![claim(ValidatorState::Seated { since: 0 }); 4];
	claims.push(Claim {
		keys: false,
		..claim(ValidatorState::Retiring)
	});
	plan(&mut claims, &terms(), 9);
	assert_eq!(
		claims.last().map(|claim| claim.state),
		Some(ValidatorState::Left { free: 29 })
	);
	// The control: with keys, it stays where it is needed.
	let mut claims = vec![claim(ValidatorState::Seated { since: 0 }); 3];
	claims.push(claim(ValidatorState::Retiring));
	plan(&mut claims, &terms(), 9);
	assert_eq!(claims.last().map(|claim| claim.state), Some(ValidatorState::Retiring));
}

#[test]
fn who_waits_without_keys_is_passed_over() {
	let mut claims = vec![claim(ValidatorState::Waiting); 2];
	claims[0].keys = false;
	plan(&mut claims, &terms(), 9);
	assert_eq!(claims[0].state, ValidatorState::Waiting);
	assert_eq!(claims[1].state, ValidatorState::Seated { since: 9 });
}
