// SPDX-License-Identifier: Apache-2.0

#[cfg(feature = "runtime")]
use crate::{payload::GenesisHash, Inclusion, Operation};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
#[cfg(feature = "runtime")]
use sp_runtime::DispatchError;

/// What an account may act as (X.1407 7.1, 9.1.1 a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum Role {
	/// Owns proofs, receipts and invoices.
	Owner,
	/// Submits on behalf of owners, never holds their keys.
	BusinessPlatform,
	/// Issues certificates.
	Issuer,
	/// Issues and clears invoices for a jurisdiction.
	TaxAuthority,
	/// Sells and buys; has invoices issued.
	Taxpayer,
	/// Reimburses invoices and clears their VAT.
	Enterprise,
	/// Confirms payments.
	PaymentPlatform,
	/// Audits identities before a label is allocated.
	Auditor,
	/// Publishes the certificates that third-party identities are checked against.
	CertificateAuthority,
	/// Posts trusted time beacons.
	TimeService,
	/// Reads for forensics, annotates, asks for suspensions.
	Regulator,
	/// Runs a validator.
	Validator,
}

impl Role {
	/// Every role, in the order of their indices.
	pub const ALL: [Self; 12] = [
		Self::Owner,
		Self::BusinessPlatform,
		Self::Issuer,
		Self::TaxAuthority,
		Self::Taxpayer,
		Self::Enterprise,
		Self::PaymentPlatform,
		Self::Auditor,
		Self::CertificateAuthority,
		Self::TimeService,
		Self::Regulator,
		Self::Validator,
	];
}

/// Number of an identity label. Zero is never one.
pub type LabelId = u32;

#[cfg(feature = "runtime")]
/// The one question that pallets ask before they let an account act (X.1407 9.1.1 a, 9.3.1 f).
pub trait Authority<AccountId> {
	/// The label under which `who` may act in `role` now, or the precise reason why it may not. At the most two reads of storage.
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError>;

	/// As [`Self::ensure`], for an operation that takes a confirmation by the label's passkey where it is guarded by one (X.1407 9.1.1 d). At
	/// the most three reads of storage.
	fn ensure_confirmed(who: &AccountId, role: Role, operation: Operation) -> Result<LabelId, DispatchError>;

	/// Sees to it that `who` passes [`Self::ensure`] for `role`, by the costliest path.
	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, role: Role);
}

#[cfg(feature = "runtime")]
/// Where a call is in the ledger.
pub trait Ledger {
	/// The block and the extrinsic that are being executed, and the block's time.
	fn here() -> Inclusion;

	/// The network that this is.
	fn genesis_hash() -> GenesisHash;
}
