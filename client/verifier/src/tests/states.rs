// SPDX-License-Identifier: Apache-2.0

//! What the state of a final block shows of a record.

use super::{fault, made, made_with, SHOWN};
use crate::{
	document::Bytes,
	evidence::{DisclosureFault, OriginalDigests},
	state::{keys, StateFault},
	testing::{Content, GENESIS_TIME, SLOT},
	verdict::{Fault, Which},
	verify, Question, CLOCK_TOLERANCE,
};
use chirograph_primitives::{AccountId, EvidenceHash, Record, Schema, Subject};

/// With a record that is another than the ledger would have made.
fn recorded(change: impl FnOnce(&mut Record)) -> Fault {
	let made = made_with(
		|_| (),
		|network, document| {
			let key = keys::record(&document.subject());
			let mut record: Record = network.read(&key).expect("was registered");
			change(&mut record);
			network.put(key, &record);
		},
	);
	fault(made.verdict(&made.bundle))
}

#[test]
fn a_record_of_something_else_is_refused() {
	let deed = made().document;
	let hash = deed.evidence.hash();
	let refused = recorded(|record| record.evidence_hash = EvidenceHash([1; 32]));
	assert_eq!(
		refused,
		Fault::OtherEvidence {
			registered: EvidenceHash([1; 32]),
			evidence: hash
		}
	);
	let other = AccountId::new([1; 32]);
	let refused = recorded(|record| record.owner = AccountId::new([1; 32]));
	assert_eq!(
		refused,
		Fault::OtherOwner {
			registered: other,
			named: super::ada().account()
		}
	);
	let refused = recorded(|record| record.schema = Schema::Invoice);
	assert_eq!(
		refused,
		Fault::OtherSchema {
			registered: Schema::Invoice,
			named: Schema::Document
		}
	);
	let refused = recorded(|record| record.label = 9);
	assert_eq!(refused, Fault::OtherLabel { noted: 9, found: 1 });
}

#[test]
fn evidence_about_something_else_is_refused() {
	let made = made();
	let other = super::document("another deed", &super::ada().account(), Schema::Document);
	let refused = made.altered(|bundle| bundle.evidence = Some(other.evidence.clone()));
	assert_eq!(
		refused,
		Fault::OtherSubject {
			subject: made.document.subject(),
			evidence: other.subject()
		}
	);
	// Both exchanged: it is not registered, and the nodes are not about it.
	let mut bundle = made.bundle.clone();
	(bundle.evidence, bundle.subject) = (Some(other.evidence.clone()), other.subject());
	assert!(verify(&bundle.canonical(), &made.network.trust(), &other.question())
		.fault()
		.is_some());
	let bundle = made.network.bundle(Content::Record(&other), 0, SHOWN);
	let refused = fault(verify(&bundle.canonical(), &made.network.trust(), &other.question()));
	assert_eq!(
		refused,
		Fault::NotRegistered {
			subject: other.subject(),
			block: SHOWN
		}
	);
}

#[test]
fn a_bundle_for_another_file_is_refused() {
	let made = made();
	let ask = |question: &Question| verify(&made.bundle.canonical(), &made.network.trust(), question);
	let original = &made.document.original;
	let about = |original| Question {
		original: Some(original),
		..Question::default()
	};
	for other in [
		OriginalDigests {
			sha256: [1; 32],
			..original.clone()
		},
		OriginalDigests {
			size: 7,
			..original.clone()
		},
		OriginalDigests {
			sha3_512: Some([1; 64]),
			..original.clone()
		},
	] {
		let refused = fault(ask(&about(other)));
		assert!(matches!(refused, Fault::OtherOriginal { .. }), "{refused:?}");
	}
	let without = OriginalDigests {
		sha3_512: None,
		..original.clone()
	};
	assert!(ask(&about(without)).is_proven(), "the control");
	let of_subject = |subject| Question {
		subject: Some(subject),
		..Question::default()
	};
	assert!(ask(&of_subject(made.document.subject())).is_proven());
	let asked = Subject([1; 32]);
	assert_eq!(
		fault(ask(&of_subject(asked))),
		Fault::NotAsked {
			asked,
			found: made.document.subject()
		}
	);
}

#[test]
fn what_is_missing_or_of_no_use_in_the_state_is_refused() {
	let made = made();
	let which = Which::Block;
	for left_out in 0..made.bundle.state.len() {
		let refused = made.altered(|bundle| drop(bundle.state.remove(left_out)));
		assert!(
			matches!(
				&refused,
				Fault::State {
					which: Which::Block,
					why: StateFault::Missing { .. }
				}
			),
			"{refused:?}"
		);
	}
	let block = &made.network.blocks[SHOWN as usize];
	let mut all = block.trie.proof(&block.state.keys().cloned().collect::<Vec<_>>());
	assert!(all.len() > made.bundle.state.len());
	for extra in all.iter().filter(|node| !made.bundle.state.contains(node)) {
		let refused = made.altered(|bundle| {
			bundle.state.push(extra.clone());
			bundle.state.sort();
		});
		assert!(
			matches!(
				&refused,
				Fault::State {
					which: Which::Block,
					why: StateFault::Unneeded { .. }
				}
			),
			"{refused:?}"
		);
	}
	let refused = made.altered(|bundle| {
		bundle.state.push(Bytes(vec![0xff; 50]));
		bundle.state.sort();
	});
	assert!(
		matches!(
			refused,
			Fault::State {
				why: StateFault::Unneeded { .. },
				..
			}
		),
		"{refused:?}"
	);
	let refused = made.altered(|bundle| bundle.state.insert(0, bundle.state[0].clone()));
	assert_eq!(
		refused,
		Fault::State {
			which,
			why: StateFault::Twice
		}
	);
	let refused = made.altered(|bundle| bundle.state.reverse());
	assert_eq!(
		refused,
		Fault::State {
			which,
			why: StateFault::Unordered
		}
	);
	all.clear();
	let refused = made.altered(|bundle| bundle.state = all);
	assert!(
		matches!(
			refused,
			Fault::State {
				why: StateFault::Missing { .. },
				..
			}
		),
		"{refused:?}"
	);
}

