// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls, of the change of sessions, and of slashing.
//!
//! Keys of sessions are any bytes of the right form: that they are owned is for `pallet-session` to see.

use crate::{
	functions::CurrencyOf, Attendance, Attendances, Budget, Call, Candidates, Config, Organisations, Pallet, Slashes, Terms,
	Validators, MAX_CANDIDATES, MAX_SEATS,
};
use alloc::{vec, vec::Vec};
use chirograph_primitives::{
	validator::{SlashState, ValidatorState, ValidatorTerms, WHOLE},
	AccountId, Authority, Balance, Identities, LabelId, OrganisationId, Role, SessionIndex,
};
use codec::Decode;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use pallet_session::historical::SessionManager;
use sp_runtime::traits::{BlakeTwo256, Hash};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// Terms under which all of a full set can sit, with a margin that any network's token allows.
fn terms<T: Config>() -> ValidatorTerms {
	ValidatorTerms {
		margin: margin::<T>(),
		max_seats: MAX_SEATS,
		min_seats: 1,
		seats_per_country: MAX_SEATS,
		reward: margin::<T>(),
		..ValidatorTerms::default()
	}
}

fn margin<T: Config>() -> Balance {
	CurrencyOf::<T>::minimum_balance().max(1).saturating_mul(1_000_000)
}

/// An account with a label, tokens and session keys.
fn ready<T: Config>(index: u32) -> AccountId {
	let account: AccountId = account("validator", index, 0);
	T::Authority::admit(&account, Role::Validator);
	CurrencyOf::<T>::set_balance(&account, margin::<T>().saturating_mul(10));
	// Long enough for the keys of any session.
	let part = |part: u32| BlakeTwo256::hash(&[index.to_le_bytes(), part.to_le_bytes()].concat()).0;
	let seed: Vec<u8> = (0u32..8).flat_map(part).collect();
	let keys = T::Keys::decode(&mut seed.as_slice()).expect("any bytes are public keys");
	pallet_session::NextKeys::<T>::insert(&account, keys);
	account
}

/// One of that number that waits, of an organisation of its own: labels of benchmarks are all of one.
fn join<T: Config>(index: u32) -> Result<(AccountId, LabelId), BenchmarkError> {
	let account = ready::<T>(index);
	let label = T::Authority::ensure(&account, Role::Validator)?;
	let identity = T::Authority::identity(label).ok_or("the label is there")?;
	Organisations::<T>::remove(identity.organisation);
	Pallet::<T>::join(RawOrigin::Signed(account.clone()).into(), margin::<T>())?;
	let mut bytes = [0xff; 32];
	bytes[..4].copy_from_slice(&index.to_le_bytes());
	let own = OrganisationId(bytes);
	Organisations::<T>::remove(identity.organisation);
	Organisations::<T>::insert(own, label);
	Validators::<T>::mutate_extant(label, |validator| validator.organisation = own);
	Ok((account, label))
}

/// One that has a seat and blocks, in the set with others.
fn sit<T: Config>(index: u32) -> Result<(AccountId, LabelId), BenchmarkError> {
	let (account, label) = join::<T>(index)?;
	Validators::<T>::mutate_extant(label, |validator| validator.state = ValidatorState::Seated { since: 0 });
	let attendance = Attendance {
		blocks: 3,
		last: 0,
		back: None,
	};
	Attendances::<T>::insert(label, attendance);
	Ok((account, label))
}

/// A full set.
fn fill<T: Config>(seats: u32) -> Result<Vec<(AccountId, LabelId)>, BenchmarkError> {
	Terms::<T>::put(terms::<T>());
	// Those of genesis make room.
	Candidates::<T>::kill();
	let set = (0..seats).map(sit::<T>).collect::<Result<Vec<_>, _>>()?;
	pallet_session::Validators::<T>::put(set.iter().map(|(account, _)| account.clone()).collect::<Vec<_>>());
	Ok(set)
}

/// As many candidates as there is room for but so many.
fn crowd<T: Config>(room: u32) {
	let many = (1_000_000..).take(MAX_CANDIDATES.saturating_sub(room) as usize).collect();
	Candidates::<T>::put(BoundedVec::truncate_from(many));
}

