// SPDX-License-Identifier: Apache-2.0

use crate::{binary, ShiftedClock};
use chirograph_sdk::{
	chain::Chain,
	primitives::PeerKey,
	verifier::document::{from_hex, to_hex},
};
use codec::{Decode, Encode};
use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use sp_core::{crypto::Ss58Codec, ed25519, sr25519, Pair};
use std::{
	fs::{self, File},
	io::{Read, Write},
	net::{Ipv4Addr, TcpListener, TcpStream},
	path::{Path, PathBuf},
	process::{Child, Command, Output, Stdio},
	time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// How long a node may take to answer after it was started, and a network to finalise its first blocks; on a busy machine too.
const START_DEADLINE: Duration = Duration::from_secs(120);
/// Where the command line looks for a node; the other three follow.
const USUAL_RPC_PORT: u16 = 9944;
/// How long a node may take to answer a question.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
/// Between two looks at something that is waited for.
const POLL: Duration = Duration::from_millis(100);
/// Development accounts, whose keys genesis and the node know.
const NAMES: [&str; 4] = ["alice", "bob", "charlie", "dave"];
/// More validators than these, the runtime does not admit.
const MAX_VALIDATORS: usize = 100;

/// Nodes that know each other.
pub struct Network {
	/// The nodes, started or not.
	pub nodes: Vec<Node>,
	chain: String,
	directory: TempDir,
}

/// Where a node listens.
#[derive(Clone, Copy)]
struct Place {
	address: Ipv4Addr,
	rpc_port: u16,
	p2p_port: u16,
	metrics_port: u16,
}

/// A node of a network, started or not.
pub struct Node {
	/// What it is called.
	pub name: String,
	arguments: Vec<String>,
	environment: Vec<(String, PathBuf)>,
	/// Where it listens, and whom it may talk to.
	peering: Vec<String>,
	place: Place,
	p2p_address: String,
	key: ed25519::Pair,
	log: PathBuf,
	process: Option<Child>,
}

impl Network {
	/// Starts the four validators of the local network, and returns when they finalise blocks.
	pub async fn local() -> Self {
		Self::start("local", NAMES.len(), None).await
	}

	/// As [`Self::local`], with the usual RPC ports where they are free, so that commands can be given without naming a node.
	pub async fn demonstration() -> Self {
		let usual: Vec<u16> = (USUAL_RPC_PORT..).take(NAMES.len()).collect();
		let all_free = usual.iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
		Self::start("local", NAMES.len(), all_free.then_some(usual)).await
	}

	/// Starts the one validator of the development network.
	pub async fn development() -> Self {
		Self::start("development", 1, None).await
	}

	/// Starts the one validator of a network that is named by its chain spec's file.
	pub async fn of_file(chain_spec: &Path) -> Self {
		Self::start(path(chain_spec), 1, None).await
	}

	/// Starts so many validators of a network of their own. The first four are those of the local one; each further one has the label after the
	/// last founder's, an organisation and session keys. Otherwise it is as the local one.
	pub async fn of_validators(validators: usize) -> Self {
		Self::of_genesis(validators, |_| {}).await
	}

	/// As [`Self::of_validators`]. Its sessions have so few slots that new session keys take effect while a test waits.
	pub async fn with_sessions_of(slots: u64, validators: usize) -> Self {
		Self::with_terms_of(slots, validators, &json!({})).await
	}

	/// As [`Self::with_sessions_of`], where validators are asked for something else: these of the terms, and otherwise those of the local one.
	pub async fn with_terms_of(slots: u64, validators: usize, terms: &Value) -> Self {
		let change = |genesis: &mut Value| {
			genesis["parameters"]["epochLength"] = slots.into();
			for (name, value) in terms.as_object().expect("terms have names") {
				genesis["validators"]["terms"][name] = value.clone();
			}
		};
		Self::of_genesis(validators, change).await
	}

	/// As [`Self::of_validators`], with a genesis that is changed before the network is made.
	pub async fn of_genesis(validators: usize, change: impl FnOnce(&mut Value)) -> Self {
		let mut network = Self::arranged(validators, |spec| change(genesis_of(spec)));
		network.run().await;
		network
	}

	/// As [`Self::of_validators`], but none is started yet: each can still be told more. `arrange` may change the chain spec.
	pub fn arranged(validators: usize, arrange: impl FnOnce(&mut Value)) -> Self {
		let directory = fresh_directory();
		let file = write_chain_spec(directory.path(), validators, arrange);
		Self::acquainted(directory, path(&file), validators, None)
	}

	/// Starts the four validators of a closed network, of which they are the first members. Otherwise it is as the local one.
	pub async fn closed() -> Self {
		let directory = fresh_directory();
		let file = directory.path().join("chain-spec.json");
		// Whose nodes these are is in the chain spec, so they get their keys before.
		let mut network = Self::acquainted(directory, path(&file), NAMES.len(), None);
		let close = |spec: &mut Value| {
			let genesis = genesis_of(spec);
			let validators = genesis["session"]["keys"].as_array().expect("genesis names the validators");
			let members = validators.iter().zip(&network.nodes);
			let members: Vec<_> = members.map(|(keys, node)| json!([keys[0], node.peer_key()])).collect();
			genesis["peers"] = json!({ "closed": true, "members": members });
		};
		write_chain_spec(network.directory.path(), NAMES.len(), close);
		network.run().await;
		network
	}

	/// Without `rpc_ports`, free ones.
	async fn start(chain: &str, validators: usize, rpc_ports: Option<Vec<u16>>) -> Self {
		let mut network = Self::acquainted(fresh_directory(), chain, validators, rpc_ports);
		network.run().await;
		network
	}

	fn acquainted(directory: TempDir, chain: &str, validators: usize, rpc_ports: Option<Vec<u16>>) -> Self {
		let places = Place::on_loopback(validators, rpc_ports);
		Self {
			nodes: acquainted(directory.path(), chain, places),
			chain: chain.into(),
			directory,
		}
	}

	/// Starts all nodes, and returns when they finalise blocks.
	pub async fn run(&mut self) {
		for node in &mut self.nodes {
			node.start();
		}
		for node in &self.nodes {
			node.wait_for_finality(1).await;
		}
	}

	/// The nodes of a network as [`Self::of_validators`] would start it, with all that they need in `directory`, for somebody else to start. Each
	/// listens on the address that `scripts/network` gives to its namespace, or, without namespaces, on free ports of the loopback interface.
	pub fn lay_out(directory: &Path, validators: usize, has_namespaces: bool) -> Vec<Node> {
		let file = write_chain_spec(directory, validators, |_| {});
		let places = if has_namespaces {
			Place::in_namespaces(validators)
		} else {
			Place::on_loopback(validators, None)
		};
		acquainted(directory, path(&file), places)
	}

	/// A full node of the same network, without a vote, which is not started yet. `peer` is the only one that it may talk to.
	pub fn observer(&self, name: &str, peer: &str) -> Node {
		let mut node = Node::new(self.directory.path(), &self.chain, name, Place::on_loopback(1, None)[0]);
		node.peering
			.extend(["--reserved-only", "--reserved-nodes", peer].map(str::to_owned));
		node
	}

	/// A full node of the network of a chain spec's file, without a vote, which is not started yet. With `more` on its command line. `peers` are
	/// the only ones that it may talk to.
	pub fn newcomer(&self, name: &str, chain_spec: &Path, peers: &[&Node], more: &[&str]) -> Node {
		let mut node = Node::new(self.directory.path(), path(chain_spec), name, Place::on_loopback(1, None)[0]);
		node.peering.push("--reserved-only".into());
		for peer in peers {
			node.peering
				.extend(["--reserved-nodes", peer.p2p_address()].map(str::to_owned));
		}
		node.tell(more);
		node
	}

	/// A node of the same network that makes blocks and votes once its session keys have a seat, and is not started yet. It knows all others.
	pub fn validator(&self, name: &str) -> Node {
		let mut node = self.acquaintance(name);
		node.tell(&["--validator"]);
		node
	}

	/// A second machine with the keys of the validator of that number, which is not started yet. It knows all others, and not what the first one
	/// has signed.
	pub fn double(&self, index: usize) -> Node {
		let mut node = self.acquaintance(&format!("double-of-{}", self.nodes[index].name));
		node.give_vote(&self.chain, index);
		node.tell(&["--unsafe-no-double-sign-guard"]);
		node
	}

	fn acquaintance(&self, name: &str) -> Node {
		let mut node = Node::new(self.directory.path(), &self.chain, name, Place::on_loopback(1, None)[0]);
		let others = self.nodes.iter().map(|other| other.p2p_address.clone());
		node.peering
			.extend(others.flat_map(|address| ["--bootnodes".to_owned(), address]));
		node
	}

	/// Cuts the network in two: its nodes are started again, on the databases that they had, each with the others of its half as the only ones
	/// that it may talk to. Returns when they answer. Until [`Self::heal`], nothing of one half reaches the other.
	pub async fn divide(&mut self, halves: [&[usize]; 2]) {
		// All of them, before one could tell another whom it knew.
		for node in &mut self.nodes {
			node.kill();
		}
		let addresses: Vec<_> = self.nodes.iter().map(|node| node.p2p_address.clone()).collect();
		for half in halves {
			for index in half {
				let peers = half.iter().filter(|other| *other != index).map(|other| &addresses[*other]);
				self.nodes[*index].start_among(peers);
			}
		}
		for node in &self.nodes {
			node.connect().await;
		}
	}

	/// Lets the nodes of a network that was cut in two talk to each other again, while they run.
	pub async fn heal(&self) {
		for node in &self.nodes {
			for other in self.nodes.iter().filter(|other| other.name != node.name) {
				node.request("system_addReservedPeer", json!([other.p2p_address])).await;
			}
		}
	}

	/// Ends all nodes and removes all that they had: nobody is left to ask.
	pub fn remove_nodes(&mut self) {
		for mut node in self.nodes.drain(..) {
			node.kill();
			fs::remove_dir_all(node.home()).expect("it was the node's");
		}
	}

	/// Files of this network's tests go here, and are removed with it.
	pub fn directory(&self) -> &Path {
		self.directory.path()
	}
}

impl Node {
	fn new(directory: &Path, chain: &str, name: &str, place: Place) -> Self {
		let home = directory.join(name);
		fs::create_dir(&home).expect("a fresh directory has room for a node");
		let key = home.join("node-key");
		let (address, p2p_port) = (place.address, place.p2p_port);
		let p2p_address = format!("/ip4/{address}/tcp/{p2p_port}/p2p/{}", generate_node_key(&key));
		let arguments = [
			"--chain",
			chain,
			"--base-path",
			path(&home),
			"--node-key-file",
			path(&key),
			"--rpc-port",
			&place.rpc_port.to_string(),
			"--prometheus-port",
			&place.metrics_port.to_string(),
			"--name",
			name,
			"--no-mdns",
			"--allow-private-ip",
		];
		let mut arguments = arguments.map(str::to_owned).to_vec();
		if !address.is_loopback() {
			// Whoever asks is outside of the namespace.
			let open = ["--unsafe-rpc-external", "--rpc-cors", "all", "--prometheus-external"];
			arguments.extend(open.map(str::to_owned));
		}
		Self {
			name: name.into(),
			arguments,
			environment: Vec::new(),
			peering: place.listening(),
			place,
			p2p_address,
			key: read_node_key(&key),
			log: home.join("log"),
			process: None,
		}
	}

	/// Makes it a validator, the one of this number.
	fn give_vote(&mut self, chain: &str, index: usize) {
		match NAMES.get(index) {
			Some(name) => self.arguments.push(format!("--{name}")),
			None => {
				let seed = seed_of(index);
				for (kind, scheme) in [("babe", "sr25519"), ("gran", "ed25519")] {
					let key = ["key", "insert", "--key-type", kind, "--scheme", scheme, "--suri", &seed];
					run_node(&[&key[..], &["--chain", chain, "--base-path", path(self.home())]].concat());
				}
				self.arguments.push("--validator".into());
			},
		}
	}

	/// What `chirograph-node` is to be given to start it.
	pub fn command_line(&self) -> Vec<String> {
		[&self.arguments[..], &self.peering].concat()
	}

	/// Where its RPC is.
	pub fn url(&self) -> String {
		format!("ws://{}:{}", self.place.address, self.place.rpc_port)
	}

	/// Where it listens.
	pub fn address(&self) -> Ipv4Addr {
		self.place.address
	}

	/// Where it tells its metrics: address and port.
	pub fn metrics_address(&self) -> String {
		format!("{}:{}", self.place.address, self.place.metrics_port)
	}

	/// Where its peers find it.
	pub fn p2p_address(&self) -> &str {
		&self.p2p_address
	}

	/// What its peer id is made of.
	pub fn peer_key(&self) -> PeerKey {
		PeerKey(self.key.public().0)
	}

	/// Its signature, as whoever has its key can make one.
	pub fn sign(&self, payload: &[u8]) -> [u8; 64] {
		self.key.sign(payload).0
	}

	/// Where its database and keys are.
	pub fn home(&self) -> &Path {
		self.log.parent().unwrap_or(Path::new("/"))
	}

	/// Its process, if it runs.
	pub fn pid(&self) -> Option<u32> {
		self.process.as_ref().map(Child::id)
	}

	/// Gives it further options, from the next start on.
	pub fn tell(&mut self, options: &[&str]) {
		self.arguments.extend(options.iter().copied().map(str::to_owned));
	}

	/// From the next start on, it has this variable in its environment.
	pub fn set(&mut self, name: &str, value: &Path) {
		self.environment.push((name.into(), value.into()));
	}

	/// From the next start on, it goes by that clock instead of the machine's.
	pub fn go_by(&mut self, clock: &ShiftedClock) {
		let variables = clock.environment().into_iter();
		self.environment
			.extend(variables.map(|(name, value)| (name.to_owned(), value)));
	}

	/// Lets others connect to it, too, than those that it was told of.
	pub fn admit_all(&mut self) {
		self.peering.retain(|argument| argument != "--reserved-only");
	}

	/// Starts it, on the database that it had.
	pub fn start(&mut self) {
		self.start_with(self.peering.clone());
	}

	/// Starts it, on the database that it had, cut off from all others: nobody knows where it listens, and it asks nobody. A validator goes on
	/// making blocks, of which no other hears.
	pub fn start_alone(&mut self) {
		let alone = ["--reserved-only", "--force-authoring"].map(str::to_owned);
		let elsewhere = Place {
			p2p_port: free_ports(1)[0],
			..self.place
		};
		self.start_with([&elsewhere.listening()[..], &alone].concat());
	}

	/// Starts it, on the database that it had, with these as the only ones that it may talk to.
	fn start_among<'a>(&mut self, peers: impl Iterator<Item = &'a String>) {
		let mut peering = self.place.listening();
		peering.push("--reserved-only".into());
		peering.extend(peers.flat_map(|peer| ["--reserved-nodes".to_owned(), peer.clone()]));
		self.start_with(peering);
	}

	fn start_with(&mut self, peering: Vec<String>) {
		assert!(self.process.is_none(), "{} runs already", self.name);
		let log = File::options()
			.create(true)
			.append(true)
			.open(&self.log)
			.expect("the node's directory is writable");
		// Should this process be killed, its nodes are killed with it.
		let process = Command::new("setpriv")
			.args(["--pdeathsig", "KILL"])
			.arg(binary("chirograph-node"))
			.args(&self.arguments)
			.args(peering)
			.envs(self.environment.iter().cloned())
			.stdin(Stdio::null())
			.stdout(log.try_clone().expect("an open file can be shared"))
			.stderr(log)
			.spawn();
		self.process = Some(process.expect("setpriv of util-linux starts the node"));
	}

	/// Ends it the hard way.
	pub fn kill(&mut self) {
		if let Some(mut process) = self.process.take() {
			// It may have ended by itself.
			let _ = process.kill();
			let _ = process.wait();
		}
	}

	/// Connects as soon as it answers.
	pub async fn connect(&self) -> Chain {
		let deadline = Instant::now() + START_DEADLINE;
		loop {
			match Chain::connect(&self.url(), None).await {
				Ok(chain) => return chain,
				Err(error) => {
					let waited_enough = Instant::now() > deadline || !self.runs();
					assert!(!waited_enough, "{} does not answer: {error}\n{}", self.name, self.log());
					sleep(POLL).await;
				},
			}
		}
	}

	/// Asks it over JSON-RPC what it refuses, and returns what it says. None: it does not answer, or not with an error.
	pub async fn refusal(&self, method: &str, parameters: Value) -> Option<String> {
		let answer = timeout(ANSWER_DEADLINE, self.answer_to(method, parameters)).await.ok()??;
		answer.pointer("/error/message")?.as_str().map(str::to_owned)
	}

	/// Returns when its best block has that height, as it says of itself, whether it serves or not.
	pub async fn wait_for_best(&self, number: u64) {
		let deadline = Instant::now() + START_DEADLINE;
		loop {
			let answer = timeout(ANSWER_DEADLINE, self.answer_to("system_syncState", json!([]))).await;
			let best = answer
				.ok()
				.flatten()
				.and_then(|answer| answer["result"]["currentBlock"].as_u64());
			if best.is_some_and(|best| best >= number) {
				return;
			}
			let waited_enough = Instant::now() > deadline || !self.runs();
			assert!(
				!waited_enough,
				"{} is at {best:?} and not at {number}:\n{}",
				self.name,
				self.log()
			);
			sleep(POLL).await;
		}
	}

	/// Returns when it has said `text`.
	pub async fn wait_for_log(&self, text: &str) {
		let deadline = Instant::now() + START_DEADLINE;
		while !self.has_said(text) {
			assert!(
				Instant::now() < deadline,
				"{} does not say {text:?}:\n{}",
				self.name,
				self.log()
			);
			sleep(POLL).await;
		}
	}

	/// Whether it has said `text`, since its first start.
	pub fn has_said(&self, text: &str) -> bool {
		self.whole_log().contains(text)
	}

	/// Returns the exit code when it has ended by itself.
	pub async fn wait_for_end(&mut self) -> Option<i32> {
		let deadline = Instant::now() + START_DEADLINE;
		loop {
			let ended = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten());
			if let Some(status) = ended {
				self.process = None;
				return status.code();
			}
			assert!(Instant::now() < deadline, "{} does not end:\n{}", self.name, self.log());
			sleep(POLL).await;
		}
	}

	/// Asks it over JSON-RPC what the SDK has no question for, and returns the result.
	pub async fn request(&self, method: &str, parameters: Value) -> Value {
		let result = timeout(ANSWER_DEADLINE, self.result_of(method, parameters)).await;
		let result = result.ok().flatten();
		result.unwrap_or_else(|| panic!("{} does not answer {method}:\n{}", self.name, self.log()))
	}

	/// Asks a runtime API at its newest final block, with nothing between that could know better. `arguments`: all of them, as a tuple.
	pub async fn ask_runtime<T: Decode>(&self, function: &str, arguments: &impl Encode) -> T {
		let at = self.request("chain_getFinalizedHead", json!([])).await;
		let answer = self
			.request("state_call", json!([function, to_hex(&arguments.encode()), at]))
			.await;
		let bytes = from_hex(answer.as_str().unwrap_or_default()).expect("the node answers in hexadecimal digits");
		T::decode(&mut &bytes[..]).unwrap_or_else(|error| panic!("{} to {function}: {error}: {answer}", self.name))
	}

	/// The numbers of its best block and of its newest final one.
	pub async fn heights(&self) -> (u64, u64) {
		let last = self.request("chain_getFinalizedHead", json!([])).await;
		let last = self.request("chain_getHeader", json!([last])).await;
		let best = self.request("chain_getHeader", json!([])).await;
		(number_of(&best), number_of(&last))
	}

	async fn result_of(&self, method: &str, parameters: Value) -> Option<Value> {
		let mut answer = self.answer_to(method, parameters).await?;
		assert!(answer.get("error").is_none(), "{} to {method}: {answer}", self.name);
		answer.get_mut("result").map(Value::take)
	}

	/// Ends, with nothing to say, when the node goes away.
	async fn answer_to(&self, method: &str, parameters: Value) -> Option<Value> {
		let (mut socket, _) = connect_async(self.url()).await.ok()?;
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
		socket.send(Message::text(request.to_string())).await.ok()?;
		loop {
			// Pings are answered by the library.
			if let Message::Text(text) = socket.next().await?.ok()? {
				return serde_json::from_str(&text).ok();
			}
		}
	}

	/// What it tells Prometheus under that name; nothing where it does not.
	pub fn metric(&self, name: &str) -> Option<f64> {
		let address = self.metrics_address();
		let mut stream = TcpStream::connect(&address).ok()?;
		stream.set_read_timeout(Some(ANSWER_DEADLINE)).ok()?;
		// Of this version there is one answer, and its end is the connection's.
		write!(stream, "GET /metrics HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
		let mut answer = String::new();
		stream.read_to_string(&mut answer).ok()?;
		let line = answer.lines().find(|line| line.split(['{', ' ']).next() == Some(name))?;
		line.rsplit(' ').next()?.parse().ok()
	}

	/// Whether its process is there, and no zombie.
	pub fn runs(&self) -> bool {
		let state = self
			.pid()
			.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok());
		state.is_some_and(|state| !state.contains(") Z "))
	}

	/// Returns when it knows that the block `number` is final.
	pub async fn wait_for_finality(&self, number: u64) {
		self.wait_for_finality_until(number, Instant::now() + START_DEADLINE).await;
	}

	/// As [`Self::wait_for_finality`]. Fails when that is not so at `deadline`.
	pub async fn wait_for_finality_until(&self, number: u64, deadline: Instant) {
		let chain = self.connect().await;
		while self.finalised(&chain).await < number {
			assert!(
				Instant::now() < deadline,
				"{} does not finalise block {number}:\n{}",
				self.name,
				self.log()
			);
			sleep(POLL).await;
		}
	}

	async fn finalised(&self, chain: &Chain) -> u64 {
		let block = chain.finalised().await;
		block
			.unwrap_or_else(|error| panic!("{}: {error}\n{}", self.name, self.log()))
			.block_number()
	}

	/// All that it printed, since its first start.
	pub fn whole_log(&self) -> String {
		// It may be in the middle of a character.
		String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
	}

	/// The end of what it printed.
	pub fn log(&self) -> String {
		let log = self.whole_log();
		let lines: Vec<_> = log.lines().rev().take(40).collect();
		lines.into_iter().rev().collect::<Vec<_>>().join("\n")
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		self.kill();
	}
}

