// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, Holding, OwnerKey, ProofCommand, SecondFactor, Submission, Target},
	batch,
	bundle::{self, describe_event, when, Lines},
	label::{account_of, wait},
	output::{as_of, final_in, true_time, Output, Timed},
	password,
	statement::{evidence_path, read, read_features, remember, warn_of_similar, with_suffix},
	Failure,
};
pub use chirograph_sdk::authorization::VALIDITY;
use chirograph_sdk::{
	authorization::{Authorization, Change, Permission},
	bundles::EXTENSION,
	chain::{BlockId, Chain},
	clock,
	evidence::{self, Evidence, EvidenceFile},
	file,
	keys::{format_account, KeyStore, Keypair},
	life::{self, Changed, Standing},
	near::Near,
	primitives::{BatchRoot, BlockNumber, Inclusion, Life, ProofId, Record, SignatureScheme, Status, Subject},
	proofs::{self, Reason, Registered, Verdict},
	submit::Submitter,
	verifier::{
		bundle::{Bundle, Leaf},
		verdict::Event,
	},
};
use serde::Serialize;
use std::{
	env,
	path::{Path, PathBuf},
	sync::Arc,
};

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
			let original = match &authorization {
				Some(_) => read(&file, output)?,
				None => read_features(&file, output)?,
			};
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
							statement.write(&file, &original, &owner, output).await?
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
			let near = warn_of_similar(&evidence, output);
			let submitter = Submitter::start(chain).await?;
			let (patience, confirmation) = (submission.patience.duration(), confirmation.as_ref());
			output.hint(WAITING);
			let sent = proofs::register(&submitter, &signer, &evidence, &authorization, claim, confirmation, patience);
			let registered = sent.await?;
			remember(&evidence, &file, output);
			report(
				output,
				if claim {
					"claimed, and final"
				} else {
					"registered, and final"
				},
				&file,
				&registered,
				near,
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
			let original = read_features(&file, output)?;
			let owner = owner.load()?;
			let evidence = match statement.existing(&file, &original, &owner)? {
				Some(evidence) => evidence,
				None => statement.write(&file, &original, &owner, output).await?,
			};
			let near = warn_of_similar(&evidence, output);
			let authorization = Authorization::sign_registration(&owner, &genesis.0, &evidence, valid_until)?;
			let path = path.unwrap_or_else(|| with_suffix(&file, ".authorization.json"));
			authorization.write_new(&path)?;
			let lines = [
				("evidence", statement.evidence_path(&file).display().to_string()),
				("authorization", path.display().to_string()),
				("valid until", format!("block {valid_until}")),
			];
			let result = &authorization;
			output.result(
				&Reported { result, near },
				"authorised; send file, evidence and authorisation to whoever submits it",
				&lines,
			);
		},
		ProofCommand::Batch(request) => batch::run(request, common, output).await?,
		ProofCommand::Disclose(selection) => bundle::disclose(selection, output)?,
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
			let known = match &verification.verdict {
				Verdict::Verified { record } => Some(clock::stated(&chain, &record.registered).await?),
				Verdict::NotVerified { .. } => None,
			};
			lines.extend(known.as_ref().map(true_time));
			lines.extend(verification.as_of.as_ref().map(as_of));
			let timed = Timed {
				result: &verification,
				time_statement: known.as_ref(),
			};
			output.result(&timed, &title, &lines);
			if !verification.is_verified() {
				let bundle = with_suffix(&file, &format!(".{EXTENSION}"));
				let is_unknown = matches!(
					verification.verdict,
					Verdict::NotVerified {
						reason: Reason::NotRegistered
					}
				);
				if is_unknown && bundle.exists() {
					output.hint(format_args!(
						"what is registered in a batch is not found by its file: {} lies beside it; judge that with\n  chirograph bundle verify {} --original {}",
						bundle.display(),
						bundle.display(),
						file.display()
					));
				}
				return Err(Failure::Negative);
			}
		},
		ProofCommand::Show { target, as_of } => {
			let (named, chain) = (target.named(output)?, common.connect().await?);
			show(&named.checked(&chain).await?, as_of, &chain, output).await?;
		},
		ProofCommand::History { target } => {
			let (named, chain) = (target.named(output)?, common.connect().await?);
			history(&named.checked(&chain).await?, &chain, output).await?;
		},
		ProofCommand::Revoke { target, reason, holding } => {
			let named = target.named(output)?;
			let chain = Arc::new(common.connect_to_sign().await?);
			let proof = named.checked(&chain).await?;
			let change = Change::Revocation { reason: reason.into() };
			holding.change(&target.target, proof, change, chain, output).await?;
		},
		ProofCommand::Supersede { target, by, holding } => {
			let (named, by) = (target.named(output)?, Named::of(&by, None, output)?);
			let chain = Arc::new(common.connect_to_sign().await?);
			let (proof, by) = (named.checked(&chain).await?, by.checked(&chain).await?);
			let change = Change::Supersession { by };
			holding.change(&target.target, proof, change, chain, output).await?;
		},
		ProofCommand::Transfer {
			target,
			to,
			output: path,
			valid_for,
			owner,
		} => {
			let (named, to) = (target.named(output)?, account_of(&to)?);
			let chain = common.connect_to_sign().await?;
			chain.ensure_synced().await?;
			let proof = named.checked(&chain).await?;
			let owner = owner.load()?;
			let change = Change::Transfer {
				to: to.clone(),
				consent: None,
			};
			life::ensure_possible(&chain, &chain.finalised().await?, &owner.account(), &proof, &change).await?;
			let valid_until = chain.valid_until(valid_for).await?;
			let offered = Authorization::sign_change(&owner, chain.genesis(), proof, change, valid_until);
			offered.write_new(&path)?;
			let lines = [
				("proof", proof.to_string()),
				("to", format_account(&to)),
				("valid until", format!("block {valid_until}")),
				("file", path.display().to_string()),
			];
			output.result(
				&offered,
				"signed, and nothing was sent; have the next holder accept the file with `proof accept`",
				&lines,
			);
		},
		ProofCommand::Accept {
			transfer,
			accepted,
			factor,
			next,
			submission,
		} => {
			let acceptance = Acceptance {
				transfer: &transfer,
				kept: accepted.unwrap_or_else(|| with_suffix(&transfer, ".accepted.json")),
				factor: &factor,
			};
			acceptance.carry_out(&next, &submission, common, output).await?;
		},
		ProofCommand::Renew { target, holding } => {
			let (evidence, leaf) = target.stated(output)?;
			let chain = Arc::new(common.connect_to_sign().await?);
			chain.ensure_synced().await?;
			let at = chain.finalised().await?;
			let (proof, change) = life::renewal(&chain, &at, &evidence, leaf.as_ref()).await?;
			holding.change(&target.target, proof, change, chain, output).await?;
		},
		ProofCommand::Annotate {
			target,
			remark,
			document,
			signing,
		} => {
			let named = target.named(output)?;
			let document = document.map(|path| read(&path, output)).transpose()?;
			let document = document.map(|document| document.sha256);
			let (submitter, regulator, patience) = signing.open(common).await?;
			let proof = named.checked(submitter.chain()).await?;
			let sent = life::annotate(&submitter, &regulator, proof, remark.into(), document, patience);
			report_changed(output, "noted, and final", &wait(output, sent).await?);
		},
	}
	Ok(())
}

