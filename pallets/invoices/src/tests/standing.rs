// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn seller_sets_and_withdraws_conditions() {
	with_chain(|| {
		assert_noop!(
			Invoices::withdraw_conditions(signed(HOSPITAL)),
			Error::<Test>::NothingToWithdraw
		);
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), conditions()));
		assert_eq!(Invoices::conditions(HOSPITAL), Some(conditions()));
		let others = invoice::Conditions {
			max_total: 1,
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), others.clone()));
		assert_eq!(Invoices::conditions(HOSPITAL), Some(others.clone()));
		assert_ok!(Invoices::withdraw_conditions(signed(HOSPITAL)));
		assert_eq!(Invoices::conditions(HOSPITAL), None);
		let (seller, conditions) = (HOSPITAL, conditions());
		let expected = [
			Event::ConditionsSet { seller, conditions },
			Event::ConditionsSet {
				seller,
				conditions: others,
			},
			Event::ConditionsWithdrawn { seller },
		];
		assert_eq!(events(), expected);
	});
}

#[test]
fn nobody_but_a_taxpayer_has_conditions() {
	with_chain(|| {
		assert_noop!(Invoices::set_conditions(signed(PATIENT), conditions()), NOT_ADMITTED);
		assert_noop!(Invoices::withdraw_conditions(signed(PATIENT)), NOT_ADMITTED);
		assert_noop!(
			Invoices::set_conditions(RuntimeOrigin::root(), conditions()),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn conditions_that_allow_nothing_are_refused() {
	with_chain(|| {
		let bad: [&dyn Fn(&mut invoice::Conditions); 4] = [
			&|conditions| conditions.currencies = Default::default(),
			&|conditions| conditions.rates = Default::default(),
			&|conditions| conditions.max_total = 0,
			&|conditions| conditions.valid_until = NOW - 1,
		];
		for change in bad {
			let mut conditions = conditions();
			change(&mut conditions);
			assert_noop!(
				Invoices::set_conditions(signed(HOSPITAL), conditions),
				Error::<Test>::BadConditions
			);
		}
		let unknown = invoice::Conditions {
			currencies: vec![EUR, Currency(*b"EUX")].try_into().expect("few"),
			..conditions()
		};
		assert_noop!(
			Invoices::set_conditions(signed(HOSPITAL), unknown),
			Error::<Test>::UnknownCurrency
		);
		let impossible = invoice::Conditions {
			rates: vec![VatRate { rate: 0, ..STANDARD }].try_into().expect("one"),
			..conditions()
		};
		assert_noop!(
			Invoices::set_conditions(signed(HOSPITAL), impossible),
			Error::<Test>::WrongRate
		);
		// The control: just about something, in this block only.
		let least = invoice::Conditions {
			platforms: Default::default(),
			max_total: 1,
			valid_until: NOW,
			..conditions()
		};
		assert_ok!(Invoices::set_conditions(signed(HOSPITAL), least));
	});
}

#[test]
fn competent_authority_gives_and_withdraws_its_word() {
	with_chain(|| {
		assert_ok!(Invoices::authorise(signed(NORTH), HOSPITAL, EUR, 5, 100, NOW));
		let authorisation = invoice::Authorisation {
			authority: NORTH,
			currency: EUR,
			max_total: 5,
			remaining: 100,
			valid_until: NOW,
		};
		assert_eq!(Invoices::authorisation(HOSPITAL), Some(authorisation.clone()));
		assert_ok!(Invoices::withdraw_authorisation(signed(NORTH), HOSPITAL));
		assert_eq!(Invoices::authorisation(HOSPITAL), None);
		let (seller, authority) = (HOSPITAL, NORTH);
		let expected = [
			Event::AuthorisationSet { seller, authorisation },
			Event::AuthorisationWithdrawn { seller, authority },
		];
		assert_eq!(events(), expected);
		assert_noop!(
			Invoices::withdraw_authorisation(signed(NORTH), HOSPITAL),
			Error::<Test>::NothingToWithdraw
		);
	});
}

#[test]
fn words_of_whoever_cannot_act_are_not_shown() {
	with_chain(|| {
		speak_beforehand();
		assert!(Invoices::conditions(HOSPITAL).is_some() && Invoices::authorisation(HOSPITAL).is_some());
		dismiss(NORTH, Role::TaxAuthority);
		assert!(Invoices::conditions(HOSPITAL).is_some() && Invoices::authorisation(HOSPITAL).is_none());
		dismiss(HOSPITAL, Role::Taxpayer);
		assert_eq!(Invoices::conditions(HOSPITAL), None);
	});
}

#[test]
fn authority_speaks_for_sellers_that_it_is_competent_for_and_withdraws_its_own_word() {
	with_chain(|| {
		let authorise = |by, seller| Invoices::authorise(signed(by), seller, EUR, 5, 100, NOW);
		assert_noop!(authorise(SOUTH, HOSPITAL), Error::<Test>::NotCompetent);
		assert_noop!(authorise(PATIENT, HOSPITAL), NOT_ADMITTED);
		// Who sells nothing.
		assert_noop!(authorise(NORTH, PATIENT), NOT_ADMITTED);
		assert_ok!(authorise(NORTH, HOSPITAL));
		assert_noop!(
			Invoices::withdraw_authorisation(signed(SOUTH), HOSPITAL),
			Error::<Test>::NothingToWithdraw
		);
		assert_noop!(Invoices::withdraw_authorisation(signed(PATIENT), HOSPITAL), NOT_ADMITTED);
	});
}

#[test]
fn word_that_allows_nothing_is_refused() {
	with_chain(|| {
		let authorise =
			|currency, max_total, total, until| Invoices::authorise(signed(NORTH), HOSPITAL, currency, max_total, total, until);
		assert_noop!(authorise(EUR, 0, 100, NOW), Error::<Test>::BadAuthorisation);
		assert_noop!(authorise(EUR, 5, 0, NOW), Error::<Test>::BadAuthorisation);
		assert_noop!(authorise(EUR, 5, 100, NOW - 1), Error::<Test>::BadAuthorisation);
		assert_noop!(authorise(Currency(*b"EUX"), 5, 100, NOW), Error::<Test>::UnknownCurrency);
		assert_ok!(authorise(EUR, 1, 1, NOW));
	});
}
