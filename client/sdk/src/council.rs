// SPDX-License-Identifier: Apache-2.0

//! The council: what its members propose, vote on and have done together, as Root where that takes Root (X.1407 9.3.1 f).
//!
//! 1. Ada, who is on the council, wants the slash of a validator taken back. She [prepares](prepare) the call, reads what it would do, and
//!    [proposes](propose) it. With that she is for it.
//! 2. Bob [looks](motions) at what is open. He sees no name that Ada chose, but the call itself. He [votes](vote).
//! 3. From the council's quorum on, anybody [closes](close) the motion, and the ledger does it. What came of that, the events say: a motion that
//!    was carried, and whose call the ledger refused, is a [failure](CouncilError::Failed).
//! 4. Another day they authorise an upgrade of the runtime by the hash of its [code](Code), and anybody [brings](apply_upgrade) the code.
//!
//! Where one member is quorum enough, nobody votes: what is proposed is done at once.
//!
//! # What is trusted
//!
//! A member signs the hash of a call. It is computed here, from the call that is shown ([`Proposal`]), and a node that gives another call for a
//! hash is found out. The names of pallets and calls are this program's ([`chirograph_primitives::calls`]), and so is how many calls are inside of
//! which; of those that it does not know, and of what arguments are called and how they are read, the node's metadata speaks. So a member asks a
//! node of their own.

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	effects::{Made, Mark},
	error::{Error, ErrorKind},
	file,
	incidents::{ensure_containable, ensure_not_closed, known},
	keys::{format_account, Keypair},
	labels::{existing, Finalised},
	peers::peer_id,
	refusal::Refusal,
	submit::{all_of, call, Call, Encoded, Included, Submitter},
	takeover::Takeover,
};
use chirograph_primitives::{
	incident,
	validator::{SlashId, SlashState},
	AccountId, Balance, BlockNumber, IncidentId, LabelId, LabelRevocationReason, PeerKey, RetirementReason, SuspensionReason,
};
pub use chirograph_verifier::document::Hash;
use codec::{Compact, Decode, Input};
use serde::{Serialize, Serializer};
use std::{
	path::{Path, PathBuf},
	time::Duration,
};
use subxt::{events::Phase, utils::Static};

mod proposal;

pub use crate::effects::{InnerCall, Outcome};
use proposal::hash_of;
pub use proposal::Proposal;

/// Number of a motion: the ledger counts them from 0, and uses none twice.
pub type MotionIndex = u32;

/// How often a motion is proposed again because somebody else's took its number.
const MAX_TRIES: usize = 5;
/// As many bytes as a block has: larger code could never be brought.
const MAX_CODE: u64 = 4 * 1024 * 1024;
/// What a module of WASM begins with.
const WASM: &[u8] = b"\0asm\x01\0\0\0";
/// What the SDK's compressed form of one begins with.
const COMPRESSED: [u8; 8] = [0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05];
/// The section of a module that has its runtime's version.
const VERSION_SECTION: &[u8] = b"runtime_version";

/// What the metadata has no words for: the call is not one that a motion may send.
const BAD_ORIGIN: &str = "Bad origin.";
/// What to do about that.
const ANOTHER_ORIGIN: &str =
	"a motion of so few members may not do that; if it takes Root, propose it with --as-root, and by as many as the council's quorum is";

