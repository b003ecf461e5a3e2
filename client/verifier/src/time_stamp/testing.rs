// SPDX-License-Identifier: Apache-2.0

//! A real time-stamping authority, for tests: `openssl ts` with certificates made for the purpose. Needs the program `openssl`, 3.0 or newer.

use super::{MessageImprint, TstInfo};
use chirograph_primitives::Moment;
use chrono::DateTime;
use der::{
	asn1::{Any, Int, ObjectIdentifier},
	Encode, Tag,
};
use rcgen::{
	BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
	SerialNumber,
};
use std::{
	fs,
	io::Write,
	path::{Path, PathBuf},
	process::{Command, Stdio},
};

/// `SEQUENCE { id-kp-timeStamping }`.
pub const TIME_STAMPING_ONLY: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];

/// Kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// ECDSA on P-256.
	P256,
	/// ECDSA on P-384.
	P384,
	/// RSA of 2,048 bits.
	Rsa,
}

/// A certificate with its key.
pub struct Party {
	/// In DER form.
	pub certificate: Vec<u8>,
	params: CertificateParams,
	pkcs8: String,
}

impl Party {
	/// A party with a key of this kind, certified by `issuer` or by itself; `alter` what the certificate says.
	pub fn new(name: &str, kind: Kind, issuer: Option<&Self>, alter: impl FnOnce(&mut CertificateParams)) -> Self {
		let pkcs8 = private_key(kind);
		let mut params = CertificateParams::default();
		params.distinguished_name = DistinguishedName::new();
		params.distinguished_name.push(DnType::CommonName, name);
		params.not_before = rcgen::date_time_ymd(2020, 1, 1);
		params.not_after = rcgen::date_time_ymd(2100, 1, 1);
		params.serial_number = Some(SerialNumber::from(7u64));
		alter(&mut params);
		let key = key_pair(&pkcs8);
		let certificate = match issuer {
			Some(issuer) => {
				let signing = key_pair(&issuer.pkcs8);
				params.signed_by(&key, &Issuer::from_params(&issuer.params, &signing))
			},
			None => params.self_signed(&key),
		};
		Self {
			certificate: certificate.expect("what it says can be written").der().to_vec(),
			params,
			pkcs8,
		}
	}

	/// A certificate authority.
	pub fn authority(name: &str, issuer: Option<&Self>) -> Self {
		Self::new(name, Kind::P256, issuer, is_authority)
	}

	/// Who stamps the time.
	pub fn stamper(name: &str, kind: Kind, issuer: &Self) -> Self {
		Self::new(name, kind, Some(issuer), stamps)
	}

	/// The certificate in PEM form.
	pub fn pem(&self) -> String {
		let text = String::from_utf8(openssl(&["base64", "-e"], &self.certificate)).expect("base64 is ASCII");
		format!("-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
	}
}

/// What makes a certificate one of an authority.
pub fn is_authority(params: &mut CertificateParams) {
	params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
	params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
}

/// What makes a certificate one for time-stamping.
pub fn stamps(params: &mut CertificateParams) {
	purposes(params, TIME_STAMPING_ONLY, true);
	params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
}

/// The purposes that a certificate is for, in DER form.
pub fn purposes(params: &mut CertificateParams, der: &[u8], critical: bool) {
	let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 37], der.to_vec());
	extension.set_criticality(critical);
	params.custom_extensions = vec![extension];
}

fn key_pair(pkcs8: &str) -> KeyPair {
	KeyPair::from_pem(pkcs8).expect("the key was made for this")
}

fn private_key(kind: Kind) -> String {
	let options: &[&str] = match kind {
		Kind::P256 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
		Kind::P384 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
		Kind::Rsa => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
	};
	let made = openssl(&[&["genpkey"], options].concat(), b"");
	String::from_utf8(made).expect("PEM is ASCII")
}

/// What openssl writes for these arguments and this input.
pub fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
	let mut child = Command::new("openssl")
		.args(arguments)
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.expect("openssl is there");
	child.stdin.take().expect("is piped").write_all(input).expect("openssl reads");
	let output = child.wait_with_output().expect("openssl ends");
	let said = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "openssl {}: {said}", arguments.join(" "));
	output.stdout
}

/// What an honest authority signs.
pub(super) fn info(imprint: &[u8; 32], time: Moment) -> TstInfo {
	let time = i64::try_from(time)
		.ok()
		.and_then(DateTime::from_timestamp_millis)
		.expect("is near today");
	let time = time.format("%Y%m%d%H%M%SZ").to_string();
	TstInfo {
		version: 1,
		policy: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1"),
		imprint: MessageImprint::of(imprint),
		serial: Int::new(&[1, 2, 3]).expect("is short"),
		time: Any::new(Tag::GeneralizedTime, time.as_bytes()).expect("is short"),
		accuracy: None,
		ordering: false,
		nonce: None,
		authority: None,
		extensions: None,
	}
}

