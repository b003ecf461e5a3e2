// SPDX-License-Identifier: Apache-2.0

//! A report on a bundle, as a PDF that a judge can read: what is proven, by which keys, when, what was checked to find that out, what was
//! not, and how to do it again.
//!
//! The report proves nothing. The bundle does, so it names the bundle by its hash, and carries it as an attachment if that is
//! wanted. Equal input makes equal bytes: the time of the verification is an input, too.

use crate::{
	chain::format_time,
	keys::format_account,
	pdf::{self, About, Attachment, Colour, Column, Style, Typeface, Writer, WIDTH},
	proofs::code,
};
use chirograph_primitives::{
	Acceptance, AccountId, Inclusion, Moment, ProofEvent, ProofId, Remark, RevocationReason, Schema, SignatureScheme,
};
use chirograph_verifier::{
	bundle::Bundle,
	document::{sha256, to_hex},
	evidence::Mode,
	finality::Justification,
	verdict::{Answer, Block, Check, Facts, Finality, Link, Outcome, Verdict},
	Trust,
};
use serde::Serialize;

pub use pdf::Error;

/// A report shows at most this many validators; where a network has more, it says so.
const MAX_VALIDATORS: usize = 64;
/// A report shows at most this many events and this many checks of a kind, for the same reason.
const MAX_EVENTS: usize = 200;

/// Where values begin, right of their names.
const VALUES: f32 = 132.0;
const TITLE: Style = Style::new(Typeface::Bold, 20.0);
const HEADING: Style = Style::new(Typeface::Bold, 13.0);
const TEXT: Style = Style::new(Typeface::Text, 10.5);
const SMALL: Style = Style::new(Typeface::Text, 9.5);
const NAME: Style = Style::new(Typeface::Text, 10.5).in_colour(Colour::Grey);
const MONO: Style = Style::new(Typeface::Mono, 8.2);

/// What is reported on.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
	/// The bytes that were judged.
	pub bundle: &'a [u8],
	/// Name of the bundle's file, without directories.
	pub name: &'a str,
	/// What came of it: [`chirograph_verifier::verify`].
	pub verdict: &'a Verdict,
	/// Whom and what the verification believed.
	pub trust: &'a Trust,
	/// Name of the file that the bundle was compared with, if there was one.
	pub original: Option<&'a str>,
	/// When it was verified, by the clock of the machine that did it.
	pub verified: Option<Moment>,
	/// Whether the bundle is attached to the report.
	pub attach: bool,
}

/// What a verdict comes to, in a word and in a sentence.
struct Headline {
	word: &'static str,
	colour: Colour,
	sentence: String,
}

/// Renders a report.
pub fn render(report: &Report) -> Result<Vec<u8>, Error> {
	let headline = headline(&report.verdict.answer);
	let page = compose(report, &headline)?;
	let attachments = report.attach.then(|| Attachment {
		name: report.name.into(),
		media_type: "application/json",
		description: "The evidence bundle that this report is about".into(),
		data: report.bundle.to_vec(),
	});
	let about = About {
		title: format!("{}: report on {}", headline.word, report.name),
		time: report
			.verified
			.or_else(|| time_of(&report.verdict.answer))
			.unwrap_or_default(),
		attachments: attachments.into_iter().collect(),
	};
	let foot = format!("{} \u{2013} bundle {}", headline.word, short(&to_hex(&sha256(report.bundle))));
	page.finish(&foot, about)
}

fn compose(report: &Report, headline: &Headline) -> Result<Writer, Error> {
	let mut page = Writer::new()?;
	write_head(&mut page, report, headline)?;
	match &report.verdict.answer {
		Answer::Proven { facts }
		| Answer::Revoked { facts, .. }
		| Answer::Superseded { facts, .. }
		| Answer::Unbound { facts } => {
			write_facts(&mut page, report, facts);
		},
		Answer::Absent {
			subject,
			as_of,
			finality,
		} => {
			heading(&mut page, "What was shown to be absent");
			row(&mut page, "subject", &subject.to_string(), MONO);
			write_block(&mut page, as_of);
			page.space(2.0);
			page.text(
				"The ledger keeps each registration under its subject. In the state that is shown there is nothing under \
				this one. A document that was registered as one of many, in a batch, has no entry of its own: that it is not in some \
				batch, nobody can show.",
				TEXT,
				Column::WHOLE,
			);
			heading(&mut page, "Which keys signed");
			write_finality(&mut page, report, finality);
		},
		Answer::NotProven { .. } => (),
	}
	write_checks(&mut page, &report.verdict.checks);
	write_limits(&mut page, report);
	write_instructions(&mut page, report);
	Ok(page)
}

/// The time of the block whose state was shown.
fn time_of(answer: &Answer) -> Option<Moment> {
	match answer {
		Answer::Absent { as_of, .. } => Some(as_of.time),
		answer => facts_of(answer).map(|facts| facts.as_of.time),
	}
}

