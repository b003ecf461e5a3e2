// SPDX-License-Identifier: Apache-2.0

//! Passkeys: a second factor beside the key of an account (X.1407 9.1.1 d).
//!
//! A passkey is a key in an authenticator, a phone or a security key for instance, that signs only after it made sure of its user. What it
//! gives is an assertion of Web Authentication (W3C, Level 2): a signature over what the authenticator says of itself, and over what
//! the browser says of the page that asked. The ledger is the relying party that checks it; the page is whoever's.
//!
//! Two factors are two as long as nobody has both in hand. Authenticators do not show what they sign, so a page can ask for something else
//! than it says; it takes the label's key besides to do something with that. Whoever has the key and runs the page has both.

use crate::{
	crypto::{blake2_256, sha2_256},
	payload::{self, GenesisHash},
	LabelId,
};
use alloc::{string::String, vec::Vec};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use p256::ecdsa::{signature::hazmat::PrehashVerifier, Signature, VerifyingKey};
use scale_info::TypeInfo;
use serde::Deserialize;
#[cfg(feature = "serde")]
use serde::Serialize;
use sp_core::{bounded::BoundedVec, ConstU32};

/// Length of a P-256 public key, compressed (SEC 1, 2.3.3).
pub const PASSKEY_LENGTH: usize = 33;
/// The most that an authenticator says of itself, in bytes: 37, and extensions.
pub const MAX_AUTHENTICATOR_DATA: u32 = 512;
/// The most that a browser says of the page that asked, in bytes.
pub const MAX_CLIENT_DATA: u32 = 1024;
/// The most that two numbers of 32 bytes take in ASN.1 DER, in bytes.
pub const MAX_ASSERTION_SIGNATURE: u32 = 72;

/// What a label can guard with a passkey: the holder's key alone does not suffice for it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Operation {
	/// To register and claim proofs as their owner, and to revoke, supersede and renew them as their holder.
	Registering,
	/// To hand over what is registered; and to give away what it holds of invoices: to hand it over, to have it reimbursed, taken back or
	/// voided.
	Transferring,
	/// To move the label to another key. Who may besides, its guardians, takes the passkey in any case.
	Rotating,
}

impl Operation {
	/// Every operation, in the order of their indices.
	pub const ALL: [Self; 3] = [Self::Registering, Self::Transferring, Self::Rotating];
}

/// A set of operations.
#[derive(Clone, Copy, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "Vec<Operation>", from = "Vec<Operation>")
)]
pub struct Operations(u8);

impl Operations {
	/// No operation.
	pub const NONE: Self = Self(0);

	const fn bit(operation: Operation) -> u8 {
		// There are fewer operations than bits: see the test.
		1u8.wrapping_shl(operation as u32)
	}

	/// One operation.
	pub const fn only(operation: Operation) -> Self {
		Self(Self::bit(operation))
	}

	/// Every operation there is.
	pub fn all() -> Self {
		Operation::ALL.into_iter().collect()
	}

	/// Whether there is none.
	pub const fn is_empty(self) -> bool {
		self.0 == 0
	}

	/// Whether bits are set that stand for no operation.
	pub fn has_unknown(self) -> bool {
		self.0 & !Self::all().0 != 0
	}

	/// Whether `operation` is among them.
	pub const fn contains(self, operation: Operation) -> bool {
		self.0 & Self::bit(operation) != 0
	}

	/// Each of them, in the order of their indices.
	pub fn iter(self) -> impl Iterator<Item = Operation> {
		Operation::ALL.into_iter().filter(move |operation| self.contains(*operation))
	}
}

impl FromIterator<Operation> for Operations {
	fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
		Self(operations.into_iter().fold(0, |all, operation| all | Self::bit(operation)))
	}
}

impl From<Vec<Operation>> for Operations {
	fn from(operations: Vec<Operation>) -> Self {
		operations.into_iter().collect()
	}
}

impl From<Operations> for Vec<Operation> {
	fn from(operations: Operations) -> Self {
		operations.iter().collect()
	}
}

impl fmt::Debug for Operations {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.debug_set().entries(self.iter()).finish()
	}
}

/// A key in an authenticator, for ECDSA over P-256 and SHA-256 (COSE algorithm -7), and for whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Passkey {
	/// The public key, compressed.
	pub key: [u8; PASSKEY_LENGTH],
	/// SHA-256 of the relying party's id, a domain name. Browsers let only pages of that domain ask for the passkey.
	pub rp_id_hash: [u8; 32],
}

