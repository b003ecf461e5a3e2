// SPDX-License-Identifier: Apache-2.0

//! What becomes of receipts and invoices that are there.

use super::*;

const REJECTED: Acceptance = Acceptance::Rejected {
	at: HERE,
	reason: RejectReason::Unspecified,
};

/// Cases of each action that leaves something over, for each kind that it takes.
fn turning() -> Vec<Case> {
	let reimbursing = [OutputKind::Invoice, OutputKind::Deducted].map(Case::reimburse);
	let clearing = [OutputKind::Invoice, OutputKind::Reimbursed].map(Case::clear);
	let crediting = [
		OutputKind::Invoice,
		OutputKind::Reimbursed,
		OutputKind::Deducted,
		OutputKind::Cleared,
	]
	.map(Case::credit);
	[&reimbursing[..], &clearing, &crediting].concat()
}

fn first_and_rest(first: Provenance, rest: Provenance) -> Verdict {
	Verdict {
		provenances: vec![first, rest],
		..Verdict::default()
	}
}

#[test]
fn inputs_of_different_kinds_holders_or_provenances_are_refused() {
	let mix = |change: fn(&mut OutputRecord)| {
		let two = [&turning()[..], &[Case::issue()]].concat();
		for mut case in two {
			// In two halves, of which the second is then made another.
			if case.inputs.len() == 1 {
				let half = subtract(&case.inputs[0].output.amounts, &both(1_000, 190, 0)).unwrap();
				case.inputs.push(case.inputs[0].clone());
				case.inputs[0].output.amounts = half;
				case.inputs[1].output.amounts = both(1_000, 190, 0);
				case.transaction.inputs.try_push(outpoint(ISSUING, 1)).unwrap();
			}
			case.refuses(InvoiceFault::MixedInputs, |case| change(&mut case.inputs[1]));
		}
	};
	mix(|input| input.output.kind = OutputKind::Adjusted);
	mix(|input| input.output.holder = STRANGER);
	mix(|input| input.provenance.seller = STRANGER);
	mix(|input| input.provenance.buyer = STRANGER);
	mix(|input| input.provenance.currency = USD);
	mix(|input| input.provenance.number = Some(InvoiceNumber([0xee; 32])));
	mix(|input| input.provenance.origin = Some(route("XX-W", STRANGER)));
	mix(|input| input.provenance.destination = Some(route("XX-W", STRANGER)));
}

#[test]
fn what_is_created_is_of_the_kind_that_comes_of_what_is_consumed() {
	let cases = [
		&Case::all()[1..2],
		&[Case::reject(), Case::void(), Case::transfer(OutputKind::Receipt)],
		&turning()[..],
	]
	.concat();
	for case in cases {
		for index in 0..case.transaction.outputs.len() {
			let right = case.transaction.outputs[index].kind;
			for kind in OutputKind::ALL.into_iter().filter(|kind| *kind != right) {
				case.clone().refuses(InvoiceFault::WrongKindOfOutput, |case| {
					case.transaction.outputs[index].kind = kind;
				});
			}
		}
	}
}

#[test]
fn what_is_created_is_held_by_whom_the_action_leads_to() {
	let cases = [&Case::all()[..], &turning()[..]].concat();
	for case in cases {
		for index in 0..case.transaction.outputs.len() {
			case.clone().refuses(InvoiceFault::WrongHolder, |case| {
				case.transaction.outputs[index].holder = 77;
			});
		}
	}
}

// --- accept, reject, void ---

#[test]
fn a_buyer_accepts_until_the_period_is_over() {
	let verdict = Verdict {
		acceptance: Some(Acceptance::Accepted { at: HERE }),
		..Verdict::default()
	};
	assert_eq!(Case::accept().verdict(), verdict);
}

#[test]
fn a_rejected_invoice_is_a_receipt_again() {
	let verdict = Verdict {
		provenances: vec![provenance(OutputKind::Receipt)],
		acceptance: Some(Acceptance::Rejected {
			at: HERE,
			reason: RejectReason::NotOrdered,
		}),
		..Verdict::default()
	};
	assert_eq!(Case::reject().verdict(), verdict);
}

