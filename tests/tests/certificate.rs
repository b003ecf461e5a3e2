// SPDX-License-Identifier: Apache-2.0

//! Certificates that an issuer gives to recipients (X.1407 Appendix II): a class at once, each verified by its PDF alone, and never more or less
//! than valid, revoked, superseded, expired or unknown.

use chirograph_sdk::{
	issued,
	keys::Keypair,
	primitives::{payload, BatchRoot, ProofId, SignatureScheme, Subject},
	submit::{call, Submitter},
	verifier::{bundle::Bundle, document::sha256},
};
use chirograph_tests::{Cli, Network, Run};
use serde_json::Value;
use std::{fmt::Write, fs, path::Path, sync::Arc, time::Duration};

/// Students of a year.
const CLASS: usize = 500;
/// For finality.
const PATIENCE: Duration = Duration::from_secs(120);
/// Of these students, the certificate is to be revoked, is over since long ago, and is looked at most closely.
const REVOKED: usize = 3;
const EXPIRED: usize = 4;
const ADA: usize = 7;

/// A page with a line of text on it.
fn pdf(text: &str) -> Vec<u8> {
	let line = format!("BT /F1 24 Tf 20 40 Td ({text}) Tj ET");
	let objects = [
		"<</Type/Catalog/Pages 2 0 R>>".to_owned(),
		"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
		format!("<</Length {}>>\nstream\n{line}\nendstream", line.len()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
	];
	let mut text = "%PDF-1.4\n".to_owned();
	let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
	for (index, object) in objects.iter().enumerate() {
		writeln!(table, "{:010} 00000 n ", text.len()).expect("text can be written to");
		write!(text, "{} 0 obj\n{object}\nendobj\n", index + 1).expect("text can be written to");
	}
	let start = text.len();
	let trailer = format!(
		"trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
		objects.len() + 1
	);
	[text, table, trailer].concat().into_bytes()
}

fn read(path: &Path) -> Vec<u8> {
	fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn dev(name: &str) -> Keypair {
	Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key")
}

async fn university() -> (Network, Cli, String) {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.labelled_key("university", "ecdsa", &["issuer", "owner"]);
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	let genesis = genesis.as_str().expect("a network has a genesis").to_owned();
	fs::create_dir(cli.directory.join("class")).expect("the user's directory is writable");
	(network, cli, genesis)
}

fn issue<'a>(more: &[&'a str]) -> Vec<&'a str> {
	let command = ["certificate", "issue", "class/table.csv", "--out", "batch"];
	let signed = ["--key", "university", "--submitter-dev-key", "//Alice"];
	[&command[..], &signed, more].concat()
}