/// Why the council, or one of its members, cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum CouncilError {
	/// Somebody else proposes or votes.
	#[error(
		"{} is no member of the council, and nobody else proposes or votes; who is, `chirograph council members` says",
		format_account(account)
	)]
	NotMember {
		/// Who wanted to.
		account: AccountId,
	},
	/// It never was, or it is closed.
	#[error("motion {motion} is not open: there never was one, or it is closed; list those that are with `chirograph council motions`")]
	UnknownMotion {
		/// Which.
		motion: MotionIndex,
	},
	/// The same is voted on already.
	#[error("the same is proposed already, as motion {motion}; vote for it with `chirograph council vote {motion} --approve`")]
	AlreadyProposed {
		/// Which.
		motion: MotionIndex,
	},
	/// Somebody voted the same twice.
	#[error("{} voted {} motion {motion} already; to change that, vote {} it with `chirograph council vote {motion} {}`", format_account(account), side(*approve), side(!*approve), if *approve { "--reject" } else { "--approve" })]
	VotedAlready {
		/// Who.
		account: AccountId,
		/// On which.
		motion: MotionIndex,
		/// For it, or against it.
		approve: bool,
	},
	/// Not what somebody looked at before.
	#[error("motion {motion} is about the call with the hash {found}, and not {expected}: nothing was signed; look at it with `chirograph council show {motion}`")]
	OtherMotion {
		/// Which.
		motion: MotionIndex,
		/// The hash of what was looked at.
		expected: Hash,
		/// The hash of its call.
		found: Hash,
	},
	/// The others were as quick as whoever proposed.
	#[error("it was proposed as motion {motion}, and closed by others in the same block, {block}; find out whether it was done before you propose it again")]
	ClosedAtOnce {
		/// Which it was.
		motion: MotionIndex,
		/// The finalised block.
		block: u64,
	},
	/// Neither enough for it nor enough against it.
	#[error("too early to close motion {motion}: {ayes} voted for it and {nays} against it, and it takes {threshold} for it; have others vote, or close it as rejected from block {end} on")]
	Undecided {
		/// Which.
		motion: MotionIndex,
		/// How many are for it.
		ayes: usize,
		/// How many are against it.
		nays: usize,
		/// How many must be for it.
		threshold: u32,
		/// When its time is over.
		end: BlockNumber,
	},
	/// Members propose one after the other faster than finality.
	#[error("others proposed something at the same moment, again and again; try again")]
	OthersPropose,
	/// The council wanted it, and the ledger did not.
	#[error("the council decided on {call}, and in block {block} the ledger refused it: {name}{}; what was refused was not done, and the motion is closed: find out why, and propose what can be done", explained(.explanation.as_deref()))]
	Failed {
		/// What it decided.
		call: String,
		/// The finalised block.
		block: u64,
		/// Pallet and error.
		name: String,
		/// What the metadata says about it.
		explanation: Option<String>,
	},
	/// A node that gives another call than the one that is voted on.
	#[error("the node at {url} gives a call with the hash {found} for the motion {expected}: nothing was signed; do not believe this node, ask another")]
	FalseMotion {
		/// Where.
		url: String,
		/// The hash that is voted on.
		expected: Hash,
		/// That of the node's call.
		found: Hash,
	},
	/// Not the bytes of a call.
	#[error("these {length} bytes are no call of this network: {reason}; give the call as a wallet shows its encoding, in hexadecimal digits, without signature or length before it")]
	NotACall {
		/// How many bytes.
		length: usize,
		/// What is wrong with them.
		reason: &'static str,
	},
	/// No slash has that number.
	#[error("there is no slash {slash}; list those that there are with `chirograph validator slashes`")]
	UnknownSlash {
		/// What was asked for.
		slash: SlashId,
	},
	/// Nothing is left to take back.
	#[error("slash {slash} is {state} already, and cannot be taken back; look with `chirograph validator slashes`")]
	NotPending {
		/// Which.
		slash: SlashId,
		/// What it is.
		state: &'static str,
	},
	/// It is nobody's.
	#[error("{} belongs to no label; list those that do with `chirograph peer list`", peer_id(*peer))]
	UnownedPeer {
		/// Which node.
		peer: PeerKey,
	},
	/// A file that no runtime is in.
	#[error("{} is not the code of a runtime: it is neither WASM nor the compressed form of it; name the file that `scripts/build` made, chirograph_runtime.compact.compressed.wasm", path.display())]
	NotCode {
		/// Which file.
		path: PathBuf,
	},
	/// The council has not decided yet, or the upgrade is done.
	#[error("the council has authorised no upgrade, or it is applied already (`chirograph chain status` names the version); have it authorised first, with `chirograph council propose authorize-upgrade FILE`")]
	NothingAuthorised,
	/// It is not what the council decided on.
	#[error("this code has the hash {found}, and the council authorised {authorised}; bring the code that was voted on")]
	OtherCode {
		/// Of the file at hand.
		found: Hash,
		/// What was voted on.
		authorised: Hash,
	},
	/// The ledger does not take it, and forgot that it was authorised.
	#[error("the ledger does not take the code, and the authorisation is used up: {name}{}; have code authorised whose spec version is higher than the one that `chirograph chain status` names", explained(.explanation.as_deref()))]
	CodeRefused {
		/// Pallet and error.
		name: String,
		/// What the metadata says about it.
		explanation: Option<String>,
	},
}

fn side(approve: bool) -> &'static str {
	if approve {
		"for"
	} else {
		"against"
	}
}

fn explained(explanation: Option<&str>) -> String {
	explanation.map(|text| format!(" ({text})")).unwrap_or_default()
}

impl CouncilError {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::NotACall { .. } | Self::NotCode { .. } => ErrorKind::Input,
			Self::FalseMotion { .. } => ErrorKind::Connection,
			_ => ErrorKind::Refused,
		}
	}
}

/// Who is on the council.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Council {
	/// At which block.
	pub number: BlockNumber,
	/// Who they are, in the ledger's order.
	#[serde(serialize_with = "addresses")]
	pub members: Vec<AccountId>,
	/// How many of them decide together, as Root where that takes Root.
	pub quorum: u32,
}

fn addresses<S: Serializer>(accounts: &[AccountId], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.collect_seq(accounts.iter().map(format_account))
}

impl Council {
	/// Whether that account is a member.
	pub fn has(&self, account: &AccountId) -> bool {
		self.members.contains(account)
	}

	/// That of the state of a block.
	pub(crate) async fn at(chain: &Chain, block: &FinalisedBlock) -> Result<Self, Error> {
		// The ledger's block numbers have 32 bits.
		let number = BlockNumber::try_from(block.block_number()).unwrap_or(BlockNumber::MAX);
		let absent = |what: &str| chain.node_error(format!("the state of block {number} has no {what}"));
		let members = chain.stored(block, "Council", "Members", ()).await?;
		let quorum = chain.stored(block, "Parameters", "CouncilQuorum", ()).await?;
		Ok(Self {
			number,
			members: members.ok_or_else(|| absent("council"))?,
			quorum: quorum.ok_or_else(|| absent("quorum of the council"))?,
		})
	}

