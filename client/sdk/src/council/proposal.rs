// SPDX-License-Identifier: Apache-2.0

//! A call in words, for whoever decides about it, and its hash.

use super::{CouncilError, Hash};
use crate::{
	document::{self, to_hex},
	effects::MAX_DEPTH,
	keys::format_account,
	validators::format_tokens,
};
use chirograph_primitives::{calls::names_of, AccountId};
use codec::{Compact, Decode};
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive};
use serde::Serialize;
use sp_core::{Blake2Hasher, Hasher};
use std::mem;
use subxt::{
	ext::{
		scale_decode::visitor::{decode_with_visitor, IgnoreVisitor},
		scale_value::{scale::decode_as_type, Composite, Primitive, Value, ValueDef},
	},
	Metadata,
};

/// Longer bytes are shown by their beginning, length and hash.
const MAX_SHOWN_BYTES: usize = 64;
/// An argument whose encoding is longer is not taken to pieces, each of which takes a hundred times its room, but shown as bytes.
const MAX_READ: usize = 64 * 1024;
/// How often a list of bytes may be wrapped in a type of another name, and still be one.
const MAX_WRAPPED: usize = 8;

/// A call that a council decides about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
	/// BLAKE2b-256 of the encoded call: what a vote is for. Computed here.
	pub hash: Hash,
	/// What it does: pallet, call and arguments, those of calls inside of it, too.
	pub call: String,
	/// Whether this program knows the names of all calls in it, and found as many as there are. Otherwise one of them is the node's word.
	pub assured: bool,
	/// Its SCALE encoding.
	#[serde(with = "document::hexadecimal")]
	pub encoded: Vec<u8>,
}

impl Proposal {
	/// Reads a call, by the numbers that calls have, and by the metadata for what these do not say. Fails where the bytes are no call, or
	/// something is left behind it.
	pub fn read(encoded: Vec<u8>, metadata: &Metadata) -> Result<Self, CouncilError> {
		match words(&encoded, metadata) {
			Ok(read) => Ok(Self::new(encoded, read)),
			Err(reason) => Err(CouncilError::NotACall {
				length: encoded.len(),
				reason,
			}),
		}
	}

	/// That of a motion, which is there to be voted on and closed even if its call cannot be read.
	pub(super) fn of_motion(encoded: Vec<u8>, metadata: &Metadata) -> Self {
		let read = words(&encoded, metadata);
		let read = read.unwrap_or_else(|_| (format!("unreadable ({} bytes)", encoded.len()), false));
		Self::new(encoded, read)
	}

	fn new(encoded: Vec<u8>, (call, assured): (String, bool)) -> Self {
		Self {
			hash: hash_of(&encoded),
			call,
			assured,
			encoded,
		}
	}
}

/// A call in words, and whether this program knows all calls in it; or why the bytes are none.
fn words(encoded: &[u8], metadata: &Metadata) -> Result<(String, bool), &'static str> {
	let mut reader = Reader {
		metadata,
		input: encoded,
		inside: 0,
		assured: true,
	};
	let call = reader.call(0).ok_or("they do not decode")?;
	if !reader.input.is_empty() {
		return Err("something is left behind the call");
	}
	// Names are the node's to choose, and one with a line break could begin a line of its own.
	Ok((call.replace(char::is_control, "\u{fffd}"), reader.assured))
}

/// What the ledger knows a call or code by: BLAKE2b-256.
pub(super) fn hash_of(bytes: &[u8]) -> Hash {
	Hash(Blake2Hasher::hash(bytes).0)
}

/// How many calls are directly inside of a known one, whatever a node's metadata says. `arguments`: what comes behind its numbers. None where they
/// are not its arguments.
fn calls_inside(pallet: &str, call: &str, mut arguments: &[u8]) -> Option<u32> {
	match (pallet, call) {
		("Utility", "batch" | "batch_all" | "force_batch") => {
			let Compact(count) = Compact::<u32>::decode(&mut arguments).ok()?;
			Some(count)
		},
		("Utility", "if_else") => Some(2),
		("Governance", "enact")
		| ("Council", "propose" | "execute")
		| ("Utility", "as_derivative" | "dispatch_as" | "dispatch_as_fallible" | "with_weight")
		| ("Multisig", "as_multi" | "as_multi_threshold_1")
		| ("Proxy", "proxy" | "proxy_announced")
		| ("Labels", "confirm") => Some(1),
		_ => Some(0),
	}
}

