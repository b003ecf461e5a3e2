// SPDX-License-Identifier: Apache-2.0

//! Checkpoints: who follows the history that the council vouches for, and who signs for it (X.1407 9.2.3 e, 8.2.9).
//!
//! The attacker has all keys that there ever were, and makes another history from the first block on, longer than the network's. It is properly
//! final. Whoever was there knows better; these tests are about nodes that were not.

use chirograph_tests::{binary, Cli, Network, Node, Run};
use serde_json::{json, Value};
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};
use tempfile::TempDir;

/// Height of the checkpoint: the network is some blocks further when it is made, and the attacker a good deal.
const CHECKPOINT: u32 = 6;
const NETWORK: u64 = 9;
const ATTACK: u64 = 14;
/// Peers that warp synchronisation waits for.
const WARP_PEERS: usize = 3;
/// An archive would synchronise all blocks.
const WARP: &[&str] = &["--sync", "warp", "--state-pruning", "256"];
/// The sentence of a node that does not serve.
const NOT_YET: &str = "does not serve yet";
/// What council members sign.
const FORMAT: &str = "chirograph/checkpoint/v1";
const OTHER_HISTORY: &str = "follows another history than the one that the council vouches for";
/// Where nobody listens: who asks there, gets no answer.
const NOBODY: &str = "ws://127.0.0.1:1";
/// What light clients start with.
const LIGHT: &str = "light.json";

fn text(path: &Path) -> &str {
	path.to_str().expect("temporary paths are text")
}

/// The chain specs of one network: as it was founded, and with a checkpoint.
struct Specs {
	directory: TempDir,
	founded: PathBuf,
}

impl Specs {
	fn new() -> Self {
		let directory = TempDir::with_prefix("chirograph-checkpoints-").expect("the temporary directory is writable");
		let founded = directory.path().join("founded.json");
		let exported = Run::of(Command::new(binary("chirograph-node")).args([
			"export-chain-spec",
			"--chain",
			"development",
			"--raw",
			"--output",
			text(&founded),
		]));
		exported.expect(0, "");
		Self { directory, founded }
	}

	/// A spec with these checkpoints.
	fn with(&self, name: &str, checkpoints: Value) -> PathBuf {
		let spec = fs::read(&self.founded).expect("the node wrote it");
		let mut spec: Value = serde_json::from_slice(&spec).expect("a chain spec is JSON");
		spec["checkpoints"] = checkpoints;
		let path = self.directory.path().join(name);
		fs::write(&path, spec.to_string()).expect("the directory is writable");
		path
	}
}

/// Whoever synchronises in one leap asks several peers: nodes that follow the only validator.
async fn followers(network: &Network, spec: &Path) -> Vec<Node> {
	let mut followers = Vec::new();
	for index in 1..WARP_PEERS {
		let mut node = network.newcomer(&format!("follower-{index}"), spec, &[&network.nodes[0]], &[]);
		// Reserved alone: the newcomer would not be let in.
		node.admit_all();
		node.start();
		node.wait_for_finality(NETWORK).await;
		followers.push(node);
	}
	followers
}

fn all<'a>(network: &'a Network, followers: &'a [Node]) -> Vec<&'a Node> {
	network.nodes.iter().chain(followers).collect()
}

/// The block of a network at the height of the checkpoint.
async fn block(network: &Network) -> String {
	let block = network.nodes[0].connect().await.block_at(CHECKPOINT).await;
	block.expect("the node answers").expect("it is that far").hash
}

