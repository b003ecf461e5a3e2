// SPDX-License-Identifier: Apache-2.0

//! What the model of a document cannot tell any more: it has zero for an amount that is missing, one of two that are there, the category of any
//! tax as one of VAT, and an amount in any currency as one in the document's. The rules that are broken by that, by their official names.

use super::Finding;
use en16931::{
	codes::{
		contains,
		generated::{ALLOWANCE_REASON_CODES, CHARGE_REASON_CODES, CURRENCY_CODES},
	},
	invoice::Code,
	Invoice,
};
use roxmltree::{Document, Node};

/// What must be in which element, in that order: its parent, if that matters, and its name; the way down, with `!` before what must be of VAT, or alone
/// where the element itself must;
/// the rule, of charges another.
const REQUIRED: &[(&str, &str, &str, &str, &str)] = &[
	("", "LegalMonetaryTotal", "LineExtensionAmount", "BR-12", ""),
	("", "LegalMonetaryTotal", "TaxExclusiveAmount", "BR-13", ""),
	("", "LegalMonetaryTotal", "TaxInclusiveAmount", "BR-14", ""),
	("", "LegalMonetaryTotal", "PayableAmount", "BR-15", ""),
	("Invoice", "InvoiceLine", "InvoicedQuantity", "BR-22", ""),
	("Invoice", "InvoiceLine", "LineExtensionAmount", "BR-24", ""),
	("Invoice", "InvoiceLine", "Price/PriceAmount", "BR-26", ""),
	("Invoice", "InvoiceLine", "Item/!ClassifiedTaxCategory/ID", "BR-CO-04", ""),
	("CreditNote", "CreditNoteLine", "CreditedQuantity", "BR-22", ""),
	("CreditNote", "CreditNoteLine", "LineExtensionAmount", "BR-24", ""),
	("CreditNote", "CreditNoteLine", "Price/PriceAmount", "BR-26", ""),
	(
		"CreditNote",
		"CreditNoteLine",
		"Item/!ClassifiedTaxCategory/ID",
		"BR-CO-04",
		"",
	),
	("Invoice", "AllowanceCharge", "Amount", "BR-31", "BR-36"),
	("Invoice", "AllowanceCharge", "!TaxCategory/ID", "BR-32", "BR-37"),
	("CreditNote", "AllowanceCharge", "Amount", "BR-31", "BR-36"),
	("CreditNote", "AllowanceCharge", "!TaxCategory/ID", "BR-32", "BR-37"),
	("InvoiceLine", "AllowanceCharge", "Amount", "BR-41", "BR-43"),
	("CreditNoteLine", "AllowanceCharge", "Amount", "BR-41", "BR-43"),
	("TaxTotal", "TaxSubtotal", "TaxableAmount", "BR-45", ""),
	("TaxTotal", "TaxSubtotal", "TaxAmount", "BR-46", ""),
	("TaxTotal", "TaxSubtotal", "!TaxCategory/ID", "BR-47", ""),
	("Party", "PartyTaxScheme", "CompanyID", "UBL-SR-53", ""),
	("Party", "PartyTaxScheme", "TaxScheme/ID", "UBL-SR-53", ""),
	(
		"",
		"SpecifiedTradeSettlementHeaderMonetarySummation",
		"LineTotalAmount",
		"BR-12",
		"",
	),
	(
		"",
		"SpecifiedTradeSettlementHeaderMonetarySummation",
		"TaxBasisTotalAmount",
		"BR-13",
		"",
	),
	(
		"",
		"SpecifiedTradeSettlementHeaderMonetarySummation",
		"GrandTotalAmount",
		"BR-14",
		"",
	),
	(
		"",
		"SpecifiedTradeSettlementHeaderMonetarySummation",
		"DuePayableAmount",
		"BR-15",
		"",
	),
	("", LINE, "SpecifiedLineTradeDelivery/BilledQuantity", "BR-22", ""),
	(
		"",
		LINE,
		"SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
		"BR-24",
		"",
	),
	(
		"",
		LINE,
		"SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
		"BR-26",
		"",
	),
	(
		"",
		LINE,
		"SpecifiedLineTradeSettlement/!ApplicableTradeTax/CategoryCode",
		"BR-CO-04",
		"",
	),
	(
		"ApplicableHeaderTradeSettlement",
		"SpecifiedTradeAllowanceCharge",
		"ActualAmount",
		"BR-31",
		"BR-36",
	),
	(
		"ApplicableHeaderTradeSettlement",
		"SpecifiedTradeAllowanceCharge",
		"!CategoryTradeTax/CategoryCode",
		"BR-32",
		"BR-37",
	),
	(
		"SpecifiedLineTradeSettlement",
		"SpecifiedTradeAllowanceCharge",
		"ActualAmount",
		"BR-41",
		"BR-43",
	),
	(
		"ApplicableHeaderTradeSettlement",
		"ApplicableTradeTax",
		"BasisAmount",
		"BR-45",
		"",
	),
	(
		"ApplicableHeaderTradeSettlement",
		"ApplicableTradeTax",
		"CalculatedAmount",
		"BR-46",
		"",
	),
	(
		"ApplicableHeaderTradeSettlement",
		"ApplicableTradeTax",
		"!/CategoryCode",
		"BR-47",
		"",
	),
];
/// Amounts that the schema of CII has any number of, and EN 16931 one. Of UBL, the reader knows.
const ONCE: &[&str] = &[
	"ActualAmount",
	"AllowanceTotalAmount",
	"AppliedAmount",
	"BasisAmount",
	"CalculatedAmount",
	"ChargeAmount",
	"ChargeTotalAmount",
	"DuePayableAmount",
	"GrandTotalAmount",
	"LineTotalAmount",
	"RoundingAmount",
	"TaxBasisTotalAmount",
	"TaxTotalAmount",
	"TotalPrepaidAmount",
];
/// So many findings say enough.
const MOST: usize = 1_000;
const LINE: &str = "IncludedSupplyChainTradeLineItem";

