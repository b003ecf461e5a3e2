// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::document::sha256;
use chirograph_primitives::{
	invoice::{VatAmount, VatCategory},
	DocumentHash, InvoiceNumber,
};
use flate2::{write::ZlibEncoder, Compression};
use proptest::prelude::*;
use std::{
	io::Write,
	time::{Duration, Instant},
};

const HOSPITAL: &str = include_str!("../../../../tests/documents/invoices/hospital.xml");
const CREDIT_NOTE: &str = include_str!("../../../../tests/documents/invoices/hospital-credit-note.xml");
const PHARMACY: &str = include_str!("../../../../tests/documents/invoices/pharmacy-cii.xml");
const PEPPOL: &str = include_str!("../../../../tests/documents/invoices/peppol.xml");

fn read(text: &str) -> Result<EInvoice, EInvoiceError> {
	EInvoice::read(text.as_bytes(), Rules::En16931)
}

/// The invoice of the hospital with something else in some places.
fn changed(changes: &[(&str, &str)]) -> Result<EInvoice, EInvoiceError> {
	read(&replaced(HOSPITAL, changes))
}

#[track_caller]
fn replaced(text: &str, changes: &[(&str, &str)]) -> String {
	let mut text = text.to_owned();
	for (from, to) in changes {
		assert!(text.contains(from), "{from} is in it");
		text = text.replace(from, to);
	}
	text
}

/// Which rules that breaks.
#[track_caller]
fn broken(result: Result<EInvoice, EInvoiceError>) -> Vec<String> {
	match result {
		Err(EInvoiceError::Invalid { findings, .. }) => findings.rules(),
		other => panic!("{other:?}"),
	}
}

fn amount(category: VatCategory, rate: u16, net: u64, vat: u64) -> VatAmount {
	VatAmount {
		category,
		rate,
		net,
		vat,
	}
}

/// A PDF of no pages, with these files in it.
fn pdf(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
	let mut objects = vec![
		b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
		b"<< /Type /Pages /Kids [] /Count 0 >>".to_vec(),
	];
	for (name, content) in files {
		let stream = objects.len() + 2;
		objects.push(format!("<< /Type /Filespec /F ({name}) /EF << /F {stream} 0 R >> >>").into_bytes());
		let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
		packed.write_all(content).expect("memory takes it");
		let packed = packed.finish().expect("memory takes it");
		let head = format!(
			"<< /Type /EmbeddedFile /Filter /FlateDecode /Length {} >>\nstream\n",
			packed.len()
		);
		objects.push([head.as_bytes(), &packed, b"\nendstream"].concat());
	}
	let mut pdf = b"%PDF-1.7\n".to_vec();
	let mut places = Vec::new();
	for (index, object) in objects.iter().enumerate() {
		places.push(format!("{:010} 00000 n \n", pdf.len()));
		pdf.extend([format!("{} 0 obj\n", index + 1).as_bytes(), object, b"\nendobj\n"].concat());
	}
	let table = pdf.len();
	let count = objects.len() + 1;
	let end = format!(
		"xref\n0 {count}\n0000000000 65535 f \n{}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
		places.concat()
	);
	pdf.extend(end.into_bytes());
	pdf
}

#[test]
fn an_invoice_of_two_categories_is_read_whole() {
	let invoice = read(HOSPITAL).expect("it breaks no rule");
	assert_eq!((invoice.syntax, invoice.kind), (Syntax::Ubl, DocumentKind::Invoice));
	assert_eq!(invoice.number, "KH-2026-000117");
	assert_eq!(invoice.issued.to_string(), "2026-01-15");
	assert_eq!(invoice.currency.to_string(), "EUR");
	let klinikum = PartyName {
		name: Some("Klinikum Nordstadt gGmbH".into()),
		vat_identifier: Some("DE123456789".into()),
	};
	assert_eq!(invoice.seller, klinikum);
	assert_eq!(invoice.buyer.name.as_deref(), Some("Paula Patient"));
	assert!(invoice.preceding.is_empty());

	let document = &invoice.document;
	assert_eq!(document.hash, DocumentHash(sha256(HOSPITAL.as_bytes())));
	assert_eq!(document.number, InvoiceNumber::of("KH-2026-000117"));
	let lines: Vec<_> = document
		.breakdown
		.iter()
		.map(|line| {
			let amounts = [line.lines, line.allowances, line.charges, line.taxable, line.tax];
			(line.category, line.rate, amounts)
		})
		.collect();
	assert_eq!(
		lines,
		[
			(VatCategory::S, 1_900, [9_100, 1_100, 0, 8_000, 1_520]),
			(VatCategory::E, 0, [62_000, 0, 0, 62_000, 0])
		]
	);
	let totals = document.totals;
	assert_eq!([totals.lines, totals.allowances, totals.charges], [71_100, 1_100, 0]);
	assert_eq!(
		[totals.exclusive, totals.vat, totals.inclusive, totals.paid],
		[70_000, 1_520, 71_520, 71_520]
	);
	assert_eq!([totals.rounding, totals.due], [0, 0]);
	let amounts = [
		amount(VatCategory::S, 1_900, 8_000, 1_520),
		amount(VatCategory::E, 0, 62_000, 0),
	];
	assert_eq!(invoice.amounts().to_vec(), amounts);
}

