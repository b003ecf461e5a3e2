// SPDX-License-Identifier: Apache-2.0

//! Getting a label back whose key is lost, without an auditor (X.1407 8.1.3, 9.1.2 b).
//!
//! 1. Ada names three guardians, two of whom are enough, and a day to object ([`set_guardians`]).
//! 2. Her key is lost. She makes another, which consents to hold her label (a [`Takeover`]), and brings the file to Bob, who is a guardian. He
//!    is convinced that it is Ada, and begins ([`initiate_recovery`]).
//! 3. Carol is a guardian, too. Ada tells her the account of the new key, and Carol approves that account, and no other
//!    ([`approve_recovery`]).
//! 4. A day later one of them completes it ([`complete_recovery`]), for which there is another day. The label has its number and its history;
//!    the old key is dead.
//! 5. Had it been somebody else with Ada's name, Ada would have objected on that day ([`veto_recovery`]), or her auditor would.
//!
//! What a stolen key said does not count, once it is known since when it was: neither the guardians that it named, nor what it approved as a
//! guardian's. And where the label has a passkey, that has to confirm who its guardians are.

use crate::{
	chain::{BlockId, Chain},
	document,
	error::Error,
	keys::Keypair,
	labels::{change, existing, held_by, label_after, Finalised},
	passkeys::{self, Confirmation},
	submit::{call, Call, Submitter},
	takeover::Takeover,
};
use chirograph_primitives::{AccountId, BlockNumber, GuardianIds, Guardianship, LabelId, LabelStatus, Recovery, MAX_GUARDIANS};
use serde::Serialize;
use std::time::Duration;

/// Who may help to get a label back, and who wants to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outlook {
	/// Which label.
	pub label: LabelId,
	/// Who holds it.
	#[serde(with = "document::account")]
	pub holder: AccountId,
	/// Who may help, and under which conditions; none if the holder named nobody.
	pub guardianship: Option<Guardianship>,
	/// Attempts that are pending, each to another account.
	pub attempts: Vec<Attempt>,
	/// The finalised block that this was read from.
	pub as_of: BlockId,
}

/// An attempt to get a label back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
	/// Who is to hold the label.
	#[serde(with = "document::account")]
	pub account: AccountId,
	/// The guardians who approved, the one who began it first.
	pub approvals: GuardianIds,
	/// The first block in which the label can move, once enough of them did.
	pub ready: Option<BlockNumber>,
	/// How many blocks that is from the newest finalised one.
	pub blocks: Option<u64>,
	/// The last block in which it can.
	pub last: Option<BlockNumber>,
	/// Whether that is over. The attempt is as good as none then.
	pub lapsed: bool,
}

impl Outlook {
	/// How it is for a label, as of a finalised block.
	pub fn of(status: &LabelStatus, as_of: BlockId) -> Self {
		let guardianship = status.guardianship.as_ref();
		let attempts = status.recoveries.iter().map(|(account, attempt)| {
			let Recovery { approvals, ready } = attempt;
			let guardians = approvals.iter().map(|approval| approval.guardian).collect();
			let last = ready
				.zip(guardianship)
				.map(|(ready, guardianship)| guardianship.last_block(ready));
			Attempt {
				account: account.clone(),
				// There is as much room for the one as for the other.
				approvals: GuardianIds::truncate_from(guardians),
				ready: *ready,
				blocks: ready.map(|ready| u64::from(ready).saturating_sub(as_of.number)),
				last,
				// What is sent now is in the next block at the earliest.
				lapsed: last.is_some_and(|last| u64::from(last) <= as_of.number),
			}
		});
		Self {
			label: status.label.id,
			holder: status.holder.clone(),
			guardianship: status.guardianship.clone(),
			attempts: attempts.collect(),
			as_of,
		}
	}

	fn attempt(&self, account: &AccountId) -> Result<&Attempt, Error> {
		let attempt = self.attempts.iter().find(|attempt| attempt.account == *account);
		attempt.ok_or_else(|| Error::NoRecovery {
			label: self.label,
			account: account.clone(),
		})
	}

	/// The attempt to move the label to `account`, if it can still come to something in the next block.
	fn pending(&self, account: &AccountId) -> Result<&Attempt, Error> {
		let attempt = self.attempt(account)?;
		match attempt.last {
			Some(last) if attempt.lapsed => Err(Error::RecoveryLapsed {
				label: self.label,
				account: account.clone(),
				last,
			}),
			_ => Ok(attempt),
		}
	}

