// SPDX-License-Identifier: Apache-2.0

//! Networks of real nodes on this machine, for tests, benchmarks and the demonstration.
//!
//! A [`Network`] has a directory of its own, free ports of the loopback interface, and ends its nodes when it is dropped. A [`Node`] can be
//! killed and started again on the same database. [`Cli`] runs the `chirograph` binary the way a person does. [`Judges`] are all that verify
//! bundles. A [`RawPeer`] speaks the nodes' protocols and is none of them. [`TimeServer`] is chrony's, [`ShiftedClock`] moves the wall clock of
//! one process.

mod cli;
mod confine;
mod finality;
pub mod invoice;
mod judges;
mod liar;
pub mod load;
mod network;
mod proxy;
mod raw_peer;
mod time;

pub use cli::{Cli, Run, Running};
pub use confine::{bound_by_permissions, without_network};
pub use finality::FinalityWatch;
pub use judges::Judges;
pub use liar::Liar;
pub use network::{Network, Node};
pub use proxy::Throttle;
pub use raw_peer::{Asked, RawPeer, Told};
pub use time::{ShiftedClock, TimeAuthority, TimeServer};

use std::{env, path::PathBuf};

/// A binary of this workspace, built by the same `cargo` run or an earlier one; or the authenticator, which `scripts/build` builds besides.
pub fn binary(name: &str) -> PathBuf {
	let here = env::current_exe().expect("the running program has a path");
	// Tests are in `deps`, one below the binaries. The authenticator has a target directory of its own, beside them.
	let found = here
		.ancestors()
		.skip(1)
		.take(2)
		.flat_map(|directory| [directory.join(name), directory.join("../authenticator/release").join(name)])
		.find(|path| path.is_file());
	found.unwrap_or_else(|| panic!("{name} is not built: run scripts/build"))
}
