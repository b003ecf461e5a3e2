// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use super::*;
use chirograph_primitives::invoice::Acceptance;

/// A chain of which something can be broken: a receipt, an invoice of which a part was reimbursed and cleared and a part taken back, an
/// invoice that was rejected, and one that was issued under standing words.
struct Chain {
	receipt: OutPoint,
	issuance: TransactionId,
	reimbursement: TransactionId,
	clearance: TransactionId,
	note: TransactionId,
	rejection: TransactionId,
}

impl Chain {
	fn new() -> Self {
		speak_beforehand();
		let receipt = paid("order 1", amounts(3, 1));
		later(1);
		let issuance = invoiced("R-1", amounts(10, 4)).transaction;
		later(1);
		let reimbursement = done(&reimburse(&[first(issuance)], EMPLOYER, amounts(6, 0)));
		let clearance = done(&clear(&[first(reimbursement)], SOUTH, amounts(6, 0)));
		let note = done(&credit("G-1", &[rest(reimbursement)], amounts(1, 0)));
		let invoice = invoiced("R-2", amounts(2, 0));
		let rejection = done(&reject(invoice));
		done(&pay_and_invoice(payment("order 3"), NORTH, "R-3", amounts(5, 5)));
		assert_ok!(Invoices::close_period(signed(SOUTH), place("XX-S"), period("2026-10")));
		Self {
			receipt,
			issuance,
			reimbursement,
			clearance,
			note,
			rejection,
		}
	}
}

