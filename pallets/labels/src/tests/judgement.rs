// SPDX-License-Identifier: Apache-2.0

//! Was this account this label, in this role, at that time? Founders aside, who has a label here was granted it in block 300, and
//! it ends by itself in block 550.

use super::{council_suspends, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Confirmed, Error, History, Holders};
use chirograph_primitives::{
	Authority,
	AuthorityFault::{self, *},
	BlockNumber, Directory, Inclusion, LabelChange, LabelHolder, LabelId, LabelRevocationReason, Moment, Operation,
	RetirementReason, Role, Roles, Standing, SuspensionReason,
};
use frame_support::assert_ok;
use sp_runtime::DispatchError;

type Judgement = Result<LabelId, AuthorityFault>;

fn there(block: BlockNumber, extrinsic: u32) -> Inclusion {
	Inclusion {
		block,
		extrinsic,
		time: time_of(block),
	}
}

fn time_of(block: BlockNumber) -> Moment {
	Moment::from(block) * 2_000
}

/// Whether `who` was an owner in that block, in the extrinsic behind the one in which this file's calls are.
fn owner_at(who: Who, block: BlockNumber) -> Judgement {
	Labels::authority_at(&who.account(), Role::Owner, &there(block, 2))
}

#[track_caller]
fn assert_owner(who: Who, expected: &[(BlockNumber, Judgement)]) {
	for (block, judgement) in expected {
		assert_eq!(owner_at(who, *block), *judgement, "{who:?} in block {block}");
	}
}

#[track_caller]
fn assert_owner_now(who: Who, expected: Judgement) {
	assert_eq!(Labels::authority(&who.account(), Role::Owner), expected);
	assert_eq!(Labels::authority_of(who.account(), Role::Owner, None), expected);
}

fn suspend_at(block: BlockNumber, label: LabelId, reason: SuspensionReason) {
	at(block);
	assert_ok!(Labels::suspend(Anna.origin(), label, reason));
}

fn reinstate_at(block: BlockNumber, label: LabelId) {
	at(block);
	assert_ok!(Labels::reinstate(Anna.origin(), label));
}

/// Moves a label to Gina's account.
fn reassign_at(block: BlockNumber, label: LabelId, reason: RetirementReason) {
	at(block);
	let consent = Gina.takes_over(label, block);
	assert_ok!(Labels::reassign(Anna.origin(), label, reason, Gina.account(), block, consent));
}

#[test]
fn account_that_never_held_a_label_has_no_authority_at_any_time() {
	with_chain(|| {
		assert_owner(Hans, &[(0, Err(NoLabel)), (NOW, Err(NoLabel)), (u32::MAX, Err(NoLabel))]);
		assert_owner_now(Hans, Err(NoLabel));
		assert_ok!(Hans.applies([Role::Owner]));
		assert_owner(Hans, &[(NOW, Err(NoLabel))]);
		assert_owner_now(Hans, Err(NoLabel));
	});
}

#[test]
fn authority_begins_with_the_grant() {
	with_chain(|| {
		let label = grant(Fred);
		assert_owner(
			Fred,
			&[(0, Err(NoLabel)), (299, Err(NoLabel)), (300, Ok(label)), (549, Ok(label))],
		);
		assert_owner_now(Fred, Ok(label));
	});
}

#[test]
fn founders_have_authority_from_the_first_block() {
	with_chain(|| {
		assert_eq!(
			Labels::authority_at(&Emil.account(), Role::Owner, &there(0, 0)),
			Ok(Emil.number())
		);
		let judgements = [(FOUNDERS_ENDED - 1, Ok(Emil.number())), (FOUNDERS_ENDED, Err(Expired))];
		assert_owner(Emil, &judgements);
	});
}

#[test]
fn suspended_label_has_no_authority_until_it_is_reinstated() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(310, label, SuspensionReason::Investigation);
		assert_owner(Fred, &[(309, Ok(label)), (310, Err(Suspended)), (400, Err(Suspended))]);
		assert_owner_now(Fred, Err(Suspended));
		reinstate_at(320, label);
		let judgements = [
			(309, Ok(label)),
			(310, Err(Suspended)),
			(319, Err(Suspended)),
			(320, Ok(label)),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, Ok(label));
	});
}

