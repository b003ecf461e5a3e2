// SPDX-License-Identifier: Apache-2.0

//! From the bytes of a bundle to a verdict: the crate's one question.

use crate::{
	account::format_account,
	bundle::{Asked, Bundle, Leaf},
	document::{self, format_time, Bytes, Hash},
	evidence::{Evidence, OriginalDigests},
	finality::{AuthoritySet, Justification, Votes},
	header::{Authority, Header},
	merkle,
	state::{keys, Place, State},
	time_stamp::{self, TimeStamp},
	verdict::{
		AlgorithmFact, Answer, BatchFacts, Block, Check, Event, Facts, Fault, Finality, Link, Outcome, Purpose, Verdict, Which,
	},
};
use chirograph_primitives::{
	payload::GenesisHash, Acceptance, AccountId, Algorithm, AlgorithmPolicy, AuthorityFault, Batch, Digest, EvidenceHash,
	Inclusion, Label, LabelChange, LabelId, Life, Moment, ProofChange, ProofEvent, ProofId, Record, RetiredKey, Schema,
	SignatureScheme, Status, Subject, Tenure,
};
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use sha3::{Digest as _, Sha3_512};
use std::collections::BTreeMap;

/// How far clocks may be apart that nobody compared: a day, in milliseconds. The maker's of the evidence, the asker's, and the
/// ledger's.
pub const CLOCK_TOLERANCE: Moment = 24 * 60 * 60 * 1000;

/// What a verifier believes without proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
	/// The network: hash of its first block, at which a bundle may start.
	pub network: Hash,
	/// Later blocks of it at which a bundle may start, by their hashes.
	#[serde(default)]
	pub checkpoints: Vec<Hash>,
	/// Certificates, in DER form, of those who are trusted to vouch for whoever stamps the time. No proof rests on them.
	#[serde(default, rename = "timeAuthorities", skip_serializing_if = "Vec::is_empty")]
	pub time_authorities: Vec<Bytes>,
}

impl Trust {
	/// In a network, and in nothing but its first block.
	pub const fn in_network(genesis: GenesisHash) -> Self {
		Self {
			network: Hash(genesis),
			checkpoints: Vec::new(),
			time_authorities: Vec::new(),
		}
	}
}

/// What is asked of a bundle besides whether it is true.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
	/// The file that it is to be about. Of an absent one, only an open proof can be asked for.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub original: Option<OriginalDigests>,
	/// The subject that it is to be about.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub subject: Option<Subject>,
	/// The time here.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub now: Option<Moment>,
}

/// Whether a bundle proves what it says. Needs nothing but what it is given: no node, no network, no clock. Never panics.
///
/// Without a [`Question`], a bundle that shows absence answers for the subject that it names, whichever that is. Ask for one, or
/// for a file, where that matters.
pub fn verify(bundle: &[u8], trust: &Trust, question: &Question) -> Verdict {
	let mut trail = Trail::default();
	let mut expected = &FIRST_LINKS[..];
	let answer = examine(bundle, trust, question, &mut trail, &mut expected).unwrap_or_else(|fault| Answer::NotProven {
		reason: fault.to_string(),
		fault,
	});
	let missing = expected
		.iter()
		.filter(|link| !trail.0.iter().any(|check| check.link == **link));
	let missing: Vec<_> = missing.map(|link| not_checked(*link, "something before it failed")).collect();
	trail.0.extend(missing);
	Verdict { answer, checks: trail.0 }
}

/// What every bundle is checked for, in order.
const FIRST_LINKS: [Link; 6] = [
	Link::Format,
	Link::Network,
	Link::Anchor,
	Link::SetChanges,
	Link::Finality,
	Link::Time,
];

const RECORD_LINKS: [Link; 14] = [
	Link::Format,
	Link::Network,
	Link::Evidence,
	Link::Original,
	Link::Anchor,
	Link::SetChanges,
	Link::Finality,
	Link::Time,
	Link::Record,
	Link::Owner,
	Link::Dates,
	Link::Life,
	Link::Algorithms,
	Link::State,
];

const LEAF_LINKS: [Link; 15] = [
	Link::Format,
	Link::Network,
	Link::Evidence,
	Link::Original,
	Link::Anchor,
	Link::SetChanges,
	Link::Finality,
	Link::Time,
	Link::Batch,
	Link::Leaf,
	Link::Owner,
	Link::Dates,
	Link::Life,
	Link::Algorithms,
	Link::State,
];

