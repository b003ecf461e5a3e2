// SPDX-License-Identifier: Apache-2.0

//! PDF files that carry the bundle about themselves: what an issuer hands out (X.1407 Appendix II). No files, no node, no clock.
//!
//! The proof is about the original, to the byte. An issued file is the original and, behind it, one incremental update (ISO 32000-1 7.5.6)
//! that attaches the bundle. The update follows from original and bundle alone, so whoever has an issued file [takes it apart](split), makes
//! it again, and compares: whatever else is in the file, or was changed in it, shows. An update that paints over a page is such a change.
//!
//! `docs/spec/certificates.md` says byte by byte what the update is, and which originals can have one.

use chirograph_verifier::bundle::MAX_BUNDLE_BYTES;
use flate2::bufread::ZlibDecoder;
use serde::Serialize;
use std::{
	collections::{BTreeMap, BTreeSet},
	io::Read,
	ops::Range,
};

/// An original has at most this many bytes: 256 MiB. It is held in memory.
pub const MAX_ORIGINAL_BYTES: usize = 256 * 1024 * 1024;
/// An issued file has at most this many: room for the largest original and bundle, and for what is between.
pub const MAX_ISSUED_BYTES: usize = MAX_ORIGINAL_BYTES + MAX_BUNDLE_BYTES + 2 * MAX_OBJECT_BYTES;
/// What the bundle is called in the file.
pub const ATTACHMENT: &str = "certificate.chirograph";

/// Begins the line that tells how to take an issued file apart.
const MARKER: &[u8] = b"%chirograph/issued/v1 ";
/// From the marker to the end: three numbers and an offset, none of more than ten digits.
const MAX_TAIL_BYTES: usize = 128;
/// `startxref` is this near to the end (ISO 32000-1, Annex H, implementation note 18, as readers have it).
const STARTXREF_WITHIN: usize = 1024;
/// Bytes of one object, or of one dictionary, with all that is in it.
const MAX_OBJECT_BYTES: usize = 1024 * 1024;
/// Bytes that a stream of the file's structure has once it is unpacked.
const MAX_STREAM_BYTES: u64 = 16 * 1024 * 1024;
/// Arrays and dictionaries within each other.
const MAX_DEPTH: usize = 32;
/// Sections of the cross-reference: one, and one for each update.
const MAX_SECTIONS: usize = 256;
/// Entries in all of these.
const MAX_ENTRIES: usize = 1_000_000;
/// References that lead to each other.
const MAX_REFERENCES: usize = 8;

/// Why a file cannot be issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", content = "detail", rename_all = "kebab-case")]
pub enum AttachFault {
	/// The first bytes say so.
	#[error("it is no PDF; print it to one")]
	NotPdf,
	/// Of the original, or of the bundle.
	#[error(
		"it is larger than {} MiB, or its bundle than {} MiB; make it smaller",
		MAX_ORIGINAL_BYTES >> 20,
		MAX_BUNDLE_BYTES >> 20
	)]
	TooLarge,
	/// The attachment would have to be encrypted too.
	#[error("it is encrypted; issue it without")]
	Encrypted,
	/// The update would make readers doubt the signature.
	#[error("it has a digital signature, which an attachment would spoil; issue it without, the ledger has the issuer's")]
	Signed,
	/// It has attachments of its own.
	#[error("other files are attached to it; issue it without them")]
	HasAttachments,
	/// It has a bundle.
	#[error("it was issued already; take the original")]
	Issued,
	/// It breaks a rule of PDF, or uses what this program does not know.
	#[error("its structure cannot be read: {0}; write it anew with another program")]
	Structure(&'static str),
}

/// Why a file that says that it was issued is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", content = "detail", rename_all = "kebab-case")]
pub enum IssuedFault {
	/// It was not read.
	#[error("it is larger than an issued file can be")]
	TooLarge,
	/// Something is behind the update, or took its end away.
	#[error("something was added or taken away at its end after it was issued; ask for the file as it was issued")]
	Appended,
	/// The update is not what the original and the bundle make.
	#[error(
		"it was changed after it was issued: it is not what its original and its bundle make; ask for the file as it was issued"
	)]
	OtherUpdate,
	/// Nobody can have issued this.
	#[error("what it says to be its original cannot be one: {0}")]
	Original(AttachFault),
}

/// What an issued file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued<'a> {
	/// What the proof is about.
	pub original: &'a [u8],
	/// The bundle, of any content: nobody judged it yet.
	pub bundle: &'a [u8],
}

/// The issued file of an original and a bundle. Equal ones make equal bytes.
pub fn attach(original: &[u8], bundle: &[u8]) -> Result<Vec<u8>, AttachFault> {
	let update = update(original, bundle)?;
	Ok([original, &update[..]].concat())
}

/// Fails unless a bundle can be attached to the file.
pub fn ensure_attachable(original: &[u8]) -> Result<(), AttachFault> {
	Plan::of(original).map(|_| ())
}

/// Takes an issued file apart; none if nothing says that it is one. What comes of it makes the file again, byte for byte.
pub fn split(file: &[u8]) -> Result<Option<Issued<'_>>, IssuedFault> {
	if file.len() > MAX_ISSUED_BYTES {
		return Err(IssuedFault::TooLarge);
	}
	let Some((original, bundle)) = tail(file) else {
		return match find(file, MARKER) {
			Some(_) => Err(IssuedFault::Appended),
			None => Ok(None),
		};
	};
	let parts = file.get(..original).zip(file.get(original..)).zip(file.get(bundle));
	let ((original, found), bundle) = parts.ok_or(IssuedFault::OtherUpdate)?;
	if update(original, bundle).map_err(IssuedFault::Original)? != found {
		return Err(IssuedFault::OtherUpdate);
	}
	Ok(Some(Issued { original, bundle }))
}

/// Where the file's end says that the original ends, and the bundle is.
fn tail(file: &[u8]) -> Option<(usize, Range<usize>)> {
	let end = file.get(file.len().saturating_sub(MAX_TAIL_BYTES)..)?;
	let text = std::str::from_utf8(end.get(rfind(end, MARKER)?.checked_add(MARKER.len())?..)?).ok()?;
	let (numbers, rest) = text.split_once('\n')?;
	let _: usize = rest.strip_prefix("startxref\n")?.strip_suffix("\n%%EOF\n")?.parse().ok()?;
	let numbers = numbers.split(' ').map(str::parse).collect::<Result<Vec<usize>, _>>().ok()?;
	match numbers[..] {
		[original, start, length] => Some((original, start..start.checked_add(length)?)),
		_ => None,
	}
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
	bytes.windows(what.len()).position(|window| window == what)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
	bytes.windows(what.len()).rposition(|window| window == what)
}

/// What of an original goes into the update.
struct Plan {
	/// Number and generation of the catalog.
	root: (u32, u16),
	catalog: Dictionary,
	/// What is in the catalog's dictionary of names.
	names: Dictionary,
	/// The first number that no object has.
	free: u32,
	/// The newest trailer.
	trailer: Dictionary,
	/// Where the newest section of the cross-reference is.
	start: usize,
	/// Whether that is a stream. An update has the same form.
	is_stream: bool,
}

