// SPDX-License-Identifier: Apache-2.0

//! Costs of the calls, each at its worst. The parties' keys live in the keystore that the benchmarking host provides.

use crate::{
	Authorisations, Call, ClosedPeriods, Conditions, Config, CreditNotes, Invoices, Pallet, Payments, Transactions, Unspent,
};
use alloc::{vec, vec::Vec};
use chirograph_primitives::{
	invoice::{
		self, Acceptance, Action, ActionKind, Amounts, Authorisation, Currency, Date, Invoice, InvoiceDocument, InvoiceId,
		OutPoint, Output, OutputKind, OutputRecord, Payment, Period, Provenance, RejectReason, Route, Totals, Transaction,
		TransactionRecord, VatAmount, VatBreakdown, VatCategory, VatRate, Witness, Witnesses, MAX_CONDITIONS, MAX_INPUTS,
		MAX_VAT_LINES,
	},
	AccountId, Authority, Country, Directory, DocumentHash, InvoiceNumber, Jurisdiction, LabelId, Ledger, OwnerSignature,
	PaymentReference, Role, Routing, TransactionId,
};
use frame_benchmarking::v2::*;
use frame_support::BoundedVec;
use frame_system::RawOrigin;
use sp_core::{crypto::KeyTypeId, ecdsa, Get};
use sp_io::{crypto, hashing};

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");
const EUR: Currency = Currency(*b"EUR");
const NUMBER: InvoiceNumber = InvoiceNumber([1; 32]);
const FILE: DocumentHash = DocumentHash([2; 32]);
const REFERENCE: PaymentReference = PaymentReference([3; 32]);
/// Without VAT, in each category of each output that is consumed.
const NET: u64 = 10_000;

/// A label, and its key.
struct Somebody {
	account: AccountId,
	label: LabelId,
	key: ecdsa::Public,
}

impl Somebody {
	/// Somebody new in that role. ECDSA is the costliest scheme.
	fn new<T: Config>(role: Role) -> Result<Self, BenchmarkError> {
		let key = crypto::ecdsa_generate(KEY_TYPE, None);
		let account = AccountId::new(hashing::blake2_256(key.as_ref()));
		T::Authority::admit(&account, role);
		let label = T::Authority::ensure(&account, role)?;
		Ok(Self { account, label, key })
	}

	fn sign<T: Config>(&self, transaction: &Transaction) -> Witness {
		let payload = transaction.payload(&T::Ledger::genesis_hash());
		let signature = crypto::ecdsa_sign_prehashed(KEY_TYPE, &self.key, &hashing::sha2_256(&payload));
		Witness {
			label: self.label,
			signature: OwnerSignature::Ecdsa(signature.expect("the keystore made the key a moment ago")),
		}
	}
}

/// Everybody that a transaction can take, and who submits it for them: all of them sign, and then it is asked besides whether the submitter
/// may do that.
struct Scene {
	seller: Somebody,
	buyer: Somebody,
	platform: Somebody,
	enterprise: Somebody,
	/// The competent authority where all are at home.
	origin: Somebody,
	/// The competent authority of where the enterprise's outputs are.
	destination: Somebody,
	home: Jurisdiction,
	/// Where the enterprise's outputs are.
	abroad: Jurisdiction,
	submitter: AccountId,
}

impl Scene {
	/// All that stands beforehand is there, and as long as it can be.
	fn new<T: Config>() -> Result<Self, BenchmarkError> {
		let submitter: AccountId = whitelisted_caller();
		T::Authority::admit(&submitter, Role::BusinessPlatform);
		let seller = Somebody::new::<T>(Role::Taxpayer)?;
		let home = T::Authority::holder(seller.label, Role::Taxpayer)?.home;
		let scene = Self {
			seller,
			buyer: Somebody::new::<T>(Role::Owner)?,
			platform: Somebody::new::<T>(Role::PaymentPlatform)?,
			enterprise: Somebody::new::<T>(Role::Enterprise)?,
			origin: Somebody::new::<T>(Role::TaxAuthority)?,
			destination: Somebody::new::<T>(Role::TaxAuthority)?,
			home,
			abroad: Jurisdiction {
				country: Country(*b"YY"),
				..home
			},
			submitter,
		};
		T::Routing::appoint(home, scene.origin.label);
		T::Routing::appoint(scene.abroad, scene.destination.label);
		let long_ago = Period { year: 1, month: 1 };
		ClosedPeriods::<T>::insert(home, long_ago);
		ClosedPeriods::<T>::insert(scene.abroad, long_ago);
		let conditions = longest_conditions(scene.platform.label);
		Conditions::<T>::insert(scene.seller.label, (&scene.seller.account, conditions));
		Authorisations::<T>::insert(scene.seller.label, (&scene.origin.account, scene.word()));
		Ok(scene)
	}

