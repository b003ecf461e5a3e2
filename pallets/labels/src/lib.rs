// SPDX-License-Identifier: Apache-2.0

//! # Labels
//!
//! Audits an identity first, and only then allocates a label (ITU-T X.1407 9.1.1 b). All other pallets ask here who may act as what
//! (9.1.1 a, 9.3.1 f), and nobody without a label can do anything but ask for one.
//!
//! ## Terms
//!
//! - **Label**: an audited identity: organisation, jurisdiction, [`Roles`], a date on which it ends by itself, and a [`Standing`]. An account holds it.
//! - **Dossier**: what an applicant tells the auditor about itself. It stays off the ledger, which keeps one hash of it.
//! - **Certificate**: of X.509; a third party vouches with it for who has its key. An applicant may have one, signs with its key, and shows it
//!   to the auditor. The ledger keeps its hash and its key, and the hashes of the certificates that authorities published.
//! - **Remit**: the roles and countries that an auditor may decide about. Being an auditor is in nobody's remit: only the council
//!   appoints one.
//! - **Guardian**: a label whose holder may help another one to get its label back. The holder of that label names its guardians, how many
//!   of them it takes, and for how many blocks it can object; they then have as many blocks to complete.
//! - **Passkey**: a key in an authenticator of the holder's, besides the account's: a second factor for what the label guards with it.
//! - **Quota**: calls and bytes that a label may use without a fee in a window of blocks.
//!
//! ## Story
//!
//! 1. Ada has a fresh key and no tokens. She applies ([`Call::apply`]) with the hash of her dossier, and shows the dossier to Bob.
//! 2. Bob is an auditor. He compares hash and dossier, confirms that Ada is who she says, and approves ([`Call::approve`]). Ada's
//!    account now holds label 7, as owner of proofs, until the end of next year.
//! 3. Ada moves to a hardware key ([`Call::rotate`]). The label keeps its number and its history; the old key is dead.
//! 4. Ada's laptop is stolen, with the new key on it. She reports it ([`Call::suspend`]): from this block on, the key is of no use. Bob finds
//!    out that the theft was on Monday, says so, and moves the label to a key that Ada shows him in person ([`Call::reassign`]).
//!    What the stolen key signed before Monday stands; what it signed since is not believed.
//! 5. Ada names Carol, Dave and Eve as guardians, two of whom it takes, and a day to object ([`Call::set_guardians`]). Her next key is lost.
//!    She makes another, and shows its account to Carol, who begins to move the label to it ([`Call::initiate_recovery`]), and to Dave, who
//!    approves ([`Call::approve_recovery`]). Nobody objects for a day ([`Call::veto_recovery`]), and Carol completes it
//!    ([`Call::complete_recovery`]), without an auditor. The label has its number and its history, as always.
//!
//! ## Who may do what
//!
//! | call | who |
//! |---|---|
//! | `apply` | an account that holds no label, and never did |
//! | `withdraw` | the applicant |
//! | `approve`, `reject` | `Auditor`, within its remit, of another organisation than the applicant's |
//! | `renew`, `reinstate`, `add_roles`, `remove_roles` | `Auditor`, within its remit, of another organisation than the label's; the council |
//! | `reassign` | as `renew`; of a label with a margin at stake, the council alone |
//! | `suspend` | as `renew`; `Regulator` of the label's country, of another organisation; the holder |
//! | `revoke` | as `renew`; the holder |
//! | `rotate` | the holder |
//! | `distrust` | as `suspend`, without the holder |
//! | `bind_passkey` | the holder; confirmed by the passkey that is bound, if one is |
//! | `unbind_passkey` | the holder, confirmed by the passkey |
//! | `confirm` | every holder, for whichever label whose passkey confirms the call inside; not inside of another `confirm` |
//! | `set_guardians` | the holder; confirmed by the passkey, if one is bound |
//! | `initiate_recovery`, `approve_recovery`, `complete_recovery` | a guardian of the label |
//! | `veto_recovery` | as `renew`; the holder |
//! | `publish_certificate`, `withdraw_certificate` | `CertificateAuthority` |
//! | `appoint_auditor`, `dismiss_auditor`, `set_quota` | the council |
//!
//! The council is Root ([`frame_system`]'s), by way of the governance pallet. A holder needs an active label.
//!
//! Whose key signed two things of which only one can be true, the network suspends by itself, whoever it is (9.2.3 g). No other key, no
//! other reason and no guardian lifts that: auditors and the council reinstate, as ever.
//!
//! About auditors, and about its own members, the council alone decides: neither auditors nor regulators do. It renews its members' labels
//! itself, and for that they may act in it though their labels are over ([`Metering::outlives`]).
//!
//! What a label guards ([`Operations`]) takes a confirmation by its passkey besides, which is for one call and for one time (9.1.1 d).
//! Somebody else may send it, a platform for an owner: the call inside is then theirs, and the confirmation the owner's. A label that
//! moves because its key is gone guards nothing any more: whoever lost the one may have lost the other. Since guardians can bring that
//! about, naming them takes the passkey whatever is guarded. Objecting to them takes the key alone, so that it is never too late.
//!
//! ## Was this account this label, in this role, at that time?
//!
//! One function answers, for now and for any time before ([`Pallet::authority`], [`Pallet::authority_at`]): an account's keys have an interval,
//! a label's history has an entry for each change with all that follows from it, and both are never rewritten. What shares a position with
//! changes, because calls were batched, is judged by the best of what the label was meanwhile: it was allowed when its turn came. The one
//! thing that reaches back is the block from which on a compromised key is not believed. A holder cannot set it before the block of the
//! report: it would take back at will what it signed. It outlives whatever becomes of the label, moves towards the past only, and is lifted
//! only by whoever reinstates the label.
//!
//! ## Trust assumptions
//!
//! Auditors compare what is said with what is so. An auditor who does not can label a stranger; what it did is on record, and the council
//! dismisses it. The timestamp that ends a label is the block author's, bounded by the other validators' clocks.
//!
//! Of a certificate, the ledger judges one signature: whoever applies has the key. That the certificate is of that key, valid, and leads to a
//! published one, the auditor sees, and nobody else has to believe: the certificate can be shown again and compared with its hash.
//!
//! As many guardians as it takes can have a label whose holder does not look for as long as it has to object, or cannot: whoever may not use its
//! label does not object either. Its auditor and the council can. What a stolen key said of guardians does not count, once it is known since
//! when: neither whom it named, nor what it approved as a guardian's.
//!
//! Everybody can make accounts, so applications are bounded for all together, in a window and in the number that wait. Whoever fills the bound
//! keeps others from applying until auditors have rejected theirs, or they waited for so long that others take their places; who holds a label is
//! not affected. It takes as many accounts as applications: one account applies once at a time, and derived ones not at all.
//!
//! ## Invariants
//!
//! Checked by `try_state`.
//!
//! 1. The holder of a label and the label of the holder are each other's.
//! 2. Labels are numbered from 1, without a gap, up to the last one.
//! 3. A label's last entry of history says how the label is; entries are numbered without a gap and in the order of time.
//! 4. An account that applied holds no label.
//! 5. An account that held a label once holds none, and has not applied; its interval does not end before it begins.
//! 6. Nobody has a role, a country or a region that does not exist, and a label has a role.
//! 7. Auditors whose labels are not revoked have a remit, and nobody else; nobody's remit has auditors in it.
//! 8. Every account that holds a label, held one or applied has a provider, so that its nonce is never forgotten.
//! 9. Guardians are other labels, each once and in order, and enough of them, named by an account that holds or held the label; attempts to get
//!    a label back are approved by guardians that it has, each guardian once and by an account that holds or held its label, are begun by
//!    different ones, and are ready exactly if enough approved. A revoked label has none.
//! 10. A label that has a passkey guards something that there is to guard and used up a confirmation, and others guard nothing.
//! 11. Between extrinsics nothing counts as confirmed.
//! 12. A certificate was published by an account that holds or held the label which vouches for it.
//! 13. The account of an active label is believed, and that of a label that is suspended for its key is not, from the block on that the
//!     suspension names. No account is disbelieved from a block on in which it did not hold its label.
//! 14. The intervals in which accounts held a label follow each other without a gap, from the grant to the account that holds it now; each of
//!     them ends with the one entry of history that says who took over.
//! 15. Nothing in a history is of a later block than this one.
//! 16. Quotas and confirmations were used up by labels that there are. Whoever was refused by one holds none, never did, and has not applied.
//! 17. Each application is in the order of their arrival, and nothing else is.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod admission;
mod api;
mod applications;
mod audit;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod genesis;
mod judgement;
mod keys;
#[cfg(test)]
mod mock;
mod passkeys;
mod recovery;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
mod views;
pub mod weights;

