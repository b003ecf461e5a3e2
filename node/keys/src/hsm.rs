// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use cryptoki::{
	context::{CInitializeArgs, CInitializeFlags, Pkcs11},
	error::{Error as Pkcs11Error, RvError},
	mechanism::{
		eddsa::{EddsaParams, EddsaSignatureScheme},
		Mechanism,
	},
	object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
	session::{Session, UserType},
	types::AuthPin,
};
use std::{
	path::PathBuf,
	sync::{
		atomic::{AtomicBool, Ordering},
		Mutex, OnceLock, PoisonError,
	},
	thread,
	time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// How often a signature is tried.
const TRIES: u32 = 3;
/// Between two of them. A vote is in time within a second.
const PAUSE: Duration = Duration::from_millis(300);
/// Between two tries to reach hardware that did not answer, and between two lines in the log that say so.
const RETRY: Duration = Duration::from_secs(5);
/// Ed25519 in a DER `PrintableString`, as PKCS#11 3.0 names the curve, and as an object identifier (RFC 8410), as some modules want it.
const CURVES: [&[u8]; 2] = [b"\x13\x0cedwards25519", b"\x06\x03\x2b\x65\x70"];
/// How PKCS#11 2.40 wraps a point: an octet string of 32 bytes.
const OCTET_STRING: [u8; 2] = [0x04, 0x20];

/// Where a key is.
#[derive(Clone)]
pub struct Token {
	/// The library that speaks to the hardware.
	pub module: PathBuf,
	/// Which of the hardware's tokens.
	pub token: String,
	/// What both halves of the pair are called.
	pub key: String,
	/// The user's.
	pub pin: Zeroizing<String>,
}

/// Why hardware does not sign.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The library is not there, or it is none.
	#[error("the PKCS#11 module {module} cannot be used: {error}. Check --grandpa-pkcs11-module")]
	Module {
		/// Its path.
		module: PathBuf,
		/// What the loader or the module said.
		error: Pkcs11Error,
	},
	/// It is unplugged, or called otherwise.
	#[error("the PKCS#11 module knows no token {0}. Is the hardware connected and switched on? Check --grandpa-pkcs11-token")]
	NoToken(String),
	/// Three wrong ones lock most tokens.
	#[error("the token does not accept the PIN: {0}. It is not tried again until the node is restarted, since wrong PINs lock a token")]
	Pin(RvError),
	/// None, or several.
	#[error(
		"the token has {count} Ed25519 key pairs {label}, there must be one. `chirograph-node hsm generate` makes one; check \
		 --grandpa-pkcs11-key"
	)]
	Keys {
		/// What the pair is called.
		label: String,
		/// How many there are.
		count: usize,
	},
	/// A key is never overwritten.
	#[error("the token has a key {0} already. Give the new one another label")]
	Exists(String),
	/// Another key than at the start of the node.
	#[error("the token has another key now than when the node was started: restart the node if that is meant")]
	OtherKey,
	/// The hardware's answer is not what the standard says.
	#[error("the token answers with {0}: is this an Ed25519 key?")]
	Answer(&'static str),
	/// It did not answer a moment ago.
	#[error("the token did not answer a moment ago, and is not asked again yet")]
	Resting,
	/// Whatever else.
	#[error("the token fails: {0}")]
	Pkcs11(#[from] Pkcs11Error),
}

/// An Ed25519 key that stays in its hardware. It is reached when it is needed, and again after it was gone.
pub struct Hsm {
	token: Token,
	state: Mutex<State>,
	public: OnceLock<[u8; 32]>,
	answering: AtomicBool,
}

#[derive(Default)]
struct State {
	/// Before `context`, so that it is closed first.
	open: Option<Open>,
	context: Option<Pkcs11>,
	failed: Option<Instant>,
	wrong_pin: Option<RvError>,
}

struct Open {
	session: Session,
	private: ObjectHandle,
}

impl Hsm {
	/// Does not reach out for it yet.
	pub fn new(token: Token) -> Self {
		Self {
			token,
			state: Mutex::default(),
			public: OnceLock::new(),
			answering: AtomicBool::new(false),
		}
	}

	/// The public key, once the hardware has answered.
	pub fn public(&self) -> Option<[u8; 32]> {
		self.public.get().copied()
	}

	/// Whether it answered the last time.
	pub fn answered(&self) -> bool {
		self.answering.load(Ordering::Relaxed)
	}

	/// Reaches it, and returns the public key.
	///
	/// # Errors
	///
	/// The module, the token, its key or its PIN are not there, or not as told.
	pub fn connect(&self) -> Result<[u8; 32], Error> {
		let mut state = self.state();
		let connected = self.session(&mut state).map(|_| ());
		self.noted(&mut state, connected)?;
		self.public().ok_or(Error::Answer("no public key"))
	}

	/// Whether it answers now. What did not answer is asked again after five seconds, and the log says then what to do.
	pub fn answers(&self) -> bool {
		let mut state = self.state();
		if state.failed.is_some_and(|failed| failed.elapsed() < RETRY) {
			return false;
		}
		let asked = match &state.open {
			Some(open) => open.session.get_attributes(open.private, &[AttributeType::KeyType]),
			None => Err(Pkcs11Error::PinNotSet),
		};
		let answer = match asked {
			Ok(_) => Ok(()),
			Err(_) => {
				state.open = None;
				self.session(&mut state).map(|_| ())
			},
		};
		self.noted(&mut state, answer)
			.inspect_err(|error| {
				log::error!(
					"{error}. This validator does not vote in GRANDPA until its hardware security module answers; see \"Lose an HSM\" in the \
					 RUNBOOK"
				)
			})
			.is_ok()
	}

	/// Signs. A session that broke is opened again, three times within a second.
	///
	/// # Errors
	///
	/// The hardware did not sign.
	pub fn sign(&self, payload: &[u8]) -> Result<[u8; 64], Error> {
		let mut state = self.state();
		let mut signed = self.try_sign(&mut state, payload);
		for _ in 1..TRIES {
			if signed.is_ok() {
				break;
			}
			thread::sleep(PAUSE);
			signed = self.try_sign(&mut state, payload);
		}
		self.noted(&mut state, signed).inspect_err(|error| {
			log::error!(
				"{error}. The hardware security module went away in the midst of a round: GRANDPA ends, and the node with it. When it is \
				 started again it follows the network without a vote until the module answers; see \"Lose an HSM\" in the RUNBOOK"
			)
		})
	}

	fn try_sign(&self, state: &mut State, payload: &[u8]) -> Result<[u8; 64], Error> {
		let open = self.session(state)?;
		let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
		// In one part: modules do not take several for Ed25519, which reads what it signs twice.
		let signed = open.session.sign(&mechanism, open.private, payload);
		let signature = signed.inspect_err(|_| state.open = None)?;
		signature
			.try_into()
			.map_err(|_| Error::Answer("a signature that is not 64 bytes"))
	}

	/// The session that there is, or a new one.
	fn session<'a>(&self, state: &'a mut State) -> Result<&'a Open, Error> {
		if state.open.is_none() {
			if let Some(wrong) = state.wrong_pin {
				return Err(Error::Pin(wrong));
			}
			// A module sees hardware that was plugged in again only after it was initialised anew.
			if let Some(context) = state.context.take() {
				let _ = context.finalize();
			}
			let context = context(&self.token)?;
			state.context = Some(context.clone());
			let session = log_in(&context, &self.token, false).inspect_err(|error| {
				if let Error::Pin(wrong) = error {
					state.wrong_pin = Some(*wrong);
				}
			})?;
			let private = the_only(&session, ObjectClass::PRIVATE_KEY, &self.token.key)?;
			let public = public_key(&session, &self.token.key)?;
			if *self.public.get_or_init(|| public) != public {
				return Err(Error::OtherKey);
			}
			state.open = Some(Open { session, private });
		}
		state.open.as_ref().ok_or(Error::Resting)
	}

	fn noted<T>(&self, state: &mut State, answer: Result<T, Error>) -> Result<T, Error> {
		state.failed = answer.is_err().then(Instant::now);
		self.answering.store(answer.is_ok(), Ordering::Relaxed);
		answer
	}

	fn state(&self) -> std::sync::MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Makes a key pair in the token, which never leaves it, and returns the public key.
	///
	/// # Errors
	///
	/// There is a key with this label already; or as [`Hsm::connect`].
	pub fn generate(token: &Token) -> Result<[u8; 32], Error> {
		let context = context(token)?;
		let session = log_in(&context, token, true)?;
		if !find(&session, ObjectClass::PRIVATE_KEY, &token.key)?.is_empty() {
			return Err(Error::Exists(token.key.clone()));
		}
		let label = Attribute::Label(token.key.as_bytes().to_vec());
		let private = [
			label.clone(),
			Attribute::Token(true),
			Attribute::Private(true),
			Attribute::Sensitive(true),
			Attribute::Extractable(false),
			Attribute::Sign(true),
		];
		let generate = |curve: &[u8]| {
			let public = [
				label.clone(),
				Attribute::Token(true),
				Attribute::Private(false),
				Attribute::Verify(true),
				Attribute::EcParams(curve.to_vec()),
			];
			session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)
		};
		let [name, identifier] = CURVES;
		generate(name).or_else(|_| generate(identifier))?;
		public_key(&session, &token.key)
	}
}

