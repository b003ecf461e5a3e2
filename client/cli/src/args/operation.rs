// SPDX-License-Identifier: Apache-2.0

//! What can be typed about validators, incidents, time, nodes and the network.

use super::Signing;
use chirograph_sdk::{
	peers::parse_peer,
	primitives::{
		incident::{Outcome, ReportCode},
		Balance, IncidentId, LabelId, PeerKey,
	},
	validators::parse_tokens,
};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum ValidatorCommand {
	/// Put up margin and set session keys, and wait for a seat. Takes a label with the role validator, and tokens
	#[command(
		after_help = "Examples:\n  On the validator's machine:  chirograph validator join --margin 10000 --key ada\n  On another one:              chirograph validator join --margin 10000 --key ada --session-keys 0x... --proof 0x..."
	)]
	Join {
		/// What to put up, with at most 12 digits behind the point: it is lost, in part or as a whole, if your keys ever sign two things of which
		/// only one can be true
		#[arg(long, value_name = "TOKENS", value_parser = tokens)]
		margin: Balance,
		#[command(flatten)]
		keys: SessionKeySource,
		#[command(flatten)]
		signing: Signing,
	},
	/// Put up more margin
	TopUp {
		/// How much more, with at most 12 digits behind the point
		#[arg(value_name = "TOKENS", value_parser = tokens)]
		amount: Balance,
		#[command(flatten)]
		signing: Signing,
	},
	/// Give the seat up. The margin stays locked until nothing can be proven against it any more; `validator withdraw` takes it back
	Leave {
		#[command(flatten)]
		signing: Signing,
	},
	/// Wait for a seat again, which was lost because the node made no blocks
	Resume {
		#[command(flatten)]
		signing: Signing,
	},
	/// Take the margin back after leaving, once it is free
	Withdraw {
		#[command(flatten)]
		signing: Signing,
	},
	/// Set other session keys. They count two sessions later; keep the node that has those of before until then
	RotateKeys {
		#[command(flatten)]
		keys: SessionKeySource,
		#[command(flatten)]
		signing: Signing,
	},
	/// List all validators, and what the network asks of them
	List,
	/// Show a validator, with what happened to it and what its offences cost
	Show {
		/// Its label's number
		label: LabelId,
	},
	/// List all slashes, and what is to become of them
	Slashes,
}

/// Where session keys come from.
#[derive(Args)]
pub struct SessionKeySource {
	/// Your own node on this machine, which makes the keys and never gives them away. It does so while its RPC is on the loopback interface only
	/// [default: the one of --node]
	#[arg(long, value_name = "URL", conflicts_with = "session_keys")]
	pub node_url: Option<String>,
	/// What your node made somewhere else: the `keys` that `author_rotateKeysWithOwner` answered, asked with the account that you sign with
	#[arg(long, alias = "keys", value_name = "HEX", requires = "proof")]
	pub session_keys: Option<String>,
	/// The `proof` of that answer
	#[arg(long, value_name = "HEX", requires = "session_keys")]
	pub proof: Option<String>,
}

#[derive(Subcommand)]
pub enum NetworkCommand {
	/// Show how strong the network is, and what is out of the ordinary. The exit code is 1 if anything is: an anomaly of the validators, blocks
	/// whose time ran away from the time services, an incident that is not closed, more than 10 blocks that wait for finality, two minutes
	/// without a final block, or a node that is behind
	Status {
		/// Go on, and print what changes, until interrupted
		#[arg(long)]
		watch: bool,
	},
}

#[derive(Subcommand)]
pub enum IncidentCommand {
	/// List all incidents
	List,
	/// Show an incident
	Show {
		/// Its number
		incident: IncidentId,
	},
	/// Put on record that something went wrong
	Report {
		/// What it is about
		#[arg(long, value_enum)]
		code: ReportCodeName,
		/// The label that it is traced to, if you know it
		#[arg(long, value_name = "LABEL")]
		label: Option<LabelId>,
		/// The document that gives evidence. It stays here: only its SHA-256 is sent
		#[arg(long, value_name = "FILE")]
		document: PathBuf,
		#[command(flatten)]
		signing: Signing,
	},
	/// Suspend the label that an incident is traced to
	Contain {
		/// Its number
		incident: IncidentId,
		#[command(flatten)]
		signing: Signing,
	},
	/// Put on record what came of an incident
	Close {
		/// Its number
		incident: IncidentId,
		/// What came of it
		#[arg(long, value_enum)]
		outcome: OutcomeName,
		#[command(flatten)]
		signing: Signing,
	},
}

