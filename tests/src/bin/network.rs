// SPDX-License-Identifier: Apache-2.0

//! What `scripts/network` starts nodes with: the genesis of a network, keys for its validators, and how each of them is to be run.

use chirograph_tests::Network;
use clap::Parser;
use std::{fs, path::PathBuf};

/// Lays out a network of validators, which the caller starts. Prints a line for each: its name, where its RPC and its metrics are, and its
/// address. What it is to be given is in the file `arguments` of its directory, a line for each.
#[derive(Parser)]
struct Arguments {
	/// 1 to 100. The first four are Alice, Bob, Charlie and Dave
	#[arg(long, default_value_t = 4)]
	validators: usize,
	/// Where chain spec, keys and databases go; it is there, and empty
	#[arg(long)]
	directory: PathBuf,
	/// An address for each, from 10.77.0.11 on, which the caller sets up; otherwise free ports of the loopback interface
	#[arg(long)]
	namespaces: bool,
}

fn main() {
	let arguments = Arguments::parse();
	let directory = arguments.directory.canonicalize().expect("the directory is there");
	for node in Network::lay_out(&directory, arguments.validators, arguments.namespaces) {
		let lines: Vec<_> = node.command_line().into_iter().map(|argument| argument + "\n").collect();
		fs::write(node.home().join("arguments"), lines.concat()).expect("the node's directory is writable");
		println!("{} {} {} {}", node.name, node.url(), node.metrics_address(), node.address());
	}
}
