import assert from "node:assert/strict";
import { test } from "node:test";

import { checkStore, NOTHING_PROMISED, promisedBy } from "./check.ts";
import { inPairs, linesOf, LONG, withDirectory, writer } from "./process.ts";

const KILLS = LONG ? 1_000 : 10;
/** Lives of one store: each writer goes on where the one before was killed. */
const LIVES = 5;
const LIFE_MS_MAX = 80;

/** When the nth writer dies: spread over its life, in no step with what it writes. */
function lifeMs(nth: number): number {
  return (nth * 61.803) % LIFE_MS_MAX;
}

test(`${KILLS} writers killed at some moment lose nothing acknowledged and leave nothing partial`, async () => {
  const stores = Array.from({ length: KILLS / LIVES }, (_, i) => i);
  let acknowledged = 0;
  await inPairs(stores, (nth) =>
    withDirectory(async (directory) => {
      let promised = NOTHING_PROMISED;
      for (let life = 0; life < LIVES; life++) {
        const lines = await linesOf(writer(directory, 0), { killAfterMs: lifeMs(nth * LIVES + life) });
        acknowledged += lines.filter((line) => line.startsWith("ACK")).length;
        promised = await checkStore(directory, promisedBy(lines, promised));
      }
    }),
  );
  assert.ok(acknowledged > KILLS, `only ${acknowledged} acknowledgements in ${KILLS} lives`);
});
