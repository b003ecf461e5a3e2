// SPDX-License-Identifier: Apache-2.0

use crate::Moment;
use alloc::string::{String, ToString};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// A day of the calendar (ISO 8601); written `2026-11-21`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub struct Date {
	/// Year.
	pub year: u16,
	/// Month, 1 to 12.
	pub month: u8,
	/// Day of the month, from 1 on.
	pub day: u8,
}

/// A period of taxation: a month; written `2026-11`. Who declares by the quarter declares three of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub struct Period {
	/// Year.
	pub year: u16,
	/// Month, 1 to 12.
	pub month: u8,
}

/// Why a text is not a day, or not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDateError;

impl fmt::Display for ParseDateError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected a day of the calendar such as 2026-11-21, or a month such as 2026-11")
	}
}

impl core::error::Error for ParseDateError {}

/// Milliseconds in a day.
const DAY: Moment = 24 * 60 * 60 * 1_000;
/// How far ahead of UTC it is the next day already: 14 hours, in the east of Kiribati.
const EARLIEST_ZONE: Moment = 14 * 60 * 60 * 1_000;
/// How far behind UTC it is the day before still: 12 hours, on the sea west of America.
const LATEST_ZONE: Moment = 12 * 60 * 60 * 1_000;

impl Date {
	/// Whether there is such a day.
	pub fn is_valid(&self) -> bool {
		let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
		let days = match self.month {
			1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
			4 | 6 | 9 | 11 => 30,
			2 if leap => 29,
			2 => 28,
			_ => 0,
		};
		(1..=days).contains(&self.day)
	}

	/// The day that it is in UTC.
	pub fn of(time: Moment) -> Self {
		// Days since 1970-03-01 of the era before: years begin in March, so that the leap day is their last. Saturating: there is no time
		// that far ahead that it matters.
		let days = (time / DAY).saturating_add(719_468);
		let era = days / 146_097;
		let of_era = days % 146_097;
		let leaps = of_era
			.saturating_sub(of_era / 1_460)
			.saturating_add(of_era / 36_524)
			.saturating_sub(of_era / 146_096);
		let year_of_era = leaps / 365;
		let of_year = of_era.saturating_sub(
			year_of_era
				.saturating_mul(365)
				.saturating_add(year_of_era / 4)
				.saturating_sub(year_of_era / 100),
		);
		let from_march = of_year.saturating_mul(5).saturating_add(2) / 153;
		let day = of_year
			.saturating_sub(from_march.saturating_mul(153).saturating_add(2) / 5)
			.saturating_add(1);
		let (month, next_year) = if from_march < 10 {
			(from_march.saturating_add(3), 0)
		} else {
			(from_march.saturating_sub(9), 1)
		};
		let year = era.saturating_mul(400).saturating_add(year_of_era).saturating_add(next_year);
		// A month and a day are small, and a year that is not is the last one.
		Self {
			year: u16::try_from(year).unwrap_or(u16::MAX),
			month: u8::try_from(month).unwrap_or(u8::MAX),
			day: u8::try_from(day).unwrap_or(u8::MAX),
		}
	}

	/// Whether it is nowhere on earth that day yet.
	pub fn is_future(&self, now: Moment) -> bool {
		*self > Self::of(now.saturating_add(EARLIEST_ZONE))
	}

	/// Whether it is that day somewhere on earth.
	pub fn is_today(&self, now: Moment) -> bool {
		// Saturating: there is no time before the first day.
		*self >= Self::of(now.saturating_sub(LATEST_ZONE)) && !self.is_future(now)
	}

	/// The period that it is in.
	pub const fn period(&self) -> Period {
		Period {
			year: self.year,
			month: self.month,
		}
	}
}

impl Period {
	/// Whether there is such a month.
	pub fn is_valid(&self) -> bool {
		(1..=12).contains(&self.month)
	}
}

impl fmt::Display for Date {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
	}
}

impl fmt::Display for Period {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{:04}-{:02}", self.year, self.month)
	}
}

