// SPDX-License-Identifier: Apache-2.0

//! Whether a file is what somebody says that it is: an invoice, or a credit note, on the ledger.

use super::{
	draft::ensure_note_of,
	summary::kind_name,
	trace::{find, Found, Registered},
	InvoiceError,
};
use crate::{
	chain::{format_time, BlockId, Chain, FinalisedBlock},
	document,
	einvoice::{self, DocumentKind, EInvoice, EInvoiceError, Rules},
	error::Error,
	keys::format_account,
	labels::{explain, holder_at},
	proofs::code,
};
use chirograph_primitives::{
	invoice::{Acceptance, InvoiceId, OutPoint, OutputRecord, Route, TransactionRecord},
	AuthorityFault, DocumentHash, Inclusion, InvoiceNumber, LabelId, Role,
};
use serde::Serialize;

/// What is to be found out.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
	/// The file, as it is.
	pub bytes: &'a [u8],
	/// Which rules it is to keep.
	pub rules: Rules,
	/// The output that is offered for a right in the invoice.
	pub output: Option<OutPoint>,
	/// Whose invoice it is to be. None: whoever issued it, if there is one who did.
	pub seller: Option<LabelId>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
	/// Whether nothing speaks against it.
	pub verified: bool,
	/// All that speaks against it.
	pub reasons: Vec<String>,
	/// SHA-256 of the file.
	pub hash: DocumentHash,
	/// What the ledger has of it.
	pub found: Option<Found>,
	/// Whether the books of the invoice balance.
	pub balanced: Option<bool>,
	/// The transaction that issued it.
	pub issuance: Option<TransactionRecord>,
	/// Who issued the invoice; of a credit note, the one that it is about.
	pub authority: Option<Judged>,
	/// What the file says, if it breaks no rule of EN 16931.
	pub content: Option<EInvoice>,
	/// Why what it says was not compared with what the ledger has.
	pub not_compared: Option<String>,
	/// Why it keeps not all rules that were asked for, though it was compared.
	pub broken: Option<String>,
	/// Whose invoice it was to be.
	pub seller: Option<LabelId>,
	/// Who else issued something over the same file.
	pub other_sellers: Vec<LabelId>,
	/// What was offered.
	pub output: Option<Offered>,
	/// The finalised block as of which all of it is so.
	pub as_of: BlockId,
}

/// Whether who issued it was a tax authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
	/// Who, and for where.
	#[serde(flatten)]
	pub route: Route,
	/// The account that held the label then.
	pub account: Option<String>,
	/// Why it was none, if so.
	pub fault: Option<AuthorityFault>,
}

/// An output that somebody wants to be taken for a right in the invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Offered {
	/// Which.
	pub outpoint: OutPoint,
	/// None: there is no such output.
	pub record: Option<OutputRecord>,
}

/// Whether a file is an invoice or a credit note on the ledger, as of a block, and stands. It is compared with the ledger if it keeps EN 16931,
/// whatever other rules it is to keep. Fails where several sellers issued something over it, and it is not said which one is meant.
pub async fn verify(chain: &Chain, block: &FinalisedBlock, question: Question<'_>) -> Result<Verification, Error> {
	let Question {
		bytes,
		rules,
		output,
		seller,
	} = question;
	let hash = DocumentHash(document::sha256(bytes));
	let (found, other_sellers) = chosen(find(chain, block, &hash).await?, hash, seller)?;
	let (content, not_compared) = match EInvoice::read(bytes, Rules::En16931) {
		Ok(content) => (Some(content), None),
		Err(error) => (None, Some(error.to_string())),
	};
	let output = match output {
		Some(outpoint) => Some(Offered {
			outpoint,
			record: chain.output(block, &outpoint).await?,
		}),
		None => None,
	};
	let mut verification = Verification {
		verified: false,
		reasons: Vec::new(),
		hash,
		balanced: found.as_ref().map(|found| found.books.balanced()),
		found,
		issuance: None,
		authority: None,
		broken: content.as_ref().and_then(|_| broken(bytes, rules)),
		content,
		not_compared,
		seller,
		other_sellers,
		output,
		as_of: BlockId::of(block),
	};
	if let Some(found) = &verification.found {
		let issuance = issuance(chain, block, found).await?;
		let route = issuance.outputs.first().and_then(|issued| issued.provenance.origin);
		verification.authority = match route {
			Some(route) => Some(judge(chain, block, route, issued_at(found)).await?),
			None => None,
		};
		verification.issuance = Some(issuance);
	}
	verification.reasons = verification.objections();
	verification.verified = verification.reasons.is_empty();
	Ok(verification)
}

