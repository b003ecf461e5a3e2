// SPDX-License-Identifier: Apache-2.0

//! What the node and clients can ask this runtime.

use crate::{
	configs::EPOCH_CONFIG, parameters, presets, AccountId, Babe, Balance, Block, Executive, Grandpa, Incidents, InherentDataExt,
	Invoices, Labels, Nonce, Peers, Proofs, Routing, Runtime, RuntimeGenesisConfig, SessionKeys, System, Timekeeping,
	TransactionPayment, Validators, VERSION,
};
use alloc::vec::Vec;
use chirograph_primitives::{
	incident::Incident,
	invoice::{
		Authorisation, Conditions, CreditNote, Direction, Invoice, InvoiceId, OutPoint, OutputRecord, Party, Period, RouteChange,
		Transaction, TransactionRecord,
	},
	time::{TimeStatement, TimeTerms},
	validator::{Slash, SlashId, Strength, ValidatorChange, ValidatorStatus, ValidatorTerms},
	AccountStatus, AlgorithmPolicy, Application, AuthorityFault, Batch, BatchRoot, CertificateHash, DocumentHash, IncidentId,
	Inclusion, Jurisdiction, LabelChange, LabelId, LabelStatus, Life, PaymentReference, PeerKey, ProofChange, ProofId,
	Publication, Record, Role, Subject, TransactionId,
};
use codec::Encode;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	traits::{Get, KeyOwnerProofSystem},
	view_functions::{self, ViewFunctionDispatchError, ViewFunctionId},
	weights::Weight,
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use pallet_validators::KeyOwners;
use sp_api::impl_runtime_apis;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_genesis_builder::PresetId;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, DispatchError, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

