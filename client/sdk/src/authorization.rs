// SPDX-License-Identifier: Apache-2.0

//! An owner's signature as a file, so that the machine with the key and the machine with the network can be two (X.1407 7.2.1 d, e).
//!
//! 1. Ada has a diploma's evidence and her key on a machine without a network. She signs a registration and gets an authorisation.
//! 2. She carries it, with the evidence, to a business platform. It holds no key of hers.
//! 3. The platform checks that the authorisation is for its network, still valid, by Ada and for this evidence, and submits it under
//!    its own key. It can neither change what Ada signed nor use it twice.
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
//! A revocation has `reason` in place of `evidenceHash` and `schema`. The signature is over the bytes of
//! [`payload`](chirograph_primitives::payload), not over the file.

use crate::{
	document::{self, Fault},
	evidence::Evidence,
	file,
	keys::{format_account, Keypair},
};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, BlockNumber, EvidenceHash, OwnerSignature, RevocationReason, Schema, SignatureFault, SignatureScheme, Subject,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

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
	/// The owner signed for other evidence.
	#[error("the authorisation is not for this evidence; use the two that belong together")]
	OtherEvidence,
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

/// What an owner permits to be done in their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
	/// To register evidence.
	Registration {
		/// The evidence.
		evidence_hash: EvidenceHash,
		/// What kind of document it is.
		schema: Schema,
	},
	/// To take a proof back.
	Revocation {
		/// Why.
		reason: RevocationReason,
	},
}

