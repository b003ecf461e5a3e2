// SPDX-License-Identifier: Apache-2.0

//! The history of an account: complete and in order from an honest node, and never a false one from a lying node.

use chirograph_runtime::{Header, RuntimeCall};
use chirograph_sdk::{
	evidence::{Evidence, EvidenceFile},
	keys::{format_account, Keypair},
	primitives::{LabelId, SignatureScheme, SuspensionReason},
	submit::{call, Submitter},
	Error,
};
use chirograph_tests::{
	load::{self, PATIENCE},
	Cli, Liar, Network, Node, Run,
};
use codec::{Compact, Encode};
use serde_json::{json, Value};
use sp_core::{Blake2Hasher, Hasher, H256};
use sp_trie::{LayoutV0, TrieConfiguration};
use std::{
	collections::HashMap,
	sync::{Arc, Mutex},
	time::SystemTime,
};

/// Where in Ada's history the operations are that nodes lie about.
const FORGED: usize = 2;
const NEXT: usize = 3;
/// The key of `Timestamp.Now` in the state.
const TIME: &str = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

/// A network on which Ada applied for a label, registered three files, and sent one of these registrations again, which was refused.
async fn network_with_operations_of_ada() -> (Network, Cli) {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	for file in ["one.txt", "two.txt", "three.txt"] {
		cli.write(file, format!("content of {file}"));
		cli.ok(&["proof", "register", file, "--key", "ada"]);
	}
	let key = cli.ok(&["key", "export", "ada", "--phrase", "--json"]).json();
	let phrase = key["phrase"].as_str().expect("a phrase is text");
	let ada = Keypair::from_secret(phrase, SignatureScheme::Ecdsa).expect("the phrase of a key makes the key");
	let chain = Arc::new(network.nodes[0].connect().await);
	let valid_until = chain.valid_until(100).await.expect("the node answers");
	let submitter = Submitter::start(chain).await.expect("the node answers");
	let evidence = Evidence::read(&cli.directory.join("one.txt.evidence.json")).expect("evidence is beside the file");
	let again = load::register(&submitter, &ada, 4, &evidence, valid_until).await;
	assert!(matches!(again, Err(Error::Refused { .. })), "{again:?}");
	(network, cli)
}

fn history_from(cli: &Cli, url: &str) -> Run {
	cli.run(&["account", "history", "ada", "--json", "--node", url])
}

/// The root of a block with these extrinsics.
fn root(extrinsics: &[Value]) -> H256 {
	let bytes = extrinsics.iter().map(|extrinsic| {
		let digits = extrinsic.as_str().and_then(|text| text.strip_prefix("0x"));
		sp_core::bytes::from_hex(digits.expect("extrinsics are hexadecimal")).expect("extrinsics are hexadecimal")
	});
	LayoutV0::<Blake2Hasher>::ordered_trie_root(bytes.collect::<Vec<_>>())
}

/// A lie about the nodes of every storage proof.
fn about_proofs(lie: impl Fn(&mut Vec<Value>) + Send + Sync + 'static) -> impl Fn(&str, &Value, Value) -> Value + Send + Sync {
	move |method, _, mut result| {
		if method == "state_getReadProof" {
			lie(result["proof"].as_array_mut().expect("a proof is a list of nodes"));
		}
		result
	}
}

/// What a node answered.
#[derive(Clone, Default)]
struct Answers(Arc<Mutex<HashMap<String, Value>>>);

impl Answers {
	fn key(method: &str, parameters: &Value) -> String {
		format!("{method}{parameters}")
	}

	fn keep(&self, method: &str, parameters: &Value, result: &Value) {
		let mut answers = self.0.lock().expect("nobody panics with it");
		answers.insert(Self::key(method, parameters), result.clone());
	}

	/// About a block.
	fn get(&self, method: &str, hash: &str) -> Value {
		let answers = self.0.lock().expect("nobody panics with it");
		let answer = answers.get(&Self::key(method, &json!([hash])));
		answer.expect("the history cannot be told without it").clone()
	}
}

