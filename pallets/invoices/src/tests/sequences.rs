// SPDX-License-Identifier: Apache-2.0

//! Whoever does whatever in whatever order: value is conserved by category, rate and currency, no output is consumed twice, and what is
//! refused changes nothing.
//!
//! The model is as simple as can be: it knows what was paid, and which outputs are left. It believes what the chain executes, and looks
//! whether the books balance. `PROPTEST_CASES` says how many histories there are.

use super::*;
use proptest::{
	prelude::*,
	sample::Index,
	strategy::{Union, ValueTree},
	test_runner::TestRunner,
};
use sp_runtime::StateVersion;

/// So many steps are a history.
const STEPS: usize = 50;

/// How often each comes. What others need first comes more often, what ends outputs less.
const KINDS: [(u32, ActionKind); 10] = [
	(4, ActionKind::Receipt),
	(6, ActionKind::Issue),
	(3, ActionKind::PayAndInvoice),
	(1, ActionKind::Accept),
	(1, ActionKind::Reject),
	(4, ActionKind::Transfer),
	(5, ActionKind::Reimburse),
	(4, ActionKind::Clear),
	(3, ActionKind::Credit),
	(1, ActionKind::Void),
];

/// What somebody hostile does to a step that is in order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trick {
	/// More comes out than goes in.
	Inflate,
	/// Less does.
	Deflate,
	/// What was executed is sent again, as it is.
	Replay,
	/// What was consumed is consumed again.
	SpendAgain,
	/// One signature is missing.
	LeaveOut,
	/// One is by another key.
	Forge,
	/// All are for another network.
	OtherNetwork,
	/// Another authority signs than is competent.
	OtherAuthority,
}

const TRICKS: [Trick; 8] = [
	Trick::Inflate,
	Trick::Deflate,
	Trick::Replay,
	Trick::SpendAgain,
	Trick::LeaveOut,
	Trick::Forge,
	Trick::OtherNetwork,
	Trick::OtherAuthority,
];

/// What is drawn by lot, before anybody knows how the chain is when its turn comes.
#[derive(Clone, Copy, Debug)]
struct Step {
	kind: ActionKind,
	/// Blocks that pass before.
	pause: BlockNumber,
	trick: Option<Trick>,
	which: Index,
	who: Index,
	part: Index,
}

fn step() -> impl Strategy<Value = Step> {
	let kind = Union::new_weighted(KINDS.map(|(weight, kind)| (weight, Just(kind))).to_vec());
	let trick = prop::option::weighted(0.25, prop::sample::select(TRICKS.to_vec()));
	let drawn = (kind, 0..3u32, trick, any::<[Index; 3]>());
	drawn.prop_map(|(kind, pause, trick, [which, who, part])| Step {
		kind,
		pause,
		trick,
		which,
		who,
		part,
	})
}

fn history() -> impl Strategy<Value = Vec<Step>> {
	prop::collection::vec(step(), STEPS)
}

fn cases() -> u32 {
	let set = std::env::var("PROPTEST_CASES").ok().and_then(|value| value.parse().ok());
	set.unwrap_or(32)
}

type Books = BTreeMap<(Currency, VatCategory, u16), (u128, u128)>;

fn book(books: &mut Books, currency: Currency, amounts: &[VatAmount]) {
	for amount in amounts {
		let (net, vat) = books.entry((currency, amount.category, amount.rate)).or_default();
		*net += u128::from(amount.net);
		*vat += u128::from(amount.vat);
	}
}

/// What is not to be.
#[derive(Clone, Debug, PartialEq)]
enum Violation {
	/// An output was consumed that was not there any more, or never.
	ConsumedTwice,
	/// Something came from nothing, or was lost.
	NotConserved,
	/// The chain says something else of what is left.
	OtherOutputs,
	/// Something was executed that nobody may.
	Executed(Trick),
	/// Something was refused, and changed something.
	RefusedWithAnEffect,
	/// An invariant is broken.
	Invariant(String),
}

/// What a simple mind keeps of the chain.
#[derive(Default)]
struct Model {
	paid: Books,
	left: BTreeMap<OutPoint, (Currency, Output)>,
	consumed: Vec<OutPoint>,
	executed: Vec<(LabelId, Transaction, Vec<Witness>)>,
	/// So many documents and payments were made up.
	count: u32,
}

