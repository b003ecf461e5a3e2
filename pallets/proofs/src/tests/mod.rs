// SPDX-License-Identifier: Apache-2.0

mod access;
mod algorithms;
mod annotate;
mod claim;
mod forget;
mod register;
mod register_batch;
mod register_many;
mod renew;
mod revoke;
mod room;
mod sequences;
mod set_algorithm;
mod supersede;
mod transfer;
mod try_state;
mod views;

use crate::{mock::*, Batches, Call, Error, History, Leaves, Policy, Records};
use chirograph_primitives::{
	payload, AccountId, Algorithm, AlgorithmTerms, BatchRoot, BlockNumber, Digest, Inclusion, Ledger, Life, OwnerSignature,
	ProofChange, ProofId, Registration, Remark, RevocationReason, Role, Schema, SignatureScheme, Subject,
};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use sp_runtime::{traits::Dispatchable, DispatchError};

/// The events of this pallet since the last look.
fn events() -> Vec<crate::Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Proofs(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

const SCHEMES: [SignatureScheme; 3] = [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519];

/// Other ones than [`SUBJECT`] and [`ROOT`].
const OTHER_SUBJECT: Subject = Subject([11; 32]);
const OTHER_ROOT: BatchRoot = BatchRoot([13; 32]);
const OTHER_RECORD: ProofId = ProofId::Record { subject: OTHER_SUBJECT };
const STRONGER: Digest = Digest::Sha3_512([7; 64]);

/// Whose proofs are in the tests.
fn ada() -> Key {
	Key::owner(SignatureScheme::Ecdsa, 1)
}

/// Another owner.
fn bob() -> Key {
	Key::owner(SignatureScheme::Ed25519, 2)
}

/// To whom proofs are handed over.
fn carol() -> Key {
	Key::owner(SignatureScheme::Sr25519, 3)
}

/// Who submits for others.
fn platform() -> Key {
	let key = Key::new(SignatureScheme::Sr25519, 4);
	admit(&key.account(), Role::BusinessPlatform);
	key
}

/// Who notes things about proofs.
fn regulator() -> Key {
	let key = Key::new(SignatureScheme::Sr25519, 5);
	admit(&key.account(), Role::Regulator);
	key
}

fn dispatch(origin: RuntimeOrigin, call: Call<Test>) -> DispatchResult {
	let outcome = RuntimeCall::Proofs(call).dispatch(origin);
	outcome.map(|_| ()).map_err(|refused| refused.error)
}

fn send(submitter: &Key, call: Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::signed(submitter.account()), call)
}

/// What became of it by itself.
fn life_of(proof: ProofId) -> Life {
	let life = match proof {
		ProofId::Record { subject } => Records::<Test>::get(subject).map(|record| record.life),
		ProofId::Batch { root } => Batches::<Test>::get(root).map(|batch| batch.life),
		ProofId::Leaf { root, subject } => Some(Leaves::<Test>::get(root, subject)),
	};
	life.expect("it is registered")
}

/// All that happened to it.
fn history_of(proof: ProofId) -> Vec<ProofChange> {
	let entries = (0..).map_while(|index| History::<Test>::get(proof, index));
	entries.collect()
}

/// A few blocks later.
fn later() -> Inclusion {
	System::set_block_number(System::block_number() + 5);
	events();
	TestLedger::here()
}

/// The council says something about an algorithm in the block before this one.
fn say(algorithm: Algorithm, terms: AlgorithmTerms) {
	let now = System::block_number();
	System::set_block_number(now - 1);
	assert_ok!(Proofs::set_algorithm(RuntimeOrigin::root(), algorithm, terms));
	System::set_block_number(now);
}

fn refuse(algorithm: Algorithm) {
	let terms = AlgorithmTerms {
		refused_from: Some(0),
		..Default::default()
	};
	say(algorithm, terms);
}

fn deprecate(algorithm: Algorithm) {
	let terms = AlgorithmTerms {
		deprecated_from: Some(0),
		..Default::default()
	};
	say(algorithm, terms);
}

/// The council never spoke.
fn forget_algorithms() {
	Policy::<Test>::kill();
	events();
}

/// How something is signed.
type Sign<'a> = &'a dyn Fn(&[u8]) -> OwnerSignature;

