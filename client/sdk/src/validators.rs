// SPDX-License-Identifier: Apache-2.0

//! Validators: put up margin, take a seat, leave; and who has seats (X.1407 9.2.1 a-b, 9.2.3 e).
//!
//! 1. Ada's organisation has a label with the role validator, and a node of its own. The node [makes session keys](own_keys), which sign
//!    for her account and never leave it.
//! 2. She [joins](join): in one extrinsic the keys are set, and her margin is held. She waits, and a session later she has a seat.
//! 3. Her node is down for a day. It makes no blocks, so that her seat goes to somebody else; her margin stays. She repairs it, and
//!    [resumes](resume).
//! 4. She [leaves](leave). Her margin stays locked for as long as evidence against her could arrive; then she [withdraws](withdraw) it.
//! 5. Had her keys signed two blocks for one slot, a part of her margin would have been taken at once, wherever it was by then. [`show`] says
//!    which, why, and until when the council can take that back.

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	error::{Error, ErrorKind},
	keys::{format_account, Keypair},
	labels::{existing, explain, Finalised},
	passkeys::label_of,
	submit::{all_of, call, Call, Submitter},
};
use chirograph_primitives::{
	payload::GenesisHash,
	validator::{
		amount, Billionths, Slash, SlashId, Strength, ValidatorChange, ValidatorState, ValidatorStatus, ValidatorTerms, WHOLE,
	},
	AccountId, AuthorityFault, Balance, LabelId, Moment, Role, SessionIndex,
};
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, time::Duration};
use subxt::{ext::jsonrpsee::client_transport::ws::Url, rpcs::rpc_params};

/// A token, in its smallest unit.
pub const TOKEN: Balance = 1_000_000_000_000;
/// Digits behind the point of an amount of tokens.
const DECIMALS: usize = 12;
/// How many validators a node is asked for at once.
const PAGE: u32 = 100;
/// More than ever happens to a validator: who says more is not followed.
const MAX_CHANGES: usize = 1_000_000;
/// Length of the public session keys: of BABE, then of GRANDPA.
const KEYS_LENGTH: usize = 64;

