// SPDX-License-Identifier: Apache-2.0

use crate::{majority, ntp::micros, Fault, Interval, Measurement, Now, Opinion, Protocol, Server};
use std::{fmt, time::Duration};

/// How a clock stands: by how much it is ahead, and how exactly that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
	/// In microseconds; negative where it is behind.
	pub ahead: i64,
	/// In microseconds: give or take so much.
	pub uncertainty: i64,
}

impl From<Interval> for Offset {
	fn from(interval: Interval) -> Self {
		Self {
			ahead: interval.middle(),
			uncertainty: interval.radius(),
		}
	}
}

impl fmt::Display for Offset {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let side = if self.ahead < 0 { "behind" } else { "ahead" };
		let [offset, uncertainty] =
			[self.ahead.unsigned_abs(), self.uncertainty.unsigned_abs()].map(|micros| micros.div_ceil(1_000));
		write!(f, "{offset} ms {side}, give or take {uncertainty} ms")
	}
}

/// Whether a clock can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
	/// It is off by no more than the bound.
	Good(Offset),
	/// It is off by more.
	Off(Offset),
	/// No majority says anything about it.
	Unknown,
}

/// How one server stands to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
	/// It was not asked since the start, or since the system's clock was set.
	Waited,
	/// It says what the majority says.
	Agrees(Offset),
	/// It says something else than the majority.
	Contradicts(Offset),
	/// It says this, and too few others say the same.
	Undecided(Offset),
	/// It is further from its own reference, or from here, than the bound: of that, nothing follows.
	Vague(Offset),
	/// It says nothing.
	Silent(String),
}

impl fmt::Display for Standing {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		match self {
			Self::Waited => f.write_str("has yet to answer"),
			Self::Agrees(offset) => write!(f, "agrees: by it this clock is {offset}"),
			Self::Contradicts(offset) => write!(
				f,
				"is wrong, or lies: by it this clock is {offset}, and the majority says otherwise"
			),
			Self::Undecided(offset) => write!(
				f,
				"disagrees with others: by it this clock is {offset}, and they are no majority who say so"
			),
			Self::Vague(offset) => write!(f, "is too inexact to be of use: by it this clock is {offset}"),
			Self::Silent(fault) => write!(f, "is of no use: {fault}"),
		}
	}
}

/// What a clock's servers say, taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
	/// What follows.
	pub trust: Trust,
	/// How many servers count.
	pub voters: usize,
	/// How many of these must agree.
	pub needed: usize,
	/// How many of these do.
	pub agreeing: usize,
	/// Of each server, in the order in which they were named.
	pub standings: Vec<(Server, Standing)>,
}

/// The clock of this machine, and what time servers said of it.
pub struct Clock {
	servers: Vec<Asked>,
	/// In microseconds.
	bound: i64,
	/// In microseconds: for how long a measurement counts.
	lifetime: i64,
	seen: Option<Now>,
}

struct Asked {
	server: Server,
	measurement: Option<Measurement>,
	/// Why the last question was for nothing.
	fault: Option<String>,
}

impl Clock {
	/// One that may be off by `bound`. A measurement counts for `lifetime`.
	pub fn new(servers: Vec<Server>, bound: Duration, lifetime: Duration) -> Self {
		let asked = |server| Asked {
			server,
			measurement: None,
			fault: None,
		};
		Self {
			servers: servers.into_iter().map(asked).collect(),
			bound: micros(bound),
			lifetime: micros(lifetime),
			seen: None,
		}
	}

	/// Takes note of what came of a question to the server with that index. A failure leaves what was measured before, for its lifetime.
	pub fn record(&mut self, server: usize, outcome: Result<Measurement, Fault>) {
		let Some(asked) = self.servers.get_mut(server) else {
			return;
		};
		match outcome {
			Ok(measurement) => {
				asked.measurement = Some(measurement);
				asked.fault = None;
			},
			Err(fault) => asked.fault = Some(fault.to_string()),
		}
	}

