// SPDX-License-Identifier: Apache-2.0

//! Who is there from the beginning, and which beginnings are refused.

use super::stray_roles;
use crate::{
	mock::*, Founder, GenesisConfig, History, LastLabel, MinRecoveryDelay, QuotaTerms, Remits, Terms, DEFAULT_RECOVERY_DELAY,
};
use chirograph_primitives::{
	Country, DossierHash, Inclusion, Jurisdiction, Label, LabelChange, LabelEvent, Operations, Quota, Remit, Role, Roles,
	Standing, MAX_COUNTRIES,
};
use frame_system::DecRefStatus;
use sp_runtime::BuildStorage;

const BEGINNING: Inclusion = Inclusion {
	block: 0,
	extrinsic: 0,
	time: 0,
};

/// A founder that is in order.
fn ada() -> Founder {
	Founder {
		account: Fred.account(),
		organisation: Fred.organisation(),
		jurisdiction: france(),
		roles: Roles::only(Role::Owner),
		expires: 1,
		remit: None,
	}
}

fn ada_as_auditor(remit: Option<Remit>) -> Founder {
	Founder {
		roles: Roles::only(Role::Auditor),
		remit,
		..ada()
	}
}

/// A network with these founders.
fn found(founders: Vec<Founder>, terms: QuotaTerms) -> sp_io::TestExternalities {
	let labels = GenesisConfig::<Test> {
		founders,
		terms,
		..Default::default()
	};
	let genesis = RuntimeGenesisConfig {
		labels,
		..Default::default()
	};
	genesis.build_storage().expect("what is refused panics").into()
}

fn found_by(founder: Founder) -> sp_io::TestExternalities {
	found(vec![founder], QuotaTerms::default())
}

#[test]
fn founders_are_as_stated() {
	with_chain(|| {
		assert_eq!(LastLabel::<Test>::get(), 5);
		let stated = [
			(Anna, Role::Auditor, germany()),
			(Bruno, Role::Auditor, france()),
			(Clara, Role::Regulator, germany()),
			(Dora, Role::CertificateAuthority, germany()),
			(Emil, Role::Owner, germany()),
		];
		for (who, role, jurisdiction) in stated {
			let label = Label {
				id: who.number(),
				organisation: who.organisation(),
				jurisdiction,
				roles: Roles::only(role),
				expires: FOUNDERS_EXPIRE,
				standing: Standing::Active,
				dossier: DossierHash([0; 32]),
				certificate: None,
				auditor: None,
				held_since: BEGINNING,
				distrusted_since: None,
				guarded: Operations::NONE,
				changes: 1,
			};
			let granted = LabelChange {
				at: BEGINNING,
				by: None,
				event: LabelEvent::Granted,
				roles: label.roles,
				expires: label.expires,
				standing: label.standing,
			};
			assert_eq!(who.label(), label);
			assert_eq!(Labels::holder_of(who.number()), Some(who.account()));
			assert_eq!(History::<Test>::get(who.number(), 0), Some(granted));
			assert_eq!(Labels::authority_at(&who.account(), role, &BEGINNING), Ok(who.number()));
			assert_eq!(Labels::authority(&who.account(), role), Ok(who.number()));
		}
	});
}

#[test]
fn auditors_among_the_founders_have_their_remits_and_nobody_else_has_one() {
	with_chain(|| {
		let anna = remit(every_grantable_role(), &["DE", "FR"]);
		let bruno = remit(Roles::only(Role::Owner), &["FR"]);
		assert_eq!(Remits::<Test>::get(Anna.number()), Some(anna));
		assert_eq!(Remits::<Test>::get(Bruno.number()), Some(bruno));
		assert_eq!(Remits::<Test>::iter_keys().count(), 2);
	});
}

#[test]
fn terms_are_as_stated() {
	let mut terms = QuotaTerms {
		window: 7,
		applications: 1,
		..QuotaTerms::default()
	};
	terms.set(Role::Owner, Quota { calls: 2, bytes: 3 });
	found(vec![], terms.clone()).execute_with(|| assert_eq!(Terms::<Test>::get(), terms));
}

#[test]
fn holders_have_as_long_to_object_as_is_stated_and_a_day_where_nothing_is() {
	with_chain(|| assert_eq!(MinRecoveryDelay::<Test>::get(), MIN_RECOVERY_DELAY));
	let of_default = || assert_eq!(MinRecoveryDelay::<Test>::get(), DEFAULT_RECOVERY_DELAY);
	found(vec![], QuotaTerms::default()).execute_with(of_default);
}

