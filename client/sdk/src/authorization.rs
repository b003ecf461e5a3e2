// SPDX-License-Identifier: Apache-2.0

//! An owner's signature as a file, so that the machine with the key and the machine with the network can be two (X.1407 7.2.1 d, e).
//!
//! 1. Ada has a diploma's evidence and her key on a machine without a network. She signs a registration and gets an authorisation.
//! 2. She carries it, with the evidence, to a business platform. It holds no key of hers.
//! 3. The platform checks that the authorisation is for its network, still valid, by Ada and for this evidence, and submits it under
//!    its own key. It can neither change what Ada signed nor use it twice.
//! 4. Ada sells the diploma's rights to Bob. She signs a transfer to him. He [accepts](Authorization::accept) it, and the ledger takes it with both
//!    signatures only.
//!
//! # The authorisation file
//!
//! ```json
//! {
//!   "format": "chirograph/authorization/v1", "kind": "registration", "genesisHash": "0x…", "owner": "5…", "subject": "0x…",
//!   "evidenceHash": "0x…", "schema": "certificate", "validUntil": 1200, "scheme": "ecdsa", "signature": "0x…"
//! }
//! ```
//!
//! What changes a proof names it by `subject` (a record), `root` (a batch) or both (a leaf), and has in place of `evidenceHash` and `schema`:
//!
//! | `kind` | has |
//! |---|---|
//! | `revocation` | `reason` |
//! | `claim-revocation` | the same; `subject` is that of the record, and what is revoked is the owner's claim of it |
//! | `supersession` | `successor`: the proof in its place, an object of `subject`, `root` or both |
//! | `transfer` | `to`, and, once the next holder accepted it, `consent`: an object of `scheme` and `signature` |
//! | `renewal` | `evidence`: another hash of the evidence document, `sha3-512:0x…` |
//!
//! The signatures are over the bytes of [`payload`](chirograph_primitives::payload), not over the file.

use crate::{
	document::{self, Fault},
	evidence::Evidence,
	file,
	keys::{format_account, Keypair},
};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, BatchRoot, BlockNumber, Digest, EvidenceHash, OwnerSignature, ProofId, RevocationReason, Schema, SignatureFault,
	SignatureScheme, Subject,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// For how many blocks a signature is good that is used at once: an hour at two seconds a block, in case finality takes its time.
pub const VALIDITY: BlockNumber = 1_800;

const FORMAT: &str = "chirograph/authorization/v1";
/// No authorisation is larger. In bytes.
const MAX_BYTES: usize = 4 * 1024;

/// Why an authorisation cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// It is not an authorisation, or not any more.
	#[error("{origin} is not acceptable: {fault}; ask the owner for it again")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// The owner signed for another network.
	#[error("the authorisation is for the network {}, and this is {}; submit it there or have it signed for this one",
		document::to_hex(.found), document::to_hex(.expected))]
	AnotherNetwork {
		/// Genesis hash of the network at hand.
		expected: GenesisHash,
		/// Genesis hash that was signed for.
		found: GenesisHash,
	},
	/// The owner signed for a time that is over.
	#[error("the authorisation was valid until block {valid_until}, and the chain is at {current}; have it signed anew")]
	Expired {
		/// The last block in which it could be used.
		valid_until: BlockNumber,
		/// The newest block.
		current: BlockNumber,
	},
	/// No signature of its scheme at all.
	#[error("the signature in the authorisation is not one of its scheme; ask the owner for it again")]
	Malformed,
	/// Signed with another key, or changed after it was signed.
	#[error("the signature is not by the owner {owner} over what the authorisation says; ask the owner for it again")]
	NotByOwner {
		/// Who is named as owner.
		owner: String,
	},
	/// The evidence belongs to somebody else.
	#[error(
		"the evidence is owned by {evidence}, and the signature is by {signer}; use the key or the evidence of the right one"
	)]
	OtherOwner {
		/// Owner in the evidence.
		evidence: String,
		/// Owner in the authorisation, or of the key that was to sign.
		signer: String,
	},
	/// The owner signed for something else to be done.
	#[error("the authorisation is for a {found}, not for a {expected}; have the owner sign a {expected}")]
	OtherPermission {
		/// What is to be done.
		expected: &'static str,
		/// What the owner signed for.
		found: &'static str,
	},
	/// The next holder's signature is missing.
	#[error("the transfer is signed by its holder alone; have {to} accept it, with `chirograph proof accept`")]
	NotAccepted {
		/// Who is to hold the proof.
		to: String,
	},
	/// Somebody else is to hold the proof.
	#[error("the transfer is to {to}, and the key is of {signer}; use the key of the next holder, or have the holder sign a transfer to this one")]
	OtherNextHolder {
		/// Who is to hold the proof.
		to: String,
		/// Whose key was to accept.
		signer: String,
	},
	/// Accepted with another key, or changed after that.
	#[error("the consent is not by {to} to what the transfer says; have it accepted again")]
	NotByNextHolder {
		/// Who is to hold the proof.
		to: String,
	},
	/// The owner signed for other evidence.
	#[error("the authorisation is not for this evidence; use the two that belong together")]
	OtherEvidence,
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

