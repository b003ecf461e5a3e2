// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{
		CertificateCommand, Common, LabelCommand, Reassignment, Retirement, RoleName, ShownFiles, Signing, Suspicion, Validity,
	},
	output::{as_of, final_in, Output},
	passkey::guarded_names,
	proof::WAITING,
	recovery::describe_guardianship,
	Failure,
};
use chirograph_sdk::{
	certificates::{self, Bundle, PrivateKey},
	chain::{format_time, BlockId, Chain},
	dossier::{Dossier, IdentityDisclosure, Organisation, REGISTER_ID_FIELD},
	evidence::Disclosure,
	keys::{format_account, parse_account, KeyStore, Keypair},
	labels::{self, Account, Answer, Certificate, Entry, Finalised, Review, Shown, Target, Unusable, Vouched},
	primitives::{
		AccountId, Application, BlockNumber, CertificateHash, Guardianship, Inclusion, Label, LabelChange, LabelEvent, LabelId,
		LabelStatus, Moment, QuotaUsage, Remit, RetiredKey, RetirementReason, Role, Roles, Standing, SuspensionReason,
	},
	proofs::code,
	submit::Submitter,
	takeover::Takeover,
	Error, ErrorKind,
};
use serde::Serialize;
use std::{collections::BTreeMap, future::Future, path::Path, sync::Arc, time::Duration};

/// For how long a label is granted or renewed if nothing is said of it, in milliseconds.
const YEAR: Moment = 365 * 24 * 60 * 60 * 1_000;

