// SPDX-License-Identifier: Apache-2.0

//! Who gets an extrinsic into a pool and into a block, before any call is dispatched.

use super::{council_revokes, council_suspends, hand_over, FOUNDERS_ENDED};
use crate::{mock::*, Admission, ApplicationUsage, Call, Error, Usage, Usages, MAX_ATTEMPTS};
use chirograph_primitives::{
	AccountId, AdmissionFault, CertificateClaim, CertificateHash, CertificateKey, Country, GuardianIds, Jurisdiction,
	LabelRevocationReason, Operations, Quota, QuotaUsage, RejectionReason, RetirementReason, Role, Roles, SuspensionReason,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok, assert_storage_noop, dispatch::GetDispatchInfo, storage::unhashed, traits::GetCallName, weights::Weight,
};
use frame_system::CheckNonce;
use sp_core::H256;
use sp_runtime::{
	traits::{DispatchTransaction, TransactionExtension},
	transaction_validity::{
		InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionSource, TransactionValidityError,
		ValidTransaction,
	},
};
use std::collections::{BTreeMap, BTreeSet};

/// The least priority of what a label sends.
const PLACE: TransactionPriority = 1 << 44;

/// One of each of this pallet's calls, in the order of their indices.
fn every_call() -> [Call<Test>; 26] {
	let (account, label, valid_until) = (Gina.account(), Emil.number(), NOW);
	let signature = Gina.takes_over(label, valid_until);
	let roles = Roles::only(Role::Owner);
	let certificate = CertificateHash([0; 32]);
	[
		Call::apply {
			dossier: DOSSIER,
			organisation: Fred.organisation(),
			jurisdiction: germany(),
			roles,
			certificate: None,
		},
		Call::withdraw {},
		Call::approve {
			account: account.clone(),
			application: H256::zero(),
			expires: EXPIRES,
		},
		Call::reject {
			account: account.clone(),
			reason: RejectionReason::Unspecified,
		},
		Call::suspend {
			label,
			reason: SuspensionReason::Unspecified,
		},
		Call::reinstate { label },
		Call::revoke {
			label,
			reason: LabelRevocationReason::Unspecified,
		},
		Call::renew { label, expires: EXPIRES },
		Call::add_roles { label, roles },
		Call::remove_roles { label, roles },
		Call::rotate {
			account: account.clone(),
			valid_until,
			signature: signature.clone(),
		},
		Call::reassign {
			label,
			reason: RetirementReason::Lost,
			account: account.clone(),
			valid_until,
			signature,
		},
		Call::distrust { account, since: NOW },
		Call::appoint_auditor {
			label,
			remit: remit(roles, &["DE"]),
		},
		Call::dismiss_auditor { label },
		Call::publish_certificate { certificate },
		Call::withdraw_certificate { certificate },
		Call::set_quota {
			role: Role::Owner,
			quota: Quota::default(),
		},
		Call::set_guardians {
			guardians: GuardianIds::default(),
			threshold: 1,
			delay: MIN_RECOVERY_DELAY,
		},
		Call::initiate_recovery {
			label,
			account: Gina.account(),
			valid_until,
			signature: Gina.takes_over(label, valid_until),
		},
		Call::approve_recovery {
			label,
			account: Gina.account(),
		},
		Call::veto_recovery { label },
		Call::complete_recovery {
			label,
			account: Gina.account(),
		},
		Call::bind_passkey {
			passkey: Emil.authenticator().passkey(),
			guarded: Operations::all(),
			sequence: 0,
			assertion: Emil.authenticator().assert(&[0; 32]),
		},
		Call::unbind_passkey {},
		Call::confirm {
			label,
			call: Box::new(free(1)),
			sequence: 0,
			assertion: Emil.authenticator().assert(&[0; 32]),
		},
	]
}

/// Every call of this pallet but `apply`, one that costs a fee, and one of another pallet that is free.
fn all_but_applying() -> Vec<RuntimeCall> {
	let own = every_call()
		.into_iter()
		.filter(|call| !matches!(call, Call::apply { .. }))
		.map(RuntimeCall::Labels);
	own.chain([paid(), free(1)]).collect()
}

