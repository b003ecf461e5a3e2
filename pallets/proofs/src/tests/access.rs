// SPDX-License-Identifier: Apache-2.0

//! Who may do what: the table in the crate's documentation, entry by entry, each on a chain of its own.

use super::*;
use crate::Event;
use chirograph_primitives::Operation;
use frame_support::traits::GetCallName;
use sp_runtime::DispatchError;

/// Somebody who sends a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Actor {
	Unsigned,
	Council,
	/// Who signs in the call, and holds what it is about.
	Owner,
	/// Who is to hold it.
	Next,
	Platform,
	Regulator,
	OtherOwner,
	Stranger,
}

impl Actor {
	/// In the order of the table's columns.
	const ALL: [Self; 8] = [
		Self::Unsigned,
		Self::Council,
		Self::Owner,
		Self::Next,
		Self::Platform,
		Self::Regulator,
		Self::OtherOwner,
		Self::Stranger,
	];

	fn enter(self) -> RuntimeOrigin {
		let key = match self {
			Self::Unsigned => return RuntimeOrigin::none(),
			Self::Council => return RuntimeOrigin::root(),
			Self::Owner => ada(),
			Self::Next => carol(),
			Self::Platform => platform(),
			Self::Regulator => regulator(),
			Self::OtherOwner => bob(),
			Self::Stranger => Key::new(SignatureScheme::Sr25519, 99),
		};
		signed_by(&key.account())
	}
}

/// What comes of a call: `+` it succeeds, `-` the origin is not one for it, `0` the account is not admitted, `s` the entry is skipped
/// because of that.
const TABLE: [(&str, &str); 10] = [
	("register", "--+0+000"),
	("claim", "--+0+000"),
	("revoke", "--+0+000"),
	("register_batch", "--+0+000"),
	("register_many", "--+s+sss"),
	("supersede", "--+0+000"),
	("transfer", "--+++000"),
	("annotate", "--000+00"),
	("renew", "--+0+000"),
	("set_algorithm", "-+------"),
];

#[test]
fn the_table_has_every_call() {
	let named: Vec<_> = TABLE.iter().map(|(name, _)| *name).collect();
	assert_eq!(named, Call::<Test>::get_call_names());
}

/// What came of one entry of `register_many`.
fn skipped() -> Option<DispatchError> {
	events().into_iter().find_map(|event| match event {
		Event::Skipped { error, .. } => Some(error),
		_ => None,
	})
}

#[test]
fn each_call_can_be_sent_by_whom_the_table_names_and_by_nobody_else() {
	for (name, row) in TABLE {
		for (actor, verdict) in Actor::ALL.into_iter().zip(row.chars()) {
			with_chain(|| {
				let call = call_of(name, Schema::Document);
				events();
				let (origin, what) = (actor.enter(), format!("{name} by {actor:?}"));
				let outcome = dispatch(origin, call);
				let expected = match verdict {
					'-' => Err(DispatchError::BadOrigin),
					'0' => Err(NOT_ADMITTED),
					_ => Ok(()),
				};
				assert_eq!(outcome, expected, "{what}");
				assert_eq!(skipped(), (verdict == 's').then_some(NOT_ADMITTED), "{what}");
			});
		}
	}
}

/// Calls in which somebody signs.
fn signed_calls() -> impl Iterator<Item = &'static str> {
	let names = TABLE.into_iter().map(|(name, _)| name);
	names.filter(|name| !matches!(*name, "annotate" | "set_algorithm"))
}

/// What came of `call`, sent by Ada, or of its only entry.
fn outcome(call: Call<Test>) -> DispatchResult {
	events();
	send(&Key::new(SignatureScheme::Ecdsa, 1), call)?;
	skipped().map_or(Ok(()), Err)
}

#[test]
fn who_signs_needs_the_role_of_the_schema_and_no_other_suffices() {
	for name in signed_calls() {
		for schema in [Schema::Document, Schema::Certificate, Schema::Invoice] {
			for role in Role::ALL {
				with_chain(|| {
					let call = call_of(name, schema);
					admit_only(&Key::new(SignatureScheme::Ecdsa, 1).account(), role);
					let expected = if role == schema.role() { Ok(()) } else { Err(NOT_ADMITTED) };
					assert_eq!(outcome(call), expected, "{name}, {schema:?} by {role:?}");
				});
			}
		}
	}
}

#[test]
fn who_is_handed_a_proof_needs_the_role_of_its_schema() {
	for schema in [Schema::Document, Schema::Certificate, Schema::Invoice] {
		for role in Role::ALL {
			with_chain(|| {
				let call = call_of("transfer", schema);
				admit_only(&Key::new(SignatureScheme::Sr25519, 3).account(), role);
				let expected = if role == schema.role() { Ok(()) } else { Err(NOT_ADMITTED) };
				assert_eq!(outcome(call), expected, "{schema:?} to {role:?}");
			});
		}
	}
}

/// The holder's own word is asked for, whoever submits; what submitter and next holder guard is their own affair.
#[test]
fn what_a_holder_guards_takes_the_holder_s_confirmation() {
	for name in signed_calls() {
		let guarded = if name == "transfer" {
			Operation::Transferring
		} else {
			Operation::Registering
		};
		for operation in Operation::ALL {
			with_chain(|| {
				let call = call_of(name, Schema::Document);
				for other in [carol(), platform()] {
					guard(&other.account(), operation);
				}
				assert_eq!(skipped(), None);
				guard(&ada().account(), operation);
				let expected = if operation == guarded { Err(NOT_CONFIRMED) } else { Ok(()) };
				assert_eq!(outcome(call), expected, "{name} with {operation:?} guarded");
			});
		}
	}
}

#[test]
fn what_a_platform_guards_is_not_asked_for_when_it_submits_for_others() {
	for name in signed_calls() {
		with_chain(|| {
			let call = call_of(name, Schema::Document);
			for operation in Operation::ALL {
				guard(&platform().account(), operation);
			}
			assert_ok!(send(&platform(), call));
			assert_eq!(skipped(), None);
		});
	}
}
