// SPDX-License-Identifier: Apache-2.0

//! An authenticator in software, for tests and benchmarks: it verifies nobody, and its keys are public.

use crate::{
	crypto::sha2_256,
	passkey::{encode_challenge, MAX_AUTHENTICATOR_DATA, MAX_CLIENT_DATA},
	Assertion, Passkey,
};
use alloc::{format, string::String, vec, vec::Vec};
use p256::ecdsa::{signature::Signer, Signature, SigningKey};
use sp_core::bounded::BoundedVec;

/// A passkey with its secret. What it says can be changed by whoever tests what comes of it.
#[derive(Clone)]
pub struct Authenticator {
	key: SigningKey,
	/// The domain that it signs for.
	pub rp_id: String,
	/// That somebody was there, and who.
	pub flags: u8,
	/// How often it was used, if it counts.
	pub counter: u32,
	/// What stands behind the counter.
	pub extensions: Vec<u8>,
	/// What the browser says, instead of what browsers say.
	pub client_data: Option<String>,
}

impl Authenticator {
	/// The one whose secret is that byte, not zero, 32 times.
	pub fn new(seed: u8) -> Self {
		let key = SigningKey::from_slice(&[seed; 32]).unwrap_or_else(|_| unreachable!("the secret is no number of the group"));
		Self {
			key,
			rp_id: "example.org".into(),
			flags: 0x05,
			counter: 0,
			extensions: Vec::new(),
			client_data: None,
		}
	}

	/// The public part.
	pub fn passkey(&self) -> Passkey {
		let point = self.key.verifying_key().to_encoded_point(true);
		let key = point.as_bytes().try_into();
		Passkey {
			key: key.unwrap_or_else(|_| unreachable!("a compressed point has that length")),
			rp_id_hash: sha2_256(self.rp_id.as_bytes()),
		}
	}

	/// Signs a challenge.
	pub fn assert(&self, challenge: &[u8; 32]) -> Assertion {
		let counter = self.counter.to_be_bytes();
		let rp_id_hash = sha2_256(self.rp_id.as_bytes());
		let authenticator_data = [&rp_id_hash[..], &[self.flags], &counter, &self.extensions].concat();
		let client_data = self.client_data.clone().unwrap_or_else(|| self.words(challenge, ""));
		let signed = [&authenticator_data[..], &sha2_256(client_data.as_bytes())].concat();
		let signature: Signature = self.key.sign(&signed);
		Assertion {
			authenticator_data: BoundedVec::truncate_from(authenticator_data),
			client_data: BoundedVec::truncate_from(client_data.into_bytes()),
			signature: BoundedVec::truncate_from(signature.to_der().as_bytes().to_vec()),
		}
	}

	/// Signs a challenge, with as many words around it as there may be.
	pub fn longest_assertion(&self, challenge: &[u8; 32]) -> Assertion {
		let room = (MAX_CLIENT_DATA as usize).saturating_sub(self.words(challenge, "").len());
		let verbose = Self {
			extensions: vec![0; (MAX_AUTHENTICATOR_DATA as usize).saturating_sub(37)],
			client_data: Some(self.words(challenge, &" ".repeat(room))),
			..self.clone()
		};
		verbose.assert(challenge)
	}

	fn words(&self, challenge: &[u8; 32], more: &str) -> String {
		format!(
			r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://{}","crossOrigin":false,"more":"{more}"}}"#,
			encode_challenge(challenge),
			self.rp_id
		)
	}
}
