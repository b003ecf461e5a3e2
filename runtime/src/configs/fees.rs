// SPDX-License-Identifier: Apache-2.0

//! Balances of the validators' token, and fees.

use crate::{Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason, System};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU8},
	weights::{ConstantMultiplier, IdentityFee},
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::Bounded, FixedPointNumber, Perquintill};

/// The smallest unit; 10^12 of them are one token.
pub const UNIT: Balance = 1_000_000_000_000;

/// What keeping something in storage takes as a deposit.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	// Saturating: the largest items and bytes stay far below the largest balance.
	(items as Balance)
		.saturating_mul(UNIT / 100)
		.saturating_add((bytes as Balance).saturating_mul(UNIT / 100_000))
}

parameter_types! {
	/// A balance below this is not worth its place in storage.
	pub const ExistentialDeposit: Balance = UNIT / 1_000;
	/// Fees per byte; an extrinsic's weight of a second costs one token.
	pub const TransactionByteFee: Balance = UNIT / 1_000_000_000;
	/// Fees begin to rise where blocks are filled beyond this.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(1, 100_000);
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 1_000_000);
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
	type Balance = Balance;
	type DustRemoval = ();
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type MaxFreezes = ConstU32<50>;
	type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	// Fees are burnt: nobody gains by filling blocks.
	type OnChargeTransaction = FungibleAdapter<Balances, ()>;
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate =
		TargetedFeeAdjustment<Self, TargetBlockFullness, AdjustmentVariable, MinimumMultiplier, MaximumMultiplier>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}
