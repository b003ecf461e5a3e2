// SPDX-License-Identifier: Apache-2.0

//! Trusted time (X.1407 9.2.3 e): what a time-stamping authority signed about the features of an original (RFC 3161, RFC 5816).
//!
//! An authority is sent a hash, the *imprint*, and answers with a *token*: "I saw this at that time", signed. Evidence may carry one, over
//! the SHA-256 of its features ([`Features::imprint`](crate::evidence::Features::imprint)). The ledger's time says when evidence was registered; the token
//! says, by the word of somebody who has nothing to do with the ledger, that the original existed even before.
//!
//! # What is checked
//!
//! 1. The token is one signed document, of one signer, about this imprint.
//! 2. The signer's certificate is in the token, is the one that the signature names by hash (`signingCertificateV2`), is for
//!    time-stamping and for nothing else, was valid at the time in the token, and its key made the signature.
//! 3. The certificate leads to one of the authorities that the caller trusts. Without any, the token only says who it says it is from:
//!    [`Authority::NotChecked`].
//! 4. The time is possible: [`TimeStamp::check_dates`].
//!
//! Signatures may be of RSA (2,048 to 8,192 bits, PKCS#1 v1.5 or PSS) or ECDSA (P-256, P-384), each with SHA-256, SHA-384 or SHA-512.
//! Whether an authority has revoked a certificate since is not asked: that needs a network.

use crate::{
	document::{format_time, sha256, Bytes, Hash},
	evidence::Evidence,
	verdict::Outcome,
};
use chirograph_primitives::Moment;
use chrono::NaiveDateTime;
use der::{
	asn1::{Any, Int, ObjectIdentifier, OctetString, SetOfVec},
	Decode, Encode, Header, Reader, Sequence, SliceReader, Tag, TagNumber, Tagged,
};
use rsa::{
	pkcs1::RsaPssParams,
	traits::{PublicKeyParts, SignatureScheme},
	BigUint, Pkcs1v15Sign, Pss, RsaPublicKey,
};
use serde::Serialize;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::{
	attr::Attribute,
	ext::{
		pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier},
		Extensions,
	},
	name::Name,
	serial_number::SerialNumber,
	spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
};

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use crate::evidence::MAX_TIME_TOKEN_BYTES as MAX_TOKEN_BYTES;

/// By how much a token may be later than the block in which its evidence was registered, besides what the authority grants itself. It was
/// made before, so only clocks can differ: validators' by 30 s at most, and as much for an authority that does not say how exact it is.
pub const BLOCK_TOLERANCE: Moment = 60_000;
/// By how much a token may be later than the evidence in which it is says it was made. That is the maker's clock, which nobody keeps.
pub const CREATED_TOLERANCE: Moment = 24 * 60 * 60 * 1_000;

/// A token has at most this many certificates.
const MAX_CERTIFICATES: usize = 16;
/// A path has at most this many certificates, the signer's and the trusted one included.
const MAX_PATH: usize = 8;
/// Signatures that are checked at most while a path is looked for, so that nobody can make it take long.
const MAX_SIGNATURES: usize = 32;
/// Of a name, this many characters are shown.
const MAX_NAME_CHARS: usize = 200;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const ANY_PURPOSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const RSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ECDSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");

/// Extensions of certificates (RFC 5280) that are understood or say nothing that matters here: identifiers of keys, use of the key, other
/// names, constraints of authorities, where to ask for revocations, policies, purposes, where to find authorities.
const KNOWN_EXTENSIONS: [ObjectIdentifier; 10] = [
	ObjectIdentifier::new_unwrap("2.5.29.14"),
	ObjectIdentifier::new_unwrap("2.5.29.15"),
	ObjectIdentifier::new_unwrap("2.5.29.17"),
	ObjectIdentifier::new_unwrap("2.5.29.18"),
	ObjectIdentifier::new_unwrap("2.5.29.19"),
	ObjectIdentifier::new_unwrap("2.5.29.31"),
	ObjectIdentifier::new_unwrap("2.5.29.32"),
	ObjectIdentifier::new_unwrap("2.5.29.35"),
	ObjectIdentifier::new_unwrap("2.5.29.37"),
	ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1"),
];

