// SPDX-License-Identifier: Apache-2.0

//! What an offence costs, who loses it, and what becomes of it (X.1407 9.2.3 e, g).
//!
//! An offender loses `(3k/n)²` of the margin that it had when its first offence was reported: n is how many seats there were in the session of its
//! offence, and k how many labels committed one within a window of it, itself included. Both only ever get worse for it as reports come
//! in, and no report asks what came before it: so the outcome is the same whatever the order of reports.

use crate::{
	functions::{reason, CurrencyOf},
	strength::{count_of, share, slash_fraction},
	Config, Event, OffenceList, Offences, Organisations, Pallet, PendingSlashes, SlashCount, Slashes, SlashesDone, Terms,
	Validators, WeightInfo, MAX_APPLIED,
};
use alloc::{collections::BTreeSet, vec::Vec};
use chirograph_primitives::{
	incident::IncidentKind,
	validator::{Slash, SlashId, SlashState, ValidatorEvent, ValidatorState},
	AccountId, Balance, Containment, Identities, IncidentId, IncidentRegistry, LabelId, Ledger, OrganisationId, SessionIndex,
};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
	dispatch::DispatchClass,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
	weights::Weight,
};
use pallet_session::{historical, Pallet as Session};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, Perbill};
use sp_staking::offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler};

/// The offences of a label that are within a window of one another, and so count as one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Offence {
	/// Whose.
	pub label: LabelId,
	/// The earliest session that one was committed in.
	pub first: SessionIndex,
	/// The latest one. Between the two there is no gap wider than a window.
	pub last: SessionIndex,
	/// The fewest seats that there were in a session of theirs.
	pub seats: u32,
	/// Its margin when the first one was reported.
	pub margin: Balance,
	/// What was taken of it, pending or not, taken back or not.
	pub taken: Balance,
	/// The incident of the one that was reported first.
	pub incident: IncidentId,
}

impl Offence {
	/// Whether some of each are within a window of some of the other.
	pub(crate) const fn is_near(&self, first: SessionIndex, last: SessionIndex, window: SessionIndex) -> bool {
		// Saturating: a window may be wider than there are sessions.
		self.first <= last.saturating_add(window) && first <= self.last.saturating_add(window)
	}

	/// Whether it is known that there was one in that session, or in sessions around it.
	const fn covers(&self, label: LabelId, session: SessionIndex) -> bool {
		self.label == label && self.first <= session && session <= self.last
	}
}

/// Enters an offence. Those of the same label that it is near to become one with it: with the margin that stood behind the first one reported.
pub(crate) fn enter(known: &mut Vec<Offence>, new: Offence, window: SessionIndex) {
	let is_same = |offence: &Offence| offence.label == new.label && offence.is_near(new.first, new.last, window);
	let same: Vec<Offence> = known.iter().filter(|offence| is_same(offence)).cloned().collect();
	let position = known.iter().position(is_same);
	let mut merged = same.first().unwrap_or(&new).clone();
	for other in same.iter().skip(1).chain([&new]) {
		merged.first = merged.first.min(other.first);
		merged.last = merged.last.max(other.last);
		merged.seats = merged.seats.min(other.seats);
	}
	// Where more was taken, the council took some of it back in between: then nothing is owed.
	let taken = same
		.iter()
		.fold(0, |taken: Balance, offence| taken.saturating_add(offence.taken));
	merged.taken = taken.min(merged.margin);
	known.retain(|offence| !(offence.label == merged.label && offence.is_near(merged.first, merged.last, window)));
	let position = position.unwrap_or(known.len()).min(known.len());
	known.insert(position, merged);
}

/// How many labels acted together with an offender, itself included.
pub(crate) fn colluders(known: &[Offence], offence: &Offence, window: SessionIndex) -> u32 {
	let near = known
		.iter()
		.filter(|other| other.is_near(offence.first, offence.last, window));
	let labels: BTreeSet<LabelId> = near.map(|other| other.label).collect();
	count_of(labels)
}

/// A new offence, and whose report it was.
struct Report {
	label: LabelId,
	reporter: Option<AccountId>,
}

impl<T: Config> OnOffenceHandler<AccountId, (AccountId, ()), Weight> for Pallet<T> {
	/// Takes what offences cost, together with those that are known already. The fractions are not used: they were computed of offenders of one kind in
	/// one slot. Repeated reports cost nothing more. What it costs to run is added to the block's weight: reports are charged for as if
	/// nobody was slashed.
	fn on_offence(offenders: &[OffenceDetails<AccountId, (AccountId, ())>], _: &[Perbill], session: SessionIndex) -> Weight {
		let slashed = Self::punish(offenders, session);
		let weight = <T as Config>::WeightInfo::slash_all(slashed.max(count_of(offenders)));
		frame_system::Pallet::<T>::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
		weight
	}
}

