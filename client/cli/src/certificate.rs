// SPDX-License-Identifier: Apache-2.0

//! Certificates that an issuer gives to recipients, such as diplomas (X.1407 Appendix II). For those of keys, see `label certificate`.

use crate::{
	args::{BatchRequest, Common, CredentialCommand, CredentialQuery, CredentialRequest, Holding, Reason, SchemaName},
	batch::{self, Done},
	bundle::{all_fields, checkpoints_of, describe_block, ensure_of, network, now, parse, stated, when, Lines},
	label::describe_label,
	output::{as_of, true_time, Output},
	proof::subject_of,
	statement::{disclosures_path, read, with_suffix},
	Failure,
};
use chirograph_sdk::{
	authorization::Change,
	batches::Differences,
	bundles::{self, Trust, Verdict, EXTENSION},
	chain::{format_time, Chain},
	clock::{self, Stated},
	credentials::{self, Found, Presented, Status, RECIPIENT},
	evidence::{self, evidence_path, Evidence, EvidenceFile, OriginalDigests},
	file,
	keys::format_account,
	labels::{self, Entry, Target},
	primitives::{Batch, BatchRoot, Label, LabelId, ProofId, SignatureScheme, Status as LedgerStatus, Subject},
	proofs::code,
	verifier::{bundle::Bundle, verdict::Facts},
	Error, ErrorKind,
};
use serde::Serialize;
use std::{collections::BTreeSet, path::Path, sync::Arc};

pub async fn run(command: CredentialCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		CredentialCommand::Issue(request) => issue(request, common, output).await,
		CredentialCommand::Verify(query) => verify(query, common, output).await,
		CredentialCommand::Revoke { target, reason, holding } => revoke(&target, reason, holding, common, output).await,
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IssuedBatch {
	root: BatchRoot,
	batch: Batch,
	/// How many files can be handed out.
	issued: usize,
	/// Where they are.
	directory: String,
	/// What was named, and is not in it.
	#[serde(skip_serializing_if = "Differences::is_empty")]
	differences: Differences,
}

async fn issue(request: CredentialRequest, common: &Common, output: &Output) -> Result<(), Failure> {
	let CredentialRequest {
		source,
		out,
		shown,
		sealed,
		factor,
		owner,
		submission,
	} = request;
	let (items, shown) = (batch::items(&source, &out)?, shown.into_iter().collect::<BTreeSet<_>>());
	let request = BatchRequest {
		source: None,
		out,
		sealed,
		schema: SchemaName::Certificate,
		factor,
		owner,
		submission,
	};
	let bar = output.files(items.len(), "files");
	credentials::ensure_issuable(&request.out, &items, &shown, &mut |done| bar.set_position(done as u64))?;
	bar.finish_and_clear();
	let Some(done) = batch::register(&request, &source, &items, common, output).await? else {
		return Ok(());
	};
	let Done {
		workspace,
		root,
		batch,
		mut differences,
		..
	} = done;
	let bar = output.files(items.len(), "issued");
	let issued = credentials::write(&workspace, &items, &shown, &mut differences, &mut |done| {
		bar.set_position(done as u64);
	})?;
	bar.finish_and_clear();
	let directory = credentials::issued_directory(&workspace).display().to_string();
	let mut lines = batch::describe(&root, &batch);
	lines.push(("issued", format!("{issued} in {directory}")));
	lines.extend(batch::missing(&differences));
	let (is_all, stands) = (differences.is_empty(), batch.life.status == LedgerStatus::Active);
	let done = IssuedBatch {
		root,
		batch,
		issued,
		directory,
		differences,
	};
	let title = match stands {
		true => "issued, and final; hand out what is in that directory, as it is",
		false => "issued, and ended since: the batch does not stand any more; hand out nothing of it",
	};
	output.result(&done, &batch::title(title, is_all), &lines);
	batch::outcome(is_all && stands)
}

/// Whoever issued a certificate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issuer<'a> {
	label: LabelId,
	account: String,
	scheme: SignatureScheme,
	/// How the label is now, by the node's word.
	#[serde(skip_serializing_if = "Option::is_none")]
	now: Option<&'a Label>,
}

