// SPDX-License-Identifier: Apache-2.0

//! Who has a seat in which session, who makes blocks, and what that earns.

use crate::{
	functions::CurrencyOf,
	strength::{count_of, proportion, same_concern, strength, tolerated, Seat, Snapshot},
	Attendances, Budget, Candidates, Config, CurrentKeys, Event, KnownAnomalies, Pallet, Produced, Snapshots, Terms, Validators,
	WeightInfo, MAX_SEATS,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use chirograph_primitives::{
	incident::IncidentKind,
	validator::{Strength, Validator, ValidatorEvent, ValidatorState, ValidatorTerms},
	AccountId, Authority, Country, Identities, IncidentRegistry, LabelId, Role, SessionIndex, Voters,
};
use codec::{Decode, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	dispatch::DispatchClass,
	traits::{fungible::Mutate, FindAuthor, Get},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_session::{historical, Pallet as Session, ShouldEndSession};
use scale_info::TypeInfo;
use sp_runtime::{traits::OpaqueKeys, ConsensusEngineId};
use sp_staking::offence::OffenceSeverity;

/// The blocks of a validator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Attendance {
	/// How many it made in the current session.
	pub blocks: u32,
	/// How many blocks had been made by anybody when it made its last one, or else when its seat began.
	pub last: u64,
	/// How many had been made when it came back after it had been silent for too long; none where it never was.
	pub back: Option<u64>,
}

/// What is known of a candidate when a set is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
	/// How it stands.
	pub state: ValidatorState,
	/// Where it is at home.
	pub country: Country,
	/// Its label can act, and its margin is large enough.
	pub able: bool,
	/// It has session keys.
	pub keys: bool,
}

impl Claim {
	const fn sits(&self) -> bool {
		matches!(self.state, ValidatorState::Seated { .. } | ValidatorState::Retiring)
	}

	const fn votes(&self) -> bool {
		self.sits() && self.keys
	}

	const fn goes(&self) -> bool {
		self.sits() && (!self.able || matches!(self.state, ValidatorState::Retiring))
	}

	const fn waits(&self) -> bool {
		matches!(self.state, ValidatorState::Waiting) && self.able && self.keys
	}
}

/// How candidates stand from a session on; they are in the order in which they began to wait. Who sits stays in front of those who wait. Who has no
/// keys keeps its seat, empty, until it counts as absent.
pub(crate) fn plan(claims: &mut [Claim], terms: &ValidatorTerms, session: SessionIndex) {
	// Saturating: then it is never free.
	let left = ValidatorState::Left {
		free: session.saturating_add(terms.unbonding),
	};
	// Those who go make room for those who wait; and where there are no more than there must be, those who come let them go.
	let gone = release(claims, terms, terms.churn, left);
	seat(claims, terms, session);
	release(claims, terms, terms.churn.saturating_sub(gone), left);
}

/// Takes the seats of so many at the most, of whoever may not act before whoever wants to leave; of how many. No faster, and never below the minimum:
/// with a stolen key of an auditor's, the labels of all others could be suspended, and the network left to one.
fn release(claims: &mut [Claim], terms: &ValidatorTerms, most: u32, left: ValidatorState) -> u32 {
	let mut votes = count_of(claims.iter().filter(|claim| claim.votes()));
	let mut gone = 0u32;
	let (unable, retiring): (Vec<_>, Vec<_>) = claims.iter_mut().filter(|claim| claim.goes()).partition(|claim| !claim.able);
	for claim in unable.into_iter().chain(retiring) {
		if gone >= most {
			break;
		}
		// Where it has no keys, nobody is fewer without it.
		if claim.votes() && votes <= terms.min_seats {
			continue;
		}
		if claim.votes() {
			// Never saturates: it was counted.
			votes = votes.saturating_sub(1);
		}
		claim.state = match claim.state {
			ValidatorState::Retiring => left,
			_ => ValidatorState::Waiting,
		};
		// Never saturates: there are fewer candidates.
		gone = gone.saturating_add(1);
	}
	gone
}

