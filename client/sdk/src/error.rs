// SPDX-License-Identifier: Apache-2.0

use crate::{
	authorization, batches, certificates,
	chain::format_time,
	checkpoints, clock, council, credentials, dossier,
	einvoice::EInvoiceError,
	evidence, file, history, incidents, invoices,
	keys::{self, format_account},
	labels::{explain, ApplicationHash},
	near, passkeys, peers, report,
	submit::Exhausted,
	takeover, time_stamp, validators,
};
use chirograph_primitives::{
	calls::CallNumbers, AccountId, AdmissionFault, Algorithm, AuthorityFault, BatchRoot, BlockNumber, CertificateHash,
	DossierHash, LabelId, OrganisationId, ProofId, Record, Role, Status, Subject,
};
use std::path::PathBuf;

/// What kind of thing went wrong, for whoever must decide what to do about it without reading the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
	/// The ledger was asked and the answer is no.
	Refused,
	/// What was given is not usable: a file, a password, an address.
	Input,
	/// There is no node, or no authority, that could answer.
	Connection,
}

/// Why a proof cannot take the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuccessorFault {
	/// The same, or one is a leaf of the other.
	#[error("it is the same, or one of the two is a leaf of the other; name another one")]
	NotAnother,
	/// It is not on record.
	#[error("it is not registered; register it first")]
	NotRegistered,
	/// Somebody else holds it.
	#[error("somebody else holds it; have it handed over first")]
	OtherHolder,
	/// It is about another kind of document.
	#[error("it is about another kind of document; register it as the same kind first")]
	OtherSchema,
	/// It is revoked or superseded itself.
	#[error("it is revoked or superseded itself; name one that stands")]
	NotActive,
}

