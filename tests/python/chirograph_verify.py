#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second verifier of evidence bundles, written from docs/spec/bundle.md alone and sharing no code with the first.

    python3 chirograph_verify.py BUNDLE --network 0x... [--checkpoint 0x...]... [--original FILE] [--subject 0x...]
                                  [--absent] [--now MS]

Prints the verdict as JSON. Ends with 0 for `proven`, or with `--absent` for `absent`, 1 for every other answer, 2 if it could not
be asked.

Rules are cited by their ids: BU of docs/spec/bundle.md, PR of proofs.md, LB of labels.md. Where one does not hold, `Fault` says
so, in the words of BU-50. What is read was written by somebody who may want to deceive: nothing is used before its length, its
form and its hash are known.
"""

import argparse
import contextlib
import copy
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple, Optional

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_BUNDLE_BYTES = 16 * 1024 * 1024
MAX_EVIDENCE_BYTES = 64 * 1024
MAX_HEADER_BYTES = 1024 * 1024
MAX_TIME_TOKEN_BYTES = 16 * 1024
MAX_WHOLE_NUMBER = 2**53 - 1
MAX_FIELDS = 64
MAX_POLICY = 64
DAY_MILLIS = 86_400_000


class Fault(Exception):
    """Something on the page does not hold. `name` is for programs, from the general to the special; `detail` for people."""

    def __init__(self, name: str, detail: str):
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.detail = detail


@contextlib.contextmanager
def within(part: str):
    """Says of which part a fault is."""
    try:
        yield
    except Fault as fault:
        raise Fault(f"{part}/{fault.name}", fault.detail) from None


# --- Hashes -----------------------------------------------------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def blake2b(data: bytes, length: int = 32) -> bytes:
    return hashlib.blake2b(data, digest_size=length).digest()


_WORD = 2**64 - 1
_PRIME_1 = 0x9E3779B185EBCA87
_PRIME_2 = 0xC2B2AE3D27D4EB4F
_PRIME_3 = 0x165667B19E3779F9
_PRIME_4 = 0x85EBCA77C2B2AE63
_PRIME_5 = 0x27D4EB2F165667C5


def _turn(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & _WORD


def _mix(lane: int, word: int) -> int:
    return _turn((lane + word * _PRIME_2) & _WORD, 31) * _PRIME_1 & _WORD


def xxh64(data: bytes, seed: int = 0) -> int:
    """XXH64 as its specification has it."""
    stripes = len(data) // 32 * 32
    if stripes:
        lanes = [seed + _PRIME_1 + _PRIME_2 & _WORD, seed + _PRIME_2 & _WORD, seed, seed - _PRIME_1 & _WORD]
        for start in range(0, stripes, 8):
            lane = start // 8 % 4
            lanes[lane] = _mix(lanes[lane], int.from_bytes(data[start : start + 8], "little"))
        acc = sum(_turn(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & _WORD
        for lane in lanes:
            acc = ((acc ^ _mix(0, lane)) * _PRIME_1 + _PRIME_4) & _WORD
    else:
        acc = seed + _PRIME_5 & _WORD
    acc = acc + len(data) & _WORD
    rest = data[stripes:]
    while len(rest) >= 8:
        acc = (_turn(acc ^ _mix(0, int.from_bytes(rest[:8], "little")), 27) * _PRIME_1 + _PRIME_4) & _WORD
        rest = rest[8:]
    if len(rest) >= 4:
        acc = (_turn(acc ^ int.from_bytes(rest[:4], "little") * _PRIME_1 & _WORD, 23) * _PRIME_2 + _PRIME_3) & _WORD
        rest = rest[4:]
    for byte in rest:
        acc = _turn(acc ^ byte * _PRIME_5 & _WORD, 11) * _PRIME_1 & _WORD
    acc = (acc ^ acc >> 33) * _PRIME_2 & _WORD
    acc = (acc ^ acc >> 29) * _PRIME_3 & _WORD
    return acc ^ acc >> 32


def le(number: int, width: int) -> bytes:
    return number.to_bytes(width, "little")


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


# --- JSON (BU-1 to BU-4) ----------------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """RFC 8785 for strings, whole numbers, lists, objects and null. Names are ASCII wherever this is used."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


class Members(dict):
    """A JSON object, and which of its names are given twice."""

    def __init__(self, *members):
        super().__init__(*members)
        self.twice: list = []


def _members(pairs: list) -> Members:
    found = Members()
    for name, value in pairs:
        if name in found:
            found.twice.append(name)
        found[name] = value
    return found


def _number(digits: str) -> Any:
    # What is no whole number that could be meant stays a fraction: whoever expects a number refuses it. Nobody reads a long one.
    return float("nan") if len(digits) > 20 or digits == "-0" else int(digits)


def _no_constant(text: str):
    raise Fault("not-json", f"`{text}` is no JSON")


def _is_cut_off(error: json.JSONDecodeError, text: str) -> bool:
    rest = text[error.pos :]
    if not rest or error.msg.startswith("Unterminated string"):
        return True
    if "escape" in error.msg:
        return re.fullmatch(r"\\?u?[0-9a-fA-F]{0,4}", rest) is not None
    return error.msg == "Expecting value" and any(word.startswith(rest) for word in ("null", "true", "false", "-"))


def read_json(data: bytes, limit: int, form: str) -> Members:
    """The object in `data`, if its `format` is `form`. Whether these are its canonical bytes, is another question."""
    if len(data) > limit:
        raise Fault("too-large", f"{len(data)} bytes are more than {limit}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.end == len(data) and error.reason == "unexpected end of data"
        raise Fault("truncated" if is_cut else "not-json", str(error))
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_int=_number, parse_constant=_no_constant)
        # Half a character of a pair has no UTF-8.
        canonical(value)
    except json.JSONDecodeError as error:
        raise Fault("truncated" if _is_cut_off(error, text) else "not-json", str(error))
    except (RecursionError, UnicodeEncodeError) as error:
        raise Fault("not-json", str(error))
    return expect_format(value, form)


def expect_format(value: Any, form: str) -> Members:
    """Another version is another version, whatever else it is."""
    if isinstance(value, Members) and "format" in value.twice:
        raise Fault("duplicate", "it says twice of which format it is")
    if not isinstance(value, Members) or not isinstance(value.get("format"), str):
        raise Fault("malformed", "it does not say of which format it is")
    if value["format"] != form:
        raise Fault("other-format", f"it is not of the format {form}")
    return value


def expect_members(value: Any, where: str, always: set, optional: set = frozenset()) -> Members:
    if not isinstance(value, Members):
        raise Fault("malformed", f"{where} is not an object")
    if value.twice:
        raise Fault("duplicate", f"{where} has `{value.twice[0][:40]}` twice")
    unknown = value.keys() - always - optional
    if unknown:
        raise Fault("unknown", f"{where} has `{sorted(unknown)[0][:40]}`")
    missing = always - value.keys()
    if missing:
        raise Fault("malformed", f"{where} has no `{sorted(missing)[0]}`")
    return value


def expect_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Fault("malformed", f"{where} is not a string")
    return value


def expect_number(value: Any, where: str, below: int = MAX_WHOLE_NUMBER + 1) -> int:
    # In Python, true is a number.
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise Fault("malformed", f"{where} is not a whole number below {below}")
    return value


def expect_list(value: Any, where: str, least: int = 0, most: Optional[int] = None) -> list:
    if not isinstance(value, list) or len(value) < least or (most is not None and len(value) > most):
        raise Fault("malformed", f"{where} is not a list of an acceptable length")
    return value


_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")


