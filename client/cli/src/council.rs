// SPDX-License-Identifier: Apache-2.0

//! The council: what is voted on is shown as it is, before anybody signs for it.

use crate::{
	args::{Common, CouncilAction, CouncilCommand, Signing},
	label::{print_list, retirement, suspension, wait},
	output::{as_of, final_in, Output},
	Failure,
};
use chirograph_sdk::{
	chain::Chain,
	council::{self, Action, Closed, Code, Council, InnerCall, Motion, Outcome, Proposal, Proposed, Upgraded},
	keys::format_account,
	labels::Finalised,
	takeover::Takeover,
};
use serde::Serialize;

/// Of a call, no more is shown in a list. In bytes.
const MAX_LISTED: usize = 4 * 1024;
/// What to do about a motion whose time is over.
const LATE: &str = "the time is over: close it, for late votes still count";

type Lines = Vec<(&'static str, String)>;

pub async fn run(command: CouncilCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		CouncilCommand::Members => {
			let members = council::members(&common.connect().await?).await?;
			let mut lines = describe_council(&members.council);
			lines.push(as_of(&members.as_of));
			output.result(&members, "council", &lines);
		},
		CouncilCommand::Motions => {
			let list = council::motions(&common.connect().await?).await?;
			let rows = list
				.motions
				.iter()
				.map(|motion| (motion.motion.to_string(), row(motion, &list.council)));
			print_list(output, &list, "open motions", rows.collect(), &list.as_of);
		},
		CouncilCommand::Show { motion } => {
			let shown = council::show(&common.connect().await?, motion).await?;
			for open in &shown.motions {
				let mut lines = describe(open, Some(&shown.council));
				lines.push(as_of(&shown.as_of));
				output.result(&shown, &format!("motion {motion}"), &lines);
			}
		},
		CouncilCommand::Propose(action) => propose(action, common, output).await?,
		CouncilCommand::Vote {
			motion,
			hash,
			approve,
			reject,
			signing,
		} => {
			// One of them is there, and never both.
			let approve = approve && !reject;
			let (submitter, signer, patience) = signing.open(common).await?;
			let motion = council::find(submitter.chain(), motion, hash).await?;
			let side = if approve { "for" } else { "against" };
			announce(output, &format!("voting {side}"), &motion.proposal);
			let sent = council::vote(&submitter, &signer, &motion, approve, patience);
			let voted = wait(output, sent).await?;
			report_motion(
				output,
				&format!("voted {side} motion {}, and final", motion.motion),
				&voted,
				&voted.state,
			);
			if !voted.state.is_carried() && voted.block.number >= u64::from(motion.end) {
				output.hint(LATE);
			}
		},
		CouncilCommand::Close { motion, hash, signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let motion = council::find(submitter.chain(), motion, hash).await?;
			announce(output, "closing", &motion.proposal);
			let sent = council::close(&submitter, &signer, &motion, patience);
			let closed = wait(output, sent).await?;
			report_closed(output, &closed, &closed.state);
		},
		CouncilCommand::ApplyUpgrade { file, signing } => {
			let code = Code::read(&file)?;
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = council::apply_upgrade(&submitter, &signer, &code, patience);
			let done: Finalised<Upgraded> = wait(output, sent).await?;
			let lines = [("code", done.state.code.to_string()), final_in(&done.block)];
			output.result(&done, "upgraded, and final; the next block is by the new rules", &lines);
			output.hint("compare the version that `chirograph chain status` names");
		},
	}
	Ok(())
}

async fn propose(action: CouncilAction, common: &Common, output: &Output) -> Result<(), Failure> {
	// Before a password is asked for.
	let code = match &action {
		CouncilAction::AuthorizeUpgrade { file, .. } => Some(Code::read(file)?),
		_ => None,
	};
	let takeover = match &action {
		CouncilAction::ReassignLabel { reassignment, .. } => Some(Takeover::read(&reassignment.takeover)?),
		_ => None,
	};
	let signing = action.signing();
	let (submitter, signer, patience) = signing.open(common).await?;
	let chain = submitter.chain();
	if let Some(code) = &code {
		output.hint(describe_code(code, chain.finalised().await?.spec_version()));
	}
	if let Some(takeover) = &takeover {
		output.hint(format!(
			"the new key's consent is good until block {}: have the motion carried and closed before",
			takeover.valid_until
		));
	}
	let wanted = action.wanted(chain, code.as_ref(), takeover.as_ref()).await?;
	let proposal = council::prepare(chain, wanted).await?;
	announce(output, "proposing", &proposal);
	let sent = council::propose(&submitter, &signer, &proposal, patience);
	let proposed = wait(output, sent).await?;
	match &proposed.state {
		Proposed::Open(motion) => {
			let title = format!("proposed as motion {}, and final; you are for it", motion.motion);
			report_motion(output, &title, &proposed, motion);
			output.hint(format!(
				"have other members look at it and vote: `chirograph council vote {} --hash {} --approve`",
				motion.motion, motion.proposal.hash
			));
		},
		Proposed::Done(closed) => report_closed(output, &proposed, closed),
	}
	Ok(())
}

