// SPDX-License-Identifier: Apache-2.0

use crate::{
	entry::{room, Entry},
	Batches, Claims, Config, History, Leaves, Pallet, Policy, Records, UsedSignatures,
};
use chirograph_primitives::{Inclusion, LabelId, Ledger, Life, ProofChange, ProofEvent, ProofId, Record, Status};
use frame_support::ensure;
use sp_core::Get;
use sp_runtime::{traits::SaturatedConversion, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// The invariants that the crate's documentation numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut known = 0usize;
		for (subject, record) in Records::<T>::iter() {
			let proof = ProofId::Record { subject };
			known = known.saturating_add(Self::check_life(proof, &record.life, &record.registered, Some(record.label))?);
		}
		for (root, batch) in Batches::<T>::iter() {
			ensure!(batch.leaves > 0, "invariant 9: a batch without leaves");
			let proof = ProofId::Batch { root };
			known = known.saturating_add(Self::check_life(proof, &batch.life, &batch.registered, Some(batch.label))?);
		}
		for (root, subject, life) in Leaves::<T>::iter() {
			let batch = Batches::<T>::get(root).ok_or("invariant 5: a leaf without a batch")?;
			ensure!(life.changes > 0, "invariant 5: a leaf that nothing happened to");
			let proof = ProofId::Leaf { root, subject };
			known = known.saturating_add(Self::check_life(proof, &life, &batch.registered, None)?);
		}
		ensure!(
			History::<T>::iter_keys().count() == known,
			"invariant 6: history that is no proof's"
		);
		Self::check_claims()?;
		Self::check_used_signatures()?;
		Self::check_policy()
	}

	fn check_used_signatures() -> Result<(), TryRuntimeError> {
		let last = T::Ledger::here().block.saturating_add(T::MaxSignatureValidity::get());
		let mut deadlines = UsedSignatures::<T>::iter_keys().map(|(until, _)| until);
		ensure!(
			deadlines.all(|until| until <= last.to_be_bytes()),
			"invariant 11: a signature that was good for too long"
		);
		Ok(())
	}

	fn check_claims() -> Result<(), TryRuntimeError> {
		for (subject, owner, claim) in Claims::<T>::iter() {
			let first = Records::<T>::get(subject).ok_or("invariant 1: a claim without a record")?;
			ensure!(
				claim.owner == owner && first.owner != owner,
				"invariant 2: a claim under the wrong owner"
			);
			let Record { life, registered, .. } = claim;
			ensure!(
				life.holder.is_none() && life.changes == 0 && !matches!(life.status, Status::Superseded { .. }),
				"invariant 2: a claim with a life of its own"
			);
			ensure!(
				registered.position() >= first.registered.position(),
				"invariant 3: a claim older than the record"
			);
			let last = match life.status {
				Status::Revoked { at, .. } => at,
				_ => registered,
			};
			Self::check_order(&registered, &last)?;
		}
		Ok(())
	}

	fn check_policy() -> Result<(), TryRuntimeError> {
		let mut last = 0;
		for change in Policy::<T>::get().0 {
			ensure!(
				last <= change.at && change.at <= T::Ledger::here().time.saturating_add(1),
				"invariant 10: the council's words are not in the order of time"
			);
			last = change.at;
			let reversed = match (change.terms.deprecated_from, change.terms.refused_from) {
				(Some(deprecated), Some(refused)) => deprecated > refused,
				_ => false,
			};
			ensure!(!reversed, "invariant 10: refused before it is deprecated");
		}
		Ok(())
	}

	/// Whether the life of a proof is what its history says, beginning with the label `owner`, if that is known. Returns how many entries there
	/// are.
	fn check_life(proof: ProofId, life: &Life, registered: &Inclusion, owner: Option<LabelId>) -> Result<usize, TryRuntimeError> {
		let entries = (0..life.changes).map_while(|index| History::<T>::get(proof, index));
		let entries: alloc::vec::Vec<_> = entries.collect();
		ensure!(entries.len() == life.changes as usize, "invariant 6: a history with gaps");
		let mut last = *registered;
		let (mut status, mut holder) = (Status::Active, owner);
		let mut since = None;
		Self::check_order(registered, registered)?;
		for (index, entry) in (0u32..).zip(entries) {
			let ProofChange {
				at,
				by: label,
				account,
				event,
			} = entry;
			ensure!(
				index < room::<T>(&event),
				"invariant 12: an entry for which there was no room"
			);
			Self::check_order(&last, &at)?;
			last = at;
			ensure!(
				status == Status::Active || matches!(event, ProofEvent::Annotated { .. }),
				"invariant 7: something happened behind the end"
			);
			ensure!(
				holder.is_none_or(|holder| holder == label) || matches!(event, ProofEvent::Annotated { .. }),
				"invariant 7: somebody else's doing"
			);
			match event {
				ProofEvent::Revoked { reason } => status = Status::Revoked { at, reason },
				ProofEvent::Superseded { successor } => {
					ensure!(
						successor != proof && Entry::find::<T>(&successor).is_some(),
						"invariant 8: nothing in its place"
					);
					status = Status::Superseded { at, by: successor };
				},
				ProofEvent::Transferred { from, to } => {
					ensure!(from != to, "invariant 7: handed over to who had it");
					ensure!(from == account, "invariant 7: handed over with another key");
					// The next holder's label, the entry does not have.
					holder = None;
					since = Some((to, at));
				},
				ProofEvent::Annotated { .. } | ProofEvent::Renewed { .. } => {},
			}
		}
		ensure!(
			life.status == status,
			"invariant 7: a status of which the history knows nothing"
		);
		let held = life.holder.as_ref().map(|holder| (holder.account.clone(), holder.since));
		ensure!(held == since, "invariant 7: a holder of whom the history knows nothing");
		Ok(life.changes.saturated_into())
	}

	fn check_order(earlier: &Inclusion, later: &Inclusion) -> Result<(), TryRuntimeError> {
		let ordered = earlier.position() <= later.position() && earlier.time <= later.time;
		ensure!(ordered, "invariant 4: changed before it was registered");
		let now = T::Ledger::here();
		ensure!(
			later.block <= now.block && later.time <= now.time,
			"invariant 4: an entry from the future"
		);
		Ok(())
	}
}
