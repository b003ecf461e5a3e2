// SPDX-License-Identifier: Apache-2.0

//! How strong the network is, and what is out of the ordinary (X.1407 9.2.1 a-b).

use crate::{
	chain::{BlockId, Chain, MAX_AGE_MILLIS},
	error::Error,
};
use chirograph_primitives::{
	time::TimeStatement,
	validator::{amount, Anomaly, Strength},
	Balance, Country, LabelId, Moment, OrganisationId,
};
use chrono::Utc;
use serde::Serialize;
use std::mem::discriminant;

/// So many blocks may wait for finality: twenty seconds, at two seconds a block.
const MAX_LAG: u64 = 10;

/// How a network is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkStatus {
	/// How strong its validators are together.
	pub strength: Strength,
	/// Who has a vote, in the order of their labels.
	pub seats: Vec<Seat>,
	/// What time services say.
	pub time_statement: TimeStatement,
	/// How many incidents are not closed.
	pub open_incidents: u32,
	/// Height of the newest block that the node knows. Provisional.
	pub best: u64,
	/// By how many blocks the newest final one is behind that.
	pub lag: u64,
	/// The newest finalised block, from which this was read.
	pub as_of: BlockId,
	/// When that was made, in milliseconds since the Unix epoch.
	pub time: Moment,
	/// What is out of the ordinary.
	pub concerns: Vec<Concern>,
}

/// Who has a vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seat {
	/// Which label.
	pub label: LabelId,
	/// Of which organisation.
	pub organisation: OrganisationId,
	/// Where that is at home.
	pub country: Country,
	/// What it stands to lose.
	#[serde(with = "amount")]
	pub margin: Balance,
	/// Whether it may make no blocks for the rest of the session.
	pub disabled: bool,
}

/// Something that is out of the ordinary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "concern", rename_all = "camelCase")]
pub enum Concern {
	/// About the validators.
	Strength {
		/// What.
		#[serde(flatten)]
		anomaly: Anomaly,
	},
	/// The time of blocks ran away from the time services.
	Clock {
		/// In milliseconds, by how much blocks are ahead.
		drift: i64,
	},
	/// There are incidents that are not closed.
	Incidents {
		/// How many.
		open: u32,
	},
	/// Blocks are made, and do not become final.
	Finality {
		/// How many wait.
		blocks: u64,
	},
	/// Nothing became final for a while, by this machine's clock.
	StandsStill {
		/// For how long.
		seconds: u64,
	},
	/// The node is behind its network: the rest may be out of date.
	Syncing,
}

impl Concern {
	/// Whether it is the same one, perhaps worse or better than before.
	fn is_still(&self, before: &Self) -> bool {
		match self {
			// These are counted with each block.
			Self::Finality { .. } | Self::StandsStill { .. } | Self::Clock { .. } => discriminant(self) == discriminant(before),
			Self::Strength { .. } | Self::Incidents { .. } | Self::Syncing => self == before,
		}
	}
}

impl NetworkStatus {
	/// Whether somebody should look at it.
	pub fn is_ordinary(&self) -> bool {
		self.concerns.is_empty()
	}

	/// Whether nothing changed since, but for what changes with each block.
	pub fn is_still(&self, before: &Self) -> bool {
		let same_concerns = self.concerns.len() == before.concerns.len()
			&& self
				.concerns
				.iter()
				.zip(&before.concerns)
				.all(|(now, then)| now.is_still(then));
		same_concerns && self.seats == before.seats && self.open_incidents == before.open_incidents
	}
}

/// What is out of the ordinary.
fn concerns(
	strength: &Strength,
	time: &TimeStatement,
	open_incidents: u32,
	lag: u64,
	age: Moment,
	is_syncing: bool,
) -> Vec<Concern> {
	let mut concerns = Vec::new();
	if is_syncing {
		concerns.push(Concern::Syncing);
	}
	if age > MAX_AGE_MILLIS {
		concerns.push(Concern::StandsStill { seconds: age / 1_000 });
	}
	if lag > MAX_LAG {
		concerns.push(Concern::Finality { blocks: lag });
	}
	concerns.extend(
		strength
			.anomalies
			.iter()
			.map(|anomaly| Concern::Strength { anomaly: *anomaly }),
	);
	if time.alarm {
		let drift = time.drift.unwrap_or_default();
		concerns.push(Concern::Clock { drift });
	}
	if open_incidents > 0 {
		concerns.push(Concern::Incidents { open: open_incidents });
	}
	concerns
}

