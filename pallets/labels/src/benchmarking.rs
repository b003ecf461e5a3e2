// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls. The new keys of labels live in the keystore that the benchmarking host provides; it knows no P-256.

use crate::{
	applications::arrival, Admission, Applications, Arrivals, Call, Certificates, Config, Confirmed, Guardians, Holders, Labels,
	MinRecoveryDelay, OnRotation, Pallet, Passkeys, Recoveries, Rejections, Remits, RetiredKeys, Sequences, Terms, Usages,
};
use alloc::{boxed::Box, vec::Vec};
use chirograph_primitives::{
	authenticator::Authenticator, passkey, payload, AccountId, Application, Approval, Assertion, BlockNumber, BoundPasskey,
	CertificateBinding, CertificateClaim, CertificateHash, CertificateKey, Country, DossierHash, Guardianship, Jurisdiction,
	LabelId, LabelRevocationReason, Ledger, Moment, Operations, OrganisationId, OwnerSignature, Publication, Quota, Recovery,
	Rejection, RejectionReason, Remit, RetiredKey, RetirementReason, Role, Roles, Standing, SuspensionReason, MAX_COUNTRIES,
	MAX_GUARDIANS,
};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	storage::unhashed,
	traits::IsSubType,
	BoundedVec,
};
use frame_system::{pallet_prelude::RuntimeCallFor, RawOrigin};
use p256::ecdsa::{signature::Signer, Signature, SigningKey};
use sp_core::{crypto::KeyTypeId, Get, H256};
use sp_io::{crypto, hashing};
use sp_runtime::traits::{AsSystemOriginSigner, AsTransactionAuthorizedOrigin, DispatchTransaction, Dispatchable};

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");
const CERTIFICATE: CertificateHash = CertificateHash([3; 32]);
const HERE: Jurisdiction = Jurisdiction {
	country: Country(*b"ZZ"),
	region: *b"ZZZ",
};

/// Everybody has an organisation of their own.
fn organisation(account: &AccountId) -> OrganisationId {
	OrganisationId(hashing::blake2_256(account.as_ref()))
}

/// What an account applied for, with all that an application may have.
fn application<T: Config>(account: &AccountId, roles: Roles) -> Application {
	Application {
		dossier: DossierHash([1; 32]),
		organisation: organisation(account),
		jurisdiction: HERE,
		roles,
		certificate: Some(CertificateBinding {
			certificate: CERTIFICATE,
			key: CertificateKey::P256([2; 33]),
		}),
		applied: T::Ledger::here(),
	}
}

/// A certificate that `account` applies with, with the kind of key that is costlier to judge.
fn claim<T: Config>(account: &AccountId) -> CertificateClaim {
	let key = SigningKey::from_slice(&[7; 32]).unwrap_or_else(|_| unreachable!("is below the order of the curve"));
	let mut point = [0; 33];
	point.copy_from_slice(key.verifying_key().to_encoded_point(true).as_bytes());
	let signature: Signature = key.sign(&payload::certificate(&T::Ledger::genesis_hash(), account, &CERTIFICATE));
	CertificateClaim {
		certificate: CERTIFICATE,
		key: CertificateKey::P256(point),
		signature: signature.normalize_s().unwrap_or(signature).to_bytes().into(),
	}
}

/// Gives `account` a label, unless it has one, and these roles besides.
pub(crate) fn grant<T: Config>(account: &AccountId, roles: Roles) -> LabelId {
	if let Some(mut label) = Labels::<T>::get(account) {
		label.roles = label.roles.with(roles);
		Labels::<T>::insert(account, &label);
		return label.id;
	}
	Pallet::<T>::keep_account(account);
	let label = Pallet::<T>::grant(account, application::<T>(account, roles), Moment::MAX, None);
	label.unwrap_or_else(|_| unreachable!("there are numbers left")).id
}

/// An auditor with the longest remit, in which what is looked for comes last.
fn auditor<T: Config>() -> AccountId {
	let account: AccountId = whitelisted_caller();
	let label = grant::<T>(&account, Roles::only(Role::Auditor));
	Remits::<T>::insert(label, longest_remit());
	account
}

fn longest_remit() -> Remit {
	let mut countries = alloc::vec![Country(*b"AA"); MAX_COUNTRIES as usize - 1];
	countries.push(HERE.country);
	Remit {
		roles: Roles::all().without(Roles::only(Role::Auditor)),
		countries: BoundedVec::truncate_from(countries),
	}
}

