// SPDX-License-Identifier: Apache-2.0

//! The council from the command line (X.1407 9.3.1 f): what it decides is done, and nothing else. Alice, Bob and Charlie are the council, and two
//! of them are Root; Dave is no member.

use chirograph_sdk::{
	council::{CouncilError, Proposal},
	verifier::document::{from_hex, to_hex},
};
use chirograph_tests::{Cli, Network, Run};
use serde_json::json;

const ALICE: usize = 0;
/// In the smallest unit.
const TOKEN: u128 = 1_000_000_000_000;

/// One validator is enough to make blocks; the council is that of the local network.
async fn network() -> (Network, Cli) {
	let network = Network::of_validators(1).await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	(network, cli)
}

/// A command of the council's, signed by a development key.
fn by(cli: &Cli, key: &str, arguments: &[&str]) -> Run {
	cli.run(&[&["council"][..], arguments, &["--dev-key", key]].concat())
}

/// Alice proposes something, which is open then. Returns its number, as it is typed.
fn proposed(cli: &Cli, action: &[&str]) -> String {
	let run = by(cli, "//Alice", &[&["propose"][..], action, &["--json"]].concat());
	assert_eq!(run.code, 0, "{run:?}");
	let motion = run.json();
	assert_eq!(motion["state"], "open", "{motion}");
	motion["motion"].to_string()
}

/// Alice proposes something, and Bob is for it. Returns its number, as it is typed.
fn carried(cli: &Cli, action: &[&str]) -> String {
	let motion = proposed(cli, action);
	by(cli, "//Bob", &["vote", &motion, "--approve"]).expect(0, "2 for it of 2");
	motion
}

/// What a motion is about, as members compare it.
fn hash_of(cli: &Cli, motion: &str) -> String {
	let shown = cli.ok(&["council", "show", motion, "--json"]).json();
	let hash = shown["motions"][0]["hash"].as_str();
	hash.expect("a motion shows the hash").to_owned()
}