fn application() -> RuntimeCall {
	RuntimeCall::Labels(Call::apply {
		dossier: DOSSIER,
		organisation: Fred.organisation(),
		jurisdiction: germany(),
		roles: Roles::only(Role::Owner),
		certificate: None,
	})
}

fn withdrawal() -> RuntimeCall {
	RuntimeCall::Labels(Call::withdraw {})
}

/// A call that is as many calls of the quota.
fn free(calls: usize) -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark_with_event { remark: vec![0; calls] })
}

/// A call that costs a fee.
fn paid() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark { remark: vec![] })
}

fn next_nonce(who: Who) -> u32 {
	System::account_nonce(who.account())
}

/// What a pool says of an extrinsic.
fn offer(who: Who, nonce: u32, call: &RuntimeCall, len: usize) -> Result<ValidTransaction, TransactionValidityError> {
	let info = call.get_dispatch_info();
	Admission::<Test>(nonce)
		.validate_only(who.origin(), call, &info, len, TransactionSource::External, 0)
		.map(|(validity, ..)| validity)
}

/// What a block does with an extrinsic before its call is dispatched.
fn include_with_nonce(who: Who, nonce: u32, call: &RuntimeCall, len: usize) -> Result<(), TransactionValidityError> {
	let info = call.get_dispatch_info();
	Admission::<Test>(nonce)
		.validate_and_prepare(who.origin(), call, &info, len, 0)
		.map(|_| ())
}

/// As `include_with_nonce`, for the account's next extrinsic.
fn include(who: Who, call: &RuntimeCall, len: usize) -> Result<(), TransactionValidityError> {
	include_with_nonce(who, next_nonce(who), call, len)
}

fn refusal(fault: AdmissionFault) -> TransactionValidityError {
	InvalidTransaction::Custom(fault.code()).into()
}

/// Neither a pool nor a block takes this.
fn assert_refused(who: Who, call: &RuntimeCall, fault: AdmissionFault) {
	let nonce = next_nonce(who);
	assert_eq!(offer(who, nonce, call, 0), Err(refusal(fault)), "{call:?}");
	assert_storage_noop!(assert_eq!(include(who, call, 0), Err(refusal(fault)), "{call:?}"));
}

fn priority(who: Who, nonce: u32, call: &RuntimeCall) -> TransactionPriority {
	offer(who, nonce, call, 0).expect("it is admitted").priority
}

fn allow(role: Role, calls: u32, bytes: u32) {
	assert_ok!(Labels::set_quota(RuntimeOrigin::root(), role, Quota { calls, bytes }));
}

fn suspend_emil(by: Who, reason: SuspensionReason) {
	assert_ok!(Labels::suspend(by.origin(), Emil.number(), reason));
}

#[test]
fn every_call_is_among_those_that_are_tried() {
	let names = every_call().map(|call| call.get_call_name());
	assert_eq!(names.as_slice(), Call::<Test>::get_call_names());
}

#[test]
fn account_that_nobody_knows_may_apply_and_nothing_else() {
	with_chain(|| {
		frame_system::Account::<Test>::remove(Fred.account());
		for call in all_but_applying() {
			assert_refused(Fred, &call, AdmissionFault::NoLabel);
		}
		assert_ok!(offer(Fred, 0, &application(), 0));
		assert_ok!(include(Fred, &application(), 0));
		assert_eq!(next_nonce(Fred), 1);
	});
}

#[test]
fn applicant_may_withdraw_and_nothing_else() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		for call in all_but_applying() {
			if call == withdrawal() {
				assert_ok!(offer(Fred, next_nonce(Fred), &call, 0));
			} else {
				assert_refused(Fred, &call, AdmissionFault::NoLabel);
			}
		}
		assert_refused(Fred, &application(), AdmissionFault::AlreadyApplied);
		assert_ok!(include(Fred, &withdrawal(), 0));
	});
}