#[test]
fn a_credit_note_names_the_invoice_that_it_takes_back() {
	let note = read(CREDIT_NOTE).expect("it breaks no rule");
	assert_eq!((note.syntax, note.kind), (Syntax::Ubl, DocumentKind::CreditNote));
	assert_eq!(note.preceding, ["KH-2026-000117"]);
	let amounts = [amount(VatCategory::S, 1_900, 4_000, 760), amount(VatCategory::E, 0, 7_000, 0)];
	assert_eq!(note.amounts().to_vec(), amounts);
	let of_invoice = read(HOSPITAL).expect("it breaks no rule").amounts();
	assert!(chirograph_primitives::invoice::covers(&of_invoice, &note.amounts()));
}

#[test]
fn cii_and_the_pdf_around_it_say_the_same() {
	let cii = read(PHARMACY).expect("it breaks no rule");
	assert_eq!((cii.syntax, cii.kind), (Syntax::Cii, DocumentKind::Invoice));
	let rates: Vec<_> = cii
		.document
		.breakdown
		.iter()
		.map(|line| (line.rate, line.lines, line.charges, line.tax))
		.collect();
	assert_eq!(rates, [(700, 3_600, 0, 252), (1_900, 6_200, 500, 1_273)]);

	let in_pdf = pdf(&[("picture.png", vec![0; 9]), ("factur-x.xml", PHARMACY.into())]);
	let hybrid = EInvoice::read(&in_pdf, Rules::En16931).expect("it breaks no rule");
	assert_eq!(hybrid.document.hash, DocumentHash(sha256(&in_pdf)), "the whole file is bound");
	let mut same = hybrid.clone();
	(same.syntax, same.document.hash) = (cii.syntax, cii.document.hash);
	assert_eq!((hybrid.syntax, same), (Syntax::FacturX, cii));
}

#[test]
fn a_type_code_of_credit_notes_makes_cii_one() {
	let note = replaced(PHARMACY, &[("<ram:TypeCode>380<", "<ram:TypeCode>381<")]);
	assert_eq!(read(&note).expect("it breaks no rule").kind, DocumentKind::CreditNote);
}

#[test]
fn a_file_is_read_and_what_is_none_is_refused() {
	let directory = tempfile::tempdir().expect("a temporary directory can be made");
	let path = directory.path().join("invoice.xml");
	assert!(matches!(EInvoice::open(&path, Rules::En16931), Err(crate::Error::File(_))));
	std::fs::write(&path, HOSPITAL).expect("can be written");
	let opened = EInvoice::open(&path, Rules::En16931).expect("it breaks no rule");
	assert_eq!(Ok(opened), read(HOSPITAL));
	std::fs::write(&path, "Dear Sir or Madam").expect("can be written");
	let refused = EInvoice::open(&path, Rules::En16931).expect_err("it is a letter");
	assert!(
		matches!(
			&refused,
			crate::Error::EInvoice {
				error: EInvoiceError::NotXml { .. },
				..
			}
		),
		"{refused:?}"
	);
	let text = refused.to_string();
	assert!(
		text.contains(&format!("{} cannot be used: it is neither", path.display())),
		"{text}"
	);
}

#[test]
fn peppol_asks_for_more() {
	assert!(EInvoice::read(PEPPOL.as_bytes(), Rules::Peppol).is_ok());
	assert!(read(PEPPOL).is_ok());
	let refused = EInvoice::read(HOSPITAL.as_bytes(), Rules::Peppol);
	let rules = broken(refused.clone());
	assert!(rules.iter().all(|rule| rule.starts_with("PEPPOL-")), "{rules:?}");
	assert!(rules.contains(&"PEPPOL-EN16931-R004".to_owned()), "{rules:?}");
	let text = refused.unwrap_err().to_string();
	assert!(text.contains("Peppol BIS Billing 3.0: PEPPOL-EN16931-R"), "{text}");
}

