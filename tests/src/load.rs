// SPDX-License-Identifier: Apache-2.0

//! Registrations in numbers.

use chirograph_runtime::RuntimeCall;
use chirograph_sdk::{
	authorization::Authorization,
	chain::Chain,
	evidence::{Evidence, Mode},
	file::Original,
	keys::Keypair,
	primitives::{Schema, SignatureScheme, Subject},
	submit::{call, Included, Submitter},
	Error,
};
use rand::{RngCore, SeedableRng};
use std::time::Duration;

/// Longer than any extrinsic lives: whoever waits this long hears what became of it.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Accounts that register documents which nobody else has.
pub struct Load {
	/// The accounts, funded.
	pub accounts: Vec<Keypair>,
	random: rand::rngs::StdRng,
}

impl Load {
	/// Makes accounts out of `seed`, and lets Alice fund them.
	pub async fn new(submitter: &Submitter, accounts: usize, seed: u64) -> Result<Self, Error> {
		let key = |index| Keypair::dev(&format!("//load//{seed}//{index}"), SignatureScheme::Sr25519);
		let accounts: Vec<_> = (0..accounts).map(key).collect::<Result<_, _>>()?;
		let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519)?;
		// As many transfers as fit well into a block.
		for accounts in accounts.chunks(500) {
			let transfers = accounts.iter().map(|account| {
				let (dest, value) = (account.account().into(), 10_000_000_000_000);
				RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest, value })
			});
			let batch = call("Utility", "batch_all", &transfers.collect::<Vec<_>>());
			submitter.submit(&batch, &alice, PATIENCE).await?;
		}
		Ok(Self {
			accounts,
			random: rand::rngs::StdRng::seed_from_u64(seed),
		})
	}

	/// Evidence for a document that nobody else has.
	pub fn document(&mut self, owner: &Keypair) -> Evidence {
		let mut sha256 = [0; 32];
		self.random.fill_bytes(&mut sha256);
		let original = Original {
			sha256,
			size: 1,
			media_type: "application/octet-stream".into(),
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
	let authorization = Authorization::sign_registration(owner, submitter.chain().genesis(), evidence, valid_until)?;
	let arguments = (
		owner.account(),
		evidence.subject(),
		evidence.hash(),
		evidence.schema,
		authorization.valid_until,
		&authorization.signature,
	);
	submitter
		.submit_with_nonce(&call("Proofs", "register", &arguments), owner, nonce, PATIENCE)
		.await
}

/// Whether `subject` is on record for `owner`.
pub async fn is_registered(chain: &Chain, subject: &Subject, owner: &Keypair) -> Result<bool, Error> {
	let at = chain.finalised().await?;
	Ok(chain
		.record(&at, subject)
		.await?
		.is_some_and(|record| record.owner == owner.account()))
}