/// Why a token proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Fault {
	/// No token is that large; it was not looked into.
	#[error("the time-stamp token is larger than the {limit} bytes that it may have")]
	TooLarge {
		/// In bytes.
		limit: usize,
	},
	/// It is no token, or not any more.
	#[error("the time-stamp token cannot be read: {detail}")]
	Malformed {
		/// What is wrong with it.
		detail: String,
	},
	/// The authority saw something else.
	#[error("the time-stamp token is about something else: about {found}, and these features have {expected}")]
	OtherImprint {
		/// Of the features.
		expected: Hash,
		/// What the token is about: algorithm and digest.
		found: String,
	},
	/// Sound, as far as anybody can tell, but of a kind that is not accepted.
	#[error("the time-stamp token is not of a kind that is accepted: {what}")]
	Unsupported {
		/// What is not supported.
		what: String,
	},
	/// Nobody can tell whose signature it is.
	#[error("the time-stamp token does not carry the certificate of its signer; ask the authority for one that does")]
	NoCertificate,
	/// Another certificate was put in the place of the signer's.
	#[error("the time-stamp token names another certificate than that of its signer")]
	OtherCertificate,
	/// What was signed is not what it says.
	#[error("the time-stamp token was changed after it was signed: its content has another digest")]
	ContentChanged,
	/// Altered, or made up.
	#[error("the signature of {subject} on the time-stamp token is false")]
	BadSignature {
		/// Whose it should be.
		subject: String,
	},
	/// Signed with a key that is not for this.
	#[error("the certificate of {subject} is not one for time-stamping: {reason}")]
	WrongPurpose {
		/// Whose.
		subject: String,
		/// Why not.
		reason: String,
	},
	/// Signed when the certificate was not valid.
	#[error("the certificate of {subject} is valid from {begin} to {end}, and the time-stamp token is of {time}")]
	NotValidThen {
		/// Whose.
		subject: String,
		/// First moment, in UTC.
		begin: String,
		/// Last moment, in UTC.
		end: String,
		/// Time in the token.
		time: String,
	},
	/// None of those whom the caller trusts vouches for it.
	#[error(
		"none of the time-stamping authorities that are trusted vouches for {subject}, whose certificate is issued by {issuer}"
	)]
	UnknownAuthority {
		/// Whose certificate it is.
		subject: String,
		/// The last issuer that is known.
		issuer: String,
	},
	/// Somebody is to be trusted, and nobody can tell who.
	#[error("a certificate of those who are trusted to vouch for time stamps cannot be read ({detail}); use an unaltered copy, in DER form")]
	BadAuthority {
		/// What is wrong with it.
		detail: String,
	},
	/// A certificate on the way was altered or made up.
	#[error("the signature on the certificate of {subject} is not that of {issuer}, as it says")]
	BadCertificate {
		/// Whose.
		subject: String,
		/// Who issued it, as it says.
		issuer: String,
	},
	/// Somebody certified another who may not.
	#[error("{subject} may not certify others: {reason}")]
	NotAnAuthority {
		/// Who.
		subject: String,
		/// Why not.
		reason: String,
	},
	/// The ledger had the evidence before the token in it was made.
	#[error("the time-stamp token is of {time}, and the evidence that has it was registered before that, at {registered}")]
	LaterThanRegistration {
		/// Time in the token.
		time: String,
		/// Of the block.
		registered: String,
	},
	/// The evidence says that it was made before the token in it.
	#[error(
		"the time-stamp token is of {time}, and the evidence that has it says it was made more than a day before, at {created}"
	)]
	LaterThanEvidence {
		/// Time in the token.
		time: String,
		/// In the evidence.
		created: String,
	},
}

impl From<der::Error> for Fault {
	fn from(error: der::Error) -> Self {
		Self::Malformed {
			detail: error.to_string(),
		}
	}
}

fn malformed(detail: &str) -> Fault {
	Fault::Malformed { detail: detail.into() }
}

fn unsupported(what: impl Into<String>) -> Fault {
	Fault::Unsupported { what: what.into() }
}

/// What a sound token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeStamp {
	/// When the authority saw the imprint.
	pub time: Moment,
	/// By how many milliseconds, at most, `time` may be off, as far as the authority says.
	pub accuracy: Option<u64>,
	/// By which of its policies it worked, an object identifier.
	pub policy: String,
	/// The token's number among those of the authority, in hexadecimal digits.
	pub serial: String,
	/// Whose signature it is (RFC 4514).
	pub signer: String,
	/// SHA-256 of the signer's certificate.
	pub certificate: Hash,
	/// How it is signed.
	pub algorithm: String,
	/// Who vouches for the signer.
	pub authority: Authority,
	/// The random number of whoever asked for the token, which says that it was not made earlier.
	#[serde(skip)]
	pub nonce: Option<Bytes>,
}

/// Who vouches for the signer of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "checked", rename_all = "camelCase")]
pub enum Authority {
	/// Nobody was named who is trusted. Everybody can make a token of this kind.
	NotChecked,
	/// One of those who are trusted.
	Trusted {
		/// Who (RFC 4514).
		subject: String,
		/// SHA-256 of its certificate.
		certificate: Hash,
	},
}

impl TimeStamp {
	/// What it comes to as a check, and in words.
	pub(crate) fn describe(&self) -> (Outcome, String) {
		let said = format!(
			"{} says that the original\u{2019}s features were there on {}",
			self.signer,
			format_time(self.time)
		);
		match &self.authority {
			Authority::Trusted { subject, .. } => (Outcome::Holds, format!("{said}; {subject}, who is trusted, vouches for it")),
			Authority::NotChecked => (
				Outcome::NotChecked,
				format!("{said}; the token is sound, and nobody was named who is trusted to vouch for it"),
			),
		}
	}

