// SPDX-License-Identifier: Apache-2.0

//! The [verifier](chirograph_verifier) as a WASM module that imports nothing: for browsers, Node.js, and whatever else runs WASM.
//! `verifier.mjs` beside this crate is how JavaScript uses it.
//!
//! | export | does |
//! |---|---|
//! | `memory` | the module's memory |
//! | `chirograph_alloc(length) -> buffer` | gives a buffer of zeros, to be filled at that address; 0 if it is larger than any bundle may be |
//! | `chirograph_verify(bundle, request) -> verdict` | takes two buffers, gives a third |
//! | `chirograph_length(buffer) -> length` | how many bytes a buffer has; 0 for what is none |
//! | `chirograph_free(buffer)` | takes a buffer back |
//!
//! Buffers are named by their addresses, 32 bits each; 0 names the one without any bytes. The request is JSON:
//!
//! ```json
//! { "trust": { "network": "0x…", "checkpoints": ["0x…"] }, "question": { "original": { "sha256": "0x…", "size": 7 }, "now": 0 } }
//! ```
//!
//! `question` and everything in it may be left out, as may `checkpoints` and `timeAuthorities` (certificates in DER form) of
//! `trust`. The verdict is the JSON of
//! [`Verdict`](chirograph_verifier::verdict::Verdict), or `{"error": "…"}` if the request cannot be read.
//!
//! Buffers are in a table, and what is named that is not in it is nothing: no address that comes from outside is ever followed.

// Exporting a function by its name counts as unsafe, since two libraries could choose the same name. Nothing else here does.
#![allow(unsafe_code)]

use chirograph_verifier::{bundle::MAX_BUNDLE_BYTES, verify, Question, Trust};
use serde::Deserialize;
use std::{cell::RefCell, collections::HashMap};

thread_local! {
	/// By their addresses. A buffer does not move while it is in the table.
	static BUFFERS: RefCell<HashMap<usize, Vec<u8>>> = RefCell::default();
}

/// What is trusted, and what is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
	trust: Trust,
	#[serde(default)]
	question: Question,
}

/// Puts bytes into the table, and names them. Empty ones have no address of their own, so there are none.
fn keep(mut bytes: Vec<u8>) -> usize {
	if bytes.is_empty() {
		return 0;
	}
	let address = bytes.as_mut_ptr() as usize;
	BUFFERS.with_borrow_mut(|buffers| buffers.insert(address, bytes));
	address
}

fn bytes_of(buffer: usize) -> Vec<u8> {
	BUFFERS.with_borrow(|buffers| buffers.get(&buffer).cloned().unwrap_or_default())
}

/// Gives a buffer of so many zeros. One byte more than a bundle may have, so that what is too large can be called that.
#[no_mangle]
pub extern "C" fn chirograph_alloc(length: usize) -> usize {
	match length <= MAX_BUNDLE_BYTES + 1 {
		true => keep(vec![0; length]),
		false => 0,
	}
}

/// How many bytes a buffer has.
#[no_mangle]
pub extern "C" fn chirograph_length(buffer: usize) -> usize {
	BUFFERS.with_borrow(|buffers| buffers.get(&buffer).map_or(0, Vec::len))
}

/// Takes a buffer back.
#[no_mangle]
pub extern "C" fn chirograph_free(buffer: usize) {
	BUFFERS.with_borrow_mut(|buffers| drop(buffers.remove(&buffer)));
}

/// The verdict about the bundle in one buffer, by the request in another, in a third.
#[no_mangle]
pub extern "C" fn chirograph_verify(bundle: usize, request: usize) -> usize {
	keep(judge(&bytes_of(bundle), &bytes_of(request)))
}

fn judge(bundle: &[u8], request: &[u8]) -> Vec<u8> {
	match serde_json::from_slice::<Request>(request) {
		Ok(Request { trust, question }) => serde_json::to_vec(&verify(bundle, &trust, &question)),
		Err(error) => serde_json::to_vec(&serde_json::json!({ "error": format!("the request cannot be read ({error})") })),
	}
	.expect("all keys are text; qed")
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::Value;

	/// As a host does it, which writes and reads the memory; here only what is within the rules can be written.
	fn ask(bundle: &[u8], request: &str) -> Value {
		let (bundle, request) = (keep(bundle.to_vec()), keep(request.as_bytes().to_vec()));
		let verdict = chirograph_verify(bundle, request);
		let bytes = bytes_of(verdict);
		assert_eq!(chirograph_length(verdict), bytes.len());
		for buffer in [bundle, request, verdict] {
			chirograph_free(buffer);
			assert_eq!(chirograph_length(buffer), 0);
		}
		serde_json::from_slice(&bytes).expect("is JSON")
	}

	fn trust() -> String {
		format!(r#"{{"trust":{{"network":"0x{}"}}}}"#, "01".repeat(32))
	}

	#[test]
	fn a_verdict_comes_back() {
		for bundle in [&b"{"[..], b""] {
			let verdict = ask(bundle, &trust());
			assert_eq!(verdict["answer"]["answer"], "not-proven");
			assert_eq!(verdict["answer"]["fault"]["why"]["why"]["fault"], "truncated");
		}
	}

	#[test]
	fn a_request_that_cannot_be_read_is_an_error() {
		for request in ["", "{}", r#"{"trust":{"network":"0x00"}}"#, r#"{"truth":{}}"#] {
			assert!(ask(b"{", request)["error"].is_string(), "{request}");
		}
	}

	#[test]
	fn what_is_no_buffer_is_nothing() {
		assert_eq!((chirograph_alloc(0), chirograph_alloc(MAX_BUNDLE_BYTES + 2)), (0, 0));
		let largest = chirograph_alloc(MAX_BUNDLE_BYTES + 1);
		assert_eq!(chirograph_length(largest), MAX_BUNDLE_BYTES + 1);
		chirograph_free(largest);
		chirograph_free(largest);
		chirograph_free(12_345);
		let nothing = chirograph_verify(12_345, 0);
		assert!(chirograph_length(nothing) > 0, "an error is said");
		chirograph_free(nothing);
		BUFFERS.with_borrow(|buffers| assert!(buffers.is_empty()));
	}
}
