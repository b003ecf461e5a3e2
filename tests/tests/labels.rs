// SPDX-License-Identifier: Apache-2.0

//! Identity before everything: who is audited may act, and what a stolen key signed is told from what its owner did.

use chirograph_sdk::{
	dossier::{Dossier, Organisation},
	history,
	keys::{parse_account, Keypair},
	labels, passkeys,
	primitives::{AdmissionFault, LabelEvent, SignatureScheme, SuspensionReason},
	submit::{call, Submitter},
	Error,
};
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE, PATIENCE},
	Cli, Network,
};
use serde_json::json;
use std::{fs, sync::Arc, time::Instant};

const ALICE: usize = 0;
const DAVE: usize = 3;
/// Between two blocks, in milliseconds.
const SLOT: u64 = 2_000;

fn dev(name: &str) -> Keypair {
	Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key")
}

/// A program that asks the first node.
async fn submitter(network: &Network) -> Submitter {
	let submitter = Submitter::start(Arc::new(network.nodes[ALICE].connect().await)).await;
	submitter.expect("the node answers")
}

/// Applies for a label in these roles, with the dossier of that key.
fn apply(cli: &Cli, key: &str, roles: &str) -> chirograph_tests::Run {
	let (dossier, field) = (format!("{key}.json"), format!("name={key}"));
	let about = ["--field", &field, "--jurisdiction", "XX", "--role", roles];
	cli.run(&[&["label", "apply", "--key", key, "--dossier", &dossier][..], &about].concat())
}

/// The hash of the application of a key, as an auditor sees it.
fn reviewed(cli: &Cli, key: &str) -> String {
	let review = cli.ok(&["label", "review", key, "--dossier", &format!("{key}.json"), "--json"]);
	let review = review.json();
	review["hash"].as_str().expect("a review shows the hash").to_owned()
}

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
	let approve = |by: &str, dossier: &str| cli.approve("ada", &["--dossier", dossier], by);

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
	approve("//Alice", "eve.json").expect(2, "the dossier is about ");
	approve("//Bob", "ada.json").expect(1, "WrongRole");
	approve("//Ferdie", "ada.json").expect(1, "holds no label");
	let review = cli.run(&["label", "review", "ada", "--dossier", "ada.json"]);
	review.expect(0, "Ada Lovelace");
	review.expect(0, "nobody else: a person, or an organisation that does not say which");
	review.expect(0, "label approve 5");
	review.expect(0, "--dossier ada.json --application 0x");
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
	approve("//Alice", "eve.json").expect(2, "the dossier is about ");
	cli.approve("eve", &["--dossier", "eve.json"], "//Alice")
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
	let disclosed = fs::read_to_string(cli.directory.join("name.json")).expect("a disclosure is text");
	assert!(disclosed.contains("Ada Lovelace") && !disclosed.contains("1815"));
	let checked = at_dave.run(&["label", "check", "name.json", "6"]);
	checked.expect(0, "Ada Lovelace");
	checked.expect(0, "MATCHES: this is what label 6 was allocated for");
	cli.write("false.json", disclosed.replace("Ada Lovelace", "Ada Byron"));
	let checked = at_dave.run(&["label", "check", "false.json", "6"]);
	checked.expect(1, "DOES NOT MATCH: the field `name` is not what the applicant committed to");
	assert!(
		!checked.stdout.contains("Ada Byron"),
		"what is not true is not repeated: {checked:?}"
	);
	at_dave
		.run(&["label", "check", "name.json", "1"])
		.expect(1, "DOES NOT MATCH: the disclosure is of the dossier ");
}

