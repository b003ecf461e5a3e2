// SPDX-License-Identifier: Apache-2.0

//! What becomes of a proof after it was registered: a record, a batch or a leaf (X.1407 8.2.2, Appendix II). All of it is appended to the
//! proof's history, and nothing is rewritten.
//!
//! 1. A school registered five hundred certificates in a batch. One of the graduates was never there: the school [revokes](revoke) that
//!    leaf, and the others stand.
//! 2. Another certificate has a mistake. The school registers a corrected one, and puts it [in its place](supersede).
//! 3. Ada sells her novel to Bob. She signs that he is to hold the proof, and he accepts it ([`Authorization::accept`]): the ledger takes the
//!    [transfer] with both signatures only.
//! 4. A court decides about the novel. A regulator [notes](annotate) that.
//! 5. SHA-256 ages. Bob [renews] the proof: he binds the evidence to a SHA3-512 of it, while the hash of before still counts. Since when an
//!    algorithm does not, the [council says](algorithms).
//!
//! Whatever a holder does is an [`Authorization`] of a [`Change`]: signed, confirmed by a passkey if the holder's label guards that, and
//! [carried out](carry_out). Where no passkey is needed, the functions named above do all of it.
//!
//! [renews]: renew

use crate::{
	authorization::{self, Authorization, Change, VALIDITY},
	chain::{format_time, BlockId, Chain, FinalisedBlock},
	document,
	error::{Error, SuccessorFault},
	evidence::Evidence,
	keys::{format_account, Keypair},
	passkeys::{self, Confirmation},
	submit::{call, Call, Submitter},
};
use chirograph_primitives::{
	Acceptance, AccountId, Algorithm, AlgorithmPolicy, Batch, Digest, Inclusion, LabelId, Life, Moment, ProofChange, ProofEvent,
	ProofId, Record, Remark, RevocationReason, Schema, Status,
};
use chirograph_verifier::{
	bundle::Leaf,
	merkle::{check_path, leaf_hash},
};
use serde::Serialize;
use sha3::{Digest as _, Sha3_512};
use std::time::Duration;

/// A change that is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
	/// What was changed; of a claim, the record.
	pub proof: ProofId,
	/// What became of it by itself until then; of a claim that was revoked, the claim's.
	pub life: Life,
	/// The finalised block.
	pub block: BlockId,
}

/// How a proof stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
	/// What kind of document it is about.
	pub schema: Schema,
	/// When it was registered; of a leaf, its batch.
	pub registered: Inclusion,
	/// Whose key registered it; of a leaf, its batch: the ledger does not know whom a leaf's evidence names.
	#[serde(with = "document::account")]
	pub owner: AccountId,
	/// Whose it is.
	#[serde(with = "document::account")]
	pub holder: AccountId,
	/// The label whose it is: whoever holds that label acts for it.
	pub holder_label: LabelId,
	/// Whether it stands; a leaf does not if its batch does not.
	pub status: Status,
	/// What became of it by itself.
	pub life: Life,
}

impl Standing {
	fn of_record(record: Record) -> Self {
		Self {
			schema: record.schema,
			registered: record.registered,
			holder: record.holder().clone(),
			holder_label: record.holder_label(),
			status: record.life.status,
			owner: record.owner,
			life: record.life,
		}
	}

	fn of_batch(batch: Batch) -> Self {
		Self {
			schema: batch.schema,
			registered: batch.registered,
			holder: batch.holder().clone(),
			holder_label: batch.holder_label(),
			status: batch.life.status,
			owner: batch.owner,
			life: batch.life,
		}
	}

	fn of_leaf(batch: Batch, leaf: Life) -> Self {
		Self {
			schema: batch.schema,
			registered: batch.registered,
			holder: batch.leaf_holder(&leaf).clone(),
			holder_label: batch.leaf_holder_label(&leaf),
			status: batch.leaf_status(&leaf),
			owner: batch.owner,
			life: leaf,
		}
	}
}

