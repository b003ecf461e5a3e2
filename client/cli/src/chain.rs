// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{ChainCommand, Common},
	checkpoint,
	output::{as_of, Output},
	Failure,
};
use chirograph_sdk::{
	chain::{format_time, BlockId, Chain},
	file,
	keys::KeyStore,
	life,
	light::ChainSpec,
	networks::KnownNetworks,
	primitives::{Acceptance, Algorithm, AlgorithmPolicy, AlgorithmTerms, Moment, Subject},
	proofs::code,
	Error,
};
use serde::Serialize;
use std::path::PathBuf;

/// How an algorithm is held to be.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Held {
	algorithm: Algorithm,
	acceptance: Acceptance,
	/// Since when it is not accepted, if that is a matter of time.
	since: Option<Moment>,
	#[serde(flatten)]
	terms: AlgorithmTerms,
}

impl Held {
	fn at(policy: &AlgorithmPolicy, algorithm: Algorithm, time: Moment) -> Self {
		Self {
			algorithm,
			acceptance: policy.judge(algorithm, time),
			since: life::held_since(policy, algorithm, time),
			terms: policy.terms(algorithm),
		}
	}

	fn describe(&self) -> String {
		let mut text = code(&self.acceptance);
		if let Some(since) = self.since {
			text.push_str(&format!(" since {}", format_time(since)));
		}
		let (deprecated, refused) = (self.terms.deprecated_from, self.terms.refused_from);
		if let (Acceptance::Accepted, Some(from)) = (self.acceptance, deprecated) {
			text.push_str(&format!(", deprecated from {}", format_time(from)));
		}
		if let (Acceptance::Accepted | Acceptance::Deprecated, Some(from)) = (self.acceptance, refused) {
			text.push_str(&format!(", refused from {}", format_time(from)));
		}
		if self.terms.least_bits > 0 {
			text.push_str(&format!(", with {} bits or more", self.terms.least_bits));
		}
		text
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LightSpec {
	path: PathBuf,
	genesis: Subject,
	boot_nodes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Algorithms {
	algorithms: Vec<Held>,
	/// All that the council ever said about them.
	policy: AlgorithmPolicy,
	as_of: BlockId,
}

impl Common {
	/// The node to ask, of the network that is meant: where the user does not name it, the one that the node was of when it was first signed for.
	/// Or the network itself, which is the one of the chain spec.
	pub async fn connect(&self) -> Result<Chain, Failure> {
		let genesis = self.genesis.map(|genesis| genesis.0);
		if let Some(chain_spec) = &self.light {
			let chain = Chain::light(chain_spec, genesis).await?;
			ensure_checkpoint(&chain).await?;
			return Ok(chain);
		}
		match KeyStore::open_default() {
			Ok(store) => Ok(KnownNetworks::new(store).connect_to_read(&self.node, genesis).await?),
			// Without a place for keys, nothing was signed for.
			Err(_) => Ok(Chain::connect(&self.node, genesis).await?),
		}
	}

	/// As [`Self::connect`], of the network with that genesis, whatever the user says.
	pub async fn connect_to(&self, genesis: Subject) -> Result<Chain, Error> {
		let chain = match &self.light {
			Some(chain_spec) => Chain::light(chain_spec, Some(genesis.0)).await?,
			None => Chain::connect(&self.node, Some(genesis.0)).await?,
		};
		ensure_checkpoint(&chain).await?;
		Ok(chain)
	}

	/// As [`Self::connect`], for a key to sign for that network, which is remembered.
	pub async fn connect_to_sign(&self) -> Result<Chain, Failure> {
		if self.light.is_some() {
			return self.connect().await;
		}
		let genesis = self.genesis.map(|genesis| genesis.0);
		match KeyStore::open_default() {
			Ok(store) => Ok(KnownNetworks::new(store).connect(&self.node, genesis).await?),
			// Without a place for keys, what the user says is enough.
			Err(_) if genesis.is_some() => self.connect().await,
			Err(error) => Err(error.into()),
		}
	}
}

/// Fails unless the checkpoint that the user trusts is on the finalised chain.
async fn ensure_checkpoint(chain: &Chain) -> Result<(), Error> {
	match KeyStore::open_default() {
		Ok(store) => KnownNetworks::new(store).ensure_checkpoint(chain).await,
		// Without a place for keys, nothing was trusted.
		Err(_) => Ok(()),
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
		ChainCommand::Algorithms => {
			let chain = common.connect().await?;
			chain.ensure_synced().await?;
			let at = chain.finalised().await?;
			let policy = life::algorithms(&chain, &at).await?;
			// For what is registered now: what the council said in that block counts from the next one on.
			let now = chain.time(&at).await?.saturating_add(1);
			let algorithms: Vec<_> = Algorithm::ALL
				.into_iter()
				.map(|algorithm| Held::at(&policy, algorithm, now))
				.collect();
			let names: Vec<_> = algorithms.iter().map(|held| held.algorithm.to_string()).collect();
			let held = names.iter().zip(&algorithms);
			let mut lines: Vec<_> = held.map(|(name, held)| (name.as_str(), held.describe())).collect();
			let shown = Algorithms {
				algorithms,
				policy,
				as_of: BlockId::of(&at),
			};
			lines.push(as_of(&shown.as_of));
			output.result(&shown, "algorithms", &lines);
			Ok(())
		},
		ChainCommand::LightSpec {
			output: path,
			boot_nodes,
		} => {
			let chain = common.connect().await?;
			let spec = ChainSpec::of_node(&chain, &boot_nodes).await?;
			file::write_new(&path, &spec.to_json(), false)?;
			let written = LightSpec {
				path,
				genesis: Subject(*chain.genesis()),
				boot_nodes: spec.boot_nodes().to_vec(),
			};
			let mut lines = vec![("genesis", written.genesis.to_string())];
			lines.extend(written.boot_nodes.iter().map(|address| ("boot node", address.clone())));
			output.result(&written, &format!("{} written", written.path.display()), &lines);
			output.hint(
				"whoever uses it trusts that genesis and nothing else: compare it with what the network's members say that it is",
			);
			Ok(())
		},
		ChainCommand::TrustCheckpoint { file } => checkpoint::trust(&file, common, output).await,
	}
}
