// SPDX-License-Identifier: Apache-2.0

//! Containing an incident where its label is suspended already. On the local network Charlie may suspend Eve's label, and Dave may not.

use super::{
	chain,
	council::{label_of, signed},
};
use crate::{Incidents, Labels, Runtime};
use chirograph_primitives::{
	incident::{IncidentState, ReportCode},
	Containment, DocumentHash, Standing, SuspensionReason,
};
use frame_support::{assert_noop, assert_ok};
use pallet_labels::Error;
use sp_keyring::Sr25519Keyring::{Charlie, Dave, Eve};

#[test]
fn label_that_is_suspended_already_is_contained_all_the_same() {
	chain().execute_with(|| {
		use SuspensionReason::{Investigation, Offence, Unspecified};
		let eve = label_of(Eve).id;
		let suspend = |reason| Labels::suspend(signed(Charlie), eve, reason);
		for (id, reason, afterwards) in [
			(0, Investigation, Investigation),
			(1, Unspecified, Investigation),
			(2, Offence, Offence),
		] {
			assert_ok!(match reason {
				Offence => Labels::suspend_offender(eve),
				reason => suspend(reason),
			});
			let report = Incidents::report(signed(Charlie), ReportCode::Leakage, Some(eve), DocumentHash([7; 32]));
			assert_ok!(report);
			assert_eq!(label_of(Eve).standing, Standing::Suspended(reason));
			let progress = || Incidents::incident(id).map(|incident| incident.progress);

			// The controls: for this reason it cannot be suspended again; and who may not suspend it does not contain what it is behind.
			if reason == afterwards {
				assert_noop!(suspend(Investigation), Error::<Runtime>::AlreadySuspended);
			}
			assert!(Incidents::contain(signed(Dave), id).is_err());
			assert_eq!(progress(), Some(IncidentState::Open));

			assert_ok!(Incidents::contain(signed(Charlie), id));
			assert!(matches!(progress(), Some(IncidentState::Contained { .. })), "{reason:?}");
			assert_eq!(label_of(Eve).standing, Standing::Suspended(afterwards));
		}
	});
}