/// Somebody whose label is to be changed.
fn subject<T: Config>() -> (AccountId, LabelId) {
	let account = account("subject", 0, 0);
	let label = grant::<T>(&account, Roles::only(Role::Owner));
	(account, label)
}

fn suspended<T: Config>() -> (AccountId, LabelId) {
	let (account, label) = subject::<T>();
	Labels::<T>::mutate(&account, |label| {
		if let Some(label) = label {
			label.standing = Standing::Suspended(SuspensionReason::Unspecified);
		}
	});
	(account, label)
}

fn applicant<T: Config>() -> (AccountId, H256) {
	let account: AccountId = account("applicant", 0, 0);
	let application = application::<T>(&account, Roles::only(Role::Owner));
	Pallet::<T>::keep_account(&account);
	Applications::<T>::insert(&account, &application);
	Arrivals::<T>::insert(arrival(&account, &application.applied), ());
	(account, H256(hashing::blake2_256(&application.encode())))
}

/// As many applications wait as may, the oldest of them for so long that `account`, who was refused before, takes its place.
fn crowd<T: Config>(account: &AccountId) {
	frame_system::Pallet::<T>::inc_account_nonce(account);
	refused::<T>(account);
	applicant::<T>();
	unhashed::put(&Applications::<T>::counter_storage_final_key(), &T::MaxApplications::get());
	frame_system::Pallet::<T>::set_block_number((T::Ledger::here().block + T::ApplicationLifetime::get()).into());
}

/// The last application of `account` was refused.
fn refused<T: Config>(account: &AccountId) {
	let rejection = Rejection {
		reason: RejectionReason::Unspecified,
		by: 1,
		at: T::Ledger::here(),
	};
	Rejections::<T>::insert(account, rejection);
}

fn expires<T: Config>() -> Moment {
	T::Ledger::here().time + T::MaxValidity::get()
}

fn deadline<T: Config>() -> u32 {
	T::Ledger::here().block + T::MaxSignatureValidity::get()
}

fn guardian<T: Config>(index: u32) -> (AccountId, LabelId) {
	let account = account("guardian", index, 0);
	let label = grant::<T>(&account, Roles::only(Role::Owner));
	(account, label)
}

/// An account that held `label` once.
fn retired<T: Config>(label: LabelId) -> AccountId {
	let account: AccountId = account("retired", label, 0);
	let key = RetiredKey {
		label,
		from: T::Ledger::here(),
		until: T::Ledger::here(),
		reason: RetirementReason::Rotated,
	};
	Pallet::<T>::keep_account(&account);
	RetiredKeys::<T>::insert(&account, key);
	account
}

/// As many guardians as there may be, whom an account named that does not hold `label` any more. Each of them began an attempt to move it to
/// the account beside, and all of them approved all attempts. These can be completed in the block `ready`, and lapsed when it is over.
fn attempts<T: Config>(label: LabelId, ready: Option<BlockNumber>) -> Vec<(AccountId, AccountId)> {
	let guardians: Vec<_> = (0..MAX_GUARDIANS).map(guardian::<T>).collect();
	let guardianship = Guardianship {
		guardians: BoundedVec::truncate_from(guardians.iter().map(|(_, label)| *label).collect()),
		threshold: MAX_GUARDIANS,
		delay: 0,
		named_by: retired::<T>(label),
		named_at: T::Ledger::here(),
	};
	Guardians::<T>::insert(label, guardianship);
	let by_all: Vec<_> = guardians
		.iter()
		.map(|(account, guardian)| Approval {
			guardian: *guardian,
			account: account.clone(),
		})
		.collect();
	(0u32..)
		.zip(guardians)
		.map(|(index, (guardian, _))| {
			let to: AccountId = account("recovered", index, 0);
			let mut approvals = by_all.clone();
			// Whoever began it comes first.
			approvals.swap(0, index as usize);
			let approvals = BoundedVec::truncate_from(approvals);
			Recoveries::<T>::insert(label, &to, Recovery { approvals, ready });
			(guardian, to)
		})
		.collect()
}