/// How a proof stands as of a block; none if it is not registered. That a leaf is one, the ledger cannot see: it is asked for its batch.
pub async fn standing(chain: &Chain, at: &FinalisedBlock, proof: &ProofId) -> Result<Option<Standing>, Error> {
	Ok(match proof {
		ProofId::Record { subject } => chain.record(at, subject).await?.map(Standing::of_record),
		ProofId::Batch { root } => chain.batch(at, root).await?.map(Standing::of_batch),
		ProofId::Leaf { root, subject } => match chain.batch(at, root).await? {
			Some(batch) => Some(Standing::of_leaf(batch, chain.leaf(at, root, subject).await?)),
			None => None,
		},
	})
}

/// The same, of a proof that is to be registered.
pub async fn existing(chain: &Chain, at: &FinalisedBlock, proof: &ProofId) -> Result<Standing, Error> {
	let standing = standing(chain, at, proof).await?;
	standing.ok_or(match *proof {
		ProofId::Record { subject } => Error::NotRegistered { subject },
		ProofId::Batch { root } | ProofId::Leaf { root, .. } => Error::BatchNotRegistered { root },
	})
}

/// All that happened to a proof until a block, in order; to a leaf, what happened to it by itself. Fails if the proof is not registered.
pub async fn history(chain: &Chain, at: &FinalisedBlock, proof: &ProofId) -> Result<Vec<ProofChange>, Error> {
	let Standing { life, .. } = existing(chain, at, proof).await?;
	chain.proof_history(at, proof, life.changes).await
}

/// Which algorithms are good enough as of a block, and since and until when (X.1407 9.3.2).
pub async fn algorithms(chain: &Chain, at: &FinalisedBlock) -> Result<AlgorithmPolicy, Error> {
	chain.algorithms(at).await
}

/// Since when that algorithm was held to be as it is at `time`, if it is not accepted: when the council said so, or the date that it gave, if
/// that was later. None also where it has too few bits, which is no matter of time.
pub fn held_since(policy: &AlgorithmPolicy, algorithm: Algorithm, time: Moment) -> Option<Moment> {
	let mut said = policy.0.iter().rev();
	let word = said.find(|word| word.algorithm == algorithm && word.at <= time)?;
	let from = match policy.judge(algorithm, time) {
		Acceptance::Accepted => None,
		Acceptance::Deprecated => word.terms.deprecated_from,
		Acceptance::Refused => word.terms.refused_from.filter(|from| *from <= time),
	};
	from.map(|from| from.max(word.at))
}

/// Fails if nothing new may rest on one of these, in the blocks after `at`.
pub(crate) async fn ensure_accepted(chain: &Chain, at: &FinalisedBlock, algorithms: &[Algorithm]) -> Result<(), Error> {
	let policy = chain.algorithms(at).await?;
	// What the council said in that block counts from the next one on.
	let now = chain.time(at).await?.saturating_add(1);
	match algorithms
		.iter()
		.find(|algorithm| policy.judge(**algorithm, now) == Acceptance::Refused)
	{
		Some(algorithm) => Err(Error::AlgorithmRefused {
			algorithm: *algorithm,
			since: held_since(&policy, *algorithm, now).map(format_time),
		}),
		None => Ok(()),
	}
}

/// Which of these are on their way out, for what was done in the block `at`; each once.
pub(crate) async fn deprecated(chain: &Chain, at: &FinalisedBlock, algorithms: &[Algorithm]) -> Result<Vec<Algorithm>, Error> {
	let (policy, time) = (chain.algorithms(at).await?, chain.time(at).await?);
	let deprecated = algorithms
		.iter()
		.filter(|algorithm| policy.judge(**algorithm, time) == Acceptance::Deprecated);
	Ok(deprecated.copied().collect())
}

