// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! The keys of this node: options, the guard in front of them, and the subcommands that show what is there.

mod import;
mod watch;

pub use import::GuardedImport;
pub use watch::{Start, Watch};

use chirograph_node_keys::{recall, Guard, GuardedKeystore, Hsm, Kind, Marks, RoundNumber, SetId, Token, VOTER_STATE_KEY};
use sc_cli::{CliConfiguration, SharedParams};
use sc_client_api::AuxStore;
use sc_service::{Configuration, Error, TaskManager};
use sp_blockchain::HeaderBackend;
use sp_keystore::KeystorePtr;
use std::{
	env, fs,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use substrate_prometheus_endpoint::{register, Gauge, PrometheusError, Registry, U64};
use zeroize::Zeroizing;

/// Where the PIN is, if not in a file. Never an argument: those are seen by everybody on the machine.
const PIN_VARIABLE: &str = "CHIROGRAPH_PKCS11_PIN";
/// The guard's directory, beside the database.
const GUARD: &str = "guard";
/// Between two looks at what is measured.
const METRICS_PERIOD: Duration = Duration::from_secs(2);

/// How a validator keeps its keys.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KeysParams {
	/// Where to remember what this validator has signed, so that it signs nothing against it.
	///
	/// Beside the database if not told. On a disk of its own, it is not restored together with a backup of the database. One guard belongs to
	/// one node.
	#[arg(long, value_name = "DIRECTORY")]
	pub guard_path: Option<PathBuf>,

	/// Signs whatever it is asked to, which costs a validator its margin. For tests of what happens then.
	///
	/// With or without it: two machines with the same keys do not see each other's guard.
	#[arg(long, hide = true)]
	pub unsafe_no_double_sign_guard: bool,

	/// Hardware.
	#[clap(flatten)]
	pub hsm: HsmParams,
}

/// Where in hardware the GRANDPA key is. The PIN comes from a file, or from the variable CHIROGRAPH_PKCS11_PIN.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct HsmParams {
	/// The PKCS#11 library of the hardware security module that has the GRANDPA key.
	#[arg(
		long,
		value_name = "FILE",
		requires = "grandpa_pkcs11_token",
		requires = "grandpa_pkcs11_key"
	)]
	pub grandpa_pkcs11_module: Option<PathBuf>,

	/// The label of its token.
	#[arg(long, value_name = "LABEL", requires = "grandpa_pkcs11_module")]
	pub grandpa_pkcs11_token: Option<String>,

	/// The label of the Ed25519 key pair in the token.
	#[arg(long, value_name = "LABEL", requires = "grandpa_pkcs11_module")]
	pub grandpa_pkcs11_key: Option<String>,

	/// A file with the user's PIN, which only the node's user may read.
	#[arg(long, value_name = "FILE", requires = "grandpa_pkcs11_module")]
	pub grandpa_pkcs11_pin_file: Option<PathBuf>,
}

impl HsmParams {
	/// `None`: the keys are in the keystore.
	fn token(&self) -> Result<Option<Token>, String> {
		let (Some(module), Some(token), Some(key)) = (
			&self.grandpa_pkcs11_module,
			&self.grandpa_pkcs11_token,
			&self.grandpa_pkcs11_key,
		) else {
			return Ok(None);
		};
		let pin = match &self.grandpa_pkcs11_pin_file {
			Some(file) => fs::read_to_string(file).map_err(|error| {
				format!(
					"the PIN cannot be read from {}: {error}. Check --grandpa-pkcs11-pin-file",
					file.display()
				)
			})?,
			None => env::var(PIN_VARIABLE)
				.map_err(|_| format!("the token needs a PIN: give --grandpa-pkcs11-pin-file, or set {PIN_VARIABLE}"))?,
		};
		let pin = Zeroizing::new(pin);
		Ok(Some(Token {
			module: module.clone(),
			token: token.clone(),
			key: key.clone(),
			pin: Zeroizing::new(pin.trim_end_matches(['\r', '\n']).to_owned()),
		}))
	}

	fn needed(&self) -> Result<Token, String> {
		const NEEDED: &str =
			"Which key? Give --grandpa-pkcs11-module, --grandpa-pkcs11-token and --grandpa-pkcs11-key, and the PIN in \
			 --grandpa-pkcs11-pin-file.";

		self.token()?.ok_or_else(|| NEEDED.into())
	}
}

