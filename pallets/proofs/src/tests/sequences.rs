// SPDX-License-Identifier: Apache-2.0

//! Whoever calls whatever in whatever order: the invariants hold, a call that is refused changes nothing, and it is refused or does
//! what a simple model says.
//!
//! `PROPTEST_CASES` says how many sequences there are, `SEQUENCE_LENGTH` how many calls are in one on average.

use super::*;
use crate::{Claims, UsedSignatures};
use chirograph_primitives::{Acceptance, AlgorithmChange, AlgorithmPolicy, ProofEvent, Status};
use frame_support::{
	traits::{GetCallName, Hooks},
	weights::Weight,
};
use proptest::{
	prelude::*,
	sample::Index,
	strategy::{Union, ValueTree},
	test_runner::TestRunner,
};
use sp_runtime::StateVersion;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug)]
enum Kind {
	Register,
	Claim,
	Revoke,
	RegisterBatch,
	RegisterMany,
	Supersede,
	Transfer,
	Annotate,
	Renew,
	SetAlgorithm,
}

/// How often each comes. What others need first comes more often, what ends proofs less.
const KINDS: [(u32, Kind); 10] = [
	(6, Kind::Register),
	(2, Kind::Claim),
	(2, Kind::Revoke),
	(4, Kind::RegisterBatch),
	(3, Kind::RegisterMany),
	(2, Kind::Supersede),
	(6, Kind::Transfer),
	(3, Kind::Annotate),
	(4, Kind::Renew),
	(1, Kind::SetAlgorithm),
];

/// What is drawn by lot, before anybody knows how the chain is when its turn comes.
#[derive(Clone, Copy, Debug)]
struct Step {
	kind: Kind,
	/// Blocks that pass before.
	pause: BlockNumber,
	/// Whether it is by whom it can be by, as far as there is anybody.
	is_apt: bool,
	/// What is wrong with its signatures and its deadline, if anything.
	flaw: Option<Index>,
	/// Whether what was sent before is sent again.
	is_replay: bool,
	submitter: Index,
	owner: Index,
	proof: Index,
	detail: Index,
}

fn step() -> impl Strategy<Value = Step> {
	let kind = Union::new_weighted(KINDS.map(|(weight, kind)| (weight, Just(kind))).to_vec());
	let drawn = (
		kind,
		0..3u32,
		prop::bool::weighted(0.9),
		prop::option::weighted(0.1, any::<Index>()),
		prop::bool::weighted(0.1),
		any::<[Index; 4]>(),
	);
	drawn.prop_map(
		|(kind, pause, is_apt, flaw, is_replay, [submitter, owner, proof, detail])| Step {
			kind,
			pause,
			is_apt,
			flaw,
			is_replay,
			submitter,
			owner,
			proof,
			detail,
		},
	)
}

fn setting(name: &str, otherwise: u32) -> u32 {
	let set = std::env::var(name).ok().and_then(|value| value.parse().ok());
	set.unwrap_or(otherwise)
}

/// From one step on, so that a failing sequence can be made short.
fn sequence() -> impl Strategy<Value = Vec<Step>> {
	prop::collection::vec(step(), 1..=2 * setting("SEQUENCE_LENGTH", 40) as usize)
}

const SUBJECTS: [Subject; 3] = [SUBJECT, OTHER_SUBJECT, Subject([12; 32])];
const ROOTS: [BatchRoot; 2] = [ROOT, OTHER_ROOT];
const SCHEMAS: [Schema; 2] = [Schema::Document, Schema::Certificate];

/// Every proof that there can be.
fn proofs() -> Vec<ProofId> {
	let records = SUBJECTS.map(|subject| ProofId::Record { subject });
	let batches = ROOTS.map(|root| ProofId::Batch { root });
	let leaves = ROOTS.map(|root| SUBJECTS.map(|subject| ProofId::Leaf { root, subject }));
	records.into_iter().chain(batches).chain(leaves.concat()).collect()
}

