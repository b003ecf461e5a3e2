// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Proofs as nodes make them, of a network whose set of authorities changes twice, and of an attacker who has all keys that there ever were. What
//! is believed without checkpoints, the SDK's own verifier says.

use super::*;
use crate::Checkpoint;
use codec::Encode;
use finality_grandpa::{Message, Precommit, SignedPrecommit};
use sc_client_api::in_mem::Backend;
use sc_consensus_grandpa::{warp_proof::NetworkProvider, AuthoritySet};
use sp_consensus_grandpa::{AuthorityList, Commit, ConsensusLog, GrandpaJustification, ScheduledChange, GRANDPA_ENGINE_ID};
use sp_keyring::Ed25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::{generic::Digest, DigestItem};
use std::sync::Arc;

type Header = chirograph_runtime::Header;

/// Heights of the last block of Alice's set, of Bob's, and of the newest block, which is by Charlie's.
const CHANGES: [BlockNumber; 2] = [5, 9];
const NEWEST: BlockNumber = 20;
/// Who is alone in the set of that number.
const SETS: [Ed25519Keyring; 3] = [Alice, Bob, Charlie];
/// Makes the network's history, and another one.
const OWN: u8 = 1;
const ATTACKER: u8 = 2;

fn authorities(of: Ed25519Keyring) -> AuthorityList {
	vec![(of.public().into(), 1)]
}

/// A block of somebody's history. The last one of a set names the next.
fn header(number: BlockNumber, history: u8) -> Header {
	let next = CHANGES.iter().position(|change| *change == number).map(|set| SETS[set + 1]);
	let log = next.map(|next| {
		let next_authorities = authorities(next);
		let change: ConsensusLog<BlockNumber> = ConsensusLog::ScheduledChange(ScheduledChange {
			next_authorities,
			delay: 0,
		});
		DigestItem::Consensus(GRANDPA_ENGINE_ID, change.encode())
	});
	Header {
		parent_hash: Hash::repeat_byte(history),
		number,
		state_root: Hash::zero(),
		extrinsics_root: Hash::zero(),
		digest: Digest {
			logs: log.into_iter().collect(),
		},
	}
}

/// That block, final by the votes of all of the set that it is of.
fn fragment(number: BlockNumber, history: u8) -> WarpSyncFragment<Block> {
	let set = CHANGES.iter().filter(|change| **change < number).count();
	let (header, signer) = (header(number, history), SETS[set]);
	let precommit = Precommit {
		target_hash: header.hash(),
		target_number: number,
	};
	let payload = sp_consensus_grandpa::localized_payload(1, set as u64, &Message::Precommit(precommit.clone()));
	let commit: Commit<Header> = finality_grandpa::Commit {
		target_hash: header.hash(),
		target_number: number,
		precommits: vec![SignedPrecommit {
			precommit,
			signature: signer.sign(&payload).into(),
			id: signer.public().into(),
		}],
	};
	let justification: GrandpaJustification<Header> = GrandpaJustification {
		round: 1,
		commit,
		votes_ancestries: Vec::new(),
	};
	WarpSyncFragment {
		header,
		justification: justification.into(),
	}
}

/// These blocks of one history; the end of it, or not.
fn proof(numbers: &[BlockNumber], history: u8, is_finished: bool) -> EncodedProof {
	let fragments: Vec<_> = numbers.iter().map(|number| fragment(*number, history)).collect();
	EncodedProof((fragments, is_finished).encode())
}

fn whole(history: u8) -> EncodedProof {
	proof(&[CHANGES[0], CHANGES[1], NEWEST], history, true)
}

/// A block that the council vouches for, of the network's history.
fn checkpoint(number: BlockNumber, set_id: u64) -> Checkpoint {
	Checkpoint {
		number,
		hash: header(number, OWN).hash(),
		set_id,
		genesis: None,
	}
}

/// What a node does that has nothing but genesis and these checkpoints.
fn verifier(checkpoints: &[Checkpoint]) -> Box<dyn Verifier<Block>> {
	// As the database has it, since nobody else makes one: Alice's set is the first, and no change of it is pending or known.
	let (none, no_block) = (Vec::<()>::new(), None::<BlockNumber>);
	let stored = (authorities(Alice), 0u64, (&none, no_block), &none, &none).encode();
	let genesis: AuthoritySet<Hash, BlockNumber> = DecodeAll::decode_all(&mut &stored[..]).expect("it is laid out so");
	let genesis = SharedAuthoritySet::from(genesis);
	let provider: NetworkProvider<Block, Backend<Block>> =
		NetworkProvider::new(Arc::new(Backend::new()), genesis.clone(), Vec::new());
	let mut known = Checkpoints::default();
	for checkpoint in checkpoints {
		known.add(*checkpoint).expect("they do not contradict each other");
	}
	CheckedWarp::new(provider, genesis, known).create_verifier()
}

