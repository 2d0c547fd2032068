/** Verifying, opening, searching and showing, at a size. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import { measure } from "mitata";

import { searchCommunity, units } from "../src/community/index.ts";
import { createApp } from "../src/http/index.ts";
import { type Figure, fillTo, median, pageText, percentile, type World } from "./world.ts";

const QUERIES = 300;
const PAGES = 300;
/** Rounds of each, and the entries they should come to together: what is compiled while running is then warm. */
const VERIFY_ROUNDS = 9;
const VERIFY_ENTRIES = 40_000;

export async function benchReading(world: World, size: number): Promise<Figure[]> {
  await fillTo(world, size);
  return [
    await benchVerify(world, size),
    await benchSearch(world, size),
    ...(await benchPages(world, size)),
    await benchOpen(world, size),
  ];
}

/** In a process of its own that has the community alone, as `lore verify` does. */
async function benchVerify({ node, community }: World, size: number): Promise<Figure> {
  const { directory, id } = community;
  await node.release(id);
  const rounds = Math.max(VERIFY_ROUNDS, Math.ceil(VERIFY_ENTRIES / size));
  const program = new URL("verify-process.ts", import.meta.url).pathname;
  const said = execFileSync(process.execPath, [program, directory, String(rounds)], { encoding: "utf8" });
  const { rate, limit } = JSON.parse(said) as { rate: number; limit: number };
  return {
    what: `verify-all at ${size} entries, one signature each`,
    figure: `${Math.round(rate)}/s`,
    against: `node:crypto verify on all cores ${Math.round(limit)}/s`,
    ratio: rate / limit,
  };
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

/** Of so many pages, each asked for once, and then again and again. */
async function benchPages({ node, community }: World, size: number): Promise<Figure[]> {
  const app = createApp({ node });
  const pages = units.listUnits(community).filter(({ kind, path }) => kind === "page" && path !== null);
  const paths = pages.slice(-PAGES).map(({ path }) => `/c/${community.id}/page/${path?.replace(/\.md$/, "")}`);
  const visit = async (path: string) => {
    const started = performance.now();
    const answer = await app.request(`http://localhost${path}`);
    await answer.text();
    assert.equal(answer.status, 200, path);
    return performance.now() - started;
  };
  const first = [];
  for (const path of paths) first.push(await visit(path));
  let at = 0;
  const again = await samplesMs(() => visit(paths[at++ % paths.length] ?? ""));
  return [
    { what: `page at ${size} entries, seen for the first time`, figure: spread(first) },
    {
      what: `page at ${size} entries, seen again`,
      figure: `${Math.round(1_000 / median(again))}/s, ${spread(again)}`,
    },
  ];
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
