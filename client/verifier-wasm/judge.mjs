// SPDX-License-Identifier: Apache-2.0
// Asks the WASM module about a bundle, in Node.js:
//
//   node judge.mjs MODULE.wasm BUNDLE --network 0x… [--checkpoint 0x…]... [--original FILE] [--subject 0x…] [--absent]
//     [--now MS]
//
// Prints the verdict as JSON. Ends with 0 for `proven`, or with `--absent` for `absent`, 1 for every other answer.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { digest, load } from "./verifier.mjs";

const text = { type: "string" };
const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		network: text,
		checkpoint: { ...text, multiple: true, default: [] },
		original: text,
		subject: text,
		absent: { type: "boolean", default: false },
		now: text,
	},
});
const [module, bundle] = positionals;
const { network, checkpoint: checkpoints, original, subject, absent, now } = values;
const verifier = await load(await readFile(module));
const question = {
	original: original && (await digest(await readFile(original))),
	subject,
	now: now && Number(now),
};
const verdict = verifier.verify(await readFile(bundle), { network, checkpoints }, question);
console.log(JSON.stringify(verdict));
process.exitCode = verdict.answer.answer === (absent ? "absent" : "proven") ? 0 : 1;
