// SPDX-License-Identifier: Apache-2.0

//! Validators: their margin, their seats, and how strong they are together (X.1407 9.2.1 a-b, 9.2.3 e).
//!
//! The consensus gives every seat one vote, so what protects it is who has seats: audited labels, one seat for an organisation, no more than
//! so many for a country, and a margin behind each that is lost by whoever signs two things of which only one can be true.

use crate::{Balance, Country, Inclusion, LabelId, OrganisationId, SessionIndex};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// Amounts of the token as text in JSON: decimal digits of its smallest unit. Numbers of more than 53 bits, of which ten thousand tokens are one, are
/// rounded by many that read JSON. Read as a number too, as people write them into a chain spec.
#[cfg(feature = "serde")]
pub mod amount {
	use crate::Balance;
	use core::fmt;
	use serde::{
		de::{Error, Visitor},
		Deserializer, Serializer,
	};

	/// As text.
	pub fn serialize<S: Serializer>(amount: &Balance, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(amount)
	}

	/// From text, or from a number of at most 64 bits.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Balance, D::Error> {
		struct Amount;

		impl Visitor<'_> for Amount {
			type Value = Balance;

			fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
				f.write_str("an amount in the token's smallest unit: decimal digits in quotes, or a number below 2^64")
			}

			fn visit_u64<E: Error>(self, amount: u64) -> Result<Balance, E> {
				Ok(amount.into())
			}

			fn visit_str<E: Error>(self, text: &str) -> Result<Balance, E> {
				// Digits and nothing else: no sign.
				let is_number = text.bytes().all(|digit| digit.is_ascii_digit());
				let amount = text.parse().ok().filter(|_| is_number);
				amount.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
			}
		}

		deserializer.deserialize_any(Amount)
	}
}

/// A share of something, in billionths.
pub type Billionths = u32;
/// The whole of something, in billionths.
pub const WHOLE: Billionths = 1_000_000_000;

/// What a network asks of its validators. Set at genesis.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct ValidatorTerms {
	/// The least margin that a seat takes.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub margin: Balance,
	/// As many seats as there are.
	pub max_seats: u32,
	/// Nobody leaves, and no suspension takes a seat, where fewer would be left.
	pub min_seats: u32,
	/// As many seats as labels of one country may have.
	pub seats_per_country: u32,
	/// So many may take a seat in a session, and as many may leave theirs or lose it because their label cannot act. Offenders go at once.
	pub churn: u32,
	/// In sessions: for how long margin stays locked after its seat was given up. Longer than evidence takes to arrive.
	pub unbonding: SessionIndex,
	/// In sessions: offenders within this count as acting together. An offender's margin stays locked for so much longer than that of who leaves.
	pub window: SessionIndex,
	/// The least share of a margin that an offence costs.
	pub floor: Billionths,
	/// In sessions: for how long the council can take a slash back.
	pub appeal: SessionIndex,
	/// The share of a slash that goes to whoever reported it.
	pub reporter_share: Billionths,
	/// A seat is lost when its validator made no block while this many times the number of seats were made by others.
	pub absence: u32,
	/// What all validators together earn in a session, in proportion to the blocks that they made, as long as the budget lasts.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub reward: Balance,
}

impl Default for ValidatorTerms {
	/// For sessions of ten minutes.
	fn default() -> Self {
		const DAY: SessionIndex = 24 * 6;
		const TOKEN: Balance = 1_000_000_000_000;
		Self {
			margin: 10_000 * TOKEN,
			max_seats: 100,
			min_seats: 4,
			seats_per_country: 33,
			churn: 1,
			unbonding: 28 * DAY,
			window: 7 * DAY,
			floor: WHOLE / 10,
			appeal: 7 * DAY,
			reporter_share: WHOLE / 10,
			absence: 20,
			reward: 0,
		}
	}
}

