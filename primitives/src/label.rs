// SPDX-License-Identifier: Apache-2.0

use crate::{AccountId, BlockNumber, CertificateBinding, CertificateHash, Inclusion, LabelId, Moment, Role};
use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use sp_core::{bounded::BoundedVec, ConstU32};
#[cfg(feature = "runtime")]
use sp_runtime::transaction_validity::InvalidTransaction;

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "Vec<Role>", from = "Vec<Role>")
)]
pub struct Roles(u16);

impl Roles {
	/// No role.
	pub const NONE: Self = Self(0);

	const fn bit(role: Role) -> u16 {
		// There are fewer roles than bits: see the test.
		1u16.wrapping_shl(role as u32)
	}

	/// One role.
	pub const fn only(role: Role) -> Self {
		Self(Self::bit(role))
	}

	/// Every role there is.
	pub fn all() -> Self {
		Role::ALL.into_iter().collect()
	}

	/// Whether there is none.
	pub const fn is_empty(self) -> bool {
		self.0 == 0
	}

	/// Whether bits are set that stand for no role.
	pub fn has_unknown(self) -> bool {
		!Self::all().includes(self)
	}

	/// Whether `role` is among them.
	pub const fn contains(self, role: Role) -> bool {
		self.0 & Self::bit(role) != 0
	}

	/// Fails with [`AuthorityFault::WrongRole`] unless `role` is among them.
	pub const fn ensure(self, role: Role) -> Result<(), AuthorityFault> {
		if self.contains(role) {
			Ok(())
		} else {
			Err(AuthorityFault::WrongRole)
		}
	}

	/// Whether all of `other` are among them.
	pub const fn includes(self, other: Self) -> bool {
		other.0 & !self.0 == 0
	}

	/// Those of both.
	#[must_use]
	pub const fn with(self, other: Self) -> Self {
		Self(self.0 | other.0)
	}

	/// Those that are not in `other`.
	#[must_use]
	pub const fn without(self, other: Self) -> Self {
		Self(self.0 & !other.0)
	}

	/// Each of them, in the order of their indices.
	pub fn iter(self) -> impl Iterator<Item = Role> {
		Role::ALL.into_iter().filter(move |role| self.contains(*role))
	}
}

impl FromIterator<Role> for Roles {
	fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
		roles.into_iter().fold(Self::NONE, |all, role| all.with(Self::only(role)))
	}
}

impl From<Vec<Role>> for Roles {
	fn from(roles: Vec<Role>) -> Self {
		roles.into_iter().collect()
	}
}

impl From<Roles> for Vec<Role> {
	fn from(roles: Roles) -> Self {
		roles.iter().collect()
	}
}

impl fmt::Debug for Roles {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.debug_set().entries(self.iter()).finish()
	}
}

/// Why a text is not a jurisdiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseJurisdictionError;

impl fmt::Display for ParseJurisdictionError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("expected a country of ISO 3166-1 such as DE, or one with its region of ISO 3166-2 such as DE-BY")
	}
}

impl core::error::Error for ParseJurisdictionError {}

/// Two capital letters of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub struct Country(pub [u8; 2]);

impl Country {
	/// Whether it has the form that ISO 3166 gives to codes. Calls decode any bytes.
	pub fn is_well_formed(&self) -> bool {
		self.0.iter().all(u8::is_ascii_uppercase)
	}
}

/// A country, and where it matters a region of it; written `DE` or `DE-BY`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(into = "String", try_from = "String")
)]
pub struct Jurisdiction {
	/// Where.
	pub country: Country,
	/// Up to three capital letters or digits of ISO 3166-2, then zeros; only zeros where the whole country is meant.
	pub region: [u8; 3],
}

impl Jurisdiction {
	/// Whether it has the form that ISO 3166 gives to codes. Calls decode any bytes.
	pub fn is_well_formed(&self) -> bool {
		let is_code = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
		let used = self.region.iter().take_while(|byte| **byte != 0).count();
		let (code, rest) = self.region.split_at_checked(used).unwrap_or_default();
		self.country.is_well_formed() && code.iter().all(is_code) && rest.iter().all(|byte| *byte == 0)
	}
}

impl fmt::Display for Country {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write_ascii(f, &self.0)
	}
}

