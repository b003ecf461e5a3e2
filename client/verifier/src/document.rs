// SPDX-License-Identifier: Apache-2.0

//! What Chirograph's JSON documents have in common: how bytes and accounts look in them, and what can be wrong with one.
//!
//! Bytes are `0x` and hexadecimal digits, accounts are SS58 addresses with the prefix 42. Every document is written in the
//! canonical form of RFC 8785 (JCS): equal content, equal bytes.

use chirograph_primitives::Moment;
use chrono::{DateTime, SecondsFormat};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::error::Category;
use sha2::{Digest, Sha256};
use std::fmt;

/// Why bytes are not a document of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(
	tag = "fault",
	content = "detail",
	rename_all = "kebab-case",
	rename_all_fields = "camelCase"
)]
pub enum Fault {
	/// No such document is that large; it was not looked into.
	#[error("it is larger than the {limit} bytes that it may have")]
	TooLarge {
		/// In bytes.
		limit: usize,
	},
	/// The end is missing.
	#[error("it is cut off: its end is missing")]
	Truncated,
	/// No JSON at all, or no UTF-8.
	#[error("it is not JSON ({0})")]
	NotJson(String),
	/// Another kind of document, or another version of this kind.
	#[error("it is of the format `{found}`, and this program reads `{expected}`")]
	OtherFormat {
		/// The format that was asked for.
		expected: &'static str,
		/// The format that it says it has.
		found: String,
	},
	/// One name has two values. Programs differ in which one they take, so neither counts.
	#[error("it says something twice ({0})")]
	Duplicate(String),
	/// Something that its format does not have, and whose meaning nobody can vouch for.
	#[error("it says something that its format does not have ({0})")]
	Unknown(String),
	/// Something is missing, of the wrong type or out of bounds.
	#[error("it is not as its format demands ({0})")]
	Malformed(String),
	/// The same content in other bytes, where the bytes matter.
	#[error("it is not written in the one accepted form, RFC 8785: it was edited, or reformatted by another program")]
	NotCanonical,
}

/// Reads a document that carries its `format`.
pub fn read<T: DeserializeOwned>(bytes: &[u8], limit: usize, format: &'static str) -> Result<T, Fault> {
	#[derive(Deserialize)]
	struct Tag {
		format: String,
	}
	// The tag alone first: what is to be said of another version is that it is another version, not how it differs.
	let Tag { format: found } = decode(bytes, limit)?;
	if found != format {
		return Err(Fault::OtherFormat {
			expected: format,
			found: tame(&found),
		});
	}
	decode(bytes, limit)
}

/// Reads a document.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, Fault> {
	if bytes.len() > limit {
		return Err(Fault::TooLarge { limit });
	}
	serde_json::from_slice(bytes).map_err(|error| {
		let reason = tame(&error.to_string());
		match error.classify() {
			Category::Eof => Fault::Truncated,
			Category::Syntax | Category::Io => Fault::NotJson(reason),
			// Serde tells these two apart in words only.
			Category::Data if reason.starts_with("duplicate field") => Fault::Duplicate(reason),
			Category::Data if reason.starts_with("unknown field") => Fault::Unknown(reason),
			Category::Data => Fault::Malformed(reason),
		}
	})
}

/// Text out of a document, fit for a terminal: short, without control characters.
fn tame(text: &str) -> String {
	text.chars()
		.take(200)
		.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
		.collect()
}

/// The canonical bytes of a document (RFC 8785).
pub fn canonical(value: &impl Serialize) -> Vec<u8> {
	serde_jcs::to_vec(value)
		.expect("documents are strings, whole numbers, lists and objects, and these always have a JSON form; qed")
}

/// The canonical bytes of a document without some of its top-level members.
pub fn canonical_without(value: &impl Serialize, omitted: &[&str]) -> Vec<u8> {
	let mut value = serde_json::to_value(value).expect("as for `canonical`; qed");
	if let Some(members) = value.as_object_mut() {
		members.retain(|name, _| !omitted.contains(&name.as_str()));
	}
	canonical(&value)
}

