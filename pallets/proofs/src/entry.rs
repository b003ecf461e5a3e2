// SPDX-License-Identifier: Apache-2.0

use crate::{Batches, Config, Error, History, Leaves, Records, ROOM_FOR_ANNOTATIONS, ROOM_FOR_TRANSFERS};
use chirograph_primitives::{
	AccountId, Authority, Batch, BatchRoot, Inclusion, LabelId, Ledger, Life, ProofChange, ProofEvent, ProofId, Record, Schema,
	Status, Subject,
};
use frame_support::ensure;
use sp_core::Get;

/// A proof as it is on the ledger, to be changed and written back.
pub enum Entry {
	/// What is registered under a subject by itself.
	Record(Subject, Record),
	/// All leaves of a batch.
	Batch(BatchRoot, Batch),
	/// One leaf: its batch, and what became of it by itself.
	Leaf(BatchRoot, Subject, Batch, Life),
}

impl Entry {
	/// The proof, if it is registered. That a leaf is one, the ledger cannot see: it asks for the batch.
	pub fn find<T: Config>(proof: &ProofId) -> Option<Self> {
		Some(match *proof {
			ProofId::Record { subject } => Self::Record(subject, Records::<T>::get(subject)?),
			ProofId::Batch { root } => Self::Batch(root, Batches::<T>::get(root)?),
			ProofId::Leaf { root, subject } => {
				Self::Leaf(root, subject, Batches::<T>::get(root)?, Leaves::<T>::get(root, subject))
			},
		})
	}

	/// The proof, if `holder` holds it and it still stands.
	pub fn find_active<T: Config>(proof: &ProofId, holder: &AccountId) -> Result<Self, Error<T>> {
		let entry = Self::find::<T>(proof).ok_or(Error::<T>::NotRegistered)?;
		ensure!(entry.is_of::<T>(holder), Error::<T>::NotOwner);
		ensure_active(entry.status())?;
		Ok(entry)
	}

	const fn id(&self) -> ProofId {
		match *self {
			Self::Record(subject, _) => ProofId::Record { subject },
			Self::Batch(root, _) => ProofId::Batch { root },
			Self::Leaf(root, subject, ..) => ProofId::Leaf { root, subject },
		}
	}

	pub const fn schema(&self) -> Schema {
		match self {
			Self::Record(_, record) => record.schema,
			Self::Batch(_, batch) | Self::Leaf(_, _, batch, _) => batch.schema,
		}
	}

	/// Whether `account` acts for whoever holds it: with the key that registered or received it, or with one that the label of that moved to since.
	/// That the account may act at all now, this does not say.
	pub fn is_of<T: Config>(&self, account: &AccountId) -> bool {
		self.holder() == account
			|| T::Authority::ensure(account, self.schema().role()).is_ok_and(|label| label == self.holder_label())
	}

	pub fn holder_label(&self) -> LabelId {
		match self {
			Self::Record(_, record) => record.holder_label(),
			Self::Batch(_, batch) => batch.holder_label(),
			Self::Leaf(_, _, batch, life) => batch.leaf_holder_label(life),
		}
	}

	fn holder(&self) -> &AccountId {
		match self {
			Self::Record(_, record) => record.holder(),
			Self::Batch(_, batch) => batch.holder(),
			Self::Leaf(_, _, batch, life) => batch.leaf_holder(life),
		}
	}

	pub const fn status(&self) -> Status {
		match self {
			Self::Record(_, record) => record.life.status,
			Self::Batch(_, batch) => batch.life.status,
			Self::Leaf(_, _, batch, life) => batch.leaf_status(life),
		}
	}

	/// Fails if its history has no room for this any more.
	pub fn ensure_room<T: Config>(&self, event: &ProofEvent) -> Result<(), Error<T>> {
		let life = match self {
			Self::Record(_, record) => &record.life,
			Self::Batch(_, batch) => &batch.life,
			Self::Leaf(.., life) => life,
		};
		ensure!(life.changes < room::<T>(event), Error::<T>::TooManyChanges);
		Ok(())
	}

	/// What became of it by itself.
	fn life(&mut self) -> &mut Life {
		match self {
			Self::Record(_, record) => &mut record.life,
			Self::Batch(_, batch) => &mut batch.life,
			Self::Leaf(.., life) => life,
		}
	}

	/// Changes it as the label `by` does here and now with the key of `account`, and appends that to its history.
	pub fn change<T: Config>(
		mut self,
		by: LabelId,
		account: AccountId,
		event: ProofEvent,
		change: impl FnOnce(&mut Life, Inclusion),
	) -> Inclusion {
		let (id, at) = (self.id(), T::Ledger::here());
		let life = self.life();
		change(life, at);
		let entry = ProofChange { at, by, account, event };
		History::<T>::insert(id, life.changes, entry);
		// Saturating: there is room for far fewer.
		life.changes = life.changes.saturating_add(1);
		match self {
			Self::Record(subject, record) => Records::<T>::insert(subject, record),
			Self::Batch(root, batch) => Batches::<T>::insert(root, batch),
			Self::Leaf(root, subject, _, life) => Leaves::<T>::insert(root, subject, life),
		}
		at
	}
}

/// A history with as many entries has no room for this any more. What ends a proof, which happens once, always fits.
pub fn room<T: Config>(event: &ProofEvent) -> u32 {
	let most = T::MaxChanges::get();
	match event {
		// Saturating: without a bound there is room enough.
		ProofEvent::Renewed { .. } => most,
		ProofEvent::Transferred { .. } => most.saturating_add(ROOM_FOR_TRANSFERS),
		ProofEvent::Annotated { .. } => most.saturating_add(ROOM_FOR_ANNOTATIONS),
		ProofEvent::Revoked { .. } | ProofEvent::Superseded { .. } => u32::MAX,
	}
}

/// Fails unless it still stands.
pub fn ensure_active<T>(status: Status) -> Result<(), Error<T>> {
	match status {
		Status::Active => Ok(()),
		Status::Revoked { .. } => Err(Error::AlreadyRevoked),
		Status::Superseded { .. } => Err(Error::AlreadySuperseded),
	}
}
