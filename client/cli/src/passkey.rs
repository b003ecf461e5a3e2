// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Binding, Common, PasskeyCommand, SecondFactor},
	label::{report_label, wait},
	output::{as_of, Output},
	Failure,
};
use chirograph_sdk::{
	chain::Chain,
	passkeys::{self, Confirmation, Guard, Purpose, Registration, Request},
	primitives::{AccountId, Operation, Operations, Passkey},
	proofs::code,
	submit::Call,
};
use std::path::Path;

pub async fn run(command: PasskeyCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		PasskeyCommand::Request {
			label,
			binding,
			output: path,
		} => {
			let registration = Registration::read(&binding.registration)?;
			let chain = common.connect_to_sign().await?;
			let request = passkeys::request_binding(&chain, label, &binding.rp_id, &registration, binding.operations()).await?;
			report_request(&request, &path, "`passkey bind` with --confirmation", output)?;
		},
		PasskeyCommand::Bind {
			binding,
			confirmation,
			write_request,
			replaced_rp_id,
			replaced,
			signing,
		} => {
			let (passkey, guarded) = (binding.passkey()?, binding.operations());
			let confirmation = Confirmation::read(&confirmation)?;
			let replaced = replaced.as_deref().map(Confirmation::read).transpose()?;
			let (submitter, key, patience) = signing.open(common).await?;
			if let Some(path) = &write_request {
				let rp_id = replaced_rp_id.as_deref().unwrap_or(&binding.rp_id);
				let (chain, account) = (submitter.chain(), key.account());
				let label = passkeys::label_of(chain, &account).await?;
				let call = passkeys::binding(chain, label, &passkey, guarded, &confirmation).await?;
				let next = "the same command with --replaced";
				let asked = Asked { path, rp_id, next };
				return asked.write(chain, &account, &call, output).await;
			}
			let sent = passkeys::bind(
				&submitter,
				&key,
				&passkey,
				guarded,
				&confirmation,
				replaced.as_ref(),
				patience,
			);
			report_label(output, "bound, and final", &wait(output, sent).await?);
		},
		PasskeyCommand::Unbind { factor, signing } => {
			let confirmation = factor.confirmation()?;
			let (submitter, key, patience) = signing.open(common).await?;
			if let Some(asked) = factor.request() {
				return asked
					.write(submitter.chain(), &key.account(), &passkeys::unbinding(), output)
					.await;
			}
			let confirmation = confirmation.ok_or_else(|| {
				Failure::Usage(
					"the passkey must confirm that it is removed; write a request for it with --write-request, and name what it gave with --confirmation".into(),
				)
			})?;
			let sent = passkeys::unbind(&submitter, &key, &confirmation, patience);
			report_label(output, "unbound, and final", &wait(output, sent).await?);
		},
		PasskeyCommand::Show { label } => show(&passkeys::show(&common.connect().await?, label).await?, output),
	}
	Ok(())
}

/// A request that is to be written.
pub struct Asked<'a> {
	path: &'a Path,
	rp_id: &'a str,
	/// Where to go with what the passkey gives.
	next: &'static str,
}

impl Asked<'_> {
	/// Writes what the passkey of an account's label is to confirm, so that the call can be sent.
	pub async fn write(self, chain: &Chain, account: &AccountId, call: &Call, output: &Output) -> Result<(), Failure> {
		let label = passkeys::label_of(chain, account).await?;
		let request = passkeys::request(chain, label, self.rp_id, call).await?;
		report_request(&request, self.path, self.next, output)
	}
}

impl SecondFactor {
	/// The request that is to be written, instead of anything sent.
	pub fn request(&self) -> Option<Asked<'_>> {
		let (path, rp_id) = (self.write_request.as_deref()?, self.rp_id.as_deref()?);
		let next = "the same command with --confirmation";
		Some(Asked { path, rp_id, next })
	}

	/// What the passkey gave.
	pub fn confirmation(&self) -> Result<Option<Confirmation>, Failure> {
		Ok(self.confirmation.as_deref().map(Confirmation::read).transpose()?)
	}
}

impl Binding {
	fn passkey(&self) -> Result<Passkey, Failure> {
		Ok(Registration::read(&self.registration)?.passkey(&self.rp_id))
	}

	fn operations(&self) -> Operations {
		self.guarded.iter().copied().map(Operation::from).collect()
	}
}

fn report_request(request: &Request, path: &Path, next: &str, output: &Output) -> Result<(), Failure> {
	request.write_new(path)?;
	let what = match &request.purpose {
		Purpose::Call { call, .. } => call.clone(),
		Purpose::Binding { guarded, .. } => format!("binding it, for {}", guarded_names(*guarded)),
	};
	let lines = [
		("label", request.label.to_string()),
		("for", what),
		("domain", request.rp_id.clone()),
		("file", path.display().to_string()),
	];
	output.result(
		request,
		&format!("written; have a page of that domain ask the passkey, and give what it gave to {next}"),
		&lines,
	);
	Ok(())
}

fn show(guard: &Guard, output: &Output) {
	let title = match &guard.passkey {
		Some(_) => format!("label {} has a passkey", guard.label),
		None => format!("label {} has no passkey", guard.label),
	};
	let mut lines = vec![("label", guard.label.to_string())];
	if let Some(bound) = &guard.passkey {
		lines.push(("guarded", guarded_names(guard.guarded)));
		lines.push(("key", hexadecimal(&bound.key)));
		lines.push((
			"domain",
			format!("the one with the SHA-256 {}", hexadecimal(&bound.rp_id_hash)),
		));
		lines.push((
			"counter",
			match bound.counter {
				0 => "it does not count".into(),
				counter => counter.to_string(),
			},
		));
	}
	lines.push(("confirmations", guard.confirmations.to_string()));
	lines.push(as_of(&guard.as_of));
	output.result(guard, &title, &lines);
}

fn hexadecimal(bytes: &[u8]) -> String {
	let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
	format!("0x{digits}")
}

/// What is guarded, for people.
pub fn guarded_names(guarded: Operations) -> String {
	guarded
		.iter()
		.map(|operation| code(&operation))
		.collect::<Vec<_>>()
		.join(", ")
}
