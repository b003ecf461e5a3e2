// SPDX-License-Identifier: Apache-2.0

use super::{
	books::Books,
	ledger::{height, output_of, Held},
	InvoiceError,
};
use crate::{
	chain::{Chain, FinalisedBlock},
	error::Error,
};
use chirograph_primitives::{
	invoice::{CreditNote, Direction, Invoice, InvoiceId, OutPoint, OutputRecord, TransactionRecord},
	DocumentHash, TransactionId,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// So many transactions are followed in one direction, and no more.
const MAX_STEPS: usize = 10_000;
/// So many transactions a node is asked to go on from at once: what comes of them fills a page at the most.
const MAX_FROM: usize = 128;

/// A transaction in a lineage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
	/// Which.
	pub id: TransactionId,
	/// What is known of it.
	#[serde(flatten)]
	pub record: TransactionRecord,
}

/// Where an output comes from, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lineage {
	/// Which output.
	pub output: OutPoint,
	/// Every transaction that it comes from, and every one that comes of it; none before those whose outputs it consumes.
	pub steps: Vec<Step>,
	/// What became of the invoice that it is of. None: a receipt, which is of no invoice.
	pub books: Option<Books>,
}

/// What the ledger has of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
	/// Who issued it, and the hash of its number.
	pub id: InvoiceId,
	/// What it is, and how it stands.
	pub document: Registered,
	/// What became of the amounts; of a credit note, of those of the invoice that it is about.
	pub books: Books,
	/// The unconsumed outputs of that invoice.
	pub outputs: Vec<Held>,
}

/// A document on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Registered {
	/// An invoice.
	Invoice {
		/// How it was issued, and how it stands with its buyer.
		invoice: Invoice,
		/// Whether the buyer accepted it, by word or by silence.
		accepted: bool,
	},
	/// A credit note.
	CreditNote {
		/// How it was issued.
		note: CreditNote,
		/// The invoice that it is about.
		invoice: Invoice,
	},
}

type Known = BTreeMap<TransactionId, TransactionRecord>;

/// What a transaction is next to: those that it consumes outputs of, or those that consume its own; where `of` is an invoice, its outputs only.
fn neighbours(record: &TransactionRecord, direction: Direction, of: Option<InvoiceId>) -> Vec<TransactionId> {
	match direction {
		Direction::Back => record.inputs.iter().map(|input| input.transaction).collect(),
		Direction::Forward => {
			let outputs = record.outputs.iter();
			let outputs = outputs.filter(|output| of.is_none() || output.provenance.invoice() == of);
			outputs.filter_map(|output| output.consumed).collect()
		},
	}
}

/// What was met and what is still to be asked for.
struct Walk {
	direction: Direction,
	/// Through the outputs of this invoice only. None: through all.
	of: Option<InvoiceId>,
	known: Known,
	/// Next to what is known, and not known itself.
	wanted: BTreeSet<TransactionId>,
}

impl Walk {
	fn new(start: impl IntoIterator<Item = TransactionId>, direction: Direction, of: Option<InvoiceId>) -> Self {
		Self {
			direction,
			of,
			known: Known::new(),
			wanted: start.into_iter().collect(),
		}
	}

	/// What to ask for next.
	fn next(&self) -> Vec<TransactionId> {
		self.wanted.iter().take(MAX_FROM).copied().collect()
	}

	/// Takes in a page. False where it has nothing that was asked for: a node must not be followed for ever.
	fn enter(&mut self, page: Vec<(TransactionId, TransactionRecord)>) -> bool {
		let before = self.known.len();
		for (id, record) in page {
			// What is not next to anything known was not asked for; what is known was answered before.
			if !self.wanted.remove(&id) {
				continue;
			}
			let next = neighbours(&record, self.direction, self.of);
			self.known.insert(id, record);
			self.wanted.extend(next.into_iter().filter(|id| !self.known.contains_key(id)));
		}
		self.known.len() > before
	}
}

