// SPDX-License-Identifier: Apache-2.0
// Asks the WASM module about every vector, in Node.js: `node test.mjs MODULE.wasm [VECTORS.json]`. scripts/build makes the module, in
// wasm32-unknown-unknown/release of the target directory; scripts/test runs this.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { digest, load } from "./verifier.mjs";

// Browsers have it, and so has Node.js from version 20 on.
globalThis.crypto ??= webcrypto;

const [module, vectors = new URL("../../tests/vectors/bundles.json", import.meta.url)] = process.argv.slice(2);
assert.deepEqual(WebAssembly.Module.imports(await WebAssembly.compile(await readFile(module))), [], "the module needs nothing");
const verifier = await load(await readFile(module));

const all = JSON.parse(await readFile(vectors, "utf8"));
const text = new TextEncoder();
for (const { name, bundle, network, checkpoints, original, subject, now, detail } of all) {
	const verdict = verifier.verify(text.encode(bundle), { network, checkpoints }, { original, subject, now });
	assert.deepEqual(verdict.answer, detail, name);
}

// Every bit of one bundle, as in the native tests. The first vector is sound.
const [{ bundle, network, original, answer }] = all;
const bytes = text.encode(bundle);
const ask = () => verifier.verify(bytes, { network }, { original }).answer.answer;
assert.equal(ask(), answer);
for (let bit = 0; bit < bytes.length * 8; bit += 61) {
	bytes[bit >> 3] ^= 1 << (bit & 7);
	assert.equal(ask(), "not-proven", `bit ${bit}`);
	bytes[bit >> 3] ^= 1 << (bit & 7);
}

assert.deepEqual(await digest(text.encode("a deed")), { sha256: original.sha256, size: original.size });
assert.throws(() => verifier.verify(bytes, { network: "0x00" }), TypeError);
const { fault } = verifier.verify(new Uint8Array(0), { network }).answer;
assert.deepEqual(fault, { fault: "format", why: { part: "bundle", why: { fault: "truncated" } } });
assert.throws(() => verifier.verify(new Uint8Array(17 << 20), { network }), RangeError);
assert.equal(ask(), answer);
console.log(`${all.length} vectors are judged as they should be`);
