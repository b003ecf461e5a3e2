// SPDX-License-Identifier: Apache-2.0

//! What becomes of a validator that votes twice, through all the pallets that take part: GRANDPA, sessions, offences, labels, incidents and balances. On
//! the local network Alice, Bob, Charlie and Dave have seats, and Alice is the one who does it.

use super::{
	chain_with,
	council::{account, label_of, move_label, signed},
	rotate, session_keys,
};
use crate::{
	AccountId, Authorship, Balance, Balances, Grandpa, Hash, Historical, Incidents, Labels, Runtime, RuntimeOrigin, Session,
	System, Validators,
};
use chirograph_primitives::{
	incident::{IncidentKind, IncidentState},
	validator::{SlashState, ValidatorState, ValidatorStatus},
	LabelId, Standing, SuspensionReason,
};
use finality_grandpa::{Message, Prevote};
use frame_support::{
	dispatch::DispatchResult,
	traits::{
		fungible::{Inspect, InspectHold},
		KeyOwnerProofSystem,
	},
};
use pallet_validators::{HoldReason, KeyOwners};
use serde_json::json;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_consensus_grandpa::{AuthorityId, AuthoritySignature, Equivocation, EquivocationProof, KEY_TYPE};
use sp_io::TestExternalities;
use sp_keyring::{
	Ed25519Keyring,
	Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Ferdie},
};
use sp_runtime::DigestItem;

/// Slashes are due two sessions after their reports.
fn chain() -> TestExternalities {
	chain_with(json!({ "validators": { "terms": { "appeal": 2 } } }))
}

fn margin() -> Balance {
	Validators::terms().margin
}

/// `(3/4)²` of it, for one of four.
fn lost() -> Balance {
	margin() * 9 / 16
}

fn status(label: LabelId) -> ValidatorStatus {
	Validators::validator(label).expect("it is a validator")
}

fn held(who: Sr25519Keyring) -> Balance {
	Balances::balance_on_hold(&HoldReason::Margin.into(), &account(who))
}

/// Who makes this block.
fn made_by(who: Sr25519Keyring) {
	let place = Session::validators().iter().position(|validator| *validator == account(who));
	let authority_index = place.and_then(|place| u32::try_from(place).ok()).expect("it is in the set");
	let slot = 1u64.into();
	let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
	System::deposit_log(DigestItem::babe_pre_digest(digest));
	assert_eq!(Authorship::author(), Some(account(who)));
}

/// A vote in a round.
fn vote(who: Ed25519Keyring, round: u64, target: u8) -> (Prevote<Hash, u32>, AuthoritySignature) {
	let vote = Prevote {
		target_hash: Hash::repeat_byte(target),
		target_number: 1,
	};
	let payload = sp_consensus_grandpa::localized_payload(round, 0, &Message::Prevote(vote.clone()));
	(vote, who.sign(&payload).into())
}

fn key() -> AuthorityId {
	Ed25519Keyring::Alice.public().into()
}

/// Alice's two votes of a round, reported as any node does.
fn report(round_number: u64) -> DispatchResult {
	report_of(Ed25519Keyring::Alice, round_number)
}

/// Somebody's.
fn report_of(who: Ed25519Keyring, round_number: u64) -> DispatchResult {
	let identity: AuthorityId = who.public().into();
	let proof = KeyOwners::<Runtime>::prove((KEY_TYPE, identity.clone())).expect("the key is of this session");
	let equivocation = Equivocation::Prevote(finality_grandpa::Equivocation {
		round_number,
		identity,
		first: vote(who, round_number, 1),
		second: vote(who, round_number, 2),
	});
	let equivocation = Box::new(EquivocationProof::new(0, equivocation));
	let reported = Grandpa::report_equivocation_unsigned(RuntimeOrigin::none(), equivocation, proof);
	reported.map(|_| ()).map_err(|failure| failure.error)
}

