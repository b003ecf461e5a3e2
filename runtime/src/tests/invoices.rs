// SPDX-License-Identifier: Apache-2.0

//! What invoices need of the network that they are on: who is competent where, how much is free, and until when a buyer may reject one. On the
//! local network Bob's label is the tax authority of the north and of the whole country, Dave's that of the south; Eve is a taxpayer.

use super::{build, chain};
use crate::{
	configs::{FreeCalls, RuntimeBlockWeights},
	parameters::AcceptancePeriodBlocks,
	Invoices, Labels, Moment, Routing, Runtime, RuntimeCall, RuntimeOrigin,
};
use chirograph_primitives::{
	invoice::{Action, Conditions, Currency, InvoiceId, Period, Transaction, VatCategory, VatRate, Witnesses},
	BlockNumber, Directory, InvoiceNumber, Jurisdiction, LabelId, Role, Roles,
};
use codec::MaxEncodedLen;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{DispatchClass, DispatchResult},
	traits::Get,
};
use pallet_invoices::{Call, Error};
use pallet_labels::{Metering, QuotaTerms};
use serde_json::json;
use sp_keyring::Sr25519Keyring::{self, Bob, Dave, Eve, Ferdie};

const BOB: LabelId = 2;
const DAVE: LabelId = 4;
const EVE: LabelId = 5;
const EUR: Currency = Currency(*b"EUR");
/// In the middle of November 2026.
const NOW: Moment = 1_794_700_800_000;
const OCTOBER: Period = Period { year: 2026, month: 10 };