const ABSENCE_LINKS: [Link; 9] = [
	Link::Format,
	Link::Network,
	Link::Original,
	Link::Anchor,
	Link::SetChanges,
	Link::Finality,
	Link::Time,
	Link::Absence,
	Link::State,
];

fn not_checked(link: Link, why: &str) -> Check {
	Check {
		link,
		outcome: Outcome::NotChecked,
		detail: why.to_owned(),
		checks: Vec::new(),
	}
}

/// What was checked so far.
#[derive(Default)]
struct Trail(Vec<Check>);

impl Trail {
	/// Makes a check that may consist of others, and notes what came of it: what was found, in words, or what is wrong.
	fn check<T>(&mut self, link: Link, run: impl FnOnce(&mut Self) -> Result<(T, String), Fault>) -> Result<T, Fault> {
		let mut parts = Self::default();
		let result = run(&mut parts);
		let (outcome, detail) = match &result {
			Ok((_, detail)) => (Outcome::Holds, detail.clone()),
			Err(fault) => (Outcome::Fails, fault.to_string()),
		};
		self.0.push(Check {
			link,
			outcome,
			detail,
			checks: parts.0,
		});
		result.map(|(value, _)| value)
	}

	fn skip(&mut self, link: Link, why: &str) {
		self.0.push(not_checked(link, why));
	}
}

fn examine(
	bytes: &[u8],
	trust: &Trust,
	question: &Question,
	trail: &mut Trail,
	expected: &mut &'static [Link],
) -> Result<Answer, Fault> {
	let (bundle, header, raw) = trail.check(Link::Format, |_| {
		let (bundle, raw) = Bundle::read(bytes).map_err(|why| Fault::Format { why })?;
		ensure_nothing_without_evidence(&bundle)?;
		let which = Which::Block;
		let header = Header::parse(&bundle.block.0).map_err(|why| Fault::Header { which, why })?;
		let detail = format!("{} bytes, in the one accepted form", bytes.len());
		Ok(((bundle, header, raw), detail))
	})?;
	*expected = match bundle.asked() {
		Asked::Record { .. } => &RECORD_LINKS,
		Asked::Leaf { .. } => &LEAF_LINKS,
		Asked::Absence { .. } => &ABSENCE_LINKS,
	};
	trail.check(Link::Network, |_| {
		if bundle.network != trust.network.0 {
			return Err(Fault::OtherNetwork {
				expected: trust.network,
				found: Hash(bundle.network),
			});
		}
		Ok(((), format!("of the network {}", trust.network)))
	})?;
	let evidence = bundle.evidence.as_ref().zip(raw.as_ref());
	let evidence = evidence
		.map(|(evidence, raw)| trail.check(Link::Evidence, |trail| check_evidence(&bundle, evidence, raw.get(), trail)))
		.transpose()?;
	check_question(&bundle, question, trail)?;
	let finality = check_finality(&bundle, &header, trust, trail)?;
	let (state, as_of) = trail.check(Link::Time, |_| read_time(&bundle, &header, question))?;
	let reader = Reader {
		bundle: &bundle,
		trust,
		state: &state,
		as_of,
		finality,
	};
	let answer = match &evidence {
		Some(evidence) => reader.read_proof(evidence, trail),
		None => reader.read_absence(trail),
	}?;
	trail.check(Link::State, |_| {
		state.finish().map_err(of_block)?;
		Ok((
			(),
			format!("{} nodes of the state's trie, each of which was needed", state.len()),
		))
	})?;
	Ok(answer)
}

fn of_block(why: crate::state::StateFault) -> Fault {
	Fault::State {
		which: Which::Block,
		why,
	}
}

/// An evidence document, with what is computed of it.
struct Stated<'a> {
	document: &'a Evidence,
	canonical: &'a [u8],
	hash: EvidenceHash,
}

impl Stated<'_> {
	/// What it can be renewed with.
	fn digests(&self) -> [Digest; 2] {
		let sha3_512 = Sha3_512::digest(self.canonical);
		[Digest::Sha256(self.hash.0), Digest::Sha3_512(sha3_512.into())]
	}
}

