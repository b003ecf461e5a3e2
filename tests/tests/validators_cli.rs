// SPDX-License-Identifier: Apache-2.0

//! Validators, their clocks and their nodes from the command line: a fifth one joins four, and leaves them again.

use chirograph_sdk::{
	keys::{parse_account, Keypair},
	primitives::SignatureScheme,
	submit::{call, Submitter},
};
use chirograph_tests::{load::PATIENCE, Cli, Network, Node};
use serde_json::{json, Value};
use sp_core::{ed25519, sr25519, Pair};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::time::sleep;

const ALICE: usize = 0;
const BOB: usize = 1;
/// Whom two labels are of.
const ORGANISATION: &str = "DE HRB 12345";
const VALIDATORS: usize = 4;
/// As few as a session can have: a seat is taken while a test waits.
const SLOTS: u64 = 10;
/// How many sessions margin stays locked on the network of these tests.
const UNBONDING: u32 = 2;
/// A session takes twenty seconds; a seat takes up to three of them.
const DEADLINE: Duration = Duration::from_secs(240);
const POLL: Duration = Duration::from_millis(500);
/// In the smallest unit.
const TOKEN: u128 = 1_000_000_000_000;

/// Four validators whose sessions are short, and whose margin is free soon after they left. They may be fewer than five and no fewer than four.
async fn network() -> Network {
	let terms = json!({ "unbonding": UNBONDING, "window": UNBONDING, "minSeats": VALIDATORS, "seatsPerCountry": 100 });
	Network::with_terms_of(SLOTS, VALIDATORS, &terms).await
}

/// Has Alice send tokens to a key of the user's: a margin, and more than any fee.
async fn endow(cli: &Cli, alice: &Node, key: &str, tokens: u128) {
	let submitter = Submitter::start(Arc::new(alice.connect().await))
		.await
		.expect("the node answers");
	// The account as it is named in an extrinsic, then the amount in its short form.
	let arguments = (0u8, account_of(cli, key), codec::Compact(tokens * TOKEN));
	let transfer = call("Balances", "transfer_keep_alive", &arguments);
	let sent = submitter.submit(&transfer, &dev("//Alice"), PATIENCE).await;
	sent.expect("Alice has plenty");
}

fn shown(cli: &Cli, label: &str) -> Value {
	cli.ok(&["validator", "show", label, "--json"]).json()
}

/// Returns when the validator is as it should be.
async fn wait_until(cli: &Cli, node: &Node, label: &str, what: &str, is_so: impl Fn(&Value) -> bool) {
	let deadline = Instant::now() + DEADLINE;
	loop {
		let shown = shown(cli, label);
		if is_so(&shown) {
			return;
		}
		assert!(Instant::now() < deadline, "{what}: {shown}\n{}", node.log());
		sleep(POLL).await;
	}
}