	/// Whether the label can move to `account` in the next block.
	fn ensure_ready(&self, account: &AccountId) -> Result<(), Error> {
		let attempt = self.pending(account)?;
		match attempt.blocks {
			Some(0) => Ok(()),
			_ => Err(Error::RecoveryNotReady {
				label: self.label,
				approvals: attempt.approvals.len(),
				threshold: self.guardianship.as_ref().map_or(0, |guardianship| guardianship.threshold),
				ready: attempt.ready.zip(attempt.blocks),
			}),
		}
	}
}

/// The call by which a holder [names guardians](set_guardians): for its passkey to confirm, where the label has one.
pub fn naming(guardians: &[LabelId], threshold: u32, delay: BlockNumber) -> Result<Call, Error> {
	let arguments = (bounded(guardians)?, threshold, delay);
	Ok(call("Labels", "set_guardians", &arguments))
}

/// Names who may help to get the holder's label back, how many of them it takes, and how many blocks the holder has to object once so many
/// approved; they have as many to complete. Takes the place of what was said before, and ends all attempts. No guardians, with a threshold of
/// zero: nobody may help any more. With the `confirmation` of the [call](naming) by the label's passkey, where the label has one, whatever it
/// guards.
pub async fn set_guardians(
	submitter: &Submitter,
	holder: &Keypair,
	guardians: &[LabelId],
	threshold: u32,
	delay: BlockNumber,
	confirmation: Option<&Confirmation>,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	let call = naming(guardians, threshold, delay)?;
	let (chain, account) = (submitter.chain(), holder.account());
	chain.ensure_synced().await?;
	let included = passkeys::submit(submitter, holder, &account, &call, confirmation, patience).await?;
	let at = chain.at(&included).await?;
	let label = held_by(chain, &at, &account).await?;
	label_after(chain, &at, label).await
}

fn bounded(guardians: &[LabelId]) -> Result<GuardianIds, Error> {
	GuardianIds::try_from(guardians.to_vec()).map_err(|_| Error::TooManyGuardians {
		found: guardians.len(),
		most: MAX_GUARDIANS,
	})
}

/// Begins to move a label to the key that consents, as a guardian, and approves it.
pub async fn initiate_recovery(
	submitter: &Submitter,
	guardian: &Keypair,
	label: LabelId,
	takeover: &Takeover,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	let chain = submitter.chain();
	chain.ensure_synced().await?;
	takeover.check(chain.genesis(), label, chain.height().await?)?;
	let arguments = (&takeover.account, takeover.valid_until, &takeover.signature);
	change(submitter, guardian, "initiate_recovery", label, &arguments, patience).await
}

/// Approves, as a guardian, that a label moves to `account`, as another guardian wants.
pub async fn approve_recovery(
	submitter: &Submitter,
	guardian: &Keypair,
	label: LabelId,
	account: &AccountId,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	outlook(submitter.chain(), label).await?.pending(account)?;
	change(submitter, guardian, "approve_recovery", label, account, patience).await
}

/// Objects to all attempts to get a label back, as its holder or an auditor.
pub async fn veto_recovery(
	submitter: &Submitter,
	signer: &Keypair,
	label: LabelId,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	change(submitter, signer, "veto_recovery", label, &(), patience).await
}

/// Moves a label to `account`, as a guardian, once enough of them approved and nobody objected.
pub async fn complete_recovery(
	submitter: &Submitter,
	guardian: &Keypair,
	label: LabelId,
	account: &AccountId,
	patience: Duration,
) -> Result<Finalised<LabelStatus>, Error> {
	// The ledger would refuse it, and not say who is missing or for how long.
	outlook(submitter.chain(), label).await?.ensure_ready(account)?;
	change(submitter, guardian, "complete_recovery", label, account, patience).await
}

