// SPDX-License-Identifier: Apache-2.0

//! What the node needs to know of blocks: nothing about their extrinsics, so that it outlives runtime upgrades.

use crate::{Babe, Grandpa, Header};
use alloc::vec::Vec;
use sp_runtime::{generic, impl_opaque_keys};

pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

pub type Block = generic::Block<Header, UncheckedExtrinsic>;
pub type BlockId = generic::BlockId<Block>;

impl_opaque_keys! {
	/// The keys with which a validator makes and finalises blocks.
	pub struct SessionKeys {
		pub babe: Babe,
		pub grandpa: Grandpa,
	}
}
