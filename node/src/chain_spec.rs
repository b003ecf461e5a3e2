// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The networks that this binary knows by name. Both are for development: their keys are public. Genesis comes from the
//! runtime's presets, and no network here reports to a telemetry server.

use chirograph_node_trust::{Checkpoint, Checkpoints};
use chirograph_runtime::{opaque::Block, WASM_BINARY};
use sc_chain_spec::{ChainSpecExtension, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sc_service::{ChainType, GenericChainSpec, Properties};
use serde::{Deserialize, Serialize};

/// A chain spec with the [`Extensions`] that the node reads.
pub type ChainSpec = GenericChainSpec<Extensions>;

/// What a chain spec can tell the node beyond genesis. The field's type is how the SDK finds it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
	/// Blocks that the network vouches for, in the order of their heights: `[{ "number": 7, "hash": "0x…", "setId": 0 }]`.
	#[serde(default, skip_serializing_if = "Checkpoints::is_empty")]
	pub checkpoints: Checkpoints,
	/// At these heights, only the blocks with these hashes are imported. Those of the checkpoints are added when a spec is loaded.
	pub fork_blocks: sc_client_api::ForkBlocks<Block>,
	/// Hashes of blocks that are never imported.
	pub bad_blocks: sc_client_api::BadBlocks<Block>,
	/// A finalised block and its authorities, from which a light client starts.
	pub light_sync_state: sc_sync_state_rpc::LightSyncStateExtension,
}

impl Extensions {
	/// Adds checkpoints to those of the spec, and has the client import no other block at the height of any.
	pub fn adopt(&mut self, further: Vec<Checkpoint>) -> Result<(), String> {
		self.checkpoints.ensure_ascending()?;
		for checkpoint in further {
			self.checkpoints.add(checkpoint)?;
		}
		if self.checkpoints.is_empty() {
			return Ok(());
		}
		self.checkpoints.add_to(self.fork_blocks.get_or_insert_default())
	}
}

/// One validator, Alice.
pub fn development() -> Result<ChainSpec, String> {
	named(
		"Chirograph Development",
		"chirograph_development",
		ChainType::Development,
		"chirograph-development",
		DEV_RUNTIME_PRESET,
	)
}

/// Four validators on one machine or local network: Alice, Bob, Charlie and Dave.
pub fn local_testnet() -> Result<ChainSpec, String> {
	named(
		"Chirograph Local",
		"chirograph_local",
		ChainType::Local,
		"chirograph-local",
		LOCAL_TESTNET_RUNTIME_PRESET,
	)
}

fn named(name: &str, id: &str, chain_type: ChainType, protocol_id: &str, preset: &str) -> Result<ChainSpec, String> {
	let runtime = WASM_BINARY.ok_or(
		"This node was built without its runtime (SKIP_WASM_BUILD was set). Build it again without SKIP_WASM_BUILD, \
		 or give --chain the file of a chain spec.",
	)?;
	Ok(ChainSpec::builder(runtime, Extensions::default())
		.with_name(name)
		.with_id(id)
		.with_chain_type(chain_type)
		.with_protocol_id(protocol_id)
		.with_properties(properties())
		.with_genesis_config_preset_name(preset)
		.build())
}

/// How wallets show amounts and accounts.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "CHIRO".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}