	/// Whether evidence with this token may say that it was made at `created`, and be registered in a block of the time `registered`,
	/// if it is. All in milliseconds since 1970. A token that is older, by however much, is possible: the original was there before.
	pub fn check_dates(&self, created: Moment, registered: Option<Moment>) -> Result<(), Fault> {
		let accuracy = self.accuracy.unwrap_or(0);
		let is_after = |moment: Moment, tolerance: Moment| self.time > moment.saturating_add(tolerance).saturating_add(accuracy);
		let time = || format_time(self.time);
		match registered.filter(|registered| is_after(*registered, BLOCK_TOLERANCE)) {
			Some(registered) => Err(Fault::LaterThanRegistration {
				time: time(),
				registered: format_time(registered),
			}),
			None if is_after(created, CREATED_TOLERANCE) => Err(Fault::LaterThanEvidence {
				time: time(),
				created: format_time(created),
			}),
			None => Ok(()),
		}
	}
}

/// RFC 5652, 3.
#[derive(Sequence)]
struct ContentInfo {
	content_type: ObjectIdentifier,
	#[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
	content: Any,
}

/// RFC 5652, 5.1. Certificates stay as they are, because hashes and signatures are over their bytes.
#[derive(Sequence)]
struct SignedData {
	version: u8,
	digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
	content: EncapsulatedContent,
	#[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
	certificates: Option<SetOfVec<Any>>,
	#[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
	revocations: Option<SetOfVec<Any>>,
	signers: SetOfVec<Any>,
}

/// RFC 5652, 5.2.
#[derive(Sequence)]
struct EncapsulatedContent {
	content_type: ObjectIdentifier,
	#[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
	content: Option<OctetString>,
}

/// RFC 5652, 5.3.
#[derive(Sequence)]
struct SignerInfo {
	version: u8,
	signer: Any,
	digest_algorithm: AlgorithmIdentifierOwned,
	#[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
	signed: Option<SetOfVec<Attribute>>,
	algorithm: AlgorithmIdentifierOwned,
	signature: OctetString,
	#[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
	unsigned: Option<SetOfVec<Any>>,
}

/// RFC 5652, 10.2.4.
#[derive(Sequence)]
struct IssuerAndSerialNumber {
	issuer: Name,
	serial: SerialNumber,
}

/// RFC 5035, 3. What follows the first certificate is not needed.
#[derive(Sequence)]
struct SigningCertificateV2 {
	certificates: Vec<Any>,
	#[asn1(optional = "true")]
	policies: Option<Any>,
}

/// RFC 3161, 2.4.1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct MessageImprint {
	/// Of the digest.
	pub algorithm: AlgorithmIdentifierOwned,
	/// Of what is to be stamped.
	pub digest: OctetString,
}

impl MessageImprint {
	/// Of a SHA-256.
	pub fn of(digest: &[u8; 32]) -> Self {
		Self {
			algorithm: AlgorithmIdentifierOwned {
				oid: SHA_256,
				parameters: Some(Any::null()),
			},
			digest: OctetString::new(*digest).expect("32 bytes are not too many; qed"),
		}
	}
}

/// RFC 3161, 2.4.2.
#[derive(Sequence)]
struct TstInfo {
	version: u8,
	policy: ObjectIdentifier,
	imprint: MessageImprint,
	serial: Int,
	/// With fractions of a second, which the library's own type has not.
	time: Any,
	#[asn1(optional = "true")]
	accuracy: Option<Accuracy>,
	#[asn1(default = "Default::default")]
	ordering: bool,
	#[asn1(optional = "true")]
	nonce: Option<Int>,
	#[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
	authority: Option<Any>,
	#[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
	extensions: Option<Extensions>,
}

/// RFC 3161, 2.4.2.
#[derive(Sequence)]
struct Accuracy {
	#[asn1(optional = "true")]
	seconds: Option<u32>,
	#[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
	millis: Option<u16>,
	#[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
	micros: Option<u16>,
}

impl Accuracy {
	/// In milliseconds, rounded up.
	fn milliseconds(&self) -> Result<u64, Fault> {
		let parts = [self.millis, self.micros];
		if parts.iter().flatten().any(|part| !(1..=999).contains(part)) {
			return Err(malformed("its accuracy is out of bounds"));
		}
		// Cannot saturate: a number of 32 bits times a thousand.
		let seconds = u64::from(self.seconds.unwrap_or(0)).saturating_mul(1_000);
		Ok(seconds
			.saturating_add(self.millis.unwrap_or(0).into())
			.saturating_add(self.micros.is_some().into()))
	}
}

/// A certificate, read.
struct Certificate {
	der: Vec<u8>,
	content: Vec<u8>,
	parsed: x509_cert::Certificate,
}