	fn word(&self) -> Authorisation {
		Authorisation {
			authority: self.origin.label,
			currency: EUR,
			max_total: u64::MAX,
			remaining: u64::MAX,
			valid_until: u32::MAX,
		}
	}

	fn payment(&self) -> Payment {
		Payment {
			platform: self.platform.label,
			reference: REFERENCE,
			seller: self.seller.label,
			buyer: self.buyer.label,
			order: DocumentHash([4; 32]),
			currency: EUR,
		}
	}

	fn invoice_id(&self) -> InvoiceId {
		InvoiceId {
			seller: self.seller.label,
			number: NUMBER,
		}
	}

	/// Where outputs of that kind come from. What they keep are authorities that can act no more: those who are competent are asked for
	/// besides.
	fn provenance(&self, kind: OutputKind) -> Provenance {
		let route = |jurisdiction, authority| Some(Route { jurisdiction, authority });
		let of_invoice = kind != OutputKind::Receipt;
		let is_enterprise_s = kind.holder_role() == Role::Enterprise;
		Provenance {
			seller: self.seller.label,
			buyer: self.buyer.label,
			currency: EUR,
			number: of_invoice.then_some(NUMBER),
			origin: route(self.home, self.seller.label).filter(|_| of_invoice),
			destination: route(self.abroad, self.enterprise.label).filter(|_| is_enterprise_s),
		}
	}

	/// So many outputs of that kind, each of another transaction that is as large as can be; and the invoice that they are of, which the
	/// first of them is as it was issued. In ascending order.
	fn outputs<T: Config>(&self, kind: OutputKind, count: u32) -> Vec<OutPoint> {
		let holder = if kind.holder_role() == Role::Enterprise {
			self.enterprise.label
		} else {
			self.buyer.label
		};
		let at = T::Ledger::here();
		let nowhere = OutPoint {
			transaction: TransactionId([0; 32]),
			index: 0,
		};
		let mut points: Vec<_> = (0..count)
			.map(|number| OutPoint {
				transaction: TransactionId(hashing::sha2_256(&number.to_le_bytes())),
				index: 0,
			})
			.collect();
		points.sort_unstable();
		for point in &points {
			let output = OutputRecord {
				output: Output {
					kind,
					holder,
					amounts: amounts(NET),
				},
				provenance: self.provenance(kind),
				consumed: None,
			};
			let record = TransactionRecord {
				action: ActionKind::Issue,
				inputs: BoundedVec::truncate_from(vec![nowhere; MAX_INPUTS as usize]),
				outputs: BoundedVec::truncate_from(vec![output.clone(), output]),
				document: Some(FILE),
				period: None,
				at,
			};
			Transactions::<T>::insert(point.transaction, record);
			Unspent::<T>::insert(holder, point, ());
		}
		let issued_by = points.first().map_or(TransactionId([0; 32]), |point| point.transaction);
		let invoice = Invoice {
			issued_by,
			document: FILE,
			issued: today::<T>(),
			buyer: self.buyer.label,
			at,
			rejectable_until: u32::MAX,
			acceptance: Acceptance::Open,
		};
		if kind != OutputKind::Receipt {
			Invoices::<T>::insert(self.invoice_id(), invoice);
		}
		points
	}

	/// What comes of so many of them of which half becomes `kind`: that, and the rest.
	fn halves<T: Config>(&self, points: &[OutPoint], kind: OutputKind, holder: LabelId) -> Vec<Output> {
		let half = amounts(NET / 2 * points.len() as u64);
		let first = points.first().and_then(|point| Transactions::<T>::get(point.transaction));
		let rest = first.and_then(|record| record.outputs.first().cloned());
		let rest = rest.map(|record| Output {
			amounts: half.clone(),
			..record.output
		});
		let created = Output {
			kind,
			holder,
			amounts: half,
		};
		[Some(created), rest].into_iter().flatten().collect()
	}
}

/// In every category that there is room for; a whole number of minor units of VAT in each.
fn amounts(net: u64) -> Amounts {
	let lines = (1..=MAX_VAT_LINES as u16).map(|percent| VatAmount {
		category: VatCategory::S,
		rate: percent * 200,
		net,
		vat: net / 100 * u64::from(percent) * 2,
	});
	BoundedVec::truncate_from(lines.collect())
}

