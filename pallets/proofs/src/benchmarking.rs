// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls. The owner's keys live in the keystore that the benchmarking host provides.

use crate::{Batches, Call, Claims, Config, History, Pallet, Policy, Records, UsedSignatures};
use alloc::vec::Vec;
use chirograph_primitives::{
	payload, AccountId, Algorithm, AlgorithmChange, AlgorithmTerms, Authority, BatchRoot, Digest, DocumentHash, EvidenceHash,
	Ledger, OwnerSignature, ProofId, Registration, Remark, RevocationReason, Role, Schema, SignatureScheme, Status, Subject,
	MAX_ALGORITHM_CHANGES,
};
use frame_benchmarking::v2::*;
use frame_support::{traits::EnsureOrigin, weights::Weight, BoundedVec};
use frame_system::RawOrigin;
use sp_core::{crypto::KeyTypeId, Get, H256};
use sp_io::{crypto, hashing};

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");
const SUBJECT: Subject = Subject([1; 32]);
const EVIDENCE: EvidenceHash = EvidenceHash([2; 32]);
const ROOT: BatchRoot = BatchRoot([3; 32]);
const OTHER_ROOT: BatchRoot = BatchRoot([4; 32]);
/// The proof that costs most to change: it is read in two places.
const LEAF: ProofId = ProofId::Leaf {
	root: ROOT,
	subject: SUBJECT,
};
const LEAVES: u64 = 1 << 20;
/// The schema whose role is costliest to hold is not known here; all are judged alike.
const SCHEMA: Schema = Schema::Certificate;

/// A fresh key: its account, and how it signs.
fn new_owner(scheme: SignatureScheme) -> (AccountId, impl Fn(Vec<u8>) -> OwnerSignature) {
	const HELD: &str = "the keystore made the key a moment ago";
	let ecdsa = crypto::ecdsa_generate(KEY_TYPE, None);
	let sr25519 = crypto::sr25519_generate(KEY_TYPE, None);
	let ed25519 = crypto::ed25519_generate(KEY_TYPE, None);
	let account = match scheme {
		SignatureScheme::Ecdsa => hashing::blake2_256(ecdsa.as_ref()),
		SignatureScheme::Sr25519 => sr25519.0,
		SignatureScheme::Ed25519 => ed25519.0,
	};
	let sign = move |payload: Vec<u8>| match scheme {
		SignatureScheme::Ecdsa => {
			OwnerSignature::Ecdsa(crypto::ecdsa_sign_prehashed(KEY_TYPE, &ecdsa, &hashing::sha2_256(&payload)).expect(HELD))
		},
		SignatureScheme::Sr25519 => OwnerSignature::Sr25519(crypto::sr25519_sign(KEY_TYPE, &sr25519, &payload).expect(HELD)),
		SignatureScheme::Ed25519 => OwnerSignature::Ed25519(crypto::ed25519_sign(KEY_TYPE, &ed25519, &payload).expect(HELD)),
	};
	(AccountId::new(account), sign)
}

/// An owner, admitted.
fn admitted_owner<T: Config>(scheme: SignatureScheme) -> (AccountId, impl Fn(Vec<u8>) -> OwnerSignature) {
	let (owner, sign) = new_owner(scheme);
	T::Authority::admit(&owner, SCHEMA.role());
	(owner, sign)
}

/// Somebody other than the owner, which costs one question more.
fn submitter<T: Config>() -> AccountId {
	let submitter: AccountId = whitelisted_caller();
	T::Authority::admit(&submitter, Role::BusinessPlatform);
	submitter
}

/// An owner and its signature for [`SUBJECT`]; and who submits it. The council said all that there is room for.
fn new_registration<T: Config>(scheme: SignatureScheme) -> (AccountId, AccountId, OwnerSignature) {
	speak_at_length::<T>(MAX_ALGORITHM_CHANGES);
	let (owner, sign) = admitted_owner::<T>(scheme);
	let payload = payload::registration(&genesis::<T>(), &owner, &SUBJECT, &EVIDENCE, SCHEMA, deadline::<T>());
	(owner, submitter::<T>(), sign(payload))
}

