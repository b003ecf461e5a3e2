// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Whom a node deals with, and which history it believes (X.1407 9.2.3 c and e, 9.3.1 b, 8.2.9).
//!
//! 1. [`Members`]: on a closed network, the nodes whose keys belong to a valid label or to a validator. Nobody else is answered, or told
//!    anything.
//! 2. [`Checkpoints`]: blocks that the network's council vouches for. A history without them is not believed, however well it is signed.
//! 3. [`CheckedWarp`]: the same where blocks are skipped, in warp synchronisation.
//!
//! What these decide by, the node reads from its client and its chain spec. They are a crate of their own so that their tests need no node.

mod checkpoints;
mod members;
mod warp;

pub use checkpoints::{Checkpoint, Checkpoints, Standing};
pub use members::{Members, RefusedRequests, Said, RECENT};
pub use warp::CheckedWarp;
