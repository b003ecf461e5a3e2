// SPDX-License-Identifier: Apache-2.0

//! What may rest on an algorithm that the council spoke of. Ada signs with ECDSA, Carol with sr25519.

use super::*;
use crate::Event;
use chirograph_primitives::{Acceptance, Algorithms};
use sp_runtime::DispatchError;
use Algorithm::{Ecdsa, Sha256, Sha3_512, Sr25519};

/// What each call rests on.
const TABLE: [(&str, &[Algorithm]); 10] = [
	("register", &[Sha256, Ecdsa]),
	("claim", &[Sha256, Ecdsa]),
	("revoke", &[]),
	("register_batch", &[Sha256, Ecdsa]),
	("register_many", &[Sha256, Ecdsa]),
	("supersede", &[Ecdsa]),
	("transfer", &[Ecdsa, Sr25519]),
	("annotate", &[]),
	("renew", &[Sha3_512, Ecdsa]),
	("set_algorithm", &[]),
];

/// What comes of a call that may be sent.
fn outcome(name: &str, call: Call<Test>) -> DispatchResult {
	let origin = match name {
		"annotate" => signed_by(&regulator().account()),
		"set_algorithm" => RuntimeOrigin::root(),
		_ => signed_by(&ada().account()),
	};
	events();
	dispatch(origin, call)
}

fn skipped_or_deprecated() -> (Option<DispatchError>, Vec<(ProofId, Algorithm)>) {
	let (mut error, mut deprecated) = (None, vec![]);
	for event in events() {
		match event {
			Event::Skipped { error: skipped, .. } => error = Some(skipped),
			Event::Deprecated { proof, algorithm } => deprecated.push((proof, algorithm)),
			_ => {},
		}
	}
	(error, deprecated)
}

#[test]
fn nothing_new_rests_on_a_refused_algorithm() {
	for (name, algorithms) in TABLE {
		for algorithm in Algorithm::ALL {
			with_chain(|| {
				let call = call_of(name, Schema::Document);
				refuse(algorithm);
				let outcome = outcome(name, call);
				let outcome = outcome.and(skipped_or_deprecated().0.map_or(Ok(()), Err));
				let expected = if algorithms.contains(&algorithm) {
					Err(DispatchError::from(Error::<Test>::AlgorithmRefused).stripped())
				} else {
					Ok(())
				};
				assert_eq!(
					outcome.map_err(DispatchError::stripped),
					expected,
					"{name} with {algorithm} refused"
				);
			});
		}
	}
}

#[test]
fn what_rests_on_a_deprecated_algorithm_is_flagged() {
	for (name, algorithms) in TABLE {
		let proof = match name {
			"register_batch" => PROOFS[1],
			_ => PROOFS[0],
		};
		with_chain(|| {
			let call = call_of(name, Schema::Document);
			Algorithm::ALL.into_iter().for_each(deprecate);
			assert_ok!(outcome(name, call));
			let flagged: Vec<_> = algorithms.iter().map(|algorithm| (proof, *algorithm)).collect();
			assert_eq!(skipped_or_deprecated(), (None, flagged), "{name}");
		});
		with_chain(|| {
			// The control.
			let call = call_of(name, Schema::Document);
			assert_ok!(outcome(name, call));
			assert_eq!(skipped_or_deprecated(), (None, vec![]), "{name}");
		});
	}
}

#[test]
fn both_signatures_of_one_scheme_are_flagged_once() {
	with_chain(|| {
		let (ada, next) = (ada(), Key::owner(SignatureScheme::Ecdsa, 9));
		register(&ada);
		deprecate(Ecdsa);
		events();
		assert_ok!(send(&ada, transfer_call(&ada, PROOFS[0], &next, NOW)));
		assert_eq!(skipped_or_deprecated().1, [(PROOFS[0], Ecdsa)]);
	});
}

