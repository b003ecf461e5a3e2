// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, with ten parties. Who they are, who is competent and which algorithms are good enough, tests can change.

use crate as pallet_invoices;
use chirograph_primitives::{
	invoice::{AllRules, Facts, InvoiceFault, Judge, Transaction, Verdict, WithoutConservation},
	Acceptance, AccountId, Algorithm, Algorithms, Authority, BlockNumber, Directory, Inclusion, Jurisdiction, LabelHolder,
	LabelId, Ledger, Moment, Operation, OwnerSignature, Role, Routing, SignatureScheme,
};
use core::cell::{Cell, RefCell};
use frame_support::{derive_impl, parameter_types};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, ModuleError};
use std::collections::{BTreeMap, BTreeSet};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Invoices: pallet_invoices,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

parameter_types! {
	pub const MaxSignatureValidity: BlockNumber = 100;
	pub const AcceptancePeriod: BlockNumber = 50;
}

impl pallet_invoices::Config for Test {
	type Authority = Labels;
	type Routing = Routes;
	type Algorithms = Policy;
	type Ledger = TestLedger;
	type Judge = TestJudge;
	type MaxSignatureValidity = MaxSignatureValidity;
	type AcceptancePeriod = AcceptancePeriod;
	type WeightInfo = ();
}

/// Noon of 2026-11-21 in UTC.
const GENESIS_TIME: Moment = 1_795_262_400_000;

/// Two seconds a block.
pub struct TestLedger;

impl Ledger for TestLedger {
	fn here() -> Inclusion {
		let block = System::block_number();
		Inclusion {
			block,
			extrinsic: System::extrinsic_index().unwrap_or_default(),
			time: GENESIS_TIME + u64::from(block) * 2_000,
		}
	}

	fn genesis_hash() -> [u8; 32] {
		GENESIS
	}
}

/// A label.
struct Entry {
	account: AccountId,
	/// What its key is made of.
	seed: u8,
	home: Jurisdiction,
	roles: BTreeSet<Role>,
}

thread_local! {
	static LABELS: RefCell<BTreeMap<LabelId, Entry>> = RefCell::default();
	static GUARDED: RefCell<BTreeSet<LabelId>> = RefCell::default();
	static ROUTES: RefCell<BTreeMap<Jurisdiction, LabelId>> = RefCell::default();
	static POLICY: RefCell<BTreeMap<Algorithm, Acceptance>> = RefCell::default();
	static IS_FAULTY: Cell<bool> = const { Cell::new(false) };
}

/// Sells in the north.
pub const HOSPITAL: LabelId = 1;
/// Buys.
pub const PATIENT: LabelId = 2;
/// Reimburses, in the south.
pub const EMPLOYER: LabelId = 3;
/// The tax authority of the north.
pub const NORTH: LabelId = 4;
/// The tax authority of the south.
pub const SOUTH: LabelId = 5;
/// Confirms payments.
pub const PLATFORM: LabelId = 6;
/// Submits for others.
pub const AGENT: LabelId = 7;
/// Buys, too.
pub const RELATIVE: LabelId = 8;
/// Buys, and is an enterprise of the south itself.
pub const COMPANY: LabelId = 9;
/// Sells in the south.
pub const BAKER: LabelId = 10;

/// Where each is at home, and what they may act as.
const PARTIES: [(LabelId, &str, &[Role]); 10] = [
	(HOSPITAL, "XX-N", &[Role::Taxpayer]),
	(PATIENT, "XX-N", &[Role::Owner]),
	(EMPLOYER, "XX-S", &[Role::Enterprise]),
	(NORTH, "XX-N", &[Role::TaxAuthority]),
	(SOUTH, "XX-S", &[Role::TaxAuthority]),
	(PLATFORM, "XX-N", &[Role::PaymentPlatform]),
	(AGENT, "XX-N", &[Role::BusinessPlatform]),
	(RELATIVE, "XX-N", &[Role::Owner]),
	(COMPANY, "XX-S", &[Role::Owner, Role::Enterprise]),
	(BAKER, "XX-S", &[Role::Taxpayer]),
];

