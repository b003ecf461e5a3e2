// SPDX-License-Identifier: Apache-2.0

//! The rules about documents hold for invoices and credit notes alike.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn refuses(fault: InvoiceFault, change: impl Fn(&mut InvoiceDocument)) {
	for case in [Case::issue(), Case::pay_and_invoice(), Case::credit(OutputKind::Cleared)] {
		case.refuses(fault, |case| change(case.document()));
	}
	let mut document = document();
	assert_eq!(document.check(NOON), Ok(()));
	change(&mut document);
	assert_eq!(document.check(NOON), Err(fault));
}

#[test]
fn an_unknown_currency_is_refused() {
	refuses(InvoiceFault::UnknownCurrency, |document| {
		document.currency = Currency(*b"EUX")
	});
	refuses(InvoiceFault::UnknownCurrency, |document| {
		document.currency = Currency(*b"eur")
	});
	refuses(InvoiceFault::UnknownCurrency, |document| {
		document.currency = Currency([0xff, 0, 0x80])
	});
	Case::receipt().refuses(InvoiceFault::UnknownCurrency, |case| {
		case.payment().currency = Currency(*b"URE")
	});
}

#[test]
fn a_day_that_is_none_is_refused() {
	refuses(InvoiceFault::NoSuchDate, |document| document.issued.day = 0);
	refuses(InvoiceFault::NoSuchDate, |document| {
		document.issued = Date {
			year: 2026,
			month: 2,
			day: 29,
		}
	});
}

#[test]
fn a_date_that_is_nowhere_on_earth_yet_is_refused() {
	refuses(InvoiceFault::FutureDate, |document| document.issued = date("2026-11-23"));
	for case in [Case::issue(), Case::pay_and_invoice(), Case::credit(OutputKind::Cleared)] {
		case.allows(|case| case.document().issued = date("2026-11-22"));
	}
}

#[test]
fn a_document_over_nothing_is_refused() {
	refuses(InvoiceFault::ZeroValue, |document| {
		document.breakdown = Default::default();
		document.totals = Totals::default();
	});
	refuses(InvoiceFault::ZeroValue, |document| {
		for line in document.breakdown.iter_mut() {
			(line.lines, line.allowances, line.charges, line.taxable, line.tax) = (0, 0, 0, 0, 0);
		}
		document.totals = Totals::default();
	});
}

#[test]
fn categories_that_are_not_in_order_are_refused() {
	refuses(InvoiceFault::AmountsNotInOrder, |document| {
		let again = document.breakdown[0];
		document.breakdown.try_push(again).unwrap();
	});
	let mut swapped = document();
	swapped.breakdown = vec![swapped.breakdown[1], swapped.breakdown[0]].try_into().unwrap();
	assert_eq!(swapped.check(NOON), Err(InvoiceFault::AmountsNotInOrder));
}

#[test]
fn a_rate_of_a_document_that_does_not_go_with_its_category_is_refused() {
	refuses(InvoiceFault::WrongRate, |document| document.breakdown[0].rate = 0);
	let mut zero_rated = document();
	zero_rated.breakdown[1].rate = 700;
	assert_eq!(zero_rated.check(NOON), Err(InvoiceFault::WrongRate));
}

#[test]
fn vat_of_a_document_where_there_is_no_rate_is_refused() {
	let mut document = document();
	document.breakdown[1].tax = 1;
	assert_eq!(document.check(NOON), Err(InvoiceFault::UnexpectedVat));
}

#[test]
fn a_taxable_amount_that_is_not_its_lines_less_allowances_plus_charges_is_refused() {
	refuses(InvoiceFault::WrongTaxableAmount, |document| {
		document.breakdown[0].taxable += 1
	});
	refuses(InvoiceFault::WrongTaxableAmount, |document| document.breakdown[0].lines -= 1);
	refuses(InvoiceFault::WrongTaxableAmount, |document| {
		document.breakdown[0].allowances += 1
	});
	refuses(InvoiceFault::WrongTaxableAmount, |document| {
		document.breakdown[0].charges += 1
	});
}

#[test]
fn a_negative_taxable_amount_is_refused() {
	refuses(InvoiceFault::WrongTaxableAmount, |document| {
		document.breakdown[0].allowances = 20_000;
	});
	refuses(InvoiceFault::WrongTaxableAmount, |document| {
		let line = &mut document.breakdown[0];
		// 2^64 would make it right.
		(line.lines, line.allowances, line.charges) = (0, u64::MAX - line.taxable + 1, 0);
	});
}

