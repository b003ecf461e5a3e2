// SPDX-License-Identifier: Apache-2.0

//! Register, verify, show (X.1407 7.2). What becomes of a proof after that: [`life`].

use crate::{
	authorization::Authorization,
	chain::{format_time, BlockId, Chain, FinalisedBlock},
	error::Error,
	evidence::{self, Evidence, EvidenceFile},
	file::Original,
	keys::{format_account, Keypair},
	labels::explain,
	life,
	passkeys::{self, Confirmation},
	submit::{call, Call, Submitter},
};
use chirograph_primitives::{
	AccountId, Algorithm, AuthorityFault, BlockNumber, EvidenceHash, Moment, Record, Schema, Status, Subject,
};
use chirograph_verifier::CLOCK_TOLERANCE;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use std::time::Duration;

/// A registration that is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
	/// Where it is found.
	pub subject: Subject,
	/// The whole entry.
	pub record: Record,
	/// What it rests on that is still good, and on its way out.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub deprecated: Vec<Algorithm>,
	/// The finalised block.
	pub block: BlockId,
}

/// What the ledger knows of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entries {
	/// What was asked for.
	pub subject: Subject,
	/// The first registration.
	pub record: Record,
	/// Later ones, by other owners.
	pub claims: Vec<Record>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// The answer to "does the ledger bear this file out?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
	/// Where the proof was looked for; not known where the evidence is unusable.
	pub subject: Option<Subject>,
	/// The answer.
	#[serde(flatten)]
	pub verdict: Verdict,
	/// The finalised block that this was read from.
	pub as_of: Option<BlockId>,
}

/// Verified, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub enum Verdict {
	/// The file is registered, unchanged, and the registration stands.
	Verified {
		/// The whole entry.
		record: Record,
	},
	/// It is not.
	NotVerified {
		/// Why.
		#[serde(flatten)]
		reason: Reason,
	},
}

/// Why a file is not verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "camelCase")]
pub enum Reason {
	/// Nothing is registered under this file's hash.
	#[error("no proof of this file is registered: it was changed, or never registered openly; a sealed proof is found with its evidence only")]
	NotRegistered,
	/// The owner took the proof back.
	#[error("the proof was revoked by its owner in block {}, {}", ended_at(record).0, ended_at(record).1)]
	Revoked {
		/// The whole entry.
		record: Record,
	},
	/// The owner put another proof in its place.
	#[error("the proof was superseded by another of its owner's in block {}, {}", ended_at(record).0, ended_at(record).1)]
	Superseded {
		/// The whole entry.
		record: Record,
	},
	/// The evidence cannot be read as evidence.
	#[error("the evidence is not usable: {detail}")]
	UnusableEvidence {
		/// What is wrong with it.
		detail: String,
	},
	/// The evidence speaks of another file.
	#[error("the evidence belongs to another file: {detail}")]
	EvidenceOfAnotherFile {
		/// What differs.
		detail: String,
	},
	/// The file is registered, with other evidence.
	#[error(
		"the file is registered, but not with this evidence: by {}, block {}, {}",
		format_account(&record.owner),
		record.registered.block,
		format_time(record.registered.time)
	)]
	OtherEvidence {
		/// The whole entry.
		record: Record,
	},
	/// The evidence belongs to a later claim.
	#[error(
		"this evidence belongs to a later claim by {}, block {}; the first registration is by {}, block {}",
		format_account(&claim.owner),
		claim.registered.block,
		format_account(&record.owner),
		record.registered.block
	)]
	LaterClaim {
		/// The first registration.
		record: Box<Record>,
		/// The later one.
		claim: Box<Record>,
	},
	/// It was registered as another kind of document than the evidence says.
	#[error("the evidence is for a document of the kind {}, but it was registered as {}", code(named), code(&record.schema))]
	OtherSchema {
		/// What the evidence says.
		named: Schema,
		/// The whole entry.
		record: Record,
	},
	/// Somebody registered evidence that names another owner.
	#[error("the evidence names {} as owner, but it was registered by {}", named, format_account(&record.owner))]
	OtherOwner {
		/// The owner that the evidence names.
		named: String,
		/// The whole entry.
		record: Record,
	},
	/// The owner was not entitled to register it, or whoever had the owner's key then is not believed to be the owner (X.1407 8.1.2).
	#[error("{}", not_trusted(*fault, record))]
	OwnerNotTrusted {
		/// What is wrong with the owner's key or label.
		#[serde(flatten)]
		fault: AuthorityFault,
		/// The whole entry.
		record: Record,
	},
}

