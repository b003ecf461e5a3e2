// SPDX-License-Identifier: Apache-2.0

//! Certificates (X.509) with which somebody else vouches for who an applicant is (X.1407 7.1.2 a, 9.1.1 b).
//!
//! 1. Dave is a certificate authority. He publishes the SHA-256 of his certificate on the ledger.
//! 2. Ada has a certificate that Dave issued. When she applies for a label, the certificate's key signs for her account and the
//!    certificate's hash: a [`claim`]. The ledger checks the signature, and keeps the hash of the certificate and the key.
//! 3. She shows the certificate to Bob, who is an auditor. Hash and key are those of her application, the signatures lead to a
//!    certificate that Dave published, and all of them are valid now: [`verify_chain`].
//!
//! # What is accepted
//!
//! Files have certificates in DER or PEM form, and with PEM several, in any order, text in between ignored. Private keys are PKCS#8,
//! not encrypted, in DER or PEM form.
//!
//! An applicant's key is one for P-256 or Ed25519. Authorities may sign with ECDSA (P-256, P-384), Ed25519, and RSA of 2,048 to 8,192
//! bits (PKCS#1 v1.5 and PSS), each with SHA-2.
//!
//! # How a path is judged
//!
//! By RFC 5280, section 6, with [webpki]: signatures, names, dates, name constraints, critical extensions that nobody knows. An
//! authority's certificate must be valid at the time in question, must be an authority's (`basicConstraints`), must be for signing
//! certificates if it says what it is for (`keyUsage`), and must have no more authorities below it than it says. The applicant's must be no
//! authority's, and if it says what it is for, it must be for signatures (`keyUsage`). All of them must be for one of the purposes that
//! people and organisations sign for, if they say for which (`extKeyUsage`): [`IDENTITY_PURPOSES`]. The published one is no exception to
//! any of that: it may be somebody's in the middle.
//!
//! Name constraints on e-mail addresses are not understood here. Where an authority has any, what is below it must have none, neither in
//! `subjectAltName` nor in the subject (`emailAddress`).
//!
//! Whether an authority has revoked a certificate since is not asked: what an auditor has to do about that, the authority says.

use crate::{chain::format_time, document, file};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, CertificateBinding, CertificateClaim, CertificateHash, CertificateKey, Moment,
};
use p256::{
	ecdsa::{signature::Signer, Signature, SigningKey},
	elliptic_curve::sec1::ToEncodedPoint,
	pkcs8::{PrivateKeyInfo, SecretDocument},
	NistP256,
};
use rustls_pki_types::{pem::PemObject, CertificateDer, UnixTime};
use serde::Serialize;
use sp_core::{ed25519, Pair};
use std::{cell::RefCell, fmt, ops::RangeInclusive, path::Path, time::Duration};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, VerifiedPath};
use x509_cert::{
	der::{
		asn1::{ObjectIdentifier, OctetStringRef},
		oid::AssociatedOid,
		pem::{self, PemLabel},
		Decode,
	},
	ext::pkix::{name::GeneralName, BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints},
	name::Name,
};
use zeroize::Zeroizing;

/// A file of certificates, or of a key, has at most this many bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024;
/// A file has at most this many certificates. Every path that there is has fewer.
pub const MAX_CERTIFICATES: usize = 16;
/// Of a name, this many characters are shown.
const MAX_NAME_CHARS: usize = 200;

/// RFC 8410.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 5480: a key on one of the curves that have names.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 2985: an e-mail address, in a name.
const EMAIL_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");

/// What a certificate may be for (`extKeyUsage`), if it does not leave that open: any purpose, TLS clients, e-mail, documents (RFC 9336), and
/// documents as two makers of software called it before.
pub const IDENTITY_PURPOSES: [ObjectIdentifier; 6] = [
	ObjectIdentifier::new_unwrap("2.5.29.37.0"),
	ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2"),
	ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
	ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
	ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12"),
	ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5"),
];

/// Why a certificate cannot be used, or is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// It is no certificate, or not any more.
	#[error("{origin} cannot be read as certificates: {reason}; use an unaltered copy, in PEM or DER form")]
	Damaged {
		/// Which file or certificate.
		origin: String,
		/// What is wrong with it.
		reason: String,
	},
	/// More than any path has; nothing of it was read.
	#[error("{origin} has more than {most} certificates; leave out those that do not lead from the applicant's to an authority's", most = MAX_CERTIFICATES)]
	TooMany {
		/// Which file.
		origin: String,
	},
	/// One is meant, and it is not said which.
	#[error("{origin} has {found} certificates, and one is meant; put that one into a file of its own")]
	NotOne {
		/// Which file.
		origin: String,
		/// How many there are.
		found: usize,
	},
	/// Sound, as far as anybody can tell, but of a kind that is not accepted.
	#[error("the certificate of {subject} is not supported: {reason}")]
	Unsupported {
		/// Whose.
		subject: String,
		/// What is not supported, and what would be.
		reason: String,
	},
	/// No private key that can be read.
	#[error("{origin} is not a private key in PKCS#8 form, for P-256 or Ed25519 and not encrypted ({reason}); convert it with `openssl pkcs8 -topk8 -nocrypt -in FILE -out key.pem`")]
	BadPrivateKey {
		/// Which file.
		origin: String,
		/// What is wrong with it.
		reason: String,
	},
	/// The applicant signs with another key than the certificate's.
	#[error(
		"the private key is of none of the certificates that were given with it; name the key that the certificate was issued for"
	)]
	OtherPrivateKey,
	/// A claim is of use for one account and certificate on one network.
	#[error("the certificate's key did not sign for this account and this certificate on this network; sign for them again")]
	OtherClaim,
	/// The applicant shows another certificate than the one that they applied with.
	#[error("the application names the certificate {expected}, and that is not among those that were shown ({found}); ask the applicant for it, or reject the application")]
	OtherCertificate {
		/// The one that the application names.
		expected: CertificateHash,
		/// Those that were shown.
		found: String,
	},
	/// The applicant has a key, but not that of the certificate: it is somebody else's.
	#[error("the certificate of {subject} has another key than the one that signed the application: it is not the applicant's; reject the application")]
	WrongKey {
		/// Whose certificate it is.
		subject: String,
	},
	/// It was good once.
	#[error("the certificate of {subject} expired on {end}; ask the applicant for one that is valid, or reject the application")]
	Expired {
		/// Whose.
		subject: String,
		/// Its last second, in UTC.
		end: String,
	},
	/// It will be good.
	#[error("the certificate of {subject} is not valid before {begin}; wait until then, or reject the application")]
	NotYetValid {
		/// Whose.
		subject: String,
		/// Its first second, in UTC.
		begin: String,
	},
	/// Nobody on the ledger vouches for it.
	#[error("no certificate authority on the ledger vouches for {issuer}, where the certificate of {subject} leads: the authority's certificate must be in the file, and published by a label that is usable now; ask the applicant for it, or reject the application")]
	UnknownAuthority {
		/// Whose certificate it is.
		subject: String,
		/// The last issuer that is known.
		issuer: String,
	},
	/// Altered, or made up.
	#[error("a signature on the way from the certificate of {subject} to its authority is false, so a certificate was altered or made up; reject the application")]
	BadSignature {
		/// Whose.
		subject: String,
	},
	/// Somebody certified the applicant who may not.
	#[error("{subject} may not certify others as it did: {reason}; ask the applicant for another certificate, or reject the application")]
	NotAnAuthority {
		/// Who.
		subject: String,
		/// Why not.
		reason: &'static str,
	},
	/// It is good for something else.
	#[error("the certificate of {subject} is not one to apply with: {reason}; ask the applicant for another, or reject the application")]
	WrongPurpose {
		/// Whose.
		subject: String,
		/// Why not.
		reason: &'static str,
	},
	/// A file could not be read.
	#[error(transparent)]
	File(#[from] file::Error),
}

