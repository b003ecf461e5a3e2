// SPDX-License-Identifier: Apache-2.0

//! What every transaction asks of those who sign and send it; shown with a transfer of an invoice from the patient to a relative.

use super::*;
use chirograph_primitives::{Acceptance, Algorithm, OwnerSignature};

fn gift() -> Transaction {
	hand_over(invoiced("R-1", amounts(10, 0)), RELATIVE)
}

#[test]
fn party_or_business_platform_sends_a_transaction_and_nobody_else_does() {
	with_chain(|| {
		let transaction = gift();
		let both = [PATIENT, RELATIVE];
		for stranger in [HOSPITAL, EMPLOYER, NORTH] {
			assert_noop!(send(stranger, &transaction, &both), NOT_ADMITTED);
		}
		assert_ok!(send(PATIENT, &transaction, &both));
		let back = hand_over(first(transaction.id(&GENESIS)), PATIENT);
		assert_ok!(send(PATIENT, &back, &both));
		let again = hand_over(first(back.id(&GENESIS)), RELATIVE);
		assert_ok!(send(AGENT, &again, &both));
		let Some(Event::Executed { submitter, .. }) = events().pop() else {
			unreachable!("it was executed")
		};
		assert_eq!(submitter, account_of(AGENT));
	});
}

/// An extrinsic's signature is of any scheme, whatever the council says of it.
#[test]
fn party_that_sends_a_transaction_signs_it_as_all_others_do() {
	with_chain(|| {
		let transaction = gift();
		assert_noop!(send(PATIENT, &transaction, &[RELATIVE]), Error::<Test>::MissingSignature);
		assert_noop!(send(RELATIVE, &transaction, &[PATIENT]), Error::<Test>::MissingSignature);
		assert_ok!(send(PATIENT, &transaction, &[PATIENT, RELATIVE]));
	});
}

#[test]
fn refused_algorithm_of_the_submitter_is_refused() {
	with_chain(|| {
		let transaction = hand_over(invoiced("R-1", amounts(10, 0)), COMPANY);
		let both = [PATIENT, COMPANY];
		assert_eq!(
			both.map(|label| Algorithm::from(key_of(label).scheme())),
			[Algorithm::Ed25519, Algorithm::Ecdsa]
		);
		for (submitter, algorithm) in [(PATIENT, Algorithm::Ed25519), (COMPANY, Algorithm::Ecdsa)] {
			set_algorithm(algorithm, Acceptance::Refused);
			assert_noop!(send(submitter, &transaction, &both), Error::<Test>::AlgorithmRefused);
			set_algorithm(algorithm, Acceptance::Accepted);
		}
		assert_ok!(send(PATIENT, &transaction, &both));
	});
}

#[test]
fn signature_that_is_missing_foreign_or_there_twice_is_refused() {
	with_chain(|| {
		let transaction = gift();
		assert_noop!(send(AGENT, &transaction, &[]), Error::<Test>::MissingSignature);
		assert_noop!(send(AGENT, &transaction, &[PATIENT]), Error::<Test>::MissingSignature);
		assert_noop!(send(RELATIVE, &transaction, &[]), Error::<Test>::MissingSignature);
		assert_noop!(
			send(AGENT, &transaction, &[PATIENT, RELATIVE, HOSPITAL]),
			Error::<Test>::NotAParty
		);
		assert_noop!(
			send(AGENT, &transaction, &[PATIENT, RELATIVE, PATIENT]),
			Error::<Test>::SignedTwice
		);
		// Who sends it does not sign for the agent.
		assert_noop!(
			send(AGENT, &transaction, &[PATIENT, RELATIVE, AGENT]),
			Error::<Test>::NotAParty
		);
		assert_ok!(send(AGENT, &transaction, &[PATIENT, RELATIVE]));
	});
}

#[test]
fn signature_of_another_transaction_network_or_key_is_refused() {
	with_chain(|| {
		let transaction = gift();
		let payload = transaction.payload(&GENESIS);
		let attempt = |signature: OwnerSignature| {
			let label = PATIENT;
			let witnesses = vec![Witness { label, signature }, witness(RELATIVE, &transaction)];
			send_with(RELATIVE, &transaction, witnesses)
		};
		let key = key_of(PATIENT);
		let mut other = transaction.clone();
		other.valid_until += 1;
		for wrong in [
			key.sign(&other.payload(&GENESIS)),
			key.sign(&transaction.payload(&[0x48; 32])),
			key_of(RELATIVE).sign(&payload),
			Key::new(99).sign(&payload),
		] {
			assert_noop!(attempt(wrong), Error::<Test>::SignatureMismatch);
		}
		for index in 0..payload.len() {
			let mut words = payload.clone();
			words[index] ^= 1;
			assert_noop!(attempt(key.sign(&words)), Error::<Test>::SignatureMismatch);
		}
		let malformed = OwnerSignature::Ecdsa([0; 65].into());
		assert_noop!(attempt(malformed), Error::<Test>::MalformedSignature);
		assert_ok!(attempt(key.sign(&payload)));
	});
}

#[test]
fn signature_of_the_submitter_counts_as_any_other() {
	with_chain(|| {
		let transaction = gift();
		let mut wrong = witness(RELATIVE, &transaction);
		wrong.label = PATIENT;
		let witnesses = vec![witness(RELATIVE, &transaction), wrong];
		assert_noop!(send_with(PATIENT, &transaction, witnesses), Error::<Test>::SignatureMismatch);
	});
}