/// The call that carries out what a holder authorised: for the holder's passkey to confirm, where the holder's label guards that.
pub fn call_of(authorization: &Authorization) -> Result<Call, authorization::Error> {
	let (proof, change) = authorization.change()?;
	let Authorization {
		owner,
		valid_until,
		signature,
		..
	} = authorization;
	Ok(match change {
		Change::Revocation { reason } | Change::ClaimRevocation { reason } => {
			call("Proofs", "revoke", &(owner, proof, reason, valid_until, signature))
		},
		Change::Supersession { by } => call("Proofs", "supersede", &(owner, proof, by, valid_until, signature)),
		Change::Transfer { to, consent } => {
			let consent = consent
				.as_ref()
				.ok_or_else(|| authorization::Error::NotAccepted { to: format_account(to) })?;
			call("Proofs", "transfer", &(owner, proof, to, valid_until, signature, consent))
		},
		Change::Renewal { evidence } => call("Proofs", "renew", &(owner, proof, evidence, valid_until, signature)),
	})
}

/// What the ledger asks the algorithms of. Of a revocation none: whoever has an old key only must be able to revoke with it.
fn rests_on(authorization: &Authorization, change: &Change) -> Vec<Algorithm> {
	let scheme = Algorithm::from(authorization.signature.scheme());
	match change {
		Change::Revocation { .. } | Change::ClaimRevocation { .. } => Vec::new(),
		Change::Supersession { .. } => vec![scheme],
		Change::Transfer { consent, .. } => {
			let consent = consent.iter().map(|consent| Algorithm::from(consent.scheme()));
			[scheme].into_iter().chain(consent).collect()
		},
		Change::Renewal { evidence } => vec![evidence.algorithm(), scheme],
	}
}

/// How `owner` takes back what they have now: the proof; or, of a record that somebody else holds, their claim. Asked before anything is
/// signed: the words are others.
pub async fn revocation(
	chain: &Chain,
	at: &FinalisedBlock,
	owner: &AccountId,
	proof: &ProofId,
	reason: RevocationReason,
) -> Result<Change, Error> {
	let Standing {
		holder, holder_label, ..
	} = existing(chain, at, proof).await?;
	let holds = chain.acts_for(at, owner, &holder, holder_label).await?;
	Ok(match proof {
		ProofId::Record { .. } if !holds => Change::ClaimRevocation { reason },
		_ => Change::Revocation { reason },
	})
}

/// The claim that is meant, if one is.
async fn claim_of(
	chain: &Chain,
	at: &FinalisedBlock,
	owner: &AccountId,
	proof: &ProofId,
	change: &Change,
) -> Result<Option<Record>, Error> {
	match (proof, change) {
		(ProofId::Record { subject }, Change::ClaimRevocation { .. }) => chain.claim(at, subject, owner).await,
		_ => Ok(None),
	}
}