fn fresh_directory() -> TempDir {
	TempDir::with_prefix("chirograph-network-").expect("the temporary directory is writable")
}

impl Place {
	/// Without `rpc_ports`, free ones.
	fn on_loopback(count: usize, rpc_ports: Option<Vec<u16>>) -> Vec<Self> {
		let mut free = free_ports(3 * count);
		let (metrics_ports, p2p_ports) = (free.split_off(2 * count), free.split_off(count));
		let ports = rpc_ports.unwrap_or(free).into_iter().zip(p2p_ports).zip(metrics_ports);
		let place = |((rpc_port, p2p_port), metrics_port)| Self {
			address: Ipv4Addr::LOCALHOST,
			rpc_port,
			p2p_port,
			metrics_port,
		};
		ports.map(place).collect()
	}

	/// One address each, and the ports that every node has by itself.
	fn in_namespaces(count: usize) -> Vec<Self> {
		let addresses = (11..).take(count).map(|last| Ipv4Addr::new(10, 77, 0, last));
		let place = |address| Self {
			address,
			rpc_port: USUAL_RPC_PORT,
			p2p_port: 30_333,
			metrics_port: 9_615,
		};
		addresses.map(place).collect()
	}

	fn listening(&self) -> Vec<String> {
		vec!["--listen-addr".into(), format!("/ip4/{}/tcp/{}", self.address, self.p2p_port)]
	}
}