/// The one that is meant, and whose the others are.
fn chosen(all: Vec<Found>, hash: DocumentHash, seller: Option<LabelId>) -> Result<(Option<Found>, Vec<LabelId>), InvoiceError> {
	if seller.is_none() && all.len() > 1 {
		let sellers = all.iter().map(|found| found.id.seller).collect();
		return Err(InvoiceError::SeveralSellers { hash, sellers });
	}
	let (mut meant, others): (Vec<_>, Vec<_>) = all
		.into_iter()
		.partition(|found| seller.is_none_or(|seller| found.id.seller == seller));
	Ok((meant.pop(), others.iter().map(|found| found.id.seller).collect()))
}

/// Why a file that keeps EN 16931 does not keep those rules.
fn broken(bytes: &[u8], rules: Rules) -> Option<String> {
	match einvoice::validate(bytes, rules) {
		Ok(findings) if findings.is_valid() => None,
		Ok(findings) => {
			let findings = Box::new(findings);
			Some(EInvoiceError::Invalid { rules, findings }.to_string())
		},
		Err(error) => Some(error.to_string()),
	}
}

/// The transaction that issued it.
async fn issuance(chain: &Chain, block: &FinalisedBlock, found: &Found) -> Result<TransactionRecord, Error> {
	let id = match &found.document {
		Registered::Invoice { invoice, .. } => invoice.issued_by,
		Registered::CreditNote { note, .. } => note.issued_by,
	};
	let record = chain.transaction(block, &id).await?;
	record.ok_or_else(|| chain.node_error(format!("it has a document, and not the transaction {id} that issued it")))
}

/// When the invoice was issued: a credit note keeps the route of the invoice that it is about.
const fn issued_at(found: &Found) -> Inclusion {
	match &found.document {
		Registered::Invoice { invoice, .. } | Registered::CreditNote { invoice, .. } => invoice.at,
	}
}

/// Whether a label was a tax authority's then, by all that is known now.
async fn judge(chain: &Chain, block: &FinalisedBlock, route: Route, then: Inclusion) -> Result<Judged, Error> {
	let Some(status) = chain.label_status(block, route.authority).await? else {
		return Ok(Judged {
			route,
			account: None,
			fault: Some(AuthorityFault::NoLabel),
		});
	};
	let history = chain.label_history(block, route.authority).await?;
	let account = holder_at(status.holder, &history, &then);
	let fault = match chain.authority(block, &account, Role::TaxAuthority, Some(then)).await? {
		Ok(label) if label == route.authority => None,
		Ok(_) => Some(AuthorityFault::NoLabel),
		Err(fault) => Some(fault),
	};
	Ok(Judged {
		route,
		account: Some(format_account(&account)),
		fault,
	})
}