#[test]
fn the_next_holder_s_algorithm_counts_too() {
	with_chain(|| {
		let (ada, bob) = (ada(), bob());
		register(&ada);
		refuse(Algorithm::Ed25519);
		assert_noop!(
			send(&ada, transfer_call(&ada, PROOFS[0], &bob, NOW)),
			Error::<Test>::AlgorithmRefused
		);
		forget_algorithms();
		assert_ok!(send(&ada, transfer_call(&ada, PROOFS[0], &bob, NOW)));
	});
}

#[test]
fn dates_decide_in_the_block_in_which_they_fall() {
	let at = |block: BlockNumber| u64::from(block) * 2_000;
	let terms = AlgorithmTerms {
		deprecated_from: Some(at(NOW + 1)),
		refused_from: Some(at(NOW + 2)),
		..Default::default()
	};
	let register_at = |block| {
		let ada = ada();
		say(Sha256, terms);
		System::set_block_number(block);
		events();
		send(&ada, register_call(registration(&ada, SUBJECT, Schema::Document)))
	};
	with_chain(|| {
		assert_ok!(register_at(NOW));
		assert_eq!(skipped_or_deprecated().1, []);
	});
	with_chain(|| {
		assert_ok!(register_at(NOW + 1));
		assert_eq!(skipped_or_deprecated().1, [(PROOFS[0], Sha256)]);
	});
	with_chain(|| assert_eq!(register_at(NOW + 2), Err(Error::<Test>::AlgorithmRefused.into())));
}

#[test]
fn an_algorithm_with_too_few_bits_is_refused() {
	with_chain(|| {
		let ada = ada();
		let attempt = || send(&ada, register_call(registration(&ada, SUBJECT, Schema::Document)));
		let set = |least_bits| {
			let terms = AlgorithmTerms {
				least_bits,
				..Default::default()
			};
			say(Sha256, terms);
		};
		set(257);
		assert_noop!(attempt(), Error::<Test>::AlgorithmRefused);
		set(256);
		assert_ok!(attempt());
	});
}

/// Whoever judges an entry later knows its time, and not what came first in its block.
#[test]
fn what_the_council_says_counts_from_the_next_block_on() {
	with_chain(|| {
		let ada = ada();
		let terms = AlgorithmTerms {
			refused_from: Some(0),
			..Default::default()
		};
		assert_ok!(Proofs::set_algorithm(RuntimeOrigin::root(), Sha256, terms));
		register(&ada);
		let registered = Records::<Test>::get(SUBJECT)
			.map(|record| record.registered.time)
			.unwrap_or_default();
		assert_eq!(Policy::<Test>::get().judge(Sha256, registered), Acceptance::Accepted);
		System::set_block_number(NOW + 1);
		let attempt = send(&ada, register_call(registration(&ada, OTHER_SUBJECT, Schema::Document)));
		assert_noop!(attempt, Error::<Test>::AlgorithmRefused);
	});
}

#[test]
fn other_pallets_are_told_how_good_an_algorithm_is_now() {
	let judge = <Proofs as Algorithms>::judge;
	let at = |block: BlockNumber| u64::from(block) * 2_000;
	with_chain(|| {
		assert_eq!(judge(Ecdsa), Acceptance::Accepted);
		let terms = AlgorithmTerms {
			deprecated_from: Some(at(NOW + 1)),
			refused_from: Some(at(NOW + 2)),
			..Default::default()
		};
		assert_ok!(Proofs::set_algorithm(RuntimeOrigin::root(), Ecdsa, terms));
		for (block, expected) in [
			(NOW, Acceptance::Accepted),
			(NOW + 1, Acceptance::Deprecated),
			(NOW + 2, Acceptance::Refused),
		] {
			System::set_block_number(block);
			assert_eq!(judge(Ecdsa), expected, "block {block}");
			assert_eq!(judge(Sr25519), Acceptance::Accepted, "the control, in block {block}");
		}
	});
}
