/**
 * Durable appends over HTTP: loopback, keep-alive clients on another thread, a body of 1 kB, one op and one
 * signature each, sealed within a second. The limit beside it is the rate at which this disk syncs one page.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { encode, type Cbor } from "../src/bytes/index.ts";
import type { Submission } from "../src/community/index.ts";
import { decodeSidecar } from "../src/log/index.ts";
import { serve } from "../src/http/index.ts";
import { type Figure, fillTo, percentile, signPages, type World, writers } from "./world.ts";

const PER_RUN = 6_000;

export async function benchAppend(world: World, size: number): Promise<Figure[]> {
  await fillTo(world, size);
  const server = await serve({ node: world.node, port: 0, writeLimit: { perSecond: 1_000_000, burst: 1_000_000 } });
  const figures: Figure[] = [];
  try {
    for (const clients of [1, 8, 64]) {
      const count = Math.max(1, Math.floor((clients === 1 ? PER_RUN / 6 : PER_RUN) / clients));
      const authors = await writers(world, clients);
      const bodies = authors.map((author, i) =>
        signPages(world, author, { count, from: world.community.size + i * count }).map(requestBody),
      );
      const { durationMs, latenciesMs } = await send({
        url: `${server.url}/api/c/${world.community.id}/entries`,
        bodies,
      });
      const rate = (clients * count) / (durationMs / 1000);
      figures.push({
        what: `durable appends at ${size} entries, ${clients} client${clients === 1 ? "" : "s"}`,
        figure: `${Math.round(rate)}/s, p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms`,
        ...(clients === 1 ? { against: `fdatasync ${Math.round(syncRate(world.folder))}/s` } : {}),
      });
    }
  } finally {
    await server.close();
  }
  return figures;
}

/** The API's body: docs/formats in docs/README.md, POST /api/c/{id}/entries. */
function requestBody({ entry, sidecar, content }: Submission): Uint8Array {
  const openings = decodeSidecar(sidecar).flat();
  const parts: Cbor = openings.map((opening, i) => [opening?.salt ?? null, content[i]?.bytes ?? null]);
  return encode({ entry: entry.bytes, parts });
}

interface Answer {
  readonly durationMs: number;
  readonly latenciesMs: readonly number[];
}

function send(workerData: { url: string; bodies: readonly (readonly Uint8Array[])[] }): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const worker = new Worker(new URL("append-clients-worker.ts", import.meta.url), { workerData });
  worker.once("message", resolve);
  worker.once("error", reject);
  return promise;
}

function syncRate(folder: string): number {
  const file = openSync(join(folder, "sync"), "w");
  const page = new Uint8Array(4_096);
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 500) {
    writeSync(file, page);
    fdatasyncSync(file);
    count += 1;
  }
  closeSync(file);
  return count / ((performance.now() - started) / 1000);
}
