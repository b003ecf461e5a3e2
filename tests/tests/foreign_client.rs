// SPDX-License-Identifier: Apache-2.0

//! A client that nobody here wrote, polkadot-api from npm, connects, reads the metadata, and finds the record by it.

use chirograph_tests::{Cli, Network, Run};
use serde_json::json;
use std::{env, process::Command};

#[tokio::test(flavor = "multi_thread")]
async fn polkadot_api_reads_the_metadata_and_the_record() {
	let installed = env::var("CHIROGRAPH_JS").expect("scripts/test says where it installed polkadot-api: run that");
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.write("novel.txt", "It was a dark and stormy night.");
	let registered = cli
		.ok(&["proof", "register", "novel.txt", "--dev-key", "//Alice", "--json"])
		.json();
	let read = |subject: &str| {
		let mut node = Command::new("node");
		Run::of(
			node.args(["read-record.mjs", &network.nodes[0].url(), subject])
				.current_dir(&installed),
		)
	};

	let subject = registered["subject"].as_str().expect("a registration reports its subject");
	let run = read(subject);
	assert_eq!(run.code, 0, "{run:?}");
	let seen = run.json();
	assert_eq!(seen["specName"], "chirograph");
	let record = &registered["record"];
	let expected = json!({
		"owner": record["owner"],
		"label": record["label"],
		"submitter": record["submitter"],
		"evidence_hash": record["evidenceHash"],
		"schema": { "type": "Document" },
		"scheme": { "type": "Sr25519" },
		"registered": record["registered"],
		"life": { "status": { "type": "Active" }, "changes": 0 },
	});
	assert_eq!((&seen["fromStorage"], &seen["fromRuntimeApi"]), (&expected, &expected));
	// The control: what was not registered is not there.
	assert!(read(&format!("0x{}", "ab".repeat(32))).json().get("fromStorage").is_none());
}