/// A fresh key that wants to hold `label`.
fn new_key<T: Config>(label: LabelId) -> (AccountId, OwnerSignature) {
	let key = crypto::ed25519_generate(KEY_TYPE, None);
	let account = AccountId::new(key.0);
	let payload = payload::takeover(&T::Ledger::genesis_hash(), label, &account, deadline::<T>());
	let signature = crypto::ed25519_sign(KEY_TYPE, &key, &payload).unwrap_or_else(|| unreachable!("the keystore made the key"));
	(account, OwnerSignature::Ed25519(signature))
}

/// Guards everything that `account` can do with that authenticator, which was used before.
fn guard<T: Config>(account: &AccountId, authenticator: &Authenticator) {
	Labels::<T>::mutate(account, |label| {
		if let Some(label) = label {
			let passkey = authenticator.passkey();
			label.guarded = Operations::all();
			Passkeys::<T>::insert(label.id, BoundPasskey { passkey, counter: 0 });
			Sequences::<T>::insert(label.id, 1);
		}
	});
}

/// What the authenticator of a label has to say, at its longest.
fn confirmation<T: Config>(authenticator: &Authenticator, label: LabelId, confirmed: &[u8]) -> Assertion {
	let sequence = Sequences::<T>::get(label);
	authenticator.longest_assertion(&passkey::challenge(&T::Ledger::genesis_hash(), label, sequence, confirmed))
}

