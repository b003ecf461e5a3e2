// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use crate::clock::TrustedTime;
use chirograph_node_keys::Guard;
use chirograph_runtime::opaque::Block;
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sc_consensus_babe::find_pre_digest;
use sp_consensus::{BlockOrigin, Error};
use std::sync::Arc;

/// Has the guard look at each block of this node's own before it is imported, and thereby announced. Its seal is a signature already then, but
/// nobody else has it.
#[derive(Clone)]
pub struct GuardedImport<I> {
	inner: I,
	guard: Option<Arc<Guard>>,
	time: TrustedTime,
}

impl<I> GuardedImport<I> {
	/// `inner`: where blocks go. `time`: a block whose time was read from a clock that is not good any more is dropped: it may have been set after the
	/// slot began.
	pub fn new(inner: I, guard: Option<Arc<Guard>>, time: TrustedTime) -> Self {
		Self { inner, guard, time }
	}
}

#[async_trait::async_trait]
impl<I> BlockImport<Block> for GuardedImport<I>
where
	I: BlockImport<Block, Error = Error> + Send + Sync,
{
	type Error = Error;

	async fn check_block(&self, block: BlockCheckParams<Block>) -> Result<ImportResult, Error> {
		self.inner.check_block(block).await
	}

	async fn import_block(&self, block: BlockImportParams<Block>) -> Result<ImportResult, Error> {
		if block.origin == BlockOrigin::Own && !self.time.is_good() {
			return Err(Error::ClientImport("the clock is not good any more".into()));
		}
		if let (Some(guard), BlockOrigin::Own) = (&self.guard, block.origin) {
			let digest = find_pre_digest::<Block>(&block.header).map_err(|error| Error::ClientImport(error.to_string()))?;
			guard
				.admit_slot(*digest.slot())
				.map_err(|refusal| Error::ClientImport(refusal.to_string()))?;
		}
		self.inner.import_block(block).await
	}
}