/// What an owner permits to be done in their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
	/// To register evidence.
	Registration {
		/// Under which the ledger is to keep it.
		subject: Subject,
		/// The evidence.
		evidence_hash: EvidenceHash,
		/// What kind of document it is.
		schema: Schema,
	},
	/// To change what is registered.
	Change {
		/// Which proof; of a claim, the record that it is a claim of.
		proof: ProofId,
		/// How.
		change: Change,
	},
}

/// What a holder does with a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
	/// To take it back.
	Revocation {
		/// Why.
		reason: RevocationReason,
	},
	/// To take a claim of it back. Only a record has claims.
	ClaimRevocation {
		/// Why.
		reason: RevocationReason,
	},
	/// To put another in its place.
	Supersession {
		/// Which.
		by: ProofId,
	},
	/// To hand it over.
	Transfer {
		/// To whom.
		to: AccountId,
		/// Their signature over the same bytes, once they accepted.
		consent: Option<OwnerSignature>,
	},
	/// To bind its evidence to another hash.
	Renewal {
		/// The other hash.
		evidence: Digest,
	},
}

impl Change {
	/// What it is called in files, and in names of files.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Revocation { .. } => "revocation",
			Self::ClaimRevocation { .. } => "claim-revocation",
			Self::Supersession { .. } => "supersession",
			Self::Transfer { .. } => "transfer",
			Self::Renewal { .. } => "renewal",
		}
	}
}

impl Permission {
	const fn kind(&self) -> &'static str {
		match self {
			Self::Registration { .. } => "registration",
			Self::Change { change, .. } => change.kind(),
		}
	}

	/// The bytes that are signed to give it.
	fn payload(&self, genesis: &GenesisHash, owner: &AccountId, valid_until: BlockNumber) -> Vec<u8> {
		match self {
			Self::Registration {
				subject,
				evidence_hash,
				schema,
			} => payload::registration(genesis, owner, subject, evidence_hash, *schema, valid_until),
			Self::Change { proof, change } => match change {
				Change::Revocation { reason } => payload::revocation(genesis, owner, proof, *reason, valid_until),
				Change::ClaimRevocation { reason } => match proof {
					ProofId::Record { subject } => payload::claim_revocation(genesis, owner, subject, *reason, valid_until),
					// Nothing else has claims, and the ledger has no words for it.
					other => payload::revocation(genesis, owner, other, *reason, valid_until),
				},
				Change::Supersession { by } => payload::supersession(genesis, owner, proof, by, valid_until),
				Change::Transfer { to, .. } => payload::transfer(genesis, owner, proof, to, valid_until),
				Change::Renewal { evidence } => payload::renewal(genesis, owner, proof, evidence, valid_until),
			},
		}
	}
}

/// An owner's signature with all that it is over. See the [module](self)'s description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Authorization {
	/// The network that it is for.
	pub genesis_hash: GenesisHash,
	/// Who permits it.
	pub owner: AccountId,
	/// What they permit.
	pub permission: Permission,
	/// The last block in which it may be used.
	pub valid_until: BlockNumber,
	/// The owner's signature over [`Self::payload`].
	pub signature: OwnerSignature,
}

impl Authorization {
	/// Authorises the registration of evidence. Refuses with [`Error::OtherOwner`] if the evidence names another owner.
	pub fn sign_registration(
		keypair: &Keypair,
		genesis_hash: &GenesisHash,
		evidence: &Evidence,
		valid_until: BlockNumber,
	) -> Result<Self, Error> {
		ensure_owner(evidence, &keypair.account())?;
		let permission = Permission::Registration {
			subject: evidence.subject(),
			evidence_hash: evidence.hash(),
			schema: evidence.schema,
		};
		Ok(Self::sign(keypair, genesis_hash, permission, valid_until))
	}