#[test]
fn refused_applicant_may_apply_again_and_has_nothing_to_withdraw() {
	with_chain(|| {
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(Labels::reject(Anna.origin(), Fred.account(), RejectionReason::DossierMissing));
		assert_refused(Fred, &withdrawal(), AdmissionFault::NoLabel);
		assert_ok!(include(Fred, &application(), 0));
	});
}

#[test]
fn applications_of_all_accounts_are_bounded_in_a_window() {
	with_chain(|| {
		for who in [Fred, Gina, Hans] {
			assert_ok!(include(who, &application(), 0));
		}
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(include(Fred, &withdrawal(), 0));
		assert_ok!(Labels::withdraw(Fred.origin()));
		// Taking an application back makes no room in the window.
		assert_refused(Fred, &application(), AdmissionFault::TooManyApplications);
		at(399);
		assert_refused(Fred, &application(), AdmissionFault::TooManyApplications);
		at(400);
		assert_ok!(include(Fred, &application(), 0));
		let first = Usage {
			window: 4,
			used: Quota { calls: 1, bytes: 0 },
		};
		assert_eq!(ApplicationUsage::<Test>::get(), first);
	});
}

#[test]
fn applications_that_wait_are_bounded_in_all_windows() {
	with_chain(|| {
		for seed in 1..=MaxApplications::get() as u8 {
			let stranger = AccountId::new([100 + seed; 32]);
			System::inc_account_nonce(&stranger);
			let (stranger, roles) = (RuntimeOrigin::signed(stranger), Roles::only(Role::Owner));
			let applied = Labels::apply(stranger, DOSSIER, Fred.organisation(), germany(), roles, None);
			assert_ok!(applied);
		}
		assert_refused(Fred, &application(), AdmissionFault::TooManyWaiting);
		at(400);
		assert_refused(Fred, &application(), AdmissionFault::TooManyWaiting);
		assert_ok!(Labels::withdraw(RuntimeOrigin::signed(AccountId::new([101; 32]))));
		assert_ok!(include(Fred, &application(), 0));
	});
}

#[test]
fn application_is_admitted_to_the_place_of_one_that_lapsed() {
	with_chain(|| {
		for seed in 1..=MaxApplications::get() as u8 {
			let stranger = AccountId::new([100 + seed; 32]);
			System::inc_account_nonce(&stranger);
			let (stranger, roles) = (RuntimeOrigin::signed(stranger), Roles::only(Role::Owner));
			assert_ok!(Labels::apply(stranger, DOSSIER, Fred.organisation(), germany(), roles, None));
		}
		at(NOW + ApplicationLifetime::get() - 1);
		assert_refused(Fred, &application(), AdmissionFault::TooManyWaiting);
		at(NOW + ApplicationLifetime::get());
		assert_ok!(include(Fred, &application(), 0));
	});
}

/// Or one account fills a window before another is even looked at.
#[test]
fn applicant_sends_one_at_a_time() {
	with_chain(|| {
		let (next, too_early) = (next_nonce(Fred), Err(InvalidTransaction::Future.into()));
		assert_ok!(offer(Fred, next, &application(), 0));
		assert_eq!(offer(Fred, next + 1, &application(), 0), too_early);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_ok!(offer(Fred, next, &withdrawal(), 0));
		assert_eq!(offer(Fred, next + 1, &withdrawal(), 0), too_early);
		assert_ok!(offer(Emil, 1, &free(1), 0));
	});
}

#[test]
fn account_without_a_label_sends_so_many_and_no_more_whatever_becomes_of_them() {
	with_chain(|| {
		frame_system::Account::<Test>::remove(Fred.account());
		for attempt in 0..MAX_ATTEMPTS {
			// Each in a window of its own: it is not for the others that there is no room.
			at(NOW + 100 * attempt);
			assert_ok!(include(Fred, &application(), 0));
		}
		at(NOW + 100 * MAX_ATTEMPTS);
		assert_refused(Fred, &application(), AdmissionFault::TooManyAttempts);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_refused(Fred, &withdrawal(), AdmissionFault::TooManyAttempts);
		assert_ok!(include(Gina, &application(), 0));
		let approved = Labels::approve(Anna.origin(), Fred.account(), application_of(Fred), expires());
		assert_ok!(approved);
		assert_ok!(include(Fred, &free(1), 0));
	});
}