fn check_evidence<'a>(
	bundle: &Bundle,
	evidence: &'a Evidence,
	canonical: &'a str,
	trail: &mut Trail,
) -> Result<(Stated<'a>, String), Fault> {
	let subject = evidence.subject();
	if subject != bundle.subject {
		return Err(Fault::OtherSubject {
			subject: bundle.subject,
			evidence: subject,
		});
	}
	if !bundle.disclosures.is_empty() {
		trail.check(Link::Disclosures, |_| {
			if !bundle.disclosures.is_sorted_by(|one, next| one.name < next.name) {
				return Err(Fault::DisclosuresUnordered);
			}
			for disclosure in &bundle.disclosures {
				evidence
					.check_disclosure(disclosure)
					.map_err(|why| Fault::Disclosure { why })?;
			}
			let (shown, all) = (bundle.disclosures.len(), evidence.fields.len());
			Ok((
				(),
				format!("{shown} of {all} fields are shown, and are what the owner committed to"),
			))
		})?;
	}
	let canonical = canonical.as_bytes();
	let hash = EvidenceHash(document::sha256(canonical));
	let stated = Stated {
		document: evidence,
		canonical,
		hash,
	};
	Ok((stated, format!("evidence {hash} about {subject}")))
}

/// What belongs to evidence is not there without it.
fn ensure_nothing_without_evidence(bundle: &Bundle) -> Result<(), Fault> {
	if bundle.evidence.is_some() {
		return Ok(());
	}
	if bundle.leaf.is_some() {
		return Err(Fault::EvidenceMissing);
	}
	if !bundle.disclosures.is_empty() {
		return Err(Fault::DisclosuresUnneeded);
	}
	Ok(())
}

fn check_question(bundle: &Bundle, question: &Question, trail: &mut Trail) -> Result<(), Fault> {
	let ensure_about = |asked: Subject| match asked == bundle.subject {
		true => Ok(()),
		false => Err(Fault::NotAsked {
			asked,
			found: bundle.subject,
		}),
	};
	if question.original.is_none() && question.subject.is_none() {
		trail.skip(Link::Original, "no file was given to compare");
		return Ok(());
	}
	trail.check(Link::Original, |_| {
		if let Some(subject) = question.subject {
			ensure_about(subject)?;
		}
		let Some(original) = &question.original else {
			return Ok(((), "it is about the subject that was asked about".into()));
		};
		match &bundle.evidence {
			Some(evidence) => evidence
				.check_original(original)
				.map_err(|why| Fault::OtherOriginal { why })?,
			// Only an open proof can be told to be absent by the file alone.
			None if question.subject.is_none() => ensure_about(Subject(original.sha256))?,
			None => {},
		}
		let sha256 = document::to_hex(&original.sha256);
		// Of what is absent there is the subject alone: an open proof's is the file's digest, a sealed one's only its evidence tells.
		let detail = match bundle.evidence.is_some() || bundle.subject == Subject(original.sha256) {
			true => format!("it is about the given file: {} bytes, SHA-256 {sha256}", original.size),
			false => "it is about the subject that was asked about; whether that is the given file's, nobody can tell".into(),
		};
		Ok(((), detail))
	})
}

/// From a block that is trusted, over all changes of the authorities, to the one whose state is shown.
fn check_finality(bundle: &Bundle, header: &Header, trust: &Trust, trail: &mut Trail) -> Result<Finality, Fault> {
	let anchor = &bundle.finality.anchor;
	let which = Which::Anchor;
	let (anchor_header, anchor_hash) = trail.check(Link::Anchor, |_| {
		let header = Header::parse(&anchor.header.0).map_err(|why| Fault::Header { which, why })?;
		let (number, hash) = (header.number, header.hash());
		let detail = match hash {
			hash if hash == trust.network => format!("starts at the network's first block, {hash}"),
			hash if trust.checkpoints.contains(&hash) => format!("starts at the checkpoint {hash}, block {number}"),
			hash => return Err(Fault::UnknownAnchor { number, hash }),
		};
		Ok(((header, hash), detail))
	})?;
	let is_anchor = header.hash() == anchor_hash;
	let mut finality = Finality {
		anchor: anchor_hash,
		anchor_number: anchor_header.number,
		changes: bundle.finality.changes.len(),
		votes: None,
	};
	if is_anchor {
		trail.skip(Link::SetChanges, "the block whose state is shown is the trusted one");
		return trail.check(Link::Finality, |_| {
			let unneeded = bundle.finality.justification.is_some()
				|| !bundle.finality.changes.is_empty()
				|| !bundle.finality.anchor.state.is_empty();
			if unneeded {
				return Err(Fault::FinalityUnneeded);
			}
			Ok((finality, "the block whose state is shown is the trusted one".into()))
		});
	}
	let set = trail.check(Link::SetChanges, |trail| {
		let mut set = read_authorities(&anchor_header, &anchor.state)?;
		let mut before = anchor_header.number;
		for (index, change) in bundle.finality.changes.iter().enumerate() {
			let which = Which::Change(index);
			(set, before) = trail.check(Link::SetChange, |_| {
				let header = Header::parse(&change.header.0).map_err(|why| Fault::Header { which, why })?;
				let number = header.number;
				let votes = check_justification(which, &header, before, &change.justification, &set)?;
				let next = header.next_authorities().map_err(|why| Fault::SetChange { which, why })?;
				let next = authority_set(which, set.id().checked_add(1), &next)?;
				let detail = format!(
					"block {number} hands over to set {} of {} authorities, {}",
					next.id(),
					next.len(),
					describe(&votes)
				);
				Ok(((next, number), detail))
			})?;
		}
		let detail = format!("{} changes of the authorities, up to set {}", finality.changes, set.id());
		Ok(((set, before), detail))
	})?;
	trail.check(Link::Finality, |_| {
		let (set, before) = set;
		let justification = bundle.finality.justification.as_ref().ok_or(Fault::JustificationMissing)?;
		let votes = check_justification(Which::Block, header, before, justification, &set)?;
		finality.votes = Some(votes);
		let (number, hash) = (header.number, header.hash());
		Ok((finality, format!("block {number}, {hash}, is final, {}", describe(&votes))))
	})
}

