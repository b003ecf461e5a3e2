// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use super::*;
use crate::{Guard, GuardedKeystore};
use sc_keystore::LocalKeystore;
use sp_core::{crypto::key_types::GRANDPA, ed25519, Pair, H256};
use sp_keystore::Keystore;
use std::{env, fs, path::Path, process::Command, sync::Arc};

/// Where Debian has it.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN: &str = "validator";
const PIN: &str = "1234";

/// From now on, the module finds its tokens in this directory.
fn use_tokens_of(directory: &Path) {
	let tokens = directory.join("tokens");
	fs::create_dir_all(&tokens).expect("the temporary directory is writable");
	let settings = directory.join("softhsm2.conf");
	fs::write(
		&settings,
		format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()),
	)
	.expect("the temporary directory is writable");
	env::set_var("SOFTHSM2_CONF", settings);
}

fn token(key: &str, pin: &str) -> Token {
	Token {
		module: MODULE.into(),
		token: TOKEN.into(),
		key: key.into(),
		pin: Zeroizing::new(pin.into()),
	}
}

/// One test, since a process has one module, and the module one place for its tokens.
#[test]
fn life_of_a_key_in_hardware() {
	let [plugged, unplugged] = [(); 2].map(|()| tempfile::tempdir().expect("the temporary directory is writable"));
	use_tokens_of(plugged.path());
	let made = Command::new("softhsm2-util")
		.args(["--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "5678"])
		.output()
		.expect("scripts/setup installs softhsm2");
	assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

	// Made once, and found again.
	let public = Hsm::generate(&token("grandpa", PIN)).expect("the token is new");
	assert!(matches!(Hsm::generate(&token("grandpa", PIN)), Err(Error::Exists(_))));
	let hsm = Arc::new(Hsm::new(token("grandpa", PIN)));
	assert_eq!(hsm.public(), None, "nobody has asked yet");
	assert_eq!(hsm.connect().expect("it is plugged in"), public);

	// It signs as Ed25519 does elsewhere.
	let public_key = ed25519::Public::from_raw(public);
	let verified =
		|payload: &[u8], signature| ed25519::Pair::verify(&ed25519::Signature::from_raw(signature), payload, &public_key);
	let signature = hsm.sign(b"a vote").expect("it is plugged in");
	assert!(verified(b"a vote", signature));
	assert!(!verified(b"another", signature), "the control");

	// The keystore has its key, hands it out as a new one, and signs nothing with it that the guard refuses.
	let guarded = tempfile::tempdir().expect("the temporary directory is writable");
	let guard = Arc::new(Guard::new(guarded.path(), H256::zero()).expect("a fresh directory"));
	guard.open_up().expect("the disk has room");
	let local = Arc::new(LocalKeystore::in_memory());
	let keys = GuardedKeystore::new(local.clone(), Some(guard), Some(hsm.clone()));
	assert_eq!(keys.ed25519_public_keys(GRANDPA), [public_key]);
	assert_eq!(
		keys.ed25519_generate_new(GRANDPA, None).expect("it is plugged in"),
		public_key
	);
	assert!(local.ed25519_public_keys(GRANDPA).is_empty(), "nothing was made in software");
	let statement = sp_core::proof_of_possession::statement_of_ownership(&[3; 32]);
	let signed = keys.ed25519_sign(GRANDPA, &public_key, &statement).expect("it is plugged in");
	assert!(verified(&statement, signed.expect("the key is there").0));
	assert!(keys.ed25519_sign(GRANDPA, &public_key, b"no vote").is_err());
	let named = [(public.to_vec(), GRANDPA)];
	assert!(keys.for_consensus().has_keys(&named));

	// A session that breaks in the midst of a round is opened again.
	end_all_sessions();
	assert!(verified(
		b"a vote",
		hsm.sign(b"a vote").expect("it is there again at the second try")
	));

	// Unplugged, it fails within two seconds; there are no keys for consensus then.
	use_tokens_of(unplugged.path());
	end_all_sessions();
	let begin = Instant::now();
	assert!(hsm.sign(b"a vote").is_err());
	assert!(begin.elapsed() < Duration::from_secs(2));
	assert!(!keys.for_consensus().has_keys(&named));
	assert!(keys.has_keys(&named), "it is still this node's key");
	assert!(matches!(hsm.connect(), Err(Error::NoToken(_))));

	// Plugged in again, it goes on.
	use_tokens_of(plugged.path());
	assert_eq!(hsm.connect().expect("it is plugged in"), public);
	assert!(keys.for_consensus().has_keys(&named));

	// What is told wrongly is refused in words.
	end_all_sessions();
	assert!(matches!(
		Hsm::new(token("another", PIN)).connect(),
		Err(Error::Keys { count: 0, .. })
	));
	end_all_sessions();
	let wrong = Hsm::new(token("grandpa", "4321"));
	assert!(matches!(wrong.connect(), Err(Error::Pin(_))));
	assert!(matches!(wrong.connect(), Err(Error::Pin(_))), "and not tried again");
	let no_module = Token {
		module: "/nowhere.so".into(),
		..token("grandpa", PIN)
	};
	assert!(matches!(Hsm::new(no_module).connect(), Err(Error::Module { .. })));
}

/// As hardware does that is unplugged.
fn end_all_sessions() {
	let module = Pkcs11::new(MODULE).expect("softhsm2 is installed");
	module.finalize().expect("it is in use");
}
