// SPDX-License-Identifier: Apache-2.0

use super::ledger::{output_of, outputs_of};
use crate::{
	chain::{BlockId, Chain, ChirographConfig, FinalisedBlock},
	error::Error,
};
use chirograph_primitives::{
	invoice::{ActionKind, OutPoint, OutputRecord},
	LabelId, TransactionId,
};
use futures::{stream, Stream};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use subxt::client::Blocks;

/// What a wallet knows of the outputs of a label. It outlives a connection.
#[derive(Clone, Debug)]
pub struct Watcher {
	label: LabelId,
	/// None: nothing was compared yet, and what is there is nothing new.
	known: Option<Outputs>,
	/// The height as of which that is.
	compared: Option<u64>,
	/// What is not told yet.
	waiting: VecDeque<Arrival>,
}

impl Watcher {
	/// Tells what arrives and leaves from now on.
	pub const fn new(label: LabelId) -> Self {
		Self {
			label,
			known: None,
			compared: None,
			waiting: VecDeque::new(),
		}
	}

	/// Tells first what is there already, as if it arrived now.
	pub fn with_existing(label: LabelId) -> Self {
		Self {
			known: Some(Outputs::new()),
			..Self::new(label)
		}
	}

	/// What was found in the last comparison, and not told yet.
	pub fn untold(&mut self) -> Vec<Arrival> {
		self.waiting.drain(..).collect()
	}

	/// Compares what is there as of a block with what is known; [`watch()`] tells what changed. Where it fails, nothing is lost: the next
	/// comparison finds it.
	pub async fn compare(&mut self, chain: &Chain, block: &FinalisedBlock) -> Result<(), Error> {
		let height = block.block_number();
		// What was final as of a later block is so: the subscription, or another node, is behind.
		if self.compared.is_some_and(|compared| height <= compared) {
			return Ok(());
		}
		let held = outputs_of(chain, block, self.label).await?;
		let now: Outputs = held.into_iter().map(|held| (held.outpoint, held.record)).collect();
		if let Some(known) = &self.known {
			let (arrived, left) = changes(known, &now);
			let told = tell(chain, block, &arrived, &left).await?;
			self.waiting.extend(told);
		}
		self.known = Some(now);
		self.compared = Some(height);
		Ok(())
	}
}

/// That an output came to a label, or left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrival {
	/// The finalised block as of which it is so.
	pub block: BlockId,
	/// Which output.
	pub outpoint: OutPoint,
	/// What is known of it.
	pub record: OutputRecord,
	/// Which of the two.
	#[serde(flatten)]
	pub movement: Movement,
}

/// What happened to an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "movement", rename_all = "camelCase")]
pub enum Movement {
	/// It was created for the label.
	Arrived {
		/// By which transaction.
		by: TransactionId,
		/// What that did.
		action: ActionKind,
	},
	/// It was consumed.
	Left {
		/// By which transaction.
		by: TransactionId,
		/// What that did.
		action: ActionKind,
	},
}

type Outputs = BTreeMap<OutPoint, OutputRecord>;

/// What is in the second and not in the first, and the other way round.
fn changes(known: &Outputs, now: &Outputs) -> (Vec<OutPoint>, Vec<OutPoint>) {
	(only(now, known), only(known, now))
}

fn only(some: &Outputs, others: &Outputs) -> Vec<OutPoint> {
	let outpoints = some.keys().copied();
	outpoints.filter(|outpoint| !others.contains_key(outpoint)).collect()
}

/// What each of them was moved by; what left first, so that who adds up never has too much.
async fn tell(chain: &Chain, block: &FinalisedBlock, arrived: &[OutPoint], left: &[OutPoint]) -> Result<Vec<Arrival>, Error> {
	let failed = || chain.node_error("it does not have an output that it had, or not what moved it");
	let all: Vec<_> = left.iter().chain(arrived).copied().collect();
	let ids: Vec<_> = all.iter().map(|outpoint| outpoint.transaction).collect();
	let creators = chain.transactions(block, &ids).await?;
	let mut found = Vec::new();
	for (outpoint, creator) in all.into_iter().zip(creators) {
		let creator = creator.ok_or_else(failed)?;
		let record = output_of(&creator, &outpoint).cloned().ok_or_else(failed)?;
		found.push((outpoint, creator.action, record));
	}
	let consumers: Option<Vec<_>> = found.iter().take(left.len()).map(|(.., record)| record.consumed).collect();
	let consumers = consumers.ok_or_else(failed)?;
	let records = chain.transactions(block, &consumers).await?;
	let mut moved_by = records.into_iter().zip(consumers);
	let mut told = Vec::new();
	for (index, (outpoint, created_by, record)) in found.into_iter().enumerate() {
		let movement = if index < left.len() {
			let (consumer, by) = moved_by.next().ok_or_else(failed)?;
			let action = consumer.ok_or_else(failed)?.action;
			Movement::Left { by, action }
		} else {
			Movement::Arrived {
				by: outpoint.transaction,
				action: created_by,
			}
		};
		told.push(Arrival {
			block: BlockId::of(block),
			outpoint,
			record,
			movement,
		});
	}
	Ok(told)
}

