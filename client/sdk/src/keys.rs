// SPDX-License-Identifier: Apache-2.0

//! Keys: making them, signing with them, keeping them.
//!
//! A key is kept as its secret, a recovery phrase (BIP-39) or a secret URI, encrypted with a password (X.1407 9.1.2 a). It leaves
//! the [`KeyStore`] encrypted by [`export`](KeyStore::export), and in the clear only by [`reveal`](KeyStore::reveal), for the copy
//! on paper that outlives the machine (X.1407 9.1.2 b).
//!
//! # The key file
//!
//! `<name>.json`, for its user alone, in the directory of the store:
//!
//! ```json
//! {
//!   "version": 1, "name": "office", "scheme": "ecdsa", "account": "5…", "publicKey": "0x…",
//!   "kdf": { "algorithm": "argon2id", "memoryKiB": 65536, "iterations": 3, "parallelism": 1, "salt": "0x…" },
//!   "cipher": { "algorithm": "xchacha20poly1305", "nonce": "0x…" },
//!   "ciphertext": "0x…", "checksum": "0x…"
//! }
//! ```
//!
//! - `ciphertext`: the secret, encrypted under a key that Argon2id derives from the password. Its associated data is the canonical
//!   form (RFC 8785) of the file without `ciphertext` and `checksum`: nothing in the file can be exchanged unnoticed.
//! - `checksum`: SHA-256 of the canonical form of the file without `checksum`. No protection, a courtesy: it tells a damaged file from
//!   a wrong password.
//! - `name`: the name when the file was made. The store goes by the name of the file.
//!
//! # Limits
//!
//! Secrets are wiped from memory when they are no longer needed, except what the libraries of the signature schemes copy on their own
//! (ed25519 in particular). Passwords are taken byte by byte: `é` typed as one character or as two is two passwords.

use crate::{
	document::{self, Fault},
	file,
};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use bip39::Mnemonic;
use chacha20poly1305::{
	aead::{Aead, Payload},
	KeyInit, XChaCha20Poly1305,
};
use chirograph_primitives::{AccountId, OwnerSignature, SignatureScheme};
use chirograph_verifier::account::{self, AccountFault};
use serde::{Deserialize, Serialize};
use sp_core::{
	crypto::{ExposeSecret, SecretUri},
	ecdsa, ed25519, sr25519, Blake2Hasher, Hasher, Pair,
};
use std::{
	env,
	ffi::OsString,
	fmt, fs, io,
	path::{Path, PathBuf},
	str::FromStr,
};
use zeroize::Zeroizing;

pub use chirograph_verifier::account::format_account;

/// Characters that a password has at least.
const MIN_PASSWORD_CHARS: usize = 8;
/// A secret longer than this is none. In bytes.
const MAX_SECRET_BYTES: usize = 1024;
/// No key file is larger. In bytes.
const MAX_KEY_FILE_BYTES: usize = 16 * 1024;
/// What a key file may ask for at most, so that a hostile one cannot exhaust the machine.
const MAX_COSTS: Costs = Costs {
	memory_kib: 1024 * 1024,
	iterations: 16,
	parallelism: 16,
};
/// What a new key file asks for: about a quarter of a second.
const DEFAULT_COSTS: Costs = Costs {
	memory_kib: 64 * 1024,
	iterations: 3,
	parallelism: 1,
};

/// Why something about keys failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// No key comes out of the secret. What it is must not be repeated here.
	#[error(
		"this is neither a recovery phrase of 12 to 24 words nor a secret URI for the chosen scheme; check words, order and path"
	)]
	BadSecret,
	/// Without a phrase of its own, a secret URI derives from a phrase that the whole world knows.
	#[error(
		"this secret has no phrase of its own, and everybody can compute its key; put your recovery phrase in front of the path"
	)]
	NoPhrase,
	/// Development keys are named by a path alone.
	#[error("development keys are named `//Alice`, `//Bob` and so on; this name does not start with two slashes")]
	NotADevelopmentKey,
	/// Not an account, or one of other networks.
	#[error(transparent)]
	BadAccount(#[from] AccountFault),
	/// Names become file names.
	#[error("{0:?} cannot be the name of a key; use 1 to 64 of the characters a to z, 0 to 9, `_` and `-`")]
	BadName(String),
	/// Too easily guessed.
	#[error("the password is too short to protect a key; use {least} characters or more", least = MIN_PASSWORD_CHARS)]
	ShortPassword,
	/// Nowhere to look for keys.
	#[error("no directory for keys is known; set CHIROGRAPH_KEYS to one")]
	NoDirectory,
	/// Whoever can write there can exchange keys for others.
	#[error("others may write in the directory of keys {path}; make it yours alone with `chmod 700` and check that the keys are yours")]
	SharedDirectory {
		/// The directory.
		path: PathBuf,
	},
	/// No key file has that name.
	#[error("there is no key named `{name}` in {directory}; list the keys to see their names")]
	NoSuchKey {
		/// What was asked for.
		name: String,
		/// Where.
		directory: PathBuf,
	},
	/// A key is never overwritten.
	#[error("there is a key named `{name}` in {directory} already; choose another name")]
	NameTaken {
		/// What was asked for.
		name: String,
		/// Where.
		directory: PathBuf,
	},
	/// The file is not what was once written.
	#[error("{origin} is damaged ({reason}); restore it from a backup, or make the key again from its recovery phrase")]
	Damaged {
		/// Which file.
		origin: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Written by a newer program.
	#[error("{origin} is of version {version}, and this program reads version {ours}; use a newer program", ours = VERSION)]
	OtherVersion {
		/// Which file.
		origin: String,
		/// The version that it says it has.
		version: u64,
	},
	/// The file is sound and this password does not open it.
	#[error("the password is wrong; check the keyboard layout and capital letters, and try again")]
	WrongPassword,
	/// Argon2id takes memory on purpose.
	#[error("the key needs {mib} MiB of free memory to be opened, and there is less; close other programs and try again")]
	NoMemory {
		/// Mebibytes.
		mib: u32,
	},
	/// Without randomness no key is safe.
	#[error("the operating system gave no random numbers ({0}); try again later")]
	NoRandomness(getrandom::Error),
	/// Which networks nodes are of is not known any more.
	#[error("{path} is damaged ({reason}), and with it what networks your nodes are of; remove it if you know that the node is of the right one")]
	DamagedNetworks {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		reason: String,
	},
	/// Which network the node is of could not be kept for the next time.
	#[error("which network the node is of cannot be remembered: {reason}; or name the network with `--genesis` each time")]
	NetworkNotKept {
		/// Why.
		reason: String,
	},
	/// A file could not be read or written.
	#[error(transparent)]
	File(#[from] file::Error),
}

/// A secret from which a key is made: a recovery phrase or a secret URI. Wiped from memory when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase(Zeroizing<String>);

impl Phrase {
	/// Takes it over.
	pub fn new(secret: String) -> Self {
		Self(Zeroizing::new(secret))
	}

	/// The secret itself. Take care where it goes.
	pub fn expose(&self) -> &str {
		&self.0
	}
}

impl fmt::Debug for Phrase {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("Phrase(..)")
	}
}

/// The signature on an extrinsic, as Substrate's `MultiSignature` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtrinsicSignature {
	/// Over the payload, in Substrate's signing context.
	Sr25519([u8; 64]),
	/// Over the payload.
	Ed25519([u8; 64]),
	/// Over the BLAKE2b-256 of the payload, recoverable.
	Ecdsa([u8; 65]),
}

