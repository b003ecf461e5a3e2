// SPDX-License-Identifier: Apache-2.0

//! What brings receipts and invoices about: payments, issuance, and what sellers and authorities said beforehand.

use super::*;

#[test]
fn a_receipt_is_of_the_payment_and_of_no_invoice() {
	let expected = Provenance {
		seller: SELLER,
		buyer: BUYER,
		currency: EUR,
		number: None,
		origin: None,
		destination: None,
	};
	let verdict = Verdict {
		provenances: vec![expected],
		..Verdict::default()
	};
	assert_eq!(Case::receipt().verdict(), verdict);
}

#[test]
fn a_payment_creates_nothing_but_a_receipt() {
	Case::receipt().refuses(InvoiceFault::WrongKindOfOutput, |case| {
		case.transaction.outputs[0].kind = OutputKind::Invoice;
	});
	Case::pay_and_invoice().refuses(InvoiceFault::WrongKindOfOutput, |case| {
		case.transaction.outputs[0].kind = OutputKind::Receipt;
	});
}

#[test]
fn what_was_paid_is_held_by_whoever_paid() {
	for case in [Case::receipt(), Case::pay_and_invoice()] {
		case.refuses(InvoiceFault::WrongHolder, |case| {
			case.transaction.outputs[0].holder = STRANGER;
		});
	}
}

#[test]
fn who_pays_who_is_paid_and_who_confirms_it_are_three() {
	for case in [Case::receipt(), Case::pay_and_invoice()] {
		case.clone()
			.refuses(InvoiceFault::SameParty, |case| case.payment().platform = SELLER);
		case.clone()
			.refuses(InvoiceFault::SameParty, |case| case.payment().platform = BUYER);
		case.refuses(InvoiceFault::SameParty, |case| {
			case.payment().seller = BUYER;
		});
	}
}

#[test]
fn what_is_paid_and_invoiced_at_once_is_dated_today() {
	let dated = |day| move |case: &mut Case| case.document().issued = date(day);
	let at = |time| Case {
		here: Inclusion { time, ..HERE },
		..Case::pay_and_invoice()
	};
	Case::pay_and_invoice().refuses(InvoiceFault::NotToday, dated("2026-11-20"));
	// A millisecond earlier, it is the day before still in the far west.
	at(NOON - 1).allows(dated("2026-11-20"));
	at(NOON - 1).refuses(InvoiceFault::NotToday, dated("2026-11-19"));
	// In the far east it is tomorrow.
	Case::pay_and_invoice().allows(dated("2026-11-22"));
	Case::pay_and_invoice().refuses(InvoiceFault::FutureDate, dated("2026-11-23"));
	// Where seller and authority sign, they see the day.
	Case::issue().allows(dated("2026-11-20"));
}

fn new_invoice() -> (InvoiceId, Invoice) {
	let id = InvoiceId {
		seller: SELLER,
		number: document().number,
	};
	let invoice = Invoice {
		issued_by: THIS,
		document: document().hash,
		issued: document().issued,
		buyer: BUYER,
		at: HERE,
		rejectable_until: NOW + ACCEPTANCE_PERIOD,
		acceptance: Acceptance::Open,
	};
	(id, invoice)
}

fn new_provenance() -> Provenance {
	Provenance {
		number: Some(document().number),
		..provenance(OutputKind::Invoice)
	}
}

#[test]
fn issuance_makes_an_invoice_that_keeps_its_route() {
	let verdict = Verdict {
		provenances: vec![new_provenance(), provenance(OutputKind::Receipt)],
		invoice: Some(new_invoice()),
		..Verdict::default()
	};
	assert_eq!(Case::issue().verdict(), verdict);
}

#[test]
fn paying_and_invoicing_at_once_makes_the_same_invoice_and_uses_up_the_authoritys_word() {
	let verdict = Verdict {
		provenances: vec![new_provenance()],
		invoice: Some(new_invoice()),
		remaining: Some(7_600),
		..Verdict::default()
	};
	assert_eq!(Case::pay_and_invoice().verdict(), verdict);
}

#[test]
fn whoever_was_handed_the_receipts_is_the_buyer_of_the_invoice() {
	let verdict = Case::issue().allows(|case| {
		case.inputs.iter_mut().for_each(|input| input.output.holder = STRANGER);
		case.transaction
			.outputs
			.iter_mut()
			.for_each(|output| output.holder = STRANGER);
	});
	assert_eq!(verdict.provenances[0].buyer, STRANGER);
	assert_eq!(verdict.provenances[1], provenance(OutputKind::Receipt));
	assert_eq!(verdict.invoice.unwrap().1.buyer, STRANGER);
}

#[test]
fn issuance_in_the_last_blocks_there_are_may_be_rejected_until_the_last() {
	let verdict = Case::issue().allows(|case| {
		(case.here.block, case.transaction.valid_until) = (BlockNumber::MAX, BlockNumber::MAX);
	});
	assert_eq!(verdict.invoice.unwrap().1.rejectable_until, BlockNumber::MAX);
}

#[test]
fn an_invoice_is_issued_over_receipts_only() {
	for kind in OutputKind::ALL {
		if kind != OutputKind::Receipt {
			Case::issue().refuses(InvoiceFault::WrongKindOfInput, |case| {
				case.inputs.iter_mut().for_each(|input| input.output.kind = kind);
			});
		}
	}
}

#[test]
fn an_invoice_by_another_seller_than_was_paid_is_refused() {
	Case::issue().refuses(InvoiceFault::OtherParties, |case| {
		case.transaction.action = Action::Issue {
			seller: STRANGER,
			authority: ORIGIN,
			document: document(),
		};
	});
}

