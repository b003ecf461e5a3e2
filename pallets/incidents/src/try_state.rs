// SPDX-License-Identifier: Apache-2.0

use crate::{Config, Incidents, NextIncident, OpenIncidents, OpenReports, Pallet, MAX_OPEN_REPORTS};
use alloc::collections::BTreeMap;
use chirograph_primitives::{
	incident::{Evidence, IncidentKind, IncidentState},
	Ledger,
};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let (now, next) = (T::Ledger::here().position(), NextIncident::<T>::get());
		let (mut open, mut reports) = (0u32, BTreeMap::<_, u32>::new());
		ensure!(
			Incidents::<T>::iter_keys().count() == next as usize,
			"invariant 1: an incident beyond the last one, or none of a number before it"
		);
		for id in 0..next {
			let incident = Incidents::<T>::get(id).ok_or("invariant 1: a number without an incident")?;
			let reporter = match (incident.what, incident.evidence) {
				(IncidentKind::Reported { by, .. }, Evidence::Document { .. }) => Some(by),
				(IncidentKind::Reported { .. }, Evidence::Ledger(_)) | (_, Evidence::Document { .. }) => {
					return Err("invariant 4: evidence that is elsewhere than it must be".into());
				},
				(_, Evidence::Ledger(_)) => None,
			};
			let changed = match incident.progress {
				IncidentState::Open => incident.at,
				IncidentState::Contained { at } => {
					ensure!(incident.label.is_some(), "invariant 4: nobody is contained");
					at
				},
				IncidentState::Closed { at, .. } => at,
			};
			ensure!(
				incident.at.position() <= changed.position() && changed.position() <= now,
				"invariant 5: an incident out of the order of time"
			);
			if !matches!(incident.progress, IncidentState::Closed { .. }) {
				open = open.saturating_add(1);
				if let Some(by) = reporter {
					let count = reports.entry(by).or_default();
					*count = count.saturating_add(1);
				}
			}
		}
		ensure!(OpenIncidents::<T>::get() == open, "invariant 2: another number is not closed");
		let counted: BTreeMap<_, _> = OpenReports::<T>::iter().collect();
		ensure!(counted == reports, "invariant 2: another number of reports is not closed");
		ensure!(
			reports.values().all(|count| *count <= MAX_OPEN_REPORTS),
			"invariant 3: a label with too many open reports"
		);
		Ok(())
	}
}
