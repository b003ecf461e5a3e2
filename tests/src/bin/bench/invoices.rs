// SPDX-License-Identifier: Apache-2.0

use super::{median, timed};
use chirograph_sdk::{
	invoices,
	keys::Keypair,
	passkeys,
	primitives::{
		calls,
		invoice::{
			amounts_of, judge, subtract, Acceptance, Action, Amounts, Conditions, Currency, Date, Facts, Invoice,
			InvoiceDocument, InvoiceId, OutPoint, Output, OutputKind, OutputRecord, Payment, Provenance, Route, Totals,
			Transaction, VatAmount, VatBreakdown, VatCategory, VatRate, MAX_INPUTS, MAX_VAT_LINES,
		},
		BlockNumber, DocumentHash, Inclusion, InvoiceNumber, LabelId, PaymentReference, Role, Roles, SignatureScheme,
		TransactionId,
	},
	submit::{call, Submitter},
};
use chirograph_tests::{
	load::{self, execution, witnesses, Load, FIRST_NONCE, PATIENCE},
	Network,
};
use futures::future::try_join_all;
use std::{hint::black_box, sync::Arc, time::Instant};

/// Labels of development accounts: the tax authority of the whole country, and who confirms payments.
const AUTHORITY: LabelId = 2;
const PLATFORM: LabelId = 5;
/// The first label that is applied for.
const SELLER: LabelId = 6;

const EUR: Currency = Currency(*b"EUR");

/// As many transfers in an extrinsic as fit well into a block.
const BATCH: usize = 50;
/// In how many turns what is compared is measured.
const TURNS: u64 = 3;
/// How often `trace` is measured.
const TRACES: usize = 7;

/// Judged so often in a row, or the clock would be most of it.
const IN_A_ROW: u32 = 1_000;

fn dev(name: &str) -> Keypair {
	Keypair::dev(name, SignatureScheme::Sr25519).expect("a development key")
}

fn amounts(lines: Vec<VatAmount>) -> Amounts {
	Amounts::try_from(lines).expect("no more than there may be")
}

fn output(kind: OutputKind, holder: LabelId, amounts: Amounts) -> Output {
	Output { kind, holder, amounts }
}

fn transaction(action: Action, inputs: Vec<OutPoint>, outputs: Vec<Output>, valid_until: BlockNumber) -> Transaction {
	Transaction {
		action,
		inputs: inputs.try_into().expect("no more than there may be"),
		outputs: outputs.try_into().expect("no more than there may be"),
		valid_until,
	}
}

/// Two rates, as a shop has them: 50 at 7 % and 100 at 19 %.
fn document(number: &str, issued: Date) -> InvoiceDocument {
	let line = |rate, taxable, tax| VatBreakdown {
		category: VatCategory::S,
		rate,
		lines: taxable,
		allowances: 0,
		charges: 0,
		taxable,
		tax,
	};
	InvoiceDocument {
		hash: DocumentHash(InvoiceNumber::of(number).0),
		number: InvoiceNumber::of(number),
		issued,
		currency: EUR,
		breakdown: vec![line(700, 5_000, 350), line(1_900, 10_000, 1_900)]
			.try_into()
			.expect("no more than there may be"),
		totals: Totals {
			lines: 15_000,
			exclusive: 15_000,
			vat: 2_250,
			inclusive: 17_250,
			paid: 17_250,
			..Totals::default()
		},
	}
}

fn payment(reference: &str, buyer: LabelId) -> Payment {
	Payment {
		platform: PLATFORM,
		reference: PaymentReference::of(reference),
		seller: SELLER,
		buyer,
		order: DocumentHash([1; 32]),
		currency: EUR,
	}
}

/// A transaction with the facts that it is judged by.
struct Case {
	name: &'static str,
	transaction: Transaction,
	inputs: Vec<OutputRecord>,
	invoice: Option<(InvoiceId, Invoice)>,
	destination: bool,
}

const BUYER: LabelId = 7;
const ENTERPRISE: LabelId = 8;
const NOW: Inclusion = Inclusion {
	block: 1_000,
	extrinsic: 1,
	// 2026-11-21.
	time: 1_795_219_200_000,
};

fn route() -> Route {
	Route {
		jurisdiction: "XX".parse().expect("the development networks are at home there"),
		authority: AUTHORITY,
	}
}