/// What stands in front of this node's keys, and behind them.
#[derive(Clone, Default)]
pub struct Keys {
	guard: Option<Arc<Guard>>,
	hsm: Option<Arc<Hsm>>,
}

impl Keys {
	/// To be called before GRANDPA reads its memory from the database: what a crash took from there, and the guard still knows, is put back.
	/// A node that is no validator has neither guard nor hardware.
	pub fn open<C>(params: &KeysParams, config: &Configuration, client: &C) -> Result<Self, Error>
	where
		C: AuxStore + HeaderBackend<chirograph_runtime::opaque::Block>,
	{
		if !config.role.is_authority() {
			return Ok(Self::default());
		}
		let hsm = params
			.hsm
			.token()
			.map_err(Error::Other)?
			.map(|token| Arc::new(Hsm::new(token)));
		if let Some(Err(error)) = hsm.as_ref().map(|hsm| hsm.connect()) {
			log::error!("{error}. The node follows the network without a vote until the hardware security module answers");
		}
		if params.unsafe_no_double_sign_guard {
			log::warn!("This validator has no guard against double signing, as was asked for: it may lose its margin.");
			return Ok(Self { guard: None, hsm });
		}
		let directory = guard_directory(params.guard_path.as_deref(), config);
		let guard = Guard::new(&directory, client.info().genesis_hash).map_err(|error| Error::Application(Box::new(error)))?;
		let recalled = client
			.get_aux(VOTER_STATE_KEY)?
			.and_then(|stored| recall(&stored, &guard.marks()));
		if let Some(memory) = recalled {
			log::info!("The guard remembers votes that the database lost when the node ended. GRANDPA repeats them.");
			client.insert_aux(&[(VOTER_STATE_KEY, &memory[..])], &[])?;
		}
		Ok(Self {
			guard: Some(Arc::new(guard)),
			hsm,
		})
	}

	/// The guard, on a validator.
	pub fn guard(&self) -> Option<&Arc<Guard>> {
		self.guard.as_ref()
	}

	/// The hardware, where the GRANDPA key is in it.
	pub fn hsm(&self) -> Option<&Arc<Hsm>> {
		self.hsm.as_ref()
	}

	/// What the node signs with. `keys`: the SDK's keystore.
	pub fn keystore(&self, keys: KeystorePtr) -> GuardedKeystore {
		GuardedKeystore::new(keys, self.guard.clone(), self.hsm.clone())
	}

	/// Tells Prometheus about guard and hardware.
	pub fn measure(&self, task_manager: &TaskManager, registry: &Registry) -> Result<(), PrometheusError> {
		let gauge = |name: &str, help: &str| register(Gauge::<U64>::new(name, help)?, registry);
		let guard = match self.guard.clone() {
			Some(guard) => Some((
				guard,
				gauge(
					"chirograph_guard_open",
					"1 while the guard lets this validator sign, 0 while it waits",
				)?,
				gauge(
					"chirograph_guard_refused",
					"What the guard refused to sign since the node was started",
				)?,
			)),
			None => None,
		};
		let hsm = match self.hsm.clone() {
			Some(hsm) => Some((
				hsm,
				gauge(
					"chirograph_hsm_answers",
					"1 if the hardware security module answered when it was last asked, 0 if not",
				)?,
			)),
			None => None,
		};
		task_manager.spawn_handle().spawn("keys-metrics", "keys", async move {
			loop {
				if let Some((guard, open, refused)) = &guard {
					open.set(guard.is_open().into());
					refused.set(guard.refused());
				}
				if let Some((hsm, answers)) = &hsm {
					answers.set(hsm.answered().into());
				}
				tokio::time::sleep(METRICS_PERIOD).await;
			}
		});
		Ok(())
	}
}

fn guard_directory(told: Option<&Path>, config: &Configuration) -> PathBuf {
	told.map_or_else(
		|| config.base_path.config_dir(config.chain_spec.id()).join(GUARD),
		Path::to_owned,
	)
}

/// What the guard against double signing remembers.
#[derive(Debug, clap::Subcommand)]
pub enum GuardCmd {
	/// Print what this validator has signed, and what therefore is never signed again.
	Show(ShowGuardCmd),

