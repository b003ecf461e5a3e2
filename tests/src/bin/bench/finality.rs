// SPDX-License-Identifier: Apache-2.0

use chirograph_sdk::submit::Submitter;
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE},
	Network,
};
use futures::future::try_join_all;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep_until, Instant};

/// Of what the network can do at the most.
const SHARE: f64 = 0.8;

const VALIDATORS: usize = 4;
/// So many of an owner are on their way at a time where the network has as much as it can do.
const AT_A_TIME: usize = 3;

/// Finds out how many registrations a second four validators finalise when there are always more, each owner sending the next ones as soon as
/// those before are final. Then sends 80 % of that, one after the other whatever became of those before, and looks how long each takes.
/// To send everything at once would not find out: who has more in the pool than it takes sends again, and the network waits for that.
///
/// Where the machine has fewer cores than four validators and their clients need, what it can do is what its cores can, long before blocks are full:
/// longer slots leave them more time, and show what is the network's doing.
pub async fn under_load(accounts: usize, each: u64, seconds: u64, slot: Duration) {
	let network = Network::of_genesis(VALIDATORS, |genesis| {
		genesis["parameters"]["slotDuration"] = json!(slot.as_millis());
	})
	.await;
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let mut load = Load::new(&submitter, accounts, 1).await.expect("Alice is an auditor");
	let owners = load.accounts.clone();
	let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");

	let streams: Vec<_> = owners
		.iter()
		.map(|owner| {
			let documents: Vec<_> = (0..each).map(|_| load.document(owner)).collect();
			let (submitter, owner) = (submitter.clone(), owner.clone());
			async move {
				let mut seen = Vec::new();
				let numbered: Vec<_> = (FIRST_NONCE..).zip(&documents).collect();
				for together in numbered.chunks(AT_A_TIME) {
					let registrations = together
						.iter()
						.map(|(nonce, evidence)| load::register(&submitter, &owner, *nonce, evidence, valid_until));
					let included = try_join_all(registrations).await.expect("the network registers everything");
					seen.extend(included.iter().map(|included| (included.block, Instant::now())));
				}
				seen
			}
		})
		.map(tokio::spawn)
		.collect();
	let mut seen = try_join_all(streams).await.expect("nothing panics").concat();
	seen.sort();
	let saturation = steady_rate(&seen);

	let rate = saturation * SHARE;
	let count = (rate * seconds as f64) as usize;
	let documents: Vec<_> = (0..count)
		.map(|number| {
			let owner = owners[number % accounts].clone();
			let evidence = load.document(&owner);
			(owner, FIRST_NONCE + each + (number / accounts) as u64, evidence)
		})
		.collect();
	let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");
	let begin = Instant::now();
	let mut sent = Vec::with_capacity(count);
	for (number, (owner, nonce, evidence)) in documents.into_iter().enumerate() {
		// By the clock, and not by what the network makes of it: one that falls behind is given no rest.
		sleep_until(begin + Duration::from_secs_f64(number as f64 / rate)).await;
		let submitter = submitter.clone();
		sent.push(tokio::spawn(async move {
			let begin = Instant::now();
			let included = load::register(&submitter, &owner, nonce, &evidence, valid_until).await;
			included.expect("a network that is not saturated registers everything");
			begin.elapsed()
		}));
	}
	let sending = begin.elapsed().as_secs_f64();
	let mut times = try_join_all(sent).await.expect("nothing panics");
	times.sort();

	let slots = |share: f64| {
		let index = (times.len().saturating_sub(1) as f64 * share).round() as usize;
		times.get(index).copied().unwrap_or_default().as_secs_f64() / slot.as_secs_f64()
	};
	println!(
		"from submission to finality under load, four validators, slots of {} s",
		slot.as_secs()
	);
	println!(
		"{:>12} {saturation:>9.0} a second, {} of {accounts} owners, {AT_A_TIME} at a time of each",
		"saturation",
		seen.len()
	);
	println!(
		"{:>12} {:>9.0} a second for {sending:.0} s, {:.0} % of it",
		"load",
		count as f64 / sending,
		100.0 * count as f64 / sending / saturation
	);
	println!("{:>12} {:>9.2} slots; the target is 1 or less", "p50", slots(0.5));
	println!("{:>12} {:>9.2} slots; the target is 2 or less", "p99", slots(0.99));
	println!("{:>12} {:>9.2} slots", "max", slots(1.0));
}

/// How many a second become final, given the block of each and when that was heard of, in that order. The first and the last fifth are left out,
/// where not everybody has begun, or some have ended.
fn steady_rate(seen: &[(u64, Instant)]) -> f64 {
	let edge = seen.len() / 5;
	let seen = &seen[edge..seen.len() - edge];
	let (first_block, begin) = seen.first().copied().expect("there are registrations");
	let (last_block, end) = seen.last().copied().expect("there are registrations");
	assert!(
		last_block > first_block,
		"one block had room for all of it: give more with --accounts or --each"
	);
	let after_the_first = seen.iter().filter(|(block, _)| *block > first_block).count();
	after_the_first as f64 / end.duration_since(begin).as_secs_f64()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_rate_is_that_of_the_blocks_in_the_middle() {
		let begin = Instant::now();
		let after = |seconds| begin + Duration::from_secs(seconds);
		let block = |number, seconds| [(number, after(seconds)); 2];
		// The first and the last are slow, and do not count; of what is left, the first block says only when it began.
		let seen = [block(6, 0), block(7, 100), block(8, 102), block(9, 104), block(10, 200)].concat();
		assert_eq!(steady_rate(&seen), 1.0);
	}
}
