// SPDX-License-Identifier: Apache-2.0

//! What governing costs, who decides about those who govern, and what becomes of a seat whose label moves. On the local network Alice, Bob and
//! Charlie are the council, and two of them are Root; Ferdie holds no label.

use super::{chain, session_keys};
use crate::{
	configs::{CouncilCollective, FeeBeyondQuota, FreeCalls, Here, ProxyType, RuntimeBlockWeights},
	AccountId, Balance, Balances, Hash, Labels, Proxy, Routing, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, Session,
	System, TransactionPayment, TxExtension, Validators,
};
use chirograph_primitives::{
	authenticator::Authenticator, payload, validator::ValidatorState, AdmissionFault, DossierHash, Jurisdiction, Label, LabelId,
	LabelRevocationReason, Ledger, OrganisationId, OwnerSignature, Role, Roles, SuspensionReason,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok,
	dispatch::{DispatchInfo, DispatchResult, GetDispatchInfo},
	pallet_prelude::TransactionSource,
	traits::{
		fungible::{Inspect, InspectHold},
		tokens::{Fortitude, Preservation},
	},
	weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::{
	AuthorizeCall, CheckEra, CheckGenesis, CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckWeight, WeightReclaim,
};
use pallet_collective::{Members, Prime};
use pallet_labels::{Admission, Metering, Usages};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_keyring::{
	Ed25519Keyring,
	Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie},
};
use sp_runtime::{
	generic::Era,
	traits::{BlakeTwo256, DispatchTransaction, Dispatchable, Hash as _, TransactionExtension},
	transaction_validity::{InvalidTransaction, TransactionValidityError, ValidTransaction},
	DispatchError,
};
use std::collections::BTreeSet;

/// The smallest unit of a token; a block's weight costs one token.
const TOKEN: Balance = 1_000_000_000_000;

pub(super) fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

pub(super) fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(who))
}

pub(super) fn label_of(who: Sr25519Keyring) -> Label {
	Labels::label_of(account(who)).expect("this one holds a label")
}

/// What everything that is signed passes through, for the next extrinsic of an account.
fn extension(who: Sr25519Keyring, tip: Balance) -> TxExtension {
	(
		AuthorizeCall::new(),
		CheckNonZeroSender::new(),
		CheckSpecVersion::new(),
		CheckTxVersion::new(),
		CheckGenesis::new(),
		CheckEra::from(Era::Immortal),
		Admission(System::account_nonce(account(who))),
		CheckWeight::new(),
		FeeBeyondQuota::from(ChargeTransactionPayment::from(tip)),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		WeightReclaim::new(),
	)
}

fn info_of(extension: &TxExtension, call: &RuntimeCall) -> DispatchInfo {
	DispatchInfo {
		extension_weight: TransactionExtension::<RuntimeCall>::weight(extension, call),
		..call.get_dispatch_info()
	}
}

/// What a pool says of an extrinsic.
fn offer(who: Sr25519Keyring, call: &RuntimeCall, tip: Balance) -> Result<ValidTransaction, TransactionValidityError> {
	let extension = extension(who, tip);
	let info = info_of(&extension, call);
	let validated = extension.validate_only(signed(who), call, &info, call.encoded_size(), TransactionSource::External, 0);
	validated.map(|(validity, ..)| validity)
}

/// What a block does with an extrinsic.
fn send(who: Sr25519Keyring, call: RuntimeCall) -> DispatchResult {
	let extension = extension(who, 0);
	let (info, length) = (info_of(&extension, &call), call.encoded_size());
	let executed = extension.dispatch_transaction(signed(who), call, &info, length, 0);
	let outcome = executed.expect("it is admitted");
	outcome.map(|_| ()).map_err(|failed| failed.error)
}

/// What a call does, whatever it costs.
fn dispatch(who: Sr25519Keyring, call: RuntimeCall) -> DispatchResult {
	let outcome = call.dispatch(signed(who));
	outcome.map(|_| ()).map_err(|failed| failed.error)
}

fn refusal(fault: AdmissionFault) -> TransactionValidityError {
	InvalidTransaction::Custom(fault.code()).into()
}

