// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, IncidentCommand},
	bundle::when,
	label::{print_list, wait},
	network::describe_anomaly,
	output::{as_of, final_in, true_time, Output, Timed},
	statement::read,
	Failure,
};
use chirograph_sdk::{
	clock,
	incidents::{self, Numbered},
	labels::Finalised,
	primitives::{
		incident::{Evidence, IncidentKind, IncidentState},
		DocumentHash,
	},
	proofs::code,
};

type Lines = Vec<(&'static str, String)>;

pub async fn run(command: IncidentCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		IncidentCommand::List => {
			let list = incidents::list(&common.connect().await?).await?;
			let rows = list
				.incidents
				.iter()
				.map(|incident| (incident.incident.to_string(), row(incident)));
			print_list(output, &list, "incidents", rows.collect(), &list.as_of);
		},
		IncidentCommand::Show { incident } => {
			let chain = common.connect().await?;
			let entry = incidents::show(&chain, incident).await?;
			let known = clock::stated(&chain, &entry.incident.what.at).await?;
			let mut lines = describe(&entry.incident);
			lines.extend([true_time(&known), as_of(&entry.as_of)]);
			let timed = Timed {
				result: &entry,
				time_statement: Some(&known),
			};
			output.result(&timed, &format!("incident {incident}"), &lines);
		},
		IncidentCommand::Report {
			code,
			label,
			document,
			signing,
		} => {
			let document = DocumentHash(read(&document, output)?.sha256);
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = incidents::report(&submitter, &signer, code.into(), label, document, patience);
			report(output, "reported, and final", &wait(output, sent).await?);
		},
		IncidentCommand::Contain { incident, signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = incidents::contain(&submitter, &signer, incident, patience);
			report(output, "contained, and final", &wait(output, sent).await?);
		},
		IncidentCommand::Close {
			incident,
			outcome,
			signing,
		} => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = incidents::close(&submitter, &signer, incident, outcome.into(), patience);
			report(output, "closed, and final", &wait(output, sent).await?);
		},
	}
	Ok(())
}

fn report(output: &Output, title: &str, changed: &Finalised<Numbered>) {
	let mut lines = vec![("incident", changed.state.incident.to_string())];
	lines.extend(describe(&changed.state));
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

fn row(incident: &Numbered) -> String {
	let traced = incident.what.label.map(|label| format!("; label {label}"));
	format!(
		"{}; {}{}; {}",
		when(&incident.what.at),
		describe_kind(&incident.what.what),
		traced.unwrap_or_default(),
		describe_state(&incident.what.progress)
	)
}

fn describe(Numbered { what, .. }: &Numbered) -> Lines {
	let mut lines = vec![("what", describe_kind(&what.what))];
	lines.extend(what.label.map(|label| ("traced to", format!("label {label}"))));
	let evidence = match &what.evidence {
		Evidence::Ledger(at) => format!("extrinsic {} of the ledger, {}", at.extrinsic, when(at)),
		Evidence::Document { hash } => format!("the document {hash}, which is with whoever reported"),
	};
	lines.extend([
		("evidence", evidence),
		("recorded", when(&what.at)),
		("state", describe_state(&what.progress)),
	]);
	lines
}

fn describe_kind(kind: &IncidentKind) -> String {
	match kind {
		IncidentKind::Equivocation { session } => {
			format!("a validator signed two things of which only one can be true, in session {session}; that is proven")
		},
		IncidentKind::Clock { drift } => format!("blocks were off by {drift} ms, by the time services"),
		IncidentKind::Strength { anomaly } => describe_anomaly(anomaly),
		IncidentKind::Reported { code: reported, by } => format!("{}, reported by label {by}", code(reported)),
	}
}

fn describe_state(state: &IncidentState) -> String {
	match state {
		IncidentState::Open => "open".into(),
		IncidentState::Contained { at } => format!("contained, {}", when(at)),
		IncidentState::Closed { outcome, at } => format!("closed ({}), {}", code(outcome), when(at)),
	}
}