impl CouncilAction {
	/// Who signs for it.
	fn signing(&self) -> &Signing {
		match self {
			Self::CancelSlash { signing, .. }
			| Self::Fund { signing, .. }
			| Self::ContainIncident { signing, .. }
			| Self::CloseIncident { signing, .. }
			| Self::RemovePeer { signing, .. }
			| Self::AuthorizeUpgrade { signing, .. }
			| Self::SuspendLabel { signing, .. }
			| Self::ReinstateLabel { signing, .. }
			| Self::RevokeLabel { signing, .. }
			| Self::ReassignLabel { signing, .. }
			| Self::Call { signing, .. } => signing,
		}
	}

	/// What the council is to do. `code`: that of the file, for an upgrade. `takeover`: that of the file, for a label that is moved.
	async fn wanted(&self, chain: &Chain, code: Option<&Code>, takeover: Option<&Takeover>) -> Result<Action, Failure> {
		Ok(match self {
			Self::CancelSlash { slash, .. } => Action::CancelSlash(*slash),
			Self::Fund { amount, .. } => Action::Fund(*amount),
			Self::ContainIncident { incident, .. } => Action::ContainIncident(*incident),
			Self::CloseIncident { incident, outcome, .. } => Action::CloseIncident(*incident, (*outcome).into()),
			Self::RemovePeer { peer, .. } => Action::RemovePeer(*peer),
			Self::AuthorizeUpgrade { file, .. } => Action::AuthoriseUpgrade(match code {
				Some(code) => code.hash(),
				None => Code::read(file)?.hash(),
			}),
			Self::SuspendLabel {
				label, reason, since, ..
			} => Action::SuspendLabel(*label, suspension(chain, *label, *reason, *since).await?),
			Self::ReinstateLabel { label, .. } => Action::ReinstateLabel(*label),
			Self::RevokeLabel { label, reason, .. } => Action::RevokeLabel(*label, (*reason).into()),
			Self::ReassignLabel { reassignment, .. } => {
				let consent = match takeover {
					Some(takeover) => takeover.clone(),
					None => Takeover::read(&reassignment.takeover)?,
				};
				Action::ReassignLabel(reassignment.label, retirement(chain, reassignment).await?, consent)
			},
			Self::Call { call, as_root, .. } => Action::Call {
				encoded: call.0.clone(),
				as_root: *as_root,
			},
		})
	}
}

/// Says what is about to be signed for.
fn announce(output: &Output, doing: &str, proposal: &Proposal) {
	output.hint(format!(
		"{doing}: {}\n  hash  {}{}",
		proposal.call,
		proposal.hash,
		caution(proposal)
	));
}

fn caution(proposal: &Proposal) -> &'static str {
	if proposal.assured {
		""
	} else {
		"\n  this program does not know all calls in it: a name in it is the node's word"
	}
}

fn report_motion(output: &Output, title: &str, result: &impl Serialize, motion: &Motion) {
	output.result(result, title, &describe(motion, None));
}

fn report_closed(output: &Output, result: &impl Serialize, closed: &Closed) {
	let mut lines = describe_proposal(&closed.proposal);
	lines.extend(closed.calls.iter().map(|call| ("came of it", describe_call(call))));
	output.result(result, &title_of(closed), &lines);
}

/// What came of a motion. That it was done is said of what was.
fn title_of(closed: &Closed) -> String {
	let has = |outcome: Outcome| closed.calls.iter().any(|call| call.outcome == outcome);
	let open = if has(Outcome::Unknown) {
		Some("whether all of it was done, the events do not say")
	} else if has(Outcome::Waiting) {
		Some("some of it is not done, and waits for others")
	} else {
		None
	};
	match (closed.carried, closed.motion, open) {
		(true, Some(motion), None) => format!("motion {motion} is carried, done and final"),
		(true, Some(motion), Some(open)) => format!("motion {motion} is carried, and final; {open}"),
		(true, None, None) => "one member is quorum enough: done at once, and final".into(),
		(true, None, Some(open)) => format!("one member is quorum enough: decided at once, and final; {open}"),
		(false, motion, _) => format!(
			"motion {} is rejected, and final; nothing was done",
			motion.map(|motion| motion.to_string()).unwrap_or_default()
		),
	}
}