type CouncilCall = pallet_collective::Call<Runtime, CouncilCollective>;

/// Closes a motion that there is not, which may take that much of a block, and be of that many bytes.
fn close_nothing(weight: Weight, bytes: u32) -> RuntimeCall {
	RuntimeCall::Council(CouncilCall::close {
		proposal_hash: Hash::zero(),
		index: 0,
		proposal_weight_bound: weight,
		length_bound: bytes,
	})
}

fn milliseconds(count: u64) -> Weight {
	Weight::from_parts(count * WEIGHT_REF_TIME_PER_MILLIS, 0)
}

fn remark() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark { remark: vec![1] })
}

/// The three kinds of batches.
fn batches(calls: Vec<RuntimeCall>) -> [RuntimeCall; 3] {
	use pallet_utility::Call::{batch, batch_all, force_batch};
	[
		RuntimeCall::Utility(batch { calls: calls.clone() }),
		RuntimeCall::Utility(batch_all { calls: calls.clone() }),
		RuntimeCall::Utility(force_batch { calls }),
	]
}

/// Confirmed by Eve's passkey, or not: it is not dispatched.
fn confirmed(call: RuntimeCall) -> RuntimeCall {
	RuntimeCall::Labels(pallet_labels::Call::confirm {
		label: 5,
		call: Box::new(call),
		sequence: 0,
		assertion: Authenticator::new(1).assert(&[0; 32]),
	})
}

mod costs {
	use super::*;

	fn calls(who: Sr25519Keyring, call: &RuntimeCall) -> Option<u32> {
		FreeCalls::calls(&account(who), call)
	}

	#[test]
	fn council_calls_are_free_for_members_and_for_nobody_else() {
		chain().execute_with(|| {
			let close = close_nothing(Weight::zero(), 1_000);
			let calls_of = |call: RuntimeCall| (calls(Alice, &call), calls(Dave, &call), calls(Ferdie, &call));
			assert_eq!(calls_of(close.clone()), (Some(1), None, None));
			assert_eq!(calls_of(confirmed(close.clone())), (Some(1), None, None));
			for batch in batches(vec![close.clone(), close]) {
				assert_eq!(calls_of(batch.clone()), (Some(2), None, None));
				assert_eq!(calls_of(confirmed(batch)), (Some(2), None, None));
			}
		});
	}

	/// What it may take is taken, whatever becomes of it.
	#[test]
	fn council_call_counts_for_how_much_of_a_block_it_may_take_and_beyond_a_quarter_it_is_not_free() {
		chain().execute_with(|| {
			let motion = || Box::new(remark());
			for (call, expected) in [
				(close_nothing(milliseconds(100), 1_000), Some(101)),
				(close_nothing(milliseconds(249), 1_000), Some(250)),
				(close_nothing(milliseconds(251), 1_000), None),
				(close_nothing(RuntimeBlockWeights::get().max_block, 1_000), None),
				// The other measure of weight.
				(close_nothing(Weight::from_parts(0, u64::MAX / 2_000 * 101), 1_000), Some(51)),
				(close_nothing(Weight::from_parts(0, u64::MAX / 2), 1_000), None),
				(close_nothing(Weight::MAX, 1_000), None),
				// What is said of lengths and of the council before counts, too.
				(close_nothing(Weight::zero(), u32::MAX), None),
				(
					RuntimeCall::Council(CouncilCall::propose {
						threshold: 2,
						proposal: motion(),
						length_bound: u32::MAX,
					}),
					None,
				),
				(
					RuntimeCall::Council(CouncilCall::execute {
						proposal: motion(),
						length_bound: u32::MAX,
					}),
					None,
				),
				(
					RuntimeCall::Council(CouncilCall::set_members {
						new_members: vec![],
						prime: None,
						old_count: u32::MAX,
					}),
					None,
				),
			] {
				assert_eq!(calls(Alice, &call), expected, "{call:?}");
				for batch in batches(vec![call.clone(), close_nothing(Weight::zero(), 0)]) {
					assert_eq!(calls(Alice, &batch), expected.map(|calls| calls + 1), "{batch:?}");
				}
				assert_eq!(calls(Alice, &confirmed(call.clone())), expected, "{call:?}");
			}
		});
	}