/// Validators, none of them started. Every one learns of all others, whichever is up first.
fn acquainted(directory: &Path, chain: &str, places: Vec<Place>) -> Vec<Node> {
	let with_vote = |(index, place)| {
		let mut node = Node::new(directory, chain, &name_of(index), place);
		node.give_vote(chain, index);
		node
	};
	let mut nodes: Vec<_> = places.into_iter().enumerate().map(with_vote).collect();
	let addresses: Vec<_> = nodes.iter().map(|node| node.p2p_address.clone()).collect();
	for node in &mut nodes {
		let others = addresses.iter().filter(|address| **address != node.p2p_address);
		node.peering
			.extend(others.flat_map(|address| ["--bootnodes".to_owned(), address.clone()]));
	}
	nodes
}

fn name_of(index: usize) -> String {
	NAMES
		.get(index)
		.map_or_else(|| format!("validator{}", index + 1), |name| (*name).to_owned())
}

/// Of a validator that is none of the development accounts.
fn seed_of(index: usize) -> String {
	format!("//Validator//{}", index + 1)
}

/// What a chain spec changes in the local network's genesis.
fn genesis_of(spec: &mut Value) -> &mut Value {
	&mut spec["genesis"]["runtimeGenesis"]["patch"]
}

/// The chain spec of the local network, for so many validators, in a file of `directory`.
fn write_chain_spec(directory: &Path, validators: usize, arrange: impl FnOnce(&mut Value)) -> PathBuf {
	assert!(
		(1..=MAX_VALIDATORS).contains(&validators),
		"a network has 1 to {MAX_VALIDATORS} validators"
	);
	let file = directory.join("chain-spec.json");
	run_node(&["export-chain-spec", "--chain", "local", "--output", path(&file)]);
	let spec = fs::read(&file).expect("the node wrote it a moment ago");
	let mut spec: Value = serde_json::from_slice(&spec).expect("a chain spec is JSON");
	let genesis = genesis_of(&mut spec);
	for list in ["/validators/seats", "/session/keys"] {
		entries(genesis, list).truncate(validators);
	}
	for index in NAMES.len()..validators {
		add_validator(genesis, &seed_of(index));
	}
	arrange(&mut spec);
	fs::write(&file, spec.to_string()).expect("a fresh directory is writable");
	file
}