impl Error {
	/// Whether it is a judgement of what was shown, and not that it could not be judged.
	pub fn is_judgement(&self) -> bool {
		match self {
			Self::WrongKey { .. }
			| Self::Expired { .. }
			| Self::NotYetValid { .. }
			| Self::UnknownAuthority { .. }
			| Self::BadSignature { .. }
			| Self::NotAnAuthority { .. }
			| Self::WrongPurpose { .. } => true,
			Self::Damaged { .. }
			| Self::TooMany { .. }
			| Self::NotOne { .. }
			| Self::Unsupported { .. }
			| Self::BadPrivateKey { .. }
			| Self::OtherPrivateKey
			| Self::OtherClaim
			| Self::OtherCertificate { .. }
			| Self::File(_) => false,
		}
	}
}

/// A certificate, as it was read. What it says counts after [`verify_chain`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
	der: Vec<u8>,
	parsed: x509_cert::Certificate,
}

impl Certificate {
	/// Reads the one certificate, in PEM or DER form.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Bundle::parse(bytes)?.into_one("the certificate")
	}

	/// Reads a file of one certificate.
	pub fn read(path: &Path) -> Result<Self, Error> {
		Bundle::read(path)?.into_one(&path.display().to_string())
	}

	fn from_der(origin: &str, der: &[u8]) -> Result<Self, Error> {
		let parsed = x509_cert::Certificate::from_der(der).map_err(|error| damaged(origin, error))?;
		let der = der.to_vec();
		Ok(Self { der, parsed })
	}

	/// SHA-256 of its DER form.
	pub fn hash(&self) -> CertificateHash {
		CertificateHash(document::sha256(&self.der))
	}

	/// Its DER form.
	pub fn der(&self) -> &[u8] {
		&self.der
	}

	/// Whose it is, as it says (RFC 4514).
	pub fn subject(&self) -> String {
		name(&self.parsed.tbs_certificate.subject)
	}

	/// When it is valid, in milliseconds since the Unix epoch.
	pub fn validity(&self) -> RangeInclusive<Moment> {
		let validity = self.parsed.tbs_certificate.validity;
		let first = validity.not_before.to_unix_duration().as_secs();
		let last = validity.not_after.to_unix_duration().as_secs();
		// Saturating: certificates end in the year 9999 at the latest. Valid is the whole of the last second.
		first.saturating_mul(1_000)..=last.saturating_mul(1_000).saturating_add(999)
	}

	/// Its public key, if it is of a kind that can apply.
	pub fn key(&self) -> Result<CertificateKey, Error> {
		let key = &self.parsed.tbs_certificate.subject_public_key_info;
		if key.algorithm.oid == ED25519 {
			let bytes = key.subject_public_key.as_bytes().and_then(|bytes| bytes.try_into().ok());
			let bytes = bytes.ok_or_else(|| damaged(&self.origin(), "its key is not of 32 bytes"))?;
			return Ok(CertificateKey::Ed25519(bytes));
		}
		let parameters = key.algorithm.parameters.as_ref();
		let curve = parameters.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
		if key.algorithm.oid != EC_PUBLIC_KEY || curve != Some(NistP256::OID) {
			return Err(Error::Unsupported {
				subject: self.subject(),
				reason: "the key to apply with is one for P-256 or Ed25519; have a certificate issued for such a key".into(),
			});
		}
		let point = p256::PublicKey::from_sec1_bytes(key.subject_public_key.raw_bytes());
		let point = point.map_err(|_| damaged(&self.origin(), "its key is not on the curve"))?;
		Ok(p256_key(&point))
	}

	fn origin(&self) -> String {
		format!("the certificate of {}", self.subject())
	}

	fn issuer(&self) -> &Name {
		&self.parsed.tbs_certificate.issuer
	}

	fn is_issued_by(&self, other: &Self) -> bool {
		*self.issuer() == other.parsed.tbs_certificate.subject
	}

	fn extension<'a, T: Decode<'a> + AssociatedOid>(&'a self) -> Result<Option<T>, Error> {
		let found = self.parsed.tbs_certificate.get::<T>();
		let found = found.map_err(|error| damaged(&self.origin(), error))?;
		Ok(found.map(|(_, extension)| extension))
	}

	fn ensure_valid(&self, at: Moment) -> Result<(), Error> {
		let (subject, valid) = (self.subject(), self.validity());
		if at < *valid.start() {
			let begin = format_time(*valid.start());
			return Err(Error::NotYetValid { subject, begin });
		}
		if at > *valid.end() {
			let end = format_time(*valid.end());
			return Err(Error::Expired { subject, end });
		}
		Ok(())
	}

	/// Whether it may be used for signatures of its subject's, as far as it says.
	fn ensure_signs(&self) -> Result<(), Error> {
		match self.extension::<KeyUsage>()? {
			Some(usage) if !usage.digital_signature() && !usage.non_repudiation() => Err(Error::WrongPurpose {
				subject: self.subject(),
				reason: "its key is not for signatures",
			}),
			_ => Ok(()),
		}
	}

	/// Whether its subject may certify others, with so many authorities in between.
	fn ensure_certifies(&self, between: usize) -> Result<(), Error> {
		let refused = |reason| Error::NotAnAuthority {
			subject: self.subject(),
			reason,
		};
		let constraints = self.extension::<BasicConstraints>()?.filter(|constraints| constraints.ca);
		let constraints = constraints.ok_or_else(|| refused("its certificate is not an authority's"))?;
		let usage = self.extension::<KeyUsage>()?;
		if usage.is_some_and(|usage| !usage.key_cert_sign()) {
			return Err(refused("its key is not for signing certificates"));
		}
		if constraints
			.path_len_constraint
			.is_some_and(|most| between > usize::from(most))
		{
			return Err(refused("there are more authorities below it than it may have"));
		}
		Ok(())
	}

	/// Whether there is nothing critical in it that nobody here knows.
	fn ensure_understood(&self) -> Result<(), Error> {
		let der = CertificateDer::from(self.der());
		let read = EndEntityCert::try_from(&der).map(|_| ());
		// No dates were looked at: it is about nobody else.
		read.map_err(|error| explain(error, self, &[], Moment::default()))
	}

	/// Whether its authority may certify people and organisations, as far as it says for what.
	fn ensure_certifies_identities(&self) -> Result<(), Error> {
		match self.extension::<ExtendedKeyUsage>()? {
			Some(ExtendedKeyUsage(purposes)) if !purposes.iter().any(|purpose| IDENTITY_PURPOSES.contains(purpose)) => {
				Err(Error::NotAnAuthority {
					subject: self.subject(),
					reason: "its certificate is for other purposes, such as TLS servers or software",
				})
			},
			_ => Ok(()),
		}
	}

	/// Whether it says which e-mail addresses its authority may certify, or may not.
	fn constrains_addresses(&self) -> Result<bool, Error> {
		let Some(constraints) = self.extension::<NameConstraints>()? else {
			return Ok(false);
		};
		let subtrees = [constraints.permitted_subtrees, constraints.excluded_subtrees];
		let mut names = subtrees.into_iter().flatten().flatten().map(|subtree| subtree.base);
		Ok(names.any(|name| matches!(name, GeneralName::Rfc822Name(_))))
	}

	/// Whether its subject is named by an e-mail address, too.
	fn has_address(&self) -> bool {
		let subject = &self.parsed.tbs_certificate.subject;
		let mut attributes = subject.0.iter().flat_map(|part| part.0.iter());
		attributes.any(|attribute| attribute.oid == EMAIL_ADDRESS)
	}
}

/// The certificates of a file, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle(Vec<Certificate>);