fn outpoints(count: usize) -> Vec<OutPoint> {
	let transactions = (0..count).map(|number| TransactionId([u8::try_from(number).unwrap_or(u8::MAX); 32]));
	transactions.map(|transaction| OutPoint { transaction, index: 0 }).collect()
}

fn cases() -> [Case; 3] {
	let (document, today) = (document("1", Date::of(NOW.time)), Date::of(NOW.time));
	let (valid_until, number) = (NOW.block + 100, document.number);
	let provenance = |number: Option<InvoiceNumber>| Provenance {
		seller: SELLER,
		buyer: BUYER,
		currency: EUR,
		number,
		origin: number.map(|_| route()),
		destination: None,
	};
	let record = |kind, amounts: &Amounts, number| OutputRecord {
		output: output(kind, BUYER, amounts.clone()),
		provenance: provenance(number),
		consumed: None,
	};
	let invoice = (
		InvoiceId { seller: SELLER, number },
		Invoice {
			issued_by: TransactionId([1; 32]),
			document: document.hash,
			issued: today,
			buyer: BUYER,
			at: Inclusion { block: 900, ..NOW },
			rejectable_until: 930,
			acceptance: Acceptance::Open,
		},
	);
	let all = amounts_of(&document.breakdown);
	let half = amounts(
		all.iter()
			.map(|amount| VatAmount {
				net: amount.net / 2,
				vat: amount.vat / 2,
				..*amount
			})
			.collect(),
	);
	let many = |net, vat| {
		let rates = (1..).take(MAX_VAT_LINES as usize);
		let line = |step: u16| VatAmount {
			category: VatCategory::S,
			rate: 100 * step,
			net,
			vat: vat * u64::from(step),
		};
		amounts(rates.map(line).collect())
	};
	let inputs = MAX_INPUTS as usize;
	let sum = many(10_000 * inputs as u64, 100 * inputs as u64);
	let taken = many(10_000, 100);
	let rest = many(10_000 * (inputs as u64 - 1), 100 * (inputs as u64 - 1));
	assert_eq!(subtract(&sum, &taken), Ok(rest.clone()));
	let issue = Action::Issue {
		seller: SELLER,
		authority: AUTHORITY,
		document,
	};
	let reimburse = || Action::Reimburse { enterprise: ENTERPRISE };
	[
		Case {
			name: "issue",
			transaction: transaction(
				issue,
				outpoints(1),
				vec![output(OutputKind::Invoice, BUYER, all.clone())],
				valid_until,
			),
			inputs: vec![record(OutputKind::Receipt, &all, None)],
			invoice: None,
			destination: false,
		},
		Case {
			name: "reimburse in part",
			transaction: transaction(
				reimburse(),
				outpoints(1),
				vec![
					output(OutputKind::Reimbursed, ENTERPRISE, half.clone()),
					output(OutputKind::Invoice, BUYER, half),
				],
				valid_until,
			),
			inputs: vec![record(OutputKind::Invoice, &all, Some(number))],
			invoice: Some(invoice.clone()),
			destination: true,
		},
		Case {
			name: "the largest",
			transaction: transaction(
				reimburse(),
				outpoints(inputs),
				vec![
					output(OutputKind::Reimbursed, ENTERPRISE, taken.clone()),
					output(OutputKind::Invoice, BUYER, rest),
				],
				valid_until,
			),
			inputs: vec![record(OutputKind::Invoice, &taken, Some(number)); inputs],
			invoice: Some(invoice),
			destination: true,
		},
	]
}