impl Model {
	/// Believes that it was executed.
	fn believe(&mut self, transaction: &Transaction) -> Result<(), Violation> {
		let (mut before, mut after) = (Books::new(), Books::new());
		let mut currency = None;
		for point in &transaction.inputs {
			let (of, output) = self.left.remove(point).ok_or(Violation::ConsumedTwice)?;
			book(&mut before, of, &output.amounts);
			self.consumed.push(*point);
			currency = Some(of);
		}
		let paid = transaction.action.payment().map(|payment| payment.currency);
		let id = transaction.id(&GENESIS);
		for (index, output) in (0..).zip(&transaction.outputs) {
			let currency = currency.or(paid).ok_or(Violation::NotConserved)?;
			book(&mut after, currency, &output.amounts);
			let point = OutPoint { transaction: id, index };
			self.left.insert(point, (currency, output.clone()));
		}
		match paid {
			Some(currency) => transaction
				.outputs
				.iter()
				.for_each(|output| book(&mut self.paid, currency, &output.amounts)),
			None if before == after => {},
			None => return Err(Violation::NotConserved),
		}
		Ok(())
	}

	/// Whether the books balance, and the chain says the same.
	fn check(&self) -> Result<(), Violation> {
		let mut books = Books::new();
		for (currency, output) in self.left.values() {
			book(&mut books, *currency, &output.amounts);
		}
		if books != self.paid {
			return Err(Violation::NotConserved);
		}
		let unspent = crate::Unspent::<Test>::iter_keys().map(|(holder, point)| {
			let record = output_at(point);
			assert_eq!(record.output.holder, holder);
			(point, (record.provenance.currency, record.output))
		});
		if unspent.collect::<BTreeMap<_, _>>() != self.left {
			return Err(Violation::OtherOutputs);
		}
		let invariants = Invoices::do_try_state();
		invariants.map_err(|broken| Violation::Invariant(format!("{broken:?}")))
	}

	/// The outputs that something can be done with.
	fn some(&self, can_be: impl Fn(&OutPoint, &Output) -> bool) -> Vec<OutPoint> {
		let able = self.left.iter().filter(|(point, (_, output))| can_be(point, output));
		able.map(|(point, _)| *point).collect()
	}

	fn number(&mut self) -> String {
		self.count += 1;
		format!("number {}", self.count)
	}
}

const SELLERS: [(LabelId, LabelId); 2] = [(HOSPITAL, NORTH), (BAKER, SOUTH)];
const BUYERS: [LabelId; 3] = [PATIENT, RELATIVE, COMPANY];
const ENTERPRISES: [LabelId; 2] = [EMPLOYER, COMPANY];

/// The authority of the seller of what is consumed.
fn authority_of(point: OutPoint) -> LabelId {
	let seller = output_at(point).provenance.seller;
	let mut known = SELLERS.into_iter().filter(|(known, _)| *known == seller);
	known.next().expect("there are no other sellers").1
}

/// Whole, and nobody said anything yet; whether in time, is another question.
fn is_untouched(point: &OutPoint) -> bool {
	let id = output_at(*point).provenance.invoice();
	let invoice = id.and_then(crate::Invoices::<Test>::get);
	invoice.is_some_and(|invoice| first(invoice.issued_by) == *point)
}

fn is_open(point: &OutPoint) -> bool {
	let id = output_at(*point).provenance.invoice();
	let invoice = id.and_then(crate::Invoices::<Test>::get);
	invoice.is_some_and(|invoice| {
		invoice.acceptance == invoice::Acceptance::Open && System::block_number() <= invoice.rejectable_until
	})
}

impl Step {
	/// A quarter, the half, three quarters or all; of each category something, with as much of its VAT, rounded down.
	fn part_of(&self, point: OutPoint) -> Amounts {
		let quarters = self.part.index(4) as u64 + 1;
		let parts = output_at(point).output.amounts.into_iter().map(|amount| {
			let net = (amount.net * quarters / 4).max(1);
			let vat = amount.vat * net / amount.net;
			VatAmount { net, vat, ..amount }
		});
		parts.collect::<Vec<_>>().try_into().expect("as many as before")
	}

	fn payment(&self, model: &mut Model) -> Payment {
		Payment {
			seller: SELLERS[self.which.index(2)].0,
			buyer: *self.who.get(&BUYERS),
			currency: [EUR, USD][self.part.index(2)],
			..payment(&model.number())
		}
	}

	fn amounts(&self) -> Amounts {
		amounts(1 + self.part.index(50) as u64, self.who.index(20) as u64)
	}

	/// A transaction that is in order as things are now; a payment, where there is nothing that this could be done with.
	fn transaction(&self, model: &mut Model) -> Transaction {
		self.attempt(model)
			.unwrap_or_else(|| receipt(self.payment(model), self.amounts()))
	}

