// SPDX-License-Identifier: Apache-2.0

//! Every rule about transactions but conservation; for each action a function. What is cheap to find out comes first: the form, what is
//! consumed and created, the document, who is competent, and last what seller and authority said beforehand.

use super::{
	document::{check_rate, check_vat},
	is_zero,
	validation::ensure,
	Acceptance, Action, ActionKind, Conditions, CreditNote, Currency, Date, Facts, Invoice, InvoiceDocument, InvoiceFault,
	InvoiceId, OutPoint, Output, OutputKind, Payment, Period, Provenance, Route, Transaction, VatAmount, VatRate, Verdict,
	MAX_INPUTS,
};
use crate::{payload::check_deadline, DocumentHash, LabelId};
use alloc::vec;
use core::ops::RangeInclusive;

/// By all rules but conservation.
pub(super) fn judge(transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
	check_form(transaction, facts)?;
	let outputs = transaction.outputs.as_slice();
	match &transaction.action {
		Action::Receipt { payment } => receipt(payment, outputs),
		Action::PayAndInvoice {
			payment,
			authority,
			document,
		} => pay_and_invoice(payment, *authority, document, outputs, facts),
		Action::Accept { invoice } => accept(invoice, facts),
		Action::Issue {
			seller,
			authority,
			document,
		} => Consumed::of(facts)?.issue(*seller, *authority, document, outputs, facts),
		Action::Reject { reason } => {
			let rejected = Acceptance::Rejected {
				at: facts.here,
				reason: *reason,
			};
			Consumed::of(facts)?.reject(rejected, transaction, facts)
		},
		Action::Transfer { to } => Consumed::of(facts)?.transfer(*to, outputs, facts),
		Action::Reimburse { enterprise } => Consumed::of(facts)?.reimburse(*enterprise, outputs, facts),
		Action::Clear { authority, period } => Consumed::of(facts)?.clear(*authority, *period, outputs, facts),
		Action::Credit {
			authority,
			adjusted_by,
			invoice,
			invoice_hash,
			document,
		} => {
			let note = Note {
				authority: *authority,
				adjusted_by: *adjusted_by,
				invoice,
				invoice_hash,
				document,
			};
			Consumed::of(facts)?.credit(&note, outputs, facts)
		},
		Action::Void { authority } => Consumed::of(facts)?.void(*authority, transaction, facts),
	}
}

/// How many outputs a transaction consumes, and how many it creates.
const fn shape(kind: ActionKind) -> (RangeInclusive<usize>, RangeInclusive<usize>) {
	match kind {
		ActionKind::Receipt | ActionKind::PayAndInvoice => (0..=0, 1..=1),
		ActionKind::Accept => (0..=0, 0..=0),
		ActionKind::Reject | ActionKind::Transfer | ActionKind::Void => (1..=1, 1..=1),
		ActionKind::Issue | ActionKind::Reimburse | ActionKind::Clear | ActionKind::Credit => (1..=MAX_INPUTS as usize, 1..=2),
	}
}

/// What can be told from the transaction alone, and the time.
fn check_form(transaction: &Transaction, facts: &Facts) -> Result<(), InvoiceFault> {
	check_deadline(facts.here.block, transaction.valid_until, facts.longest_validity)?;
	let (consumes, creates) = shape(transaction.kind());
	let inputs = &transaction.inputs;
	ensure(
		consumes.contains(&inputs.len()) && facts.inputs.len() == inputs.len(),
		InvoiceFault::WrongNumberOfInputs,
	)?;
	ensure(
		creates.contains(&transaction.outputs.len()),
		InvoiceFault::WrongNumberOfOutputs,
	)?;
	ensure(
		inputs.is_sorted_by(|input, next| input < next),
		InvoiceFault::InputsNotInOrder,
	)?;
	transaction
		.outputs
		.iter()
		.try_for_each(|output| check_amounts(&output.amounts))
}