impl Certificate {
	fn parse(der: &[u8]) -> Result<Self, Fault> {
		let fault = |error: der::Error| Fault::Malformed {
			detail: format!("a certificate: {error}"),
		};
		let mut reader = SliceReader::new(der).map_err(fault)?;
		Header::decode(&mut reader).map_err(fault)?;
		let content = reader.tlv_bytes().map_err(fault)?.to_vec();
		let parsed = x509_cert::Certificate::from_der(der).map_err(fault)?;
		if parsed.signature_algorithm != parsed.tbs_certificate.signature {
			return Err(malformed("a certificate says twice how it is signed, and not the same"));
		}
		Ok(Self {
			der: der.to_vec(),
			content,
			parsed,
		})
	}

	fn subject(&self) -> String {
		shown(&self.parsed.tbs_certificate.subject)
	}

	fn issuer(&self) -> String {
		shown(&self.parsed.tbs_certificate.issuer)
	}

	fn hash(&self) -> Hash {
		Hash(sha256(&self.der))
	}

	fn key(&self) -> &SubjectPublicKeyInfoOwned {
		&self.parsed.tbs_certificate.subject_public_key_info
	}

	/// An extension, and whether it is critical.
	fn extension<'a, T: Decode<'a> + der::oid::AssociatedOid>(&'a self) -> Result<Option<(bool, T)>, Fault> {
		Ok(self.parsed.tbs_certificate.get::<T>()?)
	}

	/// What holds for every certificate on a path.
	fn ensure_valid(&self, time: Moment) -> Result<(), Fault> {
		let extensions = self.parsed.tbs_certificate.extensions.iter().flatten();
		for extension in extensions {
			if extension.critical && !KNOWN_EXTENSIONS.contains(&extension.extn_id) {
				return Err(unsupported(format!(
					"the certificate of {} has the critical extension {}",
					self.subject(),
					extension.extn_id
				)));
			}
		}
		let validity = self.parsed.tbs_certificate.validity;
		let first = validity.not_before.to_unix_duration().as_secs();
		let last = validity.not_after.to_unix_duration().as_secs();
		// Saturating: certificates end in the year 9999 at the latest. Valid is the whole of the last second.
		let (first, last) = (first.saturating_mul(1_000), last.saturating_mul(1_000).saturating_add(999));
		if !(first..=last).contains(&time) {
			return Err(Fault::NotValidThen {
				subject: self.subject(),
				begin: format_time(first),
				end: format_time(last),
				time: format_time(time),
			});
		}
		Ok(())
	}

	/// Whether its key may sign time-stamp tokens, and nothing else (RFC 3161, 2.3).
	fn ensure_stamps(&self) -> Result<(), Fault> {
		let refused = |reason: &str| Fault::WrongPurpose {
			subject: self.subject(),
			reason: reason.into(),
		};
		let (critical, purposes) = self
			.extension::<ExtendedKeyUsage>()?
			.ok_or_else(|| refused("it does not say what it is for"))?;
		if purposes.0 != [TIME_STAMPING] {
			return Err(refused("it must be for that alone"));
		}
		if !critical {
			return Err(refused("that it is for nothing else is not marked as critical"));
		}
		match self.extension::<KeyUsage>()? {
			Some((_, usage)) if !usage.digital_signature() && !usage.non_repudiation() => {
				Err(refused("its key is not for signatures"))
			},
			_ => Ok(()),
		}
	}

	/// Whether it may certify others, with so many authorities in between.
	fn ensure_certifies(&self, between: usize) -> Result<(), Fault> {
		let refused = |reason: &str| Fault::NotAnAuthority {
			subject: self.subject(),
			reason: reason.into(),
		};
		let constraints = self
			.extension::<BasicConstraints>()?
			.filter(|(_, constraints)| constraints.ca);
		let (_, constraints) = constraints.ok_or_else(|| refused("its certificate is not an authority's"))?;
		if self.extension::<KeyUsage>()?.is_some_and(|(_, usage)| !usage.key_cert_sign()) {
			return Err(refused("its key is not for signing certificates"));
		}
		let purposes = self.extension::<ExtendedKeyUsage>()?;
		if purposes.is_some_and(|(_, purposes)| !purposes.0.iter().any(|one| [TIME_STAMPING, ANY_PURPOSE].contains(one))) {
			return Err(refused("it is not for those who stamp the time"));
		}
		if constraints
			.path_len_constraint
			.is_some_and(|most| between > usize::from(most))
		{
			return Err(refused("there are more authorities below it than it may have"));
		}
		Ok(())
	}

	/// Whether `other` issued it, by name and by signature.
	fn ensure_issued_by(&self, other: &Self) -> Result<(), Fault> {
		let signature = self
			.parsed
			.signature
			.as_bytes()
			.ok_or_else(|| malformed("a signature is not of whole bytes"))?;
		match check_signature(other.key(), &self.parsed.signature_algorithm, None, &self.content, signature)? {
			Ok(_) => Ok(()),
			Err(False) => Err(Fault::BadCertificate {
				subject: self.subject(),
				issuer: self.issuer(),
			}),
		}
	}
}

/// A name (RFC 4514), short and without control characters.
fn shown(name: &Name) -> String {
	let text = name.to_string();
	text.chars()
		.take(MAX_NAME_CHARS)
		.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
		.collect()
}