#[test]
fn the_state_of_another_block_is_refused() {
	let made = made();
	let earlier = made.network.bundle(Content::Record(&made.document), 0, SHOWN - 1);
	assert!(made.verdict(&earlier).is_proven(), "the control");
	let refused = made.altered(|bundle| bundle.state = earlier.state.clone());
	assert!(matches!(refused, Fault::State { which: Which::Block, .. }), "{refused:?}");
	let refused = made.altered(|bundle| bundle.block = earlier.block.clone());
	assert!(
		matches!(refused, Fault::Justification { which: Which::Block, .. }),
		"{refused:?}"
	);
	// A record is not in the state of a block before it.
	let before = made.network.bundle(Content::Record(&made.document), 0, 1);
	let block = 1;
	let subject = made.document.subject();
	assert_eq!(fault(made.verdict(&before)), Fault::NotRegistered { subject, block });
}

#[test]
fn impossible_dates_are_refused() {
	let refused = recorded(|record| record.registered.block = SHOWN + 1);
	assert_eq!(
		refused,
		Fault::AfterTheBlock {
			at: SHOWN + 1,
			block: SHOWN
		}
	);
	let block = GENESIS_TIME + u64::from(SHOWN) * SLOT;
	let refused = recorded(|record| record.registered.time = block + 1);
	assert_eq!(refused, Fault::AfterTheTime { at: block + 1, block });
	let made = made();
	let ask = |now| {
		let question = Question {
			now: Some(now),
			..made.document.question()
		};
		verify(&made.bundle.canonical(), &made.network.trust(), &question)
	};
	assert!(ask(block).is_proven() && ask(block + 100 * CLOCK_TOLERANCE).is_proven());
	assert!(ask(block - CLOCK_TOLERANCE).is_proven());
	let now = block - CLOCK_TOLERANCE - 1;
	assert_eq!(fault(ask(now)), Fault::FromTheFuture { block, now });
}

#[test]
fn evidence_that_was_made_after_it_was_registered_is_refused() {
	let created = |offset: i64| {
		let owner = super::ada().account();
		let mut document = super::document("a deed", &owner, Schema::Document);
		let registered = (GENESIS_TIME + 2 * SLOT) as i64;
		document.evidence.created =
			chrono::DateTime::from_timestamp_millis(registered + CLOCK_TOLERANCE as i64 + offset).expect("in range");
		let mut network = made_with(|_| (), |_, _| ()).network;
		network.blocks.truncate(2);
		network.register(&document.evidence, chirograph_primitives::SignatureScheme::Ecdsa);
		let number = network.seal();
		let bundle = network.bundle(Content::Record(&document), 0, number).canonical();
		verify(&bundle, &network.trust(), &document.question())
	};
	assert!(created(0).is_proven(), "the control");
	let refused = fault(created(1_000));
	assert!(matches!(refused, Fault::CreatedTooLate { .. }), "{refused:?}");
}

#[test]
fn only_fields_that_the_owner_committed_to_are_shown() {
	let made = made();
	let all = &made.document.disclosures;
	let shown = |disclosures: Vec<crate::evidence::Disclosure>| {
		let mut bundle = made.bundle.clone();
		bundle.disclosures = disclosures;
		made.verdict(&bundle)
	};
	for count in 0..=3 {
		let verdict = shown(all[..count].to_vec());
		let facts = verdict.facts().expect("is proven");
		assert_eq!((facts.disclosed.len(), facts.undisclosed.len()), (count, 3 - count));
	}
	let altered = |alter: fn(&mut Vec<crate::evidence::Disclosure>)| {
		let mut disclosures = all.clone();
		alter(&mut disclosures);
		fault(shown(disclosures))
	};
	let why = DisclosureFault::FalseDisclosure("name".into());
	assert_eq!(
		altered(|fields| fields[1].value = "Bob".into()),
		Fault::Disclosure { why: why.clone() }
	);
	assert_eq!(altered(|fields| fields[1].salt[0] ^= 1), Fault::Disclosure { why });
	let why = DisclosureFault::NoSuchField("nom".into());
	assert_eq!(altered(|fields| fields[1].name = "nom".into()), Fault::Disclosure { why });
	assert_eq!(altered(|fields| fields.push(fields[2].clone())), Fault::DisclosuresUnordered);
	assert_eq!(altered(|fields| fields.swap(0, 1)), Fault::DisclosuresUnordered);
}

#[test]
fn what_the_ledger_has_and_this_program_does_not_understand_is_named() {
	let subject = made().document.subject();
	for (key, value) in [
		(keys::record(&subject), vec![1, 2, 3]),
		(keys::policy(), vec![0xff; 9]),
		(keys::label(&super::ada().account()), vec![7; 300]),
	] {
		let made = made_with(|_| (), |network, _| drop(network.state.insert(key.clone(), value)));
		let Fault::State { which, why } = fault(made.verdict(&made.bundle)) else {
			panic!("{key:?}")
		};
		assert_eq!(which, Which::Block);
		assert!(
			matches!(&why, StateFault::Unreadable { key: found, .. } if found.0 == key),
			"{why:?}"
		);
	}
}
