// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, RecoveryCommand},
	label::{account_of, report_label, wait},
	output::{as_of, final_in, Output},
	Failure,
};
use chirograph_sdk::{
	keys::format_account,
	labels::Finalised,
	primitives::{BlockNumber, GuardianIds, Guardianship, LabelStatus},
	recovery::{self, Attempt, Outlook},
	takeover::Takeover,
};

/// For how many blocks a holder can object if nothing is said of it: a day at two seconds a block.
pub const DELAY: BlockNumber = 43_200;

pub async fn run(command: RecoveryCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		RecoveryCommand::Guardians {
			labels,
			threshold,
			delay,
			none,
			factor,
			signing,
		} => {
			// Of nobody it takes nobody.
			let (threshold, delay) = (threshold.unwrap_or_default(), if none { 0 } else { delay });
			let confirmation = factor.confirmation()?;
			let (submitter, key, patience) = signing.open(common).await?;
			if let Some(asked) = factor.request() {
				let call = recovery::naming(&labels, threshold, delay)?;
				return asked.write(submitter.chain(), &key.account(), &call, output).await;
			}
			let confirmation = confirmation.as_ref();
			let sent = recovery::set_guardians(&submitter, &key, &labels, threshold, delay, confirmation, patience);
			let title = if none {
				"no guardians any more, and final"
			} else {
				"guardians named, and final"
			};
			report(output, title, &wait(output, sent).await?);
		},
		RecoveryCommand::Begin {
			label,
			takeover,
			signing,
		} => {
			let takeover = Takeover::read(&takeover)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = recovery::initiate_recovery(&submitter, &key, label, &takeover, patience);
			report(output, "begun, and final", &wait(output, sent).await?);
			output.hint(format_args!(
				"other guardians approve with\n  chirograph recovery approve {label} --account {}",
				format_account(&takeover.account)
			));
		},
		RecoveryCommand::Approve { label, account, signing } => {
			let account = account_of(&account)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = recovery::approve_recovery(&submitter, &key, label, &account, patience);
			report(output, "approved, and final", &wait(output, sent).await?);
		},
		RecoveryCommand::Veto { label, signing } => {
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = recovery::veto_recovery(&submitter, &key, label, patience);
			report(
				output,
				"objected to, and final: all attempts are off",
				&wait(output, sent).await?,
			);
		},
		RecoveryCommand::Complete { label, account, signing } => {
			let account = account_of(&account)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = recovery::complete_recovery(&submitter, &key, label, &account, patience);
			report_label(output, "recovered, and final", &wait(output, sent).await?);
		},
		RecoveryCommand::Show { label } => {
			let outlook = recovery::outlook(&common.connect().await?, label).await?;
			let title = match outlook.attempts.iter().filter(|attempt| !attempt.lapsed).count() {
				0 => format!("nobody wants to get label {label} back"),
				1 => format!("one attempt to get label {label} back"),
				count => format!("{count} attempts to get label {label} back"),
			};
			let mut lines = describe(&outlook);
			lines.push(as_of(&outlook.as_of));
			output.result(&outlook, &title, &lines);
		},
	}
	Ok(())
}

fn report(output: &Output, title: &str, changed: &Finalised<LabelStatus>) {
	let mut lines = describe(&Outlook::of(&changed.state, changed.block.clone()));
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

fn describe(outlook: &Outlook) -> Vec<(&'static str, String)> {
	let mut lines = vec![
		("label", outlook.label.to_string()),
		("account", format_account(&outlook.holder)),
		("guardians", describe_guardianship(outlook.guardianship.as_ref())),
	];
	let attempts = outlook.attempts.iter();
	lines.extend(attempts.map(|attempt| ("attempt", describe_attempt(attempt, outlook.guardianship.as_ref()))));
	lines
}

/// Who may help to get a label back, for people.
pub fn describe_guardianship(guardianship: Option<&Guardianship>) -> String {
	match guardianship {
		Some(Guardianship {
			guardians,
			threshold,
			delay,
			named_by,
			named_at,
		}) => format!(
			"{threshold} of the labels {}; the holder has {delay} blocks to object; named in block {} by {}",
			numbers(guardians),
			named_at.block,
			format_account(named_by)
		),
		None => "none; only an auditor can move the label to another key".into(),
	}
}

fn describe_attempt(attempt: &Attempt, guardianship: Option<&Guardianship>) -> String {
	let when = match attempt.ready.zip(attempt.blocks) {
		Some(_) if attempt.lapsed => format!("too late{}", until(attempt)),
		Some((block, 0)) => format!("can be completed since block {block}{}", until(attempt)),
		Some((block, blocks)) => {
			format!(
				"can be completed from block {block} on, blocks from now: {blocks}{}",
				until(attempt)
			)
		},
		None => {
			let threshold = guardianship.map_or(0, |guardianship| guardianship.threshold);
			format!("{} of {threshold} approvals", attempt.approvals.len())
		},
	};
	let account = format_account(&attempt.account);
	format!("to {account}; approved by {}; {when}", numbers(&attempt.approvals))
}

fn until(attempt: &Attempt) -> String {
	attempt
		.last
		.map(|last| match attempt.lapsed {
			true => format!(": it could be completed until block {last}"),
			false => format!(", and until block {last}"),
		})
		.unwrap_or_default()
}

fn numbers(labels: &GuardianIds) -> String {
	labels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
