// SPDX-License-Identifier: Apache-2.0

//! What was registered from this machine, to notice that somebody else registers nearly the same (X.1407 9.2.1 c).
//!
//! A registrar's own evidence only: similarity features are not on the ledger, where they would tell what sealed documents are like, and
//! so nobody's index knows more than what its owner made. It warns and never refuses. Two owners may well have documents
//! that are alike, and who is right is not for a distance to say.
//!
//! # The index
//!
//! One JSON object a line, for its user alone, beside the keys:
//!
//! ```json
//! {"created":"2026-01-31T12:00:00Z","features":[{"algorithm":"sha-256","value":"0x…"}],"name":"plan.png","owner":"5…","subject":"0x…"}
//! ```
//!
//! Lines are appended. One that cannot be read is passed over and counted: half a line is what a crash leaves.
//!
//! # When two files are alike
//!
//! | feature | distance | alike up to | because |
//! |---|---|---|---|
//! | `sha-256` | | equal | it is the same file; the ledger notices only where both proofs are open |
//! | `phash-gradient-8x8` | bits that differ, 0 to 64 | [`PICTURES_ALIKE`] | another size, format or quality changes 0 to 6 bits in our tests; two even random values are as near once in 4 × 10⁹ pairs |
//! | `tlsh-128-1` | TLSH's own, lengths included | [`CONTENTS_ALIKE`] | its authors found two in 10⁵ pairs of unrelated files as near (0.00181 %), and at 100 already one in 16 |

use crate::{
	document,
	evidence::{Evidence, Feature, Features},
	features::{PHASH, TLSH},
	file,
	keys::{self, KeyStore},
};
use chirograph_primitives::{AccountId, Subject};
use serde::{Deserialize, Serialize};
use std::{
	collections::HashSet,
	fs::{DirBuilder, File},
	io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
};
use tlsh2::TlshDefault;

/// Of 64 bits of the perceptual hash, this many may differ in pictures that are alike.
pub const PICTURES_ALIKE: u32 = 8;
/// Contents are alike up to this distance.
pub const CONTENTS_ALIKE: u32 = 30;

/// Name of the index, in the directory of the keys. Their names end in `.json`.
const FILE_NAME: &str = "registered.jsonl";
/// No line is longer: 16 features of 128 bytes, and a file name.
const MAX_LINE_BYTES: u64 = 16 * 1024;
/// An index has at most this many lines; a million take some 300 MiB of memory.
const MAX_LINES: usize = 1_000_000;
/// Of a file name, this many characters are kept.
const MAX_NAME_CHARS: usize = 200;

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// More than this program reads.
	#[error("{path} has no room for more than {MAX_LINES} lines; move it away, and a new one will be begun")]
	TooLong {
		/// The index.
		path: PathBuf,
	},
	/// There is no place for it.
	#[error(transparent)]
	NoDirectory(#[from] keys::Error),
	/// It could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

/// A registration that was made from here, as a line has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
	/// When the evidence was made.
	created: String,
	features: Features,
	/// Of the original's file, without directories.
	name: String,
	#[serde(with = "document::account")]
	owner: AccountId,
	subject: Subject,
}

/// The part of a line that is looked at.
struct Entry {
	created: String,
	sha256: [u8; 32],
	phash: Option<u64>,
	tlsh: Option<TlshDefault>,
	name: String,
	owner: AccountId,
	subject: Subject,
}

impl From<Line> for Entry {
	fn from(line: Line) -> Self {
		Self {
			created: line.created,
			sha256: line.features.sha256,
			phash: phash(&line.features),
			tlsh: tlsh(&line.features),
			name: line.name,
			owner: line.owner,
			subject: line.subject,
		}
	}
}

/// What was registered from this machine.
pub struct Index {
	path: PathBuf,
	entries: Vec<Entry>,
	known: HashSet<(Subject, AccountId)>,
	unreadable: usize,
}

/// A registration by somebody else that a file is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Near {
	/// Where it is on the ledger.
	pub subject: Subject,
	/// Whose it is.
	#[serde(with = "document::account")]
	pub owner: AccountId,
	/// What its file was called. Without control characters.
	pub name: String,
	/// When its evidence was made, RFC 3339.
	pub created: String,
	/// In which way.
	#[serde(flatten)]
	pub likeness: Likeness,
}