/// Reads calls into words.
struct Reader<'a> {
	metadata: &'a Metadata,
	input: &'a [u8],
	/// How many calls were read that are directly inside of the one that is being read.
	inside: u32,
	assured: bool,
}

impl Reader<'_> {
	/// The call that comes next. None where it cannot be read.
	fn call(&mut self, depth: u32) -> Option<String> {
		let metadata = self.metadata;
		let (numbers, arguments) = self.input.split_first_chunk::<2>()?;
		let [pallet, call] = *numbers;
		let pallet = metadata.pallet_by_call_index(pallet)?;
		let variant = pallet.call_variant_by_index(call)?;
		self.input = arguments;
		let known = names_of(*numbers);
		let before = mem::take(&mut self.inside);
		let (pallet, call) = known.unwrap_or((pallet.name(), variant.name.as_str()));
		let mut told = Vec::new();
		for field in &variant.fields {
			let name = field.name.as_deref().unwrap_or("?");
			let value = self.argument(pallet, name, field.ty.id, depth)?;
			told.push(format!("{name}: {value}"));
		}
		// Saturating: there are fewer calls than bytes.
		let inside = mem::replace(&mut self.inside, before.saturating_add(1));
		// A node that declares one inside to be something else could give it any name.
		self.assured &= known.is_some_and(|(pallet, call)| calls_inside(pallet, call, arguments) == Some(inside));
		Some(format!("{pallet}.{call}({})", told.join(", ")))
	}

	fn argument(&mut self, pallet: &str, name: &str, type_id: u32, depth: u32) -> Option<String> {
		let metadata = self.metadata;
		let (types, of_calls) = (metadata.types(), metadata.outer_enums().call_enum_ty());
		// Saturating: the ledger takes none that are deeper.
		let deeper = Some(depth.saturating_add(1)).filter(|depth| *depth <= MAX_DEPTH);
		if type_id == of_calls {
			return self.call(deeper?);
		}
		if let Some(TypeDef::Sequence(items)) = types.resolve(type_id).map(|known| &known.type_def) {
			if items.type_param.id == of_calls {
				let Compact(count) = Compact::<u32>::decode(&mut self.input).ok()?;
				let calls: Option<Vec<_>> = (0..count).map(|_| self.call(deeper?)).collect();
				return Some(format!("[{}]", calls?.join(", ")));
			}
		}
		if is_bytes(type_id, types) {
			let Compact(length) = Compact::<u32>::decode(&mut self.input).ok()?;
			let (bytes, behind) = self.input.split_at_checked(usize::try_from(length).ok()?)?;
			self.input = behind;
			return Some(shown_bytes(bytes));
		}
		let before = self.input;
		decode_with_visitor(&mut self.input, type_id, types, IgnoreVisitor::new()).ok()?;
		let (mut argument, _) = before.split_at_checked(before.len().checked_sub(self.input.len())?)?;
		if argument.len() > MAX_READ {
			return Some(format!("encoded as {}", shown_bytes(argument)));
		}
		let value = decode_as_type(&mut argument, type_id, types).ok()?;
		let amount = value.as_u128().filter(|_| pallet == "Validators" && name == "amount");
		Some(match amount {
			Some(amount) => format!("{amount} ({} tokens)", format_tokens(amount)),
			None => written(&value, types),
		})
	}
}

/// Whether a type is a list of bytes, or has nothing but one inside.
fn is_bytes(mut type_id: u32, types: &PortableRegistry) -> bool {
	let definition = |type_id| types.resolve(type_id).map(|known| &known.type_def);
	for _ in 0..MAX_WRAPPED {
		match definition(type_id) {
			Some(TypeDef::Composite(composite)) => match &composite.fields[..] {
				[only] => type_id = only.ty.id,
				_ => return false,
			},
			Some(TypeDef::Sequence(items)) => {
				let item = definition(items.type_param.id);
				return matches!(item, Some(TypeDef::Primitive(TypeDefPrimitive::U8)));
			},
			_ => return false,
		}
	}
	false
}

