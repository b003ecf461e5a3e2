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
//!   "features": [{ "algorithm": "sha-256", "value": "0x…" }, { "algorithm": "sha3-512", "value": "0x…" }],
//!   "fields": { "name": "0x…" },
//!   "format": "chirograph/evidence/v1",
//!   "mediaType": "application/pdf",
//!   "mode": "open",
//!   "owner": { "account": "5…", "label": null },
//!   "salt": "0x…",
//!   "schema": "certificate",
//!   "size": 48213,
//!   "timeToken": "0x…"
//! }
//! ```
//!
//! - `features`: digests of the original, SHA-256 first, SHA3-512 second; then what finds similar files, where there is such. No
//!   algorithm twice. A later program may add others.
//! - `mode`: an open proof is found by whoever has the original, a sealed one only by whoever has the evidence too ([`Mode`]).
//! - `created`: the maker's clock, in UTC and whole seconds, 00 to 59. It is a claim; the ledger's time is the proof.
//! - `fields`: what the owner states about the document without showing it: commitments, opened one by one ([`Disclosure`]).
//! - `salt`: 32 random bytes.
//! - `timeToken`: may be missing. What a time-stamping authority signed about the features (RFC 3161): [`time_stamp`](crate::time_stamp).
//!
//! # Disclosure
//!
//! A field's commitment is the SHA-256 of the canonical JSON `["chirograph/field/v1", salt, name, value]`, where the salt is 32
//! random bytes of its own, as text. The holder discloses a field by giving away name, value and salt, and the other fields stay
//! unknown (X.1407 9.1.3). Values are compared character by character: `é` as one character and as two are two values.

use crate::document::{self, Bytes, Fault};
use chirograph_primitives::{AccountId, EvidenceHash, LabelId, Schema, Subject};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

const FORMAT: &str = "chirograph/evidence/v1";
const DISCLOSURES_FORMAT: &str = "chirograph/disclosures/v1";
/// What the commitments to fields of evidence begin with.
pub const FIELD_TAG: &str = "chirograph/field/v1";
const SHA_256: &str = "sha-256";
const SHA3_512: &str = "sha3-512";

/// An evidence document has at most this many bytes.
pub const MAX_EVIDENCE_BYTES: usize = 64 * 1024;
/// A document has at most this many fields.
pub const MAX_FIELDS: usize = 64;
/// A field's value has at most this many bytes.
pub const MAX_VALUE_BYTES: usize = 4 * 1024;
/// Features of one original.
pub const MAX_FEATURES: usize = 16;
/// Bytes of one feature: room for similarity features, which are longer than digests.
pub const MAX_FEATURE_BYTES: usize = 128;
/// Bytes of a time-stamp token: those that authorities send with all their certificates have 3,000 to 8,000.
pub const MAX_TIME_TOKEN_BYTES: usize = 16 * 1024;
/// Every field with a value of nothing but control characters, six bytes each in JSON, and names and salts.
pub const MAX_DISCLOSURES_BYTES: usize = 2 * 1024 * 1024;
/// The largest whole number that every JSON implementation keeps exactly (RFC 8785 builds on that): 8 PiB.
pub const MAX_SIZE: u64 = (1 << 53) - 1;

/// Commitments to fields, by name.
pub type Commitments = BTreeMap<String, [u8; 32]>;

/// What a file must have to be the original of some evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OriginalDigests {
	/// Of all its bytes.
	#[serde(with = "document::hexadecimal")]
	pub sha256: [u8; 32],
	/// Of all its bytes, if it was computed: compared with evidence that has it.
	#[serde(default, skip_serializing_if = "Option::is_none", with = "optional")]
	pub sha3_512: Option<[u8; 64]>,
	/// In bytes.
	pub size: u64,
}

/// The original and the evidence do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the file is not the one that the evidence is about: it has {found}, the evidence {expected}; compare the right two")]
pub struct OtherOriginal {
	/// Digest and size in the evidence.
	pub expected: String,
	/// Digest and size of the file.
	pub found: String,
}

