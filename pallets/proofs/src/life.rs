// SPDX-License-Identifier: Apache-2.0

//! What happens to a proof after it was registered: appended, never rewritten (X.1407 8.2.2).

use crate::{
	entry::{ensure_active, Entry},
	Claims, Config, Error, Event, Pallet, UsedSignatures, WeightInfo, MAX_FORGOTTEN,
};
use chirograph_primitives::{
	payload, AccountId, Algorithm, Authority, BlockNumber, Digest, DocumentHash, Holder, Ledger, Operation, OwnerSignature,
	ProofEvent, ProofId, Remark, RevocationReason, Role, SignatureFault, Status, Subject,
};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	weights::{Weight, WeightMeter},
};
use sp_core::H256;
use sp_runtime::traits::Hash;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_revoke(
		submitter: &AccountId,
		owner: AccountId,
		proof: ProofId,
		reason: RevocationReason,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> DispatchResult {
		let entry = Entry::find::<T>(&proof).ok_or(Error::<T>::NotRegistered)?;
		if !entry.is_of::<T>(&owner) {
			return match proof {
				ProofId::Record { subject } => Self::revoke_claim(submitter, owner, subject, reason, valid_until, signature),
				ProofId::Batch { .. } | ProofId::Leaf { .. } => Err(Error::<T>::NotOwner.into()),
			};
		}
		ensure_active::<T>(entry.status())?;
		Self::ensure_in_time(valid_until)?;
		let label = T::Authority::ensure_confirmed(&owner, entry.schema().role(), Operation::Registering)?;
		Self::ensure_may_submit(submitter, &[&owner])?;
		let payload = payload::revocation(&T::Ledger::genesis_hash(), &owner, &proof, reason, valid_until);
		signature.verify(&payload, &owner).map_err(Error::<T>::from)?;

		let at = entry.change::<T>(label, owner.clone(), ProofEvent::Revoked { reason }, |life, at| {
			life.status = Status::Revoked { at, reason };
		});
		Self::deposit_event(Event::Revoked {
			proof,
			owner,
			label,
			reason,
			at,
		});
		Ok(())
	}

	/// A claim is no proof, and has no history: its status says all.
	fn revoke_claim(
		submitter: &AccountId,
		owner: AccountId,
		subject: Subject,
		reason: RevocationReason,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> DispatchResult {
		let mut claim = Claims::<T>::get(subject, &owner).ok_or(Error::<T>::NotOwner)?;
		ensure_active::<T>(claim.life.status)?;
		Self::ensure_in_time(valid_until)?;
		let label = T::Authority::ensure_confirmed(&owner, claim.schema.role(), Operation::Registering)?;
		Self::ensure_may_submit(submitter, &[&owner])?;
		// Other words than those for the record: the record may be handed to the owner of the claim.
		let payload = payload::claim_revocation(&T::Ledger::genesis_hash(), &owner, &subject, reason, valid_until);
		signature.verify(&payload, &owner).map_err(Error::<T>::from)?;

		let at = T::Ledger::here();
		claim.life.status = Status::Revoked { at, reason };
		Claims::<T>::insert(subject, &owner, claim);
		Self::deposit_event(Event::Revoked {
			proof: ProofId::Record { subject },
			owner,
			label,
			reason,
			at,
		});
		Ok(())
	}

	pub(crate) fn do_supersede(
		submitter: &AccountId,
		owner: AccountId,
		proof: ProofId,
		by: ProofId,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> DispatchResult {
		let entry = Entry::find_active::<T>(&proof, &owner)?;
		ensure!(proof.is_apart_from(&by), Error::<T>::NotAnotherProof);
		let successor = Entry::find::<T>(&by).ok_or(Error::<T>::SuccessorNotRegistered)?;
		ensure!(
			successor.holder_label() == entry.holder_label(),
			Error::<T>::SuccessorOfOtherHolder
		);
		ensure!(successor.schema() == entry.schema(), Error::<T>::SuccessorOfOtherSchema);
		ensure!(successor.status() == Status::Active, Error::<T>::SuccessorNotActive);
		Self::ensure_in_time(valid_until)?;
		let deprecated = Self::ensure_accepted([signature.scheme().into()])?;
		let label = T::Authority::ensure_confirmed(&owner, entry.schema().role(), Operation::Registering)?;
		Self::ensure_may_submit(submitter, &[&owner])?;
		let payload = payload::supersession(&T::Ledger::genesis_hash(), &owner, &proof, &by, valid_until);
		signature.verify(&payload, &owner).map_err(Error::<T>::from)?;

		let at = entry.change::<T>(label, owner.clone(), ProofEvent::Superseded { successor: by }, |life, at| {
			life.status = Status::Superseded { at, by };
		});
		Self::deposit_event(Event::Superseded {
			proof,
			owner,
			label,
			successor: by,
			at,
		});
		Self::flag(proof, deprecated);
		Ok(())
	}

	pub(crate) fn do_transfer(
		submitter: &AccountId,
		owner: AccountId,
		proof: ProofId,
		to: AccountId,
		valid_until: BlockNumber,
		owner_signature: &OwnerSignature,
		next_signature: &OwnerSignature,
	) -> DispatchResult {
		let entry = Entry::find_active::<T>(&proof, &owner)?;
		let event = ProofEvent::Transferred {
			from: owner.clone(),
			to: to.clone(),
		};
		entry.ensure_room::<T>(&event)?;
		ensure!(to != owner, Error::<T>::AlreadyHolder);
		Self::ensure_in_time(valid_until)?;
		let payload = payload::transfer(&T::Ledger::genesis_hash(), &owner, &proof, &to, valid_until);
		// Once it was handed back, these words would hand it over again.
		let used = Self::ensure_unused(valid_until, &payload)?;
		let deprecated = Self::ensure_accepted([owner_signature.scheme().into(), next_signature.scheme().into()])?;
		let role = entry.schema().role();
		let label = T::Authority::ensure_confirmed(&owner, role, Operation::Transferring)?;
		let next_label = T::Authority::ensure(&to, role)?;
		ensure!(next_label != label, Error::<T>::AlreadyHolder);
		Self::ensure_may_submit(submitter, &[&owner, &to])?;
		owner_signature.verify(&payload, &owner).map_err(Error::<T>::from)?;
		next_signature.verify(&payload, &to).map_err(|fault| match fault {
			SignatureFault::Malformed => Error::<T>::MalformedConsent,
			SignatureFault::Mismatch => Error::<T>::ConsentMismatch,
		})?;

		UsedSignatures::<T>::insert(used, ());
		let holder = Holder {
			account: to,
			label: next_label,
			since: T::Ledger::here(),
		};
		entry.change::<T>(label, owner.clone(), event, |life, _| life.holder = Some(holder.clone()));
		Self::deposit_event(Event::Transferred {
			proof,
			from: owner,
			label,
			holder,
		});
		Self::flag(proof, deprecated);
		Ok(())
	}

	pub(crate) fn do_annotate(
		regulator: &AccountId,
		proof: ProofId,
		remark: Remark,
		document: Option<DocumentHash>,
	) -> DispatchResult {
		let label = T::Authority::ensure(regulator, Role::Regulator)?;
		let entry = Entry::find::<T>(&proof).ok_or(Error::<T>::NotRegistered)?;
		let event = ProofEvent::Annotated { remark, document };
		entry.ensure_room::<T>(&event)?;
		let at = entry.change::<T>(label, regulator.clone(), event, |_, _| {});
		Self::deposit_event(Event::Annotated {
			proof,
			regulator: regulator.clone(),
			label,
			remark,
			document,
			at,
		});
		Ok(())
	}

	pub(crate) fn do_renew(
		submitter: &AccountId,
		owner: AccountId,
		proof: ProofId,
		evidence: Digest,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> DispatchResult {
		let entry = Entry::find_active::<T>(&proof, &owner)?;
		let event = ProofEvent::Renewed { evidence };
		entry.ensure_room::<T>(&event)?;
		ensure!(evidence.algorithm() != Algorithm::Sha256, Error::<T>::SameAlgorithm);
		Self::ensure_in_time(valid_until)?;
		let payload = payload::renewal(&T::Ledger::genesis_hash(), &owner, &proof, &evidence, valid_until);
		// Or whoever has them could fill the history with them.
		let used = Self::ensure_unused(valid_until, &payload)?;
		let deprecated = Self::ensure_accepted([evidence.algorithm(), signature.scheme().into()])?;
		let label = T::Authority::ensure_confirmed(&owner, entry.schema().role(), Operation::Registering)?;
		Self::ensure_may_submit(submitter, &[&owner])?;
		signature.verify(&payload, &owner).map_err(Error::<T>::from)?;

		UsedSignatures::<T>::insert(used, ());
		let at = entry.change::<T>(label, owner.clone(), event, |_, _| {});
		Self::deposit_event(Event::Renewed {
			proof,
			owner,
			label,
			evidence,
			at,
		});
		Self::flag(proof, deprecated);
		Ok(())
	}

	/// Whether these words were not used before that somebody signed until then; and where to note that they are. To be asked of what is in
	/// time only: what is not is forgotten.
	fn ensure_unused(valid_until: BlockNumber, payload: &[u8]) -> Result<([u8; 4], H256), Error<T>> {
		let words = (valid_until.to_be_bytes(), T::Hashing::hash(payload));
		ensure!(!UsedSignatures::<T>::contains_key(words), Error::<T>::SignatureUsed);
		Ok(words)
	}

	/// Forgets words that were signed until a block that is over, as many as there is weight for, and never more than [`MAX_FORGOTTEN`].
	/// Returns what that cost.
	pub(crate) fn forget_signatures(remaining: Weight) -> Weight {
		let (each, now) = (T::WeightInfo::forget_signature(), T::Ledger::here().block.to_be_bytes());
		let mut meter = WeightMeter::with_limit(remaining);
		let mut noted = UsedSignatures::<T>::iter_keys();
		for _ in 0..MAX_FORGOTTEN {
			// To look in vain costs no more than to forget.
			if meter.try_consume(each).is_err() {
				break;
			}
			match noted.next().filter(|(until, _)| *until < now) {
				// The iterator is past it already.
				Some(words) => UsedSignatures::<T>::remove(words),
				None => break,
			}
		}
		meter.consumed()
	}
}
