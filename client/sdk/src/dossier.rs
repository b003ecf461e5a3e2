// SPDX-License-Identifier: Apache-2.0

//! The identity dossier (X.1407 9.1.1 b, 9.1.3): what somebody who applies for an identity label states about who they are. It
//! stays with the applicant. The ledger keeps one hash of it, and whoever is shown some of its fields can check them against that
//! hash.
//!
//! 1. Ada makes a [`Dossier`], and applies for a label with its [hash](Dossier::hash).
//! 2. She hands an [`IdentityDisclosure`] of all fields to the auditor, who [checks](IdentityDisclosure::check) it against the
//!    hash on the ledger, examines what it says, and allocates the label.
//! 3. Later she discloses her name to a customer, and nothing else. The customer checks it against the same hash.
//!
//! # The statement
//!
//! The public part: which fields there are, and a commitment to each. The dossier hash is the SHA-256 of its canonical form
//! (RFC 8785). Formatted here for reading:
//!
//! ```json
//! {
//!   "account": "5…",
//!   "fields": { "country": "0x…", "name": "0x…" },
//!   "format": "chirograph/identity/v1",
//!   "organisation": "0x…",
//!   "salt": "0x…"
//! }
//! ```
//!
//! - `account`: the account that applies. The label may move to another key later; the dossier stays the same.
//! - `fields`: what the applicant states without showing it: at least one commitment.
//! - `organisation`: SHA-256 of the canonical JSON `["chirograph/organisation/v1", register id]`, where the register id is the
//!   official identifier of the organisation: `DE HRB 12345`, for instance, or an LEI. It is committed to as the field `registerId`,
//!   which is reserved for it, so that whoever is shown it can compute the same. Without that field, 32 random bytes: a natural person,
//!   or an organisation that does not say which. It makes applicants of one organisation comparable and does not hide it: whoever
//!   suspects a register id can compute the same, too.
//! - `salt`: 32 random bytes.
//!
//! A field's commitment is that of [evidence](crate::evidence) under another tag, so that none serves as the other: the SHA-256
//! of the canonical JSON `["chirograph/identity-field/v1", salt, name, value]`, where the salt is 32 random bytes of its own, as
//! text. Names and values have the same bounds as there.
//!
//! # The files
//!
//! The dossier has all fields and the statement. It is for the applicant alone, and nowhere else:
//!
//! ```json
//! {
//!   "fields": [
//!     { "name": "country", "salt": "0x…", "value": "DE" },
//!     { "name": "name", "salt": "0x…", "value": "Ada Lovelace" }
//!   ],
//!   "format": "chirograph/dossier/v1",
//!   "statement": { … }
//! }
//! ```
//!
//! A disclosure, `chirograph/identity-disclosure/v1`, looks the same and has those fields only that the applicant wants to show,
//! which may be none. Of the others it tells the names, not the values. In both, fields are in the order of their names, and none
//! is there twice. Both are accepted in their canonical form only, with nothing before and nothing after it.

use crate::{
	document::{self, Fault},
	evidence::{self, Disclosure, FieldFault, MAX_FIELDS, MAX_VALUE_BYTES},
	file,
};
use chirograph_primitives::{AccountId, DossierHash, OrganisationId};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

const DOSSIER_FORMAT: &str = "chirograph/dossier/v1";
const DISCLOSURE_FORMAT: &str = "chirograph/identity-disclosure/v1";
const FIELD_TAG: &str = "chirograph/identity-field/v1";
const ORGANISATION_TAG: &str = "chirograph/organisation/v1";

/// The field that an organisation's identifier in a register is committed to as.
pub const REGISTER_ID_FIELD: &str = "registerId";

/// An organisation's identifier in a register has at most this many bytes.
pub const MAX_REGISTER_ID_BYTES: usize = 128;
/// Every field with a value of nothing but control characters, six bytes each in JSON, and names, salts and the statement.
const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// Why a dossier cannot be made, read or believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// It is no dossier or disclosure, or not any more.
	#[error("{origin} is not acceptable: {fault}; use an unaltered copy")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// Nobody can be identified by it.
	#[error("a dossier without fields says nothing about the applicant; give at least one")]
	NoFields,
	/// Restricted so that nobody confuses two of them.
	#[error(
		"{0:?} cannot identify an organisation; use 1 to {most} bytes without control characters, and no white space around them",
		most = MAX_REGISTER_ID_BYTES
	)]
	BadRegisterId(String),
	/// Names are restricted so that nobody can confuse two of them.
	#[error("{0:?} cannot be the name of a field; use 1 to 64 of the characters A to Z, a to z, 0 to 9, `_`, `.` and `-`")]
	BadFieldName(String),
	/// The organisation is stated in one way only.
	#[error("the field `{0}` is the organisation's number in a register; give that as the organisation (`--organisation`), and not as a field")]
	ReservedField(String),
	/// One name, two values.
	#[error("the field `{0}` is given twice; give it once")]
	DuplicateField(String),
	/// More than a dossier can have.
	#[error("there are more than {most} fields; leave some out", most = MAX_FIELDS)]
	TooManyFields,
	/// Longer than a value can be.
	#[error("the value of the field `{0}` is longer than {most} bytes; shorten it", most = MAX_VALUE_BYTES)]
	ValueTooLong(String),
	/// What is to be disclosed is not there.
	#[error("the dossier has no field `{0}`; choose among the fields that it has")]
	NoSuchField(String),
	/// The applicant committed to no such field, or to another value or salt.
	#[error("the field `{0}` is not what the applicant committed to; do not rely on the disclosed value")]
	FalseDisclosure(String),
	/// It may be true, of somebody else or of an earlier application.
	#[error("the disclosure is of the dossier {found}, and the ledger has {expected}; ask for a disclosure of that one")]
	OtherDossier {
		/// The dossier on the ledger.
		expected: DossierHash,
		/// The dossier that the disclosure is of.
		found: DossierHash,
	},
	/// Without randomness nothing is hidden.
	#[error("the operating system gave no random numbers ({0}); try again later")]
	NoRandomness(getrandom::Error),
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
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

