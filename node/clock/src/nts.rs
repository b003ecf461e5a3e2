// SPDX-License-Identifier: Apache-2.0

//! Network Time Security (RFC 8915): keys are agreed over TLS 1.3, then each question and answer is an NTP packet that nobody can forge.

use crate::{
	ntp::{exchange, question, Answer, Measurement, HEADER},
	server::{addresses, Fault, Server, NTP_PORT},
};
use aes_siv::{siv::Aes128Siv, KeyInit};
use rustls_pki_types::{pem::PemObject, CertificateDer, ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{io, path::Path, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::timeout,
};
use tokio_rustls::{
	rustls::{crypto::ring, version::TLS13, ClientConfig, RootCertStore},
	TlsConnector,
};

/// How long keys may take to be agreed on: a connection, a handshake, a question and an answer.
const AGREEMENT_DEADLINE: Duration = Duration::from_secs(5);
/// The protocol's name in the handshake, 4.
const ALPN: &[u8] = b"ntske/1";
/// Numbers of what the two sides tell each other, 4.1; the highest bit says that it must be understood.
const CRITICAL: u16 = 0x8000;
const END: u16 = 0;
const NEXT_PROTOCOL: u16 = 1;
const ERROR: u16 = 2;
const WARNING: u16 = 3;
const ALGORITHM: u16 = 4;
const COOKIE: u16 = 5;
const SERVER: u16 = 6;
const PORT: u16 = 7;
/// NTP version 4, 7.7.
const NTPV4: u16 = 0;
/// AEAD_AES_SIV_CMAC_256, the one algorithm that every server must have, 5.1.
const AES_SIV_CMAC_256: u16 = 15;
const KEY_BYTES: usize = 32;
const EXPORT_LABEL: &[u8] = b"EXPORTER-network-time-security";
/// What a server may say before it ends. It says eight cookies of some hundred bytes, and little else.
const MAX_RECORDS: usize = 64;
const MAX_TOTAL_BYTES: usize = 16_384;

/// Extension fields of packets, 5.
const UNIQUE_IDENTIFIER: u16 = 0x0104;
const NTS_COOKIE: u16 = 0x0204;
const COOKIE_PLACEHOLDER: u16 = 0x0304;
const AUTHENTICATOR: u16 = 0x0404;
const IDENTIFIER_BYTES: usize = 32;
const NONCE_BYTES: usize = 16;
/// A client keeps no more, 5.7.
const MAX_COOKIES: usize = 8;
/// A longer one would make a packet that is cut in pieces.
const MAX_COOKIE_BYTES: usize = 512;

/// Whose word is taken for who a time server is.
pub type Authorities = Arc<ClientConfig>;

/// Those who signed in a PEM file of certificates, and nobody else; without one, those that the operating system believes.
///
/// # Errors
/// The file cannot be read, or has no certificate in it that can be used.
pub fn authorities(file: Option<&Path>) -> io::Result<Authorities> {
	let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
		// Nothing older may be used, 3.
		.with_protocol_versions(&[&TLS13])
		.map_err(io::Error::other)?;
	let config = match file {
		None => config.with_platform_verifier(),
		Some(file) => config.with_root_certificates(roots(file)?),
	};
	let mut config = config.with_no_client_auth();
	config.alpn_protocols = vec![ALPN.to_vec()];
	Ok(Arc::new(config))
}

fn roots(file: &Path) -> io::Result<RootCertStore> {
	let pem = std::fs::read(file)?;
	let mut roots = RootCertStore::empty();
	for certificate in CertificateDer::pem_slice_iter(&pem) {
		let certificate = certificate.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
		roots.add(certificate).map_err(io::Error::other)?;
	}
	if roots.is_empty() {
		return Err(io::Error::new(io::ErrorKind::InvalidData, "no certificate is in it"));
	}
	Ok(roots)
}

/// Keys and cookies that were agreed on with a server.
pub(crate) struct Association {
	host: String,
	port: u16,
	to_server: Aes128Siv,
	to_client: Aes128Siv,
	cookies: Vec<Cookie>,
}

impl Association {
	/// Agrees on keys.
	pub(crate) async fn agree(server: &Server, authorities: &Authorities) -> Result<Self, Fault> {
		let agreed = timeout(AGREEMENT_DEADLINE, Self::agree_patiently(server, authorities)).await;
		agreed.unwrap_or(Err(Fault::NoKeys("it took too long".into())))
	}

	async fn agree_patiently(server: &Server, authorities: &Authorities) -> Result<Self, Fault> {
		let no_keys = |error: io::Error| Fault::NoKeys(error.to_string());
		let name = ServerName::try_from(server.host.clone()).map_err(|_| Fault::NoAddress)?;
		let addresses = addresses(&server.host, server.port).await?;
		let stream = TcpStream::connect(&addresses[..]).await.map_err(Fault::Unreachable)?;
		let connector = TlsConnector::from(authorities.clone());
		let mut stream = connector.connect(name, stream).await.map_err(no_keys)?;
		if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
			return Err(Fault::NoKeys("it is no NTS server".into()));
		}
		stream.write_all(&request()).await.map_err(no_keys)?;
		stream.flush().await.map_err(no_keys)?;
		let terms = Terms::read(&mut stream).await?;
		let key = |direction: u8| {
			let [protocol, algorithm] = [NTPV4, AES_SIV_CMAC_256].map(u16::to_be_bytes);
			let context = [&protocol[..], &algorithm, &[direction]].concat();
			let session = stream.get_ref().1;
			let key = session.export_keying_material([0u8; KEY_BYTES], EXPORT_LABEL, Some(&context));
			let key = key.map_err(|error| Fault::NoKeys(error.to_string()))?;
			Ok::<_, Fault>(Aes128Siv::new(&key.into()))
		};
		let (to_server, to_client) = (key(0)?, key(1)?);
		// The server ends the connection when it likes; all was said.
		Ok(Self {
			host: terms.host.unwrap_or_else(|| server.host.clone()),
			port: terms.port.unwrap_or(NTP_PORT),
			to_server,
			to_client,
			cookies: terms.cookies,
		})
	}

	/// Asks for the time. A cookie is good for one question; each answer brings others.
	pub(crate) async fn measure(&mut self) -> Result<Measurement, Fault> {
		let addresses = addresses(&self.host, self.port).await?;
		let cookie = self.cookies.pop().ok_or(Fault::NoCookies)?;
		let (mark, identifier, nonce) = (rand::random(), rand::random(), rand::random());
		let packet = self.question(mark, identifier, nonce, &cookie)?;
		let mut fresh = Vec::new();
		let measurement = exchange(&addresses, &packet, |packet| {
			let (answer, cookies) = open(&mut self.to_client, packet, mark, identifier)?;
			fresh = cookies;
			Some(answer)
		});
		let measurement = measurement.await?;
		self.cookies.extend(fresh);
		self.cookies.truncate(MAX_COOKIES);
		Ok(measurement)
	}

	fn question(
		&mut self,
		mark: [u8; 8],
		identifier: [u8; IDENTIFIER_BYTES],
		nonce: [u8; NONCE_BYTES],
		cookie: &[u8],
	) -> Result<Vec<u8>, Fault> {
		let mut packet = question(mark);
		put(&mut packet, UNIQUE_IDENTIFIER, &identifier);
		put(&mut packet, NTS_COOKIE, cookie);
		// One for each that is missing; and one at least, since an answer must not be longer than its question, whatever a server adds to it.
		let missing = MAX_COOKIES.saturating_sub(self.cookies.len().saturating_add(1));
		for _ in 0..missing.clamp(1, MAX_COOKIES - 1) {
			put(&mut packet, COOKIE_PLACEHOLDER, &vec![0; cookie.len()]);
		}
		let sealed = self.to_server.encrypt([&packet[..], &nonce], &[]);
		let sealed = sealed.map_err(|_| Fault::NoKeys("with them nothing can be sealed".into()))?;
		put(&mut packet, AUTHENTICATOR, &authenticator(&nonce, &sealed));
		Ok(packet)
	}
}

