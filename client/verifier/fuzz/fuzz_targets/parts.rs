// SPDX-License-Identifier: Apache-2.0

//! Any bytes as a part of a bundle: no panic, and what is read has one form.

#![no_main]

use chirograph_verifier::{
	bundle::Bundle,
	document::Hash,
	evidence::{Disclosures, Evidence},
	finality::{normal_form, AuthoritySet, Justification},
	header::Header,
	merkle::root_from_path,
	time_stamp,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
	let (kind, bytes) = input;
	match kind % 7 {
		0 => {
			if let Ok(bundle) = Bundle::parse(bytes) {
				assert_eq!(bundle.canonical(), bytes);
			}
		},
		1 => {
			if let Ok(evidence) = Evidence::parse(bytes) {
				assert_eq!(evidence.canonical(), bytes);
			}
		},
		2 => {
			let _ = Header::parse(bytes).map(|header| (header.hash(), header.next_authorities()));
		},
		3 => {
			let set = AuthoritySet::new(0, &[([1; 32], 1), ([2; 32], 1)]).expect("has weight");
			if let Ok(votes) = Justification::parse(bytes) {
				let _ = votes.verify(Hash(votes.target), votes.number, &set);
				// What is in normal form stays so.
				let normal = normal_form(bytes, &set).expect("was read");
				assert_eq!(normal_form(&normal, &set), Ok(normal));
			}
		},
		4 => {
			let _ = Disclosures::parse(bytes);
		},
		5 => {
			let Some((numbers, rest)) = bytes.split_first_chunk::<16>() else {
				return;
			};
			let numbers = u128::from_le_bytes(*numbers);
			let (index, leaves) = (numbers as u64, (numbers >> 64) as u64);
			let path: Vec<[u8; 32]> = rest.chunks_exact(32).map(|hash| hash.try_into().expect("32 bytes")).collect();
			let _ = root_from_path(&[0; 32], index, leaves, &path);
		},
		_ => {
			let _ = time_stamp::verify(bytes, &[0; 32], &[[0u8; 0]; 0]);
		},
	}
});
