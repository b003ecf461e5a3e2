// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;
use crate::{judge, Ledger, Verdict};
use proptest::prelude::*;
use std::collections::HashMap;
use tempfile::TempDir;

const GENESIS: H256 = H256([7; 32]);

fn directory() -> TempDir {
	tempfile::tempdir().expect("the temporary directory is writable")
}

fn vote(set: SetId, round: RoundNumber, kind: Kind, target: u8) -> Vote {
	Vote {
		key: [1; 32],
		set,
		round,
		kind,
		target: H256([target; 32]),
		number: target.into(),
	}
}

fn closed(directory: &Path) -> Guard {
	Guard::new(directory, GENESIS).expect("it is sound, and nobody else has it")
}

fn open(directory: &Path) -> Guard {
	let guard = closed(directory);
	guard.open_up().expect("the disk has room");
	guard
}

#[test]
fn second_vote_for_another_block_is_refused_and_the_same_one_is_not() {
	let directory = directory();
	let guard = open(directory.path());
	let signed = vote(3, 5, Kind::Prevote, 1);
	let asked = vote(3, 5, Kind::Prevote, 2);
	assert_eq!(guard.admit_vote(&signed), Ok(()));
	assert_eq!(guard.admit_vote(&signed), Ok(()));
	assert_eq!(
		guard.admit_vote(&vote(3, 5, Kind::Precommit, 2)),
		Ok(()),
		"another kind of vote"
	);
	let refusal = Refusal::OtherTarget {
		signed: Box::new(signed),
		asked: Box::new(asked.clone()),
	};
	assert_eq!(guard.admit_vote(&asked), Err(refusal));
	assert_eq!(guard.refused(), 1);
}

#[test]
fn guard_remembers_after_a_restart() {
	let directory = directory();
	drop({
		let guard = open(directory.path());
		guard
			.admit_vote(&vote(0, 1, Kind::Prevote, 1))
			.expect("nothing speaks against it");
		guard.admit_slot(9).expect("nothing speaks against it");
		guard
	});
	let guard = open(directory.path());
	assert_eq!(guard.origin(), Origin::InPlace);
	assert!(matches!(
		guard.admit_vote(&vote(0, 1, Kind::Prevote, 2)),
		Err(Refusal::OtherTarget { .. })
	));
	assert_eq!(guard.admit_slot(9), Err(Refusal::Slot { signed: 9, asked: 9 }));
	assert_eq!(guard.admit_slot(8), Err(Refusal::Slot { signed: 9, asked: 8 }));
	assert_eq!(guard.admit_slot(10), Ok(()));
}

#[test]
fn earlier_round_is_signed_once_and_an_earlier_set_never() {
	let directory = directory();
	let guard = open(directory.path());
	guard
		.admit_vote(&vote(1, 9, Kind::Prevote, 1))
		.expect("nothing speaks against it");
	// GRANDPA finishes a round in the background after it caught up.
	assert_eq!(guard.admit_vote(&vote(1, 5, Kind::Precommit, 1)), Ok(()));
	assert!(matches!(
		guard.admit_vote(&vote(1, 5, Kind::Precommit, 2)),
		Err(Refusal::OtherTarget { .. })
	));
	assert!(matches!(
		guard.admit_vote(&vote(0, 99, Kind::Prevote, 1)),
		Err(Refusal::TooEarly { set: 1, round: 0, .. })
	));
}

#[test]
fn what_is_forgotten_is_refused() {
	let directory = directory();
	let guard = open(directory.path());
	let rounds = u64::try_from(ROUNDS).expect("small");
	for round in 1..=rounds + 1 {
		guard
			.admit_vote(&vote(0, round, Kind::Prevote, 1))
			.expect("nothing speaks against it");
	}
	assert!(matches!(
		guard.admit_vote(&vote(0, 1, Kind::Prevote, 1)),
		Err(Refusal::TooEarly { round: 1, .. })
	));
	assert_eq!(guard.admit_vote(&vote(0, 2, Kind::Prevote, 1)), Ok(()));
}