fn not_trusted(fault: AuthorityFault, record: &Record) -> String {
	let reason = explain(fault, "the owner's", record.schema.role());
	// What is said of a key today is said of what it did before, too.
	let link = match fault {
		AuthorityFault::KeyCompromised { .. } => ", and",
		_ => " when",
	};
	format!("{reason}{link} this was registered in block {}", record.registered.block)
}

/// The name of a unit variant as documents have it.
pub fn code(value: &impl Serialize) -> String {
	serde_json::to_value(value)
		.ok()
		.and_then(|value| value.as_str().map(str::to_owned))
		.unwrap_or_default()
}

fn ended_at(record: &Record) -> (u32, String) {
	let at = match record.life.status {
		Status::Revoked { at, .. } | Status::Superseded { at, .. } => at,
		Status::Active => record.registered,
	};
	(at.block, format_time(at.time))
}

/// Fails unless `owner` could register `subject` now, with `evidence_hash` if there is evidence yet; or claim it, which takes that somebody else registered it before. Asking before
/// anything is signed or sent spares a fee and gives a better answer.
pub async fn ensure_registrable(
	chain: &Chain,
	subject: &Subject,
	owner: &AccountId,
	evidence_hash: Option<&EvidenceHash>,
	claim: bool,
) -> Result<(), Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let by_you = |existing: Record| Error::AlreadyRegisteredByYou {
		same_evidence: evidence_hash == Some(&existing.evidence_hash),
		existing: Box::new(existing),
	};
	match chain.record(&at, subject).await? {
		None if claim => Err(Error::NotRegistered { subject: *subject }),
		None => Ok(()),
		Some(record) if record.owner == *owner => Err(by_you(record)),
		Some(record) => match chain.claim(&at, subject, owner).await? {
			Some(earlier) => Err(by_you(earlier)),
			None if claim => Ok(()),
			None => Err(Error::AlreadyRegisteredByOther {
				existing: Box::new(record),
			}),
		},
	}
}

/// Fails unless evidence that was made at that time, by the clock of its maker, can be proven once it is registered: nobody believes it
/// where that is too far ahead of the ledger's.
pub(crate) async fn ensure_made_by_now(chain: &Chain, created: &DateTime<Utc>) -> Result<(), Error> {
	check_made(created, chain.time(&chain.finalised().await?).await?)
}

fn check_made(created: &DateTime<Utc>, ledger: Moment) -> Result<(), Error> {
	// What was made before the epoch was made long ago.
	let millis = Moment::try_from(created.timestamp_millis()).unwrap_or_default();
	if millis > ledger.saturating_add(CLOCK_TOLERANCE) {
		return Err(Error::EvidenceFromTheFuture {
			created: created.to_rfc3339_opts(SecondsFormat::Secs, true),
			ledger: format_time(ledger),
		});
	}
	Ok(())
}

/// The call by which evidence is registered, or with `claim` claimed, as its owner authorised: for the owner's passkey to confirm, where
/// the owner's label guards that.
pub fn registration(evidence: &Evidence, authorization: &Authorization, claim: bool) -> Call {
	let arguments = (
		&evidence.owner.account,
		evidence.subject(),
		evidence.hash(),
		evidence.schema,
		authorization.valid_until,
		&authorization.signature,
	);
	call("Proofs", if claim { "claim" } else { "register" }, &arguments)
}

