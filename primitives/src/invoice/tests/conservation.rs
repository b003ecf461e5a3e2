// SPDX-License-Identifier: Apache-2.0

use super::*;
use proptest::prelude::*;

/// Refused for conservation alone: whoever does not ask for it lets it pass.
#[track_caller]
fn does_not_conserve(mut case: Case, change: impl FnOnce(&mut Case)) {
	case.verdict();
	change(&mut case);
	let facts = case.facts();
	assert_eq!(
		AllRules::judge(&case.transaction, &facts),
		Err(InvoiceFault::NotConserved),
		"{:?}",
		case.transaction.kind()
	);
	assert!(WithoutConservation::judge(&case.transaction, &facts).is_ok());
}

/// Every case that consumes or invoices something.
fn conserving() -> Vec<Case> {
	let mut all = [&Case::all()[..], &[Case::clear(OutputKind::Invoice)]].concat();
	all.retain(|case| !matches!(case.transaction.kind(), ActionKind::Receipt | ActionKind::Accept));
	all
}

#[test]
fn a_minor_unit_more_or_less_in_any_output_is_refused() {
	for case in conserving() {
		for index in 0..case.transaction.outputs.len() {
			let amount = move |case: &mut Case, by: fn(&mut VatAmount)| by(&mut case.transaction.outputs[index].amounts[0]);
			does_not_conserve(case.clone(), |case| amount(case, |amount| amount.net += 1));
			does_not_conserve(case.clone(), |case| amount(case, |amount| amount.net -= 1));
			does_not_conserve(case.clone(), |case| amount(case, |amount| amount.vat += 1));
			does_not_conserve(case.clone(), |case| amount(case, |amount| amount.vat -= 1));
		}
	}
}

#[test]
fn a_rest_that_is_left_out_is_refused() {
	for case in Case::all_with_a_rest() {
		does_not_conserve(case, |case| {
			case.transaction.outputs.remove(1);
		});
	}
}

#[test]
fn nothing_is_left_out_where_there_is_no_rest() {
	Case::reimburse(OutputKind::Invoice).allows(|case| {
		case.transaction.outputs[0].amounts = both(10_000, 1_900, 500);
		case.transaction.outputs.remove(1);
	});
}

#[test]
fn the_same_sum_in_another_category_or_at_another_rate_is_refused() {
	for case in conserving() {
		does_not_conserve(case.clone(), |case| {
			// Near enough that the VAT could be of that rate.
			case.transaction.outputs[0].amounts[0].rate = 1_899;
		});
		does_not_conserve(case, |case| {
			let last = case.transaction.outputs.len() - 1;
			let output = &mut case.transaction.outputs[last];
			output.amounts[0].category = VatCategory::L;
			let mut sorted = output.amounts.to_vec();
			sorted.sort_by_key(VatAmount::key);
			output.amounts = amounts(&sorted);
		});
	}
}

#[test]
fn net_and_vat_are_conserved_each() {
	does_not_conserve(Case::transfer(OutputKind::Invoice), |case| {
		let amount = &mut case.transaction.outputs[0].amounts[0];
		(amount.net, amount.vat) = (amount.vat, amount.net);
	});
}

#[test]
fn an_invoice_or_a_credit_note_is_over_what_its_document_says() {
	// Together they are what was consumed; the document is over something else.
	for case in [Case::issue(), Case::credit(OutputKind::Invoice)] {
		does_not_conserve(case, |case| {
			case.transaction.outputs[0].amounts[0].net += 100;
			case.transaction.outputs[1].amounts[0].net -= 100;
		});
	}
}

/// What is reimbursed or cleared in part, for each kind that this takes.
fn parted() -> Vec<Case> {
	let reimbursing = [OutputKind::Invoice, OutputKind::Deducted].map(Case::reimburse);
	let clearing = [OutputKind::Invoice, OutputKind::Reimbursed].map(Case::clear);
	[reimbursing, clearing].concat()
}

#[test]
fn parts_are_not_of_net_or_of_vat_alone() {
	for case in parted() {
		for is_net_first in [true, false] {
			case.clone().refuses(InvoiceFault::WrongVat, |case| {
				let mut parts = [both(10_000, 0, 500), both(0, 1_900, 0)];
				if !is_net_first {
					parts.reverse();
				}
				let [first, rest] = parts;
				case.transaction.outputs[0].amounts = first;
				case.transaction.outputs[1].amounts = rest;
			});
		}
	}
}

#[test]
fn vat_of_a_part_may_differ_from_its_rate_by_less_than_one_unit_of_the_currency() {
	let part = |more: u64| {
		move |case: &mut Case| {
			case.transaction.outputs[0].amounts = both(4_000, 760 + more, 0);
			case.transaction.outputs[1].amounts = both(6_000, 1_140 - more, 500);
		}
	};
	for case in parted() {
		case.clone().allows(part(99));
		case.refuses(InvoiceFault::WrongVat, part(100));
	}
	// What is left of receipts; what is invoiced, the document says.
	let rest = |more: u64| {
		move |case: &mut Case| {
			case.inputs[1].output.amounts = both(5_000, 950 + more, 0);
			case.transaction.outputs[1].amounts = both(1_000, 190 + more, 0);
		}
	};
	Case::issue().allows(rest(99));
	Case::issue().refuses(InvoiceFault::WrongVat, rest(100));
}

