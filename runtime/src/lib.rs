// SPDX-License-Identifier: Apache-2.0

//! The runtime of every Chirograph network. One WASM for all of them: what differs between a laptop and a country, slot time, epoch
//! length, council, validators, comes from genesis ([`parameters`]).
//!
//! | where | what |
//! |---|---|
//! | [`configs`] | how each pallet is set up, one file per concern |
//! | [`parameters`] | what a network decides at genesis |
//! | [`presets`] | genesis of the development networks |
//! | `apis` | what the node and clients can ask |
//! | `weights` | what calls cost, measured by `scripts/weights` |

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]
// The macros that put a runtime together generate public items that nobody can document.
#![allow(missing_docs)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

mod apis;
pub mod configs;
pub mod opaque;
pub mod parameters;
pub mod presets;
#[cfg(test)]
mod tests;
mod weights;

pub use apis::{api, RuntimeApi};
pub use chirograph_primitives::{AccountId, Balance, BlockNumber, Moment};
pub use opaque::SessionKeys;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// How an extrinsic is signed: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;
/// How many extrinsics an account has sent.
pub type Nonce = u32;
/// BLAKE2b-256.
pub type Hash = sp_core::H256;
/// How accounts are named in extrinsics.
pub type Address = MultiAddress<AccountId, ()>;
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
pub type SignedBlock = generic::SignedBlock<Block>;
pub type BlockId = generic::BlockId<Block>;
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// What every signed extrinsic passes through, in this order.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	// Checks the nonce, and by whom and how much: known to wallets as `CheckNonce`.
	pallet_labels::Admission<Runtime>,
	frame_system::CheckWeight<Runtime>,
	// Known to wallets as `ChargeTransactionPayment`.
	configs::FeeBeyondQuota,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// Migrations of the next upgrade.
pub type Migrations = ();

pub type Executive =
	frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem, Migrations>;

const _: () = {
	// The account of an extrinsic's signer is the one that the primitives name.
	const fn same<T: IdentifyAccount<AccountId = AccountId>>() {}
	same::<<Signature as Verify>::Signer>();
};

#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("chirograph"),
	impl_name: Cow::Borrowed("chirograph"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	// Light clients know no newer one: smoldot refuses the runtime of any other, and checks what is in a block by this one's rule.
	system_version: 1,
};

/// Pallet indices are part of the wire format: never reused, never changed. They also order genesis and hooks: parameters come before
/// whoever reads them, BABE before the timestamp that it checks, sessions after what they need.
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Parameters = crate::parameters;
	#[runtime::pallet_index(2)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(3)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(4)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(5)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(6)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(7)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(8)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(9)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(10)]
	pub type Grandpa = pallet_grandpa;

	#[runtime::pallet_index(20)]
	pub type Council = pallet_collective<Instance1>;
	#[runtime::pallet_index(21)]
	pub type Governance = pallet_governance;
	#[runtime::pallet_index(22)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(23)]
	pub type Scheduler = pallet_scheduler;

	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(31)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(32)]
	pub type Proxy = pallet_proxy;

	#[runtime::pallet_index(40)]
	pub type Proofs = pallet_proofs;
	#[runtime::pallet_index(41)]
	pub type Labels = pallet_labels;
	#[runtime::pallet_index(42)]
	pub type Invoices = pallet_invoices;
	#[runtime::pallet_index(43)]
	pub type Routing = pallet_routing;
	#[runtime::pallet_index(44)]
	pub type Validators = pallet_validators;
	#[runtime::pallet_index(45)]
	pub type Timekeeping = pallet_timekeeping;
	#[runtime::pallet_index(46)]
	pub type Incidents = pallet_incidents;
	#[runtime::pallet_index(47)]
	pub type Peers = pallet_peers;
}
