// SPDX-License-Identifier: Apache-2.0

//! Hashes and signatures: by the host where there is one, as in a runtime, and computed here everywhere else, a browser for instance.

#[cfg(all(feature = "runtime", not(feature = "std")))]
mod host {
	use sp_core::{ecdsa, ed25519, sr25519};
	use sp_io::crypto;
	pub use sp_io::hashing::{blake2_256, sha2_256};

	pub fn ed25519_verify(signature: &ed25519::Signature, message: &[u8], key: &ed25519::Public) -> bool {
		crypto::ed25519_verify(signature, message, key)
	}

	pub fn sr25519_verify(signature: &sr25519::Signature, message: &[u8], key: &sr25519::Public) -> bool {
		crypto::sr25519_verify(signature, message, key)
	}

	pub fn ecdsa_recover(signature: &ecdsa::Signature, hash: &[u8; 32]) -> Option<[u8; 33]> {
		crypto::secp256k1_ecdsa_recover_compressed(signature.as_ref(), hash).ok()
	}
}

#[cfg(not(all(feature = "runtime", not(feature = "std"))))]
mod pure {
	use sp_core::{ecdsa, ed25519, sr25519, Pair};
	pub use sp_crypto_hashing::{blake2_256, sha2_256};

	pub fn ed25519_verify(signature: &ed25519::Signature, message: &[u8], key: &ed25519::Public) -> bool {
		ed25519::Pair::verify(signature, message, key)
	}

	pub fn sr25519_verify(signature: &sr25519::Signature, message: &[u8], key: &sr25519::Public) -> bool {
		sr25519::Pair::verify(signature, message, key)
	}

	pub fn ecdsa_recover(signature: &ecdsa::Signature, hash: &[u8; 32]) -> Option<[u8; 33]> {
		signature.recover_prehashed(hash).map(|key| key.0)
	}
}

#[cfg(all(feature = "runtime", not(feature = "std")))]
pub(crate) use host::*;
#[cfg(not(all(feature = "runtime", not(feature = "std"))))]
pub(crate) use pure::*;
