// SPDX-License-Identifier: Apache-2.0

use super::trace::Step;
use chirograph_primitives::{
	invoice::{ActionKind, Currency, InvoiceId, OutputKind, OutputRecord, VatAmount, VatCategory},
	TransactionId,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of an invoice's amounts: what was issued is all still there, in one kind of output or another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Books {
	/// Of which invoice.
	pub invoice: InvoiceId,
	/// In which currency.
	pub currency: Currency,
	/// Category by category, rate by rate.
	pub lines: Vec<BookLine>,
}

/// What became of the amounts in one category at one rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookLine {
	/// Which category.
	pub category: VatCategory,
	/// Which rate, in hundredths of a percent.
	pub rate: u16,
	/// As the invoice was issued. None: more than can be counted.
	pub issued: Option<Sums>,
	/// Where it is now, by the kind of output; none: more than can be counted. A receipt is what was rejected or voided, whatever became of that
	/// afterwards.
	pub now: BTreeMap<OutputKind, Option<Sums>>,
}

/// Amounts in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sums {
	/// Without VAT.
	pub net: u64,
	/// The VAT.
	pub vat: u64,
}

impl Sums {
	/// Both together. None: more than can be counted.
	fn plus(self, other: Self) -> Option<Self> {
		Some(Self {
			net: self.net.checked_add(other.net)?,
			vat: self.vat.checked_add(other.vat)?,
		})
	}

	/// With VAT. None: more than can be counted.
	pub const fn gross(&self) -> Option<u64> {
		self.net.checked_add(self.vat)
	}
}

impl From<&VatAmount> for Sums {
	fn from(amount: &VatAmount) -> Self {
		Self {
			net: amount.net,
			vat: amount.vat,
		}
	}
}

impl BookLine {
	/// How much of it is of that kind now. None: more than can be counted.
	pub fn of(&self, kind: OutputKind) -> Option<Sums> {
		self.now.get(&kind).copied().unwrap_or_else(|| Some(Sums::default()))
	}

	/// Whether what was issued is what is there. What cannot be counted is not.
	pub fn balanced(&self) -> bool {
		self.issued.is_some() && sum(self.now.values().copied()) == self.issued
	}
}

impl Books {
	/// Of the invoice that was issued as `issued`, with every transaction that comes of that.
	pub(super) fn of(invoice: InvoiceId, issuance: TransactionId, issued: &OutputRecord, later: &[Step]) -> Self {
		let mut books = Self {
			invoice,
			currency: issued.provenance.currency,
			lines: Vec::new(),
		};
		for amount in &issued.output.amounts {
			let line = books.line(amount);
			line.issued = sum([line.issued, Some(amount.into())]);
		}
		if issued.consumed.is_none() {
			books.enter(issued);
		}
		let is_of_it = |record: &OutputRecord| record.provenance.invoice() == Some(invoice);
		let known: BTreeMap<TransactionId, &Step> = later.iter().map(|step| (step.id, step)).collect();
		for step in later {
			let record = &step.record;
			record
				.outputs
				.iter()
				.filter(|output| output.consumed.is_none() && is_of_it(output))
				.for_each(|output| books.enter(output));
			if !matches!(record.action, ActionKind::Reject | ActionKind::Void) {
				continue;
			}
			// A receipt is of no invoice any more: what it was consumed from is.
			let was_of_it = record.inputs.iter().any(|input| {
				let before = known.get(&input.transaction);
				input.transaction == issuance && input.index == 0
					|| before
						.and_then(|step| step.record.outputs.get(usize::from(input.index)))
						.is_some_and(is_of_it)
			});
			if was_of_it {
				record.outputs.iter().for_each(|output| books.enter(output));
			}
		}
		books
	}

	fn line(&mut self, amount: &VatAmount) -> &mut BookLine {
		let found = self
			.lines
			.binary_search_by_key(&amount.key(), |line| (line.category, line.rate));
		let index = found.unwrap_or_else(|index| {
			let line = BookLine {
				category: amount.category,
				rate: amount.rate,
				issued: Some(Sums::default()),
				now: BTreeMap::new(),
			};
			self.lines.insert(index, line);
			index
		});
		&mut self.lines[index]
	}

