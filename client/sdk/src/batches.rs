// SPDX-License-Identifier: Apache-2.0

//! Many files at once: evidence for each, one tree over all, one extrinsic, and a bundle for each (X.1407 7.2.1, 8.2.9).
//!
//! # What a batch leaves on disk
//!
//! A directory of its own, for the user alone, since it has the disclosures:
//!
//! - `batch.json`: whose, on which network, of what kind, from where. Written first, never changed.
//! - `leaves.jsonl`: a line for each file, in the order of the tree: where the file is, its evidence, its disclosures.
//! - `registration.json`: root, number of leaves, and the owner's signature. Written before anything is sent.
//! - `bundles/`: a bundle for each file, in directories like the files'.
//!
//! # After a crash
//!
//! Whoever gives the same command again goes on where it was interrupted. Evidence is made once: a line that was written is used again,
//! and a line that was cut off is removed. Where the files, or what is stated about them, are not what they were, nothing is signed.
//!
//! From `registration.json` on the leaves are settled, and lines that do not make the root that was signed are refused. Whether the root is
//! on record, the ledger is asked before it is sent: nothing is registered twice. What is not in the batch as it is now,
//! [`Workspace::differences`] says; it does not keep the others from their bundles.

use crate::{
	bundles::{self, verify, Question, Trust},
	chain::Chain,
	document::{self, Fault},
	error::ErrorKind,
	evidence::{self, check_fields, Disclosure, Evidence, EvidenceFile, Mode},
	features, file,
	keys::Keypair,
	life,
	passkeys::{self, Confirmation},
	proofs::ensure_made_by_now,
	submit::{call, Call, Submitter},
	Error,
};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, Algorithm, Batch, BatchRoot, BlockNumber, EvidenceHash, OwnerSignature, Schema,
};
use chirograph_verifier::merkle::{leaf_hash, Tree, TreeFault};
use chrono::{DateTime, Utc};
use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use std::{
	collections::{BTreeMap, HashSet},
	fmt,
	fs::{self, File, Metadata, OpenOptions, TryLockError},
	io::{self, BufRead, BufReader, BufWriter, Read, Write},
	path::{Component, Path, PathBuf},
	time::{Duration, UNIX_EPOCH},
};

const FORMAT: &str = "chirograph/batch/v1";
const REGISTRATION_FORMAT: &str = "chirograph/batch-registration/v1";
const SETTINGS: &str = "batch.json";
const LEAVES: &str = "leaves.jsonl";
const REGISTRATION: &str = "registration.json";
const BUNDLES: &str = "bundles";
/// More than any of our own small files has.
const MAX_SETTINGS_BYTES: usize = 64 * 1024;
/// A line has evidence and disclosures, each with a bound of its own, and a path.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;
/// A table of files has at most this many bytes: room for ten million short lines.
const MAX_MANIFEST_BYTES: u64 = 1024 * 1024 * 1024;
/// Files whose evidence is made between two times that it is made sure to be on disk.
const SYNC_EVERY: usize = 1_000;
/// No file system that is in use lets a name be longer. In bytes.
const MAX_NAME_BYTES: usize = 255;

/// Why a batch cannot be made or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
	/// What was named holds things that cannot be proven. All of them are named, so that one look suffices.
	#[error("{} cannot be part of a batch: {}; move them away, or list the files that are meant in a table", count(faults.len()), listing(faults, "; "))]
	Unusable {
		/// Each with its reason.
		faults: Vec<String>,
	},
	/// Nothing to do.
	#[error("{path} names no files; check the path")]
	Empty {
		/// What was named.
		path: PathBuf,
	},
	/// The table of files is none.
	#[error(
		"the table {path} is not usable: {reason}; its first line names its columns, the first of them `file`, the others fields"
	)]
	BadTable {
		/// Which.
		path: PathBuf,
		/// Where and what.
		reason: String,
	},
	/// A batch of something else is there.
	#[error(
		"{path} holds a batch with another {what}; go on with that one as it was begun, or name another directory with --out"
	)]
	OtherBatch {
		/// The directory.
		path: PathBuf,
		/// What differs.
		what: &'static str,
	},
	/// Somebody else works on it.
	#[error("another process works on the batch in {path}; wait until it is done")]
	InUse {
		/// The directory.
		path: PathBuf,
	},
	/// A file of the batch's own was altered.
	#[error(
		"{path}, line {line}, is not acceptable: {fault}; restore the file from a backup, or begin anew in another directory"
	)]
	Damaged {
		/// Which file.
		path: PathBuf,
		/// Which line, from 1.
		line: u64,
		/// What is wrong with it.
		fault: Fault,
	},
	/// Evidence was made of them, and they are not meant any more.
	#[error("{} of the batch cannot be found any more: {}; restore them, or begin anew in another directory", count(paths.len()), listing(paths, ", "))]
	Gone {
		/// Which files.
		paths: Vec<String>,
	},
	/// The evidence is of a content that the files do not have any more.
	#[error("{} changed since their evidence was made: {}; restore them, or begin anew in another directory", count(paths.len()), listing(paths, ", "))]
	Changed {
		/// Which files.
		paths: Vec<String>,
	},
	/// The evidence states something else than the table does.
	#[error("other fields are stated about {} than when their evidence was made: {}; restore the table, or begin anew in another directory", count(paths.len()), listing(paths, ", "))]
	OtherFields {
		/// Which files.
		paths: Vec<String>,
	},
	/// Files of one content, and statements about more than one of them.
	#[error("the same content is there more than once, with fields: {}; one subject has one proof: leave the later ones out, or seal the batch (--sealed) in another directory", same_content(pairs))]
	SameContent {
		/// The earlier one and the later one.
		pairs: Vec<(String, String)>,
	},
	/// What was signed is not what is there.
	#[error("the leaves in {path} are not those that were signed for; restore the file from a backup, or begin anew in another directory")]
	NotAsSigned {
		/// Which file.
		path: PathBuf,
	},
	/// There is nothing to make bundles of.
	#[error("the batch {root} is not on record; name its files and the owner's key to register it")]
	NotOnRecord {
		/// Its root.
		root: BatchRoot,
	},
	/// Time is up, or the node went away.
	#[error("{why}, and until finality nothing counts; the batch may still become final: give the same command again, nothing is registered twice")]
	NotFinalYet {
		/// What happened.
		why: String,
		/// What kind of thing that is.
		kind: ErrorKind,
	},
	/// A node said something wrong, or nobody trusts the owner any more.
	#[error("a bundle for {path} would prove nothing: {reason}; the batch is registered, so give the same command again, with another node if that does not help")]
	NotProven {
		/// Which file.
		path: String,
		/// What verification says.
		reason: String,
	},
	/// The root is on record, for somebody else.
	#[error("the root {root} was registered by another owner in block {block}; begin anew in another directory")]
	TakenRoot {
		/// Which root.
		root: BatchRoot,
		/// When.
		block: BlockNumber,
	},
	/// The leaves make no tree.
	#[error(transparent)]
	Tree(#[from] TreeFault),
	/// The operating system refuses.
	#[error("{path} cannot be used ({reason}); check that it is yours to write in, and that there is room")]
	Io {
		/// What.
		path: PathBuf,
		/// What the operating system says.
		reason: io::Error,
	},
}

impl BatchError {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::TakenRoot { .. } | Self::NotOnRecord { .. } | Self::NotProven { .. } => ErrorKind::Refused,
			Self::NotFinalYet { kind, .. } => *kind,
			_ => ErrorKind::Input,
		}
	}
}

/// As many as a line of text bears.
const SHOWN: usize = 10;

fn same_content(pairs: &[(String, String)]) -> String {
	let pairs: Vec<_> = pairs
		.iter()
		.map(|(first, second)| format!("{first} and later {second}"))
		.collect();
	listing(&pairs, ", ")
}