/// Why something cannot be done about a validator.
#[derive(Debug, thiserror::Error)]
pub enum ValidatorError {
	/// The label may not run one.
	#[error(
		"{} cannot run a validator: {}; have an auditor give its label that role, with `chirograph label roles LABEL --add validator`",
		format_account(account),
		explain(*fault, "its", Role::Validator)
	)]
	NotEntitled {
		/// Who wanted to.
		account: AccountId,
		/// Why it may not.
		fault: AuthorityFault,
	},
	/// It never joined, or left and took its margin back.
	#[error("label {label} is no validator; join with `chirograph validator join`, or list those that there are with `chirograph validator list`")]
	NotAValidator {
		/// Which label.
		label: LabelId,
	},
	/// It did that before.
	#[error("label {label} is a validator already: it {}; look with `chirograph validator show {label}`, and put up more with `chirograph validator top-up`", describe_state(*state))]
	AlreadyJoined {
		/// Which label.
		label: LabelId,
		/// How it stands.
		state: ValidatorState,
	},
	/// Less than a seat takes.
	#[error("a margin of {} tokens is too little, with what is locked already: a seat takes {} at the least; put up the difference besides, with --margin", format_tokens(*margin), format_tokens(*least))]
	TooLittleMargin {
		/// What was to be put up.
		margin: Balance,
		/// What it takes.
		least: Balance,
	},
	/// Another label of the same organisation is a validator.
	#[error("label {label} of the same organisation is a validator already, and an organisation has one seat; leave with that one first")]
	OrganisationSits {
		/// Which label.
		label: LabelId,
	},
	/// There is nothing to put up.
	#[error("{} has {} tokens that are free, and this takes {}; have the difference sent to it first, and some more for the fee", format_account(account), format_tokens(*free), format_tokens(*needed))]
	NotEnoughTokens {
		/// Whose.
		account: AccountId,
		/// What it has.
		free: Balance,
		/// What it takes.
		needed: Balance,
	},
	/// The network would have fewer validators than it is to have.
	#[error("{seats} validators have a seat and keep it, and there are to be {least} at the least: nobody leaves now; wait until others have taken a seat, and try again")]
	TooFew {
		/// How many have one.
		seats: usize,
		/// How many there must be.
		least: u32,
	},
	/// It does not have to come back.
	#[error("label {label} has nothing to resume: it {}; look with `chirograph validator show {label}`", describe_state(*state))]
	NotAbsent {
		/// Which label.
		label: LabelId,
		/// How it stands.
		state: ValidatorState,
	},
	/// It is a validator still.
	#[error("the margin of label {label} is not free: it {}; leave first with `chirograph validator leave`", describe_state(*state))]
	NotLeft {
		/// Which label.
		label: LabelId,
		/// How it stands.
		state: ValidatorState,
	},
	/// Evidence against it could still arrive.
	#[error("too early: the margin is locked until session {free} begins, and this is session {session}; withdraw it then")]
	StillLocked {
		/// The first session in which it can be withdrawn.
		free: SessionIndex,
		/// The session that it is.
		session: SessionIndex,
	},
	/// Session keys are made on the machine that signs with them.
	#[error("session keys are made by your own node, over the loopback interface of its machine, and {url} is somewhere else; run this command there with --node-url ws://127.0.0.1:9944, or bring what the node made, with --session-keys and --proof")]
	NotLoopback {
		/// The address that was given.
		url: String,
	},
	/// It has no node with the method, or not over this interface.
	#[error("the node at {url} made no session keys ({reason}); start it with its RPC on the loopback interface only, without `--rpc-methods safe`, or bring what it made, with --session-keys and --proof")]
	NoKeysMade {
		/// The node.
		url: String,
		/// What it says.
		reason: String,
	},
	/// Not the keys of this network's sessions.
	#[error("what was given as {what} is unusable: {reason}; give it as `author_rotateKeysWithOwner` of the node answered it")]
	MalformedKeys {
		/// Keys or proof.
		what: &'static str,
		/// What is wrong with it.
		reason: String,
	},
}

impl ValidatorError {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::NotLoopback { .. } | Self::MalformedKeys { .. } => ErrorKind::Input,
			Self::NoKeysMade { .. } => ErrorKind::Connection,
			_ => ErrorKind::Refused,
		}
	}
}

/// How a validator stands, as a clause behind "it".
pub fn describe_state(state: ValidatorState) -> String {
	match state {
		ValidatorState::Waiting => "waits for a seat".into(),
		ValidatorState::Seated { since } => format!("has a seat since session {since}"),
		ValidatorState::Absent => "lost its seat because it made no blocks".into(),
		ValidatorState::Retiring => "is about to leave".into(),
		ValidatorState::Left { free } => format!("left, and its margin is free in session {free}"),
		ValidatorState::Expelled { free } => format!("was expelled, and what is left of its margin is free in session {free}"),
	}
}

/// An amount, in tokens: with as many of the 12 digits behind the point as it takes.
pub fn format_tokens(amount: Balance) -> String {
	let (whole, rest) = (amount / TOKEN, amount % TOKEN);
	if rest == 0 {
		return whole.to_string();
	}
	let rest = format!("{rest:0DECIMALS$}");
	format!("{whole}.{}", rest.trim_end_matches('0'))
}

/// The amount that is written as a number of tokens, with at the most 12 digits behind a point; none where it is no such number, or larger than
/// there can be.
pub fn parse_tokens(text: &str) -> Option<Balance> {
	let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
	let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
	if !is_number(whole) || !is_number(decimals) || decimals.len() > DECIMALS {
		return None;
	}
	format!("{whole}{decimals:0<DECIMALS$}").parse().ok()
}