#[test]
fn what_breaks_rules_is_refused_with_their_names_and_places() {
	assert_eq!(broken(changed(&[(">715.20<", ">715.30<")])), ["BR-CO-15"]);
	let findings = validate(replaced(HOSPITAL, &[(">715.20<", ">715.30<")]).as_bytes(), Rules::En16931).expect("is read");
	assert_eq!(findings.rules(), ["BR-CO-15"]);
	assert!(!findings.is_valid());
	assert_eq!(findings.number.as_deref(), Some("KH-2026-000117"));
	assert!(findings.fatal[0].message.contains("715.3"), "{}", findings.fatal[0]);
	let sound = validate(HOSPITAL.as_bytes(), Rules::En16931).expect("is read");
	let of_tests = "<cbc:LineExtensionAmount currencyID=\"EUR\">140.00</cbc:LineExtensionAmount>";
	let with_reason = |is_charge: bool| {
		format!(
			"{of_tests}<cac:AllowanceCharge><cbc:ChargeIndicator>{is_charge}</cbc:ChargeIndicator>\
			<cbc:AllowanceChargeReasonCode>USD</cbc:AllowanceChargeReasonCode><cbc:Amount currencyID=\"EUR\">1.00</cbc:Amount></cac:AllowanceCharge>"
		)
	};
	assert_eq!((sound.is_valid(), sound.fatal.len()), (true, 0));
	for (from, to, rule) in [
		(">80.00<", ">90.00<", "BR-S-08"),
		(">711.00<", ">712.00<", "BR-CO-10"),
		(
			"<cbc:TaxExclusiveAmount currencyID=\"EUR\">700.00<",
			"<cbc:TaxExclusiveAmount currencyID=\"EUR\">701.00<",
			"BR-CO-13",
		),
		("<cbc:CompanyID>DE123456789</cbc:CompanyID>", "", "BR-S-02"),
		("unitCode=\"C62\"", "unitCode=\"pieces\"", "BR-CL-23"),
		("<cbc:InvoiceTypeCode>380<", "<cbc:InvoiceTypeCode>381<", "BR-CL-01"),
		("<cbc:ChargeIndicator>false<", "<cbc:ChargeIndicator>no<", "malformed"),
		(of_tests, &with_reason(false), "BR-CL-19"),
		(of_tests, &with_reason(true), "BR-CL-20"),
		(
			"<cbc:ID>KH-2026-000117</cbc:ID>",
			"<cbc:ID>KH-2026-000117</cbc:ID><cbc:ID>2</cbc:ID>",
			"duplicate",
		),
	] {
		let rules = broken(changed(&[(from, to)]));
		assert!(rules.contains(&rule.to_owned()), "{rule} is not in {rules:?}");
	}
}

#[test]
fn an_amount_that_is_missing_or_there_twice_is_not_read_as_another() {
	let lines = "<cbc:LineExtensionAmount currencyID=\"EUR\">711.00</cbc:LineExtensionAmount>";
	for (missing, rule) in [
		(lines, "BR-12"),
		(
			"<cbc:TaxExclusiveAmount currencyID=\"EUR\">700.00</cbc:TaxExclusiveAmount>",
			"BR-13",
		),
		(
			"<cbc:TaxInclusiveAmount currencyID=\"EUR\">715.20</cbc:TaxInclusiveAmount>",
			"BR-14",
		),
		("<cbc:PayableAmount currencyID=\"EUR\">0.00</cbc:PayableAmount>", "BR-15"),
		("<cbc:InvoicedQuantity unitCode=\"C62\">4</cbc:InvoicedQuantity>", "BR-22"),
		(
			"<cbc:LineExtensionAmount currencyID=\"EUR\">91.00</cbc:LineExtensionAmount>",
			"BR-24",
		),
		("<cbc:PriceAmount currencyID=\"EUR\">45.50</cbc:PriceAmount>", "BR-26"),
		("<cbc:Amount currencyID=\"EUR\">11.00</cbc:Amount>", "BR-31"),
		("<cbc:TaxableAmount currencyID=\"EUR\">620.00</cbc:TaxableAmount>", "BR-45"),
		("<cbc:TaxAmount currencyID=\"EUR\">0.00</cbc:TaxAmount>", "BR-46"),
	] {
		let rules = broken(changed(&[(missing, "")]));
		assert!(rules.contains(&rule.to_owned()), "{rule} is not in {rules:?}");
		let rules = broken(changed(&[(missing, &missing.repeat(2))]));
		assert_eq!(rules, ["duplicate"], "{rule}");
	}
	for name in [
		"CalculatedAmount",
		"BasisAmount",
		"LineTotalAmount",
		"ChargeAmount",
		"GrandTotalAmount",
		"DuePayableAmount",
	] {
		let (begin, end) = (
			PHARMACY.find(&format!("<ram:{name}")),
			PHARMACY.find(&format!("</ram:{name}>")),
		);
		let once = &PHARMACY[begin.expect("is in it")..end.expect("is in it") + name.len() + 7];
		let rules = broken(read(&PHARMACY.replacen(once, &once.repeat(2), 1)));
		assert!(rules.iter().any(|rule| rule == "duplicate"), "{name}: {rules:?}");
		let rules = broken(read(&PHARMACY.replacen(once, "", 1)));
		assert!(rules.iter().any(|rule| rule.starts_with("BR-")), "{name}: {rules:?}");
	}
}