/// A key that can sign.
#[derive(Clone)]
#[allow(clippy::large_enum_variant)] // Few are made, and they are rarely moved.
pub enum Keypair {
	/// ECDSA over secp256k1, the default.
	Ecdsa(ecdsa::Pair),
	/// Schnorr over Ristretto255.
	Sr25519(sr25519::Pair),
	/// EdDSA over Curve25519.
	Ed25519(ed25519::Pair),
}

impl fmt::Debug for Keypair {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "Keypair({}, {})", self.scheme(), format_account(&self.account()))
	}
}

impl Keypair {
	/// A new key and the recovery phrase, twelve words, that it can always be made from again.
	pub fn generate(scheme: SignatureScheme) -> Result<(Self, Phrase), Error> {
		let entropy = Zeroizing::new(document::random::<16>().map_err(Error::NoRandomness)?);
		let mnemonic = Mnemonic::from_entropy(&entropy[..]).map_err(|_| Error::BadSecret)?;
		// Room for twelve words of the longest kind: a growing string would leave copies of its beginning behind.
		let mut phrase = Zeroizing::new(String::with_capacity(12 * 9));
		for word in mnemonic.words() {
			if !phrase.is_empty() {
				phrase.push(' ');
			}
			phrase.push_str(word);
		}
		Ok((Self::from_secret(&phrase, scheme)?, Phrase(phrase)))
	}

	/// The key of a recovery phrase or secret URI (`phrase//hard/soft///password`, or a seed in hexadecimal instead of the phrase).
	///
	/// Refuses a URI without a phrase: it would give a publicly known key by accident. See [`Self::dev`].
	pub fn from_secret(secret: &str, scheme: SignatureScheme) -> Result<Self, Error> {
		let secret = secret.trim();
		if secret.is_empty() || secret.starts_with('/') {
			return Err(Error::NoPhrase);
		}
		Self::from_uri(secret, scheme)
	}

	/// A publicly known key for development networks: `//Alice`, `//Bob//stash`.
	pub fn dev(name: &str, scheme: SignatureScheme) -> Result<Self, Error> {
		if !name.starts_with("//") || name.starts_with("///") {
			return Err(Error::NotADevelopmentKey);
		}
		Self::from_uri(name, scheme)
	}

	fn from_uri(uri: &str, scheme: SignatureScheme) -> Result<Self, Error> {
		if uri.len() > MAX_SECRET_BYTES {
			return Err(Error::BadSecret);
		}
		match scheme {
			SignatureScheme::Ecdsa => pair_of(uri).map(Self::Ecdsa),
			SignatureScheme::Sr25519 => pair_of(uri).map(Self::Sr25519),
			SignatureScheme::Ed25519 => pair_of(uri).map(Self::Ed25519),
		}
	}

	/// How it signs.
	pub fn scheme(&self) -> SignatureScheme {
		match self {
			Self::Ecdsa(_) => SignatureScheme::Ecdsa,
			Self::Sr25519(_) => SignatureScheme::Sr25519,
			Self::Ed25519(_) => SignatureScheme::Ed25519,
		}
	}

	/// The public key: 33 bytes for ECDSA, 32 for the others.
	pub fn public(&self) -> Vec<u8> {
		match self {
			Self::Ecdsa(pair) => pair.public().0.to_vec(),
			Self::Sr25519(pair) => pair.public().0.to_vec(),
			Self::Ed25519(pair) => pair.public().0.to_vec(),
		}
	}

	/// The account that it signs for.
	pub fn account(&self) -> AccountId {
		match self {
			Self::Ecdsa(pair) => ecdsa_account(&pair.public().0),
			Self::Sr25519(pair) => AccountId::new(pair.public().0),
			Self::Ed25519(pair) => AccountId::new(pair.public().0),
		}
	}