/// Why a light client cannot start with a chain spec.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainSpecFault {
	/// No JSON object.
	#[error("it is not a JSON object ({0}); check the path")]
	NotJson(String),
	/// There is no genesis storage in it, with which everything begins.
	#[error("it has no raw genesis storage; write it with `chirograph chain light-spec`, or with `chirograph-node export-chain-spec --raw`")]
	NotRaw,
	/// Nobody to begin with.
	#[error("it names no boot node that could be connected to, as in /ip4/192.0.2.1/tcp/30333/p2p/12D3KooW...; write it with `chirograph chain light-spec`, or add one to its `bootNodes`")]
	NoBootNodes,
	/// The light client does not understand it.
	#[error("it cannot be started with ({0}); write it anew with `chirograph chain light-spec`")]
	Unusable(String),
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
	/// An identity dossier.
	#[error(transparent)]
	Dossier(#[from] dossier::Error),
	/// A certificate.
	#[error(transparent)]
	Certificate(#[from] certificates::Error),
	/// An owner's authorisation.
	#[error(transparent)]
	Authorization(#[from] authorization::Error),
	/// A key's consent to hold a label.
	#[error(transparent)]
	Takeover(#[from] takeover::Error),
	/// A passkey.
	#[error(transparent)]
	Passkey(#[from] passkeys::Error),
	/// A checkpoint.
	#[error(transparent)]
	Checkpoint(#[from] checkpoints::Error),
	/// An account's history.
	#[error(transparent)]
	History(#[from] history::Error),
	/// The index of what was registered from here.
	#[error(transparent)]
	Near(#[from] near::Error),
	/// A time-stamping authority.
	#[error(transparent)]
	TimeStamp(#[from] time_stamp::Error),
	/// A report.
	#[error(transparent)]
	Report(#[from] report::Error),
	/// A batch.
	#[error(transparent)]
	Batch(#[from] batches::BatchError),
	/// A certificate in the sense of X.1407 Appendix II.
	#[error(transparent)]
	Credential(#[from] credentials::Error),
	/// A transaction of invoices.
	#[error(transparent)]
	Invoice(#[from] invoices::InvoiceError),
	/// A validator's seat, margin or keys.
	#[error(transparent)]
	Validator(Box<validators::ValidatorError>),
	/// An incident.
	#[error(transparent)]
	Incident(#[from] incidents::IncidentError),
	/// A time service's word.
	#[error(transparent)]
	Clock(#[from] clock::ClockError),
	/// A node's peer id.
	#[error(transparent)]
	Peer(#[from] peers::PeerError),
	/// What the council votes on.
	#[error(transparent)]
	Council(Box<council::CouncilError>),
	/// An invoice or a credit note.
	#[error("{} cannot be used: {error}", path.display())]
	EInvoice {
		/// Which file.
		path: PathBuf,
		/// Why.
		error: EInvoiceError,
	},
	/// The state of a block that the node does not have any more.
	#[error(
		"{} has forgotten the state of a block that is asked about; ask an archive node, one that was set up with `--state-pruning archive-canonical`",
		answerer(url)
	)]
	StateForgotten {
		/// Where the node is.
		url: String,
	},
	/// Somebody else's dossier.
	#[error(
		"the dossier is about {}, and not about {}; use the dossier of the right one",
		format_account(dossier),
		format_account(account)
	)]
	DossierOfOtherAccount {
		/// Whom the dossier is about.
		dossier: AccountId,
		/// Whom it should be about.
		account: AccountId,
	},
	/// The applicant's, but not the one that they applied with.
	#[error("the dossier has the hash {dossier}, and the application names {application}; ask the applicant for that dossier, or reject the application")]
	DossierNotOfApplication {
		/// Hash of the dossier at hand.
		dossier: DossierHash,
		/// Hash that the application names.
		application: DossierHash,
	},
	/// The applicant says one thing to the auditor and another to the ledger.
	#[error("the dossier is of the organisation {dossier}, and the application of {application}; reject the application, so that both can be made anew")]
	OtherOrganisation {
		/// Organisation in the dossier.
		dossier: OrganisationId,
		/// Organisation in the application.
		application: OrganisationId,
	},
	/// What the identity is to rest on was not looked at.
	#[error(
		"{} applied with the certificate {certificate}; have it shown to you with those that lead to its authority, and give them with `--certificate FILE`",
		format_account(account)
	)]
	CertificateNotShown {
		/// Who applied.
		account: AccountId,
		/// Which certificate the application names.
		certificate: CertificateHash,
	},
	/// A certificate was shown, and the applicant has not signed with its key.
	#[error(
		"{} applied without a certificate, so nobody knows whether the one that was shown is theirs; decide without it, or have them withdraw, and apply with it",
		format_account(account)
	)]
	AppliedWithoutCertificate {
		/// Who applied.
		account: AccountId,
	},
	/// Nobody knows yet what will be in that block.
	#[error(
		"block {block} is not final yet, and the newest that is has the number {finalised}; ask about that one or an earlier one"
	)]
	NotFinalYet {
		/// What was asked about.
		block: BlockNumber,
		/// The newest finalised block.
		finalised: u64,
	},
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
	#[error("the connection to {url} was lost; what was sent may still become final, so look with `proof show` or `label show` before sending it again")]
	ConnectionLost {
		/// Where.
		url: String,
	},
	/// The node runs something else.
	#[error("{} runs {found}, not a Chirograph network; check the address", answerer(url))]
	NotChirograph {
		/// Where.
		url: String,
		/// The runtime's name.
		found: String,
	},
	/// The chain spec that a light client should start with is of no use.
	#[error("{path} is no chain spec for a light client: {fault}")]
	BadChainSpec {
		/// Where it is.
		path: PathBuf,
		/// What is wrong with it.
		fault: ChainSpecFault,
	},
	/// The chain spec is of another network.
	#[error(
		"the chain spec {path} is of the network 0x{found}, and 0x{expected} is meant; check the path, and which network you mean",
		path = path.display(),
		found = hex::encode(found),
		expected = hex::encode(expected)
	)]
	SpecOfAnotherChain {
		/// Where it is.
		path: PathBuf,
		/// The genesis hash that was asked for.
		expected: [u8; 32],
		/// Its.
		found: [u8; 32],
	},
	/// A light client alone in the world.
	#[error("no node of the network answered the light client of {path} within {seconds} s; check that the boot nodes in that file run and can be reached, or write the file anew with `chirograph chain light-spec`")]
	NoPeers {
		/// Where its chain spec is.
		path: String,
		/// How long was waited.
		seconds: u64,
	},
	/// Peers prove state, and nothing else.
	#[error("a light client cannot {what}; ask a node, with `--node` and without `--light`")]
	NeedsNode {
		/// What was to be done.
		what: String,
	},
	/// The node belongs to another network.
	#[error(
		"the node at {url} belongs to another network: its genesis is 0x{found}, expected was 0x{expected}; check the node's address, and which network you mean",
		found = hex::encode(found),
		expected = hex::encode(expected)
	)]
	AnotherChain {
		/// Where.
		url: String,
		/// The genesis hash that was asked for.
		expected: [u8; 32],
		/// The node's.
		found: [u8; 32],
	},
	/// The node belongs to another network than when it was first signed for.
	#[error(
		"the node at {url} is of the network 0x{found}, and was of 0x{known} when you first signed for it: nothing was signed, and nothing that it says was believed; if the new one is the network that you mean, name it with `--genesis 0x{found}`, which is remembered once you sign for it, and otherwise do not use this node (what it was of is in {path})",
		found = hex::encode(found),
		known = hex::encode(known),
		path = path.display()
	)]
	NetworkChanged {
		/// Where.
		url: String,
		/// The genesis hash that it had.
		known: [u8; 32],
		/// The one that it has.
		found: [u8; 32],
		/// Where that is remembered.
		path: PathBuf,
	},
	/// The network encodes calls in another way.
	#[error("the calls of the network of {url} have version {found}, and this program knows version {known}: nothing was signed; use the program of that version")]
	OtherCalls {
		/// Where.
		url: String,
		/// The network's transaction version.
		found: u32,
		/// This program's.
		known: u32,
	},
	/// Another call than the one that was meant would have been signed.
	#[error(
		"{} says that the call {call} has the numbers {found:?}, and on every network it has {expected:?}: another call would have been signed, so nothing was; do not believe this node, ask another",
		answerer(url)
	)]
	FalseCall {
		/// Where.
		url: String,
		/// Pallet and call.
		call: String,
		/// Its numbers.
		expected: CallNumbers,
		/// Those that the node gives it.
		found: CallNumbers,
	},
	/// A call that nothing is known of but what a node says.
	#[error("this program does not know the numbers of the call {call}, and signs no call by a node's word: nothing was signed; use a newer program, or another call")]
	UnknownCall {
		/// Pallet and call.
		call: String,
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
	#[error(
		"the newest block that {} knows to be final is block {finalised}, {time}: it is cut off, or its network stands still; ask another node, or wait",
		answerer(url)
	)]
	Stale {
		/// Where.
		url: String,
		/// The finalised block.
		finalised: u64,
		/// When it was made, in UTC.
		time: String,
	},
	/// The node answers something that this SDK does not understand.
	#[error(
		"{} gave an unusable answer ({reason}); if it is newer than this program, update this program",
		answerer(url)
	)]
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
		match (existing.life.status, same_evidence) {
			(Status::Revoked { .. }, _) => "; it was revoked, and that is final",
			(Status::Superseded { .. }, _) => "; another took its place, and that is final",
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
		format_account(&existing.owner),
		existing.registered.block,
		format_time(existing.registered.time)
	)]
	AlreadyRegisteredByOther {
		/// What is on record.
		existing: Box<Record>,
	},
	/// By its own word it was made later than it can be registered.
	#[error("the evidence says that it was made at {created}, and by the ledger it is {ledger}: nobody would believe it, so nothing was sent; set the clock of the machine that made it, and make it anew, a batch in another directory")]
	EvidenceFromTheFuture {
		/// When it was made, in UTC.
		created: String,
		/// The ledger's time, in UTC.
		ledger: String,
	},
	/// Nobody registered the subject.
	#[error("{subject} is not registered; check the file or the subject, and name the evidence if the proof is sealed")]
	NotRegistered {
		/// What was asked for.
		subject: Subject,
	},
	/// Nobody registered the batch.
	#[error("batch {root} is not registered; check the root")]
	BatchNotRegistered {
		/// What was asked for.
		root: BatchRoot,
	},
	/// Somebody else holds the proof.
	#[error("{proof} is held by {holder}: only the holder can change it; sign with the holder's key")]
	NotHolder {
		/// What was to be changed.
		proof: ProofId,
		/// Whose it is.
		holder: String,
	},
	/// What was to take the proof's place cannot.
	#[error("{by} cannot take its place: {fault}")]
	NoSuccessor {
		/// Which.
		by: ProofId,
		/// Why.
		fault: SuccessorFault,
	},
	/// There is nothing to hand over.
	#[error("already held by {account}; nothing is left to do")]
	AlreadyHolder {
		/// Who was to hold it.
		account: String,
	},
	/// Whoever is to hold the proof may not.
	#[error(
		"{} cannot hold it: {}; have them get a label with the role first",
		format_account(account),
		explain(*fault, "their", *role)
	)]
	NextHolderNotEntitled {
		/// Who was to hold it.
		account: AccountId,
		/// What is wrong with their key or label.
		fault: AuthorityFault,
		/// What the kind of document asks for.
		role: Role,
	},
	/// The evidence is bound to that hash already.
	#[error("already renewed with that hash: block {block}, {time}; nothing is left to do")]
	AlreadyRenewed {
		/// When.
		block: u32,
		/// When, in UTC.
		time: String,
	},
	/// Not what the owner signed for when it was registered.
	#[error("the evidence is not the one that was registered as {proof}; use that one, or the bundle that has it")]
	OtherEvidence {
		/// What was to be renewed.
		proof: ProofId,
	},
	/// Nothing new may rest on the algorithm.
	#[error(
		"the ledger accepts nothing new that rests on {algorithm}{}; {}, `chirograph chain algorithms` shows what is accepted",
		.since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default(),
		match algorithm {
			Algorithm::Sha256 | Algorithm::Sha3_512 => "use a program that knows another hash",
			Algorithm::Ecdsa | Algorithm::Sr25519 | Algorithm::Ed25519 => "sign with a key of another scheme",
		}
	)]
	AlgorithmRefused {
		/// Which.
		algorithm: Algorithm,
		/// When, in UTC, if it is refused for its age.
		since: Option<String>,
	},
	/// The entry is revoked already.
	#[error("already revoked: block {block}, {time}; that is final, and nothing is left to do")]
	AlreadyRevoked {
		/// When.
		block: u32,
		/// When, in UTC.
		time: String,
	},
	/// Another took the proof's place.
	#[error("already superseded by another proof: block {block}, {time}; that is final, and the other one can be changed")]
	AlreadySuperseded {
		/// When.
		block: u32,
		/// When, in UTC.
		time: String,
	},
	/// No label has that number.
	#[error("there is no label {label}; list those that there are with `chirograph label list`")]
	LabelNotFound {
		/// What was asked for.
		label: LabelId,
	},
	/// Neither a label nor an application.
	#[error(
		"nothing is known of {}: it never held a label and has not applied; it can with `chirograph label apply`",
		format_account(account)
	)]
	AccountNotFound {
		/// What was asked for.
		account: AccountId,
	},
	/// There is nothing to decide about, or to withdraw.
	#[error(
		"{} has not applied for a label, or withdrew, or it was decided already; look with `chirograph label show`",
		format_account(account)
	)]
	NotApplied {
		/// Who.
		account: AccountId,
	},
	/// The applicant withdrew what was audited, and applied for something else.
	#[error(
		"the application of {} has the hash {found}, and {audited} was audited: it is another one; review this one",
		format_account(account)
	)]
	ApplicationChanged {
		/// Whose.
		account: AccountId,
		/// What was audited.
		audited: ApplicationHash,
		/// What is there.
		found: ApplicationHash,
	},
	/// More guardians than a label can have.
	#[error("{found} guardians are more than the {most} that a label can have; name fewer")]
	TooManyGuardians {
		/// How many were named.
		found: usize,
		/// How many there may be.
		most: u32,
	},
	/// No guardian wants the label to move there.
	#[error(
		"there is no attempt to move label {label} to {}: no guardian began one, or it was objected to, or the label moved since; look with `chirograph recovery show {label}`",
		format_account(account)
	)]
	NoRecovery {
		/// Which label.
		label: LabelId,
		/// To whom it was to move.
		account: AccountId,
	},
	/// Guardians or time are missing.
	#[error("not yet: {}", not_ready(*label, *approvals, *threshold, *ready))]
	RecoveryNotReady {
		/// Which label.
		label: LabelId,
		/// How many guardians approved.
		approvals: usize,
		/// How many it takes.
		threshold: u32,
		/// Once so many did: the first block in which the label can move, and how many blocks that is from now.
		ready: Option<(BlockNumber, u64)>,
	},
	/// It could have been completed, and nobody did.
	#[error(
		"too late: the attempt to move label {label} to {} could be completed until block {last}, and nobody did; begin it anew with `chirograph recovery begin {label}`",
		format_account(account)
	)]
	RecoveryLapsed {
		/// Which label.
		label: LabelId,
		/// To whom it was to move.
		account: AccountId,
		/// The last block in which it could have.
		last: BlockNumber,
	},
	/// Nothing was submitted: the account may not send this now.
	#[error("not admitted: {}", not_admitted(account, *fault, exhausted.as_ref()))]
	NotAdmitted {
		/// Who wanted to send.
		account: AccountId,
		/// Why it may not.
		fault: AdmissionFault,
		/// How the quota stands, if that is why.
		exhausted: Option<Exhausted>,
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
	#[error("the node refused the extrinsic before it got into a block: {reason}; nothing came of it, try again, or through another node")]
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
	#[error("not finalised within {waited_seconds} s: it was sent, but the network's last finalised block is {finalised}, and until finality nothing counts; it may still become final, so look with `proof show` or `label show` before sending it again")]
	NotFinalised {
		/// How long was waited.
		waited_seconds: u64,
		/// The last finalised block.
		finalised: u64,
	},
	/// The last block in which it could have been included is final, and it is not there.
	#[error("not included: the network finalised block {finalised} without it, and it can no longer be included; nothing came of it, try again")]
	NotIncluded {
		/// The last finalised block.
		finalised: u64,
	},
}