#[benchmarks(where
	RuntimeCallFor<T>: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo> + IsSubType<Call<T>> + From<Call<T>> + GetDispatchInfo,
	<RuntimeCallFor<T> as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<AccountId> + AsTransactionAuthorizedOrigin + Clone,
	<T as Config>::RuntimeCall: From<frame_system::Call<T>>,
	T: Send + Sync,
)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn apply() {
		let caller: AccountId = whitelisted_caller();
		crowd::<T>(&caller);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller.clone()),
			DossierHash([1; 32]),
			organisation(&caller),
			HERE,
			Roles::only(Role::Owner),
			None,
		);
		assert!(Applications::<T>::contains_key(caller));
		assert_eq!(Arrivals::<T>::iter_keys().count(), 1);
	}

	#[benchmark]
	fn apply_with_certificate() {
		let caller: AccountId = whitelisted_caller();
		crowd::<T>(&caller);
		let claim = claim::<T>(&caller);
		#[extrinsic_call]
		apply(
			RawOrigin::Signed(caller.clone()),
			DossierHash([1; 32]),
			organisation(&caller),
			HERE,
			Roles::only(Role::Owner),
			Some(claim.clone()),
		);
		let application = Applications::<T>::get(caller);
		assert_eq!(
			application.and_then(|application| application.certificate),
			Some(claim.binding())
		);
	}

	#[benchmark]
	fn withdraw() {
		let (account, _) = applicant::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(account.clone()));
		assert!(!Applications::<T>::contains_key(account));
	}

	#[benchmark]
	fn approve() {
		let (account, hash) = applicant::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(auditor::<T>()), account.clone(), hash, expires::<T>());
		assert!(Labels::<T>::contains_key(account));
	}

	#[benchmark]
	fn reject() {
		let (account, _) = applicant::<T>();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(auditor::<T>()),
			account.clone(),
			RejectionReason::Unspecified,
		);
		assert!(Rejections::<T>::contains_key(account));
	}

	#[benchmark]
	fn suspend() {
		let (account, label) = subject::<T>();
		let since = T::Ledger::here().block;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(auditor::<T>()),
			label,
			SuspensionReason::KeyCompromised { since },
		);
		assert!(Pallet::<T>::usable_label(&account).is_err());
	}

	#[benchmark]
	fn reinstate() {
		let (account, label) = suspended::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(auditor::<T>()), label);
		assert!(Pallet::<T>::usable_label(&account).is_ok());
	}

	#[benchmark]
	fn revoke() {
		let (account, label) = subject::<T>();
		attempts::<T>(label, None);
		#[extrinsic_call]
		_(RawOrigin::Signed(auditor::<T>()), label, LabelRevocationReason::Unspecified);
		assert!(Pallet::<T>::usable_label(&account).is_err());
	}

	#[benchmark]
	fn renew() {
		let (account, label) = subject::<T>();
		let expires = expires::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(auditor::<T>()), label, expires);
		assert_eq!(Labels::<T>::get(account).map(|label| label.expires), Some(expires));
	}

	#[benchmark]
	fn change_roles() {
		let (account, label) = subject::<T>();
		#[extrinsic_call]
		add_roles(RawOrigin::Signed(auditor::<T>()), label, Roles::only(Role::Issuer));
		assert!(Pallet::<T>::authority(&account, Role::Issuer).is_ok());
	}

	#[benchmark]
	fn set_guardians() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::Owner));
		attempts::<T>(label, None);
		guard::<T>(&caller, &Authenticator::new(1));
		Confirmed::<T>::put(label);
		let guardians: Vec<_> = (0..MAX_GUARDIANS).map(|index| guardian::<T>(index).1).collect();
		let delay = MinRecoveryDelay::<T>::get();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			BoundedVec::truncate_from(guardians),
			MAX_GUARDIANS,
			delay,
		);
		assert_eq!(Guardians::<T>::get(label).map(|named| named.delay), Some(delay));
		assert!(!Pallet::<T>::is_recovery_pending(label));
	}

	#[benchmark]
	fn initiate_recovery() {
		let (_, label) = subject::<T>();
		// All of them lapsed.
		let guardians = attempts::<T>(label, Some(0));
		let (last, _) = guardians.last().cloned().unwrap_or_else(|| unreachable!("there are nine"));
		let (account, signature) = new_key::<T>(label);
		#[extrinsic_call]
		_(RawOrigin::Signed(last), label, account.clone(), deadline::<T>(), signature);
		assert!(Recoveries::<T>::contains_key(label, account));
		assert_eq!(Recoveries::<T>::iter_prefix(label).count(), 1);
	}

	#[benchmark]
	fn approve_recovery() {
		let (_, label) = subject::<T>();
		let guardians = attempts::<T>(label, None);
		let [(_, attempt), .., (last, _)] = &guardians[..] else {
			unreachable!("there are nine")
		};
		Recoveries::<T>::mutate(label, attempt, |attempt| {
			if let Some(attempt) = attempt {
				attempt.approvals.truncate(MAX_GUARDIANS as usize - 1);
			}
		});
		#[extrinsic_call]
		_(RawOrigin::Signed(last.clone()), label, attempt.clone());
		assert_eq!(
			Recoveries::<T>::get(label, attempt).map(|attempt| attempt.approvals.len()),
			Some(MAX_GUARDIANS as usize)
		);
	}

	#[benchmark]
	fn veto_recovery() {
		let (_, label) = subject::<T>();
		attempts::<T>(label, Some(0));
		// All of them lapsed but the last that is looked at.
		if let Some((last, attempt)) = Recoveries::<T>::iter_prefix(label).last() {
			Recoveries::<T>::insert(label, last, Recovery { ready: None, ..attempt });
		}
		#[extrinsic_call]
		_(RawOrigin::Signed(auditor::<T>()), label);
		assert!(!Pallet::<T>::is_recovery_pending(label));
	}

	#[benchmark]
	fn complete_recovery() {
		let (holder, label) = subject::<T>();
		// What is measured runs in the first block at the earliest.
		let guardians = attempts::<T>(label, Some(T::Ledger::here().block.max(1)));
		guard::<T>(&holder, &Authenticator::new(1));
		T::OnRotation::endow(&holder);
		let (guardian, account) = guardians.first().cloned().unwrap_or_else(|| unreachable!("there are nine"));
		#[extrinsic_call]
		_(RawOrigin::Signed(guardian), label, account.clone());
		assert_eq!(Holders::<T>::get(label), Some(account));
	}

	#[benchmark]
	fn rotate() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::Owner));
		attempts::<T>(label, None);
		T::OnRotation::endow(&caller);
		let (account, signature) = new_key::<T>(label);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), account.clone(), deadline::<T>(), signature);
		assert_eq!(Holders::<T>::get(label), Some(account));
	}

	#[benchmark]
	fn reassign() {
		let (holder, label) = suspended::<T>();
		attempts::<T>(label, None);
		guard::<T>(&holder, &Authenticator::new(1));
		T::OnRotation::endow(&holder);
		let (account, signature) = new_key::<T>(label);
		let since = T::Ledger::here().block;
		let reason = RetirementReason::Compromised { since };
		#[extrinsic_call]
		_(
			RawOrigin::Signed(auditor::<T>()),
			label,
			reason,
			account.clone(),
			deadline::<T>(),
			signature,
		);
		assert_eq!(Holders::<T>::get(label), Some(account));
	}

	#[benchmark]
	fn distrust() -> Result<(), BenchmarkError> {
		let (old, label) = subject::<T>();
		let (account, signature) = new_key::<T>(label);
		Pallet::<T>::rotate(RawOrigin::Signed(old.clone()).into(), account, deadline::<T>(), signature)?;
		let since = T::Ledger::here().block;
		#[extrinsic_call]
		_(RawOrigin::Signed(auditor::<T>()), old.clone(), since);
		assert_eq!(
			RetiredKeys::<T>::get(old).map(|key| key.reason),
			Some(RetirementReason::Compromised { since })
		);
		Ok(())
	}

	#[benchmark]
	fn appoint_auditor() {
		let (account, label) = subject::<T>();
		#[extrinsic_call]
		_(RawOrigin::Root, label, longest_remit());
		assert!(Pallet::<T>::authority(&account, Role::Auditor).is_ok());
	}

	#[benchmark]
	fn dismiss_auditor() {
		let account: AccountId = account("subject", 0, 0);
		// It is nothing else, and ends.
		let label = grant::<T>(&account, Roles::only(Role::Auditor));
		Remits::<T>::insert(label, longest_remit());
		attempts::<T>(label, None);
		#[extrinsic_call]
		_(RawOrigin::Root, label);
		assert!(Pallet::<T>::usable_label(&account).is_err());
	}

	#[benchmark]
	fn publish_certificate() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::CertificateAuthority));
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), CERTIFICATE);
		assert!(Certificates::<T>::contains_key(label, CERTIFICATE));
	}

	#[benchmark]
	fn withdraw_certificate() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::CertificateAuthority));
		let publication = Publication {
			by: caller.clone(),
			at: T::Ledger::here(),
		};
		Certificates::<T>::insert(label, CERTIFICATE, publication);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), CERTIFICATE);
		assert!(!Certificates::<T>::contains_key(label, CERTIFICATE));
	}

	#[benchmark]
	fn bind_passkey() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::Owner));
		guard::<T>(&caller, &Authenticator::new(1));
		Confirmed::<T>::put(label);
		let (authenticator, guarded) = (Authenticator::new(2), Operations::all());
		let passkey = authenticator.passkey();
		let assertion = confirmation::<T>(&authenticator, label, &payload::binding(&passkey, guarded));
		let sequence = Sequences::<T>::get(label);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), passkey, guarded, sequence, assertion);
		assert_eq!(Passkeys::<T>::get(label).map(|bound| bound.passkey), Some(passkey));
	}

	#[benchmark]
	fn unbind_passkey() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::Owner));
		guard::<T>(&caller, &Authenticator::new(1));
		Confirmed::<T>::put(label);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller));
		assert!(!Passkeys::<T>::contains_key(label));
	}

	#[benchmark]
	fn confirm(l: Linear<0, 65_536>) {
		let caller: AccountId = whitelisted_caller();
		grant::<T>(&caller, Roles::only(Role::BusinessPlatform));
		let (owner, label) = subject::<T>();
		let authenticator = Authenticator::new(1);
		guard::<T>(&owner, &authenticator);
		let remark = alloc::vec![0; l as usize];
		let call: Box<<T as Config>::RuntimeCall> = Box::new(frame_system::Call::<T>::remark { remark }.into());
		let assertion = confirmation::<T>(&authenticator, label, &call.encode());
		let sequence = Sequences::<T>::get(label);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), label, call, sequence, assertion);
		assert_eq!(Sequences::<T>::get(label), 2);
	}

	#[benchmark]
	fn set_quota() {
		let quota = Quota { calls: 7, bytes: 7 };
		#[extrinsic_call]
		_(RawOrigin::Root, Role::Validator, quota);
		assert_eq!(Terms::<T>::get().of(Roles::only(Role::Validator)), quota);
	}

	#[benchmark]
	fn admission() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::all());
		let call: RuntimeCallFor<T> = Call::publish_certificate {
			certificate: CERTIFICATE,
		}
		.into();
		let info = call.get_dispatch_info();
		let nonce = frame_system::Pallet::<T>::account_nonce(&caller);
		#[block]
		{
			Admission::<T>(nonce)
				.validate_and_prepare(RawOrigin::Signed(caller).into(), &call, &info, 0, 0)
				.unwrap_or_else(|_| unreachable!("a label may"));
		}
		assert_eq!(Usages::<T>::get(label).used.calls, 1);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
