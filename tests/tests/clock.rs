// SPDX-License-Identifier: Apache-2.0

//! Trusted time (X.1407 9.2.3 a, 8.2.3): validators with a wrong clock, time servers that fail and lie, and time services that notice.

use chirograph_clock::{authorities, Client, Fault, Now, Server};
use chirograph_sdk::{
	keys::Keypair,
	primitives::{
		incident::{Incident, IncidentKind},
		time::{Beacon, TimeStatement},
		IncidentId, SignatureScheme,
	},
	submit::{call, Submitter},
};
use chirograph_tests::{load::PATIENCE, Network, Node, ShiftedClock, TimeAuthority, TimeServer};
use codec::{DecodeAll, Encode};
use futures::StreamExt;
use serde_json::{json, Value};
use sp_core::bytes::{from_hex, to_hex};
use std::{
	path::Path,
	sync::Arc,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::time::sleep;

const ALICE: usize = 0;
const DAVE: usize = 3;

/// In slots; the shortest that a network may have.
const EPOCH: u64 = 10;
/// So many become final in three epochs, when one of four makes none.
const BLOCKS_OF_THREE_EPOCHS: u64 = 22;
/// In milliseconds, as the networks here have it.
const TIME_SERVICES_BOUND: i64 = 2_000;
/// For what must come about within seconds, or when a node has started, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);
/// Between two looks.
const POLL: Duration = Duration::from_millis(100);

/// Three time servers, and who certifies them.
async fn time_servers(directory: &Path) -> (TimeAuthority, [TimeServer; 3]) {
	let authority = TimeAuthority::new(directory, "time-authority");
	let one = TimeServer::start(directory, "time-1", &authority).await;
	let two = TimeServer::start(directory, "time-2", &authority).await;
	let three = TimeServer::start(directory, "time-3", &authority).await;
	(authority, [one, two, three])
}

/// Has a node measure its clock every second.
fn tell(node: &mut Node, authority: &TimeAuthority, servers: &[TimeServer]) {
	let file = authority.file.to_str().expect("temporary paths are text");
	node.tell(&["--time-ca", file, "--time-interval", "1"]);
	for server in servers {
		node.tell(&["--time-server", &server.nts]);
	}
}

/// A network of one validator, Alice.
fn alone() -> Network {
	Network::arranged(1, |_| {})
}

/// How many blocks it made, whether others took them or not.
fn made(node: &Node) -> usize {
	node.whole_log().matches("Prepared block for proposing").count()
}

/// Where in its log a node is now.
fn mark(node: &Node) -> usize {
	node.whole_log().len()
}

/// Returns when `is_so`; or fails, with the node's log.
async fn wait(node: &Node, what: &str, is_so: impl Fn() -> bool) {
	let deadline = Instant::now() + DEADLINE;
	while !is_so() {
		assert!(Instant::now() < deadline, "{} never: {what}\n{}", node.name, node.log());
		sleep(POLL).await;
	}
}

/// Returns when a node has said that after a place in its log.
async fn says(node: &Node, mark: usize, text: &str) {
	wait(node, text, || {
		node.whole_log().get(mark..).is_some_and(|log| log.contains(text))
	})
	.await;
}

/// Returns when a node has made another block.
async fn makes_blocks(node: &Node) {
	let before = made(node);
	wait(node, "makes another block", || made(node) > before).await;
}

/// Fails if a node makes a block in so many seconds, in which others could not be waited for: it is alone.
async fn makes_none_for(node: &Node, time: Duration) {
	let before = made(node);
	let end = Instant::now() + time;
	while Instant::now() < end {
		assert_eq!(made(node), before, "{} made a block:\n{}", node.name, node.log());
		sleep(POLL).await;
	}
}

/// What a runtime API answers as of the best block.
async fn ask<T: DecodeAll>(node: &Node, function: &str, arguments: &impl Encode) -> T {
	let answer = node
		.request("state_call", json!([function, to_hex(&arguments.encode(), false)]))
		.await;
	let bytes = from_hex(answer.as_str().expect("bytes are text")).expect("they are hexadecimal");
	T::decode_all(&mut &bytes[..]).expect("both sides have the same types")
}

async fn statement(node: &Node) -> TimeStatement {
	ask(node, "TimekeepingApi_statement", &()).await
}

/// By how many milliseconds blocks were ahead in the incidents that the network recorded about them.
async fn clock_incidents(node: &Node) -> Vec<i64> {
	let first: IncidentId = 0;
	let incidents: Vec<(IncidentId, Incident)> = ask(node, "IncidentsApi_incidents", &first).await;
	let drift = |(_, incident): (IncidentId, Incident)| match incident.what {
		IncidentKind::Clock { drift } => Some(drift),
		_ => None,
	};
	incidents.into_iter().filter_map(drift).collect()
}

/// Dave's honest word about a block that has just become final.
async fn beacon(submitter: &Submitter) {
	let dave = Keypair::dev("//Dave", SignatureScheme::Sr25519).expect("a development key");
	let mut blocks = submitter.chain().finalised_blocks().await.expect("the node answers");
	// The first one was final before.
	let _ = blocks.next().await;
	let block = blocks.next().await.expect("blocks are made").expect("the node answers");
	let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
	let beacon = Beacon {
		block: block.number.try_into().expect("tests are short"),
		hash: from_hex(&block.hash)
			.ok()
			.and_then(|hash| hash.try_into().ok())
			.expect("a hash"),
		time: now.as_millis().try_into().expect("milliseconds fit"),
		uncertainty: 500,
	};
	let submitted = submitter
		.submit(&call("Timekeeping", "beacon", &beacon), &dave, PATIENCE)
		.await;
	submitted.expect("he is a time service");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_whose_clock_goes_wrong_makes_no_blocks_until_it_is_right_again() {
	let short_epochs = |spec: &mut Value| {
		spec["genesis"]["runtimeGenesis"]["patch"]["parameters"]["epochLength"] = EPOCH.into();
	};
	let mut network = Network::arranged(4, short_epochs);
	let directory = network.directory().to_owned();
	let (authority, servers) = time_servers(&directory).await;
	let clock = ShiftedClock::new(&directory, "dave-clock");
	for node in &mut network.nodes {
		tell(node, &authority, &servers);
	}
	network.nodes[DAVE].go_by(&clock);
	network.run().await;
	let (alice, dave) = (&network.nodes[ALICE], &network.nodes[DAVE]);
	says(dave, 0, "The clock is good").await;
	makes_blocks(dave).await;

	for millis in [5_000, 60 * 60 * 1_000] {
		let here = mark(dave);
		clock.set_ahead(millis);
		says(dave, here, "The system's clock was set by").await;
		says(dave, here, "The clock is off").await;
		let before = made(dave);
		let chain = alice.connect().await;
		let finalised = chain.finalised().await.expect("the node answers").block_number();
		alice.wait_for_finality(finalised + BLOCKS_OF_THREE_EPOCHS).await;
		assert_eq!(made(dave), before, "by a clock {millis} ms ahead:\n{}", dave.log());
	}

	let here = mark(dave);
	clock.set_ahead(0);
	says(dave, here, "The clock is good").await;
	makes_blocks(dave).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beacons_raise_the_alarm_when_all_validators_go_by_a_wrong_clock() {
	// One time service is enough here to say anything.
	let one_service = |spec: &mut Value| {
		spec["genesis"]["runtimeGenesis"]["patch"]["timekeeping"]["terms"] =
			json!({ "bound": TIME_SERVICES_BOUND, "services": 1, "freshness": 450 });
	};
	let mut network = Network::arranged(1, one_service);
	let clock = ShiftedClock::new(network.directory(), "alice-clock");
	network.nodes[ALICE].go_by(&clock);
	network.nodes[ALICE].tell(&["--unsafe-no-time-check"]);
	network.run().await;
	let alice = &network.nodes[ALICE];
	let submitter = Submitter::start(Arc::new(alice.connect().await))
		.await
		.expect("the node answers");
	assert_eq!(statement(alice).await.drift, None, "nobody has said anything yet");

	beacon(&submitter).await;
	let honest = statement(alice).await;
	assert!(!honest.alarm, "the control: {honest:?}");
	assert!(
		honest.drift.is_some_and(|drift| drift.abs() < TIME_SERVICES_BOUND),
		"{honest:?}"
	);
	assert!(honest.uncertainty.is_some_and(|uncertainty| uncertainty >= 500), "{honest:?}");
	assert_eq!(honest.samples.len(), 1);
	assert!(clock_incidents(alice).await.is_empty());

	clock.set_ahead(5_000);
	// Without the check it goes on.
	makes_blocks(alice).await;
	makes_blocks(alice).await;
	beacon(&submitter).await;
	let deadline = Instant::now() + DEADLINE;
	while !statement(alice).await.alarm {
		assert!(Instant::now() < deadline, "{:?}", statement(alice).await);
		sleep(POLL).await;
	}
	let wrong = statement(alice).await;
	assert!(wrong.drift.is_some_and(|drift| drift > TIME_SERVICES_BOUND), "{wrong:?}");
	let incidents = clock_incidents(alice).await;
	assert!(
		matches!(incidents[..], [drift] if drift > TIME_SERVICES_BOUND),
		"one incident: {incidents:?}"
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_time_server_that_lies_is_named_and_outvoted_and_two_that_do_stop_the_validator() {
	let mut network = alone();
	let directory = network.directory().to_owned();
	let (authority, servers) = time_servers(&directory).await;
	tell(&mut network.nodes[ALICE], &authority, &servers);
	network.run().await;
	let alice = &network.nodes[ALICE];
	says(alice, 0, "The clock is good").await;

	let here = mark(alice);
	servers[2].clock.set_ahead(10_000);
	says(alice, here, &format!("Time server {} is wrong, or lies", servers[2].nts)).await;
	makes_blocks(alice).await;

	let here = mark(alice);
	servers[1].clock.set_ahead(-10_000);
	says(
		alice,
		here,
		"more than half of 3 time servers must answer and agree, that is 2",
	)
	.await;
	for server in &servers {
		says(alice, here, &format!("Time server {} disagrees with others", server.nts)).await;
	}
	makes_none_for(alice, Duration::from_secs(15)).await;

	let here = mark(alice);
	servers[1].clock.set_ahead(0);
	says(alice, here, "The clock is good").await;
	makes_blocks(alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_servers_that_cannot_be_reached_are_named_and_stop_the_validator_once_they_are_half() {
	let mut network = alone();
	let directory = network.directory().to_owned();
	let (authority, mut servers) = time_servers(&directory).await;
	tell(&mut network.nodes[ALICE], &authority, &servers);
	network.run().await;
	let alice = &network.nodes[ALICE];
	says(alice, 0, "The clock is good").await;

	let here = mark(alice);
	servers[2].kill();
	says(
		alice,
		here,
		&format!("Time server {} is of no use: it cannot be reached", servers[2].nts),
	)
	.await;
	makes_blocks(alice).await;

	let here = mark(alice);
	servers[1].kill();
	says(alice, here, "The clock is unknown").await;
	says(
		alice,
		here,
		&format!("Time server {} is of no use: it cannot be reached", servers[1].nts),
	)
	.await;
	makes_none_for(alice, Duration::from_secs(15)).await;

	let here = mark(alice);
	servers[1].run().await;
	says(alice, here, "The clock is good").await;
	makes_blocks(alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_of_a_live_network_without_time_servers_makes_no_blocks_and_says_what_to_do() {
	let mut network = Network::arranged(1, |spec| spec["chainType"] = "Live".into());
	let alice = &mut network.nodes[ALICE];
	alice.start();
	says(alice, 0, "--time-server nts:HOST").await;
	makes_none_for(alice, Duration::from_secs(15)).await;
	assert_eq!(made(alice), 0);

	alice.kill();
	alice.tell(&["--unsafe-no-time-check"]);
	alice.start();
	makes_blocks(alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nts_is_believed_by_the_authority_that_was_named_and_by_no_other() {
	let removed_with_it = TempDir::with_prefix("chirograph-time-").expect("the temporary directory is writable");
	let directory = removed_with_it.path();
	let authority = TimeAuthority::new(directory, "time-authority");
	let other = TimeAuthority::new(directory, "other-authority");
	let server = TimeServer::start(directory, "time-1", &authority).await;
	let address: Server = server.nts.parse().expect("a time server");
	let client = |authority: &TimeAuthority| {
		let authorities = authorities(Some(&authority.file)).expect("the file has a certificate in it");
		Client::new(address.clone(), authorities)
	};
	server.clock.set_ahead(10_000);
	let mut believing = client(&authority);
	// More often than there are cookies at first.
	for _ in 0..20 {
		let measurement = believing.measure().await.expect("the control");
		let offset = measurement.offset(Now::read());
		assert!(
			offset.covers(-10_000_000) || (offset.middle() + 10_000_000).abs() < 10_000,
			"{offset:?}"
		);
	}
	let refused = client(&other).measure().await;
	assert!(matches!(refused, Err(Fault::NoKeys(_))), "{refused:?}");
}
