// SPDX-License-Identifier: Apache-2.0

//! What `scripts/bench` runs. Prints tables; the figures of one table come from one run.

mod batches;
mod bundles;
mod finality;
mod hsm;
mod invoices;

use chirograph_sdk::{file::read_original, submit::Submitter};
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE},
	Network,
};
use clap::Parser;
use rand::{Rng, RngCore, SeedableRng};
use std::{
	fs::{self, File},
	io::Write,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// Measures
#[derive(Parser)]
enum Arguments {
	/// From submission to finality, four validators, otherwise idle
	Latency {
		#[arg(long, default_value_t = 100)]
		registrations: usize,
	},
	/// From submission to finality, four validators, at 80 % of what they can do
	Finality {
		/// Owners; at most 1,000 apply for a label at a time
		#[arg(long, default_value_t = 900)]
		accounts: usize,
		/// Registrations of each owner to find out what the network can do
		#[arg(long, default_value_t = 15)]
		each: u64,
		/// For how long 80 % of that is sent
		#[arg(long, default_value_t = 60)]
		seconds: u64,
		/// Length of a slot in seconds: longer where the machine has fewer than a core for each validator
		#[arg(long, default_value_t = SLOT.as_secs())]
		slot: u64,
	},
	/// Resident memory of each validator, under a registration a second
	Memory {
		#[arg(long, default_value_t = 60)]
		seconds: u64,
	},
	/// Hashing of a file against sha256sum
	Hash {
		#[arg(long, default_value_t = 1024)]
		mebibytes: usize,
		#[arg(long, default_value_t = 5)]
		rounds: usize,
	},
	/// Verification of bundles, against their signatures alone
	Verify {
		#[arg(long, default_value_t = 200)]
		rounds: usize,
	},
	/// The tree over a batch, against as much of SHA-256
	Tree {
		#[arg(long, default_value_t = 1_000_000)]
		leaves: u64,
		#[arg(long, default_value_t = 5)]
		rounds: usize,
	},
	/// Registration in batches, against registration one by one
	Batch {
		/// Owners
		#[arg(long, default_value_t = 500)]
		accounts: usize,
		/// Registrations one by one, of each owner
		#[arg(long, default_value_t = 10)]
		each: u64,
		/// Batches, each of another of the owners
		#[arg(long, default_value_t = 20)]
		batches: usize,
		/// Leaves of each batch
		#[arg(long, default_value_t = 100_000)]
		leaves: usize,
	},
	/// What is in the state for a leaf of a batch, against what is there for a registration by itself
	State {
		#[arg(long, default_value_t = 100)]
		registrations: u64,
		#[arg(long, default_value_t = 100_000)]
		leaves: usize,
	},
	/// Validation of invoice transactions, issuance against registration, and the lineage of an output
	Invoices {
		/// Buyers
		#[arg(long, default_value_t = 500)]
		accounts: usize,
		/// Transactions of each buyer at a time
		#[arg(long, default_value_t = 4)]
		each: u64,
		/// How often an invoice is handed over
		#[arg(long, default_value_t = 1_000)]
		steps: usize,
		#[arg(long, default_value_t = 200)]
		rounds: usize,
	},
	/// A vote signed behind the guard with a key in hardware, against one signed with a key in memory
	Hsm {
		#[arg(long, default_value_t = 500)]
		votes: u64,
		/// The PKCS#11 library; a token of SoftHSM 2 is made for the measure
		#[arg(long, default_value = "/usr/lib/softhsm/libsofthsm2.so")]
		module: PathBuf,
	},
	/// Memory that making a batch takes
	BatchMemory {
		#[arg(long, default_value_t = 1_000_000)]
		leaves: usize,
	},
}

const SLOT: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
	match Arguments::parse() {
		Arguments::Latency { registrations } => latency(registrations).await,
		Arguments::Finality {
			accounts,
			each,
			seconds,
			slot,
		} => finality::under_load(accounts, each, seconds, Duration::from_secs(slot)).await,
		Arguments::Memory { seconds } => memory(seconds).await,
		Arguments::Hash { mebibytes, rounds } => hash(mebibytes, rounds),
		Arguments::Verify { rounds } => bundles::verify(rounds),
		Arguments::Tree { leaves, rounds } => batches::tree(leaves, rounds),
		Arguments::Batch {
			accounts,
			each,
			batches,
			leaves,
		} => batches::registration(accounts, each, batches, leaves).await,
		Arguments::State { registrations, leaves } => batches::state(registrations, leaves).await,
		Arguments::Invoices {
			accounts,
			each,
			steps,
			rounds,
		} => invoices::all(accounts, each, steps, rounds).await,
		Arguments::Hsm { votes, module } => hsm::votes(votes, module),
		Arguments::BatchMemory { leaves } => batches::memory(leaves),
	}
}

/// How long something takes.
fn timed(run: impl FnOnce()) -> Duration {
	let begin = Instant::now();
	run();
	begin.elapsed()
}

