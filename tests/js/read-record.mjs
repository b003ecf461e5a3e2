// SPDX-License-Identifier: Apache-2.0

// Reads a record of the ledger with polkadot-api, which knows nothing of Chirograph but what the node's metadata says.
//
// Usage: node read-record.mjs NODE_URL SUBJECT    prints what it read as JSON

import { Binary, createClient } from "polkadot-api"
import { getWsProvider } from "polkadot-api/ws"
import { WebSocket } from "ws"

// Node.js has one of its own only from version 22 on.
globalThis.WebSocket ??= WebSocket

const [, , url, subject] = process.argv
const client = createClient(getWsProvider(url))
const api = client.getUnsafeApi()

// What is not JSON by itself: large integers, bytes.
const plain = (_, value) => {
  if (typeof value === "bigint") return Number(value)
  if (value instanceof Uint8Array) return Binary.toHex(value)
  return value?.asHex?.() ?? value
}

try {
  const finalised = await client.getFinalizedBlock()
  const at = { at: finalised.hash }
  const [version, fromStorage, fromRuntimeApi] = await Promise.all([
    api.constants.System.Version(),
    api.query.Proofs.Records.getValue(subject, at),
    api.apis.ProofsApi.record(subject, at),
  ])
  console.log(JSON.stringify({ specName: version.spec_name, block: finalised.number, fromStorage, fromRuntimeApi }, plain))
} finally {
  client.destroy()
}