/// Gives free seats to those who wait.
fn seat(claims: &mut [Claim], terms: &ValidatorTerms, session: SessionIndex) {
	let mut taken = 0u32;
	let mut countries = BTreeMap::<Country, u32>::new();
	// None of these sums saturates: there are fewer candidates.
	for claim in claims.iter().filter(|claim| claim.sits()) {
		taken = taken.saturating_add(1);
		let seats = countries.entry(claim.country).or_default();
		*seats = seats.saturating_add(1);
	}
	let mut come = 0u32;
	for claim in claims.iter_mut().filter(|claim| claim.waits()) {
		let seats = countries.entry(claim.country).or_default();
		if come >= terms.churn || taken >= terms.max_seats.min(MAX_SEATS) {
			break;
		}
		if *seats >= terms.seats_per_country {
			continue;
		}
		claim.state = ValidatorState::Seated { since: session };
		(come, taken, *seats) = (come.saturating_add(1), taken.saturating_add(1), seats.saturating_add(1));
	}
}

impl<T: Config> Pallet<T> {
	/// The set of a session that is planned now: none if it is that of the session before, with the same keys.
	fn plan_session(session: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		let terms = Terms::<T>::get();
		let mut labels = Vec::new();
		let mut claims = Vec::new();
		let mut seats = Vec::new();
		for label in Candidates::<T>::get() {
			let Some(validator) = Validators::<T>::get(label) else {
				continue;
			};
			let account = T::Authority::account_of(label);
			let acts = account
				.as_ref()
				.and_then(|account| T::Authority::ensure(account, Role::Validator).ok());
			let keys = account.as_ref().and_then(Session::<T>::load_keys);
			claims.push(Claim {
				state: validator.state,
				country: validator.country,
				able: acts == Some(label) && validator.margin >= terms.margin,
				keys: keys.is_some(),
			});
			labels.push((label, validator));
			seats.push(account.zip(keys));
		}
		plan(&mut claims, &terms, session);
		let voters = seats.into_iter().zip(&claims).filter(|(_, claim)| claim.votes());
		let mut next: Vec<(AccountId, T::Keys)> = voters.filter_map(|(seat, _)| seat).collect();
		if next.is_empty() {
			// A chain without validators would be at its end: the last ones stay, and so does everything else.
			next = Self::last_ones();
			claims.clear();
		}
		// In an order that does not depend on who came when, so that the same validators are the same set.
		next.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
		for ((label, validator), claim) in labels.into_iter().zip(claims) {
			if claim.state != validator.state {
				Self::restate(label, validator, claim.state, session);
			}
		}
		let changed = next != pallet_session::QueuedKeys::<T>::get();
		changed.then(|| next.into_iter().map(|(account, _)| (account, ())).collect())
	}

	/// Those of the session that begins, for another one. Who purged its keys has them again: `pallet-session` would leave it out, and with nobody
	/// left no further block could be made.
	fn last_ones() -> Vec<(AccountId, T::Keys)> {
		let mut last = pallet_session::QueuedKeys::<T>::get();
		for (account, keys) in &mut last {
			if let Some(set) = Session::<T>::load_keys(account) {
				*keys = set;
				continue;
			}
			for id in T::Keys::key_ids() {
				let key = (*id, keys.get_raw(*id));
				if !pallet_session::KeyOwner::<T>::contains_key(key) {
					pallet_session::KeyOwner::<T>::insert(key, &*account);
				}
			}
			pallet_session::NextKeys::<T>::insert(&*account, &*keys);
			// As when they were set. It had them, so there is an account and there was room.
			let _ = frame_system::Pallet::<T>::inc_consumers(account);
		}
		last
	}

	/// Keeps what was planned for a validator.
	fn restate(label: LabelId, mut validator: Validator, state: ValidatorState, session: SessionIndex) {
		let event = match state {
			ValidatorState::Seated { .. } => {
				Self::deposit_event(Event::Seated { label, session });
				ValidatorEvent::Seated { session }
			},
			ValidatorState::Left { .. } => {
				Self::dequeue(label);
				Self::let_go(label, &mut validator, session);
				ValidatorEvent::Unseated { session }
			},
			// Nothing else is planned.
			_ => {
				Self::deposit_event(Event::Unseated { label, session });
				ValidatorEvent::Unseated { session }
			},
		};
		validator.state = state;
		Self::change(label, validator, event);
	}

	/// The labels of those in the set of the current session, with the accounts under which they are in it.
	pub(crate) fn members() -> Vec<(AccountId, Option<LabelId>)> {
		let accounts = Session::<T>::validators().into_iter();
		accounts
			.map(|account| (account.clone(), T::Authority::label_of(&account)))
			.collect()
	}

