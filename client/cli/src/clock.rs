// SPDX-License-Identifier: Apache-2.0

//! The commands about time. How the time of a record is told, `output` says.

use crate::{
	args::{Common, TimeCommand},
	label::wait,
	output::{as_of, describe_statement, final_in, Output},
	Failure,
};
use chirograph_sdk::{
	chain::format_time,
	clock::{self, Posted},
	labels::Finalised,
	primitives::time::{Sample, TimeStatement},
	ErrorKind,
};
use std::time::Duration;
use tokio::time::{interval, MissedTickBehavior};

pub async fn run(command: TimeCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		TimeCommand::Status => {
			let known = clock::status(&common.connect().await?).await?;
			let (statement, terms) = (&known.statement, &known.terms);
			let title = match (statement.alarm, statement.drift) {
				(true, _) => "ALARM: the time of blocks is further from the time services' than the network allows",
				(false, Some(_)) => "the time of blocks is within what the network allows",
				(false, None) => "NOT KNOWN: too few time services say anything",
			};
			let mut lines = vec![(
				"time",
				format!("{}, {}", format_time(known.time), describe_statement(statement)),
			)];
			lines.extend(statement.drift.map(|drift| ("drift", format!("{drift} ms"))));
			lines.extend(statement.samples.iter().map(describe_sample));
			lines.push((
				"allowed",
				format!(
					"{} ms, by {} services or more, of the last {} blocks",
					terms.bound, terms.services, terms.freshness
				),
			));
			lines.push(as_of(&known.as_of));
			output.result(&known, title, &lines);
			if statement.alarm {
				return Err(Failure::Negative);
			}
		},
		TimeCommand::Beacon { uncertainty, signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = clock::post(&submitter, &signer, uncertainty.millis, patience);
			let posted = wait(output, sent).await?;
			let Posted {
				service,
				beacon,
				sample,
				statement,
			} = &posted.state;
			let mut lines = vec![
				("service", format!("label {service}")),
				("said", format!("block {} at {}", beacon.block, format_time(beacon.time))),
			];
			lines.extend(sample.as_ref().map(describe_sample));
			lines.push(("network", describe_network(statement)));
			lines.push(final_in(&posted.block));
			output.result(&posted, "said, and final", &lines);
		},
		TimeCommand::Serve {
			every,
			uncertainty,
			signing,
		} => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let mut turns = interval(Duration::from_secs(every));
			turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
			loop {
				turns.tick().await;
				match clock::post(&submitter, &signer, uncertainty.millis, patience).await {
					Ok(posted) => {
						if !output.line(&posted, &describe_posted(&posted)) {
							return Ok(());
						}
					},
					// Of a block that is of no fork that lasts, nothing can be said. The next one will do.
					Err(error) if error.kind() == ErrorKind::Refused && submitter.chain().is_connected() => {
						output.hint(format_args!("not said: {error}"));
					},
					Err(error) => return Err(error.into()),
				}
			}
		},
	}
	Ok(())
}

fn describe_posted(posted: &Finalised<Posted>) -> String {
	let Posted {
		beacon,
		sample,
		statement,
		..
	} = &posted.state;
	let drift = sample
		.as_ref()
		.map(|sample| format!(", which is ahead by {} ms", sample.drift));
	format!(
		"{}  block {}{}; {}",
		format_time(beacon.time),
		beacon.block,
		drift.unwrap_or_default(),
		describe_network(statement)
	)
}

fn describe_network(statement: &TimeStatement) -> String {
	match statement.drift {
		Some(drift) => format!("blocks are ahead by {drift} ms, {}", describe_statement(statement)),
		None => "too few time services say anything".into(),
	}
}

fn describe_sample(sample: &Sample) -> (&'static str, String) {
	let text = format!(
		"label {}: block {} is ahead by {} ms, give or take {} ms",
		sample.service, sample.block, sample.drift, sample.uncertainty
	);
	("by", text)
}