fn add_validator(genesis: &mut Value, seed: &str) {
	let babe = sr25519::Pair::from_string(seed, None)
		.expect("it is a path of junctions")
		.public();
	let grandpa = ed25519::Pair::from_string(seed, None)
		.expect("it is a path of junctions")
		.public();
	let account = babe.to_ss58check();
	let founders = entries(genesis, "/labels/founders");
	let expires = founders[0]["expires"].clone();
	founders.push(json!({
		"account": account,
		"organisation": to_hex(&babe.0),
		"jurisdiction": "XX",
		"roles": ["owner", "validator"],
		"expires": expires,
		"remit": null,
	}));
	let balances = entries(genesis, "/balances/balances");
	let endowment = balances[0][1].clone();
	balances.push(json!([account, endowment]));
	entries(genesis, "/validators/seats").push(json!(account));
	let keys = json!({ "babe": account, "grandpa": grandpa.to_ss58check() });
	entries(genesis, "/session/keys").push(json!([account, account, keys]));
}

fn entries<'a>(genesis: &'a mut Value, list: &str) -> &'a mut Vec<Value> {
	let list = genesis.pointer_mut(list).and_then(Value::as_array_mut);
	list.expect("genesis has founders, balances and validators")
}

/// Of a header.
fn number_of(header: &Value) -> u64 {
	let digits = header["number"].as_str().and_then(|number| number.strip_prefix("0x"));
	digits
		.and_then(|digits| u64::from_str_radix(digits, 16).ok())
		.expect("a header has its number in hexadecimal digits")
}

