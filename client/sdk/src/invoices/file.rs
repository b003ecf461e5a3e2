// SPDX-License-Identifier: Apache-2.0

use super::{
	draft::{ensure_kind_of_document, ensure_note_of},
	summary::{Known, Summary},
	InvoiceError,
};
use crate::{
	authorization::WrittenSignature,
	document,
	einvoice::{DocumentKind, EInvoice},
	error::Error,
	file,
	keys::Keypair,
};
use chirograph_primitives::{
	invoice::{Action, Transaction, MAX_SIGNATURES},
	payload::GenesisHash,
	AccountId, LabelId, OwnerSignature, SignatureFault, TransactionId,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The format of a [`TransactionFile`].
pub const FORMAT: &str = "chirograph/invoice-transaction/v1";
/// None is larger: 16 inputs, two outputs, a document and four signatures are a quarter of it. In bytes.
const MAX_BYTES: usize = 64 * 1024;

/// A transaction with the signatures of those who signed it, for its parties to pass to each other. See the [module](super)'s description.
///
/// The signatures are over [`Transaction::payload`], not over the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct TransactionFile {
	/// The network that it is for.
	pub genesis: GenesisHash,
	/// What it does.
	pub transaction: Transaction,
	/// Who signed it so far.
	pub signatures: Vec<FileSignature>,
}

/// A party's signature over a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSignature {
	/// Whose.
	pub label: LabelId,
	/// By the key that held the label then, as the signer says.
	pub account: AccountId,
	/// Over [`Transaction::payload`].
	pub signature: OwnerSignature,
}

impl FileSignature {
	/// Whether its account made it.
	fn verify(&self, payload: &[u8]) -> Result<(), InvoiceError> {
		let Self { label, account, .. } = self;
		self.signature.verify(payload, account).map_err(|fault| match fault {
			SignatureFault::Malformed => InvoiceError::MalformedSignature { label: *label },
			SignatureFault::Mismatch => InvoiceError::WrongSignature {
				label: *label,
				account: account.clone(),
			},
		})
	}
}

impl TransactionFile {
	/// One that nobody has signed yet.
	pub fn new(genesis: &GenesisHash, transaction: Transaction) -> Self {
		Self {
			genesis: *genesis,
			transaction,
			signatures: Vec::new(),
		}
	}

	/// What the ledger knows the transaction by.
	pub fn id(&self) -> TransactionId {
		self.transaction.id(&self.genesis)
	}

	/// The bytes that every party signs.
	pub fn payload(&self) -> Vec<u8> {
		self.transaction.payload(&self.genesis)
	}

	/// What it does, by the transaction alone. What it consumes, and in which currency that is, the [ledger](super::summarise) knows.
	pub fn summary(&self) -> Summary {
		Summary::of(self.id(), &self.transaction, Known::default())
	}

	/// Refuses a transaction for another network.
	pub fn ensure_network(&self, genesis: &GenesisHash) -> Result<(), Error> {
		if self.genesis == *genesis {
			return Ok(());
		}
		let (expected, found) = (*genesis, self.genesis);
		Err(InvoiceError::AnotherNetwork { expected, found }.into())
	}

	/// Refuses a document that is not the one that the transaction binds, a transaction that says of it what is not in it, an invoice in the place
	/// of a credit note or the other way round, and a credit note about another invoice than the transaction's.
	pub fn ensure_document(&self, document: &EInvoice) -> Result<(), Error> {
		let given = &document.document;
		let fault = match self.transaction.action.document() {
			None => InvoiceError::NoDocument {
				action: self.transaction.kind(),
			},
			Some(bound) if bound.hash != given.hash => InvoiceError::OtherDocument {
				bound: bound.hash,
				given: given.hash,
			},
			Some(bound) if bound != given => InvoiceError::FalseDocument { bound: bound.hash },
			Some(_) => {
				match &self.transaction.action {
					Action::Credit { invoice, .. } => {
						ensure_kind_of_document(document, DocumentKind::CreditNote)?;
						ensure_note_of(document, invoice)?;
					},
					_ => ensure_kind_of_document(document, DocumentKind::Invoice)?,
				}
				return Ok(());
			},
		};
		Err(fault.into())
	}