fn describe_council(council: &Council) -> Lines {
	let mut lines = vec![("quorum", format!("{} of {}", council.quorum, council.members.len()))];
	lines.extend(council.members.iter().map(|account| ("member", format_account(account))));
	if council.quorum < 2 {
		lines.push(("note", "one member is quorum enough: what is proposed is done at once".into()));
	}
	lines
}

fn row(motion: &Motion, council: &Council) -> String {
	let Proposal { call, hash, .. } = &motion.proposal;
	format!("{}; hash {hash}; {}", listed(call), votes(motion, Some(council)))
}

/// A call, or the beginning of a long one.
fn listed(call: &str) -> String {
	if call.len() <= MAX_LISTED {
		return call.into();
	}
	let mut ends = (0..=MAX_LISTED).rev();
	let beginning = ends.find_map(|end| call.get(..end)).unwrap_or_default();
	format!("{beginning}… (`--json` has all)")
}

/// How many are for it, of how many that it takes, and when it can be closed.
fn votes(motion: &Motion, council: Option<&Council>) -> String {
	let weak = council.filter(|council| motion.threshold < council.quorum);
	let weak = weak.map(|council| {
		format!(
			"; BUT the council's quorum is {}, and what takes that is refused with fewer",
			council.quorum
		)
	});
	let closing: String = if motion.is_carried() {
		"whoever closes it has it done".into()
	} else if council.is_some_and(|council| council.number >= motion.end) {
		LATE.into()
	} else {
		format!("from block {} on it can be closed as rejected", motion.end)
	};
	format!(
		"{} for it of {} that it takes, {} against it; {closing}{}",
		motion.ayes.len(),
		motion.threshold,
		motion.nays.len(),
		weak.unwrap_or_default()
	)
}

fn describe(motion: &Motion, council: Option<&Council>) -> Lines {
	let mut lines = describe_proposal(&motion.proposal);
	lines.push(("votes", votes(motion, council)));
	lines.extend(motion.ayes.iter().map(|account| ("for", format_account(account))));
	lines.extend(motion.nays.iter().map(|account| ("against", format_account(account))));
	lines
}

fn describe_proposal(proposal: &Proposal) -> Lines {
	let mut lines = vec![("call", proposal.call.clone()), ("hash", proposal.hash.to_string())];
	if !proposal.assured {
		lines.push((
			"note",
			"this program does not know all calls in it: a name in it is the node's word".into(),
		));
	}
	lines
}

fn describe_call(call: &InnerCall) -> String {
	let outcome = match &call.outcome {
		Outcome::Done => "done".to_owned(),
		Outcome::Refused { error } => format!("refused: {error}"),
		Outcome::NotDone => "not done".to_owned(),
		Outcome::Waiting => "waits for others".to_owned(),
		Outcome::Unknown => "the events do not say".to_owned(),
	};
	format!("{}.{}: {outcome}", call.pallet, call.call)
}

