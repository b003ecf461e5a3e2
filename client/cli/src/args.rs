// SPDX-License-Identifier: Apache-2.0

//! What can be typed.

use crate::{proof::VALIDITY, recovery::DELAY};
use chirograph_sdk::{
	chain,
	labels::ApplicationHash,
	light::can_be_dialled,
	primitives::{
		BlockNumber, Jurisdiction, LabelId, LabelRevocationReason, Moment, Operation, RejectionReason, Remark, RevocationReason,
		Role, Schema, SignatureScheme, Subject,
	},
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{path::PathBuf, time::Duration};

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
	/// Ask no node, but the network itself, and believe only what is proven: with the embedded light client, which starts with this chain spec
	/// (see `chain light-spec`)
	#[arg(long, global = true, env = "CHIROGRAPH_LIGHT", value_name = "CHAIN_SPEC")]
	pub light: Option<PathBuf>,
	/// The network that is meant, by its genesis hash: commands talk to no other, and judge bundles by it
	#[arg(
		long,
		visible_alias = "network",
		global = true,
		env = "CHIROGRAPH_GENESIS",
		value_name = "HASH"
	)]
	pub genesis: Option<Subject>,
}

#[derive(Subcommand)]
pub enum Command {
	/// Make and keep keys
	#[command(subcommand)]
	Key(KeyCommand),
	/// Apply for identity labels, audit, show and move them
	#[command(subcommand)]
	Label(LabelCommand),
	/// Get labels back whose key is lost, with the help of guardians
	#[command(subcommand)]
	Recovery(RecoveryCommand),
	/// Guard what your label can do with a second factor
	#[command(subcommand)]
	Passkey(PasskeyCommand),
	/// Register, verify and show proofs, and change what is theirs to be changed: revoke, supersede, hand over, renew
	#[command(subcommand)]
	Proof(ProofCommand),
	/// Make, verify and look into bundles: proofs that need no node to be verified
	#[command(subcommand)]
	Bundle(BundleCommand),
	/// Issue, verify and revoke certificates, such as diplomas: PDF files that carry their proof
	#[command(subcommand)]
	Certificate(CredentialCommand),
	/// Issue invoices, use each right that is in them once, and follow them from payment to tax clearance
	#[command(subcommand)]
	Invoice(InvoiceCommand),
	/// Run a validator: join with margin, leave, and show who has seats
	#[command(subcommand)]
	Validator(ValidatorCommand),
	/// Ask how strong the network is, and what is out of the ordinary
	#[command(subcommand)]
	Network(NetworkCommand),
	/// Report what went wrong, and follow what is done about it
	#[command(subcommand)]
	Incident(IncidentCommand),
	/// Ask how far the time of blocks can be believed, and say so as a time service
	#[command(subcommand)]
	Time(TimeCommand),
	/// Have nodes belong to your label, so that a closed network lets them in
	#[command(subcommand)]
	Peer(PeerCommand),
	/// Decide, as a member of the council, what nobody decides alone: propose, vote, close; and bring the code of upgrades
	#[command(subcommand)]
	Council(CouncilCommand),
	/// Look into what accounts did
	#[command(subcommand)]
	Account(AccountCommand),
	/// Ask about the network
	#[command(subcommand)]
	Chain(ChainCommand),
	/// Vouch for blocks as the network's council, so that nobody is taken in by a history that was made later
	#[command(subcommand)]
	Checkpoint(CheckpointCommand),
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
pub enum LabelCommand {
	/// Ask an auditor for a label. Who you are is written into a dossier, which stays here: only its hash is sent
	Apply {
		/// State something about yourself for the auditor to check. May be given often
		#[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
		fields: Vec<(String, String)>,
		/// For whom you act, by the number in an official register, such as DE HRB 12345, or the LEI [default: for nobody else]
		#[arg(long, value_name = "REGISTER_ID")]
		organisation: Option<String>,
		/// Where you, or the organisation, are at home: a country of ISO 3166-1, or with its region of ISO 3166-2
		#[arg(long, value_name = "DE[-BY]")]
		jurisdiction: Jurisdiction,
		/// What to act as. May be given often
		#[arg(long = "role", value_name = "ROLE", value_enum, required = true, value_delimiter = ',')]
		roles: Vec<RoleName>,
		/// Where the dossier is, or is written
		#[arg(long, value_name = "FILE", default_value = "dossier.json")]
		dossier: PathBuf,
		/// A certificate with which somebody else vouches for you, in PEM or DER form: only its hash and its public key are sent
		#[arg(long, value_name = "FILE", requires = "certificate_key")]
		certificate: Option<PathBuf>,
		/// The certificate's private key, in PKCS#8 form and not encrypted. It signs for your account, and stays here
		#[arg(long, value_name = "FILE", requires = "certificate")]
		certificate_key: Option<PathBuf>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Take an application back
	Withdraw {
		#[command(flatten)]
		signing: Signing,
	},
	/// List what waits for an auditor
	Applications,
	/// Compare an application with what the applicant shows
	Review {
		/// The applicant: an address, or the name of a key of yours
		account: String,
		#[command(flatten)]
		shown: ShownFiles,
	},
	/// Allocate a label to an applicant, as an auditor. You say with it that you know what the dossier says to be true
	Approve {
		/// The applicant: an address, or the name of a key of yours
		account: String,
		#[command(flatten)]
		shown: ShownFiles,
		/// The hash that `label review` showed the application with: what you looked at is approved, and nothing that took its place
		#[arg(long, value_name = "HASH")]
		application: ApplicationHash,
		#[command(flatten)]
		validity: Validity,
		#[command(flatten)]
		signing: Signing,
	},
	/// Refuse an application, as an auditor
	Reject {
		/// The applicant: an address, or the name of a key of yours
		account: String,
		/// Why
		#[arg(long, value_enum)]
		reason: Refusal,
		#[command(flatten)]
		signing: Signing,
	},
	/// Show a label, or what is known of an account; or whether it was a label in a role
	Show {
		/// The label's number; or an account: an address, or the name of a key of yours
		target: String,
		/// Show also what happened to the label
		#[arg(long)]
		history: bool,
		/// Say only whether it is, or with --at was, a label in this role; the exit code is 1 if not
		#[arg(long, value_name = "ROLE", value_enum, conflicts_with = "history")]
		role: Option<RoleName>,
		/// At the end of this block
		#[arg(long, value_name = "BLOCK", requires = "role")]
		at: Option<BlockNumber>,
	},
	/// List all labels
	List,
	/// Make a label unusable until it is reinstated: your own, or as an auditor or regulator
	Suspend {
		/// The label's number
		label: LabelId,
		/// Why
		#[arg(long, value_enum, default_value = "unspecified")]
		reason: Suspicion,
		/// The first block that a compromised key is not believed in; for your own key, it is always the block of the report
		/// [default: what was reported before, or now]
		#[arg(long, value_name = "BLOCK")]
		since: Option<BlockNumber>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Make a suspended label usable again, as an auditor
	Reinstate {
		/// The label's number
		label: LabelId,
		#[command(flatten)]
		signing: Signing,
	},
	/// Make a label unusable for good: your own, or as an auditor
	Revoke {
		/// The label's number
		label: LabelId,
		/// Why
		#[arg(long, value_enum)]
		reason: Ending,
		#[command(flatten)]
		signing: Signing,
	},
	/// Move the date on which a label ends, as an auditor
	Renew {
		/// The label's number
		label: LabelId,
		#[command(flatten)]
		validity: Validity,
		#[command(flatten)]
		signing: Signing,
	},
	/// Let a label act in more or fewer roles, as an auditor
	Roles {
		/// The label's number
		label: LabelId,
		/// A role more. May be given often
		#[arg(
			long,
			value_name = "ROLE",
			value_enum,
			value_delimiter = ',',
			required_unless_present = "remove"
		)]
		add: Vec<RoleName>,
		/// A role less. May be given often
		#[arg(long, value_name = "ROLE", value_enum, value_delimiter = ',', conflicts_with = "add")]
		remove: Vec<RoleName>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Consent, with a fresh key, to hold a label: for `label rotate`, `label reassign` or `recovery begin`
	Takeover {
		/// The label's number
		label: LabelId,
		/// Where to write the consent
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
		/// For how many blocks it may be used; the network accepts up to a day, 43200
		#[arg(long, value_name = "BLOCKS", default_value_t = VALIDITY)]
		valid_for: BlockNumber,
		#[command(flatten)]
		key: OwnerKey,
	},
	/// Move your label, and what else your key has, to the key that consented. The key that you sign with is of no use any more, and a validator
	/// sets session keys anew
	Rotate {
		/// What the new key's `label takeover` wrote
		#[arg(long, value_name = "FILE")]
		takeover: PathBuf,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		signing: Signing,
	},
	/// Move somebody's label to the key that consented, as an auditor
	Reassign {
		#[command(flatten)]
		reassignment: Reassignment,
		#[command(flatten)]
		signing: Signing,
	},
	/// Put on record, as an auditor or regulator, since when a key is not believed that held a label once
	Distrust {
		/// The key's account: an address, or the name of a key of yours
		account: String,
		/// The first block that it is not believed in
		#[arg(long, value_name = "BLOCK")]
		since: BlockNumber,
		#[command(flatten)]
		signing: Signing,
	},
	/// Write some fields of your dossier into a file, for somebody to compare with your label. Needs no node
	Disclose {
		/// The dossier
		#[arg(long, value_name = "FILE", default_value = "dossier.json")]
		dossier: PathBuf,
		/// A field to show. May be given often; the values of the others stay unknown
		#[arg(long = "field", value_name = "NAME", required = true)]
		fields: Vec<String>,
		/// Where to write them
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
	},
	/// Compare what somebody disclosed with their label
	Check {
		/// What their `label disclose` wrote
		disclosure: PathBuf,
		/// The label's number
		label: LabelId,
	},
	/// Vouch for certificates, as a certificate authority
	#[command(subcommand)]
	Certificate(CertificateCommand),
}

#[derive(Subcommand)]
pub enum CertificateCommand {
	/// Vouch for a certificate. Only its hash is sent
	Publish {
		/// The certificate, in PEM or DER form
		file: PathBuf,
		#[command(flatten)]
		signing: Signing,
	},
	/// Vouch for a certificate no more
	Withdraw {
		/// The certificate, in PEM or DER form
		file: PathBuf,
		#[command(flatten)]
		signing: Signing,
	},
}

#[derive(Subcommand)]
pub enum RecoveryCommand {
	/// Name who may help to get your label back, in the place of whoever you named before. Where your label has a passkey, it has to confirm that
	Guardians {
		/// The numbers of their labels
		#[arg(value_name = "LABEL", required_unless_present = "none")]
		labels: Vec<LabelId>,
		/// How many of them it takes
		#[arg(long, value_name = "GUARDIANS", required_unless_present = "none")]
		threshold: Option<u32>,
		/// How many blocks you have to object, from when so many of them approved; they have as many then to complete
		#[arg(long, value_name = "BLOCKS", default_value_t = DELAY)]
		delay: BlockNumber,
		/// Nobody may any more
		#[arg(long, conflicts_with_all = ["labels", "threshold", "delay"])]
		none: bool,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		signing: Signing,
	},
	/// Begin to move a label to the key that consented, as a guardian. You say with it that you know the key to be the holder's
	Begin {
		/// The label's number
		label: LabelId,
		/// What the new key's `label takeover` wrote
		#[arg(long, value_name = "FILE")]
		takeover: PathBuf,
		#[command(flatten)]
		signing: Signing,
	},
	/// Approve what another guardian began. You say with it that you know the account to be the holder's
	Approve {
		/// The label's number
		label: LabelId,
		/// Who is to hold it: an address, or the name of a key of yours
		#[arg(long)]
		account: String,
		#[command(flatten)]
		signing: Signing,
	},
	/// Object to all attempts to get a label back: your own, or as an auditor
	Veto {
		/// The label's number
		label: LabelId,
		#[command(flatten)]
		signing: Signing,
	},
	/// Move the label, as a guardian, once enough approved and nobody objected; before it is too late
	Complete {
		/// The label's number
		label: LabelId,
		/// Who is to hold it: an address, or the name of a key of yours
		#[arg(long)]
		account: String,
		#[command(flatten)]
		signing: Signing,
	},
	/// Show a label's guardians, and attempts to get it back
	Show {
		/// The label's number
		label: LabelId,
	},
}

#[derive(Args)]
pub struct ShownFiles {
	/// The dossier
	#[arg(long, value_name = "FILE")]
	pub dossier: PathBuf,
	/// The certificate that was applied with, and those that lead to its authority's, in PEM form. They are judged now, by the ledger's
	/// clock, and must lead to one that a certificate authority has published
	#[arg(long, value_name = "FILE")]
	pub certificate: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum PasskeyCommand {
	/// Write what a passkey is to confirm before it can be bound, for a page of yours. Needs no key
	Request {
		/// The label's number
		label: LabelId,
		#[command(flatten)]
		binding: Binding,
		/// Where to write it
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
	},
	/// Guard what your label can do with a passkey; in the place of another, if one is bound
	Bind {
		#[command(flatten)]
		binding: Binding,
		/// What the passkey gave for `passkey request`
		#[arg(long, value_name = "FILE")]
		confirmation: PathBuf,
		/// Write what the passkey of before is to confirm, if there is one, and send nothing
		#[arg(long, value_name = "FILE", conflicts_with = "replaced")]
		write_request: Option<PathBuf>,
		/// The domain that the passkey of before was made on [default: that of this one]
		#[arg(long, value_name = "DOMAIN", requires = "write_request")]
		replaced_rp_id: Option<String>,
		/// What the passkey of before gave for that request
		#[arg(long, value_name = "FILE")]
		replaced: Option<PathBuf>,
		#[command(flatten)]
		signing: Signing,
	},
	/// Guard nothing any more
	Unbind {
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		signing: Signing,
	},
	/// Show a label's passkey, and what it guards
	Show {
		/// The label's number
		label: LabelId,
	},
}

/// A passkey, and what for.
#[derive(Args)]
pub struct Binding {
	/// What your page got when the passkey was made
	#[arg(long, value_name = "FILE")]
	pub registration: PathBuf,
	/// The domain that it was made on
	#[arg(long, value_name = "DOMAIN")]
	pub rp_id: String,
	/// What takes its confirmation from now on. May be given often
	#[arg(
		long = "guard",
		value_name = "OPERATION",
		value_enum,
		required = true,
		value_delimiter = ','
	)]
	pub guarded: Vec<OperationName>,
}

/// For what a label guards with a passkey.
#[derive(Args)]
pub struct SecondFactor {
	/// Where the label guards this with a passkey: write what that is to confirm, for a page of yours, and send nothing
	#[arg(long, value_name = "FILE", requires = "rp_id", conflicts_with = "confirmation")]
	pub write_request: Option<PathBuf>,
	/// The domain that the passkey was made on
	#[arg(long, value_name = "DOMAIN", requires = "write_request")]
	pub rp_id: Option<String>,
	/// What the passkey gave for that request
	#[arg(long, value_name = "FILE")]
	pub confirmation: Option<PathBuf>,
}

/// To whom a label is moved that its holder cannot move.
#[derive(Args)]
pub struct Reassignment {
	/// The label's number
	pub label: LabelId,
	/// What the new key's `label takeover` wrote
	#[arg(long, value_name = "FILE")]
	pub takeover: PathBuf,
	/// Why the key that holds it does so no more
	#[arg(long, value_enum)]
	pub reason: Retirement,
	/// The first block that a compromised key is not believed in [default: what was reported]
	#[arg(long, value_name = "BLOCK")]
	pub since: Option<BlockNumber>,
}

#[derive(Args)]
pub struct Signing {
	#[command(flatten)]
	pub key: OwnerKey,
	#[command(flatten)]
	pub patience: Patience,
}

#[derive(Args)]
pub struct Validity {
	/// The last day that the label is good for, in UTC [default: a year from now]
	#[arg(long, value_name = "YYYY-MM-DD", value_parser = end_of_day)]
	pub until: Option<Moment>,
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
		#[arg(long, value_name = "FILE", conflicts_with_all = ["key", "dev_key", "sealed", "schema", "fields", "tsa"])]
		authorization: Option<PathBuf>,
		#[command(flatten)]
		factor: SecondFactor,
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
	/// Put many files on record at once, with one signature and one extrinsic, and write a bundle for each. Given again, it goes on where it
	/// was interrupted. Their evidence is not time-stamped: --tsa is for `proof register` and `proof authorize`
	Batch(BatchRequest),
	/// Write a bundle that shows some fields to whoever gets it, and not the others. Needs no node
	Disclose(FieldSelection),
	/// Check a file against the ledger
	Verify {
		/// The file
		file: PathBuf,
		/// The evidence document that came with it; a sealed proof cannot be found without
		#[arg(long, value_name = "FILE")]
		evidence: Option<PathBuf>,
	},
	/// Show what is registered
	Show {
		#[command(flatten)]
		target: Target,
		/// As it was in this block; the node must have kept the state of then [default: the newest final one]
		#[arg(long, value_name = "BLOCK")]
		as_of: Option<BlockNumber>,
	},
	/// Show all that happened to a proof, in order; to a leaf also what happened to its batch
	History {
		#[command(flatten)]
		target: Target,
	},
	/// Take a proof back. That it was registered stays on record
	Revoke {
		#[command(flatten)]
		target: Target,
		/// Why
		#[arg(long, value_enum, default_value = "unspecified")]
		reason: Reason,
		#[command(flatten)]
		holding: Holding,
	},
	/// Put another proof of yours in the place of one: a new version, a corrected certificate
	Supersede {
		#[command(flatten)]
		target: Target,
		/// What is to stand in its place, registered already: named as the other one
		#[arg(long, value_name = "TARGET")]
		by: String,
		#[command(flatten)]
		holding: Holding,
	},
	/// Sign that a proof of yours is to be handed over, and write that for the next holder to accept. Nothing is sent
	Transfer {
		#[command(flatten)]
		target: Target,
		/// Who is to hold it: an address, or the name of a key of yours
		#[arg(long, value_name = "ACCOUNT")]
		to: String,
		/// Where to write it
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
		/// For how many blocks it may be accepted; the network allows up to a day, 43200
		#[arg(long, value_name = "BLOCKS", default_value_t = VALIDITY)]
		valid_for: BlockNumber,
		#[command(flatten)]
		owner: OwnerKey,
	},
	/// Accept a proof that is handed over to you: sign it, too, and submit it
	Accept {
		/// What the holder's `proof transfer` wrote
		transfer: PathBuf,
		/// Where both signatures are kept from --write-request to --confirmation. The passkey is the holder's of before [default:
		/// FILE.accepted.json]
		#[arg(long, value_name = "FILE")]
		accepted: Option<PathBuf>,
		#[command(flatten)]
		factor: SecondFactor,
		#[command(flatten)]
		next: OwnerKey,
		#[command(flatten)]
		submission: Submission,
	},
	/// Bind a proof's evidence to its SHA3-512, before SHA-256 weakens. Takes the evidence; of a leaf, its bundle
	Renew {
		#[command(flatten)]
		target: Target,
		#[command(flatten)]
		holding: Holding,
	},
	/// Note something about a proof, as a regulator; also about one that is revoked or superseded
	Annotate {
		#[command(flatten)]
		target: Target,
		/// What
		#[arg(long, value_enum)]
		remark: RemarkName,
		/// The document that gives reasons. It stays here: only its SHA-256 is sent
		#[arg(long, value_name = "FILE")]
		document: Option<PathBuf>,
		#[command(flatten)]
		signing: Signing,
	},
}

/// Which proof is meant.
#[derive(Args)]
pub struct Target {
	/// The proof: its subject, 64 hexadecimal digits; a file; a bundle, *.chirograph; or batch:ROOT for all leaves of a batch
	pub target: String,
	/// The file's evidence, where the proof is sealed [default: FILE.evidence.json, if it is there]
	#[arg(long, value_name = "FILE")]
	pub evidence: Option<PathBuf>,
}

/// For what a holder does with a proof.
#[derive(Args)]
pub struct Holding {
	/// Where your signature is kept from --write-request to --confirmation [default: TARGET, and what it is: TARGET.revocation.json]
	#[arg(long, value_name = "FILE")]
	pub authorization: Option<PathBuf>,
	#[command(flatten)]
	pub factor: SecondFactor,
	#[command(flatten)]
	pub owner: OwnerKey,
	#[command(flatten)]
	pub submission: Submission,
}

#[derive(Args)]
pub struct BatchRequest {
	/// A directory, with all below it; or a table: a .csv file whose first column is `file` and whose others are fields, or a list of paths
	/// [default: none; then the bundles of the batch in --out are written anew, which is on record, and neither its files nor a key are needed]
	pub source: Option<PathBuf>,
	/// The batch's own directory: evidence, disclosures, the signature, and the bundles in `bundles`
	#[arg(long, value_name = "DIR")]
	pub out: PathBuf,
	/// Salt each subject, so that nobody without the evidence can compute it
	#[arg(long, requires = "source")]
	pub sealed: bool,
	/// What kind of documents they are
	#[arg(long, value_enum, default_value = "document", requires = "source")]
	pub schema: SchemaName,
	#[command(flatten)]
	pub factor: SecondFactor,
	#[command(flatten)]
	pub owner: OwnerKey,
	#[command(flatten)]
	pub submission: Submission,
}

#[derive(Args)]
pub struct FieldSelection {
	/// The bundle; or the file that it is beside
	pub target: PathBuf,
	/// A field to show. May be given often; the values of the others stay unknown
	#[arg(long = "field", value_name = "NAME", required = true)]
	pub fields: Vec<String>,
	/// Where to write the bundle that shows them
	#[arg(long, value_name = "FILE")]
	pub output: PathBuf,
	/// What opens the fields [default: FILE.disclosures.json]
	#[arg(long, value_name = "FILE")]
	pub disclosures: Option<PathBuf>,
	/// The directory of the batch that the evidence was made in, which has what opens the fields
	#[arg(long, value_name = "DIR", conflicts_with = "disclosures")]
	pub batch: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum BundleCommand {
	/// Make a bundle of what is on record about a file, and verify it
	Create {
		/// The file; with --absent also a subject, 64 hexadecimal digits
		target: String,
		/// Show that nothing is registered by itself under the subject
		#[arg(long, conflicts_with = "disclosures")]
		absent: bool,
		/// The file's evidence [default: FILE.evidence.json]
		#[arg(long, value_name = "FILE")]
		evidence: Option<PathBuf>,
		/// Show all fields; the default is none, and `proof disclose` shows some
		#[arg(long)]
		disclosures: bool,
		/// As things stood in this block, or in the next one that has votes of its own [default: the newest]
		#[arg(long, value_name = "BLOCK")]
		as_of: Option<BlockNumber>,
		/// Begin at the block with this hash, not at the network's first: shorter, and only for those who trust that block
		#[arg(long, value_name = "HASH")]
		checkpoint: Option<Subject>,
		/// Where to write it [default: FILE.chirograph]
		#[arg(long, value_name = "FILE")]
		output: Option<PathBuf>,
	},
	/// Judge a bundle: PROVEN, REVOKED, SUPERSEDED, UNBOUND, ABSENT or NOT PROVEN. Asks no node. The exit code is 0 for PROVEN only; with
	/// --absent, for ABSENT only
	Verify {
		/// The bundle
		bundle: PathBuf,
		#[command(flatten)]
		trust: Trusted,
	},
	/// Make a bundle of the same statement as a bundle that you have, as things stand now, and verify it
	Refresh {
		/// The bundle
		bundle: PathBuf,
		/// Where to write the new one
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
	},
	/// Show what is in a bundle, and judge nothing
	Inspect {
		/// The bundle
		bundle: PathBuf,
	},
	/// Judge a bundle, and write a report about it for people. Asks no node. The exit code is that of `bundle verify`
	Report {
		/// The bundle
		bundle: PathBuf,
		/// Where to write the report
		#[arg(long, value_name = "FILE.pdf")]
		output: PathBuf,
		/// Carry the bundle in the report
		#[arg(long)]
		attach: bool,
		#[command(flatten)]
		trust: Trusted,
	},
}

/// What a bundle is judged by, besides the network.
#[derive(Args)]
pub struct Trusted {
	/// Ask whether nothing is registered, not whether something is: whoever gives you a bundle does not choose the question
	#[arg(long)]
	pub absent: bool,
	/// The file that the bundle is to be about
	#[arg(long, value_name = "FILE")]
	pub original: Option<PathBuf>,
	/// The subject that the bundle is to be about, 64 hexadecimal digits
	#[arg(long, value_name = "HASH")]
	pub subject: Option<Subject>,
	/// A later block of the network that you trust, by its hash. May be given often
	#[arg(long = "checkpoint", value_name = "HASH")]
	pub checkpoints: Vec<Subject>,
	/// Certificates of those whom you trust to vouch for who stamps the time, in PEM or DER form. May be given often
	#[arg(long = "time-authority", value_name = "FILE")]
	pub time_authorities: Vec<PathBuf>,
}

// `label certificate` is about those of keys (X.509), and these are what issuers give to recipients.

#[derive(Subcommand)]
pub enum CredentialCommand {
	/// Issue PDF files as certificates, with one signature and one extrinsic, and write for each a file that proves itself. Given again, it goes
	/// on where it was interrupted
	Issue(CredentialRequest),
	/// Say how a certificate stands: VALID, REVOKED, EXPIRED, SUPERSEDED or UNKNOWN. The exit code is 0 for VALID only
	Verify(CredentialQuery),
	/// Take a certificate back. That it was issued stays on record
	Revoke {
		/// The issued file; or its bundle; or the original, with its bundle or evidence beside it
		target: String,
		/// Why
		#[arg(long, value_enum, default_value = "unspecified")]
		reason: Reason,
		#[command(flatten)]
		holding: Holding,
	},
}

#[derive(Args)]
pub struct CredentialRequest {
	/// A directory of PDF files, with all below it; or a table, a .csv file whose first column is `file` and whose others are fields, such as
	/// `recipient`, and `expires` with the last day on which it is good, as 2027-12-31
	pub source: PathBuf,
	/// The batch's own directory: evidence, disclosures, the signature, bundles, and what is to be handed out in `issued/`
	#[arg(long, value_name = "DIR")]
	pub out: PathBuf,
	/// A field that the issued files show besides `expires`, such as `recipient`. May be given often
	#[arg(long = "disclose", value_name = "NAME", value_delimiter = ',')]
	pub shown: Vec<String>,
	/// Salt each subject, so that nobody without the evidence can compute it
	#[arg(long)]
	pub sealed: bool,
	#[command(flatten)]
	pub factor: SecondFactor,
	#[command(flatten)]
	pub owner: OwnerKey,
	#[command(flatten)]
	pub submission: Submission,
}

#[derive(Args)]
pub struct CredentialQuery {
	/// The issued file; or the original, with its bundle or evidence beside it
	pub file: PathBuf,
	/// Ask no node: say how it stood when its bundle was made
	#[arg(long)]
	pub offline: bool,
	/// The label that it is to be issued by
	#[arg(long, value_name = "LABEL")]
	pub issuer: Option<LabelId>,
	/// A later block of the network that you trust, by its hash. May be given often
	#[arg(long = "checkpoint", value_name = "HASH")]
	pub checkpoints: Vec<Subject>,
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
	/// Have this time-stamping authority (RFC 3161) sign that the file is there now. It sees a hash of hashes, and not the file
	#[arg(long, value_name = "URL")]
	pub tsa: Option<String>,
	/// Certificates of those whom you trust to vouch for that authority, in PEM or DER form. May be given often
	#[arg(long = "time-authority", value_name = "FILE", requires = "tsa")]
	pub time_authorities: Vec<PathBuf>,
}

#[derive(Args)]
pub struct OwnerKey {
	/// The key that signs, for a proof the owner's [default: the one that the environment variable CHIROGRAPH_KEY names]
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
	/// The key that submits, and whose quota it counts against [default: the owner's]; its password comes from CHIROGRAPH_SUBMITTER_PASSWORD, or is asked for
	#[arg(long, value_name = "NAME")]
	pub submitter: Option<String>,
	/// A publicly known key submits instead, such as //Alice; for development networks only
	#[arg(long, value_name = "PATH", conflicts_with = "submitter")]
	pub submitter_dev_key: Option<String>,
	#[command(flatten)]
	pub patience: Patience,
}

#[derive(Args)]
pub struct Patience {
	/// How long to wait for finality; a day at the most
	#[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400))]
	timeout: u64,
}

impl Patience {
	/// How long that is.
	pub fn duration(&self) -> Duration {
		Duration::from_secs(self.timeout)
	}
}

#[derive(Subcommand)]
pub enum AccountCommand {
	/// Show every operation of an account, in order, with proof that none is missing. Needs a node that keeps the state of all blocks
	History {
		/// The account: an address, or the name of a key of yours
		account: String,
		/// Up to the block with this hash, which you know to be final from a node that you trust [default: up to what this node says to be the
		/// newest final block]
		#[arg(long, value_name = "HASH")]
		as_of: Option<Subject>,
	},
}

#[derive(Subcommand)]
pub enum ChainCommand {
	/// Show how the node and its network are
	Status,
	/// Show which algorithms are good enough for what is new, and since or until when
	Algorithms,
	/// Write the chain spec that a light client starts with: the network's genesis, and the node as the first peer
	LightSpec {
		/// Where to write it
		#[arg(long, value_name = "FILE", default_value = "chain-spec.json")]
		output: PathBuf,
		/// A node to begin with, before the others, as in /ip4/192.0.2.1/tcp/30333/p2p/12D3KooW.... May be given often
		#[arg(long = "boot-node", value_name = "MULTIADDRESS", value_parser = boot_node)]
		boot_nodes: Vec<String>,
	},
	/// From now on, talk to no node on whose finalised chain that block is not, and accept bundles that begin with it. Verifies the checkpoint
	/// first, as `checkpoint verify` does
	TrustCheckpoint {
		/// The checkpoint, as `checkpoint attach` wrote it
		#[arg(value_name = "FILE")]
		file: PathBuf,
	},
}

#[derive(Subcommand)]
pub enum CheckpointCommand {
	/// Write a checkpoint for the council to sign: the newest final block that changes the set of authorities, or, where it never changed, the
	/// newest final block. Asks the node for old states
	Propose {
		/// The newest final block, whether it changes the set or not
		#[arg(long)]
		any: bool,
		/// Where to write it
		#[arg(long, value_name = "FILE", default_value = "checkpoint.json")]
		output: PathBuf,
	},
	/// Sign a copy as a member of the council, if the block is on the finalised chain of your node
	Sign {
		/// The checkpoint, signed by others or by nobody yet
		#[arg(value_name = "FILE")]
		file: PathBuf,
		/// Where to write the copy
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
		#[command(flatten)]
		key: OwnerKey,
	},
	/// Put the signatures on copies of a checkpoint together. Asks no node
	Attach {
		/// The copies
		#[arg(value_name = "FILE", required = true)]
		files: Vec<PathBuf>,
		/// Where to write it
		#[arg(long, value_name = "FILE")]
		output: PathBuf,
	},
	/// Say whether enough members of the council vouch for a block that is on the finalised chain of the node
	Verify {
		/// The checkpoint
		#[arg(value_name = "FILE")]
		file: PathBuf,
	},
	/// List the checkpoints that are compiled in or trusted here. Asks no node
	List,
}

/// Values of the ledger, as words on the command line.
macro_rules! words {
	($name:ident for $value:ident { $($(#[$help:meta])* $variant:ident,)+ }) => {
		#[derive(Clone, Copy, ValueEnum)]
		pub enum $name {
			$($(#[$help])* $variant,)+
		}

		impl From<$name> for $value {
			fn from(word: $name) -> Self {
				match word {
					$($name::$variant => Self::$variant,)+
				}
			}
		}
	};
}

// Behind the macro, which they use.
mod council;
mod invoice;
mod operation;
pub use council::{CouncilAction, CouncilCommand};
pub use invoice::{AuthorisationCommand, ConditionsCommand, Cosigning, InvoiceCommand, KindName, PaymentTerms, Portion, Whose};
pub use operation::{IncidentCommand, NetworkCommand, PeerCommand, SessionKeySource, TimeCommand, ValidatorCommand};

words! {
	Scheme for SignatureScheme {
		/// ECDSA over secp256k1; the account comes out of the signature
		Ecdsa,
		/// Schnorr over Ristretto255
		Sr25519,
		/// EdDSA over Curve25519
		Ed25519,
	}
}

words! {
	SchemaName for Schema {
		Document,
		Certificate,
		Invoice,
	}
}

words! {
	Reason for RevocationReason {
		/// The owner does not say
		Unspecified,
		/// It should not have been registered, or has a mistake
		IssuedInError,
		/// What the document states is no longer so
		NoLongerValid,
		/// The owner's key may have been used by somebody else
		KeyCompromised,
	}
}

words! {
	RemarkName for Remark {
		/// Somebody disputes what it says, or whose it is
		Disputed,
		/// An authority looks into it
		UnderInvestigation,
		/// A court has decided about it
		CourtDecision,
		/// What was noted before is settled
		Settled,
	}
}

words! {
	RoleName for Role {
		/// Owns proofs, receipts and invoices
		Owner,
		/// Submits on behalf of owners, never holds their keys
		BusinessPlatform,
		/// Issues certificates
		Issuer,
		/// Issues and clears invoices for a jurisdiction
		TaxAuthority,
		/// Sells and buys; has invoices issued
		Taxpayer,
		/// Reimburses invoices and clears their VAT
		Enterprise,
		/// Confirms payments
		PaymentPlatform,
		/// Audits identities; appointed by the council only
		Auditor,
		/// Publishes certificates that identities are checked against
		CertificateAuthority,
		/// Posts trusted time beacons
		TimeService,
		/// Reads for forensics, annotates, suspends
		Regulator,
		/// Runs a validator
		Validator,
	}
}

words! {
	OperationName for Operation {
		/// Register and claim proofs as their owner; revoke, supersede and renew them as their holder
		Registering,
		/// Hand over what is registered
		Transferring,
		/// Move the label to another key. Naming guardians takes the passkey in any case
		Rotating,
	}
}

words! {
	Refusal for RejectionReason {
		/// The auditor does not say
		Unspecified,
		/// The dossier was not shown, or not all of it
		DossierMissing,
		/// The dossier is not the one that the application names
		DossierMismatch,
		/// What the dossier says could not be confirmed, or is not so
		IdentityNotConfirmed,
		/// The applicant is not entitled to a role
		RoleNotJustified,
		/// The certificate is expired, not yet valid, of an unknown authority, or of another key
		CertificateNotTrusted,
	}
}

words! {
	Ending for LabelRevocationReason {
		/// Whoever revokes does not say
		Unspecified,
		/// The holder gave it up
		GivenUp,
		/// The organisation is no more
		OrganisationDissolved,
		/// The identity was false
		FalseIdentity,
		/// Breach of the network's rules
		Misconduct,
	}
}

// These two are more than words on the ledger: a compromised key is one since a block.

#[derive(Clone, Copy, ValueEnum)]
pub enum Suspicion {
	/// Whoever suspends does not say
	Unspecified,
	/// Under inquiry
	Investigation,
	/// The key is, or may be, in wrong hands
	KeyCompromised,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Retirement {
	/// The holder moves to another key, as is good practice
	Rotated,
	/// The key is lost; nobody is known to have it
	Lost,
	/// The key is, or may be, in wrong hands
	Compromised,
}

fn boot_node(text: &str) -> Result<String, String> {
	if can_be_dialled(text) {
		return Ok(text.into());
	}
	Err("it is no address over TCP, without TLS, as in /ip4/192.0.2.1/tcp/30333/p2p/12D3KooW...".into())
}

fn field(text: &str) -> Result<(String, String), String> {
	let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
	Ok((name.into(), value.into()))
}

fn end_of_day(text: &str) -> Result<Moment, String> {
	chain::end_of_day(text).ok_or_else(|| "expected a day such as 2027-12-31".into())
}
