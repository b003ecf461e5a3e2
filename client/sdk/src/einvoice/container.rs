// SPDX-License-Identifier: Apache-2.0

//! From the bytes of a file to what the document in it says, within bounds.

use super::{EInvoiceError, Syntax, MAX_BYTES, MAX_INFLATED_BYTES, MAX_REPEATED, MAX_TAGS};
use en16931::profiles::{self, Declaration};
use en16931_formats::{
	zugferd::{self, Limits, FILENAMES},
	Error, Read,
};
use std::{borrow::Cow, collections::HashSet};

/// What there may be any number of, and in what: lines, and what is told of each. The reader compares all others that are there more than once
/// with one another.
pub(super) const REPEATABLE: &[(&[u8], &[u8])] = &[
	(b"Invoice", b"InvoiceLine"),
	(b"CreditNote", b"CreditNoteLine"),
	(b"InvoiceLine", b"AllowanceCharge"),
	(b"CreditNoteLine", b"AllowanceCharge"),
	(b"Item", b"AdditionalItemProperty"),
	(b"Item", b"CommodityClassification"),
	(b"SupplyChainTradeTransaction", b"IncludedSupplyChainTradeLineItem"),
	(b"SpecifiedLineTradeSettlement", b"SpecifiedTradeAllowanceCharge"),
	(b"SpecifiedTradeProduct", b"ApplicableProductCharacteristic"),
	(b"SpecifiedTradeProduct", b"DesignatedProductClassification"),
];

/// A document, and what it says.
pub(super) struct Opened<'a> {
	pub(super) syntax: Syntax,
	pub(super) read: Read,
	/// In UTF-8.
	pub(super) xml: Cow<'a, [u8]>,
}

/// The document in the bytes of a file.
pub(super) fn open(bytes: &[u8]) -> Result<Opened<'_>, EInvoiceError> {
	if bytes.len() > MAX_BYTES {
		return Err(EInvoiceError::TooLarge { limit: MAX_BYTES });
	}
	let in_pdf = bytes.starts_with(b"%PDF");
	let xml = if in_pdf {
		Cow::Owned(embedded(bytes)?)
	} else {
		Cow::Borrowed(bytes)
	};
	if in_pdf && xml.starts_with(b"%PDF") {
		return Err(EInvoiceError::NotAnInvoice { found: "a PDF".into() });
	}
	ensure_harmless(&xml)?;
	let read = en16931_formats::read(&xml).map_err(refusal)?;
	let syntax = match read.syntax {
		en16931_formats::Syntax::Cii if in_pdf => Syntax::FacturX,
		en16931_formats::Syntax::Cii => Syntax::Cii,
		_ => Syntax::Ubl,
	};
	let declared = profiles::classify(read.invoice.specification_id.as_deref());
	match declared {
		Declaration::Known(profile) if !profile.is_en16931_invoice() => Err(EInvoiceError::NotEn16931 {
			// `ZUGFeRD MINIMUM (totals only)`.
			profile: profile.id.split(" (").next().unwrap_or_default().into(),
		}),
		_ => Ok(Opened { syntax, read, xml }),
	}
}

/// The invoice in a PDF. The PDF's own description of it (XMP) is not looked at: the XML is what counts.
fn embedded(pdf: &[u8]) -> Result<Vec<u8>, EInvoiceError> {
	let limits = Limits::new()
		.with_max_stream_bytes(MAX_INFLATED_BYTES)
		.with_max_total_bytes(MAX_INFLATED_BYTES);
	let mut files = zugferd::embedded_files(pdf, &limits).map_err(pdf_refusal)?;
	let is_invoice = |name: &String| FILENAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
	let mut found: Vec<_> = files.keys().filter(|name| is_invoice(name)).cloned().collect();
	match (found.pop(), found.is_empty()) {
		(Some(name), true) => Ok(files.remove(&name).unwrap_or_default()),
		(Some(name), false) => {
			found.push(name);
			Err(EInvoiceError::SeveralEmbeddedInvoices { found })
		},
		(None, _) => Err(EInvoiceError::NoEmbeddedInvoice {
			found: files.into_keys().collect(),
		}),
	}
}

/// What the reader would not ask for, or would not say by a name of its own.
fn ensure_harmless(xml: &[u8]) -> Result<(), EInvoiceError> {
	let utf_16 = [b"\xFF\xFE".as_slice(), b"\xFE\xFF", b"<\0", b"\0<"];
	if utf_16.iter().any(|mark| xml.starts_with(mark)) {
		return Err(EInvoiceError::WrongEncoding { found: "UTF-16".into() });
	}
	if xml.iter().filter(|byte| **byte == b'<').count() > MAX_TAGS {
		return Err(EInvoiceError::TooManyTags { limit: MAX_TAGS });
	}
	if has_document_type(xml) {
		return Err(EInvoiceError::DocumentType);
	}
	if repeated(xml) > MAX_REPEATED {
		return Err(EInvoiceError::Repetitive { limit: MAX_REPEATED });
	}
	Ok(())
}