	fn ensure_member(&self, account: &AccountId) -> Result<(), CouncilError> {
		if self.has(account) {
			return Ok(());
		}
		Err(CouncilError::NotMember {
			account: account.clone(),
		})
	}
}

/// Something that the council votes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Motion {
	/// Its number.
	pub motion: MotionIndex,
	/// What is done if it is carried.
	#[serde(flatten)]
	pub proposal: Proposal,
	/// How many members must be for it.
	pub threshold: u32,
	/// Who is for it.
	#[serde(serialize_with = "addresses")]
	pub ayes: Vec<AccountId>,
	/// Who is against it.
	#[serde(serialize_with = "addresses")]
	pub nays: Vec<AccountId>,
	/// The first block in which its time is over: closed then, whoever has not voted is against it. Until it is closed, votes count.
	pub end: BlockNumber,
}

impl Motion {
	/// Whether enough are for it: whoever closes it has it done.
	pub fn is_carried(&self) -> bool {
		self.ayes.len() >= usize::try_from(self.threshold).unwrap_or(usize::MAX)
	}

	/// Fails where it is about another call than was expected, if one was.
	fn ensure_about(&self, expected: Option<Hash>) -> Result<(), CouncilError> {
		let found = self.proposal.hash;
		match expected.filter(|expected| *expected != found) {
			Some(expected) => Err(CouncilError::OtherMotion {
				motion: self.motion,
				expected,
				found,
			}),
			None => Ok(()),
		}
	}

	/// Fails where it could not be closed at that height in a council of so many seats.
	fn ensure_decided(&self, seats: usize, height: BlockNumber) -> Result<(), CouncilError> {
		let (ayes, nays) = (self.ayes.len(), self.nays.len());
		let threshold = usize::try_from(self.threshold).unwrap_or(usize::MAX);
		let is_decided = self.is_carried() || seats.saturating_sub(nays) < threshold;
		if is_decided || height >= self.end {
			return Ok(());
		}
		Err(CouncilError::Undecided {
			motion: self.motion,
			ayes,
			nays,
			threshold: self.threshold,
			end: self.end,
		})
	}

	/// Fails where that member said the same before.
	fn ensure_open_to(&self, account: &AccountId, approve: bool) -> Result<(), CouncilError> {
		let side = if approve { &self.ayes } else { &self.nays };
		if side.contains(account) {
			return Err(CouncilError::VotedAlready {
				account: account.clone(),
				motion: self.motion,
				approve,
			});
		}
		Ok(())
	}
}

/// What the ledger keeps of a motion: number, threshold, who is for it and against it, end.
type Votes = (MotionIndex, u32, Vec<AccountId>, Vec<AccountId>, BlockNumber);

/// Whatever the ledger has there, as it is.
struct Raw(Vec<u8>);

impl Decode for Raw {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		let mut bytes = vec![0; input.remaining_len()?.unwrap_or_default()];
		input.read(&mut bytes)?;
		Ok(Self(bytes))
	}
}

/// All members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Members {
	/// Who they are, and how many decide.
	#[serde(flatten)]
	pub council: Council,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// All motions that are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Motions {
	/// In the order of their numbers.
	pub motions: Vec<Motion>,
	/// Who votes on them.
	pub council: Council,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// What came of a motion, or of what one member was quorum enough for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
	/// Its number; none where nobody had to vote.
	pub motion: Option<MotionIndex>,
	/// What was decided about.
	#[serde(flatten)]
	pub proposal: Proposal,
	/// Whether the council was for it. If so, it was done.
	pub carried: bool,
	/// What came of its call and of those inside.
	pub calls: Vec<InnerCall>,
}

/// What a proposal led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Proposed {
	/// The others vote.
	Open(Motion),
	/// One member is quorum enough: it is done.
	Done(Closed),
}

/// What a council can be asked to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
	/// Take a slash back before it is carried out.
	CancelSlash(SlashId),
	/// Add to the budget of rewards, in the smallest unit of the token.
	Fund(Balance),
	/// Suspend the label that an incident is traced to.
	ContainIncident(IncidentId),
	/// Say what came of an incident.
	CloseIncident(IncidentId, incident::Outcome),
	/// Have a node belong to no label any more.
	RemovePeer(PeerKey),
	/// Let anybody bring the code with that hash.
	AuthoriseUpgrade(Hash),
	/// Make a label unusable until it is reinstated.
	SuspendLabel(LabelId, SuspensionReason),
	/// Make a suspended label usable again.
	ReinstateLabel(LabelId),
	/// Make a label unusable for good.
	RevokeLabel(LabelId, LabelRevocationReason),
	/// Move a label to the key that consents, where its holder cannot.
	ReassignLabel(LabelId, RetirementReason, Takeover),
	/// Anything else.
	Call {
		/// The call in its SCALE encoding.
		encoded: Vec<u8>,
		/// Whether it takes Root. Otherwise it gets the origin of a motion, which is enough for what asks for the council's quorum.
		as_root: bool,
	},
}

