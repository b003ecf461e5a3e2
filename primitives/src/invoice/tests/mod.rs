// SPDX-License-Identifier: Apache-2.0

//! Every test of a refusal starts from a case that all rules are content with: that is its positive control.

mod conservation;
mod consuming;
mod creating;
mod document;
mod form;
mod parties;
mod wire;

use super::*;
use crate::Moment;

const SELLER: LabelId = 1;
const BUYER: LabelId = 2;
const PLATFORM: LabelId = 3;
const ORIGIN: LabelId = 4;
const ENTERPRISE: LabelId = 5;
const DESTINATION: LabelId = 6;
const STRANGER: LabelId = 9;

const EUR: Currency = Currency(*b"EUR");
const USD: Currency = Currency(*b"USD");
/// Noon of 2026-11-21, in UTC.
const NOON: Moment = 1_795_262_400_000;
const NOW: BlockNumber = 1_000;
const LONGEST: BlockNumber = 100;
const ACCEPTANCE_PERIOD: BlockNumber = 50;
/// What the transaction of a case is known by.
const THIS: TransactionId = TransactionId([0xaa; 32]);
/// What issued the invoice of a case.
const ISSUING: TransactionId = TransactionId([7; 32]);
const INVOICE: InvoiceId = InvoiceId {
	seller: SELLER,
	number: InvoiceNumber([8; 32]),
};
const FILE: DocumentHash = DocumentHash([9; 32]);
const HERE: Inclusion = Inclusion {
	block: NOW,
	extrinsic: 2,
	time: NOON,
};

/// A transaction, and what the ledger knows that it is about.
#[derive(Clone)]
struct Case {
	transaction: Transaction,
	here: Inclusion,
	inputs: Vec<OutputRecord>,
	invoice: Option<(InvoiceId, Invoice)>,
	origin: Option<Route>,
	destination: Option<Route>,
	origin_closed: Option<Period>,
	destination_closed: Option<Period>,
	conditions: Option<Conditions>,
	authorisation: Option<Authorisation>,
}

fn amount(category: VatCategory, rate: u16, net: u64, vat: u64) -> VatAmount {
	VatAmount {
		category,
		rate,
		net,
		vat,
	}
}

fn vat_rate(category: VatCategory, rate: u16) -> VatRate {
	VatRate { category, rate }
}

fn amounts(list: &[VatAmount]) -> Amounts {
	list.to_vec().try_into().unwrap()
}

/// Net and VAT at 19 %, and what is zero rated.
fn both(net: u64, vat: u64, zero_rated: u64) -> Amounts {
	let all = [
		amount(VatCategory::S, 1_900, net, vat),
		amount(VatCategory::Z, 0, zero_rated, 0),
	];
	subtract(&all, &[]).unwrap()
}

fn date(text: &str) -> Date {
	text.parse().unwrap()
}

fn period(text: &str) -> Period {
	text.parse().unwrap()
}

fn route(jurisdiction: &str, authority: LabelId) -> Route {
	Route {
		jurisdiction: jurisdiction.parse().unwrap(),
		authority,
	}
}

fn origin() -> Route {
	route("XX-N", ORIGIN)
}

fn destination() -> Route {
	route("XX-S", DESTINATION)
}

fn payment() -> Payment {
	Payment {
		platform: PLATFORM,
		reference: PaymentReference::of("order 1"),
		seller: SELLER,
		buyer: BUYER,
		order: DocumentHash([5; 32]),
		currency: EUR,
	}
}

/// 100.00 at 19 % and 5.00 zero rated, of which 120.00 were paid and 0.10 are let off.
fn document() -> InvoiceDocument {
	let line = VatBreakdown {
		category: VatCategory::S,
		rate: 1_900,
		lines: 11_000,
		allowances: 1_500,
		charges: 500,
		taxable: 10_000,
		tax: 1_900,
	};
	let zero_rated = VatBreakdown {
		category: VatCategory::Z,
		rate: 0,
		lines: 500,
		allowances: 0,
		charges: 0,
		taxable: 500,
		tax: 0,
	};
	InvoiceDocument {
		hash: DocumentHash([6; 32]),
		number: InvoiceNumber([0x10; 32]),
		issued: date("2026-11-21"),
		currency: EUR,
		breakdown: vec![line, zero_rated].try_into().unwrap(),
		totals: Totals {
			lines: 11_500,
			allowances: 1_500,
			charges: 500,
			exclusive: 10_500,
			vat: 1_900,
			inclusive: 12_400,
			paid: 12_000,
			rounding: -10,
			due: 390,
		},
	}
}

