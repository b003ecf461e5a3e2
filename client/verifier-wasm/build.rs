// SPDX-License-Identifier: Apache-2.0

//! Leaves out the names of functions, a tenth of the module, which nothing but a debugger reads.

use std::env;

fn main() {
	println!("cargo::rerun-if-changed=build.rs");
	if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
		println!("cargo::rustc-link-arg-cdylib=--strip-all");
	}
}
