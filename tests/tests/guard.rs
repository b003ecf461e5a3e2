// SPDX-License-Identifier: Apache-2.0

//! A validator does not vote twice though its backup does not know what it has voted, and votes with a key in hardware.

use chirograph_runtime::{Runtime, RuntimeCall, SessionKeys};
use chirograph_sdk::{
	keys::Keypair,
	primitives::SignatureScheme,
	submit::{call, Submitter},
	verifier::document::{from_hex, to_hex},
};
use chirograph_tests::{binary, load::PATIENCE, FinalityWatch, Network, Node};
use codec::Decode;
use serde_json::{json, Value};
use std::{
	fs,
	path::Path,
	process::Command,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::time::sleep;

const ALICE: usize = 0;
const BOB: usize = 1;
const DAVE: usize = 3;
/// In a session. No network has fewer.
const SLOTS: u64 = 10;
/// For three sessions, or for blocks, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(240);
/// Between two looks.
const POLL: Duration = Duration::from_millis(200);
/// Where Debian has it.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN: &str = "validator";
const KEY: &str = "grandpa";
const PIN: &str = "1234";

/// Everything a node has, its log aside: that is read later.
fn copy(from: &Path, to: &Path) {
	fs::create_dir_all(to).expect("the network's directory is writable");
	for entry in fs::read_dir(from).expect("it is a directory") {
		let entry = entry.expect("it can be read");
		let target = to.join(entry.file_name());
		match entry.file_type().expect("it has a type").is_dir() {
			true => copy(&entry.path(), &target),
			false if entry.file_name() == "log" => {},
			false => {
				fs::copy(entry.path(), target).expect("the disk has room");
			},
		}
	}
}

fn restore(node: &Node, backup: &Path) {
	let chains = node.home().join("chains");
	fs::remove_dir_all(&chains).expect("it was the node's");
	copy(&backup.join("chains"), &chains);
}

async fn finalised(node: &Node) -> u64 {
	let head = node.request("chain_getFinalizedHead", json!([])).await;
	let header = node.request("chain_getHeader", json!([head])).await;
	let number = header["number"].as_str().and_then(|text| text.strip_prefix("0x"));
	u64::from_str_radix(number.expect("a header has a number"), 16).expect("it is hexadecimal")
}

/// The keys whose precommits are missing in the round that is under way, or was a moment ago.
async fn missing(node: &Node) -> Vec<String> {
	let state = node.request("grandpa_roundState", json!([])).await;
	let rounds = std::iter::once(&state["best"]).chain(state["background"].as_array().into_iter().flatten());
	let sets = rounds.filter_map(|round| round["precommits"]["missing"].as_array());
	let fewest = sets.min_by_key(|missing| missing.len());
	let keys = fewest.into_iter().flatten().filter_map(Value::as_str);
	keys.map(str::to_owned).collect()
}

async fn wait_until_nobody_is_missing(node: &Node) {
	let deadline = Instant::now() + DEADLINE;
	while !missing(node).await.is_empty() {
		assert!(Instant::now() < deadline, "a vote is missing:\n{}", node.log());
		sleep(Duration::from_millis(50)).await;
	}
}

/// Waits until a node has said that behind a place in its log.
async fn wait_for_log(node: &Node, mark: usize, words: &str) {
	let deadline = Instant::now() + DEADLINE;
	while !node.whole_log().get(mark..).is_some_and(|log| log.contains(words)) {
		assert!(Instant::now() < deadline, "{words:?} is not in the log:\n{}", node.log());
		sleep(POLL).await;
	}
}

/// Lines of a node that saw somebody vote twice, or make two blocks for one slot.
fn equivocations(node: &Node) -> Vec<String> {
	let log = node.whole_log();
	let lines = log.lines().filter(|line| line.to_lowercase().contains("equivocat"));
	lines.map(str::to_owned).collect()
}

/// The control, two votes from an old copy, is in the crate of the guard, where it is the same each time:
/// `old_file_that_nobody_compares_with_the_ledger_signs_twice` and `keystore_without_a_guard_signs_twice`. On a network it takes luck, since a
/// restored validator hears of later rounds before it votes in most cases.
#[tokio::test(flavor = "multi_thread")]
async fn validator_restored_from_a_backup_does_not_vote_twice_and_votes_again() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let backup = network.directory().join("backup");
	network.nodes[ALICE].wait_for_finality(3).await;

	network.nodes[DAVE].kill();
	copy(network.nodes[DAVE].home(), &backup);
	network.nodes[DAVE].start();
	let ran_on = finalised(&network.nodes[ALICE]).await + 6;
	network.nodes[DAVE].wait_for_finality(ran_on).await;
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;

	network.nodes[DAVE].kill();
	restore(&network.nodes[DAVE], &backup);
	let mark = network.nodes[DAVE].whole_log().len();
	network.nodes[DAVE].start();
	wait_for_log(&network.nodes[DAVE], mark, "It was restored from an old copy").await;
	wait_for_log(&network.nodes[DAVE], mark, "the guard opens").await;
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;

	let goes_on = finalised(&network.nodes[ALICE]).await + 4;
	for node in &network.nodes {
		node.wait_for_finality(goes_on).await;
		assert_eq!(equivocations(node), Vec::<String>::new(), "{} saw an equivocation", node.name);
	}
	// It is needed again: three of four are just enough.
	network.nodes[BOB].kill();
	let without_bob = finalised(&network.nodes[ALICE]).await + 3;
	network.nodes[ALICE].wait_for_finality(without_bob).await;
	network.nodes[BOB].start();
	watch.check(&network).await;

	// What it signed can be read while it runs, and its guard cannot be taken by a second node.
	let shown = Command::new(binary("chirograph-node"))
		.args(["guard", "show", "--chain", "local", "--base-path"])
		.arg(network.nodes[DAVE].home())
		.output()
		.expect("the node's binary can be run");
	let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
	assert!(shown.contains("last block:") && shown.contains("precommit"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn vote_from_hardware_counts() {
	let mut network = Network::with_sessions_of(SLOTS, 4).await;
	let tokens = network.directory().join("tokens");
	let settings = network.directory().join("softhsm2.conf");
	let pin = network.directory().join("pin");
	fs::create_dir(&tokens).expect("the network's directory is writable");
	fs::write(
		&settings,
		format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()),
	)
	.expect("as before");
	fs::write(&pin, PIN).expect("as before");
	let run = |program: &Path, arguments: &[&str]| {
		let output = Command::new(program).args(arguments).env("SOFTHSM2_CONF", &settings).output();
		let output = output.expect("scripts/setup installs softhsm2");
		assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		String::from_utf8_lossy(&output.stdout).trim().to_owned()
	};
	run(
		Path::new("softhsm2-util"),
		&["--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "5678"],
	);
	let hardware = [
		"--grandpa-pkcs11-module",
		MODULE,
		"--grandpa-pkcs11-token",
		TOKEN,
		"--grandpa-pkcs11-key",
		KEY,
		"--grandpa-pkcs11-pin-file",
		pin.to_str().expect("temporary paths are text"),
	];
	let made = run(&binary("chirograph-node"), &[&["hsm", "generate"][..], &hardware].concat());
	assert_eq!(
		run(&binary("chirograph-node"), &[&["hsm", "show"][..], &hardware].concat()),
		made
	);

	let dave = &mut network.nodes[DAVE];
	dave.kill();
	dave.tell(&hardware);
	dave.set("SOFTHSM2_CONF", &settings);
	dave.start();
	let submitter = Submitter::start(Arc::new(dave.connect().await))
		.await
		.expect("the node answers");
	let operator = Keypair::dev("//Dave", SignatureScheme::Sr25519).expect("a development key");
	let account: [u8; 32] = operator.account().into();
	let rotated = dave.request("author_rotateKeysWithOwner", json!([to_hex(&account)])).await;
	let part = |name: &str| from_hex(rotated[name].as_str().expect("bytes are text")).expect("they are hexadecimal");
	let keys = SessionKeys::decode(&mut &part("keys")[..]).expect("the runtime made them");
	let in_hardware: &[u8] = keys.grandpa.as_ref();
	assert_eq!(to_hex(in_hardware), made, "the key in hardware is handed out");
	let set_keys = RuntimeCall::Session(pallet_session::Call::<Runtime>::set_keys {
		keys,
		proof: part("proof"),
	});
	// What is inside, the SDK does not look at. By itself it would not sign a call that it does not know.
	let calls = vec![set_keys];
	let sent = submitter
		.submit(&call("Utility", "batch_all", &calls), &operator, PATIENCE)
		.await;
	sent.expect("the hardware proved that it has the key");

	let voter = sp_core::crypto::Ss58Codec::to_ss58check(&sp_core::ed25519::Public::from_raw(
		from_hex(&made).expect("hexadecimal").try_into().expect("32 bytes"),
	));
	let deadline = Instant::now() + DEADLINE;
	loop {
		let state = network.nodes[ALICE].request("grandpa_roundState", json!([])).await;
		// The set has the key once it can be missing.
		let known = state.to_string().contains(&voter);
		if known {
			break;
		}
		assert!(
			Instant::now() < deadline,
			"the key does not take effect:\n{}",
			network.nodes[ALICE].log()
		);
		sleep(Duration::from_millis(20)).await;
	}
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;

	// Three of four are just enough: without the vote from hardware there would be two.
	network.nodes[BOB].kill();
	let without_bob = finalised(&network.nodes[ALICE]).await + 4;
	network.nodes[ALICE].wait_for_finality(without_bob).await;
	// The control.
	network.nodes[DAVE].kill();
	wait_for_blocks(&network.nodes[ALICE], 2).await;
	let stands = finalised(&network.nodes[ALICE]).await;
	wait_for_blocks(&network.nodes[ALICE], 4).await;
	assert_eq!(finalised(&network.nodes[ALICE]).await, stands, "two of four finalise nothing");
}

/// Waits until the best chain has so many blocks more.
async fn wait_for_blocks(node: &Node, blocks: u64) {
	let best = || async {
		let header = node.request("chain_getHeader", json!([])).await;
		let number = header["number"].as_str().and_then(|text| text.strip_prefix("0x"));
		u64::from_str_radix(number.expect("a header has a number"), 16).expect("it is hexadecimal")
	};
	let target = best().await + blocks;
	let deadline = Instant::now() + DEADLINE;
	while best().await < target {
		assert!(Instant::now() < deadline, "no block comes:\n{}", node.log());
		sleep(POLL).await;
	}
}
