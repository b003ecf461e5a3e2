// SPDX-License-Identifier: Apache-2.0

//! The embedded light client: the ledger without anybody's word for it.
//!
//! A node that is asked over RPC can say what it likes. A light client is a peer of the network instead:
//!
//! 1. It knows the network by its chain spec, whose genesis storage has the first block's hash. That hash is all that is trusted.
//! 2. From there it follows GRANDPA's justifications, from one set of validators to the next, to the newest finalised block.
//! 3. It asks any peer for state, with a proof, and checks the proof against that block's header. A runtime API it runs itself, over
//!    storage that was proven.
//!
//! So peers can refuse to answer, and no more. Whoever has the keys of two thirds of a set of validators of the past could show another
//! history to somebody who knows no later block; a checkpoint in the chain spec would be no remedy, but one more thing to trust, and is
//! left aside. One that is compiled in, or that the user trusts, is looked up in the newest block's state, which has the hashes of the last
//! blocks. That the newest block is recent, [`Chain::ensure_synced`] checks as with a node.
//!
//! What is in a block, and proofs of finality for others, a light client does not get: see [`Error::NeedsNode`].

use crate::{
	chain::{Chain, Connection},
	error::{ChainSpecFault as Fault, Error},
	file,
};
use chirograph_primitives::payload::GenesisHash;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
	time::Duration,
};
use subxt::{
	lightclient::{LightClient, LightClientRpc},
	rpcs::{
		client::{RawRpcFuture, RawRpcSubscription, RawValue, RpcClientT},
		methods::legacy::SystemHealth,
		rpc_params, Error as RpcError, RpcClient,
	},
	utils::H256,
};
use tokio::{
	sync::Mutex,
	task::spawn_blocking,
	time::{sleep, timeout, Instant},
};

/// A chain spec is mostly its runtime, twice as large in hexadecimal digits; large ones have some MiB.
const MAX_SPEC_BYTES: u64 = 64 * 1024 * 1024;
/// How long it may take until a first peer is found.
const PEERS_TIMEOUT: Duration = Duration::from_secs(20);
/// How long it may take to say how many there are.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the vote on a block may take.
const VOTE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to the newest finalised block. A justification for each change of the validators is looked at.
const SYNC_TIMEOUT: Duration = Duration::from_secs(120);
/// How long the network may take to answer a question.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Between two looks at something that is waited for.
const POLL: Duration = Duration::from_millis(50);
/// How many blocks are walked back to find one by its height.
const MAX_WALK: u64 = 512;
/// What a light client starts with. Everything else is none of its business: a checkpoint, `lightSyncState`, would be believed, and nothing in
/// the genesis hash says that it is right.
const NEEDED: [&str; 7] = ["name", "id", "chainType", "bootNodes", "forkId", "properties", "genesis"];
/// What is not answered, and what it would have been for.
const UNANSWERED: [(&str, &str); 3] = [
	("chain_getBlock", "read what is in a block"),
	("grandpa_proveFinality", "get a proof for others that a block is final"),
	("sync_state_genSyncSpec", "get a chain spec"),
];
/// How an answer begins that says what a light client cannot. Errors are passed on as words only.
const CANNOT: &str = "a light client cannot ";
const TIMED_OUT: &str = "no peer answered in time";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Peer {
	/// Height of its newest block, as it says.
	best_number: u64,
}

/// What a light client starts with: a network's genesis storage, and nodes to begin with.
#[derive(Clone, Debug)]
pub struct ChainSpec {
	fields: Map<String, Value>,
	boot_nodes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
	/// `0x` and hexadecimal digits.
	number: String,
	parent_hash: H256,
}

impl ChainSpec {
	/// Reads one from a file.
	pub fn open(path: &Path) -> Result<Self, Error> {
		let bytes = file::read_bounded(path, MAX_SPEC_BYTES)?;
		Self::read(&bytes).map_err(|fault| bad(path, fault))
	}

