// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn invoice_keeps_its_authority_when_the_route_changes() {
	with_chain(|| {
		let (to_credit, to_void) = (invoiced("R-1", amounts(10, 0)), invoiced("R-2", amounts(10, 0)));
		let receipt = paid("order 3", amounts(10, 0));
		set_route("XX-N", Some(SOUTH));
		assert_noop!(
			execute(&credit_by(SOUTH, None, "G-1", &[to_credit], amounts(1, 0))),
			Error::<Test>::NotCompetent
		);
		assert_ok!(execute(&credit_by(NORTH, None, "G-1", &[to_credit], amounts(1, 0))));
		assert_noop!(execute(&void_by(SOUTH, to_void)), Error::<Test>::NotCompetent);
		assert_ok!(execute(&void_by(NORTH, to_void)));
		// What is issued now goes the way of now.
		assert_noop!(
			execute(&issue_by(NORTH, "R-3", &[receipt], amounts(10, 0))),
			Error::<Test>::NotCompetent
		);
		assert_ok!(execute(&issue_by(SOUTH, "R-3", &[receipt], amounts(10, 0))));
	});
}

#[test]
fn what_an_enterprise_holds_keeps_its_authority_when_the_route_changes() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		set_route("XX-S", Some(NORTH));
		assert_noop!(execute(&clear(&[point], NORTH, amounts(10, 0))), Error::<Test>::NotCompetent);
		let cleared = first(done(&clear(&[point], SOUTH, amounts(10, 0))));
		let by = |authority| credit_by(NORTH, Some(authority), "G-1", &[cleared], amounts(10, 0));
		assert_noop!(execute(&by(NORTH)), Error::<Test>::NotCompetent);
		assert_ok!(execute(&by(SOUTH)));
	});
}

#[test]
fn where_the_kept_authority_can_no_longer_act_the_one_of_now_takes_its_place() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		dismiss(SOUTH, Role::TaxAuthority);
		// Nobody else is competent yet.
		assert_noop!(execute(&clear(&[point], SOUTH, amounts(10, 0))), NOT_ADMITTED);
		assert_noop!(execute(&clear(&[point], NORTH, amounts(10, 0))), Error::<Test>::NotCompetent);
		set_route("XX-S", Some(NORTH));
		assert_noop!(execute(&clear(&[point], SOUTH, amounts(10, 0))), Error::<Test>::NotCompetent);
		let cleared = first(done(&clear(&[point], NORTH, amounts(10, 0))));
		let route = Route {
			jurisdiction: place("XX-S"),
			authority: NORTH,
		};
		assert_eq!(output_at(cleared).provenance.destination, Some(route));
	});
}

#[test]
fn where_the_issuing_authority_can_no_longer_act_the_one_of_now_takes_its_place() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		set_route("XX-N", Some(SOUTH));
		assert_noop!(
			execute(&credit_by(SOUTH, None, "G-1", &[invoice], amounts(1, 0))),
			Error::<Test>::NotCompetent
		);
		dismiss(NORTH, Role::TaxAuthority);
		assert_noop!(
			execute(&credit_by(NORTH, None, "G-1", &[invoice], amounts(1, 0))),
			Error::<Test>::NotCompetent
		);
		assert_ok!(execute(&credit_by(SOUTH, None, "G-1", &[invoice], amounts(1, 0))));
	});
}
