/** Verifying, opening, searching and showing, at a size. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";

import { measure } from "mitata";

import { concat, utf8 } from "../src/bytes/index.ts";
import { searchCommunity, units, verifyRecord } from "../src/community/index.ts";
import { createApp } from "../src/http/index.ts";
import { decodeEntry } from "../src/log/index.ts";
import { openSqliteStore } from "../src/store/index.ts";
import { type Figure, fillTo, median, pageText, percentile, type World } from "./world.ts";

const QUERIES = 300;
const PAGES = 300;
const RAW_ENTRIES = 4_000;
/** Rounds of each, and the entries they should come to together: what is compiled while running is then warm. */
const VERIFY_ROUNDS = 9;
const VERIFY_ENTRIES = 40_000;
const RAW_AT_ONCE = 512;

export async function benchReading(world: World, size: number): Promise<Figure[]> {
  await fillTo(world, size);
  return [
    await benchVerify(world, size),
    await benchSearch(world, size),
    await benchPages(world, size),
    await benchOpen(world, size),
  ];
}

async function benchVerify({ community }: World, size: number): Promise<Figure> {
  const { suite } = community.environment;
  const signed = signedEntries(community);
  const rates: number[] = [];
  const raw: number[] = [];
  const rounds = Math.max(VERIFY_ROUNDS, Math.ceil(VERIFY_ENTRIES / size));
  // As "lore verify" does: a store that runs answers from memory.
  const audited = openSqliteStore(community.directory, { readOnly: true });
  for (let round = 0; round < rounds; round++) {
    rates.push(await rateOf(async () => (await verifyRecord(suite, audited)).entries));
    raw.push(await rateOf(() => verifyRaw(signed)));
  }
  audited.close();
  const [rate, limit] = [median(rates), median(raw)];
  return {
    what: `verify-all at ${size} entries, one signature each`,
    figure: `${Math.round(rate)}/s`,
    against: `node:crypto verify on all cores ${Math.round(limit)}/s`,
    ratio: rate / limit,
  };
}

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

function signedEntries({ environment, size, store }: World["community"]): readonly Signed[] {
  const entries = [...store.log.read(1, Math.min(size, RAW_ENTRIES))].map(({ bytes }) =>
    decodeEntry(environment.suite, bytes),
  );
  const keys = new Map<string, KeyObject>();
  return entries.map(({ bytes, signature, key }) => {
    const x = Buffer.from(key).toString("base64url");
    const imported = keys.get(x) ?? createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    keys.set(x, imported);
    const map = environment.suite.sha256(bytes.subarray(0, -64));
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

async function benchSearch({ community }: World, size: number): Promise<Figure> {
  const passages = community.search.db.get<{ n: number }>("SELECT count(*) AS n FROM search_passage")?.n ?? 0;
  const queries = Array.from({ length: QUERIES }, (_, i) =>
    pageText(i * 31 + 7, 400)
      .split(/\s+/)
      .slice(4, 8 + (i % 4))
      .join(" "),
  );
  let at = 0;
  const samples = await samplesMs(() => searchCommunity(community, { text: queries[at++ % QUERIES] ?? "", limit: 10 }));
  return { what: `search at ${passages} passages (${size} entries)`, figure: spread(samples) };
}

async function benchPages({ node, community }: World, size: number): Promise<Figure> {
  const app = createApp({ node });
  const listing = units.listUnits(community).slice(0, PAGES);
  let at = 0;
  const samples = await samplesMs(async () => {
    const answer = await app.request(
      `http://localhost/c/${community.id}/u/${listing[at++ % listing.length]?.unit ?? ""}`,
    );
    await answer.text();
  });
  return { what: `page at ${size} entries`, figure: `${Math.round(1_000 / median(samples))}/s, ${spread(samples)}` };
}

/** Times `work` again and again; milliseconds. */
async function samplesMs(work: () => unknown): Promise<number[]> {
  const { samples } = await measure(work, { min_samples: QUERIES, min_cpu_time: 2e9, batch_unroll: 1 });
  return samples.map((ns) => ns / 1e6);
}

function spread(samples: readonly number[]): string {
  return `p50 ${median(samples).toFixed(1)} ms, p95 ${percentile(samples, 0.95).toFixed(1)} ms`;
}

async function benchOpen({ node, community }: World, size: number): Promise<Figure> {
  const { id } = community;
  await node.release(id);
  const started = performance.now();
  node.community(id);
  const openMs = performance.now() - started;
  return { what: `open a community of ${size} entries`, figure: `${Math.round(openMs)} ms` };
}