impl Target {
	fn named(&self, output: &Output) -> Result<Named, Failure> {
		Named::of(&self.target, self.evidence.as_deref(), output)
	}

	/// What was stated about it, and of a leaf where in its batch it is.
	fn stated(&self, output: &Output) -> Result<(Evidence, Option<Leaf>), Failure> {
		let path = Path::new(&self.target);
		if is_bundle(path) {
			let bundle = bundle_of(path, self.evidence.as_deref())?;
			return match bundle.evidence {
				Some(evidence) => Ok((evidence, bundle.leaf)),
				None => Err(nothing_registered(path)),
			};
		}
		let evidence = match (&self.evidence, path.exists()) {
			(given, true) => {
				let original = read(path, output)?;
				let evidence = Evidence::read(&evidence_path(path, given.as_deref()))?;
				evidence.matches_original(&original)?;
				evidence
			},
			(Some(given), false) => {
				let evidence = Evidence::read(given)?;
				if self.target.parse::<Subject>() != Ok(evidence.subject()) {
					return Err(Failure::Usage(format!(
						"{} is evidence of {}, and not of {}; use the two that belong together",
						given.display(),
						evidence.subject(),
						self.target
					)));
				}
				evidence
			},
			(None, false) => {
				return Err(Failure::Usage(
					"a renewal binds the evidence: name the file that the evidence is beside, or the bundle that has it; of a batch, the bundle of each leaf".into(),
				))
			},
		};
		Ok((evidence, None))
	}
}

