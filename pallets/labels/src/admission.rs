// SPDX-License-Identifier: Apache-2.0

//! Who may send extrinsics at all, in which order, and how many without a fee (X.1407 9.2.3 f, 8.2.8, 9.3.1 a).

use crate::{ApplicationUsage, Applications, Call, Config, Labels, Metering, Pallet, Terms, Usage, Usages, WeightInfo};
use alloc::{vec, vec::Vec};
use chirograph_primitives::{AccountId, AdmissionFault, AuthorityFault, Label, LabelId, Ledger, Quota, QuotaUsage};
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::{fmt, marker::PhantomData};
use frame_support::{
	dispatch::DispatchInfo,
	pallet_prelude::{DispatchResult, TransactionSource, Weight},
	traits::IsSubType,
};
use frame_system::{pallet_prelude::RuntimeCallFor, Config as SystemConfig, Pallet as System};
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{
		AsSystemOriginSigner, DispatchInfoOf, Dispatchable, One, PostDispatchInfoOf, SaturatedConversion, Saturating,
		TransactionExtension, ValidateResult,
	},
	transaction_validity::{
		InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionValidityError, ValidTransaction,
	},
};

/// How many places there are in the order of extrinsics.
const PLACES: u32 = 1 << 16;
/// From one place to the next. Room for what other extensions may make of the order among those of one place, and small enough for all places.
const PLACE: TransactionPriority = 1 << 44;
/// How many extrinsics an account without a label may ever send: it applies, takes that back, and applies again after a refusal, but it does
/// not use up by itself what all may apply for in a window.
pub const MAX_ATTEMPTS: u32 = 16;

/// Checks the nonce, as the extension of the same name in the SDK does and with the same bytes, so that every wallet knows it. Beyond that:
///
/// - Only who holds a usable label may send anything; others may apply, and withdraw their application, one at a time and [`MAX_ATTEMPTS`] in
///   all. Members of the council may act in it though their labels are over ([`Metering::outlives`]).
/// - Calls that are free of fees count against the label's quota. What waits in a pool counts with what was used, each as one call of as many
///   bytes as the one that is judged: nobody gets more into a pool than a window has room for.
/// - The more a label used of its quota, the later its next extrinsic is taken. A flood from one label waits for itself.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, PartialEq, Eq, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct Admission<T: Config>(#[codec(compact)] pub <T as SystemConfig>::Nonce);

impl<T: Config> fmt::Debug for Admission<T> {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "Admission({:?})", self.0)
	}
}

/// What is to be written when an extrinsic is executed.
pub enum Admitted<T> {
	/// Not a signed one: nothing, and the weight is given back.
	Unsigned(Weight, PhantomData<T>),
	/// One by a label.
	Label {
		/// By whom.
		account: AccountId,
		/// The label, and what it has used with this extrinsic; none if it pays a fee.
		usage: Option<(LabelId, Usage)>,
	},
	/// One by an account without a label.
	Applicant {
		/// By whom.
		account: AccountId,
		/// How many there were with this one, if it is an application.
		usage: Option<Usage>,
	},
}

impl<T> Default for Admitted<T> {
	fn default() -> Self {
		Self::Unsigned(Weight::zero(), PhantomData)
	}
}

impl<T: Config> Admission<T>
where
	RuntimeCallFor<T>: IsSubType<Call<T>>,
{
	/// How far ahead of the account's next extrinsic this one is; what is before it waits in the pool.
	fn ahead(&self, account: &AccountId) -> Result<u32, InvalidTransaction> {
		let next = System::<T>::account_nonce(account);
		if self.0 < next {
			return Err(InvalidTransaction::Stale);
		}
		Ok(self.0.saturating_sub(next).saturated_into())
	}

	fn admit(
		&self,
		account: AccountId,
		call: &RuntimeCallFor<T>,
		len: usize,
	) -> Result<(TransactionPriority, Admitted<T>), InvalidTransaction> {
		let ahead = self.ahead(&account)?;
		let label = match Self::label_for(&account, call) {
			Ok(label) => label,
			Err(fault) => return self.admit_applicant(account, ahead, call, fault),
		};
		let terms = Terms::<T>::get();
		let window = terms.window_of(T::Ledger::here().block);
		let before = Usages::<T>::get(label.id).in_window(window);
		// Saturating: what is beyond all numbers is beyond every quota.
		let waiting = before.calls.saturating_add(ahead);
		// Whatever a label used, it comes before accounts without one.
		let place = PLACES.saturating_sub(waiting).max(1);
		let priority = TransactionPriority::from(place).saturating_mul(PLACE);
		let usage = match T::Metering::calls(&account, call) {
			Some(calls) => {
				let quota = terms.of(label.roles);
				let bytes: u32 = len.saturated_into();
				let used = Quota {
					calls: before.calls.saturating_add(calls),
					bytes: before.bytes.saturating_add(bytes),
				};
				let with_waiting = used.bytes.saturating_add(bytes.saturating_mul(ahead));
				if waiting.saturating_add(calls) > quota.calls || with_waiting > quota.bytes {
					return Err(AdmissionFault::QuotaUsedUp.into());
				}
				Some((label.id, Usage { window, used }))
			},
			None => None,
		};
		Ok((priority, Admitted::Label { account, usage }))
	}

	/// The label that `account` sends `call` under.
	fn label_for(account: &AccountId, call: &RuntimeCallFor<T>) -> Result<Label, AuthorityFault> {
		match Pallet::<T>::usable_label(account) {
			Err(AuthorityFault::Expired) if T::Metering::outlives(account, call) => {
				Labels::<T>::get(account).ok_or(AuthorityFault::NoLabel)
			},
			judged => judged,
		}
	}

	/// What an account may send that may not use a label, which is why.
	fn admit_applicant(
		&self,
		account: AccountId,
		ahead: u32,
		call: &RuntimeCallFor<T>,
		fault: AuthorityFault,
	) -> Result<(TransactionPriority, Admitted<T>), InvalidTransaction> {
		let usage = match call.is_sub_type() {
			Some(Call::apply {
				jurisdiction,
				roles,
				certificate,
				..
			}) => {
				let usage = Self::application(&account)?;
				// What fails in a block has used up the place of another all the same.
				Pallet::<T>::ensure_well_formed(jurisdiction, *roles, certificate.as_ref())
					.map_err(|_| AdmissionFault::MalformedApplication)?;
				Some(usage)
			},
			Some(Call::withdraw {}) if Applications::<T>::contains_key(&account) => None,
			_ => return Err(AdmissionFault::from(fault).into()),
		};
		let sent: u32 = self.0.saturated_into();
		if sent >= MAX_ATTEMPTS {
			return Err(AdmissionFault::TooManyAttempts.into());
		}
		// Only what is in a block is counted. One account would fill a window that no other is seen to have used.
		if ahead > 0 {
			return Err(InvalidTransaction::Future);
		}
		Ok((0, Admitted::Applicant { account, usage }))
	}

	/// Room for one more application in this window.
	fn application(account: &AccountId) -> Result<Usage, InvalidTransaction> {
		Pallet::<T>::ensure_may_apply(account)?;
		let terms = Terms::<T>::get();
		let window = terms.window_of(T::Ledger::here().block);
		let mut used = ApplicationUsage::<T>::get().in_window(window);
		used.calls = used.calls.saturating_add(1);
		if used.calls > terms.applications {
			return Err(AdmissionFault::TooManyApplications.into());
		}
		Ok(Usage { window, used })
	}
}

