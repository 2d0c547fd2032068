/** Verifying, opening, searching and showing, at a size. */
import { createPublicKey, verify } from "node:crypto";

import { measure } from "mitata";

import { concat, utf8 } from "../src/bytes/index.ts";
import { searchCommunity, units, verifyRecord } from "../src/community/index.ts";
import { createApp } from "../src/http/index.ts";
import { decodeEntry } from "../src/log/index.ts";
import { type Figure, fillTo, median, pageText, percentile, type World } from "./world.ts";

const QUERIES = 300;
const PAGES = 300;
const RAW_ENTRIES = 4_000;

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
  const rates: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    const { entries } = await verifyRecord(suite, community.store);
    rates.push(entries / ((performance.now() - started) / 1000));
    raw.push(rawRate(signedEntries(community)));
  }
  const [rate, limit] = [median(rates), median(raw)];
  return {
    what: `verify-all at ${size} entries, one signature each`,
    figure: `${Math.round(rate)}/s`,
    against: `node:crypto verify ${Math.round(limit)}/s`,
    ratio: rate / limit,
  };
}

function signedEntries(community: World["community"]) {
  const { suite } = community.environment;
  const end = Math.min(community.size, RAW_ENTRIES);
  const entries = [...community.store.log.read(1, end)].map(({ bytes }) => decodeEntry(suite, bytes));
  const keys = new Map<string, ReturnType<typeof createPublicKey>>();
  return entries.map(({ bytes, signature, key }) => {
    const x = Buffer.from(key).toString("base64url");
    const imported = keys.get(x) ?? createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    keys.set(x, imported);
    return { message: concat(utf8("lore-entry/v1\n"), suite.sha256(bytes.subarray(0, -64))), signature, key: imported };
  });
}

function rawRate(signed: ReturnType<typeof signedEntries>): number {
  const started = performance.now();
  for (const { message, signature, key } of signed)
    if (!verify(null, message, key, signature)) throw new Error("a signature does not hold");
  return signed.length / ((performance.now() - started) / 1000);
}

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
