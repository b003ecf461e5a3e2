// SPDX-License-Identifier: Apache-2.0

//! Amounts of money, and the arithmetic of EN 16931 over them.
//!
//! Amounts are integers in minor units of their currency, and never negative. Every sum is exact. The one product, tax from rate, may be
//! rounded as the document's author does: by line or by category, half up or half to even. So the tax of a category may differ from
//! `taxable × rate` by less than one whole unit of the currency, which is what the official rules of EN 16931 allow to BR-CO-17 and
//! BR-S-09; and whatever the document says is what counts.

use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use sp_core::{bounded::BoundedVec, ConstU32};

/// The most categories and rates that an invoice has.
pub const MAX_VAT_LINES: u32 = 8;
/// The highest rate, 100 %, in hundredths of a percent.
pub const MAX_RATE: u16 = 10_000;

/// A currency of ISO 4217, by its three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub struct Currency(pub [u8; 3]);

/// Currencies that people pay with, whose hundredth is their minor unit; in ascending order.
const OF_TWO_DIGITS: &[u8] = b"AEDAFNALLAMDAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCNYCOPCRCCUPCVECZKDKKDOPDZDEGPERNETB\
EURFJDFKPGBPGELGHSGIPGMDGTQGYDHKDHNLHTGHUFIDRILSINRIRRJMDKESKGSKHRKPWKYDKZTLAKLBPLKRLRDLSLMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOK\
NPRNZDPABPENPGKPHPPKRPLNQARRONRSDRUBSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTOPTRYTTDTWDTZSUAHUSDUYUUZSVEDVESWSTXCDXCGYERZARZMWZWG";
/// Those without a minor unit.
const OF_NO_DIGITS: &[u8] = b"BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXVNDVUVXAFXOFXPF";
/// Those whose thousandth it is.
const OF_THREE_DIGITS: &[u8] = b"BHDIQDJODKWDLYDOMRTND";

impl Currency {
	/// How many decimal digits its minor unit has. None: there is no such currency.
	pub fn minor_digits(&self) -> Option<u32> {
		let digits = [(OF_TWO_DIGITS, 2), (OF_NO_DIGITS, 0), (OF_THREE_DIGITS, 3)];
		let mut of = digits
			.into_iter()
			.filter(|(codes, _)| codes.chunks_exact(3).any(|code| code == self.0));
		of.next().map(|(_, digits)| digits)
	}

	/// How many minor units a whole one has. None: there is no such currency.
	pub fn unit(&self) -> Option<u64> {
		self.minor_digits().and_then(|digits| 10u64.checked_pow(digits))
	}
}

/// Why a text is not a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseCurrencyError;

impl fmt::Display for ParseCurrencyError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected a currency of ISO 4217 that is in use, such as EUR")
	}
}

impl core::error::Error for ParseCurrencyError {}

impl fmt::Display for Currency {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		use fmt::Write;
		// Calls decode any bytes.
		self.0
			.iter()
			.try_for_each(|byte| f.write_char(if byte.is_ascii_graphic() { char::from(*byte) } else { '?' }))
	}
}

impl fmt::Debug for Currency {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl FromStr for Currency {
	type Err = ParseCurrencyError;

	fn from_str(text: &str) -> Result<Self, ParseCurrencyError> {
		let code = Self(text.as_bytes().try_into().map_err(|_| ParseCurrencyError)?);
		code.minor_digits().map(|_| code).ok_or(ParseCurrencyError)
	}
}

impl From<Currency> for String {
	fn from(currency: Currency) -> Self {
		currency.to_string()
	}
}

impl TryFrom<String> for Currency {
	type Error = ParseCurrencyError;

	fn try_from(text: String) -> Result<Self, ParseCurrencyError> {
		text.parse()
	}
}

/// What kind of VAT it is (EN 16931 BT-118, UNTDID 5305).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub enum VatCategory {
	/// Standard rate.
	S,
	/// Zero rated.
	Z,
	/// Exempt.
	E,
	/// Reverse charge.
	AE,
	/// Supply within the European Economic Area.
	K,
	/// Export.
	G,
	/// Not subject to VAT.
	O,
	/// Canary Islands general indirect tax.
	L,
	/// Tax for production, services and importation in Ceuta and Melilla.
	M,
}

impl VatCategory {
	/// Every category, in the order of their indices.
	pub const ALL: [Self; 9] = [
		Self::S,
		Self::Z,
		Self::E,
		Self::AE,
		Self::K,
		Self::G,
		Self::O,
		Self::L,
		Self::M,
	];

