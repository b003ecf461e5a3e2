// SPDX-License-Identifier: Apache-2.0

//! Whether an invoice or a credit note adds up, by the rules of EN 16931.

use super::{amounts_of, validation::ensure, InvoiceDocument, InvoiceFault, VatBreakdown, VatCategory};
use crate::Moment;

impl InvoiceDocument {
	/// Whether it can be an invoice or a credit note at that time. It is not asked whether its number is free: the ledger knows that.
	///
	/// The VAT of a category may differ from `taxable × rate` by less than one whole unit of the currency; all else is exact.
	pub fn check(&self, now: Moment) -> Result<(), InvoiceFault> {
		let unit = self.currency.unit().ok_or(InvoiceFault::UnknownCurrency)?;
		ensure(self.issued.is_valid(), InvoiceFault::NoSuchDate)?;
		ensure(!self.issued.is_future(now), InvoiceFault::FutureDate)?;
		ensure(!amounts_of(&self.breakdown).is_empty(), InvoiceFault::ZeroValue)?;
		ensure(
			self.breakdown.is_sorted_by(|line, next| line.key() < next.key()),
			InvoiceFault::AmountsNotInOrder,
		)?;
		self.breakdown.iter().try_for_each(|line| check_line(line, unit))?;
		self.check_totals()
	}

	/// BR-CO-10 to BR-CO-16.
	fn check_totals(&self) -> Result<(), InvoiceFault> {
		let totals = &self.totals;
		ensure(self.sum(|line| line.lines)? == totals.lines, InvoiceFault::WrongLineTotal)?;
		ensure(
			self.sum(|line| line.allowances)? == totals.allowances,
			InvoiceFault::WrongAllowanceTotal,
		)?;
		ensure(
			self.sum(|line| line.charges)? == totals.charges,
			InvoiceFault::WrongChargeTotal,
		)?;
		ensure(
			net(totals.lines, totals.allowances, totals.charges) == i128::from(totals.exclusive),
			InvoiceFault::WrongTotalWithoutVat,
		)?;
		ensure(self.sum(|line| line.tax)? == totals.vat, InvoiceFault::WrongVatTotal)?;
		let inclusive = totals.exclusive.checked_add(totals.vat).ok_or(InvoiceFault::Overflow)?;
		ensure(inclusive == totals.inclusive, InvoiceFault::WrongTotalWithVat)?;
		// Saturating, and it never does: numbers of 64 bits in 128.
		let due = i128::from(totals.inclusive)
			.saturating_sub(i128::from(totals.paid))
			.saturating_add(i128::from(totals.rounding));
		ensure(due == i128::from(totals.due), InvoiceFault::WrongAmountDue)
	}

	fn sum(&self, part: impl Fn(&VatBreakdown) -> u64) -> Result<u64, InvoiceFault> {
		let mut parts = self.breakdown.iter().map(part);
		parts
			.try_fold(0u64, |sum, part| sum.checked_add(part))
			.ok_or(InvoiceFault::Overflow)
	}
}

/// One category at one rate. `unit` is how many minor units a whole one of the currency has.
fn check_line(line: &VatBreakdown, unit: u64) -> Result<(), InvoiceFault> {
	check_rate(line.category, line.rate, line.tax)?;
	ensure(
		net(line.lines, line.allowances, line.charges) == i128::from(line.taxable),
		InvoiceFault::WrongTaxableAmount,
	)?;
	check_vat(line.taxable, line.rate, line.tax, unit)
}

fn net(lines: u64, allowances: u64, charges: u64) -> i128 {
	// Saturating, and it never does: numbers of 64 bits in 128.
	i128::from(lines)
		.saturating_sub(i128::from(allowances))
		.saturating_add(i128::from(charges))
}

/// Whether the rate goes with the category, and there is no VAT where there is no rate.
pub(super) fn check_rate(category: VatCategory, rate: u16, vat: u64) -> Result<(), InvoiceFault> {
	ensure(category.allows(rate), InvoiceFault::WrongRate)?;
	ensure(rate > 0 || vat == 0, InvoiceFault::UnexpectedVat)
}

/// Whether the VAT is what the rate makes of the net amount, to less than one whole unit of the currency.
pub(super) fn check_vat(net: u64, rate: u16, vat: u64, unit: u64) -> Result<(), InvoiceFault> {
	/// A rate is in hundredths of a percent.
	const WHOLE: u128 = 10_000;
	// Saturating, and it never does: numbers of 64 and of 16 bits in 128.
	let exact = u128::from(net).saturating_mul(u128::from(rate));
	let stated = u128::from(vat).saturating_mul(WHOLE);
	let tolerance = u128::from(unit).saturating_mul(WHOLE);
	ensure(stated.abs_diff(exact) < tolerance, InvoiceFault::WrongVat)
}
