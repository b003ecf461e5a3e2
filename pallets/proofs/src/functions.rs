// SPDX-License-Identifier: Apache-2.0

use crate::{Claims, Config, Error, Event, Pallet, Records};
use alloc::vec::Vec;
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, Authority, BlockNumber, EvidenceHash, LabelId, Ledger, Operation, OwnerSignature, Record, RevocationReason, Role,
	Schema, Status, Subject,
};
use frame_support::{dispatch::DispatchResult, ensure};
use sp_core::Get;
use sp_runtime::DispatchError;

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
		let label = Self::ensure_authorised(&submitter, &owner, schema.role(), valid_until, signature, |genesis| {
			payload::registration(genesis, &owner, subject, &evidence_hash, schema, valid_until)
		})?;
		Ok(Record {
			owner,
			label,
			submitter,
			evidence_hash,
			schema,
			scheme: signature.scheme(),
			registered: T::Ledger::here(),
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
		let is_first = Self::is_of(&first, &owner);
		let mut entry = if is_first {
			first
		} else {
			Claims::<T>::get(subject, &owner).ok_or(Error::<T>::NotOwner)?
		};
		ensure!(entry.status == Status::Active, Error::<T>::AlreadyRevoked);
		Self::ensure_authorised(&submitter, &owner, entry.schema.role(), valid_until, &signature, |genesis| {
			payload::revocation(genesis, &owner, &subject, reason, valid_until)
		})?;

		let at = T::Ledger::here();
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

	/// Whether `account` acts for whoever an entry is of: with the key that registered it, or with one that the label of that moved to since. That
	/// the account may act at all now, this does not say.
	fn is_of(entry: &Record, account: &AccountId) -> bool {
		entry.owner == *account || T::Authority::ensure(account, entry.schema.role()).is_ok_and(|label| label == entry.label)
	}

	/// Both authorisations that a call needs, and the owner's label. What costs least is checked first.
	fn ensure_authorised(
		submitter: &AccountId,
		owner: &AccountId,
		role: Role,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
		payload: impl FnOnce(&GenesisHash) -> Vec<u8>,
	) -> Result<LabelId, DispatchError> {
		payload::check_deadline(T::Ledger::here().block, valid_until, T::MaxSignatureValidity::get())
			.map_err(Error::<T>::from)?;
		let label = T::Authority::ensure_confirmed(owner, role, Operation::Registering)?;
		if submitter != owner {
			T::Authority::ensure(submitter, Role::BusinessPlatform)?;
		}
		signature
			.verify(&payload(&T::Ledger::genesis_hash()), owner)
			.map_err(Error::<T>::from)?;
		Ok(label)
	}
}
