// SPDX-License-Identifier: Apache-2.0

//! What time services say of blocks (X.1407 9.2.3 a).

use super::labels::Here;
use crate::{weights, AccountId, Authorship, Incidents, Labels, Runtime};
use frame_support::traits::Get;

/// Who made the block that is being executed.
pub struct BlockAuthor;

impl Get<Option<AccountId>> for BlockAuthor {
	fn get() -> Option<AccountId> {
		Authorship::author()
	}
}

impl pallet_timekeeping::Config for Runtime {
	type Authority = Labels;
	type Ledger = Here;
	type Incidents = Incidents;
	type Author = BlockAuthor;
	type WeightInfo = weights::pallet_timekeeping::WeightInfo<Runtime>;
}
