// SPDX-License-Identifier: Apache-2.0

use crate::binary;
use chirograph_sdk::chain::Chain;
use std::{
	fs::{self, File},
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::time::sleep;

/// How long a node may take to answer after it was started, and a network to finalise its first blocks; on a busy machine too.
const START_DEADLINE: Duration = Duration::from_secs(120);
/// Where the command line looks for a node; the other three follow.
const USUAL_RPC_PORT: u16 = 9944;
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
	rpc_port: u16,
	p2p_address: String,
	log: PathBuf,
	process: Option<Child>,
}

impl Network {
	/// Starts the four validators of the local network, and returns when they finalise blocks.
	pub async fn local() -> Self {
		Self::start("local", &NAMES, free_ports(NAMES.len())).await
	}

	/// As [`Self::local`], with the usual RPC ports where they are free, so that commands can be given without naming a node.
	pub async fn demonstration() -> Self {
		let usual: Vec<u16> = (USUAL_RPC_PORT..).take(NAMES.len()).collect();
		let all_free = usual.iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
		Self::start("local", &NAMES, if all_free { usual } else { free_ports(NAMES.len()) }).await
	}

	/// Starts the one validator of the development network.
	pub async fn development() -> Self {
		Self::start("development", &NAMES[..1], free_ports(1)).await
	}

	/// Starts the one validator of a network that is named by its chain spec's file.
	pub async fn of_file(chain_spec: &Path) -> Self {
		Self::start(path(chain_spec), &NAMES[..1], free_ports(1)).await
	}

	async fn start(chain: &str, names: &[&str], rpc_ports: Vec<u16>) -> Self {
		let mut network = Self::new(chain, names, rpc_ports);
		for node in &mut network.nodes {
			node.start();
		}
		for node in &network.nodes {
			node.wait_for_finality(1).await;
		}
		network
	}

	fn new(chain: &str, names: &[&str], rpc_ports: Vec<u16>) -> Self {
		let directory = TempDir::with_prefix("chirograph-network-").expect("the temporary directory is writable");
		let nodes = names
			.iter()
			.zip(rpc_ports)
			.map(|(name, port)| Node::new(directory.path(), chain, name, port));
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
			node.arguments
				.extend(others.flat_map(|address| ["--bootnodes".to_owned(), address.clone()]));
		}
	}

	/// A full node of the same network, without a vote, which is not started yet. `peer` is the only one that it may talk to.
	pub fn observer(&self, name: &str, peer: &str) -> Node {
		let mut node = Node::new(self.directory.path(), "local", name, free_port());
		node.arguments
			.extend(["--reserved-only", "--reserved-nodes", peer].map(str::to_owned));
		node
	}

	/// Files of this network's tests go here, and are removed with it.
	pub fn directory(&self) -> &Path {
		self.directory.path()
	}
}

impl Node {
	fn new(directory: &Path, chain: &str, name: &str, rpc_port: u16) -> Self {
		let home = directory.join(name);
		fs::create_dir(&home).expect("a fresh directory has room for a node");
		let key = home.join("node-key");
		let p2p_port = free_port();
		let p2p_address = format!("/ip4/127.0.0.1/tcp/{p2p_port}/p2p/{}", generate_node_key(&key));
		let arguments = [
			"--chain",
			chain,
			"--base-path",
			path(&home),
			"--node-key-file",
			path(&key),
			"--listen-addr",
			&format!("/ip4/127.0.0.1/tcp/{p2p_port}"),
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
			rpc_port,
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

fn path(path: &Path) -> &str {
	path.to_str().expect("temporary paths are text")
}

fn free_ports(count: usize) -> Vec<u16> {
	(0..count).map(|_| free_port()).collect()
}

/// Free now. Another process could take it before the node does; the node then fails to start, and the test says so.
fn free_port() -> u16 {
	let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
	listener.expect("the loopback interface has free ports").port()
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