/// A share, in percent.
pub fn format_share(share: Billionths) -> String {
	const PERCENT: Billionths = WHOLE / 100;
	let (whole, rest) = (share / PERCENT, share % PERCENT);
	if rest == 0 {
		return format!("{whole} %");
	}
	// Of a percent there are seven digits.
	let rest = format!("{rest:07}");
	format!("{whole}.{} %", rest.trim_end_matches('0'))
}

/// Public session keys, and the proof that whoever has their private parts signed for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKeys {
	keys: [u8; KEYS_LENGTH],
	proof: Vec<u8>,
}

#[derive(Deserialize)]
struct MadeKeys {
	keys: String,
	#[serde(default)]
	proof: Option<String>,
}

impl OwnKeys {
	/// From hexadecimal digits, with or without `0x`.
	pub fn parse(keys: &str, proof: &str) -> Result<Self, ValidatorError> {
		let decode = |what, text: &str| {
			hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|error| ValidatorError::MalformedKeys {
				what,
				reason: error.to_string(),
			})
		};
		let (keys, proof) = (decode("session keys", keys)?, decode("proof of ownership", proof)?);
		let found = keys.len();
		let keys = keys.try_into().map_err(|_| ValidatorError::MalformedKeys {
			what: "session keys",
			reason: format!("they have {found} bytes, and should have {KEYS_LENGTH}"),
		})?;
		Ok(Self { keys, proof })
	}

	/// The call that sets them.
	fn setting(&self) -> Call {
		call("Session", "set_keys", &(self.keys, &self.proof))
	}
}

/// Has the operator's own node make session keys for an account, and sign for it with them: `author_rotateKeysWithOwner`. The private parts
/// stay in the node's key store. Only over the loopback interface: whoever else could ask a node so could make it forget its keys.
pub async fn own_keys(url: &str, genesis: &GenesisHash, owner: &AccountId) -> Result<OwnKeys, Error> {
	if !is_loopback(url) {
		return Err(ValidatorError::NotLoopback { url: url.into() }.into());
	}
	let node = Chain::connect(url, Some(*genesis)).await?;
	let owner: &[u8; 32] = owner.as_ref();
	let parameters = rpc_params![format!("0x{}", hex::encode(owner))];
	let made = node.rpc.request("author_rotateKeysWithOwner", parameters).await;
	let MadeKeys { keys, proof } = match made {
		Ok(made) => made,
		Err(error) if node.is_connected() => {
			return Err(ValidatorError::NoKeysMade {
				url: url.into(),
				reason: error.to_string(),
			}
			.into())
		},
		Err(error) => return Err(node.node_error(error)),
	};
	let proof = proof.ok_or_else(|| ValidatorError::NoKeysMade {
		url: url.into(),
		reason: "it gave no proof of ownership".into(),
	})?;
	Ok(OwnKeys::parse(&keys, &proof)?)
}

/// Whether an address is on this machine.
fn is_loopback(url: &str) -> bool {
	let Ok(url) = Url::parse(url) else {
		return false;
	};
	let host = url.host_str().unwrap_or_default();
	let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
	host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// How a label stands as a validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
	/// Which label.
	pub label: LabelId,
	/// What is known of it; none where it is no validator any more.
	pub validator: Option<ValidatorStatus>,
	/// The session of that block.
	pub session: SessionIndex,
}

/// A slash, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NumberedSlash {
	/// Its number.
	pub slash: SlashId,
	/// What it is.
	#[serde(flatten)]
	pub what: Slash,
}

/// All that is known of a validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
	/// How it stands.
	#[serde(flatten)]
	pub standing: Standing,
	/// What happened to it, in order.
	pub history: Vec<ValidatorChange>,
	/// What its offences cost, in order.
	pub slashes: Vec<NumberedSlash>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
}