fn check_amounts(amounts: &[VatAmount]) -> Result<(), InvoiceFault> {
	ensure(!is_zero(amounts), InvoiceFault::ZeroValue)?;
	ensure(
		amounts.is_sorted_by(|amount, next| amount.key() < next.key())
			&& !amounts.iter().any(|amount| is_zero(core::slice::from_ref(amount))),
		InvoiceFault::AmountsNotInOrder,
	)?;
	amounts
		.iter()
		.try_for_each(|amount| check_rate(amount.category, amount.rate, amount.vat))?;
	let sum = amounts.iter().try_fold(0u64, |sum, amount| sum.checked_add(amount.gross()?));
	sum.map(|_| ()).ok_or(InvoiceFault::Overflow)
}

/// That an output is what it has to be, and whose.
fn check_output(output: Option<&Output>, kind: OutputKind, holder: LabelId) -> Result<(), InvoiceFault> {
	let output = output.ok_or(InvoiceFault::WrongNumberOfOutputs)?;
	ensure(output.kind == kind, InvoiceFault::WrongKindOfOutput)?;
	ensure(output.holder == holder, InvoiceFault::WrongHolder)
}

/// That an authority is the competent one, and for where.
fn competent(authority: LabelId, route: Option<Route>) -> Result<Route, InvoiceFault> {
	let route = route.ok_or(InvoiceFault::NoCompetentAuthority)?;
	ensure(route.authority == authority, InvoiceFault::NotCompetent)?;
	Ok(route)
}

fn check_open(period: Period, closed: Option<Period>) -> Result<(), InvoiceFault> {
	ensure(closed.is_none_or(|closed| period > closed), InvoiceFault::PeriodClosed)
}

/// What a seller allows, through whichever platform.
fn check_conditions(conditions: &Conditions, document: &InvoiceDocument) -> Result<(), InvoiceFault> {
	ensure(
		conditions.currencies.contains(&document.currency),
		InvoiceFault::CurrencyNotAllowed,
	)?;
	let is_allowed = |(category, rate)| conditions.rates.contains(&VatRate { category, rate });
	ensure(
		document.breakdown.iter().all(|line| is_allowed(line.key())),
		InvoiceFault::RateNotAllowed,
	)?;
	ensure(
		document.totals.inclusive <= conditions.max_total,
		InvoiceFault::AboveConditions,
	)
}

/// That who pays, who is paid and who confirms it are three.
fn check_three(payment: &Payment) -> Result<(), InvoiceFault> {
	let Payment {
		platform, seller, buyer, ..
	} = *payment;
	ensure(
		platform != seller && platform != buyer && seller != buyer,
		InvoiceFault::SameParty,
	)
}

/// That there is as much VAT in each output as its rates make of the net amounts.
fn check_vat_of(outputs: &[Output], currency: Currency) -> Result<(), InvoiceFault> {
	let unit = currency.unit().ok_or(InvoiceFault::UnknownCurrency)?;
	let mut amounts = outputs.iter().flat_map(|output| output.amounts.iter());
	amounts.try_for_each(|amount| check_vat(amount.net, amount.rate, amount.vat, unit))
}

fn receipt(payment: &Payment, outputs: &[Output]) -> Result<Verdict, InvoiceFault> {
	check_three(payment)?;
	check_output(outputs.first(), OutputKind::Receipt, payment.buyer)?;
	// It comes from nothing, so that nothing else says how much VAT is in it.
	check_vat_of(outputs, payment.currency)?;
	Ok(Verdict {
		provenances: vec![Provenance {
			seller: payment.seller,
			buyer: payment.buyer,
			currency: payment.currency,
			number: None,
			origin: None,
			destination: None,
		}],
		..Verdict::default()
	})
}