#[test]
fn closed_guard_admits_nothing() {
	let directory = directory();
	let guard = closed(directory.path());
	assert!(!guard.is_open());
	assert_eq!(guard.admit_vote(&vote(0, 1, Kind::Prevote, 1)), Err(Refusal::Closed));
	assert_eq!(guard.admit_slot(1), Err(Refusal::Closed));
	guard.open_up().expect("the disk has room");
	assert_eq!(guard.admit_slot(1), Ok(()));
}

#[test]
fn raised_floor_closes_what_is_not_after_it() {
	let directory = directory();
	let guard = open(directory.path());
	guard.raise(2, 7).expect("the disk has room");
	assert!(matches!(
		guard.admit_vote(&vote(2, 7, Kind::Prevote, 1)),
		Err(Refusal::TooEarly { set: 2, round: 7, .. })
	));
	assert_eq!(guard.admit_vote(&vote(2, 8, Kind::Prevote, 1)), Ok(()));
}

#[test]
fn second_node_with_the_same_guard_does_not_start() {
	let directory = directory();
	let guard = open(directory.path());
	assert!(matches!(Guard::new(directory.path(), GENESIS), Err(Error::InUse(_))));
	drop(guard);
	open(directory.path());
}

#[test]
fn damaged_file_is_refused_and_a_line_cut_short_is_not() {
	let directory = directory();
	let guard = open(directory.path());
	guard.admit_slot(9).expect("nothing speaks against it");
	drop(guard);
	let path = directory.path().join(FILE);
	let whole = fs::read(&path).expect("it was written");

	let line = Record::Slot(99).line();
	let cut_short = [&whole[..], &line.as_bytes()[..line.len() - 1]].concat();
	fs::write(&path, cut_short).expect("the directory is writable");
	assert_eq!(Guard::show(directory.path()).expect("it is sound").slot, Some(9));

	let mut changed = whole.clone();
	let digit = whole.len() - 20;
	changed[digit] = if changed[digit] == b'0' { b'1' } else { b'0' };
	fs::write(&path, changed).expect("the directory is writable");
	assert!(matches!(
		Guard::new(directory.path(), GENESIS),
		Err(Error::Corrupt { line: 2, .. })
	));

	fs::write(&path, "").expect("the directory is writable");
	assert!(matches!(
		Guard::new(directory.path(), GENESIS),
		Err(Error::Corrupt { line: 1, .. })
	));
}

#[test]
fn file_of_another_network_is_refused() {
	let directory = directory();
	drop(open(directory.path()));
	assert!(matches!(
		Guard::new(directory.path(), H256::zero()),
		Err(Error::OtherNetwork { .. })
	));
}

#[test]
fn copy_is_known_as_one_until_the_guard_opens() {
	let directory = directory();
	let path = directory.path().join(FILE);
	let guard = open(directory.path());
	assert_eq!(guard.origin(), Origin::Missing);
	drop(guard);
	let backup = fs::read(&path).expect("it was written");
	// Another file keeps the number of the one that is replaced from being given out again.
	fs::rename(&path, directory.path().join("kept")).expect("the directory is writable");
	fs::write(&path, backup).expect("the directory is writable");
	assert_eq!(closed(directory.path()).origin(), Origin::Copied);
	assert_eq!(open(directory.path()).origin(), Origin::Copied);
	assert_eq!(open(directory.path()).origin(), Origin::InPlace);
}