	/// Signs as owner: a [payload](chirograph_primitives::payload), of which the ledger checks the signature itself (X.1407 7.2.1 d).
	pub fn sign_owner(&self, payload: &[u8]) -> OwnerSignature {
		match self {
			Self::Ecdsa(pair) => OwnerSignature::Ecdsa(pair.sign_prehashed(&document::sha256(payload))),
			Self::Sr25519(pair) => OwnerSignature::Sr25519(Pair::sign(pair, payload)),
			Self::Ed25519(pair) => OwnerSignature::Ed25519(Pair::sign(pair, payload)),
		}
	}

	/// Signs as submitter: the payload of an extrinsic, already hashed by the caller if it is longer than 256 bytes.
	pub fn sign_extrinsic(&self, payload: &[u8]) -> ExtrinsicSignature {
		match self {
			Self::Ecdsa(pair) => ExtrinsicSignature::Ecdsa(Pair::sign(pair, payload).0),
			Self::Sr25519(pair) => ExtrinsicSignature::Sr25519(Pair::sign(pair, payload).0),
			Self::Ed25519(pair) => ExtrinsicSignature::Ed25519(Pair::sign(pair, payload).0),
		}
	}
}

/// The key of one scheme. Errors of the parser quote the secret, and are therefore dropped.
fn pair_of<P: Pair>(uri: &str) -> Result<P, Error> {
	let parsed = SecretUri::from_str(uri).map_err(|_| Error::BadSecret)?;
	// `from_string` panics on a seed that is no key of the curve, such as zero for ECDSA.
	if let Some(digits) = parsed.phrase.expose_secret().strip_prefix("0x") {
		let seed = Zeroizing::new(hex::decode(digits).map_err(|_| Error::BadSecret)?);
		P::from_seed_slice(&seed).map_err(|_| Error::BadSecret)?;
	}
	P::from_string(uri, None).map_err(|_| Error::BadSecret)
}

fn ecdsa_account(public: &[u8]) -> AccountId {
	AccountId::new(Blake2Hasher::hash(public).0)
}

/// The account of an address, or of `0x` and 64 hexadecimal digits.
pub fn parse_account(text: &str) -> Result<AccountId, Error> {
	Ok(account::parse_account(text)?)
}

/// What is known of a key without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyInfo {
	/// Its name in the store.
	pub name: String,
	/// How it signs.
	pub scheme: SignatureScheme,
	/// The account that it signs for.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// The public key.
	#[serde(with = "document::hexadecimal")]
	pub public_key: Vec<u8>,
}

/// A file in the store: a key, or what is wrong with it.
#[derive(Debug)]
pub struct Listed {
	/// Its name in the store.
	pub name: String,
	/// What is known of it.
	pub key: Result<KeyInfo, Error>,
}

/// What deriving a key from a password costs.
#[derive(Clone, Copy)]
struct Costs {
	memory_kib: u32,
	iterations: u32,
	parallelism: u32,
}

/// The one version of key files so far.
const VERSION: u64 = 1;

