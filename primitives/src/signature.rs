// SPDX-License-Identifier: Apache-2.0

use crate::{
	crypto::{blake2_256, ecdsa_recover, ed25519_verify, sha2_256, sr25519_verify},
	AccountId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use sp_core::{ecdsa, ed25519, sr25519};

/// How an owner signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "lowercase"))]
pub enum SignatureScheme {
	/// ECDSA over secp256k1 and SHA-256, from which the public key is recovered (X.1407 9.1.1 a). The default.
	Ecdsa,
	/// Schnorr over Ristretto255.
	Sr25519,
	/// EdDSA over Curve25519 (RFC 8032).
	Ed25519,
}

impl fmt::Display for SignatureScheme {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::Ecdsa => "ecdsa",
			Self::Sr25519 => "sr25519",
			Self::Ed25519 => "ed25519",
		})
	}
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFault {
	/// Not a signature at all: no key can be recovered from it, or it is not in the one form that is accepted.
	Malformed,
	/// A signature by another key, or over other bytes: another network, document, kind or deadline.
	Mismatch,
}

/// An owner's signature over a [payload](crate::payload).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum OwnerSignature {
	/// `r`, `s`, recovery id; over the SHA-256 of the payload. Only the low `s` and the ids 0 to 3 are accepted, so that nobody can make a
	/// second signature out of the first.
	Ecdsa(ecdsa::Signature),
	/// Over the payload, in Substrate's signing context.
	Sr25519(sr25519::Signature),
	/// Over the payload.
	Ed25519(ed25519::Signature),
}

