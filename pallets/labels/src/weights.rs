// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls, and of [`Admission`](crate::Admission).
pub trait WeightInfo {
	/// `apply` of an account that was refused before, in the place of one that lapsed, without a certificate.
	fn apply() -> Weight;
	/// The same with a certificate, with the costlier kind of key.
	fn apply_with_certificate() -> Weight;
	/// `withdraw`.
	fn withdraw() -> Weight;
	/// `approve`.
	fn approve() -> Weight;
	/// `reject`.
	fn reject() -> Weight;
	/// `suspend` by an auditor.
	fn suspend() -> Weight;
	/// `reinstate`.
	fn reinstate() -> Weight;
	/// `revoke` where there are as many attempts to get the label back as there may be.
	fn revoke() -> Weight;
	/// `renew`.
	fn renew() -> Weight;
	/// `add_roles` and `remove_roles`.
	fn change_roles() -> Weight;
	/// `rotate`, with the costliest scheme.
	fn rotate() -> Weight;
	/// `reassign` because of a compromised key, with the costliest scheme.
	fn reassign() -> Weight;
	/// `distrust`.
	fn distrust() -> Weight;
	/// `appoint_auditor` with the longest remit.
	fn appoint_auditor() -> Weight;
	/// `dismiss_auditor` of one that is nothing else.
	fn dismiss_auditor() -> Weight;
	/// `publish_certificate`.
	fn publish_certificate() -> Weight;
	/// `withdraw_certificate`.
	fn withdraw_certificate() -> Weight;
	/// `set_quota`.
	fn set_quota() -> Weight;
	/// `set_guardians` with as many as there may be, in the place of as many, of whom each began an attempt.
	fn set_guardians() -> Weight;
	/// `initiate_recovery`, with the costliest scheme, where each guardian began an attempt that lapsed.
	fn initiate_recovery() -> Weight;
	/// `approve_recovery`.
	fn approve_recovery() -> Weight;
	/// `veto_recovery` of as many attempts as there may be, of which all but one lapsed.
	fn veto_recovery() -> Weight;
	/// `complete_recovery` of one of as many attempts as there may be, with as many approvals as there may be.
	fn complete_recovery() -> Weight;
	/// `bind_passkey` in the place of another.
	fn bind_passkey() -> Weight;
	/// `unbind_passkey`.
	fn unbind_passkey() -> Weight;
	/// `confirm` with the longest assertion, of a call of that many bytes; without what the call costs.
	fn confirm(length: u32) -> Weight;
	/// The extension that every extrinsic passes through, for one of a label's free calls.
	fn admission() -> Weight;
}

/// For tests, where nothing is charged for.
#[cfg(test)]
impl WeightInfo for () {
	fn apply() -> Weight {
		Weight::zero()
	}
	fn apply_with_certificate() -> Weight {
		Weight::zero()
	}
	fn withdraw() -> Weight {
		Weight::zero()
	}
	fn approve() -> Weight {
		Weight::zero()
	}
	fn reject() -> Weight {
		Weight::zero()
	}
	fn suspend() -> Weight {
		Weight::zero()
	}
	fn reinstate() -> Weight {
		Weight::zero()
	}
	fn revoke() -> Weight {
		Weight::zero()
	}
	fn renew() -> Weight {
		Weight::zero()
	}
	fn change_roles() -> Weight {
		Weight::zero()
	}
	fn rotate() -> Weight {
		Weight::zero()
	}
	fn reassign() -> Weight {
		Weight::zero()
	}
	fn distrust() -> Weight {
		Weight::zero()
	}
	fn appoint_auditor() -> Weight {
		Weight::zero()
	}
	fn dismiss_auditor() -> Weight {
		Weight::zero()
	}
	fn publish_certificate() -> Weight {
		Weight::zero()
	}
	fn withdraw_certificate() -> Weight {
		Weight::zero()
	}
	fn set_quota() -> Weight {
		Weight::zero()
	}
	fn set_guardians() -> Weight {
		Weight::zero()
	}
	fn initiate_recovery() -> Weight {
		Weight::zero()
	}
	fn approve_recovery() -> Weight {
		Weight::zero()
	}
	fn veto_recovery() -> Weight {
		Weight::zero()
	}
	fn complete_recovery() -> Weight {
		Weight::zero()
	}
	fn bind_passkey() -> Weight {
		Weight::zero()
	}
	fn unbind_passkey() -> Weight {
		Weight::zero()
	}
	fn confirm(_: u32) -> Weight {
		Weight::zero()
	}
	fn admission() -> Weight {
		Weight::zero()
	}
}