/// The time of the next block.
fn expires() -> u64 {
	(u64::from(System::block_number()) + 1) * 2_000
}

#[test]
fn application_that_could_only_be_refused_takes_no_place() {
	let key = CertificateKey::P256([0; 33]);
	let claim = CertificateClaim {
		certificate: CertificateHash([0; 32]),
		key,
		signature: [0; 64],
	};
	let nowhere = Jurisdiction {
		country: Country(*b"de"),
		region: [0; 3],
	};
	let owner = Roles::only(Role::Owner);
	for (jurisdiction, roles, certificate) in [
		(germany(), Roles::NONE, None),
		(germany(), Roles::only(Role::Auditor), None),
		(nowhere, owner, None),
		(germany(), owner, Some(claim)),
	] {
		with_chain(|| {
			let call = RuntimeCall::Labels(Call::apply {
				dossier: DOSSIER,
				organisation: Fred.organisation(),
				jurisdiction,
				roles,
				certificate,
			});
			assert_refused(Fred, &call, AdmissionFault::MalformedApplication);
			assert_eq!(ApplicationUsage::<Test>::get(), Usage::default());
			assert_ok!(include(Fred, &application(), 0));
		});
	}
}

/// Or nobody could renew the labels of the council, which it alone renews.
#[test]
fn member_of_the_council_whose_label_is_over_sends_what_outlives_it_and_nothing_else() {
	with_chain(|| {
		seat(Emil);
		at(FOUNDERS_ENDED);
		for call in all_but_applying() {
			if call == free(1) {
				assert_ok!(offer(Emil, 0, &call, 0));
			} else {
				assert_refused(Emil, &call, AdmissionFault::Expired);
			}
		}
		assert_refused(Dora, &free(1), AdmissionFault::Expired);
		// It counts as ever.
		allow(Role::Owner, 2, 1_000);
		assert_ok!(include(Emil, &free(2), 0));
		assert_refused(Emil, &free(1), AdmissionFault::QuotaUsedUp);
	});
}

#[test]
fn member_of_the_council_whose_label_is_suspended_or_revoked_sends_nothing() {
	with_chain(|| {
		seat(Emil);
		assert_ok!(offer(Emil, 0, &free(1), 0));
		council_suspends(Emil, SuspensionReason::Investigation);
		assert_refused(Emil, &free(1), AdmissionFault::Suspended);
		at(FOUNDERS_ENDED);
		assert_refused(Emil, &free(1), AdmissionFault::Suspended);
		council_revokes(Emil);
		assert_refused(Emil, &free(1), AdmissionFault::Revoked);
	});
}

#[test]
fn label_that_may_not_be_used_sends_nothing() {
	let cases: [(fn(), AdmissionFault); 4] = [
		(
			|| suspend_emil(Anna, SuspensionReason::Investigation),
			AdmissionFault::Suspended,
		),
		(
			|| suspend_emil(Emil, SuspensionReason::KeyCompromised { since: NOW }),
			AdmissionFault::KeyCompromised,
		),
		(
			|| {
				let reason = LabelRevocationReason::GivenUp;
				assert_ok!(Labels::revoke(Emil.origin(), Emil.number(), reason));
			},
			AdmissionFault::Revoked,
		),
		(|| at(FOUNDERS_ENDED), AdmissionFault::Expired),
	];
	for (happens, fault) in cases {
		with_chain(|| {
			assert_ok!(offer(Emil, 0, &paid(), 0));
			happens();
			for call in all_but_applying() {
				assert_refused(Emil, &call, fault);
			}
			assert_refused(Emil, &application(), AdmissionFault::AlreadyLabelled);
		});
	}
}

