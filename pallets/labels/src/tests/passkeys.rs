// SPDX-License-Identifier: Apache-2.0

//! A second factor: Emil guards his label with an authenticator.

use super::{changed, council_suspends, events, hand_over};
use crate::{mock::*, Call, Confirmed, Error, Event, Passkeys, Sequences};
use chirograph_primitives::{
	authenticator::Authenticator,
	passkey, payload, Assertion, Authority, BoundPasskey, Label, LabelEvent, LabelId, LabelRevocationReason, Operation,
	Operation::*,
	Operations, Passkey, RetirementReason, Role,
	SuspensionReason::{Investigation, KeyCompromised},
};
use codec::{Decode, Encode};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{DispatchResult, GetDispatchInfo},
	traits::{OriginTrait, UnfilteredDispatchable},
};
use sp_runtime::{traits::Dispatchable, DispatchError};

fn send(sender: Who, call: Call<Test>) -> DispatchResult {
	let outcome = call.dispatch_bypass_filter(sender.origin());
	outcome.map(|_| ()).map_err(|refused| refused.error)
}

/// Moves Emil's label to Fred, who wants it.
fn rotate() -> Call<Test> {
	Call::rotate {
		account: Fred.account(),
		valid_until: NOW,
		signature: Fred.takes_over(Emil.number(), NOW),
	}
}

/// Anybody may, and it leaves an event.
fn remark() -> RuntimeCall {
	let remark = b"of Emil's".to_vec();
	frame_system::Call::remark_with_event { remark }.into()
}

/// Emil guards his label with that authenticator.
fn bind(authenticator: &Authenticator, guarded: Operations) -> DispatchResult {
	send(Emil, binding(authenticator, guarded, Sequences::<Test>::get(Emil.number())))
}

fn binding(authenticator: &Authenticator, guarded: Operations, sequence: u32) -> Call<Test> {
	let passkey = authenticator.passkey();
	let challenge = passkey::challenge(&GENESIS, Emil.number(), sequence, &payload::binding(&passkey, guarded));
	Call::bind_passkey {
		passkey,
		guarded,
		sequence,
		assertion: authenticator.assert(&challenge),
	}
}

/// Emil sends what that authenticator confirms for his label.
fn confirm(authenticator: &Authenticator, call: RuntimeCall) -> DispatchResult {
	let assertion = authenticator.assert(&challenge(Emil.number(), &call.encode()));
	confirm_with(call, assertion)
}

fn confirm_with(call: RuntimeCall, assertion: Assertion) -> DispatchResult {
	let label = Emil.number();
	let confirmed = Call::confirm {
		label,
		call: Box::new(call),
		sequence: Sequences::<Test>::get(label),
		assertion,
	};
	send(Emil, confirmed)
}

/// What was confirmed, said to be of that number.
fn numbered(confirmed: Call<Test>, sequence: u32) -> Call<Test> {
	let Call::confirm {
		label, call, assertion, ..
	} = confirmed
	else {
		unreachable!("is a confirmation")
	};
	Call::confirm {
		label,
		call,
		sequence,
		assertion,
	}
}

/// Emil names Anna as the one guardian that it takes.
fn naming_anna() -> Call<Test> {
	Call::set_guardians {
		guardians: vec![Anna.number()].try_into().expect("a few"),
		threshold: 1,
		delay: MIN_RECOVERY_DELAY,
	}
}

fn is_bound(label: LabelId) -> Option<Passkey> {
	Passkeys::<Test>::get(label).map(|bound| bound.passkey)
}

/// The two things that an authenticator is asked for: to be bound to Emil's label, and to confirm a call for it.
const CEREMONIES: [fn(&Authenticator) -> DispatchResult; 2] = [
	|authenticator| bind(authenticator, Operations::only(Rotating)),
	|authenticator| {
		assert_ok!(Emil.binds([Rotating]));
		confirm(authenticator, remark())
	},
];

#[test]
fn a_label_guards_operations_with_a_passkey() {
	with_chain(|| {
		let before = Emil.label();
		assert_ok!(Emil.binds([Registering, Rotating]));
		let passkey = Emil.authenticator().passkey();
		let guarded = Operations::from_iter([Registering, Rotating]);
		let (id, bound) = (before.id, BoundPasskey { passkey, counter: 0 });
		assert_eq!(Emil.label(), Label { guarded, ..before });
		assert_eq!(Passkeys::<Test>::get(id), Some(bound));
		assert_eq!(Sequences::<Test>::get(id), 1);
		let said = Event::PasskeyBound {
			label: id,
			passkey,
			guarded,
		};
		assert_eq!(events(), [said]);
	});
}

