// SPDX-License-Identifier: Apache-2.0

use crate::{
	AccountId, BatchRoot, BlockNumber, Digest, DocumentHash, EvidenceHash, LabelId, Moment, OwnerSignature, Role,
	SignatureScheme, Subject,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
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

/// Which proof: what is registered under a subject by itself, a whole batch, or one leaf of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "kind", rename_all = "camelCase")
)]
pub enum ProofId {
	/// The record of a subject.
	Record {
		/// Which.
		subject: Subject,
	},
	/// All leaves of a batch.
	Batch {
		/// Which.
		root: BatchRoot,
	},
	/// One leaf of a batch.
	Leaf {
		/// Of which batch.
		root: BatchRoot,
		/// Which leaf. That it is one, the path shows, and the ledger does not ask.
		subject: Subject,
	},
}

impl ProofId {
	/// Whether it has nothing in common with another. If one is a leaf of the other, what ends the batch ends both.
	pub fn is_apart_from(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Batch { root: batch }, Self::Leaf { root, .. }) | (Self::Leaf { root, .. }, Self::Batch { root: batch }) => {
				batch != root
			},
			_ => self != other,
		}
	}
}

/// As people are told of it.
impl fmt::Display for ProofId {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		match self {
			Self::Record { subject } => write!(f, "{subject}"),
			Self::Batch { root } => write!(f, "batch {root}"),
			Self::Leaf { root, subject } => write!(f, "{subject} of batch {root}"),
		}
	}
}

/// One of many registrations, each signed for by its own owner, that are sent together.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Registration {
	/// The account whose key made `signature`.
	pub owner: AccountId,
	/// Under which it is to be found.
	pub subject: Subject,
	/// The evidence document that the owner signed for.
	pub evidence_hash: EvidenceHash,
	/// Kind of document.
	pub schema: Schema,
	/// The last block in which `signature` may be used.
	pub valid_until: BlockNumber,
	/// Over [`payload::registration`](crate::payload::registration), as if it were sent by itself.
	pub signature: OwnerSignature,
}

/// Where a proof is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Status {
	/// Registered and not taken back.
	#[default]
	Active,
	/// Taken back by its holder. That it was registered stays on record.
	Revoked {
		/// When.
		at: Inclusion,
		/// Why.
		reason: RevocationReason,
	},
	/// Another took its place: a new version, a corrected certificate. That it was registered stays on record.
	Superseded {
		/// When.
		at: Inclusion,
		/// By which.
		by: ProofId,
	},
}

/// To whom a proof was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Holder {
	/// Whose it is now.
	pub account: AccountId,
	/// The label that the account held then.
	pub label: LabelId,
	/// When.
	pub since: Inclusion,
}

/// What became of a proof since it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Life {
	/// Whether it still stands.
	pub status: Status,
	/// Whose it is, if it was handed over; none while it is whose evidence it is.
	pub holder: Option<Holder>,
	/// How many entries its history has.
	pub changes: u32,
}

impl Life {
	/// Whose a proof is that was `owner`'s when it was registered.
	fn holder_or<'a>(&'a self, owner: &'a AccountId) -> &'a AccountId {
		self.holder.as_ref().map_or(owner, |holder| &holder.account)
	}

	/// The label whose a proof is that was `owner`'s when it was registered.
	fn holder_label_or(&self, owner: LabelId) -> LabelId {
		self.holder.as_ref().map_or(owner, |holder| holder.label)
	}
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
	/// What became of it.
	pub life: Life,
}

impl Record {
	/// Whose it is now.
	pub fn holder(&self) -> &AccountId {
		self.life.holder_or(&self.owner)
	}

	/// The label whose it is now: whoever holds that label acts for it, whichever key it had when it was registered.
	pub fn holder_label(&self) -> LabelId {
		self.life.holder_label_or(self.label)
	}
}

/// What the ledger keeps of many registrations at once: the root of the tree that they are the leaves of (RFC 6962, 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Batch {
	/// Whose key signed the root.
	pub owner: AccountId,
	/// The label that the owner held.
	pub label: LabelId,
	/// Who sent it to the chain and answers for having done so; may be the owner.
	pub submitter: AccountId,
	/// How many leaves. It decides the shape of the tree.
	pub leaves: u64,
	/// Kind of the documents.
	pub schema: Schema,
	/// How the owner signed.
	pub scheme: SignatureScheme,
	/// When it was registered.
	pub registered: Inclusion,
	/// What became of it as a whole.
	pub life: Life,
}

impl Batch {
	/// Whose it is now, as a whole.
	pub fn holder(&self) -> &AccountId {
		self.life.holder_or(&self.owner)
	}

	/// The label whose it is now, as a whole.
	pub fn holder_label(&self) -> LabelId {
		self.life.holder_label_or(self.label)
	}

	/// The label whose a leaf is now, of which the ledger keeps `leaf`.
	pub fn leaf_holder_label(&self, leaf: &Life) -> LabelId {
		leaf.holder_label_or(self.holder_label())
	}