#[test]
fn label_sends_until_the_block_before_its_date() {
	with_chain(|| {
		at(FOUNDERS_ENDED - 1);
		assert_ok!(include(Emil, &free(1), 0));
	});
}

#[test]
fn retired_key_sends_nothing_and_does_not_apply_either() {
	with_chain(|| {
		hand_over(Emil, Fred);
		for call in all_but_applying() {
			assert_refused(Emil, &call, AdmissionFault::KeyRetired);
			assert_ok!(offer(Fred, next_nonce(Fred), &call, 0));
		}
		assert_refused(Emil, &application(), AdmissionFault::KeyRetired);
	});
}

#[test]
fn nonce_orders_what_waits_and_nothing_is_executed_twice() {
	with_chain(|| {
		for call in [free(0), paid()] {
			let nonce = next_nonce(Emil);
			let tag = |nonce: u32| (Emil.account(), nonce).encode();
			let first = offer(Emil, nonce, &call, 0).expect("it is admitted");
			assert_eq!(
				first,
				ValidTransaction {
					priority: first.priority,
					requires: vec![],
					provides: vec![tag(nonce)],
					longevity: TransactionLongevity::MAX,
					propagate: true,
				}
			);
			let ahead = offer(Emil, nonce + 5, &call, 0).expect("it is admitted");
			assert_eq!((ahead.requires, ahead.provides), (vec![tag(nonce + 4)], vec![tag(nonce + 5)]));
			let too_early = include_with_nonce(Emil, nonce + 1, &call, 0);
			assert_eq!(too_early, Err(InvalidTransaction::Future.into()));

			assert_ok!(include_with_nonce(Emil, nonce, &call, 0));
			assert_eq!(next_nonce(Emil), nonce + 1);
			assert_eq!(offer(Emil, nonce, &call, 0), Err(InvalidTransaction::Stale.into()));
			assert_storage_noop!(assert_eq!(
				include_with_nonce(Emil, nonce, &call, 0),
				Err(InvalidTransaction::Stale.into())
			));
		}
	});
}

/// Neither of a label's quota nor of the applications of all.
#[test]
fn what_is_ahead_of_its_turn_uses_nothing_when_a_block_refuses_it() {
	with_chain(|| {
		for (who, call) in [(Emil, free(1)), (Emil, paid()), (Fred, application())] {
			let ahead = next_nonce(who) + 1;
			assert_storage_noop!(assert_eq!(
				include_with_nonce(who, ahead, &call, 10),
				Err(InvalidTransaction::Future.into())
			));
		}
		assert_eq!(Usages::<Test>::get(Emil.number()), Usage::default());
		assert_eq!(ApplicationUsage::<Test>::get(), Usage::default());
	});
}

#[test]
fn application_of_an_account_without_providers_is_not_executed_twice() {
	with_chain(|| {
		assert_ok!(include(Fred, &application(), 0));
		assert_eq!(System::providers(&Fred.account()), 0);
		assert_eq!(
			include_with_nonce(Fred, next_nonce(Fred) - 1, &application(), 0),
			Err(InvalidTransaction::Stale.into())
		);
	});
}

#[test]
fn quota_counts_calls_to_the_last_one() {
	with_chain(|| {
		allow(Role::Owner, 5, 1_000);
		assert_refused(Emil, &free(6), AdmissionFault::QuotaUsedUp);
		assert_ok!(include(Emil, &free(3), 0));
		assert_refused(Emil, &free(3), AdmissionFault::QuotaUsedUp);
		assert_ok!(include(Emil, &free(2), 0));
		assert_refused(Emil, &free(1), AdmissionFault::QuotaUsedUp);
		assert_refused(Emil, &withdrawal(), AdmissionFault::QuotaUsedUp);
	});
}

#[test]
fn quota_counts_bytes_to_the_last_one() {
	with_chain(|| {
		allow(Role::Owner, 100, 1_000);
		let used_up = Err(refusal(AdmissionFault::QuotaUsedUp));
		assert_eq!(include(Emil, &free(1), 1_001), used_up);
		assert_eq!(include(Emil, &free(1), usize::MAX), used_up);
		assert_ok!(include(Emil, &free(1), 600));
		assert_eq!(include(Emil, &free(1), 401), used_up);
		assert_ok!(include(Emil, &free(1), 400));
		assert_eq!(include(Emil, &free(1), 1), used_up);
	});
}

