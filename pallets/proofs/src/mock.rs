// SPDX-License-Identifier: Apache-2.0

//! A runtime of one pallet, in which an account is admitted to the roles that a test gives it.

use crate as pallet_proofs;
use chirograph_primitives::{
	payload, AccountId, Authority, Batch, BatchRoot, BlockNumber, EvidenceHash, Inclusion, LabelId, Ledger, Life, Operation,
	OwnerSignature, ProofId, Record, Registration, Role, Schema, SignatureScheme, Subject,
};
use core::cell::RefCell;
use frame_support::{derive_impl, parameter_types};
use frame_system::EnsureRoot;
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, ModuleError};
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
	pub const MaxRegistrations: u32 = 8;
	pub const MaxChanges: u32 = 10;
}

impl pallet_proofs::Config for Test {
	type Authority = Labels;
	type Ledger = TestLedger;
	type AlgorithmOrigin = EnsureRoot<AccountId>;
	type MaxSignatureValidity = MaxSignatureValidity;
	type MaxRegistrations = MaxRegistrations;
	type MaxChanges = MaxChanges;
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

/// From now on, the account has this role and no other.
pub fn admit_only(who: &AccountId, role: Role) {
	ADMITTED.with_borrow_mut(|admitted| admitted.retain(|(account, _)| account != who));
	admit(who, role);
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
pub const ROOT: BatchRoot = BatchRoot([3; 32]);
pub const LEAVES: u64 = 500;

/// One of each kind: of [`SUBJECT`] and of [`ROOT`].
pub const PROOFS: [ProofId; 3] = [
	ProofId::Record { subject: SUBJECT },
	ProofId::Batch { root: ROOT },
	ProofId::Leaf {
		root: ROOT,
		subject: SUBJECT,
	},
];

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

	/// Whatever is as long as a payload.
	pub fn sign_nothing(&self) -> OwnerSignature {
		self.sign(&[0; 152])
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
		life: Life::default(),
	}
}

/// The entry that the registration of a batch by `owner` itself leaves here and now.
pub fn batch_entry(owner: &Key, scheme: SignatureScheme) -> Batch {
	Batch {
		owner: owner.account(),
		label: label_of(&owner.account()),
		submitter: owner.account(),
		leaves: LEAVES,
		schema: Schema::Document,
		scheme,
		registered: TestLedger::here(),
		life: Life::default(),
	}
}

/// Registers [`SUBJECT`] for `owner`, by itself.
pub fn register(owner: &Key) {
	register_as(owner, SUBJECT, Schema::Document);
}

/// Registers `subject` for `owner`, by itself.
pub fn register_as(owner: &Key, subject: Subject, schema: Schema) {
	let origin = RuntimeOrigin::signed(owner.account());
	let Registration {
		owner,
		subject,
		evidence_hash,
		schema,
		valid_until,
		signature,
	} = registration(owner, subject, schema);
	Proofs::register(origin, owner, subject, evidence_hash, schema, valid_until, signature)
		.expect("the test's first registration succeeds");
}

/// What `owner` signs to have `subject` registered in this block.
pub fn registration(owner: &Key, subject: Subject, schema: Schema) -> Registration {
	let (account, now) = (owner.account(), System::block_number());
	let payload = payload::registration(&GENESIS, &account, &subject, &EVIDENCE, schema, now);
	Registration {
		owner: account,
		subject,
		evidence_hash: EVIDENCE,
		schema,
		valid_until: now,
		signature: owner.sign(&payload),
	}
}

/// Registers [`ROOT`] for `owner`, by itself.
pub fn register_batch(owner: &Key) {
	register_batch_as(owner, ROOT, Schema::Document);
}

/// Registers a batch for `owner`, by itself.
pub fn register_batch_as(owner: &Key, root: BatchRoot, schema: Schema) {
	let (account, now) = (owner.account(), System::block_number());
	let origin = RuntimeOrigin::signed(account.clone());
	let signature = owner.sign(&payload::batch(&GENESIS, &account, &root, LEAVES, schema, now));
	Proofs::register_batch(origin, account, root, LEAVES, schema, now, signature)
		.expect("the test's first registration succeeds");
}

/// Registers all that [`PROOFS`] are about for `owner`, by itself.
pub fn register_all(owner: &Key) {
	register(owner);
	register_batch(owner);
}