#[test]
fn other_taxes_and_other_currencies_are_not_taken_for_those_of_the_document() {
	for (from, to, rule) in [
		("<cbc:ID>VAT<", "<cbc:ID>GST<", "BR-47"),
		(
			"<cbc:PriceAmount currencyID=\"EUR\">45.50",
			"<cbc:PriceAmount currencyID=\"USD\">45.50",
			"currency",
		),
		(
			"<cbc:TaxInclusiveAmount currencyID=\"EUR\"",
			"<cbc:TaxInclusiveAmount currencyID=\"USD\"",
			"currency",
		),
		(
			"<cbc:PriceAmount currencyID=\"EUR\">45.50",
			"<cbc:PriceAmount currencyID=\"euro\">45.50",
			"BR-CL-03",
		),
	] {
		let rules = broken(changed(&[(from, to)]));
		assert!(rules.contains(&rule.to_owned()), "{rule} is not in {rules:?}");
	}
	let other_tax = replaced(PHARMACY, &[("<ram:TypeCode>VAT<", "<ram:TypeCode>GST<")]);
	let rules = broken(read(&other_tax));
	assert!(
		["BR-47", "BR-37", "BR-CO-04"]
			.iter()
			.all(|rule| rules.contains(&(*rule).to_owned())),
		"{rules:?}"
	);
	// The VAT once more, in the currency of the seller's books.
	let books = [
		(
			"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>",
			"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>",
		),
		(
			"\t<cac:LegalMonetaryTotal>",
			"<cac:TaxTotal><cbc:TaxAmount currencyID=\"SEK\">170.00</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>",
		),
	];
	assert_eq!(changed(&books).map(|invoice| invoice.document.totals.vat), Ok(1_520));
}

#[test]
fn an_account_besides_another_way_to_pay_is_seen() {
	let means = |account: &str| {
		let debit = "<ram:PayerPartyDebtorFinancialAccount><ram:IBANID>DE02120300000000202051</ram:IBANID></ram:PayerPartyDebtorFinancialAccount>";
		let means = format!("<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode>{debit}{account}</ram:SpecifiedTradeSettlementPaymentMeans>");
		let currency = "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>";
		read(&replaced(PHARMACY, &[(currency, &(currency.to_owned() + &means))]))
	};
	let account = "<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE02120300000000202051</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>";
	assert!(means(account).is_ok());
	assert_eq!(broken(means("")), ["BR-61"]);
}

#[test]
fn a_document_without_number_or_date_is_refused() {
	assert_eq!(
		changed(&[("<cbc:ID>KH-2026-000117</cbc:ID>", "")]),
		Err(EInvoiceError::NoNumber)
	);
	assert_eq!(
		changed(&[("<cbc:ID>KH-2026-000117</cbc:ID>", "<cbc:ID> </cbc:ID>")]),
		Err(EInvoiceError::NoNumber)
	);
	assert_eq!(
		changed(&[("<cbc:IssueDate>2026-01-15</cbc:IssueDate>", "")]),
		Err(EInvoiceError::NoDate)
	);
	assert_eq!(changed(&[("2026-01-15", "2026-02-30")]), Err(EInvoiceError::NoDate));
}

#[test]
fn a_document_of_tomorrow_is_refused() {
	let refused = changed(&[("2026-01-15", "9999-12-31")]);
	let date: Date = "9999-12-31".parse().expect("a day");
	assert_eq!(refused, Err(EInvoiceError::FutureDate { date }));
	let invoice = read(HOSPITAL).expect("it breaks no rule");
	assert!(matches!(invoice.check(0), Err(EInvoiceError::FutureDate { .. })));
}

#[test]
fn what_the_ledger_has_no_word_for_is_refused() {
	let currency = |code: &str| changed(&[("EUR", code)]);
	for code in ["XYZ", "XAU", "eur", "BOV"] {
		assert_eq!(currency(code), Err(EInvoiceError::UnknownCurrency { code: code.into() }));
	}
	assert!(currency("USD").is_ok());
	let category = |code: &str| changed(&[("<cbc:ID>S<", &format!("<cbc:ID>{code}<"))]);
	for code in ["B", "Q", "s", "Standard"] {
		assert_eq!(category(code), Err(EInvoiceError::UnknownCategory { code: code.into() }));
	}
	for rate in ["655.36", "-19", "19.005"] {
		let refused = changed(&[("Percent>19<", &format!("Percent>{rate}<"))]);
		assert_eq!(refused, Err(EInvoiceError::UnusableRate { rate: rate.into() }));
	}
	assert!(changed(&[("Percent>19<", "Percent>19.00<")]).is_ok());
}