/// All transactions that `start` comes from, or that come of it, with `start`; where `of` is an invoice, through its outputs only.
async fn walk(
	chain: &Chain,
	block: &FinalisedBlock,
	start: impl IntoIterator<Item = TransactionId>,
	direction: Direction,
	of: Option<InvoiceId>,
) -> Result<Known, Error> {
	let mut walk = Walk::new(start, direction, of);
	while !walk.wanted.is_empty() {
		let page = chain.lineage(block, &walk.next(), direction).await?;
		if !walk.enter(page) {
			return Err(chain.node_error("it does not have a transaction whose outputs are consumed, or that consumes some"));
		}
		if walk.known.len() > MAX_STEPS {
			return Err(InvoiceError::TooLong { most: MAX_STEPS }.into());
		}
	}
	Ok(walk.known)
}

/// None before those whose outputs it consumes; otherwise in the order of the ledger. None where they are no lineage at all: one consumes what
/// another does not say was consumed by it, or they consume each other's.
fn in_order(known: Known) -> Option<Vec<Step>> {
	let mut before: BTreeMap<TransactionId, BTreeSet<TransactionId>> = BTreeMap::new();
	let mut behind: BTreeMap<TransactionId, Vec<TransactionId>> = BTreeMap::new();
	for (id, record) in &known {
		for input in &record.inputs {
			let Some(parent) = known.get(&input.transaction) else {
				continue;
			};
			if output_of(parent, input)?.consumed != Some(*id) {
				return None;
			}
			if before.entry(*id).or_default().insert(input.transaction) {
				behind.entry(input.transaction).or_default().push(*id);
			}
		}
	}
	// Calls in one extrinsic have the same place in the ledger, so that this alone does not tell.
	let place = |id: &TransactionId| known.get(id).map(|record| (record.at.position(), *id));
	let mut ready: BTreeSet<_> = known
		.keys()
		.filter(|id| !before.contains_key(*id))
		.filter_map(place)
		.collect();
	let mut order = Vec::with_capacity(known.len());
	while let Some((_, id)) = ready.pop_first() {
		order.push(id);
		for next in behind.remove(&id).unwrap_or_default() {
			let waits = before.get_mut(&next)?;
			waits.remove(&id);
			if waits.is_empty() {
				ready.extend(place(&next));
			}
		}
	}
	if order.len() != known.len() {
		return None;
	}
	let mut known = known;
	let steps = order
		.into_iter()
		.filter_map(|id| known.remove(&id).map(|record| Step { id, record }));
	Some(steps.collect())
}

fn ordered(chain: &Chain, known: Known) -> Result<Vec<Step>, Error> {
	in_order(known).ok_or_else(|| chain.node_error("it says of a transaction that it consumes what another one did"))
}

/// What became of an invoice, and its unconsumed outputs.
async fn books(chain: &Chain, block: &FinalisedBlock, id: InvoiceId, invoice: &Invoice) -> Result<(Books, Vec<Held>), Error> {
	let first = OutPoint {
		transaction: invoice.issued_by,
		index: 0,
	};
	let issued = chain.output(block, &first).await?;
	let issued = issued
		.filter(|record| record.provenance.invoice() == Some(id))
		.ok_or_else(|| chain.node_error("it has an invoice, and not what issued it"))?;
	let later = walk(chain, block, issued.consumed, Direction::Forward, Some(id)).await?;
	let later = ordered(chain, later)?;
	let is_left = |record: &OutputRecord| record.consumed.is_none() && record.provenance.invoice() == Some(id);
	let mut outputs = Vec::new();
	if is_left(&issued) {
		outputs.push(Held {
			outpoint: first,
			record: issued.clone(),
		});
	}
	for step in &later {
		for (index, record) in (0u8..).zip(&step.record.outputs) {
			if is_left(record) {
				outputs.push(Held {
					outpoint: OutPoint {
						transaction: step.id,
						index,
					},
					record: record.clone(),
				});
			}
		}
	}
	Ok((Books::of(id, invoice.issued_by, &issued, &later), outputs))
}

async fn existing(chain: &Chain, block: &FinalisedBlock, id: &InvoiceId) -> Result<Invoice, Error> {
	let invoice = chain.invoice(block, id).await?;
	Ok(invoice.ok_or(InvoiceError::UnknownInvoice { invoice: *id })?)
}

