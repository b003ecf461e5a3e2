// SPDX-License-Identifier: Apache-2.0

//! What an owner states about a file: evidence and disclosures, found or made; and what is like it.

use crate::{args::Statement, bundle::certificates_of, output::Output, Failure};
use chirograph_sdk::{
	batches::Workspace,
	chain::format_time,
	evidence::{self, Disclosures, DisclosuresFile, Evidence, EvidenceFile, Mode},
	features,
	file::{self, Original},
	keys::{format_account, Keypair},
	near::{Index, Likeness, Near},
	time_stamp,
	verifier::time_stamp::Authority,
	Error,
};
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};

/// Leaves of a batch that are remembered in one step.
const AT_ONCE: usize = 1_000;

/// Hashes a file, with a bar where that takes a while.
pub fn read(path: &Path, output: &Output) -> Result<Original, Failure> {
	read_with(path, output, file::read_original)
}

/// The same, for whoever makes evidence of it, which says also what finds similar files.
pub fn read_features(path: &Path, output: &Output) -> Result<Original, Failure> {
	let original = read_with(path, output, features::extract)?;
	for skipped in &original.similarity.skipped {
		output.hint(format_args!("similar files will not be found by {skipped}"));
	}
	Ok(original)
}

fn read_with(
	path: &Path,
	output: &Output,
	reader: impl FnOnce(&Path, &mut dyn FnMut(u64)) -> Result<Original, file::Error>,
) -> Result<Original, Failure> {
	let (_, size) = file::open_original(path)?;
	let bar = output.progress(size);
	let original = reader(path, &mut |bytes| bar.set_position(bytes))?;
	bar.finish_and_clear();
	Ok(original)
}

pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
	let mut path = file.as_os_str().to_owned();
	path.push(suffix);
	path.into()
}

/// Where the evidence of a file is: where the user says, or beside it.
pub fn evidence_path(file: &Path, given: Option<&Path>) -> PathBuf {
	given.map_or_else(|| evidence::evidence_path(file), Path::to_owned)
}

/// Beside the evidence, under its name.
pub fn disclosures_path(file: &Path, evidence: Option<&Path>) -> PathBuf {
	match evidence {
		Some(evidence) => with_suffix(evidence, ".disclosures.json"),
		None => evidence::disclosures_path(file),
	}
}

/// Warns of what others registered from here that is like the evidence's original. It is for people to say who is right: nothing is refused, and
/// an index that cannot be used is no reason to refuse anything either.
pub fn warn_of_similar(evidence: &Evidence, output: &Output) -> Vec<Near> {
	index_to_compare(output).map_or_else(Vec::new, |index| warn_of_near(&index, "", evidence, output))
}

/// What was registered from here, if it can be compared with.
pub fn index_to_compare(output: &Output) -> Option<Index> {
	let index = match index() {
		Ok(index) => index,
		Err(error) => {
			output.hint(format_args!("what was registered from here is not compared: {error}"));
			return None;
		},
	};
	if index.unreadable() > 1 {
		output.hint(format_args!(
			"{} lines of the index of what was registered from here cannot be read, and are not compared",
			index.unreadable()
		));
	}
	Some(index)
}

/// Warns as [`warn_of_similar`] does. `of`: which file it is, where there are more than one.
pub fn warn_of_near(index: &Index, of: &str, evidence: &Evidence, output: &Output) -> Vec<Near> {
	let near = index.near(&evidence.features, &evidence.owner.account);
	for Near {
		subject,
		owner,
		name,
		created,
		likeness,
	} in &near
	{
		let alike = match likeness {
			Likeness::Same => "the same file".to_owned(),
			Likeness::Picture { distance } => format!("nearly the same picture ({distance} of 64 bits differ)"),
			Likeness::Content { distance } => format!("nearly the same content (distance {distance})"),
		};
		output.hint(format_args!(
			"warning: {of}{alike} was registered from here for {}: {name}, {created}, subject {subject}",
			format_account(owner)
		));
	}
	near
}

/// Remembers what is registered, to warn of what is like it.
pub fn remember(evidence: &Evidence, file: &Path, output: &Output) {
	remembered(index().and_then(|mut index| Ok(index.add(evidence, file)?)), output);
}

