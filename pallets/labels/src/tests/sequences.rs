// SPDX-License-Identifier: Apache-2.0

//! Whoever calls whatever in whatever order: the invariants hold, a call that is refused changes nothing, and one that succeeds
//! does what a simple model says.
//!
//! `PROPTEST_CASES` says how many sequences there are, `SEQUENCE_LENGTH` how many calls are in one on average.

use crate::{
	mock::*, Applications, Call, Certificates, Confirmed, Guardians, LastLabel, Passkeys, Recoveries, Remits, RetiredKeys,
	Sequences, Terms,
};
use chirograph_primitives::{
	authenticator::Authenticator, passkey, payload, AccountId, BlockNumber, CertificateHash, Containment, Country, Jurisdiction,
	Label, LabelId, LabelRevocationReason, Ledger, Moment, Operation, Operations, OrganisationId, OwnerSignature, Passkey, Quota,
	Recovery, RejectionReason, Remit, RetirementReason, Role, Roles, Standing, SuspensionReason,
};
use codec::{Decode, Encode};
use core::mem;
use frame_support::traits::GetCallName;
use proptest::{
	prelude::*,
	sample::Index,
	strategy::{Union, ValueTree},
	test_runner::TestRunner,
};
use sp_core::{sr25519, Pair, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Dispatchable, StateVersion};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug)]
enum Kind {
	Apply,
	Withdraw,
	Approve,
	Reject,
	Suspend,
	Reinstate,
	Revoke,
	Renew,
	AddRoles,
	RemoveRoles,
	Rotate,
	Reassign,
	Distrust,
	AppointAuditor,
	DismissAuditor,
	PublishCertificate,
	WithdrawCertificate,
	SetQuota,
	SetGuardians,
	InitiateRecovery,
	ApproveRecovery,
	VetoRecovery,
	CompleteRecovery,
	BindPasskey,
	/// Of a call that takes it, `unbind_passkey` among them: that never succeeds by itself.
	Confirm,
	/// No call: the network suspends an offender.
	Offend,
}

/// How often each comes. What others need first comes more often, what ends labels less.
const KINDS: [(u32, Kind); 26] = [
	(6, Kind::Apply),
	(1, Kind::Withdraw),
	(6, Kind::Approve),
	(1, Kind::Reject),
	(3, Kind::Suspend),
	(3, Kind::Reinstate),
	(1, Kind::Revoke),
	(2, Kind::Renew),
	(2, Kind::AddRoles),
	(2, Kind::RemoveRoles),
	(2, Kind::Rotate),
	(2, Kind::Reassign),
	(2, Kind::Distrust),
	(2, Kind::AppointAuditor),
	(1, Kind::DismissAuditor),
	(2, Kind::PublishCertificate),
	(2, Kind::WithdrawCertificate),
	(1, Kind::SetQuota),
	(3, Kind::SetGuardians),
	(4, Kind::InitiateRecovery),
	(3, Kind::ApproveRecovery),
	(1, Kind::VetoRecovery),
	(3, Kind::CompleteRecovery),
	(4, Kind::BindPasskey),
	(4, Kind::Confirm),
	(1, Kind::Offend),
];

/// What is drawn by lot, before anybody knows how the chain is when its turn comes.
#[derive(Clone, Copy, Debug)]
struct Step {
	kind: Kind,
	/// Blocks that pass before; with none, it is the next extrinsic of the same block.
	pause: BlockNumber,
	/// Whether somebody sends it who may, as far as there is anybody.
	is_apt: bool,
	/// Whether it is about somebody or something that it fits, as far as there is any.
	is_fitting: bool,
	/// Which of the things is wrong with it that can be wrong with its arguments.
	flaw: Option<Index>,
	sender: Index,
	subject: Index,
	detail: Index,
	amount: Index,
}

impl Step {
	/// Which of so many flaws it has.
	fn flaw(&self, kinds: usize) -> Option<usize> {
		self.flaw.map(|lot| lot.index(kinds))
	}
}

fn step() -> impl Strategy<Value = Step> {
	let kind = Union::new_weighted(KINDS.map(|(weight, kind)| (weight, Just(kind))).to_vec());
	// About as long as it takes until a recovery can be completed, and hardly longer; or for everything to be over.
	let pause = prop_oneof![6 => Just(0u32), 6 => 1..5u32, 2 => 8..25u32, 1 => 50..300u32];
	let is_apt = prop::bool::weighted(0.9);
	let is_fitting = prop::bool::weighted(0.9);
	let flaw = prop::option::weighted(0.2, any::<Index>());
	let lots = any::<[Index; 4]>();
	let drawn = (kind, pause, is_apt, is_fitting, flaw, lots);
	drawn.prop_map(
		|(kind, pause, is_apt, is_fitting, flaw, [sender, subject, detail, amount])| Step {
			kind,
			pause,
			is_apt,
			is_fitting,
			flaw,
			sender,
			subject,
			detail,
			amount,
		},
	)
}

fn setting(name: &str, otherwise: u32) -> u32 {
	let set = std::env::var(name).ok().and_then(|value| value.parse().ok());
	set.unwrap_or(otherwise)
}

/// From one step on, so that a failing sequence can be made short.
fn sequence() -> impl Strategy<Value = Vec<Step>> {
	let average = setting("SEQUENCE_LENGTH", 50) as usize;
	prop::collection::vec(step(), 1..=2 * average)
}

/// One of `these`.
fn draw<T: Clone>(lot: Index, these: &[T]) -> Option<T> {
	(!these.is_empty()).then(|| lot.get(these).clone())
}

/// Who sends a call; none is Root.
type Sender = Option<AccountId>;

/// Everybody there is, with their keys: five founders, and twelve who come later.
struct People(Vec<(AccountId, sr25519::Pair)>);

impl People {
	fn new() -> Self {
		let people = (1..=17u8).map(|seed| {
			let key = sr25519::Pair::from_seed(&[seed; 32]);
			(AccountId::from(key.public().0), key)
		});
		Self(people.collect())
	}

