// SPDX-License-Identifier: Apache-2.0

//! A validator does not vote twice though its backup does not know what it has voted, and votes with a key in hardware.

use chirograph_runtime::{Runtime, RuntimeCall, SessionKeys};
use chirograph_sdk::{
	keys::Keypair,
	primitives::{
		validator::{Slash, SlashId},
		LabelId, SignatureScheme,
	},
	submit::{call, Submitter},
	verifier::document::{from_hex, to_hex},
};
use chirograph_tests::{binary, load::PATIENCE, FinalityWatch, Network, Node, Run};
use codec::Decode;
use serde_json::{json, Value};
use sp_core::{crypto::Ss58Codec, ed25519, Pair};
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
const CHARLIE: usize = 2;
const DAVE: usize = 3;
const DAVES_LABEL: LabelId = 4;
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

async fn slashes(node: &Node) -> Vec<(SlashId, Slash)> {
	node.ask_runtime("ValidatorsApi_slashes", &0u32).await
}

/// The GRANDPA key of a development account, as JSON-RPC writes it.
fn grandpa_key(seed: &str) -> String {
	let pair = ed25519::Pair::from_string(seed, None).expect("it is a path of junctions");
	pair.public().to_ss58check()
}

/// A round that is under way, as a node sees it.
#[derive(Debug)]
struct Round {
	/// The set of authorities, and the number of the round.
	place: (u64, u64),
	/// Whose prevotes the node does not have.
	missing: Vec<String>,
}

impl Round {
	async fn of(node: &Node) -> Self {
		let state = node.request("grandpa_roundState", json!([])).await;
		let number = |value: &Value| value.as_u64().expect("sets and rounds have numbers");
		let missing = state["best"]["prevotes"]["missing"].as_array().into_iter().flatten();
		Self {
			place: (number(&state["setId"]), number(&state["best"]["round"])),
			missing: missing.filter_map(Value::as_str).map(str::to_owned).collect(),
		}
	}

	fn has_vote_of(&self, seed: &str) -> bool {
		!self.missing.contains(&grandpa_key(seed))
	}
}

/// Ends two of the four. Returns the round in which finality stands still then: Dave has voted in it, and there are blocks since that he has not
/// voted for.
async fn stand_still(network: &mut Network) -> Round {
	for index in [BOB, CHARLIE] {
		network.nodes[index].kill();
	}
	let alice = &network.nodes[ALICE];
	let deadline = Instant::now() + DEADLINE;
	loop {
		let round = Round::of(alice).await;
		if round.has_vote_of("//Dave") {
			wait_for_blocks(alice, 2).await;
			if Round::of(alice).await.place == round.place {
				return round;
			}
		}
		assert!(Instant::now() < deadline, "finality does not stand still:\n{}", alice.log());
		sleep(POLL).await;
	}
}

/// Ends what [`stand_still`] began.
fn go_on(network: &mut Network) {
	for index in [BOB, CHARLIE] {
		network.nodes[index].start();
	}
}

/// Restores Dave from a backup in the midst of a round in which he has voted since. Returns where his log goes on.
///
/// Two of the others are down, so nobody can finish the round, and Dave comes to it again. The chain has become longer: whoever does not remember the
/// vote votes for another block. Without the standstill that would take luck, since the others do not look at votes in rounds that are over.
async fn restore_in_the_midst_of_a_round(network: &mut Network, is_guarded: bool) -> usize {
	let backup = network.directory().join("backup");
	network.nodes[ALICE].wait_for_finality(3).await;
	network.nodes[DAVE].kill();
	copy(network.nodes[DAVE].home(), &backup);
	network.nodes[DAVE].start();
	let ran_on = finalised(&network.nodes[ALICE]).await + 6;
	network.nodes[DAVE].wait_for_finality(ran_on).await;
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;
	stand_still(network).await;

	let dave = &mut network.nodes[DAVE];
	dave.kill();
	restore(dave, &backup);
	if !is_guarded {
		dave.tell(&["--unsafe-no-double-sign-guard"]);
	}
	let mark = dave.whole_log().len();
	dave.start();
	mark
}

