// SPDX-License-Identifier: Apache-2.0

//! Bundles: made while there is a node, verified when there is none; and batches, whose files have one each.

use chirograph_sdk::{
	evidence::{Evidence, EvidenceFile},
	keys::Keypair,
	primitives::SignatureScheme,
	submit::Submitter,
	verifier::{
		bundle::{Bundle, MAX_BUNDLE_BYTES},
		document,
	},
};
use chirograph_tests::{
	bound_by_permissions,
	load::{self, PATIENCE},
	Cli, Network, Run, Running,
};
use chirograph_verifier::testing::samples;
use serde_json::Value;
use std::{
	ffi::OsStr,
	fs::{self, File, Permissions},
	os::unix::{
		ffi::OsStrExt,
		fs::{symlink, PermissionsExt},
	},
	path::{Path, PathBuf},
	process::Command,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// More files than a moment takes, so that there is a middle to be killed in, on a busy machine too.
const FILES: usize = 1_000;
/// In bytes: hashing them takes about as long as a look at the disk does.
const FILE_BYTES: usize = 100_000;
/// For a command to write its first lines.
const DEADLINE: Duration = Duration::from_secs(60);

async fn user() -> (Network, Cli, String) {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	let genesis = genesis.as_str().expect("a network has a genesis").to_owned();
	(network, cli, genesis)
}

fn register<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
	[
		&["proof", "register", file, "--key", "ada", "--submitter-dev-key", "//Alice"],
		more,
	]
	.concat()
}

