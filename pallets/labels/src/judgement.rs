// SPDX-License-Identifier: Apache-2.0

//! Was this account this label, in this role, at that time? The one answer to it.

use crate::{Config, Error, History, Holders, Labels, Pallet, Remits, RetiredKeys};
use chirograph_primitives::{
	AccountId, Authority, AuthorityFault, Inclusion, Jurisdiction, Label, LabelChange, LabelId, Ledger, Moment, Operation,
	OrganisationId, RetirementReason, Role, Roles, Standing, SuspensionReason,
};
use frame_support::ensure;
use frame_system::{ensure_root, ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::DispatchError;

/// In which capacity somebody decides about a label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capacity {
	Council,
	Auditor(LabelId),
	Regulator(LabelId),
	Holder(LabelId),
	Guardian(LabelId),
}

impl Capacity {
	/// The label that decides.
	pub(crate) const fn label(self) -> Option<LabelId> {
		match self {
			Self::Council => None,
			Self::Auditor(label) | Self::Regulator(label) | Self::Holder(label) | Self::Guardian(label) => Some(label),
		}
	}
}

/// Whether a label of that standing and date may be used at `time`.
fn ensure_usable(standing: Standing, expires: Moment, time: Moment) -> Result<(), AuthorityFault> {
	match standing {
		Standing::Revoked { .. } => Err(AuthorityFault::Revoked),
		Standing::Suspended(SuspensionReason::KeyCompromised { since }) => Err(AuthorityFault::KeyCompromised { since }),
		Standing::Suspended(_) => Err(AuthorityFault::Suspended),
		Standing::Active if time >= expires => Err(AuthorityFault::Expired),
		Standing::Active => Ok(()),
	}
}

fn ensure_role(roles: Roles, role: Role) -> Result<(), AuthorityFault> {
	roles.contains(role).then_some(()).ok_or(AuthorityFault::WrongRole)
}

impl<T: Config> Pallet<T> {
	/// The label that `account` may use now, whatever its roles.
	///
	/// Two reads of storage at the most: the label, or what became of it, and the clock.
	pub fn usable_label(account: &AccountId) -> Result<Label, AuthorityFault> {
		let Some(label) = Labels::<T>::get(account) else {
			return Err(if RetiredKeys::<T>::contains_key(account) {
				AuthorityFault::KeyRetired
			} else {
				AuthorityFault::NoLabel
			});
		};
		ensure_usable(label.standing, label.expires, T::Ledger::here().time)?;
		Ok(label)
	}

	/// The label under which `account` may act in `role` now.
	pub fn authority(account: &AccountId, role: Role) -> Result<LabelId, AuthorityFault> {
		Self::label_in_role(account, role).map(|label| label.id)
	}

	fn label_in_role(account: &AccountId, role: Role) -> Result<Label, AuthorityFault> {
		let label = Self::usable_label(account)?;
		ensure_role(label.roles, role)?;
		Ok(label)
	}

	/// The label that `account` was at that time, in `role`; judged with all that is known today.
	pub fn authority_at(account: &AccountId, role: Role, at: &Inclusion) -> Result<LabelId, AuthorityFault> {
		let (label, from, until, distrusted_since) = match Labels::<T>::get(account) {
			Some(label) => (label.id, label.held_since, None, label.distrusted_since),
			None => {
				let key = RetiredKeys::<T>::get(account).ok_or(AuthorityFault::NoLabel)?;
				let since = match key.reason {
					RetirementReason::Compromised { since } => Some(since),
					RetirementReason::Rotated | RetirementReason::Lost => None,
				};
				(key.label, key.from, Some(key.until), since)
			},
		};
		if at.position() < from.position() {
			return Err(AuthorityFault::NoLabel);
		}
		// What is said of the key goes before how the label was: it is the better reason.
		if let Some(since) = distrusted_since.filter(|since| at.block >= *since) {
			return Err(AuthorityFault::KeyCompromised { since });
		}
		if until.is_some_and(|until| at.position() >= until.position()) {
			return Err(AuthorityFault::KeyRetired);
		}
		let then = Self::change_before(label, at).ok_or(AuthorityFault::NoLabel)?;
		ensure_usable(then.standing, then.expires, at.time)?;
		ensure_role(then.roles, role)?;
		Ok(label)
	}