impl Passkey {
	/// The key, if it is one. Of the forms that SEC 1 has, only the compressed one is accepted, so that a key has one form.
	fn verifying_key(&self) -> Option<VerifyingKey> {
		let is_compressed = matches!(self.key, [2 | 3, ..]);
		is_compressed.then(|| VerifyingKey::from_sec1_bytes(&self.key).ok()).flatten()
	}
}

/// A label's passkey, as the ledger keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct BoundPasskey {
	/// Which.
	pub passkey: Passkey,
	/// How often it was used, by its own count; zero for one that does not count.
	pub counter: u32,
}

impl BoundPasskey {
	/// Whether an assertion with this count is a later one than those before. An authenticator that counts never comes back to zero, and a
	/// copy of it falls behind (WebAuthn 7.2, step 21).
	pub const fn is_later(&self, counter: u32) -> bool {
		counter > self.counter || (counter == 0 && self.counter == 0)
	}
}

/// What an authenticator is asked to sign: SHA-256 of [`payload::confirmation`] of what has the BLAKE2b-256 of `confirmed`. That is a call
/// as it is encoded, or [`payload::binding`].
pub fn challenge(genesis: &GenesisHash, label: LabelId, sequence: u32, confirmed: &[u8]) -> [u8; 32] {
	sha2_256(&payload::confirmation(genesis, label, sequence, &blake2_256(confirmed)))
}

/// The form in which a page gets a challenge, and the browser gives it back: base64url without padding (RFC 4648, 5).
pub fn encode_challenge(challenge: &[u8; 32]) -> String {
	URL_SAFE_NO_PAD.encode(challenge)
}

/// Why an assertion does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionFault {
	/// Not an assertion at all: a part of it cannot be read, or it is of another ceremony; or the passkey is no key.
	Malformed,
	/// For another relying party than the passkey's, or asked for by a page inside of another's.
	OtherRelyingParty,
	/// Over another challenge.
	OtherChallenge,
	/// The authenticator did not make sure that it was its user, or that anybody was there.
	UserNotVerified,
	/// Not by the passkey over what the assertion says.
	WrongSignature,
}

/// What an authenticator gave (WebAuthn, 5.2.2, `AuthenticatorAssertionResponse`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Assertion {
	/// What the authenticator says of itself (WebAuthn 6.1).
	pub authenticator_data: BoundedVec<u8, ConstU32<MAX_AUTHENTICATOR_DATA>>,
	/// What the browser says of the page that asked: JSON (WebAuthn 5.8.1).
	pub client_data: BoundedVec<u8, ConstU32<MAX_CLIENT_DATA>>,
	/// ECDSA over P-256 and SHA-256, in ASN.1 DER. It has a twin that everybody can compute; what keeps an assertion from being used
	/// twice is its challenge.
	pub signature: BoundedVec<u8, ConstU32<MAX_ASSERTION_SIGNATURE>>,
}

/// Of the browser's words, those that matter here. There may be others, and they are signed too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
	r#type: String,
	challenge: String,
	cross_origin: Option<bool>,
}

/// The authenticator's words.
struct AuthenticatorData<'a> {
	rp_id_hash: &'a [u8; 32],
	flags: u8,
	counter: u32,
}

impl<'a> AuthenticatorData<'a> {
	/// Somebody was there.
	const USER_PRESENT: u8 = 1;
	/// It was the authenticator's user: a fingerprint, a face or a PIN said so.
	const USER_VERIFIED: u8 = 1 << 2;

	/// Whatever is behind the counter is of extensions, which say nothing that matters here.
	fn read(bytes: &'a [u8]) -> Option<Self> {
		let (rp_id_hash, rest) = bytes.split_first_chunk()?;
		let (flags, rest) = rest.split_first()?;
		let (counter, _) = rest.split_first_chunk()?;
		Some(Self {
			rp_id_hash,
			flags: *flags,
			counter: u32::from_be_bytes(*counter),
		})
	}

	const fn is_user_verified(&self) -> bool {
		let both = Self::USER_PRESENT | Self::USER_VERIFIED;
		self.flags & both == both
	}
}

