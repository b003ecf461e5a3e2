// SPDX-License-Identifier: Apache-2.0

use super::{
	ledger::unconsumed,
	summary::{format_amounts, format_rate},
	InvoiceError,
};
use crate::{
	chain::{Chain, FinalisedBlock},
	einvoice::{DocumentKind, EInvoice},
	error::Error,
	labels::existing,
};
use chirograph_primitives::{
	invoice::{
		add, subtract, Action, ActionKind, AmountFault, Amounts, Currency, InvoiceId, OutPoint, Output, OutputKind, OutputRecord,
		Payment, Period, RejectReason, Route, Transaction, VatAmount, MAX_INPUTS, MAX_VAT_LINES,
	},
	BlockNumber, DocumentHash, InvoiceNumber, Jurisdiction, LabelId, Role,
};
use sp_runtime::BoundedVec;

/// Makes transactions out of what the ledger holds as of a block. Whether the ledger would execute them, [`parties`](super::parties) asks.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
	/// The node that is asked.
	pub chain: &'a Chain,
	/// As of which block.
	pub block: &'a FinalisedBlock,
	/// The last block in which the transaction may be executed.
	pub valid_until: BlockNumber,
}

/// What a transaction is to consume, all of one kind, holder and invoice.
struct Inputs {
	/// In ascending order.
	outpoints: Vec<OutPoint>,
	/// The first of them.
	one: OutPoint,
	/// What the ledger has of that; what they have in common is the same in all.
	first: OutputRecord,
	/// All of them together.
	total: Amounts,
}

impl Inputs {
	fn new(found: Vec<(OutPoint, OutputRecord)>) -> Result<Self, InvoiceError> {
		let mut found = found.into_iter();
		let (one, first) = found.next().ok_or(InvoiceError::NoInputs)?;
		let mut inputs = Self {
			outpoints: vec![one],
			one,
			total: first.output.amounts.clone(),
			first,
		};
		for (other, record) in found {
			if !go_together(&inputs.first, &record) {
				return Err(InvoiceError::MixedInputs { one, other });
			}
			inputs.total = add(&inputs.total, &record.output.amounts).map_err(explain)?;
			inputs.outpoints.push(other);
		}
		Ok(inputs)
	}

	/// Fails unless they are of that kind.
	fn ensure_kind(&self, kind: OutputKind, action: ActionKind) -> Result<(), InvoiceError> {
		self.becomes((self.first.output.kind == kind).then_some(kind), action)
			.map(|_| ())
	}

	/// What kind of output comes of them, if one does.
	fn becomes(&self, kind: Option<OutputKind>, action: ActionKind) -> Result<OutputKind, InvoiceError> {
		kind.ok_or(InvoiceError::WrongKind {
			output: self.one,
			kind: self.first.output.kind,
			action,
		})
	}

	fn other_origin(&self, expected: String) -> InvoiceError {
		InvoiceError::OtherOrigin {
			output: self.one,
			expected,
		}
	}

	/// `part` of them for `holder`, as `kind`; and the rest as it was, if there is any.
	fn split(&self, kind: OutputKind, holder: LabelId, part: Amounts) -> Result<Vec<Output>, InvoiceError> {
		let currency = Some(self.first.provenance.currency);
		let rest = subtract(&self.total, &part).map_err(|fault| match fault {
			AmountFault::Exceeded => InvoiceError::NotEnough {
				asked: format_amounts(&part, currency),
				available: format_amounts(&self.total, currency),
			},
			fault => explain(fault),
		})?;
		let mut outputs = vec![Output {
			kind,
			holder,
			amounts: part,
		}];
		if !rest.is_empty() {
			outputs.push(Output {
				amounts: rest,
				..self.first.output.clone()
			});
		}
		Ok(outputs)
	}

	/// The same, where the parties choose what is split from what: in each of both, net and VAT stay in proportion.
	fn divide(&self, kind: OutputKind, holder: LabelId, part: Amounts) -> Result<Vec<Output>, InvoiceError> {
		let outputs = self.split(kind, holder, part)?;
		ensure_proportion(&outputs, self.first.provenance.currency)?;
		Ok(outputs)
	}
}

