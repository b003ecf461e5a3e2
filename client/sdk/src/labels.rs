// SPDX-License-Identifier: Apache-2.0

//! Identity labels: apply, audit, show, and who was what when (X.1407 9.1).
//!
//! 1. Ada makes a [`Dossier`] of who she is, and [applies](apply) with its hash.
//! 2. Bob is an auditor. She shows him the dossier. He [compares](review) it with the application, convinces himself that it is true,
//!    and [approves](approve). Ada's account now holds a label. If she applied with a certificate of somebody else's
//!    ([`certificates`]), he [sees](check_certificate) whether an authority on the ledger vouches for it.
//! 3. Ada moves the label to another key ([`rotate`]); or Bob does, where she lost hers ([`reassign`]). Either takes the new key's
//!    consent, a [`Takeover`]. Without an auditor, the guardians that she named can: see [`recovery`](crate::recovery).
//! 4. A key is stolen. Ada or Bob [suspends](suspend) the label. What the key signed from the theft on is not believed, and
//!    [`authority`] says so to everybody who asks.
//!
//! What is sent is free of fees and counts against the sender's quota. Every function that sends returns how things are in the block in
//! which the call became final.

use crate::{
	certificates::{self, Bundle},
	chain::{BlockId, Chain, FinalisedBlock},
	document,
	dossier::{Dossier, IdentityDisclosure, Statement},
	error::Error,
	keys::Keypair,
	passkeys::{self, Confirmation},
	proofs::code,
	submit::{call, Call, Submitter},
	takeover::Takeover,
};
use chirograph_primitives::{
	AccountId, AccountStatus, Application, AuthorityFault, BlockNumber, CertificateClaim, CertificateHash, Guardianship,
	Inclusion, Jurisdiction, Label, LabelChange, LabelEvent, LabelId, LabelRevocationReason, LabelStatus, Moment, ParseHashError,
	Publication, RejectionReason, Remit, RetirementReason, Role, Roles, Standing, Subject, SuspensionReason,
};
use codec::Encode;
use futures::future::try_join_all;
use serde::Serialize;
use sp_core::{Blake2Hasher, Hasher};
use std::{fmt, str::FromStr, time::Duration};

/// What a call left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finalised<T> {
	/// How it is as of that block.
	#[serde(flatten)]
	pub state: T,
	/// The finalised block that the call is in.
	pub block: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
}

/// An account, and what the ledger knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
	/// Which.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// What is known.
	#[serde(flatten)]
	pub status: AccountStatus,
}

/// BLAKE2b-256 of an application as the ledger encodes it: an auditor approves what was audited, and nothing that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ApplicationHash(#[serde(with = "document::hexadecimal")] pub [u8; 32]);

impl ApplicationHash {
	/// The hash of an application.
	pub fn of(application: &Application) -> Self {
		Self(Blake2Hasher::hash(&application.encode()).0)
	}
}

impl fmt::Display for ApplicationHash {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(&document::to_hex(&self.0))
	}
}

impl FromStr for ApplicationHash {
	type Err = ParseHashError;

	fn from_str(text: &str) -> Result<Self, ParseHashError> {
		// All hashes are written alike.
		let Subject(hash) = text.parse()?;
		Ok(Self(hash))
	}
}

/// An application, for an auditor to compare with a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
	/// Who applied.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// For what.
	pub application: Application,
	/// By what it is approved.
	pub hash: ApplicationHash,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

impl Review {
	/// Whether the dossier is the applicant's, the one that the application names, and of the same organisation: of the one whose number in
	/// a register it states, if it states one. That what it says is true, only the auditor can know.
	pub fn check(&self, dossier: &Dossier) -> Result<(), Error> {
		let (statement, application) = (dossier.statement(), &self.application);
		ensure_about(statement, &self.account)?;
		let hash = dossier.hash();
		if hash != application.dossier {
			return Err(Error::DossierNotOfApplication {
				dossier: hash,
				application: application.dossier,
			});
		}
		for organisation in [statement.organisation, dossier.organisation()?] {
			if organisation != application.organisation {
				return Err(Error::OtherOrganisation {
					dossier: organisation,
					application: application.organisation,
				});
			}
		}
		Ok(())
	}
}

