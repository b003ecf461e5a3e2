// SPDX-License-Identifier: Apache-2.0

//! A second factor for a label: a passkey in an authenticator, such as a phone or a security key (X.1407 9.1.1 d).
//!
//! 1. Ada has her authenticator make a passkey, in a browser on any page of hers, and keeps what it says of it (a [`Registration`]).
//! 2. She makes a [`Request`] to bind it ([`request_binding`]). Her page asks the passkey to sign the challenge in it, and gives her a
//!    [`Confirmation`]. With that, and with her key, she [binds](bind) the passkey: from now on, what she chose takes both.
//! 3. She wants to register. Whoever is to send the call makes a request for exactly that call ([`request`]); her passkey confirms it; the
//!    call is sent with the confirmation ([`confirm_and_submit`]), which is good for it once.
//! 4. She gets another authenticator. It is bound as the first one was, and the one of before confirms that; or she
//!    [removes](unbind) it.
//!
//! # Which page
//!
//! Page and authenticator are not ours. A page that asks for something else than it says gets nowhere with that alone: what was confirmed is
//! one call, and takes the label's key besides. But an authenticator does not show what it signs. Whoever has the key *and* runs the page has
//! both factors: while Ada believes that she confirms her registration, her passkey confirms what they want. So the page is one of hers, and
//! best not on the machine that has the key; and what it shows is to be compared with the request, which says what it is for.
//!
//! # The request file
//!
//! ```json
//! {
//!   "format": "chirograph/passkey-request/v1", "genesisHash": "0x…", "label": 7, "sequence": 3,
//!   "purpose": { "confirms": "call", "call": "Proofs.register", "callHash": "0x…" },
//!   "rpId": "example.org", "challenge": "…", "userVerification": "required"
//! }
//! ```
//!
//! It has what `PublicKeyCredential.parseRequestOptionsFromJSON` of a browser asks for, and can be given to it as it is: the challenge in
//! base64url, `rpId` and `userVerification`. The other members are for people to read. To bind a passkey, the purpose has `key` and `guarded`.
//!
//! # What a page gives back
//!
//! The JSON of a credential as `PublicKeyCredential.toJSON` has it (W3C, Web Authentication Level 3), after `navigator.credentials.create`
//! (a [`Registration`]) or `navigator.credentials.get` (a [`Confirmation`]). Members that are not needed may be missing.

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	document::{self, Fault},
	error::{Error as SdkError, ErrorKind},
	file,
	keys::Keypair,
	labels::{existing, label_after, Finalised},
	submit::{call, Call, Encoded, Included, Submitter},
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use chirograph_primitives::{
	passkey::{challenge, encode_challenge, MAX_ASSERTION_SIGNATURE, MAX_AUTHENTICATOR_DATA, MAX_CLIENT_DATA, PASSKEY_LENGTH},
	payload::{self, GenesisHash},
	AccountId, AdmissionFault, Assertion, AssertionFault, BoundPasskey, LabelId, LabelStatus, Operations, Passkey,
};
use p256::{elliptic_curve::sec1::ToEncodedPoint, pkcs8::DecodePublicKey, PublicKey};
use serde::{
	de::{DeserializeOwned, Error as _},
	Deserialize, Deserializer, Serialize, Serializer,
};
use sp_core::{Blake2Hasher, Hasher};
use sp_runtime::{traits::ConstU32, BoundedVec};
use std::{path::Path, time::Duration};

/// No credential is larger. In bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Of so many confirmations before, it is known whether one is given again.
const REMEMBERED: usize = 1_000;

