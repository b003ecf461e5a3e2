// SPDX-License-Identifier: Apache-2.0

//! Invoices from payment to clearance, among parties none of whom has another's key or directory; and whatever somebody tries, nothing is
//! used twice.

use chirograph_sdk::{
	invoices::TransactionFile,
	keys::{format_account, Keypair},
	primitives::{
		calls,
		invoice::{Action, Date, Payment, Transaction, Witness},
		DocumentHash, InvoiceNumber, Jurisdiction, LabelId, PaymentReference, SignatureScheme, TransactionId,
	},
	submit::{call, Call, Included, Submitter},
	verifier::document::{from_hex, sha256, to_hex},
	Error,
};
use chirograph_tests::{
	load::{execution, witnesses, PATIENCE},
	Cli, FinalityWatch, Liar, Network, Node, Run, Running,
};
use codec::{Compact, Encode};
use serde_json::{json, Value};
use std::{
	fs,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::time::sleep;

const ALICE: usize = 0;
const BOB: usize = 1;
const CHARLIE: usize = 2;
const DAVE: usize = 3;

/// The invoice that most of this is about: S at 19 % over 80.00, E over 620.00. And a credit note over 40.00 and 70.00 of it.
const INVOICE: &str = include_str!("../documents/invoices/hospital.xml");
const NUMBER: &str = "KH-2026-000117";
const NOTE: &str = include_str!("../documents/invoices/hospital-credit-note.xml");
const NOTE_NUMBER: &str = "KH-2026-000131";
/// Both are dated in January.
const PERIOD: &str = "2026-01";
/// What the invoice is over, and what the credit note is.
const ALL: [&str; 4] = ["--amount", "S:19:80.00:15.20", "--amount", "E:0:620.00:0.00"];
const TAKEN_BACK: [&str; 4] = ["--amount", "S:19:40.00:7.60", "--amount", "E:0:70.00:0.00"];

/// For a block, on a busy machine; and for two forks to become one.
const DEADLINE: Duration = Duration::from_secs(240);
/// Between two looks.
const POLL: Duration = Duration::from_millis(100);

/// Somebody with a directory of their own, and one key there.
struct Person {
	cli: Cli,
	signing: [String; 2],
	label: String,
}

impl Person {
	/// With a fresh key, and a label in these roles.
	fn labelled(network: &Network, name: &str, home: &str, roles: &[&str]) -> Self {
		let cli = desk(network, name);
		cli.labelled_key_in(home, name, "sr25519", roles);
		let label = cli.label_of(name);
		Self {
			cli,
			signing: ["--key".into(), name.into()],
			label,
		}
	}

	/// With a development key, whose label genesis has.
	fn founder(network: &Network, name: &str, label: LabelId) -> Self {
		Self {
			cli: desk(network, name),
			signing: ["--dev-key".into(), format!("//{name}")],
			label: label.to_string(),
		}
	}

	/// With a development key that has no label at genesis, and gets one.
	fn applied(network: &Network, name: &str, role: &str) -> Self {
		let (cli, path) = (desk(network, name), format!("//{name}"));
		let who = ["label", "apply", "--dev-key", &path, "--role", role, "--jurisdiction", "XX-N"];
		let dossier = ["--dossier", "dossier.json", "--field", "name=mill"];
		cli.ok(&[&who[..], &dossier].concat());
		let address = format_account(&dev(&path).account());
		let approval = cli.approve(&address, &["--dossier", "dossier.json"], "//Alice");
		assert_eq!(approval.code, 0, "{approval:?}");
		let label = cli.label_of(&address);
		Self {
			cli,
			signing: ["--dev-key".into(), path],
			label,
		}
	}

	fn key(&self) -> Keypair {
		match &self.signing {
			[option, name] if option == "--key" => self.cli.keypair(name),
			[_, path] => dev(path),
		}
	}

	fn number(&self) -> LabelId {
		self.label.parse().expect("a label is a number")
	}

	/// `chirograph invoice ...`, signed with their key.
	fn run(&self, arguments: &[&str]) -> Run {
		let signing = self.signing.each_ref().map(String::as_str);
		self.cli.run(&[&["invoice"], arguments, &signing].concat())
	}

	/// `chirograph invoice ...`, which signs nothing.
	fn ask(&self, arguments: &[&str]) -> Run {
		self.cli.run(&[&["invoice"], arguments].concat())
	}

	/// Is given a file. Returns what it is called.
	fn receive(&self, file: &Path) -> String {
		let name = name_of(file);
		let own = self.cli.directory.join(&name);
		if own != file {
			fs::copy(file, own).expect("the directory is writable");
		}
		name
	}

	/// Which outputs they hold, and of which kind.
	fn held(&self) -> Vec<(String, String)> {
		let listed = self.ask(&["list", "--label", &self.label, "--json"]).json();
		let outputs = listed["outputs"].as_array().unwrap_or_else(|| panic!("no list: {listed}"));
		let held = outputs.iter().map(|held| {
			(
				text(&held["outpoint"]).to_owned(),
				text(&held["record"]["output"]["kind"]).to_owned(),
			)
		});
		held.collect()
	}
}

/// A directory of its own, whose commands ask the first node.
fn desk(network: &Network, name: &str) -> Cli {
	let directory = network.directory().join(format!("desk-{name}"));
	fs::create_dir(&directory).expect("nobody else is called so");
	Cli::new(&directory, &network.nodes[ALICE])
}

fn dev(path: &str) -> Keypair {
	Keypair::dev(path, SignatureScheme::Sr25519).expect("a development key")
}

fn text(value: &Value) -> &str {
	value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A file name that nothing else has.
fn fresh(kind: &str) -> String {
	static COUNT: AtomicUsize = AtomicUsize::new(0);
	format!("{kind}-{}.json", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What whoever is given a transaction is given besides.
fn document<'a>(command: &[&'a str]) -> Option<&'a str> {
	matches!(command[0], "issue" | "pay-and-invoice" | "credit").then(|| command[1])
}

/// The command of whoever goes on with what others signed.
fn attaching<'a>(command: &[&'a str], file: &'a str) -> Vec<&'a str> {
	let document = document(command);
	[command[0]]
		.into_iter()
		.chain(document)
		.chain(["--attach", file, "--yes"])
		.collect()
}

/// Has all of them sign, one after the other, by files that they pass on. Where the file is then, or how the one ended who did not.
fn try_sign(people: &[&Person], command: &[&str]) -> Result<PathBuf, Run> {
	let mut last: Option<PathBuf> = None;
	for person in people {
		let name = fresh(command[0]);
		let run = match &last {
			None => person.run(&[command, &["--sign-only", &name]].concat()),
			Some(file) => {
				let file = take_over(person, people[0], command, file);
				person.run(&[&attaching(command, &file)[..], &["--sign-only", &name]].concat())
			},
		};
		if run.code != 0 {
			return Err(run);
		}
		last = Some(person.cli.directory.join(name));
	}
	Ok(last.expect("somebody signs"))
}

/// Gives somebody a file, and the document that it is about.
fn take_over(person: &Person, first: &Person, command: &[&str], file: &Path) -> String {
	if let Some(document) = document(command) {
		person.receive(&first.cli.directory.join(document));
	}
	person.receive(file)
}

#[track_caller]
fn sign(people: &[&Person], command: &[&str]) -> PathBuf {
	try_sign(people, command).unwrap_or_else(|run| panic!("{command:?}: {run:?}"))
}