/// Whether they can be consumed together.
fn go_together(one: &OutputRecord, other: &OutputRecord) -> bool {
	let of = |record: &OutputRecord| (record.output.kind, record.output.holder, record.provenance);
	of(one) == of(other)
}

fn explain(fault: AmountFault) -> InvoiceError {
	InvoiceError::BadAmounts {
		reason: match fault {
			AmountFault::Overflow => "together they are more than an amount can be".into(),
			AmountFault::Exceeded => "they are more than there is".into(),
			AmountFault::TooMany => format!("they have more than {MAX_VAT_LINES} categories and rates"),
		},
	}
}

/// Amounts, put in order. Fails where there are none, one is zero, one is there twice, or they are more than eight.
pub fn amounts(mut lines: Vec<VatAmount>) -> Result<Amounts, Error> {
	lines.sort_by_key(VatAmount::key);
	let bad = |reason| Err(InvoiceError::BadAmounts { reason }.into());
	let name = |amount: &VatAmount| format!("category {} at {}", amount.category, format_rate(amount.rate));
	if lines.is_empty() {
		return bad("there are none".into());
	}
	if let Some(nothing) = lines.iter().find(|amount| amount.net == 0 && amount.vat == 0) {
		return bad(format!("the amount of {} is nothing", name(nothing)));
	}
	let twice = lines
		.iter()
		.zip(lines.iter().skip(1))
		.find(|(one, next)| one.key() == next.key());
	if let Some((one, _)) = twice {
		return bad(format!("there are two amounts of {}", name(one)));
	}
	Amounts::try_from(lines).map_err(|_| explain(AmountFault::TooMany).into())
}

/// That in each line of each output the VAT is what the rate makes of the net amount, to less than one unit of the currency, as documents have
/// it: otherwise no credit note could ever be over what is left.
fn ensure_proportion(outputs: &[Output], currency: Currency) -> Result<(), InvoiceError> {
	/// A rate is in hundredths of a percent.
	const WHOLE: u128 = 10_000;
	let tolerance = u128::from(currency.unit().unwrap_or(1)).saturating_mul(WHOLE);
	let is_split = |amount: &&VatAmount| {
		// Saturating, and it never does: numbers of 64 and of 16 bits in 128.
		let exact = u128::from(amount.net).saturating_mul(u128::from(amount.rate));
		u128::from(amount.vat).saturating_mul(WHOLE).abs_diff(exact) >= tolerance
	};
	match outputs.iter().flat_map(|output| output.amounts.iter()).find(is_split) {
		Some(amount) => Err(InvoiceError::OutOfProportion {
			amount: format_amounts(&[*amount], Some(currency)),
		}),
		None => Ok(()),
	}
}

pub(super) fn ensure_kind_of_document(document: &EInvoice, expected: DocumentKind) -> Result<(), InvoiceError> {
	if document.kind == expected {
		return Ok(());
	}
	let name = |kind: &DocumentKind| match kind {
		DocumentKind::Invoice => "an invoice",
		DocumentKind::CreditNote => "a credit note",
	};
	Err(InvoiceError::OtherKindOfDocument {
		expected: name(&expected),
		found: name(&document.kind),
	})
}

/// That a credit note says of itself that it takes back that invoice, and no other one.
pub(super) fn ensure_note_of(note: &EInvoice, invoice: &InvoiceId) -> Result<(), InvoiceError> {
	let is_it = |number: &String| InvoiceNumber::of(number) == invoice.number;
	if !note.preceding.is_empty() && note.preceding.iter().all(is_it) {
		return Ok(());
	}
	Err(InvoiceError::NoteOfOtherInvoice {
		preceding: note.preceding.clone(),
		invoice: *invoice,
	})
}

