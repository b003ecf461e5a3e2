// SPDX-License-Identifier: Apache-2.0

//! A node, or the network itself through a light client, asked only for what is finalised.

use crate::{
	error::Error,
	keys::{ExtrinsicSignature, Keypair},
	submit::Included,
};
use chirograph_primitives::{
	calls::{self, TRANSACTION_VERSION},
	payload::GenesisHash,
	AccountId, AccountStatus, AlgorithmPolicy, Application, AuthorityFault, Balance, Batch, BatchRoot, BlockNumber, BoundPasskey,
	CertificateHash, Inclusion, LabelChange, LabelId, LabelStatus, Life, Moment, ProofChange, ProofId, Publication, Record, Role,
	Subject,
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use codec::{Compact, Decode, DecodeAll, Encode};
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sp_crypto_hashing::blake2_128;
use std::{fmt, sync::Arc, time::Duration};
use subxt::{
	backend::LegacyBackend,
	client::{OnlineClient, OnlineClientAtBlock},
	config::{Config, DefaultTransactionExtensions, RpcConfigFor, SubstrateConfig},
	dynamic,
	ext::{
		frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
		jsonrpsee,
	},
	rpcs::{methods::legacy::LegacyRpcMethods, rpc_params, RpcClient},
	tx::Payload,
	utils::{AccountId32, MultiAddress, MultiSignature, Static, H256},
	ArcMetadata,
};

/// How long a node has to accept a connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a node has to answer a question.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How old the newest finalised block may be: a minute of trouble is forgiven, and a minute of wrong clocks.
pub(crate) const MAX_AGE_MILLIS: Moment = 120_000;
/// The runtime's name on every Chirograph network.
const SPEC_NAME: &str = "chirograph";

/// UTC, to the second, as RFC 3339 writes it.
pub fn format_time(time: Moment) -> String {
	let time = i64::try_from(time).ok().and_then(DateTime::from_timestamp_millis);
	time.map_or_else(
		|| "at an impossible time".into(),
		|time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
	)
}

/// The last millisecond, in UTC, of a day written `2027-12-31`.
pub fn end_of_day(text: &str) -> Option<Moment> {
	let date: NaiveDate = text.parse().ok()?;
	// The parser is generous; one form is enough.
	let end = Some(date)
		.filter(|date| date.to_string() == text)?
		.and_hms_milli_opt(23, 59, 59, 999)?;
	Moment::try_from(end.and_utc().timestamp_millis()).ok()
}

/// What subxt must know of a Chirograph network. Metadata is read from the node, once for each version of the runtime.
#[derive(Clone, Debug, Default)]
pub struct ChirographConfig(SubstrateConfig);

impl Config for ChirographConfig {
	type AccountId = AccountId32;
	type Address = MultiAddress<AccountId32, ()>;
	type Signature = MultiSignature;
	type Header = <SubstrateConfig as Config>::Header;
	type TransactionExtensions = DefaultTransactionExtensions<Self>;
	type AssetId = u32;
	type Hasher = <SubstrateConfig as Config>::Hasher;

	fn metadata_for_spec_version(&self, version: u32) -> Option<ArcMetadata> {
		self.0.metadata_for_spec_version(version)
	}

	fn set_metadata_for_spec_version(&self, version: u32, metadata: ArcMetadata) {
		self.0.set_metadata_for_spec_version(version, metadata)
	}
}

impl subxt::tx::Signer<ChirographConfig> for Keypair {
	fn account_id(&self) -> AccountId32 {
		AccountId32(self.account().into())
	}

	fn sign(&self, payload: &[u8]) -> MultiSignature {
		match self.sign_extrinsic(payload) {
			ExtrinsicSignature::Sr25519(signature) => MultiSignature::Sr25519(signature),
			ExtrinsicSignature::Ed25519(signature) => MultiSignature::Ed25519(signature),
			ExtrinsicSignature::Ecdsa(signature) => MultiSignature::Ecdsa(signature),
		}
	}
}

/// What the ledger keeps of an account: its nonce and how many things refer to it; then what is free of its balance, reserved and frozen, and
/// flags.
type AccountEntry = ((u32, u32, u32, u32), (Balance, Balance, Balance, u128));

/// A finalised block, as a place to read from.
pub type FinalisedBlock = OnlineClientAtBlock<ChirographConfig>;

/// A connection to a node of a Chirograph network, or to the network itself: [`Chain::light`](crate::light).
pub struct Chain {
	/// Where the node is; of a light client, where its chain spec is.
	url: String,
	connection: Connection,
	pub(crate) rpc: RpcClient,
	pub(crate) legacy: LegacyRpcMethods<RpcConfigFor<ChirographConfig>>,
	pub(crate) client: OnlineClient<ChirographConfig>,
	genesis: GenesisHash,
}

impl fmt::Debug for Chain {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.debug_struct("Chain").field("url", &self.url).finish_non_exhaustive()
	}
}

