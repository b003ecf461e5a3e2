// SPDX-License-Identifier: Apache-2.0

//! The node's command line: networks from files, blocks and databases carried about.

use chirograph_tests::{binary, Cli, Network, Run};
use std::{path::Path, process::Command};

fn node(arguments: &[&str]) -> Run {
	Run::of(Command::new(binary("chirograph-node")).args(arguments))
}

fn text(path: &Path) -> &str {
	path.to_str().expect("temporary paths are text")
}

async fn genesis(network: &Network) -> serde_json::Value {
	Cli::new(network.directory(), &network.nodes[0])
		.ok(&["chain", "status", "--json"])
		.json()["genesis"]
		.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn network_of_a_chain_spec_file_is_the_named_one() {
	let network = Network::development().await;
	let file = network.directory().join("raw.json");
	node(&[
		"export-chain-spec",
		"--chain",
		"development",
		"--raw",
		"--output",
		text(&file),
	])
	.expect(0, "");
	let from_file = Network::of_file(&file).await;
	assert_eq!(genesis(&from_file).await, genesis(&network).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_are_exported_and_imported_and_a_database_is_purged() {
	let mut network = Network::development().await;
	network.nodes[0].wait_for_finality(3).await;
	network.nodes[0].kill();
	let (home, copy) = (network.nodes[0].home().to_owned(), network.directory().join("copy"));
	let blocks = network.directory().join("blocks");
	let at = |home: &Path, command: &str, more: &[&str]| {
		node(&[&[command, "--chain", "development", "--base-path", text(home)], more].concat())
	};
	at(&home, "export-blocks", &[text(&blocks)]).expect(0, "");
	at(&copy, "import-blocks", &[text(&blocks)]).expect(0, "");
	let best = |home: &Path| at(home, "chain-info", &[]).json()["best_hash"].clone();
	assert_eq!(best(&copy), best(&home));
	at(&copy, "purge-chain", &["-y"]).expect(0, "removed");
	assert_ne!(best(&copy), best(&home));
}

#[test]
fn node_is_told_which_network_it_belongs_to() {
	node(&["--tmp"]).expect(1, "--chain");
	node(&["--chain", "missing.json", "--tmp"]).expect(1, "missing.json");
}
