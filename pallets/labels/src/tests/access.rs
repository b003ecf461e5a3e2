// SPDX-License-Identifier: Apache-2.0

//! Who may do what: the table in the crate's documentation, entry by entry, each on a chain of its own.

use super::{apply_as, appoint, council_revokes, council_suspends, grant_as, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Call, Error, Holders};
use chirograph_primitives::{
	payload, CertificateHash, LabelId, LabelRevocationReason, Operation, Operations, Quota, RejectionReason, RetirementReason,
	Role, Roles,
	SuspensionReason::{Investigation, KeyCompromised},
};
use frame_support::{
	assert_ok,
	dispatch::DispatchResult,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{DispatchError, StateVersion};

/// Somebody who makes a call. Calls are about Emil, or about Fred who applied for the same organisation: owners in Germany. Iris and Jan are
/// Emil's guardians.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actor {
	Unsigned,
	Council,
	Stranger,
	Applicant,
	Holder,
	OtherHolder,
	Auditor,
	AuditorOfOtherRoles,
	AuditorElsewhere,
	AuditorOfSameOrganisation,
	Regulator,
	RegulatorElsewhere,
	RegulatorOfSameOrganisation,
	CertificateAuthority,
	Guardian,
	SuspendedAuditor,
	CompromisedAuditor,
	RevokedAuditor,
	ExpiredAuditor,
	RetiredKeyOfAuditor,
}

/// How many kinds of actors there are.
const ACTORS: usize = 20;

impl Actor {
	/// In the order of the table's columns.
	const ALL: [Self; ACTORS] = [
		Self::Unsigned,
		Self::Council,
		Self::Stranger,
		Self::Applicant,
		Self::Holder,
		Self::OtherHolder,
		Self::Auditor,
		Self::AuditorOfOtherRoles,
		Self::AuditorElsewhere,
		Self::AuditorOfSameOrganisation,
		Self::Regulator,
		Self::RegulatorElsewhere,
		Self::RegulatorOfSameOrganisation,
		Self::CertificateAuthority,
		Self::Guardian,
		Self::SuspendedAuditor,
		Self::CompromisedAuditor,
		Self::RevokedAuditor,
		Self::ExpiredAuditor,
		Self::RetiredKeyOfAuditor,
	];

	/// Makes it what it is.
	fn enter(self) -> RuntimeOrigin {
		match self {
			Self::Unsigned => RuntimeOrigin::none(),
			Self::Council => RuntimeOrigin::root(),
			Self::Stranger => Gina.origin(),
			Self::Applicant => Fred.origin(),
			// The label may have moved.
			Self::Holder => RuntimeOrigin::signed(Holders::<Test>::get(Emil.number()).expect("it has a holder")),
			Self::OtherHolder => {
				grant(Gina);
				Gina.origin()
			},
			Self::Auditor => Anna.origin(),
			Self::AuditorOfOtherRoles => {
				grant(Gina);
				appoint(Gina, remit(Roles::only(Role::Issuer), &["DE"]));
				Gina.origin()
			},
			Self::AuditorElsewhere => Bruno.origin(),
			Self::AuditorOfSameOrganisation => {
				grant_as(Gina, Emil.organisation(), germany(), &[Role::Owner]);
				appoint(Gina, remit(every_grantable_role(), &[]));
				Gina.origin()
			},
			Self::Regulator => Clara.origin(),
			Self::RegulatorElsewhere => {
				grant_as(Gina, Gina.organisation(), france(), &[Role::Regulator]);
				Gina.origin()
			},
			Self::RegulatorOfSameOrganisation => {
				grant_as(Gina, Emil.organisation(), germany(), &[Role::Regulator]);
				Gina.origin()
			},
			Self::CertificateAuthority => Dora.origin(),
			Self::Guardian => Iris.origin(),
			Self::SuspendedAuditor => {
				council_suspends(Anna, Investigation);
				Anna.origin()
			},
			Self::CompromisedAuditor => {
				council_suspends(Anna, KeyCompromised { since: NOW });
				Anna.origin()
			},
			Self::RevokedAuditor => {
				council_revokes(Anna);
				Anna.origin()
			},
			Self::ExpiredAuditor => {
				at(FOUNDERS_ENDED);
				Anna.origin()
			},
			Self::RetiredKeyOfAuditor => {
				hand_over(Anna, Gina);
				Anna.origin()
			},
		}
	}
}

/// What comes of a call.
enum Verdict {
	Allowed,
	BadOrigin,
	Refused(Error<Test>),
}

impl Verdict {
	fn result(self) -> DispatchResult {
		match self {
			Self::Allowed => Ok(()),
			Self::BadOrigin => Err(DispatchError::BadOrigin),
			Self::Refused(refusal) => Err(refusal.into()),
		}
	}
}

