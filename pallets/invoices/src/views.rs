// SPDX-License-Identifier: Apache-2.0

use crate::{Config, Pallet, Transactions, Unspent, MAX_LINEAGE, MAX_PER_PAGE};
use alloc::{
	collections::{BTreeSet, VecDeque},
	vec::Vec,
};
use chirograph_primitives::{
	invoice::{Direction, OutPoint, OutputRecord, TransactionRecord},
	LabelId, TransactionId,
};

impl<T: Config> Pallet<T> {
	/// Breadth first.
	pub(crate) fn follow(from: Vec<TransactionId>, direction: Direction, limit: u32) -> Vec<(TransactionId, TransactionRecord)> {
		let limit = limit.min(MAX_LINEAGE) as usize;
		let mut next: VecDeque<_> = from.into_iter().take(limit).collect();
		let (mut known, mut found) = (BTreeSet::new(), Vec::new());
		while found.len() < limit {
			let Some(id) = next.pop_front() else { break };
			if !known.insert(id) {
				continue;
			}
			let Some(record) = Transactions::<T>::get(id) else { continue };
			match direction {
				Direction::Back => next.extend(record.inputs.iter().map(|point| point.transaction)),
				Direction::Forward => next.extend(record.outputs.iter().filter_map(|output| output.consumed)),
			}
			found.push((id, record));
		}
		found
	}

	/// What a label holds.
	pub(crate) fn page_of(holder: LabelId, after: Option<OutPoint>, limit: u32) -> Vec<(OutPoint, OutputRecord)> {
		let points = match after {
			Some(point) => Unspent::<T>::iter_key_prefix_from(holder, Unspent::<T>::hashed_key_for(holder, point)),
			None => Unspent::<T>::iter_key_prefix(holder),
		};
		// The range first: at the limit, no entry is read for nothing.
		let page = (0..limit.min(MAX_PER_PAGE)).zip(points).filter_map(|(_, point)| {
			let record = Transactions::<T>::get(point.transaction)?;
			let output = record.outputs.get(usize::from(point.index))?.clone();
			Some((point, output))
		});
		page.collect()
	}
}
