// SPDX-License-Identifier: Apache-2.0

//! Nothing is consumed twice, in whatever way somebody tries; and what is refused consumes nothing.

use super::*;
use sp_runtime::StateVersion;

#[test]
fn receipt_is_invoiced_once() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let (one, other) = (
			issue("R-1", &[receipt], amounts(10, 0)),
			issue("R-2", &[receipt], amounts(4, 0)),
		);
		done(&one);
		assert_noop!(execute(&other), Error::<Test>::AlreadyConsumed);
		later(1);
		assert_noop!(
			execute(&issue("R-3", &[receipt], amounts(10, 0))),
			Error::<Test>::AlreadyConsumed
		);
	});
}

#[test]
fn invoice_is_reimbursed_by_one_enterprise() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		let (one, other) = (
			reimburse(&[invoice], EMPLOYER, amounts(10, 0)),
			reimburse(&[invoice], COMPANY, amounts(5, 0)),
		);
		done(&one);
		assert_noop!(execute(&other), Error::<Test>::AlreadyConsumed);
	});
}

#[test]
fn output_is_not_reimbursed_and_handed_over_in_one_block_or_in_two() {
	for pause in [0, 1] {
		for is_handed_over_first in [false, true] {
			with_chain(|| {
				let invoice = invoiced("R-1", amounts(10, 0));
				let mut both = [reimburse(&[invoice], EMPLOYER, amounts(10, 0)), hand_over(invoice, RELATIVE)];
				if is_handed_over_first {
					both.reverse();
				}
				let [one, other] = both;
				done(&one);
				later(pause);
				assert_noop!(execute(&other), Error::<Test>::AlreadyConsumed);
			});
		}
	}
}

#[test]
fn transaction_is_not_executed_again() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let issuance = issue("R-1", &[receipt], amounts(10, 0));
		let invoice = first(done(&issuance));
		let there = hand_over(invoice, RELATIVE);
		let back = hand_over(first(done(&there)), PATIENT);
		done(&back);
		for again in [issuance, there, back] {
			assert_noop!(execute(&again), Error::<Test>::AlreadyExecuted);
		}
	});
}

#[test]
fn output_is_not_consumed_twice_by_one_transaction() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let twice = issue("R-1", &[receipt, receipt], amounts(20, 0));
		assert_noop!(execute(&twice), Error::<Test>::InputsNotInOrder);
	});
}

#[test]
fn what_is_no_output_is_not_consumed() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let transaction = issue("R-1", &[receipt], amounts(10, 0));
		for wrong in [
			OutPoint { index: 1, ..receipt },
			OutPoint { index: 255, ..receipt },
			first(TransactionId([0; 32])),
		] {
			let mut other = transaction.clone();
			other.inputs = vec![wrong].try_into().expect("one");
			assert_noop!(send(AGENT, &other, &[HOSPITAL, PATIENT, NORTH]), Error::<Test>::UnknownOutput);
		}
	});
}

#[test]
fn refused_transaction_consumes_nothing() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		let transaction = reimburse(&[invoice], EMPLOYER, amounts(4, 0));
		let before = sp_io::storage::root(StateVersion::V1);
		for signers in [vec![], vec![PATIENT], vec![EMPLOYER], vec![PATIENT, EMPLOYER, NORTH]] {
			assert!(send(AGENT, &transaction, &signers).is_err());
		}
		let mut unbalanced = transaction.clone();
		unbalanced.outputs[1].amounts = amounts(7, 0);
		assert!(execute(&unbalanced).is_err());
		assert_eq!(sp_io::storage::root(StateVersion::V1), before);
		assert_eq!(holdings(PATIENT), [(OutputKind::Invoice, amounts(10, 0))]);
		assert_eq!(output_at(invoice).consumed, None);
		// The control.
		assert_ok!(execute(&transaction));
		assert_ne!(sp_io::storage::root(StateVersion::V1), before);
	});
}