	/// Authorises a change of a proof, or of a claim of a record, as its holder.
	pub fn sign_change(
		keypair: &Keypair,
		genesis_hash: &GenesisHash,
		proof: ProofId,
		change: Change,
		valid_until: BlockNumber,
	) -> Self {
		Self::sign(keypair, genesis_hash, Permission::Change { proof, change }, valid_until)
	}

	fn sign(keypair: &Keypair, genesis: &GenesisHash, permission: Permission, valid_until: BlockNumber) -> Self {
		let owner = keypair.account();
		let signature = keypair.sign_owner(&permission.payload(genesis, &owner, valid_until));
		Self {
			genesis_hash: *genesis,
			owner,
			permission,
			valid_until,
			signature,
		}
	}

	/// The bytes that are signed.
	pub fn payload(&self) -> Vec<u8> {
		self.permission.payload(&self.genesis_hash, &self.owner, self.valid_until)
	}

	/// The same transfer, accepted by the next holder.
	pub fn accept(&self, next: &Keypair) -> Result<Self, Error> {
		let (proof, to, _) = self.transfer()?;
		if *to != next.account() {
			return Err(Error::OtherNextHolder {
				to: format_account(to),
				signer: format_account(&next.account()),
			});
		}
		let change = Change::Transfer {
			to: to.clone(),
			consent: Some(next.sign_owner(&self.payload())),
		};
		Ok(Self {
			permission: Permission::Change { proof: *proof, change },
			..self.clone()
		})
	}

	/// Whether it can still be used on a network, whose newest block is `current`, and is by the owner that it names.
	///
	/// What is submitted now enters the next block at the earliest, so that it has expired when `current` is its last block.
	pub fn check(&self, genesis_hash: &GenesisHash, current: BlockNumber) -> Result<(), Error> {
		if self.genesis_hash != *genesis_hash {
			return Err(Error::AnotherNetwork {
				expected: *genesis_hash,
				found: self.genesis_hash,
			});
		}
		let payload = self.payload();
		self.signature.verify(&payload, &self.owner).map_err(|fault| match fault {
			SignatureFault::Malformed => Error::Malformed,
			SignatureFault::Mismatch => Error::NotByOwner {
				owner: format_account(&self.owner),
			},
		})?;
		if let Ok((_, to, Some(consent))) = self.transfer() {
			consent
				.verify(&payload, to)
				.map_err(|_| Error::NotByNextHolder { to: format_account(to) })?;
		}
		if self.valid_until <= current {
			return Err(Error::Expired {
				valid_until: self.valid_until,
				current,
			});
		}
		Ok(())
	}

	/// Whether it permits the registration of this evidence.
	pub fn check_evidence(&self, evidence: &Evidence) -> Result<(), Error> {
		let Permission::Registration {
			subject,
			evidence_hash,
			schema,
		} = self.permission
		else {
			return Err(self.other_permission("registration"));
		};
		ensure_owner(evidence, &self.owner)?;
		let same = (subject, evidence_hash, schema) == (evidence.subject(), evidence.hash(), evidence.schema);
		same.then_some(()).ok_or(Error::OtherEvidence)
	}

	/// What it permits to be done with which proof, if not to register one.
	pub fn change(&self) -> Result<(&ProofId, &Change), Error> {
		match &self.permission {
			Permission::Change { proof, change } => Ok((proof, change)),
			Permission::Registration { .. } => Err(self.other_permission("change of a proof")),
		}
	}

	/// Which proof it permits to be handed over, and to whom; and their signature, if they accepted.
	pub fn transfer(&self) -> Result<(&ProofId, &AccountId, Option<&OwnerSignature>), Error> {
		match &self.permission {
			Permission::Change {
				proof,
				change: Change::Transfer { to, consent },
			} => Ok((proof, to, consent.as_ref())),
			_ => Err(self.other_permission("transfer")),
		}
	}

	fn other_permission(&self, expected: &'static str) -> Error {
		Error::OtherPermission {
			expected,
			found: self.permission.kind(),
		}
	}

	/// Reads an authorisation. It is data yet: [`Self::check`] says whether it counts.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the authorisation", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		document::read(bytes, MAX_BYTES, FORMAT).map_err(|fault| Error::Damaged {
			origin: origin.to_owned(),
			fault,
		})
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// Reads a file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::parse_from(&format!("the authorisation {}", path.display()), &bytes)
	}

	/// Writes a file that does not exist yet. For the user alone: whoever has it can use it.
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), true)?)
	}

	/// The same, in the place of one that is no good any more.
	pub fn replace(&self, path: &Path) -> Result<(), Error> {
		Ok(file::replace(path, &self.canonical())?)
	}
}