/// What a document has.
#[derive(Default)]
pub(super) struct Seen {
	/// Rules that it breaks.
	pub(super) findings: Vec<Finding>,
	/// Whether it names an account to pay into (BT-84).
	pub(super) names_account: bool,
}

/// Looks at the XML that `invoice` was read from.
pub(super) fn look(xml: &[u8], invoice: &Invoice) -> Seen {
	let text = std::str::from_utf8(xml).unwrap_or_default();
	let Ok(document) = Document::parse(text.trim_start_matches('\u{feff}')) else {
		// It was read from it.
		return Seen::default();
	};
	let mut seen = Seen::default();
	let elements = || document.descendants().filter(Node::is_element);
	let totals = ["LegalMonetaryTotal", "SpecifiedTradeSettlementHeaderMonetarySummation"];
	if !elements().any(|element| totals.contains(&name(element))) {
		seen.add("BR-12", "LegalMonetaryTotal", "there are no totals");
	}
	// Of the whole document, the model's rules look at these.
	let allowances = invoice.lines.iter().flat_map(|line| &line.allowances);
	let charges = invoice.lines.iter().flat_map(|line| &line.charges);
	for (reasons, list, rule, term) in [
		(
			allowances
				.filter_map(|allowance| allowance.reason_code.as_ref())
				.collect::<Vec<_>>(),
			ALLOWANCE_REASON_CODES,
			"BR-CL-19",
			"BT-140",
		),
		(
			charges.filter_map(|charge| charge.reason_code.as_ref()).collect(),
			CHARGE_REASON_CODES,
			"BR-CL-20",
			"BT-145",
		),
	] {
		for code in reasons.into_iter().filter(|code| !code.is_in(list)) {
			seen.add(rule, term, &format!("`{code}` is no such reason"));
		}
	}
	for element in elements() {
		let parent = element.parent_element().map(name).unwrap_or_default();
		for (inside, context, path, rule, of_charges) in REQUIRED {
			if *context == name(element) && (inside.is_empty() || *inside == parent) && !has(element, path) {
				let rule = if !of_charges.is_empty() && is_charge(element) {
					of_charges
				} else {
					rule
				};
				let what = if path.contains('!') {
					"there is none of VAT"
				} else {
					"it is missing, or empty"
				};
				seen.add(
					rule,
					&format!("{context}/{}", path.replace('!', "").trim_start_matches('/')),
					what,
				);
			}
		}
		look_at_currency(element, parent, invoice, &mut seen);
		look_at_siblings(element, parent, &mut seen);
		let account = match name(element) {
			"PayeePartyCreditorFinancialAccount" => ["IBANID", "ProprietaryID"].iter().any(|id| has(element, id)),
			"PayeeFinancialAccount" => has(element, "ID"),
			_ => false,
		};
		seen.names_account |= account;
	}
	seen
}