fn write_ascii(f: &mut fmt::Formatter, text: &[u8]) -> fmt::Result {
	use fmt::Write;
	text.iter()
		.take_while(|byte| **byte != 0)
		.try_for_each(|byte| f.write_char(char::from(*byte)))
}

impl fmt::Display for Jurisdiction {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Display::fmt(&self.country, f)?;
		match self.region {
			[0, ..] => Ok(()),
			region => f.write_str("-").and_then(|()| write_ascii(f, &region)),
		}
	}
}

impl FromStr for Country {
	type Err = ParseJurisdictionError;

	fn from_str(text: &str) -> Result<Self, ParseJurisdictionError> {
		let letters = text.as_bytes().try_into().map_err(|_| ParseJurisdictionError)?;
		Some(Self(letters)).filter(Self::is_well_formed).ok_or(ParseJurisdictionError)
	}
}

impl FromStr for Jurisdiction {
	type Err = ParseJurisdictionError;

	fn from_str(text: &str) -> Result<Self, ParseJurisdictionError> {
		let (country, code) = text
			.split_once('-')
			.map_or((text, None), |(country, code)| (country, Some(code)));
		let mut region = [0; 3];
		if let Some(code) = code {
			if code.is_empty() || code.len() > region.len() || code.contains('\0') {
				return Err(ParseJurisdictionError);
			}
			region.iter_mut().zip(code.bytes()).for_each(|(to, from)| *to = from);
		}
		let country = country.parse()?;
		Some(Self { country, region })
			.filter(Self::is_well_formed)
			.ok_or(ParseJurisdictionError)
	}
}

/// Debugged, and written into documents, as it is displayed.
macro_rules! as_text {
	($name:ident) => {
		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
				fmt::Display::fmt(self, f)
			}
		}

		impl From<$name> for String {
			fn from(value: $name) -> Self {
				value.to_string()
			}
		}

		impl TryFrom<String> for $name {
			type Error = ParseJurisdictionError;

			fn try_from(text: String) -> Result<Self, ParseJurisdictionError> {
				text.parse()
			}
		}
	};
}

as_text!(Country);
as_text!(Jurisdiction);

/// A remit that is not for everywhere names at most this many countries.
pub const MAX_COUNTRIES: u32 = 64;

/// What an auditor may decide about.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Remit {
	/// The roles that a label may have for the auditor to decide about it. Never `Auditor`.
	pub roles: Roles,
	/// Where a label may be at home. None: everywhere.
	pub countries: BoundedVec<Country, ConstU32<MAX_COUNTRIES>>,
}

impl Remit {
	/// Whether it is one at all.
	pub fn is_valid(&self) -> bool {
		!self.roles.is_empty()
			&& !self.roles.has_unknown()
			&& !self.roles.contains(Role::Auditor)
			&& self.countries.iter().all(Country::is_well_formed)
	}

	/// Whether it is about labels of these roles, at home there.
	pub fn covers(&self, jurisdiction: &Jurisdiction, roles: Roles) -> bool {
		self.roles.includes(roles) && (self.countries.is_empty() || self.countries.contains(&jurisdiction.country))
	}
}

/// What an account asks for (X.1407 9.1.1 b). An auditor decides.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Application {
	/// The dossier that the auditor is to be shown.
	pub dossier: crate::DossierHash,
	/// Which organisation the applicant acts for.
	pub organisation: crate::OrganisationId,
	/// Where it is at home.
	pub jurisdiction: Jurisdiction,
	/// What it wants to act as.
	pub roles: Roles,
	/// The certificate whose key it has, if it applies with one (X.1407 7.1.2 a).
	pub certificate: Option<CertificateBinding>,
	/// When it asked.
	pub applied: Inclusion,
}

/// Why an auditor refuses. A code and no text (X.1407 8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum RejectionReason {
	/// The auditor does not say.
	Unspecified,
	/// The dossier was not shown, or not all of it.
	DossierMissing,
	/// The dossier is not the one that the application commits to.
	DossierMismatch,
	/// What the dossier says could not be confirmed, or is not so.
	IdentityNotConfirmed,
	/// The applicant is not entitled to a role that it asks for.
	RoleNotJustified,
	/// The certificate is expired, not yet valid, of an unknown authority, or of another key.
	CertificateNotTrusted,
}

/// How an application ended that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Rejection {
	/// Why.
	pub reason: RejectionReason,
	/// The auditor's label.
	pub by: LabelId,
	/// When.
	pub at: Inclusion,
}