	/// Adds the signature of a key that holds `label`. That it does, the [ledger](super::sign) knows.
	pub fn sign(&mut self, key: &Keypair, label: LabelId) -> Result<(), Error> {
		if self.is_signed_by(label) {
			return Err(InvoiceError::AlreadySigned { label }.into());
		}
		let signature = FileSignature {
			label,
			account: key.account(),
			signature: key.sign_owner(&self.payload()),
		};
		self.add(signature)?;
		Ok(())
	}

	/// Whether there is a signature of that label.
	pub fn is_signed_by(&self, label: LabelId) -> bool {
		self.signatures.iter().any(|signature| signature.label == label)
	}

	/// Refuses a file about another transaction, and wrong signatures in it.
	fn ensure_same(&self, other: &Self) -> Result<(), Error> {
		other.ensure_network(&self.genesis)?;
		if other.transaction != self.transaction {
			return Err(InvoiceError::OtherTransaction {
				expected: self.id(),
				found: other.id(),
			}
			.into());
		}
		other.verify()
	}

	/// As [`Self::attach`], but refuses no signature for there being another one of its label, or too many: which of them count, the ledger
	/// knows. [Sift](super::sift) it next.
	pub fn gather(&mut self, other: &Self) -> Result<(), Error> {
		self.ensure_same(other)?;
		for signature in &other.signatures {
			let is_it = |known: &FileSignature| known.label == signature.label && known.account == signature.account;
			if !self.signatures.iter().any(is_it) {
				self.signatures.push(signature.clone());
			}
		}
		Ok(())
	}

	/// Drops the signatures that do not count, and returns them.
	pub(super) fn keep(&mut self, counts: impl Fn(&FileSignature) -> bool) -> Vec<FileSignature> {
		let (kept, dropped) = std::mem::take(&mut self.signatures).into_iter().partition(counts);
		self.signatures = kept;
		dropped
	}

	/// Adds the signatures in another file about the same transaction. One that is here already is not added again; another one of the same
	/// label by another key is refused.
	pub fn attach(&mut self, other: &Self) -> Result<(), Error> {
		self.ensure_same(other)?;
		// Nothing of it is attached where one of them is refused.
		let mut all = self.clone();
		for signature in &other.signatures {
			let label = signature.label;
			match all.signatures.iter().find(|known| known.label == label) {
				None => all.add(signature.clone())?,
				Some(known) if known.account == signature.account => {},
				Some(_) => return Err(InvoiceError::DuplicateSignature { label }.into()),
			}
		}
		*self = all;
		Ok(())
	}

	fn add(&mut self, signature: FileSignature) -> Result<(), InvoiceError> {
		if self.signatures.len() >= MAX_SIGNATURES as usize {
			return Err(InvoiceError::TooManySignatures { most: MAX_SIGNATURES });
		}
		self.signatures.push(signature);
		Ok(())
	}

	/// Whether each signature is by the account that it names over this transaction, and each label's only one. Whether that account holds
	/// the label, the [ledger](super::check) knows.
	pub fn verify(&self) -> Result<(), Error> {
		let payload = self.payload();
		for (index, signature) in self.signatures.iter().enumerate() {
			let label = signature.label;
			if self.signatures.iter().take(index).any(|earlier| earlier.label == label) {
				return Err(InvoiceError::DuplicateSignature { label }.into());
			}
			signature.verify(&payload)?;
		}
		Ok(())
	}

	/// Reads a transaction, and [verifies](Self::verify) the signatures.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the transaction file", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		let read: Result<Self, _> = document::read(bytes, MAX_BYTES, FORMAT);
		let file = read.map_err(|fault| InvoiceError::Damaged {
			origin: origin.to_owned(),
			fault,
		})?;
		file.verify()?;
		Ok(file)
	}

	/// Reads a file, as [`Self::parse`] does.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::parse_from(&format!("the transaction file {}", path.display()), &bytes)
	}

	/// Writes a file that does not exist yet, whole or not at all. For the user alone: who deals with whom is nobody else's business.
	pub fn write(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.to_json(), true)?)
	}

	/// The bytes of the file. Not in the canonical form of other documents: that would round amounts above 2^53.
	pub fn to_json(&self) -> Vec<u8> {
		let mut bytes = serde_json::to_vec_pretty(self)
			.expect("a transaction is texts, whole numbers, lists and objects, and these always have a JSON form; qed");
		bytes.push(b'\n');
		bytes
	}
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/invoice-transaction/v1")]
	V1,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
	label: LabelId,
	#[serde(with = "document::account")]
	account: AccountId,
	signature: WrittenSignature,
}

