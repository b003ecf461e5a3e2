// SPDX-License-Identifier: Apache-2.0

//! What people and programs see.

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use std::{
	fmt::Display,
	io::{stderr, stdout, ErrorKind, IsTerminal, Write},
	process::exit,
};

/// Below this, hashing is over before a bar could be read.
const WORTH_A_BAR: u64 = 64 * 1024 * 1024;

pub struct Output {
	json: bool,
}

impl Output {
	pub fn new(json: bool) -> Self {
		Self { json }
	}

	/// A result: `value` for programs, or a title and lines for people.
	pub fn result(&self, value: &impl Serialize, title: &str, lines: &[(&str, String)]) {
		if self.json {
			self.print(&serde_json::to_string_pretty(value).expect("our results have text keys only, and are no streams"));
			return;
		}
		let title = tame(title);
		let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
		let mut text = title;
		for (name, value) in lines {
			text.push_str(&format!("\n  {name:width$}  {}", tame(value)));
		}
		self.print(&text);
	}

	/// Something for people that programs do not want.
	pub fn hint(&self, text: impl Display) {
		if !self.json {
			self.print_to(
				stderr(),
				&text.to_string().split('\n').map(tame).collect::<Vec<_>>().join("\n"),
			);
		}
	}

	/// What went wrong. Programs read it where they read results.
	pub fn error(&self, message: &str, code: u8) {
		if self.json {
			self.print(&json!({ "error": { "code": code, "message": message } }).to_string());
		} else {
			self.print_to(stderr(), &format!("error: {}", tame(message)));
		}
	}

	/// A bar for reading `size` bytes: on a terminal only, and only where it takes a while.
	pub fn progress(&self, size: u64) -> ProgressBar {
		if self.json || size < WORTH_A_BAR || !stderr().is_terminal() {
			return ProgressBar::hidden();
		}
		let style = ProgressStyle::with_template(
			"hashing {bar:32} {percent:>3} %  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
		);
		ProgressBar::new(size).with_style(style.expect("the template names known fields only"))
	}

	fn print(&self, text: &str) {
		self.print_to(stdout(), text);
	}

	fn print_to(&self, mut stream: impl Write, text: &str) {
		match writeln!(stream, "{text}") {
			// What cannot be said on either stream cannot be said at all; but the exit code must not claim that it was.
			Err(error) if error.kind() != ErrorKind::BrokenPipe => exit(2),
			// Whoever closed the pipe has read enough.
			_ => {},
		}
	}
}

/// Names of files may have line breaks and colours in them, with which they could write lines of their own.
fn tame(text: &str) -> String {
	text.chars()
		.map(|character| if character.is_control() { '\u{fffd}' } else { character })
		.collect()
}
