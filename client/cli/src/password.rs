// SPDX-License-Identifier: Apache-2.0

//! Passwords and phrases: from a file descriptor, the environment, or a person; never from the command line, which others can see.

use crate::{args::PasswordSource, Failure};
use std::{
	env,
	fs::File,
	io::{stdin, IsTerminal, Read},
};
use zeroize::Zeroizing;

const VARIABLE: &str = "CHIROGRAPH_PASSWORD";
const SUBMITTER_VARIABLE: &str = "CHIROGRAPH_SUBMITTER_PASSWORD";
const PHRASE_VARIABLE: &str = "CHIROGRAPH_PHRASE";
/// Nobody types more.
const MAX_BYTES: u64 = 4096;

impl PasswordSource {
	/// The password of a key that exists.
	pub fn existing(&self, key: &str) -> Result<Zeroizing<String>, Failure> {
		self.given()?
			.map_or_else(|| ask(&format!("Password of the key `{key}`: "), VARIABLE), Ok)
	}

	/// A password for a new key: typed twice, since nobody sees a slip.
	pub fn new_password(&self, key: &str) -> Result<Zeroizing<String>, Failure> {
		if let Some(password) = self.given()? {
			return Ok(password);
		}
		let password = ask(&format!("New password for the key `{key}`: "), VARIABLE)?;
		if *ask("The same again: ", VARIABLE)? != *password {
			return Err(Failure::Usage(
				"the two passwords differ; nothing was written, try again".into(),
			));
		}
		Ok(password)
	}

	fn given(&self) -> Result<Option<Zeroizing<String>>, Failure> {
		match self.password_fd {
			Some(descriptor) => read_descriptor(descriptor).map(Some),
			None => Ok(from_environment(VARIABLE)),
		}
	}
}

/// The password of the key that submits.
pub fn of_submitter(key: &str) -> Result<Zeroizing<String>, Failure> {
	let given = from_environment(SUBMITTER_VARIABLE);
	given.map_or_else(
		|| ask(&format!("Password of the submitter's key `{key}`: "), SUBMITTER_VARIABLE),
		Ok,
	)
}

/// A recovery phrase.
pub fn phrase() -> Result<Zeroizing<String>, Failure> {
	from_environment(PHRASE_VARIABLE).map_or_else(|| ask("Recovery phrase: ", PHRASE_VARIABLE), Ok)
}

fn from_environment(variable: &str) -> Option<Zeroizing<String>> {
	env::var(variable).ok().map(Zeroizing::new)
}

fn read_descriptor(descriptor: u32) -> Result<Zeroizing<String>, Failure> {
	let unusable =
		|reason: String| Failure::Usage(format!("no password can be read from file descriptor {descriptor}: {reason}"));
	let mut bytes = Zeroizing::new(Vec::new());
	File::open(format!("/dev/fd/{descriptor}"))
		.and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
		.map_err(|error| unusable(error.to_string()))?;
	let text = std::str::from_utf8(&bytes).map_err(|_| unusable("it is no text".into()))?;
	// A line's end belongs to the line, not to the password.
	Ok(Zeroizing::new(text.lines().next().unwrap_or_default().into()))
}

fn ask(prompt: &str, variable: &str) -> Result<Zeroizing<String>, Failure> {
	if !stdin().is_terminal() {
		return Err(Failure::Usage(format!(
			"there is no terminal to ask for it; set {variable}, or give a password with --password-fd"
		)));
	}
	let answer = rpassword::prompt_password(prompt);
	answer
		.map(Zeroizing::new)
		.map_err(|error| Failure::Usage(format!("nothing was typed ({error})")))
}