/// The module, initialised once in a process.
fn context(token: &Token) -> Result<Pkcs11, Error> {
	let failed = |error| Error::Module {
		module: token.module.clone(),
		error,
	};
	let context = Pkcs11::new(&token.module).map_err(failed)?;
	match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
		Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(context),
		Err(error) => Err(failed(error)),
	}
}

fn log_in(context: &Pkcs11, token: &Token, to_write: bool) -> Result<Session, Error> {
	let mut found = None;
	for slot in context.get_slots_with_token()? {
		// A slot may be emptied between the two questions.
		if context
			.get_token_info(slot)
			.is_ok_and(|info| info.label().trim_end() == token.token)
		{
			found = Some(slot);
		}
	}
	let slot = found.ok_or_else(|| Error::NoToken(token.token.clone()))?;
	let session = match to_write {
		true => context.open_rw_session(slot)?,
		false => context.open_ro_session(slot)?,
	};
	let pin = AuthPin::new(token.pin.as_str().into());
	match session.login(UserType::User, Some(&pin)) {
		Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
		Err(Pkcs11Error::Pkcs11(
			wrong @ (RvError::PinIncorrect
			| RvError::PinInvalid
			| RvError::PinLenRange
			| RvError::PinExpired
			| RvError::PinLocked),
			_,
		)) => Err(Error::Pin(wrong)),
		Err(error) => Err(error.into()),
	}
}

