// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

//! What operators watch beyond what every node tells: how strong the validators are, how far block time can be believed, what is open (X.1407
//! 9.2.1 b). Read from the state of the newest final block, whenever there is a newer one.
//!
//! | metric | what |
//! |---|---|
//! | `chirograph_seats` | validators with a vote |
//! | `chirograph_tolerated_faults` | as many of them may fail in any way |
//! | `chirograph_disabled_validators` | those that may make no blocks for the rest of the session |
//! | `chirograph_margin_total` | all margins together, in tokens |
//! | `chirograph_seats_by_country` | seats of each country |
//! | `chirograph_coalition_stop_seats` | as many together stop finality |
//! | `chirograph_coalition_fork_loss` | what the cheapest coalition would lose that makes two blocks final of which one can be, in tokens |
//! | `chirograph_anomalies` | what is out of the ordinary about the validators |
//! | `chirograph_block_time_drift_ms` | by how much block time is ahead of the time services; NaN where these are too few |
//! | `chirograph_block_time_uncertainty_ms` | give or take this; NaN as well |
//! | `chirograph_time_services` | time services with a fresh beacon |
//! | `chirograph_time_services_required` | as many does it take to say anything about block time |
//! | `chirograph_block_time_bound_ms` | block time may be off by so much |
//! | `chirograph_open_incidents` | incidents that are not closed |
//! | `chirograph_finality_lag_blocks` | blocks of the best chain that are not final yet |

use crate::service::FullClient;
use chirograph_runtime::Hash;
use futures::{stream, FutureExt, Stream, StreamExt};
use pallet_incidents::IncidentsApi;
use pallet_timekeeping::TimekeepingApi;
use pallet_validators::ValidatorsApi;
use sc_client_api::BlockchainEvents;
use sc_service::SpawnTaskHandle;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;
use substrate_prometheus_endpoint::{register, Gauge, GaugeVec, Opts, PrometheusError, Registry, F64, U64};

/// Units of the validators' token in one.
const TOKEN: f64 = 1e12;
/// As many validators as the runtime tells at a time.
const PAGE: u32 = 100;

/// Keeps the metrics in `registry` up to date for as long as the node runs.
pub fn start(client: Arc<FullClient>, registry: &Registry, tasks: &SpawnTaskHandle) -> Result<(), PrometheusError> {
	let metrics = Metrics::register(registry)?;
	// A call into the runtime takes its time.
	tasks.spawn_blocking("chirograph-metrics", "metrics", metrics.follow(client));
	Ok(())
}

struct Metrics {
	seats: Gauge<U64>,
	tolerated_faults: Gauge<U64>,
	disabled_validators: Gauge<U64>,
	margin_total: Gauge<F64>,
	seats_by_country: GaugeVec<U64>,
	coalition_stop_seats: Gauge<U64>,
	coalition_fork_loss: Gauge<F64>,
	anomalies: Gauge<U64>,
	block_time_drift: Gauge<F64>,
	block_time_uncertainty: Gauge<F64>,
	time_services: Gauge<U64>,
	time_services_required: Gauge<U64>,
	block_time_bound: Gauge<U64>,
	open_incidents: Gauge<U64>,
	finality_lag: Gauge<U64>,
}