/// What an applicant shows to an auditor.
#[derive(Clone, Debug)]
pub struct Shown {
	/// Who they are.
	pub dossier: Dossier,
	/// The certificate that they applied with, and those that lead to its authority's.
	pub certificates: Option<Bundle>,
}

/// Who vouches for an applicant with a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vouched {
	/// How the applicant's certificate leads to a published one.
	#[serde(flatten)]
	pub chain: certificates::Chain,
	/// The labels of the authorities that published it.
	pub published_by: Vec<LabelId>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// A certificate of an authority's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
	/// The authority's label.
	pub label: LabelId,
	/// SHA-256 of its DER form.
	pub certificate: CertificateHash,
	/// Since when the authority vouches for it, and which account said so; none if it does not.
	pub published: Option<Publication>,
}

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
	/// A label, and who holds it.
	Label(LabelId),
	/// An account, and what it holds, held or applied for.
	Account(AccountId),
}

/// What the ledger knows of an account and its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
	/// The account that was asked about, or that holds the label.
	#[serde(flatten)]
	pub holder: Account,
	/// What the label may decide about, if it is an auditor's.
	pub remit: Option<Remit>,
	/// Who may help its holder to get the label back; none if the holder named nobody.
	pub guardianship: Option<Guardianship>,
	/// What the label vouches for, if it is a certificate authority's.
	pub certificates: Vec<Certificate>,
	/// What happened to the label that the account holds, or held once; in order.
	pub history: Vec<LabelChange>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
}

/// All labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Labels {
	/// In the order of their numbers.
	pub labels: Vec<LabelStatus>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
}

/// Who applied for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Applicant {
	/// Who.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// For what.
	pub application: Application,
}

/// All that waits for an auditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Applications {
	/// The oldest first.
	pub applications: Vec<Applicant>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// The answer to "was this account a label in this role, then?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
	/// Who.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// As what.
	pub role: Role,
	/// When; none for now.
	pub at: Option<Inclusion>,
	/// The answer, by what is known now.
	#[serde(flatten)]
	pub answer: Answer,
	/// The finalised block that this was read from: what is known now.
	pub as_of: BlockId,
}

/// Yes, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "camelCase")]
pub enum Answer {
	/// It was.
	Yes {
		/// Which label.
		label: LabelId,
	},
	/// It was not, or is not believed to have been.
	No {
		/// Why.
		#[serde(flatten)]
		fault: AuthorityFault,
	},
}

/// Why a label cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Unusable {
	/// For good.
	Revoked,
	/// For now.
	Suspended,
	/// Its date is over.
	Over,
}

impl Unusable {
	/// Why a label that is like this cannot be used at that time; none if it can.
	pub fn at(label: &Label, time: Moment) -> Option<Self> {
		match label.standing {
			Standing::Revoked { .. } => Some(Self::Revoked),
			Standing::Suspended(_) => Some(Self::Suspended),
			Standing::Active => (time >= label.expires).then_some(Self::Over),
		}
	}
}

/// Whether somebody's disclosure is of the dossier that their label was allocated for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
	/// The label.
	#[serde(flatten)]
	pub status: LabelStatus,
	/// What is wrong with the disclosure; none if it matches.
	pub mismatch: Option<String>,
	/// Why the label cannot be used, when that block was made; none if it can.
	pub unusable: Option<Unusable>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
}

impl Comparison {
	/// Whether the disclosure is true, and of a label that can be used.
	pub fn is_good(&self) -> bool {
		self.mismatch.is_none() && self.unusable.is_none()
	}
}

/// Why somebody could not act in `role`, as a clause; `whose` begins it and stands before "key" or "label".
pub fn explain(fault: AuthorityFault, whose: &str, role: Role) -> String {
	match fault {
		AuthorityFault::NoLabel => format!("{whose} key held no label"),
		AuthorityFault::KeyRetired => format!("{whose} key did not hold its label any more"),
		AuthorityFault::KeyCompromised { since } => format!("{whose} key is not believed from block {since} on"),
		AuthorityFault::Suspended => format!("{whose} label was suspended"),
		AuthorityFault::Revoked => format!("{whose} label was revoked"),
		AuthorityFault::Expired => format!("{whose} label was over"),
		AuthorityFault::WrongRole => format!("{whose} label did not have the role {}", code(&role)),
	}
}

