// SPDX-License-Identifier: Apache-2.0

//! What became of a proof, what it rests on, and that nothing is there.

use super::{ada, document, fault, made, made_with, SHOWN};
use crate::{
	account::format_account,
	state::keys,
	testing::{Content, Document, Network, Signer, GENESIS_TIME, SLOT},
	verdict::{AlgorithmFact, Answer, Fault, Link, Outcome, Purpose, Verdict},
	verify, Question,
};
use chirograph_primitives::{
	Acceptance, AccountId, Algorithm, AlgorithmChange, AlgorithmPolicy, AlgorithmTerms, Digest, DocumentHash, Moment, ProofEvent,
	ProofId, Remark, RetirementReason, RevocationReason, Schema, SignatureScheme, Subject,
};
use sha3::{Digest as _, Sha3_512};

const REGISTERED: Moment = GENESIS_TIME + 2 * SLOT;
const NOW: Moment = GENESIS_TIME + SHOWN as u64 * SLOT;

fn id(document: &Document) -> ProofId {
	ProofId::Record {
		subject: document.subject(),
	}
}

/// Each of these happens in a block of its own, after the deed was registered.
fn happened(events: impl FnOnce(&Document) -> Vec<ProofEvent>) -> Verdict {
	let made = made_with(
		|_| (),
		|network, document| {
			for event in events(document) {
				network.happen(id(document), 1, event);
				network.seal();
			}
		},
	);
	let number = made.network.blocks.len() as u32 - 1;
	let bundle = made.network.bundle(Content::Record(&made.document), 0, number);
	made.verdict(&bundle)
}

#[test]
fn what_became_of_a_proof_is_the_answer() {
	assert!(happened(|_| vec![]).is_proven());
	let reason = RevocationReason::KeyCompromised;
	let verdict = happened(|_| vec![ProofEvent::Revoked { reason }]);
	assert!(matches!(&verdict.answer, Answer::Revoked { reason: found, at, .. } if (*found, at.block) == (reason, 3)));
	let successor = ProofId::Record {
		subject: Subject([5; 32]),
	};
	let verdict = happened(|_| vec![ProofEvent::Superseded { successor }]);
	assert!(matches!(&verdict.answer, Answer::Superseded { by, .. } if *by == successor));
	// That it was registered is proven all the same.
	assert!(verdict.facts().is_some() && verdict.fault().is_none() && !verdict.is_proven());
}

#[test]
fn the_history_is_told_in_order() {
	let next = AccountId::new([9; 32]);
	let events = vec![
		ProofEvent::Annotated {
			remark: Remark::Disputed,
			document: None,
		},
		ProofEvent::Transferred {
			from: ada().account(),
			to: next.clone(),
		},
		ProofEvent::Annotated {
			remark: Remark::CourtDecision,
			document: Some(DocumentHash([3; 32])),
		},
	];
	let verdict = happened(|_| events.clone());
	let facts = verdict.facts().expect("is proven");
	let told: Vec<_> = facts.history.iter().map(|event| event.change.event.clone()).collect();
	assert_eq!(told, events);
	assert_eq!((&facts.holder, &facts.owner), (&next, &ada().account()));
}

/// A label moves from key to key. Which of them did it matters, not least when one of them is found to have been stolen.
#[test]
fn a_history_tells_which_key_of_a_label_did_what() {
	let next = Signer::new(SignatureScheme::Ed25519, "Ada's next key").account();
	let made = made_with(
		|_| (),
		|network, document| {
			network.happen(id(document), 1, renewed(document));
			network.rotate_label(1, &next, RetirementReason::Compromised { since: 3 });
			network.happen(id(document), 1, renewed(document));
		},
	);
	let verdict = made.verdict(&made.bundle);
	let facts = verdict.facts().expect("is proven");
	let history = facts.history.iter();
	let who: Vec<_> = history.map(|event| (event.change.by, event.change.account.clone())).collect();
	assert_eq!(who, [(1, ada().account()), (1, next)]);
}

/// The members of an event are in one object with those of its entry, and none hides another.
#[test]
fn a_history_is_written_in_words_that_stay() {
	let successor = ProofId::Record {
		subject: Subject([5; 32]),
	};
	let (remark, document) = (Remark::CourtDecision, DocumentHash([3; 32]));
	let events = vec![
		ProofEvent::Annotated { remark, document: None },
		ProofEvent::Annotated {
			remark,
			document: Some(document),
		},
		ProofEvent::Superseded { successor },
	];
	let verdict = happened(|_| events);
	let written = serde_json::to_value(verdict.facts().expect("is proven")).expect("is JSON");
	let [bare, annotated, superseded] = [0usize, 1, 2].map(|index| &written["history"][index]);
	assert!(bare["document"].is_null(), "{bare}");
	assert_eq!(annotated["document"], format!("0x{}", "03".repeat(32)));
	assert_eq!(superseded["by"], 1);
	assert_eq!(superseded["account"], format_account(&ada().account()));
	assert_eq!(superseded["event"], "superseded");
	assert_eq!(superseded["successor"]["subject"], format!("0x{}", "05".repeat(32)));
}