/// For whom an applicant acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Organisation {
	/// An organisation, by its official identifier: `DE HRB 12345`, or its LEI (ISO 17442). Compared character by character, so
	/// all of its applicants must write it alike.
	Registered(String),
	/// None: a person who acts for nobody else.
	NaturalPerson,
}

impl Organisation {
	/// What stands for it on the ledger. A natural person has another one each time.
	pub fn id(&self) -> Result<OrganisationId, Error> {
		match self {
			Self::Registered(register_id) if !is_register_id(register_id) => {
				Err(Error::BadRegisterId(register_id.chars().take(80).collect()))
			},
			Self::Registered(register_id) => {
				let named = document::canonical(&(ORGANISATION_TAG, register_id));
				Ok(OrganisationId(document::sha256(&named)))
			},
			Self::NaturalPerson => document::random().map(OrganisationId).map_err(Error::NoRandomness),
		}
	}
}

fn is_register_id(text: &str) -> bool {
	let length = 1..=MAX_REGISTER_ID_BYTES;
	length.contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StatementFormat {
	#[serde(rename = "chirograph/identity/v1")]
	V1,
}

/// What an applicant commits to: the part of a dossier that every disclosure has. See the [module](self)'s description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
	format: StatementFormat,
	/// The account that applied. The label may have moved to another one since.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// For whom it acts.
	pub organisation: OrganisationId,
	/// Commitments to fields, by name.
	#[serde(with = "evidence::commitments")]
	pub fields: BTreeMap<String, [u8; 32]>,
	/// Random.
	#[serde(with = "document::hexadecimal")]
	pub salt: [u8; 32],
}

impl Statement {
	/// The one form that is hashed (RFC 8785).
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// What the ledger keeps.
	pub fn hash(&self) -> DossierHash {
		DossierHash(document::sha256(&self.canonical()))
	}

	/// The first of some fields that the applicant did not commit to, or that names another organisation.
	fn first_false<'a>(&self, fields: &'a [Disclosure]) -> Option<&'a Disclosure> {
		fields.iter().find(|field| {
			let is_committed_to = self.fields.get(&field.name) == Some(&field.commitment_under(FIELD_TAG));
			!is_committed_to || self.contradicts(field)
		})
	}

	/// Whether a field names another organisation than the one that this is of.
	fn contradicts(&self, field: &Disclosure) -> bool {
		let named = || Organisation::Registered(field.value.clone()).id();
		field.name == REGISTER_ID_FIELD && !named().is_ok_and(|named| named == self.organisation)
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum DossierFormat {
	#[serde(rename = "chirograph/dossier/v1")]
	V1,
}

/// An identity dossier: the statement, and what opens every commitment in it. For the applicant alone.
///
/// Made by [`new`](Self::new) or read by [`parse`](Self::parse). Serde's `Deserialize` alone insists neither on the canonical
/// bytes nor on fields that are those of the statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
	format: DossierFormat,
	fields: Vec<Disclosure>,
	statement: Statement,
}

impl Dossier {
	/// Makes the dossier of an applicant. `fields`: names and values, at least one. The organisation's number in a register becomes one,
	/// `registerId`.
	///
	/// The values are nowhere else. Whoever loses the dossier cannot show any more who the label was allocated to.
	pub fn new(account: &AccountId, organisation: Organisation, mut fields: Vec<(String, String)>) -> Result<Self, Error> {
		if fields.is_empty() {
			return Err(Error::NoFields);
		}
		if fields.iter().any(|(name, _)| name == REGISTER_ID_FIELD) {
			return Err(Error::ReservedField(REGISTER_ID_FIELD.to_owned()));
		}
		let id = organisation.id()?;
		if let Organisation::Registered(register_id) = organisation {
			fields.push((REGISTER_ID_FIELD.to_owned(), register_id));
		}
		fields.sort();
		let (commitments, fields) = evidence::commit(FIELD_TAG, fields)?;
		let statement = Statement {
			format: StatementFormat::V1,
			account: account.clone(),
			organisation: id,
			fields: commitments,
			salt: document::random().map_err(Error::NoRandomness)?,
		};
		Ok(Self {
			format: DossierFormat::V1,
			fields,
			statement,
		})
	}

