// SPDX-License-Identifier: Apache-2.0

//! What time services say of blocks, and how far the time of a record can be believed (X.1407 9.2.3 a, 8.2.3).
//!
//! 1. Dave's organisation has clocks that it keeps right, and a label with the role time service. Every few minutes it [waits](post) for a block,
//!    and says to the ledger what its clock said when that arrived, and by how much that may be wrong.
//! 2. The ledger compares what such services say with the time that blocks have of their makers. The median of the differences is the drift.
//! 3. Whoever looks at a record later sees its block's time, corrected by the drift, and by how much it may be wrong: [`stated`].

use crate::{
	chain::{BlockId, Chain, FinalisedBlock},
	error::{Error, ErrorKind},
	keys::{format_account, Keypair},
	labels::{explain, Finalised},
	submit::{call, Submitter},
};
use chirograph_primitives::{
	time::{Beacon, Sample, TimeStatement, TimeTerms},
	AccountId, AuthorityFault, BlockNumber, Inclusion, LabelId, Moment, Role,
};
use serde::Serialize;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How long a network may take for its next block, until it is said to stand still.
const BLOCK_DEADLINE: Duration = Duration::from_secs(60);

/// Why a time service cannot say anything.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
	/// The label is none.
	#[error(
		"{} is no time service: {}; have an auditor give its label that role, with `chirograph label roles LABEL --add time-service`",
		format_account(account),
		explain(*fault, "its", Role::TimeService)
	)]
	NotAService {
		/// Who wanted to.
		account: AccountId,
		/// Why it is none.
		fault: AuthorityFault,
	},
	/// The network stands still, or the node is cut off.
	#[error("no block arrived within {seconds} s, so that there is nothing to say a time of; look with `chirograph network status`, and try again when there are blocks")]
	NoBlock {
		/// How long was waited.
		seconds: u64,
	},
	/// This machine believes that it is before 1970.
	#[error("the clock of this machine is before 1970; set it, keep it right with NTP or NTS, and try again")]
	Unset,
}

impl ClockError {
	/// What kind of thing went wrong.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::NotAService { .. } => ErrorKind::Refused,
			Self::NoBlock { .. } => ErrorKind::Connection,
			Self::Unset => ErrorKind::Input,
		}
	}
}

/// What a time service said, and what follows for the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posted {
	/// Which service.
	pub service: LabelId,
	/// What it said.
	pub beacon: Beacon,
	/// What the ledger makes of that.
	pub sample: Option<Sample>,
	/// What follows, with what others said.
	pub statement: TimeStatement,
}

/// How far the time of a network can be believed now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
	/// What its time services say.
	pub statement: TimeStatement,
	/// What it asks of them.
	pub terms: TimeTerms,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
	/// When that was made, by its own word, in milliseconds since the Unix epoch.
	pub time: Moment,
}

/// How far the time of a record can be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stated {
	/// What time services said at or soon after the record's block; none where the node has forgotten that.
	pub statement: Option<TimeStatement>,
	/// The time of the record's block less the drift, in milliseconds since the Unix epoch; none where no service said anything.
	pub time: Option<Moment>,
	/// The finalised block that this was read from.
	pub as_of: Option<BlockId>,
}

impl Stated {
	fn new(record: &Inclusion, statement: TimeStatement, as_of: &FinalisedBlock) -> Self {
		Self {
			time: statement.drift.map(|drift| true_time(record.time, drift)),
			statement: Some(statement),
			as_of: Some(BlockId::of(as_of)),
		}
	}

	/// The node does not know any more.
	const FORGOTTEN: Self = Self {
		statement: None,
		time: None,
		as_of: None,
	};
}

/// The time of a block less by how much blocks are ahead.
fn true_time(time: Moment, drift: i64) -> Moment {
	// Saturating: no time is before the first, and none that far in the future is one.
	time.saturating_add_signed(drift.saturating_neg())
}

impl Chain {
	/// What time services say, as of `block`.
	pub async fn time_statement(&self, block: &FinalisedBlock) -> Result<TimeStatement, Error> {
		self.runtime_call(block, "TimekeepingApi_statement", &()).await
	}

	/// What the network asks of its time services, as of `block`.
	pub async fn time_terms(&self, block: &FinalisedBlock) -> Result<TimeTerms, Error> {
		self.runtime_call(block, "TimekeepingApi_terms", &()).await
	}
}

