// SPDX-License-Identifier: Apache-2.0

//! What can be typed about the council and its motions.

use super::{
	operation::{peer, tokens, OutcomeName},
	Ending, Reassignment, Signing, Suspicion,
};
use chirograph_sdk::{
	council::{Hash, MotionIndex},
	primitives::{validator::SlashId, Balance, BlockNumber, IncidentId, LabelId, PeerKey},
	verifier::document::from_hex,
};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum CouncilCommand {
	/// List the members, and how many of them decide together
	Members,
	/// List the motions that are open: what each would do, who voted, and until when
	Motions,
	/// Show a motion that is open
	Show {
		/// Its number
		motion: MotionIndex,
	},
	/// Have the council vote about something, and vote for it. Where one member is quorum enough, it is done at once
	#[command(
		subcommand,
		after_help = "Examples:\n  chirograph council propose fund 5000 --key ada\n  chirograph council propose authorize-upgrade chirograph_runtime.compact.compressed.wasm --key ada"
	)]
	Propose(CouncilAction),
	/// Vote on a motion, or change sides. What you vote on is shown first
	Vote {
		/// Its number
		motion: MotionIndex,
		/// The hash that `council show` showed it with: what you looked at is voted on, and nothing that took its place
		#[arg(long, value_name = "HASH", value_parser = hash)]
		hash: Option<Hash>,
		/// For it
		#[arg(long, required_unless_present = "reject", conflicts_with = "reject")]
		approve: bool,
		/// Against it
		#[arg(long)]
		reject: bool,
		#[command(flatten)]
		signing: Signing,
	},
	/// Close a motion that is decided, or whose time is over. If it was carried, it is done. The exit code is 1 if the ledger refused what was
	/// decided. Anybody may, and for members it is free
	Close {
		/// Its number
		motion: MotionIndex,
		/// The hash that `council show` showed it with: what you looked at is closed, and nothing that took its place
		#[arg(long, value_name = "HASH", value_parser = hash)]
		hash: Option<Hash>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Bring the code of an upgrade of the runtime that the council authorised. Anybody may who holds a label, and can lay out the fee, which is
	/// given back
	ApplyUpgrade {
		/// The code, as it was voted on
		#[arg(value_name = "FILE")]
		file: PathBuf,
		#[command(flatten)]
		signing: Signing,
	},
}

#[derive(Subcommand)]
pub enum CouncilAction {
	/// Take a slash back, before the time to appeal is over
	CancelSlash {
		/// Its number (see `validator slashes`)
		slash: SlashId,
		#[command(flatten)]
		signing: Signing,
	},
	/// Add to the budget of the validators' rewards
	Fund {
		/// How much, with at most 12 digits behind the point
		#[arg(value_name = "TOKENS", value_parser = tokens)]
		amount: Balance,
		#[command(flatten)]
		signing: Signing,
	},
	/// Suspend the label that an incident is traced to
	ContainIncident {
		/// Its number
		incident: IncidentId,
		#[command(flatten)]
		signing: Signing,
	},
	/// Put on record what came of an incident
	CloseIncident {
		/// Its number
		incident: IncidentId,
		/// What came of it
		#[arg(long, value_enum)]
		outcome: OutcomeName,
		#[command(flatten)]
		signing: Signing,
	},
	/// Have a node belong to no label any more
	RemovePeer {
		/// The node's peer id
		#[arg(value_name = "ID", value_parser = peer)]
		peer: PeerKey,
		#[command(flatten)]
		signing: Signing,
	},
	/// Let anybody bring this code as an upgrade of the runtime, with `council apply-upgrade`. What is voted on is its BLAKE2b-256: build it
	/// yourself, and compare
	AuthorizeUpgrade {
		/// The code, WASM or the compressed form of it
		#[arg(value_name = "FILE")]
		file: PathBuf,
		#[command(flatten)]
		signing: Signing,
	},
	/// Make a label unusable until it is reinstated: also that of an auditor or of a member of the council
	SuspendLabel {
		/// The label's number
		label: LabelId,
		/// Why
		#[arg(long, value_enum, default_value = "unspecified")]
		reason: Suspicion,
		/// The first block that a compromised key is not believed in [default: what was reported before, or now]
		#[arg(long, value_name = "BLOCK")]
		since: Option<BlockNumber>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Make a suspended label usable again
	ReinstateLabel {
		/// The label's number
		label: LabelId,
		#[command(flatten)]
		signing: Signing,
	},
	/// Make a label unusable for good
	RevokeLabel {
		/// The label's number
		label: LabelId,
		/// Why
		#[arg(long, value_enum)]
		reason: Ending,
		#[command(flatten)]
		signing: Signing,
	},
	/// Move the label of somebody who cannot to the key that consented: also that of a validator, of an auditor or of a member of the council
	ReassignLabel {
		#[command(flatten)]
		reassignment: Reassignment,
		#[command(flatten)]
		signing: Signing,
	},
	/// Anything else: a call in its encoding, which is read and shown before it is sent
	Call {
		/// The call, as wallets show its encoding: 0x and hexadecimal digits, without a signature
		#[arg(value_name = "0xHEX", value_parser = encoded)]
		call: EncodedCall,
		/// It takes Root: let it be done through `Governance.enact`
		#[arg(long)]
		as_root: bool,
		#[command(flatten)]
		signing: Signing,
	},
}

/// A call in its encoding. Not a list, which could be typed piece by piece.
#[derive(Clone)]
pub struct EncodedCall(pub Vec<u8>);

fn encoded(text: &str) -> Result<EncodedCall, String> {
	let bytes = from_hex(text).filter(|bytes| !bytes.is_empty());
	bytes
		.map(EncodedCall)
		.ok_or_else(|| "expected a call: 0x and pairs of hexadecimal digits".into())
}

fn hash(text: &str) -> Result<Hash, String> {
	let bytes = from_hex(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
	bytes
		.map(Hash)
		.ok_or_else(|| "expected a hash: 0x and 64 hexadecimal digits, as `council show` shows it".into())
}