// Three letters each, so that a row of the table is a line.
const YES: Verdict = Verdict::Allowed;
const ORI: Verdict = Verdict::BadOrigin;
const APP: Verdict = Verdict::Refused(Error::AlreadyApplied);
const LAB: Verdict = Verdict::Refused(Error::AlreadyLabelled);
const NOT: Verdict = Verdict::Refused(Error::NotApplied);
const NOL: Verdict = Verdict::Refused(Error::NoLabel);
const ROL: Verdict = Verdict::Refused(Error::WrongRole);
const REM: Verdict = Verdict::Refused(Error::OutsideRemit);
const OWN: Verdict = Verdict::Refused(Error::OwnOrganisation);
const SIG: Verdict = Verdict::Refused(Error::SignatureMismatch);
const SUS: Verdict = Verdict::Refused(Error::LabelSuspended);
const KEY: Verdict = Verdict::Refused(Error::KeyCompromised);
const REV: Verdict = Verdict::Refused(Error::LabelRevoked);
const EXP: Verdict = Verdict::Refused(Error::LabelExpired);
const RET: Verdict = Verdict::Refused(Error::KeyRetired);
const GUA: Verdict = Verdict::Refused(Error::NotGuardian);
const CAL: Verdict = Verdict::Refused(Error::AssertionForOtherCall);
const CON: Verdict = Verdict::Refused(Error::ConfirmationNeeded);
const NOP: Verdict = Verdict::Refused(Error::NoPasskey);
const COU: Verdict = Verdict::Refused(Error::CouncilMember);

