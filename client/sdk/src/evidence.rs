// SPDX-License-Identifier: Apache-2.0

//! Electronic evidence (X.1407 7.2.1 a to c): the document that says what an original was, whose, and when, and whose hash goes to
//! the ledger.
//!
//! # The evidence file
//!
//! JSON in the canonical form of RFC 8785, nothing before and nothing after it, so that `sha256sum FILE.evidence.json` prints the
//! evidence hash that the ledger has. Formatted here for reading:
//!
//! ```json
//! {
//!   "created": "2026-01-31T12:00:00Z",
//!   "features": [{ "algorithm": "sha-256", "value": "0x…" }],
//!   "fields": { "name": "0x…" },
//!   "format": "chirograph/evidence/v1",
//!   "mediaType": "application/pdf",
//!   "mode": "open",
//!   "owner": { "account": "5…", "label": null },
//!   "salt": "0x…",
//!   "schema": "certificate",
//!   "size": 48213
//! }
//! ```
//!
//! - `features`: digests of the original, SHA-256 first, none twice. A later program may add others.
//! - `mode`: an open proof is found by whoever has the original, a sealed one only by whoever has the evidence too ([`Mode`]).
//! - `created`: the maker's clock, in UTC and whole seconds. It is a claim; the ledger's time is the proof.
//! - `fields`: what the owner states about the document without showing it: commitments, opened one by one ([`Disclosure`]).
//! - `salt`: 32 random bytes.
//!
//! # Disclosure
//!
//! A field's commitment is the SHA-256 of the canonical JSON `["chirograph/field/v1", salt, name, value]`, where the salt is 32
//! random bytes of its own, as text. The holder discloses a field by giving away name, value and salt, and the other fields stay
//! unknown (X.1407 9.1.3). Values are compared character by character: `é` as one character and as two are two values.

use crate::{
	document::{self, Fault},
	file::{self, Original},
};
use chirograph_primitives::{AccountId, EvidenceHash, LabelId, Schema, Subject};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::{Path, PathBuf},
};

const FORMAT: &str = "chirograph/evidence/v1";
const DISCLOSURES_FORMAT: &str = "chirograph/disclosures/v1";
const FIELD_TAG: &str = "chirograph/field/v1";
const SHA_256: &str = "sha-256";

/// An evidence document has at most this many bytes.
pub const MAX_EVIDENCE_BYTES: usize = 64 * 1024;
/// A document has at most this many fields.
pub const MAX_FIELDS: usize = 64;
/// A field's value has at most this many bytes.
pub const MAX_VALUE_BYTES: usize = 4 * 1024;
/// Features of one original.
const MAX_FEATURES: usize = 16;
/// Bytes of one feature: room for similarity features, which are longer than digests.
const MAX_FEATURE_BYTES: usize = 128;
/// Every field with a value of nothing but control characters, six bytes each in JSON, and names and salts.
const MAX_DISCLOSURES_BYTES: usize = 2 * 1024 * 1024;
/// The largest whole number that every JSON implementation keeps exactly (RFC 8785 builds on that): 8 PiB.
const MAX_SIZE: u64 = (1 << 53) - 1;

/// Commitments to fields, by name.
type Commitments = BTreeMap<String, [u8; 32]>;

/// Why evidence cannot be made, read or believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// It is not evidence, or not any more.
	#[error("{origin} is not acceptable: {fault}; ask for an unaltered copy")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// The original and the evidence do not belong together.
	#[error(
		"the file is not the one that the evidence is about: it has {found}, the evidence {expected}; compare the right two"
	)]
	EvidenceOfAnotherFile {
		/// Digest and size in the evidence.
		expected: String,
		/// Digest and size of the file.
		found: String,
	},
	/// Not something that [`file::read_original`] says of a file.
	#[error("the size or the media type of the original cannot be stated in evidence; read the original again")]
	BadOriginal,
	/// Names are restricted so that nobody can confuse two of them.
	#[error("{0:?} cannot be the name of a field; use 1 to 64 of the characters A to Z, a to z, 0 to 9, `_`, `.` and `-`")]
	BadFieldName(String),
	/// One name, two values.
	#[error("the field `{0}` is given twice; give it once")]
	DuplicateField(String),
	/// More than a document can have.
	#[error("there are more than {most} fields; leave some out", most = MAX_FIELDS)]
	TooManyFields,
	/// Longer than a value can be.
	#[error("the value of the field `{0}` is longer than {most} bytes; shorten it", most = MAX_VALUE_BYTES)]
	ValueTooLong(String),
	/// The evidence has no such field.
	#[error("the evidence has no field `{0}`; check that the disclosure is for this evidence")]
	NoSuchField(String),
	/// Value or salt are not those that the owner committed to.
	#[error("the field `{0}` is not what the evidence says; do not rely on the disclosed value")]
	FalseDisclosure(String),
	/// The disclosures name another evidence document.
	#[error("the disclosures are for the evidence {found}, and this is {expected}; use the two that belong together")]
	DisclosuresOfOtherEvidence {
		/// The evidence at hand.
		expected: EvidenceHash,
		/// The evidence that they are for.
		found: EvidenceHash,
	},
	/// Without randomness nothing is hidden.
	#[error("the operating system gave no random numbers ({0}); try again later")]
	NoRandomness(getrandom::Error),
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