	/// What `who` pays for a call that fails.
	fn paid(who: Sr25519Keyring, call: RuntimeCall) -> Balance {
		let before = Balances::balance(&account(who));
		let missing = pallet_collective::Error::<Runtime, CouncilCollective>::ProposalMissing;
		assert_eq!(send(who, call), Err(missing.into()));
		before - Balances::balance(&account(who))
	}

	#[test]
	fn whoever_is_no_member_pays_for_what_its_call_may_take_of_a_block() {
		let block = RuntimeBlockWeights::get().max_block;
		let half = [
			Weight::from_parts(block.ref_time() / 2, 0),
			Weight::from_parts(0, block.proof_size() / 2),
		];
		for (who, bound) in half.into_iter().flat_map(|bound| [(Dave, bound), (Alice, bound)]) {
			chain().execute_with(|| {
				let paid = paid(who, close_nothing(bound, 0));
				assert!(paid >= TOKEN / 2, "{paid} by {who:?} for {bound:?}");
			});
		}
		chain().execute_with(|| {
			assert!(paid(Dave, close_nothing(Weight::zero(), 0)) > 0);
			let before = Usages::<Runtime>::get(label_of(Alice).id).used.calls;
			assert_eq!(paid(Alice, close_nothing(milliseconds(10), 0)), 0);
			assert_eq!(Usages::<Runtime>::get(label_of(Alice).id).used.calls, before + 11);
		});
	}

	#[test]
	fn both_measures_of_weight_have_a_price() {
		chain().execute_with(|| {
			let block = RuntimeBlockWeights::get().max_block;
			let fee = |time, proof| TransactionPayment::weight_to_fee(Weight::from_parts(time, proof));
			assert_eq!(fee(0, 0), 0);
			assert_eq!(fee(block.ref_time(), 0), TOKEN);
			assert_eq!(fee(0, block.proof_size()), TOKEN);
			assert_eq!(fee(block.ref_time(), block.proof_size()), TOKEN);
			assert_eq!(fee(block.ref_time() / 2, block.proof_size() / 10), TOKEN / 2);
		});
	}

	#[test]
	fn neither_a_tip_nor_a_fee_buys_a_place() {
		chain().execute_with(|| {
			let dear = close_nothing(milliseconds(400), 0);
			let first = offer(Dave, &remark(), 0).expect("it is admitted").priority;
			assert_eq!(offer(Dave, &dear, 0).map(|valid| valid.priority), Ok(first));
			let free = RuntimeCall::Labels(pallet_labels::Call::withdraw {});
			assert_eq!(offer(Dave, &free, 0).map(|valid| valid.priority), Ok(first));
			for call in [remark(), dear, free] {
				assert_eq!(offer(Dave, &call, 1), Err(InvalidTransaction::Payment.into()), "{call:?}");
			}
		});
	}
}

fn enact(call: RuntimeCall) -> RuntimeCall {
	RuntimeCall::Governance(pallet_governance::Call::enact { call: Box::new(call) })
}

fn propose(motion: &RuntimeCall) -> RuntimeCall {
	RuntimeCall::Council(CouncilCall::propose {
		threshold: 2,
		proposal: Box::new(motion.clone()),
		length_bound: 1_000,
	})
}

/// For the first motion of all.
fn vote(motion: &RuntimeCall) -> RuntimeCall {
	RuntimeCall::Council(CouncilCall::vote {
		proposal: BlakeTwo256::hash_of(motion),
		index: 0,
		approve: true,
	})
}

fn close(motion: &RuntimeCall) -> RuntimeCall {
	RuntimeCall::Council(CouncilCall::close {
		proposal_hash: BlakeTwo256::hash_of(motion),
		index: 0,
		proposal_weight_bound: Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MILLIS, 1_000_000),
		length_bound: 1_000,
	})
}

fn refused(error: pallet_collective::Error<Runtime, CouncilCollective>) -> DispatchResult {
	Err(error.into())
}

mod members {
	use super::*;