#[test]
fn amounts_are_whole_minor_units_of_their_currency() {
	let yen = |text: &str| replaced(text, &[("EUR", "JPY")]);
	let refused = read(&yen(HOSPITAL));
	let fraction = EInvoiceError::FractionOfMinorUnit {
		term: "BT-117".into(),
		amount: "15.20".into(),
	};
	assert_eq!(refused, Err(fraction));
	let whole = [(">15.20<", ">15.00<"), (">715.20<", ">715.00<")];
	let invoice = read(&yen(&replaced(HOSPITAL, &whole))).expect("it breaks no rule");
	assert_eq!(invoice.document.totals.inclusive, 715);
	let dinar = changed(&[("EUR", "KWD")]).expect("it breaks no rule");
	assert_eq!(dinar.document.totals.inclusive, 715_200);

	let refused = changed(&[(">480.00<", ">480.001<")]);
	assert!(matches!(refused, Err(EInvoiceError::FractionOfMinorUnit { amount, .. }) if amount == "480.001"));
	let findings = validate(replaced(HOSPITAL, &[(">711.00<", ">711.001<")]).as_bytes(), Rules::En16931).expect("is read");
	assert!(findings.rules().contains(&"BR-DEC-09".to_owned()), "{:?}", findings.rules());
}

#[test]
fn amounts_below_zero_and_too_large_ones_are_refused() {
	let negative = |amount: &str, term: &str| EInvoiceError::NegativeAmount {
		term: term.into(),
		amount: amount.into(),
	};
	// All of it given back, by an invoice.
	let refused = changed(&[
		("\">4", "\">-4"),
		("\">14", "\">-14"),
		("\">9", "\">-9"),
		("\">11.00", "\">-11.00"),
		("\">7", "\">-7"),
		("\">15", "\">-15"),
		("\">8", "\">-8"),
		("\">62", "\">-62"),
		(
			"<cbc:PriceAmount currencyID=\"EUR\">-",
			"<cbc:PriceAmount currencyID=\"EUR\">",
		),
	]);
	assert_eq!(refused, Err(negative("-80.00", "BT-116")));
	let paid = [
		(
			"PrepaidAmount currencyID=\"EUR\">715.20",
			"PrepaidAmount currencyID=\"EUR\">-1.00",
		),
		(">0.00</cbc:PayableAmount>", ">716.20</cbc:PayableAmount>"),
		(
			"<cac:AllowanceCharge>",
			"<cac:PaymentTerms><cbc:Note>Now</cbc:Note></cac:PaymentTerms><cac:AllowanceCharge>",
		),
	];
	assert_eq!(changed(&paid), Err(negative("-1.00", "BT-113")));

	let huge = "9".repeat(30);
	let refused = changed(&[(">711.00<", &format!(">{huge}<"))]);
	assert_eq!(refused, Err(EInvoiceError::Overflow { term: "BT-106".into() }));
	// As many hundredths as fit are too many thousandths.
	let most = "92233720368547758.07";
	let all = [
		("EUR", "KWD"),
		("<cbc:PrepaidAmount currencyID=\"KWD\">715.20</cbc:PrepaidAmount>", ""),
		(">0.00</cbc:PayableAmount>", ">715.20</cbc:PayableAmount>"),
		(
			"<cac:AllowanceCharge>",
			"<cac:PaymentTerms><cbc:Note>Now</cbc:Note></cac:PaymentTerms><cac:AllowanceCharge>",
		),
	];
	let base = replaced(HOSPITAL, &all);
	assert!(read(&base).is_ok());
	let refused = read(&replaced(
		&base,
		&[
			("480.00", "92233720368547618.07"),
			("620.00", "92233720368547758.07"),
			("711.00", "92233720368547849.07"),
		],
	));
	assert!(matches!(&refused, Err(EInvoiceError::Overflow { .. })), "{refused:?} {most}");
}

#[test]
fn one_line_may_be_negative_where_the_sum_is_not() {
	let returned = [
		(
			"<cbc:InvoicedQuantity unitCode=\"C62\">4<",
			"<cbc:InvoicedQuantity unitCode=\"C62\">-4<",
		),
		(">140.00<", ">-140.00<"),
		(">620.00<", ">340.00<"),
		(">711.00<", ">431.00<"),
		(">700.00<", ">420.00<"),
		(">715.20<", ">435.20<"),
	];
	let invoice = changed(&returned).expect("it breaks no rule");
	assert_eq!(invoice.document.breakdown[1].lines, 34_000);
}

#[test]
fn more_categories_than_the_ledger_takes_are_refused() {
	let subtotal = |rate: u32| {
		format!(
			"<cac:TaxSubtotal><cbc:TaxableAmount currencyID=\"EUR\">0.00</cbc:TaxableAmount><cbc:TaxAmount currencyID=\"EUR\">0.00</cbc:TaxAmount>\
			<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>"
		)
	};
	let with = |more: u32| {
		changed(&[(
			"\t</cac:TaxTotal>",
			&((1..=more).map(subtotal).collect::<String>() + "</cac:TaxTotal>"),
		)])
	};
	assert_eq!(with(6).expect("it breaks no rule").document.breakdown.len(), 8);
	assert_eq!(with(7), Err(EInvoiceError::TooManyCategories { found: 9 }));
}