fn listing(all: &[String], between: &str) -> String {
	let shown: Vec<_> = all.iter().take(SHOWN).map(String::as_str).collect();
	let others = if all.len() > SHOWN {
		format!("{between}and others")
	} else {
		String::new()
	};
	shown.join(between) + &others
}

fn count(files: usize) -> String {
	if files == 1 {
		"one file".into()
	} else {
		format!("{files} files")
	}
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> BatchError + '_ {
	move |reason| BatchError::Io {
		path: path.to_owned(),
		reason,
	}
}

/// A file that is to be part of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
	/// What it is called in the batch: relative, with `/` between directories.
	pub path: String,
	/// Where it is.
	pub file: PathBuf,
	/// What the owner states about it.
	pub fields: Vec<(String, String)>,
}

/// The files that `source` names: all in a directory and below it; or those of a table, CSV with `file` as its first column and fields as
/// the others, or a list of paths, one to a line. Relative paths in tables start from the table's directory. `except` is left out.
pub fn items(source: &Path, except: &Path) -> Result<Vec<Item>, Error> {
	let mut items = if source.is_dir() {
		let (mut items, mut faults) = (Vec::new(), Vec::new());
		walk(source, "", except, &mut items, &mut faults)?;
		if !faults.is_empty() {
			return Err(BatchError::Unusable { faults }.into());
		}
		items
	} else {
		listed(source)?
	};
	if items.is_empty() {
		return Err(BatchError::Empty { path: source.to_owned() }.into());
	}
	items.sort_by(|one, other| one.path.cmp(&other.path));
	let twice = items
		.windows(2)
		.filter(|pair| matches!(pair, [one, other] if one.path == other.path));
	let mut faults: Vec<_> = twice
		.filter_map(|pair| pair.first())
		.map(|item| format!("{} is named twice", item.path))
		.collect();
	let bundles: HashSet<_> = items.iter().map(|item| bundle_name(&item.path)).collect();
	faults.extend(items.iter().filter_map(|item| fault_of_item(item, &bundles)));
	if !faults.is_empty() {
		return Err(BatchError::Unusable { faults }.into());
	}
	Ok(items)
}

/// Whether the batch in `directory` is signed for: from then on its leaves are settled, and it may be on record.
pub fn is_signed(directory: &Path) -> bool {
	directory.join(REGISTRATION).exists()
}

/// What the bundle of a file is called.
fn bundle_name(path: &str) -> String {
	format!("{path}.{}", bundles::EXTENSION)
}

/// Why there could be no bundle of it, where that shows in what it is called and what is stated about it.
fn fault_of_item(item: &Item, bundles: &HashSet<String>) -> Option<String> {
	let path = &item.path;
	let mut parents = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
	if let Some(parent) = parents.find(|parent| bundles.contains(*parent)) {
		return Some(format!(
			"{path} is in a directory that has the name of another file's bundle, {parent}"
		));
	}
	let bundle = bundle_name(path);
	if bundle.rsplit('/').next().is_some_and(|name| name.len() > MAX_NAME_BYTES) {
		return Some(format!("{path} has so long a name that its bundle could have none"));
	}
	let fault = check_fields(&item.fields).err()?;
	Some(format!("{path}: {}", evidence::Error::from(fault)))
}

fn walk(
	directory: &Path,
	prefix: &str,
	except: &Path,
	items: &mut Vec<Item>,
	faults: &mut Vec<String>,
) -> Result<(), BatchError> {
	let entries = match fs::read_dir(directory) {
		Ok(entries) => entries,
		Err(reason) => {
			faults.push(format!("{} cannot be listed ({reason})", directory.display()));
			return Ok(());
		},
	};
	for entry in entries {
		let entry = entry.map_err(io_error(directory))?;
		let file = entry.path();
		if file == except {
			continue;
		}
		let Ok(name) = entry.file_name().into_string() else {
			faults.push(format!("{} has a name that is not UTF-8", file.display()));
			continue;
		};
		let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
		if entry.file_type().map_err(io_error(&file))?.is_dir() {
			walk(&file, &path, except, items, faults)?;
		} else if let Some(fault) = fault_of_file(&path, &file) {
			faults.push(fault);
		} else {
			items.push(Item {
				path,
				file,
				fields: Vec::new(),
			});
		}
	}
	Ok(())
}

/// Why a file cannot be part of a batch, where that shows before it is read.
fn fault_of_file(path: &str, file: &Path) -> Option<String> {
	let unreadable = |reason: io::Error| format!("{path} cannot be read ({reason})");
	let metadata = match fs::symlink_metadata(file) {
		Ok(metadata) => metadata,
		Err(reason) => return Some(unreadable(reason)),
	};
	if metadata.is_symlink() {
		Some(format!("{path} is a symbolic link"))
	} else if metadata.is_dir() {
		Some(format!("{path} is a directory"))
	} else if !metadata.is_file() {
		Some(format!("{path} is a device or a pipe"))
	} else if metadata.len() == 0 {
		Some(format!("{path} is empty"))
	} else {
		File::open(file).err().map(unreadable)
	}
}

fn listed(table: &Path) -> Result<Vec<Item>, Error> {
	let bytes = file::read_bounded(table, MAX_MANIFEST_BYTES)?;
	let bad = |reason: String| BatchError::BadTable {
		path: table.to_owned(),
		reason,
	};
	let directory = table.parent().unwrap_or(Path::new(""));
	let is_csv = table
		.extension()
		.is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
	let mut rows: Vec<(String, Vec<(String, String)>)> = Vec::new();
	if is_csv {
		let mut reader = csv::Reader::from_reader(&bytes[..]);
		let columns = reader.headers().map_err(|error| bad(error.to_string()))?.clone();
		if columns.get(0) != Some("file") {
			return Err(bad("the first column is not called `file`".into()).into());
		}
		let names: Vec<_> = columns.iter().skip(1).map(|name| (name.to_owned(), String::new())).collect();
		check_fields(&names).map_err(|fault| bad(evidence::Error::from(fault).to_string()))?;
		for row in reader.records() {
			let row = row.map_err(|error| bad(error.to_string()))?;
			let mut cells = columns
				.iter()
				.zip(row.iter())
				.map(|(column, cell)| (column.to_owned(), cell.to_owned()));
			let (_, path) = cells.next().ok_or_else(|| bad("a line without a file".into()))?;
			// An empty cell states nothing.
			rows.push((path, cells.filter(|(_, value)| !value.is_empty()).collect()));
		}
	} else {
		let text = String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8".into()))?;
		rows.extend(
			text.lines()
				.filter(|line| !line.is_empty())
				.map(|line| (line.to_owned(), Vec::new())),
		);
	}
	let (mut items, mut faults) = (Vec::new(), Vec::new());
	for (named, fields) in rows {
		match located(directory, &named) {
			Ok((path, file)) => items.push(Item { path, file, fields }),
			Err(fault) => faults.push(fault),
		}
	}
	if !faults.is_empty() {
		return Err(BatchError::Unusable { faults }.into());
	}
	Ok(items)
}