impl Bundle {
	/// Reads certificates: one in DER form, or one or more in PEM form.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("what was given", bytes)
	}

	/// Reads a file of certificates.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_FILE_BYTES as u64)?;
		Self::parse_from(&path.display().to_string(), &bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		if bytes.len() > MAX_FILE_BYTES {
			return Err(damaged(origin, format_args!("it is larger than {MAX_FILE_BYTES} bytes")));
		}
		if !is_pem(bytes) {
			return Ok(Self(vec![Certificate::from_der(origin, bytes)?]));
		}
		let sections = CertificateDer::pem_slice_iter(bytes).take(MAX_CERTIFICATES.saturating_add(1));
		let sections: Vec<_> = sections
			.collect::<Result<_, _>>()
			.map_err(|error| damaged(origin, format_args!("{error:?}")))?;
		if sections.is_empty() {
			return Err(damaged(origin, "there is none in it"));
		}
		if sections.len() > MAX_CERTIFICATES {
			return Err(Error::TooMany { origin: origin.into() });
		}
		let certificates = sections.iter().map(|der| Certificate::from_der(origin, der));
		certificates.collect::<Result<_, _>>().map(Self)
	}

	fn into_one(self, origin: &str) -> Result<Certificate, Error> {
		let found = self.0.len();
		let mut all = self.0.into_iter();
		match (all.next(), all.next()) {
			(Some(one), None) => Ok(one),
			_ => Err(Error::NotOne {
				origin: origin.into(),
				found,
			}),
		}
	}

	/// Each of them.
	pub fn certificates(&self) -> &[Certificate] {
		&self.0
	}

	/// The one that the private key is of.
	pub fn issued_for(&self, key: &PrivateKey) -> Result<&Certificate, Error> {
		let public = key.public();
		let found = self.0.iter().find(|one| one.key().is_ok_and(|key| key == public));
		found.ok_or(Error::OtherPrivateKey)
	}

	/// Whether the certificate that an application names is among them, has the key that signed the application, and leads to one that an
	/// authority vouches for; all of that at `at`, in milliseconds since the Unix epoch. The signature, the ledger has checked.
	pub fn verify(&self, named: &CertificateBinding, authorities: &[CertificateHash], at: Moment) -> Result<Chain, Error> {
		let certificate = self.0.iter().find(|one| one.hash() == named.certificate);
		let certificate = certificate.ok_or_else(|| {
			let found: Vec<_> = self.0.iter().map(|one| one.hash().to_string()).collect();
			Error::OtherCertificate {
				expected: named.certificate,
				found: found.join(", "),
			}
		})?;
		if certificate.key()? != named.key {
			return Err(Error::WrongKey {
				subject: certificate.subject(),
			});
		}
		verify_chain(certificate, &self.0, authorities, at)
	}
}

/// The private key of a certificate.
pub struct PrivateKey(Secret);

enum Secret {
	P256(SigningKey),
	Ed25519(Box<ed25519::Pair>),
}

impl fmt::Debug for PrivateKey {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "PrivateKey({})", self.public())
	}
}

impl PrivateKey {
	/// Reads a key in PKCS#8 form, PEM or DER.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the private key", bytes)
	}

	/// Reads a key file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = Zeroizing::new(file::read_bounded(path, MAX_FILE_BYTES as u64)?);
		Self::parse_from(&path.display().to_string(), &bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		let bad = |reason: &dyn fmt::Display| Error::BadPrivateKey {
			origin: origin.into(),
			reason: reason.to_string(),
		};
		if !is_pem(bytes) {
			return Self::from_pkcs8(bytes).map_err(|reason| bad(&reason));
		}
		let label = pem::decode_label(bytes).map_err(|error| bad(&error))?;
		if label != PrivateKeyInfo::PEM_LABEL {
			return Err(bad(&format_args!("it says of itself: {label}")));
		}
		let text = std::str::from_utf8(bytes).map_err(|error| bad(&error))?;
		let (_, document) = SecretDocument::from_pem(text).map_err(|error| bad(&error))?;
		Self::from_pkcs8(document.as_bytes()).map_err(|reason| bad(&reason))
	}

	fn from_pkcs8(der: &[u8]) -> Result<Self, String> {
		let info = PrivateKeyInfo::from_der(der).map_err(|error| error.to_string())?;
		if info.algorithm.oid == ED25519 {
			// RFC 8410, section 7: the seed, in an octet string of its own.
			let seed = OctetStringRef::from_der(info.private_key).map_err(|error| error.to_string())?;
			let seed = seed.as_bytes().try_into().map_err(|_| "it is not of 32 bytes")?;
			return Ok(Self(Secret::Ed25519(Box::new(ed25519::Pair::from_seed(seed)))));
		}
		let key = SigningKey::try_from(info).map_err(|error| error.to_string())?;
		Ok(Self(Secret::P256(key)))
	}

	/// Its public key.
	pub fn public(&self) -> CertificateKey {
		match &self.0 {
			Secret::P256(key) => p256_key(&key.verifying_key().into()),
			Secret::Ed25519(pair) => CertificateKey::Ed25519(pair.public().0),
		}
	}

	fn sign(&self, payload: &[u8]) -> [u8; 64] {
		match &self.0 {
			Secret::P256(key) => {
				// The nonce comes out of key and payload (RFC 6979). Of the two signatures that there are, the one that the ledger accepts.
				let signature: Signature = key.sign(payload);
				signature.normalize_s().unwrap_or(signature).to_bytes().into()
			},
			Secret::Ed25519(pair) => pair.sign(payload).0,
		}
	}
}

fn p256_key(point: &p256::PublicKey) -> CertificateKey {
	let mut key = [0; 33];
	key.copy_from_slice(point.to_encoded_point(true).as_bytes());
	CertificateKey::P256(key)
}

/// Signs with a certificate's key for the account that applies for a label with it.
pub fn claim(
	genesis: &GenesisHash,
	account: &AccountId,
	certificate: &Certificate,
	key: &PrivateKey,
) -> Result<CertificateClaim, Error> {
	if certificate.key()? != key.public() {
		return Err(Error::OtherPrivateKey);
	}
	Ok(CertificateClaim {
		certificate: certificate.hash(),
		key: key.public(),
		signature: key.sign(&payload::certificate(genesis, account, &certificate.hash())),
	})
}

/// Whether a claim is for this account and its certificate on this network; what the ledger would say, too.
pub fn ensure_claims(claim: &CertificateClaim, genesis: &GenesisHash, account: &AccountId) -> Result<(), Error> {
	let payload = payload::certificate(genesis, account, &claim.certificate);
	claim.verify(&payload).map_err(|_| Error::OtherClaim)
}

/// How a certificate leads to one that an authority on the ledger vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chain {
	/// Whose it is, as its issuer confirms (RFC 4514).
	pub subject: String,
	/// Those who certified the subject, the nearest first; the last one published its certificate on the ledger.
	pub issuers: Vec<String>,
	/// The published certificate.
	pub authority: CertificateHash,
	/// When the first of all these certificates ends, in milliseconds since the Unix epoch.
	pub valid_until: Moment,
}

/// Whether `certificate` leads, over some of `others`, to one of them that an authority vouches for: one whose hash is among
/// `authorities`, a root or not. Judged at `at`, in milliseconds since the Unix epoch. See the [module](self)'s description.
pub fn verify_chain(
	certificate: &Certificate,
	others: &[Certificate],
	authorities: &[CertificateHash],
	at: Moment,
) -> Result<Chain, Error> {
	certificate.ensure_valid(at)?;
	certificate.ensure_signs()?;
	// Of several refusals, the first: it is of the authority that comes first in the file, as is usual the nearest.
	let mut refusal = None;
	for anchor in others.iter().filter(|other| authorities.contains(&other.hash())) {
		match lead_to(anchor, certificate, others, at) {
			Ok(chain) => return Ok(chain),
			Err(Error::UnknownAuthority { .. }) => {},
			Err(error) => refusal = refusal.or(Some(error)),
		}
	}
	Err(refusal.unwrap_or_else(|| unknown_authority(certificate, others)))
}

