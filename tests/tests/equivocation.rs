// SPDX-License-Identifier: Apache-2.0

//! Validators who sign two things of which only one can be true (X.1407 8.2.4, 8.2.5, 9.2.3 e, 9.2.3 g): found, slashed by exactly what the terms
//! say, and out; and what happens where nobody reports.
//!
//! The attack is a second machine with the keys of a validator, which makes blocks and votes as the first one does.

use chirograph_sdk::{
	primitives::{
		incident::{Incident, IncidentKind, IncidentState},
		validator::{Slash, SlashId, SlashState, ValidatorState, ValidatorStatus, WHOLE},
		AccountId, Balance, IncidentId, LabelId, Standing, SuspensionReason,
	},
	verifier::document::{from_hex, to_hex},
};
use chirograph_tests::{FinalityWatch, Network, Node};
use codec::{Decode, Encode};
use serde_json::{json, Value};
use sp_crypto_hashing::{blake2_128, twox_128};
use std::{
	collections::BTreeSet,
	future::Future,
	time::{Duration, Instant},
};
use tokio::time::sleep;

const ALICE: usize = 0;
const DAVE: usize = 3;
const DAVES_LABEL: LabelId = 4;

/// A token, in its smallest unit.
const TOKEN: Balance = 1_000_000_000_000;
/// No round number: what is exact to the unit is exact with this one.
const MARGIN: Balance = 10_000 * TOKEN + 7;
/// A tenth, in billionths.
const REPORTER_SHARE: u32 = WHOLE / 10;
/// In slots. Short, so that sets change while a test waits.
const SESSION: u64 = 10;
/// Sets change two sessions after what changes them, and there is work on this machine besides.
const PATIENCE: Duration = Duration::from_secs(300);
/// What nodes print when they see two blocks of one author in a slot.
const SEEN: &str = "is equivocating";

/// Sessions and a council that has little time to take a slash back.
fn short_terms(genesis: &mut Value) {
	genesis["parameters"]["epochLength"] = SESSION.into();
	let terms = &mut genesis["validators"]["terms"];
	terms["margin"] = MARGIN.to_string().into();
	terms["appeal"] = 1.into();
	terms["reporterShare"] = REPORTER_SHARE.into();
}

async fn slashes(node: &Node) -> Vec<(SlashId, Slash)> {
	node.ask_runtime("ValidatorsApi_slashes", &0u32).await
}

async fn validators(node: &Node) -> Vec<ValidatorStatus> {
	node.ask_runtime("ValidatorsApi_validators", &(None::<LabelId>, 100u32)).await
}

async fn incidents(node: &Node) -> Vec<(IncidentId, Incident)> {
	node.ask_runtime("IncidentsApi_incidents", &0u32).await
}

/// Four validators who see what happens, and say nothing.
async fn arranged_without_reports() -> Network {
	let mut network = Network::arranged(4, |spec| short_terms(&mut spec["genesis"]["runtimeGenesis"]["patch"]));
	for node in &mut network.nodes {
		node.tell(&["--unsafe-no-equivocation-reports"]);
	}
	network.run().await;
	network
}

/// All that an account has, held or not.
async fn balance(node: &Node, account: &AccountId) -> Balance {
	let id = account.encode();
	let key = [&twox_128(b"System")[..], &twox_128(b"Account"), &blake2_128(&id), &id].concat();
	let at = node.request("chain_getFinalizedHead", json!([])).await;
	let found = node.request("state_getStorage", json!([to_hex(&key), at])).await;
	let bytes = from_hex(found.as_str().expect("the account is there")).expect("in hexadecimal digits");
	// Nonce and three counts of references stand in front of what is free, and of what is reserved.
	let (_, free, reserved) = <([u32; 4], Balance, Balance)>::decode(&mut &bytes[..]).expect("an account of the SDK's form");
	free + reserved
}

/// Waits until something is so.
async fn until<T, F: Future<Output = Option<T>>>(what: &str, network: &Network, look: impl Fn() -> F) -> T {
	let deadline = Instant::now() + PATIENCE;
	loop {
		if let Some(found) = look().await {
			return found;
		}
		assert!(
			Instant::now() < deadline,
			"{what}: not so after {PATIENCE:?}\n{}",
			network.nodes[ALICE].log()
		);
		sleep(Duration::from_millis(500)).await;
	}
}

