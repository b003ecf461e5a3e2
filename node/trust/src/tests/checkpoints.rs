// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;
use std::convert::Infallible;

fn at(number: BlockNumber, hash: u8) -> Checkpoint {
	Checkpoint {
		number,
		hash: Hash::repeat_byte(hash),
		set_id: 0,
		genesis: None,
	}
}

fn known(all: &[Checkpoint]) -> Checkpoints {
	let mut checkpoints = Checkpoints::default();
	for checkpoint in all {
		checkpoints.add(*checkpoint).expect("they do not contradict each other");
	}
	checkpoints
}

#[test]
fn checkpoints_are_kept_in_order_and_none_that_contradicts_another() {
	let mut checkpoints = known(&[at(9, 1), at(7, 1), at(7, 1)]);
	let numbers: Vec<_> = checkpoints.iter().map(|checkpoint| checkpoint.number).collect();
	assert_eq!((numbers, checkpoints.newest()), (vec![7, 9], Some(at(9, 1))));
	let of_another_set = Checkpoint { set_id: 1, ..at(7, 1) };
	for other in [at(7, 2), of_another_set] {
		let refusal = checkpoints.add(other).expect_err("there is one at this height");
		assert!(refusal.contains("contradict each other at block 7"), "{refusal}");
	}
	assert_eq!(checkpoints, known(&[at(7, 1), at(9, 1)]), "nothing was added");
	checkpoints.add(at(0, 1)).expect_err("nobody vouches for genesis");
}

#[test]
fn checkpoint_of_another_network_is_refused() {
	let own = Checkpoint {
		genesis: Some(Hash::repeat_byte(1)),
		..at(7, 7)
	};
	let checkpoints = known(&[at(3, 3), own]);
	assert_eq!(checkpoints.ensure_network(Hash::repeat_byte(1)), Ok(()), "the control");
	assert!(checkpoints.ensure_network(Hash::repeat_byte(2)).is_err());
}

#[test]
fn at_the_height_of_a_checkpoint_no_other_block_is_imported() {
	let checkpoints = known(&[at(3, 3), at(7, 7)]);
	// One is there already, and so is another block.
	let mut fork_blocks = vec![(7, Hash::repeat_byte(7)), (5, Hash::repeat_byte(5))];
	assert_eq!(checkpoints.add_to(&mut fork_blocks), Ok(()));
	assert_eq!(
		fork_blocks,
		[(7, 7), (5, 5), (3, 3)].map(|(number, hash)| (number, Hash::repeat_byte(hash)))
	);
	let refusal = checkpoints.add_to(&mut vec![(7, Hash::repeat_byte(9))]);
	assert!(refusal.is_err_and(|refusal| refusal.contains("contradict the checkpoint block 7")));
}

/// How a chain stands to checkpoints at 3 and 7 that has these blocks, of which it has downloaded the history from `from` on.
fn standing(finalised: BlockNumber, from: BlockNumber, hash: impl Fn(BlockNumber) -> u8) -> Standing {
	let hash_at = |number: BlockNumber| {
		let found = (number >= from).then(|| Hash::repeat_byte(hash(number)));
		Ok::<_, Infallible>(found)
	};
	let standing = known(&[at(3, 3), at(7, 7)]).standing(finalised, hash_at);
	standing.unwrap_or_else(|never| match never {})
}

#[test]
fn chain_stands_to_the_newest_checkpoint_and_none_may_be_contradicted() {
	let own = |number: BlockNumber| u8::try_from(number).expect("it is a short chain");
	for (finalised, from, expected) in [
		(0, 0, Standing::Behind),
		(6, 0, Standing::Behind),
		(7, 0, Standing::Reached),
		(99, 0, Standing::Reached),
		// After warp synchronisation: the newest one decides, once it is downloaded.
		(99, 8, Standing::Behind),
		(99, 5, Standing::Reached),
	] {
		assert_eq!(standing(finalised, from, own), expected, "{finalised}, from {from}");
	}
	let elsewhere = |checkpoint, found| Standing::Elsewhere {
		checkpoint,
		found: Hash::repeat_byte(found),
	};
	assert_eq!(standing(99, 0, |_| 9), elsewhere(at(3, 3), 9));
	assert_eq!(standing(3, 0, |_| 9), elsewhere(at(3, 3), 9), "before it reaches the newest");
	assert_eq!(standing(99, 5, |_| 9), elsewhere(at(7, 7), 9));
	assert_eq!(standing(2, 0, |_| 9), Standing::Behind, "nobody can tell yet");
}

#[test]
fn chain_that_cannot_be_read_stands_nowhere() {
	let unreadable = known(&[at(3, 3)]).standing(3, |_| Err("the disk is gone"));
	assert_eq!(unreadable, Err("the disk is gone"));
}