type Lines = Vec<(&'static str, String)>;

pub async fn run(command: LabelCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		LabelCommand::Apply {
			fields,
			organisation,
			jurisdiction,
			roles,
			dossier: path,
			certificate,
			certificate_key,
			signing,
		} => {
			let certified = match certificate.zip(certificate_key) {
				Some((certificate, key)) => Some((Bundle::read(&certificate)?, PrivateKey::read(&key)?)),
				None => None,
			};
			let (submitter, key, patience) = signing.open(common).await?;
			let (account, genesis) = (key.account(), submitter.chain().genesis());
			let claim = match &certified {
				Some((bundle, key)) => Some(certificates::claim(genesis, &account, bundle.issued_for(key)?, key)?),
				None => None,
			};
			let organisation = organisation.map_or(Organisation::NaturalPerson, Organisation::Registered);
			let dossier = dossier(&path, &account, organisation, fields, output)?;
			let roles = collect(roles);
			let sent = labels::apply(&submitter, &key, &dossier, jurisdiction, roles, claim.as_ref(), patience);
			report_account(output, "applied, and final", &wait(output, sent).await?);
			let (too, more) = match claim {
				Some(_) => (
					", the certificate and those that lead to its authority's",
					" --certificate FILE",
				),
				None => ("", ""),
			};
			output.hint(format_args!(
				"now show {}{too} to an auditor, who compares it with the application:\n  chirograph label review {} --dossier FILE{more}",
				path.display(),
				format_account(&account)
			));
		},
		LabelCommand::Withdraw { signing } => {
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::withdraw(&submitter, &key, patience);
			report_account(output, "withdrawn, and final", &wait(output, sent).await?);
		},
		LabelCommand::Applications => list_applications(&common.connect().await?, output).await?,
		LabelCommand::Review { account, shown: files } => {
			let (account, shown) = (account_of(&account)?, files.read()?);
			let chain = common.connect().await?;
			let review = labels::review(&chain, &account).await?;
			return compare(&chain, &review, &shown, &files, output).await;
		},
		LabelCommand::Approve {
			account,
			shown,
			application,
			validity,
			signing,
		} => {
			let (account, shown) = (account_of(&account)?, shown.read()?);
			let (submitter, key, patience) = signing.open(common).await?;
			let expires = validity.end(submitter.chain()).await?;
			let sent = labels::approve(&submitter, &key, &account, &shown, application, expires, patience);
			report_label(output, "granted, and final", &wait(output, sent).await?);
		},
		LabelCommand::Reject {
			account,
			reason,
			signing,
		} => {
			let account = account_of(&account)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::reject(&submitter, &key, &account, reason.into(), patience);
			report_account(output, "rejected, and final", &wait(output, sent).await?);
		},
		LabelCommand::Show {
			target,
			role: Some(role),
			at,
			..
		} => {
			let target = target_of(&target)?;
			return judge(&common.connect().await?, &target, role.into(), at, output).await;
		},
		LabelCommand::Show {
			target,
			role: None,
			history,
			..
		} => {
			let target = target_of(&target)?;
			show(&labels::show(&common.connect().await?, &target).await?, history, output);
		},
		LabelCommand::List => list_labels(&common.connect().await?, output).await?,
		LabelCommand::Suspend {
			label,
			reason,
			since,
			signing,
		} => {
			let (submitter, key, patience) = signing.open(common).await?;
			let reason = suspension(submitter.chain(), label, reason, since).await?;
			let sent = labels::suspend(&submitter, &key, label, reason, patience);
			report_label(output, "suspended, and final", &wait(output, sent).await?);
		},
		LabelCommand::Reinstate { label, signing } => {
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::reinstate(&submitter, &key, label, patience);
			report_label(output, "reinstated, and final", &wait(output, sent).await?);
		},
		LabelCommand::Revoke { label, reason, signing } => {
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::revoke(&submitter, &key, label, reason.into(), patience);
			report_label(output, "revoked, and final", &wait(output, sent).await?);
		},
		LabelCommand::Renew {
			label,
			validity,
			signing,
		} => {
			let (submitter, key, patience) = signing.open(common).await?;
			let expires = validity.end(submitter.chain()).await?;
			let sent = labels::renew(&submitter, &key, label, expires, patience);
			report_label(output, "renewed, and final", &wait(output, sent).await?);
		},
		LabelCommand::Roles {
			label,
			add,
			remove,
			signing,
		} => {
			let (submitter, key, patience) = signing.open(common).await?;
			let changed = if add.is_empty() {
				let sent = labels::remove_roles(&submitter, &key, label, collect(remove), patience);
				wait(output, sent).await?
			} else {
				let sent = labels::add_roles(&submitter, &key, label, collect(add), patience);
				wait(output, sent).await?
			};
			report_label(output, "roles changed, and final", &changed);
		},
		LabelCommand::Takeover {
			label,
			output: path,
			valid_for,
			key,
		} => {
			let chain = common.connect_to_sign().await?;
			let key = key.load_or("which key is the new one? Name it with --key")?;
			let takeover = Takeover::sign(&key, chain.genesis(), label, chain.valid_until(valid_for).await?);
			takeover.write_new(&path)?;
			let lines = [
				("label", label.to_string()),
				("account", format_account(&takeover.account)),
				("valid until", format!("block {}", takeover.valid_until)),
				("file", path.display().to_string()),
			];
			output.result(
				&takeover,
				"consented; use the file with `label rotate`, or give it to an auditor or a guardian",
				&lines,
			);
		},
		LabelCommand::Rotate {
			takeover,
			factor,
			signing,
		} => {
			let takeover = Takeover::read(&takeover)?;
			let confirmation = factor.confirmation()?;
			let (submitter, key, patience) = signing.open(common).await?;
			if let Some(asked) = factor.request() {
				return asked
					.write(submitter.chain(), &key.account(), &labels::rotation(&takeover), output)
					.await;
			}
			let sent = labels::rotate(&submitter, &key, &takeover, confirmation.as_ref(), patience);
			report_label(output, "moved, and final", &wait(output, sent).await?);
			output.hint("the key that you signed with is of no use on the ledger any more");
		},
		LabelCommand::Reassign { reassignment, signing } => {
			let takeover = Takeover::read(&reassignment.takeover)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let reason = retirement(submitter.chain(), &reassignment).await?;
			let sent = labels::reassign(&submitter, &key, reassignment.label, reason, &takeover, patience);
			report_label(output, "moved, and final", &wait(output, sent).await?);
		},
		LabelCommand::Distrust { account, since, signing } => {
			let account = account_of(&account)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::distrust(&submitter, &key, &account, since, patience);
			report_account(output, "distrusted, and final", &wait(output, sent).await?);
		},
		LabelCommand::Disclose {
			dossier,
			fields,
			output: path,
		} => {
			let disclosure = Dossier::read(&dossier)?.disclose(&fields)?;
			disclosure.write_new(&path)?;
			let mut lines = stated(disclosure.fields());
			lines.push(("file", path.display().to_string()));
			output.result(
				&disclosure,
				"disclosed; whoever has the file can compare it with your label",
				&lines,
			);
		},
		LabelCommand::Check { disclosure, label } => {
			let disclosure = IdentityDisclosure::read(&disclosure)?;
			return check(&common.connect().await?, label, &disclosure, output).await;
		},
		LabelCommand::Certificate(CertificateCommand::Publish { file, signing }) => {
			let certificate = certificate(&file)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::publish_certificate(&submitter, &key, certificate, patience);
			report_certificate(output, "published, and final", &wait(output, sent).await?);
		},
		LabelCommand::Certificate(CertificateCommand::Withdraw { file, signing }) => {
			let certificate = certificate(&file)?;
			let (submitter, key, patience) = signing.open(common).await?;
			let sent = labels::withdraw_certificate(&submitter, &key, certificate, patience);
			report_certificate(output, "withdrawn, and final", &wait(output, sent).await?);
		},
	}
	Ok(())
}