/// What every call asks of the signature of `owner` in it, and of its deadline. `attempt` sends a call that would succeed.
fn check_signature(owner: &Key, attempt: impl Fn(Sign, BlockNumber) -> DispatchResult) {
	let (mismatch, malformed) = (Error::<Test>::SignatureMismatch, Error::<Test>::MalformedSignature);
	let (now, longest) = (System::block_number(), MaxSignatureValidity::get());
	let by_owner = |payload: &[u8]| owner.sign(payload);
	assert_noop!(attempt(&by_owner, now - 1), Error::<Test>::SignatureExpired);
	assert_noop!(attempt(&by_owner, now + longest + 1), Error::<Test>::SignatureValidTooLong);
	check_words(owner, mismatch, malformed, |sign| attempt(sign, now + longest));
	assert_ok!(attempt(&by_owner, now + longest));
}

/// Whatever is signed but the words that count, and whoever signs but the one who is to, it is refused.
fn check_words(signer: &Key, mismatch: Error<Test>, malformed: Error<Test>, attempt: impl Fn(Sign) -> DispatchResult) {
	let (mismatch, malformed) = (DispatchError::from(mismatch), DispatchError::from(malformed));
	assert_noop!(attempt(&|_| OwnerSignature::Ecdsa([0; 65].into())), malformed);
	let stranger = Key::new(SignatureScheme::Ecdsa, 99);
	assert_noop!(attempt(&|payload| stranger.sign(payload)), mismatch);
	let length = core::cell::Cell::new(0);
	let signed_wrongly = |index: usize| {
		attempt(&|payload| {
			length.set(payload.len());
			let mut words = payload.to_vec();
			words[index] ^= 1;
			signer.sign(&words)
		})
	};
	assert_noop!(signed_wrongly(0), mismatch);
	for index in 1..length.get() {
		assert_noop!(signed_wrongly(index), mismatch);
	}
}

/// A call of that name that would succeed, if Ada sent it; or for `annotate` a regulator, for `set_algorithm` the council. Who signs is
/// Ada, and for `transfer` Carol besides; about documents of that schema.
fn call_of(name: &str, schema: Schema) -> Call<Test> {
	let (ada, bob, carol) = (ada(), bob(), carol());
	let (owner, now, proof) = (ada.account(), System::block_number(), PROOFS[0]);
	match name {
		"register" => register_call(registration(&ada, SUBJECT, schema)),
		"claim" => {
			register_as(&bob, SUBJECT, schema);
			claim_call(registration(&ada, SUBJECT, schema))
		},
		"revoke" => {
			register_as(&ada, SUBJECT, schema);
			revoke_call(&ada, proof, now)
		},
		"register_batch" => {
			let payload = payload::batch(&GENESIS, &owner, &ROOT, LEAVES, schema, now);
			Call::register_batch {
				owner,
				root: ROOT,
				leaves: LEAVES,
				schema,
				valid_until: now,
				signature: ada.sign(&payload),
			}
		},
		"register_many" => many_call(vec![registration(&ada, SUBJECT, schema)]),
		"supersede" => {
			register_as(&ada, SUBJECT, schema);
			register_as(&ada, OTHER_SUBJECT, schema);
			supersede_call(&ada, proof, OTHER_RECORD, now)
		},
		"transfer" => {
			register_as(&ada, SUBJECT, schema);
			transfer_call(&ada, proof, &carol, now)
		},
		"annotate" => {
			register_as(&ada, SUBJECT, schema);
			Call::annotate {
				proof,
				remark: Remark::Disputed,
				document: None,
			}
		},
		"renew" => {
			register_as(&ada, SUBJECT, schema);
			renew_call(&ada, proof, now)
		},
		"set_algorithm" => Call::set_algorithm {
			algorithm: Algorithm::Ed25519,
			terms: AlgorithmTerms::default(),
		},
		other => panic!("no test knows the call {other}"),
	}
}

fn register_call(registration: Registration) -> Call<Test> {
	Call::register {
		owner: registration.owner,
		subject: registration.subject,
		evidence_hash: registration.evidence_hash,
		schema: registration.schema,
		valid_until: registration.valid_until,
		signature: registration.signature,
	}
}

fn claim_call(registration: Registration) -> Call<Test> {
	Call::claim {
		owner: registration.owner,
		subject: registration.subject,
		evidence_hash: registration.evidence_hash,
		schema: registration.schema,
		valid_until: registration.valid_until,
		signature: registration.signature,
	}
}