/// Where an output comes from and what became of it, as of a block (X.1407 I.4). At the most 10,000 transactions each way.
pub async fn trace(chain: &Chain, block: &FinalisedBlock, output: OutPoint) -> Result<Lineage, Error> {
	let record = chain.output(block, &output).await?;
	let record = record.ok_or(InvoiceError::UnknownOutput { output })?;
	let mut known = walk(chain, block, [output.transaction], Direction::Back, None).await?;
	known.extend(walk(chain, block, record.consumed, Direction::Forward, None).await?);
	let books = match record.provenance.invoice() {
		Some(id) => {
			let invoice = existing(chain, block, &id).await?;
			Some(books(chain, block, id, &invoice).await?.0)
		},
		None => None,
	};
	Ok(Lineage {
		output,
		steps: ordered(chain, known)?,
		books,
	})
}

/// What the ledger has of the document with that SHA-256, as of a block: of each seller, one at the most.
pub async fn find(chain: &Chain, block: &FinalisedBlock, hash: &DocumentHash) -> Result<Vec<Found>, Error> {
	let mut all = Vec::new();
	for id in chain.invoices_of_document(block, hash).await? {
		all.push(registered(chain, block, hash, id).await?);
	}
	Ok(all)
}

async fn registered(chain: &Chain, block: &FinalisedBlock, hash: &DocumentHash, id: InvoiceId) -> Result<Found, Error> {
	let other = || chain.node_error("what it has of a document is about another one");
	let (document, (books, outputs)) = match chain.invoice(block, &id).await? {
		Some(invoice) => {
			if invoice.document != *hash {
				return Err(other());
			}
			let found = books(chain, block, id, &invoice).await?;
			let accepted = invoice.is_accepted(height(block));
			(Registered::Invoice { invoice, accepted }, found)
		},
		None => {
			let note = chain.credit_note(block, &id).await?;
			let note = note.filter(|note| note.document == *hash).ok_or_else(other)?;
			let invoice = existing(chain, block, &note.invoice).await?;
			let found = books(chain, block, note.invoice, &invoice).await?;
			(Registered::CreditNote { note, invoice }, found)
		},
	};
	Ok(Found {
		id,
		document,
		books,
		outputs,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{
		invoice::{ActionKind, Amounts, Currency, Output, OutputKind, Provenance},
		Inclusion, InvoiceNumber,
	};
	use std::time::{Duration, Instant};

	fn id(number: u32) -> TransactionId {
		let mut bytes = [0; 32];
		// Not in the order of the numbers.
		bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
		bytes[4..8].copy_from_slice(&number.to_be_bytes());
		TransactionId(bytes)
	}

	fn output(consumed: Option<u32>) -> OutputRecord {
		OutputRecord {
			output: Output {
				kind: OutputKind::Invoice,
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
			consumed: consumed.map(id),
		}
	}

	/// A transaction that consumes first outputs, and whose outputs were consumed by those.
	fn transaction(block: u32, inputs: &[u32], consumers: &[Option<u32>]) -> TransactionRecord {
		let inputs = inputs.iter().map(|input| OutPoint {
			transaction: id(*input),
			index: 0,
		});
		let outputs = consumers.iter().map(|consumer| output(*consumer));
		TransactionRecord {
			action: ActionKind::Transfer,
			inputs: inputs.collect::<Vec<_>>().try_into().expect("are few"),
			outputs: outputs.collect::<Vec<_>>().try_into().expect("are few"),
			document: None,
			period: None,
			at: Inclusion {
				block,
				extrinsic: 1,
				time: 0,
			},
		}
	}

	/// Each consumes the output of the one before; `block` gives the block of each.
	fn chain_of(length: u32, block: impl Fn(u32) -> u32) -> Known {
		let transactions = (0..length).map(|number| {
			let before: Vec<_> = number.checked_sub(1).into_iter().collect();
			let next = Some(number + 1).filter(|next| *next < length);
			(id(number), transaction(block(number), &before, &[next]))
		});
		transactions.collect()
	}

	/// What a ledger answers.
	fn page(ledger: &Known, from: &[TransactionId], direction: Direction) -> Vec<(TransactionId, TransactionRecord)> {
		let (mut page, mut seen) = (Vec::new(), BTreeSet::new());
		let mut queue: std::collections::VecDeque<_> = from.iter().copied().collect();
		while let Some(next) = queue.pop_front() {
			let Some(record) = ledger.get(&next).filter(|_| page.len() < 256 && seen.insert(next)) else {
				continue;
			};
			queue.extend(neighbours(record, direction, None));
			page.push((next, record.clone()));
		}
		page
	}

	fn walked(ledger: &Known, from: u32, direction: Direction) -> (Known, usize) {
		let (mut walk, mut pages) = (Walk::new([id(from)], direction, None), 0);
		while !walk.wanted.is_empty() {
			assert!(walk.enter(page(ledger, &walk.next(), direction)), "every page has something");
			pages += 1;
		}
		(walk.known, pages)
	}

	fn numbers(steps: &[Step]) -> Vec<u32> {
		let number = |step: &Step| u32::from_be_bytes(step.id.0[4..8].try_into().expect("are four bytes"));
		steps.iter().map(number).collect()
	}

	#[test]
	fn a_thousand_steps_are_found_both_ways_and_ordered_in_a_fraction_of_a_second() {
		let ledger = chain_of(1_000, |number| number);
		let begun = Instant::now();
		let (forward, pages) = walked(&ledger, 0, Direction::Forward);
		assert_eq!((forward.len(), pages), (1_000, 4));
		let (back, pages) = walked(&ledger, 999, Direction::Back);
		assert_eq!((back.len(), pages), (1_000, 4));
		let steps = in_order(forward).expect("is one lineage");
		assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
		assert_eq!(numbers(&steps), (0..1_000).collect::<Vec<_>>());
	}

	#[test]
	fn calls_in_one_extrinsic_are_ordered_by_what_they_consume() {
		let steps = in_order(chain_of(50, |_| 7)).expect("is one lineage");
		assert_eq!(numbers(&steps), (0..50).collect::<Vec<_>>());
	}

	#[test]
	fn what_is_split_and_comes_together_again_is_there_once() {
		let ledger = Known::from([
			(id(0), transaction(1, &[], &[Some(1)])),
			(id(1), transaction(2, &[0], &[Some(2), None])),
			(id(9), transaction(1, &[], &[Some(2)])),
			(id(2), transaction(3, &[1, 9], &[None])),
		]);
		let (back, _) = walked(&ledger, 2, Direction::Back);
		let steps = in_order(back).expect("is one lineage");
		let order = numbers(&steps);
		assert_eq!((order.len(), order.last()), (4, Some(&2)));
		let (forward, _) = walked(&ledger, 1, Direction::Forward);
		assert_eq!(numbers(&in_order(forward).expect("is one lineage")), [1, 2]);
	}

	/// A receipt again, which another invoice was issued over: that is followed for a lineage, and not for the books.
	#[test]
	fn books_follow_the_outputs_of_their_invoice_only() {
		let number = InvoiceNumber([1; 32]);
		let invoice = InvoiceId { seller: 2, number };
		let mut ledger = chain_of(4, |number| number);
		for step in [0, 1] {
			let outputs = &mut ledger.get_mut(&id(step)).expect("is there").outputs;
			outputs.get_mut(0).expect("is there").provenance.number = Some(number);
		}
		let reached = |of| {
			let mut walk = Walk::new([id(0)], Direction::Forward, of);
			while !walk.wanted.is_empty() {
				assert!(
					walk.enter(page(&ledger, &walk.next(), Direction::Forward)),
					"every page has something"
				);
			}
			walk.known.len()
		};
		// The third one makes a receipt.
		assert_eq!((reached(Some(invoice)), reached(None)), (3, 4));
	}

	#[test]
	fn a_node_that_leaves_out_or_adds_what_was_not_asked_for_is_not_followed() {
		let mut ledger = chain_of(10, |number| number);
		ledger.remove(&id(5));
		let mut walk = Walk::new([id(0)], Direction::Forward, None);
		assert!(walk.enter(page(&ledger, &walk.next(), Direction::Forward)), "the control");
		assert_eq!(walk.next(), [id(5)]);
		assert!(!walk.enter(page(&ledger, &walk.next(), Direction::Forward)));
		assert!(!walk.enter(vec![(id(7), transaction(7, &[6], &[None]))]));
	}

	#[test]
	fn what_contradicts_itself_is_no_lineage() {
		assert!(in_order(chain_of(3, |number| number)).is_some(), "the control");
		let denied = Known::from([(id(0), transaction(1, &[], &[None])), (id(1), transaction(2, &[0], &[None]))]);
		assert_eq!(in_order(denied), None);
		let circle = Known::from([
			(id(0), transaction(1, &[1], &[Some(1)])),
			(id(1), transaction(2, &[0], &[Some(0)])),
		]);
		assert_eq!(in_order(circle), None);
	}
}