#[test]
fn role_counts_from_when_it_was_added_until_it_was_removed() {
	with_chain(|| {
		let label = grant(Fred);
		let issuer_at = |block| Labels::authority_at(&Fred.account(), Role::Issuer, &there(block, 2));
		at(310);
		assert_ok!(Labels::add_roles(Anna.origin(), label, Roles::only(Role::Issuer)));
		at(320);
		assert_ok!(Labels::remove_roles(Anna.origin(), label, Roles::only(Role::Owner)));

		assert_eq!(issuer_at(309), Err(WrongRole));
		assert_eq!(issuer_at(310), Ok(label));
		assert_eq!(issuer_at(320), Ok(label));
		assert_owner(Fred, &[(300, Ok(label)), (319, Ok(label)), (320, Err(WrongRole))]);
		assert_owner_now(Fred, Err(WrongRole));
		assert_eq!(Labels::authority(&Fred.account(), Role::Issuer), Ok(label));
	});
}

#[test]
fn time_between_the_end_of_a_label_and_its_renewal_stays_without_authority() {
	with_chain(|| {
		let label = grant(Fred);
		assert_owner(Fred, &[(549, Ok(label)), (550, Err(Expired))]);
		at(549);
		assert_owner_now(Fred, Ok(label));
		at(550);
		assert_owner_now(Fred, Err(Expired));
		at(600);
		assert_ok!(Labels::renew(Anna.origin(), label, time_of(800)));
		let judgements = [
			(549, Ok(label)),
			(550, Err(Expired)),
			(599, Err(Expired)),
			(600, Ok(label)),
			(799, Ok(label)),
			(800, Err(Expired)),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, Ok(label));
	});
}

#[test]
fn label_that_is_renewed_to_an_earlier_date_keeps_what_it_was_before() {
	with_chain(|| {
		let label = grant(Fred);
		at(400);
		assert_ok!(Labels::renew(Anna.origin(), label, time_of(410)));
		assert_owner(
			Fred,
			&[(399, Ok(label)), (409, Ok(label)), (410, Err(Expired)), (500, Err(Expired))],
		);
	});
}

#[test]
fn revoked_label_had_authority_before_and_never_again() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		assert_ok!(Labels::revoke(Anna.origin(), label, LabelRevocationReason::Misconduct));
		assert_owner(Fred, &[(299, Err(NoLabel)), (300, Ok(label)), (309, Ok(label))]);
		assert_owner(Fred, &[(310, Err(Revoked)), (600, Err(Revoked))]);
		assert_owner_now(Fred, Err(Revoked));
	});
}

#[test]
fn rotated_label_is_the_old_keys_until_then_and_the_new_keys_from_there() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		hand_over(Fred, Gina);
		let judgements = [
			(299, Err(NoLabel)),
			(300, Ok(label)),
			(309, Ok(label)),
			(310, Err(KeyRetired)),
			(600, Err(KeyRetired)),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, Err(KeyRetired));
		assert_owner(
			Gina,
			&[
				(300, Err(NoLabel)),
				(309, Err(NoLabel)),
				(310, Ok(label)),
				(550, Err(Expired)),
			],
		);
		assert_owner_now(Gina, Ok(label));
	});
}

#[test]
fn each_of_several_keys_has_its_own_interval() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		hand_over(Fred, Gina);
		at(320);
		hand_over(Gina, Hans);
		suspend_at(330, label, SuspensionReason::Unspecified);
		reinstate_at(340, label);
		assert_owner(Fred, &[(309, Ok(label)), (310, Err(KeyRetired)), (335, Err(KeyRetired))]);
		let gina = [
			(309, Err(NoLabel)),
			(310, Ok(label)),
			(319, Ok(label)),
			(320, Err(KeyRetired)),
		];
		assert_owner(Gina, &gina);
		let hans = [(319, Err(NoLabel)), (320, Ok(label)), (330, Err(Suspended)), (340, Ok(label))];
		assert_owner(Hans, &hans);
	});
}