impl Signing {
	/// A connection, who sends over it, and how long to wait for finality.
	pub async fn open(&self, common: &Common) -> Result<(Submitter, Keypair, Duration), Failure> {
		let chain = Arc::new(common.connect_to_sign().await?);
		let key = self.key.load_or("who signs? Name your key with --key")?;
		Ok((Submitter::start(chain).await?, key, self.patience.duration()))
	}
}

impl ShownFiles {
	/// As they are typed.
	fn options(&self) -> String {
		let option = |name: &str, path: &Path| format!("--{name} {}", quoted(&path.display().to_string()));
		let dossier = option("dossier", &self.dossier);
		match &self.certificate {
			Some(certificate) => format!("{dossier} {}", option("certificate", certificate)),
			None => dossier,
		}
	}

	fn read(&self) -> Result<Shown, Failure> {
		Ok(Shown {
			dossier: Dossier::read(&self.dossier)?,
			certificates: self.certificate.as_deref().map(Bundle::read).transpose()?,
		})
	}
}

impl Validity {
	/// When the label ends, by the ledger's clock.
	async fn end(&self, chain: &Chain) -> Result<Moment, Failure> {
		match self.until {
			Some(end) => Ok(end),
			None => Ok(chain.time(&chain.finalised().await?).await?.saturating_add(YEAR)),
		}
	}
}

pub async fn wait<T>(output: &Output, sent: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
	output.hint(WAITING);
	Ok(sent.await?)
}

fn collect(roles: Vec<RoleName>) -> Roles {
	roles.into_iter().map(Role::from).collect()
}

/// The account of an address, or of a key in the store.
pub fn account_of(text: &str) -> Result<AccountId, Failure> {
	match parse_account(text) {
		Ok(account) => Ok(account),
		// Names of keys have small letters only, and every address has capital ones.
		Err(error) if text.starts_with("0x") || text.contains(char::is_uppercase) => Err(error.into()),
		Err(_) => Ok(KeyStore::open_default()?.inspect(text)?.account),
	}
}

fn target_of(text: &str) -> Result<Target, Failure> {
	match text.parse() {
		Ok(label) => Ok(Target::Label(label)),
		Err(_) => account_of(text).map(Target::Account),
	}
}

fn certificate(path: &Path) -> Result<CertificateHash, Failure> {
	Ok(certificates::Certificate::read(path)?.hash())
}