/// All that is computed about a transaction before it is executed, but for signatures: its id, who has to sign, and whether it may be.
fn validation(rounds: usize) {
	println!("validation of a transaction without its signatures, native, one thread, median of {rounds}");
	for case in cases() {
		let (genesis, invoice) = ([7; 32], case.invoice.as_ref());
		let facts = Facts {
			id: case.transaction.id(&genesis),
			here: NOW,
			longest_validity: 43_200,
			acceptance_period: 30,
			inputs: &case.inputs,
			invoice: invoice.map(|known| (&known.0, &known.1)),
			origin: Some(route()),
			destination: case.destination.then(route),
			origin_closed: None,
			destination_closed: None,
			conditions: None,
			authorisation: None,
		};
		let validate = || {
			let transaction = black_box(&case.transaction);
			let parties = transaction.parties(facts.inputs, facts.invoice.map(|(_, invoice)| invoice), NOW.block);
			let id = transaction.id(&genesis);
			(parties, judge(transaction, black_box(&Facts { id, ..facts })))
		};
		let (_, verdict) = validate();
		assert!(verdict.is_ok(), "{}: {verdict:?}", case.name);
		let run = || {
			for _ in 0..IN_A_ROW {
				let _ = black_box(validate());
			}
		};
		let mut times: Vec<_> = (0..rounds.max(1)).map(|_| timed(run) / IN_A_ROW).collect();
		let microseconds = median(&mut times).as_nanos() as f64 / 1e3;
		println!("{:>20} {microseconds:>8.2} µs  the target is 20 or less", case.name);
	}
}

/// Who buys, and with which label.
struct Buyer {
	key: Keypair,
	label: LabelId,
	nonce: u64,
}

/// What is in a transaction is made beforehand. The time is that of whoever submits: from before the first signature until the last one is
/// final.
struct Market {
	submitter: Submitter,
	buyers: Vec<Buyer>,
	seller: Keypair,
	platform: Keypair,
	authority: Keypair,
	valid_until: BlockNumber,
}

impl Market {
	async fn open(network: &Network, seller: Keypair, load: &Load) -> Self {
		let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
			.await
			.expect("the node answers");
		let chain = submitter.chain();
		let labels = load
			.accounts
			.iter()
			.map(|key| async move { passkeys::label_of(chain, &key.account()).await });
		let labels = try_join_all(labels).await.expect("Alice approved");
		let buyers = load.accounts.iter().zip(labels).map(|(key, label)| Buyer {
			key: key.clone(),
			label,
			nonce: FIRST_NONCE,
		});
		let buyers = buyers.collect();
		let valid_until = chain.valid_until(20_000).await.expect("the node answers");
		Self {
			buyers,
			seller,
			platform: dev("//Eve"),
			authority: dev("//Bob"),
			valid_until,
			submitter,
		}
	}

	/// Has each buyer sign and submit its transactions, with the signatures of others. Returns how many were final in a second.
	async fn execute(&mut self, all: &[Vec<Transaction>], others: &[(LabelId, &Keypair)]) -> f64 {
		let begin = Instant::now();
		let (submitter, mut sent) = (&self.submitter, Vec::new());
		for (buyer, transactions) in self.buyers.iter().zip(all) {
			for (nonce, transaction) in (buyer.nonce..).zip(transactions) {
				sent.push(async move {
					let signers = [others, &[(buyer.label, &buyer.key)]].concat();
					let call = execution(transaction, &witnesses(submitter.chain(), transaction, &signers));
					submitter.submit_with_nonce(&call, &buyer.key, nonce, PATIENCE).await
				});
			}
		}
		let count = sent.len();
		try_join_all(sent).await.expect("the network executes everything");
		let rate = count as f64 / begin.elapsed().as_secs_f64();
		for (buyer, transactions) in self.buyers.iter_mut().zip(all) {
			buyer.nonce += transactions.len() as u64;
		}
		rate
	}

	/// As many documents of each buyer are registered.
	async fn register(&mut self, load: &mut Load, each: u64) -> f64 {
		let mut documents = Vec::new();
		for buyer in &self.buyers {
			documents.extend(
				(buyer.nonce..)
					.take(each as usize)
					.map(|nonce| (buyer, nonce, load.document(&buyer.key))),
			);
		}
		let begin = Instant::now();
		let registrations = documents
			.iter()
			.map(|(buyer, nonce, evidence)| load::register(&self.submitter, &buyer.key, *nonce, evidence, self.valid_until));
		try_join_all(registrations).await.expect("the network registers everything");
		let rate = documents.len() as f64 / begin.elapsed().as_secs_f64();
		for buyer in &mut self.buyers {
			buyer.nonce += each;
		}
		rate
	}

	/// So many transactions of each buyer.
	fn each(&self, count: u64, make: impl Fn(&Buyer, u64) -> Transaction) -> Vec<Vec<Transaction>> {
		let of = |buyer: &Buyer| -> Vec<Transaction> { (0..count).map(|number| make(buyer, number)).collect() };
		self.buyers.iter().map(of).collect()
	}

