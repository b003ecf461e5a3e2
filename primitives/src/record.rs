// SPDX-License-Identifier: Apache-2.0

use crate::{AccountId, BlockNumber, EvidenceHash, LabelId, Moment, Role, SignatureScheme};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// What kind of document a proof is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "lowercase"))]
pub enum Schema {
	/// Any document.
	Document,
	/// A certificate that an institution issues for a recipient (X.1407 Appendix II).
	Certificate,
	/// An invoice document (X.1407 Appendix I).
	Invoice,
}

impl Schema {
	/// The role its owner must hold to register one.
	pub const fn role(self) -> Role {
		match self {
			Self::Document | Self::Invoice => Role::Owner,
			Self::Certificate => Role::Issuer,
		}
	}
}

/// When and where something entered the ledger (X.1407 9.2.3 e: a time stamp per transaction).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Inclusion {
	/// Height of the block.
	pub block: BlockNumber,
	/// Index of the extrinsic in the block. Calls batched in one extrinsic share it, and then the order of their events tells.
	pub extrinsic: u32,
	/// The block's timestamp.
	pub time: Moment,
}

impl Inclusion {
	/// Block and extrinsic: what is later in the ledger is greater.
	pub const fn position(&self) -> (BlockNumber, u32) {
		(self.block, self.extrinsic)
	}
}

/// Why an owner takes a proof back. A code and no text: free text has no place on chain (X.1407 8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum RevocationReason {
	/// The owner does not say.
	Unspecified,
	/// The document should not have been registered, or has a mistake.
	IssuedInError,
	/// What the document states is no longer so.
	NoLongerValid,
	/// The owner's key may have been used by somebody else.
	KeyCompromised,
}

/// Where a proof is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Status {
	/// Registered and not taken back.
	Active,
	/// Taken back by its owner. That it was registered stays on record.
	Revoked {
		/// When.
		at: Inclusion,
		/// Why.
		reason: RevocationReason,
	},
}

/// What the ledger keeps of a registration (X.1407 7.2.1 f).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Record {
	/// Whose key signed the evidence.
	pub owner: AccountId,
	/// The label that the owner held.
	pub label: LabelId,
	/// Who sent it to the chain and answers for having done so; may be the owner.
	pub submitter: AccountId,
	/// The evidence document that the owner signed for.
	pub evidence_hash: EvidenceHash,
	/// Kind of document.
	pub schema: Schema,
	/// How the owner signed.
	pub scheme: SignatureScheme,
	/// When it was registered.
	pub registered: Inclusion,
	/// Whether it still stands.
	pub status: Status,
}