/// Whoever applies can withdraw, and apply for more, between the auditor's look and its approval.
#[tokio::test(flavor = "multi_thread")]
async fn what_took_the_place_of_what_was_audited_is_not_approved() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.ok(&["key", "generate", "ada"]);
	apply(&cli, "ada", "owner").expect(0, "applied");
	let audited = reviewed(&cli, "ada");
	let approve = |application: &str| {
		let command = ["label", "approve", "ada", "--dossier", "ada.json", "--dev-key", "//Alice"];
		cli.run(&[&command[..], &["--application", application]].concat())
	};
	cli.run(&["label", "approve", "ada", "--dossier", "ada.json", "--dev-key", "//Alice"])
		.expect(2, "--application <HASH>");

	cli.ok(&["label", "withdraw", "--key", "ada"]);
	approve(&audited).expect(1, "has not applied for a label, or withdrew");
	apply(&cli, "ada", "owner,issuer").expect(0, "applied");
	approve(&audited).expect(1, "it is another one; review this one");
	let submitter = submitter(&network).await;
	let account = cli.ok(&["key", "inspect", "ada", "--json"]).json()["account"].clone();
	let account = account.as_str().and_then(|address| parse_account(address).ok());
	let account = account.expect("a key has an account");
	let chain = submitter.chain();
	let expires = chain.time(&chain.finalised().await.expect("the node answers")).await;
	let hash: labels::ApplicationHash = audited.parse().expect("a hash");
	let arguments = (account, hash.0, expires.expect("the node answers") + 1_000 * SLOT);
	let outcome = submitter
		.submit(&call("Labels", "approve", &arguments), &dev("//Alice"), PATIENCE)
		.await;
	assert!(
		matches!(&outcome, Err(Error::Refused { name, .. }) if name == "Labels::ApplicationChanged"),
		"{outcome:?}"
	);
	cli.run(&["label", "show", "ada", "--role", "owner"])
		.expect(1, "held no label");

	// The control: what was looked at is approved.
	approve(&reviewed(&cli, "ada")).expect(0, "granted");
	cli.run(&["label", "show", "ada", "--role", "issuer"]).expect(0, "YES");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_seen_by_the_auditor_and_nobody_decides_about_their_own() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	for key in ["ada", "eve"] {
		cli.ok(&["key", "generate", key]);
	}
	let organisation = ["--organisation", "DE HRB 12345", "--jurisdiction", "DE", "--role", "owner"];
	let of_ada = [
		"label",
		"apply",
		"--key",
		"ada",
		"--dossier",
		"ada.json",
		"--field",
		"name=Ada",
	];
	cli.run(&[&of_ada[..], &["--field", "registerId=FR 1"], &organisation].concat())
		.expect(2, "give that as the organisation");
	cli.run(&[&of_ada[..], &organisation].concat()).expect(0, "applied");
	let review = cli.run(&["label", "review", "ada", "--dossier", "ada.json"]);
	review.expect(0, "the organisation DE HRB 12345");
	review.expect(0, "registerId = DE HRB 12345");

	// Eve says that she acts for nobody else, and applies with the id of Alice's organisation.
	let inspected = cli.ok(&["key", "inspect", "eve", "--json"]).json();
	let account = inspected["account"].as_str().and_then(|address| parse_account(address).ok());
	let fields = vec![("name".to_owned(), "Eve".to_owned())];
	let dossier = Dossier::new(&account.expect("a key has an account"), Organisation::NaturalPerson, fields);
	let dossier = dossier.expect("all is in bounds");
	let random = dossier.statement().organisation.to_string();
	let shown = cli.ok(&["label", "show", "1", "--json"]).json();
	let of_alice = shown["label"]["organisation"].as_str().expect("a label has an organisation");
	let text = String::from_utf8(dossier.canonical()).expect("a dossier is text");
	cli.write("eve.json", text.replace(&random, of_alice));
	let of_eve = ["label", "apply", "--key", "eve", "--dossier", "eve.json"];
	cli.run(&[&of_eve[..], &["--jurisdiction", "XX", "--role", "owner"]].concat())
		.expect(0, "applied");
	let approve = |by: &str| cli.approve("eve", &["--dossier", "eve.json"], by);
	let approval = approve("//Alice");
	approval.expect(1, "Labels::OwnOrganisation");
	approval.expect(1, "Nobody decides about their own organisation. Another auditor must.");
	// The control: Charlie is an auditor of another organisation.
	approve("//Charlie").expect(0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_use_a_label_is_told_why_and_so_is_whoever_meets_it() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	cli.ok(&[
		"label",
		"disclose",
		"--dossier",
		"ada.dossier.json",
		"--field",
		"name",
		"--output",
		"name.json",
	]);
	let check = || cli.run(&["label", "check", "name.json", "6"]);
	let by_alice = |command: &[&str]| cli.run(&[&["label"][..], command, &["--dev-key", "//Alice"]].concat());
	check().expect(0, "MATCHES: this is what label 6 was allocated for");
	apply(&cli, "ada", "owner").expect(1, "holds a label already");
	by_alice(&["suspend", "99"]).expect(
		1,
		"there is no label 99; list those that there are with `chirograph label list`",
	);
	// Charlie is an auditor, and auditors are in nobody's remit.
	let beyond = by_alice(&["renew", "3"]);
	beyond.expect(1, "Labels::OutsideRemit");
	beyond.expect(1, "beyond what this auditor may decide about");

	by_alice(&["suspend", "6"]).expect(0, "suspended, and final");
	register(&cli, "a.txt", "ada").expect(1, "is suspended; ask its auditor");
	check().expect(1, "MATCHES, BUT THE LABEL IS SUSPENDED");
	by_alice(&["reinstate", "6"]).expect(0, "reinstated, and final");
	check().expect(0, "MATCHES: ");

	let submitter = submitter(&network).await;
	let chain = submitter.chain();
	let at = chain.finalised().await.expect("the node answers");
	let slots = 10;
	let expires = chain.time(&at).await.expect("the node answers") + slots * SLOT;
	let renewed = labels::renew(&submitter, &dev("//Alice"), 6, expires, PATIENCE).await;
	renewed.expect("a date can be moved");
	network.nodes[ALICE].wait_for_finality(at.block_number() + slots + 1).await;
	register(&cli, "b.txt", "ada").expect(1, "is over; have an auditor renew it");
	check().expect(1, "MATCHES, BUT THE LABEL IS OVER");
	cli.run(&["label", "show", "6"]).expect(0, "standing      over");
	by_alice(&["renew", "6"]).expect(0, "renewed, and final");
	register(&cli, "b.txt", "ada").expect(0, "registered, and final");

	by_alice(&["revoke", "6", "--reason", "given-up"]).expect(0, "revoked, and final");
	register(&cli, "c.txt", "ada").expect(1, "is revoked, and that is final");
	check().expect(1, "MATCHES, BUT THE LABEL IS REVOKED");
	assert_eq!(
		cli.run(&["label", "check", "name.json", "6", "--json"]).json()["unusable"],
		"revoked"
	);
}

