// SPDX-License-Identifier: Apache-2.0

//! Who has to sign: the table at the head of the module, line by line.

use super::*;
use Part::*;

/// Exactly these have to sign, in these capacities and roles.
#[track_caller]
fn signed_by(case: &Case, expected: &[(Part, LabelId, Role)]) {
	let invoice = case.invoice.as_ref().map(|(_, invoice)| invoice);
	let parties = case.transaction.parties(&case.inputs, invoice, case.here.block);
	let expected: Vec<_> = expected
		.iter()
		.map(|&(part, label, role)| Party { part, label, role })
		.collect();
	assert_eq!(parties, expected);
	assert!(parties.len() <= MAX_SIGNATURES as usize);
}

#[test]
fn a_receipt_is_signed_by_seller_buyer_and_platform() {
	signed_by(
		&Case::receipt(),
		&[
			(Seller, SELLER, Role::Taxpayer),
			(Buyer, BUYER, Role::Owner),
			(PaymentPlatform, PLATFORM, Role::PaymentPlatform),
		],
	);
}

#[test]
fn an_invoice_is_signed_by_seller_buyer_and_the_sellers_authority() {
	signed_by(
		&Case::issue(),
		&[
			(Seller, SELLER, Role::Taxpayer),
			(Buyer, BUYER, Role::Owner),
			(OriginAuthority, ORIGIN, Role::TaxAuthority),
		],
	);
}

#[test]
fn the_buyer_of_an_invoice_is_who_holds_the_receipts() {
	let mut case = Case::issue();
	case.inputs.iter_mut().for_each(|input| input.output.holder = STRANGER);
	signed_by(
		&case,
		&[
			(Seller, SELLER, Role::Taxpayer),
			(Buyer, STRANGER, Role::Owner),
			(OriginAuthority, ORIGIN, Role::TaxAuthority),
		],
	);
}

#[test]
fn paying_and_invoicing_at_once_is_signed_by_buyer_and_platform() {
	signed_by(
		&Case::pay_and_invoice(),
		&[
			(Buyer, BUYER, Role::Owner),
			(PaymentPlatform, PLATFORM, Role::PaymentPlatform),
		],
	);
}

#[test]
fn accepting_is_signed_by_the_buyer() {
	signed_by(&Case::accept(), &[(Buyer, BUYER, Role::Owner)]);
}

#[test]
fn rejecting_is_signed_by_the_holder() {
	signed_by(&Case::reject(), &[(Holder, BUYER, Role::Owner)]);
}

#[test]
fn handing_over_is_signed_by_holder_and_receiver_in_the_role_of_holders() {
	for kind in OutputKind::ALL.into_iter().filter(|kind| kind.is_transferable()) {
		let (holder, role) = match kind {
			OutputKind::Receipt | OutputKind::Invoice => (BUYER, Role::Owner),
			_ => (ENTERPRISE, Role::Enterprise),
		};
		signed_by(&Case::transfer(kind), &[(Holder, holder, role), (Receiver, STRANGER, role)]);
	}
}

#[test]
fn reimbursing_is_signed_by_holder_and_enterprise() {
	signed_by(
		&Case::reimburse(OutputKind::Invoice),
		&[(Holder, BUYER, Role::Owner), (Enterprise, ENTERPRISE, Role::Enterprise)],
	);
	signed_by(
		&Case::reimburse(OutputKind::Deducted),
		&[
			(Holder, ENTERPRISE, Role::Enterprise),
			(Enterprise, ENTERPRISE, Role::Enterprise),
		],
	);
}

#[test]
fn clearing_is_signed_by_the_enterprise_and_its_authority() {
	for kind in [OutputKind::Invoice, OutputKind::Reimbursed] {
		signed_by(
			&Case::clear(kind),
			&[
				(Enterprise, ENTERPRISE, Role::Enterprise),
				(DestinationAuthority, DESTINATION, Role::TaxAuthority),
			],
		);
	}
}

#[test]
fn taking_back_is_signed_by_seller_holder_and_the_sellers_authority() {
	for (kind, holder, role) in [
		(OutputKind::Invoice, BUYER, Role::Owner),
		(OutputKind::Reimbursed, ENTERPRISE, Role::Enterprise),
	] {
		signed_by(
			&Case::credit(kind),
			&[
				(Seller, SELLER, Role::Taxpayer),
				(Holder, holder, role),
				(OriginAuthority, ORIGIN, Role::TaxAuthority),
			],
		);
	}
}

#[test]
fn taking_back_what_was_deducted_is_signed_by_the_enterprises_authority_too() {
	for kind in [OutputKind::Deducted, OutputKind::Cleared] {
		signed_by(
			&Case::credit(kind),
			&[
				(Seller, SELLER, Role::Taxpayer),
				(Holder, ENTERPRISE, Role::Enterprise),
				(OriginAuthority, ORIGIN, Role::TaxAuthority),
				(DestinationAuthority, DESTINATION, Role::TaxAuthority),
			],
		);
	}
}

#[test]
fn voiding_is_signed_by_seller_and_its_authority_and_once_it_is_accepted_by_the_holder() {
	let without_holder = [
		(Seller, SELLER, Role::Taxpayer),
		(OriginAuthority, ORIGIN, Role::TaxAuthority),
	];
	let with_holder = [&without_holder[..], &[(Holder, BUYER, Role::Owner)]].concat();
	let mut case = Case::void();
	signed_by(&case, &without_holder);
	// By silence.
	case.the_invoice().rejectable_until = NOW - 1;
	signed_by(&case, &with_holder);
	// By word.
	case.the_invoice().rejectable_until = NOW;
	case.the_invoice().acceptance = Acceptance::Accepted { at: HERE };
	signed_by(&case, &with_holder);
}

#[test]
fn a_holder_gives_something_away_wherever_it_signs_but_to_reject() {
	let voided_late = Case {
		here: Inclusion { block: NOW + 1, ..HERE },
		..Case::void()
	};
	let mut all = Case::all().to_vec();
	all.push(voided_late);
	for case in all {
		let invoice = case.invoice.as_ref().map(|(_, invoice)| invoice);
		let parties = case.transaction.parties(&case.inputs, invoice, case.here.block);
		let has_holder = parties.iter().any(|party| party.part == Holder);
		let kind = case.transaction.kind();
		if has_holder {
			assert_eq!(kind.gives_away(), kind != ActionKind::Reject, "{kind:?}");
		}
	}
	assert!(!ActionKind::Clear.gives_away() && !ActionKind::Issue.gives_away());
}

#[test]
fn nobody_is_a_party_twice_in_the_same_part() {
	for case in Case::all() {
		let invoice = case.invoice.as_ref().map(|(_, invoice)| invoice);
		let mut parts: Vec<_> = case
			.transaction
			.parties(&case.inputs, invoice, NOW)
			.iter()
			.map(|party| party.part)
			.collect();
		let count = parts.len();
		parts.sort();
		parts.dedup();
		assert!(count > 0 && parts.len() == count);
	}
}
