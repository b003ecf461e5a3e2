// SPDX-License-Identifier: Apache-2.0

//! The bytes that an owner signs (X.1407 7.2.1 d).
//!
//! A payload starts with the name of its purpose and the genesis hash, so that no signature serves another purpose or another network.
//! All fields have a fixed length, so that no two payloads share their bytes. The owner's account is part of it: with recoverable ECDSA
//! a damaged signature yields some key or other, and only the comparison with the account that the owner meant makes it a refusal.
//!
//! | registration | bytes |   | revocation | bytes |
//! |---|---|---|---|---|
//! | `chirograph/proof/v1` | 19 | | `chirograph/revocation/v1` | 24 |
//! | genesis hash | 32 | | genesis hash | 32 |
//! | owner's account | 32 | | owner's account | 32 |
//! | subject | 32 | | subject | 32 |
//! | evidence hash | 32 | | reason, SCALE index | 1 |
//! | schema, SCALE index | 1 | | valid until, block, little endian | 4 |
//! | valid until, block, little endian | 4 | | | |
//!
//! The new account of a label signs too, so that no label is moved to a key that nobody has:
//!
//! | taking over a label | bytes |
//! |---|---|
//! | `chirograph/takeover/v1` | 22 |
//! | genesis hash | 32 |
//! | label, little endian | 4 |
//! | new account | 32 |
//! | valid until, block, little endian | 4 |

use crate::{AccountId, BlockNumber, EvidenceHash, LabelId, RevocationReason, Schema, Subject};
use alloc::vec::Vec;
use codec::Encode;

/// Hash of a network's first block.
pub type GenesisHash = [u8; 32];

const REGISTRATION: &[u8; 19] = b"chirograph/proof/v1";
const REVOCATION: &[u8; 24] = b"chirograph/revocation/v1";
const TAKEOVER: &[u8; 22] = b"chirograph/takeover/v1";

/// What an owner signs to register. `valid_until` is the last block in which the signature may be used.
pub fn registration(
	genesis: &GenesisHash,
	owner: &AccountId,
	subject: &Subject,
	evidence: &EvidenceHash,
	schema: Schema,
	valid_until: BlockNumber,
) -> Vec<u8> {
	// A tuple of fixed-length values encodes to their concatenation.
	(REGISTRATION, genesis, owner, subject, evidence, schema, valid_until).encode()
}

/// What an owner signs to revoke. `valid_until` is the last block in which the signature may be used.
pub fn revocation(
	genesis: &GenesisHash,
	owner: &AccountId,
	subject: &Subject,
	reason: RevocationReason,
	valid_until: BlockNumber,
) -> Vec<u8> {
	(REVOCATION, genesis, owner, subject, reason, valid_until).encode()
}

/// What an account signs to become the holder of a label. `valid_until` is the last block in which the signature may be used.
pub fn takeover(genesis: &GenesisHash, label: LabelId, account: &AccountId, valid_until: BlockNumber) -> Vec<u8> {
	(TAKEOVER, genesis, label, account, valid_until).encode()
}

/// Why a signature may not be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadlineFault {
	/// It was good until an earlier block.
	Expired,
	/// It is good for longer than is accepted: whoever gets hold of it could wait.
	TooFarAhead,
}

/// Whether a signature that is good until the block `valid_until` may be used in the block `now`, where none may be good for more than
/// `longest` blocks ahead.
pub fn check_deadline(now: BlockNumber, valid_until: BlockNumber, longest: BlockNumber) -> Result<(), DeadlineFault> {
	if valid_until < now {
		return Err(DeadlineFault::Expired);
	}
	// Saturating: at the end of the block numbers there is nothing left to be too far ahead of.
	if valid_until > now.saturating_add(longest) {
		return Err(DeadlineFault::TooFarAhead);
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The layout is a promise to everybody who writes a verifier: spelled out here byte by byte.
	#[test]
	fn layout_is_the_documented_one() {
		let (genesis, owner) = ([1; 32], AccountId::new([2; 32]));
		let (subject, evidence) = (Subject([3; 32]), EvidenceHash([4; 32]));
		let registered = registration(&genesis, &owner, &subject, &evidence, Schema::Certificate, 0x0a0b_0c0d);
		let expected = [
			&b"chirograph/proof/v1"[..],
			&[1; 32],
			&[2; 32],
			&[3; 32],
			&[4; 32],
			&[1],
			&[0x0d, 0x0c, 0x0b, 0x0a],
		]
		.concat();
		assert_eq!(registered, expected);

		let revoked = revocation(&genesis, &owner, &subject, RevocationReason::NoLongerValid, 7);
		let expected = [
			&b"chirograph/revocation/v1"[..],
			&[1; 32],
			&[2; 32],
			&[3; 32],
			&[2],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(revoked, expected);

		let taken_over = takeover(&genesis, 0x0a0b, &owner, 7);
		let expected = [
			&b"chirograph/takeover/v1"[..],
			&[1; 32],
			&[0x0b, 0x0a, 0, 0],
			&[2; 32],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(taken_over, expected);
	}
}
