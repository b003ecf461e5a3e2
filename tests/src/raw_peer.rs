// SPDX-License-Identifier: Apache-2.0

use crate::Node;
use chirograph_sdk::primitives::{payload::GenesisHash, BlockNumber, PeerKey};
use codec::{Compact, Decode, Encode};
use futures::StreamExt;
use litep2p::{
	config::ConfigBuilder,
	crypto::ed25519::Keypair,
	protocol::{
		notification::{self, NotificationEvent, NotificationHandle, ValidationResult},
		request_response::{self, DialOptions, RequestResponseEvent, RequestResponseHandle},
	},
	transport::tcp::config::Config as TcpConfig,
	types::multiaddr::Multiaddr,
	Litep2p, PeerId, ProtocolName,
};
use std::{iter, time::Duration};
use tokio::{
	task::JoinHandle,
	time::{timeout, timeout_at, Instant},
};

/// How long an answer, or a refusal, may take; on a busy machine too.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
/// The connection stays for as long as any test takes.
const KEEP_ALIVE: Duration = Duration::from_secs(600);
/// In bytes. Longer than any answer or announcement.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// What a light client says that it is, when it asks to hear of blocks.
const LIGHT: u8 = 2;
/// Header, body and justification of a block: bits of the first of four bytes, the most significant one.
const ALL_OF_A_BLOCK: u32 = 0x1300_0000;
/// Under which the runtime keeps the number of the block.
const NUMBER_KEY: [u8; 32] = [
	0x26, 0xaa, 0x39, 0x4e, 0xea, 0x56, 0x30, 0xe0, 0x7c, 0x48, 0xae, 0x0c, 0x95, 0x58, 0xce, 0xf7, 0x02, 0xa5, 0xc1, 0xb1, 0x9a,
	0xb7, 0xa0, 0x4f, 0x53, 0x6c, 0x51, 0x9a, 0xca, 0x49, 0x83, 0xac,
];

/// What a node can be asked for.
#[derive(Clone, Copy, Debug)]
pub enum Asked {
	/// A block.
	Blocks,
	/// The state at a block.
	State,
	/// A proof that everything up to now is final.
	Warp,
	/// A proof of one value of the state at a block.
	Light,
}

impl Asked {
	/// All of them.
	pub const ALL: [Self; 4] = [Self::Blocks, Self::State, Self::Warp, Self::Light];

	/// What the protocol is called, after the genesis hash.
	fn name(self) -> &'static str {
		match self {
			Self::Blocks => "sync/2",
			Self::State => "state/2",
			Self::Warp => "sync/warp",
			Self::Light => "light/2",
		}
	}

	/// A request about `block` that an honest node answers: protocol buffers, by the definitions of the SDK; but for finality, the hash to
	/// begin after.
	fn request(self, block: &[u8; 32], genesis: &GenesisHash) -> Vec<u8> {
		match self {
			Self::Blocks => [number(1, ALL_OF_A_BLOCK), bytes(2, block), number(6, 1)].concat(),
			Self::State => [bytes(1, block), number(3, 1)].concat(),
			Self::Warp => genesis.to_vec(),
			Self::Light => bytes(2, &[bytes(2, block), bytes(3, &NUMBER_KEY)].concat()),
		}
	}
}

/// What a node tells its peers besides blocks, without being asked.
#[derive(Clone, Copy, Debug)]
pub enum Told {
	/// Votes of GRANDPA, and who is where in them.
	Votes,
	/// Extrinsics that wait for a block.
	Extrinsics,
}

impl Told {
	/// All of it.
	pub const ALL: [Self; 2] = [Self::Votes, Self::Extrinsics];

	/// What the protocol is called, after the genesis hash.
	fn name(self) -> &'static str {
		match self {
			Self::Votes => "grandpa/1",
			Self::Extrinsics => "transactions/1",
		}
	}
}