fn genesis<T: Config>() -> payload::GenesisHash {
	T::Ledger::genesis_hash()
}

fn deadline<T: Config>() -> u32 {
	T::Ledger::here().block + T::MaxSignatureValidity::get()
}

/// Has the council say so much about algorithms. Each is deprecated, which is to be flagged.
fn speak_at_length<T: Config>(changes: u32) {
	let said = Algorithm::ALL
		.into_iter()
		.cycle()
		.take(changes as usize)
		.map(|algorithm| AlgorithmChange {
			at: T::Ledger::here().time,
			algorithm,
			terms: AlgorithmTerms {
				deprecated_from: Some(0),
				..Default::default()
			},
		});
	Policy::<T>::mutate(|policy| policy.0 = said.collect::<Vec<_>>().try_into().expect("no more than there is room for"));
}

/// Somebody else's record, so that the next entry is a claim.
fn occupy<T: Config>() -> Result<(), BenchmarkError> {
	let (owner, submitter, signature) = new_registration::<T>(SignatureScheme::Ed25519);
	let origin = RawOrigin::Signed(submitter).into();
	Pallet::<T>::register(origin, owner, SUBJECT, EVIDENCE, SCHEMA, deadline::<T>(), signature)?;
	Ok(())
}

/// A batch of an owner's, and who submits for them.
fn batch<T: Config>(
	root: BatchRoot,
	owner: &AccountId,
	sign: &impl Fn(Vec<u8>) -> OwnerSignature,
) -> Result<AccountId, BenchmarkError> {
	speak_at_length::<T>(MAX_ALGORITHM_CHANGES);
	let (submitter, until) = (submitter::<T>(), deadline::<T>());
	let signature = sign(payload::batch(&genesis::<T>(), owner, &root, LEAVES, SCHEMA, until));
	let origin = RawOrigin::Signed(submitter.clone()).into();
	Pallet::<T>::register_batch(origin, owner.clone(), root, LEAVES, SCHEMA, until, signature)?;
	Ok(submitter)
}

