// SPDX-License-Identifier: Apache-2.0

//! The light client: what the network proves is believed, and no node's word.

use chirograph_sdk::{
	chain::Chain,
	keys::{format_account, Keypair},
	primitives::{BlockNumber, SignatureScheme},
};
use chirograph_tests::{Cli, Liar, Network};
use futures::StreamExt;
use serde_json::{json, Value};
use std::{
	fs,
	time::{Duration, Instant},
};

/// Where nobody listens: who asks there, gets no answer.
const NOBODY: &str = "ws://127.0.0.1:1";
/// What light clients start with.
const SPEC: &str = "light.json";
/// Twenty seconds are waited for a peer. The rest is for a busy machine.
const ALONE: Duration = Duration::from_secs(60);

/// Writes the chain spec of the user's node.
fn write_spec(cli: &Cli) -> Value {
	cli.ok(&["chain", "light-spec", "--output", SPEC, "--json"]).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_node_to_ask_the_network_proves_what_is_on_record() {
	let mut network = Network::local().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.write("novel.txt", "It was a dark and stormy night.");
	cli.write("changed.txt", "It was a dark and stormy nighT.");
	cli.ok(&["proof", "register", "novel.txt", "--dev-key", "//Alice"]);
	let written = write_spec(&cli);
	let status = cli.ok(&["chain", "status", "--json"]).json();
	assert_eq!(written["genesis"], status["genesis"]);

	cli.run(&["chain", "status", "--node", NOBODY]).expect(3, "no node answers");
	let ask = |question: &[&str]| cli.run(&[question, &["--light", SPEC, "--node", NOBODY]].concat());
	ask(&["proof", "verify", "novel.txt"]).expect(0, "VERIFIED");
	ask(&["proof", "verify", "changed.txt"]).expect(1, "NOT VERIFIED: no proof of this file is registered");
	ask(&["label", "show", "1"]).expect(0, "active");
	ask(&["chain", "status"]).expect(0, written["genesis"].as_str().expect("a network has a genesis"));

	let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519).expect("a development key");
	let alice = format_account(&alice.account());
	for (question, cannot) in [
		(
			&["proof", "register", "changed.txt", "--dev-key", "//Alice"][..],
			"see what became of what was sent",
		),
		(
			&["bundle", "create", "novel.txt", "--output", "novel.chirograph"][..],
			"get a proof for others that a block is final",
		),
		(&["account", "history", &alice][..], "read what is in a block"),
	] {
		ask(question).expect(2, &format!("a light client cannot {cannot}; ask a node, with `--node`"));
	}

	for node in &mut network.nodes {
		node.kill();
	}
	let begin = Instant::now();
	ask(&["proof", "verify", "novel.txt"]).expect(3, "no node of the network answered the light client of light.json");
	assert!(begin.elapsed() < ALONE, "it ends in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_light_client_sees_every_block_that_becomes_final_and_finds_those_before() {
	let network = Network::development().await;
	network.nodes[0].wait_for_finality(3).await;
	write_spec(&Cli::new(network.directory(), &network.nodes[0]));
	let light = Chain::light(&network.directory().join(SPEC), None).await;
	let light = light.expect("the network can be reached");
	let node = network.nodes[0].connect().await;
	assert_eq!(light.genesis(), node.genesis());
	let height = light.height().await.expect("it is synchronised");
	assert!(height >= 3, "it knows block {height}, and block 3 was final before");

	let mut blocks = light.finalised_blocks().await.expect("it is synchronised");
	let mut seen = Vec::new();
	while seen.len() < 4 {
		let block = blocks.next().await.expect("blocks go on").expect("a peer answers");
		let number = BlockNumber::try_from(block.number).expect("there are few blocks");
		let same = node.block_at(number).await.expect("the node answers");
		assert_eq!(same, Some(block));
		seen.push(number);
	}
	let in_order: Vec<_> = (seen[0]..).take(seen.len()).collect();
	assert_eq!(seen, in_order, "none is left out");
	for number in (0..=seen[0]).rev() {
		let (by_light, by_node) = (light.block_at(number).await, node.block_at(number).await);
		assert_eq!(
			by_light.expect("headers name their parents"),
			by_node.expect("the node answers"),
			"{number}"
		);
	}
	let unborn = light.block_at(BlockNumber::MAX).await.expect("the newest is known");
	assert_eq!(unborn, None);
}

/// The node shows how things were: a label that is suspended meanwhile as active, and a proof that is registered meanwhile as missing.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lying_node_says_the_network_disproves() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	cli.write("novel.txt", "It was a dark and stormy night.");
	write_spec(&cli);
	let liar = Liar::repeating(node, &["LabelsApi_", "ProofsApi_"]).await;
	let url = liar.url();
	let by_liar = |question: &[&str]| cli.run(&[question, &["--node", &url]].concat());
	let by_light = |question: &[&str]| cli.run(&[question, &["--node", &url, "--light", SPEC]].concat());
	let (label, proof) = (["label", "show", "5"], ["proof", "verify", "novel.txt"]);
	for answer in [by_liar(&label), by_light(&label)] {
		answer.expect(0, "active");
	}
	for answer in [by_liar(&proof), by_light(&proof)] {
		answer.expect(1, "NOT VERIFIED");
	}

	cli.ok(&["label", "suspend", "5", "--dev-key", "//Alice"]);
	cli.ok(&["proof", "register", "novel.txt", "--dev-key", "//Alice"]);
	// The control: whoever asks the node believes it.
	by_liar(&label).expect(0, "active");
	by_liar(&proof).expect(1, "NOT VERIFIED");
	by_light(&label).expect(0, "suspended");
	by_light(&proof).expect(0, "VERIFIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_light_client_starts_with_the_network_that_is_meant_or_not_at_all() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	let written = write_spec(&cli);
	let genesis = written["genesis"].as_str().expect("a network has a genesis");
	let ask = |spec: &str, more: &[&str]| cli.run(&[&["label", "list", "--light", spec][..], more].concat());
	ask(SPEC, &[]).expect(0, "as of");
	ask(SPEC, &["--genesis", genesis]).expect(0, "as of");
	let other = format!("0x{}", "ab".repeat(32));
	ask(SPEC, &["--genesis", &other]).expect(3, &format!("light.json is of the network {genesis}, and {other} is meant"));

	ask("nowhere.json", &[]).expect(2, "nowhere.json does not exist");
	cli.write("text.json", "a poem");
	ask("text.json", &[]).expect(2, "it is not a JSON object");
	let spec = fs::read(cli.directory.join(SPEC)).expect("it was written a moment ago");
	let spec: Value = serde_json::from_slice(&spec).expect("a chain spec is JSON");
	let changed = |name: &str, place: &str, value: Value| {
		let (mut spec, (parent, field)) = (spec.clone(), place.rsplit_once('/').expect("a place has a parent"));
		spec.pointer_mut(parent).expect("it has that")[field] = value;
		cli.write(name, spec.to_string());
	};
	changed("alone.json", "/bootNodes", json!([]));
	ask("alone.json", &[]).expect(2, "it names no boot node that could be connected to");
	changed("readable.json", "/genesis", json!({ "runtimeGenesis": {} }));
	ask("readable.json", &[]).expect(2, "it has no raw genesis storage");
	// The key of the runtime's code.
	changed("broken.json", "/genesis/raw/top/0x3a636f6465", json!("0x00"));
	ask("broken.json", &[]).expect(2, "it cannot be started with");
	// Whoever changes the first state makes another network, of which there is no node.
	changed("other.json", "/genesis/raw/top/0x00", json!("0x00"));
	ask("other.json", &["--genesis", genesis]).expect(3, &format!("and {genesis} is meant"));
	ask("other.json", &[]).expect(3, "no node of the network answered");

	cli.run(&["chain", "light-spec", "--output", SPEC])
		.expect(2, "is not overwritten");
	cli.run(&["chain", "light-spec", "--output", "new.json", "--boot-node", "ws://192.0.2.1"])
		.expect(2, "it is no address over TCP");
	let liar = Liar::new(node, |method, _, mut result| {
		if method == "sync_state_genSyncSpec" {
			result["genesis"]["raw"]["top"]["0x00"] = json!("0x00");
		}
		result
	});
	let liar = liar.await;
	let write_from = |url: &str, file: &str| cli.run(&["chain", "light-spec", "--output", file, "--node", url]);
	write_from(&liar.url(), "false.json").expect(3, "the genesis storage in its chain spec is that of another network");
	assert!(!cli.directory.join("false.json").exists());
	write_from(&node.url(), "control.json").expect(0, "control.json written");
}