#[test]
fn key_that_was_taken_from_somebody_is_believed_until_it_was_compromised() {
	with_chain(|| {
		let label = grant(Fred);
		reassign_at(310, label, RetirementReason::Compromised { since: 305 });
		let compromised = Err(KeyCompromised { since: 305 });
		let judgements = [
			(299, Err(NoLabel)),
			(300, Ok(label)),
			(304, Ok(label)),
			(305, compromised),
			(309, compromised),
			(310, compromised),
			(600, compromised),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, Err(KeyRetired));
		assert_owner(Gina, &[(309, Err(NoLabel)), (310, Ok(label))]);
		assert_owner_now(Gina, Ok(label));
	});
}

#[test]
fn key_that_was_compromised_when_it_began_is_not_believed_at_all() {
	with_chain(|| {
		let label = grant(Fred);
		reassign_at(310, label, RetirementReason::Compromised { since: 300 });
		let compromised = Err(KeyCompromised { since: 300 });
		assert_owner(Fred, &[(299, Err(NoLabel)), (300, compromised), (309, compromised)]);
	});
}

#[test]
fn lost_key_is_believed_until_the_label_moved() {
	with_chain(|| {
		let label = grant(Fred);
		reassign_at(310, label, RetirementReason::Lost);
		assert_owner(Fred, &[(305, Ok(label)), (309, Ok(label)), (310, Err(KeyRetired))]);
		assert_owner(Gina, &[(309, Err(NoLabel)), (310, Ok(label))]);
	});
}

#[test]
fn retired_key_that_is_distrusted_later_is_not_believed_from_then_on() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		hand_over(Fred, Gina);
		at(400);
		assert_owner(Fred, &[(305, Ok(label)), (310, Err(KeyRetired))]);
		assert_ok!(Labels::distrust(RuntimeOrigin::root(), Fred.account(), 305));
		let compromised = Err(KeyCompromised { since: 305 });
		assert_owner(
			Fred,
			&[(304, Ok(label)), (305, compromised), (309, compromised), (310, compromised)],
		);
		assert_owner_now(Fred, Err(KeyRetired));
		assert_owner(Gina, &[(310, Ok(label)), (400, Ok(label))]);
		assert_owner_now(Gina, Ok(label));
	});
}

#[test]
fn key_that_is_reported_is_not_believed_from_the_block_that_the_report_names() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(320, label, SuspensionReason::KeyCompromised { since: 305 });
		let compromised = Err(KeyCompromised { since: 305 });
		let judgements = [
			(299, Err(NoLabel)),
			(304, Ok(label)),
			(305, compromised),
			(319, compromised),
			(320, compromised),
			(600, compromised),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, compromised);
	});
}

#[test]
fn key_that_is_reported_and_then_replaced_is_judged_by_what_the_auditor_found_out() {
	with_chain(|| {
		let label = grant(Fred);
		at(320);
		let report = SuspensionReason::KeyCompromised { since: 320 };
		assert_ok!(Labels::suspend(Fred.origin(), label, report));
		reassign_at(330, label, RetirementReason::Compromised { since: 305 });
		let compromised = Err(KeyCompromised { since: 305 });
		assert_owner(
			Fred,
			&[(304, Ok(label)), (305, compromised), (320, compromised), (330, compromised)],
		);
		assert_owner(Gina, &[(329, Err(NoLabel)), (330, Ok(label))]);
		assert_owner_now(Gina, Ok(label));
	});
}

#[test]
fn key_that_was_not_compromised_after_all_is_believed_again_except_while_it_was_suspended() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(320, label, SuspensionReason::KeyCompromised { since: 305 });
		reinstate_at(330, label);
		let compromised = Err(KeyCompromised { since: 305 });
		let judgements = [
			(305, Ok(label)),
			(319, Ok(label)),
			(320, compromised),
			(329, compromised),
			(330, Ok(label)),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, Ok(label));
	});
}

#[test]
fn compromised_key_is_not_believed_again_because_its_label_is_revoked() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(320, label, SuspensionReason::KeyCompromised { since: 305 });
		at(330);
		assert_ok!(Labels::revoke(Anna.origin(), label, LabelRevocationReason::Misconduct));
		let compromised = Err(KeyCompromised { since: 305 });
		assert_owner(
			Fred,
			&[(304, Ok(label)), (305, compromised), (319, compromised), (329, compromised)],
		);
		assert_owner(Fred, &[(330, compromised), (600, compromised)]);
		assert_owner_now(Fred, Err(Revoked));
	});
}

