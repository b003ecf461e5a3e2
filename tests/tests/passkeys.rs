// SPDX-License-Identifier: Apache-2.0

//! A second factor: what a label guards takes its passkey besides its key.

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use chirograph_runtime::RuntimeCall;
use chirograph_sdk::{
	authorization::Authorization,
	chain::Chain,
	keys::Keypair,
	passkeys::{self, Confirmation, Registration, Request},
	primitives::{authenticator::Authenticator, GuardianIds, LabelId, Operation, Operations, SignatureScheme},
	submit::{self, Included, Submitter},
	Error,
};
use chirograph_tests::{binary, Cli, Network};
use p256::{pkcs8::EncodePublicKey, PublicKey};
use serde_json::{json, Value};
use std::{
	fs,
	io::{BufRead, BufReader, Lines, Write},
	process::{Child, ChildStdout, Command, Stdio},
	sync::Arc,
	time::Duration,
};

const ALICE: usize = 0;
/// The domain of the page that asks for passkeys.
const RP_ID: &str = "example.org";
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser on a page of [`RP_ID`], and an authenticator.
trait Page {
	/// `navigator.credentials.create`: what the page gets.
	fn create(&mut self) -> Vec<u8>;

	/// `navigator.credentials.get` with a request as it was written: what the page gets.
	fn get(&mut self, request: &[u8]) -> Vec<u8>;

	fn confirm(&mut self, request: &Request) -> Confirmation {
		Confirmation::parse(&self.get(&request.canonical())).expect("is a confirmation")
	}

	/// Reads a request from a file of the user's, and writes into another what the passkey gave.
	fn confirm_file(&mut self, cli: &Cli, request: &str, confirmation: &str) {
		let request = fs::read(cli.directory.join(request)).expect("the request was written");
		cli.write(confirmation, self.get(&request));
	}
}

/// One with our own authenticator, and one passkey.
#[derive(Clone)]
struct Browser {
	authenticator: Authenticator,
	/// Whether it counts how often it is used.
	counts: bool,
}

impl Browser {
	fn new(counts: bool) -> Self {
		let authenticator = Authenticator::new(7);
		assert_eq!(authenticator.rp_id, RP_ID);
		Self { authenticator, counts }
	}
}

impl Page for Browser {
	fn create(&mut self) -> Vec<u8> {
		let key = PublicKey::from_sec1_bytes(&self.authenticator.passkey().key).expect("is a point");
		let der = key.to_public_key_der().expect("has a DER form");
		credential(json!({ "publicKey": URL_SAFE_NO_PAD.encode(der.as_bytes()), "publicKeyAlgorithm": -7 }))
	}

	fn get(&mut self, request: &[u8]) -> Vec<u8> {
		let request: Value = serde_json::from_slice(request).expect("is JSON");
		assert_eq!(
			(&request["rpId"], &request["userVerification"]),
			(&json!(RP_ID), &json!("required"))
		);
		let challenge = request["challenge"]
			.as_str()
			.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
		let challenge = challenge.and_then(|bytes| bytes.try_into().ok());
		self.authenticator.counter += u32::from(self.counts);
		let assertion = self.authenticator.assert(&challenge.expect("has 32 bytes in base64url"));
		credential(json!({
			"authenticatorData": URL_SAFE_NO_PAD.encode(assertion.authenticator_data),
			"clientDataJSON": URL_SAFE_NO_PAD.encode(assertion.client_data),
			"signature": URL_SAFE_NO_PAD.encode(assertion.signature),
			"userHandle": "AAAA",
		}))
	}
}

/// A credential as `PublicKeyCredential.toJSON` has it.
fn credential(response: Value) -> Vec<u8> {
	let credential = json!({
		"id": "AAAA", "rawId": "AAAA", "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": {}, "response": response,
	});
	credential.to_string().into_bytes()
}

/// One that nobody of this project wrote, authenticator included: the program in `tests/authenticator/`.
struct Foreign {
	process: Child,
	answers: Lines<BufReader<ChildStdout>>,
}

