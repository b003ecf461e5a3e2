// SPDX-License-Identifier: Apache-2.0

//! Amounts of money, as people type and read them.

use crate::Failure;
use chirograph_sdk::{
	invoices::{self, format_minor, format_rate},
	primitives::invoice::{Amounts, Currency, VatAmount, VatCategory, VatRate, MAX_RATE},
};
use std::{fmt, str::FromStr};

/// More decimals than any currency has.
const MAX_DECIMALS: usize = 4;

/// An amount as it was typed: how many minor units it is, its currency says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
	/// All digits.
	digits: u64,
	/// How many of them are behind the point.
	decimals: u32,
}

impl Money {
	/// In minor units of the currency.
	pub fn minor(self, currency: Currency) -> Result<u64, String> {
		let unknown = || format!("there is no currency {currency} in use");
		let places = currency.minor_digits().ok_or_else(unknown)?;
		let missing = places
			.checked_sub(self.decimals)
			.ok_or_else(|| format!("{self} has more decimals than {currency}, which has {places}"))?;
		let unit = 10u64.checked_pow(missing);
		unit.and_then(|unit| self.digits.checked_mul(unit))
			.ok_or_else(|| format!("{self} is more than an amount can be"))
	}
}

impl fmt::Display for Money {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(&with_point(self.digits, self.decimals))
	}
}

impl FromStr for Money {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let (digits, decimals) = decimal(text).ok_or("expected an amount such as 100.00")?;
		// Digits they are: there are too many of them.
		let digits = digits.parse().map_err(|_| format!("{text} is more than an amount can be"))?;
		Ok(Self { digits, decimals })
	}
}

/// One of the amounts of a transaction, as it was typed: `S:19:100.00:19.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VatLine {
	category: VatCategory,
	/// In hundredths of a percent.
	rate: u16,
	net: Money,
	vat: Money,
}

impl FromStr for VatLine {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let parts: Vec<_> = text.split(':').collect();
		let [category, percent, net, vat] = parts[..] else {
			return Err("expected category, percent, net and VAT, such as S:19:100.00:19.00".into());
		};
		let VatRate { category, rate } = rate_of(category, percent)?;
		Ok(Self {
			category,
			rate,
			net: net.parse()?,
			vat: vat.parse()?,
		})
	}
}

/// As the ledger has them: in minor units, and in order.
pub fn amounts(lines: &[VatLine], currency: Currency) -> Result<Amounts, Failure> {
	let minor = |money: Money| money.minor(currency).map_err(Failure::Usage);
	let mut amounts = Vec::new();
	for line in lines {
		amounts.push(VatAmount {
			category: line.category,
			rate: line.rate,
			net: minor(line.net)?,
			vat: minor(line.vat)?,
		});
	}
	Ok(invoices::amounts(amounts)?)
}

/// A category of VAT and its rate, such as `S:19`; of those without VAT, the category alone, such as `E`.
pub fn vat_rate(text: &str) -> Result<VatRate, String> {
	let (category, percent) = text.split_once(':').unwrap_or((text, "0"));
	rate_of(category, percent)
}

fn rate_of(category: &str, percent: &str) -> Result<VatRate, String> {
	let category = VatCategory::from_str(category).map_err(|error| error.to_string())?;
	let rate = rate(percent).ok_or("expected a rate in percent, of two decimals at the most, such as 19 or 5.5")?;
	if rate > MAX_RATE {
		return Err("a rate is 100 percent at the most".into());
	}
	if !category.allows(rate) {
		return Err(match category {
			VatCategory::S => "the rate of category S is above zero, such as S:19; zero rated is Z".into(),
			_ => format!("the rate of category {category} is zero"),
		});
	}
	Ok(VatRate { category, rate })
}

/// All digits of a number, and how many of them are behind its point. Neither signs nor spaces.
fn decimal(text: &str) -> Option<(String, u32)> {
	let (whole, fraction) = match text.split_once('.') {
		Some((_, "")) => return None,
		Some(parts) => parts,
		None => (text, ""),
	};
	let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
	if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > MAX_DECIMALS {
		return None;
	}
	Some((format!("{whole}{fraction}"), u32::try_from(fraction.len()).ok()?))
}