fn ensure_owner(evidence: &Evidence, signer: &AccountId) -> Result<(), Error> {
	if evidence.owner.account == *signer {
		return Ok(());
	}
	Err(Error::OtherOwner {
		evidence: format_account(&evidence.owner.account),
		signer: format_account(signer),
	})
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/authorization/v1")]
	V1,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
	Registration,
	Revocation,
	ClaimRevocation,
	Supersession,
	Transfer,
	Renewal,
}

/// A proof by its subject, its batch's root, or both.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenProof {
	#[serde(default, skip_serializing_if = "Option::is_none")]
	root: Option<BatchRoot>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	subject: Option<Subject>,
}

impl From<ProofId> for WrittenProof {
	fn from(proof: ProofId) -> Self {
		let (root, subject) = match proof {
			ProofId::Record { subject } => (None, Some(subject)),
			ProofId::Batch { root } => (Some(root), None),
			ProofId::Leaf { root, subject } => (Some(root), Some(subject)),
		};
		Self { root, subject }
	}
}

impl TryFrom<WrittenProof> for ProofId {
	type Error = &'static str;

	fn try_from(WrittenProof { root, subject }: WrittenProof) -> Result<Self, Self::Error> {
		match (root, subject) {
			(None, Some(subject)) => Ok(Self::Record { subject }),
			(Some(root), None) => Ok(Self::Batch { root }),
			(Some(root), Some(subject)) => Ok(Self::Leaf { root, subject }),
			(None, None) => Err("a proof is named by its subject, its batch's root, or both"),
		}
	}
}

/// A signature in a document.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenSignature {
	scheme: SignatureScheme,
	#[serde(with = "document::hexadecimal")]
	signature: Vec<u8>,
}

impl From<OwnerSignature> for WrittenSignature {
	fn from(signature: OwnerSignature) -> Self {
		Self {
			scheme: signature.scheme(),
			signature: match signature {
				OwnerSignature::Ecdsa(signature) => signature.to_vec(),
				OwnerSignature::Sr25519(signature) => signature.to_vec(),
				OwnerSignature::Ed25519(signature) => signature.to_vec(),
			},
		}
	}
}

impl TryFrom<WrittenSignature> for OwnerSignature {
	type Error = &'static str;

	fn try_from(written: WrittenSignature) -> Result<Self, Self::Error> {
		let bytes = &written.signature[..];
		let signature = match written.scheme {
			SignatureScheme::Ecdsa => bytes.try_into().map(Self::Ecdsa),
			SignatureScheme::Sr25519 => bytes.try_into().map(Self::Sr25519),
			SignatureScheme::Ed25519 => bytes.try_into().map(Self::Ed25519),
		};
		signature.map_err(|()| "the signature has not the length of its scheme")
	}
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct WrittenAccount(#[serde(with = "document::account")] AccountId);

/// The file's layout.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
	format: Format,
	kind: Kind,
	#[serde(with = "document::hexadecimal")]
	genesis_hash: GenesisHash,
	#[serde(with = "document::account")]
	owner: AccountId,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	subject: Option<Subject>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	root: Option<BatchRoot>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	evidence_hash: Option<EvidenceHash>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	schema: Option<Schema>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	reason: Option<RevocationReason>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	successor: Option<WrittenProof>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	to: Option<WrittenAccount>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	consent: Option<WrittenSignature>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	evidence: Option<Digest>,
	valid_until: BlockNumber,
	scheme: SignatureScheme,
	#[serde(with = "document::hexadecimal")]
	signature: Vec<u8>,
}

impl From<Authorization> for Document {
	fn from(authorization: Authorization) -> Self {
		let WrittenSignature { scheme, signature } = authorization.signature.into();
		let mut document = Self {
			format: Format::V1,
			kind: Kind::Registration,
			genesis_hash: authorization.genesis_hash,
			owner: authorization.owner,
			subject: None,
			root: None,
			evidence_hash: None,
			schema: None,
			reason: None,
			successor: None,
			to: None,
			consent: None,
			evidence: None,
			valid_until: authorization.valid_until,
			scheme,
			signature,
		};
		let (proof, change) = match authorization.permission {
			Permission::Registration {
				subject,
				evidence_hash,
				schema,
			} => {
				(document.subject, document.evidence_hash, document.schema) = (Some(subject), Some(evidence_hash), Some(schema));
				return document;
			},
			Permission::Change { proof, change } => (WrittenProof::from(proof), change),
		};
		(document.subject, document.root) = (proof.subject, proof.root);
		match change {
			Change::Revocation { reason } => {
				document.kind = Kind::Revocation;
				document.reason = Some(reason);
			},
			Change::ClaimRevocation { reason } => {
				document.kind = Kind::ClaimRevocation;
				document.reason = Some(reason);
			},
			Change::Supersession { by } => {
				document.kind = Kind::Supersession;
				document.successor = Some(by.into());
			},
			Change::Transfer { to, consent } => {
				document.kind = Kind::Transfer;
				document.to = Some(WrittenAccount(to));
				document.consent = consent.map(Into::into);
			},
			Change::Renewal { evidence } => {
				document.kind = Kind::Renewal;
				document.evidence = Some(evidence);
			},
		}
		document
	}
}

impl TryFrom<Document> for Authorization {
	type Error = &'static str;