	fn receipts(&self, turn: &str, count: u64) -> Vec<Vec<Transaction>> {
		let paid = amounts_of(&document("", Date::of(0)).breakdown);
		self.each(count, |buyer, number| {
			let payment = payment(&format!("receipt {turn} {} {number}", buyer.label), buyer.label);
			let receipt = output(OutputKind::Receipt, buyer.label, paid.clone());
			transaction(Action::Receipt { payment }, Vec::new(), vec![receipt], self.valid_until)
		})
	}

	fn issuances(&self, turn: &str, receipts: &[Vec<Transaction>], today: Date) -> Vec<Vec<Transaction>> {
		let genesis = self.submitter.chain().genesis();
		let of = |(buyer, receipts): (&Buyer, &Vec<Transaction>)| -> Vec<Transaction> {
			let issue = |(number, receipt): (usize, &Transaction)| {
				let document = document(&format!("{turn} {} {number}", buyer.label), today);
				let invoice = output(OutputKind::Invoice, buyer.label, amounts_of(&document.breakdown));
				let issue = Action::Issue {
					seller: SELLER,
					authority: AUTHORITY,
					document,
				};
				transaction(issue, vec![receipt.first_output(genesis)], vec![invoice], self.valid_until)
			};
			receipts.iter().enumerate().map(issue).collect()
		};
		self.buyers.iter().zip(receipts).map(of).collect()
	}

	fn paid_and_issued(&self, turn: &str, count: u64, today: Date) -> Vec<Vec<Transaction>> {
		self.each(count, |buyer, number| {
			let name = format!("at once {turn} {} {number}", buyer.label);
			let document = document(&name, today);
			let invoice = output(OutputKind::Invoice, buyer.label, amounts_of(&document.breakdown));
			let action = Action::PayAndInvoice {
				payment: payment(&name, buyer.label),
				authority: AUTHORITY,
				document,
			};
			transaction(action, Vec::new(), vec![invoice], self.valid_until)
		})
	}

	/// The seller and its authority say that invoices may be issued at once.
	async fn allow(&self) {
		let conditions = Conditions {
			currencies: vec![EUR].try_into().expect("one is not too many"),
			rates: [700, 1_900]
				.map(|rate| VatRate {
					category: VatCategory::S,
					rate,
				})
				.to_vec()
				.try_into()
				.expect("two are not too many"),
			platforms: vec![PLATFORM].try_into().expect("one is not too many"),
			max_total: u64::MAX,
			valid_until: self.valid_until,
		};
		let conditions = call("Invoices", "set_conditions", &conditions);
		let word = call("Invoices", "authorise", &(SELLER, EUR, u64::MAX, u64::MAX, self.valid_until));
		for (call, by) in [(conditions, &self.seller), (word, &self.authority)] {
			self.submitter
				.submit(&call, by, PATIENCE)
				.await
				.expect("they may say so beforehand");
		}
	}

	async fn today(&self) -> Date {
		let chain = self.submitter.chain();
		let at = chain.finalised().await.expect("the node answers");
		Date::of(chain.time(&at).await.expect("the node answers"))
	}
}

