// SPDX-License-Identifier: Apache-2.0

//! The bytes that an owner signs (X.1407 7.2.1 d).
//!
//! A payload starts with the name of its purpose and the genesis hash, so that no signature serves another purpose or another network.
//! All fields have a fixed length, or begin with what it is, so that no two payloads share their bytes. The owner's account is part of it: with recoverable ECDSA
//! a damaged signature yields some key or other, and only the comparison with the account that the owner meant makes it a refusal.
//!
//! | registration | bytes |   | registration of a batch | bytes |
//! |---|---|---|---|---|
//! | `chirograph/proof/v1` | 19 | | `chirograph/batch/v1` | 19 |
//! | genesis hash | 32 | | genesis hash | 32 |
//! | owner's account | 32 | | owner's account | 32 |
//! | subject | 32 | | root | 32 |
//! | evidence hash | 32 | | how many leaves, little endian | 8 |
//! | schema, SCALE index | 1 | | schema, SCALE index | 1 |
//! | valid until, block, little endian | 4 | | valid until, block, little endian | 4 |
//!
//! What a holder does with a proof later names it by 65 bytes: 0 for a record, 1 for a batch, 2 for a leaf; the batch's root, or zeros; the
//! subject, or zeros. A claim, which can be revoked and nothing else, is named by 3, its owner's account and the subject: so nobody who
//! takes a claim back takes back the record, should they hold that one day.
//!
//! | revocation | bytes |   | supersession | bytes |   | transfer | bytes |   | renewal | bytes |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | `chirograph/revocation/v1` | 24 | | `chirograph/supersession/v1` | 26 | | `chirograph/transfer/v1` | 22 | | `chirograph/renewal/v1` | 21 |
//! | genesis hash | 32 | | genesis hash | 32 | | genesis hash | 32 | | genesis hash | 32 |
//! | holder's account | 32 | | holder's account | 32 | | holder's account | 32 | | holder's account | 32 |
//! | proof | 65 | | proof | 65 | | proof | 65 | | proof | 65 |
//! | reason, SCALE index | 1 | | the one in its place | 65 | | next holder's account | 32 | | algorithm of the digest, SCALE index of [`Digest`] | 1 |
//! | valid until, block, little endian | 4 | | valid until, block, little endian | 4 | | valid until, block, little endian | 4 | | digest | 32 or 64 |
//! | | | | | | | | | | | valid until, block, little endian | 4 |
//!
//! A transfer is signed by both.
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
//!
//! The key of a certificate signs whose application it is for, and with which of the certificates that it may have
//! ([`CertificateClaim`](crate::CertificateClaim)). No deadline: whether the certificate is good, an auditor judges when the application is
//! decided.
//!
//! | claiming a certificate | bytes |
//! |---|---|
//! | `chirograph/certificate/v1` | 25 |
//! | genesis hash | 32 |
//! | account that applies | 32 |
//! | SHA-256 of the certificate in its DER form | 32 |
//!
//! The key of a node signs whose it is, so that nobody claims a peer id that is another's:
//!
//! | owning a node | bytes |   | checkpoint | bytes |
//! |---|---|---|---|---|
//! | `chirograph/peer/v1` | 18 | | `chirograph/checkpoint/v1` | 24 |
//! | genesis hash | 32 | | genesis hash | 32 |
//! | label, little endian | 4 | | block number, little endian | 4 |
//! | | | | block hash | 32 |
//! | | | | number of the set of authorities that finalised it, little endian | 8 |
//!
//! A checkpoint is signed by members of the council.
//!
//! Where a label is guarded by a [passkey](crate::passkey), the authenticator is given the SHA-256 of this as challenge. The sequence is how
//! many confirmations the label used up before, so that none is good twice:
//!
//! | confirmation by a passkey | bytes |
//! |---|---|
//! | `chirograph/confirmation/v1` | 26 |
//! | genesis hash | 32 |
//! | label, little endian | 4 |
//! | sequence, little endian | 4 |
//! | BLAKE2b-256 of what is confirmed | 32 |
//!
//! What is confirmed is a call in its SCALE encoding, pallet and call index first; or, by a passkey that is to be bound, this:
//!
//! | binding of a passkey | bytes |
//! |---|---|
//! | `bind` as SCALE string: 0x10, then the text | 5 |
//! | public key, compressed | 33 |
//! | SHA-256 of the relying party's id | 32 |
//! | what it is to guard, a bit for each operation | 1 |

use crate::{
	AccountId, BatchRoot, BlockNumber, CertificateHash, Digest, EvidenceHash, LabelId, Operations, Passkey, ProofId,
	RevocationReason, Schema, Subject,
};
use alloc::vec::Vec;
use codec::Encode;

/// Hash of a network's first block.
pub type GenesisHash = [u8; 32];

