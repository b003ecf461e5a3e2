// SPDX-License-Identifier: Apache-2.0

//! The command line against one validator: what a user can do, and everything that a user can do wrong. Exit codes: 0 done or verified,
//! 1 the answer is no, 2 unusable input, 3 no node could answer.

use chirograph_sdk::{
	authorization::Authorization,
	chain::Chain,
	evidence::{Evidence, EvidenceFile, Mode},
	file::read_original,
	keys::Keypair,
	primitives::{payload, OwnerSignature, Schema, SignatureScheme},
	submit::{call, Submitter},
};
use chirograph_tests::{Cli, Network, Run};
use serde_json::{json, Value};
use std::{
	ffi::OsStr,
	fs,
	net::TcpListener,
	os::unix::{ffi::OsStrExt, fs::PermissionsExt},
	path::Path,
	process::Command,
	sync::Arc,
	time::Duration,
};

/// A user with a label, and a platform that submits.
async fn user() -> (Network, Cli) {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.labelled_key("ada", "ecdsa", &["owner", "issuer"]);
	(network, cli)
}

fn register<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
	[
		&["proof", "register", file, "--key", "ada", "--submitter-dev-key", "//Alice"],
		more,
	]
	.concat()
}

fn read(path: impl AsRef<Path>) -> Value {
	let bytes = fs::read(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()));
	serde_json::from_slice(&bytes).expect("the SDK writes JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn life_of_a_proof() {
	let (_network, cli) = user().await;
	cli.write("thesis.txt", "On the motion of bodies");
	let registered = cli.ok(&register("thesis.txt", &["--json"])).json();

	// A court needs no tool of ours to see what was registered: the evidence file's hash is the one on chain.
	let sum = Run::of(
		Command::new("sha256sum")
			.arg("thesis.txt.evidence.json")
			.current_dir(&cli.directory),
	);
	let sum = format!("0x{}", sum.stdout.split(' ').next().expect("sha256sum prints a hash"));
	assert_eq!(registered["record"]["evidenceHash"], sum);
	assert_eq!(registered["record"]["scheme"], "ecdsa");

	let verified = cli
		.ok(&[
			"proof",
			"verify",
			"thesis.txt",
			"--evidence",
			"thesis.txt.evidence.json",
			"--json",
		])
		.json();
	assert_eq!(
		(&verified["verdict"], &verified["record"]),
		(&json!("verified"), &registered["record"])
	);

	let again = cli.run(&register("thesis.txt", &[]));
	again.expect(1, "already registered by you: block ");
	again.expect(1, "nothing is left to do");

	cli.labelled_key("bob", "ed25519", &["owner"]);
	let by_bob = [
		"proof",
		"register",
		"thesis.txt",
		"--key",
		"bob",
		"--submitter-dev-key",
		"//Alice",
		"--evidence",
		"bob.json",
	];
	cli.run(&by_bob).expect(1, "already registered by somebody else, ");
	assert!(
		!cli.directory.join("bob.json").exists(),
		"nothing is written for what cannot be registered"
	);
	cli.run(&[&by_bob[..], &["--claim"]].concat()).expect(0, "claimed, and final");
	cli.run(&[&by_bob[..], &["--claim"]].concat())
		.expect(1, "already registered by you");
	cli.run(&["proof", "verify", "thesis.txt", "--evidence", "bob.json"])
		.expect(1, "belongs to a later claim by");
	let shown = cli.ok(&["proof", "show", "thesis.txt", "--json"]).json();
	assert_eq!(
		shown["record"], registered["record"],
		"the first registration keeps its place"
	);
	assert_eq!(shown["claims"].as_array().map(Vec::len), Some(1));

	let revoke = |key| {
		cli.run(&[
			"proof",
			"revoke",
			"thesis.txt",
			"--key",
			key,
			"--submitter-dev-key",
			"//Alice",
			"--reason",
			"issued-in-error",
		])
	};
	cli.ok(&["key", "generate", "carol"]);
	revoke("carol").expect(1, "only the holder can change it");
	// Bob signs other words for his claim than Ada for the record.
	revoke("bob").expect(0, "revoked, and final");
	revoke("bob").expect(1, "already revoked");
	let shown = cli.ok(&["proof", "show", "thesis.txt", "--json"]).json();
	assert_eq!(
		shown["record"], registered["record"],
		"a claim that is taken back leaves the record alone"
	);
	assert!(shown["claims"][0]["life"]["status"]["revoked"].is_object(), "{shown}");
	revoke("ada").expect(0, "revoked, and final");
	revoke("ada").expect(1, "already revoked");
	cli.run(&["proof", "verify", "thesis.txt"])
		.expect(1, "NOT VERIFIED: the proof was revoked by its owner");
	let revoked = cli.run(&["proof", "verify", "thesis.txt", "--json"]).json();
	assert_eq!(
		(&revoked["verdict"], &revoked["reason"]),
		(&json!("notVerified"), &json!("revoked"))
	);
	assert_eq!(revoked["record"]["life"]["status"]["revoked"]["reason"], "issued-in-error");
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_proof_is_found_with_its_evidence_only() {
	let (_network, cli) = user().await;
	cli.write("will.txt", "Everything to the cat");
	cli.ok(&register("will.txt", &["--sealed", "--field", "testator=Ada Lovelace"]));
	cli.run(&["proof", "verify", "will.txt"])
		.expect(1, "NOT VERIFIED: no proof of this file is registered");
	cli.run(&["proof", "verify", "will.txt", "--evidence", "will.txt.evidence.json"])
		.expect(0, "VERIFIED");

	// Whoever has the evidence beside the file need not say so; and a subject says by itself what is meant.
	let shown = cli.ok(&["proof", "show", "will.txt", "--json"]).json();
	let subject = shown["subject"].as_str().expect("an entry has a subject");
	cli.run(&["proof", "show", subject, "--evidence", "will.txt.evidence.json"])
		.expect(2, "evidence goes with a file");

	let evidence = fs::read_to_string(cli.directory.join("will.txt.evidence.json")).expect("evidence is text");
	assert!(
		!evidence.contains("Ada Lovelace"),
		"a field's value is committed to, not shown"
	);
	let disclosures = read(cli.directory.join("will.txt.disclosures.json"));
	assert_eq!(disclosures["fields"][0]["value"], "Ada Lovelace");
}

#[tokio::test(flavor = "multi_thread")]
async fn field_is_registered_with_the_value_that_was_asked_for() {
	let (_network, cli) = user().await;
	let genesis = read_genesis(&cli).await;
	cli.write("diploma.txt", "summa cum laude");
	let authorize = [
		"proof",
		"authorize",
		"diploma.txt",
		"--key",
		"ada",
		"--valid-until",
		"900",
		"--genesis",
		&genesis,
	];
	cli.ok(&[&authorize[..], &["--field", "grade=2.0"]].concat());
	// The evidence that is there commits to another value, or to nothing of the kind.
	for fields in [
		&["--field", "grade=1.0"][..],
		&["--field", "mark=2.0"],
		&[],
		&["--field", "grade=2.0", "--field", "year=1843"],
	] {
		cli.run(&register("diploma.txt", fields))
			.expect(2, "with another owner, mode, schema or fields");
	}
	cli.run(&register("diploma.txt", &["--field", "grade=2.0"]))
		.expect(0, "registered, and final");

	// Disclosures lie beside the evidence that they belong to.
	cli.write("other.txt", "magna cum laude");
	cli.ok(&register(
		"other.txt",
		&["--field", "grade=1.3", "--evidence", "elsewhere.json"],
	));
	let disclosures = read(cli.directory.join("elsewhere.json.disclosures.json"));
	assert_eq!(disclosures["fields"][0]["value"], "1.3");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_at_the_same_time_share_an_account() {
	let (_network, cli) = user().await;
	let files: Vec<_> = (0..5).map(|index| format!("{index}.txt")).collect();
	let running: Vec<_> = files
		.iter()
		.map(|file| {
			cli.write(file, file);
			let mut command = cli.command(&register(file, &[]));
			std::thread::spawn(move || Run::of(&mut command))
		})
		.collect();
	for run in running {
		run.join()
			.expect("the command line does not panic")
			.expect(0, "registered, and final");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_cannot_be_written_is_no_success() {
	let (_network, cli) = user().await;
	let full = || {
		fs::File::options()
			.write(true)
			.open("/dev/full")
			.expect("Linux has a device that is always full")
	};
	let status = |command: &mut Command| command.status().expect("the binary can be run").code();
	assert_eq!(status(cli.command(&["key", "list"]).stdout(full())), Some(2));
	assert_eq!(status(cli.command(&["key", "inspect", "nobody"]).stderr(full())), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_files_are_named() {
	let (_network, cli) = user().await;
	cli.write("empty.txt", "");
	cli.write("locked.txt", "secret");
	fs::create_dir(cli.directory.join("folder")).expect("the user's directory is writable");
	fs::set_permissions(cli.directory.join("locked.txt"), fs::Permissions::from_mode(0o000)).expect("it is the user's file");
	Run::of(Command::new("mkfifo").arg(cli.directory.join("pipe")));

	for command in ["register", "verify"] {
		let dev_key: &[&str] = if command == "register" {
			&["--dev-key", "//Alice"]
		} else {
			&[]
		};
		let attempt = |file| [&["proof", command, file], dev_key].concat();
		cli.run(&attempt("missing.txt")).expect(2, "missing.txt does not exist");
		cli.run(&attempt("folder")).expect(2, "folder is a directory");
		cli.run(&attempt("pipe")).expect(2, "pipe is a directory, a device or a pipe");
		cli.run(&attempt("empty.txt")).expect(2, "empty.txt is empty");
		// Root may read everything, unless it gives that right up.
		let mut unprivileged = Command::new("setpriv");
		unprivileged.args(["--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]);
		let command = cli.command(&attempt("locked.txt"));
		unprivileged
			.arg(command.get_program())
			.args(command.get_args())
			.current_dir(&cli.directory);
		Run::of(&mut unprivileged).expect(2, "locked.txt cannot be read");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn key_that_cannot_be_used_is_explained() {
	let (_network, cli) = user().await;
	cli.write("a.txt", "a");
	let with_password = |password: &str, arguments: &[&str]| Run::of(cli.command(arguments).env("CHIROGRAPH_PASSWORD", password));
	with_password("wrong password", &register("a.txt", &[])).expect(2, "the password is wrong");
	with_password("short", &["key", "generate", "bob"]).expect(2, "too short");
	Run::of(cli.command(&register("a.txt", &[])).env_remove("CHIROGRAPH_PASSWORD"))
		.expect(2, "there is no terminal to ask for it");
	cli.run(&["key", "generate", "ada"]).expect(2, "already");
	cli.run(&["key", "generate", "../ada"])
		.expect(2, "cannot be the name of a key");
	cli.run(&["proof", "register", "a.txt", "--key", "nobody"])
		.expect(2, "there is no key named `nobody`");
	cli.run(&["proof", "register", "a.txt"]).expect(2, "Name the owner's key");
	cli.run(&["proof", "register", "a.txt", "--dev-key", "Alice"])
		.expect(2, "does not start with two slashes");
	assert!(!cli.directory.join("a.txt.evidence.json").exists());

	// A copy can be carried elsewhere, and the phrase makes the same key.
	cli.ok(&["key", "export", "ada", "--output", "ada.backup"]);
	cli.run(&["key", "export", "ada", "--output", "ada.backup"])
		.expect(2, "is not overwritten");
	cli.ok(&["key", "import", "copy", "--file", "ada.backup"]);
	let phrase = cli.ok(&["key", "export", "ada", "--phrase", "--json"]).json()["phrase"]
		.as_str()
		.map(str::to_owned);
	let phrase = phrase.expect("a phrase was asked for");
	Run::of(
		cli.command(&["key", "import", "again", "--phrase"])
			.env("CHIROGRAPH_PHRASE", &phrase),
	)
	.expect(0, "key imported");
	let account = |name| cli.ok(&["key", "inspect", name, "--json"]).json()["account"].clone();
	assert_eq!((account("copy"), account("again")), (account("ada"), account("ada")));
	for run in [
		cli.ok(&["key", "list"]),
		cli.ok(&["key", "inspect", "ada"]),
		cli.ok(&["key", "export", "copy", "--output", "x"]),
	] {
		assert!(
			!format!("{run:?}").contains(&phrase),
			"a secret is printed only when it is asked for"
		);
	}

	let file = cli.directory.join("keys/ada.json");
	let mode = fs::metadata(&file).expect("the key is there").permissions().mode();
	assert_eq!(mode & 0o777, 0o600, "a key file is for its user alone");
	let whole = fs::read_to_string(&file).expect("a key file is text");
	for damaged in [whole[..whole.len() / 2].to_owned(), whole.replacen("ecdsa", "sr25519", 1)] {
		fs::write(&file, damaged).expect("it is the user's file");
		cli.run(&register("a.txt", &[])).expect(2, "is damaged");
		cli.run(&["key", "list"]).expect(0, "is damaged");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_proves_nothing_is_not_verified() {
	let (_network, cli) = user().await;
	cli.write("a.txt", "a");
	cli.write("b.txt", "b");
	cli.ok(&register("a.txt", &[]));
	let evidence = fs::read_to_string(cli.directory.join("a.txt.evidence.json")).expect("evidence is text");
	let verify = |file: &str, name: &str, evidence: &str| {
		cli.write(name, evidence);
		cli.run(&["proof", "verify", file, "--evidence", name])
	};
	verify("a.txt", "same.json", &evidence).expect(0, "VERIFIED");
	verify("b.txt", "other-file.json", &evidence).expect(1, "the evidence belongs to another file");
	verify("a.txt", "truncated.json", &evidence[..evidence.len() - 9]).expect(1, "it is cut off");
	verify("a.txt", "spaced.json", &evidence.replacen(':', ": ", 1)).expect(1, "the evidence is not usable");
	verify("a.txt", "large.json", &" ".repeat(70_000)).expect(1, "the evidence is not usable");
	verify("a.txt", "no.json", "It was a dark and stormy night").expect(1, "it is not JSON");
	let salt = evidence.find("\"salt\":\"0x").expect("evidence has a salt") + 10;
	let mut resalted = evidence.clone();
	let digit = if evidence.as_bytes()[salt] == b'0' { "1" } else { "0" };
	resalted.replace_range(salt..=salt, digit);
	verify("a.txt", "resalted.json", &resalted).expect(1, "registered, but not with this evidence");
	cli.run(&["proof", "verify", "a.txt", "--evidence", "missing.json"])
		.expect(2, "missing.json does not exist");
	cli.run(&["proof", "show", "0x12"]).expect(2, "0x12 does not exist");
	cli.run(&["proof", "show", &"ab".repeat(32)]).expect(1, "is not registered");

	// Evidence for the file, but not what is asked for now: nothing is overwritten.
	cli.write("c.txt", "c");
	let genesis = read_genesis(&cli).await;
	let authorize = [
		"proof",
		"authorize",
		"c.txt",
		"--key",
		"ada",
		"--valid-until",
		"500",
		"--genesis",
		&genesis,
	];
	cli.ok(&authorize);
	cli.run(&register("c.txt", &["--sealed"]))
		.expect(2, "with another owner, mode, schema or fields");
	cli.run(&authorize).expect(2, "is not overwritten");
}

/// Somebody who speaks to the ledger without this SDK can register evidence that contradicts its record. It proves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_contradicts_its_record_is_not_verified() {
	let (network, cli) = user().await;
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let key = |name| Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key");
	let (alice, bob) = (key("//Alice"), key("//Bob"));
	for (file, owner, schema, said) in [
		("a.txt", &alice, Schema::Certificate, None),
		(
			"b.txt",
			&alice,
			Schema::Document,
			Some("the evidence is for a document of the kind certificate"),
		),
		("c.txt", &bob, Schema::Certificate, Some("as owner, but it was registered by")),
	] {
		let original = read_original(&cli.write(file, file), &mut |_| {}).expect("it was written a moment ago");
		let evidence = Evidence::new(&original, Mode::Open, Schema::Certificate, &alice.account(), Vec::new());
		let (evidence, _) = evidence.expect("the original makes evidence");
		evidence
			.write_new(&cli.directory.join(format!("{file}.evidence.json")))
			.expect("the user's directory is writable");
		let valid_until = submitter.chain().valid_until(100).await.expect("the node answers");
		let (subject, hash, account) = (evidence.subject(), evidence.hash(), owner.account());
		let payload = payload::registration(submitter.chain().genesis(), &account, &subject, &hash, schema, valid_until);
		let arguments = (account, subject, hash, schema, valid_until, owner.sign_owner(&payload));
		let registered = submitter
			.submit(&call("Proofs", "register", &arguments), owner, Duration::from_secs(60))
			.await;
		registered.expect("the ledger cannot see into evidence");
		let run = cli.run(&["proof", "verify", file, "--evidence", &format!("{file}.evidence.json")]);
		match said {
			Some(said) => run.expect(1, said),
			None => run.expect(0, "VERIFIED"),
		}
	}
}

async fn read_genesis(cli: &Cli) -> String {
	cli.ok(&["chain", "status", "--json"]).json()["genesis"]
		.as_str()
		.expect("a network has a genesis")
		.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn authorisation_is_submitted_by_another_machine_or_refused_for_a_reason() {
	let (network, cli) = user().await;
	let genesis = read_genesis(&cli).await;
	let chain = Chain::connect(&network.nodes[0].url(), None).await.expect("the node answers");
	cli.write("a.txt", "a");
	// The owner's machine has no node.
	let offline = [
		"proof",
		"authorize",
		"a.txt",
		"--key",
		"ada",
		"--valid-until",
		"900",
		"--genesis",
		&genesis,
		"--node",
		"ws://127.0.0.1:1",
	];
	cli.ok(&offline);
	cli.run(&["proof", "authorize", "a.txt", "--key", "ada", "--valid-until", "900"])
		.expect(2, "name it with --genesis");

	let submit = |authorization: &str| {
		cli.run(&[
			"proof",
			"register",
			"a.txt",
			"--authorization",
			authorization,
			"--submitter-dev-key",
			"//Bob",
		])
	};
	let good = Authorization::read(&cli.directory.join("a.txt.authorization.json")).expect("it was written a moment ago");
	let variant = |name: &str, change: &dyn Fn(&mut Authorization)| {
		let mut changed = good.clone();
		change(&mut changed);
		changed
			.write_new(&cli.directory.join(name))
			.expect("the user's directory is writable");
		submit(name)
	};
	variant("network.json", &|it| it.genesis_hash = [7; 32]).expect(2, "is for the network");
	variant("malformed.json", &|it| {
		it.signature = OwnerSignature::Ecdsa([0xff; 65].into())
	})
	.expect(2, "is not one of its scheme");
	variant("deadline.json", &|it| it.valid_until += 1).expect(2, "the signature is not by the owner");

	let evidence = Evidence::read(&cli.directory.join("a.txt.evidence.json")).expect("it was written a moment ago");
	let mallory = Keypair::dev("//Mallory", SignatureScheme::Ecdsa).expect("a development key");
	Authorization::sign_registration(&mallory, chain.genesis(), &evidence, 900).expect_err("the evidence names another owner");
	let mut by_mallory = evidence.clone();
	by_mallory.owner.account = mallory.account();
	Authorization::sign_registration(&mallory, chain.genesis(), &by_mallory, 900)
		.and_then(|authorization| authorization.write_new(&cli.directory.join("owner.json")))
		.expect("Mallory can authorise what is Mallory's");
	submit("owner.json").expect(2, "the evidence is owned by");

	network.nodes[0].wait_for_finality(3).await;
	cli.write("late.txt", "late");
	cli.ok(&[
		"proof",
		"authorize",
		"late.txt",
		"--key",
		"ada",
		"--valid-until",
		"2",
		"--genesis",
		&genesis,
	]);
	cli.run(&[
		"proof",
		"register",
		"late.txt",
		"--authorization",
		"late.txt.authorization.json",
		"--submitter-dev-key",
		"//Bob",
	])
	.expect(2, "was valid until block 2");
	cli.write("a-day.txt", "more than a day ahead");
	cli.ok(&[
		"proof",
		"authorize",
		"a-day.txt",
		"--key",
		"ada",
		"--valid-until",
		"900000",
		"--genesis",
		&genesis,
	]);
	cli.run(&[
		"proof",
		"register",
		"a-day.txt",
		"--authorization",
		"a-day.txt.authorization.json",
		"--submitter-dev-key",
		"//Bob",
	])
	.expect(1, "Proofs::SignatureValidTooLong");

	// The control: unchanged, it is accepted, and the record says who submitted it.
	submit("a.txt.authorization.json").expect(0, "registered, and final");
	let record = cli.ok(&["proof", "show", "a.txt", "--json"]).json()["record"].clone();
	let bob = Keypair::dev("//Bob", SignatureScheme::Sr25519).expect("a development key");
	assert_eq!(record["submitter"], chirograph_sdk::keys::format_account(&bob.account()));
	assert_eq!(
		record["owner"],
		cli.ok(&["key", "inspect", "ada", "--json"]).json()["account"]
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_cannot_answer_is_explained() {
	let (mut network, cli) = user().await;
	cli.write("a.txt", "a");
	let verify = ["proof", "verify", "a.txt"];
	let at = |node: &str| cli.run(&[&verify[..], &["--node", node]].concat());
	at("ws://127.0.0.1:1").expect(3, "no node answers at ws://127.0.0.1:1");
	at("ws://192.0.2.1:9944").expect(2, "in the clear over a network");
	at("nonsense").expect(2, "is not a usable node address");
	cli.run(&[&verify[..], &["--genesis", &"00".repeat(32)]].concat())
		.expect(3, "belongs to another network");
	cli.run(&[&verify[..], &["--genesis", "12"]].concat())
		.expect(2, "64 hexadecimal digits");

	// Something listens and says nothing.
	let silent = TcpListener::bind("127.0.0.1:0").expect("the loopback interface has free ports");
	at(&format!("ws://{}", silent.local_addr().expect("a listener has an address"))).expect(3, "no node answers");

	// Without a label nothing is registered, and the evidence serves the next try.
	cli.run(&[
		"proof",
		"register",
		"a.txt",
		"--key",
		"ada",
		"--submitter-dev-key",
		"//Ferdie",
	])
	.expect(1, "holds no label");
	let evidence = fs::read(cli.directory.join("a.txt.evidence.json")).expect("evidence is written before anything is sent");
	cli.ok(&register("a.txt", &[]));
	assert_eq!(fs::read(cli.directory.join("a.txt.evidence.json")).ok(), Some(evidence));

	// The node goes away while the user waits for finality.
	cli.write("b.txt", "b");
	let waiting = std::thread::spawn({
		let mut command = cli.command(&register("b.txt", &[]));
		move || Run::of(&mut command)
	});
	let evidence = cli.directory.join("b.txt.evidence.json");
	while !evidence.exists() {
		tokio::time::sleep(std::time::Duration::from_millis(5)).await;
	}
	network.nodes[0].kill();
	let run = waiting.join().expect("the command line does not panic");
	run.expect(3, "ws://127.0.0.1:");
	assert!(evidence.exists(), "evidence outlives the node");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_json_for_errors_too() {
	let (_network, cli) = user().await;
	for (arguments, code) in [
		(vec!["proof", "verify", "missing.txt", "--json"], 2),
		(vec!["chain", "status", "--json", "--node", "ws://127.0.0.1:1"], 3),
		(
			vec![
				"proof",
				"show",
				"0x0000000000000000000000000000000000000000000000000000000000000000",
				"--json",
			],
			1,
		),
	] {
		let run = cli.run(&arguments);
		assert_eq!(
			(run.code, run.json()["error"]["code"].as_i64()),
			(code, Some(code.into())),
			"{arguments:?}"
		);
	}
	// What is no text is no reason to panic, and neither is a number beyond all clocks.
	let mut odd = cli.command(&["key", "inspect", "--json"]);
	odd.arg("--").arg(OsStr::from_bytes(b"\xff"));
	let odd = Run::of(&mut odd);
	assert_eq!((odd.code, odd.json()["error"]["code"].as_i64()), (2, Some(2)), "{odd:?}");
	for seconds in ["0", "86401", "18446744073709551615"] {
		cli.run(&["label", "withdraw", "--key", "ada", "--timeout", seconds])
			.expect(2, "--timeout");
	}
	for arguments in [
		vec!["key", "list", "--json"],
		vec!["chain", "status", "--json"],
		vec!["key", "inspect", "ada", "--json"],
	] {
		cli.ok(&arguments).json();
	}
}