/// Fails unless `owner` could do that to the proof, as of a block; as far as the ledger can be asked. Asking before anything is signed or sent
/// gives a better answer.
pub async fn ensure_possible(
	chain: &Chain,
	at: &FinalisedBlock,
	owner: &AccountId,
	proof: &ProofId,
	change: &Change,
) -> Result<(), Error> {
	let standing = existing(chain, at, proof).await?;
	let (holder, label) = (&standing.holder, standing.holder_label);
	if let Change::Transfer { to, .. } = change {
		// Also the second time, when it is not its holder's any more.
		if chain.acts_for(at, to, holder, label).await? {
			return Err(Error::AlreadyHolder {
				account: format_account(to),
			});
		}
	}
	let holds = chain.acts_for(at, owner, holder, label).await?;
	if let (true, Change::ClaimRevocation { .. }) = (holds, change) {
		// The ledger would take it for the record's, and find other words.
		let (expected, found) = ("revocation", change.kind());
		return Err(authorization::Error::OtherPermission { expected, found }.into());
	}
	let status = if holds {
		standing.status
	} else {
		let claim = claim_of(chain, at, owner, proof, change).await?;
		let claim = claim.ok_or_else(|| Error::NotHolder {
			proof: *proof,
			holder: format_account(holder),
		})?;
		claim.life.status
	};
	match status {
		Status::Active => {},
		Status::Revoked { at, .. } => {
			return Err(Error::AlreadyRevoked {
				block: at.block,
				time: format_time(at.time),
			})
		},
		Status::Superseded { at, .. } => {
			return Err(Error::AlreadySuperseded {
				block: at.block,
				time: format_time(at.time),
			})
		},
	}
	match change {
		Change::Revocation { .. } | Change::ClaimRevocation { .. } => Ok(()),
		Change::Supersession { by } => ensure_successor(chain, at, proof, &standing, by).await,
		Change::Transfer { to, .. } => {
			let role = standing.schema.role();
			let judged = chain.authority(at, to, role, None).await?;
			judged.map(|_| ()).map_err(|fault| Error::NextHolderNotEntitled {
				account: to.clone(),
				fault,
				role,
			})
		},
		Change::Renewal { evidence } => {
			let history = chain.proof_history(at, proof, standing.life.changes).await?;
			let known = history
				.iter()
				.find(|entry| matches!(&entry.event, ProofEvent::Renewed { evidence: known } if known == evidence));
			match known {
				Some(entry) => Err(Error::AlreadyRenewed {
					block: entry.at.block,
					time: format_time(entry.at.time),
				}),
				None => Ok(()),
			}
		},
	}
}

async fn ensure_successor(
	chain: &Chain,
	at: &FinalisedBlock,
	proof: &ProofId,
	standing: &Standing,
	by: &ProofId,
) -> Result<(), Error> {
	let fault = if proof.is_apart_from(by) {
		match self::standing(chain, at, by).await? {
			None => Some(SuccessorFault::NotRegistered),
			Some(successor) if successor.holder_label != standing.holder_label => Some(SuccessorFault::OtherHolder),
			Some(successor) if successor.schema != standing.schema => Some(SuccessorFault::OtherSchema),
			Some(successor) if successor.status != Status::Active => Some(SuccessorFault::NotActive),
			Some(_) => None,
		}
	} else {
		Some(SuccessorFault::NotAnother)
	};
	fault.map_or(Ok(()), |fault| Err(Error::NoSuccessor { by: *by, fault }))
}

/// Carries out what a proof's holder authorised; `signer` submits. With the `confirmation` of the [call](call_of) by the holder's passkey,
/// where the holder's label guards that: registering, and for a transfer transferring. Returns when it is final; or fails after `patience`.
pub async fn carry_out(
	submitter: &Submitter,
	signer: &Keypair,
	authorization: &Authorization,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Changed, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	authorization.check(chain.genesis(), chain.height().await?)?;
	let ((proof, change), owner) = (authorization.change()?, &authorization.owner);
	let call = call_of(authorization)?;
	let at = chain.finalised().await?;
	ensure_possible(chain, &at, owner, proof, change).await?;
	ensure_accepted(chain, &at, &rests_on(authorization, change)).await?;

	let included = passkeys::submit(submitter, signer, owner, &call, confirmation, patience).await?;
	let at = chain.at(&included).await?;
	let life = match claim_of(chain, &at, owner, proof, change).await? {
		Some(claim) => claim.life,
		None => existing(chain, &at, proof).await?.life,
	};
	Ok(Changed {
		proof: *proof,
		life,
		block: included.block_id(),
	})
}