/// A peer of a node that is no node itself: it speaks the protocols and asks for what it likes.
pub struct RawPeer {
	keypair: Keypair,
	node: PeerId,
	genesis: GenesisHash,
	/// In the order of [`Asked::ALL`].
	requests: Vec<RequestResponseHandle>,
	announcements: NotificationHandle,
	/// In the order of [`Told::ALL`].
	told: Vec<NotificationHandle>,
	worker: JoinHandle<()>,
}

impl RawPeer {
	/// One with a key of its own that knows where `node` is. It connects with its first request.
	pub fn new(node: &Node, genesis: GenesisHash) -> Self {
		let keypair = Keypair::generate();
		let address: Multiaddr = node.p2p_address().parse().expect("a node has an address");
		let node = PeerId::try_from_multiaddr(&address).expect("it ends in the node's peer id");
		let digits: String = genesis.iter().map(|byte| format!("{byte:02x}")).collect();
		let protocol = |name: &str| ProtocolName::from(format!("/{digits}/{name}"));

		let handshake = (LIGHT, BlockNumber::default(), genesis, genesis).encode();
		let (announced, announcements) = notification::ConfigBuilder::new(protocol("block-announces/1"))
			.with_max_size(MAX_MESSAGE)
			.with_handshake(handshake)
			.with_auto_accept_inbound(true)
			.build();
		let mut config = ConfigBuilder::new()
			.with_keypair(keypair.clone())
			.with_tcp(TcpConfig {
				listen_addresses: Vec::new(),
				// There is none: it does not listen.
				reuse_port: false,
				nodelay: true,
				..Default::default()
			})
			.with_keep_alive_timeout(KEEP_ALIVE)
			.with_known_addresses(iter::once((node, vec![address])))
			.with_notification_protocol(announced);
		let mut told = Vec::new();
		for what in Told::ALL {
			let (protocol, handle) = notification::ConfigBuilder::new(protocol(what.name()))
				.with_max_size(MAX_MESSAGE)
				.with_handshake(vec![LIGHT])
				.with_auto_accept_inbound(true)
				.build();
			config = config.with_notification_protocol(protocol);
			told.push(handle);
		}
		let mut requests = Vec::new();
		for asked in Asked::ALL {
			let (asked, handle) = request_response::ConfigBuilder::new(protocol(asked.name()))
				.with_max_size(MAX_MESSAGE)
				.with_timeout(ANSWER_DEADLINE)
				.build();
			config = config.with_request_response_protocol(asked);
			requests.push(handle);
		}
		let mut litep2p = Litep2p::new(config.build()).expect("a client needs nothing but a key");
		let worker = tokio::spawn(async move { while litep2p.next_event().await.is_some() {} });
		Self {
			keypair,
			node,
			genesis,
			requests,
			announcements,
			told,
			worker,
		}
	}

	/// What its peer id is made of.
	pub fn peer_key(&self) -> PeerKey {
		PeerKey(self.keypair.public().to_bytes())
	}

	/// Its signature.
	pub fn sign(&self, payload: &[u8]) -> [u8; 64] {
		let signature = self.keypair.sign(payload);
		signature.try_into().expect("signatures by Ed25519 have 64 bytes")
	}

	/// The answer to a request about `block`, byte for byte; or how it was refused.
	pub async fn ask(&mut self, asked: Asked, block: &[u8; 32]) -> Result<Vec<u8>, String> {
		let request = asked.request(block, &self.genesis);
		let handle = &mut self.requests[asked as usize];
		let sent = handle.send_request(self.node, request, DialOptions::Dial).await;
		let sent = sent.map_err(|error| error.to_string())?;
		let answer = async {
			while let Some(event) = handle.next().await {
				match event {
					RequestResponseEvent::ResponseReceived {
						request_id, response, ..
					} if request_id == sent => return Ok(response),
					RequestResponseEvent::RequestFailed { request_id, error, .. } if request_id == sent => {
						return Err(format!("{error:?}"));
					},
					_ => {},
				}
			}
			Err("the client has ended".into())
		};
		let answer = timeout(ANSWER_DEADLINE, answer).await;
		answer.unwrap_or_else(|_| Err("nothing came back".into()))
	}

