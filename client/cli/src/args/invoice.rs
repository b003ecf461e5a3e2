// SPDX-License-Identifier: Apache-2.0

//! What can be typed about invoices.

use super::{SecondFactor, Signing};
use crate::invoice::{vat_rate, Money, VatLine, STANDING};
use chirograph_sdk::{
	authorization::VALIDITY,
	einvoice::Rules,
	primitives::{
		invoice::{Currency, OutPoint, OutputKind, Period, RejectReason, VatRate},
		BlockNumber, Jurisdiction, LabelId,
	},
};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum InvoiceCommand {
	/// Check an invoice or credit note against the rules, and show what it is over. Needs no node. The exit code is 1 if it breaks a rule
	Validate {
		/// UBL 2.1 or CII, or a PDF that carries CII (Factur-X, ZUGFeRD)
		file: PathBuf,
		#[command(flatten)]
		by: ByRules,
	},
	/// Say whether a file is an invoice or credit note on the ledger, whose, and how it stands. The exit code is 0 only if it is one, by the
	/// authority that was competent, and neither rejected nor void; with --output, only if that can still be used
	Verify {
		/// The file
		file: PathBuf,
		/// The output that you are offered of it
		#[arg(long, value_name = "OUTPOINT")]
		output: Option<OutPoint>,
		/// The label of the seller, if you know it: who is named in the file, the ledger does not know
		#[arg(long, value_name = "LABEL")]
		seller: Option<LabelId>,
		#[command(flatten)]
		by: ByRules,
	},
	/// Put a payment on record (phase A). Takes the signatures of seller, buyer and payment platform
	Receipt {
		#[command(flatten)]
		payment: PaymentTerms,
		/// In which currency
		#[arg(long, value_name = "EUR", required_unless_present = "attach")]
		currency: Option<Currency>,
		/// An amount paid, such as S:19:100.00:19.00: category of VAT, rate in percent, without VAT, the VAT. Once for each category and rate
		#[arg(
			long = "amount",
			value_name = "CATEGORY:PERCENT:NET:VAT",
			required_unless_present = "attach"
		)]
		amounts: Vec<VatLine>,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Issue an invoice over what was paid (phase B). Takes the signatures of seller, buyer and the seller's tax authority
	Issue {
		/// The invoice. It stays here: only its hash, hashed number, day and amounts are sent
		document: PathBuf,
		#[command(flatten)]
		by: ByRules,
		/// The seller's label
		#[arg(long, value_name = "LABEL", required_unless_present = "attach")]
		seller: Option<LabelId>,
		/// A receipt over what was paid. May be given often
		#[arg(long = "receipt", value_name = "OUTPOINT", required_unless_present = "attach")]
		receipts: Vec<OutPoint>,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Put a payment on record, and issue the invoice over it at once. Takes the signatures of buyer and payment platform; the seller set
	/// conditions beforehand, and its tax authority authorised it
	PayAndInvoice {
		/// The invoice. It stays here: only its hash, hashed number, day and amounts are sent
		document: PathBuf,
		#[command(flatten)]
		by: ByRules,
		#[command(flatten)]
		payment: PaymentTerms,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Accept an invoice as its buyer: it cannot be rejected any more
	Accept {
		/// The invoice's file
		#[arg(required_unless_present_any = ["output", "attach"], conflicts_with = "output")]
		document: Option<PathBuf>,
		/// An output of it instead
		#[arg(long, value_name = "OUTPOINT")]
		output: Option<OutPoint>,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Reject an invoice, as it was issued, as its buyer: what remains is the receipt
	Reject {
		/// The invoice
		#[arg(value_name = "OUTPOINT", required_unless_present = "attach")]
		output: Option<OutPoint>,
		/// Why
		#[arg(long, value_enum, required_unless_present = "attach")]
		reason: Option<Complaint>,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Hand an output over. Takes the signatures of both
	Transfer {
		/// Which
		#[arg(value_name = "OUTPOINT", required_unless_present = "attach")]
		output: Option<OutPoint>,
		/// Who is to hold it
		#[arg(long, value_name = "LABEL", required_unless_present = "attach")]
		to: Option<LabelId>,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Claim an expense from an enterprise (phase C). Takes the signatures of holder and enterprise
	Reimburse {
		/// What it is claimed with; several of one invoice
		#[arg(value_name = "OUTPOINT", required_unless_present = "attach")]
		outputs: Vec<OutPoint>,
		/// Who reimburses it
		#[arg(long, value_name = "LABEL", required_unless_present = "attach")]
		enterprise: Option<LabelId>,
		#[command(flatten)]
		part: Portion,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Deduct VAT (phase D). Takes the signatures of the enterprise and its tax authority
	Clear {
		/// What it is deducted with; several of one invoice
		#[arg(value_name = "OUTPOINT", required_unless_present = "attach")]
		outputs: Vec<OutPoint>,
		/// In which period of taxation
		#[arg(long, value_name = "YYYY-MM", required_unless_present = "attach")]
		period: Option<Period>,
		#[command(flatten)]
		part: Portion,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Take an invoice back, in part or as a whole. Takes the signatures of seller, holder and the seller's tax authority; and, of what VAT was
	/// deducted, that of the enterprise
	Credit {
		/// The credit note. It stays here: only its hash, hashed number, day and amounts are sent
		note: PathBuf,
		#[command(flatten)]
		by: ByRules,
		/// The invoice's file
		#[arg(long, value_name = "FILE", required_unless_present = "attach")]
		invoice: Option<PathBuf>,
		/// What is taken back; several of one invoice
		#[arg(value_name = "OUTPOINT", required_unless_present = "attach")]
		outputs: Vec<OutPoint>,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// Undo an issuance, as long as nothing was done with the invoice. Takes the signatures of seller and its tax authority; once it is
	/// accepted, also the holder's
	Void {
		/// The invoice
		#[arg(value_name = "OUTPOINT", required_unless_present = "attach")]
		output: Option<OutPoint>,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		cosigning: Cosigning,
	},
	/// List what a label holds
	List {
		#[command(flatten)]
		whose: Whose,
		/// Only outputs of this kind. May be given often
		#[arg(long = "kind", value_enum, value_delimiter = ',')]
		kinds: Vec<KindName>,
	},
	/// Show an output
	Show {
		/// The output, 0x…:0; or what a code says, chirograph:invoice?…
		target: String,
	},
	/// Show all that an output comes from and all that came of it, and whether the books of its invoice balance
	Trace {
		/// Which
		output: OutPoint,
	},
	/// Tell of outputs that a label comes to hold, or does not hold any more, once that is final
	Watch {
		#[command(flatten)]
		whose: Whose,
		/// End after the first block in which there is something to tell
		#[arg(long)]
		once: bool,
		/// Tell first what the label holds already
		#[arg(long)]
		existing: bool,
	},
	/// Show an output as a code for cameras. With --genesis, asks no node
	Qr {
		/// Which
		output: OutPoint,
		/// Write it as an image instead
		#[arg(long, value_name = "FILE")]
		svg: Option<PathBuf>,
	},
	/// Say under which conditions invoices may be issued in your name as a seller
	#[command(subcommand)]
	Conditions(ConditionsCommand),
	/// Let invoices of a seller be issued in your name as its tax authority
	#[command(subcommand)]
	Authorisation(AuthorisationCommand),
	/// Close a period of taxation, and all before it, as the competent tax authority. It cannot be opened again
	ClosePeriod {
		/// Where: a country, or one of its regions
		#[arg(value_name = "DE[-BY]")]
		jurisdiction: Jurisdiction,
		/// Which
		#[arg(value_name = "YYYY-MM")]
		period: Period,
		#[command(flatten)]
		signing: Signing,
	},
	/// Show which tax authority is competent where, and from when on another one
	Routes,
}

/// By which rules a document is read.
#[derive(Args)]
pub struct ByRules {
	/// Which rules it is to keep
	#[arg(long, value_enum, default_value = "en16931")]
	pub rules: RulesName,
}

/// Who paid whom.
#[derive(Args)]
pub struct PaymentTerms {
	/// The label of the platform that confirms the payment
	#[arg(long, value_name = "LABEL", required_unless_present = "attach")]
	pub platform: Option<LabelId>,
	/// The label of who was paid
	#[arg(long, value_name = "LABEL", required_unless_present = "attach")]
	pub seller: Option<LabelId>,
	/// The label of who paid
	#[arg(long, value_name = "LABEL", required_unless_present = "attach")]
	pub buyer: Option<LabelId>,
	/// What the platform calls the payment. Only its hash is sent
	#[arg(long, value_name = "TEXT", required_unless_present = "attach")]
	pub reference: Option<String>,
	/// The order that was paid for. It stays here: only its SHA-256 is sent
	#[arg(long, value_name = "FILE", required_unless_present = "attach")]
	pub order: Option<PathBuf>,
}

/// Of how much.
#[derive(Args)]
pub struct Portion {
	/// Only so much of it, such as S:19:100.00:19.00: category of VAT, rate in percent, without VAT, the VAT. Once for each category and rate;
	/// what is left stays with its holder. In both parts, the VAT must be what the rate makes of the net amount, to less than one unit of the
	/// currency [default: all]
	#[arg(long = "amount", value_name = "CATEGORY:PERCENT:NET:VAT")]
	pub amounts: Vec<VatLine>,
}

/// How several parties sign one transaction.
#[derive(Args)]
pub struct Cosigning {
	/// Take the transaction, and what others signed of it, from what their --sign-only wrote. May be given often. What else you give of it must
	/// be what it says
	#[arg(long, value_name = "FILE")]
	pub attach: Vec<PathBuf>,
	/// Sign, write transaction and signatures for the others to --attach, and send nothing
	#[arg(long, value_name = "FILE")]
	pub sign_only: Option<PathBuf>,
	/// Sign what is attached without being asked. Where there is no terminal, or with --json, nothing is signed without
	#[arg(long, requires = "attach")]
	pub yes: bool,
	/// For how many blocks it may be sent; the network accepts up to a day, 43200
	#[arg(long, value_name = "BLOCKS", default_value_t = VALIDITY, conflicts_with = "attach")]
	pub valid_for: BlockNumber,
	#[command(flatten)]
	pub signing: Signing,
}

/// Whose outputs.
#[derive(Args)]
pub struct Whose {
	/// Those of this label
	#[arg(long, value_name = "LABEL", conflicts_with_all = ["key", "dev_key"])]
	pub label: Option<LabelId>,
	/// Those of the label that this key holds; needs no password [default: the one that the environment variable CHIROGRAPH_KEY names]
	#[arg(long, value_name = "NAME")]
	pub key: Option<String>,
	/// Those of the label that a publicly known key holds, such as //Alice; for development networks only
	#[arg(long, value_name = "PATH", conflicts_with = "key")]
	pub dev_key: Option<String>,
}

#[derive(Subcommand)]
pub enum ConditionsCommand {
	/// Set them, in the place of those before
	Set {
		/// A currency that invoices may be in. May be given often
		#[arg(long = "currency", value_name = "EUR", required = true, value_delimiter = ',')]
		currencies: Vec<Currency>,
		/// A category of VAT and its rate in percent that they may have, such as S:19; of what has no VAT, the category alone, such as E. May be given
		/// often
		#[arg(long = "rate", value_name = "CATEGORY:PERCENT", required = true, value_delimiter = ',', value_parser = vat_rate)]
		rates: Vec<VatRate>,
		/// The label of a payment platform through which they may be issued without your signature. May be given often [default: none]
		#[arg(long = "platform", value_name = "LABEL", value_delimiter = ',')]
		platforms: Vec<LabelId>,
		/// The most that one may be over with VAT, such as 1000.00
		#[arg(long, value_name = "AMOUNT")]
		max_total: Money,
		#[command(flatten)]
		lasting: Lasting,
		#[command(flatten)]
		signing: Signing,
	},
	/// Show a seller's
	Show {
		/// The seller's label
		label: LabelId,
	},
	/// Withdraw them: nothing can be issued under them any more
	Withdraw {
		#[command(flatten)]
		signing: Signing,
	},
}

#[derive(Subcommand)]
pub enum AuthorisationCommand {
	/// Authorise a seller, in the place of what you did before
	Set {
		/// The seller's label
		seller: LabelId,
		/// In which currency
		#[arg(long, value_name = "EUR")]
		currency: Currency,
		/// The most that an invoice may be over with VAT, such as 1000.00
		#[arg(long, value_name = "AMOUNT")]
		max_total: Money,
		/// The most that all of them together may be over with VAT
		#[arg(long, value_name = "AMOUNT")]
		total: Money,
		#[command(flatten)]
		lasting: Lasting,
		#[command(flatten)]
		signing: Signing,
	},
	/// Show a seller's, and what is left of it
	Show {
		/// The seller's label
		seller: LabelId,
	},
	/// Withdraw it: nothing can be issued under it any more
	Withdraw {
		/// The seller's label
		seller: LabelId,
		#[command(flatten)]
		signing: Signing,
	},
}

/// How long a standing word is good for.
#[derive(Args)]
pub struct Lasting {
	/// For how many blocks they hold; the default is a year at two seconds a block
	#[arg(long, value_name = "BLOCKS", default_value_t = STANDING)]
	pub valid_for: BlockNumber,
}

words! {
	RulesName for Rules {
		/// EN 16931, which every European invoice keeps
		En16931,
		/// Also those of Peppol BIS Billing 3
		Peppol,
	}
}

words! {
	Complaint for RejectReason {
		/// The buyer does not say
		Unspecified,
		/// Amounts, taxes or the currency are wrong
		WrongAmounts,
		/// A name, an address or a tax number is wrong
		WrongParties,
		/// It is for something that was not ordered
		NotOrdered,
		/// It was ordered, and is not here or not right
		NotDelivered,
	}
}

words! {
	KindName for OutputKind {
		/// It was paid for: an invoice can be issued
		Receipt,
		/// To claim an expense, and to deduct the VAT
		Invoice,
		/// The expense was claimed; to deduct the VAT
		Reimbursed,
		/// The VAT was deducted; to claim the expense
		Deducted,
		/// Both were used
		Cleared,
		/// It was taken back before its VAT was deducted
		Credited,
		/// It was taken back after its VAT was deducted, which is to be paid back
		Adjusted,
	}
}
