// SPDX-License-Identifier: Apache-2.0

//! Four validators: what one accepts, all keep; and what too few vouch for, nobody is told.

use chirograph_tests::{Cli, FinalityWatch, Network, Throttle};
use std::time::{Duration, Instant};
use tokio::time::sleep;

const ALICE: usize = 0;
const CHARLIE: usize = 2;
const DAVE: usize = 3;

/// Registers a file for a key of the user's, through a platform.
fn register<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
	[
		&["proof", "register", file, "--key", "ada", "--submitter-dev-key", "//Alice"],
		more,
	]
	.concat()
}

/// The finalised block that a registration with `--json` reports.
fn finalised_in(run: &chirograph_tests::Run) -> u64 {
	run.json()["block"]["number"]
		.as_u64()
		.expect("a registration reports its block")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_registers_another_verifies_and_killing_all_loses_nothing() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let at_alice = Cli::new(network.directory(), &network.nodes[ALICE]);
	let at_dave = at_alice.at(&network.nodes[DAVE]);
	at_alice.labelled_key("ada", "ecdsa", &["owner"]);
	at_alice.write("novel.txt", "It was a dark and stormy night.");
	at_alice.write("changed.txt", "It was a dark and stormy nighT.");

	let registered = at_alice.ok(&register("novel.txt", &["--json"]));
	network.nodes[DAVE].wait_for_finality(finalised_in(&registered)).await;
	at_dave
		.run(&["proof", "verify", "novel.txt", "--evidence", "novel.txt.evidence.json"])
		.expect(0, "VERIFIED");
	at_dave
		.run(&["proof", "verify", "changed.txt"])
		.expect(1, "NOT VERIFIED: no proof of this file is registered");
	let before = at_dave.ok(&["proof", "show", "novel.txt", "--json"]).json();

	network.nodes.iter_mut().for_each(|node| node.kill());
	at_dave.run(&["proof", "verify", "novel.txt"]).expect(3, "no node answers");
	network.nodes.iter_mut().for_each(|node| node.start());
	for node in &network.nodes {
		node.wait_for_finality(finalised_in(&registered)).await;
	}
	at_dave.run(&["proof", "verify", "novel.txt"]).expect(0, "VERIFIED");
	let after = at_dave.ok(&["proof", "show", "novel.txt", "--json"]).json();
	assert_eq!((&after["record"], &after["subject"]), (&before["record"], &before["subject"]));

	at_alice.write("sequel.txt", "The morning after was bright.");
	at_alice.ok(&register("sequel.txt", &[]));
	watch.check(&network).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_of_four_finalise_and_two_do_not() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	for name in ["three.txt", "two.txt"] {
		cli.write(name, format!("content of {name}"));
	}

	network.nodes[DAVE].kill();
	cli.ok(&register("three.txt", &[]));

	network.nodes[CHARLIE].kill();
	cli.run(&register("two.txt", &["--timeout", "20"]))
		.expect(1, "not finalised within 20 s");
	cli.run(&["proof", "verify", "two.txt"]).expect(1, "NOT VERIFIED");
	assert!(
		network.directory().join("two.txt.evidence.json").exists(),
		"the evidence is kept for the next try"
	);

	network.nodes[CHARLIE].start();
	let deadline = Instant::now() + Duration::from_secs(120);
	while cli.run(&["proof", "verify", "two.txt"]).code != 0 {
		assert!(
			Instant::now() < deadline,
			"finality does not come back:\n{}",
			network.nodes[ALICE].log()
		);
		sleep(Duration::from_millis(500)).await;
	}
	cli.run(&register("two.txt", &[]))
		.expect(1, "this evidence is the registered one, nothing is left to do");

	network.nodes[DAVE].start();
	assert!(watch.check(&network).await > 3, "the watch saw blocks become final");
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_is_still_syncing_is_not_believed() {
	let network = Network::local().await;
	let alice = &network.nodes[ALICE];
	alice.wait_for_finality(12).await;

	let p2p_port = alice
		.p2p_address()
		.split('/')
		.nth(4)
		.and_then(|port| port.parse().ok())
		.expect("an address has a port");
	let slow_line = Throttle::new(p2p_port, 3_000).await;
	let behind_it = alice
		.p2p_address()
		.replace(&format!("/{p2p_port}/"), &format!("/{}/", slow_line.address.port()));
	let mut newcomer = network.observer("newcomer", &behind_it);
	newcomer.start();
	let chain = newcomer.connect().await;
	let deadline = Instant::now() + Duration::from_secs(60);
	while !chain.status().await.expect("the node answers").syncing {
		assert!(
			Instant::now() < deadline,
			"the newcomer never began to sync:\n{}",
			newcomer.log()
		);
		sleep(Duration::from_millis(20)).await;
	}
	let cli = Cli::new(network.directory(), &newcomer);
	cli.write("novel.txt", "It was a dark and stormy night.");
	cli.run(&["proof", "verify", "novel.txt"]).expect(3, "is still syncing");
	cli.run(&["proof", "register", "novel.txt", "--dev-key", "//Alice"])
		.expect(3, "is still syncing");

	// Nobody tells a node without peers that it is behind.
	let mut hermit = network.observer("hermit", &alice.p2p_address().replace(&format!("/{p2p_port}/"), "/1/"));
	hermit.start();
	hermit.connect().await;
	cli.at(&hermit)
		.run(&["proof", "verify", "novel.txt"])
		.expect(3, "it is cut off, or its network stands still");

	// The control: a node that is not behind answers the same question.
	cli.at(alice).run(&["proof", "verify", "novel.txt"]).expect(1, "NOT VERIFIED");
}
