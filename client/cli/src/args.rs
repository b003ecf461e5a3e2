// SPDX-License-Identifier: Apache-2.0

//! What can be typed.

use chirograph_sdk::primitives::{RevocationReason, Schema, SignatureScheme, Subject};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Proves that documents existed, whose they were and that nobody changed them
#[derive(Parser)]
#[command(
	name = "chirograph",
	version,
	after_help = "Exit codes: 0 done or verified; 1 the answer is no; 2 unusable input; 3 no node could answer."
)]
pub struct Arguments {
	#[command(flatten)]
	pub common: Common,
	#[command(subcommand)]
	pub command: Command,
}

#[derive(Args)]
pub struct Common {
	/// Print JSON instead of text
	#[arg(long, global = true)]
	pub json: bool,
	/// The node to ask
	#[arg(
		long,
		global = true,
		env = "CHIROGRAPH_NODE",
		default_value = "ws://127.0.0.1:9944",
		value_name = "URL"
	)]
	pub node: String,
	/// Talk only to the network with this genesis hash
	#[arg(long, global = true, env = "CHIROGRAPH_GENESIS", value_name = "HASH")]
	pub genesis: Option<Subject>,
}

#[derive(Subcommand)]
pub enum Command {
	/// Make and keep keys
	#[command(subcommand)]
	Key(KeyCommand),
	/// Register, verify, show and revoke proofs
	#[command(subcommand)]
	Proof(ProofCommand),
	/// Ask about the network
	#[command(subcommand)]
	Chain(ChainCommand),
}

#[derive(Subcommand)]
pub enum KeyCommand {
	/// Make a new key, encrypted with a password
	Generate {
		/// What to call it
		name: String,
		/// How it signs
		#[arg(long, value_enum, default_value = "ecdsa")]
		scheme: Scheme,
		#[command(flatten)]
		password: PasswordSource,
	},
	/// List all keys
	List,
	/// Show a key's account and public key; needs no password
	Inspect {
		/// Its name
		name: String,
	},
	/// Write a copy of the encrypted key, or show its recovery phrase
	Export {
		/// Its name
		name: String,
		/// Where to write the encrypted copy
		#[arg(long, value_name = "FILE", required_unless_present = "phrase")]
		output: Option<PathBuf>,
		/// Show the recovery phrase, which is the key itself, in the clear: for the copy on paper
		#[arg(long, conflicts_with = "output")]
		phrase: bool,
		#[command(flatten)]
		password: PasswordSource,
	},
	/// Take over an encrypted copy, or a recovery phrase
	Import {
		/// What to call it
		name: String,
		/// The encrypted copy
		#[arg(long, value_name = "FILE", required_unless_present = "phrase")]
		file: Option<PathBuf>,
		/// Ask for a recovery phrase; or take it from the environment variable CHIROGRAPH_PHRASE
		#[arg(long, conflicts_with = "file")]
		phrase: bool,
		/// How the key of the phrase signs
		#[arg(long, value_enum, default_value = "ecdsa")]
		scheme: Scheme,
		#[command(flatten)]
		password: PasswordSource,
	},
}

#[derive(Args)]
pub struct PasswordSource {
	/// Read the password from this file descriptor; otherwise from the environment variable CHIROGRAPH_PASSWORD, or ask for it
	#[arg(long, value_name = "FD")]
	pub password_fd: Option<u32>,
}

#[derive(Subcommand)]
pub enum ProofCommand {
	/// Put on record that a file exists and whose it is. Succeeds when that is final, not before
	Register {
		/// The file. It stays here: only hashes of what you state about it are sent
		file: PathBuf,
		#[command(flatten)]
		statement: Statement,
		/// Register as a later claimant what somebody else registered first
		#[arg(long)]
		claim: bool,
		/// Submit what another machine's `proof authorize` wrote, instead of signing as owner here
		#[arg(long, value_name = "FILE", conflicts_with_all = ["key", "dev_key", "sealed", "schema", "fields"])]
		authorization: Option<PathBuf>,
		#[command(flatten)]
		owner: OwnerKey,
		#[command(flatten)]
		submission: Submission,
	},
	/// Write evidence and the owner's authorisation for a file, for somebody else to submit. Needs no node
	Authorize {
		/// The file
		file: PathBuf,
		#[command(flatten)]
		statement: Statement,
		/// Where to write the authorisation [default: FILE.authorization.json]
		#[arg(long, value_name = "FILE")]
		output: Option<PathBuf>,
		/// The last block in which it may be used; the network accepts up to a day ahead
		#[arg(long, value_name = "BLOCK")]
		valid_until: u32,
		#[command(flatten)]
		owner: OwnerKey,
	},
	/// Check a file against the ledger
	Verify {
		/// The file
		file: PathBuf,
		/// The evidence document that came with it; a sealed proof cannot be found without
		#[arg(long, value_name = "FILE")]
		evidence: Option<PathBuf>,
	},
	/// Show what is registered for a subject
	Show {
		/// The subject, 64 hexadecimal digits; or a file
		target: String,
		/// The file's evidence, where the proof is sealed
		#[arg(long, value_name = "FILE")]
		evidence: Option<PathBuf>,
	},
	/// Take a proof back. That it was registered stays on record
	Revoke {
		/// The subject, 64 hexadecimal digits; or a file
		target: String,
		/// The file's evidence, where the proof is sealed
		#[arg(long, value_name = "FILE")]
		evidence: Option<PathBuf>,
		/// Why
		#[arg(long, value_enum, default_value = "unspecified")]
		reason: Reason,
		#[command(flatten)]
		owner: OwnerKey,
		#[command(flatten)]
		submission: Submission,
	},
}