#[test]
fn quota_is_whole_again_in_the_next_window() {
	with_chain(|| {
		allow(Role::Owner, 5, 1_000);
		assert_ok!(include(Emil, &free(5), 1_000));
		at(399);
		assert_refused(Emil, &free(1), AdmissionFault::QuotaUsedUp);
		at(400);
		assert_ok!(include(Emil, &free(4), 900));
		let used = Quota { calls: 4, bytes: 900 };
		assert_eq!(Usages::<Test>::get(Emil.number()), Usage { window: 4, used });
	});
}

#[test]
fn quota_counts_what_waits_in_the_pool() {
	with_chain(|| {
		allow(Role::Owner, 5, 1_000);
		let used_up = Err(refusal(AdmissionFault::QuotaUsedUp));
		assert_ok!(offer(Emil, 4, &free(1), 0));
		assert_eq!(offer(Emil, 5, &free(1), 0), used_up);
		assert_ok!(include(Emil, &free(1), 0));
		assert_ok!(include(Emil, &free(1), 0));
		// Two were used. With two that wait there is room for one, with one for two.
		assert_ok!(offer(Emil, 4, &free(1), 0));
		assert_eq!(offer(Emil, 5, &free(1), 0), used_up);
		assert_ok!(offer(Emil, 3, &free(2), 0));
		assert_eq!(offer(Emil, 3, &free(3), 0), used_up);
	});
}

/// Each of them as many as the one that is judged: a pool does not say how many there are.
#[test]
fn quota_counts_the_bytes_of_what_waits_in_the_pool() {
	with_chain(|| {
		allow(Role::Owner, 100, 1_000);
		let used_up = Err(refusal(AdmissionFault::QuotaUsedUp));
		assert_ok!(offer(Emil, 3, &free(1), 250));
		assert_eq!(offer(Emil, 3, &free(1), 251), used_up);
		assert_eq!(offer(Emil, 4, &free(1), 250), used_up);
		assert_ok!(include(Emil, &free(1), 500));
		// What is in a block is counted as it is.
		assert_eq!(Usages::<Test>::get(Emil.number()).used.bytes, 500);
		assert_ok!(offer(Emil, 2, &free(1), 250));
		assert_eq!(offer(Emil, 2, &free(1), 251), used_up);
		assert_eq!(offer(Emil, u32::MAX, &paid(), usize::MAX).map(|_| ()), Ok(()));
	});
}

#[test]
fn quota_is_the_labels_and_moves_with_it() {
	with_chain(|| {
		allow(Role::Owner, 5, 1_000);
		assert_ok!(include(Emil, &free(5), 0));
		hand_over(Emil, Fred);
		assert_refused(Fred, &free(1), AdmissionFault::QuotaUsedUp);
	});
}

#[test]
fn quota_of_several_roles_is_the_greatest() {
	with_chain(|| {
		allow(Role::Owner, 2, 100);
		allow(Role::Enterprise, 5, 50);
		assert_eq!(include(Emil, &free(3), 0), Err(refusal(AdmissionFault::QuotaUsedUp)));
		let enterprise = Roles::only(Role::Enterprise);
		assert_ok!(Labels::add_roles(Anna.origin(), Emil.number(), enterprise));
		assert_eq!(include(Emil, &free(6), 0), Err(refusal(AdmissionFault::QuotaUsedUp)));
		assert_eq!(include(Emil, &free(1), 101), Err(refusal(AdmissionFault::QuotaUsedUp)));
		assert_ok!(include(Emil, &free(5), 100));
	});
}