fn expect(invariant: u32, damage: impl FnOnce(&Chain)) {
	new_test_ext().execute_with(|| {
		let chain = Chain::new();
		assert_eq!(Invoices::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage(&chain);
		let said = format!("{:?}", Invoices::do_try_state());
		assert!(said.contains(&format!("invariant {invariant}:")), "{invariant}: {said}");
	});
}

fn change(id: TransactionId, change: impl FnOnce(&mut TransactionRecord)) {
	crate::Transactions::<Test>::mutate(id, |record| change(record.as_mut().expect("it is there")));
}

fn change_output(point: OutPoint, change_it: impl FnOnce(&mut OutputRecord)) {
	change(point.transaction, |record| {
		change_it(record.outputs.get_mut(usize::from(point.index)).expect("it is there"));
	});
}

fn change_invoice(number: &str, change: impl FnOnce(&mut Invoice)) {
	crate::Invoices::<Test>::mutate(invoice_id(number), |invoice| change(invoice.as_mut().expect("it is there")));
}

fn change_note(change: impl FnOnce(&mut invoice::CreditNote)) {
	crate::CreditNotes::<Test>::mutate(invoice_id("G-1"), |note| change(note.as_mut().expect("it is there")));
}

#[test]
fn output_that_is_consumed_twice_or_by_nothing_is_found() {
	// Named by two, of which it can say one only.
	expect(1, |chain| {
		let note = chain.note;
		change_output(first(chain.issuance), |output| output.consumed = Some(note));
	});
	expect(1, |chain| {
		let input = first(chain.issuance);
		change(chain.clearance, |record| {
			record.inputs.try_push(input).expect("there is room")
		});
	});
	expect(1, |chain| {
		let clearance = chain.clearance;
		change_output(chain.receipt, |output| output.consumed = Some(clearance));
	});
	expect(1, |chain| {
		change_output(first(chain.issuance), |output| output.consumed = None)
	});
	expect(1, |chain| crate::Transactions::<Test>::remove(chain.issuance));
	expect(1, |chain| {
		change(chain.clearance, |record| {
			let twice = record.inputs[0];
			record.inputs.try_push(twice).expect("there is room");
		});
	});
}

#[test]
fn output_that_its_holder_does_not_find_is_found() {
	expect(2, |chain| crate::Unspent::<Test>::remove(PATIENT, chain.receipt));
	expect(2, |chain| crate::Unspent::<Test>::insert(RELATIVE, chain.receipt, ()));
	expect(2, |chain| crate::Unspent::<Test>::insert(PATIENT, first(chain.issuance), ()));
	expect(2, |chain| {
		change_output(chain.receipt, |output| output.output.holder = RELATIVE)
	});
}

#[test]
fn value_that_comes_from_nothing_or_is_lost_is_found() {
	expect(3, |chain| {
		change_output(first(chain.clearance), |output| output.output.amounts = amounts(7, 0))
	});
	expect(3, |chain| {
		change_output(first(chain.clearance), |output| output.output.amounts = amounts(5, 0))
	});
	expect(3, |chain| {
		change_output(first(chain.clearance), |output| output.output.amounts = amounts(0, 6))
	});
	expect(3, |chain| {
		change_output(first(chain.rejection), |output| output.provenance.currency = USD)
	});
}

#[test]
fn invoice_of_which_something_else_is_left_than_was_issued_is_found() {
	expect(4, |_| {
		change_invoice("R-1", |invoice| {
			let at = invoice.at;
			invoice.acceptance = Acceptance::Void { at };
		})
	});
	expect(4, |_| change_invoice("R-2", |invoice| invoice.acceptance = Acceptance::Open));
}

#[test]
fn payment_of_which_something_else_is_left_is_found() {
	// Another payment consumed the receipt, and created nothing: of payments, nobody asks that they create what they consume.
	expect(5, |chain| {
		let other = TransactionId([0xff; 32]);
		let consuming = TransactionRecord {
			inputs: vec![chain.receipt].try_into().expect("one"),
			outputs: Default::default(),
			..record(chain.receipt.transaction)
		};
		crate::Transactions::<Test>::insert(other, consuming);
		change_output(chain.receipt, |output| output.consumed = Some(other));
		crate::Unspent::<Test>::remove(PATIENT, chain.receipt);
	});
}

#[test]
fn invoice_that_is_not_as_it_was_issued_is_found() {
	expect(6, |chain| {
		// Rejected, so that nothing of it is missed.
		let other = chain.receipt.transaction;
		change_invoice("R-2", |invoice| invoice.issued_by = other);
	});
	expect(6, |_| {
		change_invoice("R-1", |invoice| invoice.document = DocumentHash([9; 32]))
	});
	expect(6, |_| change_invoice("R-1", |invoice| invoice.buyer = RELATIVE));
	expect(6, |_| change_invoice("R-1", |invoice| invoice.at.extrinsic += 1));
	expect(6, |_| change_note(|note| note.document = DocumentHash([9; 32])));
	expect(6, |_| change_note(|note| note.invoice = invoice_id("R-2")));
	expect(6, |chain| {
		let other = chain.issuance;
		change_note(|note| note.issued_by = other);
	});
	expect(6, |_| {
		crate::CreditNotes::<Test>::remove(invoice_id("G-1"));
	});
	expect(6, |_| {
		// Under the number of an invoice besides.
		let note = Invoices::credit_note(invoice_id("G-1")).expect("it is there");
		crate::CreditNotes::<Test>::insert(invoice_id("R-1"), note);
	});
	expect(6, |_| crate::Invoices::<Test>::remove(invoice_id("R-2")));
}

#[test]
fn document_that_is_two_invoices_or_none_is_found() {
	let hash = |number: &str| document(number, EUR, &[]).hash;
	let number = InvoiceNumber::of;
	expect(7, |_| crate::Documents::<Test>::remove(hash("R-1"), HOSPITAL));
	expect(7, |_| crate::Documents::<Test>::insert(hash("R-1"), HOSPITAL, number("R-2")));
	expect(7, |_| crate::Documents::<Test>::insert(hash("R-9"), HOSPITAL, number("R-1")));
	expect(7, |_| crate::Documents::<Test>::insert(hash("R-1"), BAKER, number("R-1")));
	expect(7, |chain| {
		let first = standing("R-1").document;
		change_note(|note| note.document = first);
		change(chain.note, |record| record.document = Some(first));
	});
}

#[test]
fn payment_that_is_recorded_twice_or_nowhere_is_found() {
	let reference = PaymentReference::of;
	expect(8, |_| crate::Payments::<Test>::remove(PLATFORM, reference("order 1")));
	expect(8, |chain| {
		let id = chain.receipt.transaction;
		crate::Payments::<Test>::insert(PLATFORM, reference("order 9"), id);
	});
	expect(8, |chain| {
		crate::Payments::<Test>::insert(PLATFORM, reference("order 1"), chain.note)
	});
}

#[test]
fn broken_order_of_time_is_found() {
	expect(9, |_| System::set_block_number(NOW));
	expect(9, |chain| {
		change(chain.reimbursement, |record| record.at.block = NOW);
		// What it consumes is younger than it is.
		assert_eq!(record(chain.issuance).at.block, NOW + 1);
	});
	expect(9, |chain| change(chain.reimbursement, |record| record.at.time -= 3_000));
	expect(9, |_| {
		change_invoice("R-2", |invoice| {
			let Acceptance::Rejected { at, .. } = &mut invoice.acceptance else {
				unreachable!("it was rejected")
			};
			at.block -= 1;
		});
	});
	expect(9, |_| {
		change_invoice("R-2", |invoice| {
			let Acceptance::Rejected { at, .. } = &mut invoice.acceptance else {
				unreachable!("it was rejected")
			};
			at.block += 1;
		});
	});
}

#[test]
fn output_that_does_not_come_from_where_its_kind_does_is_found() {
	expect(10, |chain| {
		change_output(chain.receipt, |output| {
			output.provenance.number = Some(InvoiceNumber([1; 32]))
		})
	});
	expect(10, |chain| {
		change_output(rest(chain.note), |output| output.provenance.origin = None)
	});
	expect(10, |chain| {
		change_output(first(chain.clearance), |output| output.provenance.destination = None)
	});
	expect(10, |chain| {
		change_output(chain.receipt, |output| output.output.amounts = Amounts::default())
	});
	expect(10, |chain| {
		change_output(chain.receipt, |output| {
			let mut lines = output.output.amounts.to_vec();
			lines.reverse();
			output.output.amounts = lines.try_into().expect("as many as before");
		});
	});
}

#[test]
fn standing_words_that_say_nothing_are_found() {
	expect(11, |_| {
		let conditions = invoice::Conditions {
			currencies: Default::default(),
			..conditions()
		};
		crate::Conditions::<Test>::insert(BAKER, (account_of(BAKER), conditions));
	});
	expect(11, |_| {
		let conditions = invoice::Conditions {
			rates: Default::default(),
			..conditions()
		};
		crate::Conditions::<Test>::insert(BAKER, (account_of(BAKER), conditions));
	});
	expect(11, |_| {
		let conditions = invoice::Conditions {
			currencies: vec![Currency(*b"EUX")].try_into().expect("one"),
			..conditions()
		};
		crate::Conditions::<Test>::insert(BAKER, (account_of(BAKER), conditions));
	});
	expect(11, |_| {
		crate::Authorisations::<Test>::mutate(HOSPITAL, |word| word.as_mut().expect("it is there").1.max_total = 0);
	});
}

#[test]
fn period_that_cannot_be_closed_yet_is_found() {
	expect(12, |_| crate::ClosedPeriods::<Test>::insert(place("XX-S"), period("2026-12")));
	expect(12, |_| {
		crate::ClosedPeriods::<Test>::insert(place("XX-S"), Period { year: 2026, month: 0 });
	});
}
