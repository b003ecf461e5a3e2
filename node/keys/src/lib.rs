// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Keys of a validator (X.1407 9.2.1 b, 9.2.3 a). Who signs two votes for one round, or makes two blocks for one slot, loses its margin; most
//! who ever did so meant no harm: they restored a backup, or ran a second copy of their node.
//!
//! 1. The [`Guard`] remembers on the disk what was signed, and lets nothing be signed that contradicts it. It is a crate of its own so that its
//!    tests need no node.
//! 2. The guard's file can itself be old. The ledger is not: [`judge`] says from both whether the node may sign at once, or has to watch the
//!    network go on without it first.
//! 3. GRANDPA's own memory, in the node's database, can be older than the guard, since a crash loses what was written last. [`recall`] gives it
//!    back what the guard remembers, so that GRANDPA repeats a vote instead of casting another, which would be refused.
//! 4. [`GuardedKeystore`] is what BABE, GRANDPA, the runtime and JSON-RPC sign with. Its GRANDPA key may be in hardware: [`Hsm`].
//!
//! What a guard cannot see: two machines with the same keys, each with its own guard.

mod guard;
mod hsm;
mod keystore;
mod ledger;
mod memory;
mod vote;

pub use guard::{Error as GuardError, Guard, Marks, Origin, Refusal};
pub use hsm::{Error as HsmError, Hsm, Token};
pub use keystore::GuardedKeystore;
pub use ledger::{judge, Ledger, Verdict, Wait, SEARCHED_ROUNDS};
pub use memory::{follows, recall, VOTER_STATE_KEY};
pub use vote::{BlockNumber, Kind, RoundNumber, SetId, Vote};