/// The path from `certificate` to `anchor`, which is published.
fn lead_to(anchor: &Certificate, certificate: &Certificate, others: &[Certificate], at: Moment) -> Result<Chain, Error> {
	let fault = |error| explain(error, certificate, others, at);
	let end = CertificateDer::from(certificate.der());
	let end = EndEntityCert::try_from(&end).map_err(fault)?;
	let root = CertificateDer::from(anchor.der());
	let root = webpki::anchor_from_trusted_cert(&root).map_err(|error| explain(error, anchor, others, at))?;
	let between: Vec<_> = others
		.iter()
		.filter(|other| other.der != anchor.der)
		.map(|other| CertificateDer::from(other.der()))
		.collect();
	let time = UnixTime::since_unix_epoch(Duration::from_millis(at));

	// What webpki does not look at. It goes on with other paths if there are any, so what counts is what was said of the last one.
	let refusal = RefCell::new(None);
	let judge = |path: &VerifiedPath| {
		let judged = path_certificates(path, others).and_then(|path| ensure_certify(certificate, &path, anchor, at));
		judged.map_err(|error| {
			*refusal.borrow_mut() = Some(error);
			webpki::Error::EndEntityUsedAsCa
		})
	};
	let roots = [root];
	let found = end.verify_for_usage(
		webpki::ALL_VERIFICATION_ALGS,
		&roots,
		&between,
		time,
		ForIdentity,
		None,
		Some(&judge),
	);
	let path = match found {
		Ok(path) => path_certificates(&path, others)?,
		Err(error) => return Err(refusal.take().unwrap_or_else(|| fault(error))),
	};
	let all = || path.iter().copied().chain([anchor]);
	let ends = all().chain([certificate]).map(|one| *one.validity().end());
	Ok(Chain {
		subject: certificate.subject(),
		issuers: all().map(Certificate::subject).collect(),
		authority: anchor.hash(),
		valid_until: ends.min().unwrap_or_default(),
	})
}

/// The authorities between a certificate and the published one, the nearest first.
fn path_certificates<'a>(path: &VerifiedPath, others: &'a [Certificate]) -> Result<Vec<&'a Certificate>, Error> {
	let find = |der: CertificateDer| others.iter().find(|other| other.der == der.as_ref());
	let found = path.intermediate_certificates().map(|one| find(one.der()));
	let found: Option<Vec<_>> = found.collect();
	found.ok_or_else(|| damaged("the path of certificates", "it has one that was not given"))
}

/// Whether all of a path, and the published certificate at its end, are authorities' at that time, and of what is below them.
fn ensure_certify(certificate: &Certificate, path: &[&Certificate], anchor: &Certificate, at: Moment) -> Result<(), Error> {
	// Of an anchor, webpki takes name, key and name constraints, and looks at nothing else.
	anchor.ensure_valid(at)?;
	anchor.ensure_understood()?;
	anchor.ensure_certifies_identities()?;
	for (between, authority) in path.iter().copied().chain([anchor]).enumerate() {
		authority.ensure_certifies(between)?;
		// And what webpki does not understand, it refuses in `subjectAltName`, and overlooks in the subject (RFC 5280, 4.2.1.10).
		let mut below = path.iter().copied().take(between).chain([certificate]);
		if below.any(Certificate::has_address) && authority.constrains_addresses()? {
			return Err(Error::NotAnAuthority {
				subject: authority.subject(),
				reason: "it may certify certain e-mail addresses only, and whether one that it certified is among them, nobody here can tell",
			});
		}
	}
	Ok(())
}

/// Accepts what leaves its purposes open, or names one that people and organisations sign for.
struct ForIdentity;

impl ExtendedKeyUsageValidator for ForIdentity {
	fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
		// By their bytes. In numbers, webpki confuses what is above 127.
		let purposes: Vec<KeyPurposeId> = purposes.collect::<Result<_, _>>()?;
		let fits = |known: &ObjectIdentifier| purposes.contains(&KeyPurposeId::new(known.as_bytes()));
		if purposes.is_empty() || IDENTITY_PURPOSES.iter().any(fits) {
			return Ok(());
		}
		// The word for "another purpose" has a content that cannot be made outside of webpki, and this one is for the same.
		Err(webpki::Error::EmptyEkuExtension)
	}
}

/// What webpki says of the path from a certificate, in our words.
fn explain(error: webpki::Error, certificate: &Certificate, others: &[Certificate], at: Moment) -> Error {
	use webpki::Error as Fault;
	let subject = certificate.subject();
	match error {
		Fault::CertExpired { .. } | Fault::CertNotValidYet { .. } => {
			let mut outdated = others.iter().filter_map(|other| other.ensure_valid(at).err());
			let unknown = || damaged(&certificate.origin(), "its dates, or those of one that it leads to, make no sense");
			outdated.next().unwrap_or_else(unknown)
		},
		Fault::UnknownIssuer => unknown_authority(certificate, others),
		Fault::InvalidSignatureForPublicKey | Fault::SignatureAlgorithmMismatch => Error::BadSignature { subject },
		Fault::CaUsedAsEndEntity => Error::WrongPurpose {
			subject,
			reason: "it is an authority's own",
		},
		Fault::EmptyEkuExtension => Error::WrongPurpose {
			subject,
			reason: "it, or one that it leads to, is for other purposes, such as TLS servers or software",
		},
		Fault::EndEntityUsedAsCa => Error::NotAnAuthority {
			subject: name(certificate.issuer()),
			reason: "a certificate on the path is not an authority's",
		},
		Fault::PathLenConstraintViolated => Error::NotAnAuthority {
			subject: name(certificate.issuer()),
			reason: "there are more authorities on the path than it may have",
		},
		Fault::NameConstraintViolation => Error::NotAnAuthority {
			subject: name(certificate.issuer()),
			reason: "a name on the path is beyond those that it may certify",
		},
		Fault::UnsupportedCertVersion => unsupported(subject, "it, or one that it leads to, is not of version 3"),
		Fault::UnsupportedCriticalExtension => {
			unsupported(subject, "it, or one that it leads to, has a critical extension that nobody here knows")
		},
		Fault::UnsupportedSignatureAlgorithmContext(_) | Fault::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => unsupported(
			subject,
			"it, or one that it leads to, is signed with something else than ECDSA (P-256, P-384), Ed25519 or RSA, with SHA-2",
		),
		other => damaged(&certificate.origin(), format_args!("{other:?}")),
	}
}

fn unsupported(subject: String, what: &str) -> Error {
	Error::Unsupported {
		subject,
		reason: format!("{what}; ask the applicant for another certificate"),
	}
}

fn unknown_authority(certificate: &Certificate, others: &[Certificate]) -> Error {
	let mut last = certificate;
	// No path is longer than all that there are.
	for _ in others {
		match others.iter().find(|other| last.is_issued_by(other)) {
			Some(next) => last = next,
			None => break,
		}
	}
	Error::UnknownAuthority {
		subject: certificate.subject(),
		issuer: name(last.issuer()),
	}
}

fn damaged(origin: &str, reason: impl fmt::Display) -> Error {
	Error::Damaged {
		origin: origin.into(),
		reason: reason.to_string(),
	}
}

/// Whether there is something in PEM form, and around it text. In a certificate in DER form, a name may have anything in it.
fn is_pem(bytes: &[u8]) -> bool {
	let (mark, is_der) = (b"-----BEGIN ", matches!(bytes, [0x30, 0x80..=0xff, ..]));
	!is_der && bytes.windows(mark.len()).any(|window| window == mark)
}