	/// Compares the system's clock with the one that cannot be set. If they went apart by more than the bound since they were last looked at, one of
	/// them was set, or one of them stood still while the machine slept: which one, nobody knows, so all that was measured is forgotten. Returns by
	/// how many microseconds the system's clock was set then; negative where it was set back.
	pub fn step(&mut self, now: Now) -> Option<i64> {
		let seen = self.seen.replace(now)?;
		let went = |to: i64, from: i64| to.saturating_sub(from);
		let step = went(now.system, seen.system).saturating_sub(went(now.steady, seen.steady));
		if step.saturating_abs() <= self.bound {
			return None;
		}
		for asked in &mut self.servers {
			asked.measurement = None;
			asked.fault = None;
		}
		Some(step)
	}

	/// How the clock stands now.
	pub fn report(&self, now: Now) -> Report {
		let authenticated = self.servers.iter().any(|asked| asked.server.protocol == Protocol::Nts);
		let offset_of = |asked: &Asked| {
			let fresh = asked
				.measurement
				.filter(|measurement| measurement.age(now) <= self.lifetime)?;
			Some(fresh.offset(now))
		};
		let is_exact = |offset: &Interval| offset.radius() <= self.bound;
		let opinions: Vec<Opinion> = self
			.servers
			.iter()
			.map(|asked| Opinion {
				// Who needs no proof of who they are must not outvote those who give one.
				votes: !authenticated || asked.server.protocol == Protocol::Nts,
				offset: offset_of(asked).filter(is_exact),
			})
			.collect();
		let found = majority(&opinions);
		let trust = match found.offset.filter(is_exact).map(Offset::from) {
			None => Trust::Unknown,
			Some(offset) if offset.ahead.saturating_abs() <= self.bound => Trust::Good(offset),
			Some(offset) => Trust::Off(offset),
		};
		let standing = |(asked, agrees): (&Asked, &bool)| match (offset_of(asked), &asked.fault) {
			(Some(offset), _) if !is_exact(&offset) => Standing::Vague(offset.into()),
			(Some(offset), _) if *agrees => Standing::Agrees(offset.into()),
			(Some(offset), _) if found.offset.is_some() => Standing::Contradicts(offset.into()),
			(Some(offset), _) => Standing::Undecided(offset.into()),
			(None, Some(fault)) => Standing::Silent(fault.clone()),
			(None, None) => Standing::Waited,
		};
		let agreeing = opinions
			.iter()
			.zip(&found.agree)
			.filter(|(opinion, agrees)| opinion.votes && **agrees);
		Report {
			trust,
			voters: found.voters,
			needed: found.needed,
			agreeing: agreeing.count(),
			standings: self
				.servers
				.iter()
				.zip(&found.agree)
				.map(|pair| (pair.0.server.clone(), standing(pair)))
				.collect(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// In 2026.
	const NOON: i64 = 1_800_000_000_000_000;
	const SECOND: i64 = 1_000_000;
	const BOUND: Duration = Duration::from_millis(500);
	const LIFETIME: Duration = Duration::from_secs(320);

	fn clock(servers: &[&str]) -> Clock {
		let servers = servers.iter().map(|server| server.parse().expect("a time server")).collect();
		Clock::new(servers, BOUND, LIFETIME)
	}

	/// A machine that runs for so long, and whose clock is ahead by so much; in microseconds.
	fn now(steady: i64, ahead: i64) -> Now {
		Now {
			system: NOON + steady + ahead,
			steady,
		}
	}

	/// By a server that is itself ahead by so much; exact to a millisecond.
	fn measured(steady: i64, ahead: i64) -> Result<Measurement, Fault> {
		Ok(Measurement::new(steady, NOON + steady + ahead, 1_000))
	}

	fn of(clock: &Clock, now: Now) -> (Trust, Vec<Standing>) {
		let report = clock.report(now);
		(
			report.trust,
			report.standings.into_iter().map(|(_, standing)| standing).collect(),
		)
	}

	#[test]
	fn nobody_knows_before_a_majority_has_answered() {
		let mut clock = clock(&["nts:a", "nts:b", "nts:c"]);
		assert_eq!(of(&clock, now(0, 0)), (Trust::Unknown, vec![Standing::Waited; 3]));
		clock.record(0, measured(0, 0));
		clock.record(1, Err(Fault::Silent));
		let (trust, standings) = of(&clock, now(0, 0));
		assert_eq!(trust, Trust::Unknown);
		assert!(matches!(
			standings[..],
			[Standing::Undecided(_), Standing::Silent(_), Standing::Waited]
		));
		clock.record(2, measured(0, 0));
		assert!(matches!(of(&clock, now(0, 0)).0, Trust::Good(_)));
	}

	#[test]
	fn one_that_lies_is_named_and_two_that_do_leave_the_time_unknown() {
		let mut clock = clock(&["nts:a", "nts:b", "nts:c"]);
		clock.record(0, measured(0, 0));
		clock.record(1, measured(0, 0));
		clock.record(2, measured(0, 10 * SECOND));
		let (trust, standings) = of(&clock, now(0, 0));
		assert!(matches!(trust, Trust::Good(Offset { ahead: 0, .. })), "{trust:?}");
		assert!(matches!(standings[2], Standing::Contradicts(Offset { ahead, .. }) if ahead == -10 * SECOND));
		clock.record(1, measured(0, -10 * SECOND));
		let (trust, standings) = of(&clock, now(0, 0));
		assert_eq!(trust, Trust::Unknown);
		assert!(standings.iter().all(|standing| matches!(standing, Standing::Undecided(_))));
	}

	#[test]
	fn plain_ntp_neither_outvotes_nor_silences_nts() {
		let mut clock = clock(&["nts:a", "ntp:b", "ntp:c"]);
		clock.record(1, measured(0, 10 * SECOND));
		clock.record(2, measured(0, 10 * SECOND));
		assert_eq!(of(&clock, now(0, 0)).0, Trust::Unknown);
		clock.record(0, measured(0, 0));
		let (trust, standings) = of(&clock, now(0, 0));
		assert!(matches!(trust, Trust::Good(_)));
		assert!(matches!(standings[1], Standing::Contradicts(_)));
		let report = clock.report(now(0, 0));
		assert_eq!((report.voters, report.needed, report.agreeing), (1, 1, 1));
	}

	#[test]
	fn plain_ntp_counts_where_there_is_no_other() {
		let mut clock = clock(&["ntp:a", "ntp:b"]);
		clock.record(0, measured(0, 0));
		assert_eq!(of(&clock, now(0, 0)).0, Trust::Unknown);
		clock.record(1, measured(0, 0));
		assert!(matches!(of(&clock, now(0, 0)).0, Trust::Good(_)));
	}

	#[test]
	fn a_clock_at_the_bound_is_good_and_beyond_it_off() {
		let mut clock = clock(&["nts:a"]);
		clock.record(0, measured(0, 0));
		assert!(matches!(of(&clock, now(0, 500_000)).0, Trust::Good(_)));
		assert!(matches!(of(&clock, now(0, -500_000)).0, Trust::Good(_)));
		assert!(matches!(of(&clock, now(0, 500_001)).0, Trust::Off(_)));
		assert!(matches!(of(&clock, now(0, -3_600 * SECOND)).0, Trust::Off(Offset { ahead, .. }) if ahead == -3_600 * SECOND));
	}

	#[test]
	fn a_measurement_counts_for_its_lifetime_and_a_failure_does_not_end_it() {
		let mut clock = clock(&["nts:a"]);
		clock.record(0, measured(0, 0));
		clock.record(0, Err(Fault::Silent));
		assert!(matches!(of(&clock, now(320 * SECOND, 0)).0, Trust::Good(_)));
		let (trust, standings) = of(&clock, now(320 * SECOND + 1, 0));
		assert_eq!(
			(trust, standings),
			(Trust::Unknown, vec![Standing::Silent(Fault::Silent.to_string())])
		);
	}

	#[test]
	fn a_server_that_is_less_exact_than_the_bound_decides_nothing() {
		let mut clock = clock(&["nts:a"]);
		clock.record(0, Ok(Measurement::new(0, NOON, 500_001)));
		let (trust, standings) = of(&clock, now(0, 0));
		assert_eq!(trust, Trust::Unknown);
		assert!(matches!(standings[..], [Standing::Vague(_)]));
		clock.record(0, Ok(Measurement::new(0, NOON, 500_000)));
		assert!(matches!(of(&clock, now(0, 0)).0, Trust::Good(_)), "the control");
	}

	#[test]
	fn a_step_beyond_the_bound_makes_all_unknown_until_it_is_measured_again() {
		let mut clock = clock(&["nts:a"]);
		clock.record(0, measured(0, 0));
		assert_eq!(clock.step(now(0, 0)), None);
		assert_eq!(clock.step(now(SECOND, 400_000)), None, "the control");
		assert!(matches!(of(&clock, now(SECOND, 400_000)).0, Trust::Good(_)));
		assert_eq!(clock.step(now(2 * SECOND, 5_400_000)), Some(5 * SECOND));
		assert_eq!(
			of(&clock, now(2 * SECOND, 5_400_000)),
			(Trust::Unknown, vec![Standing::Waited])
		);
		clock.record(0, measured(2 * SECOND, 0));
		assert!(matches!(of(&clock, now(2 * SECOND, 5_400_000)).0, Trust::Off(_)));
		assert_eq!(clock.step(now(3 * SECOND, 0)), Some(-5_400_000));
		clock.record(0, measured(3 * SECOND, 0));
		assert!(matches!(of(&clock, now(3 * SECOND, 0)).0, Trust::Good(_)));
	}

	#[test]
	fn many_small_steps_are_no_way_around_the_bound() {
		let mut clock = clock(&["nts:a"]);
		clock.record(0, measured(0, 0));
		for tick in 0..4 {
			assert_eq!(clock.step(now(tick * SECOND, tick * 400_000)), None);
		}
		assert!(matches!(of(&clock, now(3 * SECOND, 1_200_000)).0, Trust::Off(_)));
	}

	proptest! {
		#[test]
		fn with_a_right_majority_no_clock_is_good_that_is_off(
			ahead in -2 * SECOND..2 * SECOND,
			right in prop::collection::vec((-1_000i64..=1_000, 0i64..300), 2..5),
			wrong in -10 * SECOND..10 * SECOND,
		) {
			// One lies, more than one does not.
			let names: Vec<_> = (0..=right.len()).map(|index| format!("nts:server{index}")).collect();
			let mut clock = clock(&names.iter().map(String::as_str).collect::<Vec<_>>());
			clock.record(0, measured(0, wrong));
			for (index, (error, asked)) in right.iter().enumerate() {
				clock.record(index + 1, measured(asked * SECOND, *error));
			}
			let at = now(300 * SECOND, ahead);
			// A millisecond of the servers' own error, one of what they state, and what the clocks drift in five minutes: 15 ms each.
			let slack = 40_000;
			match clock.report(at).trust {
				Trust::Good(offset) => prop_assert!(ahead.abs() <= 500_000 + slack && (offset.ahead - ahead).abs() <= slack),
				Trust::Off(offset) => prop_assert!(ahead.abs() >= 500_000 - slack && (offset.ahead - ahead).abs() <= slack),
				Trust::Unknown => prop_assert!(false, "the right ones agree"),
			}
		}
	}
}
