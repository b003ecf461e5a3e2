// SPDX-License-Identifier: Apache-2.0

//! What calls are inside of a call, and what came of each of them.
//!
//! A batch succeeds when nothing in it does, and so does a proxy's call whose inner call was refused. The events of an extrinsic say what
//! came of the inner ones. They are read from the last to the first: an event stands behind all that it is about, and of what was refused
//! there are none.

use crate::{chain::ChirographConfig, document, refusal::Refusal};
use chirograph_primitives::{
	calls::names_of, invoice::Transaction, payload::GenesisHash, time::Beacon, validator::SlashId, AccountId, BlockNumber,
	IncidentId, LabelId, PeerKey, Subject, TransactionId,
};
use codec::{Compact, Decode, DecodeAll};
use serde::Serialize;
use subxt::{
	events::{Event, Phase},
	ext::scale_decode::visitor::{decode_with_visitor, IgnoreVisitor},
	ArcMetadata, Metadata,
};

/// The ledger takes no calls that are deeper inside of others.
pub(crate) const MAX_DEPTH: u32 = 256;
/// In the place of a name that cannot be read.
const UNREADABLE: &str = "?";

/// What a call is about, where its arguments say so at their beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
	/// A label.
	Label(LabelId),
	/// An account.
	Account(#[serde(with = "document::account")] AccountId),
	/// What is registered.
	Subject(Subject),
	/// What is executed.
	Transaction(TransactionId),
	/// An incident.
	Incident(IncidentId),
	/// A slash.
	Slash(SlashId),
	/// A node.
	Peer(PeerKey),
	/// A block that a time service saw.
	Block(BlockNumber),
}

/// What came of a call inside of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Outcome {
	/// The ledger did it.
	Done,
	/// The ledger refused it.
	Refused {
		/// Why, as the node's metadata has it.
		error: String,
	},
	/// It never ran, or was undone with what it was in.
	NotDone,
	/// It takes others to approve it.
	Waiting,
	/// The events do not say.
	Unknown,
}

/// A call inside of another: of a batch, of a proxy's, of what a passkey confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InnerCall {
	/// How deep inside: 1 for those directly in the operation. A call stands behind the one that it is in.
	pub depth: u32,
	/// Name of the pallet.
	pub pallet: String,
	/// Name of the call.
	pub call: String,
	/// What it is about.
	pub about: Option<About>,
	/// What came of it.
	#[serde(flatten)]
	pub outcome: Outcome,
}

/// A call, with those inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
	/// Name of the pallet.
	pub(crate) pallet: String,
	/// Name of the call.
	pub(crate) call: String,
	/// What it is about.
	pub(crate) about: Option<About>,
	inner: Vec<Self>,
	outcome: Outcome,
}

impl Made {
	fn new(pallet: &str, call: &str) -> Self {
		Self {
			pallet: pallet.into(),
			call: call.into(),
			about: None,
			inner: Vec::new(),
			outcome: Outcome::Unknown,
		}
	}

	/// One with others inside of it.
	#[cfg(test)]
	pub(crate) fn around(pallet: &str, call: &str, inner: Vec<Self>) -> Self {
		Self {
			inner,
			..Self::new(pallet, call)
		}
	}

	/// One of which nothing is known.
	pub(crate) fn unreadable() -> Self {
		Self::new(UNREADABLE, UNREADABLE)
	}

	/// What `bytes` encode, on the network with that genesis; by the numbers that calls have, and by the metadata for what these do not say.
	pub(crate) fn read(bytes: &[u8], metadata: &Metadata, genesis: &GenesisHash) -> Self {
		let mut reader = Reader {
			metadata,
			genesis,
			input: bytes,
		};
		reader.call(0).unwrap_or_else(Self::unreadable)
	}

	/// The calls inside, and what came of each: by the marks of the extrinsic, or none of them was done where it `failed`.
	pub(crate) fn into_inner(mut self, failed: bool, marks: &[Mark]) -> Vec<InnerCall> {
		if failed {
			self.inner.iter_mut().for_each(|call| call.set(&Outcome::NotDone));
		} else {
			Trail { left: marks }.settle(&mut self);
		}
		let mut told = Vec::new();
		for call in self.inner {
			call.tell(1, &mut told);
		}
		told
	}