fn headline(answer: &Answer) -> Headline {
	let (word, colour, sentence) = match answer {
		Answer::Proven { facts } => (
			"PROVEN",
			Colour::Green,
			format!(
				"The document was registered on {}, and the registration stood on {}.",
				day(facts.registered.time),
				day(facts.as_of.time)
			),
		),
		Answer::Revoked { at, reason, facts } => (
			"REVOKED",
			Colour::Amber,
			format!(
				"The document was registered on {}. Its holder took that back on {}: {}.",
				day(facts.registered.time),
				day(at.time),
				because(*reason)
			),
		),
		Answer::Superseded { at, facts, .. } => (
			"SUPERSEDED",
			Colour::Amber,
			format!(
				"The document was registered on {}. Its holder put another in its place on {}.",
				day(facts.registered.time),
				day(at.time)
			),
		),
		Answer::Unbound { facts } => (
			"UNBOUND",
			Colour::Amber,
			format!(
				"The document was registered on {}. By {}, nothing bound this document to that registration any more.",
				day(facts.registered.time),
				day(facts.as_of.time)
			),
		),
		Answer::Absent { as_of, .. } => (
			"ABSENT",
			Colour::Green,
			format!("Nothing was registered by itself under this subject by {}.", day(as_of.time)),
		),
		Answer::NotProven { reason, .. } => ("NOT PROVEN", Colour::Red, sentence(reason)),
	};
	Headline { word, colour, sentence }
}

/// Begins with a capital letter, if it begins with a word, and ends with a full stop.
fn sentence(text: &str) -> String {
	let mut rest = text.chars();
	let is_word = text
		.split(' ')
		.next()
		.is_some_and(|word| word.chars().all(char::is_alphabetic));
	let first = rest
		.next()
		.map(|c| if is_word { c.to_uppercase().collect() } else { c.to_string() });
	let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
	format!("{}{}{end}", first.unwrap_or_default(), rest.as_str())
}

fn write_head(page: &mut Writer, report: &Report, headline: &Headline) -> Result<(), Error> {
	const CODE: f32 = 118.0;
	const CODE_LEFT: f32 = WIDTH - CODE;
	let narrow = Column {
		left: 0.0,
		width: CODE_LEFT - 14.0,
	};
	let subject = match &report.verdict.answer {
		Answer::Absent { subject, .. } => Some(subject.to_string()),
		answer => facts_of(answer).map(|facts| facts.subject.to_string()),
	};
	let begin = page.position();
	if let Some(subject) = &subject {
		page.qr_code(subject, CODE_LEFT, CODE)?;
	}
	page.text("Report on an evidence bundle", TITLE, narrow);
	page.space(4.0);
	page.text(&format!("Bundle {}", report.name), TEXT, narrow);
	page.text(&format!("SHA-256 {}", to_hex(&sha256(report.bundle))), MONO, narrow);
	let verified = match report.verified {
		Some(time) => format!("Verified on {}, by the clock of the machine that did it", moment(time)),
		None => "Verified without a clock".into(),
	};
	page.text(&verified, TEXT, narrow);
	page.space(10.0);
	if subject.is_some() {
		let (number, y) = begin;
		page.move_below((number, y + CODE));
		page.text(
			"QR code of the subject",
			SMALL.in_colour(Colour::Grey),
			Column {
				left: CODE_LEFT + 11.0,
				width: CODE - 11.0,
			},
		);
		page.space(6.0);
	}
	let word = Style::new(Typeface::Bold, 22.0).in_colour(headline.colour);
	let bar = Column { left: 0.0, width: WIDTH };
	page.mark(bar, 3.0, headline.colour);
	page.space(9.0);
	page.text(headline.word, word, Column::WHOLE);
	page.text(&headline.sentence, Style::new(Typeface::Text, 13.0), Column::WHOLE);
	page.space(5.0);
	page.mark(bar, 3.0, headline.colour);
	page.space(6.0);
	if let Some(facts) = facts_of(&report.verdict.answer).filter(|facts| !facts.bound) {
		page.text(
			&format!(
				"Caution: by {}, every hash that binds the evidence was of an algorithm that the ledger's council does not accept any more.",
				day(facts.as_of.time)
			),
			Style::new(Typeface::Bold, 10.5).in_colour(Colour::Red),
			Column::WHOLE,
		);
	}
	Ok(())
}

fn facts_of(answer: &Answer) -> Option<&Facts> {
	match answer {
		Answer::Proven { facts }
		| Answer::Revoked { facts, .. }
		| Answer::Superseded { facts, .. }
		| Answer::Unbound { facts } => Some(facts),
		Answer::Absent { .. } | Answer::NotProven { .. } => None,
	}
}

