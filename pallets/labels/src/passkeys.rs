// SPDX-License-Identifier: Apache-2.0

//! A second factor beside the holder's key (X.1407 9.1.1 d): what a label guards with a passkey takes a confirmation by it.
//!
//! A confirmation is for one call, of one label, and for one use. While the call runs that it is for, and no longer, the label counts as
//! confirmed; what the call would do without a passkey, it still has to be allowed to do.

use crate::{Config, Confirmed, Error, Event, Holders, Labels, Pallet, Passkeys, Sequences, WeightInfo};
use alloc::boxed::Box;
use chirograph_primitives::{
	passkey, payload, AccountId, Assertion, BoundPasskey, Label, LabelId, Ledger, Operation, Operations, Passkey,
};
use codec::Encode;
use frame_support::{
	dispatch::{extract_actual_weight, DispatchErrorWithPostInfo, DispatchResult, DispatchResultWithPostInfo, GetDispatchInfo},
	ensure,
};
use frame_system::pallet_prelude::OriginFor;
use sp_runtime::traits::{Dispatchable, SaturatedConversion};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_bind_passkey(
		holder: AccountId,
		passkey: Passkey,
		guarded: Operations,
		sequence: u32,
		assertion: Assertion,
	) -> DispatchResult {
		let mut label = Self::usable_label(&holder).map_err(Error::<T>::from)?;
		ensure!(!guarded.is_empty() && !guarded.has_unknown(), Error::<T>::InvalidOperations);
		// Whoever has the key only must not put a passkey of their own in the place of the holder's.
		Self::ensure_passkey_confirmed(label.id)?;
		let unused = BoundPasskey { passkey, counter: 0 };
		let confirmed = payload::binding(&passkey, guarded);
		Self::use_passkey(label.id, unused, &confirmed, sequence, &assertion)?;
		label.guarded = guarded;
		Self::deposit_event(Event::PasskeyBound {
			label: label.id,
			passkey,
			guarded,
		});
		Labels::<T>::insert(&holder, label);
		Ok(())
	}

	pub(crate) fn do_unbind_passkey(holder: AccountId) -> DispatchResult {
		let mut label = Self::usable_label(&holder).map_err(Error::<T>::from)?;
		ensure!(Passkeys::<T>::contains_key(label.id), Error::<T>::NoPasskey);
		Self::ensure_label_confirmed(label.id)?;
		Self::forget_passkey(&mut label);
		Labels::<T>::insert(&holder, label);
		Ok(())
	}

	/// Dispatches `call` as the same origin, while the label counts as confirmed. The error of `call` is the error of this.
	pub(crate) fn do_confirm(
		origin: OriginFor<T>,
		label: LabelId,
		call: Box<<T as Config>::RuntimeCall>,
		sequence: u32,
		assertion: Assertion,
	) -> DispatchResultWithPostInfo {
		// What one label's passkey confirmed is not to be done while another's counts as confirmed, or is to be and does not.
		ensure!(!Confirmed::<T>::exists(), Error::<T>::NestedConfirmation);
		let Some(bound) = Passkeys::<T>::get(label) else {
			ensure!(Holders::<T>::contains_key(label), Error::<T>::UnknownLabel);
			return Err(Error::<T>::NoPasskey.into());
		};
		Self::use_passkey(label, bound, &call.encode(), sequence, &assertion)?;
		Self::deposit_event(Event::Confirmed { label, sequence });

		let (info, length) = (call.get_dispatch_info(), Self::length(&call));
		Confirmed::<T>::put(label);
		let outcome = call.dispatch(origin);
		Confirmed::<T>::kill();

		let weight = T::WeightInfo::confirm(length).saturating_add(extract_actual_weight(&outcome, &info));
		match outcome {
			Ok(_) => Ok(Some(weight).into()),
			Err(failure) => Err(DispatchErrorWithPostInfo {
				post_info: Some(weight).into(),
				error: failure.error,
			}),
		}
	}

	/// Bytes of a call: all of them are hashed.
	pub(crate) fn length(call: &<T as Config>::RuntimeCall) -> u32 {
		call.encoded_size().saturated_into()
	}

	/// Whether the passkey confirms `confirmed`, and it is the turn of that. From now on it does not any more.
	fn use_passkey(
		label: LabelId,
		mut bound: BoundPasskey,
		confirmed: &[u8],
		sequence: u32,
		assertion: &Assertion,
	) -> Result<(), Error<T>> {
		let used = Sequences::<T>::get(label);
		ensure!(sequence >= used, Error::<T>::ReplayedAssertion);
		ensure!(sequence == used, Error::<T>::AssertionTooEarly);
		let next = used.checked_add(1).ok_or(Error::<T>::NoMoreConfirmations)?;
		// The number is confirmed, too: nobody can give another one.
		let challenge = passkey::challenge(&T::Ledger::genesis_hash(), label, sequence, confirmed);
		let counter = assertion.verify(&bound.passkey, &challenge)?;
		ensure!(bound.is_later(counter), Error::<T>::AuthenticatorCountedBack);
		bound.counter = counter;
		Passkeys::<T>::insert(label, bound);
		Sequences::<T>::insert(label, next);
		Ok(())
	}

	/// Whether a label does not guard an operation, or confirmed what is done now.
	pub(crate) fn ensure_unguarded(label: &Label, operation: Operation) -> Result<(), Error<T>> {
		if label.guarded.contains(operation) {
			Self::ensure_label_confirmed(label.id)?;
		}
		Ok(())
	}

	/// Whether a label has no passkey, or that confirmed what is done now; whatever the label guards.
	pub(crate) fn ensure_passkey_confirmed(label: LabelId) -> Result<(), Error<T>> {
		if Passkeys::<T>::contains_key(label) {
			Self::ensure_label_confirmed(label)?;
		}
		Ok(())
	}

	fn ensure_label_confirmed(label: LabelId) -> Result<(), Error<T>> {
		ensure!(Confirmed::<T>::get() == Some(label), Error::<T>::ConfirmationNeeded);
		Ok(())
	}

	/// Guards nothing any more; for the caller to write. What was confirmed once stays used up.
	pub(crate) fn forget_passkey(label: &mut Label) {
		label.guarded = Operations::NONE;
		if Passkeys::<T>::take(label.id).is_some() {
			Self::deposit_event(Event::PasskeyUnbound { label: label.id });
		}
	}
}
