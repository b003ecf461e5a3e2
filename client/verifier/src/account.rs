// SPDX-License-Identifier: Apache-2.0

//! Accounts as text: SS58 addresses with the prefix 42, Substrate's general one.

use chirograph_primitives::AccountId;
use sp_core::crypto::Ss58Codec;

/// The address format of accounts: Substrate's general one.
pub const SS58_PREFIX: u16 = 42;

/// Why a text is not an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountFault {
	/// Neither an address nor a public account in hexadecimal.
	#[error("this is not an account ({0}); copy its address again, it starts with 5")]
	Bad(&'static str),
	/// A sound address, of another kind of network.
	#[error(
		"this address has the prefix {0} of other networks, ours have {ours}; ask for the account's address with that prefix",
		ours = SS58_PREFIX
	)]
	OtherPrefix(u16),
}

/// An account's address.
pub fn format_account(account: &AccountId) -> String {
	account.to_ss58check_with_version(SS58_PREFIX.into())
}

/// The account of an address, or of `0x` and 64 hexadecimal digits.
pub fn parse_account(text: &str) -> Result<AccountId, AccountFault> {
	if let Some(digits) = text.strip_prefix("0x") {
		let mut bytes = [0u8; 32];
		hex::decode_to_slice(digits, &mut bytes).map_err(|_| AccountFault::Bad("0x is followed by 64 hexadecimal digits"))?;
		return Ok(AccountId::new(bytes));
	}
	// Before the work of base 58, which grows with the square of the length. Addresses have 48 characters or so.
	if text.len() > 64 {
		return Err(AccountFault::Bad("it is too long"));
	}
	let (account, prefix) = AccountId::from_ss58check_with_version(text)
		.map_err(|_| AccountFault::Bad("its checksum is wrong or characters are missing"))?;
	match u16::from(prefix) {
		SS58_PREFIX => Ok(account),
		other => Err(AccountFault::OtherPrefix(other)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::document;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn an_account_survives_being_written_and_read(bytes: [u8; 32]) {
			let account = AccountId::new(bytes);
			prop_assert_eq!(parse_account(&format_account(&account)), Ok(account.clone()));
			prop_assert_eq!(parse_account(&document::to_hex(&bytes)), Ok(account));
		}
	}

	#[test]
	fn what_is_no_account_is_refused() {
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert!(parse_account(alice).is_ok());
		let mistyped = alice.replace("GKutQY", "GKutQX");
		let long = "5".repeat(100_000);
		for text in [
			"",
			"0x",
			"0x00",
			"5",
			"hello",
			&mistyped,
			&long,
			&alice[1..],
			&"0x".repeat(33),
			"5é",
		] {
			assert!(matches!(parse_account(text), Err(AccountFault::Bad(_))), "{text}");
		}
		// The same account on Polkadot.
		let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
		assert_eq!(parse_account(polkadot), Err(AccountFault::OtherPrefix(0)));
	}
}
