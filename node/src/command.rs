// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! What each subcommand does. Nearly all of it is the SDK's; here it meets this node's client.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	keys::GuardCmd,
	service::{self, FullBackend, FullClient},
};
use chirograph_runtime::{opaque::Block, BlockNumber};
use sc_cli::{Result, SubstrateCli};
use sc_service::ChainSpec;
use std::{path::PathBuf, sync::Arc};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Chirograph Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"the issue tracker of the repository that this node was built from".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	/// The empty name is what commands about keys pass where the user gave none; [`run_node`] refuses it.
	fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn ChainSpec>, String> {
		let mut spec = match id {
			"dev" | "development" => chain_spec::development()?,
			"" | "local" | "local_testnet" => chain_spec::local_testnet()?,
			path => chain_spec::ChainSpec::from_json_file(PathBuf::from(path))?,
		};
		spec.extensions_mut().adopt(self.checkpoints.read()?)?;
		Ok(Box::new(spec))
	}
}

/// Does what the command line says.
pub fn run() -> Result<()> {
	let cli = Cli::from_command_line();
	match &cli.subcommand {
		None => run_node(&cli),
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::Guard(GuardCmd::Show(cmd))) => cli.create_runner(cmd)?.sync_run(|config| cmd.run(&config)),
		Some(Subcommand::Guard(GuardCmd::Close(cmd))) => cli.create_runner(cmd)?.sync_run(|config| cmd.run(&config)),
		Some(Subcommand::Hsm(cmd)) => cmd.run(),
		Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
		Some(Subcommand::BuildSpec(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(config.chain_spec, config.network))
		},
		Some(Subcommand::CheckBlock(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let node = service::new_partial(&config)?;
			Ok((cmd.run(node.client, node.import_queue), node.task_manager))
		}),
		Some(Subcommand::ExportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let node = service::new_partial(&config)?;
			Ok((cmd.run(node.client, config.database), node.task_manager))
		}),
		Some(Subcommand::ImportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let node = service::new_partial(&config)?;
			Ok((cmd.run(node.client, node.import_queue), node.task_manager))
		}),
		Some(Subcommand::ExportState(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let node = service::new_partial(&config)?;
			Ok((cmd.run(node.client, config.chain_spec), node.task_manager))
		}),
		Some(Subcommand::PurgeChain(cmd)) => cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database)),
		Some(Subcommand::Revert(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let node = service::new_partial(&config)?;
			Ok((
				cmd.run(node.client, node.backend, Some(Box::new(revert_consensus))),
				node.task_manager,
			))
		}),
		Some(Subcommand::ChainInfo(cmd)) => cli.create_runner(cmd)?.sync_run(|config| cmd.run::<Block>(&config)),
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| crate::benchmarking::run(cmd, config))
		},
	}
}

fn run_node(cli: &Cli) -> Result<()> {
	const WHICH_NETWORK: &str =
		"Which network? Say --dev for one of your own, --chain local for a test with four validators, or \
		--chain FILE for the one that the file of a chain spec describes.";

	let shared = &cli.run.shared_params;
	if shared.chain.is_none() && !shared.is_dev() {
		return Err(WHICH_NETWORK.into());
	}
	let runner = cli.create_runner(&cli.run)?;
	let options = cli.options.clone();
	runner.run_node_until_exit(|config| async move { service::start(config, &options).map_err(sc_cli::Error::Service) })
}

/// Takes BABE's epochs and GRANDPA's authority sets back together with the blocks that announced them.
fn revert_consensus(client: Arc<FullClient>, backend: Arc<FullBackend>, blocks: BlockNumber) -> Result<()> {
	sc_consensus_babe::revert(client.clone(), backend, blocks)?;
	sc_consensus_grandpa::revert(client, blocks)?;
	Ok(())
}