/// A value, in words. Accounts as addresses, bytes as hexadecimal digits.
fn written(value: &Value<u32>, types: &PortableRegistry) -> String {
	if let Some(bytes) = bytes_of(value, types) {
		let is_account = || {
			let kind = types.resolve(value.context);
			kind.is_some_and(|kind| kind.path.segments.last().is_some_and(|name| name == "AccountId32"))
		};
		return match <[u8; 32]>::try_from(&bytes[..]) {
			Ok(account) if is_account() => format_account(&AccountId::new(account)),
			_ => shown_bytes(&bytes),
		};
	}
	match &value.value {
		ValueDef::Primitive(primitive) => match primitive {
			Primitive::Bool(bit) => bit.to_string(),
			Primitive::Char(character) => format!("{character:?}"),
			Primitive::String(text) => format!("{text:?}"),
			Primitive::U128(number) => number.to_string(),
			Primitive::I128(number) => number.to_string(),
			Primitive::U256(bytes) | Primitive::I256(bytes) => to_hex(bytes),
		},
		ValueDef::BitSequence(bits) => format!("{bits:?}"),
		ValueDef::Variant(variant) if variant.values.is_empty() => variant.name.clone(),
		ValueDef::Variant(variant) => match &variant.values {
			Composite::Unnamed(values) => format!("{}({})", variant.name, listed(values, types)),
			Composite::Named(fields) => format!("{} {}", variant.name, named(fields, types)),
		},
		ValueDef::Composite(Composite::Unnamed(values)) => match &values[..] {
			[only] => written(only, types),
			_ => format!("({})", listed(values, types)),
		},
		ValueDef::Composite(Composite::Named(fields)) => named(fields, types),
	}
}

fn listed(values: &[Value<u32>], types: &PortableRegistry) -> String {
	let told: Vec<_> = values.iter().map(|value| written(value, types)).collect();
	told.join(", ")
}

fn named(fields: &[(String, Value<u32>)], types: &PortableRegistry) -> String {
	let told: Vec<_> = fields
		.iter()
		.map(|(name, value)| format!("{name}: {}", written(value, types)))
		.collect();
	format!("{{ {} }}", told.join(", "))
}

/// The bytes that a value is made of, also as the only part of another. None where it is something else, or nothing.
fn bytes_of(value: &Value<u32>, types: &PortableRegistry) -> Option<Vec<u8>> {
	let ValueDef::Composite(Composite::Unnamed(values)) = &value.value else {
		return None;
	};
	match &values[..] {
		[] => None,
		[only] if matches!(only.value, ValueDef::Composite(_)) => bytes_of(only, types),
		values => {
			let byte = |value: &Value<u32>| match &types.resolve(value.context)?.type_def {
				TypeDef::Primitive(TypeDefPrimitive::U8) => u8::try_from(value.as_u128()?).ok(),
				_ => None,
			};
			values.iter().map(byte).collect()
		},
	}
}