/// Why a label is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "reason", rename_all = "camelCase")
)]
pub enum SuspensionReason {
	/// Whoever suspends does not say.
	Unspecified,
	/// Under inquiry.
	Investigation,
	/// The key is, or may be, in wrong hands. What it signed from block `since` on is not to be believed.
	KeyCompromised {
		/// The first block that the key's signatures are not believed in.
		since: BlockNumber,
	},
	/// It broke a rule of the consensus, as is proven. The network itself suspends it.
	Offence,
}

/// Why a label is gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "kebab-case"))]
pub enum LabelRevocationReason {
	/// Whoever revokes does not say.
	Unspecified,
	/// The holder gave it up.
	GivenUp,
	/// The organisation is no more.
	OrganisationDissolved,
	/// The identity was false.
	FalseIdentity,
	/// Breach of the network's rules.
	Misconduct,
}

/// How a label stands. That it may have expired besides, its date says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "state", rename_all = "camelCase")
)]
pub enum Standing {
	/// It may be used.
	Active,
	/// It may not be used for now.
	Suspended(SuspensionReason),
	/// It may never be used again.
	Revoked {
		/// Why.
		cause: LabelRevocationReason,
	},
}

impl Standing {
	/// Whether a label that stands like this, and ends by itself at `expires`, may be used at `time`; or the reason why not.
	pub const fn ensure_usable(self, expires: Moment, time: Moment) -> Result<(), AuthorityFault> {
		match self {
			Self::Revoked { .. } => Err(AuthorityFault::Revoked),
			Self::Suspended(SuspensionReason::KeyCompromised { since }) => Err(AuthorityFault::KeyCompromised { since }),
			Self::Suspended(_) => Err(AuthorityFault::Suspended),
			Self::Active if time >= expires => Err(AuthorityFault::Expired),
			Self::Active => Ok(()),
		}
	}
}

/// An audited identity (X.1407 9.1.1 b), under the account that holds it now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Label {
	/// Its number, for ever.
	pub id: LabelId,
	/// Whose it is. Labels of one organisation share it.
	pub organisation: crate::OrganisationId,
	/// Where it is at home.
	pub jurisdiction: Jurisdiction,
	/// What it may act as.
	pub roles: Roles,
	/// Ends by itself at this time.
	pub expires: Moment,
	/// Whether it may be used until then.
	pub standing: Standing,
	/// The dossier that was audited.
	pub dossier: crate::DossierHash,
	/// The certificate that was audited, if the identity rests on one.
	pub certificate: Option<CertificateHash>,
	/// The auditor's label; none for those of genesis.
	pub auditor: Option<LabelId>,
	/// Since when the account that holds it does so.
	pub held_since: Inclusion,
	/// The first block that this account's signatures are not believed in, once its key was reported as compromised. It stays until the
	/// report is taken back by reinstatement, whatever becomes of the label meanwhile.
	pub distrusted_since: Option<BlockNumber>,
	/// What takes a confirmation by the label's passkey besides the account's signature. None where it has no passkey.
	pub guarded: crate::Operations,
	/// How many entries its history has.
	pub changes: u32,
}

/// Why an account does not hold a label any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "reason", rename_all = "camelCase")
)]
pub enum RetirementReason {
	/// The holder moved to another key, as is good practice.
	Rotated,
	/// The key is lost; nobody is known to have it.
	Lost,
	/// The key is, or may be, in wrong hands. What it signed from block `since` on is not to be believed.
	Compromised {
		/// The first block that the key's signatures are not believed in.
		since: BlockNumber,
	},
}

impl RetirementReason {
	/// The first block that the key's signatures are not believed in, if it was compromised.
	pub const fn compromised_since(self) -> Option<BlockNumber> {
		match self {
			Self::Compromised { since } => Some(since),
			Self::Rotated | Self::Lost => None,
		}
	}
}

/// An account that held a label once. It never holds one again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct RetiredKey {
	/// Which label.
	pub label: LabelId,
	/// From when.
	pub from: Inclusion,
	/// Until when: here, the next account took over.
	pub until: Inclusion,
	/// Why.
	pub reason: RetirementReason,
}