async fn sign_and_carry_out(
	submitter: &Submitter,
	signer: &Keypair,
	owner: &Keypair,
	proof: ProofId,
	change: Change,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Changed, Error> {
	let chain = submitter.chain();
	let valid_until = chain.valid_until(VALIDITY).await?;
	let authorization = Authorization::sign_change(owner, chain.genesis(), proof, change, valid_until);
	carry_out(submitter, signer, &authorization, confirmation, patience).await
}

/// Takes a proof of `owner`'s back, or a claim; `signer` submits. Returns when it is final; or fails after `patience`.
///
/// A `confirmation` is of one signature, and here a new one is made: one that was made for another is refused before anything is sent. Whose
/// label guards this with a passkey signs first, has the [call](call_of) confirmed, and then has it [carried out](carry_out).
pub async fn revoke(
	submitter: &Submitter,
	signer: &Keypair,
	owner: &Keypair,
	proof: ProofId,
	reason: RevocationReason,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Changed, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let change = revocation(chain, &chain.finalised().await?, &owner.account(), &proof, reason).await?;
	sign_and_carry_out(submitter, signer, owner, proof, change, confirmation, patience).await
}

/// Puts another proof of `owner`'s in the place of one; `signer` submits. Returns when it is final; or fails after `patience`. Where a passkey
/// guards that: [`carry_out`].
pub async fn supersede(
	submitter: &Submitter,
	signer: &Keypair,
	owner: &Keypair,
	proof: ProofId,
	by: ProofId,
	patience: Duration,
) -> Result<Changed, Error> {
	let change = Change::Supersession { by };
	sign_and_carry_out(submitter, signer, owner, proof, change, None, patience).await
}

/// Hands a proof of `owner`'s over to `next`, who has a key at hand, too; `signer` submits. Returns when it is final; or fails after
/// `patience`. Where the two keys are not on one machine, or a passkey guards that: [`Authorization::accept`], and [`carry_out`].
pub async fn transfer(
	submitter: &Submitter,
	signer: &Keypair,
	owner: &Keypair,
	next: &Keypair,
	proof: ProofId,
	patience: Duration,
) -> Result<Changed, Error> {
	let (chain, to) = (submitter.chain(), next.account());
	let valid_until = chain.valid_until(VALIDITY).await?;
	let change = Change::Transfer { to, consent: None };
	let offered = Authorization::sign_change(owner, chain.genesis(), proof, change, valid_until);
	carry_out(submitter, signer, &offered.accept(next)?, None, patience).await
}

/// Binds the evidence of a record, or with its place in the tree that of a leaf, to its [SHA3-512](renewal), before SHA-256 weakens
/// (X.1407 9.3.2); `signer` submits. Returns when it is final; or fails after `patience`. Where a passkey guards that: [`renewal`], and [`carry_out`].
pub async fn renew(
	submitter: &Submitter,
	signer: &Keypair,
	owner: &Keypair,
	evidence: &Evidence,
	leaf: Option<&Leaf>,
	patience: Duration,
) -> Result<Changed, Error> {
	let chain = submitter.chain();
	let (proof, change) = renewal(chain, &chain.finalised().await?, evidence, leaf).await?;
	sign_and_carry_out(submitter, signer, owner, proof, change, None, patience).await
}

/// What renews the record of this evidence, or with its place in the tree the leaf: the SHA3-512 of the evidence document. Fails unless
/// the evidence is the [`registered`] one as of a block.
pub async fn renewal(
	chain: &Chain,
	at: &FinalisedBlock,
	evidence: &Evidence,
	leaf: Option<&Leaf>,
) -> Result<(ProofId, Change), Error> {
	let proof = registered(chain, at, evidence, leaf).await?;
	let evidence = stronger(evidence);
	Ok((proof, Change::Renewal { evidence }))
}

/// The proof that this evidence is of: the record, or with its place in the tree the leaf. Fails unless the evidence is the registered one as
/// of a block. That a leaf is one, the ledger cannot see: whoever was given a bundle asks here before anything is done to what it names.
pub async fn registered(chain: &Chain, at: &FinalisedBlock, evidence: &Evidence, leaf: Option<&Leaf>) -> Result<ProofId, Error> {
	let (subject, hash) = (evidence.subject(), evidence.hash());
	let (proof, is_registered) = match leaf {
		None => {
			let record = chain.record(at, &subject).await?.ok_or(Error::NotRegistered { subject })?;
			(ProofId::Record { subject }, record.evidence_hash == hash)
		},
		Some(Leaf { index, path, root }) => {
			let root = *root;
			let batch = chain.batch(at, &root).await?.ok_or(Error::BatchNotRegistered { root })?;
			let checked = check_path(&leaf_hash(&subject, &hash), *index, batch.leaves, path, &root.0);
			(ProofId::Leaf { root, subject }, checked.is_ok())
		},
	};
	match is_registered {
		true => Ok(proof),
		false => Err(Error::OtherEvidence { proof }),
	}
}

fn stronger(evidence: &Evidence) -> Digest {
	Digest::Sha3_512(Sha3_512::digest(evidence.canonical()).into())
}

/// Notes something about a proof, also about one that is revoked or superseded, as a regulator; `document` is the SHA-256 of a file that gives
/// reasons. Returns when it is final; or fails after `patience`.
pub async fn annotate(
	submitter: &Submitter,
	regulator: &Keypair,
	proof: ProofId,
	remark: Remark,
	document: Option<[u8; 32]>,
	patience: Duration,
) -> Result<Changed, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	existing(chain, &chain.finalised().await?, &proof).await?;
	let call = call("Proofs", "annotate", &(proof, remark, document));
	let included = submitter.submit(&call, regulator, patience).await?;
	let Standing { life, .. } = existing(chain, &chain.at(&included).await?, &proof).await?;
	Ok(Changed {
		proof,
		life,
		block: included.block_id(),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		evidence::{EvidenceFile, Mode},
		file::Original,
	};
	use chirograph_primitives::{payload::GenesisHash, AlgorithmChange, AlgorithmTerms, Holder, SignatureScheme, Subject};

	const GENESIS: GenesisHash = [9; 32];
	const AT: Inclusion = Inclusion {
		block: 7,
		extrinsic: 1,
		time: 70,
	};
	const RECORD: ProofId = ProofId::Record {
		subject: Subject([1; 32]),
	};

	fn key(name: &str, scheme: SignatureScheme) -> Keypair {
		Keypair::dev(name, scheme).expect("is a path")
	}

	fn signed(change: Change) -> Authorization {
		Authorization::sign_change(&key("//Alice", SignatureScheme::Ecdsa), &GENESIS, RECORD, change, 100)
	}

	fn evidence() -> Evidence {
		let original = Original {
			sha256: [1; 32],
			sha3_512: [1; 64],
			size: 7,
			media_type: "text/plain".into(),
			similarity: Default::default(),
		};
		let owner = key("//Alice", SignatureScheme::Ecdsa).account();
		let made = Evidence::new(&original, Mode::Open, Schema::Document, &owner, vec![]);
		made.expect("all is in bounds").0
	}

	#[test]
	fn nothing_is_sent_that_the_next_holder_did_not_accept() {
		let bob = key("//Bob", SignatureScheme::Ed25519);
		let to = bob.account();
		let offered = signed(Change::Transfer { to, consent: None });
		assert!(matches!(call_of(&offered), Err(authorization::Error::NotAccepted { .. })));
		let accepted = offered.accept(&bob).expect("is to Bob");
		assert!(call_of(&accepted).is_ok());
		let alice = key("//Alice", SignatureScheme::Ecdsa);
		let registration = Authorization::sign_registration(&alice, &GENESIS, &evidence(), 100).expect("is Alice's");
		assert!(matches!(
			call_of(&registration),
			Err(authorization::Error::OtherPermission {
				found: "registration",
				..
			})
		));
	}

	#[test]
	fn a_change_rests_on_the_algorithms_that_the_ledger_asks_for() {
		let bob = key("//Bob", SignatureScheme::Ed25519);
		let (to, reason) = (bob.account(), RevocationReason::Unspecified);
		let evidence = Digest::Sha3_512([0; 64]);
		let transfer = signed(Change::Transfer { to, consent: None });
		for (authorization, expected) in [
			(signed(Change::Revocation { reason }), vec![]),
			(signed(Change::ClaimRevocation { reason }), vec![]),
			(signed(Change::Supersession { by: RECORD }), vec![Algorithm::Ecdsa]),
			(
				transfer.accept(&bob).expect("is to Bob"),
				vec![Algorithm::Ecdsa, Algorithm::Ed25519],
			),
			(
				signed(Change::Renewal { evidence }),
				vec![Algorithm::Sha3_512, Algorithm::Ecdsa],
			),
		] {
			let (_, change) = authorization.change().expect("is one");
			assert_eq!(rests_on(&authorization, change), expected, "{change:?}");
		}
	}

	/// What the verifier compares a renewal with: see the specification.
	#[test]
	fn a_renewal_is_the_sha3_512_of_the_evidence_file() {
		let evidence = evidence();
		let expected: [u8; 64] = Sha3_512::digest(document::canonical(&evidence)).into();
		assert_eq!(stronger(&evidence), Digest::Sha3_512(expected));
	}

	#[test]
	fn leaf_stands_as_its_batch_does_unless_something_happened_to_it() {
		let account = |byte| AccountId::new([byte; 32]);
		let batch = Batch {
			owner: account(1),
			label: 1,
			submitter: account(1),
			leaves: 3,
			schema: Schema::Certificate,
			scheme: SignatureScheme::Ecdsa,
			registered: AT,
			life: Life::default(),
		};
		let untouched = Standing::of_leaf(batch.clone(), Life::default());
		assert_eq!(untouched, Standing::of_batch(batch.clone()));
		let revoked = Status::Revoked {
			at: AT,
			reason: RevocationReason::Unspecified,
		};
		let mut ended = batch.clone();
		ended.life.status = revoked;
		assert_eq!(Standing::of_leaf(ended, Life::default()).status, revoked);
		let handed_over = Life {
			holder: Some(Holder {
				account: account(2),
				label: 2,
				since: AT,
			}),
			..Life::default()
		};
		let leaf = Standing::of_leaf(batch, handed_over);
		assert_eq!((leaf.owner, leaf.holder, leaf.holder_label), (account(1), account(2), 2));
	}

	#[test]
	fn an_algorithm_is_held_for_bad_since_the_council_said_so_or_since_its_date() {
		let word = |at: Moment, deprecated_from, refused_from, least_bits| AlgorithmChange {
			at,
			algorithm: Algorithm::Ed25519,
			terms: AlgorithmTerms {
				deprecated_from,
				refused_from,
				least_bits,
			},
		};
		let since = |words: &[AlgorithmChange], time| {
			let policy = AlgorithmPolicy(words.to_vec().try_into().expect("are few"));
			held_since(&policy, Algorithm::Ed25519, time)
		};
		let dated = [word(10, Some(5), Some(30), 0)];
		assert_eq!(since(&[], 20), None);
		assert_eq!(since(&dated, 9), None);
		assert_eq!(since(&dated, 20), Some(10));
		assert_eq!(since(&dated, 30), Some(30));
		assert_eq!(since(&[word(10, None, None, 512)], 20), None);
		assert_eq!(since(&[dated[0], word(40, None, None, 0)], 50), None);
	}

	#[test]
	fn a_change_is_told_to_programs_by_proof_life_and_block() {
		let changed = Changed {
			proof: RECORD,
			life: Life::default(),
			block: BlockId {
				number: 7,
				hash: "0x07".into(),
			},
		};
		let told = serde_json::to_value(changed).expect("has a JSON form");
		assert_eq!(
			told,
			serde_json::json!({
				"proof": { "kind": "record", "subject": Subject([1; 32]) },
				"life": { "status": "active", "holder": null, "changes": 0 },
				"block": { "number": 7, "hash": "0x07" },
			})
		);
	}
}
