// SPDX-License-Identifier: Apache-2.0

//! # Validators
//!
//! Keeps who makes and finalises blocks, what each of them stands to lose, and how strong they are together (X.1407 9.2.1 a-b, 9.2.3 e). Consensus
//! gives every seat one vote. So 51 % is a matter of seats, and seats go to audited labels: one to an organisation, so many to a country, in
//! the order in which they asked. A margin is behind each of them. It buys no influence, and is lost by whoever signs two things of which only
//! one can be true.
//!
//! ## Terms
//!
//! - **Validator**: a label with a margin. It keeps its place when the label moves to another key.
//! - **Margin**: tokens that are held on the validator's account, and not slashed.
//! - **Seat**: a place among those who make and finalise blocks. As many as [`ValidatorTerms::max_seats`].
//! - **Set**: those with a seat that have session keys. A set is **planned** at the beginning of a session for the next one, and from then on
//!   fixed.
//! - **Offender**: who signed two blocks for a slot, or two votes in a round, by a proof that the consensus pallets verified. Its **offences** are
//!   the sessions in which it did; those no further than a window from one another count as one.
//! - **Slash**: a part of a margin that an offence takes. It is **pending** until the time for an appeal is over, and then burnt but for what its
//!   reporter gets.
//! - **n, f**: the seats of a set, and how many of them may fail: the largest number smaller than a third of n.
//!
//! ## Story
//!
//! 1. Ada's organisation is audited and has a label with the role `Validator`. Her node makes session keys, and proves to `pallet-session` that it
//!    has them. Ada puts up the margin ([`Call::join`]) and waits.
//! 2. When a session begins and a seat is free, it goes to whoever has waited longest, if country and churn allow it. From the next
//!    session on Ada's node makes blocks. At the end of each session the validators share a reward by the blocks that they made.
//! 3. Ada's disk fails. When the others have made many blocks and she none, her seat is lost, and with it the reward; her margin is not. When her
//!    node runs again she says so ([`Call::resume`]), and waits at the end of the queue. Had more than f been silent, it would
//!    have been the network that was down, and nobody had lost a seat; nor does anybody while the first of them have only just come back.
//! 4. Mallory's validator signs two blocks for one slot. Whoever sees both has the proof; it reaches `pallet-offences`, and that comes here. A
//!    share of Mallory's margin is taken: with one offender among n seats `(3/n)²` of it, at least the floor. Mallory makes no more blocks,
//!    is in no set that is planned from then on, and the label is suspended; an incident is on record.
//! 5. Trudy's validator does so in another slot, days later. Both acted within the window: now both lose `(6/n)²`, and Mallory pays the difference.
//!    From a third of the seats on it is all of their margins. The order of reports makes no difference, nor does it that one is repeated.
//! 6. The council looks into it. Had it been a bug in the software, it would take the slashes back ([`Call::cancel_slash`]) before they are due. It does not: a
//!    tenth goes to Ada, whose block brought the report, and the rest is burnt.
//! 7. Bob wants to leave ([`Call::leave`]). He keeps his seat until churn lets him go and enough others are left. His margin stays where
//!    it is for as long as evidence against him can arrive, and longer, and can be slashed until then. Afterwards he takes it back
//!    ([`Call::withdraw`]).
//!
//! ## Who may do what
//!
//! | call | who |
//! |---|---|
//! | `join`, `resume` | the holder of a label that can be used as `Validator` now |
//! | `top_up`, `leave`, `withdraw` | the holder of a validator's label, suspended or not |
//! | `cancel_slash`, `fund` | [`Config::CouncilOrigin`], the council |
//!
//! ## What happens at the change of sessions
//!
//! `pallet-session` asks in this order, all of it in one block, which it claims whole:
//!
//! 1. **The old one ends.** Rewards are minted in proportion to blocks. Who made none for too long is absent.
//! 2. **The new one begins.** Sets that are too old to judge are forgotten. Offenders that are still in the set are disabled again. Slashes that
//!    are due are carried out. Strength is judged; what is out of the ordinary is an incident, once, and not again while it lasts.
//! 3. **The next one is planned.** Those whose label cannot act go, and then those who retire; waiting ones come; no more than churn of each, and
//!    none goes while too few would be left. Offenders are out whatever churn says: nobody decides that, it is proven. A set is announced only when
//!    it, or a key in it, differs from the one before: GRANDPA begins anew with every set.
//!
//! An offender cannot leave a set that is announced: it stays for the rest of its session, and for the next one. It is disabled at once, which
//! `pallet-session` forgets when the set changes; so it is disabled again as the next session begins. Disabled, it makes no blocks; its votes
//! still count until the set changes. At most f validators are disabled, or blocks would not be made: where more have offended, each that is
//! found takes the place of another.
//!
//! ## Trust assumptions
//!
//! That an offence happened is for the consensus pallets to verify; whose the key is, `pallet_session::historical` proves, by the keys that the
//! session has ([`KeyOwners`]): an offender that sets others, or purges them, is found all the same. The
//! fraction that `pallet-offences` computes is not used: it counts only offenders of one kind in one slot, so that colluders would pay less when
//! they use different ones. Who is behind a label, and whether two are of one organisation, auditors see to.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. As much is held of a validator's account as its margin and its pending slashes are together.
//! 2. No more than one validator of an organisation waits, sits, is absent or retires.
//! 3. Candidates are those who wait, sit or retire, each once.
//! 4. No more sit than there are seats, nor of a country than it may have.
//! 5. Every validator has as many entries in its history as it says, without a gap.
//! 6. Pending slashes are those from the first that is not done with; they are counted under their labels, and nothing else is.
//! 7. No offence costs more than what stood behind it; no two offences of a label are within a window of each other.
//! 8. Blocks are counted of everybody in the set.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod functions;
#[cfg(test)]
mod mock;
mod owners;
mod seats;
mod slashing;
pub mod strength;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod views;
pub mod weights;