fn offence(account: &AccountId, reporter: &AccountId) -> OffenceDetails<AccountId, (AccountId, ())> {
	OffenceDetails {
		offender: (account.clone(), ()),
		reporters: vec![reporter.clone()],
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn join() -> Result<(), BenchmarkError> {
		Terms::<T>::put(terms::<T>());
		let account = ready::<T>(0);
		let label = T::Authority::ensure(&account, Role::Validator)?;
		let identity = T::Authority::identity(label).ok_or("the label is there")?;
		Organisations::<T>::remove(identity.organisation);
		crowd::<T>(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(account), margin::<T>());
		assert!(Validators::<T>::contains_key(label));
		Ok(())
	}

	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		Terms::<T>::put(terms::<T>());
		Candidates::<T>::kill();
		let (account, label) = super::join::<T>(0)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(account), margin::<T>());
		assert_eq!(
			Validators::<T>::get(label).map(|validator| validator.margin),
			Some(margin::<T>().saturating_mul(2))
		);
		Ok(())
	}

	/// Of one with a seat, which reads all candidates.
	#[benchmark]
	fn leave() -> Result<(), BenchmarkError> {
		let set = fill::<T>(MAX_SEATS)?;
		for index in MAX_SEATS..MAX_CANDIDATES {
			super::join::<T>(index)?;
		}
		let (account, label) = set.into_iter().next().ok_or("the set is full")?;
		#[extrinsic_call]
		_(RawOrigin::Signed(account));
		let state = Validators::<T>::get(label).map(|validator| validator.state);
		assert_eq!(state, Some(ValidatorState::Retiring));
		Ok(())
	}

	#[benchmark]
	fn resume() -> Result<(), BenchmarkError> {
		Terms::<T>::put(terms::<T>());
		Candidates::<T>::kill();
		let (account, label) = super::join::<T>(0)?;
		Validators::<T>::mutate_extant(label, |validator| validator.state = ValidatorState::Absent);
		crowd::<T>(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(account));
		let state = Validators::<T>::get(label).map(|validator| validator.state);
		assert_eq!(state, Some(ValidatorState::Waiting));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		Terms::<T>::put(terms::<T>());
		Candidates::<T>::kill();
		let (account, label) = super::join::<T>(0)?;
		Validators::<T>::mutate_extant(label, |validator| validator.state = ValidatorState::Expelled { free: 0 });
		#[extrinsic_call]
		_(RawOrigin::Signed(account));
		assert_eq!(Validators::<T>::get(label).map(|validator| validator.margin), Some(0));
		Ok(())
	}

	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		let origin = T::CouncilOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let set = fill::<T>(4)?;
		let offences: Vec<_> = set.iter().map(|(account, _)| offence(account, account)).take(1).collect();
		Pallet::<T>::on_offence(&offences, &[], 0);
		let id = crate::SlashCount::<T>::get().saturating_sub(1);
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id);
		assert_eq!(Slashes::<T>::get(id).map(|slash| slash.state), Some(SlashState::Cancelled));
		Ok(())
	}

	#[benchmark]
	fn fund() -> Result<(), BenchmarkError> {
		let origin = T::CouncilOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let before = Budget::<T>::get();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 7);
		assert_eq!(Budget::<T>::get(), before.saturating_add(7));
		Ok(())
	}

	#[benchmark]
	fn note_author() -> Result<(), BenchmarkError> {
		let set = fill::<T>(1)?;
		let (account, label) = set.into_iter().next().ok_or("there is one")?;
		#[block]
		{
			<Pallet<T> as pallet_authorship::EventHandler<_, _>>::note_author(account);
		}
		assert_eq!(Attendances::<T>::get(label).map(|attendance| attendance.blocks), Some(4));
		Ok(())
	}

	/// As many of a full set as can be, at once, reported by one of them.
	#[benchmark]
	fn slash_all(o: Linear<1, MAX_SEATS>) -> Result<(), BenchmarkError> {
		let set = fill::<T>(MAX_SEATS)?;
		let (reporter, _) = set.last().cloned().ok_or("the set is full")?;
		let offences: Vec<_> = set
			.iter()
			.take(o as usize)
			.map(|(account, _)| offence(account, &reporter))
			.collect();
		let before = crate::SlashCount::<T>::get();
		#[block]
		{
			Pallet::<T>::on_offence(&offences, &[], 0);
		}
		assert_eq!(crate::SlashCount::<T>::get().saturating_sub(before), o);
		Ok(())
	}

	/// All that happens when a session changes, with rewards for a full set, slashes that are due, and one seat that changes hands.
	#[benchmark]
	fn rotate() -> Result<(), BenchmarkError> {
		let set = fill::<T>(MAX_SEATS)?;
		for index in MAX_SEATS..MAX_CANDIDATES {
			super::join::<T>(index)?;
		}
		Budget::<T>::put(terms::<T>().reward);
		// One of them was slashed, which is due; one of those who wait takes its seat.
		Terms::<T>::mutate(|terms| {
			terms.appeal = 0;
			terms.floor = WHOLE;
		});
		let offences: Vec<_> = set.iter().take(1).map(|(account, _)| offence(account, account)).collect();
		Pallet::<T>::on_offence(&offences, &[], 0);
		let session: SessionIndex = pallet_session::Pallet::<T>::current_index().saturating_add(1);
		#[block]
		{
			<Pallet<T> as SessionManager<AccountId, ()>>::end_session(session.saturating_sub(1));
			<Pallet<T> as SessionManager<AccountId, ()>>::start_session(session);
			let next = <Pallet<T> as SessionManager<AccountId, ()>>::new_session(session.saturating_add(1));
			assert_eq!(next.map(|set| set.len()), Some(MAX_SEATS as usize));
		}
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
