// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn receipt_and_invoice_are_handed_over() {
	with_chain(|| {
		for point in [paid("order 1", amounts(10, 2)), invoiced("R-1", amounts(10, 2))] {
			let before = output_at(point);
			let id = done(&hand_over(point, RELATIVE));
			let after = output_at(first(id));
			assert_eq!(after.output.holder, RELATIVE);
			assert_eq!(
				(after.output.kind, after.output.amounts),
				(before.output.kind, before.output.amounts)
			);
			assert_eq!(after.provenance, before.provenance);
		}
		assert!(holdings(PATIENT).is_empty());
		assert_eq!(holdings(RELATIVE).len(), 2);
	});
}

#[test]
fn reimbursed_output_that_is_handed_over_goes_to_the_authority_of_its_next_holder() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		set_route("XX-S", Some(NORTH));
		let id = done(&hand_over(point, COMPANY));
		let destination = output_at(first(id)).provenance.destination;
		assert_eq!(destination.map(|route| route.authority), Some(NORTH));
		assert_noop!(
			execute(&clear(&[first(id)], SOUTH, amounts(10, 0))),
			Error::<Test>::NotCompetent
		);
		assert_ok!(execute(&clear(&[first(id)], NORTH, amounts(10, 0))));
	});
}

#[test]
fn deducted_output_that_is_handed_over_stays_with_the_authority_that_it_was_deducted_from() {
	with_chain(|| {
		let point = invoiced_to_company("R-1", amounts(10, 0));
		let id = done(&clear(&[point], SOUTH, amounts(10, 0)));
		set_route("XX-S", Some(NORTH));
		let id = done(&hand_over(first(id), EMPLOYER));
		let destination = output_at(first(id)).provenance.destination;
		assert_eq!(destination.map(|route| route.authority), Some(SOUTH));
	});
}

#[test]
fn holder_and_receiver_sign_a_transfer() {
	with_chain(|| {
		let transaction = hand_over(invoiced("R-1", amounts(10, 0)), RELATIVE);
		for one in [PATIENT, RELATIVE] {
			assert_noop!(send(AGENT, &transaction, &[one]), Error::<Test>::MissingSignature);
		}
		assert_ok!(send(AGENT, &transaction, &[PATIENT, RELATIVE]));
	});
}

#[test]
fn whoever_cannot_hold_it_is_not_handed_it() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		assert_noop!(execute(&hand_over(invoice, HOSPITAL)), NOT_ADMITTED);
		let point = reimbursed("R-2", amounts(10, 0));
		assert_noop!(execute(&hand_over(point, RELATIVE)), NOT_ADMITTED);
	});
}

#[test]
fn nobody_is_handed_what_they_hold() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		assert_noop!(execute(&hand_over(invoice, PATIENT)), Error::<Test>::AlreadyHolder);
	});
}

#[test]
fn what_holds_no_right_is_not_handed_over() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let cleared = first(done(&clear(&[point], SOUTH, amounts(10, 0))));
		assert_noop!(execute(&hand_over(cleared, COMPANY)), Error::<Test>::WrongKindOfInput);
		let invoice = invoiced("R-2", amounts(10, 0));
		let credited = first(done(&credit("G-1", &[invoice], amounts(10, 0))));
		assert_noop!(execute(&hand_over(credited, RELATIVE)), Error::<Test>::WrongKindOfInput);
	});
}