/// Remembers the leaves of a batch that is registered.
pub fn remember_all(batch: &Workspace, output: &Output) {
	let added = index().and_then(|mut index| {
		let mut leaves = Vec::new();
		let mut add = |leaves: &mut Vec<(Evidence, String)>| {
			let registrations = leaves.iter().map(|(evidence, path)| (evidence, Path::new(path)));
			index.add_all(registrations).map(|()| leaves.clear())
		};
		batch.each_leaf(&mut |path, evidence| {
			leaves.push((evidence, path));
			if leaves.len() >= AT_ONCE {
				add(&mut leaves)?;
			}
			Ok(())
		})?;
		Ok(add(&mut leaves)?)
	});
	remembered(added, output);
}

fn remembered(added: Result<(), Error>, output: &Output) {
	if let Err(error) = added {
		output.hint(format_args!(
			"it is registered; but later files will not be compared with it: {error}"
		));
	}
}

fn index() -> Result<Index, Error> {
	Ok(Index::open(&Index::default_path()?)?)
}

impl Statement {
	pub fn evidence_path(&self, file: &Path) -> PathBuf {
		evidence_path(file, self.evidence.as_deref())
	}

	fn disclosures_path(&self, file: &Path) -> PathBuf {
		disclosures_path(file, self.evidence.as_deref())
	}

	fn mode(&self) -> Mode {
		if self.sealed {
			Mode::Sealed
		} else {
			Mode::Open
		}
	}

	/// Evidence that an earlier try left, if it says the same.
	pub fn existing(&self, file: &Path, original: &Original, owner: &Keypair) -> Result<Option<Evidence>, Failure> {
		let path = self.evidence_path(file);
		if !path.exists() {
			return Ok(None);
		}
		let evidence = Evidence::read(&path)?;
		evidence.matches_original(original)?;
		let same = evidence.owner.account == owner.account()
			&& evidence.mode == self.mode()
			&& evidence.schema == self.schema.into()
			&& (self.tsa.is_none() || evidence.time_token.is_some())
			&& self.states_the_same_fields(file, &evidence)?;
		if !same {
			return Err(Failure::Usage(format!(
				"{} is evidence for this file with another owner, mode, schema or fields, or without a time stamp; move it away, or name another with --evidence",
				path.display()
			)));
		}
		Ok(Some(evidence))
	}

	/// Commitments do not show their values: the disclosures that were written with them do.
	fn states_the_same_fields(&self, file: &Path, evidence: &Evidence) -> Result<bool, Failure> {
		let wanted: BTreeMap<_, _> = self.fields.iter().cloned().collect();
		if evidence.fields.is_empty() || wanted.len() != evidence.fields.len() {
			return Ok(wanted.len() == evidence.fields.len());
		}
		let disclosures = Disclosures::read(&self.disclosures_path(file))?;
		disclosures.check(evidence)?;
		let stated: BTreeMap<_, _> = disclosures
			.fields
			.into_iter()
			.map(|field| (field.name, field.value))
			.collect();
		Ok(stated == wanted)
	}

	/// New evidence, on disk before anything is sent to the ledger.
	pub async fn write(&self, file: &Path, original: &Original, owner: &Keypair, output: &Output) -> Result<Evidence, Failure> {
		let fields = self.fields.clone();
		let (mut evidence, disclosures) = Evidence::new(original, self.mode(), self.schema.into(), &owner.account(), fields)?;
		if let Some(url) = &self.tsa {
			let authorities = certificates_of(&self.time_authorities)?;
			let stamp = time_stamp::stamp(&mut evidence, url, &authorities).await?;
			let vouched = match stamp.authority {
				Authority::Trusted { subject, .. } => format!("{subject}, whom you trust, vouches for it"),
				Authority::NotChecked => "nobody was named with --time-authority to vouch for it".into(),
			};
			output.hint(format_args!(
				"time-stamped {} by {}; {vouched}",
				format_time(stamp.time),
				stamp.signer
			));
		}
		// The disclosures first: without the evidence they are nothing, but the evidence without them could never be disclosed.
		if !disclosures.is_empty() {
			let path = self.disclosures_path(file);
			Disclosures::new(&evidence, disclosures).write_new(&path)?;
			output.hint(format_args!(
				"fields and their salts are in {}; keep it, and keep it to yourself",
				path.display()
			));
		}
		let path = self.evidence_path(file);
		evidence.write_new(&path)?;
		output.hint(format_args!("evidence is in {}; keep it with the file", path.display()));
		Ok(evidence)
	}
}
