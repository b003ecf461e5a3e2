// SPDX-License-Identifier: Apache-2.0

//! Ada registers a deed.

use crate::{show, step};
use chirograph_tests::{Cli, Network};
use std::{
	fs::{self, File},
	io::{self, Read, Seek, SeekFrom, Write},
	path::Path,
};

const SAMPLE: &str = include_str!("../../../documents/deed.txt");

pub fn play(network: &Network, file: Option<&Path>) -> Result<(), String> {
	let (alice, dave) = (&network.nodes[0], &network.nodes[3]);
	let user = Cli::new(network.directory(), alice);
	let file = match file {
		Some(file) => file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?,
		None => user.write("deed.txt", SAMPLE),
	};
	let file = file.to_str().ok_or("the file's name is not text")?;

	step("ada makes a key; it is encrypted, and stays on her machine");
	show(&user, alice, &["key", "generate", "ada"], 0)?;
	step("nobody knows yet who ada is, so the ledger takes nothing from her");
	let register = ["proof", "register", file, "--key", "ada", "--evidence", "evidence.json"];
	show(&user, alice, &register, 1)?;
	step("ada applies for a label; only a hash of what she says about herself is sent");
	let dossier = ["--dossier", "dossier.json"];
	let application = ["label", "apply", "--key", "ada", "--jurisdiction", "XX", "--role", "owner"];
	let about = ["--field", "name=Ada Lovelace", "--field", "born=1815-12-10"];
	show(&user, alice, &[&application[..], &about, &dossier].concat(), 0)?;
	step("alice is an auditor; she compares ada's dossier with the application, and approves the one that she looked at");
	let review = [&["label", "review", "ada"][..], &dossier].concat();
	show(&user, alice, &review, 0)?;
	let reviewed = user.ok(&[&review[..], &["--json"]].concat()).json();
	let application = reviewed["hash"].as_str().ok_or("a review shows no hash")?;
	let approval = [
		"label",
		"approve",
		"ada",
		"--application",
		application,
		"--dev-key",
		"//Alice",
	];
	show(&user, alice, &[&approval[..], &dossier].concat(), 0)?;
	step("ada registers the file, free of fees; the command returns when the registration is final");
	show(&user, alice, &register, 0)?;
	step("another node, dave's, bears it out");
	show(&user.at(dave), dave, &["proof", "verify", file], 0)?;
	step("one byte of a copy is changed, and it is refused");
	changed_copy(Path::new(file), &network.directory().join("changed")).map_err(|error| error.to_string())?;
	show(&user.at(dave), dave, &["proof", "verify", "changed"], 1)
}

fn changed_copy(file: &Path, copy: &Path) -> io::Result<()> {
	fs::copy(file, copy)?;
	let mut copy = File::options().read(true).write(true).open(copy)?;
	let middle = copy.metadata()?.len() / 2;
	let mut byte = [0];
	copy.seek(SeekFrom::Start(middle))?;
	copy.read_exact(&mut byte)?;
	copy.seek(SeekFrom::Start(middle))?;
	copy.write_all(&[byte[0] ^ 1])
}