	fn member_labels() -> Vec<LabelId> {
		Self::members().into_iter().filter_map(|(_, label)| label).collect()
	}

	/// Counts blocks of everybody with a seat and everybody in the set, and of nobody else.
	fn take_attendance() {
		let mut counted: BTreeSet<LabelId> = Self::member_labels().into_iter().collect();
		let seated = |label: &LabelId| Validators::<T>::get(label).is_some_and(|validator| sits(validator.state));
		let begins = Attendance {
			blocks: 0,
			last: Produced::<T>::get(),
			back: None,
		};
		let (_, before) = Snapshots::<T>::get();
		for label in &counted {
			// Who was not in the set before, could make none.
			if !before.labels.contains(label) || !Attendances::<T>::contains_key(label) {
				Attendances::<T>::insert(label, begins);
			}
		}
		counted.extend(Candidates::<T>::get().into_iter().filter(seated));
		let over: Vec<LabelId> = Attendances::<T>::iter_keys()
			.filter(|label| !counted.contains(label))
			.collect();
		over.into_iter().for_each(Attendances::<T>::remove);
	}

	/// Shares the reward of a session by the blocks that were made in it. What cannot be shared to the unit stays in the budget, and so does the
	/// share of who may not act any more.
	fn reward() {
		let made: Vec<(LabelId, u32)> = Attendances::<T>::iter()
			.map(|(label, attendance)| (label, attendance.blocks))
			.collect();
		// Never saturates: a session has fewer blocks.
		let all = made.iter().fold(0u32, |all, (_, blocks)| all.saturating_add(*blocks));
		let budget = Budget::<T>::get();
		let reward = Terms::<T>::get().reward.min(budget);
		let mut left = budget;
		for (label, blocks) in made.into_iter().filter(|(_, blocks)| *blocks > 0) {
			Attendances::<T>::mutate_extant(label, |attendance| attendance.blocks = 0);
			let expelled =
				Validators::<T>::get(label).is_some_and(|validator| matches!(validator.state, ValidatorState::Expelled { .. }));
			// An offender earns nothing, nor does one that may not act and has a seat only because too few would be left.
			let earns = |account: &AccountId| !expelled && T::Authority::ensure(account, Role::Validator) == Ok(label);
			let amount = proportion(reward, blocks.into(), all.into());
			let Some(account) = T::Authority::account_of(label).filter(|account| amount > 0 && earns(account)) else {
				continue;
			};
			// Less than an account must have, where there is none, is minted for nobody.
			if CurrencyOf::<T>::mint_into(&account, amount).is_err() {
				continue;
			}
			// Never saturates: shares together are no more than the reward, and that is no more than the budget.
			left = left.saturating_sub(amount);
			Self::deposit_event(Event::Rewarded {
				label,
				account,
				blocks,
				amount,
			});
		}
		if left != budget {
			Budget::<T>::put(left);
		}
	}

	/// As many blocks as may be made by others before silence counts as absence.
	fn patience() -> u64 {
		let seats = count_of(Session::<T>::validators());
		// Never saturates: 32 bits times 32 bits.
		u64::from(Terms::<T>::get().absence).saturating_mul(seats.into())
	}

	/// Whether its last block is too long ago.
	fn is_silent(attendance: Attendance, patience: u64) -> bool {
		// Never saturates: what was counted then was no more than it is now.
		Produced::<T>::get().saturating_sub(attendance.last) > patience
	}

	/// Whether it was silent, and came back not long ago.
	fn is_just_back(attendance: Attendance, patience: u64) -> bool {
		// Never saturates: what was counted then was no more than it is now.
		let since = |back| Produced::<T>::get().saturating_sub(back);
		attendance.back.is_some_and(|back| since(back) <= patience)
	}

