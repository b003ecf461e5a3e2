// SPDX-License-Identifier: Apache-2.0

use chirograph_primitives::{AccountId, BlockNumber, Jurisdiction, Moment, OrganisationId, Quota, Remit, Role, Roles};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// A label that is there from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Founder {
	/// Who holds it.
	pub account: AccountId,
	/// Whose it is.
	pub organisation: OrganisationId,
	/// Where that is at home.
	pub jurisdiction: Jurisdiction,
	/// What it may act as.
	pub roles: Roles,
	/// When it ends by itself, in milliseconds since the Unix epoch.
	pub expires: Moment,
	/// What it may decide about; exactly if it is an auditor.
	pub remit: Option<Remit>,
}

/// What may be used without a fee.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuotaTerms {
	/// Blocks in a window.
	pub window: BlockNumber,
	/// Applications in a window, of all accounts together.
	pub applications: u32,
	/// Of each role, in the order of their indices. Of calls, and of bytes, a label has the most that one of its roles has.
	pub quotas: [Quota; Role::ALL.len()],
}

impl Default for QuotaTerms {
	/// Five minutes at two seconds a block. People get what people need; who acts for many gets more. An account that applied is never forgotten,
	/// so that applications are what everybody can make the state grow with: at 50 in a window by less than 3 MB a day.
	///
	/// Invoices come when they are asked for, and have no quota of their own (X.1407 I.5): who issues them, and who confirms the payments that
	/// they are over, may send more than all blocks of a window can carry. What keeps such a label from filling them is that it waits for itself,
	/// the more of a window it used, and that it was audited.
	fn default() -> Self {
		let quotas = Role::ALL.map(|role| match role {
			Role::TaxAuthority | Role::PaymentPlatform => Quota {
				calls: 10_000_000,
				bytes: 1024 * 1024 * 1024,
			},
			Role::BusinessPlatform | Role::Issuer | Role::Auditor => Quota {
				calls: 10_000,
				bytes: 16 * 1024 * 1024,
			},
			Role::Enterprise => Quota {
				calls: 2_000,
				bytes: 4 * 1024 * 1024,
			},
			Role::Owner | Role::Taxpayer | Role::CertificateAuthority | Role::TimeService | Role::Regulator | Role::Validator => {
				Quota {
					calls: 500,
					bytes: 512 * 1024,
				}
			},
		});
		Self {
			window: 150,
			applications: 50,
			quotas,
		}
	}
}

impl QuotaTerms {
	/// What a label of these roles may use in a window.
	pub fn of(&self, roles: Roles) -> Quota {
		let each = Role::ALL
			.into_iter()
			.zip(self.quotas)
			.filter(|(role, _)| roles.contains(*role));
		each.fold(Quota::default(), |most, (_, quota)| Quota {
			calls: most.calls.max(quota.calls),
			bytes: most.bytes.max(quota.bytes),
		})
	}

	/// Gives a role another quota.
	pub fn set(&mut self, role: Role, quota: Quota) {
		for (known, current) in Role::ALL.into_iter().zip(&mut self.quotas) {
			if known == role {
				*current = quota;
			}
		}
	}

	/// The window that a block is in.
	pub fn window_of(&self, block: BlockNumber) -> BlockNumber {
		// Genesis refuses windows without a block; and one window for ever is what a division by none would mean.
		block.checked_div(self.window).unwrap_or_default()
	}

	/// The first block of the window after the one that a block is in.
	pub fn next_window(&self, block: BlockNumber) -> BlockNumber {
		// Saturating: at the end of the block numbers there is no next one.
		self.window_of(block).saturating_add(1).saturating_mul(self.window)
	}
}

/// What was used in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Usage {
	/// Which.
	pub window: BlockNumber,
	/// How much.
	pub used: Quota,
}

impl Usage {
	/// What of it counts in `window`: in a new one, nothing was used yet.
	pub fn in_window(self, window: BlockNumber) -> Quota {
		if self.window == window {
			self.used
		} else {
			Quota::default()
		}
	}
}

/// Which calls a label may use without a fee.
pub trait Metering<AccountId, Call> {
	/// How many calls of the quota it is when `who` sends it, at least one; none if it costs a fee instead.
	fn calls(who: &AccountId, call: &Call) -> Option<u32>;

	/// Whether `who` may send it, though its label is over: what it takes to renew labels that nobody else can.
	fn outlives(who: &AccountId, call: &Call) -> bool;
}

/// What else belongs to an account whose label moves to another.
pub trait OnRotation<AccountId> {
	/// Moves it along. What cannot be moved stays.
	fn moved(from: &AccountId, to: &AccountId);

	/// Gives an account all that anybody can have to be moved.
	#[cfg(feature = "runtime-benchmarks")]
	fn endow(account: &AccountId);
}