fn write_facts(page: &mut Writer, report: &Report, facts: &Facts) {
	heading(
		page,
		match facts.bound {
			true => "What was proven",
			false => "What was registered",
		},
	);
	page.text(&summary(report, facts), TEXT, Column::WHOLE);
	page.space(4.0);
	row(
		page,
		"the original",
		&format!(
			"{} bytes; {} by its first bytes, which is a hint and not proven",
			thousands(facts.size),
			facts.media_type
		),
		TEXT,
	);
	row(page, "its SHA-256", &facts.sha256.to_string(), MONO);
	let evidence = Bundle::parse(report.bundle).ok().and_then(|bundle| bundle.evidence);
	if let Some(evidence) = evidence {
		row(page, "its SHA3-512", &to_hex(&evidence.features.sha3_512), MONO);
	}
	row(page, "subject", &facts.subject.to_string(), MONO);
	row(
		page,
		"kind of proof",
		match facts.mode {
			Mode::Open => "open: whoever has the original finds it on the ledger",
			Mode::Sealed => "sealed: found by whoever has the original and the evidence document",
		},
		TEXT,
	);
	row(page, "kind of document", document_kind(facts.schema), TEXT);
	row(page, "hash of the evidence", &facts.evidence_hash.to_string(), MONO);
	if let Some(batch) = &facts.batch {
		let place = format!(
			"number {} of {} in a batch",
			thousands(batch.index.saturating_add(1)),
			thousands(batch.leaves)
		);
		row(page, "registered as", &place, TEXT);
		row(page, "root of the batch", &batch.root.to_string(), MONO);
	}

	heading(page, "Whose it is, and which keys signed");
	let signed = format!("label {}; signed with {}", facts.label, scheme(facts.scheme));
	rows(page, "owner", &[(&format_account(&facts.owner), MONO), (&signed, TEXT)]);
	account(page, "sent by", &facts.submitter, &facts.owner, "the owner");
	account(page, "holder", &facts.holder, &facts.owner, "the owner, still");
	write_finality(page, report, &facts.finality);

	heading(page, "When");
	row(
		page,
		"evidence made",
		&format!("{}, by its maker\u{2019}s clock", sentence_time(&facts.created)),
		TEXT,
	);
	write_time_stamp(page, facts);
	row(page, "registered", &inclusion(&facts.registered), TEXT);
	write_block(page, &facts.as_of);
	page.space(2.0);
	page.text(
		"Times of blocks are those of the validators\u{2019} clocks, which the ledger keeps within bounds. What happened after the state that is \
		shown, this bundle does not say.",
		SMALL,
		Column::WHOLE,
	);

	write_history(page, facts);
	write_fields(page, facts);
	write_algorithms(page, facts);
}

/// The block whose state is shown.
fn write_block(page: &mut Writer, block: &Block) {
	let as_of = format!("{}, block {}", moment(block.time), thousands(block.number.into()));
	rows(page, "state shown", &[(&as_of, TEXT), (&block.hash.to_string(), MONO)]);
}

fn summary(report: &Report, facts: &Facts) -> String {
	let file = match report.original {
		Some(name) => {
			format!("The file \u{201c}{name}\u{201d} is the original, byte by byte: its digests are those in the evidence.")
		},
		None => "No file was compared; the original is the file with the SHA-256 below.".into(),
	};
	let sender = match facts.submitter == facts.owner {
		true => "The owner sent it to the ledger.".into(),
		false => format!(
			"{} sent it to the ledger for the owner.",
			short(&format_account(&facts.submitter))
		),
	};
	let registered = match &facts.batch {
		None => "The owner signed for it, and the ledger kept it in a record of its own.",
		Some(_) => "The owner signed for a batch in which it is one of many.",
	};
	let others = match facts.bound {
		true => " A file with other content has other digests.",
		false => "",
	};
	format!(
		"{file}{others} Its evidence document, with the hash below, was registered in block {} on {}. {registered} {sender}",
		thousands(facts.registered.block.into()),
		moment(facts.registered.time)
	)
}

/// Another account than one that was named already, or words for that one.
fn account(page: &mut Writer, name: &str, account: &AccountId, known: &AccountId, words: &str) {
	match account == known {
		true => row(page, name, words, TEXT),
		false => row(page, name, &format_account(account), MONO),
	}
}

fn write_finality(page: &mut Writer, report: &Report, finality: &Finality) {
	let anchor = match finality.anchor_number {
		0 => "the network\u{2019}s first block".to_owned(),
		number => format!("block {}, a checkpoint", thousands(number.into())),
	};
	rows(
		page,
		"trusted beforehand",
		&[(&anchor, TEXT), (&finality.anchor.to_string(), MONO)],
	);
	let Some(votes) = finality.votes else {
		row(
			page,
			"validators",
			"none had to sign: the block is the one that is trusted",
			TEXT,
		);
		return;
	};
	let changes = match finality.changes {
		0 => "the validators are those of the trusted block".to_owned(),
		1 => "one change of validators since then, signed by those before".to_owned(),
		many => format!(
			"{} changes of validators since then, each signed by those before",
			thousands(many as u64)
		),
	};
	row(page, "", &changes, TEXT);
	row(
		page,
		"validators",
		&format!(
			"{} of {} signed that the block is final (set {}, round {}); more than two thirds have to",
			votes.voters, votes.authorities, votes.set, votes.round
		),
		TEXT,
	);
	let keys = voters(report.bundle);
	for key in keys.iter().take(MAX_VALIDATORS) {
		row(page, "", key, MONO);
	}
	if keys.len() > MAX_VALIDATORS {
		row(
			page,
			"",
			&format!("and {} more", keys.len().saturating_sub(MAX_VALIDATORS)),
			TEXT,
		);
	}
}