/// What is said of a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
	file: String,
	#[serde(flatten)]
	status: &'a Status,
	/// Whether it is as of now, by a node, or as of when the bundle was made.
	offline: bool,
	#[serde(skip_serializing_if = "Option::is_none")]
	issuer: Option<Issuer<'a>>,
	/// For whom it was issued, if that is shown.
	#[serde(skip_serializing_if = "Option::is_none")]
	recipient: Option<&'a str>,
	#[serde(skip_serializing_if = "Option::is_none")]
	verdict: Option<&'a Verdict>,
	#[serde(skip_serializing_if = "Option::is_none")]
	found: Option<&'a Found>,
	/// How far the time of its registration can be believed, if a node was asked.
	#[serde(skip_serializing_if = "Option::is_none")]
	time_statement: Option<&'a Stated>,
}

/// What a file is judged by.
struct Inquiry<'a> {
	query: CredentialQuery,
	genesis: Subject,
	common: &'a Common,
	output: &'a Output,
}

async fn verify(query: CredentialQuery, common: &Common, output: &Output) -> Result<(), Failure> {
	let genesis = network(common, output)?;
	let inquiry = Inquiry {
		query,
		genesis,
		common,
		output,
	};
	let presented = match judgeable(Presented::read(&inquiry.query.file))? {
		Ok(Ok(presented)) => presented,
		Ok(Err(fault)) => return inquiry.unknown(fault.to_string()),
		Err(reason) => return inquiry.unknown(reason),
	};
	let (now, offline) = (now(), inquiry.query.offline);
	let question = presented.question(now);
	let trust = Trust {
		checkpoints: checkpoints_of(genesis, &inquiry.query.checkpoints)?,
		..Trust::in_network(genesis.0)
	};
	let (bundle_beside, evidence_beside) = (
		with_suffix(&inquiry.query.file, &format!(".{EXTENSION}")),
		evidence_path(&inquiry.query.file),
	);
	let bundle = match presented.bundle {
		Some(bundle) => Some(bundle),
		None if bundle_beside.exists() => match judgeable(bundles::read(&bundle_beside))? {
			Ok(bundle) => Some(bundle),
			Err(reason) => return inquiry.unknown(reason),
		},
		None => None,
	};
	if let Some(bundle) = bundle {
		let verdict = bundles::verify(&bundle, &trust, &question);
		// What is not proven, no node makes better.
		let Some(facts) = verdict.facts().filter(|_| !offline) else {
			return inquiry.judged(&verdict, None, None);
		};
		let chain = inquiry.connect().await?;
		let verdict = inquiry.answered(credentials::ask(&chain, &bundle, facts, &trust, &question).await)?;
		return inquiry.concluded(&chain, &verdict).await;
	}
	if offline {
		return inquiry.unknown("there is no bundle in it, nor beside it: without a node, nothing is known of it");
	}
	if !evidence_beside.exists() {
		let chain = inquiry.connect().await?;
		let found = credentials::find(&chain, presented.original.sha256, inquiry.query.issuer).await;
		return inquiry.found(&chain, &inquiry.answered(found)?).await;
	}
	let evidence = match judgeable(Evidence::read(&evidence_beside).map_err(Error::from))? {
		Ok(evidence) => evidence,
		Err(reason) => return inquiry.unknown(reason),
	};
	if let Err(fault) = evidence.check_original(&presented.original) {
		return inquiry.unknown(fault.to_string());
	}
	let disclosures = disclosures_path(&inquiry.query.file, None);
	let shown = match disclosures.exists() {
		true => match judgeable(all_fields(&disclosures, &evidence))? {
			Ok(shown) => shown,
			Err(reason) => return inquiry.unknown(reason),
		},
		false => Vec::new(),
	};
	let chain = inquiry.connect().await?;
	let bundle = inquiry.answered(credentials::bundle_of(&chain, evidence, shown).await)?;
	let verdict = bundles::verify(&bundle.canonical(), &trust, &question);
	inquiry.concluded(&chain, &verdict).await
}

/// What was read; or why what is there is nothing to judge by, which is an answer. That nothing can be read is none.
fn judgeable<T>(read: Result<T, Error>) -> Result<Result<T, String>, Failure> {
	use file::Error::{NotAFile, NotFound, Unreadable};
	match read {
		Ok(read) => Ok(Ok(read)),
		Err(
			error @ (Error::File(NotFound { .. } | NotAFile { .. } | Unreadable { .. })
			| Error::Evidence(evidence::Error::File(NotFound { .. } | NotAFile { .. } | Unreadable { .. }))),
		) => Err(error.into()),
		Err(fault) => Ok(Err(fault.to_string())),
	}
}