/// Who can find a proof on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
	/// Whoever has the original.
	Open,
	/// Whoever has the original and the evidence. To others the ledger does not even tell that the document is registered.
	Sealed,
}

/// Who the evidence belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
	/// The account whose key signs.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// The identity label of the account, where the network has labels.
	pub label: Option<LabelId>,
}

/// A digest or a similarity feature of the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
	/// Its name: 1 to 32 of `a` to `z`, `0` to `9` and `-`.
	pub algorithm: String,
	/// Its value, 1 to 128 bytes.
	#[serde(with = "document::hexadecimal")]
	pub value: Vec<u8>,
}

/// What was extracted from the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Feature>", into = "Vec<Feature>")]
pub struct Features {
	/// SHA-256, always there.
	pub sha256: [u8; 32],
	/// Others.
	pub further: Vec<Feature>,
}

impl TryFrom<Vec<Feature>> for Features {
	type Error = &'static str;

	fn try_from(features: Vec<Feature>) -> Result<Self, Self::Error> {
		if features.len() > MAX_FEATURES {
			return Err("too many features");
		}
		let mut seen = BTreeSet::new();
		for Feature { algorithm, value } in &features {
			let name = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-');
			if !(1..=32).contains(&algorithm.len()) || !algorithm.bytes().all(name) {
				return Err("a feature's algorithm has no proper name");
			}
			if !(1..=MAX_FEATURE_BYTES).contains(&value.len()) {
				return Err("a feature's value is empty or too long");
			}
			if !seen.insert(algorithm.as_str()) {
				return Err("two features are of one algorithm");
			}
		}
		let mut features = features.into_iter();
		let first = features.next().filter(|feature| feature.algorithm == SHA_256);
		let sha256: Option<[u8; 32]> = first.and_then(|feature| feature.value.try_into().ok());
		let sha256 = sha256.ok_or("the first feature is not a sha-256")?;
		Ok(Self {
			sha256,
			further: features.collect(),
		})
	}
}

impl From<Features> for Vec<Feature> {
	fn from(features: Features) -> Self {
		let sha256 = Feature {
			algorithm: SHA_256.to_owned(),
			value: features.sha256.to_vec(),
		};
		std::iter::once(sha256).chain(features.further).collect()
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/evidence/v1")]
	V1,
}

/// An evidence document. See the [module](self)'s description.
///
/// Made by [`new`](Self::new) or read by [`parse`](Self::parse). Serde's `Deserialize` alone does not insist on the canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
	format: Format,
	/// Who can find the proof.
	pub mode: Mode,
	/// What kind of document it is.
	pub schema: Schema,
	/// What was extracted from the original.
	pub features: Features,
	/// Of the original, in bytes, below 2^53.
	#[serde(deserialize_with = "checked::size")]
	pub size: u64,
	/// Of the original.
	#[serde(deserialize_with = "checked::media_type")]
	pub media_type: String,
	/// Whose it is.
	pub owner: Owner,
	/// When it was made, by the maker's clock; whole seconds.
	#[serde(with = "timestamp")]
	pub created: DateTime<Utc>,
	/// Commitments to fields, by name.
	#[serde(with = "commitments")]
	pub fields: BTreeMap<String, [u8; 32]>,
	/// Random.
	#[serde(with = "document::hexadecimal")]
	pub salt: [u8; 32],
}

impl Evidence {
	/// Makes the evidence of an original, and what its owner needs to disclose each of its fields. `fields`: names and values.
	///
	/// The disclosures are nowhere else. Whoever loses them cannot show any more what the fields were.
	pub fn new(
		original: &Original,
		mode: Mode,
		schema: Schema,
		owner: &AccountId,
		fields: Vec<(String, String)>,
	) -> Result<(Self, Vec<Disclosure>), Error> {
		if original.size > MAX_SIZE || !is_media_type(&original.media_type) {
			return Err(Error::BadOriginal);
		}
		let (commitments, disclosures) = commit(FIELD_TAG, fields)?;
		let evidence = Self {
			format: Format::V1,
			mode,
			schema,
			features: Features {
				sha256: original.sha256,
				further: Vec::new(),
			},
			size: original.size,
			media_type: original.media_type.clone(),
			owner: Owner {
				account: owner.clone(),
				label: None,
			},
			created: Utc::now().trunc_subsecs(0),
			fields: commitments,
			salt: document::random().map_err(Error::NoRandomness)?,
		};
		Ok((evidence, disclosures))
	}