#[test]
fn a_line_of_a_rate_that_the_breakdown_lacks_is_refused() {
	// No rule of EN 16931 compares the sum of BG-23 with BT-109.
	let line = "<cac:InvoiceLine>\n\t\t<cbc:ID>1</cbc:ID>";
	let other = "<cac:InvoiceLine><cbc:ID>9</cbc:ID><cbc:InvoicedQuantity unitCode=\"C62\">1</cbc:InvoicedQuantity>\
		<cbc:LineExtensionAmount currencyID=\"EUR\">10.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Tea</cbc:Name><cac:ClassifiedTaxCategory>\
		<cbc:ID>S</cbc:ID><cbc:Percent>7</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>\
		<cac:Price><cbc:PriceAmount currencyID=\"EUR\">10.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>";
	let refused = changed(&[
		(line, &format!("{other}{line}")),
		(">711.00<", ">721.00<"),
		(">700.00<", ">710.00<"),
		(">715.20<", ">725.20<"),
	]);
	let fault = InvoiceFault::WrongTaxableAmount;
	assert_eq!(refused, Err(EInvoiceError::Refused { fault }));
}

#[test]
fn entities_are_refused_before_anything_is_expanded() {
	let bomb = |text: &str, kind: &str| {
		text.replacen(
			&format!("<{kind}"),
			&format!("<!DOCTYPE {kind} [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<{kind}"),
			1,
		)
	};
	assert_eq!(read(&bomb(HOSPITAL, "Invoice")), Err(EInvoiceError::DocumentType));
	assert_eq!(
		read(&bomb(PHARMACY, "rsm:CrossIndustryInvoice")),
		Err(EInvoiceError::DocumentType)
	);
	let external = HOSPITAL.replacen(
		"<Invoice",
		"<!-- > --><?a b?><!doctype Invoice SYSTEM \"file:///etc/passwd\">\n<Invoice",
		1,
	);
	assert_eq!(read(&external), Err(EInvoiceError::DocumentType));
	let in_pdf = pdf(&[("factur-x.xml", bomb(PHARMACY, "rsm:CrossIndustryInvoice").into_bytes())]);
	assert_eq!(EInvoice::read(&in_pdf, Rules::En16931), Err(EInvoiceError::DocumentType));
	// The word alone is no document type, and an entity that nothing defines is no XML.
	assert!(changed(&[("Laboratory test", "<!-- <!DOCTYPE x> -->Laboratory test")]).is_ok());
	assert!(matches!(
		changed(&[("Laboratory test", "&a;")]),
		Err(EInvoiceError::NotXml { .. })
	));
	assert!(matches!(
		changed(&[("\t<cac:TaxTotal>", "<!DOCTYPE x><cac:TaxTotal>")]),
		Err(EInvoiceError::NotXml { .. })
	));
}

#[test]
fn only_utf_8_that_says_so_is_read() {
	let wrong = |bytes: &[u8]| match EInvoice::read(bytes, Rules::En16931) {
		Err(EInvoiceError::WrongEncoding { found }) => found,
		other => panic!("{other:?}"),
	};
	let latin = replaced(HOSPITAL, &[("UTF-8", "ISO-8859-1")]);
	assert_eq!(wrong(latin.as_bytes()), "ISO-8859-1");
	let mut bytes = replaced(PHARMACY, &[("ü", "u"), ("ß", "ss")]).into_bytes();
	assert!(EInvoice::read(&bytes, Rules::En16931).is_ok());
	let at = bytes.windows(3).position(|window| window == b"Sud").expect("is in it");
	bytes[at + 1] = 0xFC;
	assert_eq!(wrong(&bytes), "invalid UTF-8");
	for little in [true, false] {
		let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
		let wide: Vec<u8> = "\u{feff}"
			.encode_utf16()
			.chain(HOSPITAL.encode_utf16())
			.flat_map(unit)
			.collect();
		assert_eq!(wrong(&wide), "UTF-16");
		assert_eq!(wrong(&wide[2..]), "UTF-16", "without a mark");
	}
	let marked = [b"\xEF\xBB\xBF", HOSPITAL.as_bytes()].concat();
	assert!(EInvoice::read(&marked, Rules::En16931).is_ok());
}

#[test]
fn what_is_no_invoice_is_refused_with_what_it_is() {
	for text in ["", "Dear Sir or Madam", "<Invoice", "{\"invoice\": 1}"] {
		assert!(matches!(read(text), Err(EInvoiceError::NotXml { .. })), "{text}");
	}
	let no_invoice = |text: &str| match read(text) {
		Err(EInvoiceError::NotAnInvoice { found }) => found,
		other => panic!("{other:?}"),
	};
	assert_eq!(no_invoice("<html/>"), "html");
	assert_eq!(
		no_invoice("<Order xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Order-2\"/>"),
		"Order"
	);
	assert!(no_invoice("<Invoice/>").starts_with("Invoice"));
	for (id, name) in [
		("urn:factur-x.eu:1p0:minimum", "MINIMUM"),
		("urn:factur-x.eu:1p0:basicwl", "BASIC WL"),
	] {
		let refused = read(&replaced(PHARMACY, &[("urn:cen.eu:en16931:2017", id)]));
		assert!(
			matches!(refused, Err(EInvoiceError::NotEn16931 { profile }) if profile.ends_with(name)),
			"{name}"
		);
	}
}

