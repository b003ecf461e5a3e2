// SPDX-License-Identifier: Apache-2.0

mod access;
mod admission;
mod apply;
mod approve;
mod auditors;
mod certificates;
mod distrust;
mod genesis;
mod judgement;
mod offence;
mod passkeys;
mod quota;
mod reassign;
mod recovery;
mod reinstate;
mod reject;
mod renew;
mod revoke;
mod roles;
mod rotate;
mod sequences;
mod suspend;
mod try_state;
mod withdraw;

use crate::{mock::*, Event, History};
use chirograph_primitives::{
	BlockNumber, Jurisdiction, Label, LabelChange, LabelEvent, LabelId, LabelRevocationReason, Ledger, OrganisationId, Remit,
	Role, Roles, SuspensionReason,
};
use codec::{Decode, Encode};

/// The first block in which the labels of founders have ended.
const FOUNDERS_ENDED: BlockNumber = (FOUNDERS_EXPIRE / 2_000) as BlockNumber;

/// The events of this pallet since the last look.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Labels(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}

/// Checks that `who` holds its label like this, and that the last entry of its history made it so, here and now. Returns the
/// event that says so.
#[track_caller]
fn changed(who: Who, label: &Label, by: Option<LabelId>, event: LabelEvent) -> Event<Test> {
	let change = LabelChange {
		at: TestLedger::here(),
		by,
		event,
		roles: label.roles,
		expires: label.expires,
		standing: label.standing,
	};
	assert_eq!(who.label(), *label);
	assert_eq!(History::<Test>::get(label.id, label.changes - 1), Some(change.clone()));
	Event::Changed { label: label.id, change }
}

/// Applies for an organisation that is at home there.
fn apply_as(who: Who, organisation: OrganisationId, jurisdiction: Jurisdiction, roles: &[Role]) {
	let roles = roles.iter().copied().collect();
	Labels::apply(who.origin(), DOSSIER, organisation, jurisdiction, roles, None).expect("nobody is in the way");
}

/// Applies for an organisation that is at home there, and is approved by Anna.
fn grant_as(who: Who, organisation: OrganisationId, jurisdiction: Jurisdiction, roles: &[Role]) -> LabelId {
	apply_as(who, organisation, jurisdiction, roles);
	Labels::approve(Anna.origin(), who.account(), application_of(who), EXPIRES).expect("Anna may");
	who.label().id
}

/// Makes the label of `who` an auditor.
fn appoint(who: Who, remit: Remit) {
	Labels::appoint_auditor(RuntimeOrigin::root(), who.label().id, remit).expect("the council may");
}

/// Suspends the label of `who`, by the council.
fn council_suspends(who: Who, reason: SuspensionReason) {
	Labels::suspend(RuntimeOrigin::root(), who.label().id, reason).expect("the council may");
}

/// Revokes the label of `who`, by the council.
fn council_revokes(who: Who) {
	Labels::revoke(RuntimeOrigin::root(), who.label().id, LabelRevocationReason::Misconduct).expect("the council may");
}

/// Moves the label of `from` to `to`, who wants it.
fn hand_over(from: Who, to: Who) {
	let (label, now) = (from.label().id, System::block_number());
	Labels::rotate(from.origin(), to.account(), now, to.takes_over(label, now)).expect("the holder may");
}

/// One set of roles for each bit that stands for none.
fn stray_roles() -> impl Iterator<Item = Roles> {
	(Role::ALL.len()..16).map(|bit| Roles::decode(&mut &(1u16 << bit).encode()[..]).expect("any sixteen bits decode"))
}
