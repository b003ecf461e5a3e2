// SPDX-License-Identifier: Apache-2.0

//! What this project's calls cost, as `scripts/weights` measured it. The files are generated.

pub mod pallet_governance;
pub mod pallet_invoices;
pub mod pallet_labels;
pub mod pallet_proofs;
pub mod pallet_routing;