/// A name out of a certificate, fit for a sentence.
fn name(name: &Name) -> String {
	if name.is_empty() {
		return "nobody named".into();
	}
	name.to_string().chars().take(MAX_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use rcgen::{
		date_time_ymd, BasicConstraints as Authorities, CertificateParams, CustomExtension, DnType, DnValue,
		ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints as Names, SanType,
		SignatureAlgorithm, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
	};

	const OPENSSL: &[u8] = include_bytes!("../fixtures/openssl.pem");
	const OPENSSL_KEY: &[u8] = include_bytes!("../fixtures/openssl.key.pem");
	const GENESIS: GenesisHash = [9; 32];

	fn account() -> AccountId {
		AccountId::new([5; 32])
	}

	fn midnight(year: i32) -> Moment {
		let seconds = date_time_ymd(year, 1, 1).unix_timestamp();
		Moment::try_from(seconds).expect("is after 1970") * 1_000
	}

	/// When most tests take place. What is made for them is valid from 2020 to 2039.
	fn now() -> Moment {
		midnight(2027)
	}

	/// Somebody with a certificate.
	struct Party {
		key: KeyPair,
		params: CertificateParams,
		certificate: Certificate,
	}

	impl Party {
		fn new(
			name: &str,
			scheme: &'static SignatureAlgorithm,
			issuer: Option<&Self>,
			shape: impl FnOnce(&mut CertificateParams),
		) -> Self {
			let key = KeyPair::generate_for(scheme).expect("keys can be made");
			let mut params = CertificateParams::new([]).expect("no names, no mistakes");
			params.distinguished_name.remove(DnType::CommonName);
			params.distinguished_name.push(DnType::CommonName, name);
			params.not_before = date_time_ymd(2020, 1, 1);
			params.not_after = date_time_ymd(2040, 1, 1);
			shape(&mut params);
			let signed = match issuer {
				// Not what the issuer says that it may do, so that it can do what it may not.
				Some(issuer) => {
					let mut by = CertificateParams::default();
					by.distinguished_name = issuer.params.distinguished_name.clone();
					params.signed_by(&key, &Issuer::new(by, &issuer.key))
				},
				None => params.self_signed(&key),
			};
			let signed = signed.expect("what is asked for can be signed");
			let certificate = Certificate::parse(signed.der()).expect("own bytes");
			Self {
				key,
				params,
				certificate,
			}
		}

		fn authority(name: &str, issuer: Option<&Self>) -> Self {
			Self::new(name, &PKCS_ECDSA_P256_SHA256, issuer, is_authority)
		}

		fn person(issuer: &Self) -> Self {
			Self::new("Ada", &PKCS_ECDSA_P256_SHA256, Some(issuer), |_| ())
		}

		fn private(&self) -> PrivateKey {
			PrivateKey::parse(self.key.serialize_pem().as_bytes()).expect("own bytes")
		}

		fn hash(&self) -> CertificateHash {
			self.certificate.hash()
		}

		/// Leads to `published`, over `others`.
		fn leads(&self, others: &[&Self], published: &Self) -> Result<Chain, Error> {
			let others: Vec<_> = others.iter().map(|other| other.certificate.clone()).collect();
			verify_chain(&self.certificate, &others, &[published.hash()], now())
		}
	}

	fn is_authority(params: &mut CertificateParams) {
		params.is_ca = IsCa::Ca(Authorities::Unconstrained);
		params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
	}

	fn with_at_most(below: u8) -> impl FnOnce(&mut CertificateParams) {
		move |params| {
			is_authority(params);
			params.is_ca = IsCa::Ca(Authorities::Constrained(below));
		}
	}

	fn pem(parties: &[&Party]) -> String {
		let section = |party: &&Party| pem::encode_string("CERTIFICATE", pem::LineEnding::LF, party.certificate.der());
		let sections = parties.iter().map(|party| section(party).expect("has a PEM form"));
		sections.collect()
	}

	#[test]
	fn a_certificate_leads_to_a_published_root_and_to_a_published_intermediate() {
		for scheme in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
			let root = Party::new("Root", scheme, None, is_authority);
			let between = Party::new("Between", scheme, Some(&root), is_authority);
			for kind in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
				let ada = Party::new("Ada", kind, Some(&between), |_| ());
				let chain = ada.leads(&[&root, &between], &root).expect("leads there");
				let expected = Chain {
					subject: "CN=Ada".into(),
					issuers: vec!["CN=Between".into(), "CN=Root".into()],
					authority: root.hash(),
					valid_until: midnight(2040) + 999,
				};
				assert_eq!(chain, expected);
				let chain = ada.leads(&[&root, &between], &between).expect("leads there");
				assert_eq!((chain.issuers.len(), chain.authority), (1, between.hash()));
				assert!(ada.leads(&[&between], &between).is_ok(), "the root is not needed");
			}
		}
	}

	#[test]
	fn an_authority_with_rsa_as_openssl_makes_it_is_believed() {
		let bundle = Bundle::parse(OPENSSL).expect("is read");
		let [ada, root] = bundle.certificates() else {
			panic!("two certificates")
		};
		let key = PrivateKey::parse(OPENSSL_KEY).expect("is read");
		assert_eq!(bundle.issued_for(&key).expect("the first is"), ada);
		let claim = claim(&GENESIS, &account(), ada, &key).expect("the key is its");
		let chain = bundle.verify(&claim.binding(), &[root.hash()], now()).expect("leads there");
		assert_eq!(chain.subject, "CN=Ada Lovelace,O=Babbage & Co,C=XX");
		assert_eq!(chain.issuers, ["CN=RSA Root,O=Test Authority,C=XX"]);
		assert!(
			matches!(root.key(), Err(Error::Unsupported { .. })),
			"RSA is not to apply with"
		);
	}

	#[test]
	fn what_a_certificate_s_key_signs_the_ledger_believes() {
		let root = Party::authority("Root", None);
		for kind in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
			let ada = Party::new("Ada", kind, Some(&root), |_| ());
			// Every other signature with ECDSA has a high `s` at first.
			for byte in 0..16 {
				let account = AccountId::new([byte; 32]);
				let claim = claim(&GENESIS, &account, &ada.certificate, &ada.private()).expect("the key is hers");
				assert_eq!(claim.verify(&payload::certificate(&GENESIS, &account, &ada.hash())), Ok(()));
				assert_eq!(
					(claim.certificate, claim.key),
					(ada.hash(), ada.certificate.key().expect("can apply"))
				);
				assert!(ensure_claims(&claim, &GENESIS, &account).is_ok());
				let of_another = CertificateClaim {
					certificate: root.hash(),
					..claim.clone()
				};
				let refused = ensure_claims(&of_another, &GENESIS, &account);
				assert!(matches!(refused, Err(Error::OtherClaim)), "{refused:?}");
				for (genesis, account) in [([0; 32], account), (GENESIS, AccountId::new([99; 32]))] {
					assert!(matches!(ensure_claims(&claim, &genesis, &account), Err(Error::OtherClaim)));
				}
			}
		}
	}

	#[test]
	fn nobody_claims_a_certificate_with_another_key() {
		let root = Party::authority("Root", None);
		let (ada, eve) = (Party::person(&root), Party::person(&root));
		let claimed = claim(&GENESIS, &account(), &ada.certificate, &eve.private());
		assert!(matches!(claimed, Err(Error::OtherPrivateKey)));
		let bundle = Bundle::parse(pem(&[&root, &ada]).as_bytes()).expect("is read");
		assert!(matches!(bundle.issued_for(&eve.private()), Err(Error::OtherPrivateKey)));
		assert_eq!(bundle.issued_for(&ada.private()).expect("is hers").hash(), ada.hash());
	}

	#[test]
	fn an_application_is_of_one_certificate_and_its_key() {
		let root = Party::authority("Root", None);
		let (ada, eve) = (Party::person(&root), Party::person(&root));
		let named = |party: &Party, key: &Party| CertificateBinding {
			certificate: party.hash(),
			key: key.certificate.key().expect("can apply"),
		};
		// In any order.
		for parties in [[&ada, &root], [&root, &ada]] {
			let bundle = Bundle::parse(pem(&parties).as_bytes()).expect("is read");
			let verify = |named: CertificateBinding| bundle.verify(&named, &[root.hash()], now());
			assert!(verify(named(&ada, &ada)).is_ok(), "the control");
			let other = verify(named(&eve, &eve));
			assert!(
				matches!(&other, Err(Error::OtherCertificate { expected, found })
					if *expected == eve.hash() && found.contains(&ada.hash().to_string())),
				"{other:?}"
			);
			assert!(matches!(verify(named(&ada, &eve)), Err(Error::WrongKey { subject }) if subject == "CN=Ada"));
		}
	}

	#[test]
	fn a_certificate_is_good_from_its_first_second_to_its_last() {
		let root = Party::authority("Root", None);
		let ada = Party::new("Ada", &PKCS_ED25519, Some(&root), |params| {
			params.not_before = date_time_ymd(2026, 1, 1);
			params.not_after = date_time_ymd(2028, 1, 1);
		});
		let others = [root.certificate.clone()];
		let at = |time| verify_chain(&ada.certificate, &others, &[root.hash()], time);
		let (first, last) = (midnight(2026), midnight(2028) + 999);
		assert!(at(first).is_ok() && at(last).is_ok());
		assert_eq!(at(first).expect("is good").valid_until, last);
		assert!(matches!(at(first - 1), Err(Error::NotYetValid { subject, begin })
			if subject == "CN=Ada" && begin == "2026-01-01T00:00:00Z"));
		assert!(matches!(at(last + 1), Err(Error::Expired { subject, end })
			if subject == "CN=Ada" && end == "2028-01-01T00:00:00Z"));
	}

	#[test]
	fn an_authority_s_certificate_must_be_valid_too_and_the_published_one_is_no_exception() {
		let until = |year| {
			move |params: &mut CertificateParams| {
				is_authority(params);
				params.not_after = date_time_ymd(year, 1, 1);
			}
		};
		let from = |year| {
			move |params: &mut CertificateParams| {
				is_authority(params);
				params.not_before = date_time_ymd(year, 1, 1);
			}
		};
		let kind = &PKCS_ECDSA_P256_SHA256;
		let old = Party::new("Old", kind, None, until(2025));
		let young = Party::new("Young", kind, None, from(2030));
		assert!(matches!(Party::person(&old).leads(&[&old], &old), Err(Error::Expired { subject, .. }) if subject == "CN=Old"));
		let judged = Party::person(&young).leads(&[&young], &young);
		assert!(matches!(judged, Err(Error::NotYetValid { subject, .. }) if subject == "CN=Young"));

		let root = Party::authority("Root", None);
		let old = Party::new("Old", kind, Some(&root), until(2025));
		let young = Party::new("Young", kind, Some(&root), from(2030));
		let judged = Party::person(&old).leads(&[&old, &root], &root);
		assert!(
			matches!(&judged, Err(Error::Expired { subject, .. }) if subject == "CN=Old"),
			"{judged:?}"
		);
		let judged = Party::person(&young).leads(&[&young, &root], &root);
		assert!(
			matches!(&judged, Err(Error::NotYetValid { subject, .. }) if subject == "CN=Young"),
			"{judged:?}"
		);
	}

	#[test]
	fn an_authority_that_nobody_published_or_whose_certificate_is_missing_is_unknown() {
		let (root, other) = (Party::authority("Root", None), Party::authority("Other", None));
		let between = Party::authority("Between", Some(&root));
		let ada = Party::person(&between);
		let unknown = |judged: Result<Chain, Error>, named: &str| {
			let said = judged.expect_err("nobody vouches for it");
			assert!(
				matches!(&said, Error::UnknownAuthority { issuer, .. } if issuer == named),
				"{said:?}"
			);
		};
		unknown(ada.leads(&[&between, &root], &other), "CN=Root");
		unknown(ada.leads(&[&between, &root, &other], &other), "CN=Root");
		unknown(ada.leads(&[&between], &root), "CN=Root");
		unknown(ada.leads(&[&root], &root), "CN=Between");
		unknown(ada.leads(&[], &root), "CN=Between");
		let nothing_published = verify_chain(&ada.certificate, &[between.certificate, root.certificate], &[], now());
		unknown(nothing_published, "CN=Root");
	}

	#[test]
	fn an_authority_of_the_same_name_did_not_sign() {
		let (root, namesake) = (Party::authority("Root", None), Party::authority("Root", None));
		let ada = Party::person(&namesake);
		assert!(ada.leads(&[&namesake], &namesake).is_ok(), "the control");
		assert!(matches!(ada.leads(&[&root], &root), Err(Error::BadSignature { subject }) if subject == "CN=Ada"));
		let judged = ada.leads(&[&namesake, &root], &root);
		assert!(matches!(&judged, Err(Error::BadSignature { .. })), "{judged:?}");
	}

	#[test]
	fn whoever_is_no_authority_certifies_nobody() {
		let root = Party::authority("Root", None);
		let kind = &PKCS_ECDSA_P256_SHA256;
		let refused = |judged: Result<Chain, Error>| {
			let error = judged.expect_err("may not certify");
			assert!(matches!(error, Error::NotAnAuthority { .. }), "{error:?}");
		};
		let bob = Party::person(&root);
		refused(Party::person(&bob).leads(&[&bob, &root], &root));
		refused(Party::person(&bob).leads(&[&bob], &bob));

		let no_signer = |params: &mut CertificateParams| {
			is_authority(params);
			params.key_usages = vec![KeyUsagePurpose::CrlSign];
		};
		let lists_only = Party::new("Lists", kind, Some(&root), no_signer);
		refused(Party::person(&lists_only).leads(&[&lists_only, &root], &root));
		refused(Party::person(&lists_only).leads(&[&lists_only], &lists_only));
		let says_nothing = Party::new("Silent", kind, Some(&root), |params| {
			params.is_ca = IsCa::Ca(Authorities::Unconstrained);
		});
		assert!(Party::person(&says_nothing).leads(&[&says_nothing, &root], &root).is_ok());
	}

	#[test]
	fn no_more_authorities_follow_than_each_one_says() {
		let kind = &PKCS_ECDSA_P256_SHA256;
		for (root_has, first_has, fits) in [(2, 1, true), (1, 0, true), (0, 1, false), (9, 9, true)] {
			let root = Party::new("Root", kind, None, with_at_most(root_has));
			let first = Party::new("First", kind, Some(&root), with_at_most(first_has));
			assert_eq!(Party::person(&first).leads(&[&first, &root], &root).is_ok(), fits);
		}
		let root = Party::new("Root", kind, None, with_at_most(2));
		for (first_has, fits) in [(1, true), (0, false)] {
			let first = Party::new("First", kind, Some(&root), with_at_most(first_has));
			let second = Party::authority("Second", Some(&first));
			let judged = Party::person(&second).leads(&[&second, &first, &root], &root);
			assert_eq!(judged.is_ok(), fits, "{judged:?}");
			assert!(fits || matches!(judged, Err(Error::NotAnAuthority { .. })));
		}
	}

	#[test]
	fn an_applicant_s_certificate_is_for_signing_as_people_do() {
		use ExtendedKeyUsagePurpose::{Any, ClientAuth, CodeSigning, EmailProtection, Other, ServerAuth, TimeStamping};
		let root = Party::authority("Root", None);
		let judged = |shape: &dyn Fn(&mut CertificateParams)| {
			let ada = Party::new("Ada", &PKCS_ED25519, Some(&root), shape);
			ada.leads(&[&root], &root)
		};
		let documents = || Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36]);
		for purposes in [
			vec![ClientAuth],
			vec![EmailProtection],
			vec![documents()],
			// Microsoft's word for documents, and Adobe's.
			vec![Other(vec![1, 3, 6, 1, 4, 1, 311, 10, 3, 12])],
			vec![Other(vec![1, 2, 840, 113583, 1, 1, 5])],
			vec![Any],
			vec![ServerAuth, ClientAuth],
		] {
			let judged = judged(&|params| params.extended_key_usages = purposes.clone());
			assert!(judged.is_ok(), "{purposes:?}: {judged:?}");
		}
		// The last one is Microsoft's, if its bytes are read as webpki reads them.
		for purposes in [
			vec![ServerAuth],
			vec![CodeSigning],
			vec![TimeStamping, ServerAuth],
			vec![Other(vec![1, 3, 6, 1, 4, 1, 183, 10, 3, 12])],
		] {
			let judged = judged(&|params| params.extended_key_usages = purposes.clone());
			assert!(matches!(judged, Err(Error::WrongPurpose { .. })), "{purposes:?}: {judged:?}");
		}
		for (usage, fits) in [
			(KeyUsagePurpose::DigitalSignature, true),
			(KeyUsagePurpose::ContentCommitment, true),
			(KeyUsagePurpose::KeyAgreement, false),
		] {
			let judged = judged(&|params| {
				// Without any other extension, rcgen would leave this one out, too.
				params.is_ca = IsCa::ExplicitNoCa;
				params.key_usages = vec![usage];
			});
			assert_eq!(judged.is_ok(), fits, "{usage:?}: {judged:?}");
			assert!(fits || matches!(judged, Err(Error::WrongPurpose { .. })));
		}
		assert!(matches!(
			judged(&|params| params.is_ca = IsCa::Ca(Authorities::Unconstrained)),
			Err(Error::WrongPurpose { .. })
		));
	}

	#[test]
	fn a_published_certificate_does_not_vouch_for_itself() {
		let root = Party::authority("Root", None);
		assert!(root.leads(&[&root], &root).is_err());
		let alone = Party::new("Ada", &PKCS_ED25519, None, |_| ());
		assert!(alone.leads(&[&alone], &alone).is_err());
		let ada = Party::person(&root);
		assert!(ada.leads(&[&ada], &ada).is_err());
	}

	#[test]
	fn what_nobody_here_knows_is_not_supported() {
		let root = Party::authority("Root", None);
		let extended = |critical| {
			let ada = Party::new("Ada", &PKCS_ED25519, Some(&root), move |params| {
				let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
				extension.set_criticality(critical);
				params.custom_extensions = vec![extension];
			});
			ada.leads(&[&root], &root)
		};
		assert!(extended(false).is_ok(), "the control");
		assert!(matches!(extended(true), Err(Error::Unsupported { .. })));
		let p384 = Party::new("Ada", &PKCS_ECDSA_P384_SHA384, Some(&root), |_| ());
		assert!(matches!(p384.certificate.key(), Err(Error::Unsupported { .. })));
	}

	/// What it says counts, though nobody has to have certified it.
	#[test]
	fn the_published_certificate_is_judged_as_one_in_the_middle() {
		use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
		type Shape<'a> = &'a dyn Fn(&mut CertificateParams);
		let kind = &PKCS_ECDSA_P256_SHA256;
		let judged = |shape: Shape| {
			let as_anchor = Party::new("Root", kind, None, |params| {
				is_authority(params);
				shape(params);
			});
			let root = Party::authority("Above", None);
			let in_the_middle = Party::new("Middle", kind, Some(&root), |params| {
				is_authority(params);
				shape(params);
			});
			[
				Party::person(&as_anchor).leads(&[&as_anchor], &as_anchor),
				Party::person(&in_the_middle).leads(&[&in_the_middle, &root], &in_the_middle),
				Party::person(&in_the_middle).leads(&[&in_the_middle, &root], &root),
			]
		};
		let extended = |critical| {
			move |params: &mut CertificateParams| {
				let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
				extension.set_criticality(critical);
				params.custom_extensions = vec![extension];
			}
		};
		let for_purpose = |purpose: ExtendedKeyUsagePurpose| {
			move |params: &mut CertificateParams| params.extended_key_usages = vec![purpose.clone()]
		};
		for sound in [&extended(false) as Shape, &for_purpose(ClientAuth)] {
			for heard in judged(sound) {
				assert!(heard.is_ok(), "{heard:?}");
			}
		}
		for heard in judged(&extended(true)) {
			assert!(matches!(heard, Err(Error::Unsupported { .. })), "{heard:?}");
		}
		let [root, in_the_middle_as_root, in_the_middle] = judged(&for_purpose(ServerAuth));
		for heard in [root, in_the_middle_as_root] {
			assert!(matches!(heard, Err(Error::NotAnAuthority { .. })), "{heard:?}");
		}
		assert!(matches!(in_the_middle, Err(Error::WrongPurpose { .. })), "{in_the_middle:?}");
	}

	/// An authority for some e-mail addresses could otherwise certify all of them, where they are in the name.
	#[test]
	fn nobody_is_named_by_an_address_below_an_authority_for_certain_addresses() {
		let kind = &PKCS_ECDSA_P256_SHA256;
		let limited = |permitted: Vec<GeneralSubtree>, excluded: Vec<GeneralSubtree>| {
			move |params: &mut CertificateParams| {
				is_authority(params);
				params.name_constraints = Some(Names {
					permitted_subtrees: permitted,
					excluded_subtrees: excluded,
				});
			}
		};
		let addresses = || vec![GeneralSubtree::Rfc822Name("example.org".into())];
		let hosts = || vec![GeneralSubtree::DnsName("example.org".into())];
		let in_the_name = |params: &mut CertificateParams| {
			let address = DnValue::Ia5String("ada@example.com".try_into().expect("is ASCII"));
			let email_address = DnType::CustomDnType(vec![1, 2, 840, 113549, 1, 9, 1]);
			params.distinguished_name.push(email_address, address);
		};
		let beside_the_name = |params: &mut CertificateParams| {
			params.subject_alt_names = vec![SanType::Rfc822Name("ada@example.com".try_into().expect("is ASCII"))];
		};
		let nowhere = |_: &mut CertificateParams| ();
		let refused = |judged: Result<Chain, Error>, word: &str| {
			let error = judged.expect_err("is named by an address");
			assert!(matches!(error, Error::NotAnAuthority { .. }), "{error:?}");
			assert!(error.to_string().contains(word), "{error}");
		};
		for (permitted, excluded) in [(addresses(), vec![]), (vec![], addresses()), (addresses(), hosts())] {
			let root = Party::new("Root", kind, None, limited(permitted.clone(), excluded.clone()));
			let above = Party::authority("Above", None);
			let between = Party::new("Between", kind, Some(&above), limited(permitted, excluded));
			let below = Party::authority("Below", Some(&between));
			let named = Party::new("Named", kind, Some(&above), |params| {
				is_authority(params);
				in_the_name(params);
			});
			for (issuer, others, published) in [
				(&root, vec![&root], &root),
				(&between, vec![&between, &above], &above),
				(&between, vec![&between, &above], &between),
				(&below, vec![&below, &between, &above], &above),
			] {
				let leads = |shape: &dyn Fn(&mut CertificateParams)| {
					let ada = Party::new("Ada", kind, Some(issuer), shape);
					ada.leads(&others, published)
				};
				assert!(leads(&nowhere).is_ok(), "the control");
				refused(leads(&in_the_name), "certain e-mail addresses");
				refused(leads(&beside_the_name), "beyond those that it may certify");
			}
			// Whoever is above is not bound by it; nor is an authority that is named so itself.
			assert!(Party::person(&named).leads(&[&named, &above], &above).is_ok());
			let limited = Party::new("Limited", kind, None, limited(addresses(), vec![]));
			let named = Party::new("Named", kind, Some(&limited), |params| {
				is_authority(params);
				in_the_name(params);
			});
			refused(
				Party::person(&named).leads(&[&named, &limited], &limited),
				"certain e-mail addresses",
			);
		}
		// The controls: without constraints, and with others.
		let free = Party::authority("Free", None);
		let other = Party::new("Other", kind, None, limited(hosts(), vec![]));
		for root in [&free, &other] {
			for shape in [&in_the_name as &dyn Fn(&mut CertificateParams), &beside_the_name] {
				let judged = Party::new("Ada", kind, Some(root), shape).leads(&[root], root);
				assert!(judged.is_ok(), "{judged:?}");
			}
		}
	}

	#[test]
	fn no_flipped_bit_of_a_certificate_is_believed() {
		let root = Party::authority("Root", None);
		let between = Party::new("Between", &PKCS_ED25519, Some(&root), is_authority);
		let ada = Party::person(&between);
		let believed = |ada: &[u8], between: &[u8]| {
			let parsed = (Certificate::parse(ada), Certificate::parse(between));
			let (Ok(ada), Ok(between)) = parsed else { return false };
			verify_chain(&ada, &[between, root.certificate.clone()], &[root.hash()], now()).is_ok()
		};
		let (own, other) = (ada.certificate.der(), between.certificate.der());
		assert!(believed(own, other), "the control");
		for bit in 0..own.len() * 8 {
			let mut flipped = own.to_vec();
			flipped[bit / 8] ^= 1 << (bit % 8);
			assert!(!believed(&flipped, other), "bit {bit} of Ada's");
		}
		for bit in 0..other.len() * 8 {
			let mut flipped = other.to_vec();
			flipped[bit / 8] ^= 1 << (bit % 8);
			assert!(!believed(own, &flipped), "bit {bit} of the one between");
		}
	}

	#[test]
	fn certificates_are_read_in_both_forms_with_whatever_text_around() {
		let root = Party::authority("Root", None);
		let ada = Party::person(&root);
		let text = pem(&[&ada, &root]);
		let noted = format!("subject=CN=Ada\n0 s:CN=Ada\n{text}\nthe end\n");
		for readable in [text.as_bytes(), noted.as_bytes(), text.replace('\n', "\r\n").as_bytes()] {
			let bundle = Bundle::parse(readable).expect("is read");
			assert_eq!(bundle.certificates(), [ada.certificate.clone(), root.certificate.clone()]);
		}
		assert_eq!(Certificate::parse(ada.certificate.der()).expect("is DER"), ada.certificate);
		assert_eq!(Certificate::parse(pem(&[&ada]).as_bytes()).expect("is PEM"), ada.certificate);
		assert_eq!(ada.hash().0, document::sha256(ada.certificate.der()));
		let two = Certificate::parse(text.as_bytes());
		assert!(matches!(two, Err(Error::NotOne { found: 2, .. })), "{two:?}");
	}

	#[test]
	fn what_is_no_certificate_is_not_taken_for_one() {
		let root = Party::authority("Root", None);
		let (der, text) = (root.certificate.der(), pem(&[&root]));
		for end in 0..der.len() {
			assert!(
				matches!(Bundle::parse(&der[..end]), Err(Error::Damaged { .. })),
				"{end} bytes"
			);
		}
		for end in 0..text.len() - 2 {
			assert!(
				matches!(Bundle::parse(&text.as_bytes()[..end]), Err(Error::Damaged { .. })),
				"{end} bytes"
			);
		}
		let (longer, key) = ([der, b"\n"].concat(), root.key.serialize_pem());
		for other in [&longer[..], b"", b"hello", key.as_bytes()] {
			assert!(matches!(Bundle::parse(other), Err(Error::Damaged { .. })));
		}
		let large = vec![b' '; MAX_FILE_BYTES + 1];
		assert!(matches!(Bundle::parse(&large), Err(Error::Damaged { reason, .. }) if reason.contains("larger")));
		assert!(Bundle::parse(text.repeat(MAX_CERTIFICATES).as_bytes()).is_ok());
		let many = Bundle::parse(text.repeat(MAX_CERTIFICATES + 1).as_bytes());
		assert!(matches!(many, Err(Error::TooMany { .. })));
	}

	/// RFC 8410, section 10.3.
	const PUBLISHED_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
	/// The same with attributes and the public key, of version 2.
	const PUBLISHED_KEY_2: &str = "-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
