// SPDX-License-Identifier: Apache-2.0

//! Asks a time-stamping authority for a token over the features of an original (RFC 3161, over HTTP by its section 3.4).
//!
//! The authority gets a hash of the features and nothing else. Whoever has the original can compute that hash, though, and so can tell from
//! what the authority saw, or from the traffic where the address begins with `http`, that this original was stamped.
//!
//! The token is checked before it is believed ([`chirograph_verifier::time_stamp`]), so it does not matter how it came here: most
//! authorities answer without encryption.

use crate::error::ErrorKind;
use chirograph_verifier::{
	document::Bytes,
	evidence::{Evidence, Features},
	time_stamp::{self, Authority, MessageImprint, TimeStamp},
};
use der::{
	asn1::{Any, BitString, Int},
	Decode, Encode, Sequence,
};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body, client::conn::http1, header, http::uri::Scheme, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::TcpStream,
	time::timeout,
};
use tokio_rustls::{
	rustls::{self, ClientConfig},
	TlsConnector,
};

/// How long an authority has to accept a connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it has for all of it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// An answer has at most this many bytes: a token, and what goes around it.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Bytes of the random number by which an answer is told from an older one.
const NONCE_BYTES: usize = 16;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Nobody can be asked there.
	#[error("{url} is not the address of a time-stamping authority: {reason}; give one like http://tsa.example/tsr")]
	BadAddress {
		/// As given.
		url: String,
		/// What is wrong with it.
		reason: &'static str,
	},
	/// No answer.
	#[error("the time-stamping authority {url} cannot be reached ({reason}); check the address and the network, or ask another")]
	Unreachable {
		/// As given.
		url: String,
		/// What the network says.
		reason: String,
	},
	/// No answer in time.
	#[error("the time-stamping authority {url} did not answer within {seconds} s; try again later, or ask another")]
	TimedOut {
		/// As given.
		url: String,
		/// How long was waited.
		seconds: u64,
	},
	/// A web server answered, and says that it is not that.
	#[error("{url} answers with the HTTP status {status}{}; check the address", location.as_ref().map(|to| format!(" and names {to}")).unwrap_or_default())]
	HttpStatus {
		/// As given.
		url: String,
		/// Its number.
		status: u16,
		/// Where it says to ask instead. That is not followed.
		location: Option<String>,
	},
	/// No answer is that large; the rest was not read.
	#[error("{url} answers with more than {MAX_ANSWER_BYTES} bytes, which no time-stamping authority does; check the address")]
	TooLarge {
		/// As given.
		url: String,
	},
	/// Something else than an answer.
	#[error("what {url} answers is not a time stamp ({reason}); check the address")]
	NotAnAnswer {
		/// As given.
		url: String,
		/// What is wrong with it.
		reason: String,
	},
	/// It will not.
	#[error("the time-stamping authority {url} refuses: {reason}; ask its operator, or ask another")]
	Refused {
		/// As given.
		url: String,
		/// Status, reasons and words of the authority.
		reason: String,
	},
	/// The answer is to another question: an older one, perhaps.
	#[error("the time-stamping authority {url} answers a question that was not asked: the random number is another; ask again, or ask another")]
	OtherNonce {
		/// As given.
		url: String,
	},
	/// A token that proves nothing.
	#[error("the time-stamping authority {url} answers with a token that proves nothing: {fault}; ask another")]
	Token {
		/// As given.
		url: String,
		/// Why.
		fault: time_stamp::Fault,
	},
	/// Nobody could tell one answer from another.
	#[error("the operating system gave no random numbers ({0}); try again later")]
	NoRandomness(getrandom::Error),
}

impl Error {
	/// Who would have to do something about it.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::BadAddress { .. } => ErrorKind::Input,
			Self::Refused { .. } | Self::Token { .. } => ErrorKind::Refused,
			Self::Unreachable { .. }
			| Self::TimedOut { .. }
			| Self::HttpStatus { .. }
			| Self::TooLarge { .. }
			| Self::NotAnAnswer { .. }
			| Self::OtherNonce { .. }
			| Self::NoRandomness(_) => ErrorKind::Connection,
		}
	}
}