/// Why a passkey, or what it gave, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Not what a page gives back.
	#[error("{origin} is not acceptable: {fault}; have the page write what `PublicKeyCredential.toJSON` gives")]
	Damaged {
		/// Which file or document.
		origin: String,
		/// What is wrong with it.
		fault: Fault,
	},
	/// A key of another kind.
	#[error("the passkey is not for the curve P-256; have one made with the algorithm -7 (ES256)")]
	NotP256,
	/// There is nothing that could confirm.
	#[error("label {label} has no passkey; bind one with `chirograph passkey bind`")]
	NoPasskey {
		/// Which label.
		label: LabelId,
	},
	/// There is one already, and it was not asked.
	#[error(
		"label {label} has a passkey already, which must confirm that another takes its place; write a request for it with --write-request"
	)]
	AlreadyBound {
		/// Which label.
		label: LabelId,
	},
	/// The page would ask for another passkey.
	#[error("the passkey of label {label} is for another domain than {rp_id}; name the one that it was made on")]
	OtherRelyingParty {
		/// Whose passkey.
		label: LabelId,
		/// As given.
		rp_id: String,
	},
	/// What the passkey gave does not count.
	#[error("{}", explain(*fault))]
	NotConfirmed {
		/// Why.
		fault: AssertionFault,
	},
	/// It confirmed that, and that was used up.
	#[error("the passkey confirmed this before, as number {sequence}, and that was used up: each confirmation is good once; write a new request, and have that confirmed")]
	Replayed {
		/// How many the label had used up before.
		sequence: u32,
	},
	/// The authenticator counts, and did not get any further.
	#[error("by its own count, the authenticator was used before it was used for this, or this comes from a copy of it; have it confirm anew, and replace it if that does not help")]
	CountedBack,
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

fn explain(fault: AssertionFault) -> &'static str {
	match fault {
		AssertionFault::Malformed => {
			"what the passkey gave is no assertion for this; have the page call `navigator.credentials.get` with the request"
		},
		AssertionFault::OtherRelyingParty => {
			"the passkey was used for another domain, or by a page inside of another one's; use the page that it was made on"
		},
		AssertionFault::OtherChallenge => {
			"the passkey confirmed something else: a confirmation is for one call of one label, and good once; write a new request, and have that confirmed"
		},
		AssertionFault::UserNotVerified => {
			"the authenticator did not make sure who used it; have the page ask for it, with the user verification `required`"
		},
		AssertionFault::WrongSignature => "this is not by the passkey of the label; have the right authenticator confirm",
	}
}

impl Error {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::NoPasskey { .. } | Self::AlreadyBound { .. } => ErrorKind::Refused,
			_ => ErrorKind::Input,
		}
	}
}

/// What a passkey is to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "confirms", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Purpose {
	/// A call.
	Call {
		/// Its pallet and name.
		call: String,
		/// BLAKE2b-256 of its encoding.
		#[serde(with = "document::hexadecimal")]
		call_hash: [u8; 32],
	},
	/// That it is bound itself.
	Binding {
		/// Its public key, compressed.
		#[serde(with = "document::hexadecimal")]
		key: [u8; PASSKEY_LENGTH],
		/// What it is to guard.
		guarded: Operations,
	},
}

/// What a page asks a passkey for. See the [module](self)'s description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
	format: Format,
	/// The network that it is for.
	#[serde(with = "document::hexadecimal")]
	pub genesis_hash: GenesisHash,
	/// Whose passkey.
	pub label: LabelId,
	/// How many confirmations the label will have used up when it is this one's turn.
	pub sequence: u32,
	/// What for.
	pub purpose: Purpose,
	/// The domain of the page that asks.
	pub rp_id: String,
	/// What is to be signed.
	#[serde(serialize_with = "as_base64url")]
	pub challenge: [u8; 32],
	user_verification: UserVerification,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Format {
	#[serde(rename = "chirograph/passkey-request/v1")]
	V1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum UserVerification {
	Required,
}

fn as_base64url<S: Serializer>(challenge: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&encode_challenge(challenge))
}

impl Request {
	fn new(genesis: &GenesisHash, label: LabelId, sequence: u32, purpose: Purpose, rp_id: &str, confirmed: &[u8]) -> Self {
		Self {
			format: Format::V1,
			genesis_hash: *genesis,
			label,
			sequence,
			purpose,
			rp_id: rp_id.to_owned(),
			challenge: challenge(genesis, label, sequence, confirmed),
			user_verification: UserVerification::Required,
		}
	}

	/// The canonical bytes.
	pub fn canonical(&self) -> Vec<u8> {
		document::canonical(self)
	}

	/// Writes a file that does not exist yet. There is no secret in it.
	pub fn write_new(&self, path: &Path) -> Result<(), Error> {
		Ok(file::write_new(path, &self.canonical(), false)?)
	}
}