const REGISTRATION: &[u8; 19] = b"chirograph/proof/v1";
const BATCH: &[u8; 19] = b"chirograph/batch/v1";
const REVOCATION: &[u8; 24] = b"chirograph/revocation/v1";
const SUPERSESSION: &[u8; 26] = b"chirograph/supersession/v1";
const TRANSFER: &[u8; 22] = b"chirograph/transfer/v1";
const RENEWAL: &[u8; 21] = b"chirograph/renewal/v1";
const TAKEOVER: &[u8; 22] = b"chirograph/takeover/v1";
const CONFIRMATION: &[u8; 26] = b"chirograph/confirmation/v1";
const BINDING: &str = "bind";
const CERTIFICATE: &[u8; 25] = b"chirograph/certificate/v1";
const PEER: &[u8; 18] = b"chirograph/peer/v1";
const CHECKPOINT: &[u8; 24] = b"chirograph/checkpoint/v1";

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

/// What an owner signs to register a tree of so many leaves. `valid_until` is the last block in which the signature may be used.
pub fn batch(
	genesis: &GenesisHash,
	owner: &AccountId,
	root: &BatchRoot,
	leaves: u64,
	schema: Schema,
	valid_until: BlockNumber,
) -> Vec<u8> {
	(BATCH, genesis, owner, root, leaves, schema, valid_until).encode()
}

/// What a claim is named by where a proof has 0 to 2.
const CLAIM: u8 = 3;

/// A proof by 65 bytes, whichever kind it is.
fn fixed_length(proof: &ProofId) -> (u8, [u8; 32], [u8; 32]) {
	match proof {
		ProofId::Record { subject } => (0, [0; 32], subject.0),
		ProofId::Batch { root } => (1, root.0, [0; 32]),
		ProofId::Leaf { root, subject } => (2, root.0, subject.0),
	}
}

/// What a holder signs to revoke. `valid_until` is the last block in which the signature may be used.
pub fn revocation(
	genesis: &GenesisHash,
	holder: &AccountId,
	proof: &ProofId,
	reason: RevocationReason,
	valid_until: BlockNumber,
) -> Vec<u8> {
	(REVOCATION, genesis, holder, fixed_length(proof), reason, valid_until).encode()
}

/// What its owner signs to revoke a claim. `valid_until` is the last block in which the signature may be used.
pub fn claim_revocation(
	genesis: &GenesisHash,
	owner: &AccountId,
	subject: &Subject,
	reason: RevocationReason,
	valid_until: BlockNumber,
) -> Vec<u8> {
	(REVOCATION, genesis, owner, (CLAIM, owner, subject), reason, valid_until).encode()
}

/// What a holder signs to put `by` in the place of `proof`. `valid_until` is the last block in which the signature may be used.
pub fn supersession(
	genesis: &GenesisHash,
	holder: &AccountId,
	proof: &ProofId,
	by: &ProofId,
	valid_until: BlockNumber,
) -> Vec<u8> {
	(
		SUPERSESSION,
		genesis,
		holder,
		fixed_length(proof),
		fixed_length(by),
		valid_until,
	)
		.encode()
}

/// What a holder signs to hand a proof over, and the next holder to accept it. `valid_until` is the last block in which the signatures may
/// be used.
pub fn transfer(genesis: &GenesisHash, holder: &AccountId, proof: &ProofId, to: &AccountId, valid_until: BlockNumber) -> Vec<u8> {
	(TRANSFER, genesis, holder, fixed_length(proof), to, valid_until).encode()
}

/// What a holder signs to bind the evidence of a proof to another hash of it. `valid_until` is the last block in which the signature may be
/// used.
pub fn renewal(
	genesis: &GenesisHash,
	holder: &AccountId,
	proof: &ProofId,
	evidence: &Digest,
	valid_until: BlockNumber,
) -> Vec<u8> {
	(RENEWAL, genesis, holder, fixed_length(proof), evidence, valid_until).encode()
}

/// What an account signs to become the holder of a label. `valid_until` is the last block in which the signature may be used.
pub fn takeover(genesis: &GenesisHash, label: LabelId, account: &AccountId, valid_until: BlockNumber) -> Vec<u8> {
	(TAKEOVER, genesis, label, account, valid_until).encode()
}

/// What a passkey confirms, of which it signs the SHA-256. `confirmed` is the BLAKE2b-256 of a call, or of a [`binding`]; `sequence` how many
/// confirmations the label used up before.
pub fn confirmation(genesis: &GenesisHash, label: LabelId, sequence: u32, confirmed: &[u8; 32]) -> Vec<u8> {
	(CONFIRMATION, genesis, label, sequence, confirmed).encode()
}

/// What a passkey confirms that is to be bound to a label.
pub fn binding(passkey: &Passkey, guarded: Operations) -> Vec<u8> {
	(BINDING, passkey, guarded).encode()
}

