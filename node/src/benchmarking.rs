// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Subcommands that measure weights.

use crate::service::{self, FullClient};
use chirograph_runtime::opaque::Block;
use frame_benchmarking_cli::{BenchmarkCmd, ExtrinsicFactory, SubstrateRemarkBuilder, SUBSTRATE_REFERENCE_HARDWARE};
use futures::executor::block_on;
use sc_cli::Result;
use sc_service::Configuration;
use sp_inherents::{InherentData, InherentDataProvider};
use sp_runtime::traits::HashingFor;
use sp_timestamp::Timestamp;

/// Measures what `cmd` names. The type parameter `()` stands for host functions beyond the SDK's, of which Chirograph has none.
pub fn run(cmd: &BenchmarkCmd, config: Configuration) -> Result<()> {
	match cmd {
		BenchmarkCmd::Pallet(cmd) => cmd.run_with_spec::<HashingFor<Block>, ()>(Some(config.chain_spec)),
		BenchmarkCmd::Overhead(cmd) => cmd.run_with_default_builder_and_spec::<Block, ()>(Some(config.chain_spec)),
		BenchmarkCmd::Machine(cmd) => cmd.run(&config, SUBSTRATE_REFERENCE_HARDWARE.clone()),
		BenchmarkCmd::Block(cmd) => {
			let node = service::new_partial(&config)?;
			cmd.run(node.client)
		},
		BenchmarkCmd::Storage(cmd) => {
			let node = service::new_partial(&config)?;
			let (db, storage) = (node.backend.expose_db(), node.backend.expose_storage());
			let trie_cache = node.backend.expose_shared_trie_cache();
			cmd.run(config, node.client, db, storage, trie_cache)
		},
		BenchmarkCmd::Extrinsic(cmd) => {
			let node = service::new_partial(&config)?;
			let remark = SubstrateRemarkBuilder::new_from_client::<FullClient, Block>(node.client.clone())?;
			let extrinsics = ExtrinsicFactory(vec![Box::new(remark)]);
			cmd.run(node.client, inherent_data()?, Vec::new(), &extrinsics)
		},
	}
}

/// The inherents of a block in slot 0: such a block has no BABE digest, and the runtime holds the time against the slot.
fn inherent_data() -> Result<InherentData> {
	let timestamp = sp_timestamp::InherentDataProvider::new(Timestamp::new(0));
	block_on(timestamp.create_inherent_data()).map_err(|error| format!("Cannot make the timestamp inherent: {error}").into())
}