/// What a client says to begin with, 4.
fn request() -> Vec<u8> {
	let mut request = Vec::new();
	let (protocol, algorithm) = (NTPV4.to_be_bytes(), AES_SIV_CMAC_256.to_be_bytes());
	for (kind, body) in [(NEXT_PROTOCOL, &protocol[..]), (ALGORITHM, &algorithm[..]), (END, &[][..])] {
		request.extend((CRITICAL | kind).to_be_bytes());
		request.extend(length(body.len()));
		request.extend(body);
	}
	request
}

/// What a server answers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Terms {
	host: Option<String>,
	port: Option<u16>,
	cookies: Vec<Cookie>,
}

impl Terms {
	async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Self, Fault> {
		let failed = |error: io::Error| Fault::NoKeys(error.to_string());
		let refused = |reason: &str| Fault::NoKeys(reason.into());
		let mut terms = Self::default();
		let (mut protocol, mut algorithm) = (None, None);
		let mut bytes = 0usize;
		for _ in 0..MAX_RECORDS {
			let kind = stream.read_u16().await.map_err(failed)?;
			let mut body = vec![0u8; usize::from(stream.read_u16().await.map_err(failed)?)];
			bytes = bytes.saturating_add(body.len());
			if bytes > MAX_TOTAL_BYTES {
				return Err(refused("it says too much"));
			}
			stream.read_exact(&mut body).await.map_err(failed)?;
			let number = number(&body, 0).filter(|_| body.len() == 2);
			match kind & !CRITICAL {
				END if protocol != Some(NTPV4) || algorithm != Some(AES_SIV_CMAC_256) => {
					return Err(refused(
						"it speaks another version of NTP, or has no algorithm that this client has",
					));
				},
				END if terms.cookies.is_empty() => return Err(refused("it gave no cookies")),
				END => return Ok(terms),
				NEXT_PROTOCOL => protocol = number,
				ALGORITHM => algorithm = number,
				ERROR => return Err(Fault::NoKeys(format!("it refused with error {}", number.unwrap_or_default()))),
				COOKIE if body.is_empty() || body.len() > MAX_COOKIE_BYTES => return Err(refused("its cookies are of no use")),
				COOKIE if terms.cookies.len() < MAX_COOKIES => terms.cookies.push(body),
				SERVER => terms.host = Some(String::from_utf8(body).map_err(|_| refused("it named a server that has no name"))?),
				PORT => terms.port = Some(number.ok_or_else(|| refused("it named no port"))?),
				// More of them than asked for.
				COOKIE | WARNING => {},
				_ if kind & CRITICAL != 0 => return Err(refused("it says what this client does not understand")),
				_ => {},
			}
		}
		Err(refused("it says too much"))
	}
}

