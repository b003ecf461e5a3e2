// SPDX-License-Identifier: Apache-2.0

//! A key's consent to hold a label, as a file, so that the machine with the new key and the machine that moves the label can be two
//! (X.1407 9.1.2 b).
//!
//! 1. Ada's label is to move to a key on another machine. That key signs that it takes the label over, and the file is carried away.
//! 2. Ada's old key sends it. The ledger checks the signature, so that no label goes to a key that nobody has, and the old key is dead.
//! 3. Had Ada lost the old key, she would have brought the file to an auditor, who sends it once convinced that it is Ada.
//!
//! # The takeover file
//!
//! ```json
//! {
//!   "format": "chirograph/takeover/v1", "genesisHash": "0x…", "label": 7, "account": "5…", "validUntil": 1200, "scheme": "ecdsa",
//!   "signature": "0x…"
//! }
//! ```
//!
//! The signature is over the bytes of [`payload::takeover`], not over the file.

use crate::{
	document::{self, Fault},
	file,
	keys::{format_account, Keypair},
};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	AccountId, BlockNumber, LabelId, OwnerSignature, SignatureFault, SignatureScheme,
};
use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use std::path::Path;

const FORMAT: &str = "chirograph/takeover/v1";
/// No takeover is larger. In bytes.
const MAX_BYTES: usize = 4 * 1024;

/// Why a takeover cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// It is not a takeover, or not any more.
	#[error("{origin} is not acceptable: {fault}; have the new key sign it again")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// The new key signed for another network.
	#[error("the takeover is for the network {}, and this is {}; have the new key sign one for this network",
		document::to_hex(.found), document::to_hex(.expected))]
	AnotherNetwork {
		/// Genesis hash of the network at hand.
		expected: GenesisHash,
		/// Genesis hash that was signed for.
		found: GenesisHash,
	},
	/// The new key signed for another label.
	#[error(
		"the takeover is of label {found}, and what is to be moved is label {expected}; have the new key sign one of that label"
	)]
	OtherLabel {
		/// The label that is to be moved.
		expected: LabelId,
		/// The label that was signed for.
		found: LabelId,
	},
	/// The new key signed for a time that is over.
	#[error("the takeover was valid until block {valid_until}, and the chain is at {current}; have the new key sign it anew")]
	Expired {
		/// The last block in which it could be used.
		valid_until: BlockNumber,
		/// The newest block.
		current: BlockNumber,
	},
	/// No signature of its scheme at all.
	#[error("the signature in the takeover is not one of its scheme; have the new key sign it again")]
	Malformed,
	/// Signed with another key, or changed after it was signed.
	#[error("the signature is not by {account} over what the takeover says; have the new key sign it again")]
	NotByAccount {
		/// Who is named as the new holder.
		account: String,
	},
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

/// A new key's signature with all that it is over. See the [module](self)'s description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Takeover {
	/// The network that it is for.
	pub genesis_hash: GenesisHash,
	/// What is to be held.
	pub label: LabelId,
	/// Who consents to hold it.
	pub account: AccountId,
	/// The last block in which it may be used.
	pub valid_until: BlockNumber,
	/// The account's signature over [`Self::payload`].
	pub signature: OwnerSignature,
}

impl Takeover {
	/// Consents, with a key that never held a label, to hold this one.
	pub fn sign(keypair: &Keypair, genesis_hash: &GenesisHash, label: LabelId, valid_until: BlockNumber) -> Self {
		let account = keypair.account();
		let signature = keypair.sign_owner(&payload::takeover(genesis_hash, label, &account, valid_until));
		Self {
			genesis_hash: *genesis_hash,
			label,
			account,
			valid_until,
			signature,
		}
	}

	/// The bytes that are signed.
	pub fn payload(&self) -> Vec<u8> {
		payload::takeover(&self.genesis_hash, self.label, &self.account, self.valid_until)
	}

	/// Whether it can still be used on a network, whose newest block is `current`, for `label`, and is by the account that it names.
	///
	/// What is submitted now enters the next block at the earliest, so that it has expired when `current` is its last block.
	pub fn check(&self, genesis_hash: &GenesisHash, label: LabelId, current: BlockNumber) -> Result<(), Error> {
		if self.genesis_hash != *genesis_hash {
			return Err(Error::AnotherNetwork {
				expected: *genesis_hash,
				found: self.genesis_hash,
			});
		}
		self.signature
			.verify(&self.payload(), &self.account)
			.map_err(|fault| match fault {
				SignatureFault::Malformed => Error::Malformed,
				SignatureFault::Mismatch => Error::NotByAccount {
					account: format_account(&self.account),
				},
			})?;
		if self.label != label {
			return Err(Error::OtherLabel {
				expected: label,
				found: self.label,
			});
		}
		if self.valid_until <= current {
			return Err(Error::Expired {
				valid_until: self.valid_until,
				current,
			});
		}
		Ok(())
	}