	/// Takes the seats of those who are silent; nobody's, when it is more than may fail: then it was the network. Those who have just come back count
	/// with them, because when a network heals they do so one after the other.
	fn dismiss_absent() {
		let patience = Self::patience();
		let (mut absent, mut back) = (Vec::new(), 0u32);
		for (label, attendance) in Attendances::<T>::iter() {
			let Some(validator) = Validators::<T>::get(label).filter(|validator| sits(validator.state)) else {
				continue;
			};
			if Self::is_silent(attendance, patience) {
				absent.push((label, validator));
			} else if Self::is_just_back(attendance, patience) {
				// Never saturates: there are fewer seats.
				back = back.saturating_add(1);
			}
		}
		// Never saturates either.
		if count_of(&absent).saturating_add(back) > tolerated(count_of(Session::<T>::validators())) {
			return;
		}
		absent.sort_unstable_by_key(|(label, _)| *label);
		for (label, mut validator) in absent {
			Self::dequeue(label);
			Self::deposit_event(Event::WentAbsent { label });
			Self::note(label, &mut validator, ValidatorEvent::WentAbsent);
			if validator.state == ValidatorState::Retiring {
				// It wanted to leave. It is still in the set of the session that begins, and in none after that.
				let session = Self::next_session().saturating_add(1);
				Self::let_go(label, &mut validator, session);
			} else {
				validator.state = ValidatorState::Absent;
			}
			Validators::<T>::insert(label, validator);
		}
	}

	/// The seats of these labels, as strength is judged by.
	pub(crate) fn seats_in(labels: &[LabelId]) -> Vec<Seat> {
		let disabled = Self::disabled_labels();
		let patience = Self::patience();
		let seat = |label: &LabelId| {
			let validator = Validators::<T>::get(label)?;
			let silent = Attendances::<T>::get(label).is_some_and(|attendance| Self::is_silent(attendance, patience));
			Some(Seat {
				label: *label,
				organisation: validator.organisation,
				country: validator.country,
				margin: validator.margin,
				faulty: silent || disabled.contains(label),
			})
		};
		labels.iter().filter_map(seat).collect()
	}

	/// The labels of those who may make no blocks.
	pub(crate) fn disabled_labels() -> BTreeSet<LabelId> {
		let disabled: BTreeSet<u32> = Session::<T>::disabled_validators().into_iter().collect();
		let members = (0u32..).zip(Self::members());
		members
			.filter(|(index, _)| disabled.contains(index))
			.filter_map(|(_, (_, label))| label)
			.collect()
	}

	/// How strong the set of the current session is, next to that of the session before.
	pub(crate) fn current_strength() -> Strength {
		let seats = Self::seats_in(&Self::member_labels());
		let (before, _) = Snapshots::<T>::get();
		strength(Session::<T>::current_index(), &seats, &before, &Terms::<T>::get())
	}

	/// Looks at the set of a session that begins; what is out of the ordinary becomes an incident, if it was not so a session ago.
	fn watch() {
		let (_, before) = Snapshots::<T>::get();
		let seats = Self::seats_in(&Self::member_labels());
		Snapshots::<T>::put((before, Snapshot::of(&seats)));
		let found = Self::current_strength().anomalies;
		let known = KnownAnomalies::<T>::get();
		for anomaly in found
			.iter()
			.filter(|found| !known.iter().any(|known| same_concern(found, known)))
		{
			let incident = T::Incidents::record(IncidentKind::Strength { anomaly: *anomaly }, None, false);
			Self::deposit_event(Event::AnomalyFound {
				anomaly: *anomaly,
				incident,
			});
		}
		KnownAnomalies::<T>::put(BoundedVec::truncate_from(found));
	}

	/// Disables offenders that are still in the set: `pallet-session` forgets who is disabled when the set changes.
	fn disable_offenders() {
		for (account, label) in Self::members() {
			let state = label.and_then(Validators::<T>::get).map(|validator| validator.state);
			if matches!(state, Some(ValidatorState::Expelled { .. })) {
				Session::<T>::report_offence(account, OffenceSeverity::max_severity());
			}
		}
	}

	/// For how many sessions offences can be proven: no longer than margin is locked that could be slashed for them.
	fn evidence_age() -> SessionIndex {
		T::EvidenceAge::get().min(Terms::<T>::get().unbonding)
	}
}

impl<T: Config> Voters for Pallet<T> {
	fn voters() -> BTreeSet<LabelId> {
		let next = pallet_session::QueuedKeys::<T>::get();
		let next = next.iter().filter_map(|(account, _)| T::Authority::label_of(account));
		next.chain(Self::member_labels()).collect()
	}

	fn has_stake(label: LabelId) -> bool {
		Validators::<T>::contains_key(label)
	}
}