	/// Asks to hear of new blocks. How it was refused, if it was.
	pub async fn listen(&mut self) -> Result<(), String> {
		let opened = self.announcements.open_substream(self.node).await;
		opened.map_err(|error| error.to_string())?;
		let deadline = Instant::now() + ANSWER_DEADLINE;
		loop {
			match self.event(deadline).await {
				Some(NotificationEvent::NotificationStreamOpened { .. }) => return Ok(()),
				Some(NotificationEvent::NotificationStreamOpenFailure { error, .. }) => return Err(format!("{error:?}")),
				Some(_) => {},
				None => return Err("nothing came back".into()),
			}
		}
	}

	/// Whether it hears, within `patience`, of a block of at least this height.
	pub async fn hears_of(&mut self, height: BlockNumber, patience: Duration) -> bool {
		let deadline = Instant::now() + patience;
		while let Some(event) = self.event(deadline).await {
			if let NotificationEvent::NotificationReceived { notification, .. } = event {
				// An announcement begins with the header, and that with the hash of the parent and the height.
				let announced = notification
					.get(32..)
					.and_then(|mut rest| Compact::<BlockNumber>::decode(&mut rest).ok());
				if announced.is_some_and(|Compact(announced)| announced >= height) {
					return true;
				}
			}
		}
		false
	}

	/// Whether it is told, within `patience`, that it will hear of no more blocks.
	pub async fn is_dismissed(&mut self, patience: Duration) -> bool {
		let deadline = Instant::now() + patience;
		while let Some(event) = self.event(deadline).await {
			if matches!(event, NotificationEvent::NotificationStreamClosed { .. }) {
				return true;
			}
		}
		false
	}

	/// Whether, within `patience`, a substream opens by which it is told that. It asks for one; to whom blocks are announced, a node opens one
	/// by itself.
	pub async fn is_told(&mut self, what: Told, patience: Duration) -> bool {
		let handle = &mut self.told[what as usize];
		// It may be on its way from the node.
		let _ = handle.open_substream(self.node).await;
		let deadline = Instant::now() + patience;
		while let Ok(Some(event)) = timeout_at(deadline, handle.next()).await {
			match event {
				NotificationEvent::ValidateSubstream { peer, .. } => {
					handle.send_validation_result(peer, ValidationResult::Accept)
				},
				NotificationEvent::NotificationStreamOpened { .. } => return true,
				_ => {},
			}
		}
		false
	}

	/// Whether, within `patience`, the substream closes by which it was told that.
	pub async fn is_told_no_more(&mut self, what: Told, patience: Duration) -> bool {
		let handle = &mut self.told[what as usize];
		let deadline = Instant::now() + patience;
		while let Ok(Some(event)) = timeout_at(deadline, handle.next()).await {
			if matches!(event, NotificationEvent::NotificationStreamClosed { .. }) {
				return true;
			}
		}
		false
	}

	/// The next thing that happens before `deadline` to the substream by which blocks are announced.
	async fn event(&mut self, deadline: Instant) -> Option<NotificationEvent> {
		let event = timeout_at(deadline, self.announcements.next()).await.ok().flatten()?;
		if let NotificationEvent::ValidateSubstream { peer, .. } = &event {
			self.announcements.send_validation_result(*peer, ValidationResult::Accept);
		}
		Some(event)
	}
}

impl Drop for RawPeer {
	fn drop(&mut self) {
		self.worker.abort();
	}
}

/// A field that is a number, as protocol buffers write it: seven bits in a byte, the least significant first.
fn number(field: u8, mut value: u32) -> Vec<u8> {
	let mut written = vec![field << 3];
	while value >= 0x80 {
		written.push(0x80 | (value & 0x7f) as u8);
		value >>= 7;
	}
	written.push(value as u8);
	written
}

/// A field of bytes, or a message in a message; of less than 128 bytes.
fn bytes(field: u8, value: &[u8]) -> Vec<u8> {
	let length = u8::try_from(value.len()).ok().filter(|length| *length < 0x80);
	[&[(field << 3) | 2, length.expect("requests are short")][..], value].concat()
}
