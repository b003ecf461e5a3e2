// SPDX-License-Identifier: Apache-2.0

use crate::{authorization, chain::format_time, evidence, file, keys};
use chirograph_primitives::{Record, Status, Subject};

/// What kind of thing went wrong, for whoever must decide what to do about it without reading the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
	/// The ledger was asked and the answer is no.
	Refused,
	/// What was given is not usable: a file, a password, an address.
	Input,
	/// There is no node that could answer.
	Connection,
}

/// Whatever can go wrong in this SDK: what happened, why, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// A file.
	#[error(transparent)]
	File(#[from] file::Error),
	/// A key.
	#[error(transparent)]
	Key(#[from] keys::Error),
	/// An evidence document.
	#[error(transparent)]
	Evidence(#[from] evidence::Error),
	/// An owner's authorisation.
	#[error(transparent)]
	Authorization(#[from] authorization::Error),
	/// Not the address of a node, or one to which nothing should be sent in the clear.
	#[error("{url} is not a usable node address: {reason}; give one like ws://127.0.0.1:9944 or wss://node.example")]
	BadAddress {
		/// As given.
		url: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Nobody answers.
	#[error("no node answers at {url} ({reason}); check that the node runs and that the address is right")]
	NoConnection {
		/// Where.
		url: String,
		/// What the transport says.
		reason: String,
	},
	/// The node went away in the middle.
	#[error("the connection to {url} was lost; what was sent may still become final, so look with `proof show` before sending it again")]
	ConnectionLost {
		/// Where.
		url: String,
	},
	/// The node runs something else.
	#[error("the node at {url} runs {found}, not a Chirograph network; check the address")]
	NotChirograph {
		/// Where.
		url: String,
		/// The runtime's name.
		found: String,
	},
	/// The node belongs to another network.
	#[error("the node at {url} belongs to another network: its genesis is 0x{found}, expected was 0x{expected}", found = hex::encode(found), expected = hex::encode(expected))]
	AnotherChain {
		/// Where.
		url: String,
		/// The genesis hash that was asked for.
		expected: [u8; 32],
		/// The node's.
		found: [u8; 32],
	},
	/// The node does not know the newest blocks yet.
	#[error("the node at {url} is still syncing (block {best} of {highest}): what it says may be out of date; wait, or ask another node")]
	Syncing {
		/// Where.
		url: String,
		/// Its best block.
		best: u64,
		/// The highest it knows of.
		highest: u64,
	},
	/// The node has not heard of a finalised block for a while.
	#[error("the newest block that the node at {url} knows to be final is block {finalised}, {time}: it is cut off, or its network stands still; ask another node, or wait")]
	Stale {
		/// Where.
		url: String,
		/// The finalised block.
		finalised: u64,
		/// When it was made, in UTC.
		time: String,
	},
	/// The node answers something that this SDK does not understand.
	#[error("the node at {url} gave an unusable answer ({reason}); if it is newer than this program, update this program")]
	Node {
		/// Where.
		url: String,
		/// What was unusable.
		reason: String,
	},
	/// The subject is on record already, for the same owner.
	#[error(
		"already registered by you: block {}, {}{}",
		existing.registered.block,
		format_time(existing.registered.time),
		match (existing.status, same_evidence) {
			(Status::Revoked { .. }, _) => "; it was revoked, and that is final",
			(Status::Active, true) => "; this evidence is the registered one, nothing is left to do",
			(Status::Active, false) => "; the registered evidence is another than what is here",
		}
	)]
	AlreadyRegisteredByYou {
		/// What is on record.
		existing: Box<Record>,
		/// Whether the evidence at hand is the registered one.
		same_evidence: bool,
	},
	/// The subject is on record already, for somebody else.
	#[error(
		"already registered by somebody else, {}: block {}, {}; that you claim it too can be put on record, as a later claim",
		keys::format_account(&existing.owner),
		existing.registered.block,
		format_time(existing.registered.time)
	)]
	AlreadyRegisteredByOther {
		/// What is on record.
		existing: Box<Record>,
	},
	/// Nobody registered the subject.
	#[error("{subject} is not registered")]
	NotRegistered {
		/// What was asked for.
		subject: Subject,
	},
	/// The owner has no entry for the subject.
	#[error("{subject} is registered, but not by {owner}: only the owner can revoke it")]
	NotOwner {
		/// What was asked for.
		subject: Subject,
		/// Who wanted to revoke it.
		owner: String,
	},
	/// The entry is revoked already.
	#[error("already revoked: block {block}, {time}")]
	AlreadyRevoked {
		/// When.
		block: u32,
		/// When, in UTC.
		time: String,
	},
	/// Another extrinsic of the same account has the nonce.
	#[error("another extrinsic of the submitting account was sent with the same nonce, {nonce}; try again")]
	NonceTaken {
		/// The nonce.
		nonce: u64,
	},
	/// Nobody pays.
	#[error("the submitting account has no balance for the fee; let a funded account submit, or fund this one")]
	NoFunds,
	/// Nothing was submitted: the pool would not take it.
	#[error("the node refused the extrinsic before it got into a block: {reason}")]
	Rejected {
		/// What the node says.
		reason: String,
	},
	/// It is in a finalised block, and the runtime refused it.
	#[error("refused by the ledger in block {block}: {name}{}", .explanation.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
	Refused {
		/// The finalised block.
		block: u64,
		/// Pallet and error.
		name: String,
		/// What the runtime's metadata says about it.
		explanation: Option<String>,
	},
	/// Time is up.
	#[error("not finalised within {waited_seconds} s: it was sent, but the network's last finalised block is {finalised}, and until finality nothing counts; it may still become final, so look with `proof show` before sending it again")]
	NotFinalised {
		/// How long was waited.
		waited_seconds: u64,
		/// The last finalised block.
		finalised: u64,
	},
	/// The last block in which it could have been included is final, and it is not there.
	#[error("not included: the network finalised block {finalised} without it, and it can no longer be included; nothing was registered, try again")]
	NotIncluded {
		/// The last finalised block.
		finalised: u64,
	},
}

impl Error {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::File(_) | Self::Key(_) | Self::Evidence(_) | Self::Authorization(_) | Self::BadAddress { .. } => {
				ErrorKind::Input
			},
			Self::NoConnection { .. }
			| Self::ConnectionLost { .. }
			| Self::NotChirograph { .. }
			| Self::AnotherChain { .. }
			| Self::Syncing { .. }
			| Self::Stale { .. }
			| Self::Node { .. } => ErrorKind::Connection,
			Self::AlreadyRegisteredByYou { .. }
			| Self::AlreadyRegisteredByOther { .. }
			| Self::NotRegistered { .. }
			| Self::NotOwner { .. }
			| Self::AlreadyRevoked { .. }
			| Self::NonceTaken { .. }
			| Self::NoFunds
			| Self::Rejected { .. }
			| Self::Refused { .. }
			| Self::NotFinalised { .. }
			| Self::NotIncluded { .. } => ErrorKind::Refused,
		}
	}
}