	/// Whether a rate goes with it (BR-S-05, BR-Z-05 and others): above zero for S, any for L and M, zero for all others; and none is above
	/// [`MAX_RATE`].
	pub const fn allows(self, rate: u16) -> bool {
		match self {
			Self::S => rate > 0 && rate <= MAX_RATE,
			Self::L | Self::M => rate <= MAX_RATE,
			Self::Z | Self::E | Self::AE | Self::K | Self::G | Self::O => rate == 0,
		}
	}
}

impl fmt::Display for VatCategory {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Debug::fmt(self, f)
	}
}

/// Why a text is not a category of VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseVatCategoryError;

impl fmt::Display for ParseVatCategoryError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected a category of VAT: S, Z, E, AE, K, G, O, L or M")
	}
}

impl core::error::Error for ParseVatCategoryError {}

impl FromStr for VatCategory {
	type Err = ParseVatCategoryError;

	fn from_str(text: &str) -> Result<Self, ParseVatCategoryError> {
		let mut known = Self::ALL.into_iter();
		known
			.find(|category| category.to_string() == text)
			.ok_or(ParseVatCategoryError)
	}
}

/// A category of VAT at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct VatRate {
	/// Which category.
	pub category: VatCategory,
	/// Which rate, in hundredths of a percent: 1,900 for 19 %.
	pub rate: u16,
}

/// An amount in one category, at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct VatAmount {
	/// Which category.
	pub category: VatCategory,
	/// Which rate, in hundredths of a percent: 1,900 for 19 %.
	pub rate: u16,
	/// Without VAT, in minor units.
	pub net: u64,
	/// The VAT, in minor units.
	pub vat: u64,
}

impl VatAmount {
	/// By what amounts are told apart, and in which order they are.
	pub const fn key(&self) -> (VatCategory, u16) {
		(self.category, self.rate)
	}

	/// With VAT.
	pub const fn gross(&self) -> Option<u64> {
		self.net.checked_add(self.vat)
	}
}

/// Amounts, category by category, rate by rate; in ascending order, each of them something.
pub type Amounts = BoundedVec<VatAmount, ConstU32<MAX_VAT_LINES>>;

/// What a document says about one category at one rate (EN 16931 BG-23), and what that comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct VatBreakdown {
	/// Which category (BT-118).
	pub category: VatCategory,
	/// Which rate (BT-119), in hundredths of a percent.
	pub rate: u16,
	/// Net amounts of the lines (BT-131) of this category and rate.
	pub lines: u64,
	/// Allowances on the document (BT-92) of this category and rate.
	pub allowances: u64,
	/// Charges on the document (BT-99) of this category and rate.
	pub charges: u64,
	/// Taxable amount (BT-116).
	pub taxable: u64,
	/// Tax amount (BT-117).
	pub tax: u64,
}

impl VatBreakdown {
	/// By what they are told apart, and in which order they are.
	pub const fn key(&self) -> (VatCategory, u16) {
		(self.category, self.rate)
	}
}

/// What a document says about all of it (EN 16931 BG-22), in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Totals {
	/// Sum of the lines' net amounts (BT-106).
	pub lines: u64,
	/// Sum of the allowances on the document (BT-107).
	pub allowances: u64,
	/// Sum of the charges on the document (BT-108).
	pub charges: u64,
	/// Without VAT (BT-109).
	pub exclusive: u64,
	/// The VAT (BT-110).
	pub vat: u64,
	/// With VAT (BT-112).
	pub inclusive: u64,
	/// What was paid already (BT-113).
	pub paid: u64,
	/// What the amount to pay is rounded by (BT-114).
	pub rounding: i64,
	/// What is to be paid (BT-115).
	pub due: i64,
}

/// What is wrong with amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountFault {
	/// A sum is larger than any amount can be.
	Overflow,
	/// More than there is, or of a category and rate that there is nothing of.
	Exceeded,
	/// More categories and rates than there may be.
	TooMany,
}

/// Whether there is nothing at all.
pub fn is_zero(amounts: &[VatAmount]) -> bool {
	amounts.iter().all(|amount| amount.net == 0 && amount.vat == 0)
}

/// Both together. Both are in ascending order, and so is their sum.
pub fn add(some: &[VatAmount], others: &[VatAmount]) -> Result<Amounts, AmountFault> {
	let mut sum: Vec<VatAmount> = some.to_vec();
	for amount in others {
		match sum.binary_search_by_key(&amount.key(), VatAmount::key) {
			Ok(index) => {
				let entry = sum.get_mut(index).ok_or(AmountFault::Overflow)?;
				entry.net = entry.net.checked_add(amount.net).ok_or(AmountFault::Overflow)?;
				entry.vat = entry.vat.checked_add(amount.vat).ok_or(AmountFault::Overflow)?;
			},
			Err(index) => sum.insert(index, *amount),
		}
	}
	Amounts::try_from(sum).map_err(|_| AmountFault::TooMany)
}