#[test]
fn vat_may_differ_from_its_rate_by_less_than_one_unit_of_the_currency() {
	let with_vat = |vat: u64, currency: &str| {
		let mut note = note();
		note.currency = currency.parse().unwrap();
		note.breakdown[0].tax = vat;
		(note.totals.vat, note.totals.inclusive) = (vat, 4_000 + vat);
		note.totals.due = i64::try_from(note.totals.inclusive).unwrap();
		note.check(NOON)
	};
	// 19 % of 4,000 is 760: hundredths of a euro, whole yen, thousandths of a dinar.
	for (currency, unit) in [("EUR", 100), ("JPY", 1), ("KWD", 1_000)] {
		assert_eq!(with_vat(760, currency), Ok(()));
		assert_eq!(with_vat(760 + unit - 1, currency), Ok(()));
		assert_eq!(with_vat(760 + unit, currency), Err(InvoiceFault::WrongVat));
		if let Some(least) = 760u64.checked_sub(unit) {
			assert_eq!(with_vat(least + 1, currency), Ok(()));
			assert_eq!(with_vat(least, currency), Err(InvoiceFault::WrongVat));
		}
	}
	refuses(InvoiceFault::WrongVat, |document| document.breakdown[0].tax += 100);
}

#[test]
fn vat_of_a_receipt_may_differ_from_its_rate_by_less_than_one_unit_of_the_currency() {
	for vat in [1_900, 1_999, 1_801] {
		Case::receipt().allows(|case| case.transaction.outputs[0].amounts = both(10_000, vat, 500));
	}
	for vat in [0, 1_800, 2_000, u64::MAX - 20_000] {
		Case::receipt().refuses(InvoiceFault::WrongVat, |case| {
			case.transaction.outputs[0].amounts = both(10_000, vat, 500);
		});
	}
}

#[test]
fn a_sum_of_lines_that_is_not_that_of_all_categories_is_refused() {
	refuses(InvoiceFault::WrongLineTotal, |document| document.totals.lines += 1);
}

#[test]
fn a_sum_of_allowances_that_is_not_that_of_all_categories_is_refused() {
	refuses(InvoiceFault::WrongAllowanceTotal, |document| document.totals.allowances += 1);
}

#[test]
fn a_sum_of_charges_that_is_not_that_of_all_categories_is_refused() {
	refuses(InvoiceFault::WrongChargeTotal, |document| document.totals.charges += 1);
}

#[test]
fn a_total_without_vat_that_is_not_lines_less_allowances_plus_charges_is_refused() {
	refuses(InvoiceFault::WrongTotalWithoutVat, |document| document.totals.exclusive -= 1);
}

#[test]
fn a_vat_total_that_is_not_that_of_all_categories_is_refused() {
	refuses(InvoiceFault::WrongVatTotal, |document| document.totals.vat += 1);
}

#[test]
fn a_total_with_vat_that_is_not_the_one_without_and_the_vat_is_refused() {
	refuses(InvoiceFault::WrongTotalWithVat, |document| document.totals.inclusive += 1);
}

#[test]
fn an_amount_due_that_is_not_the_total_less_what_was_paid_plus_rounding_is_refused() {
	refuses(InvoiceFault::WrongAmountDue, |document| document.totals.due += 1);
	refuses(InvoiceFault::WrongAmountDue, |document| document.totals.paid += 1);
	refuses(InvoiceFault::WrongAmountDue, |document| document.totals.rounding = i64::MAX);
}

#[test]
fn paying_more_than_the_total_makes_a_negative_amount_due() {
	let mut document = document();
	(document.totals.paid, document.totals.due) = (12_500, -110);
	assert_eq!(document.check(NOON), Ok(()));
}