/// SHA-256 of bytes in memory.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
	Sha256::digest(bytes).into()
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// `0x` and lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
	// Bundles are digits for the most part, so this and the way back are most of what reading one costs.
	let mut text = Vec::with_capacity(2 + 2 * bytes.len());
	text.extend_from_slice(b"0x");
	for byte in bytes {
		text.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
	}
	String::from_utf8(text).expect("digits are ASCII; qed")
}

/// The value of each character that is a hexadecimal digit, and 255 for the others.
const VALUES: [u8; 256] = {
	let mut values = [u8::MAX; 256];
	let mut value = 0;
	while value < 16 {
		let digit = DIGITS[value];
		values[digit as usize] = value as u8;
		values[digit.to_ascii_uppercase() as usize] = value as u8;
		value += 1;
	}
	values
};

/// The bytes of `0x` and pairs of hexadecimal digits, small or capital.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
	let digits = text.strip_prefix("0x")?.as_bytes();
	if !digits.len().is_multiple_of(2) {
		return None;
	}
	let mut all = 0;
	let bytes = digits.chunks_exact(2).map(|pair| {
		let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
		all |= high | low;
		high << 4 | low & 15
	});
	let bytes = bytes.collect();
	(all < 16).then_some(bytes)
}

/// Serde: bytes, of a fixed length or not, as [`to_hex`].
pub mod hexadecimal {
	use serde::{
		de::{Error, Visitor},
		Deserializer, Serializer,
	};
	use std::{fmt, marker::PhantomData};

	/// As text.
	pub fn serialize<T: AsRef<[u8]>, S: Serializer>(bytes: &T, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&super::to_hex(bytes.as_ref()))
	}

	/// From text, in small digits or capital ones.
	pub fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
		struct Digits<T>(PhantomData<T>);

		impl<T: TryFrom<Vec<u8>>> Visitor<'_> for Digits<T> {
			type Value = T;

			fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
				f.write_str("0x and pairs of hexadecimal digits")
			}

			fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
				let bytes = super::from_hex(text);
				let bytes = bytes.ok_or_else(|| E::custom("expected 0x and pairs of hexadecimal digits"))?;
				let length = bytes.len();
				T::try_from(bytes).map_err(|_| E::custom(format_args!("{length} bytes is not the length expected here")))
			}
		}

		deserializer.deserialize_str(Digits(PhantomData))
	}
}

/// Serde: an account as SS58 address. Not the account's own form, which depends on a global variable of the process.
pub mod account {
	use crate::account::{format_account, parse_account};
	use chirograph_primitives::AccountId;
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	/// As address.
	pub fn serialize<S: Serializer>(account: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&format_account(account))
	}

	/// From an address, or from hexadecimal digits.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
		parse_account(&String::deserialize(deserializer)?).map_err(D::Error::custom)
	}
}

/// Bytes of any length, as [`to_hex`] in a document.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(#[serde(with = "hexadecimal")] pub Vec<u8>);

impl AsRef<[u8]> for Bytes {
	fn as_ref(&self) -> &[u8] {
		&self.0
	}
}

impl fmt::Debug for Bytes {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(&to_hex(&self.0))
	}
}

/// A hash that is not one of a kind of its own: of a block, of a tree's node, of a whole network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(#[serde(with = "hexadecimal")] pub [u8; 32]);

impl fmt::Display for Hash {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(&to_hex(&self.0))
	}
}

