// SPDX-License-Identifier: Apache-2.0

use super::{
	summary::{action_name, kind_name, part_name},
	uri::UriFault,
};
use crate::{
	chain::format_time,
	document::{self, Fault},
	error::ErrorKind,
	keys::format_account,
	labels::explain,
};
use chirograph_primitives::{
	invoice::{ActionKind, InvoiceId, OutPoint, OutputKind, Party},
	payload::GenesisHash,
	AccountId, AuthorityFault, BlockNumber, DocumentHash, Inclusion, Jurisdiction, LabelId, PaymentReference, TransactionId,
};

/// Why something cannot be done with an invoice.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceError {
	// --- the transaction file ---
	/// It is not a transaction file, or not any more.
	#[error("{origin} is not acceptable: {fault}; ask whoever gave it to you for it again")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// It is for another network.
	#[error("the transaction is for the network {}, and this is {}; use it there, or have it made for this one",
		document::to_hex(.found), document::to_hex(.expected))]
	AnotherNetwork {
		/// Genesis hash of the network at hand.
		expected: GenesisHash,
		/// Genesis hash in the file.
		found: GenesisHash,
	},
	/// Signatures of one transaction are of no use to another.
	#[error("the file is about the transaction {found}, and not about {expected}; attach files about the same transaction only")]
	OtherTransaction {
		/// The transaction at hand.
		expected: TransactionId,
		/// The one in the file.
		found: TransactionId,
	},
	/// The document at hand is not the one that the transaction binds.
	#[error("the transaction binds the document {bound}, and the one given is {given}; use the two that belong together, and do not sign this")]
	OtherDocument {
		/// SHA-256 that the transaction has.
		bound: DocumentHash,
		/// SHA-256 of the document at hand.
		given: DocumentHash,
	},
	/// The document has the right hash, and the transaction says something else of it.
	#[error("the transaction says something about the document {bound} that is not in it: its number, date, currency or amounts; do not sign this, have it made anew")]
	FalseDocument {
		/// SHA-256 of the document.
		bound: DocumentHash,
	},
	/// A transaction that binds no document.
	#[error("the transaction is a {}, which binds no document; leave the document out", action_name(*action))]
	NoDocument {
		/// What it does.
		action: ActionKind,
	},
	/// A credit note says itself what it takes back.
	#[error("the credit note names {} as what it takes back (BT-25), and has to name the invoice of label {} whose number has the hash {}, and no other; do not sign this, and have the note made anew",
		named(.preceding), invoice.seller, invoice.number)]
	NoteOfOtherInvoice {
		/// What it names.
		preceding: Vec<String>,
		/// What it has to name.
		invoice: InvoiceId,
	},
	/// No signature of its scheme at all.
	#[error("the signature of label {label} is not one of its scheme; have label {label} sign anew")]
	MalformedSignature {
		/// Whose it should be.
		label: LabelId,
	},
	/// Made with another key, or over something else.
	#[error(
		"the signature of label {label} is not by {} over this transaction; have label {label} sign anew",
		format_account(account)
	)]
	WrongSignature {
		/// Whose it should be.
		label: LabelId,
		/// By whom it says that it is.
		account: AccountId,
	},
	/// One label, two signatures.
	#[error("there are two signatures of label {label}, and it signs once; attach one of them only")]
	DuplicateSignature {
		/// Whose.
		label: LabelId,
	},
	/// The label signed already.
	#[error("label {label} signed this transaction already; send it, or pass it on to those who did not")]
	AlreadySigned {
		/// Whose.
		label: LabelId,
	},
	/// More signatures than there can be parties.
	#[error("a transaction takes {most} signatures at the most; attach those of its parties only")]
	TooManySignatures {
		/// How many there may be.
		most: u32,
	},
	// --- who signs ---
	/// The key does not hold the label any more, or never did.
	#[error(
		"the signature of label {label} is by {}, and {} holds that label; have them sign",
		format_account(account),
		format_account(holder)
	)]
	NotHolderOfLabel {
		/// Which label.
		label: LabelId,
		/// Who signed.
		account: AccountId,
		/// Who holds the label.
		holder: AccountId,
	},
	/// Nothing to sign, or a signature that the ledger would refuse.
	#[error("label {label} takes no part in this transaction; {} have to sign", list(parties))]
	NotAParty {
		/// Which label.
		label: LabelId,
		/// Who does take part.
		parties: Vec<Party>,
	},
	/// Co-signatures are missing.
	#[error(
		"not all have signed: {} did not; have them sign the file with --attach and --sign-only, and attach what they give you",
		list(missing)
	)]
	MissingSignatures {
		/// Who.
		missing: Vec<Party>,
	},
	/// A party may not do its part.
	#[error(
		"{}, label {}, cannot take part: {}; have an auditor see to it, or name another one",
		part_name(party.part),
		party.label,
		explain(*fault, "its", party.role)
	)]
	PartyNotEntitled {
		/// Who, and as what.
		party: Party,
		/// What is wrong with its key or label.
		fault: AuthorityFault,
	},
	/// Neither a party nor a business platform.
	#[error(
		"label {label} is neither a party to this transaction nor a business platform; let one of {} send it",
		list(parties)
	)]
	NotSubmitter {
		/// Who wanted to send it.
		label: LabelId,
		/// Who takes part.
		parties: Vec<Party>,
	},
	/// What is given away is guarded by a passkey.
	#[error("label {label} guards handing over with its passkey, so it has to send this itself, with a confirmation; write a request for it with --write-request")]
	PasskeyNeeded {
		/// Whose passkey.
		label: LabelId,
	},
	// --- what the ledger holds ---
	/// It is over.
	#[error("the transaction was good until block {valid_until}, and the chain is at {current}; make it anew, and have it signed again")]
	Expired {
		/// The last block in which it could be executed.
		valid_until: BlockNumber,
		/// The newest block.
		current: BlockNumber,
	},
	/// It was executed.
	#[error("the transaction {id} was executed already: block {}, {}; nothing is left to do", at.block, format_time(at.time))]
	AlreadyExecuted {
		/// Which.
		id: TransactionId,
		/// When.
		at: Inclusion,
	},
	/// There is no such output.
	#[error("there is no output {output}; list those that there are with `chirograph invoice list`")]
	UnknownOutput {
		/// What was asked for.
		output: OutPoint,
	},
	/// Each output is consumed once.
	#[error("the output {output} was consumed by the transaction {by}; look with `chirograph invoice trace {output}` at what became of it")]
	AlreadyConsumed {
		/// Which.
		output: OutPoint,
		/// By what.
		by: TransactionId,
	},
	/// There is no such invoice.
	#[error("label {} issued no invoice with the number {}; check both", invoice.seller, invoice.number)]
	UnknownInvoice {
		/// What was asked for.
		invoice: InvoiceId,
	},
	/// No invoice of that document.
	#[error("no invoice was issued over the document {hash}; check the file: one changed byte makes another document")]
	UnknownDocument {
		/// What was asked for.
		hash: DocumentHash,
	},
	/// There is a credit note in the place of an invoice.
	#[error("the document {hash} is a credit note on the ledger; name the invoice that it is about")]
	NotAnInvoice {
		/// What was asked for.
		hash: DocumentHash,
	},
	/// No number is used twice.
	#[error("label {} issued an invoice or a credit note with that number already ({}); give the document another number, and have it made anew", invoice.seller, invoice.number)]
	DuplicateNumber {
		/// Which.
		invoice: InvoiceId,
	},
	/// No document is used twice.
	#[error("the document {hash} was issued already; look at it with `chirograph invoice verify`")]
	DuplicateDocument {
		/// Which.
		hash: DocumentHash,
	},
	/// No payment is used twice.
	#[error("label {platform} confirmed the payment {reference} before, with the transaction {by}; check the reference")]
	DuplicatePayment {
		/// The payment platform.
		platform: LabelId,
		/// Which payment.
		reference: PaymentReference,
		/// What recorded it.
		by: TransactionId,
	},
	/// Nobody can issue or clear.
	#[error("no tax authority is competent for {home}; the council appoints one, look with `chirograph invoice routes`")]
	NoCompetentAuthority {
		/// Where.
		home: Jurisdiction,
	},
	/// The ledger would refuse it.
	#[error("the ledger would refuse the transaction: {name}{}; nothing was sent, have it made anew", explanation.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
	Judged {
		/// Pallet and error.
		name: String,
		/// What the runtime's metadata says about it.
		explanation: Option<String>,
	},
	/// There are no conditions.
	#[error(
		"there is nothing to withdraw: label {seller} has no conditions; look with `chirograph invoice conditions show {seller}`"
	)]
	NoConditionsToWithdraw {
		/// Whose.
		seller: LabelId,
	},
	/// There is no authorisation.
	#[error("there is nothing to withdraw: label {seller} is not authorised; look with `chirograph invoice authorisation show {seller}`")]
	NoAuthorisationToWithdraw {
		/// For whom.
		seller: LabelId,
	},
	/// Each of them may issue something over the same file.
	#[error("the labels {} each issued something over the document {hash}; say with --seller which of them you mean", sellers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
	SeveralSellers {
		/// What was asked for.
		hash: DocumentHash,
		/// Who did.
		sellers: Vec<LabelId>,
	},
	/// More than is shown.
	#[error("the output has more than {most} transactions before or behind it; ask about an output that is nearer to what you look for")]
	TooLong {
		/// How many are followed.
		most: usize,
	},
	// --- what is to be done ---
	/// Nothing was named.
	#[error("name at least one output; list them with `chirograph invoice list`")]
	NoInputs,
	/// One output, twice.
	#[error("the output {output} is named twice; name it once")]
	InputTwice {
		/// Which.
		output: OutPoint,
	},
	/// More than a transaction consumes.
	#[error("{found} outputs are more than the {most} that one transaction consumes; use several")]
	TooManyInputs {
		/// How many were named.
		found: usize,
		/// How many there may be.
		most: u32,
	},
	/// They do not belong together.
	#[error("{one} and {other} cannot be consumed together: they differ in kind, holder, seller, buyer, currency or invoice; use one transaction for each")]
	MixedInputs {
		/// One of them.
		one: OutPoint,
		/// One that does not go with it.
		other: OutPoint,
	},
	/// It is of the wrong kind.
	#[error("the output {output} is of the kind {}, which `{}` does not take; list what you hold with `chirograph invoice list`", kind_name(*kind), action_name(*action))]
	WrongKind {
		/// Which.
		output: OutPoint,
		/// What it is.
		kind: OutputKind,
		/// What was to be done.
		action: ActionKind,
	},
	/// It is of another seller or invoice.
	#[error("{output} is not of {expected}; name the outputs that belong to it")]
	OtherOrigin {
		/// Which.
		output: OutPoint,
		/// What it should be of.
		expected: String,
	},
	/// There is less.
	#[error("{asked} is more than there is, {available}, in some category or at some rate; name less, or more outputs")]
	NotEnough {
		/// What was asked for.
		asked: String,
		/// What there is.
		available: String,
	},
	/// Net and VAT go together, so that each part can be credited by a document.
	#[error("{amount} would be left to one of the outputs, and its VAT is not what the rate makes of its net amount; divide both in the same proportion")]
	OutOfProportion {
		/// The one.
		amount: String,
	},
	/// Amounts that are none.
	#[error("the amounts are not usable: {reason}; give each category and rate once, and something of it")]
	BadAmounts {
		/// What is wrong.
		reason: String,
	},
	/// A credit note is no invoice.
	#[error("the document is {found}, and {expected} is needed; use the right document")]
	OtherKindOfDocument {
		/// What is needed.
		expected: &'static str,
		/// What it is.
		found: &'static str,
	},
	/// The document is in another currency.
	#[error("the document is in {document}, and what it is about in {expected}; have it made in {expected}")]
	OtherCurrency {
		/// Of the document.
		document: String,
		/// Of what it is about.
		expected: String,
	},
	/// Not the address of an output.
	#[error("this is not the address of an output: {0}; scan it again, or ask for it again")]
	Uri(#[from] UriFault),
	/// It is of another network.
	#[error("the address is of the network {}, and the node is of {}; ask a node of that network",
		document::to_hex(.found), document::to_hex(.expected))]
	AddressOfAnotherNetwork {
		/// Genesis hash of the node's network.
		expected: GenesisHash,
		/// Genesis hash in the address.
		found: GenesisHash,
	},
	/// It does not fit.
	#[error("the address cannot be made into a QR code ({reason}); give it as text")]
	Qr {
		/// Why.
		reason: String,
	},
}

