// SPDX-License-Identifier: Apache-2.0

mod accept;
mod clear;
mod credit;
mod issue;
mod pay_and_invoice;
mod periods;
mod receipt;
mod reimburse;
mod reject;
mod routes;
mod sequences;
mod signatures;
mod single_use;
mod standing;
mod transfer;
mod try_state;
mod views;
mod void;
mod weights;

use crate::{mock::*, Error, Event};
use chirograph_primitives::{
	invoice::{
		self, add, subtract, Action, ActionKind, Amounts, Currency, Invoice, InvoiceDocument, InvoiceId, OutPoint, Output,
		OutputKind, OutputRecord, Payment, Period, Provenance, RejectReason, Route, Totals, Transaction, TransactionRecord,
		VatAmount, VatBreakdown, VatCategory, VatRate, Witness,
	},
	BlockNumber, DocumentHash, InvoiceNumber, LabelId, Ledger, PaymentReference, Role, TransactionId,
};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use sp_io::hashing::sha2_256;
use std::collections::{BTreeMap, BTreeSet};

const EUR: Currency = Currency(*b"EUR");
const USD: Currency = Currency(*b"USD");
const STANDARD: VatRate = VatRate {
	category: VatCategory::S,
	rate: 1_900,
};
const ZERO_RATED: VatRate = VatRate {
	category: VatCategory::Z,
	rate: 0,
};

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Invoices(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

/// So many blocks later.
fn later(blocks: BlockNumber) {
	System::set_block_number(System::block_number() + blocks);
	events();
}

fn signed(label: LabelId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account_of(label))
}

fn period(text: &str) -> Period {
	text.parse().expect("tests name months that there are")
}

/// So many times 1.00 with 0.19 of VAT, and so many times 1.00 at the rate of zero.
fn amounts(standard: u64, zero_rated: u64) -> Amounts {
	let both = [
		VatAmount {
			category: VatCategory::S,
			rate: 1_900,
			net: 100 * standard,
			vat: 19 * standard,
		},
		VatAmount {
			category: VatCategory::Z,
			rate: 0,
			net: 100 * zero_rated,
			vat: 0,
		},
	];
	subtract(&both, &[]).expect("there are two of them")
}

/// An invoice or credit note over these amounts, paid in full.
fn document(number: &str, currency: Currency, amounts: &[VatAmount]) -> InvoiceDocument {
	let lines: Vec<_> = amounts
		.iter()
		.map(|amount| VatBreakdown {
			category: amount.category,
			rate: amount.rate,
			lines: amount.net,
			allowances: 0,
			charges: 0,
			taxable: amount.net,
			tax: amount.vat,
		})
		.collect();
	let net: u64 = amounts.iter().map(|amount| amount.net).sum();
	let vat: u64 = amounts.iter().map(|amount| amount.vat).sum();
	InvoiceDocument {
		hash: DocumentHash(sha2_256(number.as_bytes())),
		number: InvoiceNumber::of(number),
		issued: "2026-11-21".parse().expect("it is a day"),
		currency,
		breakdown: lines.try_into().expect("no more than there may be"),
		totals: Totals {
			lines: net,
			exclusive: net,
			vat,
			inclusive: net + vat,
			paid: net + vat,
			..Totals::default()
		},
	}
}

/// Of the hospital.
fn invoice_id(number: &str) -> InvoiceId {
	InvoiceId {
		seller: HOSPITAL,
		number: InvoiceNumber::of(number),
	}
}

fn transaction(action: Action, inputs: &[OutPoint], outputs: Vec<Output>) -> Transaction {
	let mut inputs = inputs.to_vec();
	inputs.sort_unstable();
	Transaction {
		action,
		inputs: inputs.try_into().expect("no more than there may be"),
		outputs: outputs.try_into().expect("no more than there may be"),
		valid_until: System::block_number() + 20,
	}
}

fn record(id: TransactionId) -> TransactionRecord {
	crate::Transactions::<Test>::get(id).expect("it was executed")
}

fn output_at(point: OutPoint) -> OutputRecord {
	record(point.transaction).outputs[usize::from(point.index)].clone()
}

/// What comes of these outputs, where this part of them becomes something: that, and the rest.
fn split(inputs: &[OutPoint], kind: OutputKind, holder: LabelId, part: &Amounts) -> Vec<Output> {
	let all = inputs.iter().fold(Amounts::default(), |sum, point| {
		add(&sum, &output_at(*point).output.amounts).expect("sums are small")
	});
	let rest = subtract(&all, part).expect("it is a part");
	let mut outputs = vec![Output {
		kind,
		holder,
		amounts: part.clone(),
	}];
	if !rest.is_empty() {
		let amounts = rest;
		outputs.push(Output {
			amounts,
			..output_at(inputs[0]).output
		});
	}
	outputs
}

