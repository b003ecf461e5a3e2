// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn payment_is_recorded_and_its_buyer_holds_a_receipt() {
	with_chain(|| {
		let transaction = receipt(payment("order 1"), amounts(100, 10));
		let id = done(&transaction);
		let at = TestLedger::here();
		let output = OutputRecord {
			output: transaction.outputs[0].clone(),
			provenance: Provenance {
				seller: HOSPITAL,
				buyer: PATIENT,
				currency: EUR,
				number: None,
				origin: None,
				destination: None,
			},
			consumed: None,
		};
		let expected = TransactionRecord {
			action: ActionKind::Receipt,
			inputs: Default::default(),
			outputs: vec![output.clone()].try_into().expect("few"),
			document: Some(payment("order 1").order),
			period: None,
			at,
		};
		assert_eq!(Invoices::transaction(id), Some(expected));
		assert_eq!(Invoices::payment(PLATFORM, PaymentReference::of("order 1")), Some(id));
		assert_eq!(Invoices::outputs_of(PATIENT, None, 10), [(first(id), output)]);
		let event = Event::Executed {
			id,
			transaction,
			at,
			submitter: account_of(AGENT),
		};
		assert_eq!(events(), [event]);
	});
}

#[test]
fn seller_buyer_and_platform_sign_a_receipt() {
	with_chain(|| {
		let transaction = receipt(payment("order 1"), amounts(1, 0));
		let signers = [HOSPITAL, PATIENT, PLATFORM];
		for missing in 0..3 {
			let others: Vec<_> = signers.into_iter().filter(|label| *label != signers[missing]).collect();
			assert_noop!(send(AGENT, &transaction, &others), Error::<Test>::MissingSignature);
		}
		assert_ok!(send(AGENT, &transaction, &signers));
	});
}

#[test]
fn payment_is_not_recorded_twice() {
	with_chain(|| {
		let transaction = receipt(payment("order 1"), amounts(1, 0));
		done(&transaction);
		assert_noop!(execute(&transaction), Error::<Test>::AlreadyExecuted);
		// Another amount, another buyer: the same payment.
		let again = receipt(payment("order 1"), amounts(2, 0));
		assert_noop!(execute(&again), Error::<Test>::DuplicatePayment);
		let other_buyer = Payment {
			buyer: RELATIVE,
			..payment("order 1")
		};
		assert_noop!(execute(&receipt(other_buyer, amounts(1, 0))), Error::<Test>::DuplicatePayment);
		// The control.
		assert_ok!(execute(&receipt(payment("order 2"), amounts(1, 0))));
	});
}

#[test]
fn who_pays_who_is_paid_and_who_confirms_it_are_three() {
	with_chain(|| {
		let of = |seller, buyer, platform| {
			let payment = Payment {
				seller,
				buyer,
				platform,
				..payment("order 1")
			};
			receipt(payment, amounts(1, 0))
		};
		for two in [
			of(HOSPITAL, HOSPITAL, PLATFORM),
			of(HOSPITAL, PATIENT, HOSPITAL),
			of(HOSPITAL, PATIENT, PATIENT),
		] {
			assert_noop!(execute(&two), Error::<Test>::SameParty);
		}
		assert_ok!(execute(&of(HOSPITAL, PATIENT, PLATFORM)));
	});
}

#[test]
fn rate_above_the_whole_is_refused() {
	with_chain(|| {
		let at = |rate: u16| {
			let line = VatAmount {
				category: VatCategory::S,
				rate,
				net: 10_000,
				vat: rate.into(),
			};
			receipt(payment("order 1"), vec![line].try_into().expect("one"))
		};
		assert_noop!(execute(&at(10_001)), Error::<Test>::WrongRate);
		assert_ok!(execute(&at(10_000)));
	});
}

#[test]
fn whoever_cannot_act_in_its_part_takes_none() {
	with_chain(|| {
		for (label, role) in [
			(HOSPITAL, Role::Taxpayer),
			(PATIENT, Role::Owner),
			(PLATFORM, Role::PaymentPlatform),
		] {
			let _ = new_test_ext();
			let transaction = receipt(payment("order 1"), amounts(1, 0));
			dismiss(label, role);
			assert_noop!(execute(&transaction), NOT_ADMITTED);
		}
	});
}
