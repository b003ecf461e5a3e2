// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{
	validator::{Slash, SlashId, Strength, ValidatorChange, ValidatorStatus, ValidatorTerms},
	Balance, LabelId,
};

sp_api::decl_runtime_apis! {
	/// Reads who the validators are, what they stand to lose, what happened to them, and how strong they are together (X.1407 9.2.1 a-b).
	pub trait ValidatorsApi {
		/// Validators in the order of their labels, behind `after`: `limit` at the most, and never more than 100.
		fn validators(after: Option<LabelId>, limit: u32) -> Vec<ValidatorStatus>;

		/// A validator.
		fn validator(label: LabelId) -> Option<ValidatorStatus>;

		/// What happened to a validator, from an entry on, at most 100 entries.
		fn history(label: LabelId, from: u32) -> Vec<ValidatorChange>;

		/// Slashes, from a number on, at most 100 of them.
		fn slashes(from: SlashId) -> Vec<(SlashId, Slash)>;

		/// How strong the validators of the current session are, and what is out of the ordinary about them.
		fn strength() -> Strength;

		/// What the network asks of its validators.
		fn terms() -> ValidatorTerms;

		/// What is left to reward validators with.
		fn budget() -> Balance;
	}
}
