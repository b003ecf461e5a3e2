// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The node of a Chirograph network: validator, full node or archive, as the command line says.
//!
//! | where | what |
//! |---|---|
//! | `cli` | the command line, with the defaults of this network |
//! | `command` | what each subcommand does |
//! | `chain_spec` | the networks that this binary knows by name |
//! | `service` | the node itself, step by step |
//! | `network` | what makes up the network, with a filter in front of each protocol over which others ask |
//! | `members` | whom the node talks to on a closed network |
//! | `checkpoint` | what is refused because the network vouches for another block, and by whom |
//! | `clock` | trusted time: no blocks are made by a clock that is unknown or wrong |
//! | `metrics` | what operators watch beyond what every node tells |
//! | `keys` | the guard against double signing in front of the keys, and keys in hardware |
//! | `rpc` | JSON-RPC methods beyond those that every node has |
//! | `benchmarking` | subcommands that measure weights |

// The SDK's errors are as large as they are, and are returned once in a node's life.
#![allow(clippy::result_large_err)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod chain_spec;
mod checkpoint;
mod cli;
mod clock;
mod command;
mod keys;
mod members;
mod metrics;
mod network;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}
