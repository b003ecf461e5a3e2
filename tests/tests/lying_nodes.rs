// SPDX-License-Identifier: Apache-2.0

//! Nodes that lie to whoever signs, or waste the time of whoever asks.

use chirograph_runtime::RuntimeCall;
use chirograph_sdk::{
	chain::Chain,
	keys::Keypair,
	labels,
	primitives::{LabelId, LabelRevocationReason, SignatureScheme, SuspensionReason},
	submit::{call, Submitter},
	Error,
};
use chirograph_tests::{load::PATIENCE, Cli, Liar, Network};
use codec::Encode;
use serde_json::{json, Value};
use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex,
	},
};

/// Eve's.
const LABEL: LabelId = 5;

/// All places of `one` are those of `other`, and the other way round.
fn exchange(mut text: &[u8], one: &[u8], other: &[u8]) -> Vec<u8> {
	let mut exchanged = Vec::with_capacity(text.len());
	while let [first, behind @ ..] = text {
		let found = [(one, other), (other, one)]
			.into_iter()
			.find_map(|(found, instead)| Some((text.strip_prefix(found)?, instead)));
		match found {
			Some((behind, instead)) => {
				exchanged.extend(instead);
				text = behind;
			},
			None => {
				exchanged.push(*first);
				text = behind;
			},
		}
	}
	exchanged
}

#[test]
fn an_exchange_leaves_everything_else() {
	assert_eq!(
		exchange(b"a suspend, a revoke, the end", b"suspend", b"revoke"),
		b"a revoke, a suspend, the end"
	);
	assert_eq!(exchange(b"", b"a", b"b"), b"");
}