fn pay_and_invoice(
	payment: &Payment,
	authority: LabelId,
	document: &InvoiceDocument,
	outputs: &[Output],
	facts: &Facts,
) -> Result<Verdict, InvoiceFault> {
	let now = facts.here.block;
	check_three(payment)?;
	check_output(outputs.first(), OutputKind::Invoice, payment.buyer)?;
	document.check(facts.here.time)?;
	// It is issued as it is paid, and nobody who could say so signs an earlier day.
	ensure(document.issued.is_today(facts.here.time), InvoiceFault::NotToday)?;
	ensure(payment.currency == document.currency, InvoiceFault::OtherParties)?;
	let origin = competent(authority, facts.origin)?;
	check_open(document.issued.period(), facts.origin_closed)?;
	let conditions = facts.conditions.filter(|conditions| conditions.valid_until >= now);
	let conditions = conditions.ok_or(InvoiceFault::NoConditions)?;
	check_conditions(conditions, document)?;
	ensure(
		conditions.platforms.contains(&payment.platform),
		InvoiceFault::PlatformNotAllowed,
	)?;
	let word = facts.authorisation.filter(|word| {
		let is_meant = word.authority == authority && word.currency == document.currency;
		is_meant && word.valid_until >= now
	});
	let word = word.ok_or(InvoiceFault::NotAuthorised)?;
	let total = document.totals.inclusive;
	ensure(total <= word.max_total, InvoiceFault::AboveAuthorisation)?;
	let remaining = word.remaining.checked_sub(total).ok_or(InvoiceFault::AboveAuthorisation)?;
	let (invoice, provenance) = issued(payment.seller, payment.buyer, origin, document, facts);
	Ok(Verdict {
		provenances: vec![provenance],
		invoice: Some(invoice),
		remaining: Some(remaining),
		..Verdict::default()
	})
}

fn accept(named: &InvoiceId, facts: &Facts) -> Result<Verdict, InvoiceFault> {
	let invoice = this_invoice(Some(*named), facts)?;
	check_undecided(invoice, facts)?;
	Ok(Verdict {
		acceptance: Some(Acceptance::Accepted { at: facts.here }),
		..Verdict::default()
	})
}

/// The invoice that a transaction is about, if it is the one with this id.
fn this_invoice<'a>(id: Option<InvoiceId>, facts: &Facts<'a>) -> Result<&'a Invoice, InvoiceFault> {
	let found = facts.invoice.filter(|(found, _)| Some(**found) == id);
	found.map(|(_, invoice)| invoice).ok_or(InvoiceFault::OtherInvoice)
}

/// That it was neither rejected nor voided.
const fn check_stands(invoice: &Invoice) -> Result<(), InvoiceFault> {
	match invoice.acceptance {
		Acceptance::Open | Acceptance::Accepted { .. } => Ok(()),
		Acceptance::Rejected { .. } | Acceptance::Void { .. } => Err(InvoiceFault::NotAsIssued),
	}
}

/// That the buyer said nothing yet, and still may.
fn check_undecided(invoice: &Invoice, facts: &Facts) -> Result<(), InvoiceFault> {
	check_stands(invoice)?;
	ensure(!invoice.is_accepted(facts.here.block), InvoiceFault::AlreadyAccepted)
}

/// A new invoice, and where what is of it comes from.
fn issued(
	seller: LabelId,
	buyer: LabelId,
	origin: Route,
	document: &InvoiceDocument,
	facts: &Facts,
) -> ((InvoiceId, Invoice), Provenance) {
	let id = InvoiceId {
		seller,
		number: document.number,
	};
	let invoice = Invoice {
		issued_by: facts.id,
		document: document.hash,
		issued: document.issued,
		buyer,
		at: facts.here,
		// Saturating: what may be rejected until the last block there is, always may.
		rejectable_until: facts.here.block.saturating_add(facts.acceptance_period),
		acceptance: Acceptance::Open,
	};
	let provenance = Provenance {
		seller,
		buyer,
		currency: document.currency,
		number: Some(document.number),
		origin: Some(origin),
		destination: None,
	};
	((id, invoice), provenance)
}

/// A credit note, and what it is to take back.
struct Note<'a> {
	authority: LabelId,
	adjusted_by: Option<LabelId>,
	invoice: &'a InvoiceId,
	invoice_hash: &'a DocumentHash,
	document: &'a InvoiceDocument,
}

/// What the outputs that are consumed together have in common.
struct Consumed<'a> {
	kind: OutputKind,
	holder: LabelId,
	provenance: &'a Provenance,
}

impl<'a> Consumed<'a> {
	fn of(facts: &Facts<'a>) -> Result<Self, InvoiceFault> {
		let first = facts.inputs.first().ok_or(InvoiceFault::WrongNumberOfInputs)?;
		let is_alike = facts.inputs.iter().all(|input| {
			let (output, as_first) = (&input.output, &first.output);
			output.kind == as_first.kind && output.holder == as_first.holder && input.provenance == first.provenance
		});
		ensure(is_alike, InvoiceFault::MixedInputs)?;
		Ok(Self {
			kind: first.output.kind,
			holder: first.output.holder,
			provenance: &first.provenance,
		})
	}

