// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn invoice_is_issued_over_a_part_of_a_receipt_and_the_rest_stays() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(100, 10));
		later(1);
		let transaction = issue("R-1", &[receipt], amounts(60, 10));
		let id = done(&transaction);
		let at = TestLedger::here();
		let provenance = Provenance {
			seller: HOSPITAL,
			buyer: PATIENT,
			currency: EUR,
			number: Some(InvoiceNumber::of("R-1")),
			origin: Some(Route {
				jurisdiction: place("XX-N"),
				authority: NORTH,
			}),
			destination: None,
		};
		assert_eq!(output_at(first(id)).provenance, provenance);
		assert_eq!(output_at(rest(id)).provenance, output_at(receipt).provenance);
		assert_eq!(output_at(receipt).consumed, Some(id));
		assert_eq!(
			holdings(PATIENT),
			[(OutputKind::Receipt, amounts(40, 0)), (OutputKind::Invoice, amounts(60, 10))]
		);
		let hash = document("R-1", EUR, &[]).hash;
		let invoice = Invoice {
			issued_by: id,
			document: hash,
			issued: "2026-11-21".parse().expect("it is a day"),
			buyer: PATIENT,
			at,
			rejectable_until: NOW + 1 + AcceptancePeriod::get(),
			acceptance: invoice::Acceptance::Open,
		};
		assert_eq!(Invoices::invoice(invoice_id("R-1")), Some(invoice));
		assert_eq!(Invoices::document(hash), [invoice_id("R-1")]);
		assert_eq!(record(id).document, Some(hash));
		let event = Event::Executed {
			id,
			transaction,
			at,
			submitter: account_of(AGENT),
		};
		assert_eq!(events(), [event]);
	});
}

#[test]
fn invoice_is_issued_over_several_receipts() {
	with_chain(|| {
		let receipts = ["a", "b", "c"].map(|reference| paid(reference, amounts(10, 1)));
		let id = done(&issue("R-1", &receipts, amounts(30, 3)));
		for receipt in receipts {
			assert_eq!(output_at(receipt).consumed, Some(id));
		}
		assert_eq!(holdings(PATIENT), [(OutputKind::Invoice, amounts(30, 3))]);
	});
}

#[test]
fn number_of_a_seller_is_used_once() {
	with_chain(|| {
		let receipts = ["a", "b"].map(|reference| paid(reference, amounts(10, 0)));
		done(&issue("R-1", &receipts[..1], amounts(10, 0)));
		let mut again = issue("R-1", &receipts[1..], amounts(10, 0));
		let Action::Issue { document, .. } = &mut again.action else {
			unreachable!("it issues")
		};
		document.hash = DocumentHash([9; 32]);
		assert_noop!(execute(&again), Error::<Test>::DuplicateNumber);

		// The control: another seller counts by itself.
		let payment = Payment {
			seller: BAKER,
			..payment("c")
		};
		let receipt = first(done(&receipt(payment, amounts(10, 0))));
		let mut other = issue_by(SOUTH, "R-1", &[receipt], amounts(10, 0));
		let Action::Issue { document, .. } = &mut other.action else {
			unreachable!("it issues")
		};
		document.hash = DocumentHash([10; 32]);
		assert_ok!(execute(&other));
	});
}

#[test]
fn document_is_one_invoice() {
	with_chain(|| {
		let receipts = ["a", "b"].map(|reference| paid(reference, amounts(10, 0)));
		done(&issue("R-1", &receipts[..1], amounts(10, 0)));
		let mut again = issue("R-2", &receipts[1..], amounts(10, 0));
		let Action::Issue { document, .. } = &mut again.action else {
			unreachable!("it issues")
		};
		document.hash = DocumentHash(sha2_256(b"R-1"));
		assert_noop!(execute(&again), Error::<Test>::DuplicateDocument);
	});
}

/// Whoever sees somebody's invoice before it is issued takes nothing by having it issued as their own.
#[test]
fn another_seller_may_bind_the_same_file() {
	with_chain(|| {
		let payment = Payment {
			seller: BAKER,
			..payment("a")
		};
		let receipt = first(done(&receipt(payment, amounts(10, 0))));
		done(&issue_by(SOUTH, "R-1", &[receipt], amounts(10, 0)));
		let hash = document("R-1", EUR, &[]).hash;
		let of_the_baker = InvoiceId {
			seller: BAKER,
			..invoice_id("R-1")
		};
		assert_eq!(Invoices::document(hash), [of_the_baker]);
		invoiced("R-1", amounts(10, 0));
		let both: BTreeSet<_> = Invoices::document(hash).into_iter().collect();
		assert_eq!(both, BTreeSet::from([of_the_baker, invoice_id("R-1")]));
		assert!(Invoices::document(DocumentHash([0; 32])).is_empty());
	});
}

#[test]
fn number_of_a_credit_note_is_no_invoice_s_any_more() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		done(&credit("G-1", &[invoice], amounts(5, 0)));
		let receipt = paid("b", amounts(10, 0));
		let mut again = issue("G-1", &[receipt], amounts(10, 0));
		let Action::Issue { document, .. } = &mut again.action else {
			unreachable!("it issues")
		};
		document.hash = DocumentHash([9; 32]);
		assert_noop!(execute(&again), Error::<Test>::DuplicateNumber);
	});
}

#[test]
fn authority_that_is_not_competent_issues_nothing_whatever_it_signs() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let transaction = issue_by(SOUTH, "R-1", &[receipt], amounts(10, 0));
		assert_noop!(
			send(SOUTH, &transaction, &[HOSPITAL, PATIENT, SOUTH]),
			Error::<Test>::NotCompetent
		);
		// Named or not, its signature does not stand in for the competent one's.
		let transaction = issue("R-1", &[receipt], amounts(10, 0));
		assert_noop!(send(SOUTH, &transaction, &[HOSPITAL, PATIENT]), NOT_ADMITTED);
		assert_noop!(
			send(AGENT, &transaction, &[HOSPITAL, PATIENT, SOUTH]),
			Error::<Test>::NotAParty
		);
		let mut forged = witness(SOUTH, &transaction);
		forged.label = NORTH;
		let witnesses = vec![witness(HOSPITAL, &transaction), witness(PATIENT, &transaction), forged];
		assert!(send_with(AGENT, &transaction, witnesses).is_err());
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn nothing_is_issued_where_no_authority_is_competent() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		set_route("XX-N", None);
		let transaction = issue("R-1", &[receipt], amounts(10, 0));
		assert_noop!(execute(&transaction), Error::<Test>::NoCompetentAuthority);
		// The country's stands in.
		set_route("XX", Some(NORTH));
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn authority_that_can_no_longer_act_issues_nothing() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		dismiss(NORTH, Role::TaxAuthority);
		assert_noop!(execute(&issue("R-1", &[receipt], amounts(10, 0))), NOT_ADMITTED);
	});
}

#[test]
fn more_than_was_paid_is_not_invoiced() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let mut transaction = issue("R-1", &[receipt], amounts(10, 0));
		let Action::Issue { document: invoice, .. } = &mut transaction.action else {
			unreachable!("it issues")
		};
		*invoice = document("R-1", EUR, &amounts(11, 0));
		transaction.outputs[0].amounts = amounts(11, 0);
		assert_noop!(execute(&transaction), Error::<Test>::NotConserved);
	});
}