	/// Reads a takeover. It is data yet: [`Self::check`] says whether it counts.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the takeover", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		document::read(bytes, MAX_BYTES, FORMAT).map_err(|fault| Error::Damaged {
			origin: origin.to_owned(),
			fault,
		})
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// Reads a file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::parse_from(&format!("the takeover {}", path.display()), &bytes)
	}

	/// Writes a file that does not exist yet. For the user alone: a thief of the old key could use it, too.
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), true)?)
	}
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Format {
	#[serde(rename = "chirograph/takeover/v1")]
	V1,
}

/// The file's layout.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
	format: Format,
	#[serde(with = "document::hexadecimal")]
	genesis_hash: GenesisHash,
	label: LabelId,
	#[serde(with = "document::account")]
	account: AccountId,
	valid_until: BlockNumber,
	scheme: SignatureScheme,
	#[serde(with = "document::hexadecimal")]
	signature: Vec<u8>,
}

// The ledger's encoding of a signature is that of its scheme, and then the signature's bytes.

impl From<Takeover> for Document {
	fn from(takeover: Takeover) -> Self {
		let scheme = takeover.signature.scheme();
		Self {
			format: Format::V1,
			genesis_hash: takeover.genesis_hash,
			label: takeover.label,
			account: takeover.account,
			valid_until: takeover.valid_until,
			scheme,
			signature: takeover.signature.encode().split_off(scheme.encoded_size()),
		}
	}
}

impl TryFrom<Document> for Takeover {
	type Error = &'static str;