impl Foreign {
	fn start() -> Self {
		let mut program = Command::new(binary("chirograph-authenticator"));
		let process = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
		let mut process = process.expect("the program can be run");
		let answers = process.stdout.take().expect("its output was asked for");
		Self {
			process,
			answers: BufReader::new(answers).lines(),
		}
	}

	fn ask(&mut self, mut command: Value, name: &str) -> Vec<u8> {
		(command["command"], command["origin"]) = (json!(name), json!(format!("https://{RP_ID}")));
		let input = self.process.stdin.as_mut().expect("its input was asked for");
		writeln!(input, "{command}").expect("the program reads");
		let answer = self.answers.next().expect("the program runs").expect("answers are text");
		assert!(answer.contains("\"response\""), "{command}: {answer}");
		answer.into_bytes()
	}
}

impl Page for Foreign {
	fn create(&mut self) -> Vec<u8> {
		self.ask(json!({ "rpId": RP_ID, "challenge": "AAAA" }), "register")
	}

	fn get(&mut self, request: &[u8]) -> Vec<u8> {
		self.ask(serde_json::from_slice(request).expect("is JSON"), "authenticate")
	}
}

/// The request, as a page asks that does not care who uses the authenticator.
fn carelessly(request: &[u8]) -> Vec<u8> {
	let mut request: Value = serde_json::from_slice(request).expect("is JSON");
	request["userVerification"] = json!("discouraged");
	request.to_string().into_bytes()
}

/// Eve, with a label since genesis, and with an authenticator.
struct Eve<P> {
	submitter: Submitter,
	key: Keypair,
	label: LabelId,
	browser: P,
}

impl<P: Page> Eve<P> {
	/// Guards everything with a passkey.
	async fn new(network: &Network, mut browser: P) -> Self {
		let chain = Chain::connect(&network.nodes[ALICE].url(), None)
			.await
			.expect("the node answers");
		let submitter = Submitter::start(Arc::new(chain)).await.expect("the node answers");
		let key = Keypair::dev("//Eve", SignatureScheme::Sr25519).expect("a development key");
		let label = passkeys::label_of(submitter.chain(), &key.account())
			.await
			.expect("Eve is a founder");
		let made = Registration::parse(&browser.create()).expect("is a passkey");
		let guarded = Operations::from_iter(Operation::ALL);
		let request = passkeys::request_binding(submitter.chain(), label, RP_ID, &made, guarded).await;
		let confirmation = browser.confirm(&request.expect("the node answers"));
		let passkey = made.passkey(RP_ID);
		let bound = passkeys::bind(&submitter, &key, &passkey, guarded, &confirmation, None, PATIENCE).await;
		assert_eq!(bound.expect("is bound").state.label.guarded, guarded);
		Self {
			submitter,
			key,
			label,
			browser,
		}
	}

	/// For naming a guardian.
	async fn request(&self, arguments: &(GuardianIds, u32, u32)) -> Request {
		let call = submit::call("Labels", "set_guardians", arguments);
		let request = passkeys::request(self.submitter.chain(), self.label, RP_ID, &call).await;
		request.expect("Eve has a passkey")
	}

	/// Has the passkey confirm that.
	async fn confirms(&mut self, arguments: &(GuardianIds, u32, u32)) -> Confirmation {
		let request = self.request(arguments).await;
		self.browser.confirm(&request)
	}

	/// Sends a call with a confirmation whatever it is of, said to be of that number, as somebody would who has a program of their own.
	async fn send(&self, call: &RuntimeCall, sequence: u32, confirmation: &Confirmation) -> Result<Included, Error> {
		let arguments = (self.label, call, sequence, &confirmation.assertion);
		self.submitter
			.submit(&submit::call("Labels", "confirm", &arguments), &self.key, PATIENCE)
			.await
	}
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, Error>, by: &str) {
	assert!(
		matches!(&outcome, Err(Error::Refused { name, .. }) if name == by),
		"{by}: {outcome:?}"
	);
}