	fn account(&self, lot: Index) -> AccountId {
		lot.get(&self.0).0.clone()
	}

	/// Those who have nothing to do with labels yet.
	fn fresh(&self) -> Vec<&(AccountId, sr25519::Pair)> {
		let is_fresh = |account: &AccountId| {
			!crate::Labels::<Test>::contains_key(account)
				&& !RetiredKeys::<Test>::contains_key(account)
				&& !Applications::<Test>::contains_key(account)
		};
		self.0.iter().filter(|(account, _)| is_fresh(account)).collect()
	}

	/// One of those who may, unless the lot is for anybody, or there is nobody who may.
	fn sender(&self, step: &Step, apt: Vec<Sender>) -> Sender {
		match draw(step.sender, &apt) {
			Some(sender) if step.is_apt => sender,
			_ => {
				let accounts = self.0.iter().map(|(account, _)| Some(account.clone()));
				let everybody: Vec<_> = accounts.chain([None]).collect();
				step.sender.get(&everybody).clone()
			},
		}
	}

	/// One of `accounts`, unless the lot is for anybody, or there is none.
	fn subject(&self, step: &Step, accounts: impl Iterator<Item = AccountId>) -> AccountId {
		match draw(step.subject, &accounts.collect::<Vec<_>>()) {
			Some(account) if step.is_fitting => account,
			_ => self.account(step.subject),
		}
	}

	/// An account, and its consent to hold `label`.
	fn consent(&self, step: &Step, label: LabelId) -> (AccountId, BlockNumber, OwnerSignature) {
		let (now, flaw) = (System::block_number(), step.flaw(5));
		let fresh = draw(step.detail, &self.fresh()).filter(|_| flaw != Some(0));
		let (account, key) = fresh.unwrap_or_else(|| step.detail.get(&self.0));
		let longest = MaxSignatureValidity::get();
		let valid_until = match flaw {
			Some(1) => now - 1,
			Some(2) => now + longest + 1,
			_ => now + step.amount.index(longest as usize + 1) as BlockNumber,
		};
		let meant = if flaw == Some(3) { label + 1 } else { label };
		let signature = match flaw {
			Some(4) => OwnerSignature::Ecdsa([0; 65].into()),
			_ => OwnerSignature::Sr25519(key.sign(&payload::takeover(&GENESIS, meant, account, valid_until))),
		};
		(account.clone(), valid_until, signature)
	}

	/// What a step is as things are now.
	fn attempt(&self, step: &Step) -> (Sender, Call<Test>) {
		match step.kind {
			Kind::Apply | Kind::Withdraw | Kind::Approve | Kind::Reject => self.attempt_application(step),
			Kind::Rotate | Kind::Reassign | Kind::Distrust => self.attempt_on_key(step),
			Kind::PublishCertificate | Kind::WithdrawCertificate => self.attempt_on_certificate(step),
			Kind::SetGuardians => self.attempt_to_name_guardians(step),
			Kind::BindPasskey => self.attempt_to_bind(step),
			Kind::Confirm => self.attempt_confirmed(step),
			Kind::InitiateRecovery | Kind::ApproveRecovery | Kind::VetoRecovery | Kind::CompleteRecovery => {
				self.attempt_recovery(step)
			},
			_ => self.attempt_on_label(step),
		}
	}

	fn attempt_application(&self, step: &Step) -> (Sender, Call<Test>) {
		let applicants = Applications::<Test>::iter_keys;
		let account = self.subject(step, applicants());
		let application = Applications::<Test>::get(&account);
		let auditors = application.as_ref().map_or(vec![], |application| {
			auditors(&application.organisation, &application.jurisdiction, application.roles)
		});
		match step.kind {
			Kind::Apply => {
				let fresh = self.fresh().into_iter().map(|(account, _)| Some(account.clone()));
				let call = Call::apply {
					dossier: DOSSIER,
					// Some are of a founder's organisation.
					organisation: OrganisationId([step.subject.index(20) as u8; 32]),
					jurisdiction: jurisdiction(step),
					roles: roles(step),
					certificate: None,
				};
				(self.sender(step, fresh.collect()), call)
			},
			Kind::Withdraw => (self.sender(step, applicants().map(Some).collect()), Call::withdraw {}),
			Kind::Approve => {
				let hash = application.map(|application| H256(blake2_256(&application.encode())));
				let call = Call::approve {
					account,
					application: hash.filter(|_| step.flaw(3) != Some(2)).unwrap_or_default(),
					expires: expires(step),
				};
				(self.sender(step, auditors), call)
			},
			_ => {
				let reason = RejectionReason::DossierMissing;
				(self.sender(step, auditors), Call::reject { account, reason })
			},
		}
	}

	fn attempt_on_key(&self, step: &Step) -> (Sender, Call<Test>) {
		match step.kind {
			Kind::Rotate => {
				let holders = holders_with(|_| true);
				let sender = self.sender(step, holders);
				let label = sender.clone().and_then(Labels::label_of).map_or(0, |label| label.id);
				let (account, valid_until, signature) = self.consent(step, label);
				let call = Call::rotate {
					account,
					valid_until,
					signature,
				};
				(sender, call)
			},
			Kind::Reassign => {
				let label = label(step, |label| !is_revoked(label));
				let held_since = Labels::find(label).map_or(0, |(_, label)| label.held_since.block);
				let reason = match step.subject.index(3) {
					0 => RetirementReason::Rotated,
					1 => RetirementReason::Lost,
					_ => RetirementReason::Compromised {
						since: since(step, held_since, System::block_number()),
					},
				};
				let (account, valid_until, signature) = self.consent(step, label);
				let call = Call::reassign {
					label,
					reason,
					account,
					valid_until,
					signature,
				};
				(self.sender(step, council_or_auditors_of(label, Roles::NONE)), call)
			},
			_ => {
				let revoked = crate::Labels::<Test>::iter().filter(|(_, label)| is_revoked(label));
				let holders = revoked.map(|(account, _)| account);
				let account = self.subject(step, RetiredKeys::<Test>::iter_keys().chain(holders));
				let (key, held) = (RetiredKeys::<Test>::get(&account), Labels::label_of(account.clone()));
				let (label, from, until) = match (key, held) {
					(Some(key), _) => (key.label, key.from.block, key.until.block),
					(None, Some(label)) => (label.id, label.held_since.block, System::block_number()),
					(None, None) => (0, 0, 0),
				};
				let since = since(step, from, until);
				let sender = self.sender(step, council_or_auditors_of(label, Roles::NONE));
				(sender, Call::distrust { account, since })
			},
		}
	}

