// SPDX-License-Identifier: Apache-2.0

//! What becomes of proofs: each change takes what it takes, is refused before that and the second time, and none is forgotten.

use chirograph_sdk::{
	authorization::{Authorization, Change},
	keys::Keypair,
	primitives::{calls, Algorithm, AlgorithmTerms, SignatureScheme, Subject},
	submit::{call, Submitter},
	verifier::bundle::Bundle,
	Error,
};
use chirograph_tests::{Cli, Network, Run};
use codec::{Compact, Encode};
use serde_json::{json, Value};
use std::{fs, sync::Arc, time::Duration};

const PATIENCE: Duration = Duration::from_secs(120);

/// Two owners, of two schemes, and a regulator.
async fn users() -> (Network, Cli) {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	cli.labelled_key("bob", "ed25519", &["owner"]);
	cli.labelled_key("rita", "ecdsa", &["regulator"]);
	(network, cli)
}

async fn submitter(network: &Network) -> Submitter {
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await)).await;
	submitter.expect("the node answers")
}

fn alice() -> Keypair {
	Keypair::dev("//Alice", SignatureScheme::Sr25519).expect("a development key")
}

/// `chirograph proof COMMAND TARGET ... --key KEY`.
fn proof(cli: &Cli, command: &str, target: &str, key: &str, more: &[&str]) -> Run {
	cli.run(&[&["proof", command, target, "--key", key][..], more].concat())
}

/// Writes a file and registers it. Returns the whole answer.
fn register(cli: &Cli, file: &str, key: &str) -> Value {
	cli.write(file, format!("content of {file}"));
	cli.ok(&["proof", "register", file, "--key", key, "--json"]).json()
}

fn account(cli: &Cli, key: &str) -> Value {
	cli.ok(&["key", "inspect", key, "--json"]).json()["account"].clone()
}

fn show(cli: &Cli, target: &str, more: &[&str]) -> Value {
	let command = ["proof", "show", target, "--json"];
	cli.ok(&[&command[..], more].concat()).json()
}

fn history(cli: &Cli, target: &str) -> Vec<Value> {
	let shown = cli.ok(&["proof", "history", target, "--json"]).json();
	shown["history"].as_array().expect("a proof has a history").clone()
}