// Before its use: the macros that it defines are known from here on only.
#[cfg(feature = "runtime-benchmarks")]
frame_benchmarking::define_benchmarks!(
	[pallet_governance, Governance]
	[pallet_incidents, Incidents]
	[pallet_invoices, Invoices]
	[pallet_labels, Labels]
	[pallet_peers, Peers]
	[pallet_proofs, Proofs]
	[pallet_routing, Routing]
	[pallet_timekeeping, Timekeeping]
	[pallet_validators, Validators]
);

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block)
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(id: ViewFunctionId, input: Vec<u8>) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(block: <Block as BlockT>::LazyBlock, data: InherentData) -> CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_babe::BabeApi<Block> for Runtime {
		fn configuration() -> sp_consensus_babe::BabeConfiguration {
			let epoch = Babe::epoch_config().unwrap_or(EPOCH_CONFIG);
			sp_consensus_babe::BabeConfiguration {
				slot_duration: Babe::slot_duration(),
				epoch_length: <Runtime as pallet_babe::Config>::EpochDuration::get(),
				c: epoch.c,
				authorities: Babe::authorities().to_vec(),
				randomness: Babe::randomness(),
				allowed_slots: epoch.allowed_slots,
			}
		}

		fn current_epoch_start() -> sp_consensus_babe::Slot {
			Babe::current_epoch_start()
		}

		fn current_epoch() -> sp_consensus_babe::Epoch {
			Babe::current_epoch()
		}

		fn next_epoch() -> sp_consensus_babe::Epoch {
			Babe::next_epoch()
		}

		fn generate_key_ownership_proof(
			_slot: sp_consensus_babe::Slot,
			authority: sp_consensus_babe::AuthorityId,
		) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
			let proof = KeyOwners::<Runtime>::prove((sp_consensus_babe::KEY_TYPE, authority))?;
			Some(sp_consensus_babe::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
			key_owner: sp_consensus_babe::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			Babe::submit_unsigned_equivocation_report(equivocation, key_owner.decode()?)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn generate_key_ownership_proof(
			_set: sp_consensus_grandpa::SetId,
			authority: sp_consensus_grandpa::AuthorityId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			let proof = KeyOwners::<Runtime>::prove((sp_consensus_grandpa::KEY_TYPE, authority))?;
			Some(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
			key_owner: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			Grandpa::submit_unsigned_equivocation_report(equivocation, key_owner.decode()?)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
		fn query_info(extrinsic: <Block as BlockT>::Extrinsic, length: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(extrinsic, length)
		}

		fn query_fee_details(extrinsic: <Block as BlockT>::Extrinsic, length: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_fee_details(extrinsic, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)?;
			parameters::check_genesis()
		}

		fn get_preset(id: &Option<PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, presets::get_preset)
		}

		fn preset_names() -> Vec<PresetId> {
			presets::preset_names()
		}
	}

	impl pallet_proofs::ProofsApi<Block> for Runtime {
		fn record(subject: Subject) -> Option<Record> {
			Proofs::record(subject)
		}

		fn claims(subject: Subject, after: Option<AccountId>, limit: u32) -> Vec<Record> {
			Proofs::claims(subject, after, limit)
		}

		fn batch(root: BatchRoot) -> Option<Batch> {
			Proofs::batch(root)
		}

		fn leaf(root: BatchRoot, subject: Subject) -> Life {
			Proofs::leaf(root, subject)
		}

		fn history(proof: ProofId, from: u32, limit: u32) -> Vec<ProofChange> {
			Proofs::history(proof, from, limit)
		}

		fn algorithms() -> AlgorithmPolicy {
			Proofs::algorithms()
		}
	}

	impl pallet_labels::LabelsApi<Block> for Runtime {
		fn authority(account: AccountId, role: Role, at: Option<Inclusion>) -> Result<LabelId, AuthorityFault> {
			Labels::authority_of(account, role, at)
		}

		fn account(account: AccountId) -> AccountStatus {
			Labels::account_status(&account)
		}

		fn label(label: LabelId) -> Option<LabelStatus> {
			Labels::label_status(label)
		}

		fn history(label: LabelId, from: u32) -> Vec<LabelChange> {
			Labels::history(label, from)
		}

		fn labels(from: LabelId) -> Vec<LabelStatus> {
			Labels::labels_from(from)
		}

		fn applications(after: Option<AccountId>) -> Vec<(AccountId, Application)> {
			Labels::applications_after(after)
		}

		fn certificates(label: LabelId, after: Option<CertificateHash>) -> Vec<(CertificateHash, Publication)> {
			Labels::certificates_of(label, after)
		}
	}

	impl pallet_invoices::InvoicesApi<Block> for Runtime {
		fn transaction(id: TransactionId) -> Option<TransactionRecord> {
			Invoices::transaction(id)
		}

		fn transactions(ids: Vec<TransactionId>) -> Vec<Option<TransactionRecord>> {
			Invoices::transactions(ids)
		}

		fn lineage(from: Vec<TransactionId>, direction: Direction, limit: u32) -> Vec<(TransactionId, TransactionRecord)> {
			Invoices::lineage(from, direction, limit)
		}

		fn invoice(id: InvoiceId) -> Option<Invoice> {
			Invoices::invoice(id)
		}

		fn credit_note(id: InvoiceId) -> Option<CreditNote> {
			Invoices::credit_note(id)
		}

		fn document(hash: DocumentHash) -> Vec<InvoiceId> {
			Invoices::document(hash)
		}

		fn payment(platform: LabelId, reference: PaymentReference) -> Option<TransactionId> {
			Invoices::payment(platform, reference)
		}

		fn outputs_of(holder: LabelId, after: Option<OutPoint>, limit: u32) -> Vec<(OutPoint, OutputRecord)> {
			Invoices::outputs_of(holder, after, limit)
		}

		fn conditions(seller: LabelId) -> Option<Conditions> {
			Invoices::conditions(seller)
		}

		fn authorisation(seller: LabelId) -> Option<Authorisation> {
			Invoices::authorisation(seller)
		}

		fn closed(jurisdiction: Jurisdiction) -> Option<Period> {
			Invoices::closed(jurisdiction)
		}

		fn parties(transaction: Transaction) -> Result<Vec<Party>, DispatchError> {
			Invoices::parties(transaction)
		}
	}

	impl pallet_routing::RoutingApi<Block> for Runtime {
		fn competent(home: Jurisdiction) -> Option<LabelId> {
			Routing::competent(home)
		}

		fn routes() -> Vec<(Jurisdiction, Vec<RouteChange>)> {
			Routing::routes()
		}
	}

	impl pallet_validators::ValidatorsApi<Block> for Runtime {
		fn validators(after: Option<LabelId>, limit: u32) -> Vec<ValidatorStatus> {
			Validators::validators(after, limit)
		}

		fn validator(label: LabelId) -> Option<ValidatorStatus> {
			Validators::validator(label)
		}

		fn history(label: LabelId, from: u32) -> Vec<ValidatorChange> {
			Validators::history(label, from)
		}

		fn slashes(from: SlashId) -> Vec<(SlashId, Slash)> {
			Validators::slashes(from)
		}

		fn strength() -> Strength {
			Validators::strength()
		}

		fn terms() -> ValidatorTerms {
			Validators::terms()
		}

		fn budget() -> Balance {
			Validators::budget()
		}
	}

	impl pallet_timekeeping::TimekeepingApi<Block> for Runtime {
		fn statement() -> TimeStatement {
			Timekeeping::statement()
		}

		fn terms() -> TimeTerms {
			Timekeeping::terms()
		}
	}

	impl pallet_incidents::IncidentsApi<Block> for Runtime {
		fn incident(id: IncidentId) -> Option<Incident> {
			Incidents::incident(id)
		}

		fn incidents(from: IncidentId) -> Vec<(IncidentId, Incident)> {
			Incidents::incidents(from)
		}

		fn open_incidents() -> u32 {
			Incidents::open_incidents()
		}
	}

	impl pallet_peers::PeersApi<Block> for Runtime {
		fn members() -> Option<Vec<PeerKey>> {
			Peers::members()
		}

		fn voters() -> Vec<PeerKey> {
			Peers::voters()
		}

		fn peers_of(label: LabelId) -> Vec<PeerKey> {
			Peers::peers_of(label)
		}

		fn owner(peer: PeerKey) -> Option<LabelId> {
			Peers::owner(peer)
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
			use crate::{AllPalletsWithSystem, Governance};
			use frame_benchmarking::BenchmarkList;
			use frame_support::traits::StorageInfoTrait;
			let mut list = Vec::<BenchmarkList>::new();
			list_benchmarks!(list, extra);
			(list, AllPalletsWithSystem::storage_info())
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			use crate::Governance;
			use frame_benchmarking::BenchmarkBatch;
			use frame_support::traits::WhitelistedStorageKeys;
			let whitelist = crate::AllPalletsWithSystem::whitelisted_storage_keys();
			let mut batches = Vec::<BenchmarkBatch>::new();
			let params = (&config, &whitelist);
			add_benchmarks!(params, batches);
			Ok(batches)
		}
	}

	#[cfg(feature = "try-runtime")]
	impl frame_try_runtime::TryRuntime<Block> for Runtime {
		fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
			let weight = Executive::try_runtime_upgrade(checks).expect("an upgrade that fails must not be enacted");
			(weight, <Runtime as frame_system::Config>::BlockWeights::get().max_block)
		}

		fn execute_block(
			block: <Block as BlockT>::LazyBlock,
			state_root_check: bool,
			signature_check: bool,
			select: frame_try_runtime::TryStateSelect,
		) -> Weight {
			Executive::try_execute_block(block, state_root_check, signature_check, select)
				.expect("a block that fails its checks must be found")
		}
	}
}
