// SPDX-License-Identifier: Apache-2.0

//! From a trusted block to the one whose state is shown.

use super::{fault, made, made_with, votes, Made};
use crate::{
	bundle::{Bundle, Change},
	document::{Bytes, Hash},
	finality::{AuthoritySet, Justification, JustificationFault},
	header::{ChangeFault, ConsensusLog, DigestItem, Header, ScheduledChange, GRANDPA},
	state::{keys, StateFault},
	testing::{Content, Network},
	verdict::{Fault, Which},
	verify, Question, Trust,
};
use codec::Encode;
use sp_core::Pair;

/// A deed, and three changes of the authorities between it and the block that shows it.
fn made_long_ago() -> (Made, u32) {
	let made = made();
	let Made {
		mut network, document, ..
	} = made;
	for authorities in [5, 3, 6] {
		network.rotate(authorities);
		network.seal();
	}
	let shown = network.seal();
	let bundle = network.bundle(Content::Record(&document), 0, shown);
	let made = Made {
		network,
		document,
		bundle,
	};
	(made, shown)
}

#[test]
fn a_bundle_reaches_across_three_changes_of_the_authorities() {
	let (made, shown) = made_long_ago();
	assert_eq!(made.bundle.finality.changes.len(), 3);
	let verdict = made.verdict(&made.bundle);
	assert!(verdict.is_proven(), "{verdict:#?}");
	let facts = verdict.facts().expect("is proven");
	assert_eq!((facts.as_of.number, facts.finality.changes), (shown, 3));
	assert_eq!(facts.finality.votes.map(|votes| (votes.set, votes.voters)), Some((3, 6)));
}

#[test]
fn a_bundle_of_another_network_is_refused() {
	let made = made();
	let other = Network::new(5);
	let verdict = verify(&made.bundle.canonical(), &other.trust(), &Question::default());
	assert_eq!(
		fault(verdict),
		Fault::OtherNetwork {
			expected: Hash(other.genesis()),
			found: Hash(made.network.genesis()),
		}
	);
	let refused = made.altered(|bundle| bundle.network = other.genesis());
	assert!(matches!(refused, Fault::OtherNetwork { .. }), "{refused:?}");
}

#[test]
fn a_bundle_that_starts_at_an_unknown_block_is_refused() {
	let (made, shown) = made_long_ago();
	let from_checkpoint = made.network.bundle(Content::Record(&made.document), 3, shown);
	let verify = |trust: &Trust| verify(&from_checkpoint.canonical(), trust, &Question::default());
	let (number, hash) = (3, made.header(3).hash());
	assert_eq!(fault(verify(&made.network.trust())), Fault::UnknownAnchor { number, hash });
	let trust = |hash| Trust {
		checkpoints: vec![Hash([7; 32]), hash],
		..made.network.trust()
	};
	assert_eq!(
		fault(verify(&trust(made.header(4).hash()))),
		Fault::UnknownAnchor { number, hash }
	);
	assert!(verify(&trust(hash)).is_proven(), "the control");
	// A checkpoint that hands over to other authorities is followed by those.
	let at_change = made
		.network
		.blocks
		.iter()
		.position(|block| block.hands_over)
		.expect("there is one") as u32;
	let bundle = made.network.bundle(Content::Record(&made.document), at_change, shown);
	assert_eq!(bundle.finality.changes.len(), 2);
	let verdict = super::verify(
		&bundle.canonical(),
		&trust(made.header(at_change).hash()),
		&Question::default(),
	);
	assert!(verdict.is_proven(), "{verdict:#?}");
}

#[test]
fn the_trusted_block_itself_needs_no_votes_and_has_none() {
	let made = made();
	let bundle = made.network.bundle(Content::Record(&made.document), 3, 3);
	let trust = Trust {
		checkpoints: vec![made.header(3).hash()],
		..made.network.trust()
	};
	let verify = |bundle: &Bundle| verify(&bundle.canonical(), &trust, &Question::default());
	let verdict = verify(&bundle);
	assert!(verdict.is_proven(), "{verdict:#?}");
	assert_eq!(verdict.facts().and_then(|facts| facts.finality.votes), None);
	let whole = made.network.finality(0, 3);
	for alter in [
		(|bundle, whole| bundle.finality.justification = whole.justification.clone())
			as fn(&mut Bundle, &crate::bundle::Finality),
		|bundle, whole| bundle.finality.anchor.state = whole.anchor.state.clone(),
		|bundle, whole| {
			bundle.finality.changes = vec![Change {
				header: whole.anchor.header.clone(),
				justification: whole.justification.clone().expect("is there"),
			}]
		},
	] {
		let mut altered = bundle.clone();
		alter(&mut altered, &whole);
		assert_eq!(fault(verify(&altered)), Fault::FinalityUnneeded);
	}
	// The control: where it is not the trusted block, all of that is needed.
	let refused = made.altered(|bundle| bundle.finality.justification = None);
	assert_eq!(refused, Fault::JustificationMissing);
}

