// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{MAX_LINEAGE, MAX_PER_PAGE};
use chirograph_primitives::invoice::Direction;

fn ids(lineage: Vec<(TransactionId, TransactionRecord)>) -> Vec<TransactionId> {
	for (id, found) in &lineage {
		assert_eq!(*found, record(*id));
	}
	lineage.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn lineage_leads_back_to_every_payment_and_forward_to_every_use() {
	with_chain(|| {
		let receipts = ["a", "b"].map(|reference| paid(reference, amounts(10, 0)));
		let issuance = done(&issue("R-1", &receipts, amounts(20, 0)));
		let reimbursement = done(&reimburse(&[first(issuance)], EMPLOYER, amounts(5, 0)));
		let clearance = done(&clear(&[first(reimbursement)], SOUTH, amounts(5, 0)));
		let note = done(&credit("G-1", &[rest(reimbursement)], amounts(1, 0)));

		let back = ids(Invoices::lineage(vec![clearance], Direction::Back, 100));
		assert_eq!(back[..3], [clearance, reimbursement, issuance]);
		let payments: BTreeSet<_> = back[3..].iter().copied().collect();
		assert_eq!(payments, receipts.map(|receipt| receipt.transaction).into());

		let forward = ids(Invoices::lineage(vec![issuance], Direction::Forward, 100));
		assert_eq!(forward[..2], [issuance, reimbursement]);
		let uses: BTreeSet<_> = forward[2..].iter().copied().collect();
		assert_eq!(uses, [clearance, note].into());

		// Those of the question first, what is unknown not at all, and nothing twice.
		let unknown = TransactionId([0; 32]);
		let from = vec![note, unknown, clearance, note];
		let back = ids(Invoices::lineage(from, Direction::Back, 100));
		assert_eq!(back[..3], [note, clearance, reimbursement]);
		assert_eq!(back.len(), 6);
		assert_eq!(
			ids(Invoices::lineage(vec![clearance], Direction::Back, 2)),
			[clearance, reimbursement]
		);
		assert!(Invoices::lineage(vec![clearance], Direction::Back, 0).is_empty());
	});
}

#[test]
fn lineage_is_as_long_as_it_may_be_at_the_most() {
	with_chain(|| {
		let mut point = paid("order 1", amounts(1, 0));
		for step in 0..MAX_LINEAGE + 10 {
			point = first(done(&hand_over(point, if step % 2 == 0 { RELATIVE } else { PATIENT })));
		}
		let back = ids(Invoices::lineage(vec![point.transaction], Direction::Back, u32::MAX));
		assert_eq!(back.len(), MAX_LINEAGE as usize);
		// To walk on, ask again from the outermost.
		let last = back[back.len() - 1];
		let further = ids(Invoices::lineage(vec![last], Direction::Back, u32::MAX));
		assert_eq!(further.len(), 12);
	});
}

#[test]
fn outputs_are_read_page_by_page_each_once() {
	with_chain(|| {
		let mut all: Vec<_> = (0..MAX_PER_PAGE + 20)
			.map(|number| paid(&number.to_string(), amounts(1, 0)))
			.collect();
		all.sort_unstable();
		let pages = |limit: u32| {
			let (mut seen, mut after) = (vec![], None);
			loop {
				let page = Invoices::outputs_of(PATIENT, after, limit);
				assert!(page.len() <= limit.min(MAX_PER_PAGE) as usize);
				let Some((last, _)) = page.last() else { return seen };
				after = Some(*last);
				seen.extend(page.into_iter().map(|(point, output)| {
					assert_eq!(output, output_at(point));
					point
				}));
			}
		};
		assert_eq!(pages(7), all);
		assert_eq!(pages(u32::MAX), all);
		assert!(Invoices::outputs_of(RELATIVE, None, 100).is_empty());
		assert!(Invoices::outputs_of(PATIENT, None, 0).is_empty());
	});
}

#[test]
fn transactions_are_read_in_the_order_of_the_question() {
	with_chain(|| {
		let known = paid("order 1", amounts(1, 0)).transaction;
		let unknown = TransactionId([0; 32]);
		assert_eq!(
			Invoices::transactions(vec![unknown, known, known]),
			[None, Some(record(known)), Some(record(known))]
		);
		let many = vec![known; MAX_PER_PAGE as usize + 1];
		assert_eq!(Invoices::transactions(many).len(), MAX_PER_PAGE as usize);
		assert_eq!(Invoices::transaction(unknown), None);
	});
}

#[test]
fn parties_are_those_who_sign_or_why_it_would_be_refused() {
	with_chain(|| {
		let receipt = paid("order 1", amounts(10, 0));
		let transaction = issue("R-1", &[receipt], amounts(10, 0));
		let parties = Invoices::parties(transaction.clone()).expect("nothing is wrong with it");
		let labels: Vec<_> = parties.iter().map(|party| party.label).collect();
		assert_eq!(labels, [HOSPITAL, PATIENT, NORTH]);
		dismiss(PATIENT, Role::Owner);
		assert_eq!(Invoices::parties(transaction.clone()), Err(NOT_ADMITTED));
		let mut other = transaction;
		other.outputs[0].amounts = amounts(11, 0);
		assert_eq!(Invoices::parties(other), Err(Error::<Test>::NotConserved.into()));
	});
}