fn document<T: Config>(number: InvoiceNumber, amounts: &[VatAmount]) -> InvoiceDocument {
	let lines = amounts.iter().map(|amount| VatBreakdown {
		category: amount.category,
		rate: amount.rate,
		lines: amount.net,
		allowances: 0,
		charges: 0,
		taxable: amount.net,
		tax: amount.vat,
	});
	let net: u64 = amounts.iter().map(|amount| amount.net).sum();
	let vat: u64 = amounts.iter().map(|amount| amount.vat).sum();
	InvoiceDocument {
		hash: DocumentHash(number.0),
		number,
		issued: today::<T>(),
		currency: EUR,
		breakdown: BoundedVec::truncate_from(lines.collect()),
		totals: Totals {
			lines: net,
			exclusive: net,
			vat,
			inclusive: net + vat,
			paid: net + vat,
			..Totals::default()
		},
	}
}

fn today<T: Config>() -> Date {
	Date::of(T::Ledger::here().time)
}

/// As many as there may be; what is looked for comes last.
fn longest_conditions(platform: LabelId) -> invoice::Conditions {
	let others = MAX_CONDITIONS as usize - 1;
	let mut currencies = vec![Currency(*b"CHF"); others];
	currencies.push(EUR);
	let mut platforms = vec![LabelId::MAX; others];
	platforms.push(platform);
	let unused = VatRate {
		category: VatCategory::Z,
		rate: 0,
	};
	let used = amounts(NET)
		.into_iter()
		.map(|VatAmount { category, rate, .. }| VatRate { category, rate });
	let mut rates = vec![unused; MAX_CONDITIONS.saturating_sub(MAX_VAT_LINES) as usize];
	rates.extend(used);
	invoice::Conditions {
		currencies: BoundedVec::truncate_from(currencies),
		rates: BoundedVec::truncate_from(rates),
		platforms: BoundedVec::truncate_from(platforms),
		max_total: u64::MAX,
		valid_until: u32::MAX,
	}
}

fn transaction<T: Config>(action: Action, inputs: Vec<OutPoint>, outputs: Vec<Output>) -> Transaction {
	Transaction {
		action,
		inputs: BoundedVec::truncate_from(inputs),
		outputs: BoundedVec::truncate_from(outputs),
		valid_until: T::Ledger::here().block + T::MaxSignatureValidity::get(),
	}
}

fn witnesses<T: Config>(transaction: &Transaction, parties: &[&Somebody]) -> Witnesses {
	let signatures = parties.iter().map(|somebody| somebody.sign::<T>(transaction));
	BoundedVec::truncate_from(signatures.collect())
}

