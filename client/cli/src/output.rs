// SPDX-License-Identifier: Apache-2.0

//! What people and programs see.

use chirograph_sdk::{
	chain::{format_time, BlockId},
	clock::Stated,
	primitives::time::TimeStatement,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use std::{
	fmt::Display,
	io::{stderr, stdin, stdout, ErrorKind, IsTerminal, Write},
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
		self.result_with(value, title, lines, &[]);
	}

	/// The same, with further lines behind the others, each with how deep it is.
	pub fn result_with(&self, value: &impl Serialize, title: &str, lines: &[(&str, String)], further: &[(usize, String)]) {
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
		for (depth, line) in further {
			text.push_str(&format!("\n{}{}", "  ".repeat(*depth), tame(line)));
		}
		self.print(&text);
	}

	/// One of many results, on a line of its own for programs, too. False: nobody reads any more.
	pub fn line(&self, value: &impl Serialize, text: &str) -> bool {
		if self.json {
			self.print(&serde_json::to_string(value).expect("our results have text keys only, and are no streams"))
		} else {
			self.print(&tame(text))
		}
	}

	/// Asks somebody at a terminal. None: there is nobody, or a program that was not shown what this is about.
	pub fn confirm(&self, question: &str) -> Option<bool> {
		if self.json || !stdin().is_terminal() || !stderr().is_terminal() {
			return None;
		}
		// On the line of the question.
		write!(stderr(), "{} [y/N] ", tame(question)).ok()?;
		let mut answer = String::new();
		stdin().read_line(&mut answer).ok()?;
		Some(matches!(answer.trim(), "y" | "Y" | "yes"))
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

	/// A bar for so many files, on a terminal.
	pub fn files(&self, files: usize, what: &'static str) -> ProgressBar {
		if self.json || !stderr().is_terminal() {
			return ProgressBar::hidden();
		}
		let style = ProgressStyle::with_template("{msg} {bar:32} {percent:>3} %  {pos} of {len} files  {eta} left");
		ProgressBar::new(files as u64)
			.with_message(what)
			.with_style(style.expect("the template names known fields only"))
	}

	fn print(&self, text: &str) -> bool {
		self.print_to(stdout(), text)
	}

	/// Whether somebody reads it: whoever closed the pipe has read enough.
	fn print_to(&self, mut stream: impl Write, text: &str) -> bool {
		match writeln!(stream, "{text}") {
			// What cannot be said on either stream cannot be said at all; but the exit code must not claim that it was.
			Err(error) if error.kind() != ErrorKind::BrokenPipe => exit(2),
			outcome => outcome.is_ok(),
		}
	}
}

/// In which block something became final.
pub fn final_in(block: &BlockId) -> (&'static str, String) {
	("final in", describe_block(block))
}

/// From the state of which block something was read.
pub fn as_of(block: &BlockId) -> (&'static str, String) {
	("as of", describe_block(block))
}

/// A result, with how far the time of the record in it can be believed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timed<'a, T> {
	#[serde(flatten)]
	pub result: &'a T,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub time_statement: Option<&'a Stated>,
}

/// How far the time of a record can be believed.
pub fn true_time(stated: &Stated) -> (&'static str, String) {
	let text = match (&stated.statement, stated.time) {
		(None, _) => {
			"how far it can be believed is not known: who was asked has forgotten what was said then; ask an archive node".into()
		},
		(Some(statement), Some(time)) => format!("{}, {}", format_time(time), describe_statement(statement)),
		(Some(_), None) => "no time service vouched for it".into(),
	};
	("true time", text)
}

/// What time services say, behind a time; or how little they do.
pub fn describe_statement(statement: &TimeStatement) -> String {
	let Some((drift, uncertainty)) = statement.drift.zip(statement.uncertainty) else {
		return "no time service vouches for it".into();
	};
	let services = statement.samples.len();
	let unit = if services == 1 { "service" } else { "services" };
	let alarm = if statement.alarm {
		format!("; BUT blocks were off by {drift} ms then, further than the network allows")
	} else {
		String::new()
	};
	format!("give or take {} by {services} time {unit}{alarm}", seconds(uncertainty))
}

/// Of so many milliseconds, up to the next tenth of a second.
fn seconds(millis: u32) -> String {
	let tenths = millis.div_ceil(100);
	format!("{}.{} s", tenths / 10, tenths % 10)
}

fn describe_block(block: &BlockId) -> String {
	format!("block {} {}", block.number, block.hash)
}

/// Names of files, and what others state, may have line breaks and colours in them, with which they could write lines of their own; and
/// characters that make a reader see the others in another order.
fn tame(text: &str) -> String {
	text.chars()
		.map(|character| {
			if character.is_control() || reorders(character) {
				char::REPLACEMENT_CHARACTER
			} else {
				character
			}
		})
		.collect()
}

/// Whether it directs the order of characters (UAX #9), or ends a line or a paragraph.
fn reorders(character: char) -> bool {
	matches!(
		character,
		'\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_could_mislead_a_reader_is_replaced() {
		let misleading = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').chain([
			'\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{61c}', '\n', '\r', '\t', '\u{1b}', '\u{9b}', '\u{7f}',
		]);
		for character in misleading {
			assert_eq!(tame(&format!("a{character}b")), "a\u{fffd}b", "{character:?}");
		}
		for text in ["Zo\u{eb} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f4dc}", "a b\u{a0}c-d", ""] {
			assert_eq!(tame(text), text);
		}
	}

	#[test]
	fn the_true_time_of_a_record_is_told_as_far_as_it_is_known() {
		use chirograph_sdk::primitives::time::Sample;
		let sample = |service| Sample {
			service,
			block: 7,
			drift: 400,
			uncertainty: 1_150,
		};
		let told = |statement: Option<TimeStatement>, time| {
			let as_of = None;
			let stated = Stated { statement, time, as_of };
			true_time(&stated).1
		};
		let vouched = |alarm| TimeStatement {
			drift: Some(400),
			uncertainty: Some(1_150),
			samples: vec![sample(1), sample(2)],
			alarm,
		};
		let nobody = TimeStatement {
			drift: None,
			uncertainty: None,
			samples: Vec::new(),
			alarm: false,
		};
		let text = "1970-01-01T00:00:02Z, give or take 1.2 s by 2 time services";
		assert_eq!(told(Some(vouched(false)), Some(2_000)), text);
		assert!(told(Some(vouched(true)), Some(2_000)).contains("BUT blocks were off by 400 ms"));
		assert_eq!(told(Some(nobody), None), "no time service vouched for it");
		assert!(told(None, None).contains("ask an archive node"));
	}

	#[test]
	fn a_block_is_told_by_height_and_hash() {
		let block = BlockId {
			number: 7,
			hash: "0x07".into(),
		};
		assert_eq!(as_of(&block), ("as of", "block 7 0x07".to_owned()));
		assert_eq!(final_in(&block), ("final in", "block 7 0x07".to_owned()));
	}
}
