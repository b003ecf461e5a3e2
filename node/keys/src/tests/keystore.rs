// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;
use codec::Encode;
use finality_grandpa::{Message, Prevote};
use sc_keystore::LocalKeystore;
use sp_core::{crypto::key_types::ACCOUNT, Pair, H256};
use tempfile::TempDir;

struct Validator {
	keys: GuardedKeystore,
	guard: Arc<Guard>,
	grandpa: ed25519::Public,
	babe: sr25519::Public,
	_directory: TempDir,
}

fn validator() -> Validator {
	let directory = tempfile::tempdir().expect("the temporary directory is writable");
	let guard = Arc::new(Guard::new(directory.path(), H256::zero()).expect("a fresh directory"));
	let local = LocalKeystore::in_memory();
	let grandpa = local.ed25519_generate_new(GRANDPA, Some("//Alice")).expect("a sound seed");
	let babe = local.sr25519_generate_new(BABE, Some("//Alice")).expect("a sound seed");
	Validator {
		keys: GuardedKeystore::new(Arc::new(local), Some(guard.clone()), None),
		guard,
		grandpa,
		babe,
		_directory: directory,
	}
}

/// As `sp_consensus_grandpa::localized_payload` has it.
fn prevote(target: u8, round: u64) -> Vec<u8> {
	let vote = Prevote {
		target_hash: H256([target; 32]),
		target_number: 5u32,
	};
	(Message::Prevote(vote), round, 3u64).encode()
}

#[test]
fn second_vote_gets_no_signature() {
	let validator = validator();
	validator.guard.open_up().expect("the disk has room");
	let sign = |payload: &[u8]| validator.keys.ed25519_sign(GRANDPA, &validator.grandpa, payload);
	let signature = sign(&prevote(1, 5)).expect("the first one").expect("the key is there");
	assert!(ed25519::Pair::verify(&signature, prevote(1, 5), &validator.grandpa));
	assert!(sign(&prevote(2, 5)).is_err());
	assert_eq!(sign(&prevote(1, 5)).expect("the same one"), Some(signature));
	assert!(sign(&prevote(2, 6)).is_ok(), "another round");
}

/// The control: without a guard, the same keystore signs both.
#[test]
fn keystore_without_a_guard_signs_twice() {
	let validator = validator();
	let keys = GuardedKeystore {
		guard: None,
		..validator.keys
	};
	for target in [1, 2] {
		let signed = keys.ed25519_sign(GRANDPA, &validator.grandpa, &prevote(target, 5));
		assert!(signed.is_ok_and(|signature| signature.is_some()));
	}
}

#[test]
fn grandpa_key_signs_statements_of_ownership_and_nothing_else_but_votes() {
	let validator = validator();
	let sign = |payload: &[u8]| validator.keys.ed25519_sign(GRANDPA, &validator.grandpa, payload);
	let statement = sp_core::proof_of_possession::statement_of_ownership(&[3; 32]);
	assert!(sign(&statement).is_ok(), "though the guard is closed");
	assert!(sign(b"POP").is_err());
	assert!(sign(&[statement, vec![0; OWNER_BYTES]].concat()).is_err());
	let with_a_tail = [prevote(1, 5), vec![0]].concat();
	assert!(sign(&with_a_tail).is_err());
}

#[test]
fn while_the_guard_is_closed_consensus_has_no_keys_and_others_do() {
	let validator = validator();
	let consensus = validator.keys.for_consensus();
	let both = [(validator.grandpa.0.to_vec(), GRANDPA), (validator.babe.0.to_vec(), BABE)];
	let data = sr25519::vrf::VrfSignData::new(sr25519::vrf::VrfTranscript::new(b"slot", &[]));
	assert!(!consensus.has_keys(&both[..1]) && !consensus.has_keys(&both[1..]));
	assert!(consensus
		.sr25519_vrf_sign(BABE, &validator.babe, &data)
		.is_ok_and(|claim| claim.is_none()));
	assert!(validator.keys.has_keys(&both));
	let account = consensus
		.sr25519_generate_new(ACCOUNT, Some("//Alice"))
		.expect("a sound seed");
	assert!(consensus.has_keys(&[(account.0.to_vec(), ACCOUNT)]));

	validator.guard.open_up().expect("the disk has room");
	assert!(consensus.has_keys(&both));
	assert!(consensus
		.sr25519_vrf_sign(BABE, &validator.babe, &data)
		.is_ok_and(|claim| claim.is_some()));
}