/// What a file is called that a table names, and where it is; or why it cannot be part of a batch. Where its bundle is written, the name
/// decides: within the batch's directory. And one file has one name, however it is written.
fn located(directory: &Path, named: &str) -> Result<(String, PathBuf), String> {
	let outside = || format!("{named} is not a plain path below the table's directory");
	let (mut path, mut file) = (String::new(), directory.to_owned());
	for part in Path::new(named).components() {
		let part = match part {
			Component::CurDir => continue,
			Component::Normal(part) => part.to_str(),
			_ => None,
		};
		let part = part.ok_or_else(outside)?;
		if !path.is_empty() {
			if fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.is_symlink()) {
				return Err(format!("{named} is behind a symbolic link, {path}"));
			}
			path.push('/');
		}
		path.push_str(part);
		file.push(part);
	}
	match fault_of_file(&path, &file) {
		_ if path.is_empty() => Err(outside()),
		None => Ok((path, file)),
		Some(fault) => Err(fault),
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/batch/v1")]
	V1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum RegistrationFormat {
	#[serde(rename = "chirograph/batch-registration/v1")]
	V1,
}

/// What all files of a batch have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
	format: Format,
	/// The network that the owner signs for.
	#[serde(with = "document::hexadecimal")]
	pub network: GenesisHash,
	/// Whose the files are.
	#[serde(with = "document::account")]
	pub owner: AccountId,
	/// Kind of the documents.
	pub schema: Schema,
	/// Who can find a proof whose evidence is at hand: here only whether subjects are salted, since leaves are on no ledger.
	pub mode: Mode,
	/// Where the files are, or the table of them.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	source: Option<String>,
}

impl Settings {
	/// Settings of a batch.
	pub fn new(network: GenesisHash, owner: AccountId, schema: Schema, mode: Mode) -> Self {
		Self {
			format: Format::V1,
			network,
			owner,
			schema,
			mode,
			source: None,
		}
	}

	/// For the files that `source` names, a directory or a table, and for those only.
	pub fn of_source(self, source: &Path) -> Result<Self, Error> {
		let source = source.canonicalize().map_err(|reason| file::Error::reading(source, reason))?;
		Ok(Self {
			source: Some(source.to_string_lossy().into()),
			..self
		})
	}

	fn difference(&self, other: &Self) -> Option<&'static str> {
		[
			(self.network != other.network, "network"),
			(self.owner != other.owner, "owner"),
			(self.schema != other.schema, "schema"),
			(self.mode != other.mode, "mode"),
			(self.source != other.source, "source"),
		]
		.into_iter()
		.find_map(|(differs, what)| differs.then_some(what))
	}
}

/// A line of `leaves.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
	path: String,
	/// How the file was: see [`state_of`].
	#[serde(with = "document::hexadecimal")]
	state: State,
	leaf: Leaf,
}

/// Of a file: where it differs, the content may. As bytes, since JSON has no numbers of 64 bits.
type State = [u8; 32];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Leaf {
	/// A leaf of its own.
	Own {
		evidence: Box<Evidence>,
		disclosures: Vec<Disclosure>,
	},
	/// That of an earlier file with the same content.
	SharedWith(u64),
}

/// The owner's signature for a batch, as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Registration {
	format: RegistrationFormat,
	root: BatchRoot,
	leaves: u64,
	/// SCALE: the scheme's index, then the signature.
	#[serde(with = "document::hexadecimal")]
	signature: Vec<u8>,
	valid_until: BlockNumber,
}

/// A batch on disk, see the [module](self).
#[derive(Debug)]
pub struct Workspace {
	directory: PathBuf,
	settings: Settings,
	/// Holds the lock.
	journal: File,
	/// By what they are called: how they were when their evidence was made.
	entries: BTreeMap<String, Entry>,
	by_subject: BTreeMap<[u8; 32], usize>,
	leaf_hashes: Vec<[u8; 32]>,
	/// The file that each leaf was made of.
	leaf_paths: Vec<String>,
	/// When the last evidence was made, by the clock here.
	latest: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
	state: State,
	sha256: [u8; 32],
	/// What is stated about the file, if anything is.
	stated: Option<[u8; 32]>,
}

/// A digest of what is stated about a file, in whatever order.
fn stated<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Option<[u8; 32]> {
	let fields: BTreeMap<_, _> = fields.collect();
	(!fields.is_empty()).then(|| document::sha256(&document::canonical(&fields)))
}

fn stated_about(item: &Item) -> Option<[u8; 32]> {
	stated(item.fields.iter().map(|(name, value)| (&name[..], &value[..])))
}

/// In what the files that are named are not what is in a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Differences {
	/// Files that are not in the batch.
	pub new: Vec<String>,
	/// Files that had another content.
	pub changed: Vec<String>,
	/// Files about which something else was stated.
	pub other_fields: Vec<String>,
	/// Files that are in the batch, and were not named, where that matters.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub gone: Vec<String>,
}

impl Differences {
	/// Whether all that is named is in the batch, as it is.
	pub fn is_empty(&self) -> bool {
		[&self.new, &self.changed, &self.other_fields, &self.gone]
			.into_iter()
			.all(Vec::is_empty)
	}
}

impl fmt::Display for Differences {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		for (paths, what) in [
			(&self.new, "came after the batch was signed"),
			(&self.changed, "changed since, and the batch has what there was"),
			(&self.other_fields, "had other fields stated then, and the batch has those"),
			(&self.gone, "of the batch were not named, or are not there any more"),
		] {
			if !paths.is_empty() {
				write!(f, "{} {what}: {}; ", count(paths.len()), listing(paths, ", "))?;
			}
		}
		f.write_str("restore what is not as it was, and make another batch for what is not in this one, in another directory")
	}
}

/// Reads a journal, complete lines only.
struct Lines {
	path: PathBuf,
	reader: BufReader<File>,
	bytes: Vec<u8>,
	number: u64,
	/// How many bytes the complete lines have.
	complete: u64,
}

impl Lines {
	fn of(directory: &Path) -> Result<Self, Error> {
		let path = directory.join(LEAVES);
		let file = File::open(&path).map_err(io_error(&path))?;
		Ok(Self {
			path,
			reader: BufReader::new(file),
			bytes: Vec::new(),
			number: 0,
			complete: 0,
		})
	}

	fn next(&mut self) -> Result<Option<Line>, Error> {
		self.bytes.clear();
		self.number = self.number.saturating_add(1);
		let mut bounded = Read::take(&mut self.reader, MAX_LINE_BYTES);
		let length = bounded.read_until(b'\n', &mut self.bytes).map_err(io_error(&self.path))?;
		let damaged = |fault| BatchError::Damaged {
			path: self.path.clone(),
			line: self.number,
			fault,
		};
		// The last line of a run that was cut off has no end.
		if self.bytes.pop() != Some(b'\n') {
			let limit = MAX_LINE_BYTES as usize;
			return match length == limit {
				true => Err(damaged(Fault::TooLarge { limit }).into()),
				false => Ok(None),
			};
		}
		let line: Line = document::decode(&self.bytes, MAX_LINE_BYTES as usize).map_err(damaged)?;
		if document::canonical(&line) != self.bytes {
			return Err(damaged(Fault::NotCanonical).into());
		}
		self.complete = self.complete.saturating_add(length as u64);
		Ok(Some(line))
	}
}

impl Workspace {
	/// Begins a batch in `directory`, or goes on with the one that is there.
	pub fn open(directory: &Path, settings: Settings) -> Result<Self, Error> {
		private_directory(directory)?;
		let path = directory.join(SETTINGS);
		if path.exists() {
			if let Some(what) = Self::settings_in(directory)?.difference(&settings) {
				let path = directory.to_owned();
				return Err(BatchError::OtherBatch { path, what }.into());
			}
		} else {
			file::write_new(&path, &document::canonical(&settings), true)?;
		}
		Self::lock(directory, settings)
	}

	/// Goes on with the batch in `directory`, whatever it is of: for its bundles, which take neither its files nor its owner's key.
	pub fn resume(directory: &Path) -> Result<Self, Error> {
		Self::lock(directory, Self::settings_in(directory)?)
	}