/// The keys that signed that the block is final, as the bundle has them. That the signatures hold, the verdict says.
fn voters(bundle: &[u8]) -> Vec<String> {
	let justification = Bundle::parse(bundle).ok().and_then(|bundle| bundle.finality.justification);
	let justification = justification.and_then(|bytes| Justification::parse(&bytes.0).ok());
	let precommits = justification
		.map(|justification| justification.precommits)
		.unwrap_or_default();
	precommits.iter().map(|precommit| to_hex(&precommit.authority)).collect()
}

fn write_time_stamp(page: &mut Writer, facts: &Facts) {
	use chirograph_verifier::time_stamp::Authority;
	let Some(stamp) = &facts.time_stamp else { return };
	let accuracy = stamp
		.accuracy
		.map(|accuracy| format!(", give or take {accuracy} ms"))
		.unwrap_or_default();
	let vouched = match &stamp.authority {
		Authority::Trusted { subject, .. } => format!("{}; {subject} vouches for it, who is trusted", stamp.signer),
		Authority::NotChecked => format!("{}, as it says of itself; nobody was named who vouches for it", stamp.signer),
	};
	let time = format!("{}{accuracy}", moment(stamp.time));
	rows(page, "time-stamped", &[(&time, TEXT), (&format!("by {vouched}"), TEXT)]);
}

fn write_history(page: &mut Writer, facts: &Facts) {
	heading(page, "What became of it");
	if facts.history.is_empty() {
		page.text("Nothing, up to the state that is shown.", TEXT, Column::WHOLE);
	}
	for event in facts.history.iter().take(MAX_EVENTS) {
		let of_batch = match event.proof {
			ProofId::Batch { .. } => "the whole batch: ",
			_ => "",
		};
		let when = format!(
			"{}, block {}",
			moment(event.change.at.time),
			thousands(event.change.at.block.into())
		);
		let account = format_account(&event.change.account);
		let by = format!("by label {}, with the key of {account}", event.change.by);
		row(
			page,
			&when,
			&format!("{of_batch}{}; {by}", happened(&event.change.event)),
			TEXT,
		);
	}
	if facts.history.len() > MAX_EVENTS {
		let more = facts.history.len().saturating_sub(MAX_EVENTS);
		page.text(&format!("and {more} events more, which the bundle has"), TEXT, Column::WHOLE);
	}
}

fn happened(event: &ProofEvent) -> String {
	match event {
		ProofEvent::Revoked { reason } => format!("revoked: {}", because(*reason)),
		ProofEvent::Superseded { successor } => format!("another was put in its place: {}", proof(successor)),
		ProofEvent::Transferred { from, to } => format!("handed over by {} to {}", format_account(from), format_account(to)),
		ProofEvent::Annotated { remark, document } => {
			let reasons = document.map(|hash| format!("; the document with the reasons has the SHA-256 {hash}"));
			format!("a regulator noted: {}{}", noted(*remark), reasons.unwrap_or_default())
		},
		ProofEvent::Renewed { evidence } => format!("renewed with another hash, {evidence}"),
	}
}

fn proof(id: &ProofId) -> String {
	match id {
		ProofId::Record { subject } => format!("subject {subject}"),
		ProofId::Batch { root } => format!("batch {root}"),
		ProofId::Leaf { root, subject } => format!("subject {subject} in batch {root}"),
	}
}

fn write_fields(page: &mut Writer, facts: &Facts) {
	if facts.disclosed.is_empty() && facts.undisclosed.is_empty() {
		return;
	}
	heading(page, "What the owner states about it");
	for (name, value) in &facts.disclosed {
		row(page, name, if value.is_empty() { "(nothing)" } else { value }, TEXT);
	}
	if !facts.disclosed.is_empty() {
		page.space(2.0);
		page.text(
			"These values are the ones that the owner committed to before the registration. That they are true, the owner says.",
			SMALL,
			Column::WHOLE,
		);
	}
	if !facts.undisclosed.is_empty() {
		page.text(
			&format!(
				"There are further fields, which are not shown here: {}.",
				facts.undisclosed.join(", ")
			),
			TEXT,
			Column::WHOLE,
		);
	}
}

fn write_algorithms(page: &mut Writer, facts: &Facts) {
	heading(page, "What it rests on");
	for fact in &facts.algorithms {
		let value = format!(
			"{}: {} then, {} at the time of the state that is shown",
			fact.purpose,
			acceptance(fact.then),
			acceptance(fact.today)
		);
		row(page, &fact.algorithm.to_string(), &value, TEXT);
	}
}

fn write_checks(page: &mut Writer, checks: &[Check]) {
	heading(page, "What was checked, and what came of it");
	page.text(
		"In this order. A check consists of those that stand below it, further to the right.",
		SMALL,
		Column::WHOLE,
	);
	page.space(3.0);
	for check in checks {
		write_check(page, check, 0);
	}
}

