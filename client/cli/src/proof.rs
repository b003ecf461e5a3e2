// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, OwnerKey, ProofCommand, Statement, Submission},
	output::{as_of, final_in, Output},
	password, Failure,
};
use chirograph_sdk::{
	authorization::Authorization,
	chain::format_time,
	evidence::{self, Disclosures, Evidence, Mode},
	file::{self, Original},
	keys::{format_account, KeyStore, Keypair},
	primitives::{BlockNumber, Record, RevocationReason, SignatureScheme, Status, Subject},
	proofs::{self, Registered, Verdict},
	submit::Submitter,
};
use std::{
	collections::BTreeMap,
	env,
	path::{Path, PathBuf},
	sync::Arc,
};

/// For how many blocks an owner's signature is good that is used at once: an hour at two seconds a block, in case finality takes its time.
pub const VALIDITY: BlockNumber = 1_800;

/// What takes most of the time.
pub const WAITING: &str = "submitting, and waiting for finality ...";

/// More than any evidence has: what is too large to be evidence should be called that by those who judge it.
const MAX_EVIDENCE_FILE: u64 = 16 * 1024 * 1024;

pub async fn run(command: ProofCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		ProofCommand::Register {
			file,
			statement,
			claim,
			authorization,
			factor,
			owner,
			submission,
		} => {
			let confirmation = factor.confirmation()?;
			if authorization.is_none() && (confirmation.is_some() || factor.request().is_some()) {
				return Err(Failure::Usage(
					"a passkey confirms one signature of the owner, and here another would be made each time; write one with `proof authorize`, and name it with --authorization".into(),
				));
			}
			let original = read(&file, output)?;
			let chain = Arc::new(common.connect_to_sign().await?);
			let (evidence, authorization, owner) = match authorization {
				Some(path) => {
					let evidence = Evidence::read(&statement.evidence_path(&file))?;
					evidence.matches_original(&original)?;
					(evidence, Authorization::read(&path)?, None)
				},
				None => {
					let owner = owner.load()?;
					let evidence = match statement.existing(&file, &original, &owner)? {
						Some(evidence) => evidence,
						None => {
							// Before anything is written: what is registered already needs no new evidence. A sealed proof has a subject of
							// its own.
							if !statement.sealed {
								let subject = Subject(original.sha256);
								proofs::ensure_registrable(&chain, &subject, &owner.account(), None, claim).await?;
							}
							statement.write(&file, &original, &owner, output)?
						},
					};
					let valid_until = chain.valid_until(VALIDITY).await?;
					let authorization = Authorization::sign_registration(&owner, chain.genesis(), &evidence, valid_until)?;
					(evidence, authorization, Some(owner))
				},
			};
			if let Some(asked) = factor.request() {
				authorization.check_evidence(&evidence)?;
				let call = proofs::registration(&evidence, &authorization, claim);
				return asked.write(&chain, &authorization.owner, &call, output).await;
			}
			let signer = submission.signer(owner)?;
			let submitter = Submitter::start(chain).await?;
			let (patience, confirmation) = (submission.patience.duration(), confirmation.as_ref());
			output.hint(WAITING);
			let sent = proofs::register(&submitter, &signer, &evidence, &authorization, claim, confirmation, patience);
			let registered = sent.await?;
			report(
				output,
				if claim {
					"claimed, and final"
				} else {
					"registered, and final"
				},
				&file,
				&registered,
			);
		},
		ProofCommand::Authorize {
			file,
			statement,
			output: path,
			valid_until,
			owner,
		} => {
			let genesis = common.genesis.ok_or_else(|| {
				Failure::Usage(
					"a signature is for one network: name it with --genesis (`chirograph chain status` shows it)".into(),
				)
			})?;
			let original = read(&file, output)?;
			let owner = owner.load()?;
			let evidence = match statement.existing(&file, &original, &owner)? {
				Some(evidence) => evidence,
				None => statement.write(&file, &original, &owner, output)?,
			};
			let authorization = Authorization::sign_registration(&owner, &genesis.0, &evidence, valid_until)?;
			let path = path.unwrap_or_else(|| with_suffix(&file, ".authorization.json"));
			authorization.write_new(&path)?;
			let lines = [
				("evidence", statement.evidence_path(&file).display().to_string()),
				("authorization", path.display().to_string()),
				("valid until", format!("block {valid_until}")),
			];
			output.result(
				&authorization,
				"authorised; send file, evidence and authorisation to whoever submits it",
				&lines,
			);
		},
		ProofCommand::Verify { file, evidence } => {
			let original = read(&file, output)?;
			let evidence = evidence
				.map(|path| file::read_bounded(&path, MAX_EVIDENCE_FILE))
				.transpose()?;
			let chain = common.connect().await?;
			let verification = proofs::verify(&chain, &original, evidence.as_deref()).await?;
			let mut lines = vec![("file", file.display().to_string())];
			lines.extend(verification.subject.map(|subject| ("subject", subject.to_string())));
			let title = match &verification.verdict {
				Verdict::Verified { record } => {
					lines.extend(describe(record));
					"VERIFIED".to_owned()
				},
				Verdict::NotVerified { reason } => format!("NOT VERIFIED: {reason}"),
			};
			lines.extend(verification.as_of.as_ref().map(as_of));
			output.result(&verification, &title, &lines);
			if !verification.is_verified() {
				return Err(Failure::Negative);
			}
		},
		ProofCommand::Show { target, evidence } => {
			let subject = subject_of(&target, evidence.as_deref(), output)?;
			let entries = proofs::show(&common.connect().await?, &subject).await?;
			let mut lines = vec![("subject", subject.to_string())];
			lines.extend(describe(&entries.record));
			for claim in &entries.claims {
				lines.push((
					"later claim",
					format!("{}, block {}", format_account(&claim.owner), claim.registered.block),
				));
			}
			lines.push(as_of(&entries.as_of));
			output.result(&entries, "proof", &lines);
		},
		ProofCommand::Revoke {
			target,
			evidence,
			reason,
			authorization: path,
			factor,
			owner,
			submission,
		} => {
			let confirmation = factor.confirmation()?;
			let subject = subject_of(&target, evidence.as_deref(), output)?;
			let chain = Arc::new(common.connect_to_sign().await?);
			let owner = owner.load()?;
			let path = path.unwrap_or_else(|| with_suffix(Path::new(&target), ".revocation.json"));
			// A passkey confirms one signature, and another would be made each time.
			let is_kept = confirmation.is_some() || (factor.request().is_some() && path.exists());
			let authorization = if is_kept {
				kept_revocation(&path, &owner, subject, reason.into())?
			} else {
				let valid_until = chain.valid_until(VALIDITY).await?;
				Authorization::sign_revocation(&owner, chain.genesis(), subject, reason.into(), valid_until)
			};
			if let Some(asked) = factor.request() {
				authorization.check(chain.genesis(), chain.height().await?)?;
				if !is_kept {
					authorization.write_new(&path)?;
					output.hint(format_args!(
						"your signature is in {}, for when it is confirmed",
						path.display()
					));
				}
				let call = proofs::revocation(&authorization)?;
				return asked.write(&chain, &authorization.owner, &call, output).await;
			}
			let signer = submission.signer(Some(owner))?;
			let submitter = Submitter::start(chain).await?;
			let (patience, confirmation) = (submission.patience.duration(), confirmation.as_ref());
			let revoked = proofs::revoke(&submitter, &signer, &authorization, confirmation, patience).await?;
			report(output, "revoked, and final", Path::new(&target), &revoked);
		},
	}
	Ok(())
}