/// See the [module](self)'s description.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyFile {
	version: u64,
	name: String,
	scheme: SignatureScheme,
	#[serde(with = "document::account")]
	account: AccountId,
	#[serde(with = "document::hexadecimal")]
	public_key: Vec<u8>,
	kdf: Kdf,
	cipher: Cipher,
	#[serde(with = "document::hexadecimal")]
	ciphertext: Vec<u8>,
	#[serde(with = "document::hexadecimal")]
	checksum: [u8; 32],
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kdf {
	algorithm: KdfAlgorithm,
	#[serde(rename = "memoryKiB")]
	memory_kib: u32,
	iterations: u32,
	parallelism: u32,
	#[serde(with = "document::hexadecimal")]
	salt: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
enum KdfAlgorithm {
	#[serde(rename = "argon2id")]
	Argon2id,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cipher {
	algorithm: CipherAlgorithm,
	#[serde(with = "document::hexadecimal")]
	nonce: [u8; 24],
}

#[derive(Debug, Serialize, Deserialize)]
enum CipherAlgorithm {
	#[serde(rename = "xchacha20poly1305")]
	XChaCha20Poly1305,
}

impl Kdf {
	/// Argon2's own parameters, or why they are refused.
	fn params(&self) -> Result<Params, &'static str> {
		let bounded = self.memory_kib <= MAX_COSTS.memory_kib
			&& self.iterations <= MAX_COSTS.iterations
			&& self.parallelism <= MAX_COSTS.parallelism
			&& (16..=64).contains(&self.salt.len());
		if !bounded {
			return Err("its key derivation asks for more than is allowed");
		}
		Params::new(self.memory_kib, self.iterations, self.parallelism, Some(32))
			.map_err(|_| "its key derivation asks for less than is possible")
	}

	/// The cipher under this password.
	fn cipher(&self, password: &str) -> Result<XChaCha20Poly1305, Error> {
		let no_memory = || Error::NoMemory {
			mib: self.memory_kib.div_ceil(1024),
		};
		// Parameters are checked before they come here. Memory is what can still be missing.
		let params = self.params().map_err(|_| no_memory())?;
		let mut blocks = Zeroizing::new(Vec::<Block>::new());
		blocks.try_reserve_exact(params.block_count()).map_err(|_| no_memory())?;
		blocks.resize(params.block_count(), Block::default());
		let mut key = Zeroizing::new([0u8; 32]);
		Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
			.hash_password_into_with_memory(password.as_bytes(), &self.salt, &mut key[..], blocks.as_mut_slice())
			.map_err(|_| no_memory())?;
		XChaCha20Poly1305::new_from_slice(&key[..]).map_err(|_| no_memory())
	}
}

impl KeyFile {
	/// Encrypts a secret.
	fn seal(name: &str, secret: &Phrase, scheme: SignatureScheme, password: &str, costs: Costs) -> Result<Self, Error> {
		if password.chars().count() < MIN_PASSWORD_CHARS {
			return Err(Error::ShortPassword);
		}
		let keypair = Keypair::from_secret(secret.expose(), scheme)?;
		let Costs {
			memory_kib,
			iterations,
			parallelism,
		} = costs;
		let salt = document::random::<16>().map_err(Error::NoRandomness)?.to_vec();
		let nonce = document::random().map_err(Error::NoRandomness)?;
		let mut file = Self {
			version: VERSION,
			name: name.to_owned(),
			scheme,
			account: keypair.account(),
			public_key: keypair.public(),
			kdf: Kdf {
				algorithm: KdfAlgorithm::Argon2id,
				memory_kib,
				iterations,
				parallelism,
				salt,
			},
			cipher: Cipher {
				algorithm: CipherAlgorithm::XChaCha20Poly1305,
				nonce,
			},
			ciphertext: Vec::new(),
			checksum: [0; 32],
		};
		let payload = Payload {
			msg: secret.expose().as_bytes(),
			aad: &file.header(),
		};
		// Fails only for messages of many gigabytes.
		file.ciphertext = file
			.kdf
			.cipher(password)?
			.encrypt(&nonce.into(), payload)
			.map_err(|_| Error::BadSecret)?;
		file.checksum = file.digest();
		Ok(file)
	}

	/// Decrypts the secret.
	fn open(&self, password: &str, origin: &str) -> Result<(Keypair, Phrase), Error> {
		let payload = Payload {
			msg: &self.ciphertext,
			aad: &self.header(),
		};
		let cipher = self.kdf.cipher(password)?;
		let secret = Zeroizing::new(
			cipher
				.decrypt(&self.cipher.nonce.into(), payload)
				.map_err(|_| Error::WrongPassword)?,
		);
		let foreign = || damaged(origin, "the secret in it is not that of its account");
		let secret = std::str::from_utf8(&secret).map_err(|_| foreign())?;
		let keypair = Keypair::from_secret(secret, self.scheme).map_err(|_| foreign())?;
		if keypair.account() != self.account {
			return Err(foreign());
		}
		Ok((keypair, Phrase::new(secret.to_owned())))
	}

	/// Reads a key file and checks all that can be checked without the password. `origin` names it in errors.
	fn parse(bytes: &[u8], origin: &str) -> Result<Self, Error> {
		#[derive(Deserialize)]
		struct Tag {
			version: u64,
		}
		let unreadable = |fault: Fault| damaged(origin, fault);
		let Tag { version } = document::decode(bytes, MAX_KEY_FILE_BYTES).map_err(unreadable)?;
		if version != VERSION {
			return Err(Error::OtherVersion {
				origin: origin.to_owned(),
				version,
			});
		}
		let file: Self = document::decode(bytes, MAX_KEY_FILE_BYTES).map_err(unreadable)?;
		if file.checksum != file.digest() {
			return Err(damaged(origin, "its checksum is wrong"));
		}
		file.kdf.params().map_err(|reason| damaged(origin, reason))?;
		let account = match file.scheme {
			SignatureScheme::Ecdsa => Some(ecdsa_account(&file.public_key)),
			SignatureScheme::Sr25519 | SignatureScheme::Ed25519 => AccountId::try_from(&file.public_key[..]).ok(),
		};
		if account.as_ref() != Some(&file.account) {
			return Err(damaged(origin, "its public key is not that of its account"));
		}
		Ok(file)
	}

	/// What the ciphertext is bound to.
	fn header(&self) -> Vec<u8> {
		document::canonical_without(self, &["ciphertext", "checksum"])
	}

	fn digest(&self) -> [u8; 32] {
		document::sha256(&document::canonical_without(self, &["checksum"]))
	}
}

fn damaged(origin: &str, reason: impl fmt::Display) -> Error {
	Error::Damaged {
		origin: origin.to_owned(),
		reason: reason.to_string(),
	}
}

/// Key files in a directory.
#[derive(Clone, Debug)]
pub struct KeyStore {
	directory: PathBuf,
}

impl KeyStore {
	/// The store in a directory, which is made with the first key.
	pub fn new(directory: impl Into<PathBuf>) -> Self {
		Self {
			directory: directory.into(),
		}
	}

	/// The store in [`Self::default_dir`].
	pub fn open_default() -> Result<Self, Error> {
		Self::default_dir().map(Self::new)
	}

	/// `$CHIROGRAPH_KEYS`, else `$XDG_DATA_HOME/chirograph/keys`, else `~/.local/share/chirograph/keys`.
	pub fn default_dir() -> Result<PathBuf, Error> {
		directory_from(|variable| env::var_os(variable)).ok_or(Error::NoDirectory)
	}

	/// Where the key files are.
	pub fn directory(&self) -> &Path {
		&self.directory
	}

	/// Fails where no key could be kept under this name: to be asked before a password is.
	pub fn ensure_free(&self, name: &str) -> Result<(), Error> {
		ensure_name(name)?;
		if self.path(name).exists() {
			return Err(self.taken(name));
		}
		Ok(())
	}

	/// Encrypts a secret and keeps it under a new name.
	pub fn save(&self, name: &str, secret: &Phrase, scheme: SignatureScheme, password: &str) -> Result<KeyInfo, Error> {
		self.save_with(name, secret, scheme, password, DEFAULT_COSTS)
	}

	fn save_with(
		&self,
		name: &str,
		secret: &Phrase,
		scheme: SignatureScheme,
		password: &str,
		costs: Costs,
	) -> Result<KeyInfo, Error> {
		ensure_name(name)?;
		let file = KeyFile::seal(name, secret, scheme, password, costs)?;
		self.write(name, &document::canonical(&file))?;
		Ok(info(name, file))
	}

	/// A key, ready to sign.
	pub fn load(&self, name: &str, password: &str) -> Result<Keypair, Error> {
		self.open(name, password).map(|(keypair, _)| keypair)
	}

	/// A key's secret in the clear, to be written on paper.
	pub fn reveal(&self, name: &str, password: &str) -> Result<Phrase, Error> {
		self.open(name, password).map(|(_, secret)| secret)
	}

	/// What is known of a key without its password.
	pub fn inspect(&self, name: &str) -> Result<KeyInfo, Error> {
		let file = KeyFile::parse(&self.read(name)?, &self.origin(name))?;
		Ok(info(name, file))
	}

	/// All keys by name, damaged ones included.
	pub fn list(&self) -> Result<Vec<Listed>, Error> {
		let unreadable = |reason| file::Error::Unreadable {
			path: self.directory.clone(),
			reason,
		};
		let entries = match fs::read_dir(&self.directory) {
			Ok(entries) => entries,
			// No key was made yet.
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
			Err(error) => return Err(unreadable(error).into()),
		};
		let mut keys = Vec::new();
		for entry in entries {
			let file_name = entry.map_err(unreadable)?.file_name();
			let name = file_name.to_str().and_then(|file_name| file_name.strip_suffix(".json"));
			if let Some(name) = name.filter(|name| ensure_name(name).is_ok()) {
				keys.push(Listed {
					name: name.to_owned(),
					key: self.inspect(name),
				});
			}
		}
		keys.sort_by(|a, b| a.name.cmp(&b.name));
		Ok(keys)
	}

	/// The key file itself, still encrypted: a backup for [`Self::import`].
	pub fn export(&self, name: &str) -> Result<Vec<u8>, Error> {
		let bytes = self.read(name)?;
		// A backup of a damaged file would be worse than none.
		KeyFile::parse(&bytes, &self.origin(name))?;
		Ok(bytes)
	}

	/// Keeps an exported key file under a new name.
	pub fn import(&self, name: &str, bytes: &[u8]) -> Result<KeyInfo, Error> {
		ensure_name(name)?;
		let file = KeyFile::parse(bytes, "the key file to import")?;
		self.write(name, bytes)?;
		Ok(info(name, file))
	}

	fn open(&self, name: &str, password: &str) -> Result<(Keypair, Phrase), Error> {
		let origin = self.origin(name);
		KeyFile::parse(&self.read(name)?, &origin)?.open(password, &origin)
	}

	fn taken(&self, name: &str) -> Error {
		Error::NameTaken {
			name: name.to_owned(),
			directory: self.directory.clone(),
		}
	}

	fn path(&self, name: &str) -> PathBuf {
		self.directory.join(format!("{name}.json"))
	}

	/// How errors call the key file.
	fn origin(&self, name: &str) -> String {
		format!("the key file {}", self.path(name).display())
	}

	fn read(&self, name: &str) -> Result<Vec<u8>, Error> {
		ensure_name(name)?;
		self.ensure_private()?;
		file::read_bounded(&self.path(name), MAX_KEY_FILE_BYTES as u64).map_err(|error| match error {
			file::Error::NotFound { .. } => Error::NoSuchKey {
				name: name.to_owned(),
				directory: self.directory.clone(),
			},
			error => error.into(),
		})
	}

	fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
		self.ensure_directory()?;
		file::write_new(&self.path(name), bytes, true).map_err(|error| match error {
			file::Error::Exists { .. } => self.taken(name),
			error => error.into(),
		})
	}

	/// Makes the directory, for the user alone. One that is there already is the user's affair, unless others can write in it.
	pub(crate) fn ensure_directory(&self) -> Result<(), Error> {
		let path = &self.directory;
		let unwritable = |reason| file::Error::Unwritable {
			path: path.clone(),
			reason,
		};
		let mut builder = fs::DirBuilder::new();
		builder.recursive(true);
		#[cfg(unix)]
		std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
		builder.create(path).map_err(unwritable)?;
		self.ensure_private()
	}

	/// Fails where others can write in the directory: whoever can, can exchange a key for one of their own.
	pub(crate) fn ensure_private(&self) -> Result<(), Error> {
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			let path = &self.directory;
			match fs::metadata(path) {
				Ok(directory) if directory.permissions().mode() & 0o022 != 0 => {
					return Err(Error::SharedDirectory { path: path.clone() });
				},
				// Nothing is there yet, or whoever reads or writes there hears why it cannot be done.
				Ok(_) | Err(_) => {},
			}
		}
		Ok(())
	}
}

