// SPDX-License-Identifier: Apache-2.0

//! From what a document says to what the ledger must know of it.

use super::{DocumentKind, EInvoice, EInvoiceError, PartyName, Syntax};
use crate::document::sha256;
use chirograph_primitives::{
	invoice::{Currency, Date, InvoiceDocument, Totals, VatBreakdown, VatBreakdowns, VatCategory},
	DocumentHash, InvoiceNumber,
};
use en16931::{
	invoice::{Code, LineVat, Party},
	Invoice, InvoiceAmount, ParseAmountError, Percentage,
};
use en16931_formats::{report::Kind, Read};
use std::collections::BTreeMap;

/// Decimals of an amount in the model.
const MODEL_DIGITS: u32 = 2;

/// Fails where the ledger has no word for what the document says, whatever else may be wrong with it.
pub(super) fn ensure_known(read: &Read) -> Result<(), EInvoiceError> {
	let invoice = &read.invoice;
	if invoice.number.is_none() {
		return Err(EInvoiceError::NoNumber);
	}
	if invoice.issue_date.is_none() {
		return Err(EInvoiceError::NoDate);
	}
	if let Some(code) = invoice.currency.as_ref().filter(|code| !code.is_blank()) {
		currency_of(code)?;
	}
	let breakdown = invoice.vat_breakdown.iter().map(|vat| (&vat.category, vat.rate));
	let lines = invoice.lines.iter().map(|line| &line.vat);
	let others = invoice.allowances.iter().chain(&invoice.charges).map(|other| &other.vat);
	for (category, rate) in breakdown.chain(lines.chain(others).map(|vat| (&vat.category, vat.rate))) {
		// Where there is none, a rule is broken that says so.
		if !category.is_blank() {
			category_of(category)?;
		}
		rate_of(rate)?;
	}
	for entry in read.entries_of(Kind::Malformed) {
		let term = entry.term.clone().unwrap_or_else(|| entry.path.clone());
		match entry.value.as_deref().map(InvoiceAmount::parse) {
			Some(Err(ParseAmountError::OutOfRange { .. })) => return Err(EInvoiceError::Overflow { term }),
			Some(Err(ParseAmountError::TooManyDecimals { input, .. })) => {
				return Err(EInvoiceError::FractionOfMinorUnit { term, amount: input });
			},
			_ => (),
		}
	}
	Ok(())
}

/// Of a document that breaks no rule.
pub(super) fn extract(syntax: Syntax, kind: DocumentKind, invoice: &Invoice, bytes: &[u8]) -> Result<EInvoice, EInvoiceError> {
	let number = invoice.number.clone().ok_or(EInvoiceError::NoNumber)?;
	let issued = invoice.issue_date.and_then(date_of).ok_or(EInvoiceError::NoDate)?;
	let currency = currency_of(&invoice.currency.clone().unwrap_or_default())?;
	let money = Money::of(currency)?;
	Ok(EInvoice {
		syntax,
		kind,
		issued,
		currency,
		seller: party_of(&invoice.seller),
		buyer: party_of(&invoice.buyer),
		preceding: invoice
			.preceding_invoices
			.iter()
			.map(|before| before.reference.as_str().to_owned())
			.collect(),
		document: InvoiceDocument {
			hash: DocumentHash(sha256(bytes)),
			number: InvoiceNumber::of(&number),
			issued,
			currency,
			breakdown: breakdown_of(invoice, &money)?,
			totals: totals_of(invoice, &money)?,
		},
		number,
	})
}

fn date_of(date: en16931::Date) -> Option<Date> {
	let (month, day) = (date.month(), date.day());
	let year = u16::try_from(date.year()).ok()?;
	Some(Date { year, month, day })
}

fn currency_of(code: &Code) -> Result<Currency, EInvoiceError> {
	code.as_str()
		.parse()
		.map_err(|_| EInvoiceError::UnknownCurrency { code: code.to_string() })
}

fn category_of(code: &Code) -> Result<VatCategory, EInvoiceError> {
	code.as_str()
		.parse()
		.map_err(|_| EInvoiceError::UnknownCategory { code: code.to_string() })
}

fn party_of(party: &Party) -> PartyName {
	PartyName {
		name: party.name.clone(),
		vat_identifier: party.vat_identifier.clone(),
	}
}

/// In hundredths of a percent. What is not subject to VAT has no rate, which is zero.
fn rate_of(rate: Option<Percentage>) -> Result<u16, EInvoiceError> {
	let Some(rate) = rate else { return Ok(0) };
	let hundredths = rate.into_decimal().checked_mul(100.into());
	hundredths
		.filter(|hundredths| hundredths.fract().is_zero())
		.and_then(|hundredths| u16::try_from(hundredths).ok())
		.ok_or_else(|| EInvoiceError::UnusableRate { rate: rate.to_string() })
}

/// How amounts of the model become those of a currency.
struct Money {
	/// Minor units of the currency in one of the model, or the other way round.
	factor: i64,
	/// The currency's are the larger ones.
	divide: bool,
}

impl Money {
	fn of(currency: Currency) -> Result<Self, EInvoiceError> {
		let unknown = || EInvoiceError::UnknownCurrency {
			code: currency.to_string(),
		};
		let digits = currency.minor_digits().ok_or_else(unknown)?;
		Ok(Self {
			factor: 10i64.checked_pow(digits.abs_diff(MODEL_DIGITS)).ok_or_else(unknown)?,
			divide: digits < MODEL_DIGITS,
		})
	}

