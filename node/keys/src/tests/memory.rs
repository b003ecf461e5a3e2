// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;
use crate::guard::Guard;

const KEY: Key = [1; 32];
const BLOCK: H256 = H256([9; 32]);
const SET: SetId = 3;

fn stored(completed: RoundNumber, current: &[(RoundNumber, HasVoted)]) -> Vec<u8> {
	let completed = Completed {
		rounds: vec![CompletedRound {
			number: completed,
			state: State {
				prevote_ghost: Some((BLOCK, 4)),
				finalized: Some((BLOCK, 4)),
				estimate: Some((BLOCK, 4)),
				completable: true,
			},
			base: (BLOCK, 4),
			votes: Vec::new(),
		}],
		set: SET,
		voters: vec![KEY],
	};
	let current = current.iter().cloned().collect();
	VoterState::Live { completed, current }.encode()
}

fn prevote(target: H256) -> Prevote<H256, BlockNumber> {
	Prevote {
		target_hash: target,
		target_number: 5,
	}
}

/// After a prevote for a block in round 8.
fn marks() -> Marks {
	let directory = tempfile::tempdir().expect("the temporary directory is writable");
	let guard = Guard::new(directory.path(), H256::zero()).expect("a fresh directory");
	guard.open_up().expect("the disk has room");
	let vote = Vote {
		key: KEY,
		set: SET,
		round: 8,
		kind: Kind::Prevote,
		target: BLOCK,
		number: 5,
	};
	guard.admit_vote(&vote).expect("nothing speaks against it");
	guard.marks()
}

#[test]
fn vote_that_the_database_lost_is_put_back() {
	let lost = stored(7, &[(8, HasVoted::No)]);
	let kept = stored(7, &[(8, HasVoted::Yes(KEY, Voted::Prevote(None, prevote(BLOCK))))]);
	assert_eq!(recall(&lost, &marks()).as_deref(), Some(&kept[..]));
	assert_eq!(recall(&kept, &marks()), None, "nothing is missing");
	assert!(!follows(Some(&lost), &marks(), SET));
	assert!(follows(Some(&kept), &marks(), SET));
}

#[test]
fn vote_in_a_round_that_is_over_is_not_needed() {
	let over = stored(8, &[(9, HasVoted::No)]);
	assert_eq!(recall(&over, &marks()), None);
	assert!(follows(Some(&over), &marks(), SET));
}

#[test]
fn memory_of_another_set_follows_a_guard_of_an_earlier_one_only() {
	let memory = stored(7, &[(8, HasVoted::No)]);
	let later = Marks {
		floor: Some((SET + 1, 2)),
		..Marks::default()
	};
	assert!(!follows(Some(&memory), &later, SET));
	let earlier = Marks {
		floor: Some((SET - 1, 40)),
		..Marks::default()
	};
	assert!(follows(Some(&memory), &earlier, SET));
	assert!(!follows(None, &earlier, SET));
	assert!(follows(None, &Marks::default(), SET), "nothing was signed");
}

#[test]
fn what_is_not_understood_is_left_alone() {
	let mut longer = stored(7, &[(8, HasVoted::No)]);
	longer.push(0);
	assert_eq!(recall(&longer, &marks()), None);
	assert_eq!(recall(&[], &marks()), None);
	assert!(!follows(Some(&longer), &marks(), SET));
}
