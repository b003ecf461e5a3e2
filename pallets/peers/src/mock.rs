// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, in which labels can be used that a test names. Holders have nodes, and nodes have keys.

use crate as pallet_peers;
use chirograph_primitives::{payload, AccountId, BlockNumber, Inclusion, LabelId, Ledger, Membership, PeerKey, Voters};
use core::cell::RefCell;
use frame_support::{derive_impl, pallet_prelude::DispatchResult};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, ModuleError};
use std::collections::BTreeSet;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Peers: pallet_peers,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

impl pallet_peers::Config for Test {
	type Authority = Labels;
	type Voters = Validators;
	type Ledger = TestLedger;
	type WeightInfo = ();
}

/// Two seconds a block since the epoch.
pub struct TestLedger;

impl Ledger for TestLedger {
	fn here() -> Inclusion {
		let block = System::block_number();
		Inclusion {
			block,
			extrinsic: System::extrinsic_index().unwrap_or_default(),
			time: u64::from(block) * 2_000,
		}
	}

	fn genesis_hash() -> [u8; 32] {
		System::block_hash(0).0
	}
}

thread_local! {
	static USABLE: RefCell<BTreeSet<LabelId>> = RefCell::default();
	static VOTERS: RefCell<BTreeSet<LabelId>> = RefCell::default();
}

pub struct Labels;

/// The error of whoever judges labels.
pub const NOT_ADMITTED: DispatchError = DispatchError::Module(ModuleError {
	index: 41,
	error: [0; 4],
	message: None,
});

/// The account of a label begins with its number.
pub fn account_of(label: LabelId) -> AccountId {
	let mut account = [0; 32];
	account[..4].copy_from_slice(&label.to_le_bytes());
	account.into()
}

fn label_of(account: &AccountId) -> LabelId {
	let [a, b, c, d, ..] = *<AccountId as AsRef<[u8; 32]>>::as_ref(account);
	LabelId::from_le_bytes([a, b, c, d])
}

impl Membership<AccountId> for Labels {
	fn ensure_member(who: &AccountId) -> Result<LabelId, DispatchError> {
		let label = label_of(who);
		Self::is_member(label).then_some(label).ok_or(NOT_ADMITTED)
	}

	fn is_member(label: LabelId) -> bool {
		USABLE.with_borrow(|usable| usable.contains(&label))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit_member(who: &AccountId) {
		admit(label_of(who));
	}
}

pub struct Validators;

impl Voters for Validators {
	fn voters() -> BTreeSet<LabelId> {
		VOTERS.with_borrow(Clone::clone)
	}

	fn has_stake(label: LabelId) -> bool {
		Self::voters().contains(&label)
	}
}

pub const NOW: BlockNumber = 100;
pub const GENESIS: [u8; 32] = [0x47; 32];
pub const ANNA: LabelId = 1;
pub const BRUNO: LabelId = 2;
/// Of nobody.
pub const STRANGER: LabelId = 3;

/// From now on, the label can be used.
pub fn admit(label: LabelId) {
	USABLE.with_borrow_mut(|usable| usable.insert(label));
}

/// From now on, the label cannot be used.
pub fn suspend(label: LabelId) {
	USABLE.with_borrow_mut(|usable| usable.remove(&label));
}

/// From now on, the network depends on the votes of these labels, and on no others.
pub fn have_vote(labels: &[LabelId]) {
	VOTERS.set(labels.iter().copied().collect());
}

pub fn key(node: u8) -> ed25519::Pair {
	Pair::from_seed(&[node; 32])
}

pub fn peer(node: u8) -> PeerKey {
	PeerKey(key(node).public().0)
}

pub fn signed(label: LabelId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account_of(label))
}

/// Adds a node whose key says that it is the label's.
pub fn add(label: LabelId, node: u8) -> DispatchResult {
	let signature = key(node).sign(&payload::peer(&GENESIS, label)).0;
	Peers::add_peer(signed(label), peer(node), signature)
}

/// A network with these nodes.
pub fn found(closed: bool, members: Vec<(AccountId, PeerKey)>) -> sp_io::TestExternalities {
	USABLE.take();
	VOTERS.take();
	for label in [ANNA, BRUNO] {
		admit(label);
	}
	let genesis = RuntimeGenesisConfig {
		peers: pallet_peers::GenesisConfig {
			closed,
			members,
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(genesis.build_storage().expect("what is refused panics"));
	#[cfg(feature = "runtime-benchmarks")]
	ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
	ext.execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, H256(GENESIS));
		System::set_block_number(NOW);
	});
	ext
}

/// A closed network in which nobody has a node.
pub fn new_test_ext() -> sp_io::TestExternalities {
	found(true, Vec::new())
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Peers::do_try_state().expect("all invariants hold after every test");
	});
}
