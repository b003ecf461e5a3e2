// SPDX-License-Identifier: Apache-2.0

//! Electronic evidence (X.1407 7.2.1 a to c): making it, and keeping it in files.
//!
//! What an evidence document is, byte by byte, and how it is read, is the verifier's to say, which has neither files nor a clock:
//! [`chirograph_verifier::evidence`]. Its types are these, with what an owner's machine adds to them: [`EvidenceFile`],
//! [`DisclosuresFile`].

pub(crate) use chirograph_verifier::evidence::commitments;
pub use chirograph_verifier::evidence::{
	Commitments, Disclosure, DisclosureFault, Disclosures, Evidence, Feature, Features, Mode, OriginalDigests, OtherOriginal,
	Owner, Parts, MAX_EVIDENCE_BYTES, MAX_FIELDS, MAX_VALUE_BYTES,
};

use crate::{
	document::{self, Fault},
	file::{self, Original},
};
use chirograph_primitives::{AccountId, Schema};
use chirograph_verifier::evidence::{is_field_name, FIELD_TAG, MAX_DISCLOSURES_BYTES};
use chrono::{SubsecRound, Utc};
use std::{
	collections::BTreeSet,
	path::{Path, PathBuf},
};

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
	#[error(transparent)]
	OtherOriginal(#[from] OtherOriginal),
	/// Not something that [`file::read_original`] says of a file.
	#[error("the size, the media type or the features of the original cannot be stated in evidence; read the original again")]
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
	/// What is disclosed is not what the owner committed to.
	#[error(transparent)]
	Disclosure(#[from] DisclosureFault),
	/// Without randomness nothing is hidden.
	#[error("the operating system gave no random numbers ({0}); try again later")]
	NoRandomness(getrandom::Error),
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

impl From<DisclosureFault> for crate::Error {
	fn from(fault: DisclosureFault) -> Self {
		Self::Evidence(fault.into())
	}
}

fn damaged(origin: impl Into<String>) -> impl FnOnce(Fault) -> Error {
	let origin = origin.into();
	move |fault| Error::Damaged { origin, fault }
}

/// Reads evidence, and says of what is none that it is "the evidence".
pub(crate) fn parse(bytes: &[u8]) -> Result<Evidence, Error> {
	Evidence::parse(bytes).map_err(damaged("the evidence"))
}

/// What an owner's machine does with evidence.
pub trait EvidenceFile: Sized {
	/// Makes the evidence of an original, and what its owner needs to disclose each of its fields. `fields`: names and values.
	///
	/// The disclosures are nowhere else. Whoever loses them cannot show any more what the fields were.
	fn new(
		original: &Original,
		mode: Mode,
		schema: Schema,
		owner: &AccountId,
		fields: Vec<(String, String)>,
	) -> Result<(Self, Vec<Disclosure>), Error>;

	/// Whether this is evidence of that original. The media type is a hint and not compared.
	fn matches_original(&self, original: &Original) -> Result<(), Error>;

	/// Reads an evidence file.
	fn read(path: &Path) -> Result<Self, Error>;

	/// Writes an evidence file that does not exist yet. Sealed evidence is for the user alone: its salt gives the proof away.
	fn write_new(&self, path: &Path) -> Result<(), Error>;
}

impl EvidenceFile for Evidence {
	fn new(
		original: &Original,
		mode: Mode,
		schema: Schema,
		owner: &AccountId,
		fields: Vec<(String, String)>,
	) -> Result<(Self, Vec<Disclosure>), Error> {
		let (commitments, disclosures) = commit(FIELD_TAG, fields)?;
		let evidence = Self::from_parts(Parts {
			mode,
			schema,
			features: original.into(),
			size: original.size,
			media_type: original.media_type.clone(),
			owner: Owner {
				account: owner.clone(),
				label: None,
			},
			created: Utc::now().trunc_subsecs(0),
			fields: commitments,
			salt: document::random().map_err(Error::NoRandomness)?,
			time_token: None,
		});
		// Everything else is bounded by its type, or was made here.
		Ok((evidence.map_err(|_| Error::BadOriginal)?, disclosures))
	}

	fn matches_original(&self, original: &Original) -> Result<(), Error> {
		Ok(self.check_original(&original.into())?)
	}

	fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_EVIDENCE_BYTES as u64)?;
		Self::parse(&bytes).map_err(damaged(format!("the evidence {}", path.display())))
	}

	fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), self.mode == Mode::Sealed)?)
	}
}

impl From<&Original> for Features {
	fn from(original: &Original) -> Self {
		Self {
			sha256: original.sha256,
			sha3_512: original.sha3_512,
			further: original.similarity.features.clone(),
		}
	}
}

