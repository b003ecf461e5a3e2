// SPDX-License-Identifier: Apache-2.0

//! What goes over the wire: the packet of RFC 5905, 7.3, of which a client fills in next to nothing.

use crate::{server::Fault, Interval};
use std::{
	net::{Ipv4Addr, Ipv6Addr, SocketAddr},
	sync::OnceLock,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{net::UdpSocket, time::timeout};

/// How long a server may take to answer.
pub(crate) const ANSWER_DEADLINE: Duration = Duration::from_secs(3);
/// Bytes of a packet without extensions.
pub(crate) const HEADER: usize = 48;
/// As much as a packet can have on its way without being cut in pieces; nothing longer is an answer.
const MAX_PACKET: usize = 1_500;

/// Version 4, from a client.
const CLIENT: u8 = 0x23;
/// A server's, in the lowest three bits of the first byte.
const SERVER_MODE: u8 = 4;
/// In the highest two bits of the first byte: the server does not know the time itself.
const UNSYNCHRONISED: u8 = 3;
/// A server that far from a reference has none.
const MAX_STRATUM: u8 = 15;
/// From 1900 to 1970.
const SECONDS_BEFORE_1970: i128 = 2_208_988_800;
const MICROS: i128 = 1_000_000;
/// By how much a clock that nobody corrects drifts, in millionths: what quartz does in a machine that gets warm.
const MAX_DRIFT: i64 = 50;
/// How often both clocks are read for one reading: a task that is interrupted in between would read two different moments.
const READINGS: usize = 5;
/// By how much the moments of the closest reading may differ all the same, in microseconds.
const READING_SPREAD: i64 = 100;

/// What both clocks of this machine say, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
	/// The system's clock: since 1970. Can be set, and be wrong.
	pub system: i64,
	/// Since some moment of this program; cannot be set.
	pub steady: i64,
}

impl Now {
	/// At this moment.
	pub fn read() -> Self {
		let readings = (0..READINGS).map(|_| {
			let steady = steady();
			let now = Self {
				system: system(),
				steady,
			};
			(now.until_now(), now)
		});
		let closest = readings.min_by_key(|(took, _)| *took).map(|(_, now)| now);
		closest.unwrap_or_else(|| Self {
			system: system(),
			steady: steady(),
		})
	}

	/// How long ago that was, in microseconds.
	fn until_now(self) -> i64 {
		steady().saturating_sub(self.steady)
	}
}

fn system() -> i64 {
	match SystemTime::now().duration_since(UNIX_EPOCH) {
		Ok(since) => micros(since),
		Err(before) => -micros(before.duration()),
	}
}

fn steady() -> i64 {
	static START: OnceLock<Instant> = OnceLock::new();
	micros(START.get_or_init(Instant::now).elapsed())
}

/// What the true time was, by one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
	/// When, on the clock that cannot be set, in microseconds.
	steady: i64,
	/// What the time was then, in microseconds since 1970.
	time: i64,
	/// By how much that may be wrong, in microseconds.
	radius: i64,
}

impl Measurement {
	/// For how long it is there, in microseconds.
	pub(crate) fn age(&self, now: Now) -> i64 {
		now.steady.saturating_sub(self.steady)
	}

	/// How far the system's clock is ahead by it, in microseconds. The older it is, the less it is known.
	pub fn offset(&self, now: Now) -> Interval {
		let age = self.age(now);
		let time = self.time.saturating_add(age);
		let drift = age.saturating_mul(MAX_DRIFT) / 1_000_000;
		Interval::around(now.system.saturating_sub(time), self.radius.saturating_add(drift))
	}

	#[cfg(test)]
	pub(crate) fn new(steady: i64, time: i64, radius: i64) -> Self {
		Self { steady, time, radius }
	}
}

/// Seconds since 1900 and fractions of 2^32 of them; begins anew every 136 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timestamp(u64);

impl Timestamp {
	fn of(system: i64) -> Self {
		let since_1900 = i128::from(system) + SECONDS_BEFORE_1970 * MICROS;
		// Of the seconds only the lowest 32 bits are written, by intent.
		Self(((since_1900 << 32) / MICROS) as u64)
	}

	/// From `other` to this one, in microseconds. Right as long as the two are less than 68 years apart, in whatever era (RFC 5905, 6).
	fn since(self, other: Self) -> i64 {
		let difference = i128::from(self.0.wrapping_sub(other.0) as i64);
		// At most 2^31 seconds.
		((difference * MICROS) >> 32) as i64
	}
}

/// A question. `mark` is what the answer must repeat. It is chance, where others put their time: that is nobody's business, and easier to guess.
pub(crate) fn question(mark: [u8; 8]) -> Vec<u8> {
	let mut packet = vec![0; HEADER - mark.len()];
	if let Some(first) = packet.first_mut() {
		*first = CLIENT;
	}
	packet.extend(mark);
	packet
}

/// What a server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
	received: Timestamp,
	sent: Timestamp,
	/// How far it may be from the truth, by its own word, in microseconds.
	distance: i64,
}

