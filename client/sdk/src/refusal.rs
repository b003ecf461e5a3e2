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
		let name = format!("{}::{}", details.pallet.name(), details.variant.name);
		let explanation = match advice(&name) {
			Some(advice) => advice.to_owned(),
			None => details.variant.docs.join(" ").trim().to_owned(),
		};
		Self {
			name,
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

/// What to do about errors of pallets that are not this project's: their metadata does not say.
fn advice(name: &str) -> Option<&'static str> {
	match name {
		"Session::InvalidProof" => Some(
			"the session keys did not sign for this account: have your own node make keys for the account that you sign with, and give its keys and its proof as they are",
		),
		"Session::DuplicatedKey" => {
			Some("another validator uses one of these session keys: have your own node make new ones, and never run two nodes with the same")
		},
		"Session::NoKeys" => Some("this account has no session keys: set some with `chirograph validator rotate-keys`"),
		"Session::NoAccount" => Some("this account has no balance to exist by: have tokens sent to it first"),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_to_do_about_refused_session_keys_is_said_and_of_others_the_metadata_speaks() {
		for name in ["InvalidProof", "DuplicatedKey", "NoKeys", "NoAccount"] {
			let advice = advice(&format!("Session::{name}"));
			assert!(advice.is_some_and(|advice| advice.contains(": ")), "{name}: {advice:?}");
		}
		assert_eq!(advice("Labels::UnknownLabel"), None);
	}
}
