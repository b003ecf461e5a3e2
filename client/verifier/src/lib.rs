// SPDX-License-Identifier: Apache-2.0

//! Verifies evidence bundles: one file that proves that a document existed, whose it was, when, and what became of it (X.1407
//! 7.2.2, Appendix II), without any node, network or clock, and without believing whoever hands it over.
//!
//! # The story
//!
//! 1. The university registered Ada's diploma on the ledger, by itself or as one leaf of a batch. From a node, it made a
//!    **bundle** ([`bundle`]): the evidence document, the ledger's entry with nodes of the state's trie that show it, the header
//!    of the block, and votes of the validators that made that block final.
//! 2. Years later, Ada applies for a post, and hands over the diploma and the bundle. There may be no node left.
//! 3. The employer trusts a network, by its genesis hash: they found it in a gazette, or this program came with it. That is
//!    [`Trust`]. They ask about the file that they have, which is the [`Question`].
//! 4. [`verify()`] follows the bundle link by link, and stops at the first that does not hold:
//!
//! ```text
//! trusted block -> its authorities -> changes of the authorities -> final block -> its state
//!   -> the entry, or that there is none -> the leaf, if it is one -> the evidence -> the file
//! and aside: who the owner was then, which algorithms were good, which dates are possible, what became of it since
//! ```
//!
//! | link | module |
//! |---|---|
//! | from the trusted block to the final one | [`header`], [`finality`] |
//! | the state behind a block | [`state`] |
//! | a leaf of a batch | [`merkle`] |
//! | the evidence, and the time stamp in it | [`evidence`], [`time_stamp`] |
//!
//! 5. The answer is a [`Verdict`](verdict::Verdict): proven, revoked, superseded, unbound, absent or not proven; with all that
//!    is known, and a tree of what was checked. Every reason not to be proven has a name of its own ([`Fault`](verdict::Fault)).
//!
//! # What the answer rests on
//!
//! - That the block that is trusted is of the network that is meant.
//! - That of each set of authorities since then, less than a third of the weight signed what was not so. As long as that holds, a
//!   block of a fork has no votes, and there is no second chain to show. Keys that nobody guards any more could still sign:
//!   checkpoints leave the oldest sets behind.
//! - SHA-256, BLAKE2b and Ed25519. What the council held of SHA-256 then and holds now, and of the scheme with which the owner
//!   signed, is part of the answer.
//!
//! # Invariants
//!
//! 1. Nothing that was changed is accepted. Every bit of a bundle is part of what was signed, or there is one accepted form of
//!    it.
//! 2. What is read is bounded before it is read, and nothing panics, whatever the bytes.
//! 3. Nothing is believed of a bundle's own making: numbers of leaves, of sets and of entries come from a state, and states from
//!    headers that are final.
//! 4. No file, network, clock or randomness, and no thread. It builds for `wasm32-unknown-unknown`.
//!
//! # Making bundles
//!
//! [`Reads`](bundle::Reads) says what to ask a node for, [`finality::normal_form`] brings its justifications into the accepted
//! form, and [`Bundle::canonical`](bundle::Bundle::canonical) writes the file. [`testing`] (feature `testing`) has a network in
//! memory.

pub mod account;
pub mod bundle;
pub mod document;
pub mod evidence;
pub mod finality;
pub mod header;
pub mod merkle;
pub mod state;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod time_stamp;
pub mod verdict;
mod verify;

pub use chirograph_primitives as primitives;
pub use verify::{verify, Question, Trust, CLOCK_TOLERANCE};