/// Where a leaf is in what is registered.
fn registered_as(proof: ProofId) -> ProofId {
	match proof {
		ProofId::Leaf { root, .. } => ProofId::Batch { root },
		other => other,
	}
}

/// What a simple mind keeps of the chain.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
	/// Records and batches: by whom, and of which schema.
	registered: BTreeMap<ProofId, (AccountId, Schema)>,
	/// Claims: of which schema, and whether they stand.
	claims: BTreeMap<(Subject, AccountId), (Schema, bool)>,
	/// What happened to what.
	history: BTreeMap<ProofId, Vec<ProofEvent>>,
	/// Until when the signatures are good that must not come again, in this order.
	used: Vec<BlockNumber>,
	policy: Vec<AlgorithmChange>,
}

impl Model {
	fn of_the_chain() -> Self {
		let records =
			Records::<Test>::iter().map(|(subject, record)| (ProofId::Record { subject }, (record.owner, record.schema)));
		let batches = Batches::<Test>::iter().map(|(root, batch)| (ProofId::Batch { root }, (batch.owner, batch.schema)));
		let claims = Claims::<Test>::iter().map(|(subject, owner, claim)| {
			let stands = claim.life.status == Status::Active;
			((subject, owner), (claim.schema, stands))
		});
		let history = proofs().into_iter().map(|proof| {
			let events = history_of(proof).into_iter().map(|change| change.event);
			(proof, events.collect::<Vec<_>>())
		});
		Self {
			registered: records.chain(batches).collect(),
			claims: claims.collect(),
			history: history.filter(|(_, events)| !events.is_empty()).collect(),
			used: UsedSignatures::<Test>::iter_keys()
				.map(|(until, _)| BlockNumber::from_be_bytes(until))
				.collect(),
			policy: Policy::<Test>::get().0.into_inner(),
		}
	}

	fn holder(&self, proof: ProofId) -> Option<AccountId> {
		let events = self.history.get(&proof).into_iter().flatten();
		let mut transfers = events.filter_map(|event| match event {
			ProofEvent::Transferred { to, .. } => Some(to.clone()),
			_ => None,
		});
		transfers.next_back().or_else(|| match registered_as(proof) {
			whole if whole == proof => self.registered.get(&proof).map(|(owner, _)| owner.clone()),
			whole => self.holder(whole),
		})
	}

	fn schema(&self, proof: ProofId) -> Option<Schema> {
		self.registered.get(&registered_as(proof)).map(|(_, schema)| *schema)
	}

	fn stands(&self, proof: ProofId) -> bool {
		[proof, registered_as(proof)].into_iter().all(|proof| {
			let mut events = self.history.get(&proof).into_iter().flatten();
			!events.any(|event| matches!(event, ProofEvent::Revoked { .. } | ProofEvent::Superseded { .. }))
		})
	}

	/// Whether `owner` may do something with it.
	fn is_active(&self, proof: ProofId, owner: &AccountId) -> bool {
		self.holder(proof).as_ref() == Some(owner) && self.stands(proof)
	}

	fn accepts(&self, algorithms: impl IntoIterator<Item = Algorithm>) -> bool {
		let policy = AlgorithmPolicy(self.policy.clone().try_into().expect("few"));
		let judge = |algorithm| policy.judge(algorithm, TestLedger::here().time);
		algorithms
			.into_iter()
			.all(|algorithm| judge(algorithm) != Acceptance::Refused)
	}

	fn append(&mut self, proof: ProofId, event: ProofEvent) -> bool {
		self.history.entry(proof).or_default().push(event);
		true
	}

	/// Whether there is room to renew it. That there is none to hand it over or to note something, is tried elsewhere.
	fn has_room(&self, proof: ProofId) -> bool {
		self.history
			.get(&proof)
			.is_none_or(|events| events.len() < MaxChanges::get() as usize)
	}

	fn note(&mut self, valid_until: BlockNumber) {
		self.used.push(valid_until);
		self.used.sort_unstable();
	}

