// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, in which labels are those of the tax authorities that a test names.

use crate as pallet_routing;
use chirograph_primitives::{
	AccountId, Authority, BlockNumber, Directory, Inclusion, Jurisdiction, LabelHolder, LabelId, Ledger, Operation, Role,
};
use core::cell::RefCell;
use frame_support::{derive_impl, pallet_prelude::DispatchResult};
use frame_system::EnsureRoot;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, ModuleError};
use std::collections::BTreeMap;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Routing: pallet_routing,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

impl pallet_routing::Config for Test {
	type Authority = Labels;
	type Ledger = TestLedger;
	type RouteOrigin = EnsureRoot<AccountId>;
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
	/// Tax authorities, and where they are at home.
	static AUTHORITIES: RefCell<BTreeMap<LabelId, Jurisdiction>> = RefCell::default();
}

pub struct Labels;

/// The error of whoever judges roles.
pub const NOT_ADMITTED: DispatchError = DispatchError::Module(ModuleError {
	index: 41,
	error: [0; 4],
	message: None,
});

/// The account of a label begins with its number.
fn account_of(label: LabelId) -> AccountId {
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
		let home = AUTHORITIES.with_borrow(|authorities| authorities.get(&label).copied());
		let home = home.filter(|_| role == Role::TaxAuthority).ok_or(NOT_ADMITTED)?;
		Ok(LabelHolder {
			account: account_of(label),
			home,
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
		admit(label_of(who), germany());
	}
}

/// From now on, the label is that of a tax authority that is at home there.
pub fn admit(label: LabelId, home: Jurisdiction) {
	AUTHORITIES.with_borrow_mut(|authorities| authorities.insert(label, home));
}

/// From now on, the label is no tax authority's.
pub fn dismiss(label: LabelId) {
	AUTHORITIES.with_borrow_mut(|authorities| authorities.remove(&label));
}

pub const NOW: BlockNumber = 100;
/// The authority of all of Germany.
pub const BERLIN: LabelId = 1;
/// Another one, in Bavaria.
pub const MUNICH: LabelId = 2;
/// A third one, at home in Saxony.
pub const DRESDEN: LabelId = 3;
/// The authority of France.
pub const PARIS: LabelId = 4;
/// Of no authority.
pub const NOBODY: LabelId = 5;

pub fn place(text: &str) -> Jurisdiction {
	text.parse().expect("a country, or a region")
}

pub fn germany() -> Jurisdiction {
	place("DE")
}

pub fn bavaria() -> Jurisdiction {
	place("DE-BY")
}

/// The council speaks.
pub fn set(jurisdiction: Jurisdiction, authority: Option<LabelId>, effective: BlockNumber) -> DispatchResult {
	Routing::set_route(RuntimeOrigin::root(), jurisdiction, authority, effective)
}

/// Goes to another block.
pub fn at(block: BlockNumber) {
	System::set_block_number(block);
}

/// Who is competent there in a block, by what is said now.
pub fn competent_at(block: BlockNumber, home: Jurisdiction) -> Option<LabelId> {
	let now = System::block_number();
	at(block);
	let competent = Routing::competent(home);
	at(now);
	competent
}

/// A network with these routes.
pub fn found(routes: Vec<(Jurisdiction, LabelId)>) -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		routing: pallet_routing::GenesisConfig {
			routes,
			..Default::default()
		},
		..Default::default()
	};
	genesis.build_storage().expect("what is refused panics").into()
}

/// A network in which there are authorities, and nothing is said of any.
pub fn new_test_ext() -> sp_io::TestExternalities {
	AUTHORITIES.take();
	for (label, home) in [(BERLIN, "DE"), (MUNICH, "DE-BY"), (DRESDEN, "DE-SN"), (PARIS, "FR")] {
		admit(label, place(home));
	}
	let mut ext = found(Vec::new());
	ext.execute_with(|| at(NOW));
	ext
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Routing::do_try_state().expect("all invariants hold after every test");
	});
}
