// SPDX-License-Identifier: Apache-2.0

//! Bundles of real networks before all verifiers, none of which asks anybody: the validators may have changed since, or nobody may be left.

use chirograph_runtime::{Header as NodeHeader, Runtime, RuntimeCall, SessionKeys};
use chirograph_sdk::{
	bundles,
	evidence::{Evidence, EvidenceFile},
	keys::Keypair,
	primitives::SignatureScheme,
	submit::{call, Submitter},
	verifier::{
		bundle::{Asked, Bundle, Finality, Reads},
		document::{from_hex, to_hex, Bytes},
		finality::{normal_form, AuthoritySet, Justification, Precommit},
		header::{Authority, Header},
		state::keys,
	},
};
use chirograph_tests::{load::PATIENCE, without_network, Cli, FinalityWatch, Judges, Network, Node, Run};
use codec::{Decode, Encode};
use serde_json::{json, Value};
use sp_core::{ed25519, Pair};
use std::{
	collections::{BTreeSet, HashMap},
	fs,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// Of three votes, two are exactly two thirds.
const VALIDATORS: [&str; 3] = ["//Alice", "//Bob", "//Charlie"];
/// In a session. No network has fewer.
const SLOTS: u64 = 10;
/// For three sessions, or a block, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(240);
/// Between two looks.
const POLL: Duration = Duration::from_millis(200);
const ALICE: usize = 0;
const BOB: usize = 1;

fn user(network: &Network) -> (Cli, String) {
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	(cli, text(&genesis).to_owned())
}

fn register<'a>(file: &'a str, owner: &'a str, more: &[&'a str]) -> Vec<&'a str> {
	[&["proof", "register", file, "--dev-key", owner], more].concat()
}