impl Assertion {
	/// Whether `passkey` made this assertion over `challenge`, its user verified (WebAuthn 7.2, steps 11 to 20). Returns the authenticator's
	/// count, which is the caller's to compare.
	///
	/// The origin of the page is not compared with a list: that it belongs to the relying party is for the browser to see to. That the page
	/// asked for what its user meant, nobody can see here.
	pub fn verify(&self, passkey: &Passkey, challenge: &[u8; 32]) -> Result<u32, AssertionFault> {
		use AssertionFault::*;
		let client: ClientData = serde_json::from_slice(&self.client_data).map_err(|_| Malformed)?;
		let authenticator = AuthenticatorData::read(&self.authenticator_data).ok_or(Malformed)?;
		let signature = Signature::from_der(&self.signature).map_err(|_| Malformed)?;
		let key = passkey.verifying_key().ok_or(Malformed)?;
		if client.r#type != "webauthn.get" {
			return Err(Malformed);
		}
		if *authenticator.rp_id_hash != passkey.rp_id_hash || client.cross_origin == Some(true) {
			return Err(OtherRelyingParty);
		}
		if client.challenge != encode_challenge(challenge) {
			return Err(OtherChallenge);
		}
		if !authenticator.is_user_verified() {
			return Err(UserNotVerified);
		}
		let signed = [&self.authenticator_data[..], &sha2_256(&self.client_data)].concat();
		key.verify_prehash(&sha2_256(&signed), &signature)
			.map_err(|_| WrongSignature)?;
		Ok(authenticator.counter)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::authenticator::Authenticator;
	use proptest::prelude::*;

	const CHALLENGE: [u8; 32] = [7; 32];

	#[test]
	fn each_operation_is_a_member_of_its_own() {
		for (index, operation) in (0u32..).zip(Operation::ALL) {
			assert_eq!(operation as u32, index);
			assert!(index < u8::BITS);
			let only = Operations::only(operation);
			assert_eq!(only.iter().collect::<Vec<_>>(), [operation]);
			assert!(Operations::all().contains(operation) && !Operations::NONE.contains(operation));
			assert_eq!(Operations::from(vec![operation, operation]), only);
		}
		assert!(Operations::NONE.is_empty() && !Operations::all().is_empty());
		assert_eq!(Vec::from(Operations::all()), Operation::ALL);
	}

	#[test]
	fn bits_without_an_operation_are_noticed() {
		assert!(!Operations::all().has_unknown());
		for bit in Operation::ALL.len()..8 {
			let stray = Operations::decode(&mut &[1u8 << bit][..]).expect("any eight bits decode");
			assert!(stray.has_unknown(), "bit {bit}");
		}
	}

