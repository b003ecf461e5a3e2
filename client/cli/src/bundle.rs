// SPDX-License-Identifier: Apache-2.0

//! Bundles: made with a node, judged without.

use crate::{
	args::{BundleCommand, Common, FieldSelection, Trusted},
	output::Output,
	proof::subject_of,
	statement::{disclosures_path, evidence_path, read, with_suffix},
	Failure,
};
use chirograph_sdk::{
	batches,
	bundles::{self, verify, Answer, Maker, Question, Trust, Verdict, EXTENSION},
	certificates,
	chain::{format_time, Chain},
	checkpoints::compiled,
	evidence::{Disclosure, DisclosureFault, Disclosures, DisclosuresFile, Evidence, EvidenceFile},
	file,
	keys::{format_account, KeyStore},
	networks::KnownNetworks,
	primitives::{Acceptance, Inclusion, Moment, ProofEvent, Subject},
	proofs::code,
	report::{self, Report},
	verifier::{
		bundle::{Asked, Bundle},
		document::{Bytes, Hash},
		header::Header,
		verdict::{Block, Check, Event, Facts, Finality, Outcome},
	},
	Error,
};
use serde::Serialize;
use serde_json::json;
use std::{
	collections::{BTreeMap, BTreeSet},
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};

pub type Lines = Vec<(&'static str, String)>;

/// A file that was written, and what was judged for it.
#[derive(Serialize)]
struct Written<'a> {
	file: String,
	#[serde(flatten)]
	verdict: &'a Verdict,
}

pub async fn run(command: BundleCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		BundleCommand::Create {
			target,
			absent,
			evidence,
			disclosures,
			as_of,
			checkpoint,
			output: path,
		} => {
			let file = Path::new(&target);
			let mut question = Question {
				now: now(),
				..Question::default()
			};
			let stated = if absent {
				question.subject = Some(subject_of(&target, evidence.as_deref(), output)?);
				None
			} else {
				let original = read(file, output)?;
				let stated = Evidence::read(&evidence_path(file, evidence.as_deref()))?;
				stated.matches_original(&original)?;
				question.original = Some((&original).into());
				let shown = match disclosures {
					true => all_fields(&disclosures_path(file, evidence.as_deref()), &stated)?,
					false => Vec::new(),
				};
				Some((stated, shown))
			};
			let chain = common.connect().await?;
			chain.ensure_synced().await?;
			let maker = match checkpoint {
				Some(hash) => Maker::from_checkpoint(&chain, hash.0),
				None => Maker::new(&chain),
			};
			let at = match as_of {
				Some(block) => maker.as_of(block).await?,
				None => maker.newest(chain.height().await?).await?,
			};
			let bundle = match (stated, question.subject) {
				(Some((evidence, shown)), _) => maker.record(&at, evidence, shown).await?,
				(None, Some(subject)) => maker.absence(&at, subject).await?,
				(None, None) => return Err(Failure::Usage("name a file or a subject".into())),
			};
			let trust = Trust {
				checkpoints: checkpoint.into_iter().map(hash).collect(),
				..Trust::in_network(*chain.genesis())
			};
			let path = path.unwrap_or_else(|| with_suffix(file, &format!(".{EXTENSION}")));
			let verdict = verify(&bundle.canonical(), &trust, &question);
			write_verified(&bundle, &verdict, &path, &title(&verdict.answer), output)
		},
		BundleCommand::Verify { bundle, trust } => {
			let Judged { verdict, .. } = Judged::of(&bundle, &trust, common, output)?;
			print(output, &verdict, &verdict, &title(&verdict.answer), Lines::new());
			outcome(&verdict, trust.absent, output)
		},
		BundleCommand::Refresh { bundle, output: path } => refresh(&bundle, &path, common, output).await,
		BundleCommand::Inspect { bundle: path } => inspect(&path, output),
		BundleCommand::Report {
			bundle,
			output: path,
			attach,
			trust,
		} => {
			let Judged {
				bytes,
				trust: trusted,
				verdict,
				now,
			} = Judged::of(&bundle, &trust, common, output)?;
			let original = trust.original.as_deref().map(name);
			let pdf = report::render(&Report {
				bundle: &bytes,
				name: &name(&bundle),
				verdict: &verdict,
				trust: &trusted,
				original: original.as_deref(),
				verified: now,
				attach,
			})?;
			file::write_new(&path, &pdf, false)?;
			print_written(output, "report", &path, &verdict, &title(&verdict.answer));
			outcome(&verdict, trust.absent, output)
		},
	}
}

