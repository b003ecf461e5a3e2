// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn invoice_is_reimbursed_in_parts_and_no_more_than_there_is() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 4));
		let id = done(&reimburse(&[invoice], EMPLOYER, amounts(3, 4)));
		assert_eq!(holdings(EMPLOYER), [(OutputKind::Reimbursed, amounts(3, 4))]);
		assert_eq!(holdings(PATIENT), [(OutputKind::Invoice, amounts(7, 0))]);
		let route = Route {
			jurisdiction: place("XX-S"),
			authority: SOUTH,
		};
		assert_eq!(output_at(first(id)).provenance.destination, Some(route));
		assert_eq!(output_at(rest(id)).provenance, output_at(invoice).provenance);

		let mut too_much = reimburse(&[rest(id)], COMPANY, amounts(7, 0));
		too_much.outputs[0].amounts = amounts(8, 0);
		assert_noop!(execute(&too_much), Error::<Test>::NotConserved);
		done(&reimburse(&[rest(id)], COMPANY, amounts(7, 0)));
		assert!(holdings(PATIENT).is_empty());
		assert_eq!(holdings(COMPANY), [(OutputKind::Reimbursed, amounts(7, 0))]);
	});
}

/// Or what was torn could never be taken back: a credit note is over both.
#[test]
fn net_and_vat_are_not_reimbursed_apart() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		let transaction = reimburse(&[invoice], EMPLOYER, amounts(10, 0));
		let mut torn = transaction.clone();
		tear(&mut torn, invoice);
		assert_noop!(execute(&torn), Error::<Test>::WrongVat);
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn what_is_of_two_invoices_is_not_reimbursed_together() {
	with_chain(|| {
		let invoices = ["R-1", "R-2"].map(|number| invoiced(number, amounts(10, 0)));
		let both = reimburse(&invoices, EMPLOYER, amounts(12, 0));
		assert_noop!(execute(&both), Error::<Test>::MixedInputs);
		assert_ok!(execute(&reimburse(&invoices[..1], EMPLOYER, amounts(10, 0))));
		assert_ok!(execute(&reimburse(&invoices[1..], EMPLOYER, amounts(10, 0))));
	});
}

#[test]
fn holder_and_enterprise_sign_a_reimbursement() {
	with_chain(|| {
		let transaction = reimburse(&[invoiced("R-1", amounts(10, 0))], EMPLOYER, amounts(10, 0));
		for one in [PATIENT, EMPLOYER] {
			assert_noop!(send(AGENT, &transaction, &[one]), Error::<Test>::MissingSignature);
		}
		assert_ok!(send(EMPLOYER, &transaction, &[PATIENT, EMPLOYER]));
	});
}

#[test]
fn whoever_is_no_enterprise_reimburses_nothing() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		assert_noop!(execute(&reimburse(&[invoice], RELATIVE, amounts(10, 0))), NOT_ADMITTED);
	});
}

#[test]
fn what_gives_no_right_to_it_is_not_reimbursed() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		assert_noop!(
			execute(&reimburse(&[receipt], EMPLOYER, amounts(10, 0))),
			Error::<Test>::WrongKindOfInput
		);
		// The expense was claimed.
		let point = reimbursed("R-1", amounts(10, 0));
		assert_noop!(
			execute(&reimburse(&[point], COMPANY, amounts(10, 0))),
			Error::<Test>::WrongKindOfInput
		);
	});
}

#[test]
fn enterprise_without_a_competent_authority_reimburses_nothing() {
	with_chain(|| {
		let transaction = reimburse(&[invoiced("R-1", amounts(10, 0))], EMPLOYER, amounts(10, 0));
		set_route("XX-S", None);
		assert_noop!(execute(&transaction), Error::<Test>::NoCompetentAuthority);
		set_route("XX-S", Some(SOUTH));
		assert_ok!(execute(&transaction));
	});
}
