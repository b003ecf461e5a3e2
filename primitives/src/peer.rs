// SPDX-License-Identifier: Apache-2.0

//! Who may be on the network: nodes whose peer-to-peer key belongs to a label (X.1407 9.2.3 c, 9.3.1 b).

use crate::hash::{parse_hex, ParseHashError};
use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// The public key of a node, Ed25519: what its peer id is made of. Written as hexadecimal digits; clients show the peer id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PeerKey(pub [u8; 32]);

/// A label has at most this many nodes.
pub const MAX_PEERS: u32 = 16;

/// What stands in front of a node's public key in the bytes of its peer id: a multihash of nothing, 36 bytes long, of a key of the kind
/// Ed25519, 32 bytes long.
const PEER_ID_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

impl PeerKey {
	/// The bytes of the peer id, of which base 58 is its text.
	pub fn to_peer_id(self) -> [u8; 38] {
		let mut bytes = [0; 38];
		let all = PEER_ID_PREFIX.iter().chain(&self.0);
		bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
		bytes
	}

	/// From the bytes of a peer id, if that is of such a key.
	pub fn from_peer_id(bytes: &[u8]) -> Option<Self> {
		let key = bytes.strip_prefix(&PEER_ID_PREFIX)?;
		key.try_into().ok().map(Self)
	}
}

impl fmt::Display for PeerKey {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str("0x")?;
		self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

impl fmt::Debug for PeerKey {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl FromStr for PeerKey {
	type Err = ParseHashError;

	fn from_str(text: &str) -> Result<Self, ParseHashError> {
		parse_hex(text).map(Self)
	}
}

#[cfg(feature = "serde")]
impl serde::Serialize for PeerKey {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for PeerKey {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_peer_id_is_of_one_key_and_others_are_of_none() {
		let key = PeerKey([7; 32]);
		let id = key.to_peer_id();
		assert_eq!(id.len(), 38);
		assert_eq!(PeerKey::from_peer_id(&id), Some(key));
		assert_eq!(PeerKey::from_peer_id(&id[..37]), None);
		assert_eq!(PeerKey::from_peer_id(&[&id[..], &[0]].concat()), None);
		let mut other = id;
		other[3] = 2;
		assert_eq!(PeerKey::from_peer_id(&other), None);
		assert_eq!(key.to_string().parse(), Ok(key));
	}
}
