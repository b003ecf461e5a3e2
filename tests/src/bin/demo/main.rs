// SPDX-License-Identifier: Apache-2.0

//! The demonstrations that `scripts/demo` runs: the commands are the real ones, shown as a person would type them.

mod deed;
mod hospital;

use chirograph_tests::{binary, Cli, Network, Node};
use clap::{Parser, ValueEnum};
use std::{
	path::{Path, PathBuf},
	process::ExitCode,
};

/// Plays a story on a network of four validators
#[derive(Parser)]
struct Arguments {
	/// The file that the deed is in; without one, a document shipped with the project
	file: Option<PathBuf>,
	/// Which story
	#[arg(long, value_enum, default_value = "deed")]
	story: Story,
	/// End the network with the demonstration, instead of with Ctrl-C
	#[arg(long)]
	exit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Story {
	/// A file is registered and verified, and a changed copy is refused
	Deed,
	/// An invoice from payment to clearance: hospital, patient, employer, two tax authorities
	Hospital,
}

#[tokio::main]
async fn main() -> ExitCode {
	match run(Arguments::parse()).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(reason) => {
			eprintln!("error: {reason}");
			ExitCode::FAILURE
		},
	}
}

async fn run(arguments: Arguments) -> Result<(), String> {
	if let Some(file) = &arguments.file {
		if arguments.story != Story::Deed {
			return Err("this story has documents of its own; name no file".into());
		}
		// Before anything is started.
		chirograph_sdk::file::open_original(file).map_err(|error| error.to_string())?;
	}
	step("starting four validators: alice, bob, charlie, dave");
	let network = Network::demonstration().await;
	for node in &network.nodes {
		println!("  {:8} {}", node.name, node.url());
	}
	let outcome = match arguments.story {
		Story::Deed => deed::play(&network, arguments.file.as_deref()),
		Story::Hospital => hospital::play(&network),
	};
	if outcome.is_ok() && !arguments.exit {
		suggest(&network);
		tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
	}
	step("the network has ended, and its files are removed");
	outcome
}

/// Runs a command and shows it; fails if it ends with another code than it should.
fn show(user: &Cli, node: &Node, arguments: &[&str], code: i32) -> Result<(), String> {
	println!("\n$ chirograph {} --node {}", arguments.join(" "), node.url());
	// With the terminal of its own that a person would see it on.
	let ended = user.command(arguments).status().map_err(|error| error.to_string())?.code();
	println!("(exit code {})", ended.unwrap_or(-1));
	if ended == Some(code) {
		Ok(())
	} else {
		Err(format!(
			"this command should have ended with {code}; the network's log:\n{}",
			node.log()
		))
	}
}

fn suggest(network: &Network) {
	let bin = binary("chirograph");
	let bin = bin.parent().unwrap_or(Path::new(".")).display();
	let (alice, dave) = (network.nodes[0].url(), network.nodes[3].url());
	step("the network runs until Ctrl-C; try in another terminal");
	println!(
		"
  export PATH={bin}:$PATH CHIROGRAPH_NODE={alice}
  chirograph chain status
  chirograph key generate me
  chirograph label apply --key me --field name=Me --jurisdiction XX --role owner
  chirograph label review me --dossier dossier.json
  chirograph label approve me --dossier dossier.json --dev-key //Alice --application HASH
  chirograph proof register FILE --key me
  chirograph proof verify FILE --node {dave}
  chirograph proof revoke FILE --key me
  chirograph proof show FILE --json
  chirograph label show me --history
  chirograph invoice routes
"
	);
}

fn step(text: &str) {
	println!("\n\x1b[1m==> {text}\x1b[0m");
}
