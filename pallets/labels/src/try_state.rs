// SPDX-License-Identifier: Apache-2.0

use crate::{
	applications::arrival, Applications, Arrivals, Certificates, Config, Confirmed, Guardians, History, Holders, Labels,
	LastLabel, Pallet, Passkeys, Recoveries, Rejections, Remits, RetiredKeys, Sequences, Usages,
};
use alloc::collections::BTreeSet;
use chirograph_primitives::{
	AccountId, Approval, BlockNumber, Guardianship, Identities, Label, LabelEvent, LabelId, Ledger, Recovery, Role, Roles,
	Standing, SuspensionReason,
};
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
		for (label, guardianship) in Guardians::<T>::iter() {
			let Guardianship {
				guardians,
				threshold,
				named_by,
				..
			} = guardianship;
			ensure!(
				guardians.is_sorted_by(|one, next| one < next)
					&& guardians
						.iter()
						.all(|guardian| *guardian != label && Holders::<T>::contains_key(guardian))
					&& (1..=guardians.len()).contains(&(threshold as usize))
					&& Self::has_held(&named_by, label),
				"invariant 9: guardians who are none, or too few of them, or whom nobody named who could"
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
		for (label, _, publication) in Certificates::<T>::iter() {
			ensure!(
				Self::has_held(&publication.by, label),
				"invariant 12: a certificate that nobody published who could"
			);
		}
		for (label, remit) in Remits::<T>::iter() {
			ensure!(
				remit.is_valid() && Holders::<T>::contains_key(label),
				"invariant 7: a remit that is none, or nobody's"
			);
		}
		Self::check_trust()?;
		Self::check_intervals()?;
		Self::check_use()?;
		Self::check_arrivals()
	}

	/// From which blocks on accounts are not believed.
	fn check_trust() -> Result<(), TryRuntimeError> {
		let now = T::Ledger::here().block;
		for label in Labels::<T>::iter_values() {
			let since = label.distrusted_since;
			ensure!(
				match label.standing {
					Standing::Active => since.is_none(),
					Standing::Suspended(SuspensionReason::KeyCompromised { since: named }) => since == Some(named),
					Standing::Suspended(_) | Standing::Revoked { .. } => true,
				},
				"invariant 13: a key that is believed though its label is suspended for it, or that is not though nothing is said of it"
			);
			Self::check_since(since, label.held_since.block, now)?;
		}
		for key in RetiredKeys::<T>::iter_values() {
			Self::check_since(key.reason.compromised_since(), key.from.block, key.until.block)?;
		}
		Ok(())
	}

	fn check_since(since: Option<BlockNumber>, from: BlockNumber, until: BlockNumber) -> Result<(), TryRuntimeError> {
		ensure!(
			since.is_none_or(|since| (from..=until).contains(&since)),
			"invariant 13: an account that is not believed from a block on in which it did not hold its label"
		);
		Ok(())
	}

	/// Who held each label, one after the other.
	fn check_intervals() -> Result<(), TryRuntimeError> {
		let mut moves = 0usize;
		for (holder, label) in Labels::<T>::iter() {
			let (mut since, mut holds) = (None, None);
			let entries = (0..label.changes).filter_map(|index| History::<T>::get(label.id, index));
			for entry in entries {
				match entry.event {
					LabelEvent::Granted => since = Some(entry.at),
					LabelEvent::Rotated { from, to } => {
						let retired = RetiredKeys::<T>::get(&from).ok_or("invariant 14: whoever was followed is not retired")?;
						ensure!(
							retired.label == label.id
								&& Some(retired.from) == since
								&& retired.until == entry.at
								&& holds.is_none_or(|holds| holds == from),
							"invariant 14: an account held a label at another time, or another one, than its history says"
						);
						(since, holds) = (Some(entry.at), Some(to));
						moves = moves.saturating_add(1);
					},
					_ => {},
				}
			}
			ensure!(
				Some(label.held_since) == since && holds.is_none_or(|holds| holds == holder),
				"invariant 14: a label is held since another time, or by another, than its history says"
			);
		}
		ensure!(
			RetiredKeys::<T>::iter_keys().count() == moves,
			"invariant 14: an account held a label once, and no history says who took over"
		);
		Ok(())
	}

	/// Whose what was used up is, and who was refused.
	fn check_use() -> Result<(), TryRuntimeError> {
		let is_used = |label: LabelId| Holders::<T>::contains_key(label);
		ensure!(
			Usages::<T>::iter_keys().all(is_used) && Sequences::<T>::iter_keys().all(is_used),
			"invariant 16: quotas or confirmations of a label that there is not"
		);
		for (account, rejection) in Rejections::<T>::iter() {
			ensure!(
				!Labels::<T>::contains_key(&account)
					&& !RetiredKeys::<T>::contains_key(&account)
					&& !Applications::<T>::contains_key(&account)
					&& Holders::<T>::contains_key(rejection.by),
				"invariant 16: somebody was refused who got a label or waits for one, or by nobody"
			);
			Self::check_kept(&account)?;
		}
		Ok(())
	}

	fn check_arrivals() -> Result<(), TryRuntimeError> {
		let mut applications = Applications::<T>::iter();
		ensure!(
			applications.all(|(account, application)| Arrivals::<T>::contains_key(arrival(&account, &application.applied)))
				&& Arrivals::<T>::iter_keys().count() == Applications::<T>::iter_keys().count(),
			"invariant 17: an application out of order, or an order of none"
		);
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
		let now = T::Ledger::here().block;
		ensure!(
			entries.last().is_none_or(|last| last.at.block <= now),
			"invariant 15: a history of what is still to come"
		);
		Ok(())
	}

	fn check_recoveries(label: LabelId) -> Result<(), TryRuntimeError> {
		let guardianship = Guardians::<T>::get(label).ok_or("invariant 9: an attempt without guardians")?;
		let (_, known) = Self::find(label).map_err(|_| "invariant 9: an attempt to get nothing back")?;
		ensure!(
			!matches!(known.standing, Standing::Revoked { .. }),
			"invariant 9: an attempt to get a revoked label back"
		);
		let mut initiators = BTreeSet::new();
		for attempt in Recoveries::<T>::iter_prefix_values(label) {
			let Recovery { approvals, ready } = &attempt;
			let each_once: BTreeSet<_> = approvals.iter().map(|approval| approval.guardian).collect();
			let by_guardians = approvals.iter().all(|Approval { guardian, account }| {
				guardianship.guardians.contains(guardian) && Self::has_held(account, *guardian)
			});
			let is_enough = approvals.len() >= guardianship.threshold as usize;
			ensure!(
				by_guardians
					&& each_once.len() == approvals.len()
					&& ready.is_some() == is_enough
					&& attempt.initiator().is_some_and(|initiator| initiators.insert(initiator)),
				"invariant 9: an attempt that guardians could not have made"
			);
		}
		Ok(())
	}

	/// Whether an account holds a label, or did once.
	fn has_held(account: &AccountId, label: LabelId) -> bool {
		<Self as Identities>::label_of(account) == Some(label)
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