	fn attempt_on_certificate(&self, step: &Step) -> (Sender, Call<Test>) {
		let authorities = holders_with(|label| label.roles.contains(Role::CertificateAuthority));
		let certificate = CertificateHash([step.detail.index(3) as u8; 32]);
		if let Kind::PublishCertificate = step.kind {
			return (self.sender(step, authorities), Call::publish_certificate { certificate });
		}
		let published: Vec<_> = Certificates::<Test>::iter_keys().collect();
		match draw(step.subject, &published) {
			Some((label, certificate)) if step.is_fitting => {
				let publisher = Labels::holder_of(label);
				let sender = self.sender(step, vec![publisher]);
				(sender, Call::withdraw_certificate { certificate })
			},
			_ => (self.sender(step, authorities), Call::withdraw_certificate { certificate }),
		}
	}

	fn attempt_to_bind(&self, step: &Step) -> (Sender, Call<Test>) {
		let sender = self.sender(step, holders_with(|label| label.guarded.is_empty()));
		let label = sender.clone().and_then(Labels::label_of).map_or(0, |label| label.id);
		(sender, binding(step, label, 0))
	}

	fn attempt_confirmed(&self, step: &Step) -> (Sender, Call<Test>) {
		let sender = self.sender(step, holders_with(|label| !label.guarded.is_empty()));
		let label = sender.clone().and_then(Labels::label_of).map_or(0, |label| label.id);
		let call = match step.subject.index(4) {
			// The passkey of before uses one up, and then it is the new one's turn.
			0 => binding(step, label, 1),
			1 => Call::unbind_passkey {},
			2 => naming(step, label),
			_ => {
				let (account, valid_until, signature) = self.consent(step, label);
				Call::rotate {
					account,
					valid_until,
					signature,
				}
			},
		};
		let call = Box::new(RuntimeCall::Labels(call));
		let bound = Passkeys::<Test>::get(label).map(|bound| bound.passkey);
		let mut authenticators = AUTHENTICATORS.map(Authenticator::new).into_iter();
		let authenticator = authenticators.find(|known| step.is_fitting && Some(known.passkey()) == bound);
		let authenticator = authenticator.unwrap_or_else(|| Authenticator::new(*step.amount.get(&AUTHENTICATORS)));
		// One that was used up before, or whose turn it is not yet.
		let used = Sequences::<Test>::get(label);
		let sequence = match step.flaw(4) {
			Some(0) => used.saturating_sub(1),
			Some(1) => used + 1,
			_ => used,
		};
		let challenge = passkey::challenge(&GENESIS, label, sequence, &call.encode());
		let confirmed = Call::confirm {
			label,
			call,
			sequence,
			assertion: authenticator.assert(&challenge),
		};
		(sender, confirmed)
	}

	fn attempt_to_name_guardians(&self, step: &Step) -> (Sender, Call<Test>) {
		let sender = self.sender(step, holders_with(|label| label.guarded.is_empty()));
		let own = sender.clone().and_then(Labels::label_of).map_or(0, |label| label.id);
		(sender, naming(step, own))
	}

	fn attempt_recovery(&self, step: &Step) -> (Sender, Call<Test>) {
		if let Kind::InitiateRecovery = step.kind {
			let label = label(step, |label| !is_revoked(label) && Guardians::<Test>::contains_key(label.id));
			let is_own = |own, attempt: Recovery| attempt.initiator() == Some(own) && !has_lapsed(label, &attempt);
			let has_begun_one = |own| Recoveries::<Test>::iter_prefix_values(label).any(|attempt| is_own(own, attempt));
			let (account, valid_until, signature) = self.consent(step, label);
			let call = Call::initiate_recovery {
				label,
				account,
				valid_until,
				signature,
			};
			return (self.sender(step, guardians_of(label, |own| !has_begun_one(own))), call);
		}
		let now = System::block_number();
		let is_ready = |ready: Option<BlockNumber>| ready.is_some_and(|ready| ready <= now);
		let pending: Vec<_> = Recoveries::<Test>::iter()
			.filter(|(_, _, attempt)| !matches!(step.kind, Kind::CompleteRecovery) || is_ready(attempt.ready))
			.filter(|(label, _, attempt)| !has_lapsed(*label, attempt))
			.map(|(label, account, _)| (label, account))
			.collect();
		let (label, account) = draw(step.subject, &pending)
			.filter(|_| step.is_fitting)
			.unwrap_or_else(|| (label(step, |_| true), self.account(step.detail)));
		match step.kind {
			Kind::ApproveRecovery => {
				let attempt = Recoveries::<Test>::get(label, &account);
				let has_approved = |own| {
					let mut approvals = attempt.iter().flat_map(|attempt| attempt.approvals.iter());
					approvals.any(|known| known.guardian == own && Labels::holder_of(own).as_ref() == Some(&known.account))
				};
				let sender = self.sender(step, guardians_of(label, |own| !has_approved(own)));
				(sender, Call::approve_recovery { label, account })
			},
			Kind::VetoRecovery => {
				let apt = [council_or_auditors_of(label, Roles::NONE), holder(label)].concat();
				(self.sender(step, apt), Call::veto_recovery { label })
			},
			_ => {
				let sender = self.sender(step, guardians_of(label, |_| true));
				(sender, Call::complete_recovery { label, account })
			},
		}
	}