/// In which way two files are alike; what is more alike is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "likeness", rename_all = "camelCase")]
pub enum Likeness {
	/// They are the same, byte by byte.
	Same,
	/// They show nearly the same.
	Picture {
		/// Bits of 64 that differ.
		distance: u32,
	},
	/// They have nearly the same bytes.
	Content {
		/// TLSH's.
		distance: u32,
	},
}

impl Index {
	/// Where the index is unless the user says otherwise: in [`KeyStore::default_dir`].
	pub fn default_path() -> Result<PathBuf, Error> {
		Ok(KeyStore::default_dir()?.join(FILE_NAME))
	}

	/// Reads an index. One that is not there is empty.
	pub fn open(path: &Path) -> Result<Self, Error> {
		let mut index = Self {
			path: path.to_owned(),
			entries: Vec::new(),
			known: HashSet::new(),
			unreadable: 0,
		};
		let file = match file::open_original(path) {
			Err(file::Error::NotFound { .. }) => return Ok(index),
			other => other?.0,
		};
		let mut reader = BufReader::new(file);
		let mut line = Vec::new();
		let mut lines = 0usize;
		loop {
			line.clear();
			let unreadable = |reason| file::Error::reading(path, reason);
			let length = (&mut reader)
				.take(MAX_LINE_BYTES)
				.read_until(b'\n', &mut line)
				.map_err(unreadable)?;
			if length == 0 {
				return Ok(index);
			}
			if line == b"\n" {
				continue;
			}
			lines = lines.saturating_add(1);
			if lines > MAX_LINES {
				return Err(Error::TooLong { path: path.to_owned() });
			}
			match serde_json::from_slice::<Line>(&line) {
				Ok(line) => index.insert(line.into()),
				Err(_) => index.unreadable = index.unreadable.saturating_add(1),
			}
		}
	}

	fn insert(&mut self, entry: Entry) {
		if self.known.insert((entry.subject, entry.owner.clone())) {
			self.entries.push(entry);
		}
	}

	/// How many registrations it has.
	pub fn len(&self) -> usize {
		self.entries.len()
	}

	/// How many of them are by others than `owner`.
	pub fn by_others(&self, owner: &AccountId) -> usize {
		self.entries.iter().filter(|entry| entry.owner != *owner).count()
	}

	/// Whether it has none.
	pub fn is_empty(&self) -> bool {
		self.entries.is_empty()
	}

	/// How many of its lines could not be read, and so are not compared with. For a warning; more than one say that somebody edited it.
	pub fn unreadable(&self) -> usize {
		self.unreadable
	}

	/// Registrations by others than `owner` that are like a file with these features; the most alike first.
	pub fn near(&self, features: &Features, owner: &AccountId) -> Vec<Near> {
		let (phash, tlsh) = (phash(features), tlsh(features));
		let by_others = self.entries.iter().filter(|entry| entry.owner != *owner);
		let mut near: Vec<Near> = by_others
			.filter_map(|entry| {
				let likeness = if entry.sha256 == features.sha256 {
					Likeness::Same
				} else {
					let picture = picture_distance(phash, entry.phash).map(|distance| Likeness::Picture { distance });
					let content = || {
						let distance = content_distance(tlsh.as_ref(), entry.tlsh.as_ref())?;
						Some(Likeness::Content { distance })
					};
					picture.or_else(content)?
				};
				Some(Near {
					subject: entry.subject,
					owner: entry.owner.clone(),
					name: shown(&entry.name),
					created: shown(&entry.created),
					likeness,
				})
			})
			.collect();
		near.sort_by_key(|near| near.likeness);
		near
	}

	/// Adds a registration, once it is final. `original`: the file; its name is kept. What is there already is not added again.
	pub fn add(&mut self, evidence: &Evidence, original: &Path) -> Result<(), Error> {
		self.add_all([(evidence, original)])
	}

