// SPDX-License-Identifier: Apache-2.0

//! A runtime with real sessions, offences and balances. Labels and incidents are what a test says.
//!
//! The validator number `n` has label `n`, and to begin with the account that [`account`] gives it.

use crate as pallet_validators;
use chirograph_primitives::{
	incident::IncidentKind,
	validator::{Validator, ValidatorState, ValidatorTerms},
	AccountId, Authority, Balance, BlockNumber, Containment, Country, Identities, Identity, IncidentId, IncidentRegistry,
	Inclusion, Jurisdiction, LabelId, Ledger, Operation, OrganisationId, Role, SessionIndex,
};
use core::cell::RefCell;
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		fungible::{Inspect, InspectHold},
		ConstU128,
	},
};
use frame_system::EnsureRoot;
use pallet_session::{
	disabling::UpToLimitWithReEnablingDisablingStrategy,
	historical::{self as pallet_session_historical, NoteHistoricalRoot},
	SessionHandler, ShouldEndSession,
};
use sp_runtime::{
	impl_opaque_keys,
	testing::UintAuthorityId,
	traits::{Convert, ConvertInto, IdentityLookup, OpaqueKeys},
	BuildStorage, DispatchError, DispatchResult, KeyTypeId, ModuleError, Perbill, RuntimeAppPublic,
};
use sp_staking::offence::{Kind, Offence, ReportOffence};
use std::collections::{BTreeMap, BTreeSet};

// In the order of the network's runtime: sessions before labels and validators.
frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Offences: pallet_offences,
		Historical: pallet_session_historical,
		Session: pallet_session,
		Validators: pallet_validators,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

impl pallet_offences::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session_historical::IdentificationTuple<Self>;
	type OnOffenceHandler = Validators;
}

impl_opaque_keys! {
	pub struct SessionKeys {
		pub dummy: UintAuthorityId,
	}
}

/// Sessions end when a test says so.
pub struct WhenSaid;

impl ShouldEndSession<BlockNumber> for WhenSaid {
	fn should_end_session(_: BlockNumber) -> bool {
		ENDS.with_borrow(|ends| *ends)
	}
}

/// From now on, the block is the first one of a session, or it is not.
pub fn begins_session(begins: bool) {
	ENDS.set(begins);
}

thread_local! {
	/// Whether this block is the first one of a session.
	static ENDS: RefCell<bool> = const { RefCell::new(false) };
	/// How many times the consensus was told of another set.
	static NEW_SETS: RefCell<u32> = const { RefCell::new(0) };
	/// The indices of whoever was disabled, in that order.
	static DISABLED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

pub struct Consensus;

impl SessionHandler<AccountId> for Consensus {
	const KEY_TYPE_IDS: &'static [KeyTypeId] = &[UintAuthorityId::ID];

	fn on_genesis_session<Ks: OpaqueKeys>(_: &[(AccountId, Ks)]) {}

	fn on_new_session<Ks: OpaqueKeys>(changed: bool, _: &[(AccountId, Ks)], _: &[(AccountId, Ks)]) {
		NEW_SETS.with_borrow_mut(|sets| *sets += u32::from(changed));
	}

	fn on_disabled(index: u32) {
		DISABLED.with_borrow_mut(|disabled| disabled.push(index));
	}
}

impl pallet_session::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = WhenSaid;
	type NextSessionRotation = ();
	type SessionManager = NoteHistoricalRoot<Self, Validators>;
	type SessionHandler = Consensus;
	type Keys = SessionKeys;
	type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
	type WeightInfo = ();
	type Currency = Balances;
	type KeyDeposit = ConstU128<0>;
}

impl pallet_session_historical::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = NothingMore;
}

pub struct NothingMore;

impl Convert<AccountId, Option<()>> for NothingMore {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

parameter_types! {
	pub const EvidenceAge: SessionIndex = 50;
}

impl pallet_validators::Config for Test {
	type Currency = Balances;
	type Authority = Labels;
	type Incidents = Incidents;
	type Ledger = TestLedger;
	type CouncilOrigin = EnsureRoot<AccountId>;
	type EvidenceAge = EvidenceAge;
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

/// A label as a test has it.
#[derive(Clone)]
pub struct TestLabel {
	pub account: AccountId,
	pub organisation: u32,
	pub country: [u8; 2],
	pub usable: bool,
}

thread_local! {
	static LABELS: RefCell<BTreeMap<LabelId, TestLabel>> = RefCell::default();
	/// Accounts that held a label once.
	static FORMER: RefCell<BTreeMap<AccountId, LabelId>> = RefCell::default();
	static INCIDENTS: RefCell<Vec<(IncidentKind, Option<LabelId>, bool)>> = RefCell::default();
}

pub struct Labels;

/// The error of whoever judges roles.
pub const NOT_ADMITTED: DispatchError = DispatchError::Module(ModuleError {
	index: 41,
	error: [0; 4],
	message: None,
});

impl Authority<AccountId> for Labels {
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError> {
		let held = LABELS.with_borrow(|labels| {
			let mut held = labels.iter().filter(|(_, label)| label.account == *who && label.usable);
			held.next().map(|(id, _)| *id)
		});
		held.filter(|_| role == Role::Validator).ok_or(NOT_ADMITTED)
	}

