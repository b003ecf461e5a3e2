// SPDX-License-Identifier: Apache-2.0

//! Electronic invoices as outputs that are consumed exactly once (X.1407 Appendix I). What these are, [`chirograph_primitives::invoice`] says.
//!
//! 1. A hospital sells. A patient pays through a platform, which records that: a [`Draft`] makes the transaction, the platform writes it into a
//!    [`TransactionFile`], and patient and hospital [sign] it. Whoever of them is the last [sends](submit) it; all of them sign.
//! 2. The hospital makes an invoice ([`einvoice`](crate::einvoice)), its tax authority issues it over what was paid. Its file stays off the
//!    ledger, which has its hash: whoever is given the file [finds](find) out whether it is valid.
//! 3. The patient's wallet [sees](watch()) the invoice arrive. She claims a part of it as an expense from her employer.
//! 4. The employer deducts the VAT, in a period of taxation, with its own tax authority. Whoever is a party [traces](trace()) all of it, and the
//!    [`Books`] of the invoice balance.
//!
//! # The transaction file
//!
//! Parties pass it to each other, so that none needs another's key or machine.
//!
//! ```json
//! {
//!   "format": "chirograph/invoice-transaction/v1", "genesisHash": "0x…",
//!   "transaction": { "action": { "type": "transfer", "to": 7 }, "inputs": ["0x…:0"], "outputs": […], "validUntil": 1200 },
//!   "signatures": [{ "label": 3, "account": "5…", "signature": { "scheme": "ecdsa", "signature": "0x…" } }]
//! }
//! ```
//!
//! # Whom to trust
//!
//! A node may lie about what a transaction consumes, and so about who has to sign it; it cannot change what is signed, nor make a signature.
//! What is signed is in the file, and its [`Summary`] is read from there: kinds, amounts, labels, the hash of the document. Only in which
//! currency something is that was consumed, and whose it was, is the node's word. Who has to sign is worked out here, and compared with what
//! the ledger says.

mod books;
mod draft;
mod error;
mod file;
mod ledger;
mod standing;
mod summary;
mod trace;
mod uri;
mod verify;
mod watch;

pub use books::{BookLine, Books, Sums};
pub use draft::{amounts, Draft};
pub use error::InvoiceError;
pub use file::{FileSignature, TransactionFile, FORMAT};
pub use ledger::{outputs_of, Held};
pub use standing::{authorise, close_period, set_conditions, withdraw_authorisation, withdraw_conditions, Closed, Limits};
pub use summary::{action_name, format_amount, format_amounts, format_minor, format_rate, kind_name, part_name, Line, Summary};
pub use trace::{find, trace, Found, Lineage, Registered, Step};
pub use uri::{is_address, parse_uri, qr_svg, qr_text, uri, UriFault};
pub use verify::{verify, Judged, Offered, Question, Verification};
pub use watch::{watch, Arrival, Movement, Watcher};

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	error::Error,
	keys::Keypair,
	labels::existing,
	life::ensure_accepted,
	passkeys::{self, label_of, Confirmation},
	refusal::Refusal,
	submit::{call, Call, Submitter},
};
use chirograph_primitives::{
	invoice::{
		Action, Invoice, InvoiceId, OutPoint, OutputRecord, Part, Party, Transaction, TransactionRecord, Witness, Witnesses,
		MAX_SIGNATURES,
	},
	Algorithm, LabelId, LabelStatus, Operation, Role, TransactionId,
};
use codec::Encode;
use ledger::{height, unconsumed};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap, time::Duration};
use summary::Known;

/// A transaction that is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Executed {
	/// Which.
	pub id: TransactionId,
	/// What it created, in order.
	pub outputs: Vec<OutPoint>,
	/// What the ledger has of it.
	pub record: TransactionRecord,
	/// The finalised block.
	pub block: BlockId,
}