pub use admission::{Admission, MAX_ATTEMPTS};
pub use api::*;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use chirograph_primitives::{
		payload::DeadlineFault, AccountId, AdmissionFault, Application, Assertion, AssertionFault, AuthorityFault, BlockNumber,
		BoundPasskey, CertificateClaim, CertificateHash, DossierHash, GuardianIds, Guardianship, Inclusion, Jurisdiction, Label,
		LabelChange, LabelId, LabelRevocationReason, Ledger, Moment, Operations, OrganisationId, OwnerSignature, Passkey,
		Publication, Quota, QuotaUsage, Recovery, Rejection, RejectionReason, Remit, RetiredKey, RetirementReason, Role, Roles,
		SignatureFault, SuspensionReason, Voters,
	};
	use frame_support::{
		dispatch::{GetDispatchInfo, PostDispatchInfo},
		pallet_prelude::*,
		traits::Contains,
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::traits::Dispatchable;

	/// A day at two seconds a block.
	pub const DEFAULT_RECOVERY_DELAY: BlockNumber = 24 * 60 * 60 / 2;

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Block, extrinsic and time.
		type Ledger: Ledger;

		/// Which calls are free of fees, and how many of the quota they are.
		type Metering: Metering<AccountId, <Self as frame_system::Config>::RuntimeCall>;

		/// Who is in the council. Only the council decides about their labels.
		type Council: Contains<AccountId>;

		/// Knows whose label has a margin. Only the council gives such a label to another key.
		type Voters: Voters;

		/// Every call of the runtime: what a passkey can confirm.
		type RuntimeCall: Parameter + GetDispatchInfo + Dispatchable<RuntimeOrigin = OriginFor<Self>, PostInfo = PostDispatchInfo>;

		/// Takes along what else belongs to an account whose label moves.
		type OnRotation: OnRotation<AccountId>;

		/// For how long a label may be granted or renewed, in milliseconds: identities are to be audited again.
		#[pallet::constant]
		type MaxValidity: Get<Moment>;

		/// How many blocks ahead of now the signature of a new key may be valid for.
		#[pallet::constant]
		type MaxSignatureValidity: Get<BlockNumber>;

		/// How many applications may wait for an auditor.
		#[pallet::constant]
		type MaxApplications: Get<u32>;

		/// After how many blocks an application gives way to another where as many wait as may.
		#[pallet::constant]
		type ApplicationLifetime: Get<BlockNumber>;

		/// Measured costs of the calls.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Labels, under the account that holds each of them now.
	#[pallet::storage]
	pub type Labels<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Label>;

	/// Who holds each label now.
	#[pallet::storage]
	pub type Holders<T: Config> = StorageMap<_, Twox64Concat, LabelId, AccountId>;

	/// The newest label.
	#[pallet::storage]
	pub type LastLabel<T: Config> = StorageValue<_, LabelId, ValueQuery>;

	/// What happened to each label, in order.
	#[pallet::storage]
	pub type History<T: Config> = StorageDoubleMap<_, Twox64Concat, LabelId, Twox64Concat, u32, LabelChange>;

	/// Accounts that held a label once.
	#[pallet::storage]
	pub type RetiredKeys<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, RetiredKey>;

	/// What waits for an auditor.
	#[pallet::storage]
	pub type Applications<T: Config> = CountedStorageMap<_, Blake2_128Concat, AccountId, Application>;

	/// Who waits for an auditor, in the order of time: by the block in which they applied, big endian, and their account.
	#[pallet::storage]
	pub type Arrivals<T: Config> = StorageMap<_, Identity, ([u8; 4], AccountId), ()>;

	/// Why the last application of an account was refused.
	#[pallet::storage]
	pub type Rejections<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Rejection>;

	/// Who may help the holder of each label to get it back.
	#[pallet::storage]
	pub type Guardians<T: Config> = StorageMap<_, Twox64Concat, LabelId, Guardianship>;

	/// Attempts to get a label back, by the account that is to hold it.
	#[pallet::storage]
	pub type Recoveries<T: Config> = StorageDoubleMap<_, Twox64Concat, LabelId, Blake2_128Concat, AccountId, Recovery>;

	/// How many blocks a holder has at the least to object to a recovery.
	#[pallet::storage]
	pub type MinRecoveryDelay<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

	/// What each auditor may decide about.
	#[pallet::storage]
	pub type Remits<T: Config> = StorageMap<_, Twox64Concat, LabelId, Remit>;

	/// Certificates of authorities, by the label that published it and the SHA-256 of its DER form.
	#[pallet::storage]
	pub type Certificates<T: Config> = StorageDoubleMap<_, Twox64Concat, LabelId, Blake2_128Concat, CertificateHash, Publication>;

	/// The passkey of each label that has one.
	#[pallet::storage]
	pub type Passkeys<T: Config> = StorageMap<_, Twox64Concat, LabelId, BoundPasskey>;

	/// How many confirmations each label used up. Outlives its passkeys: none is good twice, whichever is bound next.
	#[pallet::storage]
	pub type Sequences<T: Config> = StorageMap<_, Twox64Concat, LabelId, u32, ValueQuery>;

	/// The label whose passkey confirmed the call that runs now. Never there between extrinsics.
	#[pallet::storage]
	pub type Confirmed<T: Config> = StorageValue<_, LabelId>;

	/// What may be used without a fee.
	#[pallet::storage]
	pub type Terms<T: Config> = StorageValue<_, QuotaTerms, ValueQuery>;

	/// What each label used of its quota, in the last window in which it used any.
	#[pallet::storage]
	pub type Usages<T: Config> = StorageMap<_, Twox64Concat, LabelId, Usage, ValueQuery>;

	/// How many applications there were in the last window in which there was one.
	#[pallet::storage]
	pub type ApplicationUsage<T: Config> = StorageValue<_, Usage, ValueQuery>;

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Labels that are there from the beginning.
		pub founders: Vec<Founder>,
		/// What may be used without a fee.
		pub terms: QuotaTerms,
		/// How many blocks a holder has at the least to object to a recovery.
		pub min_recovery_delay: BlockNumber,
		/// Nothing: the network's configuration is a type.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				founders: Vec::new(),
				terms: QuotaTerms::default(),
				min_recovery_delay: DEFAULT_RECOVERY_DELAY,
				_config: PhantomData,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Runs once, where a network is made; a panic refuses to make one that could not work.
		fn build(&self) {
			Pallet::<T>::build_genesis(&self.founders, &self.terms, self.min_recovery_delay);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account asked for a label.
		Applied {
			/// Who.
			account: AccountId,
			/// For what.
			application: Application,
		},
		/// An applicant no longer wants what it asked for.
		Withdrawn {
			/// Who.
			account: AccountId,
		},
		/// An application waited for so long that another took its place.
		Lapsed {
			/// Whose.
			account: AccountId,
		},
		/// An auditor refused an application.
		Rejected {
			/// Whose.
			account: AccountId,
			/// Why, by whom and when.
			rejection: Rejection,
		},
		/// A label was allocated.
		Granted {
			/// Who holds it.
			account: AccountId,
			/// The whole label.
			label: Label,
		},
		/// A label is not as it was.
		Changed {
			/// Which.
			label: LabelId,
			/// What happened, and how it is now.
			change: LabelChange,
		},
		/// A key that held a label once, or holds one that is of no use for another reason, is not believed any more.
		Distrusted {
			/// The key's account.
			account: AccountId,
			/// The first block that its signatures are not believed in.
			since: BlockNumber,
			/// The label that said so; none for the council.
			by: Option<LabelId>,
		},
		/// A label may decide about others.
		AuditorAppointed {
			/// Which.
			label: LabelId,
			/// About whom.
			remit: Remit,
		},
		/// A label may not decide about others any more.
		AuditorDismissed {
			/// Which.
			label: LabelId,
		},
		/// A certificate authority vouches for a certificate.
		CertificatePublished {
			/// Which authority.
			label: LabelId,
			/// Which certificate.
			certificate: CertificateHash,
			/// The account that holds the authority's label.
			by: AccountId,
		},
		/// A certificate authority does not vouch for a certificate any more.
		CertificateWithdrawn {
			/// Which authority.
			label: LabelId,
			/// Which certificate.
			certificate: CertificateHash,
		},
		/// A holder said who may help to get its label back. Attempts by those of before are off.
		GuardiansSet {
			/// Which.
			label: LabelId,
			/// Who, how many of them it takes, and how long the holder can object.
			guardianship: Guardianship,
		},
		/// A label has no guardians any more: its holder wants none, or a key that was compromised may have named them. All attempts are off.
		GuardiansRemoved {
			/// Which.
			label: LabelId,
		},
		/// A guardian wants a label to move to an account, because its key is lost.
		RecoveryApproved {
			/// Which.
			label: LabelId,
			/// To whom.
			account: AccountId,
			/// The guardian's label.
			by: LabelId,
			/// The account that holds the guardian's label.
			approver: AccountId,
			/// The first block in which the label can move, once enough guardians approved.
			ready: Option<BlockNumber>,
		},
		/// All attempts to get a label back are off.
		RecoveryVetoed {
			/// Which.
			label: LabelId,
			/// The label that objected; none for the council.
			by: Option<LabelId>,
		},
		/// A label guards operations with a passkey, and no others.
		PasskeyBound {
			/// Which.
			label: LabelId,
			/// By what.
			passkey: Passkey,
			/// Which operations.
			guarded: Operations,
		},
		/// A label has no passkey any more, and guards nothing.
		PasskeyUnbound {
			/// Which.
			label: LabelId,
		},
		/// A passkey confirmed the call that comes next.
		Confirmed {
			/// Whose.
			label: LabelId,
			/// How many confirmations the label had used up before.
			sequence: u32,
		},
		/// What a role may use without a fee is another.
		QuotaSet {
			/// Which role.
			role: Role,
			/// What it may use in a window.
			quota: Quota,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account holds no label. Apply for one.
		NoLabel,
		/// The account moved its label to another key, and is of no use any more. Use the new key.
		KeyRetired,
		/// The key was reported as compromised. An auditor can move the label to another key.
		KeyCompromised,
		/// The label is suspended. Ask its auditor.
		LabelSuspended,
		/// The label is revoked, and that is final.
		LabelRevoked,
		/// The label's date is over. An auditor can renew it.
		LabelExpired,
		/// The label does not have the role that this takes. An auditor can add it.
		WrongRole,
		/// There is no label of this number.
		UnknownLabel,
		/// The account holds a label already.
		AlreadyLabelled,
		/// The account applied already. Withdraw the application first.
		AlreadyApplied,
		/// As many applications wait as there may. Apply later.
		TooManyApplications,
		/// The account has not applied, or withdrew its application.
		NotApplied,
		/// The application is another than the one that was audited. Audit this one.
		ApplicationChanged,
		/// Nobody decides about their own organisation. Another auditor must.
		OwnOrganisation,
		/// Roles, country or both are beyond what this auditor may decide about.
		OutsideRemit,
		/// At least one role, and no more than there are.
		InvalidRoles,
		/// Not a country and region as ISO 3166 writes them.
		InvalidJurisdiction,
		/// The date is not after now, or later than this network allows.
		InvalidExpiry,
		/// The label has all of these roles already, or none of them.
		RolesUnchanged,
		/// The label is suspended already, for the same reason or for an offence; or for another, and its key is not believed from that block on
		/// anyway.
		AlreadySuspended,
		/// The label is not suspended.
		NotSuspended,
		/// A key is distrusted from a block on in which it was the label's, and not from a future one. A holder reports it from now on only.
		InvalidSince,
		/// The account is, or was, another label's, or applied for one. Take a fresh key.
		AccountInUse,
		/// The account never held a label, or holds one that is not revoked: suspend that.
		NotRetired,
		/// Auditors are appointed and dismissed by the council.
		AuditorByCouncilOnly,
		/// The remit names no role, has auditors in it, or a country that is none.
		InvalidRemit,
		/// The label is no auditor's.
		NotAuditor,
		/// The label published the certificate already.
		AlreadyPublished,
		/// The new key's signature was good until an earlier block. Sign again.
		SignatureExpired,
		/// The new key's signature is good for longer than this network accepts. Sign again with an earlier last block.
		SignatureValidTooLong,
		/// The new key's signature is not in the accepted form of its scheme.
		MalformedSignature,
		/// The new key's signature is by another key, or over something else: another network, label or deadline.
		SignatureMismatch,
		/// There are as many labels as there are numbers.
		NoMoreLabels,
		/// Guardians are other labels, each once, and at least as many as it takes.
		InvalidGuardians,
		/// The holder must have longer to object to a recovery on this network.
		DelayTooShort,
		/// The caller's label is no guardian of this one.
		NotGuardian,
		/// There is an attempt already: to that account, or by that guardian. Approve it, or have the holder object.
		RecoveryPending,
		/// There is no such attempt.
		NoRecovery,
		/// The guardian approved it already.
		AlreadyApproved,
		/// Not enough guardians approved yet, or the holder can still object.
		RecoveryNotReady,
		/// The certificate's key is no point of its curve, or its signature is not in the one accepted form. Sign again, with the low `s`.
		MalformedCertificateSignature,
		/// The certificate's signature is by another key, or for another account, certificate or network. Sign again.
		CertificateSignatureMismatch,
		/// The label has no passkey.
		NoPasskey,
		/// The label guards this with its passkey, or has one that is asked in any case. Have it confirm the call, and send both with `confirm`.
		ConfirmationNeeded,
		/// At least one operation to guard, and no more than there are.
		InvalidOperations,
		/// By its own count, the authenticator was used before it was used for this, or this comes from a copy of it. Have it confirm anew.
		AuthenticatorCountedBack,
		/// What the passkey gave cannot be read, or is of another ceremony; or the passkey is no key of the curve P-256.
		MalformedAssertion,
		/// The passkey was used for another relying party, or by a page inside of another's.
		AssertionForOtherRelyingParty,
		/// The passkey confirmed something else: another call, label, network or number. Have it confirm this.
		AssertionForOtherCall,
		/// The authenticator did not make sure of its user. Ask it to, with the user verification `required`.
		UserNotVerified,
		/// Not signed by the passkey, or changed afterwards.
		WrongAssertionSignature,
		/// The label used up as many confirmations as there are numbers.
		NoMoreConfirmations,
		/// A confirmation of this number was used up already. Each is good once: have the passkey confirm anew.
		ReplayedAssertion,
		/// It is not the turn of a confirmation with this number yet: those with lower ones come first.
		AssertionTooEarly,
		/// A confirmed call cannot have another confirmed one inside. Confirm each by itself, or a batch of the calls as one.
		NestedConfirmation,
		/// The label has no guardians.
		NoGuardians,
		/// A guardian's label is suspended, revoked or over, and could not help. Name another.
		GuardianNotUsable,
		/// The guardians were named by a key that is not believed for when it named them. An auditor can move the label.
		GuardiansNotTrusted,
		/// Nobody completed it while it could be. Begin again.
		RecoveryLapsed,
		/// Enough guardians approved, but the accounts of some do not hold their labels any more, or may not use them: their approvals do not
		/// count. They can approve anew with the accounts that hold their labels now.
		ApprovalsLost {
			/// How many approvals count.
			counting: u8,
		},
		/// The label's holder is in the council, which alone decides about it.
		CouncilMember,
		/// The label has not published the certificate, or withdrew it.
		NotPublished,
		/// The account never sent anything: it is derived from others, which apply in their own name.
		DerivedAccount,
		/// That a validator broke a rule of the consensus, the network itself finds proven. Suspend for another reason.
		OffenceByNetworkOnly,
		/// The label has a margin at stake as a validator's: the council alone gives it to another key. Have it proposed there.
		MarginAtStake,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxValidity::get() > 0, "a label must be valid for a while");
			assert!(
				T::MaxSignatureValidity::get() > 0,
				"a signature must be valid for a block at least"
			);
			assert!(T::MaxApplications::get() > 0, "somebody must be able to apply");
			assert!(
				T::ApplicationLifetime::get() > 0,
				"an auditor must have a block at least to decide in"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Asks for a label (X.1407 9.1.1 b). Free, and the only thing that an account without a label can do. Where as many applications wait as
		/// there may, it takes the place of the oldest one, if that has waited for [`Config::ApplicationLifetime`].
		///
		/// - `dossier`: the hash of what the auditor is to be shown.
		/// - `organisation`: stands for whom the applicant acts for.
		/// - `jurisdiction`: where that is at home.
		/// - `roles`: what it wants to act as.
		/// - `certificate`: a certificate that somebody else vouches for the applicant with (7.1.2 a), and the signature of its key over
		///   [`payload::certificate`](chirograph_primitives::payload::certificate).
		///
		/// Signed origin: an account that signs extrinsics itself. Emits [`Event::Applied`], and [`Event::Lapsed`] if it took a place.
		///
		/// Errors: [`Error::AlreadyLabelled`], [`Error::KeyRetired`], [`Error::AlreadyApplied`], [`Error::TooManyApplications`],
		/// [`Error::DerivedAccount`], [`Error::InvalidRoles`], [`Error::AuditorByCouncilOnly`], [`Error::InvalidJurisdiction`],
		/// [`Error::MalformedCertificateSignature`], [`Error::CertificateSignatureMismatch`].
		#[pallet::call_index(0)]
		#[pallet::weight(match certificate {
			Some(_) => T::WeightInfo::apply_with_certificate(),
			None => T::WeightInfo::apply(),
		})]
		pub fn apply(
			origin: OriginFor<T>,
			dossier: DossierHash,
			organisation: OrganisationId,
			jurisdiction: Jurisdiction,
			roles: Roles,
			certificate: Option<CertificateClaim>,
		) -> DispatchResult {
			Self::do_apply(
				ensure_signed(origin)?,
				dossier,
				organisation,
				jurisdiction,
				roles,
				certificate,
			)
		}

		/// Takes an application back.
		///
		/// Signed origin: the applicant. Emits [`Event::Withdrawn`].
		///
		/// Errors: [`Error::NotApplied`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
			let account = ensure_signed(origin)?;
			Self::take_application(&account).ok_or(Error::<T>::NotApplied)?;
			Self::deposit_event(Event::Withdrawn { account });
			Ok(())
		}

		/// Allocates a label to an applicant whose identity was audited (X.1407 9.1.1 b).
		///
		/// - `account`: the applicant.
		/// - `application`: BLAKE2b-256 of the application that was audited, so that no other is approved.
		/// - `expires`: when the label ends by itself; at the most [`Config::MaxValidity`] from now.
		///
		/// The label has the roles that were asked for. An auditor who finds one of them unjustified rejects.
		///
		/// Signed origin: an auditor within its remit. Emits [`Event::Granted`].
		///
		/// Errors: [`Error::NotApplied`], [`Error::ApplicationChanged`], [`Error::InvalidExpiry`], [`Error::NoMoreLabels`], those of an
		/// auditor ([`Error::OwnOrganisation`], [`Error::OutsideRemit`], of a label [`Error::CouncilMember`]) and of every holder
		/// ([`Pallet::authority`]).
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::approve())]
		pub fn approve(origin: OriginFor<T>, account: AccountId, application: H256, expires: Moment) -> DispatchResult {
			Self::do_approve(ensure_signed(origin)?, account, application, expires)
		}

		/// Refuses an application.
		///
		/// - `account`: the applicant.
		/// - `reason`: why, for the applicant to read.
		///
		/// Signed origin: an auditor within its remit. Emits [`Event::Rejected`].
		///
		/// Errors: [`Error::NotApplied`], those of an auditor and of every holder.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::reject())]
		pub fn reject(origin: OriginFor<T>, account: AccountId, reason: RejectionReason) -> DispatchResult {
			Self::do_reject(ensure_signed(origin)?, account, reason)
		}

		/// Makes a label unusable until it is reinstated (X.1407 8.1.1, 8.1.2, 9.2.3 g).
		///
		/// - `label`: which.
		/// - `reason`: why, other than an offence: that is the network's to find ([`Containment`](chirograph_primitives::Containment)). A compromised
		///   key is not believed from a block on that an auditor, a regulator or the council may set back to when the account began to hold the
		///   label; for the holder it is this block.
		///
		/// A label that is suspended can be suspended for another reason, except by its holder, and except where it is for an offence. One that is
		/// suspended for another reason than its key stays so when that turns out to be compromised besides, since another key makes up for the
		/// one and not for the other.
		///
		/// Origin: an auditor within its remit, a regulator of the label's country, the holder, or Root. Emits [`Event::Changed`]; or, where only
		/// the key is judged anew, [`Event::Distrusted`].
		///
		/// Errors: [`Error::OffenceByNetworkOnly`], [`Error::UnknownLabel`], [`Error::LabelRevoked`], [`Error::AlreadySuspended`],
		/// [`Error::InvalidSince`], those of an auditor and of every holder.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::suspend())]
		pub fn suspend(origin: OriginFor<T>, label: LabelId, reason: SuspensionReason) -> DispatchResult {
			Self::do_suspend(origin, label, reason)
		}

		/// Makes a suspended label usable again.
		///
		/// Origin: an auditor within its remit, or Root. Emits [`Event::Changed`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::NotSuspended`], those of an auditor and of every holder.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::reinstate())]
		pub fn reinstate(origin: OriginFor<T>, label: LabelId) -> DispatchResult {
			Self::do_reinstate(origin, label)
		}

		/// Makes a label unusable for good. What it signed before stays signed.
		///
		/// Origin: an auditor within its remit, the holder, or Root. Emits [`Event::Changed`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::LabelRevoked`], those of an auditor and of every holder.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::revoke())]
		pub fn revoke(origin: OriginFor<T>, label: LabelId, reason: LabelRevocationReason) -> DispatchResult {
			Self::do_revoke(origin, label, reason)
		}

		/// Moves the date on which a label ends.
		///
		/// Origin: an auditor within its remit, or Root. Emits [`Event::Changed`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::LabelRevoked`], [`Error::InvalidExpiry`], those of an auditor and of every holder.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::renew())]
		pub fn renew(origin: OriginFor<T>, label: LabelId, expires: Moment) -> DispatchResult {
			Self::do_renew(origin, label, expires)
		}

		/// Lets a label act in more roles.
		///
		/// Origin: an auditor within its remit, or Root. Emits [`Event::Changed`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::LabelRevoked`], [`Error::InvalidRoles`], [`Error::AuditorByCouncilOnly`],
		/// [`Error::RolesUnchanged`], those of an auditor and of every holder.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::change_roles())]
		pub fn add_roles(origin: OriginFor<T>, label: LabelId, roles: Roles) -> DispatchResult {
			Self::do_change_roles(origin, label, roles, Roles::with)
		}

		/// Lets a label act in fewer roles; at least one stays.
		///
		/// Origin, event and errors as for `add_roles`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::change_roles())]
		pub fn remove_roles(origin: OriginFor<T>, label: LabelId, roles: Roles) -> DispatchResult {
			Self::do_change_roles(origin, label, roles, Roles::without)
		}

		/// Moves the holder's label to another account (X.1407 9.1.2 b), and what else the account has with it ([`Config::OnRotation`]). The account
		/// that held it is of no use any more.
		///
		/// - `account`: the new one.
		/// - `valid_until`: the last block in which `signature` may be used.
		/// - `signature`: the new account's over [`payload::takeover`](chirograph_primitives::payload::takeover).
		///
		/// Signed origin: the holder. Emits [`Event::Changed`].
		///
		/// Errors: [`Error::ConfirmationNeeded`], [`Error::AccountInUse`], [`Error::SignatureExpired`], [`Error::SignatureValidTooLong`],
		/// [`Error::MalformedSignature`], [`Error::SignatureMismatch`], those of every holder.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::rotate())]
		pub fn rotate(
			origin: OriginFor<T>,
			account: AccountId,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			Self::do_rotate(ensure_signed(origin)?, account, valid_until, signature)
		}

		/// Moves a label to another account, whose owner is known to be the label's: the key was lost, or is compromised. A label that was
		/// suspended for its key is usable again. Where the key is compromised, the label has no guardians any more.
		///
		/// - `label`: which.
		/// - `reason`: why the account that holds it does so no more.
		/// - `account`, `valid_until`, `signature`: as for `rotate`.
		///
		/// Origin: an auditor within its remit, or Root; of a validator, Root. Emits [`Event::Changed`], and [`Event::GuardiansRemoved`] and
		/// [`Event::PasskeyUnbound`] where there were any.
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::LabelRevoked`], [`Error::MarginAtStake`], [`Error::InvalidSince`], those of `rotate`, of an auditor and of every
		/// holder.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::reassign())]
		pub fn reassign(
			origin: OriginFor<T>,
			label: LabelId,
			reason: RetirementReason,
			account: AccountId,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			Self::do_reassign(origin, label, reason, account, valid_until, signature)
		}

		/// Puts on record that a key which held a label once, or holds a revoked one, was compromised. One that holds a label otherwise is
		/// suspended.
		///
		/// - `account`: the key's.
		/// - `since`: the first block that its signatures are not believed in.
		///
		/// Origin: an auditor within its remit, a regulator of the label's country, or Root. Emits [`Event::Distrusted`].
		///
		/// Errors: [`Error::NotRetired`], [`Error::InvalidSince`], those of an auditor and of every holder.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::distrust())]
		pub fn distrust(origin: OriginFor<T>, account: AccountId, since: BlockNumber) -> DispatchResult {
			Self::do_distrust(origin, account, since)
		}

		/// Makes a label an auditor, or gives an auditor another remit.
		///
		/// Root. Emits [`Event::AuditorAppointed`], and [`Event::Changed`] if it was no auditor.
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::LabelRevoked`], [`Error::InvalidRemit`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::appoint_auditor())]
		pub fn appoint_auditor(origin: OriginFor<T>, label: LabelId, remit: Remit) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_appoint_auditor(label, remit)
		}

		/// Makes an auditor an ordinary label. What it decided stands.
		///
		/// Root. Emits [`Event::AuditorDismissed`] and [`Event::Changed`]. A label without any other role is revoked.
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::NotAuditor`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::dismiss_auditor())]
		pub fn dismiss_auditor(origin: OriginFor<T>, label: LabelId) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_dismiss_auditor(label)
		}

		/// Publishes the SHA-256 of an authority's certificate in DER, to which applicants' certificates may lead.
		///
		/// Signed origin: a certificate authority. Emits [`Event::CertificatePublished`].
		///
		/// Errors: [`Error::AlreadyPublished`], those of every holder.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::publish_certificate())]
		pub fn publish_certificate(origin: OriginFor<T>, certificate: CertificateHash) -> DispatchResult {
			Self::do_publish_certificate(ensure_signed(origin)?, certificate)
		}

		/// Takes a certificate back that the same label published.
		///
		/// Signed origin: a certificate authority. Emits [`Event::CertificateWithdrawn`].
		///
		/// Errors: [`Error::NotPublished`], those of every holder.
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::withdraw_certificate())]
		pub fn withdraw_certificate(origin: OriginFor<T>, certificate: CertificateHash) -> DispatchResult {
			Self::do_withdraw_certificate(ensure_signed(origin)?, certificate)
		}

		/// Sets what a role may use without a fee in a window.
		///
		/// Root. Emits [`Event::QuotaSet`].
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::set_quota())]
		pub fn set_quota(origin: OriginFor<T>, role: Role, quota: Quota) -> DispatchResult {
			ensure_root(origin)?;
			Terms::<T>::mutate(|terms| terms.set(role, quota));
			Self::deposit_event(Event::QuotaSet { role, quota });
			Ok(())
		}

		/// Says who may help to get the holder's label back when its key is lost (X.1407 8.1.3, 9.1.2 b). Takes the place of what was said
		/// before, and ends all attempts.
		///
		/// - `guardians`: labels that can be used, other than the holder's. None, with a threshold of zero: nobody may any more.
		/// - `threshold`: how many of them it takes.
		/// - `delay`: blocks that the holder has to object, from when enough of them approved; at least [`MinRecoveryDelay`]. The guardians then
		///   have as many to complete. Means nothing without guardians.
		///
		/// Signed origin: the holder; where a passkey is bound, inside of [`Call::confirm`], whatever the label guards. Emits
		/// [`Event::GuardiansSet`] or [`Event::GuardiansRemoved`].
		///
		/// Errors: [`Error::ConfirmationNeeded`], [`Error::NoGuardians`], [`Error::InvalidGuardians`], [`Error::UnknownLabel`],
		/// [`Error::GuardianNotUsable`], [`Error::DelayTooShort`], those of every holder.
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::set_guardians())]
		pub fn set_guardians(origin: OriginFor<T>, guardians: GuardianIds, threshold: u32, delay: BlockNumber) -> DispatchResult {
			Self::do_set_guardians(ensure_signed(origin)?, guardians, threshold, delay)
		}

		/// Begins to get a label back, and approves.
		///
		/// - `label`: which.
		/// - `account`, `valid_until`, `signature`: the account that is to hold it, as for `rotate`.
		///
		/// Signed origin: a guardian who has not begun another attempt, or one that lapsed. Emits [`Event::RecoveryApproved`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::NotGuardian`], [`Error::LabelRevoked`], [`Error::GuardiansNotTrusted`],
		/// [`Error::RecoveryPending`], those of `rotate` and of every holder.
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::initiate_recovery())]
		pub fn initiate_recovery(
			origin: OriginFor<T>,
			label: LabelId,
			account: AccountId,
			valid_until: BlockNumber,
			signature: OwnerSignature,
		) -> DispatchResult {
			Self::do_initiate_recovery(ensure_signed(origin)?, label, account, valid_until, signature)
		}

		/// Approves an attempt that another guardian began. A guardian whose label moved since it approved does so anew.
		///
		/// Signed origin: a guardian. Emits [`Event::RecoveryApproved`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::NotGuardian`], [`Error::LabelRevoked`], [`Error::GuardiansNotTrusted`],
		/// [`Error::NoRecovery`], [`Error::RecoveryLapsed`], [`Error::AlreadyApproved`], those of every holder.
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::approve_recovery())]
		pub fn approve_recovery(origin: OriginFor<T>, label: LabelId, account: AccountId) -> DispatchResult {
			Self::do_approve_recovery(ensure_signed(origin)?, label, account)
		}

		/// Objects to all attempts to get a label back: they are off.
		///
		/// Origin: the holder, an auditor within its remit, or Root. Emits [`Event::RecoveryVetoed`].
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::NoRecovery`], those of an auditor and of every holder.
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::veto_recovery())]
		pub fn veto_recovery(origin: OriginFor<T>, label: LabelId) -> DispatchResult {
			Self::do_veto_recovery(origin, label)
		}

		/// Moves a label to the account that enough guardians approved, after the holder had time to object. Guardians have as long for it as the
		/// holder had.
		///
		/// Signed origin: a guardian. Emits [`Event::Changed`], and [`Event::PasskeyUnbound`] if there was a passkey.
		///
		/// Errors: [`Error::UnknownLabel`], [`Error::NotGuardian`], [`Error::LabelRevoked`], [`Error::GuardiansNotTrusted`],
		/// [`Error::NoRecovery`], [`Error::RecoveryNotReady`], [`Error::RecoveryLapsed`], [`Error::ApprovalsLost`],
		/// [`Error::AccountInUse`], those of every holder.
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::complete_recovery())]
		pub fn complete_recovery(origin: OriginFor<T>, label: LabelId, account: AccountId) -> DispatchResult {
			Self::do_complete_recovery(ensure_signed(origin)?, label, account)
		}

		/// Guards operations of the holder's label with a passkey (X.1407 9.1.1 d). Takes the place of the passkey that was bound before.
		///
		/// - `passkey`: the key, and for which relying party it is.
		/// - `guarded`: what takes its confirmation from now on.
		/// - `sequence`: how many confirmations the label used up before this one ([`Sequences`]). Inside of [`Call::confirm`], that one has used one
		///   up already.
		/// - `assertion`: that it is the holder's, by the passkey itself, over the [`challenge`](chirograph_primitives::passkey::challenge) of
		///   [`payload::binding`](chirograph_primitives::payload::binding), with that sequence.
		///
		/// Signed origin: the holder; where a passkey is bound, inside of [`Call::confirm`]. Emits [`Event::PasskeyBound`].
		///
		/// Errors: [`Error::InvalidOperations`], [`Error::ConfirmationNeeded`], those of an assertion ([`Error::ReplayedAssertion`],
		/// [`Error::AssertionTooEarly`], [`Error::NoMoreConfirmations`], [`Error::MalformedAssertion`],
		/// [`Error::AssertionForOtherRelyingParty`], [`Error::AssertionForOtherCall`], [`Error::UserNotVerified`],
		/// [`Error::WrongAssertionSignature`], [`Error::AuthenticatorCountedBack`]) and of every holder.
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::bind_passkey())]
		pub fn bind_passkey(
			origin: OriginFor<T>,
			passkey: Passkey,
			guarded: Operations,
			sequence: u32,
			assertion: Assertion,
		) -> DispatchResult {
			Self::do_bind_passkey(ensure_signed(origin)?, passkey, guarded, sequence, assertion)
		}

		/// Guards nothing of the holder's label any more.
		///
		/// Signed origin: the holder, inside of [`Call::confirm`]. Emits [`Event::PasskeyUnbound`].
		///
		/// Errors: [`Error::NoPasskey`], [`Error::ConfirmationNeeded`], those of every holder.
		#[pallet::call_index(24)]
		#[pallet::weight(T::WeightInfo::unbind_passkey())]
		pub fn unbind_passkey(origin: OriginFor<T>) -> DispatchResult {
			Self::do_unbind_passkey(ensure_signed(origin)?)
		}

		/// Dispatches a call that a label's passkey confirmed (X.1407 9.1.1 d), as the same origin. Whatever that may not do without, it may not
		/// do with it either.
		///
		/// - `label`: whose passkey.
		/// - `call`: what it confirmed. No `confirm`, nor one further inside.
		/// - `sequence`: how many confirmations the label used up before this one ([`Sequences`]).
		/// - `assertion`: by the passkey, over the [`challenge`](chirograph_primitives::passkey::challenge) of `call` as it is encoded, with that
		///   sequence.
		///
		/// If `call` fails, so does this, with the same error, and the confirmation is not used up: who has it may try again.
		///
		/// Signed origin: every holder. Emits [`Event::Confirmed`], and what `call` emits.
		///
		/// Errors: [`Error::NestedConfirmation`], [`Error::UnknownLabel`], [`Error::NoPasskey`], those of an assertion
		/// ([`Call::bind_passkey`]), of every holder and of `call`.
		#[pallet::call_index(25)]
		#[pallet::weight({
			let info = call.get_dispatch_info();
			(T::WeightInfo::confirm(Pallet::<T>::length(call)).saturating_add(info.call_weight), info.class)
		})]
		pub fn confirm(
			origin: OriginFor<T>,
			label: LabelId,
			call: Box<<T as Config>::RuntimeCall>,
			sequence: u32,
			assertion: Assertion,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin.clone())?;
			Self::usable_label(&who).map_err(Error::<T>::from)?;
			Self::do_confirm(origin, label, call, sequence, assertion)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The label that `account` holds.
		pub fn label_of(account: AccountId) -> Option<Label> {
			Labels::<T>::get(account)
		}

		/// The account that holds `label`.
		pub fn holder_of(label: LabelId) -> Option<AccountId> {
			Holders::<T>::get(label)
		}

		/// Whether `account` was a label in `role` at that time; without a time, whether it is now.
		pub fn authority_of(account: AccountId, role: Role, at: Option<Inclusion>) -> Result<LabelId, AuthorityFault> {
			match at {
				Some(at) => Self::authority_at(&account, role, &at),
				None => Self::authority(&account, role),
			}
		}

		/// What the label of `account` used of its quota.
		pub fn quota_usage(account: AccountId) -> Option<QuotaUsage> {
			Self::usage_of(&account)
		}
	}

	impl<T> From<AuthorityFault> for Error<T> {
		fn from(fault: AuthorityFault) -> Self {
			match fault {
				AuthorityFault::NoLabel => Self::NoLabel,
				AuthorityFault::KeyRetired => Self::KeyRetired,
				AuthorityFault::KeyCompromised { .. } => Self::KeyCompromised,
				AuthorityFault::Suspended => Self::LabelSuspended,
				AuthorityFault::Revoked => Self::LabelRevoked,
				AuthorityFault::Expired => Self::LabelExpired,
				AuthorityFault::WrongRole => Self::WrongRole,
			}
		}
	}

	impl<T> From<AdmissionFault> for Error<T> {
		fn from(fault: AdmissionFault) -> Self {
			match fault {
				AdmissionFault::NoLabel => Self::NoLabel,
				AdmissionFault::KeyRetired => Self::KeyRetired,
				AdmissionFault::KeyCompromised => Self::KeyCompromised,
				AdmissionFault::Suspended => Self::LabelSuspended,
				AdmissionFault::Revoked => Self::LabelRevoked,
				AdmissionFault::Expired => Self::LabelExpired,
				AdmissionFault::AlreadyApplied => Self::AlreadyApplied,
				AdmissionFault::AlreadyLabelled => Self::AlreadyLabelled,
				// A call meets the first of these only, and the others are met before it is dispatched.
				AdmissionFault::TooManyWaiting
				| AdmissionFault::TooManyApplications
				| AdmissionFault::TooManyAttempts
				| AdmissionFault::MalformedApplication
				| AdmissionFault::QuotaUsedUp => Self::TooManyApplications,
			}
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

	impl<T> From<AssertionFault> for Error<T> {
		fn from(fault: AssertionFault) -> Self {
			match fault {
				AssertionFault::Malformed => Self::MalformedAssertion,
				AssertionFault::OtherRelyingParty => Self::AssertionForOtherRelyingParty,
				AssertionFault::OtherChallenge => Self::AssertionForOtherCall,
				AssertionFault::UserNotVerified => Self::UserNotVerified,
				AssertionFault::WrongSignature => Self::WrongAssertionSignature,
			}
		}
	}
}
