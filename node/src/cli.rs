// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The command line, with the defaults of this network.

use crate::{
	checkpoint,
	clock::TimeOptions,
	keys::{GuardCmd, HsmCmd, KeysParams},
};
use clap::{CommandFactory, FromArgMatches};
use sc_cli::{
	BuildSpecCmd, ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd, ImportBlocksCmd,
	KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd, SubstrateCli,
};

/// Memory for recently used state, in bytes. The SDK's default of 1 GiB suits a large server alone; 64 MiB holds the hot part of
/// a consortium's state and lets four nodes share a laptop.
const TRIE_CACHE_SIZE: &str = "67108864";

/// The pool that follows the best chain only. The fork-aware one validates a transaction once for every fork, which costs nearly
/// half of the throughput under a burst; finality within a slot leaves few forks to be aware of.
const POOL_TYPE: &str = "single-state";

/// For how long the pool does not take again what it threw out, in seconds. It throws out sound transactions too when it is full, and the SDK's
/// default of half an hour would keep them out for longer than they can be included.
const TX_BAN_SECONDS: &str = "4";

/// The state of every finalised block is kept, that of abandoned forks is not. What a ledger of evidence is asked is "how did this stand then?", and a
/// proof that somebody can check offline begins with the state of the first block. A node with little room says `--state-pruning 256`.
const STATE_PRUNING: &str = "archive-canonical";

/// What the user asked for.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	/// Something other than to run the node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run the node.
	#[clap(flatten)]
	pub run: RunCmd,

	/// Blocks that the network vouches for.
	#[clap(flatten)]
	pub checkpoints: checkpoint::Files,

	/// What only this node is told.
	#[clap(flatten)]
	pub options: Options,
}

/// What the service is told beyond the SDK's configuration.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
	/// How the clock is checked.
	#[clap(flatten)]
	pub time: TimeOptions,

	/// How a validator keeps its keys.
	#[clap(flatten)]
	pub keys: KeysParams,

	/// Keep silent about validators that sign twice. For tests, which show what becomes of a network where nobody reports.
	#[arg(long, hide = true)]
	pub unsafe_no_equivocation_reports: bool,
}

impl Cli {
	/// Reads the command line; prints what is wrong with it, and exits, where something is.
	pub fn from_command_line() -> Self {
		let command = <Self as SubstrateCli>::setup_command(<Self as CommandFactory>::command())
			.mut_arg("trie_cache_size", |arg| arg.default_value(TRIE_CACHE_SIZE))
			.mut_arg("pool_type", |arg| arg.default_value(POOL_TYPE))
			.mut_arg("state_pruning", |arg| arg.default_value(STATE_PRUNING))
			.mut_arg("tx_ban_seconds", |arg| arg.default_value(TX_BAN_SECONDS));
		Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
	}
}

/// What the node can do besides running.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)] // Parsed once, then matched by reference.
pub enum Subcommand {
	/// Make, inspect and insert keys.
	#[command(subcommand)]
	Key(KeySubcommand),

	/// What the guard against double signing remembers.
	#[command(subcommand)]
	Guard(GuardCmd),

	/// Make and show the GRANDPA key of a hardware security module.
	#[command(subcommand)]
	Hsm(HsmCmd),

	/// Write the chain spec of a network, readable or raw.
	ExportChainSpec(ExportChainSpecCmd),

	/// Write a chain spec with this node as its boot node.
	BuildSpec(BuildSpecCmd),

	/// Execute a block again and check it.
	CheckBlock(CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(ExportBlocksCmd),

	/// Read blocks from a file.
	ImportBlocks(ImportBlocksCmd),

	/// Write the state at a block as a chain spec.
	ExportState(ExportStateCmd),

	/// Remove the whole chain from this machine.
	PurgeChain(PurgeChainCmd),

	/// Go back some blocks, not beyond the last finalised one.
	Revert(RevertCmd),

	/// Print the best, finalised and genesis blocks of the database.
	ChainInfo(ChainInfoCmd),

	/// Measure what calls and blocks cost.
	#[cfg(feature = "runtime-benchmarks")]
	#[command(subcommand)]
	Benchmark(frame_benchmarking_cli::BenchmarkCmd),
}