pub use api::*;
pub use owners::KeyOwners;
pub use pallet::*;
pub use seats::{Attendance, AuthorInSet};
pub use slashing::Offence;
pub use weights::WeightInfo;

#[cfg(doc)]
use chirograph_primitives::validator::ValidatorTerms;
use frame_support::{traits::ConstU32, BoundedVec};

/// The most seats that a network can have: bounds the work of a session change, and of slashing all of them.
pub const MAX_SEATS: u32 = 100;
/// The most who can have a seat, wait for one or retire from one: bounds what is read when a set is planned.
pub const MAX_CANDIDATES: u32 = 200;
/// The most offences that are kept to find colluders by. More of them could not be in a window: all would have had seats in it.
pub const MAX_OFFENCES: u32 = 1_000;
/// The most slashes that are carried out when a session begins; the rest waits for the next one.
pub const MAX_APPLIED: u32 = 200;
/// The most entries that a question is answered with.
pub const MAX_PAGE: u32 = 100;
/// The most anomalies there can be at once: four by themselves, and three countries that are able to stop the others.
pub const MAX_ANOMALIES: u32 = 8;

/// Offences that are kept to find colluders by, in the order of their reports.
pub type OffenceList = BoundedVec<Offence, ConstU32<MAX_OFFENCES>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::strength::Snapshot;
	use alloc::vec::Vec;
	use chirograph_primitives::{
		validator::{Anomaly, Slash, SlashId, Validator, ValidatorChange, ValidatorTerms},
		AccountId, Authority, Balance, Containment, Country, Identities, IncidentId, IncidentRegistry, LabelId, Ledger,
		OrganisationId, SessionIndex,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
		DefaultNoBound,
	};
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId>
		+ pallet_session::Config<ValidatorId = AccountId>
		+ pallet_session::historical::Config<FullIdentification = ()>
	{
		/// The token: margins are held in it, rewards are minted, slashes are burnt.
		type Currency: Inspect<AccountId, Balance = Balance> + Mutate<AccountId> + MutateHold<AccountId, Reason: From<HoldReason>>;

		/// Judges whether an account may be a validator, says who is behind a label, and suspends offenders.
		type Authority: Authority<AccountId> + Identities + Containment;

		/// Where offences and anomalies are recorded.
		type Incidents: IncidentRegistry;

		/// The block.
		type Ledger: Ledger;

		/// Who takes slashes back and fills the budget.
		type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// In sessions: as long as offences can be proven, if margin stays locked for so long. The sets of older ones are forgotten.
		type EvidenceAge: Get<SessionIndex>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Why tokens of an account are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Margin of a validator, pending slashes included.
		#[codec(index = 0)]
		Margin,
	}

	/// What the network asks of its validators.
	#[pallet::storage]
	pub type Terms<T: Config> = StorageValue<_, ValidatorTerms, ValueQuery>;

	/// Every validator that there ever was, by its label.
	#[pallet::storage]
	pub type Validators<T: Config> = StorageMap<_, Twox64Concat, LabelId, Validator>;

	/// What happened to each validator, numbered from 0.
	#[pallet::storage]
	pub type History<T: Config> = StorageDoubleMap<_, Twox64Concat, LabelId, Twox64Concat, u32, ValidatorChange>;

	/// The validator of an organisation: one that waits, sits, is absent, retires, or was expelled and has not withdrawn.
	#[pallet::storage]
	pub type Organisations<T: Config> = StorageMap<_, Twox64Concat, OrganisationId, LabelId>;

	/// Who waits, sits or retires, in the order in which they began to wait.
	#[pallet::storage]
	pub type Candidates<T: Config> = StorageValue<_, BoundedVec<LabelId, ConstU32<MAX_CANDIDATES>>, ValueQuery>;

	/// The blocks of those who are in the set, or have a seat and lack session keys.
	#[pallet::storage]
	pub type Attendances<T: Config> = StorageMap<_, Twox64Concat, LabelId, Attendance>;

	/// The keys of the set of this session, by account: `pallet-session` keeps those of the next one, and those that were set since.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type CurrentKeys<T: Config> = StorageValue<_, Vec<(AccountId, <T as pallet_session::Config>::Keys)>, ValueQuery>;

	/// How many blocks were made since genesis by anybody whom a label can be named for.
	#[pallet::storage]
	pub type Produced<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// What is left to reward validators with. It is minted only then.
	#[pallet::storage]
	pub type Budget<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// Offences, in the order of their reports, for as long as others can be found to be within a window of them.
	#[pallet::storage]
	pub type Offences<T: Config> = StorageValue<_, OffenceList, ValueQuery>;

	/// Every slash there ever was.
	#[pallet::storage]
	pub type Slashes<T: Config> = StorageMap<_, Twox64Concat, SlashId, Slash>;

	/// How many slashes there ever were.
	#[pallet::storage]
	pub type SlashCount<T: Config> = StorageValue<_, SlashId, ValueQuery>;

	/// All slashes with a smaller number are done with. Their numbers are in the order in which they are due.
	#[pallet::storage]
	pub type SlashesDone<T: Config> = StorageValue<_, SlashId, ValueQuery>;

	/// How much of a validator's account is held for slashes that are pending.
	#[pallet::storage]
	pub type PendingSlashes<T: Config> = StorageMap<_, Twox64Concat, LabelId, Balance, ValueQuery>;

	/// How things stood when the last session began, and when this one did.
	#[pallet::storage]
	pub type Snapshots<T: Config> = StorageValue<_, (Snapshot, Snapshot), ValueQuery>;

	/// Anomalies that are incidents already.
	#[pallet::storage]
	pub type KnownAnomalies<T: Config> = StorageValue<_, BoundedVec<Anomaly, ConstU32<MAX_ANOMALIES>>, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What the network asks of its validators.
		pub terms: ValidatorTerms,
		/// Who has a seat from the beginning: the accounts that have session keys. Each puts up the margin of the terms.
		pub seats: Vec<AccountId>,
		/// What there is to reward validators with.
		pub budget: Balance,
		/// Nothing: the network's configuration is a type.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Runs once, where a network is made; a panic refuses to make one that could not work. `pallet-session` is built before, and lets whoever
		/// has session keys make blocks: whether those are the seats, whoever puts the parts of a network together sees.
		fn build(&self) {
			Pallet::<T>::build_genesis(&self.terms, &self.seats, self.budget);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A label put up margin, and waits for a seat. One that left and did not withdraw has its old margin counted.
		Joined {
			/// Whose.
			label: LabelId,
			/// Of which organisation.
			organisation: OrganisationId,
			/// At home where.
			country: Country,
			/// All of its margin.
			margin: Balance,
		},
		/// A validator put up more margin.
		ToppedUp {
			/// Whose.
			label: LabelId,
			/// How much more.
			amount: Balance,
		},
		/// A validator asked to leave.
		Retired {
			/// Whose label.
			label: LabelId,
		},
		/// A validator left.
		Left {
			/// Whose label.
			label: LabelId,
			/// From this session on it can withdraw its margin.
			free: SessionIndex,
		},
		/// A validator takes a seat.
		Seated {
			/// Whose label.
			label: LabelId,
			/// From this session on.
			session: SessionIndex,
		},
		/// A validator lost its seat because its label cannot act or its margin is too small, and waits again.
		Unseated {
			/// Whose label.
			label: LabelId,
			/// From this session on.
			session: SessionIndex,
		},
		/// A validator lost its seat because it made no blocks.
		WentAbsent {
			/// Whose label.
			label: LabelId,
		},
		/// A validator is back, and waits for a seat.
		Resumed {
			/// Whose label.
			label: LabelId,
		},
		/// A validator took its margin back.
		Withdrawn {
			/// Whose label.
			label: LabelId,
			/// How much.
			amount: Balance,
		},
		/// The label of a validator moved to another account, and what is held with it.
		MarginMoved {
			/// From this account.
			from: AccountId,
			/// To this one.
			to: AccountId,
			/// How much.
			amount: Balance,
		},
		/// A validator committed an offence: it is in no set that is planned from now on.
		Expelled {
			/// Whose label.
			label: LabelId,
			/// The session of the offence.
			session: SessionIndex,
			/// The incident.
			incident: IncidentId,
			/// From this session on it can withdraw what is left of its margin.
			free: SessionIndex,
		},
		/// Margin was taken from a validator.
		Slashed {
			/// The number of the slash.
			id: SlashId,
			/// All of it.
			slash: Slash,
		},
		/// The council took a slash back: it is margin again.
		SlashCancelled {
			/// The number of the slash.
			id: SlashId,
			/// Whose label.
			label: LabelId,
			/// How much.
			amount: Balance,
		},
		/// A slash was carried out.
		SlashApplied {
			/// The number of the slash.
			id: SlashId,
			/// Whose label.
			label: LabelId,
			/// What its reporter got.
			rewarded: Balance,
			/// What was burnt.
			burnt: Balance,
		},
		/// A validator was rewarded for the blocks that it made in a session.
		Rewarded {
			/// Whose label.
			label: LabelId,
			/// The account that holds it.
			account: AccountId,
			/// How many blocks.
			blocks: u32,
			/// How much.
			amount: Balance,
		},
		/// The council added to the budget of rewards.
		Funded {
			/// How much.
			amount: Balance,
		},
		/// Something is out of the ordinary about the validators (X.1407 9.2.1 b).
		AnomalyFound {
			/// What.
			anomaly: Anomaly,
			/// The incident.
			incident: IncidentId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account has no session keys. Have the node make some, and set them with the proof that it has them (`session.setKeys`).
		NotWithKeys,
		/// The margin would be smaller than the network asks for. Put up more.
		TooLittleMargin,
		/// Another label of the same organisation is a validator already, or was expelled and did not withdraw. An organisation has one seat: have
		/// that one leave first.
		OrganisationSits,
		/// The label is a validator's already. To put up more margin, top it up.
		AlreadyValidator,
		/// The validator was expelled. Withdraw what is left of its margin, and have its label reinstated; then it can join again.
		NotWithdrawn,
		/// As many wait for a seat as can. Try again when somebody has left.
		TooManyCandidates,
		/// The account holds no validator's label. Join first; where the label was rotated, use the account that holds it now.
		NoValidator,
		/// The validator is about to leave, or has left, or was expelled. One that left can join again.
		AlreadyLeaving,
		/// Nothing is nothing. Name an amount.
		NoAmount,
		/// Too few would be left. Wait until others have taken a seat.
		BelowMinimum,
		/// The validator is not absent: it waits for a seat, has one, or gave it up.
		NotAbsent,
		/// The validator has not left. Leave first.
		NotLeft,
		/// Evidence against the validator can still arrive. Wait for the session that its state names.
		TooEarly,
		/// A slash of the validator is pending. Wait until it is carried out or taken back.
		SlashPending,
		/// The margin was withdrawn already.
		NothingToWithdraw,
		/// There is no slash of that number.
		NoSuchSlash,
		/// The slash was carried out or taken back already. Nothing brings back what was burnt.
		NotPending,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Puts up margin, and waits for a seat (X.1407 9.2.3 e). Whoever left and did not withdraw joins again with what is still held.
		///
		/// - `margin`: how much is added to what is held; together at least the margin of the terms.
		///
		/// Origin: signed by the holder of a label that can be used as `Validator`, with session keys set. Emits [`Event::Joined`].
		///
		/// Errors: [`Error::AlreadyValidator`], [`Error::NotWithdrawn`], [`Error::NotWithKeys`], [`Error::TooLittleMargin`],
		/// [`Error::OrganisationSits`], [`Error::TooManyCandidates`], those of [`Config::Authority`], and of [`Config::Currency`] where the account
		/// has too little.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::join())]
		pub fn join(origin: OriginFor<T>, margin: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_join(&who, margin)
		}

		/// Puts up more margin.
		///
		/// - `amount`: how much more; not nothing.
		///
		/// Origin: signed by the holder of a validator's label. Emits [`Event::ToppedUp`].
		///
		/// Errors: [`Error::NoAmount`], [`Error::NoValidator`], [`Error::AlreadyLeaving`], and those of [`Config::Currency`] where the account has
		/// too little.
		#[pallet::call_index(1)]
		#[pallet::weight(<T as Config>::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_top_up(&who, amount)
		}

		/// Leaves. Who has a seat keeps it until churn lets it go, and goes on making blocks; who has none leaves at once. The margin stays locked
		/// for [`ValidatorTerms::unbonding`] sessions after the last one of its seat.
		///
		/// Origin: signed by the holder of a validator's label. Emits [`Event::Retired`], and [`Event::Left`] when it is done.
		///
		/// Errors: [`Error::NoValidator`], [`Error::AlreadyLeaving`], [`Error::BelowMinimum`].
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::leave())]
		pub fn leave(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave(&who)
		}

		/// Is back, and waits for a seat at the end of the queue.
		///
		/// Origin: signed by the holder of an absent validator's label, that can be used as `Validator`, with session keys set. Emits
		/// [`Event::Resumed`].
		///
		/// Errors: [`Error::NoValidator`], [`Error::NotAbsent`], [`Error::NotWithKeys`], [`Error::TooLittleMargin`],
		/// [`Error::TooManyCandidates`], and those of [`Config::Authority`].
		#[pallet::call_index(3)]
		#[pallet::weight(<T as Config>::WeightInfo::resume())]
		pub fn resume(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_resume(&who)
		}

		/// Takes all of the margin back, of a validator that left, or what is left of it, of one that was expelled.
		///
		/// Origin: signed by the holder of the validator's label. Emits [`Event::Withdrawn`].
		///
		/// Errors: [`Error::NoValidator`], [`Error::NotLeft`], [`Error::TooEarly`], [`Error::SlashPending`], [`Error::NothingToWithdraw`].
		#[pallet::call_index(4)]
		#[pallet::weight(<T as Config>::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(&who)
		}

		/// Takes a slash back before it is due: it is margin again. The validator stays expelled, and what was taken back counts as paid: no
		/// further report asks for it again.
		///
		/// - `slash`: its number.
		///
		/// Origin: [`Config::CouncilOrigin`]. Emits [`Event::SlashCancelled`].
		///
		/// Errors: [`Error::NoSuchSlash`], [`Error::NotPending`].
		#[pallet::call_index(5)]
		#[pallet::weight(<T as Config>::WeightInfo::cancel_slash())]
		pub fn cancel_slash(origin: OriginFor<T>, slash: SlashId) -> DispatchResult {
			T::CouncilOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(slash)
		}

		/// Adds to the budget of rewards. Nothing is minted before validators have earned it.
		///
		/// - `amount`: how much; not nothing.
		///
		/// Origin: [`Config::CouncilOrigin`]. Emits [`Event::Funded`].
		///
		/// Errors: [`Error::NoAmount`], and an overflow where there could never be so many tokens.
		#[pallet::call_index(6)]
		#[pallet::weight(<T as Config>::WeightInfo::fund())]
		pub fn fund(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			T::CouncilOrigin::ensure_origin(origin)?;
			Self::do_fund(amount)
		}
	}
}