fn status(run: &Run) -> Value {
	run.json()["status"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_is_issued_at_once_and_each_certificate_speaks_for_itself() {
	let (mut network, cli, genesis) = university().await;
	let mut table = "file,recipient,grade,expires\n".to_owned();
	for student in 0..CLASS {
		let expires = if student == EXPIRED { "2020-02-29" } else { "2999-12-31" };
		writeln!(table, "{student:03}.pdf,Student {student},1.{student},{expires}").expect("text can be written to");
		cli.write(&format!("class/{student:03}.pdf"), pdf(&format!("Diploma {student}")));
	}
	cli.write("class/table.csv", table);
	let file = |student: usize| format!("batch/issued/{student:03}.pdf");

	let chain = network.nodes[0].connect().await;
	let sent = || async { chain.nonce(&dev("//Alice").account()).await.expect("the node answers") };
	let before = sent().await;
	let done = cli.ok(&issue(&["--disclose", "recipient", "--json"])).json();
	assert_eq!((&done["issued"], &done["batch"]["leaves"]), (&CLASS.into(), &CLASS.into()));
	assert_eq!(sent().await, before + 1, "one extrinsic for all");
	// Done is done.
	let again = cli.ok(&issue(&["--disclose", "recipient", "--json"])).json();
	assert_eq!((&again["root"], sent().await), (&done["root"], before + 1));

	// An employer has the file, and knows the network.
	let employer = cli.directory.join("employer");
	fs::create_dir(&employer).expect("the user's directory is writable");
	fs::copy(cli.directory.join(file(ADA)), employer.join("cv.pdf")).expect("is there");
	assert!(
		read(&employer.join("cv.pdf")).starts_with(&read(&cli.directory.join(format!("class/{ADA:03}.pdf")))),
		"the page is the one that the university made"
	);
	let verify = |file: &str, more: &[&str]| cli.run(&[&["certificate", "verify", file, "--genesis", &genesis], more].concat());
	let valid = verify("employer/cv.pdf", &["--json"]);
	assert_eq!((valid.code, status(&valid)), (0, "valid".into()), "{valid:?}");
	let valid = valid.json();
	assert_eq!(valid["recipient"], format!("Student {ADA}"));
	assert_eq!(
		valid["verdict"]["answer"]["facts"]["undisclosed"],
		serde_json::json!(["grade"])
	);
	assert_eq!(valid["issuer"]["now"]["id"], valid["issuer"]["label"]);
	let label = valid["issuer"]["label"].to_string();
	verify("employer/cv.pdf", &["--issuer", &label]).expect(0, "VALID");
	verify("employer/cv.pdf", &["--issuer", "1"]).expect(1, "and label 1 was asked for");
	let offline = verify("employer/cv.pdf", &["--offline"]);
	offline.expect(0, "no node was asked");
	offline.expect(0, "VALID as of 2");

	// Each has a life of its own.
	verify(&file(EXPIRED), &[]).expect(1, "EXPIRED: its last day was 2020-02-29");
	verify(&file(REVOKED), &[]).expect(0, "VALID");
	let revoked = file(REVOKED);
	let revoke = ["certificate", "revoke", &revoked, "--reason", "issued-in-error"];
	cli.ok(&[&revoke[..], &["--key", "university", "--submitter-dev-key", "//Alice"]].concat());
	verify(&file(REVOKED), &[]).expect(1, "REVOKED");
	verify(&file(REVOKED + 2), &[]).expect(0, "VALID");
	verify(&file(REVOKED), &["--offline"]).expect(0, "no node was asked");

	// What is not as it was issued is unknown, and says why.
	let sound = read(&cli.directory.join(file(ADA)));
	let unknown = |name: &str, content: &[u8], said: &str| {
		cli.write(name, content);
		let run = verify(name, &[]);
		run.expect(1, "UNKNOWN");
		run.expect(1, said);
	};
	unknown("original.pdf", &pdf("Diploma 7"), "it was not issued as it is");
	unknown("mine.pdf", &pdf("Diploma 7 and a half"), "nothing is registered by itself");
	unknown("note.txt", b"I have a diploma", "nothing is registered by itself");
	let text = sound
		.windows(9)
		.position(|window| window == b"Diploma 7")
		.expect("is on the page");
	let mut changed = sound.clone();
	changed[text + 8] = b'8';
	unknown("changed.pdf", &changed, "the file is not the one that the evidence is about");
	let overlay = b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\nstartxref\n9\n%%EOF\n";
	unknown("overlay.pdf", &[&sound[..], overlay].concat(), "something was added");
	let parts = issued::split(&sound).expect("is as it was issued").expect("was issued");
	let mut between = parts.original.to_vec();
	between.extend_from_slice(overlay);
	between.extend_from_slice(&sound[parts.original.len()..]);
	unknown("between.pdf", &between, "it was changed after it was issued");
	let mut silent = Bundle::parse(parts.bundle).expect("is sound");
	silent.disclosures.retain(|field| field.name != "expires");
	let silent = issued::attach(parts.original, &silent.canonical()).expect("nothing is against it");
	unknown("silent.pdf", &silent, "this does not show it");
	let other = issued::attach(&pdf("Diploma 7 and a half"), parts.bundle).expect("nothing is against it");
	unknown("other.pdf", &other, "the file is not the one that the evidence is about");
	let mut renamed = Bundle::parse(parts.bundle).expect("is sound");
	renamed.subject = Subject([9; 32]);
	let renamed = issued::attach(parts.original, &renamed.canonical()).expect("nothing is against it");
	unknown("renamed.pdf", &renamed, "and the bundle says");
	// Nor does it end what it names.
	for forged in ["other.pdf", "renamed.pdf"] {
		let revoke = ["certificate", "revoke", forged, "--key", "university"];
		cli.run(&[&revoke[..], &["--submitter-dev-key", "//Alice"]].concat())
			.expect(2, "nothing was revoked");
	}
	verify(&file(ADA), &[]).expect(0, "VALID");
	cli.run(&[
		"certificate",
		"verify",
		"employer/cv.pdf",
		"--genesis",
		&"00".repeat(32),
		"--offline",
	])
	.expect(1, "UNKNOWN: the bundle is of the network");
	verify("nothing.pdf", &[]).expect(2, "does not exist");

	// Without a node, nobody is told how it stood for how it stands.
	for node in &mut network.nodes {
		node.kill();
	}
	verify("employer/cv.pdf", &[]).expect(3, "--offline says how it stood");
	verify("employer/cv.pdf", &["--offline"]).expect(0, "VALID");
	verify("original.pdf", &["--offline"]).expect(1, "UNKNOWN: there is no bundle in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_was_registered_by_itself_is_found_by_its_file() {
	let (_network, cli, genesis) = university().await;
	cli.write("diploma.pdf", pdf("Diploma"));
	cli.write("deed.pdf", pdf("Deed"));
	let signed = ["--key", "university", "--submitter-dev-key", "//Alice"];
	let register = [
		"proof",
		"register",
		"diploma.pdf",
		"--schema",
		"certificate",
		"--field",
		"expires=2999-12-31",
	];
	cli.ok(&[&register[..], &signed].concat());
	cli.ok(&[&["proof", "register", "deed.pdf"][..], &signed].concat());
	let verify = |file: &str| cli.run(&["certificate", "verify", file, "--genesis", &genesis]);
	verify("diploma.pdf").expect(0, "VALID");
	verify("deed.pdf").expect(1, "UNKNOWN: it was registered as document");
	// What is nothing to judge by is an answer, too.
	cli.write("deed.pdf.evidence.json", "{}");
	verify("deed.pdf").expect(1, "UNKNOWN: ");
	cli.write("empty.pdf", "");
	verify("empty.pdf").expect(1, "UNKNOWN: ");
	// With a bundle beside it in place of the evidence.
	cli.ok(&["bundle", "create", "diploma.pdf", "--disclosures"]);
	for beside in ["diploma.pdf.evidence.json", "diploma.pdf.disclosures.json"] {
		fs::remove_file(cli.directory.join(beside)).expect("it was the user's");
	}
	verify("diploma.pdf").expect(0, "VALID");
	fs::rename(
		cli.directory.join("diploma.pdf.chirograph"),
		cli.directory.join("kept.chirograph"),
	)
	.expect("it was the user's");
	verify("diploma.pdf").expect(1, "whether it expires is in its evidence");
	cli.ok(&[&["certificate", "revoke", "kept.chirograph"][..], &signed].concat());
	verify("diploma.pdf").expect(1, "REVOKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_another_took_the_place_of_is_superseded() {
	let (network, cli, genesis) = university().await;
	cli.write("class/old.pdf", pdf("Diploma of Ada Byron"));
	cli.write("class/new.pdf", pdf("Diploma of Ada Lovelace"));
	let command = [
		"certificate",
		"issue",
		"class",
		"--out",
		"batch",
		"--dev-key",
		"//Bob",
		"--json",
	];
	let root = cli.ok(&command).json()["root"].clone();
	let root: BatchRoot = serde_json::from_value(root).expect("is a root");
	let verify = |file: &str| cli.run(&["certificate", "verify", file, "--genesis", &genesis]);
	verify("batch/issued/old.pdf").expect(0, "VALID");

	let bob = dev("//Bob");
	let leaf = |name: &str| ProofId::Leaf {
		root,
		subject: Subject(sha256(&read(&cli.directory.join("class").join(name)))),
	};
	let (old, new) = (leaf("old.pdf"), leaf("new.pdf"));
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await)).await;
	let submitter = submitter.expect("the node answers");
	let until = submitter.chain().height().await.expect("the node answers") + 100;
	let payload = payload::supersession(submitter.chain().genesis(), &bob.account(), &old, &new, until);
	let arguments = (bob.account(), old, new, until, bob.sign_owner(&payload));
	let sent = submitter
		.submit(&call("Proofs", "supersede", &arguments), &bob, PATIENCE)
		.await;
	sent.expect("its holder may");
	verify("batch/issued/old.pdf").expect(1, "SUPERSEDED");
	verify("batch/issued/new.pdf").expect(0, "VALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_since_keeps_no_other_from_being_handed_out() {
	let (_network, cli, genesis) = university().await;
	let names = ["one", "two", "three"];
	let write = || {
		for name in names {
			cli.write(&format!("class/{name}.pdf"), pdf(name));
		}
		cli.write("class/table.csv", "file,recipient\none.pdf,Ada\ntwo.pdf,Bob\nthree.pdf,Cy\n");
	};
	write();
	let done = cli.ok(&issue(&["--json"])).json();
	let issued = cli.directory.join("batch/issued");
	fs::remove_dir_all(&issued).expect("it was the user's");
	cli.write("class/two.pdf", "It was a dark and stormy night");
	cli.write("class/table.csv", "file,recipient\none.pdf,Ada\ntwo.pdf,Bob\n");
	let told = cli.run(&issue(&["--json"]));
	let expected = serde_json::json!({ "new": [], "changed": ["two.pdf"], "otherFields": [], "gone": ["three.pdf"] });
	assert_eq!(
		(told.code, &told.json()["differences"], &told.json()["issued"]),
		(1, &expected, &1.into()),
		"{told:?}"
	);
	assert!(issued.join("one.pdf").exists() && !issued.join("two.pdf").exists());
	let verify = |file: &str| cli.run(&["certificate", "verify", file, "--genesis", &genesis]);
	verify("batch/issued/one.pdf").expect(0, "VALID");
	// The control.
	write();
	cli.run(&issue(&[])).expect(0, "hand out what is in that directory");
	verify("batch/issued/two.pdf").expect(0, "VALID");

	// What is written is not what it is written from.
	for (command, source) in [("certificate", "batch/issued"), ("proof", "batch/bundles")] {
		let verb = if command == "proof" { "batch" } else { "issue" };
		cli.run(&[command, verb, source, "--out", "batch", "--key", "university"])
			.expect(2, "would be overwritten");
	}

	// Nobody hands out what was taken back.
	let batch = format!("batch:{}", done["root"].as_str().expect("a batch has a root"));
	let revoke = ["proof", "revoke", &batch, "--key", "university"];
	cli.ok(&[&revoke[..], &["--submitter-dev-key", "//Alice"]].concat());
	cli.run(&issue(&[])).expect(1, "hand out nothing of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_issuer_issues_nothing_and_what_cannot_be_issued_is_named_first() {
	let (network, cli, _) = university().await;
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	cli.write("class/one.pdf", pdf("One"));
	cli.write("class/two.pdf", pdf("Two"));
	cli.write(
		"class/table.csv",
		"file,recipient,expires\none.pdf,Ada,2999-12-31\ntwo.pdf,Bob,soon\n",
	);
	let chain = network.nodes[0].connect().await;
	let sent = || async { chain.nonce(&dev("//Alice").account()).await.expect("the node answers") };
	let before = sent().await;
	let text = String::from_utf8(pdf("Three")).expect("is text");
	let refused = |content: &str, said: &str| {
		cli.write("class/two.pdf", content);
		cli.run(&issue(&[])).expect(2, said);
		assert!(!cli.directory.join("batch").exists(), "nothing was begun");
	};
	refused(&text, "two.pdf: the field `expires` is \"soon\"");
	cli.write("class/table.csv", "file,recipient\none.pdf,Ada\ntwo.pdf,Bob\n");
	refused("It was a dark and stormy night", "two.pdf: it is no PDF");
	refused(
		&text.replace("/Root 1 0 R", "/Root 1 0 R/Encrypt<<>>"),
		"two.pdf: it is encrypted",
	);
	refused(&text.replace("Three", "/ByteRange"), "two.pdf: it has a digital signature");
	refused(&text[..text.len() / 2], "two.pdf: its structure cannot be read");
	let issued = issued::attach(text.as_bytes(), b"{}").expect("nothing is against it");
	refused(&String::from_utf8(issued).expect("is text"), "two.pdf: it was issued already");
	cli.write("class/two.pdf", &text);
	cli.run(&issue(&["--disclose", "name"]))
		.expect(2, "no certificate has a field `name`");
	assert_eq!(sent().await, before, "nothing was sent");

	let by_ada = ["certificate", "issue", "class/table.csv", "--out", "hers", "--key", "ada"];
	cli.run(&[&by_ada[..], &["--submitter-dev-key", "//Alice"]].concat())
		.expect(1, "WrongRole");
	assert!(!cli.directory.join("hers/issued").exists(), "there is nothing to hand out");
	// The control.
	cli.ok(&issue(&[])).expect(0, "issued, and final");
	assert!(cli.directory.join("batch/issued/two.pdf").exists());
}