/// A rate in hundredths of a percent.
fn rate(text: &str) -> Option<u16> {
	let (digits, decimals) = decimal(text)?;
	let unit = 10u64.checked_pow(2u32.checked_sub(decimals)?)?;
	u16::try_from(digits.parse::<u64>().ok()?.checked_mul(unit)?).ok()
}

fn with_point(digits: u64, decimals: u32) -> String {
	let places = usize::try_from(decimals).unwrap_or_default();
	let text = format!("{digits:0>width$}", width = places.saturating_add(1));
	match text.split_at_checked(text.len().saturating_sub(places)) {
		Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
		_ => text,
	}
}

/// As [`format_minor`], of what may be below zero.
pub fn format_signed(minor: i64, currency: Currency) -> String {
	let sign = if minor < 0 { "-" } else { "" };
	format!("{sign}{}", format_minor(minor.unsigned_abs(), currency))
}

/// Rows whose cells are below each other: the first cells to the left, and all others, which are numbers, to the right.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
	let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
	let width = |column: usize| {
		let cells = rows.iter().filter_map(|row| row.get(column));
		cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
	};
	let widths: Vec<_> = (0..columns).map(width).collect();
	let line = |row: &Vec<String>| {
		let cells = row
			.iter()
			.zip(&widths)
			.enumerate()
			.map(|(column, (cell, &width))| match column {
				0 => format!("{cell:<width$}"),
				_ => format!("{cell:>width$}"),
			});
		cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
	};
	rows.iter().map(line).collect()
}