impl fmt::Debug for Hash {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

/// A time in UTC and whole seconds, as a person reads it. `time`: milliseconds since 1970.
pub fn format_time(time: Moment) -> String {
	let time = i64::try_from(time).ok().and_then(DateTime::from_timestamp_millis);
	time.map_or_else(
		|| "at an impossible time".into(),
		|time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[derive(Debug, PartialEq, Deserialize, Serialize)]
	#[serde(deny_unknown_fields)]
	struct Sample {
		format: String,
		#[serde(with = "hexadecimal")]
		value: [u8; 2],
	}

	const LIMIT: usize = 100;

	fn read_sample(text: &str) -> Result<Sample, Fault> {
		read(text.as_bytes(), LIMIT, "sample/v1")
	}

	#[test]
	fn each_fault_is_told_apart() {
		let sound = r#"{"format":"sample/v1","value":"0x0aFf"}"#;
		assert_eq!(
			read_sample(sound),
			Ok(Sample {
				format: "sample/v1".into(),
				value: [0x0a, 0xff]
			})
		);

		assert_eq!(read_sample(&" ".repeat(LIMIT + 1)), Err(Fault::TooLarge { limit: LIMIT }));
		for end in 0..sound.len() {
			assert_eq!(read_sample(&sound[..end]), Err(Fault::Truncated), "{end} bytes");
		}
		for text in ["hello", r#"{"format":"sample/v1",}"#, r#"{"format":"sample/v1"}{}"#] {
			assert!(matches!(read_sample(text), Err(Fault::NotJson(_))), "{text}");
		}
		let newer = read_sample(r#"{"format":"sample/v2","colour":"red"}"#);
		assert_eq!(
			newer,
			Err(Fault::OtherFormat {
				expected: "sample/v1",
				found: "sample/v2".into()
			})
		);
		for text in [
			r#"{"format":"sample/v1","format":"sample/v1","value":"0x0000"}"#,
			r#"{"format":"sample/v1","value":"0x0000","value":"0x0000"}"#,
		] {
			assert!(matches!(read_sample(text), Err(Fault::Duplicate(_))), "{text}");
		}
		let unknown = read_sample(r#"{"format":"sample/v1","value":"0x0000","colour":"red"}"#);
		assert!(matches!(unknown, Err(Fault::Unknown(reason)) if reason.contains("colour")));
		for value in [
			r#""0x00""#,
			r#""0x000000""#,
			r#""0000""#,
			r#""0x00g0""#,
			r#""0x000""#,
			"7",
			"null",
			r#""é""#,
		] {
			let text = format!(r#"{{"format":"sample/v1","value":{value}}}"#);
			assert!(matches!(read_sample(&text), Err(Fault::Malformed(_))), "{text}");
		}
		assert!(matches!(read_sample(r#"{"format":"sample/v1"}"#), Err(Fault::Malformed(_))));
		assert!(matches!(
			read::<Sample>(b"{\"format\":\"\xff\"}", LIMIT, "sample/v1"),
			Err(Fault::NotJson(_))
		));
	}

	#[test]
	fn no_control_character_of_a_document_reaches_the_terminal() {
		let Err(Fault::OtherFormat { found, .. }) = read_sample("{\"format\":\"\\u001b[31mred\"}") else {
			panic!("another format")
		};
		assert_eq!(found, "\u{fffd}[31mred");
	}

	#[test]
	fn bytes_are_read_as_they_are_written() {
		let all: Vec<u8> = (0..=u8::MAX).collect();
		assert_eq!(to_hex(&all), format!("0x{}", hex::encode(&all)));
		assert_eq!(from_hex(&to_hex(&all)), Some(all.clone()));
		assert_eq!(from_hex(&to_hex(&all).to_uppercase().replacen('X', "x", 1)), Some(all));
		assert_eq!(from_hex("0x"), Some(vec![]));
		for text in [
			"",
			"0",
			"00",
			"x00",
			"0X00",
			"0x0",
			"0x000",
			"0x0g",
			"0xg0",
			"0x 0",
			"0x0\u{e9}",
			"0x\u{e9}",
		] {
			assert_eq!(from_hex(text), None, "{text}");
		}
		for character in (0..=u8::MAX)
			.map(char::from)
			.filter(|character| !character.is_ascii_hexdigit())
		{
			assert_eq!(from_hex(&format!("0x0{character}")), None, "{character}");
			assert_eq!(from_hex(&format!("0x{character}0")), None, "{character}");
		}
	}

	#[test]
	fn members_are_left_out_of_the_canonical_form_on_request() {
		let sample = Sample {
			format: "sample/v1".into(),
			value: [1, 2],
		};
		assert_eq!(canonical(&sample), br#"{"format":"sample/v1","value":"0x0102"}"#);
		assert_eq!(canonical_without(&sample, &["value"]), br#"{"format":"sample/v1"}"#);
	}

	/// The vectors that RFC 8785 publishes, against the library that we rely on for it.
	mod rfc_8785 {
		use serde_json::Value;

		/// Section 3.2.2: the input, and section 3.2.4: the bytes of its canonical form.
		const INPUT: &str = r#"{
			"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			"literals": [null, true, false]
		}"#;
		const OUTPUT: &str = "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333\
			332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c22\
			5c5c5c5c5c222f227d";

		/// Section 3.2.3: members are ordered by UTF-16 code units.
		const UNSORTED: &str = r#"{
			"\u20ac": "Euro Sign",
			"\r": "Carriage Return",
			"\ufb33": "Hebrew Letter Dalet With Dagesh",
			"1": "One",
			"\ud83d\ude00": "Emoji: Grinning Face",
			"\u0080": "Control",
			"\u00f6": "Latin Small Letter O With Diaeresis"
		}"#;
		const ORDER: [&str; 7] = [
			"Carriage Return",
			"One",
			"Control",
			"Latin Small Letter O With Diaeresis",
			"Euro Sign",
			"Emoji: Grinning Face",
			"Hebrew Letter Dalet With Dagesh",
		];

		/// Appendix B: IEEE 754 bits and how the number is written.
		const NUMBERS: [(u64, &str); 24] = [
			(0x0000_0000_0000_0000, "0"),
			(0x8000_0000_0000_0000, "0"),
			(0x0000_0000_0000_0001, "5e-324"),
			(0x8000_0000_0000_0001, "-5e-324"),
			(0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
			(0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
			(0x4340_0000_0000_0000, "9007199254740992"),
			(0xc340_0000_0000_0000, "-9007199254740992"),
			(0x4430_0000_0000_0000, "295147905179352830000"),
			(0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
			(0x44b5_2d02_c7e1_4af6, "1e+23"),
			(0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
			(0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
			(0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
			(0x444b_1ae4_d6e2_ef50, "1e+21"),
			(0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
			(0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
			(0x41b3_de43_5555_5553, "333333333.3333332"),
			(0x41b3_de43_5555_5554, "333333333.33333325"),
			(0x41b3_de43_5555_5555, "333333333.3333333"),
			(0x41b3_de43_5555_5556, "333333333.3333334"),
			(0x41b3_de43_5555_5557, "333333333.33333343"),
			(0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
			(0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
		];

		#[test]
		fn the_example_has_the_published_bytes() {
			let value: Value = serde_json::from_str(INPUT).expect("the example is JSON");
			assert_eq!(hex::encode(serde_jcs::to_vec(&value).expect("has a JSON form")), OUTPUT);
		}

		#[test]
		fn members_have_the_published_order() {
			let value: Value = serde_json::from_str(UNSORTED).expect("the example is JSON");
			let text = serde_jcs::to_string(&value).expect("has a JSON form");
			let places: Vec<_> = ORDER
				.iter()
				.map(|name| text.find(name).expect("every member is there"))
				.collect();
			assert!(places.is_sorted(), "{text}");
		}

		#[test]
		fn numbers_are_written_as_published() {
			for (bits, text) in NUMBERS {
				assert_eq!(
					serde_jcs::to_string(&f64::from_bits(bits)).expect("finite"),
					text,
					"{bits:016x}"
				);
			}
			for bits in [0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000] {
				assert!(
					serde_jcs::to_string(&f64::from_bits(bits)).is_err(),
					"NaN and infinity have no JSON form"
				);
			}
		}
	}
}