/// The dossier that is there, if it says what is to be said; or a new one, on disk before anything is sent.
fn dossier(
	path: &Path,
	account: &AccountId,
	organisation: Organisation,
	fields: Vec<(String, String)>,
	output: &Output,
) -> Result<Dossier, Failure> {
	if !path.exists() {
		if fields.is_empty() {
			return Err(Failure::Usage(format!(
				"{} does not exist, and a new dossier takes at least one field; give it with --field NAME=VALUE",
				path.display()
			)));
		}
		let dossier = Dossier::new(account, organisation, fields)?;
		dossier.write_new(path)?;
		output.hint(format_args!(
			"the dossier is in {}; keep it, and show it to nobody but your auditor",
			path.display()
		));
		return Ok(dossier);
	}
	let dossier = Dossier::read(path)?;
	let statement = dossier.statement();
	let same_organisation = match organisation {
		// What stands for a person is random, and says nothing that could be compared.
		Organisation::NaturalPerson => true,
		Organisation::Registered(_) => organisation.id()? == statement.organisation,
	};
	let wanted: BTreeMap<_, _> = fields.into_iter().collect();
	let mut there: BTreeMap<_, _> = dossier
		.fields()
		.iter()
		.map(|field| (field.name.clone(), field.value.clone()))
		.collect();
	// It was given as the organisation.
	there.remove(REGISTER_ID_FIELD);
	let same_fields = wanted.is_empty() || wanted == there;
	let same = statement.account == *account && same_organisation && same_fields;
	if !same {
		return Err(Failure::Usage(format!(
			"{} is a dossier of another account, with another organisation or other fields; move it away, or name another with --dossier",
			path.display()
		)));
	}
	Ok(dossier)
}

/// Since when the key of a label is not believed, if that was reported.
async fn reported(chain: &Chain, label: LabelId) -> Result<Option<BlockNumber>, Failure> {
	let status = chain.label_status(&chain.finalised().await?, label).await?;
	Ok(status.and_then(|status| status.label.distrusted_since))
}

pub async fn suspension(
	chain: &Chain,
	label: LabelId,
	reason: Suspicion,
	since: Option<BlockNumber>,
) -> Result<SuspensionReason, Failure> {
	match (reason, since) {
		(Suspicion::KeyCompromised, Some(since)) => Ok(SuspensionReason::KeyCompromised { since }),
		(Suspicion::KeyCompromised, None) => {
			let since = match reported(chain, label).await? {
				Some(since) => since,
				None => chain.height().await?,
			};
			Ok(SuspensionReason::KeyCompromised { since })
		},
		(Suspicion::Unspecified, None) => Ok(SuspensionReason::Unspecified),
		(Suspicion::Investigation, None) => Ok(SuspensionReason::Investigation),
		(_, Some(_)) => Err(only_compromised("key-compromised")),
	}
}

/// Why an account holds a label no more. Where its key is compromised, since when it was reported to be, unless that is said.
pub async fn retirement(chain: &Chain, reassignment: &Reassignment) -> Result<RetirementReason, Failure> {
	match (reassignment.reason, reassignment.since) {
		(Retirement::Compromised, Some(since)) => Ok(RetirementReason::Compromised { since }),
		// What was reported must not be forgotten with the key; and nothing is a better guess than that.
		(Retirement::Compromised, None) => match reported(chain, reassignment.label).await? {
			Some(since) => Ok(RetirementReason::Compromised { since }),
			None => Err(Failure::Usage(
				"from which block on is the key not believed? Name it with --since".into(),
			)),
		},
		(Retirement::Rotated, None) => Ok(RetirementReason::Rotated),
		(Retirement::Lost, None) => Ok(RetirementReason::Lost),
		(_, Some(_)) => Err(only_compromised("compromised")),
	}
}

fn only_compromised(reason: &str) -> Failure {
	Failure::Usage(format!("--since goes with --reason {reason}, and with no other"))
}

