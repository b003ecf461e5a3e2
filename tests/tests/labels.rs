// SPDX-License-Identifier: Apache-2.0

//! Identity before everything: who is audited may act, and what a stolen key signed is told from what its owner did.

use chirograph_tests::{Cli, Network};
use serde_json::json;

const ALICE: usize = 0;
const DAVE: usize = 3;

/// The newest finalised block.
fn finalised(cli: &Cli) -> u64 {
	cli.ok(&["chain", "status", "--json"]).json()["finalised"]["number"]
		.as_u64()
		.expect("a network has finalised blocks")
}

fn register(cli: &Cli, file: &str, key: &str) -> chirograph_tests::Run {
	cli.write(file, format!("content of {file}"));
	cli.run(&["proof", "register", file, "--key", key])
}

/// Consents, with the key `new`, to hold `label`; and says in which file.
fn consents(cli: &Cli, label: &str, new: &str) -> String {
	let file = format!("{new}.takeover.json");
	cli.ok(&["label", "takeover", label, "--key", new, "--output", &file]);
	file
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_refused_before_its_predecessor() {
	let network = Network::local().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	// An account that nobody knows, and that has nothing.
	cli.ok(&["key", "generate", "ada"]);
	let apply = |more: &[&str]| {
		let command = ["label", "apply", "--key", "ada", "--jurisdiction", "XX-BY", "--role", "owner"];
		cli.run(&[&command[..], more].concat())
	};
	let about = ["--field", "name=Ada Lovelace", "--field", "born=1815-12-10"];
	let approve = |by: &str, dossier: &str| cli.run(&["label", "approve", "ada", "--dossier", dossier, "--dev-key", by]);

	register(&cli, "poem.txt", "ada").expect(1, "holds no label");
	apply(&["--dossier", "none.json"]).expect(2, "at least one field");
	cli.run(&["label", "withdraw", "--key", "ada"]).expect(1, "has not applied");

	apply(&[&about[..], &["--dossier", "ada.json"]].concat()).expect(0, "applied");
	register(&cli, "poem.txt", "ada").expect(1, "holds no label");
	apply(&[&about[..], &["--dossier", "ada.json"]].concat()).expect(1, "applied already");
	cli.ok(&["key", "generate", "eve"]);
	cli.ok(&[
		"label",
		"apply",
		"--key",
		"eve",
		"--jurisdiction",
		"XX",
		"--role",
		"owner",
		"--field",
		"name=Eve",
		"--dossier",
		"eve.json",
	]);
	approve("//Alice", "eve.json").expect(2, "dossier");
	approve("//Bob", "ada.json").expect(1, "WrongRole");
	approve("//Ferdie", "ada.json").expect(1, "holds no label");
	cli.run(&["label", "review", "ada", "--dossier", "ada.json"])
		.expect(0, "Ada Lovelace");
	cli.ok(&[
		"label",
		"reject",
		"eve",
		"--reason",
		"identity-not-confirmed",
		"--dev-key",
		"//Alice",
	]);
	cli.run(&["label", "show", "eve"]).expect(0, "identity-not-confirmed");
	approve("//Alice", "eve.json").expect(2, "dossier");
	cli.run(&["label", "approve", "eve", "--dossier", "eve.json", "--dev-key", "//Alice"])
		.expect(1, "has not applied");

	approve("//Alice", "ada.json").expect(0, "granted");
	register(&cli, "poem.txt", "ada").expect(0, "registered, and final");
	cli.write("degree.txt", "doctor of mathematics");
	cli.run(&["proof", "register", "degree.txt", "--schema", "certificate", "--key", "ada"])
		.expect(1, "WrongRole");
	cli.ok(&["label", "roles", "6", "--add", "issuer", "--dev-key", "//Alice"]);
	cli.run(&["proof", "register", "degree.txt", "--schema", "certificate", "--key", "ada"])
		.expect(0, "registered, and final");

	// Another node says the same, and a counterparty learns one field and nothing of the other.
	let at_dave = cli.at(&network.nodes[DAVE]);
	network.nodes[DAVE].wait_for_finality(finalised(&cli)).await;
	at_dave.run(&["proof", "verify", "poem.txt"]).expect(0, "VERIFIED");
	cli.ok(&[
		"label",
		"disclose",
		"--dossier",
		"ada.json",
		"--field",
		"name",
		"--output",
		"name.json",
	]);
	let disclosed = std::fs::read_to_string(cli.directory.join("name.json")).expect("a disclosure is text");
	assert!(disclosed.contains("Ada Lovelace") && !disclosed.contains("1815"));
	at_dave.run(&["label", "check", "name.json", "6"]).expect(0, "Ada Lovelace");
	cli.write("false.json", disclosed.replace("Ada Lovelace", "Ada Byron"));
	at_dave.run(&["label", "check", "false.json", "6"]).expect(1, "name");
	at_dave.run(&["label", "check", "name.json", "1"]).expect(1, "dossier");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stolen_key_signed_is_told_from_what_its_owner_did() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let verify = |file: &str| cli.run(&["proof", "verify", file]);
	register(&cli, "before.txt", "ada").expect(0, "registered, and final");
	let theft = finalised(&cli) + 1;
	let stolen = register(&cli, "stolen.txt", "ada");
	stolen.expect(0, "registered, and final");
	verify("stolen.txt").expect(0, "VERIFIED");

	let since = theft.to_string();
	let report = ["label", "suspend", "6", "--reason", "key-compromised", "--since", &since];
	// A holder could take back what it signed, if it could say since when: for its own key the report counts from its own block on.
	let suspended = cli.ok(&[&report[..], &["--dev-key", "//Alice", "--json"]].concat()).json();
	// From the very next extrinsic on, the key is of no use.
	register(&cli, "after.txt", "ada").expect(1, "compromised");
	verify("before.txt").expect(0, "VERIFIED");
	verify("stolen.txt").expect(1, &format!("is not believed from block {theft} on"));
	let verdict = cli.run(&["proof", "verify", "stolen.txt", "--json"]).json();
	assert_eq!(
		(&verdict["verdict"], &verdict["reason"]),
		(&json!("notVerified"), &json!("ownerNotTrusted")),
		"{suspended}"
	);

	// The label goes on with another key, and the judgement stays.
	cli.ok(&["key", "generate", "ada2"]);
	let takeover = consents(&cli, "6", "ada2");
	cli.ok(&[
		"label",
		"reassign",
		"6",
		"--takeover",
		&takeover,
		"--reason",
		"compromised",
		"--since",
		&since,
		"--dev-key",
		"//Alice",
	]);
	register(&cli, "again.txt", "ada2").expect(0, "registered, and final");
	register(&cli, "late.txt", "ada").expect(1, "label was moved");
	verify("before.txt").expect(0, "VERIFIED");
	verify("stolen.txt").expect(1, &format!("is not believed from block {theft} on"));
	verify("again.txt").expect(0, "VERIFIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_keeps_label_proofs_and_history_and_the_old_key_is_dead() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "sr25519", &["owner"]);
	register(&cli, "first.txt", "ada").expect(0, "registered, and final");
	let before = finalised(&cli).to_string();
	cli.ok(&["key", "generate", "hardware"]);
	let takeover = consents(&cli, "6", "hardware");
	// What is signed for one label is of no use for another.
	cli.run(&["label", "rotate", "--takeover", &takeover, "--dev-key", "//Bob"])
		.expect(2, "label 6");
	cli.ok(&["label", "rotate", "--takeover", &takeover, "--key", "ada"]);

	cli.run(&["proof", "verify", "first.txt"]).expect(0, "VERIFIED");
	register(&cli, "second.txt", "hardware").expect(0, "registered, and final");
	register(&cli, "third.txt", "ada").expect(1, "label was moved");
	cli.run(&[
		"label",
		"apply",
		"--key",
		"ada",
		"--jurisdiction",
		"XX",
		"--role",
		"owner",
		"--field",
		"name=x",
	])
	.expect(1, "label was moved");
	let shown = cli.ok(&["label", "show", "6", "--history", "--json"]).json();
	let events: Vec<_> = shown["history"]
		.as_array()
		.expect("a label has a history")
		.iter()
		.map(|change| change["event"]["event"].clone())
		.collect();
	assert_eq!(events, ["granted", "rotated"], "{shown}");

	// Who it was then, and who it is now.
	let then = |account: &str| cli.run(&["label", "show", account, "--at", &before, "--role", "owner"]);
	then("ada").expect(0, "label 6");
	then("hardware").expect(1, "held no label");
	cli.run(&["label", "show", "ada", "--role", "issuer", "--at", &before])
		.expect(1, "role");
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_by_guardians_keeps_label_proofs_and_history_and_the_old_key_is_dead() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	register(&cli, "first.txt", "ada").expect(0, "registered, and final");
	let before = finalised(&cli).to_string();
	let recovery = |command: &[&str]| cli.run(&[&["recovery"][..], command].concat());

	// Bob, Charlie and Dave. On this network a holder has five blocks to object, or more.
	let name = |threshold: &str, delay: &str| {
		let terms = ["--threshold", threshold, "--delay", delay, "--key", "ada"];
		recovery(&[&["guardians", "4", "2", "3"][..], &terms].concat())
	};
	name("2", "4").expect(1, "DelayTooShort");
	name("4", "8").expect(1, "InvalidGuardians");
	name("2", "8").expect(0, "2 of the labels 2, 3, 4");

	cli.ok(&["key", "generate", "ada2"]);
	let takeover = consents(&cli, "6", "ada2");
	let begin = |by: &str| recovery(&["begin", "6", "--takeover", &takeover, "--dev-key", by]);
	let approve = |by: &str| recovery(&["approve", "6", "--account", "ada2", "--dev-key", by, "--json"]);
	let complete = |by: &str| recovery(&["complete", "6", "--account", "ada2", "--dev-key", by]);
	let veto = || recovery(&["veto", "6", "--key", "ada"]);
	begin("//Eve").expect(1, "NotGuardian");
	approve("//Charlie").expect(1, "there is no attempt");
	veto().expect(1, "NoRecovery");

	// What Ada does not want does not happen, though enough guardians do.
	begin("//Bob").expect(0, "begun, and final");
	complete("//Bob").expect(1, "1 of the 2 guardians");
	approve("//Charlie").expect(0, "\"ready\"");
	complete("//Bob").expect(1, "can object before block");
	recovery(&["show", "6"]).expect(0, "can be completed from block");
	let shown = cli.ok(&["recovery", "show", "6", "--json"]).json();
	assert_eq!(shown["attempts"][0]["approvals"], json!([2, 3]), "{shown}");
	name("2", "8").expect(1, "RecoveryPending");
	veto().expect(0, "all attempts are off");
	complete("//Bob").expect(1, "there is no attempt");
	register(&cli, "hers.txt", "ada").expect(0, "registered, and final");

	// Now the key is lost indeed: nobody objects.
	begin("//Dave").expect(0, "begun, and final");
	let approved = approve("//Bob").json();
	let ready = approved["recoveries"][0][1]["ready"].as_u64();
	let ready = ready.unwrap_or_else(|| panic!("two guardians are enough: {approved}"));
	network.nodes[ALICE].wait_for_finality(ready).await;
	complete("//Charlie").expect(0, "recovered, and final");

	cli.run(&["proof", "verify", "first.txt"]).expect(0, "VERIFIED");
	register(&cli, "second.txt", "ada2").expect(0, "registered, and final");
	register(&cli, "third.txt", "ada").expect(1, "label was moved");
	complete("//Charlie").expect(1, "there is no attempt");
	cli.run(&["label", "show", "ada"]).expect(0, "(lost)");
	let shown = cli.ok(&["label", "show", "6", "--history", "--json"]).json();
	let changes = shown["history"].as_array().expect("a label has a history");
	let events: Vec<_> = changes
		.iter()
		.map(|change| (change["event"]["event"].clone(), change["by"].clone()))
		.collect();
	assert_eq!(
		events,
		[(json!("granted"), json!(1)), (json!("rotated"), json!(3))],
		"{shown}"
	);

	// Who it was then, and who it is now.
	let then = |account: &str| cli.run(&["label", "show", account, "--at", &before, "--role", "owner"]);
	then("ada").expect(0, "label 6");
	then("ada2").expect(1, "held no label");
}