	fn attempt(&self, model: &mut Model) -> Option<Transaction> {
		let pick = |points: Vec<OutPoint>| (!points.is_empty()).then(|| *self.which.get(&points));
		let of_kind = |kinds: &'static [OutputKind]| move |_: &OutPoint, output: &Output| kinds.contains(&output.kind);
		Some(match self.kind {
			ActionKind::Receipt => receipt(self.payment(model), self.amounts()),
			ActionKind::PayAndInvoice => {
				let payment = Payment {
					currency: EUR,
					..self.payment(model)
				};
				let (_, authority) = SELLERS[self.which.index(2)];
				pay_and_invoice(payment, authority, &model.number(), self.amounts())
			},
			ActionKind::Issue => {
				let point = pick(model.some(of_kind(&[OutputKind::Receipt])))?;
				// With another one, if there is one that goes with it.
				let provenance = output_at(point).provenance;
				let holder = output_at(point).output.holder;
				let others = model.some(|other, output| {
					let is_alike = output.holder == holder && output_at(*other).provenance == provenance;
					output.kind == OutputKind::Receipt && *other != point && is_alike
				});
				let points: Vec<_> = [point]
					.into_iter()
					.chain(others.into_iter().take(self.who.index(3)))
					.collect();
				issue_by(authority_of(point), &model.number(), &points, self.part_of(point))
			},
			ActionKind::Accept => {
				let point = pick(model.some(|point, output| output.kind == OutputKind::Invoice && is_open(point)))?;
				accept(output_at(point).provenance.invoice()?)
			},
			ActionKind::Reject => {
				let can_be = |point: &OutPoint, output: &Output| {
					output.kind == OutputKind::Invoice && is_untouched(point) && is_open(point)
				};
				reject(pick(model.some(can_be))?)
			},
			ActionKind::Transfer => {
				let point = pick(model.some(|_, output| output.kind.is_transferable()))?;
				let output = output_at(point).output;
				let able: &[LabelId] = match output.kind.holder_role() {
					Role::Owner => &BUYERS,
					_ => &ENTERPRISES,
				};
				let others: Vec<_> = able.iter().copied().filter(|label| *label != output.holder).collect();
				hand_over(point, *self.who.get(&others))
			},
			ActionKind::Reimburse => {
				let point = pick(model.some(of_kind(&[OutputKind::Invoice, OutputKind::Deducted])))?;
				reimburse(&[point], *self.who.get(&ENTERPRISES), self.part_of(point))
			},
			ActionKind::Clear => {
				let point = pick(model.some(|point, output| match output.kind {
					OutputKind::Reimbursed => true,
					OutputKind::Invoice => output.holder == COMPANY && output_at(*point).provenance.buyer == COMPANY,
					_ => false,
				}))?;
				clear(&[point], SOUTH, self.part_of(point))
			},
			ActionKind::Credit => {
				let point = pick(model.some(|_, output| output.kind.credited().is_some()))?;
				let is_deducted = matches!(output_at(point).output.kind, OutputKind::Deducted | OutputKind::Cleared);
				let adjusted_by = is_deducted.then_some(SOUTH);
				credit_by(
					authority_of(point),
					adjusted_by,
					&model.number(),
					&[point],
					self.part_of(point),
				)
			},
			ActionKind::Void => {
				let can_be = |point: &OutPoint, output: &Output| output.kind == OutputKind::Invoice && is_untouched(point);
				let point = pick(model.some(can_be))?;
				void_by(authority_of(point), point)
			},
		})
	}

	/// What is sent, by whom, with which signatures; and with which trick, if it is one that cannot be in order.
	fn sent(&self, model: &mut Model) -> (LabelId, Transaction, Vec<Witness>, Option<Trick>) {
		let mut transaction = self.transaction(model);
		let is_payment = matches!(transaction.kind(), ActionKind::Receipt | ActionKind::PayAndInvoice);
		let mut trick = self.trick;
		match self.trick {
			Some(Trick::Inflate | Trick::Deflate) => match transaction.outputs.iter_mut().next() {
				// What is said to be paid was paid.
				Some(output) if !is_payment => {
					let mut lines = output.amounts.to_vec();
					let by = if matches!(self.trick, Some(Trick::Inflate)) { 1 } else { -1 };
					lines[0].net = lines[0].net.saturating_add_signed(by);
					output.amounts = lines.try_into().expect("as many as before");
				},
				_ => trick = None,
			},
			Some(Trick::Replay) if !model.executed.is_empty() => {
				let (submitter, transaction, witnesses) = self.which.get(&model.executed).clone();
				return (submitter, transaction, witnesses, trick);
			},
			Some(Trick::SpendAgain) if !model.consumed.is_empty() => {
				let point = *self.which.get(&model.consumed);
				let holder = output_at(point).output.holder;
				let others: Vec<_> = BUYERS
					.into_iter()
					.chain([EMPLOYER])
					.filter(|label| *label != holder)
					.collect();
				transaction = hand_over(point, *self.who.get(&others));
			},
			Some(Trick::OtherAuthority) => match &mut transaction.action {
				Action::Issue { authority, .. }
				| Action::PayAndInvoice { authority, .. }
				| Action::Clear { authority, .. }
				| Action::Credit { authority, .. }
				| Action::Void { authority } => *authority = if *authority == NORTH { SOUTH } else { NORTH },
				_ => trick = None,
			},
			Some(Trick::Replay | Trick::SpendAgain) => trick = None,
			_ => {},
		}
		let mut witnesses: Vec<_> = signers(&transaction)
			.into_iter()
			.map(|label| witness(label, &transaction))
			.collect();
		let one = self.who.index(witnesses.len().max(1));
		match trick {
			Some(Trick::LeaveOut) => {
				witnesses.remove(one);
			},
			Some(Trick::Forge) => {
				witnesses[one].signature = Key::new(200).sign(&transaction.payload(&GENESIS));
			},
			Some(Trick::OtherNetwork) => {
				for witness in &mut witnesses {
					witness.signature = key_of(witness.label).sign(&transaction.payload(&[0x48; 32]));
				}
			},
			_ => {},
		}
		(AGENT, transaction, witnesses, trick)
	}
}