	/// The last entry of a label's history at that time.
	fn change_before(label: LabelId, at: &Inclusion) -> Option<LabelChange> {
		let holder = Holders::<T>::get(label)?;
		let (mut low, mut high) = (0, Labels::<T>::get(holder)?.changes);
		let mut found = None;
		// Entries are in the order of time (invariant 3): halve what is left.
		while low < high {
			// Their sum could overflow, half of their difference cannot.
			let middle = low.saturating_add(high.saturating_sub(low) / 2);
			let entry = History::<T>::get(label, middle)?;
			if entry.at.position() <= at.position() {
				low = middle.saturating_add(1);
				found = Some(entry);
			} else {
				high = middle;
			}
		}
		found
	}

	/// The label of that number, and who holds it.
	pub(crate) fn find(label: LabelId) -> Result<(AccountId, Label), DispatchError> {
		let holder = Holders::<T>::get(label).ok_or(Error::<T>::UnknownLabel)?;
		let label = Labels::<T>::get(&holder).ok_or(Error::<T>::UnknownLabel)?;
		Ok((holder, label))
	}

	/// The label of that number, and who holds it, unless it is revoked.
	pub(crate) fn find_changeable(label: LabelId) -> Result<(AccountId, Label), DispatchError> {
		let (holder, label) = Self::find(label)?;
		ensure!(!matches!(label.standing, Standing::Revoked { .. }), Error::<T>::LabelRevoked);
		Ok((holder, label))
	}

	/// The label of an auditor who may decide about somebody of that organisation, at home there, with these roles.
	pub(crate) fn ensure_auditor(
		who: &AccountId,
		organisation: &OrganisationId,
		jurisdiction: &Jurisdiction,
		roles: Roles,
	) -> Result<LabelId, DispatchError> {
		let own = Self::usable_label(who).map_err(Error::<T>::from)?;
		Self::ensure_auditor_label(&own, organisation, jurisdiction, roles)?;
		Ok(own.id)
	}

	fn ensure_auditor_label(
		own: &Label,
		organisation: &OrganisationId,
		jurisdiction: &Jurisdiction,
		roles: Roles,
	) -> Result<(), Error<T>> {
		ensure!(own.roles.contains(Role::Auditor), Error::<T>::WrongRole);
		ensure!(own.organisation != *organisation, Error::<T>::OwnOrganisation);
		let remit = Remits::<T>::get(own.id).ok_or(Error::<T>::OutsideRemit)?;
		ensure!(remit.covers(jurisdiction, roles), Error::<T>::OutsideRemit);
		Ok(())
	}

	/// As an auditor of `label`, or as the council: the one who can decide about auditors, who are in nobody's remit.
	pub(crate) fn audit_capacity(origin: OriginFor<T>, label: &Label) -> Result<Capacity, DispatchError> {
		if ensure_root(origin.clone()).is_ok() {
			return Ok(Capacity::Council);
		}
		let who = ensure_signed(origin)?;
		let auditor = Self::ensure_auditor(&who, &label.organisation, &label.jurisdiction, label.roles)?;
		Ok(Capacity::Auditor(auditor))
	}

	/// In which capacity `origin` may decide about `label`.
	pub(crate) fn capacity(origin: OriginFor<T>, label: &Label) -> Result<Capacity, DispatchError> {
		if ensure_root(origin.clone()).is_ok() {
			return Ok(Capacity::Council);
		}
		let own = Self::usable_label(&ensure_signed(origin)?).map_err(Error::<T>::from)?;
		if own.id == label.id {
			return Ok(Capacity::Holder(own.id));
		}
		let as_auditor = Self::ensure_auditor_label(&own, &label.organisation, &label.jurisdiction, label.roles);
		let regulates = own.roles.contains(Role::Regulator)
			&& own.organisation != label.organisation
			&& own.jurisdiction.country == label.jurisdiction.country
			&& !label.roles.contains(Role::Auditor);
		match as_auditor {
			Ok(()) => Ok(Capacity::Auditor(own.id)),
			Err(_) if regulates => Ok(Capacity::Regulator(own.id)),
			Err(fault) => Err(fault.into()),
		}
	}
}

impl<T: Config> Authority<AccountId> for Pallet<T> {
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError> {
		Self::authority(who, role).map_err(|fault| Error::<T>::from(fault).into())
	}

	fn ensure_confirmed(who: &AccountId, role: Role, operation: Operation) -> Result<LabelId, DispatchError> {
		let label = Self::label_in_role(who, role).map_err(Error::<T>::from)?;
		Self::ensure_unguarded(&label, operation)?;
		Ok(label.id)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, role: Role) {
		crate::benchmarking::grant::<T>(who, Roles::only(role));
	}
}