	/// Adds many registrations in one step.
	pub fn add_all<'a>(&mut self, registrations: impl IntoIterator<Item = (&'a Evidence, &'a Path)>) -> Result<(), Error> {
		let mut text = Vec::new();
		let mut added = Vec::new();
		for (evidence, original) in registrations {
			let line = Line {
				created: evidence.created.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
				features: evidence.features.clone(),
				name: shown(&original.file_name().unwrap_or_default().to_string_lossy()),
				owner: evidence.owner.account.clone(),
				subject: evidence.subject(),
			};
			if !self.known.contains(&(line.subject, line.owner.clone())) {
				text.extend(document::canonical(&line));
				text.push(b'\n');
				added.push(Entry::from(line));
			}
		}
		let lines = self.entries.len().saturating_add(self.unreadable).saturating_add(added.len());
		// An index that could not be read any more would warn of nothing.
		if lines > MAX_LINES {
			let path = self.path.clone();
			return Err(Error::TooLong { path });
		}
		if !text.is_empty() {
			self.append(&text).map_err(|reason| file::Error::Unwritable {
				path: self.path.clone(),
				reason,
			})?;
			added.into_iter().for_each(|entry| self.insert(entry));
		}
		Ok(())
	}

	fn append(&self, text: &[u8]) -> io::Result<()> {
		if let Some(directory) = self.path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
			let mut builder = DirBuilder::new();
			builder.recursive(true);
			// As private as the keys that may come to be in it.
			#[cfg(unix)]
			std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
			builder.create(directory)?;
		}
		let mut options = File::options();
		options.read(true).append(true).create(true);
		#[cfg(unix)]
		std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
		let mut file = options.open(&self.path)?;
		// Other commands may run at the same time. Some network file systems have no locks; there, lines may be torn, and are passed over.
		match file.lock() {
			Err(error) if error.kind() != ErrorKind::Unsupported => return Err(error),
			_ => (),
		}
		let mut last = [b'\n'];
		if file.seek(SeekFrom::End(0))? > 0 {
			file.seek(SeekFrom::End(-1))?;
			file.read_exact(&mut last)?;
		}
		// What a crash left unfinished ends here.
		let begin: &[u8] = if last == *b"\n" { b"" } else { b"\n" };
		file.write_all(&[begin, text].concat())?;
		file.sync_data()
	}
}

fn shown(text: &str) -> String {
	let allowed = text
		.chars()
		.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
	allowed.take(MAX_NAME_CHARS).collect()
}

fn value<'a>(features: &'a Features, algorithm: &str) -> Option<&'a Feature> {
	features.further.iter().find(|feature| feature.algorithm == algorithm)
}