/// All validators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validators {
	/// In the order of their labels.
	pub validators: Vec<ValidatorStatus>,
	/// What the network asks of them.
	pub terms: ValidatorTerms,
	/// What is left for rewards.
	#[serde(with = "amount")]
	pub budget: Balance,
	/// The session.
	pub session: SessionIndex,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// All slashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slashes {
	/// In order.
	pub slashes: Vec<NumberedSlash>,
	/// The session.
	pub session: SessionIndex,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

impl Chain {
	/// All validators as of `block`, in the order of their labels: also those that left, until they took their margin back.
	pub async fn validators(&self, block: &FinalisedBlock) -> Result<Vec<ValidatorStatus>, Error> {
		let next = |last: Option<&ValidatorStatus>| (last.map(|status| status.label), PAGE);
		self.pages(block, "ValidatorsApi_validators", next, |status| status.label)
			.await
	}

	/// A validator, as of `block`.
	pub async fn validator(&self, block: &FinalisedBlock, label: LabelId) -> Result<Option<ValidatorStatus>, Error> {
		self.runtime_call(block, "ValidatorsApi_validator", &label).await
	}

	/// All that happened to a validator until `block`, in order.
	pub async fn validator_history(&self, block: &FinalisedBlock, label: LabelId) -> Result<Vec<ValidatorChange>, Error> {
		let mut known = Vec::new();
		loop {
			let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
			let page: Vec<ValidatorChange> = self.runtime_call(block, "ValidatorsApi_history", &(label, next)).await?;
			if page.is_empty() {
				return Ok(known);
			}
			known.extend(page);
			if known.len() > MAX_CHANGES {
				return Err(self.node_error(format!("the history of the validator {label} has no end")));
			}
		}
	}

	/// All slashes as of `block`, in order.
	pub async fn slashes(&self, block: &FinalisedBlock) -> Result<Vec<NumberedSlash>, Error> {
		let next = |last: Option<&(SlashId, Slash)>| last.map_or(0, |(slash, _)| slash.saturating_add(1));
		let slashes = self.pages(block, "ValidatorsApi_slashes", next, |(slash, _)| *slash).await?;
		Ok(slashes
			.into_iter()
			.map(|(slash, what)| NumberedSlash { slash, what })
			.collect())
	}

	/// How strong the validators are together, as of `block`.
	pub async fn strength(&self, block: &FinalisedBlock) -> Result<Strength, Error> {
		self.runtime_call(block, "ValidatorsApi_strength", &()).await
	}

	/// What the network asks of its validators, as of `block`.
	pub async fn validator_terms(&self, block: &FinalisedBlock) -> Result<ValidatorTerms, Error> {
		self.runtime_call(block, "ValidatorsApi_terms", &()).await
	}

	/// What is left for rewards, as of `block`.
	pub async fn reward_budget(&self, block: &FinalisedBlock) -> Result<Balance, Error> {
		self.runtime_call(block, "ValidatorsApi_budget", &()).await
	}
}

/// Puts up a margin, in the smallest unit of the token, and sets session keys, both or neither; waits for a seat from then on. Returns when that
/// is final; or fails after `patience`.
pub async fn join(
	submitter: &Submitter,
	signer: &Keypair,
	margin: Balance,
	keys: &OwnKeys,
	patience: Duration,
) -> Result<Finalised<Standing>, Error> {
	let (chain, account) = (submitter.chain(), signer.account());
	let at = ensure_can_join(chain, &account, margin).await?;
	let calls = [keys.setting(), call("Validators", "join", &margin)];
	let at = submitter
		.submit_at_block(signer, &all_of(chain, &at, &calls)?, patience)
		.await?;
	let label = label_of(chain, &account).await?;
	standing_after(chain, &at, label).await
}