/// Over 40.00 at 19 %.
fn note() -> InvoiceDocument {
	let mut note = document();
	note.breakdown = vec![VatBreakdown {
		category: VatCategory::S,
		rate: 1_900,
		lines: 4_000,
		allowances: 0,
		charges: 0,
		taxable: 4_000,
		tax: 760,
	}]
	.try_into()
	.unwrap();
	note.totals = Totals {
		lines: 4_000,
		exclusive: 4_000,
		vat: 760,
		inclusive: 4_760,
		due: 4_760,
		..Totals::default()
	};
	note
}

/// Where an output of that kind comes from, in the usual course.
fn provenance(kind: OutputKind) -> Provenance {
	let is_invoice = kind != OutputKind::Receipt;
	let is_of_enterprise = kind.holder_role() == Role::Enterprise;
	Provenance {
		seller: SELLER,
		buyer: if kind == OutputKind::Deducted { ENTERPRISE } else { BUYER },
		currency: EUR,
		number: is_invoice.then_some(INVOICE.number),
		origin: is_invoice.then(origin),
		destination: is_of_enterprise.then(destination),
	}
}

fn record(kind: OutputKind, amounts: Amounts) -> OutputRecord {
	let is_of_enterprise = kind.holder_role() == Role::Enterprise;
	OutputRecord {
		output: Output {
			kind,
			holder: if is_of_enterprise { ENTERPRISE } else { BUYER },
			amounts,
		},
		provenance: provenance(kind),
		consumed: None,
	}
}

fn output(kind: OutputKind, holder: LabelId, amounts: Amounts) -> Output {
	Output { kind, holder, amounts }
}

fn outpoint(transaction: TransactionId, index: u8) -> OutPoint {
	OutPoint { transaction, index }
}

impl Case {
	fn new(action: Action, inputs: Vec<OutputRecord>, outputs: Vec<Output>) -> Self {
		let outpoints: Vec<_> = (0..inputs.len()).map(|index| outpoint(ISSUING, index as u8)).collect();
		let is_of_invoice = inputs.first().is_some_and(|input| input.provenance.number.is_some());
		Self {
			transaction: Transaction {
				action,
				inputs: outpoints.try_into().unwrap(),
				outputs: outputs.try_into().unwrap(),
				valid_until: NOW + LONGEST,
			},
			here: HERE,
			inputs,
			invoice: is_of_invoice.then(issued_invoice),
			origin: Some(origin()),
			destination: Some(destination()),
			origin_closed: Some(period("2026-10")),
			destination_closed: Some(period("2026-10")),
			conditions: None,
			authorisation: None,
		}
	}

	fn receipt() -> Self {
		let created = output(OutputKind::Receipt, BUYER, both(10_000, 1_900, 500));
		Self::new(Action::Receipt { payment: payment() }, vec![], vec![created])
	}

	/// Of two receipts, with something left.
	fn issue() -> Self {
		let action = Action::Issue {
			seller: SELLER,
			authority: ORIGIN,
			document: document(),
		};
		let receipts = vec![
			record(OutputKind::Receipt, both(6_000, 1_140, 500)),
			record(OutputKind::Receipt, both(5_000, 950, 0)),
		];
		let created = vec![
			output(OutputKind::Invoice, BUYER, both(10_000, 1_900, 500)),
			output(OutputKind::Receipt, BUYER, both(1_000, 190, 0)),
		];
		Self::new(action, receipts, created)
	}

	fn pay_and_invoice() -> Self {
		let action = Action::PayAndInvoice {
			payment: payment(),
			authority: ORIGIN,
			document: document(),
		};
		let created = output(OutputKind::Invoice, BUYER, both(10_000, 1_900, 500));
		Self {
			conditions: Some(conditions()),
			authorisation: Some(Authorisation {
				authority: ORIGIN,
				currency: EUR,
				max_total: 12_400,
				remaining: 20_000,
				valid_until: NOW,
			}),
			..Self::new(action, vec![], vec![created])
		}
	}