fn write_check(page: &mut Writer, check: &Check, depth: u8) {
	const STATUS: f32 = 66.0;
	let (word, colour) = match check.outcome {
		Outcome::Holds => ("holds", Colour::Green),
		Outcome::Fails => ("FAILS", Colour::Red),
		Outcome::NotChecked => ("not checked", Colour::Amber),
	};
	let style = Style::new(Typeface::Bold, 9.5).in_colour(colour);
	// Deeper ones would have no room; there are none as deep as that today.
	let left = STATUS + 14.0 * f32::from(depth.min(8));
	let title = title(check.link);
	page.keep_together(2.4 * TEXT.size);
	let begin = page.position();
	page.text(
		word,
		style,
		Column {
			left: 0.0,
			width: STATUS - 4.0,
		},
	);
	page.move_to(begin);
	page.text(&title, Style::new(Typeface::Bold, 9.5), Column::from(left));
	page.text(&sentence(&check.detail), SMALL, Column::from(left));
	page.space(2.0);
	for part in &check.checks {
		write_check(page, part, depth.saturating_add(1));
	}
}

/// What a check is about, in words.
fn title(link: Link) -> String {
	match link {
		Link::Format => "The bundle is whole and in the one accepted form".into(),
		Link::Network => "The bundle is of the network that is trusted".into(),
		Link::Evidence => "The evidence document is about the subject".into(),
		Link::Disclosures => "The fields that are shown are the owner\u{2019}s".into(),
		Link::Original => "The bundle is about what was asked".into(),
		Link::Anchor => "The bundle begins at a block that is trusted".into(),
		Link::SetChanges => "All changes of validators since then are shown".into(),
		Link::SetChange => "A change of validators".into(),
		Link::Finality => "The block is final: the validators signed it".into(),
		Link::Time => "The time of the block".into(),
		Link::Record => "The ledger\u{2019}s record is of this evidence".into(),
		Link::Batch => "The ledger has the batch".into(),
		Link::Leaf => "The evidence is in the batch".into(),
		Link::Absence => "The ledger has nothing under the subject".into(),
		Link::Owner => "Whoever registered was entitled to, then".into(),
		Link::Dates => "What is said to have been when was possible".into(),
		Link::TimeToken => "A time-stamping authority saw the features".into(),
		Link::Life => "What became of the proof".into(),
		Link::Algorithms => "The algorithms were good enough, then".into(),
		Link::State => "Nothing in the bundle is superfluous".into(),
	}
}

fn write_limits(page: &mut Writer, report: &Report) {
	heading(page, "What was not checked");
	let mut skipped = Vec::new();
	collect_skipped(&report.verdict.checks, &mut skipped);
	for check in skipped {
		point(page, &format!("{}: {}.", title(check.link), check.detail));
	}
	let facts = facts_of(&report.verdict.answer);
	if facts.is_some() {
		point(
			page,
			"Whether what the document says is true. A proof says that the file existed, not that it is right.",
		);
		point(page, "Who is behind the owner\u{2019}s label. The ledger keeps its number; whoever audited it knows the person or organisation.");
		point(page, "Whether the owner\u{2019}s key was in the owner\u{2019}s hands. Had its loss been reported before the registration, the check of who was entitled would have failed.");
	}
	if facts.is_some_and(|facts| facts.time_stamp.is_some()) {
		point(
			page,
			"Whether the time-stamping authority\u{2019}s certificate was revoked. That is asked of the authority.",
		);
	}
	if time_of(&report.verdict.answer).is_some() {
		point(
			page,
			"What happened after the block whose state is shown. A newer bundle says.",
		);
		point(
			page,
			"That more than two thirds of the validators did not conspire. What they sign together is final.",
		);
	}
	let trusted = match report.trust.checkpoints.len() {
		0 => "That the network is the right one: its first block, named below, was taken for true.".to_owned(),
		_ => {
			"That the network is the right one: its first block and the checkpoints, named below, were taken for true.".to_owned()
		},
	};
	point(page, &trusted);
}

fn collect_skipped<'a>(checks: &'a [Check], into: &mut Vec<&'a Check>) {
	for check in checks {
		if check.outcome == Outcome::NotChecked {
			into.push(check);
		}
		collect_skipped(&check.checks, into);
	}
}

fn write_instructions(page: &mut Writer, report: &Report) {
	heading(page, "How to verify it yourself");
	page.text(
		"This report proves nothing: the bundle does, and whoever has it can judge it anew, on any machine, without a network and without \
		asking anybody.",
		TEXT,
		Column::WHOLE,
	);
	page.space(3.0);
	if report.attach {
		point(
			page,
			&format!(
				"Take the bundle {} out of this PDF, where it is attached, or ask for it.",
				report.name
			),
		);
	} else {
		point(page, &format!("Ask for the bundle {}.", report.name));
	}
	point(page, "Make sure that it is the one which this report is about: the program sha256sum, or any other for SHA-256, prints the hash on the first page.");
	if let Some(facts) = facts_of(&report.verdict.answer) {
		point(page, "Compute the SHA-256 of the original in the same way. It must be:");
		page.text(&facts.sha256.to_string(), MONO, Column::from(14.0));
	}
	point(
		page,
		"Find out from somebody you trust, not from this report, which network is meant. Its first block must have the hash:",
	);
	page.text(&report.trust.network.to_string(), MONO, Column::from(14.0));
	if !report.trust.checkpoints.is_empty() {
		point(
			page,
			"The checkpoints that were trusted as well, to be found out in the same way:",
		);
		for checkpoint in &report.trust.checkpoints {
			page.text(&checkpoint.to_string(), MONO, Column::from(14.0));
		}
	}
	let original = report
		.original
		.map(|name| format!(" --original {}", quoted(name)))
		.unwrap_or_default();
	let checkpoints: String = report
		.trust
		.checkpoints
		.iter()
		.map(|hash| format!(" --checkpoint {hash}"))
		.collect();
	point(
		page,
		"Run Chirograph\u{2019}s program, or open the same verifier in a browser:",
	);
	let absent = match report.verdict.answer {
		Answer::Absent { .. } => " --absent",
		_ => "",
	};
	let command = format!(
		"chirograph bundle verify {} --genesis {}{checkpoints}{original}{absent}",
		quoted(report.name),
		report.trust.network
	);
	page.text(&command, MONO, Column::from(14.0));
	point(
		page,
		"Or have somebody else\u{2019}s program do it: Chirograph\u{2019}s document docs/spec/bundle.md says byte by byte what is in a bundle and how it is judged; \
		one that was written by it alone, in Python, is tests/python/chirograph_verify.py.",
	);
}