/// A bundle of the same statement, as of the newest block.
async fn refresh(from: &Path, path: &Path, common: &Common, output: &Output) -> Result<(), Failure> {
	let bundle = parse(from)?;
	let anchor = header(from, &bundle.finality.anchor.header)?.hash();
	let chain = common.connect().await?;
	chain.ensure_synced().await?;
	ensure_of(&chain, &bundle, from)?;
	// It begins where it began: whoever trusted that block does so again.
	let (maker, checkpoints) = match anchor.0 == bundle.network {
		true => (Maker::new(&chain), Vec::new()),
		false => (Maker::from_checkpoint(&chain, anchor.0), vec![anchor]),
	};
	let trust = Trust {
		checkpoints,
		..Trust::in_network(*chain.genesis())
	};
	let question = Question {
		now: now(),
		..Question::default()
	};
	let before = verify(&bundle.canonical(), &trust, &question);
	let (bundle, verdict) = maker.refreshed(bundle, before.as_of(), &trust, &question).await?;
	let title = title(&verdict.answer);
	// The bundle says so, and nobody was asked whether that is one of the network's.
	let title = match trust.checkpoints.first() {
		Some(anchor) if verdict.fault().is_none() => format!("for those who trust block {anchor}: {title}"),
		_ => title,
	};
	write_verified(&bundle, &verdict, path, &title, output)
}

/// Fails unless a bundle is of the node's network.
pub fn ensure_of(chain: &Chain, bundle: &Bundle, path: &Path) -> Result<(), Failure> {
	if bundle.network == *chain.genesis() {
		return Ok(());
	}
	Err(Failure::Usage(format!(
		"{} is of the network {}, and the node is of {}; ask a node of that network, with --node",
		path.display(),
		Hash(bundle.network),
		Hash(*chain.genesis())
	)))
}

/// Writes a bundle unless it proves nothing.
fn write_verified(bundle: &Bundle, verdict: &Verdict, path: &Path, title: &str, output: &Output) -> Result<(), Failure> {
	if verdict.fault().is_some() {
		print(output, verdict, verdict, title, Lines::new());
		output.hint("no bundle was written");
		return Err(Failure::Negative);
	}
	bundles::write_new(bundle, path)?;
	print_written(output, "bundle", path, verdict, title);
	Ok(())
}

/// The exit code is an interface: whoever asks whether something is proven, or `absent`, wants no other answer taken for that, and which of the
/// two is shown was chosen by whoever made the bundle.
fn outcome(verdict: &Verdict, absent: bool, output: &Output) -> Result<(), Failure> {
	match (&verdict.answer, absent) {
		(Answer::Proven { .. }, false) | (Answer::Absent { .. }, true) => return Ok(()),
		(Answer::Absent { .. }, false) => {
			output.hint("that is no proof of a registration; where it is what you ask for, say so with --absent");
		},
		(Answer::Proven { .. }, true) => output.hint("it is not absent, as --absent asks for"),
		(Answer::Revoked { .. } | Answer::Superseded { .. } | Answer::Unbound { .. } | Answer::NotProven { .. }, _) => {},
	}
	Err(Failure::Negative)
}