#[test]
fn what_is_guarded_takes_a_confirmation() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		assert_noop!(send(Emil, rotate()), Error::<Test>::ConfirmationNeeded);
		events();
		let before = Emil.label();
		assert_ok!(send(Emil, Emil.confirms(rotate())));
		let label = Label {
			held_since: Fred.label().held_since,
			changes: 2,
			..before
		};
		let (from, to) = (Emil.account(), Fred.account());
		let confirmed = Event::Confirmed {
			label: label.id,
			sequence: 1,
		};
		let moved = changed(Fred, &label, Some(label.id), LabelEvent::Rotated { from, to });
		assert_eq!(events(), [confirmed, moved]);
	});
}

/// Whoever names guardians can have them move the label, to where it has no passkey: a thief of the key alone would get rid of it that way.
#[test]
fn guardians_are_named_with_the_passkey_whatever_the_label_guards() {
	for guarded in Operation::ALL {
		with_chain(|| {
			assert_ok!(Emil.binds([guarded]));
			assert_noop!(send(Emil, naming_anna()), Error::<Test>::ConfirmationNeeded);
			assert_ok!(send(Emil, Emil.confirms(naming_anna())));
			// Nor does the key alone take them away.
			let nobody = || Call::set_guardians {
				guardians: Default::default(),
				threshold: 0,
				delay: 0,
			};
			assert_noop!(send(Emil, nobody()), Error::<Test>::ConfirmationNeeded);
			assert_ok!(send(Emil, Emil.confirms(nobody())));
		});
	}
	// The control: where there were no such rule, this is what would come of it.
	with_chain(|| {
		assert_ok!(send(Emil, naming_anna()));
		assert_ok!(Emil.binds([Registering]));
		let (label, account) = (Emil.number(), Fred.account());
		let consent = Fred.takes_over(label, NOW);
		assert_ok!(Labels::initiate_recovery(Anna.origin(), label, account.clone(), NOW, consent));
		at(NOW + MIN_RECOVERY_DELAY);
		assert_ok!(Labels::complete_recovery(Anna.origin(), label, account));
		assert_eq!(is_bound(label), None);
	});
}

/// Whoever wants to object must be able to, and fast: with the key alone. A thief of it keeps the label from nobody but those guardians, and
/// no longer than until the key is reported.
#[test]
fn objecting_to_a_recovery_takes_the_key_alone() {
	with_chain(|| {
		assert_ok!(send(Emil, naming_anna()));
		assert_ok!(Emil.binds(Operation::ALL));
		let (label, account) = (Emil.number(), Fred.account());
		let begin = || Labels::initiate_recovery(Anna.origin(), label, account.clone(), NOW, Fred.takes_over(label, NOW));
		assert_ok!(begin());
		assert_ok!(send(Emil, Call::veto_recovery { label }));
		assert_ok!(begin());
		let since = NOW + 1;
		at(since);
		council_suspends(Emil, KeyCompromised { since });
		assert_noop!(send(Emil, Call::veto_recovery { label }), Error::<Test>::KeyCompromised);
		at(NOW + MIN_RECOVERY_DELAY);
		assert_ok!(Labels::complete_recovery(Anna.origin(), label, account.clone()));
	});
}

#[test]
fn what_is_not_guarded_takes_none() {
	with_chain(|| {
		assert_ok!(Emil.binds([Registering, Transferring]));
		assert_ok!(send(Emil, rotate()));
		// The passkey goes where its label goes.
		assert_eq!(is_bound(Emil.number()), Some(Emil.authenticator().passkey()));
		assert!(Fred.label().guarded.contains(Registering));
	});
}