/// A passkey that an authenticator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
	/// The public key, compressed.
	pub key: [u8; PASSKEY_LENGTH],
}

/// What an authenticator signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
	/// The assertion, as the ledger judges it.
	pub assertion: Assertion,
}

/// Serde: bytes in base64url without padding; of an assertion, no more than the ledger takes.
fn base64url<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
	let bytes = URL_SAFE_NO_PAD.decode(String::deserialize(deserializer)?);
	let bytes = bytes.map_err(|_| D::Error::custom("expected base64url without padding"))?;
	let length = bytes.len();
	T::try_from(bytes).map_err(|_| D::Error::custom(format_args!("{length} bytes are too many here")))
}

#[derive(Deserialize)]
struct Credential<T> {
	response: T,
}

impl Registration {
	/// Reads what a page gives back when a passkey was made.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the registration", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		#[derive(Deserialize)]
		#[serde(rename_all = "camelCase")]
		struct Response {
			#[serde(deserialize_with = "base64url")]
			public_key: Vec<u8>,
		}
		let Credential::<Response> { response } = decode(origin, bytes)?;
		let public_key = PublicKey::from_public_key_der(&response.public_key).map_err(|_| Error::NotP256)?;
		let point = public_key.to_encoded_point(true);
		let key = point.as_bytes().try_into();
		Ok(Self {
			key: key.expect("a compressed point of this curve has that length"),
		})
	}

	/// Reads a file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::parse_from(&format!("the registration {}", path.display()), &bytes)
	}

	/// The passkey, as one for pages of that domain.
	pub fn passkey(&self, rp_id: &str) -> Passkey {
		Passkey {
			key: self.key,
			rp_id_hash: document::sha256(rp_id.as_bytes()),
		}
	}
}

impl Confirmation {
	/// Reads what a page gives back when a passkey was used. It is data yet: the ledger says whether it counts.
	pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
		Self::parse_from("the confirmation", bytes)
	}

	fn parse_from(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
		#[derive(Deserialize)]
		#[serde(rename_all = "camelCase")]
		struct Response {
			#[serde(deserialize_with = "base64url")]
			authenticator_data: BoundedVec<u8, ConstU32<MAX_AUTHENTICATOR_DATA>>,
			#[serde(rename = "clientDataJSON", deserialize_with = "base64url")]
			client_data: BoundedVec<u8, ConstU32<MAX_CLIENT_DATA>>,
			#[serde(deserialize_with = "base64url")]
			signature: BoundedVec<u8, ConstU32<MAX_ASSERTION_SIGNATURE>>,
		}
		let Credential::<Response> { response } = decode(origin, bytes)?;
		Ok(Self {
			assertion: Assertion {
				authenticator_data: response.authenticator_data,
				client_data: response.client_data,
				signature: response.signature,
			},
		})
	}

	/// Reads a file.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_BYTES as u64)?;
		Self::parse_from(&format!("the confirmation {}", path.display()), &bytes)
	}

	/// Whether the ledger will take it for a label that has used up so many confirmations. Asking here spares a fee.
	fn check(
		&self,
		bound: &BoundPasskey,
		genesis: &GenesisHash,
		label: LabelId,
		sequence: u32,
		confirmed: &[u8],
	) -> Result<(), Error> {
		let judge = |sequence| {
			let challenge = challenge(genesis, label, sequence, confirmed);
			self.assertion.verify(&bound.passkey, &challenge)
		};
		let counter = judge(sequence).map_err(|fault| {
			let mut before = (0..sequence).rev().take(REMEMBERED);
			let replayed = match fault {
				AssertionFault::OtherChallenge => before.find(|sequence| judge(*sequence).is_ok()),
				_ => None,
			};
			replayed.map_or(Error::NotConfirmed { fault }, |sequence| Error::Replayed { sequence })
		})?;
		bound.is_later(counter).then_some(()).ok_or(Error::CountedBack)
	}
}

fn decode<T: DeserializeOwned>(origin: &str, bytes: &[u8]) -> Result<T, Error> {
	document::decode(bytes, MAX_BYTES).map_err(|fault| Error::Damaged {
		origin: origin.to_owned(),
		fault,
	})
}