#[tokio::test(flavor = "multi_thread")]
async fn validator_restored_from_a_backup_does_not_vote_twice_and_votes_again() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let mark = restore_in_the_midst_of_a_round(&mut network, true).await;
	wait_for_log(&network.nodes[DAVE], mark, "It was restored from an old copy").await;
	// Longer than the control takes to vote.
	wait_for_blocks(&network.nodes[ALICE], 2).await;
	go_on(&mut network);
	wait_for_log(&network.nodes[DAVE], mark, "the guard opens").await;
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;

	let goes_on = finalised(&network.nodes[ALICE]).await + 4;
	for node in &network.nodes {
		node.wait_for_finality(goes_on).await;
		assert_eq!(equivocations(node), Vec::<String>::new(), "{} saw an equivocation", node.name);
	}
	assert_eq!(slashes(&network.nodes[ALICE]).await, Vec::new());
	// It is needed again: three of four are just enough.
	network.nodes[BOB].kill();
	let without_bob = finalised(&network.nodes[ALICE]).await + 3;
	network.nodes[ALICE].wait_for_finality(without_bob).await;
	network.nodes[BOB].start();
	watch.check(&network).await;
}

/// The control of the test before.
#[tokio::test(flavor = "multi_thread")]
async fn validator_restored_from_a_backup_without_its_guard_votes_twice_and_is_slashed() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	restore_in_the_midst_of_a_round(&mut network, false).await;
	wait_for_log(&network.nodes[ALICE], 0, "equivocation in the finality worker").await;
	go_on(&mut network);

	let deadline = Instant::now() + DEADLINE;
	let slash = loop {
		if let [(_, slash)] = &slashes(&network.nodes[ALICE]).await[..] {
			break slash.clone();
		}
		assert!(
			Instant::now() < deadline,
			"nobody is slashed:\n{}",
			network.nodes[ALICE].log()
		);
		sleep(POLL).await;
	};
	assert_eq!((slash.label, slash.offenders, slash.seats), (DAVES_LABEL, 1, 4));
	assert!(slash.amount > 0, "{slash:?}");
	watch.check(&network).await;
}

/// Waits until a node that was started takes part in GRANDPA's rounds.
async fn wait_for_rounds(node: &Node) {
	node.connect().await;
	let deadline = Instant::now() + DEADLINE;
	while node.refusal("grandpa_roundState", json!([])).await.is_some() {
		assert!(Instant::now() < deadline, "GRANDPA does not begin:\n{}", node.log());
		sleep(POLL).await;
	}
}

/// The guard, by hand, as the runbook has it.
#[tokio::test(flavor = "multi_thread")]
async fn round_that_was_closed_by_hand_gets_no_vote_and_later_ones_do() {
	let mut network = Network::local().await;
	network.nodes[ALICE].wait_for_finality(2).await;
	let round = stand_still(&mut network).await;
	let (set, number) = (round.place.0.to_string(), round.place.1.to_string());
	let home = network.nodes[DAVE].home().to_owned();
	let guard = |arguments: &[&str]| {
		let mut node = Command::new(binary("chirograph-node"));
		node.arg("guard").args(arguments).args(["--chain", "local", "--base-path"]);
		Run::of(node.arg(&home))
	};
	let vote = format!("{:<12} set {set}, round {number}: block", "prevote");
	let closed = format!("closed:      set {set}, round {number}, and all before");
	let close = ["close", "--set", &set, "--round", &number, "--slot", "0"];

	// While it runs, it can be looked at, and not be changed.
	let shown = guard(&["show"]);
	shown.expect(0, &vote);
	shown.expect(0, "last block:");
	guard(&close).expect(1, "another node uses the guard in");
	guard(&["close", "--set", &set, "--slot", "0"]).expect(2, "--round");
	guard(&["close", "--set", &set, "--round", "soon", "--slot", "0"]).expect(2, "--round");
	let nowhere = network.directory().join("nowhere");
	let elsewhere = ["--guard-path", nowhere.to_str().expect("temporary paths are text")];
	guard(&[&["show"][..], &elsewhere].concat()).expect(1, "no guard has been here yet");
	guard(&[&close[..], &elsewhere].concat()).expect(1, "no guard has been here yet");

	// The control: started again, it repeats its vote for those who lost it, too.
	start_again(&mut network, &[ALICE, DAVE]).await;
	let deadline = Instant::now() + DEADLINE;
	loop {
		let now = Round::of(&network.nodes[ALICE]).await;
		assert_eq!(now.place, round.place, "nobody can finish it");
		if now.has_vote_of("//Dave") {
			break;
		}
		assert!(Instant::now() < deadline, "no vote comes:\n{}", network.nodes[DAVE].log());
		sleep(POLL).await;
	}

	network.nodes[DAVE].kill();
	guard(&["show"]).expect(0, &vote);
	guard(&close).expect(0, &closed);
	// An earlier round takes nothing back.
	guard(&["close", "--set", &set, "--round", "0", "--slot", "0"]).expect(0, &closed);
	let shown = guard(&["show"]);
	shown.expect(0, &closed);
	assert!(!shown.stdout.contains(&vote), "{shown:?}");

	let mark = network.nodes[DAVE].whole_log().len();
	start_again(&mut network, &[ALICE, DAVE]).await;
	wait_for_log(&network.nodes[DAVE], mark, "catches up with the network without a vote first").await;
	wait_for_blocks(&network.nodes[ALICE], 1).await;
	let now = Round::of(&network.nodes[ALICE]).await;
	assert_eq!(now.place, round.place, "nobody can finish it");
	assert!(now.has_vote_of("//Alice") && !now.has_vote_of("//Dave"), "{now:?}");

	go_on(&mut network);
	wait_for_log(&network.nodes[DAVE], mark, "the guard opens").await;
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;
	for node in &network.nodes {
		assert_eq!(equivocations(node), Vec::<String>::new(), "{} saw an equivocation", node.name);
	}
}