	fn settings_in(directory: &Path) -> Result<Settings, Error> {
		let path = directory.join(SETTINGS);
		let bytes = file::read_bounded(&path, MAX_SETTINGS_BYTES as u64)?;
		let settings = document::read(&bytes, MAX_SETTINGS_BYTES, FORMAT);
		Ok(settings.map_err(|fault| BatchError::Damaged { path, line: 1, fault })?)
	}

	fn lock(directory: &Path, settings: Settings) -> Result<Self, Error> {
		let path = directory.join(LEAVES);
		let mut options = OpenOptions::new();
		options.read(true).append(true).create(true);
		#[cfg(unix)]
		std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
		let journal = options.open(&path).map_err(io_error(&path))?;
		ensure_private(&journal).map_err(io_error(&path))?;
		match journal.try_lock() {
			Err(TryLockError::WouldBlock) => {
				let path = directory.to_owned();
				return Err(BatchError::InUse { path }.into());
			},
			// Some network file systems have no locks.
			Err(TryLockError::Error(reason)) if reason.kind() != io::ErrorKind::Unsupported => {
				return Err(io_error(&path)(reason).into());
			},
			Ok(()) | Err(TryLockError::Error(_)) => {},
		}
		let mut workspace = Self {
			directory: directory.to_owned(),
			settings,
			journal,
			entries: BTreeMap::new(),
			by_subject: BTreeMap::new(),
			leaf_hashes: Vec::new(),
			leaf_paths: Vec::new(),
			latest: DateTime::UNIX_EPOCH,
		};
		workspace.recover()?;
		Ok(workspace)
	}

	/// Learns of the lines that are there, and removes one that was cut off; of those that were signed for, none.
	fn recover(&mut self) -> Result<(), Error> {
		let mut lines = self.lines()?;
		while let Some(line) = lines.next()? {
			self.remember(&line);
		}
		let path = lines.path;
		let is_cut_off = self.journal.metadata().map_err(io_error(&path))?.len() != lines.complete;
		if let Some(signed) = self.signed()? {
			if is_cut_off {
				let (line, fault) = (lines.number, Fault::Truncated);
				return Err(BatchError::Damaged { path, line, fault }.into());
			}
			if signed.leaves != self.leaves() || signed.root.0 != self.tree()?.root() {
				return Err(BatchError::NotAsSigned { path }.into());
			}
		} else if is_cut_off {
			self.journal.set_len(lines.complete).map_err(io_error(&path))?;
		}
		Ok(())
	}

	fn remember(&mut self, line: &Line) {
		let (sha256, stated) = match &line.leaf {
			Leaf::Own { evidence, disclosures } => {
				let subject = evidence.subject();
				self.by_subject.insert(subject.0, self.leaf_paths.len());
				self.leaf_hashes.push(leaf_hash(&subject, &evidence.hash()));
				self.leaf_paths.push(line.path.clone());
				self.latest = self.latest.max(evidence.created);
				let fields = disclosures.iter().map(|field| (&field.name[..], &field.value[..]));
				(evidence.features.sha256, stated(fields))
			},
			Leaf::SharedWith(leaf) => {
				let first = self.first_of(*leaf).and_then(|first| self.entries.get(first));
				(first.map_or([0; 32], |first| first.sha256), None)
			},
		};
		let entry = Entry {
			state: line.state,
			sha256,
			stated,
		};
		self.entries.insert(line.path.clone(), entry);
	}

	/// The file that a leaf was made of.
	fn first_of(&self, leaf: u64) -> Option<&str> {
		let leaf = usize::try_from(leaf).ok()?;
		self.leaf_paths.get(leaf).map(String::as_str)
	}

	fn lines(&self) -> Result<Lines, Error> {
		Lines::of(&self.directory)
	}

	/// How many leaves there are.
	pub fn leaves(&self) -> u64 {
		self.leaf_hashes.len() as u64
	}

	/// What the owner signed, if that is done. From then on the leaves are settled.
	fn signed(&self) -> Result<Option<Registration>, Error> {
		let path = self.directory.join(REGISTRATION);
		if !path.try_exists().map_err(io_error(&path))? {
			return Ok(None);
		}
		let bytes = file::read_bounded(&path, MAX_SETTINGS_BYTES as u64)?;
		let known = document::read(&bytes, MAX_SETTINGS_BYTES, REGISTRATION_FORMAT);
		Ok(Some(known.map_err(|fault| BatchError::Damaged { path, line: 1, fault })?))
	}

	/// In what `items` are not what is in the batch. A file whose size and times are what they were is not read again.
	pub fn differences(&self, items: &[Item]) -> Differences {
		let mut differences = Differences::default();
		for item in items {
			let kind = match self.entries.get(&item.path) {
				None => &mut differences.new,
				Some(entry) if entry.stated != stated_about(item) => &mut differences.other_fields,
				Some(entry) if !has_content(&item.file, entry) => &mut differences.changed,
				Some(_) => continue,
			};
			kind.push(item.path.clone());
		}
		differences
	}

	/// Makes evidence for those of `items` that have none yet; nothing, once the leaves are signed for. `progress` is told how many are done.
	/// Fails where files of the batch are not among them, changed, or have other fields. Files that cannot be part of it are named all at once,
	/// when evidence of the others is made.
	pub fn add(&mut self, items: &[Item], progress: &mut dyn FnMut(usize)) -> Result<(), Error> {
		if self.signed()?.is_some() {
			return Ok(());
		}
		self.ensure_same(items)?;
		let path = self.directory.join(LEAVES);
		let mut writer = BufWriter::new(self.journal.try_clone().map_err(io_error(&path))?);
		let (mut same, mut faults) = (Vec::new(), Vec::new());
		for (done, item) in items.iter().enumerate() {
			progress(done);
			if self.entries.contains_key(&item.path) {
				continue;
			}
			let line = match self.evidence_of(item) {
				Ok(line) => line,
				Err(Error::Batch(BatchError::SameContent { pairs })) => {
					same.extend(pairs);
					continue;
				},
				Err(Error::File(fault)) => {
					faults.push(fault.to_string());
					continue;
				},
				Err(error) => return Err(error),
			};
			let mut bytes = document::canonical(&line);
			bytes.push(b'\n');
			writer.write_all(&bytes).map_err(io_error(&path))?;
			self.remember(&line);
			if done.is_multiple_of(SYNC_EVERY) {
				writer.flush().map_err(io_error(&path))?;
				self.journal.sync_data().map_err(io_error(&path))?;
			}
		}
		writer.flush().map_err(io_error(&path))?;
		self.journal.sync_data().map_err(io_error(&path))?;
		progress(items.len());
		if !faults.is_empty() {
			return Err(BatchError::Unusable { faults }.into());
		}
		if !same.is_empty() {
			return Err(BatchError::SameContent { pairs: same }.into());
		}
		Ok(())
	}

	/// What there is evidence of must be what is to be registered.
	fn ensure_same(&self, items: &[Item]) -> Result<(), BatchError> {
		let named: HashSet<_> = items.iter().map(|item| &item.path).collect();
		let gone = self.entries.keys().filter(|path| !named.contains(path));
		let paths: Vec<_> = gone.cloned().collect();
		if !paths.is_empty() {
			return Err(BatchError::Gone { paths });
		}
		let Differences {
			changed, other_fields, ..
		} = self.differences(items);
		if !other_fields.is_empty() {
			return Err(BatchError::OtherFields { paths: other_fields });
		}
		if !changed.is_empty() {
			return Err(BatchError::Changed { paths: changed });
		}
		Ok(())
	}