/// What a server knows its client by. Each is good once.
type Cookie = Vec<u8>;

/// Takes an answer apart, and gives the cookies in it. None where it is no answer to that question, or was not made by who has the key: whoever
/// sends such must not keep the true one from being waited for.
fn open(
	key: &mut Aes128Siv,
	packet: &[u8],
	mark: [u8; 8],
	identifier: [u8; IDENTIFIER_BYTES],
) -> Option<(Result<Answer, Fault>, Vec<Cookie>)> {
	let answer = Answer::read(packet, mark)?;
	let mut fields = fields(packet, HEADER);
	let mut is_ours = false;
	let authenticator = loop {
		let Some(field) = fields.next() else { break None };
		match field.kind {
			UNIQUE_IDENTIFIER => is_ours = field.body == identifier,
			AUTHENTICATOR => break Some(field),
			_ => {},
		}
	};
	if !is_ours {
		return None;
	}
	let Some(field) = authenticator else {
		// Only a refusal comes without a seal: the server cannot read the cookie any more, 5.7.
		return answer.is_err().then_some((answer, Vec::new()));
	};
	let [nonce_length, sealed_length] = [number(field.body, 0)?, number(field.body, 2)?].map(usize::from);
	let (nonce, behind) = field.body.get(4..)?.split_at_checked(nonce_length)?;
	let sealed = behind
		.get(nonce_length.next_multiple_of(4) - nonce_length..)?
		.get(..sealed_length)?;
	let opened = key.decrypt([packet.get(..field.at)?, nonce], sealed).ok()?;
	let cookies = self::fields(&opened, 0).filter(|field| field.kind == NTS_COOKIE && !field.body.is_empty());
	let cookies = cookies
		.filter(|field| field.body.len() <= MAX_COOKIE_BYTES)
		.map(|field| field.body.to_vec());
	Some((answer, cookies.collect()))
}