/// A nonce that is forgotten starts again, and what was signed then could be executed again.
#[test]
fn nonce_of_a_founder_is_kept_whatever_else_of_the_account_ends() {
	with_chain(|| {
		for who in [Anna, Bruno, Clara, Dora, Emil] {
			let account = who.account();
			assert_eq!(System::providers(&account), 1);
			System::inc_account_nonce(&account);
			System::inc_providers(&account);
			assert_eq!(System::dec_providers(&account), Ok(DecRefStatus::Exists));
			assert_eq!(System::account_nonce(&account), 1);
		}
	});
}

#[test]
fn network_without_founders_is_sound_and_any_valid_founder_is_accepted() {
	let everywhere = Remit {
		roles: every_grantable_role(),
		countries: Default::default(),
	};
	let longest = remit(every_grantable_role(), &["DE"; MAX_COUNTRIES as usize]);
	let auditor_and_more = Founder {
		roles: Roles::all(),
		..ada_as_auditor(Some(everywhere.clone()))
	};
	let beginnings = [
		vec![],
		vec![ada()],
		vec![ada_as_auditor(Some(everywhere))],
		vec![ada_as_auditor(Some(longest))],
		vec![auditor_and_more],
	];
	for founders in beginnings {
		found(founders, QuotaTerms::default()).execute_with(|| assert_eq!(Labels::do_try_state(), Ok(())));
	}
}

#[test]
#[should_panic = "labels.terms.window must be a block at least"]
fn window_without_a_block_is_refused() {
	let terms = QuotaTerms {
		window: 0,
		..QuotaTerms::default()
	};
	found(vec![ada()], terms);
}

#[test]
#[should_panic = "labels.minRecoveryDelay must leave the holder a block to object in"]
fn network_without_time_to_object_is_refused() {
	let labels = GenesisConfig::<Test> {
		min_recovery_delay: 0,
		..Default::default()
	};
	let genesis = RuntimeGenesisConfig {
		labels,
		..Default::default()
	};
	let _ = genesis.build_storage();
}

#[test]
#[should_panic = "must have a role"]
fn founder_without_a_role_is_refused() {
	found_by(Founder {
		roles: Roles::NONE,
		..ada()
	});
}

#[test]
#[should_panic = "must have a role"]
fn founder_with_a_role_that_does_not_exist_is_refused() {
	let stray = stray_roles().next().expect("some bits stand for none");
	found_by(Founder {
		roles: Roles::only(Role::Owner).with(stray),
		..ada()
	});
}

#[test]
#[should_panic = "must be at home in a country"]
fn founder_of_a_country_that_is_none_is_refused() {
	found_by(Founder {
		jurisdiction: Jurisdiction {
			country: Country(*b"fr"),
			..france()
		},
		..ada()
	});
}

#[test]
#[should_panic = "must be at home in a country"]
fn founder_of_a_region_that_is_none_is_refused() {
	found_by(Founder {
		jurisdiction: Jurisdiction {
			region: [0, b'7', b'5'],
			..france()
		},
		..ada()
	});
}

#[test]
#[should_panic = "must last"]
fn founder_whose_label_is_over_is_refused() {
	found_by(Founder { expires: 0, ..ada() });
}

#[test]
#[should_panic = "must have a remit exactly if it is an auditor"]
fn auditor_without_a_remit_is_refused() {
	found_by(ada_as_auditor(None));
}

#[test]
#[should_panic = "must have a remit exactly if it is an auditor"]
fn remit_of_a_founder_that_is_no_auditor_is_refused() {
	found_by(Founder {
		remit: Some(remit(Roles::only(Role::Owner), &["DE"])),
		..ada()
	});
}

#[test]
#[should_panic = "must name roles, auditors not among them, and countries by two letters"]
fn remit_without_roles_is_refused() {
	found_by(ada_as_auditor(Some(remit(Roles::NONE, &["DE"]))));
}

#[test]
#[should_panic = "must name roles, auditors not among them, and countries by two letters"]
fn remit_with_auditors_in_it_is_refused() {
	found_by(ada_as_auditor(Some(remit(Roles::all(), &["DE"]))));
}

#[test]
#[should_panic = "must name roles, auditors not among them, and countries by two letters"]
fn remit_for_a_country_that_is_none_is_refused() {
	let nowhere = vec![Country(*b"de")].try_into().expect("a few");
	found_by(ada_as_auditor(Some(Remit {
		roles: Roles::only(Role::Owner),
		countries: nowhere,
	})));
}

#[test]
#[should_panic = "is there twice"]
fn account_that_founds_twice_is_refused() {
	found(vec![ada(), ada()], QuotaTerms::default());
}
