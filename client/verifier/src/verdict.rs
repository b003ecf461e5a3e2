// SPDX-License-Identifier: Apache-2.0

//! What verification found out: the answer, and a tree of what was checked to get there.

use crate::{
	bundle::FormatFault,
	document::{self, Hash},
	evidence::{DisclosureFault, Mode, OtherOriginal},
	finality::{JustificationFault, NotASet, Votes},
	header::{ChangeFault, NotAHeader},
	merkle::PathFault,
	state::StateFault,
	time_stamp::TimeStamp,
};
use chirograph_primitives::{
	Acceptance, AccountId, Algorithm, AuthorityFault, BatchRoot, BlockNumber, EvidenceHash, Inclusion, LabelId, Moment,
	ProofChange, ProofId, RevocationReason, Schema, SignatureScheme, Subject,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// One thing that has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
	/// The bundle's form: size, version, canonical bytes.
	Format,
	/// It is of the network that is trusted.
	Network,
	/// The evidence is about the subject.
	Evidence,
	/// Shown fields are those that the owner committed to.
	Disclosures,
	/// The file at hand is the one that the evidence is about, or that is absent.
	Original,
	/// The bundle starts at a block that is trusted.
	Anchor,
	/// All changes of authorities since then.
	SetChanges,
	/// One of them.
	SetChange,
	/// The block is final.
	Finality,
	/// The block's time.
	Time,
	/// The ledger's record is of this evidence.
	Record,
	/// The ledger has the batch.
	Batch,
	/// The evidence is a leaf of it.
	Leaf,
	/// Nothing is registered under the subject.
	Absence,
	/// Whoever registered was trusted to, then.
	Owner,
	/// What is said to have been when was possible.
	Dates,
	/// What a time-stamping authority says, where the evidence has that. The proof does not rest on it.
	TimeToken,
	/// What became of the proof.
	Life,
	/// Which algorithms it rests on.
	Algorithms,
	/// All that the bundle shows of the state was needed.
	State,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
	/// It is so.
	Holds,
	/// It is not so.
	Fails,
	/// It was not looked at: something before it failed, or nobody asked.
	NotChecked,
}

/// A check, and those that it consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
	/// What was checked.
	pub link: Link,
	/// What came of it.
	pub outcome: Outcome,
	/// What was found, in words.
	pub detail: String,
	/// What it consists of.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub checks: Vec<Check>,
}

/// What a bundle proves, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
	/// What it proves.
	pub answer: Answer,
	/// What was checked, in order.
	pub checks: Vec<Check>,
}

impl Verdict {
	/// Whether it is a proof that stands.
	pub const fn is_proven(&self) -> bool {
		matches!(self.answer, Answer::Proven { .. })
	}

	/// Why nothing is proven, if nothing is.
	pub const fn fault(&self) -> Option<&Fault> {
		match &self.answer {
			Answer::NotProven { fault, .. } => Some(fault),
			_ => None,
		}
	}

	/// What is known of the proof, whatever became of it.
	pub fn facts(&self) -> Option<&Facts> {
		match &self.answer {
			Answer::Proven { facts }
			| Answer::Revoked { facts, .. }
			| Answer::Superseded { facts, .. }
			| Answer::Unbound { facts } => Some(facts),
			Answer::Absent { .. } | Answer::NotProven { .. } => None,
		}
	}

	/// The block that the answer is as of, unless nothing is proven.
	pub fn as_of(&self) -> Option<&Block> {
		match &self.answer {
			Answer::Absent { as_of, .. } => Some(as_of),
			_ => self.facts().map(|facts| &facts.as_of),
		}
	}
}

/// What a bundle proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Answer {
	/// It was registered, and that stands.
	Proven {
		/// What, by whom, when.
		facts: Box<Facts>,
	},
	/// It was registered, and its holder took it back.
	Revoked {
		/// When.
		at: Inclusion,
		/// Why.
		reason: RevocationReason,
		/// What, by whom, when.
		facts: Box<Facts>,
	},
	/// It was registered, and its holder put another in its place.
	Superseded {
		/// When.
		at: Inclusion,
		/// By which.
		by: ProofId,
		/// What, by whom, when.
		facts: Box<Facts>,
	},
	/// It was registered then, and nothing binds this document to it any more: every hash that did is refused by the time of the
	/// block, so that another document could have the same.
	Unbound {
		/// What, by whom, when.
		facts: Box<Facts>,
	},
	/// Nothing was registered by itself under the subject. That it is a leaf of some batch, nobody can rule out: the ledger keeps
	/// roots.
	Absent {
		/// Under which.
		subject: Subject,
		/// As of this block.
		as_of: Block,
		/// What shows that the block is final.
		finality: Finality,
	},
	/// Nothing is proven.
	NotProven {
		/// Why, for programs.
		fault: Fault,
		/// Why, for people.
		reason: String,
	},
}

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// Its time.
	pub time: Moment,
}