/// What questions go over.
pub(crate) enum Connection {
	/// A node's WebSocket.
	Node(Arc<jsonrpsee::core::client::Client>),
	/// Many peers, who come and go.
	#[cfg(feature = "light")]
	Light,
}

impl Connection {
	/// Whether it can still be asked.
	fn is_there(&self) -> bool {
		match self {
			Self::Node(client) => client.is_connected(),
			#[cfg(feature = "light")]
			Self::Light => true,
		}
	}

	/// Whether a single node answers, which has to be believed.
	fn is_node(&self) -> bool {
		matches!(self, Self::Node(_))
	}
}

/// A block, by height and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockId {
	/// Height.
	pub number: u64,
	/// `0x` and 64 hexadecimal digits.
	pub hash: String,
}

impl BlockId {
	pub(crate) fn new(number: u64, hash: H256) -> Self {
		Self {
			number,
			hash: format!("{hash:?}"),
		}
	}

	/// Of a block that is read from.
	pub fn of(block: &FinalisedBlock) -> Self {
		Self::new(block.block_number(), block.block_hash())
	}
}

/// How a node and its network are.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChainStatus {
	/// Where the node is; of a light client, where its chain spec is.
	pub url: String,
	/// Name of the network.
	pub chain: String,
	/// Hash of its first block: what identifies it.
	pub genesis: String,
	/// The node's software.
	pub node: String,
	/// Version of the runtime.
	pub runtime: u32,
	/// How many peers it has.
	pub peers: usize,
	/// Whether it is behind its peers.
	pub syncing: bool,
	/// The newest block it knows. Provisional.
	pub best: BlockId,
	/// The newest block that can no longer be undone.
	pub finalised: BlockId,
	/// When that one was made.
	pub finalised_time: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SyncState {
	current_block: u64,
	highest_block: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeVersion {
	spec_name: String,
	transaction_version: u32,
}

impl Chain {
	/// Connects to the node at `url`, `ws` or `wss`; in the clear only to this machine. With `expected`, only to a node of the network with
	/// that genesis.
	///
	/// Only to a node on whose finalised chain the network's newest [checkpoint](crate::checkpoints::compiled) is that is compiled in (X.1407
	/// 9.2.3 e).
	pub async fn connect(url: &str, expected: Option<GenesisHash>) -> Result<Self, Error> {
		let bad_address = |reason: String| Error::BadAddress { url: url.into(), reason };
		if !url.starts_with("ws://") && !url.starts_with("wss://") {
			return Err(bad_address("it begins with neither ws:// nor wss://".into()));
		}
		match subxt::rpcs::utils::url_is_secure(url) {
			Ok(true) => {},
			Ok(false) => return Err(bad_address("it would send everything in the clear over a network".into())),
			Err(error) => return Err(bad_address(error.to_string())),
		}
		let client = connect(url).await?;
		let rpc = RpcClient::new(client.clone());
		let chain = Self::over(url, Connection::Node(client), rpc, expected).await?;
		chain.ensure_compiled_checkpoint().await?;
		Ok(chain)
	}

	/// Over a connection to what is at `url`. With `expected`, only if it is of the network with that genesis.
	pub(crate) async fn over(
		url: &str,
		connection: Connection,
		rpc: RpcClient,
		expected: Option<GenesisHash>,
	) -> Result<Self, Error> {
		let legacy = LegacyRpcMethods::new(rpc.clone());
		let unusable = |reason: String| unusable(url, &connection, reason);

		let version: RuntimeVersion = rpc
			.request("state_getRuntimeVersion", rpc_params![None::<H256>])
			.await
			.map_err(|error| unusable(error.to_string()))?;
		if version.spec_name != SPEC_NAME {
			return Err(Error::NotChirograph {
				url: url.into(),
				found: version.spec_name,
			});
		}
		ensure_version(url, version.transaction_version)?;
		// The newer interface of the node would wait for ever where a runtime API fails.
		let backend = LegacyBackend::builder().build(rpc.clone());
		let client = OnlineClient::from_backend_with_config(ChirographConfig::default(), Arc::new(backend))
			.await
			.map_err(|error| unusable(error.to_string()))?;
		let genesis = client.genesis_hash().0;
		if let Some(expected) = expected.filter(|expected| *expected != genesis) {
			return Err(Error::AnotherChain {
				url: url.into(),
				expected,
				found: genesis,
			});
		}
		Ok(Self {
			url: url.into(),
			connection,
			rpc,
			legacy,
			client,
			genesis,
		})
	}

	/// Where the node is; of a light client, where its chain spec is.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Hash of the network's first block, which every owner signature is bound to.
	pub fn genesis(&self) -> &GenesisHash {
		&self.genesis
	}

	/// Fails where the node is behind its network, or cut off from it: its answers would be out of date.
	pub async fn ensure_synced(&self) -> Result<(), Error> {
		let health = self.legacy.system_health().await.map_err(|error| self.node_error(error))?;
		// A light client was where its peers are when it started, and of heights that it is told it believes none.
		if health.is_syncing && self.connection.is_node() {
			let state: SyncState = self
				.rpc
				.request("system_syncState", rpc_params![])
				.await
				.map_err(|error| self.node_error(error))?;
			let (best, highest) = (state.current_block, state.highest_block);
			return Err(Error::Syncing {
				url: self.url.clone(),
				best,
				highest,
			});
		}
		// A node without peers knows of nothing that it could be behind of; the clock does.
		let block = self.finalised().await?;
		self.ensure_recent(block.block_number(), self.time(&block).await?)
	}

	/// Fails where a block that was made at that time is too old to be the newest final one.
	pub(crate) fn ensure_recent(&self, block: u64, time: Moment) -> Result<(), Error> {
		let now = Moment::try_from(Utc::now().timestamp_millis()).unwrap_or_default();
		if now.saturating_sub(time) > MAX_AGE_MILLIS {
			return Err(Error::Stale {
				url: self.url.clone(),
				finalised: block,
				time: format_time(time),
			});
		}
		Ok(())
	}

	/// How the node and its network are.
	pub async fn status(&self) -> Result<ChainStatus, Error> {
		let failed = |error| self.node_error(error);
		let health = self.legacy.system_health().await.map_err(failed)?;
		let best_hash = self.legacy.chain_get_block_hash(None).await.map_err(failed)?;
		let best = self.legacy.chain_get_header(best_hash).await.map_err(failed)?;
		let (Some(best), Some(best_hash)) = (best, best_hash) else {
			return Err(self.node_error("no best block"));
		};
		let finalised = self.finalised().await?;
		let (name, version) = (self.legacy.system_name().await, self.legacy.system_version().await);
		Ok(ChainStatus {
			url: self.url.clone(),
			chain: self.legacy.system_chain().await.map_err(failed)?,
			genesis: format!("0x{}", hex::encode(self.genesis)),
			node: format!("{} {}", name.map_err(failed)?, version.map_err(failed)?),
			runtime: finalised.spec_version(),
			peers: health.peers,
			syncing: health.is_syncing,
			best: BlockId::new(best.number, best_hash),
			finalised: BlockId::new(finalised.block_number(), finalised.block_hash()),
			finalised_time: format_time(self.time(&finalised).await?),
		})
	}

	/// The newest finalised block.
	pub async fn finalised(&self) -> Result<FinalisedBlock, Error> {
		self.client.at_current_block().await.map_err(|error| self.node_error(error))
	}

	/// How many extrinsics of `account` are in blocks or in the node's pool.
	pub async fn nonce(&self, account: &AccountId) -> Result<u64, Error> {
		let account = AccountId32(account.clone().into());
		self.legacy
			.system_account_next_index(&account)
			.await
			.map_err(|error| self.node_error(error))
	}

	/// How many extrinsics of `account` are in the blocks up to `block`.
	pub async fn nonce_at(&self, block: &FinalisedBlock, account: &AccountId) -> Result<u64, Error> {
		let nonce: u32 = self.runtime_call(block, "AccountNonceApi_account_nonce", account).await?;
		Ok(nonce.into())
	}

	/// Height of the newest finalised block.
	pub async fn height(&self) -> Result<BlockNumber, Error> {
		let number = self.finalised().await?.block_number();
		// The ledger's block numbers have 32 bits, see `BlockNumber`.
		Ok(BlockNumber::try_from(number).unwrap_or(BlockNumber::MAX))
	}

	/// The block at that height, on the chain that the node takes for the best; final if it is not above the finalised one.
	pub async fn block_at(&self, number: BlockNumber) -> Result<Option<BlockId>, Error> {
		let hash = self.hash_at(number).await?;
		Ok(hash.map(|hash| BlockId::new(number.into(), hash)))
	}

	async fn hash_at(&self, number: BlockNumber) -> Result<Option<H256>, Error> {
		self.legacy
			.chain_get_block_hash(Some(number.into()))
			.await
			.map_err(|error| self.node_error(error))
	}

	/// The hash of the block at that height, which is not above `newest`, a finalised block.
	async fn final_hash_at(&self, newest: &FinalisedBlock, number: BlockNumber) -> Result<H256, Error> {
		let finalised = newest.block_number();
		if u64::from(number) > finalised {
			return Err(Error::NotFinalYet {
				block: number,
				finalised,
			});
		}
		let hash = self.hash_at(number).await?;
		hash.ok_or_else(|| self.node_error("it does not have a block that it finalised"))
	}

	/// The finalised block at that height; without one, the newest. What its state is asked for, the node may have forgotten.
	pub async fn as_of(&self, number: Option<BlockNumber>) -> Result<FinalisedBlock, Error> {
		let newest = self.finalised().await?;
		match number {
			Some(number) => {
				let hash = self.final_hash_at(&newest, number).await?;
				self.client.at_block(hash).await.map_err(|error| self.state_error(error))
			},
			None => Ok(newest),
		}
	}

	/// The end of the block at that height, behind every extrinsic in it. Not of one above `newest`, a finalised block.
	///
	/// The time is read from the block itself: nodes keep blocks, but most of them forget the state that was long ago.
	pub async fn end_of_block(&self, newest: &FinalisedBlock, number: BlockNumber) -> Result<Inclusion, Error> {
		let unknown = || self.node_error("it does not have a block that it finalised");
		let hash = self.final_hash_at(newest, number).await?;
		let block = self.legacy.chain_get_block(Some(hash)).await;
		let block = block.map_err(|error| self.node_error(error))?.ok_or_else(unknown)?.block;
		let bytes = block.extrinsics.into_iter().map(|bytes| bytes.0).collect();
		// The metadata of now is good for then: calls keep their indices for ever.
		let extrinsics = newest.extrinsics().from_bytes(bytes).await;
		for extrinsic in extrinsics.iter() {
			let extrinsic = extrinsic.map_err(|error| self.node_error(error))?;
			if (extrinsic.pallet_name(), extrinsic.call_name()) == ("Timestamp", "set") {
				let time = Compact::<Moment>::decode_all(&mut extrinsic.call_data_field_bytes());
				let Compact(time) = time.map_err(|error| self.node_error(format!("a block's time: {error}")))?;
				return Ok(Self::end(number, time));
			}
		}
		// The first block, and no other, has no time.
		match number {
			0 => Ok(Self::end(number, 0)),
			_ => Err(self.node_error("a block of it has no time")),
		}
	}

	fn end(block: BlockNumber, time: Moment) -> Inclusion {
		Inclusion {
			block,
			extrinsic: u32::MAX,
			time,
		}
	}

	/// Every block that becomes final from now on, in order, none left out.
	pub async fn finalised_blocks(&self) -> Result<impl Stream<Item = Result<BlockId, Error>> + Unpin + '_, Error> {
		let blocks = self.client.stream_blocks().await.map_err(|error| self.node_error(error))?;
		Ok(blocks.map(|block| match block {
			Ok(block) => Ok(BlockId::new(block.number(), block.hash())),
			Err(error) => Err(self.node_error(error)),
		}))
	}

	/// The last block of a signature that is to be good for `blocks` from now on.
	pub async fn valid_until(&self, blocks: BlockNumber) -> Result<BlockNumber, Error> {
		Ok(self.height().await?.saturating_add(blocks))
	}

	/// The finalised block that an extrinsic is in.
	pub(crate) async fn at(&self, included: &Included) -> Result<FinalisedBlock, Error> {
		self.client
			.at_block(H256(included.block_hash))
			.await
			.map_err(|error| self.node_error(error))
	}

	/// When `block` was made; zero for the first one.
	pub async fn time(&self, block: &FinalisedBlock) -> Result<Moment, Error> {
		let now: Option<Moment> = self.stored(block, "Timestamp", "Now", ()).await?;
		Ok(now.unwrap_or_default())
	}

	/// What `account` has of the validators' token and nothing holds, as of `block`; in its smallest unit.
	pub async fn free_balance(&self, block: &FinalisedBlock, account: &AccountId) -> Result<Balance, Error> {
		let known: Option<AccountEntry> = self.stored(block, "System", "Account", (Static(account.clone()),)).await?;
		Ok(known.map_or(0, |(_, (free, ..))| free))
	}

	/// Time from one slot for a block to the next, in milliseconds.
	pub(crate) async fn slot_duration(&self, block: &FinalisedBlock) -> Result<Moment, Error> {
		let duration = self.stored(block, "Parameters", "SlotDuration", ()).await?;
		duration.ok_or_else(|| self.node_error("it does not know how long its slots are"))
	}

	/// The first registration of `subject`, as of `block`.
	pub async fn record(&self, block: &FinalisedBlock, subject: &Subject) -> Result<Option<Record>, Error> {
		self.runtime_call(block, "ProofsApi_record", subject).await
	}

	/// The batch of that root, as of `block`.
	pub async fn batch(&self, block: &FinalisedBlock, root: &BatchRoot) -> Result<Option<Batch>, Error> {
		self.runtime_call(block, "ProofsApi_batch", root).await
	}

	/// What became of a leaf by itself, as of `block`.
	pub async fn leaf(&self, block: &FinalisedBlock, root: &BatchRoot, subject: &Subject) -> Result<Life, Error> {
		self.runtime_call(block, "ProofsApi_leaf", &(root, subject)).await
	}

	/// All that happened to `proof` until `block`, in order; `count` is how many entries its life says that there are.
	pub(crate) async fn proof_history(
		&self,
		block: &FinalisedBlock,
		proof: &ProofId,
		count: u32,
	) -> Result<Vec<ProofChange>, Error> {
		let count = usize::try_from(count).unwrap_or(usize::MAX);
		let mut known = Vec::new();
		while known.len() < count {
			let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
			let page: Vec<ProofChange> = self
				.runtime_call(block, "ProofsApi_history", &(proof, next, u32::MAX))
				.await?;
			let is_last = page.is_empty();
			known.extend(page);
			if is_last || known.len() > count {
				return Err(self.node_error(format!("{proof} has {count} changes, and its history another number")));
			}
		}
		Ok(known)
	}

	/// Which algorithms are good enough, and since and until when, as of `block`.
	pub(crate) async fn algorithms(&self, block: &FinalisedBlock) -> Result<AlgorithmPolicy, Error> {
		self.runtime_call(block, "ProofsApi_algorithms", &()).await
	}

	/// Later registrations of `subject`, as of `block`; behind the owner `after`, a page at a time. An empty page is the last. Each page
	/// begins behind the one before, so there is a last one.
	pub async fn claims(
		&self,
		block: &FinalisedBlock,
		subject: &Subject,
		after: Option<&AccountId>,
	) -> Result<Vec<Record>, Error> {
		let function = "ProofsApi_claims";
		let page: Vec<Record> = self.runtime_call(block, function, &(subject, after, u32::MAX)).await?;
		let owners = after.into_iter().chain(page.iter().map(|claim| &claim.owner));
		self.ensure_order(function, owners.map(order_in_storage))?;
		Ok(page)
	}

	/// The later registration of `subject` by `owner`, as of `block`.
	pub async fn claim(&self, block: &FinalisedBlock, subject: &Subject, owner: &AccountId) -> Result<Option<Record>, Error> {
		let key = (Static(*subject), Static(owner.clone()));
		self.stored(block, "Proofs", "Claims", key).await
	}

	/// What is known of `account`, as of `block`.
	pub async fn account_status(&self, block: &FinalisedBlock, account: &AccountId) -> Result<AccountStatus, Error> {
		self.runtime_call(block, "LabelsApi_account", account).await
	}

	/// Whether `account` acts for whoever holds something: with the key by which it was given to them, or with one that its label moved to.
	pub(crate) async fn acts_for(
		&self,
		block: &FinalisedBlock,
		account: &AccountId,
		holder: &AccountId,
		label: LabelId,
	) -> Result<bool, Error> {
		if account == holder {
			return Ok(true);
		}
		let status = self.account_status(block, account).await?;
		Ok(status.label.is_some_and(|held| held.id == label))
	}

	/// What is known of `label`, as of `block`.
	pub async fn label_status(&self, block: &FinalisedBlock, label: LabelId) -> Result<Option<LabelStatus>, Error> {
		self.runtime_call(block, "LabelsApi_label", &label).await
	}

	/// All that happened to `label` until `block`, in order.
	pub async fn label_history(&self, block: &FinalisedBlock, label: LabelId) -> Result<Vec<LabelChange>, Error> {
		let status = self.label_status(block, label).await?;
		let count = status.map_or(0, |status| usize::try_from(status.label.changes).unwrap_or(usize::MAX));
		let mut known = Vec::new();
		while known.len() < count {
			let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
			let page: Vec<LabelChange> = self.runtime_call(block, "LabelsApi_history", &(label, next)).await?;
			known.extend(page.iter().cloned());
			if page.is_empty() || known.len() > count {
				return Err(self.node_error(format!("label {label} has {count} changes, and its history another number")));
			}
		}
		Ok(known)
	}

	/// All labels as of `block`, in the order of their numbers.
	pub async fn labels(&self, block: &FinalisedBlock) -> Result<Vec<LabelStatus>, Error> {
		let next = |last: Option<&LabelStatus>| last.map_or(1, |last| last.label.id.saturating_add(1));
		self.pages(block, "LabelsApi_labels", next, |status| status.label.id).await
	}

	/// All applications that wait for an auditor as of `block`, in no particular order.
	pub async fn applications(&self, block: &FinalisedBlock) -> Result<Vec<(AccountId, Application)>, Error> {
		let next = |last: Option<&(AccountId, Application)>| last.map(|(account, _)| account.clone());
		let key = |(account, _): &(AccountId, Application)| order_in_storage(account);
		self.pages(block, "LabelsApi_applications", next, key).await
	}

	/// The certificates that an authority vouches for as of `block`, since when, and with which key it said so; in no particular order.
	pub async fn certificates(
		&self,
		block: &FinalisedBlock,
		label: LabelId,
	) -> Result<Vec<(CertificateHash, Publication)>, Error> {
		let next = |last: Option<&(CertificateHash, Publication)>| (label, last.map(|(certificate, _)| *certificate));
		// As `order_in_storage`: the hasher is the same.
		let key = |(certificate, _): &(CertificateHash, Publication)| (blake2_128(&certificate.0), *certificate);
		self.pages(block, "LabelsApi_certificates", next, key).await
	}

	/// Since when an authority vouches for a certificate, if it does so as of `block`, and with which key it said so. Whether that key was to be
	/// believed then, [`Self::authority`] says.
	pub async fn certificate(
		&self,
		block: &FinalisedBlock,
		label: LabelId,
		certificate: &CertificateHash,
	) -> Result<Option<Publication>, Error> {
		let key = (Static(label), Static(*certificate));
		self.stored(block, "Labels", "Certificates", key).await
	}

	/// The passkey of a label as of `block`, if it has one.
	pub async fn passkey(&self, block: &FinalisedBlock, label: LabelId) -> Result<Option<BoundPasskey>, Error> {
		self.stored(block, "Labels", "Passkeys", (Static(label),)).await
	}

	/// How many confirmations by passkeys a label used up as of `block`.
	pub async fn confirmations(&self, block: &FinalisedBlock, label: LabelId) -> Result<u32, Error> {
		let used: Option<u32> = self.stored(block, "Labels", "Sequences", (Static(label),)).await?;
		Ok(used.unwrap_or_default())
	}

	/// A call as the ledger encodes it. Its numbers come from the metadata of `block`, which is the node's word, and fails where they are not
	/// those that the call has on every network.
	pub(crate) fn encode_call(&self, block: &FinalisedBlock, call: &impl Payload) -> Result<Vec<u8>, Error> {
		ensure_version(&self.url, block.transaction_version())?;
		let encoded = block.tx().call_data(call).map_err(|error| self.node_error(error))?;
		ensure_numbers(&self.url, call.pallet_name(), call.call_name(), &encoded)?;
		Ok(encoded)
	}

	/// The label that `account` was in `role` at that time, judged with all that is known as of `block`, or why it was none; without a
	/// time, the label that it is.
	pub async fn authority(
		&self,
		block: &FinalisedBlock,
		account: &AccountId,
		role: Role,
		at: Option<Inclusion>,
	) -> Result<Result<LabelId, AuthorityFault>, Error> {
		self.runtime_call(block, "LabelsApi_authority", &(account, role, at)).await
	}

	/// All pages of an answer. `next` is the question for what comes behind the last that is known; nothing does behind the last page.
	/// Entries are in the order of their keys, each once: a node that begins anew is not followed for ever.
	pub(crate) async fn pages<T: Decode, I: Encode, K: Ord>(
		&self,
		block: &FinalisedBlock,
		function: &str,
		next: impl Fn(Option<&T>) -> I,
		key: impl Fn(&T) -> K,
	) -> Result<Vec<T>, Error> {
		let mut known = Vec::<T>::new();
		loop {
			let page: Vec<T> = self.runtime_call(block, function, &next(known.last())).await?;
			if page.is_empty() {
				return Ok(known);
			}
			self.ensure_order(function, known.last().into_iter().chain(&page).map(&key))?;
			known.extend(page);
		}
	}

	fn ensure_order<K: Ord>(&self, function: &str, keys: impl Iterator<Item = K>) -> Result<(), Error> {
		if keys.is_sorted_by(|one, next| one < next) {
			return Ok(());
		}
		Err(self.node_error(format!("{function}: its entries are not in order, each once")))
	}

	/// What an entry of the ledger has as of `block`.
	pub(crate) async fn stored<K: IntoEncodableValues + IntoDecodableValues, V: Decode>(
		&self,
		block: &FinalisedBlock,
		pallet: &str,
		entry: &str,
		key: K,
	) -> Result<Option<V>, Error> {
		let entry = dynamic::storage::<K, Static<V>>(pallet, entry);
		let value = block
			.storage()
			.try_fetch(entry, key)
			.await
			.map_err(|error| self.state_error(error))?;
		let value = value
			.map(|value| value.decode())
			.transpose()
			.map_err(|error| self.node_error(error))?;
		Ok(value.map(|Static(value)| value))
	}

	/// What a function of the runtime answers as of `block`.
	pub(crate) async fn runtime_call<T: Decode>(
		&self,
		block: &FinalisedBlock,
		function: &str,
		input: &impl Encode,
	) -> Result<T, Error> {
		let output = block.runtime_apis().call_raw(function, Some(&input.encode())).await;
		let output = output.map_err(|error| self.state_error(error))?;
		T::decode_all(&mut &output[..]).map_err(|error| self.node_error(format!("{function}: {error}")))
	}

	/// Whether the node can still be asked.
	pub fn is_connected(&self) -> bool {
		self.connection.is_there()
	}

	/// Returns when the connection is lost.
	pub(crate) async fn disconnected(&self) {
		match &self.connection {
			Connection::Node(client) => {
				client.on_disconnect().await;
			},
			// One peer goes, another comes.
			#[cfg(feature = "light")]
			Connection::Light => std::future::pending().await,
		}
	}

	/// Fails where nobody could tell what became of an extrinsic.
	pub(crate) fn ensure_node(&self, what: &str) -> Result<(), Error> {
		if self.connection.is_node() {
			return Ok(());
		}
		Err(Error::NeedsNode { what: what.into() })
	}

	/// What a failed request for state means: the node may keep only what is recent.
	pub(crate) fn state_error(&self, reason: impl fmt::Display) -> Error {
		let reason = reason.to_string();
		// Nodes say so in words only.
		if reason.contains("State already discarded") {
			Error::StateForgotten { url: self.url.clone() }
		} else {
			self.node_error(reason)
		}
	}

	/// What a failed request means: the node went away, or said something unusable.
	pub(crate) fn node_error(&self, reason: impl fmt::Display) -> Error {
		unusable(&self.url, &self.connection, reason.to_string())
	}

	pub(crate) fn lost(&self) -> Error {
		Error::ConnectionLost { url: self.url.clone() }
	}
}