/// What the key of a certificate signs for the account that applies for a label with it.
pub fn certificate(genesis: &GenesisHash, account: &AccountId, certificate: &CertificateHash) -> Vec<u8> {
	(CERTIFICATE, genesis, account, certificate).encode()
}

/// What the key of a node signs to belong to a label.
pub fn peer(genesis: &GenesisHash, label: LabelId) -> Vec<u8> {
	(PEER, genesis, label).encode()
}

/// What a member of the council signs to vouch for a block: its number, its hash, and which set of authorities finalised it.
pub fn checkpoint(genesis: &GenesisHash, number: BlockNumber, hash: &[u8; 32], set_id: u64) -> Vec<u8> {
	(CHECKPOINT, genesis, number, hash, set_id).encode()
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
	use crate::Operation;

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

		let (record, leaf) = (
			ProofId::Record { subject },
			ProofId::Leaf {
				root: BatchRoot([5; 32]),
				subject,
			},
		);
		let batched = batch(&genesis, &owner, &BatchRoot([5; 32]), 0x0a0b, Schema::Invoice, 7);
		let expected = [
			&b"chirograph/batch/v1"[..],
			&[1; 32],
			&[2; 32],
			&[5; 32],
			&[0x0b, 0x0a, 0, 0, 0, 0, 0, 0],
			&[2],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(batched, expected);

		let revoked = revocation(&genesis, &owner, &record, RevocationReason::NoLongerValid, 7);
		let expected = [
			&b"chirograph/revocation/v1"[..],
			&[1; 32],
			&[2; 32],
			&[0],
			&[0; 32],
			&[3; 32],
			&[2],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(revoked, expected);

		let taken_back = claim_revocation(&genesis, &owner, &subject, RevocationReason::NoLongerValid, 7);
		let expected = [
			&b"chirograph/revocation/v1"[..],
			&[1; 32],
			&[2; 32],
			&[3],
			&[2; 32],
			&[3; 32],
			&[2],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(taken_back, expected);

		let superseded = supersession(
			&genesis,
			&owner,
			&leaf,
			&ProofId::Batch {
				root: BatchRoot([6; 32]),
			},
			7,
		);
		let expected = [
			&b"chirograph/supersession/v1"[..],
			&[1; 32],
			&[2; 32],
			&[2],
			&[5; 32],
			&[3; 32],
			&[1],
			&[6; 32],
			&[0; 32],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(superseded, expected);

		let transferred = transfer(&genesis, &owner, &record, &AccountId::new([9; 32]), 7);
		let expected = [
			&b"chirograph/transfer/v1"[..],
			&[1; 32],
			&[2; 32],
			&[0],
			&[0; 32],
			&[3; 32],
			&[9; 32],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(transferred, expected);

		let renewed = renewal(&genesis, &owner, &record, &Digest::Sha3_512([8; 64]), 7);
		let expected = [
			&b"chirograph/renewal/v1"[..],
			&[1; 32],
			&[2; 32],
			&[0],
			&[0; 32],
			&[3; 32],
			&[1],
			&[8; 64],
			&[7, 0, 0, 0],
		]
		.concat();
		assert_eq!(renewed, expected);

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

		let claimed = certificate(&genesis, &owner, &CertificateHash([3; 32]));
		let expected = [&b"chirograph/certificate/v1"[..], &[1; 32], &[2; 32], &[3; 32]].concat();
		assert_eq!(claimed, expected);

		let owned = peer(&genesis, 0x0a0b);
		let expected = [&b"chirograph/peer/v1"[..], &[1; 32], &[0x0b, 0x0a, 0, 0]].concat();
		assert_eq!(owned, expected);

		let vouched = checkpoint(&genesis, 0x0a0b, &[3; 32], 0x0c0d);
		let expected = [
			&b"chirograph/checkpoint/v1"[..],
			&[1; 32],
			&[0x0b, 0x0a, 0, 0],
			&[3; 32],
			&[0x0d, 0x0c, 0, 0, 0, 0, 0, 0],
		]
		.concat();
		assert_eq!(vouched, expected);

		let confirmed = confirmation(&genesis, 0x0a0b, 0x0c0d, &[6; 32]);
		let expected = [
			&b"chirograph/confirmation/v1"[..],
			&[1; 32],
			&[0x0b, 0x0a, 0, 0],
			&[0x0d, 0x0c, 0, 0],
			&[6; 32],
		]
		.concat();
		assert_eq!(confirmed, expected);

		let passkey = Passkey {
			key: [3; 33],
			rp_id_hash: [4; 32],
		};
		let guarded = Operations::from_iter([Operation::Registering, Operation::Rotating]);
		let bound = binding(&passkey, guarded);
		let expected = [&b"\x10bind"[..], &[3; 33], &[4; 32], &[0b101]].concat();
		assert_eq!(bound, expected);
	}
}