/// How a validator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "state", rename_all = "camelCase")
)]
pub enum ValidatorState {
	/// Has margin, and waits for a seat.
	Waiting,
	/// Has a seat, from this session on.
	Seated {
		/// Which session.
		since: SessionIndex,
	},
	/// Lost its seat because it made no blocks; waits again when it says that it is back.
	Absent,
	/// Is about to leave: gives its seat up as soon as churn lets it.
	Retiring,
	/// Left. Its margin can be withdrawn when this session has begun.
	Left {
		/// Which session.
		free: SessionIndex,
	},
	/// Committed an offence. What is left of its margin can be withdrawn when this session has begun.
	Expelled {
		/// Which session.
		free: SessionIndex,
	},
}

/// A validator, under its label.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Validator {
	/// Whose it is. An organisation has one seat.
	pub organisation: OrganisationId,
	/// Where it is at home.
	pub country: Country,
	/// What it stands to lose: held on its account, and not yet slashed.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub margin: Balance,
	/// How it stands.
	#[cfg_attr(feature = "serde", serde(flatten))]
	pub state: ValidatorState,
	/// Since when; who came first has the first seat that is free.
	pub joined: Inclusion,
	/// How many entries its history has.
	pub changes: u32,
}

/// What happened to a validator.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "event", rename_all = "camelCase")
)]
pub enum ValidatorEvent {
	/// It put up margin, and waits for a seat.
	Joined {
		/// How much.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		margin: Balance,
	},
	/// It put up more.
	ToppedUp {
		/// How much more.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		amount: Balance,
	},
	/// It takes a seat.
	Seated {
		/// From this session on.
		session: SessionIndex,
	},
	/// It has its seat no longer.
	Unseated {
		/// From this session on.
		session: SessionIndex,
	},
	/// It lost its seat because it made no blocks.
	WentAbsent,
	/// It is back, and waits for a seat.
	Resumed,
	/// It asked to leave.
	Retired,
	/// It took its margin back.
	Withdrew {
		/// How much.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		amount: Balance,
	},
	/// It committed an offence, and margin was taken.
	Slashed {
		/// The number of the slash.
		slash: SlashId,
		/// How much.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		amount: Balance,
	},
	/// The council took a slash back.
	SlashCancelled {
		/// The number of the slash.
		slash: SlashId,
		/// How much.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		amount: Balance,
	},
	/// A slash was carried out.
	SlashApplied {
		/// The number of the slash.
		slash: SlashId,
		/// What went to the reporter; the rest is burnt.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		rewarded: Balance,
	},
}

/// An entry of a validator's history.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct ValidatorChange {
	/// What.
	#[cfg_attr(feature = "serde", serde(flatten))]
	pub event: ValidatorEvent,
	/// When.
	pub at: Inclusion,
}

/// Number of a slash, from 0.
pub type SlashId = u32;

/// What becomes of a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "state", rename_all = "camelCase")
)]
pub enum SlashState {
	/// Taken from the margin, and carried out when this session begins, if the council does not take it back.
	Pending {
		/// Which session.
		due: SessionIndex,
	},
	/// Carried out.
	Applied,
	/// Taken back by the council.
	Cancelled,
}

/// Margin that an offence costs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Slash {
	/// Whose margin.
	pub label: LabelId,
	/// The session of the offence.
	pub session: SessionIndex,
	/// How many offenders count as acting together, this one included.
	pub offenders: u32,
	/// How many seats there were in that session.
	pub seats: u32,
	/// The share of the margin that all of its offences in the window cost together by now.
	pub fraction: Billionths,
	/// How much this slash took.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub amount: Balance,
	/// Whose report it was, and what it earns; none where the offender reported itself.
	pub reporter: Option<crate::AccountId>,
	/// What is to become of it.
	#[cfg_attr(feature = "serde", serde(flatten))]
	pub state: SlashState,
	/// The incident.
	pub incident: crate::IncidentId,
	/// When it was reported.
	pub at: Inclusion,
}

/// A validator as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct ValidatorStatus {
	/// Its label.
	pub label: LabelId,
	/// The account that holds the label now.
	pub account: Option<crate::AccountId>,
	/// What is kept of it.
	#[cfg_attr(feature = "serde", serde(flatten))]
	pub validator: Validator,
	/// Whether it is in the set of the current session.
	pub votes: bool,
	/// Whether it may make no blocks for the rest of the session.
	pub disabled: bool,
	/// How many blocks it made in the current session.
	pub blocks: u32,
}

