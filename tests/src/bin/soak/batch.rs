// SPDX-License-Identifier: Apache-2.0

use chirograph_sdk::{
	bundles::{self, verify, Answer, Question, Trust},
	file::read_original,
	primitives::BatchRoot,
	verifier::verdict::Facts,
};
use chirograph_tests::{Cli, FinalityWatch, Network, Running};
use rand::{rngs::StdRng, seq::index, Rng, SeedableRng};
use serde_json::Value;
use std::{
	fs::{self, File},
	io::Read,
	path::{Path, PathBuf},
	process::Stdio,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// Files in a directory.
const EACH: usize = 1_000;
/// For the command line to get from one moment to the next; on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(1_800);
/// Between two looks at how far it got.
const POLL: Duration = Duration::from_millis(2);
/// In milliseconds: enough for a registration to be in a pool or in a block, and too little for it to be final.
const SIGNED_WITHIN: u64 = 1_000;

/// When the command line is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
	/// When so many files have evidence.
	Evidence(usize),
	/// So many milliseconds after it began, or after the owner signed, if that is later.
	Signed(u64),
	/// When so many files have a bundle.
	Bundles(usize),
}

impl Moment {
	/// In their order. Of three, one of each kind.
	fn random(kills: usize, files: usize, random: &mut StdRng) -> Vec<Self> {
		let middle = files / 10..=files / 10 * 9;
		let mut moments: Vec<_> = (0..kills)
			.map(|kill| match kill % 3 {
				0 => Self::Evidence(random.gen_range(middle.clone())),
				1 => Self::Signed(random.gen_range(0..SIGNED_WITHIN)),
				_ => Self::Bundles(random.gen_range(middle.clone())),
			})
			.collect();
		moments.sort();
		moments
	}
}

/// Many files through the command line, which is killed in the middle again and again and goes on each time: one batch is registered, and
/// once. Then nobody is left to ask, and a random sample of the bundles is verified.
///
/// The control is another file for each bundle: it must be refused.
pub async fn run(files: usize, sampled: usize, kills: usize, seed: u64) {
	let mut random = StdRng::seed_from_u64(seed);
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let cli = Cli::new(network.directory(), &network.nodes[0]);
	cli.labelled_key("ada", "ecdsa", &["owner"]);
	let batch = cli.directory.join("batch");
	for number in 0..files {
		let path = cli.directory.join("files").join(path(number));
		if number % EACH == 0 {
			let directory = path.parent().expect("files are in directories");
			fs::create_dir_all(directory).expect("the user's directory is writable");
		}
		let content = format!("certificate {number} of {seed}: {:016x}\n", random.gen::<u64>());
		fs::write(path, content).expect("the disk has room");
	}

	let begin = Instant::now();
	let command = ["proof", "batch", "files", "--out", "batch", "--key", "ada", "--json"];
	for moment in Moment::random(kills, files, &mut random) {
		let mut running = Running::start(cli.command(&command).stdout(Stdio::null()).stderr(Stdio::null()));
		wait_for(moment, &batch, &mut running).await;
		assert!(running.kill(), "{moment:?} was too late to kill it: give it more files");
		println!("batch: killed at {moment:?}, {:.1} s", begin.elapsed().as_secs_f64());
	}
	let done = cli.ok(&command).json();
	println!("batch: done, {:.1} s", begin.elapsed().as_secs_f64());
	assert_eq!(
		(&done["files"], &done["batch"]["leaves"]),
		(&files.into(), &files.into()),
		"each file has evidence, once"
	);
	let again = cli.ok(&command).json();
	assert_eq!(
		(&again["root"], &again["batch"]),
		(&done["root"], &done["batch"]),
		"done is done"
	);

	let root = done["root"].as_str().expect("a batch has a root");
	let root: BatchRoot = root.parse().expect("a root is a hash");
	let refused = registered_once(&cli);
	// Asked of another node than the one that it was sent to.
	let block = done["batch"]["registered"]["block"].as_u64().expect("a batch is in a block");
	network.nodes[3].wait_for_finality(block).await;
	let dave = network.nodes[3].connect().await;
	let at = dave.finalised().await.expect("the node answers");
	let on_record = dave.batch(&at, &root).await.expect("the node answers");
	assert_eq!(on_record.map(|batch| batch.leaves), Some(files as u64), "it is final");
	watch.check(&network).await;
	let trust = Trust::in_network(*dave.genesis());
	drop((at, dave));
	for node in &mut network.nodes {
		node.kill();
		fs::remove_dir_all(node.home()).expect("it was the node's");
	}

	assert!(
		(0..files).all(|number| bundle(&batch, number).is_file()),
		"each file has a bundle"
	);
	let sampled = sampled.min(files);
	for number in index::sample(&mut random, files, sampled) {
		let bytes = bundles::read(&bundle(&batch, number)).expect("it was written");
		let judge = |number: usize| {
			let original = read_original(&cli.directory.join("files").join(path(number)), &mut |_| {});
			let question = Question {
				original: Some((&original.expect("it was written")).into()),
				..Question::default()
			};
			verify(&bytes, &trust, &question).answer
		};
		let answer = judge(number);
		let is_of_batch = |facts: &Facts| facts.batch.as_ref().is_some_and(|batch| batch.root == root);
		assert!(
			matches!(&answer, Answer::Proven { facts } if is_of_batch(facts)),
			"{number}: {answer:?}"
		);
		let another = judge((number + 1) % files);
		assert!(
			matches!(another, Answer::NotProven { .. }),
			"{number}: the control: {another:?}"
		);
	}
	println!(
		"batch: {files} files, {kills} kills: registered once, {refused} more tries refused, final in block {block}; every file has a \
		 bundle, {sampled} of them verified without a node, and each refused for another file"
	);
}

