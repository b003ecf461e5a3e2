// SPDX-License-Identifier: Apache-2.0

use crate::{
	args::{Common, NetworkCommand},
	output::{as_of, describe_statement, Output},
	Failure,
};
use chirograph_sdk::{
	chain::format_time,
	network::{self, Concern, NetworkStatus},
	primitives::validator::{Anomaly, Coalition},
	validators::format_tokens,
};
use std::time::Duration;
use tokio::time::{interval, MissedTickBehavior};

/// Between two looks: a slot of most networks.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub async fn run(command: NetworkCommand, common: &Common, output: &Output) -> Result<(), Failure> {
	let NetworkCommand::Status { watch } = command;
	let chain = common.connect().await?;
	if !watch {
		let status = network::status(&chain).await?;
		let (rows, further) = describe(&status);
		output.result_with(&status, &title(&status), &rows, &further);
		return outcome(&status);
	}
	let mut looks = interval(LOOK_EVERY);
	looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
	let mut before: Option<NetworkStatus> = None;
	loop {
		looks.tick().await;
		let status = network::status(&chain).await?;
		if before.as_ref().is_some_and(|before| status.is_still(before)) {
			continue;
		}
		let (time, strength) = (format_time(status.time), &status.strength);
		let text = format!(
			"{time}  block {}  session {}  {} seats, {} tokens  {}",
			status.as_of.number,
			strength.session,
			strength.seats,
			format_tokens(strength.margin),
			title(&status)
		);
		if !output.line(&status, &text) {
			return Ok(());
		}
		before = Some(status);
	}
}

/// That somebody should look at it is an answer for scripts, too.
fn outcome(status: &NetworkStatus) -> Result<(), Failure> {
	status.is_ordinary().then_some(()).ok_or(Failure::Negative)
}

fn title(status: &NetworkStatus) -> String {
	if status.is_ordinary() {
		return "nothing is out of the ordinary".into();
	}
	let concerns: Vec<_> = status.concerns.iter().map(describe_concern).collect();
	format!("OUT OF THE ORDINARY: {}", concerns.join("; "))
}

/// What is told, and its name.
type Line = (&'static str, String);

/// Lines, and behind them one for each seat.
fn describe(status: &NetworkStatus) -> (Vec<Line>, Vec<(usize, String)>) {
	let strength = &status.strength;
	let countries = strength.countries.iter().map(|(country, seats)| format!("{country} {seats}"));
	let mut lines = vec![
		("session", strength.session.to_string()),
		(
			"seats",
			format!(
				"{}: {} may fail, {} make a block final",
				strength.seats, strength.tolerated, strength.quorum
			),
		),
		("organisations", strength.organisations.to_string()),
		("countries", countries.collect::<Vec<_>>().join(", ")),
		("margin", format!("{} tokens", format_tokens(strength.margin))),
		("to stop it", describe_coalition(&strength.stop)),
		("to fork it", describe_coalition(&strength.fork)),
	];
	lines.push((
		"time",
		format!("{}, {}", format_time(status.time), describe_statement(&status.time_statement)),
	));
	if let Some(drift) = status.time_statement.drift {
		lines.push(("drift", format!("{drift} ms")));
	}
	lines.extend([
		("incidents", format!("{} open", status.open_incidents)),
		(
			"finality",
			format!("{} blocks behind block {} (provisional)", status.lag, status.best),
		),
		as_of(&status.as_of),
	]);
	let mut further = vec![(1, "who has a vote:".to_owned())];
	further.extend(status.seats.iter().map(|seat| {
		let disabled = if seat.disabled {
			", makes no blocks for the rest of the session"
		} else {
			""
		};
		let text = format!(
			"label {}  {}  {} tokens, organisation {}{disabled}",
			seat.label,
			seat.country,
			format_tokens(seat.margin),
			seat.organisation
		);
		(2, text)
	}));
	(lines, further)
}

fn describe_coalition(coalition: &Coalition) -> String {
	format!(
		"takes {} seats in {} countries or more, with {} tokens of margin or more, and costs {} of them",
		coalition.seats,
		coalition.countries,
		format_tokens(coalition.margin),
		format_tokens(coalition.loss)
	)
}

fn describe_concern(concern: &Concern) -> String {
	match concern {
		Concern::Strength { anomaly } => describe_anomaly(anomaly),
		Concern::Clock { drift } => format!("the time of blocks is off by {drift} ms, by the time services"),
		Concern::Incidents { open } => format!("{open} incidents are open"),
		Concern::Finality { blocks } => format!("{blocks} blocks wait for finality"),
		Concern::StandsStill { seconds } => format!("nothing became final for {seconds} s"),
		Concern::Syncing => "the node is behind its network, ask another".into(),
	}
}

/// What is out of the ordinary about the validators.
pub fn describe_anomaly(anomaly: &Anomaly) -> String {
	match anomaly {
		Anomaly::TooFewSeats { seats } => format!("{seats} seats are too few"),
		Anomaly::CountryCanStop { country, seats } => {
			format!("{seats} seats are of {country}, which can stop finality by itself")
		},
		Anomaly::TooManyFaulty { seats } => format!("{seats} validators are disabled or make no blocks, more than may fail"),
		Anomaly::MarginFell { before, after } => format!(
			"all margins together fell from {} to {} tokens within a session",
			format_tokens(*before),
			format_tokens(*after)
		),
		Anomaly::SeatsChanged { seats } => format!("{seats} seats changed hands within a session"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_sdk::{
		chain::BlockId,
		primitives::{time::TimeStatement, validator::Strength, Country},
	};

	fn status(concerns: Vec<Concern>) -> NetworkStatus {
		let coalition = Coalition {
			seats: 2,
			margin: 2,
			loss: 0,
			countries: 2,
		};
		NetworkStatus {
			strength: Strength {
				session: 1,
				seats: 4,
				tolerated: 1,
				quorum: 3,
				margin: 4,
				organisations: 4,
				countries: [*b"XA", *b"XB", *b"XC", *b"XD"].map(|country| (Country(country), 1)).to_vec(),
				stop: coalition,
				fork: coalition,
				anomalies: Vec::new(),
			},
			seats: Vec::new(),
			time_statement: TimeStatement {
				drift: None,
				uncertainty: None,
				samples: Vec::new(),
				alarm: false,
			},
			open_incidents: 0,
			best: 9,
			lag: 1,
			as_of: BlockId {
				number: 8,
				hash: "0x08".into(),
			},
			time: 16_000,
			concerns,
		}
	}

	#[test]
	fn an_ordinary_network_ends_with_0_and_any_concern_with_1() {
		let ends = |status: &NetworkStatus| outcome(status).map_or_else(|failure| failure.exit_code(), |()| 0);
		let ordinary = status(Vec::new());
		assert_eq!(
			(ends(&ordinary), &title(&ordinary)[..]),
			(0, "nothing is out of the ordinary")
		);
		for concern in [
			Concern::Strength {
				anomaly: Anomaly::TooFewSeats { seats: 3 },
			},
			Concern::Clock { drift: 3_000 },
			Concern::Incidents { open: 1 },
			Concern::Finality { blocks: 11 },
			Concern::StandsStill { seconds: 121 },
			Concern::Syncing,
		] {
			let told = describe_concern(&concern);
			let status = status(vec![concern]);
			assert_eq!(ends(&status), 1, "{told}");
			assert!(title(&status).contains(&told), "{told}");
		}
	}
}