	/// Does what a call is to do whose signatures are as they should be and were not used before; or says that it is not to be done.
	fn follow(&mut self, submitter: &Option<AccountId>, call: &Call<Test>) -> bool {
		let people = People::new();
		let may_submit = |parties: &[&AccountId]| {
			let submitter = submitter.as_ref();
			submitter.is_some_and(|submitter| parties.contains(&submitter) || *submitter == people.platform())
		};
		let scheme = |signature: &OwnerSignature| Algorithm::from(signature.scheme());
		match call.clone() {
			Call::register {
				owner,
				subject,
				schema,
				signature,
				..
			} => {
				let free = !self.registered.contains_key(&ProofId::Record { subject });
				let good = self.accepts([Algorithm::Sha256, scheme(&signature)]);
				if !(free && good && people.owns(&owner) && may_submit(&[&owner])) {
					return false;
				}
				self.registered.insert(ProofId::Record { subject }, (owner, schema));
				true
			},
			Call::claim {
				owner,
				subject,
				schema,
				signature,
				..
			} => {
				let first = self.registered.get(&ProofId::Record { subject });
				let another = first.is_some_and(|(first, _)| *first != owner);
				let free = !self.claims.contains_key(&(subject, owner.clone()));
				let good = self.accepts([Algorithm::Sha256, scheme(&signature)]);
				if !(another && free && good && people.owns(&owner) && may_submit(&[&owner])) {
					return false;
				}
				self.claims.insert((subject, owner), (schema, true));
				true
			},
			Call::register_batch {
				owner,
				root,
				schema,
				signature,
				..
			} => {
				let free = !self.registered.contains_key(&ProofId::Batch { root });
				let good = self.accepts([Algorithm::Sha256, scheme(&signature)]);
				if !(free && good && people.owns(&owner) && may_submit(&[&owner])) {
					return false;
				}
				self.registered.insert(ProofId::Batch { root }, (owner, schema));
				true
			},
			Call::register_many { registrations } => {
				for registration in registrations {
					self.follow(submitter, &register_call(registration));
				}
				submitter.is_some()
			},
			Call::revoke {
				owner,
				proof,
				reason,
				valid_until,
				signature,
			} => {
				if !may_submit(&[&owner]) {
					return false;
				}
				let is_signed = |words: Vec<u8>| signature.verify(&words, &owner).is_ok();
				match proof {
					_ if self.is_active(proof, &owner) => {
						let words = payload::revocation(&GENESIS, &owner, &proof, reason, valid_until);
						is_signed(words) && self.append(proof, ProofEvent::Revoked { reason })
					},
					ProofId::Record { subject } if self.holder(proof).is_some_and(|holder| holder != owner) => {
						let words = payload::claim_revocation(&GENESIS, &owner, &subject, reason, valid_until);
						let is_meant = is_signed(words);
						match self.claims.get_mut(&(subject, owner)) {
							Some((_, stands @ true)) if is_meant => {
								*stands = false;
								true
							},
							_ => false,
						}
					},
					_ => false,
				}
			},
			Call::supersede {
				owner,
				proof,
				by,
				signature,
				..
			} => {
				let apart = proof != by && registered_as(proof) != by && registered_as(by) != proof;
				let fits = self.is_active(by, &owner) && self.schema(by) == self.schema(proof);
				let good = self.accepts([scheme(&signature)]);
				let done = self.is_active(proof, &owner) && apart && fits && good && may_submit(&[&owner]);
				done && self.append(proof, ProofEvent::Superseded { successor: by })
			},
			Call::transfer {
				owner,
				proof,
				to,
				valid_until,
				owner_signature,
				next_signature,
			} => {
				let good = self.accepts([scheme(&owner_signature), scheme(&next_signature)]);
				let to_another = owner != to && people.owns(&to);
				if !(self.is_active(proof, &owner) && to_another && good && may_submit(&[&owner, &to])) {
					return false;
				}
				self.note(valid_until);
				self.append(proof, ProofEvent::Transferred { from: owner, to })
			},
			Call::annotate { proof, remark, document } => {
				let is_regulator = *submitter == Some(people.regulator());
				let known = self.registered.contains_key(&registered_as(proof));
				is_regulator && known && self.append(proof, ProofEvent::Annotated { remark, document })
			},
			Call::renew {
				owner,
				proof,
				evidence,
				valid_until,
				signature,
			} => {
				let good = self.accepts([evidence.algorithm(), scheme(&signature)]) && evidence.algorithm() != Algorithm::Sha256;
				if !(self.is_active(proof, &owner) && self.has_room(proof) && good && may_submit(&[&owner])) {
					return false;
				}
				self.note(valid_until);
				self.append(proof, ProofEvent::Renewed { evidence })
			},
			Call::set_algorithm { algorithm, terms } => {
				let at = TestLedger::here().time + 1;
				self.policy.push(AlgorithmChange { at, algorithm, terms });
				submitter.is_none() && self.policy.len() <= chirograph_primitives::MAX_ALGORITHM_CHANGES as usize
			},
			other => unreachable!("{other:?} is not among the kinds"),
		}
	}
}