/// From when until when an account holds a label, and how far its key is believed: of a [`Label`] or a [`RetiredKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure {
	/// Which label.
	pub label: LabelId,
	/// Since when.
	pub from: Inclusion,
	/// Until when; none while the account holds it.
	pub until: Option<Inclusion>,
	/// The first block that the account's signatures are not believed in.
	pub distrusted_since: Option<BlockNumber>,
}

impl From<&Label> for Tenure {
	fn from(label: &Label) -> Self {
		Self {
			label: label.id,
			from: label.held_since,
			until: None,
			distrusted_since: label.distrusted_since,
		}
	}
}

impl From<&RetiredKey> for Tenure {
	fn from(key: &RetiredKey) -> Self {
		Self {
			label: key.label,
			from: key.from,
			until: Some(key.until),
			distrusted_since: key.reason.compromised_since(),
		}
	}
}

impl Tenure {
	/// Was `account` the label, in `role`, at that time? The one answer to it, for a ledger and for whoever has its entries only.
	///
	/// `changes` gives the last entry of the label's history from before the position of `at`, if there is one, and all those of that very
	/// position, in order; it is asked only where that matters. Returns the label, or the reason why it was not: what is said of the key
	/// comes first.
	///
	/// Calls batched in one extrinsic share its position. What entered the ledger along with changes did so before or behind any of
	/// them, and was allowed there, or the ledger had refused it. So it is judged by the best of what the label was meanwhile.
	pub fn judge<I: IntoIterator<Item = LabelChange>>(
		&self,
		account: &AccountId,
		role: Role,
		at: &Inclusion,
		changes: impl FnOnce() -> I,
	) -> Result<LabelId, AuthorityFault> {
		if at.position() < self.from.position() {
			return Err(AuthorityFault::NoLabel);
		}
		// What is said of the key goes before how the label was: it is the better reason.
		if let Some(since) = self.distrusted_since.filter(|since| at.block >= *since) {
			return Err(AuthorityFault::KeyCompromised { since });
		}
		// In the extrinsic of the change itself, the account held the label until then.
		if self.until.is_some_and(|until| at.position() > until.position()) {
			return Err(AuthorityFault::KeyRetired);
		}
		let mut holds = self.from.position() < at.position();
		let mut verdict = Err(AuthorityFault::NoLabel);
		for entry in changes() {
			holds |= match &entry.event {
				LabelEvent::Rotated { from, .. } if from == account => break,
				LabelEvent::Rotated { to, .. } => to == account,
				LabelEvent::Granted => entry.at.position() == self.from.position(),
				_ => false,
			};
			if holds {
				let usable = entry.standing.ensure_usable(entry.expires, at.time);
				verdict = usable.and_then(|()| entry.roles.ensure(role));
			}
			if verdict.is_ok() {
				break;
			}
		}
		verdict.map(|()| self.label)
	}
}

/// A label has at most this many guardians.
pub const MAX_GUARDIANS: u32 = 9;

/// Labels that are guardians.
pub type GuardianIds = BoundedVec<LabelId, ConstU32<MAX_GUARDIANS>>;

/// Who may help a holder to get a label back whose key is lost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Guardianship {
	/// Their labels, in the order of their numbers.
	pub guardians: GuardianIds,
	/// How many of them it takes.
	pub threshold: u32,
	/// Blocks between the last approval that it takes and the moment the label can move: time for the holder to object.
	pub delay: BlockNumber,
	/// The account that held the label and named them. What it said counts as long as its key is believed for when it said so.
	pub named_by: AccountId,
	/// When.
	pub named_at: Inclusion,
}

impl Guardianship {
	/// The last block in which a label can move that can from block `ready` on: its guardians have as long as its holder had to object.
	pub const fn last_block(&self, ready: BlockNumber) -> BlockNumber {
		// Saturating: there is no block behind the last one.
		ready.saturating_add(self.delay)
	}

	/// Whether nobody completed an attempt while it could be, as of the block `now`.
	pub fn has_lapsed(&self, attempt: &Recovery, now: BlockNumber) -> bool {
		attempt.ready.is_some_and(|ready| self.last_block(ready) < now)
	}
}

/// A guardian's word that a label is to move.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Approval {
	/// The guardian's label.
	pub guardian: LabelId,
	/// The account that held it. The word counts as long as that account holds it, and may use it.
	pub account: AccountId,
}