def expect_bytes(value: Any, where: str, length: Optional[int] = None) -> bytes:
    text = expect_text(value, where)
    if not _HEX.match(text):
        raise Fault("malformed", f"{where} is not 0x and pairs of hexadecimal digits")
    if text != text.lower():
        raise Fault("not-canonical", f"{where} has capital digits")
    data = bytes.fromhex(text[2:])
    if length is not None and len(data) != length:
        raise Fault("malformed", f"{where} has {len(data)} bytes and not {length}")
    return data


# --- SCALE (BU-6, BU-7, BU-13) ----------------------------------------------------------------------------------------


class Malformed(Exception):
    """Bytes are not the value that they should be. Whoever reads says what that means."""


class Scale:
    """Reads values one after the other."""

    def __init__(self, data: bytes):
        self._data = data
        self._next = 0

    def take(self, length: int) -> bytes:
        end = self._next + length
        if end > len(self._data):
            raise Malformed("bytes are missing")
        taken = self._data[self._next : end]
        self._next = end
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little")

    def compact(self) -> int:
        first = self.number(1)
        form = first & 3
        if form == 3:
            width = (first >> 2) + 4
            number = self.number(width)
            shortest = number >= 2**30 and number >> 8 * (width - 1) != 0
        else:
            width = (1, 2, 4)[form]
            number = (first | int.from_bytes(self.take(width - 1), "little") << 8) >> 2
            shortest = number >= (0, 2**6, 2**14)[form]
        if not shortest:
            raise Malformed("a compact number is longer than it needs to be")
        return number

    def index(self, most: int) -> int:
        index = self.number(1)
        if index > most:
            raise Malformed(f"no variant has the index {index}")
        return index

    def option(self, read: Callable[["Scale"], Any]) -> Any:
        return read(self) if self.index(1) else None

    def list(self, read: Callable[["Scale"], Any], most: Optional[int] = None) -> list:
        count = self.compact()
        # Whatever is listed has a byte at least: a count beyond the bytes that are left is refused before anything is made of it.
        if count > len(self._data) - self._next or (most is not None and count > most):
            raise Malformed("there are not so many")
        return [read(self) for _ in range(count)]

    def end(self) -> None:
        if self._next != len(self._data):
            raise Malformed("bytes are left over")


def decode(data: bytes, read: Callable[[Scale], Any]) -> Any:
    scale = Scale(data)
    value = read(scale)
    scale.end()
    return value


def u16(s: Scale) -> int:
    return s.number(2)


def u32(s: Scale) -> int:
    return s.number(4)


def u64(s: Scale) -> int:
    return s.number(8)


def bytes32(s: Scale) -> bytes:
    return s.take(32)


class Position(NamedTuple):
    """Where and when something entered the ledger. Order is that of block and extrinsic: see `place`."""

    block: int
    extrinsic: int
    time: int

    @property
    def place(self) -> tuple:
        return (self.block, self.extrinsic)

    @staticmethod
    def read(s: Scale) -> "Position":
        return Position(u32(s), u32(s), u64(s))


class ProofId(NamedTuple):
    kind: str
    root: Optional[bytes]
    subject: Optional[bytes]

    @staticmethod
    def read(s: Scale) -> "ProofId":
        kind = s.index(2)
        if kind == 0:
            return ProofId("record", None, bytes32(s))
        if kind == 1:
            return ProofId("batch", bytes32(s), None)
        return ProofId("leaf", bytes32(s), bytes32(s))

    def encoded(self) -> bytes:
        kind = ("record", "batch", "leaf").index(self.kind)
        return bytes([kind]) + (self.root or b"") + (self.subject or b"")


SCHEMAS = ("document", "certificate", "invoice")
SCHEMES = ("ecdsa", "sr25519", "ed25519")
REASONS = ("unspecified", "issued-in-error", "no-longer-valid", "key-compromised")
REMARKS = ("disputed", "under-investigation", "court-decision", "settled")
ALGORITHMS = ("sha-256", "sha3-512", "ecdsa", "sr25519", "ed25519")


def read_named(names: tuple) -> Callable[[Scale], str]:
    return lambda s: names[s.index(len(names) - 1)]


class Status(NamedTuple):
    state: str
    at: Optional[Position] = None
    reason: Optional[str] = None
    by: Optional[ProofId] = None

    @staticmethod
    def read(s: Scale) -> "Status":
        state = s.index(2)
        if state == 0:
            return Status("active")
        at = Position.read(s)
        if state == 1:
            return Status("revoked", at, reason=read_named(REASONS)(s))
        return Status("superseded", at, by=ProofId.read(s))


class Holder(NamedTuple):
    account: bytes
    label: int
    since: Position

    @staticmethod
    def read(s: Scale) -> "Holder":
        return Holder(bytes32(s), u32(s), Position.read(s))


class Life(NamedTuple):
    status: Status = Status("active")
    holder: Optional[Holder] = None
    changes: int = 0

    @staticmethod
    def read(s: Scale) -> "Life":
        return Life(Status.read(s), s.option(Holder.read), u32(s))


class Entry(NamedTuple):
    """A record or a batch: what they have in common, and what is registered."""

    owner: bytes
    label: int
    submitter: bytes
    what: Any  # The evidence hash of a record, the number of leaves of a batch.
    schema: str
    scheme: str
    registered: Position
    life: Life

    @staticmethod
    def reader(what: Callable[[Scale], Any]) -> Callable[[Scale], "Entry"]:
        def read(s: Scale) -> "Entry":
            return Entry(
                bytes32(s),
                u32(s),
                bytes32(s),
                what(s),
                read_named(SCHEMAS)(s),
                read_named(SCHEMES)(s),
                Position.read(s),
                Life.read(s),
            )

        return read


read_record = Entry.reader(bytes32)
read_batch = Entry.reader(u64)


def read_digest(s: Scale) -> tuple:
    return ("sha3-512", s.take(64)) if s.index(1) else ("sha-256", bytes32(s))


def read_proof_change(s: Scale) -> dict:
    change: dict = {"at": Position.read(s), "by": u32(s), "account": bytes32(s)}
    event = s.index(4)
    change["event"] = ("revoked", "superseded", "transferred", "annotated", "renewed")[event]
    if event == 0:
        change["reason"] = read_named(REASONS)(s)
    elif event == 1:
        change["successor"] = ProofId.read(s)
    elif event == 2:
        change["from"], change["to"] = bytes32(s), bytes32(s)
    elif event == 3:
        change["remark"], change["document"] = read_named(REMARKS)(s), s.option(bytes32)
    else:
        change["evidence"] = read_digest(s)
    return change


class Terms(NamedTuple):
    """What was said about an algorithm, and when."""

    at: int
    algorithm: str
    deprecated_from: Optional[int]
    refused_from: Optional[int]
    least_bits: int

    @staticmethod
    def read(s: Scale) -> "Terms":
        return Terms(u64(s), read_named(ALGORITHMS)(s), s.option(u64), s.option(u64), u16(s))


def read_policy(s: Scale) -> list:
    return s.list(Terms.read, MAX_POLICY)


class Standing(NamedTuple):
    state: str
    compromised_since: Optional[int] = None

    @staticmethod
    def read(s: Scale) -> "Standing":
        state = s.index(2)
        if state == 0:
            return Standing("active")
        if state == 2:
            s.index(4)
            return Standing("revoked")
        return Standing("suspended", u32(s) if s.index(3) == 2 else None)


class Label(NamedTuple):
    id: int
    held_since: Position
    distrusted_since: Optional[int]
    changes: int

    @staticmethod
    def read(s: Scale) -> "Label":
        number = u32(s)
        s.take(32 + 2 + 3)  # Organisation, country, region.
        u16(s)  # Roles and date as they are now: what counts is how they were.
        u64(s)
        Standing.read(s)
        bytes32(s)  # Dossier.
        s.option(bytes32)  # Certificate.
        s.option(u32)  # Auditor.
        held_since, distrusted_since = Position.read(s), s.option(u32)
        s.take(1)  # What a passkey guards.
        return Label(number, held_since, distrusted_since, u32(s))


