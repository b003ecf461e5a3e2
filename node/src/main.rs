// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The node of a Chirograph network: validator, full node or archive, as the command line says.
//!
//! | where | what |
//! |---|---|
//! | `cli` | the command line, with the defaults of this network |
//! | `command` | what each subcommand does |
//! | `chain_spec` | the networks that this binary knows by name |
//! | `service` | the node itself, step by step |
//! | `rpc` | JSON-RPC methods beyond those that every node has |
//! | `benchmarking` | subcommands that measure weights |

// The SDK's errors are as large as they are, and are returned once in a node's life.
#![allow(clippy::result_large_err)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod chain_spec;
mod cli;
mod command;
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