/// Hashes a file, with a bar where that takes a while.
fn read(path: &Path, output: &Output) -> Result<Original, Failure> {
	let (_, size) = file::open_original(path)?;
	let bar = output.progress(size);
	let original = file::read_original(path, &mut |bytes| bar.set_position(bytes))?;
	bar.finish_and_clear();
	Ok(original)
}

fn subject_of(target: &str, evidence: Option<&Path>, output: &Output) -> Result<Subject, Failure> {
	let file = Path::new(target);
	if let (Ok(subject), false) = (target.parse(), file.exists()) {
		return match evidence {
			None => Ok(subject),
			Some(_) => Err(Failure::Usage(
				"evidence goes with a file; a subject says by itself what is meant".into(),
			)),
		};
	}
	let original = read(file, output)?;
	let beside = evidence::evidence_path(file);
	match evidence.map(Path::to_owned).or_else(|| beside.exists().then_some(beside)) {
		Some(path) => {
			let evidence = Evidence::read(&path)?;
			evidence.matches_original(&original)?;
			Ok(evidence.subject())
		},
		None => Ok(Subject(original.sha256)),
	}
}

/// The owner's signature that an earlier run kept for the passkey to confirm.
fn kept_revocation(path: &Path, owner: &Keypair, subject: Subject, reason: RevocationReason) -> Result<Authorization, Failure> {
	let kept = Authorization::read(path)?;
	if (&kept.owner, kept.subject, kept.revocation_reason()?) == (&owner.account(), subject, reason) {
		return Ok(kept);
	}
	Err(Failure::Usage(format!(
		"{} is to revoke another proof, by another owner or for another reason; give the command that wrote it, or name another file with --authorization",
		path.display()
	)))
}

fn report(output: &Output, title: &str, file: &Path, registered: &Registered) {
	let mut lines = vec![
		("file", file.display().to_string()),
		("subject", registered.subject.to_string()),
	];
	lines.extend(describe(&registered.record));
	lines.push(final_in(&registered.block));
	output.result(registered, title, &lines);
}