	fn accept() -> Self {
		Self {
			invoice: Some(issued_invoice()),
			..Self::new(Action::Accept { invoice: INVOICE }, vec![], vec![])
		}
	}

	fn undoing(action: Action) -> Self {
		let invoice = record(OutputKind::Invoice, both(10_000, 1_900, 500));
		let receipt = output(OutputKind::Receipt, BUYER, both(10_000, 1_900, 500));
		Self::new(action, vec![invoice], vec![receipt])
	}

	fn reject() -> Self {
		Self::undoing(Action::Reject {
			reason: RejectReason::NotOrdered,
		})
	}

	fn void() -> Self {
		Self::undoing(Action::Void { authority: ORIGIN })
	}

	fn transfer(kind: OutputKind) -> Self {
		let whole = both(10_000, 1_900, 500);
		Self::new(
			Action::Transfer { to: STRANGER },
			vec![record(kind, whole.clone())],
			vec![output(kind, STRANGER, whole)],
		)
	}

	/// Turns part of the input into another kind.
	fn turning(action: Action, input: OutputRecord, into: OutputKind, holder: LabelId) -> Self {
		let created = vec![
			output(into, holder, both(4_000, 760, 0)),
			output(input.output.kind, input.output.holder, both(6_000, 1_140, 500)),
		];
		Self::new(action, vec![input], created)
	}

	fn reimburse(kind: OutputKind) -> Self {
		let input = record(kind, both(10_000, 1_900, 500));
		let action = Action::Reimburse { enterprise: ENTERPRISE };
		Self::turning(action, input, kind.reimbursed().unwrap(), ENTERPRISE)
	}

	fn clear(kind: OutputKind) -> Self {
		let action = Action::Clear {
			authority: DESTINATION,
			period: period("2026-11"),
		};
		let mut input = record(kind, both(10_000, 1_900, 500));
		if kind == OutputKind::Invoice {
			input.output.holder = ENTERPRISE;
			input.provenance.buyer = ENTERPRISE;
		}
		Self::turning(action, input, kind.cleared().unwrap(), ENTERPRISE)
	}

	fn credit(kind: OutputKind) -> Self {
		let into = kind.credited().unwrap();
		let action = Action::Credit {
			authority: ORIGIN,
			adjusted_by: (into == OutputKind::Adjusted).then_some(DESTINATION),
			invoice: INVOICE,
			invoice_hash: FILE,
			document: note(),
		};
		let input = record(kind, both(10_000, 1_900, 500));
		let holder = input.output.holder;
		Self::turning(action, input, into, holder)
	}

	/// One of each action.
	fn all() -> [Self; 10] {
		[
			Self::receipt(),
			Self::issue(),
			Self::pay_and_invoice(),
			Self::accept(),
			Self::reject(),
			Self::transfer(OutputKind::Invoice),
			Self::reimburse(OutputKind::Invoice),
			Self::clear(OutputKind::Reimbursed),
			Self::credit(OutputKind::Invoice),
			Self::void(),
		]
	}

	/// Those of them that consume something, of which something is left.
	fn all_with_a_rest() -> Vec<Self> {
		let mut all = Self::all().to_vec();
		all.retain(|case| case.transaction.outputs.len() == 2);
		all
	}