#[test]
fn transaction_is_executed_in_time_only() {
	with_chain(|| {
		let mut transaction = gift();
		for (until, error) in [
			(NOW - 1, Error::<Test>::Expired),
			(NOW + MaxSignatureValidity::get() + 1, Error::<Test>::ValidTooLong),
		] {
			transaction.valid_until = until;
			assert_noop!(execute(&transaction), error);
		}
		transaction.valid_until = NOW + MaxSignatureValidity::get();
		later(MaxSignatureValidity::get());
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn what_a_label_holds_moves_with_its_key() {
	with_chain(|| {
		let transaction = gift();
		let by_the_old_key = witness(PATIENT, &transaction);
		let with = |by: Witness| send_with(AGENT, &transaction, vec![by, witness(RELATIVE, &transaction)]);
		move_label(PATIENT, 99);
		assert_noop!(with(by_the_old_key), Error::<Test>::SignatureMismatch);
		let old = RuntimeOrigin::signed(Key::new(2).account());
		let witnesses = vec![witness(RELATIVE, &transaction)].try_into().expect("few");
		assert_noop!(Invoices::execute(old, transaction.clone(), witnesses), NOT_ADMITTED);
		assert_eq!(holdings(PATIENT), [(OutputKind::Invoice, amounts(10, 0))]);
		assert_ok!(with(witness(PATIENT, &transaction)));
	});
}

#[test]
fn label_with_two_parts_signs_once_and_can_act_in_both() {
	with_chain(|| {
		let invoice = invoiced_to_company("R-1", amounts(10, 0));
		let transaction = reimburse(&[invoice], COMPANY, amounts(10, 0));
		let parties = Invoices::parties(transaction.clone()).expect("nothing is wrong with it");
		assert_eq!(parties.len(), 2);
		dismiss(COMPANY, Role::Owner);
		assert_noop!(send(AGENT, &transaction, &[COMPANY]), NOT_ADMITTED);
		let _ = new_test_ext();
		dismiss(COMPANY, Role::Enterprise);
		assert_noop!(send(AGENT, &transaction, &[COMPANY]), NOT_ADMITTED);
		let _ = new_test_ext();
		assert_ok!(send(AGENT, &transaction, &[COMPANY]));
	});
}

#[test]
fn refused_algorithm_signs_nothing_and_a_deprecated_one_is_flagged() {
	with_chain(|| {
		let transaction = gift();
		let [by_patient, by_relative] = [PATIENT, RELATIVE].map(|label| Algorithm::from(key_of(label).scheme()));
		// Both are of one scheme, which is said once.
		assert_eq!((by_patient, by_relative), (Algorithm::Ed25519, Algorithm::Ed25519));
		set_algorithm(Algorithm::Ed25519, Acceptance::Refused);
		assert_noop!(execute(&transaction), Error::<Test>::AlgorithmRefused);
		set_algorithm(Algorithm::Ed25519, Acceptance::Deprecated);
		events();
		let id = done(&transaction);
		let flagged = Event::Deprecated {
			id,
			algorithm: Algorithm::Ed25519,
		};
		assert_eq!(events().split_off(1), [flagged]);
		set_algorithm(Algorithm::Ed25519, Acceptance::Accepted);
		set_algorithm(Algorithm::Ecdsa, Acceptance::Refused);
		assert_ok!(execute(&hand_over(first(id), PATIENT)));
	});
}

#[test]
fn whoever_is_guarded_gives_nothing_away_without_a_confirmation() {
	with_chain(|| {
		let invoice = invoiced("R-1", amounts(10, 0));
		// So that it is void with its holder only.
		done(&accept(invoice_id("R-1")));
		for transaction in [
			hand_over(invoice, RELATIVE),
			reimburse(&[invoice], EMPLOYER, amounts(10, 0)),
			credit("G-1", &[invoice], amounts(10, 0)),
			void_by(NORTH, invoice),
		] {
			guard(PATIENT);
			assert_noop!(execute(&transaction), NOT_CONFIRMED);
			assert_noop!(send(PATIENT, &transaction, &signers(&transaction)), NOT_CONFIRMED);
			confirm(PATIENT);
			assert!(Invoices::parties(transaction).is_ok());
		}
		assert_ok!(execute(&hand_over(invoice, RELATIVE)));
	});
}

#[test]
fn holder_who_is_guarded_is_credited_with_a_confirmation_only() {
	with_chain(|| {
		let point = reimbursed("R-1", amounts(10, 0));
		let transaction = credit("G-1", &[point], amounts(4, 0));
		guard(EMPLOYER);
		for submitter in [AGENT, HOSPITAL, EMPLOYER] {
			assert_noop!(send(submitter, &transaction, &signers(&transaction)), NOT_CONFIRMED);
		}
		// Nobody else's passkey is asked for.
		guard(HOSPITAL);
		guard(NORTH);
		confirm(EMPLOYER);
		assert_ok!(execute(&transaction));
	});
}

#[test]
fn whoever_is_guarded_rejects_without_a_confirmation() {
	with_chain(|| {
		let [to_reject, to_void] = ["R-1", "R-2"].map(|number| invoiced(number, amounts(10, 0)));
		guard(PATIENT);
		assert_ok!(execute(&reject(to_reject)));
		// Nor does it take one where the holder does not sign.
		assert_ok!(execute(&void_by(NORTH, to_void)));
	});
}

#[test]
fn whoever_is_guarded_takes_and_asks_without_a_confirmation() {
	with_chain(|| {
		guard(PATIENT);
		guard(EMPLOYER);
		let receipt = paid("order 1", amounts(10, 0));
		let invoice = first(done(&issue("R-1", &[receipt], amounts(10, 0))));
		done(&accept(invoice_id("R-1")));
		confirm(PATIENT);
		assert_ok!(execute(&reimburse(&[invoice], EMPLOYER, amounts(10, 0))));
	});
}