	/// Declare that all this validator may have signed is up to a round and a slot, and have it sign after them.
	///
	/// Only where a network stands still because several of its validators lost what they had signed, at the same time: each of them waits for the
	/// others then. The node must not run. If the keys signed a vote or a block later than told, the validator loses its margin.
	Close(CloseGuardCmd),
}

/// See [`GuardCmd::Show`].
#[derive(Debug, clap::Args)]
pub struct ShowGuardCmd {
	/// As the node was told.
	#[arg(long, value_name = "DIRECTORY")]
	pub guard_path: Option<PathBuf>,

	/// Which network, and where.
	#[clap(flatten)]
	pub shared_params: SharedParams,
}

impl CliConfiguration for ShowGuardCmd {
	fn shared_params(&self) -> &SharedParams {
		&self.shared_params
	}
}

impl ShowGuardCmd {
	/// Prints the marks.
	pub fn run(&self, config: &Configuration) -> sc_cli::Result<()> {
		let directory = guard_directory(self.guard_path.as_deref(), config);
		let marks = Guard::show(&directory).map_err(|error| sc_cli::Error::Application(Box::new(error)))?;
		print(&directory, &marks);
		Ok(())
	}
}

/// See [`GuardCmd::Close`].
#[derive(Debug, clap::Args)]
pub struct CloseGuardCmd {
	/// The number of the present set of authorities, as the node's log has it.
	#[arg(long)]
	pub set: SetId,

	/// The last round of that set in which this validator may have voted.
	#[arg(long)]
	pub round: RoundNumber,

	/// The last slot for which it may have made a block.
	#[arg(long)]
	pub slot: u64,

	/// As the node was told.
	#[arg(long, value_name = "DIRECTORY")]
	pub guard_path: Option<PathBuf>,

	/// Which network, and where.
	#[clap(flatten)]
	pub shared_params: SharedParams,
}

impl CliConfiguration for CloseGuardCmd {
	fn shared_params(&self) -> &SharedParams {
		&self.shared_params
	}
}

impl CloseGuardCmd {
	/// Writes it down, and prints the marks.
	pub fn run(&self, config: &Configuration) -> sc_cli::Result<()> {
		let directory = guard_directory(self.guard_path.as_deref(), config);
		let guard = Guard::existing(&directory).map_err(|error| sc_cli::Error::Application(Box::new(error)))?;
		let closed = guard
			.raise(self.set, self.round)
			.and_then(|()| guard.searched(self.set, self.round))
			.and_then(|()| guard.raise_slot(self.slot));
		closed.map_err(|refusal| sc_cli::Error::Application(Box::new(refusal)))?;
		print(&directory, &guard.marks());
		Ok(())
	}
}

fn print(directory: &Path, marks: &Marks) {
	println!("guard:       {}", directory.display());
	match marks.slot {
		Some(slot) => println!("last block:  slot {slot}"),
		None => println!("last block:  none"),
	}
	match marks.floor {
		Some((set, round)) => println!("closed:      set {set}, round {round}, and all before"),
		None => println!("closed:      nothing"),
	}
	for vote in marks.votes() {
		let kind = match vote.kind {
			Kind::Propose => "proposal",
			Kind::Prevote => "prevote",
			Kind::Precommit => "precommit",
		};
		println!(
			"{kind:<12} set {}, round {}: block {} {:?}",
			vote.set, vote.round, vote.number, vote.target
		);
	}
}

/// The GRANDPA key of a hardware security module.
#[derive(Debug, clap::Subcommand)]
pub enum HsmCmd {
	/// Make a key pair in the token, which never leaves it, and print the public key.
	Generate(HsmParams),

	/// Print the public key of the key pair in the token.
	Show(HsmParams),
}

impl HsmCmd {
	/// Does it, and prints `0x` and 64 digits.
	pub fn run(&self) -> sc_cli::Result<()> {
		let public = match self {
			Self::Generate(params) => Hsm::generate(&params.needed()?),
			Self::Show(params) => Hsm::new(params.needed()?).connect(),
		};
		let public = public.map_err(|error| sc_cli::Error::Application(Box::new(error)))?;
		println!("0x{}", hex::encode(public));
		Ok(())
	}
}