impl<T: Config> Pallet<T> {
	/// How many were slashed.
	fn punish(offenders: &[OffenceDetails<AccountId, (AccountId, ())>], session: SessionIndex) -> u32 {
		let window = Terms::<T>::get().window;
		let mut known = Offences::<T>::get().into_inner();
		let reports: Vec<Report> = offenders
			.iter()
			.filter_map(|details| Self::enter_report(&mut known, details, session))
			.collect();
		// A further offender costs the others more: that was proven by whoever reported the last one.
		let Some(latest) = reports.last().map(|report| report.reporter.clone()) else {
			return 0;
		};
		let all = known.clone();
		let mut slashed = 0u32;
		for offence in known.iter_mut().filter(|offence| offence.is_near(session, session, window)) {
			let own = reports.iter().find(|report| report.label == offence.label);
			let reporter = own.map_or_else(|| latest.clone(), |report| report.reporter.clone());
			if Self::slash(offence, colluders(&all, offence, window), session, reporter) {
				// Never saturates: there are fewer offences.
				slashed = slashed.saturating_add(1);
			}
		}
		Self::keep_offences(known);
		slashed
	}

	/// Enters what a report says, if that is not known.
	fn enter_report(
		known: &mut Vec<Offence>,
		details: &OffenceDetails<AccountId, (AccountId, ())>,
		session: SessionIndex,
	) -> Option<Report> {
		let (account, ()) = &details.offender;
		// Whoever was in a set has a label and was a validator: nobody else can be slashed.
		let label = T::Authority::label_of(account)?;
		let margin = Validators::<T>::get(label)?.margin;
		if known.iter().any(|offence| offence.covers(label, session)) {
			return None;
		}
		let window = Terms::<T>::get().window;
		let one_with = known
			.iter()
			.find(|offence| offence.label == label && offence.is_near(session, session, window));
		let incident = Self::expel(account, label, session, one_with.map(|offence| offence.incident))?;
		let offence = Offence {
			label,
			first: session,
			last: session,
			seats: Self::seats_of(session),
			margin,
			taken: 0,
			incident,
		};
		enter(known, offence, window);
		let reporter = details.reporters.first().cloned();
		Some(Report { label, reporter })
	}

	/// How many seats there were in a session.
	fn seats_of(session: SessionIndex) -> u32 {
		let set = historical::HistoricalSessions::<T>::get(session);
		// That of genesis is not written down where nothing wraps the session manager; then it is the current one.
		set.map_or_else(|| count_of(Session::<T>::validators()), |(_, seats)| seats)
	}

	/// An offender is in no set that is planned from now on, and can do nothing by its label. `known`: the incident of the offence that this one
	/// counts as one with.
	fn expel(account: &AccountId, label: LabelId, session: SessionIndex, known: Option<IncidentId>) -> Option<IncidentId> {
		let mut validator = Validators::<T>::get(label)?;
		let terms = Terms::<T>::get();
		// It is in the set of the next session, if it is in that of this one. Locked for a window longer than the margin of who leaves: evidence
		// against those who acted together with it can arrive so much later, and costs it more. Saturating: then it is never free.
		let next = Self::next_session().saturating_add(1);
		let free = next.saturating_add(terms.unbonding).saturating_add(terms.window);
		let free = match validator.state {
			ValidatorState::Left { free: before } | ValidatorState::Expelled { free: before } => free.max(before),
			_ => free,
		};
		validator.state = ValidatorState::Expelled { free };
		Self::dequeue(label);
		// Its organisation is not to come back with another label before it withdrew. One that came while it had left, stays.
		if !Organisations::<T>::contains_key(validator.organisation) {
			Organisations::<T>::insert(validator.organisation, label);
		}
		Validators::<T>::insert(label, validator);
		// In the set by the account that had the label when it was planned.
		let holder = T::Authority::account_of(label).filter(|holder| holder != account);
		for account in holder.into_iter().chain([account.clone()]) {
			Session::<T>::report_offence(account, OffenceSeverity::max_severity());
		}
		let contained = T::Authority::suspend_offender(label).is_ok();
		let record = || T::Incidents::record(IncidentKind::Equivocation { session }, Some(label), contained);
		let incident = known.unwrap_or_else(record);
		Self::deposit_event(Event::Expelled {
			label,
			session,
			incident,
			free,
		});
		Some(incident)
	}

