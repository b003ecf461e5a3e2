// SPDX-License-Identifier: Apache-2.0

//! # Proofs
//!
//! Keeps on record that a document existed, whose it was and when (ITU-T X.1407 7.2.1). The document itself never comes here, only
//! two hashes: the *subject*, under which a proof is found, and the *evidence hash* of what its owner states about the document.
//!
//! ## Terms
//!
//! - **Owner**: the account whose key signed the evidence. **Submitter**: the account that sends it; may be somebody else, a business
//!   platform for instance, which never holds the owner's key (7.1.1 b).
//! - **Record**: the first registration of a subject. It is the authoritative one, and nobody can take its place.
//! - **Claim**: a later registration of the same subject by another owner, kept apart.
//!
//! ## Story
//!
//! 1. Ada hashes her novel, writes an evidence document and signs both hashes for this network, good until block 1,000.
//! 2. Her publisher submits them in block 900 ([`Call::register`]). Ada is now on record, with block, position and time.
//! 3. Bob registers the same file. [`Error::AlreadyRegistered`]. He may [`Call::claim`] that it is his, and stands on record as the later one.
//! 4. Ada finds a mistake in her evidence and revokes ([`Call::revoke`]). That she had registered stays on record for ever.
//!
//! ## Who may do what
//!
//! Every call needs two authorisations: a signed origin, and the owner's signature inside.
//!
//! | call | submitter | owner |
//! |---|---|---|
//! | `register`, `claim` | the owner, or `BusinessPlatform` | role of the schema: `Owner`, or `Issuer` for certificates |
//! | `revoke` | the owner, or `BusinessPlatform` | role of the entry's schema, and has an entry of its own |
//!
//! Whose a record is, is a matter of the label: when that moves to another key, the next key acts for the owner, and the one of before does no
//! more. A claim is its owner's key's own.
//!
//! Roles are judged by [`Config::Authority`] (9.1.1 a, 9.3.1 f), and whether the owner guards this with a second factor, and used it
//! (9.1.1 d).
//!
//! ## Trust assumptions
//!
//! The owner's key is the owner's alone. The timestamp is the block author's, bounded by the other validators' clocks.
//!
//! What waits for a block can be read: whoever is admitted may copy a subject out of a pool and register it first. Whoever did
//! so stands on record as its owner, with evidence that they signed; who had the document first is then a matter of other evidence.
//!
//! ## Invariants
//!
//! Checked by `try_state`; `docs/spec/proofs.md` says more.
//!
//! 1. A claim's subject has a record.
//! 2. A claim is stored under its own owner, who is not the record's.
//! 3. No claim was registered before the record.
//! 4. Nothing was registered or revoked in the future, nor revoked before it was registered.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod functions;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

pub use api::*;
pub use pallet::*;
pub use weights::WeightInfo;