/// What is left of `all` without `part`, and nothing that is zero.
pub fn subtract(all: &[VatAmount], part: &[VatAmount]) -> Result<Amounts, AmountFault> {
	let mut rest: Vec<VatAmount> = all.to_vec();
	for amount in part {
		let index = rest.binary_search_by_key(&amount.key(), VatAmount::key);
		let entry = index
			.ok()
			.and_then(|index| rest.get_mut(index))
			.ok_or(AmountFault::Exceeded)?;
		entry.net = entry.net.checked_sub(amount.net).ok_or(AmountFault::Exceeded)?;
		entry.vat = entry.vat.checked_sub(amount.vat).ok_or(AmountFault::Exceeded)?;
	}
	rest.retain(|amount| amount.net > 0 || amount.vat > 0);
	Amounts::try_from(rest).map_err(|_| AmountFault::TooMany)
}

/// Whether `part` is not more than there is of `all`.
pub fn covers(all: &[VatAmount], part: &[VatAmount]) -> bool {
	subtract(all, part).is_ok()
}

/// The amounts that a document is over: nothing that is zero.
pub fn amounts_of(breakdown: &[VatBreakdown]) -> Amounts {
	let amounts = breakdown.iter().map(|line| VatAmount {
		category: line.category,
		rate: line.rate,
		net: line.taxable,
		vat: line.tax,
	});
	let something = amounts.filter(|amount| amount.net > 0 || amount.vat > 0);
	// A document's breakdown has no more lines than amounts may have.
	Amounts::truncate_from(something.take(MAX_VAT_LINES as usize).collect())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const TABLES: [(&[u8], u32); 3] = [(OF_TWO_DIGITS, 2), (OF_NO_DIGITS, 0), (OF_THREE_DIGITS, 3)];

	#[test]
	fn currencies_are_in_order_and_none_is_there_twice() {
		let mut all = Vec::new();
		for (codes, digits) in TABLES {
			assert_eq!(codes.len() % 3, 0);
			let codes: Vec<[u8; 3]> = codes.chunks_exact(3).map(|code| code.try_into().unwrap()).collect();
			assert!(codes.is_sorted_by(|code, next| code < next));
			assert!(codes.iter().flatten().all(u8::is_ascii_uppercase));
			assert!(codes.iter().all(|code| Currency(*code).minor_digits() == Some(digits)));
			all.extend(codes);
		}
		let count = all.len();
		all.sort();
		all.dedup();
		assert_eq!(all.len(), count);
	}

	#[test]
	fn minor_units_are_those_of_iso_4217() {
		for (code, unit) in [
			("EUR", 100),
			("CHF", 100),
			("JPY", 1),
			("KRW", 1),
			("KWD", 1_000),
			("TND", 1_000),
		] {
			assert_eq!(code.parse::<Currency>().unwrap().unit(), Some(unit), "{code}");
		}
	}

	#[test]
	fn what_is_no_currency_is_refused() {
		// Metals, funds and codes for tests are no money, and HRK and DEM were; EDA is across two entries of the table, AED and AFN.
		for text in ["", "EU", "EURO", "eur", "EU ", "€", "XXX", "XTS", "XAU", "HRK", "DEM", "EDA"] {
			assert_eq!(text.parse::<Currency>(), Err(ParseCurrencyError), "{text}");
		}
	}

	#[test]
	fn a_currency_is_written_as_it_is_read_and_any_bytes_can_be_shown() {
		let euro: Currency = "EUR".parse().unwrap();
		assert_eq!(euro.to_string(), "EUR");
		assert_eq!(Currency([b'E', 0, 0xff]).to_string(), "E??");
		let json = serde_json::to_string(&euro).unwrap();
		assert_eq!(json, r#""EUR""#);
		assert_eq!(serde_json::from_str::<Currency>(&json).unwrap(), euro);
		assert!(serde_json::from_str::<Currency>(r#""XXX""#).is_err());
	}

	#[test]
	fn no_rate_is_above_the_whole() {
		for category in VatCategory::ALL {
			let is_taxed = matches!(category, VatCategory::S | VatCategory::L | VatCategory::M);
			assert_eq!(category.allows(MAX_RATE), is_taxed, "{category}");
			assert!(!category.allows(MAX_RATE + 1), "{category}");
		}
	}

	#[test]
	fn what_is_no_category_is_refused() {
		for text in ["", "s", "SS", "B", "AE "] {
			assert_eq!(text.parse::<VatCategory>(), Err(ParseVatCategoryError), "{text}");
		}
		assert_eq!("AE".parse(), Ok(VatCategory::AE));
	}

	fn line(index: usize, rate: u16, net: u64, vat: u64) -> VatAmount {
		VatAmount {
			category: VatCategory::ALL[index],
			rate,
			net,
			vat,
		}
	}

	#[test]
	fn sums_larger_than_an_amount_can_be_are_refused() {
		let most = [line(0, 1, u64::MAX, u64::MAX)];
		assert_eq!(add(&most, &[line(0, 1, 0, 0)]).unwrap().to_vec(), most);
		assert_eq!(add(&most, &[line(0, 1, 1, 0)]), Err(AmountFault::Overflow));
		assert_eq!(add(&most, &[line(0, 1, 0, 1)]), Err(AmountFault::Overflow));
		assert_eq!(most[0].gross(), None);
		assert_eq!(line(0, 1, u64::MAX - 1, 1).gross(), Some(u64::MAX));
	}

	#[test]
	fn more_categories_and_rates_than_there_may_be_are_refused() {
		let eight: Vec<_> = (1..9).map(|rate| line(0, rate, 1, 1)).collect();
		assert_eq!(add(&eight, &eight[3..]).unwrap().len(), 8);
		assert_eq!(add(&eight, &[line(0, 9, 1, 1)]), Err(AmountFault::TooMany));
	}

	#[test]
	fn taking_away_more_than_there_is_is_refused() {
		let all = [line(0, 1, 5, 5)];
		for more in [line(0, 1, 6, 0), line(0, 1, 0, 6), line(0, 2, 1, 1), line(1, 1, 1, 1)] {
			assert_eq!(subtract(&all, &[more]), Err(AmountFault::Exceeded));
			assert!(!covers(&all, &[more]));
		}
		assert!(subtract(&all, &all).unwrap().is_empty());
		assert!(covers(&all, &[line(0, 1, 5, 0)]));
	}

	#[test]
	fn a_document_is_over_what_its_breakdown_says_and_nothing_that_is_zero() {
		let breakdown = |rate, taxable, tax| VatBreakdown {
			category: VatCategory::S,
			rate,
			lines: 9,
			allowances: 9,
			charges: 9,
			taxable,
			tax,
		};
		let amounts = amounts_of(&[breakdown(1, 3, 4), breakdown(2, 0, 0), breakdown(3, 0, 1)]);
		assert_eq!(amounts.to_vec(), [line(0, 1, 3, 4), line(0, 3, 0, 1)]);
		assert!(amounts_of(&[]).is_empty() && is_zero(&amounts_of(&[breakdown(1, 0, 0)])));
	}

	/// Amounts in order, of at most six categories and rates.
	fn amounts() -> impl Strategy<Value = Vec<VatAmount>> {
		let values = (0..=u64::MAX / 2, 0..=u64::MAX / 2);
		proptest::collection::btree_map((0..3usize, 1..3u16), values, 0..7).prop_map(|lines| {
			let lines = lines.into_iter();
			lines.map(|((index, rate), (net, vat))| line(index, rate, net, vat)).collect()
		})
	}

	fn without_zeros(amounts: &[VatAmount]) -> Vec<VatAmount> {
		let something = amounts.iter().filter(|amount| amount.net > 0 || amount.vat > 0);
		something.copied().collect()
	}

	proptest! {
		#[test]
		fn what_is_added_can_be_taken_away(some in amounts(), others in amounts()) {
			let sum = add(&some, &others).unwrap();
			prop_assert!(sum.is_sorted_by(|amount, next| amount.key() < next.key()));
			prop_assert_eq!(add(&others, &some).unwrap(), sum.clone());
			prop_assert_eq!(subtract(&sum, &others).unwrap().to_vec(), without_zeros(&some));
			prop_assert_eq!(subtract(&sum, &some).unwrap().to_vec(), without_zeros(&others));
			prop_assert!(covers(&sum, &some) && covers(&sum, &others));
		}

		#[test]
		fn what_is_taken_away_can_be_added(all in amounts(), part in amounts()) {
			match subtract(&all, &part) {
				Ok(rest) => prop_assert_eq!(without_zeros(&add(&rest, &part).unwrap()), without_zeros(&all)),
				Err(fault) => prop_assert_eq!(fault, AmountFault::Exceeded),
			}
		}
	}
}
