// SPDX-License-Identifier: Apache-2.0

#[cfg(feature = "runtime")]
use crate::{payload::GenesisHash, Acceptance, AccountId, Algorithm, Inclusion, Jurisdiction, Operation, OrganisationId};
#[cfg(feature = "runtime")]
use alloc::collections::BTreeSet;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
#[cfg(feature = "runtime")]
use sp_runtime::{DispatchError, DispatchResult};

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
/// Who stands behind a label: asked where labels are named, and accounts are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelHolder {
	/// The account that holds it now.
	pub account: AccountId,
	/// Where it is at home.
	pub home: Jurisdiction,
}

#[cfg(feature = "runtime")]
/// The same question as [`Authority`]'s, about a label.
pub trait Directory {
	/// Who holds `label`, if that may act in `role` now; or the precise reason why it may not. At the most three reads of storage.
	fn holder(label: LabelId, role: Role) -> Result<LabelHolder, DispatchError>;

	/// As [`Self::holder`], for an operation that takes a confirmation by the label's passkey where it is guarded by one (X.1407 9.1.1 d).
	fn holder_confirmed(label: LabelId, role: Role, operation: Operation) -> Result<LabelHolder, DispatchError>;
}

#[cfg(feature = "runtime")]
/// Which tax authority is competent where (X.sr-di, L.region).
pub trait Routing {
	/// The tax authority that is competent now for who is at home there: the one of the region, or else of the whole country.
	fn competent(home: &Jurisdiction) -> Option<LabelId>;

	/// Makes an authority competent, from now on.
	#[cfg(feature = "runtime-benchmarks")]
	fn appoint(home: Jurisdiction, authority: LabelId);
}

#[cfg(feature = "runtime")]
/// Which algorithms are good enough (X.1407 9.3.2).
pub trait Algorithms {
	/// Whether something new may rest on it now.
	fn judge(algorithm: Algorithm) -> Acceptance;
}

#[cfg(feature = "runtime")]
/// Where a call is in the ledger.
pub trait Ledger {
	/// The block and the extrinsic that are being executed, and the block's time.
	fn here() -> Inclusion;

	/// The network that this is.
	fn genesis_hash() -> GenesisHash;
}

#[cfg(feature = "runtime")]
/// What a label says of whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
	/// Its number.
	pub label: LabelId,
	/// Whose it is.
	pub organisation: OrganisationId,
	/// Where it is at home.
	pub home: Jurisdiction,
}

#[cfg(feature = "runtime")]
/// Who is behind accounts and labels, whether or not they may act now: to trace by, never to admit by.
pub trait Identities {
	/// The label that `account` holds, or held once.
	fn label_of(account: &AccountId) -> Option<LabelId>;

	/// The account that holds `label`.
	fn account_of(label: LabelId) -> Option<AccountId>;

	/// What `label` says.
	fn identity(label: LabelId) -> Option<Identity>;
}

#[cfg(feature = "runtime")]
/// Who belongs to the network, whatever they may act as.
pub trait Membership<AccountId> {
	/// The label that `who` may use now, or the precise reason why it may not. At the most two reads of storage.
	fn ensure_member(who: &AccountId) -> Result<LabelId, DispatchError>;

	/// Whether `label` can be used now by whoever holds it. At the most three reads of storage.
	fn is_member(label: LabelId) -> bool;

	/// Sees to it that `who` passes [`Self::ensure_member`].
	#[cfg(feature = "runtime-benchmarks")]
	fn admit_member(who: &AccountId);
}

#[cfg(feature = "runtime")]
/// On whom consensus depends, whatever can be done with their labels.
pub trait Voters {
	/// The labels of those in the set of this session and in that of the next.
	fn voters() -> BTreeSet<LabelId>;

	/// Whether `label` has a margin at stake, and with it a place among validators. One read of storage.
	fn has_stake(label: LabelId) -> bool;
}

#[cfg(feature = "runtime")]
/// Suspends labels in the name of the network, which needs nobody's leave (X.1407 9.2.3 g).
pub trait Containment {
	/// Suspends `label` for an offence that is proven, also where it is suspended for another reason: another key makes up for a stolen one, and
	/// not for an offence. A revoked label stays as it is. Reinstated as every suspended label.
	///
	/// # Errors
	///
	/// There is no such label.
	fn suspend_offender(label: LabelId) -> DispatchResult;
}