fn describe(votes: &Votes) -> String {
	let Votes {
		set,
		round,
		voters,
		authorities,
		..
	} = votes;
	format!("by {voters} of {authorities} authorities of set {set} in round {round}")
}

fn authority_set(which: Which, id: Option<u64>, authorities: &[Authority]) -> Result<AuthoritySet, Fault> {
	id.ok_or(crate::finality::NotASet)
		.and_then(|id| AuthoritySet::new(id, authorities))
		.map_err(|why| Fault::Authorities { which, why })
}

/// Who finalises what is built on a trusted block.
fn read_authorities(header: &Header, nodes: &[Bytes]) -> Result<AuthoritySet, Fault> {
	let which = Which::Anchor;
	let of_anchor = |why| Fault::State { which, why };
	let state = State::new(&header.state_root, nodes).map_err(of_anchor)?;
	let authorities: Vec<Authority> = state.get(&("the authorities", keys::authorities())).map_err(of_anchor)?;
	let id: u64 = state
		.get(&("the number of the set of authorities", keys::current_set_id()))
		.map_err(of_anchor)?;
	state.finish().map_err(of_anchor)?;
	authority_set(which, Some(id), &authorities)
}

fn check_justification(
	which: Which,
	header: &Header,
	before: u32,
	justification: &Bytes,
	set: &AuthoritySet,
) -> Result<Votes, Fault> {
	let number = header.number;
	if number <= before {
		return Err(Fault::OutOfOrder { which, number, before });
	}
	Justification::parse(&justification.0)
		.and_then(|justification| justification.verify(header.hash(), number, set))
		.map_err(|why| Fault::Justification { which, why })
}

/// The state that is shown, and the time that it has for its block.
fn read_time<'a>(bundle: &'a Bundle, header: &Header, question: &Question) -> Result<((State<'a>, Block), String), Fault> {
	let state = State::new(&header.state_root, &bundle.state).map_err(of_block)?;
	let time: Moment = state.get(&("the block's time", keys::now())).map_err(of_block)?;
	if let Some(now) = question.now.filter(|now| time > now.saturating_add(CLOCK_TOLERANCE)) {
		return Err(Fault::FromTheFuture { block: time, now });
	}
	let as_of = Block {
		number: header.number,
		hash: header.hash(),
		time,
	};
	Ok(((state, as_of), format!("block {} is of {}", header.number, format_time(time))))
}

/// What a block's state says about what the bundle asks.
struct Reader<'a> {
	bundle: &'a Bundle,
	trust: &'a Trust,
	state: &'a State<'a>,
	as_of: Block,
	finality: Finality,
}

/// What the ledger has of a registration, of a document by itself or of a batch.
struct Entry<'a> {
	owner: &'a AccountId,
	label: LabelId,
	schema: Schema,
	scheme: SignatureScheme,
	submitter: &'a AccountId,
	registered: Inclusion,
}

impl<'a> From<&'a Record> for Entry<'a> {
	fn from(record: &'a Record) -> Self {
		Self {
			owner: &record.owner,
			label: record.label,
			schema: record.schema,
			scheme: record.scheme,
			submitter: &record.submitter,
			registered: record.registered,
		}
	}
}

impl<'a> From<&'a Batch> for Entry<'a> {
	fn from(batch: &'a Batch) -> Self {
		Self {
			owner: &batch.owner,
			label: batch.label,
			schema: batch.schema,
			scheme: batch.scheme,
			submitter: &batch.submitter,
			registered: batch.registered,
		}
	}
}