/// A number of exactly so many digits.
fn digits<N: FromStr>(text: &str, count: usize) -> Result<N, ParseDateError> {
	if text.len() != count || !text.bytes().all(|byte| byte.is_ascii_digit()) {
		return Err(ParseDateError);
	}
	text.parse().map_err(|_| ParseDateError)
}

impl FromStr for Period {
	type Err = ParseDateError;

	fn from_str(text: &str) -> Result<Self, ParseDateError> {
		let (year, month) = text.split_once('-').ok_or(ParseDateError)?;
		let period = Self {
			year: digits(year, 4)?,
			month: digits(month, 2)?,
		};
		Some(period).filter(Self::is_valid).ok_or(ParseDateError)
	}
}

impl FromStr for Date {
	type Err = ParseDateError;

	fn from_str(text: &str) -> Result<Self, ParseDateError> {
		let (month, day) = text.rsplit_once('-').ok_or(ParseDateError)?;
		let Period { year, month } = month.parse()?;
		let date = Self {
			year,
			month,
			day: digits(day, 2)?,
		};
		Some(date).filter(Self::is_valid).ok_or(ParseDateError)
	}
}

/// Debugged, and written into documents, as it is displayed.
macro_rules! as_text {
	($name:ident) => {
		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
				fmt::Display::fmt(self, f)
			}
		}

		impl From<$name> for String {
			fn from(value: $name) -> Self {
				value.to_string()
			}
		}

		impl TryFrom<String> for $name {
			type Error = ParseDateError;

			fn try_from(text: String) -> Result<Self, ParseDateError> {
				text.parse()
			}
		}
	};
}

as_text!(Date);
as_text!(Period);

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn days_are_those_of_the_calendar() {
		for (time, date) in [
			(0, "1970-01-01"),
			(DAY - 1, "1970-01-01"),
			(DAY, "1970-01-02"),
			(951_782_400_000, "2000-02-29"),
			(951_868_800_000, "2000-03-01"),
			(1_709_164_800_000, "2024-02-29"),
			(1_795_219_200_000, "2026-11-21"),
			(4_107_542_400_000, "2100-03-01"),
			(4_107_456_000_000, "2100-02-28"),
		] {
			assert_eq!(Date::of(time).to_string(), date);
		}
	}

	#[test]
	fn every_day_of_four_centuries_follows_the_one_before() {
		let mut before = Date::of(0);
		for day in 1..=146_097 {
			let date = Date::of(day * DAY);
			assert!(date.is_valid() && date > before, "{date} after {before}");
			let same_month = date.month == before.month && date.day == before.day + 1;
			assert!(same_month || date.day == 1, "{date} after {before}");
			before = date;
		}
		assert_eq!(before.to_string(), "2370-01-01");
	}

	#[test]
	fn what_is_no_day_is_refused() {
		for text in [
			"",
			"2026-11",
			"2026-13-01",
			"2026-02-29",
			"2100-02-29",
			"2026-1-1",
			"2026-11-00",
			"+026-11-01",
			"2026-11-01 ",
		] {
			assert_eq!(text.parse::<Date>(), Err(ParseDateError), "{text}");
		}
		assert!("2024-02-29".parse::<Date>().is_ok());
		for text in ["", "2026", "2026-00", "2026-13", "2026-1", "2026-11-01"] {
			assert_eq!(text.parse::<Period>(), Err(ParseDateError), "{text}");
		}
		assert_eq!("2026-11".parse(), Ok(Period { year: 2026, month: 11 }));
	}

	#[test]
	fn a_day_is_in_the_future_until_it_begins_somewhere() {
		let date: Date = "2026-11-21".parse().unwrap();
		let begins = 1_795_219_200_000 - EARLIEST_ZONE;
		assert!(date.is_future(begins - 1));
		assert!(!date.is_future(begins));
	}

	#[test]
	fn a_day_is_today_for_fifty_hours() {
		let date: Date = "2026-11-21".parse().unwrap();
		let begins = 1_795_219_200_000 - EARLIEST_ZONE;
		let ends = begins + 50 * 60 * 60 * 1_000;
		assert!(!date.is_today(begins - 1));
		assert!(date.is_today(begins) && date.is_today(ends - 1));
		assert!(!date.is_today(ends));
		assert!(Date::of(0).is_today(0));
	}
}