pub struct Labels;

/// Errors of whoever judges roles.
pub const NOT_ADMITTED: DispatchError = error_of_labels(0);
pub const NOT_CONFIRMED: DispatchError = error_of_labels(1);

const fn error_of_labels(error: u8) -> DispatchError {
	DispatchError::Module(ModuleError {
		index: 41,
		error: [error, 0, 0, 0],
		message: None,
	})
}

impl Authority<AccountId> for Labels {
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError> {
		LABELS.with_borrow(|labels| {
			let mut found = labels
				.iter()
				.filter(|(_, entry)| entry.account == *who && entry.roles.contains(&role));
			found.next().map(|(label, _)| *label).ok_or(NOT_ADMITTED)
		})
	}

	fn ensure_confirmed(who: &AccountId, role: Role, _: Operation) -> Result<LabelId, DispatchError> {
		let label = Self::ensure(who, role)?;
		let is_guarded = GUARDED.with_borrow(|guarded| guarded.contains(&label));
		(!is_guarded).then_some(label).ok_or(NOT_CONFIRMED)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, role: Role) {
		LABELS.with_borrow_mut(|labels| {
			let known = labels.values_mut().find(|entry| entry.account == *who);
			if let Some(entry) = known {
				entry.roles.insert(role);
				return;
			}
			let entry = Entry {
				account: who.clone(),
				seed: 0,
				home: place("XX-N"),
				roles: BTreeSet::from([role]),
			};
			let last = labels.keys().next_back().copied().unwrap_or_default();
			labels.insert(last + 1, entry);
		});
	}
}

impl Directory for Labels {
	fn holder(label: LabelId, role: Role) -> Result<LabelHolder, DispatchError> {
		LABELS.with_borrow(|labels| {
			let found = labels
				.get(&label)
				.filter(|entry| entry.roles.contains(&role))
				.ok_or(NOT_ADMITTED)?;
			Ok(LabelHolder {
				account: found.account.clone(),
				home: found.home,
			})
		})
	}

	fn holder_confirmed(label: LabelId, role: Role, operation: Operation) -> Result<LabelHolder, DispatchError> {
		let holder = Self::holder(label, role)?;
		Self::ensure_confirmed(&holder.account, role, operation)?;
		Ok(holder)
	}
}

pub struct Routes;

