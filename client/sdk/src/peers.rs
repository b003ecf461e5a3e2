// SPDX-License-Identifier: Apache-2.0

//! Whose nodes may be on the network (X.1407 9.2.3 c, 9.3.1 b).
//!
//! A node has a key of its own, and its peer id is made of that. On a closed network, members talk to nodes only whose peer id belongs to a label
//! that can be used. The key of the node [signs](NodeKey::sign) for the label, so that nobody claims somebody else's.

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	error::{Error, ErrorKind},
	file,
	keys::Keypair,
	labels::Finalised,
	passkeys::label_of,
	submit::{call, Call, Submitter},
};
use chirograph_primitives::{
	payload::{self, GenesisHash},
	LabelId, PeerKey, MAX_PEERS,
};
use futures::future::try_join_all;
use serde::Serialize;
use sp_core::{ed25519, Pair};
use std::{
	fmt,
	path::{Path, PathBuf},
	time::Duration,
};
use zeroize::Zeroizing;

/// More than any file with the key of a node has.
const MAX_KEY_FILE: u64 = 256;
/// How many labels a node is asked about at once.
const AT_ONCE: usize = 64;

/// Why a node cannot be added or removed.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
	/// Not the secret key of a node.
	#[error("{} is not the key of a node: it should be 64 hexadecimal digits, as `chirograph-node key generate-node-key` writes them; name the file that the node is given with --node-key-file", path.display())]
	NotANodeKey {
		/// Which file.
		path: PathBuf,
	},
	/// Not a signature of that node's key, for this label and this network.
	#[error("the signature is not by the key of {} for label {label} on this network; have the node's operator sign for that label, with `chirograph peer sign --label {label}`", peer_id(*peer))]
	WrongSignature {
		/// Which node.
		peer: PeerKey,
		/// For which label it should be.
		label: LabelId,
	},
	/// It belongs to a label already.
	#[error("{} belongs to label {label} already; {}", peer_id(*peer), if *is_own { "nothing is left to do" } else { "have that label remove it first, or make another key for the node" })]
	Owned {
		/// Which node.
		peer: PeerKey,
		/// Whose it is.
		label: LabelId,
		/// Whether that is the label of whoever wanted to add it.
		is_own: bool,
	},
	/// It belongs to nobody, or somebody else.
	#[error("{} does not belong to label {label}; list those that do with `chirograph peer list {label}`", peer_id(*peer))]
	NotOwned {
		/// Which node.
		peer: PeerKey,
		/// Whose it should be.
		label: LabelId,
	},
	/// As many as there can be.
	#[error(
		"label {label} has {} nodes, as many as a label can have; remove one first, with `chirograph peer remove`",
		MAX_PEERS
	)]
	TooMany {
		/// Which label.
		label: LabelId,
	},
}

impl PeerError {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::NotANodeKey { .. } | Self::WrongSignature { .. } => ErrorKind::Input,
			Self::Owned { .. } | Self::NotOwned { .. } | Self::TooMany { .. } => ErrorKind::Refused,
		}
	}
}

/// The peer id of a node, as nodes write it: `12D3KooW…`.
pub fn peer_id(key: PeerKey) -> String {
	bs58::encode(key.to_peer_id()).into_string()
}

/// The key of a node: of its peer id, or as hexadecimal digits behind `0x`.
pub fn parse_peer(text: &str) -> Option<PeerKey> {
	if text.starts_with("0x") {
		return text.parse().ok();
	}
	PeerKey::from_peer_id(&bs58::decode(text).into_vec().ok()?)
}

/// The secret key of a node.
pub struct NodeKey(ed25519::Pair);

impl fmt::Debug for NodeKey {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.debug_tuple("NodeKey").field(&self.peer()).finish()
	}
}

impl NodeKey {
	/// From the file that the node is given: 32 bytes, or as many as hexadecimal digits.
	pub fn read(path: &Path) -> Result<Self, Error> {
		let bytes = Zeroizing::new(file::read_bounded(path, MAX_KEY_FILE)?);
		let seed = Self::seed(&bytes).ok_or_else(|| PeerError::NotANodeKey { path: path.into() })?;
		Ok(Self(ed25519::Pair::from_seed(&seed)))
	}

