// SPDX-License-Identifier: Apache-2.0

//! The Rust SDK of Chirograph, a ledger that proves that documents existed, whose they were and that nobody changed them (ITU-T X.1407).
//!
//! What happens on the owner's machine, and needs no network:
//!
//! - [`keys`]: keys, encrypted at rest.
//! - [`evidence`]: what an owner states about a document; its hash is what the ledger keeps.
//! - [`dossier`]: who asks for an identity label, shown field by field; its hash is what the ledger keeps.
//! - [`certificates`]: those with which somebody else vouches for who an applicant is (X.509).
//! - [`authorization`]: an owner's signature for the ledger, to be sent by whoever.
//! - [`takeover`]: the signature of a key that consents to hold a label.
//! - [`mod@file`]: hashing of files of any size, writing that loses nothing.
//!
//! What a node is needed for:
//!
//! - [`chain`]: a connection, asked only for what is finalised.
//! - [`networks`]: a connection to sign over, to the network that the node was of the first time.
//! - [`submit`]: from an extrinsic to finality, whatever a pool drops on the way.
//! - [`labels`]: apply, audit, show, and who was what when.
//! - [`recovery`]: a label whose key is lost, got back with the help of guardians.
//! - [`passkeys`]: a second factor for what a label guards with it.
//! - [`proofs`]: register, verify, show, revoke.
//! - [`history`]: every operation of an account, with proof that none is missing.
//!
//! Nothing is ever reported as registered before it is final (X.1407 9.2.3 e: no zero confirmation).

pub mod authorization;
pub mod certificates;
pub mod chain;
mod document;
pub mod dossier;
mod effects;
mod error;
pub mod evidence;
pub mod file;
pub mod history;
pub mod keys;
pub mod labels;
pub mod networks;
pub mod passkeys;
pub mod proofs;
pub mod recovery;
mod refusal;
pub mod submit;
pub mod takeover;

pub use chirograph_primitives as primitives;
pub use document::Fault;
pub use error::{Error, ErrorKind};
