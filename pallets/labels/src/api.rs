// SPDX-License-Identifier: Apache-2.0

use alloc::vec::Vec;
use chirograph_primitives::{
	AccountId, AccountStatus, Application, AuthorityFault, CertificateHash, Inclusion, LabelChange, LabelId, LabelStatus,
	Publication, Role,
};

/// The most entries that one question returns.
pub const MAX_PER_PAGE: u32 = 100;

sp_api::decl_runtime_apis! {
	/// Reads labels, and answers who may act as what.
	pub trait LabelsApi {
		/// Whether `account` was a label in `role` at that time, judged with all that is known today; without a time, whether it is now.
		fn authority(account: AccountId, role: Role, at: Option<Inclusion>) -> Result<LabelId, AuthorityFault>;

		/// What is known of `account`.
		fn account(account: AccountId) -> AccountStatus;

		/// What is known of a label.
		fn label(label: LabelId) -> Option<LabelStatus>;

		/// What happened to a label: entries from the one numbered `from` on, at most [`MAX_PER_PAGE`].
		fn history(label: LabelId, from: u32) -> Vec<LabelChange>;

		/// Labels from the one numbered `from` on, at most [`MAX_PER_PAGE`].
		fn labels(from: LabelId) -> Vec<LabelStatus>;

		/// What waits for an auditor, in the order of storage keys, beginning behind the account `after`; at most [`MAX_PER_PAGE`].
		fn applications(after: Option<AccountId>) -> Vec<(AccountId, Application)>;

		/// The certificates that an authority vouches for, by the SHA-256 of their DER form, since when, and by which account it said so; in the
		/// order of storage keys, beginning behind the certificate `after`; at most [`MAX_PER_PAGE`].
		fn certificates(label: LabelId, after: Option<CertificateHash>) -> Vec<(CertificateHash, Publication)>;
	}
}