	fn attempt_on_label(&self, step: &Step) -> (Sender, Call<Test>) {
		let council = vec![None];
		match step.kind {
			Kind::Suspend => {
				let label = label(step, |label| !is_revoked(label));
				let held_since = Labels::find(label).map_or(0, |(_, label)| label.held_since.block);
				let reason = match step.detail.index(10) {
					0..3 => SuspensionReason::Unspecified,
					3..6 => SuspensionReason::Investigation,
					6 => SuspensionReason::Offence,
					_ => SuspensionReason::KeyCompromised {
						since: since(step, held_since, System::block_number()),
					},
				};
				let regulators = holders_with(|label| label.roles.contains(Role::Regulator));
				let apt = [council_or_auditors_of(label, Roles::NONE), regulators, holder(label)].concat();
				(self.sender(step, apt), Call::suspend { label, reason })
			},
			Kind::Reinstate => {
				let label = label(step, |label| matches!(label.standing, Standing::Suspended(_)));
				let sender = self.sender(step, council_or_auditors_of(label, Roles::NONE));
				(sender, Call::reinstate { label })
			},
			Kind::Revoke => {
				let label = label(step, |label| !is_revoked(label));
				let reason = LabelRevocationReason::GivenUp;
				let apt = [council_or_auditors_of(label, Roles::NONE), holder(label)].concat();
				(self.sender(step, apt), Call::revoke { label, reason })
			},
			Kind::Renew => {
				let label = label(step, |label| !is_revoked(label));
				let expires = expires(step);
				let sender = self.sender(step, council_or_auditors_of(label, Roles::NONE));
				(sender, Call::renew { label, expires })
			},
			Kind::AddRoles => {
				let (label, roles) = (label(step, |label| !is_revoked(label)), roles(step));
				let sender = self.sender(step, council_or_auditors_of(label, roles));
				(sender, Call::add_roles { label, roles })
			},
			Kind::RemoveRoles => {
				let label = label(step, |label| !is_revoked(label) && label.roles.iter().count() > 1);
				let had = Labels::find(label).map_or(Roles::NONE, |(_, label)| label.roles);
				let removable: Vec<_> = had.iter().filter(|role| *role != Role::Auditor).collect();
				let one = draw(step.detail, &removable).filter(|_| step.flaw.is_none());
				let roles = one.map_or_else(|| roles(step), Roles::only);
				let sender = self.sender(step, council_or_auditors_of(label, roles));
				(sender, Call::remove_roles { label, roles })
			},
			Kind::AppointAuditor => {
				let label = label(step, |label| !is_revoked(label));
				let countries: &[&str] = if step.amount.index(2) == 0 { &[] } else { &["DE", "FR"] };
				let roles = match step.flaw(2) {
					None => every_grantable_role(),
					Some(0) => Roles::NONE,
					Some(_) => Roles::all(),
				};
				let remit = remit(roles, countries);
				(self.sender(step, council), Call::appoint_auditor { label, remit })
			},
			Kind::DismissAuditor => {
				let label = label(step, |label| Remits::<Test>::contains_key(label.id));
				(self.sender(step, council), Call::dismiss_auditor { label })
			},
			_ => {
				let role = *step.detail.get(&Role::ALL);
				let [calls, bytes] = [step.subject, step.amount].map(|lot| lot.index(1_000) as u32);
				let quota = Quota { calls, bytes };
				(self.sender(step, council), Call::set_quota { role, quota })
			},
		}
	}
}

/// Everybody's authenticators, by their seeds.
const AUTHENTICATORS: [u8; 4] = [1, 2, 3, 4];

/// Of one of the authenticators to `label`, when it used up so many confirmations more than by now.
fn binding(step: &Step, label: LabelId, ahead: u32) -> Call<Test> {
	let authenticator = Authenticator::new(*step.detail.get(&AUTHENTICATORS));
	let (passkey, flaw) = (authenticator.passkey(), step.flaw(3));
	let bits = match flaw {
		Some(0) => 0,
		Some(1) => 0xff,
		_ => 1 + step.amount.index(7) as u8,
	};
	let guarded = Operations::decode(&mut &[bits][..]).expect("any eight bits decode");
	let ahead = if flaw == Some(2) { ahead + 1 } else { ahead };
	let sequence = Sequences::<Test>::get(label) + ahead;
	let challenge = passkey::challenge(&GENESIS, label, sequence, &payload::binding(&passkey, guarded));
	Call::bind_passkey {
		passkey,
		guarded,
		sequence,
		assertion: authenticator.assert(&challenge),
	}
}

/// Of up to three guardians of `own`; or of nobody any more.
fn naming(step: &Step, own: LabelId) -> Call<Test> {
	let mut others: Vec<_> = (1..=LastLabel::<Test>::get()).filter(|label| *label != own).collect();
	if step.is_fitting {
		let is_usable = |label: &LabelId| Labels::find(*label).is_ok_and(|(_, label)| Labels::is_usable(&label));
		let usable: Vec<_> = others.iter().copied().filter(is_usable).collect();
		others = if usable.is_empty() { others } else { usable };
	}
	let count = [0, 1, 1, 1, 2, 2, 3][step.amount.index(7)];
	let first = step.detail.index(others.len());
	// The last one may come before the first, and once more where there are fewer.
	let mut guardians: Vec<_> = others.iter().copied().cycle().skip(first).take(count).collect();
	let mut threshold = match count {
		0 => 0,
		_ => 1 + step.subject.index(count) as u32,
	};
	let mut delay = MIN_RECOVERY_DELAY + step.amount.index(20) as BlockNumber;
	match step.flaw(5) {
		None => {},
		Some(0) => guardians.push(own),
		Some(1) => guardians.extend(guardians.clone()),
		Some(2) => guardians.push(LastLabel::<Test>::get() + 1),
		Some(3) => threshold = [0, count as u32 + 1][step.subject.index(2)],
		Some(_) => delay = MIN_RECOVERY_DELAY - 1,
	}
	Call::set_guardians {
		guardians: guardians.try_into().expect("a few"),
		threshold,
		delay,
	}
}

