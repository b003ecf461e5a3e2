// SPDX-License-Identifier: Apache-2.0

//! Certificates that an issuer gives to recipients, such as diplomas (X.1407 Appendix II). Those with which an authority vouches for keys
//! (X.509) are another thing: [`certificates`](crate::certificates).
//!
//! 1. A university has a label with the role `Issuer`, as any other may have on the same ledger. Its diplomas are PDF files, in a table with
//!    what it states about each: `recipient`, `expires`, whatever it likes.
//! 2. It issues a class as one [batch](crate::batches) of the schema `certificate`: one signature, one extrinsic, however many they are. Only
//!    the root of a tree of hashes goes to the ledger.
//! 3. [`write`] makes of each file and its bundle an [issued file](crate::issued). Ada gets hers.
//! 4. Whom Ada shows it to [takes it apart](Presented::read), verifies the bundle by the network's first block, and [judges](judge): valid,
//!    revoked, superseded, expired or unknown. A node is [asked](ask) for how it stands now, and proves what it says.
//!
//! Of the fields, an issued file shows `expires` and those that the issuer chose; of the others, their names.

use crate::{
	batches::{self, Differences, Item, Workspace},
	bundles::{self, Answer, Maker, Question, Trust, Verdict},
	chain::{end_of_day, format_time, BlockId, Chain},
	document,
	evidence::{Disclosure, Evidence, OriginalDigests},
	file,
	issued::{self, Issued, IssuedFault, MAX_ISSUED_BYTES, MAX_ORIGINAL_BYTES},
	proofs::code,
};
use chirograph_primitives::{
	Inclusion, LabelId, Moment, ProofId, Record, RevocationReason, Schema, Status as LedgerStatus, Subject,
};
use chirograph_verifier::{
	bundle::{Asked, Bundle, FormatFault},
	verdict::Facts,
};
use serde::Serialize;
use sha3::{Digest, Sha3_512};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::{Path, PathBuf},
};

/// The field that has the last day, in UTC, on which a certificate is good: `2027-12-31`. Where the evidence has it, an issued file shows it.
pub const EXPIRES: &str = "expires";
/// The field that has whom it was issued for.
pub const RECIPIENT: &str = "recipient";
/// Where in a batch's directory the issued files are.
const ISSUED: &str = "issued";
/// As many faults as a line of text bears.
const SHOWN: usize = 10;

fn listing(faults: &[String]) -> String {
	let shown = faults.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
	let others = if faults.len() > SHOWN { "; and others" } else { "" };
	shown + others
}

/// Why certificates cannot be issued or looked into.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Some of the files cannot be issued. Nothing was registered.
	#[error("nothing was registered: {} of the files cannot be issued: {}", faults.len(), listing(faults))]
	Unissuable {
		/// Each with its reason.
		faults: Vec<String>,
	},
	/// Some of the files cannot be issued, and are registered. The others are issued.
	#[error("the batch is registered, and {} of its files cannot be issued: {}; restore them, and give the same command again", faults.len(), listing(faults))]
	NotIssued {
		/// Each with its reason.
		faults: Vec<String>,
	},
	/// It is to be shown, and no file has it.
	#[error(
		"no certificate has a field `{name}` that could be shown; check its name, and that the table has a column of that name"
	)]
	NoSuchField {
		/// Which.
		name: String,
	},
	/// An issued file is not as it was issued.
	#[error("{path}: {fault}")]
	Altered {
		/// Which.
		path: PathBuf,
		/// What is wrong with it.
		fault: IssuedFault,
	},
	/// What is there is no bundle.
	#[error("{path}: {fault}; ask for an unaltered copy")]
	Bundle {
		/// In which file.
		path: PathBuf,
		/// What is wrong with it.
		fault: FormatFault,
	},
	/// Nothing could be revoked.
	#[error("{path} shows that something is absent: there is nothing to revoke")]
	NothingThere {
		/// Which bundle.
		path: PathBuf,
	},
	/// A certificate that is not the one which it says, or that nobody registered.
	#[error("nothing was revoked: {path} does not show what it is about: {reason}")]
	NotShown {
		/// Which file.
		path: PathBuf,
		/// What verification says.
		reason: String,
	},
}