/// Outputs that come to a label or leave it, block by finalised block (X.1407 I.4). What came and went between two blocks that are compared,
/// which is the time without a connection for the most part, is not told.
///
/// Ends behind an error. The watcher keeps what it knows: whoever connects again and goes on with it misses nothing that is still so.
pub fn watch<'a>(chain: &'a Chain, watcher: &'a mut Watcher) -> impl Stream<Item = Result<Arrival, Error>> + Unpin + 'a {
	let watch = Watch {
		chain,
		watcher,
		blocks: None,
	};
	Box::pin(stream::try_unfold(watch, Watch::next))
}

struct Watch<'a> {
	chain: &'a Chain,
	watcher: &'a mut Watcher,
	blocks: Option<Blocks<ChirographConfig>>,
}

impl Watch<'_> {
	async fn next(mut self) -> Result<Option<(Arrival, Self)>, Error> {
		let chain = self.chain;
		loop {
			if let Some(arrival) = self.watcher.waiting.pop_front() {
				return Ok(Some((arrival, self)));
			}
			let block = match &mut self.blocks {
				// First the subscription: no block comes between the two.
				None => {
					let blocks = chain.client.stream_blocks().await.map_err(|error| chain.node_error(error))?;
					self.blocks = Some(blocks);
					chain.finalised().await?
				},
				Some(blocks) => {
					let next = tokio::select! {
						() = chain.disconnected() => None,
						next = blocks.next() => next,
					};
					let next = next.ok_or_else(|| chain.lost())?.map_err(|error| chain.node_error(error))?;
					let at = chain.client.at_block(next.hash()).await;
					at.map_err(|error| chain.node_error(error))?
				},
			};
			self.watcher.compare(chain, &block).await?;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::invoice::{Amounts, Currency, Output, OutputKind, Provenance};

	fn outputs(numbers: &[u8]) -> Outputs {
		let outputs = numbers.iter().map(|number| {
			let record = OutputRecord {
				output: Output {
					kind: OutputKind::Receipt,
					holder: 1,
					amounts: Amounts::default(),
				},
				provenance: Provenance {
					seller: 2,
					buyer: 1,
					currency: Currency(*b"EUR"),
					number: None,
					origin: None,
					destination: None,
				},
				consumed: None,
			};
			(outpoint(*number), record)
		});
		outputs.collect()
	}

	fn outpoint(number: u8) -> OutPoint {
		OutPoint {
			transaction: TransactionId([number; 32]),
			index: 0,
		}
	}

	#[test]
	fn what_arrives_and_what_leaves_is_told_apart_and_what_stays_is_not_told() {
		let (arrived, left) = changes(&outputs(&[1, 2, 3]), &outputs(&[2, 4]));
		assert_eq!(arrived, [outpoint(4)]);
		assert_eq!(left, [outpoint(1), outpoint(3)]);
		let (arrived, left) = changes(&outputs(&[1]), &outputs(&[1]));
		assert!(arrived.is_empty() && left.is_empty());
	}

	#[test]
	fn what_is_there_at_first_is_new_only_to_whoever_asks_for_it() {
		assert_eq!(Watcher::new(7).known, None);
		assert_eq!(Watcher::with_existing(7).known, Some(Outputs::new()));
	}

	#[test]
	fn what_came_in_the_same_block_is_told_by_whoever_ends_after_the_first() {
		let mut watcher = Watcher::new(7);
		let record = outputs(&[1]).remove(&outpoint(1)).expect("is there");
		let arrival = |number| Arrival {
			block: BlockId {
				number: 7,
				hash: "0x07".into(),
			},
			outpoint: outpoint(number),
			record: record.clone(),
			movement: Movement::Arrived {
				by: TransactionId([number; 32]),
				action: ActionKind::Receipt,
			},
		};
		watcher.waiting.extend([arrival(1), arrival(2)]);
		let told: Vec<_> = watcher.untold().into_iter().map(|arrival| arrival.outpoint).collect();
		assert_eq!(told, [outpoint(1), outpoint(2)]);
		assert!(watcher.untold().is_empty());
	}

	#[test]
	fn an_arrival_is_told_to_programs_by_output_movement_and_block() {
		let arrival = Arrival {
			block: BlockId {
				number: 7,
				hash: "0x07".into(),
			},
			outpoint: outpoint(1),
			record: outputs(&[1]).remove(&outpoint(1)).expect("is there"),
			movement: Movement::Arrived {
				by: TransactionId([1; 32]),
				action: ActionKind::Receipt,
			},
		};
		let told = serde_json::to_value(arrival).expect("has a JSON form");
		assert_eq!(told["movement"], "arrived");
		assert_eq!(told["action"], "receipt");
		assert_eq!(told["outpoint"], outpoint(1).to_string());
	}
}