impl Action {
	/// Fails where the ledger would refuse it, as far as it can be asked: members would vote for nothing.
	async fn ensure_possible(&self, chain: &Chain, at: &FinalisedBlock) -> Result<(), Error> {
		match self {
			Self::CancelSlash(slash) => {
				let slash = *slash;
				let mut slashes = chain.slashes(at).await?.into_iter();
				let known = slashes.find(|known| known.slash == slash);
				let state = match known.ok_or(CouncilError::UnknownSlash { slash })?.what.state {
					SlashState::Pending { .. } => return Ok(()),
					SlashState::Applied => "carried out",
					SlashState::Cancelled => "taken back",
				};
				Err(CouncilError::NotPending { slash, state }.into())
			},
			Self::ContainIncident(incident) => Ok(ensure_containable(&known(chain, at, *incident).await?)?),
			Self::CloseIncident(incident, _) => Ok(ensure_not_closed(&known(chain, at, *incident).await?)?),
			Self::RemovePeer(peer) => match chain.peer_owner(at, *peer).await? {
				Some(_) => Ok(()),
				None => Err(CouncilError::UnownedPeer { peer: *peer }.into()),
			},
			Self::SuspendLabel(label, _) | Self::ReinstateLabel(label) | Self::RevokeLabel(label, _) => {
				existing(chain, at, *label).await.map(|_| ())
			},
			Self::ReassignLabel(label, _, takeover) => {
				existing(chain, at, *label).await?;
				Ok(takeover.check(chain.genesis(), *label, chain.height().await?)?)
			},
			Self::Fund(_) | Self::AuthoriseUpgrade(_) | Self::Call { .. } => Ok(()),
		}
	}

	/// The call that members vote for. Only what takes Root goes the way around by `Governance.enact`.
	fn encode(self, chain: &Chain, at: &FinalisedBlock) -> Result<Vec<u8>, Error> {
		let by_quorum = |call: &Call| chain.encode_call(at, call);
		let enacted = |inner| chain.encode_call(at, &call("Governance", "enact", &Encoded(inner)));
		let as_root = |call: &Call| enacted(by_quorum(call)?);
		match self {
			Self::CancelSlash(slash) => by_quorum(&call("Validators", "cancel_slash", &slash)),
			Self::Fund(amount) => by_quorum(&call("Validators", "fund", &amount)),
			Self::ContainIncident(incident) => as_root(&call("Incidents", "contain", &incident)),
			Self::CloseIncident(incident, outcome) => as_root(&call("Incidents", "close", &(incident, outcome))),
			Self::RemovePeer(peer) => as_root(&call("Peers", "remove_peer", &peer)),
			Self::AuthoriseUpgrade(code) => as_root(&call("System", "authorize_upgrade", &code.0)),
			Self::SuspendLabel(label, reason) => as_root(&call("Labels", "suspend", &(label, reason))),
			Self::ReinstateLabel(label) => as_root(&call("Labels", "reinstate", &label)),
			Self::RevokeLabel(label, reason) => as_root(&call("Labels", "revoke", &(label, reason))),
			Self::ReassignLabel(label, reason, takeover) => {
				let arguments = (label, reason, &takeover.account, takeover.valid_until, &takeover.signature);
				as_root(&call("Labels", "reassign", &arguments))
			},
			Self::Call { encoded, as_root: false } => Ok(encoded),
			Self::Call { encoded, as_root: true } => enacted(encoded),
		}
	}
}

/// The code of a runtime.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
	bytes: Vec<u8>,
	hash: Hash,
}

impl Code {
	/// From a file, WASM or the SDK's compressed form of it.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_CODE)?;
		if !bytes.starts_with(WASM) && !bytes.starts_with(&COMPRESSED) {
			return Err(CouncilError::NotCode { path: path.into() }.into());
		}
		let hash = hash_of(&bytes);
		Ok(Self { bytes, hash })
	}

	/// BLAKE2b-256 of it as it is in the file: what is voted on.
	pub fn hash(&self) -> Hash {
		self.hash
	}

	/// The spec version that it says it is. Of code that is compressed, that is not known here.
	pub fn spec_version(&self) -> Option<u32> {
		let mut left = self.bytes.strip_prefix(WASM)?;
		while let Some((kind, behind)) = left.split_first() {
			let (size, behind) = leb128(behind)?;
			let (section, next) = behind.split_at_checked(size)?;
			// Those that have a name, and then what they like.
			if *kind == 0 {
				let (length, named) = leb128(section)?;
				let (name, mut content) = named.split_at_checked(length)?;
				if name == VERSION_SECTION {
					// Names of specification and implementation, version of who may author, and that of the specification.
					let (_, _, _, version) = <(String, String, u32, u32)>::decode(&mut content).ok()?;
					return Some(version);
				}
			}
			left = next;
		}
		None
	}
}

/// A length in a module of WASM, and what is behind it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
	let mut value = 0u64;
	// As many as 32 bits take.
	for (index, byte) in bytes.iter().enumerate().take(5) {
		value |= u64::from(byte & 0x7f) << (7 * index);
		if byte & 0x80 == 0 {
			return Some((usize::try_from(value).ok()?, bytes.get(index + 1..)?));
		}
	}
	None
}

/// An upgrade of the runtime that is done. The next block is the first by the new rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Upgraded {
	/// BLAKE2b-256 of the code.
	pub code: Hash,
}

/// Who is on the council.
pub async fn members(chain: &Chain) -> Result<Members, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Members {
		council: Council::at(chain, &at).await?,
		as_of: BlockId::of(&at),
	})
}