/// Calls are signed by number, and what number a name has a node says: one that exchanges two names must not get a label revoked whose
/// holder or auditor wants it suspended.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_gives_a_call_the_numbers_of_another_gets_no_signature() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	// Names are written with their length.
	let (suspend, revoke) = ("suspend".encode(), "revoke".encode());
	let liar = Liar::new(node, move |method, parameters, result| {
		let asked = parameters[0].as_str().unwrap_or_default();
		match (method, result.as_str()) {
			("state_call", Some(metadata)) if asked.starts_with("Metadata_metadata") => {
				let bytes = sp_core::bytes::from_hex(metadata).expect("bytes are hexadecimal");
				json!(sp_core::bytes::to_hex(&exchange(&bytes, &suspend, &revoke), false))
			},
			_ => result,
		}
	});
	let liar = liar.await;

	// The control: by the node's word, whoever suspends revokes.
	let chain = Chain::connect(&liar.url(), None).await.expect("it answers");
	let at = chain.finalised().await.expect("it answers");
	let reason = SuspensionReason::Unspecified;
	let meant = call("Labels", "suspend", &(LABEL, reason));
	let signed = RuntimeCall::Labels(pallet_labels::Call::revoke {
		label: LABEL,
		reason: LabelRevocationReason::Unspecified,
	});
	assert_eq!(at.tx().call_data(&meant).expect("it has the name"), signed.encode());

	let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519).expect("a development key");
	let submitter = Submitter::start(Arc::new(chain)).await.expect("it answers");
	let false_call = |outcome: Error| {
		assert!(
			matches!(&outcome, Error::FalseCall { call, expected: [41, 4], found: [41, 6], .. } if call == "Labels.suspend"),
			"{outcome:?}"
		);
	};
	false_call(
		submitter
			.sign(&at, &meant, &alice, 0)
			.expect_err("another call would be signed"),
	);
	let suspended = labels::suspend(&submitter, &alice, LABEL, reason, PATIENCE).await;
	false_call(suspended.expect_err("another call would be signed"));
	let suspend = |url: &str| cli.run(&["label", "suspend", "5", "--dev-key", "//Alice", "--node", url]);
	suspend(&liar.url()).expect(3, "another call would have been signed, so nothing was");
	cli.run(&["label", "show", "5"]).expect(0, "active");
	suspend(&node.url()).expect(0, "suspended, and final");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_cannot_pass_another_network_off_as_the_one_that_was_signed_for() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	cli.ok(&["key", "generate", "ada"]);
	let other = format!("0x{}", "ab".repeat(32));
	let lies = Arc::new(AtomicBool::new(false));
	let (does_lie, said) = (lies.clone(), json!(other));
	let liar = Liar::new(node, move |method, parameters, result| match method {
		"chain_getBlockHash" if parameters[0] == 0 && does_lie.load(Ordering::SeqCst) => said.clone(),
		_ => result,
	});
	let liar = liar.await;
	let url = liar.url();
	let consent = |file: &str, more: &[&str]| {
		let command = ["label", "takeover", "6", "--key", "ada", "--output", file, "--node", &url];
		cli.run(&[&command[..], more].concat())
	};
	consent("one.json", &[]).expect(0, "consented");
	let nothing = "ab".repeat(32);
	let questions = [
		&["label", "show", "1"][..],
		&["bundle", "create", "--absent", &nothing[..], "--output", "nothing.chirograph"],
	];
	let ask = |question: &[&str], more: &[&str]| cli.run(&[question, &["--node", &url[..]], more].concat());
	lies.store(true, Ordering::SeqCst);
	let refused = consent("two.json", &[]);
	refused.expect(3, &format!("is of the network {other}, and was of 0x"));
	refused.expect(3, "nothing was signed");
	assert!(!cli.directory.join("two.json").exists());
	cli.run(&["proof", "register", "one.json", "--key", "ada", "--node", &url])
		.expect(3, "nothing was signed");
	// Nor is it believed.
	for question in questions {
		ask(question, &[]).expect(3, &format!("is of the network {other}, and was of 0x"));
	}
	assert!(!cli.directory.join("nothing.chirograph").exists());

	// What the user says counts, and is remembered.
	consent("three.json", &["--genesis", &other]).expect(0, "consented");
	consent("four.json", &[]).expect(0, "consented");
	lies.store(false, Ordering::SeqCst);
	consent("five.json", &[]).expect(3, "nothing was signed");
	// What is only read for is not remembered.
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	let genesis = genesis.as_str().expect("a network has a genesis");
	for question in questions {
		ask(question, &[]).expect(3, &format!("is of the network {genesis}, and was of {other}"));
		assert_eq!(ask(question, &["--genesis", genesis]).code, 0, "the control");
	}
	ask(questions[0], &[]).expect(3, "nothing that it says was believed");
	cli.run(&["key", "list"]).expect(0, "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_shows_an_older_block_than_the_bundle_refreshes_nothing() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	let register = |file: &str| {
		cli.write(file, format!("content of {file}"));
		cli.ok(&["proof", "register", file, "--dev-key", "//Alice"]);
	};
	register("poem.txt");
	let asleep = Arc::new(AtomicBool::new(false));
	let (sleeps, seen) = (asleep.clone(), Mutex::new(HashMap::<String, Value>::new()));
	let liar = Liar::new(node, move |method, parameters, result| {
		if !["chain_getFinalizedHead", "grandpa_proveFinality"].contains(&method) {
			return result;
		}
		let mut seen = seen.lock().expect("nobody panics with it");
		let asked = format!("{method} {parameters}");
		let before = seen.get(&asked).filter(|_| sleeps.load(Ordering::SeqCst)).cloned();
		before.unwrap_or_else(|| {
			seen.insert(asked, result.clone());
			result
		})
	});
	let liar = liar.await;
	let url = liar.url();
	let by_liar = |command: &[&str]| cli.run(&[command, &["--node", &url]].concat());
	by_liar(&["bundle", "create", "poem.txt", "--output", "old.chirograph"]).expect(0, "PROVEN");
	asleep.store(true, Ordering::SeqCst);
	register("letter.txt");
	cli.ok(&["bundle", "create", "poem.txt", "--output", "new.chirograph"]);
	let refresh = |bundle: &str, fresh: &str| by_liar(&["bundle", "refresh", bundle, "--output", fresh]);
	refresh("old.chirograph", "control.chirograph").expect(0, "PROVEN");
	refresh("new.chirograph", "older.chirograph").expect(3, "is final already");
	assert!(!cli.directory.join("older.chirograph").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_gives_the_same_answer_again_and_again_is_not_followed_for_ever() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	cli.ok(&["key", "generate", "ada"]);
	let about = ["--jurisdiction", "XX", "--role", "owner", "--field", "name=Ada"];
	cli.ok(&[&["label", "apply", "--key", "ada"][..], &about].concat());
	cli.write("poem.txt", "a poem");
	let register = ["proof", "register", "poem.txt"];
	cli.ok(&[&register[..], &["--dev-key", "//Alice"]].concat());
	let claim = [
		"--dev-key",
		"//Eve",
		"--submitter-dev-key",
		"//Alice",
		"--claim",
		"--evidence",
		"eve.json",
	];
	cli.ok(&[&register[..], &claim].concat());

	let paged = ["LabelsApi_labels", "LabelsApi_applications", "ProofsApi_claims"];
	let first = Mutex::new(HashMap::<String, Value>::new());
	let liar = Liar::new(node, move |method, parameters, result| {
		let asked = parameters[0].as_str().unwrap_or_default();
		if method != "state_call" || !paged.contains(&asked) {
			return result;
		}
		let mut first = first.lock().expect("nobody panics with it");
		first.entry(asked.to_owned()).or_insert(result).clone()
	});
	let liar = liar.await;
	for question in [
		&["label", "list"][..],
		&["label", "applications"],
		&["proof", "show", "poem.txt"],
	] {
		let asked = |url: &str| cli.run(&[question, &["--node", url]].concat());
		asked(&node.url()).expect(0, "as of");
		asked(&liar.url()).expect(3, "its entries are not in order, each once");
	}
}