#[test]
fn calls_that_cost_a_fee_do_not_count() {
	with_chain(|| {
		allow(Role::Owner, 1, 10);
		assert_ok!(include(Emil, &paid(), 1_000));
		assert_eq!(Usages::<Test>::get(Emil.number()), Usage::default());
		assert_ok!(include(Emil, &free(1), 10));
		assert_refused(Emil, &free(1), AdmissionFault::QuotaUsedUp);
		assert_ok!(include(Emil, &paid(), 1_000));
	});
}

#[test]
fn call_that_fails_counts_all_the_same() {
	with_chain(|| {
		let call = withdrawal();
		let info = call.get_dispatch_info();
		let executed = Admission::<Test>(0).dispatch_transaction(Emil.origin(), call, &info, 70, 0);
		let outcome = executed.expect("it is admitted").map(|_| ()).map_err(|failed| failed.error);
		assert_eq!(outcome, Err(Error::<Test>::NotApplied.into()));
		assert_eq!(next_nonce(Emil), 1);
		let used = Quota { calls: 1, bytes: 70 };
		assert_eq!(Usages::<Test>::get(Emil.number()), Usage { window: 3, used });
	});
}

#[test]
fn first_call_of_one_label_comes_before_the_hundredth_of_another() {
	with_chain(|| {
		let waiting = priority(Dora, 99, &free(1));
		for _ in 0..99 {
			assert_ok!(include(Dora, &free(1), 0));
		}
		let hundredth = priority(Dora, 99, &free(1));
		let second = priority(Emil, 1, &free(1));
		let first = priority(Emil, 0, &free(1));
		assert!(first > second && second > hundredth);
		assert_eq!(waiting, hundredth, "what waits counts as what was used");
		assert_eq!(priority(Dora, 99, &paid()), hundredth, "a fee buys no better place here");
		at(400);
		assert_eq!(priority(Dora, 99, &free(1)), first);
	});
}

#[test]
fn applications_come_after_every_label() {
	with_chain(|| {
		let used = Quota { calls: 9_999, bytes: 0 };
		Usages::<Test>::insert(Anna.number(), Usage { window: 3, used });
		let last = priority(Anna, 0, &free(1));
		assert_refused(Anna, &free(2), AdmissionFault::QuotaUsedUp);
		let next = next_nonce(Fred);
		assert_eq!(priority(Fred, next, &application()), 0);
		assert!(last >= PLACE);
		assert_ok!(Fred.applies([Role::Owner]));
		assert_eq!(priority(Fred, next, &withdrawal()), 0);
	});
}

/// Beyond the last place there is none that is worse.
#[test]
fn label_has_a_place_however_much_it_used() {
	with_chain(|| {
		allow(Role::Owner, u32::MAX, u32::MAX);
		for (calls, place) in [(0, 65_536), (65_534, 2), (65_535, 1), (65_536, 1), (u32::MAX - 1, 1)] {
			let used = Quota { calls, bytes: 0 };
			Usages::<Test>::insert(Emil.number(), Usage { window: 3, used });
			for call in [free(1), paid()] {
				assert_eq!(priority(Emil, 0, &call), place * PLACE, "after {calls} calls");
			}
			assert!(priority(Emil, u32::MAX, &paid()) >= PLACE);
		}
	});
}

/// Neither at the ends of the numbers nor at the end of the places.
#[test]
fn priority_falls_with_use_and_never_overflows() {
	const EDGES: [u32; 7] = [0, 1, 99, 65_535, 65_536, u32::MAX - 1, u32::MAX];
	with_chain(|| {
		allow(Role::Owner, u32::MAX, u32::MAX);
		let mut places = Vec::new();
		for calls in EDGES {
			let used = Quota { calls, bytes: u32::MAX };
			Usages::<Test>::insert(Emil.number(), Usage { window: 3, used });
			for nonce in EDGES {
				for call in [free(1), paid()] {
					places.push((u64::from(calls) + u64::from(nonce), priority(Emil, nonce, &call)));
				}
			}
		}
		places.sort_unstable();
		assert!(places.is_sorted_by(|(_, earlier), (_, later)| earlier >= later), "{places:?}");
		assert!(places.iter().all(|(_, priority)| *priority >= PLACE), "{places:?}");
		// Other extensions add to it, a fee for instance.
		assert!(places.iter().all(|(_, priority)| *priority <= TransactionPriority::MAX / 2));
	});
}

