// SPDX-License-Identifier: Apache-2.0

//! A network of two pallets: founders, an hour in blocks, and people who have keys.

use crate::{self as pallet_labels, Founder, Metering, OnRotation, QuotaTerms};
use chirograph_primitives::{
	authenticator::Authenticator, passkey, payload, AccountId, Application, BlockNumber, DossierHash, Inclusion, Jurisdiction,
	Label, LabelId, Ledger, Moment, Operation, OrganisationId, OwnerSignature, Remit, Role, Roles, Voters,
};
use codec::Encode;
use core::cell::{Cell, RefCell};
use frame_support::{derive_impl, parameter_types, traits::Contains};
use sp_core::{sr25519, Pair, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use std::collections::BTreeSet;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Labels: pallet_labels,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

parameter_types! {
	pub const MaxValidity: Moment = 1_000_000;
	pub const MaxSignatureValidity: BlockNumber = 100;
	pub const MaxApplications: u32 = 5;
	pub const ApplicationLifetime: BlockNumber = 200;
	/// Who is in the council. Nobody, unless a test says so.
	pub storage CouncilMembers: Vec<AccountId> = Vec::new();
}

impl pallet_labels::Config for Test {
	type Ledger = TestLedger;
	type Metering = FreeCalls;
	type Council = Council;
	type Voters = Validators;
	type RuntimeCall = RuntimeCall;
	type OnRotation = Movers;
	type MaxValidity = MaxValidity;
	type MaxSignatureValidity = MaxSignatureValidity;
	type MaxApplications = MaxApplications;
	type ApplicationLifetime = ApplicationLifetime;
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

/// This pallet's calls are one call each, or what is confirmed counts; a remark with an event is as many as it has bytes; any other costs a fee.
pub struct FreeCalls;

impl Metering<AccountId, RuntimeCall> for FreeCalls {
	fn calls(_who: &AccountId, call: &RuntimeCall) -> Option<u32> {
		match call {
			RuntimeCall::Labels(pallet_labels::Call::confirm { call, .. }) => Self::calls(_who, call),
			RuntimeCall::Labels(_) => Some(1),
			RuntimeCall::System(frame_system::Call::remark_with_event { remark }) => Some(remark.len() as u32),
			_ => None,
		}
	}

	/// Members of the council remark with an event whatever became of their date.
	fn outlives(who: &AccountId, call: &RuntimeCall) -> bool {
		let is_remark = matches!(call, RuntimeCall::System(frame_system::Call::remark_with_event { .. }));
		is_remark && Council::contains(who)
	}
}

/// Those of [`CouncilMembers`].
pub struct Council;

impl Contains<AccountId> for Council {
	fn contains(who: &AccountId) -> bool {
		CouncilMembers::get().contains(who)
	}
}

/// Makes this one all of the council.
pub fn seat(who: Who) {
	CouncilMembers::set(&vec![who.account()]);
}

thread_local! {
	static MOVED: RefCell<Vec<(AccountId, AccountId)>> = RefCell::default();
	static STAKE: Cell<Option<LabelId>> = const { Cell::new(None) };
}

/// The one whose label has a margin, if anybody's.
pub struct Validators;

impl Voters for Validators {
	fn voters() -> BTreeSet<LabelId> {
		STAKE.get().into_iter().collect()
	}

	fn has_stake(label: LabelId) -> bool {
		STAKE.get() == Some(label)
	}
}

/// From now on, this label has a margin, and no other.
pub fn put_up_margin(label: LabelId) {
	STAKE.set(Some(label));
}

/// Remembers what was moved.
pub struct Movers;

impl OnRotation<AccountId> for Movers {
	fn moved(from: &AccountId, to: &AccountId) {
		MOVED.with_borrow_mut(|moved| moved.push((from.clone(), to.clone())));
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn endow(_: &AccountId) {}
}

pub fn moved() -> Vec<(AccountId, AccountId)> {
	MOVED.take()
}

pub const GENESIS: [u8; 32] = [0x47; 32];
/// In blocks.
pub const MIN_RECOVERY_DELAY: BlockNumber = 10;
/// The first block of a quota window.
pub const NOW: BlockNumber = 300;
pub const DOSSIER: DossierHash = DossierHash([0xd0; 32]);
/// When the labels of founders end: at the time of block 50,000.
pub const FOUNDERS_EXPIRE: Moment = 100_000_000;
/// A date that an auditor may set.
pub const EXPIRES: Moment = NOW as Moment * 2_000 + 500_000;

/// People, each of an organisation of their own. The first five are founders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
	/// Auditor of everything in Germany and France.
	Anna,
	/// Auditor of owners in France.
	Bruno,
	/// Regulator in Germany.
	Clara,
	/// Certificate authority in Germany.
	Dora,
	/// Owner in Germany.
	Emil,
	/// Without a label.
	Fred,
	/// Without a label.
	Gina,
	/// Without a label.
	Hans,
	/// Without a label.
	Iris,
	/// Without a label.
	Jan,
}

pub use Who::*;

pub const EVERYBODY: [Who; 10] = [Anna, Bruno, Clara, Dora, Emil, Fred, Gina, Hans, Iris, Jan];

impl Who {
	pub fn key(self) -> sr25519::Pair {
		Pair::from_seed(&[self as u8 + 1; 32])
	}

	pub fn account(self) -> AccountId {
		self.key().public().0.into()
	}

	/// A founder's label; and of the others, if they are granted theirs in this order.
	pub fn number(self) -> LabelId {
		self as LabelId + 1
	}

	pub fn organisation(self) -> OrganisationId {
		OrganisationId([self as u8; 32])
	}

	pub fn origin(self) -> RuntimeOrigin {
		RuntimeOrigin::signed(self.account())
	}

	pub fn label(self) -> Label {
		crate::Labels::<Test>::get(self.account()).expect("this one holds a label")
	}

	/// Consents to holding `label`.
	pub fn takes_over(self, label: LabelId, valid_until: BlockNumber) -> OwnerSignature {
		let payload = payload::takeover(&GENESIS, label, &self.account(), valid_until);
		OwnerSignature::Sr25519(self.key().sign(&payload))
	}

	/// The second factor of this one. It does not count.
	pub fn authenticator(self) -> Authenticator {
		Authenticator::new(self as u8 + 1)
	}

	/// Guards operations of its label with its authenticator.
	pub fn binds(self, guarded: impl IntoIterator<Item = Operation>) -> frame_support::dispatch::DispatchResult {
		let (authenticator, guarded) = (self.authenticator(), guarded.into_iter().collect());
		let (label, passkey) = (self.label().id, authenticator.passkey());
		let challenge = challenge(label, &payload::binding(&passkey, guarded));
		let sequence = crate::Sequences::<Test>::get(label);
		Labels::bind_passkey(self.origin(), passkey, guarded, sequence, authenticator.assert(&challenge))
	}

	/// A call that its authenticator confirms, as things are now, for whoever sends it.
	pub fn confirms(self, call: impl Into<RuntimeCall>) -> crate::Call<Test> {
		let (label, call) = (self.label().id, Box::new(call.into()));
		let assertion = self.authenticator().assert(&challenge(label, &call.encode()));
		crate::Call::confirm {
			label,
			call,
			sequence: crate::Sequences::<Test>::get(label),
			assertion,
		}
	}

	/// Applies in Germany.
	pub fn applies(self, roles: impl IntoIterator<Item = Role>) -> frame_support::dispatch::DispatchResult {
		Labels::apply(
			self.origin(),
			DOSSIER,
			self.organisation(),
			germany(),
			roles.into_iter().collect(),
			None,
		)
	}
}

/// What an authenticator is to sign next, to confirm something for a label.
pub fn challenge(label: LabelId, confirmed: &[u8]) -> [u8; 32] {
	passkey::challenge(&GENESIS, label, crate::Sequences::<Test>::get(label), confirmed)
}

pub fn germany() -> Jurisdiction {
	"DE".parse().expect("a country")
}

pub fn france() -> Jurisdiction {
	"FR-75".parse().expect("a region")
}

/// What an auditor refers to: the hash of what an account applied for.
pub fn application_of(who: Who) -> H256 {
	let application: Application = crate::Applications::<Test>::get(who.account()).expect("this one applied");
	H256(blake2_256(&application.encode()))
}

/// Applies as an owner, and is approved by Anna.
pub fn grant(who: Who) -> LabelId {
	who.applies([Role::Owner]).expect("nobody is in the way");
	Labels::approve(Anna.origin(), who.account(), application_of(who), EXPIRES).expect("Anna may");
	who.label().id
}

/// All roles that may be in a remit.
pub fn every_grantable_role() -> Roles {
	Roles::all().without(Roles::only(Role::Auditor))
}

pub fn remit(roles: Roles, countries: &[&str]) -> Remit {
	let countries: Vec<_> = countries.iter().map(|country| country.parse().expect("a country")).collect();
	Remit {
		roles,
		countries: countries.try_into().expect("a few"),
	}
}

fn founder(who: Who, role: Role, jurisdiction: Jurisdiction, remit: Option<Remit>) -> Founder {
	Founder {
		account: who.account(),
		organisation: who.organisation(),
		jurisdiction,
		roles: Roles::only(role),
		expires: FOUNDERS_EXPIRE,
		remit,
	}
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		labels: pallet_labels::GenesisConfig {
			founders: vec![
				founder(
					Anna,
					Role::Auditor,
					germany(),
					Some(remit(every_grantable_role(), &["DE", "FR"])),
				),
				founder(Bruno, Role::Auditor, france(), Some(remit(Roles::only(Role::Owner), &["FR"]))),
				founder(Clara, Role::Regulator, germany(), None),
				founder(Dora, Role::CertificateAuthority, germany(), None),
				founder(Emil, Role::Owner, germany(), None),
			],
			min_recovery_delay: MIN_RECOVERY_DELAY,
			terms: QuotaTerms {
				window: 100,
				applications: 3,
				..QuotaTerms::default()
			},
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(genesis.build_storage().expect("this genesis is valid"));
	#[cfg(feature = "runtime-benchmarks")]
	ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
	ext.execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, H256(GENESIS));
		// Whoever applies signs the extrinsic, and by then its nonce has grown.
		for who in [Fred, Gina, Hans, Iris, Jan] {
			System::inc_account_nonce(who.account());
		}
		at(NOW);
	});
	ext
}

/// Goes to another block.
pub fn at(block: BlockNumber) {
	System::set_block_number(block);
	System::set_extrinsic_index(1);
}

/// Runs a test, then checks that every invariant holds.
pub fn with_chain(test: impl FnOnce()) {
	moved();
	new_test_ext().execute_with(|| {
		test();
		Labels::do_try_state().expect("all invariants hold after every test");
	});
}

/// What this pallet said last.
pub fn last_event() -> crate::Event<Test> {
	let events = System::events().into_iter().rev();
	let mut own = events.filter_map(|record| match record.event {
		RuntimeEvent::Labels(event) => Some(event),
		_ => None,
	});
	own.next().expect("the pallet said something")
}