	/// Reads a dossier. Every field is compared with its commitment.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the dossier", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		parse(origin, bytes, DOSSIER_FORMAT, Self::ensure_complete)
	}

	/// Reads a dossier file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_FILE_BYTES as u64)?;
		Self::parse_from(&format!("the dossier {}", path.display()), &bytes)
	}

	/// Writes a dossier file that does not exist yet, for the user alone (X.1407 9.1.3).
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), true)?)
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// What the applicant commits to.
	pub fn statement(&self) -> &Statement {
		&self.statement
	}

	/// All fields, in the order of their names.
	pub fn fields(&self) -> &[Disclosure] {
		&self.fields
	}

	/// The organisation's number in a register, if the applicant states one. Otherwise it acts for nobody else, or does not say for whom.
	pub fn register_id(&self) -> Option<&str> {
		let field = self.fields.iter().find(|field| field.name == REGISTER_ID_FIELD)?;
		Some(&field.value)
	}

	/// What stands for the organisation on the ledger, by what the applicant states of it.
	pub fn organisation(&self) -> Result<OrganisationId, Error> {
		match self.register_id() {
			Some(register_id) => Organisation::Registered(register_id.to_owned()).id(),
			None => Ok(self.statement.organisation),
		}
	}

	/// What an application for a label names, and the ledger keeps.
	pub fn hash(&self) -> DossierHash {
		self.statement.hash()
	}

	/// The fields with these names, to be shown to somebody. The values of the others stay unknown (X.1407 9.1.3).
	pub fn disclose(&self, names: &[String]) -> Result<IdentityDisclosure, Error> {
		if let Some(unknown) = names.iter().find(|name| !self.statement.fields.contains_key(*name)) {
			return Err(Error::NoSuchField(unknown.clone()));
		}
		let chosen = self.fields.iter().filter(|field| names.contains(&field.name));
		Ok(IdentityDisclosure {
			format: DisclosureFormat::V1,
			fields: chosen.cloned().collect(),
			statement: self.statement.clone(),
		})
	}

	fn ensure_complete(&self) -> Result<(), Fault> {
		let names = self.fields.iter().map(|field| &field.name);
		if self.fields.is_empty() || !names.eq(self.statement.fields.keys()) {
			return malformed("its fields are not those of its statement, one or more, each once, in the order of their names");
		}
		match self.statement.first_false(&self.fields) {
			Some(field) => malformed(&format!("the field `{}` is not what its statement says", field.name)),
			None => Ok(()),
		}
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum DisclosureFormat {
	#[serde(rename = "chirograph/identity-disclosure/v1")]
	V1,
}

/// Some fields of a dossier, and its statement.
///
/// Made by [`Dossier::disclose`] or read by [`parse`](Self::parse). Serde's `Deserialize` alone does not insist on the canonical
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityDisclosure {
	format: DisclosureFormat,
	fields: Vec<Disclosure>,
	statement: Statement,
}

impl IdentityDisclosure {
	/// Reads a disclosure. It is data yet: [`Self::check`] says whether it is true.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the identity disclosure", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		parse(origin, bytes, DISCLOSURE_FORMAT, Self::ensure_ordered)
	}

	/// Reads a file of a disclosure.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_FILE_BYTES as u64)?;
		Self::parse_from(&format!("the identity disclosure {}", path.display()), &bytes)
	}

	/// Writes a file of a disclosure that does not exist yet, for the user alone (X.1407 9.1.3).
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), true)?)
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// What the applicant committed to.
	pub fn statement(&self) -> &Statement {
		&self.statement
	}

	/// The disclosed fields, in the order of their names. What they say counts after [`Self::check`] only. Their commitments here
	/// are not those that [`Disclosure::commitment`] computes for evidence.
	pub fn fields(&self) -> &[Disclosure] {
		&self.fields
	}

	/// The dossier that this is a disclosure of.
	pub fn hash(&self) -> DossierHash {
		self.statement.hash()
	}

	/// Whether this is a disclosure of the dossier on the ledger, and every field one that the applicant committed to.
	///
	/// The account in the statement is not compared with the label's, which may be a newer key. The hash is what counts: the
	/// ledger has it under the label. An auditor compares account and organisation with those of the application.
	pub fn check(&self, on_chain: &DossierHash) -> Result<(), Error> {
		let found = self.hash();
		if found != *on_chain {
			return Err(Error::OtherDossier {
				expected: *on_chain,
				found,
			});
		}
		match self.statement.first_false(&self.fields) {
			Some(field) => Err(Error::FalseDisclosure(field.name.clone())),
			None => Ok(()),
		}
	}

	fn ensure_ordered(&self) -> Result<(), Fault> {
		if self.statement.fields.is_empty() {
			return malformed("its statement has no fields");
		}
		if !self.fields.is_sorted_by(|one, next| one.name < next.name) {
			return malformed("its fields are not in the order of their names, each once");
		}
		Ok(())
	}
}

