// SPDX-License-Identifier: Apache-2.0

//! What only the whole runtime can show: that its parts fit together.

mod council;
mod extrinsics;
mod incidents;
mod invoices;
mod validators;

use crate::{presets, AccountId, Block, Grandpa, Hash, Historical, Runtime, RuntimeOrigin, Session, SessionKeys, System};
use finality_grandpa::{Message, Prevote};
use frame_support::traits::KeyOwnerProofSystem;
use pallet_session::historical;
use serde_json::{json, Value};
use sp_consensus_grandpa::{Equivocation, EquivocationProof};
use sp_genesis_builder::{runtime_decl_for_genesis_builder::GenesisBuilder, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_io::TestExternalities;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Builds the local network's genesis with `change` merged over it.
fn build(change: Value) -> (TestExternalities, Result<(), String>) {
	let patch = presets::get_preset(&LOCAL_TESTNET_RUNTIME_PRESET.into()).expect("the runtime has this preset");
	let mut patch: Value = serde_json::from_slice(&patch).expect("presets are JSON");
	let mut default: Value = <Runtime as GenesisBuilder<Block>>::get_preset(&None)
		.and_then(|default| serde_json::from_slice(&default).ok())
		.expect("every runtime has a default genesis");
	merge(&mut patch, change);
	merge(&mut default, patch);
	let mut chain = TestExternalities::default();
	let outcome = chain.execute_with(|| <Runtime as GenesisBuilder<Block>>::build_state(default.to_string().into_bytes()));
	(chain, outcome)
}

fn merge(base: &mut Value, over: Value) {
	match (base, over) {
		(Value::Object(base), Value::Object(over)) => {
			over.into_iter()
				.for_each(|(key, value)| merge(base.entry(key).or_insert(Value::Null), value));
		},
		(base, over) => *base = over,
	}
}

fn chain() -> TestExternalities {
	chain_with(json!({}))
}

/// The local network, with `change` merged over its genesis.
fn chain_with(change: Value) -> TestExternalities {
	let (mut chain, outcome) = build(change);
	assert_eq!(outcome, Ok(()));
	chain.execute_with(|| System::set_block_number(1));
	chain
}

#[test]
fn every_preset_makes_a_network() {
	for name in presets::preset_names() {
		let preset = presets::get_preset(&name).expect("a listed preset exists");
		let (_, outcome) = build(serde_json::from_slice(&preset).expect("presets are JSON"));
		assert_eq!(outcome, Ok(()), "{name:?}");
	}
	assert!(presets::get_preset(&"unknown".into()).is_none());
}

#[test]
fn genesis_that_could_not_work_is_refused() {
	let alice = Sr25519Keyring::Alice.to_account_id();
	let bob = Sr25519Keyring::Bob.to_account_id();
	let ferdie = Sr25519Keyring::Ferdie.to_account_id();
	// Eve has a label, and is no validator by it.
	let with_eve = [
		(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		(Sr25519Keyring::Eve, Ed25519Keyring::Eve),
	];
	let keys = |babe: Sr25519Keyring, grandpa| (babe.to_account_id(), babe.to_account_id(), session_keys(babe, grandpa));
	let keys_with_eve = with_eve.map(|(babe, grandpa)| keys(babe, grandpa)).to_vec();
	let seats_with_eve = with_eve.map(|(babe, _)| babe.to_account_id()).to_vec();
	for (change, reason) in [
		(json!({ "parameters": { "councilQuorum": 4 } }), "councilQuorum"),
		(json!({ "parameters": { "councilQuorum": 1 } }), "councilQuorum"),
		(json!({ "parameters": { "councilQuorum": 0 } }), "councilQuorum"),
		(
			json!({ "validators": { "terms": { "absence": 9 } } }),
			"validators.terms.absence",
		),
		(json!({ "validators": { "seats": [] } }), "at least one validator"),
		(json!({ "validators": { "seats": [alice, bob] } }), "session.keys must not"),
		(json!({ "session": { "keys": [] } }), "session.keys must have keys"),
		(
			json!({ "validators": { "seats": seats_with_eve }, "session": { "keys": keys_with_eve } }),
			"a label with the role validator",
		),
		(json!({ "council": { "members": [alice, bob, ferdie] } }), "could not vote"),
	] {
		let (_, outcome) = build(change.clone());
		assert!(
			outcome.as_ref().is_err_and(|said| said.contains(reason)),
			"{change}: {outcome:?}"
		);
	}
}

#[test]
#[should_panic = "labels.founders must have a label for"]
fn genesis_with_a_seat_of_nobody_is_refused() {
	let _ = build(json!({ "labels": { "founders": [] } }));
}

#[test]
#[should_panic = "unbonding must be a session at least, and no shorter than window"]
fn genesis_whose_colluders_could_come_back_with_another_margin_is_refused() {
	let _ = build(json!({ "validators": { "terms": { "unbonding": 100 } } }));
}

#[test]
#[should_panic = "slotDuration must be even"]
fn genesis_with_an_odd_slot_is_refused() {
	let _ = build(json!({ "parameters": { "slotDuration": 2_001 } }));
}

#[test]
#[should_panic = "epochLength must be at least"]
fn genesis_with_a_short_epoch_is_refused() {
	let _ = build(json!({ "parameters": { "epochLength": 9 } }));
}

fn rotate(sessions: u32) {
	(0..sessions).for_each(|_| Session::rotate_session());
}

fn session_keys(babe: Sr25519Keyring, grandpa: Ed25519Keyring) -> SessionKeys {
	SessionKeys {
		babe: babe.public().into(),
		grandpa: grandpa.public().into(),
	}
}

#[test]
fn validator_without_keys_steps_aside_and_returns_with_new_ones() {
	chain().execute_with(|| {
		let bob = Sr25519Keyring::Bob.to_account_id();
		rotate(2);
		assert_eq!(Session::validators().len(), 4);

		let _ = pallet_session::NextKeys::<Runtime>::take(&bob);
		rotate(2);
		assert_eq!(Session::validators().len(), 3);
		assert!(!Session::validators().contains(&bob));

		let keys = session_keys(Sr25519Keyring::Ferdie, Ed25519Keyring::Ferdie);
		pallet_session::NextKeys::<Runtime>::insert(&bob, &keys);
		pallet_session::KeyOwner::<Runtime>::insert(
			(
				sp_consensus_babe::KEY_TYPE,
				sp_core::crypto::ByteArray::to_raw_vec(&keys.babe),
			),
			&bob,
		);
		rotate(2);
		assert_eq!(Session::validators().len(), 4);
		// Ownership of the new key can be proven, or an equivocation with it could not be reported.
		let proof =
			Historical::prove((sp_consensus_babe::KEY_TYPE, keys.babe.clone())).expect("the set of this session is known");
		let owner = Historical::check_proof((sp_consensus_babe::KEY_TYPE, keys.babe), proof);
		assert_eq!(owner.map(|(validator, ())| validator), Some(bob));
	});
}

#[test]
fn last_validators_stay_whatever_they_do_with_their_keys() {
	chain().execute_with(|| {
		let before = Session::validators();
		let purge = |account: &AccountId| Session::purge_keys(RuntimeOrigin::signed(account.clone()));
		// They have them again afterwards, and may purge them again.
		for _ in 0..2 {
			assert!(before.iter().all(|account| purge(account).is_ok()));
			rotate(3);
			assert_eq!(Session::validators(), before);
			assert_eq!(pallet_babe::Authorities::<Runtime>::get().len(), before.len());
		}
	});
}

#[test]
fn unchanged_keys_begin_no_new_authority_set() {
	chain().execute_with(|| {
		rotate(5);
		assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 0);
	});
}

#[test]
fn sets_of_sessions_too_old_to_judge_are_forgotten() {
	let terms = json!({ "unbonding": 30, "window": 10 });
	chain_with(json!({ "validators": { "terms": terms } })).execute_with(|| {
		rotate(100);
		let range = historical::StoredRange::<Runtime>::get();
		let (oldest, newest) = range.expect("sets are kept");
		// Up to the one that is planned.
		assert_eq!((oldest, newest), (70, 102));
		assert!(historical::HistoricalSessions::<Runtime>::get(oldest).is_some());
		assert!(historical::HistoricalSessions::<Runtime>::get(oldest - 1).is_none());
	});
}

#[test]
fn council_member_who_abstains_is_not_for_it_even_with_a_prime() {
	use pallet_collective::DefaultVote;
	assert!(!crate::configs::Abstention::default_vote(Some(true), 1, 0, 3));
	// The control: the SDK's rule would follow the prime.
	assert!(pallet_collective::PrimeDefaultVote::default_vote(Some(true), 1, 0, 3));
}

/// A vote of Alice's for a block, and her signature under it.
fn vote_of_alice(round: u64, target_hash: Hash) -> (Prevote<Hash, u32>, sp_consensus_grandpa::AuthoritySignature) {
	let vote = Prevote {
		target_hash,
		target_number: 1,
	};
	let payload = sp_consensus_grandpa::localized_payload(round, 0, &Message::Prevote(vote.clone()));
	(vote, Ed25519Keyring::Alice.sign(&payload).into())
}

/// Alice's two votes, and the proof that the key is hers, reported as any node does.
fn report(first: Hash, second: Hash) -> frame_support::dispatch::DispatchResult {
	let identity: sp_consensus_grandpa::AuthorityId = Ed25519Keyring::Alice.public().into();
	let proof =
		Historical::prove((sp_consensus_grandpa::KEY_TYPE, identity.clone())).expect("Alice is in the set of this session");
	let (round_number, first, second) = (1, vote_of_alice(1, first), vote_of_alice(1, second));
	let equivocation = Equivocation::Prevote(finality_grandpa::Equivocation {
		round_number,
		identity,
		first,
		second,
	});
	let equivocation = Box::new(EquivocationProof::new(0, equivocation));
	Grandpa::report_equivocation_unsigned(RuntimeOrigin::none(), equivocation, proof)
		.map(|_| ())
		.map_err(|failure| failure.error)
}

#[test]
fn equivocation_is_recorded_with_its_offender() {
	chain().execute_with(|| {
		let (one, other) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
		// The control: the same vote twice is none.
		assert_eq!(
			report(one, one),
			Err(pallet_grandpa::Error::<Runtime>::InvalidEquivocationProof.into())
		);
		assert_eq!(pallet_offences::Reports::<Runtime>::iter().count(), 0);

		assert_eq!(report(one, other), Ok(()));
		let offenders: Vec<_> = pallet_offences::Reports::<Runtime>::iter_values()
			.map(|details| details.offender.0)
			.collect();
		assert_eq!(offenders, [Sr25519Keyring::Alice.to_account_id()]);
		assert_eq!(
			report(one, other),
			Err(pallet_grandpa::Error::<Runtime>::DuplicateOffenceReport.into())
		);
	});
}

/// Eve's second factor, through all pallets that ask for it.
mod passkeys {
	use super::*;
	use crate::{
		configs::{FreeCalls, Here},
		AccountId, Labels, RuntimeCall,
	};
	use chirograph_primitives::{
		authenticator::Authenticator, passkey, payload, Algorithm, AlgorithmTerms, BatchRoot, Digest, EvidenceHash, LabelId,
		Ledger, Operation, Operations, OwnerSignature, ProofId, Registration, Remark, RevocationReason, Role, Roles, Schema,
		Subject,
	};
	use codec::Encode;
	use frame_support::{dispatch::DispatchResult, traits::Get};
	use pallet_labels::{Call, Metering, QuotaTerms, Sequences};
	use sp_runtime::traits::Dispatchable;
	use Sr25519Keyring::{Alice, Eve};

	fn label() -> LabelId {
		Labels::label_of(eve()).expect("Eve is a founder").id
	}

	fn eve() -> AccountId {
		Eve.to_account_id()
	}

	fn challenge(confirmed: &[u8]) -> [u8; 32] {
		let sequence = Sequences::<Runtime>::get(label());
		passkey::challenge(&Here::genesis_hash(), label(), sequence, confirmed)
	}

	fn confirmed(call: RuntimeCall) -> RuntimeCall {
		let (label, call) = (label(), Box::new(call));
		let assertion = Authenticator::new(1).assert(&challenge(&call.encode()));
		RuntimeCall::Labels(Call::confirm {
			label,
			call,
			sequence: Sequences::<Runtime>::get(label),
			assertion,
		})
	}

	/// Eve guards proofs with her authenticator.
	fn bind() {
		bind_for(Operation::Registering);
	}

	fn bind_for(operation: Operation) {
		let (authenticator, guarded) = (Authenticator::new(1), Operations::only(operation));
		let passkey = authenticator.passkey();
		let assertion = authenticator.assert(&challenge(&payload::binding(&passkey, guarded)));
		let sequence = Sequences::<Runtime>::get(label());
		let bound = Labels::bind_passkey(RuntimeOrigin::signed(eve()), passkey, guarded, sequence, assertion);
		assert_eq!(bound, Ok(()));
	}

	fn registration(subject: u8) -> RuntimeCall {
		let (subject, evidence_hash, schema, valid_until) = (Subject([subject; 32]), EvidenceHash([0; 32]), Schema::Document, 1);
		let signed = payload::registration(&Here::genesis_hash(), &eve(), &subject, &evidence_hash, schema, valid_until);
		RuntimeCall::Proofs(pallet_proofs::Call::register {
			owner: eve(),
			subject,
			evidence_hash,
			schema,
			valid_until,
			signature: OwnerSignature::Sr25519(Eve.sign(&signed)),
		})
	}

	/// Alice is a business platform.
	fn send(sender: Sr25519Keyring, call: RuntimeCall) -> DispatchResult {
		let outcome = call.dispatch(RuntimeOrigin::signed(sender.to_account_id()));
		outcome.map(|_| ()).map_err(|refused| refused.error)
	}

	fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
		RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })
	}

	#[test]
	fn an_owner_who_guards_proofs_registers_with_the_passkey_and_not_without() {
		chain().execute_with(|| {
			assert_eq!(send(Eve, registration(1)), Ok(()));
			bind();
			let needed = Err(pallet_labels::Error::<Runtime>::ConfirmationNeeded.into());
			for sender in [Eve, Alice] {
				assert_eq!(send(sender, registration(2)), needed);
			}
			assert_eq!(send(Eve, confirmed(registration(2))), Ok(()));
			assert_eq!(send(Alice, confirmed(registration(3))), Ok(()));
		});
	}

	#[test]
	fn what_comes_behind_a_confirmed_call_is_not_confirmed() {
		chain().execute_with(|| {
			bind();
			let needed = Err(pallet_labels::Error::<Runtime>::ConfirmationNeeded.into());
			let behind = batch(vec![confirmed(registration(1)), registration(2)]);
			assert_eq!(send(Eve, behind), needed);
			let ahead = batch(vec![registration(2), confirmed(registration(1))]);
			assert_eq!(send(Eve, ahead), needed);
			// The control: confirmed as a whole, all of it is.
			assert_eq!(send(Eve, confirmed(batch(vec![registration(1), registration(2)]))), Ok(()));
		});
	}

	#[test]
	fn a_confirmed_call_has_no_confirmed_call_inside() {
		chain().execute_with(|| {
			bind();
			let nested = Err(pallet_labels::Error::<Runtime>::NestedConfirmation.into());
			for inside in [
				confirmed(registration(1)),
				batch(vec![confirmed(registration(1))]),
				batch(vec![registration(2), confirmed(registration(1))]),
			] {
				for sender in [Eve, Alice] {
					assert_eq!(send(sender, confirmed(inside.clone())), nested);
				}
			}
			// The control: outside of it, in a batch, it may be.
			assert_eq!(send(Eve, batch(vec![confirmed(registration(1))])), Ok(()));
		});
	}

	#[test]
	fn what_is_confirmed_counts_as_it_does_without() {
		chain().execute_with(|| {
			let calls = |call: RuntimeCall| FreeCalls::calls(&eve(), &call);
			let paid = RuntimeCall::System(frame_system::Call::remark { remark: vec![] });
			assert_eq!(calls(confirmed(registration(1))), Some(1));
			assert_eq!(calls(confirmed(confirmed(registration(1)))), Some(1));
			assert_eq!(calls(confirmed(batch(vec![registration(1), registration(2)]))), Some(2));
			assert_eq!(calls(confirmed(paid.clone())), None);
			assert_eq!(calls(batch(vec![registration(1), confirmed(paid)])), None);
		});
	}

	fn many(subjects: &[u8]) -> RuntimeCall {
		let entries = subjects.iter().map(|subject| match registration(*subject) {
			RuntimeCall::Proofs(pallet_proofs::Call::register {
				owner,
				subject,
				evidence_hash,
				schema,
				valid_until,
				signature,
			}) => Registration {
				owner,
				subject,
				evidence_hash,
				schema,
				valid_until,
				signature,
			},
			other => unreachable!("{other:?} is no registration"),
		});
		let registrations = entries.collect::<Vec<_>>().try_into().expect("a few");
		RuntimeCall::Proofs(pallet_proofs::Call::register_many { registrations })
	}

	#[test]
	fn registrations_that_are_sent_together_count_as_they_do_by_themselves() {
		chain().execute_with(|| {
			let calls = |call: RuntimeCall| FreeCalls::calls(&eve(), &call);
			assert_eq!(calls(many(&[1, 2, 3])), Some(3));
			assert_eq!(calls(confirmed(many(&[1, 2, 3]))), Some(3));
			assert_eq!(calls(batch(vec![many(&[1, 2, 3]), registration(4)])), Some(4));
			assert_eq!(calls(many(&[])), Some(1));
		});
	}

	/// A call that is longer or more than its sender's quota could never be sent.
	#[test]
	fn as_many_registrations_as_can_be_sent_together_fit_into_the_quota_of_an_owner() {
		chain().execute_with(|| {
			let quota = QuotaTerms::default().of(Roles::only(Role::Owner));
			let most = <<Runtime as pallet_proofs::Config>::MaxRegistrations as Get<u32>>::get();
			let call = many(&vec![1; most as usize]);
			assert_eq!(FreeCalls::calls(&eve(), &call), Some(most));
			let bytes = call.encoded_size();
			assert!(
				most <= quota.calls && bytes <= quota.bytes as usize,
				"{most} calls, {bytes} bytes: {quota:?}"
			);
		});
	}

	/// One batch costs one call, however many leaves it has; and only what the council does with algorithms costs a fee.
	#[test]
	fn every_call_about_proofs_is_free_but_the_council_s() {
		let free = |call| FreeCalls::calls(&eve(), &RuntimeCall::Proofs(call));
		let (owner, proof, valid_until) = (eve(), transferred(), 1);
		let signature = OwnerSignature::Sr25519(Eve.sign(&[]));
		let calls = [
			pallet_proofs::Call::register_batch {
				owner: owner.clone(),
				root: BatchRoot([1; 32]),
				leaves: u64::MAX,
				schema: Schema::Document,
				valid_until,
				signature: signature.clone(),
			},
			pallet_proofs::Call::revoke {
				owner: owner.clone(),
				proof,
				reason: RevocationReason::Unspecified,
				valid_until,
				signature: signature.clone(),
			},
			pallet_proofs::Call::supersede {
				owner: owner.clone(),
				proof,
				by: proof,
				valid_until,
				signature: signature.clone(),
			},
			pallet_proofs::Call::renew {
				owner,
				proof,
				evidence: Digest::Sha3_512([0; 64]),
				valid_until,
				signature,
			},
			pallet_proofs::Call::annotate {
				proof,
				remark: Remark::Disputed,
				document: None,
			},
		];
		for call in calls {
			assert_eq!(free(call.clone()), Some(1), "{call:?}");
		}
		let (algorithm, terms) = (Algorithm::Sha256, AlgorithmTerms::default());
		assert_eq!(free(pallet_proofs::Call::set_algorithm { algorithm, terms }), None);
	}

	fn transferred() -> ProofId {
		ProofId::Record {
			subject: Subject([1; 32]),
		}
	}

	/// Eve hands the first of her proofs to Dave, who consents.
	fn transfer() -> RuntimeCall {
		let (owner, to, proof, valid_until) = (eve(), Alice.to_account_id(), transferred(), 1);
		let signed = payload::transfer(&Here::genesis_hash(), &owner, &proof, &to, valid_until);
		RuntimeCall::Proofs(pallet_proofs::Call::transfer {
			owner,
			proof,
			to,
			valid_until,
			owner_signature: OwnerSignature::Sr25519(Eve.sign(&signed)),
			next_signature: OwnerSignature::Sr25519(Alice.sign(&signed)),
		})
	}

	#[test]
	fn an_owner_who_guards_handing_over_does_so_with_the_passkey_and_not_without() {
		chain().execute_with(|| {
			bind_for(Operation::Transferring);
			assert_eq!(send(Eve, registration(1)), Ok(()));
			let needed = Err(pallet_labels::Error::<Runtime>::ConfirmationNeeded.into());
			for sender in [Eve, Alice] {
				assert_eq!(send(sender, transfer()), needed);
			}
			assert_eq!(send(Eve, confirmed(transfer())), Ok(()));
		});
	}

	#[test]
	fn the_council_and_nobody_else_speaks_about_algorithms() {
		chain().execute_with(|| {
			let call = || {
				let (algorithm, terms) = (Algorithm::Ecdsa, AlgorithmTerms::default());
				RuntimeCall::Proofs(pallet_proofs::Call::set_algorithm { algorithm, terms })
			};
			let members = |ayes| RuntimeOrigin::from(pallet_collective::RawOrigin::<AccountId, _>::Members(ayes, 3));
			let outcome = |origin: RuntimeOrigin| call().dispatch(origin).map(|_| ()).map_err(|refused| refused.error);
			let refused = Err(sp_runtime::DispatchError::BadOrigin);
			assert_eq!(outcome(RuntimeOrigin::signed(Alice.to_account_id())), refused);
			assert_eq!(outcome(RuntimeOrigin::none()), refused);
			assert_eq!(outcome(members(1)), refused);
			assert_eq!(outcome(members(2)), Ok(()));
			assert_eq!(outcome(RuntimeOrigin::root()), Ok(()));
		});
	}
}
