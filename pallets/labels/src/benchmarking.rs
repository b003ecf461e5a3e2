// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls. The new keys of labels live in the keystore that the benchmarking host provides.

use crate::{
	Admission, Applications, Call, Certificates, Config, Holders, Labels, Pallet, Rejections, Remits, RetiredKeys, Terms, Usages,
};
use chirograph_primitives::{
	payload, AccountId, Application, CertificateHash, Country, DossierHash, Jurisdiction, LabelId, LabelRevocationReason, Ledger,
	Moment, OrganisationId, OwnerSignature, Quota, Rejection, RejectionReason, Remit, RetirementReason, Role, Roles, Standing,
	SuspensionReason, MAX_COUNTRIES,
};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	traits::IsSubType,
	BoundedVec,
};
use frame_system::{pallet_prelude::RuntimeCallFor, RawOrigin};
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

/// Gives `account` a label, unless it has one, and these roles besides.
pub(crate) fn grant<T: Config>(account: &AccountId, roles: Roles) -> LabelId {
	if let Some(mut label) = Labels::<T>::get(account) {
		label.roles = label.roles.with(roles);
		Labels::<T>::insert(account, &label);
		return label.id;
	}
	let dossier = DossierHash([1; 32]);
	Pallet::<T>::keep_account(account);
	let label = Pallet::<T>::grant(account, organisation(account), HERE, roles, Moment::MAX, dossier, None);
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
	let application = Application {
		dossier: DossierHash([1; 32]),
		organisation: organisation(&account),
		jurisdiction: HERE,
		roles: Roles::only(Role::Owner),
		applied: T::Ledger::here(),
	};
	Pallet::<T>::keep_account(&account);
	Applications::<T>::insert(&account, &application);
	(account, H256(hashing::blake2_256(&application.encode())))
}

fn expires<T: Config>() -> Moment {
	T::Ledger::here().time + T::MaxValidity::get()
}

fn deadline<T: Config>() -> u32 {
	T::Ledger::here().block + T::MaxSignatureValidity::get()
}

/// A fresh key that wants to hold `label`.
fn new_key<T: Config>(label: LabelId) -> (AccountId, OwnerSignature) {
	let key = crypto::ed25519_generate(KEY_TYPE, None);
	let account = AccountId::new(key.0);
	let payload = payload::takeover(&T::Ledger::genesis_hash(), label, &account, deadline::<T>());
	let signature = crypto::ed25519_sign(KEY_TYPE, &key, &payload).unwrap_or_else(|| unreachable!("the keystore made the key"));
	(account, OwnerSignature::Ed25519(signature))
}

#[benchmarks(where
	RuntimeCallFor<T>: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo> + IsSubType<Call<T>> + From<Call<T>> + GetDispatchInfo,
	<RuntimeCallFor<T> as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<AccountId> + AsTransactionAuthorizedOrigin + Clone,
	T: Send + Sync,
)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn apply() {
		let caller: AccountId = whitelisted_caller();
		let rejection = Rejection {
			reason: RejectionReason::Unspecified,
			by: 1,
			at: T::Ledger::here(),
		};
		Rejections::<T>::insert(&caller, rejection);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller.clone()),
			DossierHash([1; 32]),
			organisation(&caller),
			HERE,
			Roles::only(Role::Owner),
		);
		assert!(Applications::<T>::contains_key(caller));
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
	fn rotate() {
		let caller: AccountId = whitelisted_caller();
		let label = grant::<T>(&caller, Roles::only(Role::Owner));
		let (account, signature) = new_key::<T>(label);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), account.clone(), deadline::<T>(), signature);
		assert_eq!(Holders::<T>::get(label), Some(account));
	}

	#[benchmark]
	fn reassign() {
		let (_, label) = suspended::<T>();
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
	fn dismiss_auditor() -> Result<(), BenchmarkError> {
		let (account, label) = subject::<T>();
		Pallet::<T>::appoint_auditor(RawOrigin::Root.into(), label, longest_remit())?;
		#[extrinsic_call]
		_(RawOrigin::Root, label);
		assert!(Pallet::<T>::authority(&account, Role::Auditor).is_err());
		Ok(())
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
		Certificates::<T>::insert(label, CERTIFICATE, T::Ledger::here());
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), CERTIFICATE);
		assert!(!Certificates::<T>::contains_key(label, CERTIFICATE));
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