/// A bundle's bytes, and what came of them.
struct Judged {
	bytes: Vec<u8>,
	trust: Trust,
	verdict: Verdict,
	now: Option<Moment>,
}

impl Judged {
	fn of(bundle: &Path, trusted: &Trusted, common: &Common, output: &Output) -> Result<Self, Failure> {
		let bytes = bundles::read(bundle)?;
		let network = network(common, output)?;
		let trust = Trust {
			network: hash(network),
			checkpoints: checkpoints_of(network, &trusted.checkpoints)?,
			time_authorities: certificates_of(&trusted.time_authorities)?.into_iter().map(Bytes).collect(),
		};
		let original = trusted.original.as_deref().map(|path| read(path, output)).transpose()?;
		let now = now();
		let question = Question {
			original: original.as_ref().map(Into::into),
			subject: trusted.subject,
			now,
		};
		let verdict = verify(&bytes, &trust, &question);
		Ok(Self {
			bytes,
			trust,
			verdict,
			now,
		})
	}
}

/// The network that is meant: by the user's word, or the only one that keys here ever signed for. No node is asked: a node could be of any.
pub fn network(common: &Common, output: &Output) -> Result<Subject, Failure> {
	if let Some(genesis) = common.genesis {
		return Ok(genesis);
	}
	let known = match KeyStore::open_default() {
		Ok(store) => KnownNetworks::new(store).all()?,
		Err(_) => BTreeSet::new(),
	};
	let mut known = known.into_iter();
	match (known.next(), known.next()) {
		(Some(genesis), None) => {
			output.hint(format_args!("by the network {genesis}, the only one that was signed for from here"));
			Ok(genesis)
		},
		(None, _) => Err(Failure::Usage(
			"which network is trusted? Name it with --genesis: the hash of its first block, which its operators publish, and which `chirograph chain status` shows of a node that you trust; not what the bundle or its giver says".into(),
		)),
		(Some(_), Some(_)) => Err(Failure::Usage(
			"more than one network was signed for from here; name the one that is trusted with --genesis, the hash of its first block".into(),
		)),
	}
}

/// The blocks of a network that a bundle may begin with: those that the user names, and those that are compiled in or trusted here.
pub fn checkpoints_of(network: Subject, named: &[Subject]) -> Result<Vec<Hash>, Failure> {
	let known = match KeyStore::open_default() {
		Ok(store) => KnownNetworks::new(store).checkpoints(&network.0)?,
		// Without a place for keys, nothing was trusted.
		Err(_) => compiled(&network.0).iter().map(|checkpoint| checkpoint.hash).collect(),
	};
	let mut all: Vec<_> = named.iter().copied().map(hash).collect();
	for block in known {
		if !all.contains(&block) {
			all.push(block);
		}
	}
	Ok(all)
}

/// Certificates in DER form.
pub fn certificates_of(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
	let mut all = Vec::new();
	for path in paths {
		let bundle = certificates::Bundle::read(path)?;
		all.extend(bundle.certificates().iter().map(|certificate| certificate.der().to_vec()));
	}
	Ok(all)
}

/// This machine's clock, if it is set.
pub fn now() -> Option<Moment> {
	let time = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
	time.as_millis().try_into().ok()
}

pub fn hash(subject: Subject) -> Hash {
	Hash(subject.0)
}

/// Of a file, without directories.
fn name(path: &Path) -> String {
	path.file_name().unwrap_or_default().to_string_lossy().into()
}

/// What opens the fields of this evidence.
pub fn all_fields(path: &Path, evidence: &Evidence) -> Result<Vec<Disclosure>, Error> {
	let disclosures = Disclosures::read(path)?;
	disclosures.check(evidence)?;
	Ok(disclosures.fields)
}

/// A bundle as it is written. What it says is not judged.
pub fn parse(path: &Path) -> Result<Bundle, Failure> {
	let bytes = bundles::read(path)?;
	Bundle::parse(&bytes).map_err(|fault| Failure::Usage(format!("{}: {fault}", path.display())))
}