/// What is voted on.
pub async fn motions(chain: &Chain) -> Result<Motions, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let open: Option<Vec<[u8; 32]>> = chain.stored(&at, "Council", "Proposals", ()).await?;
	let mut motions = Vec::new();
	// As in the ledger, where nothing is written before the first.
	for hash in open.unwrap_or_default() {
		let motion = motion_at(chain, &at, Hash(hash)).await?;
		motions.push(motion.ok_or_else(|| chain.node_error("it has a motion without votes"))?);
	}
	motions.sort_by_key(|motion| motion.motion);
	Ok(Motions {
		motions,
		council: Council::at(chain, &at).await?,
		as_of: BlockId::of(&at),
	})
}

/// A motion that is open, and who votes on it.
pub async fn show(chain: &Chain, motion: MotionIndex) -> Result<Motions, Error> {
	let mut motions = motions(chain).await?;
	motions.motions.retain(|open| open.motion == motion);
	if motions.motions.is_empty() {
		return Err(CouncilError::UnknownMotion { motion }.into());
	}
	Ok(motions)
}

/// A motion that is open, for whoever [votes](vote) on it or [closes](close) it. Fails where its call has not the `hash` of the one that was looked
/// at, if that is given.
pub async fn find(chain: &Chain, motion: MotionIndex, hash: Option<Hash>) -> Result<Motion, Error> {
	let known = show(chain, motion).await?.motions.into_iter().next();
	let known = known.ok_or(CouncilError::UnknownMotion { motion })?;
	known.ensure_about(hash)?;
	Ok(known)
}

/// The motion about the call with that hash, if one is open. The call is read here, and hashed.
async fn motion_at(chain: &Chain, at: &FinalisedBlock, hash: Hash) -> Result<Option<Motion>, Error> {
	let votes: Option<Votes> = chain.stored(at, "Council", "Voting", (Static(hash.0),)).await?;
	let Some((motion, threshold, ayes, nays, end)) = votes else {
		return Ok(None);
	};
	let encoded: Option<Raw> = chain.stored(at, "Council", "ProposalOf", (Static(hash.0),)).await?;
	let Raw(encoded) = encoded.ok_or_else(|| chain.node_error("it has a motion without a call"))?;
	let found = hash_of(&encoded);
	if found != hash {
		return Err(CouncilError::FalseMotion {
			url: chain.url().into(),
			expected: hash,
			found,
		}
		.into());
	}
	Ok(Some(Motion {
		motion,
		proposal: Proposal::of_motion(encoded, at.metadata_ref()),
		threshold,
		ayes,
		nays,
		end,
	}))
}

/// The call for what the council is to decide, to be looked at before it is [proposed](propose).
pub async fn prepare(chain: &Chain, action: Action) -> Result<Proposal, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	action.ensure_possible(chain, &at).await?;
	let encoded = action.encode(chain, &at)?;
	Ok(Proposal::read(encoded, at.metadata_ref())?)
}

/// Has the council vote, and votes for it, both or neither; where one member is quorum enough, has it done. As many members must be for it as the
/// network's quorum is. Returns when that is final; or fails after `patience`, and with [`CouncilError::Failed`] where it was done and refused.
pub async fn propose(
	submitter: &Submitter,
	signer: &Keypair,
	proposal: &Proposal,
	patience: Duration,
) -> Result<Finalised<Proposed>, Error> {
	let chain = submitter.chain();
	let mut tries = 0;
	loop {
		tries += 1;
		let at = chain.finalised().await?;
		let council = Council::at(chain, &at).await?;
		council.ensure_member(&signer.account())?;
		if let Some(open) = motion_at(chain, &at, proposal.hash).await? {
			return Err(CouncilError::AlreadyProposed { motion: open.motion }.into());
		}
		let proposing = proposing(council.quorum, proposal);
		if council.quorum < 2 {
			let included = submitter.submit(&proposing, signer, patience).await?;
			let done = decided(chain, &included, None, proposal).await?;
			return at_block(chain, &chain.at(&included).await?, Proposed::Done(done)).await;
		}
		let next: Option<MotionIndex> = chain.stored(&at, "Council", "ProposalCount", ()).await?;
		let next = next.unwrap_or_default();
		let voting = voting(proposal.hash, next, true);
		let both = all_of(chain, &at, &[proposing, voting])?;
		match submitter.submit_at_block(signer, &both, patience).await {
			// Somebody else's motion got the number; or is about the same, which is then found.
			Err(Error::Refused { name, .. }) if matches!(name.as_str(), "Council::WrongIndex" | "Council::DuplicateProposal") => {
				if tries == MAX_TRIES {
					return Err(CouncilError::OthersPropose.into());
				}
			},
			Err(error) => return Err(error),
			Ok(at) => {
				let open = motion_at(chain, &at, proposal.hash).await?;
				let motion = open.filter(|open| open.motion == next);
				let motion = motion.ok_or_else(|| CouncilError::ClosedAtOnce {
					motion: next,
					block: at.block_number(),
				})?;
				return at_block(chain, &at, Proposed::Open(motion)).await;
			},
		}
	}
}