/// Has all of them sign, and the last one send it.
fn run_together(people: &[&Person], command: &[&str]) -> Run {
	let (last, others) = people.split_last().expect("somebody signs");
	if others.is_empty() {
		return last.run(&[command, &["--json"]].concat());
	}
	match try_sign(others, command) {
		Err(run) => run,
		Ok(file) => {
			let file = take_over(last, others[0], command, &file);
			last.run(&[&attaching(command, &file)[..], &["--json"]].concat())
		},
	}
}

/// The same, and returns what it created.
#[track_caller]
fn together(people: &[&Person], command: &[&str]) -> Vec<String> {
	let run = run_together(people, command);
	assert_eq!(run.code, 0, "{command:?}: {run:?}");
	let done = run.json();
	let outputs = done["outputs"].as_array().unwrap_or_else(|| panic!("no outputs: {done}"));
	outputs.iter().map(|outpoint| text(outpoint).to_owned()).collect()
}

#[track_caller]
fn one(people: &[&Person], command: &[&str]) -> String {
	let mut outputs = together(people, command);
	assert_eq!(outputs.len(), 1, "{command:?}: {outputs:?}");
	outputs.remove(0)
}

/// Everybody, each at a desk of their own. The seller is in the north, where Bob is the tax authority; the employer in the south, where Dave
/// is.
struct Town {
	hospital: Person,
	patient: Person,
	friend: Person,
	employer: Person,
	platform: Person,
	north: Person,
	south: Person,
}

impl Town {
	fn new(network: &Network) -> Self {
		Self {
			hospital: Person::labelled(network, "hospital", "XX-N", &["taxpayer"]),
			patient: Person::labelled(network, "patient", "XX", &["owner"]),
			friend: Person::labelled(network, "friend", "XX", &["owner"]),
			employer: Person::labelled(network, "employer", "XX-S", &["enterprise", "owner"]),
			platform: Person::founder(network, "Eve", 5),
			north: Person::founder(network, "Bob", 2),
			south: Person::founder(network, "Dave", 4),
		}
	}

	/// Paid by somebody, all of it.
	fn receipt_of(&self, buyer: &Person, reference: &str) -> String {
		self.hospital.cli.write("prescription.txt", "prescription 17\n");
		let terms = [
			"--platform",
			&self.platform.label,
			"--seller",
			&self.hospital.label,
			"--buyer",
			&buyer.label,
			"--reference",
			reference,
			"--order",
			"prescription.txt",
			"--currency",
			"EUR",
		];
		one(
			&[&self.hospital, buyer, &self.platform],
			&[&["receipt"], &terms[..], &ALL].concat(),
		)
	}

	fn receipt(&self, reference: &str) -> String {
		self.receipt_of(&self.patient, reference)
	}

	/// The invoice under another number, as a file of the seller's.
	fn write_invoice(&self, number: &str) -> String {
		write(&self.hospital, INVOICE, NUMBER, number)
	}

	fn write_note(&self, of: &str, number: &str) -> String {
		let note = NOTE.replace(NUMBER, of);
		write(&self.hospital, &note, NOTE_NUMBER, number)
	}

	/// The command that issues an invoice over a receipt.
	fn issue<'a>(&'a self, file: &'a str, receipt: &'a str) -> Vec<&'a str> {
		vec!["issue", file, "--seller", &self.hospital.label, "--receipt", receipt]
	}

	/// Paid by somebody, and issued.
	fn invoice_of(&self, buyer: &Person, number: &str) -> String {
		let receipt = self.receipt_of(buyer, number);
		let file = self.write_invoice(number);
		one(&[&self.hospital, buyer, &self.north], &self.issue(&file, &receipt))
	}

	fn invoice(&self, number: &str) -> String {
		self.invoice_of(&self.patient, number)
	}

	/// The command that claims all of an expense from the employer.
	fn reimburse<'a>(&'a self, output: &'a str) -> Vec<&'a str> {
		vec!["reimburse", output, "--enterprise", &self.employer.label]
	}
}

fn write(person: &Person, document: &str, number: &str, other: &str) -> String {
	let file = format!("{other}.xml");
	person.cli.write(&file, document.replace(number, other));
	file
}

/// In UTC.
fn today() -> String {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
	Date::of(u64::try_from(since.as_millis()).expect("fits")).to_string()
}

/// Net and VAT by category, rate and kind; and as it was issued.
fn books(person: &Person, output: &str) -> Value {
	let traced = person.ask(&["trace", output, "--json"]).json();
	traced["books"]["lines"].clone()
}

/// Fails unless what was issued is all there, category by category, in whatever kind.
#[track_caller]
fn assert_balanced(lines: &Value) {
	let lines = lines.as_array().unwrap_or_else(|| panic!("no books: {lines}"));
	assert_eq!(lines.len(), 2, "two categories");
	for line in lines {
		for part in ["net", "vat"] {
			let now = line["now"].as_object().expect("by kind");
			let sum: u64 = now.values().filter_map(|sums| sums[part].as_u64()).sum();
			assert_eq!(Some(sum), line["issued"][part].as_u64(), "{line}");
		}
	}
}

async fn submitter(node: &Node) -> Submitter {
	let submitter = Submitter::start(Arc::new(node.connect().await)).await;
	submitter.expect("the node answers")
}

/// The call with what is in a file, by a program that asks nobody before.
fn call_of(file: &TransactionFile) -> Call {
	let witnesses: Vec<_> = file
		.signatures
		.iter()
		.map(|signed| Witness {
			label: signed.label,
			signature: signed.signature.clone(),
		})
		.collect();
	execution(&file.transaction, &witnesses)
}

fn read(file: &Path) -> TransactionFile {
	TransactionFile::read(file).expect("it was written a moment ago")
}

/// Fails unless the ledger refused something for that reason.
#[track_caller]
fn assert_refused(outcome: &Result<Included, Error>, error: &str) {
	let is_it = matches!(outcome, Err(Error::Refused { name, .. }) if name == error);
	assert!(is_it, "expected {error}: {outcome:?}");
}

/// Returns when a command has ended by itself.
async fn wait_for_end(running: &mut Running) {
	let deadline = Instant::now() + DEADLINE;
	while !running.has_ended() {
		assert!(Instant::now() < deadline, "it does not end");
		sleep(POLL).await;
	}
}

/// Whether the best block of a node has a transaction, final or not.
async fn best_has(node: &Node, id: &TransactionId) -> bool {
	let best = node.request("chain_getBlockHash", json!([])).await;
	let call = json!(["InvoicesApi_transaction", to_hex(&id.0), best]);
	// None is a byte that is zero.
	node.request("state_call", call).await != "0x00"
}

async fn finalised(node: &Node) -> u64 {
	node.connect()
		.await
		.finalised()
		.await
		.expect("the node answers")
		.block_number()
}