	/// That what is created is of this kind and this holder's, and the rest, if there is any, as what is consumed.
	fn check_outputs(&self, outputs: &[Output], kind: OutputKind, holder: LabelId) -> Result<(), InvoiceFault> {
		check_output(outputs.first(), kind, holder)?;
		outputs
			.iter()
			.skip(1)
			.try_for_each(|rest| check_output(Some(rest), self.kind, self.holder))
	}

	/// That what is created comes from there, and the rest from where what is consumed does.
	fn verdict(&self, outputs: &[Output], provenance: Provenance) -> Verdict {
		let provenances = [provenance, *self.provenance];
		Verdict {
			provenances: provenances.into_iter().take(outputs.len()).collect(),
			..Verdict::default()
		}
	}

	fn issue(
		&self,
		seller: LabelId,
		authority: LabelId,
		document: &InvoiceDocument,
		outputs: &[Output],
		facts: &Facts,
	) -> Result<Verdict, InvoiceFault> {
		ensure(self.kind == OutputKind::Receipt, InvoiceFault::WrongKindOfInput)?;
		self.check_outputs(outputs, OutputKind::Invoice, self.holder)?;
		document.check(facts.here.time)?;
		check_vat_of(outputs, self.provenance.currency)?;
		let paid = self.provenance;
		ensure(
			(seller, document.currency) == (paid.seller, paid.currency),
			InvoiceFault::OtherParties,
		)?;
		let origin = competent(authority, facts.origin)?;
		check_open(document.issued.period(), facts.origin_closed)?;
		// The seller signs: it need not have any.
		let conditions = facts
			.conditions
			.filter(|conditions| conditions.valid_until >= facts.here.block);
		conditions.map_or(Ok(()), |conditions| check_conditions(conditions, document))?;
		let (invoice, provenance) = issued(seller, self.holder, origin, document, facts);
		Ok(Verdict {
			invoice: Some(invoice),
			..self.verdict(outputs, provenance)
		})
	}

