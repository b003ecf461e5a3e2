// SPDX-License-Identifier: Apache-2.0

//! Many files at once.

use crate::{
	args::{BatchRequest, Common},
	output::Output,
	proof::WAITING,
	statement::{index_to_compare, remember_all, warn_of_near},
	Failure,
};
use chirograph_sdk::{
	authorization::VALIDITY,
	batches::{self, BatchError, Differences, Item, Settings, Workspace},
	chain::{format_time, Chain},
	evidence::Mode,
	keys::format_account,
	near::Near,
	primitives::{AccountId, Batch, BatchRoot, Status},
	proofs::code,
	submit::Submitter,
};
use serde::Serialize;
use std::{
	path::{Path, PathBuf},
	sync::Arc,
};

/// Files of a batch are compared with what was registered from here up to so many pairs: for some ten seconds.
const MAX_PAIRS: u64 = 50_000_000;

/// A file of the batch, and what others registered from here that is like it.
#[derive(Serialize)]
struct Similar {
	file: String,
	near: Vec<Near>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
	root: BatchRoot,
	batch: Batch,
	/// How many bundles were written: one for each file.
	files: usize,
	directory: String,
	/// What was named, and is not in it.
	#[serde(skip_serializing_if = "Differences::is_empty")]
	differences: Differences,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	similar: Vec<Similar>,
}

/// A batch that is registered, and whose bundles are written.
pub struct Done {
	pub workspace: Workspace,
	pub root: BatchRoot,
	pub batch: Batch,
	/// How many bundles were written.
	pub files: usize,
	/// What was named, and is not in it.
	pub differences: Differences,
	similar: Vec<Similar>,
}

pub async fn run(request: BatchRequest, common: &Common, output: &Output) -> Result<(), Failure> {
	let out = request.out.clone();
	let done = match &request.source {
		None => Some(resume(&out, common, output).await?),
		Some(source) => register(&request, source, &items(source, &out)?, common, output).await?,
	};
	let Some(done) = done else { return Ok(()) };
	let Done {
		root,
		batch,
		files,
		differences,
		similar,
		..
	} = done;
	let directory = out.join("bundles").display().to_string();
	let mut lines = describe(&root, &batch);
	lines.push(("bundles", format!("{files} in {directory}")));
	lines.extend(missing(&differences));
	let is_all = differences.is_empty();
	let registered = Registered {
		root,
		batch,
		files,
		directory,
		differences,
		similar,
	};
	output.result(&registered, &title("registered, and final", is_all), &lines);
	outcome(is_all)
}

/// What was named, and is not in the batch, as a line of a result.
pub fn missing(differences: &Differences) -> Option<(&'static str, String)> {
	(!differences.is_empty()).then(|| ("not in it", differences.to_string()))
}

/// The title of a result about a batch.
pub fn title(done: &str, is_all: bool) -> String {
	match is_all {
		true => done.to_owned(),
		false => format!("{done}; BUT NOT ALL THAT WAS NAMED"),
	}
}

/// The exit code is an interface: whoever names files wants all of them in the batch.
pub const fn outcome(is_all: bool) -> Result<(), Failure> {
	match is_all {
		true => Ok(()),
		false => Err(Failure::Negative),
	}
}

/// What is to be in the batch.
pub fn items(source: &Path, out: &Path) -> Result<Vec<Item>, Failure> {
	let items = batches::items(source, &found_at(source, out)?)?;
	ensure_apart(source, out, &items)?;
	Ok(items)
}

/// Fails if one of the files would be overwritten by what is made of it.
fn ensure_apart(source: &Path, out: &Path, items: &[Item]) -> Result<(), Failure> {
	let directory = if source.is_dir() { Some(source) } else { source.parent() };
	let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
	let (Ok(from), Ok(to)) = (directory.unwrap_or(Path::new(".")).canonicalize(), out.canonicalize()) else {
		return Ok(());
	};
	let written = ["bundles", "issued"].map(|name| to.join(name));
	let is_written = |item: &&Item| {
		let file = from.join(&item.path);
		written.iter().any(|directory| file.starts_with(directory))
	};
	match items.iter().find(is_written) {
		None => Ok(()),
		Some(item) => Err(Failure::Usage(format!(
			"{} is in a directory that this writes to, and would be overwritten; name another directory with --out",
			item.file.display()
		))),
	}
}