/// A block that the authorities did not finalise, with another state, on top of one that they did.
fn forked() -> (Made, Network) {
	let mut fork = made_with(|_| (), |_, _| ()).network;
	fork.blocks.truncate(4);
	let document = made().document;
	// Registered for somebody who never was on the finalised chain.
	fork.put(keys::current_set_id(), &0u64);
	fork.state.insert(vec![0xf0; 33], vec![1]);
	let number = fork.seal();
	assert_eq!(number, super::SHOWN);
	let bundle = fork.bundle(Content::Record(&document), 0, number);
	let made = Made { bundle, ..made() };
	(made, fork)
}

#[test]
fn a_block_of_a_fork_is_refused() {
	let (made, fork) = forked();
	assert_ne!(made.header(4).hash(), fork.blocks[4].header.hash());
	let which = Which::Block;
	// Nobody voted for it.
	let refused = made.altered(|bundle| bundle.finality.justification = None);
	assert_eq!(refused, Fault::JustificationMissing);
	// Everybody voted for the other one.
	let refused = made.altered(|bundle| bundle.finality.justification = Some(votes(&made.network, 4, 4)));
	let expected = JustificationFault::OtherBlock {
		expected: fork.blocks[4].header.hash(),
		expected_number: 4,
		found: made.header(4).hash(),
		found_number: 4,
	};
	assert_eq!(refused, Fault::Justification { which, why: expected });
	// Everybody voted for what is below both.
	let refused = made.altered(|bundle| bundle.finality.justification = Some(votes(&made.network, 3, 4)));
	assert!(
		matches!(
			&refused,
			Fault::Justification {
				why: JustificationFault::OtherBlock { .. },
				..
			}
		),
		"{refused:?}"
	);
	// One of four voted for both.
	let refused = made.altered(|bundle| bundle.finality.justification = Some(votes(&fork, 4, 1)));
	assert!(
		matches!(
			&refused,
			Fault::Justification {
				why: JustificationFault::TooFewVotes { .. },
				..
			}
		),
		"{refused:?}"
	);
	// The control: had they finalised it, it would be final.
	let refused = verify(&made.bundle.canonical(), &made.network.trust(), &Question::default());
	assert!(refused.is_proven());
}

#[test]
fn two_thirds_of_the_votes_or_fewer_are_refused_and_more_are_accepted() {
	for authorities in [3, 4, 6, 7, 10] {
		let mut network = Network::new(authorities);
		let owner = super::ada().account();
		network.label(&owner, &[chirograph_primitives::Role::Owner]);
		network.seal();
		let document = super::document("a deed", &owner, chirograph_primitives::Schema::Document);
		network.register(&document.evidence, chirograph_primitives::SignatureScheme::Ecdsa);
		let number = network.seal();
		let bundle = network.bundle(Content::Record(&document), 0, number);
		for voters in 0..=authorities {
			let mut bundle = bundle.clone();
			bundle.finality.justification = Some(votes(&network, number, voters));
			let verdict = verify(&bundle.canonical(), &network.trust(), &document.question());
			if 3 * voters > 2 * authorities {
				assert!(verdict.is_proven(), "{voters} of {authorities}: {verdict:#?}");
				continue;
			}
			let why = JustificationFault::TooFewVotes {
				weight: voters as u64,
				needed: (2 * authorities / 3 + 1) as u64,
				total: authorities as u64,
			};
			let which = Which::Block;
			assert_eq!(
				fault(verdict),
				Fault::Justification { which, why },
				"{voters} of {authorities}"
			);
		}
	}
}

/// The justification of the block that is shown, changed.
fn rejustified(made: &Made, alter: impl FnOnce(&mut Justification)) -> JustificationFault {
	let refused = made.altered(|bundle| {
		let bytes = bundle.finality.justification.take().expect("is there");
		let mut justification = Justification::parse(&bytes.0).expect("is sound");
		alter(&mut justification);
		bundle.finality.justification = Some(Bytes(justification.encode()));
	});
	match refused {
		Fault::Justification {
			which: Which::Block,
			why,
		} => why,
		other => panic!("{other:?}"),
	}
}