/// What the ledger knows of a label's passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guard {
	/// Whose.
	pub label: LabelId,
	/// The passkey; none if the label has none.
	pub passkey: Option<Bound>,
	/// What it guards.
	pub guarded: Operations,
	/// How many confirmations the label used up.
	pub confirmations: u32,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// A passkey that is bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
	/// The public key, compressed.
	#[serde(with = "document::hexadecimal")]
	pub key: [u8; PASSKEY_LENGTH],
	/// SHA-256 of the domain that it is for.
	#[serde(with = "document::hexadecimal")]
	pub rp_id_hash: [u8; 32],
	/// How often it was used, by its own count; zero if it does not count.
	pub counter: u32,
}

/// How a label stands, for whoever is to confirm something for it.
struct Standing {
	bound: Option<BoundPasskey>,
	sequence: u32,
}

impl Standing {
	async fn of(chain: &Chain, at: &FinalisedBlock, label: LabelId) -> Result<Self, SdkError> {
		let bound = chain.passkey(at, label).await?;
		if bound.is_none() {
			// Maybe there is no such label.
			existing(chain, at, label).await?;
		}
		Ok(Self {
			bound,
			sequence: chain.confirmations(at, label).await?,
		})
	}

	fn bound(&self, label: LabelId) -> Result<&BoundPasskey, Error> {
		self.bound.as_ref().ok_or(Error::NoPasskey { label })
	}
}

/// What the ledger knows of a label's passkey.
pub async fn show(chain: &Chain, label: LabelId) -> Result<Guard, SdkError> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let status = chain
		.label_status(&at, label)
		.await?
		.ok_or(SdkError::LabelNotFound { label })?;
	let standing = Standing::of(chain, &at, label).await?;
	Ok(Guard {
		label,
		passkey: standing.bound.map(|bound| Bound {
			key: bound.passkey.key,
			rp_id_hash: bound.passkey.rp_id_hash,
			counter: bound.counter,
		}),
		guarded: status.label.guarded,
		confirmations: standing.sequence,
		as_of: BlockId::of(&at),
	})
}

/// What the passkey of `label` is to confirm, so that `call` can be sent; on a page of `rp_id`, the domain that it was made on.
pub async fn request(chain: &Chain, label: LabelId, rp_id: &str, call: &Call) -> Result<Request, SdkError> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let standing = Standing::of(chain, &at, label).await?;
	if standing.bound(label)?.passkey.rp_id_hash != document::sha256(rp_id.as_bytes()) {
		let rp_id = rp_id.to_owned();
		return Err(Error::OtherRelyingParty { label, rp_id }.into());
	}
	let encoded = chain.encode_call(&at, call)?;
	let purpose = Purpose::Call {
		call: format!("{}.{}", call.pallet_name(), call.call_name()),
		call_hash: Blake2Hasher::hash(&encoded).0,
	};
	Ok(Request::new(
		chain.genesis(),
		label,
		standing.sequence,
		purpose,
		rp_id,
		&encoded,
	))
}

/// What a new passkey is to confirm, so that it can be bound to `label` and guard these operations.
pub async fn request_binding(
	chain: &Chain,
	label: LabelId,
	rp_id: &str,
	registration: &Registration,
	guarded: Operations,
) -> Result<Request, SdkError> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let sequence = Standing::of(chain, &at, label).await?.sequence_to_bind();
	let confirmed = payload::binding(&registration.passkey(rp_id), guarded);
	let key = registration.key;
	let purpose = Purpose::Binding { key, guarded };
	Ok(Request::new(chain.genesis(), label, sequence, purpose, rp_id, &confirmed))
}

impl Standing {
	/// Where a passkey is bound, it confirms the binding of the next one, and uses a confirmation up before it is that one's turn.
	fn sequence_to_bind(&self) -> u32 {
		self.sequence.saturating_add(u32::from(self.bound.is_some()))
	}