/// Applies for a label, to be allocated by an auditor whom the dossier is shown (X.1407 9.1.1 b). Returns when that is final; or fails
/// after `patience`. `certificate`: the signature of a certificate's key for the signer's account, if somebody else vouches for who it is
/// ([`certificates::claim`]).
pub async fn apply(
	submitter: &Submitter,
	signer: &Keypair,
	dossier: &Dossier,
	jurisdiction: Jurisdiction,
	roles: Roles,
	certificate: Option<&CertificateClaim>,
	patience: Duration,
) -> Result<Finalised<Account>, Error> {
	let (chain, account, statement) = (submitter.chain(), signer.account(), dossier.statement());
	ensure_about(statement, &account)?;
	if let Some(claim) = certificate {
		certificates::ensure_claims(claim, chain.genesis(), &account)?;
	}
	chain.ensure_synced().await?;
	let arguments = (dossier.hash(), statement.organisation, jurisdiction, roles, certificate);
	let at = send(submitter, signer, "apply", &arguments, patience).await?;
	account_after(chain, &at, &account).await
}

/// Takes an application back.
pub async fn withdraw(submitter: &Submitter, signer: &Keypair, patience: Duration) -> Result<Finalised<Account>, Error> {
	let (chain, account) = (submitter.chain(), signer.account());
	// A node would only say that the account holds no label.
	review(chain, &account).await?;
	let at = send(submitter, signer, "withdraw", &(), patience).await?;
	account_after(chain, &at, &account).await
}

/// The application of an account.
pub async fn review(chain: &Chain, account: &AccountId) -> Result<Review, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let application = chain.account_status(&at, account).await?.application;
	let application = application.ok_or_else(|| Error::NotApplied {
		account: account.clone(),
	})?;
	Ok(Review {
		account: account.clone(),
		hash: ApplicationHash::of(&application),
		application,
		as_of: BlockId::of(&at),
	})
}

/// Whether the certificate that an application names is among those that were `shown`, has the key that signed the application, and leads
/// to one that an authority on the ledger vouches for: all of that now, by the ledger's clock. None if the application names none.
pub async fn check_certificate(chain: &Chain, review: &Review, shown: Option<&Bundle>) -> Result<Option<Vouched>, Error> {
	let account = || review.account.clone();
	let (named, shown) = match (&review.application.certificate, shown) {
		(None, None) => return Ok(None),
		(Some(named), Some(shown)) => (named, shown),
		(Some(named), None) => {
			return Err(Error::CertificateNotShown {
				account: account(),
				certificate: named.certificate,
			})
		},
		(None, Some(_)) => return Err(Error::AppliedWithoutCertificate { account: account() }),
	};
	let at = chain.finalised().await?;
	let now = chain.time(&at).await?;
	let published = published(chain, &at, now, shown).await?;
	let hashes: Vec<_> = published.iter().map(|(certificate, _)| *certificate).collect();
	let path = shown.verify(named, &hashes, now)?;
	let published_by = published
		.into_iter()
		.filter_map(|(certificate, label)| (certificate == path.authority).then_some(label))
		.collect();
	Ok(Some(Vouched {
		chain: path,
		published_by,
		as_of: BlockId::of(&at),
	}))
}

/// Which of some certificates authorities vouch for whose labels are usable at that time, and who does. What was said with a key that is not
/// believed for when it was said, by what is known as of that block, does not count; and what was said with one that was moved since, does.
async fn published(
	chain: &Chain,
	at: &FinalisedBlock,
	time: Moment,
	shown: &Bundle,
) -> Result<Vec<(CertificateHash, LabelId)>, Error> {
	let labels = chain.labels(at).await?.into_iter().map(|status| status.label);
	let authorities = labels.filter(|label| {
		label.roles.contains(Role::CertificateAuthority) && label.standing == Standing::Active && time < label.expires
	});
	let mut published = Vec::new();
	for authority in authorities {
		// One by one: what was shown is short, and what an authority published may be long.
		let questions = shown.certificates().iter().map(|certificate| {
			let (hash, label) = (certificate.hash(), authority.id);
			async move {
				let Some(Publication { by, at: then }) = chain.certificate(at, label, &hash).await? else {
					return Ok(None);
				};
				let was = chain.authority(at, &by, Role::CertificateAuthority, Some(then)).await?;
				Ok::<_, Error>((was == Ok(label)).then_some((hash, label)))
			}
		});
		published.extend(try_join_all(questions).await?.into_iter().flatten());
	}
	Ok(published)
}