/// Who has to sign a transaction, and who has not yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signers {
	/// Everybody who has to.
	pub parties: Vec<Party>,
	/// Those of whom there is no signature.
	pub missing: Vec<Party>,
	/// Who gives something away, and guards that with a passkey: whoever else signs, this label sends it, with a confirmation.
	pub guarding: Option<LabelId>,
}

/// What a transaction consumes, and the invoice that this is of, or that is accepted.
async fn facts(
	chain: &Chain,
	block: &FinalisedBlock,
	transaction: &Transaction,
) -> Result<(Vec<OutputRecord>, Option<(InvoiceId, Invoice)>), Error> {
	let inputs = unconsumed(chain, block, &transaction.inputs).await?;
	let named = match &transaction.action {
		Action::Accept { invoice } => Some(*invoice),
		_ => inputs.first().and_then(|input| input.provenance.invoice()),
	};
	let invoice = match named {
		Some(id) => {
			let known = chain.invoice(block, &id).await?;
			Some((id, known.ok_or(InvoiceError::UnknownInvoice { invoice: id })?))
		},
		None => None,
	};
	Ok((inputs, invoice))
}

/// Who has to sign a transaction, as of a block: by the table of [`Transaction::parties`] over what the ledger holds. Fails where the ledger
/// would refuse the transaction whoever signs it, or names others; and where one of them may not take part, says who.
pub async fn parties(chain: &Chain, block: &FinalisedBlock, transaction: &Transaction) -> Result<Vec<Party>, Error> {
	let (inputs, invoice) = facts(chain, block, transaction).await?;
	let invoice = invoice.as_ref().map(|(_, invoice)| invoice);
	let parties = transaction.parties(&inputs, invoice, height(block));
	match chain.judged(block, transaction).await? {
		Ok(named) if same(&named, &parties) => Ok(parties),
		Ok(_) => Err(chain.node_error("it says that others have to sign than those that the outputs lead to")),
		Err(fault) => {
			entitled(chain, block, &parties).await?;
			let Refusal { name, explanation } = Refusal::read(&fault.encode(), &block.metadata());
			Err(InvoiceError::Judged { name, explanation }.into())
		},
	}
}

/// How the label of each party is. Fails where one may not do its part.
async fn entitled(chain: &Chain, block: &FinalisedBlock, parties: &[Party]) -> Result<Vec<(Party, LabelStatus)>, Error> {
	let mut labels = Vec::new();
	for party in parties {
		let status = existing(chain, block, party.label).await?;
		let judged = chain.authority(block, &status.holder, party.role, None).await?;
		judged.map_err(|fault| InvoiceError::PartyNotEntitled { party: *party, fault })?;
		labels.push((*party, status));
	}
	Ok(labels)
}

/// Whether both name the same, in whatever order.
fn same(some: &[Party], others: &[Party]) -> bool {
	let sorted = |parties: &[Party]| {
		let mut keys: Vec<_> = parties.iter().map(|party| (party.part, party.label, party.role)).collect();
		keys.sort();
		keys
	};
	sorted(some) == sorted(others)
}

/// What a transaction does, with what the ledger knows of what it consumes, as of a block.
pub async fn summarise(chain: &Chain, block: &FinalisedBlock, file: &TransactionFile) -> Result<Summary, Error> {
	file.ensure_network(chain.genesis())?;
	let (inputs, invoice) = facts(chain, block, &file.transaction).await?;
	// Of what is consumed, the amounts are there anyway.
	let issued = match (&file.transaction.action, &invoice) {
		(Action::Accept { .. }, Some((_, invoice))) => {
			let first = OutPoint {
				transaction: invoice.issued_by,
				index: 0,
			};
			chain.output(block, &first).await?
		},
		_ => None,
	};
	let known = Known {
		inputs: &inputs,
		invoice: invoice.as_ref().map(|(id, invoice)| (id, invoice)),
		issued: issued.as_ref(),
		now: Some(height(block)),
	};
	Ok(Summary::of(file.id(), &file.transaction, known))
}

