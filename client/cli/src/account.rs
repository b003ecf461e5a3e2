// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{AccountCommand, Common},
	label::account_of,
	output::Output,
	Failure,
};
use chirograph_sdk::{
	chain::format_time,
	history::{self, Operation},
	keys::format_account,
};

pub async fn run(command: AccountCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		AccountCommand::History { account } => {
			let account = account_of(&account)?;
			let history = history::of_account(&common.connect().await?, &account).await?;
			let count = match history.nonce {
				0 => "no operations".into(),
				1 => "the one operation".into(),
				count => format!("all {count} operations"),
			};
			let (account, as_of) = (format_account(&account), &history.as_of);
			let title = format!("{count} of {account} up to block {} {}", as_of.number, as_of.hash);
			let nonces: Vec<_> = history
				.operations
				.iter()
				.map(|operation| operation.nonce.to_string())
				.collect();
			let lines: Vec<_> = nonces.iter().map(String::as_str).zip(table(&history.operations)).collect();
			output.result(&history, &title, &lines);
		},
	}
	Ok(())
}

/// One line for each operation: block, time, call, outcome.
fn table(operations: &[Operation]) -> Vec<String> {
	let calls: Vec<_> = operations
		.iter()
		.map(|operation| format!("{}::{}", operation.pallet, operation.call))
		.collect();
	let call_width = calls.iter().map(String::len).max().unwrap_or_default();
	// The last block is the highest.
	let block_width = operations.last().map_or(0, |operation| operation.block.to_string().len());
	let lines = operations.iter().zip(calls).map(|(operation, call)| {
		let (block, time) = (operation.block, format_time(operation.time));
		let outcome = match &operation.error {
			None => "ok".into(),
			Some(error) => format!("refused ({error})"),
		};
		format!("{block:>block_width$}  {time}  {call:call_width$}  {outcome}")
	});
	lines.collect()
}
