// SPDX-License-Identifier: Apache-2.0

//! What the database costs, as `scripts/weights --database` measures it.
//!
//! | measured on two cores, 300,000 records of 140 bytes, a cache of 64 MiB | average |
//! |---|---|
//! | a read | 7.3 µs |
//! | a write in a block of 1,000, the state's root and the database's commit included | 18.6 µs |
//! | a write in a block of 5,000 | 20.2 µs |
//!
//! Each level of the state's trie has sixteen branches, so a state a hundred times as large is less than half as deep again: that much is
//! added to a write. A read takes no longer as long as what is read often stays in the cache.

use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_MICROS, RuntimeDbWeight},
};

parameter_types! {
	pub const DatabaseWeight: RuntimeDbWeight = RuntimeDbWeight {
		read: 8 * WEIGHT_REF_TIME_PER_MICROS,
		write: 30 * WEIGHT_REF_TIME_PER_MICROS,
	};
}