";

	#[test]
	fn private_keys_are_read_as_published_and_as_openssl_writes_them() {
		let public = "ed25519:0x19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
		for text in [PUBLISHED_KEY, PUBLISHED_KEY_2] {
			let key = PrivateKey::parse(text.as_bytes()).expect("is published as a key");
			assert_eq!(key.public().to_string(), public);
		}
		assert!(PrivateKey::parse(OPENSSL_KEY).is_ok());
		for scheme in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
			let key = KeyPair::generate_for(scheme).expect("keys can be made");
			let (text, der) = (key.serialize_pem(), key.serialize_der());
			let read = [PrivateKey::parse(text.as_bytes()), PrivateKey::parse(&der)];
			let [from_text, from_der] = read.map(|key| key.expect("own bytes").public());
			assert_eq!(from_text, from_der);
			for end in 0..der.len() {
				assert!(matches!(PrivateKey::parse(&der[..end]), Err(Error::BadPrivateKey { .. })));
			}
		}
	}

	#[test]
	fn a_key_in_another_form_is_refused_with_how_to_convert_it() {
		let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("keys can be made");
		let sec1 = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIK/k+eI=\n-----END EC PRIVATE KEY-----\n";
		let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcGCSqG\n-----END ENCRYPTED PRIVATE KEY-----\n";
		for (text, word) in [
			(sec1, "EC PRIVATE KEY"),
			(encrypted, "ENCRYPTED"),
			(&p384.serialize_pem(), ""),
			("-----BEGIN PRIVATE KEY-----\n", ""),
			("", ""),
		] {
			let error = PrivateKey::parse(text.as_bytes()).expect_err("is none that can be used");
			let sentence = error.to_string();
			assert!(matches!(error, Error::BadPrivateKey { .. }), "{error:?}");
			assert!(sentence.contains("openssl pkcs8") && sentence.contains(word), "{sentence}");
		}
		let shown = format!("{:?}", PrivateKey::parse(OPENSSL_KEY).expect("is one"));
		assert!(shown.starts_with("PrivateKey(p256:0x0"), "no secret is shown: {shown}");
	}

	#[test]
	fn files_are_read_up_to_their_bound() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let root = Party::authority("Root", None);
		let write = |name: &str, bytes: &[u8]| {
			let path = directory.path().join(name);
			file::write_new(&path, bytes, false).expect("can be written");
			path
		};
		let path = write("root.pem", pem(&[&root]).as_bytes());
		assert_eq!(Certificate::read(&path).expect("can be read"), root.certificate);
		let path = write("root.key", root.key.serialize_pem().as_bytes());
		assert_eq!(
			PrivateKey::read(&path).expect("can be read").public(),
			root.private().public()
		);
		assert!(matches!(Bundle::read(&path), Err(Error::Damaged { origin, .. }) if origin.contains("root.key")));
		let path = write("large", &vec![b' '; MAX_FILE_BYTES + 1]);
		assert!(matches!(Bundle::read(&path), Err(Error::File(file::Error::TooLarge { .. }))));
		assert!(matches!(
			PrivateKey::read(&path),
			Err(Error::File(file::Error::TooLarge { .. }))
		));
	}

	proptest! {
		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			prop_assert!(Bundle::parse(&bytes).is_err());
			prop_assert!(PrivateKey::parse(&bytes).is_err());
			let text = [&b"-----BEGIN CERTIFICATE-----\n"[..], &bytes, b"\n-----END CERTIFICATE-----\n"].concat();
			prop_assert!(Bundle::parse(&text).is_err());
		}
	}
}
