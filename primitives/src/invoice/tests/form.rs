// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn a_transaction_is_refused_after_its_last_block() {
	for case in Case::all() {
		case.clone().allows(|case| case.transaction.valid_until = NOW);
		case.refuses(InvoiceFault::Expired, |case| case.transaction.valid_until = NOW - 1);
	}
}

#[test]
fn a_transaction_that_is_valid_for_too_long_is_refused() {
	for case in Case::all() {
		case.refuses(InvoiceFault::ValidTooLong, |case| case.transaction.valid_until += 1);
	}
}

#[test]
fn each_action_consumes_as_many_outputs_as_its_kind_does() {
	for case in Case::all() {
		let allowed = match case.transaction.kind() {
			ActionKind::Receipt | ActionKind::PayAndInvoice | ActionKind::Accept => 0..=0,
			ActionKind::Reject | ActionKind::Transfer | ActionKind::Void => 1..=1,
			ActionKind::Issue | ActionKind::Reimburse | ActionKind::Clear | ActionKind::Credit => 1..=16,
		};
		for count in 0..=MAX_INPUTS as usize {
			let mut case = case.clone();
			let any = record(OutputKind::Receipt, both(1, 0, 0));
			let input = case.inputs.first().cloned().unwrap_or(any);
			case.inputs = vec![input; count];
			let outpoints: Vec<_> = (0..count).map(|index| outpoint(ISSUING, index as u8)).collect();
			case.transaction.inputs = outpoints.try_into().unwrap();
			let is_refused = case.judge() == Err(InvoiceFault::WrongNumberOfInputs);
			assert_eq!(!is_refused, allowed.contains(&count), "{count} {:?}", case.transaction.kind());
		}
	}
}

#[test]
fn facts_about_other_inputs_are_refused() {
	for case in Case::all() {
		case.refuses(InvoiceFault::WrongNumberOfInputs, |case| {
			case.inputs.push(record(OutputKind::Receipt, both(1, 0, 0)));
		});
	}
}

#[test]
fn each_action_creates_as_many_outputs_as_its_kind_does() {
	for case in Case::all() {
		let allowed = match case.transaction.kind() {
			ActionKind::Accept => 0..=0,
			ActionKind::Receipt | ActionKind::PayAndInvoice | ActionKind::Reject | ActionKind::Transfer | ActionKind::Void => {
				1..=1
			},
			ActionKind::Issue | ActionKind::Reimburse | ActionKind::Clear | ActionKind::Credit => 1..=2,
		};
		for count in 0..=MAX_OUTPUTS as usize {
			let mut case = case.clone();
			let any = output(OutputKind::Receipt, BUYER, both(1, 0, 0));
			case.transaction.outputs = vec![any; count].try_into().unwrap();
			let is_refused = case.judge() == Err(InvoiceFault::WrongNumberOfOutputs);
			assert_eq!(!is_refused, allowed.contains(&count), "{count} {:?}", case.transaction.kind());
		}
	}
}

#[test]
fn inputs_that_are_not_in_ascending_order_are_refused() {
	Case::issue().refuses(InvoiceFault::InputsNotInOrder, |case| {
		let [first, second] = [case.transaction.inputs[0], case.transaction.inputs[1]];
		case.transaction.inputs = vec![second, first].try_into().unwrap();
	});
}

#[test]
fn consuming_an_output_twice_in_a_transaction_is_refused() {
	Case::issue().refuses(InvoiceFault::InputsNotInOrder, |case| {
		case.transaction.inputs[1] = case.transaction.inputs[0];
	});
}

#[test]
fn an_output_over_nothing_is_refused() {
	for case in Case::all_with_a_rest() {
		for index in 0..2 {
			let zeros = [amount(VatCategory::S, 1_900, 0, 0), amount(VatCategory::Z, 0, 0, 0)];
			for nothing in [&zeros[..], &zeros[..1], &[]] {
				case.clone().refuses(InvoiceFault::ZeroValue, |case| {
					case.transaction.outputs[index].amounts = amounts(nothing);
				});
			}
		}
	}
}

#[test]
fn amounts_that_are_not_in_order_are_refused() {
	let [standard, zero_rated] = [
		amount(VatCategory::S, 1_900, 10_000, 1_900),
		amount(VatCategory::Z, 0, 500, 0),
	];
	let reduced = amount(VatCategory::S, 700, 100, 7);
	Case::receipt().allows(|case| case.transaction.outputs[0].amounts = amounts(&[reduced, standard, zero_rated]));
	for disorder in [
		&[zero_rated, standard][..],
		&[standard, reduced],
		&[standard, standard],
		&[standard, zero_rated, zero_rated],
		&[standard, amount(VatCategory::Z, 0, 0, 0)],
	] {
		Case::receipt().refuses(InvoiceFault::AmountsNotInOrder, |case| {
			case.transaction.outputs[0].amounts = amounts(disorder);
		});
	}
}

#[test]
fn a_rate_that_does_not_go_with_its_category_is_refused() {
	for category in VatCategory::ALL {
		for rate in [0, 700] {
			let allowed = match category {
				VatCategory::S => rate > 0,
				VatCategory::L | VatCategory::M => true,
				_ => rate == 0,
			};
			let change = |case: &mut Case| {
				let vat = if rate == 0 { 0 } else { 70 };
				case.transaction.outputs[0].amounts = amounts(&[amount(category, rate, 1_000, vat)]);
			};
			if allowed {
				Case::receipt().allows(change);
			} else {
				Case::receipt().refuses(InvoiceFault::WrongRate, change);
			}
		}
	}
}

#[test]
fn a_rate_above_the_whole_is_refused() {
	for category in [VatCategory::S, VatCategory::L, VatCategory::M] {
		let at = |rate: u16| {
			move |case: &mut Case| {
				case.transaction.outputs[0].amounts = amounts(&[amount(category, rate, 10_000, rate.into())]);
			}
		};
		Case::receipt().allows(at(MAX_RATE));
		Case::receipt().refuses(InvoiceFault::WrongRate, at(MAX_RATE + 1));
	}
}

#[test]
fn vat_where_there_is_no_rate_is_refused() {
	for category in VatCategory::ALL.into_iter().filter(|category| category.allows(0)) {
		Case::receipt().allows(|case| case.transaction.outputs[0].amounts = amounts(&[amount(category, 0, 1_000, 0)]));
		Case::receipt().refuses(InvoiceFault::UnexpectedVat, |case| {
			case.transaction.outputs[0].amounts = amounts(&[amount(category, 0, 1_000, 1)]);
		});
	}
}

#[test]
fn an_output_larger_than_an_amount_can_be_is_refused() {
	let most = |net| amounts(&[amount(VatCategory::Z, 0, net, 0), amount(VatCategory::E, 0, 1, 0)]);
	Case::receipt().allows(|case| case.transaction.outputs[0].amounts = most(u64::MAX - 1));
	Case::receipt().refuses(InvoiceFault::Overflow, |case| {
		case.transaction.outputs[0].amounts = most(u64::MAX);
	});
	Case::receipt().refuses(InvoiceFault::Overflow, |case| {
		case.transaction.outputs[0].amounts = amounts(&[amount(VatCategory::S, 1_900, u64::MAX, 1)]);
	});
}