/// What a failed request over that connection means.
fn unusable(url: &str, connection: &Connection, reason: String) -> Error {
	#[cfg(feature = "light")]
	if !connection.is_node() {
		return crate::light::failed(url, &reason);
	}
	// The client library says so in words only. A node that stopped answering is as good as gone.
	if connection.is_there() && !reason.contains("Request timeout") {
		Error::Node { url: url.into(), reason }
	} else {
		Error::ConnectionLost { url: url.into() }
	}
}

/// Fails where calls are encoded in another way than this SDK knows.
fn ensure_version(url: &str, found: u32) -> Result<(), Error> {
	if found == TRANSACTION_VERSION {
		return Ok(());
	}
	Err(Error::OtherCalls {
		url: url.into(),
		found,
		known: TRANSACTION_VERSION,
	})
}

/// Fails where an encoded call does not begin with the numbers of that name.
fn ensure_numbers(url: &str, pallet: &str, call: &str, encoded: &[u8]) -> Result<(), Error> {
	let call_name = || format!("{pallet}.{call}");
	let expected = calls::numbers_of(pallet, call).ok_or_else(|| Error::UnknownCall { call: call_name() })?;
	match encoded.first_chunk::<2>() {
		Some(found) if *found == expected => Ok(()),
		found => Err(Error::FalseCall {
			url: url.into(),
			call: call_name(),
			expected,
			found: found.copied().unwrap_or_default(),
		}),
	}
}