/// Fails where the ledger would refuse that `account` joins with that margin, as far as it can be asked. Before keys are made: a node that is
/// asked for some uses others from then on. Returns the block that this is as of.
pub async fn ensure_can_join(chain: &Chain, account: &AccountId, margin: Balance) -> Result<FinalisedBlock, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let entitled = chain.authority(&at, account, Role::Validator, None).await?;
	let label = entitled.map_err(|fault| ValidatorError::NotEntitled {
		account: account.clone(),
		fault,
	})?;
	let organisation = existing(chain, &at, label).await?.label.organisation;
	// What is locked since it left counts again.
	let mut locked: Balance = 0;
	for other in chain.validators(&at).await? {
		let (state, has_left) = (
			other.validator.state,
			matches!(other.validator.state, ValidatorState::Left { .. }),
		);
		if other.label == label {
			match state {
				ValidatorState::Left { .. } => locked = other.validator.margin,
				// To be withdrawn first, as the ledger says.
				ValidatorState::Expelled { .. } => {},
				_ => return Err(ValidatorError::AlreadyJoined { label, state }.into()),
			}
		} else if other.validator.organisation == organisation && !has_left {
			return Err(ValidatorError::OrganisationSits { label: other.label }.into());
		}
	}
	let least = chain.validator_terms(&at).await?.margin;
	// Saturating: there are not so many tokens.
	let together = locked.saturating_add(margin);
	if together < least {
		let margin = together;
		return Err(ValidatorError::TooLittleMargin { margin, least }.into());
	}
	ensure_has(chain, &at, account, margin).await?;
	Ok(at)
}

async fn ensure_has(chain: &Chain, at: &FinalisedBlock, account: &AccountId, needed: Balance) -> Result<(), Error> {
	let free = chain.free_balance(at, account).await?;
	if free >= needed {
		return Ok(());
	}
	let account = account.clone();
	Err(ValidatorError::NotEnoughTokens { account, free, needed }.into())
}

/// Puts up more.
pub async fn top_up(
	submitter: &Submitter,
	signer: &Keypair,
	amount: Balance,
	patience: Duration,
) -> Result<Finalised<Standing>, Error> {
	let (at, status) = own(submitter.chain(), signer).await?;
	ensure_has(submitter.chain(), &at, &signer.account(), amount).await?;
	send(
		submitter,
		signer,
		status.label,
		&call("Validators", "top_up", &amount),
		patience,
	)
	.await
}

/// Gives the seat up, as soon as others may leave it to so many; the margin stays locked for a while.
pub async fn leave(submitter: &Submitter, signer: &Keypair, patience: Duration) -> Result<Finalised<Standing>, Error> {
	let chain = submitter.chain();
	let (at, status) = own(chain, signer).await?;
	if let ValidatorState::Seated { .. } = status.validator.state {
		let least = chain.validator_terms(&at).await?.min_seats;
		let validators = chain.validators(&at).await?;
		let seated = validators
			.iter()
			.filter(|status| matches!(status.validator.state, ValidatorState::Seated { .. }));
		let seats = seated.count();
		if u32::try_from(seats).unwrap_or(u32::MAX) <= least {
			return Err(ValidatorError::TooFew { seats, least }.into());
		}
	}
	send(submitter, signer, status.label, &call("Validators", "leave", &()), patience).await
}

/// Waits for a seat again, after the seat was lost because no blocks were made.
pub async fn resume(submitter: &Submitter, signer: &Keypair, patience: Duration) -> Result<Finalised<Standing>, Error> {
	let (_, status) = own(submitter.chain(), signer).await?;
	let (label, state) = (status.label, status.validator.state);
	if state != ValidatorState::Absent {
		return Err(ValidatorError::NotAbsent { label, state }.into());
	}
	send(submitter, signer, label, &call("Validators", "resume", &()), patience).await
}

/// Takes the margin back, after having left, once it is free.
pub async fn withdraw(submitter: &Submitter, signer: &Keypair, patience: Duration) -> Result<Finalised<Standing>, Error> {
	let chain = submitter.chain();
	let (at, status) = own(chain, signer).await?;
	let (label, state) = (status.label, status.validator.state);
	let (ValidatorState::Left { free } | ValidatorState::Expelled { free }) = state else {
		return Err(ValidatorError::NotLeft { label, state }.into());
	};
	let session = chain.strength(&at).await?.session;
	if session < free {
		return Err(ValidatorError::StillLocked { free, session }.into());
	}
	send(submitter, signer, label, &call("Validators", "withdraw", &()), patience).await
}

