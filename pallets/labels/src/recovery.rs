// SPDX-License-Identifier: Apache-2.0

//! Getting a label back whose key is lost, with the help of others and without an auditor (X.1407 8.1.3, 9.1.2 b).

use crate::{judgement::Capacity, Config, Error, Event, Guardians, MinRecoveryDelay, Pallet, Recoveries};
use alloc::vec::Vec;
use chirograph_primitives::{
	AccountId, Approval, Approvals, BlockNumber, GuardianIds, Guardianship, LabelId, Ledger, OwnerSignature, Recovery,
	RetirementReason, Standing,
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
		let label = Self::usable_label(&holder).map_err(Error::<T>::from)?.id;
		// Guardians can move the label to where it has no passkey.
		Self::ensure_passkey_confirmed(label)?;
		if guardians.is_empty() && threshold == 0 {
			ensure!(Self::forget_guardians(label), Error::<T>::NoGuardians);
			return Ok(());
		}
		guardians.sort();
		let each_once = guardians.is_sorted_by(|one, next| one < next);
		let is_reachable = 0 < threshold && threshold as usize <= guardians.len();
		ensure!(
			each_once && is_reachable && !guardians.contains(&label),
			Error::<T>::InvalidGuardians
		);
		ensure!(delay >= MinRecoveryDelay::<T>::get(), Error::<T>::DelayTooShort);
		for guardian in guardians.iter() {
			let (_, known) = Self::find(*guardian)?;
			ensure!(Self::is_usable(&known), Error::<T>::GuardianNotUsable);
		}
		// What is pending is the affair of those who were guardians when it began; and whoever names others could object to it, too.
		Self::forget_recoveries(label);
		let guardianship = Guardianship {
			guardians,
			threshold,
			delay,
			named_by: holder,
			named_at: T::Ledger::here(),
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
		Self::forget_lapsed(label, &guardianship);
		ensure!(!Recoveries::<T>::contains_key(label, &account), Error::<T>::RecoveryPending);
		// One attempt for each guardian: a false one cannot stand in the way of the others', and there are not more than guardians.
		let has_begun_one = Recoveries::<T>::iter_prefix_values(label).any(|attempt| attempt.initiator() == Some(guardian));
		ensure!(!has_begun_one, Error::<T>::RecoveryPending);
		Self::ensure_takeover(&account, label, valid_until, &signature)?;
		let attempt = Recovery {
			approvals: Approvals::default(),
			ready: None,
		};
		let approval = Approval { guardian, account: who };
		Self::approve_attempt(label, account, attempt, approval, &guardianship)
	}

	pub(crate) fn do_approve_recovery(who: AccountId, label: LabelId, account: AccountId) -> DispatchResult {
		let (guardian, guardianship) = Self::ensure_guardian(&who, label)?;
		let attempt = Recoveries::<T>::get(label, &account).ok_or(Error::<T>::NoRecovery)?;
		let now = T::Ledger::here().block;
		ensure!(!guardianship.has_lapsed(&attempt, now), Error::<T>::RecoveryLapsed);
		let approval = Approval { guardian, account: who };
		Self::approve_attempt(label, account, attempt, approval, &guardianship)
	}

	fn approve_attempt(
		label: LabelId,
		account: AccountId,
		mut attempt: Recovery,
		approval: Approval,
		guardianship: &Guardianship,
	) -> DispatchResult {
		let Approval {
			guardian,
			account: approver,
		} = approval.clone();
		let before = attempt.approvals.iter_mut().find(|before| before.guardian == guardian);
		match before {
			// What a guardian said with another account does not count any more.
			Some(before) => {
				ensure!(before.account != approver, Error::<T>::AlreadyApproved);
				*before = approval;
			},
			// There is room for every guardian once.
			None => attempt
				.approvals
				.try_push(approval)
				.map_err(|_| Error::<T>::AlreadyApproved)?,
		}
		if attempt.ready.is_none() && attempt.approvals.len() >= guardianship.threshold as usize {
			// Saturating: what would be ready after the last block never is.
			attempt.ready = Some(T::Ledger::here().block.saturating_add(guardianship.delay));
		}
		Recoveries::<T>::insert(label, &account, &attempt);
		Self::deposit_event(Event::RecoveryApproved {
			label,
			account,
			by: guardian,
			approver,
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
		let (guardian, guardianship) = Self::ensure_guardian(&who, label)?;
		let attempt = Recoveries::<T>::get(label, &account).ok_or(Error::<T>::NoRecovery)?;
		let now = T::Ledger::here().block;
		ensure!(attempt.ready.is_some_and(|ready| ready <= now), Error::<T>::RecoveryNotReady);
		ensure!(!guardianship.has_lapsed(&attempt, now), Error::<T>::RecoveryLapsed);
		let counting = attempt.approvals.iter().filter(|approval| Self::counts(approval)).count();
		ensure!(
			counting >= guardianship.threshold as usize,
			Error::<T>::ApprovalsLost {
				// There are not more approvals than guardians.
				counting: u8::try_from(counting).unwrap_or(u8::MAX),
			}
		);
		let (holder, known) = Self::find_changeable(label)?;
		Self::ensure_fresh(&account)?;
		Self::hand_over(holder, account, known, RetirementReason::Lost, Capacity::Guardian(guardian));
		Ok(())
	}

	/// Who may help that label, if `who` is one of them.
	fn ensure_guardian(who: &AccountId, label: LabelId) -> Result<(LabelId, Guardianship), DispatchError> {
		let own = Self::usable_label(who).map_err(Error::<T>::from)?;
		let (_, known) = Self::find(label)?;
		let guardianship = Guardians::<T>::get(label).ok_or(Error::<T>::NotGuardian)?;
		ensure!(guardianship.guardians.contains(&own.id), Error::<T>::NotGuardian);
		// A revoked label is nobody's to get back.
		ensure!(!matches!(known.standing, Standing::Revoked { .. }), Error::<T>::LabelRevoked);
		ensure!(Self::are_trusted(&guardianship), Error::<T>::GuardiansNotTrusted);
		Ok((own.id, guardianship))
	}

	/// Whether the key that named these guardians is believed for when it did, by what is known of it today. Otherwise whoever stole it could
	/// have the label back from its owner.
	fn are_trusted(guardianship: &Guardianship) -> bool {
		let since = Self::distrusted_since(&guardianship.named_by);
		since.is_none_or(|since| guardianship.named_at.block < since)
	}

	/// Whether the account that approved holds the guardian's label still, and may use it. A guardian whose key is stolen moves its label.
	fn counts(approval: &Approval) -> bool {
		Self::usable_label(&approval.account).is_ok_and(|label| label.id == approval.guardian)
	}

	/// Whether there is an attempt that can still come to something.
	pub(crate) fn is_recovery_pending(label: LabelId) -> bool {
		let now = T::Ledger::here().block;
		Guardians::<T>::get(label).is_some_and(|guardianship| {
			Recoveries::<T>::iter_prefix_values(label).any(|attempt| !guardianship.has_lapsed(&attempt, now))
		})
	}

	/// Makes room for new attempts.
	fn forget_lapsed(label: LabelId, guardianship: &Guardianship) {
		let now = T::Ledger::here().block;
		// There are not more attempts than guardians.
		let lapsed: Vec<_> = Recoveries::<T>::iter_prefix(label)
			.filter(|(_, attempt)| guardianship.has_lapsed(attempt, now))
			.collect();
		for (account, _) in lapsed {
			Recoveries::<T>::remove(label, account);
		}
	}

	/// From now on nobody can get the label back but an auditor or the council. Returns whether anybody else could.
	pub(crate) fn forget_guardians(label: LabelId) -> bool {
		let were_there = Guardians::<T>::take(label).is_some();
		if were_there {
			Self::forget_recoveries(label);
			Self::deposit_event(Event::GuardiansRemoved { label });
		}
		were_there
	}

	/// Whoever holds a label now needs no earlier attempt to get it back; nor does anybody who is to have none.
	pub(crate) fn forget_recoveries(label: LabelId) {
		// There are not more attempts than guardians.
		let _ = Recoveries::<T>::clear_prefix(label, u32::MAX, None);
	}
}