/// Fails unless each of `items` can be issued, with the fields `shown`; so that nothing is registered that cannot be handed out. Whether the
/// files can, is not asked where the batch in `directory` is signed for: [`write`] says so then. `progress` is told how many were looked at.
pub fn ensure_issuable(
	directory: &Path,
	items: &[Item],
	shown: &BTreeSet<String>,
	progress: &mut dyn FnMut(usize),
) -> Result<(), crate::Error> {
	for name in shown {
		let has = |item: &Item| item.fields.iter().any(|(field, _)| field == name);
		if !items.iter().any(has) {
			return Err(Error::NoSuchField { name: name.clone() }.into());
		}
	}
	if batches::is_signed(directory) {
		return Ok(());
	}
	let mut faults = Vec::new();
	for (done, Item { path, file, fields }) in items.iter().enumerate() {
		progress(done);
		let bytes = file::read_bounded(file, MAX_ORIGINAL_BYTES as u64)?;
		if let Err(fault) = issued::ensure_attachable(&bytes) {
			faults.push(format!("{path}: {fault}"));
		}
		let dates = fields.iter().filter(|(name, _)| name == EXPIRES);
		for (_, date) in dates.filter(|(_, date)| end_of_day(date).is_none()) {
			faults.push(format!(
				"{path}: the field `{EXPIRES}` is {date:?}, and no day such as 2027-12-31"
			));
		}
		// Nobody would look there for what is meant: a certificate with `Expires` would not expire.
		faults.extend(fields.iter().filter_map(|(name, _)| {
			let meant = [EXPIRES, RECIPIENT]
				.into_iter()
				.find(|meant| name.eq_ignore_ascii_case(meant));
			let meant = meant.filter(|meant| name != meant)?;
			Some(format!("{path}: the field `{name}` is to be called `{meant}`"))
		}));
	}
	progress(items.len());
	match faults.is_empty() {
		true => Ok(()),
		false => Err(Error::Unissuable { faults }.into()),
	}
}

/// Where the issued files of a batch are.
pub fn issued_directory(workspace: &Workspace) -> PathBuf {
	workspace.directory().join(ISSUED)
}

/// Writes the issued file of each of `items`, over those of an earlier run, once the batch is registered and its bundles are written. Each shows
/// its field [`EXPIRES`], and those in `shown`. A file that is not what the batch has, or was not named, keeps no other from being written, and
/// is one of the `differences`. `progress` is told how many are done.
pub fn write(
	workspace: &Workspace,
	items: &[Item],
	shown: &BTreeSet<String>,
	differences: &mut Differences,
	progress: &mut dyn FnMut(usize),
) -> Result<usize, crate::Error> {
	let files: BTreeMap<_, _> = items.iter().map(|item| (item.path.as_str(), item.file.as_path())).collect();
	let directory = issued_directory(workspace);
	let (mut written, mut faults) = (0usize, Vec::new());
	workspace.each(|path, disclosures| {
		let Some(file) = files.get(path) else {
			differences.gone.push(path.to_owned());
			return Ok(());
		};
		progress(written);
		let original = match file::read_bounded(file, MAX_ORIGINAL_BYTES as u64) {
			Ok(original) => original,
			Err(fault) => {
				faults.push(fault.to_string());
				return Ok(());
			},
		};
		let bundle_path = workspace.bundle_path(path);
		let bundle = parse(&bundles::read(&bundle_path)?, &bundle_path)?;
		let evidence = bundle.evidence.as_ref();
		if evidence.is_none_or(|evidence| evidence.check_original(&digests(&original)).is_err()) {
			if !differences.changed.iter().any(|known| known == path) {
				differences.changed.push(path.to_owned());
			}
			return Ok(());
		}
		let is_shown = |field: &Disclosure| field.name == EXPIRES || shown.contains(&field.name);
		let mut disclosures: Vec<_> = disclosures.into_iter().filter(is_shown).collect();
		disclosures.sort_by(|one, other| one.name.cmp(&other.name));
		let bundle = Bundle { disclosures, ..bundle };
		match issued::attach(&original, &bundle.canonical()) {
			Ok(issued) => {
				batches::overwrite(&directory.join(path), &issued, false)?;
				written = written.saturating_add(1);
			},
			Err(fault) => faults.push(format!("{path}: {fault}")),
		}
		Ok(())
	})?;
	progress(written);
	match faults.is_empty() {
		true => Ok(written),
		false => Err(Error::NotIssued { faults }.into()),
	}
}