	/// Whose a leaf is now, of which the ledger keeps `leaf`: as long as it was not handed over by itself, it goes where the batch goes.
	pub fn leaf_holder<'a>(&'a self, leaf: &'a Life) -> &'a AccountId {
		leaf.holder_or(self.holder())
	}

	/// Where a leaf is in its life, of which the ledger keeps `leaf`: what ends the batch ends all leaves that had not ended by then.
	pub const fn leaf_status(&self, leaf: &Life) -> Status {
		match leaf.status {
			Status::Active => self.life.status,
			ended => ended,
		}
	}
}

/// What somebody with the right to say so notes about a proof. A code and no text; the document that gives reasons stays off chain (X.1407 8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Remark {
	/// Somebody disputes what it says, or whose it is.
	Disputed,
	/// An authority looks into it.
	UnderInvestigation,
	/// A court has decided about it.
	CourtDecision,
	/// What was noted before is settled.
	Settled,
}

/// What happened to a proof after it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum ProofEvent {
	/// Its holder took it back.
	Revoked {
		/// Why.
		reason: RevocationReason,
	},
	/// Its holder put another in its place.
	Superseded {
		/// Which.
		successor: ProofId,
	},
	/// Its holder handed it over.
	Transferred {
		/// Whose it was.
		from: AccountId,
		/// Whose it is.
		to: AccountId,
	},
	/// A regulator noted something about it.
	Annotated {
		/// What.
		remark: Remark,
		/// The document that gives reasons, if there is one.
		document: Option<DocumentHash>,
	},
	/// Its holder bound the evidence to another hash, before the algorithm of the first one weakens (as RFC 4998 does).
	Renewed {
		/// Hash of the same evidence document.
		evidence: Digest,
	},
}