#[test]
fn compromised_key_is_not_believed_again_because_its_label_is_suspended_for_another_reason() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(320, label, SuspensionReason::KeyCompromised { since: 305 });
		at(330);
		assert_ok!(Labels::suspend(Clara.origin(), label, SuspensionReason::Investigation));
		let compromised = Err(KeyCompromised { since: 305 });
		assert_owner(
			Fred,
			&[(304, Ok(label)), (305, compromised), (329, compromised), (330, compromised)],
		);
		assert_owner_now(Fred, Err(Suspended));
		reinstate_at(340, label);
		let judgements = [
			(305, Ok(label)),
			(319, Ok(label)),
			(320, compromised),
			(329, compromised),
			(330, Err(Suspended)),
			(340, Ok(label)),
		];
		assert_owner(Fred, &judgements);
		assert_owner_now(Fred, Ok(label));
	});
}

#[test]
fn compromised_key_is_not_believed_again_because_its_label_moves_as_if_it_was_lost() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(320, label, SuspensionReason::KeyCompromised { since: 305 });
		reassign_at(330, label, RetirementReason::Lost);
		let compromised = Err(KeyCompromised { since: 305 });
		assert_owner(
			Fred,
			&[(304, Ok(label)), (305, compromised), (329, compromised), (330, compromised)],
		);
		assert_owner(Gina, &[(329, Err(NoLabel)), (330, Ok(label))]);
		assert_owner_now(Gina, Ok(label));
	});
}

#[test]
fn key_of_a_revoked_label_that_is_distrusted_later_is_not_believed_from_then_on() {
	with_chain(|| {
		let label = grant(Fred);
		at(330);
		assert_ok!(Labels::revoke(Fred.origin(), label, LabelRevocationReason::GivenUp));
		at(400);
		assert_owner(Fred, &[(305, Ok(label)), (329, Ok(label)), (330, Err(Revoked))]);
		assert_ok!(Labels::distrust(Anna.origin(), Fred.account(), 305));
		let compromised = Err(KeyCompromised { since: 305 });
		assert_owner(
			Fred,
			&[(304, Ok(label)), (305, compromised), (329, compromised), (330, compromised)],
		);
		assert_owner_now(Fred, Err(Revoked));
	});
}

#[test]
fn what_happens_in_one_block_counts_from_the_extrinsic_that_it_happened_in() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		System::set_extrinsic_index(2);
		assert_ok!(Labels::suspend(Anna.origin(), label, SuspensionReason::Unspecified));
		System::set_extrinsic_index(4);
		assert_ok!(Labels::reinstate(Anna.origin(), label));
		System::set_extrinsic_index(6);
		assert_ok!(Labels::revoke(Anna.origin(), label, LabelRevocationReason::Unspecified));
		// Of what is in the extrinsic of a change, nobody can say whether it was before or behind the change.
		let expected = [
			Ok(label),
			Ok(label),
			Ok(label),
			Err(Suspended),
			Ok(label),
			Ok(label),
			Ok(label),
			Err(Revoked),
		];
		for (extrinsic, judgement) in (0..).zip(expected) {
			let at = there(310, extrinsic);
			assert_eq!(
				Labels::authority_at(&Fred.account(), Role::Owner, &at),
				judgement,
				"extrinsic {extrinsic}"
			);
		}
		let before_the_grant = Labels::authority_at(&Fred.account(), Role::Owner, &there(NOW, 0));
		assert_eq!(before_the_grant, Err(NoLabel));
	});
}

#[test]
fn key_changes_in_the_extrinsic_that_moves_the_label() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		System::set_extrinsic_index(5);
		hand_over(Fred, Gina);
		let judge = |who: Who, extrinsic| Labels::authority_at(&who.account(), Role::Owner, &there(310, extrinsic));
		assert_eq!((judge(Fred, 4), judge(Gina, 4)), (Ok(label), Err(NoLabel)));
		// The old key may have signed what came with the change before it, the new one what came behind it.
		assert_eq!((judge(Fred, 5), judge(Gina, 5)), (Ok(label), Ok(label)));
		assert_eq!((judge(Fred, 6), judge(Gina, 6)), (Err(KeyRetired), Ok(label)));
	});
}