fn parse(bytes: &[u8], path: &Path) -> Result<Bundle, Error> {
	Bundle::parse(bytes).map_err(|fault| Error::Bundle {
		path: path.to_owned(),
		fault,
	})
}

fn digests(original: &[u8]) -> OriginalDigests {
	OriginalDigests {
		sha256: document::sha256(original),
		sha3_512: Some(Sha3_512::digest(original).into()),
		size: original.len() as u64,
	}
}

/// What somebody presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
	/// Of the original: of the file without what carries the bundle.
	pub original: OriginalDigests,
	/// The bundle that is in the file, if it was issued. Nobody judged it yet.
	pub bundle: Option<Vec<u8>>,
}

impl Presented {
	/// Reads a file, issued or not; or says why an issued one is not to be believed.
	pub fn read(path: &Path) -> Result<Result<Self, IssuedFault>, crate::Error> {
		let bytes = file::read_bounded(path, MAX_ISSUED_BYTES as u64)?;
		if bytes.is_empty() {
			return Err(file::Error::Empty { path: path.to_owned() }.into());
		}
		Ok(issued::split(&bytes).map(|issued| match issued {
			Some(Issued { original, bundle }) => Self {
				original: digests(original),
				bundle: Some(bundle.to_vec()),
			},
			None => Self {
				original: digests(&bytes),
				bundle: None,
			},
		}))
	}

	/// What asks whether a bundle is about it.
	pub fn question(&self, now: Option<Moment>) -> Question {
		Question {
			original: Some(self.original.clone()),
			now,
			..Question::default()
		}
	}
}

/// How a certificate stands: always one of these five.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Status {
	/// It was issued, and is good.
	Valid,
	/// Its issuer, or holder, took it back.
	Revoked {
		/// When.
		at: Inclusion,
		/// Why.
		reason: RevocationReason,
	},
	/// Another took its place.
	Superseded {
		/// When.
		at: Inclusion,
		/// Which.
		by: ProofId,
	},
	/// Its last day is over.
	Expired {
		/// The last day, as the issuer stated it.
		on: String,
	},
	/// It is not shown to be a certificate, or not that of the issuer who was asked for.
	Unknown {
		/// Why, for people.
		reason: String,
	},
}

impl Status {
	fn unknown(reason: impl Into<String>) -> Self {
		Self::Unknown { reason: reason.into() }
	}
}

/// Why what is registered is not the certificate that was asked for, if it is not.
fn other(schema: Schema, label: LabelId, issuer: Option<LabelId>) -> Option<Status> {
	if schema != Schema::Certificate {
		return Some(Status::unknown(format!(
			"it was registered as {}, which takes no issuer, and not as certificate",
			code(&schema)
		)));
	}
	let asked = issuer.filter(|asked| *asked != label)?;
	Some(Status::unknown(format!(
		"it was issued by label {label}, and label {asked} was asked for"
	)))
}

/// How a certificate stands by the verdict about its bundle: as of the block that the bundle shows, and by the clock of whoever asks, which does
/// not go behind that block's. `issuer`: the label that it is to be of.
pub fn judge(verdict: &Verdict, issuer: Option<LabelId>, now: Option<Moment>) -> Status {
	let facts = match &verdict.answer {
		Answer::NotProven { reason, .. } => return Status::unknown(reason.clone()),
		Answer::Absent { .. } => return Status::unknown("its bundle shows that something is absent"),
		Answer::Proven { facts }
		| Answer::Revoked { facts, .. }
		| Answer::Superseded { facts, .. }
		| Answer::Unbound { facts } => facts,
	};
	if let Some(status) = other(facts.schema, facts.label, issuer) {
		return status;
	}
	match &verdict.answer {
		Answer::Revoked { at, reason, .. } => Status::Revoked {
			at: *at,
			reason: *reason,
		},
		Answer::Superseded { at, by, .. } => Status::Superseded { at: *at, by: *by },
		Answer::Unbound { .. } => Status::unknown(
			"every hash that bound it to its registration is refused by now; ask the issuer for one that was renewed in time",
		),
		_ => by_date(facts, now),
	}
}

