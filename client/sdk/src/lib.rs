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
//! - [`features`]: what else is extracted from an original, so that similar ones are found.
//! - [`near`]: what was registered from here, to notice that somebody else registers nearly the same.
//! - [`issued`]: PDF files that carry the bundle about themselves.
//! - [`report`]: a verdict about a bundle, as a PDF for people.
//! - [`einvoice`]: invoices in UBL, CII or a PDF, judged by EN 16931, and what the ledger must know of them.
//!
//! What somebody else is needed for:
//!
//! - [`time_stamp`]: by the word of a time-stamping authority, the original is there now.
//!
//! What a node is needed for:
//!
//! - [`chain`]: a connection, asked only for what is finalised.
//! - [`light`]: the same without a node that has to be believed. Only with the feature `light`.
//! - [`networks`]: a connection to sign over, to the network that the node was of the first time.
//! - [`checkpoints`]: blocks that the council vouches for, and what does not descend from them is refused.
//! - [`submit`]: from an extrinsic to finality, whatever a pool drops on the way.
//! - [`labels`]: apply, audit, show, and who was what when.
//! - [`recovery`]: a label whose key is lost, got back with the help of guardians.
//! - [`passkeys`]: a second factor for what a label guards with it.
//! - [`proofs`]: register, verify, show.
//! - [`life`]: what a holder does with a proof, what regulators note about it, and what became of it.
//! - [`batches`]: many files at once, one extrinsic, a bundle for each.
//! - [`bundles`]: what a node is asked for once, so that nobody has to ask one again.
//! - [`credentials`]: certificates that an issuer gives to recipients, such as diplomas: issue, verify (X.1407 Appendix II).
//! - [`invoices`]: electronic invoices as outputs that are consumed exactly once: draft, sign together, send, trace, watch (X.1407 Appendix I).
//! - [`validators`]: put up margin, take a seat, leave; and who has seats.
//! - [`incidents`]: what went wrong, and what is done about it.
//! - [`clock`]: what time services say of blocks, and how far the time of a record can be believed.
//! - [`peers`]: whose nodes may be on the network.
//! - [`council`]: motions of those who are Root together: propose, vote, close; and upgrades of the runtime.
//! - [`network`]: how strong it is, and what is out of the ordinary.
//! - [`history`]: every operation of an account, with proof that none is missing.
//!
//! Nothing is ever reported as registered before it is final (X.1407 9.2.3 e: no zero confirmation).

pub mod authorization;
pub mod batches;
pub mod bundles;
pub mod certificates;
pub mod chain;
pub mod checkpoints;
pub mod clock;
pub mod council;
pub mod credentials;
mod document;
pub mod dossier;
mod effects;
pub mod einvoice;
mod error;
pub mod evidence;
pub mod features;
pub mod file;
pub mod history;
pub mod incidents;
pub mod invoices;
pub mod issued;
pub mod keys;
pub mod labels;
pub mod life;
#[cfg(feature = "light")]
pub mod light;
pub mod near;
pub mod network;
pub mod networks;
pub mod passkeys;
mod pdf;
pub mod peers;
pub mod proofs;
pub mod recovery;
mod refusal;
pub mod report;
pub mod submit;
pub mod takeover;
pub mod time_stamp;
pub mod validators;

pub use chirograph_primitives as primitives;
pub use chirograph_verifier as verifier;
pub use chirograph_verifier::document::Fault;
pub use error::{ChainSpecFault, Error, ErrorKind, SuccessorFault};
