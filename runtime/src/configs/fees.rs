// SPDX-License-Identifier: Apache-2.0

//! Balances of the validators' token, and fees.

use super::{labels::FreeCalls, system::RuntimeBlockWeights};
use crate::{
	AccountId, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason, RuntimeOrigin,
	System,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
	pallet_prelude::{DispatchResult, TransactionSource},
	parameter_types,
	traits::{ConstU32, ConstU8},
	weights::{ConstantMultiplier, Weight, WeightToFee},
};
use pallet_labels::Metering;
use pallet_transaction_payment::{ChargeTransactionPayment, FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{
		AsSystemOriginSigner, Bounded, DispatchInfoOf, Implication, PostDispatchInfoOf, TransactionExtension, ValidateResult,
	},
	transaction_validity::{InvalidTransaction, TransactionValidityError, ValidTransaction},
	FixedPointNumber, Perquintill,
};

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
	/// Fees per byte; an extrinsic's weight of a second, which is a block's, costs one token.
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
	type WeightToFee = ShareOfBlock;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate =
		TargetedFeeAdjustment<Self, TargetBlockFullness, AdjustmentVariable, MinimumMultiplier, MaximumMultiplier>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

/// A fee for the part of a block that an extrinsic takes, in whichever of the two measures of weight it takes more. Who closes a motion, or is
/// one of several signatories, says itself how much of either: what has no price would be taken for nothing.
pub struct ShareOfBlock;

impl WeightToFee for ShareOfBlock {
	type Balance = Balance;

	fn weight_to_fee(weight: &Weight) -> Balance {
		let block = RuntimeBlockWeights::get().max_block;
		// Saturating: the largest of both is far below the largest balance.
		let proof = Balance::from(weight.proof_size()).saturating_mul(block.ref_time().into());
		let proof = proof.checked_div(block.proof_size().into()).unwrap_or_default();
		proof.max(weight.ref_time().into())
	}
}

/// Takes the SDK's fee, but not for calls that are free: these count against the label's quota instead. What comes first is for the quota to
/// decide ([`pallet_labels::Admission`]): nothing can have a tip, and a higher fee buys no better place.
///
/// Same name and same bytes as the SDK's extension, so that every wallet knows it.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Debug, PartialEq, Eq, TypeInfo)]
pub struct FeeBeyondQuota(ChargeTransactionPayment<Runtime>);

impl From<ChargeTransactionPayment<Runtime>> for FeeBeyondQuota {
	fn from(fee: ChargeTransactionPayment<Runtime>) -> Self {
		Self(fee)
	}
}

type Fee = ChargeTransactionPayment<Runtime>;

/// What the SDK's extension hands on, where there is a fee.
pub enum Charge<T> {
	/// A free call; the weight that the fee would have taken is given back.
	Free(Weight),
	/// A fee is taken.
	Fee(T),
}

impl TransactionExtension<RuntimeCall> for FeeBeyondQuota {
	const IDENTIFIER: &'static str = "ChargeTransactionPayment";
	type Implicit = ();
	type Val = Charge<<Fee as TransactionExtension<RuntimeCall>>::Val>;
	type Pre = Charge<<Fee as TransactionExtension<RuntimeCall>>::Pre>;

	fn weight(&self, call: &RuntimeCall) -> Weight {
		self.0.weight(call)
	}

	fn validate(
		&self,
		origin: RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
		implicit: (),
		implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCall> {
		if self.0.tip() > 0 {
			return Err(InvalidTransaction::Payment.into());
		}
		let signer: Option<&AccountId> = origin.as_system_origin_signer();
		if signer.is_some_and(|who| FreeCalls::calls(who, call).is_some()) {
			return Ok((ValidTransaction::default(), Charge::Free(self.weight(call)), origin));
		}
		let (validity, fee, origin) = self.0.validate(origin, call, info, len, implicit, implication, source)?;
		let validity = ValidTransaction { priority: 0, ..validity };
		Ok((validity, Charge::Fee(fee), origin))
	}

	fn prepare(
		self,
		charge: Self::Val,
		origin: &RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		match charge {
			Charge::Free(weight) => Ok(Charge::Free(weight)),
			Charge::Fee(fee) => self.0.prepare(fee, origin, call, info, len).map(Charge::Fee),
		}
	}

	fn post_dispatch_details(
		charge: Self::Pre,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		match charge {
			Charge::Free(weight) => Ok(weight),
			Charge::Fee(fee) => Fee::post_dispatch_details(fee, info, post_info, len, result),
		}
	}
}