impl Plan {
	fn of(original: &[u8]) -> Result<Self, AttachFault> {
		if original.len() > MAX_ORIGINAL_BYTES {
			return Err(AttachFault::TooLarge);
		}
		if !original.starts_with(b"%PDF-") {
			return Err(AttachFault::NotPdf);
		}
		if find(original, MARKER).is_some() {
			return Err(AttachFault::Issued);
		}
		// A signature's dictionary is never packed, since it says which of the file's bytes are signed.
		if find(original, b"/ByteRange").is_some() {
			return Err(AttachFault::Signed);
		}
		let start = startxref(original)?;
		let file = Structure::read(original, start)?;
		let root = match file.trailer.get(b"Root") {
			Some(Value::Reference(number, generation)) => (*number, *generation),
			_ => return Err(AttachFault::Structure("its trailer names no catalog")),
		};
		let Value::Dictionary(catalog) = file.object(root.0, root.1)? else {
			return Err(AttachFault::Structure("its catalog is no dictionary"));
		};
		if !matches!(catalog.get(b"Type"), Some(Value::Name(name)) if name == b"Catalog") {
			return Err(AttachFault::Structure("its catalog is of another type"));
		}
		if catalog.get(b"Perms").is_some() {
			return Err(AttachFault::Signed);
		}
		let names = match catalog.get(b"Names") {
			None => Dictionary::default(),
			Some(names) => match file.resolve(names.clone())? {
				Value::Dictionary(names) => names,
				Value::Null => Dictionary::default(),
				_ => return Err(AttachFault::Structure("its catalog has names that are no dictionary")),
			},
		};
		if catalog.get(b"AF").is_some() || names.get(b"EmbeddedFiles").is_some() {
			return Err(AttachFault::HasAttachments);
		}
		Ok(Self {
			root,
			catalog,
			names,
			free: file.free()?,
			trailer: file.trailer,
			start,
			is_stream: file.is_stream,
		})
	}
}

/// What is written behind an original.
fn update(original: &[u8], bundle: &[u8]) -> Result<Vec<u8>, AttachFault> {
	let Plan {
		root: (root, generation),
		catalog,
		names,
		free: file,
		trailer,
		start,
		is_stream,
	} = Plan::of(original)?;
	if bundle.len() > MAX_BUNDLE_BYTES {
		return Err(AttachFault::TooLarge);
	}
	let length = bundle.len();
	// `Structure::free` leaves room for these.
	let (specification, section) = (file.saturating_add(1), file.saturating_add(2));
	let mut out = Output {
		base: original.len(),
		bytes: b"\n".to_vec(),
	};

	let file_at = out.at();
	out.text(&format!(
		"{file} 0 obj\n<</Type/EmbeddedFile/Subtype/application#2Fjson/Length {length}/Params<</Size {length}>>>>\nstream\n"
	));
	let bundle_at = out.at();
	out.raw(bundle);
	out.text("\nendstream\nendobj\n");

	let specification_at = out.at();
	out.text(&format!(
		"{specification} 0 obj\n<</Type/Filespec/F({ATTACHMENT})/UF({ATTACHMENT})/AFRelationship/Supplement/EF<</F {file} 0 R/UF {file} 0 R>>>>\nendobj\n"
	));

	let catalog_at = out.at();
	out.text(&format!("{root} {generation} obj\n<<"));
	out.entries(&catalog, |entry| entry.name != b"Names");
	out.text("/Names<<");
	out.entries(&names, |_| true);
	out.text(&format!(
		"/EmbeddedFiles<</Names[({ATTACHMENT}) {specification} 0 R]>>>>\n/AF[{specification} 0 R]>>\nendobj\n"
	));

	let section_at = out.at();
	let size = if is_stream { section } else { specification }.saturating_add(1);
	let kept = |entry: &Entry| [&b"Info"[..], b"ID"].contains(&&entry.name[..]);
	if is_stream {
		out.text(&format!(
			"{section} 0 obj\n<</Type/XRef/Size {size}/Root {root} {generation} R/Prev {start}/W[1 4 2]/Index[{root} 1 {file} 3]/Length 28\n"
		));
		out.entries(&trailer, kept);
		out.text(">>\nstream\n");
		let places = [(catalog_at, generation), (file_at, 0), (specification_at, 0), (section_at, 0)];
		for (at, generation) in places {
			// Offsets are far below 2^32: see the bounds at the head.
			let at = u32::try_from(at).map_err(|_| AttachFault::TooLarge)?;
			out.raw(&[1]);
			out.raw(&at.to_be_bytes());
			out.raw(&generation.to_be_bytes());
		}
		out.text("\nendstream\nendobj\n");
	} else {
		out.text(&format!(
			"xref\n{root} 1\n{catalog_at:010} {generation:05} n \n{file} 2\n{file_at:010} 00000 n \n{specification_at:010} 00000 n \n"
		));
		out.text(&format!("trailer\n<</Size {size}/Root {root} {generation} R/Prev {start}\n"));
		out.entries(&trailer, kept);
		out.text(">>\n");
	}
	out.raw(MARKER);
	out.text(&format!(
		"{} {bundle_at} {length}\nstartxref\n{section_at}\n%%EOF\n",
		original.len()
	));
	Ok(out.bytes)
}

/// The update as it is written.
struct Output {
	/// Length of what it is behind.
	base: usize,
	bytes: Vec<u8>,
}

impl Output {
	/// Offset in the whole file.
	fn at(&self) -> usize {
		self.base.saturating_add(self.bytes.len())
	}

	fn text(&mut self, text: &str) {
		self.raw(text.as_bytes());
	}

	fn raw(&mut self, bytes: &[u8]) {
		self.bytes.extend_from_slice(bytes);
	}

	/// Entries of a dictionary as they are in the original, each on a line of its own.
	fn entries(&mut self, dictionary: &Dictionary, wanted: impl Fn(&Entry) -> bool) {
		for entry in dictionary.0.iter().filter(|entry| wanted(entry)) {
			self.raw(&entry.raw_name);
			self.raw(b" ");
			self.raw(&entry.raw);
			self.raw(b"\n");
		}
	}
}

/// What the file's end names as the newest section of the cross-reference.
fn startxref(bytes: &[u8]) -> Result<usize, AttachFault> {
	const FAULT: AttachFault = AttachFault::Structure("it does not end as a PDF does");
	let from = bytes.len().saturating_sub(STARTXREF_WITHIN);
	let at = rfind(bytes.get(from..).unwrap_or_default(), b"startxref").ok_or(FAULT)?;
	let mut lexer = Lexer::new(bytes, from.saturating_add(at));
	lexer.keyword(b"startxref")?;
	let start = lexer.integer()?;
	let rest = bytes.get(lexer.at..).unwrap_or_default().trim_ascii_start();
	let rest = rest.strip_prefix(b"%%EOF").ok_or(FAULT)?;
	match rest.iter().all(|byte| is_space(*byte)) {
		true => usize::try_from(start).map_err(|_| FAULT),
		false => Err(FAULT),
	}
}

