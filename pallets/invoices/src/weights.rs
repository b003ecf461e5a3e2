// SPDX-License-Identifier: Apache-2.0

//! What the calls cost. The measured implementation is the runtime's.

use frame_support::weights::Weight;

/// Costs of the calls. Of `execute` by what the transaction does, at its worst: as many categories as there may be, a rest, the
/// signatures of all parties in the costliest scheme, and sent by a business platform.
pub trait WeightInfo {
	/// `execute` of a receipt.
	fn receipt() -> Weight;
	/// `execute` of an issuance out of so many receipts, each of another transaction.
	fn issue(n: u32) -> Weight;
	/// `execute` of a payment with its invoice.
	fn pay_and_invoice() -> Weight;
	/// `execute` of an acceptance.
	fn accept() -> Weight;
	/// `execute` of a rejection.
	fn reject() -> Weight;
	/// `execute` of a transfer.
	fn transfer() -> Weight;
	/// `execute` of a reimbursement of so many outputs, each of another transaction.
	fn reimburse(n: u32) -> Weight;
	/// `execute` of a clearance of so many outputs, each of another transaction.
	fn clear(n: u32) -> Weight;
	/// `execute` of a credit note on so many outputs, each of another transaction, of which VAT was deducted.
	fn credit(n: u32) -> Weight;
	/// `execute` of a voiding of an invoice that is accepted.
	fn void() -> Weight;
	/// `set_conditions`, with as many as there may be.
	fn set_conditions() -> Weight;
	/// `withdraw_conditions`, with as many as there may be.
	fn withdraw_conditions() -> Weight;
	/// `authorise`.
	fn authorise() -> Weight;
	/// `withdraw_authorisation`.
	fn withdraw_authorisation() -> Weight;
	/// `close_period`.
	fn close_period() -> Weight;
}

/// For tests, where nothing is charged for but what tests look at: what a transaction does, and how many outputs it consumes.
#[cfg(test)]
impl WeightInfo for () {
	fn receipt() -> Weight {
		Weight::from_parts(1, 0)
	}
	fn issue(n: u32) -> Weight {
		Weight::from_parts(10, 0).saturating_mul(n.into())
	}
	fn pay_and_invoice() -> Weight {
		Weight::from_parts(2, 0)
	}
	fn accept() -> Weight {
		Weight::from_parts(3, 0)
	}
	fn reject() -> Weight {
		Weight::from_parts(4, 0)
	}
	fn transfer() -> Weight {
		Weight::from_parts(5, 0)
	}
	fn reimburse(n: u32) -> Weight {
		Weight::from_parts(100, 0).saturating_mul(n.into())
	}
	fn clear(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn credit(n: u32) -> Weight {
		Weight::from_parts(10_000, 0).saturating_mul(n.into())
	}
	fn void() -> Weight {
		Weight::from_parts(6, 0)
	}
	fn set_conditions() -> Weight {
		Weight::zero()
	}
	fn withdraw_conditions() -> Weight {
		Weight::zero()
	}
	fn authorise() -> Weight {
		Weight::zero()
	}
	fn withdraw_authorisation() -> Weight {
		Weight::zero()
	}
	fn close_period() -> Weight {
		Weight::zero()
	}
}