/// The file's layout.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
	format: Format,
	#[serde(with = "document::hexadecimal")]
	genesis_hash: GenesisHash,
	transaction: Transaction,
	signatures: Vec<Entry>,
}

impl From<TransactionFile> for Document {
	fn from(file: TransactionFile) -> Self {
		let entries = file.signatures.into_iter().map(|signature| Entry {
			label: signature.label,
			account: signature.account,
			signature: signature.signature.into(),
		});
		Self {
			format: Format::V1,
			genesis_hash: file.genesis,
			transaction: file.transaction,
			signatures: entries.collect(),
		}
	}
}

impl TryFrom<Document> for TransactionFile {
	type Error = &'static str;

	fn try_from(document: Document) -> Result<Self, Self::Error> {
		if document.signatures.len() > MAX_SIGNATURES as usize {
			return Err("there are more signatures than a transaction takes");
		}
		let entries = document.signatures.into_iter().map(|entry| {
			Ok(FileSignature {
				label: entry.label,
				account: entry.account,
				signature: entry.signature.try_into()?,
			})
		});
		Ok(Self {
			genesis: document.genesis_hash,
			transaction: document.transaction,
			signatures: entries.collect::<Result<_, Self::Error>>()?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		document::Fault,
		einvoice::{PartyName, Syntax},
	};
	use chirograph_primitives::{
		invoice::{Currency, InvoiceDocument, InvoiceId, Output, OutputKind, Payment, Totals, VatAmount, VatCategory},
		DocumentHash, InvoiceNumber, PaymentReference, SignatureScheme,
	};
	use serde_json::{json, Value};

	const GENESIS: GenesisHash = [9; 32];

	fn key(name: &str, scheme: SignatureScheme) -> Keypair {
		Keypair::dev(name, scheme).expect("is a path")
	}

	fn transaction(net: u64) -> Transaction {
		let payment = Payment {
			platform: 5,
			reference: PaymentReference::of("payment 1"),
			seller: 2,
			buyer: 1,
			order: DocumentHash([7; 32]),
			currency: Currency(*b"EUR"),
		};
		let amount = VatAmount {
			category: VatCategory::S,
			rate: 1_900,
			net,
			vat: 1_900,
		};
		let output = Output {
			kind: OutputKind::Receipt,
			holder: 1,
			amounts: vec![amount].try_into().expect("is one"),
		};
		Transaction {
			action: Action::Receipt { payment },
			inputs: Default::default(),
			outputs: vec![output].try_into().expect("is one"),
			valid_until: 100,
		}
	}

	/// Unsigned.
	fn file() -> TransactionFile {
		TransactionFile::new(&GENESIS, transaction(10_000))
	}

	fn signed(by: &[(&str, SignatureScheme, LabelId)]) -> TransactionFile {
		let mut file = file();
		for (name, scheme, label) in by {
			file.sign(&key(name, *scheme), *label).expect("is the label's first one");
		}
		file
	}

	fn three() -> TransactionFile {
		signed(&[
			("//Alice", SignatureScheme::Ecdsa, 1),
			("//Bob", SignatureScheme::Sr25519, 2),
			("//Eve", SignatureScheme::Ed25519, 5),
		])
	}

	/// What is read after `alter` changed the JSON.
	fn altered(file: &TransactionFile, alter: impl FnOnce(&mut Value)) -> Result<TransactionFile, Error> {
		let mut value: Value = serde_json::from_slice(&file.to_json()).expect("is JSON");
		alter(&mut value);
		TransactionFile::parse(value.to_string().as_bytes())
	}

	#[track_caller]
	fn refused(outcome: Result<impl std::fmt::Debug, Error>) -> InvoiceError {
		match outcome {
			Err(Error::Invoice(error)) => error,
			other => panic!("refused with a reason of its own: {other:?}"),
		}
	}

	#[test]
	fn what_is_written_is_read_back_with_every_scheme() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let (path, file) = (directory.path().join("receipt.json"), three());
		file.write(&path).expect("can be written");
		assert_eq!(TransactionFile::read(&path).expect("is whole"), file);
		assert!(
			matches!(file.write(&path), Err(Error::File(file::Error::Exists { .. }))),
			"is not overwritten"
		);
		assert!(matches!(
			TransactionFile::read(&directory.path().join("another")),
			Err(Error::File(file::Error::NotFound { .. }))
		));
	}

	#[test]
	fn amounts_that_no_floating_point_number_has_are_kept() {
		let file = TransactionFile::new(&GENESIS, transaction(u64::MAX));
		assert_eq!(TransactionFile::parse(&file.to_json()).expect("is whole"), file);
	}

	#[test]
	fn the_file_is_as_documented() {
		let value: Value = serde_json::from_slice(&signed(&[("//Alice", SignatureScheme::Ecdsa, 1)]).to_json()).expect("is JSON");
		assert_eq!(value["format"], FORMAT);
		assert_eq!(value["genesisHash"], document::to_hex(&GENESIS));
		assert_eq!(value["transaction"]["action"]["type"], "receipt");
		assert_eq!(value["transaction"]["validUntil"], 100);
		assert_eq!(
			value["transaction"]["outputs"],
			json!([{ "kind": "receipt", "holder": 1, "amounts": [{ "category": "S", "rate": 1_900, "net": 10_000, "vat": 1_900 }] }])
		);
		assert_eq!(value["signatures"][0]["label"], 1);
		assert_eq!(value["signatures"][0]["signature"]["scheme"], "ecdsa");
	}

	#[test]
	fn what_is_no_transaction_file_is_refused_with_its_reason() {
		let fault = |outcome| match refused(outcome) {
			InvoiceError::Damaged { fault, .. } => fault,
			other => panic!("is damaged: {other:?}"),
		};
		let file = three();
		assert!(altered(&file, |_| ()).is_ok(), "the control");
		assert!(matches!(
			fault(altered(&file, |value| value["note"] = json!("pay me"))),
			Fault::Unknown(_)
		));
		assert!(matches!(
			fault(altered(&file, |value| value["transaction"]["note"] = json!("pay me"))),
			Fault::Unknown(_)
		));
		assert!(matches!(
			fault(altered(&file, |value| value["format"] = json!("chirograph/invoice-transaction/v2"))),
			Fault::OtherFormat { .. }
		));
		let one_too_many = |value: &mut Value| {
			let entry = value["signatures"][0].clone();
			value["signatures"] = json!(vec![entry; 5]);
		};
		let alterations: [&dyn Fn(&mut Value); 8] = [
			&|value| value["transaction"]["outputs"][0]["amounts"][0]["net"] = json!(-1),
			&|value| value["transaction"]["outputs"][0]["amounts"][0]["net"] = json!(1.5),
			&|value| value["transaction"]["action"]["payment"]["currency"] = json!("XYZ"),
			&|value| value["transaction"]["outputs"][0]["amounts"][0]["category"] = json!("B"),
			&|value| value["transaction"]["outputs"] = json!([1, 2, 3]),
			&|value| value["genesisHash"] = json!("0x00"),
			&|value| value["signatures"][0]["signature"]["signature"] = json!("0x00"),
			&one_too_many,
		];
		for alter in alterations {
			let fault = fault(altered(&file, alter));
			assert!(matches!(fault, Fault::Malformed(_)), "{fault:?}");
		}
		let whole = file.to_json();
		let (half, _) = whole.split_at(whole.len() / 2);
		assert!(matches!(fault(TransactionFile::parse(half)), Fault::Truncated));
		assert!(matches!(fault(TransactionFile::parse(b"%PDF-1.7")), Fault::NotJson(_)));
		let large = vec![b' '; MAX_BYTES + 1];
		assert!(matches!(fault(TransactionFile::parse(&large)), Fault::TooLarge { .. }));
	}

	#[test]
	fn whatever_is_changed_in_a_signed_transaction_makes_its_signatures_wrong() {
		let file = three();
		for (pointer, value) in [
			("/transaction/outputs/0/amounts/0/net", json!(10_001)),
			("/transaction/outputs/0/holder", json!(2)),
			("/transaction/validUntil", json!(101)),
			("/transaction/action/payment/seller", json!(3)),
			("/genesisHash", json!(document::to_hex(&[8; 32]))),
			(
				"/signatures/0/account",
				json!(crate::keys::format_account(&AccountId::new([3; 32]))),
			),
		] {
			let outcome = altered(&file, |json| *json.pointer_mut(pointer).expect("is there") = value);
			assert!(
				matches!(refused(outcome), InvoiceError::WrongSignature { label: 1, .. }),
				"{pointer}"
			);
		}
	}

	#[test]
	fn a_signature_that_is_none_is_told_from_a_wrong_one() {
		let file = signed(&[("//Alice", SignatureScheme::Ecdsa, 1)]);
		let outcome = altered(&file, |value| {
			value["signatures"][0]["signature"]["signature"] = json!(document::to_hex(&[0; 65]));
		});
		assert!(matches!(refused(outcome), InvoiceError::MalformedSignature { label: 1 }));
	}

	#[test]
	fn signatures_of_several_files_are_put_together_in_any_order() {
		let alice = signed(&[("//Alice", SignatureScheme::Ecdsa, 1)]);
		let bob = signed(&[("//Bob", SignatureScheme::Sr25519, 2)]);
		let both = signed(&[("//Alice", SignatureScheme::Ecdsa, 1), ("//Eve", SignatureScheme::Ed25519, 5)]);
		let mut file = file();
		for other in [&bob, &alice, &both, &bob] {
			file.attach(other).expect("is about the same");
		}
		let labels: Vec<_> = file.signatures.iter().map(|signature| signature.label).collect();
		assert_eq!(labels, [2, 1, 5]);
		file.verify().expect("all are right");
	}

	#[test]
	fn nothing_is_attached_of_another_transaction_or_network() {
		let mut file = file();
		let mut other = TransactionFile::new(&GENESIS, transaction(1));
		assert!(matches!(refused(file.attach(&other)), InvoiceError::OtherTransaction { .. }));
		other = TransactionFile::new(&[8; 32], transaction(10_000));
		assert!(matches!(refused(file.attach(&other)), InvoiceError::AnotherNetwork { .. }));
		assert!(matches!(
			refused(file.ensure_network(&[8; 32])),
			InvoiceError::AnotherNetwork { .. }
		));
		assert!(file.ensure_network(&GENESIS).is_ok(), "the control");
	}

	#[test]
	fn a_label_signs_once() {
		let mut file = signed(&[("//Alice", SignatureScheme::Ecdsa, 1)]);
		let bob = key("//Bob", SignatureScheme::Ecdsa);
		assert!(matches!(
			refused(file.sign(&bob, 1)),
			InvoiceError::AlreadySigned { label: 1 }
		));
		let other = signed(&[("//Bob", SignatureScheme::Ecdsa, 1)]);
		assert!(matches!(
			refused(file.attach(&other)),
			InvoiceError::DuplicateSignature { label: 1 }
		));
		let twice = altered(&file, |value| {
			let entry = value["signatures"][0].clone();
			value["signatures"] = json!([entry, entry]);
		});
		assert!(matches!(refused(twice), InvoiceError::DuplicateSignature { label: 1 }));
		assert_eq!(file.signatures.len(), 1);
	}

	/// A vandal's signatures, in the name of a party or as nobody, do not keep out those that count.
	#[test]
	fn signatures_that_do_not_count_are_dropped_and_all_others_kept() {
		let vandal = "//Ferdie";
		let mut file = signed(&[
			(vandal, SignatureScheme::Ecdsa, 1),
			(vandal, SignatureScheme::Ecdsa, 7),
			(vandal, SignatureScheme::Ecdsa, 8),
			(vandal, SignatureScheme::Ecdsa, 9),
		]);
		// Some schemes sign with chance.
		let sound = three();
		file.gather(&sound).expect("is about the same");
		file.gather(&sound).expect("is about the same");
		assert_eq!(file.signatures.len(), 7, "each once");
		let right = sound.signatures;
		let dropped = file.keep(|signature| right.iter().any(|right| right.account == signature.account));
		assert_eq!((file.signatures.clone(), dropped.len()), (right, 4));
		file.verify().expect("the control: what is kept is right");
		let mut other = TransactionFile::new(&GENESIS, transaction(1));
		assert!(matches!(refused(other.gather(&file)), InvoiceError::OtherTransaction { .. }));
	}

	fn document_of(kind: DocumentKind, preceding: &[&str]) -> EInvoice {
		let (issued, currency) = ("2026-01-15".parse().expect("is a day"), Currency(*b"EUR"));
		EInvoice {
			syntax: Syntax::Ubl,
			kind,
			number: "R-2".into(),
			issued,
			currency,
			seller: PartyName::default(),
			buyer: PartyName::default(),
			preceding: preceding.iter().map(|number| (*number).to_owned()).collect(),
			document: InvoiceDocument {
				hash: DocumentHash([1; 32]),
				number: InvoiceNumber::of("R-2"),
				issued,
				currency,
				breakdown: Default::default(),
				totals: Totals::default(),
			},
		}
	}

	fn file_about(action: Action) -> TransactionFile {
		let transaction = Transaction {
			action,
			..transaction(10_000)
		};
		TransactionFile::new(&GENESIS, transaction)
	}

	#[test]
	fn a_document_of_another_kind_or_about_another_invoice_is_not_signed() {
		let document = document_of(DocumentKind::Invoice, &[]).document;
		let issue = file_about(Action::Issue {
			seller: 2,
			authority: 4,
			document: document.clone(),
		});
		let credit = file_about(Action::Credit {
			authority: 4,
			adjusted_by: None,
			invoice: InvoiceId {
				seller: 2,
				number: InvoiceNumber::of("R-1"),
			},
			invoice_hash: DocumentHash([2; 32]),
			document,
		});
		let note = |preceding: &[&str]| credit.ensure_document(&document_of(DocumentKind::CreditNote, preceding));
		assert!(
			issue.ensure_document(&document_of(DocumentKind::Invoice, &[])).is_ok() && note(&["R-1"]).is_ok(),
			"the control"
		);
		for (file, kind) in [(&issue, DocumentKind::CreditNote), (&credit, DocumentKind::Invoice)] {
			assert!(matches!(
				refused(file.ensure_document(&document_of(kind, &["R-1"]))),
				InvoiceError::OtherKindOfDocument { .. }
			));
		}
		for preceding in [&[][..], &["R-3"], &["R-1", "R-3"]] {
			assert!(
				matches!(refused(note(preceding)), InvoiceError::NoteOfOtherInvoice { .. }),
				"{preceding:?}"
			);
		}
	}

	#[test]
	fn nothing_of_a_file_is_attached_where_one_of_its_signatures_is_wrong() {
		let mut other = signed(&[("//Alice", SignatureScheme::Ecdsa, 1), ("//Bob", SignatureScheme::Ecdsa, 2)]);
		let mut file = file();
		other.signatures[1].signature = other.signatures[0].signature.clone();
		assert!(matches!(
			refused(file.attach(&other)),
			InvoiceError::WrongSignature { label: 2, .. }
		));
		assert_eq!(file, super::tests::file());
	}

	#[test]
	fn no_more_sign_than_there_can_be_parties() {
		let mut file = file();
		let alice = key("//Alice", SignatureScheme::Ed25519);
		for label in 1..=MAX_SIGNATURES {
			file.sign(&alice, label).expect("there is room");
		}
		assert!(matches!(
			refused(file.sign(&alice, 9)),
			InvoiceError::TooManySignatures { .. }
		));
	}
}
