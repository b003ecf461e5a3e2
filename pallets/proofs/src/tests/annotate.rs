// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use chirograph_primitives::{DocumentHash, ProofEvent};

const DOCUMENT: DocumentHash = DocumentHash([0xda; 32]);

fn annotate_call(proof: ProofId, remark: Remark, document: Option<DocumentHash>) -> Call<Test> {
	Call::annotate { proof, remark, document }
}

#[test]
fn regulator_notes_something_about_a_proof_of_each_kind() {
	for proof in PROOFS {
		for (remark, document) in [
			(Remark::Disputed, None),
			(Remark::UnderInvestigation, None),
			(Remark::CourtDecision, Some(DOCUMENT)),
			(Remark::Settled, Some(DOCUMENT)),
		] {
			with_chain(|| {
				register_all(&ada());
				let (at, regulator) = (later(), regulator());
				assert_ok!(send(&regulator, annotate_call(proof, remark, document)));
				let life = Life {
					changes: 1,
					..Life::default()
				};
				assert_eq!(life_of(proof), life);
				let change = ProofChange {
					at,
					by: label(&regulator),
					account: regulator.account(),
					event: ProofEvent::Annotated { remark, document },
				};
				assert_eq!(history_of(proof), [change]);
				let event = Event::Annotated {
					proof,
					regulator: regulator.account(),
					label: label(&regulator),
					remark,
					document,
					at,
				};
				assert_eq!(events(), [event]);
			});
		}
	}
}

#[test]
fn what_is_not_registered_is_not_annotated() {
	with_chain(|| {
		let regulator = regulator();
		for proof in PROOFS {
			let attempt = send(&regulator, annotate_call(proof, Remark::Disputed, None));
			assert_noop!(attempt, Error::<Test>::NotRegistered);
		}
	});
}

#[test]
fn annotations_come_one_after_the_other_and_behind_the_end() {
	for end in [revoke_call, |owner: &Key, proof, valid_until| {
		supersede_call(owner, proof, OTHER_RECORD, valid_until)
	}] {
		for proof in PROOFS {
			with_chain(|| {
				let (ada, regulator) = (ada(), regulator());
				register_all(&ada);
				register_as(&ada, OTHER_SUBJECT, Schema::Document);
				assert_ok!(send(&regulator, annotate_call(proof, Remark::Disputed, None)));
				assert_ok!(send(&ada, end(&ada, proof, NOW)));
				let ended = life_of(proof);
				assert_ok!(send(&regulator, annotate_call(proof, Remark::CourtDecision, Some(DOCUMENT))));
				let remarked = Life { changes: 3, ..ended };
				assert_eq!(life_of(proof), remarked);
				let remark = ProofEvent::Annotated {
					remark: Remark::CourtDecision,
					document: Some(DOCUMENT),
				};
				assert_eq!(last_change(proof).event, remark);
				assert_eq!(history_of(proof).len(), 3);
			});
		}
	}
}