	/// In minor units of the currency.
	fn signed(&self, amount: InvoiceAmount, term: &str) -> Result<i64, EInvoiceError> {
		let units = amount.to_minor_units();
		let converted = if self.divide {
			Some(units / self.factor).filter(|whole| whole * self.factor == units)
		} else {
			return units.checked_mul(self.factor).ok_or_else(|| overflow(term));
		};
		converted.ok_or_else(|| EInvoiceError::FractionOfMinorUnit {
			term: term.into(),
			amount: amount.to_string(),
		})
	}

	/// The same of what cannot be less than zero.
	fn unsigned(&self, amount: InvoiceAmount, term: &str) -> Result<u64, EInvoiceError> {
		u64::try_from(self.signed(amount, term)?).map_err(|_| EInvoiceError::NegativeAmount {
			term: term.into(),
			amount: amount.to_string(),
		})
	}

	/// What is not there is zero.
	fn optional(&self, amount: Option<InvoiceAmount>, term: &str) -> Result<u64, EInvoiceError> {
		amount.map_or(Ok(0), |amount| self.unsigned(amount, term))
	}
}

fn overflow(term: &str) -> EInvoiceError {
	EInvoiceError::Overflow { term: term.into() }
}

type Key = (VatCategory, u16);

fn key_of(vat: &LineVat) -> Result<Key, EInvoiceError> {
	Ok((category_of(&vat.category)?, rate_of(vat.rate)?))
}

/// Category by category and rate by rate, the sum of what may be less than zero each by itself.
fn sums<'a>(
	amounts: impl Iterator<Item = (&'a LineVat, InvoiceAmount)>,
	term: &str,
	money: &Money,
) -> Result<BTreeMap<Key, u64>, EInvoiceError> {
	let mut sums = BTreeMap::<Key, InvoiceAmount>::new();
	for (vat, amount) in amounts {
		let sum = sums.entry(key_of(vat)?).or_default();
		*sum = sum.checked_add(amount).map_err(|_| overflow(term))?;
	}
	let converted = sums.into_iter().map(|(key, sum)| Ok((key, money.unsigned(sum, term)?)));
	converted.collect()
}

fn breakdown_of(invoice: &Invoice, money: &Money) -> Result<VatBreakdowns, EInvoiceError> {
	let nothing = |(category, rate): Key| VatBreakdown {
		category,
		rate,
		lines: 0,
		allowances: 0,
		charges: 0,
		taxable: 0,
		tax: 0,
	};
	let mut breakdown = BTreeMap::<Key, VatBreakdown>::new();
	let mut entry_of = |key: Key, change: &dyn Fn(&mut VatBreakdown) -> Option<()>, term: &str| {
		let entry = breakdown.entry(key).or_insert_with(|| nothing(key));
		change(entry).ok_or_else(|| overflow(term))
	};
	for vat in &invoice.vat_breakdown {
		let key = (category_of(&vat.category)?, rate_of(vat.rate)?);
		let taxable = money.unsigned(vat.taxable_amount, "BT-116")?;
		let tax = money.unsigned(vat.tax_amount, "BT-117")?;
		// Twice, where there are two reasons for an exemption.
		let add = |entry: &mut VatBreakdown| {
			entry.taxable = entry.taxable.checked_add(taxable)?;
			entry.tax = entry.tax.checked_add(tax)?;
			Some(())
		};
		entry_of(key, &add, "BG-23")?;
	}
	let lines = invoice.lines.iter().map(|line| (&line.vat, line.net_amount));
	for (key, sum) in sums(lines, "BT-131", money)? {
		entry_of(
			key,
			&|entry| {
				entry.lines = sum;
				Some(())
			},
			"BT-131",
		)?;
	}
	let allowances = invoice.allowances.iter().map(|allowance| (&allowance.vat, allowance.amount));
	for (key, sum) in sums(allowances, "BT-92", money)? {
		entry_of(
			key,
			&|entry| {
				entry.allowances = sum;
				Some(())
			},
			"BT-92",
		)?;
	}
	let charges = invoice.charges.iter().map(|charge| (&charge.vat, charge.amount));
	for (key, sum) in sums(charges, "BT-99", money)? {
		entry_of(
			key,
			&|entry| {
				entry.charges = sum;
				Some(())
			},
			"BT-99",
		)?;
	}
	let found = breakdown.len();
	let breakdown: Vec<_> = breakdown.into_values().collect();
	VatBreakdowns::try_from(breakdown).map_err(|_| EInvoiceError::TooManyCategories { found })
}

fn totals_of(invoice: &Invoice, money: &Money) -> Result<Totals, EInvoiceError> {
	let totals = &invoice.totals;
	Ok(Totals {
		lines: money.unsigned(totals.line_total, "BT-106")?,
		allowances: money.optional(totals.allowance_total, "BT-107")?,
		charges: money.optional(totals.charge_total, "BT-108")?,
		exclusive: money.unsigned(totals.taxable_total, "BT-109")?,
		vat: money.optional(totals.vat_total, "BT-110")?,
		inclusive: money.unsigned(totals.gross_total, "BT-112")?,
		paid: money.optional(totals.paid, "BT-113")?,
		rounding: totals.rounding.map_or(Ok(0), |rounding| money.signed(rounding, "BT-114"))?,
		due: money.signed(totals.due, "BT-115")?,
	})
}