/// What the token in evidence says, if there is one: whether it is sound, about the features of this evidence, and of a possible time.
/// `registered`: the time of the block in which the evidence was registered, if it is. `authorities`: as for [`verify`].
pub fn of_evidence(
	evidence: &Evidence,
	registered: Option<Moment>,
	authorities: &[impl AsRef<[u8]>],
) -> Option<Result<TimeStamp, Fault>> {
	let token = evidence.time_token.as_ref()?;
	// What says that it was made before 1970 was made before any token.
	let created = Moment::try_from(evidence.created.timestamp_millis()).unwrap_or(0);
	let stamp = verify(&token.0, &evidence.features.imprint(), authorities);
	Some(stamp.and_then(|stamp| stamp.check_dates(created, registered).map(|()| stamp)))
}

/// Whether a token is sound, and what it says. `imprint`: what it must be about. `authorities`: certificates, in DER form, of those who
/// are trusted to vouch for who stamps the time; with none, that is not checked.
pub fn verify(token: &[u8], imprint: &[u8; 32], authorities: &[impl AsRef<[u8]>]) -> Result<TimeStamp, Fault> {
	if token.len() > MAX_TOKEN_BYTES {
		return Err(Fault::TooLarge { limit: MAX_TOKEN_BYTES });
	}
	let outer = ContentInfo::from_der(token)?;
	if outer.content_type != SIGNED_DATA {
		return Err(malformed("it is not signed data"));
	}
	let data: SignedData = outer.content.decode_as()?;
	if data.content.content_type != TST_INFO {
		return Err(malformed("what is signed is not a time stamp"));
	}
	let content = data.content.content.ok_or_else(|| malformed("it has no content"))?;
	let info = TstInfo::from_der(content.as_bytes())?;
	let (time, accuracy) = check_info(&info, imprint)?;

	let [signer] = data.signers.as_slice() else {
		return Err(malformed("it must have one signer"));
	};
	let signer: SignerInfo = signer.decode_as()?;
	// By RFC 5652, 5.1 and 5.3: with content of a type of its own, and a signer named in one way or the other.
	let version = if signer.signer.tag() == Tag::Sequence { 1 } else { 3 };
	if data.version != 3 || signer.version != version {
		return Err(unsupported("its version, or its signer's"));
	}
	if data
		.digest_algorithms
		.iter()
		.any(|one| one.oid != signer.digest_algorithm.oid || !has_no_parameters(one))
	{
		return Err(malformed("it names another hash function than its signer"));
	}
	let certificates = data.certificates.unwrap_or_default();
	if certificates.len() > MAX_CERTIFICATES {
		return Err(unsupported(format!("it has more than {MAX_CERTIFICATES} certificates")));
	}
	let certificates = certificates.iter().filter(|one| one.tag() == Tag::Sequence);
	let certificates: Vec<_> = certificates
		.map(|one| Certificate::parse(&one.to_der()?))
		.collect::<Result<_, _>>()?;
	let named = named_by(&signer.signer, &certificates)?;

	let signed = signer
		.signed
		.as_ref()
		.ok_or_else(|| malformed("its signer signs no attributes"))?;
	let (hash, expected) = check_attributes(signed, &signer.digest_algorithm, content.as_bytes())?;
	// Issuers number their certificates, and nothing but the hash says which is meant where two have one number.
	let certificate = named.iter().find(|one| hash.digest(&one.der) == expected);
	let certificate = *certificate.ok_or(if named.is_empty() {
		Fault::NoCertificate
	} else {
		Fault::OtherCertificate
	})?;
	let digest = hash_of(&signer.digest_algorithm)?;
	let outcome = check_signature(
		certificate.key(),
		&signer.algorithm,
		Some(digest),
		&signed.to_der()?,
		signer.signature.as_bytes(),
	)?;
	let algorithm = outcome.map_err(|False| Fault::BadSignature {
		subject: certificate.subject(),
	})?;
	certificate.ensure_stamps()?;
	certificate.ensure_valid(time)?;
	let authority = check_authority(certificate, &certificates, authorities, time)?;
	Ok(TimeStamp {
		time,
		accuracy,
		policy: info.policy.to_string(),
		serial: hex::encode(info.serial.as_bytes()),
		signer: certificate.subject(),
		certificate: certificate.hash(),
		algorithm,
		authority,
		nonce: info.nonce.map(|nonce| Bytes(nonce.as_bytes().to_vec())),
	})
}

/// Time and accuracy of what is signed, if it is about this imprint.
fn check_info(info: &TstInfo, imprint: &[u8; 32]) -> Result<(Moment, Option<u64>), Fault> {
	if info.version != 1 {
		return Err(unsupported(format!("the version {} of time stamps", info.version)));
	}
	let (algorithm, digest) = (&info.imprint.algorithm, info.imprint.digest.as_bytes());
	if algorithm.oid != SHA_256 || !has_no_parameters(algorithm) || digest != imprint {
		return Err(Fault::OtherImprint {
			expected: Hash(*imprint),
			found: format!("0x{} ({})", hex::encode(digest), algorithm.oid),
		});
	}
	if info.extensions.iter().flatten().any(|extension| extension.critical) {
		return Err(unsupported("the time stamp has a critical extension"));
	}
	let accuracy = info.accuracy.as_ref().map(Accuracy::milliseconds).transpose()?;
	Ok((parse_time(&info.time)?, accuracy))
}