	fn tell(self, depth: u32, told: &mut Vec<InnerCall>) {
		told.push(InnerCall {
			depth,
			pallet: self.pallet,
			call: self.call,
			about: self.about,
			outcome: self.outcome,
		});
		for call in self.inner {
			// Saturating: there are no more levels than `MAX_DEPTH`.
			call.tell(depth.saturating_add(1), told);
		}
	}

	/// The same is true of it and of all that is inside.
	fn set(&mut self, outcome: &Outcome) {
		self.outcome = outcome.clone();
		self.inner.iter_mut().for_each(|call| call.set(outcome));
	}

	fn refuse(&mut self, refusal: &Refusal) {
		self.set(&Outcome::NotDone);
		self.outcome = Outcome::Refused {
			error: refusal.name.clone(),
		};
	}
}

/// Reads calls, and skips their other arguments.
struct Reader<'a> {
	metadata: &'a Metadata,
	genesis: &'a GenesisHash,
	input: &'a [u8],
}

impl Reader<'_> {
	/// The call that comes next. None where it cannot be read, nor what comes behind it.
	fn call(&mut self, depth: u32) -> Option<Made> {
		let metadata = self.metadata;
		let (numbers, arguments) = self.input.split_first_chunk::<2>()?;
		let [pallet, call] = *numbers;
		let pallet = metadata.pallet_by_call_index(pallet)?;
		let variant = pallet.call_variant_by_index(call)?;
		self.input = arguments;
		let (pallet, call) = names_of(*numbers).unwrap_or((pallet.name(), variant.name.as_str()));
		let mut made = Made::new(pallet, call);
		for (index, field) in variant.fields.iter().enumerate() {
			let name = field.name.as_deref().unwrap_or_default();
			if self.argument(&mut made, index, name, field.ty.id, depth).is_none() {
				// What is inside, and what comes behind, stays unknown.
				made.inner.push(Made::unreadable());
				self.input = &[];
				break;
			}
		}
		Some(made)
	}

	fn argument(&mut self, made: &mut Made, index: usize, name: &str, type_id: u32, depth: u32) -> Option<()> {
		let deeper = depth.checked_add(1).filter(|depth| *depth <= MAX_DEPTH);
		if type_id == self.metadata.outer_enums().call_enum_ty() {
			made.inner.push(self.call(deeper?)?);
			return Some(());
		}
		if made.pallet == "Utility" && name == "calls" {
			let Compact(count) = Compact::<u32>::decode(&mut self.input).ok()?;
			for _ in 0..count {
				made.inner.push(self.call(deeper?)?);
			}
			return Some(());
		}
		let before = self.input;
		decode_with_visitor(&mut self.input, type_id, self.metadata.types(), IgnoreVisitor::new()).ok()?;
		let (argument, _) = before.split_at_checked(before.len().checked_sub(self.input.len())?)?;
		let genesis = self.genesis;
		made.about = made
			.about
			.take()
			.or_else(|| about(genesis, &made.pallet, index, name, argument));
		Some(())
	}
}

fn about(genesis: &GenesisHash, pallet: &str, index: usize, name: &str, mut argument: &[u8]) -> Option<About> {
	match (pallet, index, name) {
		("Labels", 0, "label") => Some(About::Label(LabelId::from_le_bytes(argument.try_into().ok()?))),
		("Labels", 0, "account") => Some(About::Account(AccountId::new(argument.try_into().ok()?))),
		("Proofs", _, "subject") => Some(About::Subject(Subject(argument.try_into().ok()?))),
		("Invoices", 0, "seller") => Some(About::Label(LabelId::from_le_bytes(argument.try_into().ok()?))),
		("Invoices", 0, "transaction") => {
			let transaction = Transaction::decode_all(&mut argument).ok()?;
			Some(About::Transaction(transaction.id(genesis)))
		},
		("Validators", 0, "slash") => Some(About::Slash(SlashId::from_le_bytes(argument.try_into().ok()?))),
		("Incidents", 0, "incident") => Some(About::Incident(IncidentId::from_le_bytes(argument.try_into().ok()?))),
		("Incidents", 1, "label") => Option::<LabelId>::decode_all(&mut argument).ok()?.map(About::Label),
		("Timekeeping", 0, "beacon") => Some(About::Block(Beacon::decode_all(&mut argument).ok()?.block)),
		("Peers", 0, "peer") => Some(About::Peer(PeerKey(argument.try_into().ok()?))),
		_ => None,
	}
}