fn has_lapsed(label: LabelId, attempt: &Recovery) -> bool {
	let named = Guardians::<Test>::get(label).expect("an attempt has guardians");
	named.has_lapsed(attempt, System::block_number())
}

fn is_revoked(label: &Label) -> bool {
	matches!(label.standing, Standing::Revoked { .. })
}

/// A label that fits, unless the lot is for any number, or there is none.
fn label(step: &Step, fits: impl Fn(&Label) -> bool) -> LabelId {
	let fitting: Vec<_> = crate::Labels::<Test>::iter_values()
		.filter(|label| fits(label))
		.map(|label| label.id)
		.collect();
	let numbers = LastLabel::<Test>::get() as usize + 2;
	draw(step.subject, &fitting)
		.filter(|_| step.is_fitting)
		.unwrap_or(step.subject.index(numbers) as LabelId)
}

fn holder(label: LabelId) -> Vec<Sender> {
	Labels::holder_of(label).into_iter().map(Some).collect()
}

/// Who holds such a label, and may use it.
fn holders_with(fits: impl Fn(&Label) -> bool) -> Vec<Sender> {
	let holders = crate::Labels::<Test>::iter().filter(|(_, label)| fits(label));
	holders
		.filter(|(account, _)| Labels::usable_label(account).is_ok())
		.map(|(account, _)| Some(account))
		.collect()
}

/// Which guardians of that label may use their own.
fn guardians_of(label: LabelId, fits: impl Fn(LabelId) -> bool) -> Vec<Sender> {
	let named = Guardians::<Test>::get(label).map_or(vec![], |named| named.guardians.into_inner());
	holders_with(|own| named.contains(&own.id) && fits(own.id))
}

/// Who may decide about somebody like this.
fn auditors(organisation: &OrganisationId, jurisdiction: &Jurisdiction, roles: Roles) -> Vec<Sender> {
	crate::Labels::<Test>::iter_keys()
		.filter(|account| Labels::ensure_auditor(account, organisation, jurisdiction, roles).is_ok())
		.map(Some)
		.collect()
}

/// Who may decide about that label, and about more roles. About an auditor's it is the council alone.
fn council_or_auditors_of(label: LabelId, more: Roles) -> Vec<Sender> {
	let auditors = Labels::find(label).map_or(vec![], |(_, label)| {
		auditors(&label.organisation, &label.jurisdiction, label.roles.with(more))
	});
	[vec![None], auditors].concat()
}

fn jurisdiction(step: &Step) -> Jurisdiction {
	match step.amount.index(2) {
		_ if !step.is_fitting => Jurisdiction {
			country: Country(*b"de"),
			region: [0; 3],
		},
		0 => germany(),
		_ => france(),
	}
}

/// One or two.
fn roles(step: &Step) -> Roles {
	let grantable: Vec<_> = every_grantable_role().iter().collect();
	let chosen = [step.detail, step.amount].map(|lot| *lot.get(&grantable));
	let chosen: Roles = chosen.into_iter().collect();
	match step.flaw(3) {
		None => chosen,
		Some(0) => Roles::NONE,
		Some(1) => chosen.with(Roles::only(Role::Auditor)),
		Some(_) => Roles::decode(&mut &u16::MAX.encode()[..]).expect("any sixteen bits decode"),
	}
}

fn expires(step: &Step) -> Moment {
	let now = TestLedger::here().time;
	match step.flaw(3) {
		Some(0) => now,
		Some(1) => now + MaxValidity::get() + 1,
		_ => now + 1 + step.amount.index(MaxValidity::get() as usize) as Moment,
	}
}

/// A block from which on a key that was held from `from` to `until` is not believed.
fn since(step: &Step, from: BlockNumber, until: BlockNumber) -> BlockNumber {
	match step.flaw(2) {
		None => from + step.amount.index((until - from) as usize + 1) as BlockNumber,
		Some(0) => from.saturating_sub(1),
		Some(_) => until + 1,
	}
}

#[derive(Clone, Debug, PartialEq)]
struct Holding {
	holder: AccountId,
	roles: Roles,
	expires: Moment,
	standing: Standing,
	/// From which block on the holder is not believed.
	distrusted_since: Option<BlockNumber>,
	passkey: Option<Passkey>,
	guarded: Operations,
	/// How many were used up.
	confirmations: u32,
}

/// Who may help a holder, how many of them it takes, and how many blocks there are to object.
#[derive(Debug, PartialEq)]
struct Help {
	guardians: BTreeSet<LabelId>,
	threshold: u32,
	delay: BlockNumber,
	/// By whom, and in which block.
	named: (AccountId, BlockNumber),
}

/// An attempt to get a label back.
#[derive(Debug, Default, PartialEq)]
struct Attempt {
	/// By which labels, and with which accounts; the first one first.
	approvals: Vec<(LabelId, AccountId)>,
	ready: Option<BlockNumber>,
}

impl Attempt {
	/// Whether it can still come to something, where so many blocks there are to object, and as many to complete.
	fn is_alive(&self, delay: BlockNumber) -> bool {
		self.ready.is_none_or(|ready| System::block_number() <= ready + delay)
	}
}

/// What is expected of the chain.
#[derive(Debug, PartialEq)]
struct Model {
	labels: BTreeMap<LabelId, Holding>,
	/// Since which block each waits.
	applications: BTreeMap<AccountId, (BlockNumber, Roles)>,
	/// Which label each was, and from which block on it is not believed.
	retired: BTreeMap<AccountId, (LabelId, Option<BlockNumber>)>,
	remits: BTreeMap<LabelId, Remit>,
	/// By which account each was published.
	certificates: BTreeMap<(LabelId, CertificateHash), AccountId>,
	quotas: BTreeMap<Role, Quota>,
	help: BTreeMap<LabelId, Help>,
	attempts: BTreeMap<(LabelId, AccountId), Attempt>,
	/// Whose passkey confirmed what is done.
	confirmed: Option<LabelId>,
}

