// SPDX-License-Identifier: Apache-2.0

//! What clients take for granted of extrinsics, whatever a node tells them.

use super::chain;
use crate::{
	Balances, Council, Governance, Hash, Incidents, Invoices, Labels, Multisig, Peers, Proofs, Proxy, Routing, Runtime, Session,
	System, Timekeeping, Utility, Validators, VERSION,
};
use chirograph_primitives::calls::{self, CallNumbers, TRANSACTION_VERSION};
use frame_support::traits::{GetCallIndex, GetCallName, PalletInfoAccess};
use frame_system::{BlockHash, CheckEra};
use sp_runtime::{generic::Era, traits::TransactionExtension};

/// Every call of a pallet: the pallet's name, its own, its numbers.
fn of<P: PalletInfoAccess, C: GetCallIndex + GetCallName>() -> Vec<(&'static str, &'static str, CallNumbers)> {
	let pallet = u8::try_from(P::index()).expect("the index of a pallet is a byte");
	let calls = C::get_call_names().iter().zip(C::get_call_indices());
	calls.map(|(name, call)| (P::name(), *name, [pallet, *call])).collect()
}

#[test]
fn calls_have_the_numbers_that_clients_sign() {
	assert_eq!(VERSION.transaction_version, TRANSACTION_VERSION);
	let ours = [
		of::<System, frame_system::Call<Runtime>>(),
		of::<Balances, pallet_balances::Call<Runtime>>(),
		of::<Council, pallet_collective::Call<Runtime, pallet_collective::Instance1>>(),
		of::<Governance, pallet_governance::Call<Runtime>>(),
		of::<Utility, pallet_utility::Call<Runtime>>(),
		of::<Multisig, pallet_multisig::Call<Runtime>>(),
		of::<Proxy, pallet_proxy::Call<Runtime>>(),
		of::<Proofs, pallet_proofs::Call<Runtime>>(),
		of::<Labels, pallet_labels::Call<Runtime>>(),
		of::<Invoices, pallet_invoices::Call<Runtime>>(),
		of::<Routing, pallet_routing::Call<Runtime>>(),
		of::<Session, pallet_session::Call<Runtime>>(),
		of::<Validators, pallet_validators::Call<Runtime>>(),
		of::<Timekeeping, pallet_timekeeping::Call<Runtime>>(),
		of::<Incidents, pallet_incidents::Call<Runtime>>(),
		of::<Peers, pallet_peers::Call<Runtime>>(),
	]
	.concat();
	for (pallet, name, numbers) in &ours {
		assert_eq!(calls::numbers_of(pallet, name), Some(*numbers), "{pallet}.{name}");
	}
	// What is reserved for later has no numbers that are taken, and is in a pallet that is there.
	for (pallet, name, numbers) in calls::all() {
		let taken = ours.iter().find(|(.., others)| *others == numbers);
		assert!(taken.is_none_or(|other| *other == (pallet, name, numbers)), "{pallet}.{name}");
		assert!(
			ours.iter()
				.any(|(its_pallet, _, others)| *its_pallet == pallet && others[0] == numbers[0]),
			"{pallet}"
		);
	}
}

/// Whoever checks an operation of a block looks for the hash in the state of the block, and then of its parent.
#[test]
fn a_block_forgets_at_its_end_the_oldest_hash_that_was_there_while_it_was_executed() {
	chain().execute_with(|| {
		let (number, parent) = (5_001, Hash::repeat_byte(1));
		let oldest = number - 4_097;
		BlockHash::<Runtime>::insert(oldest, Hash::repeat_byte(2));
		BlockHash::<Runtime>::insert(oldest + 1, Hash::repeat_byte(3));
		System::set_block_number(number - 1);
		System::initialize(&number, &parent, &Default::default());
		let era = CheckEra::<Runtime>::from(Era::mortal(8_192, oldest.into()));
		assert_eq!(era.implicit(), Ok(Hash::repeat_byte(2)));
		System::finalize();
		assert!(!BlockHash::<Runtime>::contains_key(oldest));
		assert!(BlockHash::<Runtime>::contains_key(oldest + 1));
		assert_eq!(BlockHash::<Runtime>::get(number - 1), parent);
	});
}