fn describe(record: &Record) -> Vec<(&'static str, String)> {
	let mut lines = vec![
		(
			"owner",
			format!(
				"{} ({}), label {}",
				format_account(&record.owner),
				record.scheme,
				record.label
			),
		),
		("evidence", record.evidence_hash.to_string()),
		("schema", proofs::code(&record.schema)),
		(
			"registered",
			format!("{}, block {}", format_time(record.registered.time), record.registered.block),
		),
	];
	if record.submitter != record.owner {
		lines.push(("submitter", format_account(&record.submitter)));
	}
	if let Status::Revoked { at, reason } = record.status {
		let reason = proofs::code(&reason);
		lines.push(("revoked", format!("{}, block {} ({reason})", format_time(at.time), at.block)));
	}
	lines
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
	let mut path = file.as_os_str().to_owned();
	path.push(suffix);
	path.into()
}

impl Statement {
	fn evidence_path(&self, file: &Path) -> PathBuf {
		self.evidence.clone().unwrap_or_else(|| evidence::evidence_path(file))
	}

	/// Beside the evidence, under its name.
	fn disclosures_path(&self, file: &Path) -> PathBuf {
		match &self.evidence {
			Some(evidence) => with_suffix(evidence, ".disclosures.json"),
			None => evidence::disclosures_path(file),
		}
	}

	fn mode(&self) -> Mode {
		if self.sealed {
			Mode::Sealed
		} else {
			Mode::Open
		}
	}

	/// Evidence that an earlier try left, if it says the same.
	fn existing(&self, file: &Path, original: &Original, owner: &Keypair) -> Result<Option<Evidence>, Failure> {
		let path = self.evidence_path(file);
		if !path.exists() {
			return Ok(None);
		}
		let evidence = Evidence::read(&path)?;
		evidence.matches_original(original)?;
		let same = evidence.owner.account == owner.account()
			&& evidence.mode == self.mode()
			&& evidence.schema == self.schema.into()
			&& self.states_the_same_fields(file, &evidence)?;
		if !same {
			return Err(Failure::Usage(format!(
				"{} is evidence for this file with another owner, mode, schema or fields; move it away, or name another with --evidence",
				path.display()
			)));
		}
		Ok(Some(evidence))
	}

	/// Commitments do not show their values: the disclosures that were written with them do.
	fn states_the_same_fields(&self, file: &Path, evidence: &Evidence) -> Result<bool, Failure> {
		let wanted: BTreeMap<_, _> = self.fields.iter().cloned().collect();
		if evidence.fields.is_empty() || wanted.len() != evidence.fields.len() {
			return Ok(wanted.len() == evidence.fields.len());
		}
		let disclosures = Disclosures::read(&self.disclosures_path(file))?;
		disclosures.check(evidence)?;
		let stated: BTreeMap<_, _> = disclosures
			.fields
			.into_iter()
			.map(|field| (field.name, field.value))
			.collect();
		Ok(stated == wanted)
	}

	/// New evidence, on disk before anything is sent.
	fn write(&self, file: &Path, original: &Original, owner: &Keypair, output: &Output) -> Result<Evidence, Failure> {
		let fields = self.fields.clone();
		let (evidence, disclosures) = Evidence::new(original, self.mode(), self.schema.into(), &owner.account(), fields)?;
		// The disclosures first: without the evidence they are nothing, but the evidence without them could never be disclosed.
		if !disclosures.is_empty() {
			let path = self.disclosures_path(file);
			Disclosures::new(&evidence, disclosures).write_new(&path)?;
			output.hint(format_args!(
				"fields and their salts are in {}; keep it, and keep it to yourself",
				path.display()
			));
		}
		let path = self.evidence_path(file);
		evidence.write_new(&path)?;
		output.hint(format_args!("evidence is in {}; keep it with the file", path.display()));
		Ok(evidence)
	}
}

impl OwnerKey {
	fn load(&self) -> Result<Keypair, Failure> {
		self.load_or("whose is it? Name the owner's key with --key")
	}

	/// The key; or `question`, which asks for it.
	pub fn load_or(&self, question: &str) -> Result<Keypair, Failure> {
		let key = self.key.clone().or_else(|| env::var("CHIROGRAPH_KEY").ok());
		match (key, &self.dev_key) {
			(_, Some(name)) => Ok(Keypair::dev(name, SignatureScheme::Sr25519)?),
			(Some(name), None) => Ok(KeyStore::open_default()?.load(&name, &self.password.existing(&name)?)?),
			(None, None) => Err(Failure::Usage(format!(
				"{question}; make one with `chirograph key generate NAME`"
			))),
		}
	}
}

impl Submission {
	fn signer(&self, owner: Option<Keypair>) -> Result<Keypair, Failure> {
		match (&self.submitter, &self.submitter_dev_key, owner) {
			(_, Some(name), _) => Ok(Keypair::dev(name, SignatureScheme::Sr25519)?),
			(Some(name), None, _) => Ok(KeyStore::open_default()?.load(name, &password::of_submitter(name)?)?),
			(None, None, Some(owner)) => Ok(owner),
			(None, None, None) => Err(Failure::Usage("who submits it? Name a key with --submitter".into())),
		}
	}
}