/// Ends these nodes, whether they run or not, and starts them: nobody of them remembers more than is on the disk. Returns when GRANDPA goes on.
async fn start_again(network: &mut Network, nodes: &[usize]) {
	for index in nodes {
		network.nodes[*index].kill();
	}
	for index in nodes {
		network.nodes[*index].start();
	}
	for index in nodes {
		wait_for_rounds(&network.nodes[*index]).await;
	}
}

/// The token is taken out: there are none where the module looks.
fn unplug(tokens: &Path, drawer: &Path) {
	fs::rename(tokens, drawer).expect("the network's directory is writable");
	fs::create_dir(tokens).expect("as before");
}

fn plug(tokens: &Path, drawer: &Path) {
	fs::remove_dir_all(tokens).expect("as before");
	fs::rename(drawer, tokens).expect("as before");
}

/// Waits until others have the votes of that key, or miss them. Meanwhile Dave's node is started when it ended, as systemd does.
async fn wait_for_votes(network: &mut Network, voter: &str, are_there: bool) {
	let deadline = Instant::now() + DEADLINE;
	while missing(&network.nodes[ALICE]).await.iter().any(|key| key == voter) == are_there {
		let dave = &mut network.nodes[DAVE];
		if !dave.runs() {
			assert_eq!(
				dave.wait_for_end().await,
				Some(1),
				"systemd starts what failed:\n{}",
				dave.log()
			);
			dave.start();
		}
		assert!(Instant::now() < deadline, "expected votes: {are_there}\n{}", dave.log());
		sleep(POLL).await;
	}
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

	let voter = ed25519::Public::from_raw(from_hex(&made).expect("hexadecimal").try_into().expect("32 bytes")).to_ss58check();
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

	// Started without its token, it follows and signs nothing.
	let drawer = network.directory().join("drawer");
	unplug(&tokens, &drawer);
	let mark = network.nodes[DAVE].whole_log().len();
	network.nodes[DAVE].start();
	wait_for_log(
		&network.nodes[DAVE],
		mark,
		"without a vote until the hardware security module answers",
	)
	.await;
	let (best, _) = network.nodes[ALICE].heights().await;
	network.nodes[DAVE].wait_for_best(best + 1).await;
	assert_eq!(finalised(&network.nodes[ALICE]).await, stands, "its vote is missing");
	for gauge in ["chirograph_hsm_answers", "chirograph_guard_open"] {
		assert_eq!(network.nodes[DAVE].metric(gauge), Some(0.0), "{gauge}");
	}
	plug(&tokens, &drawer);
	assert_eq!(
		network.nodes[DAVE].wait_for_end().await,
		Some(1),
		"systemd starts what failed"
	);
	network.nodes[DAVE].start();
	network.nodes[ALICE].wait_for_finality(stands + 1).await;
	assert_eq!(network.nodes[DAVE].metric("chirograph_hsm_answers"), Some(1.0));

	// It is taken out while the node votes: between two rounds, or in the midst of one, which ends the node.
	network.nodes[BOB].start();
	wait_until_nobody_is_missing(&network.nodes[ALICE]).await;
	let mark = network.nodes[DAVE].whole_log().len();
	unplug(&tokens, &drawer);
	wait_for_log(&network.nodes[DAVE], mark, "see \"Lose an HSM\" in the RUNBOOK").await;
	let without_dave = finalised(&network.nodes[ALICE]).await + 2;
	network.nodes[ALICE].wait_for_finality(without_dave).await;
	wait_for_votes(&mut network, &voter, false).await;
	plug(&tokens, &drawer);
	wait_for_votes(&mut network, &voter, true).await;
	for node in &network.nodes {
		assert_eq!(equivocations(node), Vec::<String>::new(), "{} saw an equivocation", node.name);
	}
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