impl Answer {
	/// Reads a packet. None where it is no answer to the question with that mark.
	pub(crate) fn read(packet: &[u8], mark: [u8; 8]) -> Option<Result<Self, Fault>> {
		let first = *packet.first()?;
		let stratum = *packet.get(1)?;
		let precision = i8::from_be_bytes(bytes(packet, 3)?);
		// 2^16 are a second.
		let short = |at| Some((i64::from(u32::from_be_bytes(bytes(packet, at)?)) * 1_000_000) >> 16);
		let (root_delay, root_dispersion) = (short(4)?, short(8)?);
		let reference: [u8; 4] = bytes(packet, 12)?;
		let origin: [u8; 8] = bytes(packet, 24)?;
		let stamp = |at| Some(Timestamp(u64::from_be_bytes(bytes(packet, at)?)));
		let (received, sent) = (stamp(32)?, stamp(40)?);
		if origin != mark || first & 7 != SERVER_MODE {
			return None;
		}
		Some(if stratum == 0 {
			Err(Fault::Refused(reference.escape_ascii().to_string()))
		} else if first >> 6 == UNSYNCHRONISED || stratum > MAX_STRATUM || sent == Timestamp(0) {
			Err(Fault::Unsynchronised)
		} else {
			let granularity = (f64::from(precision).exp2() * 1e6).ceil() as i64;
			let distance = root_delay / 2 + root_dispersion;
			Ok(Self {
				received,
				sent,
				distance: distance.saturating_add(granularity),
			})
		})
	}

	/// What follows from an answer to a question that was sent `asked`, and took `elapsed` microseconds (RFC 5905, 8). The time of its arrival is
	/// counted on the clock that cannot be set, so nobody is fooled who sets the other one meanwhile.
	fn measurement(&self, asked: Now, elapsed: i64) -> Result<Measurement, Fault> {
		let left = Timestamp::of(asked.system);
		let (there, within) = (self.received.since(left), self.sent.since(self.received));
		// It cannot have had the question for longer than all of it took, but for what the clocks' rates differ.
		let delay = elapsed.saturating_sub(within);
		if within < 0 || delay < -elapsed / 1_000 - 1_000 {
			return Err(Fault::Unsynchronised);
		}
		let delay = delay.max(0);
		// As if the way there took as long as the way back. If it took all of it or nothing, that is wrong by half of the two.
		let behind = there.saturating_sub(delay / 2);
		Ok(Measurement {
			steady: asked.steady,
			time: asked.system.saturating_add(behind),
			radius: (delay / 2).saturating_add(self.distance).saturating_add(READING_SPREAD),
		})
	}
}

