// SPDX-License-Identifier: Apache-2.0

use crate::{binary, Node};
use chirograph_sdk::keys::{KeyStore, Keypair};
use serde_json::Value;
use std::{
	io::{self, Read},
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
};

/// The password of the keys that tests make.
const PASSWORD: &str = "correct horse battery staple";

/// The `chirograph` binary, with keys of its own.
pub struct Cli {
	/// Where it runs, and where its files are.
	pub directory: PathBuf,
	node: String,
}

/// What a run of the command line left.
#[derive(Debug)]
pub struct Run {
	/// Exit code.
	pub code: i32,
	/// Standard output.
	pub stdout: String,
	/// Standard error.
	pub stderr: String,
}

/// A command that runs meanwhile. Killed when this is dropped: a test that fails leaves none behind.
pub struct Running(Child);

impl Cli {
	/// A user who works in `directory` and asks `node`.
	pub fn new(directory: &Path, node: &Node) -> Self {
		Self {
			directory: directory.into(),
			node: node.url(),
		}
	}

	/// The same user, asking another node.
	pub fn at(&self, node: &Node) -> Self {
		Self::new(&self.directory, node)
	}

	/// The command, ready to be run or changed.
	pub fn command(&self, arguments: &[&str]) -> Command {
		let mut command = Command::new(binary("chirograph"));
		command
			.args(arguments)
			.current_dir(&self.directory)
			.env("CHIROGRAPH_NODE", &self.node)
			.env("CHIROGRAPH_KEYS", self.directory.join("keys"))
			.env("CHIROGRAPH_PASSWORD", PASSWORD)
			.env_remove("CHIROGRAPH_KEY")
			.env_remove("CHIROGRAPH_GENESIS")
			.env_remove("CHIROGRAPH_LIGHT")
			.stdin(Stdio::null());
		command
	}

	/// Runs it to its end.
	pub fn run(&self, arguments: &[&str]) -> Run {
		Run::of(&mut self.command(arguments))
	}

	/// Runs it, and expects that it succeeds.
	pub fn ok(&self, arguments: &[&str]) -> Run {
		let run = self.run(arguments);
		assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
		run
	}

	/// Makes a key, and gets it a label: it applies, and Alice, who is an auditor on the development networks, approves.
	pub fn labelled_key(&self, name: &str, scheme: &str, roles: &[&str]) {
		self.labelled_key_in("XX", name, scheme, roles);
	}

	/// As [`Self::labelled_key`], for somebody who is at home there.
	pub fn labelled_key_in(&self, jurisdiction: &str, name: &str, scheme: &str, roles: &[&str]) {
		self.ok(&["key", "generate", name, "--scheme", scheme]);
		let dossier = format!("{name}.dossier.json");
		let field = format!("name={name}");
		let mut application = vec!["label", "apply", "--key", name, "--dossier", &dossier, "--field", &field];
		application.extend(["--jurisdiction", jurisdiction]);
		for role in roles {
			application.extend(["--role", role]);
		}
		self.ok(&application);
		let approval = self.approve(name, &["--dossier", &dossier], "//Alice");
		assert_eq!(approval.code, 0, "{approval:?}");
	}

	/// Approves the application of an account as an auditor does: reviews it with these files, and approves what the review showed, with a
	/// development key. Where there is nothing to review, that is the outcome.
	pub fn approve(&self, account: &str, files: &[&str], auditor: &str) -> Run {
		let review = self.run(&[&["label", "review", account, "--json"], files].concat());
		match review.json()["hash"].as_str() {
			Some(hash) => {
				let approval = ["label", "approve", account, "--application", hash, "--dev-key", auditor];
				self.run(&[&approval[..], files].concat())
			},
			None => review,
		}
	}

	/// The number of the label that a key of the user's holds, as it is typed.
	pub fn label_of(&self, key: &str) -> String {
		let shown = self.ok(&["label", "show", key, "--json"]).json();
		shown["label"]["id"].to_string()
	}

	/// A key of the user's, to sign with it what the command line would not.
	pub fn keypair(&self, name: &str) -> Keypair {
		let keypair = KeyStore::new(self.directory.join("keys")).load(name, PASSWORD);
		keypair.expect("it was made with that password")
	}

	/// Writes a file of the user's.
	pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
		let path = self.directory.join(name);
		std::fs::write(&path, content).expect("the user's directory is writable");
		path
	}
}

impl Running {
	/// Starts it.
	pub fn start(command: &mut Command) -> Self {
		Self(command.spawn().expect("the binary can be run"))
	}

	/// Starts it, and keeps what it prints.
	pub fn piped(command: &mut Command) -> Self {
		Self::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
	}

	/// Returns when it has said `text` on standard error, which is kept; or fails when it ends without.
	#[track_caller]
	pub fn wait_for(&mut self, text: &str) {
		let stderr = self.0.stderr.as_mut().expect("what it prints is kept");
		let (mut said, mut byte) = (Vec::new(), [0]);
		while !said.ends_with(text.as_bytes()) {
			let read = stderr.read(&mut byte).expect("it is ours");
			assert_eq!(read, 1, "it ended, and said {:?}", String::from_utf8_lossy(&said));
			said.extend(byte);
		}
	}

	/// What it left, once it ended by itself: what it printed, if that is kept.
	pub fn finish(mut self) -> Run {
		let stdout = text_of(self.0.stdout.take());
		let stderr = text_of(self.0.stderr.take());
		let status = self.0.wait().expect("it is ours");
		Run {
			code: status.code().unwrap_or(-1),
			stdout,
			stderr,
		}
	}

	/// Whether it ended by itself.
	pub fn has_ended(&mut self) -> bool {
		self.0.try_wait().expect("it is ours").is_some()
	}

	/// Kills it. Whether it was not done yet.
	pub fn kill(mut self) -> bool {
		self.end().expect("it is ours").code().is_none()
	}

	fn end(&mut self) -> io::Result<ExitStatus> {
		self.0.kill()?;
		self.0.wait()
	}
}

fn text_of(stream: Option<impl Read>) -> String {
	let mut bytes = Vec::new();
	if let Some(mut stream) = stream {
		stream.read_to_end(&mut bytes).expect("it is ours");
	}
	String::from_utf8_lossy(&bytes).into()
}

impl Drop for Running {
	fn drop(&mut self) {
		// It may have ended by itself.
		let _ = self.end();
	}
}

impl Run {
	/// Runs a command to its end.
	pub fn of(command: &mut Command) -> Self {
		let output = command.output().expect("the binary can be run");
		Self {
			code: output.status.code().unwrap_or(-1),
			stdout: String::from_utf8_lossy(&output.stdout).into(),
			stderr: String::from_utf8_lossy(&output.stderr).into(),
		}
	}

	/// Standard output as JSON.
	pub fn json(&self) -> Value {
		serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
	}

	/// Fails unless it ended with `code` and said `text`.
	#[track_caller]
	pub fn expect(&self, code: i32, text: &str) {
		assert!(
			self.code == code && format!("{}{}", self.stdout, self.stderr).contains(text),
			"expected {code} and {text:?}: {self:?}"
		);
	}
}
