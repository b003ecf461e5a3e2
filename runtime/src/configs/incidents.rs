// SPDX-License-Identifier: Apache-2.0

//! What went wrong, and containment (X.1407 9.2.3 g).

use super::labels::Here;
use crate::{weights, Labels, Runtime, RuntimeOrigin};
use chirograph_primitives::{LabelId, SuspensionReason};
use frame_support::{dispatch::DispatchResult, weights::Weight};
use pallet_incidents::Suspension;
use pallet_labels::{Error, WeightInfo};

/// Whoever may suspend a label may contain what it is behind.
pub struct SuspendLabel;

impl Suspension<RuntimeOrigin> for SuspendLabel {
	fn suspend(origin: RuntimeOrigin, label: LabelId) -> DispatchResult {
		match Labels::suspend(origin, label, SuspensionReason::Investigation) {
			// Who may suspend is judged first, and nothing is written before: a label that is suspended is contained.
			Err(refusal) if refusal == Error::<Runtime>::AlreadySuspended.into() => Ok(()),
			outcome => outcome,
		}
	}

	fn weight() -> Weight {
		<weights::pallet_labels::WeightInfo<Runtime> as WeightInfo>::suspend()
	}
}

impl pallet_incidents::Config for Runtime {
	type Authority = Labels;
	type Ledger = Here;
	type Suspend = SuspendLabel;
	type WeightInfo = weights::pallet_incidents::WeightInfo<Runtime>;
}