/// What shows that a block is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finality {
	/// The block that was trusted.
	pub anchor: Hash,
	/// Its height; 0 for the network's first one.
	pub anchor_number: BlockNumber,
	/// How many changes of authorities there were from there on.
	pub changes: usize,
	/// Who voted for the block; none if it is the one that was trusted.
	pub votes: Option<Votes>,
}

/// What is known of a proof. Accounts are SS58 addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
	/// Where the ledger has it.
	pub subject: Subject,
	/// Of the evidence document.
	pub evidence_hash: EvidenceHash,
	/// Who could find it.
	pub mode: Mode,
	/// What kind of document it is.
	pub schema: Schema,
	/// SHA-256 of the original.
	pub sha256: Hash,
	/// Of the original, in bytes.
	pub size: u64,
	/// Of the original: a hint.
	pub media_type: String,
	/// When the evidence was made, as its maker says.
	pub created: String,
	/// Whose evidence it is.
	#[serde(with = "document::account")]
	pub owner: AccountId,
	/// The label that the owner was.
	pub label: LabelId,
	/// How the owner signed.
	pub scheme: SignatureScheme,
	/// Who sent it to the ledger.
	#[serde(with = "document::account")]
	pub submitter: AccountId,
	/// When the ledger took it in.
	pub registered: Inclusion,
	/// The batch that it was registered in.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub batch: Option<BatchFacts>,
	/// Whose it is now.
	#[serde(with = "document::account")]
	pub holder: AccountId,
	/// Fields that are shown.
	pub disclosed: BTreeMap<String, String>,
	/// Names of fields that are not.
	pub undisclosed: Vec<String>,
	/// What became of it, in order.
	pub history: Vec<Event>,
	/// What a time-stamping authority says about when the original was there, if the evidence has that and it is sound.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub time_stamp: Option<TimeStamp>,
	/// What it rests on, and how good that is.
	pub algorithms: Vec<AlgorithmFact>,
	/// Whether a hash binds the evidence that was not refused by the time of the block, the first one or a renewal's.
	pub bound: bool,
	/// How many renewals in the history are of something else than this evidence, and bind nothing.
	pub other_renewals: usize,
	/// As of this block.
	pub as_of: Block,
	/// What shows that the block is final.
	pub finality: Finality,
}

/// What is known of a batch besides: owner, label and scheme are those of all its leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchFacts {
	/// Where the ledger has it.
	pub root: BatchRoot,
	/// How many leaves it has.
	pub leaves: u64,
	/// Which of them this is, counted from 0.
	pub index: u64,
}

/// Something that happened to a proof, or to the batch that it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
	/// To which.
	pub proof: ProofId,
	/// What.
	#[serde(flatten)]
	pub change: ProofChange,
}

/// What an algorithm is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
	/// To bind the evidence.
	Evidence,
	/// To sign the registration.
	Registration,
	/// To bind the evidence anew.
	Renewal,
}

impl fmt::Display for Purpose {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self {
			Self::Evidence => "binds the evidence",
			Self::Registration => "signs the registration",
			Self::Renewal => "binds the evidence anew",
		})
	}
}

/// How good an algorithm was and is held to be, by the council.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlgorithmFact {
	/// Which.
	pub algorithm: Algorithm,
	/// What for.
	pub purpose: Purpose,
	/// When it was used, by what had been said in blocks before.
	pub then: Acceptance,
	/// At the time of the block, by what was said until then.
	pub today: Acceptance,
}

/// Which of a bundle's blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
	/// The one that is trusted.
	Anchor,
	/// The one that hands over to other authorities, counted from 0.
	Change(usize),
	/// The one whose state is shown.
	Block,
}

impl fmt::Display for Which {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		match self {
			Self::Anchor => f.write_str("the bundle's first block"),
			Self::Change(index) => write!(f, "the block of change {} of the authorities", index + 1),
			Self::Block => f.write_str("the block whose state is shown"),
		}
	}
}