	fn enter(&mut self, record: &OutputRecord) {
		for amount in &record.output.amounts {
			let kind = record.output.kind;
			let sums = self.line(amount).now.entry(kind).or_insert_with(|| Some(Sums::default()));
			*sums = sum([*sums, Some(amount.into())]);
		}
	}

	/// Whether what was issued is what is there, in every category and at every rate.
	pub fn balanced(&self) -> bool {
		self.lines.iter().all(BookLine::balanced)
	}

	/// How much is of that kind now. None: more than can be counted.
	pub fn total(&self, kind: OutputKind) -> Option<Sums> {
		sum(self.lines.iter().map(|line| line.of(kind)))
	}

	/// How much was issued. None: more than can be counted.
	pub fn issued(&self) -> Option<Sums> {
		sum(self.lines.iter().map(|line| line.issued))
	}
}

fn sum(sums: impl IntoIterator<Item = Option<Sums>>) -> Option<Sums> {
	sums.into_iter().try_fold(Sums::default(), |all, one| all.plus(one?))
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{
		invoice::{OutPoint, Output, Provenance, TransactionRecord},
		Inclusion, InvoiceNumber,
	};

	const INVOICE: InvoiceId = InvoiceId {
		seller: 2,
		number: InvoiceNumber([1; 32]),
	};
	const ISSUANCE: TransactionId = TransactionId([1; 32]);

	fn amount(category: VatCategory, rate: u16, net: u64, vat: u64) -> VatAmount {
		VatAmount {
			category,
			rate,
			net,
			vat,
		}
	}

	fn standard(net: u64, vat: u64) -> Vec<VatAmount> {
		vec![amount(VatCategory::S, 1_900, net, vat)]
	}

	fn output(kind: OutputKind, amounts: Vec<VatAmount>, consumed: Option<TransactionId>) -> OutputRecord {
		OutputRecord {
			output: Output {
				kind,
				holder: 1,
				amounts: amounts.try_into().expect("are few"),
			},
			provenance: Provenance {
				seller: 2,
				buyer: 1,
				currency: Currency(*b"EUR"),
				number: (kind != OutputKind::Receipt).then_some(INVOICE.number),
				origin: None,
				destination: None,
			},
			consumed,
		}
	}

	fn step(id: u8, action: ActionKind, input: (u8, u8), outputs: Vec<OutputRecord>) -> Step {
		let input = OutPoint {
			transaction: TransactionId([input.0; 32]),
			index: input.1,
		};
		Step {
			id: TransactionId([id; 32]),
			record: TransactionRecord {
				action,
				inputs: vec![input].try_into().expect("is one"),
				outputs: outputs.try_into().expect("are two at the most"),
				document: None,
				period: None,
				at: Inclusion {
					block: id.into(),
					extrinsic: 1,
					time: 0,
				},
			},
		}
	}

	/// Of an invoice over 100 and 19, reimbursed in part, of which a part was credited, and the rest cleared.
	fn partly() -> Vec<Step> {
		let by = |id| Some(TransactionId([id; 32]));
		vec![
			step(
				2,
				ActionKind::Reimburse,
				(1, 0),
				vec![
					output(OutputKind::Reimbursed, standard(60, 11), by(3)),
					output(OutputKind::Invoice, standard(40, 8), None),
				],
			),
			step(
				3,
				ActionKind::Credit,
				(2, 0),
				vec![
					output(OutputKind::Credited, standard(10, 2), None),
					output(OutputKind::Reimbursed, standard(50, 9), by(4)),
				],
			),
			step(
				4,
				ActionKind::Clear,
				(3, 1),
				vec![output(OutputKind::Cleared, standard(50, 9), None)],
			),
		]
	}

	fn books(steps: &[Step]) -> Books {
		let issued = output(OutputKind::Invoice, standard(100, 19), Some(TransactionId([2; 32])));
		Books::of(INVOICE, ISSUANCE, &issued, steps)
	}

	#[test]
	fn what_was_issued_is_found_again_in_every_kind_of_output() {
		let books = books(&partly());
		assert!(books.balanced());
		let of = |kind| {
			let Sums { net, vat } = books.total(kind).expect("can be counted");
			(net, vat)
		};
		assert_eq!(of(OutputKind::Invoice), (40, 8));
		assert_eq!(of(OutputKind::Reimbursed), (0, 0));
		assert_eq!(of(OutputKind::Credited), (10, 2));
		assert_eq!(of(OutputKind::Cleared), (50, 9));
		assert_eq!(books.issued().and_then(|sums| sums.gross()), Some(119));
	}

	#[test]
	fn an_invoice_that_nobody_used_is_balanced() {
		let issued = output(OutputKind::Invoice, standard(100, 19), None);
		let books = Books::of(INVOICE, ISSUANCE, &issued, &[]);
		assert!(books.balanced());
		assert_eq!(books.total(OutputKind::Invoice), books.issued());
	}

	/// What becomes of the receipt afterwards is not of this invoice.
	#[test]
	fn what_is_rejected_or_voided_counts_once_whatever_becomes_of_it() {
		for action in [ActionKind::Reject, ActionKind::Void] {
			let mut again = output(OutputKind::Invoice, standard(100, 19), None);
			again.provenance.number = Some(InvoiceNumber([9; 32]));
			let steps = [
				step(
					2,
					action,
					(1, 0),
					vec![output(OutputKind::Receipt, standard(100, 19), Some(TransactionId([3; 32])))],
				),
				step(3, ActionKind::Issue, (2, 0), vec![again]),
			];
			let books = books(&steps);
			assert!(books.balanced(), "{action:?}");
			assert_eq!(books.total(OutputKind::Receipt), books.issued());
			assert_eq!(books.total(OutputKind::Invoice), Some(Sums::default()));
		}
	}

	#[test]
	fn what_another_invoice_was_voided_to_is_not_in_the_books() {
		let steps = [step(
			2,
			ActionKind::Void,
			(7, 0),
			vec![output(OutputKind::Receipt, standard(100, 19), None)],
		)];
		let issued = output(OutputKind::Invoice, standard(100, 19), None);
		let books = Books::of(INVOICE, ISSUANCE, &issued, &steps);
		assert!(books.balanced());
		assert_eq!(books.total(OutputKind::Receipt), Some(Sums::default()));
	}

	#[test]
	fn whatever_is_missing_or_too_much_in_one_category_is_noticed() {
		assert!(books(&partly()).balanced(), "the control");
		let alterations: [fn(&mut VatAmount); 4] = [
			|amount| amount.net -= 1,
			|amount| amount.vat += 1,
			|amount| amount.rate = 700,
			|amount| amount.category = VatCategory::Z,
		];
		for alter in alterations {
			let mut steps = partly();
			let cleared = steps[2].record.outputs.get_mut(0).expect("is there");
			alter(cleared.output.amounts.get_mut(0).expect("is there"));
			assert!(!books(&steps).balanced());
		}
		let mut steps = partly();
		steps.pop();
		assert!(!books(&steps).balanced(), "a step that is missing");
	}

	/// Saturated, both sides would be the same.
	#[test]
	fn what_is_more_than_can_be_counted_is_not_balanced() {
		let books_of = |rest: u64| {
			let mut steps = partly();
			for (index, net) in [(0, u64::MAX), (1, rest)] {
				let output = steps[0].record.outputs.get_mut(index).expect("is there");
				output.consumed = None;
				output.output.amounts.get_mut(0).expect("is there").net = net;
			}
			steps.truncate(1);
			let issued = output(OutputKind::Invoice, standard(u64::MAX, 19), Some(TransactionId([2; 32])));
			Books::of(INVOICE, ISSUANCE, &issued, &steps)
		};
		assert!(books_of(0).balanced(), "the control");
		assert!(!books_of(1).balanced());
		assert_eq!(books_of(1).issued().map(|sums| sums.gross()), Some(None));
	}

	#[test]
	fn categories_and_rates_are_kept_apart_and_in_order() {
		let amounts = vec![
			amount(VatCategory::S, 700, 10, 1),
			amount(VatCategory::S, 1_900, 100, 19),
			amount(VatCategory::Z, 0, 5, 0),
		];
		let issued = output(OutputKind::Invoice, amounts, None);
		let books = Books::of(INVOICE, ISSUANCE, &issued, &[]);
		let keys: Vec<_> = books.lines.iter().map(|line| (line.category, line.rate)).collect();
		assert_eq!(keys, [(VatCategory::S, 700), (VatCategory::S, 1_900), (VatCategory::Z, 0)]);
		assert!(books.balanced());
	}
}
