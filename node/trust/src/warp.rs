// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Proofs of finality that skip blocks, held against the checkpoints.

use crate::Checkpoints;
use chirograph_runtime::{opaque::Block, BlockNumber, Hash};
use codec::DecodeAll;
use sc_consensus_grandpa::{warp_proof::WarpSyncFragment, SharedAuthoritySet};
use sc_network_sync::strategy::warp::{EncodedProof, VerificationResult, Verifier, WarpSyncProvider};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Warp synchronisation that believes no proof which contradicts a checkpoint.
///
/// A proof has the last block of each set of authorities, and the newest block. What is between is not in it, so what can be seen of a
/// checkpoint is the number of the set that finalised it, and its hash if it is one of those blocks. The network's tool prefers such blocks.
pub struct CheckedWarp<P> {
	provider: P,
	authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	checkpoints: Checkpoints,
}

impl<P> CheckedWarp<P> {
	/// `authority_set`: the one that `provider` begins with.
	pub fn new(provider: P, authority_set: SharedAuthoritySet<Hash, BlockNumber>, checkpoints: Checkpoints) -> Self {
		Self {
			provider,
			authority_set,
			checkpoints,
		}
	}
}

impl<P: WarpSyncProvider<Block>> WarpSyncProvider<Block> for CheckedWarp<P> {
	fn generate(&self, start: Hash) -> Result<EncodedProof, BoxError> {
		self.provider.generate(start)
	}

	fn create_verifier(&self) -> Box<dyn Verifier<Block>> {
		Box::new(CheckedVerifier {
			inner: self.provider.create_verifier(),
			checkpoints: self.checkpoints.clone(),
			seen: Seen {
				number: 0,
				set_id: self.authority_set.set_id(),
			},
		})
	}
}

/// Up to where proofs were followed.
#[derive(Clone, Copy)]
struct Seen {
	/// Height of the last block.
	number: BlockNumber,
	/// The set that finalises what comes next.
	set_id: u64,
}

struct CheckedVerifier {
	inner: Box<dyn Verifier<Block>>,
	checkpoints: Checkpoints,
	seen: Seen,
}

impl CheckedVerifier {
	/// Holds a proof against the checkpoints. Its signatures are not looked at here.
	fn follow(&self, proof: &EncodedProof) -> Result<Seen, String> {
		// The layout of the SDK's proof, whose fields are its own.
		let (fragments, is_finished) = <(Vec<WarpSyncFragment<Block>>, bool)>::decode_all(&mut &proof.0[..])
			.map_err(|error| format!("it cannot be read ({error})"))?;
		let mut seen = self.seen;
		for fragment in fragments {
			let (number, hash) = (fragment.header.number, fragment.header.hash());
			if number <= seen.number {
				return Err(format!("block {number} comes behind block {}", seen.number));
			}
			for checkpoint in self.checkpoints.iter() {
				if checkpoint.number <= seen.number || checkpoint.number > number {
					continue;
				}
				if checkpoint.set_id != seen.set_id {
					return Err(format!(
						"set {} of authorities finalises its block {}, and set {} finalised the checkpoint {checkpoint}",
						seen.set_id, checkpoint.number, checkpoint.set_id
					));
				}
				if checkpoint.number == number && checkpoint.hash != hash {
					return Err(format!("it has {hash:?} in the place of the checkpoint {checkpoint}"));
				}
			}
			// Only the last block of all changes no set, which the SDK sees to. Saturating: sets are counted from 0, one by one.
			seen = Seen {
				number,
				set_id: seen.set_id.saturating_add(1),
			};
		}
		match self.checkpoints.newest() {
			Some(newest) if is_finished && seen.number < newest.number => {
				Err(format!("it ends at block {}, below the checkpoint {newest}", seen.number))
			},
			_ => Ok(seen),
		}
	}
}

impl Verifier<Block> for CheckedVerifier {
	fn verify(&mut self, proof: &EncodedProof) -> Result<VerificationResult<Block>, BoxError> {
		// First: the SDK's verifier remembers what it found in order, and would ask the next peer for what comes behind that.
		let seen = self.follow(proof).map_err(|reason| {
			log::warn!(
				"A peer's warp proof was refused: {reason}. It follows another history than the one that the network's council vouches for, or is behind."
			);
			BoxError::from(reason)
		})?;
		let result = self.inner.verify(proof)?;
		self.seen = seen;
		Ok(result)
	}

	fn next_proof_context(&self) -> Hash {
		self.inner.next_proof_context()
	}

	fn status(&self) -> Option<String> {
		self.inner.status()
	}
}

#[cfg(test)]
#[path = "tests/warp.rs"]
mod tests;
