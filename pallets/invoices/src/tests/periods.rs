// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn authority_closes_a_period_and_all_before_it() {
	with_chain(|| {
		assert_eq!(Invoices::closed(place("XX-S")), None);
		assert_ok!(Invoices::close_period(signed(SOUTH), place("XX-S"), period("2026-10")));
		assert_eq!(Invoices::closed(place("XX-S")), Some(period("2026-10")));
		assert_eq!(Invoices::closed(place("XX-N")), None);
		let event = Event::PeriodClosed {
			jurisdiction: place("XX-S"),
			period: period("2026-10"),
			authority: SOUTH,
		};
		assert_eq!(events(), [event]);
		for earlier in ["2026-10", "2026-09", "2025-12"] {
			assert_noop!(
				Invoices::close_period(signed(SOUTH), place("XX-S"), period(earlier)),
				Error::<Test>::AlreadyClosed
			);
		}
		assert_ok!(Invoices::close_period(signed(SOUTH), place("XX-S"), period("2026-11")));
	});
}

#[test]
fn nobody_but_the_competent_authority_closes_a_period() {
	with_chain(|| {
		let close = |label, home: &str| Invoices::close_period(signed(label), place(home), period("2026-10"));
		assert_noop!(close(NORTH, "XX-S"), Error::<Test>::NotCompetent);
		assert_noop!(close(NORTH, "XX"), Error::<Test>::NotCompetent);
		assert_noop!(close(HOSPITAL, "XX-N"), NOT_ADMITTED);
		set_route("XX", Some(NORTH));
		// A region that has none of its own, and a country; but not a region that has.
		assert_ok!(close(NORTH, "XX-W"));
		assert_ok!(close(NORTH, "XX"));
		assert_noop!(close(NORTH, "XX-S"), Error::<Test>::NotCompetent);
		let nowhere = chirograph_primitives::Jurisdiction {
			region: *b"a\0b",
			..place("XX")
		};
		assert_noop!(
			Invoices::close_period(signed(NORTH), nowhere, period("2026-10")),
			Error::<Test>::NotCompetent
		);
	});
}

#[test]
fn period_that_has_not_begun_or_is_none_is_not_closed() {
	with_chain(|| {
		assert_noop!(
			Invoices::close_period(signed(SOUTH), place("XX-S"), period("2026-12")),
			Error::<Test>::FutureDate
		);
		for month in [0, 13] {
			assert_noop!(
				Invoices::close_period(signed(SOUTH), place("XX-S"), Period { year: 2026, month }),
				Error::<Test>::NoSuchDate
			);
		}
	});
}

#[test]
fn no_vat_is_deducted_in_a_period_that_is_closed() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let transaction = clear(&[point], SOUTH, amounts(10, 0));
		// The seller's, and another month: the control.
		assert_ok!(Invoices::close_period(signed(NORTH), place("XX-N"), period("2026-11")));
		assert_ok!(Invoices::close_period(signed(SOUTH), place("XX-S"), period("2026-10")));
		assert_eq!(Invoices::parties(transaction.clone()).map(|parties| parties.len()), Ok(2));
		assert_ok!(Invoices::close_period(signed(SOUTH), place("XX-S"), period("2026-11")));
		assert_noop!(execute(&transaction), Error::<Test>::PeriodClosed);
	});
}

#[test]
fn nothing_is_issued_taken_back_or_void_in_a_period_that_is_closed() {
	with_chain(|| {
		speak_beforehand();
		let (invoice, receipt) = (invoiced("R-1", amounts(10, 0)), paid("order 2", amounts(10, 0)));
		let attempts = [
			issue("R-2", &[receipt], amounts(10, 0)),
			pay_and_invoice(payment("order 3"), NORTH, "R-3", amounts(10, 0)),
			credit("G-1", &[invoice], amounts(10, 0)),
			void_by(NORTH, invoice),
		];
		for transaction in &attempts {
			assert!(Invoices::parties(transaction.clone()).is_ok(), "the control");
		}
		assert_ok!(Invoices::close_period(signed(NORTH), place("XX-N"), period("2026-11")));
		for transaction in &attempts {
			assert_noop!(execute(transaction), Error::<Test>::PeriodClosed);
		}
		// The buyer's right does not wait for anybody's books.
		assert_ok!(execute(&reject(invoice)));
	});
}