#[test]
fn without_conservation_all_other_rules_hold() {
	let mut case = Case::transfer(OutputKind::Invoice);
	assert_eq!(
		WithoutConservation::judge(&case.transaction, &case.facts()),
		Ok(case.verdict())
	);
	case.transaction.valid_until = 0;
	assert_eq!(
		WithoutConservation::judge(&case.transaction, &case.facts()),
		Err(InvoiceFault::Expired)
	);
}

#[test]
fn more_categories_than_one_output_holds_are_conserved_over_two() {
	let rates = |from: u16| -> Vec<_> {
		let line = |rate| amount(VatCategory::S, rate, 100, 1);
		(from..from + MAX_VAT_LINES as u16).map(line).collect()
	};
	let (low, high) = (amounts(&rates(1)), amounts(&rates(100)));
	let with_many = |case: &mut Case| {
		case.inputs.push(case.inputs[0].clone());
		case.transaction.inputs.try_push(outpoint(ISSUING, 1)).unwrap();
		case.inputs[0].output.amounts = low.clone();
		case.inputs[1].output.amounts = high.clone();
		case.transaction.outputs[0].amounts = high.clone();
		case.transaction.outputs[1].amounts = low.clone();
	};
	Case::reimburse(OutputKind::Invoice).allows(with_many);
	does_not_conserve(Case::reimburse(OutputKind::Invoice), |case| {
		with_many(case);
		case.transaction.outputs[0].amounts[3].vat += 1;
	});
}

#[test]
fn sums_of_inputs_larger_than_an_amount_can_be_are_refused() {
	for (net, vat) in [(u64::MAX, 0), (0, u64::MAX)] {
		Case::reimburse(OutputKind::Invoice).refuses(InvoiceFault::Overflow, |case| {
			case.inputs.push(case.inputs[0].clone());
			case.transaction.inputs.try_push(outpoint(ISSUING, 1)).unwrap();
			case.inputs[0].output.amounts = both(net, vat, 0);
			case.inputs[1].output.amounts = both(net.min(1), vat.min(1), 0);
		});
	}
}

/// Amounts in order, and nothing that is zero; at 10 % or 20 %, of which every tenth minor unit has a whole one.
fn some_amounts() -> impl Strategy<Value = Amounts> {
	let line = (0..3usize, 1..3u16, 1..1_000u64);
	proptest::collection::vec(line, 1..6).prop_map(|lines| {
		let mut sum = Amounts::default();
		for (category, tenths, net) in lines {
			let category = [VatCategory::S, VatCategory::L, VatCategory::M][category];
			sum = add(&sum, &[amount(category, 1_000 * tenths, 10 * net, net * u64::from(tenths))]).unwrap();
		}
		sum
	})
}

proptest! {
	/// However inputs are cut in two, that passes; moving anything out of it, or into it, does not.
	#[test]
	fn any_cut_conserves_and_nothing_else_does(
		inputs in proptest::collection::vec(some_amounts(), 1..=MAX_INPUTS as usize),
		kept in proptest::collection::vec((0..=100u64, -20..=20i64), MAX_VAT_LINES as usize),
		place: prop::sample::Index,
		of_vat: bool,
	) {
		let mut case = Case::reimburse(OutputKind::Invoice);
		let whole = inputs.iter().fold(Amounts::default(), |sum, part| add(&sum, part).unwrap());
		let part: Vec<_> = whole
			.iter()
			.zip(kept)
			.map(|(line, (percent, rounded))| {
				let net = line.net * percent / 100;
				let exact = net * u64::from(line.rate) / 10_000;
				let vat = exact.saturating_add_signed(rounded).min(line.vat);
				amount(line.category, line.rate, net, vat)
			})
			.collect();
		let part = subtract(&part, &[]).unwrap();
		prop_assume!(!is_zero(&part));
		let rest = subtract(&whole, &part).unwrap();
		case.transaction.outputs = [(OutputKind::Reimbursed, ENTERPRISE, part), (OutputKind::Invoice, BUYER, rest)]
			.into_iter()
			.filter(|(.., amounts)| !amounts.is_empty())
			.map(|(kind, holder, amounts)| output(kind, holder, amounts))
			.collect::<Vec<_>>()
			.try_into()
			.unwrap();
		case.transaction.inputs = (0..inputs.len()).map(|index| outpoint(ISSUING, index as u8)).collect::<Vec<_>>().try_into().unwrap();
		case.inputs = inputs.into_iter().map(|amounts| record(OutputKind::Invoice, amounts)).collect();
		prop_assert!(case.judge().is_ok());

		let lines: Vec<_> = case.transaction.outputs.iter_mut().flat_map(|output| output.amounts.iter_mut()).collect();
		let index = place.index(lines.len());
		let line = lines.into_iter().nth(index).unwrap();
		if of_vat {
			line.vat += 1;
		} else {
			line.net += 1;
		}
		prop_assert_eq!(case.judge(), Err(InvoiceFault::NotConserved));
		prop_assert!(WithoutConservation::judge(&case.transaction, &case.facts()).is_ok());
	}
}