#[test]
fn what_an_operator_closes_counts_as_known() {
	let directory = directory();
	assert!(matches!(Guard::existing(directory.path()), Err(Error::Missing(_))));
	drop(closed(directory.path()));
	let ledger = Ledger {
		set: 3,
		round: Some(9),
		own_round: Some(9),
		searched: 1,
		own_slot: Some(7),
	};
	let judged = || {
		let marks = Guard::show(directory.path()).expect("it is sound");
		judge(&marks, Origin::Copied, &ledger)
	};
	assert!(matches!(judged(), Verdict::Wait(wait) if wait.certain), "the control");
	drop({
		let guard = Guard::existing(directory.path()).expect("it was made");
		guard.raise(3, 9).expect("the disk has room");
		guard.searched(3, 9).expect("the disk has room");
		guard.raise_slot(7).expect("the disk has room");
		guard
	});
	assert_eq!(judged(), Verdict::Open);
	let guard = open(directory.path());
	assert!(guard.admit_vote(&vote(3, 9, Kind::Prevote, 1)).is_err());
	assert_eq!(guard.admit_vote(&vote(3, 10, Kind::Prevote, 1)), Ok(()));
}

#[test]
fn long_file_is_written_anew_and_says_the_same() {
	let directory = directory();
	let guard = open(directory.path());
	let records = u64::try_from(RECORDS).expect("small");
	for slot in 0..=records {
		guard.raise_slot(slot).expect("the disk has room");
	}
	assert!(guard.state().records < RECORDS);
	assert_eq!(Guard::show(directory.path()).expect("it is sound"), guard.marks());
}

/// What happens to a validator.
#[derive(Clone, Debug)]
enum Happening {
	Vote(Vote),
	/// The node ends and is started again.
	Restart,
	/// The guard's file is put aside.
	Backup,
	/// The last one is put back, and the ledger shows up to which round this validator has voted.
	Restore,
}

fn kind() -> impl Strategy<Value = Kind> {
	prop_oneof![Just(Kind::Propose), Just(Kind::Prevote), Just(Kind::Precommit)]
}

fn happening() -> impl Strategy<Value = Happening> {
	prop_oneof![
		12 => (0u64..3, 1u64..12, kind(), 0u8..3).prop_map(|(set, round, kind, target)| Happening::Vote(vote(set, round, kind, target))),
		2 => Just(Happening::Restart),
		1 => Just(Happening::Backup),
		1 => Just(Happening::Restore),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn no_two_votes_of_one_kind_in_one_round_are_ever_signed(happenings in prop::collection::vec(happening(), 1..60)) {
		let directory = directory();
		let path = directory.path().join(FILE);
		let mut signed: HashMap<(SetId, RoundNumber, Kind), H256> = HashMap::new();
		let mut backup = None;
		let mut guard = Some(open(directory.path()));
		for happening in happenings {
			match happening {
				Happening::Vote(vote) => {
					let Some(guard) = &guard else { continue };
					if guard.admit_vote(&vote).is_ok() {
						let before = signed.insert(vote.place(), vote.target);
						prop_assert!(before.is_none_or(|before| before == vote.target), "{vote:?} after {before:?}");
					}
				},
				Happening::Restart => {
					drop(guard.take());
					guard = Some(open(directory.path()));
				},
				Happening::Backup => backup = Some(fs::read(&path).expect("the guard wrote it")),
				Happening::Restore => {
					let Some(backup) = &backup else { continue };
					drop(guard.take());
					fs::write(&path, backup).expect("the directory is writable");
					let restored = closed(directory.path());
					let latest = signed.keys().map(|(set, round, _)| (*set, *round)).max();
					if let Some((set, round)) = latest {
						restored.raise(set, round).expect("the disk has room");
					}
					restored.open_up().expect("the disk has room");
					guard = Some(restored);
				},
			}
		}
	}
}

/// Without what the ledger shows, an old file signs twice: the rules above are needed.
#[test]
fn old_file_that_nobody_compares_with_the_ledger_signs_twice() {
	let directory = directory();
	let path = directory.path().join(FILE);
	let guard = open(directory.path());
	let backup = fs::read(&path).expect("the guard wrote it");
	assert_eq!(guard.admit_vote(&vote(0, 1, Kind::Prevote, 1)), Ok(()));
	drop(guard);
	fs::write(&path, backup).expect("the directory is writable");
	assert_eq!(open(directory.path()).admit_vote(&vote(0, 1, Kind::Prevote, 2)), Ok(()));
}