fn batch(more: &[&'static str]) -> Vec<&'static str> {
	let command = [
		"proof",
		"batch",
		"files",
		"--out",
		"batch",
		"--key",
		"ada",
		"--submitter-dev-key",
		"//Alice",
	];
	[&command[..], more].concat()
}

/// Nobody is left to ask: no node, no database, no keys, no networks that were signed for.
fn forget_everything(network: &mut Network, cli: &Cli) {
	network.remove_nodes();
	fs::remove_dir_all(cli.directory.join("keys")).expect("it was the user's");
}

fn read(path: &Path) -> Vec<u8> {
	fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn answer(run: &Run) -> Value {
	run.json()["answer"]["answer"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn bundle_proves_when_nobody_is_left_to_ask_and_nothing_else_does() {
	let (mut network, cli, genesis) = user().await;
	cli.write("deed.txt", "Ada sells Bob one mill for 20 pounds.");
	cli.write("other.txt", "Ada sells Bob one mill for 21 pounds.");
	cli.write("will.txt", "Everything to the cat");

	// What is not registered has no bundle, and one that says so.
	let authorize = ["proof", "authorize", "will.txt", "--key", "ada", "--valid-until", "900"];
	cli.ok(&[&authorize[..], &["--genesis", &genesis]].concat());
	cli.run(&["bundle", "create", "will.txt"])
		.expect(1, "NOT PROVEN: nothing is registered under");
	assert!(
		!cli.directory.join("will.txt.chirograph").exists(),
		"what proves nothing is not written"
	);
	cli.ok(&["bundle", "create", "--absent", "will.txt"]);
	cli.ok(&[
		"bundle",
		"create",
		"--absent",
		&"ab".repeat(32),
		"--output",
		"nothing.chirograph",
	]);

	let registered = cli.ok(&register("deed.txt", &["--json"])).json();
	cli.run(&["bundle", "create", "--absent", "deed.txt"])
		.expect(1, "it is not absent");
	cli.ok(&["bundle", "create", "deed.txt"]).expect(0, "PROVEN");
	cli.run(&["bundle", "create", "deed.txt"]).expect(2, "is not overwritten");
	let block = registered["record"]["registered"]["block"].to_string();
	let then = [
		"bundle",
		"create",
		"deed.txt",
		"--as-of",
		&block,
		"--output",
		"then.chirograph",
	];
	cli.ok(&then);
	let revoke = [
		"proof",
		"revoke",
		"deed.txt",
		"--key",
		"ada",
		"--submitter-dev-key",
		"//Alice",
	];
	cli.ok(&[&revoke[..], &["--reason", "issued-in-error"]].concat());
	cli.ok(&["bundle", "create", "deed.txt", "--output", "revoked.chirograph"])
		.expect(0, "REVOKED");
	// The only network that was signed for is the one that is meant.
	cli.ok(&["bundle", "verify", "deed.txt.chirograph"]);

	forget_everything(&mut network, &cli);
	cli.run(&["bundle", "verify", "deed.txt.chirograph"])
		.expect(2, "Name it with --genesis");
	let verify = |bundle: &str, more: &[&str]| cli.run(&[&["bundle", "verify", bundle, "--genesis", &genesis], more].concat());
	let proven = verify("deed.txt.chirograph", &["--original", "deed.txt", "--json"]);
	assert_eq!((proven.code, answer(&proven)), (0, "proven".into()), "{proven:?}");
	let facts = &proven.json()["answer"]["facts"];
	for (fact, expected) in [
		("subject", &registered["subject"]),
		("evidenceHash", &registered["record"]["evidenceHash"]),
		("owner", &registered["record"]["owner"]),
		("registered", &registered["record"]["registered"]),
	] {
		assert_eq!(&facts[fact], expected, "{fact}");
	}
	verify("then.chirograph", &[]).expect(0, "PROVEN");
	verify("revoked.chirograph", &[]).expect(1, "REVOKED");
	verify("will.txt.chirograph", &["--absent", "--original", "will.txt"]).expect(0, "ABSENT");
	verify("will.txt.chirograph", &["--absent", "--original", "deed.txt"]).expect(1, "was asked about");
	verify("nothing.chirograph", &["--absent", "--subject", &"ab".repeat(32)]).expect(0, "ABSENT");
	// Whoever gives a bundle does not choose what it is asked.
	verify("will.txt.chirograph", &["--original", "will.txt"]).expect(1, "say so with --absent");
	verify("deed.txt.chirograph", &["--absent"]).expect(1, "PROVEN");
	let report = |more: &[&str]| {
		let command = ["bundle", "report", "will.txt.chirograph", "--genesis", &genesis];
		cli.run(&[&command[..], more].concat())
	};
	report(&["--output", "will.pdf"]).expect(1, "ABSENT");
	report(&["--output", "absent.pdf", "--absent"]).expect(0, "ABSENT");

	// Each refusal says what is wrong.
	verify("deed.txt.chirograph", &["--original", "other.txt"]).expect(1, "the file is not the one that the evidence is about");
	cli.run(&["bundle", "verify", "deed.txt.chirograph", "--network", &"00".repeat(32)])
		.expect(1, "the bundle is of the network");
	let sound = read(&cli.directory.join("deed.txt.chirograph"));
	let text = String::from_utf8(sound.clone()).expect("a bundle is JSON");
	let corrupted = |name: &str, content: &[u8], said: &str| {
		cli.write(name, content);
		verify(name, &[]).expect(1, said);
	};
	corrupted("cut.chirograph", &sound[..sound.len() - 9], "it is cut off");
	corrupted("spaced.chirograph", text.replacen(':', ": ", 1).as_bytes(), "NOT PROVEN");
	corrupted("no.chirograph", b"It was a dark and stormy night", "it is not JSON");
	let mut forged = Bundle::parse(&sound).expect("is sound");
	let last = forged.block.0.last_mut().expect("a header is not empty");
	*last ^= 1;
	corrupted("forged.chirograph", &forged.canonical(), "NOT PROVEN: ");
	let mut claimed = Bundle::parse(&sound).expect("is sound");
	let evidence = claimed.evidence.as_mut().expect("is of a record");
	evidence.salt[0] ^= 1;
	corrupted(
		"claimed.chirograph",
		&claimed.canonical(),
		"what is registered is the evidence",
	);
	cli.run(&["bundle", "inspect", "forged.chirograph"])
		.expect(0, "bundle, not judged");
	cli.run(&["bundle", "inspect", "no.chirograph"]).expect(2, "it is not JSON");

	// For people.
	let report = [
		"bundle",
		"report",
		"deed.txt.chirograph",
		"--genesis",
		&genesis,
		"--output",
		"deed.pdf",
	];
	cli.ok(&[&report[..], &["--original", "deed.txt", "--attach"]].concat());
	assert!(read(&cli.directory.join("deed.pdf")).starts_with(b"%PDF-"));
	let report = [
		"bundle",
		"report",
		"forged.chirograph",
		"--genesis",
		&genesis,
		"--output",
		"forged.pdf",
	];
	cli.run(&report).expect(1, "NOT PROVEN");
	assert!(
		cli.directory.join("forged.pdf").exists(),
		"why it is not proven can be read, too"
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn bundle_discloses_the_fields_that_are_named_and_no_others() {
	let (mut network, cli, genesis) = user().await;
	cli.write("diploma.txt", "summa cum laude");
	let fields = [
		"--sealed",
		"--field",
		"name=Ada",
		"--field",
		"grade=1.0",
		"--field",
		"born=10 December",
	];
	cli.ok(&register("diploma.txt", &fields));
	cli.ok(&["bundle", "create", "diploma.txt"]);
	cli.ok(&[
		"bundle",
		"create",
		"diploma.txt",
		"--disclosures",
		"--output",
		"all.chirograph",
	]);
	forget_everything(&mut network, &cli);

	let disclose = |target: &str, field: &str, output: &str| {
		cli.run(&[
			"proof", "disclose", target, "--field", field, "--field", "name", "--output", output,
		])
	};
	disclose("diploma.txt", "grade", "shown.chirograph").expect(0, "disclosed");
	disclose("diploma.txt.chirograph", "grade", "again.chirograph").expect(0, "disclosed");
	// Who has all can pass on less.
	fs::remove_file(cli.directory.join("diploma.txt.disclosures.json")).expect("it was the user's");
	disclose("all.chirograph", "grade", "less.chirograph").expect(0, "disclosed");
	disclose("diploma.txt", "grade", "none.chirograph").expect(2, "what opens the field `grade` is not in");
	disclose("all.chirograph", "mark", "none.chirograph").expect(2, "the evidence has no field `mark`");
	for bundle in ["shown.chirograph", "again.chirograph", "less.chirograph"] {
		let path = cli.directory.join(bundle);
		assert!(!String::from_utf8_lossy(&read(&path)).contains("December"), "{bundle}");
		let verified = cli.run(&["bundle", "verify", bundle, "--genesis", &genesis, "--json"]);
		assert_eq!(answer(&verified), "proven", "{verified:?}");
		let facts = &verified.json()["answer"]["facts"];
		assert_eq!(facts["disclosed"], serde_json::json!({ "grade": "1.0", "name": "Ada" }));
		assert_eq!(facts["undisclosed"], serde_json::json!(["born"]));
	}
	let mut lie = Bundle::parse(&read(&cli.directory.join("shown.chirograph"))).expect("is sound");
	lie.disclosures[0].value = "0.7".into();
	cli.write("lie.chirograph", lie.canonical());
	cli.run(&["bundle", "verify", "lie.chirograph", "--genesis", &genesis])
		.expect(1, "the field `grade` is not what the evidence says");
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_that_was_killed_goes_on_and_each_file_has_a_bundle() {
	let (mut network, cli, genesis) = user().await;
	let files = cli.directory.join("files");
	fs::create_dir_all(files.join("below")).expect("the user's directory is writable");
	let path = |index: usize| match index % 2 {
		0 => format!("{index:03}.txt"),
		_ => format!("below/{index:03}.txt"),
	};
	for index in 0..FILES {
		// The last one is the first one again.
		let number = if index + 1 == FILES { 0 } else { index };
		let content = format!("{number} ").repeat(FILE_BYTES / 4);
		fs::write(files.join(path(index)), content).expect("the user's directory is writable");
	}

	// Killed in the middle: some evidence is there, and not all.
	let journal = cli.directory.join("batch/leaves.jsonl");
	let mut running = Running::start(&mut cli.command(&batch(&[])));
	let begun = Instant::now();
	while fs::metadata(&journal).map_or(0, |journal| journal.len()) == 0 {
		assert!(!running.has_ended() && begun.elapsed() < DEADLINE, "no evidence is made");
		sleep(Duration::from_millis(1)).await;
	}
	assert!(running.kill(), "it was killed too late");
	let left = read(&journal);
	let made = left.iter().filter(|byte| **byte == b'\n').count();
	assert!(
		(1..FILES).contains(&made),
		"it was killed too late, or too early: {made} lines"
	);
	assert!(
		!cli.directory.join("batch/registration.json").exists(),
		"nothing is signed before all evidence is there"
	);

	let done = cli.ok(&batch(&["--json"])).json();
	let whole = left.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
	assert!(read(&journal).starts_with(&left[..whole]), "evidence is made once");
	assert_eq!(
		(&done["files"], &done["batch"]["leaves"]),
		(&FILES.into(), &(FILES - 1).into())
	);
	// Done is done: nothing is sent a second time.
	let again = cli.ok(&batch(&["--json"])).json();
	assert_eq!((&again["root"], &again["batch"]), (&done["root"], &done["batch"]));
	cli.run(&["proof", "batch", "files", "--out", "files", "--key", "ada"])
		.expect(2, "name another directory with --out");

	// What is not in it is told, and keeps no bundle back.
	let bundles = cli.directory.join("batch/bundles");
	let first = read(&files.join(path(0)));
	cli.write("files/late.txt", "too late");
	fs::write(files.join(path(0)), "changed since").expect("the user's directory is writable");
	fs::remove_dir_all(&bundles).expect("they were the user's");
	let told = cli.run(&batch(&["--json"]));
	let expected = serde_json::json!({ "new": ["late.txt"], "changed": [path(0)], "otherFields": [] });
	assert_eq!((told.code, &told.json()["differences"]), (1, &expected), "{told:?}");
	assert_eq!(told.json()["files"], FILES);
	cli.run(&batch(&[]))
		.expect(1, "one file came after the batch was signed: late.txt");
	fs::write(files.join(path(0)), first).expect("the user's directory is writable");
	fs::remove_file(files.join("late.txt")).expect("it was the user's");
	cli.ok(&batch(&[]));

	// Bundles take neither the files nor the key.
	let put_away = [("files", "files.away"), ("keys", "keys.away")];
	for (name, away) in put_away {
		fs::rename(cli.directory.join(name), cli.directory.join(away)).expect("they are the user's");
	}
	fs::remove_dir_all(&bundles).expect("they were the user's");
	let resumed = cli.ok(&["proof", "batch", "--out", "batch", "--json"]).json();
	assert_eq!((&resumed["root"], &resumed["files"]), (&done["root"], &FILES.into()));
	cli.run(&["proof", "batch", "--out", "nowhere"]).expect(2, "does not exist");
	for (name, away) in put_away {
		fs::rename(cli.directory.join(away), cli.directory.join(name)).expect("they are the user's");
	}

	forget_everything(&mut network, &cli);
	let verify = |bundle: usize, original: usize| {
		let (bundle, original) = (
			format!("batch/bundles/{}.chirograph", path(bundle)),
			format!("files/{}", path(original)),
		);
		cli.run(&[
			"bundle",
			"verify",
			&bundle,
			"--genesis",
			&genesis,
			"--original",
			&original,
			"--json",
		])
	};
	for index in (0..FILES).step_by(37).chain([FILES - 1]) {
		let proven = verify(index, index);
		assert_eq!((proven.code, answer(&proven)), (0, "proven".into()), "{index}: {proven:?}");
		assert_eq!(proven.json()["answer"]["facts"]["batch"]["root"], done["root"]);
	}
	assert_eq!(verify(FILES - 1, 0).code, 0, "the same content has the same proof");
	assert_eq!(answer(&verify(1, 2)), "not-proven");
}

/// Everything that a batch's table states about a file can be shown or not, by whoever has the batch's directory.
#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_batch_are_disclosed_from_its_directory() {
	let (mut network, cli, genesis) = user().await;
	fs::create_dir(cli.directory.join("files")).expect("the user's directory is writable");
	cli.write("files/ada.txt", "Ada's diploma");
	cli.write("files/bob.txt", "Bob's diploma");
	cli.write("files/table.csv", "file,name,grade\nada.txt,Ada,1.0\nbob.txt,Bob,2.0\n");
	let keys = ["--key", "ada", "--submitter-dev-key", "//Alice", "--sealed"];
	cli.ok(&[&["proof", "batch", "files/table.csv", "--out", "batch"], &keys[..]].concat());
	forget_everything(&mut network, &cli);

	let disclose = [
		"proof",
		"disclose",
		"batch/bundles/bob.txt.chirograph",
		"--field",
		"grade",
		"--output",
		"bob.chirograph",
	];
	cli.run(&disclose).expect(
		2,
		"name the file that has it with --disclosures, or the batch's directory with --batch",
	);
	// That of another batch has nothing that opens it, and is what is named.
	fs::create_dir(cli.directory.join("other")).expect("the user's directory is writable");
	cli.write("other/leaves.jsonl", "");
	cli.run(&[&disclose[..], &["--batch", "other"]].concat())
		.expect(2, "what opens the field `grade` is not in the batch in other");
	cli.ok(&[&disclose[..], &["--batch", "batch"]].concat());
	let verified = cli
		.ok(&["bundle", "verify", "bob.chirograph", "--genesis", &genesis, "--json"])
		.json();
	let facts = &verified["answer"]["facts"];
	assert_eq!(facts["disclosed"], serde_json::json!({ "grade": "2.0" }));
	assert_eq!(facts["undisclosed"], serde_json::json!(["name"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_like_somebody_elses_is_warned_of_and_registered() {
	let (_network, cli, genesis) = user().await;
	cli.labelled_key("bob", "ed25519", &["owner"]);
	let text: String = (0..=u8::MAX)
		.map(|number| format!("{} ", document::to_hex(&document::sha256(&[number]))))
		.collect();
	cli.write("essay.txt", &text);
	cli.write("copied.txt", format!("{text} by Bob"));
	let first = cli.ok(&register("essay.txt", &[]));
	assert!(!first.stderr.contains("warning"), "{first:?}");
	let authorize = |key: &str| {
		let command = ["proof", "authorize", "copied.txt", "--valid-until", "900", "--json"];
		let by = ["--genesis", &genesis, "--key", key, "--evidence", &format!("{key}.json")];
		let output = ["--output", &format!("{key}.authorization.json")];
		cli.ok(&[&command[..], &by, &output].concat()).json()
	};
	let near = authorize("bob")["near"].clone();
	assert_eq!(
		(&near[0]["name"], &near[0]["likeness"]),
		(&"essay.txt".into(), &"content".into())
	);
	assert_eq!(authorize("ada")["near"], Value::Null, "it is like her own");
	let by_bob = [
		"proof",
		"register",
		"copied.txt",
		"--key",
		"bob",
		"--submitter-dev-key",
		"//Alice",
	];
	let second = cli.ok(&by_bob);
	assert!(
		second.stderr.contains("warning: nearly the same content") && second.stderr.contains("essay.txt"),
		"{second:?}"
	);
	fs::create_dir(cli.directory.join("bobs")).expect("the user's directory is writable");
	cli.write("bobs/3.txt", format!("{text} by Bob, too"));
	let in_batch = ["proof", "batch", "bobs", "--out", "batch", "--key", "bob"];
	let third = cli.ok(&[&in_batch[..], &["--submitter-dev-key", "//Alice"]].concat());
	assert!(
		third.stderr.contains("warning: 3.txt: nearly the same content") && third.stderr.contains("essay.txt"),
		"{third:?}"
	);
	// And what was in a batch is remembered.
	cli.write("again.txt", format!("{text} by Bob, too!"));
	let fourth = cli.ok(&register("again.txt", &[]));
	assert!(fourth.stderr.contains("3.txt"), "{fourth:?}");
	let evidence = Evidence::read(&cli.directory.join("copied.txt.evidence.json")).expect("was written a moment ago");
	assert!(evidence
		.features
		.further
		.iter()
		.any(|feature| feature.algorithm == "tlsh-128-1"));
}

/// A file or directory that nobody may read, until this is dropped: what stays so could not be removed.
struct Closed(PathBuf);

impl Closed {
	fn new(path: PathBuf) -> Self {
		fs::set_permissions(&path, Permissions::from_mode(0o000)).expect("it is ours");
		Self(path)
	}
}

impl Drop for Closed {
	fn drop(&mut self) {
		fs::set_permissions(&self.0, Permissions::from_mode(0o700)).expect("it is ours");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_for_a_bundle_to_be_unusable_has_words_of_its_own() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	let genesis = genesis.as_str().expect("a network has a genesis");
	cli.write("deed.txt", "Ada sells Bob one mill for 20 pounds.");
	cli.write("late.txt", "Ada buys it back.");
	cli.ok(&["proof", "register", "deed.txt", "--dev-key", "//Alice"]);
	cli.ok(&["bundle", "create", "deed.txt"]);

	// Evidence that was made, as it says, long after it was registered.
	let authorize = [
		"proof",
		"authorize",
		"late.txt",
		"--dev-key",
		"//Alice",
		"--valid-until",
		"900",
	];
	cli.ok(&[&authorize[..], &["--genesis", genesis]].concat());
	let mut late: Value = serde_json::from_slice(&read(&cli.directory.join("late.txt.evidence.json"))).expect("evidence is JSON");
	late["created"] = "2099-01-01T00:00:00Z".into();
	cli.write("late.txt.evidence.json", late.to_string());
	cli.run(&["proof", "register", "late.txt", "--dev-key", "//Alice"])
		.expect(2, "nobody would believe it, so nothing was sent");
	// The ledger does not see it: with another program, it is registered.
	let evidence = Evidence::read(&cli.directory.join("late.txt.evidence.json")).expect("it is sound, but for its date");
	let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519).expect("a development key");
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let call = load::registration(submitter.chain(), &alice, &evidence, 900).expect("it is Alice's");
	let sent = submitter.submit(&call, &alice, PATIENCE).await;
	sent.expect("nothing else is wrong with it");
	cli.run(&["bundle", "create", "late.txt"])
		.expect(1, "the evidence says that it was made 2099-01-01");
	assert!(
		!cli.directory.join("late.txt.chirograph").exists(),
		"what proves nothing is not written"
	);

	let verify = |bundle: &str| cli.command(&["bundle", "verify", bundle, "--genesis", genesis]);
	let judge = |bundle: &str| Run::of(&mut verify(bundle));
	judge("deed.txt.chirograph").expect(0, "PROVEN");
	let path = cli.directory.join("deed.txt.chirograph");
	let sound = String::from_utf8(read(&path)).expect("a bundle is text");
	let said: Value = serde_json::from_str(&sound).expect("a bundle is JSON");
	let created = said["evidence"]["created"].as_str().expect("evidence has a date");
	let with = |member: &str| format!("{},{member}}}", &sound[..sound.len() - 1]);
	let replaced = |one: &str, other: &str| {
		assert!(sound.contains(one), "{one}");
		sound.replacen(one, other, 1)
	};
	for (content, said) in [
		(
			replaced("chirograph/bundle/v1", "chirograph/bundle/v2"),
			"it is of the format `chirograph/bundle/v2`, and this program reads `chirograph/bundle/v1`",
		),
		(with(&format!(r#""subject":{}"#, said["subject"])), "it says something twice"),
		(
			with(r#""verdict":"proven""#),
			"it says something that its format does not have",
		),
		(
			replaced(r#"{"block""#, r#"{"authorization":{},"block""#),
			"unknown field `authorization`",
		),
		(replaced(":", ": "), "it is not written in the one accepted form"),
		(
			replaced(r#""evidence":{"#, r#""evidence":{"created":"2026-01-01T00:00:00Z","#),
			"the evidence in the bundle is not acceptable: it says something twice",
		),
		(
			replaced(r#""evidence":{"#, r#""evidence":{ "#),
			"the evidence in the bundle is not acceptable: it is not written in the one accepted form",
		),
		(replaced(r#""sha-256""#, r#""md5""#), "the first feature is not a sha-256"),
		(
			replaced(r#""schema":"document""#, r#""schema":"receipt""#),
			"unknown variant `receipt`",
		),
		(
			replaced(created, "2026-02-30T00:00:00Z"),
			"the evidence in the bundle is not acceptable: it is not as its format demands",
		),
	] {
		cli.write("altered.chirograph", content);
		judge("altered.chirograph").expect(1, said);
	}

	// Sound, and of no use any more: the council refused the hash that binds it.
	let mut samples = samples().into_iter();
	let unbound = samples.find(|sample| sample.name == "unbound-record").expect("there is one");
	cli.write("unbound.chirograph", &unbound.bundle);
	let of_its_own = unbound.trust.network.to_string();
	cli.run(&["bundle", "verify", "unbound.chirograph", "--genesis", &of_its_own])
		.expect(1, "nothing binds this document to it any more");

	// What is too large is not read: this one would take more memory than a machine has.
	let sized = |name: &str, bytes: u64| {
		let file = File::create(cli.directory.join(name));
		file.and_then(|file| file.set_len(bytes)).expect("holes take no room");
	};
	let most = MAX_BUNDLE_BYTES as u64;
	sized("long.chirograph", most + 1);
	judge("long.chirograph").expect(1, &format!("it is larger than the {most} bytes that it may have"));
	sized("longer.chirograph", 1 << 42);
	judge("longer.chirograph").expect(2, "and so cannot be the file that is meant");
	judge(".").expect(2, "name a file");
	judge("nothing.chirograph").expect(2, "does not exist");
	let closed = Closed::new(path);
	Run::of(&mut bound_by_permissions(&verify("deed.txt.chirograph"))).expect(2, "cannot be read");
	drop(closed);
	Run::of(&mut bound_by_permissions(&verify("deed.txt.chirograph"))).expect(0, "PROVEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_names_all_that_it_cannot_hold_and_begins_nothing() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	let files = cli.directory.join("files");
	fs::create_dir_all(files.join("closed")).expect("the user's directory is writable");
	cli.write("files/deed.txt", "Ada sells Bob one mill for 20 pounds.");
	let locked = cli.write("files/locked.txt", "Nobody may read this.");
	for (link, target) in [("link.txt", "deed.txt"), ("loop", "."), ("dangling", "nowhere")] {
		symlink(target, files.join(link)).expect("the user's directory is writable");
	}
	let pipe = Command::new("mkfifo").arg(files.join("pipe")).status();
	assert!(pipe.is_ok_and(|status| status.success()), "mkfifo of coreutils makes pipes");
	let unnamed = files.join(OsStr::from_bytes(b"\xff.txt"));
	fs::write(&unnamed, "Nobody can say what this is called.").expect("the user's directory is writable");
	let closed = [Closed::new(files.join("closed")), Closed::new(locked)];

	let batch = |source: &str| {
		let batch = ["proof", "batch", source, "--out", "batch", "--dev-key", "//Alice"];
		Run::of(&mut bound_by_permissions(&cli.command(&batch)))
	};
	let refused = batch("files");
	for said in [
		"7 files cannot be part of a batch",
		"link.txt is a symbolic link",
		"loop is a symbolic link",
		"dangling is a symbolic link",
		"pipe is a device or a pipe",
		"has a name that is not UTF-8",
		"closed cannot be listed (Permission denied",
		"locked.txt cannot be read (Permission denied",
	] {
		refused.expect(2, said);
	}
	cli.write(
		"list.txt",
		"files/deed.txt\nfiles/link.txt\nfiles/pipe\nfiles/closed\nfiles/locked.txt\nfiles/nothing.txt\n../files/deed.txt\n",
	);
	let refused = batch("list.txt");
	for said in [
		"6 files cannot be part of a batch",
		"files/link.txt is a symbolic link",
		"files/pipe is a device or a pipe",
		"files/closed is a directory",
		"files/locked.txt cannot be read (Permission denied",
		"files/nothing.txt cannot be read (No such file",
		"../files/deed.txt is not a plain path below the table's directory",
	] {
		refused.expect(2, said);
	}
	assert!(!cli.directory.join("batch").exists(), "nothing was begun");

	// The control: nothing but what was named stood in the way.
	drop(closed);
	for name in ["link.txt", "loop", "dangling", "pipe"] {
		fs::remove_file(files.join(name)).expect("it is ours");
	}
	fs::remove_file(unnamed).expect("it is ours");
	batch("files").expect(0, "registered, and final");
}