fn by_date(facts: &Facts, now: Option<Moment>) -> Status {
	// Whoever has the file could leave the field out.
	if facts.undisclosed.iter().any(|name| name == EXPIRES) {
		return Status::unknown(
			"its issuer states when it expires, and this does not show it; ask for the file as it was issued",
		);
	}
	let Some(date) = facts.disclosed.get(EXPIRES) else {
		return Status::Valid;
	};
	let Some(end) = end_of_day(date) else {
		return Status::unknown(format!(
			"its issuer states that it expires on {date:?}, which is no day; ask the issuer"
		));
	};
	match now.unwrap_or_default().max(facts.as_of.time) > end {
		true => Status::Expired { on: date.clone() },
		false => Status::Valid,
	}
}

/// What a node shows of a certificate's proof as of the newest block, verified: the bundle renewed. `shown`: what the bundle shows itself; a node
/// that shows an older block, or an old one, fails.
pub async fn ask(
	chain: &Chain,
	bundle: &[u8],
	shown: &Facts,
	trust: &Trust,
	question: &Question,
) -> Result<Verdict, crate::Error> {
	chain.ensure_synced().await?;
	let bundle = parse(bundle, Path::new("the bundle"))?;
	let maker = Maker::new(chain);
	let (_, verdict) = maker.refreshed(bundle, Some(&shown.as_of), trust, question).await?;
	Ok(verdict)
}

/// The bundle of a certificate that was registered by itself, as of the newest block, for whoever has its evidence.
pub async fn bundle_of(chain: &Chain, evidence: Evidence, disclosures: Vec<Disclosure>) -> Result<Bundle, crate::Error> {
	chain.ensure_synced().await?;
	let maker = Maker::new(chain);
	let at = maker.newest(chain.height().await?).await?;
	maker.record(&at, evidence, disclosures).await
}

/// What is on record under a file's hash, by the word of the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
	/// How it stands. Never valid: whether a certificate expires is in its evidence.
	#[serde(flatten)]
	pub status: Status,
	/// What is on record, if anything is.
	pub record: Option<Record>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// Looks for a file without evidence and bundle, as somebody may have registered it by itself. `issuer`: the label that it is to be of.
pub async fn find(chain: &Chain, sha256: [u8; 32], issuer: Option<LabelId>) -> Result<Found, crate::Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let record = chain.record(&at, &Subject(sha256)).await?;
	let status = record.as_ref().map_or_else(
		|| Status::unknown("there is no bundle in it, and nothing is registered by itself under its hash: it was not issued as it is; ask for the file as it was issued"),
		|record| of_record(record, issuer),
	);
	Ok(Found {
		status,
		record,
		as_of: BlockId::of(&at),
	})
}

fn of_record(record: &Record, issuer: Option<LabelId>) -> Status {
	if let Some(status) = other(record.schema, record.label, issuer) {
		return status;
	}
	match record.life.status {
		LedgerStatus::Revoked { at, reason } => Status::Revoked { at, reason },
		LedgerStatus::Superseded { at, by } => Status::Superseded { at, by },
		LedgerStatus::Active => Status::unknown(format!(
			"label {} registered it as certificate in block {}, {}; whether it expires is in its evidence: put that beside it, or its bundle",
			record.label,
			record.registered.block,
			format_time(record.registered.time)
		)),
	}
}

/// The bundle in `path`, or beside it, as of the newest block, verified: the proof that it is about, and what is known of it, for whoever wants
/// to revoke that. Fails unless it shows that, and is about the `original`, if that is at hand: whoever hands over a file could have put a
/// bundle of somebody else's into it.
pub async fn shown(
	chain: &Chain,
	bundle: Bundle,
	original: Option<OriginalDigests>,
	path: &Path,
) -> Result<(ProofId, Verdict), crate::Error> {
	chain.ensure_synced().await?;
	let question = Question {
		original,
		..Question::default()
	};
	let trust = Trust::in_network(*chain.genesis());
	let (bundle, verdict) = Maker::new(chain).refreshed(bundle, None, &trust, &question).await?;
	Ok((proof_of(&bundle, &verdict, path)?, verdict))
}