/// A call, and what comes of it when each actor makes it.
type Row = (&'static str, [Verdict; ACTORS]);

/// Every call of this pallet, in the order of their indices, by each actor, in the order of [`Actor::ALL`].
///
/// Everybody may rotate who holds a label that is of use, but no other label: here, Hans consents to hold Emil's. And everybody who holds
/// one may name guardians of it: here, Jan. Everybody may bind a passkey, too, but with an assertion of their own: here, it is Emil's. Nobody
/// removes a passkey that did not confirm it; what it confirmed, everybody may send.
#[rustfmt::skip]
const TABLE: [Row; 26] = [
	//                        origin    no label  holder    auditor             regulator      CA   guar auditor, but
	//                        none root new  appl self else any  role land own  any  land own  any  any  susp comp revo expi reti
	("apply",                [ORI, ORI, YES, APP, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, LAB, RET]),
	("withdraw",             [ORI, ORI, NOT, YES, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT]),
	("approve",              [ORI, ORI, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("reject",               [ORI, ORI, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("suspend",              [ORI, YES, NOL, NOL, YES, ROL, YES, REM, REM, OWN, YES, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("reinstate",            [ORI, YES, NOL, NOL, SUS, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("revoke",               [ORI, YES, NOL, NOL, YES, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("renew",                [ORI, YES, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("add_roles",            [ORI, YES, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("remove_roles",         [ORI, YES, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("rotate",               [ORI, ORI, NOL, NOL, YES, SIG, SIG, SIG, SIG, SIG, SIG, SIG, SIG, SIG, SIG, SUS, KEY, REV, EXP, RET]),
	("reassign",             [ORI, YES, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("distrust",             [ORI, YES, NOL, NOL, ROL, ROL, YES, REM, REM, OWN, YES, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("appoint_auditor",      [ORI, YES, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI]),
	("dismiss_auditor",      [ORI, YES, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI]),
	("publish_certificate",  [ORI, ORI, NOL, NOL, ROL, ROL, ROL, ROL, ROL, ROL, ROL, ROL, ROL, YES, ROL, SUS, KEY, REV, EXP, RET]),
	("withdraw_certificate", [ORI, ORI, NOL, NOL, ROL, ROL, ROL, ROL, ROL, ROL, ROL, ROL, ROL, YES, ROL, SUS, KEY, REV, EXP, RET]),
	("set_quota",            [ORI, YES, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI, ORI]),
	("set_guardians",        [ORI, ORI, NOL, NOL, YES, YES, YES, YES, YES, YES, YES, YES, YES, YES, YES, SUS, KEY, REV, EXP, RET]),
	("initiate_recovery",    [ORI, ORI, NOL, NOL, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, YES, SUS, KEY, REV, EXP, RET]),
	("approve_recovery",     [ORI, ORI, NOL, NOL, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, YES, SUS, KEY, REV, EXP, RET]),
	("veto_recovery",        [ORI, YES, NOL, NOL, YES, ROL, YES, REM, REM, OWN, ROL, ROL, ROL, ROL, ROL, SUS, KEY, REV, EXP, RET]),
	("complete_recovery",    [ORI, ORI, NOL, NOL, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, GUA, YES, SUS, KEY, REV, EXP, RET]),
	("bind_passkey",         [ORI, ORI, NOL, NOL, YES, CAL, CAL, CAL, CAL, CAL, CAL, CAL, CAL, CAL, CAL, SUS, KEY, REV, EXP, RET]),
	("unbind_passkey",       [ORI, ORI, NOL, NOL, CON, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, SUS, KEY, REV, EXP, RET]),
	("confirm",              [ORI, ORI, NOL, NOL, YES, YES, YES, YES, YES, YES, YES, YES, YES, YES, YES, SUS, KEY, REV, EXP, RET]),
];

/// The calls that decide about a label. Where its holder is in the council, auditors and regulators may make none of them.
const DECISIONS: [&str; 9] = [
	"suspend",
	"reinstate",
	"revoke",
	"renew",
	"add_roles",
	"remove_roles",
	"reassign",
	"distrust",
	"veto_recovery",
];

/// Makes Iris and Jan guardians of Emil's label, both of whom it takes. Returns Jan's label.
fn name_guardians() -> LabelId {
	let [iris, jan] = [grant(Iris), grant(Jan)];
	let guardians = vec![iris, jan].try_into().expect("a few");
	assert_ok!(Labels::set_guardians(Emil.origin(), guardians, 2, MIN_RECOVERY_DELAY));
	jan
}

/// The call of that name, on a chain where nothing is in its way but who makes it.
fn prepare(name: &str) -> Call<Test> {
	let jan = name_guardians();
	apply_as(Fred, Emil.organisation(), germany(), &[Role::Owner]);
	let (applicant, application) = (Fred.account(), application_of(Fred));
	let (label, account) = (Emil.number(), Hans.account());
	let consent = Hans.takes_over(label, NOW);
	let certificate = CertificateHash([0xce; 32]);
	match name {
		"apply" => Call::apply {
			dossier: DOSSIER,
			organisation: Gina.organisation(),
			jurisdiction: germany(),
			roles: Roles::only(Role::Owner),
			certificate: None,
		},
		"withdraw" => Call::withdraw {},
		"approve" => Call::approve {
			account: applicant,
			application,
			expires: EXPIRES,
		},
		"reject" => Call::reject {
			account: applicant,
			reason: RejectionReason::Unspecified,
		},
		"suspend" => Call::suspend {
			label,
			reason: Investigation,
		},
		"reinstate" => {
			council_suspends(Emil, Investigation);
			Call::reinstate { label }
		},
		"revoke" => Call::revoke {
			label,
			reason: LabelRevocationReason::Unspecified,
		},
		"renew" => Call::renew { label, expires: EXPIRES },
		"add_roles" => Call::add_roles {
			label,
			roles: Roles::only(Role::Issuer),
		},
		"remove_roles" => {
			let roles = Roles::only(Role::Issuer);
			assert_ok!(Labels::add_roles(Anna.origin(), label, roles));
			Call::remove_roles { label, roles }
		},
		"rotate" => Call::rotate {
			account,
			valid_until: NOW,
			signature: consent,
		},
		"reassign" => Call::reassign {
			label,
			reason: RetirementReason::Lost,
			account,
			valid_until: NOW,
			signature: consent,
		},
		"distrust" => {
			hand_over(Emil, Hans);
			Call::distrust {
				account: Emil.account(),
				since: NOW,
			}
		},
		"appoint_auditor" => Call::appoint_auditor {
			label,
			remit: remit(Roles::only(Role::Owner), &["DE"]),
		},
		"dismiss_auditor" => Call::dismiss_auditor { label: Bruno.number() },
		"publish_certificate" => Call::publish_certificate { certificate },
		"withdraw_certificate" => {
			assert_ok!(Labels::publish_certificate(Dora.origin(), certificate));
			Call::withdraw_certificate { certificate }
		},
		"set_quota" => Call::set_quota {
			role: Role::Owner,
			quota: Quota { calls: 7, bytes: 7 },
		},
		"set_guardians" => Call::set_guardians {
			guardians: vec![jan].try_into().expect("a few"),
			threshold: 1,
			delay: MIN_RECOVERY_DELAY,
		},
		"initiate_recovery" => Call::initiate_recovery {
			label,
			account,
			valid_until: NOW,
			signature: consent,
		},
		"approve_recovery" => {
			assert_ok!(Labels::initiate_recovery(Jan.origin(), label, account.clone(), NOW, consent));
			Call::approve_recovery { label, account }
		},
		"veto_recovery" => {
			assert_ok!(Labels::initiate_recovery(Jan.origin(), label, account, NOW, consent));
			Call::veto_recovery { label }
		},
		"complete_recovery" => {
			assert_ok!(Labels::initiate_recovery(Jan.origin(), label, account.clone(), NOW, consent));
			assert_ok!(Labels::approve_recovery(Iris.origin(), label, account.clone()));
			at(NOW + MIN_RECOVERY_DELAY);
			Call::complete_recovery { label, account }
		},
		"bind_passkey" => {
			let (passkey, guarded) = (Emil.authenticator().passkey(), Operations::all());
			let challenge = challenge(label, &payload::binding(&passkey, guarded));
			Call::bind_passkey {
				passkey,
				guarded,
				sequence: 0,
				assertion: Emil.authenticator().assert(&challenge),
			}
		},
		"unbind_passkey" => {
			assert_ok!(Emil.binds(Operation::ALL));
			Call::unbind_passkey {}
		},
		"confirm" => {
			assert_ok!(Emil.binds(Operation::ALL));
			Emil.confirms(frame_system::Call::remark { remark: vec![] })
		},
		_ => unreachable!("{name} is no call that this test knows"),
	}
}

/// What comes of it when `actor` makes the call of that name, where the holder of Emil's label is in the council or not. Whatever is refused
/// changes nothing.
fn attempt(name: &str, actor: Actor, is_member: bool) -> DispatchResult {
	new_test_ext().execute_with(|| {
		let call = prepare(name);
		assert_eq!(call.get_call_name(), name);
		let origin = actor.enter();
		if is_member {
			CouncilMembers::set(&Holders::<Test>::get(Emil.number()).into_iter().collect());
		}
		let root = || sp_io::storage::root(StateVersion::V1);
		let before = root();
		let heard = call.dispatch_bypass_filter(origin);
		assert_eq!(heard.is_err(), root() == before, "{name} by {actor:?} is {heard:?}");
		assert_eq!(Labels::do_try_state(), Ok(()), "after {name} by {actor:?}");
		heard.map(|_| ()).map_err(|refused| refused.error)
	})
}

/// The entries that the chain contradicts, and what it says instead.
fn contradictions(table: impl IntoIterator<Item = Row>, is_member: bool) -> Vec<(&'static str, Actor, DispatchResult)> {
	let entries = table.into_iter().flat_map(|(name, verdicts)| {
		let row = Actor::ALL.into_iter().zip(verdicts);
		row.map(move |(actor, verdict)| (name, actor, verdict.result()))
	});
	let heard = entries.map(|(name, actor, expected)| (name, actor, expected, attempt(name, actor, is_member)));
	heard
		.filter(|(_, _, expected, heard)| expected != heard)
		.map(|(name, actor, _, heard)| (name, actor, heard))
		.collect()
}

#[test]
fn every_actor_may_do_what_the_table_says_and_nothing_else() {
	let contradictions = contradictions(TABLE, false);
	assert!(contradictions.is_empty(), "{contradictions:#?}");
}

#[test]
fn only_the_council_decides_about_its_members_and_all_else_is_as_ever() {
	let table = TABLE.map(|(name, mut verdicts)| {
		for verdict in verdicts.iter_mut().skip(Actor::Auditor as usize) {
			if DECISIONS.contains(&name) && matches!(verdict, Verdict::Allowed) {
				*verdict = COU;
			}
		}
		// Here a regulator's capacity is asked for before what it may do in it.
		if ["revoke", "veto_recovery"].contains(&name) {
			verdicts[Actor::Regulator as usize] = COU;
		}
		(name, verdicts)
	});
	let contradictions = contradictions(table, true);
	assert!(contradictions.is_empty(), "{contradictions:#?}");
}

#[test]
fn every_call_is_in_the_table() {
	let names = TABLE.map(|(name, _)| name);
	assert_eq!(names, <Call<Test> as GetCallName>::get_call_names());
}

/// The control: where a table says too much or too little, the chain contradicts.
#[test]
fn wrong_entries_are_contradicted() {
	let row = TABLE.into_iter().find(|(name, _)| *name == "suspend");
	let (name, mut verdicts) = row.expect("it is a call");
	verdicts[Actor::Regulator as usize] = ROL;
	verdicts[Actor::OtherHolder as usize] = YES;
	verdicts[Actor::SuspendedAuditor as usize] = EXP;
	let expected = vec![
		(name, Actor::OtherHolder, ROL.result()),
		(name, Actor::Regulator, YES.result()),
		(name, Actor::SuspendedAuditor, SUS.result()),
	];
	assert_eq!(contradictions([(name, verdicts)], false), expected);

	let row = TABLE.into_iter().find(|(name, _)| *name == "suspend");
	let expected = [Actor::Auditor, Actor::Regulator].map(|actor| (name, actor, COU.result()));
	assert_eq!(contradictions(row, true), expected);
}