	#[test]
	fn neither_an_auditor_nor_a_regulator_decides_about_a_member() {
		chain().execute_with(|| {
			let revoke = |label| {
				let reason = LabelRevocationReason::Misconduct;
				RuntimeCall::Labels(pallet_labels::Call::revoke { label, reason })
			};
			let suspend = |label| {
				let reason = SuspensionReason::Investigation;
				RuntimeCall::Labels(pallet_labels::Call::suspend { label, reason })
			};
			let councils = Err(pallet_labels::Error::<Runtime>::CouncilMember.into());
			// Alice and Charlie are auditors, and Charlie is a regulator besides. Bob is neither.
			for auditor in [Alice, Charlie] {
				assert_eq!(dispatch(auditor, revoke(label_of(Bob).id)), councils);
				assert_eq!(dispatch(auditor, suspend(label_of(Bob).id)), councils);
			}
			// The control: Dave is not in the council.
			assert_eq!(dispatch(Charlie, suspend(label_of(Dave).id)), Ok(()));
			assert_eq!(dispatch(Alice, revoke(label_of(Dave).id)), Ok(()));
		});
	}

	#[test]
	fn council_whose_labels_are_all_over_renews_them() {
		chain().execute_with(|| {
			let end = label_of(Alice).expires;
			pallet_timestamp::Now::<Runtime>::put(end);
			let over = Err(refusal(AdmissionFault::Expired));
			let label = label_of(Alice).id;
			let expires = end + 1_000;
			let motion = enact(RuntimeCall::Labels(pallet_labels::Call::renew { label, expires }));
			// Dave's label is over, too, and Alice can do nothing else.
			assert_eq!(offer(Dave, &vote(&motion), 0), over);
			assert_eq!(offer(Alice, &remark(), 0), over);
			assert_eq!(offer(Alice, &close_nothing(milliseconds(500), 0), 0), over);
			for batch in batches(vec![propose(&motion), remark()]) {
				assert_eq!(offer(Alice, &batch, 0), over);
			}
			for batch in batches(vec![propose(&motion), vote(&motion)]) {
				assert!(offer(Alice, &batch, 0).is_ok(), "{batch:?}");
			}

			assert_eq!(send(Alice, propose(&motion)), Ok(()));
			for who in [Alice, Bob] {
				assert_eq!(send(who, vote(&motion)), Ok(()));
			}
			assert_eq!(send(Bob, close(&motion)), Ok(()));
			assert_eq!(label_of(Alice).expires, expires);
			assert!(offer(Alice, &remark(), 0).is_ok());
			assert_eq!(offer(Bob, &remark(), 0), over);
		});
	}

	#[test]
	fn member_whose_label_is_suspended_has_no_voice() {
		chain().execute_with(|| {
			let (label, reason) = (label_of(Bob).id, SuspensionReason::Investigation);
			assert!(offer(Bob, &propose(&remark()), 0).is_ok());
			assert_ok!(Labels::suspend(RuntimeOrigin::root(), label, reason));
			assert_eq!(offer(Bob, &propose(&remark()), 0), Err(refusal(AdmissionFault::Suspended)));
		});
	}
}

#[test]
fn council_says_by_a_motion_who_is_competent_and_from_when_on() {
	chain().execute_with(|| {
		let south: Jurisdiction = "XX-S".parse().expect("a region");
		let [of_the_north, of_the_south] = [Bob, Dave].map(|who| label_of(who).id);
		let effective = System::block_number() + 10;
		let motion = RuntimeCall::Routing(pallet_routing::Call::set_route {
			jurisdiction: south,
			authority: Some(of_the_north),
			effective,
		});
		assert_eq!(dispatch(Alice, motion.clone()), Err(DispatchError::BadOrigin));
		assert_eq!(send(Alice, propose(&motion)), Ok(()));
		assert_eq!(send(Alice, vote(&motion)), Ok(()));
		assert_eq!(dispatch(Alice, close(&motion)), refused(pallet_collective::Error::TooEarly));
		assert_eq!(send(Bob, vote(&motion)), Ok(()));
		assert_eq!(send(Bob, close(&motion)), Ok(()));
		for (block, competent) in [(effective - 1, of_the_south), (effective, of_the_north)] {
			System::set_block_number(block);
			assert_eq!(Routing::competent(south), Some(competent), "block {block}");
		}
	});
}

