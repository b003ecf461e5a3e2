// SPDX-License-Identifier: Apache-2.0

//! A closed network: what its members tell each other, they tell nobody else.

use chirograph_sdk::{
	primitives::{payload, PeerKey},
	submit::{call, Submitter},
};
use chirograph_tests::{binary, load::PATIENCE, Asked, Cli, Network, Node, RawPeer, Run, Told};
use serde_json::json;
use std::{fs, process::Command, sync::Arc, time::Duration};

const ALICE: usize = 0;
/// So many blocks the others finalise while a stranger gets none.
const BLOCKS: u64 = 5;
/// Long enough for some blocks: within this, a stranger hears nothing.
const SOME_BLOCKS: Duration = Duration::from_secs(20);
/// Within this, a member hears, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(120);

async fn submitter(network: &Network) -> Submitter {
	let submitter = Submitter::start(Arc::new(network.nodes[ALICE].connect().await)).await;
	submitter.expect("the node answers")
}

/// Registers a node for the label that the key `owner` holds; the node's key signs that it is willing.
async fn add_peer(cli: &Cli, submitter: &Submitter, owner: &str, peer: PeerKey, sign: impl Fn(&[u8]) -> [u8; 64]) {
	let label = cli.label_of(owner).parse().expect("a label is a number");
	let signature = sign(&payload::peer(submitter.chain().genesis(), label));
	let call = call("Peers", "add_peer", &(peer, signature));
	let added = submitter.submit(&call, &cli.keypair(owner), PATIENCE).await;
	added.unwrap_or_else(|error| panic!("{owner} cannot add a node: {error}"));
}

/// The newest finalised block: its height and hash.
async fn finalised(submitter: &Submitter) -> (u64, [u8; 32]) {
	let block = submitter.chain().finalised().await.expect("the node answers");
	(block.block_number(), block.block_hash().0)
}

/// The height of the best block that a node has.
async fn best(node: &Node) -> u64 {
	let header = node.request("chain_getHeader", json!([])).await;
	let digits = header["number"].as_str().and_then(|number| number.strip_prefix("0x"));
	digits
		.and_then(|digits| u64::from_str_radix(digits, 16).ok())
		.unwrap_or_else(|| panic!("no height: {header}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_a_stranger_gets_no_block_until_its_key_is_registered() {
	let network = Network::closed().await;
	let alice = &network.nodes[ALICE];
	let cli = Cli::new(network.directory(), alice);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let submitter = submitter(&network).await;

	let mut stranger = network.observer("stranger", alice.p2p_address());
	stranger.start();
	stranger.connect().await;
	let (height, _) = finalised(&submitter).await;
	alice.wait_for_finality(height + BLOCKS).await;
	assert_eq!(best(&stranger).await, 0, "{}", stranger.log());
	let said = fs::read_to_string(stranger.home().join("log")).expect("a node keeps a log");
	assert!(said.contains("is not among the members of the network"), "{said}");

	// The control: nothing about it changes but that it belongs to somebody.
	add_peer(&cli, &submitter, "ada", stranger.peer_key(), |payload| stranger.sign(payload)).await;
	stranger.wait_for_finality(height + BLOCKS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_protocol_answers_a_stranger_or_a_member_whose_label_was_suspended() {
	let network = Network::closed().await;
	let alice = &network.nodes[ALICE];
	let cli = Cli::new(network.directory(), alice);
	for owner in ["ada", "ben"] {
		cli.labelled_key(owner, "ecdsa", &["owner"]);
	}
	let submitter = submitter(&network).await;
	let genesis = *submitter.chain().genesis();

	// A member, as the control, and a stranger ask the same.
	let mut of_ben = RawPeer::new(alice, genesis);
	add_peer(&cli, &submitter, "ben", of_ben.peer_key(), |payload| of_ben.sign(payload)).await;
	let mut of_ada = RawPeer::new(alice, genesis);
	let (_, block) = finalised(&submitter).await;
	for asked in Asked::ALL {
		is_answered(&mut of_ben, asked, &block).await;
		is_refused(&mut of_ada, asked, &block).await;
	}
	of_ben.listen().await.expect("a member may hear of blocks");
	of_ada.listen().await.expect_err("a stranger may not");
	for told in Told::ALL {
		assert!(of_ben.is_told(told, DEADLINE).await, "{told:?}: a member is told");
		assert!(!of_ada.is_told(told, SOME_BLOCKS).await, "{told:?}: a stranger is told");
	}

	// The same stranger, over the same connection, as a member.
	add_peer(&cli, &submitter, "ada", of_ada.peer_key(), |payload| of_ada.sign(payload)).await;
	let (height, block) = finalised(&submitter).await;
	for asked in Asked::ALL {
		is_answered(&mut of_ada, asked, &block).await;
	}
	of_ada.listen().await.expect("a member may hear of blocks");
	assert!(of_ada.hears_of(after(height), DEADLINE).await);
	for told in Told::ALL {
		assert!(of_ada.is_told(told, DEADLINE).await, "{told:?}: a member is told");
	}

	// And when its label is suspended, while it is connected.
	let suspended = cli.run(&["label", "suspend", &cli.label_of("ada"), "--dev-key", "//Alice"]);
	suspended.expect(0, "suspended, and final");
	assert!(of_ada.is_dismissed(DEADLINE).await, "{}", alice.log());
	for told in Told::ALL {
		assert!(of_ada.is_told_no_more(told, DEADLINE).await, "{told:?}: {}", alice.log());
	}
	let (height, block) = finalised(&submitter).await;
	for asked in Asked::ALL {
		is_refused(&mut of_ada, asked, &block).await;
		is_answered(&mut of_ben, asked, &block).await;
	}
	of_ada.listen().await.expect_err("it is no member any more");
	assert!(!of_ada.hears_of(0, SOME_BLOCKS).await);
	assert!(of_ben.hears_of(after(height), DEADLINE).await, "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_serve_strangers_is_refused_at_the_start() {
	let network = Network::closed().await;
	let chain_spec = network.directory().join("chain-spec.json");
	let start = |more: &[&str]| {
		// It would run for ever otherwise.
		let mut command = Command::new("timeout");
		command
			.arg("60")
			.arg(binary("chirograph-node"))
			.arg("--chain")
			.arg(&chain_spec);
		command.args(["--tmp", "--no-prometheus", "--rpc-port", "0"]);
		Run::of(command.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"]).args(more))
	};
	start(&["--network-backend", "libp2p"]).expect(1, "would tell strangers about its blocks");
	start(&["--ipfs-server"]).expect(1, "Leave --ipfs-server out");
}

fn after(height: u64) -> u32 {
	u32::try_from(height + 1).expect("a test is over long before")
}

async fn is_answered(peer: &mut RawPeer, asked: Asked, block: &[u8; 32]) {
	let answer = peer.ask(asked, block).await;
	let answer = answer.unwrap_or_else(|error| panic!("{asked:?} refuses a member: {error}"));
	assert!(!answer.is_empty(), "{asked:?} has nothing for a member");
}

/// Without a byte, and for no other reason than who asks.
async fn is_refused(peer: &mut RawPeer, asked: Asked, block: &[u8; 32]) {
	match peer.ask(asked, block).await {
		Ok(answer) => panic!("{asked:?} gives a stranger {} bytes", answer.len()),
		Err(error) => assert!(
			!["UnsupportedProtocol", "NotConnected", "DialFailed"]
				.iter()
				.any(|other| error.contains(other)),
			"{asked:?} was not even asked: {error}"
		),
	}
}
