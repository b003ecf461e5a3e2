// SPDX-License-Identifier: Apache-2.0

//! Blocks and accounts.

use crate::{
	parameters::{self, BLOCK_EXECUTION_TIME},
	weights::database::DatabaseWeight,
	AccountId, Balance, Block, BlockNumber, Hash, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
	RuntimeTask, UncheckedExtrinsic, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU32, Everything},
	weights::{
		constants::{BlockExecutionWeight, ExtrinsicBaseWeight, WEIGHT_REF_TIME_PER_MILLIS},
		Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{
	traits::{AccountIdLookup, SaturatedConversion},
	Perbill,
};
use sp_version::RuntimeVersion;

/// Share of a block that is open to everybody; the rest is for operational calls, so that a flood cannot lock the council out.
const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);
/// What hooks take of a block on average, set aside.
const AVERAGE_ON_INITIALIZE_RATIO: Perbill = Perbill::from_percent(5);
/// Bytes of extrinsics in a block (X.1407 9.3.1 a). Four MiB reach every validator within a slot on a 20 Mbit/s line.
const MAX_BLOCK_LENGTH: u32 = 4 * 1024 * 1024;

/// One second of execution on the machine that the weights were measured on. No proof size: Chirograph is its own chain.
const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(BLOCK_EXECUTION_TIME * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);

/// How many thousandths of a block a weight takes, in whichever of its two measures it takes more.
pub fn thousandths_of_block(weight: Weight) -> u32 {
	let block = RuntimeBlockWeights::get().max_block;
	let thousandths = |part: u64, whole: u64| {
		let part = u128::from(part).saturating_mul(1_000);
		part.checked_div(whole.into()).unwrap_or_default()
	};
	let time = thousandths(weight.ref_time(), block.ref_time());
	let proof = thousandths(weight.proof_size(), block.proof_size());
	time.max(proof).saturated_into()
}

/// A part of a weight.
pub fn share_of(weight: Weight, ratio: Perbill) -> Weight {
	Weight::from_parts(ratio.mul_floor(weight.ref_time()), ratio.mul_floor(weight.proof_size()))
}

parameter_types! {
	pub const Version: RuntimeVersion = VERSION;
	/// More than two hours of blocks: how old the block may be that a mortal extrinsic names.
	pub const BlockHashCount: BlockNumber = 4_096;
	/// Accounts begin with a 5, as everywhere where a network has no prefix of its own.
	pub const Ss58Prefix: u8 = 42;
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAX_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_DISPATCH_RATIO.mul_floor(MAX_BLOCK_LENGTH))
		.build();
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
		.base_block(BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |weights| weights.base_extrinsic = ExtrinsicBaseWeight::get())
		.for_class(DispatchClass::Normal, |weights| {
			weights.max_total = Some(share_of(MAX_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO));
		})
		.for_class(DispatchClass::Operational, |weights| {
			weights.max_total = Some(MAX_BLOCK_WEIGHT);
			weights.reserved = Some(MAX_BLOCK_WEIGHT.saturating_sub(share_of(MAX_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO)));
		})
		.avg_block_initialization(AVERAGE_ON_INITIALIZE_RATIO)
		.build_or_panic();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type BaseCallFilter = Everything;
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type AccountId = AccountId;
	type Nonce = Nonce;
	type Hash = Hash;
	type Lookup = AccountIdLookup<AccountId, ()>;
	type BlockHashCount = BlockHashCount;
	type DbWeight = DatabaseWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type SS58Prefix = Ss58Prefix;
	type MaxConsumers = ConstU32<16>;
}

impl parameters::Config for Runtime {}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<LocalCall> frame_system::offchain::CreateBare<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}