/// Names a guardian: free of fees, and may be done again.
fn guardian(label: LabelId) -> (GuardianIds, u32, u32) {
	(vec![label].try_into().expect("a few"), 1, 5)
}

fn naming(label: LabelId) -> RuntimeCall {
	let (guardians, threshold, delay) = guardian(label);
	RuntimeCall::Labels(pallet_labels::Call::set_guardians {
		guardians,
		threshold,
		delay,
	})
}

/// X.1407 9.1.1 d: whoever has the key and not the passkey, or what the passkey once confirmed, gets nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_takes_a_confirmation_once_for_the_call_that_was_confirmed() {
	let network = Network::development().await;
	let mut eve = Eve::new(&network, Browser::new(true)).await;
	let alone = submit::call("Labels", "set_guardians", &guardian(1));
	let alone = eve.submitter.submit(&alone, &eve.key, PATIENCE).await;
	assert_refused(alone, "Labels::ConfirmationNeeded");

	let mut copy = eve.browser.clone();
	// The first one was to bind it.
	let confirmation = eve.confirms(&guardian(1)).await;
	assert_refused(eve.send(&naming(2), 1, &confirmation).await, "Labels::AssertionForOtherCall");
	eve.send(&naming(1), 1, &confirmation).await.expect("is what was confirmed");
	for (number, refusal) in [
		(1, "Labels::ReplayedAssertion"),
		(2, "Labels::AssertionForOtherCall"),
		(3, "Labels::AssertionTooEarly"),
	] {
		assert_refused(eve.send(&naming(1), number, &confirmation).await, refusal);
	}
	let again = submit::call("Labels", "set_guardians", &guardian(1));
	let again = passkeys::confirm_and_submit(&eve.submitter, &eve.key, eve.label, &again, &confirmation, PATIENCE).await;
	assert!(
		matches!(again, Err(Error::Passkey(passkeys::Error::Replayed { sequence: 1 }))),
		"{again:?}"
	);

	// What is wrong is known before anything is sent, too.
	let request = eve.request(&guardian(2)).await;
	let mut careless = eve.browser.clone();
	careless.authenticator.flags = 1;
	let unverified = careless.confirm(&request);
	assert_refused(eve.send(&naming(2), 2, &unverified).await, "Labels::UserNotVerified");
	let copied = copy.confirm(&request);
	assert_refused(eve.send(&naming(2), 2, &copied).await, "Labels::AuthenticatorCountedBack");
	let checked = submit::call("Labels", "set_guardians", &guardian(2));
	let checked = passkeys::confirm_and_submit(&eve.submitter, &eve.key, eve.label, &checked, &copied, PATIENCE).await;
	assert!(
		matches!(checked, Err(Error::Passkey(passkeys::Error::CountedBack))),
		"{checked:?}"
	);

	let confirmation = eve.browser.confirm(&request);
	eve.send(&naming(2), 2, &confirmation).await.expect("is what was confirmed");
	let guard = passkeys::show(eve.submitter.chain(), eve.label)
		.await
		.expect("the node answers");
	// One to bind it, and two.
	assert_eq!(guard.confirmations, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_refuses_a_user_whom_an_authenticator_of_others_did_not_verify() {
	let network = Network::development().await;
	let mut eve = Eve::new(&network, Foreign::start()).await;
	let request = eve.request(&guardian(1)).await.canonical();
	let mut confirm = |request: &[u8]| Confirmation::parse(&eve.browser.get(request)).expect("is a confirmation");
	let (unverified, verified) = (confirm(&carelessly(&request)), confirm(&request));
	assert_refused(eve.send(&naming(1), 1, &unverified).await, "Labels::UserNotVerified");
	eve.send(&naming(1), 1, &verified).await.expect("is what was confirmed");
}

/// The newest finalised block, and the genesis hash.
fn status(cli: &Cli) -> (u64, String) {
	let status = cli.ok(&["chain", "status", "--json"]).json();
	let number = status["finalised"]["number"].as_u64();
	let genesis = status["genesis"].as_str().map(str::to_owned);
	number.zip(genesis).expect("a network has finalised blocks")
}

/// Ada's label, the sixth, guards these operations.
fn guard(cli: &Cli, browser: &mut impl Page, guarded: &str) {
	cli.write("made.json", browser.create());
	let passkey = ["--registration", "made.json", "--rp-id", RP_ID, "--guard", guarded];
	let request = ["passkey", "request", "6", "--output", "bind.request.json"];
	cli.run(&[&request[..], &passkey].concat()).expect(0, "binding it");
	browser.confirm_file(cli, "bind.request.json", "bind.json");
	let bind = ["passkey", "bind", "--key", "ada", "--confirmation", "bind.json"];
	cli.run(&[&bind[..], &passkey].concat()).expect(0, "bound, and final");
}

/// Has Ada sign the registration of a new file. Returns where her signature is.
fn authorize(cli: &Cli, file: &str) -> String {
	let (now, genesis) = status(cli);
	let until = (now + 1_000).to_string();
	cli.write(file, format!("content of {file}"));
	let command = [
		"proof",
		"authorize",
		file,
		"--key",
		"ada",
		"--genesis",
		&genesis,
		"--valid-until",
		&until,
	];
	cli.ok(&command);
	format!("{file}.authorization.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_owner_registers_and_moves_with_the_passkey_and_not_without() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let mut browser = Browser::new(false);
	guard(&cli, &mut browser, "registering,rotating");
	cli.run(&["passkey", "show", "6"]).expect(0, "registering, rotating");
	cli.run(&["label", "show", "6"]).expect(0, "registering, rotating");

	let (poem, letter) = (authorize(&cli, "poem.txt"), authorize(&cli, "letter.txt"));
	let register = |file: &str, authorization: &str, more: &[&str]| {
		let command = ["proof", "register", file, "--authorization", authorization];
		cli.run(&[&command[..], more].concat())
	};
	let by_alice = ["--submitter-dev-key", "//Alice"];
	register("poem.txt", &poem, &by_alice).expect(1, "ConfirmationNeeded");
	cli.run(&["proof", "register", "poem.txt", "--key", "ada"])
		.expect(1, "ConfirmationNeeded");
	let asks = ["--write-request", "poem.request.json", "--rp-id", RP_ID];
	cli.run(&[&["proof", "register", "poem.txt", "--key", "ada"][..], &asks].concat())
		.expect(2, "proof authorize");
	register(
		"poem.txt",
		&poem,
		&["--write-request", "other.json", "--rp-id", "example.com"],
	)
	.expect(2, "another domain");
	register("poem.txt", &poem, &asks).expect(0, "Proofs.register");
	browser.confirm_file(&cli, "poem.request.json", "poem.json");

	let confirmed = [&by_alice[..], &["--confirmation", "poem.json"]].concat();
	register("letter.txt", &letter, &confirmed).expect(2, "confirmed something else");
	register("poem.txt", &poem, &confirmed).expect(0, "registered, and final");
	cli.run(&["proof", "verify", "poem.txt"]).expect(0, "VERIFIED");
	register("letter.txt", &letter, &confirmed).expect(2, "good once");

	// Many files take one confirmation.
	fs::create_dir(cli.directory.join("papers")).expect("the user's directory is writable");
	cli.write("papers/1.txt", "the first paper");
	cli.write("papers/2.txt", "the second paper");
	let batch = |more: &[&str]| {
		let command = ["proof", "batch", "papers", "--out", "batch", "--key", "ada"];
		cli.run(&[&command[..], more].concat())
	};
	batch(&[]).expect(1, "ConfirmationNeeded");
	batch(&["--confirmation", "poem.json"]).expect(2, "confirmed something else");
	batch(&["--write-request", "papers.request.json", "--rp-id", RP_ID]).expect(0, "Proofs.register_batch");
	browser.confirm_file(&cli, "papers.request.json", "papers.json");
	batch(&["--confirmation", "papers.json"]).expect(0, "registered, and final");
	let asked = ["--write-request", "papers.again.json", "--rp-id", RP_ID];
	batch(&asked).expect(0, "there is nothing to confirm");

	// The label moves with the passkey, and takes it along.
	cli.ok(&["key", "generate", "ada2"]);
	cli.ok(&["label", "takeover", "6", "--key", "ada2", "--output", "takeover.json"]);
	let rotate = |more: &[&str]| {
		let command = ["label", "rotate", "--takeover", "takeover.json", "--key", "ada"];
		cli.run(&[&command[..], more].concat())
	};
	rotate(&[]).expect(1, "ConfirmationNeeded");
	rotate(&["--write-request", "rotate.request.json", "--rp-id", RP_ID]).expect(0, "Labels.rotate");
	browser.confirm_file(&cli, "rotate.request.json", "rotate.json");
	rotate(&["--confirmation", "rotate.json"]).expect(0, "moved, and final");

	// And is removed by what it confirms.
	let unbind = |more: &[&str]| cli.run(&[&["passkey", "unbind", "--key", "ada2"][..], more].concat());
	unbind(&[]).expect(2, "must confirm");
	unbind(&["--write-request", "unbind.request.json", "--rp-id", RP_ID]).expect(0, "Labels.unbind_passkey");
	browser.confirm_file(&cli, "unbind.request.json", "unbind.json");
	unbind(&["--confirmation", "unbind.json"]).expect(0, "unbound, and final");
	cli.run(&["passkey", "show", "6"]).expect(0, "has no passkey");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_owner_revokes_and_names_guardians_with_the_passkey_and_not_without() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	cli.write("poem.txt", "a poem");
	cli.ok(&["proof", "register", "poem.txt", "--key", "ada"]);
	let mut browser = Browser::new(false);
	guard(&cli, &mut browser, "registering,rotating");

	let revoke = |more: &[&str]| {
		let command = ["proof", "revoke", "poem.txt", "--key", "ada", "--reason", "issued-in-error"];
		cli.run(&[&command[..], more].concat())
	};
	revoke(&[]).expect(1, "ConfirmationNeeded");
	let kept = cli.directory.join("poem.txt.revocation.json");
	assert!(!kept.exists(), "a signature is kept only for a passkey to confirm");
	let ask = |request: &str| {
		revoke(&["--write-request", request, "--rp-id", RP_ID]).expect(0, "Proofs.revoke");
		let request = fs::read(cli.directory.join(request)).expect("the request was written");
		let request: Value = serde_json::from_slice(&request).expect("is JSON");
		request["challenge"].clone()
	};
	assert_eq!(
		ask("revoke.request.json"),
		ask("again.request.json"),
		"the signature was kept"
	);
	// What expired is signed anew.
	browser.confirm_file(&cli, "revoke.request.json", "early.json");
	let mut expired = Authorization::read(&kept).expect("it was kept a moment ago");
	expired.valid_until = 1;
	expired.replace(&kept).expect("the user's directory is writable");
	revoke(&["--confirmation", "early.json"]).expect(2, "was good until block 1,");
	ask("anew.request.json");
	browser.confirm_file(&cli, "anew.request.json", "revoke.json");
	cli.run(&["proof", "revoke", "poem.txt", "--key", "ada", "--confirmation", "revoke.json"])
		.expect(2, "for another reason");
	revoke(&["--confirmation", "revoke.json", "--authorization", "none.json"]).expect(2, "none.json");
	revoke(&["--confirmation", "revoke.json"]).expect(0, "revoked, and final");
	cli.run(&["proof", "verify", "poem.txt"])
		.expect(1, "NOT VERIFIED: the proof was revoked by its owner");

	let name = |guardian: &str, more: &[&str]| {
		let command = [
			"recovery",
			"guardians",
			"2",
			guardian,
			"--threshold",
			"2",
			"--delay",
			"10",
			"--key",
			"ada",
		];
		cli.run(&[&command[..], more].concat())
	};
	name("3", &[]).expect(1, "ConfirmationNeeded");
	name("3", &["--write-request", "name.request.json", "--rp-id", RP_ID]).expect(0, "Labels.set_guardians");
	browser.confirm_file(&cli, "name.request.json", "name.json");
	name("4", &["--confirmation", "name.json"]).expect(2, "confirmed something else");
	name("3", &["--confirmation", "name.json"]).expect(0, "guardians named, and final");
	name("3", &["--confirmation", "name.json"]).expect(2, "confirmed this before");
	cli.run(&["recovery", "show", "6"]).expect(0, "2 of the labels 2, 3;");
}

/// X.1407 9.1.1 d: the holder's passkey confirms what both signed, so after the next holder accepted it.
#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_holder_hands_over_with_the_passkey_and_not_without() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	cli.labelled_key("bob", "sr25519", &["owner"]);
	cli.write("poem.txt", "a poem");
	cli.ok(&["proof", "register", "poem.txt", "--key", "ada"]);
	let mut browser = Browser::new(false);
	guard(&cli, &mut browser, "transferring");

	let transfer = |file: &str, valid_for: &str| {
		let command = [
			"proof", "transfer", "poem.txt", "--key", "ada", "--to", "bob", "--output", file,
		];
		cli.ok(&[&command[..], &["--valid-for", valid_for]].concat());
	};
	transfer("sale.json", "1000");
	transfer("other.json", "2000");
	let accept = |file: &str, more: &[&str]| cli.run(&[&["proof", "accept", file, "--key", "bob"][..], more].concat());
	accept("sale.json", &[]).expect(1, "ConfirmationNeeded");
	let ask = |request: &str| {
		accept("sale.json", &["--write-request", request, "--rp-id", RP_ID]).expect(0, "Proofs.transfer");
		let request = fs::read(cli.directory.join(request)).expect("the request was written");
		let request: Value = serde_json::from_slice(&request).expect("is JSON");
		request["challenge"].clone()
	};
	assert_eq!(
		ask("sale.request.json"),
		ask("again.request.json"),
		"both signatures were kept"
	);
	browser.confirm_file(&cli, "sale.request.json", "sale.confirmation.json");
	let confirmed = ["--confirmation", "sale.confirmation.json"];
	accept("other.json", &confirmed).expect(2, "other.json.accepted.json does not exist");
	let kept = [&confirmed[..], &["--accepted", "sale.json.accepted.json"]].concat();
	accept("other.json", &kept).expect(2, "with the consent of its next holder");
	accept("sale.json", &confirmed).expect(0, "handed over, and final");
	accept("other.json", &[]).expect(1, "already held by");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_of_others_is_bound_and_confirms_a_registration() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let mut foreign = Foreign::start();
	guard(&cli, &mut foreign, "registering,rotating");

	let poem = authorize(&cli, "poem.txt");
	let register = |more: &[&str]| {
		let command = ["proof", "register", "poem.txt", "--authorization", &poem];
		cli.run(&[&command[..], &["--submitter-dev-key", "//Alice"], more].concat())
	};
	register(&[]).expect(1, "ConfirmationNeeded");
	register(&["--write-request", "poem.request.json", "--rp-id", RP_ID]).expect(0, "Proofs.register");
	let request = fs::read(cli.directory.join("poem.request.json")).expect("the request was written");
	cli.write("careless.json", foreign.get(&carelessly(&request)));
	register(&["--confirmation", "careless.json"]).expect(2, "did not make sure who used it");
	foreign.confirm_file(&cli, "poem.request.json", "poem.json");
	register(&["--confirmation", "poem.json"]).expect(0, "registered, and final");
	cli.run(&["proof", "verify", "poem.txt"]).expect(0, "VERIFIED");
	// It was used to bind it, carelessly, and with care.
	let shown = cli.ok(&["passkey", "show", "6", "--json"]).json();
	assert_eq!(shown["passkey"]["counter"], 3);
}
