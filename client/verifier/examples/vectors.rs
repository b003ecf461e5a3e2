// SPDX-License-Identifier: Apache-2.0

//! Prints the vectors for other verifiers, or writes their bundles into a directory, one file each: a beginning for fuzzing.
//!
//! ```sh
//! scripts/build && source scripts/env
//! "$CHIROGRAPH_BIN/examples/vectors" > tests/vectors/bundles.json
//! "$CHIROGRAPH_BIN/examples/vectors" client/verifier/fuzz/corpus/verify
//! ```

use chirograph_verifier::testing::{vectors, written_vectors};
use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
	let Some(directory) = env::args_os().nth(1) else {
		print!("{}", written_vectors());
		return Ok(());
	};
	let directory = Path::new(&directory);
	fs::create_dir_all(directory)?;
	vectors()
		.iter()
		.try_for_each(|vector| fs::write(directory.join(format!("{}.chirograph", vector.name)), &vector.bundle))
}