/// Registers, or with `claim` claims, what the owner authorised; `signer` submits. With the `confirmation` of the
/// [call](registration) by the owner's passkey, where the owner's label guards that. Returns when it is final; or fails after `patience`.
pub async fn register(
	submitter: &Submitter,
	signer: &Keypair,
	evidence: &Evidence,
	authorization: &Authorization,
	claim: bool,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Registered, Error> {
	let chain = submitter.chain();
	let (subject, owner, evidence_hash) = (evidence.subject(), evidence.owner.account.clone(), evidence.hash());
	check(chain, authorization).await?;
	authorization.check_evidence(evidence)?;
	ensure_registrable(chain, &subject, &owner, Some(&evidence_hash), claim).await?;
	let algorithms = [Algorithm::Sha256, authorization.signature.scheme().into()];
	life::ensure_accepted(chain, &chain.finalised().await?, &algorithms).await?;
	ensure_made_by_now(chain, &evidence.created).await?;

	let call = registration(evidence, authorization, claim);
	let sent = passkeys::submit(submitter, signer, &owner, &call, confirmation, patience).await;
	let included = match sent {
		// Somebody was faster, or this is the second try of something that got through after all.
		Err(Error::Refused { name, .. }) if name == "Proofs::AlreadyRegistered" => {
			ensure_registrable(chain, &subject, &owner, Some(&evidence_hash), claim).await?;
			return Err(chain.node_error("it refused a registration as a second one, and knows of no first"));
		},
		other => other?,
	};
	let at = chain.at(&included).await?;
	Ok(Registered {
		subject,
		record: entry_at(chain, &at, &subject, &owner).await?,
		deprecated: life::deprecated(chain, &at, &algorithms).await?,
		block: included.block_id(),
	})
}

async fn check(chain: &Chain, authorization: &Authorization) -> Result<(), Error> {
	Ok(authorization.check(chain.genesis(), chain.height().await?)?)
}

/// The owner's entry as of the block in which it was made.
async fn entry_at(chain: &Chain, at: &FinalisedBlock, subject: &Subject, owner: &AccountId) -> Result<Record, Error> {
	let entry = match chain.record(at, subject).await? {
		Some(record) if record.owner == *owner => Some(record),
		_ => chain.claim(at, subject, owner).await?,
	};
	entry.ok_or_else(|| chain.node_error("it finalised a registration and does not know of it"))
}

/// What the ledger knows of `subject`; with a block's number, what it knew then.
pub async fn show(chain: &Chain, subject: &Subject, as_of: Option<BlockNumber>) -> Result<Entries, Error> {
	chain.ensure_synced().await?;
	let at = chain.as_of(as_of).await?;
	let record = chain
		.record(&at, subject)
		.await?
		.ok_or(Error::NotRegistered { subject: *subject })?;
	let claims = all_claims(chain, &at, subject).await?;
	Ok(Entries {
		subject: *subject,
		record,
		claims,
		as_of: BlockId::of(&at),
	})
}

async fn all_claims(chain: &Chain, at: &FinalisedBlock, subject: &Subject) -> Result<Vec<Record>, Error> {
	let mut claims = Vec::new();
	loop {
		let last = claims.last().map(|claim: &Record| claim.owner.clone());
		let page = chain.claims(at, subject, last.as_ref()).await?;
		if page.is_empty() {
			// The ledger keeps them by hash; people read them by age.
			claims.sort_by_key(|claim| (claim.registered.block, claim.registered.extrinsic));
			return Ok(claims);
		}
		claims.extend(page);
	}
}

/// Whether the ledger bears `original` out (X.1407 7.2.2 a). Without evidence only an open proof can be found. Says that evidence is
/// unusable as a verdict: whoever was handed it wants to know that it proves nothing.
pub async fn verify(chain: &Chain, original: &Original, evidence: Option<&[u8]>) -> Result<Verification, Error> {
	let (subject, evidence) = match evidence.map(evidence::parse).transpose() {
		Ok(Some(evidence)) => {
			if let Err(error) = evidence.matches_original(original) {
				let reason = Reason::EvidenceOfAnotherFile {
					detail: error.to_string(),
				};
				return Ok(Verification::refused(Some(evidence.subject()), reason));
			}
			(evidence.subject(), Some(evidence))
		},
		Ok(None) => (Subject(original.sha256), None),
		Err(error) => {
			let reason = Reason::UnusableEvidence {
				detail: error.to_string(),
			};
			return Ok(Verification::refused(None, reason));
		},
	};
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let verdict = match judge(chain, &at, &subject, evidence.as_ref()).await? {
		Ok(record) => Verdict::Verified { record },
		Err(reason) => Verdict::NotVerified { reason },
	};
	Ok(Verification {
		subject: Some(subject),
		verdict,
		as_of: Some(BlockId::of(&at)),
	})
}

async fn judge(
	chain: &Chain,
	at: &FinalisedBlock,
	subject: &Subject,
	evidence: Option<&Evidence>,
) -> Result<Result<Record, Reason>, Error> {
	let Some(record) = chain.record(at, subject).await? else {
		return Ok(Err(Reason::NotRegistered));
	};
	if let Some(evidence) = evidence {
		let named = &evidence.owner.account;
		if evidence.hash() != record.evidence_hash {
			let claim = chain.claim(at, subject, named).await?;
			let reason = match claim.filter(|claim| claim.evidence_hash == evidence.hash()) {
				Some(claim) => Reason::LaterClaim {
					record: Box::new(record),
					claim: Box::new(claim),
				},
				None => Reason::OtherEvidence { record },
			};
			return Ok(Err(reason));
		}
		if *named != record.owner {
			return Ok(Err(Reason::OtherOwner {
				named: format_account(named),
				record,
			}));
		}
		// The kind decides which role the ledger asked the owner for.
		if evidence.schema != record.schema {
			return Ok(Err(Reason::OtherSchema {
				named: evidence.schema,
				record,
			}));
		}
	}
	match record.life.status {
		Status::Active => {},
		Status::Revoked { .. } => return Ok(Err(Reason::Revoked { record })),
		Status::Superseded { .. } => return Ok(Err(Reason::Superseded { record })),
	}
	let (role, registered) = (record.schema.role(), record.registered);
	let authority = chain.authority(at, &record.owner, role, Some(registered)).await?;
	Ok(match authority {
		Ok(_) => Ok(record),
		Err(fault) => Err(Reason::OwnerNotTrusted { fault, record }),
	})
}

impl Verification {
	fn refused(subject: Option<Subject>, reason: Reason) -> Self {
		Self {
			subject,
			verdict: Verdict::NotVerified { reason },
			as_of: None,
		}
	}

	/// Whether the answer is yes.
	pub fn is_verified(&self) -> bool {
		matches!(self.verdict, Verdict::Verified { .. })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn evidence_that_nobody_would_believe_is_not_sent() {
		let ledger = 1_800_000_000_000;
		let made = |ahead: Moment| {
			let millis = i64::try_from(ledger + ahead).expect("in range");
			DateTime::from_timestamp_millis(millis).expect("in range")
		};
		for ahead in [0, 1, CLOCK_TOLERANCE] {
			assert!(check_made(&made(ahead), ledger).is_ok(), "{ahead}");
		}
		assert!(check_made(&DateTime::UNIX_EPOCH, ledger).is_ok(), "old evidence is evidence");
		let refused = check_made(&made(CLOCK_TOLERANCE + 1), ledger);
		assert!(matches!(refused, Err(Error::EvidenceFromTheFuture { .. })), "{refused:?}");
	}
}