impl Verification {
	/// All that speaks against it.
	fn objections(&self) -> Vec<String> {
		let unread = self.not_compared.as_ref();
		let unread = unread.map(|reason| format!("what the file says could not be compared with the ledger: {reason}"));
		let mut objections: Vec<_> = unread.into_iter().chain(self.broken.clone()).collect();
		let (Some(found), Some(issuance)) = (&self.found, &self.issuance) else {
			objections.insert(0, self.unknown());
			return objections;
		};
		if let Registered::Invoice { invoice, .. } = &found.document {
			objections.extend(ended(&invoice.acceptance));
		}
		match &self.authority {
			Some(Judged { fault: Some(fault), .. }) => {
				objections.push(format!(
					"{} when the invoice was issued",
					explain(*fault, "the tax authority's", Role::TaxAuthority)
				));
			},
			Some(_) => {},
			None => objections.push("the invoice was issued by no tax authority".into()),
		}
		if !found.books.balanced() {
			objections.push("the books of the invoice do not balance: what was issued is not what there is now".into());
		}
		if let Some(document) = &self.content {
			let differing = differences(document, found, issuance);
			if !differing.is_empty() {
				objections.push(format!(
					"the ledger says something else than the file of {}",
					differing.join(", ")
				));
			}
		}
		objections.extend(self.output.as_ref().and_then(|offered| offered.objection(&about(found))));
		objections
	}

	/// Why the ledger may have nothing of the file.
	fn unknown(&self) -> String {
		if let (Some(seller), false) = (self.seller, self.other_sellers.is_empty()) {
			let others: Vec<_> = self.other_sellers.iter().map(|label| format!("label {label}")).collect();
			return format!("label {seller} issued nothing over this file; {} did", others.join(", "));
		}
		let number = self.content.as_ref().map(|document| InvoiceNumber::of(&document.number));
		let offered = self.output.as_ref().and_then(|offered| offered.record.as_ref());
		let is_same_number = offered.is_some_and(|record| number.is_some() && record.provenance.number == number);
		if is_same_number {
			return "the output is of an invoice with this number over another file: this one was changed, or is another version"
				.into();
		}
		"neither an invoice nor a credit note was issued over this file; one changed byte makes another file".into()
	}
}

impl Offered {
	/// What speaks against taking it for a right in that invoice.
	fn objection(&self, invoice: &InvoiceId) -> Option<String> {
		let Some(record) = &self.record else {
			return Some("there is no such output".into());
		};
		if record.provenance.invoice() != Some(*invoice) {
			return Some("the output is not of this invoice".into());
		}
		if let Some(by) = record.consumed {
			return Some(format!("the output was consumed already, by {by}"));
		}
		let kind = record.output.kind;
		(!kind.is_transferable()).then(|| format!("the output is of the kind {}, and holds no right any more", kind_name(kind)))
	}
}

/// The invoice that a document is, or is about.
fn about(found: &Found) -> InvoiceId {
	match &found.document {
		Registered::Invoice { .. } => found.id,
		Registered::CreditNote { note, .. } => note.invoice,
	}
}

/// Why an invoice counts no more.
fn ended(acceptance: &Acceptance) -> Option<String> {
	match acceptance {
		Acceptance::Open | Acceptance::Accepted { .. } => None,
		Acceptance::Rejected { at, reason } => Some(format!("the buyer rejected it ({}): {}", code(reason), when(at))),
		Acceptance::Void { at } => Some(format!("seller and tax authority undid it: {}", when(at))),
	}
}

fn when(at: &Inclusion) -> String {
	format!("block {}, {}", at.block, format_time(at.time))
}