/// The words of guardians, each once.
pub type Approvals = BoundedVec<Approval, ConstU32<MAX_GUARDIANS>>;

/// An attempt to get a label back, to one new account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Recovery {
	/// The guardians who approved, the one who began it first.
	pub approvals: Approvals,
	/// The first block in which the label can move, once enough of them did.
	pub ready: Option<BlockNumber>,
}

impl Recovery {
	/// The label of the guardian who began it.
	pub fn initiator(&self) -> Option<LabelId> {
		self.approvals.first().map(|approval| approval.guardian)
	}
}

/// What happened to a label.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "event", rename_all = "camelCase")
)]
pub enum LabelEvent {
	/// It came to be.
	Granted,
	/// It may not be used for now.
	Suspended,
	/// It may be used again.
	Reinstated,
	/// It is gone for good.
	Revoked,
	/// Its date moved.
	Renewed,
	/// Roles were added or removed.
	RolesChanged,
	/// Another account holds it.
	Rotated {
		/// Who held it before.
		from: AccountId,
		/// Who holds it now.
		to: AccountId,
	},
}

/// An entry in a label's history, and how the label was from there on. Never rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct LabelChange {
	/// When.
	pub at: Inclusion,
	/// The label that did it; none for genesis and the council.
	pub by: Option<LabelId>,
	/// What.
	pub event: LabelEvent,
	/// The roles from here on.
	pub roles: Roles,
	/// The date from here on.
	pub expires: Moment,
	/// The standing from here on.
	pub standing: Standing,
}

/// Why an account may not act in a role, or could not at a time that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
	feature = "serde",
	derive(Serialize, Deserialize),
	serde(tag = "fault", rename_all = "camelCase")
)]
pub enum AuthorityFault {
	/// The account holds no label.
	NoLabel,
	/// The account does not hold its label any more.
	KeyRetired,
	/// The key is not to be believed from block `since` on.
	KeyCompromised {
		/// The first block that the key's signatures are not believed in.
		since: BlockNumber,
	},
	/// The label is suspended.
	Suspended,
	/// The label is revoked.
	Revoked,
	/// The label's date is over.
	Expired,
	/// The label does not have the role.
	WrongRole,
}

/// Why an extrinsic is not admitted. A pool can say no more than a number: the index and one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdmissionFault {
	/// The account holds no label: it can apply for one, and withdraw its application.
	NoLabel,
	/// The account does not hold its label any more.
	KeyRetired,
	/// The key was reported as compromised.
	KeyCompromised,
	/// The label is suspended.
	Suspended,
	/// The label is revoked.
	Revoked,
	/// The label's date is over.
	Expired,
	/// The quota of this window is used up, with what waits in the pool.
	QuotaUsedUp,
	/// The account applied already.
	AlreadyApplied,
	/// The account holds a label already.
	AlreadyLabelled,
	/// There were as many applications in this window as there may.
	TooManyApplications,
	/// As many applications wait for an auditor as there may.
	TooManyWaiting,
	/// The account sent as many extrinsics as one without a label may ever send.
	TooManyAttempts,
	/// The application could only be refused: it names no role, or one that is not for applications, or what is no jurisdiction, or its
	/// certificate's key or signature is not in the accepted form.
	MalformedApplication,
}

impl AdmissionFault {
	const ALL: [Self; 13] = [
		Self::NoLabel,
		Self::KeyRetired,
		Self::KeyCompromised,
		Self::Suspended,
		Self::Revoked,
		Self::Expired,
		Self::QuotaUsedUp,
		Self::AlreadyApplied,
		Self::AlreadyLabelled,
		Self::TooManyApplications,
		Self::TooManyWaiting,
		Self::TooManyAttempts,
		Self::MalformedApplication,
	];

	/// Its number.
	pub const fn code(self) -> u8 {
		// There are fewer than 255.
		(self as u8).saturating_add(1)
	}

	/// The fault of that number.
	pub fn from_code(code: u8) -> Option<Self> {
		Self::ALL.into_iter().find(|fault| fault.code() == code)
	}
}

impl From<AuthorityFault> for AdmissionFault {
	fn from(fault: AuthorityFault) -> Self {
		match fault {
			// Whoever lacks a role is a label all the same: the call says so.
			AuthorityFault::NoLabel | AuthorityFault::WrongRole => Self::NoLabel,
			AuthorityFault::KeyRetired => Self::KeyRetired,
			AuthorityFault::KeyCompromised { .. } => Self::KeyCompromised,
			AuthorityFault::Suspended => Self::Suspended,
			AuthorityFault::Revoked => Self::Revoked,
			AuthorityFault::Expired => Self::Expired,
		}
	}
}

