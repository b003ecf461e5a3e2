// SPDX-License-Identifier: Apache-2.0

use crate::{Config, Error, Event, Incidents, NextIncident, OpenIncidents, OpenReports, Pallet, Suspension, MAX_OPEN_REPORTS};
use chirograph_primitives::{
	incident::{Evidence, Incident, IncidentKind, IncidentState, Outcome, ReportCode},
	AccountId, Authority, DocumentHash, Identities, IncidentId, IncidentRegistry, LabelId, Ledger, Role,
};
use frame_support::{dispatch::DispatchResult, ensure};
use frame_system::{ensure_root, ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::DispatchError;

/// Whose word makes an incident: those who see how the network behaves.
pub(crate) const REPORTERS: [Role; 5] = [
	Role::Regulator,
	Role::Auditor,
	Role::Validator,
	Role::TimeService,
	Role::CertificateAuthority,
];

/// Who judges that one is over.
pub(crate) const JUDGES: [Role; 2] = [Role::Regulator, Role::Auditor];

impl<T: Config> Pallet<T> {
	pub(crate) fn do_report(who: &AccountId, code: ReportCode, label: Option<LabelId>, document: DocumentHash) -> DispatchResult {
		let by = Self::ensure_one_of(who, &REPORTERS)?;
		let is_known = label.is_none_or(|label| T::Authority::identity(label).is_some());
		ensure!(is_known, Error::<T>::UnknownLabel);
		let open = OpenReports::<T>::get(by);
		ensure!(open < MAX_OPEN_REPORTS, Error::<T>::TooManyOpen);
		// Saturating: it is below the bound.
		OpenReports::<T>::insert(by, open.saturating_add(1));
		Self::keep(Incident {
			what: IncidentKind::Reported { code, by },
			label,
			evidence: Evidence::Document { hash: document },
			at: T::Ledger::here(),
			progress: IncidentState::Open,
		});
		Ok(())
	}

	pub(crate) fn do_contain(origin: OriginFor<T>, id: IncidentId) -> DispatchResult {
		let mut incident = Self::find_unclosed(id)?;
		ensure!(incident.progress == IncidentState::Open, Error::<T>::AlreadyContained);
		let label = incident.label.ok_or(Error::<T>::NothingToContain)?;
		T::Suspend::suspend(origin, label)?;
		incident.progress = IncidentState::Contained { at: T::Ledger::here() };
		Incidents::<T>::insert(id, incident);
		Self::deposit_event(Event::Contained { id, label });
		Ok(())
	}

	pub(crate) fn do_close(origin: OriginFor<T>, id: IncidentId, outcome: Outcome) -> DispatchResult {
		let by = if ensure_root(origin.clone()).is_ok() {
			None
		} else {
			Some(Self::ensure_one_of(&ensure_signed(origin)?, &JUDGES)?)
		};
		let mut incident = Self::find_unclosed(id)?;
		let (judge, concerned) = (
			by.and_then(T::Authority::identity),
			incident.label.and_then(T::Authority::identity),
		);
		let is_own = judge
			.zip(concerned)
			.is_some_and(|(judge, concerned)| judge.organisation == concerned.organisation);
		ensure!(!is_own, Error::<T>::OwnOrganisation);
		incident.progress = IncidentState::Closed {
			outcome,
			at: T::Ledger::here(),
		};
		if let IncidentKind::Reported { by, .. } = incident.what {
			OpenReports::<T>::mutate_exists(by, |open| {
				*open = open.and_then(|open| open.checked_sub(1)).filter(|open| *open > 0);
			});
		}
		// Saturating: this one was counted.
		OpenIncidents::<T>::mutate(|open| *open = open.saturating_sub(1));
		Incidents::<T>::insert(id, incident);
		Self::deposit_event(Event::Closed { id, outcome, by });
		Ok(())
	}

	/// The label of `who`, in the first of these roles that it may act in; or why it may not in the last.
	fn ensure_one_of(who: &AccountId, roles: &[Role]) -> Result<LabelId, DispatchError> {
		let mut refusal = DispatchError::BadOrigin;
		for role in roles {
			match T::Authority::ensure(who, *role) {
				Ok(label) => return Ok(label),
				Err(reason) => refusal = reason,
			}
		}
		Err(refusal)
	}

	fn find_unclosed(id: IncidentId) -> Result<Incident, Error<T>> {
		let incident = Incidents::<T>::get(id).ok_or(Error::<T>::UnknownIncident)?;
		let is_closed = matches!(incident.progress, IncidentState::Closed { .. });
		ensure!(!is_closed, Error::<T>::AlreadyClosed);
		Ok(incident)
	}

	fn keep(incident: Incident) -> IncidentId {
		let id = NextIncident::<T>::get();
		// Saturating, both: with one in every block, the numbers last for centuries.
		NextIncident::<T>::put(id.saturating_add(1));
		OpenIncidents::<T>::mutate(|open| *open = open.saturating_add(1));
		Incidents::<T>::insert(id, &incident);
		Self::deposit_event(Event::Recorded { id, incident });
		id
	}
}

impl<T: Config> IncidentRegistry for Pallet<T> {
	fn record(what: IncidentKind, label: Option<LabelId>, contained: bool) -> IncidentId {
		let at = T::Ledger::here();
		let progress = if contained && label.is_some() {
			IncidentState::Contained { at }
		} else {
			IncidentState::Open
		};
		Self::keep(Incident {
			what,
			label,
			evidence: Evidence::Ledger(at),
			at,
			progress,
		})
	}
}