/// Votes for a motion, or against it, as a member; or changes sides. What is voted on is the call in `motion`.
pub async fn vote(
	submitter: &Submitter,
	signer: &Keypair,
	motion: &Motion,
	approve: bool,
	patience: Duration,
) -> Result<Finalised<Motion>, Error> {
	let chain = submitter.chain();
	let council = Council::at(chain, &chain.finalised().await?).await?;
	council.ensure_member(&signer.account())?;
	motion.ensure_open_to(&signer.account(), approve)?;
	let voting = voting(motion.proposal.hash, motion.motion, approve);
	let at = submitter.submit_at_block(signer, &voting, patience).await?;
	// Somebody may have closed it in the same block, and the same may be proposed anew. It was open when this one voted.
	let after = motion_at(chain, &at, motion.proposal.hash).await?;
	let after = after.filter(|after| after.motion == motion.motion);
	at_block(chain, &at, after.unwrap_or_else(|| motion.clone())).await
}

/// Closes a motion that is decided, or whose time is over. If it was carried, it is done in the same moment. Anybody may; it is free for members.
pub async fn close(
	submitter: &Submitter,
	signer: &Keypair,
	motion: &Motion,
	patience: Duration,
) -> Result<Finalised<Closed>, Error> {
	let chain = submitter.chain();
	let at = chain.finalised().await?;
	let council = Council::at(chain, &at).await?;
	motion.ensure_decided(council.members.len(), council.number)?;
	let proposal = &motion.proposal;
	let (weight, length) = if motion.is_carried() {
		let weight = weight_of(chain, &at, &proposal.encoded).await?;
		// By its documentation, the ledger counts the four bytes of a length besides.
		(weight, length_of(proposal).saturating_add(4))
	} else {
		// What is not done has no bounds to keep; a call that cannot be read has none that could be told.
		((Compact(0), Compact(0)), 0)
	};
	let arguments = (proposal.hash.0, Compact(motion.motion), weight, Compact(length));
	let included = submitter
		.submit(&call("Council", "close", &arguments), signer, patience)
		.await?;
	let closed = decided(chain, &included, Some(motion.motion), proposal).await?;
	at_block(chain, &chain.at(&included).await?, closed).await
}

/// Brings the code of an upgrade that the council authorised. Anybody may whose extrinsics are admitted, and who can lay out the fee: it is given
/// back where the code is the authorised one, whether the ledger takes it or not.
pub async fn apply_upgrade(
	submitter: &Submitter,
	signer: &Keypair,
	code: &Code,
	patience: Duration,
) -> Result<Finalised<Upgraded>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	// The hash, and whether the version is to be higher.
	let authorised: Option<([u8; 32], bool)> = chain.stored(&at, "System", "AuthorizedUpgrade", ()).await?;
	let (authorised, _) = authorised.ok_or(CouncilError::NothingAuthorised)?;
	if authorised != code.hash.0 {
		return Err(CouncilError::OtherCode {
			found: code.hash,
			authorised: Hash(authorised),
		}
		.into());
	}
	let bringing = call("System", "apply_authorized_upgrade", &code.bytes);
	let included = submitter.submit(&bringing, signer, patience).await?;
	let at = chain.at(&included).await?;
	let events = at.events().fetch().await.map_err(|error| chain.node_error(error))?;
	let metadata = at.metadata();
	for event in events.iter() {
		let event = event.map_err(|error| chain.node_error(error))?;
		let is_refusal = (event.pallet_name(), event.event_name()) == ("System", "RejectedInvalidAuthorizedUpgrade");
		if is_refusal && matches!(event.phase(), Phase::ApplyExtrinsic(index) if index == included.extrinsic) {
			// Behind the hash of the code.
			let error = event.field_bytes().get(32..).unwrap_or_default();
			let Refusal { name, explanation } = Refusal::read(error, &metadata);
			return Err(CouncilError::CodeRefused { name, explanation }.into());
		}
	}
	at_block(chain, &at, Upgraded { code: code.hash }).await
}

fn proposing(threshold: u32, proposal: &Proposal) -> Call {
	let arguments = (
		Compact(threshold),
		Encoded(proposal.encoded.clone()),
		Compact(length_of(proposal)),
	);
	call("Council", "propose", &arguments)
}

fn voting(hash: Hash, motion: MotionIndex, approve: bool) -> Call {
	call("Council", "vote", &(hash.0, Compact(motion), approve))
}

fn length_of(proposal: &Proposal) -> u32 {
	// No call is longer than a block.
	u32::try_from(proposal.encoded.len()).unwrap_or(u32::MAX)
}

/// How much of a block a call may take, in both measures of weight: what whoever closes its motion has to allow for, and not more, for more costs.
async fn weight_of(chain: &Chain, at: &FinalisedBlock, encoded: &[u8]) -> Result<(Compact<u64>, Compact<u64>), Error> {
	/// Weight, class, fee.
	type Costs = ((Compact<u64>, Compact<u64>), u8, Balance);
	/// Of an extrinsic that nobody signs, before its call: nothing else counts.
	const BARE: u8 = 4;
	let extrinsic = [&[BARE][..], encoded].concat();
	let length = u32::try_from(extrinsic.len()).unwrap_or(u32::MAX);
	let costs: Costs = chain
		.runtime_call(at, "TransactionPaymentApi_query_info", &(extrinsic, length))
		.await?;
	Ok(costs.0)
}

