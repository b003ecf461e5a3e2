// SPDX-License-Identifier: Apache-2.0

use crate::{Claims, Config, Error, Event, Pallet, Records};
use alloc::vec::Vec;
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, Authority, BlockNumber, EvidenceHash, Inclusion, OwnerSignature, Record, RevocationReason, Role, Schema, Status,
	Subject,
};
use frame_support::{dispatch::DispatchResult, ensure, traits::Time};
use frame_system::{pallet_prelude::BlockNumberFor, Pallet as System};
use sp_core::Get;
use sp_runtime::{
	traits::{UniqueSaturatedInto, Zero},
	DispatchError,
};

impl<T: Config> Pallet<T> {
	/// A new entry for `owner`, if the signature, its deadline and the roles allow it (X.1407 7.2.1 f). Writes nothing.
	pub(crate) fn authorised_record(
		submitter: AccountId,
		owner: AccountId,
		subject: &Subject,
		evidence_hash: EvidenceHash,
		schema: Schema,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> Result<Record, DispatchError> {
		Self::ensure_authorised(&submitter, &owner, schema.role(), valid_until, signature, |genesis| {
			payload::registration(genesis, &owner, subject, &evidence_hash, schema, valid_until)
		})?;
		Ok(Record {
			owner,
			submitter,
			evidence_hash,
			schema,
			scheme: signature.scheme(),
			registered: Self::inclusion(),
			status: Status::Active,
		})
	}

	pub(crate) fn do_revoke(
		submitter: AccountId,
		owner: AccountId,
		subject: Subject,
		reason: RevocationReason,
		valid_until: BlockNumber,
		signature: OwnerSignature,
	) -> DispatchResult {
		let first = Records::<T>::get(subject).ok_or(Error::<T>::NotRegistered)?;
		let is_first = first.owner == owner;
		let mut entry = if is_first {
			first
		} else {
			Claims::<T>::get(subject, &owner).ok_or(Error::<T>::NotOwner)?
		};
		ensure!(entry.status == Status::Active, Error::<T>::AlreadyRevoked);
		Self::ensure_authorised(&submitter, &owner, entry.schema.role(), valid_until, &signature, |genesis| {
			payload::revocation(genesis, &owner, &subject, reason, valid_until)
		})?;

		let at = Self::inclusion();
		entry.status = Status::Revoked { at, reason };
		if is_first {
			Records::<T>::insert(subject, entry);
		} else {
			Claims::<T>::insert(subject, &owner, entry);
		}
		Self::deposit_event(Event::Revoked {
			subject,
			owner,
			reason,
			at,
		});
		Ok(())
	}

	/// Both authorisations that a call needs. What costs least is checked first.
	fn ensure_authorised(
		submitter: &AccountId,
		owner: &AccountId,
		role: Role,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
		payload: impl FnOnce(&GenesisHash) -> Vec<u8>,
	) -> DispatchResult {
		let now = Self::now();
		ensure!(now <= valid_until, Error::<T>::SignatureExpired);
		// Saturating: at the end of the block numbers there is nothing left to be too far ahead of.
		let latest = now.saturating_add(T::MaxSignatureValidity::get());
		ensure!(valid_until <= latest, Error::<T>::SignatureValidTooLong);
		T::Authority::ensure(owner, role)?;
		if submitter != owner {
			T::Authority::ensure(submitter, Role::BusinessPlatform)?;
		}
		signature
			.verify(&payload(&Self::genesis_hash()), owner)
			.map_err(Error::<T>::from)?;
		Ok(())
	}

	fn genesis_hash() -> GenesisHash {
		System::<T>::block_hash(BlockNumberFor::<T>::zero()).0
	}

	pub(crate) fn now() -> BlockNumber {
		// Saturating: block numbers have 32 bits, see `chirograph_primitives::BlockNumber`.
		System::<T>::block_number().unique_saturated_into()
	}

	fn inclusion() -> Inclusion {
		// Outside an extrinsic, when the scheduler dispatches, an entry stands before the block's first.
		let extrinsic = System::<T>::extrinsic_index().unwrap_or_default();
		Inclusion {
			block: Self::now(),
			extrinsic,
			time: T::Time::now(),
		}
	}
}