/// Which proof is meant: a batch by its root, what a bundle is about, and else a record.
enum Named {
	Proof(ProofId),
	/// By the word of the bundle, so far.
	Bundle(PathBuf, Box<Bundle>),
}

impl Named {
	fn of(target: &str, evidence: Option<&Path>, output: &Output) -> Result<Self, Failure> {
		let path = Path::new(target);
		if let (Some(root), false) = (target.strip_prefix("batch:"), path.exists()) {
			let root = root
				.parse::<BatchRoot>()
				.map_err(|error| Failure::Usage(format!("{target} is not the root of a batch: {error}")))?;
			return match evidence {
				None => Ok(Self::Proof(ProofId::Batch { root })),
				Some(_) => Err(goes_with_a_file("a batch")),
			};
		}
		if is_bundle(path) {
			let bundle = bundle_of(path, evidence)?;
			return Ok(Self::Bundle(path.to_owned(), Box::new(bundle)));
		}
		let subject = subject_of(target, evidence, output)?;
		Ok(Self::Proof(ProofId::Record { subject }))
	}

	/// The proof; of a bundle, only if the evidence in it is the registered one. Whoever hands over a bundle could have written another subject
	/// into it, and the ledger would take what is done to a leaf that no batch has.
	async fn checked(self, chain: &Chain) -> Result<ProofId, Failure> {
		let (path, bundle) = match self {
			Self::Proof(proof) => return Ok(proof),
			Self::Bundle(path, bundle) => (path, bundle),
		};
		bundle::ensure_of(chain, &bundle, &path)?;
		let evidence = bundle.evidence.as_ref().ok_or_else(|| nothing_registered(&path))?;
		if evidence.subject() != bundle.subject {
			return Err(Failure::Usage(format!(
				"{} says that it is about {}, and its evidence is of {}; ask for an unaltered copy",
				path.display(),
				bundle.subject,
				evidence.subject()
			)));
		}
		chain.ensure_synced().await?;
		let at = chain.finalised().await?;
		Ok(life::registered(chain, &at, evidence, bundle.leaf.as_ref()).await?)
	}
}

fn is_bundle(path: &Path) -> bool {
	path.extension().is_some_and(|extension| extension == EXTENSION)
}

fn bundle_of(path: &Path, evidence: Option<&Path>) -> Result<Bundle, Failure> {
	match evidence {
		None => bundle::parse(path),
		Some(_) => Err(goes_with_a_file("a bundle")),
	}
}

fn goes_with_a_file(other: &str) -> Failure {
	Failure::Usage(format!("evidence goes with a file; {other} says by itself what is meant"))
}

fn nothing_registered(bundle: &Path) -> Failure {
	Failure::Usage(format!(
		"{} has no evidence of anything registered; name what is registered",
		bundle.display()
	))
}