#[test]
fn a_void_invoice_is_a_receipt_again() {
	let verdict = Verdict {
		provenances: vec![provenance(OutputKind::Receipt)],
		acceptance: Some(Acceptance::Void { at: HERE }),
		..Verdict::default()
	};
	assert_eq!(Case::void().verdict(), verdict);
}

#[test]
fn silence_is_acceptance() {
	for case in [Case::accept(), Case::reject()] {
		case.refuses(InvoiceFault::AlreadyAccepted, |case| {
			case.the_invoice().rejectable_until = NOW - 1;
		});
	}
}

#[test]
fn a_buyer_decides_once() {
	for case in [Case::accept(), Case::reject()] {
		case.refuses(InvoiceFault::AlreadyAccepted, |case| {
			case.the_invoice().acceptance = Acceptance::Accepted { at: HERE };
		});
	}
}

#[test]
fn what_was_rejected_or_voided_is_not_accepted() {
	for case in [Case::accept(), Case::reject()] {
		for undone in [REJECTED, Acceptance::Void { at: HERE }] {
			// Nor is silence acceptance of it.
			for last in [NOW, NOW - 1] {
				case.clone().refuses(InvoiceFault::NotAsIssued, |case| {
					case.the_invoice().acceptance = undone;
					case.the_invoice().rejectable_until = last;
				});
			}
		}
	}
}

#[test]
fn accepting_an_invoice_that_is_not_there_is_refused() {
	Case::accept().refuses(InvoiceFault::OtherInvoice, |case| case.invoice = None);
	Case::accept().refuses(InvoiceFault::OtherInvoice, |case| {
		case.invoice.as_mut().unwrap().0.seller = STRANGER;
	});
}

#[test]
fn only_an_invoice_is_rejected_or_voided() {
	for case in [Case::reject(), Case::void()] {
		for kind in OutputKind::ALL.into_iter().filter(|kind| *kind != OutputKind::Invoice) {
			case.clone()
				.refuses(InvoiceFault::WrongKindOfInput, |case| case.inputs[0].output.kind = kind);
		}
	}
}

#[test]
fn an_invoice_of_which_something_was_consumed_is_neither_rejected_nor_voided() {
	for case in [Case::reject(), Case::void()] {
		case.clone()
			.refuses(InvoiceFault::NotAsIssued, |case| case.transaction.inputs[0].index = 1);
		case.refuses(InvoiceFault::NotAsIssued, |case| {
			case.transaction.inputs[0].transaction = TransactionId([0xee; 32]);
		});
	}
}

#[test]
fn an_invoice_that_was_undone_is_not_voided() {
	for undone in [REJECTED, Acceptance::Void { at: HERE }] {
		Case::void().refuses(InvoiceFault::NotAsIssued, |case| case.the_invoice().acceptance = undone);
	}
}

#[test]
fn an_accepted_invoice_can_be_voided() {
	Case::void().allows(|case| case.the_invoice().acceptance = Acceptance::Accepted { at: HERE });
	Case::void().allows(|case| case.the_invoice().rejectable_until = 0);
}

#[test]
fn rejecting_or_voiding_what_is_of_another_invoice_is_refused() {
	for case in [Case::reject(), Case::void()] {
		case.clone().refuses(InvoiceFault::OtherInvoice, |case| case.invoice = None);
		case.refuses(InvoiceFault::OtherInvoice, |case| {
			case.invoice.as_mut().unwrap().0.number = InvoiceNumber([0xee; 32]);
		});
	}
}

#[test]
fn closed_books_of_the_seller_hinder_voiding_and_not_rejecting() {
	let close = |case: &mut Case| case.origin_closed = Some(period("2026-11"));
	Case::void().refuses(InvoiceFault::PeriodClosed, close);
	Case::reject().allows(close);
}

#[test]
fn only_the_authority_of_the_seller_voids() {
	Case::void().refuses(InvoiceFault::NotCompetent, |case| *case.authority() = DESTINATION);
	Case::void().refuses(InvoiceFault::NoCompetentAuthority, |case| case.origin = None);
}

// --- transfer ---

