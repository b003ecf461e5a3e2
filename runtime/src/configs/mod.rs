// SPDX-License-Identifier: Apache-2.0

//! How each pallet is set up, one file per concern. Every number has its unit and its reason.

mod consensus;
mod fees;
mod governance;
mod incidents;
mod invoices;
mod labels;
mod peers;
mod proofs;
mod routing;
mod system;
mod timekeeping;
mod utilities;
mod validators;

pub use consensus::EPOCH_CONFIG;
pub use fees::FeeBeyondQuota;
pub use governance::{Abstention, CouncilCollective};
#[cfg(test)]
pub(crate) use labels::{FreeCalls, Here};
#[cfg(test)]
pub(crate) use system::RuntimeBlockWeights;
pub use utilities::ProxyType;