impl From<&Original> for OriginalDigests {
	fn from(original: &Original) -> Self {
		Self {
			sha256: original.sha256,
			sha3_512: Some(original.sha3_512),
			size: original.size,
		}
	}
}

/// What an owner's machine does with disclosures.
pub trait DisclosuresFile: Sized {
	/// Reads a file of disclosures. They are data yet: [`Disclosures::check`] says whether they are true.
	fn read(path: &Path) -> Result<Self, Error>;

	/// Writes a file of disclosures that does not exist yet, for the user alone (X.1407 9.1.3).
	fn write_new(&self, path: &Path) -> Result<(), Error>;
}

impl DisclosuresFile for Disclosures {
	fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_DISCLOSURES_BYTES as u64)?;
		Self::parse(&bytes).map_err(damaged(format!("the disclosures {}", path.display())))
	}

	fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), true)?)
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

/// Whether fields, names and values, can be committed to.
pub(crate) fn check_fields(fields: &[(String, String)]) -> Result<(), FieldFault> {
	if fields.len() > MAX_FIELDS {
		return Err(FieldFault::TooMany);
	}
	let mut names = BTreeSet::new();
	for (name, value) in fields {
		if !is_field_name(name) {
			return Err(FieldFault::BadName(name.chars().take(80).collect()));
		}
		if value.len() > MAX_VALUE_BYTES {
			return Err(FieldFault::ValueTooLong(name.clone()));
		}
		if !names.insert(name) {
			return Err(FieldFault::Duplicate(name.clone()));
		}
	}
	Ok(())
}

/// Commits to fields, names and values, under a tag: the commitments, and what opens each of them, in the order given.
pub(crate) fn commit(tag: &str, fields: Vec<(String, String)>) -> Result<(Commitments, Vec<Disclosure>), FieldFault> {
	check_fields(&fields)?;
	let mut commitments = Commitments::new();
	let mut disclosures = Vec::with_capacity(fields.len());
	for (name, value) in fields {
		let disclosure = Disclosure {
			name,
			value,
			salt: document::random().map_err(FieldFault::NoRandomness)?,
		};
		commitments.insert(disclosure.name.clone(), disclosure.commitment_under(tag));
		disclosures.push(disclosure);
	}
	Ok((commitments, disclosures))
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

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::EvidenceHash;
	use chirograph_verifier::evidence::MAX_SIZE;

	fn original() -> Original {
		Original {
			sha256: document::sha256(b"content"),
			sha3_512: [0x33; 64],
			size: 7,
			media_type: "text/plain".into(),
			similarity: Default::default(),
		}
	}

	fn owner() -> AccountId {
		AccountId::new([7; 32])
	}

	fn field(name: &str, value: &str) -> (String, String) {
		(name.to_owned(), value.to_owned())
	}

	#[test]
	fn each_evidence_has_salts_of_its_own() {
		let make = || {
			let fields = vec![field("name", "Ada")];
			Evidence::new(&original(), Mode::Sealed, Schema::Document, &owner(), fields).expect("all is in bounds")
		};
		let ((one, shown), (other, hidden)) = (make(), make());
		assert_ne!((one.salt, one.subject()), (other.salt, other.subject()));
		assert_ne!((shown[0].salt, one.fields["name"]), (hidden[0].salt, other.fields["name"]));
		assert_eq!(Disclosures::new(&one, shown).check(&one), Ok(()));
	}

	#[test]
	fn what_similar_files_are_found_by_is_in_the_evidence() {
		let mut original = original();
		original.similarity.features = vec![Feature {
			algorithm: "tlsh-128-1".into(),
			value: vec![1; 35],
		}];
		let made = Evidence::new(&original, Mode::Open, Schema::Document, &owner(), vec![]);
		let (evidence, _) = made.expect("all is in bounds");
		assert_eq!(evidence.features.further, original.similarity.features);
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

	#[test]
	fn another_file_is_told_from_the_original() {
		let made = Evidence::new(&original(), Mode::Sealed, Schema::Document, &owner(), vec![]);
		let (evidence, _) = made.expect("all is in bounds");
		assert!(evidence.matches_original(&original()).is_ok());
		assert!(evidence
			.matches_original(&Original {
				media_type: "a/b".into(),
				..original()
			})
			.is_ok());
		let mut changed = original();
		changed.sha256[31] ^= 1;
		let mut weak = original();
		weak.sha3_512[63] ^= 1;
		for other in [changed, weak, Original { size: 8, ..original() }] {
			assert!(matches!(evidence.matches_original(&other), Err(Error::OtherOriginal(_))));
		}
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