/// Has the council, which is Alice alone on the development network, say who is competent somewhere, from so many blocks ahead on. Returns
/// when that holds.
async fn council_routes(network: &Network, home: &str, authority: Option<LabelId>) {
	/// Until the motion is in a block, on a busy machine.
	const AHEAD: u64 = 10;
	let node = &network.nodes[ALICE];
	let effective = finalised(node).await + AHEAD;
	let numbers = calls::numbers_of("Routing", "set_route").expect("is known");
	let home: Jurisdiction = home.parse().expect("a jurisdiction");
	let block = u32::try_from(effective).expect("the network is young");
	let motion = (numbers, home, authority, block);
	let length = u32::try_from(motion.encoded_size()).expect("is short");
	let motion = call("Council", "propose", &(Compact(1u32), motion, Compact(length)));
	let sent = submitter(node).await.submit(&motion, &dev("//Alice"), PATIENCE).await;
	sent.expect("Alice is the council");
	node.wait_for_finality(effective).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_life_by_files_that_parties_pass_to_each_other() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		friend,
		employer,
		north,
		south,
		..
	} = &town;

	// Phase A and B.
	let receipt = town.receipt("payment-1");
	assert_eq!(patient.held(), [(receipt.clone(), "receipt".to_owned())]);
	let file = town.write_invoice("KH-1");
	hospital.ask(&["validate", &file]).expect(0, "KH-1");
	hospital.ask(&["verify", &file]).expect(1, "");
	let issued = one(&[hospital, patient, north], &town.issue(&file, &receipt));
	assert_eq!(patient.held(), [(issued.clone(), "invoice".to_owned())]);
	employer.receive(&hospital.cli.directory.join(&file));
	employer.ask(&["verify", &file]).expect(0, "");
	employer.ask(&["verify", &file, "--output", &issued]).expect(0, "");
	write(employer, INVOICE, "Paula", "Pauline");
	employer.ask(&["verify", "Pauline.xml"]).expect(1, "");

	// The buyer is content, once.
	patient.receive(&hospital.cli.directory.join(&file));
	assert!(together(&[patient], &["accept", &file]).is_empty());
	patient.run(&["accept", &file]).expect(1, "AlreadyAccepted");
	patient
		.run(&["reject", &issued, "--reason", "wrong-amounts"])
		.expect(1, "AlreadyAccepted");

	// Handed over, and phase C: an expense is claimed in part.
	let handed = one(&[patient, friend], &["transfer", &issued, "--to", &friend.label]);
	let part = ["--amount", "S:19:40.00:7.60", "--amount", "E:0:300.00:0.00"];
	let outputs = together(&[friend, employer], &[&town.reimburse(&handed)[..], &part].concat());
	let [reimbursed, rest] = &outputs[..] else {
		panic!("a rest is left: {outputs:?}");
	};
	assert_eq!(employer.held(), [(reimbursed.clone(), "reimbursed".to_owned())]);
	employer
		.ask(&["verify", &file, "--output", &handed])
		.expect(1, "NOT VERIFIED");

	// Of what is left, something is taken back.
	let note = town.write_note("KH-1", "KH-2");
	let credit = |note: &str, output: &str, people: &[&Person]| {
		let command = ["credit", note, output, "--invoice", &file];
		together(people, &command)
	};
	let outputs = credit(&note, rest, &[hospital, friend, north]);
	assert_eq!(outputs.len(), 2, "a rest is left");

	// Phase D, and something is taken back of what VAT was deducted.
	let cleared = one(&[employer, south], &["clear", reimbursed, "--period", PERIOD]);
	let second = town.write_note("KH-1", "KH-3");
	let forgotten = run_together(
		&[hospital, employer, north],
		&["credit", &second, &cleared, "--invoice", &file],
	);
	forgotten.expect(2, "not all have signed");
	credit(&second, &cleared, &[hospital, employer, north, south]);
	let kinds: Vec<_> = employer.held().into_iter().map(|(_, kind)| kind).collect();
	assert_eq!(
		(
			kinds.len(),
			kinds.contains(&"adjusted".into()),
			kinds.contains(&"cleared".into())
		),
		(2, true, true)
	);

	// Whoever looks from anywhere sees all of it, and it balances.
	let traced = south.ask(&["trace", &receipt, "--json"]).json();
	assert_eq!(traced["steps"].as_array().map(Vec::len), Some(7), "{traced}");
	for output in [&issued, &cleared, &outputs[1]] {
		assert_balanced(&books(south, output));
	}
	let lines = books(south, &cleared);
	assert_eq!(
		(&lines[0]["now"]["credited"], &lines[0]["now"]["adjusted"]["vat"]),
		(&json!({ "net": 4_000, "vat": 760 }), &json!(760))
	);
	south.ask(&["trace", &cleared]).expect(0, "E 0 %");

	// Nobody has another's key: at each desk there is one, or with a development key none.
	for person in [hospital, patient, friend, employer, north, south, &town.platform] {
		let keys = person.cli.ok(&["key", "list", "--json"]).json();
		let own = usize::from(person.signing[0] == "--key");
		assert_eq!(keys.as_array().map(Vec::len), Some(own), "{keys}");
	}
}

/// I.0, I.3: where the buyer is the enterprise; and what becomes of an issuance that is undone.
#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_that_bought_goes_straight_to_clearance_and_an_issuance_can_be_undone() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		employer,
		north,
		south,
		..
	} = &town;

	let bought = town.invoice_of(employer, "KH-1");
	let deducted = one(&[employer, south], &["clear", &bought, "--period", PERIOD]);
	assert_eq!(employer.held(), [(deducted.clone(), "deducted".to_owned())]);
	// The expense is claimed from a second enterprise, and then nothing is left to claim.
	let group = Person::labelled(&network, "group", "XX", &["enterprise", "owner"]);
	let cleared = one(&[employer, &group], &["reimburse", &deducted, "--enterprise", &group.label]);
	assert_eq!(group.held(), [(cleared.clone(), "cleared".to_owned())]);
	group.run(&["clear", &cleared, "--period", PERIOD]).expect(2, "does not take");
	assert_balanced(&books(&group, &cleared));

	// Whoever was handed an invoice did not buy.
	let handed = town.invoice("KH-2");
	let handed = one(&[patient, employer], &["transfer", &handed, "--to", &employer.label]);
	let not_bought = run_together(&[employer, south], &["clear", &handed, "--period", PERIOD]);
	not_bought.expect(1, "NotBuyer");
	let undone = run_together(&[hospital, north], &["void", &handed]);
	undone.expect(1, "NotAsIssued");

	// Void, and rejected: what remains is what was paid. The number is used up, and another one is not.
	let issued = town.invoice("KH-3");
	let receipt = one(&[hospital, north], &["void", &issued]);
	assert_eq!(patient.held(), [(receipt.clone(), "receipt".to_owned())]);
	patient.receive(&hospital.cli.directory.join("KH-3.xml"));
	patient.ask(&["verify", "KH-3.xml"]).expect(1, "");
	let other = INVOICE.replace(NUMBER, "KH-3").replace("Paula", "Pauline");
	hospital.cli.write("other.xml", other);
	run_together(&[hospital, patient, north], &town.issue("other.xml", &receipt)).expect(1, "that number already");
	let file = town.write_invoice("KH-4");
	let issued = one(&[hospital, patient, north], &town.issue(&file, &receipt));
	let receipt = one(&[patient], &["reject", &issued, "--reason", "not-delivered"]);
	assert_eq!(patient.held(), [(receipt, "receipt".to_owned())]);

	// VAT is deducted in periods that are open. The control is above.
	let bought = town.invoice_of(employer, "KH-5");
	let close = |person: &Person, home: &str| person.run(&["close-period", home, PERIOD]);
	close(north, "XX-S").expect(1, "NotCompetent");
	close(south, "XX-S").expect(0, "final");
	close(south, "XX-S").expect(1, "AlreadyClosed");
	let closed = run_together(&[employer, south], &["clear", &bought, "--period", PERIOD]);
	closed.expect(1, "PeriodClosed");
	one(&[employer, south], &["clear", &bought, "--period", "2026-02"]);
}

