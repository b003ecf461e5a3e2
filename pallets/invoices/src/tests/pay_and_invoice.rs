// SPDX-License-Identifier: Apache-2.0

use super::*;
use chirograph_primitives::invoice::Acceptance;

fn sale(number: &str, amounts: Amounts) -> Transaction {
	pay_and_invoice(payment(number), NORTH, number, amounts)
}

#[test]
fn payment_and_invoice_are_one_under_standing_words() {
	with_chain(|| {
		speak_beforehand();
		let transaction = sale("R-1", amounts(100, 10));
		assert_eq!(signers(&transaction), [PATIENT, PLATFORM]);
		let id = done(&transaction);
		assert_eq!(holdings(PATIENT), [(OutputKind::Invoice, amounts(100, 10))]);
		assert_eq!(standing("R-1").issued_by, id);
		assert_eq!(standing("R-1").acceptance, Acceptance::Open);
		assert_eq!(Invoices::payment(PLATFORM, PaymentReference::of("R-1")), Some(id));
		let word = Invoices::authorisation(HOSPITAL).expect("it was given");
		assert_eq!(word.remaining, 100_000 - 12_900);
		let origin = output_at(first(id)).provenance.origin.expect("it is an invoice");
		assert_eq!(origin.authority, NORTH);
	});
}

#[test]
fn payment_is_invoiced_once() {
	with_chain(|| {
		speak_beforehand();
		let transaction = sale("R-1", amounts(1, 0));
		done(&transaction);
		assert_noop!(execute(&transaction), Error::<Test>::AlreadyExecuted);
		let again = pay_and_invoice(payment("R-1"), NORTH, "R-2", amounts(1, 0));
		assert_noop!(execute(&again), Error::<Test>::DuplicatePayment);
		assert_noop!(
			execute(&receipt(payment("R-1"), amounts(1, 0))),
			Error::<Test>::DuplicatePayment
		);
		let mut again = pay_and_invoice(payment("R-2"), NORTH, "R-1", amounts(1, 0));
		assert_noop!(execute(&again), Error::<Test>::DuplicateNumber);
		let Action::PayAndInvoice { document, .. } = &mut again.action else {
			unreachable!("it issues")
		};
		document.number = InvoiceNumber::of("R-2");
		assert_noop!(execute(&again), Error::<Test>::DuplicateDocument);
	});
}

#[test]
fn without_standing_words_nothing_is_issued_in_anybody_s_name() {
	with_chain(|| {
		assert_noop!(execute(&sale("R-1", amounts(1, 0))), Error::<Test>::NoConditions);
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), conditions()));
		assert_noop!(execute(&sale("R-1", amounts(1, 0))), Error::<Test>::NotAuthorised);
		assert_ok!(Invoices::authorise(signed(NORTH), HOSPITAL, USD, 50_000, 100_000, NOW));
		assert_noop!(execute(&sale("R-1", amounts(1, 0))), Error::<Test>::NotAuthorised);
		assert_ok!(Invoices::authorise(signed(NORTH), HOSPITAL, EUR, 50_000, 100_000, NOW));
		assert_ok!(execute(&sale("R-1", amounts(1, 0))));
	});
}

#[test]
fn standing_words_that_are_withdrawn_hold_no_more_at_once() {
	with_chain(|| {
		speak_beforehand();
		let transaction = sale("R-1", amounts(1, 0));
		assert_ok!(Invoices::withdraw_conditions(signed(HOSPITAL)));
		assert_noop!(execute(&transaction), Error::<Test>::NoConditions);
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), conditions()));
		assert_ok!(Invoices::withdraw_authorisation(signed(NORTH), HOSPITAL));
		assert_noop!(execute(&transaction), Error::<Test>::NotAuthorised);
		speak_beforehand();
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn what_is_paid_and_invoiced_at_once_is_dated_today() {
	with_chain(|| {
		speak_beforehand();
		let dated = |day: &str| {
			let mut transaction = sale("R-1", amounts(1, 0));
			let Action::PayAndInvoice { document, .. } = &mut transaction.action else {
				unreachable!("it issues")
			};
			document.issued = day.parse().expect("it is a day");
			transaction
		};
		assert_noop!(execute(&dated("2026-11-20")), Error::<Test>::NotToday);
		assert_noop!(execute(&dated("2026-11-23")), Error::<Test>::FutureDate);
		// In the far east, it is tomorrow.
		assert_eq!(Invoices::parties(dated("2026-11-22")).map(|parties| parties.len()), Ok(2));
		assert_ok!(execute(&dated("2026-11-21")));
	});
}

#[test]
fn standing_words_hold_until_their_last_block() {
	with_chain(|| {
		speak_beforehand();
		later(30);
		assert_ok!(execute(&sale("R-1", amounts(1, 0))));
		later(1);
		assert_noop!(execute(&sale("R-2", amounts(1, 0))), Error::<Test>::NoConditions);
	});
}