fn storage_root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// Takes these steps on a new chain, and checks after each of them what is to be true. What was executed of what was in order, and what
/// was refused of it.
fn run(steps: &[Step], is_faulty: bool) -> Result<(Vec<ActionKind>, Vec<String>), Violation> {
	new_test_ext().execute_with(|| {
		if is_faulty {
			make_a_mistake();
		}
		for (seller, authority) in SELLERS {
			let conditions = invoice::Conditions {
				valid_until: u32::MAX,
				..conditions()
			};
			assert_ok!(Invoices::set_conditions(signed(seller), conditions));
			let until = u32::MAX;
			assert_ok!(Invoices::authorise(
				signed(authority),
				seller,
				EUR,
				1_000_000,
				u64::MAX,
				until
			));
		}
		let (mut model, mut executed, mut refused) = (Model::default(), vec![], vec![]);
		for step in steps {
			System::set_block_number(System::block_number() + step.pause);
			System::reset_events();
			let (submitter, transaction, witnesses, trick) = step.sent(&mut model);
			let before = storage_root();
			match send_with(submitter, &transaction, witnesses.clone()) {
				Ok(()) => {
					model.believe(&transaction)?;
					if let Some(trick) = trick {
						return Err(Violation::Executed(trick));
					}
					executed.push(transaction.kind());
					model.executed.push((submitter, transaction, witnesses));
				},
				Err(error) => {
					if storage_root() != before {
						return Err(Violation::RefusedWithAnEffect);
					}
					if trick.is_none() {
						refused.push(format!("{error:?}: {:?}", transaction.action));
					}
				},
			}
			model.check()?;
		}
		Ok((executed, refused))
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases()))]

	#[test]
	fn no_sequence_of_calls_breaks_conservation_or_single_use(steps in history()) {
		let outcome = run(&steps, false);
		prop_assert!(outcome.is_ok(), "{:?}", outcome);
	}
}

fn histories(count: usize) -> impl Iterator<Item = Vec<Step>> {
	let mut runner = TestRunner::deterministic();
	(0..count).map(move |_| history().new_tree(&mut runner).expect("nothing is filtered out").current())
}

/// The positive control of the above: a history in which nothing is executed shows nothing.
#[test]
fn what_is_in_order_is_executed_and_each_action_often() {
	let (mut executed, mut refused) = (BTreeMap::<_, usize>::new(), vec![]);
	for steps in histories(20) {
		let (done, not_done) = run(&steps, false).expect("nothing is broken");
		for kind in done {
			*executed.entry(kind).or_default() += 1;
		}
		refused.extend(not_done);
	}
	for (_, kind) in KINDS {
		let times = executed.get(&kind).copied().unwrap_or_default();
		assert!(times >= 5, "{kind:?} was executed {times} times: {executed:?}, {refused:#?}");
	}
	let total: usize = executed.values().sum();
	assert!(
		total * 3 > 20 * STEPS * 2,
		"only {total} were executed: {executed:?}, {refused:#?}"
	);
	assert!(refused.len() * 50 < total, "in order and refused: {refused:#?}");
}

/// The positive control of the property: were conservation not checked, it would be noticed.
#[test]
fn without_conservation_the_property_fails() {
	let found = histories(20).find_map(|steps| run(&steps, true).err());
	assert_eq!(found, Some(Violation::NotConserved));
}