/// What a file is called, in the batch too.
fn path(number: usize) -> String {
	format!("{:03}/{number:06}.txt", number / EACH)
}

fn bundle(batch: &Path, number: usize) -> PathBuf {
	batch.join(format!("bundles/{}.{}", path(number), bundles::EXTENSION))
}

/// Of all that the owner ever sent, by the account's history, which is proven to be complete. Returns how many more batches the ledger refused.
fn registered_once(cli: &Cli) -> usize {
	let history = cli.ok(&["account", "history", "ada", "--json"]).json();
	let operations = history["operations"].as_array().expect("a history has operations");
	let is_batch = |operation: &&Value| operation["pallet"] == "Proofs" && operation["call"] == "register_batch";
	let batches: Vec<_> = operations.iter().filter(is_batch).collect();
	let succeeded = batches.iter().filter(|operation| operation["succeeded"] == true).count();
	assert_eq!(succeeded, 1, "{batches:?}");
	batches.len() - succeeded
}

/// Returns when the command line got so far.
async fn wait_for(moment: Moment, batch: &Path, running: &mut Running) {
	let begun = Instant::now();
	let mut lines = Lines::new(batch.join("leaves.jsonl"));
	loop {
		let is_there = match moment {
			Moment::Evidence(files) => lines.count() >= files,
			Moment::Signed(_) => batch.join("registration.json").is_file(),
			Moment::Bundles(files) => bundle(batch, files).is_file(),
		};
		if is_there {
			break;
		}
		assert!(!running.has_ended(), "it ended before {moment:?}: give it more files");
		assert!(begun.elapsed() < DEADLINE, "{moment:?} is not reached");
		sleep(POLL).await;
	}
	if let Moment::Signed(millis) = moment {
		sleep(Duration::from_millis(millis)).await;
	}
}

/// Counts the lines of a file that grows.
struct Lines {
	path: PathBuf,
	file: Option<File>,
	count: usize,
	bytes: Vec<u8>,
}

impl Lines {
	fn new(path: PathBuf) -> Self {
		Self {
			path,
			file: None,
			count: 0,
			bytes: Vec::new(),
		}
	}

	/// Zero of a file that is not there yet.
	fn count(&mut self) -> usize {
		if self.file.is_none() {
			self.file = File::open(&self.path).ok();
		}
		if let Some(file) = &mut self.file {
			self.bytes.clear();
			file.read_to_end(&mut self.bytes).expect("the journal can be read");
			self.count += self.bytes.iter().filter(|byte| **byte == b'\n').count();
		}
		self.count
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::io::Write;

	#[test]
	fn kills_are_in_order_and_each_is_in_the_middle() {
		let mut random = StdRng::seed_from_u64(1);
		let moments = Moment::random(30, 1_000, &mut random);
		assert!(moments.is_sorted());
		for moment in &moments {
			match moment {
				Moment::Evidence(files) | Moment::Bundles(files) => assert!((100..=900).contains(files)),
				Moment::Signed(millis) => assert!(*millis < SIGNED_WITHIN),
			}
		}
		let of_three: Vec<_> = Moment::random(3, 1_000, &mut random);
		assert!(matches!(
			of_three[..],
			[Moment::Evidence(_), Moment::Signed(_), Moment::Bundles(_)]
		));
	}

	#[test]
	fn lines_are_counted_as_they_come() {
		let directory = tempfile::tempdir().expect("the temporary directory is writable");
		let path = directory.path().join("lines");
		let mut lines = Lines::new(path.clone());
		assert_eq!(lines.count(), 0, "it is not there");
		let mut file = File::create(path).expect("the temporary directory is writable");
		for (text, count) in [("one\ntw", 1), ("o\n", 2), ("", 2), ("\n\n", 4)] {
			file.write_all(text.as_bytes()).expect("the disk has room");
			assert_eq!(lines.count(), count);
		}
	}
}
