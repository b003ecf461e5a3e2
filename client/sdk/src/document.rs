// SPDX-License-Identifier: Apache-2.0

//! What the SDK's JSON documents have in common: that is the verifier's to say. Here is what it has no need of: randomness.

pub(crate) use chirograph_verifier::document::{
	account, canonical, canonical_without, decode, hexadecimal, read, sha256, to_hex, Fault,
};

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
	let mut bytes = [0; N];
	getrandom::getrandom(&mut bytes)?;
	Ok(bytes)
}