/// Why disclosed fields are not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", content = "detail", rename_all = "kebab-case")]
pub enum DisclosureFault {
	/// The evidence has no such field.
	#[error("the evidence has no field `{0}`; check that the disclosure is for this evidence")]
	NoSuchField(String),
	/// Value or salt are not those that the owner committed to.
	#[error("the field `{0}` is not what the evidence says; do not rely on the disclosed value")]
	FalseDisclosure(String),
	/// The disclosures name another evidence document.
	#[error("the disclosures are for the evidence {found}, and this is {expected}; use the two that belong together")]
	OtherEvidence {
		/// The evidence at hand.
		expected: EvidenceHash,
		/// The evidence that they are for.
		found: EvidenceHash,
	},
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
	/// A label of the account, if its maker names one: a word that nobody relies on. Which label it was, the ledger notes.
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
	/// SHA3-512, always there: another construction, so that a weakness of one of the two leaves the other.
	pub sha3_512: [u8; 64],
	/// Others.
	pub further: Vec<Feature>,
}

impl Features {
	/// What a time-stamping authority signs for: the SHA-256 of the features, as an array in canonical form.
	pub fn imprint(&self) -> [u8; 32] {
		document::sha256(&document::canonical(self))
	}
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
		let sha256 = digest(features.next(), SHA_256).ok_or("the first feature is not a sha-256")?;
		let sha3_512 = digest(features.next(), SHA3_512).ok_or("the second feature is not a sha3-512")?;
		Ok(Self {
			sha256,
			sha3_512,
			further: features.collect(),
		})
	}
}

/// The digest in a feature, if it is of that algorithm.
fn digest<const N: usize>(feature: Option<Feature>, algorithm: &str) -> Option<[u8; N]> {
	let feature = feature.filter(|feature| feature.algorithm == algorithm)?;
	feature.value.try_into().ok()
}

impl From<Features> for Vec<Feature> {
	fn from(features: Features) -> Self {
		let digest = |algorithm: &str, value: &[u8]| Feature {
			algorithm: algorithm.to_owned(),
			value: value.to_vec(),
		};
		let digests = [digest(SHA_256, &features.sha256), digest(SHA3_512, &features.sha3_512)];
		digests.into_iter().chain(features.further).collect()
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/evidence/v1")]
	V1,
}

/// An evidence document. See the [module](self)'s description.
///
/// Made by [`from_parts`](Self::from_parts) or read by [`parse`](Self::parse). Serde's `Deserialize` alone does not insist on the canonical bytes.
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
	/// A time-stamp token over the features (RFC 3161, DER), at most [`MAX_TIME_TOKEN_BYTES`]. What it is worth,
	/// [`time_stamp::verify`](crate::time_stamp::verify) says.
	#[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "checked::time_token")]
	pub time_token: Option<Bytes>,
}

/// All that an [`Evidence`] says, for whoever makes one: see its members of the same names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Parts {
	pub mode: Mode,
	pub schema: Schema,
	pub features: Features,
	pub size: u64,
	pub media_type: String,
	pub owner: Owner,
	pub created: DateTime<Utc>,
	pub fields: Commitments,
	pub salt: [u8; 32],
	pub time_token: Option<Bytes>,
}

impl Evidence {
	/// Evidence of these parts, if they are within the bounds of the format.
	pub fn from_parts(parts: Parts) -> Result<Self, Fault> {
		let Parts {
			mode,
			schema,
			features,
			size,
			media_type,
			owner,
			created,
			fields,
			salt,
			time_token,
		} = parts;
		let evidence = Self {
			format: Format::V1,
			mode,
			schema,
			features,
			size,
			media_type,
			owner,
			created,
			fields,
			salt,
			time_token,
		};
		// Whoever reads it has the same bounds, and keeps no fractions of seconds.
		Self::parse(&evidence.canonical())
	}

	/// Reads evidence. Only the canonical bytes are accepted, so that one document has one hash.
	pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
		let evidence: Self = document::read(bytes, MAX_EVIDENCE_BYTES, FORMAT)?;
		match evidence.canonical() == bytes {
			true => Ok(evidence),
			false => Err(Fault::NotCanonical),
		}
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

