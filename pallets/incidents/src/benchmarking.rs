// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls.

use crate::{Call, Config, Incidents, OpenReports, Pallet, MAX_OPEN_REPORTS};
use chirograph_primitives::{
	incident::{IncidentState, Outcome, ReportCode},
	AccountId, Authority, DocumentHash, IncidentId, LabelId, Role,
};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;

const DOCUMENT: DocumentHash = DocumentHash([1; 32]);

fn admitted<T: Config>(account: &AccountId, role: Role) -> Result<LabelId, BenchmarkError> {
	T::Authority::admit(account, role);
	Ok(T::Authority::ensure(account, role)?)
}

/// Somebody who may report, by the role that is asked for last; all but one of whose reports are open. And the label that is reported.
fn reporter<T: Config>() -> Result<(AccountId, LabelId), BenchmarkError> {
	let reporter: AccountId = account("reporter", 0, 0);
	let label = admitted::<T>(&reporter, Role::CertificateAuthority)?;
	OpenReports::<T>::insert(label, MAX_OPEN_REPORTS.saturating_sub(1));
	let concerned = admitted::<T>(&account("concerned", 0, 0), Role::Owner)?;
	Ok((reporter, concerned))
}

/// The number of an incident that was reported.
fn reported<T: Config>() -> Result<IncidentId, BenchmarkError> {
	let (reporter, concerned) = reporter::<T>()?;
	Pallet::<T>::do_report(&reporter, ReportCode::Attack, Some(concerned), DOCUMENT)?;
	Ok(0)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn report() -> Result<(), BenchmarkError> {
		let (reporter, concerned) = reporter::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(reporter), ReportCode::Attack, Some(concerned), DOCUMENT);
		assert!(Incidents::<T>::contains_key(0));
		Ok(())
	}

	#[benchmark]
	fn contain() -> Result<(), BenchmarkError> {
		let id = reported::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Root, id);
		let incident = Incidents::<T>::get(id);
		assert!(incident.is_some_and(|incident| matches!(incident.progress, IncidentState::Contained { .. })));
		Ok(())
	}

	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let id = reported::<T>()?;
		let judge: AccountId = account("judge", 0, 0);
		admitted::<T>(&judge, Role::Auditor)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(judge), id, Outcome::Resolved);
		let incident = Incidents::<T>::get(id);
		assert!(incident.is_some_and(|incident| matches!(incident.progress, IncidentState::Closed { .. })));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