/// So many registrations, each of another owner; and who submits them.
fn many<T: Config>(scheme: SignatureScheme, n: u32) -> (AccountId, Vec<Registration>) {
	speak_at_length::<T>(MAX_ALGORITHM_CHANGES);
	let entries = (0..n).map(|index| {
		let (owner, sign) = admitted_owner::<T>(scheme);
		let subject = Subject(hashing::sha2_256(&index.to_le_bytes()));
		let payload = payload::registration(&genesis::<T>(), &owner, &subject, &EVIDENCE, SCHEMA, deadline::<T>());
		Registration {
			owner,
			subject,
			evidence_hash: EVIDENCE,
			schema: SCHEMA,
			valid_until: deadline::<T>(),
			signature: sign(payload),
		}
	});
	let entries = entries.collect();
	(submitter::<T>(), entries)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_ecdsa() {
		let (owner, submitter, signature) = new_registration::<T>(SignatureScheme::Ecdsa);
		#[extrinsic_call]
		register(
			RawOrigin::Signed(submitter),
			owner,
			SUBJECT,
			EVIDENCE,
			SCHEMA,
			deadline::<T>(),
			signature,
		);
		assert!(Records::<T>::contains_key(SUBJECT));
	}

	#[benchmark]
	fn register_sr25519() {
		let (owner, submitter, signature) = new_registration::<T>(SignatureScheme::Sr25519);
		#[extrinsic_call]
		register(
			RawOrigin::Signed(submitter),
			owner,
			SUBJECT,
			EVIDENCE,
			SCHEMA,
			deadline::<T>(),
			signature,
		);
		assert!(Records::<T>::contains_key(SUBJECT));
	}

	#[benchmark]
	fn register_ed25519() {
		let (owner, submitter, signature) = new_registration::<T>(SignatureScheme::Ed25519);
		#[extrinsic_call]
		register(
			RawOrigin::Signed(submitter),
			owner,
			SUBJECT,
			EVIDENCE,
			SCHEMA,
			deadline::<T>(),
			signature,
		);
		assert!(Records::<T>::contains_key(SUBJECT));
	}

	#[benchmark]
	fn claim() -> Result<(), BenchmarkError> {
		occupy::<T>()?;
		let (owner, submitter, signature) = new_registration::<T>(SignatureScheme::Sr25519);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(submitter),
			owner.clone(),
			SUBJECT,
			EVIDENCE,
			SCHEMA,
			deadline::<T>(),
			signature,
		);
		assert!(Claims::<T>::contains_key(SUBJECT, owner));
		Ok(())
	}

	#[benchmark]
	fn revoke() -> Result<(), BenchmarkError> {
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let submitter = batch::<T>(ROOT, &owner, &sign)?;
		let (reason, until) = (RevocationReason::KeyCompromised, deadline::<T>());
		let signature = sign(payload::revocation(&genesis::<T>(), &owner, &LEAF, reason, until));
		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), owner, LEAF, reason, until, signature);
		assert!(History::<T>::contains_key(LEAF, 0));
		Ok(())
	}

	#[benchmark]
	fn revoke_claim() -> Result<(), BenchmarkError> {
		occupy::<T>()?;
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let (submitter, until) = (submitter::<T>(), deadline::<T>());
		let signature = sign(payload::registration(
			&genesis::<T>(),
			&owner,
			&SUBJECT,
			&EVIDENCE,
			SCHEMA,
			until,
		));
		let origin = RawOrigin::Signed(submitter.clone()).into();
		Pallet::<T>::claim(origin, owner.clone(), SUBJECT, EVIDENCE, SCHEMA, until, signature)?;
		let (proof, reason) = (ProofId::Record { subject: SUBJECT }, RevocationReason::KeyCompromised);
		let signature = sign(payload::claim_revocation(&genesis::<T>(), &owner, &SUBJECT, reason, until));
		#[extrinsic_call]
		revoke(RawOrigin::Signed(submitter), owner.clone(), proof, reason, until, signature);
		let status = Claims::<T>::get(SUBJECT, owner).map(|entry| entry.life.status);
		assert_ne!(status, Some(Status::Active));
		Ok(())
	}

	#[benchmark]
	fn register_batch() {
		speak_at_length::<T>(MAX_ALGORITHM_CHANGES);
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let (submitter, until) = (submitter::<T>(), deadline::<T>());
		let signature = sign(payload::batch(&genesis::<T>(), &owner, &ROOT, LEAVES, SCHEMA, until));
		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), owner, ROOT, LEAVES, SCHEMA, until, signature);
		assert!(Batches::<T>::contains_key(ROOT));
	}

	#[benchmark]
	fn register_many_ecdsa(n: Linear<0, { T::MaxRegistrations::get() }>) {
		let (submitter, entries) = many::<T>(SignatureScheme::Ecdsa, n);
		let registrations = entries.try_into().expect("no more than there may be");
		#[extrinsic_call]
		register_many(RawOrigin::Signed(submitter), registrations);
		assert_eq!(Records::<T>::iter().count() as u32, n);
	}

	#[benchmark]
	fn register_many_sr25519(n: Linear<0, { T::MaxRegistrations::get() }>) {
		let (submitter, entries) = many::<T>(SignatureScheme::Sr25519, n);
		let registrations = entries.try_into().expect("no more than there may be");
		#[extrinsic_call]
		register_many(RawOrigin::Signed(submitter), registrations);
		assert_eq!(Records::<T>::iter().count() as u32, n);
	}

	#[benchmark]
	fn register_many_ed25519(n: Linear<0, { T::MaxRegistrations::get() }>) {
		let (submitter, entries) = many::<T>(SignatureScheme::Ed25519, n);
		let registrations = entries.try_into().expect("no more than there may be");
		#[extrinsic_call]
		register_many(RawOrigin::Signed(submitter), registrations);
		assert_eq!(Records::<T>::iter().count() as u32, n);
	}

	#[benchmark]
	fn register_many_known(n: Linear<0, { T::MaxRegistrations::get() }>) -> Result<(), BenchmarkError> {
		let (submitter, entries) = many::<T>(SignatureScheme::Ecdsa, n);
		let registrations: BoundedVec<_, _> = entries.try_into().expect("no more than there may be");
		let origin = RawOrigin::Signed(submitter.clone());
		Pallet::<T>::register_many(origin.clone().into(), registrations.clone()).map_err(|failure| failure.error)?;
		#[extrinsic_call]
		register_many(origin, registrations);
		assert_eq!(Records::<T>::iter().count() as u32, n);
		Ok(())
	}

	#[benchmark]
	fn supersede() -> Result<(), BenchmarkError> {
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let submitter = batch::<T>(ROOT, &owner, &sign)?;
		batch::<T>(OTHER_ROOT, &owner, &sign)?;
		let (root, until) = (OTHER_ROOT, deadline::<T>());
		let by = ProofId::Leaf { root, subject: SUBJECT };
		let signature = sign(payload::supersession(&genesis::<T>(), &owner, &LEAF, &by, until));
		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), owner, LEAF, by, until, signature);
		assert!(History::<T>::contains_key(LEAF, 0));
		Ok(())
	}

	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let (to, accept) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let submitter = batch::<T>(ROOT, &owner, &sign)?;
		let until = deadline::<T>();
		let payload = payload::transfer(&genesis::<T>(), &owner, &LEAF, &to, until);
		let (signature, consent) = (sign(payload.clone()), accept(payload));
		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), owner, LEAF, to, until, signature, consent);
		assert!(History::<T>::contains_key(LEAF, 0));
		Ok(())
	}

	#[benchmark]
	fn annotate() -> Result<(), BenchmarkError> {
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		batch::<T>(ROOT, &owner, &sign)?;
		let (regulator, _) = new_owner(SignatureScheme::Sr25519);
		T::Authority::admit(&regulator, Role::Regulator);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(regulator),
			LEAF,
			Remark::CourtDecision,
			Some(DocumentHash([0; 32])),
		);
		assert!(History::<T>::contains_key(LEAF, 0));
		Ok(())
	}

	#[benchmark]
	fn renew() -> Result<(), BenchmarkError> {
		let (owner, sign) = admitted_owner::<T>(SignatureScheme::Sr25519);
		let submitter = batch::<T>(ROOT, &owner, &sign)?;
		let (evidence, until) = (Digest::Sha3_512([5; 64]), deadline::<T>());
		let signature = sign(payload::renewal(&genesis::<T>(), &owner, &LEAF, &evidence, until));
		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), owner, LEAF, evidence, until, signature);
		assert!(History::<T>::contains_key(LEAF, 0));
		Ok(())
	}

	#[benchmark]
	fn set_algorithm() -> Result<(), BenchmarkError> {
		speak_at_length::<T>(MAX_ALGORITHM_CHANGES - 1);
		let origin = T::AlgorithmOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let terms = AlgorithmTerms {
			deprecated_from: Some(1),
			refused_from: Some(2),
			least_bits: 256,
		};
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Algorithm::Sha256, terms);
		assert_eq!(Policy::<T>::get().terms(Algorithm::Sha256), terms);
		Ok(())
	}

	#[benchmark]
	fn forget_signature() {
		// Until the first block, which is over in any other.
		UsedSignatures::<T>::insert((0u32.to_be_bytes(), H256::zero()), ());
		#[block]
		{
			Pallet::<T>::forget_signatures(Weight::MAX);
		}
		assert_eq!(UsedSignatures::<T>::iter_keys().count(), 0);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