impl Metrics {
	fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let count = |name: &str, help: &str| register(Gauge::<U64>::new(name, help)?, registry);
		let amount = |name: &str, help: &str| register(Gauge::<F64>::new(name, help)?, registry);
		let by_country = Opts::new("chirograph_seats_by_country", "Seats of each country");
		Ok(Self {
			seats: count("chirograph_seats", "Validators with a vote")?,
			tolerated_faults: count("chirograph_tolerated_faults", "Validators that may fail in any way")?,
			disabled_validators: count(
				"chirograph_disabled_validators",
				"Validators that may make no blocks in this session",
			)?,
			margin_total: amount("chirograph_margin_total", "Margins of all validators together, in tokens")?,
			seats_by_country: register(GaugeVec::new(by_country, &["country"])?, registry)?,
			coalition_stop_seats: count("chirograph_coalition_stop_seats", "Seats that together stop finality")?,
			coalition_fork_loss: amount(
				"chirograph_coalition_fork_loss",
				"What the cheapest coalition would lose that breaks finality, in tokens",
			)?,
			anomalies: count("chirograph_anomalies", "What is out of the ordinary about the validators")?,
			block_time_drift: amount(
				"chirograph_block_time_drift_ms",
				"Block time less that of the time services, in milliseconds; NaN where they are too few",
			)?,
			block_time_uncertainty: amount(
				"chirograph_block_time_uncertainty_ms",
				"Uncertainty of the drift, in milliseconds; NaN where the time services are too few",
			)?,
			time_services: count("chirograph_time_services", "Time services with a fresh beacon")?,
			time_services_required: count(
				"chirograph_time_services_required",
				"Time services that it takes to say anything about block time",
			)?,
			block_time_bound: count(
				"chirograph_block_time_bound_ms",
				"What block time may be off by, in milliseconds",
			)?,
			open_incidents: count("chirograph_open_incidents", "Incidents that are not closed")?,
			finality_lag: count(
				"chirograph_finality_lag_blocks",
				"Blocks of the best chain that are not final",
			)?,
		})
	}

	async fn follow(self, client: Arc<FullClient>) {
		let mut blocks = std::pin::pin!(blocks(&client));
		let mut seen = None;
		loop {
			let info = client.info();
			let lag = info.best_number.saturating_sub(info.finalized_number);
			self.finality_lag.set(lag.into());
			if seen != Some(info.finalized_hash) {
				seen = Some(info.finalized_hash);
				if let Err(error) = self.read(&client, info.finalized_hash) {
					log::warn!(target: "metrics", "Metrics of block {} are missing: {error}", info.finalized_number);
				}
			}
			if blocks.next().await.is_none() {
				return;
			}
			// Whoever synchronises hears of many blocks at once; only the newest is asked.
			while let Some(Some(())) = blocks.next().now_or_never() {}
		}
	}

	fn read(&self, client: &FullClient, at: Hash) -> Result<(), ApiError> {
		let runtime = client.runtime_api();
		let strength = runtime.strength(at)?;
		self.seats.set(strength.seats.into());
		self.tolerated_faults.set(strength.tolerated.into());
		self.margin_total.set(strength.margin as f64 / TOKEN);
		// Those of a country that has none any more must not stay.
		self.seats_by_country.reset();
		for (country, seats) in &strength.countries {
			let country = country.to_string();
			self.seats_by_country
				.with_label_values(&[country.as_str()])
				.set((*seats).into());
		}
		self.coalition_stop_seats.set(strength.stop.seats.into());
		self.coalition_fork_loss.set(strength.fork.loss as f64 / TOKEN);
		self.anomalies.set(strength.anomalies.len() as u64);

		let (mut after, mut disabled) = (None, 0);
		loop {
			let page = runtime.validators(at, after, PAGE)?;
			disabled += page.iter().filter(|validator| validator.disabled).count() as u64;
			let Some(last) = page.last() else { break };
			after = Some(last.label);
		}
		self.disabled_validators.set(disabled);

		let statement = runtime.statement(at)?;
		self.block_time_drift
			.set(statement.drift.map_or(f64::NAN, |drift| drift as f64));
		self.block_time_uncertainty
			.set(statement.uncertainty.map_or(f64::NAN, f64::from));
		self.time_services.set(statement.samples.len() as u64);
		// `ValidatorsApi` has terms, too.
		let terms = TimekeepingApi::terms(&*runtime, at)?;
		self.time_services_required.set(terms.services.into());
		self.block_time_bound.set(terms.bound.into());
		self.open_incidents.set(runtime.open_incidents(at)?.into());
		Ok(())
	}
}

/// Something when a block became the best one, or final.
fn blocks(client: &FullClient) -> impl Stream<Item = ()> {
	stream::select(
		client.import_notification_stream().map(|_| ()),
		client.finality_notification_stream().map(|_| ()),
	)
}
