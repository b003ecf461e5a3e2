// SPDX-License-Identifier: Apache-2.0

//! A second factor: what a label guards takes its passkey besides its key.

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use chirograph_runtime::RuntimeCall;
use chirograph_sdk::{
	chain::Chain,
	keys::Keypair,
	passkeys::{self, Confirmation, Registration, Request},
	primitives::{authenticator::Authenticator, GuardianIds, LabelId, Operation, Operations, SignatureScheme},
	submit::{self, Included, Submitter},
	Error,
};
use chirograph_tests::{Cli, Network};
use p256::{pkcs8::EncodePublicKey, PublicKey};
use serde_json::{json, Value};
use std::{sync::Arc, time::Duration};

const ALICE: usize = 0;
/// The domain of the page that asks for passkeys.
const RP_ID: &str = "example.org";
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser on a page of [`RP_ID`], and an authenticator with one passkey.
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

	/// `navigator.credentials.create`: what the page gets.
	fn create(&self) -> Vec<u8> {
		let key = PublicKey::from_sec1_bytes(&self.authenticator.passkey().key).expect("is a point");
		let der = key.to_public_key_der().expect("has a DER form");
		credential(json!({ "publicKey": URL_SAFE_NO_PAD.encode(der.as_bytes()), "publicKeyAlgorithm": -7 }))
	}

	/// `navigator.credentials.get` with a request as it was written: what the page gets.
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

	fn confirm(&mut self, request: &Request) -> Confirmation {
		Confirmation::parse(&self.get(&request.canonical())).expect("is a confirmation")
	}

	/// Reads a request from a file of the user's, and writes into another what the passkey gave.
	fn confirm_file(&mut self, cli: &Cli, request: &str, confirmation: &str) {
		let request = std::fs::read(cli.directory.join(request)).expect("the request was written");
		cli.write(confirmation, self.get(&request));
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

/// Eve, with a label since genesis, and with an authenticator.
struct Eve {
	submitter: Submitter,
	key: Keypair,
	label: LabelId,
	browser: Browser,
}

impl Eve {
	/// Guards everything with a passkey.
	async fn new(network: &Network) -> Self {
		let chain = Chain::connect(&network.nodes[ALICE].url(), None)
			.await
			.expect("the node answers");
		let submitter = Submitter::start(Arc::new(chain)).await.expect("the node answers");
		let key = Keypair::dev("//Eve", SignatureScheme::Sr25519).expect("a development key");
		let label = passkeys::label_of(submitter.chain(), &key.account())
			.await
			.expect("Eve is a founder");
		let mut browser = Browser::new(true);
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

	/// Sends a call with a confirmation whatever it is of, as somebody would who has a program of their own.
	async fn send(&self, call: &RuntimeCall, confirmation: &Confirmation) -> Result<Included, Error> {
		let arguments = (self.label, call, &confirmation.assertion);
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
	let mut eve = Eve::new(&network).await;
	let alone = submit::call("Labels", "set_guardians", &guardian(1));
	let alone = eve.submitter.submit(&alone, &eve.key, PATIENCE).await;
	assert_refused(alone, "Labels::ConfirmationNeeded");

	let mut copy = eve.browser.clone();
	let confirmation = eve.confirms(&guardian(1)).await;
	assert_refused(eve.send(&naming(2), &confirmation).await, "Labels::AssertionForOtherCall");
	eve.send(&naming(1), &confirmation).await.expect("is what was confirmed");
	assert_refused(eve.send(&naming(1), &confirmation).await, "Labels::AssertionForOtherCall");

	// What is wrong is known before anything is sent, too.
	let request = eve.request(&guardian(2)).await;
	let mut careless = eve.browser.clone();
	careless.authenticator.flags = 1;
	let unverified = careless.confirm(&request);
	assert_refused(eve.send(&naming(2), &unverified).await, "Labels::UserNotVerified");
	let copied = copy.confirm(&request);
	assert_refused(eve.send(&naming(2), &copied).await, "Labels::ReplayedAssertion");
	let checked = submit::call("Labels", "set_guardians", &guardian(2));
	let checked = passkeys::confirm_and_submit(&eve.submitter, &eve.key, eve.label, &checked, &copied, PATIENCE).await;
	assert!(
		matches!(checked, Err(Error::Passkey(passkeys::Error::CountedBack))),
		"{checked:?}"
	);

	let confirmation = eve.browser.confirm(&request);
	eve.send(&naming(2), &confirmation).await.expect("is what was confirmed");
	let guard = passkeys::show(eve.submitter.chain(), eve.label)
		.await
		.expect("the node answers");
	// One to bind it, and two.
	assert_eq!(guard.confirmations, 3);
}

/// The newest finalised block, and the genesis hash.
fn status(cli: &Cli) -> (u64, String) {
	let status = cli.ok(&["chain", "status", "--json"]).json();
	let number = status["finalised"]["number"].as_u64();
	let genesis = status["genesis"].as_str().map(str::to_owned);
	number.zip(genesis).expect("a network has finalised blocks")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_owner_registers_and_moves_with_the_passkey_and_not_without() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let mut browser = Browser::new(false);
	cli.write("made.json", browser.create());
	let passkey = [
		"--registration",
		"made.json",
		"--rp-id",
		RP_ID,
		"--guard",
		"registering,rotating",
	];
	let request = ["passkey", "request", "6", "--output", "bind.request.json"];
	cli.run(&[&request[..], &passkey].concat()).expect(0, "binding it");
	browser.confirm_file(&cli, "bind.request.json", "bind.json");
	let bind = ["passkey", "bind", "--key", "ada", "--confirmation", "bind.json"];
	cli.run(&[&bind[..], &passkey].concat()).expect(0, "bound, and final");
	cli.run(&["passkey", "show", "6"]).expect(0, "registering, rotating");
	cli.run(&["label", "show", "6"]).expect(0, "registering, rotating");

	let (now, genesis) = status(&cli);
	let until = (now + 1_000).to_string();
	let authorize = |file: &str| {
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
	};
	let (poem, letter) = (authorize("poem.txt"), authorize("letter.txt"));
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