/// Numbers, as a document has them.
fn named(numbers: &[String]) -> String {
	if numbers.is_empty() {
		return "nothing".into();
	}
	let quoted: Vec<_> = numbers.iter().map(|number| format!("`{number}`")).collect();
	quoted.join(", ")
}

/// Who, and as what.
fn list(parties: &[Party]) -> String {
	let named: Vec<_> = parties
		.iter()
		.map(|party| format!("{} (label {})", part_name(party.part), party.label))
		.collect();
	named.join(", ")
}

impl InvoiceError {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::UnknownOutput { .. }
			| Self::AlreadyExecuted { .. }
			| Self::AlreadyConsumed { .. }
			| Self::UnknownInvoice { .. }
			| Self::UnknownDocument { .. }
			| Self::NotAnInvoice { .. }
			| Self::DuplicateNumber { .. }
			| Self::DuplicateDocument { .. }
			| Self::DuplicatePayment { .. }
			| Self::NoCompetentAuthority { .. }
			| Self::NotHolderOfLabel { .. }
			| Self::PartyNotEntitled { .. }
			| Self::NotSubmitter { .. }
			| Self::NoConditionsToWithdraw { .. }
			| Self::NoAuthorisationToWithdraw { .. }
			| Self::Judged { .. } => ErrorKind::Refused,
			_ => ErrorKind::Input,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{invoice::Part, InvoiceNumber, Role};