#[test]
fn a_pdf_that_is_no_invoice_is_refused_with_its_reason() {
	let read = |pdf: &[u8]| EInvoice::read(pdf, Rules::En16931).unwrap_err();
	assert_eq!(read(&pdf(&[])), EInvoiceError::NoEmbeddedInvoice { found: vec![] });
	let found = vec!["terms.txt".to_owned()];
	assert_eq!(
		read(&pdf(&[("terms.txt", b"None".to_vec())])),
		EInvoiceError::NoEmbeddedInvoice { found }
	);
	let whole = pdf(&[("factur-x.xml", PHARMACY.into())]);
	assert!(EInvoice::read(&whole, Rules::En16931).is_ok());
	assert!(matches!(read(&whole[..whole.len() / 2]), EInvoiceError::BrokenPdf { .. }));
	assert!(matches!(read(b"%PDF-1.7"), EInvoiceError::BrokenPdf { .. }));
	let two = pdf(&[("factur-x.xml", PHARMACY.into()), ("ZUGFeRD-invoice.xml", PHARMACY.into())]);
	assert!(matches!(read(&two), EInvoiceError::SeveralEmbeddedInvoices { found } if found.len() == 2));
	let bomb = pdf(&[("factur-x.xml", vec![b' '; MAX_INFLATED_BYTES + 1])]);
	assert!(bomb.len() < MAX_BYTES / 100, "it is small");
	assert_eq!(
		read(&bomb),
		EInvoiceError::PdfTooLarge {
			limit: MAX_INFLATED_BYTES
		}
	);
	let nested = pdf(&[("factur-x.xml", whole)]);
	assert_eq!(read(&nested), EInvoiceError::NotAnInvoice { found: "a PDF".into() });
}

#[test]
fn sizes_have_bounds() {
	let padded = |bytes: usize| {
		replaced(
			HOSPITAL,
			&[("<cac:TaxTotal>", &format!("<!--{}--><cac:TaxTotal>", " ".repeat(bytes)))],
		)
	};
	assert!(read(&padded(MAX_BYTES - HOSPITAL.len() - 7)).is_ok());
	assert_eq!(
		read(&padded(MAX_BYTES - HOSPITAL.len() - 6)),
		Err(EInvoiceError::TooLarge { limit: MAX_BYTES })
	);
	let nested = |depth: usize| {
		replaced(
			HOSPITAL,
			&[(
				"<cac:TaxTotal>",
				&format!("{}{}<cac:TaxTotal>", "<a>".repeat(depth), "</a>".repeat(depth)),
			)],
		)
	};
	assert!(read(&nested(30)).is_ok());
	assert!(matches!(read(&nested(64)), Err(EInvoiceError::TooDeep { limit: 64 })));
	assert!(matches!(read(&nested(100_000)), Err(EInvoiceError::TooDeep { .. })));
	let many = replaced(
		HOSPITAL,
		&[("<cac:TaxTotal>", &format!("{}<cac:TaxTotal>", "<a/>".repeat(MAX_TAGS)))],
	);
	assert_eq!(read(&many), Err(EInvoiceError::TooManyTags { limit: MAX_TAGS }));
}