fn proof_of(bundle: &Bundle, verdict: &Verdict, path: &Path) -> Result<ProofId, Error> {
	if let Answer::NotProven { reason, .. } = &verdict.answer {
		let (path, reason) = (path.to_owned(), reason.clone());
		return Err(Error::NotShown { path, reason });
	}
	match bundle.asked() {
		Asked::Record { subject } => Ok(ProofId::Record { subject }),
		Asked::Leaf { root, subject, .. } => Ok(ProofId::Leaf { root, subject }),
		Asked::Absence { .. } => Err(Error::NothingThere { path: path.to_owned() }),
	}
}

/// The bundle that is in an issued file, and what is its original; none if it was not issued.
pub fn bundle_in(path: &Path) -> Result<Option<(Bundle, OriginalDigests)>, crate::Error> {
	let Presented { original, bundle } = Presented::read(path)?.map_err(|fault| Error::Altered {
		path: path.to_owned(),
		fault,
	})?;
	let bundle = bundle.map(|bytes| parse(&bytes, path)).transpose()?;
	Ok(bundle.map(|bundle| (bundle, original)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::issued::tests::pdf;
	use chirograph_primitives::{Algorithm, AlgorithmChange, AlgorithmPolicy, AlgorithmTerms, ProofEvent, Role, SignatureScheme};
	use chirograph_verifier::{
		evidence::Mode,
		state::keys,
		testing::{Content, Document, Network, Signer, GENESIS_TIME},
		verify,
	};

	const DAY: Moment = 24 * 60 * 60 * 1_000;

	/// A diploma with these fields, registered by label 1, and what became of it.
	struct Made {
		network: Network,
		document: Document,
	}

	impl Made {
		fn new(schema: Schema, fields: &[(&str, &str)], events: &[ProofEvent]) -> Self {
			let mut network = Network::new(4);
			let issuer = Signer::new(SignatureScheme::Ecdsa, "a university").account();
			network.label(&issuer, &[Role::Issuer, Role::Owner]);
			network.seal();
			let document = Document::new("a diploma", &issuer, schema, Mode::Open, fields);
			network.register(&document.evidence, SignatureScheme::Ecdsa);
			network.seal();
			let subject = document.subject();
			for event in events {
				network.happen(ProofId::Record { subject }, 1, event.clone());
				network.seal();
			}
			Self { network, document }
		}

		fn issued(fields: &[(&str, &str)]) -> Self {
			Self::new(Schema::Certificate, fields, &[])
		}

		fn bundle(&self, shown: &[&str]) -> Bundle {
			let number = self.network.blocks.len() as u32 - 1;
			let mut bundle = self.network.bundle(Content::Record(&self.document), 0, number);
			let disclosures = self.document.disclosures.iter();
			bundle.disclosures = disclosures
				.filter(|field| shown.contains(&&field.name[..]))
				.cloned()
				.collect();
			bundle
		}

		fn status(&self, shown: &[&str], issuer: Option<LabelId>, now: Option<Moment>) -> Status {
			let bundle = self.bundle(shown).canonical();
			let verdict = verify(&bundle, &self.network.trust(), &self.document.question());
			judge(&verdict, issuer, now)
		}
	}

	#[track_caller]
	fn assert_unknown(status: &Status, why: &str) {
		assert!(
			matches!(status, Status::Unknown { reason } if reason.contains(why)),
			"{status:?}"
		);
	}

	/// The last day of the network's first block, and the ones around it.
	fn days() -> [String; 3] {
		[GENESIS_TIME - DAY, GENESIS_TIME, GENESIS_TIME + DAY].map(|time| format_time(time)[..10].to_owned())
	}

	#[test]
	fn a_certificate_is_valid_until_the_end_of_its_last_day() {
		let [yesterday, today, tomorrow] = days();
		assert_eq!(
			Made::issued(&[]).status(&[], None, None),
			Status::Valid,
			"one that does not expire"
		);
		let until = |day: &str, now: Option<Moment>| Made::issued(&[(EXPIRES, day)]).status(&[EXPIRES], None, now);
		let expired = |day: &str| Status::Expired { on: day.to_owned() };
		assert_eq!(until(&today, None), Status::Valid);
		assert_eq!(until(&tomorrow, None), Status::Valid);
		assert_eq!(
			until(&yesterday, None),
			expired(&yesterday),
			"the block's time is a clock, too"
		);
		let end = end_of_day(&tomorrow).expect("is a day");
		assert_eq!(until(&tomorrow, Some(end)), Status::Valid);
		assert_eq!(until(&tomorrow, Some(end + 1)), expired(&tomorrow));
		assert_eq!(
			until(&yesterday, Some(0)),
			expired(&yesterday),
			"a clock that is slow does not help"
		);
	}

	#[test]
	fn an_expiry_that_is_not_shown_or_is_no_day_makes_a_certificate_unknown() {
		let [_, _, tomorrow] = days();
		let made = Made::issued(&[(EXPIRES, &tomorrow[..]), (RECIPIENT, "Ada")]);
		assert_eq!(
			made.status(&[EXPIRES], None, None),
			Status::Valid,
			"the control: whom it is for need not be shown"
		);
		assert_unknown(&made.status(&[RECIPIENT], None, None), "this does not show it");
		let odd = Made::issued(&[(EXPIRES, "never")]);
		assert_unknown(&odd.status(&[EXPIRES], None, None), "which is no day");
	}

	#[test]
	fn what_became_of_a_certificate_comes_before_its_date() {
		let [yesterday, ..] = days();
		let happened =
			|event| Made::new(Schema::Certificate, &[(EXPIRES, &yesterday[..])], &[event]).status(&[EXPIRES], None, None);
		let reason = RevocationReason::IssuedInError;
		assert!(matches!(happened(ProofEvent::Revoked { reason }), Status::Revoked { reason: found, .. } if found == reason));
		let by = ProofId::Record {
			subject: Subject([5; 32]),
		};
		assert!(
			matches!(happened(ProofEvent::Superseded { successor: by }), Status::Superseded { by: found, .. } if found == by)
		);
	}

	#[test]
	fn only_a_certificate_of_the_issuer_who_was_asked_for_is_valid() {
		let made = Made::issued(&[]);
		assert_eq!(made.status(&[], Some(1), None), Status::Valid, "the control");
		assert_unknown(
			&made.status(&[], Some(2), None),
			"issued by label 1, and label 2 was asked for",
		);
		let deed = Made::new(Schema::Document, &[], &[]);
		assert_unknown(&deed.status(&[], None, None), "registered as document");
	}

	#[test]
	fn what_is_not_proven_is_unknown_and_says_why() {
		let made = Made::issued(&[]);
		let bundle = made.bundle(&[]).canonical();
		let trust = Trust::in_network([7; 32]);
		let verdict = verify(&bundle, &trust, &made.document.question());
		assert_unknown(&judge(&verdict, None, None), "the bundle is of the network");
		let number = made.network.blocks.len() as u32 - 1;
		let absent = made.network.bundle(Content::Absence(Subject([9; 32])), 0, number);
		let verdict = verify(&absent.canonical(), &made.network.trust(), &Question::default());
		assert_unknown(&judge(&verdict, None, None), "something is absent");
	}

	#[test]
	fn what_nothing_binds_to_its_registration_any_more_is_unknown() {
		let mut made = Made::issued(&[]);
		assert_eq!(made.status(&[], None, None), Status::Valid, "the control");
		let change = AlgorithmChange {
			at: GENESIS_TIME,
			algorithm: Algorithm::Sha256,
			terms: AlgorithmTerms {
				deprecated_from: None,
				refused_from: Some(made.network.here().time),
				least_bits: 0,
			},
		};
		let policy = AlgorithmPolicy(vec![change].try_into().expect("is one"));
		made.network.put(keys::policy(), &policy);
		made.network.seal();
		assert_unknown(&made.status(&[], None, None), "is refused by now");
	}

	#[test]
	fn a_bundle_in_somebody_elses_file_is_about_another_file() {
		let made = Made::issued(&[]);
		let directory = tempfile::tempdir().expect("there is room");
		let path = directory.path().join("forged.pdf");
		let forged = issued::attach(&pdf("forged"), &made.bundle(&[]).canonical()).expect("nothing is against it");
		std::fs::write(&path, &forged).expect("there is room");
		let presented = Presented::read(&path).expect("can be read").expect("is as it was issued");
		let bundle = presented.bundle.clone().expect("is in it");
		let verdict = verify(&bundle, &made.network.trust(), &presented.question(None));
		assert_unknown(
			&judge(&verdict, None, None),
			"the file is not the one that the evidence is about",
		);
		let (found, original) = bundle_in(&path).expect("is as it was issued").expect("is in it");
		assert_eq!(original, presented.original);
		// Nor is the proof revoked that the bundle names.
		let refused = |bundle: &Bundle, question: &Question| {
			let verdict = verify(&bundle.canonical(), &made.network.trust(), question);
			proof_of(bundle, &verdict, &path)
		};
		let other_file = refused(&found, &presented.question(None));
		assert!(matches!(other_file, Err(Error::NotShown { .. })), "{other_file:?}");
		let renamed = Bundle {
			subject: Subject([9; 32]),
			..found.clone()
		};
		let renamed = refused(&renamed, &Question::default());
		assert!(matches!(renamed, Err(Error::NotShown { .. })), "{renamed:?}");
		let subject = made.document.subject();
		assert_eq!(
			refused(&found, &made.document.question()).ok(),
			Some(ProofId::Record { subject }),
			"the control"
		);
		std::fs::write(&path, [&forged[..], b"x"].concat()).expect("there is room");
		assert_eq!(Presented::read(&path).expect("can be read"), Err(IssuedFault::Appended));
		assert!(bundle_in(&path).is_err());
	}

	#[test]
	fn what_cannot_be_issued_is_named_before_anything_is_registered() {
		let directory = tempfile::tempdir().expect("there is room");
		let item = |name: &str, content: &[u8], fields: &[(&str, &str)]| {
			let file = directory.path().join(name);
			std::fs::write(&file, content).expect("there is room");
			let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
			Item {
				path: name.to_owned(),
				file,
				fields: fields.collect(),
			}
		};
		let good = item("good.pdf", &pdf("good"), &[(EXPIRES, "2030-12-31"), (RECIPIENT, "Ada")]);
		let none = BTreeSet::new();
		let shown = BTreeSet::from([RECIPIENT.to_owned()]);
		let batch = directory.path().join("batch");
		let check = |items: &[Item], shown: &BTreeSet<String>| match ensure_issuable(&batch, items, shown, &mut |_| ()) {
			Ok(()) => String::new(),
			Err(error) => error.to_string(),
		};
		assert_eq!(check(std::slice::from_ref(&good), &shown), "", "the control");
		let text = item("text.pdf", b"not a PDF", &[]);
		let odd = item("odd.pdf", &pdf("odd"), &[(EXPIRES, "31.12.2030")]);
		let said = check(&[good.clone(), text, odd], &none);
		for part in ["2 of the files", "text.pdf: it is no PDF", "odd.pdf: the field `expires`"] {
			assert!(said.contains(part), "{said}");
		}
		let upper = item("upper.pdf", &pdf("upper"), &[("Expires", "2030-12-31"), ("RECIPIENT", "Ada")]);
		let said = check(&[upper], &none);
		for part in [
			"`Expires` is to be called `expires`",
			"`RECIPIENT` is to be called `recipient`",
		] {
			assert!(said.contains(part), "{said}");
		}
		let said = check(&[good], &BTreeSet::from(["recipients".to_owned()]));
		assert!(said.contains("no certificate has a field `recipients`"), "{said}");
		// What is signed for may be on record, and nobody is told that it is not.
		std::fs::create_dir(&batch).expect("there is room");
		std::fs::write(batch.join("registration.json"), "{}").expect("there is room");
		let text = item("text.pdf", b"not a PDF", &[]);
		assert_eq!(check(&[text], &none), "");
	}
}