/// Drops the signatures that do not count, as of a block, and returns them: those by an account that does not hold the label, any more or at
/// all, and those of labels that are no party. So that a signature from before a label moved, or a vandal's, does not make a file useless.
pub async fn sift(chain: &Chain, block: &FinalisedBlock, file: &mut TransactionFile) -> Result<Vec<FileSignature>, Error> {
	ensure_open(chain, block, file).await?;
	let mut holders = BTreeMap::new();
	for party in parties(chain, block, &file.transaction).await? {
		holders.insert(party.label, existing(chain, block, party.label).await?.holder);
	}
	Ok(file.keep(|signature| holders.get(&signature.label) == Some(&signature.account)))
}

/// Fails where a transaction cannot be executed any more.
async fn ensure_open(chain: &Chain, block: &FinalisedBlock, file: &TransactionFile) -> Result<(), Error> {
	file.ensure_network(chain.genesis())?;
	let id = file.id();
	if let Some(record) = chain.transaction(block, &id).await? {
		return Err(InvoiceError::AlreadyExecuted { id, at: record.at }.into());
	}
	let (valid_until, current) = (file.transaction.valid_until, height(block));
	// What is submitted now enters the next block at the earliest.
	if valid_until <= current {
		return Err(InvoiceError::Expired { valid_until, current }.into());
	}
	Ok(())
}

/// Whether each signature in a file counts, as of a block: it is right, and by the account that holds its label, which is a party. Fails also
/// where the ledger would refuse the transaction whoever signs it.
pub async fn check(chain: &Chain, block: &FinalisedBlock, file: &TransactionFile) -> Result<Signers, Error> {
	ensure_open(chain, block, file).await?;
	file.verify()?;
	for signature in &file.signatures {
		let FileSignature { label, account, .. } = signature;
		let status = existing(chain, block, *label).await?;
		if status.holder != *account {
			return Err(InvoiceError::NotHolderOfLabel {
				label: *label,
				account: account.clone(),
				holder: status.holder,
			}
			.into());
		}
	}
	let schemes: Vec<_> = file
		.signatures
		.iter()
		.map(|signature| Algorithm::from(signature.signature.scheme()))
		.collect();
	ensure_accepted(chain, block, &schemes).await?;
	let parties = parties(chain, block, &file.transaction).await?;
	for signature in &file.signatures {
		ensure_party(&parties, signature.label)?;
	}
	let labels = entitled(chain, block, &parties).await?;
	let missing = parties.iter().filter(|party| !file.is_signed_by(party.label));
	Ok(Signers {
		missing: missing.copied().collect(),
		guarding: guarding(&file.transaction, &labels),
		parties,
	})
}

/// Who gives something away, and guards that with a passkey.
fn guarding(transaction: &Transaction, labels: &[(Party, LabelStatus)]) -> Option<LabelId> {
	let mut labels = labels.iter().filter(|_| transaction.kind().gives_away());
	let guarding =
		labels.find(|(party, status)| party.part == Part::Holder && status.label.guarded.contains(Operation::Transferring));
	guarding.map(|(party, _)| party.label)
}

/// What a label takes part as.
fn ensure_party(parties: &[Party], label: LabelId) -> Result<Party, InvoiceError> {
	let mut known = parties.iter();
	let party = known.find(|party| party.label == label);
	party.copied().ok_or_else(|| InvoiceError::NotAParty {
		label,
		parties: parties.to_vec(),
	})
}

/// Signs a transaction as the party that the key's label is, as of a block; its first part, if it has two. Fails where it is none, where it
/// signed already, or where the transaction would be of no use.
pub async fn sign(chain: &Chain, block: &FinalisedBlock, file: &mut TransactionFile, key: &Keypair) -> Result<Party, Error> {
	ensure_open(chain, block, file).await?;
	let label = label_of(chain, &key.account()).await?;
	let parties = parties(chain, block, &file.transaction).await?;
	let party = ensure_party(&parties, label)?;
	file.sign(key, label)?;
	Ok(party)
}