fn ensure_currency(document: &EInvoice, expected: Currency) -> Result<(), InvoiceError> {
	let found = document.document.currency;
	if found == expected {
		return Ok(());
	}
	Err(InvoiceError::OtherCurrency {
		document: found.to_string(),
		expected: expected.to_string(),
	})
}

impl Draft<'_> {
	/// Phase A: that `payment.buyer` paid the amounts.
	pub async fn receipt(&self, payment: Payment, amounts: Amounts) -> Result<Transaction, Error> {
		self.ensure_new_payment(&payment).await?;
		let output = Output {
			kind: OutputKind::Receipt,
			holder: payment.buyer,
			amounts,
		};
		Ok(self.transaction(Action::Receipt { payment }, Vec::new(), vec![output]))
	}

	/// Phase B: an invoice over a part of what was paid, or all of it.
	pub async fn issue(&self, seller: LabelId, receipts: &[OutPoint], document: &EInvoice) -> Result<Transaction, Error> {
		ensure_kind_of_document(document, DocumentKind::Invoice)?;
		let inputs = self.inputs(receipts).await?;
		inputs.ensure_kind(OutputKind::Receipt, ActionKind::Issue)?;
		let record = &inputs.first;
		if record.provenance.seller != seller {
			return Err(inputs.other_origin(format!("label {seller}")).into());
		}
		ensure_currency(document, record.provenance.currency)?;
		self.ensure_new_document(seller, document).await?;
		let outputs = inputs.divide(OutputKind::Invoice, record.output.holder, document.amounts())?;
		let action = Action::Issue {
			seller,
			authority: self.authority_of(seller).await?,
			document: document.document.clone(),
		};
		Ok(self.transaction(action, inputs.outpoints, outputs))
	}

	/// I.2: a payment, and the invoice over it.
	pub async fn pay_and_invoice(&self, payment: Payment, document: &EInvoice) -> Result<Transaction, Error> {
		ensure_kind_of_document(document, DocumentKind::Invoice)?;
		ensure_currency(document, payment.currency)?;
		self.ensure_new_payment(&payment).await?;
		self.ensure_new_document(payment.seller, document).await?;
		let output = Output {
			kind: OutputKind::Invoice,
			holder: payment.buyer,
			amounts: document.amounts(),
		};
		let action = Action::PayAndInvoice {
			authority: self.authority_of(payment.seller).await?,
			payment,
			document: document.document.clone(),
		};
		Ok(self.transaction(action, Vec::new(), vec![output]))
	}

	/// The buyer is content.
	pub async fn accept(&self, invoice: InvoiceId) -> Result<Transaction, Error> {
		let known = self.chain.invoice(self.block, &invoice).await?;
		known.ok_or(InvoiceError::UnknownInvoice { invoice })?;
		Ok(self.transaction(Action::Accept { invoice }, Vec::new(), Vec::new()))
	}

	/// The buyer is not.
	pub async fn reject(&self, output: OutPoint, reason: RejectReason) -> Result<Transaction, Error> {
		self.undo(output, ActionKind::Reject, Action::Reject { reason }).await
	}

	/// Hands an output over.
	pub async fn transfer(&self, output: OutPoint, to: LabelId) -> Result<Transaction, Error> {
		let inputs = self.inputs(&[output]).await?;
		let kind = inputs.first.output.kind;
		inputs.becomes(kind.is_transferable().then_some(kind), ActionKind::Transfer)?;
		let outputs = inputs.split(kind, to, inputs.total.clone())?;
		Ok(self.transaction(Action::Transfer { to }, inputs.outpoints, outputs))
	}

	/// Phase C: claims the expense from an enterprise; without amounts, all of it.
	pub async fn reimburse(
		&self,
		outputs: &[OutPoint],
		enterprise: LabelId,
		amounts: Option<Amounts>,
	) -> Result<Transaction, Error> {
		let inputs = self.inputs(outputs).await?;
		let kind = inputs.becomes(inputs.first.output.kind.reimbursed(), ActionKind::Reimburse)?;
		let part = amounts.unwrap_or_else(|| inputs.total.clone());
		let outputs = inputs.divide(kind, enterprise, part)?;
		Ok(self.transaction(Action::Reimburse { enterprise }, inputs.outpoints, outputs))
	}

	/// Phase D: deducts the VAT; without amounts, all of it.
	pub async fn clear(&self, outputs: &[OutPoint], period: Period, amounts: Option<Amounts>) -> Result<Transaction, Error> {
		let inputs = self.inputs(outputs).await?;
		let kind = inputs.becomes(inputs.first.output.kind.cleared(), ActionKind::Clear)?;
		let holder = inputs.first.output.holder;
		let part = amounts.unwrap_or_else(|| inputs.total.clone());
		let outputs = inputs.divide(kind, holder, part)?;
		let authority = match &inputs.first.provenance.destination {
			Some(route) => self.kept(route).await?,
			// A buyer who is an enterprise clears what nobody reimbursed.
			None => self.authority_of(holder).await?,
		};
		Ok(self.transaction(Action::Clear { authority, period }, inputs.outpoints, outputs))
	}

	/// Takes an invoice back, as far as the credit note says; `invoice_hash` is the SHA-256 of the invoice's file.
	pub async fn credit(&self, invoice_hash: DocumentHash, outputs: &[OutPoint], note: &EInvoice) -> Result<Transaction, Error> {
		ensure_kind_of_document(note, DocumentKind::CreditNote)?;
		let known = self.chain.invoices_of_document(self.block, &invoice_hash).await?;
		if known.is_empty() {
			return Err(InvoiceError::UnknownDocument { hash: invoice_hash }.into());
		}
		let inputs = self.inputs(outputs).await?;
		let record = &inputs.first;
		let consumed = record.provenance.invoice().filter(|invoice| known.contains(invoice));
		let Some(invoice) = consumed else {
			for id in &known {
				if self.chain.invoice(self.block, id).await?.is_some() {
					return Err(inputs.other_origin(format!("the invoice {invoice_hash}")).into());
				}
			}
			return Err(InvoiceError::NotAnInvoice { hash: invoice_hash }.into());
		};
		ensure_note_of(note, &invoice)?;
		let kind = inputs.becomes(record.output.kind.credited(), ActionKind::Credit)?;
		ensure_currency(note, record.provenance.currency)?;
		self.ensure_new_document(invoice.seller, note).await?;
		let outputs = inputs.split(kind, record.output.holder, note.amounts())?;
		let adjusted_by = match (kind, &record.provenance.destination) {
			(OutputKind::Adjusted, Some(route)) => Some(self.kept(route).await?),
			_ => None,
		};
		let action = Action::Credit {
			authority: self.origin(record).await?,
			adjusted_by,
			invoice,
			invoice_hash,
			document: note.document.clone(),
		};
		Ok(self.transaction(action, inputs.outpoints, outputs))
	}

	/// Undoes an issuance.
	pub async fn void(&self, output: OutPoint) -> Result<Transaction, Error> {
		let record = self.inputs(&[output]).await?.first;
		let authority = self.origin(&record).await?;
		self.undo(output, ActionKind::Void, Action::Void { authority }).await
	}

	/// Makes an invoice the receipt again that it was.
	async fn undo(&self, output: OutPoint, kind: ActionKind, action: Action) -> Result<Transaction, Error> {
		let inputs = self.inputs(&[output]).await?;
		inputs.ensure_kind(OutputKind::Invoice, kind)?;
		let outputs = inputs.split(OutputKind::Receipt, inputs.first.output.holder, inputs.total.clone())?;
		Ok(self.transaction(action, inputs.outpoints, outputs))
	}

	fn transaction(&self, action: Action, inputs: Vec<OutPoint>, outputs: Vec<Output>) -> Transaction {
		Transaction {
			action,
			// Neither is cut: inputs were counted, and there are two outputs at the most.
			inputs: BoundedVec::truncate_from(inputs),
			outputs: BoundedVec::truncate_from(outputs),
			valid_until: self.valid_until,
		}
	}

	/// What the ledger holds at these places.
	async fn inputs(&self, outpoints: &[OutPoint]) -> Result<Inputs, Error> {
		let sorted = in_order(outpoints)?;
		let records = unconsumed(self.chain, self.block, &sorted).await?;
		Ok(Inputs::new(sorted.into_iter().zip(records).collect())?)
	}

	async fn ensure_new_payment(&self, payment: &Payment) -> Result<(), Error> {
		let Payment { platform, reference, .. } = *payment;
		match self.chain.payment(self.block, platform, &reference).await? {
			Some(by) => Err(InvoiceError::DuplicatePayment { platform, reference, by }.into()),
			None => Ok(()),
		}
	}

	/// Invoices and credit notes of a seller are counted together.
	async fn ensure_new_document(&self, seller: LabelId, document: &EInvoice) -> Result<(), Error> {
		let (chain, block, document) = (self.chain, self.block, &document.document);
		let hash = document.hash;
		let known = chain.invoices_of_document(block, &hash).await?;
		if known.iter().any(|known| known.seller == seller) {
			return Err(InvoiceError::DuplicateDocument { hash }.into());
		}
		let number = document.number;
		let invoice = InvoiceId { seller, number };
		if chain.invoice(block, &invoice).await?.is_some() || chain.credit_note(block, &invoice).await?.is_some() {
			return Err(InvoiceError::DuplicateNumber { invoice }.into());
		}
		Ok(())
	}

	async fn competent(&self, home: &Jurisdiction) -> Result<LabelId, Error> {
		let authority = self.chain.competent(self.block, home).await?;
		Ok(authority.ok_or(InvoiceError::NoCompetentAuthority { home: *home })?)
	}

	/// The tax authority that is competent now for where a label is at home.
	async fn authority_of(&self, label: LabelId) -> Result<LabelId, Error> {
		let status = existing(self.chain, self.block, label).await?;
		self.competent(&status.label.jurisdiction).await
	}

	/// The tax authority that issued the invoice that an output is of.
	async fn origin(&self, record: &OutputRecord) -> Result<LabelId, Error> {
		match &record.provenance.origin {
			Some(route) => self.kept(route).await,
			// Of a receipt there is none yet, and what is of none fails for its kind.
			None => self.authority_of(record.provenance.seller).await,
		}
	}

	/// What is in flight keeps its route (L.region), unless its authority cannot act as one any more.
	async fn kept(&self, route: &Route) -> Result<LabelId, Error> {
		if let Some(status) = self.chain.label_status(self.block, route.authority).await? {
			let judged = self
				.chain
				.authority(self.block, &status.holder, Role::TaxAuthority, None)
				.await?;
			if judged == Ok(route.authority) {
				return Ok(route.authority);
			}
		}
		self.competent(&route.jurisdiction).await
	}
}