/// How the network is. Of one that stands still, too: that is an answer, and not an error.
pub async fn status(chain: &Chain) -> Result<NetworkStatus, Error> {
	let node = chain.status().await?;
	let at = chain.finalised().await?;
	let (strength, time_statement) = (chain.strength(&at).await?, chain.time_statement(&at).await?);
	let open_incidents = chain.open_incidents(&at).await?;
	let validators = chain.validators(&at).await?.into_iter();
	let seats = validators.filter(|status| status.votes).map(|status| Seat {
		label: status.label,
		organisation: status.validator.organisation,
		country: status.validator.country,
		margin: status.validator.margin,
		disabled: status.disabled,
	});
	let time = chain.time(&at).await?;
	let now = Moment::try_from(Utc::now().timestamp_millis()).unwrap_or_default();
	// Saturating: meanwhile the one may have overtaken the other.
	let lag = node.best.number.saturating_sub(at.block_number());
	let concerns = concerns(
		&strength,
		&time_statement,
		open_incidents,
		lag,
		now.saturating_sub(time),
		node.syncing,
	);
	Ok(NetworkStatus {
		strength,
		seats: seats.collect(),
		time_statement,
		open_incidents,
		best: node.best.number,
		lag,
		as_of: BlockId::of(&at),
		time,
		concerns,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::validator::Coalition;

	fn strength(anomalies: Vec<Anomaly>) -> Strength {
		let coalition = Coalition {
			seats: 2,
			margin: 2,
			loss: 0,
			countries: 1,
		};
		Strength {
			session: 1,
			seats: 4,
			tolerated: 1,
			quorum: 3,
			margin: 4,
			organisations: 4,
			countries: vec![(Country(*b"XX"), 4)],
			stop: coalition,
			fork: coalition,
			anomalies,
		}
	}

	fn time(alarm: bool) -> TimeStatement {
		TimeStatement {
			drift: alarm.then_some(-3_000),
			uncertainty: alarm.then_some(10),
			samples: Vec::new(),
			alarm,
		}
	}

	#[test]
	fn each_thing_out_of_the_ordinary_is_a_concern_and_an_ordinary_network_has_none() {
		let (sound, quiet) = (strength(Vec::new()), time(false));
		let few = Anomaly::TooFewSeats { seats: 4 };
		assert!(
			concerns(&sound, &quiet, 0, MAX_LAG, MAX_AGE_MILLIS, false).is_empty(),
			"the control"
		);
		for (found, expected) in [
			(
				concerns(&strength(vec![few]), &quiet, 0, 0, 0, false),
				Concern::Strength { anomaly: few },
			),
			(
				concerns(&sound, &time(true), 0, 0, 0, false),
				Concern::Clock { drift: -3_000 },
			),
			(concerns(&sound, &quiet, 1, 0, 0, false), Concern::Incidents { open: 1 }),
			(
				concerns(&sound, &quiet, 0, MAX_LAG + 1, 0, false),
				Concern::Finality { blocks: 11 },
			),
			(
				concerns(&sound, &quiet, 0, 0, MAX_AGE_MILLIS + 1_000, false),
				Concern::StandsStill { seconds: 121 },
			),
			(concerns(&sound, &quiet, 0, 0, 0, true), Concern::Syncing),
		] {
			assert_eq!(found, [expected]);
		}
	}

	#[test]
	fn what_only_lasts_is_no_change_and_what_is_new_is_one() {
		let status = |concerns: Vec<Concern>| NetworkStatus {
			strength: strength(Vec::new()),
			seats: Vec::new(),
			time_statement: time(false),
			open_incidents: 0,
			best: 9,
			lag: 1,
			as_of: BlockId {
				number: 8,
				hash: "0x08".into(),
			},
			time: 16_000,
			concerns,
		};
		let finality = |blocks| vec![Concern::Finality { blocks }];
		assert!(status(finality(20)).is_still(&status(finality(11))));
		assert!(!status(finality(11)).is_still(&status(Vec::new())));
		assert!(!status(Vec::new()).is_still(&status(finality(11))));
		assert!(!status(vec![Concern::Syncing]).is_still(&status(finality(11))));
		let incidents = |open| vec![Concern::Incidents { open }];
		assert!(!status(incidents(2)).is_still(&status(incidents(1))));
	}
}
