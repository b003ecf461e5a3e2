// SPDX-License-Identifier: Apache-2.0

use crate::{
	ntp::{exchange, question, Answer, Measurement},
	nts::{Association, Authorities},
};
use std::{fmt, io, net::SocketAddr, str::FromStr, time::Duration};
use tokio::{net::lookup_host, time::timeout};

/// Where NTP is asked, if nothing else is said.
pub(crate) const NTP_PORT: u16 = 123;
/// Where keys are agreed on, if nothing else is said.
const NTS_PORT: u16 = 4460;
/// How long it may take to find a server's addresses.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(3);

/// The code with which a server refuses a cookie that it cannot read (RFC 8915, 5.7).
const UNREADABLE_COOKIE: &str = "NTSN";
/// Of one name. Each that is silent takes seconds.
const MAX_ADDRESSES: usize = 4;

/// How a time server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
	/// Network Time Security: nobody else can answer.
	Nts,
	/// Plain NTP: anybody on the way can.
	Ntp,
}

/// A time server. Written `nts:HOST[:PORT]` or `ntp:HOST[:PORT]`; an address of IPv6 in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
	/// How it is asked.
	pub protocol: Protocol,
	/// Its name or address. With NTS, its certificate is for that one.
	pub host: String,
	/// Where it listens; with NTS, for the agreement on keys.
	pub port: u16,
}

/// What is no time server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"{0:?} names no time server: write nts:HOST or nts:HOST:PORT, or ntp: for one without authentication; an address of IPv6 goes in brackets, \
	 such as nts:[2001:db8::1]:4460"
)]
pub struct BadServer(String);

impl FromStr for Server {
	type Err = BadServer;

	fn from_str(text: &str) -> Result<Self, BadServer> {
		parse(text).ok_or_else(|| BadServer(text.into()))
	}
}

fn parse(text: &str) -> Option<Server> {
	let (protocol, usual_port, rest) = match text.split_once(':')? {
		("nts", rest) => (Protocol::Nts, NTS_PORT, rest),
		("ntp", rest) => (Protocol::Ntp, NTP_PORT, rest),
		_ => return None,
	};
	let (host, port) = match rest.strip_prefix('[') {
		Some(rest) => {
			let (host, behind) = rest.split_once(']')?;
			(
				host,
				if behind.is_empty() {
					None
				} else {
					Some(behind.strip_prefix(':')?)
				},
			)
		},
		None => match rest.split_once(':') {
			Some((host, port)) => (host, Some(port)),
			None => (rest, None),
		},
	};
	let port = match port {
		Some(port) => port.parse::<u16>().ok().filter(|port| *port != 0)?,
		None => usual_port,
	};
	let sound = !host.is_empty() && host.chars().all(|character| character.is_ascii_graphic());
	sound.then(|| Server {
		protocol,
		host: host.into(),
		port,
	})
}

impl fmt::Display for Server {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let protocol = match self.protocol {
			Protocol::Nts => "nts",
			Protocol::Ntp => "ntp",
		};
		match self.host.contains(':') {
			true => write!(f, "{protocol}:[{}]:{}", self.host, self.port),
			false => write!(f, "{protocol}:{}:{}", self.host, self.port),
		}
	}
}

/// Why a server said nothing that can be used.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
	/// There is no such name.
	#[error("it cannot be reached: its name has no address")]
	NoAddress,
	/// The system says so.
	#[error("it cannot be reached: {0}")]
	Unreachable(#[source] io::Error),
	/// For seconds.
	#[error("it cannot be reached: it does not answer")]
	Silent,
	/// It has another certificate, another protocol, another opinion.
	#[error("it agrees on no keys: {0}")]
	NoKeys(String),
	/// All are used up.
	#[error("it gave no new cookies")]
	NoCookies,
	/// With a code of four letters, such as `RATE`: too often asked.
	#[error("it refuses to answer, with the code {0}")]
	Refused(String),
	/// By its own word, or because what it says cannot be.
	#[error("it does not know the time itself")]
	Unsynchronised,
}

/// Asks one server.
pub struct Client {
	server: Server,
	authorities: Authorities,
	association: Option<Association>,
}

impl Client {
	/// Of that server. With NTS, its certificate is judged by `authorities`.
	pub fn new(server: Server, authorities: Authorities) -> Self {
		Self {
			server,
			authorities,
			association: None,
		}
	}

	/// Asks what the time is. Takes seconds where nobody answers.
	///
	/// # Errors
	/// Nobody answered, or not as a time server does that knows the time.
	pub async fn measure(&mut self) -> Result<Measurement, Fault> {
		if self.server.protocol == Protocol::Ntp {
			let mark = rand::random();
			let addresses = addresses(&self.server.host, self.server.port).await?;
			return exchange(&addresses, &question(mark), |packet| Answer::read(packet, mark)).await;
		}
		if let Some(mut association) = self.association.take() {
			match association.measure().await {
				Ok(measurement) => {
					self.association = Some(association);
					return Ok(measurement);
				},
				// To ask again at once is what it does not want.
				Err(Fault::Refused(code)) if code != UNREADABLE_COOKIE => {
					self.association = Some(association);
					return Err(Fault::Refused(code));
				},
				// A server that was started anew, or that was away for long, has other keys by now.
				Err(_) => {},
			}
		}
		let mut association = Association::agree(&self.server, &self.authorities).await?;
		let measurement = association.measure().await?;
		self.association = Some(association);
		Ok(measurement)
	}
}

pub(crate) async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, Fault> {
	match timeout(LOOKUP_DEADLINE, lookup_host((host, port))).await {
		Ok(Ok(addresses)) => Ok(addresses.take(MAX_ADDRESSES).collect()),
		_ => Err(Fault::NoAddress),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn servers_are_written_as_they_are_read() {
		for (text, host, port) in [
			("nts:time.example", "time.example", 4460),
			("nts:time.example:14460", "time.example", 14460),
			("ntp:192.0.2.1", "192.0.2.1", 123),
			("ntp:[2001:db8::1]", "2001:db8::1", 123),
			("nts:[2001:db8::1]:99", "2001:db8::1", 99),
		] {
			let server: Server = text.parse().expect("a time server");
			assert_eq!((&server.host[..], server.port), (host, port));
			assert_eq!(server.to_string().parse::<Server>(), Ok(server));
		}
	}

	#[test]
	fn what_is_no_server_is_refused_and_the_form_is_told() {
		for text in [
			"",
			"time.example",
			"nts:",
			"nts::1",
			"http:time.example",
			"nts:time.example:",
			"nts:time.example:0",
			"nts:time.example:65536",
			"nts:2001:db8::1",
			"ntp:[::1",
			"ntp:[::1]x",
			"ntp:a b",
		] {
			let refused = text.parse::<Server>().expect_err(text);
			assert!(refused.to_string().contains("nts:HOST"), "{text}");
		}
	}
}