fn events(history: &[Value]) -> Vec<&str> {
	history.iter().filter_map(|entry| entry["event"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_takes_what_it_takes_and_stays_on_record() {
	let (network, cli) = users().await;
	cli.ok(&["key", "generate", "carol"]);
	cli.write("novel.txt", "content of novel.txt");
	cli.write("third.txt", "content of third.txt");
	cli.write("judgment.txt", "So ordered");

	// Nothing happens to what is not registered.
	proof(&cli, "renew", "novel.txt", "ada", &[]).expect(2, "novel.txt.evidence.json does not exist");
	for (command, key, more) in [
		("revoke", "ada", &[][..]),
		("supersede", "ada", &["--by", "third.txt"][..]),
		("transfer", "ada", &["--to", "bob", "--output", "early.json"][..]),
		("annotate", "rita", &["--remark", "disputed"][..]),
	] {
		proof(&cli, command, "novel.txt", key, more).expect(1, "is not registered");
	}
	cli.run(&["proof", "history", "novel.txt"]).expect(1, "is not registered");
	cli.run(&["proof", "accept", "early.json", "--key", "bob"])
		.expect(2, "early.json does not exist");
	cli.run(&["proof", "show", "batch:12"])
		.expect(2, "is not the root of a batch");
	cli.run(&["proof", "show", &format!("batch:{}", "ab".repeat(32))])
		.expect(1, "abab is not registered; check the root");

	let registered = register(&cli, "novel.txt", "ada");
	register(&cli, "second.txt", "ada");
	cli.ok(&["bundle", "create", "novel.txt"]).expect(0, "PROVEN");

	// A stronger hash of the same evidence, once, by its holder.
	proof(&cli, "renew", "novel.txt", "bob", &[]).expect(1, "only the holder can change it");
	proof(&cli, "renew", "novel.txt", "ada", &["--evidence", "second.txt.evidence.json"])
		.expect(2, "the file is not the one that the evidence is about");
	let subject = registered["subject"].as_str().expect("has a subject");
	proof(&cli, "renew", subject, "ada", &["--evidence", "second.txt.evidence.json"]).expect(2, "is evidence of");
	proof(&cli, "renew", subject, "ada", &[]).expect(2, "name the file that the evidence is beside");
	proof(&cli, "renew", "novel.txt", "ada", &[]).expect(0, "renewed, and final");
	proof(&cli, "renew", "novel.txt", "ada", &[]).expect(1, "already renewed with that hash");

	// A regulator's note, and nobody else's.
	let note = ["--remark", "court-decision", "--document", "judgment.txt"];
	proof(&cli, "annotate", "novel.txt", "ada", &note).expect(1, "WrongRole");
	proof(&cli, "annotate", "novel.txt", "rita", &note).expect(0, "noted, and final");

	// Handed over by both, to somebody who may hold it.
	let transfer = |key: &str, to: &str, file: &str| proof(&cli, "transfer", "novel.txt", key, &["--to", to, "--output", file]);
	transfer("bob", "bob", "own.json").expect(1, "only the holder can change it");
	transfer("ada", "ada", "own.json").expect(1, "already held by");
	transfer("ada", "carol", "carol.json").expect(1, "their key held no label");
	for file in ["own.json", "carol.json"] {
		assert!(!cli.directory.join(file).exists(), "nothing is signed that cannot be");
	}
	transfer("ada", "bob", "sale.json").expect(0, "nothing was sent");
	transfer("ada", "bob", "sale.json").expect(2, "is not overwritten");
	let accept = |file: &str, key: &str| cli.run(&["proof", "accept", file, "--key", key]);
	accept("sale.json", "rita").expect(2, "the transfer is to");
	cli.run(&[
		"proof",
		"register",
		"novel.txt",
		"--authorization",
		"sale.json",
		"--submitter-dev-key",
		"//Alice",
	])
	.expect(2, "the authorisation is for a transfer, not for a registration");
	let sale = Authorization::read(&cli.directory.join("sale.json")).expect("it was written a moment ago");
	let mut later = sale.clone();
	later.valid_until += 1;
	later
		.write_new(&cli.directory.join("later.json"))
		.expect("the user's directory is writable");
	accept("later.json", "bob").expect(2, "the signature is not by the owner");
	// Somebody with a program of their own, and without Bob's consent.
	let submitter = submitter(&network).await;
	let (sold, change) = sale.change().expect("is a change");
	let Change::Transfer { to, .. } = change else {
		panic!("is a transfer")
	};
	let alone = (&sale.owner, sold, to, sale.valid_until, &sale.signature, &sale.signature);
	let alone = submitter
		.submit(&call("Proofs", "transfer", &alone), &alice(), PATIENCE)
		.await;
	assert!(
		matches!(&alone, Err(Error::Refused { name, .. }) if name == "Proofs::ConsentMismatch"),
		"{alone:?}"
	);
	accept("sale.json", "bob").expect(0, "handed over, and final");
	accept("sale.json", "bob").expect(1, "already held by");
	proof(&cli, "revoke", "novel.txt", "ada", &[]).expect(1, "only the holder can change it");
	let shown = show(&cli, "novel.txt", &[]);
	assert_eq!(
		(&shown["record"]["owner"], &shown["record"]["life"]["holder"]["account"]),
		(&account(&cli, "ada"), &account(&cli, "bob"))
	);

	// A new version takes its place: one that stands, in the same hands.
	let supersede = |by: &str| proof(&cli, "supersede", "novel.txt", "bob", &["--by", by]);
	supersede("second.txt").expect(1, "somebody else holds it");
	supersede("novel.txt").expect(1, "it is the same");
	supersede("third.txt").expect(1, "it is not registered; register it first");
	let third = register(&cli, "third.txt", "bob");
	let before = third["block"]["number"].to_string();
	supersede("third.txt").expect(0, "superseded, and final");
	supersede("third.txt").expect(1, "already superseded");
	proof(&cli, "revoke", "novel.txt", "bob", &[]).expect(1, "already superseded");
	proof(&cli, "renew", "novel.txt", "bob", &[]).expect(1, "already superseded");
	transfer("bob", "ada", "back.json").expect(1, "already superseded");
	proof(&cli, "annotate", "novel.txt", "rita", &["--remark", "settled"]).expect(0, "noted, and final");
	cli.run(&["proof", "verify", "novel.txt"]).expect(1, "was superseded");
	cli.run(&["bundle", "refresh", "novel.txt.chirograph", "--output", "now.chirograph"])
		.expect(0, "SUPERSEDED");
	cli.run(&["bundle", "refresh", "novel.txt.chirograph", "--output", "now.chirograph"])
		.expect(2, "is not overwritten");
	cli.run(&["bundle", "verify", "now.chirograph"]).expect(1, "SUPERSEDED");
	cli.run(&["bundle", "verify", "novel.txt.chirograph"]).expect(0, "PROVEN");

	// As of then.
	let as_of = |block: &str| show(&cli, "novel.txt", &["--as-of", block])["record"]["life"].clone();
	let first = registered["block"]["number"].as_u64().expect("is a height");
	assert_eq!(
		as_of(&first.to_string()),
		json!({ "status": "active", "holder": null, "changes": 0 })
	);
	let handed_over = as_of(&before);
	assert_eq!(
		(
			&handed_over["status"],
			&handed_over["holder"]["account"],
			&handed_over["changes"]
		),
		(&json!("active"), &account(&cli, "bob"), &json!(3))
	);
	let now = show(&cli, "novel.txt.chirograph", &[])["record"]["life"].clone();
	assert_eq!(now["status"]["superseded"]["by"]["subject"], third["subject"]);
	let before = (first - 1).to_string();
	cli.run(&["proof", "show", "novel.txt", "--as-of", &before])
		.expect(1, "is not registered");
	cli.run(&["proof", "show", "novel.txt", "--as-of", "4000000000"])
		.expect(2, "is not final yet");

	// All of it, in order, and who did it.
	let told = history(&cli, subject);
	assert_eq!(
		events(&told),
		["renewed", "annotated", "transferred", "superseded", "annotated"]
	);
	assert_eq!(
		(&told[2]["from"], &told[2]["to"]),
		(&account(&cli, "ada"), &account(&cli, "bob"))
	);
	assert_eq!(told[0]["by"], registered["record"]["label"]);
	assert_eq!(told[1]["by"], told[4]["by"]);
	assert_ne!(told[0]["by"], told[1]["by"]);
	assert_eq!(told[1]["remark"], "court-decision");
	cli.run(&["proof", "history", "novel.txt"]).expect(0, "handed over by");
	assert_eq!(history(&cli, "second.txt"), Vec::<Value>::new());

	// What took its place can be taken back.
	proof(&cli, "revoke", "third.txt", "bob", &["--reason", "no-longer-valid"]).expect(0, "revoked, and final");
	proof(&cli, "revoke", "third.txt", "bob", &[]).expect(1, "already revoked");
	let by_ended = proof(&cli, "supersede", "second.txt", "ada", &["--by", "third.txt"]);
	by_ended.expect(1, "somebody else holds it");
	register(&cli, "fourth.txt", "bob");
	proof(&cli, "supersede", "fourth.txt", "bob", &["--by", "third.txt"]).expect(1, "revoked or superseded itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn leaf_ends_by_itself_while_its_siblings_stand_and_with_its_batch() {
	let (_network, cli) = users().await;
	fs::create_dir(cli.directory.join("files")).expect("the user's directory is writable");
	for name in ["a.txt", "b.txt", "c.txt"] {
		cli.write(&format!("files/{name}"), format!("content of {name}"));
	}
	let done = cli
		.ok(&["proof", "batch", "files", "--out", "batch", "--key", "ada", "--json"])
		.json();
	let batch = format!("batch:{}", done["root"].as_str().expect("a batch has a root"));
	let [a, b, c] = ["a", "b", "c"].map(|name| format!("batch/bundles/{name}.txt.chirograph"));
	register(&cli, "corrected.txt", "ada");

	proof(&cli, "revoke", &a, "bob", &[]).expect(1, "only the holder can change it");
	proof(&cli, "revoke", &a, "ada", &["--evidence", "corrected.txt.evidence.json"]).expect(2, "evidence goes with a file");
	proof(&cli, "revoke", &a, "ada", &["--reason", "issued-in-error"]).expect(0, "revoked, and final");
	proof(&cli, "revoke", &a, "ada", &[]).expect(1, "already revoked");
	proof(&cli, "supersede", &b, "ada", &["--by", &a]).expect(1, "revoked or superseded itself");
	proof(&cli, "supersede", &b, "ada", &["--by", &batch]).expect(1, "one of the two is a leaf of the other");
	proof(&cli, "supersede", &b, "ada", &["--by", "corrected.txt"]).expect(0, "superseded, and final");
	proof(&cli, "renew", &batch, "ada", &[]).expect(2, "of a batch, the bundle of each leaf");
	proof(&cli, "renew", &c, "ada", &[]).expect(0, "renewed, and final");
	proof(&cli, "renew", &c, "ada", &[]).expect(1, "already renewed");

	// Whoever hands over a bundle could have written into it what they like.
	let sound = fs::read(cli.directory.join(&c)).expect("is there");
	let sound = Bundle::parse(&sound).expect("is sound");
	let mut renamed = sound.clone();
	renamed.subject = Subject([9; 32]);
	let mut moved = sound;
	moved.leaf.as_mut().expect("is a leaf").index = 0;
	for (bundle, code, said) in [
		(renamed, 2, "says that it is about"),
		(moved, 1, "is not the one that was registered"),
	] {
		cli.write("forged.chirograph", bundle.canonical());
		proof(&cli, "revoke", "forged.chirograph", "ada", &[]).expect(code, said);
		proof(&cli, "supersede", "corrected.txt", "ada", &["--by", "forged.chirograph"]).expect(code, said);
		let transfer = ["--to", "bob", "--output", "forged.json"];
		proof(&cli, "transfer", "forged.chirograph", "ada", &transfer).expect(code, said);
		proof(&cli, "annotate", "forged.chirograph", "rita", &["--remark", "disputed"]).expect(code, said);
		cli.run(&["proof", "show", "forged.chirograph"]).expect(code, said);
	}

	let status = |target: &str| show(&cli, target, &[])["status"].clone();
	assert_eq!(status(&a)["revoked"]["reason"], "issued-in-error");
	assert_eq!(status(&b)["superseded"]["by"]["kind"], "record");
	assert_eq!((status(&c), status(&batch)), (json!("active"), json!("active")));
	for (bundle, said) in [(&a, "REVOKED"), (&b, "SUPERSEDED"), (&c, "PROVEN")] {
		let fresh = format!("{said}.chirograph");
		cli.run(&["bundle", "refresh", bundle, "--output", &fresh]).expect(0, said);
		cli.run(&["bundle", "verify", bundle]).expect(0, "PROVEN");
	}

	// A leaf is not found by its file. Whoever has its bundle is told what to do with it.
	let unknown = |said: &str| cli.run(&["proof", "verify", "c.txt"]).expect(1, said);
	cli.write("c.txt", "content of c.txt");
	unknown("no proof of this file is registered");
	fs::copy(cli.directory.join(&c), cli.directory.join("c.txt.chirograph")).expect("the user's directory is writable");
	unknown("chirograph bundle verify c.txt.chirograph --original c.txt");

	// What ends the batch ends what had not ended by then.
	proof(&cli, "revoke", &batch, "ada", &[]).expect(0, "revoked, and final");
	assert_eq!(status(&c)["revoked"]["reason"], "unspecified");
	assert_eq!(status(&b)["superseded"]["by"]["kind"], "record");
	proof(&cli, "revoke", &c, "ada", &[]).expect(1, "already revoked");
	let told = history(&cli, &c);
	assert_eq!(events(&told), ["renewed", "revoked"]);
	assert_eq!(
		(&told[0]["proof"]["kind"], &told[1]["proof"]["kind"]),
		(&json!("leaf"), &json!("batch"))
	);
}

/// Has the council, which is Alice alone on the development network, say what holds for an algorithm.
async fn council_says(submitter: &Submitter, algorithm: Algorithm, deprecated_from: Option<u64>, refused_from: Option<u64>) {
	let terms = AlgorithmTerms {
		deprecated_from,
		refused_from,
		least_bits: 0,
	};
	let numbers = calls::numbers_of("Proofs", "set_algorithm").expect("is known");
	let motion = (numbers, algorithm, terms);
	let length = u32::try_from(motion.encoded_size()).expect("is short");
	let motion = (Compact(1u32), motion, Compact(length));
	let (call, alice) = (call("Council", "propose", &motion), alice());
	let sent = submitter.submit(&call, &alice, PATIENCE);
	sent.await.expect("Alice is the council");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rests_on_a_deprecated_algorithm_is_flagged_and_on_a_refused_one_refused() {
	let (network, cli) = users().await;
	let submitter = submitter(&network).await;
	let held = || cli.ok(&["chain", "algorithms", "--json"]).json()["algorithms"].clone();
	let of = |algorithm: &str| {
		let all = held();
		let mut all = all.as_array().expect("there are some").iter();
		let found = all.find(|held| held["algorithm"] == algorithm);
		found.expect("is one of them")["acceptance"].clone()
	};
	assert_eq!((of("ed25519"), of("sha-256")), (json!("accepted"), json!("accepted")));
	let first = register(&cli, "first.txt", "bob");
	assert_eq!(first["deprecated"], Value::Null);

	council_says(&submitter, Algorithm::Ed25519, Some(0), None).await;
	assert_eq!((of("ed25519"), of("ecdsa")), (json!("deprecated"), json!("accepted")));
	cli.run(&["chain", "algorithms"]).expect(0, "deprecated since 2");
	assert_eq!(register(&cli, "second.txt", "bob")["deprecated"], json!(["ed25519"]));
	assert_eq!(register(&cli, "third.txt", "ada")["deprecated"], Value::Null);

	council_says(&submitter, Algorithm::Ed25519, Some(0), Some(0)).await;
	assert_eq!(of("ed25519"), "refused");
	cli.write("fourth.txt", "content of fourth.txt");
	let refused = proof(&cli, "register", "fourth.txt", "bob", &[]);
	refused.expect(1, "accepts nothing new that rests on ed25519, since 2");
	refused.expect(1, "sign with a key of another scheme");
	proof(&cli, "renew", "second.txt", "bob", &[]).expect(1, "nothing new that rests on ed25519");
	cli.ok(&[
		"proof",
		"transfer",
		"third.txt",
		"--to",
		"bob",
		"--output",
		"gift.json",
		"--key",
		"ada",
	]);
	cli.run(&["proof", "accept", "gift.json", "--key", "bob"])
		.expect(1, "nothing new that rests on ed25519");
	// Whoever has an old key only must be able to take back with it what they signed.
	proof(&cli, "revoke", "first.txt", "bob", &["--reason", "key-compromised"]).expect(0, "revoked, and final");

	// Of the hash, too; and then it is time to renew, with what is still good.
	council_says(&submitter, Algorithm::Sha256, Some(0), Some(0)).await;
	cli.write("fifth.txt", "content of fifth.txt");
	proof(&cli, "register", "fifth.txt", "ada", &[]).expect(1, "nothing new that rests on sha-256");
	proof(&cli, "renew", "third.txt", "ada", &[]).expect(0, "renewed, and final");
}
