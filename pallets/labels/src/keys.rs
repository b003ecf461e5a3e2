// SPDX-License-Identifier: Apache-2.0

//! Which key holds a label (X.1407 8.1.2, 8.1.3, 9.1.2).

use crate::{judgement::Capacity, Applications, Config, Error, Holders, Labels, OnRotation, Pallet, Rejections, RetiredKeys};
use chirograph_primitives::{
	payload, AccountId, BlockNumber, Label, LabelEvent, LabelId, Ledger, Operation, OwnerSignature, RetiredKey, RetirementReason,
	Standing, SuspensionReason, Voters,
};
use frame_support::{dispatch::DispatchResult, ensure};
use frame_system::pallet_prelude::OriginFor;
use sp_core::Get;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_rotate(
		holder: AccountId,
		account: AccountId,
		valid_until: BlockNumber,
		signature: OwnerSignature,
	) -> DispatchResult {
		let label = Self::usable_label(&holder).map_err(Error::<T>::from)?;
		Self::ensure_unguarded(&label, Operation::Rotating)?;
		Self::ensure_takeover(&account, label.id, valid_until, &signature)?;
		let by = Capacity::Holder(label.id);
		Self::move_label(holder, account, label, RetirementReason::Rotated, by);
		Ok(())
	}

	pub(crate) fn do_reassign(
		origin: OriginFor<T>,
		label: LabelId,
		reason: RetirementReason,
		account: AccountId,
		valid_until: BlockNumber,
		signature: OwnerSignature,
	) -> DispatchResult {
		let (holder, label) = Self::find_changeable(label)?;
		let capacity = Self::audit_capacity(origin, &label)?;
		// With one stolen key of an auditor's, all seats would be empty at once, and then in other hands with all margins.
		let is_council = matches!(capacity, Capacity::Council);
		ensure!(is_council || !T::Voters::has_stake(label.id), Error::<T>::MarginAtStake);
		if let RetirementReason::Compromised { since } = reason {
			let held = label.held_since.block..=T::Ledger::here().block;
			ensure!(held.contains(&since), Error::<T>::InvalidSince);
		}
		Self::ensure_takeover(&account, label.id, valid_until, &signature)?;
		if reason.compromised_since().or(label.distrusted_since).is_some() {
			// Whoever had the key may have named them, to get the label back from its owner.
			Self::forget_guardians(label.id);
		}
		Self::hand_over(holder, account, label, reason, capacity);
		Ok(())
	}

	/// Moves a label because its key is gone, and maybe the passkey with it. If it was the key that was not believed, the label can be used
	/// again.
	pub(crate) fn hand_over(from: AccountId, to: AccountId, mut label: Label, reason: RetirementReason, by: Capacity) {
		if let Standing::Suspended(SuspensionReason::KeyCompromised { .. }) = label.standing {
			label.standing = Standing::Active;
		}
		Self::forget_passkey(&mut label);
		Self::move_label(from, to, label, reason, by);
	}

	pub(crate) fn do_distrust(origin: OriginFor<T>, account: AccountId, since: BlockNumber) -> DispatchResult {
		let mut retired = RetiredKeys::<T>::get(&account);
		let number = match &retired {
			Some(key) => key.label,
			None => Labels::<T>::get(&account).ok_or(Error::<T>::NotRetired)?.id,
		};
		let (_, mut label) = Self::find(number)?;
		let capacity = Self::capacity(origin, &label)?;
		ensure!(!matches!(capacity, Capacity::Holder(_)), Error::<T>::WrongRole);
		let since = if let Some(key) = &mut retired {
			let held = key.from.block..=key.until.block;
			ensure!(held.contains(&since), Error::<T>::InvalidSince);
			let since = key.reason.compromised_since().map_or(since, |earlier| earlier.min(since));
			key.reason = RetirementReason::Compromised { since };
			RetiredKeys::<T>::insert(&account, key);
			since
		} else {
			// One that could be used again is suspended instead.
			ensure!(matches!(label.standing, Standing::Revoked { .. }), Error::<T>::NotRetired);
			let since = Self::distrust_label(&mut label, capacity, since)?;
			Labels::<T>::insert(&account, label);
			since
		};
		Self::say_distrusted(account, since, capacity);
		Ok(())
	}

	/// Whether `account` can hold a label.
	pub(crate) fn ensure_fresh(account: &AccountId) -> Result<(), Error<T>> {
		let is_fresh = !Labels::<T>::contains_key(account)
			&& !RetiredKeys::<T>::contains_key(account)
			&& !Applications::<T>::contains_key(account);
		is_fresh.then_some(()).ok_or(Error::<T>::AccountInUse)
	}

	/// Whether `account` can and wants to hold a label. What costs least is checked first.
	pub(crate) fn ensure_takeover(
		account: &AccountId,
		label: LabelId,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> Result<(), Error<T>> {
		payload::check_deadline(T::Ledger::here().block, valid_until, T::MaxSignatureValidity::get())?;
		Self::ensure_fresh(account)?;
		let payload = payload::takeover(&T::Ledger::genesis_hash(), label, account, valid_until);
		signature.verify(&payload, account)?;
		Ok(())
	}

	fn move_label(from: AccountId, to: AccountId, mut label: Label, reason: RetirementReason, by: Capacity) {
		let here = T::Ledger::here();
		let reason = match (reason, label.distrusted_since.take()) {
			(RetirementReason::Compromised { since }, Some(earlier)) => RetirementReason::Compromised {
				since: since.min(earlier),
			},
			(_, Some(since)) => RetirementReason::Compromised { since },
			(reason, None) => reason,
		};
		let retired = RetiredKey {
			label: label.id,
			from: label.held_since,
			until: here,
			reason,
		};
		Labels::<T>::remove(&from);
		RetiredKeys::<T>::insert(&from, retired);
		Self::keep_account(&to);
		Rejections::<T>::remove(&to);
		Holders::<T>::insert(label.id, &to);
		label.held_since = here;
		Self::forget_recoveries(label.id);
		T::OnRotation::moved(&from, &to);
		Self::change(&to.clone(), label, by, LabelEvent::Rotated { from, to });
	}
}