/// Sets other session keys, which count from the session after the next one on.
pub async fn rotate_keys(
	submitter: &Submitter,
	signer: &Keypair,
	keys: &OwnKeys,
	patience: Duration,
) -> Result<Finalised<Standing>, Error> {
	let (_, status) = own(submitter.chain(), signer).await?;
	send(submitter, signer, status.label, &keys.setting(), patience).await
}

/// What is known of the validator that the key's label is.
pub async fn own(chain: &Chain, signer: &Keypair) -> Result<(FinalisedBlock, ValidatorStatus), Error> {
	chain.ensure_synced().await?;
	let label = label_of(chain, &signer.account()).await?;
	let at = chain.finalised().await?;
	let status = chain.validator(&at, label).await?;
	Ok((at, status.ok_or(ValidatorError::NotAValidator { label })?))
}

async fn send(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	call: &Call,
	patience: Duration,
) -> Result<Finalised<Standing>, Error> {
	let at = submitter.submit_at_block(signer, call, patience).await?;
	standing_after(submitter.chain(), &at, label).await
}

async fn standing(chain: &Chain, at: &FinalisedBlock, label: LabelId) -> Result<Standing, Error> {
	Ok(Standing {
		label,
		validator: chain.validator(at, label).await?,
		session: chain.strength(at).await?.session,
	})
}

async fn standing_after(chain: &Chain, at: &FinalisedBlock, label: LabelId) -> Result<Finalised<Standing>, Error> {
	Ok(Finalised {
		state: standing(chain, at, label).await?,
		block: BlockId::of(at),
		time: chain.time(at).await?,
	})
}

/// All that is known of a validator, also of one that took its margin back.
pub async fn show(chain: &Chain, label: LabelId) -> Result<Entry, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	existing(chain, &at, label).await?;
	let (standing, history) = (standing(chain, &at, label).await?, chain.validator_history(&at, label).await?);
	if standing.validator.is_none() && history.is_empty() {
		return Err(ValidatorError::NotAValidator { label }.into());
	}
	let mut slashes = chain.slashes(&at).await?;
	slashes.retain(|slash| slash.what.label == label);
	Ok(Entry {
		standing,
		history,
		slashes,
		as_of: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// All validators.
pub async fn list(chain: &Chain) -> Result<Validators, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Validators {
		validators: chain.validators(&at).await?,
		terms: chain.validator_terms(&at).await?,
		budget: chain.reward_budget(&at).await?,
		session: chain.strength(&at).await?.session,
		as_of: BlockId::of(&at),
	})
}