#[test]
fn votes_that_do_not_count_are_named() {
	let made = made();
	let why = rejustified(&made, |votes| votes.round += 1);
	assert!(matches!(why, JustificationFault::BadSignature { .. }), "{why:?}");
	let why = rejustified(&made, |votes| votes.precommits[2].signature[5] ^= 1);
	assert!(matches!(why, JustificationFault::BadSignature { .. }), "{why:?}");
	let why = rejustified(&made, |votes| votes.precommits[1] = votes.precommits[0].clone());
	assert!(matches!(why, JustificationFault::VotesTwice { .. }), "{why:?}");
	let why = rejustified(&made, |votes| votes.precommits.reverse());
	assert_eq!(why, JustificationFault::VotesUnordered);
	let outside = |votes: &mut Justification| {
		votes.precommits[3].authority = [0xff; 32];
	};
	let why = rejustified(&made, outside);
	assert_eq!(
		why,
		JustificationFault::OutsideSet {
			authority: Hash([0xff; 32]),
			set: 0
		}
	);
	// The same authorities, of a later set.
	let why = rejustified(&made, |votes| {
		for (vote, pair) in votes.precommits.iter_mut().map(|vote| {
			let pair = made.network.sets[0]
				.iter()
				.find(|pair| pair.public().0 == vote.authority)
				.expect("votes");
			(vote, pair)
		}) {
			let message = crate::finality::Precommit::message(&vote.target, vote.number, votes.round, 1);
			vote.signature = pair.sign(&message).0;
		}
	});
	assert!(matches!(why, JustificationFault::BadSignature { set: 0, .. }), "{why:?}");
	// An equivocation: the same authority for another block of that height.
	let why = rejustified(&made, |votes| {
		let mut other = votes.precommits[0].clone();
		other.target = [1; 32];
		votes.precommits.insert(1, other);
	});
	assert!(matches!(why, JustificationFault::VotesTwice { .. }), "{why:?}");
	let why = rejustified(&made, |votes| votes.ancestries.push(made.header(3).clone()));
	assert_eq!(why, JustificationFault::HeaderUnneeded { number: 3 });
	let refused = made.altered(|bundle| bundle.finality.justification = Some(Bytes(vec![1, 2, 3])));
	assert_eq!(
		refused,
		Fault::Justification {
			which: Which::Block,
			why: JustificationFault::Unreadable
		}
	);
}

#[test]
fn a_change_of_the_authorities_that_is_missing_skipped_or_out_of_order_is_refused() {
	let (made, _) = made_long_ago();
	for left_out in 0..3 {
		let refused = made.altered(|bundle| drop(bundle.finality.changes.remove(left_out)));
		let which = match left_out {
			2 => Which::Block,
			other => Which::Change(other),
		};
		let Fault::Justification { which: found, why } = &refused else {
			panic!("{refused:?}")
		};
		assert_eq!(*found, which);
		assert!(matches!(why, JustificationFault::OutsideSet { .. }), "{why:?}");
	}
	let refused = made.altered(|bundle| bundle.finality.changes.truncate(0));
	assert!(
		matches!(refused, Fault::Justification { which: Which::Block, .. }),
		"{refused:?}"
	);
	let refused = made.altered(|bundle| bundle.finality.changes.swap(0, 1));
	assert!(
		matches!(
			refused,
			Fault::Justification {
				which: Which::Change(0),
				..
			}
		),
		"{refused:?}"
	);
	// Twice: the second time it is no later than before.
	let refused = made.altered(|bundle| {
		let first = bundle.finality.changes[0].clone();
		bundle.finality.changes.insert(1, first);
	});
	assert!(
		matches!(
			refused,
			Fault::OutOfOrder {
				which: Which::Change(1),
				..
			}
		),
		"{refused:?}"
	);
	// One that comes after the block that is shown.
	let early = made.network.bundle(Content::Record(&made.document), 0, 4);
	let mut late = early.clone();
	late.finality.changes = made.bundle.finality.changes.clone();
	late.finality.justification = Some(votes(&made.network, 4, 4));
	let refused = fault(made.verdict(&late));
	assert!(
		matches!(refused, Fault::OutOfOrder { which: Which::Block, .. }),
		"{refused:?}"
	);
	assert!(made.verdict(&early).is_proven(), "the control");
}