/// Whether a validator has a seat.
const fn sits(state: ValidatorState) -> bool {
	matches!(state, ValidatorState::Seated { .. } | ValidatorState::Retiring)
}

impl<T: Config> historical::SessionManager<AccountId, ()> for Pallet<T> {
	/// A set whenever another validator is in it or one has other keys than before, so that their ownership can be proven; otherwise none, or
	/// GRANDPA would begin a new set with every session. Never an empty one.
	fn new_session(session: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		Self::plan_session(session)
	}

	/// Everybody who has session keys, in the order of their accounts: neither labels nor seats are there yet when `pallet-session` is built.
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		let mut accounts: Vec<AccountId> = pallet_session::NextKeys::<T>::iter_keys().collect();
		accounts.sort_unstable();
		Some(accounts.into_iter().map(|account| (account, ())).collect())
	}

	fn start_session(session: SessionIndex) {
		// Those of the next one are queued later.
		CurrentKeys::<T>::put(pallet_session::QueuedKeys::<T>::get());
		// That of genesis begins before there are labels: its seats are given by the genesis of this pallet.
		if session == 0 {
			return;
		}
		// Saturating: in the first sessions there is nothing to forget.
		let oldest = session.saturating_sub(Self::evidence_age());
		historical::Pallet::<T>::prune_up_to(oldest);
		Self::forget_offences(oldest);
		Self::take_attendance();
		Self::disable_offenders();
		Self::apply_due(session);
		Self::watch();
	}

	fn end_session(_: SessionIndex) {
		Self::reward();
		Self::dismiss_absent();
	}
}

impl<T: Config> pallet_session::SessionManager<AccountId> for Pallet<T> {
	fn new_session(session: SessionIndex) -> Option<Vec<AccountId>> {
		accounts(<Self as historical::SessionManager<_, _>>::new_session(session))
	}

	fn new_session_genesis(session: SessionIndex) -> Option<Vec<AccountId>> {
		accounts(<Self as historical::SessionManager<_, _>>::new_session_genesis(session))
	}

	fn start_session(session: SessionIndex) {
		<Self as historical::SessionManager<_, _>>::start_session(session);
	}

	fn end_session(session: SessionIndex) {
		<Self as historical::SessionManager<_, _>>::end_session(session);
	}
}

fn accounts(set: Option<Vec<(AccountId, ())>>) -> Option<Vec<AccountId>> {
	set.map(|set| set.into_iter().map(|(account, ())| account).collect())
}

impl<T: Config> pallet_authorship::EventHandler<AccountId, BlockNumberFor<T>> for Pallet<T> {
	/// Counts a block for the label of its author. `pallet-authorship` says that this costs nothing; so what it costs is added here.
	fn note_author(author: AccountId) {
		let weight = <T as Config>::WeightInfo::note_author();
		frame_system::Pallet::<T>::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
		let Some(label) = T::Authority::label_of(&author) else {
			return;
		};
		// Neither saturates: 64 bits of blocks are more than there will be, and 32 bits more than in a session.
		let produced = Produced::<T>::get().saturating_add(1);
		let patience = Self::patience();
		Attendances::<T>::mutate_extant(label, |attendance| {
			if Self::is_silent(*attendance, patience) {
				attendance.back = Some(produced);
			}
			attendance.blocks = attendance.blocks.saturating_add(1);
			attendance.last = produced;
		});
		Produced::<T>::put(produced);
	}
}

/// Finds the account of a block's author by its index in the set that the block belongs to. The first block of a session is made by the set of that
/// session, while `pallet-session` still has the one before: it changes later in that block.
pub struct AuthorInSet<T, Inner>(PhantomData<(T, Inner)>);

impl<T: Config, Inner: FindAuthor<u32>> FindAuthor<AccountId> for AuthorInSet<T, Inner> {
	fn find_author<'a, I>(digests: I) -> Option<AccountId>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		let index = usize::try_from(Inner::find_author(digests)?).ok()?;
		let now = frame_system::Pallet::<T>::block_number();
		if <T as pallet_session::Config>::ShouldEndSession::should_end_session(now) {
			let queued = pallet_session::QueuedKeys::<T>::get();
			return queued.into_iter().nth(index).map(|(account, _)| account);
		}
		Session::<T>::validators().into_iter().nth(index)
	}
}
