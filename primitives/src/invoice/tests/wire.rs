// SPDX-License-Identifier: Apache-2.0

//! What is signed, and how transactions and their parts are written.

use super::*;
use alloc::{format, string::ToString};
use proptest::prelude::*;

const GENESIS: GenesisHash = [0x11; 32];

/// The layout is a promise to everybody who writes a wallet: spelled out here byte by byte.
#[test]
fn payload_and_id_are_the_documented_ones() {
	for case in Case::all() {
		let transaction = case.transaction;
		let payload = [&b"chirograph/invoice/v1"[..], &GENESIS, &sha2_256(&transaction.encode())].concat();
		assert_eq!(payload.len(), 85);
		assert_eq!(transaction.payload(&GENESIS), payload);
		assert_eq!(transaction.id(&GENESIS), TransactionId(sha2_256(&payload)));
		assert_eq!(transaction.first_output(&GENESIS), outpoint(transaction.id(&GENESIS), 0));
	}
}

#[test]
fn a_transaction_is_encoded_as_documented() {
	let transaction = Transaction {
		action: Action::Clear {
			authority: 0x0a0b,
			period: period("2026-11"),
		},
		inputs: vec![outpoint(ISSUING, 3)].try_into().unwrap(),
		outputs: vec![output(
			OutputKind::Cleared,
			0x0c0d,
			amounts(&[amount(VatCategory::AE, 0x0102, 3, 4)]),
		)]
		.try_into()
		.unwrap(),
		valid_until: 0x0e0f,
	};
	let expected = [
		&[7, 0x0b, 0x0a, 0, 0, 0xea, 0x07, 11][..],
		&[4],
		&[7; 32],
		&[3],
		&[4, 4, 0x0d, 0x0c, 0, 0],
		&[4, 3, 0x02, 0x01, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0],
		&[0x0f, 0x0e, 0, 0],
	]
	.concat();
	assert_eq!(transaction.encode(), expected);
}

#[test]
fn indices_are_for_ever() {
	for (index, kind) in OutputKind::ALL.into_iter().enumerate() {
		assert_eq!(kind.encode(), [index as u8]);
	}
	for (index, category) in VatCategory::ALL.into_iter().enumerate() {
		assert_eq!(category.encode(), [index as u8]);
		assert_eq!(category.to_string().parse(), Ok(category));
	}
	let actions = [
		ActionKind::Receipt,
		ActionKind::Issue,
		ActionKind::PayAndInvoice,
		ActionKind::Accept,
		ActionKind::Reject,
		ActionKind::Transfer,
		ActionKind::Reimburse,
		ActionKind::Clear,
		ActionKind::Credit,
		ActionKind::Void,
	];
	for (case, (index, kind)) in Case::all().into_iter().zip(actions.into_iter().enumerate()) {
		assert_eq!(case.transaction.kind(), kind);
		assert_eq!(kind.encode(), [index as u8]);
		assert_eq!(case.transaction.action.encode()[0], index as u8);
	}
}

#[test]
fn neither_a_transaction_nor_a_signature_is_good_on_another_network() {
	for case in Case::all() {
		let other = [0x12; 32];
		assert_ne!(case.transaction.payload(&GENESIS), case.transaction.payload(&other));
		assert_ne!(case.transaction.id(&GENESIS), case.transaction.id(&other));
	}
}

proptest! {
	/// Whatever differs in a transaction, its parties sign something else.
	#[test]
	fn any_other_transaction_has_another_payload(index in 0..10usize, place: prop::sample::Index, flipped in 1..=255u8) {
		let transaction = Case::all()[index].transaction.clone();
		let mut bytes = transaction.encode();
		let place = place.index(bytes.len());
		bytes[place] ^= flipped;
		if let Ok(other) = Transaction::decode(&mut &bytes[..]) {
			prop_assert_ne!(&other, &transaction);
			prop_assert_ne!(other.payload(&GENESIS), transaction.payload(&GENESIS));
			prop_assert_ne!(other.id(&GENESIS), transaction.id(&GENESIS));
		}
	}

	#[test]
	fn no_bytes_make_the_judge_panic(index in 0..10usize, flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
		let mut case = Case::all()[index].clone();
		let mut bytes = case.transaction.encode();
		for (place, byte) in flips {
			let place = place.index(bytes.len());
			bytes[place] = byte;
		}
		if let Ok(transaction) = Transaction::decode(&mut &bytes[..]) {
			case.transaction = transaction;
			let _ = case.judge();
			let invoice = case.invoice.as_ref().map(|(_, invoice)| invoice);
			let _ = case.transaction.parties(&case.inputs, invoice, NOW);
		}
	}

	#[test]
	fn an_outpoint_survives_being_written_and_read(transaction: [u8; 32], index: u8) {
		let outpoint = outpoint(TransactionId(transaction), index);
		prop_assert_eq!(outpoint.to_string().parse(), Ok(outpoint));
	}
}

/// Every field of every action, one after the other: not only what a random flip happens to hit.
#[test]
fn every_byte_of_a_transaction_is_signed() {
	for case in Case::all() {
		let bytes = case.transaction.encode();
		let mut decoded = 0;
		for place in 0..bytes.len() {
			for bit in 0..8 {
				let mut bytes = bytes.clone();
				bytes[place] ^= 1 << bit;
				if let Ok(other) = Transaction::decode(&mut &bytes[..]) {
					assert_ne!(other.payload(&GENESIS), case.transaction.payload(&GENESIS), "byte {place}");
					decoded += 1;
				}
			}
		}
		assert!(decoded > bytes.len(), "most flips are of values");
	}
}