fn text(value: &Value) -> &str {
	value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn bytes(value: &Value) -> Vec<u8> {
	from_hex(text(value)).expect("nodes write bytes in hexadecimal digits")
}

fn parse(cli: &Cli, bundle: &str) -> Bundle {
	let bytes = bundles::read(&cli.directory.join(bundle)).expect("it was written a moment ago");
	Bundle::parse(&bytes).expect("it is sound")
}

fn header(bytes: &Bytes) -> Header {
	Header::parse(&bytes.0).expect("it is one")
}

/// What the state of a block has under a key.
async fn value(node: &Node, key: &[u8], block: &Value) -> Option<Vec<u8>> {
	let value = node.request("state_getStorage", json!([to_hex(key), block])).await;
	(!value.is_null()).then(|| bytes(&value))
}

/// A number in the state of a block; where there is nothing, 0.
async fn number<T: Decode + Default>(node: &Node, key: &[u8], block: &Value) -> T {
	let value = value(node, key, block).await;
	value.map_or_else(T::default, |value| T::decode(&mut &value[..]).expect("it is a number"))
}

/// Returns when a number in the newest final state is at least that.
async fn wait_for<T: Decode + Default + PartialOrd>(node: &Node, key: &[u8], least: T) {
	let deadline = Instant::now() + DEADLINE;
	loop {
		let newest = node.request("chain_getFinalizedHead", json!([])).await;
		if number::<T>(node, key, &newest).await >= least {
			return;
		}
		assert!(Instant::now() < deadline, "no session begins:\n{}", node.log());
		sleep(POLL).await;
	}
}

/// Gives a validator new session keys as its operator does, and returns with the next session: the keys of another one that are changed then
/// take effect later than these.
async fn change_session_keys(node: &Node, operator: &str) {
	let operator = Keypair::dev(operator, SignatureScheme::Sr25519).expect("a development key");
	let account: [u8; 32] = operator.account().into();
	let made = node.request("author_rotateKeysWithOwner", json!([to_hex(&account)])).await;
	let keys = SessionKeys::decode(&mut &bytes(&made["keys"])[..]).expect("the runtime made them");
	let proof = bytes(&made["proof"]);
	let set_keys = RuntimeCall::Session(pallet_session::Call::set_keys { keys, proof });
	let submitter = Submitter::start(Arc::new(node.connect().await))
		.await
		.expect("the node answers");
	// What is inside, the SDK does not look at. By itself it would not sign a call that it does not know.
	let calls = vec![set_keys];
	let sent = submitter
		.submit(&call("Utility", "batch_all", &calls), &operator, PATIENCE)
		.await;
	let included = sent.expect("an operator may change the keys");
	let key = pallet_session::CurrentIndex::<Runtime>::hashed_key();
	let session: u32 = number(node, &key, &to_hex(&included.block_hash).into()).await;
	wait_for(node, &key, session + 1).await;
}

/// The bundle with as many of the votes as there are left.
fn with_votes(bundle: &Bundle, set: &AuthoritySet, left: &[Precommit]) -> Bundle {
	let votes = bundle.finality.justification.as_ref().expect("it is not the anchor's");
	let mut votes = Justification::parse(&votes.0).expect("is sound");
	votes.precommits = left.to_vec();
	let votes = normal_form(&votes.encode(), set).expect("it is a justification");
	justified(bundle, Some(Bytes(votes)))
}

fn justified(bundle: &Bundle, justification: Option<Bytes>) -> Bundle {
	Bundle {
		finality: Finality {
			justification,
			..bundle.finality.clone()
		},
		..bundle.clone()
	}
}

fn votes_of(bundle: &Bundle) -> Vec<Precommit> {
	let votes = bundle.finality.justification.as_ref().expect("it is not the anchor's");
	Justification::parse(&votes.0).expect("is sound").precommits
}

#[tokio::test(flavor = "multi_thread")]
async fn bundle_reaches_across_three_changes_of_the_authorities_when_nobody_is_left_to_ask() {
	let mut network = Network::with_sessions_of(SLOTS, VALIDATORS.len()).await;
	let (cli, genesis) = user(&network);
	cli.write("deed.txt", "Ada sells Bob one mill for 20 pounds.");
	cli.write("will.txt", "Everything to the cat");
	let registered = cli.ok(&register("deed.txt", "//Alice", &["--json"])).json();
	for (node, operator) in network.nodes.iter().zip(VALIDATORS) {
		change_session_keys(node, operator).await;
	}
	let alice = &network.nodes[ALICE];
	wait_for(alice, &keys::current_set_id(), VALIDATORS.len() as u64).await;

	let create = |more: &[&str]| cli.ok(&[&["bundle", "create"], more].concat());
	create(&["deed.txt"]);
	create(&["--absent", "will.txt"]);
	let block = registered["record"]["registered"]["block"].to_string();
	create(&["deed.txt", "--as-of", &block, "--output", "then.chirograph"]);
	let whole = parse(&cli, "deed.txt.chirograph");
	let changes = whole.finality.changes.len();
	assert!(changes >= 3, "{changes}");
	assert!(
		parse(&cli, "then.chirograph").finality.changes.is_empty(),
		"it was registered before"
	);
	let first = header(&whole.finality.changes[0].header);
	let between = alice.request("chain_getBlockHash", json!([first.number + 1])).await;
	let between = text(&between);
	create(&["deed.txt", "--checkpoint", between, "--output", "short.chirograph"]);

	// The control of what follows: with a network, a node answers.
	let status = ["chain", "status"];
	cli.ok(&status);
	if let Some(mut offline) = without_network(&cli.command(&status)) {
		Run::of(&mut offline).expect(3, "no node answers");
	}
	network.remove_nodes();
	cli.run(&status).expect(3, "no node answers");

	let judges = Judges::new(&cli, &genesis);
	let original = ["--original", "deed.txt"];
	let proven = judges.ask("deed.txt.chirograph", &original);
	assert_eq!(
		(&proven["answer"], &proven["facts"]["registered"]),
		(&json!("proven"), &registered["record"]["registered"])
	);
	assert_eq!(proven["facts"]["finality"]["changes"], changes);
	assert_eq!(judges.ask("then.chirograph", &original)["answer"], "proven");
	// Whoever asks whether something is proven takes no other answer for that, and the other way round.
	for (bundle, original, answer) in [
		("will.txt.chirograph", "will.txt", "absent"),
		("deed.txt.chirograph", "deed.txt", "proven"),
	] {
		for question in [&["--original", original][..], &["--absent", "--original", original]] {
			assert_eq!(judges.ask(bundle, question)["answer"], answer, "{question:?}");
		}
	}

	// From a checkpoint, for those who trust it.
	let answer = judges.ask("short.chirograph", &["--checkpoint", between]);
	let finality = &answer["facts"]["finality"];
	assert_eq!(
		(&finality["anchor"], &finality["changes"]),
		(&json!(between), &json!(changes - 1))
	);
	let (later, nobodys) = (to_hex(&header(&whole.block).hash().0), to_hex(&[0xab; 32]));
	let not_enough: [&[&str]; 3] = [&[], &["--checkpoint", &later], &["--checkpoint", &nobodys]];
	for trusted in not_enough {
		judges.refuse(
			"short.chirograph",
			trusted,
			"unknown-anchor",
			"neither the network's first block nor a checkpoint that is trusted",
		);
	}

	// No change can be left out, and no two can change places.
	let refuse = |altered: &Bundle, fault: &str, said: &str| {
		cli.write("altered.chirograph", altered.canonical());
		judges.refuse("altered.chirograph", &original, fault, said);
	};
	let strangers = "is not among the authorities of set";
	for index in 0..changes {
		let mut altered = whole.clone();
		altered.finality.changes.remove(index);
		refuse(&altered, "justification/outside-set", strangers);
	}
	for index in 1..changes {
		let mut altered = whole.clone();
		altered.finality.changes.swap(index - 1, index);
		refuse(&altered, "justification/outside-set", strangers);
	}

	// Nor can one vote of three be spared.
	let last = header(&whole.finality.changes[changes - 1].header);
	let authorities = last.next_authorities().expect("it hands over");
	let set = AuthoritySet::new(changes as u64, &authorities).expect("it can finalise");
	let votes = votes_of(&whole);
	assert_eq!(votes.len(), VALIDATORS.len(), "all are needed");
	cli.write("altered.chirograph", with_votes(&whole, &set, &votes).canonical());
	assert_eq!(judges.ask("altered.chirograph", &original)["answer"], "proven", "the control");
	for index in 0..votes.len() {
		let mut left = votes.clone();
		left.remove(index);
		let two_thirds = "a weight of 2 of 3, and strictly more than two thirds are needed, 3";
		refuse(&with_votes(&whole, &set, &left), "justification/too-few-votes", two_thirds);
	}
}

/// Where GRANDPA begins.
const FIRST_SET: u64 = 0;
const VALIDATORS_OF_LOCAL: [&str; 4] = ["//Alice", "//Bob", "//Charlie", "//Dave"];

fn grandpa_key(name: &str) -> ed25519::Pair {
	ed25519::Pair::from_string(name, None).expect("a development key")
}

/// Votes by the keys of development accounts, which everybody has.
fn votes_by(names: &[&str], block: &Header) -> Bytes {
	let (round, target, number) = (7, block.hash().0, block.number);
	let vote = |name: &&str| {
		let key = grandpa_key(name);
		Precommit {
			target,
			number,
			signature: key.sign(&Precommit::message(&target, number, round, FIRST_SET)).0,
			authority: key.public().0,
		}
	};
	let mut precommits: Vec<_> = names.iter().map(vote).collect();
	precommits.sort_by_key(|vote| vote.authority);
	let votes = Justification {
		round,
		target,
		number,
		precommits,
		ancestries: Vec::new(),
	};
	Bytes(votes.encode())
}

/// The nodes of a block's state that a bundle has to show, final or not. The SDK asks for final blocks only.
async fn shown(node: &Node, asked: &Asked, block: &Value) -> Vec<Bytes> {
	let mut known = HashMap::<Vec<u8>, Option<Vec<u8>>>::new();
	loop {
		match Reads::of(asked, &|key| known.get(key).cloned()) {
			Reads::Ask(keys) => {
				for key in keys {
					let found = value(node, &key, block).await;
					known.insert(key, found);
				}
			},
			Reads::Show(keys) => {
				let keys: Vec<_> = keys.iter().map(|key| to_hex(key)).collect();
				let proof = node.request("state_getReadProof", json!([keys, block])).await;
				let nodes = proof["proof"].as_array().expect("a proof is a list of nodes");
				let nodes: BTreeSet<_> = nodes.iter().map(|node| Bytes(bytes(node))).collect();
				return nodes.into_iter().collect();
			},
		}
	}
}

/// The best block of a node, as soon as it has something under a key there.
async fn best_with(node: &Node, key: &[u8]) -> Value {
	let deadline = Instant::now() + DEADLINE;
	loop {
		let best = node.request("chain_getBlockHash", json!([])).await;
		if value(node, key, &best).await.is_some() {
			return best;
		}
		assert!(Instant::now() < deadline, "{} makes no block:\n{}", node.name, node.log());
		sleep(POLL).await;
	}
}

/// One validator of four goes on alone, registers, and makes a block of it. The others finalise another one in its place.
#[tokio::test(flavor = "multi_thread")]
async fn block_that_was_never_finalised_proves_nothing_without_the_keys_of_more_than_two_thirds() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let (at_alice, genesis) = user(&network);
	let at_bob = at_alice.at(&network.nodes[BOB]);
	at_alice.write("deed.txt", "Ada sells Bob one mill for 20 pounds.");
	network.nodes[ALICE].kill();
	network.nodes[ALICE].start_alone();
	let alice = &network.nodes[ALICE];
	alice.connect().await;
	at_alice
		.run(&register("deed.txt", "//Bob", &["--timeout", "5"]))
		.expect(1, "not finalised within 5 s");
	let evidence = Evidence::read(&at_alice.directory.join("deed.txt.evidence.json")).expect("it is kept for the next try");
	let subject = evidence.subject();
	let fork = best_with(alice, &keys::record(&subject)).await;
	at_alice.run(&["proof", "verify", "deed.txt"]).expect(1, "NOT VERIFIED");
	let forked: NodeHeader =
		serde_json::from_value(alice.request("chain_getHeader", json!([fork])).await).expect("nodes show headers");
	let forked = Header::parse(&forked.encode()).expect("ours is the node's");
	assert_eq!(to_hex(&forked.hash().0), text(&fork));
	let state = shown(alice, &Asked::Record { subject }, &fork).await;

	at_bob.ok(&register("deed.txt", "//Bob", &[]));
	network.nodes[ALICE].kill();
	network.nodes[ALICE].start();
	let alice = &network.nodes[ALICE];
	alice.wait_for_finality(u64::from(forked.number) + 1).await;
	let instead = alice.request("chain_getBlockHash", json!([forked.number])).await;
	assert_ne!(instead, fork, "the other three decide");
	at_alice.ok(&["bundle", "create", "deed.txt"]);
	assert!(watch.check(&network).await > 3, "the watch saw blocks become final");
	network.remove_nodes();

	let judges = Judges::new(&at_alice, &genesis);
	let original = ["--original", "deed.txt"];
	assert_eq!(
		judges.ask("deed.txt.chirograph", &original)["answer"],
		"proven",
		"what is final is proven"
	);
	let genuine = parse(&at_alice, "deed.txt.chirograph");
	let of_fork = Bundle {
		block: Bytes(forked.encode()),
		state,
		..genuine.clone()
	};
	let refuse = |altered: &Bundle, fault: &str, said: &str| {
		at_alice.write("altered.chirograph", altered.canonical());
		judges.refuse("altered.chirograph", &original, fault, said);
	};
	let accept = |altered: &Bundle| {
		at_alice.write("altered.chirograph", altered.canonical());
		assert_eq!(judges.ask("altered.chirograph", &original)["answer"], "proven", "the control");
	};
	let by_none = justified(&of_fork, None);
	refuse(
		&by_none,
		"justification-missing",
		"it may be of a fork that was never finalised",
	);
	refuse(&of_fork, "justification/other-block", "it is for the block");
	let too_few = |votes: usize| format!("a weight of {votes} of 4, and strictly more than two thirds are needed, 3");
	for voters in 0..=2 {
		let votes = votes_by(&VALIDATORS_OF_LOCAL[..voters], &forked);
		let altered = justified(&of_fork, Some(votes));
		refuse(&altered, "justification/too-few-votes", &too_few(voters));
	}
	// With the keys of three, it would be final.
	let votes = votes_by(&VALIDATORS_OF_LOCAL[..3], &forked);
	accept(&justified(&of_fork, Some(votes)));

	// The votes that there were for the final one, fewer and fewer.
	let authorities: Vec<Authority> = VALIDATORS_OF_LOCAL.map(|name| (grandpa_key(name).public().0, 1)).to_vec();
	let set = AuthoritySet::new(FIRST_SET, &authorities).expect("it can finalise");
	let votes = votes_of(&genuine);
	for left in 0..=votes.len() {
		let altered = with_votes(&genuine, &set, &votes[..left]);
		match left {
			0..=2 => refuse(&altered, "justification/too-few-votes", &too_few(left)),
			_ => accept(&altered),
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn bundles_of_all_kinds_are_judged_alike_when_nobody_is_left_to_ask() {
	let mut network = Network::development().await;
	let (cli, genesis) = user(&network);
	for file in ["deed.txt", "diploma.txt", "letter.txt", "will.txt"] {
		cli.write(file, format!("content of {file}"));
	}
	fs::create_dir(cli.directory.join("files")).expect("the user's directory is writable");
	for file in ["one.txt", "two.txt", "three.txt"] {
		cli.write(&format!("files/{file}"), format!("content of {file}"));
	}
	let sealed = ["--sealed", "--field", "name=Ada", "--field", "grade=1.0"];
	cli.ok(&register("deed.txt", "//Alice", &[]));
	cli.ok(&register("diploma.txt", "//Bob", &sealed));
	cli.ok(&register("letter.txt", "//Alice", &[]));
	cli.ok(&["proof", "revoke", "letter.txt", "--dev-key", "//Alice"]);
	cli.ok(&["proof", "batch", "files", "--out", "batch", "--dev-key", "//Alice"]);
	cli.ok(&["bundle", "create", "deed.txt"]);
	cli.ok(&["bundle", "create", "diploma.txt", "--disclosures"]);
	cli.ok(&["bundle", "create", "letter.txt"]);
	cli.ok(&["bundle", "create", "--absent", "will.txt"]);
	network.remove_nodes();

	let judges = Judges::new(&cli, &genesis);
	for (bundle, original, answer) in [
		("deed.txt.chirograph", "deed.txt", "proven"),
		("diploma.txt.chirograph", "diploma.txt", "proven"),
		("letter.txt.chirograph", "letter.txt", "revoked"),
		("will.txt.chirograph", "will.txt", "absent"),
		("batch/bundles/two.txt.chirograph", "files/two.txt", "proven"),
	] {
		assert_eq!(
			judges.ask(bundle, &["--original", original])["answer"],
			answer,
			"{bundle}, the control"
		);
		let sound = bundles::read(&cli.directory.join(bundle)).expect("it was written a moment ago");
		cli.write("cut.chirograph", &sound[..sound.len() / 2]);
		judges.refuse("cut.chirograph", &[], "format/bundle/truncated", "it is cut off");
		// Whichever header it was, no state and no votes belong to another.
		let mut altered = Bundle::parse(&sound).expect("is sound");
		let last = altered.block.0.last_mut().expect("a header is not empty");
		*last ^= 1;
		cli.write("altered.chirograph", altered.canonical());
		let said = "it is for the block";
		judges.refuse("altered.chirograph", &[], "justification/other-block", said);
		let mut altered = Bundle::parse(&sound).expect("is sound");
		altered.network = [0xab; 32];
		cli.write("altered.chirograph", altered.canonical());
		judges.refuse("altered.chirograph", &[], "other-network", "the bundle is of the network");
	}
	judges.refuse(
		"deed.txt.chirograph",
		&["--original", "letter.txt"],
		"other-original",
		"the file is not the one that the evidence is about",
	);
	judges.refuse(
		"will.txt.chirograph",
		&["--original", "deed.txt"],
		"not-asked",
		"was asked about",
	);
}