/// A token, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
	/// For [`Evidence::time_token`](chirograph_verifier::evidence::Evidence::time_token).
	pub token: Bytes,
	/// What it says.
	pub stamp: TimeStamp,
}

impl Stamped {
	/// Whether somebody who is trusted vouches for whoever signed it.
	pub fn is_of_a_trusted_authority(&self) -> bool {
		matches!(self.stamp.authority, Authority::Trusted { .. })
	}
}

/// RFC 3161, 2.4.1.
#[derive(Sequence)]
struct Query {
	version: u8,
	imprint: MessageImprint,
	#[asn1(optional = "true")]
	nonce: Option<Int>,
	#[asn1(default = "Default::default")]
	with_certificates: bool,
}

/// RFC 3161, 2.4.2.
#[derive(Sequence)]
struct Answer {
	status: Status,
	#[asn1(optional = "true")]
	token: Option<Any>,
}

/// RFC 4210, 5.2.3.
#[derive(Sequence)]
struct Status {
	status: u8,
	#[asn1(optional = "true")]
	texts: Option<Vec<String>>,
	#[asn1(optional = "true")]
	failures: Option<BitString>,
}

/// RFC 3161, 2.4.2: what the bits of a refusal mean.
const FAILURES: [(usize, &str); 8] = [
	(0, "the hash function is not accepted"),
	(2, "the request is not permitted or not supported"),
	(5, "the request has the wrong format"),
	(14, "its source of time is not available"),
	(15, "the policy is not supported"),
	(16, "an extension is not supported"),
	(17, "additional information is not available"),
	(25, "it has failed"),
];

impl fmt::Display for Status {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(match self.status {
			0 | 1 => "granted",
			2 => "rejected",
			3 => "not yet, ask later",
			4 => "its certificate is about to be revoked",
			5 => "its certificate is revoked",
			_ => "for a reason that RFC 3161 does not have",
		})?;
		let bits: Vec<bool> = self.failures.iter().flat_map(|bits| bits.bits()).collect();
		for (bit, words) in FAILURES {
			if bits.get(bit) == Some(&true) {
				write!(f, "; {words}")?;
			}
		}
		for text in self.texts.iter().flatten() {
			write!(f, "; \u{201c}{}\u{201d}", tame(text))?;
		}
		Ok(())
	}
}

/// Text of somebody else, fit for a terminal.
fn tame(text: &str) -> String {
	text.chars()
		.take(200)
		.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
		.collect()
}

/// Puts a token into evidence that is not registered yet: [`request`], about its features. Evidence that has one gets another.
pub async fn stamp(evidence: &mut Evidence, url: &str, authorities: &[Vec<u8>]) -> Result<TimeStamp, Error> {
	let Stamped { token, stamp } = request(url, &evidence.features, authorities).await?;
	evidence.time_token = Some(token);
	Ok(stamp)
}

/// Asks the authority at `url`, which begins with `http://` or `https://`, for a token over the features, and checks it. `authorities`:
/// certificates, in DER form, of those who are trusted to vouch for who stamps the time; with none, that is not checked. Takes half a
/// minute at most.
pub async fn request(url: &str, features: &Features, authorities: &[Vec<u8>]) -> Result<Stamped, Error> {
	let mut nonce = [0; NONCE_BYTES];
	getrandom::getrandom(&mut nonce).map_err(Error::NoRandomness)?;
	// Positive, and of this length.
	nonce[0] = nonce[0] & 0x3f | 0x40;
	let authority = Server {
		url,
		tls: None,
		patience: TIMEOUT,
	};
	authority.request(&features.imprint(), &nonce, authorities).await
}

/// Where to ask.
struct Server<'a> {
	url: &'a str,
	/// Whom to trust, if not those whom the operating system trusts.
	tls: Option<Arc<ClientConfig>>,
	patience: Duration,
}