	/// Reads evidence. Only the canonical bytes are accepted, so that one document has one hash.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the evidence", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		let canonical = |evidence: Self| match evidence.canonical() == bytes {
			true => Ok(evidence),
			false => Err(Fault::NotCanonical),
		};
		document::read(bytes, MAX_EVIDENCE_BYTES, FORMAT)
			.and_then(canonical)
			.map_err(|fault| Error::Damaged {
				origin: origin.to_owned(),
				fault,
			})
	}

	/// Reads an evidence file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_EVIDENCE_BYTES as u64)?;
		Self::parse_from(&format!("the evidence {}", path.display()), &bytes)
	}

	/// Writes an evidence file that does not exist yet. Sealed evidence is for the user alone: its salt gives the proof away.
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), self.mode == Mode::Sealed)?)
	}

	/// The one form that is hashed, sent and kept (RFC 8785).
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// What the owner signs for (X.1407 7.2.1 c).
	pub fn hash(&self) -> EvidenceHash {
		EvidenceHash(document::sha256(&self.canonical()))
	}

	/// Where the ledger has the proof.
	pub fn subject(&self) -> Subject {
		let sha256 = self.features.sha256;
		Subject(match self.mode {
			Mode::Open => sha256,
			Mode::Sealed => Sha256::new().chain_update(self.salt).chain_update(sha256).finalize().into(),
		})
	}

	/// Whether this is evidence of that original. The media type is a hint and not compared.
	pub fn matches_original(&self, original: &Original) -> Result<(), Error> {
		if (self.features.sha256, self.size) == (original.sha256, original.size) {
			return Ok(());
		}
		let describe = |sha256: [u8; 32], size: u64| format!("{size} bytes with the SHA-256 {}", hex::encode(sha256));
		Err(Error::EvidenceOfAnotherFile {
			expected: describe(self.features.sha256, self.size),
			found: describe(original.sha256, original.size),
		})
	}

	/// Whether a disclosed field is one that the owner committed to.
	pub fn check_disclosure(&self, disclosure: &Disclosure) -> Result<(), Error> {
		match self.fields.get(&disclosure.name) {
			None => Err(Error::NoSuchField(disclosure.name.clone())),
			Some(commitment) if *commitment != disclosure.commitment() => Err(Error::FalseDisclosure(disclosure.name.clone())),
			Some(_) => Ok(()),
		}
	}
}

/// What opens the commitment to one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
	/// Name of the field.
	#[serde(deserialize_with = "checked::field_name")]
	pub name: String,
	/// What the owner stated.
	pub value: String,
	/// Random. Without it, values could be found by trying.
	#[serde(with = "document::hexadecimal")]
	pub salt: [u8; 32],
}

impl Disclosure {
	/// What the evidence has in place of the value.
	pub fn commitment(&self) -> [u8; 32] {
		self.commitment_under(FIELD_TAG)
	}

	/// The commitment of another kind of document, which has a tag of its own.
	pub(crate) fn commitment_under(&self, tag: &str) -> [u8; 32] {
		let opened = (tag, document::to_hex(&self.salt), &self.name, &self.value);
		document::sha256(&document::canonical(&opened))
	}
}

/// Why fields cannot be committed to. Each kind of document has an error of its own for each of these.
pub(crate) enum FieldFault {
	BadName(String),
	Duplicate(String),
	TooMany,
	ValueTooLong(String),
	NoRandomness(getrandom::Error),
}

impl From<FieldFault> for Error {
	fn from(fault: FieldFault) -> Self {
		match fault {
			FieldFault::BadName(name) => Self::BadFieldName(name),
			FieldFault::Duplicate(name) => Self::DuplicateField(name),
			FieldFault::TooMany => Self::TooManyFields,
			FieldFault::ValueTooLong(name) => Self::ValueTooLong(name),
			FieldFault::NoRandomness(reason) => Self::NoRandomness(reason),
		}
	}
}

/// Commits to fields, names and values, under a tag: the commitments, and what opens each of them, in the order given.
pub(crate) fn commit(tag: &str, fields: Vec<(String, String)>) -> Result<(Commitments, Vec<Disclosure>), FieldFault> {
	if fields.len() > MAX_FIELDS {
		return Err(FieldFault::TooMany);
	}
	let mut commitments = Commitments::new();
	let mut disclosures = Vec::with_capacity(fields.len());
	for (name, value) in fields {
		if !is_field_name(&name) {
			return Err(FieldFault::BadName(name.chars().take(80).collect()));
		}
		if value.len() > MAX_VALUE_BYTES {
			return Err(FieldFault::ValueTooLong(name));
		}
		let disclosure = Disclosure {
			name,
			value,
			salt: document::random().map_err(FieldFault::NoRandomness)?,
		};
		if commitments
			.insert(disclosure.name.clone(), disclosure.commitment_under(tag))
			.is_some()
		{
			return Err(FieldFault::Duplicate(disclosure.name));
		}
		disclosures.push(disclosure);
	}
	Ok((commitments, disclosures))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum DisclosuresFormat {
	#[serde(rename = "chirograph/disclosures/v1")]
	V1,
}

/// Disclosures of an evidence document, as a file. To show only some fields, remove the others from `fields`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disclosures {
	format: DisclosuresFormat,
	/// The evidence that they are for.
	pub evidence_hash: EvidenceHash,
	/// The disclosed fields.
	pub fields: Vec<Disclosure>,
}