pub(crate) fn path(path: &Path) -> &str {
	path.to_str().expect("temporary paths are text")
}

/// Free now, and no two the same. Another process could take one before the node does; the node then fails to start, and the test says so.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
	// Each is held until all are chosen: one that was let go could be chosen again.
	let listeners: Result<Vec<_>, _> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
	let listeners = listeners.expect("the loopback interface has free ports");
	let port = |listener: &TcpListener| listener.local_addr().expect("it listens").port();
	listeners.iter().map(port).collect()
}

/// Writes a key for the peer-to-peer network, and returns the peer id that belongs to it.
fn generate_node_key(file: &Path) -> String {
	let output = run_node(&["key", "generate-node-key", "--file", path(file)]);
	String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// The key that [`generate_node_key`] wrote: the hexadecimal digits of a seed.
fn read_node_key(file: &Path) -> ed25519::Pair {
	let seed = fs::read_to_string(file).expect("the node wrote it a moment ago");
	ed25519::Pair::from_string(&format!("0x{}", seed.trim()), None).expect("it is the seed of a key")
}

/// One of the node's subcommands, to its end.
fn run_node(arguments: &[&str]) -> Output {
	let output = Command::new(binary("chirograph-node")).args(arguments).output();
	let output = output.expect("the node's binary can be run");
	assert!(
		output.status.success(),
		"{arguments:?}: {}",
		String::from_utf8_lossy(&output.stderr)
	);
	output
}
