// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! Trusted time (X.1407 9.2.3 a, 8.2.3): a validator whose clock is unknown, or off by more than the bound, makes no blocks.
//!
//! The node asks its time servers again and again, and compares what they said with the system's clock each time a slot begins. While the
//! clock is not good, the slots go by as they do while a node synchronises ([`Gate`]); everything else goes on: it imports blocks, votes and
//! answers. How measuring works, and what a majority of servers is, says the crate `chirograph-clock`.
//!
//! Networks of the types Development and Local ask for no time servers, so that they run on a machine without a network; where servers are
//! named, they are asked there too. On any other network a validator without time servers makes no blocks, and says so.

use chirograph_clock::{authorities, Authorities, Client, Clock, Fault, Measurement, Now, Report, Server, Standing, Trust};
use sc_consensus_babe::SyncOracle;
use sc_service::{ChainType, Configuration, Error, TaskManager};
use std::{
	mem::{discriminant, Discriminant},
	path::PathBuf,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use substrate_prometheus_endpoint::{register, Gauge, PrometheusError, Registry, F64, U64};
use tokio::{select, sync::watch, time::sleep};

const LOG: &str = "clock";

/// In intervals: for how long a measurement counts. Some packets get lost; with that many in a row, it is the server.
const LIFETIME: u32 = 5;
/// A server that failed is asked again after this part of the interval.
const RETRY_PART: u32 = 4;
/// Between two looks at the clock besides those for slots. Operators and metrics hear of a change within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often it is said again that the clock is not good.
const REMIND_EVERY: Duration = Duration::from_secs(60);

/// Options about time.
#[derive(Clone, Debug, clap::Args)]
pub struct TimeOptions {
	/// Measure the clock against this time server: nts:HOST[:PORT], or ntp:HOST[:PORT] for one without authentication.
	///
	/// Can be given several times. More than half of all must answer and agree, so three bear one that fails or lies. Where one speaks NTS, only those
	/// that do are counted; the others are compared with them.
	#[arg(long, value_name = "SERVER")]
	pub time_server: Vec<Server>,

	/// By how many milliseconds the clock may be off for the node to make blocks.
	#[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
	pub time_bound: u64,

	/// How often each time server is asked, in seconds. A measurement counts for five times as long.
	#[arg(long, value_name = "SECONDS", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=3_600))]
	pub time_interval: u64,

	/// Believe certificates of NTS servers that the authorities in this PEM file signed, and no others.
	///
	/// Without it, those are believed that the operating system believes.
	#[arg(long, value_name = "FILE")]
	pub time_ca: Option<PathBuf>,

	/// Make blocks whatever the clock says.
	///
	/// A validator with a wrong clock then writes wrong times into the ledger. For tests.
	#[arg(long, conflicts_with = "time_server")]
	pub unsafe_no_time_check: bool,
}

/// Whether this node's clock is good enough to make blocks by.
#[derive(Clone)]
pub struct TrustedTime(Option<Arc<Watch>>);

impl TrustedTime {
	/// How it stands at this moment.
	pub fn is_good(&self) -> bool {
		self.0
			.as_ref()
			.is_none_or(|watch| matches!(watch.look().trust, Trust::Good(_)))
	}
}

/// Lets slots go by while the clock is not good: it tells the task that makes blocks that the node is synchronising.
#[derive(Clone)]
pub struct Gate<Oracle> {
	oracle: Oracle,
	time: TrustedTime,
}

impl<Oracle> Gate<Oracle> {
	/// In front of what knows whether the node is synchronising in fact.
	pub fn new(oracle: Oracle, time: TrustedTime) -> Self {
		Self { oracle, time }
	}
}

impl<Oracle: SyncOracle> SyncOracle for Gate<Oracle> {
	fn is_major_syncing(&self) -> bool {
		!self.time.is_good() || self.oracle.is_major_syncing()
	}

	fn is_offline(&self) -> bool {
		self.oracle.is_offline()
	}
}

/// Begins to ask the time servers, and to watch the clock.
pub fn start(options: &TimeOptions, config: &Configuration, task_manager: &TaskManager) -> Result<TrustedTime, Error> {
	let unchecked = Ok(TrustedTime(None));
	if options.unsafe_no_time_check {
		log::warn!(target: LOG, "The clock is not checked, as --unsafe-no-time-check says: if it is wrong, so are the times of blocks.");
		return unchecked;
	}
	let is_test = matches!(config.chain_spec.chain_type(), ChainType::Development | ChainType::Local);
	if options.time_server.is_empty() && !config.role.is_authority() {
		return unchecked;
	}
	if options.time_server.is_empty() && is_test {
		log::info!(target: LOG, "The clock is not checked: this is a network for development, and no --time-server is named.");
		return unchecked;
	}

	let interval = Duration::from_secs(options.time_interval);
	let bound = Duration::from_millis(options.time_bound);
	let authorities = trusted_authorities(options)?;
	let watch = Arc::new(Watch {
		clock: Mutex::new(Clock::new(
			options.time_server.clone(),
			bound,
			interval.saturating_mul(LIFETIME),
		)),
		bound,
		steps: watch::Sender::new(0),
	});
	for (index, server) in options.time_server.iter().enumerate() {
		let client = Client::new(server.clone(), authorities.clone());
		let asking = watch.clone().ask(index, client, interval);
		task_manager.spawn_handle().spawn("time-server", "clock", asking);
	}
	let metrics = config.prometheus_registry().map(Metrics::new).transpose()?;
	task_manager
		.spawn_handle()
		.spawn("clock", "clock", watch.clone().follow(metrics));
	Ok(TrustedTime(Some(watch)))
}

fn trusted_authorities(options: &TimeOptions) -> Result<Authorities, Error> {
	let file = options.time_ca.as_deref();
	authorities(file).map_err(|error| match file {
		Some(file) => Error::Other(format!(
			"--time-ca {}: {error}. Give a PEM file with the certificates of the authorities that sign for the time servers.",
			file.display()
		)),
		None => Error::Other(format!("TLS, to ask time servers, cannot be set up: {error}")),
	})
}

/// The clock, and whoever waits for it to be set.
struct Watch {
	clock: Mutex<Clock>,
	bound: Duration,
	/// How often the system's clock was set. What was measured before is then worth nothing.
	steps: watch::Sender<u64>,
}

impl Watch {
	/// A panic while it was held can have left no half of anything: each change is of one field.
	fn clock(&self) -> MutexGuard<'_, Clock> {
		self.clock.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// How the clock stands at this moment. Where it was set since the last look, it is unknown, and measured again at once.
	fn look(&self) -> Report {
		let mut clock = self.clock();
		let now = Now::read();
		if let Some(step) = clock.step(now) {
			// While nobody can record what was measured before.
			self.steps.send_modify(|steps| *steps = steps.wrapping_add(1));
			log::warn!(
				target: LOG,
				"The system's clock was set by {} ms, or the machine slept. No blocks are made until the time servers were asked again.",
				step / 1_000
			);
		}
		clock.report(now)
	}

	/// Asks one server for as long as the node runs.
	async fn ask(self: Arc<Self>, index: usize, mut client: Client, interval: Duration) {
		let mut steps = self.steps.subscribe();
		loop {
			let before = *steps.borrow_and_update();
			let outcome = client.measure().await;
			let pause = match outcome {
				// Whoever refuses is not to be asked more often.
				Ok(_) | Err(Fault::Refused(_)) => interval,
				Err(_) => interval / RETRY_PART,
			};
			self.record(index, before, outcome);
			select! {
				() = sleep(pause) => {},
				// Cannot fail: who sends is in `self`.
				_ = steps.changed() => {},
			}
		}
	}

	/// Takes note of what came of a question that was asked when the clock had been set `steps` times.
	fn record(&self, index: usize, steps: u64, outcome: Result<Measurement, Fault>) {
		let mut clock = self.clock();
		if *self.steps.borrow() == steps {
			clock.record(index, outcome);
		}
	}

	/// Tells operators and metrics how the clock stands.
	async fn follow(self: Arc<Self>, metrics: Option<Metrics>) {
		let mut told = None;
		let mut reminded = Instant::now();
		loop {
			let report = self.look();
			if let Some(metrics) = &metrics {
				metrics.set(&report);
			}
			let is_good = matches!(report.trust, Trust::Good(_));
			// A server that was never asked will have answered, or not, within seconds: that is what can be told then.
			let is_known = is_good || !report.standings.iter().any(|(_, standing)| *standing == Standing::Waited);
			let is_news = is_known && told != Some(Outline::of(&report));
			if is_news || !is_good && reminded.elapsed() >= REMIND_EVERY {
				tell(&report, self.bound);
				told = Some(Outline::of(&report));
				reminded = Instant::now();
			}
			sleep(LOOK_EVERY).await;
		}
	}
}

/// What of a report is worth telling when it changes: not the numbers.
#[derive(PartialEq)]
struct Outline {
	trust: Discriminant<Trust>,
	standings: Vec<Discriminant<Standing>>,
}

impl Outline {
	fn of(report: &Report) -> Self {
		Self {
			trust: discriminant(&report.trust),
			standings: report.standings.iter().map(|(_, standing)| discriminant(standing)).collect(),
		}
	}
}

fn tell(report: &Report, bound: Duration) {
	let Report {
		trust,
		voters,
		needed,
		agreeing,
		standings,
	} = report;
	let bound = bound.as_millis();
	match trust {
		Trust::Good(offset) => log::info!(
			target: LOG,
			"The clock is good: {offset}, by {agreeing} of {voters} time servers, of which {needed} must agree. It may be off by {bound} ms."
		),
		Trust::Off(offset) => log::warn!(
			target: LOG,
			"The clock is off: {offset}, by {agreeing} of {voters} time servers, of which {needed} must agree. It may be off by {bound} ms, so no \
			 blocks are made. Set it, for instance with `chronyc makestep`."
		),
		Trust::Unknown if standings.is_empty() => log::warn!(
			target: LOG,
			"The clock is unknown, because nobody is there to ask, so no blocks are made. Name time servers, best three or more of different \
			 operators: --time-server nts:HOST, once for each."
		),
		Trust::Unknown => log::warn!(
			target: LOG,
			"The clock is unknown: more than half of {voters} time servers must answer and agree, that is {needed}, and they do not. No blocks are \
			 made until they do."
		),
	}
	for (server, standing) in standings {
		if !matches!(standing, Standing::Agrees(_)) {
			log::warn!(target: LOG, "Time server {server} {standing}.");
		}
	}
}

/// What Prometheus is told.
struct Metrics {
	offset: Gauge<F64>,
	trusted: Gauge<U64>,
	agreeing: Gauge<U64>,
}

impl Metrics {
	fn new(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			offset: register(
				Gauge::new(
					"chirograph_clock_offset_milliseconds",
					"By how much the clock is ahead of the time servers; NaN while they do not agree",
				)?,
				registry,
			)?,
			trusted: register(
				Gauge::new(
					"chirograph_clock_trusted",
					"Whether the clock is good enough to make blocks by",
				)?,
				registry,
			)?,
			agreeing: register(
				Gauge::new("chirograph_clock_servers_agreeing", "How many time servers that count agree")?,
				registry,
			)?,
		})
	}

	fn set(&self, report: &Report) {
		self.offset.set(match report.trust {
			Trust::Good(offset) | Trust::Off(offset) => offset.ahead as f64 / 1_000.0,
			Trust::Unknown => f64::NAN,
		});
		self.trusted.set(matches!(report.trust, Trust::Good(_)).into());
		self.agreeing.set(report.agreeing as u64);
	}
}