/// Where an object is.
#[derive(Clone, Copy)]
enum Place {
	Free,
	At {
		offset: usize,
		generation: u16,
	},
	/// In a stream of objects.
	Inside {
		stream: u32,
		index: usize,
	},
}

/// A file's cross-reference.
struct Structure<'a> {
	bytes: &'a [u8],
	/// By numbers. What a newer section says, an older one does not change.
	places: BTreeMap<u32, Place>,
	/// How many entries were read, in all sections.
	entries: usize,
	/// The newest one.
	trailer: Dictionary,
	is_stream: bool,
}

impl<'a> Structure<'a> {
	fn read(bytes: &'a [u8], start: usize) -> Result<Self, AttachFault> {
		let mut file = Self {
			bytes,
			places: BTreeMap::new(),
			entries: 0,
			trailer: Dictionary::default(),
			is_stream: false,
		};
		let (mut seen, mut next) = (BTreeSet::new(), Some(start));
		while let Some(at) = next {
			let is_newest = seen.is_empty();
			if !seen.insert(at) || seen.len() > MAX_SECTIONS {
				return Err(AttachFault::Structure("its cross-reference has no end"));
			}
			let mut lexer = Lexer::new(bytes, at);
			let is_stream = lexer.keyword(b"xref").is_err();
			let trailer = match is_stream {
				true => file.read_stream(at)?,
				false => {
					let trailer = file.read_table(lexer)?;
					// What readers of old do not see is behind what they do, and before what is older.
					if let Some(at) = trailer.offset(b"XRefStm")? {
						file.read_stream(at)?;
					}
					trailer
				},
			};
			if trailer.get(b"Encrypt").is_some() {
				return Err(AttachFault::Encrypted);
			}
			next = trailer.offset(b"Prev")?;
			if is_newest {
				(file.trailer, file.is_stream) = (trailer, is_stream);
			}
		}
		Ok(file)
	}

	fn note(&mut self, number: u64, place: Place) -> Result<(), AttachFault> {
		let number = u32::try_from(number).map_err(|_| AttachFault::Structure("an object has an impossible number"))?;
		self.places.entry(number).or_insert(place);
		self.entries = self.entries.saturating_add(1);
		match self.entries > MAX_ENTRIES {
			true => Err(AttachFault::Structure("its cross-reference has more than a million entries")),
			false => Ok(()),
		}
	}

	/// A table, behind its keyword, and the trailer.
	fn read_table(&mut self, mut lexer: Lexer<'a>) -> Result<Dictionary, AttachFault> {
		while lexer.keyword(b"trailer").is_err() {
			let (first, count) = (lexer.integer()?, lexer.integer()?);
			for index in 0..count {
				let (offset, generation) = (lexer.integer()?, lexer.integer()?);
				let place = match lexer.keyword(b"n") {
					Ok(()) => at(offset, generation)?,
					Err(_) => {
						lexer.keyword(b"f")?;
						Place::Free
					},
				};
				self.note(first.saturating_add(index), place)?;
			}
		}
		lexer.dictionary(0)
	}

	/// A stream, whose dictionary is a trailer, too.
	fn read_stream(&mut self, at: usize) -> Result<Dictionary, AttachFault> {
		const FAULT: AttachFault = AttachFault::Structure("a stream of its cross-reference is malformed");
		let (_, dictionary, content) = self.stream_at(at)?;
		if !matches!(dictionary.get(b"Type"), Some(Value::Name(name)) if name == b"XRef") {
			return Err(FAULT);
		}
		let widths = dictionary.integers(b"W").ok_or(FAULT)?;
		let (kind, second, third) = match widths[..] {
			// Entries of no bytes could be as many as the index likes.
			[kind, second, third] if widths.iter().any(|width| *width > 0) => (kind, second, third),
			_ => return Err(FAULT),
		};
		let size = dictionary.integer(b"Size").ok_or(FAULT)?;
		let index = match dictionary.get(b"Index") {
			None => vec![0, size],
			Some(_) => dictionary.integers(b"Index").ok_or(FAULT)?,
		};
		let mut content = &content[..];
		let mut field = |width: u64| {
			let width = usize::try_from(width).ok().filter(|width| *width <= 8)?;
			let (field, rest) = content.split_at_checked(width)?;
			content = rest;
			Some(field.iter().fold(0u64, |value, byte| (value << 8) | u64::from(*byte)))
		};
		for range in index.chunks(2) {
			let [first, count] = range[..] else {
				return Err(FAULT);
			};
			for index in 0..count {
				let (named, second, third) = (
					field(kind).ok_or(FAULT)?,
					field(second).ok_or(FAULT)?,
					field(third).ok_or(FAULT)?,
				);
				// Without a first field, all are objects by themselves.
				let place = match (kind, named) {
					(1.., 0) => Place::Free,
					(0, _) | (_, 1) => self::at(second, third)?,
					(_, 2) => Place::Inside {
						stream: u32::try_from(second).map_err(|_| FAULT)?,
						index: usize::try_from(third).map_err(|_| FAULT)?,
					},
					_ => return Err(AttachFault::Structure("it has objects of an unknown kind")),
				};
				self.note(first.saturating_add(index), place)?;
			}
		}
		Ok(dictionary)
	}

	/// The first number that no object has, with room for three.
	fn free(&self) -> Result<u32, AttachFault> {
		const FAULT: AttachFault = AttachFault::Structure("its trailer does not say how many objects it has");
		let size = self
			.trailer
			.integer(b"Size")
			.and_then(|size| u32::try_from(size).ok())
			.ok_or(FAULT)?;
		let last = self.places.last_key_value().map_or(0, |(number, _)| *number);
		let free = size.max(last.saturating_add(1));
		match free < u32::MAX - 3 {
			true => Ok(free),
			false => Err(FAULT),
		}
	}

	/// What an object is; one that is not there is null.
	fn object(&self, number: u32, generation: u16) -> Result<Value, AttachFault> {
		const FAULT: AttachFault = AttachFault::Structure("its cross-reference is wrong about an object");
		match self.places.get(&number) {
			Some(Place::At {
				offset,
				generation: found,
			}) if *found == generation => {
				let mut lexer = Lexer::new(self.bytes, *offset);
				let named = (lexer.integer()?, lexer.integer()?);
				lexer.keyword(b"obj")?;
				match named == (number.into(), generation.into()) {
					true => lexer.object(),
					false => Err(FAULT),
				}
			},
			Some(Place::Inside { stream, index }) if generation == 0 => {
				let Some(Place::At { offset, generation: 0 }) = self.places.get(stream) else {
					return Err(FAULT);
				};
				let (found, dictionary, content) = self.stream_at(*offset)?;
				let is_of_objects = matches!(dictionary.get(b"Type"), Some(Value::Name(name)) if name == b"ObjStm");
				if found != u64::from(*stream) || !is_of_objects {
					return Err(FAULT);
				}
				let first = dictionary.offset(b"First")?.ok_or(FAULT)?;
				let mut lexer = Lexer::new(&content, 0);
				for _ in 0..*index {
					lexer.integer()?;
					lexer.integer()?;
				}
				let (named, offset) = (lexer.integer()?, lexer.integer()?);
				let offset = usize::try_from(offset).map_err(|_| FAULT)?;
				match named == u64::from(number) {
					true => Lexer::new(&content, first.saturating_add(offset)).object(),
					false => Err(FAULT),
				}
			},
			_ => Ok(Value::Null),
		}
	}