#[test]
fn what_holds_no_right_any_more_is_not_handed_over() {
	for kind in [OutputKind::Cleared, OutputKind::Credited, OutputKind::Adjusted] {
		Case::transfer(OutputKind::Deducted).refuses(InvoiceFault::WrongKindOfInput, |case| {
			case.inputs[0].output.kind = kind;
			case.transaction.outputs[0].kind = kind;
		});
	}
}

#[test]
fn handing_over_to_its_holder_is_refused() {
	Case::transfer(OutputKind::Invoice).refuses(InvoiceFault::AlreadyHolder, |case| {
		case.transaction.action = Action::Transfer { to: BUYER };
		case.transaction.outputs[0].holder = BUYER;
	});
}

#[test]
fn what_is_handed_over_goes_to_whom_the_action_names() {
	Case::transfer(OutputKind::Invoice).refuses(InvoiceFault::WrongHolder, |case| {
		case.transaction.action = Action::Transfer { to: ENTERPRISE };
	});
}

#[test]
fn what_is_handed_over_keeps_where_it_comes_from() {
	let elsewhere = route("YY", STRANGER);
	for kind in [OutputKind::Receipt, OutputKind::Invoice, OutputKind::Deducted] {
		for there in [Some(elsewhere), None] {
			let verdict = Case::transfer(kind).allows(|case| case.destination = there);
			assert_eq!(verdict.provenances, [provenance(kind)], "{kind:?}");
		}
	}
}

#[test]
fn vat_that_is_still_to_be_deducted_is_so_where_the_next_holder_is() {
	let elsewhere = route("YY", STRANGER);
	let verdict = Case::transfer(OutputKind::Reimbursed).allows(|case| case.destination = Some(elsewhere));
	let expected = Provenance {
		destination: Some(elsewhere),
		..provenance(OutputKind::Reimbursed)
	};
	assert_eq!(verdict.provenances, [expected]);
	Case::transfer(OutputKind::Reimbursed).refuses(InvoiceFault::NoCompetentAuthority, |case| case.destination = None);
}

// --- reimburse ---

#[test]
fn a_reimbursed_part_belongs_to_where_the_enterprise_is_and_the_rest_to_its_holder() {
	let expected = first_and_rest(provenance(OutputKind::Reimbursed), provenance(OutputKind::Invoice));
	assert_eq!(Case::reimburse(OutputKind::Invoice).verdict(), expected);
}

#[test]
fn what_was_deducted_stays_where_it_was_deducted() {
	let expected = first_and_rest(provenance(OutputKind::Deducted), provenance(OutputKind::Deducted));
	for there in [Some(route("YY", STRANGER)), None] {
		let verdict = Case::reimburse(OutputKind::Deducted).allows(|case| case.destination = there);
		assert_eq!(verdict, expected);
	}
}

#[test]
fn an_enterprise_where_no_authority_is_competent_does_not_reimburse() {
	Case::reimburse(OutputKind::Invoice).refuses(InvoiceFault::NoCompetentAuthority, |case| case.destination = None);
}

#[test]
fn an_expense_is_claimed_once() {
	for kind in OutputKind::ALL.into_iter().filter(|kind| kind.reimbursed().is_none()) {
		Case::reimburse(OutputKind::Invoice).refuses(InvoiceFault::WrongKindOfInput, |case| case.inputs[0].output.kind = kind);
	}
}

#[test]
fn nobody_but_the_enterprise_named_reimburses() {
	Case::reimburse(OutputKind::Invoice).refuses(InvoiceFault::WrongHolder, |case| {
		case.transaction.action = Action::Reimburse { enterprise: STRANGER };
	});
}

// --- clear ---

#[test]
fn a_cleared_part_names_the_authority_that_cleared_it() {
	let reimbursed = provenance(OutputKind::Reimbursed);
	let elsewhere = route("YY", DESTINATION);
	let verdict = Case::clear(OutputKind::Reimbursed).allows(|case| case.destination = Some(elsewhere));
	let cleared = Provenance {
		destination: Some(elsewhere),
		..reimbursed
	};
	assert_eq!(verdict, first_and_rest(cleared, reimbursed));

	let bought = Case::clear(OutputKind::Invoice).inputs[0].provenance;
	let deducted = provenance(OutputKind::Deducted);
	assert_eq!(Case::clear(OutputKind::Invoice).verdict(), first_and_rest(deducted, bought));
}