/// What the evidence says.
#[derive(Args)]
pub struct Statement {
	/// Let nobody without the evidence even tell that the file is registered
	#[arg(long)]
	pub sealed: bool,
	/// What kind of document it is
	#[arg(long, value_enum, default_value = "document")]
	pub schema: SchemaName,
	/// State a field without showing it: only a salted commitment enters the evidence. May be given often
	#[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
	pub fields: Vec<(String, String)>,
	/// Where the evidence is, or is written [default: FILE.evidence.json]
	#[arg(long, value_name = "FILE")]
	pub evidence: Option<PathBuf>,
}

#[derive(Args)]
pub struct OwnerKey {
	/// The owner's key [default: the one that the environment variable CHIROGRAPH_KEY names]
	#[arg(long, value_name = "NAME")]
	pub key: Option<String>,
	/// A publicly known key instead, such as //Alice; for development networks only
	#[arg(long, value_name = "PATH", conflicts_with = "key")]
	pub dev_key: Option<String>,
	#[command(flatten)]
	pub password: PasswordSource,
}

#[derive(Args)]
pub struct Submission {
	/// The key that submits and pays [default: the owner's]; its password comes from CHIROGRAPH_SUBMITTER_PASSWORD, or is asked for
	#[arg(long, value_name = "NAME")]
	pub submitter: Option<String>,
	/// A publicly known key submits instead, such as //Alice; for development networks only
	#[arg(long, value_name = "PATH", conflicts_with = "submitter")]
	pub submitter_dev_key: Option<String>,
	/// How long to wait for finality
	#[arg(long, value_name = "SECONDS", default_value_t = 120)]
	pub timeout: u64,
}

#[derive(Subcommand)]
pub enum ChainCommand {
	/// Show how the node and its network are
	Status,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Scheme {
	/// ECDSA over secp256k1; the account comes out of the signature
	Ecdsa,
	/// Schnorr over Ristretto255
	Sr25519,
	/// EdDSA over Curve25519
	Ed25519,
}

impl From<Scheme> for SignatureScheme {
	fn from(scheme: Scheme) -> Self {
		match scheme {
			Scheme::Ecdsa => Self::Ecdsa,
			Scheme::Sr25519 => Self::Sr25519,
			Scheme::Ed25519 => Self::Ed25519,
		}
	}
}

#[derive(Clone, Copy, ValueEnum)]
pub enum SchemaName {
	Document,
	Certificate,
	Invoice,
}

impl From<SchemaName> for Schema {
	fn from(schema: SchemaName) -> Self {
		match schema {
			SchemaName::Document => Self::Document,
			SchemaName::Certificate => Self::Certificate,
			SchemaName::Invoice => Self::Invoice,
		}
	}
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Reason {
	/// The owner does not say
	Unspecified,
	/// It should not have been registered, or has a mistake
	IssuedInError,
	/// What the document states is no longer so
	NoLongerValid,
	/// The owner's key may have been used by somebody else
	KeyCompromised,
}

impl From<Reason> for RevocationReason {
	fn from(reason: Reason) -> Self {
		match reason {
			Reason::Unspecified => Self::Unspecified,
			Reason::IssuedInError => Self::IssuedInError,
			Reason::NoLongerValid => Self::NoLongerValid,
			Reason::KeyCompromised => Self::KeyCompromised,
		}
	}
}

fn field(text: &str) -> Result<(String, String), String> {
	let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
	Ok((name.into(), value.into()))
}
