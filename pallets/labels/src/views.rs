// SPDX-License-Identifier: Apache-2.0

//! Answers of [`LabelsApi`](crate::LabelsApi).

use crate::{
	Applications, Certificates, Config, Guardians, History, Labels, LastLabel, Pallet, Recoveries, Rejections, Remits,
	RetiredKeys, MAX_PER_PAGE,
};
use alloc::vec::Vec;
use chirograph_primitives::{
	AccountId, AccountStatus, Application, CertificateHash, LabelChange, LabelId, LabelStatus, Publication,
};

impl<T: Config> Pallet<T> {
	/// See [`LabelsApi::account`](crate::LabelsApi).
	pub fn account_status(account: &AccountId) -> AccountStatus {
		AccountStatus {
			label: Labels::<T>::get(account),
			usage: Self::usage_of(account),
			retired: RetiredKeys::<T>::get(account),
			application: Applications::<T>::get(account),
			rejection: Rejections::<T>::get(account),
		}
	}

	/// See [`LabelsApi::label`](crate::LabelsApi).
	pub fn label_status(label: LabelId) -> Option<LabelStatus> {
		let (holder, label) = Self::find(label).ok()?;
		Some(LabelStatus {
			holder,
			remit: Remits::<T>::get(label.id),
			guardianship: Guardians::<T>::get(label.id),
			recoveries: Recoveries::<T>::iter_prefix(label.id).collect(),
			label,
		})
	}

	/// See [`LabelsApi::history`](crate::LabelsApi).
	pub fn history(label: LabelId, from: u32) -> Vec<LabelChange> {
		(from..from.saturating_add(MAX_PER_PAGE))
			.map_while(|index| History::<T>::get(label, index))
			.collect()
	}

	/// See [`LabelsApi::labels`](crate::LabelsApi).
	pub fn labels_from(from: LabelId) -> Vec<LabelStatus> {
		let last = LastLabel::<T>::get().min(from.max(1).saturating_add(MAX_PER_PAGE - 1));
		(from.max(1)..=last).filter_map(Self::label_status).collect()
	}

	/// See [`LabelsApi::applications`](crate::LabelsApi).
	pub fn applications_after(after: Option<AccountId>) -> Vec<(AccountId, Application)> {
		let entries = match after {
			Some(account) => Applications::<T>::iter_from(Applications::<T>::hashed_key_for(account)),
			None => Applications::<T>::iter(),
		};
		// The range first: at the limit, no entry is read for nothing.
		(0..MAX_PER_PAGE).zip(entries).map(|(_, entry)| entry).collect()
	}

	/// See [`LabelsApi::certificates`](crate::LabelsApi).
	pub fn certificates_of(label: LabelId, after: Option<CertificateHash>) -> Vec<(CertificateHash, Publication)> {
		let entries = match after {
			Some(certificate) => {
				Certificates::<T>::iter_prefix_from(label, Certificates::<T>::hashed_key_for(label, certificate))
			},
			None => Certificates::<T>::iter_prefix(label),
		};
		(0..MAX_PER_PAGE).zip(entries).map(|(_, entry)| entry).collect()
	}
}