	/// Whether this is evidence of that original. The media type is a hint and not compared, nor are features that say how alike two
	/// files are.
	pub fn check_original(&self, original: &OriginalDigests) -> Result<(), OtherOriginal> {
		let same_sha3_512 = original.sha3_512.is_none_or(|digest| digest == self.features.sha3_512);
		if (self.features.sha256, self.size) == (original.sha256, original.size) && same_sha3_512 {
			return Ok(());
		}
		let describe = |sha256: [u8; 32], size: u64, sha3_512: Option<[u8; 64]>| {
			let more = sha3_512.filter(|_| !same_sha3_512);
			let more = more.map(|digest| format!(" and the SHA3-512 {}", hex::encode(digest)));
			format!(
				"{size} bytes with the SHA-256 {}{}",
				hex::encode(sha256),
				more.unwrap_or_default()
			)
		};
		Err(OtherOriginal {
			expected: describe(self.features.sha256, self.size, Some(self.features.sha3_512)),
			found: describe(original.sha256, original.size, original.sha3_512),
		})
	}

	/// Whether a disclosed field is one that the owner committed to.
	pub fn check_disclosure(&self, disclosure: &Disclosure) -> Result<(), DisclosureFault> {
		match self.fields.get(&disclosure.name) {
			None => Err(DisclosureFault::NoSuchField(disclosure.name.clone())),
			Some(commitment) if *commitment != disclosure.commitment() => {
				Err(DisclosureFault::FalseDisclosure(disclosure.name.clone()))
			},
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
	/// Random. Without it, values could be found by trying.
	#[serde(with = "document::hexadecimal")]
	pub salt: [u8; 32],
	/// What the owner stated.
	pub value: String,
}

impl Disclosure {
	/// What the evidence has in place of the value.
	pub fn commitment(&self) -> [u8; 32] {
		self.commitment_under(FIELD_TAG)
	}

	/// The commitment of another kind of document, which has a tag of its own.
	pub fn commitment_under(&self, tag: &str) -> [u8; 32] {
		let opened = (tag, document::to_hex(&self.salt), &self.name, &self.value);
		document::sha256(&document::canonical(&opened))
	}
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
	pub fn check(&self, evidence: &Evidence) -> Result<(), DisclosureFault> {
		let expected = evidence.hash();
		if self.evidence_hash != expected {
			return Err(DisclosureFault::OtherEvidence {
				expected,
				found: self.evidence_hash,
			});
		}
		self.fields
			.iter()
			.try_for_each(|disclosure| evidence.check_disclosure(disclosure))
	}

	/// Reads disclosures. They are data yet: [`Self::check`] says whether they are true.
	pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
		document::read(bytes, MAX_DISCLOSURES_BYTES, DISCLOSURES_FORMAT)
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}
}

/// Whether a field may have this name: 1 to 64 of `A` to `Z`, `a` to `z`, `0` to `9`, `_`, `.` and `-`.
pub fn is_field_name(name: &str) -> bool {
	let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-');
	(1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

/// Whether this is `type/subtype` in the characters of RFC 6838.
pub fn is_media_type(text: &str) -> bool {
	let name = |part: &str| {
		let allowed = |c: u8| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c);
		(1..=127).contains(&part.len()) && part.bytes().all(allowed)
	};
	text.split_once('/')
		.is_some_and(|(kind, subtype)| name(kind) && name(subtype))
}

/// Serde: values within the bounds of the format.
mod checked {
	use super::{is_field_name, is_media_type, Bytes, MAX_SIZE, MAX_TIME_TOKEN_BYTES};
	use serde::{de::Error, Deserialize, Deserializer};

	pub fn time_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bytes>, D::Error> {
		let token = Bytes::deserialize(deserializer)?;
		(1..=MAX_TIME_TOKEN_BYTES)
			.contains(&token.0.len())
			.then_some(Some(token))
			.ok_or_else(|| D::Error::custom("a time-stamp token has other lengths"))
	}

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

/// Serde: bytes of a fixed length that may be missing.
mod optional {
	use crate::document::hexadecimal;
	use serde::{Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(bytes: &Option<[u8; 64]>, serializer: S) -> Result<S::Ok, S::Error> {
		match bytes {
			Some(bytes) => hexadecimal::serialize(bytes, serializer),
			None => serializer.serialize_none(),
		}
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[u8; 64]>, D::Error> {
		#[derive(Deserialize)]
		struct Digest(#[serde(with = "hexadecimal")] [u8; 64]);

		Ok(Option::<Digest>::deserialize(deserializer)?.map(|digest| digest.0))
	}
}

/// Serde: RFC 3339 in UTC, whole seconds.
mod timestamp {
	use chrono::{DateTime, SecondsFormat, Utc};
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
	}

	/// Accepts more than is written, but for leap seconds. The comparison of canonical bytes refuses the rest.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
		/// In nanoseconds. A second 60 is kept as the one before, with as many more.
		const SECOND: u32 = 1_000_000_000;

		let text = String::deserialize(deserializer)?;
		let time = DateTime::parse_from_rfc3339(&text).map_err(D::Error::custom)?;
		(time.timestamp_subsec_nanos() < SECOND)
			.then(|| time.with_timezone(&Utc))
			.ok_or_else(|| D::Error::custom("a minute has the seconds 00 to 59"))
	}
}

/// Serde: commitments by name. Serde itself lets the last of two equal names win.
pub mod commitments {
	use super::{document, is_field_name, Commitments, MAX_FIELDS};
	use serde::{
		de::{Error, MapAccess, Visitor},
		Deserialize, Deserializer, Serializer,
	};
	use std::{collections::btree_map::Entry, fmt};

	#[derive(Deserialize)]
	struct Commitment(#[serde(with = "document::hexadecimal")] [u8; 32]);

	/// As an object.
	pub fn serialize<S: Serializer>(fields: &Commitments, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_map(fields.iter().map(|(name, commitment)| (name, document::to_hex(commitment))))
	}

	/// From an object.
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
	use sha3::Sha3_512;

	fn original() -> OriginalDigests {
		OriginalDigests {
			sha256: document::sha256(b"content"),
			sha3_512: Some(Sha3_512::digest(b"content").into()),
			size: 7,
		}
	}

	fn owner() -> AccountId {
		AccountId::new([7; 32])
	}

	/// Commits to fields with salts that are not random.
	fn disclosures(fields: &[(&str, &str)]) -> Vec<Disclosure> {
		let salted = (1..).zip(fields).map(|(salt, (name, value))| Disclosure {
			name: (*name).to_owned(),
			value: (*value).to_owned(),
			salt: [salt; 32],
		});
		salted.collect()
	}

	fn parts(mode: Mode, disclosures: &[Disclosure]) -> Parts {
		Parts {
			mode,
			schema: Schema::Certificate,
			features: Features {
				sha256: original().sha256,
				sha3_512: original().sha3_512.expect("was computed"),
				further: Vec::new(),
			},
			size: original().size,
			media_type: "text/plain".into(),
			owner: Owner {
				account: owner(),
				label: None,
			},
			created: DateTime::from_timestamp(1_769_860_800, 0).expect("in range"),
			fields: disclosures
				.iter()
				.map(|field| (field.name.clone(), field.commitment()))
				.collect(),
			salt: [0x5a; 32],
			time_token: None,
		}
	}

	fn evidence(mode: Mode) -> Evidence {
		let fields = disclosures(&[("name", "Ada"), ("grade", "1.0")]);
		Evidence::from_parts(parts(mode, &fields)).expect("all is in bounds")
	}

	/// Reads the canonical text after a replacement that must find something.
	fn replaced(evidence: &Evidence, from: &str, to: &str) -> Fault {
		let text = String::from_utf8(evidence.canonical()).expect("is JSON");
		assert!(text.contains(from), "{from} is in {text}");
		match Evidence::parse(text.replacen(from, to, 1).as_bytes()) {
			Err(fault) => fault,
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
			option::of(collection::vec(any::<u8>(), 1..200)),
		)
			.prop_map(
				|(mode, schema, sha256, further, size, fields, (account, label), created, salt, time_token)| Evidence {
					format: Format::V1,
					mode,
					schema,
					features: Features {
						sha256,
						sha3_512: [sha256, salt].concat().try_into().expect("64 bytes"),
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
					time_token: time_token.map(Bytes),
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
			prop_assert_eq!(result, Err(Fault::Truncated));
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
			let fields: Vec<_> = fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
			let disclosed = disclosures(&fields);
			let evidence = Evidence::from_parts(parts(Mode::Open, &disclosed)).expect("all is in bounds");
			let all = Disclosures::new(&evidence, disclosed);
			let mut all = Disclosures::parse(&all.canonical()).expect("own bytes");
			prop_assert!(all.check(&evidence).is_ok());

			let chosen = chosen.index(all.fields.len());
			prop_assume!(other != all.fields[chosen].value);
			all.fields[chosen].value = other;
			let name = all.fields[chosen].name.clone();
			prop_assert_eq!(all.check(&evidence), Err(DisclosureFault::FalseDisclosure(name)));
		}
	}

	#[test]
	fn every_end_that_is_missing_is_noticed() {
		let bytes = evidence(Mode::Open).canonical();
		for end in 0..bytes.len() {
			let result = Evidence::parse(&bytes[..end]);
			assert_eq!(result, Err(Fault::Truncated), "{end} bytes");
		}
		assert!(Evidence::parse(&bytes).is_ok(), "the control");
	}

	/// The layout is a promise to everybody who writes a verifier: spelled out here.
	#[test]
	fn the_canonical_form_is_the_documented_one() {
		let mut evidence = evidence(Mode::Sealed);
		evidence.features.sha256 = [0x11; 32];
		evidence.features.sha3_512 = [0x22; 64];
		evidence.features.further = vec![Feature {
			algorithm: "tlsh-128-1".into(),
			value: vec![0x55; 35],
		}];
		evidence.created = DateTime::from_timestamp(1_769_860_800, 0).expect("in range");
		evidence.fields = BTreeMap::from([("name".into(), [0x33; 32])]);
		evidence.salt = [0x44; 32];
		let expected = format!(
			"{{\"created\":\"2026-01-31T12:00:00Z\",\
			\"features\":[{{\"algorithm\":\"sha-256\",\"value\":\"0x{}\"}},{{\"algorithm\":\"sha3-512\",\"value\":\"0x{}\"}},\
			{{\"algorithm\":\"tlsh-128-1\",\"value\":\"0x{}\"}}],\
			\"fields\":{{\"name\":\"0x{}\"}},\"format\":\"chirograph/evidence/v1\",\"mediaType\":\"text/plain\",\"mode\":\"sealed\",\
			\"owner\":{{\"account\":\"{}\",\"label\":null}},\"salt\":\"0x{}\",\"schema\":\"certificate\",\"size\":7}}",
			"11".repeat(32),
			"22".repeat(64),
			"55".repeat(35),
			"33".repeat(32),
			crate::account::format_account(&owner()),
			"44".repeat(32),
		);
		assert_eq!(String::from_utf8(evidence.canonical()).expect("is JSON"), expected);
		assert_eq!(evidence.hash(), EvidenceHash(document::sha256(expected.as_bytes())));
		// What a time-stamping authority signs for is a part of these bytes.
		let begin = expected.find("[{").expect("features are there");
		let end = expected.find("}]").expect("features are there") + 2;
		assert_eq!(
			evidence.features.imprint(),
			document::sha256(&expected.as_bytes()[begin..end])
		);
		// And what it signs comes last.
		evidence.time_token = Some(Bytes(vec![0x30, 0x80]));
		let with_token = expected.replace("\"size\":7}", "\"size\":7,\"timeToken\":\"0x3080\"}");
		assert_eq!(String::from_utf8(evidence.canonical()).expect("is JSON"), with_token);
		assert_eq!(Evidence::parse(with_token.as_bytes()), Ok(evidence));
	}

	#[test]
	fn a_time_token_is_bytes_or_is_not_there() {
		let evidence = evidence(Mode::Open);
		let replaced = |token: &str| replaced(&evidence, r#""size":7"#, &format!(r#""size":7,"timeToken":{token}"#));
		let long = format!(r#""0x{}""#, "00".repeat(MAX_TIME_TOKEN_BYTES + 1));
		for token in ["null", "7", r#""""#, r#""0x""#, r#""0x0""#, r#""00""#, &long] {
			assert!(matches!(replaced(token), Fault::Malformed(_)), "{token}");
		}
		assert_eq!(replaced(r#""0xAB""#), Fault::NotCanonical);
		let mut parts = parts(Mode::Open, &[]);
		parts.time_token = Some(Bytes(vec![0; MAX_TIME_TOKEN_BYTES]));
		assert!(Evidence::from_parts(parts).is_ok(), "the control");
	}

	#[test]
	fn both_digests_come_first_and_in_their_order() {
		let features = |order: &[&str]| {
			let all = [("sha-256", 32), ("sha3-512", 64), ("tlsh-128-1", 35)];
			let of = |name: &&str| all.iter().find(|(algorithm, _)| algorithm == name).expect("is one of them").1;
			let feature = |name: &&str| Feature {
				algorithm: (*name).into(),
				value: vec![7; of(name)],
			};
			Features::try_from(order.iter().map(feature).collect::<Vec<_>>())
		};
		assert!(features(&["sha-256", "sha3-512"]).is_ok());
		assert!(features(&["sha-256", "sha3-512", "tlsh-128-1"]).is_ok());
		for order in [
			&[][..],
			&["sha-256"],
			&["sha3-512"],
			&["sha3-512", "sha-256"],
			&["sha-256", "tlsh-128-1"],
			&["sha-256", "tlsh-128-1", "sha3-512"],
			&["tlsh-128-1", "sha-256", "sha3-512"],
			&["sha-256", "sha-256"],
		] {
			assert!(features(order).is_err(), "{order:?}");
		}
		for lengths in [[32, 32], [31, 64], [32, 63], [64, 32]] {
			let feature = |(name, length): (&str, usize)| Feature {
				algorithm: name.into(),
				value: vec![7; length],
			};
			let features: Vec<_> = ["sha-256", "sha3-512"].into_iter().zip(lengths).map(feature).collect();
			assert!(Features::try_from(features).is_err(), "{lengths:?}");
		}
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
		let salted = Evidence {
			salt: [1; 32],
			..sealed.clone()
		};
		assert_ne!(salted.subject(), sealed.subject());
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
		assert!(matches!(result, Err(Fault::TooLarge { .. })), "{result:?}");
	}

	#[test]
	fn a_leap_second_is_refused() {
		let text = String::from_utf8(evidence(Mode::Open).canonical()).expect("is JSON");
		let made_at = |time| {
			assert!(text.contains("T12:00:00Z"), "{text}");
			Evidence::parse(text.replacen("T12:00:00Z", time, 1).as_bytes())
		};
		assert!(made_at("T23:59:59Z").is_ok(), "the control");
		for time in ["T23:59:60Z", "T12:00:60Z", "T23:59:61Z"] {
			let refused = made_at(time);
			assert!(matches!(refused, Err(Fault::Malformed(_))), "{time}: {refused:?}");
		}
		let mut parts = parts(Mode::Open, &[]);
		parts.created = DateTime::from_timestamp(1_769_860_799, 1_000_000_000).expect("is a leap second");
		let refused = Evidence::from_parts(parts);
		assert!(matches!(refused, Err(Fault::Malformed(_))), "{refused:?}");
	}

	#[test]
	fn parts_out_of_bounds_make_no_evidence() {
		let altered = |alter: fn(&mut Parts)| {
			let mut parts = parts(Mode::Open, &[]);
			alter(&mut parts);
			Evidence::from_parts(parts)
		};
		assert!(altered(|_| ()).is_ok(), "the control");
		for alter in [
			(|parts: &mut Parts| parts.size = MAX_SIZE + 1) as fn(&mut Parts),
			|parts| parts.media_type = "\u{1b}[31m".into(),
			|parts| parts.fields = BTreeMap::from([("a b".into(), [0; 32])]),
			|parts| parts.fields = (0..=MAX_FIELDS).map(|i| (format!("f{i}"), [0; 32])).collect(),
			|parts| {
				parts.features.further = vec![Feature {
					algorithm: SHA_256.into(),
					value: vec![1],
				}]
			},
			|parts| {
				parts.features.further = vec![Feature {
					algorithm: "b".into(),
					value: vec![],
				}]
			},
		] {
			let refused = altered(alter);
			assert!(matches!(refused, Err(Fault::Malformed(_))), "{refused:?}");
		}
	}

	/// The largest document that can be made can be read, too.
	#[test]
	fn bounds_agree_with_each_other() {
		let value = "\u{1}".repeat(MAX_VALUE_BYTES);
		let names: Vec<_> = (0..MAX_FIELDS).map(|i| format!("{i:064}")).collect();
		let fields: Vec<_> = names.iter().map(|name| (&name[..], &value[..])).collect();
		let disclosed = disclosures(&fields);
		let mut parts = parts(Mode::Sealed, &disclosed);
		let feature = |i| Feature {
			algorithm: format!("{i:032}"),
			value: vec![0; MAX_FEATURE_BYTES],
		};
		parts.features.further = (2..MAX_FEATURES).map(feature).collect();
		parts.time_token = Some(Bytes(vec![0; MAX_TIME_TOKEN_BYTES]));
		let evidence = Evidence::from_parts(parts).expect("all is in bounds");
		let disclosures = Disclosures::new(&evidence, disclosed);
		assert_eq!(Disclosures::parse(&disclosures.canonical()), Ok(disclosures));
	}

	#[test]
	fn another_file_is_told_from_the_original() {
		let mut evidence = evidence(Mode::Sealed);
		assert_eq!(evidence.check_original(&original()), Ok(()));
		let mut changed = original();
		changed.sha256[31] ^= 1;
		for other in [changed, OriginalDigests { size: 8, ..original() }] {
			assert!(evidence.check_original(&other).is_err());
		}
		// The second digest counts where it was computed.
		let with = |sha3_512| OriginalDigests { sha3_512, ..original() };
		evidence.features.sha3_512 = [1; 64];
		assert_eq!(evidence.check_original(&with(None)), Ok(()));
		assert_eq!(evidence.check_original(&with(Some([1; 64]))), Ok(()));
		let refused = evidence.check_original(&with(Some([2; 64]))).expect_err("is another file");
		assert!(refused.to_string().contains("SHA3-512"), "{refused}");
	}

	#[test]
	fn disclosures_belong_to_one_evidence() {
		let disclosed = disclosures(&[("name", "Ada")]);
		let evidence = Evidence::from_parts(parts(Mode::Open, &disclosed)).expect("all is in bounds");
		let disclosures = Disclosures::new(&evidence, disclosed);
		assert!(disclosures.check(&evidence).is_ok());
		let other = self::evidence(Mode::Open);
		assert!(matches!(
			disclosures.check(&other),
			Err(DisclosureFault::OtherEvidence { .. })
		));

		let [disclosure] = &disclosures.fields[..] else {
			panic!("one field")
		};
		let renamed = Disclosure {
			name: "nom".into(),
			..disclosure.clone()
		};
		assert!(matches!(
			evidence.check_disclosure(&renamed),
			Err(DisclosureFault::NoSuchField(_))
		));
		let salted = Disclosure {
			salt: [0; 32],
			..disclosure.clone()
		};
		assert!(matches!(
			evidence.check_disclosure(&salted),
			Err(DisclosureFault::FalseDisclosure(_))
		));
	}
}