/// In ascending order, each once, and not too many.
fn in_order(outpoints: &[OutPoint]) -> Result<Vec<OutPoint>, InvoiceError> {
	if outpoints.is_empty() {
		return Err(InvoiceError::NoInputs);
	}
	let (found, most) = (outpoints.len(), MAX_INPUTS);
	if found > most as usize {
		return Err(InvoiceError::TooManyInputs { found, most });
	}
	let mut sorted = outpoints.to_vec();
	sorted.sort();
	let twice = sorted.iter().zip(sorted.iter().skip(1)).find(|(output, next)| output == next);
	match twice {
		Some((output, _)) => Err(InvoiceError::InputTwice { output: *output }),
		None => Ok(sorted),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::invoices::action_name;
	use chirograph_primitives::{
		invoice::{Provenance, VatCategory},
		TransactionId,
	};

	fn amount(rate: u16, net: u64, vat: u64) -> VatAmount {
		VatAmount {
			category: VatCategory::S,
			rate,
			net,
			vat,
		}
	}

	fn outpoint(number: u8) -> OutPoint {
		OutPoint {
			transaction: TransactionId([number; 32]),
			index: 0,
		}
	}

	fn record(kind: OutputKind, amounts: &[VatAmount]) -> OutputRecord {
		OutputRecord {
			output: Output {
				kind,
				holder: 1,
				amounts: amounts.to_vec().try_into().expect("are few"),
			},
			provenance: Provenance {
				seller: 2,
				buyer: 1,
				currency: Currency(*b"EUR"),
				number: Some(InvoiceNumber([1; 32])),
				origin: None,
				destination: None,
			},
			consumed: None,
		}
	}

	fn route(authority: LabelId) -> Route {
		Route {
			jurisdiction: "XX-N".parse().expect("is a region"),
			authority,
		}
	}

	fn fault(outcome: Result<impl std::fmt::Debug, Error>) -> InvoiceError {
		match outcome {
			Err(Error::Invoice(error)) => error,
			other => panic!("is refused: {other:?}"),
		}
	}

	#[test]
	fn amounts_are_put_in_order() {
		let sorted = amounts(vec![amount(1_900, 100, 19), amount(700, 100, 7)]).expect("are two");
		assert_eq!(sorted.to_vec(), [amount(700, 100, 7), amount(1_900, 100, 19)]);
	}

	#[test]
	fn amounts_that_are_none_are_refused_with_their_reason() {
		let reason = |lines| match fault(amounts(lines)) {
			InvoiceError::BadAmounts { reason } => reason,
			other => panic!("are bad: {other:?}"),
		};
		assert!(reason(vec![]).contains("none"));
		assert!(reason(vec![amount(1_900, 0, 0)]).contains("nothing"));
		assert!(reason(vec![amount(1_900, 1, 0), amount(1_900, 2, 0)]).contains("two amounts of category S at 19 %"));
		assert!(reason((1..=9).map(|rate| amount(rate, 1, 0)).collect()).contains("more than 8"));
		assert!(
			amounts((1..=8).map(|rate| amount(rate, 1, 0)).collect()).is_ok(),
			"the control"
		);
	}

	#[test]
	fn what_is_consumed_is_put_in_order_and_named_once() {
		let sorted = in_order(&[outpoint(3), outpoint(1)]).expect("are two");
		assert_eq!(sorted, [outpoint(1), outpoint(3)]);
		assert!(matches!(in_order(&[]), Err(InvoiceError::NoInputs)));
		assert!(matches!(
			in_order(&[outpoint(1), outpoint(2), outpoint(1)]),
			Err(InvoiceError::InputTwice { output }) if output == outpoint(1)
		));
		let many: Vec<_> = (1..=17).map(outpoint).collect();
		assert!(matches!(
			in_order(&many),
			Err(InvoiceError::TooManyInputs { found: 17, most: 16 })
		));
		assert!(in_order(&many[..16]).is_ok(), "the control");
	}

	#[test]
	fn what_is_split_comes_out_again_and_no_empty_rest_is_left() {
		let found = vec![
			(
				outpoint(1),
				record(OutputKind::Invoice, &[amount(700, 10, 1), amount(1_900, 100, 19)]),
			),
			(outpoint(2), record(OutputKind::Invoice, &[amount(1_900, 50, 9)])),
		];
		let inputs = Inputs::new(found).expect("go together");
		assert_eq!(inputs.total.to_vec(), [amount(700, 10, 1), amount(1_900, 150, 28)]);
		let part: Amounts = vec![amount(1_900, 120, 20)].try_into().expect("is one");
		let outputs = inputs.split(OutputKind::Reimbursed, 7, part.clone()).expect("is enough");
		let [first, rest] = &outputs[..] else {
			panic!("there is a rest: {outputs:?}")
		};
		assert_eq!((first.kind, first.holder, &first.amounts), (OutputKind::Reimbursed, 7, &part));
		assert_eq!((rest.kind, rest.holder), (OutputKind::Invoice, 1));
		assert_eq!(rest.amounts.to_vec(), [amount(700, 10, 1), amount(1_900, 30, 8)]);
		let all = inputs
			.split(OutputKind::Reimbursed, 7, inputs.total.clone())
			.expect("is enough");
		assert_eq!(all.len(), 1);
	}

	#[test]
	fn more_than_there_is_is_refused_with_both_amounts() {
		let inputs = Inputs::new(vec![(
			outpoint(1),
			record(OutputKind::Invoice, &[amount(1_900, 10_000, 1_900)]),
		)]);
		let inputs = inputs.expect("is one");
		for part in [amount(1_900, 10_001, 1_900), amount(1_900, 10_000, 1_901), amount(700, 1, 0)] {
			let outcome = inputs.split(OutputKind::Reimbursed, 7, vec![part].try_into().expect("is one"));
			assert!(
				matches!(&outcome, Err(InvoiceError::NotEnough { available, .. }) if available.contains("100.00 EUR")),
				"{outcome:?}"
			);
		}
	}

	/// Up to less than one unit of the currency, as a document may have it.
	#[test]
	fn net_and_vat_cannot_be_divided_from_each_other() {
		let inputs = Inputs::new(vec![(
			outpoint(1),
			record(OutputKind::Invoice, &[amount(1_900, 10_000, 1_900)]),
		)]);
		let inputs = inputs.expect("is one");
		let divided = |net, vat| {
			let part = vec![amount(1_900, net, vat)].try_into().expect("is one");
			inputs.divide(OutputKind::Reimbursed, 7, part)
		};
		for (net, vat) in [(10_000, 1_900), (5_000, 950), (5_000, 950 + 99), (5_000, 950 - 99)] {
			assert!(divided(net, vat).is_ok(), "the control: {net} and {vat}");
		}
		for (net, vat) in [(10_000, 0), (0, 1_900), (5_000, 950 + 100), (5_000, 950 - 100)] {
			assert!(
				matches!(divided(net, vat), Err(InvoiceError::OutOfProportion { .. })),
				"{net} and {vat}"
			);
		}
	}

	#[test]
	fn outputs_that_do_not_belong_together_are_refused() {
		let one = record(OutputKind::Invoice, &[amount(1_900, 100, 19)]);
		let together = |other: OutputRecord| Inputs::new(vec![(outpoint(1), one.clone()), (outpoint(2), other)]);
		assert!(together(one.clone()).is_ok(), "the control");
		let alterations: [fn(&mut OutputRecord); 9] = [
			|record| record.output.kind = OutputKind::Reimbursed,
			|record| record.output.holder = 9,
			|record| record.provenance.seller = 9,
			|record| record.provenance.buyer = 9,
			|record| record.provenance.currency = Currency(*b"CHF"),
			|record| record.provenance.number = Some(InvoiceNumber([9; 32])),
			|record| record.provenance.number = None,
			|record| record.provenance.origin = Some(route(9)),
			|record| record.provenance.destination = Some(route(9)),
		];
		for alter in alterations {
			let mut other = one.clone();
			alter(&mut other);
			assert!(matches!(together(other), Err(InvoiceError::MixedInputs { .. })));
		}
	}

	#[test]
	fn the_wrong_kind_is_named_with_what_was_to_be_done() {
		let inputs = Inputs::new(vec![(outpoint(1), record(OutputKind::Cleared, &[amount(1_900, 100, 19)]))]).expect("is one");
		let error = inputs
			.ensure_kind(OutputKind::Receipt, ActionKind::Issue)
			.expect_err("is cleared");
		let text = error.to_string();
		assert!(
			text.contains("cleared") && text.contains(action_name(ActionKind::Issue)),
			"{text}"
		);
		assert!(inputs
			.becomes(inputs.first.output.kind.reimbursed(), ActionKind::Reimburse)
			.is_err());
		assert!(
			inputs
				.becomes(inputs.first.output.kind.credited(), ActionKind::Credit)
				.is_ok(),
			"the control"
		);
	}
}
