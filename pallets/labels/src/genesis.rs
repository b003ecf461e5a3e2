// SPDX-License-Identifier: Apache-2.0

use crate::{Config, Founder, MinRecoveryDelay, Pallet, QuotaTerms, Remits, Terms};
use chirograph_primitives::{Application, BlockNumber, DossierHash, Ledger, Role};

impl<T: Config> Pallet<T> {
	/// Refuses founders that could not have come to be otherwise, with a panic: there is no network yet that it could harm.
	#[allow(clippy::panic)]
	pub(crate) fn build_genesis(founders: &[Founder], terms: &QuotaTerms, min_recovery_delay: BlockNumber) {
		assert!(terms.window > 0, "labels.terms.window must be a block at least");
		Terms::<T>::put(terms);
		assert!(
			min_recovery_delay > 0,
			"labels.minRecoveryDelay must leave the holder a block to object in"
		);
		MinRecoveryDelay::<T>::put(min_recovery_delay);
		for founder in founders {
			let account = &founder.account;
			assert!(
				!founder.roles.is_empty() && !founder.roles.has_unknown(),
				"labels.founders: {account:?} must have a role"
			);
			assert!(
				founder.jurisdiction.is_well_formed(),
				"labels.founders: {account:?} must be at home in a country, as ISO 3166 writes it"
			);
			assert!(founder.expires > 0, "labels.founders: the label of {account:?} must last");
			assert!(
				founder.roles.contains(Role::Auditor) == founder.remit.is_some(),
				"labels.founders: {account:?} must have a remit exactly if it is an auditor"
			);
			assert!(
				founder.remit.as_ref().is_none_or(|remit| remit.is_valid()),
				"labels.founders: the remit of {account:?} must name roles, auditors not among them, and countries by two letters"
			);
			assert!(
				!crate::Labels::<T>::contains_key(account),
				"labels.founders: {account:?} is there twice"
			);
			Self::keep_account(account);
			let founding = Application {
				// Whoever makes the network vouches for its founders; there is no dossier to be compared.
				dossier: DossierHash([0; 32]),
				organisation: founder.organisation,
				jurisdiction: founder.jurisdiction,
				roles: founder.roles,
				certificate: None,
				applied: T::Ledger::here(),
			};
			let granted = Self::grant(account, founding, founder.expires, None);
			if let (Ok(label), Some(remit)) = (granted, &founder.remit) {
				Remits::<T>::insert(label.id, remit);
			}
		}
	}
}