fn is_executed<T: Config>(transaction: &Transaction) -> bool {
	Transactions::<T>::contains_key(transaction.id(&T::Ledger::genesis_hash()))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn receipt() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let output = Output {
			kind: OutputKind::Receipt,
			holder: scene.buyer.label,
			amounts: amounts(NET),
		};
		let payment = scene.payment();
		let transaction = transaction::<T>(Action::Receipt { payment }, vec![], vec![output]);
		let witnesses = witnesses::<T>(&transaction, &[&scene.seller, &scene.buyer, &scene.platform]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn issue(n: Linear<1, { MAX_INPUTS }>) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Receipt, n);
		let outputs = scene.halves::<T>(&points, OutputKind::Invoice, scene.buyer.label);
		let action = Action::Issue {
			seller: scene.seller.label,
			authority: scene.origin.label,
			document: document::<T>(NUMBER, &amounts(NET / 2 * u64::from(n))),
		};
		let transaction = transaction::<T>(action, points, outputs);
		let witnesses = witnesses::<T>(&transaction, &[&scene.seller, &scene.buyer, &scene.origin]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn pay_and_invoice() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let output = Output {
			kind: OutputKind::Invoice,
			holder: scene.buyer.label,
			amounts: amounts(NET),
		};
		let action = Action::PayAndInvoice {
			payment: scene.payment(),
			authority: scene.origin.label,
			document: document::<T>(NUMBER, &amounts(NET)),
		};
		let transaction = transaction::<T>(action, vec![], vec![output]);
		let witnesses = witnesses::<T>(&transaction, &[&scene.buyer, &scene.platform]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction, witnesses);
		assert!(Payments::<T>::contains_key(scene.platform.label, REFERENCE));
		Ok(())
	}

	#[benchmark]
	fn accept() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		scene.outputs::<T>(OutputKind::Invoice, 1);
		let invoice = scene.invoice_id();
		let transaction = transaction::<T>(Action::Accept { invoice }, vec![], vec![]);
		let witnesses = witnesses::<T>(&transaction, &[&scene.buyer]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn reject() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Invoice, 1);
		let output = Output {
			kind: OutputKind::Receipt,
			holder: scene.buyer.label,
			amounts: amounts(NET),
		};
		let reason = RejectReason::Unspecified;
		let transaction = transaction::<T>(Action::Reject { reason }, points, vec![output]);
		let witnesses = witnesses::<T>(&transaction, &[&scene.buyer]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	/// Of what an enterprise holds: then the route of the next one is asked for.
	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Reimbursed, 1);
		let receiver = Somebody::new::<T>(Role::Enterprise)?;
		let output = Output {
			kind: OutputKind::Reimbursed,
			holder: receiver.label,
			amounts: amounts(NET),
		};
		let to = receiver.label;
		let transaction = transaction::<T>(Action::Transfer { to }, points, vec![output]);
		let witnesses = witnesses::<T>(&transaction, &[&scene.enterprise, &receiver]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn reimburse(n: Linear<1, { MAX_INPUTS }>) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Invoice, n);
		let enterprise = scene.enterprise.label;
		let outputs = scene.halves::<T>(&points, OutputKind::Reimbursed, enterprise);
		let transaction = transaction::<T>(Action::Reimburse { enterprise }, points, outputs);
		let witnesses = witnesses::<T>(&transaction, &[&scene.buyer, &scene.enterprise]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn clear(n: Linear<1, { MAX_INPUTS }>) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Reimbursed, n);
		let outputs = scene.halves::<T>(&points, OutputKind::Cleared, scene.enterprise.label);
		let action = Action::Clear {
			authority: scene.destination.label,
			period: today::<T>().period(),
		};
		let transaction = transaction::<T>(action, points, outputs);
		let witnesses = witnesses::<T>(&transaction, &[&scene.enterprise, &scene.destination]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn credit(n: Linear<1, { MAX_INPUTS }>) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Cleared, n);
		let outputs = scene.halves::<T>(&points, OutputKind::Adjusted, scene.enterprise.label);
		let number = InvoiceNumber([5; 32]);
		let action = Action::Credit {
			authority: scene.origin.label,
			adjusted_by: Some(scene.destination.label),
			invoice: scene.invoice_id(),
			invoice_hash: FILE,
			document: document::<T>(number, &amounts(NET / 2 * u64::from(n))),
		};
		let transaction = transaction::<T>(action, points, outputs);
		let all = [&scene.seller, &scene.enterprise, &scene.origin, &scene.destination];
		let witnesses = witnesses::<T>(&transaction, &all);
		let note = InvoiceId {
			number,
			..scene.invoice_id()
		};
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction, witnesses);
		assert!(CreditNotes::<T>::contains_key(note));
		Ok(())
	}

	#[benchmark]
	fn void() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let points = scene.outputs::<T>(OutputKind::Invoice, 1);
		let at = T::Ledger::here();
		Invoices::<T>::mutate(scene.invoice_id(), |invoice| {
			if let Some(invoice) = invoice {
				invoice.acceptance = Acceptance::Accepted { at };
			}
		});
		let output = Output {
			kind: OutputKind::Receipt,
			holder: scene.buyer.label,
			amounts: amounts(NET),
		};
		let authority = scene.origin.label;
		let transaction = transaction::<T>(Action::Void { authority }, points, vec![output]);
		let witnesses = witnesses::<T>(&transaction, &[&scene.seller, &scene.origin, &scene.buyer]);
		#[extrinsic_call]
		execute(RawOrigin::Signed(scene.submitter), transaction.clone(), witnesses);
		assert!(is_executed::<T>(&transaction));
		Ok(())
	}

	#[benchmark]
	fn set_conditions() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let conditions = longest_conditions(scene.platform.label);
		#[extrinsic_call]
		_(RawOrigin::Signed(scene.seller.account), conditions);
		assert!(Conditions::<T>::contains_key(scene.seller.label));
		Ok(())
	}

	#[benchmark]
	fn withdraw_conditions() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(scene.seller.account));
		assert!(!Conditions::<T>::contains_key(scene.seller.label));
		Ok(())
	}

	#[benchmark]
	fn authorise() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let authority = scene.origin.account.clone();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(authority),
			scene.seller.label,
			EUR,
			u64::MAX,
			u64::MAX,
			u32::MAX,
		);
		let given = (scene.origin.account.clone(), scene.word());
		assert_eq!(Authorisations::<T>::get(scene.seller.label), Some(given));
		Ok(())
	}

	#[benchmark]
	fn withdraw_authorisation() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(scene.origin.account), scene.seller.label);
		assert!(!Authorisations::<T>::contains_key(scene.seller.label));
		Ok(())
	}

	#[benchmark]
	fn close_period() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>()?;
		let period = today::<T>().period();
		#[extrinsic_call]
		_(RawOrigin::Signed(scene.origin.account), scene.home, period);
		assert_eq!(ClosedPeriods::<T>::get(scene.home), Some(period));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