/// Who may help to get a label back, and who wants to.
pub async fn outlook(chain: &Chain, label: LabelId) -> Result<Outlook, Error> {
	chain.ensure_synced().await?;
	let at = chain.finalised().await?;
	let status = existing(chain, &at, label).await?;
	Ok(Outlook::of(&status, BlockId::of(&at)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use chirograph_primitives::{Approval, DossierHash, Inclusion, Label, Operations, OrganisationId, Role, Roles, Standing};
	use serde_json::json;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn ids(labels: &[LabelId]) -> GuardianIds {
		bounded(labels).expect("a few")
	}

	fn at(block: BlockNumber) -> Inclusion {
		Inclusion {
			block,
			extrinsic: 1,
			time: 2_000 * u64::from(block),
		}
	}

	/// Of label 7, to which one attempt has the approvals that it takes, from block 20 on, and one has not. Its guardians have ten blocks.
	fn outlook_in(block: u64) -> Outlook {
		let approval = |guardian: &LabelId| Approval {
			guardian: *guardian,
			account: account(100),
		};
		let attempt = |byte, guardians: &[LabelId], ready| {
			let approvals: Vec<_> = guardians.iter().map(approval).collect();
			let approvals = approvals.try_into().expect("a few");
			(account(byte), Recovery { approvals, ready })
		};
		let status = LabelStatus {
			holder: account(1),
			label: Label {
				id: 7,
				organisation: OrganisationId([2; 32]),
				jurisdiction: "DE".parse().expect("is one"),
				roles: Roles::only(Role::Owner),
				expires: 1,
				standing: Standing::Active,
				dossier: DossierHash([3; 32]),
				certificate: None,
				auditor: None,
				held_since: at(1),
				distrusted_since: None,
				guarded: Operations::NONE,
				changes: 1,
			},
			remit: None,
			guardianship: Some(Guardianship {
				guardians: ids(&[2, 3, 4]),
				threshold: 2,
				delay: 10,
				named_by: account(1),
				named_at: at(5),
			}),
			recoveries: vec![attempt(2, &[3, 4], Some(20)), attempt(3, &[2], None)],
		};
		let as_of = BlockId {
			number: block,
			hash: "0x09".into(),
		};
		Outlook::of(&status, as_of)
	}

	#[test]
	fn a_recovery_is_completed_from_its_block_on_to_its_last() {
		// In the block behind the one that was asked.
		for block in [20, 21, 29] {
			assert!(outlook_in(block).ensure_ready(&account(2)).is_ok(), "block {block}");
		}
		for block in [30, 31, 1_000] {
			let refused = outlook_in(block).ensure_ready(&account(2)).expect_err("it is too late");
			assert!(matches!(refused, Error::RecoveryLapsed { last: 30, .. }), "block {block}");
			let text = refused.to_string();
			assert!(text.contains("until block 30") && text.contains("recovery begin 7"), "{text}");
			assert!(outlook_in(block).pending(&account(3)).is_ok(), "was never ready");
		}
		for (block, left) in [(0, 20), (19, 1)] {
			let refused = outlook_in(block).ensure_ready(&account(2)).expect_err("it is too early");
			assert!(matches!(refused, Error::RecoveryNotReady { ready: Some((20, blocks)), .. } if blocks == left));
			let text = refused.to_string();
			assert!(
				text.contains("before block 20") && text.contains(&format!("is {left} block")),
				"{text}"
			);
		}
	}

	#[test]
	fn a_recovery_with_too_few_approvals_is_never_completed() {
		let refused = outlook_in(1_000).ensure_ready(&account(3)).expect_err("one is missing");
		assert!(matches!(refused, Error::RecoveryNotReady { ready: None, .. }));
		let text = refused.to_string();
		assert!(text.contains("1 of the 2 guardians"), "{text}");
	}

	#[test]
	fn an_attempt_is_known_by_its_account() {
		let refused = outlook_in(20).ensure_ready(&account(4));
		assert!(matches!(refused, Err(Error::NoRecovery { label: 7, account: wanted }) if wanted == account(4)));
	}

	#[test]
	fn no_more_guardians_are_sent_than_there_may_be() {
		let most: Vec<LabelId> = (1..=MAX_GUARDIANS).collect();
		assert_eq!(ids(&most).into_inner(), most);
		let more: Vec<LabelId> = (0..=MAX_GUARDIANS).collect();
		assert!(matches!(
			bounded(&more),
			Err(Error::TooManyGuardians {
				found: 10,
				most: MAX_GUARDIANS
			})
		));
	}

	#[test]
	fn programs_read_blocks_and_numbers_of_labels() {
		let outlook = json!(outlook_in(15));
		let guardianship = &outlook["guardianship"];
		assert_eq!(
			(&guardianship["guardians"], &guardianship["threshold"], &guardianship["delay"]),
			(&json!([2, 3, 4]), &json!(2), &json!(10))
		);
		assert_eq!(guardianship["namedBy"], json!(account(1)));
		assert_eq!(guardianship["namedAt"]["block"], 5);
		let [ready, waiting] = [0, 1].map(|index| outlook["attempts"][index].clone());
		assert_eq!(
			(&ready["approvals"], &ready["ready"], &ready["blocks"]),
			(&json!([3, 4]), &json!(20), &json!(5))
		);
		assert_eq!((&ready["last"], &ready["lapsed"]), (&json!(30), &json!(false)));
		assert_eq!((&waiting["ready"], &waiting["blocks"]), (&json!(null), &json!(null)));
		assert_eq!((&waiting["last"], &waiting["lapsed"]), (&json!(null), &json!(false)));
	}
}