	fn seed(bytes: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
		if let Ok(seed) = bytes.try_into() {
			return Some(Zeroizing::new(seed));
		}
		let mut seed = Zeroizing::new([0; 32]);
		hex::decode_to_slice(bytes.trim_ascii(), &mut seed[..]).ok()?;
		Some(seed)
	}

	/// The public key.
	pub fn peer(&self) -> PeerKey {
		PeerKey(self.0.public().0)
	}

	/// That the node is to belong to a label, on the network with that genesis.
	pub fn sign(&self, genesis: &GenesisHash, label: LabelId) -> [u8; 64] {
		self.0.sign(&payload::peer(genesis, label)).0
	}
}

/// Fails where it is not that node's signature for that label on the network with that genesis.
fn ensure_signed(genesis: &GenesisHash, label: LabelId, peer: PeerKey, signature: &[u8; 64]) -> Result<(), PeerError> {
	let (signature, key) = (ed25519::Signature::from_raw(*signature), ed25519::Public::from_raw(peer.0));
	let is_right = ed25519::Pair::verify(&signature, payload::peer(genesis, label), &key);
	is_right.then_some(()).ok_or(PeerError::WrongSignature { peer, label })
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
	/// As nodes write it.
	pub peer_id: String,
	/// Its public key.
	pub key: PeerKey,
	/// Whose it is.
	pub label: LabelId,
	/// Whether the network lets it in now.
	pub admitted: bool,
}

/// The nodes of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Owned {
	/// Which label.
	pub label: LabelId,
	/// Its nodes.
	pub peers: Vec<Peer>,
}

/// Nodes of labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peers {
	/// Whether the network lets everybody in.
	pub open: bool,
	/// In the order of their labels.
	pub peers: Vec<Peer>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

impl Chain {
	/// The nodes that the network lets in, as of `block`; none if it lets everybody in.
	pub async fn members(&self, block: &FinalisedBlock) -> Result<Option<Vec<PeerKey>>, Error> {
		self.runtime_call(block, "PeersApi_members", &()).await
	}

	/// The nodes of a label, as of `block`.
	pub async fn peers_of(&self, block: &FinalisedBlock, label: LabelId) -> Result<Vec<PeerKey>, Error> {
		self.runtime_call(block, "PeersApi_peers_of", &label).await
	}

	/// Whose a node is, as of `block`.
	pub async fn peer_owner(&self, block: &FinalisedBlock, peer: PeerKey) -> Result<Option<LabelId>, Error> {
		self.runtime_call(block, "PeersApi_owner", &peer).await
	}
}

/// Has a node belong to the label of `signer`, with the signature of the node's key for that. Returns when that is final; or fails after
/// `patience`.
pub async fn add(
	submitter: &Submitter,
	signer: &Keypair,
	peer: PeerKey,
	signature: &[u8; 64],
	patience: Duration,
) -> Result<Finalised<Owned>, Error> {
	let chain = submitter.chain();
	let (at, label) = own(chain, signer).await?;
	ensure_signed(chain.genesis(), label, peer, signature)?;
	if let Some(owner) = chain.peer_owner(&at, peer).await? {
		return Err(PeerError::Owned {
			peer,
			label: owner,
			is_own: owner == label,
		}
		.into());
	}
	let count = chain.peers_of(&at, label).await?.len();
	if u32::try_from(count).unwrap_or(u32::MAX) >= MAX_PEERS {
		return Err(PeerError::TooMany { label }.into());
	}
	send(
		submitter,
		signer,
		label,
		&call("Peers", "add_peer", &(peer, signature)),
		patience,
	)
	.await
}

/// Has a node belong to the label of `signer` no more.
pub async fn remove(
	submitter: &Submitter,
	signer: &Keypair,
	peer: PeerKey,
	patience: Duration,
) -> Result<Finalised<Owned>, Error> {
	let (at, label) = own(submitter.chain(), signer).await?;
	if submitter.chain().peer_owner(&at, peer).await? != Some(label) {
		return Err(PeerError::NotOwned { peer, label }.into());
	}
	send(submitter, signer, label, &call("Peers", "remove_peer", &peer), patience).await
}

/// The label of a key, and the block that this is as of.
async fn own(chain: &Chain, signer: &Keypair) -> Result<(FinalisedBlock, LabelId), Error> {
	chain.ensure_synced().await?;
	let label = label_of(chain, &signer.account()).await?;
	Ok((chain.finalised().await?, label))
}