/// Of what a file says something else than the ledger.
fn differences(document: &EInvoice, found: &Found, issuance: &TransactionRecord) -> Vec<&'static str> {
	let issued = issuance.outputs.first();
	let currency = issued.map(|issued| issued.provenance.currency);
	let amounts = issued.map(|issued| &issued.output.amounts);
	let (kind, is_same_date, is_same_invoice) = match &found.document {
		Registered::Invoice { invoice, .. } => (DocumentKind::Invoice, invoice.issued == document.issued, true),
		// The ledger does not keep its date.
		Registered::CreditNote { note, .. } => (
			DocumentKind::CreditNote,
			true,
			ensure_note_of(document, &note.invoice).is_ok(),
		),
	};
	let said = [
		("what it is", kind == document.kind),
		("its number", found.id.number == InvoiceNumber::of(&document.number)),
		("its date", is_same_date),
		("which invoice it takes back", is_same_invoice),
		("its currency", currency == Some(document.currency)),
		("its amounts", amounts == Some(&document.amounts())),
	];
	let differing = said.into_iter().filter(|(_, is_same)| !is_same);
	differing.map(|(what, _)| what).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		einvoice::{PartyName, Syntax},
		invoices::{BookLine, Books, Sums},
	};
	use chirograph_primitives::{
		invoice::{
			ActionKind, Amounts, CreditNote, Invoice, InvoiceDocument, Output, OutputKind, Provenance, RejectReason, Totals,
			VatAmount, VatBreakdown, VatCategory,
		},
		TransactionId,
	};

	const HASH: DocumentHash = DocumentHash([1; 32]);
	const AT: Inclusion = Inclusion {
		block: 5,
		extrinsic: 1,
		time: 0,
	};

	fn document() -> EInvoice {
		let (issued, currency) = ("2026-11-21".parse().expect("is one"), "EUR".parse().expect("is one"));
		let breakdown = VatBreakdown {
			category: VatCategory::S,
			rate: 1_900,
			lines: 10_000,
			allowances: 0,
			charges: 0,
			taxable: 10_000,
			tax: 1_900,
		};
		EInvoice {
			syntax: Syntax::Ubl,
			kind: DocumentKind::Invoice,
			number: "R-1".into(),
			issued,
			currency,
			seller: PartyName::default(),
			buyer: PartyName::default(),
			preceding: Vec::new(),
			document: InvoiceDocument {
				hash: HASH,
				number: InvoiceNumber::of("R-1"),
				issued,
				currency,
				breakdown: vec![breakdown].try_into().expect("are few"),
				totals: Totals::default(),
			},
		}
	}

	fn invoice_output(net: u64) -> OutputRecord {
		let amount = VatAmount {
			category: VatCategory::S,
			rate: 1_900,
			net,
			vat: 1_900,
		};
		OutputRecord {
			output: Output {
				kind: OutputKind::Invoice,
				holder: 4,
				amounts: Amounts::try_from(vec![amount]).expect("is one"),
			},
			provenance: Provenance {
				seller: 3,
				buyer: 4,
				currency: "EUR".parse().expect("is one"),
				number: Some(InvoiceNumber::of("R-1")),
				origin: None,
				destination: None,
			},
			consumed: None,
		}
	}

	fn verification(acceptance: Acceptance) -> Verification {
		let id = InvoiceId {
			seller: 3,
			number: InvoiceNumber::of("R-1"),
		};
		let invoice = Invoice {
			issued_by: TransactionId([2; 32]),
			document: HASH,
			issued: "2026-11-21".parse().expect("is one"),
			buyer: 4,
			at: AT,
			rejectable_until: 35,
			acceptance,
		};
		Verification {
			verified: false,
			reasons: Vec::new(),
			hash: HASH,
			found: Some(Found {
				id,
				document: Registered::Invoice {
					invoice,
					accepted: false,
				},
				books: Books {
					invoice: id,
					currency: "EUR".parse().expect("is one"),
					lines: Vec::new(),
				},
				outputs: Vec::new(),
			}),
			balanced: Some(true),
			issuance: Some(TransactionRecord {
				action: ActionKind::Issue,
				inputs: Default::default(),
				outputs: vec![invoice_output(10_000)].try_into().expect("are few"),
				document: Some(HASH),
				period: None,
				at: AT,
			}),
			authority: Some(Judged {
				route: Route {
					jurisdiction: "XX-N".parse().expect("is one"),
					authority: 2,
				},
				account: None,
				fault: None,
			}),
			content: Some(document()),
			not_compared: None,
			broken: None,
			seller: None,
			other_sellers: Vec::new(),
			output: None,
			as_of: BlockId {
				number: 9,
				hash: "0x09".into(),
			},
		}
	}

	fn offered(record: Option<OutputRecord>) -> Option<Offered> {
		let outpoint = OutPoint {
			transaction: TransactionId([2; 32]),
			index: 0,
		};
		Some(Offered { outpoint, record })
	}

	#[test]
	fn an_invoice_that_stands_is_verified() {
		for acceptance in [Acceptance::Open, Acceptance::Accepted { at: AT }] {
			assert_eq!(verification(acceptance).objections(), Vec::<String>::new());
		}
	}

	#[test]
	fn a_rejected_or_void_invoice_is_not_verified() {
		let reason = RejectReason::WrongAmounts;
		for acceptance in [Acceptance::Rejected { at: AT, reason }, Acceptance::Void { at: AT }] {
			assert_eq!(verification(acceptance).objections().len(), 1);
		}
	}

	#[test]
	fn a_file_that_the_ledger_does_not_know_is_not_verified() {
		let mut unknown = verification(Acceptance::Open);
		unknown.found = None;
		unknown.issuance = None;
		let plain = unknown.objections();
		unknown.output = offered(Some(invoice_output(10_000)));
		let changed = unknown.objections();
		assert_eq!((plain.len(), changed.len()), (1, 1));
		assert_ne!(plain, changed, "what was changed is told from what was never issued");
	}

	#[test]
	fn a_file_that_cannot_be_compared_or_breaks_further_rules_is_not_verified() {
		let mut unread = verification(Acceptance::Open);
		unread.content = None;
		unread.not_compared = Some("it is neither XML nor a PDF".into());
		let mut broken = verification(Acceptance::Open);
		broken.broken = Some("it breaks Peppol BIS Billing 3.0".into());
		for (verification, reason) in [(unread, "could not be compared"), (broken, "Peppol")] {
			let objections = verification.objections();
			assert!(
				matches!(&objections[..], [objection] if objection.contains(reason)),
				"{objections:?}"
			);
		}
	}

	/// What breaks further rules only is compared all the same.
	#[test]
	fn rules_beyond_en_16931_are_an_objection_of_their_own() {
		let file = include_bytes!("../../../../tests/documents/invoices/hospital.xml");
		assert_eq!(broken(file, Rules::En16931), None, "the control");
		assert!(broken(file, Rules::Peppol).is_some_and(|reason| reason.contains("PEPPOL-EN16931-R")));
		assert!(EInvoice::read(file, Rules::En16931).is_ok());
	}

	#[test]
	fn an_invoice_whose_books_do_not_balance_is_not_verified() {
		let sums = |net| Some(Sums { net, vat: 0 });
		let with = |now| {
			let mut verification = verification(Acceptance::Open);
			if let Some(found) = &mut verification.found {
				found.books.lines.push(BookLine {
					category: VatCategory::E,
					rate: 0,
					issued: sums(100),
					now: [(OutputKind::Invoice, now)].into(),
				});
			}
			verification.objections()
		};
		assert!(with(sums(100)).is_empty(), "the control");
		for now in [sums(99), None] {
			assert!(matches!(&with(now)[..], [objection] if objection.contains("do not balance")));
		}
	}

	#[test]
	fn of_several_sellers_the_one_is_taken_who_was_named() {
		let found = |seller| {
			let mut found = verification(Acceptance::Open).found.expect("is there");
			found.id.seller = seller;
			found
		};
		let chosen = |sellers: &[LabelId], seller| {
			let all = sellers.iter().map(|seller| found(*seller)).collect();
			let (found, others) = chosen(all, HASH, seller)?;
			Ok::<_, InvoiceError>((found.map(|found| found.id.seller), others))
		};
		assert_eq!(chosen(&[3], None).ok(), Some((Some(3), vec![])));
		assert_eq!(chosen(&[3, 8], Some(8)).ok(), Some((Some(8), vec![3])));
		assert_eq!(chosen(&[], None).ok(), Some((None, vec![])));
		assert!(matches!(
			chosen(&[3, 8], None),
			Err(InvoiceError::SeveralSellers { sellers, .. }) if sellers == [3, 8]
		));
		let mut unknown = verification(Acceptance::Open);
		(unknown.found, unknown.issuance) = (None, None);
		(unknown.seller, unknown.other_sellers) = (Some(5), vec![3]);
		assert_eq!(
			unknown.objections(),
			["label 5 issued nothing over this file; label 3 did".to_owned()]
		);
	}

	#[test]
	fn a_credit_note_that_names_another_invoice_than_the_ledger_is_not_verified() {
		let with = |preceding: &[&str]| {
			let mut verification = verification(Acceptance::Open);
			if let Some(found) = &mut verification.found {
				let Registered::Invoice { invoice, .. } = found.document.clone() else {
					panic!("it is an invoice");
				};
				let note = CreditNote {
					issued_by: TransactionId([2; 32]),
					document: HASH,
					invoice: InvoiceId {
						seller: 3,
						number: InvoiceNumber::of("R-0"),
					},
					at: AT,
				};
				found.document = Registered::CreditNote { note, invoice };
			}
			if let Some(content) = &mut verification.content {
				content.kind = DocumentKind::CreditNote;
				content.preceding = preceding.iter().map(|number| (*number).to_owned()).collect();
			}
			verification.objections()
		};
		assert!(with(&["R-0"]).is_empty(), "the control");
		for preceding in [&[][..], &["R-9"], &["R-0", "R-9"]] {
			assert!(
				matches!(&with(preceding)[..], [objection] if objection.contains("which invoice it takes back")),
				"{preceding:?}"
			);
		}
	}

	#[test]
	fn an_invoice_by_no_tax_authority_is_not_verified() {
		let mut suspended = verification(Acceptance::Open);
		if let Some(authority) = &mut suspended.authority {
			authority.fault = Some(AuthorityFault::Suspended);
		}
		let mut none = verification(Acceptance::Open);
		none.authority = None;
		for verification in [suspended, none] {
			assert_eq!(verification.objections().len(), 1);
		}
	}

	#[test]
	fn a_file_that_says_something_else_than_the_ledger_is_not_verified() {
		let changes: [fn(&mut EInvoice); 4] = [
			|document| document.number = "R-2".into(),
			|document| document.issued = "2026-11-20".parse().expect("is one"),
			|document| document.currency = "CHF".parse().expect("is one"),
			|document| document.kind = DocumentKind::CreditNote,
		];
		for change in changes {
			let mut other = verification(Acceptance::Open);
			other.content.iter_mut().for_each(change);
			assert_eq!(other.objections().len(), 1);
		}
		let mut other = verification(Acceptance::Open);
		if let Some(issuance) = &mut other.issuance {
			issuance.outputs = vec![invoice_output(9_999)].try_into().expect("are few");
		}
		assert_eq!(other.objections().len(), 1);
	}

	#[test]
	fn an_output_that_is_of_no_use_is_not_verified() {
		let mut used = invoice_output(10_000);
		used.consumed = Some(TransactionId([3; 32]));
		let mut other = invoice_output(10_000);
		other.provenance.seller = 5;
		let mut credited = invoice_output(10_000);
		credited.output.kind = OutputKind::Credited;
		for record in [None, Some(used), Some(other), Some(credited)] {
			let mut verification = verification(Acceptance::Open);
			verification.output = offered(record);
			assert_eq!(verification.objections().len(), 1);
		}
		let mut good = verification(Acceptance::Open);
		good.output = offered(Some(invoice_output(10_000)));
		assert!(good.objections().is_empty());
	}
}