impl Model {
	/// How the chain is in fact.
	fn of_the_chain() -> Self {
		let labels = crate::Labels::<Test>::iter().map(|(holder, label)| {
			let holding = Holding {
				holder,
				roles: label.roles,
				expires: label.expires,
				standing: label.standing,
				distrusted_since: label.distrusted_since,
				passkey: Passkeys::<Test>::get(label.id).map(|bound| bound.passkey),
				guarded: label.guarded,
				confirmations: Sequences::<Test>::get(label.id),
			};
			(label.id, holding)
		});
		let applications =
			Applications::<Test>::iter().map(|(account, application)| (account, (application.applied.block, application.roles)));
		let retired = RetiredKeys::<Test>::iter().map(|(account, key)| (account, (key.label, key.reason.compromised_since())));
		let terms = Terms::<Test>::get();
		let help = Guardians::<Test>::iter().map(|(label, named)| {
			let help = Help {
				guardians: named.guardians.into_iter().collect(),
				threshold: named.threshold,
				delay: named.delay,
				named: (named.named_by, named.named_at.block),
			};
			(label, help)
		});
		let attempts = Recoveries::<Test>::iter().map(|(label, account, attempt)| {
			let approvals = attempt.approvals.into_iter();
			let approvals = approvals.map(|approval| (approval.guardian, approval.account)).collect();
			let ready = attempt.ready;
			((label, account), Attempt { approvals, ready })
		});
		let certificates =
			Certificates::<Test>::iter().map(|(label, certificate, publication)| ((label, certificate), publication.by));
		Self {
			labels: labels.collect(),
			applications: applications.collect(),
			retired: retired.collect(),
			remits: Remits::<Test>::iter().collect(),
			certificates: certificates.collect(),
			quotas: Role::ALL.map(|role| (role, terms.of(Roles::only(role)))).into(),
			help: help.collect(),
			attempts: attempts.collect(),
			confirmed: Confirmed::<Test>::get(),
		}
	}

	fn held(&mut self, label: LabelId) -> &mut Holding {
		self.labels
			.get_mut(&label)
			.expect("no call succeeds about a label that is not there")
	}

	fn label_of(&self, holder: &AccountId) -> LabelId {
		let mut labels = self.labels.iter().filter(|(_, held)| held.holder == *holder);
		*labels.next().expect("no call succeeds that takes a label, without one").0
	}

	fn move_label(&mut self, label: LabelId, to: AccountId, said: Option<BlockNumber>) {
		let held = self.held(label);
		let from = mem::replace(&mut held.holder, to);
		// What was known of the key goes with it, whatever is said now.
		let known = held.distrusted_since.take();
		let since = known.into_iter().chain(said).min();
		self.retired.insert(from, (label, since));
		// Whoever holds it now needs no help.
		self.end_attempts(label);
	}

	/// Moves a label whose holder has no key that is believed.
	fn hand_over(&mut self, label: LabelId, to: AccountId, said: Option<BlockNumber>) {
		let held = self.held(label);
		if let Standing::Suspended(SuspensionReason::KeyCompromised { .. }) = held.standing {
			held.standing = Standing::Active;
		}
		(held.passkey, held.guarded) = (None, Operations::NONE);
		self.move_label(label, to, said);
	}

	/// What a label guards does not succeed without a confirmation.
	fn expect_confirmed(&self, label: LabelId, is_guarded: impl Fn(&Holding) -> bool) {
		assert!(!is_guarded(&self.labels[&label]) || self.confirmed == Some(label), "{label}");
	}

	/// From which block on an account is not believed that holds a label or held one.
	fn distrusted_since(&self, account: &AccountId) -> Option<BlockNumber> {
		match self.retired.get(account) {
			Some((_, since)) => *since,
			None => self.labels[&self.label_of(account)].distrusted_since,
		}
	}

	fn is_usable(&self, label: LabelId) -> bool {
		let held = &self.labels[&label];
		held.standing == Standing::Active && TestLedger::here().time < held.expires
	}

	/// The help for a label that `guardian` is part of. Nobody is heard whom a key named that was not believed by then.
	fn help_by(&self, guardian: LabelId, label: LabelId) -> &Help {
		let help = self.help.get(&label).expect("only guardians help");
		let (by, block) = &help.named;
		let since = self.distrusted_since(by);
		assert!(since.is_none_or(|since| *block < since), "{label}: {help:?}");
		assert!(help.guardians.contains(&guardian), "{label}: {help:?}");
		help
	}

	fn approve(&mut self, label: LabelId, account: AccountId, guardian: LabelId, approver: AccountId) {
		let help = self.help_by(guardian, label);
		let (threshold, delay) = (help.threshold as usize, help.delay);
		let attempt = self.attempts.entry((label, account)).or_default();
		assert!(attempt.is_alive(delay), "{label}: {attempt:?}");
		let before = attempt.approvals.iter_mut().find(|(before, _)| *before == guardian);
		match before {
			Some((_, before)) => assert_ne!(mem::replace(before, approver.clone()), approver),
			None => attempt.approvals.push((guardian, approver)),
		}
		// Those beyond what it takes change nothing.
		if attempt.ready.is_none() && attempt.approvals.len() == threshold {
			attempt.ready = Some(System::block_number() + delay);
		}
	}

	/// Nothing is completed too early, too late, or without approvals that still count.
	fn expect_completable(&self, label: LabelId, account: &AccountId, guardian: LabelId) {
		let (help, attempt) = (self.help_by(guardian, label), &self.attempts[&(label, account.clone())]);
		let ready = attempt.ready.expect("enough approved");
		assert!(
			ready <= System::block_number() && attempt.is_alive(help.delay),
			"{label}: {attempt:?}"
		);
		let counts =
			|(guardian, approver): &&(LabelId, AccountId)| self.labels[guardian].holder == *approver && self.is_usable(*guardian);
		let counting = attempt.approvals.iter().filter(counts).count();
		assert!(counting >= help.threshold as usize, "{label}: {attempt:?}");
	}