/// Moves the label of `from` to `to`.
pub(super) fn move_label(from: Sr25519Keyring, to: Sr25519Keyring) {
	let (label, valid_until): (LabelId, u32) = (label_of(from).id, System::block_number());
	let signed_by_to = to.sign(&payload::takeover(&Here::genesis_hash(), label, &account(to), valid_until));
	let consent = OwnerSignature::Sr25519(signed_by_to);
	assert_ok!(Labels::rotate(signed(from), account(to), valid_until, consent));
}

fn members() -> Vec<AccountId> {
	Members::<Runtime, CouncilCollective>::get()
}

mod seats {
	use super::*;

	#[test]
	fn seat_moves_with_the_label_and_votes_of_the_old_key_do_not_count() {
		chain().execute_with(|| {
			let motion = enact(remark());
			assert_eq!(dispatch(Alice, propose(&motion)), Ok(()));
			assert_eq!(dispatch(Alice, vote(&motion)), Ok(()));
			move_label(Alice, Ferdie);
			let mut expected = [Ferdie, Bob, Charlie].map(account);
			expected.sort();
			assert_eq!(members(), expected);

			let no_member = refused(pallet_collective::Error::NotMember);
			assert_eq!(dispatch(Alice, vote(&motion)), no_member);
			assert_eq!(dispatch(Alice, propose(&remark())), no_member);
			assert_eq!(offer(Alice, &vote(&motion), 0), Err(refusal(AdmissionFault::KeyRetired)));

			// With the vote of the old key it would be enough.
			assert_eq!(dispatch(Bob, vote(&motion)), Ok(()));
			assert_eq!(dispatch(Bob, close(&motion)), refused(pallet_collective::Error::TooEarly));
			assert_eq!(send(Ferdie, vote(&motion)), Ok(()));
			assert_eq!(send(Ferdie, close(&motion)), Ok(()));
		});
	}

	#[test]
	fn prime_member_stays_prime_with_its_new_key_and_others_do_whoever_moves() {
		for (prime, expected) in [(Alice, Ferdie), (Bob, Bob)] {
			chain().execute_with(|| {
				Prime::<Runtime, CouncilCollective>::put(account(prime));
				move_label(Alice, Ferdie);
				assert_eq!(Prime::<Runtime, CouncilCollective>::get(), Some(account(expected)));
			});
		}
	}

	#[test]
	fn label_without_a_seat_leaves_the_council_as_it_is() {
		chain().execute_with(|| {
			let before = members();
			let weight = || System::block_weight().total();
			let unused = weight();
			move_label(Eve, Ferdie);
			assert_eq!(members(), before);
			assert_eq!(weight(), unused);
			// Who has one is accounted for.
			move_label(Alice, Sr25519Keyring::One);
			assert!(weight().all_gt(unused));
		});
	}

	#[test]
	fn validator_moves_with_the_label_and_returns_with_session_keys_of_its_own() {
		chain().execute_with(|| {
			let set = || Session::validators().into_iter().collect::<BTreeSet<_>>();
			let label = label_of(Alice).id;
			let status = || Validators::validator(label).map(|status| (status.account, status.validator.state));
			let margin = |who| Balances::total_balance_on_hold(&account(who));
			let seat = ValidatorState::Seated { since: 0 };
			super::super::rotate(2);
			assert_eq!(status(), Some((Some(account(Alice)), seat)));
			let held = margin(Alice);
			assert!(held > 0 && margin(Ferdie) == 0);
			move_label(Alice, Ferdie);
			assert_eq!(status(), Some((Some(account(Ferdie)), seat)));
			assert_eq!((margin(Alice), margin(Ferdie)), (0, held));
			super::super::rotate(2);
			assert_eq!(set(), [Bob, Charlie, Dave].map(account).into());

			let keys = session_keys(Sr25519Keyring::One, Ed25519Keyring::One);
			pallet_session::NextKeys::<Runtime>::insert(account(Ferdie), &keys);
			super::super::rotate(2);
			assert_eq!(set(), [Ferdie, Bob, Charlie, Dave].map(account).into());
		});
	}