/// Reads a document in its canonical bytes, and nothing that `ensure` finds fault with.
fn parse<T: Serialize + DeserializeOwned>(
	origin: &str,
	bytes: &[u8],
	format: &'static str,
	ensure: impl FnOnce(&T) -> Result<(), Fault>,
) -> Result<T, Error> {
	let accepted = |read: T| {
		if document::canonical(&read) != bytes {
			return Err(Fault::NotCanonical);
		}
		ensure(&read)?;
		Ok(read)
	};
	document::read(bytes, MAX_FILE_BYTES, format)
		.and_then(accepted)
		.map_err(|fault| Error::Damaged {
			origin: origin.to_owned(),
			fault,
		})
}

fn malformed(reason: &str) -> Result<(), Fault> {
	Err(Fault::Malformed(reason.to_owned()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{collection, prelude::*};

	const REGISTER_ID: &str = "DE HRB 12345";

	/// What is altered, and how.
	type Alteration<T> = (&'static str, fn(&mut T));

	fn account() -> AccountId {
		AccountId::new([7; 32])
	}

	fn field(name: &str, value: &str) -> (String, String) {
		(name.to_owned(), value.to_owned())
	}

	fn make(fields: Vec<(String, String)>) -> Result<Dossier, Error> {
		Dossier::new(&account(), Organisation::NaturalPerson, fields)
	}

	/// A dossier of which nothing is random.
	fn dossier() -> Dossier {
		let organisation = Organisation::Registered(REGISTER_ID.to_owned()).id();
		let disclosure = |name: &str, value: &str, salt| Disclosure {
			name: name.to_owned(),
			value: value.to_owned(),
			salt: [salt; 32],
		};
		let fields = vec![
			disclosure("country", "DE", 0x11),
			disclosure("name", "Zo\u{eb} \"Z\"\n", 0x22),
		];
		let commitment = |field: &Disclosure| (field.name.clone(), field.commitment_under(FIELD_TAG));
		let statement = Statement {
			format: StatementFormat::V1,
			account: account(),
			organisation: organisation.expect("is in bounds"),
			fields: fields.iter().map(commitment).collect(),
			salt: [0x33; 32],
		};
		Dossier {
			format: DossierFormat::V1,
			fields,
			statement,
		}
	}

	fn disclosure() -> IdentityDisclosure {
		let names = ["country".to_owned(), "name".to_owned()];
		dossier().disclose(&names).expect("has these fields")
	}

	fn fault<T>(result: Result<T, Error>) -> Fault {
		match result {
			Err(Error::Damaged { fault, .. }) => fault,
			Err(other) => panic!("{other:?}"),
			Ok(_) => panic!("was accepted"),
		}
	}

	/// The layout is a promise to everybody who writes a verifier: spelled out here. The hashes were computed by another program.
	#[test]
	fn the_canonical_forms_are_the_documented_ones() {
		let statement = format!(
			"{{\"account\":\"5CDvHBym6RLoxTdX9MS1acpaDbNxaFagqM5LpBiFGjWT6o1n\",\
			\"fields\":{{\
			\"country\":\"0xe1ffe59b5abcaa3efc4d9163cd3f476c84a8228149ff019c4b0a991b5d77d850\",\
			\"name\":\"0x15df1be771732a22a3077c6f2f9c2f0f97469929259637e6d7daf20a3397f91a\"}},\
			\"format\":\"chirograph/identity/v1\",\
			\"organisation\":\"0x23dfc8a8b77dabcd77a7734a72c692c2831326d6709222e6a5a4692b559e3fbb\",\
			\"salt\":\"0x{}\"}}",
			"33".repeat(32),
		);
		let country = format!("{{\"name\":\"country\",\"salt\":\"0x{}\",\"value\":\"DE\"}}", "11".repeat(32));
		let name = format!(
			"{{\"name\":\"name\",\"salt\":\"0x{}\",\"value\":\"Zo\u{eb} \\\"Z\\\"\\n\"}}",
			"22".repeat(32)
		);
		let text = |bytes| String::from_utf8(bytes).expect("is JSON");

		let dossier = dossier();
		assert_eq!(text(dossier.statement().canonical()), statement);
		assert_eq!(
			dossier.hash().to_string(),
			"0x072d460de303baa23ee1a9380c61c96676cc34443ccb12efe5f792085d67b38b"
		);
		let whole = format!("{{\"fields\":[{country},{name}],\"format\":\"chirograph/dossier/v1\",\"statement\":{statement}}}");
		assert_eq!(text(dossier.canonical()), whole);
		let disclosure = dossier.disclose(&["country".to_owned()]).expect("has this field");
		let some =
			format!("{{\"fields\":[{country}],\"format\":\"chirograph/identity-disclosure/v1\",\"statement\":{statement}}}");
		assert_eq!(text(disclosure.canonical()), some);
	}

	#[test]
	fn a_commitment_is_the_documented_one_and_not_that_of_evidence() {
		for field in dossier().fields() {
			let value = serde_json::to_string(&field.value).expect("is JSON");
			let salt = hex::encode(field.salt);
			let opened = format!("[\"chirograph/identity-field/v1\",\"0x{salt}\",\"{}\",{value}]", field.name);
			assert_eq!(field.commitment_under(FIELD_TAG), document::sha256(opened.as_bytes()));
			assert_ne!(field.commitment_under(FIELD_TAG), field.commitment());
		}
	}

	#[test]
	fn an_organisation_has_one_id_and_a_natural_person_a_new_one_each_time() {
		let id = |organisation: Organisation| organisation.id().expect("is in bounds");
		let registered = |register_id: &str| id(Organisation::Registered(register_id.to_owned()));
		let documented = document::sha256(br#"["chirograph/organisation/v1","DE HRB 12345"]"#);
		assert_eq!(registered(REGISTER_ID), OrganisationId(documented));
		assert_ne!(registered(REGISTER_ID), registered("DE HRB 12346"));
		assert_ne!(id(Organisation::NaturalPerson), id(Organisation::NaturalPerson));
		registered(&"x".repeat(MAX_REGISTER_ID_BYTES));

		let long = "x".repeat(MAX_REGISTER_ID_BYTES + 1);
		for register_id in ["", " ", " DE", "DE ", "DE\n12", long.as_str()] {
			let organisation = Organisation::Registered(register_id.to_owned());
			assert!(matches!(organisation.id(), Err(Error::BadRegisterId(_))), "{register_id:?}");
			let result = Dossier::new(&account(), organisation, vec![field("name", "Ada")]);
			assert!(matches!(result, Err(Error::BadRegisterId(_))), "{register_id:?}");
		}
	}

	fn of_organisation() -> Dossier {
		let organisation = Organisation::Registered(REGISTER_ID.to_owned());
		Dossier::new(&account(), organisation, vec![field("name", "Ada")]).expect("all is in bounds")
	}

	#[test]
	fn an_organisation_s_number_is_committed_to_and_makes_the_id_on_the_ledger() {
		let dossier = of_organisation();
		assert_eq!(dossier.register_id(), Some(REGISTER_ID));
		let names: Vec<_> = dossier.fields().iter().map(|field| field.name.as_str()).collect();
		assert_eq!(names, ["name", "registerId"]);
		let id = Organisation::Registered(REGISTER_ID.to_owned()).id().expect("is in bounds");
		assert_eq!(dossier.statement().organisation, id);
		assert_eq!(dossier.organisation().expect("is in bounds"), id);
		assert_eq!(Dossier::parse(&dossier.canonical()).expect("own bytes"), dossier);

		// Who acts for nobody else states none, and has a random id.
		let person = make(vec![field("name", "Ada")]).expect("all is in bounds");
		assert_eq!(person.register_id(), None);
		assert_eq!(
			person.organisation().expect("none is stated"),
			person.statement().organisation
		);
	}

	#[test]
	fn an_organisation_is_not_stated_as_a_field_of_the_applicant_s_own() {
		for organisation in [Organisation::NaturalPerson, Organisation::Registered(REGISTER_ID.to_owned())] {
			let fields = vec![field("name", "Ada"), field("registerId", "FR 1")];
			let result = Dossier::new(&account(), organisation, fields);
			assert!(
				matches!(&result, Err(Error::ReservedField(name)) if name == "registerId"),
				"{result:?}"
			);
		}
	}

	/// The auditor sees the number, and the ledger an id that hides whose it is: such a dossier is none.
	#[test]
	fn a_number_that_is_not_the_organisation_s_is_noticed() {
		let other = Organisation::Registered("FR 1".to_owned()).id().expect("is in bounds");
		let mut disguised = of_organisation();
		disguised.statement.organisation = other;
		let fault = fault(Dossier::parse(&disguised.canonical()));
		assert!(
			matches!(&fault, Fault::Malformed(reason) if reason.contains("`registerId`")),
			"{fault:?}"
		);

		let disclosure = |dossier: &Dossier| dossier.disclose(&["registerId".to_owned()]).expect("has this field");
		let result = disclosure(&disguised).check(&disguised.hash());
		assert!(
			matches!(&result, Err(Error::FalseDisclosure(name)) if name == "registerId"),
			"{result:?}"
		);
		let honest = of_organisation();
		assert!(disclosure(&honest).check(&honest.hash()).is_ok(), "the control");

		// Nor is one that is no number at all.
		let mut nameless = of_organisation();
		nameless.fields[1].value = " ".to_owned();
		let commitment = nameless.fields[1].commitment_under(FIELD_TAG);
		nameless.statement.fields.insert("registerId".to_owned(), commitment);
		assert!(nameless.organisation().is_err());
		assert!(Dossier::parse(&nameless.canonical()).is_err());
	}

	#[test]
	fn what_cannot_be_stated_is_refused_when_a_dossier_is_made() {
		assert!(matches!(make(vec![]), Err(Error::NoFields)));
		for name in ["", "a b", "ä", "a/b", &"a".repeat(65)] {
			assert!(matches!(make(vec![field(name, "")]), Err(Error::BadFieldName(_))), "{name}");
		}
		let twice = vec![field("a", "1"), field("b", "1"), field("a", "2")];
		assert!(matches!(make(twice), Err(Error::DuplicateField(name)) if name == "a"));
		let long = vec![field("a", &"x".repeat(MAX_VALUE_BYTES + 1))];
		assert!(matches!(make(long), Err(Error::ValueTooLong(name)) if name == "a"));
		let many = |count| (0..count).map(|i| field(&format!("f{i}"), "")).collect::<Vec<_>>();
		assert!(make(many(MAX_FIELDS)).is_ok());
		assert!(matches!(make(many(MAX_FIELDS + 1)), Err(Error::TooManyFields)));
	}

	/// The largest dossier that can be made can be read, too.
	#[test]
	fn bounds_agree_with_each_other() {
		let value = "\u{1}".repeat(MAX_VALUE_BYTES);
		let names: Vec<_> = (0..MAX_FIELDS).map(|i| format!("{i:064}")).collect();
		let dossier = make(names.iter().map(|name| field(name, &value)).collect()).expect("all is in bounds");
		assert_eq!(Dossier::parse(&dossier.canonical()).expect("own bytes"), dossier);
		let disclosure = dossier.disclose(&names).expect("has these fields");
		assert_eq!(
			IdentityDisclosure::parse(&disclosure.canonical()).expect("own bytes"),
			disclosure
		);

		let large = vec![b' '; MAX_FILE_BYTES + 1];
		assert!(matches!(fault(Dossier::parse(&large)), Fault::TooLarge { .. }));
		assert!(matches!(fault(IdentityDisclosure::parse(&large)), Fault::TooLarge { .. }));
	}

	#[test]
	fn fields_are_in_the_order_of_their_names_however_they_are_given() {
		let dossier = make(vec![field("b", "1"), field("a", "2"), field("B", "3")]).expect("all is in bounds");
		let names: Vec<_> = dossier.fields().iter().map(|field| field.name.as_str()).collect();
		assert_eq!(names, ["B", "a", "b"]);
		let asked = ["b", "B", "b"].map(str::to_owned);
		let disclosure = dossier.disclose(&asked).expect("has these fields");
		let names: Vec<_> = disclosure.fields().iter().map(|field| field.name.as_str()).collect();
		assert_eq!(names, ["B", "b"]);
	}

	#[test]
	fn equal_dossiers_of_two_makings_have_nothing_random_in_common() {
		let make = || make(vec![field("name", "Ada")]).expect("all is in bounds");
		let (one, other) = (make(), make());
		assert_ne!(one.hash(), other.hash());
		assert_ne!(one.statement().salt, other.statement().salt);
		assert_ne!(one.statement().fields, other.statement().fields);
	}

	#[test]
	fn what_is_not_disclosed_stays_unknown() {
		let (name, passport) = ("Ada Lovelace", "C01X00T47");
		let dossier = make(vec![field("name", name), field("passport", passport)]).expect("all is in bounds");
		let hidden = [passport.to_owned(), hex::encode(dossier.fields()[1].salt)];
		let text = |bytes| String::from_utf8(bytes).expect("is JSON");

		let disclosed = text(dossier.disclose(&["name".to_owned()]).expect("has this field").canonical());
		assert!(disclosed.contains(name));
		assert!(hidden.iter().all(|secret| !disclosed.contains(secret)), "{disclosed}");
		let statement = text(dossier.statement().canonical());
		assert!(!statement.contains(name));
		assert!(hidden.iter().all(|secret| !statement.contains(secret)), "{statement}");
		let whole = text(dossier.canonical());
		assert!(hidden.iter().all(|secret| whole.contains(secret)), "the control");
	}

	#[test]
	fn a_disclosure_of_no_fields_shows_the_statement() {
		let disclosure = dossier().disclose(&[]).expect("asks for nothing unknown");
		let disclosure = IdentityDisclosure::parse(&disclosure.canonical()).expect("own bytes");
		assert!(disclosure.fields().is_empty());
		assert_eq!(disclosure.statement(), dossier().statement());
		assert!(disclosure.check(&dossier().hash()).is_ok());
	}

	#[test]
	fn a_field_that_is_not_there_cannot_be_disclosed() {
		let result = dossier().disclose(&["name".to_owned(), "age".to_owned()]);
		assert!(matches!(result, Err(Error::NoSuchField(name)) if name == "age"));
	}

	#[test]
	fn false_fields_are_told_from_true_ones() {
		let on_chain = dossier().hash();
		assert!(disclosure().check(&on_chain).is_ok(), "the control");
		let alterations: [Alteration<Disclosure>; 3] = [
			("name", |field| field.value.push('!')),
			("name", |field| field.salt = [0; 32]),
			("nom", |field| field.name = "nom".to_owned()),
		];
		for (named, alter) in alterations {
			let mut altered = disclosure();
			alter(&mut altered.fields[1]);
			let altered = IdentityDisclosure::parse(&altered.canonical()).expect("is well-formed");
			let result = altered.check(&on_chain);
			assert!(
				matches!(&result, Err(Error::FalseDisclosure(name)) if name == named),
				"{named}: {result:?}"
			);
		}

		let mut mistaken = disclosure();
		let commitment = mistaken.fields[0].commitment();
		mistaken.statement.fields.insert("country".to_owned(), commitment);
		let result = mistaken.check(&mistaken.hash());
		assert!(
			matches!(&result, Err(Error::FalseDisclosure(name)) if name == "country"),
			"a commitment of evidence is none of an identity: {result:?}"
		);
	}

	#[test]
	fn a_disclosure_of_another_dossier_is_refused() {
		let other = make(vec![field("country", "DE")]).expect("all is in bounds").hash();
		let Err(Error::OtherDossier { expected, found }) = disclosure().check(&other) else {
			panic!("another dossier")
		};
		assert_eq!((expected, found), (other, dossier().hash()));
	}

	#[test]
	fn each_way_to_alter_a_dossier_has_its_own_fault() {
		let whole = String::from_utf8(dossier().canonical()).expect("is JSON");
		let replaced = |from: &str, to: &str| {
			assert!(whole.contains(from), "{from} is in {whole}");
			fault(Dossier::parse(whole.replacen(from, to, 1).as_bytes()))
		};
		let another_kind = fault(Dossier::parse(&disclosure().canonical()));
		assert!(matches!(another_kind, Fault::OtherFormat { .. }), "{another_kind:?}");
		let another_kind = fault(IdentityDisclosure::parse(&dossier().canonical()));
		assert!(matches!(another_kind, Fault::OtherFormat { .. }), "{another_kind:?}");
		assert!(matches!(replaced("dossier/v1", "dossier/v2"), Fault::OtherFormat { .. }));

		let twice = format!(r#""fields":{{"country":"0x{}","#, "00".repeat(32));
		assert!(matches!(replaced(r#""fields":{"#, &twice), Fault::Duplicate(_)));
		assert!(matches!(
			replaced(r#""value":"DE""#, r#""value":"DE","value":"DE""#),
			Fault::Duplicate(_)
		));
		for (from, to) in [
			(r#"{"fields""#, r#"{"age":7,"fields""#),
			(r#"{"account""#, r#"{"account_2":"5","account""#),
			(r#"{"name":"country""#, r#"{"length":2,"name":"country""#),
		] {
			let fault = replaced(from, to);
			assert!(matches!(fault, Fault::Unknown(_)), "{from} -> {to}: {fault:?}");
		}
		for (from, to) in [
			("identity/v1", "identity/v2"),
			(r#","value":"DE""#, ""),
			(r#""account":"5"#, r#""account":"6"#),
			(r#""organisation":"0x23"#, r#""organisation":"0x"#),
			(r#""salt":"0x33"#, r#""salt":"0X33"#),
			(r#""name":"country""#, r#""name":"coun try""#),
			(r#""country":"0x"#, r#""coun try":"0x"#),
		] {
			let fault = replaced(from, to);
			assert!(matches!(fault, Fault::Malformed(_)), "{from} -> {to}: {fault:?}");
		}
		// The same content in other bytes.
		for (from, to) in [
			(r#""value":"DE""#, r#""value": "DE""#),
			(r#""value":"DE""#, r#""value":"\u0044E""#),
			(r#""organisation":"0x23df"#, r#""organisation":"0x23DF"#),
			(r#""organisation":"0x"#, r#""organisation":""#),
			("\"}}", "\"}}\n"),
		] {
			assert_eq!(replaced(from, to), Fault::NotCanonical, "{from} -> {to}");
		}
		let account = format!("0x{}", hex::encode(account()));
		assert_eq!(
			replaced(&crate::keys::format_account(&self::account()), &account),
			Fault::NotCanonical
		);
		for (from, to) in [
			(r#""value":"DE""#, r#""value":"FR""#),
			(r#""salt":"0x1"#, r#""salt":"0x2"#),
			(r#""country":"0xe"#, r#""country":"0xf"#),
		] {
			let fault = replaced(from, to);
			assert!(
				matches!(&fault, Fault::Malformed(reason) if reason.contains("`country`")),
				"{from} -> {to}: {fault:?}"
			);
		}
	}

	#[test]
	fn fields_of_a_dossier_are_those_of_its_statement() {
		let alterations: [Alteration<Dossier>; 6] = [
			("missing", |dossier| dossier.fields.truncate(1)),
			("twice", |dossier| dossier.fields.insert(1, dossier.fields[0].clone())),
			("in another order", |dossier| dossier.fields.swap(0, 1)),
			("extra", |dossier| dossier.statement.fields.retain(|name, _| name != "name")),
			("never opened", |dossier| {
				dossier.statement.fields.extend([("zip".to_owned(), [0; 32])]);
			}),
			("none", |dossier| {
				dossier.fields.clear();
				dossier.statement.fields.clear();
			}),
		];
		for (what, alter) in alterations {
			let mut altered = dossier();
			alter(&mut altered);
			let fault = fault(Dossier::parse(&altered.canonical()));
			assert!(matches!(fault, Fault::Malformed(_)), "{what}: {fault:?}");
		}
	}

	#[test]
	fn fields_of_a_disclosure_are_in_order_and_none_is_there_twice() {
		let alterations: [Alteration<IdentityDisclosure>; 3] = [
			("twice", |disclosure| {
				disclosure.fields.insert(1, disclosure.fields[0].clone())
			}),
			("in another order", |disclosure| disclosure.fields.swap(0, 1)),
			("none at all", |disclosure| {
				disclosure.fields.clear();
				disclosure.statement.fields.clear();
			}),
		];
		for (what, alter) in alterations {
			let mut altered = disclosure();
			alter(&mut altered);
			let fault = fault(IdentityDisclosure::parse(&altered.canonical()));
			assert!(matches!(fault, Fault::Malformed(_)), "{what}: {fault:?}");
		}
	}

	#[test]
	fn every_end_that_is_missing_is_noticed() {
		let (whole, some) = (dossier().canonical(), disclosure().canonical());
		for end in 0..whole.len() {
			assert_eq!(fault(Dossier::parse(&whole[..end])), Fault::Truncated, "{end} bytes");
		}
		for end in 0..some.len() {
			assert_eq!(
				fault(IdentityDisclosure::parse(&some[..end])),
				Fault::Truncated,
				"{end} bytes"
			);
		}
		assert!(
			Dossier::parse(&whole).is_ok() && IdentityDisclosure::parse(&some).is_ok(),
			"the control"
		);
	}

	/// All that differ from `bytes` in one bit.
	fn flipped(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
		(0..bytes.len() * 8).map(move |bit| {
			let mut changed = bytes.to_vec();
			changed[bit / 8] ^= 1u8 << (bit % 8);
			changed
		})
	}

	#[test]
	fn no_flipped_bit_of_a_disclosure_is_believed() {
		let on_chain = dossier().hash();
		let believed =
			|bytes: &[u8]| IdentityDisclosure::parse(bytes).is_ok_and(|disclosure| disclosure.check(&on_chain).is_ok());
		let bytes = disclosure().canonical();
		assert!(believed(&bytes), "the control");
		for changed in flipped(&bytes) {
			assert!(!believed(&changed), "{}", String::from_utf8_lossy(&changed));
		}
	}

	#[test]
	fn no_flipped_bit_of_a_dossier_keeps_the_hash() {
		let on_chain = dossier().hash();
		let same = |bytes: &[u8]| Dossier::parse(bytes).is_ok_and(|dossier| dossier.hash() == on_chain);
		let bytes = dossier().canonical();
		assert!(same(&bytes), "the control");
		for changed in flipped(&bytes) {
			assert!(!same(&changed), "{}", String::from_utf8_lossy(&changed));
		}
	}

	proptest! {
		#[test]
		fn any_choice_of_fields_is_disclosed_and_no_other(
			fields in collection::btree_map("[a-zA-Z0-9_.-]{1,64}", ".{0,40}", 1..6),
			chosen: [bool; 6],
		) {
			let shown: BTreeMap<_, _> = fields
				.clone()
				.into_iter()
				.zip(chosen)
				.filter(|(_, chosen)| *chosen)
				.map(|(field, _)| field)
				.collect();
			let names: Vec<String> = shown.keys().cloned().collect();
			let dossier = make(fields.into_iter().collect()).expect("all is in bounds");
			let dossier = Dossier::parse(&dossier.canonical()).expect("own bytes");

			let disclosure = dossier.disclose(&names).expect("has these fields");
			let again = IdentityDisclosure::parse(&disclosure.canonical()).expect("own bytes");
			prop_assert_eq!(&again, &disclosure);
			prop_assert!(again.check(&dossier.hash()).is_ok());
			let disclosed: Vec<_> = again.fields().iter().map(|field| (&field.name, &field.value)).collect();
			prop_assert_eq!(disclosed, shown.iter().collect::<Vec<_>>());
		}

		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			prop_assert!(Dossier::parse(&bytes).is_err());
			prop_assert!(IdentityDisclosure::parse(&bytes).is_err());
		}
	}

	#[test]
	fn files_survive_being_written_and_read() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let whole = directory.path().join("dossier.json");
		let some = directory.path().join("disclosure.json");
		assert!(matches!(
			Dossier::read(&whole),
			Err(Error::File(file::Error::NotFound { .. }))
		));
		assert!(matches!(
			IdentityDisclosure::read(&some),
			Err(Error::File(file::Error::NotFound { .. }))
		));

		dossier().write_new(&whole).expect("can be written");
		disclosure().write_new(&some).expect("can be written");
		assert_eq!(Dossier::read(&whole).expect("can be read"), dossier());
		assert_eq!(IdentityDisclosure::read(&some).expect("can be read"), disclosure());
		assert!(matches!(
			dossier().write_new(&whole),
			Err(Error::File(file::Error::Exists { .. }))
		));
		assert!(matches!(
			disclosure().write_new(&some),
			Err(Error::File(file::Error::Exists { .. }))
		));
		let result = Dossier::read(&some);
		assert!(
			matches!(&result, Err(Error::Damaged { origin, .. }) if origin.contains("disclosure.json")),
			"{result:?}"
		);
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			for path in [whole, some] {
				let mode = std::fs::metadata(&path).expect("is there").permissions().mode();
				assert_eq!(mode & 0o777, 0o600, "{}", path.display());
			}
		}
	}
}