	fn try_from(document: Document) -> Result<Self, Self::Error> {
		let encoded = [document.scheme.encode(), document.signature].concat();
		let signature = OwnerSignature::decode_all(&mut &encoded[..]);
		Ok(Self {
			genesis_hash: document.genesis_hash,
			label: document.label,
			account: document.account,
			valid_until: document.valid_until,
			signature: signature.map_err(|_| "the signature has not the length of its scheme")?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const GENESIS: GenesisHash = [9; 32];
	const LABEL: LabelId = 7;
	const SCHEMES: [SignatureScheme; 3] = [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519];

	fn takeover(scheme: SignatureScheme) -> Takeover {
		let new = Keypair::dev("//New", scheme).expect("is a path");
		Takeover::sign(&new, &GENESIS, LABEL, 100)
	}

	#[test]
	fn a_takeover_counts_until_its_last_block() {
		for takeover in SCHEMES.map(takeover) {
			assert!(takeover.check(&GENESIS, LABEL, 0).is_ok());
			assert!(takeover.check(&GENESIS, LABEL, 99).is_ok());
			let late = takeover.check(&GENESIS, LABEL, 100);
			assert!(
				matches!(
					late,
					Err(Error::Expired {
						valid_until: 100,
						current: 100
					})
				),
				"{late:?}"
			);
		}
	}

	#[test]
	fn another_network_and_another_label_are_named() {
		let (takeover, other) = (takeover(SignatureScheme::Ecdsa), [8; 32]);
		let refused = takeover.check(&other, LABEL, 0);
		assert!(matches!(refused, Err(Error::AnotherNetwork { expected, found }) if expected == other && found == GENESIS));
		let refused = takeover.check(&GENESIS, 2, 0).expect_err("is for another label");
		assert!(matches!(
			refused,
			Error::OtherLabel {
				expected: 2,
				found: LABEL
			}
		));
		assert!(refused.to_string().contains("label 7"), "{refused}");
	}

	/// Nothing can be exchanged after the key has signed. The first assertion is the control.
	#[test]
	fn whatever_is_changed_after_signing_refuses() {
		let changes: [fn(&mut Takeover); 4] = [
			|signed| signed.genesis_hash = [8; 32],
			|signed| signed.label += 1,
			|signed| signed.account = AccountId::new([5; 32]),
			|signed| signed.valid_until += 1,
		];
		for signed in SCHEMES.map(takeover) {
			assert!(signed.check(&GENESIS, LABEL, 0).is_ok());
			for (number, change) in changes.iter().enumerate() {
				let mut changed = signed.clone();
				change(&mut changed);
				// The network and the label that the changed file names, so that the signature is what refuses.
				let result = changed.check(&changed.genesis_hash, changed.label, 0);
				let scheme = signed.signature.scheme();
				assert!(
					matches!(result, Err(Error::NotByAccount { .. })),
					"{scheme}, change {number}: {result:?}"
				);
			}
		}
	}

	#[test]
	fn what_is_no_signature_is_malformed() {
		let mut takeover = takeover(SignatureScheme::Ecdsa);
		takeover.signature = OwnerSignature::Ecdsa([0; 65].into());
		assert!(matches!(takeover.check(&GENESIS, LABEL, 0), Err(Error::Malformed)));
	}

	#[test]
	fn a_takeover_survives_being_written_and_read() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		for takeover in SCHEMES.map(takeover) {
			let path = directory.path().join(format!("{}.json", takeover.signature.scheme()));
			takeover.write_new(&path).expect("can be written");
			assert_eq!(Takeover::read(&path).expect("can be read"), takeover);
			assert!(matches!(
				takeover.write_new(&path),
				Err(Error::File(file::Error::Exists { .. }))
			));
		}
	}

	/// The bytes of each scheme stand in the file as they are, without what names the scheme on the ledger.
	#[test]
	fn the_file_has_scheme_and_signature_apart() {
		for (takeover, length) in SCHEMES.map(takeover).into_iter().zip([65, 64, 64]) {
			let text = String::from_utf8(takeover.canonical()).expect("is JSON");
			let bytes: &[u8] = match &takeover.signature {
				OwnerSignature::Ecdsa(signature) => signature.as_ref(),
				OwnerSignature::Sr25519(signature) => signature.as_ref(),
				OwnerSignature::Ed25519(signature) => signature.as_ref(),
			};
			assert_eq!(bytes.len(), length);
			assert!(
				text.contains(&format!(r#""signature":"{}""#, document::to_hex(bytes))),
				"{text}"
			);
			assert!(
				text.contains(&format!(r#""scheme":"{}""#, takeover.signature.scheme())),
				"{text}"
			);
		}
	}

	#[test]
	fn a_file_has_what_its_format_demands_and_no_more() {
		let text = String::from_utf8(takeover(SignatureScheme::Ecdsa).canonical()).expect("is JSON");
		let fault = |from: &str, to: &str| {
			assert!(text.contains(from), "{from} is in {text}");
			match Takeover::parse(text.replacen(from, to, 1).as_bytes()) {
				Err(Error::Damaged { fault, .. }) => fault,
				other => panic!("{from} -> {to}: {other:?}"),
			}
		};
		for (from, to) in [
			(r#","label":7"#, ""),
			(r#""label":7"#, r#""label":4294967296"#),
			(r#""scheme":"ecdsa""#, r#""scheme":"sr25519""#),
			(r#""signature":"0x"#, r#""signature":"0x00"#),
			(r#""genesisHash":"0x"#, r#""genesisHash":"0x00"#),
			(r#""account":"5"#, r#""account":"6"#),
		] {
			let fault = fault(from, to);
			assert!(matches!(fault, Fault::Malformed(_)), "{from} -> {to}: {fault:?}");
		}
		assert!(matches!(fault("{", r#"{"note":"","#), Fault::Unknown(_)));
		assert!(matches!(fault("/v1", "/v2"), Fault::OtherFormat { .. }));
		let large = vec![b' '; MAX_BYTES + 1];
		assert!(matches!(
			Takeover::parse(&large),
			Err(Error::Damaged {
				fault: Fault::TooLarge { .. },
				..
			})
		));
	}

	proptest! {
		#[test]
		fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
			prop_assert!(Takeover::parse(&bytes).is_err());
		}

		/// A flipped bit is refused by the reader or by the check, or it is a digit's case, which says the same.
		#[test]
		fn any_flipped_bit_of_the_file_refuses(place: prop::sample::Index, bit in 0u8..8) {
			let signed = takeover(SignatureScheme::Ed25519);
			let mut bytes = signed.canonical();
			let place = place.index(bytes.len());
			bytes[place] ^= 1 << bit;
			if let Ok(changed) = Takeover::parse(&bytes) {
				prop_assert!(changed == signed || changed.check(&GENESIS, LABEL, 0).is_err(), "byte {}", place);
			}
		}
	}
}