/// A header in a bundle's file.
fn header(path: &Path, bytes: &Bytes) -> Result<Header, Failure> {
	Header::parse(&bytes.0).map_err(|fault| Failure::Usage(format!("{}: {fault}", path.display())))
}

/// A bundle that shows some fields, of one that shows none or others.
pub fn disclose(selection: FieldSelection, output: &Output) -> Result<(), Failure> {
	let FieldSelection {
		target,
		fields,
		output: path,
		disclosures,
		batch,
	} = selection;
	let is_bundle = target.extension().is_some_and(|extension| extension == EXTENSION);
	let (file, from) = if is_bundle {
		(target.with_extension(""), target)
	} else {
		let bundle = with_suffix(&target, &format!(".{EXTENSION}"));
		(target, bundle)
	};
	let bundle = parse(&from)?;
	let Some(evidence) = &bundle.evidence else {
		return Err(Failure::Usage(format!(
			"{} shows that something is absent, and has no fields",
			from.display()
		)));
	};
	let mut known = bundle.disclosures.clone();
	let beside = disclosures_path(&file, None);
	let origin = match (batch, disclosures) {
		(Some(directory), _) => {
			known.extend(batches::disclosures(&directory, &evidence.hash())?);
			format!("the batch in {}", directory.display())
		},
		(None, given) => {
			let is_given = given.is_some();
			let path = given.unwrap_or(beside);
			if is_given || path.exists() {
				known.extend(all_fields(&path, evidence)?);
			}
			path.display().to_string()
		},
	};
	let mut shown = BTreeMap::new();
	for field in fields {
		if !evidence.fields.contains_key(&field) {
			return Err(DisclosureFault::NoSuchField(field).into());
		}
		let Some(disclosure) = known.iter().find(|disclosure| disclosure.name == field) else {
			return Err(Failure::Usage(format!(
				"what opens the field `{field}` is not in {origin}; name the file that has it with --disclosures, or the batch's directory with --batch"
			)));
		};
		evidence.check_disclosure(disclosure)?;
		shown.insert(field, disclosure.clone());
	}
	let mut lines = vec![("bundle", path.display().to_string())];
	lines.extend(shown.values().map(|field| ("field", stated(&field.name, &field.value))));
	let names: Vec<_> = shown.keys().cloned().collect();
	let bundle = Bundle {
		disclosures: shown.into_values().collect(),
		..bundle
	};
	bundles::write_new(&bundle, &path)?;
	let value = json!({ "file": path.display().to_string(), "fields": names });
	output.result(
		&value,
		"disclosed; whoever has the bundle can read these fields, and no others",
		&lines,
	);
	Ok(())
}

/// Names are part of the text: they could be any word, ours too.
pub fn stated(name: &str, value: &str) -> String {
	format!("{name} = {value}")
}