/// RFC 3161, 2.4.2: `YYYYMMDDhhmmss[.s...]Z`, a fraction without zeros at its end.
fn parse_time(value: &Any) -> Result<Moment, Fault> {
	let bad = || malformed("its time is not written as it must be");
	if value.tag() != Tag::GeneralizedTime {
		return Err(bad());
	}
	let text = std::str::from_utf8(value.value())
		.ok()
		.and_then(|text| text.strip_suffix('Z'));
	let text = text.ok_or_else(bad)?;
	let (seconds, fraction) = text
		.split_once('.')
		.map_or((text, None), |(seconds, fraction)| (seconds, Some(fraction)));
	let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
	if seconds.len() != 14 || !digits(seconds) || fraction.is_some_and(|fraction| !digits(fraction) || fraction.ends_with('0')) {
		return Err(bad());
	}
	let time = NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S").map_err(|_| bad())?;
	// Fractions of milliseconds are cut off.
	let thousandths = fraction.unwrap_or("").bytes().chain(*b"000").take(3);
	let milliseconds = thousandths.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
	let moment = time.and_utc().timestamp_millis().saturating_add(milliseconds);
	Moment::try_from(moment).map_err(|_| bad())
}

/// The certificates that the signer may mean: by issuer and number, or by the identifier of their key.
fn named_by<'a>(signer: &Any, certificates: &'a [Certificate]) -> Result<Vec<&'a Certificate>, Fault> {
	let key_identifier = Tag::ContextSpecific {
		constructed: false,
		number: TagNumber::N0,
	};
	let named = certificates.iter();
	Ok(match signer.tag() {
		Tag::Sequence => {
			let meant: IssuerAndSerialNumber = signer.decode_as()?;
			let is_meant = |one: &&Certificate| {
				let content = &one.parsed.tbs_certificate;
				content.issuer == meant.issuer && content.serial_number == meant.serial
			};
			named.filter(is_meant).collect()
		},
		tag if tag == key_identifier => {
			let is_meant = |one: &&Certificate| {
				let identifier = one.extension::<SubjectKeyIdentifier>().ok().flatten();
				identifier.is_some_and(|(_, identifier)| identifier.0.as_bytes() == signer.value())
			};
			named.filter(is_meant).collect()
		},
		_ => return Err(malformed("its signer is named in no known way")),
	})
}

/// What the signature is over: that this is a time stamp, its digest, and the hash of the certificate that goes with it, which comes out.
fn check_attributes(
	attributes: &SetOfVec<Attribute>,
	digest_algorithm: &AlgorithmIdentifierOwned,
	content: &[u8],
) -> Result<(Hasher, Vec<u8>), Fault> {
	let value = |oid: ObjectIdentifier, name: &str| {
		let mut of_this_kind = attributes.iter().filter(|attribute| attribute.oid == oid);
		let values = match (of_this_kind.next(), of_this_kind.next()) {
			(Some(one), None) => one.values.as_slice(),
			_ => &[],
		};
		match values {
			[value] => Ok(value),
			_ => Err(malformed(&format!("its signer must sign one {name}"))),
		}
	};
	if value(CONTENT_TYPE, "content type")?.decode_as::<ObjectIdentifier>()? != TST_INFO {
		return Err(malformed("its signer signs that it is not a time stamp"));
	}
	let digest: OctetString = value(MESSAGE_DIGEST, "digest")?.decode_as()?;
	if digest.as_bytes() != hash_of(digest_algorithm)?.digest(content) {
		return Err(Fault::ContentChanged);
	}
	let named: SigningCertificateV2 = value(SIGNING_CERTIFICATE_V2, "signing certificate (version 2, RFC 5816)")?.decode_as()?;
	let first = named
		.certificates
		.first()
		.ok_or_else(|| malformed("its signer names no certificate"))?;
	ess_certificate(first)
}

/// RFC 5035, 4: `SEQUENCE { hashAlgorithm DEFAULT sha256, certHash OCTET STRING, issuerSerial OPTIONAL }`.
fn ess_certificate(value: &Any) -> Result<(Hasher, Vec<u8>), Fault> {
	let (algorithm, digest) = value.sequence(|reader| {
		let algorithm = match reader.peek_tag()? {
			Tag::Sequence => Some(AlgorithmIdentifierOwned::decode(reader)?),
			_ => None,
		};
		let digest = OctetString::decode(reader)?;
		Option::<Any>::decode(reader)?;
		Ok((algorithm, digest.into_bytes()))
	})?;
	Ok((algorithm.as_ref().map_or(Ok(Hasher::Sha256), hash_of)?, digest))
}