/// The most entries that one question about claims returns.
pub const MAX_CLAIMS_PER_PAGE: u32 = 100;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use chirograph_primitives::{
		payload::DeadlineFault, AccountId, Authority, BlockNumber, EvidenceHash, Inclusion, Ledger, OwnerSignature, Record,
		RevocationReason, Schema, SignatureFault, SignatureScheme, Subject,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_core::H256;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Judges whether an account may act in a role.
		type Authority: Authority<AccountId>;

		/// Block, extrinsic and time.
		type Ledger: Ledger;

		/// How many blocks ahead of now an owner's signature may be valid for: the window in which one that got into wrong hands is of use
		/// to them.
		#[pallet::constant]
		type MaxSignatureValidity: Get<BlockNumber>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The first registration of each subject.
	#[pallet::storage]
	pub type Records<T: Config> = StorageMap<_, Blake2_128Concat, Subject, Record>;

	/// Later registrations of a subject that has a record already, one at the most for each owner.
	#[pallet::storage]
	pub type Claims<T: Config> = StorageDoubleMap<_, Blake2_128Concat, Subject, Blake2_128Concat, AccountId, Record>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A subject was registered for the first time.
		Registered {
			/// What was registered.
			subject: Subject,
			/// The whole entry.
			record: Record,
		},
		/// A subject that was registered before is claimed by another owner.
		Claimed {
			/// What is claimed.
			subject: Subject,
			/// The whole entry.
			record: Record,
		},
		/// An owner took an entry back.
		Revoked {
			/// Whose subject.
			subject: Subject,
			/// Whose entry.
			owner: AccountId,
			/// Why.
			reason: RevocationReason,
			/// When.
			at: Inclusion,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The subject is on record already, or this owner claimed it already. Another owner may `claim` it.
		AlreadyRegistered,
		/// Nobody registered the subject: there is nothing to claim or to revoke. Use `register`.
		NotRegistered,
		/// The owner has no entry for this subject.
		NotOwner,
		/// The entry is revoked already. That is final.
		AlreadyRevoked,
		/// The owner's signature was good until an earlier block. Sign again.
		SignatureExpired,
		/// The owner's signature is good for longer than this network accepts. Sign again with an earlier last block.
		SignatureValidTooLong,
		/// The owner's signature is not in the accepted form of its scheme.
		MalformedSignature,
		/// The owner's signature is by another key, or over something else: another network, subject, evidence, schema or deadline.
		SignatureMismatch,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxSignatureValidity::get() > 0,
				"a signature must be valid for a block at least"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers a subject for the first time (X.1407 7.2.1 e).
		///
		/// - `owner`: the account whose key made `signature`.
		/// - `subject`, `evidence_hash`, `schema`: what the owner signed for.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: over [`payload::registration`](chirograph_primitives::payload::registration), bound to this network.
		///
		/// Signed origin: the owner, or a business platform. Emits [`Event::Registered`].
		///
		/// Errors: [`Error::AlreadyRegistered`], [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`],
		/// [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of [`Config::Authority`].
		#[pallet::call_index(0)]
		#[pallet::weight(match signature.scheme() {
			SignatureScheme::Ecdsa => T::WeightInfo::register_ecdsa(),
			SignatureScheme::Sr25519 => T::WeightInfo::register_sr25519(),
			SignatureScheme::Ed25519 => T::WeightInfo::register_ed25519(),
		})]
		#[allow(clippy::too_many_arguments)]
		pub fn register(
			origin: OriginFor<T>,
			owner: AccountId,
			subject: Subject,
			evidence_hash: EvidenceHash,
			schema: Schema,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			ensure!(!Records::<T>::contains_key(subject), Error::<T>::AlreadyRegistered);
			let record = Self::authorised_record(submitter, owner, &subject, evidence_hash, schema, valid_until, &signature)?;
			Records::<T>::insert(subject, &record);
			Self::deposit_event(Event::Registered { subject, record });
			Ok(())
		}

		/// Registers that somebody else claims a subject that is on record already. The claim is kept apart and never takes the record's
		/// place.
		///
		/// Parameters and origin as for `register`. Emits [`Event::Claimed`].
		///
		/// Errors: [`Error::NotRegistered`], [`Error::AlreadyRegistered`] (by this owner), [`Error::SignatureExpired`],
		/// [`Error::SignatureValidTooLong`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of
		/// [`Config::Authority`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::claim())]
		#[allow(clippy::too_many_arguments)]
		pub fn claim(
			origin: OriginFor<T>,
			owner: AccountId,
			subject: Subject,
			evidence_hash: EvidenceHash,
			schema: Schema,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			let first = Records::<T>::get(subject).ok_or(Error::<T>::NotRegistered)?;
			let is_new = first.owner != owner && !Claims::<T>::contains_key(subject, &owner);
			ensure!(is_new, Error::<T>::AlreadyRegistered);
			let record = Self::authorised_record(submitter, owner, &subject, evidence_hash, schema, valid_until, &signature)?;
			// With another key, but the same label.
			ensure!(record.label != first.label, Error::<T>::AlreadyRegistered);
			Claims::<T>::insert(subject, &record.owner, &record);
			Self::deposit_event(Event::Claimed { subject, record });
			Ok(())
		}

		/// Takes an owner's entry back, record or claim. That it was registered stays on record.
		///
		/// - `owner`, `subject`: which entry.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: over [`payload::revocation`](chirograph_primitives::payload::revocation), bound to this network.
		///
		/// Signed origin: the owner, or a business platform. Emits [`Event::Revoked`].
		///
		/// Errors: [`Error::NotRegistered`], [`Error::NotOwner`], [`Error::AlreadyRevoked`], [`Error::SignatureExpired`],
		/// [`Error::SignatureValidTooLong`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of
		/// [`Config::Authority`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::revoke())]
		pub fn revoke(
			origin: OriginFor<T>,
			owner: AccountId,
			subject: Subject,
			reason: RevocationReason,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_revoke(submitter, owner, subject, reason, valid_until, signature)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The first registration of `subject`.
		pub fn record(subject: Subject) -> Option<Record> {
			Records::<T>::get(subject)
		}

		/// Later registrations of `subject`, in the order of their storage keys, beginning behind the owner `after`; at the most `limit`,
		/// and never more than [`MAX_CLAIMS_PER_PAGE`].
		pub fn claims(subject: Subject, after: Option<AccountId>, limit: u32) -> Vec<Record> {
			let entries = match after {
				Some(owner) => Claims::<T>::iter_prefix_from(subject, Claims::<T>::hashed_key_for(subject, owner)),
				None => Claims::<T>::iter_prefix(subject),
			};
			let limit = limit.min(MAX_CLAIMS_PER_PAGE);
			// The range first: at the limit, no entry is read for nothing.
			(0..limit).zip(entries).map(|(_, (_, entry))| entry).collect()
		}
	}

	impl<T> From<DeadlineFault> for Error<T> {
		fn from(fault: DeadlineFault) -> Self {
			match fault {
				DeadlineFault::Expired => Self::SignatureExpired,
				DeadlineFault::TooFarAhead => Self::SignatureValidTooLong,
			}
		}
	}

	impl<T> From<SignatureFault> for Error<T> {
		fn from(fault: SignatureFault) -> Self {
			match fault {
				SignatureFault::Malformed => Self::MalformedSignature,
				SignatureFault::Mismatch => Self::SignatureMismatch,
			}
		}
	}
}