fn inspect(path: &Path, output: &Output) -> Result<(), Failure> {
	let bundle = parse(path)?;
	let (block, anchor) = (header(path, &bundle.block)?, header(path, &bundle.finality.anchor.header)?);
	let kind = match bundle.asked() {
		Asked::Record { .. } => "record",
		Asked::Leaf { .. } => "leaf",
		Asked::Absence { .. } => "absence",
	};
	let mut lines = vec![
		("shows", kind.to_owned()),
		("network", Hash(bundle.network).to_string()),
		("subject", bundle.subject.to_string()),
	];
	if let Some(evidence) = &bundle.evidence {
		lines.extend([
			("evidence", evidence.hash().to_string()),
			(
				"original",
				original(evidence.size, &evidence.media_type, &Hash(evidence.features.sha256)),
			),
			("schema", format!("{}, {}", code(&evidence.schema), code(&evidence.mode))),
			("owner", format_account(&evidence.owner.account)),
			("made", evidence.created.to_rfc3339()),
			(
				"time stamp",
				if evidence.time_token.is_some() { "yes" } else { "no" }.to_owned(),
			),
		]);
	}
	lines.extend(
		bundle
			.disclosures
			.iter()
			.map(|field| ("field", stated(&field.name, &field.value))),
	);
	let shown: BTreeSet<_> = bundle.disclosures.iter().map(|field| &field.name).collect();
	let fields = bundle.evidence.iter().flat_map(|evidence| evidence.fields.keys());
	let hidden: Vec<_> = fields.filter(|name| !shown.contains(name)).cloned().collect();
	lines.extend((!hidden.is_empty()).then(|| ("not shown", hidden.join(", "))));
	if let Some(leaf) = &bundle.leaf {
		lines.push(("leaf", format!("{} of the batch {}", leaf.index, leaf.root)));
	}
	lines.extend([
		("as of", format!("block {} {}", block.number, block.hash())),
		("begins at", format!("block {} {}", anchor.number, anchor.hash())),
		("changes", bundle.finality.changes.len().to_string()),
		("state", format!("{} nodes", bundle.state.len())),
	]);
	let value = json!({
		"shows": kind,
		"network": Hash(bundle.network),
		"subject": bundle.subject,
		"evidence": bundle.evidence,
		"disclosures": bundle.disclosures,
		"leaf": bundle.leaf.as_ref().map(|leaf| json!({ "root": leaf.root, "index": leaf.index })),
		"block": { "number": block.number, "hash": block.hash() },
		"anchor": { "number": anchor.number, "hash": anchor.hash() },
		"changes": bundle.finality.changes.len(),
		"nodes": bundle.state.len(),
	});
	output.result(&value, "bundle, not judged", &lines);
	Ok(())
}

fn print_written(output: &Output, what: &'static str, path: &Path, verdict: &Verdict, title: &str) {
	let file = path.display().to_string();
	let lines = vec![(what, file.clone())];
	print(output, &Written { file, verdict }, verdict, title, lines);
}

/// A verdict in words, below its title, and behind `lines` of others.
fn print(output: &Output, value: &impl Serialize, verdict: &Verdict, title: &str, mut lines: Lines) {
	lines.extend(describe(&verdict.answer));
	let mut checks = Vec::new();
	if !verdict.checks.is_empty() {
		checks.push((0, "checks".to_owned()));
	}
	flatten(&verdict.checks, 1, &mut checks);
	output.result_with(value, title, &lines, &checks);
}

fn title(answer: &Answer) -> String {
	match answer {
		Answer::Proven { .. } => "PROVEN".into(),
		Answer::Revoked { at, reason, .. } => format!("REVOKED: {} ({})", when(at), code(reason)),
		Answer::Superseded { at, by, .. } => format!("SUPERSEDED: {}, by {by}", when(at)),
		Answer::Unbound { facts } => format!(
			"UNBOUND: registered {}; nothing binds this document to it any more",
			when(&facts.registered)
		),
		Answer::Absent { .. } => "ABSENT: nothing is registered by itself under the subject; in a batch it could be".into(),
		Answer::NotProven { reason, .. } => format!("NOT PROVEN: {reason}"),
	}
}

fn flatten(checks: &[Check], depth: usize, into: &mut Vec<(usize, String)>) {
	for check in checks {
		let outcome = match check.outcome {
			Outcome::Holds => "holds",
			Outcome::Fails => "FAILS",
			Outcome::NotChecked => "not checked",
		};
		into.push((depth, format!("{outcome:11}  {}: {}", code(&check.link), check.detail)));
		flatten(&check.checks, depth.saturating_add(1), into);
	}
}

fn describe(answer: &Answer) -> Lines {
	match answer {
		Answer::Proven { facts }
		| Answer::Revoked { facts, .. }
		| Answer::Superseded { facts, .. }
		| Answer::Unbound { facts } => describe_facts(facts),
		Answer::Absent {
			subject,
			as_of,
			finality,
		} => {
			let mut lines = vec![("subject", subject.to_string())];
			lines.extend(describe_block(as_of, finality));
			lines
		},
		Answer::NotProven { .. } => Lines::new(),
	}
}