	/// Nobody is to get a label back.
	fn end_attempts(&mut self, label: LabelId) {
		self.attempts.retain(|(helped, _), _| *helped != label);
	}

	/// Of those who wait, the oldest makes room, who waits for long.
	fn give_way(&mut self) {
		let waiting = self.applications.iter();
		let oldest = waiting.map(|(account, (since, _))| (*since, account.clone())).min();
		let (since, account) = oldest.expect("some wait");
		assert!(since + ApplicationLifetime::get() <= System::block_number(), "{account:?}");
		self.applications.remove(&account);
	}

	/// Another key never makes up for an offence, and revocation is final.
	fn offend(&mut self, label: LabelId) {
		let held = self.held(label);
		if !matches!(held.standing, Standing::Revoked { .. }) {
			held.standing = OFFENCE;
		}
	}

	/// Does what a call does that succeeds now.
	fn follow(&mut self, sender: Sender, call: Call<Test>) {
		let signer = || sender.clone().expect("this call takes a signature to succeed");
		match call {
			Call::apply { roles, .. } => {
				if self.applications.len() == MaxApplications::get() as usize {
					self.give_way();
				}
				self.applications.insert(signer(), (System::block_number(), roles));
			},
			Call::withdraw {} => {
				self.applications.remove(&signer());
			},
			Call::approve { account, expires, .. } => {
				let (_, roles) = self.applications.remove(&account).expect("only an applicant is approved");
				let holding = Holding {
					holder: account,
					roles,
					expires,
					standing: Standing::Active,
					distrusted_since: None,
					passkey: None,
					guarded: Operations::NONE,
					confirmations: 0,
				};
				self.labels.insert(self.labels.len() as LabelId + 1, holding);
			},
			Call::reject { account, .. } => {
				self.applications.remove(&account);
			},
			Call::suspend { label, reason } => {
				let held = self.held(label);
				let by_holder = sender.as_ref() == Some(&held.holder);
				let reason = match reason {
					SuspensionReason::Offence => unreachable!("{label}: that is the network's to find"),
					SuspensionReason::KeyCompromised { since } => {
						// A holder reports its key from now on, whatever it says.
						let said = if by_holder { System::block_number() } else { since };
						let since = distrust(&mut held.distrusted_since, said);
						match held.standing {
							// An inquiry goes on.
							Standing::Suspended(
								before @ (SuspensionReason::Unspecified
								| SuspensionReason::Investigation
								| SuspensionReason::Offence),
							) => before,
							_ => SuspensionReason::KeyCompromised { since },
						}
					},
					other => {
						assert_ne!(held.standing, OFFENCE, "{label}: a suspicion in the place of what is proven");
						other
					},
				};
				held.standing = Standing::Suspended(reason);
			},
			Call::reinstate { label } => {
				let held = self.held(label);
				(held.standing, held.distrusted_since) = (Standing::Active, None);
			},
			Call::revoke { label, reason } => {
				self.held(label).standing = Standing::Revoked { cause: reason };
				self.remits.remove(&label);
				self.end_attempts(label);
			},
			Call::renew { label, expires } => self.held(label).expires = expires,
			Call::add_roles { label, roles } => {
				let held = self.held(label);
				held.roles = held.roles.with(roles);
			},
			Call::remove_roles { label, roles } => {
				let held = self.held(label);
				held.roles = held.roles.without(roles);
			},
			Call::rotate { account, .. } => {
				let label = self.label_of(&signer());
				self.expect_confirmed(label, |held| held.guarded.contains(Operation::Rotating));
				self.move_label(label, account, None);
			},
			Call::reassign {
				label, reason, account, ..
			} => {
				let said = reason.compromised_since();
				if said.or(self.held(label).distrusted_since).is_some() {
					self.help.remove(&label);
				}
				self.hand_over(label, account, said);
			},
			Call::distrust { account, since } => {
				if let Some((_, known)) = self.retired.get_mut(&account) {
					distrust(known, since);
				} else {
					let label = self.label_of(&account);
					let held = self.held(label);
					let is_over = matches!(held.standing, Standing::Revoked { .. });
					assert!(is_over, "{account:?} is not retired, nor is its label revoked");
					distrust(&mut held.distrusted_since, since);
				}
			},
			Call::appoint_auditor { label, remit } => {
				let held = self.held(label);
				held.roles = held.roles.with(Roles::only(Role::Auditor));
				self.remits.insert(label, remit);
			},
			Call::dismiss_auditor { label } => {
				let held = self.held(label);
				if held.roles == Roles::only(Role::Auditor) {
					held.standing = Standing::Revoked {
						cause: LabelRevocationReason::Unspecified,
					};
					self.end_attempts(label);
				} else {
					held.roles = held.roles.without(Roles::only(Role::Auditor));
				}
				self.remits.remove(&label);
			},
			Call::publish_certificate { certificate } => {
				let label = self.label_of(&signer());
				self.certificates.insert((label, certificate), signer());
			},
			Call::withdraw_certificate { certificate } => {
				let label = self.label_of(&signer());
				self.certificates.remove(&(label, certificate));
			},
			Call::set_quota { role, quota } => {
				self.quotas.insert(role, quota);
			},
			Call::set_guardians {
				guardians,
				threshold,
				delay,
			} => {
				let label = self.label_of(&signer());
				self.expect_confirmed(label, |held| held.passkey.is_some());
				self.end_attempts(label);
				if guardians.is_empty() {
					assert!(self.help.remove(&label).is_some(), "{label} had none");
					return;
				}
				assert!(guardians.iter().all(|guardian| self.is_usable(*guardian)), "{guardians:?}");
				let help = Help {
					guardians: guardians.into_iter().collect(),
					threshold,
					delay,
					named: (signer(), System::block_number()),
				};
				self.help.insert(label, help);
			},
			Call::initiate_recovery { label, account, .. } => {
				let guardian = self.label_of(&signer());
				let delay = self.help_by(guardian, label).delay;
				self.attempts
					.retain(|(helped, _), attempt| *helped != label || attempt.is_alive(delay));
				let is_new = !self.attempts.contains_key(&(label, account.clone()));
				assert!(is_new, "there is one to {account:?}");
				self.approve(label, account, guardian, signer());
			},
			Call::approve_recovery { label, account } => {
				let guardian = self.label_of(&signer());
				self.approve(label, account, guardian, signer());
			},
			Call::veto_recovery { label } => self.end_attempts(label),
			Call::complete_recovery { label, account } => {
				self.expect_completable(label, &account, self.label_of(&signer()));
				self.hand_over(label, account, None);
			},
			Call::bind_passkey {
				passkey,
				guarded,
				sequence,
				..
			} => {
				let label = self.label_of(&signer());
				self.expect_confirmed(label, |held| held.passkey.is_some());
				let held = self.held(label);
				(held.passkey, held.guarded) = (Some(passkey), guarded);
				assert_eq!(held.confirmations, sequence);
				held.confirmations += 1;
			},
			Call::unbind_passkey {} => {
				let label = self.label_of(&signer());
				self.expect_confirmed(label, |_| true);
				let held = self.held(label);
				(held.passkey, held.guarded) = (None, Operations::NONE);
			},
			Call::confirm {
				label, call, sequence, ..
			} => {
				let held = self.held(label);
				assert_eq!(held.confirmations, sequence);
				held.confirmations += 1;
				let outer = self.confirmed.replace(label);
				assert_eq!(outer, None, "a confirmed call inside of another");
				if let RuntimeCall::Labels(call) = *call {
					self.follow(sender, call);
				}
				self.confirmed = None;
			},
			other => unreachable!("{other:?} is not among the kinds"),
		}
	}
}