/// Registers a batch, or goes on with that, and writes its bundles. None where a passkey has to confirm it first.
pub async fn register(
	request: &BatchRequest,
	source: &Path,
	items: &[Item],
	common: &Common,
	output: &Output,
) -> Result<Option<Done>, Failure> {
	let BatchRequest {
		out,
		sealed,
		schema,
		factor,
		owner,
		submission,
		..
	} = request;
	let confirmation = factor.confirmation()?;
	let owner = owner.load()?;
	let signer = submission.signer(Some(owner.clone()))?;
	let chain = Arc::new(common.connect_to_sign().await?);
	let mode = if *sealed { Mode::Sealed } else { Mode::Open };
	let settings = Settings::new(*chain.genesis(), owner.account(), (*schema).into(), mode).of_source(source)?;
	let mut workspace = Workspace::open(out, settings)?;
	if workspace.leaves() > 0 {
		output.hint(format_args!(
			"going on with the batch in {}, which has {} leaves",
			out.display(),
			workspace.leaves()
		));
	}
	let bar = output.files(items.len(), "evidence");
	workspace.add(items, &mut |done| bar.set_position(done as u64))?;
	bar.finish_and_clear();
	output.hint(format_args!(
		"evidence and disclosures are in {}; keep it, and keep it to yourself",
		out.display()
	));

	if let Some(asked) = factor.request() {
		if workspace.registered(&chain).await?.is_none() {
			let call = workspace.registration(&chain, &owner, VALIDITY).await?;
			asked.write(&chain, &owner.account(), &call, output).await?;
			return Ok(None);
		}
		output.hint("it is on record, so there is nothing to confirm");
	}
	let similar = warn_of_similar(&workspace, &owner.account(), output)?;
	let submitter = Submitter::start(chain.clone()).await?;
	output.hint(WAITING);
	let (patience, confirmation) = (submission.patience.duration(), confirmation.as_ref());
	let sent = workspace.register(&submitter, &owner, &signer, VALIDITY, confirmation, patience);
	let batch = sent.await?;
	remember_all(&workspace, output);
	let differences = workspace.differences(items);
	let done = write(workspace, batch, differences, similar, &chain, output).await?;
	Ok(Some(done))
}

/// Warns of what others registered from here that is like a file of the batch.
fn warn_of_similar(workspace: &Workspace, owner: &AccountId, output: &Output) -> Result<Vec<Similar>, Failure> {
	let mut similar = Vec::new();
	let Some(index) = index_to_compare(output).filter(|index| index.by_others(owner) > 0) else {
		return Ok(similar);
	};
	if workspace.leaves().saturating_mul(index.len() as u64) > MAX_PAIRS {
		output.hint("the files are too many to be compared with what was registered from here");
		return Ok(similar);
	}
	workspace.each_leaf(&mut |file, evidence| {
		let near = warn_of_near(&index, &format!("{file}: "), &evidence, output);
		if !near.is_empty() {
			similar.push(Similar { file, near });
		}
		Ok(())
	})?;
	Ok(similar)
}

/// The bundles of a batch that is on record, as things stand now.
async fn resume(out: &Path, common: &Common, output: &Output) -> Result<Done, Failure> {
	let workspace = Workspace::resume(out)?;
	let root = BatchRoot(workspace.tree()?.root());
	let chain = common.connect().await?;
	let batch = workspace.registered(&chain).await?;
	let batch = batch.ok_or(BatchError::NotOnRecord { root })?;
	write(workspace, batch, Differences::default(), Vec::new(), &chain, output).await
}

async fn write(
	workspace: Workspace,
	batch: Batch,
	differences: Differences,
	similar: Vec<Similar>,
	chain: &Chain,
	output: &Output,
) -> Result<Done, Failure> {
	let bar = output.files(usize::try_from(batch.leaves).unwrap_or(usize::MAX), "bundles");
	let files = workspace
		.write_bundles(chain, &mut |done| bar.set_position(done as u64))
		.await?;
	bar.finish_and_clear();
	let root = BatchRoot(workspace.tree()?.root());
	Ok(Done {
		workspace,
		root,
		batch,
		files,
		differences,
		similar,
	})
}

/// A batch as it is on record.
pub fn describe(root: &BatchRoot, batch: &Batch) -> Vec<(&'static str, String)> {
	let mut lines = vec![
		("root", root.to_string()),
		("leaves", batch.leaves.to_string()),
		(
			"owner",
			format!("{} ({}), label {}", format_account(&batch.owner), batch.scheme, batch.label),
		),
		(
			"registered",
			format!("{}, block {}", format_time(batch.registered.time), batch.registered.block),
		),
	];
	if let Some(holder) = &batch.life.holder {
		let account = format_account(&holder.account);
		lines.push(("holder", format!("{account}, label {}", holder.label)));
	}
	lines.push((
		"status",
		match &batch.life.status {
			Status::Active => "it stands".into(),
			Status::Revoked { at, reason } => {
				format!("revoked: {}, block {} ({})", format_time(at.time), at.block, code(reason))
			},
			Status::Superseded { at, by } => {
				let when = format_time(at.time);
				format!("superseded: {when}, block {}, by {}", at.block, by)
			},
		},
	));
	lines
}

/// The batch's directory as somebody finds it who walks through `source`: it is not part of the batch.
fn found_at(source: &Path, out: &Path) -> Result<PathBuf, Failure> {
	let (Ok(from), Ok(to)) = (source.canonicalize(), out.canonicalize()) else {
		// It is not there yet.
		return Ok(out.to_owned());
	};
	if from == to {
		return Err(Failure::Usage(format!(
			"{} has the files of the batch in it; name another directory with --out",
			out.display()
		)));
	}
	Ok(to.strip_prefix(&from).map_or(to.clone(), |rest| source.join(rest)))
}
