// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, in which an account is admitted to the roles that a test gives it.

use crate as pallet_proofs;
use chirograph_primitives::{
	payload, AccountId, Authority, BlockNumber, EvidenceHash, Inclusion, LabelId, Ledger, Operation, OwnerSignature, Record,
	Role, Schema, SignatureScheme, Status, Subject,
};
use core::cell::RefCell;
use frame_support::{derive_impl, parameter_types};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError};
use std::collections::{BTreeMap, BTreeSet};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Proofs: pallet_proofs,
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
}

impl pallet_proofs::Config for Test {
	type Authority = Labels;
	type Ledger = TestLedger;
	type MaxSignatureValidity = MaxSignatureValidity;
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
	static ADMITTED: RefCell<BTreeSet<(AccountId, Role)>> = RefCell::default();
	static GUARDED: RefCell<BTreeSet<(AccountId, Operation)>> = RefCell::default();
	static MOVED: RefCell<BTreeMap<AccountId, LabelId>> = RefCell::default();
}

pub struct Labels;

pub const NOT_ADMITTED: DispatchError = DispatchError::Other("not admitted");
pub const NOT_CONFIRMED: DispatchError = DispatchError::Other("not confirmed");

impl Authority<AccountId> for Labels {
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError> {
		ADMITTED
			.with_borrow(|admitted| admitted.contains(&(who.clone(), role)))
			.then(|| label_of(who))
			.ok_or(NOT_ADMITTED)
	}

	fn ensure_confirmed(who: &AccountId, role: Role, operation: Operation) -> Result<LabelId, DispatchError> {
		let label = Self::ensure(who, role)?;
		let is_guarded = GUARDED.with_borrow(|guarded| guarded.contains(&(who.clone(), operation)));
		(!is_guarded).then_some(label).ok_or(NOT_CONFIRMED)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, role: Role) {
		admit(who, role);
	}
}

pub fn admit(who: &AccountId, role: Role) {
	ADMITTED.with_borrow_mut(|admitted| admitted.insert((who.clone(), role)));
}

/// From now on, this takes a confirmation, which nobody gives.
pub fn guard(who: &AccountId, operation: Operation) {
	GUARDED.with_borrow_mut(|guarded| guarded.insert((who.clone(), operation)));
}

/// From now on, this takes no confirmation, or it was given.
pub fn unguard(who: &AccountId, operation: Operation) {
	GUARDED.with_borrow_mut(|guarded| guarded.remove(&(who.clone(), operation)));
}

/// From now on, `to` has the label and the roles of `from`, who has neither any more.
pub fn move_label(from: &AccountId, to: &AccountId) {
	let label = label_of(from);
	MOVED.with_borrow_mut(|moved| moved.insert(to.clone(), label));
	let theirs = |admitted: &mut BTreeSet<(AccountId, Role)>| admitted.extract_if(.., |(who, _)| who == from).collect::<Vec<_>>();
	for (_, role) in ADMITTED.with_borrow_mut(theirs) {
		admit(to, role);
	}
}

/// Everybody has one, and no two have the same at a time.
pub fn label_of(who: &AccountId) -> LabelId {
	if let Some(label) = MOVED.with_borrow(|moved| moved.get(who).copied()) {
		return label;
	}
	let [a, b, c, d, ..] = *<AccountId as AsRef<[u8; 32]>>::as_ref(who);
	LabelId::from_le_bytes([a, b, c, d])
}

pub const GENESIS: [u8; 32] = [0x47; 32];
pub const NOW: BlockNumber = 10;
pub const SUBJECT: Subject = Subject([1; 32]);
pub const EVIDENCE: EvidenceHash = EvidenceHash([2; 32]);

pub fn new_test_ext() -> sp_io::TestExternalities {
	let storage = frame_system::GenesisConfig::<Test>::default()
		.build_storage()
		.expect("the genesis of System is valid");
	let mut ext = sp_io::TestExternalities::new(storage);
	#[cfg(feature = "runtime-benchmarks")]
	ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
	ext.execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, H256(GENESIS));
		System::set_block_number(NOW);
		System::set_extrinsic_index(3);
	});
	ext
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	ADMITTED.take();
	GUARDED.take();
	MOVED.take();
	new_test_ext().execute_with(|| {
		test();
		Proofs::do_try_state().expect("all invariants hold after every test");
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
	pub fn new(scheme: SignatureScheme, seed: u8) -> Self {
		match scheme {
			SignatureScheme::Ecdsa => Self::Ecdsa(Pair::from_seed(&[seed; 32])),
			SignatureScheme::Sr25519 => Self::Sr25519(Pair::from_seed(&[seed; 32])),
			SignatureScheme::Ed25519 => Self::Ed25519(Pair::from_seed(&[seed; 32])),
		}
	}

	/// Admitted to every role an owner can need.
	pub fn owner(scheme: SignatureScheme, seed: u8) -> Self {
		let key = Self::new(scheme, seed);
		admit(&key.account(), Role::Owner);
		admit(&key.account(), Role::Issuer);
		key
	}

	pub fn account(&self) -> AccountId {
		AccountId::new(match self {
			Self::Ecdsa(pair) => blake2_256(pair.public().as_ref()),
			Self::Sr25519(pair) => pair.public().0,
			Self::Ed25519(pair) => pair.public().0,
		})
	}

	pub fn sign(&self, payload: &[u8]) -> OwnerSignature {
		match self {
			Self::Ecdsa(pair) => OwnerSignature::Ecdsa(pair.sign_prehashed(&sha2_256(payload))),
			Self::Sr25519(pair) => OwnerSignature::Sr25519(pair.sign(payload)),
			Self::Ed25519(pair) => OwnerSignature::Ed25519(pair.sign(payload)),
		}
	}

	/// For [`SUBJECT`] and [`EVIDENCE`], a document.
	pub fn sign_registration(&self, valid_until: BlockNumber) -> OwnerSignature {
		let owner = self.account();
		self.sign(&payload::registration(
			&GENESIS,
			&owner,
			&SUBJECT,
			&EVIDENCE,
			Schema::Document,
			valid_until,
		))
	}
}

/// The entry that a registration by `owner` itself leaves here and now.
pub fn entry(owner: &Key, scheme: SignatureScheme) -> Record {
	Record {
		owner: owner.account(),
		label: label_of(&owner.account()),
		submitter: owner.account(),
		evidence_hash: EVIDENCE,
		schema: Schema::Document,
		scheme,
		registered: TestLedger::here(),
		status: Status::Active,
	}
}

/// Registers [`SUBJECT`] for `owner`, by itself.
pub fn register(owner: &Key) {
	let origin = RuntimeOrigin::signed(owner.account());
	let signature = owner.sign_registration(NOW);
	Proofs::register(origin, owner.account(), SUBJECT, EVIDENCE, Schema::Document, NOW, signature)
		.expect("the test's first registration succeeds");
}
