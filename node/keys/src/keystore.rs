// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use crate::{
	guard::{Guard, Refusal},
	hsm::Hsm,
	vote::Vote,
};
use sp_core::{
	crypto::{
		key_types::{BABE, GRANDPA},
		KeyTypeId,
	},
	ecdsa, ed25519, sr25519,
};
use sp_keystore::{Error, Keystore, KeystorePtr};
use std::sync::Arc;

/// How a statement of ownership of a session key begins (`sp_core::proof_of_possession`). A vote begins with 0, 1 or 2.
const OWNERSHIP: &[u8] = b"POP_";
/// What follows is the owner, an account; accounts are 32 bytes, and of other chains up to 64.
const OWNER_BYTES: usize = 64;

/// The node's keystore, behind the guard, with the GRANDPA key of a hardware security module where there is one.
///
/// What it does otherwise than the keystore behind it:
/// - with a GRANDPA key it signs votes that the guard admits, and statements of ownership, and nothing else;
/// - for consensus ([`GuardedKeystore::for_consensus`]) it has no keys of BABE and GRANDPA while the guard is closed, and no GRANDPA key while
///   the hardware does not answer. GRANDPA asks at the beginning of each round and then watches the round, BABE makes no block. A refusal
///   to sign a vote, in contrast, ends GRANDPA's voter and with it the node;
/// - a new GRANDPA key is the one in the hardware, where there is hardware: `author_rotateKeysWithOwner` hands out that one.
///
/// BABE's seals are signatures of a hash that does not tell its slot. The node has the guard look at a block before it is imported.
pub struct GuardedKeystore {
	keys: KeystorePtr,
	guard: Option<Arc<Guard>>,
	hsm: Option<Arc<Hsm>>,
	consensus: bool,
}

impl GuardedKeystore {
	/// For the runtime, JSON-RPC and whoever else wants to know which keys there are. Without `guard` everything is signed.
	pub fn new(keys: KeystorePtr, guard: Option<Arc<Guard>>, hsm: Option<Arc<Hsm>>) -> Self {
		Self {
			keys,
			guard,
			hsm,
			consensus: false,
		}
	}

	/// The same keys, for BABE and GRANDPA.
	pub fn for_consensus(&self) -> Self {
		Self {
			keys: self.keys.clone(),
			guard: self.guard.clone(),
			hsm: self.hsm.clone(),
			consensus: true,
		}
	}

	/// Keys of consensus that must not be used now look as if they were not there.
	fn hidden(&self, key_type: KeyTypeId) -> bool {
		let open = || self.guard.as_ref().is_none_or(|guard| guard.is_open());
		self.consensus && [BABE, GRANDPA].contains(&key_type) && !open()
	}

	/// The hardware, if this is its key.
	fn hardware(&self, key_type: KeyTypeId, public: &[u8]) -> Option<&Hsm> {
		let hsm = self.hsm.as_deref().filter(|_| key_type == GRANDPA)?;
		(hsm.public()?[..] == *public).then_some(hsm)
	}

	fn admit(&self, key: &ed25519::Public, payload: &[u8]) -> Result<(), Refusal> {
		let Some(guard) = &self.guard else {
			return Ok(());
		};
		if let Some(vote) = Vote::of_payload(key.0, payload) {
			return guard.admit_vote(&vote);
		}
		let owner = payload.strip_prefix(OWNERSHIP);
		match owner.is_some_and(|owner| owner.len() <= OWNER_BYTES) {
			true => Ok(()),
			false => Err(guard.refuse(Refusal::NoVote)),
		}
	}
}

impl Keystore for GuardedKeystore {
	fn sr25519_public_keys(&self, key_type: KeyTypeId) -> Vec<sr25519::Public> {
		self.keys.sr25519_public_keys(key_type)
	}

	fn sr25519_generate_new(&self, key_type: KeyTypeId, seed: Option<&str>) -> Result<sr25519::Public, Error> {
		self.keys.sr25519_generate_new(key_type, seed)
	}

	fn sr25519_sign(
		&self,
		key_type: KeyTypeId,
		public: &sr25519::Public,
		msg: &[u8],
	) -> Result<Option<sr25519::Signature>, Error> {
		self.keys.sr25519_sign(key_type, public, msg)
	}

