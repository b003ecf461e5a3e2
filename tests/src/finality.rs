// SPDX-License-Identifier: Apache-2.0

use crate::{Network, Node};
use chirograph_sdk::chain::BlockId;
use futures::StreamExt;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{task::JoinHandle, time::sleep};

/// Watches what every node calls final, through restarts, and remembers it: what one node finalised once, no node may ever see replaced.
pub struct FinalityWatch {
	seen: Arc<Mutex<Seen>>,
	tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
	blocks: BTreeMap<u64, String>,
	contradictions: Vec<String>,
}

impl Seen {
	fn record(&mut self, node: &str, block: BlockId) {
		let known = self.blocks.entry(block.number).or_insert_with(|| block.hash.clone());
		if *known != block.hash {
			let contradiction = format!("{node} calls block {} {}, which was {known} before", block.number, block.hash);
			self.contradictions.push(contradiction);
		}
	}
}

impl FinalityWatch {
	/// Begins to watch every node of a network.
	pub fn start(network: &Network) -> Self {
		let seen = Arc::<Mutex<Seen>>::default();
		let watch = |node: &Node| tokio::spawn(watch(node.name.clone(), node.url(), seen.clone()));
		Self {
			tasks: network.nodes.iter().map(watch).collect(),
			seen,
		}
	}

	/// Fails if a finalised block was ever contradicted, or if a node of `network` now has another chain than was finalised. Returns how many
	/// blocks were seen.
	pub async fn check(&self, network: &Network) -> usize {
		let blocks = {
			let seen = self.seen.lock().expect("no watcher panics");
			assert!(
				seen.contradictions.is_empty(),
				"finality was broken: {:?}",
				seen.contradictions
			);
			seen.blocks.clone()
		};
		let (newest, _) = blocks.last_key_value().expect("a running network finalises blocks");
		for node in network.nodes.iter().filter(|node| node.pid().is_some()) {
			node.wait_for_finality(*newest).await;
			let chain = node.connect().await;
			for (number, hash) in &blocks {
				let number = u32::try_from(*number).expect("tests are short");
				let block = chain
					.block_at(number)
					.await
					.expect("the node answers")
					.expect("what is final is there");
				assert_eq!(
					block.hash, *hash,
					"{} has another block {number} than was finalised",
					node.name
				);
			}
		}
		blocks.len()
	}
}

impl Drop for FinalityWatch {
	fn drop(&mut self) {
		self.tasks.iter().for_each(JoinHandle::abort);
	}
}

async fn watch(name: String, url: String, seen: Arc<Mutex<Seen>>) {
	loop {
		if let Ok(chain) = chirograph_sdk::chain::Chain::connect(&url, None).await {
			if let Ok(mut blocks) = chain.finalised_blocks().await {
				while let Some(Ok(block)) = blocks.next().await {
					seen.lock().expect("no watcher panics").record(&name, block);
				}
			}
		}
		// It is down, or was; a test may start it again.
		sleep(Duration::from_millis(200)).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The positive control of every test that watches finality.
	#[test]
	fn a_replaced_block_is_a_contradiction() {
		let mut seen = Seen::default();
		let block = |hash: &str| BlockId {
			number: 7,
			hash: hash.into(),
		};
		seen.record("alice", block("0x01"));
		seen.record("bob", block("0x01"));
		assert!(seen.contradictions.is_empty());
		seen.record("bob", block("0x02"));
		assert_eq!(seen.contradictions.len(), 1);
	}
}