	fn evidence_of(&self, item: &Item) -> Result<Line, Error> {
		// Before it is read: what changes then shows later.
		let state = state_of(&item.file)?;
		let original = features::extract(&item.file, &mut |_| {})?;
		let line = |leaf| Line {
			path: item.path.clone(),
			state,
			leaf,
		};
		let earlier = match self.settings.mode {
			Mode::Open => self.by_subject.get(&original.sha256),
			// Each has a salt of its own.
			Mode::Sealed => None,
		};
		if let Some(leaf) = earlier.map(|leaf| *leaf as u64) {
			let first = self.first_of(leaf).unwrap_or_default();
			let has_fields = self.entries.get(first).is_some_and(|entry| entry.stated.is_some());
			if has_fields || !item.fields.is_empty() {
				let pairs = vec![(first.to_owned(), item.path.clone())];
				return Err(BatchError::SameContent { pairs }.into());
			}
			return Ok(line(Leaf::SharedWith(leaf)));
		}
		let Settings { owner, schema, mode, .. } = &self.settings;
		let (evidence, disclosures) = Evidence::new(&original, *mode, *schema, owner, item.fields.clone())?;
		Ok(line(Leaf::Own {
			evidence: Box::new(evidence),
			disclosures,
		}))
	}

	/// The tree over the leaves.
	pub fn tree(&self) -> Result<Tree, Error> {
		let tree = Tree::new(self.leaf_hashes.iter().copied());
		Ok(tree.map_err(BatchError::from)?)
	}

	/// What the owner signed, good after `now`; signs until `valid_until` where that is not done yet, or over.
	fn sign(&self, owner: &Keypair, now: BlockNumber, valid_until: BlockNumber) -> Result<Registration, Error> {
		// Its root is that of the leaves, or the batch would not have been opened.
		if let Some(known) = self.signed()?.filter(|known| known.valid_until > now) {
			return Ok(known);
		}
		let (root, leaves) = (BatchRoot(self.tree()?.root()), self.leaves());
		let Settings {
			network,
			owner: account,
			schema,
			..
		} = &self.settings;
		let payload = payload::batch(network, account, &root, leaves, *schema, valid_until);
		let registration = Registration {
			format: RegistrationFormat::V1,
			root,
			leaves,
			signature: owner.sign_owner(&payload).encode(),
			valid_until,
		};
		file::replace(&self.directory.join(REGISTRATION), &document::canonical(&registration))?;
		Ok(registration)
	}

	/// The call by which the batch is registered: for the owner's passkey to confirm, where the owner's label guards that. The owner signs
	/// for `validity` blocks; what was signed before is used as long as it is good.
	pub async fn registration(&self, chain: &Chain, owner: &Keypair, validity: BlockNumber) -> Result<Call, Error> {
		ensure_made_by_now(chain, &self.latest).await?;
		let now = chain.height().await?;
		let registration = self.sign(owner, now, now.saturating_add(validity))?;
		let signature = OwnerSignature::decode_all(&mut &registration.signature[..]).map_err(|_| BatchError::Damaged {
			path: self.directory.join(REGISTRATION),
			line: 1,
			fault: Fault::Malformed("the signature is not one of any scheme".into()),
		})?;
		let Settings { owner, schema, .. } = &self.settings;
		let Registration {
			root,
			leaves,
			valid_until,
			..
		} = registration;
		let arguments = (owner, root, leaves, schema, valid_until, signature);
		Ok(call("Proofs", "register_batch", &arguments))
	}

	/// Registers the batch, unless it is on record already. With the `confirmation` of the [call](Self::registration) by the owner's passkey,
	/// where the owner's label guards that. Returns when it is final; or fails after `patience`.
	pub async fn register(
		&self,
		submitter: &Submitter,
		owner: &Keypair,
		signer: &Keypair,
		validity: BlockNumber,
		confirmation: Option<&Confirmation>,
		patience: Duration,
	) -> Result<Batch, Error> {
		let chain = submitter.chain();
		if let Some(batch) = self.registered(chain).await? {
			return Ok(batch);
		}
		let algorithms = [Algorithm::Sha256, owner.scheme().into()];
		life::ensure_accepted(chain, &chain.finalised().await?, &algorithms).await?;
		let call = self.registration(chain, owner, validity).await?;
		let holder = &self.settings.owner;
		match passkeys::submit(submitter, signer, holder, &call, confirmation, patience).await {
			// An earlier try got through after all.
			Err(Error::Refused { name, .. }) if name == "Proofs::AlreadyRegistered" => {},
			other => {
				other.map_err(not_final_yet)?;
			},
		}
		let batch = self.registered(chain).await.map_err(not_final_yet)?;
		batch.ok_or_else(|| chain.node_error("it finalised a batch and does not know of it"))
	}

	/// What the ledger has of the batch, if it is on record.
	pub async fn registered(&self, chain: &Chain) -> Result<Option<Batch>, Error> {
		if *chain.genesis() != self.settings.network {
			let (path, what) = (self.directory.clone(), "network");
			return Err(BatchError::OtherBatch { path, what }.into());
		}
		chain.ensure_synced().await?;
		let root = BatchRoot(self.tree()?.root());
		let at = chain.finalised().await?;
		let Some(batch) = chain.batch(&at, &root).await? else {
			return Ok(None);
		};
		if batch.owner != self.settings.owner || batch.leaves != self.leaves() {
			let block = batch.registered.block;
			return Err(BatchError::TakenRoot { root, block }.into());
		}
		Ok(Some(batch))
	}

	/// Shows `visit` each leaf, in the order of the tree: what its file is called, and its evidence.
	pub fn each_leaf(&self, visit: &mut dyn FnMut(String, Evidence) -> Result<(), Error>) -> Result<(), Error> {
		let mut lines = self.lines()?;
		while let Some(Line { path, leaf, .. }) = lines.next()? {
			if let Leaf::Own { evidence, .. } = leaf {
				visit(path, *evidence)?;
			}
		}
		Ok(())
	}

	/// Where the bundle of a file is.
	pub fn bundle_path(&self, path: &str) -> PathBuf {
		self.directory.join(BUNDLES).join(bundle_name(path))
	}

	/// Writes a bundle for each file, with its fields hidden; over those of an earlier run. `progress` is told how many are done.
	///
	/// Those bundles are verified that differ from the one before in more than their leaf, the first and the last: whatever could be wrong is
	/// wrong in one of these. Fails at one that would prove nothing.
	pub async fn write_bundles(&self, chain: &Chain, progress: &mut dyn FnMut(usize)) -> Result<usize, Error> {
		let tree = self.tree()?;
		let mut maker = bundles::BatchMaker::new(chain, BatchRoot(tree.root())).await?;
		let (mut lines, mut leaf, mut written) = (self.lines()?, 0u64, 0usize);
		let mut state = None;
		while let Some(line) = lines.next()? {
			progress(written);
			let bytes = match line.leaf {
				Leaf::Own { evidence, .. } => {
					let path = tree.path(leaf).unwrap_or_default();
					let bundle = maker.leaf(*evidence, leaf, path).await?;
					leaf = leaf.saturating_add(1);
					let bytes = bundle.canonical();
					if state.as_ref() != Some(&bundle.state) || leaf == self.leaves() {
						ensure_proves(&line.path, &bytes, &self.settings.network)?;
						state = Some(bundle.state);
					}
					bytes
				},
				// It came before this one, and so its bundle is there.
				Leaf::SharedWith(leaf) => {
					let first = self.bundle_path(self.first_of(leaf).unwrap_or_default());
					fs::read(&first).map_err(io_error(&first))?
				},
			};
			overwrite(&self.bundle_path(&line.path), &bytes, self.settings.mode == Mode::Sealed)?;
			written = written.saturating_add(1);
		}
		progress(written);
		Ok(written)
	}