/// X.1407 8.1.2: in the block that has the report, too, nothing stands behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_reported_key_is_of_no_use_from_the_very_next_extrinsic_on() {
	/// How many registrations of the thief's are sent before the report, and as many after it.
	const SHARE: usize = 30;
	let network = Network::development().await;
	let submitter = submitter(&network).await;
	let chain = submitter.chain();
	let mut load = Load::new(&submitter, 1, 1).await.expect("Alice is an auditor");
	let stolen = load.accounts[0].clone();
	let label = passkeys::label_of(chain, &stolen.account()).await.expect("Alice approved");
	let valid_until = chain.valid_until(1_000).await.expect("the node answers");
	let at = chain.finalised().await.expect("the node answers");
	let sign = |nonce| {
		let call = load::registration(chain, &stolen, &load.document(&stolen), valid_until);
		let call = call.expect("the thief's own evidence");
		submitter.sign(&at, &call, &stolen, nonce).expect("the call is the runtime's")
	};
	let extrinsics: Vec<_> = (FIRST_NONCE..).take(2 * SHARE).map(sign).collect();
	let (before, after) = extrinsics.split_at(SHARE);
	for extrinsic in before {
		assert!(
			submitter.send(extrinsic).await,
			"the control: they are taken as long as nothing is reported"
		);
	}
	let since = chain.height().await.expect("the node answers");
	let auditor = dev("//Alice");
	let nonce = chain.nonce(&auditor.account()).await.expect("the node answers");
	let report = call("Labels", "suspend", &(label, SuspensionReason::KeyCompromised { since }));
	let report = submitter
		.sign(&at, &report, &auditor, nonce)
		.expect("the call is the runtime's");
	assert!(submitter.send(&report).await, "an auditor can suspend");
	for extrinsic in after {
		submitter.send(extrinsic).await;
	}

	// The label's own history says where the report is, and the account's where everything else is that got in.
	let deadline = Instant::now() + PATIENCE;
	let report = loop {
		let newest = chain.finalised().await.expect("the node answers");
		let changes = chain.label_history(&newest, label).await.expect("the node answers");
		match changes.last() {
			Some(change) if matches!(change.event, LabelEvent::Suspended) => break change.at,
			_ => assert!(Instant::now() < deadline, "the report does not become final: {changes:?}"),
		}
		network.nodes[ALICE].wait_for_finality(newest.block_number() + 1).await;
	};
	network.nodes[ALICE].wait_for_finality(u64::from(report.block) + 3).await;
	let told = history::of_account(chain, &stolen.account(), None)
		.await
		.expect("the node is honest");
	let places: Vec<_> = told.operations.iter().map(|told| (told.block, told.extrinsic)).collect();
	assert!(
		places.iter().all(|place| *place < (report.block, report.extrinsic)),
		"the report is in {report:?}: {places:?}"
	);
	// One of the operations is the application.
	assert!(
		places.len() <= 2 * SHARE,
		"the report came too late to keep anything out: {places:?}"
	);
	let next = load::registration(chain, &stolen, &load.document(&stolen), valid_until).expect("the thief's own evidence");
	let refused = submitter.submit(&next, &stolen, PATIENCE).await;
	assert!(
		matches!(
			refused,
			Err(Error::NotAdmitted {
				fault: AdmissionFault::KeyCompromised,
				..
			})
		),
		"{refused:?}"
	);
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

	// What the label registered with one key, it takes back with the next.
	let revoke = |key: &str| cli.run(&["proof", "revoke", "first.txt", "--key", key]);
	revoke("ada").expect(1, "label was moved");
	revoke("hardware").expect(0, "revoked, and final");
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
	cli.run(&["label", "show", "6"]).expect(0, "2 of the labels 2, 3, 4");

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
	veto().expect(0, "all attempts are off");
	complete("//Bob").expect(1, "there is no attempt");
	// Nor what guardians began who are none any more, or were named since.
	begin("//Bob").expect(0, "begun, and final");
	recovery(&["guardians", "--none", "--key", "ada"]).expect(0, "no guardians any more, and final");
	begin("//Bob").expect(1, "NotGuardian");
	name("2", "8").expect(0, "2 of the labels 2, 3, 4");
	veto().expect(1, "NoRecovery");
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