/// Accepted by silence.
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_acceptance_once_the_period_is_over() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		north,
		..
	} = &town;
	let (first, second) = (town.invoice("KH-1"), town.invoice("KH-2"));
	let reject = |output: &str| patient.run(&["reject", output, "--reason", "not-ordered"]);
	// The control: within the period.
	reject(&second).expect(0, "rejected, and final");

	let found = hospital.ask(&["verify", "KH-1.xml", "--json"]).json();
	let last = &found["found"]["document"]["invoice"]["rejectableUntil"];
	let last = last.as_u64().unwrap_or_else(|| panic!("no last block: {found}"));
	network.nodes[ALICE].wait_for_finality(last + 1).await;
	reject(&first).expect(1, "AlreadyAccepted");
	patient.run(&["accept", "--output", &first]).expect(1, "AlreadyAccepted");
	// Seller and authority alone cannot undo it any more.
	run_together(&[hospital, north], &["void", &first]).expect(2, "not all have signed");
	one(&[hospital, patient, north], &["void", &first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_double_use_is_refused_and_consumes_nothing() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		friend,
		employer,
		platform,
		north,
		..
	} = &town;
	let submitter = submitter(&network.nodes[ALICE]).await;
	let directly = |file: TransactionFile| {
		let submitter = &submitter;
		async move { submitter.submit(&call_of(&file), &dev("//Alice"), PATIENCE).await }
	};
	let all = |command: &[&str], people: &[&Person]| sign(people, command);

	// The same payment, under another order.
	let receipt = town.receipt("payment-1");
	hospital.cli.write("prescription.txt", "prescription 18\n");
	let terms = ["--reference", "payment-1", "--order", "prescription.txt", "--currency", "EUR"];
	let who = [
		"--platform",
		&platform.label,
		"--seller",
		&hospital.label,
		"--buyer",
		&patient.label,
	];
	let again = run_together(
		&[hospital, patient, platform],
		&[&["receipt"], &terms[..], &who, &ALL].concat(),
	);
	again.expect(1, "confirmed the payment");

	// The same receipt, for two invoices that all have signed before either is issued.
	let (first, second) = (town.write_invoice("KH-1"), town.write_invoice("KH-2"));
	let trio = [hospital, patient, north];
	let (first, second) = (
		all(&town.issue(&first, &receipt), &trio),
		all(&town.issue(&second, &receipt), &trio),
	);
	directly(read(&first)).await.expect("the control: all have signed");
	let held = patient.held();
	assert_refused(&directly(read(&second)).await, "Invoices::AlreadyConsumed");
	assert_refused(&directly(read(&first)).await, "Invoices::AlreadyExecuted");
	north
		.run(&["issue", "KH-2.xml", "--attach", &name_of(&second), "--yes"])
		.expect(1, "was consumed by the transaction");
	run_together(&trio, &town.issue("KH-2.xml", &receipt)).expect(1, "was consumed by the transaction");
	assert_eq!(patient.held(), held);
	let invoice = read(&first).transaction.first_output(submitter.chain().genesis()).to_string();
	assert_eq!(held, [(invoice.clone(), "invoice".to_owned())]);

	// What was refused took no number. What was issued did, and its file.
	let (receipt, other) = (town.receipt("payment-2"), town.receipt("payment-3"));
	run_together(&trio, &town.issue("KH-1.xml", &receipt)).expect(1, "already");
	hospital
		.cli
		.write("KH-1-again.xml", INVOICE.replace(NUMBER, "KH-1").replace("Paula", "Pauline"));
	run_together(&trio, &town.issue("KH-1-again.xml", &receipt)).expect(1, "that number already");
	one(&trio, &town.issue("KH-2.xml", &receipt));
	let file = town.write_invoice("KH-3");
	one(&trio, &town.issue(&file, &other));
	// Another seller may use both; whose it is then, has to be said.
	let clinic = Person::labelled(&network, "clinic", "XX-N", &["taxpayer"]);
	clinic.receive(&hospital.cli.directory.join("KH-1.xml"));
	clinic.cli.write("prescription.txt", "prescription 19\n");
	let terms = ["--reference", "payment-4", "--order", "prescription.txt", "--currency", "EUR"];
	let who = [
		"--platform",
		&platform.label,
		"--seller",
		&clinic.label,
		"--buyer",
		&patient.label,
	];
	let receipt = one(
		&[&clinic, patient, platform],
		&[&["receipt"], &terms[..], &who, &ALL].concat(),
	);
	let issue = |file: &str| {
		let command = ["issue", file, "--seller", &clinic.label, "--receipt", &receipt];
		run_together(&[&clinic, patient, north], &command)
	};
	issue("KH-1.xml").expect(0, "");
	clinic.ask(&["verify", "KH-1.xml"]).expect(2, "say with --seller");
	clinic
		.ask(&["verify", "KH-1.xml", "--seller", &clinic.label])
		.expect(0, "VERIFIED");
	clinic
		.ask(&["verify", "KH-1.xml", "--seller", &friend.label])
		.expect(1, "issued nothing over this file");

	// The same invoice, to two employers; and claimed and handed over.
	let rival = Person::labelled(&network, "rival", "XX", &["enterprise"]);
	let claims = [
		all(&town.reimburse(&invoice), &[patient, employer]),
		all(&["reimburse", &invoice, "--enterprise", &rival.label], &[patient, &rival]),
		all(&["transfer", &invoice, "--to", &friend.label], &[patient, friend]),
	];
	let [claimed, twice, handed_over] = claims.each_ref().map(|file| read(file));
	directly(claimed).await.expect("the control: both have signed");
	let held = [employer.held(), patient.held()];
	assert_eq!(held[0].len(), 1, "the expense was claimed");
	for file in [twice, handed_over] {
		assert_refused(&directly(file).await, "Invoices::AlreadyConsumed");
	}
	let consumed = run_together(&[patient, &rival], &["reimburse", &invoice, "--enterprise", &rival.label]);
	consumed.expect(1, "was consumed by the transaction");
	assert_eq!([employer.held(), patient.held()], held);
	assert!(rival.held().is_empty() && friend.held().is_empty(), "nobody else has it");
	assert_balanced(&books(north, &invoice));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uses_of_one_output_in_one_block_leave_the_first() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		patient,
		friend,
		employer,
		..
	} = &town;
	let invoice = town.invoice("KH-1");
	let claim = read(&sign(&[patient, employer], &town.reimburse(&invoice)));
	let transfer = read(&sign(&[patient, friend], &["transfer", &invoice, "--to", &friend.label]));

	// A business platform sends both, in this order, right behind a block: the next one is two seconds away.
	let (node, alice) = (&network.nodes[ALICE], dev("//Alice"));
	let submitter = submitter(node).await;
	let nonce = submitter.chain().nonce(&alice.account()).await.expect("the node answers");
	let height = || async { node.request("chain_getHeader", json!([])).await["number"].clone() };
	let (before, deadline) = (height().await, Instant::now() + DEADLINE);
	while height().await == before {
		assert!(Instant::now() < deadline, "{} makes no block:\n{}", node.name, node.log());
		sleep(POLL).await;
	}
	let (claim, transfer) = (call_of(&claim), call_of(&transfer));
	let (claimed, handed_over) = tokio::join!(
		submitter.submit_with_nonce(&claim, &alice, nonce, PATIENCE),
		submitter.submit_with_nonce(&transfer, &alice, nonce + 1, PATIENCE),
	);
	assert_refused(&handed_over, "Invoices::AlreadyConsumed");
	let (Ok(claimed), Err(Error::Refused { block, .. })) = (claimed, handed_over) else {
		panic!("the first one is executed");
	};
	assert_eq!(claimed.block, block, "both are in one block");
	assert_eq!((employer.held().len(), friend.held().len()), (1, 0));
}