/// Even if the same authorities go on: the number of their set is signed.
#[test]
fn a_change_to_the_same_authorities_cannot_be_left_out_either() {
	let mut network = Network::new(1);
	let owner = super::ada().account();
	network.label(&owner, &[chirograph_primitives::Role::Owner]);
	network.seal();
	let document = super::document("a deed", &owner, chirograph_primitives::Schema::Document);
	network.register(&document.evidence, chirograph_primitives::SignatureScheme::Ecdsa);
	network.rotate(1);
	// The second set is the first one, by another number.
	network.sets[1] = network.sets[0].clone();
	let keys: Vec<_> = network.sets[0].iter().map(|pair| (pair.public().0, 1u64)).collect();
	network.put(keys::authorities(), &keys);
	let change = network.blocks.pop().expect("was just made");
	network.put(keys::current_set_id(), &1u64);
	let log = ConsensusLog::Scheduled(ScheduledChange { next: keys, delay: 0 });
	let number = network.seal_with(vec![DigestItem::Consensus(GRANDPA, log.encode())]);
	assert_eq!(number, change.header.number);
	let block = network.blocks.last_mut().expect("was just made");
	(block.set, block.hands_over) = (0, true);
	let shown = network.seal();
	let bundle = network.bundle(Content::Record(&document), 0, shown);
	let verify = |bundle: &Bundle| verify(&bundle.canonical(), &network.trust(), &document.question());
	assert!(verify(&bundle).is_proven(), "the control");
	let mut altered = bundle.clone();
	altered.finality.changes.clear();
	let refused = fault(verify(&altered));
	assert!(
		matches!(
			&refused,
			Fault::Justification {
				why: JustificationFault::BadSignature { set: 0, .. },
				..
			}
		),
		"{refused:?}"
	);
}

/// A finalised block that says this to GRANDPA, put in as the only change.
fn changed(digest: Vec<DigestItem>) -> Fault {
	let Made {
		mut network, document, ..
	} = made();
	let number = network.seal_with(digest);
	let set = network.set();
	let block = network.blocks.last_mut().expect("was just made");
	(block.set, block.hands_over) = (set, true);
	let shown = network.seal();
	assert_eq!(shown, number + 1);
	let bundle = network.bundle(Content::Record(&document), 0, shown);
	assert_eq!(bundle.finality.changes.len(), 1);
	fault(verify(&bundle.canonical(), &network.trust(), &document.question()))
}

fn to_grandpa(log: ConsensusLog) -> DigestItem {
	DigestItem::Consensus(GRANDPA, log.encode())
}

fn scheduled(delay: u32) -> ScheduledChange {
	ScheduledChange {
		next: vec![([3; 32], 1)],
		delay,
	}
}

#[test]
fn a_change_that_is_none_forced_delayed_or_there_twice_is_refused() {
	let which = Which::Change(0);
	for (digest, why) in [
		(vec![], ChangeFault::None),
		(vec![to_grandpa(ConsensusLog::OnDisabled(1))], ChangeFault::None),
		(vec![to_grandpa(ConsensusLog::Forced(1, scheduled(0)))], ChangeFault::Forced),
		(
			vec![to_grandpa(ConsensusLog::Scheduled(scheduled(2)))],
			ChangeFault::Delayed { delay: 2 },
		),
		(
			vec![to_grandpa(ConsensusLog::Scheduled(scheduled(0))); 2],
			ChangeFault::Several,
		),
		(vec![DigestItem::Consensus(GRANDPA, vec![77])], ChangeFault::Unreadable),
	] {
		assert_eq!(changed(digest.clone()), Fault::SetChange { which, why }, "{digest:?}");
	}
	let nobody = ScheduledChange { next: vec![], delay: 0 };
	let refused = changed(vec![to_grandpa(ConsensusLog::Scheduled(nobody))]);
	assert!(
		matches!(
			refused,
			Fault::Authorities {
				which: Which::Change(0),
				..
			}
		),
		"{refused:?}"
	);
	// The control: to others, from whom the votes for the block that is shown are missing.
	let refused = changed(vec![to_grandpa(ConsensusLog::Scheduled(scheduled(0)))]);
	assert!(
		matches!(
			&refused,
			Fault::Justification {
				which: Which::Block,
				why: JustificationFault::OutsideSet { set: 1, .. }
			}
		),
		"{refused:?}"
	);
}

