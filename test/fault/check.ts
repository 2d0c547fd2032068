/**
 * What must hold after any fault: everything acknowledged is there and equal, the log ends where a step of the
 * script ends, every part held is whole, nothing erased is left in a raw file, and the store goes on.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { equal } from "../../src/bytes/index.ts";
import { tiles } from "../../src/log/index.ts";
import { openSqliteStore, type Store } from "../../src/store/index.ts";
import { digestOf, entryOf, tileOf } from "../../src/store/suite-fixture.ts";
import { secretOf, stepAt, stepsTo } from "./script.ts";

/** Steps before the end whose erased bytes are looked for; those before were looked for after earlier lives. */
const STEPS_SEARCHED = 20;

/** What a writer said it had been promised. */
export interface Promised {
  /** Size of the log at the last acknowledgement. */
  readonly size: number;
  readonly sealedSize: number;
  /** Sizes of the steps whose secret part was erased. */
  readonly erased: readonly number[];
}

export const NOTHING_PROMISED: Promised = { size: 0, sealedSize: 0, erased: [] };

/** Adds what the lines of one writer say to what earlier ones said. */
export function promisedBy(lines: readonly string[], earlier: Promised): Promised {
  const numbers = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  return {
    size: numbers("ACK").at(-1) ?? earlier.size,
    sealedSize: numbers("SEALED").at(-1) ?? earlier.sealedSize,
    erased: [...earlier.erased, ...numbers("ERASED")],
  };
}

/**
 * Opens what a writer left in `directory` and holds it against what was promised. Then writes one more step.
 * Answers what is promised now.
 */
export async function checkStore(directory: string, promised: Promised): Promise<Promised> {
  const store = openSqliteStore(directory);
  try {
    checkLog(store, promised);
    checkParts(store, promised);
    const size = store.log.size();
    const { entries, parts } = stepAt(size);
    for (const { bytes, like } of parts) store.parts.put(digestOf(bytes), bytes, { like });
    await store.log.append(entries, size);
    const gone = stepsTo(size)
      .slice(-STEPS_SEARCHED)
      .map(secretOf)
      .filter((secret) => !store.parts.has(digestOf(secret)));
    store.close();
    checkFiles(directory, gone);
    return { ...promised, size: size + entries.length };
  } finally {
    store.close();
  }
}

function checkLog({ log }: Store, promised: Promised): void {
  const size = log.size();
  const [last, next] = stepsTo(promised.size + 1).slice(-2);
  assert.ok(size === last || size === next, `${size} entries where ${last} or ${next} were to be`);
  for (const [i, entry] of [...log.read(0, size)].entries()) {
    assert.ok(equal(entry.bytes, entryOf(i).bytes) && equal(entry.sidecar, entryOf(i).sidecar), `entry ${i}`);
  }
  const sealed = log.sealedSize();
  assert.ok(
    sealed >= promised.sealedSize && sealed <= size,
    `${sealed} sealed of ${size}, ${promised.sealedSize} promised`,
  );
  for (const name of tiles.newTiles(0, sealed))
    assert.ok(equal(log.tile(name) ?? assert.fail(tiles.tilePath(name)), tileOf(name)));
}

function checkParts({ log, parts }: Store, promised: Promised): void {
  for (const size of stepsTo(log.size()).slice(0, -1)) {
    for (const { bytes } of stepAt(size).parts)
      assert.ok(equal(parts.get(digestOf(bytes)) ?? assert.fail(`a part of step ${size}`), bytes));
  }
  for (const size of promised.erased)
    assert.equal(parts.has(digestOf(secretOf(size))), false, `erased part of step ${size}`);
  // Reading checks the digest.
  for (const digest of parts.digests()) assert.ok(parts.get(digest) !== undefined);
}

/** `gone`: parts that are not held, because they were erased or never came. */
function checkFiles(directory: string, gone: readonly Uint8Array[]): void {
  const database = new DatabaseSync(join(directory, "log.db"));
  assert.deepEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  database.close();
  const raw = readFileSync(join(directory, "log.db"));
  for (const secret of gone) assert.equal(raw.indexOf(secret.subarray(0, 64)), -1, "bytes of an erased part");
  const folder = join(directory, "parts");
  const left = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("incoming-")) : [];
  assert.deepEqual(left, []);
}