fn describe_code(code: &Code, current: u32) -> String {
	let version = match code.spec_version() {
		Some(version) if version > current => format!("spec version {version}, now {current}"),
		Some(version) => format!("spec version {version}, which is NOT higher than {current}: the ledger will not take it"),
		None => format!("its spec version must be higher than {current}, and cannot be told from this file"),
	};
	format!("code with the BLAKE2b-256 {}; {version}", code.hash())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::args::Arguments;
	use chirograph_sdk::council::Hash;
	use clap::Parser;

	fn proposal(assured: bool) -> Proposal {
		Proposal {
			hash: Hash([7; 32]),
			call: "Validators.fund(amount: 5000000000000 (5 tokens))".into(),
			assured,
			encoded: Vec::new(),
		}
	}

	fn motion() -> Motion {
		Motion {
			motion: 3,
			proposal: proposal(true),
			threshold: 2,
			ayes: Vec::new(),
			nays: Vec::new(),
			end: 100,
		}
	}

	fn council(quorum: u32) -> Council {
		Council {
			number: 1,
			members: Vec::new(),
			quorum,
		}
	}

	#[test]
	fn a_motion_says_what_it_would_do_how_many_it_takes_and_when_it_can_be_closed() {
		let text = row(&motion(), &council(2));
		let hash = format!("hash {}", Hash([7; 32]));
		for part in [
			"(5 tokens)",
			&hash,
			"0 for it of 2",
			"0 against it",
			"from block 100 on it can be",
		] {
			assert!(text.contains(part), "{part} is in: {text}");
		}
		assert!(!text.contains("BUT"), "{text}");
		assert!(row(&motion(), &council(3)).contains("BUT the council's quorum is 3"));
	}

	#[test]
	fn a_motion_whose_time_is_over_is_to_be_closed_since_votes_still_count() {
		let told = |number| row(&motion(), &Council { number, ..council(2) });
		assert!(!told(99).contains("late votes still count"), "the control");
		assert!(told(100).contains("late votes still count"));
		let mut carried = motion();
		carried.threshold = 0;
		let text = votes(
			&carried,
			Some(&Council {
				number: 100,
				..council(2)
			}),
		);
		assert!(text.contains("has it done") && !text.contains("late"), "{text}");
	}

	#[test]
	fn of_a_long_call_a_list_shows_the_beginning() {
		assert_eq!(listed(&"é".repeat(MAX_LISTED / 2)), "é".repeat(MAX_LISTED / 2));
		let long = format!("a{}", "é".repeat(MAX_LISTED / 2));
		let text = listed(&long);
		assert!(text.starts_with("aé") && text.ends_with("é… (`--json` has all)"), "{text}");
		assert!(text.len() < MAX_LISTED + 30, "{}", text.len());
	}

	#[test]
	fn what_is_carried_is_said_to_be_done_where_the_events_say_so_of_all_of_it() {
		let title = |motion, outcomes: &[Outcome]| {
			let calls = outcomes.iter().map(|outcome| InnerCall {
				depth: 1,
				pallet: "Validators".into(),
				call: "fund".into(),
				about: None,
				outcome: outcome.clone(),
			});
			title_of(&Closed {
				motion,
				proposal: proposal(true),
				carried: true,
				calls: calls.collect(),
			})
		};
		assert!(
			title(Some(3), &[Outcome::Done]).contains("carried, done and final"),
			"the control"
		);
		assert!(title(None, &[Outcome::Done]).contains("done at once"), "the control");
		for (outcome, why) in [(Outcome::Unknown, "do not say"), (Outcome::Waiting, "waits for others")] {
			for motion in [Some(3), None] {
				let text = title(motion, &[Outcome::Done, outcome.clone()]);
				assert!(text.contains(why), "{text}");
				assert!(!text.contains("carried, done") && !text.contains("done at once"), "{text}");
			}
		}
	}

	#[test]
	fn names_that_a_node_alone_knows_are_marked() {
		let told = |assured| describe_proposal(&proposal(assured)).len();
		assert_eq!((told(true), told(false)), (2, 3));
		assert!(caution(&proposal(true)).is_empty() && caution(&proposal(false)).contains("the node's word"));
	}

	#[test]
	fn who_is_quorum_alone_is_told_that_nobody_votes() {
		let note = |quorum| describe_council(&council(quorum)).iter().any(|(name, _)| *name == "note");
		assert!(note(1) && !note(2));
	}

	#[test]
	fn a_vote_is_for_or_against_and_never_both_or_neither() {
		let parses = |sides: &[&str]| {
			let typed = [&["chirograph", "council", "vote", "3", "--dev-key", "//Bob"][..], sides].concat();
			Arguments::try_parse_from(typed).is_ok()
		};
		assert!(parses(&["--approve"]) && parses(&["--reject"]), "the control");
		assert!(!parses(&[]) && !parses(&["--approve", "--reject"]));
		let hash = format!("0x{}", "07".repeat(32));
		assert!(parses(&["--approve", "--hash", &hash]));
		assert!(!parses(&["--approve", "--hash", "0x07"]));
	}

	#[test]
	fn what_the_council_can_be_asked_for_is_typed_as_the_runbook_has_it() {
		let remove_peer = format!("remove-peer 0x{}", "07".repeat(32));
		for typed in [
			remove_peer.as_str(),
			"cancel-slash 3",
			"fund 0.5",
			"contain-incident 3",
			"close-incident 3 --outcome resolved",
			"authorize-upgrade code.wasm",
			"suspend-label 3 --reason investigation",
			"reinstate-label 3",
			"revoke-label 3 --reason misconduct",
			"reassign-label 3 --takeover takeover.json --reason lost",
			"reassign-label 3 --takeover takeover.json --reason compromised --since 7",
			"call 0x2c06 --as-root",
		] {
			let words = ["chirograph", "council", "propose"].into_iter().chain(typed.split(' '));
			let parsed = Arguments::try_parse_from(words.chain(["--key", "ada"]));
			assert!(parsed.is_ok(), "{typed}: {:?}", parsed.err().map(|error| error.to_string()));
		}
		for typed in [
			"call 2c06",
			"call 0x",
			"fund 1e9",
			"close-incident 3",
			"remove-peer 0x07",
			"reassign-label 3",
		] {
			let words = ["chirograph", "council", "propose"].into_iter().chain(typed.split(' '));
			assert!(Arguments::try_parse_from(words).is_err(), "{typed}");
		}
	}
}