/// A batch can have any of these calls in it, and a registration before or behind them.
#[test]
fn what_came_in_the_extrinsic_of_a_change_is_not_unmade_by_it() {
	let changes: [fn(LabelId); 5] = [
		|label| suspend_at(310, label, SuspensionReason::Investigation),
		|label| {
			assert_ok!(Labels::revoke(Fred.origin(), label, LabelRevocationReason::GivenUp));
		},
		|label| {
			assert_ok!(Labels::add_roles(Anna.origin(), label, Roles::only(Role::Issuer)));
			assert_ok!(Labels::remove_roles(Anna.origin(), label, Roles::only(Role::Owner)));
		},
		|_| hand_over(Fred, Gina),
		|label| reassign_at(310, label, RetirementReason::Lost),
	];
	for change in changes {
		with_chain(|| {
			let label = grant(Fred);
			at(310);
			change(label);
			let judge = |extrinsic| Labels::authority_at(&Fred.account(), Role::Owner, &there(310, extrinsic));
			assert_eq!((judge(0), judge(1)), (Ok(label), Ok(label)));
			assert!(judge(2).is_err(), "the control");
		});
	}
}

#[test]
fn what_came_in_the_extrinsic_that_allowed_it_is_allowed() {
	with_chain(|| {
		let label = grant(Fred);
		assert_eq!(owner_at(Fred, 299), Err(NoLabel));
		let judge = |role, block| Labels::authority_at(&Fred.account(), role, &there(block, 1));
		assert_eq!(judge(Role::Owner, NOW), Ok(label), "granted");

		suspend_at(310, label, SuspensionReason::Investigation);
		reinstate_at(320, label);
		assert_eq!(judge(Role::Owner, 319), Err(Suspended));
		assert_eq!(judge(Role::Owner, 320), Ok(label), "reinstated");

		at(330);
		assert_ok!(Labels::add_roles(Anna.origin(), label, Roles::only(Role::Issuer)));
		assert_eq!(judge(Role::Issuer, 329), Err(WrongRole));
		assert_eq!(judge(Role::Issuer, 330), Ok(label), "with a role more");

		at(560);
		assert_ok!(Labels::renew(Anna.origin(), label, time_of(600)));
		assert_eq!(judge(Role::Owner, 559), Err(Expired));
		assert_eq!(judge(Role::Owner, 560), Ok(label), "renewed");
	});
}

/// Each account is judged by what the label was while it held it, in the very extrinsic, too.
#[test]
fn what_a_label_becomes_for_its_next_key_says_nothing_of_the_one_before() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(310, label, SuspensionReason::KeyCompromised { since: 310 });
		reassign_at(320, label, RetirementReason::Lost);
		let judge = |who: Who, block, extrinsic| Labels::authority_at(&who.account(), Role::Owner, &there(block, extrinsic));
		let compromised = Err(KeyCompromised { since: 310 });
		assert_eq!((judge(Fred, 320, 1), judge(Gina, 320, 1)), (compromised, Ok(label)));
	});
	with_chain(|| {
		let label = grant(Fred);
		at(320);
		assert_ok!(Labels::suspend(Anna.origin(), label, SuspensionReason::Investigation));
		reassign_at(320, label, RetirementReason::Lost);
		let judge = |who: Who| Labels::authority_at(&who.account(), Role::Owner, &there(320, 1));
		// Fred could be an owner before, Gina never.
		assert_eq!((judge(Fred), judge(Gina)), (Ok(label), Err(Suspended)));
	});
}

/// Whatever of the same block a report reaches, it reaches as a whole.
#[test]
fn report_of_a_key_counts_from_the_beginning_of_its_block() {
	with_chain(|| {
		let label = grant(Fred);
		at(310);
		System::set_extrinsic_index(5);
		let report = SuspensionReason::KeyCompromised { since: 0 };
		assert_ok!(Labels::suspend(Fred.origin(), label, report));
		let judge = |block, extrinsic| Labels::authority_at(&Fred.account(), Role::Owner, &there(block, extrinsic));
		assert_eq!(judge(309, 9), Ok(label));
		for extrinsic in [0, 5, 6] {
			assert_eq!(judge(310, extrinsic), Err(KeyCompromised { since: 310 }));
		}
	});
}