/// How far the time of the network can be believed now.
pub async fn status(chain: &Chain) -> Result<Clock, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	Ok(Clock {
		statement: chain.time_statement(&at).await?,
		terms: chain.time_terms(&at).await?,
		as_of: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// How far the time of a record can be believed: as of the newest finalised block, if that is so near that what services said of the record's
/// block still counts in it, and else as of the record's own. Where the node has forgotten the state of then, it is not known, and that is no
/// error.
pub async fn stated(chain: &Chain, record: &Inclusion) -> Result<Stated, Error> {
	let newest = chain.finalised().await?;
	let freshness = chain.time_terms(&newest).await?.freshness;
	let at = if is_near(record.block, newest.block_number(), freshness) {
		newest
	} else if chain.ensure_node("read the state of long ago").is_err() {
		return Ok(Stated::FORGOTTEN);
	} else {
		match chain.as_of(Some(record.block)).await {
			Ok(at) => at,
			Err(Error::StateForgotten { .. }) => return Ok(Stated::FORGOTTEN),
			Err(error) => return Err(error),
		}
	};
	match chain.time_statement(&at).await {
		Ok(statement) => Ok(Stated::new(record, statement, &at)),
		Err(Error::StateForgotten { .. }) => Ok(Stated::FORGOTTEN),
		Err(error) => Err(error),
	}
}

/// Whether what is said of a block still counts in a later one.
fn is_near(block: BlockNumber, later: u64, freshness: BlockNumber) -> bool {
	later.saturating_sub(block.into()) < u64::from(freshness)
}

/// Waits for the next block, takes the time of this machine's clock when it arrives, and says so to the ledger as a time service. `uncertainty`,
/// in milliseconds: by how much that clock may be wrong, and the time that a block takes from its making to here besides. Returns when that is
/// final; or fails after `patience`.
pub async fn post(
	submitter: &Submitter,
	signer: &Keypair,
	uncertainty: u32,
	patience: Duration,
) -> Result<Finalised<Posted>, Error> {
	let (chain, account) = (submitter.chain(), signer.account());
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let entitled = chain.authority(&at, &account, Role::TimeService, None).await?;
	let service = entitled.map_err(|fault| ClockError::NotAService { account, fault })?;
	let beacon = observe(chain, uncertainty).await?;
	let at = submitter
		.submit_at_block(signer, &call("Timekeeping", "beacon", &beacon), patience)
		.await?;
	let statement = chain.time_statement(&at).await?;
	let mut samples = statement.samples.iter();
	Ok(Finalised {
		state: Posted {
			service,
			beacon,
			sample: samples.find(|sample| sample.service == service).copied(),
			statement,
		},
		block: BlockId::of(&at),
		time: chain.time(&at).await?,
	})
}

/// The next block that a node takes for the best, and what this machine's clock says when it arrives.
async fn observe(chain: &Chain, uncertainty: u32) -> Result<Beacon, Error> {
	let blocks = chain.client.stream_best_blocks().await;
	let mut blocks = blocks.map_err(|error| chain.node_error(error))?;
	let no_block = || ClockError::NoBlock {
		seconds: BLOCK_DEADLINE.as_secs(),
	};
	// The first is there already, and nobody knows since when.
	let mut newest: Option<u64> = None;
	loop {
		let next = timeout(BLOCK_DEADLINE, blocks.next()).await.map_err(|_| no_block())?;
		let arrival = SystemTime::now();
		let block = next.ok_or_else(|| chain.lost())?.map_err(|error| chain.node_error(error))?;
		if newest.is_some_and(|newest| block.number() > newest) {
			let time = arrival
				.duration_since(SystemTime::UNIX_EPOCH)
				.map_err(|_| ClockError::Unset)?;
			return Ok(Beacon {
				// The ledger's block numbers have 32 bits, see `BlockNumber`.
				block: BlockNumber::try_from(block.number()).unwrap_or(BlockNumber::MAX),
				hash: block.hash().0,
				time: Moment::try_from(time.as_millis()).unwrap_or(Moment::MAX),
				uncertainty,
			});
		}
		newest = newest.max(Some(block.number()));
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_true_time_is_the_block_s_less_the_drift() {
		for (time, drift, expected) in [
			(10_000, 0, 10_000),
			(10_000, 1_200, 8_800),
			(10_000, -1_200, 11_200),
			(10, 1_200, 0),
			(Moment::MAX, -1, Moment::MAX),
			(0, i64::MIN, i64::MAX as Moment),
		] {
			assert_eq!(true_time(time, drift), expected, "{time}, {drift}");
		}
	}

	#[test]
	fn what_was_said_of_a_block_counts_until_it_is_stale() {
		for (block, later, near) in [
			(100, 100, true),
			(100, 549, true),
			(100, 550, false),
			// A node that is behind the one that the record came from.
			(100, 99, true),
		] {
			assert_eq!(is_near(block, later, 450), near, "{later}");
		}
	}

	#[test]
	fn a_record_of_which_nothing_is_known_has_no_time() {
		let record = Inclusion {
			block: 7,
			extrinsic: 1,
			time: 14_000,
		};
		let statement = TimeStatement {
			drift: None,
			uncertainty: None,
			samples: Vec::new(),
			alarm: false,
		};
		let time = |drift| statement.drift.or(drift).map(|drift| true_time(record.time, drift));
		assert_eq!(time(None), None);
		assert_eq!(time(Some(4_000)), Some(10_000), "the control");
		assert_eq!((Stated::FORGOTTEN.time, Stated::FORGOTTEN.statement), (None, None));
	}

	#[test]
	fn whoever_is_refused_hears_what_to_do_next() {
		let refused = ClockError::NotAService {
			account: AccountId::new([1; 32]),
			fault: AuthorityFault::WrongRole,
		};
		for (error, next) in [
			(refused, "--add time-service"),
			(ClockError::NoBlock { seconds: 60 }, "`chirograph network status`"),
			(ClockError::Unset, "set it"),
		] {
			let text = error.to_string();
			assert!(text.contains(next), "{next} is in: {text}");
		}
	}
}
