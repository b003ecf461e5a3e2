// SPDX-License-Identifier: Apache-2.0

//! Checkpoints: what a council vouches for, and what this user trusts.

use crate::{
	args::{CheckpointCommand, Common},
	output::Output,
	Failure,
};
use chirograph_sdk::{
	checkpoints::{self, compiled, Checkpoint, CheckpointFile},
	council::Council,
	keys::{format_account, KeyStore},
	networks::KnownNetworks,
	primitives::Subject,
};
use serde::Serialize;
use std::{collections::BTreeSet, path::Path};

type Lines = Vec<(&'static str, String)>;

/// Of what a node that follows another history would make another.
const COUNCIL_OF_NODE: &str =
	"who is on the council, the node says: compare the members with those that your network publishes, or ask a node of your own";

/// A checkpoint, and who vouches for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
	genesis: Subject,
	#[serde(flatten)]
	checkpoint: Checkpoint,
	/// Accounts that signed.
	signed: Vec<String>,
	/// Who could sign, where a node was asked.
	#[serde(skip_serializing_if = "Option::is_none")]
	council: Option<ShownCouncil>,
	/// Where it was written, or read from.
	#[serde(skip_serializing_if = "Option::is_none")]
	file: Option<&'a Path>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownCouncil {
	members: Vec<String>,
	quorum: u32,
}

/// A checkpoint that is known here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Known {
	genesis: Subject,
	#[serde(flatten)]
	checkpoint: Checkpoint,
	/// Since the program was compiled, or since the user said so.
	by: By,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum By {
	CompiledIn,
	TrustedHere,
}

#[derive(Serialize)]
struct List {
	checkpoints: Vec<Known>,
}

impl<'a> Shown<'a> {
	fn of(file: &CheckpointFile, council: Option<&Council>, path: Option<&'a Path>) -> Self {
		Self {
			genesis: Subject(file.genesis),
			checkpoint: file.checkpoint,
			signed: file
				.signatures
				.iter()
				.map(|signature| format_account(&signature.account))
				.collect(),
			council: council.map(|council| ShownCouncil {
				members: council.members.iter().map(format_account).collect(),
				quorum: council.quorum,
			}),
			file: path,
		}
	}

	fn lines(&self) -> Lines {
		let mut lines = vec![
			("genesis", self.genesis.to_string()),
			("block", self.checkpoint.number.to_string()),
			("hash", self.checkpoint.hash.to_string()),
			("set", self.checkpoint.set_id.to_string()),
		];
		lines.extend(self.signed.iter().map(|account| ("signed by", account.clone())));
		if let Some(council) = &self.council {
			let needed = format!("{} of {} members of the council", council.quorum, council.members.len());
			lines.push(("needed", needed));
			lines.extend(council.members.iter().map(|account| ("council", account.clone())));
		}
		lines
	}
}

pub async fn run(command: CheckpointCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	match command {
		CheckpointCommand::Propose { any, output: path } => {
			let chain = common.connect().await?;
			chain.ensure_synced().await?;
			let file = checkpoints::propose(&chain, any).await?;
			file.write_new(&path)?;
			let shown = Shown::of(&file, None, Some(&path));
			output.result(&shown, &format!("{} written", path.display()), &shown.lines());
			output.hint("have each member of the council sign a copy, asking a node of their own: `chirograph checkpoint sign`");
			Ok(())
		},
		CheckpointCommand::Sign {
			file: from,
			output: path,
			key,
		} => {
			let mut file = CheckpointFile::read(&from)?;
			let chain = common.connect_to_sign().await?;
			chain.ensure_synced().await?;
			let key = key.load_or("which member of the council signs? Name the key with --key")?;
			let council = checkpoints::sign(&chain, &mut file, &key).await?;
			file.write_new(&path)?;
			let shown = Shown::of(&file, Some(&council), Some(&path));
			output.result(&shown, &format!("signed: {}", path.display()), &shown.lines());
			Ok(())
		},
		CheckpointCommand::Attach { files, output: path } => {
			let mut files = files.iter();
			let first = files
				.next()
				.ok_or_else(|| Failure::Usage("name the files that were signed".into()))?;
			let mut file = CheckpointFile::read(first)?;
			for other in files {
				file.attach(&CheckpointFile::read(other)?)?;
			}
			file.write_new(&path)?;
			let shown = Shown::of(&file, None, Some(&path));
			output.result(&shown, &format!("{} written", path.display()), &shown.lines());
			output.hint("whether enough members of the council signed, `chirograph checkpoint verify` says");
			Ok(())
		},
		CheckpointCommand::Verify { file: path } => {
			let (file, council) = checked(&path, common).await?;
			let shown = Shown::of(&file, Some(&council), Some(&path));
			output.result(&shown, "VERIFIED: the council vouches for that block", &shown.lines());
			output.hint(COUNCIL_OF_NODE);
			Ok(())
		},
		CheckpointCommand::List => list(common, output),
	}
}

/// Trusts a checkpoint from now on.
pub async fn trust(path: &Path, common: &Common, output: &Output) -> Result<(), Failure> {
	let store = KeyStore::open_default()?;
	let (file, council) = checked(path, common).await?;
	KnownNetworks::new(store).trust_checkpoint(&file)?;
	let shown = Shown::of(&file, Some(&council), Some(path));
	output.result(&shown, "trusted from now on", &shown.lines());
	output.hint("no node is believed any more on whose finalised chain that block is not");
	output.hint(COUNCIL_OF_NODE);
	Ok(())
}

/// A file that the council vouches for, as a node knows it.
async fn checked(path: &Path, common: &Common) -> Result<(CheckpointFile, Council), Failure> {
	let file = CheckpointFile::read(path)?;
	let chain = common.connect().await?;
	let council = checkpoints::check(&chain, &file).await?;
	Ok((file, council))
}

/// What is known here, of the network that the user names, or of all those that were signed for or have a checkpoint.
fn list(common: &Common, output: &Output) -> Result<(), Failure> {
	let (trusted, mut networks) = match KeyStore::open_default() {
		Ok(store) => {
			let known = KnownNetworks::new(store);
			(known.trusted_checkpoints()?, known.all()?)
		},
		Err(_) => Default::default(),
	};
	// They are keys of a file that was written here; one that was edited into something else is of no network.
	networks.extend(trusted.keys().filter_map(|genesis| genesis.parse::<Subject>().ok()));
	if let Some(genesis) = common.genesis {
		networks = BTreeSet::from([genesis]);
	}
	let mut known = Vec::new();
	for genesis in networks {
		let by_program = compiled(&genesis.0).iter().map(|checkpoint| (*checkpoint, By::CompiledIn));
		let own = trusted
			.get(&genesis.to_string())
			.map(|checkpoint| (*checkpoint, By::TrustedHere));
		known.extend(
			by_program
				.chain(own)
				.map(|(checkpoint, by)| Known { genesis, checkpoint, by }),
		);
	}
	let lines: Lines = known
		.iter()
		.map(|Known { genesis, checkpoint, by }| {
			let by = match by {
				By::CompiledIn => "compiled in",
				By::TrustedHere => "trusted here",
			};
			let Checkpoint { number, hash, .. } = checkpoint;
			(by, format!("block {number} {hash} of the network {genesis}"))
		})
		.collect();
	let title = if lines.is_empty() { "no checkpoints" } else { "checkpoints" };
	output.result(&List { checkpoints: known }, title, &lines);
	Ok(())
}