#[test]
fn other_pallets_hear_whether_it_was_confirmed() {
	with_chain(|| {
		let ask = |who: Who, operation: Operation| Labels::ensure_confirmed(&who.account(), Role::Owner, operation);
		let (emil, needed) = (Emil.number(), Error::<Test>::ConfirmationNeeded.into());
		assert_ok!(Emil.binds([Registering]));
		assert_eq!(ask(Emil, Registering), Err(needed));
		assert_eq!(ask(Emil, Rotating), Ok(emil));
		Confirmed::<Test>::put(Anna.number());
		assert_eq!(ask(Emil, Registering), Err(needed));
		Confirmed::<Test>::put(emil);
		assert_eq!(ask(Emil, Registering), Ok(emil));
		Confirmed::<Test>::kill();
		// What is wrong with the label itself is said first.
		assert_eq!(ask(Anna, Registering), Err(Error::<Test>::WrongRole.into()));
		assert_eq!(ask(Gina, Registering), Err(Error::<Test>::NoLabel.into()));
		council_suspends(Emil, Investigation);
		assert_eq!(ask(Emil, Registering), Err(Error::<Test>::LabelSuspended.into()));
	});
}

#[test]
fn nothing_but_the_call_itself_counts_as_confirmed() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		assert_ok!(send(Emil, Emil.confirms(remark())));
		assert!(!Confirmed::<Test>::exists());
		assert_noop!(send(Emil, rotate()), Error::<Test>::ConfirmationNeeded);
	});
}

#[test]
fn a_confirmation_is_good_once() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		let once = Emil.confirms(remark());
		assert_ok!(send(Emil, once.clone()));
		for sender in [Emil, Anna] {
			assert_noop!(send(sender, once.clone()), Error::<Test>::ReplayedAssertion);
		}
		// Its number is not to be changed.
		let renumbered = numbered(once.clone(), 2);
		assert_noop!(send(Emil, renumbered), Error::<Test>::AssertionForOtherCall);
		assert_ok!(send(Emil, Emil.confirms(remark())));
		assert_eq!(Sequences::<Test>::get(Emil.number()), 3);
		assert_noop!(send(Emil, once), Error::<Test>::ReplayedAssertion);
	});
}

#[test]
fn confirmations_are_used_in_the_order_of_their_numbers() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		let (label, call) = (Emil.number(), remark());
		let challenge = passkey::challenge(&GENESIS, label, 2, &call.encode());
		let second = Call::confirm {
			label,
			call: Box::new(call),
			sequence: 2,
			assertion: Emil.authenticator().assert(&challenge),
		};
		assert_noop!(send(Emil, second.clone()), Error::<Test>::AssertionTooEarly);
		assert_noop!(
			send(Emil, numbered(second.clone(), u32::MAX)),
			Error::<Test>::AssertionTooEarly
		);
		assert_noop!(send(Emil, numbered(second.clone(), 0)), Error::<Test>::ReplayedAssertion);
		assert_ok!(send(Emil, Emil.confirms(remark())));
		assert_ok!(send(Emil, second));
	});
}

/// In turn for each thing that it is not for. The last one is the control.
#[test]
fn a_confirmation_is_for_one_call_of_one_label_on_one_network() {
	with_chain(|| {
		let (authenticator, emil) = (Emil.authenticator(), Emil.number());
		assert_ok!(Emil.binds([Rotating]));
		assert_ok!(Anna.binds([Rotating]));
		let (call, sequence) = (remark().encode(), Sequences::<Test>::get(emil));
		let longer = frame_system::Call::<Test>::remark_with_event {
			remark: b"of Emil's!".to_vec(),
		};
		let to_gina = Call::<Test>::rotate {
			account: Gina.account(),
			valid_until: NOW,
			signature: Gina.takes_over(emil, NOW),
		};
		let others = [
			passkey::challenge(&[0; 32], emil, sequence, &call),
			passkey::challenge(&GENESIS, Anna.number(), sequence, &call),
			passkey::challenge(&GENESIS, emil, sequence - 1, &call),
			passkey::challenge(&GENESIS, emil, sequence + 1, &call),
			passkey::challenge(&GENESIS, emil, sequence, &RuntimeCall::from(longer).encode()),
			passkey::challenge(&GENESIS, emil, sequence, &RuntimeCall::from(to_gina).encode()),
			passkey::challenge(
				&GENESIS,
				emil,
				sequence,
				&payload::binding(&authenticator.passkey(), Operations::all()),
			),
		];
		for challenge in others {
			let assertion = authenticator.assert(&challenge);
			assert_noop!(confirm_with(remark(), assertion), Error::<Test>::AssertionForOtherCall);
		}
		assert_ok!(confirm(&authenticator, remark()));
	});
}

