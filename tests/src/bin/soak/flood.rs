// SPDX-License-Identifier: Apache-2.0

use chirograph_sdk::{
	chain::Chain,
	keys::Keypair,
	primitives::{AccountId, Role, Roles, SignatureScheme},
	submit::{Call, Submitter},
};
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE},
	FinalityWatch, Network, Node,
};
use futures::{future::join_all, StreamExt};
use std::{
	sync::{Arc, Mutex},
	time::{Duration, Instant},
};
use tokio::task::JoinHandle;

const SLOT: Duration = Duration::from_secs(2);
/// Connections over which applications come, as many to each node.
const CONNECTIONS: usize = 4;

/// Far more extrinsics than pools have room for: from one label as many as it has a mind to, and one from each of as many accounts that
/// nobody knows. Meanwhile another label registers.
///
/// The control is the label that floods: unless its own calls wait for longer than the other label's, there was nothing to be spared.
pub async fn run(calls: usize, registrations: usize, within: f64, is_slice: bool, seed: u64) {
	let network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let submitter = connect(&network.nodes[0]).await;
	// A platform's quota is larger than a pool.
	let platform = [Role::Owner, Role::BusinessPlatform].into_iter().collect();
	let flooding = Load::with_roles(&submitter, 1, seed, platform)
		.await
		.expect("Alice is an auditor");
	let mut other = Load::new(&submitter, 1, seed + 1).await.expect("Alice is an auditor");
	let (flooder, owner) = (flooding.accounts[0].clone(), other.accounts[0].clone());
	let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");

	println!("flood: signing {calls} calls by one label, and {calls} applications");
	let strangers: Vec<_> = (0..calls)
		.map(|index| Keypair::dev(&format!("//flood//{seed}//{index}"), SignatureScheme::Sr25519).expect("a development key"))
		.collect();
	// Mortal extrinsics begin with a block: everything that takes long comes before.
	let at = submitter.chain().finalised().await.expect("the node answers");
	let sign = |call: &Call, signer: &Keypair, nonce: u64| {
		let signed = submitter.sign(&at, call, signer, nonce);
		signed.expect("the call is the runtime's")
	};
	let costly = load::costly(&flooder);
	let own: Vec<_> = (FIRST_NONCE..)
		.take(calls)
		.map(|nonce| sign(&costly, &flooder, nonce))
		.collect();
	let applications: Vec<_> = strangers
		.iter()
		.map(|stranger| sign(&load::application(stranger, Roles::only(Role::Owner)), stranger, 0))
		.collect();

	let progress = Progress::follow(&network.nodes[0], &flooder).await;
	// Over one connection: a pool drops what is too far ahead of what it knows.
	let mut floods = vec![tokio::spawn(send(connect(&network.nodes[0]).await, own))];
	for (index, share) in applications.chunks(calls.div_ceil(CONNECTIONS)).enumerate() {
		let submitter = connect(&network.nodes[index % network.nodes.len()]).await;
		floods.push(tokio::spawn(send(submitter, share.to_vec())));
	}
	let mut slots = Vec::new();
	let mut under_flood = 0;
	for nonce in (FIRST_NONCE..).take(registrations) {
		let evidence = other.document(&owner);
		under_flood += usize::from(floods.iter().any(|flood| !flood.is_finished()));
		let begin = Instant::now();
		let included = load::register(&submitter, &owner, nonce, &evidence, valid_until).await;
		included.expect("a label is served whatever others do");
		slots.push(in_slots(begin.elapsed()));
	}
	let floods = join_all(floods).await.into_iter();
	let sent: Vec<_> = floods.map(|sent| sent.expect("sending does not panic")).collect();
	let own = waits(&sent[0], &progress.seen());
	watch.check(&network).await;

	let taken = sent.iter().flatten().flatten().count();
	let ((median, slowest), (own_median, own_slowest)) = (median_and_most(slots), median_and_most(own.clone()));
	println!(
		"flood: {} extrinsics sent, {taken} taken by a pool; {registrations} registrations of another label, {under_flood} of them while it was \
		 coming in: finalised within {median:.2} slots (median), {slowest:.2} at the most",
		2 * calls
	);
	println!(
		"flood: the flooding label's own calls: {} final meanwhile, {own_median:.2} slots after being sent (median), {own_slowest:.2} at the most",
		own.len()
	);
	assert!(
		under_flood > 0,
		"the flood was over before anybody could be hindered: make it larger"
	);
	assert!(
		is_slice || (own_median > median && own_slowest > slowest),
		"the flood did not hinder even whoever waits behind it: make it larger"
	);
	assert!(
		slowest <= within,
		"another label waited for more than {within} slots (X.1407 8.2.8)"
	);
}

