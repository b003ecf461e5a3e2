// SPDX-License-Identifier: Apache-2.0

use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// Why a text is not a 32-byte hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseHashError;

impl fmt::Display for ParseHashError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected 64 hexadecimal digits, with or without 0x in front")
	}
}

impl core::error::Error for ParseHashError {}

/// Reads so many bytes from hexadecimal digits.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseHashError> {
	let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
	let mut bytes = [0; N];
	// Saturating: no text has so many digits that it matters.
	if digits.len() != N.saturating_mul(2) {
		return Err(ParseHashError);
	}
	for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
		let [high, low] = pair else { return Err(ParseHashError) };
		let nibble = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
		*byte = (nibble(high).ok_or(ParseHashError)? << 4) | nibble(low).ok_or(ParseHashError)?;
	}
	Ok(bytes)
}

/// A 32-byte hash that cannot be mistaken for another kind of hash; written and read as `0x` and 64 hexadecimal digits.
macro_rules! hash_newtype {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
		)]
		pub struct $name(pub [u8; 32]);

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
				f.write_str("0x")?;
				self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
			}
		}

		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
				fmt::Display::fmt(self, f)
			}
		}

		impl FromStr for $name {
			type Err = ParseHashError;

			fn from_str(text: &str) -> Result<Self, ParseHashError> {
				parse_hex(text).map(Self)
			}
		}

		impl AsRef<[u8]> for $name {
			fn as_ref(&self) -> &[u8] {
				&self.0
			}
		}

		#[cfg(feature = "serde")]
		impl serde::Serialize for $name {
			fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
				serializer.collect_str(self)
			}
		}

		#[cfg(feature = "serde")]
		impl<'de> serde::Deserialize<'de> for $name {
			fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
				String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
			}
		}
	};
}

hash_newtype! {
	/// The key of a proof on chain. For an open proof the SHA-256 of the original; for a sealed one SHA-256(salt || SHA-256(original)),
	/// so that only a holder of the evidence can even tell that the document is registered.
	Subject
}

hash_newtype! {
	/// SHA-256 of the canonical evidence document (X.1407 7.2.1 c).
	EvidenceHash
}

hash_newtype! {
	/// Root of the tree over many registrations at once (RFC 6962, 2.1, with SHA-256).
	BatchRoot
}

hash_newtype! {
	/// SHA-256 of a document that gives the reasons for a remark. The document stays off chain (X.1407 8.3.1).
	DocumentHash
}

hash_newtype! {
	/// SHA-256 of the public part of an identity dossier, to the fields of which it commits (X.1407 9.1.1 b, 9.1.3).
	DossierHash
}

hash_newtype! {
	/// Stands for an organisation without naming it: a hash of its number in an official register; random for a natural person.
	OrganisationId
}

hash_newtype! {
	/// SHA-256 of a certificate (X.509) in its DER form.
	CertificateHash
}

hash_newtype! {
	/// A transaction of invoices: SHA-256 of what its parties sign.
	TransactionId
}

hash_newtype! {
	/// The number that a seller gave to an invoice or a credit note, as a hash: [`InvoiceNumber::of`].
	InvoiceNumber
}

hash_newtype! {
	/// What a payment platform calls a payment, as a hash: [`PaymentReference::of`].
	PaymentReference
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn hash_survives_being_written_and_read() {
		let subject = Subject(core::array::from_fn(|i| i as u8 * 7));
		assert_eq!(alloc::format!("{subject}").parse(), Ok(subject));
		assert_eq!(alloc::format!("{subject}")[2..].parse(), Ok(subject));
	}

	#[test]
	fn malformed_hashes_are_refused() {
		for text in [
			"",
			"0x",
			"0x12",
			&"g".repeat(64),
			&"é".repeat(32),
			&"0".repeat(63),
			&"0".repeat(66),
		] {
			assert_eq!(text.parse::<Subject>(), Err(ParseHashError), "{text}");
		}
	}
}