	/// What a value stands for, if it is a reference.
	fn resolve(&self, mut value: Value) -> Result<Value, AttachFault> {
		for _ in 0..MAX_REFERENCES {
			let Value::Reference(number, generation) = value else {
				return Ok(value);
			};
			value = self.object(number, generation)?;
		}
		Err(AttachFault::Structure("its references have no end"))
	}

	/// A stream's number, dictionary and content, unpacked.
	fn stream_at(&self, at: usize) -> Result<(u64, Dictionary, Vec<u8>), AttachFault> {
		const FAULT: AttachFault = AttachFault::Structure("a stream of it is malformed");
		let mut lexer = Lexer::new(self.bytes, at);
		let number = lexer.integer()?;
		lexer.integer()?;
		lexer.keyword(b"obj")?;
		let dictionary = lexer.dictionary(0)?;
		lexer.keyword(b"stream")?;
		if lexer.peek() == Some(b'\r') {
			lexer.at = lexer.at.saturating_add(1);
		}
		if lexer.peek() != Some(b'\n') {
			return Err(FAULT);
		}
		let start = lexer.at.saturating_add(1);
		let length = match dictionary.get(b"Length") {
			Some(Value::Integer(length)) => *length,
			// An object of a number is never in a stream: that would have a length of its own, and so on.
			Some(Value::Reference(number, generation)) if matches!(self.places.get(number), Some(Place::At { .. })) => {
				match self.object(*number, *generation)? {
					Value::Integer(length) => length,
					_ => return Err(FAULT),
				}
			},
			_ => return Err(FAULT),
		};
		let end = usize::try_from(length)
			.ok()
			.and_then(|length| start.checked_add(length))
			.ok_or(FAULT)?;
		let packed = self.bytes.get(start..end).ok_or(FAULT)?;
		let content = unpack(&dictionary, packed)?;
		Ok((number, dictionary, content))
	}
}

fn at(offset: u64, generation: u64) -> Result<Place, AttachFault> {
	let place = usize::try_from(offset).ok().zip(u16::try_from(generation).ok());
	let (offset, generation) = place.ok_or(AttachFault::Structure("an object is at an impossible place"))?;
	Ok(Place::At { offset, generation })
}

/// Undoes the one filter that writers use for what is read here (ISO 32000-1 7.4.4), and its predictor.
fn unpack(dictionary: &Dictionary, packed: &[u8]) -> Result<Vec<u8>, AttachFault> {
	const UNKNOWN: AttachFault = AttachFault::Structure("a stream of it is packed in an unknown way");
	const FAULT: AttachFault = AttachFault::Structure("a stream of it cannot be unpacked");
	let single = |name: &[u8]| match dictionary.get(name) {
		Some(Value::Array(values)) => match &values[..] {
			[] => Ok(None),
			[value] => Ok(Some(value)),
			_ => Err(UNKNOWN),
		},
		value => Ok(value),
	};
	match single(b"Filter")? {
		None => return Ok(packed.to_vec()),
		Some(Value::Name(name)) if name == b"FlateDecode" => {},
		Some(_) => return Err(UNKNOWN),
	}
	let mut content = Vec::new();
	let mut decoder = ZlibDecoder::new(packed).take(MAX_STREAM_BYTES.saturating_add(1));
	decoder.read_to_end(&mut content).map_err(|_| FAULT)?;
	if content.len() as u64 > MAX_STREAM_BYTES {
		return Err(AttachFault::Structure(
			"a stream of it is larger than 16 MiB once it is unpacked",
		));
	}
	let parameters = match single(b"DecodeParms")? {
		None | Some(Value::Null) => return Ok(content),
		Some(Value::Dictionary(parameters)) => parameters,
		Some(_) => return Err(UNKNOWN),
	};
	let parameter = |name: &[u8], default: u64| match parameters.get(name) {
		None => Ok(default),
		Some(Value::Integer(value)) => Ok(*value),
		Some(_) => Err(UNKNOWN),
	};
	match parameter(b"Predictor", 1)? {
		1 => return Ok(content),
		10..=15 => {},
		_ => return Err(UNKNOWN),
	}
	if (parameter(b"Colors", 1)?, parameter(b"BitsPerComponent", 8)?) != (1, 8) {
		return Err(UNKNOWN);
	}
	let columns = usize::try_from(parameter(b"Columns", 1)?).ok();
	let columns = columns
		.filter(|columns| (1..=MAX_OBJECT_BYTES).contains(columns))
		.ok_or(UNKNOWN)?;
	undo_prediction(&content, columns).ok_or(FAULT)
}

/// The filters of PNG (ISO/IEC 15948 9.2), one byte to a pixel.
fn undo_prediction(content: &[u8], columns: usize) -> Option<Vec<u8>> {
	let mut rows = Vec::with_capacity(content.len());
	let mut above = vec![0u8; columns];
	for row in content.chunks(columns.saturating_add(1)) {
		let (filter, row) = row.split_first()?;
		let mut here = Vec::with_capacity(columns);
		for (index, byte) in row.iter().enumerate() {
			let before = index.checked_sub(1);
			let left = before.and_then(|before| here.get(before)).copied().unwrap_or(0);
			let up = above.get(index).copied().unwrap_or(0);
			let corner = before.and_then(|before| above.get(before)).copied().unwrap_or(0);
			let predicted = match filter {
				0 => 0,
				1 => left,
				2 => up,
				3 => u8::try_from((u16::from(left) + u16::from(up)) / 2).unwrap_or_default(),
				4 => paeth(left, up, corner),
				_ => return None,
			};
			here.push(byte.wrapping_add(predicted));
		}
		rows.extend_from_slice(&here);
		above = here;
	}
	Some(rows)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
	let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
	let distance = |value: u8| (estimate - i16::from(value)).abs();
	if distance(left) <= distance(up) && distance(left) <= distance(corner) {
		left
	} else if distance(up) <= distance(corner) {
		up
	} else {
		corner
	}
}

/// A value, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
	Null,
	/// A whole number that is not negative.
	Integer(u64),
	Reference(u32, u16),
	Name(Vec<u8>),
	Array(Vec<Value>),
	Dictionary(Dictionary),
	/// A string, another number, true or false.
	Other,
}

/// An entry of a dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
	/// What it is called, without escapes.
	name: Vec<u8>,
	/// The same as it is written, with its slash.
	raw_name: Vec<u8>,
	/// The value as it is written.
	raw: Vec<u8>,
	value: Value,
}

