// SPDX-License-Identifier: Apache-2.0

//! Margin, seats and slashes (X.1407 9.2.3 e).

use super::{governance::EnsureCouncilQuorum, labels::Here};
use crate::{weights, AccountId, Balances, Incidents, Labels, Runtime};
use chirograph_primitives::SessionIndex;
use frame_support::traits::{EitherOf, Get};
use frame_system::EnsureRoot;

/// In sessions: as long as margin stays locked, an offence can be proven.
pub struct PunishableSessions;

impl Get<SessionIndex> for PunishableSessions {
	fn get() -> SessionIndex {
		pallet_validators::Terms::<Runtime>::get().unbonding
	}
}

impl pallet_validators::Config for Runtime {
	type Currency = Balances;
	type Authority = Labels;
	type Incidents = Incidents;
	type Ledger = Here;
	type CouncilOrigin = EitherOf<EnsureRoot<AccountId>, EnsureCouncilQuorum>;
	type EvidenceAge = PunishableSessions;
	type WeightInfo = weights::pallet_validators::WeightInfo<Runtime>;
}
