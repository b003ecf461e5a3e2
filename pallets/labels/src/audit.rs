// SPDX-License-Identifier: Apache-2.0

//! What becomes of labels, and of those who decide about them.

use crate::{judgement::Capacity, Certificates, Config, Error, Event, History, Labels, Pallet, Remits};
use chirograph_primitives::{
	AccountId, BlockNumber, CertificateHash, Containment, Label, LabelChange, LabelEvent, LabelId, LabelRevocationReason, Ledger,
	Moment, Publication, Remit, Role, Roles, Standing, SuspensionReason,
};
use frame_support::{dispatch::DispatchResult, ensure};
use frame_system::pallet_prelude::OriginFor;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_suspend(origin: OriginFor<T>, label: LabelId, reason: SuspensionReason) -> DispatchResult {
		ensure!(reason != SuspensionReason::Offence, Error::<T>::OffenceByNetworkOnly);
		let (holder, mut label) = Self::find_changeable(label)?;
		let capacity = Self::capacity(origin, &label)?;
		let known_since = label.distrusted_since;
		let reason = match reason {
			SuspensionReason::KeyCompromised { since } => {
				let since = Self::distrust_label(&mut label, capacity, since)?;
				if is_suspended_otherwise(&label) {
					ensure!(label.distrusted_since != known_since, Error::<T>::AlreadySuspended);
					Labels::<T>::insert(&holder, label);
					Self::say_distrusted(holder, since, capacity);
					return Ok(());
				}
				SuspensionReason::KeyCompromised { since }
			},
			other => other,
		};
		// What is suspected does not take the place of what is proven.
		let known = [reason, SuspensionReason::Offence].map(Standing::Suspended);
		ensure!(!known.contains(&label.standing), Error::<T>::AlreadySuspended);
		label.standing = Standing::Suspended(reason);
		Self::change(&holder, label, capacity, LabelEvent::Suspended);
		Ok(())
	}

	pub(crate) fn say_distrusted(account: AccountId, since: BlockNumber, by: Capacity) {
		let by = by.label();
		Self::deposit_event(Event::Distrusted { account, since, by });
	}

	/// Notes from which block on the label's key is not believed. Only others may set that back: a holder would take back what it signed. An
	/// earlier report of an earlier block stands, whoever made it.
	pub(crate) fn distrust_label(label: &mut Label, capacity: Capacity, since: BlockNumber) -> Result<BlockNumber, Error<T>> {
		let now = T::Ledger::here().block;
		let since = if matches!(capacity, Capacity::Holder(_)) { now } else { since };
		let held = label.held_since.block..=now;
		ensure!(held.contains(&since), Error::<T>::InvalidSince);
		let since = label.distrusted_since.map_or(since, |earlier| earlier.min(since));
		label.distrusted_since = Some(since);
		Ok(since)
	}

	pub(crate) fn do_reinstate(origin: OriginFor<T>, label: LabelId) -> DispatchResult {
		let (holder, mut label) = Self::find(label)?;
		let capacity = Self::audit_capacity(origin, &label)?;
		ensure!(matches!(label.standing, Standing::Suspended(_)), Error::<T>::NotSuspended);
		label.standing = Standing::Active;
		label.distrusted_since = None;
		Self::change(&holder, label, capacity, LabelEvent::Reinstated);
		Ok(())
	}

	pub(crate) fn do_revoke(origin: OriginFor<T>, label: LabelId, cause: LabelRevocationReason) -> DispatchResult {
		let (holder, mut label) = Self::find_changeable(label)?;
		let capacity = Self::capacity(origin, &label)?;
		ensure!(!matches!(capacity, Capacity::Regulator(_)), Error::<T>::WrongRole);
		label.standing = Standing::Revoked { cause };
		Remits::<T>::remove(label.id);
		Self::forget_recoveries(label.id);
		Self::change(&holder, label, capacity, LabelEvent::Revoked);
		Ok(())
	}

	pub(crate) fn do_renew(origin: OriginFor<T>, label: LabelId, expires: Moment) -> DispatchResult {
		let (holder, mut label) = Self::find_changeable(label)?;
		let capacity = Self::audit_capacity(origin, &label)?;
		Self::ensure_expiry(expires)?;
		label.expires = expires;
		Self::change(&holder, label, capacity, LabelEvent::Renewed);
		Ok(())
	}

	pub(crate) fn do_change_roles(
		origin: OriginFor<T>,
		label: LabelId,
		roles: Roles,
		change: impl FnOnce(Roles, Roles) -> Roles,
	) -> DispatchResult {
		let (holder, mut label) = Self::find_changeable(label)?;
		Self::ensure_grantable(roles)?;
		let before = label.roles;
		let changed = change(before, roles);
		// What it has and what it is to have: neither may be beyond the remit.
		label.roles = before.with(roles);
		let capacity = Self::audit_capacity(origin, &label)?;
		ensure!(changed != before, Error::<T>::RolesUnchanged);
		ensure!(!changed.is_empty(), Error::<T>::InvalidRoles);
		label.roles = changed;
		Self::change(&holder, label, capacity, LabelEvent::RolesChanged);
		Ok(())
	}

	pub(crate) fn do_appoint_auditor(label: LabelId, remit: Remit) -> DispatchResult {
		let (holder, mut label) = Self::find_changeable(label)?;
		ensure!(remit.is_valid(), Error::<T>::InvalidRemit);
		let id = label.id;
		Remits::<T>::insert(id, &remit);
		if !label.roles.contains(Role::Auditor) {
			label.roles = label.roles.with(Roles::only(Role::Auditor));
			Self::change(&holder, label, Capacity::Council, LabelEvent::RolesChanged);
		}
		Self::deposit_event(Event::AuditorAppointed { label: id, remit });
		Ok(())
	}

	pub(crate) fn do_dismiss_auditor(label: LabelId) -> DispatchResult {
		let (holder, mut label) = Self::find(label)?;
		let id = label.id;
		Remits::<T>::take(id).ok_or(Error::<T>::NotAuditor)?;
		let others = label.roles.without(Roles::only(Role::Auditor));
		let event = if others.is_empty() {
			// A label has a role (invariant 6): one that is nothing but an auditor's ends.
			label.standing = Standing::Revoked {
				cause: LabelRevocationReason::Unspecified,
			};
			Self::forget_recoveries(id);
			LabelEvent::Revoked
		} else {
			label.roles = others;
			LabelEvent::RolesChanged
		};
		Self::change(&holder, label, Capacity::Council, event);
		Self::deposit_event(Event::AuditorDismissed { label: id });
		Ok(())
	}

	pub(crate) fn do_publish_certificate(who: AccountId, certificate: CertificateHash) -> DispatchResult {
		let label = Self::authority(&who, Role::CertificateAuthority).map_err(Error::<T>::from)?;
		ensure!(
			!Certificates::<T>::contains_key(label, certificate),
			Error::<T>::AlreadyPublished
		);
		let publication = Publication {
			by: who.clone(),
			at: T::Ledger::here(),
		};
		Certificates::<T>::insert(label, certificate, publication);
		Self::deposit_event(Event::CertificatePublished {
			label,
			certificate,
			by: who,
		});
		Ok(())
	}

	pub(crate) fn do_withdraw_certificate(who: AccountId, certificate: CertificateHash) -> DispatchResult {
		let label = Self::authority(&who, Role::CertificateAuthority).map_err(Error::<T>::from)?;
		Certificates::<T>::take(label, certificate).ok_or(Error::<T>::NotPublished)?;
		Self::deposit_event(Event::CertificateWithdrawn { label, certificate });
		Ok(())
	}

	/// Writes a changed label, and says so.
	pub(crate) fn change(holder: &AccountId, mut label: Label, by: Capacity, event: LabelEvent) {
		let change = Self::write_change(holder, &mut label, by.label(), event);
		Self::deposit_event(Event::Changed { label: label.id, change });
	}

	/// Writes a label and the entry of history that made it so.
	pub(crate) fn write_change(holder: &AccountId, label: &mut Label, by: Option<LabelId>, event: LabelEvent) -> LabelChange {
		let change = LabelChange {
			at: T::Ledger::here(),
			by,
			event,
			roles: label.roles,
			expires: label.expires,
			standing: label.standing,
		};
		History::<T>::insert(label.id, label.changes, &change);
		// Saturating: four thousand million changes of one label are more than the ledger has blocks.
		label.changes = label.changes.saturating_add(1);
		Labels::<T>::insert(holder, &*label);
		change
	}
}

impl<T: Config> Containment for Pallet<T> {
	fn suspend_offender(label: LabelId) -> DispatchResult {
		let (holder, mut label) = Self::find(label)?;
		let offence = Standing::Suspended(SuspensionReason::Offence);
		if matches!(label.standing, Standing::Revoked { .. }) || label.standing == offence {
			return Ok(());
		}
		label.standing = offence;
		// The network decides by the rules that the council gave it, and has no label either.
		Self::change(&holder, label, Capacity::Council, LabelEvent::Suspended);
		Ok(())
	}
}

/// Whether it takes more than another key for the label to be of use again.
const fn is_suspended_otherwise(label: &Label) -> bool {
	matches!(
		label.standing,
		Standing::Suspended(SuspensionReason::Unspecified | SuspensionReason::Investigation | SuspensionReason::Offence)
	)
}