/// The earlier block counts. Returns it.
fn distrust(known: &mut Option<BlockNumber>, said: BlockNumber) -> BlockNumber {
	let since = known.unwrap_or(said).min(said);
	*known = Some(since);
	since
}

fn pass(blocks: BlockNumber) {
	match blocks {
		0 => System::set_extrinsic_index(TestLedger::here().extrinsic + 1),
		_ => at(System::block_number() + blocks),
	}
	System::reset_events();
}

fn storage_root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// How the network leaves an offender.
const OFFENCE: Standing = Standing::Suspended(SuspensionReason::Offence);
/// What the network does without a call.
const OFFENCES: [&str; 1] = ["suspend_offender by the network"];

/// The ways of a call to succeed that its name does not tell apart.
const WAYS: [&str; 5] = [
	"distrust of a holder",
	"reassign by the council",
	"renew by the council",
	"add_roles by the council",
	"remove_roles by the council",
];

/// The call that a confirmation is of, if it is one.
fn inner(call: &Call<Test>) -> Option<&Call<Test>> {
	match call {
		Call::confirm { call, .. } => match &**call {
			RuntimeCall::Labels(call) => Some(call),
			_ => None,
		},
		_ => None,
	}
}

/// The name of a call that succeeded, or which of the [`WAYS`] it was.
fn name_of(sender: &Sender, call: &Call<Test>) -> &'static str {
	let [of_holder, reassigned, renewed, added, removed] = WAYS;
	match call {
		Call::distrust { account, .. } if crate::Labels::<Test>::contains_key(account) => of_holder,
		Call::reassign { .. } if sender.is_none() => reassigned,
		Call::renew { .. } if sender.is_none() => renewed,
		Call::add_roles { .. } if sender.is_none() => added,
		Call::remove_roles { .. } if sender.is_none() => removed,
		_ => call.get_call_name(),
	}
}

/// Takes these steps on a new chain, and checks after each of them what is to be true. What succeeded, by name.
fn run(steps: &[Step]) -> Vec<&'static str> {
	let mut successes = Vec::new();
	new_test_ext().execute_with(|| {
		let people = People::new();
		let mut model = Model::of_the_chain();
		for step in steps {
			pass(step.pause);
			if let Kind::Offend = step.kind {
				let label = label(step, |label| !is_revoked(label));
				let before = storage_root();
				match Labels::suspend_offender(label) {
					Ok(()) => {
						successes.extend(OFFENCES);
						model.offend(label);
					},
					Err(_) => assert_eq!(storage_root(), before, "was refused and changed something: {label}"),
				}
				assert_eq!(Labels::do_try_state(), Ok(()), "an offence by {label}");
				assert_eq!(Model::of_the_chain(), model, "an offence by {label}");
				continue;
			}
			let (sender, call) = people.attempt(step);
			let what = format!("{call:?} by {sender:?}");
			let origin = sender.clone().map_or_else(RuntimeOrigin::root, RuntimeOrigin::signed);
			// As the extension does that every extrinsic passes through.
			if let Some(signer) = &sender {
				System::inc_account_nonce(signer);
			}
			let before = storage_root();
			match RuntimeCall::Labels(call.clone()).dispatch(origin) {
				Ok(_) => {
					let done = [Some(&call), inner(&call)].into_iter().flatten();
					successes.extend(done.map(|call| name_of(&sender, call)));
					model.follow(sender, call);
				},
				Err(_) => assert_eq!(storage_root(), before, "was refused and changed something: {what}"),
			}
			assert_eq!(Labels::do_try_state(), Ok(()), "{what}");
			assert_eq!(Model::of_the_chain(), model, "{what}");
		}
	});
	successes
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
	for _ in 0..200 {
		let steps = sequence().new_tree(&mut runner).expect("nothing is filtered out").current();
		tried += steps.len();
		for name in run(&steps) {
			*successes.entry(name).or_default() += 1;
		}
	}
	for name in Call::<Test>::get_call_names().iter().chain(&WAYS).chain(&OFFENCES) {
		assert!(successes.contains_key(name), "{name} never succeeds: {successes:?}");
	}
	let succeeded: usize = successes.values().sum();
	assert!(succeeded * 4 > tried, "of {tried} calls only these succeeded: {successes:?}");
}
