// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, in which labels are those of the time services that a test names, and whoever made blocks holds one too.

use crate::{self as pallet_timekeeping, NotedBlock, NotedBlocks};
use chirograph_primitives::{
	incident::IncidentKind,
	time::{Beacon, Sample, TimeTerms},
	AccountId, Authority, BlockNumber, Directory, Identities, Identity, IncidentId, IncidentRegistry, Inclusion, LabelHolder,
	LabelId, Ledger, Moment, Operation, OrganisationId, Role,
};
use core::cell::{Cell, RefCell};
use frame_support::{
	derive_impl,
	pallet_prelude::DispatchResult,
	traits::{ConstU32, Get, OnTimestampSet},
};
use sp_runtime::{testing::H256, traits::IdentityLookup, BuildStorage, DispatchError, ModuleError};
use std::collections::BTreeSet;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Timekeeping: pallet_timekeeping,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type BlockHashCount = ConstU32<4_096>;
}

impl pallet_timekeeping::Config for Test {
	type Authority = Labels;
	type Ledger = TestLedger;
	type Incidents = Recorded;
	type Author = Maker;
	type WeightInfo = ();
}

/// Two seconds a block.
pub struct TestLedger;

impl Ledger for TestLedger {
	fn here() -> Inclusion {
		let block = System::block_number();
		Inclusion {
			block,
			extrinsic: System::extrinsic_index().unwrap_or_default(),
			time: due(block),
		}
	}

	fn genesis_hash() -> [u8; 32] {
		System::block_hash(0).0
	}
}

/// Noon of 2026-11-21 in UTC.
const GENESIS_TIME: Moment = 1_795_262_400_000;

/// When a block is due.
pub fn due(block: BlockNumber) -> Moment {
	GENESIS_TIME + Moment::from(block) * 2_000
}

thread_local! {
	static SERVICES: RefCell<BTreeSet<LabelId>> = RefCell::default();
	static INCIDENTS: RefCell<Vec<(IncidentKind, Option<LabelId>)>> = RefCell::default();
	static MAKER: Cell<Option<LabelId>> = Cell::default();
}

pub struct Labels;

/// The error of whoever judges roles.
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

impl Directory for Labels {
	fn holder(label: LabelId, role: Role) -> Result<LabelHolder, DispatchError> {
		let is_service = SERVICES.with_borrow(|services| services.contains(&label));
		if !is_service || role != Role::TimeService {
			return Err(NOT_ADMITTED);
		}
		Ok(LabelHolder {
			account: account_of(label),
			home: "DE".parse().expect("a country"),
		})
	}

	fn holder_confirmed(label: LabelId, role: Role, _: Operation) -> Result<LabelHolder, DispatchError> {
		Self::holder(label, role)
	}
}

impl Authority<AccountId> for Labels {
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError> {
		let label = label_of(who);
		Self::holder(label, role).map(|_| label)
	}

	fn ensure_confirmed(who: &AccountId, role: Role, _: Operation) -> Result<LabelId, DispatchError> {
		Self::ensure(who, role)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, _: Role) {
		admit(label_of(who));
	}
}

impl Identities for Labels {
	fn label_of(account: &AccountId) -> Option<LabelId> {
		Some(label_of(account)).filter(|label| *label != STRANGER)
	}

	fn account_of(label: LabelId) -> Option<AccountId> {
		Some(account_of(label))
	}

	fn identity(label: LabelId) -> Option<Identity> {
		let first = if label == ANNAS_OTHER { ANNA } else { label };
		let mut organisation = [0; 32];
		organisation[..4].copy_from_slice(&first.to_le_bytes());
		Some(Identity {
			label,
			organisation: OrganisationId(organisation),
			home: "DE".parse().expect("a country"),
		})
	}
}

/// Remembers what is recorded.
pub struct Recorded;

impl IncidentRegistry for Recorded {
	fn record(what: IncidentKind, label: Option<LabelId>, contained: bool) -> IncidentId {
		assert!(!contained, "nobody is suspended for a clock");
		INCIDENTS.with_borrow_mut(|incidents| {
			incidents.push((what, label));
			incidents.len() as IncidentId - 1
		})
	}
}

