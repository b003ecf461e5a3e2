// SPDX-License-Identifier: Apache-2.0

//! Positive controls: every invariant is found broken when it is.

use super::say;
use crate::{
	mock::*, LastContradictions, NotedBlock, NotedBlocks, Outliers, SampleList, Samples, ServiceList, Terms, MAX_UNCERTAINTY,
	RING,
};
use chirograph_primitives::time::{Sample, TimeTerms};

/// What `try_state` says of a chain that `damage` was done to, beginning with three services of which one is out of line.
fn expect(invariant: u32, damage: impl FnOnce()) {
	let mut said = String::new();
	new_test_ext().execute_with(|| {
		say([0, 0, 1_000_000], 0);
		assert_eq!(Timekeeping::do_try_state(), Ok(()), "the chain is sound before the damage");
		damage();
		said = format!("{:?}", Timekeeping::do_try_state());
	});
	assert!(said.contains(&format!("invariant {invariant}:")), "{invariant}: {said}");
}

fn change_terms(change: impl FnOnce(&mut TimeTerms)) {
	Terms::<Test>::mutate(change);
}

fn change_samples(change: impl FnOnce(&mut Vec<Sample>)) {
	let mut samples = Samples::<Test>::get().into_inner();
	change(&mut samples);
	Samples::<Test>::put(SampleList::truncate_from(samples));
}

#[test]
fn terms_that_cannot_work_are_found() {
	expect(1, || change_terms(|terms| terms.bound = 0));
	expect(1, || change_terms(|terms| terms.services = 0));
	expect(1, || change_terms(|terms| terms.freshness = RING));
}

#[test]
fn samples_that_cannot_be_are_found() {
	expect(2, || change_samples(|samples| samples.swap(0, 1)));
	expect(2, || change_samples(|samples| samples[1].service = ANNA));
	expect(2, || change_samples(|samples| samples[0].block = System::block_number()));
	expect(2, || change_samples(|samples| samples[0].uncertainty = MAX_UNCERTAINTY + 1));
}

#[test]
fn blocks_in_another_place_are_found() {
	let noted = |block| NotedBlock {
		block,
		time: 0,
		author: None,
	};
	expect(3, || NotedBlocks::<Test>::insert(7, noted(8)));
	expect(3, || {
		let next = System::block_number() + 1;
		NotedBlocks::<Test>::insert(next, noted(next));
	});
}

#[test]
fn services_out_of_line_that_cannot_be_are_found() {
	for services in [vec![DORA], vec![CLARA, ANNA], vec![ANNA, ANNA]] {
		expect(4, || Outliers::<Test>::put(ServiceList::truncate_from(services)));
	}
	expect(4, || LastContradictions::<Test>::remove(CLARA));
	expect(4, || LastContradictions::<Test>::insert(CLARA, System::block_number() + 1));
}