impl Disclosures {
	/// Disclosures of fields of this evidence.
	pub fn new(evidence: &Evidence, fields: Vec<Disclosure>) -> Self {
		Self {
			format: DisclosuresFormat::V1,
			evidence_hash: evidence.hash(),
			fields,
		}
	}

	/// Whether they are for this evidence and all of them true.
	pub fn check(&self, evidence: &Evidence) -> Result<(), Error> {
		let expected = evidence.hash();
		if self.evidence_hash != expected {
			return Err(Error::DisclosuresOfOtherEvidence {
				expected,
				found: self.evidence_hash,
			});
		}
		self.fields
			.iter()
			.try_for_each(|disclosure| evidence.check_disclosure(disclosure))
	}

	/// Reads disclosures. They are data yet: [`Self::check`] says whether they are true.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the disclosures", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		document::read(bytes, MAX_DISCLOSURES_BYTES, DISCLOSURES_FORMAT).map_err(|fault| Error::Damaged {
			origin: origin.to_owned(),
			fault,
		})
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// Reads a file of disclosures.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_DISCLOSURES_BYTES as u64)?;
		Self::parse_from(&format!("the disclosures {}", path.display()), &bytes)
	}

	/// Writes a file of disclosures that does not exist yet, for the user alone (X.1407 9.1.3).
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), true)?)
	}
}

/// Where the evidence of an original is kept unless the user says otherwise: beside it.
pub fn evidence_path(original: &Path) -> PathBuf {
	beside(original, ".evidence.json")
}

/// Where the disclosures for an original are kept unless the user says otherwise: beside it.
pub fn disclosures_path(original: &Path) -> PathBuf {
	beside(original, ".disclosures.json")
}

fn beside(original: &Path, suffix: &str) -> PathBuf {
	let mut path = original.as_os_str().to_owned();
	path.push(suffix);
	path.into()
}

fn is_field_name(name: &str) -> bool {
	let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-');
	(1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

/// `type/subtype` in the characters of RFC 6838.
fn is_media_type(text: &str) -> bool {
	let name = |part: &str| {
		let allowed = |c: u8| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c);
		(1..=127).contains(&part.len()) && part.bytes().all(allowed)
	};
	text.split_once('/')
		.is_some_and(|(kind, subtype)| name(kind) && name(subtype))
}

/// Serde: values within the bounds of the format.
mod checked {
	use super::{is_field_name, is_media_type, MAX_SIZE};
	use serde::{de::Error, Deserialize, Deserializer};

	pub fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
		let size = u64::deserialize(deserializer)?;
		(size <= MAX_SIZE)
			.then_some(size)
			.ok_or_else(|| D::Error::custom("a size is below 2^53"))
	}

	pub fn media_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
		let text = String::deserialize(deserializer)?;
		is_media_type(&text)
			.then_some(text)
			.ok_or_else(|| D::Error::custom("a media type is type/subtype"))
	}

	pub fn field_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
		let name = String::deserialize(deserializer)?;
		is_field_name(&name)
			.then_some(name)
			.ok_or_else(|| D::Error::custom("a field's name has other characters"))
	}
}

/// Serde: RFC 3339 in UTC, whole seconds.
mod timestamp {
	use chrono::{DateTime, SecondsFormat, Utc};
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
	}

	/// Accepts more than is written. The comparison of canonical bytes refuses the rest.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
		let text = String::deserialize(deserializer)?;
		DateTime::parse_from_rfc3339(&text)
			.map(|time| time.with_timezone(&Utc))
			.map_err(D::Error::custom)
	}
}

/// Serde: commitments by name. Serde itself lets the last of two equal names win.
pub(crate) mod commitments {
	use super::{document, is_field_name, Commitments, MAX_FIELDS};
	use serde::{
		de::{Error, MapAccess, Visitor},
		Deserialize, Deserializer, Serializer,
	};
	use std::{collections::btree_map::Entry, fmt};