impl Inquiry<'_> {
	async fn connect(&self) -> Result<Chain, Failure> {
		self.answered(self.common.connect_to(self.genesis).await)
	}

	/// Nobody is to take how a certificate stood for how it stands: without a node, that has to be asked for.
	fn answered<T>(&self, answer: Result<T, Error>) -> Result<T, Failure> {
		let answer = answer.inspect_err(|error| {
			if error.kind() == ErrorKind::Connection {
				self.output
					.hint("how it stands now, a node has to say; --offline says how it stood when its bundle was made");
			}
		});
		Ok(answer?)
	}

	/// How the issuer's label is now, by the node's word; or why that word is not worth a verdict.
	async fn issuer(&self, chain: &Chain, verdict: &Verdict) -> Result<Result<Option<Entry>, String>, Failure> {
		let Some(facts) = verdict.facts() else {
			return Ok(Ok(None));
		};
		match labels::show(chain, &Target::Label(facts.label)).await {
			Err(Error::LabelNotFound { label }) => Ok(Err(format!(
				"the node knows of no label {label}, which registered it: do not believe that node, ask another"
			))),
			entry => self.answered(entry).map(|entry| Ok(Some(entry))),
		}
	}

	fn report<'a>(&self, status: &'a Status) -> Report<'a> {
		Report {
			file: self.query.file.display().to_string(),
			status,
			offline: self.query.offline,
			issuer: None,
			recipient: None,
			verdict: None,
			found: None,
			time_statement: None,
		}
	}

	fn unknown(&self, reason: impl Into<String>) -> Result<(), Failure> {
		let status = Status::Unknown { reason: reason.into() };
		let report = self.report(&status);
		self.print(&report, Lines::new(), &[])
	}

	/// What is judged with a node's help, by that node's word.
	async fn concluded(&self, chain: &Chain, verdict: &Verdict) -> Result<(), Failure> {
		match self.issuer(chain, verdict).await? {
			Ok(issuer) => {
				let known = match verdict.facts() {
					Some(facts) => Some(self.answered(clock::stated(chain, &facts.registered).await)?),
					None => None,
				};
				self.judged(verdict, issuer.as_ref(), known.as_ref())
			},
			Err(reason) => self.unknown(reason),
		}
	}

	fn judged(&self, verdict: &Verdict, entry: Option<&Entry>, known: Option<&Stated>) -> Result<(), Failure> {
		let status = credentials::judge(verdict, self.query.issuer, now());
		let label = entry.and_then(|entry| entry.holder.status.label.as_ref());
		let facts = verdict.facts();
		let report = Report {
			issuer: facts.map(|facts| Issuer {
				label: facts.label,
				account: format_account(&facts.owner),
				scheme: facts.scheme,
				now: label,
			}),
			recipient: facts.and_then(|facts| facts.disclosed.get(RECIPIENT)).map(String::as_str),
			verdict: Some(verdict),
			time_statement: known,
			..self.report(&status)
		};
		let mut lines = facts.map(describe).unwrap_or_default();
		lines.extend(known.map(true_time));
		if facts.is_some() && self.query.offline {
			lines.push(("since then", "not known: no node was asked".into()));
		}
		let mut further = Vec::new();
		if let Some((entry, label)) = entry.zip(label) {
			further.push((
				0,
				format!("its issuer, as of block {}, by the node's word", entry.as_of.number),
			));
			let lines = describe_label(label, entry.time).into_iter();
			further.extend(lines.map(|(name, value)| (1, format!("{name:12}  {value}"))));
		}
		self.print(&report, lines, &further)
	}

	async fn found(&self, chain: &Chain, found: &Found) -> Result<(), Failure> {
		let known = match &found.record {
			Some(record) => Some(self.answered(clock::stated(chain, &record.registered).await)?),
			None => None,
		};
		let report = Report {
			issuer: found.record.as_ref().map(|record| Issuer {
				label: record.label,
				account: format_account(&record.owner),
				scheme: record.scheme,
				now: None,
			}),
			found: Some(found),
			time_statement: known.as_ref(),
			..self.report(&found.status)
		};
		let mut lines = Lines::new();
		if let Some(record) = &found.record {
			lines.push((
				"issuer",
				describe_issuer(record.label, &format_account(&record.owner), record.scheme),
			));
			lines.push(("registered", when(&record.registered)));
		}
		lines.extend(known.as_ref().map(true_time));
		lines.push(as_of(&found.as_of));
		self.print(&report, lines, &[])
	}

	/// The exit code is an interface: whoever asks whether a certificate is good wants no other answer taken for that.
	fn print(&self, report: &Report, more: Lines, further: &[(usize, String)]) -> Result<(), Failure> {
		let title = match report.status {
			Status::Valid => match report.verdict.and_then(Verdict::facts).filter(|_| report.offline) {
				Some(facts) => format!("VALID as of {}; what came since is not known", format_time(facts.as_of.time)),
				None => "VALID".to_owned(),
			},
			Status::Revoked { at, reason } => format!("REVOKED: {} ({})", when(at), code(reason)),
			Status::Superseded { at, by } => format!("SUPERSEDED: {}, by {}", when(at), by),
			Status::Expired { on } => format!("EXPIRED: its last day was {on}"),
			Status::Unknown { reason } => format!("UNKNOWN: {reason}"),
		};
		let mut lines = vec![("file", report.file.clone())];
		lines.extend(more);
		self.output.result_with(report, &title, &lines, further);
		match report.status {
			Status::Valid => Ok(()),
			_ => Err(Failure::Negative),
		}
	}
}