#[test]
fn a_confirmation_by_somebody_else_is_refused() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		assert_ok!(Anna.binds([Rotating]));
		let refused = confirm(&Anna.authenticator(), rotate().into());
		assert_noop!(refused, Error::<Test>::WrongAssertionSignature);
		// Nor does Anna's passkey confirm for Anna what is Emil's to confirm.
		assert_noop!(send(Emil, Anna.confirms(rotate())), Error::<Test>::ConfirmationNeeded);
	});
}

#[test]
fn a_label_without_a_passkey_confirms_nothing() {
	with_chain(|| {
		assert_noop!(send(Emil, Emil.confirms(remark())), Error::<Test>::NoPasskey);
		for label in [0, 6] {
			let nobody = Call::confirm {
				label,
				call: Box::new(remark()),
				sequence: 0,
				assertion: Emil.authenticator().assert(&[0; 32]),
			};
			assert_noop!(send(Emil, nobody), Error::<Test>::UnknownLabel);
		}
	});
}

/// What makes an authenticator say something else.
type Change<'a> = &'a dyn Fn(&mut Authenticator);

#[test]
fn each_fault_of_an_assertion_is_told_apart() {
	let says = |words: &'static str| move |authenticator: &mut Authenticator| authenticator.client_data = Some(words.into());
	let (nothing, something_else, from_inside) = (
		says("{}"),
		says(r#"{"type":"webauthn.get","challenge":""}"#),
		says(r#"{"type":"webauthn.get","challenge":"","crossOrigin":true}"#),
	);
	let changes: [(Change, Error<Test>); 5] = [
		(&nothing, Error::MalformedAssertion),
		(&something_else, Error::AssertionForOtherCall),
		(&from_inside, Error::AssertionForOtherRelyingParty),
		(&|authenticator| authenticator.flags = 1, Error::UserNotVerified),
		(&|authenticator| authenticator.flags = 4, Error::UserNotVerified),
	];
	let changes = changes.map(|(change, fault)| (change, DispatchError::from(fault)));
	for ceremony in CEREMONIES {
		for (change, fault) in changes {
			with_chain(|| {
				let mut authenticator = Emil.authenticator();
				change(&mut authenticator);
				assert_eq!(ceremony(&authenticator), Err(fault));
			});
		}
		with_chain(|| {
			assert_ok!(ceremony(&Emil.authenticator()));
		});
	}
}

#[test]
fn a_passkey_shows_that_it_is_there_before_it_is_bound() {
	with_chain(|| {
		let guarded = Operations::only(Rotating);
		let Call::bind_passkey { assertion, .. } = binding(&Emil.authenticator(), guarded, 0) else {
			unreachable!("is made so")
		};
		let of_another = Anna.authenticator().passkey();
		let no_key = Passkey {
			key: [0xff; 33],
			..Emil.authenticator().passkey()
		};
		let bind_as = |sequence, passkey, guarded| {
			let assertion = assertion.clone();
			Labels::bind_passkey(Emil.origin(), passkey, guarded, sequence, assertion)
		};
		let bind = |passkey, guarded| bind_as(0, passkey, guarded);
		assert_noop!(
			bind_as(1, Emil.authenticator().passkey(), guarded),
			Error::<Test>::AssertionTooEarly
		);
		assert_noop!(bind(no_key, guarded), Error::<Test>::MalformedAssertion);
		// Other words, other challenge.
		assert_noop!(bind(of_another, guarded), Error::<Test>::AssertionForOtherCall);
		assert_noop!(
			bind(Emil.authenticator().passkey(), Operations::all()),
			Error::<Test>::AssertionForOtherCall
		);
		assert_ok!(bind(Emil.authenticator().passkey(), guarded));
	});
}

#[test]
fn a_passkey_guards_something_and_nothing_that_there_is_not() {
	with_chain(|| {
		let stray = (Operation::ALL.len()..8).map(|bit| {
			let bits = [1u8 << bit | 1];
			Operations::decode(&mut &bits[..]).expect("any eight bits decode")
		});
		for guarded in stray.chain([Operations::NONE]) {
			assert_noop!(bind(&Emil.authenticator(), guarded), Error::<Test>::InvalidOperations);
		}
		assert_ok!(bind(&Emil.authenticator(), Operations::all()));
	});
}

#[test]
fn an_authenticator_that_counts_is_not_believed_when_it_counts_back() {
	with_chain(|| {
		let mut authenticator = Emil.authenticator();
		authenticator.counter = 5;
		assert_ok!(bind(&authenticator, Operations::only(Rotating)));
		for counter in [5, 4, 1, 0] {
			authenticator.counter = counter;
			assert_noop!(confirm(&authenticator, remark()), Error::<Test>::AuthenticatorCountedBack);
		}
		for counter in [6, 7, u32::MAX] {
			authenticator.counter = counter;
			assert_ok!(confirm(&authenticator, remark()));
			assert_eq!(Passkeys::<Test>::get(Emil.number()).map(|bound| bound.counter), Some(counter));
		}
		assert_noop!(confirm(&authenticator, remark()), Error::<Test>::AuthenticatorCountedBack);
	});
}

#[test]
fn a_call_that_fails_does_not_use_its_confirmation_up() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		hand_over(Dora, Fred);
		let failing = Emil.confirms(rotate());
		assert_noop!(send(Emil, failing), Error::<Test>::AccountInUse);
		let early = Emil.confirms(Call::unbind_passkey {});
		assert_noop!(send(Anna, early.clone()), Error::<Test>::NoPasskey);
		assert_ok!(send(Emil, early));
	});
}

