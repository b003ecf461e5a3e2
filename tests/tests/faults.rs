// SPDX-License-Identifier: Apache-2.0

//! Validators that say nothing, and validators that cannot hear each other: as many as the network tolerates change nothing, more than that stop
//! finality, and nobody is ever told two things of which one is true (X.1407 9.2.1 a).

use chirograph_sdk::primitives::validator::Strength;
use chirograph_tests::{FinalityWatch, Network, Node};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long blocks may take to come, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(180);
/// Within this, finality is back when enough validators are.
const RECOVERY: Duration = Duration::from_secs(60);
/// Between two looks at something that is waited for.
const POLL: Duration = Duration::from_millis(200);
/// In blocks: as long as nothing becomes final for so long, finality stands still. Without faults it takes less than one.
const STANDSTILL: u64 = 5;

/// Returns when the best block of `node` is that, or a later one.
async fn wait_for_best(node: &Node, number: u64) {
	let deadline = Instant::now() + DEADLINE;
	while node.heights().await.0 < number {
		assert!(
			Instant::now() < deadline,
			"{} has no block {number}:\n{}",
			node.name,
			node.log()
		);
		sleep(POLL).await;
	}
}

/// Fails unless blocks go on and finality does not, at each of these nodes. Returns where finality stands.
///
/// That blocks go on is the control: a node that is down finalises nothing either.
async fn finality_stands_still(nodes: &[&Node]) -> u64 {
	// What was on its way when the last vote too many went silent arrives within a block.
	let mut last = 0;
	for node in nodes {
		let (best, _) = node.heights().await;
		wait_for_best(node, best + 1).await;
		last = last.max(node.heights().await.1);
	}
	for node in nodes {
		let (best, _) = node.heights().await;
		wait_for_best(node, best + STANDSTILL).await;
		let (_, last_here) = node.heights().await;
		assert!(
			last_here <= last,
			"{} finalised block {last_here} after {last}:\n{}",
			node.name,
			node.log()
		);
	}
	last
}

/// Fails unless each of these nodes finalises `number` before the time is over in which finality has to be back.
async fn finality_is_back(nodes: &[Node], number: u64, since: Instant) {
	for node in nodes {
		node.wait_for_finality_until(number, since + RECOVERY).await;
	}
}

/// The newest best block of any of these.
async fn tip(nodes: &[&Node]) -> u64 {
	let mut tip = 0;
	for node in nodes {
		tip = tip.max(node.heights().await.0);
	}
	tip
}

#[tokio::test(flavor = "multi_thread")]
async fn two_silent_of_seven_change_nothing_three_stop_finality_and_it_is_back_within_a_minute() {
	let mut network = Network::of_validators(7).await;
	let watch = FinalityWatch::start(&network);
	let strength: Strength = network.nodes[0].ask_runtime("ValidatorsApi_strength", &()).await;
	assert_eq!((strength.seats, strength.tolerated, strength.quorum), (7, 2, 5));

	for silent in &mut network.nodes[5..] {
		silent.kill();
	}
	for node in &network.nodes[..5] {
		let (best, _) = node.heights().await;
		node.wait_for_finality(best + STANDSTILL).await;
	}

	network.nodes[4].kill();
	let alive: Vec<_> = network.nodes[..4].iter().collect();
	let last = finality_stands_still(&alive).await;
	let tip = tip(&alive).await;
	assert!(tip >= last + STANDSTILL, "blocks went on");

	let since = Instant::now();
	for node in &mut network.nodes[4..] {
		node.start();
	}
	finality_is_back(&network.nodes, tip, since).await;
	assert!(watch.check(&network).await > 5, "the watch saw blocks become final");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_half_of_a_network_cut_in_the_middle_finalises_and_both_go_on_when_it_is_healed() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	network.divide([&[0, 1], &[2, 3]]).await;
	let all: Vec<_> = network.nodes.iter().collect();
	finality_stands_still(&all).await;
	let forked = tip(&all).await;

	let since = Instant::now();
	network.heal().await;
	finality_is_back(&network.nodes, forked + 1, since).await;
	watch.check(&network).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_of_four_go_on_when_one_is_cut_off_which_catches_up_when_it_is_back() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	network.divide([&[0, 1, 2], &[3]]).await;
	let (_, cut_off) = network.nodes[3].heights().await;
	for node in &network.nodes[..3] {
		let (best, _) = node.heights().await;
		node.wait_for_finality(best.max(cut_off) + STANDSTILL).await;
	}
	assert_eq!(
		network.nodes[3].heights().await.1,
		cut_off,
		"nobody told it, and its own vote is not enough"
	);

	let (_, last) = network.nodes[0].heights().await;
	let since = Instant::now();
	network.heal().await;
	finality_is_back(&network.nodes, last + 1, since).await;
	watch.check(&network).await;
}