/// Issuance against registration, in turns, on one network; and the lineage of an output there.
async fn issuance(accounts: usize, each: u64, steps: usize) {
	let network = Network::local().await;
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	// Who sells, before all others: it is to have the first label.
	let shop = Load::with_roles(&submitter, 1, 2, Roles::only(Role::Taxpayer)).await;
	let seller = shop.expect("Alice is an auditor").accounts.remove(0);
	let label = passkeys::label_of(submitter.chain(), &seller.account()).await;
	assert_eq!(label.ok(), Some(SELLER));
	let mut load = Load::new(&submitter, accounts.max(2), 1).await.expect("Alice is an auditor");
	let mut market = Market::open(&network, seller.clone(), &load).await;
	let (platform, authority) = (market.platform.clone(), market.authority.clone());
	let with_platform = [(PLATFORM, &platform)];
	let (to_pay, to_issue) = (
		[(SELLER, &seller), (PLATFORM, &platform)],
		[(SELLER, &seller), (AUTHORITY, &authority)],
	);
	market.allow().await;
	let today = market.today().await;

	let mut rates = [const { Vec::new() }; 3];
	for turn in 0..TURNS {
		let turn = turn.to_string();
		let receipts = market.receipts(&turn, each);
		market.execute(&receipts, &to_pay).await;
		let (issuances, at_once) = (
			market.issuances(&turn, &receipts, today),
			market.paid_and_issued(&turn, each, today),
		);
		rates[0].push(market.register(&mut load, each).await);
		rates[1].push(market.execute(&issuances, &to_issue).await);
		rates[2].push(market.execute(&at_once, &with_platform).await);
	}
	let [registered, issued, at_once] = rates.map(middle);
	println!(
		"transactions a second, four validators; {} at a time, all at once, from signing to finality; the median of {TURNS} turns",
		market.buyers.len() as u64 * each
	);
	println!(
		"{:>20} {registered:>8.0}  one signature besides the extrinsic's",
		"registration"
	);
	println!("{:>20} {issued:>8.0}  three signatures besides", "issuance");
	println!("{:>20} {at_once:>8.0}  two signatures besides", "pay and invoice");
	println!(
		"{:>20} {:>7.0}%  of registration; the target is 70% or more",
		"issuance",
		100.0 * issued / registered
	);
	lineage(&mut market, steps, today).await;
}

/// Of an odd number of rates, the one in the middle.
fn middle(mut rates: Vec<f64>) -> f64 {
	rates.sort_by(f64::total_cmp);
	rates[rates.len() / 2]
}

/// An invoice is handed over so often, between two who buy; then it is followed back from where it is.
async fn lineage(market: &mut Market, steps: usize, today: Date) {
	let receipts: Vec<_> = market.receipts("to hand over", 1).into_iter().take(1).collect();
	let issuances = market.issuances("to hand over", &receipts, today);
	let (seller, authority) = (market.seller.clone(), market.authority.clone());
	let platform = market.platform.clone();
	market.execute(&receipts, &[(SELLER, &seller), (PLATFORM, &platform)]).await;
	market
		.execute(&issuances, &[(SELLER, &seller), (AUTHORITY, &authority)])
		.await;

	let (submitter, alice) = (&market.submitter, dev("//Alice"));
	let chain = submitter.chain();
	let both: Vec<_> = market.buyers.iter().take(2).map(|buyer| (buyer.label, &buyer.key)).collect();
	let all = amounts_of(&document("", today).breakdown);
	let execute = calls::numbers_of("Invoices", "execute").expect("is known");
	let mut held = issuances[0][0].first_output(chain.genesis());
	let mut handed_over = Vec::new();
	for step in 0..steps {
		let to = both[(step + 1) % 2].0;
		let invoice = output(OutputKind::Invoice, to, all.clone());
		let transfer = transaction(Action::Transfer { to }, vec![held], vec![invoice], market.valid_until);
		held = transfer.first_output(chain.genesis());
		let witnesses = witnesses(chain, &transfer, &both);
		handed_over.push((execute, transfer, witnesses));
	}
	let nonce = chain.nonce(&alice.account()).await.expect("the node answers");
	let batches: Vec<_> = handed_over
		.chunks(BATCH)
		.map(|transfers| call("Utility", "batch_all", &transfers))
		.collect();
	let sent = (nonce..)
		.zip(&batches)
		.map(|(nonce, batch)| submitter.submit_with_nonce(batch, &alice, nonce, PATIENCE));
	try_join_all(sent).await.expect("each hands over what the one before did");

	let at = chain.finalised().await.expect("the node answers");
	let mut times = Vec::new();
	for _ in 0..TRACES {
		let begin = Instant::now();
		let lineage = invoices::trace(chain, &at, held).await.expect("the node answers");
		times.push(begin.elapsed());
		assert_eq!(lineage.steps.len(), steps + 2, "with the payment and the issuance");
	}
	println!(
		"{:>20} {:>8} ms  for {steps} steps, over RPC, the median of {TRACES}; the target is 1000 or less",
		"trace",
		median(&mut times).as_millis()
	);
}

/// Everything about invoices that has a target, in one run.
pub async fn all(accounts: usize, each: u64, steps: usize, rounds: usize) {
	// Nothing else runs yet.
	validation(rounds);
	issuance(accounts, each, steps).await;
}