/// The fewest seats that could do something together, and what that would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Coalition {
	/// How many seats it takes.
	pub seats: u32,
	/// The smallest sum of margins behind so many seats.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub margin: Balance,
	/// What of it would be slashed: nothing for silence, by the terms of the network for two votes.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub loss: Balance,
	/// How many countries it takes at the least.
	pub countries: u32,
}

/// What is out of the ordinary about the validators (X.1407 9.2.1 b).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "anomaly", rename_all = "camelCase")
)]
pub enum Anomaly {
	/// There are fewer seats than there should be at the least, or too few to tolerate any fault.
	TooFewSeats {
		/// How many there are.
		seats: u32,
	},
	/// One country has more seats than may fail.
	CountryCanStop {
		/// Which.
		country: Country,
		/// How many of the seats.
		seats: u32,
	},
	/// More validators than may fail are disabled or make no blocks.
	TooManyFaulty {
		/// How many.
		seats: u32,
	},
	/// All margins together fell by more than a quarter within a session.
	MarginFell {
		/// From.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		before: Balance,
		/// To.
		#[cfg_attr(feature = "serde", serde(with = "amount"))]
		after: Balance,
	},
	/// More than a third of the seats changed hands within a session.
	SeatsChanged {
		/// How many.
		seats: u32,
	},
}

/// How strong the validators of the current session are (X.1407 9.2.1 a).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Strength {
	/// The session.
	pub session: SessionIndex,
	/// Seats: n.
	pub seats: u32,
	/// As many may fail in any way: f, the largest number smaller than a third of n.
	pub tolerated: u32,
	/// As many votes make a block final: n - f.
	pub quorum: u32,
	/// All margins together.
	#[cfg_attr(feature = "serde", serde(with = "amount"))]
	pub margin: Balance,
	/// Organisations with a seat; as many as seats.
	pub organisations: u32,
	/// Seats of each country, the most first.
	pub countries: Vec<(Country, u32)>,
	/// The cheapest coalition that can stop finality, by saying nothing: f + 1 seats.
	pub stop: Coalition,
	/// The cheapest coalition that can make two blocks final of which only one can be, by voting twice: n - 2f seats.
	pub fork: Coalition,
	/// What is out of the ordinary now.
	pub anomalies: Vec<Anomaly>,
}

#[cfg(all(test, feature = "serde"))]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn amounts_are_text_and_exact_beyond_what_numbers_hold() {
		let slashed = ValidatorEvent::Slashed {
			slash: 3,
			amount: Balance::MAX,
		};
		let told = serde_json::to_value(slashed.clone()).expect("is data");
		let expected = json!({ "event": "slashed", "slash": 3, "amount": "340282366920938463463374607431768211455" });
		assert_eq!(told, expected);
		// Also where they are in what is in something else.
		let change = ValidatorChange {
			event: slashed,
			at: Inclusion {
				block: 7,
				extrinsic: 1,
				time: 14_000,
			},
		};
		let told = serde_json::to_string(&change).expect("is data");
		assert_eq!(
			serde_json::from_str::<ValidatorChange>(&told).expect("it was just written"),
			change
		);
	}

	#[test]
	fn amounts_are_read_as_text_or_as_numbers_and_nothing_else_is_one() {
		let margin = |written| serde_json::from_value::<ValidatorTerms>(json!({ "margin": written })).map(|terms| terms.margin);
		assert_eq!(margin(json!("10000000000000001")).ok(), Some(10_000_000_000_000_001));
		assert_eq!(margin(json!(u64::MAX)).ok(), Some(u64::MAX.into()));
		for none in [
			json!(""),
			json!("+1"),
			json!("-1"),
			json!(" 1"),
			json!("1.0"),
			json!(1.5),
			json!(-1),
			json!(null),
		] {
			assert!(margin(none.clone()).is_err(), "{none}");
		}
	}
}