/// An entry in a proof's history. Never rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct ProofChange {
	/// When.
	pub at: Inclusion,
	/// The label that did it.
	pub by: LabelId,
	/// The account whose key did it. A label moves from key to key, and one of them may be found to have been stolen.
	pub account: AccountId,
	/// What.
	#[cfg_attr(feature = "serde", serde(flatten))]
	pub event: ProofEvent,
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;

	const REGISTERED: Inclusion = Inclusion {
		block: 0x0a0b_0c0d,
		extrinsic: 7,
		time: 0x0102_0304,
	};
	const AT: [u8; 16] = [0x0d, 0x0c, 0x0b, 0x0a, 7, 0, 0, 0, 0x04, 0x03, 0x02, 0x01, 0, 0, 0, 0];

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn revoked() -> Status {
		Status::Revoked {
			at: REGISTERED,
			reason: RevocationReason::KeyCompromised,
		}
	}

	fn held_by(byte: u8) -> Life {
		Life {
			status: Status::Active,
			holder: Some(Holder {
				account: account(byte),
				label: 9,
				since: REGISTERED,
			}),
			changes: 1,
		}
	}

	/// The layout is a promise to everybody who reads the ledger: spelled out here byte by byte.
	#[test]
	fn layout_is_the_documented_one() {
		let mut record = Record {
			owner: account(1),
			label: 0x0e0f,
			submitter: account(2),
			evidence_hash: EvidenceHash([3; 32]),
			schema: Schema::Certificate,
			scheme: SignatureScheme::Ed25519,
			registered: REGISTERED,
			life: Life::default(),
		};
		let entry = [&[1; 32][..], &[0x0f, 0x0e, 0, 0], &[2; 32], &[3; 32], &[1, 2], &AT].concat();
		assert_eq!(record.encode(), [&entry[..], &[0, 0, 0, 0, 0, 0]].concat());
		assert_eq!(record.encode().len(), 124);
		record.life.status = revoked();
		record.life.changes = 2;
		assert_eq!(record.encode(), [&entry[..], &[1], &AT, &[3, 0, 2, 0, 0, 0]].concat());

		let batch = Batch {
			owner: account(1),
			label: 0x0e0f,
			submitter: account(2),
			leaves: 0x0a0b,
			schema: Schema::Certificate,
			scheme: SignatureScheme::Ed25519,
			registered: REGISTERED,
			life: held_by(4),
		};
		let expected = [
			&[1; 32][..],
			&[0x0f, 0x0e, 0, 0],
			&[2; 32],
			&[0x0b, 0x0a, 0, 0, 0, 0, 0, 0],
			&[1, 2],
			&AT,
			&[0, 1],
			&[4; 32],
			&[9, 0, 0, 0],
			&AT,
			&[1, 0, 0, 0],
		]
		.concat();
		assert_eq!(batch.encode(), expected);

		let change = |event| {
			let entry = ProofChange {
				at: REGISTERED,
				by: 5,
				account: account(4),
				event,
			};
			let bytes = entry.encode();
			let event = bytes.strip_prefix(&[&AT[..], &[5, 0, 0, 0], &[4; 32]].concat()[..]);
			event.map(<[u8]>::to_vec).unwrap_or_default()
		};
		let (root, subject) = (BatchRoot([6; 32]), Subject([7; 32]));
		let (one, two) = ([6; 32], [7; 32]);
		let superseded = |successor| change(ProofEvent::Superseded { successor });
		let reason = RevocationReason::KeyCompromised;
		assert_eq!(change(ProofEvent::Revoked { reason }), [0, 3]);
		assert_eq!(superseded(ProofId::Record { subject }), [&[1, 0][..], &two].concat());
		assert_eq!(superseded(ProofId::Batch { root }), [&[1, 1][..], &one].concat());
		assert_eq!(
			superseded(ProofId::Leaf { root, subject }),
			[&[1, 2][..], &one, &two].concat()
		);
		let (from, to) = (account(6), account(7));
		assert_eq!(change(ProofEvent::Transferred { from, to }), [&[2][..], &one, &two].concat());
		let remark = Remark::CourtDecision;
		let annotated = |document| change(ProofEvent::Annotated { remark, document });
		assert_eq!(annotated(None), [3, 2, 0]);
		assert_eq!(annotated(Some(DocumentHash(one))), [&[3, 2, 1][..], &one].concat());
		let evidence = Digest::Sha3_512([8; 64]);
		assert_eq!(change(ProofEvent::Renewed { evidence }), [&[4, 1][..], &[8; 64]].concat());
		let status = Status::Superseded {
			at: REGISTERED,
			by: ProofId::Batch { root },
		};
		assert_eq!(status.encode(), [&[2][..], &AT, &[1], &one].concat());
	}

	/// The members of an entry and those of its event are in one object: none may have the name of another.
	#[cfg(feature = "serde")]
	#[test]
	fn each_entry_of_a_history_survives_being_written_as_json_and_read() {
		let successor = ProofId::Leaf {
			root: BatchRoot([6; 32]),
			subject: Subject([7; 32]),
		};
		let (reason, remark) = (RevocationReason::KeyCompromised, Remark::Settled);
		for event in [
			ProofEvent::Revoked { reason },
			ProofEvent::Superseded { successor },
			ProofEvent::Transferred {
				from: account(6),
				to: account(7),
			},
			ProofEvent::Annotated { remark, document: None },
			ProofEvent::Annotated {
				remark,
				document: Some(DocumentHash([8; 32])),
			},
			ProofEvent::Renewed {
				evidence: Digest::Sha256([9; 32]),
			},
		] {
			let entry = ProofChange {
				at: REGISTERED,
				by: 5,
				account: account(4),
				event,
			};
			let written = serde_json::to_value(&entry).expect("all keys are text");
			assert_eq!(written["by"], 5, "{written}");
			let read: ProofChange = serde_json::from_value(written).expect("is what was written");
			assert_eq!(read, entry);
		}
	}

	fn batch(life: Life) -> Batch {
		Batch {
			owner: account(1),
			label: 1,
			submitter: account(1),
			leaves: 2,
			schema: Schema::Document,
			scheme: SignatureScheme::Ecdsa,
			registered: REGISTERED,
			life,
		}
	}

	#[test]
	fn leaf_ends_with_its_batch_unless_it_ended_by_itself() {
		let ended = |status| Life {
			status,
			..Life::default()
		};
		let superseded = Status::Superseded {
			at: REGISTERED,
			by: ProofId::Record {
				subject: Subject([1; 32]),
			},
		};
		let statuses: Vec<_> = [Status::Active, revoked()]
			.into_iter()
			.flat_map(|whole| [Status::Active, superseded].map(|leaf| batch(ended(whole)).leaf_status(&ended(leaf))))
			.collect();
		assert_eq!(statuses, [Status::Active, superseded, revoked(), superseded]);
	}

	#[test]
	fn proof_is_apart_from_all_but_itself_and_what_it_ends_with() {
		let (root, subject) = (BatchRoot([1; 32]), Subject([2; 32]));
		let (record, batch, leaf) = (
			ProofId::Record { subject },
			ProofId::Batch { root },
			ProofId::Leaf { root, subject },
		);
		let other = BatchRoot([2; 32]);
		let (other_batch, other_leaf) = (ProofId::Batch { root: other }, ProofId::Leaf { root: other, subject });
		for (one, another, expected) in [
			(record, record, false),
			(batch, batch, false),
			(leaf, leaf, false),
			(batch, leaf, false),
			(record, batch, true),
			(record, leaf, true),
			(leaf, other_leaf, true),
			(leaf, other_batch, true),
			(batch, other_batch, true),
		] {
			assert_eq!(one.is_apart_from(&another), expected, "{one} {another}");
			assert_eq!(another.is_apart_from(&one), expected, "{another} {one}");
		}
	}

	#[test]
	fn leaf_goes_where_its_batch_goes_until_it_is_handed_over_by_itself() {
		for (whole, leaf, expected) in [
			(Life::default(), Life::default(), 1),
			(held_by(2), Life::default(), 2),
			(Life::default(), held_by(3), 3),
			(held_by(2), held_by(3), 3),
		] {
			assert_eq!(*batch(whole).leaf_holder(&leaf), account(expected));
		}
	}
}