/// Why nothing is proven. Every reason has a variant of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Fault {
	/// It is not a bundle, or not any more.
	#[error("{why}; ask for an unaltered copy")]
	Format {
		/// What is wrong with it.
		why: FormatFault,
	},
	/// It is of another network than the one that is trusted.
	#[error("the bundle is of the network {found}, and {expected} is trusted; verify it with the trust of its own network")]
	OtherNetwork {
		/// The genesis hash that is trusted.
		expected: Hash,
		/// The bundle's.
		found: Hash,
	},
	/// The evidence is about something else than the bundle says.
	#[error("the evidence is about {evidence}, and the bundle says {subject}; ask for an unaltered copy")]
	OtherSubject {
		/// The bundle's.
		subject: Subject,
		/// The evidence's.
		evidence: Subject,
	},
	/// Another subject was asked about.
	#[error("the bundle is about {found}, and {asked} was asked about; use the bundle of that one")]
	NotAsked {
		/// What was asked about.
		asked: Subject,
		/// The bundle's.
		found: Subject,
	},
	/// A leaf without the evidence that it is of.
	#[error("the bundle says where in a batch the evidence is, and has no evidence; ask for an unaltered copy")]
	EvidenceMissing,
	/// Fields of nothing.
	#[error("the bundle shows fields and has no evidence; ask for an unaltered copy")]
	DisclosuresUnneeded,
	/// Not in the order of their names, or one twice.
	#[error("the shown fields are not in the order of their names, each once; ask for an unaltered copy")]
	DisclosuresUnordered,
	/// A field is not what is shown.
	#[error("{why}")]
	Disclosure {
		/// Which, and what is wrong with it.
		why: DisclosureFault,
	},
	/// Another file.
	#[error("{why}")]
	OtherOriginal {
		/// What differs.
		#[serde(flatten)]
		why: OtherOriginal,
	},
	/// A header is none.
	#[error("{which}: {why}; ask for an unaltered copy")]
	Header {
		/// Of which block.
		which: Which,
		/// What is wrong with it.
		#[serde(skip)]
		why: NotAHeader,
	},
	/// Nobody told the verifier to trust it.
	#[error("the bundle starts at block {number}, {hash}, which is neither the network's first block nor a checkpoint that is trusted; ask for a bundle that starts at one, or find out whether that block can be trusted")]
	UnknownAnchor {
		/// Its height.
		number: BlockNumber,
		/// Its hash.
		hash: Hash,
	},
	/// Who finalises from there on cannot be.
	#[error("{which}: {why}")]
	Authorities {
		/// Which block says so.
		which: Which,
		/// What is wrong with them.
		#[serde(skip)]
		why: NotASet,
	},
	/// A block does not hand over.
	#[error("{which}: {why}")]
	SetChange {
		/// Which block.
		which: Which,
		/// What is wrong with it.
		why: ChangeFault,
	},
	/// Blocks are not in the order of their heights.
	#[error("{which} has the number {number} and comes after block {before}: the blocks are in the wrong order")]
	OutOfOrder {
		/// Which block.
		which: Which,
		/// Its height.
		number: BlockNumber,
		/// The height of the one before it in the bundle.
		before: BlockNumber,
	},
	/// It is not shown to be final.
	#[error("{which} is not shown to be final: {why}")]
	Justification {
		/// Which block.
		which: Which,
		/// What is wrong with its justification.
		why: JustificationFault,
	},
	/// It is not even said to be.
	#[error("the block whose state is shown is not the trusted one, and there is no justification for it; it may be of a fork that was never finalised")]
	JustificationMissing,
	/// The block is trusted by its hash, and what would show that it is final could be changed.
	#[error("the block whose state is shown is the trusted one, and nothing depends on what else the bundle has about finality")]
	FinalityUnneeded,
	/// Nodes of a state do not show what is to be shown.
	#[error("{which}: {why}")]
	State {
		/// Of which block.
		which: Which,
		/// What is wrong with them.
		why: StateFault,
	},
	/// A block that is yet to come.
	#[error("the block is of {}, and the clock here says {}: one of the two is wrong", document::format_time(*block), document::format_time(*now))]
	FromTheFuture {
		/// The block's time.
		block: Moment,
		/// The asker's.
		now: Moment,
	},
	/// The subject has no record.
	#[error("nothing is registered under {subject}, as of block {block}; if it was registered in a batch, ask for a bundle that says in which")]
	NotRegistered {
		/// What was asked for.
		subject: Subject,
		/// As of which block.
		block: BlockNumber,
	},
	/// The subject has a record, and the bundle is to show that it has none.
	#[error("{subject} is registered, since block {registered}: it is not absent")]
	NotAbsent {
		/// What was asked for.
		subject: Subject,
		/// Since when.
		registered: BlockNumber,
	},
	/// There is no batch of that root.
	#[error("no batch is registered under {root}, as of block {block}")]
	NoSuchBatch {
		/// What was asked for.
		root: BatchRoot,
		/// As of which block.
		block: BlockNumber,
	},
	/// The ledger has the hash of another document.
	#[error("what is registered is the evidence {registered}, and this is {evidence}: it was changed, or is somebody else's about the same file")]
	OtherEvidence {
		/// On the ledger.
		registered: EvidenceHash,
		/// Of the evidence at hand.
		evidence: EvidenceHash,
	},
	/// The evidence names another owner than the ledger: of the record, or of the batch that it is a leaf of.
	#[error(
		"the evidence names {} as owner, and it was registered by {}; ask the one that it names for a bundle of a registration of their own",
		crate::account::format_account(named),
		crate::account::format_account(registered)
	)]
	OtherOwner {
		/// On the ledger.
		#[serde(with = "document::account")]
		registered: AccountId,
		/// In the evidence.
		#[serde(with = "document::account")]
		named: AccountId,
	},
	/// The evidence is of another kind of document than the ledger says: another role would have been asked for.
	#[error("the evidence is of a {named:?} and was registered as a {registered:?}")]
	OtherSchema {
		/// On the ledger.
		registered: Schema,
		/// In the evidence.
		named: Schema,
	},
	/// It is not a leaf of the batch.
	#[error("the evidence is not shown to be in the batch: {why}")]
	Path {
		/// What is wrong with the path.
		why: PathFault,
	},
	/// Whoever registered it was not trusted to.
	#[error(
		"{} was not trusted to register this in block {registered}: {}",
		crate::account::format_account(account),
		explain(*why)
	)]
	Owner {
		/// Who.
		#[serde(with = "document::account")]
		account: AccountId,
		/// When.
		registered: BlockNumber,
		/// Why not.
		why: AuthorityFault,
	},
	/// The account is another label than the one that the ledger noted.
	#[error("the ledger noted label {noted} when this was registered, and the account is label {found}: the two do not belong together")]
	OtherLabel {
		/// In the record.
		noted: LabelId,
		/// By the history of labels.
		found: LabelId,
	},
	/// An algorithm was refused when it was used.
	#[error("{algorithm} {purpose}, and was refused at that time already")]
	AlgorithmRefused {
		/// Which.
		algorithm: Algorithm,
		/// What for.
		purpose: Purpose,
	},
	/// Later than the block that is to know of it.
	#[error("it is said to have happened in block {at}, and the state that says so is of block {block}")]
	AfterTheBlock {
		/// When it is said to have happened.
		at: BlockNumber,
		/// The block whose state says so.
		block: BlockNumber,
	},
	/// Later than the time of the block that is to know of it.
	#[error("it is said to have happened {}, and the block that says so is of {}", document::format_time(*at), document::format_time(*block))]
	AfterTheTime {
		/// When it is said to have happened.
		at: Moment,
		/// The time of the block whose state says so.
		block: Moment,
	},
	/// Made after it was registered.
	#[error("the evidence says that it was made {created}, and it was registered {}: one of the two is false", document::format_time(*registered))]
	CreatedTooLate {
		/// As the evidence says.
		created: String,
		/// When it was registered.
		registered: Moment,
	},
	/// What became of a proof is not in the order in which it happened.
	#[error("entry {index} of the proof's history is earlier than what it follows")]
	HistoryOutOfOrder {
		/// Counted from 0.
		index: u32,
	},
}

/// Why an account was not what it had to be.
fn explain(fault: AuthorityFault) -> String {
	match fault {
		AuthorityFault::NoLabel => "it held no label then".into(),
		AuthorityFault::KeyRetired => "it did not hold its label any more".into(),
		AuthorityFault::KeyCompromised { since } => format!("its key is not to be believed from block {since} on"),
		AuthorityFault::Suspended => "its label was suspended".into(),
		AuthorityFault::Revoked => "its label was revoked".into(),
		AuthorityFault::Expired => "its label was over".into(),
		AuthorityFault::WrongRole => "its label did not have the role that this takes".into(),
	}
}
