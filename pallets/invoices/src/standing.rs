// SPDX-License-Identifier: Apache-2.0

//! What stands beforehand: sellers' conditions, authorities' words, periods that are closed.

use crate::{people::People, Authorisations, ClosedPeriods, Conditions, Config, Error, Event, Pallet};
use chirograph_primitives::{
	invoice::{self, Authorisation, Currency, Date, Period, VatRate},
	AccountId, Authority, BlockNumber, Directory, Jurisdiction, LabelId, Ledger, Moment, Role, Routing,
};
use frame_support::{dispatch::DispatchResult, ensure};

impl<T: Config> Pallet<T> {
	/// A seller's conditions, if who gave them still holds its label.
	pub(crate) fn conditions_of(seller: LabelId, people: &mut People<T>) -> Option<invoice::Conditions> {
		let (by, conditions) = Conditions::<T>::get(seller)?;
		people.is_held_by(seller, Role::Taxpayer, &by).then_some(conditions)
	}

	/// An authority's word for a seller, if who gave it still holds the authority's label.
	pub(crate) fn authorisation_of(seller: LabelId, people: &mut People<T>) -> Option<Authorisation> {
		let (by, word) = Authorisations::<T>::get(seller)?;
		people.is_held_by(word.authority, Role::TaxAuthority, &by).then_some(word)
	}

	pub(crate) fn do_set_conditions(who: &AccountId, conditions: invoice::Conditions) -> DispatchResult {
		let seller = T::Authority::ensure(who, Role::Taxpayer)?;
		let allow_something = !conditions.currencies.is_empty() && !conditions.rates.is_empty() && conditions.max_total > 0;
		let hold = conditions.valid_until >= T::Ledger::here().block;
		ensure!(allow_something && hold, Error::<T>::BadConditions);
		let is_known = |currency: &Currency| currency.minor_digits().is_some();
		ensure!(conditions.currencies.iter().all(is_known), Error::<T>::UnknownCurrency);
		let is_rate = |VatRate { category, rate }: &VatRate| category.allows(*rate);
		ensure!(conditions.rates.iter().all(is_rate), Error::<T>::WrongRate);
		Conditions::<T>::insert(seller, (who, &conditions));
		Self::deposit_event(Event::ConditionsSet { seller, conditions });
		Ok(())
	}

	pub(crate) fn do_withdraw_conditions(who: &AccountId) -> DispatchResult {
		let seller = T::Authority::ensure(who, Role::Taxpayer)?;
		Conditions::<T>::take(seller).ok_or(Error::<T>::NothingToWithdraw)?;
		Self::deposit_event(Event::ConditionsWithdrawn { seller });
		Ok(())
	}

	pub(crate) fn do_authorise(
		who: &AccountId,
		seller: LabelId,
		currency: Currency,
		max_total: u64,
		total: u64,
		valid_until: BlockNumber,
	) -> DispatchResult {
		let authority = T::Authority::ensure(who, Role::TaxAuthority)?;
		let allows_something = max_total > 0 && total > 0;
		let holds = valid_until >= T::Ledger::here().block;
		ensure!(allows_something && holds, Error::<T>::BadAuthorisation);
		ensure!(currency.minor_digits().is_some(), Error::<T>::UnknownCurrency);
		let home = T::Authority::holder(seller, Role::Taxpayer)?.home;
		ensure!(T::Routing::competent(&home) == Some(authority), Error::<T>::NotCompetent);
		let authorisation = Authorisation {
			authority,
			currency,
			max_total,
			remaining: total,
			valid_until,
		};
		Authorisations::<T>::insert(seller, (who, &authorisation));
		Self::deposit_event(Event::AuthorisationSet { seller, authorisation });
		Ok(())
	}

	pub(crate) fn do_withdraw_authorisation(who: &AccountId, seller: LabelId) -> DispatchResult {
		let authority = T::Authority::ensure(who, Role::TaxAuthority)?;
		let is_theirs = Authorisations::<T>::get(seller).is_some_and(|(_, word)| word.authority == authority);
		ensure!(is_theirs, Error::<T>::NothingToWithdraw);
		Authorisations::<T>::remove(seller);
		Self::deposit_event(Event::AuthorisationWithdrawn { seller, authority });
		Ok(())
	}

	pub(crate) fn do_close_period(who: &AccountId, jurisdiction: Jurisdiction, period: Period) -> DispatchResult {
		let authority = T::Authority::ensure(who, Role::TaxAuthority)?;
		// Nobody is at home, and nobody competent, in a place that cannot be.
		let competent = Some(&jurisdiction)
			.filter(|place| place.is_well_formed())
			.and_then(T::Routing::competent);
		ensure!(competent == Some(authority), Error::<T>::NotCompetent);
		ensure!(period.is_valid(), Error::<T>::NoSuchDate);
		ensure!(has_begun(&period, T::Ledger::here().time), Error::<T>::FutureDate);
		let is_later = ClosedPeriods::<T>::get(jurisdiction).is_none_or(|closed| closed < period);
		ensure!(is_later, Error::<T>::AlreadyClosed);
		ClosedPeriods::<T>::insert(jurisdiction, period);
		Self::deposit_event(Event::PeriodClosed {
			jurisdiction,
			period,
			authority,
		});
		Ok(())
	}
}

/// Whether a period has begun somewhere on earth.
pub(crate) fn has_begun(period: &Period, now: Moment) -> bool {
	let Period { year, month } = *period;
	!Date { year, month, day: 1 }.is_future(now)
}