/// What was shown beside the application that it should be of. The answer is no where they differ, or a certificate is not good.
async fn compare(chain: &Chain, review: &Review, shown: &Shown, files: &ShownFiles, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	struct Compared<'a> {
		#[serde(flatten)]
		review: &'a Review,
		fields: BTreeMap<&'a str, &'a str>,
		vouched: Option<Vouched>,
		mismatch: Option<String>,
	}
	let mut title = "MATCHES: the dossier is the one that the application names; that it is true, you must know".to_owned();
	let (mut vouched, mut mismatch, mut is_complete) = (None, None, true);
	match review.check(&shown.dossier) {
		Err(error) => mismatch = Some(error),
		Ok(()) => match labels::check_certificate(chain, review, shown.certificates.as_ref()).await {
			Ok(found) => vouched = found,
			Err(Error::CertificateNotShown { .. }) => {
				is_complete = false;
				title.push_str("; its certificate was NOT looked at, since it was not given with --certificate");
			},
			Err(error) if error.kind() == ErrorKind::Connection => return Err(error.into()),
			Err(error) => mismatch = Some(error),
		},
	}
	let mismatch = mismatch.map(|error| error.to_string());
	if let Some(reason) = &mismatch {
		title = format!("DOES NOT MATCH: {reason}");
	}
	let dossier = &shown.dossier;
	let mut lines = vec![("account", format_account(&review.account))];
	lines.extend(describe_application(&review.application));
	lines.push(("application", review.hash.to_string()));
	lines.push((
		"acts for",
		dossier.register_id().map_or_else(
			|| "nobody else: a person, or an organisation that does not say which".into(),
			|register_id| format!("the organisation {register_id}"),
		),
	));
	lines.extend(stated(dossier.fields()));
	lines.extend(vouched.iter().flat_map(describe_vouched));
	lines.push(as_of(&review.as_of));
	let compared = Compared {
		review,
		fields: values(dossier.fields()),
		vouched,
		mismatch,
	};
	output.result(&compared, &title, &lines);
	if compared.mismatch.is_some() {
		return Err(Failure::Negative);
	}
	if is_complete {
		output.hint(format_args!(
			"if you know what the dossier says to be true, approve what you see here, and nothing that takes its place:\n  chirograph label approve {} {} --application {}",
			format_account(&review.account),
			files.options(),
			review.hash
		));
	}
	Ok(())
}

/// A disclosure beside the label that it should be of. The answer is no where it is of another, or not true, or the label cannot be used.
async fn check(chain: &Chain, label: LabelId, disclosure: &IdentityDisclosure, output: &Output) -> Result<(), Failure> {
	#[derive(Serialize)]
	struct Checked<'a> {
		#[serde(flatten)]
		comparison: &'a labels::Comparison,
		fields: BTreeMap<&'a str, &'a str>,
	}
	let comparison = labels::compare(chain, label, disclosure).await?;
	// What is not true is not repeated.
	let (title, fields) = match &comparison.mismatch {
		None => {
			let but = match comparison.unusable {
				None => "",
				Some(Unusable::Revoked) => ", BUT THE LABEL IS REVOKED",
				Some(Unusable::Suspended) => ", BUT THE LABEL IS SUSPENDED",
				Some(Unusable::Over) => ", BUT THE LABEL IS OVER",
			};
			let title = format!("MATCHES{but}: this is what label {label} was allocated for");
			(title, disclosure.fields())
		},
		Some(reason) => (format!("DOES NOT MATCH: {reason}"), Default::default()),
	};
	let mut lines = stated(fields);
	lines.extend(describe_status(&comparison.status, comparison.time));
	lines.push(as_of(&comparison.as_of));
	let checked = Checked {
		comparison: &comparison,
		fields: values(fields),
	};
	output.result(&checked, &title, &lines);
	comparison.is_good().then_some(()).ok_or(Failure::Negative)
}

async fn judge(chain: &Chain, target: &Target, role: Role, at: Option<BlockNumber>, output: &Output) -> Result<(), Failure> {
	let judgement = labels::authority(chain, target, role, at).await?;
	let title = match judgement.answer {
		Answer::Yes { label } => format!("YES: label {label}"),
		Answer::No { fault } => format!("NO: {}", labels::explain(fault, "its", role)),
	};
	let mut lines = vec![("account", format_account(&judgement.account)), ("role", code(&role))];
	lines.extend(judgement.at.as_ref().map(|at| ("at", format!("the end of {}", when(at)))));
	lines.push(as_of(&judgement.as_of));
	output.result(&judgement, &title, &lines);
	match judgement.answer {
		Answer::Yes { .. } => Ok(()),
		Answer::No { .. } => Err(Failure::Negative),
	}
}