/// Everything that is in storage.
fn storage() -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
	let first = sp_io::storage::next_key(&[]);
	let keys = std::iter::successors(first, |key| sp_io::storage::next_key(key));
	keys.map(|key| {
		let value = unhashed::get_raw(&key);
		(key, value)
	})
	.collect()
}

/// Under which keys there is something else after `who`'s next extrinsic was prepared.
fn written_by(who: Who, call: &RuntimeCall) -> BTreeSet<Vec<u8>> {
	let before = storage();
	assert_ok!(include(who, call, 10));
	let after = storage();
	let keys = before.keys().chain(after.keys());
	keys.filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

#[test]
fn at_most_one_thing_is_written_besides_the_nonce() {
	with_chain(|| {
		let nonce = |who: Who| frame_system::Account::<Test>::hashed_key_for(who.account());
		let usage = Usages::<Test>::hashed_key_for(Emil.number());
		assert_eq!(written_by(Emil, &free(1)), BTreeSet::from([nonce(Emil), usage.clone()]));
		assert_eq!(written_by(Emil, &free(1)), BTreeSet::from([nonce(Emil), usage]));
		assert_eq!(written_by(Emil, &paid()), BTreeSet::from([nonce(Emil)]));
		let applications = ApplicationUsage::<Test>::hashed_key().to_vec();
		assert_eq!(written_by(Fred, &application()), BTreeSet::from([nonce(Fred), applications]));
		assert_ok!(Fred.applies([Role::Owner]));
		assert_eq!(written_by(Fred, &withdrawal()), BTreeSet::from([nonce(Fred)]));
	});
}

#[test]
fn what_is_not_signed_is_left_to_others() {
	with_chain(|| {
		let call = free(1);
		let info = call.get_dispatch_info();
		assert_storage_noop!({
			let prepared = Admission::<Test>(7).validate_and_prepare(RuntimeOrigin::root(), &call, &info, 10, 0);
			let (unused, _) = prepared.expect("it is none of this extension's business");
			assert_eq!(unused, Weight::zero());
		});
		let nobody = Admission::<Test>(0).validate_only(RuntimeOrigin::none(), &call, &info, 10, TransactionSource::External, 0);
		assert_eq!(
			nobody.map(|(validity, ..)| validity),
			Err(InvalidTransaction::UnknownOrigin.into())
		);
	});
}

#[test]
fn wallets_take_it_for_the_sdks_extension() {
	let own = <Admission<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER;
	assert_eq!(own, <CheckNonce<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER);
	for nonce in [0, 1, 63, 64, 16_383, 16_384, u32::MAX] {
		let bytes = CheckNonce::<Test>::from(nonce).encode();
		assert_eq!(Admission::<Test>(nonce).encode(), bytes);
		assert_eq!(Admission::<Test>::decode(&mut &bytes[..]), Ok(Admission(nonce)));
	}
}

#[test]
fn view_says_what_was_used_and_when_there_is_more() {
	with_chain(|| {
		allow(Role::Owner, 10, 1_000);
		let usage = |calls, bytes, reopens| QuotaUsage {
			quota: Quota { calls: 10, bytes: 1_000 },
			used: Quota { calls, bytes },
			reopens,
		};
		assert_eq!(Labels::quota_usage(Emil.account()), Some(usage(0, 0, 400)));
		assert_ok!(include(Emil, &free(3), 200));
		assert_ok!(include(Emil, &free(1), 30));
		assert_eq!(Labels::quota_usage(Emil.account()), Some(usage(4, 230, 400)));
		at(399);
		assert_eq!(Labels::quota_usage(Emil.account()), Some(usage(4, 230, 400)));
		at(400);
		assert_eq!(Labels::quota_usage(Emil.account()), Some(usage(0, 0, 500)));
		assert_eq!(Labels::quota_usage(Fred.account()), None);
	});
}