impl Server<'_> {
	async fn request(&self, imprint: &[u8; 32], nonce: &[u8; NONCE_BYTES], authorities: &[Vec<u8>]) -> Result<Stamped, Error> {
		let query = Query {
			version: 1,
			imprint: MessageImprint::of(imprint),
			nonce: Some(Int::new(nonce).expect("16 bytes are not too many; qed")),
			with_certificates: true,
		};
		let query = query.to_der().expect("all of it has a form; qed");
		let answer = timeout(self.patience, self.exchange(query)).await;
		let answer = answer.map_err(|_| Error::TimedOut {
			url: self.url.into(),
			seconds: self.patience.as_secs(),
		})??;
		let answer = Answer::from_der(&answer).map_err(|error| self.not_an_answer(error))?;
		let token = match (answer.status.status, answer.token) {
			(0 | 1, Some(token)) => token.to_der().map_err(|error| self.not_an_answer(error))?,
			(0 | 1, None) => return Err(self.not_an_answer("it is granted, and there is no token")),
			_ => {
				return Err(Error::Refused {
					url: self.url.into(),
					reason: answer.status.to_string(),
				})
			},
		};
		let stamp = time_stamp::verify(&token, imprint, authorities).map_err(|fault| Error::Token {
			url: self.url.into(),
			fault,
		})?;
		if stamp.nonce.as_ref().is_none_or(|echoed| echoed.0 != nonce) {
			return Err(Error::OtherNonce { url: self.url.into() });
		}
		Ok(Stamped {
			token: Bytes(token),
			stamp,
		})
	}

	/// One question over HTTP, and the body of its answer.
	async fn exchange(&self, query: Vec<u8>) -> Result<Vec<u8>, Error> {
		let uri = self.uri()?;
		let (stream, host) = self.connect(&uri).await?;
		let unreachable = |error: hyper::Error| self.unreachable(describe(&error));
		let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(unreachable)?;
		// It ends when the sender is dropped, and has nothing to say that the sender does not hear.
		tokio::spawn(connection);
		let request = Request::post(uri.path_and_query().map_or("/", |path| path.as_str()))
			.header(header::HOST, host)
			.header(header::CONTENT_TYPE, "application/timestamp-query")
			.header(header::ACCEPT, "application/timestamp-reply")
			.body(Full::new(body::Bytes::from(query)))
			.expect("a path out of an address, and headers without control characters; qed");
		let response = sender.send_request(request).await.map_err(unreachable)?;
		if response.status() != StatusCode::OK {
			let location = response.headers().get(header::LOCATION);
			return Err(Error::HttpStatus {
				url: self.url.into(),
				status: response.status().as_u16(),
				location: location.and_then(|to| to.to_str().ok()).map(tame),
			});
		}
		let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
		let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
			Ok(_) => Error::TooLarge { url: self.url.into() },
			Err(error) => self.unreachable(describe(&*error)),
		})?;
		Ok(body.to_bytes().to_vec())
	}

	fn uri(&self) -> Result<Uri, Error> {
		let bad = |reason| Error::BadAddress {
			url: self.url.into(),
			reason,
		};
		let uri: Uri = self.url.parse().map_err(|_| bad("it is not an address"))?;
		if ![Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme()) {
			return Err(bad("it begins with neither http:// nor https://"));
		}
		match uri.authority() {
			Some(authority) if authority.as_str().contains('@') => Err(bad("it has a name and a password, which are not sent")),
			Some(authority) if !authority.host().is_empty() => Ok(uri),
			_ => Err(bad("it names no host")),
		}
	}

	/// A connection, and the host as HTTP names it.
	async fn connect(&self, uri: &Uri) -> Result<(Box<dyn Stream>, String), Error> {
		let encrypted = uri.scheme() == Some(&Scheme::HTTPS);
		let host = uri.host().unwrap_or_default();
		let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
		// An IPv6 address stands in brackets in an address, and nowhere else.
		let name = host.trim_start_matches('[').trim_end_matches(']');
		let stream = timeout(CONNECTION_TIMEOUT.min(self.patience), TcpStream::connect((name, port))).await;
		let stream = stream
			.map_err(|_| self.unreachable(format!("nobody answers at port {port}")))?
			.map_err(|error| self.unreachable(error))?;
		let named = uri.authority().map_or(host, |authority| authority.as_str()).to_owned();
		if !encrypted {
			return Ok((Box::new(stream), named));
		}
		let config = match &self.tls {
			Some(config) => config.clone(),
			None => platform_tls().map(Arc::new).map_err(|error| self.unreachable(error))?,
		};
		let name = rustls::pki_types::ServerName::try_from(name.to_owned()).map_err(|error| self.unreachable(error))?;
		let stream = TlsConnector::from(config).connect(name, stream).await;
		Ok((Box::new(stream.map_err(|error| self.unreachable(error))?), named))
	}

	fn unreachable(&self, reason: impl fmt::Display) -> Error {
		Error::Unreachable {
			url: self.url.into(),
			reason: tame(&reason.to_string()),
		}
	}

	fn not_an_answer(&self, reason: impl fmt::Display) -> Error {
		Error::NotAnAnswer {
			url: self.url.into(),
			reason: reason.to_string(),
		}
	}
}