#[test]
fn vat_is_deducted_once() {
	for kind in OutputKind::ALL.into_iter().filter(|kind| kind.cleared().is_none()) {
		Case::clear(OutputKind::Reimbursed).refuses(InvoiceFault::WrongKindOfInput, |case| case.inputs[0].output.kind = kind);
	}
}

#[test]
fn vat_of_what_was_neither_bought_nor_reimbursed_is_not_deducted() {
	Case::clear(OutputKind::Invoice).refuses(InvoiceFault::NotBuyer, |case| case.inputs[0].provenance.buyer = BUYER);
}

#[test]
fn only_the_authority_of_the_enterprise_clears() {
	for kind in [OutputKind::Invoice, OutputKind::Reimbursed] {
		Case::clear(kind).refuses(InvoiceFault::NotCompetent, |case| *case.authority() = ORIGIN);
		Case::clear(kind).refuses(InvoiceFault::NoCompetentAuthority, |case| case.destination = None);
	}
}

/// Clears in that month, of an invoice of November, when the month is over.
fn clear_in(month: &str) -> impl FnOnce(&mut Case) {
	let period = month.parse().unwrap_or(Period { year: 2026, month: 13 });
	move |case| {
		case.transaction.action = Action::Clear {
			authority: DESTINATION,
			period,
		};
	}
}

#[test]
fn vat_is_deducted_in_a_month_that_there_is() {
	Case::clear(OutputKind::Reimbursed).refuses(InvoiceFault::NoSuchDate, clear_in("2026-13"));
}

#[test]
fn vat_is_not_deducted_in_a_month_to_come() {
	Case::clear(OutputKind::Reimbursed).refuses(InvoiceFault::FutureDate, clear_in("2026-12"));
	// Somewhere it is December already.
	let december: Moment = 1_796_083_200_000;
	let late = Case {
		here: Inclusion {
			time: december - 14 * 60 * 60 * 1_000,
			..HERE
		},
		..Case::clear(OutputKind::Reimbursed)
	};
	late.clone().allows(clear_in("2026-12"));
	late.refuses(InvoiceFault::FutureDate, clear_in("2027-01"));
}

#[test]
fn vat_is_not_deducted_before_the_invoice_was_issued() {
	let open = Case {
		destination_closed: None,
		..Case::clear(OutputKind::Reimbursed)
	};
	open.refuses(InvoiceFault::BeforeInvoice, clear_in("2026-10"));
}

#[test]
fn vat_is_not_deducted_in_a_closed_period() {
	for closed in ["2026-11", "2026-12"] {
		Case::clear(OutputKind::Reimbursed).refuses(InvoiceFault::PeriodClosed, |case| {
			case.destination_closed = Some(period(closed));
		});
	}
	// The seller's books do not matter.
	Case::clear(OutputKind::Reimbursed).allows(|case| case.origin_closed = Some(period("2026-12")));
}

#[test]
fn clearing_what_is_of_another_invoice_is_refused() {
	Case::clear(OutputKind::Reimbursed).refuses(InvoiceFault::OtherInvoice, |case| case.invoice = None);
	Case::clear(OutputKind::Reimbursed).refuses(InvoiceFault::OtherInvoice, |case| {
		case.invoice.as_mut().unwrap().0.seller = STRANGER;
	});
}

// --- credit ---

#[test]
fn what_is_taken_back_is_of_the_invoice_still_and_the_note_is_known() {
	for kind in [
		OutputKind::Invoice,
		OutputKind::Reimbursed,
		OutputKind::Deducted,
		OutputKind::Cleared,
	] {
		let id = InvoiceId {
			seller: SELLER,
			number: note().number,
		};
		let credit_note = CreditNote {
			issued_by: THIS,
			document: note().hash,
			invoice: INVOICE,
			at: HERE,
		};
		let expected = Verdict {
			credit_note: Some((id, credit_note)),
			..first_and_rest(provenance(kind), provenance(kind))
		};
		assert_eq!(Case::credit(kind).verdict(), expected, "{kind:?}");
	}
}

