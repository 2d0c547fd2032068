/**
 * Erasure: once the charter's delay is over, the bytes of redacted parts, their salts and digests leave the raw
 * files. Parts go first: a crash then leaves a sidecar that still says what to erase, and the next run goes on.
 * The log itself is untouched and still verifies.
 */
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { hex, utf8 } from "../bytes/index.ts";
import { type Db, type Store, writeDurablySync } from "../store/index.ts";
import type { Environment } from "./environment.ts";
import { type HiddenSlot, hiddenSlots, isNamed, withoutOpenings } from "./queries/hidden.ts";

/** Fewer bytes than this are a title or a blank line, which many write: they are erased, and may be written again. */
export const ERASED_BYTES_MIN = 16;
/** Why bytes are refused. */
export const WAS_ERASED = "the same bytes were hidden or erased here before, and are not taken again";
const FILE = "erased";
const SECRET_BYTES = 32;

/**
 * What was hidden or erased here, so that the same bytes are not taken again: keyed hashes, whose key never leaves this
 * folder. Who reads the record cannot guess by them what was erased. First line: the key; then one hash a line, in hex.
 */
export class ErasedBytes {
  readonly #path: string;
  readonly #random: Environment["random"];
  #lines: readonly string[];
  #hashes: ReadonlySet<string>;

  constructor(directory: string, { random }: Pick<Environment, "random">) {
    this.#path = join(directory, FILE);
    this.#random = random;
    this.#lines = existsSync(this.#path) ? readFileSync(this.#path, "latin1").trimEnd().split("\n") : [];
    this.#hashes = new Set(this.#lines.slice(1));
  }

  get isEmpty(): boolean {
    return this.#hashes.size === 0;
  }

  /** Whether a part with this SHA-256 was hidden or erased here, and nothing on record that is shown has the same bytes. */
  has(digest: Uint8Array, rows: Db): boolean {
    return !this.isEmpty && this.#hashes.has(this.#hash(digest)) && !isNamed(rows, digest);
  }

  /** Durable on return. */
  add(digests: readonly Uint8Array[]): void {
    if (digests.length === 0) return;
    if (this.#lines.length === 0) this.#lines = [hex.encode(this.#random(SECRET_BYTES))];
    const fresh = digests.map((digest) => this.#hash(digest)).filter((hash) => !this.#hashes.has(hash));
    if (fresh.length === 0) return;
    const lines = [...this.#lines, ...fresh];
    writeDurablySync(this.#path, utf8(`${lines.join("\n")}\n`), `${this.#path}.new`);
    this.#lines = lines;
    this.#hashes = new Set(lines.slice(1));
  }

  #hash(digest: Uint8Array): string {
    return createHmac("sha256", this.#lines[0] ?? "")
      .update(digest)
      .digest("hex");
  }
}

export interface Erasing {
  readonly environment: Environment;
  readonly store: Store;
  readonly rows: Db;
  /** Log time, ms. */
  readonly time: number;
  /** What was done here of each slot, by name; grows here. */
  readonly known: Map<string, "hidden" | "erased">;
  /** Hears what is hidden, and so of all that is erased before it is. */
  readonly erased: ErasedBytes;
}

/**
 * Remembers what is hidden, so that nobody brings it back before it is erased, and erases what is due; answers how many
 * parts that were.
 */
export async function eraseDue(erasing: Erasing): Promise<number> {
  const { store, rows, time, known, erased } = erasing;
  const slots = hiddenSlots({ rows });
  const hidden = slots.filter((slot) => !known.has(nameOf(slot)));
  const texts = openingsOf(erasing, hidden).taken.filter(({ size }) => size >= ERASED_BYTES_MIN);
  erased.add(texts.map(({ digest }) => digest));
  for (const slot of hidden) known.set(nameOf(slot), "hidden");
  const due = slots.filter((slot) => slot.due <= time && known.get(nameOf(slot)) === "hidden");
  const { sidecars, taken } = openingsOf(erasing, due);
  if (taken.length > 0) {
    await store.parts.erase(taken.filter(({ digest }) => !isNamed(rows, digest)).map(({ digest }) => digest));
    await store.log.replaceSidecars(sidecars);
    // The old sidecars' bytes leave the raw files too.
    await store.parts.erase([]);
  }
  for (const slot of due) known.set(nameOf(slot), "erased");
  return taken.length;
}

/** What the slots hold, and the sidecars of their entries without it. */
function openingsOf({ environment, store }: Erasing, slots: readonly HiddenSlot[]) {
  const sidecars = new Map<number, Uint8Array>();
  const taken: { digest: Uint8Array; size: number }[] = [];
  for (const [index, ofEntry] of Map.groupBy(slots, (slot) => slot.index)) {
    const [stored] = store.log.read(index, index + 1);
    if (stored === undefined) continue;
    const without = withoutOpenings({ environment }, stored, ofEntry);
    if (without.taken.length === 0) continue;
    sidecars.set(index, without.sidecar);
    taken.push(...without.taken);
  }
  return { sidecars, taken };
}

function nameOf({ index, place, part }: HiddenSlot): string {
  return `${index}/${place}/${part}`;
}