	fn facts(&self) -> Facts<'_> {
		Facts {
			id: THIS,
			here: self.here,
			longest_validity: LONGEST,
			acceptance_period: ACCEPTANCE_PERIOD,
			inputs: &self.inputs,
			invoice: self.invoice.as_ref().map(|(id, invoice)| (id, invoice)),
			origin: self.origin,
			destination: self.destination,
			origin_closed: self.origin_closed,
			destination_closed: self.destination_closed,
			conditions: self.conditions.as_ref(),
			authorisation: self.authorisation.as_ref(),
		}
	}

	fn judge(&self) -> Result<Verdict, InvoiceFault> {
		AllRules::judge(&self.transaction, &self.facts())
	}

	/// What all rules are content with.
	#[track_caller]
	fn verdict(&self) -> Verdict {
		self.judge().expect("breaks no rule")
	}

	/// Breaks no rule as it is, and this one after the change.
	#[track_caller]
	fn refuses(mut self, fault: InvoiceFault, change: impl FnOnce(&mut Self)) {
		self.verdict();
		change(&mut self);
		assert_eq!(self.judge(), Err(fault), "{:?}", self.transaction.kind());
	}

	/// Breaks no rule as it is, nor after the change.
	#[track_caller]
	fn allows(mut self, change: impl FnOnce(&mut Self)) -> Verdict {
		self.verdict();
		change(&mut self);
		self.verdict()
	}

	fn document(&mut self) -> &mut InvoiceDocument {
		match &mut self.transaction.action {
			Action::Issue { document, .. } | Action::PayAndInvoice { document, .. } | Action::Credit { document, .. } => document,
			other => panic!("no document in {other:?}"),
		}
	}

	fn payment(&mut self) -> &mut Payment {
		match &mut self.transaction.action {
			Action::Receipt { payment } | Action::PayAndInvoice { payment, .. } => payment,
			other => panic!("no payment in {other:?}"),
		}
	}

	fn authority(&mut self) -> &mut LabelId {
		match &mut self.transaction.action {
			Action::Issue { authority, .. }
			| Action::PayAndInvoice { authority, .. }
			| Action::Clear { authority, .. }
			| Action::Credit { authority, .. }
			| Action::Void { authority } => authority,
			other => panic!("no authority in {other:?}"),
		}
	}

	fn the_invoice(&mut self) -> &mut Invoice {
		&mut self.invoice.as_mut().expect("is about an invoice").1
	}
}

/// As it was issued a while ago.
fn issued_invoice() -> (InvoiceId, Invoice) {
	let invoice = Invoice {
		issued_by: ISSUING,
		document: FILE,
		issued: date("2026-11-19"),
		buyer: BUYER,
		at: HERE,
		rejectable_until: NOW,
		acceptance: Acceptance::Open,
	};
	(INVOICE, invoice)
}

/// That reach exactly as far as the document does.
fn conditions() -> Conditions {
	Conditions {
		currencies: vec![USD, EUR].try_into().unwrap(),
		rates: vec![vat_rate(VatCategory::S, 1_900), vat_rate(VatCategory::Z, 0)]
			.try_into()
			.unwrap(),
		platforms: vec![PLATFORM].try_into().unwrap(),
		max_total: 12_400,
		valid_until: NOW,
	}
}

#[test]
fn every_case_breaks_no_rule_and_says_where_its_outputs_come_from() {
	for case in Case::all() {
		assert_eq!(case.verdict().provenances.len(), case.transaction.outputs.len());
	}
	for kind in OutputKind::ALL {
		if kind.is_transferable() {
			Case::transfer(kind).verdict();
		}
		if kind.reimbursed().is_some() {
			Case::reimburse(kind).verdict();
		}
		if kind.cleared().is_some() {
			Case::clear(kind).verdict();
		}
		if kind.credited().is_some() {
			Case::credit(kind).verdict();
		}
	}
}

#[test]
fn a_right_is_used_once_and_both_orders_lead_to_the_same() {
	use OutputKind::*;
	for kind in OutputKind::ALL {
		let both_ways = kind.reimbursed().and_then(OutputKind::cleared);
		assert_eq!(both_ways, kind.cleared().and_then(OutputKind::reimbursed), "{kind:?}");
		assert_eq!(kind.reimbursed().and_then(OutputKind::reimbursed), None);
		assert_eq!(kind.cleared().and_then(OutputKind::cleared), None);
		let after_credit = kind.credited();
		assert_eq!(after_credit.and_then(OutputKind::credited), None);
		assert_eq!(after_credit.and_then(OutputKind::reimbursed), None);
		assert_eq!(after_credit.and_then(OutputKind::cleared), None);
	}
	assert_eq!(Invoice.reimbursed().and_then(OutputKind::cleared), Some(Cleared));
	assert_eq!(Receipt.reimbursed().or(Receipt.cleared()).or(Receipt.credited()), None);
}
