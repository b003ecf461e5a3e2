// SPDX-License-Identifier: Apache-2.0

//! Which hash and signature algorithms are good enough, and since and until when (X.1407 9.3.2).

use crate::{Moment, SignatureScheme};
use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use sp_core::{bounded::BoundedVec, ConstU32};

/// An algorithm that evidence or its registration rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Algorithm {
	/// FIPS 180-4.
	#[cfg_attr(feature = "serde", serde(rename = "sha-256"))]
	Sha256,
	/// FIPS 202.
	#[cfg_attr(feature = "serde", serde(rename = "sha3-512"))]
	Sha3_512,
	/// ECDSA over secp256k1 and SHA-256.
	Ecdsa,
	/// Schnorr over Ristretto255.
	Sr25519,
	/// EdDSA over Curve25519.
	Ed25519,
}

impl Algorithm {
	/// Every algorithm, in the order of their indices.
	pub const ALL: [Self; 5] = [Self::Sha256, Self::Sha3_512, Self::Ecdsa, Self::Sr25519, Self::Ed25519];

	/// Bits of a digest, or of the group that keys are from: what a least length is compared with.
	pub const fn bits(self) -> u16 {
		match self {
			Self::Sha256 | Self::Ecdsa | Self::Sr25519 | Self::Ed25519 => 256,
			Self::Sha3_512 => 512,
		}
	}
}

impl From<SignatureScheme> for Algorithm {
	fn from(scheme: SignatureScheme) -> Self {
		match scheme {
			SignatureScheme::Ecdsa => Self::Ecdsa,
			SignatureScheme::Sr25519 => Self::Sr25519,
			SignatureScheme::Ed25519 => Self::Ed25519,
		}
	}
}

impl fmt::Display for Algorithm {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::Sha256 => "sha-256",
			Self::Sha3_512 => "sha3-512",
			Self::Ecdsa => "ecdsa",
			Self::Sr25519 => "sr25519",
			Self::Ed25519 => "ed25519",
		})
	}
}

/// How good an algorithm is held to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Acceptance {
	/// Good.
	Accepted,
	/// Still good; what rests on it should be renewed.
	Deprecated,
	/// Not good any more: nothing new may rest on it.
	Refused,
}

/// What holds for one algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct AlgorithmTerms {
	/// From this time on it is deprecated.
	pub deprecated_from: Option<Moment>,
	/// From this time on it is refused.
	pub refused_from: Option<Moment>,
	/// With fewer bits than this, it is refused.
	pub least_bits: u16,
}

impl AlgorithmTerms {
	/// What they say about an algorithm of so many bits at `time`.
	pub fn judge(&self, bits: u16, time: Moment) -> Acceptance {
		let is_from = |from: Option<Moment>| from.is_some_and(|from| time >= from);
		if bits < self.least_bits || is_from(self.refused_from) {
			Acceptance::Refused
		} else if is_from(self.deprecated_from) {
			Acceptance::Deprecated
		} else {
			Acceptance::Accepted
		}
	}
}

/// The council's word about one algorithm, from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct AlgorithmChange {
	/// From when on: a millisecond behind the block in which the council said so, in which nothing is judged by it yet. Nobody who
	/// judges moves it any further.
	pub at: Moment,
	/// Of which.
	pub algorithm: Algorithm,
	/// What holds for it from then on.
	pub terms: AlgorithmTerms,
}

/// The policy has at most this many changes.
pub const MAX_ALGORITHM_CHANGES: u32 = 64;

/// All that the council ever said about algorithms, in order. Where it said nothing, an algorithm is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(transparent))]
pub struct AlgorithmPolicy(pub BoundedVec<AlgorithmChange, ConstU32<MAX_ALGORITHM_CHANGES>>);

impl AlgorithmPolicy {
	/// How `algorithm` was held to be at `time`, by what the council had said until then.
	pub fn judge(&self, algorithm: Algorithm, time: Moment) -> Acceptance {
		let said = self
			.0
			.iter()
			.rev()
			.find(|change| change.algorithm == algorithm && change.at <= time);
		said.map_or(Acceptance::Accepted, |change| change.terms.judge(algorithm.bits(), time))
	}

	/// What holds for `algorithm` now.
	pub fn terms(&self, algorithm: Algorithm) -> AlgorithmTerms {
		let last = self.0.iter().rev().find(|change| change.algorithm == algorithm);
		last.map(|change| change.terms).unwrap_or_default()
	}
}