/// What came of a motion in the extrinsic that closed it, or of what was proposed and done at once.
async fn decided(chain: &Chain, included: &Included, motion: Option<MotionIndex>, proposal: &Proposal) -> Result<Closed, Error> {
	let at = chain.at(included).await?;
	let events = at.events().fetch().await.map_err(|error| chain.node_error(error))?;
	let metadata = at.metadata();
	let mut marks = Vec::new();
	for event in events.iter() {
		let event = event.map_err(|error| chain.node_error(error))?;
		if let Some((extrinsic, mark)) = Mark::of(&event, &metadata) {
			if extrinsic == included.extrinsic {
				marks.push(mark);
			}
		}
	}
	// As if it had been proposed and done at once: its events are the same.
	let whole = chain.encode_call(&at, &proposing(1, proposal))?;
	outcome(
		motion,
		proposal,
		included.block,
		Made::read(&whole, at.metadata_ref(), chain.genesis()),
		&marks,
	)
	.map_err(Error::from)
}

/// What the marks of an extrinsic say of a motion. `made`: the proposing call, which has the proposed one inside.
fn outcome(
	motion: Option<MotionIndex>,
	proposal: &Proposal,
	block: u64,
	made: Made,
	marks: &[Mark],
) -> Result<Closed, CouncilError> {
	let carried = marks
		.iter()
		.any(|mark| matches!(mark, Mark::Dispatched { pallet: "Council", .. }));
	let calls = if carried { made.into_inner(false, marks) } else { Vec::new() };
	let refused = calls.iter().find_map(|call| match &call.outcome {
		Outcome::Refused { error } => Some(error),
		_ => None,
	});
	if let Some(name) = refused {
		let said = marks.iter().filter_map(Mark::refusal).find(|refusal| refusal.name == *name);
		let explanation = match name.as_str() {
			BAD_ORIGIN => Some(ANOTHER_ORIGIN.into()),
			_ => said.and_then(|refusal| refusal.explanation.clone()),
		};
		return Err(CouncilError::Failed {
			call: proposal.call.clone(),
			block,
			name: name.clone(),
			explanation,
		});
	}
	Ok(Closed {
		motion,
		proposal: proposal.clone(),
		carried,
		calls,
	})
}

