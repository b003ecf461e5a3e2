// SPDX-License-Identifier: Apache-2.0

//! # Proofs
//!
//! Keeps on record that a document existed, whose it was and when (ITU-T X.1407 7.2.1), and what became of that. The document itself
//! never comes here, only two hashes: the *subject*, under which a proof is found, and the *evidence hash* of what its owner states about
//! the document.
//!
//! ## Terms
//!
//! - **Owner**: the account whose key signed the evidence. **Submitter**: the account that sends it; may be somebody else, a business
//!   platform for instance, which never holds the owner's key (7.1.1 b).
//! - **Record**: the first registration of a subject. It is the authoritative one, and nobody can take its place.
//! - **Claim**: a later registration of the same subject by another owner, kept apart.
//! - **Batch**: many registrations at once, of which the ledger keeps the root of the tree over them (RFC 6962, 2.1). **Leaf**: one of them.
//!   The ledger never sees the leaves; that something is one, its path shows to whoever verifies it.
//! - **Proof**: a record, a batch or a leaf. Not a claim, of which only a revocation is kept.
//! - **Holder**: whose a proof is now. Its owner, until it is handed over; of a leaf, the batch's holder, until it is handed over by itself.
//! - **Life**: whether a proof still stands, who holds it, and how many entries its **history** has.
//!
//! ## Story
//!
//! 1. Ada hashes her novel, writes an evidence document and signs both hashes for this network, good until block 1,000.
//! 2. Her publisher submits them in block 900 ([`Call::register`]). Ada is now on record, with block, position and time.
//! 3. Bob registers the same file. [`Error::AlreadyRegistered`]. He may [`Call::claim`] that it is his, and stands on record as the later one.
//! 4. A school issues five hundred certificates. It signs the root of the tree over all of them and registers that ([`Call::register_batch`]).
//!    Each graduate gets a path from their own certificate to the root.
//! 5. One certificate has a mistake. The school registers a corrected one and puts it in the other's place ([`Call::supersede`]).
//! 6. Ada sells her novel to Carol. Both sign, and Carol holds the proof from now on ([`Call::transfer`]).
//! 7. A court decides about it. A regulator notes that, with the hash of the decision ([`Call::annotate`]).
//! 8. SHA-256 ages. Carol binds the evidence to a SHA3-512 of it ([`Call::renew`]), before the council has SHA-256 refused for what is new
//!    ([`Call::set_algorithm`]).
//! 9. Carol takes the proof back ([`Call::revoke`]). That Ada had registered, and all that came after, stays on record for ever.
//!
//! ## Who may do what
//!
//! Every call of an owner or a holder needs two authorisations: a signed origin, and their signature inside. *Role* is that of the proof's
//! schema: `Owner`, or `Issuer` for certificates.
//!
//! | call | submitter | who signs inside |
//! |---|---|---|
//! | `register`, `claim`, `register_batch` | the owner, or `BusinessPlatform` | the owner, with the role |
//! | `register_many` | the same, for each entry | the owner of each entry, with the role |
//! | `revoke` | the holder, or `BusinessPlatform` | the holder; of a claim, its owner; with the role |
//! | `supersede`, `renew` | the holder, or `BusinessPlatform` | the holder, with the role |
//! | `transfer` | the holder, the next holder, or `BusinessPlatform` | both, each with the role |
//! | `annotate` | `Regulator` | nobody |
//! | `set_algorithm` | [`Config::AlgorithmOrigin`], the council | nobody |
//!
//! Whose a proof is, is a matter of the label: when that moves to another key, the holder's next key acts for the holder, and the one of before
//! does no more. A claim is its owner's key's own.
//!
//! Roles are judged by [`Config::Authority`] (9.1.1 a, 9.3.1 f), and whether owner or holder guards this with a second factor, and used it
//! (9.1.1 d): `Transferring` for `transfer`, `Registering` for the others.
//!
//! ## Trust assumptions
//!
//! The owner's key is the owner's alone. The timestamp is the block author's, bounded by the other validators' clocks.
//!
//! What waits for a block can be read: whoever is admitted may copy a subject, or a root, out of a pool and register it first. Whoever did
//! so stands on record as its owner, with evidence that they signed; who had the document first is then a matter of other evidence.
//!
//! Whoever holds a batch can end it, and with it each of its leaves, those included that were handed over by themselves. Whoever is handed
//! a leaf trusts the batch's holder that far, or has the document registered by itself.
//!
//! ## Invariants
//!
//! Checked by `try_state`; `docs/spec/proofs.md` says more.
//!
//! 1. A claim's subject has a record.
//! 2. A claim is stored under its own owner, who is not the record's; it may be revoked, and nothing else ever happened to it.
//! 3. No claim was registered before the record.
//! 4. Nothing was registered or changed in the future, nor changed before it was registered.
//! 5. A leaf that something happened to is of a batch that is registered, and something did happen to it.
//! 6. A proof's history has as many entries as its life says, numbered from zero, in the order of time; what is not registered has none.
//! 7. Status and holder of a proof are what its history says, and who handed it over did so with their own key. Behind its end there are only
//!    annotations.
//! 8. What took a proof's place is registered, and is another.
//! 9. A batch has a leaf at least.
//! 10. What the council said about algorithms is in the order of time, and refuses none before it is deprecated.
//! 11. What is noted as used was signed until a block that is no further ahead than a signature may be good for.
//! 12. There was room in a proof's history for each of its entries when that was appended.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod entry;
mod functions;
mod life;
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
/// The most entries that one question about a proof's history returns.
pub const MAX_CHANGES_PER_PAGE: u32 = 100;
/// So much longer than [`Config::MaxChanges`] a history may get by handing the proof over: whoever renews it as often as they can, cannot
/// keep it from changing hands.
pub const ROOM_FOR_TRANSFERS: u32 = 100;
/// So much longer than [`Config::MaxChanges`] a history may get by annotations: no holder can keep a regulator from noting something.
pub const ROOM_FOR_ANNOTATIONS: u32 = 200;
/// The most signatures that are forgotten in a block.
const MAX_FORGOTTEN: u32 = 256;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use chirograph_primitives::{
		payload::DeadlineFault, AccountId, Algorithm, AlgorithmChange, AlgorithmPolicy, AlgorithmTerms, Authority, Batch,
		BatchRoot, BlockNumber, Digest, DocumentHash, EvidenceHash, Holder, Inclusion, LabelId, Ledger, Life, OwnerSignature,
		ProofChange, ProofId, Record, Registration, Remark, RevocationReason, Schema, SignatureFault, SignatureScheme, Subject,
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

		/// Who says which algorithms are good enough.
		type AlgorithmOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// How many blocks ahead of now an owner's signature may be valid for: the window in which one that got into wrong hands is of use
		/// to them.
		#[pallet::constant]
		type MaxSignatureValidity: Get<BlockNumber>;

		/// How many registrations can be sent together.
		#[pallet::constant]
		type MaxRegistrations: Get<u32>;

		/// How many entries a proof's history may have until nothing more is renewed. There is room for [`ROOM_FOR_TRANSFERS`] and
		/// [`ROOM_FOR_ANNOTATIONS`] besides; what ends a proof always fits.
		#[pallet::constant]
		type MaxChanges: Get<u32>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The first registration of each subject.
	#[pallet::storage]
	pub type Records<T: Config> = StorageMap<_, Blake2_128Concat, Subject, Record>;

	/// Later registrations of a subject that has a record already, one at the most for each owner. Of their life, only the status is used.
	#[pallet::storage]
	pub type Claims<T: Config> = StorageDoubleMap<_, Blake2_128Concat, Subject, Blake2_128Concat, AccountId, Record>;

	/// Many registrations at once, by the root of the tree over them.
	#[pallet::storage]
	pub type Batches<T: Config> = StorageMap<_, Blake2_128Concat, BatchRoot, Batch>;

	/// What became of single leaves of a batch. A leaf to which nothing happened by itself is not here.
	#[pallet::storage]
	pub type Leaves<T: Config> = StorageDoubleMap<_, Blake2_128Concat, BatchRoot, Blake2_128Concat, Subject, Life, ValueQuery>;

	/// All that happened to a proof after it was registered, numbered from zero.
	#[pallet::storage]
	pub type History<T: Config> = StorageDoubleMap<_, Blake2_128Concat, ProofId, Twox64Concat, u32, ProofChange>;

	/// Signatures that would count again if they were sent again: the last block in which they may be used, big endian, so that those
	/// come first that are of no use any more; and BLAKE2b-256 of the payload. They are forgotten when that block is over.
	#[pallet::storage]
	pub type UsedSignatures<T: Config> = StorageMap<_, Identity, ([u8; 4], H256), ()>;

	/// Which algorithms are good enough, and since and until when (X.1407 9.3.2).
	#[pallet::storage]
	pub type Policy<T: Config> = StorageValue<_, AlgorithmPolicy, ValueQuery>;

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
		/// A holder took a proof back, or an owner a claim: a record's holder is not the owner of a claim that is meant.
		Revoked {
			/// Which.
			proof: ProofId,
			/// Whose it is.
			owner: AccountId,
			/// The owner's label.
			label: LabelId,
			/// Why.
			reason: RevocationReason,
			/// When.
			at: Inclusion,
		},
		/// Many registrations were made at once.
		BatchRegistered {
			/// The root of the tree over them.
			root: BatchRoot,
			/// The whole entry.
			batch: Batch,
		},
		/// One of many registrations that were sent together was refused.
		Skipped {
			/// Which, counted from zero.
			index: u32,
			/// What was to be registered.
			subject: Subject,
			/// Why it was not: as if it had been sent by itself.
			error: DispatchError,
		},
		/// A holder put another proof in the place of one.
		Superseded {
			/// Which.
			proof: ProofId,
			/// Whose it is.
			owner: AccountId,
			/// The owner's label.
			label: LabelId,
			/// What is in its place.
			successor: ProofId,
			/// When.
			at: Inclusion,
		},
		/// A proof was handed over.
		Transferred {
			/// Which.
			proof: ProofId,
			/// Whose it was.
			from: AccountId,
			/// The label of whose it was.
			label: LabelId,
			/// Whose it is, and since when.
			holder: Holder,
		},
		/// A regulator noted something about a proof.
		Annotated {
			/// Which.
			proof: ProofId,
			/// Who.
			regulator: AccountId,
			/// The regulator's label.
			label: LabelId,
			/// What.
			remark: Remark,
			/// The document that gives reasons, if there is one.
			document: Option<DocumentHash>,
			/// When.
			at: Inclusion,
		},
		/// A holder bound a proof's evidence to another hash.
		Renewed {
			/// Which.
			proof: ProofId,
			/// Whose it is.
			owner: AccountId,
			/// The owner's label.
			label: LabelId,
			/// The other hash.
			evidence: Digest,
			/// When.
			at: Inclusion,
		},
		/// The council said what holds for an algorithm.
		AlgorithmSet {
			/// What, and from when on: behind this block.
			change: AlgorithmChange,
		},
		/// What was just registered or changed rests on an algorithm that is still good, and on its way out.
		Deprecated {
			/// What rests on it.
			proof: ProofId,
			/// Which algorithm.
			algorithm: Algorithm,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The subject is on record already, or this owner claimed it already, or the root is. Another owner may `claim` a subject.
		AlreadyRegistered,
		/// Nobody registered it: there is nothing to claim or to change. Use `register` or `register_batch`.
		NotRegistered,
		/// The owner neither holds this proof nor has a claim of it that can be revoked.
		NotOwner,
		/// It is revoked already. That is final.
		AlreadyRevoked,
		/// The owner's signature was good until an earlier block. Sign again.
		SignatureExpired,
		/// The owner's signature is good for longer than this network accepts. Sign again with an earlier last block.
		SignatureValidTooLong,
		/// The owner's signature is not in the accepted form of its scheme.
		MalformedSignature,
		/// The owner's signature is by another key, or over something else: another network, proof, evidence, schema or deadline.
		SignatureMismatch,
		/// Nothing new may rest on this algorithm any more. Sign with a key of another scheme, or hash with another algorithm; what is
		/// accepted, the policy says.
		AlgorithmRefused,
		/// A tree without leaves proves nothing.
		EmptyBatch,
		/// Another proof took its place already. That is final; the other one can be changed.
		AlreadySuperseded,
		/// What is to take the proof's place is not registered. Register it first.
		SuccessorNotRegistered,
		/// What is to take the proof's place is the same, or the one is a leaf of the other.
		NotAnotherProof,
		/// What is to take the proof's place is somebody else's. Have it handed over first.
		SuccessorOfOtherHolder,
		/// What is to take the proof's place is another kind of document.
		SuccessorOfOtherSchema,
		/// What is to take the proof's place is revoked or superseded itself. Name one that stands.
		SuccessorNotActive,
		/// Who is to hold the proof holds it already.
		AlreadyHolder,
		/// The next holder's signature is not in the accepted form of its scheme.
		MalformedConsent,
		/// The next holder's signature is by another key, or over something else.
		ConsentMismatch,
		/// These words were signed and used before. To say them again, sign again with another last block.
		SignatureUsed,
		/// The evidence is bound to a hash of this algorithm since it was registered. Renew with a stronger one.
		SameAlgorithm,
		/// An algorithm cannot be refused before it is deprecated.
		RefusedBeforeDeprecated,
		/// The council said all that there is room for. A runtime upgrade can make room.
		TooManyAlgorithmChanges,
		/// The proof's history is as long as it may get by this. Its holder can revoke or supersede it all the same.
		TooManyChanges,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxSignatureValidity::get() > 0,
				"a signature must be valid for a block at least"
			);
			assert!(T::MaxRegistrations::get() > 0, "many registrations are one at least");
			assert!(T::MaxChanges::get() > 0, "something must be able to happen to a proof");
		}

		/// Forgets signatures that nobody can use any more.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::forget_signatures(remaining)
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
		/// Signed origin: the owner, or a business platform. Emits [`Event::Registered`], and [`Event::Deprecated`] for each algorithm that
		/// is deprecated.
		///
		/// Errors: [`Error::AlreadyRegistered`], [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`],
		/// [`Error::AlgorithmRefused`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of [`Config::Authority`].
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
			let registration = Registration {
				owner,
				subject,
				evidence_hash,
				schema,
				valid_until,
				signature,
			};
			Self::do_register(&submitter, registration)
		}

		/// Registers that somebody else claims a subject that is on record already. The claim is kept apart and never takes the record's
		/// place.
		///
		/// Parameters and origin as for `register`. Emits [`Event::Claimed`], and [`Event::Deprecated`] for each algorithm that is
		/// deprecated.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::AlreadyRegistered`] (by this owner), [`Error::SignatureExpired`],
		/// [`Error::SignatureValidTooLong`], [`Error::AlgorithmRefused`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`],
		/// and those of [`Config::Authority`].
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
			let registration = Registration {
				owner,
				subject,
				evidence_hash,
				schema,
				valid_until,
				signature,
			};
			Self::do_claim(&submitter, registration)
		}

		/// Takes a proof back, or a claim. That it was registered stays on record.
		///
		/// - `owner`: whose it is: the proof's holder. For a record that somebody else holds, the owner of a claim, which is then meant.
		/// - `proof`: which.
		/// - `reason`: why.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: over [`payload::revocation`](chirograph_primitives::payload::revocation), or of a claim over
		///   [`payload::claim_revocation`](chirograph_primitives::payload::claim_revocation), bound to this network.
		///
		/// Signed origin: the owner, or a business platform. Emits [`Event::Revoked`]. No algorithm is refused here: whoever has an old
		/// key only must be able to revoke with it.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::NotOwner`], [`Error::AlreadyRevoked`], [`Error::AlreadySuperseded`],
		/// [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and
		/// those of [`Config::Authority`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::revoke().max(T::WeightInfo::revoke_claim()))]
		pub fn revoke(
			origin: OriginFor<T>,
			owner: AccountId,
			proof: ProofId,
			reason: RevocationReason,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_revoke(&submitter, owner, proof, reason, valid_until, &signature)
		}

		/// Registers many documents at once, by the root of the tree over them (RFC 6962, 2.1).
		///
		/// - `owner`: the account whose key made `signature`.
		/// - `root`: of the tree. `leaves`: how many it has, one at the least; that decides its shape.
		/// - `schema`: what kind of documents all of them are.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: over [`payload::batch`](chirograph_primitives::payload::batch), bound to this network.
		///
		/// Signed origin: the owner, or a business platform. Emits [`Event::BatchRegistered`], and [`Event::Deprecated`] for each algorithm
		/// that is deprecated.
		///
		/// Errors: [`Error::EmptyBatch`], [`Error::AlreadyRegistered`], [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`],
		/// [`Error::AlgorithmRefused`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of [`Config::Authority`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::register_batch())]
		#[allow(clippy::too_many_arguments)]
		pub fn register_batch(
			origin: OriginFor<T>,
			owner: AccountId,
			root: BatchRoot,
			leaves: u64,
			schema: Schema,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_register_batch(submitter, owner, root, leaves, schema, valid_until, &signature)
		}

		/// Registers many subjects, each for an owner who signed for it.
		///
		/// Each entry is judged as [`Call::register`] judges it. One that is refused is skipped, so that nobody can spoil what others
		/// registered: the call succeeds, and the events say what came of each entry.
		///
		/// Signed origin: somebody who may submit for the owner of an entry; an entry of another owner is skipped. Emits, for each entry,
		/// the events of `register`, or [`Event::Skipped`] with the error of `register`. What entries cost less that are registered already
		/// is given back.
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::weight_of_many(registrations.iter().map(|entry| entry.signature.scheme())))]
		pub fn register_many(
			origin: OriginFor<T>,
			registrations: BoundedVec<Registration, T::MaxRegistrations>,
		) -> DispatchResultWithPostInfo {
			let submitter = ensure_signed(origin)?;
			Ok(Some(Self::do_register_many(&submitter, registrations.into_inner())).into())
		}

		/// Puts another proof in the place of one: a new version, a corrected certificate. That it was registered stays on record.
		///
		/// - `owner`: who holds both.
		/// - `proof`: which one is not to stand any more. It must be active.
		/// - `by`: which one stands in its place: another one that is active and of the same schema. That a leaf is one, the ledger cannot
		///   see; its batch must be registered.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: over [`payload::supersession`](chirograph_primitives::payload::supersession), bound to this network.
		///
		/// Signed origin: the holder, or a business platform. Emits [`Event::Superseded`], and [`Event::Deprecated`] if the signature's
		/// algorithm is deprecated.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::NotOwner`], [`Error::AlreadyRevoked`], [`Error::AlreadySuperseded`],
		/// [`Error::NotAnotherProof`], [`Error::SuccessorNotRegistered`], [`Error::SuccessorOfOtherHolder`],
		/// [`Error::SuccessorOfOtherSchema`], [`Error::SuccessorNotActive`], [`Error::SignatureExpired`],
		/// [`Error::SignatureValidTooLong`], [`Error::AlgorithmRefused`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`],
		/// and those of [`Config::Authority`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::supersede())]
		pub fn supersede(
			origin: OriginFor<T>,
			owner: AccountId,
			proof: ProofId,
			by: ProofId,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_supersede(&submitter, owner, proof, by, valid_until, &signature)
		}

		/// Hands a proof over. Whose evidence it is, and who registered it when, stays on record.
		///
		/// - `owner`: who holds the proof. `to`: who is to hold it; with the role that the schema asks for.
		/// - `proof`: which. It must be active.
		/// - `valid_until`: the last block in which the signatures may be used.
		/// - `owner_signature`, `next_signature`: of `owner` and of `to`, both over
		///   [`payload::transfer`](chirograph_primitives::payload::transfer), bound to this network.
		///
		/// Signed origin: one of the two, or a business platform. Emits [`Event::Transferred`], and [`Event::Deprecated`] for each algorithm
		/// that is deprecated.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::NotOwner`], [`Error::AlreadyRevoked`], [`Error::AlreadySuperseded`],
		/// [`Error::TooManyChanges`], [`Error::AlreadyHolder`], [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`],
		/// [`Error::SignatureUsed`], [`Error::AlgorithmRefused`], [`Error::MalformedSignature`] and [`Error::SignatureMismatch`] (of the holder),
		/// [`Error::MalformedConsent`] and [`Error::ConsentMismatch`] (of the next one), and those of [`Config::Authority`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::transfer())]
		#[allow(clippy::too_many_arguments)]
		pub fn transfer(
			origin: OriginFor<T>,
			owner: AccountId,
			proof: ProofId,
			to: AccountId,
			valid_until: BlockNumber,
			owner_signature: OwnerSignature,
			next_signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_transfer(&submitter, owner, proof, to, valid_until, &owner_signature, &next_signature)
		}

		/// Notes something about a proof, also about one that is revoked or superseded.
		///
		/// - `proof`: which. That a leaf is one, the ledger cannot see; its batch must be registered.
		/// - `remark`: what. `document`: SHA-256 of the document that gives reasons, if there is one.
		///
		/// Signed origin: a regulator. Emits [`Event::Annotated`].
		///
		/// Errors: [`Error::NotRegistered`], [`Error::TooManyChanges`], and those of [`Config::Authority`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::annotate())]
		pub fn annotate(origin: OriginFor<T>, proof: ProofId, remark: Remark, document: Option<DocumentHash>) -> DispatchResult {
			let regulator = ensure_signed(origin)?;
			Self::do_annotate(&regulator, proof, remark, document)
		}

		/// Binds the evidence of a proof to another hash of it, before the algorithm of the first one weakens (as RFC 4998 does).
		///
		/// - `owner`: who holds the proof.
		/// - `proof`: which. It must be active.
		/// - `evidence`: the other hash. Of a batch, the root of the tree that the algorithm makes of the same documents.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: over [`payload::renewal`](chirograph_primitives::payload::renewal), bound to this network.
		///
		/// Signed origin: the holder, or a business platform. Emits [`Event::Renewed`], and [`Event::Deprecated`] for each algorithm that
		/// is deprecated.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::NotOwner`], [`Error::AlreadyRevoked`], [`Error::AlreadySuperseded`],
		/// [`Error::TooManyChanges`], [`Error::SameAlgorithm`], [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`],
		/// [`Error::SignatureUsed`], [`Error::AlgorithmRefused`], [`Error::MalformedSignature`], [`Error::SignatureMismatch`], and those of
		/// [`Config::Authority`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::renew())]
		pub fn renew(
			origin: OriginFor<T>,
			owner: AccountId,
			proof: ProofId,
			evidence: Digest,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_renew(&submitter, owner, proof, evidence, valid_until, &signature)
		}

		/// Says what holds for an algorithm from the next block on (X.1407 9.3.2). What it said before stays on record, and is how
		/// everything is judged that was registered until then.
		///
		/// - `algorithm`: which.
		/// - `terms`: since and until when, and with how many bits, it is good enough. Dates may lie in the past or in the future.
		///
		/// Origin: [`Config::AlgorithmOrigin`]. Emits [`Event::AlgorithmSet`].
		///
		/// Errors: [`Error::RefusedBeforeDeprecated`], [`Error::TooManyAlgorithmChanges`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_algorithm())]
		pub fn set_algorithm(origin: OriginFor<T>, algorithm: Algorithm, terms: AlgorithmTerms) -> DispatchResult {
			T::AlgorithmOrigin::ensure_origin(origin)?;
			Self::do_set_algorithm(algorithm, terms)
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

		/// The batch with that root.
		pub fn batch(root: BatchRoot) -> Option<Batch> {
			Batches::<T>::get(root)
		}

		/// What became of a leaf by itself. What became of its batch became of the leaf, too: see
		/// [`Batch::leaf_status`] and [`Batch::leaf_holder`].
		pub fn leaf(root: BatchRoot, subject: Subject) -> Life {
			Leaves::<T>::get(root, subject)
		}

		/// What happened to `proof`, beginning with the entry `from`, counted from zero; at the most `limit`, and never more than
		/// [`MAX_CHANGES_PER_PAGE`].
		pub fn history(proof: ProofId, from: u32, limit: u32) -> Vec<ProofChange> {
			let until = from.saturating_add(limit.min(MAX_CHANGES_PER_PAGE));
			(from..until).map_while(|index| History::<T>::get(proof, index)).collect()
		}

		/// Which algorithms are good enough, and since and until when.
		pub fn algorithms() -> AlgorithmPolicy {
			Policy::<T>::get()
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