/// What entries of a map that accounts are the keys of are in the order of: its hasher is `Blake2_128Concat`.
fn order_in_storage(account: &AccountId) -> ([u8; 16], AccountId) {
	let bytes: &[u8; 32] = account.as_ref();
	(blake2_128(bytes), account.clone())
}

/// A WebSocket with pings, so that a node that vanished without a word is noticed.
async fn connect(url: &str) -> Result<Arc<jsonrpsee::core::client::Client>, Error> {
	use jsonrpsee::{
		client_transport::ws::{Url, WsTransportClientBuilder},
		core::client::{async_client::PingConfig, ClientBuilder},
	};
	let parsed = Url::parse(url).map_err(|error| Error::BadAddress {
		url: url.into(),
		reason: error.to_string(),
	})?;
	let transport = WsTransportClientBuilder::default()
		.connection_timeout(CONNECTION_TIMEOUT)
		.build(parsed)
		.await;
	let (sender, receiver) = transport.map_err(|error| Error::NoConnection {
		url: url.into(),
		reason: error.to_string(),
	})?;
	let client = ClientBuilder::default()
		.request_timeout(REQUEST_TIMEOUT)
		.max_buffer_capacity_per_subscription(4096)
		.enable_ws_ping(PingConfig::default())
		.build_with_tokio(sender, receiver);
	Ok(Arc::new(client))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_call_is_signed_with_its_own_numbers_only() {
		let ensure = |pallet, call, encoded: &[u8]| ensure_numbers("ws://node", pallet, call, encoded);
		assert!(ensure("Labels", "suspend", &[41, 4, 6, 0, 0, 0, 0]).is_ok(), "the control");
		for exchanged in [&[41, 6, 6, 0, 0, 0, 0][..], &[40, 4], &[41], &[]] {
			let outcome = ensure("Labels", "suspend", exchanged);
			assert!(
				matches!(&outcome, Err(Error::FalseCall { call, expected: [41, 4], .. }) if call == "Labels.suspend"),
				"{exchanged:?}: {outcome:?}"
			);
		}
		let unknown = ensure("Grandpa", "note_stalled", &[8, 2]);
		assert!(
			matches!(&unknown, Err(Error::UnknownCall { call }) if call == "Grandpa.note_stalled"),
			"{unknown:?}"
		);
	}

	#[test]
	fn calls_of_another_version_are_not_signed() {
		assert!(ensure_version("ws://node", TRANSACTION_VERSION).is_ok());
		assert!(matches!(
			ensure_version("ws://node", TRANSACTION_VERSION + 1),
			Err(Error::OtherCalls { found: 2, known: 1, .. })
		));
	}

	#[test]
	fn a_day_ends_with_its_last_millisecond() {
		assert_eq!(end_of_day("1970-01-01"), Some(24 * 60 * 60 * 1_000 - 1));
		let leap_day = end_of_day("2028-02-29").expect("is a day");
		assert_eq!(format_time(leap_day), "2028-02-29T23:59:59Z");
	}

	#[test]
	fn what_is_no_day_after_1970_or_written_otherwise_has_no_end() {
		for text in [
			"",
			"2027",
			"2027-02-29",
			"2027-13-01",
			"2027-1-1",
			" 2027-01-01",
			"2027-01-01 ",
			"01.01.2027",
			"1969-12-31",
			"2027-01-01T00:00:00Z",
		] {
			assert_eq!(end_of_day(text), None, "{text:?}");
		}
	}
}