#[test]
fn standing_words_reach_as_far_as_they_say() {
	with_chain(|| {
		speak_beforehand();
		let dollars = Payment {
			currency: USD,
			..payment("a")
		};
		let euros_only = invoice::Conditions {
			currencies: vec![EUR].try_into().expect("few"),
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), euros_only));
		let transaction = pay_and_invoice(dollars, NORTH, "R-1", amounts(1, 0));
		assert_noop!(execute(&transaction), Error::<Test>::CurrencyNotAllowed);

		let standard_only = invoice::Conditions {
			rates: vec![STANDARD].try_into().expect("few"),
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), standard_only));
		assert_noop!(execute(&sale("R-1", amounts(1, 1))), Error::<Test>::RateNotAllowed);

		let no_platform = invoice::Conditions {
			platforms: Default::default(),
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), no_platform));
		assert_noop!(execute(&sale("R-1", amounts(1, 1))), Error::<Test>::PlatformNotAllowed);

		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), conditions()));
		assert_noop!(execute(&sale("R-1", amounts(0, 1_001))), Error::<Test>::AboveConditions);
		assert_noop!(execute(&sale("R-1", amounts(0, 501))), Error::<Test>::AboveAuthorisation);
		done(&sale("R-1", amounts(0, 500)));
		done(&sale("R-2", amounts(0, 499)));
		assert_noop!(execute(&sale("R-3", amounts(0, 2))), Error::<Test>::AboveAuthorisation);
		done(&sale("R-3", amounts(0, 1)));
		assert_eq!(Invoices::authorisation(HOSPITAL).expect("it was given").remaining, 0);
	});
}

#[test]
fn words_of_whoever_can_no_longer_act_are_none() {
	with_chain(|| {
		for (label, role) in [(HOSPITAL, Role::Taxpayer), (NORTH, Role::TaxAuthority)] {
			let _ = new_test_ext();
			speak_beforehand();
			let transaction = sale("R-1", amounts(1, 0));
			dismiss(label, role);
			assert_noop!(execute(&transaction), NOT_ADMITTED);
		}
	});
}

/// The label is recovered, or moved to another key; what the key said that has it no more, stays unsaid.
#[test]
fn words_of_a_stolen_key_do_not_come_back_with_its_label() {
	for (label, error) in [(HOSPITAL, Error::<Test>::NoConditions), (NORTH, Error::<Test>::NotAuthorised)] {
		with_chain(|| {
			speak_beforehand();
			let transaction = sale("R-1", amounts(1, 0));
			assert!(Invoices::parties(transaction.clone()).is_ok(), "the control");
			move_label(label, 99);
			assert_noop!(execute(&transaction), error);
			assert_eq!(Invoices::conditions(HOSPITAL).is_some(), label != HOSPITAL);
			assert_eq!(Invoices::authorisation(HOSPITAL).is_some(), label != NORTH);
			// Who holds the label now says it again.
			speak_beforehand();
			assert_ok!(execute(&transaction));
		});
	}
}

#[test]
fn seller_is_not_bound_by_what_another_key_said() {
	with_chain(|| {
		let receipt = paid("a", amounts(0, 10));
		let standard_only = invoice::Conditions {
			rates: vec![STANDARD].try_into().expect("few"),
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), standard_only));
		let transaction = issue("R-1", &[receipt], amounts(0, 10));
		assert_noop!(execute(&transaction), Error::<Test>::RateNotAllowed);
		move_label(HOSPITAL, 99);
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn word_of_an_authority_that_is_not_competent_any_more_is_none() {
	with_chain(|| {
		speak_beforehand();
		set_route("XX-N", Some(SOUTH));
		assert_noop!(execute(&sale("R-1", amounts(1, 0))), Error::<Test>::NotCompetent);
		let by_the_next = pay_and_invoice(payment("R-1"), SOUTH, "R-1", amounts(1, 0));
		assert_noop!(execute(&by_the_next), Error::<Test>::NotAuthorised);
		assert_ok!(Invoices::authorise(signed(SOUTH), HOSPITAL, EUR, 50_000, 100_000, NOW));
		assert_ok!(execute(&by_the_next));
	});
}

#[test]
fn seller_who_signs_keeps_to_its_own_conditions() {
	with_chain(|| {
		let receipts = ["a", "b"].map(|reference| paid(reference, amounts(0, 10)));
		let standard_only = invoice::Conditions {
			rates: vec![STANDARD].try_into().expect("few"),
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), standard_only));
		let transaction = issue("R-1", &receipts[..1], amounts(0, 10));
		assert_noop!(execute(&transaction), Error::<Test>::RateNotAllowed);
		assert_ok!(Invoices::withdraw_conditions(signed(HOSPITAL)));
		assert_ok!(execute(&transaction));
	});
}