/// A digest with its algorithm; written as its algorithm, a colon, `0x` and hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub enum Digest {
	/// Of SHA-256.
	Sha256([u8; 32]),
	/// Of SHA3-512.
	Sha3_512([u8; 64]),
}

impl Digest {
	/// What it was made with.
	pub const fn algorithm(&self) -> Algorithm {
		match self {
			Self::Sha256(_) => Algorithm::Sha256,
			Self::Sha3_512(_) => Algorithm::Sha3_512,
		}
	}

	fn bytes(&self) -> &[u8] {
		match self {
			Self::Sha256(bytes) => bytes,
			Self::Sha3_512(bytes) => bytes,
		}
	}
}

impl fmt::Display for Digest {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{}:0x", self.algorithm())?;
		self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

impl fmt::Debug for Digest {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDigestError;

impl fmt::Display for ParseDigestError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected `sha-256:0x` and 64 hexadecimal digits, or `sha3-512:0x` and 128")
	}
}

impl core::error::Error for ParseDigestError {}

impl core::str::FromStr for Digest {
	type Err = ParseDigestError;

	fn from_str(text: &str) -> Result<Self, ParseDigestError> {
		let (algorithm, digits) = text.split_once(':').ok_or(ParseDigestError)?;
		match algorithm {
			"sha-256" => crate::hash::parse_hex(digits).map(Self::Sha256),
			"sha3-512" => crate::hash::parse_hex(digits).map(Self::Sha3_512),
			_ => return Err(ParseDigestError),
		}
		.map_err(|_| ParseDigestError)
	}
}

impl From<Digest> for String {
	fn from(digest: Digest) -> Self {
		alloc::format!("{digest}")
	}
}

impl TryFrom<String> for Digest {
	type Error = ParseDigestError;

	fn try_from(text: String) -> Result<Self, ParseDigestError> {
		text.parse()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn policy(changes: &[(Moment, AlgorithmTerms)]) -> AlgorithmPolicy {
		let changes = changes.iter().map(|(at, terms)| AlgorithmChange {
			at: *at,
			algorithm: Algorithm::Sha256,
			terms: *terms,
		});
		AlgorithmPolicy(changes.collect::<alloc::vec::Vec<_>>().try_into().expect("few"))
	}

	#[test]
	fn an_algorithm_that_nobody_spoke_of_is_accepted() {
		for algorithm in Algorithm::ALL {
			assert_eq!(AlgorithmPolicy::default().judge(algorithm, Moment::MAX), Acceptance::Accepted);
		}
	}

	#[test]
	fn dates_decide() {
		let terms = AlgorithmTerms {
			deprecated_from: Some(20),
			refused_from: Some(30),
			least_bits: 0,
		};
		let policy = policy(&[(10, terms)]);
		for (time, expected) in [
			(0, Acceptance::Accepted),
			(19, Acceptance::Accepted),
			(20, Acceptance::Deprecated),
			(29, Acceptance::Deprecated),
			(30, Acceptance::Refused),
		] {
			assert_eq!(policy.judge(Algorithm::Sha256, time), expected, "{time}");
			assert_eq!(policy.judge(Algorithm::Ecdsa, time), Acceptance::Accepted, "{time}");
		}
	}

	#[test]
	fn what_the_council_says_later_does_not_change_what_held_before() {
		let refused = AlgorithmTerms {
			refused_from: Some(0),
			..Default::default()
		};
		let policy = policy(&[(10, AlgorithmTerms::default()), (50, refused)]);
		assert_eq!(policy.judge(Algorithm::Sha256, 49), Acceptance::Accepted);
		assert_eq!(policy.judge(Algorithm::Sha256, 50), Acceptance::Refused);
	}

	#[test]
	fn too_few_bits_are_refused() {
		let terms = AlgorithmTerms {
			least_bits: 257,
			..Default::default()
		};
		assert_eq!(terms.judge(Algorithm::Sha256.bits(), 0), Acceptance::Refused);
		assert_eq!(terms.judge(Algorithm::Sha3_512.bits(), 0), Acceptance::Accepted);
	}

	#[test]
	fn a_digest_survives_being_written_and_read() {
		for digest in [Digest::Sha256([7; 32]), Digest::Sha3_512([8; 64])] {
			assert_eq!(alloc::format!("{digest}").parse(), Ok(digest));
		}
		for text in ["", "sha-256", "sha-256:0x00", "sha3-512:0x00", "md5:0x00"] {
			assert_eq!(text.parse::<Digest>(), Err(ParseDigestError), "{text}");
		}
	}
}
