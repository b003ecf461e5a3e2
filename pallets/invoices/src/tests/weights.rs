// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Call, WeightInfo};
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};

fn weight(transaction: Transaction) -> Weight {
	let witnesses = Default::default();
	Call::<Test>::execute { transaction, witnesses }
		.get_dispatch_info()
		.call_weight
}

#[test]
fn weight_is_that_of_what_a_transaction_does() {
	with_chain(|| {
		let receipts = ["a", "b", "c"].map(|reference| paid(reference, amounts(10, 0)));
		assert_eq!(weight(issue("R-1", &receipts[..1], amounts(10, 0))), <()>::issue(1));
		assert_eq!(weight(receipt(payment("d"), amounts(1, 0))), <()>::receipt());
		assert_eq!(weight(hand_over(receipts[0], RELATIVE)), <()>::transfer());
		let invoice = invoiced("R-2", amounts(10, 0));
		assert_eq!(weight(reject(invoice)), <()>::reject());
		assert_eq!(weight(void_by(NORTH, invoice)), <()>::void());
		assert_eq!(weight(accept(invoice_id("R-2"))), <()>::accept());
		assert_eq!(weight(reimburse(&[invoice], EMPLOYER, amounts(1, 0))), <()>::reimburse(1));
		assert_eq!(weight(credit("G-1", &[invoice], amounts(1, 0))), <()>::credit(1));
		let sale = pay_and_invoice(payment("e"), NORTH, "R-3", amounts(1, 0));
		assert_eq!(weight(sale), <()>::pay_and_invoice());
	});
}

/// Also one that is refused for it: they are read before.
#[test]
fn weight_grows_with_what_is_consumed() {
	with_chain(|| {
		let receipts = ["a", "b", "c"].map(|reference| paid(reference, amounts(10, 0)));
		let mut transaction = hand_over(receipts[0], RELATIVE);
		let mut inputs = receipts.to_vec();
		inputs.sort_unstable();
		transaction.inputs = inputs.try_into().expect("few");
		assert_eq!(weight(transaction), <()>::reimburse(3));
		let point = reimbursed("R-1", amounts(10, 0));
		assert_eq!(weight(clear(&[point], SOUTH, amounts(1, 0))), <()>::clear(1));
	});
}
