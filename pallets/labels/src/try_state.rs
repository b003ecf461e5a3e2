// SPDX-License-Identifier: Apache-2.0

use crate::{
	Applications, Config, Confirmed, Guardians, History, Holders, Labels, LastLabel, Pallet, Passkeys, Recoveries, Remits,
	RetiredKeys, Sequences,
};
use alloc::collections::BTreeSet;
use chirograph_primitives::{AccountId, Guardianship, Label, LabelId, Recovery, Role, Roles, Standing};
use frame_support::ensure;
use frame_system::Pallet as System;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let last = LastLabel::<T>::get();
		for id in 1..=last {
			ensure!(Holders::<T>::contains_key(id), "invariant 2: a number without a label");
		}
		ensure!(
			Holders::<T>::iter_keys().count() == last as usize && Labels::<T>::iter_keys().count() == last as usize,
			"invariant 1: a label without a holder, or a holder without a label"
		);
		for (account, label) in Labels::<T>::iter() {
			ensure!(
				Holders::<T>::get(label.id).as_ref() == Some(&account),
				"invariant 1: a label that another account holds"
			);
			Self::check_history(&label)?;
			ensure!(!Applications::<T>::contains_key(&account), "invariant 4: a holder applied");
			ensure!(
				!RetiredKeys::<T>::contains_key(&account),
				"invariant 5: a retired key holds a label"
			);
			Self::check_roles(label.roles, label.jurisdiction.is_well_formed())?;
			ensure!(
				Remits::<T>::contains_key(label.id) == is_auditor(&label),
				"invariant 7: a remit without an auditor, or an auditor without a remit"
			);
			ensure!(
				Passkeys::<T>::contains_key(label.id) != label.guarded.is_empty() && !label.guarded.has_unknown(),
				"invariant 10: a passkey that guards nothing, or something that is guarded by none, or that there is not"
			);
			Self::check_kept(&account)?;
		}
		for (account, key) in RetiredKeys::<T>::iter() {
			ensure!(
				!Applications::<T>::contains_key(&account),
				"invariant 5: a retired key applied"
			);
			ensure!(
				key.from.position() <= key.until.position() && Holders::<T>::contains_key(key.label),
				"invariant 5: a retired key of no label, or that ended before it began"
			);
			Self::check_kept(&account)?;
		}
		for (account, application) in Applications::<T>::iter() {
			Self::check_roles(application.roles, application.jurisdiction.is_well_formed())?;
			ensure!(
				!application.roles.contains(Role::Auditor),
				"invariant 6: an application for an auditor's role"
			);
			Self::check_kept(&account)?;
		}
		for (
			label,
			Guardianship {
				guardians, threshold, ..
			},
		) in Guardians::<T>::iter()
		{
			ensure!(
				guardians.is_sorted_by(|one, next| one < next)
					&& guardians
						.iter()
						.all(|guardian| *guardian != label && Holders::<T>::contains_key(guardian))
					&& (1..=guardians.len()).contains(&(threshold as usize)),
				"invariant 9: guardians who are none, or too few of them"
			);
		}
		for label in Recoveries::<T>::iter_keys().map(|(label, _)| label) {
			Self::check_recoveries(label)?;
		}
		for label in Passkeys::<T>::iter_keys() {
			ensure!(
				Holders::<T>::contains_key(label) && Sequences::<T>::get(label) > 0,
				"invariant 10: a passkey of nobody, or one that never showed that it is there"
			);
		}
		ensure!(!Confirmed::<T>::exists(), "invariant 11: something counts as confirmed");
		for (label, remit) in Remits::<T>::iter() {
			ensure!(
				remit.is_valid() && Holders::<T>::contains_key(label),
				"invariant 7: a remit that is none, or nobody's"
			);
		}
		Ok(())
	}

	fn check_history(label: &Label) -> Result<(), TryRuntimeError> {
		let entries = (0..label.changes).map_while(|index| History::<T>::get(label.id, index));
		let entries: alloc::vec::Vec<_> = entries.collect();
		ensure!(
			entries.len() == label.changes as usize && !History::<T>::contains_key(label.id, label.changes),
			"invariant 3: a history with a gap, or with more entries than the label knows"
		);
		ensure!(
			entries.is_sorted_by_key(|entry| entry.at.position()),
			"invariant 3: a history out of order"
		);
		let last = entries.last().map(|last| (last.roles, last.expires, last.standing));
		ensure!(
			last == Some((label.roles, label.expires, label.standing)),
			"invariant 3: a label that is not as its history says"
		);
		Ok(())
	}

	fn check_recoveries(label: LabelId) -> Result<(), TryRuntimeError> {
		let guardianship = Guardians::<T>::get(label).ok_or("invariant 9: an attempt without guardians")?;
		let mut initiators = BTreeSet::new();
		for Recovery { approvals, ready } in Recoveries::<T>::iter_prefix_values(label) {
			let each_once: BTreeSet<_> = approvals.iter().collect();
			let by_guardians = approvals.iter().all(|guardian| guardianship.guardians.contains(guardian));
			let is_enough = approvals.len() >= guardianship.threshold as usize;
			ensure!(
				by_guardians
					&& each_once.len() == approvals.len()
					&& ready.is_some() == is_enough
					&& approvals.first().is_some_and(|initiator| initiators.insert(*initiator)),
				"invariant 9: an attempt that guardians could not have made"
			);
		}
		Ok(())
	}

	fn check_roles(roles: Roles, jurisdiction_is_well_formed: bool) -> Result<(), TryRuntimeError> {
		ensure!(
			!roles.is_empty() && !roles.has_unknown() && jurisdiction_is_well_formed,
			"invariant 6: roles, country or region that do not exist"
		);
		Ok(())
	}

	fn check_kept(account: &AccountId) -> Result<(), TryRuntimeError> {
		ensure!(
			System::<T>::providers(account) > 0,
			"invariant 8: an account without a provider"
		);
		Ok(())
	}
}

/// Whether it can be in anybody's place to decide: a label that is revoked never is.
fn is_auditor(label: &Label) -> bool {
	label.roles.contains(Role::Auditor) && !matches!(label.standing, Standing::Revoked { .. })
}