/// What a proof rests on, as [`Facts`] say it.
struct Foundation {
	algorithms: Vec<AlgorithmFact>,
	bound: bool,
	other_renewals: usize,
}

impl Reader<'_> {
	fn find<T: codec::Decode>(&self, place: Place) -> Result<Option<T>, Fault> {
		self.state.find(&place).map_err(of_block)
	}

	fn get<T: codec::Decode>(&self, place: Place) -> Result<T, Fault> {
		self.state.get(&place).map_err(of_block)
	}

	fn read_absence(&self, trail: &mut Trail) -> Result<Answer, Fault> {
		let subject = self.bundle.subject;
		trail.check(Link::Absence, |_| {
			match self.find::<Record>(("the subject's record", keys::record(&subject)))? {
				Some(record) => Err(Fault::NotAbsent {
					subject,
					registered: record.registered.block,
				}),
				None => {
					let number = self.as_of.number;
					let detail = format!(
						"nothing was registered by itself under {subject} up to block {number}; whether it is in a batch, nobody can tell"
					);
					Ok(((), detail))
				},
			}
		})?;
		Ok(Answer::Absent {
			subject,
			as_of: self.as_of,
			finality: self.finality,
		})
	}

	fn read_proof(&self, evidence: &Stated, trail: &mut Trail) -> Result<Answer, Fault> {
		match &self.bundle.leaf {
			None => self.read_record(evidence, trail),
			Some(leaf) => self.read_leaf(evidence, leaf, trail),
		}
	}

	fn read_record(&self, evidence: &Stated, trail: &mut Trail) -> Result<Answer, Fault> {
		let subject = self.bundle.subject;
		let record = trail.check(Link::Record, |_| {
			let record: Option<Record> = self.find(("the subject's record", keys::record(&subject)))?;
			let record = record.ok_or(Fault::NotRegistered {
				subject,
				block: self.as_of.number,
			})?;
			self.check_record(evidence, &record)?;
			let detail = format!(
				"registered in block {}, {}, by {}",
				record.registered.block,
				format_time(record.registered.time),
				format_account(&record.owner)
			);
			Ok((record, detail))
		})?;
		let entry = Entry::from(&record);
		trail.check(Link::Owner, |_| self.check_owner(&entry))?;
		trail.check(Link::Dates, |_| self.check_dates(evidence, &record.registered))?;
		let time_stamp = self.check_time_token(evidence, &record.registered, trail);
		let id = ProofId::Record { subject };
		let history = trail.check(Link::Life, |_| {
			let history = self.read_history(id, &record.life, &record.registered)?;
			let detail = describe_life(&record.life.status, history.len());
			Ok((history, detail))
		})?;
		let uses = [
			(Algorithm::Sha256, Purpose::Evidence),
			(record.scheme.into(), Purpose::Registration),
		];
		let rests_on = trail.check(Link::Algorithms, |_| {
			self.check_algorithms(evidence, &record.registered, &uses, id, &history)
		})?;
		let facts = Facts {
			holder: record.holder().clone(),
			history,
			time_stamp,
			algorithms: rests_on.algorithms,
			bound: rests_on.bound,
			other_renewals: rests_on.other_renewals,
			..self.facts(evidence, &entry)
		};
		Ok(answer(record.life.status, facts))
	}

	fn check_record(&self, evidence: &Stated, record: &Record) -> Result<(), Fault> {
		if record.evidence_hash != evidence.hash {
			return Err(Fault::OtherEvidence {
				registered: record.evidence_hash,
				evidence: evidence.hash,
			});
		}
		ensure_owner(&record.owner, evidence)?;
		ensure_schema(record.schema, evidence.document.schema)
	}

	fn read_leaf(&self, evidence: &Stated, leaf: &Leaf, trail: &mut Trail) -> Result<Answer, Fault> {
		let (root, subject) = (leaf.root, self.bundle.subject);
		let batch = trail.check(Link::Batch, |_| {
			let batch: Option<Batch> = self.find(("the batch", keys::batch(&root)))?;
			let batch = batch.ok_or(Fault::NoSuchBatch {
				root,
				block: self.as_of.number,
			})?;
			ensure_schema(batch.schema, evidence.document.schema)?;
			let detail = format!(
				"a batch of {} was registered in block {}, {}, by {}",
				batch.leaves,
				batch.registered.block,
				format_time(batch.registered.time),
				format_account(&batch.owner)
			);
			Ok((batch, detail))
		})?;
		trail.check(Link::Leaf, |_| {
			let hash = merkle::leaf_hash(&subject, &evidence.hash);
			merkle::check_path(&hash, leaf.index, batch.leaves, &leaf.path, &root.0).map_err(|why| Fault::Path { why })?;
			ensure_owner(&batch.owner, evidence)?;
			let detail = format!("the evidence is leaf {} of {}, counted from 0", leaf.index, batch.leaves);
			Ok(((), detail))
		})?;
		let entry = Entry::from(&batch);
		trail.check(Link::Owner, |_| self.check_owner(&entry))?;
		trail.check(Link::Dates, |_| self.check_dates(evidence, &batch.registered))?;
		let time_stamp = self.check_time_token(evidence, &batch.registered, trail);
		let (leaf_id, batch_id) = (ProofId::Leaf { root, subject }, ProofId::Batch { root });
		let (life, history) = trail.check(Link::Life, |_| {
			let life: Life = self
				.find(("what became of the leaf", keys::leaf(&root, &subject)))?
				.unwrap_or_default();
			let mut history = self.read_history(leaf_id, &life, &batch.registered)?;
			history.extend(self.read_history(batch_id, &batch.life, &batch.registered)?);
			// The sort is stable: of what is in one extrinsic, the leaf's comes first.
			history.sort_by_key(|event| event.change.at.position());
			let detail = describe_life(&batch.leaf_status(&life), history.len());
			Ok(((life, history), detail))
		})?;
		let uses = [
			(Algorithm::Sha256, Purpose::Evidence),
			(batch.scheme.into(), Purpose::Registration),
		];
		let rests_on = trail.check(Link::Algorithms, |_| {
			self.check_algorithms(evidence, &batch.registered, &uses, leaf_id, &history)
		})?;
		let facts = Facts {
			batch: Some(BatchFacts {
				root,
				leaves: batch.leaves,
				index: leaf.index,
			}),
			holder: batch.leaf_holder(&life).clone(),
			history,
			time_stamp,
			algorithms: rests_on.algorithms,
			bound: rests_on.bound,
			other_renewals: rests_on.other_renewals,
			..self.facts(evidence, &entry)
		};
		Ok(answer(batch.leaf_status(&life), facts))
	}

	/// Whether whoever registered was a label in the role that it takes, and the one that the ledger noted.
	fn check_owner(&self, entry: &Entry) -> Result<(LabelId, String), Fault> {
		let (found, detail) = self.check_account(entry.owner, entry.schema, &entry.registered)?;
		if found != entry.label {
			return Err(Fault::OtherLabel {
				noted: entry.label,
				found,
			});
		}
		Ok((found, detail))
	}

	/// Whether an account was a label in the role that registering takes, by all that is known at the block.
	fn check_account(&self, account: &AccountId, schema: Schema, at: &Inclusion) -> Result<(LabelId, String), Fault> {
		let fails = |why: AuthorityFault| Fault::Owner {
			account: account.clone(),
			registered: at.block,
			why,
		};
		let label: Option<Label> = self.find(("the owner's label", keys::label(account)))?;
		let (tenure, changes) = match label {
			Some(label) => (Tenure::from(&label), label.changes),
			None => {
				let retired: Option<RetiredKey> = self.find(("the owner's former label", keys::retired_key(account)))?;
				let tenure = Tenure::from(&retired.ok_or_else(|| fails(AuthorityFault::NoLabel))?);
				let holder: AccountId = self.get(("the label's holder", keys::holder(tenure.label)))?;
				let label: Label = self.get(("the label", keys::label(&holder)))?;
				(tenure, label.changes)
			},
		};
		// What cannot be read goes before what could be judged without it.
		let mut unread = None;
		let judged = tenure.judge(account, schema.role(), at, || {
			self.changes_around(tenure.label, changes, at).unwrap_or_else(|fault| {
				unread = Some(fault);
				Vec::new()
			})
		});
		if let Some(fault) = unread {
			return Err(fault);
		}
		let label = judged.map_err(fails)?;
		let detail = format!(
			"{} was label {label}, in the role {:?}",
			format_account(account),
			schema.role()
		);
		Ok((label, detail))
	}

	/// The last entry of a label's history from before the position of `at`, and those of the position itself. That these are
	/// all, the one behind them shows, if there is one.
	fn changes_around(&self, label: LabelId, changes: u32, at: &Inclusion) -> Result<Vec<LabelChange>, Fault> {
		let place = |index| ("an entry of the label's history", keys::label_history(label, index));
		let is_before = |index: &u32| {
			let entry: Option<LabelChange> = self.state.peek(&place(*index));
			entry.is_some_and(|entry| entry.at.position() < at.position())
		};
		// The entries that are shown do not say which they are. The newest of those from before, or else the first of all.
		let first = (0..changes).rev().find(is_before).unwrap_or_default();
		let mut found = Vec::new();
		for index in first..changes {
			let entry: LabelChange = self.get(place(index))?;
			if entry.at.position() > at.position() {
				break;
			}
			found.push(entry);
		}
		Ok(found)
	}

	fn check_dates(&self, evidence: &Stated, registered: &Inclusion) -> Result<((), String), Fault> {
		self.ensure_known(registered)?;
		let created = evidence.document.created;
		let too_late = u64::try_from(created.timestamp_millis())
			.is_ok_and(|created| created > registered.time.saturating_add(CLOCK_TOLERANCE));
		if too_late {
			return Err(Fault::CreatedTooLate {
				created: format_created(evidence),
				registered: registered.time,
			});
		}
		let detail = format!(
			"registered in block {}, {}; the evidence says that it was made {}",
			registered.block,
			format_time(registered.time),
			format_created(evidence)
		);
		Ok(((), detail))
	}

	/// What a time-stamping authority says about when the original was there. It is nothing that the proof rests on: a token that
	/// is worth nothing fails by itself.
	fn check_time_token(&self, evidence: &Stated, registered: &Inclusion, trail: &mut Trail) -> Option<TimeStamp> {
		let stamp = time_stamp::of_evidence(evidence.document, Some(registered.time), &self.trust.time_authorities)?;
		let (outcome, detail) = match &stamp {
			Ok(stamp) => stamp.describe(),
			Err(fault) => (Outcome::Fails, fault.to_string()),
		};
		trail.0.push(Check {
			link: Link::TimeToken,
			outcome,
			detail,
			checks: Vec::new(),
		});
		stamp.ok()
	}

	/// That something did not happen after the block whose state knows of it.
	fn ensure_known(&self, at: &Inclusion) -> Result<(), Fault> {
		if at.block > self.as_of.number {
			return Err(Fault::AfterTheBlock {
				at: at.block,
				block: self.as_of.number,
			});
		}
		if at.time > self.as_of.time {
			return Err(Fault::AfterTheTime {
				at: at.time,
				block: self.as_of.time,
			});
		}
		Ok(())
	}

	/// All that happened to a proof.
	fn read_history(&self, proof: ProofId, life: &Life, registered: &Inclusion) -> Result<Vec<Event>, Fault> {
		// No room is made ahead: the number is only as true as the entries are there.
		let mut history = Vec::new();
		let mut before = registered.position();
		for index in 0..life.changes {
			let change: ProofChange = self.get(("an entry of the proof's history", keys::proof_history(&proof, index)))?;
			if change.at.position() < before {
				return Err(Fault::HistoryOutOfOrder { index });
			}
			self.ensure_known(&change.at)?;
			before = change.at.position();
			history.push(Event { proof, change });
		}
		Ok(history)
	}

	/// Whether what a registration rests on was good enough then, and how it is now; whether a hash binds the evidence still; and how many
	/// renewals are of something else. What a batch was renewed with binds more than one leaf shows.
	fn check_algorithms(
		&self,
		evidence: &Stated,
		registered: &Inclusion,
		uses: &[(Algorithm, Purpose)],
		id: ProofId,
		history: &[Event],
	) -> Result<(Foundation, String), Fault> {
		let policy: AlgorithmPolicy = self.find(("the algorithms' policy", keys::policy()))?.unwrap_or_default();
		let judge = |algorithm, purpose, time: Moment| AlgorithmFact {
			algorithm,
			purpose,
			then: policy.judge(algorithm, time),
			today: policy.judge(algorithm, self.as_of.time),
		};
		let mut facts: Vec<_> = uses
			.iter()
			.map(|(algorithm, purpose)| judge(*algorithm, *purpose, registered.time))
			.collect();
		if let Some(refused) = facts.iter().find(|fact| fact.then == Acceptance::Refused) {
			return Err(Fault::AlgorithmRefused {
				algorithm: refused.algorithm,
				purpose: refused.purpose,
			});
		}
		// A renewal counts if the evidence was still bound when it was made. The ledger did not see of what it is: one of something else, by
		// mistake or by a stolen key, binds nothing, and takes nothing away from what was registered.
		let digests = evidence.digests();
		let (mut binding, mut other_renewals) = (vec![Algorithm::Sha256], 0usize);
		let is_good = |algorithm: &Algorithm, time| policy.judge(*algorithm, time) != Acceptance::Refused;
		for event in history.iter().filter(|event| event.proof == id) {
			let ProofEvent::Renewed { evidence: renewed } = event.change.event else {
				continue;
			};
			if !digests.contains(&renewed) {
				other_renewals = other_renewals.saturating_add(1);
				continue;
			}
			let time = event.change.at.time;
			facts.push(judge(renewed.algorithm(), Purpose::Renewal, time));
			if binding.iter().any(|algorithm| is_good(algorithm, time)) {
				binding.push(renewed.algorithm());
			}
		}
		let bound = binding.iter().any(|algorithm| is_good(algorithm, self.as_of.time));
		let words: Vec<_> = facts.iter().map(describe_algorithm).collect();
		let still = match bound {
			true => "",
			false => "; no hash binds the evidence any more that is not refused by now",
		};
		let others = match other_renewals {
			0 => String::new(),
			1 => "; a renewal of something else, which binds nothing".into(),
			many => format!("; {many} renewals of something else, which bind nothing"),
		};
		let detail = format!("{}{others}{still}", words.join("; "));
		let foundation = Foundation {
			algorithms: facts,
			bound,
			other_renewals,
		};
		Ok((foundation, detail))
	}

	/// What the evidence and the ledger's entry say, before anything happened to the proof.
	fn facts(&self, evidence: &Stated, entry: &Entry) -> Facts {
		let document = evidence.document;
		let disclosed = self.bundle.disclosures.iter();
		let disclosed: BTreeMap<_, _> = disclosed
			.map(|disclosure| (disclosure.name.clone(), disclosure.value.clone()))
			.collect();
		let undisclosed = document.fields.keys().filter(|name| !disclosed.contains_key(*name));
		Facts {
			subject: self.bundle.subject,
			evidence_hash: evidence.hash,
			mode: document.mode,
			schema: document.schema,
			sha256: Hash(document.features.sha256),
			size: document.size,
			media_type: document.media_type.clone(),
			created: format_created(evidence),
			owner: entry.owner.clone(),
			label: entry.label,
			scheme: entry.scheme,
			submitter: entry.submitter.clone(),
			registered: entry.registered,
			batch: None,
			holder: entry.owner.clone(),
			undisclosed: undisclosed.cloned().collect(),
			disclosed,
			history: Vec::new(),
			time_stamp: None,
			algorithms: Vec::new(),
			bound: true,
			other_renewals: 0,
			as_of: self.as_of,
			finality: self.finality,
		}
	}
}