/// An event that says what came of a call inside of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
	/// Of a batch: this far it is done.
	ItemDone,
	/// Of a batch that goes on: this was refused.
	ItemRefused(Refusal),
	/// Of a batch that does not go on: that one was refused.
	Interrupted { index: u32, by: Refusal },
	/// Of a batch: its end, and all of it is done.
	Completed,
	/// Of a batch that goes on: its end.
	CompletedWithErrors,
	/// The first of two is done, and the other one not needed.
	FirstDone,
	/// The first of two was refused, and the other one is done.
	SecondDone(Refusal),
	/// What the one call inside came to.
	Dispatched {
		pallet: &'static str,
		result: Result<(), Refusal>,
	},
	/// The one call inside takes others' approval.
	Waits { pallet: &'static str },
}

impl Mark {
	/// The index of the extrinsic, and what the event says, if it is of that kind.
	pub(crate) fn of(event: &Event<'_, ChirographConfig>, metadata: &ArcMetadata) -> Option<(u32, Self)> {
		let Phase::ApplyExtrinsic(extrinsic) = event.phase() else {
			return None;
		};
		let bytes = event.field_bytes();
		let dispatched = |pallet, before: usize| Self::Dispatched {
			pallet,
			result: match bytes.get(before..) {
				Some([0, ..]) => Ok(()),
				Some([1, error @ ..]) => Err(Refusal::read(error, metadata)),
				_ => Err(Refusal::unreadable()),
			},
		};
		let mark = match (event.pallet_name(), event.event_name()) {
			("Utility", "ItemCompleted") => Self::ItemDone,
			("Utility", "ItemFailed") => Self::ItemRefused(Refusal::read(bytes, metadata)),
			("Utility", "BatchInterrupted") => {
				let (index, error) = bytes.split_first_chunk::<4>()?;
				Self::Interrupted {
					index: u32::from_le_bytes(*index),
					by: Refusal::read(error, metadata),
				}
			},
			("Utility", "BatchCompleted") => Self::Completed,
			("Utility", "BatchCompletedWithErrors") => Self::CompletedWithErrors,
			("Utility", "IfElseMainSuccess") => Self::FirstDone,
			("Utility", "IfElseFallbackCalled") => Self::SecondDone(Refusal::read(bytes, metadata)),
			("Utility", "DispatchedAs") => dispatched("Utility", 0),
			("Proxy", "ProxyExecuted") => dispatched("Proxy", 0),
			("Governance", "Enacted") => dispatched("Governance", 0),
			// Behind the hash of the proposal.
			("Council", "Executed" | "MemberExecuted") => dispatched("Council", 32),
			// Behind two accounts, a hash, and a place in the chain: height and index.
			("Multisig", "MultisigExecuted") => dispatched("Multisig", 3 * 32 + 2 * 4),
			("Council", "Proposed") => Self::Waits { pallet: "Council" },
			("Multisig", "NewMultisig" | "MultisigApproval") => Self::Waits { pallet: "Multisig" },
			_ => return None,
		};
		Some((extrinsic, mark))
	}

	/// Why something was refused, if that is what it says.
	pub(crate) fn refusal(&self) -> Option<&Refusal> {
		match self {
			Self::ItemRefused(by)
			| Self::Interrupted { by, .. }
			| Self::SecondDone(by)
			| Self::Dispatched { result: Err(by), .. } => Some(by),
			_ => None,
		}
	}
}

/// The marks of an extrinsic that were not used yet. Where one is not what it should be, none counts any more.
struct Trail<'a> {
	left: &'a [Mark],
}