fn describe_facts(facts: &Facts) -> Lines {
	let mut lines = vec![
		("subject", facts.subject.to_string()),
		("original", original(facts.size, &facts.media_type, &facts.sha256)),
		(
			"owner",
			format!("{} ({}), label {}", format_account(&facts.owner), facts.scheme, facts.label),
		),
		("evidence", facts.evidence_hash.to_string()),
		("schema", format!("{}, {}", code(&facts.schema), code(&facts.mode))),
		("registered", when(&facts.registered)),
	];
	if facts.submitter != facts.owner {
		lines.push(("submitter", format_account(&facts.submitter)));
	}
	if facts.holder != facts.owner {
		lines.push(("holder", format_account(&facts.holder)));
	}
	if let Some(batch) = &facts.batch {
		lines.push(("batch", format!("leaf {} of {}, {}", batch.index, batch.leaves, batch.root)));
	}
	lines.extend(facts.disclosed.iter().map(|(name, value)| ("field", stated(name, value))));
	if !facts.undisclosed.is_empty() {
		lines.push(("not shown", facts.undisclosed.join(", ")));
	}
	lines.extend(facts.history.iter().map(|event| ("history", describe_event(event))));
	if let Some(stamp) = &facts.time_stamp {
		lines.push(("time stamp", format!("{}, by {}", format_time(stamp.time), stamp.signer)));
	}
	for fact in &facts.algorithms {
		if fact.today != Acceptance::Accepted {
			let text = format!("{} {}, and is {} today", fact.algorithm, fact.purpose, code(&fact.today));
			lines.push(("algorithm", text));
		}
	}
	if !facts.bound {
		lines.push(("caution", "no hash binds the evidence that is accepted today".into()));
	}
	if facts.other_renewals > 0 {
		let text = format!(
			"{} of the renewals are of something else than this evidence, and bind nothing",
			facts.other_renewals
		);
		lines.push(("caution", text));
	}
	lines.extend(describe_block(&facts.as_of, &facts.finality));
	lines
}

pub fn describe_event(Event { proof, change }: &Event) -> String {
	let what = match &change.event {
		ProofEvent::Revoked { reason } => format!("revoked ({})", code(reason)),
		ProofEvent::Superseded { successor } => format!("superseded by {successor}"),
		ProofEvent::Transferred { from, to } => format!("handed over by {} to {}", format_account(from), format_account(to)),
		ProofEvent::Annotated {
			remark,
			document: Some(document),
		} => format!("noted: {}, for the reasons in the file {}", code(remark), document),
		ProofEvent::Annotated { remark, document: None } => format!("noted: {}", code(remark)),
		ProofEvent::Renewed { evidence } => format!("renewed with {evidence}"),
	};
	let (when, account) = (when(&change.at), format_account(&change.account));
	format!("{when}: {proof} {what}; by label {}, {account}", change.by)
}

pub fn describe_block(block: &Block, finality: &Finality) -> Lines {
	let mut lines = vec![(
		"as of",
		format!("{}, block {} {}", format_time(block.time), block.number, block.hash),
	)];
	lines.extend(finality.votes.as_ref().map(|votes| {
		let text = format!(
			"by {} of {} authorities of set {}",
			votes.voters, votes.authorities, votes.set
		);
		("final", text)
	}));
	lines.push(("begins at", format!("block {} {}", finality.anchor_number, finality.anchor)));
	lines
}

fn original(size: u64, media_type: &str, sha256: &Hash) -> String {
	format!("{size} bytes, {media_type}, SHA-256 {sha256}")
}

pub fn when(at: &Inclusion) -> String {
	format!("{}, block {}", format_time(at.time), at.block)
}