/// The newest block that proofs lead to, of which each is believed; or why one is not.
fn lead_to(checkpoints: &[Checkpoint], proofs: &[EncodedProof]) -> Result<Option<Header>, String> {
	let mut verifier = verifier(checkpoints);
	let mut newest = None;
	for proof in proofs {
		match verifier.verify(proof).map_err(|error| error.to_string())? {
			VerificationResult::Complete(header, _) => newest = Some(header),
			VerificationResult::Partial(_) => {},
		}
	}
	Ok(newest)
}

#[track_caller]
fn refused(checkpoints: &[Checkpoint], proofs: &[EncodedProof], reason: &str) {
	let refusal = lead_to(checkpoints, proofs).expect_err("it is not to be believed");
	assert!(refusal.contains(reason), "{refusal}");
}

#[test]
fn history_made_with_old_keys_is_believed_without_a_checkpoint_and_refused_with_it() {
	let (own, other) = (header(NEWEST, OWN), header(NEWEST, ATTACKER));
	assert_eq!(lead_to(&[], &[whole(OWN)]), Ok(Some(own.clone())));
	assert_eq!(lead_to(&[], &[whole(ATTACKER)]), Ok(Some(other)), "the control");
	for (number, set) in [(CHANGES[0], 0), (CHANGES[1], 1), (NEWEST, 2)] {
		let known = [checkpoint(number, set)];
		assert_eq!(lead_to(&known, &[whole(OWN)]), Ok(Some(own.clone())), "{number}");
		refused(&known, &[whole(ATTACKER)], "in the place of the checkpoint");
	}
	let all = [checkpoint(CHANGES[0], 0), checkpoint(CHANGES[1], 1), checkpoint(NEWEST, 2)];
	assert_eq!(lead_to(&all, &[whole(OWN)]), Ok(Some(own)));
}

#[test]
fn sets_are_counted_through_the_changes_that_a_proof_shows() {
	// A block that changes the set is final by the old one, and the next one by the new.
	for (number, set) in [(1, 0), (5, 0), (6, 1), (8, 1), (9, 1), (10, 2), (20, 2)] {
		let right = lead_to(&[checkpoint(number, set)], &[whole(OWN)]);
		assert_eq!(right, Ok(Some(header(NEWEST, OWN))), "{number}");
		let reason = format!(
			"set {set} of authorities finalises its block {number}, and set {} finalised",
			set + 1
		);
		refused(&[checkpoint(number, set + 1)], &[whole(OWN)], &reason);
	}
}

#[test]
fn sets_are_counted_on_where_the_proof_before_ended() {
	let first = || proof(&CHANGES[..1], OWN, false);
	let rest = |history| proof(&[CHANGES[1], NEWEST], history, true);
	let known = [checkpoint(CHANGES[1], 1)];
	assert_eq!(lead_to(&known, &[first(), rest(OWN)]), Ok(Some(header(NEWEST, OWN))));
	refused(&known, &[first(), rest(ATTACKER)], "in the place of the checkpoint");
	refused(
		&[checkpoint(CHANGES[1], 0)],
		&[first(), rest(OWN)],
		"set 1 of authorities finalises",
	);
	refused(&known, &[first(), first()], "block 5 comes behind block 5");
}

#[test]
fn proof_that_was_refused_is_forgotten_and_another_peer_s_is_believed() {
	let mut verifier = verifier(&[checkpoint(CHANGES[1], 1)]);
	// Refused for the checkpoint; and, in its order of heights, for signatures that are not by the set.
	assert!(verifier.verify(&whole(ATTACKER)).is_err());
	let unsigned = {
		let mut fragments = vec![fragment(CHANGES[0], OWN), fragment(CHANGES[1], OWN)];
		fragments[0].justification.justification.commit.precommits.clear();
		EncodedProof((fragments, false).encode())
	};
	assert!(verifier.verify(&unsigned).is_err());
	assert!(matches!(verifier.verify(&whole(OWN)), Ok(VerificationResult::Complete(..))));
}

#[test]
fn proof_that_ends_below_the_newest_checkpoint_is_refused() {
	let ahead = |number| [checkpoint(CHANGES[0], 0), checkpoint(number, 2)];
	assert!(lead_to(&ahead(NEWEST), &[whole(OWN)]).is_ok(), "the control");
	refused(&ahead(NEWEST + 1), &[whole(OWN)], "it ends at block 20, below the checkpoint");
	// Only a part of it so far.
	let part = proof(&CHANGES, OWN, false);
	assert_eq!(lead_to(&ahead(NEWEST + 1), &[part]), Ok(None));
}

#[test]
fn proof_in_disorder_and_noise_are_refused() {
	refused(
		&[],
		&[proof(&[CHANGES[1], CHANGES[0], NEWEST], OWN, true)],
		"block 5 comes behind block 9",
	);
	refused(&[], &[EncodedProof(vec![1, 2, 3])], "it cannot be read");
	let mut longer = whole(OWN);
	longer.0.push(0);
	refused(&[], &[longer], "it cannot be read");
}