/// Nothing is answered but how the node itself is.
async fn assert_does_not_serve(node: &Node) {
	for (method, parameters) in [
		("chain_getFinalizedHead", json!([])),
		("chain_getBlockHash", json!([1])),
		("state_getRuntimeVersion", json!([])),
		("author_pendingExtrinsics", json!([])),
		("chain_subscribeFinalizedHeads", json!([])),
		(
			"system_accountNextIndex",
			json!(["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]),
		),
	] {
		let refusal = node.refusal(method, parameters).await;
		assert!(
			refusal.as_ref().is_some_and(|refusal| refusal.contains(NOT_YET)),
			"{method}: {refusal:?}\n{}",
			node.log()
		);
	}
	node.request("system_health", json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomer_that_meets_only_a_longer_fork_accepts_it_without_the_checkpoint_and_refuses_it_with_it() {
	let specs = Specs::new();
	let mut honest = Network::of_file(&specs.founded).await;
	honest.nodes[0].wait_for_finality(NETWORK).await;
	let hash = block(&honest).await;
	let checkpoint = json!([{ "number": CHECKPOINT, "hash": hash, "setId": 0 }]);
	let protected = specs.with("protected.json", checkpoint);
	honest.nodes[0].kill();

	// The same keys, and nothing of what was made with them before.
	let attacker = Network::of_file(&specs.founded).await;
	attacker.nodes[0].wait_for_finality(ATTACK).await;
	assert_ne!(block(&attacker).await, hash, "it is another history");
	let accomplices = followers(&attacker, &specs.founded).await;
	let peers = all(&attacker, &accomplices);

	// Control: whoever knows no better believes it.
	let mut believer = attacker.newcomer("believer", &specs.founded, &peers, &[]);
	believer.start();
	believer.wait_for_finality(ATTACK).await;
	let mut leaper = attacker.newcomer("leaper", &specs.founded, &peers, WARP);
	leaper.start();
	leaper.wait_for_finality(ATTACK).await;
	leaper.kill();

	let mut newcomer = attacker.newcomer("newcomer", &protected, &peers, &[]);
	newcomer.start();
	// As far as the two histories cannot be told apart. The block behind is refused, each time that it is offered.
	newcomer.wait_for_best(u64::from(CHECKPOINT) - 1).await;
	let mut leaping = attacker.newcomer("leaping-newcomer", &protected, &peers, WARP);
	leaping.start();
	// The leap shows the newest block alone. What is below is refused when it is asked for.
	leaping.wait_for_best(ATTACK).await;
	attacker.nodes[0].wait_for_finality(ATTACK + 4).await;
	for node in [&newcomer, &leaping] {
		assert_does_not_serve(node).await;
	}
	let state = newcomer.request("system_syncState", json!([])).await;
	assert_eq!(state["currentBlock"], CHECKPOINT - 1, "{state}");
	newcomer.kill();
	leaping.kill();

	// Who was taken in, and is told later, ends.
	believer.kill();
	let file = specs.directory.path().join("checkpoint.json");
	let cli = Cli::new(specs.directory.path(), &attacker.nodes[0]);
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	let signed = json!({
		"format": FORMAT, "genesis": genesis, "number": CHECKPOINT, "hash": hash, "setId": 0, "signatures": []
	});
	fs::write(&file, signed.to_string()).expect("the directory is writable");
	believer.tell(&["--checkpoint", text(&file)]);
	believer.start();
	assert_eq!(believer.wait_for_end().await, Some(1));
	let log = believer.log();
	assert!(log.contains("purge-chain") && log.contains(&hash), "{log}");

	// Second control: among those who have the history that is vouched for, the same node serves, however it synchronises.
	drop((attacker, accomplices));
	honest.nodes[0].start();
	honest.nodes[0].wait_for_finality(NETWORK + 1).await;
	let peers = followers(&honest, &specs.founded).await;
	let peers = all(&honest, &peers);
	for (name, more) in [("welcome", &[][..]), ("welcome-leaper", WARP)] {
		let mut node = honest.newcomer(name, &protected, &peers, more);
		node.start();
		node.wait_for_log("this node serves from now on").await;
		node.wait_for_finality(NETWORK).await;
		let found = node.connect().await.block_at(CHECKPOINT).await;
		assert_eq!(found.expect("it answers").expect("it is that far").hash, hash, "{name}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn warp_proof_that_contradicts_a_checkpoint_or_ends_below_it_is_refused() {
	let specs = Specs::new();
	let network = Network::of_file(&specs.founded).await;
	network.nodes[0].wait_for_finality(NETWORK).await;
	let hash = block(&network).await;
	let peers = followers(&network, &specs.founded).await;
	let peers = all(&network, &peers);
	let start = |name: &str, checkpoints: Value| {
		let spec = specs.with(&format!("{name}.json"), checkpoints);
		let mut node = network.newcomer(name, &spec, &peers, WARP);
		node.start();
		node
	};

	let control = start("control", json!([{ "number": CHECKPOINT, "hash": hash, "setId": 0 }]));
	control.wait_for_log("this node serves from now on").await;

	let other_set = start("other-set", json!([{ "number": CHECKPOINT, "hash": hash, "setId": 1 }]));
	other_set.wait_for_log("and set 1 finalised the checkpoint").await;
	let ahead = start("ahead", json!([{ "number": 1_000_000, "hash": hash, "setId": 0 }]));
	ahead.wait_for_log("below the checkpoint block 1000000").await;
	for node in [&other_set, &ahead] {
		assert_does_not_serve(node).await;
	}
}

#[test]
fn checkpoints_that_contradict_each_other_or_a_spec_are_refused() {
	let specs = Specs::new();
	let (one, other) = (format!("0x{}", "01".repeat(32)), format!("0x{}", "02".repeat(32)));
	let at = |number: u32, hash: &str| json!({ "number": number, "hash": hash, "setId": 0 });
	let start = |spec: &Path, more: &[&str]| {
		let home = TempDir::with_prefix("chirograph-checkpoints-").expect("the temporary directory is writable");
		let common = ["--chain", text(spec), "--base-path", text(home.path()), "--no-prometheus"];
		Run::of(Command::new(binary("chirograph-node")).args(common).args(more))
	};
	let unordered = specs.with("unordered.json", json!([at(9, &one), at(7, &one)]));
	start(&unordered, &[]).expect(1, "in the order of their numbers");
	let spec = specs.with("one.json", json!([at(7, &one)]));
	let file = |name: &str, format: &str, genesis: &str, hash: &str| {
		let path = specs.directory.path().join(name);
		let file = json!({ "format": format, "genesis": genesis, "number": 7, "hash": hash, "setId": 0, "signatures": [] });
		fs::write(&path, file.to_string()).expect("the directory is writable");
		path
	};
	let contradicting = file("contradicting.json", FORMAT, &one, &other);
	start(&spec, &["--checkpoint", text(&contradicting)]).expect(1, "contradict each other at block 7");
	let foreign = file("foreign.json", FORMAT, &other, &one);
	start(&specs.founded, &["--checkpoint", text(&foreign)]).expect(1, "is of another network");
	let newer = file("newer.json", "chirograph/checkpoint/v2", &one, &one);
	start(&spec, &["--checkpoint", text(&newer)]).expect(1, "it is of the format");
	start(&spec, &["--checkpoint", "missing.json"]).expect(1, "missing.json");
}

#[tokio::test(flavor = "multi_thread")]
async fn council_vouches_for_a_block_on_separate_machines_and_users_believe_no_other_history() {
	let mut network = Network::local().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	let at_bob = cli.at(&network.nodes[1]);
	network.nodes[1].wait_for_finality(3).await;
	let proposed = cli
		.ok(&["checkpoint", "propose", "--output", "proposed.json", "--json"])
		.json();
	assert_eq!(proposed["setId"], 0, "{proposed}");
	let number = proposed["number"].as_u64().expect("a block has a number");
	network.nodes[1].wait_for_finality(number).await;

	// Each signs a copy, asking a node of their own.
	let sign =
		|cli: &Cli, key: &str, from: &str, to: &str| cli.run(&["checkpoint", "sign", from, "--dev-key", key, "--output", to]);
	sign(&cli, "//Alice", "proposed.json", "alice.json").expect(0, "2 of 3 members");
	sign(&at_bob, "//Bob", "proposed.json", "bob.json").expect(0, "2 of 3 members");
	sign(&cli, "//Alice", "alice.json", "twice.json").expect(1, "signed already");
	sign(&cli, "//Dave", "proposed.json", "dave.json").expect(1, "was no member of the council");

	let verify = |file: &str| cli.run(&["checkpoint", "verify", file]);
	verify("proposed.json").expect(1, "0 of the 3 members of the council");
	verify("alice.json").expect(1, "1 of the 3 members of the council");
	cli.ok(&["checkpoint", "attach", "alice.json", "bob.json", "--output", "signed.json"]);
	verify("signed.json").expect(0, "VERIFIED");

	// What nobody signed, or somebody else.
	let edited = |name: &str, edit: &dyn Fn(&mut Value)| {
		let file = fs::read(cli.directory.join("signed.json")).expect("it was written");
		let mut file: Value = serde_json::from_slice(&file).expect("it is JSON");
		edit(&mut file);
		cli.write(name, file.to_string());
		verify(name)
	};
	edited("other-hash.json", &|file: &mut Value| {
		file["hash"] = json!(format!("0x{}", "01".repeat(32)))
	})
	.expect(1, "is not by");
	edited("other-height.json", &|file: &mut Value| file["number"] = json!(number - 1)).expect(1, "is not by");
	edited("other-network.json", &|file: &mut Value| {
		file["genesis"] = json!(format!("0x{}", "01".repeat(32)))
	})
	.expect(1, "is not by");
	let unsigned = |file: &mut Value| file["signatures"] = json!([]);
	edited("block.json", &|file: &mut Value| {
		unsigned(file);
		file["number"] = json!(number - 1);
	})
	.expect(1, "do not sign or use it before you know which");
	edited("network.json", &|file: &mut Value| {
		unsigned(file);
		file["genesis"] = json!(format!("0x{}", "01".repeat(32)));
	})
	.expect(2, "is of the network 0x0101");
	edited("set.json", &|file: &mut Value| {
		unsigned(file);
		file["setId"] = json!(1);
	})
	.expect(1, "set 0 of authorities finalised");
	cli.run(&["checkpoint", "attach", "signed.json", "block.json", "--output", "mixed.json"])
		.expect(1, "only signatures for the same block go together");

	// From now on the user believes this history alone.
	cli.run(&["checkpoint", "list"]).expect(0, "no checkpoints");
	cli.run(&["chain", "trust-checkpoint", "alice.json"])
		.expect(1, "1 of the 3 members of the council");
	cli.run(&["chain", "trust-checkpoint", "signed.json"])
		.expect(0, "trusted from now on");
	cli.run(&["checkpoint", "list", "--json"]).expect(0, "trusted-here");
	cli.run(&["chain", "status"]).expect(0, "finalised");

	// A bundle may begin with what the user trusts. Control: somebody who trusts the network's first block alone.
	let text_of = |name: &str| proposed[name].as_str().expect("it is text");
	cli.write("deed.txt", "This house is Ada's.");
	cli.ok(&["proof", "register", "deed.txt", "--dev-key", "//Alice"]);
	cli.ok(&[
		"bundle",
		"create",
		"deed.txt",
		"--checkpoint",
		text_of("hash"),
		"--output",
		"short.chirograph",
	]);
	cli.ok(&["bundle", "verify", "short.chirograph", "--original", "deed.txt"]);
	let elsewhere = TempDir::with_prefix("chirograph-checkpoints-").expect("the temporary directory is writable");
	let stranger = Cli::new(elsewhere.path(), &network.nodes[0]);
	let bundle = cli.directory.join("short.chirograph");
	stranger
		.run(&["bundle", "verify", text(&bundle), "--genesis", text_of("genesis")])
		.expect(1, "neither the network's first block nor a checkpoint that is trusted");

	// Whoever asks no node, but the network, sees whether it has the block.
	cli.ok(&["chain", "light-spec", "--output", LIGHT]);
	let without_node = ["chain", "status", "--node", NOBODY, "--light"];
	let by_light = |cli: &Cli, spec: &str| cli.run(&[&without_node[..], &[spec]].concat());
	by_light(&cli, LIGHT).expect(0, text_of("genesis"));

	// The same network, made again: its genesis is the same.
	network.nodes.iter_mut().for_each(Node::kill);
	let fork = Network::local().await;
	let misled = cli.at(&fork.nodes[0]);
	fork.nodes[0].wait_for_finality(number + 1).await;
	misled.run(&["chain", "status"]).expect(3, OTHER_HISTORY);
	misled.run(&["checkpoint", "verify", "signed.json"]).expect(3, OTHER_HISTORY);
	// Control: who trusts nothing by name notices nothing.
	let other_user = Cli::new(fork.directory(), &fork.nodes[0]);
	other_user.run(&["chain", "status"]).expect(0, "finalised");
	other_user.ok(&["chain", "light-spec", "--output", LIGHT]);
	by_light(&other_user, LIGHT).expect(0, text_of("genesis"));
	let spec = fork.directory().join(LIGHT);
	let refused = by_light(&misled, text(&spec));
	refused.expect(3, OTHER_HISTORY);
	refused.expect(3, &format!("{} has ", text(&spec)));
	other_user
		.run(&["checkpoint", "verify", text(&cli.directory.join("signed.json"))])
		.expect(1, "do not sign or use it before you know which");
}