#[test]
fn a_transaction_survives_being_written_and_read_as_json() {
	let credit = [OutputKind::Invoice, OutputKind::Cleared].map(Case::credit);
	for case in [&Case::all()[..], &credit].concat() {
		let text = serde_json::to_string(&case.transaction).unwrap();
		assert_eq!(
			serde_json::from_str::<Transaction>(&text).unwrap(),
			case.transaction,
			"{text}"
		);
	}
}

#[test]
fn json_is_as_documented() {
	let clearance = Transaction {
		outputs: vec![output(
			OutputKind::Cleared,
			ENTERPRISE,
			amounts(&[amount(VatCategory::S, 1_900, 4_000, 760)]),
		)]
		.try_into()
		.unwrap(),
		..Case::clear(OutputKind::Reimbursed).transaction
	};
	let issuing = "07".repeat(32);
	let expected = format!(
		r#"{{"action":{{"type":"clear","authority":6,"period":"2026-11"}},"inputs":["0x{issuing}:0"],"outputs":[{{"kind":"cleared","holder":5,"amounts":[{{"category":"S","rate":1900,"net":4000,"vat":760}}]}}],"validUntil":1100}}"#
	);
	assert_eq!(serde_json::to_string(&clearance).unwrap(), expected);
}

#[test]
fn json_with_fields_that_nobody_knows_is_refused() {
	for case in Case::all() {
		let text = serde_json::to_string(&case.transaction).unwrap();
		for (known, unknown) in [
			("{\"action\":{", "{\"action\":{\"tip\":1,"),
			("\"validUntil\"", "\"tip\":1,\"validUntil\""),
		] {
			let changed = text.replacen(known, unknown, 1);
			assert_ne!(changed, text);
			assert!(serde_json::from_str::<Transaction>(&changed).is_err(), "{changed}");
		}
	}
}

#[test]
fn what_is_no_outpoint_is_refused() {
	let digits = "12".repeat(32);
	let right = format!("0x{digits}:7");
	assert_eq!(right.parse(), Ok(outpoint(TransactionId([0x12; 32]), 7)));
	assert_eq!(right, outpoint(TransactionId([0x12; 32]), 7).to_string());
	for text in [
		"",
		":",
		":0",
		&digits,
		&format!("0x{digits}"),
		&format!("0x{digits}:"),
		&format!("0x{digits}:256"),
		&format!("0x{digits}:-1"),
		&format!("0x{digits}:0:0"),
		&format!("0x{digits} :0"),
		&format!("0x{}:0", &digits[1..]),
	] {
		assert_eq!(text.parse::<OutPoint>(), Err(ParseOutPointError), "{text}");
	}
}

#[test]
fn numbers_and_references_are_no_hashes_of_each_other() {
	assert_ne!(InvoiceNumber::of("1").0, PaymentReference::of("1").0);
	assert_ne!(InvoiceNumber::of("1"), InvoiceNumber::of("01"));
	assert_ne!(InvoiceNumber::of("1 1"), InvoiceNumber::of("11"));
	assert_eq!(InvoiceNumber::of("1").0, sha2_256(b"chirograph/invoice-number/v11"));
	assert_eq!(PaymentReference::of("1").0, sha2_256(b"chirograph/payment-reference/v11"));
}

#[test]
fn white_space_around_a_number_is_no_part_of_it() {
	for text in [" R-1", "R-1 ", "\n\tR-1\u{a0}\r\n"] {
		assert_eq!(InvoiceNumber::of(text), InvoiceNumber::of("R-1"), "{text:?}");
	}
}

#[test]
fn a_payment_and_a_document_are_found_in_the_actions_that_have_them() {
	for case in Case::all() {
		let (action, kind) = (&case.transaction.action, case.transaction.kind());
		let is_paid = matches!(kind, ActionKind::Receipt | ActionKind::PayAndInvoice);
		let is_issued = matches!(kind, ActionKind::Issue | ActionKind::PayAndInvoice | ActionKind::Credit);
		assert_eq!(
			(action.payment().is_some(), action.document().is_some()),
			(is_paid, is_issued),
			"{kind:?}"
		);
	}
}

#[test]
fn faults_say_what_is_wrong_and_what_to_do() {
	assert_eq!(
		InvoiceFault::PeriodClosed.to_string(),
		"the period of taxation is closed: use one that is open"
	);
}

#[test]
fn conditions_in_json_are_as_documented() {
	let text = serde_json::to_string(&conditions().rates).unwrap();
	assert_eq!(text, r#"[{"category":"S","rate":1900},{"category":"Z","rate":0}]"#);
	assert!(serde_json::from_str::<VatRate>(r#"{"category":"S","rate":1900,"tip":1}"#).is_err());
}

#[test]
fn an_invoice_is_accepted_by_word_or_by_silence() {
	let (_, mut invoice) = issued_invoice();
	assert!(!invoice.is_accepted(NOW));
	assert!(invoice.is_accepted(NOW + 1));
	invoice.acceptance = Acceptance::Accepted { at: HERE };
	assert!(invoice.is_accepted(NOW));
	let reason = RejectReason::Unspecified;
	for undone in [Acceptance::Rejected { at: HERE, reason }, Acceptance::Void { at: HERE }] {
		invoice.acceptance = undone;
		assert!(!invoice.is_accepted(NOW + 1));
	}
}
