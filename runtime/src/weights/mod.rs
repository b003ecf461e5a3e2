// SPDX-License-Identifier: Apache-2.0

//! What this project's calls cost, and the database below them, as `scripts/weights` measured it. The files of pallets are generated.

pub mod database;
pub mod pallet_governance;
pub mod pallet_incidents;
pub mod pallet_invoices;
pub mod pallet_labels;
pub mod pallet_peers;
pub mod pallet_proofs;
pub mod pallet_routing;
pub mod pallet_timekeeping;
pub mod pallet_validators;
