// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;

fn marks(floor: Option<(SetId, RoundNumber)>, slot: Option<u64>) -> Marks {
	Marks {
		slot,
		floor,
		..Marks::default()
	}
}

fn ledger(round: RoundNumber, searched: u32) -> Ledger {
	Ledger {
		set: 3,
		round: Some(round),
		searched,
		..Ledger::default()
	}
}

fn wait(round: RoundNumber, certain: bool) -> Verdict {
	Verdict::Wait(Wait { set: 3, round, certain })
}

#[test]
fn fresh_network_and_one_that_restarts_as_a_whole_begin_at_once() {
	let fresh = Ledger::default();
	assert_eq!(judge(&marks(None, None), Origin::Missing, &fresh), Verdict::Open);
	assert_eq!(
		judge(&marks(Some((3, 20)), Some(7)), Origin::InPlace, &ledger(20, 0)),
		Verdict::Open
	);
	assert_eq!(
		judge(&marks(Some((4, 1)), Some(7)), Origin::InPlace, &ledger(20, 0)),
		Verdict::Open
	);
}

#[test]
fn vote_or_block_that_the_guard_does_not_know_makes_it_wait() {
	let known = marks(Some((3, 20)), Some(7));
	let voted = Ledger {
		own_round: Some(30),
		..ledger(31, 2)
	};
	assert_eq!(judge(&known, Origin::InPlace, &voted), wait(33, true));
	let authored = Ledger {
		own_slot: Some(8),
		..ledger(20, 0)
	};
	assert_eq!(judge(&known, Origin::InPlace, &authored), wait(22, true));
	assert_eq!(
		judge(&marks(None, None), Origin::Missing, &voted),
		wait(33, true),
		"no file is as an old one"
	);
}

#[test]
fn few_rounds_without_a_vote_prove_nothing_and_many_do() {
	let known = marks(Some((3, 20)), None);
	assert_eq!(judge(&known, Origin::InPlace, &ledger(22, 2)), wait(24, false));
	assert_eq!(judge(&known, Origin::InPlace, &ledger(90, SEARCHED_ROUNDS)), Verdict::Open);
	let searched = Marks {
		searched: Some((3, 22)),
		..known
	};
	assert_eq!(judge(&searched, Origin::InPlace, &ledger(22, 2)), Verdict::Open);
}

#[test]
fn copy_waits_though_the_ledger_shows_nothing() {
	let known = marks(Some((3, 20)), None);
	assert_eq!(judge(&known, Origin::Copied, &ledger(20, 0)), wait(22, false));
	assert_eq!(judge(&known, Origin::InPlace, &ledger(20, 0)), Verdict::Open, "the control");
}
