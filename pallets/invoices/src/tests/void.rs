// SPDX-License-Identifier: Apache-2.0

use super::*;
use chirograph_primitives::invoice::Acceptance;

#[test]
fn what_is_void_is_a_receipt_again() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 2));
		later(1);
		let transaction = void_by(NORTH, invoice);
		assert_noop!(send(AGENT, &transaction, &[HOSPITAL]), Error::<Test>::MissingSignature);
		assert_noop!(send(AGENT, &transaction, &[NORTH]), Error::<Test>::MissingSignature);
		assert_ok!(send(AGENT, &transaction, &[HOSPITAL, NORTH]));
		let at = TestLedger::here();
		assert_eq!(standing("R-1").acceptance, Acceptance::Void { at });
		assert_eq!(holdings(PATIENT), [(OutputKind::Receipt, amounts(10, 2))]);
	});
}

#[test]
fn what_is_accepted_by_word_or_by_silence_is_void_only_with_its_holder() {
	with_chain(|| {
		let (said, silent) = (invoiced("R-1", amounts(10, 0)), invoiced("R-2", amounts(10, 0)));
		done(&accept(invoice_id("R-1")));
		let transaction = void_by(NORTH, said);
		assert_noop!(send(AGENT, &transaction, &[HOSPITAL, NORTH]), Error::<Test>::MissingSignature);
		assert_ok!(send(AGENT, &transaction, &[HOSPITAL, NORTH, PATIENT]));
		later(AcceptancePeriod::get());
		assert_eq!(signers(&void_by(NORTH, silent)), [HOSPITAL, NORTH]);
		later(1);
		let transaction = void_by(NORTH, silent);
		assert_noop!(send(AGENT, &transaction, &[HOSPITAL, NORTH]), Error::<Test>::MissingSignature);
		assert_ok!(send(AGENT, &transaction, &[HOSPITAL, NORTH, PATIENT]));
	});
}

#[test]
fn nothing_is_void_of_which_something_was_consumed() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		let id = done(&reimburse(&[invoice], EMPLOYER, amounts(4, 0)));
		assert_noop!(execute(&void_by(NORTH, rest(id))), Error::<Test>::NotAsIssued);
		assert_noop!(execute(&void_by(NORTH, first(id))), Error::<Test>::WrongKindOfInput);
		assert_noop!(execute(&void_by(NORTH, invoice)), Error::<Test>::AlreadyConsumed);
	});
}

#[test]
fn authority_that_is_not_the_seller_s_voids_nothing() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		assert_noop!(execute(&void_by(SOUTH, invoice)), Error::<Test>::NotCompetent);
	});
}