impl Routing for Routes {
	fn competent(home: &Jurisdiction) -> Option<LabelId> {
		let country = Jurisdiction { region: [0; 3], ..*home };
		ROUTES.with_borrow(|routes| routes.get(home).or_else(|| routes.get(&country)).copied())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn appoint(home: Jurisdiction, authority: LabelId) {
		ROUTES.with_borrow_mut(|routes| routes.insert(home, authority));
	}
}

pub struct Policy;

impl Algorithms for Policy {
	fn judge(algorithm: Algorithm) -> Acceptance {
		POLICY.with_borrow(|policy| policy.get(&algorithm).copied().unwrap_or(Acceptance::Accepted))
	}
}

/// By all rules, unless a test wants a mistake.
pub struct TestJudge;

impl Judge for TestJudge {
	fn judge(transaction: &Transaction, facts: &Facts) -> Result<Verdict, InvoiceFault> {
		if IS_FAULTY.get() {
			WithoutConservation::judge(transaction, facts)
		} else {
			AllRules::judge(transaction, facts)
		}
	}
}

pub fn place(name: &str) -> Jurisdiction {
	name.parse().expect("tests name places that can be")
}

/// From now on, nobody checks whether value is conserved.
pub fn make_a_mistake() {
	IS_FAULTY.set(true);
}

/// From now on, the label can act in this role no more.
pub fn dismiss(label: LabelId, role: Role) {
	LABELS.with_borrow_mut(|labels| labels.get_mut(&label).expect("it is a party").roles.remove(&role));
}

/// From now on, to give something away takes a confirmation, which nobody gives.
pub fn guard(label: LabelId) {
	GUARDED.with_borrow_mut(|guarded| guarded.insert(label));
}

/// From now on, it takes none, or it was given.
pub fn confirm(label: LabelId) {
	GUARDED.with_borrow_mut(|guarded| guarded.remove(&label));
}

/// From now on, the key made of `seed` holds the label.
pub fn move_label(label: LabelId, seed: u8) {
	LABELS.with_borrow_mut(|labels| {
		let entry = labels.get_mut(&label).expect("it is a party");
		entry.account = Key::new(seed).account();
		entry.seed = seed;
	});
}

/// From now on, this authority is competent there, or none is.
pub fn set_route(home: &str, authority: Option<LabelId>) {
	ROUTES.with_borrow_mut(|routes| match authority {
		Some(authority) => routes.insert(place(home), authority),
		None => routes.remove(&place(home)),
	});
}

/// From now on, the algorithm is as good as that.
pub fn set_algorithm(algorithm: Algorithm, acceptance: Acceptance) {
	POLICY.with_borrow_mut(|policy| policy.insert(algorithm, acceptance));
}

/// The key that holds a label now.
pub fn key_of(label: LabelId) -> Key {
	Key::new(LABELS.with_borrow(|labels| labels[&label].seed))
}

pub fn account_of(label: LabelId) -> AccountId {
	LABELS.with_borrow(|labels| labels[&label].account.clone())
}

pub const GENESIS: [u8; 32] = [0x47; 32];
pub const NOW: BlockNumber = 10;

/// A new chain, and everybody is who they were.
pub fn new_test_ext() -> sp_io::TestExternalities {
	let parties = PARTIES.map(|(label, home, roles)| {
		// Seeds are the labels' numbers, which are small.
		let seed = label as u8;
		let entry = Entry {
			account: Key::new(seed).account(),
			seed,
			home: place(home),
			roles: roles.iter().copied().collect(),
		};
		(label, entry)
	});
	LABELS.set(parties.into());
	GUARDED.take();
	ROUTES.set([(place("XX-N"), NORTH), (place("XX-S"), SOUTH)].into());
	POLICY.take();
	IS_FAULTY.set(false);

	let storage = frame_system::GenesisConfig::<Test>::default()
		.build_storage()
		.expect("the genesis of System is valid");
	let mut ext = sp_io::TestExternalities::new(storage);
	#[cfg(feature = "runtime-benchmarks")]
	ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
	ext.execute_with(|| {
		System::set_block_number(NOW);
		System::set_extrinsic_index(3);
	});
	ext
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Invoices::do_try_state().expect("all invariants hold after every test");
	});
}

/// A key pair of any scheme.
#[allow(clippy::large_enum_variant)]
pub enum Key {
	Ecdsa(ecdsa::Pair),
	Sr25519(sr25519::Pair),
	Ed25519(ed25519::Pair),
}

impl Key {
	/// Seeds take turns with schemes.
	pub fn new(seed: u8) -> Self {
		match seed % 3 {
			0 => Self::Ecdsa(Pair::from_seed(&[seed; 32])),
			1 => Self::Sr25519(Pair::from_seed(&[seed; 32])),
			_ => Self::Ed25519(Pair::from_seed(&[seed; 32])),
		}
	}

	pub fn account(&self) -> AccountId {
		AccountId::new(match self {
			Self::Ecdsa(pair) => blake2_256(pair.public().as_ref()),
			Self::Sr25519(pair) => pair.public().0,
			Self::Ed25519(pair) => pair.public().0,
		})
	}

	pub fn scheme(&self) -> SignatureScheme {
		match self {
			Self::Ecdsa(_) => SignatureScheme::Ecdsa,
			Self::Sr25519(_) => SignatureScheme::Sr25519,
			Self::Ed25519(_) => SignatureScheme::Ed25519,
		}
	}

	pub fn sign(&self, payload: &[u8]) -> OwnerSignature {
		match self {
			Self::Ecdsa(pair) => OwnerSignature::Ecdsa(pair.sign_prehashed(&sha2_256(payload))),
			Self::Sr25519(pair) => OwnerSignature::Sr25519(pair.sign(payload)),
			Self::Ed25519(pair) => OwnerSignature::Ed25519(pair.sign(payload)),
		}
	}
}
