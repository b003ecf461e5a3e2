// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn vat_of_what_was_reimbursed_is_deducted_in_parts() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 4));
		let id = done(&clear(&[point], SOUTH, amounts(6, 0)));
		assert_eq!(record(id).period, Some(period("2026-11")));
		assert_eq!(
			holdings(EMPLOYER),
			[(OutputKind::Reimbursed, amounts(4, 4)), (OutputKind::Cleared, amounts(6, 0))]
		);
		done(&clear(&[rest(id)], SOUTH, amounts(4, 4)));
		assert_noop!(
			execute(&clear(&[first(id)], SOUTH, amounts(6, 0))),
			Error::<Test>::WrongKindOfInput
		);
	});
}

#[test]
fn net_and_vat_are_not_cleared_apart() {
	with_chain(|| {
		for point in [reimbursed("R-1", amounts(10, 0)), invoiced_to_company("R-2", amounts(10, 0))] {
			let transaction = clear(&[point], SOUTH, amounts(10, 0));
			let mut torn = transaction.clone();
			tear(&mut torn, point);
			assert_noop!(execute(&torn), Error::<Test>::WrongVat);
			assert_ok!(execute(&transaction));
		}
	});
}

#[test]
fn parts_of_an_invoice_are_cleared_together() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		let one = done(&reimburse(&[invoice], EMPLOYER, amounts(4, 0)));
		let other = done(&reimburse(&[rest(one)], EMPLOYER, amounts(5, 0)));
		let id = done(&clear(&[first(one), first(other)], SOUTH, amounts(7, 0)));
		for part in [one, other] {
			assert_eq!(output_at(first(part)).consumed, Some(id));
		}
		assert_eq!(
			holdings(EMPLOYER),
			[(OutputKind::Reimbursed, amounts(2, 0)), (OutputKind::Cleared, amounts(7, 0))]
		);
	});
}

#[test]
fn enterprise_and_its_authority_sign_a_clearance() {
	with_chain(|| {
		let transaction = clear(&[reimbursed("R-1", amounts(10, 0))], SOUTH, amounts(10, 0));
		for one in [EMPLOYER, SOUTH] {
			assert_noop!(send(AGENT, &transaction, &[one]), Error::<Test>::MissingSignature);
		}
		assert_ok!(send(SOUTH, &transaction, &[EMPLOYER, SOUTH]));
	});
}

#[test]
fn authority_that_is_not_competent_clears_nothing() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let transaction = clear(&[point], NORTH, amounts(10, 0));
		assert_noop!(execute(&transaction), Error::<Test>::NotCompetent);
		assert_noop!(send(NORTH, &transaction, &[EMPLOYER, SOUTH]), Error::<Test>::NotCompetent);
	});
}

/// Two rights are in an invoice, and each is used once: the buyer who is an enterprise deducts the VAT first, and claims the expense then.
#[test]
fn buyer_who_is_an_enterprise_goes_straight_to_clearance_and_claims_the_expense_once() {
	with_chain(|| {
		let invoice = invoiced_to_company("R-1", amounts(10, 0));
		let deducted = first(done(&clear(&[invoice], SOUTH, amounts(10, 0))));
		assert_eq!(holdings(COMPANY), [(OutputKind::Deducted, amounts(10, 0))]);
		assert_noop!(
			execute(&clear(&[deducted], SOUTH, amounts(10, 0))),
			Error::<Test>::WrongKindOfInput
		);
		// It has both parts, and signs once.
		let claim = reimburse(&[deducted], COMPANY, amounts(10, 0));
		assert_eq!(signers(&claim), [COMPANY]);
		let cleared = first(done(&claim));
		assert_eq!(holdings(COMPANY), [(OutputKind::Cleared, amounts(10, 0))]);
		for enterprise in [COMPANY, EMPLOYER] {
			assert_noop!(
				execute(&reimburse(&[deducted], enterprise, amounts(10, 0))),
				if enterprise == COMPANY {
					Error::<Test>::AlreadyExecuted
				} else {
					Error::<Test>::AlreadyConsumed
				}
			);
			assert_noop!(
				execute(&reimburse(&[cleared], enterprise, amounts(10, 0))),
				Error::<Test>::WrongKindOfInput
			);
		}
	});
}

#[test]
fn vat_of_a_bought_invoice_is_deducted_by_its_buyer_only() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		assert_noop!(execute(&clear(&[invoice], NORTH, amounts(10, 0))), NOT_ADMITTED);
		let handed_over = first(done(&hand_over(invoice, COMPANY)));
		assert_noop!(
			execute(&clear(&[handed_over], SOUTH, amounts(10, 0))),
			Error::<Test>::NotBuyer
		);
	});
}

#[test]
fn vat_is_deducted_in_a_month_that_there_is_between_the_invoice_and_now() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let before = clear_in("2026-10", &[point], SOUTH, amounts(10, 0));
		assert_noop!(execute(&before), Error::<Test>::BeforeInvoice);
		let ahead = clear_in("2026-12", &[point], SOUTH, amounts(10, 0));
		assert_noop!(execute(&ahead), Error::<Test>::FutureDate);
		let mut never = clear(&[point], SOUTH, amounts(10, 0));
		never.action = Action::Clear {
			authority: SOUTH,
			period: Period { year: 2026, month: 13 },
		};
		assert_noop!(execute(&never), Error::<Test>::NoSuchDate);
		assert_ok!(execute(&clear(&[point], SOUTH, amounts(10, 0))));
	});
}