	/// See the function of this name.
	fn binding(
		&self,
		genesis: &GenesisHash,
		label: LabelId,
		passkey: &Passkey,
		guarded: Operations,
		confirmation: &Confirmation,
	) -> Result<Call, Error> {
		let sequence = self.sequence_to_bind();
		let unused = BoundPasskey {
			passkey: *passkey,
			counter: 0,
		};
		confirmation.check(&unused, genesis, label, sequence, &payload::binding(passkey, guarded))?;
		let arguments = (passkey, guarded, sequence, &confirmation.assertion);
		Ok(call("Labels", "bind_passkey", &arguments))
	}
}

/// The call by which a passkey is bound to `label`, with what it confirmed itself: for the passkey of before to confirm, if there is one.
/// Refuses what the ledger would not take for a confirmation.
pub async fn binding(
	chain: &Chain,
	label: LabelId,
	passkey: &Passkey,
	guarded: Operations,
	confirmation: &Confirmation,
) -> Result<Call, SdkError> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let standing = Standing::of(chain, &at, label).await?;
	Ok(standing.binding(chain.genesis(), label, passkey, guarded, confirmation)?)
}

/// The call by which a passkey is removed: for the passkey to confirm.
pub fn unbinding() -> Call {
	call("Labels", "unbind_passkey", &())
}

/// Guards operations of the holder's label with a passkey, which confirmed that. If another one is bound, it has to confirm
/// [that call](binding): `replaced` is its confirmation.
pub async fn bind(
	submitter: &Submitter,
	holder: &Keypair,
	passkey: &Passkey,
	guarded: Operations,
	confirmation: &Confirmation,
	replaced: Option<&Confirmation>,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, SdkError> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let label = label_of(chain, &holder.account()).await?;
	let at = chain.finalised().await?;
	let standing = Standing::of(chain, &at, label).await?;
	let call = standing.binding(chain.genesis(), label, passkey, guarded, confirmation)?;
	let included = match (&standing.bound, replaced) {
		(None, _) => submitter.submit(&call, holder, patience).await?,
		(Some(_), Some(replaced)) => confirm_and_submit(submitter, holder, label, &call, replaced, patience).await?,
		(Some(_), None) => return Err(Error::AlreadyBound { label }.into()),
	};
	label_after(chain, &chain.at(&included).await?, label).await
}

/// Removes the passkey of the holder's label, which confirmed that.
pub async fn unbind(
	submitter: &Submitter,
	holder: &Keypair,
	confirmation: &Confirmation,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, SdkError> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let label = label_of(chain, &holder.account()).await?;
	let included = confirm_and_submit(submitter, holder, label, &unbinding(), confirmation, patience).await?;
	label_after(chain, &chain.at(&included).await?, label).await
}

/// Sends `call` with the confirmation of it by the passkey of `label`, which need not be the sender's. Returns where it is final; or fails
/// after `patience`. Refuses, before anything is sent, what the ledger would not take for a confirmation.
pub async fn confirm_and_submit(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	call: &Call,
	confirmation: &Confirmation,
	patience: Duration,
) -> Result<Included, SdkError> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let standing = Standing::of(chain, &at, label).await?;
	let encoded = chain.encode_call(&at, call)?;
	confirmation.check(standing.bound(label)?, chain.genesis(), label, standing.sequence, &encoded)?;
	let confirmed = confirmed(label, encoded, standing.sequence, confirmation);
	submitter.submit(&confirmed, signer, patience).await
}