fn show(entry: &Entry, history: bool, output: &Output) {
	let title = match &entry.holder.status.label {
		Some(label) => format!("label {}", label.id),
		None => "account without a label".into(),
	};
	let mut lines = describe_account(&entry.holder, entry.time);
	lines.extend(entry.remit.as_ref().map(|remit| ("remit", describe_remit(remit))));
	lines.extend(describe_guardians(entry.guardianship.as_ref()));
	lines.extend(entry.certificates.iter().map(describe_certificate));
	if history {
		lines.extend(entry.history.iter().map(|change| ("history", describe_change(change))));
	}
	lines.push(as_of(&entry.as_of));
	output.result(entry, &title, &lines);
}

async fn list_labels(chain: &Chain, output: &Output) -> Result<(), Failure> {
	let list = labels::list(chain).await?;
	let lines = list.labels.iter().map(|LabelStatus { holder, label, .. }| {
		let text = format!(
			"{}  {}; {}; until {}",
			format_account(holder),
			describe_state(label, list.time),
			names(label.roles),
			format_time(label.expires)
		);
		(label.id.to_string(), text)
	});
	print_list(output, &list, "labels", lines.collect(), &list.as_of);
	Ok(())
}

async fn list_applications(chain: &Chain, output: &Output) -> Result<(), Failure> {
	let list = labels::applications(chain).await?;
	let lines = list.applications.iter().map(|applicant| {
		let Application {
			jurisdiction,
			roles,
			applied,
			..
		} = &applicant.application;
		let text = format!("{jurisdiction}  {}; since {}", names(*roles), when(applied));
		(format_account(&applicant.account), text)
	});
	print_list(output, &list, "applications", lines.collect(), &list.as_of);
	Ok(())
}

pub fn print_list(output: &Output, list: &impl Serialize, what: &str, entries: Vec<(String, String)>, block: &BlockId) {
	let title = if entries.is_empty() {
		format!("no {what}")
	} else {
		what.to_owned()
	};
	let mut lines: Vec<(&str, String)> = entries.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
	lines.push(as_of(block));
	output.result(list, &title, &lines);
}