/// What HTTP goes over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Servers are judged as the operating system judges them.
fn platform_tls() -> Result<ClientConfig, rustls::Error> {
	use rustls_platform_verifier::BuilderVerifierExt;
	let provider = Arc::new(rustls::crypto::ring::default_provider());
	let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
	Ok(config.with_platform_verifier().with_no_client_auth())
}

/// An error with its causes: the first alone often says "error".
fn describe(error: &dyn std::error::Error) -> String {
	let mut text = error.to_string();
	let mut cause = error.source();
	while let Some(error) = cause {
		text = format!("{text}: {error}");
		cause = error.source();
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_verifier::time_stamp::testing::{stamps, Kind, Party, Tsa};
	use std::future::Future;
	use tempfile::TempDir;
	use tokio::{
		io::{AsyncReadExt, AsyncWriteExt},
		net::TcpListener,
	};
	use tokio_rustls::TlsAcceptor;

	const IMPRINT: [u8; 32] = [0x42; 32];
	const NONCE: [u8; NONCE_BYTES] = [0x41; NONCE_BYTES];

	/// A root, and openssl as the authority below it.
	struct World {
		root: Party,
		tsa: Tsa,
		_directory: TempDir,
	}

	impl World {
		fn new(terms: &str) -> Self {
			let root = Party::authority("Root", None);
			let signer = Party::stamper("Stamper", Kind::P256, &root);
			Self::signed_by(root, &signer, terms)
		}

		fn signed_by(root: Party, signer: &Party, terms: &str) -> Self {
			let directory = tempfile::tempdir().expect("a temporary directory can be made");
			let tsa = Tsa::new(directory.path(), signer, &[], terms);
			Self {
				root,
				tsa,
				_directory: directory,
			}
		}

		fn authorities(&self) -> Vec<Vec<u8>> {
			vec![self.root.certificate.clone()]
		}
	}

	/// Reads one request, with its body.
	async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> (String, Vec<u8>) {
		let mut bytes = Vec::new();
		loop {
			let text = String::from_utf8_lossy(&bytes).into_owned();
			if let Some((head, _)) = text.split_once("\r\n\r\n") {
				let length = head
					.lines()
					.find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
				let length: usize = length.expect("a body has a length").parse().expect("a number");
				let begin = head.len() + 4;
				while bytes.len() < begin + length {
					assert_ne!(stream.read_buf(&mut bytes).await.expect("the client sends all of it"), 0);
				}
				return (head.to_owned(), bytes[begin..].to_vec());
			}
			assert_ne!(stream.read_buf(&mut bytes).await.expect("the client sends a request"), 0);
		}
	}

	fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
		let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
		[head.as_bytes(), body].concat()
	}

	fn reply(body: &[u8]) -> Vec<u8> {
		http("200 OK", "content-type: application/timestamp-reply\r\n", body)
	}

	/// Serves one request as `answer` says, and asks for `IMPRINT` meanwhile.
	async fn ask(authorities: &[Vec<u8>], answer: impl FnOnce(String, Vec<u8>) -> Vec<u8>) -> Result<Stamped, Error> {
		let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
		let url = format!("http://{}/tsr?q=1", listener.local_addr().expect("is bound"));
		let serve = async {
			let (mut stream, _) = listener.accept().await.expect("somebody asks");
			let (head, query) = read_request(&mut stream).await;
			// Whoever has heard enough hangs up.
			let _ = stream.write_all(&answer(head, query)).await;
		};
		meanwhile(serve, at(&url).request(&IMPRINT, &NONCE, authorities)).await
	}

	async fn meanwhile<T>(serve: impl Future<Output = ()>, ask: impl Future<Output = T>) -> T {
		tokio::join!(serve, ask).1
	}

	fn at(url: &str) -> Server<'_> {
		Server {
			url,
			tls: None,
			patience: TIMEOUT,
		}
	}

	/// What an authority sends around a token.
	fn granted(token: &[u8]) -> Vec<u8> {
		let answer = Answer {
			status: Status {
				status: 0,
				texts: None,
				failures: None,
			},
			token: Some(Any::from_der(token).expect("is DER")),
		};
		answer.to_der().expect("has a form")
	}

	#[tokio::test]
	async fn a_real_authority_is_asked_as_rfc_3161_says_and_its_token_is_sound() {
		let world = World::new("");
		let stamped = ask(&world.authorities(), |head, query| {
			let head = head.to_ascii_lowercase();
			assert!(head.starts_with("post /tsr?q=1 http/1.1\r\n"), "{head}");
			assert!(
				head.contains("content-type: application/timestamp-query") && head.contains("host: 127.0.0.1:"),
				"{head}"
			);
			reply(&world.tsa.reply(&query).expect("openssl answers"))
		})
		.await
		.expect("is sound");
		assert!(stamped.is_of_a_trusted_authority());
		assert_eq!(stamped.stamp.nonce, Some(Bytes(NONCE.to_vec())));
		let again = time_stamp::verify(&stamped.token.0, &IMPRINT, &world.authorities());
		assert_eq!(again, Ok(stamped.stamp));
		let alone = ask(&[], |_, query| reply(&world.tsa.reply(&query).expect("openssl answers"))).await;
		assert!(!alone.expect("is sound").is_of_a_trusted_authority());
	}

	#[tokio::test]
	async fn features_are_stamped_by_their_imprint_and_each_time_with_another_number() {
		let world = World::new("");
		let features = Features {
			sha256: [1; 32],
			sha3_512: [2; 64],
			further: Vec::new(),
		};
		let mut seen = Vec::new();
		for _ in 0..2 {
			let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
			let url = format!("http://{}", listener.local_addr().expect("is bound"));
			let serve = async {
				let (mut stream, _) = listener.accept().await.expect("somebody asks");
				let (_, query) = read_request(&mut stream).await;
				stream
					.write_all(&reply(&world.tsa.reply(&query).expect("openssl answers")))
					.await
					.expect("the client listens");
			};
			let stamped = meanwhile(serve, request(&url, &features, &world.authorities()))
				.await
				.expect("is sound");
			assert!(time_stamp::verify(&stamped.token.0, &features.imprint(), &world.authorities()).is_ok());
			seen.push(stamped.stamp.nonce.expect("is there"));
		}
		assert_ne!(seen[0], seen[1]);
		assert!(seen.iter().all(|nonce| nonce.0.len() == NONCE_BYTES));
	}

	#[tokio::test]
	async fn an_answer_to_another_question_is_refused() {
		let world = World::new("");
		let token = |world: &World, imprint: &[u8; 32]| granted(&world.tsa.token(imprint));
		let other_imprint = ask(&[], |_, _| reply(&token(&world, &[1; 32]))).await;
		assert!(
			matches!(
				&other_imprint,
				Err(Error::Token {
					fault: time_stamp::Fault::OtherImprint { .. },
					..
				})
			),
			"{other_imprint:?}"
		);
		// About the right thing, and asked for by somebody else.
		let other_nonce = ask(&[], |_, _| reply(&token(&world, &IMPRINT))).await;
		assert!(matches!(other_nonce, Err(Error::OtherNonce { .. })), "{other_nonce:?}");
	}

	#[tokio::test]
	async fn tokens_that_prove_nothing_are_refused_with_their_fault() {
		use time_stamp::Fault;
		async fn fault(world: &World, answer: impl FnOnce(&World, Vec<u8>) -> Vec<u8>) -> Fault {
			match ask(&world.authorities(), |_, query| reply(&answer(world, query))).await {
				Err(Error::Token { fault, .. }) => fault,
				other => panic!("{other:?}"),
			}
		}
		let honest = |world: &World, query: Vec<u8>| world.tsa.reply(&query).expect("openssl answers");
		let unknown = World {
			root: Party::authority("Stranger", None),
			..World::new("")
		};
		assert!(matches!(fault(&unknown, honest).await, Fault::UnknownAuthority { .. }));

		let root = Party::authority("Root", None);
		let expired = Party::new("Stamper", Kind::P256, Some(&root), |params| {
			stamps(params);
			params.not_after = rcgen::date_time_ymd(2025, 1, 1);
		});
		let expired = World::signed_by(root, &expired, "");
		assert!(matches!(fault(&expired, honest).await, Fault::NotValidThen { .. }));

		// The authority's own program refuses to use a certificate that is for nothing, so the content is signed by itself.
		let root = Party::authority("Root", None);
		let wrong = Party::new("Stamper", Kind::P256, Some(&root), |_| ());
		let wrong = World::signed_by(root, &wrong, "");
		let sound = World::new("");
		let purposeless = fault(&wrong, |wrong, query| {
			let answer = Answer::from_der(&sound.tsa.reply(&query).expect("openssl answers")).expect("is an answer");
			let content = sound
				.tsa
				.content_of(&answer.token.expect("is granted").to_der().expect("has a form"));
			granted(&wrong.tsa.sign(&content, &["-cades"]))
		});
		assert!(matches!(purposeless.await, Fault::WrongPurpose { .. }));

		let tampered = |world: &World, query: Vec<u8>| {
			let mut answer = honest(world, query);
			*answer.last_mut().expect("is not empty") ^= 1;
			answer
		};
		assert!(matches!(fault(&sound, tampered).await, Fault::BadSignature { .. }));

		let many: Vec<_> = (0..40).map(|i| Party::authority(&format!("{i:0400}"), None)).collect();
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let signer = Party::stamper("Stamper", Kind::P256, &sound.root);
		let large = World {
			tsa: Tsa::new(directory.path(), &signer, &many.iter().collect::<Vec<_>>(), ""),
			..World::new("")
		};
		assert!(matches!(fault(&large, honest).await, Fault::TooLarge { .. }));
	}

	#[tokio::test]
	async fn a_refusal_is_told_in_words() {
		let world = World::new("digests = sha512\n");
		let refused = ask(&[], |_, query| reply(&world.tsa.reply(&query).expect("openssl refuses"))).await;
		let Err(Error::Refused { reason, .. }) = refused else {
			panic!("{refused:?}")
		};
		assert!(
			reason.starts_with("rejected; the hash function is not accepted; \u{201c}"),
			"{reason}"
		);
	}

	#[tokio::test]
	async fn what_is_no_authority_is_told_so() {
		let page = ask(&[], |_, _| {
			http("200 OK", "content-type: text/html\r\n", b"<html>Welcome</html>")
		})
		.await;
		assert!(matches!(page, Err(Error::NotAnAnswer { .. })), "{page:?}");
		let empty = ask(&[], |_, _| reply(b"")).await;
		assert!(matches!(empty, Err(Error::NotAnAnswer { .. })), "{empty:?}");
		let tokenless = ask(&[], |_, _| reply(&[0x30, 5, 0x30, 3, 2, 1, 0])).await;
		assert!(matches!(tokenless, Err(Error::NotAnAnswer { .. })), "{tokenless:?}");
		let missing = ask(&[], |_, _| http("404 Not Found", "", b"")).await;
		assert!(
			matches!(
				missing,
				Err(Error::HttpStatus {
					status: 404,
					location: None,
					..
				})
			),
			"{missing:?}"
		);
		let moved = ask(&[], |_, _| http("301 Moved", "location: https://tsa.example/\r\n", b"")).await;
		assert!(
			matches!(&moved, Err(Error::HttpStatus { status: 301, location: Some(to), .. }) if to == "https://tsa.example/"),
			"{moved:?}"
		);
		let large = ask(&[], |_, _| reply(&vec![b' '; MAX_ANSWER_BYTES + 1])).await;
		assert!(matches!(large, Err(Error::TooLarge { .. })), "{large:?}");
		let endless = ask(&[], |_, _| {
			let chunk = [&b"10000\r\n"[..], &[b' '; 0x10000], b"\r\n"].concat();
			[&b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"[..], &chunk, &chunk].concat()
		});
		assert!(matches!(endless.await, Err(Error::TooLarge { .. })));
		let cut_off = ask(&[], |_, _| b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n0".to_vec()).await;
		assert!(matches!(cut_off, Err(Error::Unreachable { .. })), "{cut_off:?}");
		let babble = ask(&[], |_, _| b"hello\r\n\r\n".to_vec()).await;
		assert!(matches!(babble, Err(Error::Unreachable { .. })), "{babble:?}");
	}

	#[tokio::test]
	async fn nobody_there_and_nobody_answering_are_told_apart() {
		let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
		let url = format!("http://{}", listener.local_addr().expect("is bound"));
		let silent = Server {
			patience: Duration::from_millis(300),
			..at(&url)
		};
		let waited = silent.request(&IMPRINT, &NONCE, &[]).await;
		assert!(matches!(waited, Err(Error::TimedOut { .. })), "{waited:?}");
		drop(listener);
		let refused = at(&url).request(&IMPRINT, &NONCE, &[]).await;
		assert!(matches!(refused, Err(Error::Unreachable { .. })), "{refused:?}");
		for url in [
			"",
			"tsa.example",
			"tsa.example/tsr",
			"ftp://tsa.example/",
			"/tsr",
			"http://",
			"http:///tsr",
			"https://ada:secret@tsa.example/",
			"http://tsa example/",
		] {
			let bad = at(url).request(&IMPRINT, &NONCE, &[]).await;
			assert!(matches!(bad, Err(Error::BadAddress { .. })), "{url}: {bad:?}");
		}
	}

	#[tokio::test]
	async fn an_encrypted_connection_is_to_the_one_who_was_meant() {
		let world = World::new("");
		let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
		let port = listener.local_addr().expect("is bound").port();
		let server = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("can be made");
		let provider = Arc::new(rustls::crypto::ring::default_provider());
		let builder = || rustls::ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
		let config = builder().expect("ring has them").with_no_client_auth().with_single_cert(
			vec![server.cert.der().clone()],
			rustls::pki_types::PrivateKeyDer::try_from(server.signing_key.serialize_der()).expect("is PKCS#8"),
		);
		let acceptor = TlsAcceptor::from(Arc::new(config.expect("key and certificate belong together")));
		let serve = || async {
			let (stream, _) = listener.accept().await.expect("somebody asks");
			// Whoever does not trust the server hangs up.
			let Ok(mut stream) = acceptor.accept(stream).await else {
				return;
			};
			let (_, query) = read_request(&mut stream).await;
			let answer = reply(&world.tsa.reply(&query).expect("openssl answers"));
			stream.write_all(&answer).await.expect("the client listens");
		};
		let mut roots = rustls::RootCertStore::empty();
		roots.add(server.cert.der().clone()).expect("is a certificate");
		let client = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
		let client = client
			.expect("ring has them")
			.with_root_certificates(roots)
			.with_no_client_auth();
		let url = format!("https://localhost:{port}/");
		let trusting = Server {
			tls: Some(Arc::new(client)),
			..at(&url)
		};
		let stamped = meanwhile(serve(), trusting.request(&IMPRINT, &NONCE, &world.authorities())).await;
		assert!(stamped.is_ok(), "{stamped:?}");
		// By the operating system's judgement.
		let refused = meanwhile(serve(), at(&url).request(&IMPRINT, &NONCE, &world.authorities())).await;
		assert!(matches!(refused, Err(Error::Unreachable { .. })), "{refused:?}");
		let other_name = format!("https://127.0.0.1:{port}/");
		let misnamed = Server {
			url: &other_name,
			..trusting
		};
		let refused = meanwhile(serve(), misnamed.request(&IMPRINT, &NONCE, &world.authorities())).await;
		assert!(matches!(refused, Err(Error::Unreachable { .. })), "{refused:?}");
	}
}