/// A block that never was, in the place of one that is. There is no contradiction in it.
struct Forgery {
	number: u32,
	genuine: String,
	hash: String,
	header: Value,
	extrinsics: Vec<Value>,
}

impl Forgery {
	fn new(genuine: &str, header: &Value, extrinsics: Vec<Value>) -> Self {
		let mut header: Header = serde_json::from_value(header.clone()).expect("nodes show headers");
		header.extrinsics_root = root(&extrinsics);
		Self {
			number: header.number,
			genuine: genuine.into(),
			hash: format!("{:?}", Blake2Hasher::hash(&header.encode())),
			header: json!(header),
			extrinsics,
		}
	}

	/// A node that shows it. All else it knows of it is what it knows of the genuine block.
	async fn told_by(self, node: &Node) -> Liar {
		let (forged, genuine) = (self.hash.clone(), self.genuine.clone());
		let rephrase = move |_: &str, parameters: Value| {
			let text = parameters.to_string().replace(&forged, &genuine);
			serde_json::from_str::<Value>(&text).expect("one hash is as good JSON as another")
		};
		let lie = move |method: &str, parameters: &Value, result: Value| match method {
			"chain_getBlockHash" if parameters[0] == self.number => json!(self.hash),
			"chain_getHeader" if parameters[0] == self.hash => self.header.clone(),
			"chain_getBlock" if parameters[0] == self.hash => json!({
				"block": { "header": self.header, "extrinsics": self.extrinsics },
				"justifications": null,
			}),
			_ => result,
		};
		Liar::rephrasing(node, rephrase, lie).await
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_told_in_order_with_what_came_of_it() {
	let (_network, cli) = network_with_operations_of_ada().await;
	let history = cli.ok(&["account", "history", "ada", "--json"]).json();
	let operations = history["operations"].as_array().expect("operations are a list");
	let told = operations
		.iter()
		.map(|told| json!([told["nonce"], told["pallet"], told["call"], told["succeeded"], told["error"]]));
	assert_eq!(
		told.collect::<Vec<_>>(),
		[
			json!([0, "Labels", "apply", true, null]),
			json!([1, "Proofs", "register", true, null]),
			json!([2, "Proofs", "register", true, null]),
			json!([3, "Proofs", "register", true, null]),
			json!([4, "Proofs", "register", false, "Proofs::AlreadyRegistered"]),
		]
	);
	assert_eq!(history["nonce"], 5);

	// The ledger's own record says the same.
	for (operation, file) in operations[1..].iter().zip(["one.txt", "two.txt", "three.txt"]) {
		let registered = cli.ok(&["proof", "show", file, "--json"]).json()["record"]["registered"].take();
		for what in ["block", "extrinsic", "time"] {
			assert_eq!(operation[what], registered[what], "{what} of {file}");
		}
	}

	let address = history["account"].as_str().expect("an address is text");
	let text = cli.ok(&["account", "history", address]);
	text.expect(0, &format!("all 5 operations of {address} up to block "));
	text.expect(0, "Proofs::register  ok");
	text.expect(0, "Proofs::register  refused (Proofs::AlreadyRegistered)");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_nothing_has_an_empty_history_and_who_is_nobody_has_none() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	let ferdie = Keypair::dev("//Ferdie", SignatureScheme::Sr25519).expect("a development key");
	let address = format_account(&ferdie.account());
	cli.run(&["account", "history", &address])
		.expect(0, &format!("no operations of {address} up to block "));
	cli.run(&["account", "history", &address[1..]]).expect(2, "checksum");
	cli.run(&["account", "history", "nobody"])
		.expect(2, "there is no key named `nobody`");
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_hides_or_alters_an_operation_is_found_out() {
	let (network, cli) = network_with_operations_of_ada().await;
	let node = &network.nodes[0];
	let truth = history_from(&cli, &node.url()).json();
	let place = |index: usize| {
		let operation = &truth["operations"][index];
		let hash = operation["blockHash"].as_str().expect("a hash is text").to_owned();
		let number = operation["block"].as_u64().expect("a height is a number");
		let extrinsic = operation["extrinsic"].as_u64().expect("an index is a number") as usize;
		(hash, number, extrinsic)
	};
	let ((hash, number, extrinsic), (next, ..)) = (place(FORGED), place(NEXT));

	// The control: what is not altered is believed, through a proxy too.
	let answers = Answers::default();
	let kept = answers.clone();
	let honest = Liar::new(node, move |method, parameters, result| {
		kept.keep(method, parameters, &result);
		result
	})
	.await;
	let control = history_from(&cli, &honest.url());
	assert_eq!(control.code, 0, "{control:?}");
	assert_eq!(control.json()["operations"], truth["operations"]);
	let header = answers.get("chain_getHeader", &hash);
	let block = answers.get("chain_getBlock", &hash);
	let extrinsics = block["block"]["extrinsics"]
		.as_array()
		.expect("extrinsics are a list")
		.clone();
	let other_extrinsics = answers.get("chain_getBlock", &next)["block"]["extrinsics"].take();

	// An old head. This is no forgery that can be seen, so the answer says up to where it is complete.
	let old = json!(next);
	let liar = Liar::new(node, move |method, _, result| match method {
		"chain_getFinalizedHead" => old.clone(),
		_ => result,
	});
	let told = history_from(&cli, &liar.await.url()).json();
	assert_eq!(told["asOf"]["hash"], json!(next));
	assert_eq!(told["operations"].as_array().map(Vec::len), Some(NEXT + 1));
	assert_eq!(told["operations"][NEXT], truth["operations"][NEXT]);

	// The block without the operation.
	let mut fewer = extrinsics.clone();
	fewer.remove(extrinsic);
	let (about, left) = (hash.clone(), json!(fewer));
	let hide = move |method: &str, parameters: &Value, mut result: Value| {
		if method == "chain_getBlock" && parameters[0] == about {
			result["block"]["extrinsics"] = left.clone();
		}
		result
	};
	history_from(&cli, &Liar::new(node, hide.clone()).await.url())
		.expect(1, &format!("as the content of block {number} is forged"));

	// And with a header that goes with it.
	let (about, patched) = (hash.clone(), json!(root(&fewer)));
	let liar = Liar::new(node, move |method, parameters, result| {
		let mut result = hide(method, parameters, result);
		if method == "chain_getHeader" && parameters[0] == about {
			result["extrinsicsRoot"] = patched.clone();
		}
		result
	});
	history_from(&cli, &liar.await.url()).expect(1, &format!("as the header of block {hash} is forged: it has another hash"));

	// And with a hash that goes with that.
	let liar = Forgery::new(&hash, &header, fewer).told_by(node);
	history_from(&cli, &liar.await.url()).expect(1, &format!("used the nonce {FORGED} in block {number}"));

	// The operation, but not what Ada signed: another last byte.
	let mut altered = extrinsics.clone();
	let mut text = altered[extrinsic].as_str().expect("extrinsics are hexadecimal").to_owned();
	let last = text.pop();
	text.push(if last == Some('0') { '1' } else { '0' });
	altered[extrinsic] = json!(text);
	let liar = Forgery::new(&hash, &header, altered).told_by(node);
	history_from(&cli, &liar.await.url()).expect(1, "did not sign it");

	// The operation as Ada signed it, in a block that never was.
	let mut elsewhere = header.clone();
	elsewhere["parentHash"] = json!(next);
	let liar = Forgery::new(&hash, &elsewhere, extrinsics.clone()).told_by(node);
	history_from(&cli, &liar.await.url()).expect(1, &format!("at height {number} is forged: later blocks remember another one"));

	// Two blocks with each other's extrinsics.
	let (first, second) = ((json!(hash), other_extrinsics), (json!(next), json!(extrinsics)));
	let liar = Liar::new(node, move |method, parameters, mut result| {
		for (about, others) in [&first, &second] {
			if method == "chain_getBlock" && parameters[0] == *about {
				result["block"]["extrinsics"] = others.clone();
			}
		}
		result
	});
	history_from(&cli, &liar.await.url()).expect(1, "as the content of block");

	// One block in another's place.
	let later = json!(next);
	let liar = Liar::new(node, move |method, parameters, result| match method {
		"chain_getBlockHash" if parameters[0] == number => later.clone(),
		_ => result,
	});
	history_from(&cli, &liar.await.url()).expect(
		1,
		&format!("as the header of block {number} is forged: it has another height"),
	);

	// A node that keeps no old blocks is honest, and of no use.
	let liar = Liar::new(node, move |method, parameters, result| match method {
		"chain_getBlock" if parameters[0] == hash => Value::Null,
		_ => result,
	});
	history_from(&cli, &liar.await.url()).expect(3, "ask an archive node");
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_lies_about_the_nonce_is_found_out() {
	let (network, cli) = network_with_operations_of_ada().await;
	let node = &network.nodes[0];
	let expect_forged = |url: &str| history_from(&cli, url).expect(1, "of the state of block");

	// The control: the nodes of a proof may come in any order.
	let liar = Liar::new(node, about_proofs(|nodes| nodes.reverse()));
	let control = history_from(&cli, &liar.await.url());
	assert_eq!(control.json()["nonce"], 5, "{control:?}");

	// One less. What the ledger keeps of an account is a node of its own: nonce, counters and balances in 80 bytes.
	let one_less = |nodes: &mut Vec<Value>| {
		for node in nodes {
			let digits = node.as_str().filter(|text| text.len() == 2 + 2 * 80);
			if let Some(rest) = digits.and_then(|text| text.strip_prefix("0x05000000")) {
				*node = json!(format!("0x04000000{rest}"));
			}
		}
	};
	expect_forged(&Liar::new(node, about_proofs(one_less)).await.url());

	// A part of the proof is missing.
	let incomplete = |nodes: &mut Vec<Value>| {
		nodes.pop();
	};
	expect_forged(&Liar::new(node, about_proofs(incomplete)).await.url());

	// A genuine proof, of another block.
	let first = Mutex::new(None);
	let liar = Liar::new(node, move |method, _, result| match method {
		"state_getReadProof" => first.lock().expect("nobody panics with it").get_or_insert(result).clone(),
		_ => result,
	});
	expect_forged(&liar.await.url());
}

/// A call of Alice's about a label.
fn suspend(label: LabelId) -> RuntimeCall {
	let reason = SuspensionReason::Unspecified;
	RuntimeCall::Labels(pallet_labels::Call::suspend { label, reason })
}

fn reinstate(label: LabelId) -> RuntimeCall {
	RuntimeCall::Labels(pallet_labels::Call::reinstate { label })
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_inside_of_an_operation_are_told_with_what_came_of_each() {
	/// Eve's, and nobody's.
	const EVE: LabelId = 5;
	const NOBODY: LabelId = 99;
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await)).await;
	let submitter = submitter.expect("the node answers");
	let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519).expect("a development key");
	let three = || vec![suspend(EVE), suspend(NOBODY), reinstate(EVE)];
	for (name, calls, succeeds) in [
		("force_batch", three(), true),
		("batch", three(), true),
		("batch_all", vec![reinstate(EVE), suspend(NOBODY)], false),
	] {
		let outcome = submitter.submit(&call("Utility", name, &calls), &alice, PATIENCE).await;
		assert_eq!(outcome.is_ok(), succeeds, "{name}: {outcome:?}");
	}
	// One of the two calls is a batch: number 0 of the pallet with the number 30.
	let nested = (Compact(2u32), [30u8, 0], vec![reinstate(EVE)], suspend(NOBODY));
	let outcome = submitter
		.submit(&call("Utility", "force_batch", &nested), &alice, PATIENCE)
		.await;
	outcome.expect("it goes on whatever is refused");

	let alice = format_account(&alice.account());
	let history = cli.ok(&["account", "history", &alice, "--json"]).json();
	let inner = |depth: u32, call: &str, label: LabelId, outcome: &str| {
		let about = json!({ "label": label });
		json!({ "depth": depth, "pallet": "Labels", "call": call, "about": about, "outcome": outcome })
	};
	let refused = || {
		let mut call = inner(1, "suspend", NOBODY, "refused");
		call["error"] = json!("Labels::UnknownLabel");
		call
	};
	let batch = json!({ "depth": 1, "pallet": "Utility", "call": "batch", "about": null, "outcome": "done" });
	let expected = [
		json!([
			true,
			[
				inner(1, "suspend", EVE, "done"),
				refused(),
				inner(1, "reinstate", EVE, "done")
			]
		]),
		json!([
			true,
			[
				inner(1, "suspend", EVE, "done"),
				refused(),
				inner(1, "reinstate", EVE, "notDone")
			]
		]),
		json!([
			false,
			[inner(1, "reinstate", EVE, "notDone"), inner(1, "suspend", NOBODY, "notDone")]
		]),
		json!([true, [batch, inner(2, "reinstate", EVE, "done"), refused()]]),
	];
	let operations = history["operations"].as_array().expect("operations are a list");
	let told = operations.iter().map(|told| json!([told["succeeded"], told["calls"]]));
	assert_eq!(told.collect::<Vec<_>>(), expected);
	assert!(operations.iter().all(|told| told["signature"] == "valid"), "{history}");

	let text = cli.ok(&["account", "history", &alice]);
	text.expect(0, "Utility::batch_all    refused (Labels::UnknownLabel)");
	text.expect(0, "    Labels::suspend  refused (Labels::UnknownLabel)  label 99");
	text.expect(0, "    Labels::reinstate  not done  label 5");
	text.expect(0, "is this node's word");
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_a_block_that_is_named_no_node_can_leave_anything_out() {
	let (network, cli) = network_with_operations_of_ada().await;
	let node = &network.nodes[0];
	let truth = history_from(&cli, &node.url()).json();
	let as_of = |url: &str, hash: &str| {
		let command = ["account", "history", "ada", "--json", "--node", url, "--as-of", hash];
		cli.run(&command)
	};
	let hash = |value: &Value| value.as_str().expect("a hash is text").to_owned();
	let (newest, next) = (hash(&truth["asOf"]["hash"]), hash(&truth["operations"][NEXT]["blockHash"]));
	assert_eq!(truth["asAsked"], false);

	// A node that shows an old head is believed by whoever asks no further.
	let old = json!(next);
	let liar = Liar::new(node, move |method, _, result| match method {
		"chain_getFinalizedHead" => old.clone(),
		_ => result,
	});
	let liar = liar.await;
	let short = history_from(&cli, &liar.url()).json();
	assert_eq!(short["nonce"], NEXT + 1, "the control");
	let whole = as_of(&liar.url(), &newest).json();
	assert_eq!(
		(&whole["operations"], &whole["asAsked"]),
		(&truth["operations"], &json!(true))
	);
	assert_eq!(whole["asOf"]["hash"], json!(newest));
	assert_eq!(as_of(&node.url(), &next).json()["nonce"], NEXT + 1);
	as_of(&node.url(), &"ab".repeat(32)).expect(3, "the node does not know the block 0xabab");
}

/// Its time is proven, and not only said.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_block_is_not_taken_for_the_newest_whatever_time_it_is_said_to_have() {
	let network = Network::development().await;
	let node = &network.nodes[0];
	let cli = Cli::new(network.directory(), node);
	let genesis = cli.ok(&["chain", "status", "--json"]).json()["genesis"].clone();
	let liar = Liar::new(node, move |method, parameters, result| match method {
		"chain_getFinalizedHead" => genesis.clone(),
		"state_getStorage" if parameters[0] == TIME => {
			let now = SystemTime::now()
				.duration_since(SystemTime::UNIX_EPOCH)
				.expect("it is later than 1970");
			let now = u64::try_from(now.as_millis()).expect("it is long before the end of time");
			json!(sp_core::bytes::to_hex(&now.encode(), false))
		},
		_ => result,
	});
	let liar = liar.await;
	let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519).expect("a development key");
	let address = format_account(&alice.account());
	let history = |url: &str| cli.run(&["account", "history", &address, "--node", url]);
	// The control: whoever asks for no proof believes it.
	cli.run(&["label", "show", "1", "--node", &liar.url()]).expect(0, "block 0 ");
	history(&liar.url()).expect(3, "it is cut off, or its network stands still");
	history(&node.url()).expect(0, "no operations");
}
