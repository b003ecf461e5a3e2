// SPDX-License-Identifier: Apache-2.0

//! What an applicant proves with a certificate (X.509) of somebody else's: that whoever has the certificate's key is who asks for the
//! label (X.1407 7.1.2 a, 9.1.1 b).
//!
//! The ledger judges the signature, since anybody can do that. Whose certificate it is, when it is valid and which authority vouches for
//! it, the auditor judges: the certificate itself has names in it and stays off the ledger, which keeps its hash.

use crate::{crypto::ed25519_verify, AccountId, CertificateHash, Inclusion, SignatureFault};
use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use p256::ecdsa::{signature::Verifier, Signature, VerifyingKey};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use sp_core::ed25519;

/// The public key of a certificate, of the kinds that the ledger can judge; written as its kind, a colon, `0x` and hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub enum CertificateKey {
	/// A point of the curve P-256, compressed (SEC 1, 2.3.3). It signs with ECDSA over SHA-256.
	P256([u8; 33]),
	/// It signs with EdDSA over Curve25519 (RFC 8032).
	Ed25519([u8; 32]),
}

/// What an application keeps of a [`CertificateClaim`]. The auditor compares it with the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct CertificateBinding {
	/// Which certificate.
	pub certificate: CertificateHash,
	/// The key that the applicant has, and that should be the certificate's.
	pub key: CertificateKey,
}

/// An applicant's claim to have the key of a certificate, with a signature that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct CertificateClaim {
	/// SHA-256 of the certificate in its DER form.
	pub certificate: CertificateHash,
	/// The certificate's key.
	pub key: CertificateKey,
	/// That key's signature over [`payload::certificate`](crate::payload::certificate). For P-256 `r` and `s`, big endian, and only the low
	/// `s`, so that nobody can make a second signature out of the first.
	pub signature: [u8; 64],
}

impl CertificateClaim {
	/// Whether the key made the signature over `payload`. That it is the key of the certificate, this does not show.
	pub fn verify(&self, payload: &[u8]) -> Result<(), SignatureFault> {
		match &self.key {
			CertificateKey::P256(key) => verify_p256(key, &self.signature, payload),
			CertificateKey::Ed25519(key) => {
				let (signature, key) = (ed25519::Signature::from_raw(self.signature), ed25519::Public::from_raw(*key));
				ed25519_verify(&signature, payload, &key)
					.then_some(())
					.ok_or(SignatureFault::Mismatch)
			},
		}
	}

	/// Whether key and signature have the accepted form, as far as that costs next to nothing to see. What does not is refused by
	/// [`Self::verify`].
	pub fn is_well_formed(&self) -> bool {
		match &self.key {
			CertificateKey::P256(key) => p256_signature(key, &self.signature).is_ok(),
			CertificateKey::Ed25519(_) => true,
		}
	}

	/// What an application keeps of it.
	pub const fn binding(&self) -> CertificateBinding {
		CertificateBinding {
			certificate: self.certificate,
			key: self.key,
		}
	}
}

/// That an authority vouches for a certificate, and with which key it said so: whether that is believed, may turn out later.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Publication {
	/// The account that held the authority's label, and published the certificate.
	pub by: AccountId,
	/// When.
	pub at: Inclusion,
}

/// What costs least comes first: numbers in range, the low `s`, a point of the curve, the signature.
fn verify_p256(key: &[u8; 33], signature: &[u8; 64], payload: &[u8]) -> Result<(), SignatureFault> {
	let signature = p256_signature(key, signature)?;
	let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| SignatureFault::Malformed)?;
	key.verify(payload, &signature).map_err(|_| SignatureFault::Mismatch)
}

/// Numbers in range, the low `s`, and a key in the one form that it has here.
fn p256_signature(key: &[u8; 33], signature: &[u8; 64]) -> Result<Signature, SignatureFault> {
	let signature = Signature::from_slice(signature).map_err(|_| SignatureFault::Malformed)?;
	// SEC 1 has other forms of the same length; a key has one here.
	let is_compressed = matches!(key, [2 | 3, ..]);
	let is_low = signature.normalize_s().is_none();
	(is_compressed && is_low)
		.then_some(signature)
		.ok_or(SignatureFault::Malformed)
}

/// Why a text is not the key of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseCertificateKeyError;

impl fmt::Display for ParseCertificateKeyError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected p256:0x and 66 hexadecimal digits, or ed25519:0x and 64")
	}
}

impl core::error::Error for ParseCertificateKeyError {}

impl fmt::Display for CertificateKey {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let (kind, key) = match self {
			Self::P256(key) => ("p256", &key[..]),
			Self::Ed25519(key) => ("ed25519", &key[..]),
		};
		write!(f, "{kind}:0x")?;
		key.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

impl FromStr for CertificateKey {
	type Err = ParseCertificateKeyError;

