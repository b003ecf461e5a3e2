// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The blocks that a node was told, and how its chain stands to them.

use chirograph_runtime::{BlockNumber, Hash};
use serde::{Deserialize, Serialize};
use std::{fmt, fs, path::Path};

/// The format of the files that council members sign.
const FORMAT: &str = "chirograph/checkpoint/v1";

/// A block that the network vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// The number of the set of authorities that finalised it.
	pub set_id: u64,
	/// The network that it is of, where that is said.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub genesis: Option<Hash>,
}

impl fmt::Display for Checkpoint {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "block {} {:?}", self.number, self.hash)
	}
}

impl Checkpoint {
	/// What a file says that council members signed. The signatures in it are not looked at.
	pub fn read(path: &Path) -> Result<Self, String> {
		/// As council members sign it. The signatures are for people who decide whether to use the file.
		#[derive(Deserialize)]
		#[serde(rename_all = "camelCase")]
		struct File {
			format: String,
			genesis: Hash,
			number: BlockNumber,
			hash: Hash,
			set_id: u64,
		}

		let unusable = |reason: String| {
			format!(
				"The checkpoint in {} cannot be used: {reason}. Give the file as `chirograph checkpoint attach` wrote it.",
				path.display()
			)
		};
		let bytes = fs::read(path).map_err(|error| unusable(error.to_string()))?;
		let file: File = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
		if file.format != FORMAT {
			return Err(unusable(format!("it is of the format {:?} and not {FORMAT:?}", file.format)));
		}
		Ok(Self {
			number: file.number,
			hash: file.hash,
			set_id: file.set_id,
			genesis: Some(file.genesis),
		})
	}
}

/// All that a node was told: in the order of their heights, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checkpoints(Vec<Checkpoint>);

impl Checkpoints {
	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// From the oldest to the newest.
	pub fn iter(&self) -> impl Iterator<Item = &Checkpoint> {
		self.0.iter()
	}

	/// The last of them.
	pub fn newest(&self) -> Option<Checkpoint> {
		self.0.last().copied()
	}

	/// Fails unless each is above the one before, and the first above genesis.
	pub fn ensure_ascending(&self) -> Result<(), String> {
		let heights = std::iter::once(0).chain(self.iter().map(|checkpoint| checkpoint.number));
		if heights.is_sorted_by(|one, next| one < next) {
			return Ok(());
		}
		Err(
			"The chain spec's `checkpoints` must be in the order of their numbers, each number once and none 0. Sort them."
				.into(),
		)
	}

	/// Adds one in its place. The same again changes nothing; another one at the same height is refused.
	pub fn add(&mut self, checkpoint: Checkpoint) -> Result<(), String> {
		match self.0.binary_search_by_key(&checkpoint.number, |known| known.number) {
			Ok(index) => match self.0.get(index) {
				Some(known) if known.hash == checkpoint.hash && known.set_id == checkpoint.set_id => Ok(()),
				_ => Err(format!(
					"Two checkpoints contradict each other at block {}. Find out which one is the network's, and drop the other.",
					checkpoint.number
				)),
			},
			Err(index) => {
				self.0.insert(index, checkpoint);
				self.ensure_ascending()
			},
		}
	}

	/// Fails if one says that it is of another network than the one with that genesis.
	pub fn ensure_network(&self, genesis: Hash) -> Result<(), String> {
		let foreign = self
			.iter()
			.find(|checkpoint| checkpoint.genesis.is_some_and(|named| named != genesis));
		match foreign {
			Some(foreign) => Err(format!(
				"The checkpoint {foreign} is of another network: of {:?}, and this one is {genesis:?}. Give the checkpoint of this network, or --chain the spec of the other one.",
				foreign.genesis.unwrap_or_default()
			)),
			None => Ok(()),
		}
	}

	/// Adds those that are missing to the only blocks that are imported at their heights. Another one at the height of a checkpoint is refused.
	pub fn add_to(&self, fork_blocks: &mut Vec<(BlockNumber, Hash)>) -> Result<(), String> {
		for checkpoint in self.iter() {
			match fork_blocks.iter().find(|(number, _)| *number == checkpoint.number) {
				None => fork_blocks.push((checkpoint.number, checkpoint.hash)),
				Some((_, hash)) if *hash == checkpoint.hash => {},
				Some(_) => {
					return Err(format!(
						"The chain spec's `forkBlocks` contradict the checkpoint {checkpoint}. Find out which one is the network's, and drop the other."
					))
				},
			}
		}
		Ok(())
	}

	/// How a finalised chain stands to them that ends at `finalised`, and has at a height what `hash_at` says.
	pub fn standing<E>(
		&self,
		finalised: BlockNumber,
		hash_at: impl Fn(BlockNumber) -> Result<Option<Hash>, E>,
	) -> Result<Standing, E> {
		let mut standing = Standing::Reached;
		// The last, which is the newest, decides.
		for checkpoint in self.iter() {
			standing = if checkpoint.number > finalised {
				Standing::Behind
			} else {
				match hash_at(checkpoint.number)? {
					Some(hash) if hash == checkpoint.hash => Standing::Reached,
					Some(found) => {
						return Ok(Standing::Elsewhere {
							checkpoint: *checkpoint,
							found,
						})
					},
					// After warp synchronisation, until history is downloaded.
					None => Standing::Behind,
				}
			};
		}
		Ok(standing)
	}
}

/// How a finalised chain stands to the checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
	/// The newest checkpoint is on it.
	Reached,
	/// It does not reach up to it, or what is there is not known yet.
	Behind,
	/// It has another block at the height of a checkpoint.
	Elsewhere {
		/// The checkpoint.
		checkpoint: Checkpoint,
		/// What is there.
		found: Hash,
	},
}

#[cfg(test)]
#[path = "tests/checkpoints.rs"]
mod tests;
