// SPDX-License-Identifier: Apache-2.0

//! Whether a file is what somebody says that it is, for people: the SDK judges.

use super::{
	cosign::describe_output,
	look::{describe_books, describe_document, describe_route, newest},
};
use crate::{
	args::Common,
	bundle::{when, Lines},
	output::{as_of, Output},
	Failure,
};
use chirograph_sdk::{
	einvoice::{Rules, MAX_BYTES},
	file,
	invoices::{self, Offered, Question, Registered, Verification},
	primitives::{
		invoice::{Acceptance, Invoice, InvoiceId, OutPoint},
		LabelId,
	},
};
use serde::Serialize;
use std::path::Path;

pub async fn run(
	path: &Path,
	offered: Option<OutPoint>,
	seller: Option<LabelId>,
	rules: Rules,
	common: &Common,
	output: &Output,
) -> Result<(), Failure> {
	#[derive(Serialize)]
	struct Verified<'a> {
		file: String,
		#[serde(flatten)]
		verification: &'a Verification,
	}
	let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
	let (chain, at) = newest(common).await?;
	let question = Question {
		bytes: &bytes,
		rules,
		output: offered,
		seller,
	};
	let verification = invoices::verify(&chain, &at, question).await?;
	let verified = Verified {
		file: path.display().to_string(),
		verification: &verification,
	};
	let mut lines = vec![("file", verified.file.clone())];
	lines.extend(describe(&verification));
	let books = verification.found.as_ref().map(|found| describe_books(&found.books));
	output.result_with(&verified, &title(&verification), &lines, &books.unwrap_or_default());
	if let (Some(found), None) = (&verification.found, seller) {
		output.hint(format_args!(
			"that label {} is the seller whose name is in the file was not compared; if you know the seller's label, name it with --seller",
			found.id.seller
		));
	}
	match verification.verified {
		true => Ok(()),
		false => Err(Failure::Negative),
	}
}

fn title(verification: &Verification) -> String {
	match (&verification.found, verification.reasons.as_slice()) {
		(_, [_, ..]) => format!("NOT VERIFIED: {}", verification.reasons.join("; ")),
		(Some(found), []) => match &found.document {
			Registered::Invoice { .. } => "VERIFIED: an invoice on the ledger".into(),
			Registered::CreditNote { .. } => "VERIFIED: a credit note on the ledger".into(),
		},
		// It is never verified without.
		(None, []) => "NOT VERIFIED".into(),
	}
}

fn describe(verification: &Verification) -> Lines {
	let mut lines = vec![("SHA-256", verification.hash.to_string())];
	if let Some(document) = &verification.content {
		lines.push(("number", document.number.clone()));
		lines.extend(describe_document(document));
	}
	if let Some(issued) = verification.issuance.as_ref().and_then(|issuance| issuance.outputs.first()) {
		lines.push(("sold by", format!("label {}", issued.provenance.seller)));
		lines.push(("bought by", format!("label {}", issued.provenance.buyer)));
	}
	let document = verification.found.as_ref().map(|found| &found.document);
	if let Some(authority) = &verification.authority {
		let name = match document {
			Some(Registered::CreditNote { .. }) => "the invoice was issued by",
			_ => "issued by",
		};
		lines.push((name, describe_route(&authority.route)));
		lines.extend(authority.account.clone().map(|account| ("", account)));
	}
	lines.extend(verification.issuance.as_ref().map(|issuance| ("issued", when(&issuance.at))));
	match document {
		Some(Registered::Invoice { invoice, accepted }) => lines.push(("status", standing(invoice, *accepted))),
		Some(Registered::CreditNote { note, .. }) => {
			let InvoiceId { seller, number } = note.invoice;
			lines.push(("about", format!("the invoice {number} of label {seller}")));
		},
		None => {},
	}
	if let Some(Offered { outpoint, record }) = &verification.output {
		lines.push(("output", outpoint.to_string()));
		lines.push(("", record.as_ref().map_or_else(|| "there is none".into(), describe_output)));
	}
	lines.push(as_of(&verification.as_of));
	lines
}

/// How an invoice stands with its buyer.
fn standing(invoice: &Invoice, accepted: bool) -> String {
	match &invoice.acceptance {
		Acceptance::Open if accepted => {
			format!(
				"accepted: the buyer did not reject it until block {}",
				invoice.rejectable_until
			)
		},
		Acceptance::Open => format!("open: the buyer may reject it until block {}", invoice.rejectable_until),
		Acceptance::Accepted { at } => format!("accepted: {}", when(at)),
		Acceptance::Rejected { at, .. } => format!("rejected: {}", when(at)),
		Acceptance::Void { at } => format!("void: {}", when(at)),
	}
}