	/// Shows `visit` what each file is called, and what opens its fields, in the order of the tree.
	pub(crate) fn each(&self, mut visit: impl FnMut(&str, Vec<Disclosure>) -> Result<(), Error>) -> Result<(), Error> {
		let mut lines = self.lines()?;
		while let Some(Line { path, leaf, .. }) = lines.next()? {
			let disclosures = match leaf {
				Leaf::Own { disclosures, .. } => disclosures,
				// Where two files have one leaf, neither has fields.
				Leaf::SharedWith(_) => Vec::new(),
			};
			visit(&path, disclosures)?;
		}
		Ok(())
	}

	/// Where all of it is.
	pub fn directory(&self) -> &Path {
		&self.directory
	}
}

/// Whether a bundle shows something, whatever became of that.
fn ensure_proves(path: &str, bundle: &[u8], network: &GenesisHash) -> Result<(), BatchError> {
	match verify(bundle, &Trust::in_network(*network), &Question::default()).fault() {
		None => Ok(()),
		Some(fault) => Err(BatchError::NotProven {
			path: path.to_owned(),
			reason: fault.to_string(),
		}),
	}
}

/// What to do next is not what whoever sent a single registration is told.
fn not_final_yet(error: Error) -> Error {
	let kind = error.kind();
	let why = match error {
		Error::NotFinalised {
			waited_seconds,
			finalised,
		} => format!("not finalised within {waited_seconds} s: the network's last finalised block is {finalised}"),
		Error::ConnectionLost { url } => format!("the connection to {url} was lost"),
		other => return other,
	};
	BatchError::NotFinalYet { why, kind }.into()
}

/// Writes a file of a batch's, with the directories that it is in, in one step, so that there is no half of it; not made sure to be on disk,
/// since another run makes it again. `private`: for the user alone, as the directories are.
pub(crate) fn overwrite(path: &Path, bytes: &[u8], private: bool) -> Result<(), Error> {
	let directory = path.parent().unwrap_or(Path::new(""));
	private_directory(directory)?;
	let mut temporary = file::temporary_in(directory, private).map_err(io_error(directory))?;
	temporary.write_all(bytes).map_err(io_error(path))?;
	temporary.persist(path).map_err(|refused| io_error(path)(refused.error))?;
	Ok(())
}

/// What opens the fields of evidence that was made in the batch in `directory`: none, where it was made elsewhere.
pub fn disclosures(directory: &Path, evidence: &EvidenceHash) -> Result<Vec<Disclosure>, Error> {
	let mut lines = Lines::of(directory)?;
	while let Some(line) = lines.next()? {
		match line.leaf {
			Leaf::Own {
				evidence: made,
				disclosures,
			} if made.hash() == *evidence => return Ok(disclosures),
			_ => {},
		}
	}
	Ok(Vec::new())
}

/// Size, and time of the last modification; on Unix also of the last change of whatever is known of it, and its number.
fn state_of(file: &Path) -> Result<State, file::Error> {
	let metadata = fs::metadata(file).map_err(|reason| file::Error::reading(file, reason))?;
	let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
	let modified = modified.and_then(|time| u64::try_from(time.as_nanos()).ok());
	let [changed, number] = change_of(&metadata);
	let mut state = State::default();
	let words = [metadata.len(), modified.unwrap_or_default(), changed, number];
	for (bytes, word) in state.chunks_exact_mut(8).zip(words) {
		bytes.copy_from_slice(&word.to_be_bytes());
	}
	Ok(state)
}

/// What whoever alters a file cannot set back.
#[cfg(unix)]
fn change_of(metadata: &Metadata) -> [u64; 2] {
	use std::os::unix::fs::MetadataExt;
	let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
	[u64::try_from(changed).unwrap_or_default(), metadata.ino()]
}

#[cfg(not(unix))]
fn change_of(_: &Metadata) -> [u64; 2] {
	[0; 2]
}

/// Whether a file has the content that its evidence is of. One that was restored has it, too.
fn has_content(file: &Path, entry: &Entry) -> bool {
	state_of(file).is_ok_and(|state| state == entry.state)
		|| file::read_original(file, &mut |_| ()).is_ok_and(|original| original.sha256 == entry.sha256)
}

/// A directory for the user alone; one that is there stays as it is.
fn private_directory(directory: &Path) -> Result<(), Error> {
	let mut builder = fs::DirBuilder::new();
	builder.recursive(true);
	#[cfg(unix)]
	std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
	Ok(builder.create(directory).map_err(io_error(directory))?)
}