#[test]
fn what_would_be_compared_with_one_another_has_a_bound() {
	let with = |much: String| {
		validate(
			replaced(HOSPITAL, &[("\t<cac:TaxTotal>", &format!("{much}<cac:TaxTotal>"))]).as_bytes(),
			Rules::Peppol,
		)
	};
	assert!(with("<cbc:ID/>".repeat(MAX_REPEATED / 2)).is_ok_and(|findings| !findings.is_valid()));
	let room = MAX_TAGS - HOSPITAL.matches('<').count();
	for much in [
		"<cbc:ID/>".repeat(MAX_REPEATED + 1),
		"<a:ID a='/>' />".repeat(room),
		"<cac:Delivery/>".repeat(room),
		"<cac:InvoiceLine><ID/><cbc:ID/></cac:InvoiceLine>".repeat(room / 4),
	] {
		assert_eq!(with(much), Err(EInvoiceError::Repetitive { limit: MAX_REPEATED }));
	}
	// What may be there any number of times is not compared: half a minute is enough for all of them.
	let begun = Instant::now();
	for (parent, many) in super::container::REPEATABLE {
		let (parent, many) = (String::from_utf8_lossy(parent), String::from_utf8_lossy(many));
		let many = format!("<cac:{many}/>").repeat(MAX_TAGS / 4);
		let text = match &*parent {
			"Invoice" => replaced(HOSPITAL, &[("\t<cac:TaxTotal>", &format!("{many}<cac:TaxTotal>"))]),
			"CreditNote" => replaced(CREDIT_NOTE, &[("\t<cac:TaxTotal>", &format!("{many}<cac:TaxTotal>"))]),
			"SupplyChainTradeTransaction" => replaced(
				PHARMACY,
				&[(
					"<ram:ApplicableHeaderTradeAgreement>",
					&format!("{}<ram:ApplicableHeaderTradeAgreement>", many.replace("cac:", "ram:")),
				)],
			),
			parent => replaced(
				HOSPITAL,
				&[(
					"\t<cac:TaxTotal>",
					&format!("<cac:{parent}>{many}</cac:{parent}><cac:TaxTotal>"),
				)],
			),
		};
		assert!(validate(text.as_bytes(), Rules::Peppol).is_ok(), "{parent}");
	}
	assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// Each error's sentence says what to do.
#[test]
fn whoever_is_refused_hears_what_to_do_next() {
	for (refused, next) in [
		(changed(&[("EUR", "XYZ")]), "ask the seller"),
		(
			changed(&[(">715.20<", ">715.30<")]),
			"BR-CO-15; have the seller correct it, `chirograph invoice validate`",
		),
		(changed(&[("2026-01-15", "9999-12-31")]), "check this machine's clock"),
		(changed(&[("UTF-8", "UTF-7")]), "have the seller write it anew in UTF-8"),
		(read("<html/>"), "it has to be UBL 2.1, CII"),
	] {
		let text = refused.unwrap_err().to_string();
		assert!(text.contains(next), "{next} is in: {text}");
	}
}

#[test]
fn findings_are_written_as_json() {
	let findings = validate(replaced(HOSPITAL, &[(">715.20<", ">715.30<")]).as_bytes(), Rules::En16931).expect("is read");
	let json = serde_json::to_value(&findings).expect("is JSON");
	assert_eq!((&json["syntax"], &json["kind"]), (&"ubl".into(), &"invoice".into()));
	assert_eq!(json["fatal"][0]["rule"], "BR-CO-15");
	let json = serde_json::to_value(read(HOSPITAL).expect("it breaks no rule")).expect("is JSON");
	assert_eq!(json["seller"]["vatIdentifier"], "DE123456789");
	assert_eq!(json["document"]["totals"]["due"], 0);
}

/// Some bytes of a document changed, lost, or there twice.
fn mutated(original: &[u8], changes: &[(usize, usize, u8, u8)]) -> Vec<u8> {
	let mut bytes = original.to_vec();
	for (at, length, kind, byte) in changes {
		let at = at % bytes.len().max(1);
		let end = (at + length).min(bytes.len());
		match kind % 4 {
			0 => bytes[at..end].fill(*byte),
			1 => drop(bytes.drain(at..end)),
			2 => {
				let piece = bytes[at..end].to_vec();
				bytes.splice(at..at, piece);
			},
			_ => bytes[at] ^= byte,
		}
		if bytes.is_empty() {
			break;
		}
	}
	bytes
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1_000))]

	#[test]
	fn hostile_bytes_are_judged_without_a_panic(
		which in 0usize..5,
		changes in prop::collection::vec((any::<usize>(), 0usize..200, any::<u8>(), any::<u8>()), 1..8),
	) {
		let originals = [HOSPITAL.into(), CREDIT_NOTE.into(), PHARMACY.into(), PEPPOL.into(), pdf(&[("factur-x.xml", PHARMACY.into())])];
		let bytes: Vec<u8> = mutated(&originals[which], &changes);
		for rules in [Rules::En16931, Rules::Peppol] {
			let validated = validate(&bytes, rules);
			match EInvoice::read(&bytes, rules) {
				Ok(invoice) => {
					prop_assert!(validated.is_ok_and(|findings| findings.is_valid()));
					prop_assert_eq!(invoice.document.hash, DocumentHash(sha256(&bytes)));
				},
				Err(error) => prop_assert!(!error.to_string().is_empty()),
			}
		}
	}

	#[test]
	fn arbitrary_numbers_are_judged_without_a_panic(number in "-?[0-9]{1,40}(\\.[0-9]{0,30})?", at in any::<prop::sample::Index>()) {
		for text in [HOSPITAL, PHARMACY] {
			let numbers: Vec<_> = text.match_indices('>').filter(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_digit())).collect();
			let (at, _) = numbers[at.index(numbers.len())];
			let end = at + text[at..].find('<').expect("every element ends");
			let changed = format!("{}{number}{}", &text[..=at], &text[end..]);
			for rules in [Rules::En16931, Rules::Peppol] {
				let _ = validate(changed.as_bytes(), rules);
				let _ = EInvoice::read(changed.as_bytes(), rules);
			}
		}
	}
}
