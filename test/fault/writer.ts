/**
 * The child of the fault tests: writes the script to a store and says after each acknowledgement what it got.
 * Arguments: directory, number of steps (0: until killed), a file to remove when the disk is full.
 * Lines: "ACK size", "SEALED size", "ERASED size", "FULL", "READ_ONLY", "DONE", "CLOSED".
 */
import { rmSync, writeSync } from "node:fs";

import { isLoreError } from "../../src/bytes/index.ts";
import { openSqliteStore, type Store } from "../../src/store/index.ts";
import { digestOf, publicationOf } from "../../src/store/suite-fixture.ts";
import { secretOf, stepAt } from "./script.ts";

const [directory = "", stepsText = "0", ballast] = process.argv.slice(2);
const STEPS = Number(stepsText) || Infinity;
const SEAL_EVERY = 4;
const ERASE_EVERY = 7;

/** Written at once: a line stands only for what happened before it. Waits while the pipe is full. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}

async function write(store: Store, nth: number): Promise<void> {
  const size = store.log.size();
  const { entries, parts } = stepAt(size);
  const erases = nth % ERASE_EVERY === 0;
  for (const { bytes, like } of parts) store.parts.put(digestOf(bytes), bytes, { like });
  if (erases) store.parts.put(digestOf(secretOf(size)), secretOf(size));
  await store.log.append(entries, size);
  say(`ACK ${store.log.size()}`);
  if (nth % SEAL_EVERY === 0) {
    await store.log.publish(publicationOf(store.log.sealedSize(), store.log.size()));
    say(`SEALED ${store.log.size()}`);
  }
  if (erases) {
    await store.parts.erase([digestOf(secretOf(size))]);
    say(`ERASED ${size}`);
  }
}

/** After a full disk the same step is tried again; after any other failure nothing may be acknowledged. */
async function writeAll(store: Store): Promise<void> {
  for (let nth = 1; nth <= STEPS;) {
    try {
      await write(store, nth);
      nth += 1;
    } catch (error) {
      if (!isLoreError(error, "DISK_FULL")) throw error;
      say("FULL");
      if (ballast !== undefined) rmSync(ballast, { force: true });
    }
  }
}

let store: Store | undefined;
try {
  store = openSqliteStore(directory);
  say("OPEN");
  await writeAll(store);
  say("DONE");
  store.close();
  say("CLOSED");
} catch (error) {
  if (!isLoreError(error)) throw error;
  say(error.code);
  if (store === undefined) process.exit(0);
  for (const size of [store.log.size(), store.log.size() + 1]) {
    await store.log.append(stepAt(size).entries, size).then(
      () => say(`ACK ${store?.log.size()}`),
      () => say("REFUSED"),
    );
  }
}