	/// The invoice that is consumed, if it is one, and whole and where it was when it was issued.
	fn as_issued<'f>(&self, transaction: &Transaction, facts: &Facts<'f>) -> Result<&'f Invoice, InvoiceFault> {
		ensure(self.kind == OutputKind::Invoice, InvoiceFault::WrongKindOfInput)?;
		self.check_outputs(&transaction.outputs, OutputKind::Receipt, self.holder)?;
		let invoice = this_invoice(self.provenance.invoice(), facts)?;
		let as_issued = OutPoint {
			transaction: invoice.issued_by,
			index: 0,
		};
		ensure(transaction.inputs.first() == Some(&as_issued), InvoiceFault::NotAsIssued)?;
		Ok(invoice)
	}

	/// As if it had not been issued.
	fn paid_only(&self, acceptance: Acceptance, transaction: &Transaction) -> Verdict {
		let provenance = Provenance {
			number: None,
			origin: None,
			destination: None,
			..*self.provenance
		};
		Verdict {
			acceptance: Some(acceptance),
			..self.verdict(&transaction.outputs, provenance)
		}
	}

	/// The buyer's right: whether the seller's books are closed does not matter.
	fn reject(&self, rejected: Acceptance, transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
		let invoice = self.as_issued(transaction, facts)?;
		check_undecided(invoice, facts)?;
		Ok(self.paid_only(rejected, transaction))
	}

	fn void(&self, authority: LabelId, transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
		let invoice = self.as_issued(transaction, facts)?;
		check_stands(invoice)?;
		competent(authority, facts.origin)?;
		check_open(invoice.issued.period(), facts.origin_closed)?;
		Ok(self.paid_only(Acceptance::Void { at: facts.here }, transaction))
	}

	fn transfer(&self, to: LabelId, outputs: &[Output], facts: &Facts) -> Result<Verdict, InvoiceFault> {
		ensure(self.kind.is_transferable(), InvoiceFault::WrongKindOfInput)?;
		ensure(to != self.holder, InvoiceFault::AlreadyHolder)?;
		self.check_outputs(outputs, self.kind, to)?;
		let destination = match self.kind {
			// Its VAT is deducted where the enterprise is that holds it now.
			OutputKind::Reimbursed => Some(facts.destination.ok_or(InvoiceFault::NoCompetentAuthority)?),
			// Its VAT was deducted already, if it is of an enterprise at all.
			_ => self.provenance.destination,
		};
		Ok(self.verdict(
			outputs,
			Provenance {
				destination,
				..*self.provenance
			},
		))
	}

	fn reimburse(&self, enterprise: LabelId, outputs: &[Output], facts: &Facts) -> Result<Verdict, InvoiceFault> {
		let kind = self.kind.reimbursed().ok_or(InvoiceFault::WrongKindOfInput)?;
		self.check_outputs(outputs, kind, enterprise)?;
		check_vat_of(outputs, self.provenance.currency)?;
		// Where its VAT was deducted, that stays so.
		let destination = self.provenance.destination.or(facts.destination);
		Ok(self.verdict(
			outputs,
			Provenance {
				destination: Some(destination.ok_or(InvoiceFault::NoCompetentAuthority)?),
				..*self.provenance
			},
		))
	}

	fn clear(&self, authority: LabelId, period: Period, outputs: &[Output], facts: &Facts) -> Result<Verdict, InvoiceFault> {
		let kind = self.kind.cleared().ok_or(InvoiceFault::WrongKindOfInput)?;
		ensure(
			self.kind != OutputKind::Invoice || self.provenance.buyer == self.holder,
			InvoiceFault::NotBuyer,
		)?;
		self.check_outputs(outputs, kind, self.holder)?;
		check_vat_of(outputs, self.provenance.currency)?;
		ensure(period.is_valid(), InvoiceFault::NoSuchDate)?;
		let begins = Date {
			year: period.year,
			month: period.month,
			day: 1,
		};
		ensure(!begins.is_future(facts.here.time), InvoiceFault::FutureDate)?;
		let invoice = this_invoice(self.provenance.invoice(), facts)?;
		ensure(period >= invoice.issued.period(), InvoiceFault::BeforeInvoice)?;
		let destination = competent(authority, facts.destination)?;
		check_open(period, facts.destination_closed)?;
		Ok(self.verdict(
			outputs,
			Provenance {
				destination: Some(destination),
				..*self.provenance
			},
		))
	}

	fn credit(&self, note: &Note, outputs: &[Output], facts: &Facts) -> Result<Verdict, InvoiceFault> {
		let document = note.document;
		let kind = self.kind.credited().ok_or(InvoiceFault::WrongKindOfInput)?;
		self.check_outputs(outputs, kind, self.holder)?;
		ensure(self.provenance.invoice() == Some(*note.invoice), InvoiceFault::OtherInvoice)?;
		let invoice = this_invoice(Some(*note.invoice), facts)?;
		ensure(invoice.document == *note.invoice_hash, InvoiceFault::OtherInvoice)?;
		document.check(facts.here.time)?;
		ensure(document.currency == self.provenance.currency, InvoiceFault::OtherParties)?;
		ensure(document.issued >= invoice.issued, InvoiceFault::BeforeInvoice)?;
		let period = document.issued.period();
		competent(note.authority, facts.origin)?;
		check_open(period, facts.origin_closed)?;
		match (kind == OutputKind::Adjusted, note.adjusted_by) {
			(true, Some(authority)) => {
				competent(authority, facts.destination)?;
				check_open(period, facts.destination_closed)?;
			},
			(false, None) => {},
			_ => return Err(InvoiceFault::AdjustmentMismatch),
		}
		let id = InvoiceId {
			seller: self.provenance.seller,
			number: document.number,
		};
		let credit_note = CreditNote {
			issued_by: facts.id,
			document: document.hash,
			invoice: *note.invoice,
			at: facts.here,
		};
		Ok(Verdict {
			credit_note: Some((id, credit_note)),
			..self.verdict(outputs, *self.provenance)
		})
	}
}
