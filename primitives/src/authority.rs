// SPDX-License-Identifier: Apache-2.0

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

/// What an account may act as (X.1407 7.1, 9.1.1 a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
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

/// Identity label of an account. Zero stands for "no label was allocated" and is never given to one.
pub type LabelId = u32;

/// The one question that pallets ask before they let an account act (X.1407 9.1.1 a, 9.3.1 f).
pub trait Authority<AccountId> {
	/// The label under which `who` may act in `role` now, or the precise reason why it may not.
	fn ensure(who: &AccountId, role: Role) -> Result<LabelId, DispatchError>;

	/// Sees to it that `who` passes [`Self::ensure`] for `role`, by the costliest path.
	#[cfg(feature = "runtime-benchmarks")]
	fn admit(who: &AccountId, role: Role);
}

/// Admits every account in every role. For networks without identity labels: there, a proof says which key registered it, not who
/// stands behind the key.
pub struct AdmitEverybody;

impl<AccountId> Authority<AccountId> for AdmitEverybody {
	fn ensure(_: &AccountId, _: Role) -> Result<LabelId, DispatchError> {
		Ok(0)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn admit(_: &AccountId, _: Role) {}
}