/// How many elements have a sibling before them of the same name, though they are not [repeatable](REPEATABLE). Of what is no XML, any number.
fn repeated(xml: &[u8]) -> usize {
	let behind = |rest: &[u8], end: &[u8]| {
		let at = rest.windows(end.len()).position(|window| window == end);
		at.map_or(rest.len(), |at| at.saturating_add(end.len()))
	};
	let (mut rest, mut repeated) = (xml, 0usize);
	// Each element that is open, and the names in it.
	let mut open: Vec<(&[u8], HashSet<&[u8]>)> = Vec::new();
	while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
		rest = rest.get(at..).unwrap_or_default();
		let length = match rest {
			[b'<', b'!', b'-', b'-', ..] => behind(rest, b"-->"),
			[b'<', b'!', b'[', ..] => behind(rest, b"]]>"),
			[b'<', b'?', ..] => behind(rest, b"?>"),
			[b'<', b'!', ..] => behind(rest, b">"),
			[b'<', b'/', ..] => {
				open.pop();
				behind(rest, b">")
			},
			_ => {
				let (name, length, is_empty) = tag(rest);
				if let Some((parent, names)) = open.last_mut() {
					if !names.insert(name) && !REPEATABLE.contains(&(*parent, name)) {
						repeated = repeated.saturating_add(1);
					}
				}
				if !is_empty {
					open.push((name, HashSet::new()));
				}
				length
			},
		};
		rest = rest.get(length..).unwrap_or_default();
	}
	repeated
}

/// The tag that text begins with: its name without a prefix, how long it is, and whether it ends its element too.
fn tag(text: &[u8]) -> (&[u8], usize, bool) {
	let mut quote = None;
	let end = text.iter().position(|byte| {
		match (quote, byte) {
			(None, b'"' | b'\'') => quote = Some(*byte),
			(Some(open), byte) if open == *byte => quote = None,
			_ => (),
		}
		quote.is_none() && *byte == b'>'
	});
	let end = end.unwrap_or(text.len());
	let inside = text.get(1..end).unwrap_or_default();
	let is_name = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'/';
	let name = inside.split(|byte| !is_name(byte)).next().unwrap_or_default();
	let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
	(name, end.saturating_add(1), inside.ends_with(b"/"))
}

/// Whether there is a document type before the first element, where alone it may be.
fn has_document_type(xml: &[u8]) -> bool {
	let mut rest = xml.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(xml).trim_ascii_start();
	let behind = |rest: &[u8], end: &[u8]| {
		rest.windows(end.len())
			.position(|window| window == end)
			.map(|at| at + end.len())
	};
	loop {
		let end: &[u8] = match rest {
			[b'<', b'?', ..] => b"?>",
			[b'<', b'!', b'-', b'-', ..] => b"-->",
			_ => return rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"<!DOCTYPE")),
		};
		let Some(at) = behind(rest, end) else { return false };
		rest = rest.get(at..).unwrap_or_default().trim_ascii_start();
	}
}

fn refusal(error: Error) -> EInvoiceError {
	match error {
		Error::Encoding { found } => EInvoiceError::WrongEncoding { found },
		Error::Xml { message, line, column } => EInvoiceError::NotXml {
			reason: message,
			line,
			column,
		},
		Error::TooDeep { limit, .. } => EInvoiceError::TooDeep { limit },
		Error::NotAnInvoice { found } => EInvoiceError::NotAnInvoice { found },
		Error::Pdf(error) => pdf_refusal(error),
		other => EInvoiceError::NotAnInvoice {
			found: other.to_string(),
		},
	}
}

fn pdf_refusal(error: zugferd::Error) -> EInvoiceError {
	match error {
		zugferd::Error::LimitExceeded { .. } => EInvoiceError::PdfTooLarge {
			limit: MAX_INFLATED_BYTES,
		},
		zugferd::Error::Encoding { found } => EInvoiceError::WrongEncoding { found },
		zugferd::Error::NoInvoice { found, .. } => EInvoiceError::NoEmbeddedInvoice { found },
		zugferd::Error::Pdf(reason) => EInvoiceError::BrokenPdf { reason },
		other => EInvoiceError::BrokenPdf {
			reason: other.to_string(),
		},
	}
}