	/// Reads one.
	pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
		let fields: Value = serde_json::from_slice(bytes).map_err(|error| Fault::NotJson(error.to_string()))?;
		let Value::Object(fields) = fields else {
			return Err(Fault::NotJson("it is something else".into()));
		};
		Self::of(fields)
	}

	fn of(fields: Map<String, Value>) -> Result<Self, Fault> {
		let fields: Map<_, _> = fields
			.into_iter()
			.filter(|(name, value)| NEEDED.contains(&name.as_str()) && !value.is_null())
			.collect();
		let raw = fields.get("genesis").and_then(|genesis| genesis.get("raw"));
		if !raw.is_some_and(Value::is_object) {
			return Err(Fault::NotRaw);
		}
		let named = fields.get("bootNodes").and_then(Value::as_array).into_iter().flatten();
		let boot_nodes: Vec<_> = named.filter_map(Value::as_str).map(str::to_owned).collect();
		if !boot_nodes.iter().any(|address| can_be_dialled(address)) {
			return Err(Fault::NoBootNodes);
		}
		Ok(Self { fields, boot_nodes })
	}

	/// That of the network of `chain`, which is a node. It is the first to begin with, at the addresses that it says it has, and `boot_nodes` are
	/// others. What the node says is checked as far as it matters: the genesis storage has the genesis hash of `chain`.
	pub async fn of_node(chain: &Chain, boot_nodes: &[String]) -> Result<Self, Error> {
		let ask = |error: RpcError| chain.node_error(error);
		let spec = chain.rpc.request("sync_state_genSyncSpec", rpc_params![true]).await;
		let mut fields: Map<String, Value> = spec.map_err(ask)?;
		let own = chain.rpc.request("system_localListenAddresses", rpc_params![]).await;
		let own: Vec<String> = own.map_err(ask)?;
		// The node's spec may name some already.
		let named = fields.get("bootNodes").and_then(Value::as_array).into_iter().flatten();
		let named = named.filter_map(Value::as_str).map(str::to_owned);
		let mut all = Vec::<String>::new();
		for address in boot_nodes.iter().cloned().chain(own).chain(named) {
			if can_be_dialled(&address) && !all.contains(&address) {
				all.push(address);
			}
		}
		fields.insert("bootNodes".into(), all.into());
		let spec = Self::of(fields).map_err(|fault| chain.node_error(fault))?;
		let found = spec.clone().start().await.map_err(|fault| chain.node_error(fault))?.1;
		if found != *chain.genesis() {
			return Err(chain.node_error("the genesis storage in its chain spec is that of another network"));
		}
		Ok(spec)
	}

	/// The nodes to begin with.
	pub fn boot_nodes(&self) -> &[String] {
		&self.boot_nodes
	}

	/// As a file has it.
	pub fn to_json(&self) -> Vec<u8> {
		Value::Object(self.fields.clone()).to_string().into_bytes()
	}

	/// A light client for it, and the hash of the first block.
	async fn start(self) -> Result<(RpcClient, GenesisHash), Fault> {
		// The first state is hashed, and its runtime compiled.
		let started = spawn_blocking(move || LightClient::relay_chain(Value::Object(self.fields).to_string())).await;
		let started = started.map_err(|_| Fault::Unusable("its runtime cannot be run".into()))?;
		let (_, client) = started.map_err(|error| Fault::Unusable(error.to_string()))?;
		let rpc = RpcClient::new(Peers {
			client,
			walked: Mutex::default(),
		});
		let genesis: Result<H256, _> = rpc.request("chainSpec_v1_genesisHash", rpc_params![]).await;
		let H256(genesis) = genesis.map_err(|error| Fault::Unusable(error.to_string()))?;
		Ok((rpc, genesis))
	}
}

impl Chain {
	/// Starts a light client for the network of the chain spec in a file, which must be the one with that genesis, and returns when it knows the
	/// newest finalised block, or 10 s after a network that finalises nothing was found. Fails when no peer is found within 20 s.
	pub async fn light(chain_spec: &Path, expected: Option<GenesisHash>) -> Result<Self, Error> {
		let spec = ChainSpec::open(chain_spec)?;
		let (rpc, genesis) = spec.start().await.map_err(|fault| bad(chain_spec, fault))?;
		if let Some(expected) = expected.filter(|expected| *expected != genesis) {
			return Err(Error::SpecOfAnotherChain {
				path: chain_spec.into(),
				expected,
				found: genesis,
			});
		}
		let place = chain_spec.display().to_string();
		find_peers(&rpc, &place).await?;
		let chain = Self::over(&place, Connection::Light, rpc, Some(genesis)).await?;
		chain.catch_up().await?;
		chain.ensure_compiled_checkpoint().await?;
		Ok(chain)
	}