/// Allocates a label that ends at `expires`, in milliseconds since the Unix epoch, to the applicant whose dossier was audited (X.1407
/// 9.1.1 b). Refuses, before anything is sent, where dossier and application differ, and where the application names a certificate that
/// was not shown or is not good ([`check_certificate`]).
///
/// `audited` is the application that a [`review`] showed. Any other is refused, here and by the ledger: jurisdiction and roles are those that
/// were looked at.
pub async fn approve(
	submitter: &Submitter,
	auditor: &Keypair,
	account: &AccountId,
	shown: &Shown,
	audited: ApplicationHash,
	expires: Moment,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	let chain = submitter.chain();
	let review = review(chain, account).await?;
	if audited != review.hash {
		return Err(Error::ApplicationChanged {
			account: account.clone(),
			audited,
			found: review.hash,
		});
	}
	review.check(&shown.dossier)?;
	check_certificate(chain, &review, shown.certificates.as_ref()).await?;
	let arguments = (account, audited.0, expires);
	let at = send(submitter, auditor, "approve", &arguments, patience).await?;
	let label = held_by(chain, &at, account).await?;
	label_after(chain, &at, label).await
}

/// Refuses an application.
pub async fn reject(
	submitter: &Submitter,
	auditor: &Keypair,
	account: &AccountId,
	reason: RejectionReason,
	patience: Duration,
) -> Result<Finalised<Account>, Error> {
	let chain = submitter.chain();
	review(chain, account).await?;
	let at = send(submitter, auditor, "reject", &(account, reason), patience).await?;
	account_after(chain, &at, account).await
}

/// Makes a label unusable until it is reinstated (X.1407 8.1.1, 8.1.2).
pub async fn suspend(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	reason: SuspensionReason,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, signer, "suspend", label, &reason, patience).await
}

/// Makes a suspended label usable again.
pub async fn reinstate(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, signer, "reinstate", label, &(), patience).await
}

/// Makes a label unusable for good.
pub async fn revoke(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	reason: LabelRevocationReason,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, signer, "revoke", label, &reason, patience).await
}

/// Moves the date on which a label ends, in milliseconds since the Unix epoch.
pub async fn renew(
	submitter: &Submitter,
	auditor: &Keypair,
	label: LabelId,
	expires: Moment,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, auditor, "renew", label, &expires, patience).await
}

/// Lets a label act in more roles.
pub async fn add_roles(
	submitter: &Submitter,
	auditor: &Keypair,
	label: LabelId,
	roles: Roles,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, auditor, "add_roles", label, &roles, patience).await
}

/// Lets a label act in fewer roles.
pub async fn remove_roles(
	submitter: &Submitter,
	auditor: &Keypair,
	label: LabelId,
	roles: Roles,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, auditor, "remove_roles", label, &roles, patience).await
}

/// The call by which the holder of a label moves it to the key that consents: for its passkey to confirm, where the label guards that.
pub fn rotation(takeover: &Takeover) -> Call {
	let arguments = (&takeover.account, takeover.valid_until, &takeover.signature);
	call("Labels", "rotate", &arguments)
}

/// Moves the holder's label to the key that consents (X.1407 9.1.2 b). The holder's own is of no use any more: its balance, its seat in the
/// council and its place among the validators go along, but not its session keys, which the new key has to set. With the `confirmation` of the
/// [call](rotation) by the label's passkey, where the label guards that.
pub async fn rotate(
	submitter: &Submitter,
	holder: &Keypair,
	takeover: &Takeover,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let held = chain.account_status(&at, &holder.account()).await?.label;
	// Whoever holds none hears so from the ledger.
	let label = held.map_or(takeover.label, |label| label.id);
	takeover.check(chain.genesis(), label, chain.height().await?)?;
	let call = rotation(takeover);
	let included = match confirmation {
		Some(confirmation) => passkeys::confirm_and_submit(submitter, holder, label, &call, confirmation, patience).await?,
		None => submitter.submit(&call, holder, patience).await?,
	};
	label_after(chain, &chain.at(&included).await?, label).await
}

