// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! JSON-RPC methods beyond those that every node has. The SDK's service adds `system`, `chain`, `state`, `childstate`, `author`,
//! `offchain`, `chainSpec_v1`, `chainHead_v1`, `transaction_v1`, `transactionWatch_v1`, `bitswap_v1` and, on an archive,
//! `archive_v1`.
//!
//! | methods | for |
//! |---|---|
//! | `system_accountNextIndex`, `system_dryRun` | wallets that build extrinsics |
//! | `payment_queryInfo`, `payment_queryFeeDetails` | what an extrinsic would cost |
//! | `babe_epochAuthorship` | a validator's own slots; unsafe, since they are secret |
//! | `grandpa_roundState`, `grandpa_proveFinality`, `grandpa_subscribeJustifications` | finality and its proofs |
//! | `sync_state_genSyncSpec` | a chain spec from which a light client starts at the last finalised block |

use crate::service::{FullBackend, FullClient, SelectChain, TransactionPool};
use chirograph_runtime::{opaque::Block, BlockNumber, Hash};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::ChainSpec;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_keystore::KeystorePtr;
use std::{error::Error, sync::Arc};
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the methods ask.
pub struct Deps {
	/// Blocks and state.
	pub client: Arc<FullClient>,
	/// Extrinsics that wait.
	pub transaction_pool: Arc<TransactionPool>,
	/// Which block is best.
	pub select_chain: SelectChain,
	/// The network that this node is on.
	pub chain_spec: Box<dyn ChainSpec>,
	/// This node's keys.
	pub keystore: KeystorePtr,
	/// BABE's epochs.
	pub babe_worker: BabeWorkerHandle<Block>,
	/// GRANDPA's authorities.
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	/// GRANDPA's rounds.
	pub voter_state: SharedVoterState,
	/// A justification for each finalised block, as it comes.
	pub justifications: GrandpaJustificationStream<Block>,
	/// Justifications of the past.
	pub finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// Puts the methods together. Called once for the server and once for queries from within the process.
pub fn create(deps: &Deps, executor: SubscriptionTaskExecutor) -> Result<RpcModule<()>, Box<dyn Error + Send + Sync>> {
	let mut module = RpcModule::new(());
	module.merge(System::<_, _, Block>::new(deps.client.clone(), deps.transaction_pool.clone()).into_rpc())?;
	module.merge(TransactionPayment::<_, Block>::new(deps.client.clone()).into_rpc())?;

	let babe = Babe::new(
		deps.client.clone(),
		deps.babe_worker.clone(),
		deps.keystore.clone(),
		deps.select_chain.clone(),
	);
	module.merge(babe.into_rpc())?;

	let grandpa = Grandpa::new(
		executor,
		deps.authority_set.clone(),
		deps.voter_state.clone(),
		deps.justifications.clone(),
		deps.finality_proofs.clone(),
	);
	module.merge(grandpa.into_rpc())?;

	let sync_state = SyncState::new(
		deps.chain_spec.cloned_box(),
		deps.client.clone(),
		deps.authority_set.clone(),
		deps.babe_worker.clone(),
	)?;
	module.merge(sync_state.into_rpc())?;
	Ok(module)
}