#[test]
fn last_of_several_changes_in_one_extrinsic_counts() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(310, label, SuspensionReason::Unspecified);
		reinstate_at(310, label);
		suspend_at(310, label, SuspensionReason::Investigation);
		reinstate_at(310, label);
		assert_owner(Fred, &[(309, Ok(label)), (310, Ok(label)), (311, Ok(label))]);
		suspend_at(310, label, SuspensionReason::Unspecified);
		assert_owner(Fred, &[(309, Ok(label)), (310, Err(Suspended)), (311, Err(Suspended))]);
		let in_the_extrinsic = Labels::authority_at(&Fred.account(), Role::Owner, &there(310, 1));
		assert_eq!(in_the_extrinsic, Ok(label), "it was of use meanwhile");
	});
}

/// The answer that comes out of reading a history from its end to its beginning.
fn judged_by_reading_all(label: LabelId, history: &[LabelChange], role: Role, at: &Inclusion) -> Judgement {
	let position = |entry: &LabelChange| (entry.at.block, entry.at.extrinsic);
	let then = (at.block, at.extrinsic);
	let judge = |entry: &LabelChange| match entry.standing {
		Standing::Revoked { .. } => Err(Revoked),
		Standing::Suspended(_) => Err(Suspended),
		Standing::Active if entry.expires <= at.time => Err(Expired),
		Standing::Active if entry.roles.iter().all(|had| had != role) => Err(WrongRole),
		Standing::Active => Ok(label),
	};
	let meanwhile = history.iter().rev().filter(|entry| position(entry) == then);
	let before = history.iter().rev().find(|entry| position(entry) < then);
	let judgements: Vec<Judgement> = meanwhile.chain(before).map(judge).collect();
	let best = judgements.iter().copied().find(Result::is_ok);
	best.or(judgements.first().copied()).unwrap_or(Err(NoLabel))
}

/// After each of forty changes, which are one to four blocks apart.
#[test]
fn judgement_is_that_of_a_history_read_from_end_to_end() {
	with_chain(|| {
		let label = grant(Fred);
		let issuer = Roles::only(Role::Issuer);
		let mut block = NOW;
		let mut judgements = Vec::new();
		for index in 0..40u32 {
			block += 1 + index % 4;
			at(block);
			let origin = Anna.origin();
			assert_ok!(match index % 6 {
				0 => Labels::suspend(origin, label, SuspensionReason::Unspecified),
				1 => Labels::reinstate(origin, label),
				2 => Labels::add_roles(origin, label, issuer),
				3 => Labels::renew(origin, label, time_of(block + 1)),
				4 => Labels::renew(origin, label, time_of(block + 100)),
				_ => Labels::remove_roles(origin, label, issuer),
			});
			let history: Vec<_> = (0..).map_while(|index| History::<Test>::get(label, index)).collect();
			assert_eq!(history.len(), index as usize + 2);
			for (block, extrinsic) in (NOW - 2..block + 3).flat_map(|block| [(block, 0), (block, 1), (block, 2)]) {
				for role in [Role::Owner, Role::Issuer] {
					let at = there(block, extrinsic);
					let judgement = Labels::authority_at(&Fred.account(), role, &at);
					assert_eq!(
						judgement,
						judged_by_reading_all(label, &history, role, &at),
						"{role:?} at {at:?} after {index}"
					);
					judgements.push(judgement);
				}
			}
		}
		for judgement in [Ok(label), Err(NoLabel), Err(Suspended), Err(Expired), Err(WrongRole)] {
			assert!(judgements.contains(&judgement), "{judgement:?} does not come up");
		}
	});
}

#[test]
fn view_judges_by_the_time_that_it_is_asked_about() {
	with_chain(|| {
		let label = grant(Fred);
		suspend_at(310, label, SuspensionReason::Unspecified);
		let then = |block| Labels::authority_of(Fred.account(), Role::Owner, Some(there(block, 2)));
		assert_eq!((then(309), then(310)), (Ok(label), Err(Suspended)));
	});
}