	fn party(part: Part, label: LabelId, role: Role) -> Party {
		Party { part, label, role }
	}

	#[test]
	fn whoever_cannot_go_on_hears_who_or_what_is_missing() {
		let account = AccountId::new([1; 32]);
		let output = OutPoint {
			transaction: TransactionId([7; 32]),
			index: 0,
		};
		let buyer = party(Part::Buyer, 3, Role::Owner);
		for (error, next) in [
			(
				InvoiceError::MissingSignatures {
					missing: vec![buyer, party(Part::OriginAuthority, 2, Role::TaxAuthority)],
				},
				"the buyer (label 3), the tax authority of the seller (label 2) did not",
			),
			(
				InvoiceError::WrongSignature {
					label: 3,
					account: account.clone(),
				},
				"have label 3 sign anew",
			),
			(
				InvoiceError::NotHolderOfLabel {
					label: 3,
					account: account.clone(),
					holder: AccountId::new([2; 32]),
				},
				"have them sign",
			),
			(
				InvoiceError::NotAParty {
					label: 9,
					parties: vec![buyer],
				},
				"label 9 takes no part in this transaction; the buyer (label 3)",
			),
			(
				InvoiceError::PartyNotEntitled {
					party: buyer,
					fault: AuthorityFault::Suspended,
				},
				"the buyer, label 3, cannot take part: its label was suspended",
			),
			(
				InvoiceError::AnotherNetwork {
					expected: [1; 32],
					found: [2; 32],
				},
				"is for the network 0x0202",
			),
			(
				InvoiceError::WrongKind {
					output,
					kind: OutputKind::Cleared,
					action: ActionKind::Transfer,
				},
				"is of the kind cleared, which `transfer` does not take",
			),
			(
				InvoiceError::AlreadyConsumed {
					output,
					by: TransactionId([8; 32]),
				},
				"`chirograph invoice trace 0x0707",
			),
			(
				InvoiceError::Judged {
					name: "Invoices::NotCompetent".into(),
					explanation: Some("Ask the right one.".into()),
				},
				"Invoices::NotCompetent (Ask the right one.)",
			),
			(
				InvoiceError::NoteOfOtherInvoice {
					preceding: vec!["R-1".into(), "R-2".into()],
					invoice: InvoiceId {
						seller: 3,
						number: InvoiceNumber([1; 32]),
					},
				},
				"names `R-1`, `R-2` as what it takes back (BT-25), and has to name the invoice of label 3",
			),
			(
				InvoiceError::SeveralSellers {
					hash: DocumentHash([1; 32]),
					sellers: vec![3, 8],
				},
				"the labels 3, 8 each issued something",
			),
			(
				InvoiceError::AddressOfAnotherNetwork {
					expected: [1; 32],
					found: [2; 32],
				},
				"of the network 0x0202",
			),
			(InvoiceError::Uri(UriFault::Missing("output")), "it has no `output`"),
		] {
			let text = error.to_string();
			assert!(text.contains(next), "{next} is in: {text}");
		}
	}
}
