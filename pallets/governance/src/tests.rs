// SPDX-License-Identifier: Apache-2.0

//! With the real collective: three members, of whom two are the quorum.

use crate as pallet_governance;
use crate::Event;
use frame_support::{
	assert_noop, assert_ok, derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{ConstU32, ConstU64},
	weights::Weight,
};
use frame_system::{EnsureRoot, RawOrigin};
use pallet_collective::{DefaultVote, EnsureMembers};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	BuildStorage, DispatchError,
};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Council: pallet_collective,
		Governance: pallet_governance,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

/// Who does not vote is not for it.
pub struct Abstention;

impl DefaultVote for Abstention {
	fn default_vote(_: Option<bool>, _: u32, _: u32, _: u32) -> bool {
		false
	}
}

parameter_types! {
	pub MaxProposalWeight: Weight = Weight::MAX;
}

impl pallet_collective::Config for Test {
	type RuntimeOrigin = RuntimeOrigin;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type MotionDuration = ConstU64<10>;
	type MaxProposals = ConstU32<10>;
	type MaxMembers = ConstU32<10>;
	type DefaultVote = Abstention;
	type WeightInfo = ();
	type SetMembersOrigin = EnsureRoot<u64>;
	type MaxProposalWeight = MaxProposalWeight;
	type DisapproveOrigin = EnsureRoot<u64>;
	type KillOrigin = EnsureRoot<u64>;
	type Consideration = ();
}

impl pallet_governance::Config for Test {
	type RuntimeCall = RuntimeCall;
	type QuorumOrigin = EnsureMembers<u64, (), 2>;
	type WeightInfo = ();
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		council: pallet_collective::GenesisConfig {
			members: vec![1, 2, 3],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(genesis.build_storage().expect("three members fit"));
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// A call that only Root may make, and that leaves a trace.
fn root_call() -> RuntimeCall {
	frame_system::Call::set_storage {
		items: vec![(b"trace".to_vec(), b"here".to_vec())],
	}
	.into()
}

fn enact(call: RuntimeCall) -> RuntimeCall {
	crate::Call::enact { call: Box::new(call) }.into()
}

fn trace() -> bool {
	sp_io::storage::get(b"trace").is_some()
}

fn enacted() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Governance(event) => Some(event),
		_ => None,
	});
	events.collect()
}

/// Lets `voters` vote for `call` and closes the motion.
fn motion(call: RuntimeCall, voters: &[u64]) -> frame_support::dispatch::DispatchResult {
	let (hash, threshold) = (BlakeTwo256::hash_of(&call), voters.len() as u32);
	let (weight, length) = (
		call.get_dispatch_info().call_weight,
		codec::Encode::encoded_size(&call) as u32,
	);
	Council::propose(RuntimeOrigin::signed(voters[0]), threshold, Box::new(call), length).map_err(|failure| failure.error)?;
	for voter in voters {
		Council::vote(RuntimeOrigin::signed(*voter), hash, 0, true).map_err(|failure| failure.error)?;
	}
	Council::close(RuntimeOrigin::signed(voters[0]), hash, 0, weight, length)
		.map(|_| ())
		.map_err(|failure| failure.error)
}

#[test]
fn quorum_acts_as_root() {
	new_test_ext().execute_with(|| {
		assert_ok!(motion(enact(root_call()), &[1, 3]));
		assert!(trace());
		assert_eq!(enacted(), [Event::Enacted { result: Ok(()) }]);
	});
}

#[test]
fn single_member_does_not() {
	new_test_ext().execute_with(|| {
		// A motion with a threshold of one is dispatched at once, with one member's origin.
		let call = enact(root_call());
		let length = codec::Encode::encoded_size(&call) as u32;
		assert_ok!(Council::propose(RuntimeOrigin::signed(1), 1, Box::new(call), length));
		assert!(!trace());
		assert_eq!(enacted(), []);
	});
}

#[test]
fn no_account_root_or_nobody_may_enact() {
	new_test_ext().execute_with(|| {
		for origin in [RawOrigin::Signed(1), RawOrigin::Root, RawOrigin::None] {
			assert_noop!(
				Governance::enact(RuntimeOrigin::from(origin), Box::new(root_call())),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn failure_of_the_inner_call_is_reported() {
	new_test_ext().execute_with(|| {
		assert_ok!(motion(enact(call_for_members()), &[1, 2]));
		let failure = DispatchError::BadOrigin;
		assert_eq!(enacted(), [Event::Enacted { result: Err(failure) }]);
	});
}

/// A call that Root may not make.
fn call_for_members() -> RuntimeCall {
	pallet_collective::Call::vote {
		proposal: Default::default(),
		index: 0,
		approve: true,
	}
	.into()
}
