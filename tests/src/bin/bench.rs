// SPDX-License-Identifier: Apache-2.0

//! What `scripts/bench` runs. Prints tables; the figures of one table come from one run.

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
	path::Path,
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
}

const SLOT: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
	match Arguments::parse() {
		Arguments::Latency { registrations } => latency(registrations).await,
		Arguments::Memory { seconds } => memory(seconds).await,
		Arguments::Hash { mebibytes, rounds } => hash(mebibytes, rounds),
	}
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

fn hash(mebibytes: usize, rounds: usize) {
	let directory = tempfile::tempdir().expect("the temporary directory is writable");
	let path = directory.path().join("original");
	write_random(&path, mebibytes);
	let (mut ours, mut theirs) = (Vec::new(), Vec::new());
	for _ in 0..rounds {
		let begin = Instant::now();
		read_original(&path, &mut |_| {}).expect("the file is there");
		ours.push(begin.elapsed());
		let begin = Instant::now();
		let sum = Command::new("sha256sum").arg(&path).stdout(Stdio::null()).status();
		assert!(sum.is_ok_and(|status| status.success()), "sha256sum reads the same file");
		theirs.push(begin.elapsed());
	}
	let rate = |times: &mut Vec<Duration>| {
		times.sort();
		mebibytes as f64 / times[times.len() / 2].as_secs_f64()
	};
	let (ours, theirs) = (rate(&mut ours), rate(&mut theirs));
	println!("hashing {mebibytes} MiB, median of {rounds}, in turns, MiB/s");
	println!(
		"{:>12} {ours:>8.0}\n{:>12} {theirs:>8.0}\n{:>12} {:>8.2}",
		"chirograph",
		"sha256sum",
		"ratio",
		ours / theirs
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