struct Field<'a> {
	/// Where it begins.
	at: usize,
	kind: u16,
	body: &'a [u8],
}

/// Extension fields (RFC 7822), from there on, as far as they make sense.
fn fields(packet: &[u8], mut at: usize) -> impl Iterator<Item = Field<'_>> {
	std::iter::from_fn(move || {
		let (kind, length) = (number(packet, at)?, number(packet, at.checked_add(2)?)?);
		let end = at.checked_add(usize::from(length))?;
		let body = packet.get(at.checked_add(4)?..end)?;
		let field = Field { at, kind, body };
		at = end;
		Some(field)
	})
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
	bytes.get(at..)?.first_chunk().map(|number| u16::from_be_bytes(*number))
}

/// Appends an extension field, filled up to whole words.
fn put(packet: &mut Vec<u8>, kind: u16, body: &[u8]) {
	let padded = body.len().next_multiple_of(4);
	packet.extend(kind.to_be_bytes());
	packet.extend(length(padded.saturating_add(4)));
	packet.extend(body);
	packet.extend(vec![0; padded.saturating_sub(body.len())]);
}

fn authenticator(nonce: &[u8; NONCE_BYTES], sealed: &[u8]) -> Vec<u8> {
	// Both are whole words: nothing is to be filled up between them.
	[&length(NONCE_BYTES)[..], &length(sealed.len()), nonce, sealed].concat()
}