/// Entries in the order in which they are written, no name twice, none null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Dictionary(Vec<Entry>);

impl Dictionary {
	fn get(&self, name: &[u8]) -> Option<&Value> {
		self.0.iter().find(|entry| entry.name == name).map(|entry| &entry.value)
	}

	fn integer(&self, name: &[u8]) -> Option<u64> {
		match self.get(name) {
			Some(Value::Integer(value)) => Some(*value),
			_ => None,
		}
	}

	fn integers(&self, name: &[u8]) -> Option<Vec<u64>> {
		let Some(Value::Array(values)) = self.get(name) else {
			return None;
		};
		let integers = values.iter().map(|value| match value {
			Value::Integer(value) => Some(*value),
			_ => None,
		});
		integers.collect()
	}

	/// An offset in a file, if there is such an entry.
	fn offset(&self, name: &[u8]) -> Result<Option<usize>, AttachFault> {
		const FAULT: AttachFault = AttachFault::Structure("an offset in it is none");
		let Some(value) = self.get(name) else {
			return Ok(None);
		};
		match value {
			Value::Integer(offset) => usize::try_from(*offset).map(Some).map_err(|_| FAULT),
			_ => Err(FAULT),
		}
	}
}

/// White-space (ISO 32000-1, table 1).
const fn is_space(byte: u8) -> bool {
	matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

/// Neither white-space nor a delimiter.
const fn is_regular(byte: u8) -> bool {
	!is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

const MALFORMED: AttachFault = AttachFault::Structure("something in it is malformed");

/// Reads values (ISO 32000-1 7.2, 7.3).
struct Lexer<'a> {
	bytes: &'a [u8],
	at: usize,
}

impl<'a> Lexer<'a> {
	const fn new(bytes: &'a [u8], at: usize) -> Self {
		Self { bytes, at }
	}

	fn peek(&self) -> Option<u8> {
		self.bytes.get(self.at).copied()
	}

	fn next(&mut self) -> Result<u8, AttachFault> {
		let byte = self.peek().ok_or(MALFORMED)?;
		self.at = self.at.saturating_add(1);
		Ok(byte)
	}

	/// White-space and comments.
	fn skip_space(&mut self) {
		let mut in_comment = false;
		while let Some(byte) = self.peek() {
			match byte {
				b'\n' | b'\r' => in_comment = false,
				b'%' => in_comment = true,
				_ if in_comment || is_space(byte) => {},
				_ => return,
			}
			self.at = self.at.saturating_add(1);
		}
	}

	/// Characters up to the next that is not regular.
	fn regular(&mut self) -> &'a [u8] {
		let rest = self.bytes.get(self.at..).unwrap_or_default();
		let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
		self.at = self.at.saturating_add(length);
		rest.get(..length).unwrap_or_default()
	}

	/// This word; or nothing is read.
	fn keyword(&mut self, word: &[u8]) -> Result<(), AttachFault> {
		let before = self.at;
		self.skip_space();
		if self.regular() == word {
			return Ok(());
		}
		self.at = before;
		Err(MALFORMED)
	}

	/// A whole number that is not negative; or nothing is read.
	fn integer(&mut self) -> Result<u64, AttachFault> {
		let before = self.at;
		self.skip_space();
		let digits = integer(self.regular());
		if digits.is_none() {
			self.at = before;
		}
		digits.ok_or(MALFORMED)
	}

	/// What an object is. Of one that is too large, no more is read.
	fn object(&mut self) -> Result<Value, AttachFault> {
		self.skip_space();
		self.bounded().value(0)
	}

	/// The same, as far as an object may reach from here.
	fn bounded(&self) -> Self {
		let end = self.at.saturating_add(MAX_OBJECT_BYTES).min(self.bytes.len());
		Self::new(self.bytes.get(..end).unwrap_or_default(), self.at)
	}

	fn value(&mut self, depth: usize) -> Result<Value, AttachFault> {
		if depth > MAX_DEPTH {
			return Err(AttachFault::Structure("its values are too deep within each other"));
		}
		self.skip_space();
		match self.peek().ok_or(MALFORMED)? {
			b'/' => Ok(Value::Name(self.name()?)),
			b'(' => self.literal(),
			b'<' if self.bytes.get(self.at.saturating_add(1)) == Some(&b'<') => Ok(Value::Dictionary(self.dictionary(depth)?)),
			b'<' => loop {
				if self.next()? == b'>' {
					return Ok(Value::Other);
				}
			},
			b'[' => self.array(depth),
			_ => self.word(),
		}
	}

	/// A reference, a number, or one of three words.
	fn word(&mut self) -> Result<Value, AttachFault> {
		let word = self.regular();
		if let Some(value) = integer(word) {
			let after = self.at;
			if let (Ok(generation), Ok(())) = (self.integer(), self.keyword(b"R")) {
				let reference = u32::try_from(value).ok().zip(u16::try_from(generation).ok());
				return reference
					.map(|(number, generation)| Value::Reference(number, generation))
					.ok_or(MALFORMED);
			}
			self.at = after;
			return Ok(Value::Integer(value));
		}
		match word {
			b"null" => Ok(Value::Null),
			b"true" | b"false" => Ok(Value::Other),
			[_, ..] if word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')) => Ok(Value::Other),
			_ => Err(MALFORMED),
		}
	}

	fn name(&mut self) -> Result<Vec<u8>, AttachFault> {
		if self.next()? != b'/' {
			return Err(MALFORMED);
		}
		let mut raw = self.regular();
		let mut name = Vec::with_capacity(raw.len());
		while let Some((byte, rest)) = raw.split_first() {
			raw = rest;
			let escaped = match byte {
				b'#' => rest
					.split_at_checked(2)
					.and_then(|(digits, rest)| Some((escape(digits)?, rest))),
				_ => None,
			};
			match escaped {
				Some((byte, rest)) => {
					name.push(byte);
					raw = rest;
				},
				None => name.push(*byte),
			}
		}
		Ok(name)
	}

	fn literal(&mut self) -> Result<Value, AttachFault> {
		let mut open = 0usize;
		loop {
			match self.next()? {
				b'\\' => {
					self.next()?;
				},
				b'(' => open = open.saturating_add(1),
				b')' if open == 1 => return Ok(Value::Other),
				b')' => open = open.saturating_sub(1),
				_ => {},
			}
		}
	}

	fn array(&mut self, depth: usize) -> Result<Value, AttachFault> {
		self.next()?;
		let mut values = Vec::new();
		loop {
			self.skip_space();
			if self.peek() == Some(b']') {
				self.next()?;
				return Ok(Value::Array(values));
			}
			values.push(self.value(depth.saturating_add(1))?);
		}
	}

	fn dictionary(&mut self, depth: usize) -> Result<Dictionary, AttachFault> {
		self.skip_space();
		// Of what is too large, no more is read; the values of the outermost one bound those in it.
		let mut inner = self.bounded();
		if (inner.next()?, inner.next()?) != (b'<', b'<') {
			return Err(MALFORMED);
		}
		let mut entries: Vec<Entry> = Vec::new();
		let mut names = BTreeSet::new();
		loop {
			inner.skip_space();
			if inner.peek() == Some(b'>') {
				inner.next()?;
				if inner.next()? != b'>' {
					return Err(MALFORMED);
				}
				self.at = inner.at;
				return Ok(Dictionary(entries));
			}
			let from = inner.at;
			let name = inner.name()?;
			let raw_name = inner.between(from);
			inner.skip_space();
			let from = inner.at;
			let value = inner.value(depth.saturating_add(1))?;
			let raw = inner.between(from);
			if !names.insert(name.clone()) {
				return Err(AttachFault::Structure("a dictionary of it has two entries of one name"));
			}
			// An entry of nothing is none.
			if value != Value::Null {
				entries.push(Entry {
					name,
					raw_name,
					raw,
					value,
				});
			}
		}
	}

	/// What was read since `from`.
	fn between(&self, from: usize) -> Vec<u8> {
		self.bytes.get(from..self.at).unwrap_or_default().to_vec()
	}
}