	fn ensure_confirmed(who: &AccountId, role: Role, _: Operation) -> Result<LabelId, DispatchError> {
		Self::ensure(who, role)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, _: Role) {
		let next = LABELS.with_borrow(|labels| labels.keys().last().copied().unwrap_or_default()) + 1;
		put_label(next, who.clone(), next, *b"XX");
	}
}

impl Identities for Labels {
	fn label_of(account: &AccountId) -> Option<LabelId> {
		let held = LABELS.with_borrow(|labels| {
			let mut held = labels.iter().filter(|(_, label)| label.account == *account);
			held.next().map(|(id, _)| *id)
		});
		held.or_else(|| FORMER.with_borrow(|former| former.get(account).copied()))
	}

	fn account_of(label: LabelId) -> Option<AccountId> {
		LABELS.with_borrow(|labels| labels.get(&label).map(|label| label.account.clone()))
	}

	fn identity(label: LabelId) -> Option<Identity> {
		LABELS.with_borrow(|labels| {
			labels.get(&label).map(|found| Identity {
				label,
				organisation: organisation(found.organisation),
				home: Jurisdiction {
					country: Country(found.country),
					region: [0; 3],
				},
			})
		})
	}
}

impl Containment for Labels {
	fn suspend_offender(label: LabelId) -> DispatchResult {
		set_usable(label, false);
		Ok(())
	}
}

pub struct Incidents;

impl IncidentRegistry for Incidents {
	fn record(what: IncidentKind, label: Option<LabelId>, contained: bool) -> IncidentId {
		INCIDENTS.with_borrow_mut(|incidents| {
			incidents.push((what, label, contained));
			incidents.len() as u32 - 1
		})
	}
}

pub fn organisation(number: u32) -> OrganisationId {
	let mut bytes = [0; 32];
	bytes[..4].copy_from_slice(&number.to_le_bytes());
	OrganisationId(bytes)
}

/// The first account of the validator of that number. In the order of numbers.
pub fn account(number: u32) -> AccountId {
	let mut bytes = [0; 32];
	bytes[..4].copy_from_slice(&number.to_be_bytes());
	bytes.into()
}

pub fn put_label(label: LabelId, account: AccountId, organisation: u32, country: [u8; 2]) {
	let entry = TestLabel {
		account,
		organisation,
		country,
		usable: true,
	};
	LABELS.with_borrow_mut(|labels| labels.insert(label, entry));
}

/// Whether a label can be used.
pub fn set_usable(label: LabelId, usable: bool) {
	LABELS.with_borrow_mut(|labels| {
		if let Some(label) = labels.get_mut(&label) {
			label.usable = usable;
		}
	});
}

/// Gives a label to another account, as a rotation does, and that account the tokens it needs to be one.
pub fn rotate_label(label: LabelId, to: AccountId) {
	let from = Labels::account_of(label).expect("the label is there");
	LABELS.with_borrow_mut(|labels| labels.get_mut(&label).expect("the label is there").account = to.clone());
	FORMER.with_borrow_mut(|former| former.insert(from.clone(), label));
	System::inc_providers(&to);
	Validators::moved(&from, &to);
}

/// What was recorded since the last look.
pub fn incidents() -> Vec<(IncidentKind, Option<LabelId>, bool)> {
	INCIDENTS.take()
}

/// How many times another set began.
pub fn new_sets() -> u32 {
	NEW_SETS.with_borrow(|sets| *sets)
}

/// Who was disabled since the last look, by index.
pub fn disabled() -> Vec<u32> {
	DISABLED.take()
}

pub const MARGIN: Balance = 1_000_000;
/// What every account has to begin with.
pub const ENDOWMENT: Balance = 10 * MARGIN;
pub const NOW: BlockNumber = 100;

pub fn terms() -> ValidatorTerms {
	ValidatorTerms {
		margin: MARGIN,
		max_seats: 10,
		min_seats: 4,
		seats_per_country: 100,
		churn: 1,
		unbonding: 20,
		window: 10,
		floor: 100_000_000,
		appeal: 3,
		reporter_share: 100_000_000,
		absence: 2,
		reward: 1_000,
	}
}

/// Labels for so many validators, of their own organisations, all of one country.
fn label_many(many: u32) {
	LABELS.take();
	FORMER.take();
	INCIDENTS.take();
	DISABLED.take();
	NEW_SETS.take();
	(1..=many).for_each(|number| put_label(number, account(number), number, *b"XX"));
}

pub fn keys(number: u32) -> SessionKeys {
	SessionKeys {
		dummy: UintAuthorityId(number.into()),
	}
}

/// A network with these seats, whose accounts have tokens, and labels already.
pub fn found(seats: &[u32], terms: ValidatorTerms, budget: Balance) -> sp_io::TestExternalities {
	let keys = seats.iter().map(|number| (account(*number), account(*number), keys(*number)));
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: (1..=250).map(|number| (account(number), ENDOWMENT)).collect(),
			..Default::default()
		},
		session: pallet_session::GenesisConfig {
			keys: keys.collect(),
			..Default::default()
		},
		validators: pallet_validators::GenesisConfig {
			terms,
			seats: seats.iter().map(|number| account(*number)).collect(),
			budget,
			..Default::default()
		},
		..Default::default()
	};
	genesis.build_storage().expect("what is refused panics").into()
}