#[cfg(feature = "runtime")]
impl From<AdmissionFault> for InvalidTransaction {
	fn from(fault: AdmissionFault) -> Self {
		Self::Custom(fault.code())
	}
}

/// What a label may use without a fee in a window of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Quota {
	/// Calls; a batch has as many as are in it.
	pub calls: u32,
	/// Bytes of extrinsics.
	pub bytes: u32,
}

/// What an account used of its [`Quota`], and until when that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct QuotaUsage {
	/// What there is in a window.
	pub quota: Quota,
	/// What was used in this one.
	pub used: Quota,
	/// The block in which the next one begins.
	pub reopens: BlockNumber,
}

/// What the ledger knows of an account (X.1407 7.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct AccountStatus {
	/// The label that it holds.
	pub label: Option<Label>,
	/// What it used of its quota.
	pub usage: Option<QuotaUsage>,
	/// The label that it held once.
	pub retired: Option<RetiredKey>,
	/// What it applied for.
	pub application: Option<Application>,
	/// Why it was refused the last time.
	pub rejection: Option<Rejection>,
}

/// What the ledger knows of a label.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct LabelStatus {
	/// Who holds it.
	pub holder: AccountId,
	/// How it is.
	pub label: Label,
	/// What it may decide about, if it is an auditor.
	pub remit: Option<Remit>,
	/// Who may help its holder to get it back.
	pub guardianship: Option<Guardianship>,
	/// Attempts to do so, by the account that is to hold it.
	pub recoveries: Vec<(AccountId, Recovery)>,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_role_is_a_member_of_its_own() {
		for (index, role) in (0u32..).zip(Role::ALL) {
			assert_eq!(role as u32, index);
			assert!(index < u16::BITS);
			let only = Roles::only(role);
			assert_eq!(only.iter().collect::<Vec<_>>(), [role]);
			assert!(Roles::all().includes(only) && !only.includes(Roles::all()));
			assert!(!Roles::all().without(only).contains(role));
			assert_eq!(Roles::all().without(only).with(only), Roles::all());
		}
		assert!(Roles::NONE.is_empty() && Roles::all().includes(Roles::NONE));
	}

	#[test]
	fn bits_without_a_role_are_noticed() {
		assert!(!Roles::all().has_unknown());
		let stray = Roles::decode(&mut &(1u16 << Role::ALL.len()).encode()[..]).expect("any sixteen bits decode");
		assert!(stray.has_unknown());
	}

	#[test]
	fn each_fault_has_a_number_of_its_own() {
		for (index, fault) in (1u8..).zip(AdmissionFault::ALL) {
			assert_eq!(fault.code(), index);
			assert_eq!(AdmissionFault::from_code(index), Some(fault));
		}
		assert_eq!(AdmissionFault::from_code(0), None);
		assert_eq!(AdmissionFault::from_code(u8::MAX), None);
	}

	#[test]
	fn guardians_have_as_long_to_complete_as_the_holder_had_to_object() {
		let guardianship = |delay| Guardianship {
			guardians: GuardianIds::default(),
			threshold: 1,
			delay,
			named_by: AccountId::new([1; 32]),
			named_at: Inclusion {
				block: 1,
				extrinsic: 1,
				time: 2_000,
			},
		};
		let attempt = |ready| Recovery {
			approvals: Approvals::default(),
			ready,
		};
		for (delay, ready, now, has_lapsed) in [
			(10, None, BlockNumber::MAX, false),
			(10, Some(20), 0, false),
			(10, Some(20), 20, false),
			(10, Some(20), 30, false),
			(10, Some(20), 31, true),
			(BlockNumber::MAX, Some(BlockNumber::MAX), BlockNumber::MAX, false),
		] {
			let judged = guardianship(delay).has_lapsed(&attempt(ready), now);
			assert_eq!(judged, has_lapsed, "{delay}, {ready:?}, {now}");
		}
	}

	#[test]
	fn jurisdictions_are_read_as_they_are_written() {
		for text in ["DE", "DE-BY", "FR-75", "CN-GD", "GB-ENG"] {
			assert_eq!(text.parse::<Jurisdiction>().map(|read| read.to_string()), Ok(text.into()));
		}
		for text in ["", "D", "de", "DEU", "DE-", "DE-BAYE", "DE-by", "DE BY", "É", "DE-\0\0"] {
			assert_eq!(text.parse::<Jurisdiction>(), Err(ParseJurisdictionError), "{text:?}");
		}
		let gap = Jurisdiction {
			country: Country(*b"DE"),
			region: [b'B', 0, b'Y'],
		};
		assert!(!gap.is_well_formed());
	}

	fn inclusion(block: BlockNumber, extrinsic: u32) -> Inclusion {
		Inclusion {
			block,
			extrinsic,
			time: u64::from(block) * 1_000,
		}
	}

	fn change(at: Inclusion, roles: Roles, standing: Standing) -> LabelChange {
		LabelChange {
			at,
			by: None,
			event: LabelEvent::Granted,
			roles,
			expires: 50_000,
			standing,
		}
	}

	/// The tests of `pallets/labels` go through what a ledger can hold; these, through what somebody can be shown.
	#[test]
	fn account_was_a_label_while_it_held_it_and_was_believed() {
		let owner = Roles::only(Role::Owner);
		let tenure = Tenure {
			label: 7,
			from: inclusion(10, 2),
			until: Some(inclusion(40, 1)),
			distrusted_since: Some(30),
		};
		let (account, granted) = (AccountId::new([1; 32]), || {
			Some(change(inclusion(10, 2), owner, Standing::Active))
		});
		let judge = |at: Inclusion| tenure.judge(&account, Role::Owner, &at, granted);
		let compromised = Err(AuthorityFault::KeyCompromised { since: 30 });
		assert_eq!(judge(inclusion(10, 1)), Err(AuthorityFault::NoLabel));
		assert_eq!(judge(inclusion(10, 2)), Ok(7));
		assert_eq!(judge(inclusion(29, 9)), Ok(7));
		assert_eq!(judge(inclusion(30, 0)), compromised);
		// What is said of the key is the better reason.
		assert_eq!(judge(inclusion(40, 1)), compromised);
		let believed = Tenure {
			distrusted_since: None,
			..tenure
		};
		let judge = |at: Inclusion| believed.judge(&account, Role::Owner, &at, granted);
		// In the extrinsic in which it retired, it could still be used before that.
		assert_eq!(judge(inclusion(40, 1)), Ok(7));
		assert_eq!(judge(inclusion(40, 2)), Err(AuthorityFault::KeyRetired));
	}

	#[test]
	fn label_was_what_its_history_says() {
		let tenure = Tenure {
			label: 7,
			from: inclusion(1, 0),
			until: None,
			distrusted_since: None,
		};
		let owner = Roles::only(Role::Owner);
		let account = AccountId::new([1; 32]);
		let judge = |at: Inclusion, last: Option<LabelChange>| tenure.judge(&account, Role::Owner, &at, || last);
		let entry = |standing| Some(change(inclusion(10, 0), owner, standing));
		let active = entry(Standing::Active);
		assert_eq!(judge(inclusion(10, 0), active.clone()), Ok(7));
		assert_eq!(judge(inclusion(49, 0), active.clone()), Ok(7));
		assert_eq!(judge(inclusion(50, 0), active.clone()), Err(AuthorityFault::Expired));
		// No entry says nothing.
		assert_eq!(judge(inclusion(10, 0), None), Err(AuthorityFault::NoLabel));
		let other_role = Some(change(inclusion(10, 0), Roles::only(Role::Issuer), Standing::Active));
		assert_eq!(judge(inclusion(10, 0), other_role), Err(AuthorityFault::WrongRole));
		for (standing, fault) in [
			(
				Standing::Suspended(SuspensionReason::Investigation),
				AuthorityFault::Suspended,
			),
			(
				Standing::Suspended(SuspensionReason::KeyCompromised { since: 5 }),
				AuthorityFault::KeyCompromised { since: 5 },
			),
			(
				Standing::Revoked {
					cause: LabelRevocationReason::GivenUp,
				},
				AuthorityFault::Revoked,
			),
		] {
			assert_eq!(judge(inclusion(10, 0), entry(standing)), Err(fault));
		}
	}
}
