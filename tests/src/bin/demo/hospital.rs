// SPDX-License-Identifier: Apache-2.0

//! An invoice, from payment to clearance. Everybody has a directory and keys of their own, and passes files to the others.

use crate::{show, step};
use chirograph_tests::{Cli, Network, Node};
use std::{cell::Cell, fs};

const INVOICE: &str = include_str!("../../../documents/invoices/hospital.xml");
const NOTE: &str = include_str!("../../../documents/invoices/hospital-credit-note.xml");

/// What the invoice is over.
const AMOUNTS: [&str; 4] = ["--amount", "S:19:80.00:15.20", "--amount", "E:0:620.00:0.00"];
/// What the employer reimburses.
const EXPENSE: [&str; 4] = ["--amount", "S:19:40.00:7.60", "--amount", "E:0:300.00:0.00"];
/// The invoice is of January.
const PERIOD: &str = "2026-01";

/// Somebody at a desk of their own.
struct Person<'a> {
	name: &'a str,
	cli: Cli,
	node: &'a Node,
	signing: [&'a str; 2],
	label: String,
}

impl<'a> Person<'a> {
	/// With a fresh key. That it gets a label, `scripts/demo` shows by itself.
	fn labelled(network: &'a Network, name: &'a str, home: &str, roles: &[&str]) -> Result<Self, String> {
		let cli = Self::desk(network, name)?;
		cli.labelled_key_in(home, name, "ecdsa", roles);
		let label = cli.label_of(name);
		Ok(Self {
			name,
			cli,
			node: &network.nodes[0],
			signing: ["--key", name],
			label,
		})
	}

	/// With the development key of a label that genesis has.
	fn founder(network: &'a Network, name: &'a str, key: &'a str, label: &str) -> Result<Self, String> {
		Ok(Self {
			name,
			cli: Self::desk(network, name)?,
			node: &network.nodes[0],
			signing: ["--dev-key", key],
			label: label.into(),
		})
	}

	fn desk(network: &Network, name: &str) -> Result<Cli, String> {
		let directory = network.directory().join(format!("desk-{name}"));
		fs::create_dir(&directory).map_err(|error| error.to_string())?;
		Ok(Cli::new(&directory, &network.nodes[0]))
	}

	/// Signs with their key.
	fn sign(&self, command: &[&str], code: i32) -> Result<(), String> {
		self.look(&[command, &self.signing].concat(), code)
	}

	/// Signs nothing.
	fn look(&self, command: &[&str], code: i32) -> Result<(), String> {
		print!("\n{}:", self.name);
		show(&self.cli, self.node, &[&["invoice"], command].concat(), code)
	}

	/// What they hold of a kind; there is one.
	fn held(&self, kind: &str) -> Result<String, String> {
		let listed = self
			.cli
			.ok(&["invoice", "list", "--label", &self.label, "--kind", kind, "--json"])
			.json();
		let outpoint = listed["outputs"][0]["outpoint"].as_str();
		outpoint.map(str::to_owned).ok_or(format!("{} holds no {kind}", self.name))
	}

	/// Gives somebody a file.
	fn hand(&self, file: &str, to: &Self) -> Result<(), String> {
		println!("\n$ cp {}/{file} {}/", self.name, to.name);
		let copied = fs::copy(self.cli.directory.join(file), to.cli.directory.join(file));
		copied.map(|_| ()).map_err(|error| error.to_string())
	}
}

/// One transaction, which goes from desk to desk until all have signed it.
struct Round<'a> {
	document: Option<&'a str>,
	kind: &'a str,
	signed: Cell<u32>,
}

impl<'a> Round<'a> {
	fn new(kind: &'a str, document: Option<&'a str>) -> Self {
		Self {
			document,
			kind,
			signed: Cell::new(0),
		}
	}

	/// The file with so many signatures.
	fn file(&self, signed: u32) -> String {
		format!("{}-{signed}.json", self.kind)
	}

	/// The first one makes it, and signs.
	fn begin(&self, by: &Person, command: &[&str]) -> Result<(), String> {
		self.signed.set(1);
		by.sign(&[command, &["--sign-only", &self.file(1)]].concat(), 0)
	}

	/// The next one is given it, and signs; and sends it if nobody else has to.
	fn go_on(&self, from: &Person, by: &Person, is_last: bool) -> Result<(), String> {
		let signed = self.signed.get();
		let (file, next) = (self.file(signed), self.file(signed + 1));
		from.hand(&file, by)?;
		if let Some(document) = self.document.filter(|document| !by.cli.directory.join(document).exists()) {
			from.hand(document, by)?;
		}
		self.signed.set(signed + 1);
		let mut command = vec![self.kind];
		command.extend(self.document);
		command.extend(["--attach", &file, "--yes"]);
		if !is_last {
			command.extend(["--sign-only", &next]);
		}
		by.sign(&command, 0)
	}
}

