// SPDX-License-Identifier: Apache-2.0

use super::*;
use chirograph_primitives::invoice::Acceptance;

#[test]
fn what_was_rejected_is_a_receipt_again_and_can_be_invoiced_anew() {
	with_chain(|| {
		let paid = amounts(10, 2);
		let invoice = invoiced("R-1", paid.clone());
		later(1);
		let id = done(&reject(invoice));
		let (at, reason) = (TestLedger::here(), RejectReason::WrongAmounts);
		assert_eq!(standing("R-1").acceptance, Acceptance::Rejected { at, reason });
		assert_eq!(holdings(PATIENT), [(OutputKind::Receipt, paid.clone())]);
		assert_eq!(output_at(first(id)).provenance.number, None);
		assert_eq!(output_at(first(id)).provenance.origin, None);
		// Its number stays used.
		let mut again = issue("R-1", &[first(id)], paid.clone());
		let Action::Issue { document, .. } = &mut again.action else {
			unreachable!("it issues")
		};
		document.hash = DocumentHash([9; 32]);
		assert_noop!(execute(&again), Error::<Test>::DuplicateNumber);
		assert_ok!(execute(&issue("R-2", &[first(id)], paid)));
	});
}

#[test]
fn what_was_consumed_in_part_or_handed_over_is_not_rejected() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		let id = done(&reimburse(&[invoice], EMPLOYER, amounts(4, 0)));
		assert_noop!(execute(&reject(rest(id))), Error::<Test>::NotAsIssued);
		let invoice = invoiced("R-2", amounts(10, 0));
		let id = done(&hand_over(invoice, RELATIVE));
		assert_noop!(execute(&reject(first(id))), Error::<Test>::NotAsIssued);
		// Nor what was there before it was.
		assert_noop!(execute(&reject(invoice)), Error::<Test>::AlreadyConsumed);
	});
}

#[test]
fn nobody_but_the_holder_rejects() {
	with_chain(|| {
		let transaction = reject(invoiced("R-1", amounts(10, 0)));
		assert_noop!(send(AGENT, &transaction, &[]), Error::<Test>::MissingSignature);
		assert_noop!(send(AGENT, &transaction, &[HOSPITAL]), Error::<Test>::NotAParty);
		assert_ok!(send(PATIENT, &transaction, &[PATIENT]));
	});
}

#[test]
fn what_is_no_invoice_is_not_rejected() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		assert_noop!(execute(&reject(receipt)), Error::<Test>::WrongKindOfInput);
	});
}