fn many_call(registrations: Vec<Registration>) -> Call<Test> {
	Call::register_many {
		registrations: registrations.try_into().expect("no more than there may be"),
	}
}

const REASON: RevocationReason = RevocationReason::IssuedInError;

fn revoke_call(owner: &Key, proof: ProofId, valid_until: BlockNumber) -> Call<Test> {
	let account = owner.account();
	let payload = payload::revocation(&GENESIS, &account, &proof, REASON, valid_until);
	Call::revoke {
		owner: account,
		proof,
		reason: REASON,
		valid_until,
		signature: owner.sign(&payload),
	}
}

fn revoke_claim_call(owner: &Key, subject: Subject, valid_until: BlockNumber) -> Call<Test> {
	let account = owner.account();
	let payload = payload::claim_revocation(&GENESIS, &account, &subject, REASON, valid_until);
	Call::revoke {
		owner: account,
		proof: ProofId::Record { subject },
		reason: REASON,
		valid_until,
		signature: owner.sign(&payload),
	}
}

fn supersede_call(owner: &Key, proof: ProofId, by: ProofId, valid_until: BlockNumber) -> Call<Test> {
	let account = owner.account();
	let payload = payload::supersession(&GENESIS, &account, &proof, &by, valid_until);
	Call::supersede {
		owner: account,
		proof,
		by,
		valid_until,
		signature: owner.sign(&payload),
	}
}

fn transfer_call(owner: &Key, proof: ProofId, to: &Key, valid_until: BlockNumber) -> Call<Test> {
	let account = owner.account();
	let payload = payload::transfer(&GENESIS, &account, &proof, &to.account(), valid_until);
	Call::transfer {
		owner: account,
		proof,
		to: to.account(),
		valid_until,
		owner_signature: owner.sign(&payload),
		next_signature: to.sign(&payload),
	}
}

fn renew_call(owner: &Key, proof: ProofId, valid_until: BlockNumber) -> Call<Test> {
	let account = owner.account();
	let payload = payload::renewal(&GENESIS, &account, &proof, &STRONGER, valid_until);
	Call::renew {
		owner: account,
		proof,
		evidence: STRONGER,
		valid_until,
		signature: owner.sign(&payload),
	}
}

/// Neither what is not registered, nor what is another's, nor what has ended can be changed by `call`, which would succeed for Ada.
fn check_entry(call: impl Fn(&Key, ProofId) -> Call<Test>) {
	let (ada, bob) = (ada(), bob());
	for proof in PROOFS {
		assert_noop!(send(&ada, call(&ada, proof)), Error::<Test>::NotRegistered);
	}
	register_all(&ada);
	for proof in PROOFS {
		assert_noop!(send(&bob, call(&bob, proof)), Error::<Test>::NotOwner);
	}
	// The batch last: it ends its leaf.
	for ended in [PROOFS[0], PROOFS[2], PROOFS[1]] {
		assert_ok!(send(&ada, revoke_call(&ada, ended, NOW)));
		assert_noop!(send(&ada, call(&ada, ended)), Error::<Test>::AlreadyRevoked);
	}
	let other_leaf = ProofId::Leaf {
		root: ROOT,
		subject: OTHER_SUBJECT,
	};
	assert_noop!(send(&ada, call(&ada, other_leaf)), Error::<Test>::AlreadyRevoked);
}

/// As [`check_entry`], for what another took the place of.
fn check_superseded(call: impl Fn(&Key, ProofId) -> Call<Test>) {
	let ada = ada();
	register_all(&ada);
	register_as(&ada, OTHER_SUBJECT, Schema::Document);
	for ended in [PROOFS[0], PROOFS[2], PROOFS[1]] {
		assert_ok!(send(&ada, supersede_call(&ada, ended, OTHER_RECORD, NOW)));
		assert_noop!(send(&ada, call(&ada, ended)), Error::<Test>::AlreadySuperseded);
	}
}

/// The last entry of a history, and who is on it.
fn last_change(proof: ProofId) -> ProofChange {
	history_of(proof).pop().expect("something happened to it")
}

fn label(key: &Key) -> u32 {
	label_of(&key.account())
}

fn signed_by(account: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account.clone())
}
