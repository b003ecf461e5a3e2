// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls. The owner's keys live in the keystore that the benchmarking host provides.

use crate::{Call, Claims, Config, Pallet, Records};
use alloc::vec::Vec;
use chirograph_primitives::{
	payload, AccountId, Authority, EvidenceHash, Ledger, OwnerSignature, RevocationReason, Role, Schema, SignatureScheme, Status,
	Subject,
};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_core::{crypto::KeyTypeId, Get};
use sp_io::{crypto, hashing};

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");
const SUBJECT: Subject = Subject([1; 32]);
const EVIDENCE: EvidenceHash = EvidenceHash([2; 32]);
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

/// An owner and its signature for [`SUBJECT`], both admitted; and a submitter other than the owner, which costs one question more.
fn new_registration<T: Config>(scheme: SignatureScheme) -> (AccountId, AccountId, OwnerSignature) {
	let (owner, sign) = new_owner(scheme);
	let submitter: AccountId = whitelisted_caller();
	T::Authority::admit(&owner, SCHEMA.role());
	T::Authority::admit(&submitter, Role::BusinessPlatform);
	let signature = sign(payload::registration(
		&genesis::<T>(),
		&owner,
		&SUBJECT,
		&EVIDENCE,
		SCHEMA,
		deadline::<T>(),
	));
	(owner, submitter, signature)
}

fn genesis<T: Config>() -> payload::GenesisHash {
	T::Ledger::genesis_hash()
}

fn deadline<T: Config>() -> u32 {
	T::Ledger::here().block + T::MaxSignatureValidity::get()
}

/// Somebody else's record, so that the next entry is a claim.
fn occupy<T: Config>() -> Result<(), BenchmarkError> {
	let (owner, submitter, signature) = new_registration::<T>(SignatureScheme::Ed25519);
	let origin = RawOrigin::Signed(submitter).into();
	Pallet::<T>::register(origin, owner, SUBJECT, EVIDENCE, SCHEMA, deadline::<T>(), signature)?;
	Ok(())
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
		occupy::<T>()?;
		let (owner, sign) = new_owner(SignatureScheme::Sr25519);
		let submitter: AccountId = whitelisted_caller();
		T::Authority::admit(&owner, SCHEMA.role());
		T::Authority::admit(&submitter, Role::BusinessPlatform);
		let signature = sign(payload::registration(
			&genesis::<T>(),
			&owner,
			&SUBJECT,
			&EVIDENCE,
			SCHEMA,
			deadline::<T>(),
		));
		let origin = RawOrigin::Signed(submitter.clone()).into();
		Pallet::<T>::claim(origin, owner.clone(), SUBJECT, EVIDENCE, SCHEMA, deadline::<T>(), signature)?;
		let reason = RevocationReason::KeyCompromised;
		let signature = sign(payload::revocation(
			&genesis::<T>(),
			&owner,
			&SUBJECT,
			reason,
			deadline::<T>(),
		));
		#[extrinsic_call]
		_(
			RawOrigin::Signed(submitter),
			owner.clone(),
			SUBJECT,
			reason,
			deadline::<T>(),
			signature,
		);
		assert_ne!(
			Claims::<T>::get(SUBJECT, owner).map(|entry| entry.status),
			Some(Status::Active)
		);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