fn integer(digits: &[u8]) -> Option<u64> {
	if !digits.iter().all(u8::is_ascii_digit) {
		return None;
	}
	std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The byte that two hexadecimal digits stand for.
fn escape(digits: &[u8]) -> Option<u8> {
	let mut byte = [0];
	hex::decode_to_slice(digits, &mut byte).ok()?;
	byte.first().copied()
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use flate2::{write::ZlibEncoder, Compression};
	use proptest::prelude::*;
	use std::io::Write;

	const BUNDLE: &[u8] = br#"{"format":"chirograph/bundle/v1"}"#;
	const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";

	/// Objects from the first on, as somebody's writer makes a file of them; the last ones are packed into a stream, if that is wanted.
	struct Made {
		bytes: Vec<u8>,
		offsets: Vec<usize>,
	}

	impl Made {
		fn new(objects: &[&str]) -> Self {
			let mut made = Self {
				bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(),
				offsets: Vec::new(),
			};
			for object in objects {
				made.push(object.as_bytes());
			}
			made
		}

		fn push(&mut self, object: &[u8]) -> usize {
			let number = self.offsets.len() + 1;
			self.offsets.push(self.bytes.len());
			self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
			self.bytes.extend_from_slice(object);
			self.bytes.extend_from_slice(b"\nendobj\n");
			number
		}

		fn push_stream(&mut self, dictionary: &str, content: &[u8]) -> usize {
			let head = format!("<<{dictionary}/Length {}>>\nstream\n", content.len());
			self.push(&[head.as_bytes(), content, b"\nendstream"].concat())
		}

		/// With a table and this in the trailer.
		fn table(mut self, trailer: &str) -> Vec<u8> {
			let start = self.bytes.len();
			let size = self.offsets.len() + 1;
			let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
			for offset in &self.offsets {
				table += &format!("{offset:010} 00000 n \n");
			}
			table += &format!("trailer\n<</Size {size}{trailer}>>\nstartxref\n{start}\n%%EOF\n");
			self.bytes.extend_from_slice(table.as_bytes());
			self.bytes
		}

		/// With a packed stream instead, and the objects `inside`, which follow on the others, in a stream, too.
		fn stream(mut self, trailer: &str, inside: &[&str]) -> Vec<u8> {
			let first = self.offsets.len() + 1;
			let holder = first + inside.len();
			let (mut numbers, mut objects) = (String::new(), String::new());
			for (index, object) in inside.iter().enumerate() {
				numbers += &format!("{} {} ", first + index, objects.len());
				objects += &format!("{object} ");
			}
			let mut rows = vec![[0, 0, 0, 0]];
			rows.extend(self.offsets.iter().map(|offset| row(1, *offset, 0)));
			rows.extend((0..inside.len()).map(|index| row(2, holder, index as u8)));
			rows.push(row(1, self.bytes.len(), 0));
			self.offsets.resize(holder - 1, 0);
			let (count, begin) = (inside.len(), numbers.len());
			self.push_stream(
				&format!("/Type/ObjStm/N {count}/First {begin}/Filter/FlateDecode"),
				&packed((numbers + &objects).as_bytes()),
			);
			let start = self.bytes.len();
			rows.push(row(1, start, 0));
			// Each row is what it has more than the one above.
			let mut above = [0u8; 4];
			let mut predicted = Vec::new();
			for row in &rows {
				predicted.push(2);
				predicted.extend(row.iter().zip(above).map(|(byte, above)| byte.wrapping_sub(above)));
				above = *row;
			}
			let size = rows.len();
			self.push_stream(
				&format!("/Type/XRef/Size {size}/W[1 2 1]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>{trailer}"),
				&packed(&predicted),
			);
			self.bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF").as_bytes());
			self.bytes
		}
	}

	fn row(kind: u8, second: usize, third: u8) -> [u8; 4] {
		let [.., high, low] = second.to_be_bytes();
		[kind, high, low, third]
	}

	fn packed(content: &[u8]) -> Vec<u8> {
		let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
		encoder.write_all(content).expect("memory takes it");
		encoder.finish().expect("memory takes it")
	}

	const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
	const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>";

	/// A page that says nothing, in a file that says `about`.
	pub(crate) fn pdf(about: &str) -> Vec<u8> {
		Made::new(&[CATALOG, PAGES, PAGE, &format!("<</Title({about})>>")]).table("/Root 1 0 R/Info 4 0 R/ID[<00><01>]")
	}

	fn pdf_with_catalog(catalog: &str) -> Vec<u8> {
		Made::new(&[catalog, PAGES, PAGE]).table("/Root 1 0 R")
	}

	fn packed_pdf() -> Vec<u8> {
		Made::new(&[]).stream("/Root 1 0 R", &[CATALOG, PAGES, PAGE])
	}

	/// As writers make it that think of readers of old: the table does not have the objects that are in streams.
	fn hybrid_pdf() -> Vec<u8> {
		let mut bytes = packed_pdf();
		let start = startxref(&bytes).expect("has one");
		let table = bytes.len() + 1;
		let text = format!("\nxref\n0 0\ntrailer\n<</Size 6/Root 1 0 R/XRefStm {start}>>\nstartxref\n{table}\n%%EOF\n");
		bytes.extend_from_slice(text.as_bytes());
		bytes
	}

	fn structure(fault: Result<Vec<u8>, AttachFault>) -> &'static str {
		match fault {
			Err(AttachFault::Structure(what)) => what,
			other => panic!("{other:?}"),
		}
	}

	/// What a reader sees: the catalog, the specification and the attached file.
	fn read_attachment(issued: &[u8]) -> (Dictionary, Vec<u8>) {
		let file = Structure::read(issued, startxref(issued).expect("has one")).expect("is sound");
		let Some(Value::Reference(number, generation)) = file.trailer.get(b"Root") else {
			panic!("no catalog")
		};
		let dictionary = |value: &Value| match file.resolve(value.clone()).expect("is sound") {
			Value::Dictionary(dictionary) => dictionary,
			other => panic!("{other:?}"),
		};
		let catalog = dictionary(&Value::Reference(*number, *generation));
		let names = dictionary(catalog.get(b"Names").expect("there"));
		let files = dictionary(names.get(b"EmbeddedFiles").expect("there"));
		let Some(Value::Array(pairs)) = files.get(b"Names") else {
			panic!("no files")
		};
		let specification = dictionary(&pairs[1]);
		let Some(Value::Reference(number, _)) = dictionary(specification.get(b"EF").expect("there")).get(b"F").cloned() else {
			panic!("no file")
		};
		let Some(Place::At { offset, .. }) = file.places.get(&number) else {
			panic!("it is nowhere")
		};
		let (_, _, content) = file.stream_at(*offset).expect("is sound");
		(catalog, content)
	}

	#[test]
	fn an_issued_file_begins_with_the_original_and_carries_the_bundle() {
		for original in [pdf("a"), packed_pdf(), hybrid_pdf()] {
			ensure_attachable(&original).expect("nothing is against it");
			let issued = attach(&original, BUNDLE).expect("nothing is against it");
			assert!(issued.starts_with(&original), "what is proven is not touched");
			assert_eq!(
				issued,
				attach(&original, BUNDLE).expect("as before"),
				"equal ones make equal bytes"
			);
			let (catalog, content) = read_attachment(&issued);
			assert_eq!(content, BUNDLE);
			assert!(catalog.get(b"Pages").is_some() && catalog.get(b"AF").is_some());
			assert_eq!(
				split(&issued),
				Ok(Some(Issued {
					original: &original,
					bundle: BUNDLE
				}))
			);
			assert_eq!(split(&original), Ok(None));
		}
	}

	#[test]
	fn an_update_has_the_form_of_what_it_updates() {
		let is_stream = |issued: &[u8]| {
			Structure::read(issued, startxref(issued).expect("has one"))
				.expect("is sound")
				.is_stream
		};
		for (original, expected) in [(pdf("a"), false), (packed_pdf(), true), (hybrid_pdf(), false)] {
			assert_eq!(is_stream(&original), expected);
			assert_eq!(
				is_stream(&attach(&original, BUNDLE).expect("nothing is against it")),
				expected
			);
		}
	}

	#[test]
	fn the_documented_update_has_these_bytes() {
		let original = pdf_with_catalog("<</Type /Catalog /Pages 2 0 R /Names 3 0 R /Lang null>>");
		let original_length = original.len();
		let issued = attach(&original, b"{}").expect("nothing is against it");
		let update = String::from_utf8(issued[original_length..].to_vec()).expect("is text");
		let at = |text: &str| original_length + update.find(text).expect("is there");
		let expected = format!(
			"\n4 0 obj\n<</Type/EmbeddedFile/Subtype/application#2Fjson/Length 2/Params<</Size 2>>>>\nstream\n{{}}\nendstream\nendobj\n\
			5 0 obj\n<</Type/Filespec/F(certificate.chirograph)/UF(certificate.chirograph)/AFRelationship/Supplement/EF<</F 4 0 R/UF 4 0 R>>>>\nendobj\n\
			1 0 obj\n<</Type /Catalog\n/Pages 2 0 R\n/Names<</Type /Page\n/Parent 2 0 R\n/MediaBox [0 0 200 100]\n/Resources <<>>\n\
			/EmbeddedFiles<</Names[(certificate.chirograph) 5 0 R]>>>>\n/AF[5 0 R]>>\nendobj\n\
			xref\n1 1\n{:010} 00000 n \n4 2\n{:010} 00000 n \n{:010} 00000 n \n\
			trailer\n<</Size 6/Root 1 0 R/Prev {}\n>>\n\
			%chirograph/issued/v1 {original_length} {} 2\nstartxref\n{}\n%%EOF\n",
			at("1 0 obj"),
			at("4 0 obj"),
			at("5 0 obj"),
			startxref(&original).expect("has one"),
			at("{}"),
			at("xref\n"),
		);
		assert_eq!(update, expected);
	}

	#[test]
	fn what_is_added_to_an_issued_file_is_noticed() {
		let issued = attach(&pdf("a"), BUNDLE).expect("nothing is against it");
		assert!(matches!(split(&issued), Ok(Some(_))), "the control");
		for more in [&b"\n"[..], b"x", b"%%EOF\n", &[0; 200], &[b' '; 4_096]] {
			assert_eq!(split(&[&issued[..], more].concat()), Err(IssuedFault::Appended));
		}
		assert_eq!(split(&issued[..issued.len() - 1]), Err(IssuedFault::Appended));
		// Another update, as an editor makes it.
		let edited = attach(&issued, BUNDLE);
		assert_eq!(edited, Err(AttachFault::Issued), "two bundles are in no file");
		let start = startxref(&issued).expect("has one");
		let at = issued.len();
		let over = format!("3 0 obj\n{PAGE}\nendobj\nxref\n3 1\n{at:010} 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev {start}>>\nstartxref\n{}\n%%EOF\n", at + PAGE.len() + 16);
		assert_eq!(split(&[&issued[..], over.as_bytes()].concat()), Err(IssuedFault::Appended));
	}

	#[test]
	fn a_page_that_is_painted_over_within_the_update_is_noticed() {
		let original = pdf("a");
		let issued = attach(&original, BUNDLE).expect("nothing is against it");
		// Between the original and what is ours: the numbers at the end are right, and the page is another.
		let overlay = format!("\n3 0 obj\n{PAGE}\nendobj");
		let mut painted = original.clone();
		painted.extend_from_slice(overlay.as_bytes());
		painted.extend_from_slice(&issued[original.len()..]);
		assert_eq!(split(&painted), Err(IssuedFault::OtherUpdate));
		// Whoever issues what they painted has an issued file, of another original.
		let mut whole = original.clone();
		let (at, start) = (whole.len(), startxref(&original).expect("has one"));
		let object = format!("3 0 obj\n{PAGE}\nendobj\n");
		let section = at + object.len();
		whole.extend_from_slice(
			format!("{object}xref\n3 1\n{at:010} 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev {start}>>\nstartxref\n{section}\n%%EOF\n").as_bytes(),
		);
		let other = attach(&whole, BUNDLE).expect("nothing is against it");
		assert_eq!(
			split(&other).map(|parts| parts.map(|parts| parts.original == original)),
			Ok(Some(false))
		);
	}

	#[test]
	fn no_byte_of_an_update_can_be_changed() {
		for original in [pdf("a"), packed_pdf()] {
			let issued = attach(&original, BUNDLE).expect("nothing is against it");
			let bundle = split(&issued).expect("is sound").expect("is one").bundle.to_vec();
			for at in original.len()..issued.len() {
				let mut changed = issued.clone();
				changed[at] ^= 1;
				// Another bundle is one that nobody judged yet; everything else is refused, or says no more that it was issued.
				match split(&changed) {
					Ok(Some(parts)) => assert!(parts.original == original && parts.bundle != bundle, "byte {at}"),
					Ok(None) => assert!(find(&changed, MARKER).is_none(), "byte {at}"),
					Err(_) => {},
				}
			}
		}
	}

	#[test]
	fn what_was_signed_or_encrypted_or_has_attachments_is_named() {
		assert!(attach(&pdf_with_catalog(CATALOG), BUNDLE).is_ok(), "the control");
		let encrypted = Made::new(&[CATALOG, PAGES, PAGE]).table("/Root 1 0 R/Encrypt<<>>");
		assert_eq!(attach(&encrypted, BUNDLE), Err(AttachFault::Encrypted));
		for catalog in [
			"<</Type/Catalog/Pages 2 0 R/Perms<<>>>>",
			"<</Type/Catalog/Pages 2 0 R/X<</ByteRange[0 1 2 3]>>>>",
		] {
			assert_eq!(attach(&pdf_with_catalog(catalog), BUNDLE), Err(AttachFault::Signed));
		}
		for catalog in [
			"<</Type/Catalog/Pages 2 0 R/AF[]>>",
			"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<<>>>>>>",
			// An escape is another way to write the same name.
			"<</Type/Catalog/Pages 2 0 R/#4eames<</Embedded#46iles<<>>>>>>",
		] {
			assert_eq!(attach(&pdf_with_catalog(catalog), BUNDLE), Err(AttachFault::HasAttachments));
		}
	}

	#[test]
	fn what_is_no_pdf_or_a_broken_one_is_named() {
		assert_eq!(attach(b"It was a dark and stormy night", BUNDLE), Err(AttachFault::NotPdf));
		assert_eq!(attach(b"", BUNDLE), Err(AttachFault::NotPdf));
		let whole = pdf("a");
		for length in 5..whole.len() - 7 {
			structure(attach(&whole[..length], BUNDLE));
		}
		let broken = |from: &[u8], to: &[u8]| {
			let at = rfind(&whole, from).expect("is there");
			let bytes = [&whole[..at], to, &whole[at + from.len()..]].concat();
			structure(attach(&bytes, BUNDLE))
		};
		assert_eq!(broken(b"/Root 1 0 R", b"/Boot 1 0 R"), "its trailer names no catalog");
		assert_eq!(broken(b"%%EOF\n", b"%%EOF\nmore"), "it does not end as a PDF does");
		let twice = pdf_with_catalog("<</Type/Catalog/Pages 2 0 R/Pages 3 0 R>>");
		assert_eq!(
			structure(attach(&twice, BUNDLE)),
			"a dictionary of it has two entries of one name"
		);
		let other = pdf_with_catalog("<</Type/Dialog/Pages 2 0 R>>");
		assert_eq!(structure(attach(&other, BUNDLE)), "its catalog is of another type");
		let deep = pdf_with_catalog(&format!("<</Type/Catalog/X{}{}>>", "[".repeat(99), "]".repeat(99)));
		assert_eq!(structure(attach(&deep, BUNDLE)), "its values are too deep within each other");
		let circle = Made::new(&[CATALOG]);
		let here = circle.bytes.len();
		let circle = circle.table(&format!("/Root 1 0 R/Prev {here}"));
		assert_eq!(structure(attach(&circle, BUNDLE)), "its cross-reference has no end");
	}

	#[test]
	fn a_stream_that_unpacks_to_too_much_is_not_unpacked() {
		let mut made = Made::new(&[]);
		let bomb = packed(&vec![0; MAX_STREAM_BYTES as usize + 1]);
		assert!(bomb.len() < 64 * 1024, "it is a bomb");
		let start = made.bytes.len();
		made.push_stream("/Type/XRef/Size 1/W[1 2 1]/Filter/FlateDecode/Root 1 0 R", &bomb);
		made.bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF").as_bytes());
		assert_eq!(
			structure(attach(&made.bytes, BUNDLE)),
			"a stream of it is larger than 16 MiB once it is unpacked"
		);
	}

	#[test]
	fn an_object_that_is_too_large_is_not_read_to_its_end() {
		let fault = |catalog: &str| {
			let inside = Made::new(&[]).stream("/Root 1 0 R", &[catalog, PAGES, PAGE]);
			[pdf_with_catalog(catalog), inside].map(|original| structure(attach(&original, BUNDLE)))
		};
		let array = |bytes: usize| format!("[{}]", " 0".repeat(bytes / 2 - 1));
		assert_eq!(array(MAX_OBJECT_BYTES).len(), MAX_OBJECT_BYTES);
		assert_eq!(
			fault(&array(MAX_OBJECT_BYTES)),
			["its catalog is no dictionary"; 2],
			"the control"
		);
		for bytes in [MAX_OBJECT_BYTES + 2, 2 * MAX_OBJECT_BYTES] {
			assert_eq!(fault(&array(bytes)), ["something in it is malformed"; 2]);
		}
		let dictionary = |bytes: usize| format!("<</X{}>>", array(bytes - 6));
		assert_eq!(
			fault(&dictionary(MAX_OBJECT_BYTES)),
			["its catalog is of another type"; 2],
			"the control"
		);
		assert_eq!(fault(&dictionary(MAX_OBJECT_BYTES + 2)), ["something in it is malformed"; 2]);
	}

	#[test]
	fn what_is_too_large_is_not_looked_into() {
		let huge = vec![0; MAX_ISSUED_BYTES + 1];
		assert_eq!(split(&huge), Err(IssuedFault::TooLarge));
		assert_eq!(attach(&huge, BUNDLE), Err(AttachFault::TooLarge));
		drop(huge);
		assert_eq!(
			attach(&pdf("a"), &vec![b' '; MAX_BUNDLE_BYTES + 1]),
			Err(AttachFault::TooLarge)
		);
	}

	#[test]
	fn a_predicted_row_is_the_one_that_was_packed() {
		// One row for each filter of PNG, over the same four bytes.
		let rows = [
			vec![0, 1, 2, 3, 4],
			vec![1, 1, 1, 1, 1],
			vec![2, 0, 0, 0, 0],
			vec![3, 1, 1, 1, 1],
			vec![4, 0, 0, 0, 0],
		];
		let content = undo_prediction(&rows.concat(), 4).expect("are of these filters");
		assert_eq!(content[..12], [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
		// Half of what is above and before, and 1.
		assert_eq!(content[12..16], [1, 2, 3, 4]);
		assert_eq!(content[16..], [1, 2, 3, 4]);
		assert_eq!(undo_prediction(&[5, 0], 1), None);
	}

	proptest! {
		#[test]
		fn nothing_makes_it_panic(content in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..2_000, byte: u8) {
			let _ = split(&content);
			let _ = attach(&[&b"%PDF-1.7\n"[..], &content[..]].concat(), BUNDLE);
			for original in [pdf("a"), packed_pdf()] {
				let mut issued = attach(&original, BUNDLE).expect("nothing is against it");
				let at = at % issued.len();
				issued[at] = byte;
				let _ = split(&issued);
				let mut changed = original;
				let at = at % changed.len();
				changed[at] = byte;
				let _ = attach(&changed, BUNDLE);
			}
		}
	}
}