/// Everybody there is: three owners, somebody without a role, a platform and a regulator.
struct People(Vec<Key>);

impl People {
	fn new() -> Self {
		let nobody = Key::new(SignatureScheme::Ecdsa, 9);
		Self(vec![ada(), bob(), carol(), nobody, platform(), regulator()])
	}

	fn owns(&self, account: &AccountId) -> bool {
		self.0[..3].iter().any(|key| key.account() == *account)
	}

	fn platform(&self) -> AccountId {
		self.0[4].account()
	}

	fn regulator(&self) -> AccountId {
		self.0[5].account()
	}

	fn key(&self, account: &AccountId) -> Option<&Key> {
		self.0.iter().find(|key| key.account() == *account)
	}

	/// What a step is as things are now, and whether anything is wrong with its signatures.
	fn attempt(&self, step: &Step, model: &Model) -> (Option<AccountId>, Call<Test>, bool) {
		let now = System::block_number();
		let all = proofs();
		let standing: Vec<_> = all.iter().copied().filter(|proof| model.schema(*proof).is_some()).collect();
		let proof = match &standing[..] {
			[] => *step.proof.get(&all),
			_ if !step.is_apt => *step.proof.get(&all),
			some => *step.proof.get(some),
		};
		let holder = model.holder(proof).filter(|_| step.is_apt);
		let owner = match step.kind {
			Kind::Register | Kind::Claim | Kind::RegisterBatch | Kind::RegisterMany if step.is_apt => {
				step.owner.get(&self.0[..3])
			},
			_ => holder
				.and_then(|holder| self.key(&holder))
				.unwrap_or_else(|| step.owner.get(&self.0)),
		};
		let (stranger, to) = (Key::new(SignatureScheme::Ecdsa, 77), step.detail.get(&self.0[..4]));
		let flaw = step.flaw.map(|lot| lot.index(4));
		let valid_until = match flaw {
			Some(0) => now - 1,
			Some(1) => now + MaxSignatureValidity::get() + 1,
			_ => now + step.detail.index(20) as BlockNumber,
		};
		let signer = if flaw == Some(2) { &stranger } else { owner };
		let account = owner.account();
		let sign = |payload: Vec<u8>| match flaw {
			Some(3) => signer.sign_nothing(),
			_ => signer.sign(&payload),
		};
		let (subject, root) = (*step.proof.get(&SUBJECTS), *step.proof.get(&ROOTS));
		let schema = *step.detail.get(&SCHEMAS);
		let registration = |owner: &AccountId, subject, sign: &dyn Fn(Vec<u8>) -> OwnerSignature| Registration {
			owner: owner.clone(),
			subject,
			evidence_hash: EVIDENCE,
			schema,
			valid_until,
			signature: sign(payload::registration(
				&GENESIS,
				owner,
				&subject,
				&EVIDENCE,
				schema,
				valid_until,
			)),
		};
		let call = match step.kind {
			Kind::Register => register_call(registration(&account, subject, &sign)),
			Kind::Claim => claim_call(registration(&account, subject, &sign)),
			Kind::RegisterMany => many_call(SUBJECTS.map(|subject| registration(&account, subject, &sign)).into()),
			Kind::RegisterBatch => Call::register_batch {
				owner: account.clone(),
				root,
				leaves: LEAVES,
				schema,
				valid_until,
				signature: sign(payload::batch(&GENESIS, &account, &root, LEAVES, schema, valid_until)),
			},
			Kind::Revoke => {
				// Some are about a claim.
				let claim = model.claims.keys().nth(step.detail.index(4));
				let (owner, proof) = match claim.and_then(|(subject, owner)| Some((*subject, self.key(owner)?))) {
					Some((subject, owner)) => (owner, ProofId::Record { subject }),
					None => (owner, proof),
				};
				let signer = if flaw == Some(2) { &stranger } else { owner };
				let account = owner.account();
				let payload = match proof {
					ProofId::Record { subject } if model.holder(proof).as_ref() != Some(&account) => {
						payload::claim_revocation(&GENESIS, &account, &subject, REASON, valid_until)
					},
					_ => payload::revocation(&GENESIS, &account, &proof, REASON, valid_until),
				};
				Call::revoke {
					owner: account,
					proof,
					reason: REASON,
					valid_until,
					signature: match flaw {
						Some(3) => signer.sign_nothing(),
						_ => signer.sign(&payload),
					},
				}
			},
			Kind::Supersede => {
				let fitting: Vec<_> = all
					.iter()
					.copied()
					.filter(|by| model.is_active(*by, &account) && model.schema(*by) == model.schema(proof) && *by != proof)
					.collect();
				let by = match &fitting[..] {
					[] => *step.detail.get(&all),
					_ if !step.is_apt => *step.detail.get(&all),
					some => *step.detail.get(some),
				};
				Call::supersede {
					owner: account.clone(),
					proof,
					by,
					valid_until,
					signature: sign(payload::supersession(&GENESIS, &account, &proof, &by, valid_until)),
				}
			},
			Kind::Transfer => {
				let payload = payload::transfer(&GENESIS, &account, &proof, &to.account(), valid_until);
				Call::transfer {
					owner: account.clone(),
					proof,
					to: to.account(),
					valid_until,
					next_signature: to.sign(&payload),
					owner_signature: sign(payload),
				}
			},
			Kind::Annotate => Call::annotate {
				proof,
				remark: Remark::Disputed,
				document: None,
			},
			Kind::Renew => {
				let evidence = if step.is_apt { STRONGER } else { Digest::Sha256([7; 32]) };
				Call::renew {
					owner: account.clone(),
					proof,
					evidence,
					valid_until,
					signature: sign(payload::renewal(&GENESIS, &account, &proof, &evidence, valid_until)),
				}
			},
			Kind::SetAlgorithm => Call::set_algorithm {
				algorithm: *step.owner.get(&Algorithm::ALL),
				// Most of them accept it again.
				terms: AlgorithmTerms {
					refused_from: (step.detail.index(4) == 0).then_some(0),
					..Default::default()
				},
			},
		};
		let submitter = match step.kind {
			Kind::SetAlgorithm if step.is_apt => None,
			Kind::Annotate if step.is_apt => Some(self.regulator()),
			_ if step.is_apt => match step.submitter.index(3) {
				0 => Some(self.platform()),
				_ => Some(account),
			},
			_ => Some(step.submitter.get(&self.0).account()),
		};
		let is_flawed = matches!(flaw, Some(2 | 3)) && !matches!(step.kind, Kind::Annotate | Kind::SetAlgorithm);
		(submitter, call, is_flawed)
	}
}