#[test]
fn other_pallets_are_told_the_precise_reason() {
	with_chain(|| {
		let ask = |who: Who| <Labels as Authority<_>>::ensure(&who.account(), Role::Owner);
		let refusal = |error: Error<Test>| Err(DispatchError::from(error));
		assert_eq!(ask(Emil), Ok(Emil.number()));
		assert_eq!(ask(Clara), refusal(Error::WrongRole));
		assert_eq!(ask(Hans), refusal(Error::NoLabel));

		let label = grant(Fred);
		hand_over(Fred, Gina);
		assert_eq!(ask(Fred), refusal(Error::KeyRetired));
		suspend_at(310, label, SuspensionReason::Investigation);
		assert_eq!(ask(Gina), refusal(Error::LabelSuspended));
		reinstate_at(311, label);
		suspend_at(312, label, SuspensionReason::KeyCompromised { since: 312 });
		assert_eq!(ask(Gina), refusal(Error::KeyCompromised));
		reinstate_at(550, label);
		assert_eq!(ask(Gina), refusal(Error::LabelExpired));
		assert_ok!(Labels::revoke(Anna.origin(), label, LabelRevocationReason::Unspecified));
		assert_eq!(ask(Gina), refusal(Error::LabelRevoked));
	});
}

/// Every call of every pallet asks: it must not cost more than two reads. Here is nothing else to be read.
#[test]
fn authority_now_is_in_the_label_and_the_clock_alone() {
	let mut label = None;
	with_chain(|| label = Some(Emil.label()));
	sp_io::TestExternalities::new_empty().execute_with(|| {
		at(NOW);
		crate::Labels::<Test>::set(Emil.account(), label);
		assert_ok!(<Labels as Authority<_>>::ensure(&Emil.account(), Role::Owner), Emil.number());
		at(FOUNDERS_ENDED);
		assert_owner_now(Emil, Err(Expired));
	});
}

type Answer = Result<LabelHolder, DispatchError>;

/// What other pallets are told of a label that is to be an owner's.
fn owner_of(label: LabelId) -> Answer {
	<Labels as Directory>::holder(label, Role::Owner)
}

/// At home in Germany, as everybody who is granted a label here.
fn held_by(who: Who) -> Answer {
	Ok(LabelHolder {
		account: who.account(),
		home: germany(),
	})
}

fn refusal(error: Error<Test>) -> Answer {
	Err(error.into())
}

#[test]
fn label_that_moves_is_its_new_holder_s_for_other_pallets_too() {
	with_chain(|| {
		let label = grant(Fred);
		assert_eq!(owner_of(label), held_by(Fred));
		at(310);
		hand_over(Fred, Gina);
		assert_eq!(owner_of(label), held_by(Gina));
		at(320);
		reassign_to(Hans, label);
		assert_eq!(owner_of(label), held_by(Hans));
	});
}

/// Moves a label to that account.
fn reassign_to(who: Who, label: LabelId) {
	let now = System::block_number();
	let consent = who.takes_over(label, now);
	assert_ok!(Labels::reassign(
		Anna.origin(),
		label,
		RetirementReason::Lost,
		who.account(),
		now,
		consent
	));
}

#[test]
fn other_pallets_are_told_where_a_label_is_at_home() {
	with_chain(|| {
		let home_of = |who: Who, role| <Labels as Directory>::holder(who.number(), role).map(|holder| holder.home);
		assert_eq!(home_of(Emil, Role::Owner), Ok(germany()));
		assert_eq!(home_of(Bruno, Role::Auditor), Ok(france()));
	});
}

#[test]
fn other_pallets_are_told_the_precise_reason_why_a_label_may_not_act() {
	with_chain(|| {
		assert_eq!(owner_of(Emil.number()), held_by(Emil));
		assert_eq!(owner_of(Clara.number()), refusal(Error::WrongRole));
		for nobody in [0, Fred.number(), LabelId::MAX] {
			assert_eq!(owner_of(nobody), refusal(Error::UnknownLabel), "label {nobody}");
		}

		let label = grant(Fred);
		suspend_at(310, label, SuspensionReason::Investigation);
		assert_eq!(owner_of(label), refusal(Error::LabelSuspended));
		reinstate_at(311, label);
		assert_eq!(owner_of(label), held_by(Fred));
		suspend_at(312, label, SuspensionReason::KeyCompromised { since: 312 });
		assert_eq!(owner_of(label), refusal(Error::KeyCompromised));
		reinstate_at(549, label);
		assert_eq!(owner_of(label), held_by(Fred));
		at(550);
		assert_eq!(owner_of(label), refusal(Error::LabelExpired));
		assert_ok!(Labels::revoke(Anna.origin(), label, LabelRevocationReason::Unspecified));
		assert_eq!(owner_of(label), refusal(Error::LabelRevoked));
	});
}

