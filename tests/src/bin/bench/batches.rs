// SPDX-License-Identifier: Apache-2.0

use super::{median, status_mib, timed};
use chirograph_sdk::{
	batches::{Item, Settings, Workspace},
	evidence::Mode,
	keys::Keypair,
	primitives::{AccountId, EvidenceHash, Schema, Subject},
	submit::Submitter,
	verifier::{
		document::{sha256, to_hex},
		merkle::{leaf_hash, Tree, TreeHash},
		state::keys,
	},
};
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE},
	Network,
};
use futures::future::try_join_all;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
	fs,
	hint::black_box,
	process,
	sync::Arc,
	time::{Duration, Instant},
};
use subxt::rpcs::{rpc_params, RpcClient};

/// What SHA-256 compresses at a time, in bytes (FIPS 180-4, 5.2.1).
const COMPRESSED_BYTES: u64 = 64;
/// Small enough to stay close to the processor.
const CHUNK_BYTES: u64 = 16 * 1024;

/// Leaves and nodes have 65 bytes under their hashes, and padding: two compressions each.
pub fn tree(leaves: u64, rounds: usize) {
	let registrations: Vec<_> = (0..leaves)
		.map(|number| {
			let hash = sha256(&number.to_le_bytes());
			(Subject(hash), EvidenceHash(hash))
		})
		.collect();
	let build = || {
		let leaves = registrations.iter().map(|(subject, evidence)| leaf_hash(subject, evidence));
		Tree::new(leaves).expect("there are leaves, and they differ").root()
	};
	let compressions = 2 * (2 * leaves - 1);
	let chunk = vec![0x5au8; CHUNK_BYTES as usize];
	let hash = || {
		let mut hasher = Sha256::new();
		let mut left = compressions * COMPRESSED_BYTES;
		while left > 0 {
			let next = left.min(CHUNK_BYTES);
			hasher.update(&chunk[..next as usize]);
			left -= next;
		}
		hasher.finalize()
	};
	let (mut trees, mut raw) = (Vec::new(), Vec::new());
	for _ in 0..rounds.max(1) {
		trees.push(timed(|| {
			black_box(build());
		}));
		raw.push(timed(|| {
			black_box(hash());
		}));
	}
	let rate = |times: &mut Vec<Duration>| compressions as f64 / median(times).as_secs_f64() / 1e6;
	let (trees, raw) = (rate(&mut trees), rate(&mut raw));
	println!(
		"the tree over {leaves} leaves, from subjects and evidence hashes to the root, against SHA-256 by the same library of one message \
		 with as many compressions, {compressions}; one thread, median of {rounds}, in turns"
	);
	println!("{:>20} {:>16}", "", "10^6 a second");
	println!("{:>20} {trees:>16.2}", "tree");
	println!("{:>20} {raw:>16.2}", "SHA-256");
	println!("{:>20} {:>15.0}%  the target is 60% or more", "ratio", 100.0 * trees / raw);
}

/// Evidence is made beforehand in both cases. The time is that of whoever submits: from before the first signature, and in the case of
/// batches before the first tree, until the last registration is final.
pub async fn registration(accounts: usize, each: u64, batches: usize, leaves: usize) {
	assert!(batches <= accounts, "every batch is another owner's");
	let network = Network::local().await;
	let submitter = submitter(&network).await;
	let mut load = Load::new(&submitter, accounts, 1).await.expect("Alice is an auditor");
	let owners = load.accounts.clone();
	let mut documents = Vec::new();
	for nonce in (FIRST_NONCE..).take(each as usize) {
		documents.extend(owners.iter().map(|owner| (owner, nonce, load.document(owner))));
	}
	let begin = Instant::now();
	let trees: Vec<_> = owners
		.iter()
		.take(batches)
		.map(|owner| (owner, leaf_hashes(&mut load, owner, leaves)))
		.collect();
	let making = begin.elapsed().as_secs_f64() / (batches * leaves) as f64;
	let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");

	let begin = Instant::now();
	let registrations = documents
		.iter()
		.map(|(owner, nonce, evidence)| load::register(&submitter, owner, *nonce, evidence, valid_until));
	try_join_all(registrations).await.expect("the network registers everything");
	let one_by_one = documents.len() as f64 / begin.elapsed().as_secs_f64();

	let begin = Instant::now();
	let registrations = trees.into_iter().map(|(owner, leaves)| {
		let submitter = &submitter;
		async move {
			let tree = tokio::task::spawn_blocking(move || Tree::new(leaves)).await;
			let tree = tree.expect("nothing panics").expect("there are leaves, and they differ");
			load::register_batch(submitter, owner, FIRST_NONCE + each, &tree, valid_until).await
		}
	});
	try_join_all(registrations).await.expect("the network registers everything");
	let batched = (batches * leaves) as f64 / begin.elapsed().as_secs_f64();

	println!(
		"proofs a second, four validators; both all at once, from signing (and the trees) to finality, by evidence that is there \
		 already, at {:.0} µs a document",
		making * 1e6
	);
	println!(
		"{:>20} {one_by_one:>12.0}  {} of {accounts} owners",
		"one by one",
		documents.len()
	);
	println!("{:>20} {batched:>12.0}  {batches} batches of {leaves}", "in batches");
	println!("{:>20} {:>12.0}  the target is 200 or more", "ratio", batched / one_by_one);
}

async fn submitter(network: &Network) -> Submitter {
	Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers")
}

