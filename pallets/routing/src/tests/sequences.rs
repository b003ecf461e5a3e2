// SPDX-License-Identifier: Apache-2.0

//! Whatever the council says, in whatever order: who is competent in each block is what was said last of that block, before it came.

use super::changes_of;
use crate::{mock::*, Error};
use chirograph_primitives::{BlockNumber, LabelId};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// How far ahead a test looks.
const HORIZON: BlockNumber = 60;

#[derive(Clone, Copy, Debug)]
enum Step {
	/// So many blocks pass.
	Wait(BlockNumber),
	/// That authority, so many blocks ahead.
	Set(Option<LabelId>, BlockNumber),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let authority = prop::sample::select(vec![None, Some(BERLIN), Some(MUNICH), Some(DRESDEN)]);
	let step = prop_oneof![
		1 => (1u32..5).prop_map(Step::Wait),
		4 => (authority, 0u32..30).prop_map(|(authority, ahead)| Step::Set(authority, ahead)),
	];
	prop::collection::vec(step, 1..80)
}

/// Who was named for a block and those behind it.
type Said = BTreeMap<BlockNumber, Option<LabelId>>;

fn model(said: &Said, block: BlockNumber) -> Option<LabelId> {
	said.range(..=block).next_back().and_then(|(_, authority)| *authority)
}

proptest! {
	#[test]
	fn who_is_competent_is_what_was_said_last(steps in steps()) {
		with_chain(|| {
			// Block by block, whatever the bounds.
			let mut said = Said::new();
			let mut now = NOW;
			for step in steps {
				match step {
					Step::Wait(blocks) => {
						now += blocks;
						at(now);
					},
					Step::Set(authority, ahead) => {
						let effective = now + ahead;
						let before = changes_of(germany());
						match with_storage_layer(|| set(germany(), authority, effective)) {
							Ok(()) => {
								said.retain(|block, _| *block < effective);
								said.insert(effective, authority);
							},
							Err(refused) if refused == Error::<Test>::AlreadySo.into() => {
								for block in effective..effective + HORIZON {
									assert_eq!(model(&said, block), authority, "block {block}");
								}
							},
							Err(refused) => {
								assert_eq!(refused, Error::<Test>::TooManyChanges.into());
								let is_ahead = before.iter().skip(1).all(|change| change.effective > now);
								assert!(is_ahead, "something is over: {before:?}");
							},
						}
					},
				}
				for block in now..now + HORIZON {
					assert_eq!(competent_at(block, germany()), model(&said, block), "block {block}");
				}
				assert_eq!(Routing::do_try_state(), Ok(()));
			}
		});
	}
}