/// A word of a command line.
fn quoted(text: &str) -> String {
	let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
	match !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
		true => text.to_owned(),
		false => format!("'{}'", text.replace('\'', "'\\''")),
	}
}

fn heading(page: &mut Writer, text: &str) {
	page.space(13.0);
	// With the rule and two lines of what comes.
	page.keep_together(62.0);
	page.text(text, HEADING, Column::WHOLE);
	page.rule();
	page.space(2.0);
}

fn row(page: &mut Writer, name: &str, value: &str, style: Style) {
	page.row(name, NAME, value, style, VALUES);
	page.space(1.5);
}

/// A name, and several values below each other, of which the first two stand on one page.
fn rows(page: &mut Writer, name: &str, values: &[(&str, Style)]) {
	page.keep_together(2.0 * (TEXT.size * 1.32 + 1.5));
	for (index, (value, style)) in values.iter().enumerate() {
		row(page, if index == 0 { name } else { "" }, value, *style);
	}
}

fn point(page: &mut Writer, text: &str) {
	page.keep_together(TEXT.size * 1.4);
	let begin = page.position();
	page.text("\u{2022}", TEXT, Column { left: 2.0, width: 12.0 });
	page.move_to(begin);
	page.text(text, TEXT, Column::from(14.0));
	page.space(1.5);
}

/// `2026-01-31 at 12:00:00 UTC`.
fn moment(time: Moment) -> String {
	sentence_time(&format_time(time))
}

/// The same, of what is written already.
fn sentence_time(text: &str) -> String {
	match text.strip_suffix('Z').and_then(|text| text.split_once('T')) {
		Some((day, time)) => format!("{day} at {time} UTC"),
		None => text.to_owned(),
	}
}

fn day(time: Moment) -> String {
	let text = format_time(time);
	text.split_once('T').map_or(text.clone(), |(day, _)| day.to_owned())
}

fn inclusion(at: &Inclusion) -> String {
	format!(
		"{}, in block {}, as number {} in it",
		moment(at.time),
		thousands(at.block.into()),
		thousands(u64::from(at.extrinsic).saturating_add(1))
	)
}

/// `1,234,567`.
fn thousands(number: u64) -> String {
	let digits = number.to_string();
	let mut text = String::new();
	for (index, digit) in digits.chars().enumerate() {
		if index > 0 && (digits.len() - index).is_multiple_of(3) {
			text.push(',');
		}
		text.push(digit);
	}
	text
}

/// The beginning and the end of a hash or of an account.
fn short(text: &str) -> String {
	match (text.get(..10), text.get(text.len().saturating_sub(8)..)) {
		(Some(begin), Some(end)) if text.len() > 20 => format!("{begin}\u{2026}{end}"),
		_ => text.to_owned(),
	}
}

fn scheme(scheme: SignatureScheme) -> &'static str {
	match scheme {
		SignatureScheme::Ecdsa => "ECDSA on secp256k1",
		SignatureScheme::Sr25519 => "Schnorr on Ristretto255 (sr25519)",
		SignatureScheme::Ed25519 => "Ed25519",
	}
}

const fn document_kind(schema: Schema) -> &'static str {
	match schema {
		Schema::Document => "document",
		Schema::Certificate => "certificate, by an institution that may issue them",
		Schema::Invoice => "invoice",
	}
}

const fn because(reason: RevocationReason) -> &'static str {
	match reason {
		RevocationReason::Unspecified => "the reason is not given",
		RevocationReason::IssuedInError => "it was registered in error",
		RevocationReason::NoLongerValid => "what it states is no longer so",
		RevocationReason::KeyCompromised => "the owner\u{2019}s key may have been used by somebody else",
	}
}

fn noted(remark: Remark) -> String {
	match remark {
		Remark::Disputed => "somebody disputes what it says, or whose it is".into(),
		Remark::UnderInvestigation => "an authority looks into it".into(),
		Remark::CourtDecision => "a court has decided about it".into(),
		Remark::Settled => "what was noted before is settled".into(),
	}
}

fn acceptance(acceptance: Acceptance) -> String {
	words(&acceptance)
}