fn shown_bytes(bytes: &[u8]) -> String {
	match bytes.get(..MAX_SHOWN_BYTES) {
		Some(beginning) if bytes.len() > MAX_SHOWN_BYTES => {
			format!(
				"{}… ({} bytes, BLAKE2b-256 {})",
				to_hex(beginning),
				bytes.len(),
				hash_of(bytes)
			)
		},
		_ => to_hex(bytes),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keys::Keypair;
	use chirograph_primitives::{calls, PeerKey, SignatureScheme, SuspensionReason};
	use codec::Encode;
	use scale_info::{
		form::PortableForm, meta_type, Field, Path, PortableType, Registry, Type, TypeDefArray, TypeDefComposite,
		TypeDefSequence, TypeDefVariant, TypeInfo, Variant,
	};

	fn told<T: TypeInfo + Encode + 'static>(value: &T) -> String {
		let mut registry = Registry::new();
		let id = registry.register_type(&meta_type::<T>()).id;
		let types: PortableRegistry = registry.into();
		let read = decode_as_type(&mut &value.encode()[..], id, &types).expect("it is of that type");
		written(&read, &types)
	}

	#[test]
	fn arguments_are_told_so_that_a_person_can_compare_them() {
		let alice = Keypair::dev("//Alice", SignatureScheme::Sr25519)
			.expect("a development key")
			.account();
		assert_eq!(told(&alice), format_account(&alice));
		assert_eq!(told(&Some(alice.clone())), format!("Some({})", format_account(&alice)));
		assert_eq!(told(&[7u8; 4]), "0x07070707");
		assert_eq!(told(&vec![1u32, 2]), "(1, 2)", "numbers are no bytes, however small");
		assert_eq!(told(&(7u8, true, None::<u32>)), "(7, true, None)");
		assert_eq!(told(&PeerKey([9; 32])), to_hex(&[9; 32]));
		assert_eq!(
			told(&SuspensionReason::KeyCompromised { since: 5 }),
			"KeyCompromised { since: 5 }"
		);
		let long = told(&vec![0u8; 65]);
		assert!(long.contains("(65 bytes, BLAKE2b-256 0x"), "{long}");
	}

	/// By their place in [`types`], where a [call](CALL) has none that is looked at.
	const CALL: u32 = 0;
	const U128: u32 = 1;
	const U8: u32 = 2;
	const CALLS: u32 = 3;
	const BYTES: u32 = 4;
	/// What fund, and its amount, take behind the first byte.
	const SEVENTEEN_BYTES: u32 = 5;
	const EIGHTEEN_BYTES: u32 = 6;
	/// A name for the first byte of a call of `Validators`.
	const TOLD: u32 = 7;
	const WRAPPED: u32 = 8;
	const NUMBERS: u32 = 9;

	fn types() -> Vec<Type<PortableForm>> {
		let told = Variant::<PortableForm>::new("Peers.remove_peer(peer: 0x07)\n  hash".into(), Vec::new(), 44, Vec::new());
		let wrapped = Field::<PortableForm>::new(None, BYTES.into(), None, Vec::new());
		vec![
			TypeDefPrimitive::Char.into(),
			TypeDefPrimitive::U128.into(),
			TypeDefPrimitive::U8.into(),
			TypeDefSequence::<PortableForm>::new(CALL.into()).into(),
			TypeDefSequence::<PortableForm>::new(U8.into()).into(),
			TypeDefArray::<PortableForm>::new(17, U8.into()).into(),
			TypeDefArray::<PortableForm>::new(18, U8.into()).into(),
			Type::new(Path::default(), Vec::new(), TypeDefVariant::new(vec![told]), Vec::new()),
			Type::new(Path::default(), Vec::new(), TypeDefComposite::new(vec![wrapped]), Vec::new()),
			TypeDefSequence::<PortableForm>::new(U128.into()).into(),
		]
	}

	/// Numbers of a call, names and types of its arguments.
	type Declared<'a> = ([u8; 2], &'a [(&'a str, u32)]);

	/// Metadata as any node can make it: of pallets with one call each.
	fn metadata(calls: &[Declared]) -> Metadata {
		let mut types = types();
		let mut pallets = Vec::new();
		for ([index, call], arguments) in calls {
			let fields = arguments
				.iter()
				.map(|(name, kind)| Field::<PortableForm>::new(Some((*name).to_owned()), (*kind).into(), None, Vec::new()));
			let call = Variant::<PortableForm>::new("call".into(), fields.collect(), *call, Vec::new());
			let kind = u32::try_from(types.len()).expect("are few");
			types.push(Type::new(
				Path::default(),
				Vec::new(),
				TypeDefVariant::new(vec![call]),
				Vec::new(),
			));
			// Name, storage, calls, events, constants, errors, index, documentation.
			let none = None::<u8>;
			let empty = Vec::<u8>::new();
			pallets.push((
				format!("Pallet{index}"),
				none,
				Some(Compact(kind)),
				none,
				empty.clone(),
				none,
				*index,
				empty,
			));
		}
		let numbered = (0u32..).zip(types);
		let types = PortableRegistry {
			types: numbered.map(|(id, kind)| PortableType::new(id, kind)).collect(),
		};
		let (zero, empty) = (Compact(0u32), Vec::<u8>::new());
		// Version, address, call, signature, extra, extensions.
		let extrinsic = (4u8, zero, zero, zero, zero, empty.clone());
		// Those of calls, events, errors.
		let outer = (Compact(CALL), zero, zero);
		// In its version 15. Behind the extrinsic come the runtime's type, its functions, and behind the outer enumerations what is custom.
		let encoded = (*b"meta", 15u8, types, pallets, extrinsic, zero, empty.clone(), outer, empty).encode();
		Metadata::decode_from(&encoded).expect("is metadata")
	}

	const ENACT: [u8; 2] = [21, 0];
	const BATCH_ALL: [u8; 2] = [30, 2];
	const FUND: [u8; 2] = [44, 6];
	const REMARK: [u8; 2] = [0, 0];

	/// `Validators.fund`, of five tokens.
	fn funding() -> Vec<u8> {
		(FUND, 5_000_000_000_000u128).encode()
	}

	/// A call in words, and whether it is assured, by the metadata of a node that declares one so.
	fn told_by(node: Declared, bytes: &[u8]) -> (String, bool) {
		let metadata = metadata(&[node, (FUND, &[("amount", U128)][..])]);
		let proposal = Proposal::read(bytes.to_vec(), &metadata).expect("it is a call");
		(proposal.call, proposal.assured)
	}

	#[test]
	fn a_call_that_a_node_declares_to_be_something_else_is_not_assured() {
		let enact = [&ENACT[..], &funding()].concat();
		let batch = |calls: &[Vec<u8>]| {
			let count = Compact(u32::try_from(calls.len()).expect("are few"));
			[BATCH_ALL.encode(), count.encode(), calls.concat()].concat()
		};
		let funds = "Validators.fund(amount: 5000000000000 (5 tokens))";
		let honest = told_by((ENACT, &[("call", CALL)][..]), &enact);
		assert_eq!(honest, (format!("Governance.enact(call: {funds})"), true));
		let (text, assured) = told_by((ENACT, &[("call", TOLD), ("rest", SEVENTEEN_BYTES)][..]), &enact);
		assert!(!assured && text.contains("Peers.remove_peer(peer: 0x07)"), "{text}");
		assert!(!text.contains(char::is_control), "{text:?}");

		let two = batch(&[funding(), funding()]);
		let honest = told_by((BATCH_ALL, &[("calls", CALLS)][..]), &two);
		assert_eq!(honest, (format!("Utility.batch_all(calls: [{funds}, {funds}])"), true));
		let one_of_two = [("count", U8), ("call", CALL), ("rest", EIGHTEEN_BYTES)];
		let (text, assured) = told_by((BATCH_ALL, &one_of_two[..]), &two);
		assert!(!assured, "{text}");
		let none = batch(&[]);
		assert_eq!(
			told_by((BATCH_ALL, &[("calls", CALLS)][..]), &none),
			("Utility.batch_all(calls: [])".into(), true)
		);
	}

	#[test]
	fn every_call_that_holds_others_is_one_that_is_known() {
		let holders = calls::all().filter(|(pallet, call, _)| calls_inside(pallet, call, &[4]) != Some(0));
		assert_eq!(holders.count(), 16);
	}

	#[test]
	fn a_motion_that_cannot_be_read_is_one_all_the_same() {
		let of_motion = |bytes: &[u8]| Proposal::of_motion(bytes.to_vec(), &metadata(&[(FUND, &[("amount", U128)][..])]));
		assert!(of_motion(&funding()).assured, "the control");
		let bytes = [255, 255, 7];
		let proposal = of_motion(&bytes);
		assert_eq!((proposal.call.as_str(), proposal.assured), ("unreadable (3 bytes)", false));
		assert_eq!((proposal.hash, &proposal.encoded[..]), (hash_of(&bytes), &bytes[..]));
	}

	#[test]
	fn long_arguments_are_told_by_their_beginning_length_and_hash() {
		let told = |argument: Vec<u8>, kind| {
			let bytes = [REMARK.to_vec(), argument].concat();
			let proposal = Proposal::read(bytes, &metadata(&[(REMARK, &[("remark", kind)][..])]));
			proposal.expect("it is a call").call
		};
		let bytes = vec![7u8; 1_000_000];
		for kind in [BYTES, WRAPPED] {
			assert_eq!(told(vec![7u8; 2].encode(), kind), "System.remark(remark: 0x0707)");
			let text = told(bytes.encode(), kind);
			assert!(
				text.contains(&format!("(1000000 bytes, BLAKE2b-256 {})", hash_of(&bytes))),
				"{text}"
			);
		}
		assert_eq!(told(vec![7u128; 2].encode(), NUMBERS), "System.remark(remark: (7, 7))");
		let text = told(vec![7u128; 5_000].encode(), NUMBERS);
		assert!(text.contains("encoded as 0x") && text.contains("(80002 bytes"), "{text}");
	}
}