	/// Returns when the block that peers said was their newest is final, or when nothing is to be gained by waiting: that what is known is too old,
	/// says whoever wants to know.
	async fn catch_up(&self) -> Result<(), Error> {
		let failed = |error: RpcError| self.node_error(error);
		let peers: Vec<Peer> = self.rpc.request("system_peers", rpc_params![]).await.map_err(failed)?;
		// Nobody proves that it is there, so it is worth some patience, and no more.
		let goal = peers.iter().map(|peer| peer.best_number).max().unwrap_or_default();
		let begin = Instant::now();
		loop {
			let newest = self.legacy.chain_get_finalized_head().await.map_err(failed)?;
			let newest = self.legacy.chain_get_header(Some(newest)).await.map_err(failed)?;
			let waited = begin.elapsed();
			if newest.is_some_and(|newest| newest.number >= goal) || waited >= SYNC_TIMEOUT {
				return Ok(());
			}
			if waited >= VOTE_TIMEOUT {
				let health = self.legacy.system_health().await.map_err(failed)?;
				let newest = self.finalised().await?;
				let recent = self.ensure_recent(newest.block_number(), self.time(&newest).await?);
				if !health.is_syncing || recent.is_ok() {
					return Ok(());
				}
			}
			sleep(POLL).await;
		}
	}
}

/// Returns when there is a peer.
async fn find_peers(rpc: &RpcClient, place: &str) -> Result<(), Error> {
	let begin = Instant::now();
	while begin.elapsed() < PEERS_TIMEOUT {
		// Meanwhile it may be busy for seconds.
		if let Ok(health) = timeout(HEALTH_TIMEOUT, rpc.request("system_health", rpc_params![])).await {
			let health: SystemHealth = health.map_err(|error| failed(place, &error.to_string()))?;
			if health.peers > 0 {
				return Ok(());
			}
		}
		sleep(POLL).await;
	}
	Err(no_peers(place, PEERS_TIMEOUT))
}

/// What it means that a light client did not answer.
pub(crate) fn failed(place: &str, reason: &str) -> Error {
	if let Some((_, what)) = reason.split_once(CANNOT) {
		return Error::NeedsNode { what: what.into() };
	}
	if reason.contains(TIMED_OUT) {
		return no_peers(place, REQUEST_TIMEOUT);
	}
	Error::Node {
		url: place.into(),
		reason: reason.into(),
	}
}

fn no_peers(place: &str, waited: Duration) -> Error {
	Error::NoPeers {
		path: place.into(),
		seconds: waited.as_secs(),
	}
}

fn bad(path: &Path, fault: Fault) -> Error {
	Error::BadChainSpec {
		path: PathBuf::from(path),
		fault,
	}
}

/// Whether the light client has a transport for that address: TCP, also with WebSocket, but not with TLS.
pub fn can_be_dialled(address: &str) -> bool {
	let parts: Vec<_> = address.split('/').collect();
	let has = |name| parts.contains(&name);
	address.starts_with('/') && has("tcp") && has("p2p") && !has("wss") && !has("tls") && !has("0.0.0.0") && !has("::")
}

/// The network as something that answers as a node does, within a time, or says what it cannot.
struct Peers {
	client: LightClientRpc,
	/// Finalised blocks by height, of those that were walked over last. They never change.
	walked: Mutex<BTreeMap<u64, H256>>,
}