async fn at_block<T>(chain: &Chain, at: &FinalisedBlock, state: T) -> Result<Finalised<T>, Error> {
	Ok(Finalised {
		state,
		block: BlockId::of(at),
		time: chain.time(at).await?,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::SignatureScheme;
	use codec::Encode;
	use serde_json::json;

	fn member(name: &str) -> AccountId {
		let key = Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key");
		key.account()
	}

	fn proposal() -> Proposal {
		let encoded = vec![44, 6, 7];
		Proposal {
			hash: hash_of(&encoded),
			call: "Validators.fund(amount: 7)".into(),
			assured: true,
			encoded,
		}
	}

	/// With two of three for it, it is carried.
	fn motion(ayes: &[&str], nays: &[&str]) -> Motion {
		let accounts = |names: &[&str]| names.iter().map(|name| member(name)).collect();
		Motion {
			motion: 3,
			proposal: proposal(),
			threshold: 2,
			ayes: accounts(ayes),
			nays: accounts(nays),
			end: 100,
		}
	}

	#[test]
	fn a_motion_is_closed_when_enough_are_for_it_or_against_it_or_its_time_is_over() {
		let closed = |ayes: &[&str], nays: &[&str], height| motion(ayes, nays).ensure_decided(3, height);
		assert!(closed(&["//Alice", "//Bob"], &[], 1).is_ok());
		assert!(
			closed(&[], &["//Alice", "//Bob"], 1).is_ok(),
			"one could not carry it any more"
		);
		assert!(
			closed(&["//Alice"], &["//Bob"], 100).is_ok(),
			"who has not voted is against it"
		);
		for (ayes, nays) in [
			(&["//Alice"][..], &[][..]),
			(&["//Alice"][..], &["//Bob"][..]),
			(&[][..], &[][..]),
		] {
			let text = closed(ayes, nays, 99).expect_err("it is not decided").to_string();
			assert!(
				text.contains("it takes 2 for it") && text.contains("from block 100 on"),
				"{text}"
			);
		}
	}

	#[test]
	fn a_member_votes_once_for_each_side() {
		let motion = motion(&["//Alice"], &["//Bob"]);
		let open = |name, approve| motion.ensure_open_to(&member(name), approve);
		assert!(open("//Charlie", true).is_ok() && open("//Charlie", false).is_ok());
		assert!(open("//Alice", false).is_ok(), "whoever was for it may change sides");
		for (name, approve, other) in [("//Alice", true, "--reject"), ("//Bob", false, "--approve")] {
			let text = open(name, approve).expect_err("that was said before").to_string();
			assert!(text.contains("already") && text.contains(other), "{text}");
		}
	}

	#[test]
	fn a_motion_about_another_call_than_was_looked_at_is_refused() {
		let motion = motion(&["//Alice"], &[]);
		let found = motion.proposal.hash;
		assert!(
			motion.ensure_about(None).is_ok() && motion.ensure_about(Some(found)).is_ok(),
			"the control"
		);
		let other = Hash([7; 32]);
		let text = motion.ensure_about(Some(other)).expect_err("it is another").to_string();
		for part in [found.to_string(), other.to_string(), "nothing was signed".into()] {
			assert!(text.contains(&part), "{part} is in: {text}");
		}
	}

	#[test]
	fn nobody_but_a_member_has_a_voice() {
		let council = Council {
			number: 7,
			members: ["//Alice", "//Bob"].map(member).to_vec(),
			quorum: 2,
		};
		assert!(council.ensure_member(&member("//Bob")).is_ok(), "the control");
		let text = council.ensure_member(&member("//Dave")).expect_err("he is none").to_string();
		assert!(text.contains("chirograph council members"), "{text}");
	}

	/// A motion that was carried, by its marks; `inner` are those of the proposed call.
	fn closed(inner: &[Mark], executed: Result<(), Refusal>) -> Result<Closed, CouncilError> {
		let pallet = "Council";
		let mut marks = inner.to_vec();
		marks.push(Mark::Dispatched {
			pallet,
			result: executed,
		});
		let enact = Made::around("Governance", "enact", vec![Made::around("Peers", "remove_peer", Vec::new())]);
		outcome(Some(3), &proposal(), 9, Made::around(pallet, "propose", vec![enact]), &marks)
	}

	fn refusal() -> Refusal {
		Refusal {
			name: "Peers::UnknownPeer".into(),
			explanation: Some("no label has it".into()),
		}
	}

	#[test]
	fn a_motion_that_was_carried_and_refused_by_the_ledger_is_a_failure_that_says_why() {
		let enacted = |result| {
			[Mark::Dispatched {
				pallet: "Governance",
				result,
			}]
		};
		let done = closed(&enacted(Ok(())), Ok(())).expect("the control");
		assert!(
			done.carried && done.calls.iter().all(|call| call.outcome == Outcome::Done),
			"{done:?}"
		);
		for failed in [closed(&enacted(Err(refusal())), Ok(())), closed(&[], Err(refusal()))] {
			let text = failed.expect_err("it was refused").to_string();
			assert!(
				text.contains("Peers::UnknownPeer (no label has it)") && text.contains("block 9"),
				"{text}"
			);
		}
	}

	#[test]
	fn a_motion_that_was_rejected_did_nothing() {
		let made = Made::around("Council", "propose", vec![Made::around("Validators", "fund", Vec::new())]);
		let closed = outcome(Some(3), &proposal(), 9, made, &[]).expect("that is no failure");
		assert!(!closed.carried && closed.calls.is_empty(), "{closed:?}");
	}

	#[test]
	fn a_motion_is_one_flat_object_for_programs() {
		let told = serde_json::to_value(Proposed::Open(motion(&["//Alice"], &[]))).expect("is data");
		let expected = json!({
			"state": "open",
			"motion": 3,
			"hash": hash_of(&[44, 6, 7]).to_string(),
			"call": "Validators.fund(amount: 7)",
			"assured": true,
			"encoded": "0x2c0607",
			"threshold": 2,
			"ayes": [format_account(&member("//Alice"))],
			"nays": [],
			"end": 100,
		});
		assert_eq!(told, expected);
	}

	/// A module of WASM with these sections, each with what kind it is.
	fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
		let mut bytes = WASM.to_vec();
		for (kind, content) in sections {
			bytes.push(*kind);
			let size = u8::try_from(content.len()).expect("is short");
			// In two bytes where it is more than seven bits.
			match size {
				0..=127 => bytes.push(size),
				128.. => bytes.extend([size, 1]),
			}
			bytes.extend_from_slice(content);
		}
		bytes
	}

	#[test]
	fn code_says_its_version_where_it_is_not_compressed() {
		let version = ("chirograph", "chirograph", 1u32, 42u32, 0u32).encode();
		let named = |name: &str| {
			[
				&[u8::try_from(name.len()).expect("is short")][..],
				name.as_bytes(),
				&version[..],
			]
			.concat()
		};
		let (section, other) = (named("runtime_version"), named("producers"));
		let long = [0u8; 200];
		let code = |bytes: Vec<u8>| {
			let directory = tempfile::tempdir().expect("there is room");
			let path = directory.path().join("code.wasm");
			std::fs::write(&path, bytes).expect("it is ours");
			Code::read(&path)
		};
		let version = |bytes: Vec<u8>| code(bytes).expect("it is code").spec_version();
		assert_eq!(version(module(&[(1, &long), (0, &other), (0, &section)])), Some(42));
		assert_eq!(version(module(&[(1, &section), (0, &other)])), None);
		assert_eq!(version(WASM.to_vec()), None);
		assert_eq!(version([&COMPRESSED[..], b"whatever"].concat()), None);
		let mut cut = module(&[(0, &section)]);
		cut.truncate(cut.len() - 20);
		assert_eq!(version(cut), None);

		let hashed = code(WASM.to_vec()).map(|code| code.hash());
		assert_eq!(hashed.ok(), Some(hash_of(WASM)));
		let outcome = code(b"no code".to_vec()).map(|code| code.hash());
		assert!(
			matches!(&outcome, Err(error) if error.to_string().contains("neither WASM")),
			"{outcome:?}"
		);
	}
}