/// Which subject is meant: it says so by itself, a file by its evidence, if that is given or beside it, and else by its hash.
pub fn subject_of(target: &str, evidence: Option<&Path>, output: &Output) -> Result<Subject, Failure> {
	let file = Path::new(target);
	if let (Ok(subject), false) = (target.parse(), file.exists()) {
		return match evidence {
			None => Ok(subject),
			Some(_) => Err(goes_with_a_file("a subject")),
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

async fn show(proof: &ProofId, block: Option<BlockNumber>, chain: &Chain, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct Shown {
		proof: ProofId,
		#[serde(flatten)]
		standing: Standing,
		as_of: BlockId,
	}
	let mut lines = Vec::new();
	if let ProofId::Record { subject } = proof {
		let entries = proofs::show(chain, subject, block).await?;
		lines.push(("subject", subject.to_string()));
		lines.extend(describe(&entries.record));
		for claim in &entries.claims {
			lines.push((
				"later claim",
				format!("{}, block {}", format_account(&claim.owner), claim.registered.block),
			));
		}
		let known = clock::stated(chain, &entries.record.registered).await?;
		lines.extend([true_time(&known), as_of(&entries.as_of)]);
		let timed = Timed {
			result: &entries,
			time_statement: Some(&known),
		};
		output.result(&timed, "proof", &lines);
		return Ok(());
	}
	chain.ensure_synced().await?;
	let at = chain.as_of(block).await?;
	let standing = life::existing(chain, &at, proof).await?;
	let shown = Shown {
		proof: *proof,
		standing,
		as_of: BlockId::of(&at),
	};
	lines.push(("proof", proof.to_string()));
	lines.extend(describe_standing(&shown.standing));
	let known = clock::stated(chain, &shown.standing.registered).await?;
	lines.extend([true_time(&known), as_of(&shown.as_of)]);
	let timed = Timed {
		result: &shown,
		time_statement: Some(&known),
	};
	output.result(&timed, "proof", &lines);
	Ok(())
}

async fn history(proof: &ProofId, chain: &Chain, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	#[serde(rename_all = "camelCase")]
	struct History {
		proof: ProofId,
		registered: Inclusion,
		history: Vec<Event>,
		as_of: BlockId,
	}
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let standing = life::existing(chain, &at, proof).await?;
	let mut history = Vec::new();
	let batch = match *proof {
		ProofId::Leaf { root, .. } => Some(ProofId::Batch { root }),
		ProofId::Record { .. } | ProofId::Batch { .. } => None,
	};
	for proof in batch.into_iter().chain([*proof]) {
		let changes = life::history(chain, &at, &proof).await?;
		history.extend(changes.into_iter().map(|change| Event { proof, change }));
	}
	history.sort_by_key(|event| event.change.at.position());
	let mut lines = vec![("proof", proof.to_string()), ("registered", when(&standing.registered))];
	lines.extend(history.iter().map(|event| ("history", describe_event(event))));
	let shown = History {
		proof: *proof,
		registered: standing.registered,
		history,
		as_of: BlockId::of(&at),
	};
	lines.push(as_of(&shown.as_of));
	output.result(&shown, "history", &lines);
	Ok(())
}

impl Holding {
	/// Signs a change, or takes the signature that was kept; and has it confirmed, or sends it.
	pub async fn change(
		self,
		target: &str,
		proof: ProofId,
		change: Change,
		chain: Arc<Chain>,
		output: &Output,
	) -> Result<(), Failure> {
		let confirmation = self.factor.confirmation()?;
		let owner = self.owner.load()?;
		let change = match change {
			// Of a proof, or of a claim: the ledger knows which of them the owner has.
			Change::Revocation { reason } => {
				chain.ensure_synced().await?;
				life::revocation(&chain, &chain.finalised().await?, &owner.account(), &proof, reason).await?
			},
			other => other,
		};
		let done = match change {
			Change::Revocation { .. } | Change::ClaimRevocation { .. } => "revoked, and final",
			Change::Supersession { .. } => "superseded, and final",
			Change::Transfer { .. } => "handed over, and final",
			Change::Renewal { .. } => "renewed, and final",
		};
		let path = self
			.authorization
			.unwrap_or_else(|| with_suffix(Path::new(target), &format!(".{}.json", change.kind())));
		let height = chain.height().await?;
		let kept = kept(&path, &self.factor, height)?;
		let is_kept = kept.is_some();
		let authorization = match kept {
			Some(kept) => of_change(kept, &path, &owner, Permission::Change { proof, change })?,
			None => Authorization::sign_change(&owner, chain.genesis(), proof, change, height.saturating_add(VALIDITY)),
		};
		if let Some(asked) = self.factor.request() {
			authorization.check(chain.genesis(), height)?;
			let call = life::call_of(&authorization)?;
			if !is_kept {
				keep(&authorization, &path, output)?;
			}
			return asked.write(&chain, &authorization.owner, &call, output).await;
		}
		let signer = self.submission.signer(Some(owner))?;
		let submitter = Submitter::start(chain).await?;
		let (patience, confirmation) = (self.submission.patience.duration(), confirmation.as_ref());
		let sent = life::carry_out(&submitter, &signer, &authorization, confirmation, patience);
		report_changed(output, done, &wait(output, sent).await?);
		Ok(())
	}
}

/// A transfer that is accepted.
struct Acceptance<'a> {
	/// What the holder signed.
	transfer: &'a Path,
	/// Where it is kept with both signatures, for the holder's passkey to confirm.
	kept: PathBuf,
	factor: &'a SecondFactor,
}

impl Acceptance<'_> {
	async fn carry_out(self, next: &OwnerKey, submission: &Submission, common: &Common, output: &Output) -> Result<(), Failure> {
		let confirmation = self.factor.confirmation()?;
		let offered = Authorization::read(self.transfer)?;
		let (proof, to, _) = offered.transfer()?;
		let chain = Arc::new(common.connect_to_sign().await?);
		chain.ensure_synced().await?;
		let height = chain.height().await?;
		offered.check(chain.genesis(), height)?;
		let at = chain.finalised().await?;
		let standing = life::existing(&chain, &at, proof).await?;
		let mut lines = vec![
			("proof", proof.to_string()),
			("from", format_account(&offered.owner)),
			("to", format_account(to)),
		];
		for (name, value) in lines.iter().cloned().chain(describe_standing(&standing)) {
			output.hint(format_args!("{name}: {value}"));
		}
		if let ProofId::Leaf { .. } = proof {
			output.hint("caution: whoever holds the batch can end it, and this leaf with it");
			output.hint(
				"caution: the ledger cannot see whether this is a leaf of that batch; have the holder show its bundle, and compare the subject",
			);
		}
		let next = next.load_or("who accepts it? Name your key with --key")?;
		let kept = kept(&self.kept, self.factor, height)?;
		let is_kept = kept.is_some();
		let accepted = match kept {
			Some(kept) => self.of_transfer(kept, &offered)?,
			None => offered.accept(&next)?,
		};
		if let Some(asked) = self.factor.request() {
			let (proof, change) = accepted.change()?;
			life::ensure_possible(&chain, &at, &accepted.owner, proof, change).await?;
			let call = life::call_of(&accepted)?;
			if !is_kept {
				keep(&accepted, &self.kept, output)?;
			}
			return asked.write(&chain, &accepted.owner, &call, output).await;
		}
		let signer = submission.signer(Some(next))?;
		let submitter = Submitter::start(chain).await?;
		let (patience, confirmation) = (submission.patience.duration(), confirmation.as_ref());
		let sent = life::carry_out(&submitter, &signer, &accepted, confirmation, patience);
		let changed = wait(output, sent).await?;
		lines.extend(describe_life(&changed.life));
		lines.push(final_in(&changed.block));
		output.result(&changed, "handed over, and final", &lines);
		Ok(())
	}

	/// What an earlier run kept, if it is of the same transfer.
	fn of_transfer(&self, kept: Authorization, offered: &Authorization) -> Result<Authorization, Failure> {
		let is_same = kept.signature == offered.signature && kept.payload() == offered.payload();
		if is_same && matches!(kept.transfer(), Ok((.., Some(_)))) {
			return Ok(kept);
		}
		Err(Failure::Usage(format!(
			"{} is not {} with the consent of its next holder; name the right one with --accepted",
			self.kept.display(),
			self.transfer.display()
		)))
	}
}

/// Puts a signature aside until a passkey confirmed what it is for.
fn keep(authorization: &Authorization, path: &Path, output: &Output) -> Result<(), Failure> {
	match path.exists() {
		// It expired.
		true => authorization.replace(path)?,
		false => authorization.write_new(path)?,
	}
	output.hint(format_args!(
		"your signature is in {}, for when it is confirmed",
		path.display()
	));
	Ok(())
}

/// What an earlier run kept for the passkey to confirm, as long as it is good: a passkey confirms one signature, and another would be made
/// each time. Where nothing was confirmed yet, what expired is signed anew.
fn kept(path: &Path, factor: &SecondFactor, height: BlockNumber) -> Result<Option<Authorization>, Failure> {
	let is_confirmed = factor.confirmation.is_some();
	let is_asked_again = factor.write_request.is_some() && path.exists();
	if !is_confirmed && !is_asked_again {
		return Ok(None);
	}
	let kept = Authorization::read(path)?;
	match (kept.valid_until > height, is_confirmed) {
		(true, _) => Ok(Some(kept)),
		(false, false) => Ok(None),
		(false, true) => Err(Failure::Usage(format!(
			"the signature in {} was good until block {}, and the chain is at {height}; give the command with --write-request again, which has it signed anew, and have that confirmed",
			path.display(),
			kept.valid_until
		))),
	}
}

/// The holder's signature that an earlier run kept, if it is for this.
fn of_change(kept: Authorization, path: &Path, owner: &Keypair, permission: Permission) -> Result<Authorization, Failure> {
	if (&kept.owner, &kept.permission) == (&owner.account(), &permission) {
		return Ok(kept);
	}
	Err(Failure::Usage(format!(
		"{} is for something else, by another holder, about another proof or for another reason; give the command that wrote it, or name another file with --authorization",
		path.display()
	)))
}

fn report_changed(output: &Output, title: &str, changed: &Changed) {
	let mut lines = vec![("proof", changed.proof.to_string())];
	lines.extend(describe_life(&changed.life));
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

/// A result about a file, and what others registered from here that is like it.
#[derive(Serialize)]
struct Reported<'a, T> {
	#[serde(flatten)]
	result: &'a T,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	near: Vec<Near>,
}

fn report(output: &Output, title: &str, file: &Path, registered: &Registered, near: Vec<Near>) {
	let mut lines = vec![
		("file", file.display().to_string()),
		("subject", registered.subject.to_string()),
	];
	lines.extend(describe(&registered.record));
	for algorithm in &registered.deprecated {
		lines.push(("deprecated", format!("it rests on {algorithm}, which is on its way out")));
	}
	lines.push(final_in(&registered.block));
	let result = registered;
	output.result(&Reported { result, near }, title, &lines);
}

fn describe(record: &Record) -> Lines {
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
		("registered", when(&record.registered)),
	];
	if record.submitter != record.owner {
		lines.push(("submitter", format_account(&record.submitter)));
	}
	lines.extend(describe_life(&record.life));
	lines
}