#[test]
fn equivocator_loses_what_it_must_and_its_seat_and_nobody_else_anything() {
	chain().execute_with(|| {
		let alice = label_of(Alice).id;
		made_by(Bob);
		// The control: until then, all is well.
		assert_eq!((status(alice).validator.margin, Validators::slashes(0).len()), (margin(), 0));

		assert_eq!(report(1), Ok(()));
		let slashes = Validators::slashes(0);
		assert_eq!(slashes.len(), 1);
		let slash = &slashes[0].1;
		assert_eq!((slash.label, slash.session, slash.amount), (alice, 0, lost()));
		assert_eq!((slash.offenders, slash.seats), (1, 4));
		assert_eq!(slash.reporter, Some(account(Bob)));
		assert_eq!(slash.state, SlashState::Pending { due: 2 });
		assert_eq!((status(alice).validator.margin, held(Alice)), (margin() - lost(), margin()));
		assert!(matches!(status(alice).validator.state, ValidatorState::Expelled { .. }));
		assert_eq!(label_of(Alice).standing, Standing::Suspended(SuspensionReason::Offence));
		let incident = Incidents::incident(slash.incident).expect("it is on record");
		assert_eq!(incident.what, IncidentKind::Equivocation { session: 0 });
		assert_eq!(incident.label, Some(alice));
		assert!(matches!(incident.progress, IncidentState::Contained { .. }));

		// It is in the sets that were announced, and may make no blocks.
		let place = || (status(alice).votes, status(alice).disabled);
		assert_eq!(place(), (true, true));
		// Another round of the same session costs nothing more.
		assert_eq!(report(2), Ok(()));
		assert_eq!(Validators::slashes(0).len(), 1);
		rotate(1);
		assert_eq!(place(), (true, true));
		let (issued, before) = (Balances::total_issuance(), Balances::balance(&account(Bob)));
		rotate(1);
		assert_eq!(place(), (false, false));
		assert_eq!(Session::validators(), {
			let mut others = [Bob, Charlie, Dave].map(account);
			others.sort();
			others
		});

		// A tenth is Bob's, and the rest is gone.
		assert_eq!(Balances::balance(&account(Bob)), before + lost() / 10);
		assert_eq!(Balances::total_issuance(), issued - (lost() - lost() / 10));
		assert_eq!(held(Alice), margin() - lost());
		for honest in [Bob, Charlie, Dave] {
			assert_eq!(
				(status(label_of(honest).id).validator.margin, held(honest)),
				(margin(), margin())
			);
		}
	});
}

#[test]
fn no_more_offenders_are_disabled_than_may_fail() {
	chain().execute_with(|| {
		// One of four may.
		let offenders = || [Alice, Bob].map(|who| status(label_of(who).id));
		let disabled = || offenders().map(|offender| offender.disabled);
		assert_eq!(report(1), Ok(()));
		assert_eq!(disabled(), [true, false], "the control");
		assert_eq!(report_of(Ed25519Keyring::Bob, 1), Ok(()));
		assert_eq!(disabled(), [false, true]);
		rotate(1);
		assert_eq!(Session::disabled_validators().len(), 1);
		assert_eq!(offenders().map(|offender| offender.votes), [true, true]);
		rotate(1);
		assert_eq!(offenders().map(|offender| offender.votes), [false, false]);
	});
}

#[test]
fn offender_earns_nothing_by_its_own_offence() {
	chain().execute_with(|| {
		made_by(Alice);
		assert_eq!(report(1), Ok(()));
		assert_eq!(Validators::slashes(0)[0].1.reporter, None);
	});
}

#[test]
fn offender_whose_label_moves_before_the_report_is_slashed_where_it_is_now() {
	chain().execute_with(|| {
		let alice = label_of(Alice).id;
		move_label(Alice, Ferdie);
		assert_eq!((held(Alice), held(Ferdie)), (0, margin()));

		assert_eq!(report(1), Ok(()));
		assert_eq!(status(alice).validator.margin, margin() - lost());
		assert_eq!(label_of(Ferdie).standing, Standing::Suspended(SuspensionReason::Offence));
		assert!(status(alice).disabled);
		rotate(2);
		assert_eq!((held(Alice), held(Ferdie)), (0, margin() - lost()));
		assert!(!status(alice).votes);
	});
}

/// Whose the key was by the keys that have been set by now: the rule of `pallet-session`.
fn owner_by_keys_set_since() -> Option<AccountId> {
	let proof = Historical::prove((KEY_TYPE, key()))?;
	Historical::check_proof((KEY_TYPE, key()), proof).map(|(account, ())| account)
}

#[test]
fn offender_that_sets_other_keys_before_the_report_is_slashed_by_the_old_ones() {
	chain().execute_with(|| {
		let alice = label_of(Alice).id;
		assert_eq!(owner_by_keys_set_since(), Some(account(Alice)));
		let other = session_keys(Sr25519Keyring::One, Ed25519Keyring::One);
		pallet_session::NextKeys::<Runtime>::insert(account(Alice), &other);
		// The control: by that rule it would get away.
		assert_eq!(owner_by_keys_set_since(), None);

		assert_eq!(report(1), Ok(()));
		assert_eq!(status(alice).validator.margin, margin() - lost());
		// And what it set is what it set.
		assert_eq!(Session::load_keys(&account(Alice)), Some(other));
	});
}

#[test]
fn offender_that_purges_its_keys_before_the_report_is_slashed_all_the_same() {
	chain().execute_with(|| {
		let alice = label_of(Alice).id;
		rotate(1);
		assert_eq!(Session::purge_keys(signed(Alice)), Ok(()));
		assert_eq!(owner_by_keys_set_since(), None);

		assert_eq!(report(1), Ok(()));
		assert_eq!(status(alice).validator.margin, margin() - lost());
		assert!(Session::load_keys(&account(Alice)).is_none());
		assert!(Labels::label_of(account(Alice)).is_some_and(|label| label.standing != Standing::Active));
	});
}