/// Sends `call`; where there is a confirmation, with it, by the passkey of the label that `holder` has.
pub(crate) async fn submit(
	submitter: &Submitter,
	signer: &Keypair,
	holder: &AccountId,
	call: &Call,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Included, SdkError> {
	match confirmation {
		Some(confirmation) => {
			let label = label_of(submitter.chain(), holder).await?;
			confirm_and_submit(submitter, signer, label, call, confirmation, patience).await
		},
		None => submitter.submit(call, signer, patience).await,
	}
}

fn confirmed(label: LabelId, encoded: Vec<u8>, sequence: u32, confirmation: &Confirmation) -> Call {
	let arguments = (label, Encoded(encoded), sequence, &confirmation.assertion);
	call("Labels", "confirm", &arguments)
}

/// The label that an account holds, whose passkey it is about.
pub async fn label_of(chain: &Chain, account: &AccountId) -> Result<LabelId, SdkError> {
	let held = chain.account_status(&chain.finalised().await?, account).await?.label;
	match held {
		Some(label) => Ok(label.id),
		None => Err(SdkError::NotAdmitted {
			account: account.clone(),
			fault: AdmissionFault::NoLabel,
			exhausted: None,
		}),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{authenticator::Authenticator, Operation};
	use p256::pkcs8::EncodePublicKey;
	use proptest::prelude::*;
	use serde_json::{json, Value};

	const GENESIS: GenesisHash = [9; 32];
	const LABEL: LabelId = 7;
	const RP_ID: &str = "example.org";

	fn encode(bytes: &[u8]) -> String {
		URL_SAFE_NO_PAD.encode(bytes)
	}

	/// What a browser gives back, with what is not needed here.
	fn credential(assertion: &Assertion) -> Value {
		json!({
			"id": "AA", "rawId": "AA", "type": "public-key", "authenticatorAttachment": "platform", "clientExtensionResults": {},
			"response": {
				"authenticatorData": encode(&assertion.authenticator_data),
				"clientDataJSON": encode(&assertion.client_data),
				"signature": encode(&assertion.signature),
				"userHandle": null,
			},
		})
	}

	fn made(authenticator: &Authenticator) -> Value {
		let key = PublicKey::from_sec1_bytes(&authenticator.passkey().key).expect("is a point");
		let der = key.to_public_key_der().expect("has a DER form");
		json!({ "type": "public-key", "response": { "publicKey": encode(der.as_bytes()), "publicKeyAlgorithm": -7 } })
	}

	fn parse(credential: &Value) -> Result<Confirmation, Error> {
		Confirmation::parse(credential.to_string().as_bytes())
	}

	/// Of a call, when two confirmations were used up.
	fn requested() -> Request {
		let purpose = Purpose::Call {
			call: "Proofs.register".into(),
			call_hash: Blake2Hasher::hash(b"call").0,
		};
		Request::new(&GENESIS, LABEL, 2, purpose, RP_ID, b"call")
	}

	fn bound(authenticator: &Authenticator, counter: u32) -> BoundPasskey {
		BoundPasskey {
			passkey: authenticator.passkey(),
			counter,
		}
	}

	#[test]
	fn what_a_page_gives_back_is_confirmed() {
		let authenticator = Authenticator::new(1);
		let assertion = authenticator.assert(&requested().challenge);
		let confirmation = parse(&credential(&assertion)).expect("is one");
		assert_eq!(confirmation.assertion, assertion);
		let checked = confirmation.check(&bound(&authenticator, 0), &GENESIS, LABEL, 2, b"call");
		assert!(checked.is_ok(), "{checked:?}");
	}

	#[test]
	fn what_the_ledger_would_refuse_is_refused_before() {
		let mut authenticator = Authenticator::new(1);
		authenticator.counter = 5;
		let confirmation = parse(&credential(&authenticator.assert(&requested().challenge))).expect("is one");
		let check =
			|bound: &BoundPasskey, label, sequence, call: &[u8]| confirmation.check(bound, &GENESIS, label, sequence, call);
		let fault = |checked| match checked {
			Err(Error::NotConfirmed { fault }) => fault,
			other => panic!("{other:?}"),
		};
		let own = bound(&authenticator, 4);
		assert!(check(&own, LABEL, 2, b"call").is_ok());
		for other in [
			check(&own, LABEL + 1, 2, b"call"),
			check(&own, LABEL, 1, b"call"),
			check(&own, LABEL, 2, b"another"),
			check(&own, LABEL, 3, b"another"),
		] {
			assert_eq!(fault(other), AssertionFault::OtherChallenge);
		}
		let others = bound(&Authenticator::new(2), 0);
		assert_eq!(fault(check(&others, LABEL, 2, b"call")), AssertionFault::WrongSignature);
		// It was for the third one.
		for used in [3, 4, 1_002] {
			let again = check(&own, LABEL, used, b"call");
			assert!(matches!(again, Err(Error::Replayed { sequence: 2 })), "{used}: {again:?}");
		}
		// Nobody remembers everything.
		assert_eq!(fault(check(&own, LABEL, 1_003, b"call")), AssertionFault::OtherChallenge);
		let beyond = check(&bound(&authenticator, 5), LABEL, 2, b"call");
		assert!(matches!(beyond, Err(Error::CountedBack)), "{beyond:?}");
	}

	#[test]
	fn a_request_is_what_browsers_ask_for() {
		let request: Value = serde_json::from_slice(&requested().canonical()).expect("is JSON");
		let expected = json!({
			"format": "chirograph/passkey-request/v1",
			"genesisHash": document::to_hex(&GENESIS),
			"label": 7,
			"sequence": 2,
			"purpose": { "confirms": "call", "call": "Proofs.register", "callHash": document::to_hex(&Blake2Hasher::hash(b"call").0) },
			"rpId": "example.org",
			"challenge": encode(&challenge(&GENESIS, LABEL, 2, b"call")),
			"userVerification": "required",
		});
		assert_eq!(request, expected);
		let binding = Purpose::Binding {
			key: [2; PASSKEY_LENGTH],
			guarded: Operations::only(Operation::Rotating),
		};
		let expected = json!({ "confirms": "binding", "key": document::to_hex(&[2; 33]), "guarded": ["rotating"] });
		assert_eq!(json!(binding), expected);
	}

	#[test]
	fn a_request_survives_being_written() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let path = directory.path().join("request.json");
		requested().write_new(&path).expect("can be written");
		assert_eq!(std::fs::read(&path).expect("is there"), requested().canonical());
		assert!(matches!(
			requested().write_new(&path),
			Err(Error::File(file::Error::Exists { .. }))
		));
	}

	#[test]
	fn the_key_of_a_passkey_is_read_as_the_ledger_has_it() {
		// Of both signs.
		for seed in 1..20 {
			let authenticator = Authenticator::new(seed);
			let registration = Registration::parse(made(&authenticator).to_string().as_bytes()).expect("is one");
			assert_eq!(registration.passkey(RP_ID), authenticator.passkey());
			assert_ne!(registration.passkey("example.com"), authenticator.passkey());
		}
	}

	#[test]
	fn a_key_of_another_kind_is_named() {
		let mut other = made(&Authenticator::new(1));
		let der = other["response"]["publicKey"]
			.as_str()
			.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
		let der = der.expect("is base64url");
		// Ed25519, in the same form (RFC 8410), and what is none.
		let ed25519 = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &[7; 32]].concat();
		for key in [&ed25519[..], &[], &der[..der.len() - 1]] {
			other["response"]["publicKey"] = json!(encode(key));
			let refused = Registration::parse(other.to_string().as_bytes());
			assert!(matches!(refused, Err(Error::NotP256)), "{refused:?}");
		}
	}

	#[test]
	fn what_is_no_credential_is_damaged() {
		let sound = credential(&Authenticator::new(1).assert(&[0; 32]));
		assert!(parse(&sound).is_ok());
		let changed = |change: &dyn Fn(&mut Value)| {
			let mut other = sound.clone();
			change(&mut other);
			match parse(&other) {
				Err(Error::Damaged { fault, .. }) => fault,
				parsed => panic!("{other}: {parsed:?}"),
			}
		};
		for (member, value) in [
			("signature", Value::Null),
			("signature", json!("a b")),
			("signature", json!("AA==")),
			("signature", json!(encode(&[0; 73]))),
			("authenticatorData", json!(encode(&[0; 513]))),
			("clientDataJSON", json!(encode(&[0; 1025]))),
			("clientDataJSON", json!([1, 2])),
		] {
			let fault = changed(&|credential| credential["response"][member] = value.clone());
			assert!(matches!(fault, Fault::Malformed(_)), "{member}: {fault:?}");
		}
		let fault = changed(&|credential| *credential = json!({ "type": "public-key" }));
		assert!(matches!(fault, Fault::Malformed(_)), "{fault:?}");
		let large = vec![b' '; MAX_BYTES + 1];
		assert!(matches!(
			Confirmation::parse(&large),
			Err(Error::Damaged {
				fault: Fault::TooLarge { .. },
				..
			})
		));
	}

	#[test]
	fn a_passkey_is_bound_with_the_number_that_it_confirmed() {
		let (authenticator, guarded) = (Authenticator::new(1), Operations::only(Operation::Rotating));
		let passkey = authenticator.passkey();
		let confirmed = |sequence| {
			let challenge = challenge(&GENESIS, LABEL, sequence, &payload::binding(&passkey, guarded));
			parse(&credential(&authenticator.assert(&challenge))).expect("is one")
		};
		// Where there is one already, that uses one up before.
		for (bound, sequence) in [(None, 2), (Some(bound(&Authenticator::new(2), 0)), 3)] {
			let standing = Standing { bound, sequence: 2 };
			let bind = |confirmation: &Confirmation| standing.binding(&GENESIS, LABEL, &passkey, guarded, confirmation);
			assert!(bind(&confirmed(sequence)).is_ok());
			let early = bind(&confirmed(sequence + 1)).map(|_| ());
			let fault = AssertionFault::OtherChallenge;
			assert!(
				matches!(early, Err(Error::NotConfirmed { fault: found }) if found == fault),
				"{early:?}"
			);
			let again = bind(&confirmed(sequence - 1)).map(|_| ());
			assert!(matches!(again, Err(Error::Replayed { .. })), "{again:?}");
		}
	}

	#[test]
	fn each_fault_has_a_sentence_of_its_own() {
		use AssertionFault::*;
		let sentences = [Malformed, OtherRelyingParty, OtherChallenge, UserNotVerified, WrongSignature].map(explain);
		for (index, sentence) in sentences.iter().enumerate() {
			assert!(!sentences[..index].contains(sentence), "{sentence}");
		}
	}

	/// Recorded from `passkey-client` 0.5 (1Password), with a challenge of 32 sevens: an authenticator that is not ours, and counts.
	mod recorded {
		use super::*;

		const REGISTRATION: &str = concat!(
			r#"{"id":"qQwoA3J6vgok9OcW53iH6Q","rawId":"qQwoA3J6vgok9OcW53iH6Q","type":"public-key","response":{"publicKey":""#,
			"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhTnKIKpovC5r4EI_F_DHFQibIh8P",
			"ssYnvbSjJzCnF5CqnYfVJPHx1v2CxgUWvApU1fFznLtsnZOhrVcuswQpsA",
			r#"","publicKeyAlgorithm":-7,"transports":["internal","hybrid"]},"clientExtensionResults":{}}"#
		);
		const CONFIRMATION: &str = concat!(
			r#"{"id":"qQwoA3J6vgok9OcW53iH6Q","rawId":"qQwoA3J6vgok9OcW53iH6Q","type":"public-key","response":{"clientDataJSON":""#,
			"eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3",
			"Y0hCd2NIQndjSEJ3YyIsIm9yaWdpbiI6Imh0dHBzOi8vZXhhbXBsZS5vcmciLCJjcm9zc09yaWdpbiI6ZmFsc2V9",
			r#"","authenticatorData":"v6vDdDKViwYzYNOtZGHJxHNa5_jt1GWSpeDwFFKy5LUdAAAAAQ","signature":""#,
			"MEQCIDK_sDiyyILZ2D3B5rawQOyeMiqFXASCb6Bg7ZPcDIovAiAXe_57-HXKSi69maae6AlBd31ny8LV3IG1lgGexBNRPw",
			r#"","userHandle":"AAAA"},"authenticatorAttachment":"platform","clientExtensionResults":{}}"#
		);

		#[test]
		fn what_another_s_authenticator_gave_is_confirmed() {
			let passkey = Registration::parse(REGISTRATION.as_bytes()).expect("is one").passkey(RP_ID);
			let assertion = Confirmation::parse(CONFIRMATION.as_bytes()).expect("is one").assertion;
			assert_eq!(assertion.verify(&passkey, &[7; 32]), Ok(1));
			assert_eq!(assertion.verify(&passkey, &[8; 32]), Err(AssertionFault::OtherChallenge));
		}
	}

	proptest! {
		#[test]
		fn no_bytes_make_the_readers_panic(bytes: Vec<u8>) {
			prop_assert!(Confirmation::parse(&bytes).is_err());
			prop_assert!(Registration::parse(&bytes).is_err());
		}
	}
}
