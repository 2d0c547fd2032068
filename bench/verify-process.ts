/**
 * Verifies the record of a community again and again, and beside it the same signatures with nothing around them, in
 * Node's pool, which has a thread for each core. Prints the medians, per second. Arguments: the folder, how many rounds.
 */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";

import { concat, utf8 } from "../src/bytes/index.ts";
import { createNodeSuite } from "../src/bytes/node.ts";
import { verifyRecord } from "../src/community/index.ts";
import { decodeEntry } from "../src/log/index.ts";
import { openSqliteStore, type Store } from "../src/store/index.ts";
import { median } from "./world.ts";

const RAW_ENTRIES = 4_000;
const RAW_AT_ONCE = 512;

const [directory = "", rounds = "1"] = process.argv.slice(2);
const suite = createNodeSuite();

/** Of what `work` says it did, per second. */
async function rateOf(work: () => Promise<number>): Promise<number> {
  const started = performance.now();
  return (await work()) / ((performance.now() - started) / 1000);
}

interface Signed {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: KeyObject;
}

function signedEntries({ log }: Store): readonly Signed[] {
  const entries = [...log.read(1, Math.min(log.size(), RAW_ENTRIES))].map(({ bytes }) => decodeEntry(suite, bytes));
  const keys = new Map<string, KeyObject>();
  return entries.map(({ bytes, signature, key }) => {
    const x = Buffer.from(key).toString("base64url");
    const imported = keys.get(x) ?? createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    keys.set(x, imported);
    const map = suite.sha256(bytes.subarray(0, -64));
    return { message: concat(utf8("lore-entry/v1\n"), map), signature, key: imported };
  });
}

/** Checks them all in Node's pool, which has a thread for each core; answers how many. */
async function verifyRaw(signed: readonly Signed[]): Promise<number> {
  const waiting = signed.values();
  async function checkOneByOne(): Promise<void> {
    for (const { message, signature, key } of waiting)
      if (!(await holds(message, key, signature))) throw new Error("a signature does not hold");
  }
  await Promise.all(Array.from({ length: RAW_AT_ONCE }, checkOneByOne));
  return signed.length;
}

const holds = promisify<Uint8Array, KeyObject, Uint8Array, boolean>((message, key, signature, done) =>
  verify(null, message, key, signature, done),
);

const store = openSqliteStore(directory, { readOnly: true });
const signed = signedEntries(store);
const [rates, limits]: [number[], number[]] = [[], []];
for (let round = 0; round < Number(rounds); round++) {
  rates.push(await rateOf(async () => (await verifyRecord(suite, directory)).entries));
  limits.push(await rateOf(() => verifyRaw(signed)));
}
store.close();
process.stdout.write(JSON.stringify({ rate: median(rates), limit: median(limits) }));