pub fn play(network: &Network) -> Result<(), String> {
	step("everybody gets a label first, as the other story shows; each has a directory of their own, and nobody another's key");
	let hospital = Person::labelled(network, "hospital", "XX-N", &["taxpayer"])?;
	let patient = Person::labelled(network, "patient", "XX-N", &["owner"])?;
	let employer = Person::labelled(network, "employer", "XX-S", &["enterprise"])?;
	let rival = Person::labelled(network, "rival", "XX-S", &["enterprise"])?;
	let platform = Person::founder(network, "platform", "//Eve", "5")?;
	let north = Person::founder(network, "north", "//Bob", "2")?;
	let south = Person::founder(network, "south", "//Dave", "4")?;
	for person in [&hospital, &patient, &employer, &rival, &platform, &north, &south] {
		println!("  label {:>2}  {}", person.label, person.name);
	}
	step("the hospital and the patient are at home in the north, the employer in the south: two tax authorities");
	north.look(&["routes"], 0)?;

	step("the patient pays for a treatment and a prescription; hospital, patient and payment platform sign that it was paid");
	hospital.cli.write("prescription.txt", "prescription 17\n");
	let who = [
		"--platform",
		&platform.label,
		"--seller",
		&hospital.label,
		"--buyer",
		&patient.label,
	];
	let payment = ["--reference", "PAY-17", "--order", "prescription.txt", "--currency", "EUR"];
	let round = Round::new("receipt", None);
	round.begin(&hospital, &[&["receipt"], &who[..], &payment, &AMOUNTS].concat())?;
	round.go_on(&hospital, &patient, false)?;
	round.go_on(&patient, &platform, true)?;

	step("the hospital writes the invoice; it stays with those whom it concerns, and its hash goes on the ledger");
	hospital.cli.write("invoice.xml", INVOICE);
	hospital.look(&["validate", "invoice.xml"], 0)?;
	let receipt = patient.held("receipt")?;
	let round = Round::new("issue", Some("invoice.xml"));
	let command = ["issue", "invoice.xml", "--seller", &hospital.label, "--receipt", &receipt];
	round.begin(&hospital, &command)?;
	round.go_on(&hospital, &patient, false)?;
	step("the tax authority of the south signs nothing that is issued in the north");
	patient.hand("issue-2.json", &south)?;
	patient.hand("invoice.xml", &south)?;
	let attempt = [
		"issue",
		"invoice.xml",
		"--attach",
		"issue-2.json",
		"--yes",
		"--sign-only",
		"issue-3.json",
	];
	south.sign(&attempt, 2)?;
	step("that of the north does, and the invoice is valid when that is final");
	round.go_on(&patient, &north, true)?;
	patient.sign(&["accept", "invoice.xml"], 0)?;

	step("the patient claims a part of it from her employer; the rest stays hers");
	let invoice = patient.held("invoice")?;
	let round = Round::new("reimburse", None);
	let claim = ["reimburse", &invoice, "--enterprise", &employer.label];
	round.begin(&patient, &[&claim[..], &EXPENSE].concat())?;
	round.go_on(&patient, &employer, true)?;
	step("claiming it a second time, from another employer, is refused: it is used");
	let again = [
		"reimburse",
		&invoice,
		"--enterprise",
		&rival.label,
		"--sign-only",
		"again.json",
	];
	patient.sign(&again, 1)?;

	step("two tests were not made, and one package came back: a credit note over a part of the rest");
	hospital.cli.write("credit-note.xml", NOTE);
	let rest = patient.held("invoice")?;
	let round = Round::new("credit", Some("credit-note.xml"));
	let command = ["credit", "credit-note.xml", &rest, "--invoice", "invoice.xml"];
	round.begin(&hospital, &command)?;
	round.go_on(&hospital, &patient, false)?;
	round.go_on(&patient, &north, true)?;

	step("the employer deducts the VAT of what it reimbursed, with the tax authority of the south");
	let reimbursed = employer.held("reimbursed")?;
	let round = Round::new("clear", None);
	round.begin(&employer, &["clear", &reimbursed, "--period", PERIOD])?;
	round.go_on(&employer, &south, true)?;

	step("whoever looks, from another node, finds all of it; and the books balance, category by category");
	let dave = &network.nodes[3];
	let court = Cli::new(&south.cli.directory, dave);
	show(&court, dave, &["invoice", "trace", &invoice], 0)
}