	fn try_from(mut document: Document) -> Result<Self, Self::Error> {
		// What its kind has is taken out; nothing may be left.
		let kind = document.kind;
		let (root, subject) = (document.root.take(), document.subject.take());
		let proof = ProofId::try_from(WrittenProof { root, subject })?;
		let permission = match kind {
			Kind::Registration => {
				let ProofId::Record { subject } = proof else {
					return Err("a registration has a subject, and no root");
				};
				Permission::Registration {
					subject,
					evidence_hash: document.evidence_hash.take().ok_or("a registration has evidenceHash")?,
					schema: document.schema.take().ok_or("a registration has a schema")?,
				}
			},
			Kind::Revocation => {
				let reason = document.reason.take().ok_or("a revocation has a reason")?;
				let change = Change::Revocation { reason };
				Permission::Change { proof, change }
			},
			Kind::ClaimRevocation => {
				let ProofId::Record { .. } = proof else {
					return Err("a claim is of a record, which has a subject, and no root");
				};
				let reason = document.reason.take().ok_or("a revocation has a reason")?;
				let change = Change::ClaimRevocation { reason };
				Permission::Change { proof, change }
			},
			Kind::Supersession => {
				let successor = document.successor.take().ok_or("a supersession has a successor")?;
				let change = Change::Supersession {
					by: successor.try_into()?,
				};
				Permission::Change { proof, change }
			},
			Kind::Transfer => {
				let WrittenAccount(to) = document.to.take().ok_or("a transfer says to whom")?;
				let consent = document.consent.take().map(TryInto::try_into).transpose()?;
				let change = Change::Transfer { to, consent };
				Permission::Change { proof, change }
			},
			Kind::Renewal => {
				let evidence = document.evidence.take().ok_or("a renewal has another hash of the evidence")?;
				let change = Change::Renewal { evidence };
				Permission::Change { proof, change }
			},
		};
		let is_more = document.evidence_hash.is_some()
			|| document.schema.is_some()
			|| document.reason.is_some()
			|| document.successor.is_some()
			|| document.to.is_some()
			|| document.consent.is_some()
			|| document.evidence.is_some();
		if is_more {
			return Err("it has what its kind has not");
		}
		let signature = WrittenSignature {
			scheme: document.scheme,
			signature: document.signature,
		};
		Ok(Self {
			genesis_hash: document.genesis_hash,
			owner: document.owner,
			permission,
			valid_until: document.valid_until,
			signature: signature.try_into()?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		evidence::{EvidenceFile, Mode},
		file::Original,
	};
	use proptest::prelude::*;

	const GENESIS: GenesisHash = [9; 32];
	const SCHEMES: [SignatureScheme; 3] = [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519];

	fn alice(scheme: SignatureScheme) -> Keypair {
		Keypair::dev("//Alice", scheme).expect("is a path")
	}

	fn evidence(owner: &Keypair) -> Evidence {
		let original = Original {
			sha256: [1; 32],
			sha3_512: [1; 64],
			size: 7,
			media_type: "text/plain".into(),
			similarity: Default::default(),
		};
		let made = Evidence::new(&original, Mode::Sealed, Schema::Certificate, &owner.account(), vec![]);
		made.expect("all is in bounds").0
	}

	fn registration(keypair: &Keypair) -> Authorization {
		Authorization::sign_registration(keypair, &GENESIS, &evidence(keypair), 100).expect("is the owner")
	}

	fn record(keypair: &Keypair) -> ProofId {
		ProofId::Record {
			subject: evidence(keypair).subject(),
		}
	}

	fn revocation(keypair: &Keypair) -> Authorization {
		let reason = RevocationReason::NoLongerValid;
		Authorization::sign_change(keypair, &GENESIS, record(keypair), Change::Revocation { reason }, 100)
	}

	fn claim_revocation(keypair: &Keypair) -> Authorization {
		let reason = RevocationReason::NoLongerValid;
		Authorization::sign_change(keypair, &GENESIS, record(keypair), Change::ClaimRevocation { reason }, 100)
	}

	fn bob() -> Keypair {
		Keypair::dev("//Bob", SignatureScheme::Ed25519).expect("is a path")
	}

	fn transfer(keypair: &Keypair) -> Authorization {
		let change = Change::Transfer {
			to: bob().account(),
			consent: None,
		};
		Authorization::sign_change(keypair, &GENESIS, record(keypair), change, 100)
	}

	/// One of each kind, for each kind of proof.
	fn every(keypair: &Keypair) -> Vec<Authorization> {
		let (root, subject) = (BatchRoot([3; 32]), Subject([4; 32]));
		let by = ProofId::Leaf { root, subject };
		let supersession = Change::Supersession { by };
		let renewal = Change::Renewal {
			evidence: Digest::Sha3_512([5; 64]),
		};
		let sign = |proof, change| Authorization::sign_change(keypair, &GENESIS, proof, change, 100);
		vec![
			registration(keypair),
			revocation(keypair),
			claim_revocation(keypair),
			transfer(keypair),
			transfer(keypair).accept(&bob()).expect("is to Bob"),
			sign(ProofId::Batch { root }, supersession),
			sign(by, renewal),
		]
	}

	#[test]
	fn a_signed_authorization_counts_until_its_last_block() {
		for scheme in SCHEMES {
			for authorization in every(&alice(scheme)) {
				assert!(authorization.check(&GENESIS, 0).is_ok());
				assert!(authorization.check(&GENESIS, 99).is_ok());
				let late = authorization.check(&GENESIS, 100);
				assert!(
					matches!(
						late,
						Err(Error::Expired {
							valid_until: 100,
							current: 100
						})
					),
					"{late:?}"
				);
			}
		}
	}

	#[test]
	fn another_network_is_named() {
		let other = [8; 32];
		for authorization in every(&alice(SignatureScheme::Ecdsa)) {
			let refused = authorization.check(&other, 0);
			assert!(matches!(refused, Err(Error::AnotherNetwork { expected, found }) if expected == other && found == GENESIS));
		}
	}

	/// X.1407 8.2.2: nothing can be exchanged after the owner has signed. The first assertion is the control.
	#[test]
	fn whatever_is_changed_after_signing_refuses() {
		fn name(signed: &mut Authorization, proof: ProofId) {
			match &mut signed.permission {
				Permission::Registration { subject, .. } => subject.0[0] ^= 1,
				Permission::Change { proof: named, .. } => *named = proof,
			}
		}
		fn permit(signed: &mut Authorization, change: Change) {
			let proof = match signed.permission {
				Permission::Registration { subject, .. } => ProofId::Record { subject },
				Permission::Change { proof, .. } => proof,
			};
			signed.permission = Permission::Change { proof, change };
		}
		let changes: [fn(&mut Authorization); 11] = [
			|signed| {
				let reason = RevocationReason::NoLongerValid;
				let of_record = matches!(signed.change(), Ok((_, Change::Revocation { .. })));
				permit(
					signed,
					if of_record {
						Change::ClaimRevocation { reason }
					} else {
						Change::Revocation { reason }
					},
				);
			},
			|signed| signed.genesis_hash = [8; 32],
			|signed| signed.owner = Keypair::dev("//Bob", SignatureScheme::Ecdsa).expect("is a path").account(),
			|signed| signed.valid_until += 1,
			|signed| {
				name(
					signed,
					ProofId::Record {
						subject: Subject([6; 32]),
					},
				)
			},
			|signed| {
				name(
					signed,
					ProofId::Batch {
						root: BatchRoot([6; 32]),
					},
				)
			},
			|signed| {
				signed.permission = Permission::Registration {
					subject: Subject([1; 32]),
					evidence_hash: EvidenceHash([0; 32]),
					schema: Schema::Certificate,
				}
			},
			|signed| {
				let reason = RevocationReason::IssuedInError;
				permit(signed, Change::Revocation { reason });
			},
			|signed| {
				let by = ProofId::Record {
					subject: Subject([7; 32]),
				};
				permit(signed, Change::Supersession { by });
			},
			|signed| {
				let to = AccountId::new([7; 32]);
				permit(signed, Change::Transfer { to, consent: None });
			},
			|signed| {
				let evidence = Digest::Sha3_512([7; 64]);
				permit(signed, Change::Renewal { evidence });
			},
		];
		for scheme in SCHEMES {
			for signed in every(&alice(scheme)) {
				assert!(signed.check(&GENESIS, 0).is_ok());
				for (number, change) in changes.iter().enumerate() {
					let mut changed = signed.clone();
					change(&mut changed);
					// The network that the changed file names, so that the signature is what refuses.
					let network = changed.genesis_hash;
					let result = changed.check(&network, 0);
					assert!(
						matches!(result, Err(Error::NotByOwner { .. })),
						"{scheme}, change {number}: {result:?}"
					);
				}
			}
		}
	}

	/// Nobody is handed what they did not accept.
	#[test]
	fn only_the_next_holder_accepts_and_nothing_else_than_what_was_signed() {
		let (alice, carol) = (
			alice(SignatureScheme::Ecdsa),
			Keypair::dev("//Carol", SignatureScheme::Ed25519).expect("is a path"),
		);
		let offered = transfer(&alice);
		assert!(matches!(offered.transfer(), Ok((_, _, None))));
		assert!(matches!(offered.accept(&carol), Err(Error::OtherNextHolder { .. })));
		assert!(matches!(
			revocation(&alice).accept(&bob()),
			Err(Error::OtherPermission {
				expected: "transfer",
				found: "revocation"
			})
		));
		let accepted = offered.accept(&bob()).expect("is to Bob");
		assert!(accepted.check(&GENESIS, 0).is_ok(), "the control");
		assert_eq!(accepted.payload(), offered.payload(), "both sign the same");
		let others = [carol.sign_owner(&offered.payload()), bob().sign_owner(b"something else")];
		for consent in others.into_iter().chain([OwnerSignature::Ecdsa([0; 65].into())]) {
			let mut forged = accepted.clone();
			if let Permission::Change {
				change: Change::Transfer { consent: given, .. },
				..
			} = &mut forged.permission
			{
				*given = Some(consent);
			}
			let result = forged.check(&GENESIS, 0);
			assert!(matches!(result, Err(Error::NotByNextHolder { .. })), "{result:?}");
		}
	}

	#[test]
	fn what_is_no_signature_is_malformed() {
		let mut authorization = registration(&alice(SignatureScheme::Ecdsa));
		authorization.signature = OwnerSignature::Ecdsa([0; 65].into());
		assert!(matches!(authorization.check(&GENESIS, 0), Err(Error::Malformed)));
	}

	#[test]
	fn only_the_owner_signs_for_evidence() {
		let (alice, bob) = (
			alice(SignatureScheme::Ecdsa),
			Keypair::dev("//Bob", SignatureScheme::Ecdsa).expect("is a path"),
		);
		let refused = Authorization::sign_registration(&bob, &GENESIS, &evidence(&alice), 100);
		assert!(matches!(refused, Err(Error::OtherOwner { .. })));
		let other = registration(&alice).check_evidence(&evidence(&bob));
		assert!(matches!(other, Err(Error::OtherOwner { .. })));
	}

	#[test]
	fn an_authorization_is_for_one_evidence() {
		let alice = alice(SignatureScheme::Ecdsa);
		let mine = evidence(&alice);
		let authorization = Authorization::sign_registration(&alice, &GENESIS, &mine, 100).expect("is the owner");
		assert!(authorization.check_evidence(&mine).is_ok());
		// The same original, with another salt.
		assert!(matches!(
			authorization.check_evidence(&evidence(&alice)),
			Err(Error::OtherEvidence)
		));
		// The same subject, another document about it.
		let mut edited = mine.clone();
		edited.media_type = "text/html".into();
		assert!(matches!(authorization.check_evidence(&edited), Err(Error::OtherEvidence)));
	}

	#[test]
	fn an_authorization_is_for_one_thing() {
		let alice = alice(SignatureScheme::Ecdsa);
		let (registration, revocation) = (registration(&alice), revocation(&alice));
		let other = revocation.check_evidence(&evidence(&alice));
		assert!(matches!(other, Err(Error::OtherPermission { found: "revocation", .. })));
		let other = registration.change();
		assert!(matches!(
			other,
			Err(Error::OtherPermission {
				found: "registration",
				..
			})
		));
		let reason = RevocationReason::NoLongerValid;
		assert!(matches!(revocation.change(), Ok((_, change)) if *change == Change::Revocation { reason }));
	}

	#[test]
	fn an_authorization_survives_being_written_and_read() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		for scheme in SCHEMES {
			for (number, authorization) in every(&alice(scheme)).into_iter().enumerate() {
				let path = directory.path().join(format!("{number}.{scheme}.json"));
				authorization.write_new(&path).expect("can be written");
				assert_eq!(Authorization::read(&path).expect("can be read"), authorization);
			}
		}
	}

	#[test]
	fn a_file_has_what_its_kind_has_and_no_more() {
		let fault = |authorization: &Authorization, from: &str, to: &str| {
			let text = String::from_utf8(authorization.canonical()).expect("is JSON");
			assert!(text.contains(from), "{from} is in {text}");
			match Authorization::parse(text.replacen(from, to, 1).as_bytes()) {
				Err(Error::Damaged { fault, .. }) => fault,
				other => panic!("{from} -> {to}: {other:?}"),
			}
		};
		let registration = registration(&alice(SignatureScheme::Ecdsa));
		let revocation = revocation(&alice(SignatureScheme::Ecdsa));
		let of_claim = claim_revocation(&alice(SignatureScheme::Ecdsa));
		let [.., accepted, supersession, renewal] = &every(&alice(SignatureScheme::Ecdsa))[..] else {
			panic!("there are seven");
		};
		for (authorization, from, to) in [
			(&registration, r#""kind":"registration""#, r#""kind":"revocation""#),
			(&revocation, r#""kind":"revocation""#, r#""kind":"registration""#),
			(&registration, r#","schema":"certificate""#, ""),
			(&registration, r#""kind""#, r#""reason":"unspecified","kind""#),
			(&revocation, r#","reason":"no-longer-valid""#, ""),
			(&revocation, r#""no-longer-valid""#, r#""bored""#),
			(&registration, r#""scheme":"ecdsa""#, r#""scheme":"sr25519""#),
			(&registration, r#""signature":"0x"#, r#""signature":"0x00"#),
			(&registration, r#""genesisHash":"0x"#, r#""genesisHash":"0x00"#),
			(&registration, r#""owner":"5"#, r#""owner":"6"#),
			(&registration, r#""validUntil":100"#, r#""validUntil":4294967296"#),
			(&registration, r#""subject":"0x"#, r#""root":"0x"#),
			(&revocation, r#""subject":"0x"#, r#""evidenceHash":"0x"#),
			(&of_claim, r#""kind":"claim-revocation""#, r#""kind":"claimRevocation""#),
			(&of_claim, r#","reason":"no-longer-valid""#, ""),
			(&of_claim, r#""subject":"0x"#, r#""root":"0x"#),
			(accepted, r#""kind":"transfer""#, r#""kind":"revocation""#),
			(
				accepted,
				r#""kind":"transfer""#,
				r#""reason":"unspecified","kind":"transfer""#,
			),
			(accepted, r#""to":"5"#, r#""to":"6"#),
			(accepted, r#""consent":{"scheme":"ed25519""#, r#""consent":{"scheme":"ecdsa""#),
			(supersession, r#""successor":{"#, r#""evidence":{"#),
			(supersession, r#""kind":"supersession""#, r#""kind":"renewal""#),
			(renewal, r#""evidence":"sha3-512:0x"#, r#""evidence":"sha-256:0x"#),
			(renewal, r#""evidence":"sha3-512:0x"#, r#""evidence":"sha3-512:0x00"#),
		] {
			let fault = fault(authorization, from, to);
			assert!(matches!(fault, Fault::Malformed(_)), "{from} -> {to}: {fault:?}");
		}
		assert!(matches!(fault(&registration, "{", r#"{"note":"","#), Fault::Unknown(_)));
		let inside = r#""successor":{"#;
		assert!(matches!(
			fault(supersession, inside, r#""successor":{"note":"","#),
			Fault::Unknown(_)
		));
		assert!(matches!(fault(&registration, "/v1", "/v2"), Fault::OtherFormat { .. }));
	}

	proptest! {
		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			prop_assert!(Authorization::parse(&bytes).is_err());
		}

		/// A flipped bit is refused by the reader or by the check, or it is a digit's case, which says the same.
		#[test]
		fn any_flipped_bit_of_the_file_refuses(kind: prop::sample::Index, place: prop::sample::Index, bit in 0u8..8) {
			let all = every(&alice(SignatureScheme::Ed25519));
			let signed = kind.get(&all).clone();
			let mut bytes = signed.canonical();
			let place = place.index(bytes.len());
			bytes[place] ^= 1 << bit;
			if let Ok(changed) = Authorization::parse(&bytes) {
				prop_assert!(changed == signed || changed.check(&GENESIS, 0).is_err(), "byte {}", place);
			}
		}
	}
}