impl<'a> Trail<'a> {
	fn last(&mut self) -> Option<&'a Mark> {
		let (last, left) = self.left.split_last()?;
		self.left = left;
		Some(last)
	}

	fn lose(&mut self) {
		self.left = &[];
	}

	fn done(&mut self, call: &mut Made) {
		call.outcome = Outcome::Done;
		self.settle(call);
	}

	/// `call` was done: what came of those inside.
	fn settle(&mut self, call: &mut Made) {
		let Made { pallet, call, inner, .. } = call;
		match (pallet.as_str(), call.as_str()) {
			("Utility", "batch" | "batch_all" | "force_batch") => self.settle_batch(inner),
			("Utility", "if_else") => self.settle_alternatives(inner),
			// It fails where the one inside does.
			("Utility", "as_derivative" | "with_weight") | ("Labels", "confirm") => {
				inner.iter_mut().for_each(|call| self.done(call));
			},
			("Utility", "dispatch_as" | "dispatch_as_fallible")
			| ("Proxy", "proxy" | "proxy_announced")
			| ("Multisig", "as_multi" | "as_multi_threshold_1" | "approve_as_multi")
			| ("Council", "execute" | "propose")
			| ("Governance", "enact") => self.settle_dispatched(pallet, inner),
			// It does what is not in it, but somewhere else.
			("Council", "close") => self.lose(),
			_ if inner.is_empty() => {},
			_ => self.lose(),
		}
	}

	fn settle_batch(&mut self, inner: &mut [Made]) {
		match self.last() {
			Some(Mark::Completed) => self.settle_items(inner),
			Some(Mark::CompletedWithErrors) => {
				for call in inner.iter_mut().rev() {
					match self.last() {
						Some(Mark::ItemDone) => self.done(call),
						Some(Mark::ItemRefused(refusal)) => call.refuse(refusal),
						_ => self.lose(),
					}
				}
			},
			Some(Mark::Interrupted { index, by }) => {
				let split = usize::try_from(*index)
					.ok()
					.and_then(|index| inner.split_at_mut_checked(index));
				let Some((before, [refused, never @ ..])) = split else {
					return self.lose();
				};
				refused.refuse(by);
				never.iter_mut().for_each(|call| call.set(&Outcome::NotDone));
				self.settle_items(before);
			},
			_ => self.lose(),
		}
	}

	/// All of them were done.
	fn settle_items(&mut self, items: &mut [Made]) {
		for call in items.iter_mut().rev() {
			if !matches!(self.last(), Some(Mark::ItemDone)) {
				self.lose();
			}
			self.done(call);
		}
	}

	fn settle_alternatives(&mut self, inner: &mut [Made]) {
		let [first, second] = inner else {
			return self.lose();
		};
		match self.last() {
			Some(Mark::FirstDone) => {
				self.done(first);
				second.set(&Outcome::NotDone);
			},
			Some(Mark::SecondDone(refusal)) => {
				first.refuse(refusal);
				self.done(second);
			},
			_ => self.lose(),
		}
	}

	fn settle_dispatched(&mut self, pallet: &str, inner: &mut [Made]) {
		match self.last() {
			Some(Mark::Dispatched { pallet: whose, result }) if *whose == pallet => {
				for call in inner {
					match result {
						Ok(()) => self.done(call),
						Err(refusal) => call.refuse(refusal),
					}
				}
			},
			Some(Mark::Waits { pallet: whose }) if *whose == pallet => {
				inner.iter_mut().for_each(|call| call.set(&Outcome::Waiting));
			},
			_ => self.lose(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::invoice::Action;
	use codec::Encode;
	use serde_json::json;
	use Mark::{Completed, CompletedWithErrors, FirstDone, ItemDone};

	fn call(pallet: &str, name: &str, inner: Vec<Made>) -> Made {
		Made::around(pallet, name, inner)
	}

	fn leaf(name: &str) -> Made {
		call("Labels", name, Vec::new())
	}

	fn batch(name: &str, inner: Vec<Made>) -> Made {
		call("Utility", name, inner)
	}

	fn refusal() -> Refusal {
		Refusal {
			name: "Labels::UnknownLabel".into(),
			explanation: None,
		}
	}

	fn refused() -> Mark {
		Mark::ItemRefused(refusal())
	}

	fn interrupted(index: u32) -> Mark {
		Mark::Interrupted { index, by: refusal() }
	}

	fn dispatched(pallet: &'static str, result: Result<(), Refusal>) -> Mark {
		Mark::Dispatched { pallet, result }
	}

	/// Depth, name and outcome of each call inside.
	#[track_caller]
	fn expect(call: Made, marks: &[Mark], expected: &[(u32, &str, &str)]) {
		let told = call.into_inner(false, marks);
		let told: Vec<_> = told
			.iter()
			.map(|call| {
				let outcome = match &call.outcome {
					Outcome::Done => "done",
					Outcome::Refused { error } => error,
					Outcome::NotDone => "not done",
					Outcome::Waiting => "waiting",
					Outcome::Unknown => "unknown",
				};
				(call.depth, call.call.as_str(), outcome)
			})
			.collect();
		assert_eq!(told, expected);
	}

	const NO: &str = "Labels::UnknownLabel";

	#[test]
	fn a_batch_that_is_interrupted_tells_what_was_done_and_what_was_not() {
		let calls = || vec![leaf("a"), leaf("b"), leaf("c")];
		expect(
			batch("batch", calls()),
			&[ItemDone, interrupted(1)],
			&[(1, "a", "done"), (1, "b", NO), (1, "c", "not done")],
		);
		expect(
			batch("batch", calls()),
			&[ItemDone, ItemDone, ItemDone, Completed],
			&[(1, "a", "done"), (1, "b", "done"), (1, "c", "done")],
		);
		expect(
			batch("force_batch", calls()),
			&[refused(), ItemDone, refused(), CompletedWithErrors],
			&[(1, "a", NO), (1, "b", "done"), (1, "c", NO)],
		);
		expect(batch("batch", Vec::new()), &[Completed], &[]);
	}

	#[test]
	fn nothing_of_an_extrinsic_that_failed_was_done() {
		let call = batch("batch_all", vec![batch("batch", vec![leaf("a")]), leaf("b")]);
		let told = call.into_inner(true, &[]);
		let told: Vec<_> = told.iter().map(|call| (call.depth, &call.outcome)).collect();
		assert_eq!(told, [(1, &Outcome::NotDone), (2, &Outcome::NotDone), (1, &Outcome::NotDone)]);
	}

	/// What the inner batch says must not be taken for the outer one's word.
	#[test]
	fn batches_in_batches_are_told_apart() {
		let nested = || {
			batch(
				"batch",
				vec![
					batch("batch", vec![leaf("a"), leaf("b")]),
					batch("force_batch", vec![leaf("c")]),
				],
			)
		};
		let all_but_two = [interrupted(0), ItemDone, refused(), CompletedWithErrors, ItemDone, Completed];
		expect(
			nested(),
			&all_but_two,
			&[
				(1, "batch", "done"),
				(2, "a", NO),
				(2, "b", "not done"),
				(1, "force_batch", "done"),
				(2, "c", NO),
			],
		);
		expect(
			nested(),
			&[interrupted(0)],
			&[
				(1, "batch", NO),
				(2, "a", "not done"),
				(2, "b", "not done"),
				(1, "force_batch", "not done"),
				(2, "c", "not done"),
			],
		);
	}

	#[test]
	fn what_was_done_for_another_is_told_with_what_came_of_it() {
		let by_proxy = || call("Proxy", "proxy", vec![batch("batch_all", vec![leaf("a")])]);
		expect(
			by_proxy(),
			&[ItemDone, Completed, dispatched("Proxy", Ok(()))],
			&[(1, "batch_all", "done"), (2, "a", "done")],
		);
		expect(
			by_proxy(),
			&[dispatched("Proxy", Err(refusal()))],
			&[(1, "batch_all", NO), (2, "a", "not done")],
		);
		let of_several = || call("Multisig", "as_multi", vec![leaf("a")]);
		expect(of_several(), &[Mark::Waits { pallet: "Multisig" }], &[(1, "a", "waiting")]);
		expect(of_several(), &[dispatched("Multisig", Ok(()))], &[(1, "a", "done")]);
		let proposal = call("Council", "propose", vec![call("Governance", "enact", vec![leaf("a")])]);
		expect(
			proposal,
			&[dispatched("Governance", Err(refusal())), dispatched("Council", Ok(()))],
			&[(1, "enact", "done"), (2, "a", NO)],
		);
		let either = || batch("if_else", vec![leaf("a"), leaf("b")]);
		expect(either(), &[FirstDone], &[(1, "a", "done"), (1, "b", "not done")]);
		expect(either(), &[Mark::SecondDone(refusal())], &[(1, "a", NO), (1, "b", "done")]);
		let confirmed = call("Labels", "confirm", vec![batch("batch", vec![leaf("a")])]);
		expect(confirmed, &[interrupted(0)], &[(1, "batch", "done"), (2, "a", NO)]);
	}

	#[test]
	fn what_the_events_do_not_say_is_not_guessed() {
		for marks in [
			&[][..],
			&[ItemDone],
			&[interrupted(7)],
			&[FirstDone],
			&[dispatched("Proxy", Ok(()))],
		] {
			expect(batch("batch", vec![leaf("a")]), marks, &[(1, "a", "unknown")]);
		}
		expect(
			call("Proxy", "proxy", vec![leaf("a")]),
			&[dispatched("Multisig", Ok(()))],
			&[(1, "a", "unknown")],
		);
		expect(
			call("Elsewhere", "does", vec![leaf("a")]),
			&[dispatched("Proxy", Ok(()))],
			&[(1, "a", "unknown")],
		);
		// Motions do what is not in the extrinsic, and have events of their own.
		let motion = batch(
			"batch",
			vec![batch("batch", vec![leaf("a")]), call("Council", "close", Vec::new())],
		);
		let marks = [
			ItemDone,
			Completed,
			ItemDone,
			refused(),
			CompletedWithErrors,
			dispatched("Council", Ok(())),
			ItemDone,
			Completed,
		];
		expect(
			motion,
			&marks,
			&[(1, "batch", "done"), (2, "a", "unknown"), (1, "close", "done")],
		);
	}

	#[test]
	fn an_inner_call_is_a_flat_object() {
		let call = InnerCall {
			depth: 1,
			pallet: "Labels".into(),
			call: "suspend".into(),
			about: Some(About::Label(6)),
			outcome: Outcome::Refused { error: NO.into() },
		};
		assert_eq!(
			json!(call),
			json!({
				"depth": 1, "pallet": "Labels", "call": "suspend", "about": { "label": 6 }, "outcome": "refused", "error": NO,
			})
		);
	}

	#[test]
	fn what_a_call_is_about_is_read_from_its_arguments() {
		const GENESIS: GenesisHash = [9; 32];
		let about = |pallet, index, name, argument: &[u8]| about(&GENESIS, pallet, index, name, argument);
		assert_eq!(about("Labels", 0, "label", &[6, 0, 0, 0]), Some(About::Label(6)));
		let account = AccountId::new([7; 32]);
		assert_eq!(about("Labels", 0, "account", &[7; 32]), Some(About::Account(account)));
		assert_eq!(
			about("Proofs", 1, "subject", &[8; 32]),
			Some(About::Subject(Subject([8; 32])))
		);
		assert_eq!(about("Invoices", 0, "seller", &[6, 0, 0, 0]), Some(About::Label(6)));
		let transaction = Transaction {
			action: Action::Transfer { to: 7 },
			inputs: Default::default(),
			outputs: Default::default(),
			valid_until: 100,
		};
		assert_eq!(
			about("Invoices", 0, "transaction", &transaction.encode()),
			Some(About::Transaction(transaction.id(&GENESIS)))
		);
		assert_eq!(about("Invoices", 0, "transaction", &[6]), None);
		assert_eq!(about("Labels", 0, "label", &[6]), None);
		assert_eq!(about("Balances", 0, "label", &[6, 0, 0, 0]), None);
	}
}