	#[derive(Deserialize)]
	struct Commitment(#[serde(with = "document::hexadecimal")] [u8; 32]);

	pub fn serialize<S: Serializer>(fields: &Commitments, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_map(fields.iter().map(|(name, commitment)| (name, document::to_hex(commitment))))
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Commitments, D::Error> {
		struct Fields;

		impl<'de> Visitor<'de> for Fields {
			type Value = Commitments;

			fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
				f.write_str("an object of field names and commitments")
			}

			fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Commitments, A::Error> {
				let mut fields = Commitments::new();
				while let Some((name, Commitment(commitment))) = map.next_entry::<String, Commitment>()? {
					if !is_field_name(&name) {
						return Err(A::Error::custom("a field's name has other characters"));
					}
					match fields.entry(name) {
						Entry::Vacant(place) => place.insert(commitment),
						// In the words in which Serde reports it elsewhere.
						Entry::Occupied(place) => {
							return Err(A::Error::custom(format_args!("duplicate field `{}`", place.key())));
						},
					};
					if fields.len() > MAX_FIELDS {
						return Err(A::Error::custom("there are too many fields"));
					}
				}
				Ok(fields)
			}
		}

		deserializer.deserialize_map(Fields)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{collection, option, prelude::*};

	fn original() -> Original {
		Original {
			sha256: document::sha256(b"content"),
			size: 7,
			media_type: "text/plain".into(),
		}
	}

	fn owner() -> AccountId {
		AccountId::new([7; 32])
	}

	fn field(name: &str, value: &str) -> (String, String) {
		(name.to_owned(), value.to_owned())
	}

	fn evidence(mode: Mode) -> Evidence {
		let fields = vec![field("name", "Ada"), field("grade", "1.0")];
		Evidence::new(&original(), mode, Schema::Certificate, &owner(), fields)
			.expect("all is in bounds")
			.0
	}

	/// Reads the canonical text after a replacement that must find something.
	fn replaced(evidence: &Evidence, from: &str, to: &str) -> Fault {
		let text = String::from_utf8(evidence.canonical()).expect("is JSON");
		assert!(text.contains(from), "{from} is in {text}");
		match Evidence::parse(text.replacen(from, to, 1).as_bytes()) {
			Err(Error::Damaged { fault, .. }) => fault,
			other => panic!("{from} -> {to}: {other:?}"),
		}
	}

	/// Everything that a document of this format can be.
	fn any_evidence() -> impl Strategy<Value = Evidence> {
		let mode = prop_oneof![Just(Mode::Open), Just(Mode::Sealed)];
		let schema = prop_oneof![Just(Schema::Document), Just(Schema::Certificate), Just(Schema::Invoice)];
		let further = collection::btree_map("[a-z0-9]{1,20}", collection::vec(any::<u8>(), 1..=MAX_FEATURE_BYTES), 0..5);
		let fields = collection::btree_map("[a-zA-Z0-9_.-]{1,64}", any::<[u8; 32]>(), 0..8);
		let owner = (any::<[u8; 32]>(), option::of(any::<u32>()));
		// The years 0 to 9999 are what RFC 3339 can express.
		let created = -62_167_219_200i64..=253_402_300_799;
		(
			mode,
			schema,
			any::<[u8; 32]>(),
			further,
			0..=MAX_SIZE,
			fields,
			owner,
			created,
			any::<[u8; 32]>(),
		)
			.prop_map(
				|(mode, schema, sha256, further, size, fields, (account, label), created, salt)| Evidence {
					format: Format::V1,
					mode,
					schema,
					features: Features {
						sha256,
						further: further
							.into_iter()
							.map(|(algorithm, value)| Feature { algorithm, value })
							.collect(),
					},
					size,
					media_type: "application/vnd.some+thing".into(),
					owner: Owner {
						account: account.into(),
						label,
					},
					created: DateTime::from_timestamp(created, 0).expect("in range"),
					fields,
					salt,
				},
			)
	}

	proptest! {
		#[test]
		fn any_evidence_survives_being_written_and_read(evidence in any_evidence()) {
			let bytes = evidence.canonical();
			prop_assert!(bytes.len() <= MAX_EVIDENCE_BYTES);
			let again = Evidence::parse(&bytes).expect("own bytes");
			prop_assert_eq!(again.hash(), evidence.hash());
			prop_assert_eq!(again, evidence);
		}

		#[test]
		fn evidence_cut_off_anywhere_is_called_so(evidence in any_evidence(), place: prop::sample::Index) {
			let bytes = evidence.canonical();
			let result = Evidence::parse(&bytes[..place.index(bytes.len())]);
			let truncated = matches!(result, Err(Error::Damaged { fault: Fault::Truncated, .. }));
			prop_assert!(truncated, "{:?}", result);
		}

		/// X.1407 8.2.2: tampering with evidence. Either it is refused or it is evidence with another hash.
		#[test]
		fn no_changed_byte_keeps_the_hash(evidence in any_evidence(), place: prop::sample::Index, bit in 0u8..8) {
			let mut bytes = evidence.canonical();
			let place = place.index(bytes.len());
			bytes[place] ^= 1 << bit;
			if let Ok(changed) = Evidence::parse(&bytes) {
				prop_assert_ne!(changed.hash(), evidence.hash());
				prop_assert_eq!(changed.canonical(), bytes);
			}
		}

		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			prop_assert!(Evidence::parse(&bytes).is_err());
			prop_assert!(Disclosures::parse(&bytes).is_err());
		}

		#[test]
		fn disclosed_fields_are_true_and_changed_ones_are_not(
			fields in collection::btree_map("[a-z]{1,9}", ".{0,40}", 1..6),
			chosen: prop::sample::Index,
			other in ".{0,40}",
		) {
			let made = Evidence::new(&original(), Mode::Open, Schema::Document, &owner(), fields.into_iter().collect());
			let (evidence, disclosures) = made.expect("all is in bounds");
			let all = Disclosures::new(&evidence, disclosures);
			let mut all = Disclosures::parse(&all.canonical()).expect("own bytes");
			prop_assert!(all.check(&evidence).is_ok());

			let chosen = chosen.index(all.fields.len());
			prop_assume!(other != all.fields[chosen].value);
			all.fields[chosen].value = other;
			let result = all.check(&evidence);
			prop_assert!(matches!(result, Err(Error::FalseDisclosure(name)) if name == all.fields[chosen].name));
		}
	}

	#[test]
	fn every_end_that_is_missing_is_noticed() {
		let bytes = evidence(Mode::Open).canonical();
		for end in 0..bytes.len() {
			let result = Evidence::parse(&bytes[..end]);
			assert!(
				matches!(
					result,
					Err(Error::Damaged {
						fault: Fault::Truncated,
						..
					})
				),
				"{end} bytes: {result:?}"
			);
		}
		assert!(Evidence::parse(&bytes).is_ok(), "the control");
	}

	/// The layout is a promise to everybody who writes a verifier: spelled out here.
	#[test]
	fn the_canonical_form_is_the_documented_one() {
		let mut evidence = evidence(Mode::Sealed);
		evidence.features.sha256 = [0x11; 32];
		evidence.features.further = vec![Feature {
			algorithm: "sha3-512".into(),
			value: vec![0x22; 64],
		}];
		evidence.created = DateTime::from_timestamp(1_769_860_800, 0).expect("in range");
		evidence.fields = BTreeMap::from([("name".into(), [0x33; 32])]);
		evidence.salt = [0x44; 32];
		let expected = format!(
			"{{\"created\":\"2026-01-31T12:00:00Z\",\
			\"features\":[{{\"algorithm\":\"sha-256\",\"value\":\"0x{}\"}},{{\"algorithm\":\"sha3-512\",\"value\":\"0x{}\"}}],\
			\"fields\":{{\"name\":\"0x{}\"}},\"format\":\"chirograph/evidence/v1\",\"mediaType\":\"text/plain\",\"mode\":\"sealed\",\
			\"owner\":{{\"account\":\"{}\",\"label\":null}},\"salt\":\"0x{}\",\"schema\":\"certificate\",\"size\":7}}",
			"11".repeat(32),
			"22".repeat(64),
			"33".repeat(32),
			crate::keys::format_account(&owner()),
			"44".repeat(32),
		);
		assert_eq!(String::from_utf8(evidence.canonical()).expect("is JSON"), expected);
		assert_eq!(evidence.hash(), EvidenceHash(document::sha256(expected.as_bytes())));
	}

	#[test]
	fn a_commitment_is_the_documented_one() {
		let disclosure = Disclosure {
			name: "name".into(),
			value: "Zo\u{eb} \"Z\"\n".into(),
			salt: [0x5a; 32],
		};
		let salt = "5a".repeat(32);
		let opened = format!("[\"chirograph/field/v1\",\"0x{salt}\",\"name\",\"Zo\u{eb} \\\"Z\\\"\\n\"]");
		assert_eq!(disclosure.commitment(), document::sha256(opened.as_bytes()));
	}

	#[test]
	fn the_subject_depends_on_the_mode() {
		let open = evidence(Mode::Open);
		assert_eq!(open.subject(), Subject(original().sha256));
		let sealed = evidence(Mode::Sealed);
		let preimage = [sealed.salt, original().sha256].concat();
		assert_eq!(sealed.subject(), Subject(document::sha256(&preimage)));
		assert_ne!(evidence(Mode::Sealed).subject(), sealed.subject(), "each has its own salt");
	}

	#[test]
	fn each_way_to_alter_evidence_has_its_own_fault() {
		let evidence = evidence(Mode::Open);
		let replaced = |from: &str, to: &str| replaced(&evidence, from, to);

		assert!(matches!(replaced("evidence/v1", "evidence/v2"), Fault::OtherFormat { .. }));
		assert!(matches!(
			replaced("chirograph/evidence/v1", "chirograph/bundle/v1"),
			Fault::OtherFormat { .. }
		));
		assert!(matches!(replaced(r#""size":7"#, r#""size":7,"size":7"#), Fault::Duplicate(_)));
		assert!(matches!(
			replaced(r#""fields":{"#, r#""fields":{"name":"0x","#),
			Fault::Malformed(_)
		));
		let twice = format!(r#""fields":{{"name":"0x{}","#, "00".repeat(32));
		assert!(matches!(replaced(r#""fields":{"#, &twice), Fault::Duplicate(_)));
		assert!(matches!(replaced(r#""size":7"#, r#""size":7,"weight":7"#), Fault::Unknown(_)));
		assert!(matches!(
			replaced(r#""label":null"#, r#""label":null,"name":"Ada""#),
			Fault::Unknown(_)
		));
		assert!(matches!(replaced("{", ""), Fault::Malformed(_) | Fault::NotJson(_)));
		assert!(matches!(replaced(r#""size":7"#, r#""size":seven"#), Fault::NotJson(_)));
		assert!(matches!(replaced(r#","size":7"#, ""), Fault::Malformed(_)));
		// The same content in other bytes.
		assert_eq!(replaced(r#""size":7"#, r#""size": 7"#), Fault::NotCanonical);
		assert_eq!(replaced(r#""size":7}"#, "\"size\":7}\n"), Fault::NotCanonical);
		assert_eq!(replaced(r#""label":null"#, r#""label":null "#), Fault::NotCanonical);
		assert_eq!(replaced(r#","label":null"#, ""), Fault::NotCanonical);
		assert_eq!(replaced("text/plain", r"text\/plain"), Fault::NotCanonical);
		assert_eq!(replaced("Z\"", "+00:00\""), Fault::NotCanonical);
		assert_eq!(replaced("Z\"", ".5Z\""), Fault::NotCanonical);
	}

	#[test]
	fn values_out_of_bounds_are_refused() {
		let evidence = evidence(Mode::Open);
		let sha256 = hex::encode(original().sha256);
		for (from, to) in [
			(r#""size":7"#, r#""size":9007199254740992"#),
			(r#""size":7"#, r#""size":-7"#),
			(r#""size":7"#, r#""size":7.0"#),
			("text/plain", "text"),
			("text/plain", "text/"),
			("text/plain", "text/pl ain"),
			("text/plain", "text/plain/more"),
			(r#""sha-256""#, r#""sha-512""#),
			(r#""sha-256""#, r#""""#),
			(r#""sha-256""#, r#""SHA-256""#),
			(sha256.as_str(), "00"),
			(r#""mode":"open""#, r#""mode":"ajar""#),
			(r#""schema":"certificate""#, r#""schema":"receipt""#),
			(r#""label":null"#, r#""label":4294967296"#),
			(r#""account":"5"#, r#""account":"6"#),
			(r#""name":"#, r#""na me":"#),
			(r#""name":"#, r#""":"#),
			(r#""created":"2"#, r#""created":"in 2"#),
		] {
			let fault = replaced(&evidence, from, to);
			assert!(matches!(fault, Fault::Malformed(_)), "{from} -> {to}: {fault:?}");
		}
		let feature = |algorithm: &str| format!(r#"{{"algorithm":"{algorithm}","value":"0x00"}}"#);
		let many: Vec<_> = (0..MAX_FEATURES).map(|i| feature(&format!("a{i}"))).collect();
		for features in [feature("sha-256"), many.join(","), feature("B"), feature(&"b".repeat(33))] {
			let fault = replaced(&evidence, r#""}],"fields""#, &format!(r#""}},{features}],"fields""#));
			assert!(matches!(fault, Fault::Malformed(_)), "{features}: {fault:?}");
		}
		let commitment = "00".repeat(32);
		let many: String = (0..MAX_FIELDS).map(|i| format!(r#""f{i}":"0x{commitment}","#)).collect();
		let fault = replaced(&evidence, r#""fields":{"#, &format!(r#""fields":{{{many}"#));
		assert!(matches!(fault, Fault::Malformed(_)), "{fault:?}");
		let large = vec![b' '; MAX_EVIDENCE_BYTES + 1];
		let result = Evidence::parse(&large);
		assert!(
			matches!(
				result,
				Err(Error::Damaged {
					fault: Fault::TooLarge { .. },
					..
				})
			),
			"{result:?}"
		);
	}

	#[test]
	fn what_cannot_be_stated_is_refused_when_evidence_is_made() {
		let make = |original: &Original, fields| {
			Evidence::new(original, Mode::Open, Schema::Document, &owner(), fields).map(|(evidence, _)| evidence)
		};
		for name in ["", "a b", "ä", "a/b", &"a".repeat(65)] {
			assert!(
				matches!(make(&original(), vec![field(name, "")]), Err(Error::BadFieldName(_))),
				"{name}"
			);
		}
		let twice = vec![field("a", "1"), field("a", "1")];
		assert!(matches!(make(&original(), twice), Err(Error::DuplicateField(name)) if name == "a"));
		let long = vec![field("a", &"x".repeat(MAX_VALUE_BYTES + 1))];
		assert!(matches!(make(&original(), long), Err(Error::ValueTooLong(_))));
		let many = |count| (0..count).map(|i| field(&format!("f{i}"), "")).collect::<Vec<_>>();
		assert!(make(&original(), many(MAX_FIELDS)).is_ok());
		assert!(matches!(make(&original(), many(MAX_FIELDS + 1)), Err(Error::TooManyFields)));
		assert!(matches!(
			make(
				&Original {
					size: MAX_SIZE + 1,
					..original()
				},
				vec![]
			),
			Err(Error::BadOriginal)
		));
		assert!(matches!(
			make(
				&Original {
					media_type: "\u{1b}[31m".into(),
					..original()
				},
				vec![]
			),
			Err(Error::BadOriginal)
		));
	}

	/// The largest document that can be made can be read, too.
	#[test]
	fn bounds_agree_with_each_other() {
		let value = "\u{1}".repeat(MAX_VALUE_BYTES);
		let fields = (0..MAX_FIELDS).map(|i| (format!("{i:064}"), value.clone())).collect();
		let (mut evidence, disclosures) =
			Evidence::new(&original(), Mode::Sealed, Schema::Document, &owner(), fields).expect("all is in bounds");
		let feature = |i| Feature {
			algorithm: format!("{i:032}"),
			value: vec![0; MAX_FEATURE_BYTES],
		};
		evidence.features.further = (1..MAX_FEATURES).map(feature).collect();
		assert_eq!(Evidence::parse(&evidence.canonical()).expect("own bytes"), evidence);
		let disclosures = Disclosures::new(&evidence, disclosures);
		assert_eq!(Disclosures::parse(&disclosures.canonical()).expect("own bytes"), disclosures);
	}

	#[test]
	fn another_file_is_told_from_the_original() {
		let evidence = evidence(Mode::Sealed);
		assert!(evidence.matches_original(&original()).is_ok());
		assert!(evidence
			.matches_original(&Original {
				media_type: "a/b".into(),
				..original()
			})
			.is_ok());
		let mut changed = original();
		changed.sha256[31] ^= 1;
		for other in [changed, Original { size: 8, ..original() }] {
			assert!(matches!(
				evidence.matches_original(&other),
				Err(Error::EvidenceOfAnotherFile { .. })
			));
		}
	}

	#[test]
	fn disclosures_belong_to_one_evidence() {
		let fields = vec![field("name", "Ada")];
		let (evidence, disclosed) =
			Evidence::new(&original(), Mode::Open, Schema::Document, &owner(), fields).expect("all is in bounds");
		let disclosures = Disclosures::new(&evidence, disclosed);
		assert!(disclosures.check(&evidence).is_ok());
		let other = self::evidence(Mode::Open);
		assert!(matches!(
			disclosures.check(&other),
			Err(Error::DisclosuresOfOtherEvidence { .. })
		));

		let [disclosure] = &disclosures.fields[..] else {
			panic!("one field")
		};
		let renamed = Disclosure {
			name: "nom".into(),
			..disclosure.clone()
		};
		assert!(matches!(evidence.check_disclosure(&renamed), Err(Error::NoSuchField(_))));
		let salted = Disclosure {
			salt: [0; 32],
			..disclosure.clone()
		};
		assert!(matches!(evidence.check_disclosure(&salted), Err(Error::FalseDisclosure(_))));
	}

	#[test]
	fn files_survive_being_written_and_read() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let path = directory.path().join("diploma.pdf");
		let (evidence, disclosed) = Evidence::new(
			&original(),
			Mode::Sealed,
			Schema::Certificate,
			&owner(),
			vec![field("name", "Ada")],
		)
		.expect("all is in bounds");
		let disclosures = Disclosures::new(&evidence, disclosed);
		evidence.write_new(&evidence_path(&path)).expect("can be written");
		disclosures.write_new(&disclosures_path(&path)).expect("can be written");
		assert_eq!(Evidence::read(&evidence_path(&path)).expect("can be read"), evidence);
		assert_eq!(Disclosures::read(&disclosures_path(&path)).expect("can be read"), disclosures);
		// What `sha256sum` prints for the file.
		let file = file::read_original(&evidence_path(&path), &mut |_| ()).expect("can be read");
		assert_eq!(EvidenceHash(file.sha256), evidence.hash());
		assert!(matches!(
			evidence.write_new(&evidence_path(&path)),
			Err(Error::File(file::Error::Exists { .. }))
		));
	}

	#[test]
	fn default_paths_are_beside_the_original() {
		assert_eq!(evidence_path(Path::new("a/b.pdf")), Path::new("a/b.pdf.evidence.json"));
		assert_eq!(disclosures_path(Path::new("b")), Path::new("b.disclosures.json"));
	}
}