	/// Eve, for Alice.
	fn by_proxy(call: RuntimeCall) -> RuntimeCall {
		RuntimeCall::Proxy(pallet_proxy::Call::proxy {
			real: account(Alice).into(),
			force_proxy_type: None,
			call: Box::new(call),
		})
	}

	fn let_eve_act_for_alice() {
		let added = Proxy::add_proxy(signed(Alice), account(Eve).into(), ProxyType::Any, 0);
		assert_ok!(added);
	}

	#[test]
	fn nobody_votes_for_a_member_whatever_the_vote_is_inside_of() {
		chain().execute_with(|| {
			let_eve_act_for_alice();
			assert_eq!(dispatch(Alice, propose(&remark())), Ok(()));
			let vote = vote(&remark());
			let filtered: DispatchError = frame_system::Error::<Runtime>::CallFiltered.into();
			assert_eq!(dispatch(Eve, by_proxy(vote.clone())), Ok(()));
			System::assert_has_event(RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted {
				result: Err(filtered),
			}));
			let mut inside = batches(vec![vote.clone()]).to_vec();
			inside.push(RuntimeCall::Utility(pallet_utility::Call::if_else {
				main: Box::new(vote.clone()),
				fallback: Box::new(vote.clone()),
			}));
			// A multisignature's account is another one.
			inside.push(RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 {
				other_signatories: vec![account(Eve)],
				call: Box::new(vote.clone()),
			}));
			inside.push(by_proxy(vote.clone()));
			for call in inside {
				// What comes of it, an event says.
				let _ = dispatch(Eve, by_proxy(call));
			}
			// Alice has not voted yet. When she has, she cannot again.
			assert_eq!(dispatch(Alice, vote.clone()), Ok(()));
			assert_eq!(dispatch(Alice, vote), refused(pallet_collective::Error::DuplicateVote));
		});
	}

	#[test]
	fn proxies_of_the_old_key_and_their_deposits_go_when_the_label_moves() {
		chain().execute_with(|| {
			let_eve_act_for_alice();
			// The control: until then, it is one.
			assert_eq!(dispatch(Eve, by_proxy(remark())), Ok(()));
			System::assert_has_event(RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result: Ok(()) }));
			let balance = |who| Balances::total_balance(&account(who));
			let both = balance(Alice) + balance(Ferdie);
			move_label(Alice, Ferdie);
			let not_proxy = Err(pallet_proxy::Error::<Runtime>::NotProxy.into());
			assert_eq!(dispatch(Eve, by_proxy(remark())), not_proxy);
			assert_eq!((balance(Alice), balance(Ferdie)), (0, both));
			// All but the margin is free.
			let free = Balances::reducible_balance(&account(Ferdie), Preservation::Expendable, Fortitude::Polite);
			assert_eq!(free, both - Validators::terms().margin);
		});
	}

	#[test]
	fn index_of_the_proxies_that_voted_is_not_used_again() {
		assert_eq!(ProxyType::Any.encode(), [0]);
		assert_eq!(ProxyType::Proofs.encode(), [1]);
		assert!(ProxyType::decode(&mut &[2u8][..]).is_err());
	}
}

/// One account could otherwise apply for as many as it derives, past what bounds the applications of all.
#[test]
fn account_that_signs_nothing_itself_does_not_apply() {
	chain().execute_with(|| {
		let application = || {
			Box::new(RuntimeCall::Labels(pallet_labels::Call::apply {
				dossier: DossierHash([0; 32]),
				organisation: OrganisationId([0; 32]),
				jurisdiction: "XX".parse().expect("a country"),
				roles: Roles::only(Role::Owner),
				certificate: None,
			}))
		};
		let derived = Err(pallet_labels::Error::<Runtime>::DerivedAccount.into());
		let (index, call) = (7, application());
		let pseudonym = RuntimeCall::Utility(pallet_utility::Call::as_derivative { index, call });
		assert_eq!(send(Alice, pseudonym), derived);
		let multisignature = RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 {
			other_signatories: vec![account(Bob)],
			call: application(),
		});
		assert_eq!(send(Alice, multisignature), derived);
		// The control: it is not for what is applied for.
		assert_eq!(send(Ferdie, *application()), Ok(()));
	});
}
