// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{ChainCommand, Common},
	output::Output,
	Failure,
};
use chirograph_sdk::{chain::Chain, keys::KeyStore, networks::KnownNetworks};

impl Common {
	/// The node to ask, of the network that is meant.
	pub async fn connect(&self) -> Result<Chain, Failure> {
		Ok(Chain::connect(&self.node, self.genesis.map(|genesis| genesis.0)).await?)
	}

	/// As [`Self::connect`], for a key to sign for that network: where the user does not name it, the one that the node was of the first time.
	pub async fn connect_to_sign(&self) -> Result<Chain, Failure> {
		let genesis = self.genesis.map(|genesis| genesis.0);
		match KeyStore::open_default() {
			Ok(store) => Ok(KnownNetworks::new(store).connect(&self.node, genesis).await?),
			// Without a place for keys, what the user says is enough.
			Err(_) if genesis.is_some() => self.connect().await,
			Err(error) => Err(error.into()),
		}
	}
}

pub async fn run(command: ChainCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		ChainCommand::Status => {
			let status = common.connect().await?.status().await?;
			let lines = [
				("genesis", status.genesis.clone()),
				("node", format!("{} at {}", status.node, status.url)),
				("runtime", status.runtime.to_string()),
				("peers", status.peers.to_string()),
				("best", format!("{} {} (provisional)", status.best.number, status.best.hash)),
				("finalised", format!("{} {}", status.finalised.number, status.finalised.hash)),
				("made", status.finalised_time.clone()),
			];
			let title = format!("{}{}", status.chain, if status.syncing { ", syncing" } else { "" });
			output.result(&status, &title, &lines);
			Ok(())
		},
	}
}
