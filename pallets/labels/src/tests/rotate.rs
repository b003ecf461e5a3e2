// SPDX-License-Identifier: Apache-2.0

//! Rotating, and for both calls that move a label: what the new account must be, and what it must consent to.

use super::{changed, council_revokes, council_suspends, events, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Error, History, Holders, Labels as Held, Rejections, RetiredKeys};
use chirograph_primitives::{
	payload, AccountId, BlockNumber, Label, LabelEvent, LabelRevocationReason, Ledger, OwnerSignature, RejectionReason,
	RetiredKey, RetirementReason, Role,
	SuspensionReason::{Investigation, KeyCompromised},
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_core::{ecdsa, ed25519, Pair};
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::DispatchError;

/// Moves Emil's label.
type Move = fn(AccountId, BlockNumber, OwnerSignature) -> DispatchResult;

/// By himself, and by Anna.
const MOVES: [Move; 2] = [emil_rotates, anna_reassigns];

fn emil_rotates(account: AccountId, valid_until: BlockNumber, signature: OwnerSignature) -> DispatchResult {
	Labels::rotate(Emil.origin(), account, valid_until, signature)
}

fn anna_reassigns(account: AccountId, valid_until: BlockNumber, signature: OwnerSignature) -> DispatchResult {
	let reason = RetirementReason::Lost;
	Labels::reassign(Anna.origin(), Emil.number(), reason, account, valid_until, signature)
}

#[test]
fn a_label_that_moves_keeps_its_number_and_its_history() {
	with_chain(|| {
		let (before, granted) = (Emil.label(), History::<Test>::get(Emil.number(), 0));
		let consent = Fred.takes_over(before.id, NOW);
		assert_ok!(emil_rotates(Fred.account(), NOW, consent));
		let here = TestLedger::here();
		let retired = RetiredKey {
			label: before.id,
			from: before.held_since,
			until: here,
			reason: RetirementReason::Rotated,
		};
		let label = Label {
			held_since: here,
			changes: 2,
			..before
		};
		let (from, to) = (Emil.account(), Fred.account());
		assert_eq!(Held::<Test>::get(&from), None);
		assert_eq!(RetiredKeys::<Test>::get(&from), Some(retired));
		assert_eq!(Holders::<Test>::get(label.id), Some(to.clone()));
		assert_eq!(History::<Test>::get(label.id, 0), granted);
		assert_eq!(System::providers(&to), 1);
		assert_eq!(moved(), [(from.clone(), to.clone())]);
		let rotated = changed(Fred, &label, Some(label.id), LabelEvent::Rotated { from, to });
		assert_eq!(events(), [rotated]);
	});
}

#[test]
fn that_an_account_was_refused_a_label_once_is_forgotten_when_it_takes_one_over() {
	for move_label in MOVES {
		with_chain(|| {
			assert_ok!(Fred.applies([Role::Owner]));
			assert_ok!(Labels::reject(Anna.origin(), Fred.account(), RejectionReason::Unspecified));
			assert!(Rejections::<Test>::contains_key(Fred.account()));
			let consent = Fred.takes_over(Emil.number(), NOW);
			assert_ok!(move_label(Fred.account(), NOW, consent));
			assert_eq!(Rejections::<Test>::get(Fred.account()), None);
		});
	}
}

#[test]
fn the_new_account_is_the_label_and_the_old_one_is_of_no_use() {
	with_chain(|| {
		hand_over(Emil, Fred);
		let label = Emil.number();
		assert_eq!(Labels::authority(&Fred.account(), Role::Owner), Ok(label));
		let consent = || Gina.takes_over(label, NOW);
		let attempts: [&dyn Fn() -> DispatchResult; 5] = [
			&|| Emil.applies([Role::Owner]),
			&|| emil_rotates(Gina.account(), NOW, consent()),
			&|| Labels::suspend(Emil.origin(), label, Investigation),
			&|| Labels::revoke(Emil.origin(), label, LabelRevocationReason::GivenUp),
			&|| Labels::distrust(Emil.origin(), Emil.account(), NOW),
		];
		for attempt in attempts {
			assert_noop!(attempt(), Error::<Test>::KeyRetired);
		}
		assert_ok!(Labels::rotate(Fred.origin(), Gina.account(), NOW, consent()));
	});
}

#[test]
fn an_auditor_who_moves_takes_its_remit_along() {
	with_chain(|| {
		hand_over(Anna, Fred);
		assert_ok!(Gina.applies([Role::Owner]));
		let approve = |who: Who| Labels::approve(who.origin(), Gina.account(), application_of(Gina), EXPIRES);
		assert_noop!(approve(Anna), Error::<Test>::KeyRetired);
		assert_ok!(approve(Fred));
		assert_eq!(Gina.label().auditor, Some(Anna.number()));
	});
}

#[test]
fn a_label_moves_on_and_never_back() {
	with_chain(|| {
		hand_over(Emil, Fred);
		hand_over(Fred, Gina);
		let label = Emil.number();
		for who in [Emil, Fred] {
			assert_noop!(
				Labels::rotate(Gina.origin(), who.account(), NOW, who.takes_over(label, NOW)),
				Error::<Test>::AccountInUse
			);
		}
		let path = [(Emil, Fred), (Fred, Gina)].map(|(from, to)| (from.account(), to.account()));
		assert_eq!(moved(), path);
	});
}

#[test]
fn a_label_that_is_of_no_use_is_not_moved_by_its_holder() {
	let fates: [(fn(), Error<Test>); 5] = [
		(|| council_suspends(Emil, Investigation), Error::LabelSuspended),
		(
			|| council_suspends(Emil, KeyCompromised { since: NOW }),
			Error::KeyCompromised,
		),
		(|| council_revokes(Emil), Error::LabelRevoked),
		(|| at(FOUNDERS_ENDED), Error::LabelExpired),
		(|| hand_over(Emil, Gina), Error::KeyRetired),
	];
	for (suffer, refusal) in fates {
		with_chain(|| {
			suffer();
			let now = System::block_number();
			let consent = Fred.takes_over(Emil.number(), now);
			assert_noop!(emil_rotates(Fred.account(), now, consent), refusal);
		});
	}
}

#[test]
fn whoever_holds_no_label_has_none_to_move() {
	with_chain(|| {
		assert_noop!(
			Labels::rotate(Gina.origin(), Fred.account(), NOW, Fred.takes_over(Emil.number(), NOW)),
			Error::<Test>::NoLabel
		);
	});
}

#[test]
fn unsigned_and_root_rotate_nothing() {
	with_chain(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Labels::rotate(origin, Fred.account(), NOW, Fred.takes_over(Emil.number(), NOW)),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_label_moves_to_a_key_of_any_scheme() {
	let consent = |account: &AccountId| payload::takeover(&GENESIS, Emil.number(), account, NOW);
	let with_ecdsa = {
		let key = ecdsa::Pair::from_seed(&[9; 32]);
		let account = AccountId::new(blake2_256(key.public().as_ref()));
		let signature = key.sign_prehashed(&sha2_256(&consent(&account)));
		(account, OwnerSignature::Ecdsa(signature))
	};
	let with_ed25519 = {
		let key = ed25519::Pair::from_seed(&[9; 32]);
		let account = AccountId::new(key.public().0);
		let signature = key.sign(&consent(&account));
		(account, OwnerSignature::Ed25519(signature))
	};
	for (account, signature) in [with_ecdsa, with_ed25519] {
		for moves in MOVES {
			with_chain(|| {
				assert_ok!(moves(account.clone(), NOW, signature.clone()));
				assert_eq!(Holders::<Test>::get(Emil.number()), Some(account.clone()));
			});
		}
	}
}

#[test]
fn a_label_moves_to_a_fresh_account_only() {
	for moves in MOVES {
		with_chain(|| {
			hand_over(Dora, Fred);
			assert_ok!(Gina.applies([Role::Owner]));
			// It holds this label, another, or did once, or applied for one.
			for who in [Emil, Anna, Fred, Dora, Gina] {
				let consent = who.takes_over(Emil.number(), NOW);
				assert_noop!(moves(who.account(), NOW, consent), Error::<Test>::AccountInUse);
			}
			assert_ok!(Labels::withdraw(Gina.origin()));
			let consent = Gina.takes_over(Emil.number(), NOW);
			assert_ok!(moves(Gina.account(), NOW, consent));
		});
	}
}

#[test]
fn consent_counts_through_its_last_block_and_no_longer() {
	for moves in MOVES {
		with_chain(|| {
			let moves = |until| moves(Fred.account(), until, Fred.takes_over(Emil.number(), until));
			assert_noop!(moves(NOW - 1), Error::<Test>::SignatureExpired);
			assert_noop!(moves(0), Error::<Test>::SignatureExpired);
			assert_ok!(moves(NOW));
		});
	}
}

#[test]
fn consent_for_too_long_is_refused() {
	for moves in MOVES {
		with_chain(|| {
			let latest = NOW + MaxSignatureValidity::get();
			let moves = |until| moves(Fred.account(), until, Fred.takes_over(Emil.number(), until));
			assert_noop!(moves(latest + 1), Error::<Test>::SignatureValidTooLong);
			assert_noop!(moves(BlockNumber::MAX), Error::<Test>::SignatureValidTooLong);
			assert_ok!(moves(latest));
		});
	}
}

/// The signature of the new account, in turn over each thing that is not asked of it.
#[test]
fn consent_to_something_else_is_refused() {
	for moves in MOVES {
		with_chain(|| {
			let (label, account) = (Emil.number(), Fred.account());
			let other_network = payload::takeover(&[0; 32], label, &account, NOW);
			let other_label = payload::takeover(&GENESIS, label + 1, &account, NOW);
			let other_account = payload::takeover(&GENESIS, label, &Gina.account(), NOW);
			let other_deadline = payload::takeover(&GENESIS, label, &account, NOW + 1);
			for payload in [other_network, other_label, other_account, other_deadline] {
				let signature = OwnerSignature::Sr25519(Fred.key().sign(&payload));
				assert_noop!(moves(account.clone(), NOW, signature), Error::<Test>::SignatureMismatch);
			}
			assert!(moved().is_empty());
		});
	}
}

#[test]
fn consent_of_somebody_else_is_refused() {
	for moves in MOVES {
		with_chain(|| {
			let label = Emil.number();
			let by_gina = Gina.takes_over(label, NOW);
			assert_noop!(moves(Fred.account(), NOW, by_gina), Error::<Test>::SignatureMismatch);
			// Not even the holder consents for the new account.
			let payload = payload::takeover(&GENESIS, label, &Fred.account(), NOW);
			let by_emil = OwnerSignature::Sr25519(Emil.key().sign(&payload));
			assert_noop!(moves(Fred.account(), NOW, by_emil), Error::<Test>::SignatureMismatch);
		});
	}
}

#[test]
fn what_is_no_signature_is_refused() {
	for moves in MOVES {
		with_chain(|| {
			let zeros = OwnerSignature::Ecdsa([0; 65].into());
			assert_noop!(moves(Fred.account(), NOW, zeros), Error::<Test>::MalformedSignature);
		});
	}
}
