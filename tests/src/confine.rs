// SPDX-License-Identifier: Apache-2.0

//! Commands that can do less than the user who runs them.

use std::{
	env,
	process::{Command, Stdio},
};

/// In a namespace of its own, a command has no interface that is up. The first of these takes root, the second a system that lets users have
/// namespaces.
const NO_NETWORK: [&[&str]; 2] = [&["unshare", "--net"], &["unshare", "--map-root-user", "--net"]];

/// Says, when it is set, that the tests may do without.
const NO_NAMESPACES: &str = "CHIROGRAPH_NO_NAMESPACES";

/// Without these capabilities, permissions hold for root too. Who cannot give them up has none: for others they hold anyway.
const NO_EXCEPTION: &[&str] = &["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];

/// The same command, on a machine whose network is off. None where the system gives this user no namespace, and whoever runs the tests knows
/// that; who does not would believe that they tested more than they did, so it fails for them.
pub fn without_network(command: &Command) -> Option<Command> {
	let prefix = NO_NETWORK.into_iter().find(|prefix| works(prefix));
	assert!(
		prefix.is_some() || env::var_os(NO_NAMESPACES).is_some(),
		"the network cannot be switched off for one command: run this as root, or where users may have namespaces; or set {NO_NAMESPACES}=1 \
		 to leave it on"
	);
	prefix.map(|prefix| behind(prefix, command))
}

/// The same command, unable to read what permissions forbid to the files' owner.
pub fn bound_by_permissions(command: &Command) -> Command {
	behind(if works(NO_EXCEPTION) { NO_EXCEPTION } else { &["env"] }, command)
}

fn works(prefix: &[&str]) -> bool {
	let mut harmless = behind(prefix, &Command::new("true"));
	harmless.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Programs that become another: `prefix` first, which then runs `command`.
fn behind(prefix: &[&str], command: &Command) -> Command {
	let mut words = prefix.iter();
	let mut confined = Command::new(words.next().expect("no prefix is empty"));
	confined
		.args(words)
		.arg(command.get_program())
		.args(command.get_args())
		.stdin(Stdio::null());
	if let Some(directory) = command.get_current_dir() {
		confined.current_dir(directory);
	}
	for (name, value) in command.get_envs() {
		match value {
			Some(value) => confined.env(name, value),
			None => confined.env_remove(name),
		};
	}
	confined
}