/// Two validators of four do not hear of the other two. What one half takes for done, the other half has done otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn two_uses_on_two_forks_leave_one_and_the_other_s_submitter_hears_it() {
	let mut network = Network::local().await;
	let watch = FinalityWatch::start(&network);
	let town = Town::new(&network);
	let Town {
		patient,
		friend,
		employer,
		..
	} = &town;
	let invoice = town.invoice("KH-1");
	let claim = sign(&[patient], &town.reimburse(&invoice));
	let transfer = sign(&[patient], &["transfer", &invoice, "--to", &friend.label]);
	let before = finalised(&network.nodes[ALICE]).await;
	for node in &network.nodes {
		node.wait_for_finality(before).await;
	}

	network.divide([&[ALICE, BOB], &[CHARLIE, DAVE]]).await;
	let send = |person: &Person, kind: &str, file: &Path, node: usize| {
		let file = person.receive(file);
		let at = person.cli.at(&network.nodes[node]);
		let [option, key] = person.signing.each_ref().map(String::as_str);
		let command = ["invoice", kind, "--attach", &file, "--yes", option, key, "--timeout", "300"];
		Running::piped(&mut at.command(&command))
	};
	let mut sent = [
		send(employer, "reimburse", &claim, ALICE),
		send(friend, "transfer", &transfer, CHARLIE),
	];
	let ids = [read(&claim).id(), read(&transfer).id()];
	let nodes = [&network.nodes[ALICE], &network.nodes[CHARLIE]];
	let deadline = Instant::now() + DEADLINE;
	for ((node, id), sent) in nodes.into_iter().zip(&ids).zip(&mut sent) {
		while !best_has(node, id).await {
			let waits = !sent.has_ended() && Instant::now() < deadline;
			assert!(waits, "{} does not execute it:\n{}", node.name, node.log());
			sleep(POLL).await;
		}
	}
	// The control: there are two forks, and each half has done its own, and not the other's. Neither half calls that final.
	for (node, [own, other]) in nodes.into_iter().zip([[ids[0], ids[1]], [ids[1], ids[0]]]) {
		assert!(best_has(node, &own).await && !best_has(node, &other).await, "{}", node.name);
	}
	let forked = finalised(nodes[0]).await.max(finalised(nodes[1]).await);

	network.heal().await;
	let mut outcomes = Vec::new();
	for mut run in sent {
		wait_for_end(&mut run).await;
		outcomes.push(run.finish());
	}
	let winner = usize::from(outcomes[0].code != 0);
	let (won, lost) = (&outcomes[winner], &outcomes[1 - winner]);
	won.expect(0, "final");
	// By the ledger, or by its state if the extrinsic was made anew.
	lost.expect(1, "onsumed");

	// All agree, and hold what won for final.
	let last = finalised(&network.nodes[ALICE]).await.max(forked + 1);
	for node in &network.nodes {
		node.wait_for_finality(last).await;
		let chain = node.connect().await;
		let at = chain.finalised().await.expect("the node answers");
		for (index, id) in ids.iter().enumerate() {
			let record = chain.transaction(&at, id).await.expect("the node answers");
			assert_eq!(record.is_some(), index == winner, "{}", node.name);
		}
	}
	assert_eq!(
		(employer.held().len(), friend.held().len()),
		if winner == 0 { (1, 0) } else { (0, 1) }
	);
	assert!(watch.check(&network).await > 3, "the watch saw blocks become final");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_transaction_is_of_no_use_on_another_network() {
	let (here, there) = (Network::development().await, Network::with_sessions_of(10, 1).await);
	// The same keys hold the same labels on both.
	let people = |network: &Network| {
		(
			Person::founder(network, "Eve", 5),
			Person::applied(network, "Ferdie", "taxpayer"),
			Person::founder(network, "Alice", 1),
		)
	};
	let ((eve, mill, alice), (other_eve, other_mill, other_alice)) = (people(&here), people(&there));
	assert_eq!(mill.label, other_mill.label);
	let receipt = |reference: &'static str| {
		let terms = [
			"--platform",
			"5",
			"--seller",
			&mill.label,
			"--buyer",
			"1",
			"--currency",
			"EUR",
		];
		let payment = ["--reference", reference, "--order", "order.txt"];
		[&["receipt"], &terms[..], &payment, &TAKEN_BACK].concat()
	};
	for person in [&eve, &other_eve] {
		person.cli.write("order.txt", "one mill");
	}
	let file = sign(&[&eve, &mill], &receipt("payment-1"));
	let attach = |person: &Person, file: &Path| {
		let file = person.receive(file);
		person.run(&["receipt", "--attach", &file, "--yes"])
	};
	attach(&other_alice, &file).expect(2, "the transaction is for the network");

	// With the name of the other network on it.
	let (chain, other) = (here.nodes[ALICE].connect().await, there.nodes[ALICE].connect().await);
	let written = fs::read_to_string(&file).expect("a transaction file is text");
	let [genesis, other_genesis] = [chain.genesis(), other.genesis()].map(|genesis| to_hex(genesis));
	assert_ne!(genesis, other_genesis, "they are two");
	let renamed = other_alice
		.cli
		.write("renamed.json", written.replace(&genesis, &other_genesis));
	attach(&other_alice, &renamed).expect(2, "over this transaction");

	// By a program that compares nothing.
	let all = [
		"receipt",
		"--attach",
		&alice.receive(&file),
		"--yes",
		"--sign-only",
		"all.json",
	];
	alice.run(&all).expect(0, "signed, and nothing was sent");
	let signed = read(&alice.cli.directory.join("all.json"));
	let (submitter, other_submitter) = (submitter(&here.nodes[ALICE]).await, submitter(&there.nodes[ALICE]).await);
	let submit = |submitter: Submitter, file: TransactionFile| async move {
		submitter.submit(&call_of(&file), &dev("//Alice"), PATIENCE).await
	};
	let refused = submit(other_submitter.clone(), signed.clone()).await;
	assert_refused(&refused, "Invoices::SignatureMismatch");
	submit(submitter, signed).await.expect("the control: it is of this network");
	attach(&alice, &file).expect(1, "executed already");
	// And the control there.
	let own = read(&sign(&[&other_eve, &other_mill, &other_alice], &receipt("payment-1")));
	submit(other_submitter, own).await.expect("it is of that network");
}

