// SPDX-License-Identifier: Apache-2.0

//! Transactions: what they are about is looked up, they are judged, their signatures are checked, and only then something is written.

use crate::{
	people::People, Authorisations, ClosedPeriods, Config, CreditNotes, Documents, Error, Event, Invoices, Pallet, Payments,
	Transactions, Unspent, WeightInfo,
};
use alloc::{
	collections::{btree_map::Entry, BTreeMap},
	vec::Vec,
};
use chirograph_primitives::{
	invoice::{
		Action, ActionKind, Facts, Invoice, InvoiceId, Judge, OutPoint, OutputKind, OutputRecord, Part, Party, Payment, Route,
		Transaction, TransactionRecord, Verdict, Witness,
	},
	payload::GenesisHash,
	Acceptance, AccountId, Algorithm, Algorithms, Authority, Directory, DocumentHash, Inclusion, LabelId, Ledger, Operation,
	Role, TransactionId,
};
use frame_support::{dispatch::DispatchResult, ensure, weights::Weight, BoundedVec};
use sp_core::Get;
use sp_runtime::DispatchError;

/// What a transaction comes to that may be executed, once it is signed.
struct Judged {
	/// What the ledger knows it by.
	id: TransactionId,
	here: Inclusion,
	/// The transactions that created what it consumes.
	sources: Sources,
	/// What it consumes.
	inputs: Vec<OutputRecord>,
	/// The invoice that it is about.
	invoice: Option<(InvoiceId, Invoice)>,
	verdict: Verdict,
	/// Who has to sign it.
	parties: Vec<Party>,
}