fn votes(shown: &Value) -> bool {
	shown["validator"]["votes"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fifth_validator_joins_votes_leaves_and_takes_its_margin_back_when_it_is_free() {
	let mut network = network().await;
	let alice = &network.nodes[ALICE];
	let cli = Cli::new(network.directory(), alice);
	let mut node = network.validator("emil");
	node.start();
	node.wait_for_finality(1).await;
	cli.labelled_key("emil", "sr25519", &["owner", "validator"]);
	endow(&cli, alice, "emil", 20_000).await;
	let label = cli.label_of("emil");
	let url = node.url();
	let join = [
		"validator",
		"join",
		"--margin",
		"10000.5",
		"--key",
		"emil",
		"--node-url",
		&url,
	];

	cli.run(&["validator", "show", &label])
		.expect(1, "is no validator; join with");
	cli.run(&["validator", "leave", "--key", "emil"])
		.expect(1, "is no validator; join with");
	cli.run(&join).expect(0, "joined, and final");
	cli.run(&join).expect(1, "is a validator already");
	assert_eq!(shown(&cli, &label)["validator"]["margin"], json!("10000500000000000"));
	cli.run(&["validator", "withdraw", "--key", "emil"]).expect(1, "leave first");
	cli.run(&["validator", "resume", "--key", "emil"])
		.expect(1, "has nothing to resume");
	cli.run(&["validator", "top-up", "0.5", "--key", "emil"])
		.expect(0, "10001 tokens");

	wait_until(&cli, alice, &label, "no seat", votes).await;
	let status = cli.run(&["network", "status"]);
	status.expect(status.code, "5: 1 may fail, 4 make a block final");
	// With one of five away four are left, as many as it takes: without the fifth's vote nothing would become final.
	let blocks = |shown: &Value| shown["validator"]["blocks"].as_u64() > Some(0);
	wait_until(&cli, alice, &label, "it makes no blocks", blocks).await;
	network.nodes[VALIDATORS - 1].kill();
	let height = cli.ok(&["chain", "status", "--json"]).json()["finalised"]["number"].as_u64();
	network.nodes[ALICE]
		.wait_for_finality(height.expect("there is one") + 5)
		.await;
	network.nodes[VALIDATORS - 1].start();

	cli.run(&["validator", "leave", "--key", "emil"])
		.expect(0, "leaving, and final");
	let alice = &network.nodes[ALICE];
	let has_left = |shown: &Value| shown["validator"]["state"] == "left" && !votes(shown);
	wait_until(&cli, alice, &label, "it keeps its seat", has_left).await;
	let free = shown(&cli, &label)["validator"]["free"]
		.as_u64()
		.expect("margin is free one day");
	let withdraw = ["validator", "withdraw", "--key", "emil"];
	if shown(&cli, &label)["session"].as_u64() < Some(free) {
		cli.run(&withdraw).expect(1, "too early: the margin is locked until session");
	}
	let is_free = |shown: &Value| shown["session"].as_u64() >= Some(free);
	wait_until(&cli, alice, &label, "no session begins", is_free).await;
	cli.run(&withdraw).expect(0, "withdrawn, and final");
	let told = cli.run(&["validator", "show", &label]);
	for what in [
		"joined, with 10000.5 tokens",
		"has a seat from session",
		"asked to leave",
		"took 10001 tokens back",
	] {
		told.expect(0, what);
	}
	cli.run(&["account", "history", "emil"]).expect(0, "Validators::withdraw");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_validator_must_not_do_is_refused_with_what_to_do_instead() {
	let network = network().await;
	let alice = &network.nodes[ALICE];
	let cli = Cli::new(network.directory(), alice);
	let mut node = network.validator("emil");
	node.start();
	node.wait_for_finality(1).await;
	let url = node.url();
	let join = |key: &[&str], margin: &str, keys: &[&str]| {
		cli.run(&[&["validator", "join", "--margin", margin][..], key, keys].concat())
	};
	let own = ["--node-url", &url];

	// Without a label; with one that is no validator's; with too little.
	cli.ok(&["key", "generate", "nobody"]);
	join(&["--key", "nobody"], "10000", &own).expect(1, "its key held no label");
	join(&["--dev-key", "//Eve"], "10000", &own).expect(1, "--add validator");
	labelled(&cli, "emil", ORGANISATION);
	let emil = ["--key", "emil"];
	join(&emil, "9999.999999999999", &own).expect(1, "a seat takes 10000 at the least");
	join(&emil, "10000", &own).expect(1, "have the difference sent to it first");
	for margin in ["1e4", "0.0000000000001", "1,5", ".5"] {
		join(&emil, margin, &own).expect(2, "at most 12 digits behind the point");
	}
	join(&emil, "10000", &["--node-url", "wss://node.example"]).expect(1, "have the difference sent");
	endow(&cli, alice, "emil", 20_000).await;
	join(&emil, "10000", &["--node-url", "wss://node.example"]).expect(2, "made by your own node");

	// Four may leave nobody: there are to be four.
	cli.run(&["validator", "leave", "--dev-key", "//Alice"])
		.expect(1, "there are to be 4 at the least");

	// Without a proof, with one for somebody else, in the wrong length; and keys that Dave uses, with a proof as right as can be.
	let account = account_of(&cli, "emil");
	let made = node.request("author_rotateKeysWithOwner", json!([hex(&account)])).await;
	let alice_account: [u8; 32] = dev("//Alice").account().into();
	let for_alice = node.request("author_rotateKeysWithOwner", json!([hex(&alice_account)])).await;
	let text = |value: &Value| value.as_str().expect("hexadecimal digits").to_owned();
	let (keys, proof) = (text(&made["keys"]), text(&made["proof"]));
	let given = |keys: &str, proof: &str| join(&emil, "10000", &["--session-keys", keys, "--proof", proof]);
	given(&keys, "0x").expect(1, "Session::InvalidProof");
	given(&text(&for_alice["keys"]), &text(&for_alice["proof"])).expect(1, "have your own node make keys for the account");
	given("0x07", &proof).expect(2, "should have 64");
	join(&emil, "10000", &["--session-keys", &keys]).expect(2, "--proof");
	let (dave, dave_owned) = keys_of_dave(&account);
	given(&dave, &dave_owned).expect(1, "Session::DuplicatedKey");

	// The control: her own keys, with their proof. Then nobody else of her organisation.
	given(&keys, &proof).expect(0, "joined, and final");
	labelled(&cli, "greta", ORGANISATION);
	join(&["--key", "greta"], "10000", &own).expect(1, "leave with that one first");

	// A validator changes its keys over its own node, and over no other machine's.
	let rotate = |url: &str| cli.run(&["validator", "rotate-keys", "--dev-key", "//Bob", "--node-url", url]);
	rotate("ws://192.0.2.1:9944").expect(2, "made by your own node");
	rotate(&network.nodes[BOB].url()).expect(0, "session keys set, and final");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_time_service_says_no_time_and_who_is_one_is_heard() {
	let network = Network::local().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.run(&["time", "status"]).expect(0, "NOT KNOWN");
	cli.write("deed.txt", "Ada sells Bob one mill for 20 pounds.");
	cli.ok(&["proof", "register", "deed.txt", "--dev-key", "//Alice"]);
	cli.run(&["proof", "show", "deed.txt"])
		.expect(0, "no time service vouched for it");
	cli.run(&["time", "beacon", "--dev-key", "//Alice"])
		.expect(1, "--add time-service");
	let said = cli.run(&["time", "beacon", "--dev-key", "//Dave", "--uncertainty", "600"]);
	said.expect(0, "said, and final");
	said.expect(0, "give or take 600 ms");
	let known = cli.ok(&["proof", "verify", "deed.txt", "--json"]).json();
	let samples = known["timeStatement"]["statement"]["samples"].as_array();
	assert_eq!(samples.map(Vec::len), Some(1), "{known}");
	// One is enough, by this network's terms.
	assert!(!known["timeStatement"]["time"].is_null(), "{known}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_belongs_to_the_label_that_its_key_signed_for_and_to_no_other() {
	let network = Network::local().await;
	let alice = &network.nodes[ALICE];
	let cli = Cli::new(network.directory(), alice);
	let file = alice.home().join("node-key");
	let file = file.to_str().expect("temporary paths are text");
	let peer = alice
		.p2p_address()
		.rsplit('/')
		.next()
		.expect("an address ends with the peer id");
	let sign = |label: &str| {
		let signed = cli
			.ok(&["peer", "sign", "--node-key-file", file, "--label", label, "--json"])
			.json();
		assert_eq!(signed["peerId"], peer);
		signed["signature"].as_str().expect("it is text").to_owned()
	};
	let add = |signature: &str, key: &str| cli.run(&["peer", "add", "--peer", peer, "--signature", signature, "--dev-key", key]);

	add(&sign("2"), "//Alice").expect(2, "is not by the key of");
	add("0x07", "//Alice").expect(2, "128 hexadecimal digits");
	cli.write("no-key", "nothing");
	cli.run(&["peer", "add", "--node-key-file", "no-key", "--dev-key", "//Alice"])
		.expect(2, "generate-node-key");
	add(&sign("1"), "//Alice").expect(0, peer);
	add(&sign("1"), "//Alice").expect(1, "nothing is left to do");
	add(&sign("2"), "//Bob").expect(1, "have that label remove it first");
	cli.run(&["peer", "list"]).expect(0, peer);
	cli.run(&["peer", "remove", peer, "--dev-key", "//Bob"])
		.expect(1, "does not belong to label 2");
	cli.run(&["peer", "remove", peer, "--dev-key", "//Alice"])
		.expect(0, "removed, and final");
	cli.run(&["peer", "list", "1"]).expect(0, "no nodes of labels");
	cli.run(&["peer", "add", "--node-key-file", file, "--dev-key", "//Bob"])
		.expect(0, peer);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_reported_contained_and_closed_and_each_step_once() {
	// Its seats are of four countries, as they should be, and no invoices are issued there. Charlie is Eve's regulator.
	let network = Network::of_genesis(VALIDATORS, |genesis| {
		for (founder, country) in ["XA", "XB", "XC", "XD", "XC"].into_iter().enumerate() {
			genesis["labels"]["founders"][founder]["jurisdiction"] = country.into();
		}
		genesis["routing"]["routes"] = json!([]);
	});
	let network = network.await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.run(&["network", "status"]).expect(0, "nothing is out of the ordinary");
	cli.write("how-i-know.txt", "Eve's key is in a public repository.");
	let report = ["incident", "report", "--code", "leakage", "--document", "how-i-know.txt"];
	let by = |key: &'static str| ["--dev-key", key];
	cli.run(&[&report[..], &["--label", "77"], &by("//Charlie")].concat())
		.expect(1, "there is no label 77");
	let reported = cli
		.ok(&[&report[..], &["--label", "5", "--json"], &by("//Charlie")].concat())
		.json();
	let id = reported["incident"].to_string();
	cli.run(&["incident", "list"]).expect(0, "leakage, reported by label 3");
	let status = cli.run(&["network", "status"]);
	status.expect(1, "incidents are open");
	status.expect(1, "4: 1 may fail, 3 make a block final");
	let contain = || cli.run(&[&["incident", "contain", &id][..], &by("//Charlie")].concat());
	contain().expect(0, "contained, and final");
	contain().expect(1, "is contained already");
	cli.run(&["label", "show", "5"]).expect(0, "suspended");
	let close = || cli.run(&[&["incident", "close", &id, "--outcome", "resolved"][..], &by("//Charlie")].concat());
	close().expect(0, "closed (resolved)");
	cli.run(&["network", "status"]).expect(0, "nothing is out of the ordinary");
	close().expect(1, "is closed already");
	cli.run(&["incident", "show", &id]).expect(0, "closed (resolved)");
	cli.run(&["incident", "show", "4711"]).expect(1, "there is no incident 4711");
}

fn dev(name: &str) -> Keypair {
	Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key")
}

fn hex(bytes: &[u8]) -> String {
	let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
	format!("0x{digits}")
}

fn account_of(cli: &Cli, key: &str) -> [u8; 32] {
	let shown = cli.ok(&["key", "inspect", key, "--json"]).json();
	let account = parse_account(shown["account"].as_str().expect("a key has an account"));
	account.expect("it is one").into()
}

/// Makes a key, and gets it a validator's label of that organisation.
fn labelled(cli: &Cli, key: &str, organisation: &str) {
	cli.ok(&["key", "generate", key, "--scheme", "sr25519"]);
	let dossier = format!("{key}.dossier.json");
	let about = [
		"--organisation",
		organisation,
		"--field",
		"purpose=validating",
		"--jurisdiction",
		"XX",
	];
	let application = [
		"label",
		"apply",
		"--key",
		key,
		"--dossier",
		&dossier,
		"--role",
		"owner,validator",
	];
	cli.ok(&[&application[..], &about].concat());
	let approval = cli.approve(key, &["--dossier", &dossier], "//Alice");
	assert_eq!(approval.code, 0, "{approval:?}");
}

/// The session keys of Dave's genesis, which everybody knows, and their signatures for somebody else.
fn keys_of_dave(owner: &[u8; 32]) -> (String, String) {
	let babe = sr25519::Pair::from_string("//Dave", None).expect("a development key");
	let grandpa = ed25519::Pair::from_string("//Dave", None).expect("a development key");
	let statement = [&b"POP_"[..], owner].concat();
	let keys = [babe.public().0, grandpa.public().0].concat();
	let proof = [babe.sign(&statement).0, grandpa.sign(&statement).0].concat();
	(hex(&keys), hex(&proof))
}
