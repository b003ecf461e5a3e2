// SPDX-License-Identifier: Apache-2.0

//! Why the runtime refused something, as the events of a block have it.

use crate::chain::ChirographConfig;
use subxt::{
	error::DispatchError,
	events::{Event, Phase},
	ArcMetadata,
};

/// What the runtime says against a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
	/// Pallet and error, `Labels::UnknownLabel` for instance.
	pub(crate) name: String,
	/// What the metadata says about it.
	pub(crate) explanation: Option<String>,
}

impl Refusal {
	/// What an encoded `DispatchError` means by that metadata.
	pub(crate) fn read(bytes: &[u8], metadata: &ArcMetadata) -> Self {
		let Ok(error) = DispatchError::decode_from(bytes, metadata.clone()) else {
			return Self::unreadable();
		};
		let details = match &error {
			DispatchError::Module(module) => module.details().ok(),
			_ => None,
		};
		let Some(details) = details else {
			return Self {
				name: error.to_string(),
				explanation: None,
			};
		};
		let explanation = details.variant.docs.join(" ").trim().to_owned();
		Self {
			name: format!("{}::{}", details.pallet.name(), details.variant.name),
			explanation: Some(explanation).filter(|text| !text.is_empty()),
		}
	}

	/// There is one, and more is not known.
	pub(crate) fn unreadable() -> Self {
		Self {
			name: "an error that this program cannot read".into(),
			explanation: None,
		}
	}

	/// The index of an extrinsic that the runtime refused, and why, if that is what the event is about.
	pub(crate) fn of_extrinsic(event: &Event<'_, ChirographConfig>, metadata: &ArcMetadata) -> Option<(u32, Self)> {
		match (event.phase(), event.pallet_name(), event.event_name()) {
			(Phase::ApplyExtrinsic(index), "System", "ExtrinsicFailed") => {
				Some((index, Self::read(event.field_bytes(), metadata)))
			},
			_ => None,
		}
	}
}