#[derive(Subcommand)]
pub enum TimeCommand {
	/// Show how far the time of blocks can be believed. The exit code is 1 if it is further from the time services' than the network allows
	Status,
	/// Wait for the next block, and tell the ledger what this machine's clock says when it arrives. Takes a label with the role time-service.
	/// Whether that clock is kept right, this command does not ask: run it where it is (`chronyc tracking`)
	#[command(after_help = "Example:\n  chirograph time beacon --key clock --uncertainty 600")]
	Beacon {
		#[command(flatten)]
		uncertainty: Uncertainty,
		#[command(flatten)]
		signing: Signing,
	},
	/// The same again and again, until interrupted
	#[command(after_help = "Example:\n  chirograph time serve --every 300 --key clock --uncertainty 600")]
	Serve {
		/// How often; more often than the network takes beacons to be fresh (see `time status`)
		#[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(2..=86_400))]
		every: u64,
		#[command(flatten)]
		uncertainty: Uncertainty,
		#[command(flatten)]
		signing: Signing,
	},
}

#[derive(Args)]
pub struct Uncertainty {
	/// By how many milliseconds this machine's clock may be wrong, and the time that a block takes from its making to here besides
	#[arg(long = "uncertainty", value_name = "MS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=10_000))]
	pub millis: u32,
}

#[derive(Subcommand)]
pub enum PeerCommand {
	/// Have a node belong to your label, so that a closed network lets it in. The node's key signs for that
	#[command(
		after_help = "Examples:\n  With the node's key:     chirograph peer add --node-key-file node-key --key ada\n  With what it signed:     chirograph peer add --peer 12D3KooW... --signature 0x... --key ada"
	)]
	Add {
		/// The node's secret key, as `chirograph-node key generate-node-key` wrote it; it stays here
		#[arg(long, value_name = "FILE", required_unless_present = "peer", conflicts_with = "peer")]
		node_key_file: Option<PathBuf>,
		/// The node's peer id
		#[arg(long, value_name = "ID", value_parser = peer, requires = "signature")]
		peer: Option<PeerKey>,
		/// What the node's key signed for your label: what `peer sign` printed
		#[arg(long, value_name = "HEX", value_parser = signature, requires = "peer")]
		signature: Option<[u8; 64]>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Sign, with a node's key, that the node is to belong to a label: for `peer add --signature`. Nothing is sent
	Sign {
		/// The node's secret key
		#[arg(long, value_name = "FILE")]
		node_key_file: PathBuf,
		/// The label's number
		#[arg(long, value_name = "LABEL")]
		label: LabelId,
	},
	/// Have a node belong to your label no more
	Remove {
		/// The node's peer id
		#[arg(value_name = "ID", value_parser = peer)]
		peer: PeerKey,
		#[command(flatten)]
		signing: Signing,
	},
	/// List the nodes of labels, and whether the network lets them in
	List {
		/// Those of this label only
		label: Option<LabelId>,
	},
}

words! {
	ReportCodeName for ReportCode {
		/// An attack on the network or its nodes
		Attack,
		/// A weakness that could be exploited
		Vulnerability,
		/// Malicious code
		MaliciousCode,
		/// A key or private data got out
		Leakage,
		/// A node that floods, withholds or lies
		Misbehaviour,
		/// A clock that cannot be right
		WrongTime,
		/// A part of the network that is cut off or down
		Outage,
	}
}

words! {
	OutcomeName for Outcome {
		/// Its cause was found and is gone
		Resolved,
		/// Nothing was wrong
		FalseAlarm,
		/// The same as another one
		Duplicate,
		/// No cause was found
		Unexplained,
	}
}

pub(super) fn tokens(text: &str) -> Result<Balance, String> {
	parse_tokens(text)
		.ok_or_else(|| "expected a number of tokens such as 10000 or 0.5, with at most 12 digits behind the point".into())
}

pub(super) fn peer(text: &str) -> Result<PeerKey, String> {
	parse_peer(text).ok_or_else(|| "expected a peer id such as 12D3KooW..., of an Ed25519 key".into())
}

fn signature(text: &str) -> Result<[u8; 64], String> {
	let expected = || "expected a signature: 128 hexadecimal digits, as `peer sign` printed them".to_owned();
	let digits = text.strip_prefix("0x").unwrap_or(text);
	if digits.len() != 128 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
		return Err(expected());
	}
	let mut signature = [0; 64];
	for (byte, digits) in signature.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
		let digits = std::str::from_utf8(digits).map_err(|_| expected())?;
		*byte = u8::from_str_radix(digits, 16).map_err(|_| expected())?;
	}
	Ok(signature)
}
