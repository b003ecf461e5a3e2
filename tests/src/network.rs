// SPDX-License-Identifier: Apache-2.0

use crate::binary;
use chirograph_sdk::chain::Chain;
use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use std::{
	fs::{self, File},
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
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
/// Development accounts, whose keys genesis knows.
const NAMES: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// Nodes that know each other.
pub struct Network {
	/// The nodes, started or not.
	pub nodes: Vec<Node>,
	directory: TempDir,
}

/// A node of a network, started or not.
pub struct Node {
	/// What it is called.
	pub name: String,
	arguments: Vec<String>,
	/// Where it listens, and whom it may talk to.
	peering: Vec<String>,
	rpc_port: u16,
	p2p_port: u16,
	p2p_address: String,
	log: PathBuf,
	process: Option<Child>,
}

impl Network {
	/// Starts the four validators of the local network, and returns when they finalise blocks.
	pub async fn local() -> Self {
		Self::start("local", &NAMES, None).await
	}

	/// As [`Self::local`], with the usual RPC ports where they are free, so that commands can be given without naming a node.
	pub async fn demonstration() -> Self {
		let usual: Vec<u16> = (USUAL_RPC_PORT..).take(NAMES.len()).collect();
		let all_free = usual.iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
		Self::start("local", &NAMES, all_free.then_some(usual)).await
	}

	/// Starts the one validator of the development network.
	pub async fn development() -> Self {
		Self::start("development", &NAMES[..1], None).await
	}

	/// Starts the one validator of a network that is named by its chain spec's file.
	pub async fn of_file(chain_spec: &Path) -> Self {
		Self::start(path(chain_spec), &NAMES[..1], None).await
	}

	/// Starts so many validators of a network of its own, whose sessions have so few slots that new session keys take effect while a test
	/// waits. Otherwise it is as the local one.
	pub async fn with_sessions_of(slots: u64, validators: usize) -> Self {
		let directory = fresh_directory();
		let file = directory.path().join("chain-spec.json");
		let mut spec = local_chain_spec(&file);
		let genesis = &mut spec["genesis"]["runtimeGenesis"]["patch"];
		genesis["parameters"]["epochLength"] = slots.into();
		for list in ["/parameters/validators", "/session/keys"] {
			let list = genesis.pointer_mut(list).and_then(Value::as_array_mut);
			list.expect("genesis names the validators").truncate(validators);
		}
		fs::write(&file, spec.to_string()).expect("a fresh directory is writable");
		Self::start_in(directory, path(&file), &NAMES[..validators], None).await
	}

	/// Without `rpc_ports`, free ones.
	async fn start(chain: &str, names: &[&str], rpc_ports: Option<Vec<u16>>) -> Self {
		Self::start_in(fresh_directory(), chain, names, rpc_ports).await
	}

	async fn start_in(directory: TempDir, chain: &str, names: &[&str], rpc_ports: Option<Vec<u16>>) -> Self {
		let mut network = Self::new(directory, chain, names, rpc_ports);
		for node in &mut network.nodes {
			node.start();
		}
		for node in &network.nodes {
			node.wait_for_finality(1).await;
		}
		network
	}

	fn new(directory: TempDir, chain: &str, names: &[&str], rpc_ports: Option<Vec<u16>>) -> Self {
		let mut free = free_ports(2 * names.len());
		let p2p_ports = free.split_off(names.len());
		let ports = rpc_ports.unwrap_or(free).into_iter().zip(p2p_ports);
		let nodes = names
			.iter()
			.zip(ports)
			.map(|(name, ports)| Node::new(directory.path(), chain, name, ports));
		let mut nodes: Vec<_> = nodes.collect();
		for (node, name) in nodes.iter_mut().zip(names) {
			node.arguments.push(format!("--{name}"));
		}
		let mut network = Self { nodes, directory };
		network.introduce();
		network
	}

	/// Every node learns of all others, whichever is up first.
	fn introduce(&mut self) {
		let addresses: Vec<_> = self.nodes.iter().map(|node| node.p2p_address.clone()).collect();
		for node in &mut self.nodes {
			let others = addresses.iter().filter(|address| **address != node.p2p_address);
			node.peering
				.extend(others.flat_map(|address| ["--bootnodes".to_owned(), address.clone()]));
		}
	}

	/// A full node of the same network, without a vote, which is not started yet. `peer` is the only one that it may talk to.
	pub fn observer(&self, name: &str, peer: &str) -> Node {
		let ports = free_ports(2);
		let mut node = Node::new(self.directory.path(), "local", name, (ports[0], ports[1]));
		node.peering
			.extend(["--reserved-only", "--reserved-nodes", peer].map(str::to_owned));
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
	/// `rpc_port` and `p2p_port`: where it is to listen.
	fn new(directory: &Path, chain: &str, name: &str, (rpc_port, p2p_port): (u16, u16)) -> Self {
		let home = directory.join(name);
		fs::create_dir(&home).expect("a fresh directory has room for a node");
		let key = home.join("node-key");
		let p2p_address = format!("/ip4/127.0.0.1/tcp/{p2p_port}/p2p/{}", generate_node_key(&key));
		let arguments = [
			"--chain",
			chain,
			"--base-path",
			path(&home),
			"--node-key-file",
			path(&key),
			"--rpc-port",
			&rpc_port.to_string(),
			"--name",
			name,
			"--no-prometheus",
			"--no-mdns",
			"--allow-private-ip",
		];
		let arguments = arguments.map(str::to_owned).to_vec();
		Self {
			name: name.into(),
			arguments,
			peering: listening_on(p2p_port),
			rpc_port,
			p2p_port,
			p2p_address,
			log: home.join("log"),
			process: None,
		}
	}

	/// Where its RPC is.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.rpc_port)
	}

	/// Where its peers find it.
	pub fn p2p_address(&self) -> &str {
		&self.p2p_address
	}

	/// Where its database and keys are.
	pub fn home(&self) -> &Path {
		self.log.parent().unwrap_or(Path::new("/"))
	}

	/// Its process, if it runs.
	pub fn pid(&self) -> Option<u32> {
		self.process.as_ref().map(Child::id)
	}

	/// Starts it, on the database that it had.
	pub fn start(&mut self) {
		self.start_with(self.peering.clone());
	}

	/// Starts it, on the database that it had, cut off from all others: nobody knows where it listens, and it asks nobody. A validator goes on
	/// making blocks, of which no other hears.
	pub fn start_alone(&mut self) {
		let alone = ["--reserved-only", "--force-authoring"].map(str::to_owned);
		self.start_with([&listening_on(free_ports(1)[0])[..], &alone].concat());
	}

	/// Starts it, on the database that it had, with these as the only ones that it may talk to.
	fn start_among<'a>(&mut self, peers: impl Iterator<Item = &'a String>) {
		let mut peering = listening_on(self.p2p_port);
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

	/// Asks it over JSON-RPC what the SDK has no question for, and returns the result.
	pub async fn request(&self, method: &str, parameters: Value) -> Value {
		let result = timeout(ANSWER_DEADLINE, self.result_of(method, parameters)).await;
		let result = result.ok().flatten();
		result.unwrap_or_else(|| panic!("{} does not answer {method}:\n{}", self.name, self.log()))
	}

	/// Ends, with nothing to say, when the node goes away.
	async fn result_of(&self, method: &str, parameters: Value) -> Option<Value> {
		let (mut socket, _) = connect_async(self.url()).await.ok()?;
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
		socket.send(Message::text(request.to_string())).await.ok()?;
		loop {
			// Pings are answered by the library.
			if let Message::Text(text) = socket.next().await?.ok()? {
				let mut answer: Value = serde_json::from_str(&text).ok()?;
				assert!(answer.get("error").is_none(), "{} to {method}: {answer}", self.name);
				return answer.get_mut("result").map(Value::take);
			}
		}
	}

	/// Whether its process is there, and no zombie.
	fn runs(&self) -> bool {
		let state = self
			.pid()
			.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok());
		state.is_some_and(|state| !state.contains(") Z "))
	}

	/// Returns when it knows that the block `number` is final.
	pub async fn wait_for_finality(&self, number: u64) {
		let chain = self.connect().await;
		let deadline = Instant::now() + START_DEADLINE;
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

	/// The end of what it printed.
	pub fn log(&self) -> String {
		let log = fs::read_to_string(&self.log).unwrap_or_default();
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

/// The chain spec of the local network, to be changed. `file`: where the node may write it.
fn local_chain_spec(file: &Path) -> Value {
	let output = Command::new(binary("chirograph-node"))
		.args(["export-chain-spec", "--chain", "local", "--output", path(file)])
		.output();
	let output = output.expect("the node's binary can be run");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let spec = fs::read(file).expect("the node wrote it a moment ago");
	serde_json::from_slice(&spec).expect("a chain spec is JSON")
}

fn listening_on(p2p_port: u16) -> Vec<String> {
	vec!["--listen-addr".into(), format!("/ip4/127.0.0.1/tcp/{p2p_port}")]
}

fn path(path: &Path) -> &str {
	path.to_str().expect("temporary paths are text")
}

/// Free now, and no two the same. Another process could take one before the node does; the node then fails to start, and the test says so.
fn free_ports(count: usize) -> Vec<u16> {
	// Each is held until all are chosen: one that was let go could be chosen again.
	let listeners: Result<Vec<_>, _> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
	let listeners = listeners.expect("the loopback interface has free ports");
	let port = |listener: &TcpListener| listener.local_addr().expect("it listens").port();
	listeners.iter().map(port).collect()
}

/// Writes a key for the peer-to-peer network, and returns the peer id that belongs to it.
fn generate_node_key(file: &Path) -> String {
	let output = Command::new(binary("chirograph-node"))
		.args(["key", "generate-node-key", "--file", path(file)])
		.output();
	let output = output.expect("the node's binary can be run");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