fn leaf_hashes(load: &mut Load, owner: &Keypair, leaves: usize) -> Vec<TreeHash> {
	(0..leaves)
		.map(|_| {
			let evidence = load.document(owner);
			leaf_hash(&evidence.subject(), &evidence.hash())
		})
		.collect()
}

/// Keys and values, as the node has them below the pallet that keeps proofs. Accounts and quotas are changed by every extrinsic, and grow
/// by none.
pub async fn state(registrations: u64, leaves: usize) {
	let network = Network::development().await;
	let submitter = submitter(&network).await;
	let mut load = Load::new(&submitter, 1, 1).await.expect("Alice is an auditor");
	let owner = load.accounts[0].clone();
	let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");
	let rpc = RpcClient::from_url(network.nodes[0].url()).await.expect("the node answers");
	let stored = || async {
		let status = submitter.chain().status().await.expect("the node answers");
		stored_bytes(&rpc, &status.finalised.hash).await
	};

	let before = stored().await;
	let documents: Vec<_> = (FIRST_NONCE..)
		.take(registrations as usize)
		.map(|nonce| (nonce, load.document(&owner)))
		.collect();
	let registered = documents
		.iter()
		.map(|(nonce, evidence)| load::register(&submitter, &owner, *nonce, evidence, valid_until));
	try_join_all(registered).await.expect("an idle network registers everything");
	let between = stored().await;
	let tree = Tree::new(leaf_hashes(&mut load, &owner, leaves)).expect("there are leaves, and they differ");
	load::register_batch(&submitter, &owner, FIRST_NONCE + registrations, &tree, valid_until)
		.await
		.expect("an idle network registers everything");
	let after = stored().await;

	let (single, batch) = ((between - before) as f64 / registrations as f64, (after - between) as f64);
	println!("bytes of keys and values that a proof leaves in the state, as a node reports them");
	println!("{:>20} {single:>12.1}  {registrations} registrations", "by itself");
	println!(
		"{:>20} {:>12.4}  {leaves} leaves, {batch} bytes",
		"in a batch",
		batch / leaves as f64
	);
	println!(
		"{:>20} {:>12.0}  the target is 1000 or more, which a batch of {:.0} leaves reaches",
		"ratio",
		single * leaves as f64 / batch,
		1_000.0 * batch / single
	);
}

/// Bytes of all keys and values of the pallet that keeps proofs, at a block.
async fn stored_bytes(rpc: &RpcClient, at: &str) -> usize {
	/// As many as a node tells at once.
	const PAGE: u32 = 1_000;

	// The pallet's name is the first half of what each of its entries begins with.
	let prefix = to_hex(&keys::policy()[..16]);
	let (mut bytes, mut last) = (0, None::<String>);
	loop {
		let page: Vec<String> = rpc
			.request("state_getKeysPaged", rpc_params![&prefix, PAGE, &last, at])
			.await
			.expect("the node answers");
		let Some(newest) = page.last() else { return bytes };
		last = Some(newest.clone());
		let changes: Value = rpc
			.request("state_queryStorageAt", rpc_params![&page, at])
			.await
			.expect("the node answers");
		let pairs = changes[0]["changes"].as_array().expect("a block has a state");
		assert_eq!(pairs.len(), page.len(), "every key has a value");
		for text in pairs.iter().flat_map(|pair| [&pair[0], &pair[1]]) {
			// Without the `0x`.
			bytes += (text.as_str().expect("every key has a value").len() - 2) / 2;
		}
	}
}

/// By the part of the SDK that makes batches for the command line: files are hashed and evidence is written to the batch's journal; then
/// the tree is made, and each leaf's path, as for its bundle. A million files would say the same as these few, each of them many times:
/// with a salt of its own, every leaf is another one.
pub fn memory(leaves: usize) {
	const FILES: usize = 1_000;

	let directory = tempfile::tempdir().expect("the temporary directory is writable");
	let file = |index: usize| directory.path().join(format!("{:03}.txt", index % FILES));
	for index in 0..FILES {
		fs::write(file(index), format!("certificate {index}")).expect("the disk has room");
	}
	let items: Vec<_> = (0..leaves)
		.map(|index| Item {
			path: format!("{:04}/{index:07}.txt", index / FILES),
			file: file(index),
			fields: Vec::new(),
		})
		.collect();
	let settings = Settings::new([1; 32], AccountId::new([1; 32]), Schema::Document, Mode::Sealed);
	let batch = directory.path().join("batch");
	let begin = Instant::now();
	let mut workspace = Workspace::open(&batch, settings).expect("the directory is new");
	workspace.add(&items, &mut |_| {}).expect("the files are there");
	let tree = workspace.tree().expect("there are leaves, and they differ");
	assert_eq!(tree.leaves(), leaves as u64, "every leaf is another one");
	let longest = (0..tree.leaves())
		.filter_map(|index| tree.path(index))
		.map(|path| path.len())
		.max();
	let took = begin.elapsed();

	let journal = fs::metadata(batch.join("leaves.jsonl")).expect("it was written").len();
	println!(
		"memory of making a batch of {leaves} leaves: hashing, evidence, tree, and a path of {} hashes at the most to each leaf; without \
		 writing bundles, which are made one at a time",
		longest.unwrap_or_default()
	);
	println!("{:>20} {:>8} s", "time", took.as_secs());
	println!("{:>20} {:>8} MiB", "journal on disk", journal / 1024 / 1024);
	println!(
		"{:>20} {:>8} MiB  the target is 1024 or less",
		"peak, resident",
		status_mib(process::id(), "VmHWM")
	);
}
