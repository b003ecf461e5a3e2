// SPDX-License-Identifier: Apache-2.0

//! From an account that nobody knows to a label.

use crate::{Applications, Arrivals, Config, Error, Event, Holders, Labels, LastLabel, Pallet, Rejections, RetiredKeys};
use chirograph_primitives::{
	payload, AccountId, AdmissionFault, Application, BlockNumber, CertificateClaim, DossierHash, Inclusion, Jurisdiction, Label,
	LabelEvent, LabelId, Ledger, Moment, Operations, OrganisationId, Rejection, RejectionReason, Role, Roles, SignatureFault,
	Standing,
};
use codec::Encode;
use frame_support::{dispatch::DispatchResult, ensure};
use frame_system::Pallet as System;
use sp_core::{Get, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::traits::Zero;

/// Where an application is in the order of [`Arrivals`].
pub(crate) fn arrival(account: &AccountId, applied: &Inclusion) -> ([u8; 4], AccountId) {
	(applied.block.to_be_bytes(), account.clone())
}

impl<T: Config> Pallet<T> {
	/// Whether an account may apply now. Asked before the call too, so that what would be refused takes no place in a block.
	pub(crate) fn ensure_may_apply(account: &AccountId) -> Result<(), AdmissionFault> {
		ensure!(!Labels::<T>::contains_key(account), AdmissionFault::AlreadyLabelled);
		ensure!(!RetiredKeys::<T>::contains_key(account), AdmissionFault::KeyRetired);
		ensure!(!Applications::<T>::contains_key(account), AdmissionFault::AlreadyApplied);
		ensure!(!Self::is_full() || Self::lapsed().is_some(), AdmissionFault::TooManyWaiting);
		Ok(())
	}

	/// What can be seen of an application at next to no cost. Asked before the call, too.
	pub(crate) fn ensure_well_formed(
		jurisdiction: &Jurisdiction,
		roles: Roles,
		certificate: Option<&CertificateClaim>,
	) -> Result<(), Error<T>> {
		Self::ensure_grantable(roles)?;
		ensure!(jurisdiction.is_well_formed(), Error::<T>::InvalidJurisdiction);
		ensure!(
			certificate.is_none_or(CertificateClaim::is_well_formed),
			Error::<T>::MalformedCertificateSignature
		);
		Ok(())
	}

	/// Whether as many applications wait as there may.
	fn is_full() -> bool {
		Applications::<T>::count() >= T::MaxApplications::get()
	}

	/// Who waits for the longest, if that is so long that another may take the place.
	fn lapsed() -> Option<AccountId> {
		let (applied, account) = Arrivals::<T>::iter_keys().next()?;
		// Saturating: at the end of the block numbers nothing lapses any more.
		let lapses = BlockNumber::from_be_bytes(applied).saturating_add(T::ApplicationLifetime::get());
		(lapses <= T::Ledger::here().block).then_some(account)
	}

	/// Takes an application out of those that wait.
	pub(crate) fn take_application(account: &AccountId) -> Option<Application> {
		let application = Applications::<T>::take(account)?;
		Arrivals::<T>::remove(arrival(account, &application.applied));
		Some(application)
	}

	pub(crate) fn do_apply(
		account: AccountId,
		dossier: DossierHash,
		organisation: OrganisationId,
		jurisdiction: Jurisdiction,
		roles: Roles,
		certificate: Option<CertificateClaim>,
	) -> DispatchResult {
		Self::ensure_may_apply(&account).map_err(Error::<T>::from)?;
		// Whoever derives accounts from its own, as many as it likes, would apply for each of them, past what bounds the applications of all.
		ensure!(!System::<T>::account_nonce(&account).is_zero(), Error::<T>::DerivedAccount);
		Self::ensure_well_formed(&jurisdiction, roles, certificate.as_ref())?;
		if let Some(claim) = &certificate {
			Self::ensure_claims(claim, &account)?;
		}

		let application = Application {
			dossier,
			organisation,
			jurisdiction,
			roles,
			certificate: certificate.map(|claim| claim.binding()),
			applied: T::Ledger::here(),
		};
		if let Some(account) = Self::is_full().then(Self::lapsed).flatten() {
			Self::take_application(&account);
			Self::deposit_event(Event::Lapsed { account });
		}
		Self::keep_account(&account);
		Rejections::<T>::remove(&account);
		Arrivals::<T>::insert(arrival(&account, &application.applied), ());
		Applications::<T>::insert(&account, &application);
		Self::deposit_event(Event::Applied { account, application });
		Ok(())
	}

	/// Whether the certificate's key signed for this account, on this network. Whose certificate it is, the auditor has to find out.
	fn ensure_claims(claim: &CertificateClaim, account: &AccountId) -> Result<(), Error<T>> {
		let payload = payload::certificate(&T::Ledger::genesis_hash(), account, &claim.certificate);
		claim.verify(&payload).map_err(|fault| match fault {
			SignatureFault::Malformed => Error::<T>::MalformedCertificateSignature,
			SignatureFault::Mismatch => Error::<T>::CertificateSignatureMismatch,
		})
	}

	pub(crate) fn do_approve(who: AccountId, account: AccountId, hash: H256, expires: Moment) -> DispatchResult {
		let application = Applications::<T>::get(&account).ok_or(Error::<T>::NotApplied)?;
		ensure!(
			H256(blake2_256(&application.encode())) == hash,
			Error::<T>::ApplicationChanged
		);
		let auditor = Self::ensure_auditor(&who, &application.organisation, &application.jurisdiction, application.roles)?;
		Self::ensure_expiry(expires)?;

		Self::take_application(&account);
		let label = Self::grant(&account, application, expires, Some(auditor))?;
		Self::deposit_event(Event::Granted { account, label });
		Ok(())
	}

	pub(crate) fn do_reject(who: AccountId, account: AccountId, reason: RejectionReason) -> DispatchResult {
		let application = Applications::<T>::get(&account).ok_or(Error::<T>::NotApplied)?;
		let by = Self::ensure_auditor(&who, &application.organisation, &application.jurisdiction, application.roles)?;
		let rejection = Rejection {
			reason,
			by,
			at: T::Ledger::here(),
		};
		Self::take_application(&account);
		Rejections::<T>::insert(&account, rejection);
		Self::deposit_event(Event::Rejected { account, rejection });
		Ok(())
	}

	/// A new label for an account that has none, as it applied for it.
	pub(crate) fn grant(
		account: &AccountId,
		application: Application,
		expires: Moment,
		auditor: Option<LabelId>,
	) -> Result<Label, Error<T>> {
		let id = LastLabel::<T>::get().checked_add(1).ok_or(Error::<T>::NoMoreLabels)?;
		let Application {
			dossier,
			organisation,
			jurisdiction,
			roles,
			certificate,
			..
		} = application;
		let mut label = Label {
			id,
			organisation,
			jurisdiction,
			roles,
			expires,
			standing: Standing::Active,
			dossier,
			certificate: certificate.map(|binding| binding.certificate),
			auditor,
			held_since: T::Ledger::here(),
			distrusted_since: None,
			guarded: Operations::NONE,
			changes: 0,
		};
		LastLabel::<T>::put(id);
		Holders::<T>::insert(id, account);
		Self::write_change(account, &mut label, auditor, LabelEvent::Granted);
		Ok(label)
	}

	/// Roles that an application or an auditor may name.
	pub(crate) fn ensure_grantable(roles: Roles) -> Result<(), Error<T>> {
		ensure!(!roles.is_empty() && !roles.has_unknown(), Error::<T>::InvalidRoles);
		ensure!(!roles.contains(Role::Auditor), Error::<T>::AuditorByCouncilOnly);
		Ok(())
	}

	pub(crate) fn ensure_expiry(expires: Moment) -> Result<(), Error<T>> {
		let now = T::Ledger::here().time;
		// Saturating: at the end of time there is nothing left to be too late.
		let in_range = now < expires && expires <= now.saturating_add(T::MaxValidity::get());
		in_range.then_some(()).ok_or(Error::<T>::InvalidExpiry)
	}

	/// Sees to it that the account is never forgotten, and with it its nonce: a forgotten one could be made to apply again, with the
	/// extrinsic of the first time. Whatever else keeps it, a balance for instance, may end.
	pub(crate) fn keep_account(account: &AccountId) {
		System::<T>::inc_providers(account);
	}
}