/// All slashes.
pub async fn slashes(chain: &Chain) -> Result<Slashes, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Slashes {
		slashes: chain.slashes(&at).await?,
		session: chain.strength(&at).await?.session,
		as_of: BlockId::of(&at),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn amounts_of_tokens_are_exact_and_written_as_short_as_they_can_be() {
		for (text, amount) in [
			("0", 0),
			("1", TOKEN),
			("10000", 10_000 * TOKEN),
			("0.5", TOKEN / 2),
			("0.000000000001", 1),
			("12.345678901234", 12_345_678_901_234),
			("9007199254740993.000000000001", 9_007_199_254_740_993_000_000_000_001),
			("340282366920938463463374607.431768211455", Balance::MAX),
		] {
			assert_eq!(parse_tokens(text), Some(amount), "{text}");
			assert_eq!(format_tokens(amount), text);
		}
		for (text, amount) in [("1.50", 3 * TOKEN / 2), ("007", 7 * TOKEN), ("1.000000000000", TOKEN)] {
			assert_eq!(parse_tokens(text), Some(amount), "{text}");
		}
	}

	#[test]
	fn what_is_no_amount_of_tokens_is_none() {
		for text in [
			"",
			".",
			"1.",
			".5",
			"-1",
			"+1",
			"1,5",
			"1e3",
			" 1",
			"1_000",
			"1.2.3",
			"0.0000000000001",
			"340282366920938463463374607.431768211456",
			"\u{661}",
		] {
			assert_eq!(parse_tokens(text), None, "{text:?}");
		}
	}

	#[test]
	fn shares_are_written_in_percent() {
		for (share, text) in [
			(0, "0 %"),
			(WHOLE / 10, "10 %"),
			(562_500_000, "56.25 %"),
			(WHOLE, "100 %"),
			(900_000, "0.09 %"),
		] {
			assert_eq!(format_share(share), text);
		}
	}

	#[test]
	fn keys_are_made_on_this_machine_only() {
		for url in [
			"ws://127.0.0.1:9944",
			"ws://localhost:9944",
			"ws://[::1]:9944",
			"wss://127.9.9.9",
		] {
			assert!(is_loopback(url), "{url}");
		}
		for url in [
			"",
			"nowhere",
			"ws://192.0.2.1:9944",
			"wss://node.example",
			"ws://localhost.example:9944",
			"ws://127.0.0.1.example:9944",
			"ws://[2001:db8::1]:9944",
		] {
			assert!(!is_loopback(url), "{url}");
		}
	}

	#[test]
	fn session_keys_are_taken_as_a_node_gives_them_and_in_no_other_length() {
		let (keys, proof) = ("07".repeat(KEYS_LENGTH), "0809".to_owned());
		let given = OwnKeys::parse(&format!("0x{keys}"), &proof).expect("the control");
		assert_eq!(given, OwnKeys::parse(&keys, &format!("0x{proof}")).expect("with or without"));
		// As the ledger reads it: keys of a known length, then a list of bytes.
		let expected = [&[7; KEYS_LENGTH][..], &[8, 8, 9]].concat();
		assert_eq!((given.keys, &given.proof).encode(), expected);
		for keys in ["", "0x", "zz", &keys[2..], &format!("{keys}07")] {
			let fault = OwnKeys::parse(keys, &proof).expect_err("are none").to_string();
			assert!(
				fault.contains("session keys") && fault.contains("author_rotateKeysWithOwner"),
				"{fault}"
			);
		}
		assert!(OwnKeys::parse(&keys, "no").is_err());
	}

	#[test]
	fn whoever_is_refused_hears_what_to_do_next() {
		let (account, state) = (AccountId::new([1; 32]), ValidatorState::Waiting);
		for (error, next) in [
			(
				ValidatorError::NotEntitled {
					account: account.clone(),
					fault: AuthorityFault::WrongRole,
				},
				"--add validator",
			),
			(ValidatorError::NotAValidator { label: 7 }, "`chirograph validator join`"),
			(ValidatorError::AlreadyJoined { label: 7, state }, "top-up"),
			(
				ValidatorError::TooLittleMargin { margin: 1, least: TOKEN },
				"a seat takes 1 at the least",
			),
			(ValidatorError::OrganisationSits { label: 7 }, "leave with that one first"),
			(
				ValidatorError::NotEnoughTokens {
					account,
					free: 0,
					needed: TOKEN,
				},
				"have the difference sent to it",
			),
			(
				ValidatorError::TooFew { seats: 4, least: 4 },
				"wait until others have taken a seat",
			),
			(ValidatorError::NotLeft { label: 7, state }, "`chirograph validator leave`"),
			(ValidatorError::StillLocked { free: 9, session: 3 }, "until session 9 begins"),
			(ValidatorError::NotLoopback { url: "ws://x".into() }, "--proof"),
		] {
			let text = error.to_string();
			assert!(text.contains(next), "{next} is in: {text}");
		}
	}
}