/// A unit variant by the name that documents have for it.
fn words(value: &impl Serialize) -> String {
	code(value).replace('-', " ")
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_verifier::{
		testing::{samples, Sample},
		verdict::Fault,
		verify,
	};
	use proptest::prelude::*;

	fn sample(name: &str) -> Sample {
		samples()
			.into_iter()
			.find(|sample| sample.name == name)
			.expect("there is such a sample")
	}

	fn composed(report: &Report) -> Writer {
		let writer = compose(report, &headline(&report.verdict.answer)).expect("can be written");
		writer.assert_nothing_is_outside();
		writer
	}

	fn report<'a>(sample: &'a Sample, verdict: &'a Verdict) -> Report<'a> {
		Report {
			bundle: &sample.bundle,
			name: "deed.chirograph",
			verdict,
			trust: &sample.trust,
			original: Some("deed.pdf"),
			verified: Some(1_800_000_000_000),
			attach: true,
		}
	}

	/// What a report says, without the ends of its lines.
	fn text(sample: &Sample, verdict: &Verdict) -> String {
		composed(&report(sample, verdict)).written().replace('\n', " ")
	}

	#[test]
	fn every_kind_of_answer_has_a_report_that_says_so() {
		let samples = samples();
		for sample in &samples {
			let verdict = sample.verify(&sample.bundle);
			let text = text(sample, &verdict);
			let word = match &verdict.answer {
				Answer::Proven { .. } => "PROVEN",
				Answer::Revoked { .. } => "REVOKED",
				Answer::Superseded { .. } => "SUPERSEDED",
				Answer::Unbound { .. } => "UNBOUND",
				Answer::Absent { .. } => "ABSENT",
				Answer::NotProven { .. } => panic!("{}: the samples are sound", sample.name),
			};
			assert!(text.contains(word), "{}: {text}", sample.name);
			assert!(text.contains("What was not checked") && text.contains("How to verify it yourself"));
			// The command that is shown asks what was answered.
			assert_eq!(text.contains("--absent"), word == "ABSENT", "{text}");
			let pdf = render(&report(sample, &verdict)).expect("can be rendered");
			assert!(pdf.starts_with(b"%PDF-1.7"), "{}", sample.name);
		}
		for word in [
			"record",
			"revoked-record",
			"superseded-record",
			"unbound-record",
			"absence",
			"leaf",
		] {
			assert!(
				samples.iter().any(|sample| sample.name == word),
				"{word} is among the samples"
			);
		}
	}

	#[test]
	fn a_report_says_what_when_and_by_which_keys() {
		let sample = sample("leaf-across-three-changes");
		let verdict = sample.verify(&sample.bundle);
		let facts = verdict.facts().expect("is proven");
		let text = text(&sample, &verdict);
		let batch = facts.batch.as_ref().expect("is a leaf");
		let event = facts.history.first().expect("the batch was annotated");
		for words in [
			facts.subject.to_string(),
			facts.evidence_hash.to_string(),
			facts.sha256.to_string(),
			format_account(&facts.owner),
			format_account(&facts.submitter),
			batch.root.to_string(),
			facts.as_of.hash.to_string(),
			facts.finality.anchor.to_string(),
			sample.trust.network.to_string(),
			to_hex(&sha256(&sample.bundle)),
			moment(facts.registered.time),
			format!("with the key of {}", format_account(&event.change.account)),
		] {
			assert!(text.contains(&words), "{words} in {text}");
		}
		let voters = voters(&sample.bundle);
		assert_eq!(voters.len(), facts.finality.votes.expect("others had to vote").voters);
		assert!(voters.iter().all(|key| text.contains(key)));
		// Each check, and those that it consists of.
		fn all<'a>(checks: &'a [Check], into: &mut Vec<&'a Check>) {
			for check in checks {
				into.push(check);
				all(&check.checks, into);
			}
		}
		let mut checks = Vec::new();
		all(&verdict.checks, &mut checks);
		assert_eq!(
			text.matches("holds").count(),
			checks.iter().filter(|check| check.outcome == Outcome::Holds).count()
		);
		assert!(checks.iter().all(|check| text.contains(&title(check.link))));
	}

	#[test]
	fn what_is_refused_is_reported_as_not_proven_with_its_fault() {
		let sample = sample("record");
		let mut bundle = sample.bundle.clone();
		let place = bundle.len() / 2;
		bundle[place] ^= 1;
		let sample = Sample { bundle, ..sample };
		let verdict = sample.verify(&sample.bundle);
		let Answer::NotProven { reason, .. } = &verdict.answer else {
			panic!("a bit was flipped")
		};
		let text = text(&sample, &verdict);
		assert!(
			text.contains("NOT PROVEN") && text.contains("FAILS") && text.contains("not checked"),
			"{text}"
		);
		assert!(!text.contains("What was proven"), "{text}");
		let begin: String = reason.chars().skip(1).take(40).collect();
		assert!(text.contains(&begin), "{begin} in {text}");
		// The hash is that of what was judged.
		assert!(text.contains(&to_hex(&sha256(&sample.bundle))));

		let verdict = verify(b"", &sample.trust, &sample.question);
		assert!(matches!(verdict.fault(), Some(Fault::Format { .. })));
		let empty = Report {
			bundle: b"",
			..report(&sample, &verdict)
		};
		assert!(render(&empty).is_ok());
	}

	#[test]
	fn what_was_not_compared_is_said() {
		let sample = sample("record");
		let verdict = verify(&sample.bundle, &sample.trust, &Default::default());
		let alone = Report {
			original: None,
			verified: None,
			..report(&sample, &verdict)
		};
		let text = composed(&alone).written().replace('\n', " ");
		assert!(text.contains("No file was compared"), "{text}");
		assert!(
			text.contains("The bundle is about what was asked: no file was given to compare."),
			"{text}"
		);
		assert!(
			text.contains("Verified without a clock") && !text.contains("--original"),
			"{text}"
		);
		let compared = self::text(&sample, &sample.verify(&sample.bundle));
		assert!(
			compared.contains("\u{201c}deed.pdf\u{201d} is the original") && compared.contains("--original deed.pdf"),
			"the control"
		);
	}

	#[test]
	fn disclosed_fields_are_shown_and_the_others_named() {
		let sample = sample("sealed-record-with-fields");
		let verdict = sample.verify(&sample.bundle);
		let facts = verdict.facts().expect("is proven");
		assert!(!facts.disclosed.is_empty() && !facts.undisclosed.is_empty());
		let text = text(&sample, &verdict);
		assert!(
			facts
				.disclosed
				.iter()
				.all(|(name, value)| text.contains(name) && text.contains(value)),
			"{text}"
		);
		assert!(
			text.contains("further fields") && facts.undisclosed.iter().all(|name| text.contains(name)),
			"{text}"
		);
	}

	#[test]
	fn equal_input_makes_equal_bytes_and_the_bundle_is_attached_on_request() {
		let sample = sample("record");
		let verdict = sample.verify(&sample.bundle);
		let with = report(&sample, &verdict);
		assert_eq!(
			render(&with).expect("can be rendered"),
			render(&with).expect("can be rendered")
		);
		let without = Report { attach: false, ..with };
		let contains = |pdf: &[u8], what: &[u8]| pdf.windows(what.len()).any(|part| part == what);
		assert!(contains(&render(&with).expect("can be rendered"), b"/EmbeddedFile"));
		assert!(!contains(&render(&without).expect("can be rendered"), b"/EmbeddedFile"));
	}

	/// As many fields as a document can have, each as long as it can be, and in one word.
	#[test]
	fn the_largest_document_fits_on_its_pages() {
		let sample = sample("sealed-record-with-fields");
		let mut verdict = sample.verify(&sample.bundle);
		let Answer::Proven { facts } = &mut verdict.answer else {
			panic!("is proven")
		};
		facts.disclosed = (0..64).map(|i| (format!("{i:064}"), "W".repeat(4_096))).collect();
		facts.undisclosed = (0..64).map(|i| format!("{i:064}")).collect();
		let event = chirograph_verifier::verdict::Event {
			proof: ProofId::Record { subject: facts.subject },
			change: chirograph_primitives::ProofChange {
				at: facts.registered,
				by: 1,
				account: facts.owner.clone(),
				event: ProofEvent::Transferred {
					from: facts.owner.clone(),
					to: facts.submitter.clone(),
				},
			},
		};
		facts.history = vec![event; 2 * MAX_EVENTS];
		let writer = composed(&report(&sample, &verdict));
		assert!(writer.page_count() > 50, "{} pages", writer.page_count());
		assert!(writer.written().contains("and 200 events more"));
		assert!(render(&report(&sample, &verdict)).is_ok());
	}

	#[test]
	fn commands_can_be_copied_whatever_the_files_are_called() {
		assert_eq!(quoted("deed-1.pdf"), "deed-1.pdf");
		assert_eq!(quoted("my deed.pdf"), "'my deed.pdf'");
		assert_eq!(quoted("it's"), "'it'\\''s'");
		assert_eq!(quoted("-rf"), "'-rf'");
		assert_eq!(quoted(""), "''");
		assert_eq!(quoted("$(reboot)"), "'$(reboot)'");
	}

	#[test]
	fn numbers_and_times_are_written_for_people() {
		assert_eq!(
			[0, 7, 999, 1_000, 1_234_567].map(thousands),
			["0", "7", "999", "1,000", "1,234,567"]
		);
		assert_eq!(moment(1_769_860_800_000), "2026-01-31 at 12:00:00 UTC");
		assert_eq!(day(1_769_860_800_000), "2026-01-31");
		assert_eq!(moment(u64::MAX), "at an impossible time");
		assert_eq!(sentence("it holds"), "It holds.");
		assert_eq!(sentence("sha-256 holds."), "sha-256 holds.");
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(24))]
		#[test]
		fn any_names_and_values_can_be_reported(name in "\\PC{1,80}", value in "(?s:.){0,300}", verified: Option<u64>) {
			let sample = sample("sealed-record-with-fields");
			let mut verdict = sample.verify(&sample.bundle);
			let Answer::Proven { facts } = &mut verdict.answer else {
				panic!("is proven")
			};
			facts.disclosed = [("field".to_owned(), value)].into();
			let report = Report { name: &name, original: Some(&name), verified, ..report(&sample, &verdict) };
			composed(&report);
			prop_assert!(render(&report).is_ok());
		}
	}
}
