// SPDX-License-Identifier: Apache-2.0

//! The demonstration that `scripts/demo` runs: the commands are the real ones, shown as a person would type them.

use chirograph_tests::{binary, Cli, Network, Node};
use clap::Parser;
use std::{
	fs::{self, File},
	io::{self, Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
	process::ExitCode,
};

/// Registers a file on a network of four validators, verifies it, and shows that a changed copy is refused
#[derive(Parser)]
struct Arguments {
	/// The file; without one, a document shipped with the project
	file: Option<PathBuf>,
	/// End the network with the demonstration, instead of with Ctrl-C
	#[arg(long)]
	exit: bool,
}

const SAMPLE: &str = include_str!("../../documents/deed.txt");

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
		// Before anything is started.
		chirograph_sdk::file::open_original(file).map_err(|error| error.to_string())?;
	}
	step("starting four validators: alice, bob, charlie, dave");
	let network = Network::demonstration().await;
	for node in &network.nodes {
		println!("  {:8} {}", node.name, node.url());
	}
	let outcome = demonstrate(&network, arguments.file.as_deref());
	if outcome.is_ok() && !arguments.exit {
		suggest(&network);
		tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
	}
	step("the network has ended, and its files are removed");
	outcome
}

fn demonstrate(network: &Network, file: Option<&Path>) -> Result<(), String> {
	let (alice, dave) = (&network.nodes[0], &network.nodes[3]);
	let user = Cli::new(network.directory(), alice);
	let file = match file {
		Some(file) => file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?,
		None => user.write("deed.txt", SAMPLE),
	};
	let file = file.to_str().ok_or("the file's name is not text")?;

	step("ada makes a key; it is encrypted, and stays on her machine");
	show(&user, alice, &["key", "generate", "ada"], 0)?;
	step("nobody knows yet who ada is, so the ledger takes nothing from her");
	let register = ["proof", "register", file, "--key", "ada", "--evidence", "evidence.json"];
	show(&user, alice, &register, 1)?;
	step("ada applies for a label; only a hash of what she says about herself is sent");
	let dossier = ["--dossier", "dossier.json"];
	let application = ["label", "apply", "--key", "ada", "--jurisdiction", "XX", "--role", "owner"];
	let about = ["--field", "name=Ada Lovelace", "--field", "born=1815-12-10"];
	show(&user, alice, &[&application[..], &about, &dossier].concat(), 0)?;
	step("alice is an auditor; she compares ada's dossier with the application, and approves the one that she looked at");
	let review = [&["label", "review", "ada"][..], &dossier].concat();
	show(&user, alice, &review, 0)?;
	let reviewed = user.ok(&[&review[..], &["--json"]].concat()).json();
	let application = reviewed["hash"].as_str().ok_or("a review shows no hash")?;
	let approval = [
		"label",
		"approve",
		"ada",
		"--application",
		application,
		"--dev-key",
		"//Alice",
	];
	show(&user, alice, &[&approval[..], &dossier].concat(), 0)?;
	step("ada registers the file, free of fees; the command returns when the registration is final");
	show(&user, alice, &register, 0)?;
	step("another node, dave's, bears it out");
	show(&user.at(dave), dave, &["proof", "verify", file], 0)?;
	step("one byte of a copy is changed, and it is refused");
	changed_copy(Path::new(file), &network.directory().join("changed")).map_err(|error| error.to_string())?;
	show(&user.at(dave), dave, &["proof", "verify", "changed"], 1)
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

fn changed_copy(file: &Path, copy: &Path) -> io::Result<()> {
	fs::copy(file, copy)?;
	let mut copy = File::options().read(true).write(true).open(copy)?;
	let middle = copy.metadata()?.len() / 2;
	let mut byte = [0];
	copy.seek(SeekFrom::Start(middle))?;
	copy.read_exact(&mut byte)?;
	copy.seek(SeekFrom::Start(middle))?;
	copy.write_all(&[byte[0] ^ 1])
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
"
	);
}

fn step(text: &str) {
	println!("\n\x1b[1m==> {text}\x1b[0m");
}