/// What was confirmed is done as who sends it: the confirmation gives nobody what they may not do.
#[test]
fn somebody_else_may_send_what_was_confirmed_and_does_it_as_themselves() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		assert_ok!(send(Anna, Emil.confirms(remark())));
		let by_anna = |event: &RuntimeEvent| matches!(event, RuntimeEvent::System(frame_system::Event::Remarked { sender, .. }) if *sender == Anna.account());
		assert!(System::events().iter().any(|record| by_anna(&record.event)));

		let label = Emil.number();
		let reason = LabelRevocationReason::GivenUp;
		let revocation = Emil.confirms(Call::revoke { label, reason });
		assert_noop!(send(Clara, revocation), Error::<Test>::WrongRole);
		// Anna moves no label but her own, and Fred did not consent to hold that.
		assert_noop!(send(Anna, Emil.confirms(rotate())), Error::<Test>::SignatureMismatch);
	});
}

#[test]
fn what_an_origin_may_not_call_it_may_not_call_confirmed() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		let attempt = |call: RuntimeCall| {
			let mut origin = Emil.origin();
			origin.add_filter(|call| matches!(call, RuntimeCall::Labels(_)));
			let outcome = RuntimeCall::Labels(Emil.confirms(call)).dispatch(origin);
			outcome.map(|_| ()).map_err(|refused| refused.error)
		};
		assert_noop!(attempt(remark()), frame_system::Error::<Test>::CallFiltered);
		assert_ok!(attempt(rotate().into()));
	});
}

/// Neither another label's nor its own. Further inside, see the tests of the runtime.
#[test]
fn a_confirmed_call_has_no_confirmed_call_inside() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		assert_ok!(Anna.binds([Rotating]));
		for whose in [Anna, Emil] {
			for call in [RuntimeCall::from(rotate()), remark()] {
				let nested = Emil.confirms(whose.confirms(call));
				assert_noop!(send(Emil, nested), Error::<Test>::NestedConfirmation);
			}
		}
		Confirmed::<Test>::put(Anna.number());
		assert_noop!(send(Emil, Emil.confirms(remark())), Error::<Test>::NestedConfirmation);
		Confirmed::<Test>::kill();
		// The control: one after the other.
		assert_ok!(send(Emil, Anna.confirms(remark())));
		assert_ok!(send(Emil, Emil.confirms(remark())));
		assert!(!Confirmed::<Test>::exists());
	});
}

#[test]
fn a_passkey_takes_another_s_place_when_that_confirms_it() {
	with_chain(|| {
		assert_ok!(Emil.binds([Rotating]));
		let (old, new) = (Emil.authenticator(), Authenticator::new(99));
		let guarded = Operations::only(Registering);
		// A thief of the key alone has no passkey that counts.
		assert_noop!(bind(&new, guarded), Error::<Test>::ConfirmationNeeded);
		assert_noop!(bind(&old, guarded), Error::<Test>::ConfirmationNeeded);
		// The old one uses a confirmation up before the new one's turn comes.
		let sequence = Sequences::<Test>::get(Emil.number());
		let used_up = binding(&new, guarded, sequence);
		assert_noop!(confirm(&old, used_up.into()), Error::<Test>::ReplayedAssertion);
		let too_early = binding(&new, guarded, sequence + 2);
		assert_noop!(confirm(&old, too_early.into()), Error::<Test>::AssertionTooEarly);
		assert_ok!(confirm(&old, binding(&new, guarded, sequence + 1).into()));
		assert_eq!(is_bound(Emil.number()), Some(new.passkey()));
		assert_eq!(Emil.label().guarded, guarded);
		assert_noop!(confirm(&old, remark()), Error::<Test>::WrongAssertionSignature);
		assert_ok!(confirm(&new, remark()));
	});
}