/// As two bytes. What is written here is far shorter than that allows.
fn length(bytes: usize) -> [u8; 2] {
	u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::ntp::tests::answer;

	const MARK: [u8; 8] = *b"a mark..";
	const IDENTIFIER: [u8; IDENTIFIER_BYTES] = [7; IDENTIFIER_BYTES];
	const NONCE: [u8; NONCE_BYTES] = [9; NONCE_BYTES];

	fn key(byte: u8) -> Aes128Siv {
		Aes128Siv::new(&[byte; KEY_BYTES].into())
	}

	fn association() -> Association {
		Association {
			host: "time.example".into(),
			port: 123,
			to_server: key(1),
			to_client: key(2),
			cookies: vec![vec![3; 100]; 7],
		}
	}

	/// As a server answers, who gives one cookie and has that key.
	fn sealed(key: &mut Aes128Siv, identifier: &[u8]) -> Vec<u8> {
		let mut packet = answer(MARK, 0, 0);
		put(&mut packet, UNIQUE_IDENTIFIER, identifier);
		let mut cookies = Vec::new();
		put(&mut cookies, NTS_COOKIE, &[4; 100]);
		let sealed = key.encrypt([&packet[..], &NONCE], &cookies).expect("two headers");
		put(&mut packet, AUTHENTICATOR, &authenticator(&NONCE, &sealed));
		packet
	}

	#[test]
	fn a_question_has_room_for_its_answer_and_can_be_checked_by_the_server() {
		let packet = association()
			.question(MARK, IDENTIFIER, NONCE, &[3; 100])
			.expect("it can be sealed");
		assert!(packet.len() > sealed(&mut key(2), &IDENTIFIER).len());
		let kinds: Vec<_> = fields(&packet, HEADER).map(|field| field.kind).collect();
		assert_eq!(kinds, [UNIQUE_IDENTIFIER, NTS_COOKIE, COOKIE_PLACEHOLDER, AUTHENTICATOR]);
		let seal = fields(&packet, HEADER).last().expect("it has fields");
		let opened = key(1).decrypt([&packet[..seal.at], &NONCE], &seal.body[4 + NONCE_BYTES..]);
		assert!(opened.expect("it is sealed with that key").is_empty());
	}

	#[test]
	fn only_the_server_answers_and_only_this_question() {
		let opened = |packet: &[u8]| open(&mut key(2), packet, MARK, IDENTIFIER);
		let good = sealed(&mut key(2), &IDENTIFIER);
		let (answered, cookies) = opened(&good).expect("the control");
		assert!(answered.is_ok());
		assert_eq!(cookies, [vec![4u8; 100]]);

		assert!(opened(&sealed(&mut key(1), &IDENTIFIER)).is_none(), "another key");
		assert!(
			opened(&sealed(&mut key(2), &[8; IDENTIFIER_BYTES])).is_none(),
			"another question"
		);
		assert!(opened(&answer(MARK, 0, 0)).is_none(), "plain NTP");
		for at in 0..good.len() {
			let mut changed = good.clone();
			changed[at] ^= 1;
			assert!(opened(&changed).is_none(), "a bit of byte {at} is another");
			assert!(opened(&good[..at]).is_none(), "cut at {at}");
		}
	}

	#[test]
	fn a_refusal_needs_no_seal_but_the_identifier() {
		let mut packet = answer(MARK, 0, 0);
		packet[1] = 0;
		packet[12..16].copy_from_slice(b"NTSN");
		assert!(open(&mut key(2), &packet, MARK, IDENTIFIER).is_none());
		put(&mut packet, UNIQUE_IDENTIFIER, &IDENTIFIER);
		let refused = open(&mut key(2), &packet, MARK, IDENTIFIER).map(|(answer, _)| answer);
		assert!(matches!(refused, Some(Err(Fault::Refused(code))) if code == "NTSN"));
	}

	fn record(kind: u16, body: &[u8]) -> Vec<u8> {
		[&kind.to_be_bytes()[..], &length(body.len()), body].concat()
	}

	#[tokio::test]
	async fn terms_are_taken_only_if_they_are_complete_and_understood() {
		let protocol = record(CRITICAL | NEXT_PROTOCOL, &[0, 0]);
		let algorithm = record(ALGORITHM, &[0, 15]);
		let cookie = record(COOKIE, &[5; 100]);
		let end = record(CRITICAL, &[]);
		let read = |records: &[&Vec<u8>]| {
			let bytes = records.iter().copied().flatten().copied().collect::<Vec<u8>>();
			async move { Terms::read(&mut &bytes[..]).await }
		};
		let port = record(CRITICAL | PORT, &[0x30, 0x39]);
		let unknown = record(99, b"?");
		let terms = read(&[&protocol, &algorithm, &unknown, &cookie, &port, &end]).await;
		let expected = Terms {
			host: None,
			port: Some(12_345),
			cookies: vec![vec![5; 100]],
		};
		assert_eq!(terms.expect("the control"), expected);

		let refused = |records: &[&Vec<u8>]| {
			let terms = read(records);
			async move { terms.await.expect_err("these are no terms").to_string() }
		};
		assert!(refused(&[&protocol, &algorithm, &end]).await.contains("no cookies"));
		assert!(refused(&[&protocol, &cookie, &end]).await.contains("no algorithm"));
		let other = record(ALGORITHM, &[0, 17]);
		assert!(refused(&[&protocol, &other, &cookie, &end]).await.contains("no algorithm"));
		let critical = record(CRITICAL | 99, b"?");
		assert!(refused(&[&protocol, &critical]).await.contains("understand"));
		assert!(refused(&[&record(CRITICAL | ERROR, &[0, 1])]).await.contains("error 1"));
		assert!(
			refused(&[&protocol, &algorithm, &cookie]).await.contains("agrees on no keys"),
			"cut off"
		);
		let long = record(99, &[0; 20_000]);
		assert!(refused(&[&long]).await.contains("too much"));
	}
}
