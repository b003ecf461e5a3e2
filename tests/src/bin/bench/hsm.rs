// SPDX-License-Identifier: Apache-2.0

use super::timed;
use chirograph_node_keys::{Guard, Hsm, Kind, Token, Vote};
use sp_core::{ed25519, Pair, H256};
use std::{env, fs, hint::black_box, path::PathBuf, process::Command, time::Duration};
use zeroize::Zeroizing;

/// `(message, round, set)` of GRANDPA.
const PAYLOAD_BYTES: usize = 53;
/// What a vote may take longer.
const BOUND: Duration = Duration::from_millis(5);

/// What the guard's write to the disk and the signature in hardware add to a vote. The disk is that of `$TMPDIR`: point it to the validator's.
pub fn votes(votes: u64, module: PathBuf) {
	let directory = tempfile::tempdir().expect("the temporary directory is writable");
	let tokens = directory.path().join("tokens");
	let settings = directory.path().join("softhsm2.conf");
	fs::create_dir(&tokens).expect("the temporary directory is writable");
	fs::write(
		&settings,
		format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()),
	)
	.expect("the temporary directory is writable");
	env::set_var("SOFTHSM2_CONF", &settings);
	let made = Command::new("softhsm2-util")
		.args([
			"--init-token",
			"--free",
			"--label",
			"bench",
			"--pin",
			"1234",
			"--so-pin",
			"5678",
		])
		.output()
		.expect("scripts/setup installs softhsm2");
	assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
	let token = Token {
		module,
		token: "bench".into(),
		key: "grandpa".into(),
		pin: Zeroizing::new("1234".into()),
	};
	let key = Hsm::generate(&token).expect("the token is new");
	let hsm = Hsm::new(token);
	hsm.connect().expect("the token is there");
	let guard = Guard::new(&directory.path().join("guard"), H256::zero()).expect("a fresh directory");
	guard.open_up().expect("the disk has room");
	let pair = ed25519::Pair::from_seed(&[1; 32]);
	let payload = [0u8; PAYLOAD_BYTES];

	let mut times = [const { Vec::new() }; 3];
	for round in 1..=votes {
		let vote = Vote {
			key,
			set: 0,
			round,
			kind: Kind::Prevote,
			target: H256::zero(),
			number: 0,
		};
		let plain = timed(|| {
			black_box(pair.sign(&payload));
		});
		let guarded = timed(|| guard.admit_vote(&vote).expect("it is the first of its round"));
		let signed = timed(|| {
			black_box(hsm.sign(&payload).expect("the token is there"));
		});
		for (times, time) in times.iter_mut().zip([plain, guarded, guarded + signed]) {
			times.push(time);
		}
	}
	println!("a vote, {votes} times, ms");
	println!("{:>30} {:>8} {:>8}", "", "p50", "p99");
	let names = ["key in memory, no guard", "guard alone", "guard and key in hardware"];
	for (name, times) in names.iter().zip(&mut times) {
		times.sort();
		let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
		println!("{name:>30} {:>8.3} {:>8.3}", at(50), at(99));
	}
	println!("at most {} ms more at p50 are allowed", BOUND.as_millis());
}
