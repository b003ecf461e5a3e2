// SPDX-License-Identifier: Apache-2.0

//! Getting a label back whose key is lost, with the help of others and without an auditor (X.1407 8.1.3, 9.1.2 b).

use crate::{judgement::Capacity, Config, Error, Event, Guardians, Holders, MinRecoveryDelay, Pallet, Recoveries};
use chirograph_primitives::{
	AccountId, BlockNumber, GuardianIds, Guardianship, LabelId, Ledger, Operation, OwnerSignature, Recovery, RetirementReason,
};
use frame_support::{dispatch::DispatchResult, ensure};
use frame_system::pallet_prelude::OriginFor;
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_guardians(
		holder: AccountId,
		mut guardians: GuardianIds,
		threshold: u32,
		delay: BlockNumber,
	) -> DispatchResult {
		let held = Self::usable_label(&holder).map_err(Error::<T>::from)?;
		// Guardians can move the label.
		Self::ensure_unguarded(&held, Operation::Rotating)?;
		let label = held.id;
		ensure!(!Self::is_recovery_pending(label), Error::<T>::RecoveryPending);
		guardians.sort();
		let each_once = guardians.is_sorted_by(|one, next| one < next);
		let are_others = guardians
			.iter()
			.all(|guardian| *guardian != label && Holders::<T>::contains_key(guardian));
		let is_reachable = 0 < threshold && threshold as usize <= guardians.len();
		ensure!(each_once && are_others && is_reachable, Error::<T>::InvalidGuardians);
		ensure!(delay >= MinRecoveryDelay::<T>::get(), Error::<T>::DelayTooShort);
		let guardianship = Guardianship {
			guardians,
			threshold,
			delay,
		};
		Guardians::<T>::insert(label, &guardianship);
		Self::deposit_event(Event::GuardiansSet { label, guardianship });
		Ok(())
	}

	pub(crate) fn do_initiate_recovery(
		who: AccountId,
		label: LabelId,
		account: AccountId,
		valid_until: BlockNumber,
		signature: OwnerSignature,
	) -> DispatchResult {
		let (guardian, guardianship) = Self::ensure_guardian(&who, label)?;
		ensure!(!Recoveries::<T>::contains_key(label, &account), Error::<T>::RecoveryPending);
		// One attempt for each guardian: a false one cannot stand in the way of the others', and there are not more than guardians.
		let has_begun_one =
			Recoveries::<T>::iter_prefix_values(label).any(|attempt| attempt.approvals.first() == Some(&guardian));
		ensure!(!has_begun_one, Error::<T>::RecoveryPending);
		Self::ensure_takeover(&account, label, valid_until, &signature)?;
		let attempt = Recovery {
			approvals: GuardianIds::default(),
			ready: None,
		};
		Self::approve_attempt(label, account, attempt, guardian, &guardianship)
	}

	pub(crate) fn do_approve_recovery(who: AccountId, label: LabelId, account: AccountId) -> DispatchResult {
		let (guardian, guardianship) = Self::ensure_guardian(&who, label)?;
		let attempt = Recoveries::<T>::get(label, &account).ok_or(Error::<T>::NoRecovery)?;
		ensure!(!attempt.approvals.contains(&guardian), Error::<T>::AlreadyApproved);
		Self::approve_attempt(label, account, attempt, guardian, &guardianship)
	}

	fn approve_attempt(
		label: LabelId,
		account: AccountId,
		mut attempt: Recovery,
		guardian: LabelId,
		guardianship: &Guardianship,
	) -> DispatchResult {
		// There is room for every guardian once.
		attempt
			.approvals
			.try_push(guardian)
			.map_err(|_| Error::<T>::AlreadyApproved)?;
		if attempt.ready.is_none() && attempt.approvals.len() >= guardianship.threshold as usize {
			// Saturating: what would be ready after the last block never is.
			attempt.ready = Some(T::Ledger::here().block.saturating_add(guardianship.delay));
		}
		Recoveries::<T>::insert(label, &account, &attempt);
		Self::deposit_event(Event::RecoveryApproved {
			label,
			account,
			by: guardian,
			ready: attempt.ready,
		});
		Ok(())
	}

	pub(crate) fn do_veto_recovery(origin: OriginFor<T>, label: LabelId) -> DispatchResult {
		let (_, known) = Self::find(label)?;
		let by = Self::capacity(origin, &known)?;
		ensure!(!matches!(by, Capacity::Regulator(_)), Error::<T>::WrongRole);
		ensure!(Self::is_recovery_pending(label), Error::<T>::NoRecovery);
		Self::forget_recoveries(label);
		Self::deposit_event(Event::RecoveryVetoed { label, by: by.label() });
		Ok(())
	}

	pub(crate) fn do_complete_recovery(who: AccountId, label: LabelId, account: AccountId) -> DispatchResult {
		let (guardian, _) = Self::ensure_guardian(&who, label)?;
		let attempt = Recoveries::<T>::get(label, &account).ok_or(Error::<T>::NoRecovery)?;
		let is_over = attempt.ready.is_some_and(|ready| ready <= T::Ledger::here().block);
		ensure!(is_over, Error::<T>::RecoveryNotReady);
		let (holder, known) = Self::find_changeable(label)?;
		Self::ensure_fresh(&account)?;
		Self::hand_over(holder, account, known, RetirementReason::Lost, Capacity::Guardian(guardian));
		Ok(())
	}

	/// Who may help that label, if `who` is one of them.
	fn ensure_guardian(who: &AccountId, label: LabelId) -> Result<(LabelId, Guardianship), DispatchError> {
		let own = Self::usable_label(who).map_err(Error::<T>::from)?;
		let guardianship = Guardians::<T>::get(label).ok_or(Error::<T>::NotGuardian)?;
		ensure!(guardianship.guardians.contains(&own.id), Error::<T>::NotGuardian);
		// A revoked label is nobody's to get back.
		Self::find_changeable(label)?;
		Ok((own.id, guardianship))
	}

	pub(crate) fn is_recovery_pending(label: LabelId) -> bool {
		Recoveries::<T>::iter_key_prefix(label).next().is_some()
	}

	/// Whoever holds a label now needs no earlier attempt to get it back.
	pub(crate) fn forget_recoveries(label: LabelId) {
		// There are not more attempts than guardians.
		let _ = Recoveries::<T>::clear_prefix(label, u32::MAX, None);
	}
}
