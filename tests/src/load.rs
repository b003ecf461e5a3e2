// SPDX-License-Identifier: Apache-2.0

//! Registrations in numbers.

use chirograph_runtime::RuntimeCall;
use chirograph_sdk::{
	authorization::Authorization,
	chain::Chain,
	evidence::{Evidence, EvidenceFile, Mode},
	file::Original,
	keys::Keypair,
	labels::ApplicationHash,
	primitives::{
		invoice::{Transaction, Witness},
		payload, AccountId, BatchRoot, CertificateClaim, CertificateHash, CertificateKey, DossierHash, Jurisdiction, LabelId,
		OrganisationId, Role, Roles, Schema, SignatureScheme, Subject,
	},
	submit::{call, Call, Included, Submitter},
	verifier::merkle::Tree,
	Error,
};
use futures::future::try_join_all;
use rand::{RngCore, SeedableRng};
use std::{collections::BTreeSet, time::Duration};

/// Longer than any extrinsic lives: whoever waits this long hears what became of it.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The nonce of an account's first registration: with the one before it applied for its label.
pub const FIRST_NONCE: u64 = 1;

/// As many calls as fit well into a block.
const BATCH: usize = 500;

/// Accounts that register documents which nobody else has.
pub struct Load {
	/// The accounts, each with a label.
	pub accounts: Vec<Keypair>,
	random: rand::rngs::StdRng,
}

impl Load {
	/// Makes accounts out of `seed`. They apply for labels as owners, and Alice, who is an auditor, approves.
	pub async fn new(submitter: &Submitter, accounts: usize, seed: u64) -> Result<Self, Error> {
		Self::with_roles(submitter, accounts, seed, Roles::only(Role::Owner)).await
	}

	/// As [`Self::new`], with these roles.
	pub async fn with_roles(submitter: &Submitter, accounts: usize, seed: u64, roles: Roles) -> Result<Self, Error> {
		let key = |index| Keypair::dev(&format!("//load//{seed}//{index}"), SignatureScheme::Sr25519);
		let accounts: Vec<_> = (0..accounts).map(key).collect::<Result<_, _>>()?;
		for applicants in accounts.chunks(BATCH) {
			Self::label(submitter, applicants, roles).await?;
		}
		Ok(Self {
			accounts,
			random: rand::rngs::StdRng::seed_from_u64(seed),
		})
	}

	/// Has accounts apply, all at once, and Alice approve. No more than a pool takes of those who have no label.
	async fn label(submitter: &Submitter, accounts: &[Keypair], roles: Roles) -> Result<(), Error> {
		let applications = accounts.iter().map(|account| async move {
			submitter
				.submit_with_nonce(&application(account, roles), account, 0, PATIENCE)
				.await
		});
		try_join_all(applications).await?;

		let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519)?;
		let chain = submitter.chain();
		let at = chain.finalised().await?;
		let expires = chain.time(&at).await? + 24 * 60 * 60 * 1_000;
		let ours: BTreeSet<AccountId> = accounts.iter().map(Keypair::account).collect();
		let approvals = chain
			.applications(&at)
			.await?
			.into_iter()
			.filter(|(account, _)| ours.contains(account));
		let approvals = approvals.map(|(account, application)| {
			let application = ApplicationHash::of(&application).0.into();
			RuntimeCall::Labels(pallet_labels::Call::approve {
				account,
				application,
				expires,
			})
		});
		let approvals = call("Utility", "batch_all", &approvals.collect::<Vec<_>>());
		submitter.submit(&approvals, &alice, PATIENCE).await?;
		Ok(())
	}

	/// Evidence for a document that nobody else has.
	pub fn document(&mut self, owner: &Keypair) -> Evidence {
		let (mut sha256, mut sha3_512) = ([0; 32], [0; 64]);
		self.random.fill_bytes(&mut sha256);
		self.random.fill_bytes(&mut sha3_512);
		let original = Original {
			sha256,
			sha3_512,
			size: 1,
			media_type: "application/octet-stream".into(),
			similarity: Default::default(),
		};
		let evidence = Evidence::new(&original, Mode::Open, Schema::Document, &owner.account(), Vec::new());
		evidence.expect("an original of the right form makes evidence").0
	}
}