/// When the evidence was made, as it says.
fn format_created(evidence: &Stated) -> String {
	evidence.document.created.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// That the evidence names whoever registered it: of nobody else has the ledger seen a signature.
fn ensure_owner(registered: &AccountId, evidence: &Stated) -> Result<(), Fault> {
	let named = &evidence.document.owner.account;
	match registered == named {
		true => Ok(()),
		false => Err(Fault::OtherOwner {
			registered: registered.clone(),
			named: named.clone(),
		}),
	}
}

fn ensure_schema(registered: Schema, named: Schema) -> Result<(), Fault> {
	match registered == named {
		true => Ok(()),
		false => Err(Fault::OtherSchema { registered, named }),
	}
}

fn answer(status: Status, facts: Facts) -> Answer {
	let facts = Box::new(facts);
	match status {
		Status::Active if facts.bound => Answer::Proven { facts },
		Status::Active => Answer::Unbound { facts },
		Status::Revoked { at, reason } => Answer::Revoked { at, reason, facts },
		Status::Superseded { at, by } => Answer::Superseded { at, by, facts },
	}
}

fn describe_life(status: &Status, events: usize) -> String {
	match status {
		Status::Active => format!("it stands; {events} entries in its history"),
		Status::Revoked { at, .. } => format!("it was revoked in block {}, {}", at.block, format_time(at.time)),
		Status::Superseded { at, .. } => format!("another took its place in block {}, {}", at.block, format_time(at.time)),
	}
}

fn describe_algorithm(fact: &AlgorithmFact) -> String {
	let word = |acceptance| match acceptance {
		Acceptance::Accepted => "accepted",
		Acceptance::Deprecated => "deprecated",
		Acceptance::Refused => "refused",
	};
	let (then, today) = (word(fact.then), word(fact.today));
	format!(
		"{} {}: {then} then, {today} at the time of the block",
		fact.algorithm, fact.purpose
	)
}