type Sources = BTreeMap<TransactionId, TransactionRecord>;
type Accounts = BTreeMap<LabelId, AccountId>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_execute(submitter: AccountId, transaction: Transaction, witnesses: &[Witness]) -> DispatchResult {
		let (genesis, mut people) = (T::Ledger::genesis_hash(), People::<T>::new());
		let judged = Self::judge(&genesis, &transaction, &mut people)?;
		let accounts = Self::accounts_of(&transaction, &judged.parties, &mut people)?;
		let deprecated = Self::ensure_witnessed(&submitter, &accounts, witnesses, || transaction.payload(&genesis))?;
		let id = judged.id;
		Self::carry_out(submitter, transaction, judged);
		for algorithm in deprecated {
			Self::deposit_event(Event::Deprecated { id, algorithm });
		}
		Ok(())
	}

	/// Who has to sign a transaction that may be executed.
	pub(crate) fn parties_of(transaction: &Transaction) -> Result<Vec<Party>, DispatchError> {
		let mut people = People::<T>::new();
		let Judged { parties, .. } = Self::judge(&T::Ledger::genesis_hash(), transaction, &mut people)?;
		for party in &parties {
			people.holder(party.label, party.role)?;
		}
		Ok(parties)
	}

	/// Whether a transaction may be executed, whoever signs it. Writes nothing.
	fn judge(genesis: &GenesisHash, transaction: &Transaction, people: &mut People<T>) -> Result<Judged, DispatchError> {
		let (id, here) = (transaction.id(genesis), T::Ledger::here());
		Self::ensure_new(&id, transaction)?;
		let (sources, inputs) = Self::inputs_of(&id, transaction)?;
		let invoice = Self::invoice_of(transaction, &inputs)?;
		let (origin, destination) = Self::routes_of(transaction, &inputs, people)?;
		let closed = |route: Option<Route>| route.and_then(|route| ClosedPeriods::<T>::get(route.jurisdiction));
		// What stands and what is closed is read where somebody asks for it.
		let (mut conditions, mut authorisation, mut origin_closed, mut destination_closed) = (None, None, None, None);
		match &transaction.action {
			Action::Issue { seller, .. } => {
				conditions = Self::conditions_of(*seller, people);
				origin_closed = closed(origin);
			},
			Action::PayAndInvoice { payment, authority, .. } => {
				// Neither signs, and both must be able to act: the seller was asked for with its route. Who is not, is told why.
				people.holder(*authority, Role::TaxAuthority)?;
				conditions = Self::conditions_of(payment.seller, people);
				authorisation = Self::authorisation_of(payment.seller, people);
				origin_closed = closed(origin);
			},
			Action::Clear { .. } => destination_closed = closed(destination),
			Action::Credit { .. } => {
				origin_closed = closed(origin);
				destination_closed = closed(destination);
			},
			Action::Void { .. } => origin_closed = closed(origin),
			Action::Receipt { .. }
			| Action::Accept { .. }
			| Action::Reject { .. }
			| Action::Transfer { .. }
			| Action::Reimburse { .. } => {},
		}
		let facts = Facts {
			id,
			here,
			longest_validity: T::MaxSignatureValidity::get(),
			acceptance_period: T::AcceptancePeriod::get(),
			inputs: &inputs,
			invoice: invoice.as_ref().map(|(id, invoice)| (id, invoice)),
			origin,
			destination,
			origin_closed,
			destination_closed,
			conditions: conditions.as_ref(),
			authorisation: authorisation.as_ref(),
		};
		let verdict = T::Judge::judge(transaction, &facts).map_err(Error::<T>::from)?;
		Self::ensure_unique(transaction, &verdict)?;
		let parties = transaction.parties(&inputs, invoice.as_ref().map(|(_, invoice)| invoice), here.block);
		Ok(Judged {
			id,
			here,
			sources,
			inputs,
			invoice,
			verdict,
			parties,
		})
	}

	/// Whether a transaction that consumes nothing is new. Of all others, what they consume tells.
	fn ensure_new(id: &TransactionId, transaction: &Transaction) -> Result<(), Error<T>> {
		if let Some(payment) = transaction.action.payment() {
			return match Payments::<T>::get(payment.platform, payment.reference) {
				None => Ok(()),
				Some(by) if by == *id => Err(Error::<T>::AlreadyExecuted),
				Some(_) => Err(Error::<T>::DuplicatePayment),
			};
		}
		let is_known = matches!(transaction.action, Action::Accept { .. }) && Transactions::<T>::contains_key(id);
		ensure!(!is_known, Error::<T>::AlreadyExecuted);
		Ok(())
	}

	/// What a transaction consumes, in the order of its inputs, and where that is; nothing of it was consumed before.
	fn inputs_of(id: &TransactionId, transaction: &Transaction) -> Result<(Sources, Vec<OutputRecord>), Error<T>> {
		let (mut sources, mut inputs) = (Sources::new(), Vec::with_capacity(transaction.inputs.len()));
		for point in &transaction.inputs {
			let source = match sources.entry(point.transaction) {
				Entry::Occupied(known) => known.into_mut(),
				Entry::Vacant(unread) => {
					unread.insert(Transactions::<T>::get(point.transaction).ok_or(Error::<T>::UnknownOutput)?)
				},
			};
			let output = source
				.outputs
				.get(usize::from(point.index))
				.ok_or(Error::<T>::UnknownOutput)?;
			match output.consumed {
				None => inputs.push(output.clone()),
				Some(by) if by == *id => return Err(Error::<T>::AlreadyExecuted),
				Some(_) => return Err(Error::<T>::AlreadyConsumed),
			}
		}
		Ok((sources, inputs))
	}

	/// The invoice that a transaction accepts, or that what it consumes is of.
	fn invoice_of(transaction: &Transaction, inputs: &[OutputRecord]) -> Result<Option<(InvoiceId, Invoice)>, Error<T>> {
		let id = match transaction.action {
			Action::Accept { invoice } => Some(invoice),
			_ => inputs.first().and_then(|input| input.provenance.invoice()),
		};
		let read = |id: InvoiceId| -> Result<_, Error<T>> {
			let invoice = Invoices::<T>::get(id).ok_or(Error::<T>::UnknownInvoice)?;
			Ok((id, invoice))
		};
		id.map(read).transpose()
	}

	/// The competent authorities of the seller and of the enterprise: of now where something is issued or comes to an enterprise, and
	/// otherwise those that are kept.
	fn routes_of(
		transaction: &Transaction,
		inputs: &[OutputRecord],
		people: &mut People<T>,
	) -> Result<(Option<Route>, Option<Route>), DispatchError> {
		let input = inputs.first();
		let kind = input.map(|input| input.output.kind);
		let origin = input.and_then(|input| input.provenance.origin);
		let destination = input.and_then(|input| input.provenance.destination);
		Ok(match (&transaction.action, kind) {
			(Action::Issue { seller, .. }, _) => (people.route_of(*seller, Role::Taxpayer)?, None),
			(Action::PayAndInvoice { payment, .. }, _) => (people.route_of(payment.seller, Role::Taxpayer)?, None),
			// Of what was deducted, the one that it was deducted from is kept: that one is asked should it be taken back.
			(Action::Reimburse { enterprise }, Some(OutputKind::Invoice)) => {
				(origin, people.route_of(*enterprise, Role::Enterprise)?)
			},
			(Action::Transfer { to }, Some(OutputKind::Reimbursed)) => (origin, people.route_of(*to, Role::Enterprise)?),
			(Action::Clear { .. }, Some(OutputKind::Invoice)) => {
				let holder = input.map(|input| people.route_of(input.output.holder, Role::Enterprise));
				(origin, holder.transpose()?.flatten())
			},
			(Action::Clear { .. }, _) => (origin, destination.and_then(|route| people.kept(route))),
			(Action::Credit { .. }, Some(OutputKind::Deducted | OutputKind::Cleared)) => (
				origin.and_then(|route| people.kept(route)),
				destination.and_then(|route| people.kept(route)),
			),
			(Action::Credit { .. } | Action::Void { .. }, _) => (origin.and_then(|route| people.kept(route)), destination),
			_ => (origin, destination),
		})
	}

	/// Whether numbers and documents are new.
	fn ensure_unique(transaction: &Transaction, verdict: &Verdict) -> Result<(), Error<T>> {
		let invoice = verdict.invoice.as_ref().map(|(id, _)| id);
		let issued = invoice.or_else(|| verdict.credit_note.as_ref().map(|(id, _)| id));
		if let (Some(id), Some(document)) = (issued, transaction.action.document()) {
			let is_used = Invoices::<T>::contains_key(id) || CreditNotes::<T>::contains_key(id);
			ensure!(!is_used, Error::<T>::DuplicateNumber);
			let is_issued = Documents::<T>::contains_key(document.hash, id.seller);
			ensure!(!is_issued, Error::<T>::DuplicateDocument);
		}
		Ok(())
	}

	/// The accounts that hold the labels of the parties, each of them in all of its roles. Who gives something away confirmed that, if
	/// their label is guarded (X.1407 9.1.1 d).
	fn accounts_of(transaction: &Transaction, parties: &[Party], people: &mut People<T>) -> Result<Accounts, DispatchError> {
		let gives_away = transaction.kind().gives_away();
		let mut accounts = Accounts::new();
		for Party { part, label, role } in parties {
			let holder = if gives_away && *part == Part::Holder {
				T::Authority::holder_confirmed(*label, *role, Operation::Transferring)?
			} else {
				people.holder(*label, *role)?
			};
			accounts.insert(*label, holder.account);
		}
		Ok(accounts)
	}

	/// Whether each of these accounts made one signature, the submitter too if it is one of them, and nobody else made any. Returns which
	/// algorithms of theirs are deprecated.
	fn ensure_witnessed(
		submitter: &AccountId,
		accounts: &Accounts,
		witnesses: &[Witness],
		payload: impl FnOnce() -> Vec<u8>,
	) -> Result<Vec<Algorithm>, DispatchError> {
		if !accounts.values().any(|account| account == submitter) {
			T::Authority::ensure(submitter, Role::BusinessPlatform)?;
		}
		let mut signatures = BTreeMap::new();
		for Witness { label, signature } in witnesses {
			let account = accounts.get(label).ok_or(Error::<T>::NotAParty)?;
			let earlier = signatures.insert(*label, (account, signature));
			ensure!(earlier.is_none(), Error::<T>::SignedTwice);
		}
		// No label twice, and none that is no party: as many are all.
		ensure!(signatures.len() == accounts.len(), Error::<T>::MissingSignature);
		let deprecated = Self::ensure_accepted(witnesses)?;
		let payload = payload();
		for (account, signature) in signatures.into_values() {
			signature.verify(&payload, account).map_err(Error::<T>::from)?;
		}
		Ok(deprecated)
	}

	/// Whether something new may rest on these signatures. Returns which of their algorithms are deprecated (X.1407 9.3.2).
	fn ensure_accepted(witnesses: &[Witness]) -> Result<Vec<Algorithm>, Error<T>> {
		let (mut judged, mut deprecated) = (Vec::new(), Vec::new());
		for witness in witnesses {
			let algorithm = Algorithm::from(witness.signature.scheme());
			if judged.contains(&algorithm) {
				continue;
			}
			judged.push(algorithm);
			match T::Algorithms::judge(algorithm) {
				Acceptance::Accepted => {},
				Acceptance::Deprecated => deprecated.push(algorithm),
				Acceptance::Refused => return Err(Error::<T>::AlgorithmRefused),
			}
		}
		Ok(deprecated)
	}

	/// Writes what came of a transaction. Nothing can fail any more.
	fn carry_out(submitter: AccountId, transaction: Transaction, judged: Judged) {
		let Judged {
			id,
			here: at,
			mut sources,
			inputs,
			invoice,
			verdict,
			..
		} = judged;
		for (point, input) in transaction.inputs.iter().zip(inputs) {
			let source = sources.get_mut(&point.transaction);
			if let Some(output) = source.and_then(|source| source.outputs.get_mut(usize::from(point.index))) {
				output.consumed = Some(id);
			}
			Unspent::<T>::remove(input.output.holder, point);
		}
		for (source, record) in sources {
			Transactions::<T>::insert(source, record);
		}

		let outputs = transaction.outputs.iter().cloned().zip(verdict.provenances);
		let outputs = outputs.map(|(output, provenance)| OutputRecord {
			output,
			provenance,
			consumed: None,
		});
		let record = TransactionRecord {
			action: transaction.kind(),
			inputs: transaction.inputs.clone(),
			// As many as the transaction has, which are not too many.
			outputs: BoundedVec::truncate_from(outputs.collect()),
			document: Self::document_on_record(&transaction.action, invoice.as_ref().map(|(_, invoice)| invoice)),
			period: match transaction.action {
				Action::Clear { period, .. } => Some(period),
				_ => None,
			},
			at,
		};
		for (index, output) in (0u8..).zip(&record.outputs) {
			let point = OutPoint { transaction: id, index };
			Unspent::<T>::insert(output.output.holder, point, ());
		}
		Transactions::<T>::insert(id, record);

		if let Some(Payment { platform, reference, .. }) = transaction.action.payment() {
			Payments::<T>::insert(platform, reference, id);
		}
		if let (Some((number, invoice)), Some(acceptance)) = (invoice, verdict.acceptance) {
			Invoices::<T>::insert(number, Invoice { acceptance, ..invoice });
		}
		if let Some((number, invoice)) = verdict.invoice {
			Documents::<T>::insert(invoice.document, number.seller, number.number);
			Invoices::<T>::insert(number, invoice);
		}
		if let Some((number, note)) = verdict.credit_note {
			Documents::<T>::insert(note.document, number.seller, number.number);
			CreditNotes::<T>::insert(number, note);
		}
		if let (Some(payment), Some(remaining)) = (transaction.action.payment(), verdict.remaining) {
			Authorisations::<T>::mutate_extant(payment.seller, |(_, word)| word.remaining = remaining);
		}
		Self::deposit_event(Event::Executed {
			id,
			transaction,
			at,
			submitter,
		});
	}

	/// Which document stays on record with a transaction: what it issues, or what was ordered, or otherwise the invoice that it is about.
	fn document_on_record(action: &Action, invoice: Option<&Invoice>) -> Option<DocumentHash> {
		let issued = action.document().map(|document| document.hash);
		let ordered = action.payment().map(|payment| payment.order);
		issued.or(ordered).or_else(|| invoice.map(|invoice| invoice.document))
	}

	/// What it costs to judge and execute a transaction. To refuse one costs no more than to accept it.
	pub(crate) fn weight_of(transaction: &Transaction) -> Weight {
		// There are no more of them than fit.
		let inputs = u32::try_from(transaction.inputs.len()).unwrap_or(u32::MAX);
		let weight = match transaction.kind() {
			ActionKind::Receipt => T::WeightInfo::receipt(),
			ActionKind::Issue => T::WeightInfo::issue(inputs),
			ActionKind::PayAndInvoice => T::WeightInfo::pay_and_invoice(),
			ActionKind::Accept => T::WeightInfo::accept(),
			ActionKind::Reject => T::WeightInfo::reject(),
			ActionKind::Transfer => T::WeightInfo::transfer(),
			ActionKind::Reimburse => T::WeightInfo::reimburse(inputs),
			ActionKind::Clear => T::WeightInfo::clear(inputs),
			ActionKind::Credit => T::WeightInfo::credit(inputs),
			ActionKind::Void => T::WeightInfo::void(),
		};
		// Of what may consume one at the most, too many are read before that is found out.
		weight.max(if inputs > 1 {
			T::WeightInfo::reimburse(inputs)
		} else {
			Weight::zero()
		})
	}
}