	/// Takes what an offence costs by now, less what was taken already; whether that was anything.
	fn slash(offence: &mut Offence, offenders: u32, session: SessionIndex, reporter: Option<AccountId>) -> bool {
		let terms = Terms::<T>::get();
		let Some(mut validator) = Validators::<T>::get(offence.label) else {
			return false;
		};
		let fraction = slash_fraction(offenders, offence.seats, terms.floor);
		// Saturating: what was taken with fewer seats or more offenders is not given back.
		let owed = share(offence.margin, fraction).saturating_sub(offence.taken);
		let amount = owed.min(validator.margin);
		if amount == 0 {
			return false;
		}
		// None of these saturates: it is no more than the margin, and all that is held is no more than there are tokens.
		validator.margin = validator.margin.saturating_sub(amount);
		offence.taken = offence.taken.saturating_add(amount);
		PendingSlashes::<T>::mutate(offence.label, |pending| *pending = pending.saturating_add(amount));
		let id = SlashCount::<T>::get();
		SlashCount::<T>::put(id.saturating_add(1));
		let slash = Slash {
			label: offence.label,
			session: if offence.covers(offence.label, session) {
				session
			} else {
				offence.first
			},
			offenders,
			seats: offence.seats,
			fraction,
			amount,
			reporter: reporter.filter(|reporter| Self::is_of_another(reporter, validator.organisation)),
			state: SlashState::Pending {
				// Saturating: then it is never due.
				due: Session::<T>::current_index().saturating_add(terms.appeal),
			},
			incident: offence.incident,
			at: T::Ledger::here(),
		};
		Slashes::<T>::insert(id, &slash);
		Self::change(offence.label, validator, ValidatorEvent::Slashed { slash: id, amount });
		Self::deposit_event(Event::Slashed { id, slash });
		true
	}

	/// Whether an account can be traced to another organisation: an offender earns nothing by its own offence.
	fn is_of_another(account: &AccountId, organisation: OrganisationId) -> bool {
		let identity = T::Authority::label_of(account).and_then(T::Authority::identity);
		identity.is_some_and(|identity| identity.organisation != organisation)
	}

	fn keep_offences(mut known: Vec<Offence>) {
		// More than there is room for: the oldest ones are the least likely to be near to another.
		while known.len() > OffenceList::bound() {
			let oldest = known.iter().enumerate().min_by_key(|(_, offence)| offence.last);
			let Some((position, _)) = oldest else {
				break;
			};
			known.remove(position);
		}
		Offences::<T>::put(OffenceList::truncate_from(known));
	}

	/// Forgets offences that no other which can still be proven could be near to.
	pub(crate) fn forget_offences(oldest: SessionIndex) {
		let window = Terms::<T>::get().window;
		Offences::<T>::mutate(|known| known.retain(|offence| offence.last.saturating_add(window) >= oldest));
	}

	/// Carries out the slashes that are due, so many at the most.
	pub(crate) fn apply_due(session: SessionIndex) {
		let (begin, all) = (SlashesDone::<T>::get(), SlashCount::<T>::get());
		// Saturating: 32 bits of slashes are more than there will be.
		let end = begin.saturating_add(MAX_APPLIED).min(all);
		let mut done = begin;
		for id in begin..end {
			let Some(slash) = Slashes::<T>::get(id) else {
				break;
			};
			match slash.state {
				SlashState::Pending { due } if due > session => break,
				SlashState::Pending { .. } => Self::apply(id, slash),
				SlashState::Applied | SlashState::Cancelled => (),
			}
			done = id.saturating_add(1);
		}
		if done != begin {
			SlashesDone::<T>::put(done);
		}
	}

	/// Pays the reporter, and burns the rest.
	fn apply(id: SlashId, mut slash: Slash) {
		let (label, amount) = (slash.label, slash.amount);
		let reward = share(amount, Terms::<T>::get().reporter_share);
		let (mut rewarded, mut burnt) = (0, 0);
		// A label is always held by an account.
		if let Some(account) = T::Authority::account_of(label) {
			if let Some(reporter) = slash.reporter.as_ref().filter(|_| reward > 0) {
				rewarded = Self::pay(&account, &Self::heir(reporter), reward);
			}
			// Never saturates: the reward is no more than the amount.
			let rest = amount.saturating_sub(rewarded);
			let (precision, force) = (Precision::BestEffort, Fortitude::Force);
			burnt = CurrencyOf::<T>::burn_held(&reason::<T>(), &account, rest, precision, force).unwrap_or_default();
		}
		Self::settle(label, amount);
		slash.state = SlashState::Applied;
		Slashes::<T>::insert(id, slash);
		if let Some(validator) = Validators::<T>::get(label) {
			Self::change(label, validator, ValidatorEvent::SlashApplied { slash: id, rewarded });
		}
		Self::deposit_event(Event::SlashApplied {
			id,
			label,
			rewarded,
			burnt,
		});
	}

	/// The account that holds the label which an account held.
	fn heir(account: &AccountId) -> AccountId {
		let holder = T::Authority::label_of(account).and_then(T::Authority::account_of);
		holder.unwrap_or_else(|| account.clone())
	}

	/// Pays a reporter out of what is held; how much it got. Nothing, where that is less than its account must have.
	fn pay(from: &AccountId, to: &AccountId, reward: Balance) -> Balance {
		let paid = frame_support::storage::with_storage_layer::<_, DispatchError, _>(|| {
			let (precision, mode, force) = (Precision::Exact, Restriction::Free, Fortitude::Force);
			CurrencyOf::<T>::transfer_on_hold(&reason::<T>(), from, to, reward, precision, mode, force)
		});
		paid.unwrap_or_default()
	}
}