impl Peers {
	/// The hash of the finalised block at that height. Peers have it too, without proof; from the newest block each header names the one before.
	async fn hash_at(&self, number: u64) -> Result<Option<H256>, RpcError> {
		let mut walked = self.walked.lock().await;
		let known = walked.range(number..).next().map(|(number, hash)| (*number, *hash));
		let (mut at, mut hash) = match known {
			Some((at, hash)) if at.saturating_sub(number) <= MAX_WALK => (at, hash),
			_ => {
				let head: H256 = self.ask("chain_getFinalizedHead", "[]".into()).await?;
				(self.header(&head).await?.0, head)
			},
		};
		if number > at {
			return Ok(None);
		}
		if at.saturating_sub(number) > MAX_WALK {
			return Err(cannot(&format!(
				"find a block by its height if it is more than {MAX_WALK} blocks old"
			)));
		}
		walked.insert(at, hash);
		while at > number {
			hash = self.header(&hash).await?.1;
			// Larger than `number`, so not zero.
			at = at.saturating_sub(1);
			walked.insert(at, hash);
		}
		while walked.len() as u64 > 2 * MAX_WALK {
			walked.pop_first();
		}
		Ok(Some(hash))
	}

	/// Height and parent of the block with that hash.
	async fn header(&self, hash: &H256) -> Result<(u64, H256), RpcError> {
		let header: Option<Header> = self.ask("chain_getHeader", format!("[\"{hash:?}\"]")).await?;
		let unusable = || RpcError::Client("a header that no peer has".into());
		let Header { number, parent_hash } = header.ok_or_else(unusable)?;
		let number = u64::from_str_radix(number.trim_start_matches("0x"), 16).map_err(|_| unusable())?;
		Ok((number, parent_hash))
	}

	async fn ask<T: for<'de> Deserialize<'de>>(&self, method: &str, params: String) -> Result<T, RpcError> {
		let params = RawValue::from_string(params).map_err(RpcError::Serialization)?;
		let answer = self.client.request_raw(method, Some(params)).await?;
		serde_json::from_str(answer.get()).map_err(RpcError::Deserialization)
	}

	async fn answer(&self, method: &str, params: Option<Box<RawValue>>) -> Result<Box<RawValue>, RpcError> {
		if let Some((_, what)) = UNANSWERED.iter().find(|(unanswered, _)| *unanswered == method) {
			return Err(cannot(what));
		}
		match params.as_ref().and_then(|params| height(method, params)) {
			Some(number) => to_raw(&self.hash_at(number).await?),
			None => self.client.request_raw(method, params).await,
		}
	}
}

impl RpcClientT for Peers {
	fn request_raw<'a>(&'a self, method: &'a str, params: Option<Box<RawValue>>) -> RawRpcFuture<'a, Box<RawValue>> {
		Box::pin(in_time(self.answer(method, params)))
	}

	fn subscribe_raw<'a>(
		&'a self,
		method: &'a str,
		params: Option<Box<RawValue>>,
		unsubscribe: &'a str,
	) -> RawRpcFuture<'a, RawRpcSubscription> {
		Box::pin(in_time(self.client.subscribe_raw(method, params, unsubscribe)))
	}
}

async fn in_time<T>(answer: impl std::future::Future<Output = Result<T, RpcError>>) -> Result<T, RpcError> {
	match timeout(REQUEST_TIMEOUT, answer).await {
		Ok(answer) => answer,
		Err(_) => Err(RpcError::Client(TIMED_OUT.into())),
	}
}

/// The height that is asked about, if that is what is asked for. The first block is known without a walk.
fn height(method: &str, params: &RawValue) -> Option<u64> {
	if method != "chain_getBlockHash" {
		return None;
	}
	let (number,): (u64,) = serde_json::from_str(params.get()).ok()?;
	Some(number).filter(|number| *number > 0)
}

fn to_raw(value: &impl Serialize) -> Result<Box<RawValue>, RpcError> {
	serde_json::value::to_raw_value(value).map_err(RpcError::Serialization)
}