fn phash(features: &Features) -> Option<u64> {
	let bytes = value(features, PHASH)?.value.as_slice();
	Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

fn tlsh(features: &Features) -> Option<TlshDefault> {
	// The library reads text only.
	format!("T1{}", hex::encode_upper(&value(features, TLSH)?.value)).parse().ok()
}

/// Bits that differ, if few enough do.
fn picture_distance(one: Option<u64>, other: Option<u64>) -> Option<u32> {
	Some((one? ^ other?).count_ones()).filter(|distance| *distance <= PICTURES_ALIKE)
}

/// TLSH's distance, if it is small enough.
fn content_distance(one: Option<&TlshDefault>, other: Option<&TlshDefault>) -> Option<u32> {
	// Never negative: a sum of distances.
	let distance = one?.diff(other?, true).unsigned_abs();
	Some(distance).filter(|distance| *distance <= CONTENTS_ALIKE)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		evidence::{Mode, Owner, Parts},
		features,
	};
	use chirograph_primitives::Schema;
	use std::{fs, thread};

	const ADA: [u8; 32] = [1; 32];
	const EVE: [u8; 32] = [2; 32];

	fn text(words: std::ops::Range<u32>) -> Vec<u8> {
		words
			.flat_map(|word| format!("{} ", word.wrapping_mul(2_654_435_761)).into_bytes())
			.collect()
	}

	/// Evidence of a file that is written for the purpose.
	fn evidence(owner: [u8; 32], content: &[u8]) -> Evidence {
		let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
		fs::write(&file, content).expect("can be written");
		let original = features::extract(file.path(), &mut |_| ()).expect("can be read");
		let parts = Parts {
			mode: Mode::Sealed,
			schema: Schema::Document,
			features: Features {
				sha256: original.sha256,
				sha3_512: original.sha3_512,
				further: original.similarity.features,
			},
			size: original.size,
			media_type: original.media_type,
			owner: Owner {
				account: owner.into(),
				label: None,
			},
			created: chrono::DateTime::from_timestamp(1_769_860_800, 0).expect("in range"),
			fields: Default::default(),
			salt: owner,
			time_token: None,
		};
		Evidence::from_parts(parts).expect("all is in bounds")
	}

	fn likenesses(index: &Index, evidence: &Evidence) -> Vec<Likeness> {
		let near = index.near(&evidence.features, &evidence.owner.account);
		near.into_iter().map(|near| near.likeness).collect()
	}

	fn index() -> (tempfile::TempDir, Index) {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let index = Index::open(&directory.path().join(FILE_NAME)).expect("what is not there is empty");
		(directory, index)
	}

	#[test]
	fn nearly_the_same_by_another_owner_is_found_and_the_nearest_comes_first() {
		let (_directory, mut index) = index();
		let same = evidence(ADA, &text(0..800));
		let changed = evidence(ADA, &[text(0..790), text(9000..9010)].concat());
		let unrelated = evidence(ADA, &text(5000..5800));
		index.add(&changed, Path::new("a/changed.txt")).expect("can be written");
		index.add(&unrelated, Path::new("a/unrelated.txt")).expect("can be written");
		index.add(&same, Path::new("a/same.txt")).expect("can be written");
		let mine = evidence(EVE, &text(0..800));
		let near = index.near(&mine.features, &mine.owner.account);
		let [first, second] = &near[..] else {
			panic!("two are alike: {near:?}")
		};
		assert_eq!((first.likeness, &first.name[..]), (Likeness::Same, "same.txt"));
		assert_eq!((first.subject, &first.owner), (same.subject(), &same.owner.account));
		assert_eq!(first.created, "2026-01-31T12:00:00Z");
		assert!(
			matches!(
				second.likeness,
				Likeness::Content {
					distance: 1..=CONTENTS_ALIKE
				}
			),
			"{second:?}"
		);
		assert_eq!(second.name, "changed.txt");
	}

	#[test]
	fn an_owner_is_not_warned_of_their_own() {
		let (_directory, mut index) = index();
		let mine = evidence(EVE, &text(0..800));
		index.add(&mine, Path::new("mine")).expect("can be written");
		assert_eq!(likenesses(&index, &mine), []);
		assert_eq!(
			likenesses(&index, &evidence(ADA, &text(0..800))),
			[Likeness::Same],
			"the control"
		);
	}

	#[test]
	fn pictures_are_alike_whatever_their_bytes_are() {
		use image::{ImageFormat, Rgb, RgbImage};
		let picture = RgbImage::from_fn(90, 80, |x, y| Rgb([((x * x + 3 * y * y) % 251) as u8; 3]));
		let encoded = |picture: &RgbImage, format| {
			let mut bytes = io::Cursor::new(Vec::new());
			picture.write_to(&mut bytes, format).expect("memory can be written");
			bytes.into_inner()
		};
		let (_directory, mut index) = index();
		index
			.add(&evidence(ADA, &encoded(&picture, ImageFormat::Png)), Path::new("plan.png"))
			.expect("can be written");
		let jpeg = evidence(EVE, &encoded(&picture, ImageFormat::Jpeg));
		assert!(matches!(likenesses(&index, &jpeg)[..], [Likeness::Picture { .. }]));
		let mirrored = evidence(EVE, &encoded(&image::imageops::flip_horizontal(&picture), ImageFormat::Png));
		assert_eq!(likenesses(&index, &mirrored), []);
	}

	#[test]
	fn what_is_added_is_there_the_next_time_and_once() {
		let (directory, mut index) = index();
		let evidence = evidence(ADA, &text(0..800));
		for _ in 0..2 {
			index.add(&evidence, Path::new("a")).expect("can be written");
			index = Index::open(&index.path).expect("can be read");
		}
		assert_eq!((index.len(), index.unreadable()), (1, 0));
		let mut elsewhere = Index::open(&directory.path().join("no/such/directory/yet")).expect("is empty");
		elsewhere.add(&evidence, Path::new("a")).expect("the directory is made");
		assert_eq!(Index::open(&elsewhere.path).expect("can be read").len(), 1);
		assert_eq!(fs::read_to_string(&index.path).expect("is there").lines().count(), 1);
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			let mode = fs::metadata(&index.path).expect("is there").permissions().mode();
			assert_eq!(
				mode & 0o777,
				0o600,
				"what sealed documents are like is nobody else's business"
			);
		}
	}

	#[test]
	fn half_a_line_costs_itself_alone() {
		let (_directory, mut index) = index();
		index
			.add(&evidence(ADA, &text(0..800)), Path::new("first"))
			.expect("can be written");
		index
			.add(&evidence(ADA, &text(800..1600)), Path::new("second"))
			.expect("can be written");
		let whole = fs::read(&index.path).expect("is there");
		fs::write(&index.path, &whole[..whole.len() - 20]).expect("can be written");
		let mut index = Index::open(&index.path).expect("can be read");
		assert_eq!((index.len(), index.unreadable()), (1, 1));
		index
			.add(&evidence(ADA, &text(1600..2400)), Path::new("third"))
			.expect("can be written");
		let index = Index::open(&index.path).expect("can be read");
		assert_eq!((index.len(), index.unreadable()), (2, 1));
		assert_eq!(likenesses(&index, &evidence(EVE, &text(1600..2400))), [Likeness::Same]);
	}

	#[test]
	fn commands_that_run_at_the_same_time_do_not_tear_lines() {
		let (_directory, index) = index();
		let add = |thread: u32| {
			let mut index = Index::open(&index.path).expect("can be read");
			for i in 0..20 {
				let begin = (thread * 20 + i) * 30;
				index
					.add(&evidence(ADA, &text(begin..begin + 30)), Path::new("a"))
					.expect("can be written");
			}
		};
		thread::scope(|scope| (0..4).for_each(|thread| drop(scope.spawn(move || add(thread)))));
		let index = Index::open(&index.path).expect("can be read");
		assert_eq!((index.len(), index.unreadable()), (80, 0));
	}

	#[test]
	fn what_is_no_index_is_read_within_bounds() {
		let (directory, index) = index();
		assert!(index.is_empty());
		fs::write(&index.path, b"x".repeat(3 * MAX_LINE_BYTES as usize)).expect("can be written");
		let read = Index::open(&index.path).expect("can be read");
		assert_eq!((read.len(), read.unreadable()), (0, 3));
		fs::write(&index.path, b"x\n".repeat(MAX_LINES + 1)).expect("can be written");
		assert!(matches!(Index::open(&index.path), Err(Error::TooLong { .. })));
		assert!(matches!(
			Index::open(directory.path()),
			Err(Error::File(file::Error::NotAFile { .. }))
		));
		fs::write(&index.path, b"").expect("can be written");
		let mut unwritable = Index {
			path: index.path.join(FILE_NAME),
			..index
		};
		let refused = unwritable.add(&evidence(ADA, b"content"), Path::new("a"));
		assert!(
			matches!(refused, Err(Error::File(file::Error::Unwritable { .. }))),
			"{refused:?}"
		);
		assert!(unwritable.is_empty(), "what is not kept is not known");
	}

	#[test]
	fn an_index_never_gets_longer_than_what_is_read() {
		let (_directory, mut index) = index();
		index.unreadable = MAX_LINES - 1;
		let (one, other) = (evidence(ADA, b"one"), evidence(ADA, b"other"));
		let refused = index.add_all([(&one, Path::new("one")), (&other, Path::new("other"))]);
		assert!(matches!(refused, Err(Error::TooLong { .. })), "{refused:?}");
		assert!(index.is_empty() && !index.path.exists(), "nothing is written");
		index.add(&one, Path::new("one")).expect("just fits");
		assert_eq!((index.len(), index.by_others(&one.owner.account)), (1, 0));
		assert_eq!(index.by_others(&evidence(EVE, b"one").owner.account), 1);
	}

	/// An index is a file, and somebody may have edited it.
	#[test]
	fn names_are_fit_for_a_terminal_and_features_of_other_lengths_are_passed_over() {
		let (_directory, mut index) = index();
		index
			.add(&evidence(ADA, &text(0..800)), Path::new("a/\u{1b}[31mred\n"))
			.expect("can be written");
		let mine = evidence(EVE, &text(0..800));
		assert_eq!(
			index.near(&mine.features, &mine.owner.account)[0].name,
			"\u{fffd}[31mred\u{fffd}"
		);
		let mut odd = mine.features.clone();
		for feature in &mut odd.further {
			feature.value.push(0);
		}
		odd.sha256[0] ^= 1;
		assert_eq!(index.near(&odd, &mine.owner.account), []);
	}
}