/// Of an even number, the later of the two in the middle. There is one at least.
fn median(times: &mut [Duration]) -> Duration {
	times.sort();
	times[times.len() / 2]
}

async fn latency(registrations: usize) {
	let network = Network::local().await;
	let mut random = rand::rngs::StdRng::seed_from_u64(1);
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let mut load = Load::new(&submitter, 1, 1).await.expect("Alice is an auditor");
	let owner = load.accounts[0].clone();
	let mut times = Vec::new();
	for nonce in (FIRST_NONCE..).take(registrations) {
		// At any moment of a slot, or the figure would be that of one moment.
		sleep(SLOT.mul_f64(random.gen())).await;
		let evidence = load.document(&owner);
		let valid_until = submitter.chain().valid_until(100).await.expect("the node answers");
		let begin = Instant::now();
		let included = load::register(&submitter, &owner, nonce, &evidence, valid_until).await;
		included.expect("an idle network registers everything");
		times.push(begin.elapsed());
	}
	times.sort();
	let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
	println!(
		"from submission to finality, {registrations} registrations, four validators, slots of {} s",
		SLOT.as_secs()
	);
	println!("{:>6} {:>9} {:>7}", "", "ms", "slots");
	for (name, time) in [
		("min", at(0.0)),
		("p50", at(0.5)),
		("p90", at(0.9)),
		("p99", at(0.99)),
		("max", at(1.0)),
	] {
		println!(
			"{name:>6} {:>9} {:>7.2}",
			time.as_millis(),
			time.as_secs_f64() / SLOT.as_secs_f64()
		);
	}
}

async fn memory(seconds: u64) {
	let network = Network::local().await;
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let mut load = Load::new(&submitter, 1, 1).await.expect("Alice is an auditor");
	let owner = load.accounts[0].clone();
	for nonce in (FIRST_NONCE..).take(seconds as usize) {
		let (submitter, owner, evidence) = (submitter.clone(), owner.clone(), load.document(&owner));
		tokio::spawn(async move {
			let valid_until = submitter.chain().valid_until(100).await.expect("the node answers");
			load::register(&submitter, &owner, nonce, &evidence, valid_until).await
		});
		sleep(Duration::from_secs(1)).await;
	}
	println!("memory after {seconds} s with a registration a second, MiB");
	println!("{:>8} {:>9} {:>9}", "", "resident", "peak");
	for node in &network.nodes {
		let pid = node.pid().expect("it runs");
		println!(
			"{:>8} {:>9} {:>9}",
			node.name,
			status_mib(pid, "VmRSS"),
			status_mib(pid, "VmHWM")
		);
	}
}

fn status_mib(pid: u32, field: &str) -> u64 {
	let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process has a status");
	let line = status
		.lines()
		.find_map(|line| line.strip_prefix(field))
		.expect("Linux reports memory");
	let kibibytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
	kibibytes.expect("memory is a number of KiB") / 1024
}

/// Both digests of a file, against the two programs that compute one each. What both take together is at best what the slower takes.
fn hash(mebibytes: usize, rounds: usize) {
	let directory = tempfile::tempdir().expect("the temporary directory is writable");
	let path = directory.path().join("original");
	write_random(&path, mebibytes);
	let program = |name: &str, arguments: &[&str]| {
		let done = Command::new(name).args(arguments).arg(&path).stdout(Stdio::null()).status();
		assert!(done.is_ok_and(|status| status.success()), "{name} reads the same file");
	};
	let mut times = [const { Vec::new() }; 3];
	for _ in 0..rounds {
		let ours = timed(|| drop(read_original(&path, &mut |_| {}).expect("the file is there")));
		let sha256 = timed(|| program("sha256sum", &[]));
		let sha3_512 = timed(|| program("openssl", &["dgst", "-sha3-512"]));
		for (times, time) in times.iter_mut().zip([ours, sha256, sha3_512]) {
			times.push(time);
		}
	}
	let rate = |times: &mut Vec<Duration>| mebibytes as f64 / median(times).as_secs_f64();
	let [ours, sha256, sha3_512] = times.each_mut().map(rate);
	println!("hashing {mebibytes} MiB, median of {rounds}, in turns, MiB/s");
	println!("{:>20} {ours:>8.0}  SHA-256 and SHA3-512", "chirograph");
	println!("{:>20} {sha256:>8.0}  SHA-256", "sha256sum");
	println!("{:>20} {sha3_512:>8.0}  SHA3-512", "openssl dgst");
	println!(
		"{:>20} {:>8.2}  of the slower of the two",
		"ratio",
		ours / sha256.min(sha3_512)
	);
}

fn write_random(path: &Path, mebibytes: usize) {
	let mut random = rand::rngs::StdRng::seed_from_u64(1);
	let mut file = File::create(path).expect("the temporary directory is writable");
	let mut block = vec![0; 1024 * 1024];
	for _ in 0..mebibytes {
		random.fill_bytes(&mut block);
		file.write_all(&block).expect("the disk has room");
	}
}