/// I.0, L.region.
#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_by_anybody_but_the_competent_authority_never_becomes_valid() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		north,
		south,
		..
	} = &town;
	let submitter = submitter(&network.nodes[ALICE]).await;
	let chain = submitter.chain();
	let receipt = town.receipt("payment-1");
	let file = town.write_invoice("KH-1");
	let base = sign(&[hospital, patient], &town.issue(&file, &receipt));
	let transaction = read(&base).transaction;
	let (seller, buyer) = ((hospital.number(), hospital.key()), (patient.number(), patient.key()));

	// Whatever they sign: a program of one's own, with the signatures of all who can be had.
	let by = |named: LabelId, signers: Vec<(LabelId, Keypair)>| {
		let mut transaction = transaction.clone();
		let Action::Issue { authority, .. } = &mut transaction.action else {
			panic!("is an issuance");
		};
		*authority = named;
		let signers: Vec<_> = signers.iter().map(|(label, key)| (*label, key)).collect();
		let call = execution(&transaction, &witnesses(chain, &transaction, &signers));
		let submitter = &submitter;
		async move { submitter.submit(&call, &dev("//Alice"), PATIENCE).await }
	};
	let both = || vec![seller.clone(), buyer.clone()];
	let with = |label: LabelId, key: Keypair| [both(), vec![(label, key)]].concat();
	// The authority of another region, the seller, the buyer, the payment platform, a business platform.
	for (label, key) in [
		(4, south.key()),
		seller.clone(),
		buyer.clone(),
		(5, dev("//Eve")),
		(1, dev("//Alice")),
	] {
		let is_party = label == seller.0 || label == buyer.0;
		let signers = if is_party { both() } else { with(label, key) };
		assert_refused(&by(label, signers).await, "Invoices::NotCompetent");
	}
	// In the competent one's name, and without its signature; with somebody else's; with one of another transaction.
	assert_refused(&by(2, both()).await, "Invoices::MissingSignature");
	assert_refused(&by(2, with(2, south.key())).await, "Invoices::SignatureMismatch");
	let forged = by(2, [both(), vec![(2, dev("//Bob")), (4, south.key())]].concat()).await;
	assert_refused(&forged, "Invoices::NotAParty");
	// By the command line, it signs nothing of the kind.
	let attached = south.receive(&base);
	south.receive(&hospital.cli.directory.join(&file));
	south
		.run(&["issue", &file, "--attach", &attached, "--yes", "--sign-only", "signed.json"])
		.expect(2, "takes no part in this transaction");
	hospital.ask(&["verify", &file]).expect(1, "");
	assert_eq!(patient.held(), [(receipt.clone(), "receipt".to_owned())]);
	// The control: the competent one.
	by(2, with(2, north.key())).await.expect("Bob is competent in the north");
	hospital.ask(&["verify", &file]).expect(0, "");

	// The council makes the other one competent there: what is new is the other's, what is in flight is not.
	let issued = patient.held().remove(0).0;
	council_routes(&network, "XX-N", Some(4)).await;
	let receipt = town.receipt("payment-2");
	let file = town.write_invoice("KH-2");
	let old = sign(&[hospital, patient], &town.issue(&file, &receipt));
	let attached = north.receive(&old);
	north.receive(&hospital.cli.directory.join(&file));
	north
		.run(&["issue", &file, "--attach", &attached, "--yes", "--sign-only", "signed.json"])
		.expect(2, "takes no part in this transaction");
	one(&[hospital, patient, south], &town.issue(&file, &receipt));
	let note = town.write_note("KH-1", "KH-9");
	let credit = ["credit", &note, &issued, "--invoice", "KH-1.xml"];
	together(&[hospital, patient, north], &credit);

	// Its label is revoked: it issues nothing any more, whatever the route says.
	let receipt = town.receipt("payment-3");
	let file = town.write_invoice("KH-3");
	let file = sign(&[hospital, patient, south], &town.issue(&file, &receipt));
	let revoke = ["label", "revoke", "4", "--reason", "misconduct", "--dev-key", "//Alice"];
	hospital.cli.ok(&revoke);
	let outcome = submitter.submit(&call_of(&read(&file)), &dev("//Alice"), PATIENCE).await;
	assert_refused(&outcome, "Labels::LabelRevoked");
	assert!(
		patient.held().contains(&(receipt, "receipt".to_owned())),
		"what was refused consumes nothing"
	);
}

/// I.1, I.2.
#[tokio::test(flavor = "multi_thread")]
async fn paid_and_invoiced_at_once_under_standing_words_until_one_is_withdrawn() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		platform,
		north,
		south,
		..
	} = &town;
	patient.cli.write("prescription.txt", "prescription 17\n");
	let pay = |number: &str| {
		// What is paid now is invoiced now.
		let invoice = INVOICE.replace("2026-01-15", &today());
		let file = write(patient, &invoice, NUMBER, number);
		let who = [
			"--platform",
			&platform.label,
			"--seller",
			&hospital.label,
			"--buyer",
			&patient.label,
		];
		let payment = ["--reference", number, "--order", "prescription.txt"];
		run_together(
			&[patient, platform],
			&[&["pay-and-invoice", &file], &who[..], &payment].concat(),
		)
	};
	let conditions = |most: &str, rates: &str| {
		let allowed = ["--currency", "EUR", "--rate", rates, "--platform", &platform.label];
		let command = ["conditions", "set", "--max-total", most];
		hospital.run(&[&command[..], &allowed].concat()).expect(0, "final");
	};
	let authorise = |by: &Person| {
		let limits = ["--currency", "EUR", "--max-total", "800.00", "--total", "1500.00"];
		by.run(&[&["authorisation", "set", &hospital.label], &limits[..]].concat())
	};

	pay("KH-1").expect(1, "NoConditions");
	conditions("1000.00", "S:19,E");
	pay("KH-1").expect(1, "NotAuthorised");
	authorise(south).expect(1, "NotCompetent");
	authorise(north).expect(0, "final");
	// The control, twice: 1,430.40 of 1,500.00.
	pay("KH-1").expect(0, "");
	pay("KH-2").expect(0, "");
	let left = north.ask(&["authorisation", "show", &hospital.label, "--json"]);
	assert!(left.stdout.contains("6960"), "{left:?}");
	pay("KH-3").expect(1, "AboveAuthorisation");
	authorise(north).expect(0, "final");
	conditions("700.00", "S:19,E");
	pay("KH-3").expect(1, "AboveConditions");
	conditions("1000.00", "S:19");
	pay("KH-3").expect(1, "RateNotAllowed");
	conditions("1000.00", "S:19,E");
	north.run(&["authorisation", "withdraw", &hospital.label]).expect(0, "final");
	north
		.run(&["authorisation", "withdraw", &hospital.label])
		.expect(1, "nothing to withdraw");
	pay("KH-3").expect(1, "NotAuthorised");
	authorise(north).expect(0, "final");
	hospital.run(&["conditions", "withdraw"]).expect(0, "final");
	pay("KH-3").expect(1, "NoConditions");
	assert_eq!(patient.held().len(), 2, "what was refused created nothing");
}

/// I.4.
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_hears_of_what_arrives_and_of_what_leaves() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		patient,
		friend,
		employer,
		..
	} = &town;
	let invoice = town.invoice("KH-1");
	let watch = |person: &Person| {
		let command = ["invoice", "watch", "--label", &person.label, "--once"];
		let mut watching = Running::piped(&mut person.cli.command(&command));
		watching.wait_for("watching label");
		watching
	};
	let (arriving, leaving) = (watch(friend), watch(patient));
	let handed = one(&[patient, friend], &["transfer", &invoice, "--to", &friend.label]);
	for (mut watching, said) in [(arriving, format!("came {handed}")), (leaving, format!("went {invoice}"))] {
		wait_for_end(&mut watching).await;
		watching.finish().expect(0, &said);
	}

	// As a code, for whoever has a camera, with no node at all.
	let genesis = to_hex(network.nodes[ALICE].connect().await.genesis());
	let mut code = employer
		.cli
		.command(&["invoice", "qr", &handed, "--genesis", &genesis, "--svg", "code.svg"]);
	Run::of(code.env("CHIROGRAPH_NODE", "ws://127.0.0.1:1")).expect(0, "");
	assert!(fs::read_to_string(employer.cli.directory.join("code.svg")).is_ok_and(|code| code.contains("<svg")));
	let uri = format!("chirograph:invoice?genesis={genesis}&output={handed}");
	employer.ask(&["show", &uri]).expect(0, &handed);
	let elsewhere = uri.replace(&genesis, &to_hex(&[7; 32]));
	assert_ne!(employer.ask(&["show", &elsewhere]).code, 0, "of another network");
}