async fn connect(node: &Node) -> Submitter {
	Submitter::start(Arc::new(node.connect().await))
		.await
		.expect("the node answers")
}

/// Sends one after the other. When each was sent that a pool took.
async fn send(submitter: Submitter, extrinsics: Vec<Vec<u8>>) -> Vec<Option<Instant>> {
	let mut sent = Vec::with_capacity(extrinsics.len());
	for extrinsic in extrinsics {
		let now = Instant::now();
		// A second time where a pool was busy with a new block: what is behind a gap would never be included.
		let is_taken = submitter.send(&extrinsic).await || submitter.send(&extrinsic).await;
		sent.push(is_taken.then_some(now));
	}
	sent
}

/// Nonces of an account in finalised blocks, and when they were seen there.
type Seen = Vec<(u64, Instant)>;

/// How an account gets on.
struct Progress {
	seen: Arc<Mutex<Seen>>,
	task: JoinHandle<()>,
}

impl Progress {
	async fn follow(node: &Node, signer: &Keypair) -> Self {
		let seen = Arc::<Mutex<Seen>>::default();
		let task = tokio::spawn(follow(node.connect().await, signer.account(), seen.clone()));
		Self { seen, task }
	}

	fn seen(self) -> Seen {
		assert!(!self.task.is_finished(), "the node went away");
		self.task.abort();
		let seen = self.seen.lock().expect("whoever panicked has finished");
		seen.clone()
	}
}

async fn follow(chain: Chain, account: AccountId, seen: Arc<Mutex<Seen>>) {
	let mut blocks = chain.finalised_blocks().await.expect("the node answers");
	while let Some(Ok(_)) = blocks.next().await {
		let at = chain.finalised().await.expect("the node answers");
		let nonce = chain.nonce_at(&at, &account).await.expect("the node answers");
		seen.lock().expect("nobody panics with it").push((nonce, Instant::now()));
	}
}

/// How many slots each of an account's extrinsics waited that was seen final; they are in the order of their nonces.
fn waits(sent: &[Option<Instant>], seen: &[(u64, Instant)]) -> Vec<f64> {
	let wait = |(nonce, sent): (u64, &Option<Instant>)| {
		// An account's nonce is that of its next extrinsic.
		let (_, when) = seen.iter().find(|(next, _)| *next > nonce)?;
		Some(in_slots(when.duration_since((*sent)?)))
	};
	(FIRST_NONCE..).zip(sent).filter_map(wait).collect()
}

fn in_slots(time: Duration) -> f64 {
	time.as_secs_f64() / SLOT.as_secs_f64()
}

/// Zero of none.
fn median_and_most(mut slots: Vec<f64>) -> (f64, f64) {
	slots.sort_by(f64::total_cmp);
	let nth = |index: usize| slots.get(index).copied().unwrap_or_default();
	(nth(slots.len() / 2), nth(slots.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_call_waits_until_the_nonce_of_its_account_is_beyond_it() {
		let begin = Instant::now();
		let after = |slots: u32| begin + SLOT * slots;
		let sent = [Some(after(0)), Some(after(0)), None, Some(after(1)), Some(after(1))];
		let seen = [
			(FIRST_NONCE, after(1)),
			(FIRST_NONCE + 2, after(3)),
			(FIRST_NONCE + 4, after(7)),
		];
		assert_eq!(waits(&sent, &seen), [3.0, 3.0, 6.0]);
		assert!(waits(&sent, &[]).is_empty());
	}

	#[test]
	fn the_median_stands_in_the_middle_and_most_at_the_end() {
		assert_eq!(median_and_most(vec![9.0, 1.0, 2.0]), (2.0, 9.0));
		assert_eq!(median_and_most(Vec::new()), (0.0, 0.0));
	}
}