/// What was recorded since the last look.
pub fn incidents() -> Vec<(IncidentKind, Option<LabelId>)> {
	INCIDENTS.take()
}

/// Who makes blocks now.
pub struct Maker;

impl Get<Option<AccountId>> for Maker {
	fn get() -> Option<AccountId> {
		MAKER.get().map(account_of)
	}
}

pub const NOW: BlockNumber = 100;
/// As many blocks as a beacon may be old.
pub const FRESHNESS: BlockNumber = 20;
/// In milliseconds.
pub const BOUND: u32 = 2_000;
/// Time services.
pub const ANNA: LabelId = 1;
pub const BRUNO: LabelId = 2;
pub const CLARA: LabelId = 3;
/// Makes blocks, and is no time service.
pub const DORA: LabelId = 4;
/// The label of an account that has none.
pub const STRANGER: LabelId = 5;
/// Another label of Anna's organisation.
pub const ANNAS_OTHER: LabelId = 6;

/// From now on, the label is a time service's.
pub fn admit(label: LabelId) {
	SERVICES.with_borrow_mut(|services| services.insert(label));
}

/// From now on, the label is no time service's.
pub fn dismiss(label: LabelId) {
	SERVICES.with_borrow_mut(|services| services.remove(&label));
}

pub fn hash_of(block: BlockNumber) -> [u8; 32] {
	let mut hash = [0xb1; 32];
	hash[..4].copy_from_slice(&block.to_le_bytes());
	hash
}

/// Goes to the next block, whose time is so many milliseconds ahead of when it is due.
pub fn next_block(maker: Option<LabelId>, ahead: i64) {
	let block = System::block_number() + 1;
	System::set_block_number(block);
	frame_system::BlockHash::<Test>::insert(block - 1, H256(hash_of(block - 1)));
	MAKER.set(maker);
	let time = due(block).checked_add_signed(ahead).expect("long after the epoch");
	Timekeeping::on_timestamp_set(time);
}

/// Goes on by so many blocks, by Dora and on time.
pub fn pass(blocks: BlockNumber) {
	for _ in 0..blocks {
		next_block(Some(DORA), 0);
	}
}

/// What a service says of a block by whose time it was `drift` milliseconds earlier.
pub fn beacon_on(block: BlockNumber, drift: i64, uncertainty: u32) -> Beacon {
	let noted: Option<NotedBlock> = NotedBlocks::<Test>::get(crate::functions::place(block));
	let time = noted.map_or_else(|| due(block), |noted| noted.time);
	Beacon {
		block,
		hash: hash_of(block),
		time: time.checked_add_signed(-drift).expect("long after the epoch"),
		uncertainty,
	}
}

/// Posts a beacon about the block before this one.
pub fn post(service: LabelId, drift: i64, uncertainty: u32) -> DispatchResult {
	let beacon = beacon_on(System::block_number() - 1, drift, uncertainty);
	Timekeeping::beacon(RuntimeOrigin::signed(account_of(service)), beacon)
}

/// What the above comes to.
pub fn sample(service: LabelId, drift: i64, uncertainty: u32) -> Sample {
	Sample {
		service,
		block: System::block_number() - 1,
		drift,
		uncertainty,
	}
}

/// A network with these terms.
pub fn found(terms: TimeTerms) -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		timekeeping: pallet_timekeeping::GenesisConfig {
			terms,
			..Default::default()
		},
		..Default::default()
	};
	genesis.build_storage().expect("what is refused panics").into()
}

/// A network with three services, two of which it takes, some blocks after genesis.
pub fn new_test_ext() -> sp_io::TestExternalities {
	SERVICES.take();
	incidents();
	for service in [ANNA, BRUNO, CLARA] {
		admit(service);
	}
	let mut ext = found(TimeTerms {
		bound: BOUND,
		services: 2,
		freshness: FRESHNESS,
	});
	ext.execute_with(|| pass(NOW));
	ext
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Timekeeping::do_try_state().expect("all invariants hold after every test");
	});
}