/// Makes its first output of all the net, and the rest of all the VAT.
fn tear(transaction: &mut Transaction, input: OutPoint) {
	let input = output_at(input).output;
	let net: Vec<_> = input.amounts.iter().map(|amount| VatAmount { vat: 0, ..*amount }).collect();
	let vat: Vec<_> = input.amounts.iter().map(|amount| VatAmount { net: 0, ..*amount }).collect();
	let first = Output {
		amounts: net.try_into().expect("as many as before"),
		..transaction.outputs[0]
	};
	let rest = Output {
		amounts: vat.try_into().expect("as many as before"),
		..input
	};
	transaction.outputs = vec![first, rest].try_into().expect("two");
}

/// Of the patient to the hospital.
fn payment(reference: &str) -> Payment {
	Payment {
		platform: PLATFORM,
		reference: PaymentReference::of(reference),
		seller: HOSPITAL,
		buyer: PATIENT,
		order: DocumentHash([5; 32]),
		currency: EUR,
	}
}

fn receipt(payment: Payment, amounts: Amounts) -> Transaction {
	let output = Output {
		kind: OutputKind::Receipt,
		holder: payment.buyer,
		amounts,
	};
	transaction(Action::Receipt { payment }, &[], vec![output])
}

fn issue_by(authority: LabelId, number: &str, receipts: &[OutPoint], amounts: Amounts) -> Transaction {
	let of = output_at(receipts[0]);
	let action = Action::Issue {
		seller: of.provenance.seller,
		authority,
		document: document(number, of.provenance.currency, &amounts),
	};
	let outputs = split(receipts, OutputKind::Invoice, of.output.holder, &amounts);
	transaction(action, receipts, outputs)
}

fn issue(number: &str, receipts: &[OutPoint], amounts: Amounts) -> Transaction {
	issue_by(NORTH, number, receipts, amounts)
}

fn pay_and_invoice(payment: Payment, authority: LabelId, number: &str, amounts: Amounts) -> Transaction {
	let document = document(number, payment.currency, &amounts);
	let output = Output {
		kind: OutputKind::Invoice,
		holder: payment.buyer,
		amounts,
	};
	let action = Action::PayAndInvoice {
		payment,
		authority,
		document,
	};
	transaction(action, &[], vec![output])
}

fn accept(invoice: InvoiceId) -> Transaction {
	transaction(Action::Accept { invoice }, &[], vec![])
}

/// What an invoice was before it was issued.
fn undone(point: OutPoint) -> Vec<Output> {
	let kind = OutputKind::Receipt;
	vec![Output {
		kind,
		..output_at(point).output
	}]
}

fn reject(point: OutPoint) -> Transaction {
	let reason = RejectReason::WrongAmounts;
	transaction(Action::Reject { reason }, &[point], undone(point))
}

fn void_by(authority: LabelId, point: OutPoint) -> Transaction {
	transaction(Action::Void { authority }, &[point], undone(point))
}

fn hand_over(point: OutPoint, to: LabelId) -> Transaction {
	let holder = to;
	let output = Output {
		holder,
		..output_at(point).output
	};
	transaction(Action::Transfer { to }, &[point], vec![output])
}

fn reimburse(points: &[OutPoint], enterprise: LabelId, amounts: Amounts) -> Transaction {
	let kind = output_at(points[0]).output.kind;
	let kind = kind.reimbursed().unwrap_or(OutputKind::Reimbursed);
	let outputs = split(points, kind, enterprise, &amounts);
	transaction(Action::Reimburse { enterprise }, points, outputs)
}

fn clear_in(month: &str, points: &[OutPoint], authority: LabelId, amounts: Amounts) -> Transaction {
	let Output { kind, holder, .. } = output_at(points[0]).output;
	let outputs = split(points, kind.cleared().unwrap_or(OutputKind::Cleared), holder, &amounts);
	let period = period(month);
	transaction(Action::Clear { authority, period }, points, outputs)
}

fn clear(points: &[OutPoint], authority: LabelId, amounts: Amounts) -> Transaction {
	clear_in("2026-11", points, authority, amounts)
}

/// A credit note of this number.
fn credit_by(
	authority: LabelId,
	adjusted_by: Option<LabelId>,
	number: &str,
	points: &[OutPoint],
	amounts: Amounts,
) -> Transaction {
	let of = output_at(points[0]);
	let invoice = of.provenance.invoice().expect("it is of an invoice");
	let invoice_hash = crate::Invoices::<Test>::get(invoice).expect("it was issued").document;
	let action = Action::Credit {
		authority,
		adjusted_by,
		invoice,
		invoice_hash,
		document: document(number, of.provenance.currency, &amounts),
	};
	let kind = of.output.kind.credited().unwrap_or(OutputKind::Credited);
	transaction(action, points, split(points, kind, of.output.holder, &amounts))
}