fn budget(cli: &Cli) -> u128 {
	let listed = cli.ok(&["validator", "list", "--json"]).json();
	let budget = listed["budget"].as_str().and_then(|amount| amount.parse().ok());
	budget.expect("an amount is digits")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_of_three_members_vote_for_is_done_and_what_two_reject_is_not() {
	let (_network, cli) = network().await;
	cli.run(&["council", "members"]).expect(0, "2 of 3");
	cli.run(&["council", "motions"]).expect(0, "no open motions");
	let before = budget(&cli);
	by(&cli, "//Dave", &["propose", "fund", "5.5"]).expect(1, "is no member of the council");

	let motion = proposed(&cli, &["fund", "5.5"]);
	let call = "Validators.fund(amount: 5500000000000 (5.5 tokens))";
	for shown in [cli.run(&["council", "motions"]), cli.run(&["council", "show", &motion])] {
		shown.expect(0, call);
		shown.expect(0, "1 for it of 2 that it takes, 0 against it");
	}
	let close = || by(&cli, "//Dave", &["close", &motion]);
	by(&cli, "//Bob", &["propose", "fund", "5.5"]).expect(1, &format!("proposed already, as motion {motion}"));
	by(&cli, "//Dave", &["vote", &motion, "--approve"]).expect(1, "is no member of the council");
	by(&cli, "//Alice", &["vote", &motion, "--approve"]).expect(1, "already; to change that");
	by(&cli, "//Bob", &["vote", "4711", "--approve"]).expect(1, "motion 4711 is not open");
	close().expect(1, "too early to close");
	let hash = hash_of(&cli, &motion);
	cli.run(&["council", "motions"]).expect(0, &hash);
	let other = format!("0x{}", "07".repeat(32));
	for command in [&["vote", &motion, "--approve"][..], &["close", &motion]] {
		by(&cli, "//Bob", &[command, &["--hash", &other]].concat()).expect(1, "nothing was signed");
	}
	let voted = by(&cli, "//Bob", &["vote", &motion, "--approve", "--hash", &hash]);
	voted.expect(0, call);
	assert_eq!(budget(&cli), before, "nobody closed it yet");
	// Anybody closes it, for a fee.
	close().expect(0, "is carried, done and final");
	assert_eq!(budget(&cli), before + 11 * TOKEN / 2);
	close().expect(1, "is not open");

	// The control: another one, which two reject. Charlie was for it before.
	let motion = proposed(&cli, &["fund", "7"]);
	for (member, side) in [("//Bob", "--reject"), ("//Charlie", "--approve"), ("//Charlie", "--reject")] {
		by(&cli, member, &["vote", &motion, side]).expect(0, "and final");
	}
	by(&cli, "//Alice", &["vote", &motion, "--reject"]).expect(0, "0 for it of 2");
	by(&cli, "//Alice", &["close", &motion]).expect(0, "is rejected, and final; nothing was done");
	assert_eq!(budget(&cli), before + 11 * TOKEN / 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_motion_whose_call_the_ledger_refuses_fails_and_says_why() {
	let (_network, cli) = network().await;
	let closed = |action: &[&str]| {
		let motion = carried(&cli, action);
		by(&cli, "//Alice", &["close", &motion])
	};
	// The control: as Root, and by name.
	closed(&["suspend-label", "5", "--reason", "investigation"]).expect(0, "Labels.suspend: done");
	cli.run(&["label", "show", "5"]).expect(0, "suspended");
	closed(&["reinstate-label", "5"]).expect(0, "Labels.reinstate: done");
	cli.ok(&["key", "generate", "next"]);
	cli.ok(&["label", "takeover", "5", "--key", "next", "--output", "next.json"]);
	let takeover = ["--takeover", "next.json", "--reason", "lost"];
	let of_another = [&["propose", "reassign-label", "4"][..], &takeover].concat();
	by(&cli, "//Alice", &of_another).expect(2, "is of label 5");
	closed(&[&["reassign-label", "5"][..], &takeover].concat()).expect(0, "Labels.reassign: done");

	closed(&["fund", "0"]).expect(1, "Validators::NoAmount");
	// Validators.cancel_slash(99): a member who types bytes is asked by nobody whether there is such a slash.
	let slash = "0x2c0563000000";
	closed(&["call", slash]).expect(1, "Validators::NoSuchSlash");
	let refused = closed(&["call", slash, "--as-root"]);
	refused.expect(1, "Governance.enact(call: Validators.cancel_slash(slash: 99))");
	refused.expect(1, "Validators::NoSuchSlash");
	// Without Root, it is nobody's to suspend: Labels.suspend(5, Unspecified).
	closed(&["call", "0x29040500000000"]).expect(1, "propose it with --as-root");

	let refusal = |action: &[&str], code, text| by(&cli, "//Alice", &[&["propose"][..], action].concat()).expect(code, text);
	refusal(&["cancel-slash", "99"], 1, "there is no slash 99");
	refusal(
		&["close-incident", "99", "--outcome", "resolved"],
		1,
		"there is no incident 99",
	);
	refusal(&["suspend-label", "99"], 1, "there is no label 99");
	let stranger = "12D3KooWSNZbAHoQeNRqUngvVgRvM7YGkVXvsn1hQ28ukP2i7ST7";
	refusal(&["remove-peer", stranger], 1, "belongs to no label");
	refusal(&["call", "0x2c05"], 2, "they do not decode");
	refusal(&["call", "0x2c056300000000"], 2, "something is left behind the call");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_member_is_the_quorum_what_is_proposed_is_done_at_once_or_fails() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	let before = budget(&cli);
	cli.run(&["council", "members"]).expect(0, "one member is quorum enough");
	by(&cli, "//Alice", &["propose", "fund", "1"]).expect(0, "done at once, and final");
	assert_eq!(budget(&cli), before + TOKEN);
	by(&cli, "//Alice", &["propose", "fund", "0"]).expect(1, "Validators::NoAmount");
	cli.run(&["council", "motions"]).expect(0, "no open motions");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_takes_no_code_but_the_authorised_one_and_no_older_version() {
	let (network, cli) = network().await;
	let code = network.nodes[ALICE]
		.request("state_getStorage", json!([to_hex(b":code")]))
		.await;
	let code = from_hex(code.as_str().expect("a network has a runtime")).expect("it is told in digits");
	cli.write("same.wasm", &code);
	cli.write("other.wasm", [&code[..], &[0]].concat());
	cli.write("text.wasm", "no code");
	let apply = |file: &str| by(&cli, "//Dave", &["apply-upgrade", file]);
	apply("same.wasm").expect(1, "has authorised no upgrade");
	by(&cli, "//Alice", &["propose", "authorize-upgrade", "text.wasm"]).expect(2, "neither WASM");
	by(&cli, "//Alice", &["propose", "authorize-upgrade", "nowhere.wasm"]).expect(2, "does not exist");

	let motion = carried(&cli, &["authorize-upgrade", "same.wasm"]);
	cli.run(&["council", "show", &motion])
		.expect(0, "Governance.enact(call: System.authorize_upgrade(code_hash: 0x");
	by(&cli, "//Alice", &["close", &motion]).expect(0, "System.authorize_upgrade: done");
	apply("other.wasm").expect(1, "bring the code that was voted on");
	apply("same.wasm").expect(1, "System::SpecVersionNeedsToIncrease");
	apply("same.wasm").expect(1, "has authorised no upgrade");
}

/// By the metadata of a real runtime. Who votes sees what is inside of what.
#[tokio::test(flavor = "multi_thread")]
async fn calls_are_read_into_words_with_those_inside_and_their_hash() {
	let network = Network::development().await;
	let chain = network.nodes[ALICE].connect().await;
	let at = chain.finalised().await.expect("the node answers");
	let read = |digits: &str| Proposal::read(from_hex(digits).expect("they are digits"), at.metadata_ref());
	let alice = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
	let hash = "07".repeat(32);
	for (digits, text, assured) in [
		(
			"0x2c0563000000".to_owned(),
			"Validators.cancel_slash(slash: 99)".to_owned(),
			true,
		),
		(
			format!("0x15000009{hash}"),
			format!("Governance.enact(call: System.authorize_upgrade(code_hash: 0x{hash}))"),
			true,
		),
		(
			"0x1500290405000000".to_owned() + "01",
			"Governance.enact(call: Labels.suspend(label: 5, reason: Investigation))".to_owned(),
			true,
		),
		(
			"0x1e02082c05010000002c0502000000".to_owned(),
			"Utility.batch_all(calls: [Validators.cancel_slash(slash: 1), Validators.cancel_slash(slash: 2)])".to_owned(),
			true,
		),
		(
			format!("0x290c{}07000000", &alice[2..]),
			"Labels.distrust(account: 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY, since: 7)".to_owned(),
			true,
		),
	] {
		let proposal = read(&digits).expect("it is a call");
		assert_eq!((proposal.call, proposal.assured), (text, assured), "{digits}");
		assert_eq!(to_hex(&proposal.encoded), digits);
		let expected = sp_crypto_hashing::blake2_256(&proposal.encoded);
		assert_eq!(proposal.hash.0, expected);
	}
	// A pallet of whose calls this program knows no numbers, such as timestamp, is named by the node alone.
	let timestamp = at
		.metadata_ref()
		.pallet_by_name("Timestamp")
		.expect("every block has a time")
		.call_index();
	let proposal = read(&to_hex(&[timestamp, 0, 4])).expect("it is a call");
	assert_eq!((proposal.call.as_str(), proposal.assured), ("Timestamp.set(now: 1)", false));
	for (digits, reason) in [
		("0xffff", "do not decode"),
		("0x2c05630000", "do not decode"),
		("0x2c056300000000", "left behind"),
	] {
		let outcome = read(digits);
		assert!(
			matches!(&outcome, Err(error @ CouncilError::NotACall { .. }) if error.to_string().contains(reason)),
			"{digits}: {outcome:?}"
		);
	}
}
