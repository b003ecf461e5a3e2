# SPDX-License-Identifier: Apache-2.0
"""Tests of the second verifier: published vectors, a network in memory whose bundles are sound, and every way to spoil one.

    python3 -m unittest discover -s tests/python

The vectors that the first verifier wrote, tests/vectors/*.json, are judged as well. CHIROGRAPH_VERIFY_ALL=1 flips every bit of
every sound bundle instead of a sample, which takes a quarter of an hour.
"""

import contextlib
import copy
import hashlib
import io
import json
import os
import pathlib
import random
import sys
import tempfile
import unittest
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import chirograph_verify as verifier  # noqa: E402
from chirograph_verify import Fault, Malformed, Original, Question, Scale  # noqa: E402

VECTORS = pathlib.Path(__file__).parent.parent / "vectors"
ALL_BITS = os.environ.get("CHIROGRAPH_VERIFY_ALL") == "1"


# --- Writing SCALE ----------------------------------------------------------------------------------------------------


def le(number, width):
    return number.to_bytes(width, "little")


def compact(number):
    for index, width in enumerate((1, 2, 4)):
        if number < 1 << (8 * width - 2):
            return le(number << 2 | index, width)
    width = max(4, (number.bit_length() + 7) // 8)
    return bytes([(width - 4) << 2 | 3]) + le(number, width)


def vec(items):
    items = list(items)
    return compact(len(items)) + b"".join(items)


def blob(data):
    return compact(len(data)) + data


def option(data):
    return b"\x00" if data is None else b"\x01" + data


def position(block, extrinsic=0, time=None):
    return le(block, 4) + le(extrinsic, 4) + le(1_700_000_000_000 + block * 2_000 if time is None else time, 8)


def record_id(subject):
    return b"\x00" + subject


def batch_id(root):
    return b"\x01" + root


def leaf_id(root, subject):
    return b"\x02" + root + subject


def revoked(at, reason):
    return b"\x01" + at + bytes([reason])


def superseded(at, by):
    return b"\x02" + at + by


ACTIVE = b"\x00"


def life(status=ACTIVE, holder=None, changes=0):
    return status + option(holder) + le(changes, 4)


def entry(owner, label, submitter, what, schema, scheme, registered, lived):
    return owner + le(label, 4) + submitter + what + bytes([schema, scheme]) + registered + lived


OWNER, ISSUER = 1 << 0, 1 << 2
FOR_EVER = 2**63


def label(number, held_since, changes, roles=OWNER, distrusted=None, standing=ACTIVE, expires=FOR_EVER):
    return b"".join(
        [
            le(number, 4),
            b"\x0a" * 32,
            b"DE\0\0\0",
            le(roles, 2),
            le(expires, 8),
            standing,
            b"\x0b" * 32,
            option(b"\x0c" * 32),
            option(le(1, 4)),
            held_since,
            option(None if distrusted is None else le(distrusted, 4)),
            b"\x00",
            le(changes, 4),
        ]
    )


def label_change(at, event=b"\x00", roles=OWNER, expires=FOR_EVER, standing=ACTIVE):
    return at + option(le(1, 4)) + event + le(roles, 2) + le(expires, 8) + standing


def proof_change(at, event, account=None, label=1):
    """An entry of a proof's history: what Ada's key did, if nobody else's is named."""
    return at + le(label, 4) + (account or ADA.account) + event


def retired_key(number, since, until, reason=b"\x00"):
    return le(number, 4) + since + until + reason


def policy(*terms):
    """Of time, algorithm, deprecated from, refused from, least bits."""

    def date(time):
        return option(None if time is None else le(time, 8))

    return vec(
        le(at, 8) + bytes([algorithm]) + date(deprecated) + date(refused) + le(bits, 2)
        for at, algorithm, deprecated, refused, bits in terms
    )


def header(parent, number, state_root, items=()):
    return parent + compact(number) + state_root + b"\x05" * 32 + vec(items)


def consensus(engine, content):
    return b"\x04" + engine + blob(content)


def scheduled(authorities, delay=0):
    return consensus(b"FRNK", b"\x01" + vec(key + le(weight, 8) for key, weight in authorities) + le(delay, 4))


def block_hash(data):
    return hashlib.blake2b(data, digest_size=32).digest()


# --- Writing tries ----------------------------------------------------------------------------------------------------


class Trie:
    """A state, its root, and proofs of it."""

    def __init__(self, values):
        self.strings = {}
        items = sorted((verifier.nibbles(key), value) for key, value in values.items())
        self.root = self._keep(self._node(items) if items else b"\x00")

    def _keep(self, data):
        digest = block_hash(data)
        self.strings[digest] = data
        return digest

    @staticmethod
    def _begin(kind, bits, partial):
        full = (1 << bits) - 1
        length = len(partial)
        if length < full:
            begun = bytes([kind | length])
        else:
            more = length - full
            begun = bytes([kind | full]) + b"\xff" * (more // 255) + bytes([more % 255])
        padded = ((0,) if length % 2 else ()) + partial
        return begun + bytes(high << 4 | low for high, low in zip(padded[::2], padded[1::2]))

    def _value(self, value):
        return self._keep(value) if len(value) >= 33 else blob(value)

    def _node(self, items):
        first, last = items[0][0], items[-1][0]
        shared = 0
        while shared < min(len(first), len(last)) and first[shared] == last[shared]:
            shared += 1
        partial, value = first[:shared], None
        if len(first) == shared:
            value = items[0][1]
        if len(items) == 1:
            kind = (0b0010_0000, 5) if len(value) >= 33 else (0b0100_0000, 6)
            return self._begin(*kind, partial) + self._value(value)
        children = {}
        for key, child in items:
            if len(key) > shared:
                children.setdefault(key[shared], []).append((key[shared + 1 :], child))
        bitmap = le(sum(1 << nibble for nibble in children), 2)
        handles = b""
        for nibble in sorted(children):
            node = self._node(children[nibble])
            handles += blob(self._keep(node) if len(node) >= 32 else node)
        if value is None:
            return self._begin(0b1000_0000, 6, partial) + bitmap + handles
        kind = (0b0001_0000, 4) if len(value) >= 33 else (0b1100_0000, 6)
        return self._begin(*kind, partial) + bitmap + self._value(value) + handles

    def proof(self, keys):
        state = verifier.State(self.root, sorted(self.strings.values()), "the test")
        for key in keys:
            state.get(key)
        return sorted(self.strings[digest] for digest in state._used)


# --- Signing ----------------------------------------------------------------------------------------------------------


class Voter:
    def __init__(self, seed):
        self.secret = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
        self.key = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def vote(self, target, number, round_number, set_id):
        message = b"\x01" + target + le(number, 4) + le(round_number, 8) + le(set_id, 8)
        return target + le(number, 4) + self.secret.sign(message) + self.key


class Owner(NamedTuple):
    scheme: str
    account: bytes


ADA, BOB = Owner("ecdsa", b"\x07" * 32), Owner("ed25519", b"\x08" * 32)
SUBMITTER = b"\x33" * 32
CONTENT = b"hello, world\n"
ORIGINAL = Original(hashlib.sha256(CONTENT).digest(), len(CONTENT), hashlib.sha3_512(CONTENT).digest())


# --- A network in memory ----------------------------------------------------------------------------------------------


def hexed(data):
    return "0x" + data.hex()


def make_evidence(owner=ADA, mode="sealed", schema="document", content=CONTENT, created="2023-11-14T22:13:20Z", fields=None):
    return {
        "created": created,
        "features": [
            {"algorithm": "sha-256", "value": hexed(hashlib.sha256(content).digest())},
            {"algorithm": "sha3-512", "value": hexed(hashlib.sha3_512(content).digest())},
        ],
        "fields": fields or {},
        "format": "chirograph/evidence/v1",
        "mediaType": "text/plain",
        "mode": mode,
        "owner": {"account": verifier.format_account(owner.account), "label": None},
        "salt": hexed(b"\x0f" * 32),
        "schema": schema,
        "size": len(content),
    }


def subject_of(evidence):
    return verifier.read_evidence(verifier.canonical(evidence)).subject


def hash_of(evidence):
    return hashlib.sha256(verifier.canonical(evidence)).digest()


class Network:
    """Four voters, a genesis block, and blocks above it, each with what `values` had when it was made."""

    def __init__(self):
        self.voters = [Voter(f"voter {index}") for index in range(4)]
        self.set_id = 0
        self.changes = []
        self.values = {bytes([index]) * 5 + b"filler": bytes([index]) * 40 for index in range(40)}
        self.set_authorities(self.voters, 0)
        self.put(verifier.NOW_KEY, le(1_700_000_000_000, 8))
        self.genesis, self.genesis_trie = self.make(0, b"\x00" * 32)
        self.anchor, self.anchor_trie = self.genesis, self.genesis_trie
        self.head, self.number = self.genesis, 0

    def put(self, key, value):
        self.values[key] = value

    def set_authorities(self, voters, set_id):
        self.put(verifier.AUTHORITIES_KEY, vec(voter.key + le(1, 8) for voter in voters))
        self.put(verifier.SET_ID_KEY, le(set_id, 8))

    @property
    def hash(self):
        return block_hash(self.genesis)

    def make(self, number, parent, items=()):
        trie = Trie(self.values)
        return header(parent, number, trie.root, [b"\x06BABE" + blob(b"slot"), *items, b"\x05BABE" + blob(b"\x01" * 64)]), trie

    def advance(self, blocks=1, items=()):
        """Makes blocks; the last one has the items. Returns it and its state."""
        for _ in range(blocks):
            self.number += 1
            self.put(verifier.NOW_KEY, le(1_700_000_000_000 + self.number * 2_000, 8))
            self.head, trie = self.make(self.number, block_hash(self.head), items)
        return self.head, trie

    def change_set(self, name):
        """A block that hands over to four other voters, made final by those who were."""
        old, old_id = self.voters, self.set_id
        self.voters, self.set_id = [Voter(f"{name} {index}") for index in range(4)], self.set_id + 1
        self.set_authorities(self.voters, self.set_id)
        block, _ = self.advance(1, [scheduled([(voter.key, 1) for voter in self.voters])])
        self.changes.append((block, justify(block, old, old_id)))

    def register(self, evidence, owner=ADA, schema=0, scheme=0, number=1, lived=None, registered=None):
        registered = position(self.number + 1, 2) if registered is None else registered
        found = entry(owner.account, number, SUBMITTER, hash_of(evidence), schema, scheme, registered, lived or life())
        self.put(verifier.records_key(subject_of(evidence)), found)
        return registered

    def label(self, account, number=1, changes=None, distrusted=None, held_since=None):
        held_since = position(0) if held_since is None else held_since
        changes = [label_change(position(0))] if changes is None else changes
        self.put(verifier.labels_key(account), label(number, held_since, len(changes), distrusted=distrusted))
        self.put(verifier.holders_key(number), account)
        for index, change in enumerate(changes):
            self.put(verifier.label_history_key(number, index), change)

    def finality(self, justification):
        finality = {
            "anchor": {
                "header": hexed(self.anchor),
                "state": [hexed(s) for s in self.anchor_trie.proof([verifier.AUTHORITIES_KEY, verifier.SET_ID_KEY])],
            },
            "changes": [{"header": hexed(block), "justification": hexed(votes)} for block, votes in self.changes],
        }
        if justification is not None:
            finality["justification"] = hexed(justification)
        return finality

    def bundle(self, subject, keys, evidence=None, **more):
        """A bundle of the newest block that shows these keys."""
        block, trie = self.advance()
        bundle = {
            "block": hexed(block),
            "finality": self.finality(justify(block, self.voters, self.set_id)),
            "format": "chirograph/bundle/v1",
            "network": hexed(self.hash),
            "state": [hexed(string) for string in trie.proof([verifier.NOW_KEY, *keys])],
            "subject": hexed(subject),
            **more,
        }
        if evidence is not None:
            bundle["evidence"] = evidence
        return bundle


def justification(target, number, votes, round_number=9, ancestries=()):
    return le(round_number, 8) + target + le(number, 4) + vec(votes) + vec(ancestries)


def justify(block, voters, set_id, count=3, round_number=9):
    """By the first `count` of the voters, in normal form."""
    target, number = block_hash(block), verifier.read_header(block, "the test").number
    votes = [voter.vote(target, number, round_number, set_id) for voter in voters[:count]]
    return justification(target, number, sorted(votes, key=lambda vote: vote[-32:]), round_number)


def label_keys(account, number, holder=None, entries=(0,)):
    """What has to be shown of an account; `holder`: who holds its label now, if it is another one."""
    retired = [verifier.retired_keys_key(account), verifier.holders_key(number)]
    return [
        verifier.labels_key(account),
        *([] if holder is None else [*retired, verifier.labels_key(holder)]),
        *(verifier.label_history_key(number, index) for index in entries),
    ]


def a_record(evidence=None, history=(), owner=ADA, entries=(0,), network=None, more_keys=(), **registration):
    """A network, and a sound bundle of a record in it."""
    network = network or Network()
    evidence = evidence or make_evidence(owner)
    subject = subject_of(evidence)
    if verifier.labels_key(owner.account) not in network.values:
        network.label(owner.account)
    network.advance(3)
    scheme = verifier.SCHEMES.index(owner.scheme)
    network.register(evidence, owner, scheme=scheme, **registration)
    proof = record_id(subject)
    identity = verifier.ProofId("record", None, subject)
    for index, change in enumerate(history):
        network.put(verifier.proof_history_key(identity, index), change)
    assert identity.encoded() == proof
    keys = [
        verifier.records_key(subject),
        *(verifier.proof_history_key(identity, index) for index in range(len(history))),
        verifier.POLICY_KEY,
        *label_keys(owner.account, 1, entries=entries),
        *more_keys,
    ]
    network.advance()
    return network, network.bundle(subject, keys, evidence)


def tree(leaves):
    """Root and paths, by the recursive definition of RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return leaves[0], [[]]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    (left, left_paths), (right, right_paths) = tree(leaves[:middle]), tree(leaves[middle:])
    paths = [path + [right] for path in left_paths] + [path + [left] for path in right_paths]
    return hashlib.sha256(b"\x01" + left + right).digest(), paths


def a_leaf(index=3, size=7, evidence_owner=ADA, batch_life=None, leaf_life=None, distrusted=None):
    """A network, and a bundle of a leaf of a batch of Ada's in it."""
    network = Network()
    evidence = make_evidence(evidence_owner)
    subject = subject_of(evidence)
    leaves = [hashlib.sha256(b"\x00" + bytes([n]) * 64).digest() for n in range(size)]
    leaves[index] = hashlib.sha256(b"\x00" + subject + hash_of(evidence)).digest()
    root, paths = tree(leaves)
    network.label(ADA.account, distrusted=distrusted)
    network.advance(3)
    network.put(
        verifier.batches_key(root),
        entry(ADA.account, 1, SUBMITTER, le(size, 8), 0, 0, position(network.number + 1, 2), batch_life or life()),
    )
    if leaf_life is not None:
        network.put(verifier.leaves_key(root, subject), leaf_life)
    keys = [verifier.batches_key(root), verifier.leaves_key(root, subject), verifier.POLICY_KEY]
    keys += label_keys(ADA.account, 1)
    network.advance()
    more = {"leaf": {"index": index, "path": [hexed(node) for node in paths[index]], "root": hexed(root)}}
    return network, network.bundle(subject, keys, evidence, **more)


def ask(network, bundle, **more):
    """The verdict. `bundle`: what is in it, or bytes."""
    data = bundle if isinstance(bundle, bytes) else verifier.canonical(bundle)
    return verifier.verify(data, Question(network.hash, **more))


class Judging(unittest.TestCase):
    def assert_answer(self, network, bundle, answer, **more):
        verdict = ask(network, bundle, **more)
        self.assertEqual((verdict["answer"], verdict["fault"]), (answer, None))
        return verdict

    def assert_fault(self, network, bundle, fault, **more):
        verdict = ask(network, bundle, **more)
        self.assertEqual(verdict["answer"], "not-proven")
        self.assertEqual(verdict["fault"]["name"], fault, verdict["fault"]["detail"])
        return verdict


# --- Parts ------------------------------------------------------------------------------------------------------------


class Hashes(unittest.TestCase):
    def test_xxh64_has_the_published_values(self):
        for data, seed, value in [
            (b"", 0, 0xEF46DB3751D8E999),
            (b"a", 0, 0xD24EC4F1A98C6E5B),
            (b"abc", 0, 0x44BC2CF5AD770999),
            (b"Nobody inspects the spammish repetition", 0, 0xFBCEA83C8A378BF1),
            (b"xxhash", 20141025, 0xB559B98D844E0635),
        ]:
            self.assertEqual(verifier.xxh64(data, seed), value, data)

    def test_storage_keys_have_the_published_prefixes(self):
        self.assertEqual(
            verifier.storage_key("System", "Account").hex(),
            "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9",
        )
        for key, digits in [
            (verifier.AUTHORITIES_KEY, "5f9cc45b7a00c5899361e1c6099678dc5e0621c4869aa60c02be9adcc98a0d1d"),
            (verifier.SET_ID_KEY, "5f9cc45b7a00c5899361e1c6099678dc8a2d09463effcc78a22d75b9cb87dffc"),
            (verifier.NOW_KEY, "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"),
            (verifier.POLICY_KEY, "91de4e018111ab7179083f8ba1d213b61d8916738e9581d88ef4101949fa5f32"),
            (verifier.records_key(b"")[:32], "91de4e018111ab7179083f8ba1d213b6bb8fcc88c3da5bf159c1e1a5f46fe432"),
            (verifier.batches_key(b"")[:32], "91de4e018111ab7179083f8ba1d213b6693613c6489d72d2393dccb449b7d452"),
            (verifier.leaves_key(b"", b"")[:32], "91de4e018111ab7179083f8ba1d213b695729a590e957cd2e79da1fb5f1c1978"),
            (verifier.labels_key(b"")[:32], "8f89edbefe12c262007eb4e777955f698f89edbefe12c262007eb4e777955f69"),
            (verifier.retired_keys_key(b"")[:32], "8f89edbefe12c262007eb4e777955f691e3290e2f6a851359f063b0eaca1b143"),
            (verifier.holders_key(0)[:32], "8f89edbefe12c262007eb4e777955f69410831cea04b01ca98929af04f2caf29"),
            (verifier.label_history_key(0, 0)[:32], "8f89edbefe12c262007eb4e777955f69583edf0a9f270578f4cf8464d823bc89"),
        ]:
            self.assertEqual(key.hex(), digits)
        # B(x) and T(x), behind the prefix.
        self.assertEqual(verifier.records_key(b"\x01" * 32)[32:], verifier.blake2b(b"\x01" * 32, 16) + b"\x01" * 32)
        self.assertEqual(verifier.holders_key(258)[-4:], b"\x02\x01\x00\x00")
        self.assertEqual(len(verifier.label_history_key(1, 2)), 32 + 12 + 12)


class Json(unittest.TestCase):
    FORM = "sample/v1"

    def read(self, data):
        value = verifier.read_json(data, 1_000, self.FORM)
        verifier.expect_members(value, "it", {"format"}, {"a", "n"})
        if "n" in value:
            verifier.expect_number(value["n"], "n")
        if verifier.canonical(value) != data:
            raise Fault("not-canonical", "other bytes")
        return value

    def fault(self, data):
        with self.assertRaises(Fault) as raised:
            self.read(data)
        return raised.exception.name

    def test_only_the_canonical_bytes_are_read(self):
        sound = b'{"a":"\xe2\x82\xac\\u000f\\n\x7f\\"\\\\/","format":"sample/v1","n":0}'
        self.assertEqual(self.read(sound)["a"], '€\x0f\n\x7f"\\/')
        for other in [
            sound + b"\n",
            b" " + sound,
            sound.replace(b":0", b": 0"),
            sound.replace(b"\\u000f", b"\\u000F"),
            sound.replace(b"\\n", b"\\u000a"),
            sound.replace(b"\xe2\x82\xac", b"\\u20ac"),
            sound.replace(b"/", b"\\/", 1),
            b'{"format":"sample/v1","a":"","n":0}',
        ]:
            self.assertEqual(self.fault(other), "not-canonical", other)
        for other in [
            b"\xef\xbb\xbf" + sound,
            b"hello",
            sound + b"{}",
            b'{"format":"sample/v1",}',
            b'{"a":"\\ud800","format":"sample/v1"}',
        ]:
            self.assertEqual(self.fault(other), "not-json", other)
        for end in range(len(sound)):
            self.assertEqual(self.fault(sound[:end]), "truncated", sound[:end])
        self.assertEqual(self.fault(sound.replace(b"v1", b"v2")), "other-format")
        self.assertEqual(self.fault(b"[" * 100_000), "too-large")
        with self.assertRaises(Fault):
            verifier.read_json(b"[" * 100_000, 1_000_000, self.FORM)

    def test_numbers_are_whole_and_below_2_to_the_53(self):
        for text in ["0", "1", str(2**53 - 1)]:
            data = b'{"format":"sample/v1","n":%s}' % text.encode()
            self.assertEqual(self.read(data)["n"], int(text))
        for text in ["-1", "-0", "1.0", "1e3", str(2**53), "9" * 500, "true", "null", '"1"', "[]"]:
            self.assertEqual(self.fault(b'{"format":"sample/v1","n":%s}' % text.encode()), "malformed", text)
        for text in ["NaN", "Infinity", "01", "+1"]:
            self.assertEqual(self.fault(b'{"format":"sample/v1","n":%s}' % text.encode()), "not-json", text)
        for value in [True, None, 1.5, "1", -1]:
            with self.assertRaises(Fault):
                verifier.expect_number(value, "n")

    def test_a_name_given_twice_is_refused(self):
        self.assertEqual(self.fault(b'{"format":"sample/v1","format":"sample/v1"}'), "duplicate")
        self.assertEqual(self.fault(b'{"a":1,"a":1,"format":"sample/v1"}'), "duplicate")

    def test_a_file_beyond_the_bound_is_not_read(self):
        self.assertEqual(self.fault(b" " * 1_001), "too-large")
        self.assertEqual(self.fault(b" " * 1_000), "truncated")
        verdict = verifier.verify(b"{" * (verifier.MAX_BUNDLE_BYTES + 1), Question(b"\0" * 32))
        self.assertEqual(verdict["fault"]["name"], "format/bundle/too-large")

    def test_bytes_are_written_in_one_way(self):
        self.assertEqual(verifier.expect_bytes("0x00ff", "b"), b"\x00\xff")
        self.assertEqual(verifier.expect_bytes("0x", "b"), b"")
        for value, fault in [
            ("0x00FF", "not-canonical"),
            ("00ff", "malformed"),
            ("0x0", "malformed"),
            ("0x0g", "malformed"),
            ("0x00\n", "malformed"),
            ("0X00", "malformed"),
            (7, "malformed"),
            (None, "malformed"),
        ]:
            with self.assertRaises(Fault) as raised:
                verifier.expect_bytes(value, "b")
            self.assertEqual(raised.exception.name, fault, value)


class ScaleValues(unittest.TestCase):
    def test_compact_numbers(self):
        for number, digits in [
            (0, "00"),
            (1, "04"),
            (42, "a8"),
            (63, "fc"),
            (64, "0101"),
            (69, "1501"),
            (16_383, "fdff"),
            (16_384, "02000100"),
            (65_535, "feff0300"),
            (2**30 - 1, "feffffff"),
            (2**30, "0300000040"),
            (2**32 - 1, "03ffffffff"),
            (2**32, "070000000001"),
            (100_000_000_000_000, "0b00407a10f35a"),
        ]:
            self.assertEqual(verifier.decode(bytes.fromhex(digits), Scale.compact), number)
            self.assertEqual(compact(number).hex(), digits)

    def test_a_longer_compact_form_is_refused(self):
        for digits in ["0100", "fd00", "02000000", "02ff0000", "0300000000", "03ffffff3f", "07ffffffff00", "0b00407a10f300"]:
            with self.assertRaises(Malformed, msg=digits):
                verifier.decode(bytes.fromhex(digits), Scale.compact)

    def test_left_over_bytes_are_refused(self):
        self.assertEqual(verifier.decode(le(7, 4), verifier.u32), 7)
        for data in [le(7, 4) + b"\0", le(7, 3), b""]:
            with self.assertRaises(Malformed):
                verifier.decode(data, verifier.u32)

    def test_a_list_that_cannot_be_there_is_refused_before_it_is_read(self):
        with self.assertRaises(Malformed):
            verifier.decode(compact(2**40) + b"\0" * 10, lambda s: s.list(verifier.u32))

    def test_values_of_the_ledger_are_read_as_documented(self):
        at, subject = position(5, 6, 7), b"\x01" * 32
        found = verifier.decode(
            entry(b"\x02" * 32, 9, b"\x03" * 32, b"\x04" * 32, 1, 2, at, life(revoked(at, 3), b"\x05" * 32 + le(8, 4) + at, 2)),
            verifier.read_record,
        )
        self.assertEqual((found.owner, found.label, found.submitter), (b"\x02" * 32, 9, b"\x03" * 32))
        self.assertEqual((found.what, found.schema, found.scheme), (b"\x04" * 32, "certificate", "ed25519"))
        self.assertEqual(found.registered, (5, 6, 7))
        self.assertEqual((found.life.status.state, found.life.status.reason), ("revoked", "key-compromised"))
        self.assertEqual((found.life.holder.account, found.life.holder.label, found.life.changes), (b"\x05" * 32, 8, 2))
        batch = verifier.decode(
            entry(b"\x02" * 32, 9, b"\x03" * 32, le(2**40, 8), 2, 1, at, life(superseded(at, leaf_id(b"\x06" * 32, subject)))),
            verifier.read_batch,
        )
        self.assertEqual((batch.what, batch.schema, batch.scheme), (2**40, "invoice", "sr25519"))
        self.assertEqual(batch.life.status.by, verifier.ProofId("leaf", b"\x06" * 32, subject))
        for event, name in [
            (b"\x00\x01", "revoked"),
            (b"\x01" + batch_id(subject), "superseded"),
            (b"\x02" + b"\x07" * 64, "transferred"),
            (b"\x03\x02" + option(b"\x08" * 32), "annotated"),
            (b"\x03\x02" + option(None), "annotated"),
            (b"\x04\x00" + b"\x09" * 32, "renewed"),
            (b"\x04\x01" + b"\x09" * 64, "renewed"),
        ]:
            change = verifier.decode(proof_change(at, event, b"\x0d" * 32, 4), verifier.read_proof_change)
            self.assertEqual((change["event"], change["by"], change["account"]), (name, 4, b"\x0d" * 32))
        held = verifier.decode(label(4, at, 3, distrusted=9, standing=b"\x01\x02" + le(5, 4)), verifier.Label.read)
        self.assertEqual((held.id, held.held_since, held.distrusted_since, held.changes), (4, (5, 6, 7), 9, 3))
        retired = verifier.decode(retired_key(4, at, position(8), b"\x02" + le(6, 4)), verifier.RetiredKey.read)
        self.assertEqual((retired.label, retired.until.block, retired.compromised_since), (4, 8, 6))
        change = verifier.decode(label_change(at, b"\x06" + b"\x07" * 64, 5, 11, b"\x02\x03"), verifier.LabelChange.read)
        self.assertEqual((change.roles, change.expires, change.standing.state), (5, 11, "revoked"))
        (terms,) = verifier.decode(policy((1, 1, 2, None, 300)), verifier.read_policy)
        self.assertEqual(terms, (1, "sha3-512", 2, None, 300))

    def test_unknown_variants_are_refused(self):
        at = position(5)
        for data, read in [
            (b"\x03" + b"\0" * 32, verifier.ProofId.read),
            (b"\x03", verifier.Status.read),
            (b"\x01" + at + b"\x04", verifier.Status.read),
            (b"\x02", lambda s: s.option(verifier.u32)),
            (proof_change(at, b"\x05"), verifier.read_proof_change),
            (proof_change(at, b"\x04\x02" + b"\0" * 32), verifier.read_proof_change),
            (b"\x03", verifier.Standing.read),
            (b"\x02\x05", verifier.Standing.read),
            (label_change(at, b"\x07"), verifier.LabelChange.read),
            (policy((1, 5, None, None, 0)), verifier.read_policy),
            (policy(*[(1, 0, None, None, 0)] * 65), verifier.read_policy),
        ]:
            with self.assertRaises(Malformed):
                verifier.decode(data, read)


class Headers(unittest.TestCase):
    def test_a_header_is_read_and_hashed(self):
        items = [
            b"\x00" + blob(b"other"),
            consensus(b"BABE", b"x"),
            b"\x05BABE" + blob(b"seal"),
            b"\x06BABE" + blob(b"slot"),
            b"\x08",
        ]
        data = header(b"\x01" * 32, 70_000, b"\x02" * 32, items)
        read = verifier.read_header(data, "the test")
        self.assertEqual((read.parent, read.number, read.state_root), (b"\x01" * 32, 70_000, b"\x02" * 32))
        self.assertEqual(read.hash, block_hash(data))
        self.assertEqual(read.items[1], (4, b"BABE", b"x"))
        self.assertEqual([kind for kind, _, _ in read.items], [0, 4, 5, 6, 8])

    def test_a_header_beyond_the_bound_is_refused(self):
        shorter = len(header(b"\x01" * 32, 1, b"\x02" * 32, [b"\x00" + blob(bytes(100_000))]))
        for more, is_read in [(0, True), (1, False)]:
            content = bytes(100_000 + 2**20 - shorter + more)
            data = header(b"\x01" * 32, 1, b"\x02" * 32, [b"\x00" + blob(content)])
            self.assertEqual(len(data), 2**20 + more)
            with contextlib.nullcontext() if is_read else self.assertRaises(Fault) as raised:
                self.assertEqual(verifier.read_header(data, "the test").number, 1)
            if not is_read:
                self.assertEqual(raised.exception.name, "header")

    def test_a_header_with_an_unknown_item_is_refused(self):
        for items in [[b"\x01"], [b"\x07BABE" + blob(b"")], [b"\x04BAB"]]:
            with self.assertRaises(Fault):
                verifier.read_header(header(b"\x01" * 32, 1, b"\x02" * 32, items), "the test")
        for data in [
            header(b"\x01" * 32, 1, b"\x02" * 32)[:-1],
            header(b"\x01" * 32, 1, b"\x02" * 32) + b"\0",
            header(b"\x01" * 32, 2**32, b"\x02" * 32),
        ]:
            with self.assertRaises(Fault):
                verifier.read_header(data, "the test")


class Tries(unittest.TestCase):
    def test_the_root_of_nothing_is_the_published_one(self):
        self.assertEqual(Trie({}).root.hex(), "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314")
        self.assertIsNone(verifier.State(Trie({}).root, [b"\0"], "the test").get(b"key"))

    def test_roots_are_the_published_ones(self):
        """Those of the Polkadot SDK's own tests."""
        values = {b"doe": b"reindeer", b"dog": b"puppy", b"dogglesworth": b"cat"}
        self.assertEqual(Trie(values).root.hex(), "39245109cef3758c2eed2ccba8d9b370a917850af3824bc8348d505df2c298fa")
        values[b"doug2"] = b"yes"
        self.assertEqual(Trie(values).root.hex(), "5c0a4e35cb967de785e1cb8743e6f24b6ff6d45155317f2078f6eb3fc4ff3e3d")

    def test_nodes_of_every_kind_are_read(self):
        value, digest = b"v" * 32, b"h" * 32
        # (1, 2, 3): an odd length, so that the first half byte is padding.
        for data, node in [
            (b"\x43\x01\x23" + blob(value), ((1, 2, 3), value, None, None)),
            (b"\x42\x12" + blob(b""), ((1, 2), b"", None, None)),
            (b"\x23\x01\x23" + digest, ((1, 2, 3), None, digest, None)),
            (b"\x81\x01\x01\x80" + blob(digest) + blob(b"\x40\x04v"), ((1,), None, None, {0: digest, 15: b"\x40\x04v"})),
            (b"\xc0\x02\x00" + blob(b"v") + blob(digest), ((), b"v", None, {1: digest})),
            (b"\x10\x02\x00" + digest + blob(digest), ((), None, digest, {1: digest})),
            (b"\x00", ((), None, None, {})),
        ]:
            self.assertEqual(tuple(verifier.read_node(data)), node, data.hex())
            with self.assertRaises(Malformed, msg="left over"):
                verifier.read_node(data + b"\0")
            with self.assertRaises(Malformed, msg="missing"):
                verifier.read_node(data[:-1])
        for data in [b"\x01", b"\x0f", b"\x43\x11\x23\x04v", b"\x80\x00\x00", b"\x80\x01\x00" + blob(b"x" * 33), b""]:
            with self.assertRaises(Malformed, msg=data.hex()):
                verifier.read_node(data)

    def test_lengths_of_partial_keys_are_read_and_written_alike(self):
        for kind, bits in [(0x40, 6), (0x20, 5)]:
            for length in [0, 1, 14, 15, 16, 30, 31, 32, 62, 63, 64, 316, 317, 318, 319, 600]:
                partial = tuple(n % 16 for n in range(length))
                rest = blob(b"v") if kind == 0x40 else b"h" * 32
                self.assertEqual(verifier.read_node(Trie._begin(kind, bits, partial) + rest).partial, partial)
        # As the specification has it: 63 and nothing more, and 63 + 255 + 0.
        self.assertEqual(Trie._begin(0x40, 6, (0,) * 63)[:2], b"\x7f\x00")
        self.assertEqual(Trie._begin(0x40, 6, (0,) * 318)[:3], b"\x7f\xff\x00")

    def test_a_trie_of_many_keys_is_read(self):
        chance = random.Random(1)
        values = {}
        for _ in range(500):
            key = chance.randbytes(chance.randrange(1, 6))
            values[key] = chance.randbytes(chance.randrange(0, 50))
            # Beginnings of others, so that branches have values.
            values[key[:-1] or b"k"] = chance.randbytes(chance.randrange(0, 50))
        trie = Trie(values)
        everything = sorted(trie.strings.values())
        for key, value in values.items():
            self.assertEqual(verifier.State(trie.root, everything, "the test").get(key), value)
        for _ in range(500):
            key = chance.randbytes(chance.randrange(0, 8))
            self.assertEqual(verifier.State(trie.root, everything, "the test").get(key), values.get(key))
        shown = verifier.State(trie.root, everything, "the test").shown(b"")
        self.assertEqual(sorted(shown), sorted(values))
        prefix = max(values, key=len)[:1]
        shown = verifier.State(trie.root, everything, "the test").shown(prefix)
        self.assertEqual(sorted(shown), sorted(key for key in values if key.startswith(prefix)))

    def test_absence_is_shown_by_the_place_where_it_would_be(self):
        values = {bytes([n, m]): b"v" * 40 for n in range(16) for m in range(16)}
        trie = Trie(values)
        for absent in [b"\x05", b"\x05\x10", b"\x05\x05\x05", b"\xff\xff", b""]:
            proof = trie.proof([absent])
            self.assertLess(len(proof), 5)
            state = verifier.State(trie.root, proof, "the test")
            self.assertIsNone(state.get(absent))
            state.finish()

    def test_a_missing_node_shows_nothing(self):
        values = {bytes([n, m]): b"v" * 40 for n in range(16) for m in range(16)}
        trie = Trie(values)
        for key in [b"\x05\x05", b"\x05\x05\x05"]:
            proof = trie.proof([key])
            verifier.State(trie.root, proof, "the test").get(key)
            for left_out in range(len(proof)):
                state = verifier.State(trie.root, proof[:left_out] + proof[left_out + 1 :], "the test")
                with self.assertRaises(Fault) as raised:
                    state.get(key)
                self.assertEqual(raised.exception.name, "state/missing")

    def test_an_unused_node_is_refused(self):
        trie = Trie({bytes([n]): b"v" * 40 for n in range(16)} | {b"other": b"w" * 40})
        state = verifier.State(trie.root, trie.proof([b"\x05", b"other"]), "the test")
        state.get(b"\x05")
        with self.assertRaises(Fault) as raised:
            state.finish()
        self.assertEqual(raised.exception.name, "state/unneeded")
        state.get(b"other")
        state.finish()

    def test_nodes_out_of_order_or_twice_are_refused(self):
        for strings in [[b"b", b"a"], [b"a", b"a"], [b"ab", b"a"]]:
            with self.assertRaises(Fault):
                verifier.State(b"\0" * 32, strings, "the test")
        verifier.State(b"\0" * 32, [b"a", b"ab", b"b"], "the test")


class Accounts(unittest.TestCase):
    ADDRESSES = {
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY": "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
        "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu": "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee",
    }

    def test_addresses_are_read_and_written(self):
        for text, digits in self.ADDRESSES.items():
            self.assertEqual(verifier.parse_account(text).hex(), digits)
            self.assertEqual(verifier.format_account(bytes.fromhex(digits)), text)
        for account in [b"\0" * 32, b"\xff" * 32]:
            self.assertEqual(verifier.parse_account(verifier.format_account(account)), account)

    def test_what_is_no_address_is_refused(self):
        address = next(iter(self.ADDRESSES))
        others = ["", address[:-1], address[:-1] + "X", "1" + address, address + " ", "0" * 48, "5" * 100]
        # The same account with the prefix 0.
        others.append("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5")
        for text in others:
            with self.assertRaises(Fault, msg=text):
                verifier.parse_account(text)


class Example:
    """The worked example of docs/spec/proofs.md: made by the first implementation, for the publicly known key //Alice."""

    OWNER = "5C7C2Z5sWbytvHpuLTvzKunnnRwQxft1jiqrLD5rhucQ5S9X"
    SUBJECT = bytes.fromhex("4998c58a983946e791eaec807d4957c80e5a9bc4210a86c486590efe4c4b933b")
    EVIDENCE = bytes.fromhex("9d9d6846a32aa93265badda30882684d0240a66503ad8f54fa2734d504034cd2")


class Trees(unittest.TestCase):
    # Those of Certificate Transparency's own tests.
    LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    ROOTS = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    def hashed(self):
        return [hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in self.LEAVES]

    def test_roots_are_the_published_ones(self):
        hashed = self.hashed()
        for size, root in enumerate(self.ROOTS, 1):
            self.assertEqual(tree(hashed[:size])[0].hex(), root)
        self.assertEqual(
            verifier.leaf_hash(b"\x01" * 32, b"\x02" * 32), hashlib.sha256(b"\0" + b"\x01" * 32 + b"\x02" * 32).digest()
        )

    def test_paths_of_all_leaves_lead_to_the_root(self):
        leaves = [hashlib.sha256(bytes([n])).digest() for n in range(70)]
        for size in range(1, 70):
            root, paths = tree(leaves[:size])
            for index, path in enumerate(paths):
                self.assertEqual(verifier.root_of_path(leaves[index], index, size, path), root)

    def test_a_path_of_another_index_or_length_is_refused(self):
        leaves = [hashlib.sha256(bytes([n])).digest() for n in range(20)]
        for size in range(1, 20):
            root, paths = tree(leaves[:size])
            for index, path in enumerate(paths):
                for other in range(size + 3):
                    if other == index:
                        continue
                    try:
                        self.assertNotEqual(verifier.root_of_path(leaves[index], other, size, path), root)
                    except Fault as fault:
                        self.assertIn(fault.name, ["no-such-leaf", "too-long", "too-short"])
                with self.assertRaises(Fault) as raised:
                    verifier.root_of_path(leaves[index], index, size, path + [b"\1" * 32])
                self.assertEqual(raised.exception.name, "too-long")
                if path:
                    with self.assertRaises(Fault) as raised:
                        verifier.root_of_path(leaves[index], index, size, path[:-1])
                    self.assertEqual(raised.exception.name, "too-short")

    def test_a_node_does_not_pose_as_a_leaf(self):
        leaves = self.hashed()[:4]
        root, _ = tree(leaves)
        left, right = tree(leaves[:2])[0], tree(leaves[2:])[0]
        # The two nodes below the root, given as if they were subject and evidence hash.
        self.assertEqual(verifier.node_hash(left, right), root)
        self.assertNotEqual(verifier.leaf_hash(left, right), root)

    def test_a_leaf_that_is_there_twice_is_refused(self):
        leaves = self.hashed()[:3] + self.hashed()[2:3]
        _, paths = tree(leaves)
        with self.assertRaises(Fault) as raised:
            verifier.root_of_path(leaves[3], 3, 4, paths[3])
        self.assertEqual(raised.exception.name, "twice")


class EvidenceDocuments(unittest.TestCase):
    def fault(self, **changed):
        evidence = make_evidence()
        evidence.update(changed)
        with self.assertRaises(Fault) as raised:
            verifier.read_evidence(verifier.canonical({name: value for name, value in evidence.items() if value is not ...}))
        return raised.exception.name

    def test_evidence_has_the_documented_hashes(self):
        digest = hashlib.sha256(CONTENT).digest()
        sealed, opened = (verifier.read_evidence(verifier.canonical(make_evidence(mode=mode))) for mode in ("sealed", "open"))
        self.assertEqual(opened.subject, digest)
        self.assertEqual(sealed.subject, hashlib.sha256(b"\x0f" * 32 + digest).digest())
        # The worked example of docs/spec/proofs.md.
        salt = bytes.fromhex("0ff8e8e515cf9ed878bdc261d934ccb34ac95811cadf8d889441e01e383e8c1a")
        self.assertEqual(digest.hex(), "853ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020")
        self.assertEqual(hashlib.sha256(salt + digest).digest(), Example.SUBJECT)
        self.assertEqual(sealed.hash, hashlib.sha256(verifier.canonical(make_evidence())).digest())
        self.assertEqual(sealed.created, 1_700_000_000_000)

    def test_the_worked_example_is_evidence(self):
        """The document of docs/spec/proofs.md: made by the first implementation."""
        page = (pathlib.Path(__file__).parents[2] / "docs" / "spec" / "proofs.md").read_text(encoding="utf-8")
        (document,) = [line for line in page.splitlines() if line.startswith('{"created"')]
        evidence = verifier.read_evidence(document.encode("utf-8"))
        self.assertEqual((evidence.hash, evidence.subject), (Example.EVIDENCE, Example.SUBJECT))
        self.assertTrue(evidence.is_of(ORIGINAL))
        self.assertEqual(verifier.format_account(evidence.owner), Example.OWNER)

    def test_what_is_no_evidence_is_refused(self):
        features = make_evidence()["features"]
        feature = {"algorithm": "tlsh-128-1", "value": "0x01"}
        for sound in [
            {"features": features + [feature]},
            {"timeToken": "0x30"},
            {"owner": {**make_evidence()["owner"], "label": 4}},
        ]:
            verifier.read_evidence(verifier.canonical({**make_evidence(), **sound}))
        for changed in [
            {"created": "2023-11-14T22:13:20+00:00"},
            {"created": "2023-02-29T00:00:00Z"},
            {"created": "2023-13-01T00:00:00Z"},
            {"created": "2023-11-14T24:00:00Z"},
            {"created": "2023-11-14T22:13:60Z"},
            {"created": "2016-12-31T23:59:60Z"},
            {"created": "٢٠٢٣-11-14T22:13:20Z"},
            {"features": []},
            {"features": features[:1]},
            {"features": features[::-1]},
            {"features": features + features[:1]},
            {"features": features + [{**feature, "algorithm": "TLSH"}]},
            {"features": features + [{**feature, "value": "0x" + "00" * 129}]},
            {"features": features + [{**feature, "algorithm": f"a{n}"} for n in range(15)]},
            {"fields": {"na me": "0x" + "00" * 32}},
            {"fields": {"name": "0x00"}},
            {"fields": {f"n{n}": "0x" + "00" * 32 for n in range(65)}},
            {"mediaType": "text"},
            {"mediaType": "text/plain; charset=utf-8"},
            {"mode": "hidden"},
            {"owner": {"account": "5"}},
            {"owner": {"account": "5", "label": None}},
            {"owner": {**make_evidence()["owner"], "label": 2**32}},
            {"salt": "0x00"},
            {"schema": "deed"},
            {"size": "13"},
            {"size": ...},
            {"timeToken": "0x" + "00" * 16_385},
            {"timeToken": None},
        ]:
            self.assertEqual(self.fault(**changed), "malformed", changed)
        self.assertEqual(self.fault(colour="red"), "unknown")
        self.assertEqual(self.fault(owner={"account": make_evidence()["owner"]["account"]}), "not-canonical")
        self.assertEqual(self.fault(format="chirograph/evidence/v2"), "other-format")
        self.assertEqual(self.fault(mediaType="text/" + "x" * 70_000), "too-large")


# --- Whole bundles ----------------------------------------------------------------------------------------------------


class Records(Judging):
    def test_a_record_is_proven(self):
        network, bundle = a_record()
        verdict = self.assert_answer(network, bundle, "proven")
        self.assertEqual(verdict["facts"]["owner"], verifier.format_account(ADA.account))
        self.assertEqual(verdict["facts"]["registered"], {"block": 4, "extrinsic": 2, "time": 1_700_000_008_000})
        self.assertEqual(verdict["facts"]["asOf"]["number"], 5)

    def test_members_are_those_of_the_table(self):
        network, bundle = a_record()
        self.assert_answer(network, bundle, "proven")
        for name in ["block", "finality", "format", "network", "state", "subject"]:
            self.assert_fault(network, {key: value for key, value in bundle.items() if key != name}, "format/bundle/malformed")
            self.assert_fault(network, {**bundle, name: None}, "format/bundle/malformed")
        self.assert_fault(network, {**bundle, "colour": "red"}, "format/bundle/unknown")
        self.assert_fault(network, {**bundle, "format": "chirograph/bundle/v2", "colour": "red"}, "format/bundle/other-format")
        for changed, fault in [
            # What the ledger never saw has no place in it.
            ({"authorization": None}, "unknown"),
            ({"authorization": {}}, "unknown"),
            ({"disclosures": None}, "not-canonical"),
            ({"evidence": None}, "not-canonical"),
            ({"leaf": None}, "not-canonical"),
            ({"finality": {**bundle["finality"], "justification": None}}, "not-canonical"),
            ({"subject": bundle["subject"].upper().replace("0X", "0x")}, "not-canonical"),
            ({"disclosures": []}, "malformed"),
            ({"leaf": {"index": 0, "path": ["0x00"], "root": "0x" + "00" * 32}}, "malformed"),
            ({"leaf": {"index": -1, "path": [], "root": "0x" + "00" * 32}}, "malformed"),
            ({"leaf": {"path": [], "root": "0x" + "00" * 32}}, "malformed"),
            ({"subject": "0x00"}, "malformed"),
            ({"state": ["0x0"]}, "malformed"),
            ({"state": {}}, "malformed"),
        ]:
            self.assert_fault(network, {**bundle, **changed}, f"format/bundle/{fault}")
        for path, part in [
            (("finality",), "bundle"),
            (("finality", "anchor"), "bundle"),
            (("evidence",), "evidence"),
            (("evidence", "owner"), "evidence"),
        ]:
            spoiled = copy.deepcopy(bundle)
            place = spoiled
            for name in path:
                place = place[name]
            place["colour"] = "red"
            self.assert_fault(network, spoiled, f"format/{part}/unknown")
        text = verifier.canonical(bundle)
        for data, fault in [
            (text + b"\n", "bundle/not-canonical"),
            (text.replace(b',"evidence":', b',"evidence": '), "bundle/not-canonical"),
            (text[:-1], "bundle/truncated"),
            (text.replace(b"{", b'{"block":"0x00",', 1), "bundle/duplicate"),
            (text.replace(b'"created"', b'"created" '), "evidence/not-canonical"),
            (text.replace(b'{"created"', b'{"size":13,"created"'), "evidence/duplicate"),
        ]:
            self.assert_fault(network, data, f"format/{fault}")
        self.assert_fault(network, {**bundle, "block": "0x"}, "header")
        self.assert_fault(network, {**bundle, "block": bundle["block"] + "00"}, "header")

    def test_what_belongs_to_evidence_is_not_there_without_it(self):
        network, bundle = a_record()
        without = {key: value for key, value in bundle.items() if key != "evidence"}
        for more, fault in [
            ({"leaf": {"index": 0, "path": [], "root": "0x" + "00" * 32}}, "evidence-missing"),
            ({"disclosures": [{"name": "n", "salt": "0x" + "00" * 32, "value": "v"}]}, "disclosures-unneeded"),
        ]:
            self.assert_fault(network, {**without, **more}, fault)

    def test_another_network_is_refused(self):
        network, bundle = a_record()
        verdict = verifier.verify(verifier.canonical(bundle), Question(b"\x09" * 32))
        self.assertEqual(verdict["fault"]["name"], "other-network")
        self.assert_answer(network, bundle, "proven")

    def test_another_original_is_told(self):
        network, bundle = a_record()
        self.assert_answer(network, bundle, "proven", original=ORIGINAL)
        self.assert_answer(network, bundle, "proven", original=ORIGINAL._replace(sha3_512=None))
        for other in [
            ORIGINAL._replace(sha256=b"\0" * 32),
            ORIGINAL._replace(size=14),
            ORIGINAL._replace(sha3_512=b"\0" * 64),
        ]:
            self.assert_fault(network, bundle, "other-original", original=other)

    def test_evidence_of_another_subject_is_refused(self):
        network, bundle = a_record()
        self.assert_fault(network, {**bundle, "subject": "0x" + "00" * 32}, "other-subject")

    def test_a_record_of_other_evidence_is_refused(self):
        network, bundle = a_record()
        other = make_evidence(created="2023-11-14T22:13:21Z")
        self.assert_fault(network, {**bundle, "evidence": other}, "other-evidence")
        # The record names Ada, and the evidence that is registered Bob.
        network = Network()
        network.label(ADA.account)
        evidence = make_evidence(BOB)
        network, bundle = a_record(evidence, network=network)
        self.assert_fault(network, bundle, "other-owner")
        network, bundle = a_record(schema=2)
        self.assert_fault(network, bundle, "other-schema")

    def test_disclosures_are_true(self):
        salt = "0x" + "0d" * 32
        commitments = {
            name: hexed(hashlib.sha256(verifier.canonical(["chirograph/field/v1", salt, name, value])).digest())
            for name, value in [("grade", "1.0"), ("name", "Ada"), ("secret", "x")]
        }
        network, bundle = a_record(make_evidence(fields=commitments))
        shown = [{"name": "grade", "salt": salt, "value": "1.0"}, {"name": "name", "salt": salt, "value": "Ada"}]
        verdict = self.assert_answer(network, {**bundle, "disclosures": shown}, "proven")
        self.assertEqual(verdict["facts"]["disclosed"], {"grade": "1.0", "name": "Ada"})
        self.assert_answer(network, {**bundle, "disclosures": shown[:1]}, "proven")
        for spoiled, fault in [
            (shown[::-1], "disclosures-unordered"),
            (shown[:1] * 2, "disclosures-unordered"),
            ([{**shown[0], "value": "1.1"}], "disclosure/false-disclosure"),
            ([{**shown[0], "salt": "0x" + "0e" * 32}], "disclosure/false-disclosure"),
            ([{**shown[0], "name": "grade2"}], "disclosure/no-such-field"),
            ([{**shown[0], "colour": "red"}], "format/bundle/unknown"),
            ([{**shown[0], "name": "na me"}], "format/bundle/malformed"),
        ]:
            self.assert_fault(network, {**bundle, "disclosures": spoiled}, fault)
        # The worked example of docs/spec/proofs.md.
        example = {"name": "name", "salt": "0xd3718c7cf8ffe0554aaf7a86db962eb87aae1015d7bc015bbd35b04a5a4aed33", "value": "Ada"}
        ((_, _, commitment),) = verifier.read_disclosures([verifier.Members(example)])
        self.assertEqual(commitment.hex(), "5a9ee5a315eeb1276c9688e0f3731e13e3c1177ee27d00c95b97aca551a81762")

    def test_impossible_dates_are_refused(self):
        day = 86_400_000
        # Registered in block 4, eight seconds after 22:13:20; shown is block 5.
        for created, fault in [
            ("2023-11-15T22:13:28Z", None),
            ("2023-11-15T22:13:29Z", "created-too-late"),
            ("9999-12-31T23:59:59Z", "created-too-late"),
            ("0000-01-01T00:00:00Z", None),
        ]:
            network, bundle = a_record(make_evidence(created=created))
            if fault:
                self.assert_fault(network, bundle, fault)
            else:
                self.assert_answer(network, bundle, "proven")
        for registered, fault in [
            (position(5, time=1_700_000_010_000), None),
            (position(6, time=1_700_000_008_000), "after-the-block"),
            (position(4, time=1_700_000_010_001), "after-the-time"),
        ]:
            network, bundle = a_record(registered=registered)
            if fault:
                self.assert_fault(network, bundle, fault)
            else:
                self.assert_answer(network, bundle, "proven")
        network, bundle = a_record()
        self.assert_answer(network, bundle, "proven", now=1_700_000_010_000 - day)
        self.assert_fault(network, bundle, "from-the-future", now=1_700_000_010_000 - day - 1)

    def test_what_became_of_a_proof_is_the_answer(self):
        at = position(5, 1)
        document = verifier.canonical(make_evidence())
        sha256, sha3_512 = hashlib.sha256(document).digest(), hashlib.sha3_512(document).digest()
        for status, event, answer in [
            (revoked(at, 1), b"\x00\x01", "revoked"),
            (superseded(at, record_id(b"\x01" * 32)), b"\x01" + record_id(b"\x01" * 32), "superseded"),
            (ACTIVE, b"\x02" + ADA.account + BOB.account, "proven"),
            (ACTIVE, b"\x03\x00" + option(b"\x01" * 32), "proven"),
            (ACTIVE, b"\x04\x00" + sha256, "proven"),
            (ACTIVE, b"\x04\x01" + sha3_512, "proven"),
        ]:
            change = proof_change(at, event)
            network, bundle = a_record(history=[change, change], lived=life(status, changes=2))
            verdict = self.assert_answer(network, bundle, answer)
            self.assertEqual(len(verdict["facts"]["history"]), 2)
            json.dumps(verdict)
        holder = BOB.account + le(2, 4) + at
        network, bundle = a_record(lived=life(holder=holder))
        self.assertEqual(self.assert_answer(network, bundle, "proven")["facts"]["holder"], verifier.format_account(BOB.account))
        # One entry more than is shown, and one less.
        change = proof_change(at, b"\x03\x00\x00")
        network, bundle = a_record(history=[change], lived=life(changes=2))
        self.assertIn(ask(network, bundle)["fault"]["name"], ["state/missing", "state/absent"])
        network, bundle = a_record(history=[change] * 2, lived=life(changes=1))
        self.assert_fault(network, bundle, "state/unneeded")

    def test_a_history_tells_which_key_did_what(self):
        by, document = record_id(b"\x01" * 32), b"\x02" * 32
        history = [
            proof_change(position(5), b"\x03\x02" + option(document), BOB.account, 2),
            proof_change(position(5), b"\x03\x03" + option(None), BOB.account, 2),
            proof_change(position(5, 1), b"\x01" + by),
        ]
        network, bundle = a_record(history=history, lived=life(superseded(position(5, 1), by), changes=3))
        told = self.assert_answer(network, bundle, "superseded")["facts"]["history"]
        ada, bob = verifier.format_account(ADA.account), verifier.format_account(BOB.account)
        self.assertEqual([(event["by"], event["account"]) for event in told], [(2, bob), (2, bob), (1, ada)])
        self.assertEqual([event.get("document") for event in told], [hexed(document), None, None])
        self.assertEqual(told[2]["successor"], {"kind": "record", "subject": hexed(b"\x01" * 32)})

    def test_a_history_is_in_order(self):
        """Registered in block 4 as extrinsic 2; shown is block 5, of 1,700,000,010,000."""
        noted = b"\x03\x00\x00"
        for history, fault in [
            ([(position(4, 2), noted), (position(4, 2), noted), (position(5, 9), noted)], None),
            ([(position(4, 1), noted)], "history-out-of-order"),
            ([(position(5), noted), (position(4, 9), noted)], "history-out-of-order"),
            ([(position(6, time=1_700_000_010_000), noted)], "after-the-block"),
            ([(position(5, time=1_700_000_010_001), noted)], "after-the-time"),
        ]:
            changes = [proof_change(at, event) for at, event in history]
            network, bundle = a_record(history=changes, lived=life(changes=len(changes)))
            if fault:
                self.assert_fault(network, bundle, fault)
            else:
                self.assert_answer(network, bundle, "proven")

    def test_a_renewal_of_something_else_binds_nothing_and_takes_nothing_away(self):
        document = verifier.canonical(make_evidence())
        sha256, sha3_512 = hashlib.sha256(document).digest(), hashlib.sha3_512(document).digest()
        for digests, others in [
            ([b"\x00" + sha256, b"\x01" + sha3_512], 0),
            ([b"\x00" + b"\x01" * 32], 1),
            ([b"\x01" + b"\x01" * 64, b"\x01" + sha3_512, b"\x01" + bytes(64)], 2),
        ]:
            history = [proof_change(position(5), b"\x04" + digest) for digest in digests]
            network, bundle = a_record(history=history, lived=life(changes=len(history)))
            facts = self.assert_answer(network, bundle, "proven")["facts"]
            self.assertEqual((len(facts["history"]), facts["otherRenewals"]), (len(digests), others))
            renewals = [fact for fact in facts["algorithms"] if fact["purpose"] == "renewal"]
            self.assertEqual(len(renewals), len(digests) - others)

    def test_a_renewal_keeps_evidence_bound(self):
        """SHA-256 is refused from block 6 on; the evidence was bound to SHA3-512 before, or after, or never, or falsely."""
        right = hashlib.sha3_512(verifier.canonical(make_evidence())).digest()
        for renewed, digest, is_bound in [(5, right, True), (7, right, False), (None, right, False), (5, bytes(64), False)]:
            network = Network()
            network.put(verifier.POLICY_KEY, policy((1_700_000_009_000, 0, None, 1_700_000_012_000, 0)))
            history = [proof_change(position(renewed), b"\x04\x01" + digest)] if renewed else []
            lived = life(changes=len(history))
            network, sound = a_record(network=network, history=history, lived=lived)
            evidence, subject = sound["evidence"], subject_of(sound["evidence"])
            proof = verifier.ProofId("record", None, subject)
            keys = [verifier.records_key(subject), verifier.POLICY_KEY, *label_keys(ADA.account, 1)]
            keys += [verifier.proof_history_key(proof, index) for index in range(len(history))]
            network.advance(5)
            verdict = self.assert_answer(network, network.bundle(subject, keys, evidence), "proven" if is_bound else "unbound")
            self.assertEqual(verdict["facts"]["bound"], is_bound)
            self.assertEqual(verdict["facts"]["registered"]["block"], 4)

    def test_what_became_of_a_proof_goes_before_what_binds_it(self):
        """SHA-256 is refused from block 5 on, which is shown."""
        at, by = position(5, 1), record_id(b"\x01" * 32)
        for lived, event, answer in [
            (life(), None, "unbound"),
            (life(revoked(at, 1), changes=1), b"\x00\x01", "revoked"),
            (life(superseded(at, by), changes=1), b"\x01" + by, "superseded"),
        ]:
            network = Network()
            network.put(verifier.POLICY_KEY, policy((1_700_000_009_000, 0, None, 1_700_000_010_000, 0)))
            history = [] if event is None else [proof_change(at, event)]
            network, bundle = a_record(network=network, history=history, lived=lived)
            self.assertIs(self.assert_answer(network, bundle, answer)["facts"]["bound"], False)

    def test_what_has_to_be_shown_is_asked_for(self):
        network, bundle = a_record(history=[proof_change(position(5), b"\x03\x00\x00")], lived=life(changes=1))
        self.assert_answer(network, bundle, "proven")
        for left_out in range(len(bundle["state"])):
            state = bundle["state"][:left_out] + bundle["state"][left_out + 1 :]
            self.assert_fault(network, {**bundle, "state": state}, "state/missing")
        self.assert_fault(network, {**bundle, "state": bundle["state"][::-1]}, "state/unordered")
        # A whole key more.
        network, bundle = a_record(more_keys=[bytes([7]) * 5 + b"filler"])
        self.assert_fault(network, bundle, "state/unneeded")

    def test_a_subject_without_a_record_is_not_proven(self):
        network, bundle = a_record()
        key = verifier.records_key(subject_of(bundle["evidence"]))
        del network.values[key]
        bundle = network.bundle(subject_of(bundle["evidence"]), [key], bundle["evidence"])
        self.assert_fault(network, bundle, "not-registered")


class Absences(Judging):
    def test_absence_is_proven(self):
        network = Network()
        network.advance(3)
        subject = hashlib.sha256(CONTENT).digest()
        bundle = network.bundle(subject, [verifier.records_key(subject)])
        verdict = self.assert_answer(network, bundle, "absent")
        self.assertEqual(verdict["facts"]["asOf"]["number"], 4)
        self.assert_answer(network, bundle, "absent", original=ORIGINAL)
        self.assert_answer(network, bundle, "absent", subject=subject)
        # Of another file it is said that nobody can tell, and of this one that it is about it.
        for original, is_told in [(ORIGINAL, True), (ORIGINAL._replace(sha256=b"\0" * 32), False)]:
            checks = self.assert_answer(network, bundle, "absent", subject=subject, original=original)["checks"]
            (detail,) = [check["detail"] for check in checks if check["link"] == "original"]
            self.assertEqual((detail.endswith("the original"), "nobody can tell" in detail), (is_told, not is_told))
        self.assert_fault(network, bundle, "not-asked", original=ORIGINAL._replace(sha256=b"\0" * 32))
        self.assert_fault(network, bundle, "not-asked", subject=b"\0" * 32)
        self.assert_fault(network, bundle, "from-the-future", now=0)

    def test_what_is_there_is_not_absent(self):
        network, bundle = a_record()
        subject = subject_of(bundle["evidence"])
        bundle = network.bundle(subject, [verifier.records_key(subject)])
        self.assert_fault(network, bundle, "not-absent")


class Leaves(Judging):
    def test_a_leaf_of_a_batch_is_proven(self):
        for index, size in [(0, 1), (0, 2), (3, 7), (6, 7), (4, 5), (8, 9)]:
            network, bundle = a_leaf(index, size)
            self.assert_answer(network, bundle, "proven")

    def test_a_leaf_at_another_place_is_refused(self):
        network, bundle = a_leaf(3, 7)
        leaf = bundle["leaf"]
        for index, fault in [(2, "path/other-root"), (4, "path/other-root"), (6, "path/too-long"), (7, "path/no-such-leaf")]:
            self.assert_fault(network, {**bundle, "leaf": {**leaf, "index": index}}, fault)
        self.assert_fault(network, {**bundle, "leaf": {**leaf, "path": leaf["path"][:-1]}}, "path/too-short")
        self.assert_fault(network, {**bundle, "leaf": {**leaf, "path": leaf["path"] + leaf["path"][:1]}}, "path/too-long")
        self.assert_fault(network, {**bundle, "leaf": {**leaf, "path": leaf["path"][::-1]}}, "path/other-root")
        self.assert_fault(network, {**bundle, "leaf": {**leaf, "root": "0x" + "00" * 32}}, "no-such-batch")

    def test_a_leaf_of_another_owner_than_its_batchs_is_refused(self):
        self.assert_answer(*a_leaf(evidence_owner=ADA), "proven")
        self.assert_fault(*a_leaf(evidence_owner=BOB), "other-owner")
        network, bundle = a_leaf(evidence_owner=BOB)
        # Where the path leads elsewhere, the owner is not asked about.
        leaf = {**bundle["leaf"], "index": 2}
        self.assert_fault(network, {**bundle, "leaf": leaf}, "path/other-root")

    def test_the_owner_of_a_batch_is_judged(self):
        """Registered in block 4."""
        self.assert_answer(*a_leaf(distrusted=5), "proven")
        self.assert_fault(*a_leaf(distrusted=4), "owner/keyCompromised")

    def test_what_became_of_leaf_and_batch_is_the_answer(self):
        at = position(5, 1)
        by = record_id(b"\x01" * 32)
        for batch_life, leaf_life, answer in [
            (life(revoked(at, 0)), None, "revoked"),
            (life(revoked(at, 0)), life(), "revoked"),
            (life(superseded(at, by)), life(revoked(at, 2)), "revoked"),
            (None, life(superseded(at, by)), "superseded"),
            (None, life(), "proven"),
        ]:
            network, bundle = a_leaf(batch_life=batch_life, leaf_life=leaf_life)
            self.assert_answer(network, bundle, answer)


class Labels(Judging):
    def judged(self, entries=(0,), **held):
        network = Network()
        network.label(ADA.account, **held)
        return a_record(network=network, entries=entries)

    def test_the_owners_label_is_judged_at_the_registration(self):
        """Registered in block 4 as extrinsic 2, at 1,700,000,008,000."""
        before, same, after = position(4, 1), position(4, 2), position(4, 3)
        first = label_change(position(0))
        suspended = b"\x01\x01"
        to_ada, from_ada = b"\x06" + BOB.account + ADA.account, b"\x06" + ADA.account + BOB.account
        for held, entries, fault in [
            ({}, (0,), None),
            ({"held_since": before}, (0,), None),
            ({"held_since": after}, (), "owner/noLabel"),
            ({"distrusted": 5}, (0,), None),
            ({"distrusted": 4}, (), "owner/keyCompromised"),
            ({"changes": [first, label_change(after, standing=suspended)]}, (0, 1), None),
            ({"changes": [first, label_change(before, standing=suspended), label_change(after)]}, (1, 2), "owner/suspended"),
            ({"changes": [first, label_change(before, standing=b"\x01\x02" + le(9, 4))]}, (1,), "owner/keyCompromised"),
            ({"changes": [first, label_change(before, standing=b"\x01\x03")]}, (1,), "owner/suspended"),
            ({"changes": [first, label_change(before, standing=b"\x02\x00")]}, (1,), "owner/revoked"),
            ({"changes": [first, label_change(before, expires=1_700_000_008_001)]}, (1,), None),
            ({"changes": [first, label_change(before, expires=1_700_000_008_000)]}, (1,), "owner/expired"),
            ({"changes": [first, label_change(before, roles=ISSUER)]}, (1,), "owner/wrongRole"),
            ({"changes": [label_change(after)], "held_since": before}, (0,), "owner/noLabel"),
            # In the extrinsic of the registration: the best counts of what the label was.
            ({"changes": [first, label_change(same, standing=suspended)]}, (0, 1), None),
            ({"changes": [label_change(before, standing=suspended), label_change(same, b"\x02")]}, (0, 1), None),
            (
                {"changes": [label_change(before, standing=suspended), label_change(same, roles=ISSUER), label_change(after)]},
                (0, 1, 2),
                "owner/wrongRole",
            ),
            ({"changes": [label_change(same)], "held_since": same}, (0,), None),
            ({"changes": [first], "held_since": same}, (0,), "owner/noLabel"),
            ({"changes": [first, label_change(same, to_ada)], "held_since": same}, (0, 1), None),
            ({"changes": [first, label_change(same, from_ada)], "held_since": same}, (0, 1), "owner/noLabel"),
        ]:
            network, bundle = self.judged(entries, **held)
            if fault:
                self.assert_fault(network, bundle, fault)
            else:
                self.assert_answer(network, bundle, "proven")

    def test_entries_that_were_not_in_force_are_refused(self):
        changes = [label_change(position(n), roles=OWNER) for n in range(4)] + [label_change(position(9))]
        network, bundle = self.judged((3, 4), changes=changes)
        self.assert_answer(network, bundle, "proven")
        for entries in [(2, 3), (2,), (0, 1), (3,), (4,), ()]:
            network, bundle = self.judged(entries, changes=changes)
            self.assert_fault(network, bundle, "state/missing")
        network, bundle = self.judged((2, 3, 4), changes=changes)
        self.assert_fault(network, bundle, "state/unneeded")

    def test_certificates_need_an_issuer(self):
        for roles, fault in [(ISSUER, None), (OWNER, "owner/wrongRole")]:
            network = Network()
            network.label(ADA.account, changes=[label_change(position(0), roles=roles)])
            network, bundle = a_record(make_evidence(schema="certificate"), network=network, schema=1)
            if fault:
                self.assert_fault(network, bundle, fault)
            else:
                self.assert_answer(network, bundle, "proven")

    def retired(self, since, until, reason=b"\x00"):
        """Ada's label went to Bob."""
        network = Network()
        moved = label_change(until, b"\x06" + ADA.account + BOB.account)
        network.label(BOB.account, changes=[label_change(position(0)), moved])
        network.put(verifier.retired_keys_key(ADA.account), retired_key(1, since, until, reason))
        network.advance(3)
        evidence = make_evidence()
        subject = subject_of(evidence)
        network.register(evidence)
        keys = [verifier.records_key(subject), verifier.POLICY_KEY, *label_keys(ADA.account, 1, BOB.account, (0, 1))]
        network.advance(7)
        return network, network.bundle(subject, keys, evidence)

    def test_a_retired_key_is_judged_by_its_interval(self):
        start = position(0)
        for until, reason, fault in [
            (position(9), b"\x00", None),
            (position(9), b"\x01", None),
            (position(9), b"\x02" + le(5, 4), None),
            (position(9), b"\x02" + le(4, 4), "owner/keyCompromised"),
            (position(4, 3), b"\x00", None),
            # In the extrinsic of the registration itself.
            (position(4, 2), b"\x00", None),
            (position(4, 1), b"\x00", "owner/keyRetired"),
        ]:
            network, bundle = self.retired(start, until, reason)
            if fault:
                self.assert_fault(network, bundle, fault)
            else:
                self.assert_answer(network, bundle, "proven")
        network, bundle = self.retired(position(4, 3), position(9))
        self.assert_fault(network, bundle, "owner/noLabel")

    def test_an_owner_without_a_label_is_refused(self):
        network = Network()
        network.advance(3)
        evidence = make_evidence()
        subject = subject_of(evidence)
        network.register(evidence)
        network.advance()
        keys = [
            verifier.records_key(subject),
            verifier.POLICY_KEY,
            verifier.labels_key(ADA.account),
            verifier.retired_keys_key(ADA.account),
        ]
        self.assert_fault(network, network.bundle(subject, keys, evidence), "owner/noLabel")

    def test_another_label_than_the_records_is_refused(self):
        network, bundle = a_record(number=2)
        self.assert_fault(network, bundle, "other-label")


class Algorithms(Judging):
    def test_algorithms_are_judged_by_their_dates(self):
        def read(*terms):
            return verifier.decode(policy(*terms), verifier.read_policy)

        judge = verifier.judge_algorithm
        dated = read((10, 0, 20, 30, 0))
        for time, expected in [(0, "accepted"), (19, "accepted"), (20, "deprecated"), (29, "deprecated"), (30, "refused")]:
            self.assertEqual(judge(dated, "sha-256", time), expected)
            self.assertEqual(judge(dated, "ecdsa", time), "accepted")
        later = read((10, 0, None, None, 0), (50, 0, None, 0, 0))
        self.assertEqual(judge(later, "sha-256", 49), "accepted")
        self.assertEqual(judge(later, "sha-256", 50), "refused")
        short = read((0, 0, None, None, 257), (0, 1, None, None, 257))
        self.assertEqual(judge(short, "sha-256", 1), "refused")
        self.assertEqual(judge(short, "sha3-512", 1), "accepted")
        self.assertEqual(judge([], "ecdsa", 2**60), "accepted")

    def test_an_algorithm_refused_at_the_registration_refuses(self):
        registered = 1_700_000_008_000
        for terms, expected in [
            ((registered - 1, 0, None, registered, 0), "algorithm-refused"),
            ((registered - 1, 2, None, registered, 0), "algorithm-refused"),
            ((registered - 1, 4, None, registered, 0), "proven"),
            ((registered - 1, 2, None, registered + 1, 0), "proven"),
            ((registered - 1, 0, None, registered + 1, 0), "unbound"),
            # Said in the block of the registration: the ledger puts that a millisecond behind it.
            ((registered + 1, 2, None, 0, 0), "proven"),
            ((registered + 1, 0, None, 0, 0), "unbound"),
            ((registered, 0, None, 0, 0), "algorithm-refused"),
            ((registered - 1, 0, registered, None, 0), "proven"),
        ]:
            network = Network()
            network.put(verifier.POLICY_KEY, policy(terms))
            network, bundle = a_record(network=network)
            if expected == "algorithm-refused":
                self.assert_fault(network, bundle, expected)
            else:
                self.assert_answer(network, bundle, expected)
        told = ask(network, bundle)["facts"]["algorithms"]
        self.assertEqual(told[0], {"algorithm": "sha-256", "purpose": "evidence", "then": "deprecated", "today": "deprecated"})


class Finality(Judging):
    def with_justification(self, bundle, data):
        bundle = copy.deepcopy(bundle)
        bundle["finality"]["justification"] = hexed(data)
        return bundle

    def shown(self, bundle):
        data = bytes.fromhex(bundle["block"][2:])
        return data, block_hash(data), verifier.read_header(data, "the test").number

    def test_an_unknown_anchor_is_refused(self):
        network, bundle = a_record()
        other = copy.deepcopy(bundle)
        data = bytearray.fromhex(bundle["finality"]["anchor"]["header"][2:])
        data[0] ^= 1
        other["finality"]["anchor"]["header"] = hexed(bytes(data))
        self.assert_fault(network, other, "unknown-anchor")

    def checkpointed(self):
        """A network whose bundles begin at block 2, behind a change of the set."""
        network = Network()
        network.change_set("second")
        network.changes = []
        network.anchor, network.anchor_trie = network.advance()
        return network

    def test_a_checkpoint_serves_as_anchor(self):
        network = self.checkpointed()
        network, bundle = a_record(network=network)
        self.assert_answer(network, bundle, "proven", checkpoints=[b"\x01" * 32, block_hash(network.anchor)])
        self.assert_fault(network, bundle, "unknown-anchor")
        self.assert_fault(network, bundle, "unknown-anchor", checkpoints=[b"\x01" * 32])

    def test_the_first_set_is_that_of_the_anchors_state(self):
        network, bundle = a_record()
        state = bundle["finality"]["anchor"]["state"]
        for left_out in range(len(state)):
            other = copy.deepcopy(bundle)
            del other["finality"]["anchor"]["state"][left_out]
            self.assert_fault(network, other, "state/missing")
        other = copy.deepcopy(bundle)
        keys = [verifier.AUTHORITIES_KEY, verifier.SET_ID_KEY, verifier.NOW_KEY]
        other["finality"]["anchor"]["state"] = [hexed(s) for s in network.anchor_trie.proof(keys)]
        self.assert_fault(network, other, "state/unneeded")
        with self.assertRaises(Fault):
            verifier.VoterSet.of(0, [])
        with self.assertRaises(Fault):
            verifier.VoterSet.of(0, [(b"a", 2**63), (b"b", 2**63)])
        with self.assertRaises(Fault):
            verifier.VoterSet.of(0, [(b"a", 0)])

    def test_a_justification_in_normal_form_is_accepted(self):
        network, bundle = a_record()
        block, _, _ = self.shown(bundle)
        for count in [3, 4]:
            self.assert_answer(network, self.with_justification(bundle, justify(block, network.voters, 0, count)), "proven")

    def test_a_justification_of_another_block_is_refused(self):
        network, bundle = a_record()
        _, target, number = self.shown(bundle)
        votes = sorted((voter.vote(target, number, 9, 0) for voter in network.voters), key=lambda vote: vote[-32:])
        self.assert_answer(network, self.with_justification(bundle, justification(target, number, votes)), "proven")
        for data, fault in [
            (justification(b"\x01" * 32, number, votes), "justification/other-block"),
            (justification(target, number + 1, votes), "justification/other-block"),
            (justification(target, number, votes) + b"\0", "justification/unreadable"),
            (justification(target, number, votes)[:-1], "justification/unreadable"),
        ]:
            self.assert_fault(network, self.with_justification(bundle, data), fault)
        voted = sorted((voter.vote(b"\x01" * 32, number, 9, 0) for voter in network.voters), key=lambda vote: vote[-32:])
        self.assert_fault(
            network, self.with_justification(bundle, justification(target, number, voted)), "justification/not-a-descendant"
        )
        voted = sorted((voter.vote(target, number + 1, 9, 0) for voter in network.voters), key=lambda vote: vote[-32:])
        self.assert_fault(
            network, self.with_justification(bundle, justification(target, number, voted)), "justification/not-a-descendant"
        )

    def test_votes_twice_unsorted_or_by_strangers_are_refused(self):
        network, bundle = a_record()
        _, target, number = self.shown(bundle)
        votes = sorted((voter.vote(target, number, 9, 0) for voter in network.voters), key=lambda vote: vote[-32:])
        stranger = Voter("stranger").vote(target, number, 9, 0)
        for spoiled, fault in [
            (votes[::-1], "justification/votes-unordered"),
            (votes[:1] * 4, "justification/votes-twice"),
            (votes[:2] + votes[1:2], "justification/votes-twice"),
            (sorted(votes + [stranger], key=lambda vote: vote[-32:]), "justification/outside-set"),
        ]:
            self.assert_fault(network, self.with_justification(bundle, justification(target, number, spoiled)), fault)

    def test_a_vote_of_another_round_or_set_is_refused(self):
        network, bundle = a_record()
        _, target, number = self.shown(bundle)

        def votes(round_number, set_id):
            cast = (voter.vote(target, number, round_number, set_id) for voter in network.voters)
            return sorted(cast, key=lambda vote: vote[-32:])

        self.assert_answer(network, self.with_justification(bundle, justification(target, number, votes(9, 0))), "proven")
        for cast in [votes(8, 0), votes(9, 1), votes(9, 0)[:3] + votes(8, 0)[3:]]:
            self.assert_fault(
                network, self.with_justification(bundle, justification(target, number, cast)), "justification/bad-signature"
            )

    def test_two_thirds_of_the_votes_are_too_few(self):
        network, bundle = a_record()
        block, _, _ = self.shown(bundle)
        for count in [0, 1, 2]:
            data = justify(block, network.voters, 0, count)
            self.assert_fault(network, self.with_justification(bundle, data), "justification/too-few-votes")
        # Exactly two thirds, of six.
        network = Network()
        network.voters = [Voter(f"of six {index}") for index in range(6)]
        network.set_authorities(network.voters, 0)
        network.genesis, network.genesis_trie = network.make(0, b"\x00" * 32)
        network.anchor, network.anchor_trie, network.head = network.genesis, network.genesis_trie, network.genesis
        network, bundle = a_record(network=network)
        block, _, _ = self.shown(bundle)
        enough, too_few = (self.with_justification(bundle, justify(block, network.voters, 0, n)) for n in (5, 4))
        self.assert_answer(network, enough, "proven")
        self.assert_fault(network, too_few, "justification/too-few-votes")

    def test_weights_count_and_not_heads(self):
        heavy = [Voter(f"heavy {index}") for index in range(4)]
        block = header(b"\x01" * 32, 5, b"\x02" * 32)
        target = verifier.read_header(block, "the test")
        voters = verifier.VoterSet.of(0, [(voter.key, weight) for voter, weight in zip(heavy, (7, 1, 1, 1))])
        verifier.check_votes(justify(block, heavy, 0, 1), target, voters)
        with self.assertRaises(Fault):
            verifier.check_votes(justify(block, heavy[1:], 0, 3), target, voters)

    def votes_for_descendants(self):
        network, bundle = a_record()
        block, target, number = self.shown(bundle)
        network.head, network.number = block, number
        above, _ = network.advance()
        beyond, _ = network.advance()

        def voted(voter, data):
            return voter.vote(block_hash(data), verifier.read_header(data, "the test").number, 9, 0)

        cast = sorted(
            (voted(voter, data) for voter, data in zip(network.voters, (block, above, beyond, beyond))),
            key=lambda vote: vote[-32:],
        )
        return network, bundle, cast, above, beyond

    def test_votes_for_descendants_count(self):
        network, bundle, cast, above, beyond = self.votes_for_descendants()
        _, target, number = self.shown(bundle)
        sound = justification(target, number, cast, ancestries=[above, beyond])
        self.assert_answer(network, self.with_justification(bundle, sound), "proven")

    def test_ancestries_are_those_that_are_needed(self):
        network, bundle, cast, above, beyond = self.votes_for_descendants()
        block, target, number = self.shown(bundle)
        stray, _ = network.advance()
        for ancestries, fault in [
            ([], "justification/not-a-descendant"),
            ([above], "justification/not-a-descendant"),
            ([beyond], "justification/not-a-descendant"),
            ([beyond, above], "justification/headers-unordered"),
            ([above, above, beyond], "justification/headers-unordered"),
            ([above, beyond, stray], "justification/header-unneeded"),
            ([block, above, beyond], "justification/header-unneeded"),
        ]:
            data = justification(target, number, cast, ancestries=ancestries)
            self.assert_fault(network, self.with_justification(bundle, data), fault)

    def changed_thrice(self):
        network = Network()
        for name in ["second", "third", "fourth"]:
            network.advance(2)
            network.change_set(name)
        return a_record(network=network)

    def test_sets_change_one_after_the_other(self):
        network, bundle = self.changed_thrice()
        verdict = self.assert_answer(network, bundle, "proven")
        self.assertEqual(sum(check["link"] == "set-change" for check in verdict["checks"]), 3)

    def test_a_change_left_out_is_noticed(self):
        network, bundle = self.changed_thrice()
        for left_out in range(3):
            other = copy.deepcopy(bundle)
            del other["finality"]["changes"][left_out]
            self.assert_fault(network, other, "justification/outside-set")

    def test_a_set_that_keeps_its_voters_has_another_number(self):
        network = Network()
        same = network.voters
        network.change_set("second")
        network.voters = same
        # The block that hands over to the same voters again.
        network.changes, network.set_id = [], 0
        network.head, network.number = network.genesis, 0
        network.set_authorities(same, 1)
        block, _ = network.advance(1, [scheduled([(voter.key, 1) for voter in same])])
        network.changes, network.set_id = [(block, justify(block, same, 0))], 1
        network, bundle = a_record(network=network)
        self.assert_answer(network, bundle, "proven")
        bundle["finality"]["changes"] = []
        self.assert_fault(network, bundle, "justification/bad-signature")

    def test_changes_out_of_order_are_refused(self):
        network, bundle = self.changed_thrice()
        changes = bundle["finality"]["changes"]
        for order, fault in [
            (changes[::-1], "justification/outside-set"),
            ([changes[0], changes[0], *changes[1:]], "out-of-order"),
        ]:
            other = copy.deepcopy(bundle)
            other["finality"]["changes"] = order
            self.assert_fault(network, other, fault)
        # The anchor is behind the block shown.
        other = copy.deepcopy(bundle)
        other["finality"]["changes"] = []
        other["finality"]["anchor"], other["block"] = (
            {**other["finality"]["anchor"], "header": other["block"]},
            hexed(network.genesis),
        )
        self.assertEqual(
            ask(network, other, checkpoints=[block_hash(bytes.fromhex(bundle["block"][2:]))])["answer"], "not-proven"
        )

    def changing(self, items):
        network = Network()
        old = network.voters
        block, _ = network.advance(1, items)
        network.changes = [(block, justify(block, old, 0))]
        return a_record(network=network)

    def test_a_header_without_a_change_changes_nothing(self):
        for items in [[], [consensus(b"BABE", b"\x01")], [consensus(b"FRNK", b"\x03" + le(1, 8))], [b"\x00" + blob(b"FRNK")]]:
            network, bundle = self.changing(items)
            self.assert_fault(network, bundle, "set-change/none")

    def test_delayed_and_forced_changes_are_refused(self):
        voters = [(Voter(f"voter {index}").key, 1) for index in range(4)]
        at_once = scheduled(voters)
        for items, fault in [
            ([scheduled(voters, 1)], "set-change/delayed"),
            ([consensus(b"FRNK", b"\x02" + le(1, 4) + at_once[7:])], "set-change/forced"),
            ([at_once, at_once], "set-change/several"),
            ([scheduled([])], "authorities"),
            ([consensus(b"FRNK", b"\x09")], "set-change/unreadable"),
            ([consensus(b"FRNK", b"")], "set-change/unreadable"),
            ([consensus(b"FRNK", b"\x01" + vec([]) + le(0, 4) + b"\0")], "set-change/unreadable"),
        ]:
            network, bundle = self.changing(items)
            self.assert_fault(network, bundle, fault)

    def test_the_anchor_itself_needs_no_justification(self):
        network = self.checkpointed()
        evidence = make_evidence()
        subject = subject_of(evidence)
        network.label(ADA.account)
        network.register(evidence)
        network.advance()
        keys = [verifier.records_key(subject), verifier.POLICY_KEY, *label_keys(ADA.account, 1)]
        sound = network.bundle(subject, keys, evidence)
        block = bytes.fromhex(sound["block"][2:])
        bundle = copy.deepcopy(sound)
        bundle["finality"] = {
            "anchor": {"header": sound["block"], "state": []},
            "changes": [],
        }
        self.assert_answer(network, bundle, "proven", checkpoints=[block_hash(block)])
        other = copy.deepcopy(bundle)
        state = Trie(network.values).proof([verifier.AUTHORITIES_KEY, verifier.SET_ID_KEY])
        other["finality"]["anchor"]["state"] = [hexed(string) for string in state]
        self.assert_fault(network, other, "finality-unneeded", checkpoints=[block_hash(block)])
        other = copy.deepcopy(bundle)
        other["finality"]["changes"] = [{"header": sound["block"], "justification": sound["finality"]["justification"]}]
        self.assert_fault(network, other, "finality-unneeded", checkpoints=[block_hash(block)])
        other = self.with_justification(bundle, justify(block, network.voters, network.set_id))
        self.assert_fault(network, other, "finality-unneeded", checkpoints=[block_hash(block)])
        # Another block without a justification.
        del sound["finality"]["justification"]
        self.assert_fault(network, sound, "justification-missing", checkpoints=[block_hash(network.anchor)])

    def test_a_block_that_was_never_final_is_refused(self):
        """A fork: the same voters made its sibling final."""
        network, bundle = a_record()
        block, _, number = self.shown(bundle)
        network.head, network.number = block, number - 1
        sibling, _ = network.advance()
        self.assertEqual(verifier.read_header(sibling, "the test").number, number)
        self.assert_fault(
            network, self.with_justification(bundle, justify(sibling, network.voters, 0)), "justification/other-block"
        )
        relabelled = justify(sibling, network.voters, 0)
        relabelled = relabelled[:8] + block_hash(block) + relabelled[40:]
        self.assert_fault(network, self.with_justification(bundle, relabelled), "justification/not-a-descendant")


class Tampering(Judging):
    def whole_bundles(self):
        network = Network()
        network.change_set("second")
        yield a_record(network=network)
        yield a_leaf()

    def test_no_flipped_bit_is_accepted(self):
        for network, bundle in self.whole_bundles():
            self.assert_answer(network, bundle, "proven")
            data = verifier.canonical(bundle)
            bits = range(len(data) * 8) if ALL_BITS else random.Random(2).sample(range(len(data) * 8), 2_000)
            for bit in bits:
                flipped = bytearray(data)
                flipped[bit // 8] ^= 1 << bit % 8
                self.assertEqual(ask(network, bytes(flipped))["answer"], "not-proven", f"bit {bit}")

    def test_no_mutation_is_accepted_or_breaks_the_reader(self):
        chance = random.Random(3)
        for network, bundle in self.whole_bundles():
            data = verifier.canonical(bundle)
            for _ in range(1_000):
                mutated = bytearray(data)
                for _ in range(chance.randrange(1, 4)):
                    place, length = chance.randrange(len(mutated)), chance.choice([0, 1, 2, 64])
                    kind = chance.randrange(3)
                    if kind == 0:
                        mutated[place : place + length] = b""
                    elif kind == 1:
                        mutated[place : place + length] = chance.randbytes(length)
                    else:
                        source = chance.randrange(len(mutated))
                        mutated[place:place] = mutated[source : source + length]
                if bytes(mutated) != data:
                    self.assertEqual(ask(network, bytes(mutated))["answer"], "not-proven")

    def test_no_mutated_string_breaks_the_reader(self):
        """Within a sound file: the hexadecimal strings, so that what is behind them is reached."""
        chance = random.Random(4)

        def places(value, path=()):
            if isinstance(value, dict):
                for name, inner in value.items():
                    yield from places(inner, path + (name,))
            elif isinstance(value, list):
                for index, inner in enumerate(value):
                    yield from places(inner, path + (index,))
            elif isinstance(value, str) and value.startswith("0x"):
                yield path

        for network, bundle in self.whole_bundles():
            paths = list(places(bundle))
            for _ in range(1_000):
                spoiled = copy.deepcopy(bundle)
                *way, last = chance.choice(paths)
                place = spoiled
                for name in way:
                    place = place[name]
                data = bytearray.fromhex(place[last][2:])
                start = chance.randrange(len(data))
                data[start : start + chance.choice([0, 1, 1, 4])] = chance.randbytes(chance.choice([0, 1, 1, 4]))
                changed = hexed(bytes(data) or b"\0")
                if changed != place[last]:
                    place[last] = changed
                    self.assertEqual(ask(network, spoiled)["answer"], "not-proven")


class Specification(unittest.TestCase):
    def test_the_numbers_of_the_specification_are_right(self):
        """Section 15 of docs/spec/bundle.md."""
        page = (pathlib.Path(__file__).parents[2] / "docs" / "spec" / "bundle.md").read_text(encoding="utf-8")
        page = page.split("**Numbers to compare with.**")[1]
        trie = Trie({b"doe": b"reindeer", b"dog": b"puppy", b"dogglesworth": b"x" * 33})
        nodes = [string.hex() for string in trie.strings.values() if string != b"x" * 33]
        head = header(b"\x01" * 32, 5, b"\x02" * 32)
        self.assertEqual(head, b"\x01" * 32 + b"\x14" + b"\x02" * 32 + b"\x05" * 32 + b"\x00")
        message = verifier.precommit_message(b"\x11" * 32, 5, 9, 2)
        self.assertEqual((len(message), message[:33]), (53, b"\x01" + b"\x11" * 32))
        item = scheduled([(b"\x07" * 32, 1)])
        self.assertEqual(
            verifier.next_authorities(verifier.read_header(header(b"\x01" * 32, 5, b"\x02" * 32, [item]), "it")),
            [(b"\x07" * 32, 1)],
        )
        leaf, nothing = verifier.leaf_hash(Example.SUBJECT, Example.EVIDENCE), hashlib.sha256(b"\0").digest()
        for digits in [
            f"{verifier.xxh64(b'abc'):#x}",
            Trie({}).root.hex(),
            Trie({b"doe": b"reindeer", b"dog": b"puppy", b"dogglesworth": b"cat"}).root.hex(),
            trie.root.hex(),
            *nodes,
            block_hash(head).hex(),
            message[33:].hex(),
            item[:8].hex(),
            item[40:].hex(),
            Example.SUBJECT.hex(),
            Example.EVIDENCE.hex(),
            verifier.records_key(Example.SUBJECT)[:48].hex(),
            leaf.hex(),
            nothing.hex(),
            verifier.node_hash(leaf, nothing).hex(),
        ]:
            self.assertIn(f"`{digits}`", page)


class Vectors(unittest.TestCase):
    """What the first verifier wrote: bundles, and what it says of them."""

    def vectors(self):
        for file in sorted(VECTORS.glob("*.json")):
            yield from json.loads(file.read_text(encoding="utf-8"))

    def judge(self, vector, data=None):
        """The verdict about a vector's bundle, or about other bytes in its place."""

        def read(digits):
            return None if digits is None else bytes.fromhex(digits[2:])

        given = vector["original"]
        original = given and Original(read(given["sha256"]), given["size"], read(given.get("sha3512")))
        question = Question(
            network=read(vector["network"]),
            checkpoints=[read(block) for block in vector["checkpoints"]],
            original=original,
            subject=read(vector["subject"]),
            now=vector["now"],
        )
        return verifier.verify(vector["bundle"].encode("utf-8") if data is None else data, question)

    def test_the_vectors_are_judged_alike(self):
        vectors = list(self.vectors())
        if not vectors:
            self.skipTest("the first verifier has written no vectors")
        for vector in vectors:
            with self.subTest(vector=vector["name"]):
                verdict = self.judge(vector)
                found = (verdict["answer"], verdict["fault"] and verdict["fault"]["name"])
                self.assertEqual(found, (vector["answer"], vector["fault"]), verdict["fault"])
        # So many different ones that agreeing by accident is out of the question.
        self.assertGreater(len({(vector["answer"], vector["fault"]) for vector in vectors}), 50)

    def test_no_flipped_bit_of_a_vector_is_accepted(self):
        chance = random.Random(5)
        for vector in self.vectors():
            if vector["answer"] == "not-proven":
                continue
            data = vector["bundle"].encode("utf-8")
            bits = range(len(data) * 8) if ALL_BITS else chance.sample(range(len(data) * 8), 200)
            for bit in bits:
                flipped = bytearray(data)
                flipped[bit // 8] ^= 1 << bit % 8
                self.assertEqual(self.judge(vector, bytes(flipped))["answer"], "not-proven", f"{vector['name']}, bit {bit}")

    def test_the_same_is_told_of_what_is_proven(self):
        """Owner, time, holder, history, algorithms and the like: all but the words for people."""
        told = 0
        for vector in self.vectors():
            if vector["answer"] == "not-proven":
                continue
            with self.subTest(vector=vector["name"]):
                detail, facts = vector["detail"], self.judge(vector)["facts"]
                expected = dict(detail.get("facts") or {name: detail[name] for name in ("subject", "asOf", "finality")})
                expected.pop("timeStamp", None)
                if "at" in detail:
                    expected["ended"] = {name: detail[name] for name in ("at", "reason", "by") if name in detail}
                self.assertEqual(facts, expected)
                told += 1
        self.assertTrue(told or not list(self.vectors()))


class CommandLine(unittest.TestCase):
    def run_it(self, *arguments):
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
            code = verifier.main([str(argument) for argument in arguments])
        return code, output.getvalue()

    def test_the_verdict_is_printed_as_json(self):
        network, bundle = a_record()
        with tempfile.TemporaryDirectory() as folder:
            path, original, other = (pathlib.Path(folder) / name for name in ("a.chirograph", "original", "other"))
            path.write_bytes(verifier.canonical(bundle))
            original.write_bytes(CONTENT)
            other.write_bytes(CONTENT + b"\n")
            network_option = ("--network", hexed(network.hash))
            code, output = self.run_it(path, *network_option, "--original", original)
            self.assertEqual((code, json.loads(output)["answer"]), (0, "proven"))
            code, output = self.run_it(path, *network_option, "--original", other)
            self.assertEqual((code, json.loads(output)["fault"]["name"]), (1, "other-original"))
            code, output = self.run_it(path, "--network", "0x" + "00" * 32, "--checkpoint", "0x" + "01" * 32)
            self.assertEqual((code, json.loads(output)["fault"]["name"]), (1, "other-network"))
            self.assertEqual(self.run_it(path.with_suffix(".missing"), *network_option)[0], 2)

    def test_absent_is_a_yes_to_whoever_asks_for_it_only(self):
        network, record = a_record()
        empty = Network()
        empty.advance(3)
        subject = hashlib.sha256(CONTENT).digest()
        absence = empty.bundle(subject, [verifier.records_key(subject)])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.chirograph"
            for chain, bundle, option, expected in (
                (network, record, (), (0, "proven")),
                (network, record, ("--absent",), (1, "proven")),
                (empty, absence, (), (1, "absent")),
                (empty, absence, ("--absent",), (0, "absent")),
            ):
                with self.subTest(expected=expected, option=option):
                    path.write_bytes(verifier.canonical(bundle))
                    code, output = self.run_it(path, "--network", hexed(chain.hash), *option)
                    self.assertEqual((code, json.loads(output)["answer"]), expected)


if __name__ == "__main__":
    unittest.main()