class RetiredKey(NamedTuple):
    label: int
    since: Position
    until: Position
    compromised_since: Optional[int]

    @staticmethod
    def read(s: Scale) -> "RetiredKey":
        return RetiredKey(u32(s), Position.read(s), Position.read(s), u32(s) if s.index(2) == 2 else None)


class LabelChange(NamedTuple):
    at: Position
    granted: bool
    moved: Optional[tuple]  # From, to.
    roles: int
    expires: int
    standing: Standing

    @staticmethod
    def read(s: Scale) -> "LabelChange":
        at = Position.read(s)
        s.option(u32)
        event = s.index(6)
        moved = (bytes32(s), bytes32(s)) if event == 6 else None
        return LabelChange(at, event == 0, moved, u16(s), u64(s), Standing.read(s))

    def fault_of(self, role: int, time: int) -> Optional[str]:
        """Why a label that is so from here on cannot be used in a role at a time."""
        if self.standing.state == "revoked":
            return "revoked"
        if self.standing.state == "suspended":
            return "suspended" if self.standing.compromised_since is None else "keyCompromised"
        if time >= self.expires:
            return "expired"
        return None if self.roles >> role & 1 else "wrongRole"


class Header(NamedTuple):
    parent: bytes
    number: int
    state_root: bytes
    items: list  # Of kind, engine, content.
    hash: bytes

    @staticmethod
    def read(s: Scale) -> "Header":
        start = s._next
        parent, number, state_root = bytes32(s), s.compact(), bytes32(s)
        bytes32(s)  # Extrinsics.
        items = s.list(Header._item)
        if number >= 2**32:
            raise Malformed("no block has that number")
        return Header(parent, number, state_root, items, blake2b(s._data[start : s._next]))

    @staticmethod
    def _item(s: Scale) -> tuple:
        kind = s.number(1)
        if kind not in (0, 4, 5, 6, 8):
            raise Malformed(f"no digest item has the index {kind}")
        engine = s.take(4) if kind in (4, 5, 6) else None
        content = b"" if kind == 8 else s.take(s.compact())
        return (kind, engine, content)


def read_header(data: bytes, where: str) -> Header:
    if len(data) > MAX_HEADER_BYTES:
        raise Fault("header", f"{where}: {len(data)} bytes are more than {MAX_HEADER_BYTES}")
    try:
        return decode(data, Header.read)
    except Malformed as error:
        raise Fault("header", f"{where}: {error}")


# --- State (BU-8 to BU-12) --------------------------------------------------------------------------------------------


class Node(NamedTuple):
    partial: tuple  # Nibbles.
    value: Optional[bytes]
    hashed_value: Optional[bytes]
    children: Optional[dict]  # By nibble, the node itself or its hash. None for a leaf.


EMPTY_TRIE = Node((), None, None, {})


def nibbles(data: bytes) -> tuple:
    return tuple(half for byte in data for half in (byte >> 4, byte & 15))


def read_node(data: bytes) -> Node:
    return decode(data, _node)


