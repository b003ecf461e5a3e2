// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{AccountCommand, Common},
	label::account_of,
	output::Output,
	Failure,
};
use chirograph_sdk::{
	chain::format_time,
	history::{self, About, InnerCall, Operation, Outcome, SignatureCheck},
	keys::format_account,
	peers::peer_id,
};

pub async fn run(command: AccountCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		AccountCommand::History { account, as_of } => {
			let account = account_of(&account)?;
			let chain = common.connect().await?;
			let history = history::of_account(&chain, &account, as_of.map(|hash| hash.0)).await?;
			let count = match history.nonce {
				0 => "no operations".into(),
				1 => "the one operation".into(),
				count => format!("all {count} operations"),
			};
			let (account, as_of) = (format_account(&account), &history.as_of);
			let title = format!("{count} of {account} up to block {} {}", as_of.number, as_of.hash);
			let rows = table(&history.operations);
			let lines: Vec<_> = rows.iter().map(|(nonce, text)| (nonce.as_str(), text.clone())).collect();
			output.result(&history, &title, &lines);
			if !history.as_asked {
				output.hint(
					"that this block is final, and the newest, is this node's word; name a block that you know from a node that you trust with --as-of",
				);
			}
		},
	}
	Ok(())
}

/// One line for each operation: nonce, block, time, call, outcome, what it is about. Below it, one for each call inside.
fn table(operations: &[Operation]) -> Vec<(String, String)> {
	let calls: Vec<_> = operations
		.iter()
		.map(|operation| format!("{}::{}", operation.pallet, operation.call))
		.collect();
	let call_width = calls.iter().map(String::len).max().unwrap_or_default();
	// The last block is the highest.
	let block_width = operations.last().map_or(0, |operation| operation.block.to_string().len());
	let mut rows = Vec::new();
	for (operation, call) in operations.iter().zip(calls) {
		let (block, time) = (operation.block, format_time(operation.time));
		let outcome = match &operation.error {
			None => "ok".into(),
			Some(error) => format!("refused ({error})"),
		};
		let about = describe_about(operation.about.as_ref());
		let unchecked = match operation.signature {
			SignatureCheck::Valid => "",
			SignatureCheck::Unchecked => "  (its signature was NOT checked: this program cannot read what was signed)",
		};
		rows.push((
			operation.nonce.to_string(),
			format!("{block:>block_width$}  {time}  {call:call_width$}  {outcome}{about}{unchecked}"),
		));
		rows.extend(operation.calls.iter().map(|call| (String::new(), describe_inner(call))));
	}
	rows
}

fn describe_inner(call: &InnerCall) -> String {
	let outcome = match &call.outcome {
		Outcome::Done => "ok".into(),
		Outcome::Refused { error } => format!("refused ({error})"),
		Outcome::NotDone => "not done".into(),
		Outcome::Waiting => "waits for others to approve it".into(),
		Outcome::Unknown => "outcome not known".into(),
	};
	let indent = "  ".repeat(usize::try_from(call.depth).unwrap_or_default());
	let about = describe_about(call.about.as_ref());
	format!("{indent}{}::{}  {outcome}{about}", call.pallet, call.call)
}

fn describe_about(about: Option<&About>) -> String {
	match about {
		None => String::new(),
		Some(About::Label(label)) => format!("  label {label}"),
		Some(About::Account(account)) => format!("  account {}", format_account(account)),
		Some(About::Subject(subject)) => format!("  subject {subject}"),
		Some(About::Transaction(transaction)) => format!("  transaction {transaction}"),
		Some(About::Incident(incident)) => format!("  incident {incident}"),
		Some(About::Slash(slash)) => format!("  slash {slash}"),
		Some(About::Peer(peer)) => format!("  node {}", peer_id(*peer)),
		Some(About::Block(block)) => format!("  block {block}"),
	}
}
