// SPDX-License-Identifier: Apache-2.0
// Loads the verifier of evidence bundles, in Node.js or a browser, and asks it. No node, no network, nothing but the module.
//
//   const verifier = await load(bytes);                     // bytes of chirograph_verifier_wasm.wasm, or a Response of fetch()
//   const verdict = verifier.verify(bundle, { network: "0x…" }, { original: await digest(file) });
//   verdict.answer.answer                                   // "proven", "revoked", "superseded", "unbound", "absent" or "not-proven"

/** The verifier in a module's bytes, or in what `fetch` gives. */
export async function load(source) {
	const bytes = typeof Response !== "undefined" && source instanceof Response ? await source.arrayBuffer() : source;
	const { instance } = await WebAssembly.instantiate(bytes);
	const wasm = instance.exports;

	/** A buffer in the module's memory with these bytes. 0, which is none, has no bytes. */
	const put = (content) => {
		if (content.length === 0) return 0;
		const buffer = wasm.chirograph_alloc(content.length) >>> 0;
		if (buffer === 0) throw new RangeError(`${content.length} bytes are no bundle`);
		new Uint8Array(wasm.memory.buffer, buffer, content.length).set(content);
		return buffer;
	};

	return {
		/**
		 * The verdict about a bundle (bytes). `trust`: `network`, the genesis hash, and `checkpoints`, hashes of later blocks that are
		 * trusted. `question`: what it is to be about, `original` (see `digest`) or `subject`; and `now`, in milliseconds since 1970.
		 */
		verify(bundle, trust, question = {}) {
			const buffers = [];
			try {
				buffers.push(put(bundle));
				buffers.push(put(new TextEncoder().encode(JSON.stringify({ trust, question }))));
				const verdict = wasm.chirograph_verify(...buffers) >>> 0;
				buffers.push(verdict);
				const bytes = new Uint8Array(wasm.memory.buffer, verdict, wasm.chirograph_length(verdict));
				const answer = JSON.parse(new TextDecoder().decode(bytes));
				if (answer.error) throw new TypeError(answer.error);
				return answer;
			} finally {
				buffers.forEach((buffer) => wasm.chirograph_free(buffer));
			}
		},
	};
}

/** What `original` of a question is, of a file's bytes. */
export async function digest(content) {
	const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
	return { sha256: "0x" + Array.from(sha256, (byte) => byte.toString(16).padStart(2, "0")).join(""), size: content.byteLength };
}
