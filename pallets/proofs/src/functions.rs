// SPDX-License-Identifier: Apache-2.0

//! Registration, of one and of many; and what every call asks of a signature.

use crate::{Batches, Claims, Config, Error, Event, Pallet, Policy, Records, WeightInfo};
use alloc::vec::Vec;
use chirograph_primitives::{
	payload, Acceptance, AccountId, Algorithm, AlgorithmChange, AlgorithmTerms, Algorithms, Authority, Batch, BatchRoot,
	BlockNumber, Ledger, Life, Operation, OwnerSignature, ProofId, Record, Registration, Role, Schema, SignatureScheme,
};
use frame_support::{dispatch::DispatchResult, ensure, weights::Weight};
use sp_core::Get;
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(submitter: &AccountId, registration: Registration) -> DispatchResult {
		let subject = registration.subject;
		ensure!(!Records::<T>::contains_key(subject), Error::<T>::AlreadyRegistered);
		let (record, deprecated) = Self::authorised_record(submitter, registration)?;
		Records::<T>::insert(subject, &record);
		Self::deposit_event(Event::Registered { subject, record });
		Self::flag(ProofId::Record { subject }, deprecated);
		Ok(())
	}

	pub(crate) fn do_claim(submitter: &AccountId, registration: Registration) -> DispatchResult {
		let subject = registration.subject;
		let first = Records::<T>::get(subject).ok_or(Error::<T>::NotRegistered)?;
		let is_new = first.owner != registration.owner && !Claims::<T>::contains_key(subject, &registration.owner);
		ensure!(is_new, Error::<T>::AlreadyRegistered);
		let (record, deprecated) = Self::authorised_record(submitter, registration)?;
		// With another key, but the same label.
		ensure!(record.label != first.label, Error::<T>::AlreadyRegistered);
		Claims::<T>::insert(subject, &record.owner, &record);
		Self::deposit_event(Event::Claimed { subject, record });
		Self::flag(ProofId::Record { subject }, deprecated);
		Ok(())
	}

	/// A new entry, if the signature, its deadline, the algorithms and the roles allow it (X.1407 7.2.1 f); and what of its algorithms is
	/// deprecated. Writes nothing.
	fn authorised_record(submitter: &AccountId, registration: Registration) -> Result<(Record, Vec<Algorithm>), DispatchError> {
		let Registration {
			owner,
			subject,
			evidence_hash,
			schema,
			valid_until,
			signature,
		} = registration;
		Self::ensure_in_time(valid_until)?;
		let deprecated = Self::ensure_accepted([Algorithm::Sha256, signature.scheme().into()])?;
		let label = T::Authority::ensure_confirmed(&owner, schema.role(), Operation::Registering)?;
		Self::ensure_may_submit(submitter, &[&owner])?;
		let genesis = T::Ledger::genesis_hash();
		let payload = payload::registration(&genesis, &owner, &subject, &evidence_hash, schema, valid_until);
		signature.verify(&payload, &owner).map_err(Error::<T>::from)?;
		let record = Record {
			owner,
			label,
			submitter: submitter.clone(),
			evidence_hash,
			schema,
			scheme: signature.scheme(),
			registered: T::Ledger::here(),
			life: Life::default(),
		};
		Ok((record, deprecated))
	}

	pub(crate) fn do_register_batch(
		submitter: AccountId,
		owner: AccountId,
		root: BatchRoot,
		leaves: u64,
		schema: Schema,
		valid_until: BlockNumber,
		signature: &OwnerSignature,
	) -> DispatchResult {
		ensure!(leaves > 0, Error::<T>::EmptyBatch);
		ensure!(!Batches::<T>::contains_key(root), Error::<T>::AlreadyRegistered);
		Self::ensure_in_time(valid_until)?;
		let deprecated = Self::ensure_accepted([Algorithm::Sha256, signature.scheme().into()])?;
		let label = T::Authority::ensure_confirmed(&owner, schema.role(), Operation::Registering)?;
		Self::ensure_may_submit(&submitter, &[&owner])?;
		let payload = payload::batch(&T::Ledger::genesis_hash(), &owner, &root, leaves, schema, valid_until);
		signature.verify(&payload, &owner).map_err(Error::<T>::from)?;
		let batch = Batch {
			owner,
			label,
			submitter,
			leaves,
			schema,
			scheme: signature.scheme(),
			registered: T::Ledger::here(),
			life: Life::default(),
		};
		Batches::<T>::insert(root, &batch);
		Self::deposit_event(Event::BatchRegistered { root, batch });
		Self::flag(ProofId::Batch { root }, deprecated);
		Ok(())
	}

	/// Registers what can be, and returns what that cost.
	pub(crate) fn do_register_many(submitter: &AccountId, registrations: Vec<Registration>) -> Weight {
		let (mut judged, mut known) = (Vec::new(), 0u32);
		for (index, registration) in (0u32..).zip(registrations) {
			let (subject, scheme) = (registration.subject, registration.signature.scheme());
			// It writes only when nothing can fail any more: what is refused leaves nothing behind.
			match Self::do_register(submitter, registration) {
				Err(error) if error == Error::<T>::AlreadyRegistered.into() => {
					// Saturating: there are no more than the call has room for.
					known = known.saturating_add(1);
					Self::deposit_event(Event::Skipped { index, subject, error });
				},
				Err(error) => {
					judged.push(scheme);
					Self::deposit_event(Event::Skipped { index, subject, error });
				},
				Ok(()) => judged.push(scheme),
			}
		}
		let weight = Self::weight_of_many(judged.into_iter());
		weight.saturating_add(T::WeightInfo::register_many_known(known))
	}

	/// What it costs to judge so many signatures together. To refuse one costs no more than to accept it.
	pub(crate) fn weight_of_many(schemes: impl Iterator<Item = SignatureScheme>) -> Weight {
		let (mut ecdsa, mut sr25519, mut ed25519) = (0u32, 0u32, 0u32);
		for scheme in schemes {
			let count = match scheme {
				SignatureScheme::Ecdsa => &mut ecdsa,
				SignatureScheme::Sr25519 => &mut sr25519,
				SignatureScheme::Ed25519 => &mut ed25519,
			};
			// Saturating: there are no more than the call has room for.
			*count = count.saturating_add(1);
		}
		let of = |count: u32, weight: fn(u32) -> Weight| if count > 0 { weight(count) } else { Weight::zero() };
		// Also for none at all, the call costs something.
		T::WeightInfo::register_many_ecdsa(ecdsa)
			.saturating_add(of(sr25519, T::WeightInfo::register_many_sr25519))
			.saturating_add(of(ed25519, T::WeightInfo::register_many_ed25519))
	}

	pub(crate) fn do_set_algorithm(algorithm: Algorithm, terms: AlgorithmTerms) -> DispatchResult {
		if let (Some(deprecated), Some(refused)) = (terms.deprecated_from, terms.refused_from) {
			ensure!(deprecated <= refused, Error::<T>::RefusedBeforeDeprecated);
		}
		let change = AlgorithmChange {
			// Behind this block. Times of entries do not tell what came first in it, and whoever judges them later has only these.
			// Saturating: there is no time behind the last one.
			at: T::Ledger::here().time.saturating_add(1),
			algorithm,
			terms,
		};
		Policy::<T>::try_mutate(|policy| policy.0.try_push(change)).map_err(|_| Error::<T>::TooManyAlgorithmChanges)?;
		Self::deposit_event(Event::AlgorithmSet { change });
		Ok(())
	}

	/// Whether a signature may be used now that is good until the block `valid_until`.
	pub(crate) fn ensure_in_time(valid_until: BlockNumber) -> Result<(), Error<T>> {
		Ok(payload::check_deadline(
			T::Ledger::here().block,
			valid_until,
			T::MaxSignatureValidity::get(),
		)?)
	}

	/// Whether something new may rest on these algorithms. Returns those that are deprecated (X.1407 9.3.2).
	pub(crate) fn ensure_accepted<const N: usize>(algorithms: [Algorithm; N]) -> Result<Vec<Algorithm>, Error<T>> {
		let (policy, now) = (Policy::<T>::get(), T::Ledger::here().time);
		let mut deprecated = Vec::new();
		for algorithm in algorithms {
			match policy.judge(algorithm, now) {
				Acceptance::Accepted => {},
				// Two signatures may be of one scheme.
				Acceptance::Deprecated if deprecated.contains(&algorithm) => {},
				Acceptance::Deprecated => deprecated.push(algorithm),
				Acceptance::Refused => return Err(Error::<T>::AlgorithmRefused),
			}
		}
		Ok(deprecated)
	}

	/// Says what of the algorithms is deprecated that `proof` rests on.
	pub(crate) fn flag(proof: ProofId, deprecated: Vec<Algorithm>) {
		for algorithm in deprecated {
			Self::deposit_event(Event::Deprecated { proof, algorithm });
		}
	}

	/// Whether `submitter` may send what `parties` signed for.
	pub(crate) fn ensure_may_submit(submitter: &AccountId, parties: &[&AccountId]) -> DispatchResult {
		if !parties.contains(&submitter) {
			T::Authority::ensure(submitter, Role::BusinessPlatform)?;
		}
		Ok(())
	}
}

impl<T: Config> Algorithms for Pallet<T> {
	fn judge(algorithm: Algorithm) -> Acceptance {
		Policy::<T>::get().judge(algorithm, T::Ledger::here().time)
	}
}