fn info(name: &str, file: KeyFile) -> KeyInfo {
	KeyInfo {
		name: name.to_owned(),
		scheme: file.scheme,
		account: file.account,
		public_key: file.public_key,
	}
}

fn ensure_name(name: &str) -> Result<(), Error> {
	let allowed = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
	if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
		return Ok(());
	}
	Err(Error::BadName(name.chars().take(80).collect()))
}

/// The default directory, given the environment.
fn directory_from(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
	let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
	set("CHIROGRAPH_KEYS").or_else(|| {
		// A relative path is to be ignored, says the XDG specification.
		let data = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
		Some(
			data.or_else(|| Some(set("HOME")?.join(".local/share")))?
				.join("chirograph/keys"),
		)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const SCHEMES: [SignatureScheme; 3] = [SignatureScheme::Ecdsa, SignatureScheme::Sr25519, SignatureScheme::Ed25519];
	/// The least that Argon2 does: what is tested here is not how slow it is.
	const CHEAP: Costs = Costs {
		memory_kib: 8,
		iterations: 1,
		parallelism: 1,
	};
	const PASSWORD: &str = "correct horse";
	/// A published test phrase of BIP-39.
	const PHRASE: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

	fn phrase() -> Phrase {
		Phrase::new(PHRASE.to_owned())
	}

	/// A store that goes away with the first value.
	fn store() -> (tempfile::TempDir, KeyStore) {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let store = KeyStore::new(directory.path().join("keys"));
		(directory, store)
	}

	fn saved(name: &str) -> (tempfile::TempDir, KeyStore) {
		let (directory, store) = store();
		store
			.save_with(name, &phrase(), SignatureScheme::Ecdsa, PASSWORD, CHEAP)
			.expect("can be saved");
		(directory, store)
	}

	#[test]
	fn a_generated_key_comes_back_from_its_phrase() {
		for scheme in SCHEMES {
			let (keypair, phrase) = Keypair::generate(scheme).expect("there is randomness");
			assert_eq!(phrase.expose().split(' ').count(), 12);
			let again = Keypair::from_secret(&format!(" {}\n", phrase.expose()), scheme).expect("is a phrase");
			assert_eq!((again.account(), again.scheme()), (keypair.account(), scheme));
			let (other, _) = Keypair::generate(scheme).expect("there is randomness");
			assert_ne!(other.account(), keypair.account());
		}
	}

	/// Accounts that every Substrate tool shows for Alice.
	#[test]
	fn development_keys_are_the_well_known_ones() {
		let address = |scheme| format_account(&Keypair::dev("//Alice", scheme).expect("is a path").account());
		assert_eq!(
			address(SignatureScheme::Sr25519),
			"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
		);
		assert_eq!(
			address(SignatureScheme::Ed25519),
			"5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu"
		);
		assert_eq!(
			address(SignatureScheme::Ecdsa),
			"5C7C2Z5sWbytvHpuLTvzKunnnRwQxft1jiqrLD5rhucQ5S9X"
		);
		for name in ["Alice", "/Alice", "", "///Alice", " //Alice", PHRASE] {
			assert!(
				matches!(Keypair::dev(name, SignatureScheme::Ecdsa), Err(Error::NotADevelopmentKey)),
				"{name}"
			);
		}
	}

	#[test]
	fn a_secret_without_a_phrase_of_its_own_is_refused() {
		for secret in ["", " ", "//Alice", "/soft", "///password", "\t//Alice"] {
			assert!(
				matches!(Keypair::from_secret(secret, SignatureScheme::Ecdsa), Err(Error::NoPhrase)),
				"{secret:?}"
			);
		}
	}

	#[test]
	fn what_is_no_secret_is_refused_without_a_panic() {
		let order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
		let zero = format!("0x{}", "0".repeat(64));
		let wrong_checksum = PHRASE.replace("yellow", "year");
		let eleven = PHRASE.replace(" yellow", "");
		let long = "legal ".repeat(1000);
		let soft = format!("{PHRASE}/soft");
		// Zero and the order of its group are no keys for ECDSA, and it has no soft derivation.
		for secret in [order, &zero, &soft] {
			assert!(
				matches!(Keypair::from_secret(secret, SignatureScheme::Ecdsa), Err(Error::BadSecret)),
				"{secret}"
			);
		}
		for scheme in SCHEMES {
			for secret in [
				"hello",
				"0x",
				"0x00",
				"0x0x00",
				"é",
				"a//",
				"0x//Alice",
				"0",
				&wrong_checksum,
				&eleven,
				&long,
			] {
				assert!(
					matches!(Keypair::from_secret(secret, scheme), Err(Error::BadSecret)),
					"{secret}"
				);
			}
		}
	}

	proptest! {
		#[test]
		fn no_text_makes_from_secret_panic(text in "(0x[0-9a-f]{0,70}|[a-z ]{0,40}|.{0,40})(/{0,3}.{0,8}){0,3}") {
			for scheme in SCHEMES {
				let _ = Keypair::from_secret(&text, scheme);
				let _ = Keypair::dev(&text, scheme);
			}
		}

		#[test]
		fn owners_signatures_verify(seed: [u8; 32], payload: Vec<u8>) {
			prop_assume!(seed != [0; 32]);
			for scheme in SCHEMES {
				let keypair = Keypair::from_secret(&document::to_hex(&seed), scheme).expect("a seed below the order");
				let signature = keypair.sign_owner(&payload);
				prop_assert_eq!(signature.scheme(), scheme);
				prop_assert_eq!(signature.verify(&payload, &keypair.account()), Ok(()));
			}
		}
	}

	#[test]
	fn extrinsics_are_signed_as_substrate_expects() {
		let payload = b"an extrinsic's payload";
		for scheme in SCHEMES {
			let keypair = Keypair::dev("//Alice", scheme).expect("is a path");
			let public = keypair.public();
			let verifies = match keypair.sign_extrinsic(payload) {
				ExtrinsicSignature::Ecdsa(signature) => ecdsa::Pair::verify(
					&signature.into(),
					payload,
					&ecdsa::Public::try_from(&public[..]).expect("33 bytes"),
				),
				ExtrinsicSignature::Sr25519(signature) => sr25519::Pair::verify(
					&signature.into(),
					payload,
					&sr25519::Public::try_from(&public[..]).expect("32 bytes"),
				),
				ExtrinsicSignature::Ed25519(signature) => ed25519::Pair::verify(
					&signature.into(),
					payload,
					&ed25519::Public::try_from(&public[..]).expect("32 bytes"),
				),
			};
			assert!(verifies, "{scheme}");
		}
	}

	#[test]
	fn what_is_no_account_is_refused_in_the_verifiers_words() {
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert!(parse_account(alice).is_ok());
		assert!(matches!(parse_account("hello"), Err(Error::BadAccount(AccountFault::Bad(_)))));
		// The same account on Polkadot.
		let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
		assert!(matches!(
			parse_account(polkadot),
			Err(Error::BadAccount(AccountFault::OtherPrefix(0)))
		));
	}

	#[test]
	fn debug_output_shows_no_secret() {
		let keypair = Keypair::from_secret(PHRASE, SignatureScheme::Ecdsa).expect("is a phrase");
		let address = format_account(&keypair.account());
		assert_eq!(
			format!("{:?} {keypair:?}", phrase()),
			format!("Phrase(..) Keypair(ecdsa, {address})")
		);
	}

	#[test]
	fn a_saved_key_is_loaded_and_revealed_with_its_password_only() {
		let (_directory, store) = store();
		for (name, scheme) in ["a", "b", "c"].into_iter().zip(SCHEMES) {
			let info = store
				.save_with(name, &phrase(), scheme, PASSWORD, CHEAP)
				.expect("can be saved");
			let keypair = store.load(name, PASSWORD).expect("the password is right");
			assert_eq!((info.account, info.public_key), (keypair.account(), keypair.public()));
			assert_eq!(store.reveal(name, PASSWORD).expect("the password is right").expose(), PHRASE);
			assert!(matches!(store.load(name, "correct horsf"), Err(Error::WrongPassword)));
			assert!(matches!(store.reveal(name, ""), Err(Error::WrongPassword)));
		}
	}

	#[test]
	fn the_default_costs_work() {
		let (_directory, store) = store();
		store
			.save("slow", &phrase(), SignatureScheme::Ecdsa, PASSWORD)
			.expect("can be saved");
		assert!(store.load("slow", PASSWORD).is_ok());
		let text = String::from_utf8(store.export("slow").expect("is there")).expect("is JSON");
		assert!(text.contains(r#""iterations":3,"memoryKiB":65536,"parallelism":1"#), "{text}");
	}

	#[test]
	fn the_key_file_holds_nothing_in_the_clear() {
		let (_directory, store) = saved("office");
		let text = String::from_utf8(store.export("office").expect("is there")).expect("is JSON");
		for word in PHRASE.split(' ') {
			assert!(!text.contains(word), "{word}");
			assert!(!text.contains(&hex::encode(word)), "{word} in hexadecimal");
		}
	}

	#[test]
	fn short_passwords_are_refused() {
		let (_directory, store) = store();
		for password in ["", "1234567", "üüüüüüü"] {
			let refused = store.save_with("key", &phrase(), SignatureScheme::Ecdsa, password, CHEAP);
			assert!(matches!(refused, Err(Error::ShortPassword)), "{password}");
		}
	}

	#[test]
	fn names_that_leave_the_directory_are_refused() {
		let (_directory, store) = store();
		let long = "a".repeat(65);
		for name in ["", "..", "../key", "a/b", "Key", "a.b", "a b", "ä", &long] {
			assert!(matches!(store.load(name, PASSWORD), Err(Error::BadName(_))), "{name}");
			assert!(matches!(store.import(name, b""), Err(Error::BadName(_))), "{name}");
			let refused = store.save_with(name, &phrase(), SignatureScheme::Ecdsa, PASSWORD, CHEAP);
			assert!(matches!(refused, Err(Error::BadName(_))), "{name}");
		}
	}

	#[test]
	fn a_key_is_never_overwritten() {
		let (_directory, store) = saved("office");
		let before = store.export("office").expect("is there");
		let again = store.save_with("office", &phrase(), SignatureScheme::Sr25519, PASSWORD, CHEAP);
		assert!(matches!(again, Err(Error::NameTaken { .. })));
		assert!(matches!(store.import("office", &before), Err(Error::NameTaken { .. })));
		assert_eq!(store.export("office").expect("is there"), before);
	}

	#[test]
	fn an_unknown_key_is_named() {
		let (_directory, store) = store();
		assert!(matches!(store.inspect("nobody"), Err(Error::NoSuchKey { name, .. }) if name == "nobody"));
		assert!(store.list().expect("an empty store").is_empty());
	}

	#[test]
	fn an_exported_key_works_in_another_store() {
		let (_first, store) = saved("office");
		let (_second, other) = self::store();
		let info = other
			.import("home", &store.export("office").expect("is there"))
			.expect("is sound");
		assert_eq!(info.name, "home");
		let keypair = other.load("home", PASSWORD).expect("the password is right");
		assert_eq!(keypair.account(), store.inspect("office").expect("is there").account);
	}

	#[test]
	fn damaged_files_are_listed_as_damaged() {
		let (_directory, store) = saved("b-sound");
		let bytes = store.export("b-sound").expect("is there");
		file::write_new(&store.path("a-cut"), &bytes[..bytes.len() / 2], true).expect("can be written");
		file::write_new(&store.directory.join("notes.txt"), b"not a key", true).expect("can be written");
		let keys = store.list().expect("can be listed");
		assert_eq!(
			keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(),
			["a-cut", "b-sound"]
		);
		assert!(matches!(keys[0].key, Err(Error::Damaged { .. })));
		assert!(keys[1].key.is_ok());
	}

	#[test]
	fn any_changed_byte_of_a_key_file_is_found_before_the_password_is_tried() {
		let (_directory, store) = saved("office");
		let bytes = store.export("office").expect("is there");
		for place in 0..bytes.len() {
			for bit in [1, 4] {
				let mut changed = bytes.clone();
				changed[place] ^= bit;
				let result = KeyFile::parse(&changed, "file");
				let found = matches!(result, Err(Error::Damaged { .. } | Error::OtherVersion { .. }));
				assert!(found, "byte {place}, bit {bit}");
			}
			assert!(
				matches!(KeyFile::parse(&bytes[..place], "file"), Err(Error::Damaged { .. })),
				"{place} bytes"
			);
		}
	}

	/// Whoever exchanges a part of the header can compute the checksum again, but not the authentication tag.
	#[test]
	fn an_exchanged_header_is_found_by_the_cipher() {
		let key = KeyFile::seal("office", &phrase(), SignatureScheme::Ecdsa, PASSWORD, CHEAP).expect("can be sealed");
		assert!(key.open(PASSWORD, "file").is_ok());
		let mallory = Keypair::dev("//Mallory", SignatureScheme::Ecdsa).expect("is a path");
		let exchanges: [fn(&mut KeyFile, &Keypair); 3] = [
			|file, _| file.name = "other".to_owned(),
			|file, mallory| (file.account, file.public_key) = (mallory.account(), mallory.public()),
			|file, _| file.kdf.iterations = 2,
		];
		for exchange in exchanges {
			let mut changed = KeyFile::parse(&document::canonical(&key), "file").expect("is sound");
			exchange(&mut changed, &mallory);
			changed.checksum = changed.digest();
			let parsed = KeyFile::parse(&document::canonical(&changed), "file").expect("passes without the password");
			assert!(matches!(parsed.open(PASSWORD, "file"), Err(Error::WrongPassword)));
		}
	}

	#[test]
	fn a_key_file_cannot_exhaust_the_machine() {
		let mut key = KeyFile::seal("office", &phrase(), SignatureScheme::Ecdsa, PASSWORD, CHEAP).expect("can be sealed");
		let mut refused = |change: fn(&mut Kdf)| {
			let before = (
				key.kdf.memory_kib,
				key.kdf.iterations,
				key.kdf.parallelism,
				key.kdf.salt.clone(),
			);
			change(&mut key.kdf);
			key.checksum = key.digest();
			let result = KeyFile::parse(&document::canonical(&key), "file");
			(key.kdf.memory_kib, key.kdf.iterations, key.kdf.parallelism, key.kdf.salt) = before;
			matches!(result, Err(Error::Damaged { .. }))
		};
		assert!(!refused(|_| ()), "the control");
		assert!(refused(|kdf| kdf.memory_kib = MAX_COSTS.memory_kib + 1));
		assert!(refused(|kdf| kdf.memory_kib = 7));
		assert!(refused(|kdf| kdf.iterations = 17));
		assert!(refused(|kdf| kdf.iterations = 0));
		assert!(refused(|kdf| kdf.parallelism = 17));
		assert!(refused(|kdf| kdf.parallelism = 0));
		assert!(refused(|kdf| kdf.parallelism = 2), "two lanes need 16 KiB");
		assert!(refused(|kdf| kdf.salt = vec![0; 15]));
		assert!(refused(|kdf| kdf.salt = vec![0; 65]));
		assert!(matches!(
			KeyFile::parse(&vec![b' '; MAX_KEY_FILE_BYTES + 1], "file"),
			Err(Error::Damaged { .. })
		));
	}

	#[test]
	fn another_version_is_called_so() {
		let newer = br#"{"version":2,"hardware":"yes"}"#;
		assert!(matches!(
			KeyFile::parse(newer, "file"),
			Err(Error::OtherVersion { version: 2, .. })
		));
	}

	#[cfg(unix)]
	#[test]
	fn the_directory_is_for_its_user_alone() {
		use std::os::unix::fs::PermissionsExt;
		let (_directory, store) = saved("office");
		let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
		assert_eq!(mode(store.directory()), 0o700);
		assert_eq!(mode(&store.path("office")), 0o600);
		fs::set_permissions(store.directory(), fs::Permissions::from_mode(0o777)).expect("is ours");
		let refused = store.save_with("other", &phrase(), SignatureScheme::Ecdsa, PASSWORD, CHEAP);
		assert!(matches!(refused, Err(Error::SharedDirectory { .. })));
		assert!(matches!(store.load("office", PASSWORD), Err(Error::SharedDirectory { .. })));
		assert!(matches!(store.inspect("office"), Err(Error::SharedDirectory { .. })));
		fs::set_permissions(store.directory(), fs::Permissions::from_mode(0o755)).expect("is ours");
		assert!(store.load("office", PASSWORD).is_ok(), "the control");
	}

	#[test]
	fn the_default_directory_follows_the_environment() {
		let with =
			|set: &[(&str, &str)]| directory_from(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()));
		let expected = |path: &str| Some(PathBuf::from(path));
		let all = [
			("CHIROGRAPH_KEYS", "/keys"),
			("XDG_DATA_HOME", "/data"),
			("HOME", "/home/ada"),
		];
		assert_eq!(with(&all), expected("/keys"));
		assert_eq!(with(&all[1..]), expected("/data/chirograph/keys"));
		assert_eq!(with(&all[2..]), expected("/home/ada/.local/share/chirograph/keys"));
		assert_eq!(
			with(&[("XDG_DATA_HOME", "data"), all[2]]),
			expected("/home/ada/.local/share/chirograph/keys")
		);
		assert_eq!(
			with(&[("CHIROGRAPH_KEYS", ""), all[2]]),
			expected("/home/ada/.local/share/chirograph/keys")
		);
		assert_eq!(with(&[]), None);
	}
}