/// A time-stamping authority that keeps its files in a directory.
pub struct Tsa {
	directory: PathBuf,
}

impl Tsa {
	/// An authority whose tokens are signed by `signer`, and carry the certificates of `others` as well. `terms`: further lines of
	/// openssl's configuration for it.
	pub fn new(directory: &Path, signer: &Party, others: &[&Party], terms: &str) -> Self {
		let this = Self {
			directory: directory.to_owned(),
		};
		let write = |name: &str, text: &str| fs::write(this.path(name), text).expect("the directory is ours");
		write("signer.pem", &signer.pem());
		write("signer.key", &signer.pkcs8);
		write("others.pem", &others.iter().map(|party| party.pem()).collect::<String>());
		write("serial", "0123456789ABCDEE\n");
		let others = if others.is_empty() { "" } else { "certs = $dir/others.pem" };
		write(
			"ts.cnf",
			&format!(
				"[tsa]\ndefault_tsa = here\n[here]\ndir = {}\nserial = $dir/serial\nsigner_cert = $dir/signer.pem\n{others}\n\
				signer_key = $dir/signer.key\nsigner_digest = sha256\ndefault_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256, sha384\n\
				ess_cert_id_alg = sha256\nordering = yes\n{terms}\n",
				this.directory.display()
			),
		);
		this
	}

	fn path(&self, name: &str) -> PathBuf {
		self.directory.join(name)
	}

	fn try_run(&self, command: &str, options: &[&str]) -> Result<(), String> {
		let mut openssl = Command::new("openssl");
		openssl.arg(command).args(options).current_dir(&self.directory);
		let output = openssl.output().expect("openssl is there");
		match output.status.success() {
			true => Ok(()),
			false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
		}
	}

	fn run(&self, command: &str, options: &[&str]) {
		self.try_run(command, options)
			.unwrap_or_else(|error| panic!("openssl {command} {}: {error}", options.join(" ")));
	}

	/// The answer to a query, in DER form both; a refusal is an answer, too. Nothing where openssl cannot even refuse.
	pub fn reply(&self, query: &[u8]) -> Option<Vec<u8>> {
		fs::write(self.path("query"), query).expect("the directory is ours");
		self.try_run("ts", &["-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply"])
			.ok()?;
		Some(fs::read(self.path("reply")).expect("openssl wrote it"))
	}

	/// A token about an imprint.
	pub fn token(&self, imprint: &[u8; 32]) -> Vec<u8> {
		self.token_about(&hex::encode(imprint), "-sha256")
	}

	/// A token about a digest.
	pub fn token_about(&self, digest: &str, algorithm: &str) -> Vec<u8> {
		let query = ["-query", "-digest", digest, algorithm, "-cert", "-out", "query"];
		self.run("ts", &query);
		let reply = [
			"-reply",
			"-config",
			"ts.cnf",
			"-queryfile",
			"query",
			"-token_out",
			"-out",
			"token",
		];
		self.run("ts", &reply);
		fs::read(self.path("token")).expect("openssl wrote it")
	}

	/// A token whose content is this, signed as `options` of `openssl cms` say: for what no honest authority signs.
	pub fn sign(&self, content: &[u8], options: &[&str]) -> Vec<u8> {
		fs::write(self.path("content"), content).expect("the directory is ours");
		let mut all = vec![
			"-sign",
			"-binary",
			"-nodetach",
			"-econtent_type",
			"1.2.840.113549.1.9.16.1.4",
			"-nosmimecap",
			"-in",
			"content",
			"-outform",
			"DER",
			"-out",
			"token",
			"-signer",
			"signer.pem",
			"-inkey",
			"signer.key",
		];
		all.extend(options);
		self.run("cms", &all);
		fs::read(self.path("token")).expect("openssl wrote it")
	}

	/// A token about an imprint, of a time in milliseconds since 1970.
	pub fn token_of(&self, imprint: &[u8; 32], time: Moment) -> Vec<u8> {
		self.sign(&info(imprint, time).to_der().expect("all of it has a form"), &["-cades"])
	}

	/// What is signed in a token.
	pub fn content_of(&self, token: &[u8]) -> Vec<u8> {
		openssl(&["cms", "-verify", "-noverify", "-inform", "DER", "-binary"], token)
	}

	/// Adds the file of a party's certificate and key, to name in options of [`sign`](Self::sign).
	pub fn add(&self, name: &str, party: &Party) {
		fs::write(self.path(&format!("{name}.pem")), party.pem()).expect("the directory is ours");
		fs::write(self.path(&format!("{name}.key")), &party.pkcs8).expect("the directory is ours");
	}
}
