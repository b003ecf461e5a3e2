// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::Event;
use chirograph_primitives::{Acceptance, AlgorithmChange, AlgorithmPolicy, MAX_ALGORITHM_CHANGES};

fn set(algorithm: Algorithm, terms: AlgorithmTerms) -> DispatchResult {
	Proofs::set_algorithm(RuntimeOrigin::root(), algorithm, terms)
}

fn terms(deprecated_from: Option<u64>, refused_from: Option<u64>) -> AlgorithmTerms {
	AlgorithmTerms {
		deprecated_from,
		refused_from,
		least_bits: 0,
	}
}

#[test]
fn what_the_council_says_is_appended_and_nothing_is_rewritten() {
	with_chain(|| {
		let said = |algorithm, terms| {
			let now = later().time;
			assert_ok!(set(algorithm, terms));
			let change = AlgorithmChange {
				at: now + 1,
				algorithm,
				terms,
			};
			assert_eq!(events(), [Event::AlgorithmSet { change }]);
			change
		};
		let changes = vec![
			said(Algorithm::Sha256, terms(Some(1), Some(2))),
			said(Algorithm::Ecdsa, terms(None, Some(100))),
			said(Algorithm::Sha256, terms(None, None)),
		];
		let policy = AlgorithmPolicy(changes.clone().try_into().expect("few"));
		assert_eq!(Policy::<Test>::get(), policy);
		assert_eq!(policy.judge(Algorithm::Sha256, changes[0].at), Acceptance::Refused);
		assert_eq!(policy.judge(Algorithm::Sha256, changes[2].at), Acceptance::Accepted);
	});
}

#[test]
fn an_algorithm_is_not_refused_before_it_is_deprecated() {
	with_chain(|| {
		assert_noop!(
			set(Algorithm::Sha256, terms(Some(2), Some(1))),
			Error::<Test>::RefusedBeforeDeprecated
		);
		for possible in [
			terms(Some(1), Some(1)),
			terms(Some(1), Some(2)),
			terms(Some(2), None),
			terms(None, Some(1)),
			terms(None, None),
		] {
			assert_ok!(set(Algorithm::Sha256, possible));
		}
	});
}

#[test]
fn there_is_room_for_so_many_changes_and_no_more() {
	with_chain(|| {
		for _ in 0..MAX_ALGORITHM_CHANGES {
			assert_ok!(set(Algorithm::Sha256, terms(None, None)));
		}
		assert_noop!(
			set(Algorithm::Sha256, terms(None, None)),
			Error::<Test>::TooManyAlgorithmChanges
		);
	});
}