def _node(s: Scale) -> Node:
    first = s.number(1)
    if first == 0:
        return EMPTY_TRIE
    if first >> 6:
        bits, branch, inside, hashed = 6, first >> 6 != 1, first >> 6 != 2, False
    elif first >> 5:
        bits, branch, inside, hashed = 5, False, False, True
    elif first >> 4:
        bits, branch, inside, hashed = 4, True, False, True
    else:
        raise Malformed("no node begins like this")
    full = (1 << bits) - 1
    length = first & full
    if length == full:
        while True:
            more = s.number(1)
            length += more
            if more != 255:
                break
    half = length % 2
    partial = nibbles(s.take((length + 1) // 2))
    if half and partial[0]:
        raise Malformed("the padding of a partial key is not 0")
    bitmap = s.number(2) if branch else 0
    if branch and not bitmap:
        raise Malformed("a branch without a child")
    value = s.take(s.compact()) if inside else None
    hashed_value = s.take(32) if hashed else None
    children = None
    if branch:
        children = {}
        for nibble in range(16):
            if bitmap >> nibble & 1:
                children[nibble] = s.take(s.compact())
                if len(children[nibble]) > 32:
                    raise Malformed("a child inside its parent is too long")
    return Node(partial[half:], value, hashed_value, children)


class State:
    """What a state proof shows of one state."""

    def __init__(self, root: bytes, strings: list, where: str):
        for earlier, later in zip(strings, strings[1:]):
            if earlier >= later:
                raise Fault(
                    "state/twice" if earlier == later else "state/unordered", f"{where} has a node twice, or out of order"
                )
        self._root = root
        self._where = where
        self._strings = {blake2b(string): string for string in strings}
        self._used: set = set()

    def _string(self, digest: bytes) -> bytes:
        if digest not in self._strings:
            raise Fault("state/missing", f"{self._where} has no node {hexed(digest)}")
        self._used.add(digest)
        return self._strings[digest]

    def _child(self, handle: bytes) -> Node:
        try:
            return read_node(self._string(handle) if len(handle) == 32 else handle)
        except Malformed as error:
            raise Fault("state/missing", f"{self._where}: {error}")

    def get(self, key: bytes) -> Optional[bytes]:
        """The value of a key, or None where it is absent (BU-10)."""
        left, handle = nibbles(key), self._root
        while True:
            node = self._child(handle)
            if left[: len(node.partial)] != node.partial:
                return None
            left = left[len(node.partial) :]
            if not left:
                return self._string(node.hashed_value) if node.hashed_value is not None else node.value
            if not node.children or left[0] not in node.children:
                return None
            handle, left = node.children[left[0]], left[1:]

    def read(self, key: bytes, name: str, read: Callable[[Scale], Any]) -> Any:
        value = self.get(key)
        if value is None:
            return None
        try:
            return decode(value, read)
        except Malformed as error:
            raise Fault("state/unreadable", f"{name} in {self._where}: {error}")

    def expect(self, key: bytes, name: str, read: Callable[[Scale], Any]) -> Any:
        value = self.read(key, name, read)
        if value is None:
            raise Fault("state/absent", f"{self._where} has no {name}")
        return value

    def looked_at(self) -> "State":
        """The same, to look at without what is looked at counting as used."""
        other = copy.copy(self)
        other._used = set()
        return other

    def shown(self, prefix: bytes) -> list:
        """The keys that begin with `prefix` and whose values are in the list."""
        return [bytes.fromhex("".join(f"{half:x}" for half in key)) for key in self._below(self._root, (), nibbles(prefix))]

    def _below(self, handle: bytes, above: tuple, prefix: tuple) -> list:
        if len(handle) == 32 and handle not in self._strings:
            return []
        node = self._child(handle)
        here = above + node.partial
        shared = min(len(here), len(prefix))
        if here[:shared] != prefix[:shared]:
            return []
        found = []
        if len(here) >= len(prefix) and (node.value is not None or node.hashed_value in self._strings):
            found.append(here)
        for nibble, child in (node.children or {}).items():
            found += self._below(child, here + (nibble,), prefix)
        return found

    def finish(self) -> None:
        """Refuses what no key needed (BU-11)."""
        unused = len(self._strings) - len(self._used)
        if unused:
            raise Fault("state/unneeded", f"{self._where} has {unused} nodes that show nothing that is asked")


def twox128(name: str) -> bytes:
    return b"".join(le(xxh64(name.encode(), seed), 8) for seed in (0, 1))


def twox64_concat(key: bytes) -> bytes:
    return le(xxh64(key), 8) + key


def blake2_128_concat(key: bytes) -> bytes:
    return blake2b(key, 16) + key


def storage_key(pallet: str, item: str, *hashed: bytes) -> bytes:
    return twox128(pallet) + twox128(item) + b"".join(hashed)


def records_key(subject: bytes) -> bytes:
    return storage_key("Proofs", "Records", blake2_128_concat(subject))


def batches_key(root: bytes) -> bytes:
    return storage_key("Proofs", "Batches", blake2_128_concat(root))


def leaves_key(root: bytes, subject: bytes) -> bytes:
    return storage_key("Proofs", "Leaves", blake2_128_concat(root), blake2_128_concat(subject))


def proof_history_key(proof: ProofId, number: int) -> bytes:
    return storage_key("Proofs", "History", blake2_128_concat(proof.encoded()), twox64_concat(le(number, 4)))


def labels_key(account: bytes) -> bytes:
    return storage_key("Labels", "Labels", blake2_128_concat(account))


def retired_keys_key(account: bytes) -> bytes:
    return storage_key("Labels", "RetiredKeys", blake2_128_concat(account))


def holders_key(label: int) -> bytes:
    return storage_key("Labels", "Holders", twox64_concat(le(label, 4)))


def label_history_prefix(label: int) -> bytes:
    return storage_key("Labels", "History", twox64_concat(le(label, 4)))


def label_history_key(label: int, number: int) -> bytes:
    return label_history_prefix(label) + twox64_concat(le(number, 4))


POLICY_KEY = storage_key("Proofs", "Policy")
AUTHORITIES_KEY = storage_key("Grandpa", "Authorities")
SET_ID_KEY = storage_key("Grandpa", "CurrentSetId")
NOW_KEY = storage_key("Timestamp", "Now")


# --- Finality (BU-15 to BU-25) ----------------------------------------------------------------------------------------


def ed25519_is_by(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


@dataclass
class VoterSet:
    id: int
    weights: dict
    total: int

    @staticmethod
    def of(number: int, authorities: list) -> "VoterSet":
        weights: dict = {}
        for key, weight in authorities:
            weights[key] = weights.get(key, 0) + weight
        total = sum(weights.values())
        if not 0 < total < 2**64 or number >= 2**64:
            raise Fault("authorities", f"the votes of the set {number} weigh nothing, or more than 64 bits")
        return VoterSet(number, weights, total)


def read_authorities(s: Scale) -> list:
    return s.list(lambda s: (bytes32(s), u64(s)))


def read_grandpa_log(s: Scale) -> Optional[tuple]:
    """What the runtime tells GRANDPA: a scheduled change of the set, with its delay. None for what does not matter here."""
    index = s.number(1)
    if index == 1:
        return (read_authorities(s), u32(s))
    if index == 2:
        raise Fault("forced", "the block forces another set")
    widths = {3: 8, 4: 4, 5: 4}
    if index not in widths:
        raise Malformed(f"GRANDPA knows nothing of the index {index}")
    s.take(widths[index])
    return None


def next_authorities(header: Header) -> list:
    """What the digest says of the next set (BU-18)."""
    found = None
    for kind, engine, content in header.items:
        if (kind, engine) != (4, b"FRNK"):
            continue
        try:
            change = decode(content, read_grandpa_log)
        except Malformed as error:
            raise Fault("unreadable", f"what block {header.number} says of the set: {error}")
        if change is None:
            continue
        if change[1]:
            raise Fault("delayed", f"block {header.number} changes the set {change[1]} blocks later")
        if found is not None:
            raise Fault("several", f"block {header.number} says twice how the set changes")
        found = change[0]
    if found is None:
        raise Fault("none", f"block {header.number} does not say that the set changes")
    return found


class Vote(NamedTuple):
    hash: bytes
    number: int
    signature: bytes
    key: bytes

    @staticmethod
    def read(s: Scale) -> "Vote":
        return Vote(bytes32(s), u32(s), s.take(64), bytes32(s))


def precommit_message(block: bytes, number: int, round_number: int, set_id: int) -> bytes:
    return b"\x01" + block + le(number, 4) + le(round_number, 8) + le(set_id, 8)


class Votes(NamedTuple):
    """What made a block final."""

    set: int
    round: int
    voters: int
    authorities: int
    weight: int
    total: int


def check_justification(data: bytes, target: Header, before: Header, voters: VoterSet) -> Votes:
    """That `voters` made `target`, which is above `before`, final. Returns how."""
    if target.number <= before.number:
        raise Fault("out-of-order", f"block {target.number} comes behind block {before.number}")
    with within("justification"):
        return check_votes(data, target, voters)


def check_votes(data: bytes, target: Header, voters: VoterSet) -> Votes:
    where = f"block {target.number}"
    try:
        round_number, block, number, votes, ancestries = decode(
            data, lambda s: (u64(s), bytes32(s), u32(s), s.list(Vote.read), s.list(Header.read))
        )
    except Malformed as error:
        raise Fault("unreadable", f"{where}: {error}")
    if (block, number) != (target.hash, target.number):
        raise Fault("other-block", f"{where} is shown, and {number} is justified")
    weight, last = 0, None
    for vote in votes:
        if last is not None and vote.key <= last:
            raise Fault("votes-twice" if vote.key == last else "votes-unordered", f"{where}: {hexed(vote.key)}")
        if vote.key not in voters.weights:
            raise Fault("outside-set", f"{hexed(vote.key)} is not in the set {voters.id}")
        weight, last = weight + voters.weights[vote.key], vote.key
    if 3 * weight <= 2 * voters.total:
        raise Fault("too-few-votes", f"{where} has {weight} of {voters.total}, and more than two thirds are needed")
    check_ancestries(target, votes, ancestries)
    for vote in votes:
        if not ed25519_is_by(vote.key, vote.signature, precommit_message(vote.hash, vote.number, round_number, voters.id)):
            raise Fault("bad-signature", f"the signature of {hexed(vote.key)} for {where} is not right")
    return Votes(voters.id, round_number, len(votes), len(voters.weights), weight, voters.total)


def check_ancestries(target: Header, votes: list, ancestries: list) -> None:
    where = f"block {target.number}"
    if any((a.number, a.hash) >= (b.number, b.hash) for a, b in zip(ancestries, ancestries[1:])):
        raise Fault("headers-unordered", f"{where} has ancestries twice, or out of order")
    headers = {header.hash: header for header in ancestries}
    needed: set = set()
    for vote in votes:
        block, number = vote.hash, vote.number
        while (block, number) != (target.hash, target.number):
            header = headers.get(block)
            if header is None or header.number != number or number <= target.number:
                raise Fault("not-a-descendant", f"the vote of {hexed(vote.key)} does not lead to {where}")
            if block in needed:
                break
            needed.add(block)
            block, number = header.parent, number - 1
    if len(needed) != len(ancestries):
        raise Fault("header-unneeded", f"{where} has ancestries that no vote needs")


def check_finality(bundle: "Bundle", question: "Question", checks: "Checks") -> dict:
    """That the block shown is final. Returns what shows it."""
    shown, anchor = bundle.block, read_header(bundle.anchor, "the anchor's header")
    if anchor.hash != question.network and anchor.hash not in question.checkpoints:
        raise Fault("unknown-anchor", f"{hexed(anchor.hash)} is neither the network's first block nor a checkpoint")
    kind = "the network's first block" if anchor.hash == question.network else "a checkpoint"
    checks.holds("anchor", f"block {anchor.number}, {hexed(anchor.hash)}, is {kind}")
    told: dict = {"anchor": hexed(anchor.hash), "anchorNumber": anchor.number, "changes": len(bundle.changes), "votes": None}
    if shown.hash == anchor.hash:
        if bundle.changes or bundle.anchor_state or bundle.justification is not None:
            raise Fault("finality-unneeded", "the block shown is the anchor, and needs neither votes nor voters")
        checks.holds("finality", "the block shown is the anchor")
        return told

    state = State(anchor.state_root, bundle.anchor_state, "the anchor's state")
    authorities = state.expect(AUTHORITIES_KEY, "Grandpa.Authorities", read_authorities)
    set_id = state.expect(SET_ID_KEY, "Grandpa.CurrentSetId", u64)
    state.finish()
    voters, before = VoterSet.of(set_id, authorities), anchor
    for data, justification in bundle.changes:
        header = read_header(data, "the header of a change")
        votes = check_justification(justification, header, before, voters)
        with within("set-change"):
            authorities = next_authorities(header)
        voters, before = VoterSet.of(voters.id + 1, authorities), header
        checks.holds("set-change", f"{describe(header, votes)}, and names the set {voters.id}")
    if bundle.justification is None:
        raise Fault("justification-missing", "the block shown is not the anchor, and has no votes")
    votes = check_justification(bundle.justification, shown, before, voters)
    checks.holds("finality", describe(shown, votes))
    return {**told, "votes": votes._asdict()}


def describe(header: Header, votes: Votes) -> str:
    return f"block {header.number} has {votes.weight} of {votes.total} votes of the set {votes.set}"


# --- Accounts (PR-15, PR-16) ------------------------------------------------------------------------------------------

_BASE_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _ss58_checksum(body: bytes) -> bytes:
    return blake2b(b"SS58PRE" + body, 64)[:2]


def format_account(account: bytes) -> str:
    body = bytes([42]) + account
    number = int.from_bytes(body + _ss58_checksum(body), "big")
    text = ""
    # The first byte is 42: nothing begins with zeros that would have to be kept.
    while number:
        number, digit = divmod(number, 58)
        text = _BASE_58[digit] + text
    return text


def parse_account(text: str) -> bytes:
    """The account of an address. There is one way to write each account: whatever is not that is refused."""
    if re.fullmatch("0x[0-9a-fA-F]{64}", text):
        raise Fault("not-canonical", "an account is not written as address")
    if not 40 <= len(text) <= 64 or any(character not in _BASE_58 for character in text):
        raise Fault("malformed", "an account is not an address")
    number = 0
    for character in text:
        number = number * 58 + _BASE_58.index(character)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    # A leading 1 stands for a zero byte in front, which the number does not have.
    if text[0] == "1" or len(data) != 35 or data[0] != 42 or _ss58_checksum(data[:33]) != data[33:]:
        raise Fault("malformed", "an account is not an address with the prefix 42 and the right checksum")
    return data[1:33]


# --- Evidence (PR-4 to PR-14) -----------------------------------------------------------------------------------------


@dataclass
class Evidence:
    owner: bytes
    schema: str
    sha256: bytes
    sha3_512: bytes
    size: int
    created: int  # Milliseconds since 1970.
    fields: dict
    mode: str
    media_type: str
    created_text: str
    subject: bytes
    time_token: Optional[bytes]
    document: bytes

    @property
    def hash(self) -> bytes:
        return sha256(self.document)

    def is_of(self, original: "Original") -> bool:
        same = (self.sha256, self.size) == (original.sha256, original.size)
        return same and original.sha3_512 in (None, self.sha3_512)


_EVIDENCE_MEMBERS = {"created", "features", "fields", "format", "mediaType", "mode", "owner", "salt", "schema", "size"}
_CREATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\Z", re.ASCII)
_FIELD_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_ALGORITHM_NAME = re.compile(r"[a-z0-9-]{1,32}\Z")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}\Z")


def read_created(text: str) -> int:
    found = _CREATED.match(text)
    if not found:
        raise Fault("malformed", "`created` is not a time in UTC in whole seconds")
    year, month, day, hour, minute, second = map(int, found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not (1 <= month <= 12 and 1 <= day <= lengths[month - 1] and hour <= 23 and minute <= 59 and second <= 59):
        raise Fault("malformed", "`created` is no date")
    before = year - 1
    # Days since 0001-01-01, which was 719,162 days before 1970-01-01.
    days = before * 365 + before // 4 - before // 100 + before // 400 + sum(lengths[: month - 1]) + day - 1 - 719_162
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000


def read_evidence(document: bytes) -> Evidence:
    """The evidence that these bytes are."""
    value = read_json(document, MAX_EVIDENCE_BYTES, "chirograph/evidence/v1")
    expect_members(value, "the evidence", _EVIDENCE_MEMBERS, {"timeToken"})
    features = expect_list(value["features"], "`features`", 2, 16)
    digests: dict = {}
    for feature in features:
        expect_members(feature, "a feature", {"algorithm", "value"})
        algorithm, digest = expect_text(feature["algorithm"], "an algorithm"), expect_bytes(feature["value"], "a feature")
        if not _ALGORITHM_NAME.match(algorithm) or algorithm in digests or not 0 < len(digest) <= 128:
            raise Fault("malformed", "a feature has no proper name, is there twice, or is too long")
        digests[algorithm] = digest
    if list(digests)[:2] != ["sha-256", "sha3-512"] or (len(digests["sha-256"]), len(digests["sha3-512"])) != (32, 64):
        raise Fault("malformed", "the first two features are not a sha-256 and a sha3-512")
    fields = value["fields"]
    if not isinstance(fields, Members) or len(fields) > MAX_FIELDS:
        raise Fault("malformed", "`fields` is not an object of at most 64 members")
    if fields.twice:
        raise Fault("duplicate", "a field is there twice")
    for name in fields:
        if not _FIELD_NAME.match(name):
            raise Fault("malformed", "a field's name has other characters")
    owner = expect_members(value["owner"], "the owner", {"account"}, {"label"})
    if owner.get("label") is not None:
        expect_number(owner["label"], "the owner's label", 2**32)
    if not _MEDIA_TYPE.match(expect_text(value["mediaType"], "`mediaType`")):
        raise Fault("malformed", "`mediaType` is not type/subtype")
    if value["mode"] not in ("open", "sealed") or value["schema"] not in list(SCHEMAS):
        raise Fault("malformed", "`mode` or `schema` is none that there is")
    salt = expect_bytes(value["salt"], "`salt`", 32)
    token = expect_bytes(value["timeToken"], "`timeToken`") if "timeToken" in value else None
    if token is not None and not 0 < len(token) <= MAX_TIME_TOKEN_BYTES:
        raise Fault("malformed", "`timeToken` is empty or too long")
    digest = digests["sha-256"]
    evidence = Evidence(
        owner=parse_account(expect_text(owner["account"], "the owner's account")),
        schema=value["schema"],
        sha256=digest,
        sha3_512=digests["sha3-512"],
        size=expect_number(value["size"], "`size`"),
        created=read_created(expect_text(value["created"], "`created`")),
        fields={name: expect_bytes(commitment, "a commitment", 32) for name, commitment in fields.items()},
        mode=value["mode"],
        media_type=value["mediaType"],
        created_text=value["created"],
        subject=digest if value["mode"] == "open" else sha256(salt + digest),
        time_token=token,
        document=document,
    )
    # No label is written as `null`.
    if canonical(value) != document or "label" not in owner:
        raise Fault("not-canonical", "these are not the bytes that RFC 8785 gives")
    return evidence


def read_disclosures(value: Any) -> list:
    """Names, values and commitments."""
    disclosures = []
    for disclosure in expect_list(value, "`disclosures`"):
        expect_members(disclosure, "a disclosure", {"name", "salt", "value"})
        name, stated = expect_text(disclosure["name"], "a name"), expect_text(disclosure["value"], "a value")
        salt = expect_bytes(disclosure["salt"], "a salt", 32)
        if not _FIELD_NAME.match(name):
            raise Fault("malformed", "a disclosed field's name has other characters")
        disclosures.append((name, stated, sha256(canonical(["chirograph/field/v1", hexed(salt), name, stated]))))
    return disclosures


# --- Leaves (BU-30, BU-31) --------------------------------------------------------------------------------------------


def leaf_hash(subject: bytes, evidence: bytes) -> bytes:
    return sha256(b"\x00" + subject + evidence)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def root_of_path(leaf: bytes, index: int, size: int, path: list) -> bytes:
    if index >= size:
        raise Fault("no-such-leaf", f"the leaf has the index {index}, and there are {size}")
    place, last, root = index, size - 1, leaf
    for node in path:
        if last == 0:
            raise Fault("too-long", "the path goes on above the root")
        if node == root:
            raise Fault("twice", "the same leaves are in the tree twice, and any of them could be meant")
        if place & 1 or place == last:
            root = node_hash(node, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, node)
        place, last = place >> 1, last >> 1
    if last:
        raise Fault("too-short", "the path ends below the root")
    return root


# --- The bundle -------------------------------------------------------------------------------------------------------


@dataclass
class Leaf:
    root: bytes
    index: int
    path: list


@dataclass
class Bundle:
    network: bytes
    subject: bytes
    evidence: Optional[Evidence]
    disclosures: list
    leaf: Optional[Leaf]
    block: Header
    state: list
    anchor: bytes  # Its header.
    anchor_state: list
    changes: list  # Of header and justification.
    justification: Optional[bytes]

    _ALWAYS = {"block", "finality", "format", "network", "state", "subject"}
    _OPTIONAL = {"disclosures", "evidence", "leaf"}

    @staticmethod
    def parse(data: bytes) -> "Bundle":
        with within("format/bundle"):
            top = read_json(data, MAX_BUNDLE_BYTES, "chirograph/bundle/v1")
            expect_members(top, "the bundle", Bundle._ALWAYS, Bundle._OPTIONAL)
            finality = expect_members(top["finality"], "`finality`", {"anchor", "changes"}, {"justification"})
            anchor = expect_members(finality["anchor"], "`anchor`", {"header", "state"})
            changes = []
            for change in expect_list(finality["changes"], "`changes`"):
                expect_members(change, "a change", {"header", "justification"})
                header = expect_bytes(change["header"], "a change's header")
                changes.append((header, expect_bytes(change["justification"], "a change's justification")))
            # What is `null` is not written at all.
            given = {name: value for name, value in top.items() if value is not None}
            justification = finality.get("justification")
            bundle = Bundle(
                network=expect_bytes(top["network"], "`network`", 32),
                subject=expect_bytes(top["subject"], "`subject`", 32),
                evidence=None,
                disclosures=read_disclosures(given["disclosures"]) if "disclosures" in given else [],
                leaf=_leaf(given["leaf"]) if "leaf" in given else None,
                block=None,
                state=[expect_bytes(node, "a node") for node in expect_list(top["state"], "`state`")],
                anchor=expect_bytes(anchor["header"], "the anchor's header"),
                anchor_state=[expect_bytes(node, "a node") for node in expect_list(anchor["state"], "the anchor's state")],
                changes=changes,
                justification=None if justification is None else expect_bytes(justification, "`justification`"),
            )
            block = expect_bytes(top["block"], "`block`")
            is_null = len(given) < len(top) or (justification is None and "justification" in finality)
            evidence = Bundle._around_evidence(top, data)
            if is_null or evidence is None:
                raise Fault("not-canonical", "these are not the bytes that RFC 8785 gives")
            if top.get("disclosures") == []:
                raise Fault("malformed", "disclosures that are not there are left out")
        if "evidence" in top:
            with within("format/evidence"):
                bundle.evidence = read_evidence(evidence)
        bundle._expect_evidence_for_what_needs_it()
        bundle.block = read_header(block, "the header of the block shown")
        return bundle

    @staticmethod
    def _around_evidence(top: Members, data: bytes) -> Optional[bytes]:
        """The bytes of the evidence, if all around them is canonical. Evidence has faults of its own."""
        if "evidence" not in top:
            return b"" if canonical(top) == data else None
        mark = {**top, "evidence": 0}
        before, behind = canonical(mark).split(b'"evidence":0', 1)
        before += b'"evidence":'
        inside = data[len(before) : len(data) - len(behind)]
        is_whole = data.startswith(before) and data.endswith(behind) and inside == inside.strip()
        return inside if is_whole else None

    def _expect_evidence_for_what_needs_it(self) -> None:
        if self.evidence is not None:
            return
        if self.leaf is not None:
            raise Fault("evidence-missing", "a leaf is nothing without its evidence")
        if self.disclosures:
            raise Fault("disclosures-unneeded", "there is no evidence whose fields these could be")


def _leaf(value: Any) -> Leaf:
    expect_members(value, "`leaf`", {"index", "path", "root"})
    return Leaf(
        root=expect_bytes(value["root"], "`root`", 32),
        index=expect_number(value["index"], "`index`"),
        path=[expect_bytes(node, "a node of the path", 32) for node in expect_list(value["path"], "`path`")],
    )


# --- Labels and algorithms (BU-42 to BU-45) ---------------------------------------------------------------------------


def judge_label(state: State, account: bytes, schema: str, at: Position) -> int:
    """The label that an account was at a position, in the role of a schema (LB-14), by all that the state knows."""

    def refuse(name: str, why: str):
        raise Fault(f"owner/{name}", f"when this was registered, {format_account(account)} {why}")

    label = state.read(labels_key(account), "Labels.Labels", Label.read)
    if label is not None:
        number, since, until, distrusted, count = label.id, label.held_since, None, label.distrusted_since, label.changes
    else:
        retired = state.read(retired_keys_key(account), "Labels.RetiredKeys", RetiredKey.read)
        if retired is None:
            refuse("noLabel", "held no label")
        number, since, until, distrusted = retired.label, retired.since, retired.until, retired.compromised_since
        holder = state.expect(holders_key(number), "Labels.Holders", bytes32)
        count = state.expect(labels_key(holder), "Labels.Labels", Label.read).changes

    if at.place < since.place:
        refuse("noLabel", "held no label yet")
    if distrusted is not None and at.block >= distrusted:
        refuse("keyCompromised", f"was not to be believed any more, from block {distrusted} on")
    if until is not None and at.place > until.place:
        refuse("keyRetired", "did not hold its label any more")
    holds, fault = since.place < at.place, "noLabel"
    for entry in changes_around(state, number, count, at):
        if entry.moved is not None and entry.moved[0] == account:
            break
        holds = holds or (entry.moved is not None and entry.moved[1] == account)
        holds = holds or (entry.granted and entry.at.place == since.place)
        if holds:
            fault = entry.fault_of(2 if schema == "certificate" else 0, at.time)
        if fault is None:
            return number
    refuse(fault, f"held a label that could not be used for the schema `{schema}`")


def changes_around(state: State, label: int, count: int, at: Position) -> list:
    """The last entry of a label's history before a position, and those at it. That these are all, the next one shows."""
    # Which entries are shown, the bundle does not say. Those that are looked at do not count as used by that.
    look = state.looked_at()
    shown = ((int.from_bytes(key[-4:], "little"), key) for key in look.shown(label_history_prefix(label)))
    before = [
        number
        for number, key in shown
        if number < count and look.read(key, "Labels.History", LabelChange.read).at.place < at.place
    ]
    found = []
    for number in range(max(before, default=0), count):
        entry = state.expect(label_history_key(label, number), f"Labels.History {number}", LabelChange.read)
        if entry.at.place > at.place:
            break
        found.append(entry)
    return found


def judge_algorithm(policy: list, algorithm: str, time: int) -> str:
    said = [terms for terms in policy if terms.algorithm == algorithm and terms.at <= time]
    if not said:
        return "accepted"
    terms = said[-1]
    bits = 512 if algorithm == "sha3-512" else 256
    if bits < terms.least_bits or (terms.refused_from is not None and time >= terms.refused_from):
        return "refused"
    if terms.deprecated_from is not None and time >= terms.deprecated_from:
        return "deprecated"
    return "accepted"


# --- The verdict ------------------------------------------------------------------------------------------------------


@dataclass
class Checks:
    """What was looked at, in order."""

    done: list = field(default_factory=list)

    def add(self, link: str, outcome: str, detail: str) -> None:
        self.done.append({"link": link, "outcome": outcome, "detail": detail})

    def holds(self, link: str, detail: str) -> None:
        self.add(link, "holds", detail)


class Original(NamedTuple):
    """What is known of a file that the proof may be about."""

    sha256: bytes
    size: int
    sha3_512: Optional[bytes] = None


@dataclass
class Question:
    """What the verifier knows by itself."""

    network: bytes
    checkpoints: list = field(default_factory=list)
    original: Optional[Original] = None
    subject: Optional[bytes] = None
    now: Optional[int] = None  # Milliseconds since 1970.


def verify(data: bytes, question: Question) -> dict:
    """The verdict: `answer`, `fault` (None, or name and detail), `facts`, `checks`."""
    checks = Checks()
    facts: dict = {}
    try:
        answer = _judge(data, question, checks, facts)
        fault = None
    except Fault as error:
        answer, fault = "not-proven", {"name": error.name, "detail": error.detail}
        checks.add(error.name.split("/")[0], "fails", error.detail)
    return {"answer": answer, "fault": fault, "facts": facts, "checks": checks.done}


def _judge(data: bytes, question: Question, checks: Checks, facts: dict) -> str:
    bundle = Bundle.parse(data)
    checks.holds("format", f"{len(data)} bytes, in the one accepted form")
    if bundle.network != question.network:
        raise Fault("other-network", f"it is of the network {hexed(bundle.network)}")
    facts["subject"] = hexed(bundle.subject)
    if bundle.evidence is not None:
        _check_evidence(bundle, bundle.evidence, checks)
    _check_question(bundle, question, checks)
    facts["finality"] = check_finality(bundle, question, checks)

    state = State(bundle.block.state_root, bundle.state, "the state shown")
    now = state.expect(NOW_KEY, "Timestamp.Now", u64)
    if question.now is not None and now > question.now + DAY_MILLIS:
        raise Fault("from-the-future", "the block shown is more than a day ahead of the verifier's clock")
    facts["asOf"] = {"number": bundle.block.number, "hash": hexed(bundle.block.hash), "time": now}
    if bundle.evidence is None:
        record = state.read(records_key(bundle.subject), "Proofs.Records", read_record)
        if record is not None:
            raise Fault("not-absent", f"the subject is registered since block {record.registered.block}")
        checks.holds("absence", f"nothing is registered under {hexed(bundle.subject)} in block {bundle.block.number}")
        answer = "absent"
    else:
        answer = Judge(bundle, bundle.evidence, state, now, checks, facts).judge()
    state.finish()
    checks.holds("state", f"{len(bundle.state)} nodes lead to what is asked, and to nothing else")
    return answer


def _check_evidence(bundle: Bundle, evidence: Evidence, checks: Checks) -> None:
    if evidence.subject != bundle.subject:
        raise Fault("other-subject", f"the evidence is of the subject {hexed(evidence.subject)}")
    names = [name for name, _, _ in bundle.disclosures]
    if any(earlier >= later for earlier, later in zip(names, names[1:])):
        raise Fault("disclosures-unordered", "disclosures are there twice, or not in the order of their names")
    for name, _, commitment in bundle.disclosures:
        if name not in evidence.fields:
            raise Fault("disclosure/no-such-field", f"the evidence has no field `{name}`")
        if evidence.fields[name] != commitment:
            raise Fault("disclosure/false-disclosure", f"the field `{name}` is not what the evidence says")
    checks.holds("evidence", f"its hash is {hexed(evidence.hash)}, {len(names)} of {len(evidence.fields)} fields are shown")
    if evidence.time_token is not None:
        checks.add("time-token", "not-checked", "this program does not know time-stamping authorities")


def _check_question(bundle: Bundle, question: Question, checks: Checks) -> None:
    if question.subject is None and question.original is None:
        checks.add("original", "not-checked", "none was given")
        return
    if question.subject not in (None, bundle.subject):
        raise Fault("not-asked", f"the bundle is about the subject {hexed(bundle.subject)}")
    if question.original is not None:
        evidence = bundle.evidence
        if evidence is not None and not evidence.is_of(question.original):
            raise Fault("other-original", f"the evidence is of {evidence.size} bytes with the SHA-256 {hexed(evidence.sha256)}")
        if evidence is None and question.subject is None and question.original.sha256 != bundle.subject:
            raise Fault("not-asked", "the subject is not the SHA-256 of the original")
    is_compared = question.original is not None and (bundle.evidence is not None or question.original.sha256 == bundle.subject)
    # Of an absent sealed proof, the file's digest is not the subject.
    told = "" if is_compared or question.original is None else "; whether that is the original's, nobody can tell"
    checks.holds("original", f"the bundle is about {'the original' if is_compared else 'the subject that was asked about'}{told}")


@dataclass
class Judge:
    """Sections 6 to 11: what the state shown says about the evidence."""

    bundle: Bundle
    evidence: Evidence
    state: State
    now: int
    checks: Checks
    facts: dict

    def judge(self) -> str:
        return self._judge_record() if self.bundle.leaf is None else self._judge_leaf(self.bundle.leaf)

    def _judge_record(self) -> str:
        evidence, subject = self.evidence, self.bundle.subject
        record = self.state.read(records_key(subject), "Proofs.Records", read_record)
        if record is None:
            raise Fault("not-registered", "the block shown has no record of the subject")
        if record.what != evidence.hash:
            raise Fault("other-evidence", f"the record is of the evidence {hexed(record.what)}")
        self._expect_owner(record)
        self._expect_schema(record)
        self.checks.holds("record", f"registered in block {record.registered.block}, of this evidence")
        self._judge_owner(record)
        self._check_dates(record.registered)
        proof = ProofId("record", None, subject)
        history = self._read_history(proof, record.life, record.registered)
        uses = [("sha-256", "evidence"), (record.scheme, "registration")]
        self._check_algorithms(record.registered, uses, history)
        self.facts.update(label=record.label, scheme=record.scheme)
        return self._tell(record, record.life.status, record.life.holder, [(proof, change) for change in history])

    def _judge_leaf(self, leaf: Leaf) -> str:
        evidence, subject = self.evidence, self.bundle.subject
        batch = self.state.read(batches_key(leaf.root), "Proofs.Batches", read_batch)
        if batch is None:
            raise Fault("no-such-batch", "the block shown has no batch with that root")
        self._expect_schema(batch)
        with within("path"):
            found = root_of_path(leaf_hash(subject, evidence.hash), leaf.index, batch.what, leaf.path)
            if found != leaf.root:
                raise Fault("other-root", f"the path leads to {hexed(found)}")
        self._expect_owner(batch)
        self.checks.holds("leaf", f"it is leaf {leaf.index} of {batch.what}, registered in block {batch.registered.block}")
        self._judge_owner(batch)
        uses = [("sha-256", "evidence"), (batch.scheme, "registration")]
        self.facts.update(label=batch.label, scheme=batch.scheme)
        self.facts["batch"] = {"root": hexed(leaf.root), "leaves": batch.what, "index": leaf.index}
        self._check_dates(batch.registered)
        life = self.state.read(leaves_key(leaf.root, subject), "Proofs.Leaves", Life.read) or Life()
        of_leaf, of_batch = ProofId("leaf", leaf.root, subject), ProofId("batch", leaf.root, None)
        history = self._read_history(of_leaf, life, batch.registered)
        all_changes = [(of_leaf, change) for change in history]
        all_changes += [(of_batch, change) for change in self._read_history(of_batch, batch.life, batch.registered)]
        all_changes.sort(key=lambda change: change[1]["at"].place)
        self._check_algorithms(batch.registered, uses, history)
        status = batch.life.status if life.status.state == "active" else life.status
        return self._tell(batch, status, life.holder or batch.life.holder, all_changes)

    def _expect_owner(self, entry: Entry) -> None:
        if entry.owner != self.evidence.owner:
            raise Fault("other-owner", f"it was registered by {format_account(entry.owner)}, whom the evidence does not name")

    def _expect_schema(self, entry: Entry) -> None:
        if entry.schema != self.evidence.schema:
            raise Fault("other-schema", f"`{entry.schema}` is registered, and the evidence is of a `{self.evidence.schema}`")

    def _judge_owner(self, entry: Entry) -> None:
        number = judge_label(self.state, entry.owner, entry.schema, entry.registered)
        if number != entry.label:
            raise Fault("other-label", f"the owner was the label {number}, and {entry.label} is on record")
        self.checks.holds("owner", f"{format_account(entry.owner)} was the label {number}")

    def _expect_known(self, at: Position) -> None:
        if at.block > self.bundle.block.number:
            raise Fault("after-the-block", f"something of block {at.block} is in the state of block {self.bundle.block.number}")
        if at.time > self.now:
            raise Fault("after-the-time", f"something of {at.time} is in the state of a block of {self.now}")

    def _check_dates(self, registered: Position) -> None:
        self._expect_known(registered)
        if self.evidence.created > registered.time + DAY_MILLIS:
            raise Fault("created-too-late", "the evidence says that it was made more than a day after its registration")
        self.checks.holds("dates", f"registered in block {registered.block}, at {registered.time}")

    def _read_history(self, proof: ProofId, life: Life, registered: Position) -> list:
        changes = []
        before = registered.place
        for number in range(life.changes):
            change = self.state.expect(proof_history_key(proof, number), f"Proofs.History {number}", read_proof_change)
            if change["at"].place < before:
                raise Fault("history-out-of-order", f"entry {number} is earlier than what it follows")
            self._expect_known(change["at"])
            before = change["at"].place
            changes.append(change)
        return changes

    def _check_algorithms(self, registered: Position, uses: list, history: list) -> None:
        policy = self.state.read(POLICY_KEY, "Proofs.Policy", read_policy) or []
        told = []

        def tell(algorithm: str, purpose: str, time: int) -> str:
            then = judge_algorithm(policy, algorithm, time)
            today = judge_algorithm(policy, algorithm, self.now)
            told.append({"algorithm": algorithm, "purpose": purpose, "then": then, "today": today})
            return then

        for algorithm, purpose in uses:
            if tell(algorithm, purpose, registered.time) == "refused":
                raise Fault("algorithm-refused", f"{algorithm} was refused when this was registered")
        binding = {"sha-256"}

        def is_bound(time: int) -> bool:
            return any(judge_algorithm(policy, algorithm, time) != "refused" for algorithm in binding)

        document = self.evidence.document
        right = [("sha-256", sha256(document)), ("sha3-512", hashlib.sha3_512(document).digest())]
        others = 0
        for change in history:
            if change["event"] != "renewed":
                continue
            algorithm, digest = change["evidence"]
            if (algorithm, digest) not in right:
                # Of something else: it binds nothing, and takes nothing away (BU-49).
                others += 1
                continue
            time = change["at"].time
            tell(algorithm, "renewal", time)
            if is_bound(time):
                binding.add(algorithm)
        self.facts.update(algorithms=told, bound=is_bound(self.now), otherRenewals=others)
        words = [f"{t['algorithm']}: {t['then']}, today {t['today']}" for t in told]
        if others:
            words.append(f"{others} renewals of something else, which bind nothing")
        self.checks.holds("algorithms", ", ".join(words))

    def _tell(self, entry: Entry, status: Status, holder: Optional[Holder], history: list) -> str:
        evidence, bundle = self.evidence, self.bundle
        self.facts.update(
            evidenceHash=hexed(evidence.hash),
            owner=format_account(evidence.owner),
            submitter=format_account(entry.submitter),
            schema=entry.schema,
            mode=evidence.mode,
            mediaType=evidence.media_type,
            created=evidence.created_text,
            registered=entry.registered._asdict(),
            size=evidence.size,
            sha256=hexed(evidence.sha256),
            disclosed={name: stated for name, stated, _ in bundle.disclosures},
            undisclosed=sorted(evidence.fields.keys() - {name for name, _, _ in bundle.disclosures}),
            holder=format_account(holder.account if holder else entry.owner),
            history=[{"proof": told_proof(proof), **told_change(change)} for proof, change in history],
        )
        if status.state == "revoked":
            self.facts["ended"] = {"at": status.at._asdict(), "reason": status.reason}
        if status.state == "superseded":
            self.facts["ended"] = {"at": status.at._asdict(), "by": told_proof(status.by)}
        self.checks.holds("life", f"{status.state}, {len(history)} entries in its history")
        if status.state != "active":
            return status.state
        return "proven" if self.facts["bound"] else "unbound"


def told_proof(proof: ProofId) -> dict:
    parts = {"root": proof.root, "subject": proof.subject}
    return {"kind": proof.kind, **{name: hexed(part) for name, part in parts.items() if part is not None}}


def told_change(change: dict) -> dict:
    ways = {
        "at": lambda at: at._asdict(),
        "account": format_account,
        "successor": told_proof,
        "from": format_account,
        "to": format_account,
        "document": lambda document: document and hexed(document),
        "evidence": lambda digest: f"{digest[0]}:{hexed(digest[1])}",
    }
    return {name: ways.get(name, lambda value: value)(value) for name, value in change.items()}


# --- Command line -----------------------------------------------------------------------------------------------------


def _hash_argument(text: str) -> bytes:
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("expected 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def digest_file(path: str) -> Original:
    digest, other, size = hashlib.sha256(), hashlib.sha3_512(), 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            other.update(block)
            size += len(block)
    return Original(digest.digest(), size, other.digest())


def main(arguments: Optional[list] = None) -> int:
    parser = argparse.ArgumentParser(description="Verifies an evidence bundle, without a node and without a network.")
    parser.add_argument("bundle", help="the file, *.chirograph")
    parser.add_argument("--network", required=True, type=_hash_argument, help="genesis hash of the network that is meant")
    parser.add_argument(
        "--checkpoint", action="append", default=[], type=_hash_argument, help="a block that is trusted; may be repeated"
    )
    parser.add_argument("--original", help="the file that the evidence is about")
    parser.add_argument("--subject", type=_hash_argument, help="what the bundle is to be about; matters where it shows absence")
    parser.add_argument("--absent", action="store_true", help="ask whether nothing is registered, not whether something is")
    parser.add_argument("--now", type=int, help="the time, in milliseconds since 1970; without it no clock is asked")
    given = parser.parse_args(arguments)
    try:
        with open(given.bundle, "rb") as file:
            # One byte more than there may be tells that there are too many.
            data = file.read(MAX_BUNDLE_BYTES + 1)
        original = digest_file(given.original) if given.original else None
    except OSError as error:
        print(f"{error}", file=sys.stderr)
        return 2
    verdict = verify(data, Question(given.network, given.checkpoint, original, given.subject, given.now))
    json.dump(verdict, sys.stdout, indent=2, ensure_ascii=False)
    print()
    return 0 if verdict["answer"] == ("absent" if given.absent else "proven") else 1


if __name__ == "__main__":
    sys.exit(main())