/// An account and its label are judged alike.
#[test]
fn label_is_judged_as_the_account_that_holds_it() {
	with_chain(|| {
		grant(Fred);
		council_suspends(Dora, SuspensionReason::Investigation);
		for who in [Anna, Bruno, Clara, Dora, Emil, Fred] {
			for role in Role::ALL {
				let of_account = <Labels as Authority<_>>::ensure(&who.account(), role).map(|_| who.account());
				let of_label = <Labels as Directory>::holder(who.number(), role).map(|holder| holder.account);
				assert_eq!(of_label, of_account, "{who:?} as {role:?}");
			}
		}
	});
}

/// Whoever names many labels asks for each: it must not cost more than three reads.
#[test]
fn who_holds_a_label_now_is_in_the_label_its_holder_and_the_clock_alone() {
	let mut label = None;
	with_chain(|| label = Some(Emil.label()));
	sp_io::TestExternalities::new_empty().execute_with(|| {
		at(NOW);
		Holders::<Test>::insert(Emil.number(), Emil.account());
		crate::Labels::<Test>::set(Emil.account(), label);
		assert_eq!(owner_of(Emil.number()), held_by(Emil));
		at(FOUNDERS_ENDED);
		assert_eq!(owner_of(Emil.number()), refusal(Error::LabelExpired));
	});
}

#[test]
fn label_that_guards_an_operation_takes_a_confirmation_for_it_and_for_no_other() {
	with_chain(|| {
		let confirmed = |operation| <Labels as Directory>::holder_confirmed(Emil.number(), Role::Owner, operation);
		for operation in Operation::ALL {
			assert_eq!(confirmed(operation), held_by(Emil), "{operation:?}, without a passkey");
		}
		assert_ok!(Emil.binds([Operation::Transferring]));
		for operation in Operation::ALL {
			let expected = match operation {
				Operation::Transferring => refusal(Error::ConfirmationNeeded),
				_ => held_by(Emil),
			};
			assert_eq!(confirmed(operation), expected, "{operation:?}");
		}
		// Whoever asks for none is not told.
		assert_eq!(owner_of(Emil.number()), held_by(Emil));
	});
}

#[test]
fn label_whose_passkey_confirmed_what_is_done_may_do_it_and_no_other_label_may() {
	with_chain(|| {
		let label = grant(Fred);
		for who in [Emil, Fred] {
			assert_ok!(who.binds([Operation::Transferring]));
		}
		let confirmed = |label| <Labels as Directory>::holder_confirmed(label, Role::Owner, Operation::Transferring);
		Confirmed::<Test>::put(label);
		assert_eq!(confirmed(label), held_by(Fred));
		assert_eq!(confirmed(Emil.number()), refusal(Error::ConfirmationNeeded));
		Confirmed::<Test>::kill();
		assert_eq!(confirmed(label), refusal(Error::ConfirmationNeeded));
	});
}

/// What is wrong with a label comes before what it guards.
#[test]
fn label_that_may_not_act_is_not_asked_for_a_confirmation() {
	with_chain(|| {
		assert_ok!(Emil.binds([Operation::Transferring]));
		let confirmed = |role| <Labels as Directory>::holder_confirmed(Emil.number(), role, Operation::Transferring);
		assert_eq!(confirmed(Role::Owner), refusal(Error::ConfirmationNeeded));
		assert_eq!(confirmed(Role::Issuer), refusal(Error::WrongRole));
		council_suspends(Emil, SuspensionReason::Investigation);
		assert_eq!(confirmed(Role::Owner), refusal(Error::LabelSuspended));
	});
}