fn credit(number: &str, points: &[OutPoint], amounts: Amounts) -> Transaction {
	credit_by(NORTH, None, number, points, amounts)
}

fn witness(label: LabelId, transaction: &Transaction) -> Witness {
	Witness {
		label,
		signature: key_of(label).sign(&transaction.payload(&GENESIS)),
	}
}

fn send_with(submitter: LabelId, transaction: &Transaction, witnesses: Vec<Witness>) -> DispatchResult {
	let witnesses = witnesses.try_into().expect("no more than there may be");
	Invoices::execute(signed(submitter), transaction.clone(), witnesses)
}

fn send(submitter: LabelId, transaction: &Transaction, signers: &[LabelId]) -> DispatchResult {
	let witnesses = signers.iter().map(|label| witness(*label, transaction));
	send_with(submitter, transaction, witnesses.collect())
}

/// Who has to sign, whether or not anybody else would be content with it.
fn signers(transaction: &Transaction) -> Vec<LabelId> {
	let output = |point: &OutPoint| -> Option<OutputRecord> {
		let source = crate::Transactions::<Test>::get(point.transaction)?;
		source.outputs.get(usize::from(point.index)).cloned()
	};
	let inputs: Vec<_> = transaction.inputs.iter().filter_map(output).collect();
	let id = match &transaction.action {
		Action::Accept { invoice } => Some(*invoice),
		_ => inputs.first().and_then(|input| input.provenance.invoice()),
	};
	let invoice = id.and_then(crate::Invoices::<Test>::get);
	let parties = transaction.parties(&inputs, invoice.as_ref(), System::block_number());
	let labels: BTreeSet<_> = parties.into_iter().map(|party| party.label).collect();
	labels.into_iter().collect()
}

/// Everybody signs who has to, and somebody else sends it.
fn execute(transaction: &Transaction) -> DispatchResult {
	send(AGENT, transaction, &signers(transaction))
}

/// Its first output.
fn first(id: TransactionId) -> OutPoint {
	OutPoint {
		transaction: id,
		index: 0,
	}
}

/// The rest.
fn rest(id: TransactionId) -> OutPoint {
	OutPoint {
		transaction: id,
		index: 1,
	}
}

fn done(transaction: &Transaction) -> TransactionId {
	assert_ok!(execute(transaction));
	transaction.id(&GENESIS)
}

/// A receipt of the patient's.
fn paid(reference: &str, amounts: Amounts) -> OutPoint {
	first(done(&receipt(payment(reference), amounts)))
}

/// An invoice of the patient's, by the hospital.
fn invoiced(number: &str, amounts: Amounts) -> OutPoint {
	let receipt = paid(number, amounts.clone());
	first(done(&issue(number, &[receipt], amounts)))
}

/// An invoice of the company's, by the hospital.
fn invoiced_to_company(number: &str, amounts: Amounts) -> OutPoint {
	let payment = Payment {
		buyer: COMPANY,
		..payment(number)
	};
	let receipt = first(done(&receipt(payment, amounts.clone())));
	first(done(&issue(number, &[receipt], amounts)))
}

/// What the employer reimbursed to the patient of an invoice by the hospital.
fn reimbursed(number: &str, amounts: Amounts) -> OutPoint {
	let invoice = invoiced(number, amounts.clone());
	first(done(&reimburse(&[invoice], EMPLOYER, amounts)))
}

fn standing(number: &str) -> Invoice {
	crate::Invoices::<Test>::get(invoice_id(number)).expect("it was issued")
}

/// What a label holds, by kind.
fn holdings(label: LabelId) -> Vec<(OutputKind, Amounts)> {
	let held = Invoices::outputs_of(label, None, 100).into_iter();
	let mut held: Vec<_> = held.map(|(_, record)| (record.output.kind, record.output.amounts)).collect();
	held.sort_by_key(|(kind, amounts)| (*kind, amounts.first().map(|amount| amount.net)));
	held
}

fn conditions() -> invoice::Conditions {
	invoice::Conditions {
		currencies: vec![EUR, USD].try_into().expect("few"),
		rates: vec![STANDARD, ZERO_RATED].try_into().expect("few"),
		platforms: vec![PLATFORM].try_into().expect("few"),
		max_total: 100_000,
		valid_until: NOW + 30,
	}
}

/// The hospital has conditions, and the word of the authority of the north.
fn speak_beforehand() {
	assert_ok!(Invoices::set_conditions(signed(HOSPITAL), conditions()));
	assert_ok!(Invoices::authorise(signed(NORTH), HOSPITAL, EUR, 50_000, 100_000, NOW + 30));
	events();
}