	/// How BABE asks whether a slot is its own.
	fn sr25519_vrf_sign(
		&self,
		key_type: KeyTypeId,
		public: &sr25519::Public,
		data: &sr25519::vrf::VrfSignData,
	) -> Result<Option<sr25519::vrf::VrfSignature>, Error> {
		if self.hidden(key_type) {
			return Ok(None);
		}
		self.keys.sr25519_vrf_sign(key_type, public, data)
	}

	fn sr25519_vrf_pre_output(
		&self,
		key_type: KeyTypeId,
		public: &sr25519::Public,
		input: &sr25519::vrf::VrfInput,
	) -> Result<Option<sr25519::vrf::VrfPreOutput>, Error> {
		self.keys.sr25519_vrf_pre_output(key_type, public, input)
	}

	fn ed25519_public_keys(&self, key_type: KeyTypeId) -> Vec<ed25519::Public> {
		let hardware = self.hsm.as_deref().filter(|_| key_type == GRANDPA).and_then(Hsm::public);
		let mut keys = self.keys.ed25519_public_keys(key_type);
		keys.extend(hardware.map(ed25519::Public::from_raw));
		keys
	}

	fn ed25519_generate_new(&self, key_type: KeyTypeId, seed: Option<&str>) -> Result<ed25519::Public, Error> {
		match self.hsm.as_deref() {
			// A seed is a development key's.
			Some(hsm) if key_type == GRANDPA && seed.is_none() => {
				let public = hsm.connect().map_err(|error| Error::Other(error.to_string()))?;
				Ok(ed25519::Public::from_raw(public))
			},
			_ => self.keys.ed25519_generate_new(key_type, seed),
		}
	}

	fn ed25519_sign(
		&self,
		key_type: KeyTypeId,
		public: &ed25519::Public,
		msg: &[u8],
	) -> Result<Option<ed25519::Signature>, Error> {
		if key_type != GRANDPA {
			return self.keys.ed25519_sign(key_type, public, msg);
		}
		self.admit(public, msg).map_err(|refusal| Error::Other(refusal.to_string()))?;
		match self.hardware(key_type, &public.0) {
			Some(hsm) => {
				let signature = hsm.sign(msg).map_err(|error| Error::Other(error.to_string()))?;
				Ok(Some(ed25519::Signature::from_raw(signature)))
			},
			None => self.keys.ed25519_sign(key_type, public, msg),
		}
	}

	fn ecdsa_public_keys(&self, key_type: KeyTypeId) -> Vec<ecdsa::Public> {
		self.keys.ecdsa_public_keys(key_type)
	}

	fn ecdsa_generate_new(&self, key_type: KeyTypeId, seed: Option<&str>) -> Result<ecdsa::Public, Error> {
		self.keys.ecdsa_generate_new(key_type, seed)
	}

	fn ecdsa_sign(&self, key_type: KeyTypeId, public: &ecdsa::Public, msg: &[u8]) -> Result<Option<ecdsa::Signature>, Error> {
		self.keys.ecdsa_sign(key_type, public, msg)
	}

	fn ecdsa_sign_prehashed(
		&self,
		key_type: KeyTypeId,
		public: &ecdsa::Public,
		msg: &[u8; 32],
	) -> Result<Option<ecdsa::Signature>, Error> {
		self.keys.ecdsa_sign_prehashed(key_type, public, msg)
	}

	fn insert(&self, key_type: KeyTypeId, suri: &str, public: &[u8]) -> Result<(), ()> {
		self.keys.insert(key_type, suri, public)
	}

	fn keys(&self, key_type: KeyTypeId) -> Result<Vec<Vec<u8>>, Error> {
		let hardware = self.hsm.as_deref().filter(|_| key_type == GRANDPA).and_then(Hsm::public);
		let mut keys = self.keys.keys(key_type)?;
		keys.extend(hardware.map(|key| key.to_vec()));
		Ok(keys)
	}

	fn has_keys(&self, public_keys: &[(Vec<u8>, KeyTypeId)]) -> bool {
		public_keys.iter().all(|(public, key_type)| {
			if self.hidden(*key_type) {
				return false;
			}
			match self.hardware(*key_type, public) {
				Some(hsm) => !self.consensus || hsm.answers(),
				None => self.keys.has_keys(&[(public.clone(), *key_type)]),
			}
		})
	}
}

#[cfg(test)]
#[path = "tests/keystore.rs"]
mod tests;