/// What became of a proof by itself.
fn describe_life(life: &Life) -> Lines {
	let mut lines = Lines::new();
	if let Some(holder) = &life.holder {
		let account = format_account(&holder.account);
		lines.push((
			"holder",
			format!("{account}, label {}, since {}", holder.label, when(&holder.since)),
		));
	}
	lines.extend(describe_status(&life.status));
	if life.changes > 0 {
		lines.push(("changes", life.changes.to_string()));
	}
	lines
}

fn describe_status(status: &Status) -> Option<(&'static str, String)> {
	match status {
		Status::Active => None,
		Status::Revoked { at, reason } => Some(("revoked", format!("{} ({})", when(at), proofs::code(reason)))),
		Status::Superseded { at, by } => Some(("superseded", format!("{}, by {by}", when(at)))),
	}
}

fn describe_standing(standing: &Standing) -> Lines {
	let mut lines = vec![
		("owner", format_account(&standing.owner)),
		(
			"holder",
			format!("{}, label {}", format_account(&standing.holder), standing.holder_label),
		),
		("schema", proofs::code(&standing.schema)),
		("registered", when(&standing.registered)),
	];
	lines.extend(describe_status(&standing.status));
	lines
}

impl OwnerKey {
	pub fn load(&self) -> Result<Keypair, Failure> {
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
	pub fn signer(&self, owner: Option<Keypair>) -> Result<Keypair, Failure> {
		match (&self.submitter, &self.submitter_dev_key, owner) {
			(_, Some(name), _) => Ok(Keypair::dev(name, SignatureScheme::Sr25519)?),
			(Some(name), None, _) => Ok(KeyStore::open_default()?.load(name, &password::of_submitter(name)?)?),
			(None, None, Some(owner)) => Ok(owner),
			(None, None, None) => Err(Failure::Usage("who submits it? Name a key with --submitter".into())),
		}
	}
}
