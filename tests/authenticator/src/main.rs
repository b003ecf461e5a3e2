// SPDX-License-Identifier: Apache-2.0

//! A browser and an authenticator that nobody of this project wrote (the crate `passkey`), for the end to end tests.
//!
//! Reads one command a line, as JSON, and answers each with one line: the credential, as `PublicKeyCredential.toJSON` has it; or why there
//! is none, as `{"error": "…"}`. Passkeys are kept as long as the program runs, and count how often they are used.
//!
//! ```json
//! { "command": "register", "origin": "https://example.org", "rpId": "example.org", "challenge": "…" }
//! { "command": "authenticate", "origin": "https://example.org", "rpId": "example.org", "challenge": "…", "userVerification": "required" }
//! ```
//!
//! The challenge is in base64url. Other members are ignored: a request as Chirograph writes it becomes a command by adding the first two.
//! The user is always there, and is verified when the page asks for that, which it does unless it says `discouraged`.

use futures::executor::block_on;
use passkey::{
	authenticator::{Authenticator, MemoryStore, UiHint, UserCheck, UserValidationMethod},
	client::{Client, DefaultClientData, WebauthnError},
	types::{
		ctap2::{Aaguid, Ctap2Error},
		webauthn::{
			CredentialCreationOptions, CredentialRequestOptions, PublicKeyCredentialDescriptor, UserVerificationRequirement,
		},
		Bytes, Passkey,
	},
};
use serde::{de::DeserializeOwned, Deserialize};
use serde_json::{json, Value};
use std::io::{stdin, stdout, BufRead, Write};
use url::Url;

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
enum Command {
	/// `navigator.credentials.create`
	Register(Asked),
	/// `navigator.credentials.get`
	Authenticate(Asked),
}

/// What a page asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
	origin: Url,
	rp_id: String,
	challenge: Bytes,
	#[serde(default = "required")]
	user_verification: UserVerificationRequirement,
}

fn required() -> UserVerificationRequirement {
	UserVerificationRequirement::Required
}

/// Somebody who does what the authenticator asks of them, and no more.
struct User;

#[async_trait::async_trait]
impl UserValidationMethod for User {
	type PasskeyItem = Passkey;

	async fn check_user<'a>(&self, _: UiHint<'a, Passkey>, presence: bool, verification: bool) -> Result<UserCheck, Ctap2Error> {
		Ok(UserCheck { presence, verification })
	}

	fn is_presence_enabled(&self) -> bool {
		true
	}

	fn is_verification_enabled(&self) -> Option<bool> {
		Some(true)
	}
}

fn main() {
	let mut authenticator = Authenticator::new(Aaguid::new_empty(), MemoryStore::new(), User);
	authenticator.set_make_credentials_with_signature_counter(true);
	let mut browser = Client::new(authenticator);
	for line in stdin().lock().lines() {
		let line = line.expect("commands are text");
		let answer = match serde_json::from_str(&line) {
			Ok(Command::Register(asked)) => answer(block_on(browser.register(
				asked.origin.clone(),
				asked.creation(),
				DefaultClientData,
			))),
			Ok(Command::Authenticate(asked)) => {
				let passkeys = browser.authenticator().store().values();
				let of_the_page = passkeys.filter(|passkey| passkey.rp_id == asked.rp_id);
				let options = asked.assertion(of_the_page.map(PublicKeyCredentialDescriptor::from).collect());
				answer(block_on(browser.authenticate(asked.origin, options, DefaultClientData)))
			},
			Err(error) => json!({ "error": error.to_string() }),
		};
		let mut output = stdout().lock();
		// Whoever closed the pipe has read enough.
		if writeln!(output, "{answer}").and_then(|()| output.flush()).is_err() {
			return;
		}
	}
}

fn answer(outcome: Result<impl serde::Serialize, WebauthnError>) -> Value {
	match outcome {
		Ok(credential) => json!(credential),
		Err(error) => json!({ "error": format!("{error:?}") }),
	}
}

impl Asked {
	fn creation(&self) -> CredentialCreationOptions {
		options(json!({
			"rp": { "id": self.rp_id, "name": self.rp_id },
			"user": { "id": "AAAA", "name": "ada", "displayName": "Ada" },
			"challenge": self.challenge,
			"pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
			"authenticatorSelection": { "userVerification": self.user_verification },
		}))
	}

	fn assertion(&self, passkeys: Vec<PublicKeyCredentialDescriptor>) -> CredentialRequestOptions {
		options(json!({
			"rpId": self.rp_id,
			"challenge": self.challenge,
			"allowCredentials": passkeys,
			"userVerification": self.user_verification,
		}))
	}
}

fn options<T: DeserializeOwned>(public_key: Value) -> T {
	serde_json::from_value(json!({ "publicKey": public_key })).expect("these are the members that there must be")
}