#[test]
fn what_was_taken_back_or_never_issued_is_not_taken_back() {
	for kind in [OutputKind::Receipt, OutputKind::Credited, OutputKind::Adjusted] {
		Case::credit(OutputKind::Invoice).refuses(InvoiceFault::WrongKindOfInput, |case| case.inputs[0].output.kind = kind);
	}
}

/// A credit note that names another invoice, or another file of it.
fn naming(named: InvoiceId, file: DocumentHash) -> impl FnOnce(&mut Case) {
	move |case| {
		case.transaction.action = Action::Credit {
			authority: ORIGIN,
			adjusted_by: None,
			invoice: named,
			invoice_hash: file,
			document: note(),
		};
	}
}

#[test]
fn a_credit_note_of_another_invoice_is_refused() {
	let other = InvoiceId {
		number: InvoiceNumber([0xee; 32]),
		..INVOICE
	};
	let credit = || Case::credit(OutputKind::Invoice);
	credit().refuses(InvoiceFault::OtherInvoice, naming(other, FILE));
	credit().refuses(InvoiceFault::OtherInvoice, naming(INVOICE, DocumentHash([0xee; 32])));
	credit().refuses(InvoiceFault::OtherInvoice, |case| case.invoice = None);
	credit().refuses(InvoiceFault::OtherInvoice, |case| case.invoice.as_mut().unwrap().0 = other);
	// The note and the ledger agree, and what is consumed is of another one.
	credit().refuses(InvoiceFault::OtherInvoice, |case| {
		case.invoice.as_mut().unwrap().0 = other;
		naming(other, FILE)(case);
	});
}

#[test]
fn a_credit_note_in_another_currency_is_refused() {
	Case::credit(OutputKind::Invoice).refuses(InvoiceFault::OtherParties, |case| case.document().currency = USD);
}

#[test]
fn a_credit_note_dated_before_the_invoice_is_refused() {
	Case::credit(OutputKind::Invoice).allows(|case| case.document().issued = date("2026-11-19"));
	Case::credit(OutputKind::Invoice).refuses(InvoiceFault::BeforeInvoice, |case| {
		case.document().issued = date("2026-11-18");
	});
}

#[test]
fn a_credit_note_by_any_other_authority_than_the_sellers_is_refused() {
	for kind in [OutputKind::Invoice, OutputKind::Cleared] {
		Case::credit(kind).refuses(InvoiceFault::NotCompetent, |case| *case.authority() = DESTINATION);
		Case::credit(kind).refuses(InvoiceFault::NoCompetentAuthority, |case| case.origin = None);
	}
}

/// Who is to adjust what was deducted.
fn adjusted_by(by: Option<LabelId>) -> impl FnOnce(&mut Case) {
	move |case| {
		let Action::Credit { adjusted_by, .. } = &mut case.transaction.action else {
			panic!("a credit note")
		};
		*adjusted_by = by;
	}
}

#[test]
fn what_was_deducted_is_adjusted_by_the_authority_that_it_was_deducted_from() {
	for kind in [OutputKind::Deducted, OutputKind::Cleared] {
		Case::credit(kind).refuses(InvoiceFault::AdjustmentMismatch, adjusted_by(None));
		Case::credit(kind).refuses(InvoiceFault::NotCompetent, adjusted_by(Some(ORIGIN)));
		Case::credit(kind).refuses(InvoiceFault::NoCompetentAuthority, |case| case.destination = None);
	}
}

#[test]
fn what_was_not_deducted_is_adjusted_by_nobody() {
	for kind in [OutputKind::Invoice, OutputKind::Reimbursed] {
		Case::credit(kind).refuses(InvoiceFault::AdjustmentMismatch, adjusted_by(Some(DESTINATION)));
		Case::credit(kind).allows(|case| case.destination = None);
	}
}

#[test]
fn a_credit_note_in_a_closed_period_is_refused() {
	let close = Some(period("2026-11"));
	for kind in [OutputKind::Invoice, OutputKind::Cleared] {
		Case::credit(kind).refuses(InvoiceFault::PeriodClosed, |case| case.origin_closed = close);
	}
	Case::credit(OutputKind::Cleared).refuses(InvoiceFault::PeriodClosed, |case| case.destination_closed = close);
	Case::credit(OutputKind::Reimbursed).allows(|case| case.destination_closed = close);
}
