// SPDX-License-Identifier: Apache-2.0

//! The address of an output, for a wallet to scan: `chirograph:invoice?genesis=0x…&output=0x…:0`.

use super::InvoiceError;
use crate::{document, error::Error};
use chirograph_primitives::{invoice::OutPoint, payload::GenesisHash, TransactionId};
use qrcode::{
	render::{svg, unicode},
	QrCode,
};

const PREFIX: &str = "chirograph:invoice?";
/// More than any has. In bytes.
const MAX_BYTES: usize = 256;
/// The least size of an SVG, in pixels.
const SVG_PIXELS: u32 = 256;

/// Why a text is not the address of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriFault {
	/// No address is that long; it was not looked into.
	#[error("it is longer than any is")]
	TooLong,
	/// It is something else.
	#[error("it does not begin with `chirograph:invoice?`")]
	OtherScheme,
	/// A part is missing.
	#[error("it has no `{0}`")]
	Missing(&'static str),
	/// One name has two values.
	#[error("it has two of `{0}`")]
	Duplicate(&'static str),
	/// It says something whose meaning nobody can vouch for.
	#[error("it has something that is neither `genesis` nor `output`")]
	Unknown,
	/// The network is none.
	#[error("its `genesis` is not 0x and 64 hexadecimal digits, small ones")]
	BadGenesis,
	/// The output is none.
	#[error("its `output` is not a transaction, 0x and 64 hexadecimal digits, small ones, a colon and a number up to 255")]
	BadOutput,
}

/// Whether a text means to be an address, of whatever it is.
pub fn is_address(text: &str) -> bool {
	text.starts_with("chirograph:")
}

/// The address of an output.
pub fn uri(genesis: &GenesisHash, outpoint: &OutPoint) -> String {
	format!("{PREFIX}genesis={}&output={outpoint}", document::to_hex(genesis))
}

/// The network and the output that an address names. There is one way to write each address, but for the order of the two.
pub fn parse_uri(text: &str) -> Result<(GenesisHash, OutPoint), UriFault> {
	if text.len() > MAX_BYTES {
		return Err(UriFault::TooLong);
	}
	let query = text.strip_prefix(PREFIX).ok_or(UriFault::OtherScheme)?;
	let (mut genesis, mut output) = (None, None);
	for part in query.split('&') {
		let (slot, name, value) = match part.split_once('=') {
			Some(("genesis", value)) => (&mut genesis, "genesis", value),
			Some(("output", value)) => (&mut output, "output", value),
			_ => return Err(UriFault::Unknown),
		};
		if slot.replace(value).is_some() {
			return Err(UriFault::Duplicate(name));
		}
	}
	let genesis = genesis.ok_or(UriFault::Missing("genesis"))?;
	let output = output.ok_or(UriFault::Missing("output"))?;
	// A transaction's number is read as other hashes are, and both are compared with how they are written.
	let hash: Option<TransactionId> = genesis.parse().ok();
	let hash = hash.filter(|hash| hash.to_string() == genesis).ok_or(UriFault::BadGenesis)?;
	let outpoint: Option<OutPoint> = output.parse().ok();
	let outpoint = outpoint
		.filter(|outpoint| outpoint.to_string() == output)
		.ok_or(UriFault::BadOutput)?;
	Ok((hash.0, outpoint))
}

fn code(text: &str) -> Result<QrCode, Error> {
	Ok(QrCode::new(text).map_err(|error| InvoiceError::Qr {
		reason: error.to_string(),
	})?)
}

/// A QR code in characters, two modules in each, for a terminal that writes light on dark.
pub fn qr_text(text: &str) -> Result<String, Error> {
	let code = code(text)?;
	// What is printed is light: the paper.
	let mut renderer = code.render::<unicode::Dense1x2>();
	let renderer = renderer
		.dark_color(unicode::Dense1x2::Light)
		.light_color(unicode::Dense1x2::Dark);
	Ok(renderer.build())
}

/// A QR code as SVG.
pub fn qr_svg(text: &str) -> Result<String, Error> {
	let code = code(text)?;
	Ok(code.render::<svg::Color>().min_dimensions(SVG_PIXELS, SVG_PIXELS).build())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const GENESIS: GenesisHash = [0xab; 32];

	fn outpoint() -> OutPoint {
		OutPoint {
			transaction: TransactionId([0xcd; 32]),
			index: 1,
		}
	}

	proptest! {
		#[test]
		fn every_output_of_every_network_has_an_address(genesis: [u8; 32], transaction: [u8; 32], index: u8) {
			let outpoint = OutPoint { transaction: TransactionId(transaction), index };
			prop_assert_eq!(parse_uri(&uri(&genesis, &outpoint)), Ok((genesis, outpoint)));
		}

		#[test]
		fn no_text_is_too_strange_to_be_refused(text: String) {
			prop_assert!(parse_uri(&text).is_err());
			let after_the_scheme = [PREFIX, &text].concat();
			prop_assert!(parse_uri(&after_the_scheme).is_err());
		}
	}

	#[test]
	fn an_address_is_written_as_documented() {
		let expected = format!(
			"chirograph:invoice?genesis=0x{}&output=0x{}:1",
			"ab".repeat(32),
			"cd".repeat(32)
		);
		assert_eq!(uri(&GENESIS, &outpoint()), expected);
		assert!(is_address(&expected) && !is_address(&outpoint().to_string()));
	}

	#[test]
	fn what_is_no_address_is_refused_with_its_reason() {
		let whole = uri(&GENESIS, &outpoint());
		let genesis = document::to_hex(&GENESIS);
		let output = outpoint().to_string();
		let of = |query: &str| parse_uri(&format!("{PREFIX}{query}"));
		assert_eq!(parse_uri(&whole), Ok((GENESIS, outpoint())), "the control");
		assert_eq!(of(&format!("output={output}&genesis={genesis}")), Ok((GENESIS, outpoint())));
		for other in [
			"",
			"https://example.org/invoice?",
			"CHIROGRAPH:INVOICE?",
			"chirograph:proof?",
			"chirograph:invoice",
		] {
			assert_eq!(parse_uri(other), Err(UriFault::OtherScheme), "{other}");
		}
		assert_eq!(of(""), Err(UriFault::Unknown));
		assert_eq!(parse_uri(&format!("{whole}&")), Err(UriFault::Unknown));
		assert_eq!(of(&format!("genesis={genesis}")), Err(UriFault::Missing("output")));
		assert_eq!(of(&format!("output={output}")), Err(UriFault::Missing("genesis")));
		assert_eq!(
			parse_uri(&format!("{whole}&output={output}")),
			Err(UriFault::Duplicate("output"))
		);
		assert_eq!(parse_uri(&format!("{whole}&pay=1")), Err(UriFault::Unknown));
		assert_eq!(parse_uri(&format!("{whole}#{}", "x".repeat(200))), Err(UriFault::TooLong));
		let capital = output.replace("cd", "CD");
		for bad in [
			"0x00:1",
			"",
			"0",
			capital.as_str(),
			output.trim_start_matches("0x"),
			output.replace(":1", ":256").as_str(),
		] {
			assert_eq!(
				of(&format!("genesis={genesis}&output={bad}")),
				Err(UriFault::BadOutput),
				"{bad}"
			);
		}
		for bad in [
			&output.replace(":1", ":+1"),
			&output.replace(":1", ":01"),
			&output.replace(":1", ":"),
		] {
			assert_eq!(
				of(&format!("genesis={genesis}&output={bad}")),
				Err(UriFault::BadOutput),
				"{bad}"
			);
		}
		for bad in [
			"",
			"0x00",
			"ab",
			genesis.trim_start_matches("0x"),
			genesis.replace("ab", "AB").as_str(),
		] {
			assert_eq!(
				of(&format!("genesis={bad}&output={output}")),
				Err(UriFault::BadGenesis),
				"{bad}"
			);
		}
	}

	#[test]
	fn an_address_becomes_a_code_for_a_terminal_and_for_print() {
		let text = qr_text(&uri(&GENESIS, &outpoint())).expect("fits");
		assert!(text.lines().count() > 20 && text.contains('█'), "{text}");
		let svg = qr_svg(&uri(&GENESIS, &outpoint())).expect("fits");
		assert!(svg.contains("<svg") && svg.ends_with("</svg>"), "{svg}");
		assert!(qr_text(&"x".repeat(4_000)).is_err());
	}
}