async fn send(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	call: &Call,
	patience: Duration,
) -> Result<Finalised<Owned>, Error> {
	let chain = submitter.chain();
	let at = submitter.submit_at_block(signer, call, patience).await?;
	let members = chain.members(&at).await?;
	Ok(Finalised {
		state: Owned {
			label,
			peers: of_label(chain, &at, label, members.as_deref()).await?,
		},
		block: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

async fn of_label(chain: &Chain, at: &FinalisedBlock, label: LabelId, members: Option<&[PeerKey]>) -> Result<Vec<Peer>, Error> {
	let keys = chain.peers_of(at, label).await?.into_iter();
	let peers = keys.map(|key| Peer {
		peer_id: peer_id(key),
		key,
		label,
		admitted: members.is_none_or(|members| members.contains(&key)),
	});
	Ok(peers.collect())
}

/// The nodes of a label; without one, those of all labels.
pub async fn list(chain: &Chain, label: Option<LabelId>) -> Result<Peers, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let labels = match label {
		Some(label) => vec![crate::labels::existing(chain, &at, label).await?.label.id],
		None => chain.labels(&at).await?.into_iter().map(|status| status.label.id).collect(),
	};
	let members = chain.members(&at).await?;
	let mut peers = Vec::new();
	for labels in labels.chunks(AT_ONCE) {
		let questions = labels.iter().map(|label| of_label(chain, &at, *label, members.as_deref()));
		peers.extend(try_join_all(questions).await?.into_iter().flatten());
	}
	Ok(Peers {
		open: members.is_none(),
		peers,
		as_of: BlockId::of(&at),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	const GENESIS: GenesisHash = [1; 32];

	fn key() -> NodeKey {
		NodeKey(ed25519::Pair::from_seed(&[7; 32]))
	}

	#[test]
	fn a_peer_id_is_written_as_nodes_do_and_read_again() {
		let key = key().peer();
		let id = peer_id(key);
		assert!(id.starts_with("12D3KooW") && id.len() == 52, "{id}");
		assert_eq!(parse_peer(&id), Some(key));
		assert_eq!(parse_peer(&key.to_string()), Some(key));
		// Of another kind of key, too short, with a character that is no digit of base 58, and nothing.
		for text in [
			"QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
			&id[..51],
			"12D3KooW0",
			"0x07",
			"",
		] {
			assert_eq!(parse_peer(text), None, "{text}");
		}
	}

	#[test]
	fn the_key_of_a_node_is_read_from_its_file_and_from_no_other() {
		let directory = tempfile::tempdir().expect("the temporary directory is writable");
		let path = directory.path().join("node-key");
		let digits = "07".repeat(32);
		for content in [digits.clone().into_bytes(), format!("{digits}\n").into_bytes(), vec![7; 32]] {
			fs::write(&path, &content).expect("it is ours");
			let read = NodeKey::read(&path).expect("the control");
			assert_eq!(read.peer(), key().peer());
		}
		for content in [&b""[..], &[7; 31], &[7; 33], &digits.as_bytes()[1..], &[b'x'; 64]] {
			fs::write(&path, content).expect("it is ours");
			let fault = NodeKey::read(&path).expect_err("is none").to_string();
			assert!(fault.contains("generate-node-key"), "{fault}");
		}
	}

	#[test]
	fn a_node_signs_for_one_label_on_one_network() {
		let (peer, signature) = (key().peer(), key().sign(&GENESIS, 7));
		assert!(ensure_signed(&GENESIS, 7, peer, &signature).is_ok(), "the control");
		assert!(ensure_signed(&GENESIS, 8, peer, &signature).is_err());
		assert!(ensure_signed(&[2; 32], 7, peer, &signature).is_err());
		assert!(ensure_signed(&GENESIS, 7, PeerKey([9; 32]), &signature).is_err());
		let mut other = signature;
		other[0] ^= 1;
		let fault = ensure_signed(&GENESIS, 7, peer, &other).expect_err("is another").to_string();
		assert!(fault.contains("for label 7") && fault.contains(&peer_id(peer)), "{fault}");
	}

	#[test]
	fn no_secret_is_printed() {
		let printed = format!("{:?}", key());
		assert!(!printed.contains(&"07".repeat(32)), "{printed}");
	}
}