/// So many bytes from there on, if there are so many.
fn bytes<const N: usize>(packet: &[u8], at: usize) -> Option<[u8; N]> {
	packet.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Sends `packet` to one of the addresses, and gives what comes back to `read` until that takes it for an answer.
pub(crate) async fn exchange(
	addresses: &[SocketAddr],
	packet: &[u8],
	mut read: impl FnMut(&[u8]) -> Option<Result<Answer, Fault>>,
) -> Result<Measurement, Fault> {
	let mut fault = Fault::NoAddress;
	for address in addresses {
		match timeout(ANSWER_DEADLINE, exchange_with(*address, packet, &mut read)).await {
			Ok(Ok(measurement)) => return Ok(measurement),
			Ok(Err(error)) => fault = error,
			Err(_) => fault = Fault::Silent,
		}
	}
	Err(fault)
}

async fn exchange_with(
	address: SocketAddr,
	packet: &[u8],
	read: &mut impl FnMut(&[u8]) -> Option<Result<Answer, Fault>>,
) -> Result<Measurement, Fault> {
	let any: SocketAddr = match address {
		SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
		SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
	};
	let socket = UdpSocket::bind(any).await.map_err(Fault::Unreachable)?;
	socket.connect(address).await.map_err(Fault::Unreachable)?;
	let mut arrived = [0; MAX_PACKET];
	let asked = Now::read();
	socket.send(packet).await.map_err(Fault::Unreachable)?;
	loop {
		let length = socket.recv(&mut arrived).await.map_err(Fault::Unreachable)?;
		let elapsed = asked.until_now();
		// Anything else is somebody's noise, who must not be able to spoil the answer that is on its way.
		if let Some(answer) = arrived.get(..length).and_then(&mut *read) {
			return answer?.measurement(asked, elapsed);
		}
	}
}

pub(crate) fn micros(duration: Duration) -> i64 {
	i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use proptest::prelude::*;

	const MARK: [u8; 8] = *b"a mark..";
	/// In 2026.
	const NOON: i64 = 1_800_000_000_000_000;

	/// A server's answer: it has that time, in microseconds since 1970, from the arrival to the sending.
	pub(crate) fn answer(mark: [u8; 8], received: i64, sent: i64) -> Vec<u8> {
		let mut packet = vec![0x24, 2, 0, (-20i8) as u8];
		// 1/16 s of delay and 1/32 s of dispersion to its reference.
		packet.extend([0, 0, 0x10, 0, 0, 0, 0x08, 0]);
		packet.extend(*b"GPS\0");
		packet.extend([0; 8]);
		packet.extend(mark);
		packet.extend(Timestamp::of(received).0.to_be_bytes());
		packet.extend(Timestamp::of(sent).0.to_be_bytes());
		packet
	}

	fn read(packet: &[u8]) -> Option<Result<Answer, Fault>> {
		Answer::read(packet, MARK)
	}

	#[test]
	fn an_answer_gives_the_offset_and_how_exact_that_is() {
		let asked = Now { system: NOON, steady: 7 };
		// 20 ms there, 10 ms in the server, 30 ms back; this clock is 5 s behind.
		let packet = answer(MARK, NOON + 5_020_000, NOON + 5_030_000);
		let found = read(&packet).and_then(Result::ok).expect("an answer");
		let found = found.measurement(asked, 60_000).expect("it can be");
		let offset = found.offset(asked);
		assert!((offset.middle() + 4_995_000).abs() <= 2, "{offset:?}");
		assert!(offset.covers(-5_000_000), "the truth is in it");
		// Half of 50 ms, half of 62.5 ms, 31.25 ms.
		assert!((offset.radius() - 87_500 - READING_SPREAD).abs() <= 5, "{offset:?}");
	}

	#[test]
	fn a_clock_that_is_set_later_is_found_off_without_asking_again() {
		let measurement = Measurement::new(1_000, NOON, 10);
		let later = |system| Now {
			system,
			steady: 1_001_000,
		};
		assert!(measurement.offset(later(NOON + 1_000_000)).covers(0));
		let set = measurement.offset(later(NOON + 6_000_000));
		assert!(set.covers(5_000_000) && !set.covers(0));
		assert_eq!(set.radius(), 60, "it drifts by 50 millionths");
	}

	#[test]
	fn noise_is_no_answer_and_a_refusal_is_one() {
		let good = answer(MARK, NOON, NOON);
		assert!(read(&good).is_some_and(|answer| answer.is_ok()), "the control");
		let with = |at: usize, byte: u8| {
			let mut packet = good.clone();
			packet[at] = byte;
			packet
		};
		assert!(read(&good[..47]).is_none(), "too short");
		assert!(read(&with(24, b'b')).is_none(), "another mark");
		assert!(read(&with(0, 0x23)).is_none(), "a client's");
		assert!(matches!(read(&with(0, 0xe4)), Some(Err(Fault::Unsynchronised))));
		assert!(matches!(read(&with(1, 16)), Some(Err(Fault::Unsynchronised))));
		assert!(matches!(read(&with(1, 0)), Some(Err(Fault::Refused(code))) if code == "GPS\\x00"));
	}

	#[test]
	fn a_server_that_had_the_question_for_longer_than_it_took_is_not_believed() {
		let asked = Now { system: NOON, steady: 0 };
		let at = |received, sent| {
			let found = read(&answer(MARK, received, sent)).and_then(Result::ok);
			found.expect("an answer").measurement(asked, 10_000)
		};
		assert!(at(NOON, NOON + 9_000).is_ok(), "the control");
		assert!(at(NOON, NOON + 1_000_000).is_err());
		assert!(at(NOON + 9_000, NOON).is_err());
	}

	#[test]
	fn the_next_era_is_as_good_as_this_one() {
		// 2036-02-07, 06:28:16.
		let turn = ((1i64 << 32) - SECONDS_BEFORE_1970 as i64) * 1_000_000;
		let (before, after) = (Timestamp::of(turn - 500_000), Timestamp::of(turn + 500_000));
		assert!(after.0 < before.0);
		assert!((after.since(before) - 1_000_000).abs() <= 1);
		assert!((before.since(after) + 1_000_000).abs() <= 1);
	}

	proptest! {
		#[test]
		fn no_packet_makes_it_panic(packet in prop::collection::vec(any::<u8>(), 0..100), elapsed in 0i64..10_000_000) {
			if let Some(Ok(answer)) = read(&packet) {
				let _ = answer.measurement(Now { system: NOON, steady: 0 }, elapsed);
			}
			let mut ours = packet;
			ours.resize(HEADER, 0);
			ours[0] = 0x24;
			ours[24..32].copy_from_slice(&MARK);
			if let Some(Ok(answer)) = read(&ours) {
				let found = answer.measurement(Now { system: NOON, steady: 0 }, elapsed);
				let _ = found.map(|found| found.offset(Now { system: i64::MIN, steady: i64::MAX }));
			}
		}

		#[test]
		fn the_truth_is_within_what_is_measured(
			behind in -10_000_000_000i64..10_000_000_000,
			there in 0i64..1_000_000,
			within in 0i64..100_000,
			back in 0i64..1_000_000,
		) {
			let asked = Now { system: NOON, steady: 0 };
			let received = NOON + behind + there;
			let found = read(&answer(MARK, received, received + within)).and_then(Result::ok);
			let found = found.expect("an answer").measurement(asked, there + within + back).expect("it can be");
			prop_assert!(found.offset(asked).covers(-behind));
		}
	}
}