/// The words in it that must not be used again.
fn once_only(call: &Call<Test>) -> Option<Vec<u8>> {
	Some(match call {
		Call::transfer {
			owner,
			proof,
			to,
			valid_until,
			..
		} => payload::transfer(&GENESIS, owner, proof, to, *valid_until),
		Call::renew {
			owner,
			proof,
			evidence,
			valid_until,
			..
		} => payload::renewal(&GENESIS, owner, proof, evidence, *valid_until),
		_ => return None,
	})
}

fn storage_root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// Takes these steps on a new chain, and checks after each of them what is to be true. What succeeded, by name.
fn run(steps: &[Step]) -> Vec<&'static str> {
	let mut successes = Vec::new();
	new_test_ext().execute_with(|| {
		let people = People::new();
		let mut model = Model::default();
		let mut said = BTreeSet::new();
		let mut sent: Vec<(Option<AccountId>, Call<Test>, bool)> = vec![];
		for step in steps {
			System::set_block_number(System::block_number() + step.pause);
			System::reset_events();
			Proofs::on_idle(System::block_number(), Weight::MAX);
			model.used.retain(|until| *until >= System::block_number());
			let (submitter, call, is_flawed) = match sent.get(step.detail.index(sent.len().max(1))) {
				Some(before) if step.is_replay => before.clone(),
				_ => people.attempt(step, &model),
			};
			sent.push((submitter.clone(), call.clone(), is_flawed));
			let what = format!("{call:?} by {submitter:?}");
			let origin = submitter.clone().map_or_else(RuntimeOrigin::root, RuntimeOrigin::signed);

			let before = storage_root();
			let out_of_time = is_out_of_time(&call);
			let mut next = model.clone();
			let again = once_only(&call).is_some_and(|words| said.contains(&words));
			// Of many, each one is flawed, and the call succeeds.
			let is_many = matches!(call, Call::register_many { .. });
			let expected = match is_flawed || out_of_time || again {
				true => is_many && submitter.is_some(),
				false => next.follow(&submitter, &call),
			};
			let outcome = dispatch(origin, call.clone());
			assert_eq!(outcome.is_ok(), expected, "{outcome:?}: {what}");
			if expected {
				if next.used.len() > model.used.len() {
					said.extend(once_only(&call));
				}
				model = next;
				let registered = events().iter().any(|event| !matches!(event, crate::Event::Skipped { .. }));
				if !is_many || registered {
					successes.push(call.get_call_name());
				}
			} else {
				assert_eq!(storage_root(), before, "was refused and changed something: {what}");
			}
			assert_eq!(Proofs::do_try_state(), Ok(()), "{what}");
			assert_eq!(Model::of_the_chain(), model, "{what}");
		}
	});
	successes
}