#[test]
fn a_history_that_cannot_be_is_refused() {
	let altered = |block: u32, time: Moment| {
		let made = made_with(
			|_| (),
			|network, document| {
				let remark = Remark::Settled;
				network.happen(id(document), 1, ProofEvent::Annotated { remark, document: None });
				let key = keys::proof_history(&id(document), 0);
				let mut entry: chirograph_primitives::ProofChange = network.read(&key).expect("is there");
				(entry.at.block, entry.at.time) = (block, time);
				network.put(key, &entry);
			},
		);
		made.verdict(&made.bundle)
	};
	assert!(altered(3, NOW).is_proven(), "the control");
	assert_eq!(fault(altered(1, NOW)), Fault::HistoryOutOfOrder { index: 0 });
	assert_eq!(
		fault(altered(SHOWN + 1, NOW)),
		Fault::AfterTheBlock {
			at: SHOWN + 1,
			block: SHOWN
		}
	);
	assert_eq!(fault(altered(3, NOW + 1)), Fault::AfterTheTime { at: NOW + 1, block: NOW });
}

fn renewed(document: &Document) -> ProofEvent {
	let digest: [u8; 64] = Sha3_512::digest(document.evidence.canonical()).into();
	ProofEvent::Renewed {
		evidence: Digest::Sha3_512(digest),
	}
}

#[test]
fn a_renewal_of_something_else_binds_nothing_and_takes_nothing_away() {
	let told = |verdict: &Verdict| {
		assert!(verdict.is_proven(), "{verdict:#?}");
		let facts = verdict.facts().expect("is proven");
		let renewals = facts.algorithms.iter().filter(|fact| fact.purpose == Purpose::Renewal);
		(facts.history.len(), renewals.count(), facts.other_renewals)
	};
	let of_this: [fn(&Document) -> ProofEvent; 2] = [renewed, |document| ProofEvent::Renewed {
		evidence: Digest::Sha256(document.evidence.hash().0),
	}];
	for of_this in of_this {
		assert_eq!(told(&happened(|document| vec![of_this(document)])), (1, 1, 0));
	}
	for evidence in [Digest::Sha3_512([0; 64]), Digest::Sha256([1; 32])] {
		let other = ProofEvent::Renewed { evidence };
		let verdict = happened(|document| vec![other.clone(), renewed(document), other.clone()]);
		assert_eq!(told(&verdict), (3, 1, 2));
		let algorithms = verdict.checks.iter().find(|check| check.link == Link::Algorithms);
		let detail = &algorithms.expect("is checked").detail;
		assert!(
			detail.contains("2 renewals of something else, which bind nothing"),
			"{detail}"
		);
	}
	// What was taken back stays so, whatever it was renewed with.
	let (other, reason) = (of_something_else(), RevocationReason::Unspecified);
	let verdict = happened(|_| vec![other, ProofEvent::Revoked { reason }]);
	assert!(matches!(verdict.answer, Answer::Revoked { .. }), "{verdict:#?}");
}

fn of_something_else() -> ProofEvent {
	ProofEvent::Renewed {
		evidence: Digest::Sha3_512([0; 64]),
	}
}

/// With what the council said about an algorithm, and when it said so.
fn with_policy(algorithm: Algorithm, at: Moment, terms: AlgorithmTerms, events: fn(&Document) -> Vec<ProofEvent>) -> Verdict {
	let made = made_with(
		|_| (),
		|network, document| {
			let change = AlgorithmChange { at, algorithm, terms };
			let policy = AlgorithmPolicy(vec![change].try_into().expect("is one"));
			network.put(keys::policy(), &policy);
			for event in events(document) {
				network.happen(id(document), 1, event);
			}
		},
	);
	made.verdict(&made.bundle)
}

fn from(deprecated: Option<Moment>, refused: Option<Moment>) -> AlgorithmTerms {
	AlgorithmTerms {
		deprecated_from: deprecated,
		refused_from: refused,
		least_bits: 0,
	}
}

