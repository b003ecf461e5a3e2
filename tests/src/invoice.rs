// SPDX-License-Identifier: Apache-2.0

//! Electronic invoices that are valid by EN 16931, as many as a test wants.

use std::{collections::BTreeMap, fmt::Write};

/// A line of an invoice.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
	/// What was sold.
	pub name: &'a str,
	/// The category of VAT: `S`, `Z`, `E`, `AE` or `G`. The others ask for more than is written here.
	pub category: &'a str,
	/// The rate, in hundredths of a percent: 1,900 for 19 %. Zero but for `S`.
	pub rate: u16,
	/// Without VAT, in cents.
	pub net: u64,
}

/// An invoice in UBL, in euros, that was paid already. Of each category and rate, the VAT is rounded half up. `date`: such as `2026-01-15`.
pub fn ubl(number: &str, date: &str, seller: &str, buyer: &str, lines: &[Line]) -> String {
	document("Invoice", "Invoiced", 380, "", number, date, seller, buyer, lines)
}

/// The same, of a credit note that takes back of the invoice with the number `of`.
pub fn ubl_credit_note(of: &str, number: &str, date: &str, seller: &str, buyer: &str, lines: &[Line]) -> String {
	let of = escape(of);
	let reference = format!(
		"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{of}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>\n"
	);
	document("CreditNote", "Credited", 381, &reference, number, date, seller, buyer, lines)
}

fn escape(text: &str) -> String {
	text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Hundredths, with a point.
fn decimal(hundredths: u64) -> String {
	format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn money(element: &str, cents: u64) -> String {
	format!("<cbc:{element} currencyID=\"EUR\">{}</cbc:{element}>", decimal(cents))
}

fn category(element: &str, code: &str, rate: u16, reason: bool) -> String {
	// What bears no tax says why, but for what is zero rated.
	let reason = if reason && !matches!(code, "S" | "Z") {
		"<cbc:TaxExemptionReason>Exempt</cbc:TaxExemptionReason>"
	} else {
		""
	};
	format!(
		"<cac:{element}><cbc:ID>{code}</cbc:ID><cbc:Percent>{}</cbc:Percent>{reason}<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:{element}>",
		decimal(rate.into())
	)
}

fn party(element: &str, name: &str, vat_identifier: &str) -> String {
	format!(
		"<cac:{element}><cac:Party><cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>\
		<cac:PartyTaxScheme><cbc:CompanyID>{vat_identifier}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>\
		<cac:PartyLegalEntity><cbc:RegistrationName>{}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:{element}>\n",
		escape(name)
	)
}

#[expect(clippy::too_many_arguments, reason = "as many as a document has parts")]
fn document(
	kind: &str,
	quantity: &str,
	type_code: u32,
	reference: &str,
	number: &str,
	date: &str,
	seller: &str,
	buyer: &str,
	lines: &[Line],
) -> String {
	let mut taxable = BTreeMap::<(&str, u16), u64>::new();
	let mut written = String::new();
	for (index, line) in lines.iter().enumerate() {
		*taxable.entry((line.category, line.rate)).or_default() += line.net;
		writeln!(
			written,
			"<cac:{kind}Line><cbc:ID>{}</cbc:ID><cbc:{quantity}Quantity unitCode=\"C62\">1</cbc:{quantity}Quantity>{}<cac:Item><cbc:Name>{}</cbc:Name>{}</cac:Item>\
			<cac:Price>{}</cac:Price></cac:{kind}Line>",
			index + 1,
			money("LineExtensionAmount", line.net),
			escape(line.name),
			category("ClassifiedTaxCategory", line.category, line.rate, false),
			money("PriceAmount", line.net),
		)
		.expect("a text takes it");
	}
	let tax = |rate: u16, net: u64| (net * u64::from(rate) + 5_000) / 10_000;
	let subtotals: String = taxable
		.iter()
		.map(|((code, rate), net)| {
			let amounts = money("TaxableAmount", *net) + &money("TaxAmount", tax(*rate, *net));
			format!(
				"<cac:TaxSubtotal>{amounts}{}</cac:TaxSubtotal>\n",
				category("TaxCategory", code, *rate, true)
			)
		})
		.collect();
	let net = taxable.values().sum();
	let vat: u64 = taxable.iter().map(|((_, rate), net)| tax(*rate, *net)).sum();
	let totals = [
		money("LineExtensionAmount", net),
		money("TaxExclusiveAmount", net),
		money("TaxInclusiveAmount", net + vat),
		money("PrepaidAmount", net + vat),
		money("PayableAmount", 0),
	];
	format!(
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{kind} xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:{kind}-2\" \
		xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" \
		xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">\n\
		<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>\n<cbc:ID>{}</cbc:ID>\n<cbc:IssueDate>{date}</cbc:IssueDate>\n\
		<cbc:{kind}TypeCode>{type_code}</cbc:{kind}TypeCode>\n<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>\n{reference}{}{}\
		<cac:TaxTotal>{}\n{subtotals}</cac:TaxTotal>\n<cac:LegalMonetaryTotal>{}</cac:LegalMonetaryTotal>\n{written}</{kind}>\n",
		escape(number),
		party("AccountingSupplierParty", seller, "DE123456789"),
		party("AccountingCustomerParty", buyer, "DE112233445"),
		money("TaxAmount", vat),
		totals.concat(),
	)
}
