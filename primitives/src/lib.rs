// SPDX-License-Identifier: Apache-2.0

//! Types that every part of Chirograph shares. No storage, no chain logic: what a pallet, the SDK and an independent verifier must
//! agree on to the byte.
//!
//! - [`Subject`], [`EvidenceHash`]: the two hashes of a proof. The first is where it is found, the second is what it states.
//! - [`payload`]: the bytes an owner signs. [`OwnerSignature`]: how they are signed and judged.
//! - [`Record`], [`Batch`]: what the ledger keeps of a registration, and of many at once. [`Life`]: what became of it.
//! - [`AlgorithmPolicy`]: which algorithms are good enough, and when.
//! - [`CertificateClaim`]: a signature with the key of an applicant's certificate (X.509).
//! - [`Label`]: an audited identity, with its [`Roles`], its [`Standing`] and its history of [`LabelChange`]s.
//! - [`invoice`]: outputs that are consumed exactly once, the transactions that do so, and the pure rules that judge them.
//! - [`validator`]: margin, seats, slashes, and how strong the validators are. [`incident`]: what went wrong. [`time`]: what time services say
//!   of blocks. [`PeerKey`]: whose nodes may be on the network.
//! - [`passkey`]: a second factor, and how what it gives is judged.
//! - [`calls`]: the numbers of calls, which whoever signs compares with what a node says.
//! - `Authority`: the one question pallets ask about an account, "may it act in this role?".
//!
//! Enum indices are part of the wire format. A retired one stays reserved for ever.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod algorithm;
#[cfg(any(test, feature = "authenticator"))]
pub mod authenticator;
mod authority;
pub mod calls;
mod certificate;
mod crypto;
mod hash;
pub mod incident;
pub mod invoice;
mod label;
pub mod passkey;
pub mod payload;
mod peer;
mod record;
mod signature;
pub mod time;
pub mod validator;

pub use algorithm::{
	Acceptance, Algorithm, AlgorithmChange, AlgorithmPolicy, AlgorithmTerms, Digest, ParseDigestError, MAX_ALGORITHM_CHANGES,
};
#[cfg(feature = "runtime")]
pub use authority::{
	Algorithms, Authority, Containment, Directory, Identities, Identity, LabelHolder, Ledger, Membership, Routing, Voters,
};
pub use authority::{LabelId, Role};
pub use certificate::{CertificateBinding, CertificateClaim, CertificateKey, ParseCertificateKeyError, Publication};
pub use hash::{
	BatchRoot, CertificateHash, DocumentHash, DossierHash, EvidenceHash, InvoiceNumber, OrganisationId, ParseHashError,
	PaymentReference, Subject, TransactionId,
};
pub use incident::IncidentId;
#[cfg(feature = "runtime")]
pub use incident::IncidentRegistry;
pub use label::{
	AccountStatus, AdmissionFault, Application, Approval, Approvals, AuthorityFault, Country, GuardianIds, Guardianship,
	Jurisdiction, Label, LabelChange, LabelEvent, LabelRevocationReason, LabelStatus, ParseJurisdictionError, Quota, QuotaUsage,
	Recovery, Rejection, RejectionReason, Remit, RetiredKey, RetirementReason, Roles, Standing, SuspensionReason, Tenure,
	MAX_COUNTRIES, MAX_GUARDIANS,
};
pub use passkey::{Assertion, AssertionFault, BoundPasskey, Operation, Operations, Passkey};
pub use peer::{PeerKey, MAX_PEERS};
pub use record::{
	Batch, Holder, Inclusion, Life, ProofChange, ProofEvent, ProofId, Record, Registration, Remark, RevocationReason, Schema,
	Status,
};
pub use signature::{OwnerSignature, SignatureFault, SignatureScheme};

/// An account: the public key for sr25519 and ed25519, BLAKE2b-256 of the compressed public key for ECDSA.
pub type AccountId = sp_core::crypto::AccountId32;

/// Height of a block. Chirograph's blocks come every few seconds: 32 bits last for centuries.
pub type BlockNumber = u32;

/// An amount of the validators' token, in its smallest unit.
pub type Balance = u128;

/// Number of a session.
pub type SessionIndex = u32;

/// Milliseconds since the Unix epoch.
pub type Moment = u64;
