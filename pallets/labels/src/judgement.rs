// SPDX-License-Identifier: Apache-2.0

//! Who may decide about a label, and whether an account is, or was, a label in a role. Of the past judges [`Tenure::judge`].

use crate::{Config, Error, History, Holders, Labels, Pallet, Remits, RetiredKeys};
use chirograph_primitives::{
	AccountId, Authority, AuthorityFault, BlockNumber, Directory, Identities, Identity, Inclusion, Jurisdiction, Label,
	LabelChange, LabelHolder, LabelId, Ledger, Membership, Operation, OrganisationId, Role, Roles, Standing, Tenure,
};
use frame_support::{ensure, traits::Contains};
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
		label.standing.ensure_usable(label.expires, T::Ledger::here().time)?;
		Ok(label)
	}

	/// Whether a label may be used now by whoever holds it.
	pub(crate) fn is_usable(label: &Label) -> bool {
		label.standing.ensure_usable(label.expires, T::Ledger::here().time).is_ok()
	}

	/// The first block that signatures of `account` are not believed in, by what is known of its key today.
	pub(crate) fn distrusted_since(account: &AccountId) -> Option<BlockNumber> {
		match Labels::<T>::get(account) {
			Some(label) => label.distrusted_since,
			None => RetiredKeys::<T>::get(account).and_then(|key| key.reason.compromised_since()),
		}
	}

	/// The label under which `account` may act in `role` now.
	pub fn authority(account: &AccountId, role: Role) -> Result<LabelId, AuthorityFault> {
		Self::label_in_role(account, role).map(|label| label.id)
	}

	fn label_in_role(account: &AccountId, role: Role) -> Result<Label, AuthorityFault> {
		let label = Self::usable_label(account)?;
		label.roles.ensure(role)?;
		Ok(label)
	}

	/// The label that `account` was at that time, in `role`; judged with all that is known today.
	pub fn authority_at(account: &AccountId, role: Role, at: &Inclusion) -> Result<LabelId, AuthorityFault> {
		let tenure = match Labels::<T>::get(account) {
			Some(label) => Tenure::from(&label),
			None => Tenure::from(&RetiredKeys::<T>::get(account).ok_or(AuthorityFault::NoLabel)?),
		};
		tenure.judge(account, role, at, || Self::changes_around(tenure.label, at))
	}

	/// The last entry of a label's history from before that position, and those of the position itself.
	fn changes_around(label: LabelId, at: &Inclusion) -> impl Iterator<Item = LabelChange> {
		let first = Self::changes_before(label, at).unwrap_or_default();
		let position = at.position();
		(first.saturating_sub(1)..)
			.map_while(move |index| History::<T>::get(label, index))
			.take_while(move |entry| entry.at.position() <= position)
	}

	/// How many entries of a label's history are from before that position.
	fn changes_before(label: LabelId, at: &Inclusion) -> Option<u32> {
		let holder = Holders::<T>::get(label)?;
		let (mut low, mut high) = (0, Labels::<T>::get(holder)?.changes);
		// Entries are in the order of time (invariant 3): halve what is left.
		while low < high {
			// Their sum could overflow, half of their difference cannot.
			let middle = low.saturating_add(high.saturating_sub(low) / 2);
			if History::<T>::get(label, middle)?.at.position() < at.position() {
				low = middle.saturating_add(1);
			} else {
				high = middle;
			}
		}
		Some(low)
	}

	/// The label of that number, and who holds it.
	pub(crate) fn find(label: LabelId) -> Result<(AccountId, Label), DispatchError> {
		let holder = Holders::<T>::get(label).ok_or(Error::<T>::UnknownLabel)?;
		let label = Labels::<T>::get(&holder).ok_or(Error::<T>::UnknownLabel)?;
		Ok((holder, label))
	}

	/// The label of that number, and who holds it, if that may act in `role` now.
	fn find_in_role(label: LabelId, role: Role) -> Result<(AccountId, Label), DispatchError> {
		let (holder, label) = Self::find(label)?;
		let usable = label.standing.ensure_usable(label.expires, T::Ledger::here().time);
		usable.and_then(|()| label.roles.ensure(role)).map_err(Error::<T>::from)?;
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

	/// The council alone decides about its members: with one stolen key of an auditor's they could be shut out, one after the other, and nobody
	/// would be left to stop it.
	fn ensure_not_of_council(label: LabelId) -> Result<(), Error<T>> {
		let is_member = Holders::<T>::get(label).is_some_and(|holder| T::Council::contains(&holder));
		ensure!(!is_member, Error::<T>::CouncilMember);
		Ok(())
	}

	/// As an auditor of `label`, or as the council: the one who can decide about auditors, who are in nobody's remit, and about its own members.
	pub(crate) fn audit_capacity(origin: OriginFor<T>, label: &Label) -> Result<Capacity, DispatchError> {
		if ensure_root(origin.clone()).is_ok() {
			return Ok(Capacity::Council);
		}
		let who = ensure_signed(origin)?;
		let auditor = Self::ensure_auditor(&who, &label.organisation, &label.jurisdiction, label.roles)?;
		Self::ensure_not_of_council(label.id)?;
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
		let capacity = match as_auditor {
			Ok(()) => Capacity::Auditor(own.id),
			Err(_) if regulates => Capacity::Regulator(own.id),
			Err(fault) => return Err(fault.into()),
		};
		Self::ensure_not_of_council(label.id)?;
		Ok(capacity)
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

impl<T: Config> Directory for Pallet<T> {
	fn holder(label: LabelId, role: Role) -> Result<LabelHolder, DispatchError> {
		let (account, label) = Self::find_in_role(label, role)?;
		let home = label.jurisdiction;
		Ok(LabelHolder { account, home })
	}

	fn holder_confirmed(label: LabelId, role: Role, operation: Operation) -> Result<LabelHolder, DispatchError> {
		let (account, label) = Self::find_in_role(label, role)?;
		Self::ensure_unguarded(&label, operation)?;
		let home = label.jurisdiction;
		Ok(LabelHolder { account, home })
	}
}

impl<T: Config> Membership<AccountId> for Pallet<T> {
	fn ensure_member(who: &AccountId) -> Result<LabelId, DispatchError> {
		let label = Self::usable_label(who).map_err(Error::<T>::from)?;
		Ok(label.id)
	}

	fn is_member(label: LabelId) -> bool {
		Self::find(label).is_ok_and(|(_, label)| Self::is_usable(&label))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit_member(who: &AccountId) {
		crate::benchmarking::grant::<T>(who, Roles::only(Role::Owner));
	}
}

impl<T: Config> Identities for Pallet<T> {
	fn label_of(account: &AccountId) -> Option<LabelId> {
		let held = Labels::<T>::get(account).map(|label| label.id);
		held.or_else(|| RetiredKeys::<T>::get(account).map(|key| key.label))
	}

	fn account_of(label: LabelId) -> Option<AccountId> {
		Holders::<T>::get(label)
	}

	fn identity(label: LabelId) -> Option<Identity> {
		let (_, label) = Self::find(label).ok()?;
		Some(Identity {
			label: label.id,
			organisation: label.organisation,
			home: label.jurisdiction,
		})
	}
}