/// The call that sends a transaction with all its signatures: for a passkey to confirm, where the holder's label guards handing over. It is
/// another one as soon as there is another signature.
pub fn call_of(file: &TransactionFile) -> Result<Call, Error> {
	let witnesses = file.signatures.iter().map(|signature| Witness {
		label: signature.label,
		signature: signature.signature.clone(),
	});
	let witnesses = Witnesses::try_from(witnesses.collect::<Vec<_>>());
	let witnesses = witnesses.map_err(|_| InvoiceError::TooManySignatures { most: MAX_SIGNATURES })?;
	Ok(call("Invoices", "execute", &(&file.transaction, witnesses)))
}

/// Sends a transaction that everybody else signed; `key` is of a party, whose signature is added if it is missing, or of a business platform.
/// With the `confirmation` of the [call](call_of) by the passkey of that key's label, where it guards handing over: then it signed before.
/// Returns when it is final; or fails after `patience`. Whatever the ledger would refuse is refused before anything is sent, as far as it can be
/// asked.
pub async fn submit(
	submitter: &Submitter,
	key: &Keypair,
	file: &TransactionFile,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Executed, Error> {
	let (chain, account) = (submitter.chain(), key.account());
	chain.ensure_synced().await?;
	let block = chain.finalised().await?;
	let Signers {
		parties,
		missing,
		guarding,
	} = check(chain, &block, file).await?;
	let own = label_of(chain, &account).await?;
	// What a passkey confirmed is the call with the signatures that there were.
	let signs = confirmation.is_none() && missing.iter().any(|party| party.label == own);
	let missing: Vec<_> = missing.into_iter().filter(|party| !signs || party.label != own).collect();
	if !missing.is_empty() {
		return Err(InvoiceError::MissingSignatures { missing }.into());
	}
	if ensure_party(&parties, own).is_err() {
		let judged = chain.authority(&block, &account, Role::BusinessPlatform, None).await?;
		judged.map_err(|_| InvoiceError::NotSubmitter { label: own, parties })?;
	}
	if let Some(label) = guarding {
		if label != own || confirmation.is_none() {
			return Err(InvoiceError::PasskeyNeeded { label }.into());
		}
	}
	let mut file = Cow::Borrowed(file);
	if signs {
		file.to_mut().sign(key, own)?;
	}
	let call = call_of(&file)?;
	let included = passkeys::submit(submitter, key, &account, &call, confirmation, patience).await?;
	let id = file.id();
	let record = chain.transaction(&chain.at(&included).await?, &id).await?;
	let record = record
		.filter(|record| is_of(record, &file.transaction))
		.ok_or_else(|| chain.node_error("it finalised a transaction, and has another one in its place or none"))?;
	let outputs = (0u8..)
		.zip(&record.outputs)
		.map(|(index, _)| OutPoint { transaction: id, index });
	Ok(Executed {
		id,
		outputs: outputs.collect(),
		block: included.block_id(),
		record,
	})
}

/// Whether a record is what comes of a transaction.
fn is_of(record: &TransactionRecord, transaction: &Transaction) -> bool {
	let created = record.outputs.iter().map(|record| &record.output);
	record.action == transaction.kind() && record.inputs == transaction.inputs && created.eq(&transaction.outputs)
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{
		invoice::{Acceptance, ActionKind, Amounts, Currency, Output, OutputKind, Provenance, VatAmount, VatCategory},
		DocumentHash, Inclusion, InvoiceNumber, SignatureScheme,
	};

	fn output(kind: OutputKind, holder: LabelId, net: u64) -> Output {
		let amount = VatAmount {
			category: VatCategory::S,
			rate: 1_900,
			net,
			vat: net / 100 * 19,
		};
		Output {
			kind,
			holder,
			amounts: Amounts::try_from(vec![amount]).expect("is one"),
		}
	}

	fn outpoint() -> OutPoint {
		OutPoint {
			transaction: TransactionId([1; 32]),
			index: 0,
		}
	}

	fn record(output: Output) -> OutputRecord {
		OutputRecord {
			output,
			provenance: Provenance {
				seller: 2,
				buyer: 1,
				currency: Currency(*b"EUR"),
				number: None,
				origin: None,
				destination: None,
			},
			consumed: None,
		}
	}

	/// Label 1 claims an expense of 60 out of 100 from label 7.
	fn reimbursement() -> Transaction {
		let outputs = vec![
			output(OutputKind::Reimbursed, 7, 6_000),
			output(OutputKind::Invoice, 1, 4_000),
		];
		Transaction {
			action: Action::Reimburse { enterprise: 7 },
			inputs: vec![outpoint()].try_into().expect("is one"),
			outputs: outputs.try_into().expect("are two"),
			valid_until: 100,
		}
	}

	#[test]
	fn a_summary_says_who_what_and_how_much_by_the_transaction_alone() {
		let text = TransactionFile::new(&[9; 32], reimbursement()).summary().to_string();
		for part in [
			"reimburse",
			"expense is claimed from: label 7",
			"reimbursed for label 7: S 19 %: 6000 minor units and 1140 minor units VAT",
			"invoice for label 1: S 19 %: 4000 minor units and 760 minor units VAT",
			"good until: block 100",
		] {
			assert!(text.contains(part), "{part} is in: {text}");
		}
	}

	#[test]
	fn with_what_the_ledger_knows_a_summary_has_the_currency_and_what_is_consumed() {
		let transaction = reimbursement();
		let inputs = [record(output(OutputKind::Invoice, 1, 10_000))];
		let known = |now| Known {
			inputs: &inputs,
			now: Some(now),
			..Known::default()
		};
		let text = Summary::of(transaction.id(&[9; 32]), &transaction, known(90)).to_string();
		for part in [
			"reimbursed for label 7: S 19 %: 60.00 EUR and 11.40 EUR VAT",
			"invoice of label 1: S 19 %: 100.00 EUR and 19.00 EUR VAT",
			"sold by: label 2",
			"block 100, 10 blocks from now",
		] {
			assert!(text.contains(part), "{part} is in: {text}");
		}
		let late = Summary::of(transaction.id(&[9; 32]), &transaction, known(100)).to_string();
		assert!(late.contains("which is over"), "{late}");
	}

	fn invoice(id: InvoiceId) -> (InvoiceId, Invoice) {
		let invoice = Invoice {
			issued_by: TransactionId([1; 32]),
			document: DocumentHash([5; 32]),
			issued: "2026-01-15".parse().expect("is a day"),
			buyer: 1,
			at: Inclusion {
				block: 7,
				extrinsic: 1,
				time: 0,
			},
			rejectable_until: 37,
			acceptance: Acceptance::Open,
		};
		(id, invoice)
	}

	/// What is accepted consumes nothing, so that the transaction alone has neither amounts nor file.
	#[test]
	fn whoever_uses_or_accepts_an_invoice_is_told_which_one_it_is() {
		let id = InvoiceId {
			seller: 2,
			number: InvoiceNumber([4; 32]),
		};
		let (id, invoice) = invoice(id);
		let issued = record(output(OutputKind::Invoice, 1, 10_000));
		let inputs = [issued.clone()];
		let accept = Transaction {
			action: Action::Accept { invoice: id },
			inputs: Default::default(),
			outputs: Default::default(),
			valid_until: 100,
		};
		let said = |transaction: &Transaction, inputs: &[OutputRecord], issued: Option<&OutputRecord>| {
			let known = Known {
				inputs,
				invoice: Some((&id, &invoice)),
				issued,
				now: None,
			};
			Summary::of(transaction.id(&[9; 32]), transaction, known).to_string()
		};
		let (number, hash) = (id.number.to_string(), invoice.document.to_string());
		let used = said(&reimbursement(), &inputs, None);
		let accepted = said(&accept, &[], Some(&issued));
		for text in [&used, &accepted] {
			assert!(
				text.contains(&number) && text.contains(&hash) && text.contains("2026-01-15"),
				"{text}"
			);
		}
		assert!(accepted.contains("over: S 19 %: 100.00 EUR and 19.00 EUR VAT"), "{accepted}");
	}

	#[test]
	fn amounts_are_written_with_the_digits_of_their_currency() {
		for (minor, currency, expected) in [
			(11_900, Some(*b"EUR"), "119.00 EUR"),
			(5, Some(*b"EUR"), "0.05 EUR"),
			(5, Some(*b"JPY"), "5 JPY"),
			(1_005, Some(*b"KWD"), "1.005 KWD"),
			(u64::MAX, Some(*b"EUR"), "184467440737095516.15 EUR"),
			(5, Some(*b"XYZ"), "5 minor units"),
			(5, None, "5 minor units"),
		] {
			assert_eq!(format_amount(minor, currency.map(Currency)), expected);
		}
		for (rate, expected) in [(0, "0 %"), (1_900, "19 %"), (750, "7.5 %"), (905, "9.05 %")] {
			assert_eq!(format_rate(rate), expected);
		}
	}

	#[test]
	fn all_signatures_go_with_the_call_and_no_more_than_there_can_be() {
		let mut file = TransactionFile::new(&[9; 32], reimbursement());
		for (name, label) in [("//Alice", 1), ("//Eve", 7), ("//Bob", 2), ("//Dave", 4)] {
			let key = Keypair::dev(name, SignatureScheme::Ed25519).expect("is a path");
			file.sign(&key, label).expect("is its first one");
			assert!(call_of(&file).is_ok(), "the control");
		}
		file.signatures.extend(file.signatures.first().cloned());
		assert!(matches!(
			call_of(&file),
			Err(Error::Invoice(InvoiceError::TooManySignatures { .. }))
		));
	}

	#[test]
	fn parties_are_compared_in_whatever_order_they_are_named() {
		let transaction = reimbursement();
		let inputs = [record(output(OutputKind::Invoice, 1, 10_000))];
		let parties = transaction.parties(&inputs, None, 1);
		let mut named = parties.clone();
		named.reverse();
		assert!(same(&parties, &named), "the control");
		let mut other = parties.clone();
		other.pop();
		assert!(!same(&parties, &other));
		other.extend(parties.first().map(|party| Party { label: 9, ..*party }));
		assert!(!same(&parties, &other));
	}

	#[test]
	fn who_takes_no_part_is_told_who_does() {
		let transaction = reimbursement();
		let parties = transaction.parties(&[record(output(OutputKind::Invoice, 1, 10_000))], None, 1);
		assert_eq!(ensure_party(&parties, 7).map(|party| party.part).ok(), Some(Part::Enterprise));
		let text = ensure_party(&parties, 3).expect_err("is none").to_string();
		assert!(text.contains("the holder (label 1), the enterprise (label 7)"), "{text}");
		let text = InvoiceError::MissingSignatures { missing: parties }.to_string();
		assert!(text.contains("the enterprise (label 7) did not"), "{text}");
	}

	#[test]
	fn only_what_the_transaction_says_is_taken_for_its_record() {
		let transaction = reimbursement();
		let genuine = TransactionRecord {
			action: ActionKind::Reimburse,
			inputs: transaction.inputs.clone(),
			outputs: transaction
				.outputs
				.iter()
				.cloned()
				.map(record)
				.collect::<Vec<_>>()
				.try_into()
				.expect("are two"),
			document: None,
			period: None,
			at: Inclusion {
				block: 7,
				extrinsic: 1,
				time: 0,
			},
		};
		assert!(is_of(&genuine, &transaction), "the control");
		let mut other = genuine.clone();
		other.action = ActionKind::Transfer;
		assert!(!is_of(&other, &transaction));
		other = genuine.clone();
		other.inputs = Default::default();
		assert!(!is_of(&other, &transaction));
		other = genuine;
		other.outputs.pop();
		assert!(!is_of(&other, &transaction));
	}
}