fn algorithm_of(verdict: &Verdict, algorithm: Algorithm) -> AlgorithmFact {
	let facts = verdict.facts().expect("is proven");
	*facts
		.algorithms
		.iter()
		.find(|fact| fact.algorithm == algorithm)
		.expect("is used")
}

#[test]
fn an_algorithm_that_was_refused_when_it_was_used_proves_nothing() {
	for (algorithm, purpose) in [
		(Algorithm::Sha256, Purpose::Evidence),
		(Algorithm::Ecdsa, Purpose::Registration),
	] {
		let refused = |at, from_time| with_policy(algorithm, at, from(None, Some(from_time)), |_| vec![]);
		let expected = Fault::AlgorithmRefused { algorithm, purpose };
		assert_eq!(fault(refused(GENESIS_TIME, REGISTERED)), expected);
		// The control. That it is refused since is another matter.
		assert_eq!(refused(GENESIS_TIME, REGISTERED + 1).fault(), None);
		// What is said in the same block has a time behind it, and does not change what held before.
		assert_eq!(refused(REGISTERED + 1, 0).fault(), None);
		assert_eq!(fault(refused(REGISTERED, 0)), expected);
		let few = AlgorithmTerms {
			least_bits: 257,
			..Default::default()
		};
		assert_eq!(fault(with_policy(algorithm, GENESIS_TIME, few, |_| vec![])), expected);
	}
	// Of an algorithm that nothing rests on, nobody asks.
	assert!(with_policy(Algorithm::Sr25519, 0, from(None, Some(0)), |_| vec![]).is_proven());
}

#[test]
fn what_the_policy_says_today_is_told_and_refuses_nothing() {
	let algorithm = Algorithm::Ecdsa;
	let fact = |terms| algorithm_of(&with_policy(algorithm, GENESIS_TIME, terms, |_| vec![]), algorithm);
	let (accepted, deprecated, refused) = (Acceptance::Accepted, Acceptance::Deprecated, Acceptance::Refused);
	for (terms, then, today) in [
		(from(None, None), accepted, accepted),
		(from(Some(REGISTERED), None), deprecated, deprecated),
		(from(Some(NOW), None), accepted, deprecated),
		(from(Some(NOW + 1), None), accepted, accepted),
		(from(Some(REGISTERED), Some(NOW)), deprecated, refused),
	] {
		let fact = fact(terms);
		assert_eq!((fact.then, fact.today), (then, today), "{terms:?}");
	}
}

#[test]
fn a_renewal_in_time_keeps_the_evidence_bound() {
	let is_unbound = |verdict: &Verdict| {
		let facts = verdict.facts().expect("was registered");
		let is_unbound = matches!(verdict.answer, Answer::Unbound { .. });
		assert_eq!((facts.bound, verdict.is_proven()), (!is_unbound, !is_unbound));
		assert_eq!((facts.registered.block, verdict.fault()), (2, None));
		is_unbound
	};
	// SHA-256 is refused from the block that is shown on. The renewal is in block 3.
	let terms = from(None, Some(NOW));
	assert!(is_unbound(&with_policy(Algorithm::Sha256, GENESIS_TIME, terms, |_| vec![])));
	let renew: fn(&Document) -> Vec<ProofEvent> = |document| vec![renewed(document)];
	let verdict = with_policy(Algorithm::Sha256, GENESIS_TIME, terms, renew);
	assert_eq!(algorithm_of(&verdict, Algorithm::Sha3_512).purpose, Purpose::Renewal);
	assert!(!is_unbound(&verdict));
	// Too late: the hash was refused before anybody renewed it.
	let late = from(None, Some(GENESIS_TIME + 3 * SLOT));
	assert!(is_unbound(&with_policy(Algorithm::Sha256, GENESIS_TIME, late, renew)));
	// Of something else: that keeps nothing bound, and does not keep a right one from doing so.
	let falsely: fn(&Document) -> Vec<ProofEvent> = |_| vec![of_something_else()];
	assert!(is_unbound(&with_policy(Algorithm::Sha256, GENESIS_TIME, terms, falsely)));
	let both: fn(&Document) -> Vec<ProofEvent> = |document| vec![of_something_else(), renewed(document)];
	assert!(!is_unbound(&with_policy(Algorithm::Sha256, GENESIS_TIME, terms, both)));
}