/// Amounts as a table, category by category, with what they come to if there are several.
pub fn describe_amounts(amounts: &[VatAmount], currency: Currency) -> Vec<String> {
	let mut rows = vec![vec![format!("in {currency}"), "net".into(), "VAT".into(), "with VAT".into()]];
	let row = |name: String, net: u64, vat: u64| {
		let all = net.checked_add(vat);
		let all = all.map_or_else(|| "too much".into(), |all| format_minor(all, currency));
		vec![name, format_minor(net, currency), format_minor(vat, currency), all]
	};
	for amount in amounts {
		let name = format!("{} {}", amount.category, format_rate(amount.rate));
		rows.push(row(name, amount.net, amount.vat));
	}
	if amounts.len() > 1 {
		let sum = |part: fn(&VatAmount) -> u64| amounts.iter().map(part).try_fold(0u64, u64::checked_add);
		if let (Some(net), Some(vat)) = (sum(|amount| amount.net), sum(|amount| amount.vat)) {
			rows.push(row("together".into(), net, vat));
		}
	}
	table(&rows)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn currency(code: &str) -> Currency {
		code.parse().unwrap()
	}

	fn line(text: &str) -> VatLine {
		text.parse().unwrap()
	}

	#[test]
	fn an_amount_is_counted_in_the_currencys_minor_units() {
		for (text, code, minor) in [
			("100.00", "EUR", 10_000),
			("100.5", "EUR", 10_050),
			("100", "EUR", 10_000),
			("0.01", "EUR", 1),
			("100", "JPY", 100),
			("1.234", "KWD", 1_234),
			("184467440737095516.15", "EUR", u64::MAX),
		] {
			assert_eq!(
				text.parse::<Money>().unwrap().minor(currency(code)),
				Ok(minor),
				"{text} {code}"
			);
		}
	}

	#[test]
	fn an_amount_that_the_currency_cannot_express_is_refused() {
		for (text, code) in [
			("1.005", "EUR"),
			("1.0", "JPY"),
			("184467440737095516.16", "EUR"),
			("184467440737095517", "EUR"),
		] {
			let minor = text.parse::<Money>().and_then(|money| money.minor(currency(code)));
			assert!(minor.is_err(), "{text} {code}");
		}
		let unknown = Currency(*b"ABC");
		assert!("1".parse::<Money>().unwrap().minor(unknown).is_err());
	}

	#[test]
	fn what_is_no_amount_is_refused() {
		for text in [
			"",
			"-1",
			"+1",
			"1,00",
			"1.",
			".5",
			"1.2.3",
			" 1",
			"1 ",
			"1e3",
			"1.00000",
			"0x1",
			"١",
			"18446744073709551616",
		] {
			assert!(text.parse::<Money>().is_err(), "{text:?}");
		}
		assert!("1.00".parse::<Money>().is_ok());
	}

	#[test]
	fn too_many_digits_are_told_from_what_is_no_amount() {
		let refused = |text: &str| text.parse::<Money>().err().unwrap_or_default();
		assert!(refused("184467440737095516.16").contains("more than an amount can be"));
		assert!(refused("100,00").contains("expected"));
	}

	#[test]
	fn lines_are_read_in_any_order_and_sorted() {
		let lines = [line("E:0:5:0"), line("S:19:100.00:19.00"), line("S:7:10:0.70")];
		let amounts = amounts(&lines, currency("EUR")).ok().unwrap();
		let found: Vec<_> = amounts.iter().map(|amount| (amount.key(), amount.net, amount.vat)).collect();
		assert_eq!(
			found,
			[
				((VatCategory::S, 700), 1_000, 70),
				((VatCategory::S, 1_900), 10_000, 1_900),
				((VatCategory::E, 0), 500, 0),
			]
		);
	}

	#[test]
	fn what_is_no_line_is_refused() {
		for text in [
			"",
			"S:19:100.00",
			"S:19:100.00:19.00:1",
			"X:19:100.00:19.00",
			"s:19:100.00:19.00",
			"S:0:100.00:0",
			"Z:7:100.00:7.00",
			"S:19.005:100.00:19.00",
			"S:700:100.00:19.00",
			"S:19%:100.00:19.00",
			"S:-19:100.00:19.00",
			"S:19:-100.00:19.00",
			"S:19:100,00:19,00",
		] {
			assert!(text.parse::<VatLine>().is_err(), "{text:?}");
		}
		assert!("S:19:100.00:19.00".parse::<VatLine>().is_ok());
		assert!("S:5.5:100.00:5.50".parse::<VatLine>().is_ok());
	}

	#[test]
	fn a_rate_is_written_with_its_category_and_none_without_vat() {
		let of = |text: &str| vat_rate(text).map(|VatRate { category, rate }| (category, rate));
		assert_eq!(of("S:19"), Ok((VatCategory::S, 1_900)));
		assert_eq!(of("S:100"), Ok((VatCategory::S, 10_000)), "the control");
		assert_eq!((of("E"), of("E:0")), (Ok((VatCategory::E, 0)), Ok((VatCategory::E, 0))));
		for text in ["S", "S:0", "S:100.01", "E:7", "T:19", "S:19:1", "", "19"] {
			assert!(of(text).is_err(), "{text}");
		}
	}

	#[test]
	fn amounts_that_the_ledger_would_refuse_are_refused_here() {
		let euro = currency("EUR");
		assert!(amounts(&[line("S:19:1:0.19"), line("S:19:2:0.38")], euro).is_err());
		assert!(amounts(&[line("Z:0:0:0")], euro).is_err());
		assert!(amounts(&[line("S:19:1.001:0.19")], euro).is_err());
		let many: Vec<_> = (1..=9).map(|rate| line(&format!("S:{rate}:100:{rate}"))).collect();
		assert!(amounts(&many, euro).is_err());
		assert!(amounts(&many[..8], euro).is_ok());
	}

	#[test]
	fn amounts_are_shown_with_the_currencys_decimals() {
		for (minor, code, text) in [
			(0, "EUR", "0.00"),
			(5, "EUR", "0.05"),
			(12_345, "EUR", "123.45"),
			(12_345, "JPY", "12345"),
			(12_345, "KWD", "12.345"),
		] {
			assert_eq!(format_minor(minor, currency(code)), text);
		}
		assert_eq!(format_signed(-5, currency("EUR")), "-0.05");
		assert_eq!(format_signed(i64::MIN, currency("JPY")), "-9223372036854775808");
	}

	#[test]
	fn amounts_are_right_aligned_per_category() {
		let amounts = amounts(&[line("S:19:100.00:19.00"), line("E:0:5:0")], currency("EUR"));
		let amounts = amounts.ok().unwrap();
		assert_eq!(
			describe_amounts(&amounts, currency("EUR")),
			[
				"in EUR       net    VAT  with VAT",
				"S 19 %    100.00  19.00    119.00",
				"E 0 %       5.00   0.00      5.00",
				"together  105.00  19.00    124.00",
			]
		);
	}
}