/// The node shows how things were: an invoice that was used meanwhile as not used, and one that was issued meanwhile as unknown.
#[tokio::test(flavor = "multi_thread")]
async fn a_light_client_verifies_an_invoice_while_its_node_lies() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		friend,
		employer,
		north,
		..
	} = &town;
	let issued = town.invoice("KH-1");
	let (receipt, file) = (town.receipt("payment-2"), town.write_invoice("KH-2"));
	for file in ["KH-1.xml", "KH-2.xml"] {
		employer.receive(&hospital.cli.directory.join(file));
	}
	employer.cli.ok(&["chain", "light-spec", "--output", "light.json"]);
	let liar = Liar::repeating(&network.nodes[ALICE], &["InvoicesApi_"]).await;
	let url = liar.url();
	let by_liar = |question: &[&str]| employer.ask(&[question, &["--node", &url]].concat());
	let by_light = |question: &[&str]| employer.ask(&[question, &["--node", &url, "--light", "light.json"]].concat());
	let (offered, fresh) = (["verify", "KH-1.xml", "--output", &issued], ["verify", "KH-2.xml"]);
	let held = ["list", "--label", &patient.label, "--json"];
	for answer in [by_liar(&offered), by_light(&offered)] {
		answer.expect(0, "VERIFIED");
	}
	for answer in [by_liar(&fresh), by_light(&fresh)] {
		answer.expect(1, "NOT VERIFIED");
	}
	for answer in [by_liar(&held), by_light(&held)] {
		answer.expect(0, &issued);
	}

	one(&[patient, friend], &["transfer", &issued, "--to", &friend.label]);
	let second = one(&[hospital, patient, north], &town.issue(&file, &receipt));
	// The control: whoever asks the node believes it.
	by_liar(&offered).expect(0, "VERIFIED");
	by_liar(&fresh).expect(1, "NOT VERIFIED");
	by_liar(&held).expect(0, &issued);
	by_light(&offered).expect(1, "NOT VERIFIED");
	by_light(&fresh).expect(0, "VERIFIED");
	let listed = by_light(&held);
	listed.expect(0, &second);
	assert!(!listed.stdout.contains(issued.as_str()), "{listed:?}");
}

/// What others signed, changed on its way or misunderstood.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_what_was_passed_on_is_told_what_is_wrong_with_it() {
	let network = Network::development().await;
	let town = Town::new(&network);
	let Town {
		hospital,
		patient,
		friend,
		north,
		..
	} = &town;
	let receipt = town.receipt("payment-1");
	let file = town.write_invoice("KH-1");
	let signed = sign(&[hospital], &town.issue(&file, &receipt));
	let attach = |person: &Person, document: &str, file: &str| person.run(&["issue", document, "--attach", file, "--yes"]);
	let name = patient.receive(&signed);
	patient.receive(&hospital.cli.directory.join(&file));

	// Nobody is there to be asked.
	patient
		.run(&["issue", &file, "--attach", &name])
		.expect(2, "give --yes to sign it");
	// Not all have signed, and nobody is left out.
	attach(patient, &file, &name).expect(2, "not all have signed");
	// Another document than the one that it binds.
	patient
		.cli
		.write("other.xml", INVOICE.replace(NUMBER, "KH-1").replace("Paula", "Pauline"));
	attach(patient, "other.xml", &name).expect(2, "and do not sign this");
	// Another command.
	patient.run(&["transfer", "--attach", &name]).expect(2, "and not `transfer`");
	// What it says besides.
	patient
		.run(&["issue", &file, "--attach", &name, "--seller", &friend.label])
		.expect(2, "the attached transaction says");
	// Nobody else signs, and nobody twice.
	let at_friend = friend.receive(&signed);
	friend.receive(&hospital.cli.directory.join(&file));
	friend
		.run(&["issue", &file, "--attach", &at_friend, "--yes", "--sign-only", "friend.json"])
		.expect(2, "takes no part in this transaction");
	hospital
		.run(&[
			"issue",
			&file,
			"--attach",
			&name_of(&signed),
			"--yes",
			"--sign-only",
			"again.json",
		])
		.expect(2, "signed this transaction already");
	// The file was changed: its amounts, its form, or it is cut off.
	let written = fs::read_to_string(&signed).expect("a transaction file is text");
	let mut transaction: Value = serde_json::from_str(&written).expect("it is JSON");
	transaction["transaction"]["outputs"][0]["amounts"][0]["net"] = json!(9_000);
	patient.cli.write("changed.json", transaction.to_string());
	attach(patient, &file, "changed.json").expect(2, "is not by");
	patient
		.cli
		.write("unknown.json", written.replacen('{', "{\"remark\":\"paid\",", 1));
	attach(patient, &file, "unknown.json").expect(2, "is not acceptable");
	patient.cli.write("short.json", &written[..written.len() / 2]);
	attach(patient, &file, "short.json").expect(2, "is not acceptable");
	attach(patient, &file, "missing.json").expect(2, "missing.json");
	// A signature of another transaction.
	let other = sign(
		&[hospital],
		&[&town.issue(&file, &receipt)[..], &["--valid-for", "99"]].concat(),
	);
	let [mut mixed, elsewhere]: [Value; 2] = [&signed, &other].map(|file| {
		let text = fs::read_to_string(file).expect("a transaction file is text");
		serde_json::from_str(&text).expect("it is JSON")
	});
	assert_ne!(mixed["transaction"], elsewhere["transaction"]);
	mixed["signatures"] = elsewhere["signatures"].clone();
	patient.cli.write("mixed.json", mixed.to_string());
	attach(patient, &file, "mixed.json").expect(2, "is not by");
	let second = patient.receive(&other);
	patient
		.run(&["issue", &file, "--attach", &name, "--attach", &second])
		.expect(2, "about the same transaction only");
	// Nothing is overwritten, and nothing was sent.
	patient
		.run(&["issue", &file, "--attach", &name, "--yes", "--sign-only", &name])
		.expect(2, "not overwritten");
	assert_eq!(patient.held(), [(receipt.clone(), "receipt".to_owned())]);

	// The control; by two who sign apart from each other, put together by the third.
	let at_north = north.receive(&signed);
	north.receive(&hospital.cli.directory.join(&file));
	north
		.run(&["issue", &file, "--attach", &at_north, "--yes", "--sign-only", "north.json"])
		.expect(0, "signed, and nothing was sent");
	patient.receive(&north.cli.directory.join("north.json"));
	patient
		.run(&["issue", &file, "--attach", &name, "--attach", "north.json", "--yes"])
		.expect(0, "issued, and final");
}