/// Moves a label to the key that consents, where its holder cannot (X.1407 9.1.2 b).
pub async fn reassign(
	submitter: &Submitter,
	auditor: &Keypair,
	label: LabelId,
	reason: RetirementReason,
	takeover: &Takeover,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	takeover.check(chain.genesis(), label, chain.height().await?)?;
	let arguments = (reason, &takeover.account, takeover.valid_until, &takeover.signature);
	change(submitter, auditor, "reassign", label, &arguments, patience).await
}

/// Puts on record that a key which held a label once is not to be believed from block `since` on (X.1407 8.1.2).
pub async fn distrust(
	submitter: &Submitter,
	signer: &Keypair,
	account: &AccountId,
	since: BlockNumber,
	patience: Duration,
) -> Result<Finalised<Account>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = send(submitter, signer, "distrust", &(account, since), patience).await?;
	account_after(chain, &at, account).await
}

/// Vouches for a certificate, as a certificate authority.
pub async fn publish_certificate(
	submitter: &Submitter,
	authority: &Keypair,
	certificate: CertificateHash,
	patience: Duration,
) -> Result<Finalised<Certificate>, Error> {
	certify(submitter, authority, "publish_certificate", certificate, patience).await
}

/// Vouches for a certificate no more.
pub async fn withdraw_certificate(
	submitter: &Submitter,
	authority: &Keypair,
	certificate: CertificateHash,
	patience: Duration,
) -> Result<Finalised<Certificate>, Error> {
	certify(submitter, authority, "withdraw_certificate", certificate, patience).await
}