	#[test]
	fn operations_are_a_list_in_documents() {
		let text = serde_json::to_string(&Operations::all()).expect("has a JSON form");
		assert_eq!(text, r#"["registering","transferring","rotating"]"#);
		let read: Operations = serde_json::from_str(r#"["rotating"]"#).expect("is one");
		assert_eq!(read, Operations::only(Operation::Rotating));
	}

	/// What confirms one thing confirms nothing else.
	#[test]
	fn a_challenge_is_for_one_thing_only() {
		let base = challenge(&[1; 32], 7, 0, b"call");
		assert_eq!(challenge(&[1; 32], 7, 0, b"call"), base);
		let others = [
			challenge(&[2; 32], 7, 0, b"call"),
			challenge(&[1; 32], 8, 0, b"call"),
			challenge(&[1; 32], 7, 1, b"call"),
			challenge(&[1; 32], 7, 0, b"cell"),
		];
		assert!(others.iter().all(|other| *other != base));
	}

	#[test]
	fn an_authenticator_that_counts_never_stands_still() {
		let bound = |counter| BoundPasskey {
			passkey: Authenticator::new(1).passkey(),
			counter,
		};
		for (before, after, is_later) in [
			(0, 0, true),
			(0, 1, true),
			(1, 2, true),
			(1, 9, true),
			(1, 1, false),
			(2, 1, false),
			(1, 0, false),
			(u32::MAX, u32::MAX, false),
		] {
			assert_eq!(bound(before).is_later(after), is_later, "{before} and then {after}");
		}
	}

	#[test]
	fn an_assertion_counts_and_says_how_often_the_passkey_was_used() {
		let mut authenticator = Authenticator::new(1);
		for counter in [0, 1, u32::MAX] {
			authenticator.counter = counter;
			let assertion = authenticator.assert(&CHALLENGE);
			assert_eq!(assertion.verify(&authenticator.passkey(), &CHALLENGE), Ok(counter));
		}
	}

	/// The assertion, and what is wrong with it when it is changed before it is signed.
	fn fault(change: impl FnOnce(&mut Authenticator)) -> Result<u32, AssertionFault> {
		let mut authenticator = Authenticator::new(1);
		let passkey = authenticator.passkey();
		change(&mut authenticator);
		authenticator.assert(&CHALLENGE).verify(&passkey, &CHALLENGE)
	}

	#[test]
	fn each_fault_is_told_apart() {
		use AssertionFault::*;
		// The control: nothing is wrong.
		assert_eq!(fault(|_| ()), Ok(0));
		let client = |text: &str| {
			let text = text.replace("CHALLENGE", &encode_challenge(&CHALLENGE));
			fault(|authenticator| authenticator.client_data = Some(text))
		};
		assert_eq!(client(r#"{"type":"webauthn.get","challenge":"CHALLENGE"}"#), Ok(0));

		for malformed in [
			"",
			"hello",
			"[]",
			r#"{"type":"webauthn.get"}"#,
			r#"{"challenge":"CHALLENGE"}"#,
			r#"{"type":"webauthn.create","challenge":"CHALLENGE"}"#,
			r#"{"type":"payment.get","challenge":"CHALLENGE"}"#,
			r#"{"type":"webauthn.get","challenge":7}"#,
			r#"{"type":"webauthn.get","challenge":"CHALLENGE","crossOrigin":"false"}"#,
			r#"{"type":"webauthn.get","challenge":"CHALLENGE","challenge":"CHALLENGE"}"#,
			r#"{"type":"webauthn.get","challenge":"CHALLENGE"}{}"#,
			r#"{"type":"webauthn.get","challenge":"CHALLENGE""#,
		] {
			assert_eq!(client(malformed), Err(Malformed), "{malformed}");
		}
		assert_eq!(
			fault(|authenticator| authenticator.rp_id = "example.com".into()),
			Err(OtherRelyingParty)
		);
		assert_eq!(
			client(r#"{"type":"webauthn.get","challenge":"CHALLENGE","crossOrigin":true}"#),
			Err(OtherRelyingParty)
		);
		for other in [
			r#"{"type":"webauthn.get","challenge":""}"#,
			r#"{"type":"webauthn.get","challenge":"CHALLENGE="}"#,
			r#"{"type":"webauthn.get","challenge":"cHALLENGE"}"#,
		] {
			assert_eq!(client(other), Err(OtherChallenge), "{other}");
		}
		for flags in [0, 1, 4, 0xfa, 0xfb, 0xfe] {
			assert_eq!(
				fault(|authenticator| authenticator.flags = flags),
				Err(UserNotVerified),
				"{flags:02x}"
			);
		}
		assert_eq!(
			fault(|authenticator| *authenticator = Authenticator::new(2)),
			Err(WrongSignature)
		);
	}

	#[test]
	fn an_assertion_over_something_else_is_refused() {
		let authenticator = Authenticator::new(1);
		let assertion = authenticator.assert(&CHALLENGE);
		let mut other = CHALLENGE;
		for bit in 0..256 {
			other[bit / 8] ^= 1 << (bit % 8);
			let heard = assertion.verify(&authenticator.passkey(), &other);
			assert_eq!(heard, Err(AssertionFault::OtherChallenge), "bit {bit}");
			other[bit / 8] ^= 1 << (bit % 8);
		}
		assert_eq!(assertion.verify(&authenticator.passkey(), &other), Ok(0));
	}

	#[test]
	fn extensions_and_unknown_words_are_tolerated() {
		let with_both = fault(|authenticator| {
			authenticator.flags |= 1 << 7;
			authenticator.extensions = vec![0xa0; 475];
			authenticator.client_data = Some(format!(
				r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://example.org","later":{{"a":[1,null]}},"crossOrigin":false}}"#,
				encode_challenge(&CHALLENGE)
			));
		});
		assert_eq!(with_both, Ok(0));
	}

	#[test]
	fn the_longest_assertion_has_room() {
		let authenticator = Authenticator::new(1);
		let assertion = authenticator.longest_assertion(&CHALLENGE);
		assert_eq!(assertion.authenticator_data.len(), MAX_AUTHENTICATOR_DATA as usize);
		assert_eq!(assertion.client_data.len(), MAX_CLIENT_DATA as usize);
		assert_eq!(assertion.verify(&authenticator.passkey(), &CHALLENGE), Ok(0));
	}

	#[test]
	fn authenticator_data_that_is_cut_off_is_malformed() {
		let authenticator = Authenticator::new(1);
		let whole = authenticator.assert(&CHALLENGE);
		assert_eq!(whole.authenticator_data.len(), 37);
		for length in 0..37 {
			let mut cut = whole.clone();
			cut.authenticator_data.truncate(length);
			let heard = cut.verify(&authenticator.passkey(), &CHALLENGE);
			assert_eq!(heard, Err(AssertionFault::Malformed), "{length} bytes");
		}
	}

	#[test]
	fn a_key_has_one_form() {
		let authenticator = Authenticator::new(1);
		let assertion = authenticator.assert(&CHALLENGE);
		let passkey = authenticator.passkey();
		assert!(assertion.verify(&passkey, &CHALLENGE).is_ok());
		for tag in (0..=u8::MAX).filter(|tag| *tag != passkey.key[0]) {
			let mut other = passkey;
			other.key[0] = tag;
			let expected = match tag {
				// The other point with the same coordinate.
				2 | 3 => AssertionFault::WrongSignature,
				_ => AssertionFault::Malformed,
			};
			assert_eq!(assertion.verify(&other, &CHALLENGE), Err(expected), "{tag}");
		}
		let mut beyond_the_field = passkey;
		beyond_the_field.key[1..].fill(0xff);
		let heard = assertion.verify(&beyond_the_field, &CHALLENGE);
		assert_eq!(heard, Err(AssertionFault::Malformed));
	}

	/// Vectors that W3C publishes with Web Authentication Level 3 (section 16): an authenticator that is not ours.
	mod published {
		use super::*;

		/// SHA-256 of `example.org`, flags, counter.
		const RP_ID_HASH: &str = "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5";

		struct Vector {
			key: &'static str,
			challenge: &'static str,
			flags: u8,
			client_data: &'static str,
			signature: &'static str,
		}

		/// 16.6, `none.ES256.long-credential-id`.
		const VERIFIED: Vector = Vector {
			key: "033b8176b7504489cc593046d7988abb7905a742de6ac2cdc748a873c663e90cb1",
			challenge: "ef1deba56dce48f674a447ccf63b9599258ce87648e5c396f2ef0ca1da460e3b",
			flags: 0x0d,
			client_data: concat!(
				r#"{"type":"webauthn.get","challenge":"7x3rpW3OSPZ0pEfM9juVmSWM6HZI5cOW8u8ModpGDjs","#,
				r#""origin":"https://example.org","crossOrigin":false}"#
			),
			signature: concat!(
				"304502203ecef83fb12a0cae7841055f9f87103a99fd14b424194bbf06c4623d3ee6e3fd",
				"022100d2ace346db262b1374a6b70faa51f518a42ddca13a4125ce6f5052a75bac9fb6"
			),
		};

		/// 16.2, `none.ES256`.
		const NOT_VERIFIED: Vector = Vector {
			key: "02afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61",
			challenge: "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
			flags: 0x19,
			client_data: concat!(
				r#"{"type":"webauthn.get","challenge":"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag","#,
				r#""origin":"https://example.org","crossOrigin":false}"#
			),
			signature: concat!(
				"3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd38",
				"0221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87"
			),
		};

		/// 16.4, `none.ES256.crossOrigin`.
		const CROSS_ORIGIN: Vector = Vector {
			key: "0222200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d",
			challenge: "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
			flags: 0x05,
			client_data: concat!(
				r#"{"type":"webauthn.get","challenge":"h2qlF7qD_e5l_P_bykyE7q5dVPgEGh_IXJkeW7snMTc","#,
				r#""origin":"https://example.org","crossOrigin":true,"extraData":"clientDataJSON may be extended with "#,
				r#"additional fields in the future, such as this: 92pcTVD0Aby-q4dtmj6efg"}"#
			),
			signature: concat!(
				"3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7",
				"022100c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf"
			),
		};

		fn bytes(digits: &str) -> Vec<u8> {
			let pairs = digits.as_bytes().chunks(2).map(|pair| {
				let pair = core::str::from_utf8(pair).expect("digits are ASCII");
				u8::from_str_radix(pair, 16).expect("digits are hexadecimal")
			});
			pairs.collect()
		}

		fn array<const N: usize>(digits: &str) -> [u8; N] {
			bytes(digits).try_into().expect("the length is that of the vector")
		}

		impl Vector {
			fn passkey(&self) -> Passkey {
				Passkey {
					key: array(self.key),
					rp_id_hash: array(RP_ID_HASH),
				}
			}

			fn assertion(&self) -> Assertion {
				let authenticator_data = [&bytes(RP_ID_HASH)[..], &[self.flags, 0, 0, 0, 0]].concat();
				Assertion {
					authenticator_data: BoundedVec::truncate_from(authenticator_data),
					client_data: BoundedVec::truncate_from(self.client_data.into()),
					signature: BoundedVec::truncate_from(bytes(self.signature)),
				}
			}

			fn verify(&self) -> Result<u32, AssertionFault> {
				self.assertion().verify(&self.passkey(), &array(self.challenge))
			}

			/// Whether the signature is genuine, whatever we think of what it is over.
			fn is_genuine(&self) -> bool {
				let assertion = self.assertion();
				let signed = [&assertion.authenticator_data[..], &sha2_256(&assertion.client_data)].concat();
				let signature = Signature::from_der(&assertion.signature).expect("is one");
				let key = self.passkey().verifying_key().expect("is one");
				key.verify_prehash(&sha2_256(&signed), &signature).is_ok()
			}
		}

		#[test]
		fn a_published_assertion_with_a_verified_user_counts() {
			assert_eq!(VERIFIED.verify(), Ok(0));
		}

		#[test]
		fn published_assertions_that_do_not_suffice_are_refused() {
			for (vector, fault) in [
				(NOT_VERIFIED, AssertionFault::UserNotVerified),
				(CROSS_ORIGIN, AssertionFault::OtherRelyingParty),
			] {
				// The control: it is the passkey's own.
				assert!(vector.is_genuine());
				assert_eq!(vector.verify(), Err(fault));
			}
		}
	}

	proptest! {
		// Thousands of bits; for those that leave the form alone, a signature check.
		#![proptest_config(ProptestConfig::with_cases(4))]

		/// The first assertion is the positive control.
		#[test]
		fn any_flipped_bit_refuses(seed in 1u8..255, challenge: [u8; 32], counter: u32) {
			let mut authenticator = Authenticator::new(seed);
			authenticator.counter = counter;
			authenticator.extensions = vec![0xa0];
			let passkey = authenticator.passkey();
			let assertion = authenticator.assert(&challenge);
			prop_assert_eq!(assertion.verify(&passkey, &challenge), Ok(counter));

			let parts: [fn(&mut Assertion) -> &mut [u8]; 3] = [
				|assertion| assertion.authenticator_data.as_mut(),
				|assertion| assertion.client_data.as_mut(),
				|assertion| assertion.signature.as_mut(),
			];
			for (number, part) in parts.into_iter().enumerate() {
				for bit in 0..part(&mut assertion.clone()).len() * 8 {
					let mut flipped = assertion.clone();
					part(&mut flipped)[bit / 8] ^= 1 << (bit % 8);
					prop_assert!(flipped.verify(&passkey, &challenge).is_err(), "part {}, bit {}", number, bit);
				}
			}
		}

		#[test]
		fn any_flipped_bit_of_the_passkey_refuses(seed in 1u8..255, bit in 0usize..65 * 8) {
			let authenticator = Authenticator::new(seed);
			let assertion = authenticator.assert(&CHALLENGE);
			let mut encoded = authenticator.passkey().encode();
			encoded[bit / 8] ^= 1 << (bit % 8);
			let flipped = Passkey::decode(&mut &encoded[..]).expect("any bytes are a passkey of fixed length");
			prop_assert!(assertion.verify(&flipped, &CHALLENGE).is_err());
		}

		#[test]
		fn no_bytes_make_the_check_panic(data: Vec<u8>, client: Vec<u8>, signature: Vec<u8>, key: [u8; 32]) {
			let assertion = Assertion {
				authenticator_data: BoundedVec::truncate_from(data),
				client_data: BoundedVec::truncate_from(client),
				signature: BoundedVec::truncate_from(signature),
			};
			let mut passkey = Authenticator::new(1).passkey();
			passkey.key[1..].copy_from_slice(&key);
			prop_assert!(assertion.verify(&passkey, &CHALLENGE).is_err());
		}
	}
}