fn place(text: &str) -> Jurisdiction {
	text.parse().expect("a country, or a region")
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

#[test]
fn founding_routes_lead_to_the_authority_of_the_region_or_else_of_the_country() {
	chain().execute_with(|| {
		for (home, authority) in [
			("XX", Some(BOB)),
			("XX-N", Some(BOB)),
			("XX-S", Some(DAVE)),
			("XX-W", Some(BOB)),
			("DE", None),
		] {
			assert_eq!(Routing::competent(place(home)), authority, "{home}");
		}
		for (authority, who) in [(BOB, Bob), (DAVE, Dave)] {
			let holder = <Labels as Directory>::holder(authority, Role::TaxAuthority);
			assert_eq!(holder.map(|holder| holder.account), Ok(who.to_account_id()));
		}
	});
}

#[test]
fn genesis_with_a_route_to_a_label_that_is_no_authority_there_is_refused() {
	for (route, reason) in [
		(json!(["XX-N", 1]), "a label 1 with the role tax-authority"),
		(json!(["XX-N", 99]), "a label 99 with the role tax-authority"),
		(json!(["XX-N", 0]), "a label 0 with the role tax-authority"),
		(json!(["DE-BY", BOB]), "at home in the country of DE-BY"),
		(json!(["xx", BOB]), "ISO 3166"),
	] {
		let routes = json!([["XX", BOB], route]);
		let (_, outcome) = build(json!({ "routing": { "routes": routes } }));
		assert!(
			outcome.as_ref().is_err_and(|said| said.contains(reason)),
			"{route}: {outcome:?}"
		);
	}
	// The controls: others are in order, and a network can do without any.
	for routes in [json!([["XX-N", DAVE]]), json!([])] {
		let (_, outcome) = build(json!({ "routing": { "routes": routes } }));
		assert_eq!(outcome, Ok(()), "{routes}");
	}
}

#[test]
fn buyer_may_reject_for_as_many_blocks_as_last_for_what_genesis_says() {
	let blocks = |slot: Moment, period: Moment| {
		let (mut chain, outcome) = build(json!({ "parameters": { "slotDuration": slot, "acceptancePeriod": period } }));
		assert_eq!(outcome, Ok(()));
		chain.execute_with(AcceptancePeriodBlocks::get)
	};
	let expected: [(Moment, Moment, BlockNumber); 6] = [
		(2_000, 60_000, 30),
		(4_000, 60_000, 15),
		(2_000, 2_000, 1),
		// No block too few.
		(2_000, 2_001, 2),
		(6_000, 60_001, 11),
		(2_000, 366 * 24 * 60 * 60 * 1_000, 15_811_200),
	];
	for (slot, period, count) in expected {
		assert_eq!(blocks(slot, period), count, "{period} ms in slots of {slot} ms");
	}
}

#[test]
#[should_panic = "acceptancePeriod must be a slot at least: 2000 ms"]
fn genesis_with_less_than_a_slot_to_reject_an_invoice_in_is_refused() {
	let _ = build(json!({ "parameters": { "acceptancePeriod": 1_999 } }));
}

#[test]
#[should_panic = "acceptancePeriod must be at most"]
fn genesis_with_more_than_a_year_to_reject_an_invoice_in_is_refused() {
	let _ = build(json!({ "parameters": { "acceptancePeriod": 366u64 * 24 * 60 * 60 * 1_000 + 1 } }));
}

/// In Eve's name, up to a hundred euros.
fn authorise(who: Sr25519Keyring) -> DispatchResult {
	Invoices::authorise(signed(who), EVE, EUR, 10_000, 10_000, 100)
}

#[test]
fn authority_that_is_competent_for_a_seller_gives_its_word_and_no_other_does() {
	chain().execute_with(|| {
		assert_noop!(authorise(Dave), Error::<Runtime>::NotCompetent);
		assert_noop!(authorise(Eve), pallet_labels::Error::<Runtime>::WrongRole);
		assert_noop!(authorise(Ferdie), pallet_labels::Error::<Runtime>::NoLabel);
		assert_ok!(authorise(Bob));
		// The council sees it otherwise from now on.
		assert_ok!(Routing::set_route(RuntimeOrigin::root(), place("XX"), Some(DAVE), 1));
		assert_noop!(authorise(Bob), Error::<Runtime>::NotCompetent);
		assert_ok!(authorise(Dave));
	});
}

#[test]
fn each_authority_closes_the_periods_of_its_own_jurisdictions() {
	chain().execute_with(|| {
		pallet_timestamp::Now::<Runtime>::put(NOW);
		let close = |who, home| Invoices::close_period(signed(who), place(home), OCTOBER);
		for (home, competent, other) in [("XX", Bob, Dave), ("XX-N", Bob, Dave), ("XX-S", Dave, Bob)] {
			assert_noop!(close(other, home), Error::<Runtime>::NotCompetent);
			assert_ok!(close(competent, home));
			assert_eq!(Invoices::closed(place(home)), Some(OCTOBER), "{home}");
		}
	});
}

#[test]
fn label_that_is_no_tax_authority_s_is_appointed_nowhere() {
	chain().execute_with(|| {
		let appoint = |label| Routing::set_route(RuntimeOrigin::root(), place("XX-W"), Some(label), 1);
		assert_noop!(appoint(EVE), pallet_labels::Error::<Runtime>::WrongRole);
		assert_noop!(appoint(99), pallet_labels::Error::<Runtime>::UnknownLabel);
		let abroad = Routing::set_route(RuntimeOrigin::root(), place("DE"), Some(BOB), 1);
		assert_eq!(abroad, Err(pallet_routing::Error::<Runtime>::ForeignAuthority.into()));
		assert_ok!(appoint(DAVE));
	});
}

/// An acceptance: the shortest transaction.
fn execute() -> Call<Runtime> {
	let invoice = InvoiceId {
		seller: EVE,
		number: InvoiceNumber::of("1"),
	};
	Call::execute {
		transaction: Transaction {
			action: Action::Accept { invoice },
			inputs: Default::default(),
			outputs: Default::default(),
			valid_until: 1,
		},
		witnesses: Witnesses::default(),
	}
}

fn every_call() -> [Call<Runtime>; 6] {
	let standard = VatRate {
		category: VatCategory::S,
		rate: 1_900,
	};
	let conditions = Conditions {
		currencies: vec![EUR].try_into().expect("there is room"),
		rates: vec![standard].try_into().expect("there is room"),
		platforms: Default::default(),
		max_total: 1,
		valid_until: 1,
	};
	[
		execute(),
		Call::set_conditions { conditions },
		Call::withdraw_conditions {},
		Call::authorise {
			seller: EVE,
			currency: EUR,
			max_total: 1,
			total: 1,
			valid_until: 1,
		},
		Call::withdraw_authorisation { seller: EVE },
		Call::close_period {
			jurisdiction: place("XX"),
			period: OCTOBER,
		},
	]
}

#[test]
fn every_call_about_invoices_is_free_and_one_of_the_quota() {
	chain().execute_with(|| {
		let calls = |call: RuntimeCall| FreeCalls::calls(&Eve.to_account_id(), &call);
		for call in every_call() {
			assert_eq!(calls(call.clone().into()), Some(1), "{call:?}");
		}
		let together = every_call().map(RuntimeCall::from).to_vec();
		let batch = RuntimeCall::Utility(pallet_utility::Call::batch_all { calls: together });
		assert_eq!(calls(batch), Some(6));
	});
}

/// Not of those who are in the council either, who have motions for it.
#[test]
fn setting_a_route_is_not_free() {
	chain().execute_with(|| {
		let call = RuntimeCall::Routing(pallet_routing::Call::set_route {
			jurisdiction: place("XX"),
			authority: None,
			effective: 1,
		});
		for who in [Bob, Eve] {
			assert_eq!(FreeCalls::calls(&who.to_account_id(), &call), None, "{who:?}");
		}
	});
}

/// Invoices come when they are asked for (X.1407 I.5).
#[test]
fn who_issues_invoices_or_confirms_payments_may_send_more_than_a_window_of_blocks_carries() {
	chain().execute_with(|| {
		let terms = QuotaTerms::default();
		let (window, class) = (u64::from(terms.window), DispatchClass::Normal);
		let lengths = <<Runtime as frame_system::Config>::BlockLength as Get<frame_system::limits::BlockLength>>::get();
		let bytes = window * u64::from(*lengths.max.get(class));
		let weights = RuntimeBlockWeights::get();
		let weights = weights.get(class);
		let time = weights.max_total.expect("ordinary calls have a share").ref_time();
		let calls = window * (time / weights.base_extrinsic.ref_time());
		let exceeds = |role| {
			let quota = terms.of(Roles::only(role));
			u64::from(quota.calls) > calls && u64::from(quota.bytes) > bytes
		};
		for role in Role::ALL {
			let is_for_invoices = matches!(role, Role::TaxAuthority | Role::PaymentPlatform);
			assert_eq!(exceeds(role), is_for_invoices, "{role:?}: {calls} calls, {bytes} bytes");
		}
	});
}

/// A call that is longer than its sender's quota could never be sent.
#[test]
fn longest_transaction_with_all_signatures_fits_into_the_quota_of_an_owner_many_times() {
	let longest = Transaction::max_encoded_len() + Witnesses::max_encoded_len();
	let quota = QuotaTerms::default().of(Roles::only(Role::Owner));
	assert!(longest * 100 <= quota.bytes as usize, "{longest} bytes: {quota:?}");
}