async fn certify(
	submitter: &Submitter,
	authority: &Keypair,
	name: &str,
	certificate: CertificateHash,
	patience: Duration,
) -> Result<Finalised<Certificate>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = send(submitter, authority, name, &certificate, patience).await?;
	let label = held_by(chain, &at, &authority.account()).await?;
	let published = chain.certificate(&at, label, &certificate).await?;
	Ok(Finalised {
		state: Certificate {
			label,
			certificate,
			published,
		},
		block: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// What the ledger knows of a label or an account.
pub async fn show(chain: &Chain, target: &Target) -> Result<Entry, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let account = match target {
		Target::Label(label) => existing(chain, &at, *label).await?.holder,
		Target::Account(account) => account.clone(),
	};
	let status = chain.account_status(&at, &account).await?;
	let held = status.label.as_ref().map(|label| label.id);
	let known = held.or(status.retired.as_ref().map(|key| key.label));
	if known.is_none() && status.application.is_none() && status.rejection.is_none() {
		return Err(Error::AccountNotFound { account });
	}
	let (remit, guardianship, certificates) = match held {
		Some(label) => {
			let LabelStatus { remit, guardianship, .. } = existing(chain, &at, label).await?;
			(remit, guardianship, certificates(chain, &at, label).await?)
		},
		None => (None, None, Vec::new()),
	};
	let history = match known {
		Some(label) => chain.label_history(&at, label).await?,
		None => Vec::new(),
	};
	Ok(Entry {
		holder: Account { account, status },
		remit,
		guardianship,
		certificates,
		history,
		as_of: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

async fn certificates(chain: &Chain, at: &FinalisedBlock, label: LabelId) -> Result<Vec<Certificate>, Error> {
	let certificates = chain.certificates(at, label).await?;
	let published = certificates.into_iter().map(|(certificate, published)| Certificate {
		label,
		certificate,
		published: Some(published),
	});
	Ok(published.collect())
}

/// All labels.
pub async fn list(chain: &Chain) -> Result<Labels, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Labels {
		labels: chain.labels(&at).await?,
		as_of: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// All that waits for an auditor.
pub async fn applications(chain: &Chain) -> Result<Applications, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let mut applications: Vec<_> = chain
		.applications(&at)
		.await?
		.into_iter()
		.map(|(account, application)| Applicant { account, application })
		.collect();
	// The ledger keeps them by hash; auditors take them by age.
	applications.sort_by_key(|applicant| applicant.application.applied.position());
	Ok(Applications {
		applications,
		as_of: BlockId::of(&at),
	})
}

/// Whether an account was a label in `role` at the end of the block `at`; without one, whether it is now. Asked about a label, it is
/// whoever held it then. Judged with all that is known now: a key may have become known as compromised since.
pub async fn authority(chain: &Chain, target: &Target, role: Role, at: Option<BlockNumber>) -> Result<Judgement, Error> {
	chain.ensure_synced().await?;
	let newest = chain.finalised().await?;
	let at = match at {
		Some(block) => Some(chain.end_of_block(&newest, block).await?),
		None => None,
	};
	let account = match target {
		Target::Account(account) => account.clone(),
		Target::Label(label) => {
			let holder = existing(chain, &newest, *label).await?.holder;
			match &at {
				Some(at) => holder_at(holder, &chain.label_history(&newest, *label).await?, at),
				None => holder,
			}
		},
	};
	let answer = match chain.authority(&newest, &account, role, at).await? {
		Ok(label) => Answer::Yes { label },
		Err(fault) => Answer::No { fault },
	};
	Ok(Judgement {
		account,
		role,
		at,
		answer,
		as_of: BlockId::of(&newest),
	})
}

/// Who held a label at that time, given who holds it now and what happened to it.
pub fn holder_at(now: AccountId, history: &[LabelChange], at: &Inclusion) -> AccountId {
	let mut later = history.iter().filter(|change| change.at.position() > at.position());
	// The first move after that time was away from them.
	let moved = later.find_map(|change| match &change.event {
		LabelEvent::Rotated { from, .. } => Some(from.clone()),
		_ => None,
	});
	moved.unwrap_or(now)
}

/// Compares what somebody discloses about themselves with the label that they say is theirs (X.1407 9.1.3). That whoever shows it holds the
/// label, it cannot say: a disclosure can be passed on.
pub async fn compare(chain: &Chain, label: LabelId, disclosure: &IdentityDisclosure) -> Result<Comparison, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let status = existing(chain, &at, label).await?;
	let mismatch = disclosure.check(&status.label.dossier).err();
	let time = chain.time(&at).await?;
	Ok(Comparison {
		unusable: Unusable::at(&status.label, time),
		status,
		mismatch: mismatch.map(|error| error.to_string()),
		as_of: BlockId::of(&at),
		time,
	})
}

fn ensure_about(statement: &Statement, account: &AccountId) -> Result<(), Error> {
	if statement.account == *account {
		return Ok(());
	}
	Err(Error::DossierOfOtherAccount {
		dossier: statement.account.clone(),
		account: account.clone(),
	})
}

/// Sends a call of the pallet, and returns the block in which it is final.
async fn send(
	submitter: &Submitter,
	signer: &Keypair,
	name: &str,
	arguments: &impl Encode,
	patience: Duration,
) -> Result<FinalisedBlock, Error> {
	submitter
		.submit_at_block(signer, &call("Labels", name, arguments), patience)
		.await
}

/// Sends a call about a label that there is; `arguments` are those behind the label.
pub(crate) async fn change(
	submitter: &Submitter,
	signer: &Keypair,
	name: &str,
	label: LabelId,
	arguments: &impl Encode,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	existing(chain, &chain.finalised().await?, label).await?;
	let at = send(submitter, signer, name, &(label, arguments), patience).await?;
	label_after(chain, &at, label).await
}

pub(crate) async fn existing(chain: &Chain, at: &FinalisedBlock, label: LabelId) -> Result<LabelStatus, Error> {
	chain.label_status(at, label).await?.ok_or(Error::LabelNotFound { label })
}

/// The label of an account that made use of one in that block.
pub(crate) async fn held_by(chain: &Chain, at: &FinalisedBlock, account: &AccountId) -> Result<LabelId, Error> {
	let label = chain.account_status(at, account).await?.label;
	let label = label.ok_or_else(|| chain.node_error("it finalised what takes a label, and knows of no label"))?;
	Ok(label.id)
}

pub(crate) async fn label_after(chain: &Chain, at: &FinalisedBlock, label: LabelId) -> Result<Finalised<LabelStatus>, Error> {
	Ok(Finalised {
		state: existing(chain, at, label).await?,
		block: BlockId::of(at),
		time: chain.time(at).await?,
	})
}

async fn account_after(chain: &Chain, at: &FinalisedBlock, account: &AccountId) -> Result<Finalised<Account>, Error> {
	Ok(Finalised {
		state: Account {
			account: account.clone(),
			status: chain.account_status(at, account).await?,
		},
		block: BlockId::of(at),
		time: chain.time(at).await?,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::dossier::Organisation;
	use chirograph_primitives::{DossierHash, Operation, Operations, OrganisationId};
	use serde_json::json;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn at(block: BlockNumber) -> Inclusion {
		Inclusion {
			block,
			extrinsic: 1,
			time: 2_000 * Moment::from(block),
		}
	}

	fn block() -> BlockId {
		BlockId {
			number: 9,
			hash: "0x09".into(),
		}
	}

	fn dossier() -> Dossier {
		let organisation = Organisation::Registered("DE HRB 12345".into());
		let fields = vec![("name".to_owned(), "Ada Lovelace".to_owned())];
		Dossier::new(&account(1), organisation, fields).expect("all is in bounds")
	}

	fn review_of(dossier: &Dossier) -> Review {
		let application = Application {
			dossier: dossier.hash(),
			organisation: dossier.statement().organisation,
			jurisdiction: "DE-BY".parse().expect("is one"),
			roles: Roles::only(Role::Owner),
			certificate: None,
			applied: at(3),
		};
		Review {
			account: dossier.statement().account.clone(),
			hash: ApplicationHash::of(&application),
			application,
			as_of: block(),
		}
	}

	#[test]
	fn a_dossier_matches_the_application_that_was_made_with_it() {
		let dossier = dossier();
		assert!(review_of(&dossier).check(&dossier).is_ok());
	}

	#[test]
	fn each_way_in_which_dossier_and_application_differ_is_named() {
		let dossier = dossier();
		let mut other = review_of(&dossier);
		other.account = account(2);
		assert!(matches!(
			other.check(&dossier),
			Err(Error::DossierOfOtherAccount { dossier, account: applicant }) if dossier == account(1) && applicant == account(2)
		));

		let mut other = review_of(&dossier);
		other.application.dossier = DossierHash([0; 32]);
		assert!(matches!(
			other.check(&dossier),
			Err(Error::DossierNotOfApplication { dossier: found, application }) if found == dossier.hash() && application.0 == [0; 32]
		));

		let mut other = review_of(&dossier);
		other.application.organisation = OrganisationId([0; 32]);
		assert!(matches!(
			other.check(&dossier),
			Err(Error::OtherOrganisation { application, .. }) if application.0 == [0; 32]
		));
	}

	/// Whoever applied with another organisation than the dossier states: by hand, since no dossier can be made or read that says both.
	#[test]
	fn the_organisation_is_the_one_whose_number_in_a_register_the_dossier_states() {
		let honest = dossier();
		let mut value = serde_json::to_value(&honest).expect("a dossier is JSON");
		let disguised = OrganisationId([7; 32]);
		value["statement"]["organisation"] = json!(disguised);
		assert!(Dossier::parse(value.to_string().as_bytes()).is_err());
		let altered: Dossier = serde_json::from_value(value).expect("is well-formed");
		let review = review_of(&altered);
		assert_eq!(review.application.organisation, disguised);
		let outcome = review.check(&altered);
		assert!(
			matches!(&outcome, Err(Error::OtherOrganisation { dossier, application })
				if *dossier == honest.statement().organisation && *application == disguised),
			"{outcome:?}"
		);
	}

	#[test]
	fn a_label_can_be_used_until_its_date_if_nobody_objects() {
		let mut label = label();
		for (standing, time, unusable) in [
			(Standing::Active, 0, None),
			(Standing::Active, label.expires - 1, None),
			(Standing::Active, label.expires, Some(Unusable::Over)),
			(
				Standing::Suspended(SuspensionReason::Investigation),
				0,
				Some(Unusable::Suspended),
			),
			(
				Standing::Revoked {
					cause: LabelRevocationReason::GivenUp,
				},
				label.expires,
				Some(Unusable::Revoked),
			),
		] {
			label.standing = standing;
			assert_eq!(Unusable::at(&label, time), unusable, "{standing:?} at {time}");
		}
	}

	#[test]
	fn another_application_has_another_hash() {
		let dossier = dossier();
		let (one, mut other) = (review_of(&dossier), review_of(&dossier));
		assert_eq!(ApplicationHash::of(&one.application), one.hash);
		other.application.roles = Roles::only(Role::Issuer);
		assert_ne!(ApplicationHash::of(&other.application), one.hash);
	}

	#[test]
	fn an_application_s_hash_is_read_as_it_is_written() {
		let hash = ApplicationHash(core::array::from_fn(|i| i as u8));
		assert_eq!(hash.to_string().parse(), Ok(hash));
		assert_eq!(json!(hash), json!(hash.to_string()));
		assert!("0x12".parse::<ApplicationHash>().is_err());
	}

	fn moved(block: BlockNumber, from: u8, to: u8) -> LabelChange {
		changed(
			block,
			LabelEvent::Rotated {
				from: account(from),
				to: account(to),
			},
		)
	}

	fn changed(block: BlockNumber, event: LabelEvent) -> LabelChange {
		LabelChange {
			at: at(block),
			by: None,
			event,
			roles: Roles::only(Role::Owner),
			expires: 1,
			standing: Standing::Active,
		}
	}

	#[test]
	fn who_held_a_label_is_known_for_every_time() {
		let history = [
			changed(1, LabelEvent::Granted),
			moved(5, 1, 2),
			changed(7, LabelEvent::Renewed),
			moved(9, 2, 3),
		];
		for (block, holder) in [(0, 1), (1, 1), (4, 1), (5, 2), (7, 2), (8, 2), (9, 3), (100, 3)] {
			assert_eq!(holder_at(account(3), &history, &at(block)), account(holder), "block {block}");
		}
		assert_eq!(holder_at(account(1), &history[..1], &at(100)), account(1));
	}

	fn label() -> Label {
		Label {
			id: 7,
			organisation: OrganisationId([2; 32]),
			jurisdiction: "DE".parse().expect("is one"),
			roles: Roles::only(Role::Owner),
			expires: 1,
			standing: Standing::Suspended(SuspensionReason::KeyCompromised { since: 5 }),
			dossier: DossierHash([3; 32]),
			certificate: Some(CertificateHash([4; 32])),
			auditor: None,
			held_since: at(1),
			distrusted_since: None,
			guarded: Operations::only(Operation::Registering),
			changes: 2,
		}
	}

	#[test]
	fn results_are_flat_objects() {
		let status = LabelStatus {
			holder: account(1),
			label: label(),
			remit: None,
			guardianship: None,
			recoveries: Vec::new(),
		};
		let result = json!(Finalised {
			state: status,
			block: block(),
			time: 2_000,
		});
		assert_eq!((&result["block"]["number"], &result["time"]), (&json!(9), &json!(2_000)));
		assert_eq!(result["label"]["id"], 7);
		assert_eq!(
			result["label"]["standing"],
			json!({ "state": "suspended", "reason": "keyCompromised", "since": 5 })
		);
		assert_eq!(result["label"]["certificate"], json!(CertificateHash([4; 32]).to_string()));
		assert_eq!(result["label"]["guarded"], json!(["registering"]));

		let judgement = |answer| {
			json!(Judgement {
				account: account(1),
				role: Role::TaxAuthority,
				at: Some(at(9)),
				answer,
				as_of: block(),
			})
		};
		let yes = judgement(Answer::Yes { label: 7 });
		assert_eq!((&yes["answer"], &yes["label"]), (&json!("yes"), &json!(7)));
		assert_eq!(yes["role"], "tax-authority");
		let no = judgement(Answer::No {
			fault: AuthorityFault::KeyCompromised { since: 5 },
		});
		assert_eq!(
			(&no["answer"], &no["fault"], &no["since"]),
			(&json!("no"), &json!("keyCompromised"), &json!(5))
		);
	}
}
