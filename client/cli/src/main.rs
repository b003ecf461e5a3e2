// SPDX-License-Identifier: Apache-2.0

//! `chirograph`, the command line. Reads what is wanted, asks the SDK, and says what came of it; all chain logic is the SDK's.
//!
//! Exit codes: 0 done, or verified; 1 the answer is no (not verified, refused, not final); 2 the command or what it was given cannot be
//! used; 3 no node could answer.

mod account;
mod args;
mod batch;
mod bundle;
mod certificate;
mod chain;
mod checkpoint;
mod clock;
mod council;
mod incident;
mod invoice;
mod key;
mod label;
mod network;
mod output;
mod passkey;
mod password;
mod peer;
mod proof;
mod recovery;
mod statement;
mod validator;

use args::{Arguments, Command};
use chirograph_sdk::{Error, ErrorKind};
use clap::Parser;
use output::Output;
use std::{env, process::ExitCode};

/// Why a command ended without what was asked for.
enum Failure {
	/// The SDK says why.
	Sdk(Error),
	/// The command cannot be carried out as it was given.
	Usage(String),
	/// The answer is no, and it was printed already.
	Negative,
}

impl<E: Into<Error>> From<E> for Failure {
	fn from(error: E) -> Self {
		Self::Sdk(error.into())
	}
}

impl Failure {
	fn exit_code(&self) -> u8 {
		match self {
			Self::Negative => 1,
			Self::Usage(_) => 2,
			Self::Sdk(error) => match error.kind() {
				ErrorKind::Refused => 1,
				ErrorKind::Input => 2,
				ErrorKind::Connection => 3,
			},
		}
	}

	fn message(&self) -> Option<String> {
		match self {
			Self::Sdk(error) => Some(error.to_string()),
			Self::Usage(text) => Some(text.clone()),
			Self::Negative => None,
		}
	}
}

#[tokio::main]
async fn main() -> ExitCode {
	let arguments = match Arguments::try_parse() {
		Ok(arguments) => arguments,
		// Programs want JSON for their own mistakes too; help is for people.
		Err(error) if error.use_stderr() && env::args_os().any(|argument| argument == "--json") => {
			Output::new(true).error(error.to_string().trim(), 2);
			return ExitCode::from(2);
		},
		Err(error) => error.exit(),
	};
	let output = Output::new(arguments.common.json);
	let outcome = match arguments.command {
		Command::Key(command) => key::run(command, &output),
		Command::Label(command) => label::run(command, &arguments.common, &output).await,
		Command::Recovery(command) => recovery::run(command, &arguments.common, &output).await,
		Command::Passkey(command) => passkey::run(command, &arguments.common, &output).await,
		Command::Proof(command) => proof::run(command, &arguments.common, &output).await,
		Command::Bundle(command) => bundle::run(command, &arguments.common, &output).await,
		Command::Certificate(command) => certificate::run(command, &arguments.common, &output).await,
		Command::Invoice(command) => invoice::run(command, &arguments.common, &output).await,
		Command::Validator(command) => validator::run(command, &arguments.common, &output).await,
		Command::Network(command) => network::run(command, &arguments.common, &output).await,
		Command::Incident(command) => incident::run(command, &arguments.common, &output).await,
		Command::Time(command) => clock::run(command, &arguments.common, &output).await,
		Command::Council(command) => council::run(command, &arguments.common, &output).await,
		Command::Peer(command) => peer::run(command, &arguments.common, &output).await,
		Command::Account(command) => account::run(command, &arguments.common, &output).await,
		Command::Chain(command) => chain::run(command, &arguments.common, &output).await,
		Command::Checkpoint(command) => checkpoint::run(command, &arguments.common, &output).await,
	};
	match outcome {
		Ok(()) => ExitCode::SUCCESS,
		Err(failure) => {
			if let Some(message) = failure.message() {
				output.error(&message, failure.exit_code());
			}
			ExitCode::from(failure.exit_code())
		},
	}
}
