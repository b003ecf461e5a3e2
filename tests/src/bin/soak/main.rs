// SPDX-License-Identifier: Apache-2.0

//! What `scripts/soak` runs: long, with a seed and a budget, and nothing may be lost.

mod batch;
mod bundles;
mod flood;
mod kill;

use chirograph_sdk::{evidence::Evidence, keys::Keypair, submit::Submitter};
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE},
	FinalityWatch, Network,
};
use clap::Parser;
use futures::future::join_all;
use std::{collections::BTreeSet, num::NonZeroUsize, sync::Arc, time::Instant};

/// Runs long
#[derive(Parser)]
enum Arguments {
	/// A batch of many files, made by a command line that is killed again and again; it must be registered once, and its bundles verified
	Batch {
		#[arg(long, default_value_t = 100_000)]
		files: usize,
		/// How many bundles are verified
		#[arg(long, default_value_t = 1_000)]
		sample: usize,
		#[arg(long, default_value_t = 6)]
		kills: usize,
		#[arg(long, default_value_t = 1)]
		seed: u64,
	},
	/// Flips every bit of a bundle of each kind in turn; every one must be refused, or provably change nothing
	Bits {
		/// Only every so many of them
		#[arg(long, default_value = "1")]
		every: NonZeroUsize,
	},
	/// Registrations all at once; every one must be final, none twice
	Burst {
		#[arg(long, default_value_t = 500)]
		accounts: usize,
		#[arg(long, default_value_t = 10)]
		each: u64,
		#[arg(long, default_value_t = 1)]
		seed: u64,
	},
	/// Floods the pools from one label and from accounts that nobody knows; another label must be served meanwhile
	Flood {
		/// Extrinsics of the label, and as many applications of unknown accounts
		#[arg(long, default_value_t = 20_000)]
		calls: usize,
		/// Registrations of the other label, one after the other
		#[arg(long, default_value_t = 10)]
		registrations: usize,
		/// In how many slots each of these must be final
		#[arg(long, default_value_t = 5.0)]
		within: f64,
		/// Too few calls for the label that floods to wait for longer than the other one, which is not asked of it then
		#[arg(long)]
		slice: bool,
		#[arg(long, default_value_t = 1)]
		seed: u64,
	},
	/// Kills random validators of seven under load; nothing final may be lost or reverted, and nobody be punished for being killed
	Kill {
		#[arg(long, default_value_t = 100)]
		rounds: usize,
		#[arg(long, default_value_t = 1)]
		seed: u64,
	},
	/// Changes bundles at random; none may be accepted
	Mutations {
		#[arg(default_value_t = 100_000)]
		count: u64,
		#[arg(long, default_value_t = 7)]
		seed: u64,
	},
}

#[tokio::main]
async fn main() {
	match Arguments::parse() {
		Arguments::Batch {
			files,
			sample,
			kills,
			seed,
		} => batch::run(files, sample, kills, seed).await,
		Arguments::Bits { every } => bundles::bits(every),
		Arguments::Mutations { count, seed } => bundles::mutations(count, seed),
		Arguments::Flood {
			calls,
			registrations,
			within,
			slice,
			seed,
		} => flood::run(calls, registrations, within, slice, seed).await,
		Arguments::Burst { accounts, each, seed } => burst(accounts, each, seed).await,
		Arguments::Kill { rounds, seed } => kill::run(rounds, seed).await,
	}
}

async fn burst(accounts: usize, each: u64, seed: u64) {
	let network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let mut load = Load::new(&submitter, accounts, seed).await.expect("Alice is an auditor");
	let owners = load.accounts.clone();
	let documents: Vec<(Keypair, u64, Evidence)> = (FIRST_NONCE..FIRST_NONCE + each)
		.flat_map(|nonce| owners.iter().map(move |owner| (owner.clone(), nonce)))
		.map(|(owner, nonce)| {
			let evidence = load.document(&owner);
			(owner, nonce, evidence)
		})
		.collect();
	let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");

	let begin = Instant::now();
	let registrations = documents.iter().map(|(owner, nonce, evidence)| {
		let submitter = submitter.clone();
		async move { load::register(&submitter, owner, *nonce, evidence, valid_until).await }
	});
	let outcomes = join_all(registrations).await;
	let took = begin.elapsed();

	let failures: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
	assert!(
		failures.is_empty(),
		"{} of {} failed, the first: {}",
		failures.len(),
		outcomes.len(),
		failures[0]
	);
	let places: BTreeSet<_> = outcomes
		.iter()
		.flatten()
		.map(|included| (included.block, included.extrinsic))
		.collect();
	assert_eq!(places.len(), documents.len(), "every registration has a place of its own");
	// Asked of another node than the one that they were sent to.
	let dave = network.nodes[3].connect().await;
	network.nodes[3]
		.wait_for_finality(places.last().map(|(block, _)| *block).unwrap_or_default())
		.await;
	for (owner, _, evidence) in &documents {
		let registered = load::is_registered(&dave, &evidence.subject(), owner)
			.await
			.expect("the node answers");
		assert!(registered, "{} was reported final and is not on record", evidence.subject());
	}
	// An account whose nonce is the number of its registrations has nothing included twice.
	for owner in &owners {
		assert_eq!(
			dave.nonce(&owner.account()).await.expect("the node answers"),
			FIRST_NONCE + each,
			"none twice"
		);
	}
	watch.check(&network).await;
	let blocks: BTreeSet<_> = places.iter().map(|(block, _)| block).collect();
	println!(
		"burst: {} registrations of {accounts} accounts, all final, none twice: {:.1} s, {:.0} a second, in {} blocks",
		documents.len(),
		took.as_secs_f64(),
		documents.len() as f64 / took.as_secs_f64(),
		blocks.len()
	);
}