impl<T: Config> Pallet<T> {
	/// What the label of `account` used of its quota in this window.
	pub(crate) fn usage_of(account: &AccountId) -> Option<QuotaUsage> {
		let label = Labels::<T>::get(account)?;
		let terms = Terms::<T>::get();
		let now = T::Ledger::here().block;
		Some(QuotaUsage {
			quota: terms.of(label.roles),
			used: Usages::<T>::get(label.id).in_window(terms.window_of(now)),
			reopens: terms.next_window(now),
		})
	}
}

impl<T: Config + Send + Sync> TransactionExtension<RuntimeCallFor<T>> for Admission<T>
where
	RuntimeCallFor<T>: Dispatchable<Info = DispatchInfo> + IsSubType<Call<T>>,
	<RuntimeCallFor<T> as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<AccountId> + Clone,
{
	// By this name wallets find out what to put here.
	const IDENTIFIER: &'static str = "CheckNonce";
	type Implicit = ();
	type Val = Admitted<T>;
	type Pre = Weight;

	fn weight(&self, _: &RuntimeCallFor<T>) -> Weight {
		T::WeightInfo::admission()
	}

	fn validate(
		&self,
		origin: <T as SystemConfig>::RuntimeOrigin,
		call: &RuntimeCallFor<T>,
		_: &DispatchInfoOf<RuntimeCallFor<T>>,
		len: usize,
		(): (),
		_: &impl Encode,
		_: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCallFor<T>> {
		let Some(account) = origin.as_system_origin_signer().cloned() else {
			let unused = Admitted::Unsigned(self.weight(call), PhantomData);
			return Ok((ValidTransaction::default(), unused, origin));
		};
		let (priority, admitted) = self.admit(account.clone(), call, len)?;
		let requires = if self.0 > System::<T>::account_nonce(&account) {
			vec![(account.clone(), self.0.saturating_sub(One::one())).encode()]
		} else {
			Vec::new()
		};
		let validity = ValidTransaction {
			priority,
			requires,
			provides: vec![(account, self.0).encode()],
			longevity: TransactionLongevity::MAX,
			propagate: true,
		};
		Ok((validity, admitted, origin))
	}

	fn prepare(
		self,
		admitted: Self::Val,
		_: &<T as SystemConfig>::RuntimeOrigin,
		_: &RuntimeCallFor<T>,
		_: &DispatchInfoOf<RuntimeCallFor<T>>,
		_: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		// First refuses what is ahead of the account's next extrinsic, then counts.
		let count = |account| frame_system::CheckNonce::<T>::prepare_nonce_for_account(account, self.0);
		match admitted {
			Admitted::Unsigned(weight, _) => return Ok(weight),
			Admitted::Label { account, usage } => {
				count(&account)?;
				if let Some((label, usage)) = usage {
					Usages::<T>::insert(label, usage);
				}
			},
			Admitted::Applicant { account, usage } => {
				count(&account)?;
				if let Some(usage) = usage {
					ApplicationUsage::<T>::put(usage);
				}
			},
		}
		Ok(Weight::zero())
	}

	fn post_dispatch_details(
		unused: Self::Pre,
		_: &DispatchInfoOf<RuntimeCallFor<T>>,
		_: &PostDispatchInfoOf<RuntimeCallFor<T>>,
		_: usize,
		_: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		Ok(unused)
	}
}