fn share_of(amount: Balance, billionths: u32) -> Balance {
	amount * Balance::from(billionths) / Balance::from(WHOLE)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_twice_is_slashed_once_by_exactly_the_share_and_nobody_else_loses_anything() {
	let network = Network::of_genesis(4, short_terms).await;
	let watch = FinalityWatch::start(&network);
	let alice = &network.nodes[ALICE];
	let before = validators(alice).await;
	let mut balances = Vec::new();
	for validator in &before {
		let account = validator.account.clone().expect("every label has a holder");
		balances.push((account.clone(), balance(alice, &account).await));
	}

	let mut second = network.double(DAVE);
	second.start();
	until("a slash", &network, || async {
		(!slashes(alice).await.is_empty()).then_some(())
	})
	.await;
	let (_, slash) = until("the slash is carried out", &network, || async {
		let all = slashes(alice).await;
		all.into_iter().find(|(_, slash)| slash.state == SlashState::Applied)
	})
	.await;
	// The second machine goes on, and may be reported again and again, until its keys are out of the set.
	until("Dave is out of the set", &network, || async {
		let all = validators(alice).await;
		all.iter()
			.all(|validator| validator.label != DAVES_LABEL || !validator.votes)
			.then_some(())
	})
	.await;

	// One of four: (3 * 1 / 4)^2.
	let fraction = 562_500_000;
	let amount = share_of(MARGIN, fraction);
	assert_eq!((slash.label, slash.offenders, slash.seats), (DAVES_LABEL, 1, 4));
	assert_eq!((slash.fraction, slash.amount), (fraction, amount));
	assert_eq!(slashes(alice).await.len(), 1, "however often it was reported");

	let after = validators(alice).await;
	let dave = after
		.iter()
		.find(|validator| validator.label == DAVES_LABEL)
		.expect("it is kept");
	assert_eq!(dave.validator.margin, MARGIN - amount);
	assert!(matches!(dave.validator.state, ValidatorState::Expelled { .. }), "{dave:?}");
	let (honest, all) = (|status: &&ValidatorStatus| status.label != DAVES_LABEL, before.iter());
	for validator in all.filter(honest) {
		let now = after
			.iter()
			.find(|status| status.label == validator.label)
			.expect("it is kept");
		assert_eq!(
			(&now.validator.margin, &now.validator.state),
			(&MARGIN, &validator.validator.state)
		);
		assert!(now.votes && !now.disabled, "{now:?}");
	}

	// Whoever made the block with the report is the reporter; the offender earns nothing by its own.
	let reward = share_of(amount, REPORTER_SHARE);
	let daves = dave.account.as_ref().expect("every label has a holder");
	for (account, had) in &balances {
		let expected = match account {
			offender if offender == daves => had - amount,
			reporter if slash.reporter.as_ref() == Some(reporter) => had + reward,
			_ => *had,
		};
		assert_eq!(balance(alice, account).await, expected, "{account}");
	}
	println!("the reporter: {:?}", slash.reporter);

	let chain = alice.connect().await;
	let at = chain.finalised().await.expect("the node answers");
	let label = chain
		.label_status(&at, DAVES_LABEL)
		.await
		.expect("the node answers")
		.expect("Dave has one");
	assert_eq!(label.label.standing, Standing::Suspended(SuspensionReason::Offence));
	let all = incidents(alice).await;
	let proven: Vec<_> = all
		.iter()
		.filter(|(_, incident)| matches!(incident.what, IncidentKind::Equivocation { .. }))
		.collect();
	assert_eq!(proven.len(), 1, "{all:?}");
	assert_eq!(proven[0].0, slash.incident);
	assert_eq!(proven[0].1.label, Some(DAVES_LABEL));
	assert!(matches!(proven[0].1.progress, IncidentState::Contained { .. }), "{proven:?}");
	watch.check(&network).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_reports_who_signs_twice_keeps_margin_and_seat() {
	let network = arranged_without_reports().await;
	let alice = &network.nodes[ALICE];
	let mut second = network.double(DAVE);
	second.start();
	until("the attack is seen", &network, || async {
		alice.has_said(SEEN).then_some(())
	})
	.await;
	let chain = alice.connect().await;
	let seen = chain.finalised().await.expect("the node answers").block_number();
	alice.wait_for_finality(seen + 2 * SESSION).await;

	assert!(slashes(alice).await.is_empty() && incidents(alice).await.is_empty());
	for validator in validators(alice).await {
		assert_eq!(validator.validator.margin, MARGIN);
		assert!(validator.votes, "{validator:?}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_sign_twice_in_different_slots_pay_as_two_do_together() {
	let long_enough = |genesis: &mut Value| {
		short_terms(genesis);
		// Both are to be in the set when they are found out.
		genesis["parameters"]["epochLength"] = (3 * SESSION).into();
	};
	let network = Network::of_genesis(7, long_enough).await;
	let watch = FinalityWatch::start(&network);
	let alice = &network.nodes[ALICE];
	let mut doubles = [network.double(5), network.double(6)];
	doubles.iter_mut().for_each(Node::start);

	let all = until("both are slashed, and the first one again", &network, || async {
		let all = slashes(alice).await;
		(all.len() >= 3).then_some(all)
	})
	.await;
	let [first, rest @ ..] = &all[..] else { panic!("{all:?}") };
	let shares = |slash: &Slash| (slash.seats, slash.offenders, slash.fraction);
	// One of seven: (3 * 1 / 7)^2, rounded down. Two: (3 * 2 / 7)^2.
	assert_eq!(shares(&first.1), (7, 1, 183_673_469), "{all:?}");
	assert_eq!(first.1.amount, share_of(MARGIN, 183_673_469));
	assert!(rest.iter().all(|(_, slash)| shares(slash) == (7, 2, 734_693_877)), "{all:?}");
	let labels: BTreeSet<_> = all.iter().map(|(_, slash)| slash.label).collect();
	assert_eq!((all.len(), labels.len()), (3, 2), "{all:?}");
	for label in &labels {
		let taken = all
			.iter()
			.filter(|(_, slash)| slash.label == *label)
			.map(|(_, slash)| slash.amount);
		assert_eq!(taken.sum::<Balance>(), share_of(MARGIN, 734_693_877), "{all:?}");
	}
	for validator in validators(alice).await {
		let is_honest = !labels.contains(&validator.label);
		assert_eq!(validator.validator.margin == MARGIN, is_honest, "{validator:?}");
	}
	watch.check(&network).await;
}