/// An owner's signature with all that it is over. See the [module](self)'s description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Authorization {
	/// The network that it is for.
	pub genesis_hash: GenesisHash,
	/// Who permits it.
	pub owner: AccountId,
	/// The proof's key on the ledger.
	pub subject: Subject,
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
			evidence_hash: evidence.hash(),
			schema: evidence.schema,
		};
		Ok(Self::sign(keypair, genesis_hash, evidence.subject(), permission, valid_until))
	}

	/// Authorises the revocation of a proof.
	pub fn sign_revocation(
		keypair: &Keypair,
		genesis_hash: &GenesisHash,
		subject: Subject,
		reason: RevocationReason,
		valid_until: BlockNumber,
	) -> Self {
		Self::sign(keypair, genesis_hash, subject, Permission::Revocation { reason }, valid_until)
	}

	fn sign(
		keypair: &Keypair,
		genesis: &GenesisHash,
		subject: Subject,
		permission: Permission,
		valid_until: BlockNumber,
	) -> Self {
		let owner = keypair.account();
		let signature = keypair.sign_owner(&payload_of(genesis, &owner, &subject, &permission, valid_until));
		Self {
			genesis_hash: *genesis,
			owner,
			subject,
			permission,
			valid_until,
			signature,
		}
	}

	/// The bytes that are signed.
	pub fn payload(&self) -> Vec<u8> {
		payload_of(
			&self.genesis_hash,
			&self.owner,
			&self.subject,
			&self.permission,
			self.valid_until,
		)
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
		self.signature
			.verify(&self.payload(), &self.owner)
			.map_err(|fault| match fault {
				SignatureFault::Malformed => Error::Malformed,
				SignatureFault::Mismatch => Error::NotByOwner {
					owner: format_account(&self.owner),
				},
			})?;
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
		let Permission::Registration { evidence_hash, schema } = self.permission else {
			return Err(Error::OtherPermission {
				expected: "registration",
				found: "revocation",
			});
		};
		ensure_owner(evidence, &self.owner)?;
		let same = (self.subject, evidence_hash, schema) == (evidence.subject(), evidence.hash(), evidence.schema);
		same.then_some(()).ok_or(Error::OtherEvidence)
	}

	/// Why the proof is to be revoked, if that is what it permits.
	pub fn revocation_reason(&self) -> Result<RevocationReason, Error> {
		match self.permission {
			Permission::Revocation { reason } => Ok(reason),
			Permission::Registration { .. } => Err(Error::OtherPermission {
				expected: "revocation",
				found: "registration",
			}),
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
}

fn payload_of(
	genesis: &GenesisHash,
	owner: &AccountId,
	subject: &Subject,
	permission: &Permission,
	valid_until: BlockNumber,
) -> Vec<u8> {
	match permission {
		Permission::Registration { evidence_hash, schema } => {
			payload::registration(genesis, owner, subject, evidence_hash, *schema, valid_until)
		},
		Permission::Revocation { reason } => payload::revocation(genesis, owner, subject, *reason, valid_until),
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
#[serde(rename_all = "lowercase")]
enum Kind {
	Registration,
	Revocation,
}

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
	subject: Subject,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	evidence_hash: Option<EvidenceHash>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	schema: Option<Schema>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	reason: Option<RevocationReason>,
	valid_until: BlockNumber,
	scheme: SignatureScheme,
	#[serde(with = "document::hexadecimal")]
	signature: Vec<u8>,
}

impl From<Authorization> for Document {
	fn from(authorization: Authorization) -> Self {
		let (kind, evidence_hash, schema, reason) = match authorization.permission {
			Permission::Registration { evidence_hash, schema } => (Kind::Registration, Some(evidence_hash), Some(schema), None),
			Permission::Revocation { reason } => (Kind::Revocation, None, None, Some(reason)),
		};
		Self {
			format: Format::V1,
			kind,
			genesis_hash: authorization.genesis_hash,
			owner: authorization.owner,
			subject: authorization.subject,
			evidence_hash,
			schema,
			reason,
			valid_until: authorization.valid_until,
			scheme: authorization.signature.scheme(),
			signature: match authorization.signature {
				OwnerSignature::Ecdsa(signature) => signature.to_vec(),
				OwnerSignature::Sr25519(signature) => signature.to_vec(),
				OwnerSignature::Ed25519(signature) => signature.to_vec(),
			},
		}
	}
}

impl TryFrom<Document> for Authorization {
	type Error = &'static str;

	fn try_from(document: Document) -> Result<Self, Self::Error> {
		let permission = match (document.kind, document.evidence_hash, document.schema, document.reason) {
			(Kind::Registration, Some(evidence_hash), Some(schema), None) => Permission::Registration { evidence_hash, schema },
			(Kind::Revocation, None, None, Some(reason)) => Permission::Revocation { reason },
			(Kind::Registration, ..) => return Err("a registration has evidenceHash and schema, and no reason"),
			(Kind::Revocation, ..) => return Err("a revocation has a reason, and neither evidenceHash nor schema"),
		};
		let bytes = &document.signature[..];
		let signature = match document.scheme {
			SignatureScheme::Ecdsa => bytes.try_into().map(OwnerSignature::Ecdsa),
			SignatureScheme::Sr25519 => bytes.try_into().map(OwnerSignature::Sr25519),
			SignatureScheme::Ed25519 => bytes.try_into().map(OwnerSignature::Ed25519),
		};
		Ok(Self {
			genesis_hash: document.genesis_hash,
			owner: document.owner,
			subject: document.subject,
			permission,
			valid_until: document.valid_until,
			signature: signature.map_err(|()| "the signature has not the length of its scheme")?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{evidence::Mode, file::Original};
	use proptest::prelude::*;

	const GENESIS: GenesisHash = [9; 32];
	const SCHEMES: [SignatureScheme; 3] = [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519];

	fn alice(scheme: SignatureScheme) -> Keypair {
		Keypair::dev("//Alice", scheme).expect("is a path")
	}

	fn evidence(owner: &Keypair) -> Evidence {
		let original = Original {
			sha256: [1; 32],
			size: 7,
			media_type: "text/plain".into(),
		};
		let made = Evidence::new(&original, Mode::Sealed, Schema::Certificate, &owner.account(), vec![]);
		made.expect("all is in bounds").0
	}

	fn registration(keypair: &Keypair) -> Authorization {
		Authorization::sign_registration(keypair, &GENESIS, &evidence(keypair), 100).expect("is the owner")
	}

	fn revocation(keypair: &Keypair) -> Authorization {
		let subject = evidence(keypair).subject();
		Authorization::sign_revocation(keypair, &GENESIS, subject, RevocationReason::NoLongerValid, 100)
	}

	#[test]
	fn a_signed_authorization_counts_until_its_last_block() {
		for scheme in SCHEMES {
			for authorization in [registration(&alice(scheme)), revocation(&alice(scheme))] {
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
		for authorization in [
			registration(&alice(SignatureScheme::Ecdsa)),
			revocation(&alice(SignatureScheme::Ecdsa)),
		] {
			let refused = authorization.check(&other, 0);
			assert!(matches!(refused, Err(Error::AnotherNetwork { expected, found }) if expected == other && found == GENESIS));
		}
	}

	/// X.1407 8.2.2: nothing can be exchanged after the owner has signed. The first assertion is the control.
	#[test]
	fn whatever_is_changed_after_signing_refuses() {
		let changes: [fn(&mut Authorization); 7] = [
			|signed| signed.genesis_hash = [8; 32],
			|signed| signed.owner = Keypair::dev("//Bob", SignatureScheme::Ecdsa).expect("is a path").account(),
			|signed| signed.subject.0[0] ^= 1,
			|signed| signed.valid_until += 1,
			|signed| {
				signed.permission = Permission::Registration {
					evidence_hash: EvidenceHash([0; 32]),
					schema: Schema::Certificate,
				}
			},
			|signed| {
				signed.permission = Permission::Revocation {
					reason: RevocationReason::IssuedInError,
				}
			},
			|signed| {
				signed.permission = Permission::Revocation {
					reason: RevocationReason::Unspecified,
				}
			},
		];
		for scheme in SCHEMES {
			for signed in [registration(&alice(scheme)), revocation(&alice(scheme))] {
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
		let other = registration.revocation_reason();
		assert!(matches!(
			other,
			Err(Error::OtherPermission {
				found: "registration",
				..
			})
		));
		assert_eq!(
			revocation.revocation_reason().expect("is one"),
			RevocationReason::NoLongerValid
		);
	}

	#[test]
	fn an_authorization_survives_being_written_and_read() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		for scheme in SCHEMES {
			for (kind, authorization) in [
				("registration", registration(&alice(scheme))),
				("revocation", revocation(&alice(scheme))),
			] {
				let path = directory.path().join(format!("{kind}.{scheme}.json"));
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
		] {
			let fault = fault(authorization, from, to);
			assert!(matches!(fault, Fault::Malformed(_)), "{from} -> {to}: {fault:?}");
		}
		assert!(matches!(fault(&registration, "{", r#"{"note":"","#), Fault::Unknown(_)));
		assert!(matches!(fault(&registration, "/v1", "/v2"), Fault::OtherFormat { .. }));
	}

	proptest! {
		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			prop_assert!(Authorization::parse(&bytes).is_err());
		}

		/// A flipped bit is refused by the reader or by the check, or it is a digit's case, which says the same.
		#[test]
		fn any_flipped_bit_of_the_file_refuses(place: prop::sample::Index, bit in 0u8..8) {
			let signed = registration(&alice(SignatureScheme::Ed25519));
			let mut bytes = signed.canonical();
			let place = place.index(bytes.len());
			bytes[place] ^= 1 << bit;
			if let Ok(changed) = Authorization::parse(&bytes) {
				prop_assert!(changed == signed || changed.check(&GENESIS, 0).is_err(), "byte {}", place);
			}
		}
	}
}
