// SPDX-License-Identifier: Apache-2.0

use super::events;
use crate::{mock::*, Event, QuotaTerms, Terms};
use chirograph_primitives::{Quota, Role, Roles};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

const QUOTA: Quota = Quota { calls: 7, bytes: 8 };

#[test]
fn one_role_gets_another_quota_and_all_else_stays() {
	for (index, role) in Role::ALL.into_iter().enumerate() {
		with_chain(|| {
			let before = Terms::<Test>::get();
			assert_ok!(Labels::set_quota(RuntimeOrigin::root(), role, QUOTA));
			let mut quotas = before.quotas;
			quotas[index] = QUOTA;
			assert_eq!(Terms::<Test>::get(), QuotaTerms { quotas, ..before });
			assert_eq!(events(), [Event::QuotaSet { role, quota: QUOTA }]);
		});
	}
}

#[test]
fn labels_of_the_role_have_the_new_quota_at_once() {
	with_chain(|| {
		let quota_of = |who: Who| Labels::quota_usage(who.account()).map(|usage| usage.quota);
		let of_clara = quota_of(Clara);
		assert_ok!(Labels::set_quota(RuntimeOrigin::root(), Role::Owner, QUOTA));
		assert_eq!(quota_of(Emil), Some(QUOTA));
		assert_eq!(quota_of(Clara), of_clara);
	});
}

#[test]
fn a_label_of_several_roles_has_the_most_of_each_measure() {
	with_chain(|| {
		let many_calls = Quota { calls: 9, bytes: 1 };
		let many_bytes = Quota { calls: 1, bytes: 9 };
		assert_ok!(Labels::set_quota(RuntimeOrigin::root(), Role::Owner, many_calls));
		assert_ok!(Labels::set_quota(RuntimeOrigin::root(), Role::Issuer, many_bytes));
		let issuer = Roles::only(Role::Issuer);
		assert_ok!(Labels::add_roles(Anna.origin(), Emil.number(), issuer));
		let quota = Labels::quota_usage(Emil.account()).map(|usage| usage.quota);
		assert_eq!(quota, Some(Quota { calls: 9, bytes: 9 }));
	});
}

#[test]
fn nobody_but_the_council_sets_quotas() {
	with_chain(|| {
		let everybody = EVERYBODY.map(Who::origin).into_iter();
		for origin in everybody.chain([RuntimeOrigin::none()]) {
			assert_noop!(Labels::set_quota(origin, Role::Owner, QUOTA), DispatchError::BadOrigin);
		}
	});
}