fn describe_issuer(label: LabelId, account: &str, scheme: SignatureScheme) -> String {
	format!("label {label}, {account} ({scheme})")
}

fn describe(facts: &Facts) -> Lines {
	let mut lines = vec![(
		"issuer",
		describe_issuer(facts.label, &format_account(&facts.owner), facts.scheme),
	)];
	let recipient = facts.disclosed.get(RECIPIENT);
	lines.extend(recipient.map(|recipient| ("for", recipient.clone())));
	let fields = facts.disclosed.iter().filter(|(name, _)| *name != RECIPIENT);
	lines.extend(fields.map(|(name, value)| ("field", stated(name, value))));
	if !facts.undisclosed.is_empty() {
		lines.push(("not shown", facts.undisclosed.join(", ")));
	}
	lines.push(("registered", when(&facts.registered)));
	if facts.holder != facts.owner {
		lines.push(("holder", format_account(&facts.holder)));
	}
	if !facts.bound {
		lines.push(("caution", "no hash binds the evidence that is accepted today".into()));
	}
	lines.extend(describe_block(&facts.as_of, &facts.finality));
	lines
}

async fn revoke(target: &str, reason: Reason, holding: Holding, common: &Common, output: &Output) -> Result<(), Failure> {
	let path = Path::new(target);
	let bundle = bundle_of(path, output)?;
	let chain = Arc::new(common.connect_to_sign().await?);
	let proof = match bundle {
		Some((bundle, original)) => {
			ensure_of(&chain, &bundle, path)?;
			let (proof, verdict) = credentials::shown(&chain, bundle, original, path).await?;
			for (name, value) in verdict.facts().map(describe).unwrap_or_default() {
				output.hint(format_args!("{name}: {value}"));
			}
			proof
		},
		None => ProofId::Record {
			subject: subject_of(target, None, output)?,
		},
	};
	let change = Change::Revocation { reason: reason.into() };
	holding.change(target, proof, change, chain, output).await
}

/// The bundle that is in an issued file, or beside an original; or the one that is named. With what it has to be about, if that is there.
fn bundle_of(target: &Path, output: &Output) -> Result<Option<(Bundle, Option<OriginalDigests>)>, Failure> {
	if target.extension().is_some_and(|extension| extension == EXTENSION) {
		return Ok(Some((parse(target)?, None)));
	}
	if let Some((bundle, original)) = credentials::bundle_in(target)? {
		return Ok(Some((bundle, Some(original))));
	}
	let beside = with_suffix(target, &format!(".{EXTENSION}"));
	match beside.exists() {
		true => Ok(Some((parse(&beside)?, Some((&read(target, output)?).into())))),
		false => Ok(None),
	}
}