#[test]
fn a_change_that_was_not_finalised_is_refused() {
	let (made, _) = made_long_ago();
	let change = made
		.network
		.blocks
		.iter()
		.position(|block| block.hands_over)
		.expect("there is one") as u32;
	let refused = made.altered(|bundle| bundle.finality.changes[0].justification = votes(&made.network, change, 2));
	let which = Which::Change(0);
	let why = JustificationFault::TooFewVotes {
		weight: 2,
		needed: 3,
		total: 4,
	};
	assert_eq!(refused, Fault::Justification { which, why });
	// The next authorities cannot appoint themselves.
	let header = &made.network.blocks[change as usize].header;
	let own = Bytes(made.network.votes(1, header, 5).encode());
	let refused = made.altered(|bundle| bundle.finality.changes[0].justification = own);
	assert!(
		matches!(
			&refused,
			Fault::Justification {
				why: JustificationFault::OutsideSet { .. },
				..
			}
		),
		"{refused:?}"
	);
	// Nor can a header be exchanged for one that appoints others.
	let mine = Header {
		digest: vec![to_grandpa(ConsensusLog::Scheduled(scheduled(0)))],
		..header.clone()
	};
	let refused = made.altered(|bundle| bundle.finality.changes[0].header = Bytes(mine.encode()));
	assert!(
		matches!(
			&refused,
			Fault::Justification {
				why: JustificationFault::OtherBlock { .. },
				..
			}
		),
		"{refused:?}"
	);
}

#[test]
fn headers_are_whole() {
	let (made, _) = made_long_ago();
	let cut = |bytes: &mut Bytes| bytes.0.truncate(bytes.0.len() - 1);
	for (which, refused) in [
		(Which::Block, made.altered(|bundle| cut(&mut bundle.block))),
		(Which::Anchor, made.altered(|bundle| cut(&mut bundle.finality.anchor.header))),
		(
			Which::Change(1),
			made.altered(|bundle| cut(&mut bundle.finality.changes[1].header)),
		),
	] {
		assert!(
			matches!(refused, Fault::Header { which: found, .. } if found == which),
			"{refused:?}"
		);
	}
}

#[test]
fn the_first_authorities_are_those_of_the_trusted_blocks_state() {
	let made = made();
	let nodes = |keys: &[keys::Key]| made.network.blocks[0].trie.proof(keys);
	let which = Which::Anchor;
	let refused = made.altered(|bundle| bundle.finality.anchor.state = nodes(&[keys::current_set_id()]));
	assert!(
		matches!(
			&refused,
			Fault::State {
				which: Which::Anchor,
				why: StateFault::Missing { .. }
			}
		),
		"{refused:?}"
	);
	let more = nodes(&[
		keys::authorities(),
		keys::current_set_id(),
		vec![0x26, 1],
		vec![0x80],
		vec![0x26, 0xff],
	]);
	let refused = made.altered(|bundle| bundle.finality.anchor.state = more);
	assert!(
		matches!(
			&refused,
			Fault::State {
				which: Which::Anchor,
				why: StateFault::Unneeded { .. }
			}
		),
		"{refused:?}"
	);
	let refused = made.altered(|bundle| bundle.finality.anchor.state.reverse());
	assert_eq!(
		refused,
		Fault::State {
			which,
			why: StateFault::Unordered
		}
	);
	// Those of a later block, which are others.
	let refused = made.altered(|bundle| bundle.finality.anchor.state = made.network.blocks[3].trie.proof(&[keys::authorities()]));
	assert!(
		matches!(
			refused,
			Fault::State {
				which: Which::Anchor,
				..
			}
		),
		"{refused:?}"
	);
}

#[test]
fn a_network_without_authorities_proves_nothing() {
	for (key, value) in [
		(keys::authorities(), Vec::<([u8; 32], u64)>::new().encode()),
		(keys::authorities(), vec![([1u8; 32], 0u64)].encode()),
		(keys::authorities(), vec![1, 2, 3]),
		(keys::current_set_id(), vec![1]),
	] {
		let mut network = Network::new(1);
		network.blocks.clear();
		network.state.insert(key, value);
		network.seal();
		network.seal();
		let content = Content::Absence(chirograph_primitives::Subject([1; 32]));
		let bundle = network.bundle(content, 0, 1);
		let refused = fault(verify(&bundle.canonical(), &network.trust(), &Question::default()));
		let named = matches!(
			&refused,
			Fault::Authorities {
				which: Which::Anchor,
				..
			} | Fault::State {
				which: Which::Anchor,
				why: StateFault::Unreadable { .. }
			}
		);
		assert!(named, "{refused:?}");
	}
	assert!(AuthoritySet::new(0, &[]).is_err());
}
