// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, PeerCommand},
	label::wait,
	output::{as_of, final_in, Output},
	Failure,
};
use chirograph_sdk::{
	labels::Finalised,
	passkeys::label_of,
	peers::{self, peer_id, NodeKey, Owned, Peer},
	primitives::{LabelId, PeerKey},
};
use serde::Serialize;

pub async fn run(command: PeerCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		PeerCommand::Add {
			node_key_file,
			peer,
			signature,
			signing,
		} => {
			let key = node_key_file.map(|path| NodeKey::read(&path)).transpose()?;
			let (submitter, signer, patience) = signing.open(common).await?;
			let (peer, signature) = match (key, peer.zip(signature)) {
				(Some(key), _) => {
					let chain = submitter.chain();
					let label = label_of(chain, &signer.account()).await?;
					(key.peer(), key.sign(chain.genesis(), label))
				},
				(None, Some(signed)) => signed,
				(None, None) => {
					return Err(Failure::Usage(
						"which node is it? Name the file with its key with --node-key-file".into(),
					))
				},
			};
			let sent = peers::add(&submitter, &signer, peer, &signature, patience);
			report(output, "added, and final", &wait(output, sent).await?);
		},
		PeerCommand::Sign { node_key_file, label } => {
			#[derive(Serialize)]
			#[serde(rename_all = "camelCase")]
			struct Signed {
				label: LabelId,
				peer_id: String,
				key: PeerKey,
				signature: String,
			}
			let key = NodeKey::read(&node_key_file)?;
			let chain = common.connect_to_sign().await?;
			let digits = key.sign(chain.genesis(), label).map(|byte| format!("{byte:02x}")).concat();
			let signed = Signed {
				label,
				peer_id: peer_id(key.peer()),
				key: key.peer(),
				signature: format!("0x{digits}"),
			};
			let lines = [
				("label", label.to_string()),
				("node", signed.peer_id.clone()),
				("signature", signed.signature.clone()),
			];
			output.result(
				&signed,
				"signed; give this to whoever holds that label, for `peer add`",
				&lines,
			);
		},
		PeerCommand::Remove { peer, signing } => {
			let (submitter, signer, patience) = signing.open(common).await?;
			let sent = peers::remove(&submitter, &signer, peer, patience);
			report(output, "removed, and final", &wait(output, sent).await?);
		},
		PeerCommand::List { label } => {
			let list = peers::list(&common.connect().await?, label).await?;
			let title = match (list.open, list.peers.is_empty()) {
				(true, true) => "no nodes of labels; the network lets everybody in",
				(true, false) => "nodes; the network lets everybody in",
				(false, true) => "no nodes of labels; the network lets nobody else in",
				(false, false) => "nodes; the network lets nobody else in",
			};
			let mut lines: Vec<_> = list
				.peers
				.iter()
				.map(|peer| (peer.peer_id.as_str(), describe(peer)))
				.collect();
			lines.push(as_of(&list.as_of));
			output.result(&list, title, &lines);
		},
	}
	Ok(())
}

fn report(output: &Output, title: &str, changed: &Finalised<Owned>) {
	let mut lines = vec![("label", changed.state.label.to_string())];
	let peers = changed.state.peers.iter();
	lines.extend(peers.map(|peer| ("node", peer.peer_id.clone())));
	lines.push(final_in(&changed.block));
	output.result(changed, title, &lines);
}

fn describe(peer: &Peer) -> String {
	let admitted = if peer.admitted {
		""
	} else {
		", NOT let in: the label cannot be used now"
	};
	format!("label {}{admitted}", peer.label)
}