fn cannot(what: &str) -> RpcError {
	RpcError::Client(format!("{CANNOT}{what}").into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	const BOOT_NODE: &str = "/ip4/192.0.2.1/tcp/30333/ws/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

	fn spec() -> Value {
		json!({
			"name": "A network",
			"id": "a_network",
			"bootNodes": [BOOT_NODE],
			"genesis": { "raw": { "top": {}, "childrenDefault": {} } },
		})
	}

	fn read(spec: &Value) -> Result<ChainSpec, Fault> {
		ChainSpec::read(spec.to_string().as_bytes())
	}

	#[test]
	fn only_what_the_genesis_hash_stands_for_is_taken_from_a_chain_spec() {
		let mut with_more = spec();
		with_more["lightSyncState"] = json!({ "finalizedBlockHeader": "0x00" });
		with_more["codeSubstitutes"] = json!({ "1": "0x00" });
		with_more["protocolId"] = json!(null);
		let (plain, with_more) = (read(&spec()).expect("is one"), read(&with_more).expect("is one"));
		assert_eq!(plain.to_json(), with_more.to_json());
		assert_eq!(plain.boot_nodes(), [BOOT_NODE]);
	}

	#[test]
	fn a_chain_spec_says_what_is_wrong_with_it() {
		assert!(read(&spec()).is_ok(), "the control");
		for text in ["", "{", "[]", "7", "\"genesis\""] {
			let fault = ChainSpec::read(text.as_bytes()).expect_err("is no object");
			assert!(matches!(fault, Fault::NotJson(_)), "{text}: {fault:?}");
		}
		for genesis in [
			json!(null),
			json!({}),
			json!({ "runtimeGenesis": {} }),
			json!({ "stateRootHash": "0x00" }),
		] {
			let mut other = spec();
			other["genesis"] = genesis;
			assert_eq!(read(&other).expect_err("is not raw"), Fault::NotRaw, "{other}");
		}
		for boot_nodes in [
			json!(null),
			json!([]),
			json!([7]),
			json!(["/ip4/192.0.2.1/tcp/30333"]),
			json!("one"),
		] {
			let mut other = spec();
			other["bootNodes"] = boot_nodes;
			assert_eq!(read(&other).expect_err("has no boot node"), Fault::NoBootNodes, "{other}");
		}
	}

	#[test]
	fn an_address_is_dialled_only_over_a_transport_that_there_is() {
		for (address, can) in [
			(BOOT_NODE, true),
			("/dns/node.example/tcp/30333/p2p/12D3KooW", true),
			("/ip6/2001:db8::1/tcp/30333/p2p/12D3KooW", true),
			("/dns/node.example/tcp/443/wss/p2p/12D3KooW", false),
			("/ip4/0.0.0.0/tcp/30333/p2p/12D3KooW", false),
			("/ip4/192.0.2.1/udp/30333/webrtc-direct/p2p/12D3KooW", false),
			("192.0.2.1:30333", false),
			("", false),
		] {
			assert_eq!(can_be_dialled(address), can, "{address}");
		}
	}

	#[test]
	fn what_a_light_client_cannot_do_is_said_as_such() {
		let said = cannot("read what is in a block").to_string();
		let error = failed("spec.json", &format!("backend: {said}"));
		assert!(
			matches!(&error, Error::NeedsNode { what } if what == "read what is in a block"),
			"{error:?}"
		);
		let error = failed("spec.json", &RpcError::Client(TIMED_OUT.into()).to_string());
		assert!(matches!(&error, Error::NoPeers { seconds: 30, .. }), "{error:?}");
		let error = failed("spec.json", "something else");
		assert!(
			matches!(&error, Error::Node { reason, .. } if reason == "something else"),
			"{error:?}"
		);
	}

	#[test]
	fn a_height_is_what_is_asked_for_by_one_method_with_one_number() {
		let asked = |method, params: &str| {
			let params = RawValue::from_string(params.into()).expect("is JSON");
			height(method, &params)
		};
		assert_eq!(asked("chain_getBlockHash", "[7]"), Some(7));
		for (method, params) in [
			("chain_getBlockHash", "[0]"),
			("chain_getBlockHash", "[null]"),
			("chain_getBlockHash", "[]"),
			("chain_getHeader", "[7]"),
		] {
			assert_eq!(asked(method, params), None, "{method} {params}");
		}
	}

	#[tokio::test]
	async fn a_genesis_that_is_none_is_no_way_to_start() {
		let fault = read(&spec()).expect("is one").start().await.err();
		assert!(matches!(fault, Some(Fault::Unusable(_))), "{fault:?}");
	}
}