	fn from_str(text: &str) -> Result<Self, ParseCertificateKeyError> {
		fn read<const N: usize>(digits: &str) -> Result<[u8; N], ParseCertificateKeyError> {
			let marked = digits.starts_with("0x").then_some(digits).ok_or(ParseCertificateKeyError)?;
			crate::hash::parse_hex(marked).map_err(|_| ParseCertificateKeyError)
		}
		match text.split_once(':') {
			Some(("p256", digits)) => read(digits).map(Self::P256),
			Some(("ed25519", digits)) => read(digits).map(Self::Ed25519),
			_ => Err(ParseCertificateKeyError),
		}
	}
}

impl From<CertificateKey> for String {
	fn from(key: CertificateKey) -> Self {
		alloc::format!("{key}")
	}
}

impl TryFrom<String> for CertificateKey {
	type Error = ParseCertificateKeyError;

	fn try_from(text: String) -> Result<Self, ParseCertificateKeyError> {
		text.parse()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::payload;
	use p256::{
		ecdsa::{signature::Signer, SigningKey},
		elliptic_curve::sec1::ToEncodedPoint,
		AffinePoint, NonZeroScalar,
	};
	use proptest::prelude::*;
	use sp_core::Pair;

	const CERTIFICATE: CertificateHash = CertificateHash([0xce; 32]);

	fn some_payload() -> Vec<u8> {
		payload::certificate(&[9; 32], &AccountId::new([5; 32]), &CERTIFICATE)
	}

	fn p256_key(seed: u8) -> SigningKey {
		SigningKey::from_slice(&[seed; 32]).expect("is below the order of the curve")
	}

	fn low(signature: Signature) -> Signature {
		signature.normalize_s().unwrap_or(signature)
	}

	fn by_p256(seed: u8, message: &[u8]) -> CertificateClaim {
		let key = p256_key(seed);
		let point = key.verifying_key().to_encoded_point(true);
		CertificateClaim {
			certificate: CERTIFICATE,
			key: CertificateKey::P256(point.as_bytes().try_into().expect("is compressed")),
			signature: low(key.sign(message)).to_bytes().into(),
		}
	}

	fn by_ed25519(seed: u8, message: &[u8]) -> CertificateClaim {
		let pair = ed25519::Pair::from_seed(&[seed; 32]);
		CertificateClaim {
			certificate: CERTIFICATE,
			key: CertificateKey::Ed25519(pair.public().0),
			signature: pair.sign(message).0,
		}
	}

	fn claims() -> [CertificateClaim; 2] {
		let message = some_payload();
		[by_p256(7, &message), by_ed25519(7, &message)]
	}

	#[test]
	fn the_key_that_signed_is_believed() {
		for claim in claims() {
			assert_eq!(claim.verify(&some_payload()), Ok(()));
			assert!(claim.is_well_formed());
		}
	}

	#[test]
	fn a_wrong_signature_of_the_right_form_is_well_formed() {
		for claim in claims() {
			assert_eq!(claim.verify(b"something else"), Err(SignatureFault::Mismatch));
			assert!(claim.is_well_formed());
		}
	}

	#[test]
	fn any_flipped_bit_of_the_payload_refuses() {
		for claim in claims() {
			let message = some_payload();
			assert_eq!(claim.verify(&message), Ok(()), "the control");
			for bit in 0..message.len() * 8 {
				let mut flipped = message.clone();
				flipped[bit / 8] ^= 1 << (bit % 8);
				assert_eq!(claim.verify(&flipped), Err(SignatureFault::Mismatch), "bit {bit}");
			}
		}
	}

	#[test]
	fn any_flipped_bit_of_key_or_signature_refuses() {
		for claim in claims() {
			let message = some_payload();
			assert_eq!(claim.verify(&message), Ok(()), "the control");
			for bit in 0..64 * 8 {
				let mut flipped = claim.clone();
				flipped.signature[bit / 8] ^= 1 << (bit % 8);
				assert!(flipped.verify(&message).is_err(), "bit {bit} of the signature");
			}
			let length = match claim.key {
				CertificateKey::P256(key) => key.len(),
				CertificateKey::Ed25519(key) => key.len(),
			};
			for bit in 0..length * 8 {
				let mut flipped = claim.clone();
				match &mut flipped.key {
					CertificateKey::P256(key) => key[bit / 8] ^= 1 << (bit % 8),
					CertificateKey::Ed25519(key) => key[bit / 8] ^= 1 << (bit % 8),
				}
				assert!(flipped.verify(&message).is_err(), "bit {bit} of the key");
			}
		}
	}

	#[test]
	fn another_key_of_the_same_kind_is_a_mismatch() {
		let message = some_payload();
		for (mut claim, other) in claims().into_iter().zip([by_p256(8, &message), by_ed25519(8, &message)]) {
			assert_eq!(other.verify(&message), Ok(()), "the control");
			claim.key = other.key;
			assert_eq!(claim.verify(&message), Err(SignatureFault::Mismatch));
		}
	}

	#[test]
	fn the_twin_of_a_signature_that_everybody_can_compute_is_refused() {
		let message = some_payload();
		let mut claim = by_p256(7, &message);
		let signature = Signature::from_slice(&claim.signature).expect("is one");
		let (r, s) = signature.split_scalars();
		let high = Signature::from_scalars(r, -s).expect("both are in range");
		// The control: it is a genuine signature of that key, were it not for the rule.
		assert!(p256_key(7).verifying_key().verify(&message, &high).is_ok());
		claim.signature = high.to_bytes().into();
		assert_eq!(claim.verify(&message), Err(SignatureFault::Malformed));
		assert!(!claim.is_well_formed());
	}

	#[test]
	fn numbers_beyond_the_order_of_the_curve_are_no_signature() {
		let message = some_payload();
		for half in [0, 32] {
			for byte in [0, 0xff] {
				let mut claim = by_p256(7, &message);
				claim.signature[half..half + 32].fill(byte);
				assert_eq!(claim.verify(&message), Err(SignatureFault::Malformed), "{byte:#x} at {half}");
				assert!(!claim.is_well_formed(), "{byte:#x} at {half}");
			}
		}
	}

	#[test]
	fn what_is_no_compressed_point_of_the_curve_is_no_key() {
		let message = some_payload();
		let genuine = by_p256(7, &message);
		let CertificateKey::P256(point) = genuine.key else {
			unreachable!("asked for P-256")
		};
		for tag in [0, 1, 4, 5, 6, 7, 0xff] {
			let mut claim = genuine.clone();
			let mut point = point;
			point[0] = tag;
			claim.key = CertificateKey::P256(point);
			assert_eq!(claim.verify(&message), Err(SignatureFault::Malformed), "{tag}");
			assert!(!claim.is_well_formed(), "{tag}");
		}
		// Of all numbers, half are no abscissa of the curve.
		let mut off = [0xff; 33];
		off[0] = 2;
		let mut claim = genuine;
		claim.key = CertificateKey::P256(off);
		assert_eq!(claim.verify(&message), Err(SignatureFault::Malformed));
	}

	/// RFC 6979, A.2.5: the key, the message "sample", SHA-256. Its `s` is high.
	#[test]
	fn a_published_signature_is_believed_in_its_low_form_only() {
		let secret = hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
		let r = hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
		let s = hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
		let scalar = NonZeroScalar::try_from(&secret[..]).expect("is published as a key");
		let point = (AffinePoint::GENERATOR * *scalar).to_affine().to_encoded_point(true);
		let published = Signature::from_scalars(r, s).expect("is published as a signature");
		let mut claim = CertificateClaim {
			certificate: CERTIFICATE,
			key: CertificateKey::P256(point.as_bytes().try_into().expect("is compressed")),
			signature: published.to_bytes().into(),
		};
		assert_eq!(claim.verify(b"sample"), Err(SignatureFault::Malformed));
		claim.signature = low(published).to_bytes().into();
		assert_eq!(claim.verify(b"sample"), Ok(()));
	}

	fn hex(digits: &str) -> [u8; 32] {
		crate::hash::parse_hex(digits).expect("are digits")
	}

	#[test]
	fn a_key_is_read_as_it_is_written() {
		for claim in claims() {
			let text = alloc::format!("{}", claim.key);
			assert_eq!(text.parse(), Ok(claim.key), "{text}");
			for other in [
				&text[..text.len() - 1],
				&text[1..],
				&text.replace(":0x", ":"),
				&text.replace(':', ""),
			] {
				assert_eq!(other.parse::<CertificateKey>(), Err(ParseCertificateKeyError), "{other}");
			}
		}
		assert_eq!("".parse::<CertificateKey>(), Err(ParseCertificateKeyError));
	}

	proptest! {
		#[test]
		fn no_bytes_make_the_judge_panic(key: [u8; 32], tag: u8, signature: [[u8; 32]; 2], payload: Vec<u8>) {
			let mut point = [tag; 33];
			point[1..].copy_from_slice(&key);
			for key in [CertificateKey::P256(point), CertificateKey::Ed25519(key)] {
				let claim = CertificateClaim {
					certificate: CERTIFICATE,
					key,
					signature: signature.concat().try_into().expect("twice 32"),
				};
				prop_assert!(claim.verify(&payload).is_err());
			}
		}
	}
}
