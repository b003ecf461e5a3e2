// SPDX-License-Identifier: Apache-2.0

use crate::{without_network, Cli, Run};
use serde_json::Value;
use std::{
	env,
	path::{Path, PathBuf},
	process::Command,
};

/// All programs that verify bundles: the command line, the verifier in Python that was written from the specification alone, and the one for
/// browsers. Each runs by itself and, where the system can do that, on a machine whose network is off.
pub struct Judges<'a> {
	cli: &'a Cli,
	genesis: String,
	python: PathBuf,
	module: PathBuf,
}

impl<'a> Judges<'a> {
	/// Judges who trust the network with that genesis hash, and read the user's files.
	pub fn new(cli: &'a Cli, genesis: &str) -> Self {
		let found = |name: &str, from: &str| env::var_os(name).unwrap_or_else(|| panic!("{name} is not set: {from}"));
		Self {
			cli,
			genesis: genesis.into(),
			python: found("CHIROGRAPH_PYTHON", "it is what scripts/setup-python prints").into(),
			module: found("CHIROGRAPH_WASM_VERIFIER", "source scripts/env").into(),
		}
	}

	/// What all of them answer about a bundle. Fails unless they agree, and each ends with 0 if it is what was asked for, and otherwise with 1.
	/// `question`: what is asked, and what is trusted besides the network, as options of `bundle verify`.
	#[track_caller]
	pub fn ask(&self, bundle: &str, question: &[&str]) -> Value {
		let here = Path::new(env!("CARGO_MANIFEST_DIR"));
		let mut python = Command::new(&self.python);
		python.arg(here.join("python/chirograph_verify.py"));
		let mut browser = Command::new("node");
		browser.arg(here.join("../client/verifier-wasm/judge.mjs")).arg(&self.module);
		let [ours, second, browser] =
			[self.cli.command(&["bundle", "verify", "--json"]), python, browser].map(|judge| self.run(judge, bundle, question));

		let answer = ours.json()["answer"].clone();
		let wanted = if question.contains(&"--absent") { "absent" } else { "proven" };
		let code = i32::from(answer["answer"] != wanted);
		let browsers = browser.json()["answer"].clone();
		// The words of a fault may differ: a page compares a file by one digest, the others by two.
		let agree = [&ours, &second, &browser].iter().all(|judge| judge.code == code)
			&& (&browsers["answer"], fault_of(&browsers)) == (&answer["answer"], fault_of(&answer))
			&& (browsers["facts"] == answer["facts"] && (browsers == answer || answer.get("fault").is_some()));
		let second_verdict = second.json();
		let facts = answer.get("facts").unwrap_or(&answer);
		let told_alike = [
			"subject",
			"asOf",
			"finality",
			"evidenceHash",
			"owner",
			"holder",
			"registered",
			"batch",
		]
		.into_iter()
		.all(|name| facts.get(name).is_none_or(|fact| *fact == second_verdict["facts"][name]));
		let alike = second_verdict["answer"] == answer["answer"] && second_verdict["fault"]["name"] == fault_of(&answer);
		assert!(
			agree && alike && told_alike,
			"{bundle}, {question:?}: {ours:?}\n{second:?}\n{browser:?}"
		);
		answer
	}

	/// Fails unless all of them refuse a bundle for the fault of that name (docs/spec/bundle.md), and ours says `said`.
	#[track_caller]
	pub fn refuse(&self, bundle: &str, question: &[&str], fault: &str, said: &str) {
		let answer = self.ask(bundle, question);
		let reason = answer["reason"].as_str().unwrap_or_default();
		assert!(
			answer["answer"] == "not-proven" && fault_of(&answer) == fault && reason.contains(said),
			"expected {fault} and {said:?}: {answer}"
		);
	}

	fn run(&self, mut judge: Command, bundle: &str, question: &[&str]) -> Run {
		judge
			.current_dir(&self.cli.directory)
			.args([bundle, "--network", &self.genesis])
			.args(question);
		Run::of(&mut without_network(&judge).unwrap_or(judge))
	}
}

/// The name of a fault and of those within it, from the outside in; null if there is none.
fn fault_of(answer: &Value) -> Value {
	let mut names = Vec::new();
	let mut fault = &answer["fault"];
	while fault.is_object() {
		names.extend(["fault", "part"].into_iter().filter_map(|name| fault[name].as_str()));
		fault = &fault["why"];
	}
	match names.is_empty() {
		true => Value::Null,
		false => names.join("/").into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn faults_are_named_from_the_outside_in() {
		let why = json!({ "part": "bundle", "why": { "fault": "truncated" } });
		assert_eq!(
			fault_of(&json!({ "fault": { "fault": "format", "why": why } })),
			"format/bundle/truncated"
		);
		assert_eq!(
			fault_of(&json!({ "fault": { "fault": "justification-missing" } })),
			"justification-missing"
		);
		assert_eq!(fault_of(&json!({ "answer": "proven" })), Value::Null);
	}
}