fn find(session: &Session, class: ObjectClass, label: &str) -> Result<Vec<ObjectHandle>, Error> {
	let template = [
		Attribute::Class(class),
		Attribute::KeyType(KeyType::EC_EDWARDS),
		Attribute::Label(label.as_bytes().to_vec()),
	];
	Ok(session.find_objects(&template)?)
}

fn the_only(session: &Session, class: ObjectClass, label: &str) -> Result<ObjectHandle, Error> {
	match find(session, class, label)?[..] {
		[key] => Ok(key),
		ref keys => Err(Error::Keys {
			label: label.into(),
			count: keys.len(),
		}),
	}
}

fn public_key(session: &Session, label: &str) -> Result<[u8; 32], Error> {
	let key = the_only(session, ObjectClass::PUBLIC_KEY, label)?;
	let attributes = session.get_attributes(key, &[AttributeType::EcPoint])?;
	let point = attributes.into_iter().find_map(|attribute| match attribute {
		Attribute::EcPoint(point) => Some(point),
		_ => None,
	});
	let point = point.ok_or(Error::Answer("no point"))?;
	let bare = point
		.strip_prefix(&OCTET_STRING)
		.filter(|bare| bare.len() == 32)
		.unwrap_or(&point);
	bare.try_into().map_err(|_| Error::Answer("a point that is not 32 bytes"))
}

#[cfg(test)]
#[path = "tests/hsm.rs"]
mod tests;
