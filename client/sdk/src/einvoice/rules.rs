// SPDX-License-Identifier: Apache-2.0

//! Which rules a document breaks.

use super::{container::Opened, presence, DocumentKind, Finding, Findings, Rules, Syntax};
use en16931::{profiles, InvoiceAmount, ParseAmountError, Severity};
use en16931_formats::report::Entry;
use std::collections::BTreeSet;

/// The official rules against amounts of more than two decimals, by the element that has the amount. Where an element is several terms, it
/// is not here.
const DECIMALS: &[(&str, &str)] = &[
	("LegalMonetaryTotal/LineExtensionAmount", "BR-DEC-09"),
	("LegalMonetaryTotal/AllowanceTotalAmount", "BR-DEC-10"),
	("LegalMonetaryTotal/ChargeTotalAmount", "BR-DEC-11"),
	("LegalMonetaryTotal/TaxExclusiveAmount", "BR-DEC-12"),
	("LegalMonetaryTotal/TaxInclusiveAmount", "BR-DEC-14"),
	("LegalMonetaryTotal/PrepaidAmount", "BR-DEC-16"),
	("LegalMonetaryTotal/PayableRoundingAmount", "BR-DEC-17"),
	("LegalMonetaryTotal/PayableAmount", "BR-DEC-18"),
	("TaxSubtotal/TaxableAmount", "BR-DEC-19"),
	("TaxSubtotal/TaxAmount", "BR-DEC-20"),
	("InvoiceLine/LineExtensionAmount", "BR-DEC-23"),
	("CreditNoteLine/LineExtensionAmount", "BR-DEC-23"),
	("SpecifiedTradeSettlementHeaderMonetarySummation/LineTotalAmount", "BR-DEC-09"),
	(
		"SpecifiedTradeSettlementHeaderMonetarySummation/AllowanceTotalAmount",
		"BR-DEC-10",
	),
	(
		"SpecifiedTradeSettlementHeaderMonetarySummation/ChargeTotalAmount",
		"BR-DEC-11",
	),
	(
		"SpecifiedTradeSettlementHeaderMonetarySummation/TaxBasisTotalAmount",
		"BR-DEC-12",
	),
	(
		"SpecifiedTradeSettlementHeaderMonetarySummation/GrandTotalAmount",
		"BR-DEC-14",
	),
	(
		"SpecifiedTradeSettlementHeaderMonetarySummation/TotalPrepaidAmount",
		"BR-DEC-16",
	),
	("SpecifiedTradeSettlementHeaderMonetarySummation/RoundingAmount", "BR-DEC-17"),
	(
		"SpecifiedTradeSettlementHeaderMonetarySummation/DuePayableAmount",
		"BR-DEC-18",
	),
	("ApplicableTradeTax/BasisAmount", "BR-DEC-19"),
	("ApplicableTradeTax/CalculatedAmount", "BR-DEC-20"),
	("SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", "BR-DEC-23"),
];

/// By those rules.
pub(super) fn judge(opened: &Opened, rules: Rules) -> Findings {
	let Opened { syntax, read, xml } = opened;
	let invoice = &read.invoice;
	let seen = presence::look(xml, invoice);
	let profile = match rules {
		Rules::En16931 => &profiles::EN16931,
		Rules::Peppol => &profiles::PEPPOL_BIS_3,
	};
	let report = profile.validate(invoice);
	let entries = read.entries.iter().flat_map(|entry| of_entry(entry, *syntax));
	let said: BTreeSet<&str> = report.findings().iter().map(|finding| finding.rule.as_str()).collect();
	let missing = seen
		.findings
		.into_iter()
		.filter(|finding| !said.contains(finding.rule.as_str()));
	let missing = missing.map(|finding| (Severity::Fatal, finding));
	// The model has one way to pay, and the document may name an account besides.
	let holds = |rule: &str| rule == "BR-61" && seen.names_account;
	let broken = report
		.findings()
		.iter()
		.filter(|finding| !holds(&finding.rule))
		.map(|finding| {
			let detail = finding.detail.as_ref();
			let detail = detail.map(|detail| format!(" (it should be {}, and is {})", detail.expected, detail.actual));
			let hint = finding.hint.as_ref().map(|hint| format!(" ({hint})"));
			let found = Finding {
				rule: finding.rule.clone(),
				path: finding.path.to_string(),
				message: [Some(finding.message.clone()), detail, hint].into_iter().flatten().collect(),
			};
			(finding.severity, found)
		});
	let (fatal, warnings): (Vec<_>, Vec<_>) = entries
		.chain(missing)
		.chain(broken)
		.partition(|(severity, _)| *severity == Severity::Fatal);
	let without_severity = |findings: Vec<(Severity, Finding)>| findings.into_iter().map(|(_, finding)| finding).collect();
	Findings {
		syntax: *syntax,
		kind: match invoice.kind {
			en16931::DocumentKind::CreditNote => DocumentKind::CreditNote,
			en16931::DocumentKind::Invoice => DocumentKind::Invoice,
		},
		number: invoice.number.clone(),
		fatal: without_severity(fatal),
		warnings: without_severity(warnings),
	}
}

/// What the reader says that no rule does.
fn of_entry(entry: &Entry, syntax: Syntax) -> Vec<(Severity, Finding)> {
	let value = entry.value.as_ref().map(|value| format!(" (`{value}`)"));
	let finding = |rule: String| Finding {
		rule,
		path: entry.path.clone(),
		message: [Some(&entry.message), value.as_ref()]
			.into_iter()
			.flatten()
			.cloned()
			.collect(),
	};
	let rule = rule_of(entry);
	// Of UBL, there is one more rule for all amounts.
	let one_more = (syntax == Syntax::Ubl && has_too_many_decimals(entry)).then(|| "UBL-DT-01".to_owned());
	let rules = one_more.into_iter().chain([rule]);
	rules.map(|rule| (entry.level(), finding(rule))).collect()
}

fn has_too_many_decimals(entry: &Entry) -> bool {
	let amount = entry.value.as_deref().map(InvoiceAmount::parse);
	matches!(amount, Some(Err(ParseAmountError::TooManyDecimals { .. })))
}

fn rule_of(entry: &Entry) -> String {
	if let Some(rule) = &entry.rule {
		return rule.clone();
	}
	let rule = DECIMALS
		.iter()
		.find(|(path, _)| *path == entry.path && has_too_many_decimals(entry));
	rule.map_or(entry.kind.as_str(), |(_, rule)| rule).into()
}