fn name_of(file: &Path) -> String {
	let name = file.file_name().and_then(|name| name.to_str());
	name.expect("it was made here").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_invoice_is_refused_by_name_before_anybody_signs() {
	let network = Network::development().await;
	let hospital = Person::labelled(&network, "hospital", "XX-N", &["taxpayer"]);
	let unknown = format!("{}:0", to_hex(&[7; 32]));
	let issue = |file: &str| {
		let command = ["issue", file, "--seller", &hospital.label, "--receipt", &unknown];
		hospital.run(&command)
	};
	let utf16: Vec<u8> = INVOICE.encode_utf16().flat_map(u16::to_le_bytes).collect();
	let bomb = concat!(
		"<?xml version=\"1.0\"?><!DOCTYPE Invoice [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">",
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><Invoice>&c;</Invoice>"
	);
	let outside = "<?xml version=\"1.0\"?><!DOCTYPE Invoice [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Invoice>&a;</Invoice>";
	let future = INVOICE.replace("2026-01-15", "2999-01-15");
	let credit_note = NOTE.as_bytes();
	// A file that cannot be read is unusable; one that can, and breaks a rule, is none by the rules.
	for (name, content, code, said) in [
		("bomb.xml", bomb.as_bytes(), 2, "it has a document type"),
		("outside.xml", outside.as_bytes(), 2, "it has a document type"),
		("utf16.xml", &utf16[..], 2, "its encoding is"),
		("letter.txt", b"Dear Sirs".as_slice(), 2, "it is neither XML nor a PDF"),
		("order.xml", b"<Order/>".as_slice(), 2, "but `Order`"),
		("half.xml", &INVOICE.as_bytes()[..INVOICE.len() / 2], 2, ""),
		(
			"sum.xml",
			INVOICE
				.replace(
					"<cbc:TaxInclusiveAmount currencyID=\"EUR\">715.20",
					"<cbc:TaxInclusiveAmount currencyID=\"EUR\">715.21",
				)
				.as_bytes(),
			1,
			"BR-CO-15",
		),
		(
			"category.xml",
			INVOICE.replace("<cbc:ID>S</cbc:ID>", "<cbc:ID>Q</cbc:ID>").as_bytes(),
			1,
			"",
		),
	] {
		hospital.cli.write(name, content);
		hospital.ask(&["validate", name]).expect(code, said);
		issue(name).expect(2, said);
	}
	hospital.cli.write("future.xml", future);
	issue("future.xml").expect(2, "that day has not come anywhere on earth");
	hospital.cli.write("note.xml", credit_note);
	issue("note.xml").expect(2, "a credit note");
	issue("missing.xml").expect(2, "missing.xml");
	// A PDF that is no invoice.
	let pdf = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n\
		xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n";
	hospital.cli.write("letter.pdf", pdf);
	issue("letter.pdf").expect(2, "PDF");
	// The control: a sound one gets as far as to its receipt.
	hospital.cli.write("sound.xml", INVOICE);
	hospital.ask(&["validate", "sound.xml"]).expect(0, NUMBER);
	issue("sound.xml").expect(1, "there is no output");

	// What is typed.
	hospital.cli.write("order.txt", "prescription 17\n");
	let receipt = |currency: &str, amounts: &[&str]| {
		let who = ["--platform", "5", "--seller", &hospital.label, "--buyer", "1"];
		let payment = ["--reference", "payment-1", "--order", "order.txt", "--currency", currency];
		let mut command = [&["receipt"], &who[..], &payment].concat();
		for amount in amounts {
			command.extend(["--amount", *amount]);
		}
		hospital.run(&command)
	};
	let many: Vec<_> = (1..=9).map(|rate| format!("S:{rate}:100:{rate}")).collect();
	let many: Vec<_> = many.iter().map(String::as_str).collect();
	for (currency, amounts, said) in [
		("EUR", &["S:19:-1.00:0.00"][..], "expected"),
		("EUR", &["S:19:1.005:0.19"][..], "more decimals than EUR"),
		("EUR", &["S:19:184467440737095516.16:0.00"][..], "more than an amount can be"),
		("EUR", &["Z:0:0.00:0.00"][..], "is nothing; give each"),
		("EUR", &["Q:19:1.00:0.19"][..], "expected a category of VAT"),
		("EUR", &["S:0:1.00:0.00"][..], "the rate of category S is above zero"),
		(
			"EUR",
			&["E:0:1.00:0.00", "E:0:2.00:0.00"][..],
			"there are two amounts of category E",
		),
		("EUR", &many[..], "more than 8 categories and rates"),
		("EUX", &["Z:0:1.00:0.00"][..], "expected a currency of ISO 4217"),
	] {
		receipt(currency, amounts).expect(2, said);
	}
	receipt("EUR", &["E:0:1.00:0.19"]).expect(1, "UnexpectedVat");
	receipt("EUR", &["S:19:100.00:99.00"]).expect(1, "WrongVat");
	// The control: alone, a seller records nothing.
	receipt("EUR", &["S:19:100.00:19.00"]).expect(2, "not all have signed");
	let outputs: Vec<_> = (0..17).map(|index| format!("{}:0", to_hex(&[index; 32]))).collect();
	let outputs: Vec<_> = outputs.iter().map(String::as_str).collect();
	let reimburse = |outputs: &[&str]| hospital.run(&[&["reimburse", "--enterprise", "5"], outputs].concat());
	reimburse(&outputs).expect(2, "more than the 16");
	reimburse(&outputs[..1]).expect(1, "there is no output");
	reimburse(&[outputs[0], outputs[0]]).expect(2, "named twice");
	reimburse(&["0x12:0"]).expect(2, "expected a transaction");
}

/// docs/spec/invoices.md, section 11.
#[test]
fn the_worked_example_has_the_published_bytes() {
	let payment = Payment {
		platform: 5,
		reference: PaymentReference::of("PAY-1"),
		seller: 5,
		buyer: 1,
		order: DocumentHash(sha256(b"prescription 17\n")),
		currency: "EUR".parse().expect("a currency"),
	};
	assert_eq!(
		payment.reference.to_string(),
		"0xfd95d69019c26575ab836aebe27a1f0c201b5f617407c2ec095ccf0260655498"
	);
	assert_eq!(
		InvoiceNumber::of("2026-0001").to_string(),
		"0x093e1f403999cbb59f361c1c7e4cba615b7e004699b6d908ce1c73e15470f184"
	);
	let output = json!({
		"kind": "receipt",
		"holder": 1,
		"amounts": [{ "category": "S", "rate": 1_900, "net": 10_000, "vat": 1_900 }],
	});
	let output = serde_json::from_value(output).expect("an output");
	let transaction = Transaction {
		action: Action::Receipt { payment },
		inputs: Default::default(),
		outputs: vec![output].try_into().expect("one is not too many"),
		valid_until: 1_000,
	};
	let published = "0x0005000000fd95d69019c26575ab836aebe27a1f0c201b5f617407c2ec095ccf0260655498\
		0500000001000000228f723fa15203edf82cf461776cf872516ca11bb48d89ce3a3744cf220d431f45555200040001000000\
		04006c0710270000000000006c07000000000000e8030000";
	assert_eq!(Some(transaction.encode()), from_hex(published));
	assert_eq!(
		transaction.id(&[1; 32]).to_string(),
		"0xe0955651d418ce5e8faafbb40d385009b0aef446cc623e3f7d141891402a5fb6"
	);
}