/// Who answered: a node by its address, or a light client by its chain spec.
fn answerer(place: &str) -> String {
	if place.starts_with("ws://") || place.starts_with("wss://") {
		format!("the node at {place}")
	} else {
		format!("the light client of {place}")
	}
}

fn not_ready(label: LabelId, approvals: usize, threshold: u32, ready: Option<(BlockNumber, u64)>) -> String {
	match ready {
		None => format!(
			"{approvals} of the {threshold} guardians that it takes approved; others can with `chirograph recovery approve {label}`"
		),
		Some((block, blocks)) => {
			let unit = if blocks == 1 { "block" } else { "blocks" };
			format!("the holder of label {label} can object before block {block}, which is {blocks} {unit} from now; try then")
		},
	}
}

fn not_admitted(account: &AccountId, fault: AdmissionFault, exhausted: Option<&Exhausted>) -> String {
	let account = format_account(account);
	match fault {
		AdmissionFault::NoLabel => {
			format!("{account} holds no label, and without one nothing can be sent; apply with `chirograph label apply`")
		},
		AdmissionFault::KeyRetired => {
			format!("{account} is of no use any more, since its label was moved to another key; use that key, or a fresh one")
		},
		AdmissionFault::KeyCompromised => {
			format!("the key of {account} was reported as compromised; an auditor can move its label to another key")
		},
		AdmissionFault::Suspended => format!("the label of {account} is suspended; ask its auditor"),
		AdmissionFault::Revoked => {
			format!("the label of {account} is revoked, and that is final; apply for another one with a fresh key")
		},
		AdmissionFault::Expired => format!("the label of {account} is over; have an auditor renew it"),
		AdmissionFault::QuotaUsedUp => {
			let how = exhausted.map(|exhausted| format!(": {exhausted}")).unwrap_or_default();
			format!("the quota of {account} is used up, with what waits in the node's pool{how}; wait for the next window")
		},
		AdmissionFault::AlreadyApplied => {
			format!("{account} applied already; wait for an auditor, or withdraw it first with `chirograph label withdraw`")
		},
		AdmissionFault::AlreadyLabelled => {
			format!("{account} holds a label already; look at it with `chirograph label show`, an auditor can change it")
		},
		AdmissionFault::TooManyApplications => {
			"there were as many applications in this window of blocks as there may be of all accounts together; apply in the next one".into()
		},
		AdmissionFault::TooManyWaiting => {
			"as many applications wait for an auditor as may, and none of them for so long that another may take its place; apply later".into()
		},
		AdmissionFault::TooManyAttempts => {
			format!("{account} sent as much as a key without a label ever may; apply with a fresh one")
		},
		AdmissionFault::MalformedApplication => {
			"the application could only be refused: it names no role, or one that the council alone gives, a jurisdiction that is none, or a certificate's key or signature in another form than the ledger accepts; correct it".into()
		},
	}
}

