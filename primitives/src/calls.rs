// SPDX-License-Identifier: Apache-2.0

//! The numbers of calls: the first two bytes of what an account signs.
//!
//! A node's metadata says which name has which numbers, and a node can say what it likes. Whoever believed it could be made to sign another
//! call than they meant: `suspend` and `revoke` have arguments of the same form. So the numbers are here, for whoever signs to compare.
//! They are for ever; [`TRANSACTION_VERSION`] says which encoding of arguments goes with them.

/// The version of the encoding of extrinsics that this is about: `transaction_version` of the runtime.
pub const TRANSACTION_VERSION: u32 = 1;

/// Pallet and call, as a call in its SCALE encoding begins.
pub type CallNumbers = [u8; 2];

/// A pallet: its name, its index, and its calls with theirs.
type PalletCalls = (&'static str, u8, &'static [(&'static str, u8)]);

/// Those of a name that is not here are not known, and nobody is to sign them unseen.
const ALL: [PalletCalls; 16] = [
	(
		"System",
		0,
		&[
			("remark", 0),
			("set_heap_pages", 1),
			("set_code", 2),
			("set_code_without_checks", 3),
			("set_storage", 4),
			("kill_storage", 5),
			("kill_prefix", 6),
			("remark_with_event", 7),
			("authorize_upgrade", 9),
			("authorize_upgrade_without_checks", 10),
			("apply_authorized_upgrade", 11),
		],
	),
	(
		"Balances",
		5,
		&[
			("transfer_allow_death", 0),
			("force_transfer", 2),
			("transfer_keep_alive", 3),
			("transfer_all", 4),
			("force_unreserve", 5),
			("upgrade_accounts", 6),
			("force_set_balance", 8),
			("force_adjust_total_issuance", 9),
			("burn", 10),
		],
	),
	("Session", 9, &[("set_keys", 0), ("purge_keys", 1)]),
	(
		"Council",
		20,
		&[
			("set_members", 0),
			("execute", 1),
			("propose", 2),
			("vote", 3),
			("disapprove_proposal", 5),
			("close", 6),
			("kill", 7),
			("release_proposal_cost", 8),
		],
	),
	("Governance", 21, &[("enact", 0)]),
	(
		"Utility",
		30,
		&[
			("batch", 0),
			("as_derivative", 1),
			("batch_all", 2),
			("dispatch_as", 3),
			("force_batch", 4),
			("with_weight", 5),
			("if_else", 6),
			("dispatch_as_fallible", 7),
		],
	),
	(
		"Multisig",
		31,
		&[
			("as_multi_threshold_1", 0),
			("as_multi", 1),
			("approve_as_multi", 2),
			("cancel_as_multi", 3),
			("poke_deposit", 4),
		],
	),
	(
		"Proxy",
		32,
		&[
			("proxy", 0),
			("add_proxy", 1),
			("remove_proxy", 2),
			("remove_proxies", 3),
			("create_pure", 4),
			("kill_pure", 5),
			("announce", 6),
			("remove_announcement", 7),
			("reject_announcement", 8),
			("proxy_announced", 9),
			("poke_deposit", 10),
		],
	),
	(
		"Proofs",
		40,
		&[
			("register", 0),
			("claim", 1),
			("revoke", 2),
			("register_batch", 3),
			("register_many", 4),
			("supersede", 5),
			("transfer", 6),
			("annotate", 7),
			("renew", 8),
			("set_algorithm", 9),
		],
	),
	(
		"Labels",
		41,
		&[
			("apply", 0),
			("withdraw", 1),
			("approve", 2),
			("reject", 3),
			("suspend", 4),
			("reinstate", 5),
			("revoke", 6),
			("renew", 7),
			("add_roles", 8),
			("remove_roles", 9),
			("rotate", 10),
			("reassign", 11),
			("distrust", 12),
			("appoint_auditor", 13),
			("dismiss_auditor", 14),
			("publish_certificate", 15),
			("withdraw_certificate", 16),
			("set_quota", 17),
			("set_guardians", 18),
			("initiate_recovery", 19),
			("approve_recovery", 20),
			("veto_recovery", 21),
			("complete_recovery", 22),
			("bind_passkey", 23),
			("unbind_passkey", 24),
			("confirm", 25),
		],
	),
	(
		"Invoices",
		42,
		&[
			("execute", 0),
			("set_conditions", 1),
			("withdraw_conditions", 2),
			("authorise", 3),
			("withdraw_authorisation", 4),
			("close_period", 5),
		],
	),
	("Routing", 43, &[("set_route", 0)]),
	(
		"Validators",
		44,
		&[
			("join", 0),
			("top_up", 1),
			("leave", 2),
			("resume", 3),
			("withdraw", 4),
			("cancel_slash", 5),
			("fund", 6),
		],
	),
	("Timekeeping", 45, &[("beacon", 0)]),
	("Incidents", 46, &[("report", 0), ("contain", 1), ("close", 2)]),
	("Peers", 47, &[("add_peer", 0), ("remove_peer", 1)]),
];

/// Every call that is known: its pallet, its name, its numbers.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, CallNumbers)> {
	ALL.into_iter()
		.flat_map(|(pallet, index, calls)| calls.iter().map(move |(name, call)| (pallet, *name, [index, *call])))
}

/// The numbers of a call, if it is known.
pub fn numbers_of(pallet: &str, call: &str) -> Option<CallNumbers> {
	let mut known = all();
	let found = known.find(|(its_pallet, name, _)| (*its_pallet, *name) == (pallet, call));
	found.map(|(.., numbers)| numbers)
}

/// Pallet and name of the call with these numbers, if it is known.
pub fn names_of(numbers: CallNumbers) -> Option<(&'static str, &'static str)> {
	let mut known = all();
	let found = known.find(|(.., its_numbers)| *its_numbers == numbers);
	found.map(|(pallet, name, _)| (pallet, name))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn no_two_calls_share_a_name_or_numbers() {
		for (pallet, name, numbers) in all() {
			assert_eq!(numbers_of(pallet, name), Some(numbers));
			assert_eq!(names_of(numbers), Some((pallet, name)));
		}
	}

	#[test]
	fn what_is_not_known_has_no_numbers() {
		assert_eq!(numbers_of("Labels", "revoke"), Some([41, 6]));
		for (pallet, name) in [
			("Labels", "register"),
			("labels", "revoke"),
			("", ""),
			("Grandpa", "note_stalled"),
		] {
			assert_eq!(numbers_of(pallet, name), None, "{pallet}.{name}");
		}
		assert_eq!(names_of([41, 255]), None);
	}
}