/// Runs a test on a network of so many seats, then checks that every invariant holds.
pub fn with_seats(seats: u32, terms: ValidatorTerms, test: impl FnOnce()) {
	label_many(200);
	let numbers: Vec<u32> = (1..=seats).collect();
	found(&numbers, terms, 0).execute_with(|| {
		System::set_block_number(NOW);
		test();
		Validators::do_try_state().expect("all invariants hold after every test");
	});
}

/// Runs a test on a network of four seats.
pub fn with_chain(test: impl FnOnce()) {
	with_seats(4, terms(), test);
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	label_many(0);
	let mut ext = found(&[], terms(), 0);
	ext.execute_with(|| System::set_block_number(NOW));
	ext
}

/// Labels for a genesis that a test makes itself.
pub fn new_labels() {
	label_many(200);
}

/// So many sessions go by.
pub fn rotate(sessions: u32) {
	for _ in 0..sessions {
		System::set_block_number(System::block_number() + 10);
		Session::rotate_session();
	}
}

/// The validators of these numbers make a block each, in turn, so many times.
pub fn author(numbers: &[u32], times: u32) {
	use pallet_authorship::EventHandler;
	for _ in 0..times {
		for number in numbers {
			Validators::note_author(account(*number));
		}
	}
}

/// Sets session keys of an account, as their number says.
pub fn set_keys(who: AccountId, number: u32) {
	let keys = keys(number);
	pallet_session::NextKeys::<Test>::insert(&who, &keys);
	let raw = keys.get_raw(UintAuthorityId::ID).to_vec();
	pallet_session::KeyOwner::<Test>::insert((UintAuthorityId::ID, raw), who);
}

/// The validator of that number sets its keys and puts up the margin of the terms.
pub fn join(number: u32) -> DispatchResult {
	set_keys(account(number), number);
	Validators::join(by(number), MARGIN)
}

/// Signed by the account of that number.
pub fn by(number: u32) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(number))
}

pub fn validator(number: u32) -> Validator {
	crate::Validators::<Test>::get(number).expect("there is such a validator")
}

pub fn state(number: u32) -> ValidatorState {
	validator(number).state
}

/// The numbers of those in the set of this session.
pub fn set() -> BTreeSet<LabelId> {
	Session::validators().iter().filter_map(Labels::label_of).collect()
}

/// The numbers of those in the set of the next session.
pub fn next_set() -> BTreeSet<LabelId> {
	let queued = Session::queued_keys().into_iter();
	queued.filter_map(|(account, _)| Labels::label_of(&account)).collect()
}

pub fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Margin.into(), who)
}

/// What an account can spend.
pub fn spendable(number: u32) -> Balance {
	Balances::balance(&account(number))
}

/// Two votes of which only one can be.
pub struct Equivocation {
	pub session: SessionIndex,
	pub slot: u64,
	pub offenders: Vec<AccountId>,
}

impl Offence<(AccountId, ())> for Equivocation {
	const ID: Kind = *b"test:equivocatio";
	type Slot = (SessionIndex, u64);

	fn offenders(&self) -> Vec<(AccountId, ())> {
		self.offenders.iter().cloned().map(|account| (account, ())).collect()
	}

	fn session_index(&self) -> SessionIndex {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		4
	}

	fn slot(&self) -> Self::Slot {
		(self.session, self.slot)
	}

	/// Everything: so a test sees that it is not used.
	fn slash_fraction(&self, _: u32) -> Perbill {
		Perbill::one()
	}
}

/// Somebody reports that validators committed an offence in a slot of a session; whether that was new.
pub fn report(offenders: &[u32], session: SessionIndex, slot: u64, reporter: u32) -> bool {
	let offence = Equivocation {
		session,
		slot,
		offenders: offenders.iter().map(|number| account(*number)).collect(),
	};
	Offences::report_offence(vec![account(reporter)], offence).is_ok()
}
