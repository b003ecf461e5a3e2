// SPDX-License-Identifier: Apache-2.0

use super::*;
use chirograph_primitives::invoice::Acceptance;

#[test]
fn buyer_who_accepted_an_invoice_does_not_reject_it() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		later(1);
		let id = done(&accept(invoice_id("R-1")));
		let at = TestLedger::here();
		assert_eq!(standing("R-1").acceptance, Acceptance::Accepted { at });
		assert_eq!(record(id).document, Some(standing("R-1").document));
		assert!(record(id).outputs.is_empty());
		assert_noop!(execute(&reject(invoice)), Error::<Test>::AlreadyAccepted);
	});
}

#[test]
fn invoice_is_accepted_once() {
	with_chain(|| {
		invoiced("R-1", amounts(10, 0));
		let transaction = accept(invoice_id("R-1"));
		done(&transaction);
		assert_noop!(execute(&transaction), Error::<Test>::AlreadyExecuted);
		later(1);
		assert_noop!(execute(&accept(invoice_id("R-1"))), Error::<Test>::AlreadyAccepted);
	});
}

#[test]
fn invoice_that_is_none_is_not_accepted() {
	with_chain(|| {
		assert_noop!(execute(&accept(invoice_id("R-1"))), Error::<Test>::UnknownInvoice);
	});
}

#[test]
fn what_was_rejected_or_voided_is_not_accepted() {
	with_chain(|| {
		done(&reject(invoiced("R-1", amounts(10, 0))));
		done(&void_by(NORTH, invoiced("R-2", amounts(10, 0))));
		for number in ["R-1", "R-2"] {
			assert_noop!(execute(&accept(invoice_id(number))), Error::<Test>::NotAsIssued);
		}
		invoiced("R-3", amounts(10, 0));
		assert_ok!(execute(&accept(invoice_id("R-3"))));
	});
}

#[test]
fn nobody_but_the_buyer_accepts() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		done(&hand_over(invoice, RELATIVE));
		let transaction = accept(invoice_id("R-1"));
		assert_noop!(send(AGENT, &transaction, &[]), Error::<Test>::MissingSignature);
		assert_noop!(send(AGENT, &transaction, &[RELATIVE]), Error::<Test>::NotAParty);
		assert_ok!(send(PATIENT, &transaction, &[PATIENT]));
	});
}

#[test]
fn silence_is_acceptance_behind_the_last_block_of_the_period() {
	with_chain(|| {
		let in_time = invoiced("R-1", amounts(10, 0));
		let (too_late, said_too_late) = (invoiced("R-2", amounts(10, 0)), invoice_id("R-3"));
		invoiced("R-3", amounts(10, 0));
		later(AcceptancePeriod::get());
		assert!(!standing("R-1").is_accepted(System::block_number()));
		assert_ok!(execute(&reject(in_time)));
		later(1);
		assert!(standing("R-2").is_accepted(System::block_number()));
		assert_noop!(execute(&reject(too_late)), Error::<Test>::AlreadyAccepted);
		assert_noop!(execute(&accept(said_too_late)), Error::<Test>::AlreadyAccepted);
	});
}
