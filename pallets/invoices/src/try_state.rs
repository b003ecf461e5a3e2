// SPDX-License-Identifier: Apache-2.0

use crate::{
	standing::has_begun, Authorisations, ClosedPeriods, Conditions, Config, CreditNotes, Documents, Invoices, Pallet, Payments,
	Transactions, Unspent,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use chirograph_primitives::{
	invoice::{
		is_zero, Acceptance, ActionKind, Currency, InvoiceId, OutPoint, OutputKind, OutputRecord, Provenance, TransactionRecord,
		VatAmount, VatCategory,
	},
	DocumentHash, Inclusion, InvoiceNumber, LabelId, Ledger, TransactionId,
};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

type Known = BTreeMap<TransactionId, TransactionRecord>;

/// Sums of net and VAT, by category and rate, of each of whatever is summed up.
#[derive(PartialEq)]
struct Sums<K>(BTreeMap<(K, VatCategory, u16), (u128, u128)>);

impl<K: Copy + Ord> Sums<K> {
	const fn new() -> Self {
		Self(BTreeMap::new())
	}

	fn add(&mut self, of: K, amounts: &[VatAmount]) {
		for amount in amounts {
			let (net, vat) = self.0.entry((of, amount.category, amount.rate)).or_default();
			// Saturating, and they never do: there are not so many outputs.
			*net = net.saturating_add(amount.net.into());
			*vat = vat.saturating_add(amount.vat.into());
		}
	}
}

/// Whether a transaction records a payment: what it creates, it need not consume.
const fn is_payment(action: ActionKind) -> bool {
	matches!(action, ActionKind::Receipt | ActionKind::PayAndInvoice)
}

const fn is_issuance(action: ActionKind) -> bool {
	matches!(action, ActionKind::Issue | ActionKind::PayAndInvoice)
}

fn output<'a>(known: &'a Known, point: &OutPoint) -> Option<&'a OutputRecord> {
	known.get(&point.transaction)?.outputs.get(usize::from(point.index))
}

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let known: Known = Transactions::<T>::iter().collect();
		for (id, record) in &known {
			Self::check_time(&record.at)?;
			Self::check_transaction(id, record, &known)?;
			record.outputs.iter().try_for_each(check_output)?;
		}
		Self::check_unspent(&known)?;
		Self::check_sums(&known)?;
		Self::check_invoices(&known)?;
		Self::check_payments(&known)?;
		Self::check_standing()
	}

	fn check_time(at: &Inclusion) -> Result<(), TryRuntimeError> {
		let now = T::Ledger::here();
		ensure!(
			at.block <= now.block && at.time <= now.time,
			"invariant 9: something from the future"
		);
		Ok(())
	}

	/// That what it consumed says so, what consumed it does, and that it lost and gained nothing.
	fn check_transaction(id: &TransactionId, record: &TransactionRecord, known: &Known) -> Result<(), TryRuntimeError> {
		let (mut consumed, mut created) = (Sums::<Currency>::new(), Sums::new());
		let inputs: BTreeSet<_> = record.inputs.iter().collect();
		ensure!(
			inputs.len() == record.inputs.len(),
			"invariant 1: an input that is there twice"
		);
		for point in &record.inputs {
			let input = output(known, point).ok_or("invariant 1: an input that is no output")?;
			ensure!(
				input.consumed == Some(*id),
				"invariant 1: an input that something else consumed"
			);
			let source = known.get(&point.transaction).map(|source| source.at);
			ensure!(
				source.is_some_and(|at| at.position() <= record.at.position() && at.time <= record.at.time),
				"invariant 9: older than what it consumes"
			);
			consumed.add(input.provenance.currency, &input.output.amounts);
		}
		for (index, output) in (0u8..).zip(&record.outputs) {
			let point = OutPoint { transaction: *id, index };
			if let Some(by) = output.consumed {
				let is_input = known.get(&by).is_some_and(|by| by.inputs.contains(&point));
				ensure!(
					is_input,
					"invariant 1: an output consumed by what does not have it as an input"
				);
			}
			created.add(output.provenance.currency, &output.output.amounts);
		}
		ensure!(
			is_payment(record.action) || consumed == created,
			"invariant 3: what comes out is not what went in"
		);
		Ok(())
	}

	fn check_unspent(known: &Known) -> Result<(), TryRuntimeError> {
		let mut left = 0usize;
		for (id, record) in known {
			for (index, output) in (0u8..).zip(&record.outputs) {
				let point = OutPoint { transaction: *id, index };
				if output.consumed.is_none() {
					// Saturating: there are not so many.
					left = left.saturating_add(1);
					ensure!(
						Unspent::<T>::contains_key(output.output.holder, point),
						"invariant 2: an output that its holder does not find"
					);
				}
			}
		}
		ensure!(
			Unspent::<T>::iter_keys().count() == left,
			"invariant 2: an output that somebody finds and does not hold"
		);
		Ok(())
	}

	fn check_sums(known: &Known) -> Result<(), TryRuntimeError> {
		let (mut paid, mut left) = (Sums::<Currency>::new(), Sums::new());
		let (mut issued, mut left_of) = (Sums::<InvoiceId>::new(), Sums::new());
		for record in known.values() {
			for output in &record.outputs {
				let Provenance { currency, .. } = output.provenance;
				let amounts = &output.output.amounts;
				if is_payment(record.action) {
					paid.add(currency, amounts);
				}
				if output.consumed.is_none() {
					left.add(currency, amounts);
					if let Some(invoice) = output.provenance.invoice() {
						left_of.add(invoice, amounts);
					}
				}
			}
		}
		for (id, invoice) in Invoices::<T>::iter() {
			let stands = !matches!(invoice.acceptance, Acceptance::Rejected { .. } | Acceptance::Void { .. });
			let first = known.get(&invoice.issued_by).and_then(|record| record.outputs.first());
			if let Some(first) = first.filter(|_| stands) {
				issued.add(id, &first.output.amounts);
			}
		}
		ensure!(
			issued == left_of,
			"invariant 4: of an invoice, something else is left than was issued"
		);
		ensure!(paid == left, "invariant 5: something else is left than was paid");
		Ok(())
	}

	fn check_invoices(known: &Known) -> Result<(), TryRuntimeError> {
		let mut documents = BTreeMap::<(DocumentHash, LabelId), InvoiceNumber>::new();
		let mut issuing = BTreeSet::new();
		for (id, invoice) in Invoices::<T>::iter() {
			let record = known
				.get(&invoice.issued_by)
				.ok_or("invariant 6: an invoice that nothing issued")?;
			let is_first = record.outputs.first().is_some_and(|output| {
				let (kind, of) = (output.output.kind, output.provenance);
				let is_the_buyer_s = of.buyer == invoice.buyer && output.output.holder == invoice.buyer;
				kind == OutputKind::Invoice && of.invoice() == Some(id) && is_the_buyer_s
			});
			ensure!(
				is_issuance(record.action) && is_first && record.document == Some(invoice.document) && record.at == invoice.at,
				"invariant 6: an invoice that is not as it was issued"
			);
			ensure!(issuing.insert(invoice.issued_by), "invariant 6: two invoices of one issuance");
			ensure!(
				documents.insert((invoice.document, id.seller), id.number).is_none(),
				"invariant 7: a document that is two invoices"
			);
			Self::check_time(&invoice.at)?;
			if let Acceptance::Accepted { at } | Acceptance::Rejected { at, .. } | Acceptance::Void { at } = invoice.acceptance {
				Self::check_time(&at)?;
				ensure!(
					invoice.at.position() <= at.position(),
					"invariant 9: accepted or undone before it was issued"
				);
			}
		}
		for (id, note) in CreditNotes::<T>::iter() {
			ensure!(
				!Invoices::<T>::contains_key(id),
				"invariant 6: a number of an invoice and of a credit note"
			);
			let record = known
				.get(&note.issued_by)
				.ok_or("invariant 6: a credit note that nothing issued")?;
			let is_first = record.outputs.first().is_some_and(|output| {
				let takes_back = matches!(output.output.kind, OutputKind::Credited | OutputKind::Adjusted);
				takes_back && output.provenance.invoice() == Some(note.invoice)
			});
			ensure!(
				record.action == ActionKind::Credit
					&& is_first && record.document == Some(note.document)
					&& record.at == note.at
					&& id.seller == note.invoice.seller
					&& Invoices::<T>::contains_key(note.invoice),
				"invariant 6: a credit note that is not as it was issued"
			);
			ensure!(
				issuing.insert(note.issued_by),
				"invariant 6: two credit notes of one issuance"
			);
			ensure!(
				documents.insert((note.document, id.seller), id.number).is_none(),
				"invariant 7: a document that is two credit notes"
			);
		}
		let issues = |record: &&TransactionRecord| is_issuance(record.action) || record.action == ActionKind::Credit;
		ensure!(
			known.values().filter(issues).count() == issuing.len(),
			"invariant 6: an issuance of nothing"
		);
		let found = Documents::<T>::iter().map(|(hash, seller, number)| ((hash, seller), number));
		let found: BTreeMap<_, _> = found.collect();
		ensure!(found == documents, "invariant 7: a document that is not found, or is none");
		Ok(())
	}

	fn check_payments(known: &Known) -> Result<(), TryRuntimeError> {
		let mut recorded: Vec<_> = Payments::<T>::iter().map(|(.., by)| by).collect();
		recorded.sort_unstable();
		let paying = known
			.iter()
			.filter(|(_, record)| is_payment(record.action))
			.map(|(id, _)| *id);
		ensure!(
			recorded == paying.collect::<Vec<_>>(),
			"invariant 8: a payment that is recorded twice, or nowhere"
		);
		Ok(())
	}

	fn check_standing() -> Result<(), TryRuntimeError> {
		let is_known = |currency: &Currency| currency.minor_digits().is_some();
		for (_, conditions) in Conditions::<T>::iter_values() {
			ensure!(
				!conditions.currencies.is_empty() && !conditions.rates.is_empty() && conditions.max_total > 0,
				"invariant 11: conditions that allow nothing"
			);
			ensure!(
				conditions.currencies.iter().all(is_known),
				"invariant 11: conditions in no currency"
			);
		}
		for (_, word) in Authorisations::<T>::iter_values() {
			ensure!(
				word.max_total > 0 && is_known(&word.currency),
				"invariant 11: an authorisation that allows nothing"
			);
		}
		for period in ClosedPeriods::<T>::iter_values() {
			ensure!(
				period.is_valid() && has_begun(&period, T::Ledger::here().time),
				"invariant 12: a period that cannot be closed yet"
			);
		}
		Ok(())
	}
}

fn check_output(record: &OutputRecord) -> Result<(), TryRuntimeError> {
	let (output, provenance) = (&record.output, &record.provenance);
	ensure!(!is_zero(&output.amounts), "invariant 10: an output over nothing");
	ensure!(
		output.amounts.is_sorted_by(|amount, next| amount.key() < next.key()),
		"invariant 10: amounts in disorder"
	);
	let is_of_invoice = provenance.number.is_some() && provenance.origin.is_some();
	let is_of_none = provenance.number.is_none() && provenance.origin.is_none() && provenance.destination.is_none();
	let is_sound = match output.kind {
		OutputKind::Receipt => is_of_none,
		OutputKind::Invoice | OutputKind::Credited => is_of_invoice,
		OutputKind::Reimbursed | OutputKind::Deducted | OutputKind::Cleared | OutputKind::Adjusted => {
			is_of_invoice && provenance.destination.is_some()
		},
	};
	ensure!(
		is_sound,
		"invariant 10: an output that does not come from where its kind does"
	);
	Ok(())
}