impl Seen {
	fn add(&mut self, rule: &str, path: &str, message: &str) {
		if self.findings.len() == MOST {
			return;
		}
		self.findings.push(Finding {
			rule: rule.into(),
			path: path.into(),
			message: message.into(),
		});
	}
}

fn name<'a>(element: Node<'a, '_>) -> &'a str {
	element.tag_name().name()
}

fn children<'a, 'input>(element: Node<'a, 'input>, wanted: &'a str) -> impl Iterator<Item = Node<'a, 'input>> {
	element
		.children()
		.filter(move |child| child.is_element() && name(*child) == wanted)
}

/// Its text, without what is around it.
fn text(element: Node) -> String {
	let parts = element.children().filter(Node::is_text).filter_map(|part| part.text());
	parts.collect::<String>().trim().to_owned()
}

/// Whether there is text at the end of that way down.
fn has(element: Node, path: &str) -> bool {
	let (step, rest) = path.split_once('/').unwrap_or((path, ""));
	let (step, of_vat) = step.strip_prefix('!').map_or((step, false), |step| (step, true));
	if step.is_empty() {
		return is_of_vat(element) && has(element, rest);
	}
	children(element, step)
		.filter(|child| !of_vat || is_of_vat(*child))
		.any(|child| {
			if rest.is_empty() {
				!text(child).is_empty()
			} else {
				has(child, rest)
			}
		})
}

/// Whether a category of tax is one of VAT: by its scheme in UBL, by its type in CII.
fn is_of_vat(category: Node) -> bool {
	let schemes = children(category, "TaxScheme").flat_map(|scheme| children(scheme, "ID"));
	let mut kinds = schemes.chain(children(category, "TypeCode"));
	kinds.any(|kind| text(kind).eq_ignore_ascii_case("VAT"))
}

fn is_charge(element: Node) -> bool {
	let nested = children(element, "ChargeIndicator").flat_map(|indicator| children(indicator, "Indicator"));
	let mut indicators = children(element, "ChargeIndicator").chain(nested);
	indicators.any(|indicator| ["true", "1"].contains(&text(indicator).as_str()))
}

/// An amount is there once, of which readers of CII take one or the other. The VAT may be there in two currencies.
fn look_at_siblings(element: Node, parent: &str, seen: &mut Seen) {
	let is_same =
		|other: &Node| name(*other) == name(element) && other.attribute("currencyID") == element.attribute("currencyID");
	if ONCE.contains(&name(element))
		&& element
			.prev_siblings()
			.skip(1)
			.filter(Node::is_element)
			.any(|other| is_same(&other))
	{
		seen.add(
			"duplicate",
			&format!("{parent}/{}", name(element)),
			"the amount is there once more",
		);
	}
}

/// An amount is in the document's currency (BT-5); its VAT may be there once more, in the one of the seller's books (BT-6).
fn look_at_currency(element: Node, parent: &str, invoice: &Invoice, seen: &mut Seen) {
	let Some(currency) = element.attribute("currencyID").map(str::trim) else {
		return;
	};
	let is = |code: &Option<Code>| code.as_ref().is_some_and(|code| code.as_str() == currency);
	let is_vat = (parent, name(element)) == ("TaxTotal", "TaxAmount") || name(element) == "TaxTotalAmount";
	if !contains(CURRENCY_CODES, currency) {
		seen.add("BR-CL-03", name(element), &format!("`{currency}` is no currency of ISO 4217"));
	} else if invoice.currency.is_some() && !is(&invoice.currency) && !(is_vat && is(&invoice.vat_accounting_currency)) {
		seen.add(
			"currency",
			name(element),
			&format!("the amount is in {currency}, which is not the document's currency (BT-5)"),
		);
	}
}