/// Registers without the questions that the SDK asks beforehand: as many at once as there are.
pub async fn register(
	submitter: &Submitter,
	owner: &Keypair,
	nonce: u64,
	evidence: &Evidence,
	valid_until: u32,
) -> Result<Included, Error> {
	let call = registration(submitter.chain(), owner, evidence, valid_until)?;
	submitter.submit_with_nonce(&call, owner, nonce, PATIENCE).await
}

/// The call that registers evidence.
pub fn registration(chain: &Chain, owner: &Keypair, evidence: &Evidence, valid_until: u32) -> Result<Call, Error> {
	let authorization = Authorization::sign_registration(owner, chain.genesis(), evidence, valid_until)?;
	let arguments = (
		owner.account(),
		evidence.subject(),
		evidence.hash(),
		evidence.schema,
		authorization.valid_until,
		&authorization.signature,
	);
	Ok(call("Proofs", "register", &arguments))
}

/// Registers the tree over many documents, as [`register`] does one.
pub async fn register_batch(
	submitter: &Submitter,
	owner: &Keypair,
	nonce: u64,
	tree: &Tree,
	valid_until: u32,
) -> Result<Included, Error> {
	let (account, root, leaves, schema) = (owner.account(), BatchRoot(tree.root()), tree.leaves(), Schema::Document);
	let payload = payload::batch(submitter.chain().genesis(), &account, &root, leaves, schema, valid_until);
	let arguments = (account, root, leaves, schema, valid_until, owner.sign_owner(&payload));
	let call = call("Proofs", "register_batch", &arguments);
	submitter.submit_with_nonce(&call, owner, nonce, PATIENCE).await
}

/// What holders of labels sign a transaction of invoices with: every party does, whoever sends it.
pub fn witnesses(chain: &Chain, transaction: &Transaction, signers: &[(LabelId, &Keypair)]) -> Vec<Witness> {
	let payload = transaction.payload(chain.genesis());
	let sign = |(label, key): &(LabelId, &Keypair)| Witness {
		label: *label,
		signature: key.sign_owner(&payload),
	};
	signers.iter().map(sign).collect()
}

/// The call that executes a transaction of invoices, whoever has signed it.
pub fn execution(transaction: &Transaction, witnesses: &[Witness]) -> Call {
	call("Invoices", "execute", &(transaction, witnesses))
}

/// The call with which an account applies for a label.
pub fn application(account: &Keypair, roles: Roles) -> Call {
	application_with(account, roles, None)
}

/// Of the calls that a label may make, one that takes most of a block for one of its quota. Who holds a label cannot apply, which is found
/// out at once; the weight of judging a certificate's signature is not given back.
pub fn costly(account: &Keypair) -> Call {
	let claim = CertificateClaim {
		certificate: CertificateHash([0; 32]),
		key: CertificateKey::P256([2; 33]),
		signature: [0; 64],
	};
	application_with(account, Roles::only(Role::Owner), Some(claim))
}

fn application_with(account: &Keypair, roles: Roles, claim: Option<CertificateClaim>) -> Call {
	let jurisdiction: Jurisdiction = "XX".parse().expect("the development networks are at home there");
	let organisation = OrganisationId(account.account().into());
	let arguments = (DossierHash([0; 32]), organisation, jurisdiction, roles, claim);
	call("Labels", "apply", &arguments)
}

/// Whether `subject` is on record for `owner`.
pub async fn is_registered(chain: &Chain, subject: &Subject, owner: &Keypair) -> Result<bool, Error> {
	let at = chain.finalised().await?;
	Ok(chain
		.record(&at, subject)
		.await?
		.is_some_and(|record| record.owner == owner.account()))
}