#[test]
fn sums_larger_than_an_amount_can_be_are_refused() {
	let huge = |lines: u64, allowances: u64, charges: u64| {
		let line = |category| VatBreakdown {
			category,
			rate: 0,
			lines,
			allowances,
			charges,
			taxable: lines - allowances + charges,
			tax: 0,
		};
		let mut document = document();
		document.breakdown = vec![line(VatCategory::Z), line(VatCategory::E)].try_into().unwrap();
		document.totals = Totals {
			lines: lines.wrapping_mul(2),
			allowances: allowances.wrapping_mul(2),
			charges: charges.wrapping_mul(2),
			exclusive: (lines - allowances + charges).wrapping_mul(2),
			vat: 0,
			inclusive: (lines - allowances + charges).wrapping_mul(2),
			paid: 0,
			rounding: 0,
			due: (lines - allowances + charges).wrapping_mul(2) as i64,
		};
		document.check(NOON)
	};
	const HALF: u64 = 1 << 63;
	assert_eq!(huge(HALF / 2 - 1, 0, 0), Ok(()));
	assert_eq!(huge(HALF, 0, 0), Err(InvoiceFault::Overflow));
	assert_eq!(huge(HALF - 1, HALF - 2, 0), Ok(()));
	assert_eq!(huge(0, 0, HALF), Err(InvoiceFault::Overflow));
	// Two lines of half of it each, and all of it allowed: in 128 bits this is exact.
	assert_eq!(huge(HALF - 1, HALF - 1, 1), Ok(()));

	let mut taxed = note();
	taxed.breakdown[0] = VatBreakdown {
		lines: u64::MAX,
		taxable: u64::MAX,
		tax: u64::MAX / 100 * 19,
		..taxed.breakdown[0]
	};
	taxed.totals = Totals {
		lines: u64::MAX,
		exclusive: u64::MAX,
		vat: u64::MAX / 100 * 19,
		..Totals::default()
	};
	assert_eq!(taxed.check(NOON), Err(InvoiceFault::Overflow));
}

/// A line, and by how much its VAT is rounded.
fn line() -> impl Strategy<Value = (u16, u32, u32, u32, i64)> {
	(1..10_000u16, any::<u32>(), any::<u32>(), any::<u32>(), -99..100i64)
}

proptest! {
	/// Whatever adds up is accepted; one minor unit more or less in any sum of it is refused.
	#[test]
	fn a_document_adds_up_to_the_minor_unit(
		lines in proptest::collection::btree_map(0..9u8, line(), 1..8),
		paid: u32,
		rounding in -50..50i64,
		place in 0..16usize,
	) {
		let breakdown: Vec<_> = lines
			.into_iter()
			.map(|(category, (rate, lines, allowances, charges, rounded))| {
				let category = VatCategory::ALL[usize::from(category)];
				let rate = if category.allows(rate) { rate } else { 0 };
				let (lines, allowances, charges) = (u64::from(lines) + 1_000, u64::from(allowances % 1_000), u64::from(charges));
				let taxable = lines - allowances + charges;
				let exact = i64::try_from(taxable).unwrap() * i64::from(rate) / 10_000;
				let tax = if rate == 0 { 0 } else { u64::try_from((exact + rounded).max(0)).unwrap() };
				VatBreakdown { category, rate, lines, allowances, charges, taxable, tax }
			})
			.collect();
		let sum = |part: fn(&VatBreakdown) -> u64| breakdown.iter().map(part).sum::<u64>();
		let inclusive = sum(|line| line.taxable) + sum(|line| line.tax);
		let totals = Totals {
			lines: sum(|line| line.lines),
			allowances: sum(|line| line.allowances),
			charges: sum(|line| line.charges),
			exclusive: sum(|line| line.taxable),
			vat: sum(|line| line.tax),
			inclusive,
			paid: u64::from(paid),
			rounding,
			due: i64::try_from(inclusive).unwrap() - i64::from(paid) + rounding,
		};
		let mut document = InvoiceDocument { breakdown: breakdown.try_into().unwrap(), totals, ..document() };
		prop_assert_eq!(document.check(NOON), Ok(()));

		let (line, totals) = (&mut document.breakdown[0], &mut document.totals);
		let places = [
			&mut line.lines,
			&mut line.allowances,
			&mut line.charges,
			&mut line.taxable,
			&mut line.tax,
			&mut totals.lines,
			&mut totals.allowances,
			&mut totals.charges,
			&mut totals.exclusive,
			&mut totals.vat,
			&mut totals.inclusive,
			&mut totals.paid,
		];
		let count = places.len();
		for (index, part) in places.into_iter().enumerate() {
			if index == place % count {
				*part += 1;
			}
		}
		prop_assert!(document.check(NOON).is_err());
	}
}
