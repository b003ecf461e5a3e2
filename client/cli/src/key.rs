// SPDX-License-Identifier: Apache-2.0

use crate::{args::KeyCommand, output::Output, password, Failure};
use chirograph_sdk::{
	file,
	keys::{format_account, KeyInfo, KeyStore, Keypair, Phrase},
};
use serde_json::json;

/// A key file is a kilobyte; more is something else.
const MAX_KEY_FILE: u64 = 64 * 1024;

pub fn run(command: KeyCommand, output: &Output) -> Result<(), Failure> {
	let store = KeyStore::open_default()?;
	match command {
		KeyCommand::Generate { name, scheme, password } => {
			store.ensure_free(&name)?;
			let password = password.new_password(&name)?;
			let (_, phrase) = Keypair::generate(scheme.into())?;
			let key = store.save(&name, &phrase, scheme.into(), &password)?;
			show(output, &key, "key generated");
			output.hint(format_args!(
				"\nIf the password or this machine is lost, so is the key. Write down its recovery phrase now:\n  chirograph key export {name} --phrase"
			));
		},
		KeyCommand::List => list(&store, output)?,
		KeyCommand::Inspect { name } => show(output, &store.inspect(&name)?, "key"),
		KeyCommand::Export {
			name,
			output: Some(path),
			..
		} => {
			file::write_new(&path, &store.export(&name)?, true)?;
			let lines = [("key", name.clone()), ("file", path.display().to_string())];
			let file = path.display().to_string();
			output.result(&json!({ "name": name, "file": file }), "encrypted copy written", &lines);
		},
		KeyCommand::Export {
			name,
			output: None,
			password,
			..
		} => {
			let phrase = store.reveal(&name, &password.existing(&name)?)?;
			output.hint("Whoever reads this phrase has the key. Write it down, then clear the screen.");
			output.result(&json!({ "name": name, "phrase": phrase.expose() }), phrase.expose(), &[]);
		},
		KeyCommand::Import {
			name, file: Some(path), ..
		} => {
			let key = store.import(&name, &file::read_bounded(&path, MAX_KEY_FILE)?)?;
			show(output, &key, "key imported");
		},
		KeyCommand::Import {
			name,
			file: None,
			scheme,
			password,
			..
		} => {
			store.ensure_free(&name)?;
			let phrase = Phrase::new(password::phrase()?.to_string());
			let key = store.save(&name, &phrase, scheme.into(), &password.new_password(&name)?)?;
			show(output, &key, "key imported");
		},
	}
	Ok(())
}

fn show(output: &Output, key: &KeyInfo, title: &str) {
	let lines = [
		("name", key.name.clone()),
		("scheme", key.scheme.to_string()),
		("account", format_account(&key.account)),
	];
	output.result(key, title, &lines);
}

fn list(store: &KeyStore, output: &Output) -> Result<(), Failure> {
	let keys = store.list()?;
	let values = keys.iter().map(|listed| match &listed.key {
		Ok(key) => json!(key),
		Err(error) => json!({ "name": listed.name, "error": error.to_string() }),
	});
	let lines: Vec<_> = keys
		.iter()
		.map(|listed| match &listed.key {
			Ok(key) => (
				listed.name.as_str(),
				format!("{:8} {}", key.scheme.to_string(), format_account(&key.account)),
			),
			Err(error) => (listed.name.as_str(), format!("error: {error}")),
		})
		.collect();
	let title = format!(
		"{} in {}",
		if keys.is_empty() { "no keys" } else { "keys" },
		store.directory().display()
	);
	output.result(&values.collect::<Vec<_>>(), &title, &lines);
	Ok(())
}