#[test]
fn a_passkey_is_removed_when_it_confirms_that() {
	with_chain(|| {
		let unbind = || Call::unbind_passkey {};
		assert_noop!(send(Emil, unbind()), Error::<Test>::NoPasskey);
		assert_ok!(Emil.binds([Rotating]));
		assert_noop!(send(Emil, unbind()), Error::<Test>::ConfirmationNeeded);
		events();
		assert_ok!(send(Emil, Emil.confirms(unbind())));
		let label = Emil.number();
		assert_eq!(
			events(),
			[Event::Confirmed { label, sequence: 1 }, Event::PasskeyUnbound { label }]
		);
		assert_eq!((is_bound(label), Emil.label().guarded), (None, Operations::NONE));
		assert_ok!(send(Emil, rotate()));
	});
}

/// Otherwise whoever has the key would only have to wait until what the passkey once confirmed fits again.
#[test]
fn what_was_confirmed_once_stays_used_up_when_the_passkey_is_bound_again() {
	with_chain(|| {
		let label = Emil.number();
		assert_ok!(Emil.binds([Rotating]));
		let unbinding = Emil.confirms(Call::unbind_passkey {});
		assert_ok!(send(Emil, unbinding.clone()));
		assert_ok!(Emil.binds([Rotating]));
		assert_noop!(send(Emil, unbinding.clone()), Error::<Test>::ReplayedAssertion);
		// The control: it is the number alone that keeps it out.
		assert_eq!(Sequences::<Test>::get(label), 3);
		Sequences::<Test>::insert(label, 1);
		assert_ok!(send(Emil, unbinding));
	});
}

#[test]
fn whoever_gets_a_label_back_without_its_key_finds_nothing_guarded() {
	let ways: [fn() -> DispatchResult; 2] = [
		|| {
			let (label, reason) = (Emil.number(), RetirementReason::Lost);
			let consent = Fred.takes_over(label, NOW);
			Labels::reassign(Anna.origin(), label, reason, Fred.account(), NOW, consent)
		},
		|| {
			let (label, account) = (Emil.number(), Fred.account());
			let consent = Fred.takes_over(label, NOW);
			Labels::initiate_recovery(Bruno.origin(), label, account.clone(), NOW, consent)?;
			at(NOW + MIN_RECOVERY_DELAY);
			Labels::complete_recovery(Bruno.origin(), label, account)
		},
	];
	for way in ways {
		with_chain(|| {
			let guardians = vec![Bruno.number()].try_into().expect("a few");
			assert_ok!(Labels::set_guardians(Emil.origin(), guardians, 1, MIN_RECOVERY_DELAY));
			assert_ok!(Emil.binds([Registering, Rotating]));
			events();
			assert_ok!(way());
			let label = Emil.number();
			assert!(events().contains(&Event::PasskeyUnbound { label }));
			assert_eq!((is_bound(label), Fred.label().guarded), (None, Operations::NONE));
			// A new one is bound like a first one.
			assert_ok!(Fred.binds([Rotating]));
		});
	}
}

#[test]
fn a_label_has_as_many_confirmations_as_there_are_numbers() {
	with_chain(|| {
		let label = Emil.number();
		Sequences::<Test>::insert(label, u32::MAX - 1);
		assert_ok!(Emil.binds([Rotating]));
		assert_noop!(send(Emil, Emil.confirms(remark())), Error::<Test>::NoMoreConfirmations);
	});
}

#[test]
fn a_confirmed_call_costs_what_it_costs_and_is_of_its_class() {
	new_test_ext().execute_with(|| {
		assert_ok!(Emil.binds([Rotating]));
		let (inner, outer) = (remark().get_dispatch_info(), Emil.confirms(remark()).get_dispatch_info());
		assert!(inner.call_weight.any_gt(Default::default()));
		// In this network, whatever this pallet does itself weighs nothing.
		assert_eq!((outer.call_weight, outer.class), (inner.call_weight, inner.class));
	});
}
