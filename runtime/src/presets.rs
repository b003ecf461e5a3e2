// SPDX-License-Identifier: Apache-2.0

//! Genesis of the development networks, in which every key is public: `//Alice` and friends. A network of its own begins with a patch over
//! one of these.

use crate::{
	configs::EPOCH_CONFIG, parameters, AccountId, BabeConfig, Balance, BalancesConfig, CouncilConfig, LabelsConfig, Moment,
	ParametersConfig, PeersConfig, RoutingConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, TimekeepingConfig,
	ValidatorsConfig,
};
use alloc::{vec, vec::Vec};
use chirograph_primitives::{
	time::TimeTerms, validator::ValidatorTerms, Country, Jurisdiction, LabelId, OrganisationId, Remit, Role, Roles,
};
use frame_support::build_struct_json_patch;
use pallet_labels::{Founder, QuotaTerms};
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// A million tokens: enough for fees and deposits for as long as anybody develops.
const ENDOWMENT: Balance = 1_000_000 * 1_000_000_000_000;

/// The year 2100, in milliseconds: development does not stop at a date.
const FOUNDERS_EXPIRE: Moment = 4_102_444_800_000;

type Validator = (Sr25519Keyring, Ed25519Keyring);

/// Labels of the development accounts. Everybody owns proofs and belongs to an organisation of their own; what else an account may act as, its
/// line says. Ferdie holds no label, to show what that is like.
fn founders() -> Vec<Founder> {
	use Role::*;
	use Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};
	let founder = |key: Sr25519Keyring, roles: &[Role]| {
		let roles: Roles = roles.iter().copied().chain([Owner]).collect();
		let everything_else = Roles::all().without(Roles::only(Auditor));
		Founder {
			account: key.to_account_id(),
			organisation: OrganisationId(key.to_raw_public()),
			jurisdiction: DEVELOPMENT,
			roles,
			expires: FOUNDERS_EXPIRE,
			remit: roles.contains(Auditor).then(|| Remit {
				roles: everything_else,
				countries: Default::default(),
			}),
		}
	};
	vec![
		founder(Alice, &[Validator, Auditor, BusinessPlatform, Issuer]),
		founder(Bob, &[Validator, BusinessPlatform, Issuer, TaxAuthority]),
		founder(Charlie, &[Validator, Regulator, Auditor]),
		founder(Dave, &[Validator, CertificateAuthority, TimeService, TaxAuthority]),
		founder(Eve, &[Enterprise, PaymentPlatform, Taxpayer]),
	]
}

/// No country of this world: ISO 3166 leaves the code to its users.
const DEVELOPMENT: Jurisdiction = Jurisdiction {
	country: Country(*b"XX"),
	region: [0; 3],
};

/// A north and a south, so that there is something to route: Bob's label is competent in the north and for all of the country, Dave's in the
/// south. Founders are numbered from 1.
fn routes() -> Vec<(Jurisdiction, LabelId)> {
	const BOB: LabelId = 2;
	const DAVE: LabelId = 4;
	let region = |letter| Jurisdiction {
		region: [letter, 0, 0],
		..DEVELOPMENT
	};
	vec![(DEVELOPMENT, BOB), (region(b'N'), BOB), (region(b'S'), DAVE)]
}

fn genesis(validators: &[Validator], council: &[Sr25519Keyring], council_quorum: u32) -> Value {
	let accounts: Vec<AccountId> = validators.iter().map(|(key, _)| key.to_account_id()).collect();
	let keys = validators.iter().map(|(babe, grandpa)| {
		let keys = SessionKeys {
			babe: babe.public().into(),
			grandpa: grandpa.public().into(),
		};
		(babe.to_account_id(), babe.to_account_id(), keys)
	});
	build_struct_json_patch!(RuntimeGenesisConfig {
		parameters: ParametersConfig {
			slot_duration: parameters::MIN_SLOT_DURATION,
			epoch_length: parameters::DEFAULT_EPOCH_LENGTH,
			// A minute: long enough to reject an invoice in, short enough to wait for.
			acceptance_period: 60_000,
			council_quorum,
		},
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|key| (key.to_account_id(), ENDOWMENT))
				.collect::<Vec<_>>(),
		},
		babe: BabeConfig {
			epoch_config: EPOCH_CONFIG
		},
		session: SessionConfig {
			keys: keys.collect::<Vec<_>>()
		},
		labels: LabelsConfig {
			founders: founders(),
			// Whoever tests makes many accounts at once, and such a network does not last.
			terms: QuotaTerms {
				applications: 1_000,
				..QuotaTerms::default()
			},
			// Long enough to object in, short enough to wait for.
			min_recovery_delay: 5,
		},
		routing: RoutingConfig { routes: routes() },
		validators: ValidatorsConfig {
			terms: ValidatorTerms {
				// They are all at home in the same country, which is none.
				seats_per_country: parameters::MAX_VALIDATORS,
				min_seats: 1,
				..ValidatorTerms::default()
			},
			seats: accounts,
			budget: ENDOWMENT,
		},
		timekeeping: TimekeepingConfig {
			// Dave alone is a time service.
			terms: TimeTerms {
				services: 1,
				..TimeTerms::default()
			},
		},
		// Whoever develops is a stranger.
		peers: PeersConfig {
			closed: false,
			members: Vec::new(),
		},
		council: CouncilConfig {
			members: council.iter().map(|key| key.to_account_id()).collect::<Vec<_>>()
		},
	})
}

/// One validator, who is the council as well.
fn development() -> Value {
	genesis(&[(Sr25519Keyring::Alice, Ed25519Keyring::Alice)], &[Sr25519Keyring::Alice], 1)
}

/// Four validators, the fewest that tolerate a fault; three of them are the council, and two of these are Root.
fn local_testnet() -> Value {
	let validators = [
		(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
		(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	];
	genesis(
		&validators,
		&[Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie],
		2,
	)
}

/// The genesis patch of that name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// All names.
pub fn preset_names() -> Vec<PresetId> {
	vec![
		PresetId::from(DEV_RUNTIME_PRESET),
		PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
	]
}