/// Whoever took it back, or put another in its place, said so for good. That nothing binds it any more is told beside.
#[test]
fn what_became_of_a_proof_goes_before_what_binds_it() {
	let answered = |events: fn(&Document) -> Vec<ProofEvent>| {
		let verdict = with_policy(Algorithm::Sha256, GENESIS_TIME, from(None, Some(NOW)), events);
		assert!(!verdict.facts().expect("was registered").bound);
		verdict.answer
	};
	let reason = RevocationReason::NoLongerValid;
	assert!(matches!(answered(|_| vec![]), Answer::Unbound { .. }), "the control");
	let revoked = answered(|_| {
		vec![ProofEvent::Revoked {
			reason: RevocationReason::NoLongerValid,
		}]
	});
	assert!(matches!(revoked, Answer::Revoked { reason: found, .. } if found == reason));
	let superseded = answered(|_| {
		let subject = Subject([5; 32]);
		vec![ProofEvent::Superseded {
			successor: ProofId::Record { subject },
		}]
	});
	assert!(matches!(superseded, Answer::Superseded { .. }));
}

fn absence(network: &Network, subject: Subject, question: &Question) -> Verdict {
	let bundle = network.bundle(Content::Absence(subject), 0, SHOWN);
	verify(&bundle.canonical(), &network.trust(), question)
}

#[test]
fn that_nothing_is_there_is_proven_for_what_is_not_there_only() {
	let made = made();
	let absent = document("never registered", &ada().account(), Schema::Document);
	let verdict = absence(&made.network, absent.subject(), &absent.question());
	let Answer::Absent { subject, as_of, .. } = verdict.answer else {
		panic!("{verdict:#?}")
	};
	assert_eq!((subject, as_of.number, as_of.time), (absent.subject(), SHOWN, NOW));
	let (subject, registered) = (made.document.subject(), 2);
	let refused = fault(absence(&made.network, subject, &made.document.question()));
	assert_eq!(refused, Fault::NotAbsent { subject, registered });
	// As of a block before it was registered, it was absent.
	let early = made.network.bundle(Content::Absence(subject), 0, 1);
	let verdict = made.verdict(&early);
	assert!(matches!(verdict.answer, Answer::Absent { .. }), "{verdict:#?}");
}

#[test]
fn absence_of_another_file_is_refused() {
	let made = made();
	let absent = document("never registered", &ada().account(), Schema::Document);
	let other = document("something else", &ada().account(), Schema::Document);
	let refused = fault(absence(&made.network, absent.subject(), &other.question()));
	let (asked, found) = (other.subject(), absent.subject());
	assert_eq!(refused, Fault::NotAsked { asked, found });
	// Of a sealed proof, only whoever knows the subject can ask. Then the file's own digest says nothing.
	let sealed = Subject([7; 32]);
	let of_the_sealed = Question {
		subject: Some(sealed),
		..other.question()
	};
	let verdict = absence(&made.network, sealed, &of_the_sealed);
	assert!(matches!(verdict.answer, Answer::Absent { .. }), "{verdict:#?}");
	let compared = |verdict: &Verdict| {
		let check = verdict.checks.iter().find(|check| check.link == Link::Original);
		let check = check.expect("is checked");
		assert_eq!(check.outcome, Outcome::Holds);
		check.detail.starts_with("it is about the given file: ")
	};
	assert!(!compared(&verdict), "{verdict:#?}");
	let question = Question {
		subject: Some(absent.subject()),
		..absent.question()
	};
	assert!(compared(&absence(&made.network, absent.subject(), &question)), "the control");
	assert!(matches!(
		fault(absence(&made.network, absent.subject(), &of_the_sealed)),
		Fault::NotAsked { .. }
	));
}

/// What programs get. The names are a promise.
#[test]
fn verdicts_are_written_in_words_that_stay() {
	let made = made();
	let verdict = serde_json::to_value(made.verdict(&made.bundle)).expect("is JSON");
	assert_eq!(verdict["answer"]["answer"], "proven");
	assert_eq!(verdict["answer"]["facts"]["registered"]["block"], 2);
	assert_eq!(verdict["answer"]["facts"]["asOf"]["number"], SHOWN);
	assert_eq!(verdict["checks"][0]["link"], "format");
	assert_eq!(verdict["checks"][0]["outcome"], "holds");
	let refused = verify(b"{", &made.network.trust(), &Question::default());
	let refused = serde_json::to_value(refused).expect("is JSON");
	assert_eq!(
		refused["answer"],
		serde_json::json!({
			"answer": "not-proven",
			"fault": { "fault": "format", "why": { "part": "bundle", "why": { "fault": "truncated" } } },
			"reason": "this is no bundle that could be judged: it is cut off: its end is missing; ask for an unaltered copy"
		})
	);
	assert_eq!(refused["checks"][0]["outcome"], "fails");
	assert_eq!(refused["checks"][1]["outcome"], "not-checked");
}