/// Finds the way from a certificate to an authority that is trusted.
fn check_authority(
	certificate: &Certificate,
	others: &[Certificate],
	authorities: &[impl AsRef<[u8]>],
	time: Moment,
) -> Result<Authority, Fault> {
	if authorities.is_empty() {
		return Ok(Authority::NotChecked);
	}
	let trusted: Vec<_> = authorities
		.iter()
		.map(|der| {
			Certificate::parse(der.as_ref()).map_err(|fault| Fault::BadAuthority {
				detail: fault.to_string(),
			})
		})
		.collect::<Result<_, _>>()?;
	let mut search = Search {
		trusted: &trusted,
		others,
		time,
		signatures: MAX_SIGNATURES,
		fault: Fault::UnknownAuthority {
			subject: certificate.subject(),
			issuer: certificate.issuer(),
		},
		deepest: 0,
	};
	match search.find(&mut vec![certificate]) {
		Some(found) => Ok(Authority::Trusted {
			subject: found.subject(),
			certificate: found.hash(),
		}),
		None => Err(search.fault),
	}
}

/// Looks for a path, and remembers why the longest one ends.
struct Search<'a> {
	trusted: &'a [Certificate],
	others: &'a [Certificate],
	time: Moment,
	signatures: usize,
	fault: Fault,
	deepest: usize,
}

impl<'a> Search<'a> {
	/// The trusted certificate to which `path` leads.
	fn find(&mut self, path: &mut Vec<&'a Certificate>) -> Option<&'a Certificate> {
		let last = *path.last()?;
		if let Some(itself) = self.trusted.iter().find(|one| one.der == last.der) {
			return Some(itself);
		}
		for (is_trusted, issuer) in (self.trusted.iter().map(|one| (true, one))).chain(self.others.iter().map(|one| (false, one)))
		{
			let named = issuer.parsed.tbs_certificate.subject == last.parsed.tbs_certificate.issuer;
			if !named || path.len() >= MAX_PATH || path.iter().any(|one| one.der == issuer.der) {
				continue;
			}
			match self.ensure_certifies(issuer, last, path.len().saturating_sub(1)) {
				Ok(()) if is_trusted => return Some(issuer),
				Ok(()) => {
					path.push(issuer);
					if path.len() > self.deepest {
						self.deepest = path.len();
						self.fault = Fault::UnknownAuthority {
							subject: issuer.subject(),
							issuer: issuer.issuer(),
						};
					}
					if let Some(found) = self.find(path) {
						return Some(found);
					}
					path.pop();
				},
				Err(fault) if path.len() >= self.deepest => {
					self.deepest = path.len();
					self.fault = fault;
				},
				Err(_) => (),
			}
		}
		None
	}

	fn ensure_certifies(&mut self, issuer: &Certificate, subject: &Certificate, between: usize) -> Result<(), Fault> {
		self.signatures = self
			.signatures
			.checked_sub(1)
			.ok_or_else(|| unsupported("its certificates are too many to try all ways"))?;
		subject.ensure_issued_by(issuer)?;
		issuer.ensure_valid(self.time)?;
		issuer.ensure_certifies(between)
	}
}

/// The hash functions that are accepted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hasher {
	Sha256,
	Sha384,
	Sha512,
}

impl Hasher {
	fn digest(self, bytes: &[u8]) -> Vec<u8> {
		match self {
			Self::Sha256 => Sha256::digest(bytes).to_vec(),
			Self::Sha384 => Sha384::digest(bytes).to_vec(),
			Self::Sha512 => Sha512::digest(bytes).to_vec(),
		}
	}

	const fn name(self) -> &'static str {
		match self {
			Self::Sha256 => "SHA-256",
			Self::Sha384 => "SHA-384",
			Self::Sha512 => "SHA-512",
		}
	}

	fn pkcs1(self) -> Pkcs1v15Sign {
		match self {
			Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
			Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
			Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
		}
	}

	fn pss(self, salt: usize) -> Pss {
		match self {
			Self::Sha256 => Pss::new_with_salt::<Sha256>(salt),
			Self::Sha384 => Pss::new_with_salt::<Sha384>(salt),
			Self::Sha512 => Pss::new_with_salt::<Sha512>(salt),
		}
	}
}

fn hash_of(algorithm: &AlgorithmIdentifierOwned) -> Result<Hasher, Fault> {
	match has_no_parameters(algorithm) {
		true => hash_of_oid(algorithm.oid),
		false => Err(malformed("a hash function has parameters")),
	}
}

fn hash_of_oid(oid: ObjectIdentifier) -> Result<Hasher, Fault> {
	match oid {
		SHA_256 => Ok(Hasher::Sha256),
		SHA_384 => Ok(Hasher::Sha384),
		SHA_512 => Ok(Hasher::Sha512),
		other => Err(unsupported(format!("the hash function {other}"))),
	}
}

fn has_no_parameters(algorithm: &AlgorithmIdentifierOwned) -> bool {
	algorithm
		.parameters
		.as_ref()
		.is_none_or(|parameters| parameters.tag() == Tag::Null)
}