/// The disclosures are for the user alone, wherever the user keeps them.
#[cfg(unix)]
fn ensure_private(journal: &File) -> io::Result<()> {
	use std::os::unix::fs::PermissionsExt;
	let mode = journal.metadata()?.permissions().mode();
	if mode & 0o077 == 0 {
		return Ok(());
	}
	journal.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn ensure_private(_: &File) -> io::Result<()> {
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::SignatureScheme;
	use chirograph_verifier::testing::samples;
	use std::time::SystemTime;
	use tempfile::TempDir;

	fn directory() -> TempDir {
		tempfile::tempdir().expect("a temporary directory can be made")
	}

	fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
		let path = root.join(path);
		fs::create_dir_all(path.parent().expect("is below the root")).expect("can be made");
		fs::write(&path, content).expect("can be written");
		path
	}

	/// With the files `a`, `b` and `c`, each with a content of its own.
	fn desk() -> TempDir {
		let desk = directory();
		for name in ["a", "b", "c"] {
			write(desk.path(), &format!("files/{name}"), format!("the content of {name}"));
		}
		desk
	}

	fn found(desk: &TempDir) -> Vec<Item> {
		items(&desk.path().join("files"), Path::new("")).expect("they can be proven")
	}

	fn ada() -> Keypair {
		Keypair::dev("//Ada", SignatureScheme::Ed25519).expect("a development key")
	}

	fn settings(mode: Mode) -> Settings {
		Settings::new([1; 32], ada().account(), Schema::Document, mode)
	}

	fn open(desk: &TempDir) -> Result<Workspace, Error> {
		Workspace::open(&desk.path().join("batch"), settings(Mode::Open))
	}

	fn add(desk: &TempDir, items: &[Item]) -> Result<Workspace, Error> {
		let mut workspace = open(desk)?;
		workspace.add(items, &mut |_| ())?;
		Ok(workspace)
	}

	/// With evidence of all files, and signed for.
	fn signed(desk: &TempDir) -> Workspace {
		let workspace = add(desk, &found(desk)).expect("they can be proven");
		workspace.sign(&ada(), 5, 10).expect("can be written");
		workspace
	}

	fn journal(desk: &TempDir) -> PathBuf {
		desk.path().join("batch").join(LEAVES)
	}

	#[track_caller]
	fn faults(outcome: Result<Vec<Item>, Error>) -> Vec<String> {
		match outcome {
			Err(Error::Batch(BatchError::Unusable { faults })) => faults,
			other => panic!("{other:?}"),
		}
	}

	#[track_caller]
	fn refused<T: fmt::Debug>(outcome: Result<T, Error>) -> BatchError {
		match outcome {
			Err(Error::Batch(error)) => error,
			other => panic!("{other:?}"),
		}
	}

	fn with_fields(items: &[Item], fields: &[(&str, &str)]) -> Vec<Item> {
		let fields: Vec<_> = fields
			.iter()
			.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
			.collect();
		let item = |item: &Item| Item {
			fields: fields.clone(),
			..item.clone()
		};
		items.iter().map(item).collect()
	}

	#[test]
	fn what_could_have_no_bundle_is_named_before_anything_is_made() {
		let desk = directory();
		let root = desk.path();
		for path in [&"l".repeat(244)[..], "deed", "deed.chirograph", "below.chirograph/copy"] {
			write(root, path, "content");
		}
		assert_eq!(items(root, Path::new("")).expect("the control").len(), 4);
		write(root, &"l".repeat(245), "content");
		write(root, "below", "content");
		write(root, "nothing", "");
		write(root, "deep/nothing", "");
		let empty = faults(items(root, Path::new("")));
		assert_eq!(empty.len(), 2, "{empty:?}");
		assert!(empty.iter().all(|fault| fault.ends_with("nothing is empty")), "{empty:?}");
		fs::remove_file(root.join("nothing")).expect("is ours");
		fs::remove_file(root.join("deep/nothing")).expect("is ours");
		let named = faults(items(root, Path::new("")));
		assert_eq!(named.len(), 2, "{named:?}");
		assert!(named[0].starts_with("below.chirograph/copy is in a directory"), "{named:?}");
		assert!(named[1].contains("so long a name"), "{named:?}");
	}

	#[test]
	fn a_file_of_a_table_has_one_name_and_is_behind_no_link() {
		let desk = desk();
		let list = |text: &str| items(&write(desk.path(), "table", text), Path::new(""));
		let listed = list("files/a\n./files//b\nfiles/./c\n").expect("the control");
		let paths: Vec<_> = listed.iter().map(|item| &item.path[..]).collect();
		assert_eq!(paths, ["files/a", "files/b", "files/c"]);
		assert_eq!(faults(list("files/a\nfiles/./a\n")), ["files/a is named twice"]);
		for outside in ["../a", "/a", ".", "files/../files/a"] {
			let faults = faults(list(outside));
			assert!(faults[0].contains("is not a plain path"), "{outside}: {faults:?}");
		}
		#[cfg(unix)]
		{
			std::os::unix::fs::symlink(desk.path().join("files"), desk.path().join("link")).expect("can be made");
			assert_eq!(faults(list("link/a\n")), ["link/a is behind a symbolic link, link"]);
		}
	}

	#[test]
	fn what_cannot_be_stated_is_named_with_its_file_all_at_once() {
		let desk = desk();
		let long = "x".repeat(evidence::MAX_VALUE_BYTES + 1);
		let table = |text: &str| items(&write(desk.path(), "files/table.csv", text), Path::new(""));
		assert_eq!(table("file,grade\na,1.0\nb,\n").expect("the control").len(), 2);
		let named = faults(table(&format!("file,grade\na,{long}\nb,1.0\nc,{long}\n")));
		assert_eq!(named.len(), 2, "{named:?}");
		assert!(
			named[0].starts_with("a: the value of the field `grade` is longer"),
			"{named:?}"
		);
		for columns in ["file,the grade", "file,grade,grade"] {
			let refused = refused(table(&format!("{columns}\n")));
			assert!(matches!(refused, BatchError::BadTable { .. }), "{columns}: {refused:?}");
		}
	}

	#[test]
	fn a_table_that_was_corrected_between_two_runs_is_noticed() {
		let desk = desk();
		let items = found(&desk);
		let fields = [("name", "Ada"), ("grade", "1.0")];
		add(&desk, &with_fields(&items[..2], &fields)).expect("it is killed after two files");
		for other in [&[][..], &[("name", "Ada")], &[("name", "Ada"), ("grade", "2.0")]] {
			let refused = refused(add(&desk, &with_fields(&items, other)));
			assert!(
				matches!(&refused, BatchError::OtherFields { paths } if *paths == ["a", "b"]),
				"{other:?}: {refused:?}"
			);
		}
		let goes_on = add(&desk, &with_fields(&items, &[fields[1], fields[0]]));
		assert_eq!(goes_on.expect("nothing was corrected").leaves(), 3);
	}

	#[test]
	fn a_file_that_is_gone_is_not_signed_for() {
		let desk = desk();
		let items = found(&desk);
		add(&desk, &items).expect("they can be proven");
		let refused = refused(add(&desk, &items[1..]));
		assert!(
			matches!(&refused, BatchError::Gone { paths } if *paths == ["a"]),
			"{refused:?}"
		);
		add(&desk, &items).expect("it was restored");
	}

	#[test]
	fn a_batch_of_one_source_does_not_go_on_with_another() {
		let desk = desk();
		write(desk.path(), "others/a", "the content of another a");
		let open = |source: &str| {
			let settings = settings(Mode::Open).of_source(&desk.path().join(source))?;
			Workspace::open(&desk.path().join("batch"), settings)
		};
		open("files").expect("it is new");
		let refused = refused(open("others"));
		assert!(
			matches!(refused, BatchError::OtherBatch { what: "source", .. }),
			"{refused:?}"
		);
		open("others/../files").expect("it is the same directory");
		Workspace::resume(&desk.path().join("batch")).expect("whatever it is of");
	}

	#[test]
	fn a_changed_file_is_noticed_whatever_its_times_say_and_a_restored_one_is_not() {
		let desk = desk();
		let items = found(&desk);
		add(&desk, &items).expect("they can be proven");
		let file = desk.path().join("files/b");
		let modified = fs::metadata(&file).and_then(|metadata| metadata.modified());
		let set_back = |content: &str| {
			write(desk.path(), "files/b", content);
			let opened = File::options().write(true).open(&file).expect("is ours");
			let time = modified.as_ref().expect("this file system has times");
			opened.set_modified(*time).expect("is ours");
		};
		if cfg!(unix) {
			// The clock of a file system may stand still for some milliseconds.
			let (known, begun) = (state_of(&file).ok(), SystemTime::now());
			while state_of(&file).ok() == known && begun.elapsed().is_ok_and(|elapsed| elapsed.as_secs() < 2) {
				set_back("the content of B");
			}
			let refused = refused(add(&desk, &items));
			assert!(
				matches!(&refused, BatchError::Changed { paths } if *paths == ["b"]),
				"{refused:?}"
			);
		}
		write(desk.path(), "files/b", "the content of b");
		let later = SystemTime::now() + Duration::from_secs(60);
		let opened = File::options().write(true).open(&file).expect("is ours");
		opened.set_modified(later).expect("is ours");
		add(&desk, &items).expect("it has the content that it had");
	}

	#[test]
	fn what_changed_after_the_signature_is_told_and_keeps_nothing_back() {
		let desk = desk();
		let items = found(&desk);
		signed(&desk);
		let workspace = add(&desk, &items).expect("nothing changed");
		assert!(workspace.differences(&items).is_empty());
		drop(workspace);
		write(desk.path(), "files/b", "another content");
		write(desk.path(), "files/d", "the content of d");
		fs::remove_file(desk.path().join("files/a")).expect("is ours");
		let mut items = found(&desk);
		items[1].fields.push(("grade".into(), "1.0".into()));
		let workspace = add(&desk, &items).expect("the leaves are settled");
		assert_eq!(workspace.leaves(), 3);
		let differences = workspace.differences(&items);
		assert_eq!(
			differences,
			Differences {
				new: vec!["d".into()],
				changed: vec!["b".into()],
				other_fields: vec!["c".into()],
				gone: Vec::new(),
			}
		);
		let text = differences.to_string();
		assert!(text.contains("one file came after the batch was signed: d;"), "{text}");
	}

	#[test]
	fn contents_with_statements_of_their_own_are_named_all_at_once() {
		let desk = desk();
		for name in ["d", "e"] {
			write(desk.path(), &format!("files/{name}"), "the content of a");
		}
		let mut items = found(&desk);
		add(&directory_of(&desk, "control"), &items).expect("they share a leaf");
		items[0].fields.push(("grade".into(), "1.0".into()));
		let refused = refused(add(&desk, &items));
		let expected = [("a".to_owned(), "d".to_owned()), ("a".to_owned(), "e".to_owned())];
		assert!(
			matches!(&refused, BatchError::SameContent { pairs } if *pairs == expected),
			"{refused:?}"
		);
		assert_eq!(add(&desk, &items[..3]).expect("they were left out").leaves(), 3);
	}

	/// Another desk, beside.
	fn directory_of(desk: &TempDir, name: &str) -> TempDir {
		tempfile::Builder::new()
			.prefix(name)
			.tempdir_in(desk.path())
			.expect("can be made")
	}

	#[test]
	fn a_journal_that_was_cut_off_goes_on_before_the_signature_and_not_after() {
		let desk = desk();
		let cut = |desk: &TempDir| {
			let whole = fs::read(journal(desk)).expect("is there");
			fs::write(journal(desk), &whole[..whole.len() - 9]).expect("is ours");
			whole.len() as u64 - 9
		};
		add(&desk, &found(&desk)).expect("they can be proven");
		cut(&desk);
		assert_eq!(open(&desk).expect("a crash does that").leaves(), 2);

		drop(signed(&desk));
		let left = cut(&desk);
		let refused = refused(open(&desk));
		assert!(
			matches!(
				refused,
				BatchError::Damaged {
					line: 3,
					fault: Fault::Truncated,
					..
				}
			),
			"{refused:?}"
		);
		assert_eq!(
			fs::metadata(journal(&desk)).expect("is there").len(),
			left,
			"nothing is removed"
		);
	}

	#[test]
	fn a_line_without_an_end_takes_no_others_along() {
		let desk = desk();
		add(&desk, &found(&desk)).expect("they can be proven");
		let mut bytes = fs::read(journal(&desk)).expect("is there");
		bytes.extend(vec![b' '; MAX_LINE_BYTES as usize + 1]);
		fs::write(journal(&desk), &bytes).expect("is ours");
		let refused = refused(open(&desk));
		assert!(
			matches!(
				refused,
				BatchError::Damaged {
					line: 4,
					fault: Fault::TooLarge { .. },
					..
				}
			),
			"{refused:?}"
		);
		assert_eq!(fs::read(journal(&desk)).expect("is there"), bytes);
	}

	#[test]
	fn leaves_that_were_not_signed_for_are_refused_and_never_signed_for_again() {
		let desk = desk();
		drop(signed(&desk));
		drop(open(&desk).expect("the control"));
		let path = desk.path().join("batch").join(REGISTRATION);
		let signature = fs::read(&path).expect("is there");
		let whole = fs::read_to_string(journal(&desk)).expect("is text");
		let mut lines: Vec<_> = whole.split_inclusive('\n').collect();
		lines.swap(0, 1);
		let swapped = lines.concat();
		lines.pop();
		for altered in [swapped, lines.concat(), String::new()] {
			fs::write(journal(&desk), &altered).expect("is ours");
			let refused = refused(open(&desk));
			assert!(matches!(refused, BatchError::NotAsSigned { .. }), "{refused:?}");
		}
		assert_eq!(fs::read(&path).expect("is there"), signature);
	}

	#[test]
	fn the_owner_signs_anew_only_when_the_signature_is_over() {
		let desk = desk();
		let workspace = signed(&desk);
		let sign = |now, until| workspace.sign(&ada(), now, until).expect("can be written");
		let first = sign(0, 20);
		assert_eq!((first.leaves, first.valid_until), (3, 10));
		assert_eq!(sign(9, 20), first);
		let second = sign(10, 20);
		assert_eq!((second.root, second.valid_until), (first.root, 20));
		assert_ne!(second.signature, first.signature);
		assert_eq!(sign(19, 30), second, "it took the place of the first");
	}

	#[cfg(unix)]
	#[test]
	fn what_is_secret_is_for_its_user_alone_wherever_the_batch_is() {
		use std::os::unix::fs::PermissionsExt;
		let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
		let desk = desk();
		let batch = desk.path().join("batch");
		fs::create_dir(&batch).expect("can be made");
		fs::set_permissions(&batch, fs::Permissions::from_mode(0o755)).expect("is ours");
		drop(signed(&desk));
		for name in [SETTINGS, LEAVES, REGISTRATION] {
			assert_eq!(mode(&batch.join(name)), 0o600, "{name}");
		}
		fs::set_permissions(journal(&desk), fs::Permissions::from_mode(0o644)).expect("is ours");
		let workspace = open(&desk).expect("it is closed to others first");
		assert_eq!(mode(&journal(&desk)), 0o600);

		let bundle = workspace.bundle_path("below/a");
		overwrite(&bundle, b"sealed", true).expect("can be written");
		assert_eq!(mode(&bundle), 0o600);
		assert_eq!(
			(mode(&batch.join(BUNDLES)), mode(&batch.join("bundles/below"))),
			(0o700, 0o700)
		);
		overwrite(&bundle, b"open", false).expect("can be written over");
		assert_eq!(fs::read(&bundle).expect("is there"), b"open");
		let names = fs::read_dir(batch.join("bundles/below")).expect("can be listed").count();
		assert_eq!(names, 1, "no temporary file is left");
	}

	#[test]
	fn a_bundle_that_would_prove_nothing_is_not_written() {
		let sample = samples()
			.into_iter()
			.find(|sample| sample.name == "leaf")
			.expect("is among the samples");
		let network = sample.trust.network.0;
		assert!(ensure_proves("a", &sample.bundle, &network).is_ok());
		let cut = &sample.bundle[..sample.bundle.len() - 1];
		for (bundle, network) in [(cut, network), (&sample.bundle[..], [0; 32])] {
			let refused = ensure_proves("a", bundle, &network);
			assert!(matches!(refused, Err(BatchError::NotProven { .. })), "{refused:?}");
		}
	}

	#[test]
	fn whoever_waits_for_a_batch_is_told_to_give_the_command_again() {
		for (error, kind) in [
			(
				Error::NotFinalised {
					waited_seconds: 7,
					finalised: 8,
				},
				ErrorKind::Refused,
			),
			(Error::ConnectionLost { url: "ws://node".into() }, ErrorKind::Connection),
		] {
			let told = not_final_yet(error);
			assert_eq!(told.kind(), kind);
			let text = told.to_string();
			assert!(
				text.contains("give the same command again") && !text.contains("proof show"),
				"{text}"
			);
		}
		let other = not_final_yet(Error::NoFunds);
		assert!(matches!(other, Error::NoFunds));
	}

	#[test]
	fn a_root_that_is_taken_is_a_refusal_and_a_bad_file_is_not() {
		let root = BatchRoot([1; 32]);
		let kind = |error: BatchError| Error::from(error).kind();
		assert_eq!(kind(BatchError::TakenRoot { root, block: 7 }), ErrorKind::Refused);
		assert_eq!(kind(BatchError::InUse { path: "batch".into() }), ErrorKind::Input);
	}

	#[test]
	fn evidence_of_a_batch_has_what_similar_files_are_found_by() {
		let desk = directory();
		let varied = (0..=u8::MAX).map(|number| document::to_hex(&document::sha256(&[number])));
		write(desk.path(), "files/a", varied.collect::<String>());
		write(desk.path(), "files/b", "short");
		let workspace = add(&desk, &found(&desk)).expect("they can be proven");
		let mut seen = Vec::new();
		let shown = workspace.each_leaf(&mut |path, evidence| {
			seen.push((path, evidence.features.further.len()));
			Ok(())
		});
		shown.expect("the journal is sound");
		assert_eq!(seen, [("a".to_owned(), 1), ("b".to_owned(), 0)]);
	}

	#[test]
	fn two_processes_do_not_work_on_one_batch() {
		let desk = desk();
		let first = open(&desk).expect("nobody works on it");
		assert!(matches!(refused(open(&desk)), BatchError::InUse { .. }));
		drop(first);
		open(&desk).expect("the first one is done");
	}
}
