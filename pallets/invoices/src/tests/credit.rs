// SPDX-License-Identifier: Apache-2.0

use super::*;
use chirograph_primitives::invoice::CreditNote;

#[test]
fn invoice_is_taken_back_in_part_before_its_vat_is_deducted() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 4));
		later(1);
		let id = done(&credit("G-1", &[invoice], amounts(3, 0)));
		let hash = document("G-1", EUR, &[]).hash;
		let note = CreditNote {
			issued_by: id,
			document: hash,
			invoice: invoice_id("R-1"),
			at: TestLedger::here(),
		};
		assert_eq!(Invoices::credit_note(invoice_id("G-1")), Some(note));
		assert_eq!(Invoices::document(hash), [invoice_id("G-1")]);
		assert_eq!(
			holdings(PATIENT),
			[(OutputKind::Invoice, amounts(7, 4)), (OutputKind::Credited, amounts(3, 0))]
		);
		// What is left can be used, and what was taken back cannot.
		assert_ok!(execute(&reimburse(&[rest(id)], EMPLOYER, amounts(7, 4))));
		assert_noop!(
			execute(&reimburse(&[first(id)], EMPLOYER, amounts(3, 0))),
			Error::<Test>::WrongKindOfInput
		);
	});
}

#[test]
fn what_was_reimbursed_is_taken_back_without_the_enterprise_s_authority() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let with = credit_by(NORTH, Some(SOUTH), "G-1", &[point], amounts(10, 0));
		assert_noop!(execute(&with), Error::<Test>::AdjustmentMismatch);
		done(&credit("G-1", &[point], amounts(10, 0)));
		assert_eq!(holdings(EMPLOYER), [(OutputKind::Credited, amounts(10, 0))]);
	});
}

#[test]
fn what_was_deducted_is_taken_back_with_the_authority_that_it_was_deducted_from() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let cleared = first(done(&clear(&[point], SOUTH, amounts(10, 0))));
		assert_noop!(
			execute(&credit("G-1", &[cleared], amounts(2, 0))),
			Error::<Test>::AdjustmentMismatch
		);
		let other = credit_by(NORTH, Some(NORTH), "G-1", &[cleared], amounts(2, 0));
		assert_noop!(execute(&other), Error::<Test>::NotCompetent);
		let transaction = credit_by(NORTH, Some(SOUTH), "G-1", &[cleared], amounts(2, 0));
		let all = [HOSPITAL, EMPLOYER, NORTH, SOUTH];
		for missing in all {
			let others: Vec<_> = all.into_iter().filter(|label| *label != missing).collect();
			assert_noop!(send(AGENT, &transaction, &others), Error::<Test>::MissingSignature);
		}
		assert_ok!(send(AGENT, &transaction, &all));
		assert_eq!(
			holdings(EMPLOYER),
			[(OutputKind::Cleared, amounts(8, 0)), (OutputKind::Adjusted, amounts(2, 0))]
		);
	});
}

#[test]
fn seller_holder_and_authority_sign_a_credit_note() {
	with_chain(|| {
		let transaction = credit("G-1", &[invoiced("R-1", amounts(10, 0))], amounts(10, 0));
		let all = [HOSPITAL, PATIENT, NORTH];
		for missing in all {
			let others: Vec<_> = all.into_iter().filter(|label| *label != missing).collect();
			assert_noop!(send(AGENT, &transaction, &others), Error::<Test>::MissingSignature);
		}
		assert_ok!(send(HOSPITAL, &transaction, &all));
	});
}

#[test]
fn credit_note_names_its_invoice_and_the_document_of_that() {
	with_chain(|| {
		let point = invoiced("R-1", amounts(10, 0));
		invoiced("R-2", amounts(10, 0));
		let mut other = credit("G-1", &[point], amounts(10, 0));
		let Action::Credit { invoice, .. } = &mut other.action else {
			unreachable!("it credits")
		};
		*invoice = invoice_id("R-2");
		assert_noop!(execute(&other), Error::<Test>::OtherInvoice);
		let mut other = credit("G-1", &[point], amounts(10, 0));
		let Action::Credit { invoice_hash, .. } = &mut other.action else {
			unreachable!("it credits")
		};
		*invoice_hash = standing("R-2").document;
		assert_noop!(execute(&other), Error::<Test>::OtherInvoice);
		assert_ok!(execute(&credit("G-1", &[point], amounts(10, 0))));
	});
}

#[test]
fn number_and_document_of_a_credit_note_are_used_once() {
	with_chain(|| {
		let point = invoiced("R-1", amounts(10, 0));
		let id = done(&credit("G-1", &[point], amounts(1, 0)));
		for (number, hash, error) in [
			("G-1", [9; 32], Error::<Test>::DuplicateNumber),
			("R-1", [9; 32], Error::<Test>::DuplicateNumber),
			("G-2", sha2_256(b"G-1"), Error::<Test>::DuplicateDocument),
			("G-2", sha2_256(b"R-1"), Error::<Test>::DuplicateDocument),
		] {
			let mut transaction = credit(number, &[rest(id)], amounts(1, 0));
			let Action::Credit { document, .. } = &mut transaction.action else {
				unreachable!("it credits")
			};
			document.hash = DocumentHash(hash);
			assert_noop!(execute(&transaction), error);
		}
		assert_ok!(execute(&credit("G-2", &[rest(id)], amounts(1, 0))));
	});
}

#[test]
fn no_more_is_taken_back_than_is_left() {
	with_chain(|| {
		let point = invoiced("R-1", amounts(10, 0));
		let mut transaction = credit("G-1", &[point], amounts(10, 0));
		let Action::Credit { document: note, .. } = &mut transaction.action else {
			unreachable!("it credits")
		};
		*note = document("G-1", EUR, &amounts(11, 0));
		transaction.outputs[0].amounts = amounts(11, 0);
		assert_noop!(execute(&transaction), Error::<Test>::NotConserved);
	});
}