/// The signature is not this key's over this message.
struct False;

/// Whether a signature holds, and how it is made. `digest`: the hash function, where the algorithm does not name it.
fn check_signature(
	key: &SubjectPublicKeyInfoOwned,
	algorithm: &AlgorithmIdentifierOwned,
	digest: Option<Hasher>,
	message: &[u8],
	signature: &[u8],
) -> Result<Result<String, False>, Fault> {
	let unknown = || unsupported(format!("the signature algorithm {}", algorithm.oid));
	let bytes = key
		.subject_public_key
		.as_bytes()
		.ok_or_else(|| malformed("a key is not of whole bytes"))?;
	if algorithm.oid != RSA_PSS && !has_no_parameters(algorithm) {
		return Err(malformed("a signature algorithm has parameters"));
	}
	let pkcs1 = |hash: Hasher| {
		check_rsa(
			key,
			bytes,
			hash.pkcs1(),
			&hash.digest(message),
			signature,
			"RSA PKCS#1 v1.5",
			hash,
		)
	};
	let ecdsa = |hash: Hasher| check_ecdsa(key, bytes, &hash.digest(message), signature, hash);
	match algorithm.oid {
		RSA => pkcs1(digest.ok_or_else(unknown)?),
		RSA_SHA_256 => pkcs1(Hasher::Sha256),
		RSA_SHA_384 => pkcs1(Hasher::Sha384),
		RSA_SHA_512 => pkcs1(Hasher::Sha512),
		RSA_PSS => {
			let parameters = algorithm.parameters.as_ref().ok_or_else(unknown)?.to_der()?;
			let parameters = RsaPssParams::from_der(&parameters)?;
			let hash = hash_of_oid(parameters.hash.oid)?;
			let mask = parameters.mask_gen.parameters.map(|inner| inner.oid);
			if parameters.mask_gen.oid != MGF1 || mask != Some(parameters.hash.oid) {
				return Err(unsupported("RSA PSS with another hash function for its mask"));
			}
			let scheme = hash.pss(parameters.salt_len.into());
			check_rsa(key, bytes, scheme, &hash.digest(message), signature, "RSA PSS", hash)
		},
		ECDSA_SHA_256 => ecdsa(Hasher::Sha256),
		ECDSA_SHA_384 => ecdsa(Hasher::Sha384),
		ECDSA_SHA_512 => ecdsa(Hasher::Sha512),
		_ => Err(unknown()),
	}
}

fn check_rsa(
	key: &SubjectPublicKeyInfoOwned,
	bytes: &[u8],
	scheme: impl SignatureScheme,
	digest: &[u8],
	signature: &[u8],
	name: &str,
	hash: Hasher,
) -> Result<Result<String, False>, Fault> {
	if key.algorithm.oid != RSA && key.algorithm.oid != RSA_PSS {
		return Ok(Err(False));
	}
	let parts = rsa::pkcs1::RsaPublicKey::from_der(bytes)?;
	let number = |part: rsa::pkcs1::UintRef| BigUint::from_bytes_be(part.as_bytes());
	let public = RsaPublicKey::new_with_max_size(number(parts.modulus), number(parts.public_exponent), 8_192);
	let public = public.map_err(|error| unsupported(format!("an RSA key: {error}")))?;
	let bits = public.n().bits();
	if bits < 2_048 {
		return Err(unsupported(format!("an RSA key of {bits} bits; 2,048 is the least")));
	}
	let outcome = public.verify(scheme, digest, signature);
	Ok(outcome
		.map(|()| format!("{name} with {} and {bits} bits", hash.name()))
		.map_err(|_| False))
}

fn check_ecdsa(
	key: &SubjectPublicKeyInfoOwned,
	bytes: &[u8],
	digest: &[u8],
	signature: &[u8],
	hash: Hasher,
) -> Result<Result<String, False>, Fault> {
	use p256::ecdsa::signature::hazmat::PrehashVerifier;
	if key.algorithm.oid != EC_PUBLIC_KEY {
		return Ok(Err(False));
	}
	let curve = key
		.algorithm
		.parameters
		.as_ref()
		.map(|curve| curve.decode_as::<ObjectIdentifier>());
	let bad_key = |_| malformed("a key is not on its curve");
	let (holds, curve) = match curve.transpose()? {
		Some(P256) => {
			let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(bad_key)?;
			let signature = p256::ecdsa::Signature::from_der(signature);
			(
				signature.and_then(|signature| key.verify_prehash(digest, &signature)).is_ok(),
				"P-256",
			)
		},
		Some(P384) => {
			let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(bad_key)?;
			let signature = p384::ecdsa::Signature::from_der(signature);
			(
				signature.and_then(|signature| key.verify_prehash(digest, &signature)).is_ok(),
				"P-384",
			)
		},
		_ => return Err(unsupported("a key on another curve than P-256 and P-384")),
	};
	Ok(if holds {
		Ok(format!("ECDSA on {curve} with {}", hash.name()))
	} else {
		Err(False)
	})
}