pub fn report_label(output: &Output, title: &str, changed: &Finalised<LabelStatus>) {
	let mut lines = describe_status(&changed.state, changed.time);
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

fn report_account(output: &Output, title: &str, changed: &Finalised<Account>) {
	let mut lines = describe_account(&changed.state, changed.time);
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

fn report_certificate(output: &Output, title: &str, changed: &Finalised<Certificate>) {
	let lines = [
		("label", changed.state.label.to_string()),
		describe_certificate(&changed.state),
		final_in(&changed.block),
	];
	output.result(changed, title, &lines);
}

fn when(at: &Inclusion) -> String {
	format!("block {}, {}", at.block, format_time(at.time))
}

fn names(roles: Roles) -> String {
	roles.iter().map(|role| code(&role)).collect::<Vec<_>>().join(", ")
}

/// Fields that somebody states. Their names are part of the text: they could be any word, ours too.
fn stated(fields: &[Disclosure]) -> Lines {
	let lines = fields
		.iter()
		.map(|field| ("field", format!("{} = {}", field.name, field.value)));
	lines.collect()
}

fn values(fields: &[Disclosure]) -> BTreeMap<&str, &str> {
	fields
		.iter()
		.map(|field| (field.name.as_str(), field.value.as_str()))
		.collect()
}

fn describe_status(status: &LabelStatus, time: Moment) -> Lines {
	let mut lines = vec![("account", format_account(&status.holder))];
	lines.extend(describe_label(&status.label, time));
	lines.extend(status.remit.as_ref().map(|remit| ("remit", describe_remit(remit))));
	lines.extend(describe_guardians(status.guardianship.as_ref()));
	lines
}

/// Those who may have the label moved, where there are any: whoever moves it, or has it back, is to know.
fn describe_guardians(guardianship: Option<&Guardianship>) -> Option<(&'static str, String)> {
	guardianship.map(|_| ("guardians", describe_guardianship(guardianship)))
}

pub fn describe_label(label: &Label, time: Moment) -> Lines {
	let mut lines = vec![
		("label", label.id.to_string()),
		("standing", describe_state(label, time)),
		("roles", names(label.roles)),
		("jurisdiction", label.jurisdiction.to_string()),
		("organisation", label.organisation.to_string()),
		("until", format_time(label.expires)),
		("dossier", label.dossier.to_string()),
		("audited by", by(label.auditor)),
		("held since", when(&label.held_since)),
	];
	if let Some(since) = label.distrusted_since {
		lines.push(("distrusted", format!("its key is not believed from block {since} on")));
	}
	if !label.guarded.is_empty() {
		lines.push(("guarded", guarded_names(label.guarded)));
	}
	let certificate = label.certificate.as_ref();
	lines.extend(certificate.map(|certificate| ("rests on", format!("certificate {certificate}"))));
	lines
}

fn describe_account(Account { account, status }: &Account, time: Moment) -> Lines {
	let mut lines = vec![("account", format_account(account))];
	if let Some(label) = &status.label {
		lines.extend(describe_label(label, time));
	}
	if let Some(QuotaUsage { quota, used, reopens }) = status.usage {
		let text = format!(
			"{} of {} calls, {} of {} bytes; a new one in block {reopens}",
			used.calls, quota.calls, used.bytes, quota.bytes
		);
		lines.push(("quota used", text));
	}
	if let Some(key) = &status.retired {
		lines.push(("held once", describe_retired(key)));
	}
	if let Some(application) = &status.application {
		lines.extend(describe_application(application));
	}
	if let Some(rejection) = &status.rejection {
		let text = format!(
			"{}, by label {}, {}",
			code(&rejection.reason),
			rejection.by,
			when(&rejection.at)
		);
		lines.push(("rejected", text));
	}
	lines
}

fn describe_application(application: &Application) -> Lines {
	let mut lines = vec![
		("applied", when(&application.applied)),
		("for roles", names(application.roles)),
		("jurisdiction", application.jurisdiction.to_string()),
		("organisation", application.organisation.to_string()),
		("dossier", application.dossier.to_string()),
	];
	if let Some(named) = &application.certificate {
		lines.push(("certificate", named.certificate.to_string()));
		lines.push(("its key", named.key.to_string()));
	}
	lines
}

fn describe_vouched(vouched: &Vouched) -> Lines {
	let path = &vouched.chain;
	let labels: Vec<_> = vouched.published_by.iter().map(|label| format!("label {label}")).collect();
	vec![
		("certified", path.subject.clone()),
		("by", path.issuers.join(", by ")),
		("published by", labels.join(", ")),
		("good until", format_time(path.valid_until)),
	]
}

fn describe_retired(key: &RetiredKey) -> String {
	let reason = match key.reason {
		RetirementReason::Rotated => "rotated".to_owned(),
		RetirementReason::Lost => "lost".to_owned(),
		RetirementReason::Compromised { since } => format!("compromised, not believed from block {since} on"),
	};
	format!(
		"label {}, from {} until {} ({reason})",
		key.label,
		when(&key.from),
		when(&key.until)
	)
}

/// How a label is at that time.
fn describe_state(label: &Label, time: Moment) -> String {
	match label.standing {
		Standing::Active if time >= label.expires => "over".into(),
		Standing::Suspended(_) if time >= label.expires => format!("{}; over", describe_standing(&label.standing)),
		standing => describe_standing(&standing),
	}
}

fn describe_standing(standing: &Standing) -> String {
	match standing {
		Standing::Active => "active".into(),
		Standing::Suspended(SuspensionReason::Unspecified) => "suspended".into(),
		Standing::Suspended(SuspensionReason::Investigation) => "suspended (investigation)".into(),
		Standing::Suspended(SuspensionReason::Offence) => "suspended (by the network, for an offence that is proven)".into(),
		Standing::Suspended(SuspensionReason::KeyCompromised { since }) => {
			format!("suspended (key compromised, not believed from block {since} on)")
		},
		Standing::Revoked { cause } => format!("revoked ({})", code(cause)),
	}
}

fn describe_remit(remit: &Remit) -> String {
	let countries: Vec<_> = remit.countries.iter().map(ToString::to_string).collect();
	let place = if countries.is_empty() {
		"everywhere".into()
	} else {
		format!("in {}", countries.join(", "))
	};
	format!("{}; {place}", names(remit.roles))
}

fn describe_certificate(certificate: &Certificate) -> (&'static str, String) {
	let published = certificate.published.as_ref();
	let since = published.map(|published| format!(", since {}, by {}", when(&published.at), format_account(&published.by)));
	let text = format!("{}{}", certificate.certificate, since.unwrap_or_default());
	("certificate", text)
}

fn describe_change(change: &LabelChange) -> String {
	let what = match &change.event {
		LabelEvent::Granted => format!("granted, as {}", names(change.roles)),
		LabelEvent::Suspended | LabelEvent::Revoked => describe_standing(&change.standing),
		LabelEvent::Reinstated => "reinstated".into(),
		LabelEvent::Renewed => format!("renewed until {}", format_time(change.expires)),
		LabelEvent::RolesChanged => format!("roles changed to {}", names(change.roles)),
		LabelEvent::Rotated { from, to } => format!("moved from {} to {}", format_account(from), format_account(to)),
	};
	format!("{}: {what}; by {}", when(&change.at), by(change.by))
}

fn by(label: Option<LabelId>) -> String {
	label.map_or_else(|| "genesis or the council".into(), |label| format!("label {label}"))
}

/// As one word for a shell.
pub fn quoted(text: &str) -> String {
	let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
	if !text.is_empty() && text.chars().all(is_plain) {
		return text.into();
	}
	format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_sdk::primitives::{DossierHash, Operations, OrganisationId};

	fn label(standing: Standing) -> Label {
		Label {
			id: 7,
			organisation: OrganisationId([2; 32]),
			jurisdiction: "DE".parse().expect("is one"),
			roles: Roles::only(Role::Owner),
			expires: 100,
			standing,
			dossier: DossierHash([3; 32]),
			certificate: None,
			auditor: None,
			held_since: Inclusion {
				block: 1,
				extrinsic: 1,
				time: 1,
			},
			distrusted_since: Some(5),
			guarded: Operations::NONE,
			changes: 1,
		}
	}

	#[test]
	fn a_label_is_said_to_be_over_from_its_date_on() {
		let suspended = Standing::Suspended(SuspensionReason::Unspecified);
		for (standing, time, said) in [
			(Standing::Active, 99, "active"),
			(Standing::Active, 100, "over"),
			(suspended, 99, "suspended"),
			(suspended, 100, "suspended; over"),
		] {
			assert_eq!(describe_state(&label(standing), time), said);
		}
	}

	#[test]
	fn since_when_a_key_is_not_believed_is_said_whatever_the_standing() {
		let lines = describe_label(&label(Standing::Active), 1);
		let said = lines.iter().find(|(name, _)| *name == "distrusted");
		assert!(said.is_some_and(|(_, text)| text.contains("block 5")), "{lines:?}");
	}

	#[test]
	fn a_command_that_is_proposed_can_be_pasted_into_a_shell() {
		for (text, word) in [
			("dossier.json", "dossier.json"),
			("/tmp/a-b_c.d", "/tmp/a-b_c.d"),
			("my dossier.json", "'my dossier.json'"),
			("it's; rm x", r"'it'\''s; rm x'"),
			("", "''"),
		] {
			assert_eq!(quoted(text), word);
		}
	}
}
