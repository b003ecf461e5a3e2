// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, with people each of whom has a label. Which of them are suspended, the mock remembers.

use crate::{self as pallet_incidents, Suspension};
use chirograph_primitives::{
	incident::{IncidentKind, ReportCode},
	AccountId, Authority, BlockNumber, DocumentHash, Identities, Identity, Inclusion, LabelId, Ledger, Operation, OrganisationId,
	Role,
};
use core::cell::RefCell;
use frame_support::{derive_impl, pallet_prelude::DispatchResult, weights::Weight};
use frame_system::{ensure_root, ensure_signed};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, ModuleError};
use std::collections::{BTreeMap, BTreeSet};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Incidents: pallet_incidents,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

impl pallet_incidents::Config for Test {
	type Authority = Labels;
	type Ledger = TestLedger;
	type Suspend = Labels;
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

pub const NOW: BlockNumber = 100;
pub const REGULATOR: LabelId = 1;
pub const AUDITOR: LabelId = 2;
pub const VALIDATOR: LabelId = 3;
pub const TIME_SERVICE: LabelId = 4;
pub const AUTHORITY: LabelId = 5;
/// Neither reports nor judges.
pub const PLATFORM: LabelId = 6;
/// Of the same organisation as the auditor.
pub const SISTER: LabelId = 7;
/// There is none of this number.
pub const NOBODY: LabelId = 8;
pub const LOGS: DocumentHash = DocumentHash([0x10; 32]);

thread_local! {
	static ROLES: RefCell<BTreeMap<LabelId, BTreeSet<Role>>> = RefCell::default();
	static SUSPENDED: RefCell<BTreeSet<LabelId>> = RefCell::default();
}

pub struct Labels;

/// The error of whoever judges roles.
pub const NOT_ADMITTED: DispatchError = DispatchError::Module(ModuleError {
	index: 41,
	error: [0; 4],
	message: None,
});
/// The error of whoever suspends.
pub const NOT_YOURS: DispatchError = DispatchError::Module(ModuleError {
	index: 41,
	error: [1, 0, 0, 0],
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

/// From now on the label has this role.
pub fn admit(label: LabelId, role: Role) {
	ROLES.with_borrow_mut(|roles| roles.entry(label).or_default().insert(role));
}

pub fn is_suspended(label: LabelId) -> bool {
	SUSPENDED.with_borrow(|suspended| suspended.contains(&label))
}

/// Each label is of an organisation of its own, but for the auditor's sister.
fn organisation_of(label: LabelId) -> OrganisationId {
	let of = if label == SISTER { AUDITOR } else { label };
	let [a, b, c, d] = of.to_le_bytes();
	let mut organisation = [0; 32];
	organisation[..4].copy_from_slice(&[a, b, c, d]);
	OrganisationId(organisation)
}

impl Identities for Labels {
	fn label_of(account: &AccountId) -> Option<LabelId> {
		Some(label_of(account))
	}

	fn account_of(label: LabelId) -> Option<AccountId> {
		Some(account_of(label))
	}

	fn identity(label: LabelId) -> Option<Identity> {
		let is_there = ROLES.with_borrow(|roles| roles.contains_key(&label));
		is_there.then(|| Identity {
			label,
			organisation: organisation_of(label),
			home: "DE".parse().expect("a country"),
		})
	}
}

impl Authority<AccountId> for Labels {
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError> {
		let label = label_of(who);
		let has_role = ROLES.with_borrow(|roles| roles.get(&label).is_some_and(|roles| roles.contains(&role)));
		(has_role && !is_suspended(label)).then_some(label).ok_or(NOT_ADMITTED)
	}

	fn ensure_confirmed(who: &AccountId, role: Role, _: Operation) -> Result<LabelId, DispatchError> {
		Self::ensure(who, role)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, role: Role) {
		admit(label_of(who), role);
	}
}

/// Regulators suspend everybody, and nobody else does but the council.
impl Suspension<RuntimeOrigin> for Labels {
	fn suspend(origin: RuntimeOrigin, label: LabelId) -> DispatchResult {
		if ensure_root(origin.clone()).is_err() {
			let who = ensure_signed(origin)?;
			Self::ensure(&who, Role::Regulator).map_err(|_| NOT_YOURS)?;
		}
		SUSPENDED.with_borrow_mut(|suspended| suspended.insert(label));
		Ok(())
	}

	fn weight() -> Weight {
		Weight::from_parts(7, 0)
	}
}

pub fn signed(label: LabelId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account_of(label))
}

/// Reports an attack.
pub fn report(by: LabelId, label: Option<LabelId>) -> DispatchResult {
	Incidents::report(signed(by), ReportCode::Attack, label, LOGS)
}

/// What the report above is.
pub fn attack(by: LabelId) -> IncidentKind {
	let code = ReportCode::Attack;
	IncidentKind::Reported { code, by }
}

/// Goes to another block.
pub fn at(block: BlockNumber) {
	System::set_block_number(block);
	System::set_extrinsic_index(1);
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	ROLES.take();
	SUSPENDED.take();
	for (label, role) in [
		(REGULATOR, Role::Regulator),
		(AUDITOR, Role::Auditor),
		(VALIDATOR, Role::Validator),
		(TIME_SERVICE, Role::TimeService),
		(AUTHORITY, Role::CertificateAuthority),
		(PLATFORM, Role::BusinessPlatform),
		(SISTER, Role::BusinessPlatform),
	] {
		admit(label, role);
	}
	let genesis = RuntimeGenesisConfig::default();
	let mut ext: sp_io::TestExternalities = genesis.build_storage().expect("this genesis is valid").into();
	ext.execute_with(|| at(NOW));
	ext
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Incidents::do_try_state().expect("all invariants hold after every test");
	});
}