/// Whether its signatures were good until an earlier block, or are good for too long.
fn is_out_of_time(call: &Call<Test>) -> bool {
	let valid_until = match call {
		Call::register { valid_until, .. }
		| Call::claim { valid_until, .. }
		| Call::register_batch { valid_until, .. }
		| Call::revoke { valid_until, .. }
		| Call::supersede { valid_until, .. }
		| Call::transfer { valid_until, .. }
		| Call::renew { valid_until, .. } => *valid_until,
		// All are signed until the same block.
		Call::register_many { registrations } => registrations[0].valid_until,
		_ => return false,
	};
	let now = System::block_number();
	!(now..=now + MaxSignatureValidity::get()).contains(&valid_until)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(setting("PROPTEST_CASES", 32)))]

	#[test]
	fn no_sequence_of_calls_breaks_an_invariant_or_does_what_the_model_does_not(steps in sequence()) {
		run(&steps);
	}
}

/// The positive control of the above: a sequence in which nothing succeeds shows nothing.
#[test]
fn each_call_succeeds_in_some_of_the_sequences() {
	let mut runner = TestRunner::deterministic();
	let (mut tried, mut successes) = (0, BTreeMap::<_, usize>::new());
	for _ in 0..100 {
		let steps = sequence().new_tree(&mut runner).expect("nothing is filtered out").current();
		tried += steps.len();
		for name in run(&steps) {
			*successes.entry(name).or_default() += 1;
		}
	}
	for name in Call::<Test>::get_call_names() {
		assert!(successes.contains_key(name), "{name} never succeeds: {successes:?}");
	}
	let succeeded: usize = successes.values().sum();
	assert!(succeeded * 4 > tried, "of {tried} calls only these succeeded: {successes:?}");
}