#[test]
fn an_invoice_in_another_currency_than_was_paid_is_refused() {
	for case in [Case::issue(), Case::pay_and_invoice()] {
		case.refuses(InvoiceFault::OtherParties, |case| case.document().currency = USD);
	}
	Case::pay_and_invoice().refuses(InvoiceFault::OtherParties, |case| case.payment().currency = USD);
}

#[test]
fn an_invoice_by_any_other_authority_than_the_competent_one_is_refused() {
	for case in [Case::issue(), Case::pay_and_invoice()] {
		case.clone()
			.refuses(InvoiceFault::NotCompetent, |case| *case.authority() = DESTINATION);
		case.refuses(InvoiceFault::NotCompetent, |case| case.origin = Some(route("XX-N", STRANGER)));
	}
}

#[test]
fn an_invoice_where_no_authority_is_competent_is_refused() {
	for case in [Case::issue(), Case::pay_and_invoice()] {
		case.refuses(InvoiceFault::NoCompetentAuthority, |case| case.origin = None);
	}
}

#[test]
fn an_invoice_in_a_closed_period_is_refused() {
	for case in [Case::issue(), Case::pay_and_invoice()] {
		for closed in ["2026-11", "2026-12", "2027-01"] {
			case.clone()
				.refuses(InvoiceFault::PeriodClosed, |case| case.origin_closed = Some(period(closed)));
		}
		// The buyer's books do not matter.
		case.clone().allows(|case| case.destination_closed = Some(period("2027-01")));
		case.allows(|case| case.origin_closed = None);
	}
}

#[test]
fn without_conditions_nothing_is_issued_unless_the_seller_signs() {
	Case::pay_and_invoice().refuses(InvoiceFault::NoConditions, |case| case.conditions = None);
	Case::issue().allows(|case| case.conditions = None);
}

#[test]
fn conditions_that_are_over_are_none() {
	Case::pay_and_invoice().refuses(InvoiceFault::NoConditions, |case| {
		case.conditions.as_mut().unwrap().valid_until = NOW - 1;
	});
	Case::issue().allows(|case| {
		case.conditions = Some(Conditions {
			max_total: 0,
			valid_until: NOW - 1,
			..conditions()
		});
	});
}

/// Under conditions, whether the seller signs or not.
fn under_conditions() -> [Case; 2] {
	let issue = Case {
		conditions: Some(conditions()),
		..Case::issue()
	};
	[issue, Case::pay_and_invoice()]
}

#[test]
fn a_currency_that_the_seller_does_not_allow_is_refused() {
	for case in under_conditions() {
		case.refuses(InvoiceFault::CurrencyNotAllowed, |case| {
			case.conditions.as_mut().unwrap().currencies = vec![USD].try_into().unwrap();
		});
	}
}

#[test]
fn a_rate_that_the_seller_does_not_allow_is_refused() {
	let [standard, reduced, zero_rated] =
		[(VatCategory::S, 1_900), (VatCategory::S, 700), (VatCategory::Z, 0)].map(|(category, rate)| vat_rate(category, rate));
	for case in under_conditions() {
		// A category is missing, or it is there at another rate.
		for allowed in [&[standard][..], &[zero_rated], &[reduced, zero_rated]] {
			case.clone().refuses(InvoiceFault::RateNotAllowed, |case| {
				case.conditions.as_mut().unwrap().rates = allowed.to_vec().try_into().unwrap();
			});
		}
	}
}

#[test]
fn an_invoice_larger_than_the_seller_allows_is_refused() {
	for case in under_conditions() {
		case.refuses(InvoiceFault::AboveConditions, |case| {
			case.conditions.as_mut().unwrap().max_total -= 1;
		});
	}
}

#[test]
fn a_platform_that_the_seller_does_not_allow_is_refused_unless_the_seller_signs() {
	let [issue, pay_and_invoice] = under_conditions();
	let forbid = |case: &mut Case| case.conditions.as_mut().unwrap().platforms = vec![STRANGER].try_into().unwrap();
	pay_and_invoice.refuses(InvoiceFault::PlatformNotAllowed, forbid);
	issue.allows(forbid);
	Case::pay_and_invoice().refuses(InvoiceFault::PlatformNotAllowed, |case| case.payment().platform = STRANGER);
}

#[test]
fn without_the_authoritys_word_nothing_is_issued_in_its_name() {
	let with = |change: fn(&mut Authorisation)| {
		Case::pay_and_invoice().refuses(InvoiceFault::NotAuthorised, |case| {
			change(case.authorisation.as_mut().unwrap());
		});
	};
	Case::pay_and_invoice().refuses(InvoiceFault::NotAuthorised, |case| case.authorisation = None);
	with(|word| word.valid_until = NOW - 1);
	with(|word| word.authority = STRANGER);
	with(|word| word.currency = USD);
}

#[test]
fn an_invoice_larger_than_the_authority_allows_is_refused() {
	Case::pay_and_invoice().refuses(InvoiceFault::AboveAuthorisation, |case| {
		case.authorisation.as_mut().unwrap().max_total -= 1;
	});
	Case::pay_and_invoice().refuses(InvoiceFault::AboveAuthorisation, |case| {
		case.authorisation.as_mut().unwrap().remaining = 12_399;
	});
	let verdict = Case::pay_and_invoice().allows(|case| case.authorisation.as_mut().unwrap().remaining = 12_400);
	assert_eq!(verdict.remaining, Some(0));
}
