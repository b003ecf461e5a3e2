// SPDX-License-Identifier: Apache-2.0

//! How far this machine's clock is off (X.1407 8.2.3, 9.2.3 a).
//!
//! 1. An operator names time [`Server`]s. A [`Client`] asks one of them, over NTS (RFC 8915) or, without any proof of who answers, over plain
//!    NTP (RFC 5905), and comes back with a [`Measurement`]: what the true time was at a moment, give or take so much.
//! 2. A [`Clock`] keeps the last measurement of each server, and compares them with the system's clock whenever it is asked. Measurements are
//!    tied to the clock that counts time since the machine's start, so a system clock that is slewed away or set is seen without asking anybody.
//! 3. [`majority()`] finds where more than half of all servers agree that the system's clock stands. Where there is no such place, the time is
//!    unknown, and everybody's part in that is in the [`Report`].
//!
//! **What a majority is.** Each server's word is an interval: what it measured, give or take half of the round trip and the distance to its own
//! reference. The offset of the clock is between the lowest and the highest point that a strict majority of *all* configured servers cover, whether
//! they answered or not: if a majority of them is right, the true offset is there. Where any server speaks NTS, those that do are the ones
//! that count; who forges plain NTP on the way can then neither move the clock nor make it unknown, and is named.
//!
//! **Why the protocol is spoken here.** Of the libraries that were there to take, none takes the roots of a consortium's own authority and says how
//! far a server is from its reference; without the one NTS cannot be used inside a closed network, without the other honest servers seem to
//! contradict each other. What is needed of RFC 8915 on top of TLS and AES-SIV is little.

mod clock;
mod majority;
mod ntp;
mod nts;
mod server;

pub use clock::{Clock, Offset, Report, Standing, Trust};
pub use majority::{majority, Interval, Majority, Opinion};
pub use ntp::{Measurement, Now};
pub use nts::{authorities, Authorities};
pub use server::{BadServer, Client, Fault, Protocol, Server};
