// SPDX-License-Identifier: Apache-2.0

//! Whatever happens in whatever order, no invariant breaks, nothing that is refused changes anything, and no token comes from nowhere.

use crate::{mock::*, Budget};
use chirograph_primitives::{validator::ValidatorTerms, Balance};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use sp_runtime::{DispatchError, DispatchResult};

#[derive(Clone, Debug)]
enum Step {
	Join(u32, Balance),
	TopUp(u32, Balance),
	Leave(u32),
	Resume(u32),
	Withdraw(u32),
	Cancel(u32),
	Fund(Balance),
	Blocks(u32, u32),
	Rotate(u32),
	Report(Vec<u32>, u32, u64, u32),
	Usable(u32, bool),
	Keys(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = 1u32..9;
	let step = prop_oneof![
		(who.clone(), 0..2 * MARGIN).prop_map(|(who, margin)| Step::Join(who, margin)),
		(who.clone(), 0..MARGIN).prop_map(|(who, amount)| Step::TopUp(who, amount)),
		who.clone().prop_map(Step::Leave),
		who.clone().prop_map(Step::Resume),
		who.clone().prop_map(Step::Withdraw),
		(0u32..8).prop_map(Step::Cancel),
		(0..5_000u128).prop_map(Step::Fund),
		(who.clone(), 0u32..12).prop_map(|(who, blocks)| Step::Blocks(who, blocks)),
		(1u32..8).prop_map(Step::Rotate),
		(prop::collection::vec(who.clone(), 1..3), 0u32..12, 0u64..3, who.clone())
			.prop_map(|(offenders, ago, slot, reporter)| Step::Report(offenders, ago, slot, reporter)),
		(who.clone(), any::<bool>()).prop_map(|(who, usable)| Step::Usable(who, usable)),
		who.prop_map(Step::Keys),
	];
	prop::collection::vec(step, 1..60)
}

fn take(step: Step) -> DispatchResult {
	match step {
		Step::Join(who, margin) => Validators::join(by(who), margin),
		Step::TopUp(who, amount) => Validators::top_up(by(who), amount),
		Step::Leave(who) => Validators::leave(by(who)),
		Step::Resume(who) => Validators::resume(by(who)),
		Step::Withdraw(who) => Validators::withdraw(by(who)),
		Step::Cancel(slash) => Validators::cancel_slash(RuntimeOrigin::root(), slash),
		Step::Fund(amount) => Validators::fund(RuntimeOrigin::root(), amount),
		Step::Blocks(who, blocks) => {
			author(&[who], blocks);
			Ok(())
		},
		Step::Rotate(sessions) => {
			rotate(sessions);
			Ok(())
		},
		Step::Report(mut offenders, ago, slot, reporter) => {
			offenders.sort_unstable();
			offenders.dedup();
			let session = Session::current_index().saturating_sub(ago);
			report(&offenders, session, slot, reporter);
			Ok(())
		},
		Step::Usable(who, usable) => {
			set_usable(who, usable);
			Ok(())
		},
		Step::Keys(who) => {
			set_keys(account(who), who);
			Ok(())
		},
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn no_sequence_breaks_an_invariant(steps in steps()) {
		let terms = ValidatorTerms { max_seats: 6, churn: 2, ..terms() };
		with_seats(5, terms, || {
			let issued = Balances::total_issuance();
			let mut funded: Balance = 0;
			for step in steps {
				let is_fund = if let Step::Fund(amount) = &step { Some(*amount) } else { None };
				if with_storage_layer::<_, DispatchError, _>(|| take(step)).is_ok() {
					funded += is_fund.unwrap_or_default();
				}
				assert_eq!(Validators::do_try_state(), Ok(()));
				let minted = funded - Budget::<Test>::get();
				assert!(Balances::total_issuance() <= issued + minted, "tokens from nowhere");
				assert!(!Session::validators().is_empty(), "nobody makes blocks");
			}
		});
	}
}