/// Boxed: its hashes would make every error of the SDK larger.
impl From<council::CouncilError> for Error {
	fn from(error: council::CouncilError) -> Self {
		Self::Council(Box::new(error))
	}
}

/// Boxed: its amounts would make every error of the SDK larger.
impl From<validators::ValidatorError> for Error {
	fn from(error: validators::ValidatorError) -> Self {
		Self::Validator(Box::new(error))
	}
}

impl Error {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::Checkpoint(error) => error.kind(),
			Self::History(error) => error.kind(),
			Self::Passkey(error) => error.kind(),
			Self::TimeStamp(error) => error.kind(),
			Self::Batch(error) => error.kind(),
			Self::Invoice(error) => error.kind(),
			Self::Validator(error) => error.kind(),
			Self::Clock(error) => error.kind(),
			Self::Peer(error) => error.kind(),
			Self::Council(error) => error.kind(),
			Self::Certificate(error) if error.is_judgement() => ErrorKind::Refused,
			Self::File(_)
			| Self::Key(_)
			| Self::Evidence(_)
			| Self::Dossier(_)
			| Self::Certificate(_)
			| Self::Authorization(_)
			| Self::Takeover(_)
			| Self::Near(_)
			| Self::Report(_)
			| Self::Credential(_)
			| Self::EInvoice { .. }
			| Self::EvidenceFromTheFuture { .. }
			| Self::DossierOfOtherAccount { .. }
			| Self::DossierNotOfApplication { .. }
			| Self::OtherOrganisation { .. }
			| Self::CertificateNotShown { .. }
			| Self::AppliedWithoutCertificate { .. }
			| Self::TooManyGuardians { .. }
			| Self::UnknownCall { .. }
			| Self::NotFinalYet { .. }
			| Self::BadChainSpec { .. }
			| Self::NeedsNode { .. }
			| Self::BadAddress { .. } => ErrorKind::Input,
			Self::NoConnection { .. }
			| Self::ConnectionLost { .. }
			| Self::NotChirograph { .. }
			| Self::AnotherChain { .. }
			| Self::SpecOfAnotherChain { .. }
			| Self::NoPeers { .. }
			| Self::NetworkChanged { .. }
			| Self::StateForgotten { .. }
			| Self::OtherCalls { .. }
			| Self::FalseCall { .. }
			| Self::Syncing { .. }
			| Self::Stale { .. }
			| Self::Node { .. } => ErrorKind::Connection,
			Self::AlreadyRegisteredByYou { .. }
			| Self::AlreadyRegisteredByOther { .. }
			| Self::NotRegistered { .. }
			| Self::BatchNotRegistered { .. }
			| Self::NotHolder { .. }
			| Self::NoSuccessor { .. }
			| Self::AlreadyHolder { .. }
			| Self::NextHolderNotEntitled { .. }
			| Self::AlreadyRenewed { .. }
			| Self::OtherEvidence { .. }
			| Self::AlgorithmRefused { .. }
			| Self::AlreadyRevoked { .. }
			| Self::AlreadySuperseded { .. }
			| Self::LabelNotFound { .. }
			| Self::AccountNotFound { .. }
			| Self::NotApplied { .. }
			| Self::ApplicationChanged { .. }
			| Self::NoRecovery { .. }
			| Self::RecoveryNotReady { .. }
			| Self::RecoveryLapsed { .. }
			| Self::Incident(_)
			| Self::NotAdmitted { .. }
			| Self::NonceTaken { .. }
			| Self::NoFunds
			| Self::Rejected { .. }
			| Self::Refused { .. }
			| Self::NotFinalised { .. }
			| Self::NotIncluded { .. } => ErrorKind::Refused,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{Quota, QuotaUsage};