/// Half of secp256k1's group order, big endian.
const ECDSA_HALF_ORDER: [u8; 32] = [
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57,
	0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

impl OwnerSignature {
	/// How it was made.
	pub const fn scheme(&self) -> SignatureScheme {
		match self {
			Self::Ecdsa(_) => SignatureScheme::Ecdsa,
			Self::Sr25519(_) => SignatureScheme::Sr25519,
			Self::Ed25519(_) => SignatureScheme::Ed25519,
		}
	}

	/// Whether `owner` made this signature over `payload`.
	pub fn verify(&self, payload: &[u8], owner: &AccountId) -> Result<(), SignatureFault> {
		let public: &[u8; 32] = owner.as_ref();
		let matches = match self {
			Self::Ecdsa(signature) => ecdsa_account(signature, payload)? == *owner,
			Self::Sr25519(signature) => sr25519_verify(signature, payload, &sr25519::Public::from_raw(*public)),
			Self::Ed25519(signature) => ed25519_verify(signature, payload, &ed25519::Public::from_raw(*public)),
		};
		matches.then_some(()).ok_or(SignatureFault::Mismatch)
	}
}

/// The account that comes out of a recoverable signature (X.1407 9.1.1 a: "recover the public key from it").
fn ecdsa_account(signature: &ecdsa::Signature, payload: &[u8]) -> Result<AccountId, SignatureFault> {
	let bytes: &[u8; 65] = signature.as_ref();
	let (scalars, recovery_id) = bytes.split_at(64);
	let low_s = scalars.get(32..).is_some_and(|s| s <= &ECDSA_HALF_ORDER[..]);
	if !low_s || !matches!(recovery_id, [0..=3]) {
		return Err(SignatureFault::Malformed);
	}
	let public = ecdsa_recover(signature, &sha2_256(payload)).ok_or(SignatureFault::Malformed)?;
	Ok(AccountId::new(blake2_256(&public)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{payload, EvidenceHash, Schema, Subject};
	use proptest::prelude::*;
	use sp_core::Pair;

	/// A signature by a fresh key over `message`, in each scheme.
	fn signed(scheme: SignatureScheme, seed: [u8; 32], message: &[u8]) -> (AccountId, OwnerSignature) {
		match scheme {
			SignatureScheme::Ecdsa => {
				let pair = ecdsa::Pair::from_seed(&seed);
				let signature = pair.sign_prehashed(&sha2_256(message));
				(
					AccountId::new(blake2_256(pair.public().as_ref())),
					OwnerSignature::Ecdsa(signature),
				)
			},
			SignatureScheme::Sr25519 => {
				let pair = sr25519::Pair::from_seed(&seed);
				(pair.public().0.into(), OwnerSignature::Sr25519(pair.sign(message)))
			},
			SignatureScheme::Ed25519 => {
				let pair = ed25519::Pair::from_seed(&seed);
				(pair.public().0.into(), OwnerSignature::Ed25519(pair.sign(message)))
			},
		}
	}

	fn schemes() -> impl Strategy<Value = SignatureScheme> {
		prop_oneof![
			Just(SignatureScheme::Ecdsa),
			Just(SignatureScheme::Sr25519),
			Just(SignatureScheme::Ed25519)
		]
	}

	fn some_payload(owner: &AccountId) -> Vec<u8> {
		payload::registration(
			&[9; 32],
			owner,
			&Subject([1; 32]),
			&EvidenceHash([2; 32]),
			Schema::Document,
			1_000,
		)
	}

	proptest! {
		// A thousand bits and a signature check for each.
		#![proptest_config(ProptestConfig::with_cases(32))]

		/// X.1407 8.2.2: tampering before registration. The first assertion is the positive control.
		#[test]
		fn any_flipped_bit_of_the_payload_refuses(scheme in schemes(), seed: [u8; 32], owner: [u8; 32]) {
			prop_assume!(seed != [0; 32]);
			let message = some_payload(&owner.into());
			let (signer, signature) = signed(scheme, seed, &message);
			prop_assert_eq!(signature.verify(&message, &signer), Ok(()));
			for bit in 0..message.len() * 8 {
				let mut flipped = message.clone();
				flipped[bit / 8] ^= 1 << (bit % 8);
				prop_assert_eq!(signature.verify(&flipped, &signer), Err(SignatureFault::Mismatch), "bit {}", bit);
			}
		}

		#[test]
		fn any_flipped_bit_of_the_signature_refuses(scheme in schemes(), seed: [u8; 32], owner: [u8; 32]) {
			prop_assume!(seed != [0; 32]);
			let message = some_payload(&owner.into());
			let (signer, signature) = signed(scheme, seed, &message);
			let encoded = signature.encode();
			// The first byte names the scheme.
			for bit in 8..encoded.len() * 8 {
				let mut flipped = encoded.clone();
				flipped[bit / 8] ^= 1 << (bit % 8);
				let flipped = OwnerSignature::decode(&mut &flipped[..]).expect("any bytes are a signature of fixed length");
				prop_assert!(flipped.verify(&message, &signer).is_err(), "bit {}", bit);
			}
		}

		#[test]
		fn any_flipped_bit_of_the_owner_refuses(scheme in schemes(), seed: [u8; 32], bit in 0usize..256) {
			prop_assume!(seed != [0; 32]);
			let message = some_payload(&[5; 32].into());
			let (signer, signature) = signed(scheme, seed, &message);
			let mut other: [u8; 32] = signer.into();
			other[bit / 8] ^= 1 << (bit % 8);
			prop_assert_eq!(signature.verify(&message, &other.into()), Err(SignatureFault::Mismatch));
		}
	}

	/// secp256k1's group order, for the twin of a signature that everybody can compute.
	const ECDSA_ORDER: [u8; 32] = [
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6,
		0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
	];

	#[test]
	fn the_malleable_twin_of_an_ecdsa_signature_is_refused() {
		let message = some_payload(&[5; 32].into());
		let (signer, signature) = signed(SignatureScheme::Ecdsa, [7; 32], &message);
		let OwnerSignature::Ecdsa(genuine) = signature else {
			unreachable!("asked for ECDSA")
		};
		let mut twin: [u8; 65] = genuine.into();
		let mut borrow = 0i16;
		for i in (0..32).rev() {
			let difference = i16::from(ECDSA_ORDER[i]) - i16::from(twin[32 + i]) - borrow;
			borrow = i16::from(difference < 0);
			twin[32 + i] = difference.rem_euclid(256) as u8;
		}
		twin[64] ^= 1;
		// The control: it is a genuine signature of that key, were it not for the rule.
		let recovered = ecdsa_recover(&twin.into(), &sha2_256(&message)).expect("the twin recovers");
		assert_eq!(AccountId::new(blake2_256(&recovered)), signer);
		assert_eq!(
			OwnerSignature::Ecdsa(twin.into()).verify(&message, &signer),
			Err(SignatureFault::Malformed)
		);
	}

	#[test]
	fn an_ecdsa_signature_without_a_recoverable_key_is_malformed() {
		let nothing = OwnerSignature::Ecdsa([0; 65].into());
		assert_eq!(nothing.verify(b"anything", &[1; 32].into()), Err(SignatureFault::Malformed));
	}
}