	fn refused(fault: AdmissionFault, exhausted: Option<Exhausted>) -> String {
		let account = AccountId::new([1; 32]);
		Error::NotAdmitted {
			account,
			fault,
			exhausted,
		}
		.to_string()
	}

	#[test]
	fn whoever_holds_no_label_is_told_how_to_apply_for_one() {
		let text = refused(AdmissionFault::NoLabel, None);
		assert!(
			text.contains("holds no label") && text.contains("`chirograph label apply`"),
			"{text}"
		);
	}

	#[test]
	fn each_fault_of_admission_has_a_sentence_of_its_own() {
		let sentences: Vec<_> = (1..=u8::MAX)
			.map_while(AdmissionFault::from_code)
			.map(|fault| refused(fault, None))
			.collect();
		assert_eq!(sentences.len(), 13);
		for (index, sentence) in sentences.iter().enumerate() {
			assert!(!sentences[..index].contains(sentence), "{sentence}");
		}
	}

	#[test]
	fn whoever_is_refused_hears_what_to_do_next() {
		let (url, subject) = ("ws://node".to_owned(), Subject([1; 32]));
		for (error, next) in [
			(Error::NotRegistered { subject }, "check the file or the subject"),
			(
				Error::NotHolder {
					proof: ProofId::Record { subject },
					holder: "5Ada".into(),
				},
				"sign with the holder's key",
			),
			(
				Error::NoSuccessor {
					by: ProofId::Record { subject },
					fault: SuccessorFault::NotRegistered,
				},
				"register it first",
			),
			(
				Error::AlgorithmRefused {
					algorithm: Algorithm::Ed25519,
					since: Some("2026".into()),
				},
				"ed25519, since 2026; sign with a key of another scheme",
			),
			(
				Error::AlreadyRevoked {
					block: 7,
					time: "2026".into(),
				},
				"nothing is left to do",
			),
			(
				Error::AnotherChain {
					url: url.clone(),
					expected: [1; 32],
					found: [2; 32],
				},
				"check the node's address",
			),
			(Error::Rejected { reason: "so".into() }, "try again, or through another node"),
			(
				Error::NetworkChanged {
					url: url.clone(),
					known: [1; 32],
					found: [2; 32],
					path: "networks".into(),
				},
				"`--genesis 0x0202",
			),
			(
				Error::OtherCalls {
					url: url.clone(),
					found: 2,
					known: 1,
				},
				"use the program of that version",
			),
			(
				Error::FalseCall {
					url,
					call: "Labels.suspend".into(),
					expected: [41, 4],
					found: [41, 6],
				},
				"ask another",
			),
			(
				Error::UnknownCall {
					call: "Grandpa.note_stalled".into(),
				},
				"use a newer program",
			),
		] {
			let text = error.to_string();
			assert!(text.contains(next), "{next} is in: {text}");
		}
	}

	#[test]
	fn a_used_up_quota_is_explained_as_far_as_it_is_known() {
		let exhausted = Exhausted {
			usage: QuotaUsage {
				quota: Quota::default(),
				used: Quota::default(),
				reopens: 150,
			},
			blocks: 9,
			seconds: 18,
		};
		let (known, unknown) = (
			refused(AdmissionFault::QuotaUsedUp, Some(exhausted)),
			refused(AdmissionFault::QuotaUsedUp, None),
		);
		assert!(known.contains(&exhausted.to_string()), "{known}");
		assert!(
			unknown.contains("used up") && !unknown.contains("blocks from now"),
			"{unknown}"
		);
	}
}
